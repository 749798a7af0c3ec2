//! `/msp/{msp}/subscriptions`: customers by the status of their licences (4.06).

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{PartnerId, Zone, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::PathId,
    parts::{
        empty, filters,
        filters::Segment,
        pager::Paging,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::super::{All, LicenseStatus, Subscription, Subscriptions, by_status::by_customer};
use crate::{app::Shared, console::Visitor};

const LIST: Swap = Swap::section("subscriptions");

pub(super) async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let all = app.house.ask(&visitor.caller.call(), Subscriptions { partner }).await?;
    let (lang, at) = (visitor.lang, Address::of(&visitor.uri));
    let section = LIST.wrap(html! { div.card { (bar(lang, &at, &all.rows)) (rows(lang, partner, &at, &all)) } });
    let frame = Frame {
        context_line: lang.t("plans-subscriptions-context"),
        actions: vec![
            Action { label: lang.t("plans-title"), href: format!("/msp/{partner}/plans"), icon: Some("list") },
            Action { label: lang.t("nav-expiring"), href: format!("/msp/{partner}/expiring"), icon: Some("clock") },
        ],
        ..visitor.frame(&app, partner, lang.t("nav-subscriptions")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, html! { div.stack { (section) } })))
}

fn chosen(at: &Address) -> Option<LicenseStatus> {
    at.get("status").and_then(LicenseStatus::parse)
}

/// How many customers have a licence in which status; each count leads to them.
fn bar(lang: Lang, at: &Address, all: &[Subscription]) -> Markup {
    let here = at.without(&["page"]);
    let any = Segment { label: lang.t("ui-all"), count: None, href: here.with("status", "").to_string(), active: chosen(at).is_none() };
    let each = LicenseStatus::ALL.into_iter().map(|s| Segment {
        label: lang.t(&format!("plans-status-{}", s.word().replace('_', "-"))),
        count: u64::try_from(by_customer(all, Some(s)).len()).ok(),
        href: here.with("status", s.word()).to_string(),
        active: chosen(at) == Some(s),
    });
    let segments: Vec<Segment> = std::iter::once(any).chain(each).collect();
    filters::bar("", html! { (filters::segments(lang, LIST, &lang.t("plans-license-status"), &segments)) })
}

/// A line a customer, so that a count and the lines behind it agree; its licences below each other.
fn row(lang: Lang, partner: PartnerId, zone: &Zone, licenses: &[&Subscription]) -> Option<Row> {
    let first = licenses.first()?;
    let each = |cell: &dyn Fn(&Subscription) -> Markup| html! { div.cell-lines { @for s in licenses { div { (cell(s)) } } } };
    Some(Row {
        id: first.tenant_id.to_string(),
        name: first.name.clone(),
        cells: vec![
            table::lead(&first.name, &format!("/msp/{partner}/customers/{}/subscriptions", first.tenant_id), &first.account_number),
            each(&|s| html! { (super::name(lang, &s.plan)) }),
            each(&|s| super::day(lang, s.ends_at, zone)),
            each(&|s| html! { (super::follows(lang, s)) }),
            each(&|s| super::status(lang, s)),
        ],
        ..Row::default()
    })
}

fn rows(lang: Lang, partner: PartnerId, at: &Address, all: &All) -> Markup {
    let fits = by_customer(&all.rows, chosen(at));
    let paging = Paging::of(at, fits.len() as u64);
    let (skip, per) = (usize::try_from(paging.offset()).unwrap_or(0), usize::try_from(paging.per).unwrap_or(25));
    let nothing = match chosen(at) {
        Some(_) => empty::no_match(lang, LIST, None, &at.path),
        None => empty::empty("key", &lang.t("plans-none"), &lang.t("plans-none-text"), None),
    };
    let columns = ["plans-customer", "plans-plan", "plans-term-end", "plans-follows", "plans-license-status"];
    let table = Table {
        caption: lang.t("nav-subscriptions"),
        columns: columns.into_iter().map(|id| Column::plain(id, lang.t(id))).collect(),
        rows: fits.iter().skip(skip).take(per).filter_map(|licenses| row(lang, partner, &all.zone, licenses)).collect(),
        at,
        paging: Some(paging),
        summary: lang.with("plans-customers-showing", &[("shown", paging.shown().into()), ("total", paging.total.into())]),
        nothing,
        ..Table::default()
    };
    table::table(lang, LIST, &table)
}
