//! The end of a customer, from the checklist before it is removed to the proof that nothing of it is left.
//!
//! Words: *offboarding* is the whole way; a customer is *removed* (and can be restored), later *purged* (and cannot). Tables: `export`, `transfer`;
//! a purge writes those of every room (`purge_store.rs`). Called by the console, the API and the worker.

mod api;
mod api_purge;
mod api_retention;
mod checklist;
pub mod data_map;
mod erase;
pub mod erasures;
pub mod export;
mod left;
mod pages;
mod pages_erase;
mod pages_removed;
mod pages_retention;
mod purge;
mod purge_store;
mod remove;
mod retention;
mod store;
mod sweep;
pub mod transfer;

pub use checklist::{Checklist, ChecklistOf};
pub use left::{Left, verify};
pub use purge::{NotPurged, PurgeCustomer, Purging};
pub use purge_store::tables as purged_tables;
pub use remove::{NotRemoved, RemoveCustomer, Removed};
pub use retention::retire;
pub use sweep::sweep;

use jobs::Registry;
use utoipa_axum::router::OpenApiRouter;
use web::routes::Pages;

use crate::app::{App, Shared};

/// The room's API.
#[must_use]
pub fn api() -> OpenApiRouter<Shared> {
    api::routes().merge(api_purge::routes()).merge(api_retention::routes()).merge(export::api()).merge(transfer::api())
}

/// The room's pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    pages::routes()
        .merge(pages_removed::routes())
        .merge(pages_erase::routes())
        .merge(pages_retention::routes())
        .merge(export::pages())
        .merge(transfer::pages())
}

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    registry.with::<purge::Purge>().with::<export::MakeExport>().with::<transfer::CarryOver>().with::<erase::NoteErasure>()
}
