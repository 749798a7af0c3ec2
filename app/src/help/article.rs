//! The articles, as they were when the program was built.

use std::sync::LazyLock;

use super::markdown;

/// One article.
#[derive(Debug)]
pub struct Article {
    /// Its name in addresses.
    pub slug: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What follows the title, as Markdown.
    pub text: &'static str,
    /// The same as HTML.
    pub html: String,
    /// Title and text as they are searched.
    title_key: String,
    text_key: String,
}

/// Name and source of each, in the order of the guide's first page: what that links is on the shelf.
const SHELF: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/guide.rs"));

static ALL: LazyLock<Vec<Article>> = LazyLock::new(|| SHELF.iter().map(|(slug, source)| Article::new(slug, source)).collect());

/// Which article a page is about, by a word of its address; the last word that says so counts.
const ABOUT: &[(&str, &str)] = &[
    ("agents", "agents"),
    ("alerts", "alerts"),
    ("audit", "audit"),
    ("branding", "branding"),
    ("customers", "customers"),
    ("directory", "directory"),
    ("domain", "domains"),
    ("domains", "domains"),
    ("groups", "groups"),
    ("import", "importing"),
    ("imports", "importing"),
    ("jobs", "jobs"),
    ("licenses", "licences"),
    ("links", "customers"),
    ("mail", "mail"),
    ("members", "members"),
    ("metering", "metering"),
    ("onboarding", "onboarding"),
    ("profile", "first-steps"),
    ("removed", "offboarding"),
    ("rules", "rules"),
    ("settings", "settings"),
    ("setup", "onboarding"),
    ("sources", "sync"),
    ("staff", "staff"),
];

impl Article {
    fn new(slug: &'static str, source: &'static str) -> Article {
        let (first, text) = source.split_once('\n').unwrap_or((source, ""));
        let title = first.trim_start_matches('#').trim();
        let html = markdown::html(text, |name| SHELF.iter().any(|(slug, _)| *slug == name));
        Article { slug, title, text, html, title_key: store::fold(title), text_key: store::fold(text) }
    }

    /// Where it stands in the console.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/help/{}", self.slug)
    }
}

/// All of them, in the guide's order.
#[must_use]
pub fn all() -> &'static [Article] {
    &ALL
}

/// The one of a name.
#[must_use]
pub fn of(slug: &str) -> Option<&'static Article> {
    ALL.iter().find(|a| a.slug == slug)
}

/// Those that hold all words, first those that hold them in their title.
#[must_use]
pub fn search(words: &str) -> Vec<&'static Article> {
    let words = store::fold(words);
    let holds = |text: &str| words.split_whitespace().all(|word| text.contains(word));
    let (titled, others): (Vec<_>, Vec<_>) = ALL.iter().partition(|a| holds(&a.title_key));
    titled.into_iter().chain(others.into_iter().filter(|a| holds(&a.text_key))).collect()
}

/// Where Help leads from a page.
#[must_use]
pub fn about(path: &str) -> String {
    let said = path.split('/').rev().find_map(|word| ABOUT.iter().find(|(of, _)| *of == word));
    match said {
        Some((_, slug)) => format!("/help/{slug}"),
        None if path.starts_with("/msp/") => "/help/portfolio".to_owned(),
        None => "/help".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_page_of_the_guide_is_linked_from_its_first_and_so_on_the_shelf() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide");
        let files = std::fs::read_dir(folder).expect("the guide").map(|f| f.expect("a file").file_name().to_string_lossy().into_owned());
        let written: BTreeSet<String> = files.filter(|f| f != "README.md").map(|f| f.trim_end_matches(".md").to_owned()).collect();
        let shelved: BTreeSet<String> = all().iter().map(|a| a.slug.to_owned()).collect();
        assert_eq!(written, shelved);
        assert!(all().iter().all(|a| !a.title.is_empty() && a.html.len() > 300), "each has a title and a text");
    }

    #[test]
    fn links_between_articles_lead_somewhere() {
        let mut links = 0;
        for article in all() {
            for link in article.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                links += 1;
                let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
                let to = if path.is_empty() { Some(article) } else { path.strip_prefix("/help/").and_then(of) };
                let to = to.unwrap_or_else(|| panic!("{}: {link} leads nowhere", article.slug));
                assert!(anchor.is_none_or(|a| to.html.contains(&format!("id=\"{a}\""))), "{}: nothing is called {link}", article.slug);
            }
        }
        assert!(links > 50, "only {links}: were they read?");
    }

    #[test]
    fn help_leads_to_the_article_of_the_page() {
        for (page, to) in [
            ("/msp/msp_1/licenses", "/help/licences"),
            ("/msp/msp_1/customers/cus_1/members", "/help/members"),
            ("/msp/msp_1/customers/cus_1", "/help/customers"),
            ("/msp/msp_1", "/help/portfolio"),
            ("/distributors/dis_1", "/help"),
        ] {
            assert_eq!(about(page), to);
        }
        assert!(ABOUT.iter().all(|(_, slug)| of(slug).is_some()));
    }

    #[test]
    fn a_search_finds_titles_first() {
        assert_eq!(search("LICENCE pool").first().map(|a| a.slug), Some("licences"));
        assert!(search("kerberos of mars").is_empty());
        assert_eq!(search(" ").len(), all().len());
    }
}
