//! Markdown of the guide as HTML for the console: no HTML of the text's own, no styles, links only to other articles and to https.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Before the ids of headings, so that none is an id of the page around.
const PREFIX: &str = "s-";

/// The HTML of an article's text. `known` says which names are articles.
pub fn html(text: &str, known: impl Fn(&str) -> bool) -> String {
    let mut events: Vec<Event<'_>> = Parser::new_ext(text, Options::ENABLE_TABLES).collect();
    name_headings(&mut events);
    let mut dead = false;
    let shown = events.into_iter().filter_map(|event| match event {
        // Shown as it is written: what a text says is never a part of the page.
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        // An alignment would be a style.
        Event::Start(Tag::Table(columns)) => Some(Event::Start(Tag::Table(vec![pulldown_cmark::Alignment::None; columns.len()]))),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let to = place(&dest_url, &known);
            dead = to.is_none();
            to.map(|to| Event::Start(Tag::Link { link_type, dest_url: to.into(), title, id }))
        }
        Event::End(TagEnd::Link) => (!dead).then_some(Event::End(TagEnd::Link)),
        other => Some(other),
    });
    let mut out = String::new();
    html::push_html(&mut out, shown);
    out
}

/// Where a link leads in the console; none for what is not in it.
fn place(to: &str, known: impl Fn(&str) -> bool) -> Option<String> {
    if to.starts_with("https://") {
        return Some(to.to_owned());
    }
    let (file, anchor) = to.split_once('#').map_or((to, None), |(file, anchor)| (file, Some(anchor)));
    let anchor = anchor.map_or_else(String::new, |a| format!("#{PREFIX}{a}"));
    if file.is_empty() {
        return Some(anchor);
    }
    let slug = file.strip_suffix(".md").filter(|slug| known(slug))?;
    Some(format!("/help/{slug}{anchor}"))
}

/// Gives each heading an id made of its words, as the guide's readers elsewhere do, and puts it one level down: the article's title
/// stands above them.
fn name_headings(events: &mut [Event<'_>]) {
    for n in 0..events.len() {
        match &events[n] {
            Event::Start(Tag::Heading { level, .. }) => {
                let (level, id) = (lower(*level), CowStr::from(format!("{PREFIX}{}", id_of(&events[n + 1..]))));
                events[n] = Event::Start(Tag::Heading { level, id: Some(id), classes: Vec::new(), attrs: Vec::new() });
            }
            Event::End(TagEnd::Heading(level)) => events[n] = Event::End(TagEnd::Heading(lower(*level))),
            _ => {}
        }
    }
}

const fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        _ => HeadingLevel::H5,
    }
}

fn id_of(rest: &[Event<'_>]) -> String {
    let within = rest.iter().take_while(|e| !matches!(e, Event::End(TagEnd::Heading(_))));
    let text: String = within.filter_map(|e| if let Event::Text(t) | Event::Code(t) = e { Some(t.as_ref()) } else { None }).collect();
    let kept = text.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-').collect::<String>();
    kept.replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> String {
        html(text, |name| name == "members")
    }

    #[test]
    fn nothing_of_the_text_becomes_a_part_of_the_page() {
        let page = drawn("A <b onclick=\"x()\">bold</b> word\n\n<script>alert(1)</script>\n\n![x](https://evil.example/x.png)\n");
        assert!(!page.contains("<b ") && !page.contains("<script") && !page.contains("<img"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
        let table = drawn("| a | b |\n|--:|---|\n| 1 | 2 |\n");
        assert!(table.contains("<table>") && !table.contains("style"), "{table}");
    }

    #[test]
    fn links_stay_within_or_go_to_https() {
        let page = drawn(
            "[one](members.md) [two](members.md#a-word) [three](#here) [four](../glossary.md) [five](javascript:x) [six](https://a.example/)",
        );
        for link in ["\"/help/members\"", "\"/help/members#s-a-word\"", "\"#s-here\"", "\"https://a.example/\""] {
            assert!(page.contains(&format!("href={link}")), "{link}: {page}");
        }
        assert_eq!(page.matches("<a ").count(), 4, "{page}");
        assert_eq!(page.matches("</a>").count(), 4, "{page}");
        assert!(page.contains("four") && page.contains("five"), "the words stay: {page}");
    }

    #[test]
    fn headings_are_named_and_one_level_down() {
        assert_eq!(drawn("## More than one `domain`\n"), "<h3 id=\"s-more-than-one-domain\">More than one <code>domain</code></h3>\n");
    }
}
