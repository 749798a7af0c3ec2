use super::rules::{State, by_month, final_at, overage, seal};
use crate::licensing::month::{Counted, Month};

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

#[test]
fn what_lies_beyond_the_allowance_is_never_negative() {
    assert_eq!((overage(2_300, 2_000), overage(1_900, 2_000), overage(2_000, 2_000), overage(5, 0)), (300, 0, 0, 5));
}

#[test]
fn a_month_is_open_then_a_draft_then_final() {
    let end: store::Timestamp = "2026-12-01T00:00:00Z".parse().expect("a time");
    let states = |set: &[(store::Timestamp, i64)], seconds: [i64; 4]| {
        seconds.map(|seconds| State::of(end, final_at(end, set), end.plus_seconds(seconds)))
    };
    let day = 86_400;
    assert_eq!(states(&[], [-1, 0, 5 * day - 1, 5 * day]), [State::Open, State::Draft, State::Draft, State::Final]);
    let none = [(end.plus_days(-9), 0)];
    assert_eq!(states(&none, [-1, 0, 1, 5 * day]), [State::Open, State::Final, State::Final, State::Final]);
    // What is set later holds for later months: a final one is not opened again, and a draft not closed early.
    let later = [(end.plus_days(-30), 3), (end, 15), (end.plus_days(1), 0)];
    assert_eq!(states(&later, [0, day, 3 * day - 1, 3 * day]), [State::Draft, State::Draft, State::Draft, State::Final]);
}

#[test]
fn a_seal_is_over_the_numbers_and_nothing_else() {
    let (a, b) = (store::CustomerId::new(store::Uuid::from_u128(1)), store::CustomerId::new(store::Uuid::from_u128(2)));
    let partner = store::PartnerId::new(store::Uuid::from_u128(9));
    let of = |customers: &[(store::CustomerId, i64)]| seal(partner, month("2026-11"), customers);
    assert_eq!(of(&[(a, 3), (b, 5)]), of(&[(b, 5), (a, 3)]), "in any order");
    assert_eq!(of(&[(a, 3)]), of(&[(a, 3), (b, 0)]), "a removed customer without a number is not listed any more");
    assert_ne!(of(&[(a, 3), (b, 5)]), of(&[(a, 5), (b, 3)]));
    assert_ne!(of(&[(a, 3)]), seal(partner, month("2026-12"), &[(a, 3)]));
}

#[test]
fn months_of_quiet_begin_and_end_with_who_was_active() {
    let said = |text: &str, users, active_users| Counted { month: month(text), users, active_users };
    let told = [said("2026-09", 9, 7), said("2026-12", 8, 0)];
    let found = by_month(month("2026-08"), month("2027-01"), 4, &told);
    let users: Vec<i64> = found.iter().map(|(_, users)| *users).collect();
    assert_eq!((users, found[0].0.to_string(), found[5].0.to_string()), (vec![4, 9, 7, 7, 8, 0], "2026-08".into(), "2027-01".into()));
}
