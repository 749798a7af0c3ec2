//! REST twin: who stays active on the free plan.

use access::permissions::{ManageCustomers, ReadMembers};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use store::{MemberId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, Reply},
    paging::NoQuery,
    problem::Problem,
};

use super::{ChooseWhoStays, Staying, WhoStays};
use crate::{app::Shared, directory::reading};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(who_stays, choose))
}

/// Who stays active when the trial ends; on the free plan, who is.
#[utoipa::path(get, path = "/v1/tenants/{customer}/free-members", tag = "members", params(("customer" = String, Path)), responses((status = 200, body = Staying), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn who_stays(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    NoQuery(query): NoQuery,
) -> Result<Response, Problem> {
    door::probe::<ReadMembers>(&app.house, &caller, customer).await?;
    query?;
    super::settle(&app.house, customer).await?;
    let staying = app.house.ask(&caller.call(), WhoStays { customer }).await?;
    reading::note(&app, &caller, customer).await?;
    Ok(Json(staying).into_response())
}

/// Who shall stay active.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// At most three members, each once; empty for the usual order: the primary administrator, then whoever has been there longest.
    pub members: Vec<MemberId>,
}

/// Chooses who stays active when the trial ends. On the free plan whoever is chosen and waits is active from now on, in the place of
/// somebody who is not chosen.
#[utoipa::path(put, path = "/v1/tenants/{customer}/free-members", tag = "members", request_body = Chosen, params(("customer" = String, Path)), responses((status = 204, description = "Chosen"), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn choose(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<Chosen>,
) -> Result<Response, Problem> {
    door::probe::<ManageCustomers>(&app.house, &caller, customer).await?;
    super::settle(&app.house, customer).await?;
    let input = body.map(|b| ChooseWhoStays { customer, members: b.members });
    match door::change(&app.house, &caller, customer, input).await? {
        Reply::Done(_) => Ok(StatusCode::NO_CONTENT.into_response()),
        preview @ Reply::Preview(_) => Ok(preview.ok()),
    }
}
