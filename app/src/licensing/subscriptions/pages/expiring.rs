//! `/msp/{msp}/expiring`: the licences that end within two months, those that have ended, and a calendar month of everything that ends
//! or renews (1.18).

use axum::{extract::State, response::Response};
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use maud::{Markup, html};
use store::{PartnerId, Timestamp, Zone, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::PathId,
    parts::{
        card, empty, icon,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::super::{
    Subscription,
    expiring::{Calendar, Due, Expiring, printed},
};
use crate::{app::Shared, console::Visitor};

const MONTH: Swap = Swap::section("month");

pub(super) async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let (dues, all) = app.house.ask(&visitor.caller.call(), Calendar { partner }).await?;
    let (lang, at, now) = (visitor.lang, Address::of(&visitor.uri), all.now);
    let found = Expiring::of(all);
    let section = MONTH.wrap(month(lang, partner, &at, &dues, now, &found.zone));
    let frame = Frame {
        context_line: lang.t("plans-expiring-context"),
        actions: vec![Action { label: lang.t("nav-subscriptions"), href: format!("/msp/{partner}/subscriptions"), icon: Some("list") }],
        ..visitor.frame(&app, partner, lang.t("nav-expiring")).await?
    };
    let board = Board { lang, partner, at: &at, zone: &found.zone };
    let export = html! {
        @if visitor.may(partner, "export") {
            a.btn href={ "/v1/msp/" (partner) "/expiring/export" } download { (icon("download")) (lang.t("plans-export")) }
        }
    };
    Ok(swap::answer(&visitor.headers, section, |section| {
        let body = html! {
            div.stack {
                (card::list(&lang.t("plans-expiring"), &lang.t("plans-expiring-sub"), export, board.rows("plans-expiring", &found.soon, "plans-expiring-none")))
                (card::list(&lang.t("plans-over"), &lang.t("plans-over-sub"), html! {}, board.rows("plans-over", &found.over, "plans-over-none")))
                (section)
            }
        };
        web::page(&frame, body)
    }))
}

struct Board<'a> {
    lang: Lang,
    partner: PartnerId,
    at: &'a Address,
    zone: &'a Zone,
}

impl Board<'_> {
    fn rows(&self, caption: &str, list: &[Subscription], none: &str) -> Markup {
        let lang = self.lang;
        let row = |s: &Subscription| Row {
            id: s.id.to_string(),
            name: s.name.clone(),
            cells: vec![
                table::lead(&s.name, &format!("/msp/{}/customers/{}/subscriptions", self.partner, s.tenant_id), &s.account_number),
                s.ends_at.map_or_else(|| table::nothing(lang), |end| html! { (printed(self.zone.date(end))) }),
                s.domain.as_ref().map_or_else(|| table::nothing(lang), |domain| html! { span translate="no" { (domain) } }),
                html! { (super::name(lang, &s.plan)) },
                super::status(lang, s),
            ],
            ..Row::default()
        };
        let columns = ["plans-customer-name", "plans-expiration", "plans-domain", "plans-plan", "plans-license-status"];
        let table = Table {
            caption: lang.t(caption),
            columns: columns.into_iter().map(|id| Column::plain(id, lang.t(id))).collect(),
            rows: list.iter().map(row).collect(),
            at: self.at,
            default_sort: "",
            paging: None,
            summary: String::new(),
            pick: None,
            nothing: empty::empty("check-circle", &lang.t(none), &lang.t("plans-expiring-none-text"), None),
            compact: false,
        };
        table::table(lang, Swap::page(), &table)
    }
}

/// The first day of the month the address names, or of this one.
fn first_day(at: &Address, today: Date) -> Date {
    let asked = at.get("month").and_then(|text| {
        let (year, month) = text.split_once('-')?;
        Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok().filter(|d| (2000..2200).contains(&d.year()))
    });
    asked.unwrap_or_else(|| today.first_of_month())
}

fn month(lang: Lang, partner: PartnerId, at: &Address, dues: &[Due], now: Timestamp, zone: &Zone) -> Markup {
    let first = first_day(at, zone.date(now));
    let step = |months: i64| {
        let to = first.saturating_add(months.months());
        at.with("month", &format!("{:04}-{:02}", to.year(), to.month())).to_string()
    };
    let ends = html! {
        (MONTH.link(&step(-1), "btn quiet", html! { (lang.t("plans-month-before")) }))
        (MONTH.link(&step(1), "btn quiet", html! { (lang.t("plans-month-after")) }))
        a.btn href={ "/v1/msp/" (partner) "/expiring/calendar" } download { (icon("download")) (lang.t("plans-calendar-file")) }
    };
    let title = lang.with("plans-calendar", &[("month", lang.month(first.month()).into()), ("year", first.year().to_string().into())]);
    card::list(&title, &lang.t("plans-calendar-sub"), ends, weeks(lang, partner, at, first, dues))
}

fn weeks(lang: Lang, partner: PartnerId, at: &Address, first: Date, dues: &[Due]) -> Markup {
    let last = first.last_of_month();
    let monday = first.saturating_sub(i64::from(first.weekday().since(Weekday::Monday)).days());
    let mut rows = Vec::new();
    let mut start = monday;
    while start <= last && rows.len() < 6 {
        let week = start.iso_week_date().week();
        let mut cells = vec![html! { span.faint { (week) } }];
        for n in 0..7_i64 {
            let day = start.saturating_add(n.days());
            cells.push(if day.month() == first.month() {
                cell(lang, partner, day, dues)
            } else {
                html! {}
            });
        }
        rows.push(Row { id: start.to_string(), name: week.to_string(), cells, ..Row::default() });
        start = start.saturating_add(7.days());
    }
    let days =
        (1..=7).map(|n| ["plans-day-1", "plans-day-2", "plans-day-3", "plans-day-4", "plans-day-5", "plans-day-6", "plans-day-7"][n - 1]);
    let mut columns = vec![Column::plain("week", lang.t("plans-week"))];
    columns.extend(days.map(|id| Column { wraps: true, ..Column::plain(id, lang.t(id)) }));
    let table = Table {
        caption: lang.t("plans-calendar-sub"),
        columns,
        rows,
        at,
        default_sort: "",
        paging: None,
        summary: String::new(),
        pick: None,
        nothing: html! {},
        compact: true,
    };
    table::table(lang, MONTH, &table)
}

fn cell(lang: Lang, partner: PartnerId, day: Date, dues: &[Due]) -> Markup {
    let of_day = dues.iter().filter(|d| d.day == day);
    html! {
        div.stack-tight {
            time.muted datetime=(day) { (day.day()) }
            @for due in of_day {
                @let name = due.customer.as_ref().map_or("", |(_, name)| name.as_str());
                @let text = lang.with(&format!("plans-due-{}", due.kind.word()), &[("name", name.into()), ("what", due.what.as_str().into())]);
                @match &due.customer {
                    Some((customer, _)) => a.small href={ "/msp/" (partner) "/customers/" (customer) "/subscriptions" } { (text) },
                    None => a.small href={ "/msp/" (partner) "/licenses/orders" } { (text) },
                }
            }
        }
    }
}
