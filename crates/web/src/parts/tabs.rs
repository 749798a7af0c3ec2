//! Tabs are links: each has its own address.

use maud::{Markup, html};

use crate::i18n::Lang;

/// One tab.
#[derive(Clone, Debug, Default)]
pub struct Tab {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
    /// Shown now.
    pub active: bool,
    /// How many things are behind it.
    pub count: Option<u64>,
}

/// A row of tabs, named for screen readers.
#[must_use]
pub fn tabs(lang: Lang, name: &str, list: &[Tab]) -> Markup {
    html! {
        nav.tabs aria-label=(name) {
            @for tab in list {
                a.tab href=(tab.href) aria-current=[tab.active.then_some("page")] {
                    (tab.label) @if let Some(n) = tab.count { small { (lang.int(n)) } }
                }
            }
        }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let tab = |label: &str, active, count| Tab { label: label.into(), href: "#".into(), active, count };
    tabs(
        lang,
        "Customer",
        &[tab("Overview", true, None), tab("People", false, Some(1204)), tab("Campaigns", false, Some(6)), tab("History", false, None)],
    )
}
