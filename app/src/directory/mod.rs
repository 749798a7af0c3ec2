//! The end people of a customer: who they are, who is active, who may come in (2.37, D13).
//!
//! A *member* holds a seat while its status is `active`; `waiting` came with an import or a feed when no seat was free or MAX MAU
//! was reached, and comes in when it can, oldest first; `held` came from a directory with an address that is not proved to be the customer's.
//! What directories say that are asked (and do not push, as SCIM does) goes through [`reconcile`].
//! Statuses are also kept as intervals, which only ever close. Members live in their customer's region: tables `member`,
//! `member_interval`, `tenant_domain`, those of [`activity`], [`scim`], [`reconcile`], [`attributes`], [`groups`] and [`status_rules`], and the counters of `tenant_policy` through [`crate::licensing::policy`]. Every change of a counter is
//! told to the control plane before the answer. Syncs are facts about a customer and are recorded in control.

pub mod activity;
mod admission;
pub mod api;
mod api_export;
mod api_filter;
pub mod attributes;
mod create;
mod edit;
mod erase;
mod fewer_seats;
pub mod free;
pub mod groups;
mod held;
mod import;
pub mod member;
pub mod pages;
mod park;
mod queries;
pub mod reading;
pub mod reconcile;
mod record_sync;
mod remove;
mod retention;
pub mod rules;
pub mod scim;
mod seat_waiting;
mod set_status;
pub mod status_rules;
mod store;
#[cfg(test)]
mod tests;
mod undo_import;
mod which;

pub use create::CreateMember;
pub use edit::EditMember;
pub use erase::{EraseMember, Erased, MEMBER_ERASED, MemberErased};
pub use import::{CHUNK, ImportMembers, Imported, Verdict, VerdictsOf};
pub use member::{Member, MemberRefusal, MemberStatus, MemberType, NewMember};
pub use park::ParkMembers;
pub use queries::{AccessOf, Interval, IntervalsOf, Listed, MemberByAddress, MemberOf, Members, Order, Place};
pub use record_sync::{RecordSync, Recorded, SyncRefused};
pub use remove::RemoveMember;
pub use retention::{RetireMembers, RetiringOf};
pub use seat_waiting::{SeatWaiting, let_in_those_who_wait};
pub use set_status::SetMemberStatus;
pub use undo_import::{Brought, BroughtBy, UndoImport, Undone, Weighed};
pub use which::{Texts, Which};

use ::jobs::Registry;
use ::store::{Region, Result, View};
use access::Scope;
use utoipa_axum::router::OpenApiRouter;
use web::routes::Pages;

use crate::app::{App, Shared};

/// Whether a tenant may serve just now.
///
/// # Errors
/// The store's.
pub fn serves<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<bool> {
    Ok(self::store::serving(view, scope)? == Some(true))
}

/// The room's API.
#[must_use]
pub fn api() -> OpenApiRouter<Shared> {
    api::routes()
        .merge(fewer_seats::api())
        .merge(scim::routes())
        .merge(status_rules::api())
        .merge(attributes::api())
        .merge(groups::api())
        .merge(free::api())
        .merge(activity::api())
}

/// The room's pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    pages::routes()
        .merge(fewer_seats::pages())
        .merge(scim::pages::routes())
        .merge(status_rules::pages())
        .merge(attributes::pages())
        .merge(groups::pages())
        .merge(activity::pages())
}

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    registry.with::<seat_waiting::NewSeats>().with::<held::NewDomains>().with::<fewer_seats::ForceSeats>().with::<free::NewlyFree>()
}
