//! Where a customer's people come from: an uploaded file, a file in a watched folder or behind an address, LDAP, Entra ID, Google Workspace.
//!
//! A *source* is read by hand or every so many minutes. A *run* reads it, has the news weighed ([`crate::directory::reconcile`]),
//! and makes the changes, unless they are only to be looked at, or would let go of so many people that somebody has to look first:
//! then the run is *stopped* until a person applies or discards it. How a run ended is a fact about the customer (Sync Failed).
//! Secrets are sealed for their row and never shown again. Tables, in the customer's region: `source`, `source_run`. What pushes by
//! itself (SCIM) is no source: it has its own door.

mod api;
mod api_runs;
mod arriving;
mod change;
mod end;
mod forget;
mod inbox;
mod intake;
mod job;
mod pages;
mod queries;
mod reading;
mod run;
mod source;
mod store;
mod turn;
mod way;

pub use change::{CreateSource, EditSource, RemoveSource};
pub use queries::{RunOf, RunsOf, SourceOf, SourcesOf};
pub use run::{ApplyRun, DiscardRun, StartRun};
pub use source::{Counts, Run, RunStatus, Source, SourceRefusal, SourceStatus, Trouble};
pub use turn::ResumeSources;
pub use way::{Kind, Way};

use jobs::Registry;
use utoipa_axum::router::OpenApiRouter;
use web::routes::Pages;

use crate::app::{App, Shared};

/// The room's API.
#[must_use]
pub fn api() -> OpenApiRouter<Shared> {
    api::routes().merge(api_runs::routes())
}

/// The room's pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    pages::routes()
}

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    registry.with::<job::RunSource>().with::<job::GaveUp>().with::<turn::TakeTurn>().with::<end::RunEnded>().with::<forget::ForgetAll>()
}
