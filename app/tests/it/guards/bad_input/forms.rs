//! Forms of the console: every field of every form that the pages draw.

use std::collections::BTreeMap;

use http::Method;
use scraper::{ElementRef, Html, Selector};

use super::{Wanted, changed, complaint, holder, marks};
use crate::{
    guards::matrix::{Cast, Relation, Rule, rules},
    scenes,
    support::{Answer, Client, World},
};

const FORM: &str = "application/x-www-form-urlencoded";

/// Forms that take files.
const OTHERS: &[&str] = &["multipart/form-data"];

/// One form as a page drew it.
struct Drawn {
    route: &'static str,
    action: String,
    by: Client,
    fields: Vec<(String, String)>,
}

fn select(css: &str) -> Selector {
    Selector::parse(css).expect("a selector")
}

/// What somebody would write into an empty field.
fn sample(name: &str, kind: &str) -> &'static str {
    match (name, kind) {
        (_, "number") | ("seats" | "quantity" | "max_mau", _) => "1",
        (n, _) if n.contains("email") => "sample@person.example",
        (n, _) if n.contains("password") => "correct horse battery staple",
        ("name", _) => "Sample",
        _ => "",
    }
}

fn fields(form: ElementRef<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for field in form.select(&select("input[name], textarea[name], select[name]")) {
        let (element, name) = (field.value(), field.value().attr("name").unwrap_or_default());
        let kind = element.attr("type").unwrap_or("text");
        let skipped = element.attr("disabled").is_some()
            || ["file", "submit", "button"].contains(&kind)
            || (["checkbox", "radio"].contains(&kind) && element.attr("checked").is_none());
        if skipped {
            continue;
        }
        let value = match element.name() {
            "select" => {
                let chosen = field.select(&select("option[selected]")).next().or_else(|| field.select(&select("option")).next());
                chosen.and_then(|o| o.value().attr("value")).unwrap_or_default().to_owned()
            }
            "textarea" => field.text().collect(),
            _ => element.attr("value").unwrap_or(if kind == "checkbox" { "on" } else { "" }).to_owned(),
        };
        let value = if value.is_empty() { sample(name, kind).to_owned() } else { value };
        found.push((name.to_owned(), value));
    }
    found
}

/// The route an address belongs to.
fn route_of(all: &[Rule], method: &str, path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |rule: &&Rule| {
        let (ours, theirs): (Vec<&str>, Vec<&str>) = (rule.path().split('/').collect(), path.split('/').collect());
        rule.method() == method && ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(o, t)| o == t || o.starts_with('{'))
    };
    // A word beats a placeholder: `/groups/new` is no group.
    all.iter().filter(fits).min_by_key(|r| r.path().matches('{').count()).map(|r| r.route)
}

/// One form of each route, from all the pages a member of staff can open.
async fn drawn(w: &World, cast: &Cast) -> BTreeMap<&'static str, Drawn> {
    let all: Vec<Rule> = rules().into_iter().filter(Rule::is_page).collect();
    let mut found = BTreeMap::new();
    for rule in all.iter().filter(|r| r.is_safe()) {
        let Some((path, _)) = cast.request(rule, Relation::Own) else { continue };
        let by = if rule.is_open() { w.browser("nobody").await } else { w.browser(holder(rule)).await };
        let page = by.get(&path).await;
        for (action, kind, fields) in forms_of(&page, &path) {
            let Some(route) = route_of(&all, "POST", &action) else { panic!("{path}: a form leads to {action}, which is no route") };
            if !OTHERS.contains(&kind.as_str()) {
                found.entry(route).or_insert(Drawn { route, action, by: by.clone(), fields });
            }
        }
    }
    found
}

/// Where a form of a page leads, how it is encoded, and its fields.
type OnPage = (String, String, Vec<(String, String)>);

fn forms_of(page: &Answer, path: &str) -> Vec<OnPage> {
    if page.status != 200 || !page.header("content-type").starts_with("text/html") {
        return Vec::new();
    }
    let html = Html::parse_document(&page.text);
    let all = select("form");
    let forms = html.select(&all).filter(|f| f.value().attr("method").is_some_and(|m| m.eq_ignore_ascii_case("post")));
    let attr = |form: &ElementRef<'_>, name: &str, or: &str| form.value().attr(name).unwrap_or(or).to_owned();
    forms.map(|form| (attr(&form, "action", path), attr(&form, "enctype", ""), fields(form))).collect()
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

impl Drawn {
    /// The form with the field at `at` written as told, percent signs and all.
    fn with(&self, at: usize, raw: &str) -> Vec<u8> {
        let written = |(i, (name, value)): (usize, &(String, String))| {
            format!("{}={}", encoded(name), if i == at { raw.to_owned() } else { encoded(value) })
        };
        self.fields.iter().enumerate().map(written).collect::<Vec<_>>().join("&").into_bytes()
    }

    fn cases(&self) -> Vec<(String, Vec<u8>)> {
        let mut cases = vec![
            ("invalid UTF-8 in a name".to_owned(), [self.with(usize::MAX, ""), b"&%ff=x".to_vec()].concat()),
            ("invalid UTF-8 outside percent signs".to_owned(), [self.with(usize::MAX, ""), b"&x=\xff\xfe".to_vec()].concat()),
            ("an unknown field".to_owned(), [self.with(usize::MAX, ""), b"&nothing_like_this=x".to_vec()].concat()),
            ("NUL".to_owned(), [self.with(usize::MAX, ""), b"&x=%00".to_vec()].concat()),
            ("10 MB".to_owned(), vec![b'x'; 10 * 1024 * 1024]),
        ];
        for (at, (name, value)) in self.fields.iter().enumerate() {
            cases.push((format!("{name} with NUL"), self.with(at, "a%00b")));
            cases.push((format!("{name} with invalid UTF-8"), self.with(at, "%ff%fe")));
            cases.push((format!("{name} of 10,000 characters"), self.with(at, &"x".repeat(10_000))));
            let again = format!("&{}={}", encoded(name), encoded(value));
            cases.push((format!("{name} twice"), [self.with(usize::MAX, ""), again.into_bytes()].concat()));
        }
        cases
    }

    /// True when it has a field beside those that every form carries.
    fn is_read(&self) -> bool {
        self.fields.iter().any(|(name, _)| !["csrf", "idempotency_key"].contains(&name.as_str()))
    }

    async fn send(&self, body: Vec<u8>) -> Answer {
        self.by.request(Method::POST, &self.action, Some(FORM), body).await
    }
}

scenes! {
    async fn every_field_of_every_form_is_judged(w: World) {
        let cast = Cast::gather(&mut w).await;
        let forms = drawn(&w, &cast).await;
        assert!(forms.len() > 20, "only {} forms were drawn", forms.len());
        let before = marks(&w);
        let mut wrong = Vec::new();
        for form in forms.values().filter(|f| f.is_read()) {
            for (what, body) in form.cases() {
                let answer = form.send(body).await;
                wrong.extend(complaint(&answer, &Wanted::any()).map(|why| format!("{} {what}: {why}", form.route)));
            }
        }
        wrong.extend(changed(&before, &w).into_iter().map(|table| format!("{table} was changed by bad input")));
        // A button's form may be done whatever comes with it, and a form as it was drawn is always understood.
        for form in forms.values() {
            let cases = if form.is_read() { Vec::new() } else { form.cases() };
            for (what, body) in cases.into_iter().chain([("as it was drawn".to_owned(), form.with(usize::MAX, ""))]) {
                let answer = form.send(body).await;
                let misread = what.starts_with("as") && ([400, 415].contains(&answer.status) || answer.text.contains("no such field"));
                if answer.status >= 500 || misread {
                    wrong.push(format!("{} {what}: answers {}: {}", form.route, answer.status, answer.text));
                }
            }
        }
        assert!(wrong.is_empty(), "{} answers to bad forms:\n{}", wrong.len(), wrong.join("\n"));
    }

    async fn no_address_of_a_page_breaks_it(w: World) {
        let cast = Cast::gather(&mut w).await;
        let mut wrong = Vec::new();
        for rule in rules().into_iter().filter(|r| r.is_page() && r.is_safe()) {
            let Some((path, _)) = cast.request(&rule, Relation::Own) else { continue };
            let by = if rule.is_open() { w.browser("nobody").await } else { w.browser(holder(&rule)).await };
            let long = format!("q={}", "x".repeat(6_000));
            for query in [
                "q=%00", "q=%ff", "q=a%00b&sort=%00&status=%00&tier=%00", "page=0&size=-1", "page=99999999999999999999", "as_of=9999-99-99",
                "as_of=%00", "next=%00", "sort=nonsense", "done=%00", "status=active&status=active", long.as_str(),
            ] {
                let answer = by.get(&format!("{path}?{query}")).await;
                if answer.status >= 500 {
                    let query: String = query.chars().take(40).collect();
                    wrong.push(format!("{} {query}: answers {}", rule.route, answer.status));
                }
            }
        }
        assert!(wrong.is_empty(), "{} addresses break a page:\n{}", wrong.len(), wrong.join("\n"));
    }
}
