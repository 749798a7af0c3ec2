//! What expires: the list of licences that end within two months (1.18), the calendar of everything that ends or renews, and both as
//! files.

use access::{Scope, permissions::Read};
use command::Query;
use jiff::civil::Date;
use sheets::{Column, Csv, Kind, Writer};
use store::{Control, CustomerId, PartnerId, Result, Timestamp, Uuid, View, Zone};
use web::Lang;

use super::{
    queries::{All, Subscription, Subscriptions},
    terms::{TermStatus, expires_within},
};
use crate::licensing::pools::{self, MAA, SEAT};

/// Calendar months that the list looks ahead.
pub const MONTHS: i64 = 2;

/// Licences that end soon, and those that have ended.
#[derive(Debug)]
pub struct Expiring {
    /// Those whose day of expiry is today or within two calendar months, the next first.
    pub soon: Vec<Subscription>,
    /// Those that have ended and those of suspended customers, the oldest first.
    pub over: Vec<Subscription>,
    /// The zone in which the partner cuts days.
    pub zone: Zone,
}

impl Expiring {
    /// Sorts a partner's subscriptions into the two lists. One that renews itself does not expire.
    #[must_use]
    pub fn of(all: All) -> Expiring {
        let All { rows, zone, now } = all;
        let over = |s: &Subscription| matches!(s.status, TermStatus::Grace | TermStatus::Expired | TermStatus::Suspended);
        let (mut over, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(over);
        let near = |s: &Subscription| s.expires_at().is_some_and(|end| expires_within(end, MONTHS, now, &zone));
        let mut soon: Vec<Subscription> = rest.into_iter().filter(near).collect();
        // The rows come by name: a stable sort keeps that among licences of one instant.
        soon.sort_by_key(|s| s.ends_at);
        over.sort_by_key(|s| s.ends_at.unwrap_or(Timestamp::FOREVER));
        Expiring { soon, over, zone }
    }

    /// A line a licence, those that have ended last.
    ///
    /// # Errors
    /// The writer's.
    pub fn csv(&self) -> std::result::Result<Vec<u8>, sheets::WriteError> {
        let text = |key: &str| Column::new(key, key, Kind::Text);
        let columns = ["customer_id", "customer_name", "expiration", "domain", "plan", "status"].map(text);
        let mut out = Csv::with_mark(Vec::new(), &columns)?;
        for s in self.soon.iter().chain(&self.over) {
            let expiration = s.ends_at.map(|end| printed(self.zone.date(end)));
            out.row(&[
                s.tenant_id.to_string().into(),
                s.name.clone().into(),
                expiration.into(),
                s.domain.clone().into(),
                s.plan.name.clone().into(),
                status_word(s.status).into(),
            ])?;
        }
        out.finish()
    }
}

/// A day as the list prints it: DD-MM-YYYY.
#[must_use]
pub fn printed(day: Date) -> String {
    format!("{:02}-{:02}-{:04}", day.day(), day.month(), day.year())
}

/// The word of a status in files and text ids.
#[must_use]
pub const fn status_word(status: TermStatus) -> &'static str {
    match status {
        TermStatus::Normal => "normal",
        TermStatus::ExpiringSoon => "expiring-soon",
        TermStatus::Grace => "grace",
        TermStatus::Expired => "expired",
        TermStatus::Suspended => "suspended",
    }
}

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

/// Asks for everything of a partner that ends or renews, the next first.
#[derive(Debug)]
pub struct Calendar {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for Calendar {
    type Home = Control;
    type Needs = Read;
    /// The lines, and when this was true.
    type Found = (Vec<Due>, All);

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<(Vec<Due>, All)> {
        let all = Subscriptions { partner: self.partner }.run(view, scope, now)?;
        let mut dues: Vec<Due> = all.rows.iter().filter_map(|s| due(s, &all.zone)).collect();
        for unit in [SEAT, MAA] {
            for order in pools::orders_of(view, scope, unit)? {
                dues.push(Due {
                    day: all.zone.date(order.ends_at),
                    kind: DueKind::OrderEnds,
                    uid: order.id.to_string(),
                    customer: None,
                    what: order.sku,
                });
            }
        }
        dues.sort_by_key(|d| d.day);
        Ok((dues, all))
    }
}

fn due(s: &Subscription, zone: &Zone) -> Option<Due> {
    let end = s.ends_at.filter(|_| s.status != TermStatus::Suspended)?;
    let kind = match (s.goes_on, &s.next_plan) {
        (false, _) => DueKind::Expires,
        (true, None) => DueKind::Renews,
        (true, Some(_)) => DueKind::Changes,
    };
    let customer = Some((s.tenant_id, s.name.clone()));
    Some(Due { day: zone.date(end), kind, uid: format!("{}-{}", s.id, end.0), customer, what: s.plan.name.clone() })
}

/// The calendar as a file that calendars read (RFC 5545).
#[must_use]
pub fn ics(dues: &[Due], now: Timestamp, lang: Lang) -> String {
    let stamp = Zone::utc().date(now);
    let plain = |day: Date| format!("{:04}{:02}{:02}", day.year(), day.month(), day.day());
    let mut lines = vec!["BEGIN:VCALENDAR".to_owned(), "VERSION:2.0".into(), "PRODID:-//Tenantry//Licences//EN".into()];
    for d in dues {
        let name = d.customer.as_ref().map_or("", |(_, name)| name.as_str());
        let summary = lang.with(&format!("plans-due-{}", d.kind.word()), &[("name", name.into()), ("what", d.what.as_str().into())]);
        lines.push("BEGIN:VEVENT".into());
        lines.push(format!("UID:{}@tenantry", d.uid));
        lines.push(format!("DTSTAMP:{}T000000Z", plain(stamp)));
        lines.push(format!("DTSTART;VALUE=DATE:{}", plain(d.day)));
        lines.push(format!("SUMMARY:{}", escaped(&summary)));
        lines.push("TRANSP:TRANSPARENT".into());
        lines.push("END:VEVENT".into());
    }
    lines.push("END:VCALENDAR".into());
    lines.iter().map(|line| folded(line)).collect()
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
    use super::*;

    #[test]
    fn a_calendar_is_escaped_and_folded() {
        assert_eq!(escaped("Berg, Ann; \\ Co\r\nX"), "Berg\\, Ann\\; \\\\ CoX");
        let long = folded(&format!("SUMMARY:{}", "å".repeat(100)));
        assert!(long.ends_with("\r\n") && long.split("\r\n").all(|part| part.len() <= 75), "{long}");
        assert_eq!(long.replace("\r\n ", "").trim_end(), format!("SUMMARY:{}", "å".repeat(100)));
    }

    #[test]
    fn a_day_is_printed_day_first() {
        assert_eq!(printed(jiff::civil::date(2027, 2, 8)), "08-02-2027");
    }
}
