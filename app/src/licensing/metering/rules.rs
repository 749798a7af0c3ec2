//! Decisions of metering without I/O.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{CustomerId, PartnerId, Timestamp};

use crate::{
    hierarchy::settings::USUAL_DRAFT_DAYS,
    licensing::month::{Counted, Month},
};

/// How settled a month's number is (D4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The month runs: the number grows.
    Open,
    /// The month is over, and may still be looked at before it is billed.
    Draft,
    /// It stands: what is said of it later is an adjustment of its own.
    Final,
}

impl State {
    /// The state of a month that ends there and is final from then on.
    #[must_use]
    pub fn of(ends_at: Timestamp, final_at: Timestamp, now: Timestamp) -> State {
        if now < ends_at {
            State::Open
        } else if now < final_at {
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

/// From when on a month that ends there is final: so many days later as were set when it ended. `set` = numbers of days with since
/// when each holds, the oldest first.
#[must_use]
pub fn final_at(ends_at: Timestamp, set: &[(Timestamp, i64)]) -> Timestamp {
    let days = set.iter().rev().find(|(since, _)| *since < ends_at).map_or(USUAL_DRAFT_DAYS, |(_, days)| *days);
    ends_at.plus_days(days)
}

/// The hash of a month: SHA-256 of a line `maa MSP month` and, for each customer with a number above zero, a line `customer,number`,
/// by id; each line ends with a line feed.
#[must_use]
pub fn seal(partner: PartnerId, month: Month, customers: &[(CustomerId, i64)]) -> String {
    let mut lines: Vec<String> = customers.iter().filter(|(_, maa)| *maa > 0).map(|(id, maa)| format!("{id},{maa}\n")).collect();
    lines.sort();
    let hash = Sha256::new().chain_update(format!("maa {partner} {month}\n")).chain_update(lines.concat()).finalize();
    data_encoding::HEXLOWER.encode(&hash)
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
