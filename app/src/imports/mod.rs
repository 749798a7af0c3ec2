//! Bringing lists in: members of a customer, customers of a partner, results of campaigns, each from a CSV file.
//!
//! A file is *uploaded*, its columns *mapped* to our fields, every row gets a *verdict*, and only then is anything changed:
//! all rows or, when asked for, the good ones (`partial`). The work runs in chunks that each count once, so that it goes on
//! where a crash left it. An import can be undone once: what nobody has worked on since is taken back. An upload that nobody
//! starts is purged after [`KEPT_DAYS`]. Tables: `import`, `column_mapping`; files lie in the
//! installation's folder for imports. Called by the API, the console and the command line; it executes commands of
//! `directory`, `campaigns` and `provisioning`.

pub mod api;
pub mod api_receive;
mod book;
pub mod cli;
mod commands;
mod desk;
mod fields;
mod import;
mod intake;
mod job;
mod kind_customers;
mod kind_members;
mod kind_results;
mod mapping;
pub mod pages;
mod purge;
mod queries;
mod reading;
mod store;
#[cfg(test)]
mod tests;
mod undo;
mod undo_job;
mod verdicts;

pub use commands::{OnImport, RecordUpload, SetMapping, Start, Started, Undo};
pub use import::{Import, ImportKind, ImportRefusal, ImportStatus, RowRefused};
pub use intake::{Stored, discard};
pub use job::RunImport;
pub use purge::{KEPT_DAYS, purge, sweep as sweep_folder};
pub use queries::{CustomerFacts, ImportOf, Imports};
pub use undo::{UndoPreview, UndoRow, Undone};
pub use undo_job::UndoJob;
pub use verdicts::{Counts, Preview, RowVerdict};

use ::jobs::Registry;
use utoipa_axum::router::OpenApiRouter;
use web::routes::Pages;

use crate::app::{App, Shared};

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

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    registry.with::<RunImport>().with::<job::GaveUp>().with::<UndoJob>().with::<undo_job::UndoGaveUp>()
}
