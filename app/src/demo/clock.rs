//! The demo's clock: it stands still while history is written, then runs with real time and can be moved forward.

use std::sync::{PoisonError, RwLock};

use store::{Clock, Movable, Timestamp};

/// A clock in two lives: standing (seeding), then running.
#[derive(Debug)]
pub struct DemoClock(RwLock<Movable>);

impl DemoClock {
    /// Stands at an instant.
    #[must_use]
    pub fn standing(at: Timestamp) -> DemoClock {
        DemoClock(RwLock::new(Movable::starting(at, false)))
    }

    /// Stands at another instant, also an earlier one: before any row is written.
    pub fn stand_at(&self, at: Timestamp) {
        self.replace(Movable::starting(at, false));
    }

    /// Runs with real time from an instant on.
    pub fn run_from(&self, at: Timestamp) {
        self.replace(Movable::starting(at, true));
    }

    fn replace(&self, hand: Movable) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = hand;
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        self.0.read().unwrap_or_else(PoisonError::into_inner).now()
    }
    fn advance(&self, to: Timestamp) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).advance(to)
    }
    fn movable(&self) -> bool {
        true
    }
}
