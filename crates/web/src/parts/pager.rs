//! Paging on the server: what is shown of how many, and the way to the rest.

use maud::{Markup, html};

use crate::{
    address::Address,
    i18n::Lang,
    swap::{Link, Swap},
};

/// Rows per page people can choose.
pub const SIZES: [u64; 3] = [25, 50, 100];

/// Where in a list we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// The page, from 1.
    pub page: u64,
    /// Rows on a page.
    pub per: u64,
    /// Rows in all.
    pub total: u64,
}

impl Paging {
    /// From the address (`page`, `per`); out-of-range values are pulled in.
    #[must_use]
    pub fn of(at: &Address, total: u64) -> Paging {
        let number = |name: &str| at.get(name).and_then(|v| v.parse::<u64>().ok());
        let per = number("per").filter(|n| SIZES.contains(n)).unwrap_or(SIZES[0]);
        let paging = Paging { page: 1, per, total };
        Paging { page: number("page").unwrap_or(1).clamp(1, paging.pages()), ..paging }
    }

    /// How many pages there are, at least 1.
    #[must_use]
    pub fn pages(self) -> u64 {
        self.total.div_ceil(self.per.max(1)).max(1)
    }

    /// Rows to skip.
    #[must_use]
    pub fn offset(self) -> u64 {
        (self.page - 1) * self.per
    }

    /// Rows on this page.
    #[must_use]
    pub fn shown(self) -> u64 {
        self.total.saturating_sub(self.offset()).min(self.per)
    }
}

/// The bar with the count and the steps. `summary` such as "Showing 8 of 45 customers"; empty for the plain one.
#[must_use]
pub fn pager(lang: Lang, swap: Swap, at: &Address, p: Paging, summary: &str, top: bool) -> Markup {
    let plain = || lang.with("ui-showing", &[("shown", p.shown().into()), ("total", p.total.into())]);
    let of = lang.with("ui-page-of", &[("page", p.page.into()), ("pages", p.pages().into())]);
    html! {
        div class=(if top { "pager pager-top" } else { "pager" }) {
            span role=[(!top).then_some("status")] { @if summary.is_empty() { (plain()) } @else { (summary) } }
            @if p.total > SIZES[0] {
                nav aria-label=(lang.t(if top { "ui-paging-top" } else { "ui-paging" })) {
                    @if !top { (sizes(lang, swap, at, p)) }
                    (step(lang, swap, at, p.page > 1, p.page - 1, "ui-previous", "chevron-left"))
                    span { (of) }
                    (step(lang, swap, at, p.page < p.pages(), p.page + 1, "ui-next", "chevron-right"))
                }
            }
        }
    }
}

fn step(lang: Lang, swap: Swap, at: &Address, on: bool, to: u64, label: &str, symbol: &str) -> Markup {
    let label = lang.t(label);
    let face = html! { svg class="icon icon-flip" aria-hidden="true" { use href={ (assets::ICONS) "#" (symbol) } {} } };
    if !on {
        return html! { span.btn.quiet.square.small aria-disabled="true" { (face) } };
    }
    let href = at.with("page", &to.to_string()).to_string();
    swap.link_to(Link { href: &href, class: "btn quiet square small", label: Some(&label), current: false }, face)
}

fn sizes(lang: Lang, swap: Swap, at: &Address, p: Paging) -> Markup {
    let name = lang.t("ui-per-page");
    html! {
        (swap.form(at, &["per"], "row", html! {
            select.input name="per" aria-label=(name) title=(name) {
                @for size in SIZES { option value=(size) selected[size == p.per] { (size) } }
            }
            noscript { button.btn.small { (lang.t("ui-apply")) } }
        }))
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let at = Address::new("/ui/gallery");
    html! { div.card { (pager(lang, Swap::page(), &at, Paging { page: 2, per: 25, total: 1_829 }, "", false)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_stay_in_range() {
        let at = Address::of(&"/x?page=9&per=50".parse().unwrap());
        let p = Paging::of(&at, 120);
        assert_eq!((p.page, p.pages(), p.offset(), p.shown()), (3, 3, 100, 20));
        assert_eq!(Paging::of(&at, 0).shown(), 0);
        assert_eq!(Paging::of(&Address::of(&"/x?per=100000".parse().unwrap()), 10).per, 25);
    }

    #[test]
    fn says_how_many() {
        let made = sample(Lang::De).into_string();
        assert!(made.contains("25 von 1.829") && made.contains("page=3"), "{made}");
    }
}
