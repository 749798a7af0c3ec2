//! The MSP at a glance, and seats by month.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{Money, PartnerId, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::PathId,
    parts::{
        card,
        chart::donut,
        empty, icon, keyvalue,
        kpi::{Kpi, kpi},
        meter,
        pager::Paging,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::super::{Bill, MonthUnits, Overview, OverviewOf, Totals, Units, UnitsOf, ZoneOf};
use crate::{app::Shared, console::Visitor, hierarchy::standing, licensing::month::Month};

/// Months that can be chosen.
const MONTHS: i64 = 12;

const UNITS: Swap = Swap::section("units");

pub(super) async fn overview(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let found = app.house.ask(&visitor.caller.call(), OverviewOf { partner }).await?;
    let frame = Frame {
        context_line: lang.t("orders-overview-context"),
        crumbs: vec![Action { label: lang.t("nav-licenses"), href: format!("/msp/{partner}/licenses"), icon: None }],
        ..visitor.frame(&app, partner, lang.t("orders-overview")).await?
    };
    let edits = visitor.may(partner, "allocate");
    let body = html! { div.stack { (cards(lang, partner, &found, edits)) (drawn(lang, partner, &found)) } };
    Ok(swap::answer(&visitor.headers, body, |body| web::page(&frame, body)))
}

/// Label, number and the list behind it, if there is one, in the order in which they are drawn.
fn figures(partner: PartnerId, o: &Overview) -> [(&'static str, i64, Option<String>); 7] {
    let at = |below: &str| Some(format!("/msp/{partner}/{below}"));
    [
        ("orders-global-users", o.global_users, at("licenses")),
        ("orders-max-global-users", o.max_global_users, at("licenses/orders")),
        ("orders-local-users", o.local_users, at("licenses")),
        ("orders-max-local-users", o.max_local_users, at(&format!("licenses/{}", o.internal_tenant_id))),
        ("orders-customers", o.customers, at("customers")),
        ("orders-campaigns", o.campaigns, None),
        ("orders-training", o.training_campaigns, None),
    ]
}

fn cards(lang: Lang, partner: PartnerId, o: &Overview, edits: bool) -> Markup {
    let own = format!("/msp/{partner}/licenses/{}", o.internal_tenant_id);
    html! {
        div.grid-kpi {
            @for (label, n, href) in figures(partner, o) {
                (kpi(lang, &Kpi { label: lang.t(label), value: lang.int(n), unit: lang.t(&format!("{label}-note")), href, ..Kpi::default() }))
            }
        }
        @if edits { p { a.btn href=(own) { (icon("edit")) (lang.t("orders-max-local-change")) } } }
    }
}

/// Users against how many there could be, the companies by how they are paid for, and the campaigns by what they are for: each with its
/// numbers in words.
fn drawn(lang: Lang, partner: PartnerId, o: &Overview) -> Markup {
    let used = |label: &str, now: i64, most: i64| (lang.t(label), meter::layers(lang, &lang.t(label), now, now, most));
    let part = |label: &str, value: i64, query: &str, colour: &'static str| donut::Part {
        label: lang.t(label),
        value,
        href: Some(format!("/msp/{partner}/customers?{query}")),
        colour: Some(colour),
    };
    let parts = [
        part("orders-overview-paid", o.customers_on_pool, "kind=paid", "tone-good"),
        part("orders-overview-others", o.customers - o.customers_on_pool, "kind=trial,free", "tone-info"),
    ];
    let campaign =
        |label: &str, value: i64, colour: &'static str| donut::Part { label: lang.t(label), value, href: None, colour: Some(colour) };
    let running = [campaign("orders-campaigns", o.campaigns, "tone-info"), campaign("orders-training", o.training_campaigns, "tone-good")];
    let all = lang.int(o.campaigns + o.training_campaigns);
    let (users, companies, campaigns) = (lang.t("orders-overview-users"), lang.t("orders-customers"), lang.t("orders-overview-campaigns"));
    html! {
        div.grid-2 {
            (card::card(&users, &lang.t("orders-overview-users-sub"), html! {}, keyvalue::pairs(&[
                used("orders-global-users", o.global_users, o.max_global_users),
                used("orders-local-users", o.local_users, o.max_local_users),
            ])))
            (card::card(&companies, &lang.t("orders-overview-companies-sub"), html! {}, donut::donut(lang, &companies, (&lang.int(o.customers), &companies), &parts)))
            (card::card(&campaigns, &lang.t("orders-overview-campaigns-sub"), html! {}, donut::donut(lang, &campaigns, (&all, &lang.t("orders-overview-running")), &running)))
        }
    }
}

pub(super) async fn units(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let (lang, at, call) = (visitor.lang, Address::of(&visitor.uri), visitor.caller.call());
    standing::settled(&app.house, &visitor.caller, partner).await?;
    let running = Month::of(&app.house.ask(&call, ZoneOf { partner }).await?, app.house.now());
    let asked = at.get("period").and_then(|text| text.parse().ok()).filter(|month: &Month| *month <= running);
    let found = app.house.ask(&call, UnitsOf { partner, period: asked }).await?.ok_or_else(Problem::not_found)?;
    let exports = visitor.may(partner, "export");
    let section = UNITS.wrap(html! {
        div.stack {
            (card::list(&lang.t("orders-units"), &lang.t(if found.running { "orders-units-running" } else { "orders-units-over" }),
                html! { (choose(lang, &at, running, found.period)) @if exports { (file(lang, partner, found.period)) } },
                list(lang, &at, partner, &found)))
            @if let Some(sums) = found.totals.as_ref().filter(|_| !found.data.is_empty()) { (totals(lang, sums)) }
        }
    });
    let frame = Frame {
        context_line: lang.t("orders-units-context"),
        crumbs: vec![Action { label: lang.t("nav-licenses"), href: format!("/msp/{partner}/licenses"), icon: None }],
        ..visitor.frame(&app, partner, lang.t("orders-units")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, section)))
}

fn choose(lang: Lang, at: &Address, running: Month, shown: Month) -> Markup {
    let name = |m: Month| format!("{} {}", lang.month(m.number()), m.year());
    UNITS.form(
        at,
        &["period"],
        "row",
        html! {
            select.input name="period" aria-label=(lang.t("orders-units-month")) {
                @for month in running.plus(1 - MONTHS).through(running).rev() {
                    option value=(month) selected[month == shown] { (name(month)) }
                }
            }
            noscript { button.btn type="submit" { (lang.t("metering-show")) } }
        },
    )
}

fn file(lang: Lang, partner: PartnerId, period: Month) -> Markup {
    let to = format!("/v1/msp/{partner}/licenses/units/export?period={period}");
    html! { a.btn href=(to) download { (icon("download")) (lang.t("metering-export")) } }
}

/// What the month comes to, all pages of it.
fn totals(lang: Lang, t: &Totals) -> Markup {
    let rows = [
        (lang.t("orders-charge"), money(lang, t.charge.as_ref())),
        (lang.t("orders-cost"), money(lang, t.cost.as_ref())),
        (lang.t("orders-margin"), margin(lang, t.margin.as_ref(), t.margin_percent)),
        (lang.t("orders-uncharged"), money(lang, t.uncharged_cost.as_ref())),
    ];
    card::card(&lang.t("orders-totals"), &lang.t("orders-totals-sub"), html! {}, keyvalue::compact(&rows))
}

fn money(lang: Lang, amount: Option<&Money>) -> Markup {
    amount.map_or_else(|| table::nothing(lang), |amount| html! { (lang.money(amount)) })
}

fn margin(lang: Lang, amount: Option<&Money>, percent: Option<f64>) -> Markup {
    html! { (money(lang, amount)) @if let Some(percent) = percent { " " span.faint { (lang.percent1(percent)) } } }
}

fn list(lang: Lang, at: &Address, partner: PartnerId, month: &MonthUnits) -> Markup {
    let number = |key: &'static str, id: &str| Column::figure(key, lang.t(id));
    let mut columns = vec![
        Column::plain("customer", lang.t("licensing-customer")),
        number("provisioned", "orders-provisioned"),
        number("used", "orders-used"),
        number("over", "orders-over-provisioned"),
    ];
    if month.totals.is_some() {
        columns.extend([
            number("chargeable", "orders-chargeable"),
            number("charge", "orders-charge"),
            number("cost", "orders-cost"),
            number("margin", "orders-margin"),
        ]);
    }
    let paging = Paging::of(at, month.data.len() as u64);
    let (skip, per) = (usize::try_from(paging.offset()).unwrap_or(0), usize::try_from(paging.per).unwrap_or(25));
    let table = Table {
        caption: lang.t("orders-units"),
        columns,
        rows: month.data.iter().skip(skip).take(per).map(|line| row(lang, partner, line)).collect(),
        at,
        paging: Some(paging),
        summary: lang.with("licensing-showing", &[("shown", paging.shown().into()), ("total", paging.total.into())]),
        nothing: empty::empty("key", &lang.t("orders-units-none"), &lang.t("orders-units-none-text"), None),
        compact: true,
        ..Table::default()
    };
    table::table(lang, UNITS, &table)
}

fn row(lang: Lang, partner: PartnerId, line: &Units) -> Row {
    let sub = if line.internal { lang.t("licensing-internal") } else { line.account_number.clone() };
    let mut cells = vec![
        if line.gone {
            html! { span dir="auto" { (line.name) } " " span.faint { (sub) } }
        } else {
            table::lead(&line.name, &format!("/msp/{partner}/licenses/{}", line.tenant_id), &sub)
        },
        html! { (lang.int(line.provisioned)) },
        html! { (lang.int(line.used)) },
        html! { (lang.int(line.over_provisioned)) },
    ];
    if let Some(bill) = &line.bill {
        cells.extend([
            chargeable(lang, bill),
            money(lang, bill.charge.as_ref()),
            money(lang, line.cost.as_ref()),
            margin(lang, bill.margin.as_ref(), bill.margin_percent),
        ]);
    }
    Row { id: line.id.clone(), name: line.name.clone(), cells, ..Row::default() }
}

/// The units with the word of their meter.
fn chargeable(lang: Lang, bill: &Bill) -> Markup {
    let Some((units, meter)) = bill.chargeable.zip(bill.meter) else { return table::nothing(lang) };
    let word = lang.t(&format!("orders-meter-{}", meter.word().replace('_', "-")));
    html! { (lang.int(units)) " " span.faint { (word) } }
}
