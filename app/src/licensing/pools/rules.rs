//! Decisions about seats without I/O: percentages and the status of a row (2.27–2.31, D7).

use serde::{Deserialize, Serialize};
use store::Timestamp;

/// A share in percent, rounded half up to one decimal; null of nothing.
#[must_use]
pub fn percent1(part: i64, of: i64) -> Option<f64> {
    (of > 0).then(|| {
        let tenths = (i128::from(part) * 2000 + i128::from(of)).div_euclid(i128::from(of) * 2);
        #[expect(clippy::cast_precision_loss, reason = "at most a few thousand tenths")]
        let percent = tenths as f64 / 10.0;
        percent
    })
}

/// A share in whole percent, rounded half up; null of nothing.
#[must_use]
pub fn percent0(part: i64, of: i64) -> Option<i64> {
    (of > 0).then(|| i64::try_from((i128::from(part) * 200 + i128::from(of)).div_euclid(i128::from(of) * 2)).unwrap_or(i64::MAX))
}

/// How a customer's seats are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsageStatus {
    /// Its directory does not sync: the numbers may be old.
    SyncFailed,
    /// More are active than allocated.
    Exceeded,
    /// Nobody is active.
    NoUsers,
    /// At 95 % or more.
    AtLimit,
    /// At the partner's threshold or more.
    NearLimit,
    /// Room left.
    Ok,
}

impl UsageStatus {
    /// The word in API and URLs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            UsageStatus::SyncFailed => "sync_failed",
            UsageStatus::Exceeded => "exceeded",
            UsageStatus::NoUsers => "no_users",
            UsageStatus::AtLimit => "at_limit",
            UsageStatus::NearLimit => "near_limit",
            UsageStatus::Ok => "ok",
        }
    }
}

/// Percent at which a customer is at its limit.
pub const AT_LIMIT_PERCENT: i64 = 95;

/// The row's status: first match of Sync failed > Exceeded > No users > At > Near > OK. Ratios are compared exact, so that
/// 94.96 % shows as 95 % and is Near.
#[must_use]
pub fn usage_status(active: i64, allocated: i64, sync_failed: bool, near_percent: i64) -> UsageStatus {
    let reaches = |percent: i64| allocated > 0 && i128::from(active) * 100 >= i128::from(percent) * i128::from(allocated);
    if sync_failed {
        UsageStatus::SyncFailed
    } else if active > allocated {
        UsageStatus::Exceeded
    } else if active == 0 {
        UsageStatus::NoUsers
    } else if reaches(AT_LIMIT_PERCENT) {
        UsageStatus::AtLimit
    } else if reaches(near_percent) {
        UsageStatus::NearLimit
    } else {
        UsageStatus::Ok
    }
}

/// So many units over a stretch of time, end-exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// How many; negative for what is drawn.
    pub units: i64,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// What stretches come to together at an instant.
fn at(stretches: &[Stretch], instant: Timestamp) -> i64 {
    stretches.iter().filter(|s| s.from <= instant && instant < s.until).map(|s| s.units).sum()
}

/// The instants after one at which that changes, soonest first, each with what it is from then on.
#[must_use]
pub fn turns(stretches: &[Stretch], after: Timestamp) -> Vec<(Timestamp, i64)> {
    let begins = stretches.iter().filter(|s| s.until > s.from).map(|s| (s.from, s.units));
    let ends = stretches.iter().filter(|s| s.until > s.from).map(|s| (s.until, -s.units));
    let mut changes: Vec<(Timestamp, i64)> = begins.chain(ends).filter(|(at, _)| after < *at).collect();
    changes.sort_unstable_by_key(|(at, _)| *at);
    let mut now = at(stretches, after);
    let turns = changes.chunk_by(|a, b| a.0 == b.0).filter_map(|turn| {
        let change: i64 = turn.iter().map(|(_, units)| units).sum();
        now += change;
        (change != 0).then_some((turn[0].0, now))
    });
    turns.collect()
}

/// The least that stretches come to together at any instant of a term, and the first instant at which they do.
#[must_use]
pub fn least(stretches: &[Stretch], from: Timestamp, until: Timestamp) -> (i64, Timestamp) {
    let within = turns(stretches, from).into_iter().take_while(|(at, _)| *at < until);
    within.fold((at(stretches, from), from), |least, (at, units)| if units < least.0 { (units, at) } else { least })
}
