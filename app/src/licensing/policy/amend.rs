//! A late word changes the past: the months that it alters, and the gate in front of them. A member's times of activity are drawn
//! anew by whoever calls, and each month is asked again whether it holds the member. The counts change by what one member's times
//! differ before and after, so that they are a count of the times at every moment (ADR 0036).

use access::Scope;
use store::{Region, Result, Timestamp, Tx, View};

use super::{
    gate::{FREE_MEMBERS, Gate, Over, Shut},
    store as rows,
};
use crate::licensing::month::Month;

/// When a member was active: since, and until when, exclusive; [`Timestamp::FOREVER`] while it lasts.
pub type Times = (Timestamp, Timestamp);

/// The months that words of some time may alter, oldest first; the running one is the last.
#[derive(Debug)]
pub struct Months {
    all: Vec<Over>,
    /// The earliest that is altered.
    altered: Option<usize>,
}

impl Months {
    /// The first instant of the earliest of them: what ended before it plays no part.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.all.first().map_or(Timestamp(0), |m| m.starts_at)
    }

    /// By how much each month's numbers differ where a member's times were these and are those.
    fn differences(&self, before: &[Times], after: &[Times]) -> Vec<(i64, i64)> {
        let more = |is: bool, was: bool| i64::from(is) - i64::from(was);
        self.all.iter().map(|m| (more(m.holds(after), m.holds(before)), more(m.ends_with(after), m.ends_with(before)))).collect()
    }

    fn book(&mut self, differences: &[(i64, i64)]) {
        for (n, (month, (users, ends))) in self.all.iter_mut().zip(differences).enumerate() {
            if *users != 0 || *ends != 0 {
                month.users += users;
                month.active_users += ends;
                self.altered = Some(self.altered.map_or(n, |first| first.min(n)));
            }
        }
    }
}

impl Over {
    /// Whether a member that was active at these times counts in the month: one began before its end and ended after its start.
    fn holds(&self, times: &[Times]) -> bool {
        times.iter().any(|(since, until)| *since < self.ends_at && *until > self.starts_at)
    }

    /// Whether it was active at its end.
    fn ends_with(&self, times: &[Times]) -> bool {
        times.iter().any(|(since, until)| *since < self.ends_at && *until >= self.ends_at)
    }
}

impl Gate {
    /// The months that have ended after an instant, and the running one.
    fn known<P>(&self, view: &mut View<'_, Region>, scope: &Scope<P>, at: Timestamp) -> Result<Vec<Over>> {
        let mut all = rows::months_ending_after(view, scope, at)?;
        all.extend(self.over.iter().filter(|o| o.ends_at > at).copied());
        let month = Month::between(self.month_start, self.month_end);
        let (starts_at, ends_at) = (self.month_start, self.month_end);
        all.push(Over { month, starts_at, ends_at, users: self.month_users, active_users: self.active });
        Ok(all)
    }

    /// The months from the one that holds an instant on. Before the first that was kept there was nobody: those are added empty.
    ///
    /// # Errors
    /// The store's.
    pub fn months_since<P>(&self, view: &mut View<'_, Region>, scope: &Scope<P>, at: Timestamp) -> Result<Months> {
        let mut all = self.known(view, scope, at)?;
        while let Some(first) = all.first().copied().filter(|first| first.starts_at > at) {
            // So long before its end an instant lies in the month in any zone.
            let starts_at = self.zone.month_start(first.starts_at.plus_days(-15));
            all.insert(0, Over { month: first.month.plus(-1), starts_at, ends_at: first.starts_at, users: 0, active_users: 0 });
        }
        Ok(Months { all, altered: None })
    }

    /// Lets a late word alter a member's times, or says why not: every month that would hold the member anew needs room under MAX
    /// MAU, and whoever would be active now needs a seat. On the free plan a time behind its beginning takes one of its places, also
    /// one that is over: nobody was active beside those who stayed.
    ///
    /// # Errors
    /// [`Shut`]; then nothing was counted.
    pub fn amend(&mut self, months: &mut Months, before: &[Times], after: &[Times]) -> std::result::Result<(), Shut> {
        let lasts = |times: &[Times]| times.iter().any(|(_, until)| *until == Timestamp::FOREVER);
        let (enters, leaves) = (lasts(after) && !lasts(before), lasts(before) && !lasts(after));
        if self.is_free() && self.active >= FREE_MEMBERS && !lasts(before) && adds_behind(self.free_at, before, after) {
            return Err(Shut::Free);
        }
        let differences = months.differences(before, after);
        if months.all.iter().zip(&differences).any(|(month, (users, _))| *users > 0 && month.users >= self.max_mau) {
            return Err(Shut::Cap);
        }
        if enters {
            self.seat()?;
        }
        months.book(&differences);
        self.change(i64::from(enters) - i64::from(leaves));
        Ok(())
    }

    /// Keeps the months as they stand now, the running one and those that have just ended with the gate. Gives the earliest that
    /// is over and altered.
    ///
    /// # Errors
    /// The store's.
    pub fn keep<P>(&mut self, tx: &mut Tx<'_, Region>, scope: &Scope<P>, months: &Months) -> Result<Option<Month>> {
        let (Some(first), Some((running, over))) = (months.altered, months.all.split_last()) else { return Ok(None) };
        self.month_users = running.users;
        // All from there on: months lie end to end, those that were never kept too.
        for month in over.iter().skip(first) {
            match self.over.iter_mut().find(|o| o.month == month.month) {
                Some(held) => *held = *month,
                None => rows::amend_month(tx, scope, month)?,
            }
        }
        Ok(over.get(first).map(|m| m.month))
    }
}

/// Whether times cover an instant from one on that the former did not.
fn adds_behind(from: Timestamp, before: &[Times], after: &[Times]) -> bool {
    let uncovered = |since: Timestamp, until: Timestamp| {
        let mut at = since.max(from);
        while let Some((_, covered)) = before.iter().find(|(a, b)| *a <= at && at < *b) {
            at = *covered;
        }
        at < until
    };
    after.iter().any(|(since, until)| uncovered(*since, *until))
}

/// The months of the scope's tenant as they stand, oldest first, the running one last; none while it is being prepared.
///
/// # Errors
/// The store's.
pub fn months<P>(view: &mut View<'_, Region>, scope: &Scope<P>, now: Timestamp) -> Result<Vec<Over>> {
    match Gate::look(view, scope, now)? {
        Some(gate) => gate.known(view, scope, Timestamp(0)),
        None => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::licensing::policy::gate::tests::gate;

    fn months() -> Months {
        let over = |month: i64, starts: i64, users| Over {
            month: Month::FIRST.plus(month),
            starts_at: Timestamp(starts),
            ends_at: Timestamp(starts + 100),
            users,
            active_users: 1,
        };
        Months { all: vec![over(1, 100, 2), over(2, 200, 1), over(3, 300, 1)], altered: None }
    }

    fn times(of: &[(i64, i64)]) -> Vec<Times> {
        of.iter().map(|(a, b)| (Timestamp(*a), Timestamp(*b))).collect()
    }

    #[test]
    fn a_late_word_is_judged_by_the_cap_of_each_month_it_adds_to() {
        let (mut gate, mut months) = (gate(5, 1, 2, 1), months());
        let refused = gate.amend(&mut months, &[], &times(&[(150, 160)]));
        assert_eq!((refused, months.altered), (Err(Shut::Cap), None), "its own month is full");
        assert_eq!(gate.amend(&mut months, &[], &times(&[(200, 201)])), Ok(()));
        assert_eq!((months.all[1].users, months.all[0].users, months.altered, gate.active), (2, 2, Some(1), 1));
        let was = times(&[(200, 201)]);
        assert_eq!(gate.amend(&mut months, &was, &times(&[(200, i64::MAX)])), Ok(()), "held already, and active from now on");
        assert_eq!((months.all[2].users, months.all[1].active_users, months.all[2].active_users, gate.active), (2, 2, 2, 2));
    }

    #[test]
    fn behind_the_end_of_a_trial_a_late_word_takes_one_of_three_places() {
        let free = |active| Gate { free_at: Timestamp(150), ..gate(9, active, 9, active) };
        let with = |active, before: &[(i64, i64)], after: &[(i64, i64)]| free(active).amend(&mut months(), &times(before), &times(after));
        assert_eq!(with(3, &[(100, 150)], &[(100, 160)]), Err(Shut::Free), "over, and yet it was a fourth");
        assert_eq!(with(3, &[], &[(110, 151)]), Err(Shut::Free));
        assert_eq!(with(3, &[], &[(110, 150)]), Ok(()), "up to its last instant the trial held");
        assert_eq!(with(2, &[], &[(160, 170)]), Ok(()), "a place is free");
        assert_eq!(with(3, &[(140, 170), (180, i64::MAX)], &[(140, i64::MAX)]), Ok(()), "one of the three");
        assert_eq!(with(3, &[(140, 170), (170, 190)], &[(145, 185)]), Ok(()), "nothing is added");
    }

    #[test]
    fn who_would_be_active_now_needs_a_seat_and_who_was_does_not() {
        let (mut gate, mut months) = (gate(1, 1, 9, 1), months());
        assert_eq!(gate.amend(&mut months, &[], &times(&[(350, i64::MAX)])), Err(Shut::Seats));
        assert_eq!(gate.amend(&mut months, &[], &times(&[(310, 320)])), Ok(()));
        assert_eq!((months.all[2].users, gate.active), (2, 1));
        // A bound belongs to the month that it begins.
        assert_eq!(gate.amend(&mut months, &[], &times(&[(100, 200)])), Ok(()));
        assert_eq!((months.all[0].users, months.all[0].active_users, months.all[1].users), (3, 2, 1));
    }
}
