//! What just happened, said once in the corner and to screen readers.

use maud::{Markup, html};

use super::{Tone, icon};
use crate::{
    i18n::Lang,
    shell::{Action, Toast},
};

/// The area toasts appear in; every page has one. Its sentences are for the script.
#[must_use]
pub fn area(lang: Lang, toast: Option<&Toast>) -> Markup {
    html! {
        tn-toast.toasts role="status" aria-live="polite" data-failed=(lang.t("ui-failed")) data-offline=(lang.t("ui-offline")) data-copied=(lang.t("ui-copied")) {
            @if let Some(t) = toast { (draw(lang, t)) }
        }
    }
}

/// One toast.
#[must_use]
pub fn draw(lang: Lang, t: &Toast) -> Markup {
    html! {
        div class={ "toast " (t.tone.class()) } {
            (icon(t.tone.icon()))
            p { (t.text) @if let Some(action) = &t.action { " " a href=(action.href) { (action.label) } } }
            button.btn.quiet.square.small type="button" data-dismiss aria-label=(lang.t("ui-dismiss")) { (icon("x")) }
        }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let undo = Action { label: lang.t("ui-undo"), href: "#".into(), icon: None };
    html! {
        (draw(lang, &Toast { tone: Tone::Good, text: "40 seats moved to Nordhavn Clinics.".into(), action: Some(undo) }))
        (draw(lang, &Toast { tone: Tone::Bad, text: lang.t("ui-failed"), action: None }))
    }
}
