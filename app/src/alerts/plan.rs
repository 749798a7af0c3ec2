//! What evaluating a customer comes to: its facts against the alerts that stand. No I/O.

use serde_json::{Value, json};

use super::{
    rules::{Code, Facts, Severity, Wanted, wanted},
    store::Watched,
};

/// What evaluating a customer would do.
#[derive(Debug, Default)]
pub struct Plan {
    pub open: Vec<Wanted>,
    pub clear: Vec<Watched>,
    /// Alerts that stand, with what they say now.
    pub retell: Vec<(Watched, Wanted)>,
}

impl Plan {
    /// What a customer's facts come to, given the alerts whose cause stood.
    pub fn of(facts: &Facts, watched: Vec<Watched>) -> Plan {
        // There is one about its seats; of what was raised by hand beside it, the newest.
        let seats = watched.iter().rfind(|w| w.code.is_seats() && w.subject == w.code.subject());
        let (seats, told) = (seats.map(|w| w.id), seats.map(worst_told));
        let wanted = wanted(facts, told);
        // An alert that somebody raised by hand about another subject is not this rule's to close. News is over when a person has seen it,
        // or its customer is gone.
        let gone = |w: &Watched| match w.code.is_news() {
            true => facts.gone || w.resolved_at.is_some(),
            false if w.subject != w.code.subject() => false,
            false => w.code.is_seats() && Some(w.id) != seats || !wanted.iter().any(|n| same(w, n) && !nearer(w, n)),
        };
        let (clear, kept): (Vec<Watched>, Vec<Watched>) = watched.into_iter().partition(gone);
        let (mut open, known): (Vec<Wanted>, Vec<Wanted>) = wanted.into_iter().partition(|n| opens(n, &kept));
        // One that opens anew has told nothing worse yet than it says.
        for new in open.iter_mut().filter(|n| n.code.is_seats()) {
            new.detail["worst"] = json!(new.code.severity());
        }
        let retell = kept.into_iter().filter_map(|w| Some((outdated(&w, &known)?, w))).map(|(now, w)| (w, now)).collect();
        Plan { open, clear, retell }
    }

    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.clear.is_empty() && self.retell.is_empty()
    }
}

/// True when an alert tells of that cause: of seats there is one, whatever it says of them.
pub fn same(known: &Watched, new: &Wanted) -> bool {
    known.subject == new.code.subject() && (known.code == new.code || known.code.is_seats() && new.code.is_seats())
}

/// Seats stand worse than was ever told while their alert stands. Seats that are taken and free by turns are told once.
pub fn louder(known: &Watched, new: &Wanted) -> bool {
    new.code.is_seats() && new.code.severity() > worst_told(known)
}

fn worst_told(known: &Watched) -> Severity {
    let detail: Option<Value> = serde_json::from_str(&known.detail).ok();
    let worst = detail.as_ref().and_then(|d| Severity::parse(d.get("worst")?.as_str()?));
    worst.unwrap_or(known.code.severity())
}

/// A licence or a trial has come a stage nearer to its end (or has another one): that is told anew, also where somebody resolved the last.
fn nearer(known: &Watched, new: &Wanted) -> bool {
    let now = new.detail.to_string();
    matches!(known.code, Code::LicenseExpiring | Code::LicenseExpired | Code::TrialEnding) && known.detail != now
}

/// How many there are (who wait, are held, do not report, are asked for, use seats, were active, are allocated beyond the pool) is all
/// these alerts say: while one is open, it says how many there are now. How seats stand is said also where a person resolved it: they are
/// marked by it.
fn outdated(known: &Watched, wanted: &[Wanted]) -> Option<Wanted> {
    let counting = [
        Code::MembersWaiting,
        Code::MembersHeld,
        Code::AgentsNotReporting,
        Code::OrderRequested,
        Code::PlanRequested,
        Code::PoolOverAllocated,
        Code::CapNear,
    ];
    let counts = known.resolved_at.is_none() && (known.code.is_seats() || counting.contains(&known.code));
    let now = wanted.iter().find(|n| same(known, n))?;
    let says = now.detail.to_string();
    (now.code != known.code || counts && known.detail != says).then(|| now.clone())
}

/// Not while it is open, nor after a person resolved it, unless there is newer evidence or it is worse than was told.
fn opens(new: &Wanted, watched: &[Watched]) -> bool {
    watched.iter().filter(|w| same(w, new)).all(|w| match w.resolved_at {
        None => false,
        Some(resolved) => new.evidence.is_some_and(|e| e > resolved) || louder(w, new),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use store::{AlertId, Timestamp, Uuid};

    use super::*;
    use crate::licensing::{
        policy::UsagePolicy,
        subscriptions::{Beyond, Overage},
    };

    /// What stands of a customer, evaluated as the command does, and the severities that were mailed.
    #[derive(Default)]
    struct Told {
        watched: Vec<Watched>,
        mailed: Vec<Severity>,
    }

    impl Told {
        fn evaluate(&mut self, active: i64, allocated: i64) {
            self.judge(&Facts { serving: true, allocated, active_users: active, ..Facts::default() });
        }

        fn judge(&mut self, facts: &Facts) {
            let plan = Plan::of(facts, self.watched.clone());
            self.watched.retain(|w| !plan.clear.iter().any(|c| c.id == w.id));
            for (old, now) in plan.retell {
                if louder(&old, &now) {
                    self.mailed.push(now.code.severity());
                }
                let known = self.watched.iter_mut().find(|w| w.id == old.id).expect("it stands");
                (known.code, known.detail) = (now.code, now.detail.to_string());
            }
            for new in plan.open {
                self.watched.retain(|w| !same(w, &new));
                self.mailed.push(new.code.severity());
                let id = AlertId::new(Uuid::nil());
                let (subject, detail) = (new.code.subject().to_owned(), new.detail.to_string());
                self.watched.push(Watched { id, code: new.code, subject, detail, resolved_at: None });
            }
        }

        fn critical(&self) -> usize {
            self.mailed.iter().filter(|s| **s == Severity::Critical).count()
        }
    }

    fn walk(allocated: i64, steps: &[i64]) -> Told {
        let mut told = Told::default();
        steps.iter().for_each(|active| told.evaluate(*active, allocated));
        told
    }

    #[test]
    fn seats_that_are_taken_and_free_by_turns_are_one_alert_and_one_mail() {
        let full = walk(100, &[100, 99, 100, 99, 100, 93, 100]);
        assert_eq!((full.watched.len(), full.mailed), (1, vec![Severity::Critical]));
        let near = walk(20, &[19, 18, 19, 18, 19]);
        assert_eq!((near.watched.len(), near.mailed), (1, vec![Severity::Info]));
        let both = walk(20, &[19, 20, 19, 20, 18, 20]);
        assert_eq!((both.watched[0].code, both.mailed), (Code::SeatsAtLimit, vec![Severity::Info, Severity::Critical]));
        assert_eq!(walk(20, &[20, 17, 20]).mailed.len(), 2, "room between them makes it another one");
    }

    #[test]
    fn what_a_person_resolved_stays_so_until_it_is_worse_than_they_saw() {
        let mut told = walk(20, &[19]);
        told.watched[0].resolved_at = Some(Timestamp(1));
        told.evaluate(18, 20);
        told.evaluate(19, 20);
        assert_eq!((told.watched[0].resolved_at, told.mailed.len()), (Some(Timestamp(1)), 1));
        told.evaluate(20, 20);
        assert_eq!((told.watched.len(), told.watched[0].resolved_at, told.mailed.len()), (1, None, 2), "nobody comes in any more");
        told.watched[0].resolved_at = Some(Timestamp(2));
        for active in [19, 20, 19] {
            told.evaluate(active, 20);
        }
        assert_eq!(
            (told.watched[0].resolved_at, told.watched[0].code),
            (Some(Timestamp(2)), Code::SeatsNearLimit),
            "it says how they stand"
        );
        assert_eq!(told.mailed.len(), 2);
    }

    #[test]
    fn one_that_opens_anew_begins_with_what_it_says() {
        let over = |since: i64, grace: i64, open: bool| {
            let o = Overage {
                members: 2,
                policy: UsagePolicy::Grace { days: 14 },
                since: Timestamp(since),
                grace_ends_at: Some(Timestamp(grace)),
                open,
            };
            let beyond = Beyond { open, overage: Some(o), ..Beyond::default() };
            Facts { serving: true, allocated: 20, active_users: 22, beyond, ..Facts::default() }
        };
        let mut told = Told::default();
        told.judge(&over(1, 15, true));
        told.judge(&over(1, 15, false));
        assert_eq!(told.mailed, [Severity::Warning, Severity::Critical]);
        told.watched[0].resolved_at = Some(Timestamp(16));
        told.judge(&Facts { active_users: 20, beyond: Beyond { open: true, ..Beyond::default() }, ..over(1, 15, true) });
        assert_eq!(told.mailed.len(), 2, "no more than was told");
        told.judge(&over(20, 34, true));
        told.judge(&over(20, 34, false));
        assert_eq!(told.mailed[2..], [Severity::Warning, Severity::Critical], "another grace, and its end");
    }

    proptest! {
        #[test]
        fn mails_are_no_more_than_the_times_that_seats_ran_out(
            allocated in 1_i64..130,
            steps in prop::collection::vec((-3_i64..=3, prop::bool::weighted(0.1)), 1..200),
        ) {
            let (mut told, mut active, mut times, mut runs_out) = (Told::default(), allocated * 9 / 10, 0, false);
            for (step, resolved) in steps {
                active = (active + step).clamp(0, allocated);
                told.evaluate(active, allocated);
                let least = (allocated * 95 + 99) / 100;
                let room = active == 0 || active * 100 < allocated * 93 && active + 2 <= least;
                if !runs_out && active >= least {
                    times += 1;
                }
                runs_out = !room && (runs_out || active >= least);
                prop_assert_eq!(told.watched.len(), usize::from(runs_out));
                if let (true, Some(known)) = (resolved, told.watched.first_mut()) {
                    known.resolved_at = known.resolved_at.or(Some(Timestamp(1)));
                }
            }
            prop_assert!(told.critical() <= times && told.mailed.len() <= 2 * times, "{} of {}: {:?}", times, allocated, told.mailed);
        }
    }
}
