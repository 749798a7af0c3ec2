//! A calendar month of what ends or renews: seven columns; on a phone a list of the days that hold something.

use std::ops::RangeInclusive;

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use maud::{Markup, html};
use store::PartnerId;
use web::{
    Address, Lang, Swap,
    parts::{card, icon},
};

use super::super::calendar::{Due, DueKind};

const MONTH: Swap = Swap::section("month");

/// Lines of a day that are shown at once; the others are behind one more press.
const SHOWN: usize = 4;
/// Lines of a day in all; further ones are in the file.
const MOST: usize = 60;

/// A day of the month the address names.
pub(super) fn asked(at: &Address) -> Option<Date> {
    let (year, month) = at.get("month")?.split_once('-')?;
    Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok().filter(|d| (2000..2200).contains(&d.year()))
}

pub(super) struct Month<'a> {
    pub lang: Lang,
    pub partner: PartnerId,
    pub at: &'a Address,
    pub days: RangeInclusive<Date>,
    pub more: bool,
    pub today: Date,
}

impl Month<'_> {
    pub(super) fn draw(&self, lines: &[Due]) -> Markup {
        let (lang, first) = (self.lang, *self.days.start());
        let step = |months: i64| {
            let to = first.saturating_add(months.months());
            self.at.with("month", &format!("{:04}-{:02}", to.year(), to.month())).to_string()
        };
        let ends = html! {
            (MONTH.link(&step(-1), "btn quiet", html! { (lang.t("plans-month-before")) }))
            @if self.more { (MONTH.link(&step(1), "btn quiet", html! { (lang.t("plans-month-after")) })) }
            a.btn href={ "/v1/msp/" (self.partner) "/expiring/calendar" } download { (icon("download")) (lang.t("plans-calendar-file")) }
        };
        let title = lang.with("plans-calendar", &[("month", lang.month(first.month()).into()), ("year", first.year().to_string().into())]);
        let body = html! {
            @if lines.is_empty() { p.month-none { (lang.t("plans-calendar-none")) } }
            (self.grid(&title, lines))
        };
        MONTH.wrap(card::list(&title, &lang.t("plans-calendar-sub"), ends, body))
    }

    fn grid(&self, title: &str, lines: &[Due]) -> Markup {
        let names = ["plans-day-1", "plans-day-2", "plans-day-3", "plans-day-4", "plans-day-5", "plans-day-6", "plans-day-7"];
        html! {
            table.month {
                caption.sr-only { (title) }
                thead { tr { @for name in names { th scope="col" { (self.lang.t(name)) } } } }
                tbody {
                    @for week in self.weeks() {
                        tr { @for day in week { @if self.days.contains(&day) { (self.cell(day, lines)) } @else { td.other {} } } }
                    }
                }
            }
        }
    }

    /// The weeks in which its days lie, from Monday on.
    fn weeks(&self) -> Vec<Vec<Date>> {
        let first = *self.days.start();
        let monday = first.saturating_sub(i64::from(first.weekday().since(Weekday::Monday)).days());
        let weeks = (0..6_i64).map(|week| (0..7_i64).map(|n| monday.saturating_add((week * 7 + n).days())).collect::<Vec<_>>());
        weeks.filter(|week| week.iter().any(|day| self.days.contains(day))).collect()
    }

    fn cell(&self, day: Date, lines: &[Due]) -> Markup {
        let lang = self.lang;
        let of_day: Vec<&Due> = lines.iter().filter(|d| d.day == day).take(MOST + 1).collect();
        let all = lines.iter().filter(|d| d.day == day).count();
        let (shown, folded) = of_day.split_at(of_day.len().min(SHOWN));
        let current = (day == self.today).then_some("date");
        html! {
            td aria-current=[current] {
                time datetime=(day) { span.number { (day.day()) } span.only-narrow { (lang.civil(day)) } }
                @if !shown.is_empty() { ul { @for due in shown { (self.line(due)) } } }
                @if !folded.is_empty() {
                    details {
                        summary { (lang.with("plans-due-more", &[("n", (all - SHOWN).into())])) }
                        ul { @for due in folded.iter().take(MOST - SHOWN) { (self.line(due)) } }
                        @if all > MOST { p.small { (lang.with("plans-due-rest", &[("n", (all - MOST).into())])) } }
                    }
                }
            }
        }
    }

    fn line(&self, due: &Due) -> Markup {
        let class = match due.kind {
            DueKind::Expires | DueKind::OrderEnds => "ends",
            DueKind::Renews | DueKind::Changes => "goes-on",
        };
        let href = match &due.customer {
            Some((customer, _)) => format!("/msp/{}/customers/{customer}/subscriptions", self.partner),
            None => format!("/msp/{}/licenses/orders", self.partner),
        };
        html! { li class=(class) { a href=(href) { (due.said(self.lang)) } } }
    }
}
