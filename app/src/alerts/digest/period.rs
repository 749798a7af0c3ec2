//! When a digest is due, and how far it looks. No I/O.

use jiff::{
    ToSpan,
    civil::{Date, DateTime},
};
use serde::{Deserialize, Serialize};

use crate::noun::word_noun;

word_noun! {
    /// How often somebody is mailed what ends soon.
    Every {
        /// On Mondays, the next 30 days.
        Week "week",
        /// On the first of the month, the next 90 days.
        Month "month",
    }
}

/// The hour at which a day's digest is told, by the clocks of the partner's zone.
const HOUR: i8 = 7;

impl Every {
    /// Days ahead that it tells of.
    #[must_use]
    pub const fn days(self) -> i64 {
        match self {
            Every::Week => 30,
            Every::Month => 90,
        }
    }

    /// The day of the digest that is due last at what the partner's clocks show.
    #[must_use]
    pub fn day(self, shown: DateTime) -> Date {
        let today = shown.date();
        let begun = if shown.hour() >= HOUR { today } else { today.saturating_sub(1.day()) };
        match self {
            Every::Week => begun.saturating_sub(i64::from(begun.weekday().to_monday_zero_offset()).days()),
            Every::Month => begun.first_of_month(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use store::Zone;

    use super::*;

    #[test]
    fn a_week_begins_on_monday_at_seven_and_a_month_on_its_first() {
        let week = |day: Date, hour, minute| Every::Week.day(day.at(hour, minute, 0, 0));
        let (monday, before) = (date(2026, 11, 23), date(2026, 11, 16));
        assert_eq!((week(monday, 6, 59), week(monday, 7, 0)), (before, monday));
        assert_eq!((week(date(2026, 11, 29), 23, 59), week(date(2026, 11, 30), 0, 0)), (monday, monday));
        let month = |day: Date, hour| Every::Month.day(day.at(hour, 0, 0, 0));
        assert_eq!((month(date(2027, 1, 1), 6), month(date(2027, 1, 1), 7)), (date(2026, 12, 1), date(2027, 1, 1)));
        assert_eq!(month(date(2027, 1, 31), 23), date(2027, 1, 1));
    }

    #[test]
    fn seven_is_seven_whatever_the_clocks_were_put_to() {
        let zone = Zone::named("Europe/Berlin").expect("a zone");
        let day = |at: &str| Every::Week.day(zone.clock(at.parse().expect("an instant")));
        let (before, after) = (date(2027, 3, 22), date(2027, 3, 29));
        // The night before 28 March has 23 hours there, the one before 31 October 25.
        assert_eq!((day("2027-03-22T05:59:59Z"), day("2027-03-22T06:00:00Z")), (date(2027, 3, 15), before));
        assert_eq!((day("2027-03-29T04:59:59Z"), day("2027-03-29T05:00:00Z")), (before, after));
        assert_eq!((day("2027-11-01T05:59:59Z"), day("2027-11-01T06:00:00Z")), (date(2027, 10, 25), date(2027, 11, 1)));
    }
}
