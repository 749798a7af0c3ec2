//! A customer's own directory brings its people: SCIM 2.0 (RFC 7643, RFC 7644, cursors of RFC 9865) at `/scim/v2`.
//!
//! Every member of the tenant is a user here, whoever brought it: a directory finds those a file or a person added, and takes
//! them over. What it says is kept word for word beside the member (`scim_user`); [`facts`] reads what that means for the
//! member, and `change_user` says when it changes it. A user's `active` is the directory's word; whether the member has a seat,
//! waits for one or is held is the house's. Groups are the directory's own (`scim_group`, `scim_group_member`).
//!
//! A token opens one tenant ([`crate::identity::scim_tokens`]) and names it: no address here names a customer. Each write is a
//! command under that token's scope. Names are resolved over one definition of all attributes ([`schema`]).
//! Tables: `scim_user`, `scim_address`, `scim_group`, `scim_group_member`; rows of `member` through the room's own rules.

mod api_groups;
mod api_tokens;
mod api_users;
mod bulk;
mod change_group;
mod change_user;
mod compiled;
mod connection;
mod create_user;
mod discovery;
mod error;
mod facts;
mod filter;
mod find;
mod group;
pub mod pages;
mod patch;
mod resource;
mod root;
mod schema;
mod search;
mod store;
#[cfg(test)]
mod tests;
mod user;
mod wire;

pub use self::wire::{base, error_body};

use axum::{
    Router,
    routing::{any, get, post},
};
use utoipa_axum::router::OpenApiRouter;

use crate::app::Shared;

/// The protocol's routes. It describes itself, so they are in no other document.
pub fn protocol() -> Router<Shared> {
    Router::new()
        .route("/scim/v2/ServiceProviderConfig", get(discovery::configuration))
        .route("/scim/v2/ResourceTypes", get(discovery::types))
        .route("/scim/v2/ResourceTypes/{id}", get(discovery::one_type))
        .route("/scim/v2/Schemas", get(discovery::schemas))
        .route("/scim/v2/Schemas/{id}", get(discovery::one_schema))
        .route("/scim/v2/Me", any(discovery::me))
        .route("/scim/v2/Bulk", post(bulk::post))
        .route("/scim/v2/.search", post(root::search))
        .route("/scim/v2/Users", get(api_users::get_all).post(api_users::post))
        .route("/scim/v2/Users/.search", post(api_users::search))
        .route("/scim/v2/Users/{id}", get(api_users::get_one).put(api_users::put).patch(api_users::patch).delete(api_users::delete))
        .route("/scim/v2/Groups", get(api_groups::get_all).post(api_groups::post))
        .route("/scim/v2/Groups/.search", post(api_groups::search))
        .route("/scim/v2/Groups/{id}", get(api_groups::get_one).put(api_groups::put).patch(api_groups::patch).delete(api_groups::delete))
}

/// The API of the tokens.
pub fn api() -> OpenApiRouter<Shared> {
    api_tokens::routes().merge(connection::routes())
}
