//! The calendar of everything that ends or renews (1.18): a month of it for the page, two years of it as a file. Terms that follow by
//! themselves are worked out up to the last day asked for, so a licence that renews by the month stands in every month.

use std::ops::RangeInclusive;

use access::{Scope, permissions::Read};
use command::{Node, Query};
use jiff::{ToSpan, civil::Date};
use store::{Control, CustomerId, PartnerId, Result, Timestamp, View, Zone};
use web::Lang;

use super::{
    expiring,
    queries::{All, Held},
};
use crate::{
    hierarchy::Lifecycle,
    licensing::pools::{self, MAA, SEAT},
};

/// Calendar months from now that the file holds.
const FILE_MONTHS: i64 = 24;
/// Calendar months from now to which the page can be turned: nothing is renewed for longer.
const PAGE_MONTHS: i64 = 120;

/// What a day of the calendar is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueKind {
    /// A licence ends.
    Expires,
    /// A licence renews itself.
    Renews,
    /// Another plan follows.
    Changes,
    /// Something ordered leaves the pool or the allowance.
    OrderEnds,
}

impl DueKind {
    /// The word in text ids.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            DueKind::Expires => "expires",
            DueKind::Renews => "renews",
            DueKind::Changes => "changes",
            DueKind::OrderEnds => "order-ends",
        }
    }
}

/// One line of the calendar.
#[derive(Debug, Clone)]
pub struct Due {
    /// The day, in the partner's zone.
    pub day: Date,
    /// What happens.
    pub kind: DueKind,
    /// What it is called for programs, the same as long as it is about the same end.
    pub uid: String,
    /// Whose; none for the partner's own orders.
    pub customer: Option<(CustomerId, String)>,
    /// The plan, or what was ordered.
    pub what: String,
}

impl Due {
    /// It in a sentence.
    #[must_use]
    pub fn said(&self, lang: Lang) -> String {
        let name = self.customer.as_ref().map_or("", |(_, name)| name.as_str());
        lang.with(&format!("plans-due-{}", self.kind.word()), &[("name", name.into()), ("what", self.what.as_str().into())])
    }
}

/// Which part of the calendar is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// The month in which a day lies, or the running one; at most ten years ahead.
    Month(Option<Date>),
    /// What has ended, and what ends or renews within two years.
    File,
    /// Today and so many days after it.
    Ahead(i64),
}

/// A part of the calendar with what a page needs beside it.
#[derive(Debug)]
pub struct Dues {
    /// Its lines, the first day first.
    pub lines: Vec<Due>,
    /// Its first and its last day.
    pub days: RangeInclusive<Date>,
    /// True when a later month can be asked for.
    pub more: bool,
    /// The subscriptions behind it.
    pub all: All,
    /// Calendar months that the list of what expires looks ahead.
    pub months: i64,
}

/// Asks for what of a partner ends or renews.
#[derive(Debug)]
pub struct Calendar {
    /// Whose.
    pub partner: PartnerId,
    /// When.
    pub part: Part,
}

impl Query for Calendar {
    type Home = Control;
    type Needs = Read;
    type Found = Dues;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Dues> {
        let (all, held) = All::read(view, scope, now)?;
        let (days, more) = self.part.days(now, &all.zone);
        let mut lines: Vec<Due> = held.iter().flat_map(|h| ends(h, now, &all.zone, &days)).collect();
        for unit in [SEAT, MAA] {
            for order in pools::orders_of(view, scope, unit)? {
                let (day, uid) = (all.zone.date(order.ends_at), order.id.to_string());
                if days.contains(&day) {
                    lines.push(Due { day, kind: DueKind::OrderEnds, uid, customer: None, what: order.sku });
                }
            }
        }
        lines.sort_by_key(|d| d.day);
        Ok(Dues { lines, days, more, all, months: expiring::months(view, scope)? })
    }
}

impl Part {
    /// The days it holds, and whether there are later months.
    fn days(self, now: Timestamp, zone: &Zone) -> (RangeInclusive<Date>, bool) {
        let ahead = |months: i64| zone.date(zone.plus_months(now, months));
        match self {
            Part::File => (Date::MIN..=ahead(FILE_MONTHS), false),
            Part::Ahead(days) => {
                let today = zone.date(now);
                (today..=today.saturating_add(days.days()), true)
            }
            Part::Month(asked) => {
                let last = ahead(PAGE_MONTHS).first_of_month();
                let first = asked.unwrap_or_else(|| zone.date(now)).first_of_month().min(last);
                (first..=first.last_of_month(), first < last)
            }
        }
    }
}

/// The ends of a subscription's term, and of those that follow it by themselves, on some days. Nothing of a suspended customer runs.
fn ends(held: &Held, now: Timestamp, zone: &Zone, days: &RangeInclusive<Date>) -> Vec<Due> {
    let mut found = Vec::new();
    let mut next = (held.lifecycle != Lifecycle::Disabled).then(|| held.booked.at(now, zone));
    while let Some(term) = next.filter(|t| t.ends_at < Timestamp::FOREVER) {
        let day = zone.date(term.ends_at);
        if day > *days.end() {
            break;
        }
        next = term.following(zone);
        if !days.contains(&day) {
            continue;
        }
        let kind = match (&next, &term.next) {
            (None, _) => DueKind::Expires,
            (Some(_), None) => DueKind::Renews,
            (Some(_), Some(_)) => DueKind::Changes,
        };
        let customer = Some((held.customer, held.name.clone()));
        found.push(Due { day, kind, uid: format!("{}-{}", held.id, term.ends_at.0), customer, what: term.plan.name });
    }
    found
}

/// The calendar as a file that calendars read (RFC 5545).
#[must_use]
pub fn ics(dues: &[Due], now: Timestamp, lang: Lang) -> String {
    let plain = |day: Date| format!("{:04}{:02}{:02}", day.year(), day.month(), day.day());
    let stamp = plain(Zone::utc().date(now));
    let mut text = String::new();
    let mut line = |one: &str| text.push_str(&folded(one));
    ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tenantry//Licences//EN"].into_iter().for_each(&mut line);
    for d in dues {
        line("BEGIN:VEVENT");
        line(&format!("UID:{}@tenantry", d.uid));
        line(&format!("DTSTAMP:{stamp}T000000Z"));
        line(&format!("DTSTART;VALUE=DATE:{}", plain(d.day)));
        line(&format!("SUMMARY:{}", escaped(&d.said(lang))));
        line("TRANSP:TRANSPARENT");
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    text
}

/// Text of a calendar: what would be read as syntax is escaped, line breaks and marks of direction are none.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control() && !('\u{2066}'..='\u{2069}').contains(c)) {
        if matches!(c, '\\' | ';' | ',') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A line of at most 75 bytes, the rest in lines that begin with a space.
fn folded(line: &str) -> String {
    let (mut out, mut length) = (String::with_capacity(line.len() + 2), 0);
    for c in line.chars() {
        if length + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_calendar_is_escaped_and_folded() {
        assert_eq!(escaped("Berg, Ann; \\ Co\r\nX"), "Berg\\, Ann\\; \\\\ CoX");
        let long = folded(&format!("SUMMARY:{}", "å".repeat(100)));
        assert!(long.ends_with("\r\n") && long.split("\r\n").all(|part| part.len() <= 75), "{long}");
        assert_eq!(long.replace("\r\n ", "").trim_end(), format!("SUMMARY:{}", "å".repeat(100)));
    }

    #[test]
    fn a_month_is_whole_and_not_too_far() {
        let (zone, now) = (Zone::utc(), "2026-11-21T09:00:00Z".parse().expect("a time"));
        let month = |asked: Option<Date>| Part::Month(asked).days(now, &zone);
        assert_eq!(month(None), (date(2026, 11, 1)..=date(2026, 11, 30), true));
        assert_eq!(month(Some(date(2028, 2, 17))), (date(2028, 2, 1)..=date(2028, 2, 29), true));
        assert_eq!(Part::Ahead(30).days(now, &zone), (date(2026, 11, 21)..=date(2026, 12, 21), true));
        assert_eq!(month(Some(date(2199, 1, 1))), (date(2036, 11, 1)..=date(2036, 11, 30), false));
    }
}
