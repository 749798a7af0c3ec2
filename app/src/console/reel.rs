//! Lists that are read by cursor: where one stands, how many rows there are, and the way on. No way leads back but to the
//! beginning: a cursor knows what follows it, not what stood before.

use maud::{Markup, html};
use serde::{Serialize, de::DeserializeOwned};
use web::{Address, Lang, Swap, parts::icon, problem::Problem};

use crate::app::App;

/// In which order a list is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sorted {
    /// The newest first.
    Newest,
    /// From A to Z.
    Name,
}

/// A list read by cursor, at one address: its filters belong to the cursor, so that one cannot be used on another list.
pub struct Reel<'a> {
    app: &'a App,
    at: &'a Address,
    binding: String,
    each: i64,
}

/// What the foot tells of a page.
pub struct Shown<K> {
    /// Rows on it.
    pub rows: usize,
    /// Rows of the whole list.
    pub total: i64,
    /// The place of its last row.
    pub last: Option<K>,
}

impl<'a> Reel<'a> {
    /// The list `name` at an address, `each` rows a page.
    #[must_use]
    pub fn new(app: &'a App, name: &str, at: &'a Address, each: i64) -> Reel<'a> {
        Reel { app, at, binding: format!("{name} {}", at.without(&["after"])), each }
    }

    /// The place to go on from; none at the beginning.
    ///
    /// # Errors
    /// 400 when the cursor belongs to another list or is too old.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        self.at.get("after").map(|text| self.app.signer.open(&self.binding, text)).transpose()
    }

    /// The foot of the list; nothing below an empty one.
    #[must_use]
    pub fn foot<K: Serialize>(&self, lang: Lang, swap: Swap, by: Sorted, shown: &Shown<K>) -> Markup {
        if shown.rows == 0 {
            return html! {};
        }
        let rows = i64::try_from(shown.rows).unwrap_or(i64::MAX);
        let next = shown.last.as_ref().filter(|_| rows == self.each).map(|last| self.app.signer.seal(&self.binding, last));
        let text = lang.with("ui-showing", &[("shown", lang.int(rows).into()), ("total", lang.int(shown.total).into())]);
        let (back, on) = match by {
            Sorted::Newest => ("ui-newest", "ui-older"),
            Sorted::Name => ("ui-from-start", "ui-next"),
        };
        html! {
            div.pager {
                span role="status" { (text) }
                nav.row aria-label=(lang.t("ui-paging")) {
                    @if self.at.get("after").is_some() {
                        (swap.link(&self.at.without(&["after"]).to_string(), "btn small", html! { (lang.t(back)) }))
                    }
                    @if let Some(next) = next {
                        (swap.link(&self.at.with("after", &next).to_string(), "btn small", html! { (lang.t(on)) (icon("chevron-right")) }))
                    }
                }
            }
        }
    }
}
