//! A history in a line without axes; the number next to it says the rest.

use maud::{Markup, html};

use super::number;
use crate::{i18n::Lang, parts::Tone};

/// Oldest first. Nothing is drawn for fewer than two values.
#[must_use]
pub fn spark(values: &[f64], tone: Tone) -> Markup {
    if values.len() < 2 {
        return html! {};
    }
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    let span = if high > low { high - low } else { 1.0 };
    let flat = high <= low;
    let place = |(i, v): (usize, &f64)| {
        let x = i as f64 / (values.len() - 1) as f64 * 70.0;
        let y = if flat { 14.0 } else { 25.0 - (v - low) / span * 22.0 };
        format!("{} {}", number(x), number(y))
    };
    let path: Vec<String> = values.iter().enumerate().map(place).collect();
    let line = path.join(" L");
    let colour = match tone {
        Tone::Bad => "tone-bad",
        Tone::Warn => "tone-warn",
        _ => "s1",
    };
    html! {
        svg class={ "spark " (colour) } viewBox="0 0 70 28" aria-hidden="true" {
            path class="area" d={ "M" (line) " L70 28 L0 28 Z" } {}
            path class="line" d={ "M" (line) } {}
        }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(_lang: Lang) -> Markup {
    html! { div.row { (spark(&[3.0, 4.0, 3.5, 5.0, 6.0, 7.5], Tone::Good)) (spark(&[6.0, 5.0, 5.5, 3.0, 4.0, 2.0], Tone::Bad)) (spark(&[2.0; 4], Tone::Neutral)) } }
}
