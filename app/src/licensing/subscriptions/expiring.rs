//! What expires: the list of licences that end within the months its MSP chose, usually two (1.18), as rows and as a file.

use std::cmp::Reverse;

use access::{Scope, permissions::Read};
use command::{Node, Query};
use jiff::civil::Date;
use sheets::{Column, Csv, Kind, Writer};
use store::{Control, PartnerId, Result, Timestamp, View, Zone};

use super::{
    queries::{All, Subscription},
    terms::{TermStatus, expires_within},
};
use crate::hierarchy::settings;

/// How many calendar months the list of a partner looks ahead.
///
/// # Errors
/// The store's.
pub fn months<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    Ok(settings::of(view, scope)?.map_or(0, |s| s.expiring_months))
}

/// Asks for what of a partner expires.
#[derive(Debug)]
pub struct ExpiringOf {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for ExpiringOf {
    type Home = Control;
    type Needs = Read;
    type Found = Expiring;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Expiring> {
        let (all, _) = All::read(view, scope, now)?;
        Ok(Expiring::of(all, months(view, scope)?))
    }
}

/// Licences that end soon, and those that have ended.
#[derive(Debug)]
pub struct Expiring {
    /// Calendar months that the list looks ahead.
    pub months: i64,
    /// Those whose day of expiry is today or within so many months, the next first.
    pub soon: Vec<Subscription>,
    /// Those that have ended and those of suspended customers, what ended last first.
    pub over: Vec<Subscription>,
    /// The zone in which the partner cuts days.
    pub zone: Zone,
}

impl Expiring {
    /// Sorts a partner's subscriptions into the two lists. One that renews itself does not expire.
    #[must_use]
    pub fn of(all: All, months: i64) -> Expiring {
        let All { rows, zone, now } = all;
        let over = |s: &Subscription| matches!(s.status, TermStatus::Grace | TermStatus::Expired | TermStatus::Suspended);
        let (mut over, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(over);
        let near = |s: &Subscription| s.expires_at().is_some_and(|end| expires_within(end, months, now, &zone));
        let mut soon: Vec<Subscription> = rest.into_iter().filter(near).collect();
        // The rows come by name: a stable sort keeps that among licences of one instant.
        soon.sort_by_key(|s| s.ends_at);
        over.sort_by_key(|s| Reverse(s.ends_at.unwrap_or(Timestamp::FOREVER)));
        Expiring { months, soon, over, zone }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_printed_day_first() {
        assert_eq!(printed(jiff::civil::date(2027, 2, 8)), "08-02-2027");
    }
}
