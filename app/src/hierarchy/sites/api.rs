//! REST twin of sites.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use store::kinds;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds},
    paging::Page,
    problem::Problem,
};

use super::{AddSite, RemoveSite, Site, SitesOf};
use crate::{app::Shared, hierarchy::noun::Name};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_sites, add_site)).routes(routes!(remove_site))
}

/// Sites of a customer, by name.
#[utoipa::path(get, path = "/v1/tenants/{customer}/sites", tag = "sites", params(("customer" = String, Path)), responses((status = 200, body = Page<Site>), (status = 404, body = Problem)))]
async fn list_sites(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let data = door::look(&app.house, &caller, customer, Ok(SitesOf { customer })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// A site to add.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// Its name, unique in the customer.
    pub name: Name,
}

/// Adds a site to a customer.
#[utoipa::path(post, path = "/v1/tenants/{customer}/sites", tag = "sites", request_body = NewSite, params(("customer" = String, Path)), responses((status = 201, body = Site), (status = 409, body = Problem)))]
async fn add_site(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<NewSite>,
) -> Result<Response, Problem> {
    let input = body.map(|b| AddSite { customer, name: b.name });
    Ok(door::change(&app.house, &caller, customer, input).await?.with(StatusCode::CREATED))
}

/// Removes a site.
#[utoipa::path(delete, path = "/v1/tenants/{customer}/sites/{id}", tag = "sites", params(("customer" = String, Path), ("id" = String, Path)), responses((status = 204, description = "Removed"), (status = 404, body = Problem)))]
async fn remove_site(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, site): PathIds<kinds::Customer, kinds::Site>,
) -> Result<Response, Problem> {
    Ok(door::change(&app.house, &caller, customer, Ok(RemoveSite { customer, site })).await?.gone())
}
