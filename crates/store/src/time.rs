use std::{fmt, str::FromStr, sync::Mutex, time::Duration};

use jiff::{civil, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, FromValue, Value};

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The open end of an interval that still lasts.
    pub const FOREVER: Timestamp = Timestamp(i64::MAX);
    /// One day in microseconds.
    pub const DAY: i64 = 86_400_000_000;
    /// One second in microseconds.
    pub const SECOND: i64 = 1_000_000;

    /// The instant this much later (earlier when negative), in days of 24 hours; saturates.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(days.saturating_mul(Self::DAY)))
    }

    /// The instant this many seconds later; saturates.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(seconds.saturating_mul(Self::SECOND)))
    }

    /// Whole days from `earlier` to this instant, at least 0.
    #[must_use]
    pub fn days_since(self, earlier: Timestamp) -> i64 {
        (self.0.saturating_sub(earlier.0)).max(0) / Self::DAY
    }

    /// Days from this instant to a later one, a begun one counted whole; at least 0.
    #[must_use]
    pub fn days_until(self, later: Timestamp) -> i64 {
        later.0.saturating_sub(self.0).saturating_add(Self::DAY - 1).div_euclid(Self::DAY).max(0)
    }

    /// Converts, saturating outside jiff's range (years -9999 to 9999).
    #[must_use]
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 > 0 { jiff::Timestamp::MAX } else { jiff::Timestamp::MIN })
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(t: jiff::Timestamp) -> Self {
        Timestamp(t.as_microsecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_jiff(), f)
    }
}
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for Timestamp {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let t: jiff::Timestamp = text.parse().map_err(|_| "not an RFC 3339 time, such as 2026-11-21T09:00:00Z".to_owned())?;
        Ok(t.into())
    }
}
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
impl From<Timestamp> for Value {
    fn from(t: Timestamp) -> Value {
        Value::Int(t.0)
    }
}
impl FromValue for Timestamp {
    fn from_value(value: Value) -> Result<Self, Error> {
        i64::from_value(value).map(Timestamp)
    }
}
impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
            .into()
    }
}
impl utoipa::ToSchema for Timestamp {}

/// A time zone by its IANA name, in which days and months are cut.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// Looks the name up in the built-in database; `None` when there is no such zone.
    #[must_use]
    pub fn named(name: &str) -> Option<Zone> {
        TimeZone::get(name).ok().map(Zone)
    }

    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Zone {
        Zone(TimeZone::UTC)
    }

    /// The calendar day of an instant, as days since 1970-01-01.
    #[must_use]
    pub fn day(&self, t: Timestamp) -> i64 {
        let date = t.to_jiff().to_zoned(self.0.clone()).date();
        i64::from(date.since(civil::date(1970, 1, 1)).map(|s| s.get_days()).unwrap_or_default())
    }

    /// The first instant after the given day: the exclusive end of that day in this zone.
    #[must_use]
    pub fn day_end(&self, date: civil::Date) -> Timestamp {
        let next = date.tomorrow().unwrap_or(civil::Date::MAX);
        self.first_instant(next)
    }

    /// The first instant of the month that holds `t`.
    #[must_use]
    pub fn month_start(&self, t: Timestamp) -> Timestamp {
        self.first_instant(self.date(t).first_of_month())
    }

    /// The same day of month `months` later (clamped to the month's length), same time of day.
    #[must_use]
    pub fn plus_months(&self, t: Timestamp, months: i64) -> Timestamp {
        let zoned = t.to_jiff().to_zoned(self.0.clone());
        zoned.checked_add(jiff::Span::new().months(months)).map_or(Timestamp::FOREVER, |z| z.timestamp().into())
    }

    /// The first instant of the day that lies so many days before that of `t`.
    #[must_use]
    pub fn days_before(&self, t: Timestamp, days: i64) -> Timestamp {
        let day = self.date(t).checked_sub(jiff::Span::new().days(days));
        self.first_instant(day.unwrap_or(civil::Date::MIN))
    }

    /// The calendar date of an instant in this zone.
    #[must_use]
    pub fn date(&self, t: Timestamp) -> civil::Date {
        t.to_jiff().to_zoned(self.0.clone()).date()
    }

    /// What clocks in this zone show at an instant.
    #[must_use]
    pub fn clock(&self, t: Timestamp) -> civil::DateTime {
        t.to_jiff().to_zoned(self.0.clone()).datetime()
    }

    fn first_instant(&self, date: civil::Date) -> Timestamp {
        date.to_zoned(self.0.clone()).map_or(Timestamp::FOREVER, |z| z.timestamp().into())
    }
}

/// Where "now" comes from. Only the edge of the program makes one.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
    /// Moves the clock forward to `to`; false when it may not be moved or `to` lies in the past.
    fn advance(&self, _to: Timestamp) -> bool {
        false
    }
    /// True when the clock can be moved (demo, tests).
    fn movable(&self) -> bool {
        false
    }
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct Wall;

impl Clock for Wall {
    #[expect(clippy::disallowed_methods, reason = "this is the edge: the machine's clock")]
    fn now(&self) -> Timestamp {
        jiff::Timestamp::now().into()
    }
}

/// A clock that starts where it is told, runs with real time, and can be moved forward.
#[derive(Debug)]
pub struct Movable(Mutex<Hand>);

#[derive(Debug)]
struct Hand {
    base: Timestamp,
    since: std::time::Instant,
    runs: bool,
}

impl Movable {
    /// Starts at `base`; `runs` = advances with real time, else stands still until moved.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the edge: a movable clock runs with the machine's")]
    pub fn starting(base: Timestamp, runs: bool) -> Movable {
        Movable(Mutex::new(Hand { base, since: std::time::Instant::now(), runs }))
    }

    fn read(hand: &Hand) -> Timestamp {
        let run = if hand.runs { hand.since.elapsed() } else { Duration::ZERO };
        Timestamp(hand.base.0.saturating_add(i64::try_from(run.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Clock for Movable {
    fn now(&self) -> Timestamp {
        Self::read(&self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
    #[expect(clippy::disallowed_methods, reason = "this is the edge: a movable clock runs with the machine's")]
    fn advance(&self, to: Timestamp) -> bool {
        let mut hand = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if to < Self::read(&hand) {
            return false;
        }
        *hand = Hand { base: to, since: std::time::Instant::now(), runs: hand.runs };
        true
    }
    fn movable(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_has_begun_is_left() {
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().expect("a time");
        let left = |later: Timestamp| now.days_until(later);
        assert_eq!([left(now.plus_days(4)), left(now.plus_days(4).plus_seconds(1)), left(now.plus_seconds(1))], [4, 5, 1]);
        assert_eq!([left(now), left(now.plus_days(-3))], [0, 0]);
    }
}
