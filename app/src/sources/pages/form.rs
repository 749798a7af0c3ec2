//! The form of a source: which fields each kind has, and the settings they come to.

use maud::{Markup, html};
use serde_json::{Map, Value, json};
use web::{
    Lang,
    forms::Pairs,
    parts::{
        field::{self, Field},
        form,
    },
    problem::Problem,
};

use super::super::way::Kind;
use crate::console::wrong;

/// How a field is filled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    Line,
    Number,
    Yes,
    One(&'static [&'static str]),
}

/// A setting: its name, how it is filled, and whether it must be.
type Setting = (&'static str, Input, bool);

const fn settings(kind: Kind) -> &'static [Setting] {
    match kind {
        Kind::Upload | Kind::Folder => &[],
        Kind::Csv => &[("url", Input::Line, true), ("user", Input::Line, false)],
        Kind::Ldap => &[
            ("host", Input::Line, true),
            ("port", Input::Number, false),
            ("tls", Input::One(&["ldaps", "start-tls"]), true),
            ("schema", Input::One(&["active-directory", "inet-org-person"]), true),
            ("bind_dn", Input::Line, true),
            ("base", Input::Line, true),
            ("filter", Input::Line, false),
            ("group", Input::Line, false),
        ],
        Kind::Entra => &[("tenant", Input::Line, true), ("client_id", Input::Line, true), ("guests", Input::Yes, false)],
        Kind::Google => &[("admin", Input::Line, true), ("domain", Input::Line, false), ("unit", Input::Line, false)],
    }
}

/// Whether a kind can sign in with a secret.
const fn signs_in(kind: Kind) -> bool {
    !matches!(kind, Kind::Upload | Kind::Folder)
}

/// Minutes between two runs that can be chosen.
const EVERY: [&str; 6] = ["", "15", "60", "240", "720", "1440"];

/// What a form holds: sent, or known.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    values: Vec<(String, String)>,
    /// The field that is wrong, and why.
    pub wrong: Option<(String, String)>,
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "on" } else { "" }.to_owned(),
        other => other.to_string(),
    }
}

impl Filled {
    /// An empty form.
    pub fn fresh(name: String) -> Filled {
        Filled { values: vec![("name".into(), name), ("stop_percent".into(), "10".into())], wrong: None }
    }

    /// The form of what is known.
    pub fn known(name: &str, settings: &Value, every: Option<i64>, stop: i64) -> Filled {
        let mut values: Vec<(String, String)> = settings.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), text_of(v))).collect();
        values.push(("name".into(), name.to_owned()));
        values.push(("every_minutes".into(), every.map_or_else(String::new, |n| n.to_string())));
        values.push(("stop_percent".into(), stop.to_string()));
        Filled { values, wrong: None }
    }

    /// The form somebody sent, strictly.
    ///
    /// # Errors
    /// 422 naming a field that does not belong to it.
    pub fn sent(pairs: &Pairs, kind: Kind) -> Result<Filled, Problem> {
        let mut known = vec!["kind", "name", "secret", "every_minutes", "stop_percent", "version"];
        known.extend(settings(kind).iter().map(|(name, ..)| *name));
        pairs.strict(&[], &["secret"])?;
        pairs.only(&known)?;
        Ok(Filled { values: pairs.0.clone(), wrong: None })
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> &str {
        self.values.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str())
    }

    /// The same form, with what is wrong with it.
    pub fn refused(mut self, lang: Lang, problem: &Problem) -> Filled {
        let pointer = problem.errors.first().map_or("", |e| e.pointer.as_str());
        let name = pointer.rsplit('/').next().unwrap_or_default().to_owned();
        let own = format!("sources-wrong-{}", name.replace('_', "-"));
        let text = if problem.code == "invalid" && lang.knows(&own) { lang.t(&own) } else { wrong::of(lang, "sources", problem).1 };
        self.values.retain(|(field, _)| field != "secret");
        self.wrong = Some((name, text));
        self
    }

    /// The settings: what stood there before, under what the form says.
    pub fn settings(&self, kind: Kind, before: Option<&Value>) -> Map<String, Value> {
        let mut made = before.and_then(Value::as_object).cloned().unwrap_or_default();
        made.insert("kind".into(), kind.word().into());
        for (name, input, _) in settings(kind) {
            let text = self.get(name).trim();
            let value = match input {
                Input::Yes => Some(json!(!text.is_empty())),
                _ if text.is_empty() => None,
                Input::Number => Some(text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n))),
                Input::Line | Input::One(_) => Some(json!(text)),
            };
            match value {
                Some(value) => made.insert((*name).into(), value),
                None => made.remove(*name),
            };
        }
        made
    }

    /// A number of the form; none where it is empty.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Problem> {
        let text = self.get(name).trim();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| Problem::invalid(format!("/{name}"), "invalid", "This is no whole number."))
    }

    fn field(&self, lang: Lang, name: &str, required: bool) -> Field {
        let id = name.replace('_', "-");
        let hint = format!("sources-hint-{id}");
        let error = self.wrong.as_ref().filter(|(field, _)| field == name).map(|(_, why)| why.clone());
        let mut made = Field::new(name, lang.t(&format!("sources-field-{id}")), self.get(name)).error(error);
        made.required = required;
        if lang.knows(&hint) { made.hint(lang.t(&hint)) } else { made }
    }

    /// Draws the form.
    pub fn draw(&self, lang: Lang, kind: Kind, action: &str, key: &str, known: Option<(i64, bool)>) -> Markup {
        let elsewhere = self.wrong.as_ref().filter(|(name, _)| !self.shows(kind, name)).map_or("", |(_, why)| why.as_str());
        let sent = form::Form { action, idempotency: Some(key), error: elsewhere, ..form::Form::default() };
        form::post(
            &sent,
            html! {
                @match known {
                    Some((version, _)) => input type="hidden" name="version" value=(version);,
                    None => input type="hidden" name="kind" value=(kind.word());,
                }
                div.form-row {
                    (field::text(lang, &self.field(lang, "name", true)))
                    @for (name, input, required) in settings(kind) {
                        @if *input != Input::Yes { (self.one(lang, name, *input, *required)) }
                    }
                    @if signs_in(kind) { (self.secret(lang, kind, known.is_some_and(|(_, secret)| secret))) }
                    @if kind != Kind::Upload { (self.every(lang)) }
                    (field::input(lang, "number", &self.field(lang, "stop_percent", true)))
                }
                @for (name, input, _) in settings(kind) {
                    @if *input == Input::Yes { (field::checkbox(&Field { value: "on".into(), ..self.field(lang, name, false) }, !self.get(name).is_empty())) }
                }
                (form::actions(&lang.t(if known.is_some() { "sources-save" } else { "sources-add" }), None))
            },
        )
    }

    fn shows(&self, kind: Kind, name: &str) -> bool {
        ["name", "stop_percent"].contains(&name)
            || (signs_in(kind) && name == "secret")
            || (kind != Kind::Upload && name == "every_minutes")
            || settings(kind).iter().any(|(n, ..)| *n == name)
    }

    fn one(&self, lang: Lang, name: &str, input: Input, required: bool) -> Markup {
        let made = self.field(lang, name, required);
        match input {
            Input::One(words) => {
                let options: Vec<(String, String)> =
                    words.iter().map(|w| ((*w).to_owned(), lang.t(&format!("sources-{name}-{w}")))).collect();
                field::select(lang, &made, &options)
            }
            Input::Number => field::input(lang, "number", &made),
            _ => field::text(lang, &made),
        }
    }

    fn secret(&self, lang: Lang, kind: Kind, kept: bool) -> Markup {
        let label = lang.t(&format!("sources-secret-{}", kind.word()));
        let mut made = Field { label, value: String::new(), ..self.field(lang, "secret", kind.needs_secret() && !kept) };
        made.hint = lang.t(if kept { "sources-hint-secret-kept" } else { "sources-hint-secret" });
        made.autocomplete = Some("off");
        if kind == Kind::Google {
            field::textarea(lang, &made)
        } else {
            field::input(lang, "password", &Field { autocomplete: Some("new-password"), ..made })
        }
    }

    fn every(&self, lang: Lang) -> Markup {
        let option = |minutes: &&str| {
            ((*minutes).to_owned(), lang.t(&format!("sources-every-{}", if minutes.is_empty() { "hand" } else { minutes })))
        };
        let mut options: Vec<(String, String)> = EVERY.iter().map(option).collect();
        let now = self.get("every_minutes");
        if !EVERY.contains(&now) {
            options.push((now.to_owned(), lang.with("sources-every-other", &[("n", now.into())])));
        }
        field::select(lang, &self.field(lang, "every_minutes", false), &options)
    }
}
