//! Which alerts a customer's facts call for. No I/O.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Timestamp, Zone};

use super::seats;
use crate::{
    hierarchy::standing::{SyncReason, TRIAL_NOTICE},
    licensing::subscriptions::{Beyond, Endings},
};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Needs a look.
    Warning,
    /// Something does not work.
    Critical,
}

impl Severity {
    /// All, worst first.
    pub const ALL: [Severity; 3] = [Severity::Critical, Severity::Warning, Severity::Info];

    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The last directory sync failed.
    SyncFailed,
    /// The e-mail set-up has not passed its check.
    EmailUnverified,
    /// Too many fall for simulations, or none ran lately.
    LowEngagement,
    /// Seats are used to 95 percent or more.
    SeatsNearLimit,
    /// No seat is free.
    SeatsAtLimit,
    /// More are active than there are seats; the plan lets more in, for a while or for good.
    SeatsExceeded,
    /// More are active than there are seats, and nobody else comes in.
    SeatsOverLimit,
    /// The pool shrank below what is allocated.
    PoolOverAllocated,
    /// Members wait for a seat, or for MAX MAU.
    MembersWaiting,
    /// Members are held: their addresses are not proved to be the customer's.
    MembersHeld,
    /// Agents do not report.
    AgentsNotReporting,
    /// Somebody who may not order asked for an order.
    OrderRequested,
    /// Somebody who may not change the customer's plan asked for another one.
    PlanRequested,
    /// A paid licence ends soon, and nothing follows.
    LicenseExpiring,
    /// A paid licence has ended.
    LicenseExpired,
    /// A trial ends soon.
    TrialEnding,
    /// Somebody signed up for this trial.
    TrialSignedUp,
    /// Another partner asks for the customer.
    LinkRequested,
    /// 90 percent of MAX MAU were active this month, or more.
    CapNear,
}

impl Code {
    /// All of them.
    pub const ALL: [Code; 19] = [
        Code::SyncFailed,
        Code::EmailUnverified,
        Code::LowEngagement,
        Code::SeatsNearLimit,
        Code::SeatsAtLimit,
        Code::SeatsExceeded,
        Code::SeatsOverLimit,
        Code::PoolOverAllocated,
        Code::MembersWaiting,
        Code::MembersHeld,
        Code::AgentsNotReporting,
        Code::OrderRequested,
        Code::PlanRequested,
        Code::LicenseExpiring,
        Code::LicenseExpired,
        Code::TrialEnding,
        Code::TrialSignedUp,
        Code::LinkRequested,
        Code::CapNear,
    ];

    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Code::SyncFailed => "sync-failed",
            Code::EmailUnverified => "email-unverified",
            Code::LowEngagement => "low-engagement",
            Code::SeatsNearLimit => "seats-near-limit",
            Code::SeatsAtLimit => "seats-at-limit",
            Code::SeatsExceeded => "seats-exceeded",
            Code::SeatsOverLimit => "seats-over-limit",
            Code::PoolOverAllocated => "pool-over-allocated",
            Code::MembersWaiting => "members-waiting",
            Code::MembersHeld => "members-held",
            Code::AgentsNotReporting => "agents-not-reporting",
            Code::OrderRequested => "order-requested",
            Code::PlanRequested => "plan-requested",
            Code::LicenseExpiring => "license-expiring",
            Code::LicenseExpired => "license-expired",
            Code::TrialEnding => "trial-ending",
            Code::TrialSignedUp => "trial-signed-up",
            Code::LinkRequested => "link-requested",
            Code::CapNear => "cap-near",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Code> {
        Code::ALL.into_iter().find(|c| c.word() == word)
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Code::SyncFailed | Code::SeatsAtLimit | Code::SeatsOverLimit | Code::PoolOverAllocated | Code::LicenseExpired => {
                Severity::Critical
            }
            Code::EmailUnverified
            | Code::SeatsExceeded
            | Code::LowEngagement
            | Code::MembersWaiting
            | Code::MembersHeld
            | Code::AgentsNotReporting
            | Code::OrderRequested
            | Code::PlanRequested
            | Code::LinkRequested
            | Code::LicenseExpiring
            | Code::CapNear => Severity::Warning,
            Code::SeatsNearLimit | Code::TrialEnding | Code::TrialSignedUp => Severity::Info,
        }
    }

    /// True for what is told of a customer's seats: these are one alert, which says how they stand now.
    #[must_use]
    pub const fn is_seats(self) -> bool {
        matches!(self, Code::SeatsNearLimit | Code::SeatsAtLimit | Code::SeatsExceeded | Code::SeatsOverLimit)
    }

    /// True for what happened once: it is told then, and stays until a person resolves it or the customer is gone.
    #[must_use]
    pub const fn is_news(self) -> bool {
        matches!(self, Code::TrialSignedUp)
    }

    /// What of the customer it is about: one alert is open per customer, code and subject.
    #[must_use]
    pub const fn subject(self) -> &'static str {
        match self {
            Code::SyncFailed => "directory",
            Code::EmailUnverified => "mail",
            Code::LowEngagement => "campaigns",
            Code::SeatsNearLimit | Code::SeatsAtLimit | Code::SeatsExceeded | Code::SeatsOverLimit => "seats",
            Code::PoolOverAllocated => "pool",
            Code::MembersWaiting => "members",
            Code::MembersHeld => "domains",
            Code::AgentsNotReporting => "agents",
            Code::OrderRequested => "orders",
            Code::PlanRequested => "plan",
            Code::LicenseExpiring | Code::LicenseExpired => "license",
            Code::TrialEnding => "trial",
            Code::TrialSignedUp => "sign-up",
            Code::LinkRequested => "link",
            Code::CapNear => "cap",
        }
    }
}

/// A customer's facts, as far as alerts look at them.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// `sync_failed`, `email_unverified` or `low_engagement` when that is its status.
    pub status: Option<&'static str>,
    /// Reason of the last failed sync.
    pub sync_reason: Option<SyncReason>,
    /// When the last sync ended.
    pub sync_at: Option<Timestamp>,
    /// When mail was last checked.
    pub email_at: Option<Timestamp>,
    /// When the last campaign ran.
    pub last_campaign_at: Option<Timestamp>,
    /// Members not compromised, of the trailing window.
    pub passed: i64,
    /// Recipients of the trailing window.
    pub delivered: i64,
    /// It was removed, or never came to be.
    pub gone: bool,
    /// Somebody looks after it: it is set up and not suspended, whether it is paid for or not; or it is the internal tenant.
    pub serving: bool,
    /// Seats it holds.
    pub allocated: i64,
    /// Members active on them.
    pub active_users: i64,
    /// How it stands at the limit of its seats: read where that is reached.
    pub beyond: Beyond,
    /// Members who wait to come in.
    pub waiting: i64,
    /// The MAX MAU for which they wait; none when they wait for seats.
    pub waiting_cap: Option<i64>,
    /// Members who are held.
    pub held: i64,
    /// Agents there are.
    pub agents: i64,
    /// Of these, those active and yet silent.
    pub agents_silent: i64,
    /// Seats allocated beyond the pool, at the internal tenant; the pool's alert lies there.
    pub over_allocated: Option<i64>,
    /// Orders asked for and not decided, at the internal tenant.
    pub requests: i64,
    /// When the last of them was asked for.
    pub requested_at: Option<Timestamp>,
    /// Other plans asked for and not decided.
    pub plan_requests: i64,
    /// When the last of them was asked for.
    pub plan_requested_at: Option<Timestamp>,
    /// The paid licences that are near their end, or over it.
    pub endings: Endings,
    /// The trial that is near its end.
    pub trial: Option<TrialEnd>,
    /// When another partner last asked for the customer, where that waits for an answer.
    pub asked_for_at: Option<Timestamp>,
    /// The running month, where MAX MAU is near in it.
    pub cap: Option<CapUse>,
}

/// How far MAX MAU is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapUse {
    /// Different members active in the month.
    pub count: i64,
    /// MAX MAU.
    pub cap: i64,
    /// When the month began.
    pub since: Timestamp,
}

/// A trial that is near its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialEnd {
    /// Of the days of notice, the last that was reached.
    pub days: i64,
    /// When it was.
    pub since: Timestamp,
    /// When the trial ends.
    pub ends_at: Timestamp,
    /// On which day of the partner's zone.
    pub day: String,
}

/// How near its end a trial is, if that is to be told. What it was made with is no news.
#[must_use]
pub fn trial_end(ends_at: Timestamp, made_at: Timestamp, now: Timestamp, zone: &Zone) -> Option<TrialEnd> {
    let reached = TRIAL_NOTICE.into_iter().rev().map(|days| (days, ends_at.plus_days(-days))).find(|(_, since)| *since <= now);
    let (days, since) = reached.filter(|(_, since)| now < ends_at && *since > made_at)?;
    Some(TrialEnd { days, since, ends_at, day: zone.date(ends_at).to_string() })
}

/// An alert that should be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// About what.
    pub code: Code,
    /// The numbers behind it.
    pub detail: Value,
    /// When the newest fact behind it was true; newer than a person's resolution, it opens the alert again.
    pub evidence: Option<Timestamp>,
}

/// The alerts that the facts call for; `told` is the worst that was told of its seats while an alert about them stands.
#[must_use]
pub fn wanted(f: &Facts, told: Option<Severity>) -> Vec<Wanted> {
    let mut all: Vec<Wanted> = seats::wanted(f, told).into_iter().collect();
    let mut want = |code, detail, evidence| all.push(Wanted { code, detail, evidence });
    match f.status {
        Some("sync_failed") => want(Code::SyncFailed, why(f.sync_reason.as_ref()), f.sync_at),
        Some("email_unverified") => want(Code::EmailUnverified, json!({}), f.email_at),
        Some("low_engagement") => {
            want(
                Code::LowEngagement,
                json!({ "passed": f.passed, "of": f.delivered, "last_campaign_at": f.last_campaign_at }),
                f.last_campaign_at,
            );
        }
        _ => {}
    }
    if let Some(over) = f.over_allocated.filter(|n| *n > 0) {
        want(Code::PoolOverAllocated, json!({ "over": over }), None);
    }
    if f.requests > 0 {
        want(Code::OrderRequested, json!({ "requests": f.requests }), f.requested_at);
    }
    if f.plan_requests > 0 {
        want(Code::PlanRequested, json!({ "requests": f.plan_requests }), f.plan_requested_at);
    }
    if f.serving && f.waiting > 0 {
        want(Code::MembersWaiting, waiting(f), None);
    }
    if f.serving && f.held > 0 {
        want(Code::MembersHeld, json!({ "held": f.held }), None);
    }
    if f.serving && f.agents_silent > 0 {
        want(Code::AgentsNotReporting, json!({ "silent": f.agents_silent, "agents": f.agents }), None);
    }
    for (code, ending) in [(Code::LicenseExpiring, &f.endings.next), (Code::LicenseExpired, &f.endings.last)] {
        if let Some(e) = ending.as_ref().filter(|_| f.serving) {
            let detail =
                json!({ "plan": e.plan, "ends_at": e.ends_at, "day": e.day, "days": e.stage, "in_grace": e.stage.is_none() && !e.expired });
            want(code, detail, Some(e.since));
        }
    }
    if let Some(t) = f.trial.as_ref().filter(|_| f.serving) {
        want(Code::TrialEnding, json!({ "days": t.days, "ends_at": t.ends_at, "day": t.day }), Some(t.since));
    }
    if f.asked_for_at.is_some() {
        want(Code::LinkRequested, json!({}), f.asked_for_at);
    }
    if let Some(c) = f.cap.as_ref().filter(|_| f.serving) {
        // Another month is another count: resolved in one, it opens again in the next.
        want(Code::CapNear, json!({ "count": c.count, "cap": c.cap }), Some(c.since));
    }
    all
}

/// The words, and the code where it is a reason of our own: they are worded anew for whoever reads them.
fn why(reason: Option<&SyncReason>) -> Value {
    match reason {
        Some(SyncReason { text, own: Some(own) }) => json!({ "reason": text, "own": own }),
        reason => json!({ "reason": reason.map(|r| &r.text) }),
    }
}

fn waiting(f: &Facts) -> Value {
    match f.waiting_cap {
        Some(cap) => json!({ "waiting": f.waiting, "max_mau": cap }),
        None => json!({ "waiting": f.waiting }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_is_told_of_thirty_seven_and_one_days_before_its_end() {
        let made: Timestamp = "2026-11-21T09:00:00Z".parse().expect("a time");
        let told = |days: i64, at: Timestamp| trial_end(made.plus_days(days), made, at, &Zone::utc()).map(|t| t.days);
        let before = |days: i64, left: i64| Timestamp(made.plus_days(days - left).0 - 1);
        assert_eq!(
            [told(30, made), told(30, before(30, 7)), told(30, made.plus_days(23))],
            [None, None, Some(7)],
            "its own length is no news"
        );
        assert_eq!([told(30, before(30, 1)), told(30, made.plus_days(29)), told(30, made.plus_days(30))], [Some(7), Some(1), None]);
        assert_eq!([told(60, made.plus_days(29)), told(60, made.plus_days(30))], [None, Some(30)]);
    }

    #[test]
    fn codes_and_words_agree() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.word()), Some(code));
            assert_eq!(serde_json::to_value(code).expect("json"), json!(code.word()));
        }
    }
}
