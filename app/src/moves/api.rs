//! REST twin of moving a customer.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use store::{PartnerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathIds},
    problem::Problem,
};

use super::{MoveCustomer, Moved};
use crate::{app::Shared, hierarchy::customer::CustomerOf};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(move_customer))
}

/// Where a customer goes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMsp {
    /// The MSP it belongs to from then on.
    pub msp_id: PartnerId,
}

/// Moves a customer to another MSP, with its members, seats and sites; the caller manages both. Its past stays where it was.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/move", tag = "customers", request_body = NewMsp, params(("msp" = String, Path), ("customer" = String, Path)), responses((status = 200, body = Moved), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn move_customer(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(from, customer): PathIds<kinds::Partner, kinds::Customer>,
    Body(body): Body<NewMsp>,
) -> Result<Response, Problem> {
    // A repeated request must find its answer although the customer has left: only a refused one asks where the customer is.
    let here = async || {
        door::look(&app.house, &caller, customer, Ok(CustomerOf { partner: from, customer })).await?.ok_or_else(Problem::not_found)
    };
    let input = match body {
        Ok(body) => Ok(MoveCustomer { customer, from, to: body.msp_id }),
        Err(problem) => here().await.and(Err(problem)),
    };
    match door::change(&app.house, &caller, customer, input).await {
        Err(problem) if problem.status == 403 => here().await.and(Err(problem)),
        answer => Ok(answer?.ok()),
    }
}
