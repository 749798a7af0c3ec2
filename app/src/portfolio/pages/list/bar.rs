//! What stands above the list: search, facets, saved views, columns, export, the segments by status.

use maud::{Markup, html};
use web::{
    Lang,
    parts::{
        filters::{self, Facet, Segment},
        form, icon,
        menu::{self, Item},
    },
};

use super::{
    Asked, SECTION, Shown, Sort,
    rows::{COLUMNS, is_on},
    words::{status_id, tier_id},
};
use crate::{
    hierarchy::{Tier, standing::Status},
    portfolio::{api::query_of, filter::SortBy, row::Counts},
};

/// The bar.
pub fn bar(lang: Lang, asked: &Asked, shown: &Shown) -> Markup {
    let tiers = Tier::ALL.iter().map(|t| (t.word().to_owned(), lang.t(tier_id(*t)))).collect();
    let mut facets = vec![Facet { name: "tier", label: lang.t("portfolio-col-tier"), options: tiers }];
    if !shown.around.groups.is_empty() {
        let groups = shown.around.groups.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
        facets.push(Facet { name: "group", label: lang.t("portfolio-group"), options: groups });
    }
    let columns: Vec<(&str, String, bool)> = COLUMNS.iter().map(|c| (c.0, lang.t(c.1), is_on(asked, c.0, c.2))).collect();
    filters::bar(
        &lang.t("portfolio-customers"),
        html! {
            (filters::search(lang, SECTION, &asked.at, &lang.t("portfolio-search"), &facets))
            (filters::views(lang, &saved(asked, shown), save_form(lang, asked, shown)))
            (filters::columns(lang, SECTION, &asked.at, &columns))
            @if shown.rights.export && !shown.past { (exports(lang, asked, shown)) }
        },
    )
}

fn saved(asked: &Asked, shown: &Shown) -> Vec<(String, String, bool)> {
    let base = format!("/msp/{}/customers", shown.partner);
    let here = asked.at.without(&["page"]).query();
    shown.views.iter().map(|v| (v.name.clone(), format!("{base}?{}", v.query), v.query == here)).collect()
}

fn save_form(lang: Lang, asked: &Asked, shown: &Shown) -> Markup {
    let base = format!("/msp/{}/views", shown.partner);
    html! {
        hr;
        form.sheet-form method="post" action=(base) data-once {
            (form::hidden(Some(&shown.key)))
            input type="hidden" name="query" value=(asked.at.without(&["page", "as_of"]).query());
            label.sr-only for="view-name" { (lang.t("portfolio-view-name")) }
            input.input id="view-name" name="name" required maxlength="200" placeholder=(lang.t("portfolio-view-name"));
            @if shown.rights.manage {
                label.check { input type="checkbox" name="shared" value="on"; " " (lang.t("portfolio-view-shared")) }
            }
            button.btn.small type="submit" { (lang.t("portfolio-view-save")) }
        }
        @for view in shown.views.iter().filter(|v| v.own || shown.rights.manage) {
            form method="post" action={ (base) "/" (view.id) "/delete" } data-once {
                button.sheet-item.danger type="submit" { (icon("trash")) (lang.with("portfolio-view-remove", &[("name", view.name.as_str().into())])) }
            }
        }
    }
}

fn exports(lang: Lang, asked: &Asked, shown: &Shown) -> Markup {
    let sort = asked.at.get("sort").filter(|s| Sort::parse(s).is_some_and(|s| s.by != SortBy::Health));
    let query = query_of(&asked.filter, sort);
    let href = |format: &str| format!("/v1/msp/{}/customers/export?format={format}&{query}", shown.partner);
    menu::menu(
        &lang.t("portfolio-export"),
        "square",
        icon("download"),
        html! {
            p.sheet-title { (lang.with("portfolio-export-line", &[("n", shown.found.total.into())])) }
            (menu::item(&Item::link("CSV", href("csv"), "file")))
            (menu::item(&Item::link("Excel", href("xlsx"), "file")))
        },
    )
}

/// One segment per status, with its count.
pub fn segment_bar(lang: Lang, asked: &Asked, counts: &Counts) -> Markup {
    let now = asked.segment();
    let segment = |word: &str, id: &str, n: i64| Segment {
        label: lang.t(id),
        count: Some(u64::try_from(n).unwrap_or(0)),
        href: asked.at.with("status", word).to_string(),
        active: now == word,
    };
    let mut list = vec![segment("", "ui-all", counts.total()), segment("attention", "portfolio-attention", counts.attention())];
    for status in Status::ALL {
        list.push(segment(status.word(), status_id(Some(status)), counts.of(Some(status))));
    }
    html! { div.filters.filters-second { (filters::segments(lang, SECTION, &lang.t("portfolio-col-status"), &list)) } }
}

/// What narrows the list now, each with the way to leave it out.
pub fn chips(lang: Lang, asked: &Asked, shown: &Shown) -> Vec<(String, String, String)> {
    let mut list = Vec::new();
    for (field, id) in [
        ("tier", "portfolio-col-tier"),
        ("group", "portfolio-group"),
        ("kind", "portfolio-col-kind"),
        ("lifecycle", "portfolio-col-lifecycle"),
        ("q", "portfolio-words"),
    ] {
        let Some(value) = asked.at.get(field) else { continue };
        let shown = match field {
            "group" => {
                shown.around.groups.iter().find(|(g, _)| g.to_string() == value).map_or_else(|| value.to_owned(), |(_, name)| name.clone())
            }
            "q" => value.to_owned(),
            _ => value.split(',').map(|w| lang.t(&format!("portfolio-{field}-{w}"))).collect::<Vec<_>>().join(", "),
        };
        list.push((lang.t(id), shown, asked.at.with(field, "").to_string()));
    }
    list
}
