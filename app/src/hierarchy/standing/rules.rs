//! How a customer's health follows from its facts (D5, D6). No I/O.

use store::Timestamp;

/// A customer's health status, in the order it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The last sync of its directory failed.
    SyncFailed,
    /// Its e-mail set-up has not passed a check.
    EmailUnverified,
    /// Too many fall for simulations, or none ran lately.
    LowEngagement,
    /// It is still being set up.
    SetupIncomplete,
    /// Nothing needs attention.
    Active,
}

impl Status {
    /// All, in printed order.
    pub const ALL: [Status; 5] =
        [Status::SyncFailed, Status::EmailUnverified, Status::LowEngagement, Status::SetupIncomplete, Status::Active];

    /// The stored number, which is also its place in the printed order.
    #[must_use]
    pub fn number(self) -> i64 {
        self as i64
    }

    /// Reads the stored number.
    #[must_use]
    pub fn parse(number: i64) -> Option<Status> {
        Status::ALL.into_iter().find(|s| s.number() == number)
    }

    /// The word in API and URLs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Status::SyncFailed => "sync_failed",
            Status::EmailUnverified => "email_unverified",
            Status::LowEngagement => "low_engagement",
            Status::SetupIncomplete => "setup_incomplete",
            Status::Active => "active",
        }
    }

    /// The colour word of the health dot, which is never the only signal.
    #[must_use]
    pub const fn health(self) -> &'static str {
        match self {
            Status::SyncFailed => "red",
            Status::EmailUnverified | Status::LowEngagement => "yellow",
            Status::SetupIncomplete => "blue",
            Status::Active => "green",
        }
    }
}

/// By what a partner judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// A pass rate below this many percent is low.
    pub low_pass_percent: i64,
    /// A last campaign longer ago than this many days is stale.
    pub stale_campaign_days: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds { low_pass_percent: 60, stale_campaign_days: 30 }
    }
}

/// Days before its end on which a trial is told of.
pub const TRIAL_NOTICE: [i64; 3] = [30, 7, 1];

/// Days of the trailing window of pass rates.
pub const WINDOW_DAYS: i64 = 30;

/// What is known of a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// False for a tenant in provisioning, disabled or removed, and for the internal tenant: it has no health.
    pub judged: bool,
    /// Set-up is finished.
    pub setup_done: bool,
    /// The last mail check passed.
    pub email_ok: bool,
    /// How the last sync ended; none yet.
    pub sync_ok: Option<bool>,
    /// When it was launched.
    pub launched_at: Option<Timestamp>,
    /// When its last campaign ran.
    pub last_campaign_at: Option<Timestamp>,
    /// Recipients not compromised in the window.
    pub passed: i64,
    /// Recipients delivered in the window.
    pub delivered: i64,
}

/// Judges the facts at an instant; also says when time alone would change the verdict.
#[must_use]
pub fn judge(facts: &Facts, by: &Thresholds, now: Timestamp) -> (Option<Status>, Timestamp) {
    if !facts.judged {
        return (None, Timestamp::FOREVER);
    }
    let seen = facts.last_campaign_at.or(facts.launched_at);
    let stale_at = seen.map_or(Timestamp::FOREVER, |t| Timestamp(t.plus_days(by.stale_campaign_days).0.saturating_add(1)));
    let status = if facts.sync_ok == Some(false) {
        Status::SyncFailed
    } else if !facts.setup_done {
        Status::SetupIncomplete
    } else if !facts.email_ok {
        Status::EmailUnverified
    } else if is_low(facts, by) || stale_at <= now {
        Status::LowEngagement
    } else {
        Status::Active
    };
    (Some(status), if stale_at > now { stale_at } else { Timestamp::FOREVER })
}

/// Ratios are compared exact (D7).
fn is_low(facts: &Facts, by: &Thresholds) -> bool {
    facts.delivered > 0 && i128::from(facts.passed) * 100 < i128::from(by.low_pass_percent) * i128::from(facts.delivered)
}

/// One campaign run, as the window sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// When it was counted.
    pub at: Timestamp,
    /// Recipients delivered.
    pub delivered: i64,
    /// Recipients not compromised.
    pub passed: i64,
}

/// The sums of the trailing window and of the one before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Windows {
    /// In `(now - 30 d, now]`.
    pub passed: i64,
    /// In `(now - 30 d, now]`.
    pub delivered: i64,
    /// In `(now - 60 d, now - 30 d]`.
    pub passed_before: i64,
    /// In `(now - 60 d, now - 30 d]`.
    pub delivered_before: i64,
}

/// Sums runs into the two windows; also says when time alone would change them. Runs later than `now` do not count yet.
#[must_use]
pub fn windows(runs: &[Run], now: Timestamp) -> (Windows, Timestamp) {
    let mut sums = Windows::default();
    let mut until = Timestamp::FOREVER;
    for run in runs {
        let (leaves, forgotten) = (run.at.plus_days(WINDOW_DAYS), run.at.plus_days(2 * WINDOW_DAYS));
        if run.at > now {
            until = until.min(run.at);
        } else if leaves > now {
            sums.passed += run.passed;
            sums.delivered += run.delivered;
            until = until.min(leaves);
        } else if forgotten > now {
            sums.passed_before += run.passed;
            sums.delivered_before += run.delivered;
            until = until.min(forgotten);
        }
    }
    (sums, until)
}
