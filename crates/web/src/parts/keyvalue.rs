//! Facts about one thing, as pairs.

use maud::{Markup, html};

use crate::i18n::Lang;

/// A list of names and values.
#[must_use]
pub fn pairs(rows: &[(String, Markup)]) -> Markup {
    html! { dl.pairs { @for (name, value) in rows { dt { (name) } dd { (value) } } } }
}

/// Facts in little room: two beside each other, the name above its value.
#[must_use]
pub fn compact(rows: &[(String, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } } }
}

/// For the gallery.
#[must_use]
pub fn sample(_lang: Lang) -> Markup {
    let rows = [
        ("Domain".into(), html! { "nordhavn.example" }),
        ("Plan".into(), html! { "Awareness 100, renews 1 Mar 2027" }),
        ("Region".into(), html! { "EU West" }),
    ];
    html! { (pairs(&rows)) (compact(&rows)) }
}
