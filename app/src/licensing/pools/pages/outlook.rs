//! Seats nobody uses, and when seats run out.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{PartnerId, kinds};
use web::{
    Action, Frame, Lang, Swap,
    door::PathId,
    parts::{
        Tone, badge, card, empty, icon,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::super::{Forecast, Idle, Outlook, OutlookOf, Pending, RunsOut, Verdict};
use crate::{app::Shared, console::Visitor};

/// Lines shown of each list.
const SHOWN: usize = 100;

pub(super) async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let found = app.house.ask(&visitor.caller.call(), OutlookOf { partner }).await?;
    let releasable: i64 = found.idle.iter().map(|i| i.releasable).sum();
    let frame = Frame {
        context_line: lang.t("orders-outlook-context"),
        crumbs: vec![Action { label: lang.t("nav-licenses"), href: format!("/msp/{partner}/licenses"), icon: None }],
        ..visitor.frame(&app, partner, lang.t("orders-outlook")).await?
    };
    let right_size = html! {
        @if releasable > 0 && visitor.may(partner, "allocate") {
            a.btn href={ "/msp/" (partner) "/licenses/right-size" } { (icon("eye")) (lang.with("orders-right-size-look", &[("n", releasable.into())])) }
        }
    };
    let body = html! {
        div.stack {
            @if let Some(pool) = &found.pool { (card::card(&lang.t("orders-outlook-pool"), &lang.t("orders-outlook-how"), html! {}, html! { p { (says(lang, pool)) } })) }
            (card::list(&lang.t("orders-idle"), &idle_sub(lang, &found), right_size, idle(lang, partner, &found.idle)))
            (card::list(&lang.t("orders-runs-out"), &lang.with("orders-runs-out-sub", &[("n", found.not_enough_history.into())]), html! {}, runs_out(lang, partner, &found.customers)))
        }
    };
    Ok(swap::answer(&visitor.headers, body, |body| web::page(&frame, body)))
}

fn idle_sub(lang: Lang, o: &Outlook) -> String {
    let said = lang.with("orders-idle-sub", &[("n", o.idle_seats.into())]);
    match &o.idle_cost {
        Some(cost) => format!("{said} {}", lang.with("orders-idle-cost", &[("cost", lang.money(cost).into())])),
        None => said,
    }
}

/// A forecast in words, with its uncertainty.
fn says(lang: Lang, f: &Forecast) -> String {
    let id = match (f.verdict, f.latest_days) {
        (Verdict::RunsOut, _) if f.pending.total >= f.limit - f.active_users => "orders-forecast-pending",
        (Verdict::NotEnoughHistory, _) => "orders-forecast-unknown",
        (Verdict::Lasts, _) => "orders-forecast-lasts",
        (Verdict::UsedUp, _) => "orders-forecast-used-up",
        (Verdict::RunsOut, None) => "orders-forecast-open",
        (Verdict::RunsOut, Some(_)) => "orders-forecast-range",
    };
    let days = |n: Option<i64>| lang.int(n.unwrap_or(0));
    let said = lang.with(
        id,
        &[
            ("likely", days(f.likely_days).into()),
            ("earliest", days(f.earliest_days).into()),
            ("latest", days(f.latest_days).into()),
            ("active", lang.int(f.active_users).into()),
            ("limit", lang.int(f.limit).into()),
            ("days", f.history_days.into()),
        ],
    );
    let fewer = f.left_then.map(|left| lang.with("orders-forecast-fewer", &[("left", lang.int(left).into())]));
    let pending = (f.pending.total > 0).then(|| about_to_come(lang, f.pending));
    [Some(said), fewer, pending].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Who is about to come, and from where.
fn about_to_come(lang: Lang, p: Pending) -> String {
    let parts = [("orders-pending-waiting", p.waiting), ("orders-pending-held", p.held), ("orders-pending-sync", p.sync)];
    let who = parts.into_iter().filter(|(_, n)| *n > 0).map(|(id, n)| lang.with(id, &[("n", lang.int(n).into())]));
    let who: Vec<String> = who.collect();
    lang.with("orders-pending", &[("n", lang.int(p.total).into()), ("who", who.join(", ").into())])
}

fn listed(lang: Lang, title: &str, columns: Vec<Column>, rows: Vec<Row>, nothing: Markup) -> Markup {
    let table = Table { caption: lang.t(title), columns, rows, nothing, compact: true, ..Table::default() };
    table::table(lang, Swap::page(), &table)
}

fn idle(lang: Lang, partner: PartnerId, all: &[Idle]) -> Markup {
    let number = |key: &'static str, id: &str| Column::figure(key, lang.t(id));
    let mut columns = vec![
        Column::plain("customer", lang.t("licensing-customer")),
        number("allocated", "licensing-allocated"),
        number("peak", "orders-idle-peak"),
        number("idle", "orders-idle-seats"),
        number("releasable", "orders-releasable"),
    ];
    let priced = all.iter().any(|i| i.cost.is_some());
    if priced {
        columns.push(number("cost", "orders-cost"));
    }
    let row = |i: &Idle| {
        let sub = if i.internal { lang.t("licensing-internal") } else { i.account_number.clone() };
        let mut cells = vec![
            table::lead(&i.name, &format!("/msp/{partner}/licenses/{}", i.tenant_id), &sub),
            html! { (lang.int(i.allocated)) },
            html! { (lang.int(i.peak_users)) },
            html! { (lang.int(i.idle)) },
            html! { (lang.int(i.releasable)) },
        ];
        if priced {
            cells.push(i.cost.as_ref().map_or_else(|| table::nothing(lang), |cost| html! { (lang.money(cost)) }));
        }
        Row { id: i.tenant_id.to_string(), name: i.name.clone(), cells, ..Row::default() }
    };
    let nothing = empty::empty("key", &lang.t("orders-idle-none"), &lang.t("orders-idle-none-text"), None);
    listed(lang, "orders-idle", columns, all.iter().take(SHOWN).map(row).collect(), nothing)
}

fn runs_out(lang: Lang, partner: PartnerId, all: &[RunsOut]) -> Markup {
    let columns = vec![
        Column::plain("customer", lang.t("licensing-customer")),
        Column { wraps: true, ..Column::plain("when", lang.t("orders-runs-out-when")) },
    ];
    let row = |c: &RunsOut| Row {
        id: c.tenant_id.to_string(),
        name: c.name.clone(),
        cells: vec![
            table::lead(&c.name, &format!("/msp/{partner}/licenses/{}", c.tenant_id), ""),
            html! { @if c.forecast.verdict == Verdict::UsedUp { (badge::badge(Tone::Bad, &says(lang, &c.forecast))) } @else { (says(lang, &c.forecast)) } },
        ],
        ..Row::default()
    };
    let nothing = empty::empty("key", &lang.t("orders-runs-out-none"), &lang.t("orders-runs-out-none-text"), None);
    listed(lang, "orders-runs-out", columns, all.iter().take(SHOWN).map(row).collect(), nothing)
}
