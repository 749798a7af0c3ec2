//! Every route, as every role, about what is one's own, a sibling's, another partner's, nothing's and nonsense.
//!
//! The routes come from the OpenAPI document and the list of pages; what each answers follows from one readable table
//! (`policy.rs`) and from the roles' rights. A denied request changes nothing, and what is another's answers byte for byte
//! like what is not there.

mod cast;
mod policy;
mod props;
mod sabotage;

use std::collections::BTreeMap;

use cast::{Actor, RELATIONS, Verdict};
pub use cast::{Cast, Relation};
use futures_util::future::join_all;
use http::Method;
use policy::At;
pub use policy::{Rule, rules};

use crate::{
    scenes,
    support::{Answer, World},
};

/// Every route of the program: `METHOD /path`.
fn routes() -> Vec<String> {
    let document: serde_json::Value = serde_json::from_str(&tenantry::router::openapi().to_json().expect("a document")).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let api = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods").keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let pages = tenantry::router::pages();
    let pages = pages.listed().iter().map(|(method, path)| format!("{method} {path}"));
    api.chain(pages).collect()
}

#[test]
fn every_route_has_its_line_in_the_policy() {
    let (routes, rules) = (routes(), rules());
    assert!(routes.len() > 50, "only {} routes: is the program linked?", routes.len());
    let wrong = policy::differences(&routes, &rules);
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

scenes! {
    async fn every_route_answers_every_role_as_the_policy_says(w: World) {
        let known = routes();
        let rules: Vec<Rule> = rules().into_iter().filter(|r| known.iter().any(|route| route == r.route)).collect();
        let cast = Cast::gather(&mut w).await;
        let mut wrong = Vec::new();
        for rule in &rules {
            denials(&w, &cast, rule, &mut wrong).await;
        }
        for rule in &rules {
            admissions(&w, &cast, rule, &mut wrong).await;
        }
        assert!(wrong.is_empty(), "{} answers are not what the policy says:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// One request of the matrix.
struct Ask<'c> {
    actor: &'c Actor,
    relation: Relation,
    verdict: Verdict,
    path: String,
    body: String,
}

fn asks<'c>(cast: &'c Cast, rule: &Rule) -> Vec<Ask<'c>> {
    let one = |actor: &'c Actor, relation| {
        let (path, body) = cast.request(rule, relation)?;
        Some(Ask { actor, relation, verdict: actor.verdict(rule, relation), path, body })
    };
    cast.actors.iter().flat_map(|actor| RELATIONS.into_iter().filter_map(move |relation| one(actor, relation))).collect()
}

/// Everything that must be turned away, and that it left no trace.
async fn denials(w: &World, cast: &Cast, rule: &Rule, wrong: &mut Vec<String>) {
    let asks: Vec<Ask<'_>> = asks(cast, rule).into_iter().filter(|a| a.verdict != Verdict::LetIn).collect();
    let before = (!rule.is_safe()).then(|| marks(w));
    let answers = join_all(asks.iter().map(|ask| send(w, rule, ask))).await;
    for (ask, answer) in asks.iter().zip(&answers) {
        judge(rule, ask, answer, wrong);
    }
    alike(rule, &asks, &answers, wrong);
    if let Some(before) = before {
        let after = marks(w);
        let changed: Vec<_> =
            after.iter().filter(|(table, mark)| before.get(*table) != Some(*mark)).map(|(table, _)| table.as_str()).collect();
        if !changed.is_empty() {
            wrong.push(format!("{}: a denied request changed {}", rule.route, changed.join(", ")));
        }
    }
}

/// Everything that must be let in. An API change is only previewed.
async fn admissions(w: &World, cast: &Cast, rule: &Rule, wrong: &mut Vec<String>) {
    for ask in asks(cast, rule).into_iter().filter(|a| a.verdict == Verdict::LetIn) {
        let answer = send(w, rule, &ask).await;
        judge(rule, &ask, &answer, wrong);
    }
}

async fn send(w: &World, rule: &Rule, ask: &Ask<'_>) -> Answer {
    let method: Method = rule.method().parse().expect("a method");
    let let_in = ask.verdict == Verdict::LetIn;
    let client = match rule.is_page() {
        // A form that is let in may end the session it came with.
        true if let_in && !rule.is_safe() && ask.actor.role.is_some() => w.browser(ask.actor.name).await,
        true => ask.actor.browser.clone(),
        false => ask.actor.token.keyed(),
    };
    let kind = if rule.is_page() { "application/x-www-form-urlencoded" } else { "application/json" };
    let kind = if rule.kind().is_empty() { kind } else { rule.kind() };
    let path = if let_in && !rule.is_safe() && !rule.is_page() { format!("{}?preview=true", ask.path) } else { ask.path.clone() };
    if rule.is_safe() {
        return client.get(&path).await;
    }
    client.request(method, &path, Some(kind), ask.body.clone().into_bytes()).await
}

fn judge(rule: &Rule, ask: &Ask<'_>, answer: &Answer, wrong: &mut Vec<String>) {
    let to_sign_in = answer.header("location").starts_with("/signin");
    let status = answer.status;
    let fits = match ask.verdict {
        Verdict::SignIn if rule.is_page() => to_sign_in || status == 401,
        Verdict::SignIn => status == 401,
        Verdict::Forbidden => status == 403,
        Verdict::NotFound => status == 404,
        Verdict::Refused => status == 403 || status == 404,
        Verdict::LetIn if rule.at == At::Everyone => status < 500 && ![403, 405].contains(&status),
        // What one actor's form removed the next does not find; a sibling has no member of its own; some things nobody has.
        Verdict::LetIn if status == 404 => {
            let removed = rule.is_page() && !rule.is_safe();
            rule.has_child() && (removed || ask.relation == Relation::Sibling || ask.path.contains("/nothing"))
        }
        Verdict::Nothing | Verdict::LetIn => !to_sign_in && status < 500 && ![401, 403, 405].contains(&status),
    };
    if !fits {
        let said = answer.text.chars().take(160).collect::<String>().replace('\n', " ");
        wrong.push(format!("{} as {} about {:?}: {status} instead of {:?}: {said}", rule.route, ask.actor.name, ask.relation, ask.verdict));
    }
}

/// To one actor, all that is not theirs is the same nothing: status, headers' names and body, apart from the path asked for.
fn alike(rule: &Rule, asks: &[Ask<'_>], answers: &[Answer], wrong: &mut Vec<String>) {
    let mut groups: BTreeMap<(&str, bool), BTreeMap<String, Vec<Relation>>> = BTreeMap::new();
    for (ask, answer) in asks.iter().zip(answers) {
        let nothing = matches!(ask.verdict, Verdict::NotFound | Verdict::Nothing | Verdict::Refused);
        if nothing && !(ask.verdict == Verdict::Refused && ask.relation == Relation::Crossed) {
            let group = groups.entry((ask.actor.name, ask.verdict == Verdict::NotFound)).or_default();
            group.entry(plain(ask, answer)).or_default().push(ask.relation);
        }
    }
    for ((actor, _), answers) in groups.into_iter().filter(|(_, answers)| answers.len() > 1) {
        let told: Vec<String> =
            answers.iter().map(|(text, relations)| format!("{relations:?}: {}", text.chars().take(300).collect::<String>())).collect();
        wrong.push(format!("{} tells {actor} what is there and what is not:\n    {}", rule.route, told.join("\n    ")));
    }
}

fn plain(ask: &Ask<'_>, answer: &Answer) -> String {
    let mut names: Vec<&str> = answer.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    let encoded = percent_encoding::utf8_percent_encode(&ask.path, percent_encoding::NON_ALPHANUMERIC).to_string();
    let mut text = answer.text.replace(&ask.path, "PATH").replace(&encoded, "PATH").replace(answer.header("x-request-id"), "REQUEST");
    // What a path named is not told back elsewhere either; a reference by mail address is the asker's own words.
    if let Some(id) = ask.path.rsplit('/').find(|part| part.contains('@')) {
        text = text.replace(id, "REFERENCE");
    }
    format!("{} {} {text}", answer.status, names.join(","))
}

/// Rows and checksums of everything; of credentials only the rows, whose last use is noted in passing.
fn marks(w: &World) -> BTreeMap<String, String> {
    let mark = |table: &str, print: store::TablePrint| match table {
        "credential" => print.rows.to_string(),
        _ => format!("{} {}", print.rows, print.checksum),
    };
    w.prints().into_iter().map(|(table, print)| (table.clone(), mark(&table, print))).collect()
}
