//! Parts of a whole: a ring, and a list that says every number and leads to it.

use maud::{Markup, html};

use super::tone;
use crate::i18n::Lang;

/// One part.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Its name.
    pub label: String,
    /// How many.
    pub value: i64,
    /// The list of exactly these.
    pub href: Option<String>,
    /// A CSS colour class such as `tone-bad`; `None` takes the next series colour.
    pub colour: Option<&'static str>,
}

/// Draws the ring with `middle` (number, word) in it.
#[must_use]
pub fn donut(lang: Lang, title: &str, middle: (&str, &str), parts: &[Part]) -> Markup {
    let total: i64 = parts.iter().map(|p| p.value.max(0)).sum();
    html! {
        div.donut role="group" aria-label=(title) {
            div.donut-ring aria-hidden="true" {
                svg viewBox="0 0 100 100" { circle cx="50" cy="50" r="43" {} (arcs(parts, total)) }
                div.donut-mid { b { (middle.0) } small { (middle.1) } }
            }
            ul.donut-keys { @for (i, part) in parts.iter().enumerate() { li { (key(lang, part, i, total)) } } }
        }
        div.sr-only { table { caption { (title) } tbody { @for p in parts { tr { th scope="row" { (p.label) } td { (lang.int(p.value)) } } } } } }
    }
}

fn arcs(parts: &[Part], total: i64) -> Markup {
    let mut turned = 0.0;
    html! {
        @for (i, part) in parts.iter().enumerate() {
            @let share = if total > 0 { part.value.max(0) as f64 / total as f64 * 100.0 } else { 0.0 };
            // A hair of space between parts, but never so much that a small part disappears.
            @let drawn = if share > 1.5 && share < 99.9 { share - 0.8 } else { share };
            @if share > 0.0 {
                circle class=(colour(part, i)) cx="50" cy="50" r="43" pathLength="100" transform="rotate(-90 50 50)"
                    stroke-dasharray=(format!("{drawn:.2} 100")) stroke-dashoffset=(format!("{:.2}", -turned)) {}
            }
            ({ turned += share; "" })
        }
    }
}

fn key(lang: Lang, part: &Part, i: usize, total: i64) -> Markup {
    let share = if total > 0 { part.value as f64 / total as f64 * 100.0 } else { 0.0 };
    let inside =
        html! { i class={ "swatch " (colour(part, i)) } {} (part.label) b { (lang.int(part.value)) } small { (lang.percent0(share)) } };
    match &part.href {
        Some(href) => html! { a.donut-key href=(href) { (inside) } },
        None => html! { span.donut-key { (inside) } },
    }
}

fn colour(part: &Part, i: usize) -> &'static str {
    part.colour.unwrap_or_else(|| tone(i))
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let part = |label: &str, value, colour| Part { label: label.into(), value, href: Some("#".into()), colour: Some(colour) };
    donut(
        lang,
        "Customers by health",
        ("45", "customers"),
        &[part("Healthy", 32, "tone-good"), part("Attention", 9, "tone-warn"), part("Critical", 4, "tone-bad")],
    )
}
