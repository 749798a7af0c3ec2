use proptest::prelude::*;

use store::Timestamp;

use super::{
    rules::{Stretch, UsageStatus, least, percent0, percent1, usage_status},
    trend::{Forecast, Pending, Verdict, enough},
};

#[test]
fn the_seed_rows_have_their_printed_status() {
    let rows = [
        (340, 400, 85, UsageStatus::Ok),
        (210, 250, 84, UsageStatus::Ok),
        (0, 150, 0, UsageStatus::NoUsers),
        (120, 150, 80, UsageStatus::Ok),
        (75, 80, 94, UsageStatus::NearLimit),
        (58, 60, 97, UsageStatus::AtLimit),
        (42, 50, 84, UsageStatus::Ok),
    ];
    for (active, allocated, shown, status) in rows {
        assert_eq!(
            (percent0(active, allocated), usage_status(active, allocated, false, 90)),
            (Some(shown), status),
            "{active}/{allocated}"
        );
    }
    assert_eq!(usage_status(85, 100, true, 90), UsageStatus::SyncFailed);
    assert_eq!((percent1(8_420, 10_000), percent0(7_834, 8_420)), (Some(84.2), Some(93)));
}

#[test]
fn ratios_are_compared_exact_and_shown_rounded() {
    assert_eq!((percent0(9_496, 10_000), usage_status(9_496, 10_000, false, 90)), (Some(95), UsageStatus::NearLimit));
    assert_eq!(usage_status(95, 100, false, 90), UsageStatus::AtLimit);
    assert_eq!((percent0(0, 0), percent1(1, 0)), (None, None));
    assert_eq!(percent0(85, 1_000), Some(9), "8.5 rounds half up");
}

proptest! {
    #[test]
    fn rounding_is_half_up(part in 0_i64..1_000_000, of in 1_i64..1_000_000) {
        let exact = part * 100;
        let shown = percent0(part, of).unwrap_or_default();
        prop_assert!(2 * (shown * of - exact) <= of && 2 * (exact - shown * of) < of);
    }
}

fn stretch(units: i64, from: i64, until: i64) -> Stretch {
    Stretch { units, from: Timestamp(from), until: Timestamp(until) }
}

proptest! {
    #[test]
    fn the_least_of_stretches_is_that_of_every_instant(
        all in prop::collection::vec((-9_i64..10, 0_i64..20, 0_i64..20), 0..12),
        from in 0_i64..20,
        length in 1_i64..12,
    ) {
        let all: Vec<Stretch> = all.into_iter().map(|(units, from, until)| stretch(units, from, until)).collect();
        let at = |t: i64| -> i64 { all.iter().filter(|s| s.from.0 <= t && t < s.until.0).map(|s| s.units).sum() };
        let wanted = (from..from + length).map(at).min().expect("an instant");
        let first = (from..from + length).find(|t| at(*t) == wanted).expect("that instant");
        prop_assert_eq!(least(&all, Timestamp(from), Timestamp(from + length)), (wanted, Timestamp(first)));
    }
}

#[test]
fn a_straight_line_runs_out_on_its_day_without_doubt() {
    let line: Vec<i64> = (0..30).map(|day| 10 + 2 * day).collect();
    let f = Forecast::of(&line, 100, Pending::default());
    // 68 in use, 2 more a day: 32 free last 16 days.
    assert_eq!((f.verdict, f.per_day, f.active_users), (Verdict::RunsOut, Some(2.0), 68));
    assert_eq!((f.earliest_days, f.likely_days, f.latest_days), (Some(16), Some(16), Some(16)));
}

#[test]
fn a_forecast_says_what_it_does_not_know() {
    let wavering: Vec<i64> = (0..20).map(|day| 50 + day / 4 + if day % 2 == 0 { 6 } else { -6 }).collect();
    let f = Forecast::of(&wavering, 60, Pending::default());
    assert_eq!((f.verdict, f.latest_days), (Verdict::RunsOut, None), "it may as well last: {f:?}");
    assert!(f.earliest_days < f.likely_days, "{f:?}");
    assert_eq!(Forecast::of(&[1; 13], 60, Pending::default()).verdict, Verdict::NotEnoughHistory);
    assert_eq!(Forecast::of(&[1; 14], 60, Pending::default()).verdict, Verdict::Lasts);
    assert_eq!(Forecast::of(&[60], 60, Pending::default()).verdict, Verdict::UsedUp);
    assert_eq!(Forecast::of(&[], 0, Pending::default()).verdict, Verdict::UsedUp);
    let falling: Vec<i64> = (0..30).map(|day| 90 - day).collect();
    assert_eq!(Forecast::of(&falling, 100, Pending::default()).verdict, Verdict::Lasts);
}

#[test]
fn those_who_are_about_to_come_are_there_before_the_pace() {
    let line: Vec<i64> = (0..30).map(|day| 10 + 2 * day).collect();
    let with = |pending| Forecast::of(&line, 100, pending);
    let some = with(Pending::of(2, 3, 7));
    // 32 free, 12 of them spoken for: 20 last 10 days at 2 a day.
    assert_eq!((some.verdict, some.pending.total, some.active_users), (Verdict::RunsOut, 12, 68));
    assert_eq!((some.earliest_days, some.likely_days, some.latest_days), (Some(10), Some(10), Some(10)));
    for all in [Pending::of(0, 0, 32), Pending::of(0, 40, 0)] {
        let f = with(all);
        assert_eq!((f.verdict, f.earliest_days, f.likely_days, f.latest_days), (Verdict::RunsOut, Some(0), Some(0), Some(0)), "{f:?}");
        assert_eq!(f.per_day, Some(2.0), "the pace is known all the same");
    }
    assert_eq!(with(Pending::of(0, 0, 31)).likely_days, Some(0), "one free, and two more a day");
    // What fills the seats is known without a past, and without a pace.
    let young = Forecast::of(&[5], 20, Pending::of(0, 0, 15));
    assert_eq!((young.verdict, young.likely_days, young.per_day), (Verdict::RunsOut, Some(0), None));
    assert_eq!(Forecast::of(&[5], 20, Pending::of(0, 0, 14)).verdict, Verdict::NotEnoughHistory);
    assert_eq!(Forecast::of(&[5; 30], 20, Pending::of(0, 0, 14)).verdict, Verdict::Lasts);
    assert_eq!(Forecast::of(&[20; 30], 20, Pending::of(9, 0, 0)).verdict, Verdict::UsedUp, "none is free already");
}

#[test]
fn enough_leaves_about_a_tenth_free() {
    assert_eq!([0, 1, 9, 10, 90, 91].map(enough), [0, 2, 10, 12, 100, 102]);
}
