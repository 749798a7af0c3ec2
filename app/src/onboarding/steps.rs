//! The six steps, judged from facts: what is done, what can be opened, what comes next. No I/O.

use serde::{Deserialize, Serialize};

use crate::hierarchy::Lifecycle;

/// One step of the wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The customer is created and made ready.
    Create,
    /// It gets its seats.
    Licenses,
    /// Its people arrive.
    People,
    /// Its mail is set up.
    Mail,
    /// It looks like itself.
    Branding,
    /// All is looked at once more, and it is launched.
    Review,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Step; 6] = [Step::Create, Step::Licenses, Step::People, Step::Mail, Step::Branding, Step::Review];

    /// The word in addresses and texts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Step::Create => "create",
            Step::Licenses => "licenses",
            Step::People => "people",
            Step::Mail => "mail",
            Step::Branding => "branding",
            Step::Review => "review",
        }
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Step {
        let at = Step::ALL.iter().position(|s| *s == self).unwrap_or(0);
        Step::ALL.get(at + 1).copied().unwrap_or(Step::Review)
    }
}

/// What is known of a customer that is being set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Facts {
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
    /// Seats it holds.
    pub seats: i64,
    /// False for a trial, whose seats lie outside the pool.
    pub pooled: bool,
    /// Its members.
    pub members: i64,
    /// Members that wait for a seat.
    pub waiting: i64,
    /// Members outside its verified domains.
    pub held: i64,
    /// How its last directory sync ended; null before the first.
    pub sync_ok: Option<bool>,
    /// True when it has a domain.
    pub has_domain: bool,
    /// True when that domain is proved to be its own.
    pub domain_verified: bool,
    /// True when its last delivery test passed.
    pub mail_ok: bool,
    /// True when it has a colour, a logo or a name of its own.
    pub branded: bool,
}

impl Facts {
    /// True when nothing is left to do in a step.
    #[must_use]
    pub fn done(&self, step: Step) -> bool {
        match step {
            Step::Create => !matches!(self.lifecycle, Lifecycle::Provisioning),
            Step::Licenses => !self.pooled || self.seats > 0,
            Step::People => self.members > 0,
            Step::Mail => self.mail_ok,
            Step::Branding => self.branded,
            Step::Review => self.lifecycle == Lifecycle::Active,
        }
    }

    /// True when a step can be opened: whatever a launch cannot do without is done before it. People, mail and branding may wait.
    #[must_use]
    pub fn reached(&self, step: Step) -> bool {
        match step {
            Step::Create => true,
            Step::Licenses => self.done(Step::Create),
            _ => self.done(Step::Create) && self.done(Step::Licenses),
        }
    }

    /// Where to go on: the first step that is not done.
    #[must_use]
    pub fn current(&self) -> Step {
        Step::ALL.into_iter().find(|step| !self.done(*step)).unwrap_or(Step::Review)
    }
}

/// Fewer seats left than this are worth a warning.
pub const FEW_SEATS: i64 = 50;

/// What a number of seats for one customer does to the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Impact {
    /// Seats there are for this customer besides those it holds: free ones, and those its own draft has put by.
    pub before: i64,
    /// What it takes (negative: gives back).
    pub takes: i64,
    /// What is left.
    pub after: i64,
}

impl Impact {
    /// What `wanted` seats do where `held` are held, `available` are free and `own` are put by for it.
    #[must_use]
    pub const fn of(wanted: i64, held: i64, available: i64, own: i64) -> Impact {
        let (before, takes) = (available.saturating_add(own), wanted.saturating_sub(held));
        Impact { before, takes, after: before.saturating_sub(takes) }
    }

    /// More than there is.
    #[must_use]
    pub const fn too_many(&self) -> bool {
        self.takes > 0 && self.after < 0
    }

    /// Enough, but little is left.
    #[must_use]
    pub const fn scarce(&self) -> bool {
        !self.too_many() && self.after < FEW_SEATS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Facts = Facts {
        lifecycle: Lifecycle::Setup,
        seats: 0,
        pooled: true,
        members: 0,
        waiting: 0,
        held: 0,
        sync_ok: None,
        has_domain: false,
        domain_verified: false,
        mail_ok: false,
        branded: false,
    };

    #[test]
    fn what_a_launch_needs_locks_the_rest() {
        let making = Facts { lifecycle: Lifecycle::Provisioning, ..NEW };
        assert_eq!((making.current(), making.reached(Step::Licenses)), (Step::Create, false));
        assert_eq!((NEW.current(), NEW.reached(Step::Licenses), NEW.reached(Step::People)), (Step::Licenses, true, false));
        let seated = Facts { seats: 1, ..NEW };
        assert!(Step::ALL.into_iter().all(|s| seated.reached(s)));
        assert_eq!(seated.current(), Step::People);
        let trial = Facts { pooled: false, members: 3, mail_ok: true, branded: true, ..NEW };
        assert_eq!((trial.current(), trial.reached(Step::Review)), (Step::Review, true));
        assert_eq!((Step::Create.next(), Step::Review.next()), (Step::Licenses, Step::Review));
    }

    #[test]
    fn the_pool_before_and_after() {
        let impact = Impact::of(120, 100, 60, 10);
        assert_eq!((impact.before, impact.takes, impact.after), (70, 20, 50));
        assert!(!impact.scarce() && Impact::of(121, 100, 60, 10).scarce());
        assert!(Impact::of(171, 100, 60, 10).too_many() && !Impact::of(170, 100, 60, 10).too_many());
        assert!(!Impact::of(10, 100, 0, 0).too_many(), "giving back is always possible, even of an over-allocated pool");
        assert_eq!(Impact::of(i64::MAX, 0, 5, 0).takes, i64::MAX);
    }
}
