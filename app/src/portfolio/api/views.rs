//! Saved views over REST.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use store::{PartnerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds},
    paging::Page,
    problem::Problem,
};

use crate::{
    app::Shared,
    hierarchy::Name,
    portfolio::views::{DeleteView, SaveView, SavedView, Views},
};

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, save)).routes(routes!(delete))
}

/// Saved views: one's own and the shared ones.
#[utoipa::path(get, path = "/v1/msp/{msp}/views", tag = "portfolio", params(("msp" = String, Path)), responses((status = 200, body = Page<SavedView>), (status = 404, body = Problem)))]
async fn list(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let data = door::look(&app.house, &caller, partner, Ok(Views { partner })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// A view to save.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewView {
    /// Its name.
    pub name: Name,
    /// The list's query string, at most 2,000 characters.
    pub query: String,
    /// For everybody at this MSP.
    #[serde(default)]
    pub shared: bool,
}

/// The command of a request or of a form.
///
/// # Errors
/// 422 naming the field.
pub fn command_of(partner: PartnerId, body: NewView) -> Result<SaveView, Problem> {
    let query = body.query.trim_start_matches('?').to_owned();
    if query.chars().count() > 2_000 || query.chars().any(char::is_control) {
        return Err(Problem::invalid("/query", "invalid", "A query is a query string of at most 2,000 characters."));
    }
    Ok(SaveView { partner, name: body.name, query, shared: body.shared })
}

/// Saves a view.
#[utoipa::path(post, path = "/v1/msp/{msp}/views", tag = "portfolio", request_body = NewView, params(("msp" = String, Path)), responses((status = 201, body = SavedView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn save(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<NewView>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| command_of(partner, b));
    Ok(door::change(&app.house, &caller, partner, input).await?.with(StatusCode::CREATED))
}

/// Removes a view.
#[utoipa::path(delete, path = "/v1/msp/{msp}/views/{id}", tag = "portfolio", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn delete(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, view): PathIds<kinds::Partner, kinds::SavedView>,
) -> Result<Response, Problem> {
    Ok(door::change(&app.house, &caller, partner, Ok(DeleteView { partner, view })).await?.gone())
}
