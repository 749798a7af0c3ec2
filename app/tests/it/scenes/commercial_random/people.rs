//! One member, as the list of what was decided and said of it.

use std::collections::BTreeMap;

use store::Timestamp;

/// Since when, and until when, exclusive.
pub type Times = (Timestamp, Timestamp);

/// Something known of a member: from then on it is active, or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fact {
    at: Timestamp,
    active: bool,
    /// A person or a seat decided; otherwise somebody said it, late perhaps.
    decided: bool,
}

#[derive(Debug, Clone)]
pub struct Person {
    pub id: String,
    pub email: String,
    facts: Vec<Fact>,
    /// Since when it waits for a seat.
    waits: Option<Timestamp>,
    pub gone: bool,
}

/// The straight line through facts: from each instant on what is known of it. A decision counts before what was said of the same
/// instant, and of what was said *inactive* does.
fn line(facts: &[Fact]) -> Vec<Times> {
    let mut points: BTreeMap<Timestamp, (bool, bool)> = BTreeMap::new();
    for fact in facts {
        let point = points.entry(fact.at).or_insert((fact.active, fact.decided));
        *point = match (fact.decided, point.1) {
            (true, _) => (fact.active, true),
            (false, true) => *point,
            (false, false) => (point.0 && fact.active, false),
        };
    }
    let (mut times, mut open) = (Vec::new(), None);
    for (at, (active, _)) in points {
        match (active, open) {
            (true, None) => open = Some(at),
            (false, Some(since)) => {
                times.push((since, at));
                open = None;
            }
            _ => {}
        }
    }
    times.extend(open.map(|since| (since, Timestamp::FOREVER)));
    times
}

/// Whether times touch a month: one began before its end and ended after its start.
pub fn holds(times: &[Times], (start, end): Times) -> bool {
    times.iter().any(|(since, until)| *since < end && *until > start)
}

/// Whether times hold an instant, from one on, that others do not: such an instant begins with one of the times or where one of the
/// others ends.
pub fn adds(was: &[Times], is: &[Times], from: Timestamp) -> bool {
    let within = |times: &[Times], at: Timestamp| times.iter().any(|(since, until)| *since <= at && at < *until);
    let mut instants: Vec<Timestamp> = is.iter().map(|(since, _)| (*since).max(from)).collect();
    instants.extend(was.iter().map(|(_, until)| *until).filter(|until| *until >= from));
    instants.into_iter().any(|at| within(is, at) && !within(was, at))
}

pub fn lasts(times: &[Times]) -> bool {
    times.iter().any(|(_, until)| *until == Timestamp::FOREVER)
}

impl Person {
    pub fn new(id: String, email: String) -> Person {
        Person { id, email, facts: Vec::new(), waits: None, gone: false }
    }

    pub fn times(&self) -> Vec<Times> {
        line(&self.facts)
    }

    /// The times as they would be with a word more.
    pub fn times_with(&self, at: Timestamp, active: bool) -> Vec<Times> {
        let mut facts = self.facts.clone();
        facts.push(Fact { at, active, decided: false });
        line(&facts)
    }

    pub fn is_active(&self) -> bool {
        lasts(&self.times())
    }

    pub fn waits(&self) -> bool {
        self.waits.is_some()
    }

    pub fn status(&self) -> &'static str {
        match (self.is_active(), self.waits) {
            (true, _) => "active",
            (false, Some(_)) => "waiting",
            (false, None) => "inactive",
        }
    }

    /// Comes in, by hand or because a seat is free.
    pub fn enter(&mut self, now: Timestamp) {
        self.facts.push(Fact { at: now, active: true, decided: true });
        self.waits = None;
    }

    /// Goes, by hand or for good. Of whoever is inactive nothing is decided by that.
    pub fn leave(&mut self, now: Timestamp) {
        if self.is_active() || self.waits() {
            self.facts.push(Fact { at: now, active: false, decided: true });
        }
        self.waits = None;
    }

    /// Has to wait from now on.
    pub fn park(&mut self, now: Timestamp) {
        self.leave(now);
        self.waits = Some(now);
    }

    pub fn knows(&self, at: Timestamp, active: bool) -> bool {
        self.facts.iter().any(|f| !f.decided && f.at == at && f.active == active)
    }

    /// Keeps a word. Whoever waits goes only by one that is later than everything else.
    pub fn hear(&mut self, at: Timestamp, active: bool) {
        let last = self.facts.iter().all(|f| f.at <= at);
        self.facts.push(Fact { at, active, decided: false });
        let ends = !active && last && self.waits.is_some_and(|since| at >= since);
        if ends || self.is_active() {
            self.waits = None;
        }
    }
}
