//! The list's table.

use maud::{Markup, html};
use store::Timestamp;
use web::{
    Lang,
    parts::{
        Tone,
        empty::{empty, no_match},
        menu::Item,
        meter,
        pager::Paging,
        table::{self, Column, Row, Table},
    },
};

use super::{
    Asked, SECTION, Shown, create, total,
    words::{health_dot, status_badge, tier_id},
};
use crate::{
    licensing::pools::rules::{UsageStatus, usage_status},
    portfolio::{
        pages::{NARROWING, bulk, why::Teller},
        row::CustomerRow,
    },
};

/// Key, text, shown unless said otherwise.
pub const COLUMNS: [(&str, &str, bool); 9] = [
    ("status", "portfolio-col-status", true),
    ("seats", "portfolio-col-seats", true),
    ("tier", "portfolio-col-tier", true),
    ("pass_rate", "portfolio-col-pass-rate", true),
    ("last_campaign_at", "portfolio-col-last-campaign", true),
    ("health", "portfolio-col-health", true),
    ("account_number", "portfolio-col-number", false),
    ("kind", "portfolio-col-kind", false),
    ("lifecycle", "portfolio-col-lifecycle", false),
];

/// True when the address shows a column.
pub fn is_on(asked: &Asked, key: &str, usual: bool) -> bool {
    asked.at.get("cols").map_or(usual, |cols| cols.split(',').any(|c| c == key))
}

/// The table, with its paging.
pub fn rows(lang: Lang, asked: &Asked, shown: &Shown) -> Markup {
    let on: Vec<&(&str, &str, bool)> = COLUMNS.iter().filter(|c| is_on(asked, c.0, c.2)).collect();
    let mut columns = vec![Column::text("name", lang.t("portfolio-col-customer"))];
    columns.extend(on.iter().map(|c| column(lang, c.0, c.1)));
    let keys: Vec<&str> = on.iter().map(|c| c.0).collect();
    let all = total(&shown.found);
    let clear = asked.at.without(&NARROWING).with("q", "").to_string();
    let nothing = if asked.filter.is_open() {
        let action = create(lang, shown.partner, shown.rights);
        empty("customers", &lang.t("portfolio-empty"), &lang.t("portfolio-empty-line"), action.as_ref())
    } else {
        no_match(lang, SECTION, asked.filter.q.as_deref(), &clear)
    };
    let list = shown.found.rows.iter().map(|r| line(lang, shown, r, &keys)).collect();
    let n = shown.found.rows.len();
    let table = Table {
        caption: lang.t("portfolio-customers"),
        columns,
        rows: list,
        at: &asked.at,
        default_sort: "health",
        paging: Some(Paging::of(&asked.at, all)),
        summary: lang.with("portfolio-showing", &[("shown", n.into()), ("total", shown.found.total.into())]),
        pick: (shown.rights.manage && !shown.past).then(|| bulk::pick(lang, asked, shown)),
        nothing,
        compact: false,
    };
    table::table(lang, SECTION, &table)
}

fn column(lang: Lang, key: &'static str, id: &str) -> Column {
    match key {
        "seats" | "pass_rate" => Column::number(key, lang.t(id)),
        "kind" | "lifecycle" => Column::plain(key, lang.t(id)),
        _ => Column::text(key, lang.t(id)),
    }
}

fn line(lang: Lang, shown: &Shown, row: &CustomerRow, keys: &[&str]) -> Row {
    let href = format!("/msp/{}/customers/{}", shown.partner, row.id);
    let teller = Teller { lang, zone: &shown.around.zone, now: shown.now, by: shown.by };
    let mut cells = vec![table::lead(&row.name, &href, row.domain.as_deref().unwrap_or_default())];
    cells.extend(keys.iter().map(|key| cell(&teller, shown, row, key)));
    let mut actions = vec![
        Item::link(lang.t("portfolio-open"), href.clone(), "eye"),
        Item::link(lang.t("portfolio-members"), format!("{href}/members"), "users"),
    ];
    if row.lifecycle == crate::hierarchy::Lifecycle::Setup && !shown.past {
        actions.insert(0, Item::link(lang.t("portfolio-go-on"), format!("{href}/setup"), "flag"));
    }
    Row { id: row.id.to_string(), name: row.name.clone(), cells, actions }
}

fn cell(teller: &Teller<'_>, shown: &Shown, row: &CustomerRow, key: &str) -> Markup {
    let lang = teller.lang;
    match key {
        "status" => html! { span.with-why { (status_badge(lang, row)) (teller.status(row)) } },
        "seats" => {
            html! { span.with-why { span.nowrap { (lang.int(row.seats.active)) " / " (lang.int(row.seats.allocated)) } (use_of(lang, shown, row)) (teller.seats(row)) } }
        }
        "tier" => html! { (lang.t(tier_id(row.tier))) },
        "pass_rate" => match row.pass_rate {
            Some(rate) => html! { span.with-why { (share(lang, rate.percent)) (teller.pass_rate(row)) } },
            None => html! { span.with-why { (table::nothing(lang)) (teller.pass_rate(row)) } },
        },
        "last_campaign_at" => ago(teller, row.last_campaign_at),
        "health" => health_dot(lang, row),
        "account_number" => html! { code translate="no" { (row.account_number) } },
        "kind" => html! { (lang.t(&format!("portfolio-kind-{}", row.kind.word()))) },
        _ => html! { (lang.t(&format!("portfolio-lifecycle-{}", row.lifecycle.word()))) },
    }
}

/// A percentage, with its digit only where it has one.
fn share(lang: Lang, percent: f64) -> String {
    if percent.fract() == 0.0 { lang.percent0(percent) } else { lang.percent1(percent) }
}

/// How long ago, with the instant on hover and for screen readers (2.09).
pub fn ago(teller: &Teller<'_>, at: Option<Timestamp>) -> Markup {
    let words = teller.lang.ago(at, teller.now);
    match at {
        Some(at) => {
            let exact = teller.lang.date_time(at, teller.zone);
            html! { time datetime=(at) title=(exact) aria-label={ (words) ", " (exact) } { (words) } }
        }
        None => html! { span.faint { (words) } },
    }
}

fn use_of(lang: Lang, shown: &Shown, row: &CustomerRow) -> Markup {
    let (active, allocated) = (row.seats.active, row.seats.allocated);
    if allocated == 0 {
        return html! {};
    }
    let tone = match usage_status(active, allocated, false, shown.around.near_percent) {
        UsageStatus::Exceeded => Tone::Bad,
        UsageStatus::AtLimit | UsageStatus::NearLimit => Tone::Warn,
        _ => Tone::Neutral,
    };
    #[expect(clippy::cast_precision_loss, reason = "the width of a bar; the tone is judged from the counts")]
    let percent = active as f64 * 100.0 / allocated as f64;
    meter::meter(lang, &lang.t("portfolio-col-seats"), percent, tone)
}
