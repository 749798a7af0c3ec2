use ::store::Timestamp;
use proptest::prelude::*;

use super::*;

const DAY: i64 = Timestamp::DAY;

fn fine() -> Facts {
    Facts {
        judged: true,
        setup_done: true,
        email_ok: true,
        sync_ok: Some(true),
        launched_at: Some(Timestamp(0)),
        last_campaign_at: Some(Timestamp(100 * DAY)),
        passed: 80,
        delivered: 100,
    }
}

fn at(days: i64) -> Timestamp {
    Timestamp(days * DAY)
}

#[test]
fn statuses_are_judged_in_the_order_of_d6() {
    let now = at(110);
    let by = Thresholds::default();
    let status = |facts: &Facts| judge(facts, &by, now).0;
    assert_eq!(status(&fine()), Some(Status::Active));
    let failed = Facts { sync_ok: Some(false), setup_done: false, email_ok: false, ..fine() };
    assert_eq!(status(&failed), Some(Status::SyncFailed));
    assert_eq!(status(&Facts { setup_done: false, email_ok: false, ..fine() }), Some(Status::SetupIncomplete));
    assert_eq!(status(&Facts { email_ok: false, passed: 1, ..fine() }), Some(Status::EmailUnverified));
    assert_eq!(status(&Facts { passed: 59, ..fine() }), Some(Status::LowEngagement));
    assert_eq!(status(&Facts { judged: false, ..failed }), None);
}

#[test]
fn exactly_sixty_percent_is_not_low_and_exactly_thirty_days_is_not_stale() {
    let by = Thresholds::default();
    assert_eq!(judge(&Facts { passed: 60, ..fine() }, &by, at(110)).0, Some(Status::Active));
    assert_eq!(judge(&fine(), &by, at(130)).0, Some(Status::Active));
    let (status, until) = judge(&fine(), &by, at(130));
    assert_eq!((status, until), (Some(Status::Active), Timestamp(130 * DAY + 1)));
    assert_eq!(judge(&fine(), &by, until).0, Some(Status::LowEngagement));
}

#[test]
fn never_tested_counts_from_launch() {
    let facts = Facts { last_campaign_at: None, delivered: 0, passed: 0, launched_at: Some(at(100)), ..fine() };
    assert_eq!(judge(&facts, &Thresholds::default(), at(120)).0, Some(Status::Active));
    assert_eq!(judge(&facts, &Thresholds::default(), at(131)).0, Some(Status::LowEngagement));
}

proptest! {
    /// The windows equal a straight-line sum at every instant, and do not change before the instant they name.
    #[test]
    fn windows_equal_the_straight_line_sum(runs in prop::collection::vec((0_i64..200 * DAY, 1_i64..50, 0_i64..50), 0..30), now in 0_i64..250 * DAY) {
        let runs: Vec<Run> = runs.into_iter().map(|(at, d, p)| Run { at: Timestamp(at), delivered: d, passed: p.min(d) }).collect();
        let sum = |now: i64, from: i64, to: i64| {
            runs.iter().filter(|r| r.at.0 > now - from * DAY && r.at.0 <= now - to * DAY).map(|r| (r.passed, r.delivered)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
        };
        let (found, until) = windows(&runs, Timestamp(now));
        prop_assert_eq!((found.passed, found.delivered), sum(now, 30, 0));
        prop_assert_eq!((found.passed_before, found.delivered_before), sum(now, 60, 30));
        prop_assert!(until > Timestamp(now));
        if until != Timestamp::FOREVER {
            prop_assert_eq!(windows(&runs, Timestamp(until.0 - 1)).0, found);
        }
    }

    /// The verdict stays the same until the instant it names.
    #[test]
    fn a_verdict_holds_until_it_says(last in prop::option::of(0_i64..100 * DAY), passed in 0_i64..100, now in 0_i64..200 * DAY) {
        let facts = Facts { last_campaign_at: last.map(Timestamp), passed, ..fine() };
        let by = Thresholds::default();
        let (status, until) = judge(&facts, &by, Timestamp(now));
        if until != Timestamp::FOREVER {
            prop_assert!(until > Timestamp(now));
            prop_assert_eq!(judge(&facts, &by, Timestamp(until.0 - 1)).0, status);
        }
    }
}
