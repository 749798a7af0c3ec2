//! How many people of a customer may be active beyond the seats it holds. No I/O: what was sold, since when there are too many, and
//! the clock decide (ADR 0040).

use serde::{Deserialize, Serialize};
use store::Timestamp;

/// What a plan says about people beyond the seats. Seats themselves are never oversold: a pool gives out what it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum UsagePolicy {
    /// Nobody.
    #[default]
    Hard,
    /// Anybody: whoever is beyond them is counted as overage.
    SoftOverage,
    /// Anybody, for so many days since the members first exceeded the seats. When they fit again, that is forgotten.
    Grace {
        /// Of 24 hours each, 1 to 90.
        days: i64,
    },
}

/// Days of grace a plan may have.
pub const GRACE_DAYS: (i64, i64) = (1, 90);

impl UsagePolicy {
    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            UsagePolicy::Hard => "hard",
            UsagePolicy::SoftOverage => "soft_overage",
            UsagePolicy::Grace { .. } => "grace",
        }
    }

    /// Its days of grace.
    #[must_use]
    pub const fn days(self) -> Option<i64> {
        match self {
            UsagePolicy::Grace { days } => Some(days),
            UsagePolicy::Hard | UsagePolicy::SoftOverage => None,
        }
    }

    /// Reads what is stored, or typed; none of what is no policy.
    #[must_use]
    pub fn read(word: &str, days: Option<i64>) -> Option<UsagePolicy> {
        match (word, days) {
            ("hard", _) => Some(UsagePolicy::Hard),
            ("soft_overage", _) => Some(UsagePolicy::SoftOverage),
            ("grace", Some(days)) => Some(UsagePolicy::Grace { days }),
            _ => None,
        }
    }

    /// When the grace is over, for members who exceed the seats since then.
    #[must_use]
    pub fn grace_ends_at(self, exceeded_at: Timestamp) -> Option<Timestamp> {
        self.days().map(|days| exceeded_at.plus_days(days))
    }

    /// Whether one more may be active though every seat is taken. `exceeded_at` = since when more are active than seats; none
    /// while they fit.
    #[must_use]
    pub fn lets_in(self, exceeded_at: Option<Timestamp>, now: Timestamp) -> bool {
        match self {
            UsagePolicy::Hard => false,
            UsagePolicy::SoftOverage => true,
            UsagePolicy::Grace { .. } => exceeded_at.and_then(|since| self.grace_ends_at(since)).is_none_or(|end| now < end),
        }
    }
}

/// What a region is told: the policy of now, and the one that follows by the clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageTerms {
    /// The policy of the term that runs.
    pub now: UsagePolicy,
    /// From when on another one holds, where another plan follows.
    pub then: Option<(Timestamp, UsagePolicy)>,
}

impl UsageTerms {
    /// The policy at an instant.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> UsagePolicy {
        self.then.filter(|(from, _)| *from <= now).map_or(self.now, |(_, policy)| policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grace_begins_with_the_first_and_ends_to_the_instant() {
        let (grace, since) = (UsagePolicy::Grace { days: 14 }, Timestamp(5));
        let end = since.plus_days(14);
        assert_eq!(grace.grace_ends_at(since), Some(end));
        assert!(grace.lets_in(None, end) && grace.lets_in(Some(since), Timestamp(end.0 - 1)) && !grace.lets_in(Some(since), end));
        assert!(!UsagePolicy::Hard.lets_in(None, since) && UsagePolicy::SoftOverage.lets_in(Some(since), end));
    }

    #[test]
    fn what_follows_holds_from_its_first_instant() {
        let terms = UsageTerms { now: UsagePolicy::SoftOverage, then: Some((Timestamp(9), UsagePolicy::Hard)) };
        assert_eq!([8, 9].map(|at| terms.at(Timestamp(at))), [UsagePolicy::SoftOverage, UsagePolicy::Hard]);
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for policy in [UsagePolicy::Hard, UsagePolicy::SoftOverage, UsagePolicy::Grace { days: 30 }] {
            assert_eq!(UsagePolicy::read(policy.word(), policy.days()), Some(policy));
        }
        assert_eq!((UsagePolicy::read("grace", None), UsagePolicy::read("bill", None)), (None, None));
        assert!(serde_json::from_str::<UsagePolicy>("{\"kind\":\"grace\",\"days\":14,\"more\":1}").is_err());
    }
}
