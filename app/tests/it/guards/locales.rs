//! Every sentence comes out of a catalogue, in both languages.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use scraper::{ElementRef, Html, Node};
use web::{Lang, i18n::ids};

use super::matrix::{Cast, Relation, Rule, rules};
use crate::{scenes, support::World};

/// Pages that are not for the people of the console: the parts gallery and the API's documentation.
const EXCLUDED: &[&str] = &["/ui/", "/docs/", "/dev/", "/brand/"];

/// Words that are the same in every language, and the names in the world of this test.
const DATA: &[&str] = &[
    "Tenantry",
    "Meridian MSP",
    "Otherwise MSP",
    "Nordic Distribution",
    "Far Distribution",
    "First of owner",
    "Second of owner",
    "English",
    "Deutsch",
    "UTC",
    "EUR",
    "CSV",
    "XLSX",
    "API",
];

/// Names of regions and languages, of a program, and of a column in the file that was uploaded.
const CODES: [&str; 5] = ["eu", "us", "en", "Excel", "name"];

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[test]
fn both_languages_hold_the_same_ids() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let [en, de] = ["en", "de"].map(|lang| read_folder(&folder.join(lang), "ftl"));
    let wrong = unequal(&en, &de);
    assert!(en.len() >= 4 && wrong.is_empty(), "{}", wrong.join("\n"));
    let registered: Vec<&str> = tenantry::console::LOCALES.iter().map(|(_, text)| *text).collect();
    for (file, text) in en.iter().chain(&de) {
        assert!(registered.contains(&text.as_str()), "{file} stands in the folder and not in console::LOCALES (or the build is old)");
    }
    let all: Vec<&str> = en.values().flat_map(|text| ids(text)).collect();
    let once: BTreeSet<&str> = all.iter().copied().collect();
    let twice: Vec<_> = once.iter().filter(|id| all.iter().filter(|other| other == id).count() > 1).collect();
    assert!(twice.is_empty(), "defined in two files: {twice:?}");
}

#[test]
fn sabotage_a_missing_translation_is_reported() {
    let one = |text: &str| BTreeMap::from([("room.ftl".to_owned(), text.to_owned())]);
    assert_eq!(unequal(&one("a = A\nb = B { $n }\n"), &one("a = Ä\nb = B { $n }\n")), Vec::<String>::new());
    assert_eq!(unequal(&one("a = A\nb = B\n"), &one("a = Ä\n")), ["room.ftl: b is not in both languages"]);
    assert_eq!(unequal(&one("a = { $n } seats\n"), &one("a = Plätze\n")), ["room.ftl: a takes other values in the other language"]);
    assert_eq!(unequal(&one("a = A\n"), &BTreeMap::new()), ["room.ftl: a is not in both languages"]);
}

fn unequal(en: &BTreeMap<String, String>, de: &BTreeMap<String, String>) -> Vec<String> {
    let none = String::new();
    let files: BTreeSet<&String> = en.keys().chain(de.keys()).collect();
    let mut wrong = Vec::new();
    for file in files {
        let [en, de] = [en, de].map(|all| all.get(file).unwrap_or(&none));
        let [here, there] = [en, de].map(|text| ids(text).into_iter().collect::<BTreeSet<_>>());
        wrong.extend(here.symmetric_difference(&there).map(|id| format!("{file}: {id} is not in both languages")));
        let [here_takes, there_takes] = [values(en), values(de)];
        for id in here.intersection(&there).filter(|id| here_takes.get(*id) != there_takes.get(*id)) {
            wrong.push(format!("{file}: {id} takes other values in the other language"));
        }
    }
    wrong
}

/// The `$values` of each text.
fn values(source: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut current = "";
    for line in source.lines().filter(|l| !l.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            current = line.split('=').next().unwrap_or_default().trim();
        }
        let names = line
            .split('$')
            .skip(1)
            .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').next().unwrap_or_default());
        found.entry(current).or_default().extend(names);
    }
    found
}

#[test]
fn every_text_the_program_asks_for_is_in_the_catalogue() {
    tenantry::app::install_texts().expect("the texts");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    let mut asked = 0;
    for folder in [root.join("src"), root.join("../crates/web/src")] {
        for (file, source) in read_folder(&folder, "rs") {
            // A test may ask for a text that is not there, and so may an example.
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            let source: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let source = source.join("\n");
            for id in source.split("lang.t(\"").chain(source.split("lang.with(\"")).filter_map(|rest| rest.split('"').next()) {
                let id_like = id.contains('-') && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
                asked += usize::from(id_like);
                if id_like && !Lang::En.knows(id) {
                    missing.push(format!("{file}: {id}"));
                }
            }
        }
    }
    assert!(asked > 50 && missing.is_empty(), "{} of {asked} texts are not in the catalogue:\n{}", missing.len(), missing.join("\n"));
}

scenes! {
    async fn no_page_says_anything_outside_the_catalogue(w: World) {
        let cast = Cast::gather(&mut w).await;
        let pages = tenantry::router::pages();
        let listed: Vec<&str> = pages.listed().iter().filter(|(method, _)| *method == http::Method::GET).map(|(_, path)| *path).collect();
        let rules: Vec<Rule> = rules().into_iter().filter(|r| r.is_page() && r.is_safe() && listed.contains(&r.path())).collect();
        let mut found = Vec::new();
        let mut read = 0;
        for rule in rules.iter().filter(|r| !EXCLUDED.iter().any(|front| r.path().starts_with(front))) {
            let Some((path, _)) = cast.request(rule, Relation::Own) else { continue };
            let who = if rule.path().starts_with("/distributors") || rule.right == "move_nodes" { "distributor_owner" } else { "owner" };
            // A sign-in page sends whoever is signed in away.
            let client = if rule.is_open() { w.browser("nobody").await } else { w.browser(who).await };
            let page = client.speaking("en-XA").get(&path).await;
            if (300..400).contains(&page.status) || !page.header("content-type").starts_with("text/html") {
                continue;
            }
            read += 1;
            found.extend(plain_words(&page.text).into_iter().map(|words| format!("{path}: {words}")));
        }
        found.sort();
        found.dedup();
        assert!(read >= 2, "only {read} pages were read");
        assert!(found.is_empty(), "{} texts on {read} pages did not come from the catalogue:\n{}", found.len(), found.join("\n"));
    }
}

scenes! {
    async fn no_refused_form_says_anything_outside_the_catalogue(w: World) {
        let cast = Cast::gather(&mut w).await;
        let (msp, customer) = (format!("/msp/{}", cast.ours.partner), cast.ours.customer);
        let long = "x".repeat(201);
        let new = |fields: &[(&'static str, &str)]| {
            let all = [("name", "Sample"), ("max_mau", "1000")].into_iter().filter(|(n, _)| !fields.iter().any(|(f, _)| f == n));
            all.map(|(n, v)| (n, v.to_owned())).chain(fields.iter().map(|(n, v)| (*n, (*v).to_owned()))).collect::<Vec<_>>()
        };
        let made = format!("{msp}/customers/new");
        let changed = format!("{msp}/customers/{customer}/edit");
        let settings = format!("{msp}/settings");
        let group = format!("{msp}/groups/new");
        let seats = format!("{msp}/licenses/{customer}/allocate");
        let cases: Vec<(&str, Vec<(&str, String)>)> = vec![
            (&made, new(&[("name", " ")])),
            (&made, new(&[("name", &long)])),
            (&made, new(&[("domain", "not a domain")])),
            (&made, new(&[("admin_email", "nobody")])),
            (&made, new(&[("country", "Sweden")])),
            (&made, new(&[("max_mau", "0")])),
            (&made, new(&[("time_zone", "Mars/Base")])),
            (&made, new(&[("draft", "none")])),
            (&made, new(&[("colour", "red")])),
            (&changed, vec![("name", String::new())]),
            (&changed, vec![("domain", "not a domain".into())]),
            (&changed, vec![("admin_email", "nobody".into())]),
            (&changed, vec![("time_zone", "Mars/Base".into())]),
            (&changed, vec![("language", "English".into())]),
            (&changed, vec![("reference", "x".repeat(501))]),
            (&changed, vec![("name", "Another".into()), ("version", "99".into())]),
            (&settings, vec![("name", String::new())]),
            (&settings, vec![("terms_url", "http://a.example".into())]),
            (&settings, vec![("low_pass_percent", "101".into())]),
            (&group, vec![("name", String::new())]),
            (&group, vec![("name", "Sample".into()), ("by", "rule".into())]),
            (&seats, vec![("seats", "999999999".into())]),
        ];
        let owner = w.browser("owner").await.speaking("en-XA");
        let mut found = Vec::new();
        for (path, fields) in cases {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let page = owner.form(path, &fields).await;
            assert!((400..500).contains(&page.status), "{path} {fields:?}: {}", page.status);
            assert!(page.text.contains('⟦'), "{path} {fields:?}: {}", page.text);
            found.extend(plain_words(&page.text).into_iter().map(|words| format!("{path} {fields:?}: {words}")));
        }
        assert!(found.is_empty(), "{} texts of refused forms did not come from the catalogue:\n{}", found.len(), found.join("\n"));
    }
}

#[test]
fn sabotage_a_hard_wired_word_is_reported() {
    let page = "<html><title>⟦Ţîţļé⟧</title><body><p>⟦Ĥéļļö Meridian⟧ 12 %</p><p>Save <b>cus_01jd2k3m4n5p6q7r8s9t0v1w2x</b></p>\
                <button aria-label='Close'>×</button><code translate='no'>x = y</code><article lang='en'>A text of the guide</article><td>21 Nov 2026, 09:00</td><td>ann@example.com</td></body></html>";
    assert_eq!(plain_words(page), ["Save (p)", "Close (button aria-label)"]);
    assert_eq!(plain_words("<body><noscript><button>Go on</button></noscript></body>"), ["Go on (button)"]);
}

/// Words on a page that are neither in the marks of the pseudo-language nor data.
fn plain_words(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let mut found = Vec::new();
    for node in page.tree.nodes() {
        match node.value() {
            Node::Text(text) => {
                let around: Vec<ElementRef<'_>> = node.ancestors().filter_map(ElementRef::wrap).collect();
                let name = around.first().map_or("", |e| e.value().name());
                if name == "noscript" {
                    // To a parser that could run programs its content is one text.
                    found.extend(plain_words(text));
                } else if !around.iter().any(|e| is_data(*e)) {
                    found.extend(words_of(text).map(|words| format!("{words} ({name})")));
                }
            }
            Node::Element(element) => {
                for attribute in ["aria-label", "title", "alt", "placeholder", "aria-description", "aria-valuetext"] {
                    let words = element.attr(attribute).and_then(words_of);
                    found.extend(words.map(|words| format!("{words} ({} {attribute})", element.name())));
                }
            }
            _ => {}
        }
    }
    found
}

/// Elements that hold no sentences: programs, and what HTML itself marks as not to be translated.
fn is_data(element: ElementRef<'_>) -> bool {
    let value = element.value();
    // The guide is written in one language, and says so.
    let quoted = value.name() != "html" && value.attr("lang") == Some("en");
    quoted || ["script", "style", "kbd", "samp"].contains(&value.name()) || value.attr("translate") == Some("no")
}

fn words_of(text: &str) -> Option<String> {
    let mut depth = 0_u32;
    let mut outside = String::new();
    for c in text.chars() {
        match c {
            '⟦' => depth += 1,
            '⟧' => depth = depth.saturating_sub(1),
            _ if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    let outside = DATA.iter().fold(outside, |text, data| text.replace(data, " "));
    let left: Vec<&str> = outside.split(|c: char| c.is_whitespace() || "(),;·–—…".contains(c)).filter(|word| is_word(word)).collect();
    (!left.is_empty()).then(|| left.join(" "))
}

/// Two letters and more; not an id, an address, a domain, a code, initials or a month.
fn is_word(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
    let data = inner.chars().any(|c| c.is_ascii_digit() || "@./_".contains(c));
    let initials = letters <= 2 && word.chars().all(|c| c.is_uppercase());
    letters >= 2 && !data && !initials && !MONTHS.contains(&inner) && !CODES.contains(&inner)
}

fn read_folder(folder: &Path, extension: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut left = vec![PathBuf::from(folder)];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|e| e == extension) {
            let name = path.strip_prefix(folder).expect("below").display().to_string();
            found.insert(name, std::fs::read_to_string(&path).expect("a text"));
        }
    }
    found
}
