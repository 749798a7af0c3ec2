//! A calendar month, as partners are billed for it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use store::{Error, FromValue, Timestamp, Value, Zone};

/// A calendar month: months since the year 0, so that the next one is one more. Written `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i64);

/// What a tenant's region counted in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Which month.
    pub month: Month,
    /// Different members active in it, as far as it has come.
    pub users: i64,
    /// Members active at its end; of the running month: now. So many begin the next one.
    pub active_users: i64,
}

impl Month {
    /// Earlier than any other.
    pub const FIRST: Month = Month(0);
    /// Later than any other.
    pub const LAST: Month = Month(i64::MAX);

    /// The month of an instant in a zone.
    #[must_use]
    pub fn of(zone: &Zone, at: Timestamp) -> Month {
        let date = zone.date(at);
        Month(i64::from(date.year()) * 12 + i64::from(date.month()) - 1)
    }

    /// The month between two instants that are its bounds in whatever zone: its middle lies in it everywhere.
    #[must_use]
    pub fn between(start: Timestamp, end: Timestamp) -> Month {
        Month::of(&Zone::utc(), Timestamp(start.0 + (end.0 - start.0) / 2))
    }

    /// So many months later, or earlier.
    #[must_use]
    pub const fn plus(self, months: i64) -> Month {
        Month(self.0.saturating_add(months))
    }

    /// 1 to 12.
    #[must_use]
    pub fn number(self) -> i8 {
        i8::try_from(self.0.rem_euclid(12) + 1).unwrap_or(1)
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i64 {
        self.0.div_euclid(12)
    }

    /// Its first instant in a zone.
    #[must_use]
    pub fn start(self, zone: &Zone) -> Timestamp {
        // Noon of the 15th lies in the month everywhere.
        let middle = format!("{:04}-{:02}-15T12:00:00Z", self.year(), self.number()).parse();
        middle.map_or(Timestamp::FOREVER, |t| zone.month_start(t))
    }

    /// Where it ends in a zone: the first instant of the next.
    #[must_use]
    pub fn end(self, zone: &Zone) -> Timestamp {
        self.plus(1).start(zone)
    }

    /// The months from this to another, both included.
    pub fn through(self, last: Month) -> impl DoubleEndedIterator<Item = Month> {
        (self.0..=last.0).map(Month)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

impl FromStr for Month {
    type Err = String;
    fn from_str(text: &str) -> Result<Month, String> {
        let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
        let parts = text.split_once('-').filter(|(year, month)| digits(year, 4) && digits(month, 2));
        let read = parts.and_then(|(year, month)| Some((year.parse::<i64>().ok()?, month.parse::<i64>().ok()?)));
        match read {
            Some((year, month @ 1..=12)) if year >= 1 => Ok(Month(year * 12 + month - 1)),
            _ => Err("not a month, such as 2026-11".to_owned()),
        }
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl From<Month> for Value {
    fn from(month: Month) -> Value {
        Value::Int(month.0)
    }
}

impl FromValue for Month {
    fn from_value(value: Value) -> Result<Self, Error> {
        i64::from_value(value).map(Month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_written_and_read() {
        let month: Month = "2026-12".parse().expect("a month");
        assert_eq!(
            (month.to_string(), month.plus(1).to_string(), month.plus(-12).to_string()),
            ("2026-12".into(), "2027-01".into(), "2025-12".into())
        );
        for wrong in ["", "2026", "2026-13", "2026-00", "0000-01", "26-1", "2026-1", "+026-01", "2026-12-01", "2026-1é"] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn bounds_are_those_of_the_zone() {
        let zone = Zone::named("America/New_York").expect("a zone");
        let march: Month = "2027-03".parse().expect("a month");
        assert_eq!(
            (march.start(&zone).to_string(), march.end(&zone).to_string()),
            ("2027-03-01T05:00:00Z".into(), "2027-04-01T04:00:00Z".into())
        );
        assert_eq!(Month::of(&zone, Timestamp(march.end(&zone).0 - 1)), march);
        assert_eq!(Month::of(&zone, march.end(&zone)), march.plus(1));
        assert_eq!(Month::between(march.start(&zone), march.end(&zone)), march);
    }
}
