//! Agents: programs on the devices of a customer that report now and then (3.23). Which of them do not report is always known:
//! it follows from when each was last heard, the present instant and two thresholds of the partner, so no scan is needed.
//!
//! An agent *reports* while it was heard within the days of silence (7), is *silent* from then on, and *inactive* once it was
//! not heard for the days of activity (30). It *enrols* with a token of its customer and gets one of its own; a customer's relay
//! may report for all its agents.
//!
//! Tables, in the region: `agent`, `agent_token`, and `agent_count`, the numbers that control was last told. Control keeps them in
//! the customer's standing: how many there are, how many do not report, and until when that holds unless somebody is heard.
//! Whoever reads them there first asks whether that time is over ([`settle`]).

pub mod agent;
mod api;
mod api_door;
mod api_export;
mod count;
mod enrol;
mod heartbeat;
mod pages;
mod pages_silent;
mod queries;
mod remove;
mod silent;
mod store;
mod tokens;

pub use agent::{Agent, AgentState, Thresholds};
pub use api_door::{MOST, door};
pub use count::{AgentsCounted, settle, settle_everyone};
pub use enrol::Enrol;
pub use heartbeat::{Beat, Beats};
pub use queries::AgentsOf;
pub use remove::{RemoveAgent, forget_user};
pub use tokens::{AGENT_TOKENS_LEFT, AgentTokensLeft, EndAgentToken, IssueAgentToken, Purpose, issue};

use jobs::Registry;
use utoipa_axum::router::OpenApiRouter;
use web::routes::Pages;

use crate::app::{App, Shared};

/// The room's API.
#[must_use]
pub fn api() -> OpenApiRouter<Shared> {
    api::routes().merge(api_export::routes())
}

/// The room's pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    pages::routes().merge(pages_silent::routes())
}

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    registry.with::<count::Recount>().with::<count::AgentsCounted>().with::<tokens::EndTokens>()
}
