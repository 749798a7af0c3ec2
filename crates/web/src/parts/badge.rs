//! A state as a word with a dot, never as a colour alone.

use maud::{Markup, html};

use super::Tone;
use crate::i18n::Lang;

/// A pill with a dot and a word.
#[must_use]
pub fn badge(tone: Tone, text: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (text) } }
}

/// A dot and a word without the pill, for dense rows.
#[must_use]
pub fn dot(tone: Tone, text: &str) -> Markup {
    html! { span class={ "dot " (tone.class()) } { (text) } }
}

/// A number in a small pill.
#[must_use]
pub fn count(lang: Lang, n: u64) -> Markup {
    html! { span.count { (lang.int(n)) } }
}

/// For the gallery.
#[must_use]
pub fn sample(_lang: Lang) -> Markup {
    html! {
        div.row {
            (badge(Tone::Good, "96 Healthy")) (badge(Tone::Warn, "61 Attention")) (badge(Tone::Bad, "22 Critical"))
            (badge(Tone::Info, "Trial")) (badge(Tone::Neutral, "Draft"))
        }
        div.row { (dot(Tone::Good, "Active")) (dot(Tone::Warn, "Near limit")) (dot(Tone::Bad, "Suspended")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_the_word() {
        assert_eq!(badge(Tone::Bad, "At limit").into_string(), r#"<span class="badge bad">At limit</span>"#);
    }
}
