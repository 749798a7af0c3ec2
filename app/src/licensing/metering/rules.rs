//! Decisions of metering without I/O.

use serde::{Deserialize, Serialize};
use store::Timestamp;

use crate::licensing::month::{Counted, Month};

/// Days after its end in which a month is a draft.
pub const DRAFT_DAYS: i64 = 5;

/// How settled a month's number is (D4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The month runs: the number grows.
    Open,
    /// The month is over, and may still be looked at before it is billed.
    Draft,
    /// It stands.
    Final,
}

impl State {
    /// The state of a month that ends there.
    #[must_use]
    pub fn of(ends_at: Timestamp, now: Timestamp) -> State {
        if now < ends_at {
            State::Open
        } else if now < ends_at.plus_days(DRAFT_DAYS) {
            State::Draft
        } else {
            State::Final
        }
    }

    /// The word in API and catalogue.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Draft => "draft",
            State::Final => "final",
        }
    }
}

/// What lies beyond the allowance.
#[must_use]
pub const fn overage(maa: i64, allowance: i64) -> i64 {
    if maa > allowance { maa - allowance } else { 0 }
}

/// Different members active in each month of a stretch. `active` were when it began; `said` is what the region said of some of its
/// months. In a month of which it said nothing there was no change.
pub fn by_month(first: Month, last: Month, mut active: i64, said: &[Counted]) -> Vec<(Month, i64)> {
    let of = |month| match said.iter().find(|c| c.month == month) {
        Some(counted) => {
            active = counted.active_users;
            (month, counted.users)
        }
        None => (month, active),
    };
    first.through(last).map(of).collect()
}
