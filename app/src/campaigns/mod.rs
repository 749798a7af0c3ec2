//! Which campaigns run at customers ([`TellCampaign`]), and campaign results in numbers: what ran at a customer, how many received it and how many did not fall for it (D6, D7).
//!
//! A *run* is one campaign at one tenant. It is told once, by an external reference; told again it changes nothing. Runs are
//! facts in control (`campaign_run`, and `campaign` for those that run; written through [`crate::hierarchy::standing`]).

pub mod api;
mod import_results;
pub mod rules;
mod store;
mod take_back;
mod tell;
#[cfg(test)]
mod tests;

pub use import_results::{Customers, CustomersNamed, ImportResults, KnownRuns, Outcome, ResultsDone, Run, RunDone};
pub use take_back::{RunsOf, TakeResultsBack, Taken, Told, Weighed};
pub use tell::{CampaignTold, NotTold, TellCampaign};

use utoipa_axum::router::OpenApiRouter;

use crate::app::Shared;

/// The room's API.
#[must_use]
pub fn api() -> OpenApiRouter<Shared> {
    api::routes()
}
