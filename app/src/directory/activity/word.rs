//! What is said of a member's activity, and what becomes of it.

use serde::{Deserialize, Serialize};
use store::Timestamp;

/// The most words of one request.
pub const MOST: usize = 10_000;

/// The most that are kept in one transaction.
pub const PART: usize = 500;

/// Days after which a word comes too late.
pub const LATE_DAYS: i64 = 40;

/// Seconds that the sender's clock may run ahead.
pub const AHEAD: i64 = 5 * 60;

/// One word.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// Its name at the sender, by which it is known again.
    pub event_id: Option<String>,
    /// Of whom: by its id, its id in the customer's own directory (of two the elder), or its mail address.
    pub of: String,
    /// Active from then on, or not.
    pub active: bool,
    /// From when.
    pub at: Timestamp,
}

impl Item {
    /// Its turn in a request: whoever goes makes room and goes first, the others come by time. Of one instant the words themselves
    /// decide, never their places.
    #[must_use]
    pub fn turn(&self) -> impl Ord {
        (self.active, self.at, &self.of, &self.event_id)
    }

    /// From when it counts. One of the next minutes counts from now: the sender's clock runs ahead.
    ///
    /// # Errors
    /// Too early or too late.
    pub fn counts_at(&self, now: Timestamp) -> Result<Timestamp, Reason> {
        match self.at {
            at if at > now.plus_seconds(AHEAD) => Err(Reason::InFuture),
            at if at < now.plus_days(-LATE_DAYS) => Err(Reason::TooOld),
            at => Ok(at.min(now)),
        }
    }
}

/// What became of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is kept, and counts.
    Accepted,
    /// It was known.
    Duplicate,
    /// It is not kept: see the reason.
    Rejected,
}

/// Why a word is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It is of a time more than 40 days ago.
    TooOld,
    /// It is of a time more than five minutes ahead.
    InFuture,
    /// The customer has no such member, and none is made: that was not asked for, or it is named by no address in a verified domain.
    UnknownMember,
    /// Another word had this `event_id`.
    EventIdReused,
    /// The member's address lies in no verified domain.
    MemberHeld,
    /// The customer is suspended, or is on the free plan and as many are active as that allows.
    TenantLimit,
    /// A month that would hold the member anew has as many as MAX MAU allows.
    MauCapReached,
    /// The member would be active now, and every seat is taken.
    NoFreeSeat,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_taken_for_forty_days_and_five_minutes_ahead() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
        let said = |at: Timestamp| Item { event_id: None, of: "ann".into(), active: true, at }.counts_at(now);
        assert_eq!(said(now.plus_days(-40)), Ok(now.plus_days(-40)));
        assert_eq!(said(Timestamp(now.plus_days(-40).0 - 1)), Err(Reason::TooOld));
        assert_eq!(said(now.plus_seconds(300)), Ok(now));
        assert_eq!(said(Timestamp(now.plus_seconds(300).0 + 1)), Err(Reason::InFuture));
    }
}
