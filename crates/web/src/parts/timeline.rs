//! What happened, newest first.

use maud::{Markup, html};

use super::{Tone, icon};
use crate::i18n::Lang;

/// One thing that happened.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// Its icon.
    pub icon: &'static str,
    /// What it means.
    pub tone: Tone,
    /// One sentence.
    pub title: String,
    /// More about it; empty for none.
    pub detail: String,
    /// When, formatted.
    pub when: String,
    /// When, exactly, for the tooltip and for machines.
    pub exact: String,
}

/// The list.
#[must_use]
pub fn timeline(events: &[Event]) -> Markup {
    html! {
        ol.timeline {
            @for e in events {
                li {
                    span class={ "timeline-mark " (e.tone.class()) } { (icon(e.icon)) }
                    div.timeline-body { (e.title) @if !e.detail.is_empty() { p { (e.detail) } } }
                    time datetime=(e.exact) title=(e.exact) { (e.when) }
                }
            }
        }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(_lang: Lang) -> Markup {
    let event = |icon, tone, title: &str, detail: &str, when: &str| Event {
        icon,
        tone,
        title: title.into(),
        detail: detail.into(),
        when: when.into(),
        exact: "2026-11-21T09:00:00Z".into(),
    };
    timeline(&[
        event("check-circle", Tone::Good, "Domain verified", "nordhavn.example", "2 hours ago"),
        event("key", Tone::Info, "40 seats allocated", "By Anna Kessler, pool Awareness 500", "1 day ago"),
        event("warning", Tone::Warn, "Sync skipped 3 rows", "Addresses without a domain", "3 days ago"),
    ])
}
