//! What is known of a customer's health: the facts other rooms publish down (syncs, mail checks, campaign runs, seats,
//! activity), the status judged from them, and the partner's totals. Everything changes in the transaction of its fact.
//!
//! Tables: `standing`, `totals`, `sync_event`, `mail_check`, `campaign_run`, `campaign`. Called by directory, provisioning,
//! campaigns, licensing (publishing) and portfolio (reading).
//!
//! Time changes a status too (a campaign grows stale). A row knows until when it is settled; whoever reads totals settles
//! what is due first ([`settle`]), so correctness never waits for a worker.

mod news;
mod publish;
mod reason;
mod rules;
mod settle;
pub(super) mod store;
#[cfg(test)]
mod tests;

pub use news::{STANDING_CHANGED, STANDINGS_CHANGED, StandingChanged, StandingsChanged, near_cap, near_limit, scarce, tell};
pub use publish::{
    AgentCounts, Campaign, CampaignKind, CampaignRun, People, agents_due, publish_agents, publish_campaign, publish_mail_check,
    publish_people, publish_run, publish_seats, publish_sync, withdraw_runs,
};
pub use reason::{OwnReason, SyncReason};
pub use rules::{Facts, Run, Status, TRIAL_NOTICE, Thresholds, WINDOW_DAYS, Windows, judge, windows};
pub use settle::{SettleDue, settle, settle_everyone, settled};
pub use store::{Standing, zone};

use ::store::{Control, CustomerId, Result, View};
use access::Scope;

/// Where a customer of the scope's partner stands.
///
/// # Errors
/// The store's.
pub fn of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<Standing>> {
    store::find(view, scope.partner(), customer)
}
