//! Moving a customer to another partner: one command over the rows of every room that keeps something of it.
//!
//! Words: a customer *leaves* its partner and *joins* another. Tables: none of its own. Called by distributors, through API
//! and console, and by the installation where all have consented to a link request ([`crate::hierarchy::links`]). How it is decided what goes along and what stays: docs/adr/0018.

mod api;
mod carry_link;
mod impact;
mod move_customer;
mod pages;
mod refusal;

pub use api::routes as api;
pub use move_customer::{MoveCustomer, Moved};
pub use pages::routes as pages;
pub use refusal::NotMoved;

use crate::app::App;

/// The room's jobs.
#[must_use]
pub fn jobs(registry: jobs::Registry<App>) -> jobs::Registry<App> {
    registry.with::<carry_link::Carry>()
}
