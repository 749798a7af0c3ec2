//! `/msp/{msp}/expiring`: the licences that end within the months the MSP chose, those that have ended, and a calendar month of everything that ends
//! or renews (1.18).

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{PartnerId, Zone, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::PathId,
    parts::{
        card, empty, icon,
        pager::Paging,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{
        Subscription, TermStatus,
        calendar::{Calendar, Part},
        expiring::{Expiring, printed},
        plan::PlanKind,
    },
    month::{self, Month},
};
use crate::{app::Shared, console::Visitor};

const OVER: Swap = Swap::section("over");

pub(super) async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let (lang, at) = (visitor.lang, Address::of(&visitor.uri));
    let found = app.house.ask(&visitor.caller.call(), Calendar { partner, part: Part::Month(month::asked(&at)) }).await?;
    let today = found.all.zone.date(found.all.now);
    let month = Month { lang, partner, at: &at, days: found.days, more: found.more, today }.draw(&found.lines);
    let lists = Expiring::of(found.all, found.months);
    let board = Board { lang, partner, at: &at, months: lists.months, zone: &lists.zone };
    let frame = Frame {
        context_line: lang.with("plans-expiring-context", &[("months", lists.months.into())]),
        actions: vec![Action { label: lang.t("nav-subscriptions"), href: format!("/msp/{partner}/subscriptions"), icon: Some("list") }],
        ..visitor.frame(&app, partner, lang.t("nav-expiring")).await?
    };
    let export = html! {
        @if visitor.may(partner, "export") {
            a.btn href={ "/v1/msp/" (partner) "/expiring/export" } download { (icon("download")) (lang.t("plans-export")) }
        }
    };
    let sections = html! { (OVER.wrap(board.over(&lists.over))) (month) };
    Ok(swap::answer(&visitor.headers, sections, |sections| {
        let soon = card::list(&lang.t("plans-expiring"), &lang.t("plans-expiring-sub"), export, board.soon(&lists.soon));
        web::page(&frame, html! { div.stack { (soon) (sections) } })
    }))
}

struct Board<'a> {
    lang: Lang,
    partner: PartnerId,
    at: &'a Address,
    months: i64,
    zone: &'a Zone,
}

impl Board<'_> {
    fn soon(&self, list: &[Subscription]) -> Markup {
        self.table(Swap::page(), "plans-expiring", list.iter().map(|s| self.row(s)).collect(), None)
    }

    /// What is over stays on the list until somebody decides about it, so it is shown by the page.
    fn over(&self, list: &[Subscription]) -> Markup {
        let lang = self.lang;
        let paging = Paging::of(self.at, list.len() as u64);
        let (skip, per) = (usize::try_from(paging.offset()).unwrap_or(0), usize::try_from(paging.per).unwrap_or(25));
        let row = |s: &Subscription| {
            let mut row = self.row(s);
            row.cells.push(html! { (lang.t(meaning(s))) });
            row
        };
        let rows = list.iter().skip(skip).take(per).map(row).collect();
        card::list(&lang.t("plans-over"), &lang.t("plans-over-sub"), html! {}, self.table(OVER, "plans-over", rows, Some(paging)))
    }

    fn row(&self, s: &Subscription) -> Row {
        let lang = self.lang;
        Row {
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
        }
    }

    fn table(&self, swap: Swap, caption: &str, rows: Vec<Row>, paging: Option<Paging>) -> Markup {
        let lang = self.lang;
        let columns = ["plans-customer-name", "plans-expiration", "plans-domain", "plans-plan", "plans-license-status"];
        let mut columns: Vec<Column> = columns.into_iter().map(|id| Column::plain(id, lang.t(id))).collect();
        if paging.is_some() {
            columns.push(Column { wraps: true, ..Column::plain("plans-meaning", lang.t("plans-meaning")) });
        }
        let none = lang.with(&format!("{caption}-none"), &[("months", self.months.into())]);
        let table = Table {
            caption: lang.t(caption),
            columns,
            rows,
            at: self.at,
            paging,
            nothing: empty::empty("check-circle", &none, &lang.t("plans-expiring-none-text"), None),
            ..Table::default()
        };
        table::table(lang, swap, &table)
    }
}

/// What it means for a customer's people that its licence is over.
fn meaning(s: &Subscription) -> &'static str {
    match (s.status, s.plan.kind) {
        (TermStatus::Suspended, _) => "plans-meaning-suspended",
        (_, PlanKind::Trial) => "plans-meaning-trial",
        (TermStatus::Grace, _) => "plans-meaning-grace",
        _ => "plans-meaning-expired",
    }
}
