//! How a customer's directory is connected: the checklist of the console and its REST twin.

use access::{Scope, permissions::ManageMembers};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Call, Fail, Never, Node, Query};
use serde::Serialize;
use store::{CustomerId, Region, Timestamp, View, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{caller::Caller, door::PathId, problem::Problem};

use super::super::store as rows;
use crate::{
    app::{App, Shared},
    directory::held::Domains,
    identity::scim_tokens::{ScimToken, ScimTokens},
    licensing::policy,
};

/// How far the connection is, and what it has brought.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct Connection {
    /// Where the directory sends to.
    pub base_url: String,
    /// Tokens that can be used.
    pub tokens: i64,
    /// When the directory last sent something; null before it ever did.
    pub last_used_at: Option<Timestamp>,
    /// Users the directory has spoken of.
    pub users: i64,
    /// Its groups.
    pub groups: i64,
    /// Members active on seats.
    pub active: i64,
    /// Members who wait for a seat: so many more are needed.
    pub waiting: i64,
    /// Members held for want of a verified domain.
    pub held: i64,
    /// Seats that are free.
    pub seats_free: i64,
    /// Domains that are verified for the customer.
    pub verified_domains: Vec<String>,
}

/// What the region knows of it.
struct Brought {
    customer: CustomerId,
}

impl Query for Brought {
    type Home = Region;
    type Needs = ManageMembers;
    type Found = Connection;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, now: Timestamp) -> store::Result<Connection> {
        let usage = policy::usage(view, scope)?.map(|u| u.at(now));
        let of = |count: fn(&policy::Usage) -> i64| usage.as_ref().map_or(0, count);
        Ok(Connection {
            users: rows::count_said(view, scope)?,
            groups: rows::count_groups(view, scope)?,
            active: of(|u| u.active_users),
            waiting: of(|u| u.waiting),
            held: of(|u| u.held),
            seats_free: of(|u| (u.seats - u.active_users).max(0)),
            verified_domains: Domains::of(view, scope)?.0,
            ..Connection::default()
        })
    }
}

/// Asks both homes.
///
/// # Errors
/// A denial, or the store's.
pub async fn connection(app: &App, call: &Call, customer: CustomerId) -> Result<(Connection, Vec<ScimToken>), Fail<Never>> {
    let tokens = app.house.ask(call, ScimTokens { customer }).await?;
    let brought = app.house.ask(call, Brought { customer }).await?;
    let connection = Connection {
        base_url: super::wire::base(app),
        tokens: i64::try_from(tokens.len()).unwrap_or(0),
        last_used_at: tokens.iter().filter_map(|t| t.last_used_at).max(),
        ..brought
    };
    Ok((connection, tokens))
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(show))
}

/// How far a customer's directory is connected, and what it has brought.
#[utoipa::path(get, path = "/v1/tenants/{customer}/scim-connection", tag = "directory", params(("customer" = String, Path)), responses((status = 200, body = Connection), (status = 404, body = Problem)))]
async fn show(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let (connection, _) = connection(&app, &caller.call(), customer).await?;
    Ok(Json(connection).into_response())
}
