//! Console twin of the pool: `/msp/{msp}/licenses`, a customer's seats, orders.

mod change;
mod order_form;
mod orders;
mod outlook;
mod reports;
mod requests;
mod stock;
mod transfer;

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{PartnerId, Zone, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::PathId,
    parts::{
        Tone, badge, card, empty,
        kpi::{Kpi, kpi},
        meter,
        pager::Paging,
        table::{self, Column, Table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    ByTenant, NextEnd, Row, Summary, SummaryOf, ZoneOf,
    rules::{UsageStatus, percent0},
};
use crate::{app::Shared, console::Visitor};

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/licenses", pool)
        .get("/msp/{msp}/overview", reports::overview)
        .get("/msp/{msp}/licenses/units", reports::units)
        .get("/msp/{msp}/licenses/outlook", outlook::show)
        .get("/msp/{msp}/licenses/orders", orders::list)
        .post("/msp/{msp}/licenses/orders", orders::place)
        .post("/msp/{msp}/licenses/requests", requests::ask)
        .post("/msp/{msp}/licenses/requests/{id}/approve", requests::approve)
        .post("/msp/{msp}/licenses/requests/{id}/decline", requests::decline)
        .get("/msp/{msp}/order-terms", stock::terms)
        .post("/msp/{msp}/order-terms", stock::set_terms)
        .get("/distributors/{id}/pool", stock::show)
        .post("/distributors/{id}/pool", stock::order)
        .get("/msp/{msp}/licenses/{customer}", change::show)
        .post("/msp/{msp}/licenses/{customer}/allocate", change::allocate)
        .post("/msp/{msp}/licenses/{customer}/release", change::release)
        .get("/msp/{msp}/licenses/{customer}/transfer", transfer::show)
        .post("/msp/{msp}/licenses/{customer}/transfer", transfer::carry)
}

const LIST: Swap = Swap::section("allocations");

async fn pool(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let call = visitor.caller.call();
    let summary = app.house.ask(&call, SummaryOf { partner }).await?;
    let zone = app.house.ask(&call, ZoneOf { partner }).await?;
    let at = Address::of(&visitor.uri);
    let asked = Paging::of(&at, u64::MAX);
    let (offset, limit) = (i64::try_from(asked.offset()).unwrap_or(0), i64::try_from(asked.per).unwrap_or(25));
    let (rows, total) = app.house.ask(&call, ByTenant { partner, after: None, offset, limit }).await?;
    let paging = Paging::of(&at, u64::try_from(total).unwrap_or(0));
    let may = visitor.may(partner, "allocate");
    let section = LIST.wrap(list(visitor.lang, partner, &at, paging, &rows, may));
    let frame = Frame {
        context_line: visitor.lang.t("licensing-context"),
        primary: (visitor.may(partner, "purchase") || may).then(|| Action {
            label: visitor.lang.t(if visitor.may(partner, "purchase") { "licensing-order" } else { "orders-request" }),
            href: format!("/msp/{partner}/licenses/orders"),
            icon: Some("plus"),
        }),
        actions: [
            ("licensing-orders", "licenses/orders", "list"),
            ("orders-outlook", "licenses/outlook", "eye"),
            ("orders-units", "licenses/units", "report"),
            ("orders-overview", "overview", "overview"),
        ]
        .map(|(label, below, icon)| Action { label: visitor.lang.t(label), href: format!("/msp/{partner}/{below}"), icon: Some(icon) })
        .to_vec(),
        ..visitor.frame(&app, partner, visitor.lang.t("nav-licenses")).await?
    };
    let lang = visitor.lang;
    Ok(swap::answer(&visitor.headers, section, |section| {
        web::page(&frame, html! { div.stack { (cards(lang, &summary, &zone)) (section) } })
    }))
}

fn cards(lang: Lang, s: &Summary, zone: &Zone) -> Markup {
    let card_of = |label: &str, value: String, note: Option<String>| {
        let unit = note.unwrap_or_default();
        kpi(lang, &Kpi { label: lang.t(label), value, unit, ..Kpi::default() })
    };
    let share = |percent: Option<f64>| percent.map(|p| lang.with("licensing-of-pool", &[("percent", lang.percent1(p).into())]));
    let active = percent0(s.active_users, s.allocated).map(|p| lang.with("licensing-of-allocated", &[("percent", p.into())]));
    let over = if s.over_allocated == 0 { lang.t("licensing-no-overages") } else { lang.t("licensing-over-note") };
    let claimed = (s.claimed > 0).then(|| lang.with("licensing-claimed", &[("n", s.claimed.into())]));
    html! {
        div.grid-kpi {
            (card_of("licensing-total", lang.int(s.total), s.next_end.as_ref().map(|end| ends(lang, end, zone))))
            (card_of("licensing-allocated", lang.int(s.allocated), share(s.allocated_percent)))
            (card_of("licensing-active", lang.int(s.active_users), active))
            (card_of("licensing-available", lang.int(s.available), claimed))
            (card_of("licensing-over", lang.int(s.over_allocated), Some(over)))
        }
        (card::card(&lang.t("licensing-utilization"), &utilization(lang, s), html! {}, meter::layers(lang, &lang.t("licensing-utilization"), s.active_users, s.allocated, s.total)))
    }
}

/// What the pool loses next, and when.
fn ends(lang: Lang, end: &NextEnd, zone: &Zone) -> String {
    let id = if end.short > 0 { "licensing-next-end-short" } else { "licensing-next-end" };
    let day = lang.date(end.at, zone);
    lang.with(id, &[("n", end.units.into()), ("day", day.into()), ("short", end.short.into())])
}

fn utilization(lang: Lang, s: &Summary) -> String {
    lang.with(
        "licensing-utilization-note",
        &[
            ("active", s.active_users.into()),
            ("allocated", s.allocated.into()),
            ("percent", lang.decimal1(s.allocated_percent.unwrap_or(0.0)).into()),
        ],
    )
}

fn list(lang: Lang, partner: PartnerId, at: &Address, paging: Paging, rows: &[Row], may: bool) -> Markup {
    let columns = vec![
        Column::plain("customer", lang.t("licensing-customer")),
        Column::plain("tier", lang.t("licensing-tier")),
        Column::figure("allocated", lang.t("licensing-allocated")),
        Column::figure("active", lang.t("licensing-active")),
        Column::plain("utilization", lang.t("licensing-use")),
        Column::plain("status", lang.t("licensing-status")),
    ];
    let drawn = rows.iter().map(|r| row(lang, partner, r, may)).collect();
    let table = Table {
        caption: lang.t("licensing-by-customer"),
        columns,
        rows: drawn,
        at,
        paging: Some(paging),
        summary: lang.with("licensing-showing", &[("shown", paging.shown().into()), ("total", paging.total.into())]),
        nothing: empty::empty("key", &lang.t("licensing-none"), &lang.t("licensing-none-text"), None),
        ..Table::default()
    };
    card::list(&lang.t("licensing-by-customer"), &lang.t("licensing-by-customer-sub"), html! {}, table::table(lang, LIST, &table))
}

fn row(lang: Lang, partner: PartnerId, r: &Row, may: bool) -> table::Row {
    let href =
        if r.internal { format!("/msp/{partner}/licenses/{}", r.tenant_id) } else { format!("/msp/{partner}/customers/{}", r.tenant_id) };
    let sub = if r.internal { lang.t("licensing-internal") } else { r.account_number.clone() };
    let (tone, word) = status(lang, r.status);
    let percent = r.utilization.unwrap_or(0.0);
    let mut actions = Vec::new();
    if may {
        actions.push(web::parts::menu::Item::link(lang.t("licensing-change"), format!("/msp/{partner}/licenses/{}", r.tenant_id), "edit"));
    }
    table::Row {
        id: r.tenant_id.to_string(),
        name: r.name.clone(),
        cells: vec![
            table::lead(&r.name, &href, &sub),
            html! { (lang.t(&format!("tier-{}", r.tier))) },
            html! { (lang.int(r.allocated)) },
            html! { (lang.int(r.active_users)) },
            html! { @if r.utilization.is_some() { (meter::meter(lang, &lang.t("licensing-use"), percent, if tone == Tone::Good { Tone::Neutral } else { tone })) } @else { span.faint { "–" } } },
            badge::badge(tone, &word),
        ],
        actions,
    }
}

/// The tone and word of a usage status.
fn status(lang: Lang, status: UsageStatus) -> (Tone, String) {
    let tone = match status {
        UsageStatus::SyncFailed | UsageStatus::Exceeded => Tone::Bad,
        UsageStatus::AtLimit | UsageStatus::NearLimit => Tone::Warn,
        UsageStatus::NoUsers => Tone::Neutral,
        UsageStatus::Ok => Tone::Good,
    };
    (tone, lang.t(&format!("usage-{}", status.word().replace('_', "-"))))
}
