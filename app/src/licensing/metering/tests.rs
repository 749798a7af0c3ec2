use super::rules::{State, by_month, overage};
use crate::licensing::month::{Counted, Month};

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

#[test]
fn what_lies_beyond_the_allowance_is_never_negative() {
    assert_eq!((overage(2_300, 2_000), overage(1_900, 2_000), overage(2_000, 2_000), overage(5, 0)), (300, 0, 0, 5));
}

#[test]
fn a_month_is_open_then_a_draft_for_five_days_then_final() {
    let end: store::Timestamp = "2026-12-01T00:00:00Z".parse().expect("a time");
    let states = [-1, 0, 5 * 86_400 - 1, 5 * 86_400].map(|seconds| State::of(end, end.plus_seconds(seconds)));
    assert_eq!(states, [State::Open, State::Draft, State::Draft, State::Final]);
}

#[test]
fn months_of_quiet_begin_and_end_with_who_was_active() {
    let said = |text: &str, users, active_users| Counted { month: month(text), users, active_users };
    let told = [said("2026-09", 9, 7), said("2026-12", 8, 0)];
    let found = by_month(month("2026-08"), month("2027-01"), 4, &told);
    let users: Vec<i64> = found.iter().map(|(_, users)| *users).collect();
    assert_eq!((users, found[0].0.to_string(), found[5].0.to_string()), (vec![4, 9, 7, 7, 8, 0], "2026-08".into(), "2027-01".into()));
}
