//! The gate of a tenant: whether one more member may become active, decided in one place on the held row (D13).
//!
//! MAX MAU caps how many *different* members are active in a month of the partner's billing zone: those active when it began
//! and those who became active in it, each once. A member counts in a month when one of its intervals began before the
//! month's end and ended after its start; one that ended in the month's very first instant does not. The count is kept beside
//! the counter of active members and changes with it. A month that nothing happened in needs no work: whoever is active now was
//! active at its start, so the first change of a month begins with that number.

use access::Scope;
use store::{Region, Result, Timestamp, Tx, View, Zone};

use super::{
    UsagePolicy,
    store::{self as rows, Whole},
};
use crate::licensing::month::Month;

/// Members who may be active on the free plan (D17).
pub const FREE_MEMBERS: i64 = 3;

/// Why somebody stays outside, in the order in which it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// The tenant may not serve.
    Suspended,
    /// The tenant is on the free plan, and as many are active as that allows.
    Free,
    /// As many different members as MAX MAU allows were active this month, and this is not one of them.
    Cap,
    /// Every seat is taken, and the plan lets nobody in beyond them, or no more.
    Seats,
}

/// Places where nothing limits them.
const MANY: i64 = 1_000_000_000_000;

/// A tenant's gate. What is decided on it is kept by [`Gate::save`].
#[derive(Debug)]
pub struct Gate {
    /// Seats the region may use.
    pub seats: i64,
    /// Members active now.
    pub active: i64,
    /// Members who waited when the gate was taken.
    pub waiting: i64,
    /// MAX MAU.
    pub max_mau: i64,
    /// Different members active in the running month.
    pub month_users: i64,
    /// When the running month began.
    pub month_start: Timestamp,
    /// When the next one begins.
    pub month_end: Timestamp,
    /// The instant of the change: never before the month in which the gate stands.
    pub now: Timestamp,
    /// The month began since the last change: whoever waits for MAX MAU may come in.
    pub turned: bool,
    /// From when on the tenant is on the free plan, by the clock: nothing has to be brought here for that.
    pub free_at: Timestamp,
    /// Since when more are active than seats; none while they fit.
    pub exceeded_at: Option<Timestamp>,
    /// What the plan of this instant says about those beyond the seats.
    pub policy: UsagePolicy,
    pub(super) serving: bool,
    /// Where the next months are cut.
    pub(super) zone: Zone,
    /// Months that ended since the last change, oldest first: kept with it.
    pub(super) over: Vec<Over>,
}

/// A month that is over, as it is kept. Only a late word of its own time alters it ([`super::Months`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    /// Which.
    pub month: Month,
    /// When it began.
    pub starts_at: Timestamp,
    /// When it ended, exclusive: there the next began.
    pub ends_at: Timestamp,
    /// Different members active in it.
    pub users: i64,
    /// Members active at its end.
    pub active_users: i64,
}

impl Gate {
    /// The gate for a change, held until its transaction ends; none while the tenant is being prepared.
    ///
    /// # Errors
    /// The store's.
    pub fn hold<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, now: Timestamp) -> Result<Option<Gate>> {
        let row = rows::hold(tx, scope)?;
        Ok(row.map(|row| Gate::of(&row, now)))
    }

    /// The gate as it stands, for a question.
    ///
    /// # Errors
    /// The store's.
    pub fn look<P>(view: &mut View<'_, Region>, scope: &Scope<P>, now: Timestamp) -> Result<Option<Gate>> {
        let row = rows::look(view, scope)?;
        Ok(row.map(|row| Gate::of(&row, now)))
    }

    fn of(row: &Whole, now: Timestamp) -> Gate {
        let u = row.usage;
        // A change that began in the last instants of a month and waited for one of the next belongs to the next.
        let now = now.max(row.month_start);
        let mut gate = Gate {
            seats: u.seats,
            active: u.active_users,
            waiting: u.waiting,
            max_mau: u.max_mau,
            month_users: u.month_users,
            month_start: row.month_start,
            month_end: row.month_end,
            now,
            turned: now >= row.month_end,
            free_at: u.free_at,
            exceeded_at: u.exceeded_at,
            policy: u.terms.at(now),
            serving: row.serving,
            zone: Zone::named(&row.zone).unwrap_or(Zone::utc()),
            over: Vec::new(),
        };
        if gate.turned {
            gate.turn();
        }
        gate
    }

    /// Ends the months that are over and begins the running one with those who are active. A month ends where its zone's does and
    /// begins where the one before ended, so that none overlap when the customer's next partner cuts months elsewhere.
    fn turn(&mut self) {
        if self.month_end.0 == 0 {
            self.month_start = self.zone.month_start(self.now);
            self.month_end = end_of(&self.zone, self.month_start);
            self.month_users = self.active;
        }
        while self.now >= self.month_end {
            let (starts_at, ends_at) = (self.month_start, self.month_end);
            let month = Month::between(starts_at, ends_at);
            self.over.push(Over { month, starts_at, ends_at, users: self.month_users, active_users: self.active });
            self.month_start = ends_at;
            self.month_end = end_of(&self.zone, ends_at);
            self.month_users = self.active;
        }
    }

    /// Whether the tenant may serve: while it may not, nobody becomes active.
    #[must_use]
    pub const fn serves(&self) -> bool {
        self.serving
    }

    /// Whether the tenant is on the free plan at the instant of the change.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.free_at <= self.now
    }

    /// Whether more are active than the free plan allows, and it holds: its trial ended, and its members were not told yet.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.is_free() && self.active > FREE_MEMBERS
    }

    /// Whether somebody who was last active until then is counted in the running month.
    #[must_use]
    pub fn counts(&self, active_until: Option<Timestamp>) -> bool {
        active_until.is_some_and(|until| until > self.month_start)
    }

    /// Lets one in, or says why not; `counted` = the running month holds this member already.
    ///
    /// # Errors
    /// [`Shut`]; then nothing was counted.
    pub fn enter(&mut self, counted: bool) -> std::result::Result<(), Shut> {
        if !self.serving {
            return Err(Shut::Suspended);
        }
        if self.is_free() && self.active >= FREE_MEMBERS {
            return Err(Shut::Free);
        }
        if !counted && self.month_users >= self.max_mau {
            return Err(Shut::Cap);
        }
        self.seat()?;
        self.change(1);
        self.month_users += i64::from(!counted);
        Ok(())
    }

    /// Whether there is a seat for one more, or a place beyond them.
    pub(super) fn seat(&self) -> std::result::Result<(), Shut> {
        if self.active < self.seats || self.opens() { Ok(()) } else { Err(Shut::Seats) }
    }

    /// So many more (or fewer) are active. Since when they are more than the seats begins with the first of them and is forgotten
    /// when they fit again.
    pub(super) fn change(&mut self, members: i64) {
        self.active += members;
        self.exceeded_at = if self.active > self.seats { self.exceeded_at.or(Some(self.now)) } else { None };
    }

    /// Whether the plan lets somebody in beyond the seats now.
    fn opens(&self) -> bool {
        !self.is_free() && self.policy.lets_in(self.exceeded_at, self.now)
    }

    /// Whether the plan lets in any number beyond the seats, for any time: then nobody has to make room for anybody.
    #[must_use]
    pub fn unbounded(&self) -> bool {
        !self.is_free() && self.policy == UsagePolicy::SoftOverage
    }

    /// So many went out. Whoever goes in the month's first instant was not active in it.
    pub fn leave(&mut self, members: i64) {
        self.change(-members);
        if self.now == self.month_start {
            self.month_users -= members;
        }
    }

    /// Places there are for whoever is brought now: the seats, on the free plan no more than it allows, and beyond them as the plan
    /// says.
    #[must_use]
    pub fn places(&self) -> i64 {
        match self.opens() {
            true => MANY,
            false if self.is_free() => self.seats.min(FREE_MEMBERS),
            false => self.seats,
        }
    }

    /// How many of those who wait may come in: of those whom the month holds already, and of the others. A grace is for whoever is
    /// brought: it draws in nobody who waits.
    #[must_use]
    pub fn room(&self) -> (i64, i64) {
        let free = if self.opens() && !self.unbounded() { self.seats } else { self.places() } - self.active;
        let seats = if self.serving { free.max(0) } else { 0 };
        (seats, seats.min((self.max_mau - self.month_users).max(0)))
    }

    /// How many may come in who are brought now and were not active this month.
    #[must_use]
    pub fn entrants(&self) -> i64 {
        if self.serving { (self.places() - self.active).min(self.max_mau - self.month_users).max(0) } else { 0 }
    }

    /// Keeps what was decided.
    ///
    /// # Errors
    /// The store's.
    pub fn save<P>(self, tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<()> {
        for over in &self.over {
            rows::keep_month(tx, scope, over)?;
        }
        rows::save(tx, scope, self.active, [self.month_start.0, self.month_end.0, self.month_users], self.exceeded_at)
    }
}

/// The end of a month that begins there, which is within a day of the calendar's.
fn end_of(zone: &Zone, start: Timestamp) -> Timestamp {
    zone.month_start(start.plus_days(45))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::licensing::policy) fn gate(seats: i64, active: i64, max_mau: i64, month_users: i64) -> Gate {
        let month_start = Timestamp(1_000);
        let (month_end, now) = (Timestamp(9_000), Timestamp(2_000));
        Gate {
            seats,
            active,
            waiting: 0,
            max_mau,
            month_users,
            month_start,
            month_end,
            now,
            turned: false,
            free_at: Timestamp::FOREVER,
            exceeded_at: None,
            policy: UsagePolicy::Hard,
            serving: true,
            zone: Zone::utc(),
            over: Vec::new(),
        }
    }

    #[test]
    fn beyond_the_seats_the_policy_decides_and_those_who_wait_get_seats() {
        let of = |policy| Gate { policy, ..gate(5, 5, 99, 5) };
        assert_eq!((of(UsagePolicy::Hard).enter(false), of(UsagePolicy::Hard).places()), (Err(Shut::Seats), 5));
        let mut soft = of(UsagePolicy::SoftOverage);
        assert_eq!((soft.enter(false), soft.exceeded_at, soft.room()), (Ok(()), Some(soft.now), (MANY - 6, 93)));
        let mut grace = of(UsagePolicy::Grace { days: 14 });
        assert_eq!((grace.room(), grace.entrants()), ((0, 0), 94));
        assert_eq!((grace.enter(false), grace.exceeded_at), (Ok(()), Some(Timestamp(2_000))));
        grace.now = Timestamp(2_001);
        assert_eq!((grace.enter(false), grace.exceeded_at), (Ok(()), Some(Timestamp(2_000))), "it began with the first");
        grace.now = Timestamp(2_000).plus_days(14);
        assert_eq!((grace.enter(false), grace.entrants(), grace.active), (Err(Shut::Seats), 0, 7), "nobody is put out");
        grace.leave(1);
        assert_eq!(grace.enter(true), Err(Shut::Seats), "still one too many");
        grace.leave(1);
        assert_eq!((grace.exceeded_at, grace.enter(false), grace.exceeded_at), (None, Ok(()), Some(grace.now)), "it begins anew");
        let free = Gate { free_at: Timestamp(0), ..gate(2, 2, 9, 2) };
        assert_eq!(Gate { policy: UsagePolicy::SoftOverage, ..free }.enter(false), Err(Shut::Seats), "the free plan has no such places");
    }

    #[test]
    fn the_order_of_refusals_is_serving_cap_seats() {
        assert_eq!(Gate { serving: false, free_at: Timestamp(0), ..gate(0, 9, 0, 0) }.enter(false), Err(Shut::Suspended));
        assert_eq!(Gate { free_at: Timestamp(0), ..gate(5, 3, 3, 3) }.enter(false), Err(Shut::Free));
        assert_eq!(Gate { free_at: Timestamp(0), ..gate(5, 2, 9, 2) }.room(), (1, 1));
        assert_eq!(Gate { free_at: Timestamp(0), ..gate(2, 2, 9, 2) }.enter(false), Err(Shut::Seats));
        assert_eq!(gate(5, 5, 3, 3).enter(false), Err(Shut::Cap));
        assert_eq!(gate(5, 5, 3, 3).enter(true), Err(Shut::Seats));
        assert_eq!(gate(5, 4, 3, 3).enter(true), Ok(()));
        assert_eq!(gate(5, 4, 4, 3).enter(false), Ok(()));
    }

    #[test]
    fn whoever_leaves_in_the_first_instant_of_a_month_is_not_counted_in_it() {
        let mut first = Gate { now: Timestamp(1_000), ..gate(9, 4, 9, 4) };
        first.leave(1);
        assert_eq!((first.active, first.month_users, first.counts(Some(Timestamp(1_000)))), (3, 3, false));
        let mut later = gate(9, 4, 9, 4);
        later.leave(1);
        assert_eq!((later.active, later.month_users, later.counts(Some(later.now))), (3, 4, true));
        assert_eq!(gate(9, 4, 6, 4).room(), (5, 2));
    }

    #[test]
    fn months_lie_end_to_end_where_a_customer_changes_its_zone() {
        let (new_york, tokyo) = (Zone::named("America/New_York").expect("a zone"), Zone::named("Asia/Tokyo").expect("a zone"));
        for (before, after) in [(&new_york, &tokyo), (&tokyo, &new_york)] {
            let middle: Timestamp = "2026-11-15T12:00:00Z".parse().expect("a time");
            let month_start = before.month_start(middle);
            let mut gate = Gate {
                month_start,
                month_end: end_of(before, month_start),
                now: "2027-03-20T00:00:00Z".parse().expect("a time"),
                zone: after.clone(),
                ..gate(9, 4, 9, 6)
            };
            gate.turn();
            let months: Vec<String> = gate.over.iter().map(|o| format!("{} {}", o.month, o.users)).collect();
            assert_eq!(months, ["2026-11 6", "2026-12 4", "2027-01 4", "2027-02 4"], "who is active now was so in months of quiet");
            assert!(gate.over.windows(2).all(|o| o[0].ends_at == o[1].starts_at), "{:?}", gate.over);
            assert_eq!(gate.over[0].ends_at, before.month_start(middle.plus_days(30)), "a month ends as it began");
            assert_eq!((gate.month_start, gate.month_end), (after.month_start(gate.now), after.month_start(gate.now.plus_days(30))));
        }
    }
}
