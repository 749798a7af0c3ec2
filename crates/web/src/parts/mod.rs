//! The pieces pages are made of: one file each, a function with typed arguments and a `sample`.

use maud::{Markup, html};

pub mod badge;
pub mod card;
pub mod chart;
pub mod code;
pub mod dialog;
pub mod empty;
pub mod evidence;
pub mod field;
pub mod filters;
pub mod form;
pub mod keyvalue;
pub mod kpi;
pub mod menu;
pub mod meter;
pub mod pager;
pub mod stepper;
pub mod table;
pub mod table_sample;
pub mod tabs;
pub mod timeline;
pub mod toast;

/// What a state means for the reader. Never said by colour alone: a word stands next to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Needs a look.
    Warn,
    /// Needs action.
    Bad,
    /// Worth knowing.
    Info,
    /// Nothing to judge.
    #[default]
    Neutral,
}

impl Tone {
    /// Its CSS class.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Tone::Good => "good",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::Info => "info",
            Tone::Neutral => "neutral",
        }
    }

    /// The icon for notes and toasts.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Tone::Good => "check-circle",
            Tone::Warn => "warning",
            Tone::Bad => "alert",
            Tone::Info | Tone::Neutral => "info",
        }
    }
}

/// One of our icons by name (see `assets/icons`), decorative: the text next to it says what it means.
#[must_use]
pub fn icon(name: &str) -> Markup {
    debug_assert!(assets::ICON_NAMES.binary_search(&name).is_ok(), "no icon {name}");
    html! { svg class="icon" aria-hidden="true" { use href={ (assets::ICONS) "#" (name) } {} } }
}

/// Two letters for an avatar: the first of the first two words.
#[must_use]
pub fn initials(name: &str) -> String {
    let words = name.split_whitespace().filter_map(|w| w.chars().find(|c| c.is_alphanumeric()));
    words.take(2).flat_map(char::to_uppercase).collect()
}
