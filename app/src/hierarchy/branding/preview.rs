//! What a brand will look like, drawn by the visitor's browser in both themes: the head of the console, a mail, the page the mail
//! leads to. The colour comes as a sheet of its own, for the content policy allows no inline style.

use maud::{Markup, html};
use web::{Lang, brand::Ramp};

use crate::console::initials;

/// What is drawn.
pub(super) struct Shown<'a> {
    pub name: &'a str,
    /// The colour as it was chosen; none for the console's own.
    pub accent: Option<&'a str>,
    pub logo_url: Option<&'a str>,
}

/// Both themes side by side.
pub(super) fn preview(lang: Lang, shown: &Shown<'_>) -> Markup {
    let used = shown.accent.and_then(Ramp::of).map(|ramp| ramp.used);
    html! {
        @if let Some(used) = &used { link rel="stylesheet" href={ "/brand/" (used.trim_start_matches('#')) ".preview.css" }; }
        div.grid-2 {
            @for (theme, label) in [("light", "hierarchy-brand-light"), ("dark", "hierarchy-brand-dark")] {
                div.brand-preview data-theme=(theme) role="img" aria-label=(lang.with("hierarchy-brand-preview-of", &[("name", shown.name.into()), ("theme", lang.t(label).into())])) {
                    (console(lang, shown)) (mail(lang, shown)) (landing(lang, shown))
                }
            }
        }
    }
}

fn mark(shown: &Shown<'_>) -> Markup {
    html! { span.logo { @match shown.logo_url { Some(src) => { img src=(src) alt=""; }, None => (initials(shown.name)) } } }
}

fn console(lang: Lang, shown: &Shown<'_>) -> Markup {
    html! {
        div.brand-console {
            span.row { (mark(shown)) span.strong.truncate translate="no" { (shown.name) } }
            span.chip { (lang.t("nav-members")) }
        }
    }
}

fn mail(lang: Lang, shown: &Shown<'_>) -> Markup {
    html! {
        div.brand-mail {
            span.strong translate="no" { (shown.name) }
            span.muted { (lang.t("hierarchy-brand-mail-text")) }
            span.btn.primary.small { (lang.t("hierarchy-brand-mail-button")) }
        }
    }
}

fn landing(lang: Lang, shown: &Shown<'_>) -> Markup {
    html! {
        div.brand-landing {
            span.row { (mark(shown)) span.strong.truncate translate="no" { (shown.name) } }
            span { (lang.t("hierarchy-brand-landing-text")) }
            span.btn.primary.small { (lang.t("hierarchy-brand-mail-button")) }
        }
    }
}
