//! REST twin of the administrator. The address itself is changed with the customer.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use store::kinds;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    problem::Problem,
};

use super::{AdministratorOf, ResendToAdministrator};
use crate::{app::Shared, identity::administrator::Administrator};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(shown)).routes(routes!(resend))
}

/// A customer's primary administrator: unverified until the mailed link was used. Another one is named by
/// `PATCH /v1/msp/{msp}/customers/{customer}`.
#[utoipa::path(get, path = "/v1/tenants/{customer}/administrator", tag = "customers", params(("customer" = String, Path)), responses((status = 200, body = Administrator), (status = 404, body = Problem)))]
async fn shown(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, customer, Ok(AdministratorOf { customer })).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(found).into_response())
}

/// Mails the administrator their link again; the one before stops working.
#[utoipa::path(post, path = "/v1/tenants/{customer}/administrator/resend", tag = "customers", params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = Administrator), (status = 409, body = Problem), (status = 429, body = Problem)))]
async fn resend(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let reply = door::change(&app.house, &caller, customer, Ok(ResendToAdministrator { customer })).await?;
    Ok(reply.with(StatusCode::ACCEPTED))
}
