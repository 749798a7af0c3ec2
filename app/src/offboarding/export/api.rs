//! REST twin of exports.

use axum::{
    Json,
    body::Body as Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use store::{CustomerId, ExportId, PartnerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds},
    paging::Page,
    problem::Problem,
};

use super::{BeginExport, Export, Exporting, Exports, TakeExport, name_of};
use crate::{app::Shared, files};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, begin)).routes(routes!(download))
}

/// Exports of customers, newest first.
#[utoipa::path(get, path = "/v1/msp/{msp}/exports", tag = "customers", params(("msp" = String, Path)), responses((status = 200, body = Page<Export>), (status = 404, body = Problem)))]
async fn list(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let data = door::look(&app.house, &caller, partner, Ok(Exports { partner })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// Of which customer.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExport {
    /// The customer; a removed one too, until it is purged.
    pub tenant_id: CustomerId,
}

/// Has everything a customer owns put into a file: JSON Lines in a zip, with a manifest of counts and hashes. It can be downloaded for
/// seven days.
#[utoipa::path(post, path = "/v1/msp/{msp}/exports", tag = "customers", request_body = NewExport, params(("msp" = String, Path)), responses((status = 202, body = Exporting), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn begin(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<NewExport>,
) -> Result<Response, Problem> {
    let input = body.map(|body| BeginExport { partner, customer: body.tenant_id });
    let reply = door::change(&app.house, &caller, partner, input).await?;
    Ok(reply.accepted(|begun| format!("/v1/operations/{}", begun.operation_id)))
}

/// The file of an export. Who takes it stands in the audit trail.
#[utoipa::path(get, path = "/v1/msp/{msp}/exports/{id}/file", tag = "customers", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, description = "The file", content_type = "application/zip"), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn download(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, export): PathIds<kinds::Partner, kinds::Export>,
) -> Result<Response, Problem> {
    hand_out(&app, &caller, partner, export).await
}

/// What the storage does not hand out now it may later: the export is not lost.
fn closed(why: String) -> Problem {
    tracing::warn!(why, "an export cannot be read from the object storage");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "files-unavailable", "The storage of files does not answer")
        .detail("The export is kept. Try again in a minute.")
}

/// Streams the file to whoever may have it.
///
/// # Errors
/// 401, 404, 403, 409.
pub async fn hand_out(app: &Shared, caller: &Caller, partner: PartnerId, export: ExportId) -> Result<Response, Problem> {
    let taken = app.house.execute(command::Call { key: None, ..caller.call() }, TakeExport { partner, export }).await?.value;
    let files = files::of(app, taken.customer_id).await.map_err(|e| closed(format!("{e:?}")))?;
    let pieces = match files.read(&name_of(export)).await {
        Ok(pieces) => pieces,
        Err(objects::Error::Missing(_)) => return Err(Problem::not_found()),
        Err(e) => return Err(closed(e.to_string())),
    };
    let mut response = Bytes::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    let name = format!("attachment; filename=\"{}-{}.zip\"", taken.customer_id, &taken.created_at.to_string()[..10]);
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
