//! Everything above a list: segments with counts, search, facets, saved views, column chooser.

use maud::{Markup, html};

use super::{icon, menu};
use crate::{
    address::Address,
    i18n::Lang,
    swap::{Link, Swap},
};

/// One choice of a segmented filter, with how many rows it would show.
#[derive(Clone, Debug, Default)]
pub struct Segment {
    /// Its name.
    pub label: String,
    /// How many rows it shows.
    pub count: Option<u64>,
    /// Its address.
    pub href: String,
    /// Chosen now.
    pub active: bool,
}

/// A select that filters by one parameter.
#[derive(Clone, Debug, Default)]
pub struct Facet {
    /// The parameter.
    pub name: &'static str,
    /// What it filters by.
    pub label: String,
    /// Values and their names; "all" is added.
    pub options: Vec<(String, String)>,
}

/// The bar above a list. Each part is optional: pass `html! {}`.
#[must_use]
pub fn bar(title: &str, body: Markup) -> Markup {
    html! { div.filters { @if !title.is_empty() { h2 { (title) } } (body) } }
}

/// A segmented filter.
#[must_use]
pub fn segments(lang: Lang, swap: Swap, name: &str, list: &[Segment]) -> Markup {
    html! {
        div.segments role="group" aria-label=(name) {
            @for s in list {
                (swap.link_to(Link { href: &s.href, class: "segment", label: None, current: s.active }, html! {
                    (s.label) @if let Some(n) = s.count { " " small { (lang.int(n)) } }
                }))
            }
        }
    }
}

/// Search (parameter `q`) and facets in one form; "/" jumps here.
#[must_use]
pub fn search(lang: Lang, swap: Swap, at: &Address, placeholder: &str, facets: &[Facet]) -> Markup {
    let sets: Vec<&str> = ["q"].into_iter().chain(facets.iter().map(|f| f.name)).collect();
    let id = format!("q-{}", at.path.trim_matches('/').replace('/', "-"));
    swap.form(at, &sets, "row grow", html! {
        label.search {
            (icon("search"))
            input.input id=(id) type="search" name="q" value=(at.get("q").unwrap_or("")) placeholder=(placeholder) aria-label=(placeholder) autocomplete="off";
            kbd aria-hidden="true" { "/" }
        }
        @for f in facets {
            select.input name=(f.name) aria-label=(f.label) {
                option value="" { (f.label) ": " (lang.t("ui-all")) }
                @for (value, label) in &f.options { option value=(value) selected[at.get(f.name) == Some(value)] { (label) } }
            }
        }
        noscript { button.btn type="submit" { (lang.t("ui-search")) } }
    })
}

/// What is filtered now, each removable: `(name, value shown, address without it)`.
#[must_use]
pub fn chips(lang: Lang, swap: Swap, list: &[(String, String, String)]) -> Markup {
    html! {
        @if !list.is_empty() {
            div.chips {
                @for (name, value, href) in list {
                    @let label = lang.with("ui-filter-remove", &[("name", name.as_str().into())]);
                    (swap.link(href, "chip", html! { span.sr-only { (label) " " } (name) ": " (value) (icon("x")) }))
                }
            }
        }
    }
}

/// Saved views: `(name, address, chosen)`, and a form to save this one.
#[must_use]
pub fn views(lang: Lang, list: &[(String, String, bool)], save: Markup) -> Markup {
    let face = html! { (icon("star")) (lang.t("ui-views")) };
    menu::menu(
        &lang.t("ui-views"),
        "",
        face,
        html! {
            @for (name, href, active) in list {
                a.sheet-item href=(href) aria-current=[active.then_some("true")] { (name) }
            }
            (save)
        },
    )
}

/// Which columns are shown: `(key, name, shown)`, kept in the parameter `cols`.
#[must_use]
pub fn columns(lang: Lang, swap: Swap, at: &Address, list: &[(&str, String, bool)]) -> Markup {
    let shown: Vec<&str> = list.iter().filter(|(_, _, on)| *on).map(|(key, _, _)| *key).collect();
    menu::menu(
        &lang.t("ui-columns"),
        "square",
        icon("columns"),
        html! {
            p.sheet-title { (lang.t("ui-columns")) }
            @for (key, name, on) in list {
                @let next: Vec<&str> = if *on { shown.iter().copied().filter(|k| k != key).collect() }
                    else { list.iter().map(|c| c.0).filter(|k| k == key || shown.contains(k)).collect() };
                @let href = at.with("cols", &next.join(",")).to_string();
                (swap.link_to(Link { href: &href, class: "sheet-item", label: None, current: *on }, html! {
                    span class=(if *on { "" } else { "faint" }) { (icon(if *on { "check" } else { "minus" })) } (name)
                }))
            }
        },
    )
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let at = Address::new("/ui/gallery");
    let segment = |label: &str, count, active| Segment { label: label.into(), count: Some(count), href: "#".into(), active };
    let plan =
        Facet { name: "plan", label: "Plan".into(), options: vec![("full".into(), "Full".into()), ("trial".into(), "Trial".into())] };
    html! {
        div.card {
            (bar("Customers", html! {
                (search(lang, Swap::page(), &at, "Search name or domain", &[plan]))
                (segments(lang, Swap::page(), "Health", &[segment("All", 45, true), segment("Critical", 4, false), segment("Attention", 9, false), segment("Healthy", 32, false)]))
                (views(lang, &[(lang.t("ui-view-default"), "#".into(), true), ("Renewals".into(), "#".into(), false)], html! {}))
                (columns(lang, Swap::page(), &at, &[("seats", "Seats".into(), true), ("mfa", "MFA".into(), false)]))
            }))
            (chips(lang, Swap::page(), &[("Plan".into(), "Trial".into(), "#".into())]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_stand_next_to_the_names() {
        let made = sample(Lang::En).into_string();
        assert!(made.contains("Critical <small>4</small>") && made.contains(r#"aria-current="true""#), "{made}");
    }
}
