//! Terms against a straight-line oracle, which steps through calendar days by hand and knows no zone database but the one it is given.

use proptest::prelude::*;
use store::{Timestamp, Zone};

use super::{
    plan::{STANDARD, built_in},
    terms::{Booked, Next, TermStatus, expires_within, settled_until, stage},
};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn plan(term: i64, renew: Option<i64>) -> super::plan::Plan {
    super::plan::Plan { term_months: term, renew_months: renew, ..built_in(STANDARD).expect("a plan") }
}

fn begun(from: &str, term: i64, renew: Option<i64>, zone: &Zone) -> Booked {
    Booked::begin(plan(term, renew), None, at(from), zone)
}

const ZONES: [&str; 6] = ["UTC", "Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago"];

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(is_leap(year)),
        _ => 31,
    }
}

/// The day so many months after another, counted by hand.
fn months_after((year, month, day): (i64, i64, i64), months: i64) -> (i64, i64, i64) {
    let (mut y, mut m) = (year, month);
    for _ in 0..months {
        m += 1;
        if m > 12 {
            (y, m) = (y + 1, 1);
        }
    }
    (y, m, day.min(days_of(y, m)))
}

fn civil(zone: &Zone, t: Timestamp) -> (i64, i64, i64) {
    let day = zone.date(t);
    (i64::from(day.year()), i64::from(day.month()), i64::from(day.day()))
}

proptest! {
    /// Whoever looks at whatever instant finds the term that a look at every end before would have left.
    #[test]
    fn a_term_follows_from_its_anchor_whenever_somebody_looks(
        start in 1_500_000_000_i64..2_000_000_000,
        zone in 0..ZONES.len(),
        term in 1_i64..30,
        renew in 1_i64..14,
        later in 0_i64..4_000,
        seed in any::<u64>(),
    ) {
        let zone = Zone::named(ZONES[zone]).expect("a zone");
        let from = Timestamp(start * Timestamp::SECOND);
        let first = Booked::begin(plan(term, Some(renew)), None, from, &zone);
        let now = from.plus_days(later);
        let found = first.at(now, &zone);
        // The oracle: one end after the other, each counted from the first day.
        let (mut months, mut starts, mut ends) = (term, from, months_after(civil(&zone, from), term));
        while found.months > months {
            starts = zone.plus_months(from, months);
            months += renew;
            ends = months_after(civil(&zone, from), months);
        }
        prop_assert_eq!(found.months, months);
        prop_assert_eq!(civil(&zone, found.ends_at), ends);
        prop_assert_eq!(found.starts_at, starts);
        prop_assert!(found.ends_at > now && found.starts_at <= now.max(from), "{:?} at {}", found, now);
        // Looking before, and booking what was seen, changes nothing.
        let between = from.plus_days(i64::try_from(seed % 4_000).unwrap_or(0).min(later));
        prop_assert_eq!(first.at(between, &zone).at(now, &zone), found);
    }

    /// What is news by the clock is told in time: until it is settled nothing that is said of a term changes.
    #[test]
    fn nothing_changes_before_it_is_due(
        zone in 0..ZONES.len(),
        term in 1_i64..14,
        notice in 0_i64..60,
        grace in 0_i64..40,
        day in 0_i64..500,
        hours in 0_i64..72,
    ) {
        let zone = Zone::named(ZONES[zone]).expect("a zone");
        let mut sold = plan(term, None);
        (sold.notice_days, sold.grace_days) = (notice, grace);
        let from = at("2026-01-31T09:30:00Z");
        let booked = Booked::begin(sold, None, from, &zone);
        let now = from.plus_days(day);
        let until = settled_until(&booked, now, &zone);
        let then = Timestamp(until.0.saturating_sub(1).min(now.plus_seconds(hours * 3_600).0));
        prop_assert!(until > now);
        prop_assert_eq!(booked.status(now, &zone), booked.status(then, &zone));
        if now < booked.ends_at {
            prop_assert_eq!(stage(&booked, now, &zone), stage(&booked, then, &zone));
        }
    }
}

#[test]
fn month_ends_are_counted_from_the_first_day_and_not_from_each_other() {
    let zone = Zone::utc();
    let first = begun("2026-01-31T12:00:00Z", 1, Some(1), &zone);
    let days: Vec<String> =
        first.since(at("2026-06-30T11:59:59Z"), &zone).iter().map(|term| zone.date(term.starts_at).to_string()).collect();
    assert_eq!(days, ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]);
    let leap = begun("2024-02-29T00:00:00Z", 12, Some(12), &zone);
    let ends: Vec<String> = leap.since(at("2028-03-01T00:00:00Z"), &zone).iter().map(|t| zone.date(t.ends_at).to_string()).collect();
    assert_eq!(ends, ["2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"]);
}

#[test]
fn a_term_is_half_open_and_stands_in_its_statuses() {
    let zone = Zone::named("Europe/Stockholm").expect("a zone");
    let mut sold = plan(2, None);
    (sold.notice_days, sold.grace_days) = (14, 3);
    // Across the change of clocks: the same hour of the day there.
    let term = Booked::begin(sold, None, at("2026-02-10T08:00:00Z"), &zone);
    assert_eq!(term.ends_at, at("2026-04-10T07:00:00Z"));
    let seen = |text: &str| term.status(at(text), &zone);
    assert_eq!(seen("2026-03-26T22:59:59Z"), TermStatus::Normal);
    assert_eq!(seen("2026-03-26T23:00:00Z"), TermStatus::ExpiringSoon, "14 days before, from midnight there");
    assert_eq!(seen("2026-04-10T06:59:59Z"), TermStatus::ExpiringSoon);
    assert_eq!(seen("2026-04-10T07:00:00Z"), TermStatus::Grace);
    assert_eq!(seen("2026-04-13T07:00:00Z"), TermStatus::Expired);
    let stages: Vec<Option<i64>> = ["2026-03-26T22:59:59Z", "2026-03-26T23:00:00Z", "2026-04-02T22:00:00Z", "2026-04-08T22:00:00Z"]
        .map(|text| stage(&term, at(text), &zone).map(|(days, _)| days))
        .into();
    assert_eq!(stages, [None, Some(14), Some(7), Some(1)]);
}

#[test]
fn what_is_renewed_leaves_no_gap_unless_it_has_lapsed() {
    let zone = Zone::utc();
    let mut sold = plan(1, None);
    sold.grace_days = 5;
    let term = Booked::begin(sold, None, at("2026-01-31T12:00:00Z"), &zone);
    let early = term.renewed(at("2026-02-10T00:00:00Z"), &zone);
    assert_eq!((early.starts_at, early.ends_at), (term.starts_at, at("2026-03-31T12:00:00Z")));
    let late = term.renewed(at("2026-03-02T00:00:00Z"), &zone);
    assert_eq!((late.starts_at, late.ends_at), (term.ends_at, at("2026-03-31T12:00:00Z")), "within its days of grace");
    let lapsed = term.renewed(at("2026-03-06T00:00:00Z"), &zone);
    assert_eq!((lapsed.starts_at, lapsed.ends_at), (at("2026-03-06T00:00:00Z"), at("2026-04-06T00:00:00Z")));
    let other = begun("2026-02-20T00:00:00Z", 12, Some(12), &zone);
    let aligned = term.aligned(&other, at("2026-02-21T00:00:00Z"));
    assert_eq!((aligned.ends_at, aligned.starts_at), (other.ends_at, term.starts_at));
}

#[test]
fn the_end_of_a_plans_life_lets_no_further_term_begin() {
    let zone = Zone::utc();
    let mut term = begun("2026-01-10T00:00:00Z", 1, Some(1), &zone);
    term.stops_at = Some(at("2026-04-01T00:00:00Z"));
    let last = term.at(at("2027-01-01T00:00:00Z"), &zone);
    assert_eq!((last.starts_at, last.ends_at), (at("2026-03-10T00:00:00Z"), at("2026-04-10T00:00:00Z")));
    assert_eq!(last.status(at("2026-04-10T00:00:00Z"), &zone), TermStatus::Expired);
    // The plan that follows is judged by its own.
    term.next = Some(Next { plan: plan(12, None), code: "year".into(), stops_at: None });
    let year = term.at(at("2026-03-01T00:00:00Z"), &zone);
    assert_eq!((year.code.as_str(), year.starts_at, year.ends_at), ("year", at("2026-02-10T00:00:00Z"), at("2027-02-10T00:00:00Z")));
}

#[test]
fn the_list_looks_two_calendar_months_ahead_by_days() {
    let zone = Zone::utc();
    let listed = |ends: &str, now: &str| expires_within(at(ends), 2, at(now), &zone);
    assert!(listed("2027-02-28T23:59:59Z", "2026-12-31T00:00:00Z"), "31 December: 28 February is in");
    assert!(!listed("2027-03-01T00:00:00Z", "2026-12-31T23:59:59Z"), "and 1 March out");
    assert!(listed("2028-02-29T10:00:00Z", "2027-12-31T10:00:00Z"), "a leap day");
    assert!(listed("2026-12-31T10:00:01Z", "2026-12-31T10:00:00Z") && !listed("2026-12-31T10:00:00Z", "2026-12-31T10:00:00Z"));
    let there = Zone::named("Pacific/Auckland").expect("a zone");
    // 1 March there begins on 28 February in UTC.
    assert!(!expires_within(at("2027-02-28T11:00:00Z"), 2, at("2026-12-31T09:00:00Z"), &there));
    assert!(expires_within(at("2027-02-28T10:59:59Z"), 2, at("2026-12-31T09:00:00Z"), &there));
}
