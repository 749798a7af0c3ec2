//! The end of a customer, from the checklist before it is removed to the proof that nothing of it is left.
//!
//! Words: *offboarding* is the whole way; a customer is *removed* (and can be restored), later *purged* (and cannot). Tables: none
//! of its own yet read by others. Called by the console, the API and the worker.

mod api;
mod checklist;
mod pages;
mod pages_removed;
mod remove;
mod store;

pub use checklist::{Checklist, ChecklistOf};
pub use remove::{NotRemoved, RemoveCustomer, Removed};

use utoipa_axum::router::OpenApiRouter;
use web::routes::Pages;

use crate::app::Shared;

/// The room's API.
#[must_use]
pub fn api() -> OpenApiRouter<Shared> {
    api::routes()
}

/// The room's pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    pages::routes().merge(pages_removed::routes())
}
