//! What happened to one customer, as a list of acts in time. Pure: `seed.rs` executes them as commands.

use super::plan::{Planned, PlannedRun, active_then};
use crate::hierarchy::CustomerKind;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// It was created with seats from the pool.
    Create {
        /// How many.
        seats: i64,
    },
    /// Its set-up was finished.
    Launch,
    /// Its e-mail was checked.
    MailCheck,
    /// Its directory was synced.
    Sync {
        /// Why that failed.
        failure: Option<&'static str>,
    },
    /// It got more seats.
    Allocate(i64),
    /// Members from number `from` to `to` came.
    Members {
        /// The first.
        from: i64,
        /// One past the last.
        to: i64,
    },
    /// A campaign ran.
    Run(PlannedRun),
    /// Its trial ended.
    EndTrial,
}

/// An act and when: hours before the demo's first instant.
pub type Dated = (i64, Act);

/// Days a trial lasts.
const TRIAL: i64 = 30;

/// Everything that happened to a customer. `brief`: without the growth in between.
#[must_use]
pub fn of(p: &Planned, brief: bool) -> Vec<Dated> {
    let mut story = Story { p, acts: Vec::new(), seats: 0, members: 0 };
    let begun = p.created_days_ago;
    let last = if p.ended { begun - TRIAL + 1 } else { 1 };
    story.begin(begun, brief);
    if !brief {
        (1..=12).rev().map(|month| 30 * month).filter(|day| *day < begun && *day > last).for_each(|day| story.month(day, None));
        story.finish(last);
    } else if p.sync_failure.is_some() {
        story.note(last, 3, Act::Sync { failure: p.sync_failure });
    }
    for run in &p.runs {
        story.note(run.days_ago, 0, Act::Run(run.clone()));
    }
    if p.ended {
        story.note(begun - TRIAL, 1, Act::EndTrial);
    }
    story.acts
}

struct Story<'a> {
    p: &'a Planned,
    acts: Vec<Dated>,
    seats: i64,
    members: i64,
}

impl Story<'_> {
    fn note(&mut self, days_ago: i64, hour: i64, act: Act) {
        self.acts.push((24 * days_ago - hour, act));
    }

    fn begin(&mut self, day: i64, brief: bool) {
        let p = self.p;
        let seats = if brief { p.seats } else { seats_then(p, day) };
        self.seats = if p.kind == CustomerKind::Paid { seats } else { 0 };
        self.note(day, 0, Act::Create { seats: self.seats });
        if !p.launched {
            return;
        }
        self.note(day, 1, Act::Launch);
        self.note(day, 2, Act::MailCheck);
        self.note(day, 3, Act::Sync { failure: None });
        self.members_to(day, if brief { p.active } else { active_then(p, day) });
    }

    fn month(&mut self, day: i64, failure: Option<&'static str>) {
        self.seats_to(day, seats_then(self.p, day));
        if self.p.launched {
            self.note(day, 3, Act::Sync { failure });
            self.members_to(day, active_then(self.p, day));
        }
    }

    /// The day before the demo begins (or the trial ends): everything stands as printed.
    fn finish(&mut self, day: i64) {
        self.seats_to(day, self.p.seats);
        if self.p.launched {
            self.note(day, 2, Act::MailCheck);
            self.note(day, 3, Act::Sync { failure: self.p.sync_failure });
            self.members_to(day, self.p.active);
        }
    }

    fn seats_to(&mut self, day: i64, seats: i64) {
        if self.p.kind == CustomerKind::Paid && seats > self.seats {
            self.note(day, 4, Act::Allocate(seats - self.seats));
            self.seats = seats;
        }
    }

    fn members_to(&mut self, day: i64, members: i64) {
        if members > self.members {
            self.note(day, 5, Act::Members { from: self.members, to: members });
            self.members = members;
        }
    }
}

/// Seats held then: bought in three steps, never fewer than the members need.
fn seats_then(p: &Planned, days_ago: i64) -> i64 {
    let age = p.created_days_ago.max(1);
    let percent = match 100 * (age - days_ago.clamp(0, age)) / age {
        0..=24 => 70,
        25..=49 => 85,
        _ => 100,
    };
    (p.seats * percent / 100).max(active_then(p, days_ago) + 1).min(p.seats)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{crowd, plan};

    #[test]
    fn every_story_ends_as_printed_and_never_lacks_a_seat() {
        let second = crowd::second();
        for p in plan::customers().iter().chain(&second) {
            let (mut seats, mut members, mut before) = (0, 0, i64::MAX);
            let mut acts = of(p, false);
            acts.sort_by_key(|(hours, _)| -hours);
            for (hours, act) in acts {
                assert!(hours <= before && hours >= 0, "{}: {act:?}", p.name);
                before = hours;
                match act {
                    Act::Create { seats: n } => seats = if p.kind == CustomerKind::Paid { n } else { p.seats },
                    Act::Allocate(n) => seats += n,
                    Act::Members { from, to } => {
                        assert_eq!(from, members);
                        members = to;
                    }
                    _ => {}
                }
                assert!(members <= seats, "{} {members} of {seats}", p.name);
            }
            assert_eq!((seats, members), (p.seats, p.active), "{}", p.name);
        }
    }

    #[test]
    fn each_act_of_a_customer_has_its_own_instant() {
        for p in plan::customers() {
            let mut hours: Vec<i64> = of(&p, false).into_iter().map(|(h, _)| h).collect();
            let all = hours.len();
            hours.sort_unstable();
            hours.dedup();
            assert_eq!(hours.len(), all, "{}", p.name);
        }
    }
}
