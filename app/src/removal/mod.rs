//! How a customer leaves, and how it comes back: out of everybody's sight in one transaction, its region closed and its seats
//! returned right after, all of it undone on request for 30 days.
//!
//! Words: a customer *leaves* when it is removed and *comes back* when it is restored; until its region is closed it is *leaving*.
//! Tables: `removal`. Callers: offboarding, and provisioning for customers that were never finished or came by mistake.

mod close;
mod queries;
mod restore;
mod store;
mod withdraw;

pub use close::CloseAgain;
pub use queries::{RemovedCustomer, RemovedCustomers};
pub use restore::{NotRestored, RestoreCustomer, Restored};
pub use withdraw::{Purgeable, UNDO_DAYS, Withdrawn, begin_purge, end_purge, is_removed, purgeable, withdraw};

use jobs::Registry;

use crate::app::App;

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    registry.with::<close::CloseRegion>()
}
