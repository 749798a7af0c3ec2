//! Bad input, generated: every route that takes a body is sent what no honest client sends. Each such request answers a 4xx
//! that names the field, never a 5xx, and changes nothing. The routes and their fields come from the OpenAPI document and
//! from the forms of the pages themselves, so that a new one is tried from its first day on.

mod api;
mod forms;

use std::collections::BTreeMap;

use access::{Grants, Role, permissions};

use super::matrix::Rule;
use crate::support::{Answer, World};

/// What an answer must be.
#[derive(Debug, Clone)]
struct Wanted {
    /// The only statuses that will do; any 4xx that shows the body was judged when empty.
    statuses: &'static [u16],
    /// The field that must be named, as a JSON pointer.
    field: Option<String>,
}

impl Wanted {
    fn any() -> Wanted {
        Wanted { statuses: &[], field: None }
    }

    fn naming(field: &str) -> Wanted {
        Wanted { statuses: &[], field: Some(format!("/{field}")) }
    }
}

/// Statuses that come before a body is judged: they would prove nothing about it.
const BEFORE: [u16; 5] = [401, 403, 404, 405, 429];

/// What is wrong with an answer to bad input.
fn complaint(answer: &Answer, wanted: &Wanted) -> Option<String> {
    let status = answer.status;
    let said = || answer.text.chars().take(200).collect::<String>().replace('\n', " ");
    if !(400..500).contains(&status) {
        return Some(format!("answers {status}: {}", said()));
    }
    if wanted.statuses.is_empty() && BEFORE.contains(&status) {
        return Some(format!("answers {status}, so that nothing is proved: {}", said()));
    }
    if !wanted.statuses.is_empty() && !wanted.statuses.contains(&status) {
        return Some(format!("answers {status} instead of {:?}: {}", wanted.statuses, said()));
    }
    let field = wanted.field.as_ref()?;
    let mut named = answer.json["errors"].as_array().into_iter().flatten().filter_map(|e| e["pointer"].as_str());
    let is_named = named.any(|p| p == field || p.strip_prefix(field.as_str()).is_some_and(|rest| rest.starts_with('/')));
    (!is_named).then(|| format!("does not name {field}: {}", said()))
}

/// Somebody who holds the rights of a route, so that only its input can be what is refused.
fn holder(rule: &Rule) -> &'static str {
    let held = |role| {
        let held = permissions::held(role, Grants::default());
        rule.right.split('+').all(|right| right.is_empty() || held.contains(&right))
    };
    match () {
        () if held(Role::Owner) && !rule.path().contains("/distributors/") => "owner",
        () if held(Role::DistributorOwner) => "distributor_owner",
        () => "customer_admin",
    }
}

/// Rows and checksums of all that requests may not touch; what counts attempts may count.
fn marks(w: &World) -> BTreeMap<String, store::TablePrint> {
    w.prints().into_iter().filter(|(table, _)| !["attempt", "credential"].contains(&table.as_str())).collect()
}

fn changed(before: &BTreeMap<String, store::TablePrint>, w: &World) -> Vec<String> {
    let after = marks(w);
    after.into_iter().filter(|(table, print)| before.get(table) != Some(print)).map(|(table, _)| table).collect()
}

#[test]
fn sabotage_a_lenient_answer_is_reported() {
    let answer = |status: u16, text: &str| Answer {
        status,
        headers: http::HeaderMap::new(),
        text: text.to_owned(),
        json: serde_json::from_str(text).unwrap_or_default(),
    };
    let named = r#"{"errors":[{"pointer":"/rule/tier"}]}"#;
    assert_eq!(complaint(&answer(422, named), &Wanted::naming("rule")), None);
    assert_eq!(complaint(&answer(400, ""), &Wanted::any()), None);
    for (status, text, wanted) in [
        (200, "", Wanted::any()),
        (303, "", Wanted::any()),
        (500, "", Wanted::any()),
        (404, "", Wanted::any()),
        (422, named, Wanted::naming("rul")),
        (422, "{}", Wanted::naming("rule")),
        (400, "", Wanted { statuses: &[413], field: None }),
    ] {
        assert!(complaint(&answer(status, text), &wanted).is_some(), "{status} {text} {wanted:?}");
    }
}
