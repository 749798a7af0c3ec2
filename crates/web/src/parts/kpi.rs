//! A number that matters: label, value, change in words, and the list it counts one click away.

use maud::{Markup, html};

use super::{Tone, chart::spark, icon};
use crate::i18n::Lang;

/// A card of the overview.
#[derive(Clone, Debug, Default)]
pub struct Kpi {
    /// What is counted.
    pub label: String,
    /// The number, formatted.
    pub value: String,
    /// Its unit or "of N", below it; empty for none.
    pub unit: String,
    /// How it changed.
    pub delta: Option<Delta>,
    /// Its history, oldest first.
    pub history: Vec<f64>,
    /// The list that shows exactly what is counted.
    pub href: Option<String>,
}

/// A change and what it means.
#[derive(Clone, Debug, Default)]
pub struct Delta {
    /// The change, formatted with its sign.
    pub text: String,
    /// More, less or the same.
    pub step: i8,
    /// Whether that is good news.
    pub tone: Tone,
    /// Compared with what.
    pub note: String,
}

impl Delta {
    /// From a change: `text` is the formatted number, `up_is_good` says which way is good news.
    #[must_use]
    pub fn of(change: f64, text: String, up_is_good: Option<bool>, note: String) -> Delta {
        let step = if change > 0.0 {
            1
        } else if change < 0.0 {
            -1
        } else {
            0
        };
        let tone = match up_is_good {
            Some(good) if step != 0 => {
                if (step > 0) == good {
                    Tone::Good
                } else {
                    Tone::Bad
                }
            }
            _ => Tone::Neutral,
        };
        Delta { text, step, tone, note }
    }
}

/// Draws the card; with a link the whole card is the link.
#[must_use]
pub fn kpi(lang: Lang, k: &Kpi) -> Markup {
    let inside = html! {
        span.kpi-label { (k.label) }
        span.kpi-value { (k.value) }
        (spark::spark(&k.history, k.delta.as_ref().map_or(Tone::Neutral, |d| d.tone)))
        span.kpi-delta {
            @if !k.unit.is_empty() { span { (k.unit) } }
            @if let Some(delta) = &k.delta { (change(lang, delta)) }
        }
    };
    match &k.href {
        Some(href) => html! { a.card.kpi href=(href) { (inside) } },
        None => html! { div.card.kpi { (inside) } },
    }
}

/// A change with an arrow, its direction as a word, and what it is compared with.
#[must_use]
pub fn change(lang: Lang, d: &Delta) -> Markup {
    let (arrow, word) = match d.step {
        1.. => ("trend-up", "ui-up"),
        0 => ("minus", "ui-unchanged"),
        _ => ("trend-down", "ui-down"),
    };
    html! {
        span class={ "delta " (d.tone.class()) } { (icon(arrow)) span.sr-only { (lang.t(word)) " " } (d.text) }
        span { (d.note) }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let rising = vec![3.0, 3.4, 4.1, 4.0, 4.8, 5.5, 6.1, 6.4];
    let falling = vec![6.0, 5.1, 5.6, 4.9, 3.2, 3.8, 3.0, 2.4];
    let card = |label: &str, value: String, delta, history| Kpi {
        label: label.into(),
        value,
        delta: Some(delta),
        history,
        href: Some("#".into()),
        ..Kpi::default()
    };
    html! {
        div.grid-kpi {
            (kpi(lang, &card("Customers", lang.int(45), Delta::of(3.0, lang.signed(3), Some(true), "vs. last month".into()), rising.clone())))
            (kpi(lang, &card("Trained", lang.percent1(84.2), Delta::of(2.1, format!("{} pt", lang.points(2.1)), Some(true), "vs. last month".into()), rising)))
            (kpi(lang, &card("Phish-prone", lang.percent1(12.6), Delta::of(1.4, format!("{} pt", lang.points(1.4)), Some(false), "vs. last month".into()), falling)))
            (kpi(lang, &card("Seats free", lang.int(8420), Delta::of(0.0, "0".into(), None, "since yesterday".into()), vec![5.0; 6])))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direction_is_a_word_too() {
        let made = sample(Lang::En).into_string();
        assert!(made.contains("up ") && made.contains("+2.1 pt") && made.contains("unchanged"), "{made}");
    }
}
