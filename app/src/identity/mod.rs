//! Who works here: people, their memberships, how they sign in, and what they hand to programs.
//!
//! Words: a *person* (staff) has one mail address and one home node; a *membership* is a role at a node with grants and a
//! reach; a *credential* is a session or an API token; a *link* works once. Tables: `staff`, `membership`,
//! `membership_target`, `credential`, `recovery_code`, `link`, `attempt`; a line of `installation` ([`newcomers`]). Callers: the console
//! (sign-in, profile, team), the API, first run and demo ([`setup`]).
//!
//! Commands about oneself run as the installation on behalf of the person ([`command::Call::on_behalf_of`]) after a
//! credential, a password or a link has proved who they are; commands about others need `ManageStaff` at the partner.

pub mod administrator;
pub mod api;
mod assign;
pub mod attempts;
mod let_go;
pub mod links;
mod mail;
pub mod newcomers;
pub mod noun;
pub mod own;
pub mod pages;
pub mod password;
pub mod people;
pub mod queries;
mod recipient;
pub mod scim_tokens;
pub mod sessions;
pub mod setup;
pub mod signin;
mod store;
pub mod tokens;
pub mod totp;

pub use assign::{AssignCustomers, reassigned};
pub use let_go::{assigned_by, let_go, loosen, sight};
pub use noun::{ReachMode, StaffMember, StaffReach, StaffRefusal, StaffStatus};
pub use people::{ChangeStaff, CreateStaff, InviteStaff, NewMembership};
pub use queries::{colleagues, may_here};
pub use recipient::{Recipient, Words, recipient};
pub use sessions::touch;
pub use setup::setup_link;

use ::store::{Control, Settled, Timestamp, Tx, Work};
use jobs::Registry;
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
    registry.with::<mail::SendLink>()
}

/// Forgets counted attempts, dead links and dead sessions.
struct Sweep(Timestamp);

impl Work<Control> for Sweep {
    type Out = ();

    fn run(&self, tx: &mut Tx<'_, Control>) -> ::store::Result<Settled<()>> {
        store::sweep(tx, self.0).map(Settled::Keep)
    }
}

/// Keeps the tables of attempts, links and sessions small; part of the worker's tidying.
///
/// # Errors
/// The store's.
pub async fn sweep(app: &App) -> ::store::Result<()> {
    app.house.control().write(crate::noun::PLATFORM, Sweep(app.house.now())).await
}
