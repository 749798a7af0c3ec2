//! What surrounds a page: whose console it is, who is signed in, where one can go.

use maud::{Markup, html};

use crate::{
    i18n::Lang,
    parts::{Tone, icon},
};

/// How the page is lit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// From the `theme` cookie.
    #[must_use]
    pub fn from_cookie(value: &str) -> Theme {
        match value {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }

    pub(crate) fn attribute(self) -> Option<&'static str> {
        match self {
            Theme::System => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        }
    }
}

/// Everything around a page's own content.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The reader's language.
    pub lang: Lang,
    /// Light, dark or as the device says.
    pub theme: Theme,
    /// The path shown now.
    pub path: String,
    /// The page's name: H1 and window title.
    pub title: String,
    /// One line of context below it; empty for none.
    pub context_line: String,
    /// Whose console this is.
    pub brand: Brand,
    /// The navigation, in groups.
    pub nav: Vec<NavGroup>,
    /// Who is signed in.
    pub person: Option<Person>,
    /// The demo clock, formatted; `None` outside demo.
    pub clock: Option<String>,
    /// The way to all customers of an MSP, at the upper right; `None` for whoever has none.
    pub center: Option<Action>,
    /// Open alerts.
    pub alerts: u64,
    /// Where Help leads; empty where there is none.
    pub help: String,
    /// What just happened.
    pub toast: Option<Toast>,
    /// What this page is a part of, on a slim bar above it, with the way back there.
    pub part_of: Option<(String, Action)>,
    /// The page's one primary action.
    pub primary: Option<Action>,
    /// The primary action where it cannot be taken now, and why.
    pub closed: Option<Closed>,
    /// Quieter actions next to it.
    pub actions: Vec<Action>,
    /// The way here: parents of this page.
    pub crumbs: Vec<Action>,
}

/// A console's name and colours.
#[derive(Clone, Debug, Default)]
pub struct Brand {
    /// The product's name, for the window title.
    pub product: String,
    /// The name in the navigation.
    pub name: String,
    /// Letters for the mark when there is no logo.
    pub initials: String,
    /// The brand's sheet; `None` for our own colours.
    pub css_href: Option<String>,
    /// The logo; `None` for the letters.
    pub logo_href: Option<String>,
}

/// A labelled group of navigation items.
#[derive(Clone, Debug, Default)]
pub struct NavGroup {
    /// The group's name.
    pub label: String,
    /// What it holds.
    pub items: Vec<NavItem>,
}

/// One place in the navigation.
#[derive(Clone, Debug, Default)]
pub struct NavItem {
    /// Its name.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Its icon.
    pub icon: &'static str,
    /// True for the place shown now.
    pub active: bool,
    /// A number that wants attention.
    pub badge: Option<u64>,
}

/// Who is signed in.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// The role's name.
    pub role: String,
    /// Two letters.
    pub initials: String,
}

/// An action that cannot be taken now: its text, and a sentence why.
#[derive(Clone, Debug, Default)]
pub struct Closed {
    /// The action's text.
    pub label: String,
    /// Why not, and who can change it.
    pub why: String,
}

/// A link drawn as a button.
#[derive(Clone, Debug, Default)]
pub struct Action {
    /// Its text: a verb.
    pub label: String,
    /// Where it leads; `#id` opens the dialog with that id.
    pub href: String,
    /// An icon before the text.
    pub icon: Option<&'static str>,
}

/// What just happened, said once.
#[derive(Clone, Debug, Default)]
pub struct Toast {
    /// Good or bad news.
    pub tone: Tone,
    /// One sentence.
    pub text: String,
    /// A way back or onwards.
    pub action: Option<Action>,
}

impl Action {
    /// Draws it with these button classes.
    #[must_use]
    pub fn draw(&self, class: &str) -> Markup {
        let dialog = self.href.strip_prefix('#');
        html! {
            a class={ "btn " (class) } href=(self.href) data-open=[dialog] {
                @if let Some(name) = self.icon { (icon(name)) }
                (self.label)
            }
        }
    }
}
