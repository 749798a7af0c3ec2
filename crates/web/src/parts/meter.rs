//! How much of a whole is used: always with the number next to the bar.

use maud::{Markup, html};

use super::Tone;
use crate::i18n::Lang;

/// A bar with its percentage. `tone` colours it; neutral takes the brand.
#[must_use]
pub fn meter(lang: Lang, name: &str, percent: f64, tone: Tone) -> Markup {
    let text = lang.percent0(percent);
    let class = if tone == Tone::Neutral { "" } else { tone.class() };
    html! {
        span.meter {
            progress class=(class) max="100" value=(format!("{:.1}", percent.clamp(0.0, 100.0))) aria-label=(name) { (text) }
            span class={ "meter-text" @if tone != Tone::Neutral && tone != Tone::Good { " " (tone.class()) "-text" } } { (text) }
        }
    }
}

/// The tone of a utilisation: 90 % is near the limit, 100 % is at it.
#[must_use]
pub fn load_tone(percent: f64) -> Tone {
    if percent >= 100.0 {
        Tone::Bad
    } else if percent >= 90.0 {
        Tone::Warn
    } else {
        Tone::Neutral
    }
}

/// Two layers of one whole: given out (light) and in use (solid), with "used of total" as text.
#[must_use]
pub fn layers(lang: Lang, name: &str, used: i64, given: i64, total: i64) -> Markup {
    let part = |n: i64| {
        if total > 0 { (n as f64 / total as f64 * 100.0).clamp(0.0, 100.0) } else { 0.0 }
    };
    let text = lang.with("ui-used-of", &[("used", used.into()), ("total", total.into())]);
    let tone = load_tone(part(used)).class();
    html! {
        span.meter.wide {
            svg viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label={ (name) ": " (text) } {
                rect class="track" width="100" height="6" {}
                rect class="layer-back" width=(format!("{:.2}", part(given))) height="6" {}
                rect class={ "layer-front " (tone) } width=(format!("{:.2}", part(used))) height="6" {}
            }
            span.meter-text { (text) }
        }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    html! {
        (meter(lang, "Seats", 64.0, Tone::Neutral)) (meter(lang, "Seats", 93.0, Tone::Warn)) (meter(lang, "Seats", 100.0, Tone::Bad))
        (layers(lang, "Pool", 1_204, 1_500, 2_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_pool_draws() {
        assert!(layers(Lang::En, "Pool", 0, 0, 0).into_string().contains("0 of 0"));
        assert_eq!(load_tone(100.0), Tone::Bad);
    }
}
