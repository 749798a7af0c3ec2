//! "Why this number?": the formula, the values it was made from, and their age.

use maud::{Markup, html};

use super::icon;
use crate::i18n::Lang;

/// What stands behind a number.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The rule in words or as a formula.
    pub formula: String,
    /// The values it used, formatted.
    pub inputs: Vec<(String, String)>,
    /// When they were true, formatted.
    pub as_of: String,
    /// The list that shows the same number.
    pub list: Option<(String, String)>,
}

/// A small button that opens the explanation.
#[must_use]
pub fn evidence(lang: Lang, e: &Evidence) -> Markup {
    html! {
        tn-menu {
            details.why {
                summary aria-label=(lang.t("ui-why")) title=(lang.t("ui-why")) { (icon("help")) }
                div.sheet.start.why-sheet { (open(lang, e)) }
            }
        }
    }
}

/// The explanation itself, for pages that show it at once.
#[must_use]
pub fn open(lang: Lang, e: &Evidence) -> Markup {
    html! {
        p.strong { (lang.t("ui-why-formula")) }
        p { (e.formula) }
        @if !e.inputs.is_empty() {
            table {
                caption.sr-only { (lang.t("ui-why-inputs")) }
                tbody { @for (name, value) in &e.inputs { tr { td { (name) } td { (value) } } } }
            }
        }
        p.faint { (lang.with("ui-as-of", &[("when", e.as_of.as_str().into())])) }
        @if let Some((label, href)) = &e.list { p { a href=(href) { (label) } } }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let e = Evidence {
        formula: "trained ÷ active × 100".into(),
        inputs: vec![("Trained in 90 days".into(), "1,014".into()), ("Active people".into(), "1,204".into())],
        as_of: "21 Nov 2026, 09:00".into(),
        list: Some(("Show the 1,014 people".into(), "#".into())),
    };
    html! { div.row { span.big { "84.2%" } (evidence(lang, &e)) } div.card { div.why-sheet { (open(lang, &e)) } } }
}
