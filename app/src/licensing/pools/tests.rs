use proptest::prelude::*;

use store::Timestamp;

use super::{
    rules::{Stretch, UsageStatus, least, percent0, percent1, turns, usage_status},
    trend::{Forecast, Limits, Pending, Verdict, enough},
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
        let turned: Vec<(Timestamp, i64)> = (from + 1..20).filter(|t| at(*t) != at(*t - 1)).map(|t| (Timestamp(t), at(t))).collect();
        prop_assert_eq!(turns(&all, Timestamp(from)), turned);
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
fn a_pool_runs_out_on_the_day_an_order_leaves_less_than_is_in_use() {
    let line: Vec<i64> = (0..30).map(|day| 471 + day).collect();
    let limits = |later: &[(f64, i64)]| Limits { now: 1_000, later: later.to_vec() };
    let says = |later: &[(f64, i64)]| {
        let f = Forecast::within(&line, &limits(later), Pending::default());
        (f.verdict, f.earliest_days, f.likely_days, f.latest_days, f.left_then)
    };
    let on = |day: i64, left: Option<i64>| (Verdict::RunsOut, Some(day), Some(day), Some(day), left);
    assert_eq!(says(&[]), on(500, None), "500 free, one more a day");
    assert_eq!(says(&[(10.5, 100)]), on(10, Some(100)));
    assert_eq!(says(&[(10.5, 600)]), on(100, None), "there are enough on that day, and not for as long");
    assert_eq!(says(&[(10.5, 600), (90.0, 900), (120.0, 0)]), on(120, Some(0)));
    assert_eq!(says(&[(4_000.0, 0)]), on(500, None), "what lies that far ahead is not said");
    // Those who are about to come are on the line, and whoever leaves is not.
    let with = |line: &[i64], pending| Forecast::within(line, &limits(&[(10.5, 560)]), pending).likely_days;
    assert_eq!((with(&line, Pending::default()), with(&line, Pending::of(50, 0, 0))), (Some(60), Some(10)));
    let falling: Vec<i64> = (0..30).map(|day| 900 - 10 * day).collect();
    assert_eq!(
        (with(&falling, Pending::default()), with(&falling[..20], Pending::default())),
        (None, Some(10)),
        "610 less 105, 710 less 105"
    );
    assert_eq!(Forecast::within(&line[..13], &limits(&[(1.0, 0)]), Pending::default()).verdict, Verdict::NotEnoughHistory);
    // How sure it is: the order's end holds whatever the pace is.
    let wavering: Vec<i64> = (0..20).map(|day| 50 + day / 4 + if day % 2 == 0 { 6 } else { -6 }).collect();
    let f = Forecast::within(&wavering, &Limits { now: 90, later: vec![(30.0, 20)] }, Pending::default());
    assert_eq!((f.likely_days, f.latest_days, f.left_then), (Some(30), Some(30), Some(20)), "{f:?}");
}

proptest! {
    #[test]
    fn a_pool_runs_out_on_the_first_day_that_is_too_full(
        begin in 40_i64..90,
        per_day in -2_i64..4,
        free in 1_i64..60,
        mut turns in prop::collection::vec((1_i32..120, 0_i64..200), 0..5),
    ) {
        turns.sort_unstable();
        turns.dedup_by_key(|(day, _)| *day);
        let line: Vec<i64> = (0..20).map(|day| begin + per_day * day).collect();
        let active = *line.last().expect("a day");
        let limits = Limits { now: active + free, later: turns.iter().map(|(day, limit)| (f64::from(*day), *limit)).collect() };
        let f = Forecast::within(&line, &limits, Pending::default());
        // Day by day: too full at its first instant, or before its last.
        let limit = |day: i64| turns.iter().rev().find(|(at, _)| i64::from(*at) <= day).map_or(active + free, |(_, limit)| *limit);
        let used = |day: i64| (active + per_day * day).max(0);
        let full = |day: &i64| used(*day) >= limit(*day) || (per_day > 0 && used(*day + 1) > limit(*day));
        let wanted = (0..3_650).find(full);
        prop_assert_eq!(f.likely_days, wanted, "{:?}", f);
        let by_an_order = |day: &i64| used(*day) >= limit(*day) && turns.iter().any(|(at, _)| i64::from(*at) == *day);
        prop_assert_eq!(f.left_then, wanted.filter(by_an_order).map(limit), "{:?}", f);
    }
}

#[test]
fn enough_leaves_about_a_tenth_free() {
    assert_eq!([0, 1, 9, 10, 90, 91].map(enough), [0, 2, 10, 12, 100, 102]);
}
