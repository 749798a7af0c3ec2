//! What should be, worked out in a straight line from the list of what happened. It knows nothing of counters, news, gates or ledgers,
//! and nothing here is the program's: not even its calendar.

use jiff::{civil, tz::TimeZone};
use store::{CustomerId, Timestamp};

use super::people::{Person, Times, adds, holds, lasts};

pub const TRIAL_SEATS: i64 = 50;
const TRIAL_DAYS: i64 = 30;
/// Members who stay active when a trial has ended.
const STAY: usize = 3;
/// Extensions an MSP may make by itself, and days of each.
const EXTENSIONS: (i64, i64) = (2, 30);

#[derive(Debug)]
pub struct Customer {
    pub id: CustomerId,
    pub name: String,
    pub paid: bool,
    pub suspended: bool,
    pub seats: i64,
    /// MAX MAU.
    pub cap: i64,
    pub begun: Timestamp,
    pub trial_end: Option<Timestamp>,
    extensions: i64,
    /// The address of its primary administrator.
    admin: String,
    /// In the order in which they were made; those who are gone too.
    pub people: Vec<Person>,
}

/// A word about somebody's activity.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    pub who: usize,
    pub at: Timestamp,
    pub active: bool,
}

impl Customer {
    pub fn paid(id: CustomerId, name: String, seats: i64, cap: i64, begun: Timestamp) -> Customer {
        Customer {
            id,
            name,
            paid: true,
            suspended: false,
            seats,
            cap,
            begun,
            trial_end: None,
            extensions: 0,
            admin: String::new(),
            people: Vec::new(),
        }
    }

    pub fn trial(id: CustomerId, name: String, admin: String, cap: i64, begun: Timestamp) -> Customer {
        let trial_end = Some(begun.plus_days(TRIAL_DAYS));
        Customer { paid: false, trial_end, admin, ..Customer::paid(id, name, TRIAL_SEATS, cap, begun) }
    }

    fn there(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|p| !p.gone)
    }

    pub fn members(&self) -> i64 {
        len(self.there().count())
    }

    pub fn active(&self) -> i64 {
        len(self.there().filter(|p| p.is_active()).count())
    }

    pub fn waiting(&self) -> i64 {
        len(self.there().filter(|p| p.waits()).count())
    }

    pub fn is_free(&self, now: Timestamp) -> bool {
        self.trial_end.is_some_and(|end| end <= now)
    }

    /// In which list of the command center it stands.
    pub fn list(&self, now: Timestamp) -> &'static str {
        match (self.paid, self.is_free(now)) {
            (true, _) => "paid",
            (false, false) => "active-trials",
            (false, true) => "expired-trials",
        }
    }

    /// Different members who were active in a month.
    pub fn users(&self, month: Times) -> i64 {
        len(self.people.iter().filter(|p| holds(&p.times(), month)).count())
    }

    fn is_full(&self, now: Timestamp) -> bool {
        self.is_free(now) && self.active() >= len(STAY)
    }

    /// Why nobody more, or not this one, comes in by hand.
    pub fn refuses(&self, who: Option<usize>, month: Times, now: Timestamp) -> Option<&'static str> {
        let counted = who.is_some_and(|who| holds(&self.people[who].times(), month));
        if self.suspended || self.is_full(now) {
            return Some("tenant-limit");
        }
        if !counted && self.users(month) >= self.cap {
            return Some("mau-cap-reached");
        }
        (self.active() >= self.seats).then_some("no-free-seat")
    }

    /// Whoever waits comes in while there is room, the oldest first. Nobody here waits for MAX MAU.
    pub fn seat_waiting(&mut self, now: Timestamp) {
        while !self.suspended && !self.is_full(now) && self.active() < self.seats {
            let Some(next) = self.people.iter_mut().find(|p| !p.gone && p.waits()) else { return };
            next.enter(now);
        }
    }

    /// The trial ends: the administrator stays, then the oldest; the others wait.
    fn end_trial(&mut self, now: Timestamp) {
        let mut active: Vec<usize> = (0..self.people.len()).filter(|n| !self.people[*n].gone && self.people[*n].is_active()).collect();
        active.sort_by_key(|n| (self.people[*n].email != self.admin, *n));
        for who in active.into_iter().skip(STAY) {
            self.people[who].park(now);
        }
    }

    /// Extends the trial; false where the distributor is asked.
    pub fn extend(&mut self, days: i64, now: Timestamp) -> bool {
        let own = self.extensions < EXTENSIONS.0 && days <= EXTENSIONS.1;
        if own {
            self.extensions += 1;
            self.run_on(days, now);
        }
        own
    }

    pub fn run_on(&mut self, days: i64, now: Timestamp) {
        self.trial_end = self.trial_end.map(|end| end.max(now).plus_days(days));
        self.seat_waiting(now);
    }

    /// What becomes of each word of a batch: those that say inactive first, for they make room, then by time.
    pub fn hear(&mut self, words: &[Word], months: &[Times], now: Timestamp) -> Vec<&'static str> {
        let mut said = vec![""; words.len()];
        let mut order: Vec<usize> = (0..words.len()).collect();
        // Of one instant they come by the members' ids.
        order.sort_by_key(|n| (words[*n].active, words[*n].at, self.people[words[*n].who].id.clone()));
        for n in order {
            said[n] = match words[n].at {
                at if at > now.plus_seconds(300) => "in-future",
                at if at < now.plus_days(-40) => "too-old",
                _ => self.judge(words[n], months, now),
            };
        }
        self.seat_waiting(now);
        said
    }

    fn judge(&mut self, Word { who, at, active }: Word, months: &[Times], now: Timestamp) -> &'static str {
        let person = &self.people[who];
        if person.gone {
            return "unknown-member";
        }
        if person.knows(at, active) {
            return "duplicate";
        }
        let (was, is) = (person.times(), person.times_with(at, active));
        let enters = lasts(&is) && !lasts(&was);
        // Behind the end of the trial a time takes one of the three places, also one that is over.
        let beyond = self.is_full(now) && !lasts(&was) && self.trial_end.is_some_and(|end| adds(&was, &is, end));
        if (active && self.suspended) || beyond {
            return "tenant-limit";
        }
        if months.iter().any(|m| holds(&is, *m) && !holds(&was, *m) && self.users(*m) >= self.cap) {
            return "mau-cap-reached";
        }
        if enters && self.active() >= self.seats {
            return "no-free-seat";
        }
        self.people[who].hear(at, active);
        "accepted"
    }
}

/// A partner's world.
#[derive(Debug)]
pub struct Model {
    zone: TimeZone,
    /// Units, from when, until when.
    pub orders: Vec<(i64, Timestamp, Timestamp)>,
    pub customers: Vec<Customer>,
}

impl Model {
    pub fn in_zone(zone: &str) -> Model {
        Model { zone: TimeZone::get(zone).expect("a zone"), orders: Vec::new(), customers: Vec::new() }
    }

    pub fn capacity(&self, at: Timestamp) -> i64 {
        self.orders.iter().filter(|(_, from, to)| *from <= at && at < *to).map(|(units, ..)| units).sum()
    }

    pub fn allocated(&self) -> i64 {
        self.customers.iter().filter(|c| c.paid).map(|c| c.seats).sum()
    }

    pub fn active(&self) -> i64 {
        self.customers.iter().filter(|c| c.paid).map(Customer::active).sum()
    }

    /// What can be given out; negative where orders have ended.
    pub fn left(&self, now: Timestamp) -> i64 {
        self.capacity(now) - self.allocated()
    }

    /// The end of an order that begins now: the same day and time so many months later, or that month's last day.
    pub fn term_end(&self, from: Timestamp, months: i16) -> Timestamp {
        let start = from.to_jiff().to_zoned(self.zone.clone()).datetime();
        let month = i16::from(start.month()) - 1 + months;
        let (year, month) = (start.year() + month.div_euclid(12), i8::try_from(month.rem_euclid(12) + 1).expect("a month"));
        let last = civil::date(year, month, 1).days_in_month();
        let day = civil::date(year, month, start.day().min(last));
        day.to_datetime(start.time()).to_zoned(self.zone.clone()).expect("an instant").timestamp().into()
    }

    /// The first instant of the month so many months after that of an instant.
    fn month_start(&self, at: Timestamp, later: i16) -> Timestamp {
        let date = at.to_jiff().to_zoned(self.zone.clone()).date();
        let month = i16::from(date.month()) - 1 + later;
        let first = civil::date(date.year() + month.div_euclid(12), i8::try_from(month.rem_euclid(12) + 1).expect("a month"), 1);
        first.to_zoned(self.zone.clone()).expect("an instant").timestamp().into()
    }

    /// The month of an instant.
    pub fn month(&self, at: Timestamp) -> Times {
        (self.month_start(at, 0), self.month_start(at, 1))
    }

    /// The months from one instant to another.
    pub fn months(&self, from: Timestamp, to: Timestamp) -> Vec<Times> {
        let mut all = vec![self.month(from)];
        while all[all.len() - 1].1 <= to {
            all.push(self.month(all[all.len() - 1].1));
        }
        all
    }

    /// How a month is written.
    pub fn called(&self, month: Times) -> String {
        let date = month.0.to_jiff().to_zoned(self.zone.clone()).date();
        format!("{:04}-{:02}", date.year(), date.month())
    }

    /// The first end of a trial behind an instant, and not behind another.
    pub fn next_trial_end(&self, after: Timestamp, to: Timestamp) -> Option<Timestamp> {
        self.customers.iter().filter_map(|c| c.trial_end).filter(|end| *end > after && *end <= to).min()
    }

    /// The first end of an order behind an instant.
    pub fn next_order_end(&self, after: Timestamp) -> Option<Timestamp> {
        self.orders.iter().map(|(.., to)| *to).filter(|end| *end > after).min()
    }

    /// Ends the trials that end now.
    pub fn end_trials(&mut self, now: Timestamp) {
        self.customers.iter_mut().filter(|c| c.trial_end == Some(now)).for_each(|c| c.end_trial(now));
    }
}

fn len(n: usize) -> i64 {
    i64::try_from(n).expect("few")
}
