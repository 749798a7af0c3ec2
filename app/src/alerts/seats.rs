//! The one alert about a customer's seats: it opens near their limit, says how they stand now, and stays until there is room again. No I/O.

use serde_json::json;
use store::Timestamp;

use super::rules::{Code, Facts, Severity, Wanted};
use crate::hierarchy::standing;

/// What is to be told of a customer's seats; `told` is the worst that was, while an alert about them stands.
pub fn wanted(f: &Facts, told: Option<Severity>) -> Option<Wanted> {
    let code = code(f, told.is_some())?;
    let worst = told.map_or(code.severity(), |told| told.max(code.severity()));
    let mut detail = json!({ "active": f.active_users, "allocated": f.allocated, "suggested": suggested(f), "worst": worst });
    if let (Some(o), Some(known)) = (&f.beyond.overage, detail.as_object_mut()) {
        known.extend([
            ("over".to_owned(), json!(o.members)),
            ("since".to_owned(), json!(o.since)),
            ("in_grace".to_owned(), json!(o.open && o.grace_ends_at.is_some())),
            ("grace_ends_at".to_owned(), json!(o.grace_ends_at)),
            ("day".to_owned(), json!(f.beyond.day)),
        ]);
    }
    Some(Wanted { code, detail, evidence: evidence(f) })
}

/// A grace that began, or is over, is newer than what a person resolved before. Seats that are taken and free by turns are not.
fn evidence(f: &Facts) -> Option<Timestamp> {
    let o = f.beyond.overage.as_ref()?;
    o.grace_ends_at.map(|end| if o.open { o.since } else { end })
}

fn code(f: &Facts, stands: bool) -> Option<Code> {
    if !f.serving {
        return None;
    }
    if let Some(o) = &f.beyond.overage {
        return Some(if o.open { Code::SeatsExceeded } else { Code::SeatsOverLimit });
    }
    if f.allocated <= 0 {
        return None;
    }
    if f.active_users >= f.allocated && !f.beyond.open {
        return Some(Code::SeatsAtLimit);
    }
    let near = if stands { standing::scarce } else { standing::near_limit };
    near(f.active_users, f.allocated).then_some(Code::SeatsNearLimit)
}

/// Seats to add so that about a tenth is free again, and two at the least: then there is room. In steps of five.
fn suggested(f: &Facts) -> i64 {
    let users = f.active_users.saturating_add(f.waiting);
    let needed = (users.saturating_mul(10) / 9 + 1).max(users.saturating_add(2)) - f.allocated;
    (needed.max(1) + 4) / 5 * 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::licensing::{
        policy::UsagePolicy,
        subscriptions::{Beyond, Overage},
    };

    fn of(active: i64, allocated: i64, told: Option<Severity>) -> Option<Code> {
        let f = Facts { serving: true, allocated, active_users: active, ..Facts::default() };
        wanted(&f, told).map(|w| w.code)
    }

    #[test]
    fn what_opened_near_the_limit_stays_until_there_is_room() {
        let told = Some(Severity::Info);
        assert_eq!([94, 95, 100].map(|n| of(n, 100, None)), [None, Some(Code::SeatsNearLimit), Some(Code::SeatsAtLimit)]);
        assert_eq!([93, 92].map(|n| of(n, 100, told)), [Some(Code::SeatsNearLimit), None], "below 93 percent");
        assert_eq!([18, 17].map(|n| of(n, 20, told)), [Some(Code::SeatsNearLimit), None], "19 of 20 opened it: two fewer");
        assert_eq!([2, 1, 0].map(|n| of(n, 2, told)), [Some(Code::SeatsAtLimit), Some(Code::SeatsNearLimit), None]);
        assert_eq!([1, 0].map(|n| of(n, 1, told)), [Some(Code::SeatsAtLimit), None]);
        assert_eq!(of(18, 20, None), None, "by itself it is no reason to open one");
    }

    #[test]
    fn an_alert_remembers_the_worst_it_told() {
        let f = Facts { serving: true, allocated: 20, active_users: 19, ..Facts::default() };
        let worst = |told| wanted(&f, told).map(|w| w.detail["worst"].clone());
        assert_eq!([None, Some(Severity::Critical)].map(worst), [Some(json!("info")), Some(json!("critical"))]);
    }

    #[test]
    fn one_alert_tells_of_too_many_and_turns_critical_when_nobody_else_comes_in() {
        let over = |policy: UsagePolicy, now: i64| {
            let since = Timestamp(0);
            let grace_ends_at = policy.grace_ends_at(since);
            let overage = Overage { members: 2, policy, since, grace_ends_at, open: policy.lets_in(Some(since), Timestamp(now)) };
            let beyond = Beyond { open: overage.open, overage: Some(overage), day: None };
            let f = Facts { serving: true, allocated: 10, active_users: 12, beyond, ..Facts::default() };
            wanted(&f, None).map(|w| (w.code, w.evidence))
        };
        let (grace, end) = (UsagePolicy::Grace { days: 14 }, Timestamp(0).plus_days(14));
        assert_eq!(over(grace, end.0 - 1), Some((Code::SeatsExceeded, Some(Timestamp(0)))));
        assert_eq!(over(grace, end.0), Some((Code::SeatsOverLimit, Some(end))));
        assert_eq!(over(UsagePolicy::SoftOverage, end.0), Some((Code::SeatsExceeded, None)));
        assert_eq!(over(UsagePolicy::Hard, 1), Some((Code::SeatsOverLimit, None)));
        // At the limit itself nobody is kept out by such a plan.
        let beyond = Beyond { open: true, ..Beyond::default() };
        let at = Facts { serving: true, allocated: 10, active_users: 10, beyond, ..Facts::default() };
        assert_eq!(wanted(&at, None).map(|w| w.code), Some(Code::SeatsNearLimit));
    }

    #[test]
    fn no_seats_alert_opens_or_closes_where_no_news_is_told() {
        for allocated in 0..200 {
            for active in 0..=allocated {
                let stands = of(active, allocated, Some(Severity::Info)).is_some();
                assert_eq!(stands, standing::scarce(active, allocated), "{active} of {allocated}");
                assert!(stands || of(active, allocated, None).is_none(), "{active} of {allocated}");
            }
        }
    }

    #[test]
    fn seats_are_suggested_in_fives_and_make_room() {
        let f = Facts { serving: true, allocated: 100, active_users: 100, ..Facts::default() };
        assert_eq!(suggested(&f), 15);
        assert_eq!(suggested(&Facts { waiting: 20, ..f }) % 5, 0);
        for active in 1..200 {
            let short = Facts { serving: true, allocated: active - 1, active_users: active, ..Facts::default() };
            assert!(!standing::scarce(active, short.allocated + suggested(&short)), "{active}");
        }
    }
}
