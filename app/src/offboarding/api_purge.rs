//! REST twin of purging a customer, of its proof, and of erasing a person.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use store::kinds;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathIds},
    problem::Problem,
};

use super::{
    left::{self, Left, MayProve},
    purge::{PurgeCustomer, Purging},
};
use crate::{
    app::Shared,
    directory::{EraseMember, Erased},
    hierarchy::Name,
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(purge)).routes(routes!(proof)).routes(routes!(erase))
}

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// What confirms a purge.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmed {
    /// The customer's name, exactly.
    pub name: Name,
}

/// Purges a removed customer at once, without waiting for its 30 days. It cannot be undone: only its name, its number and its
/// metered history are left.
#[utoipa::path(post, path = "/v1/msp/{msp}/removed/{id}/purge", tag = "customers", request_body = Confirmed, params(("msp" = String, Path), ("id" = String, Path)), responses((status = 202, body = Purging), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn purge(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, customer): Ids,
    Body(body): Body<Confirmed>,
) -> Result<Response, Problem> {
    let input = body.map(|body| PurgeCustomer { partner, customer, name: Some(body.name) });
    let reply = door::change(&app.house, &caller, partner, input).await?;
    Ok(reply.accepted(|begun| format!("/v1/operations/{}", begun.operation_id)))
}

/// The proof of a purge.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Proof {
    /// True when nothing is left.
    pub clean: bool,
    /// Table by table.
    pub tables: Vec<Left>,
}

/// What is left of a removed customer, table by table: after its purge, nothing.
#[utoipa::path(get, path = "/v1/msp/{msp}/removed/{id}/left", tag = "customers", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = Proof), (status = 404, body = Problem)))]
async fn proof(State(app): State<Shared>, caller: Caller, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    if !door::look(&app.house, &caller, partner, Ok(MayProve { partner, customer })).await? {
        return Err(Problem::not_found());
    }
    let tables = left::of(&app, customer).await?;
    Ok(Json(Proof { clean: tables.iter().all(|t| t.rows == 0), tables }).into_response())
}

/// Erases a person: the member goes, and with it whatever the customer's trail says of it by name. When its id was active stays.
#[utoipa::path(post, path = "/v1/tenants/{customer}/members/{id}/erase", tag = "members", params(("customer" = String, Path), ("id" = String, Path)), responses((status = 200, body = Erased), (status = 404, body = Problem)))]
async fn erase(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, member): PathIds<kinds::Customer, kinds::Member>,
) -> Result<Response, Problem> {
    Ok(door::change(&app.house, &caller, customer, Ok(EraseMember { customer, member })).await?.ok())
}
