//! What pages of several rooms share: the sentence after a change, and the way to older rows.

use maud::{Markup, html};
use web::{Address, Lang, Swap, Toast, parts::Tone, parts::icon};

/// What has just been done, from `?done=…` in the address: the text `{room}-done-{word}`, if there is one.
#[must_use]
pub fn toast(lang: Lang, uri: &http::Uri, room: &str) -> Option<Toast> {
    let at = Address::of(uri);
    let id = format!("{room}-done-{}", at.get("done")?);
    lang.knows(&id).then(|| Toast { tone: Tone::Good, text: lang.t(&id), action: None })
}

/// The foot of a list by time that is read by cursor: how many there are, and the way to older rows.
#[must_use]
pub fn older(lang: Lang, swap: Swap, at: &Address, shown: usize, total: i64, next: Option<&str>) -> Markup {
    foot(lang, swap, at, (shown, total, next), ("hierarchy-newest", "hierarchy-older"))
}

/// The foot of a list by name that is read by cursor: how many there are, and the way on.
#[must_use]
pub fn further(lang: Lang, swap: Swap, at: &Address, shown: usize, total: i64, next: Option<&str>) -> Markup {
    foot(lang, swap, at, (shown, total, next), ("hierarchy-from-start", "ui-next"))
}

fn foot(
    lang: Lang,
    swap: Swap,
    at: &Address,
    (shown, total, next): (usize, i64, Option<&str>),
    (back, on): (&'static str, &'static str),
) -> Markup {
    let text = lang.with("ui-showing", &[("shown", lang.int(i64::try_from(shown).unwrap_or(0)).into()), ("total", lang.int(total).into())]);
    html! {
        div.pager {
            span role="status" { (text) }
            nav.row aria-label=(lang.t("ui-paging")) {
                @if at.get("after").is_some() {
                    (swap.link(&at.without(&["after"]).to_string(), "btn small", html! { (lang.t(back)) }))
                }
                @if let Some(next) = next {
                    (swap.link(&at.with("after", next).to_string(), "btn small", html! { (lang.t(on)) (icon("chevron-right")) }))
                }
            }
        }
    }
}
