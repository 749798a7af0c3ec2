//! What is wrong with a form, and why something was refused, in the reader's language.
//!
//! Rooms and the API say it once, in English: a pointer, a machine word, a sentence. A page never shows that sentence: it
//! takes the text of the field ([`field`]) or of the refusal's word ([`refusal`]) from the catalogue.

use command::{Fail, Refusal};
use serde_json::{Map, Value};
use web::{Arg, Lang, problem::Problem};

/// The field that is wrong (empty when it is none of the form's), and why.
pub type Wrong = (String, String);

/// Why this field of a form is wrong; nothing where it is not.
#[must_use]
pub fn at((field, why): &Wrong, name: &str) -> Option<String> {
    (field == name && !why.is_empty()).then(|| why.clone())
}

/// What stands above a form's fields: what is wrong with none of them.
#[must_use]
pub fn top((field, why): &Wrong) -> &str {
    if field.is_empty() { why } else { "" }
}

const BILLION: i64 = 1_000_000_000;

/// Why a field was refused.
#[must_use]
pub fn field(lang: Lang, name: &str, code: &str) -> String {
    let id = match (name, code) {
        (_, "repeated") => "wrong-repeated",
        (_, "unknown-field") => return lang.with("wrong-unknown", &[("name", name.into())]),
        (_, "too-long") => "wrong-long",
        (_, "nul-character" | "invalid-utf-8") => "wrong-characters",
        ("seats", "not-pooled") => "wrong-seats-trial",
        ("language", "unknown-language") => "wrong-language-known",
        ("name" | "legal_name" | "company" | "display_name", _) => "wrong-name",
        ("department" | "title" | "external_id" | "product_name", _) => "wrong-short",
        ("description" | "sector" | "reference" | "reason" | "allowed_vendors", _) => "wrong-note",
        ("email" | "admin_email", _) => "wrong-email",
        ("domain", _) => "wrong-domain",
        ("subdomain", _) => "wrong-subdomain",
        ("country", _) => "wrong-country",
        ("language", _) => "wrong-language",
        ("zone" | "time_zone", _) => "wrong-zone",
        ("currency", _) => "wrong-currency",
        ("region", _) => "wrong-region",
        ("terms_url" | "privacy_url", _) => "wrong-url",
        ("accent", _) => "wrong-colour",
        ("rule" | "by", _) => "wrong-rule",
        ("status", _) => "wrong-status",
        ("kind", _) => "wrong-kind",
        ("seats", _) => "wrong-seats",
        ("draft_days", _) => "wrong-draft-days",
        ("trial_extensions", _) => "wrong-trial-extensions",
        _ => match most(name) {
            Some(most) => return lang.with("wrong-number", &[("most", lang.int(most).into())]),
            None => "wrong-value",
        },
    };
    lang.t(id)
}

/// The largest number a field takes; the smallest is 1.
fn most(name: &str) -> Option<i64> {
    Some(match name {
        "max_mau" | "default_max_mau" | "max_customers" | "max_members" => BILLION,
        "quantity" => 10_000,
        "agent_active_days" => 3_650,
        "days" | "stale_campaign_days" | "agent_silent_days" | "trial_extension_days" => 365,
        "low_pass_percent" => 100,
        "near_limit_percent" => 95,
        "expiring_months" => 12,
        _ => return None,
    })
}

/// A refusal of a room's command: the text `{room}-refused-{code}`, else `refused-{code}`.
#[must_use]
pub fn refusal<R: Refusal>(lang: Lang, room: &str, no: R) -> Wrong {
    of(lang, room, &Problem::from(Fail::Refused(no)))
}

/// A problem as a form shows it.
#[must_use]
pub fn of(lang: Lang, room: &str, problem: &Problem) -> Wrong {
    let first = problem.errors.first();
    let name = first.map_or("", |e| e.pointer.trim_start_matches('/').split('/').next().unwrap_or_default());
    match first {
        Some(e) if problem.code == "invalid" => (name.to_owned(), field(lang, name, &e.code)),
        _ => (name.to_owned(), word(lang, room, &problem.code, &problem.more).unwrap_or_else(|| said(problem))),
    }
}

/// What a refusal's word means; none when no catalogue has it.
#[must_use]
pub fn word(lang: Lang, room: &str, code: &str, values: &Map<String, Value>) -> Option<String> {
    let ids = [format!("{room}-refused-{code}"), format!("refused-{code}"), format!("problem-{code}")];
    let id = ids.iter().find(|id| lang.knows(id))?;
    let value = |v: &Value| match v {
        Value::Number(n) => n.as_i64().map_or_else(|| n.to_string(), |n| lang.int(n)),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let values: Vec<(&str, Arg<'_>)> = values.iter().map(|(name, v)| (name.as_str(), value(v).into())).collect();
    Some(lang.with(id, &values))
}

/// Title and sentence of a problem's own page. Where the catalogue has no word for it, it is said as the room said it.
#[must_use]
pub fn page(lang: Lang, problem: &Problem) -> (String, String) {
    let titled = format!("problem-{}", problem.code);
    if !lang.knows(&titled) {
        return match word(lang, "", &problem.code, &problem.more) {
            Some(text) => (lang.t("problem-refused"), text),
            None => (problem.title.clone(), problem.detail.clone()),
        };
    }
    let more = format!("{titled}-detail");
    let detail = match problem.errors.first() {
        Some(_) if problem.code == "invalid" => format!("{} {}", of(lang, "", problem).1, lang.t("wrong-nothing-changed")),
        _ if lang.knows(&more) => lang.t(&more),
        _ => String::new(),
    };
    (lang.t(&titled), detail)
}

fn said(problem: &Problem) -> String {
    let end = if problem.detail.is_empty() { String::new() } else { format!(". {}", problem.detail) };
    format!("{}{end}", problem.title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noun::Name;

    #[test]
    fn a_field_and_a_refusal_are_said_in_the_readers_language() {
        crate::app::install_texts().expect("the texts");
        let wrong = Name::parse(" ").map_err(|why| Problem::invalid("/name", "invalid", why)).expect_err("empty");
        let [en, de] = [Lang::En, Lang::De].map(|lang| of(lang, "", &wrong));
        assert_eq!((en.0.as_str(), de.1.as_str()), ("name", "Ein Name hat 1 bis 200 Zeichen in einer Zeile."));
        let mut full = Problem::new(http::StatusCode::CONFLICT, "pool-exhausted", "1,200 seats were asked for, 4 are available");
        full.more = [("requested".to_owned(), 1_200.into()), ("available".to_owned(), 4.into())].into_iter().collect();
        let text = of(Lang::De, "licensing", &full).1;
        assert!(text.starts_with("1.200 Plätze wurden verlangt, 4 sind verfügbar."), "{text}");
        assert_eq!(page(Lang::De, &full).0, "Das war nicht möglich");
        assert_eq!(field(Lang::De, "near_limit_percent", "out-of-range"), "Eine ganze Zahl von 1 bis 95.");
    }
}
