//! A surface with a head and a body, and a note that explains a state.

use maud::{Markup, html};

use super::{Tone, icon};
use crate::i18n::Lang;

/// A titled card. `end` stands at the right of the head (a link, a menu); use `html! {}` for none.
#[must_use]
pub fn card(title: &str, sub: &str, end: Markup, body: Markup) -> Markup {
    html! {
        section.card {
            div.card-head {
                div { h2 { (title) } @if !sub.is_empty() { p.card-sub { (sub) } } }
                div.row { (end) }
            }
            div.card-body { (body) }
        }
    }
}

/// A titled card whose body reaches its edges: a table or a list.
#[must_use]
pub fn list(title: &str, sub: &str, end: Markup, body: Markup) -> Markup {
    html! {
        section.card {
            div.card-head {
                div { h2 { (title) } @if !sub.is_empty() { p.card-sub { (sub) } } }
                div.row { (end) }
            }
            (body)
        }
    }
}

/// A card without a head, for tables and lists that bring their own.
#[must_use]
pub fn plain(body: Markup) -> Markup {
    html! { div.card { (body) } }
}

/// A sentence that has to be read, with its tone's icon.
#[must_use]
pub fn note(tone: Tone, body: Markup) -> Markup {
    html! { div class={ "note " (tone.class()) } role=[(tone == Tone::Bad).then_some("alert")] { (icon(tone.icon())) div.grow { (body) } } }
}

/// For the gallery.
#[must_use]
pub fn sample(_lang: Lang) -> Markup {
    html! {
        (card("Directory sync", "Every 30 minutes", html! { a href="#" { "History" } }, html! { p { "1,204 people, 14 groups" } }))
        (note(Tone::Warn, html! { "The trial ends in 4 days. After that, no campaigns are sent." }))
        (note(Tone::Bad, html! { "The mail domain is not verified." }))
        (note(Tone::Info, html! { "Numbers are as of 09:00." }))
    }
}
