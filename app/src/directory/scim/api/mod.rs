//! The protocol's routes, and the REST twin of what the console's page shows.

mod bulk;
pub(super) mod connection;
mod discovery;
mod groups;
mod root;
mod search;
mod tokens;
mod users;
mod wire;

pub use wire::error_body;

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
        .route("/scim/v2/Users", get(users::get_all).post(users::post))
        .route("/scim/v2/Users/.search", post(users::search))
        .route("/scim/v2/Users/{id}", get(users::get_one).put(users::put).patch(users::patch).delete(users::delete))
        .route("/scim/v2/Groups", get(groups::get_all).post(groups::post))
        .route("/scim/v2/Groups/.search", post(groups::search))
        .route("/scim/v2/Groups/{id}", get(groups::get_one).put(groups::put).patch(groups::patch).delete(groups::delete))
}

/// The REST API of tokens and of the connection.
pub fn routes() -> OpenApiRouter<Shared> {
    tokens::routes().merge(connection::routes())
}
