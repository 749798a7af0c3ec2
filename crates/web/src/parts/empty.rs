//! Nothing to show: either nothing exists yet, or nothing fits the filter.

use maud::{Markup, html};

use super::icon;
use crate::{i18n::Lang, shell::Action, swap::Swap};

/// Nothing exists yet: what would be here, and the action that fills it.
#[must_use]
pub fn empty(symbol: &str, title: &str, text: &str, action: Option<&Action>) -> Markup {
    html! {
        div.empty {
            span.empty-mark { (icon(symbol)) }
            p.empty-title { (title) }
            p { (text) }
            @if let Some(action) = action { div.row { (action.draw("primary")) } }
        }
    }
}

/// Nothing fits: repeats what was asked and offers to clear it.
#[must_use]
pub fn no_match(lang: Lang, swap: Swap, query: Option<&str>, clear_href: &str) -> Markup {
    html! {
        div.empty role="status" {
            span.empty-mark { (icon("search")) }
            p.empty-title { (lang.t("ui-no-match")) }
            p {
                @if let Some(q) = query { (lang.with("ui-no-match-query", &[("query", q.into())])) }
                @else { (lang.t("ui-no-match-filters")) }
            }
            div.row { (swap.link(clear_href, "btn", html! { (lang.t("ui-clear-filters")) })) }
        }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let action = Action { label: "New campaign".into(), href: "#".into(), icon: Some("plus") };
    html! {
        div.card { (empty("phish", "No campaigns yet", "A simulation shows who recognises phishing. It takes five minutes to set up.", Some(&action))) }
        div.card { (no_match(lang, Swap::page(), Some("fjord"), "#")) }
    }
}
