//! Making tenants: a customer with its seats in one transaction, then its region as steps that survive a crash.
//!
//! Words: *provisioning* is the time between the answer 202 and *set-up*; a customer that an import made by mistake is *taken back*. Tables: `template`, and those of
//! [`delivery`]; else it composes hierarchy and licensing. Called by the API, the console, imports and the demo.

pub mod api;
pub mod api_mail_check;
mod book;
mod create_customer;
pub mod delivery;
pub mod domains;
mod made_by;
mod obey;
mod open_partner;
pub mod pages;
mod pages_setup;
mod provision;
mod record_mail_check;
pub mod setup;
mod store;
mod take_back;
pub mod templates;
mod undo_import;

pub use create_customer::{CreateCustomer, Created, NotCreated, TRIAL_SEATS, check_region, create, create_then};
pub use made_by::{Made, MadeBy, Making};
pub use provision::{PREPARED, STEPS};
pub use record_mail_check::RecordMailCheck;
pub use undo_import::{Imported, ImportedCustomers, WorkedOn, take_back};

use jobs::Registry;

use crate::app::App;

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    let registry = registry.with::<provision::Provision>().with::<open_partner::PartnerCreated>();
    delivery::jobs(registry.with::<obey::NewTerms>().with::<obey::NewServing>())
}
