//! A dropdown of links and actions on `details`: works without script, closes by itself with it.

use maud::{Markup, html};

use super::icon;
use crate::i18n::Lang;

/// One line of a menu.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// Its text: a verb.
    pub label: String,
    /// Where it leads; `#id` opens that dialog.
    pub href: String,
    /// Its icon.
    pub icon: &'static str,
    /// True when something is lost.
    pub danger: bool,
    /// Sends a form instead of following the link.
    pub post: bool,
}

impl Item {
    /// A link.
    pub fn link(label: impl Into<String>, href: impl Into<String>, icon: &'static str) -> Item {
        Item { label: label.into(), href: href.into(), icon, ..Item::default() }
    }
}

/// A menu behind a button. `class` styles the button, `name` says what it opens.
#[must_use]
pub fn menu(name: &str, class: &str, face: Markup, body: Markup) -> Markup {
    html! {
        tn-menu { details { summary class={ "btn " (class) } aria-label=(name) title=(name) { (face) } div.sheet { (body) } } }
    }
}

/// The "more" menu at a row's end.
#[must_use]
pub fn more(name: &str, items: &[Item]) -> Markup {
    menu(name, "quiet square small", icon("dots"), html! { @for one in items { (item(one)) } })
}

/// One line.
#[must_use]
pub fn item(i: &Item) -> Markup {
    let class = if i.danger { "sheet-item danger" } else { "sheet-item" };
    let face = html! { @if !i.icon.is_empty() { (icon(i.icon)) } (i.label) };
    html! {
        @if i.post {
            form method="post" action=(i.href) data-once { button class=(class) type="submit" { (face) } }
        } @else {
            a class=(class) href=(i.href) data-open=[i.href.strip_prefix('#').filter(|id| !id.is_empty())] { (face) }
        }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let items =
        [Item::link("Open", "#", "eye"), Item::link("Rename", "#", "edit"), Item { danger: true, ..Item::link("Remove", "#", "trash") }];
    html! { div.row { (more(&lang.t("ui-more"), &items)) span.muted { "Three lines behind the dots" } } }
}
