//! REST twin of the choice of a digest.

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
    door::{self, Body, PathId, Reply},
    problem::Problem,
};

use super::{
    super::wish::{Choose, Chosen},
    Every,
};
use crate::app::Shared;

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_digest, put_digest))
}

/// How often somebody is mailed what ends or renews soon.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DigestChoice {
    /// On Mondays about 30 days, or on the first of a month about 90, at 07:00 in the MSP's zone; null: not at all.
    pub every: Option<Every>,
}

/// The caller's own digest of what ends or renews soon.
#[utoipa::path(get, path = "/v1/msp/{msp}/alerts/digest", tag = "alerts", params(("msp" = String, Path)), responses((status = 200, body = DigestChoice), (status = 404, body = Problem)))]
async fn get_digest(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let every = door::look(&app.house, &caller, partner, Ok(Chosen::<Every>::at(partner))).await?;
    Ok(Json(DigestChoice { every }).into_response())
}

/// Changes the caller's own digest. It tells of the customers they can see when it is sent; without anything to tell none is sent.
#[utoipa::path(put, path = "/v1/msp/{msp}/alerts/digest", tag = "alerts", request_body = DigestChoice, params(("msp" = String, Path)), responses((status = 200, body = DigestChoice), (status = 409, body = Problem)))]
async fn put_digest(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<DigestChoice>,
) -> Result<Response, Problem> {
    let input = body.map(|b| Choose { partner, wish: b.every });
    match door::change(&app.house, &caller, partner, input).await? {
        Reply::Done(answer) => Ok(Json(DigestChoice { every: answer.value }).into_response()),
        preview @ Reply::Preview(_) => Ok(preview.ok()),
    }
}
