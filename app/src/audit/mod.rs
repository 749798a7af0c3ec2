//! The audit trail: reading it over a partner's chain and those of its customers, verifying it, and signing checkpoints of
//! it outside the database.
//!
//! Words: a *chain* is a partner's entries in control or a customer's in its region; a *checkpoint* is a signed line that
//! says where chains stood. Tables: `audit_entry`, `audit_head` (written by the command path only).

mod api;
mod checkpoint;
mod entries;
mod erase;
mod pages;
mod queries;
mod store;
mod verify;

pub use checkpoint::{Signed, checkpoint};
pub use entries::{Entry, Found, Person, page};
pub use erase::erase_person;
pub use queries::{AuditFilter, By};
pub use store::Mark;
pub use verify::{Chain, Report, Walked, cli_verify, verify};

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
    pages::routes()
}
