//! REST twin of settings.

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
    door::{self, Body, PathId},
    problem::Problem,
};

use super::{EditSettings, Settings, SettingsChange, SettingsOf};
use crate::app::Shared;

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_settings, edit_settings)).merge(super::api_logo::routes())
}

/// A partner's settings.
#[utoipa::path(get, path = "/v1/msp/{msp}/settings", tag = "settings", params(("msp" = String, Path)), responses((status = 200, body = Settings), (status = 404, body = Problem)))]
async fn get_settings(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, partner, Ok(SettingsOf { partner })).await?.ok_or_else(Problem::not_found)?;
    Ok(door::with_etag(Json(&found).into_response(), found.version))
}

/// Changes a partner's settings. New customers inherit them; those that exist keep theirs.
#[utoipa::path(patch, path = "/v1/msp/{msp}/settings", tag = "settings", request_body = SettingsChange, params(("msp" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = Settings), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn edit_settings(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<SettingsChange>,
) -> Result<Response, Problem> {
    let input = body.and_then(|change| {
        let version = caller.need_version()?;
        let change = change.checked().map_err(|(field, code, why)| Problem::invalid(format!("/{field}"), code, why))?;
        Ok(EditSettings { partner, version: Some(version), change })
    });
    Ok(door::change(&app.house, &caller, partner, input).await?.versioned(StatusCode::OK, |now| now.version))
}
