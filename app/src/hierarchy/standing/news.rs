//! News that what is known of a customer changed in a way somebody above may have to look at: alerts open and close by it.
//! Told in the transaction of the change. What cannot matter is not told, so a nightly run of good syncs costs nothing more.

use command::{Command, Cx};
use serde::{Deserialize, Serialize};
use store::{CustomerId, PartnerId};

use super::rules::Status;

/// The kind of the news about one customer.
pub const STANDING_CHANGED: &str = "standing-changed";
/// The kind of the news about all customers of a partner: its thresholds changed.
pub const STANDINGS_CHANGED: &str = "standings-changed";

/// News: a customer needs attention, or no longer does.
#[derive(Debug, Serialize, Deserialize)]
pub struct StandingChanged {
    /// Which customer.
    pub customer: CustomerId,
}

/// News: all customers of a partner were judged anew.
#[derive(Debug, Serialize, Deserialize)]
pub struct StandingsChanged {
    /// Whose.
    pub partner: PartnerId,
}

/// Seats are near their limit from so many percent on: then somebody is told …
const NEAR_PERCENT: i128 = 95;
/// … and watches them until fewer than so many are used, and two members fewer than that take: one who comes and goes is no news.
const WATCHED_PERCENT: i128 = 93;

/// True when seats are near their limit, or at it.
#[must_use]
pub fn near_limit(active_users: i64, allocated: i64) -> bool {
    allocated > 0 && i128::from(active_users) * 100 >= i128::from(allocated) * NEAR_PERCENT
}

/// True when seats are used so far that somebody who was told of them watches them still. A change of such seats, or of their members, is news.
#[must_use]
pub fn scarce(active_users: i64, allocated: i64) -> bool {
    let (active, seats) = (i128::from(active_users), i128::from(allocated));
    let near = (seats * NEAR_PERCENT + 99) / 100;
    active > 0 && seats > 0 && (active * 100 >= seats * WATCHED_PERCENT || active > near - 2)
}

/// True when so many different members were active in a month that MAX MAU is used to 90 percent.
#[must_use]
pub fn near_cap(month_users: i64, max_mau: i64) -> bool {
    i128::from(month_users) * 10 >= i128::from(max_mau) * 9
}

/// True for a status that somebody watches.
pub(super) fn watched(status: Option<Status>) -> bool {
    matches!(status, Some(Status::SyncFailed | Status::EmailUnverified | Status::LowEngagement))
}

/// Tells that a customer's facts changed, if that is news.
pub fn tell<C: Command>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, news: bool) {
    if news {
        cx.tell(STANDING_CHANGED, &StandingChanged { customer });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_watched_once_they_run_out() {
        assert!(!scarce(0, 0) && !scarce(92, 100) && scarce(93, 100) && scarce(5, 5) && !scarce(5, 0));
        // 19 of 20 are near: one fewer is watched, two fewer are not.
        assert!(near_limit(19, 20) && !near_limit(18, 20) && scarce(18, 20) && !scarce(17, 20) && !scarce(0, 1) && !near_limit(0, 0));
        assert!(scarce(i64::MAX, i64::MAX));
    }

    #[test]
    fn a_cap_is_near_from_nine_tenths_on() {
        assert!(!near_cap(0, 1) && near_cap(1, 1) && !near_cap(1, 2) && !near_cap(8, 10) && near_cap(9, 10) && near_cap(11, 10));
        // Exact: nine tenths of eleven are 9.9.
        assert!(!near_cap(9, 11) && near_cap(10, 11) && near_cap(i64::MAX, i64::MAX));
    }
}
