//! REST twin of transfers.

use access::permissions::ManageCustomers;
use axum::{
    Json,
    extract::{DefaultBodyLimit, Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use store::{ImportId, PartnerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds, Reply},
    paging::Page,
    problem::Problem,
};

use super::{
    MOST, Transfer,
    commands::Carrying,
    contents::Contents,
    folder,
    intake::{self, Choice, Shown},
    queries::{TransferOf, Transfers},
    undo::{UndoTransfer, untouched},
};
use crate::{
    app::{App, Shared},
    imports::api_receive::{Bay, Received, receive_at},
};

/// The API routes. An upload brings its own limit, so the usual one for bodies is lifted there.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    let uploads = OpenApiRouter::new().routes(routes!(list, upload)).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new().merge(uploads).routes(routes!(get_one)).routes(routes!(start)).routes(routes!(undo))
}

type Ids = PathIds<kinds::Partner, kinds::Import>;

/// A transfer creates a customer and changes it: both rights are needed. The other is asked by each command and query itself.
pub(super) async fn may(app: &App, caller: &Caller, partner: PartnerId) -> Result<(), Problem> {
    door::probe::<ManageCustomers>(&app.house, caller, partner).await
}

/// Exports that were brought here, newest first, at most 200.
#[utoipa::path(get, path = "/v1/msp/{msp}/transfers", tag = "customers", params(("msp" = String, Path)), responses((status = 200, body = Page<Transfer>), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    may(&app, &caller, partner).await?;
    let data = door::look(&app.house, &caller, partner, Ok(Transfers { partner })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// Sends the export of a customer of another MSP, at most 512 MB. It is examined whole; nothing is created before it is started. An
/// archive that nobody starts is deleted after seven days. With `preview=true` it is only examined.
#[utoipa::path(post, path = "/v1/msp/{msp}/transfers", tag = "customers", request_body(content = String, content_type = "application/zip"), params(("msp" = String, Path), ("preview" = Option<bool>, Query), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = Contents), (status = 201, body = Shown), (status = 403, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn upload(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    request: Request,
) -> Result<Response, Problem> {
    may(&app, &caller, partner).await?;
    door::probe::<access::permissions::CreateCustomers>(&app.house, &caller, partner).await?;
    let received = receive(&app, request).await?;
    if caller.preview {
        return Ok(Json(intake::examined(&app, &received.stored).await?).into_response());
    }
    let id = intake::book(&app, &caller.call(), partner, received).await?;
    Ok((StatusCode::CREATED, Json(intake::shown(&app, &caller.call(), partner, id).await?)).into_response())
}

/// Receives an archive. It is ours only once [`intake::book`] has booked it.
///
/// # Errors
/// 413, 415, 400; then no file is left behind.
pub async fn receive(app: &App, request: Request) -> Result<Received, Problem> {
    let bay = Bay {
        folder: folder(app),
        ending: "zip",
        most: MOST,
        media: &["application/zip", "application/octet-stream"],
        wanted: ("zip-required", "Send the archive as application/zip, or as the field file of multipart/form-data"),
        larger: "An export of this size cannot be brought over. Nothing was changed.",
    };
    receive_at(app, &bay, request).await
}

/// What is in an archive, what stays behind, what stands in its way; and what became of it.
#[utoipa::path(get, path = "/v1/msp/{msp}/transfers/{id}", tag = "customers", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = Shown), (status = 404, body = Problem)))]
async fn get_one(State(app): State<Shared>, caller: Caller, PathIds(partner, id): Ids) -> Result<Response, Problem> {
    may(&app, &caller, partner).await?;
    Ok(Json(intake::shown(&app, &caller.call(), partner, id).await?).into_response())
}

/// Creates the customer of an archive under its name, or another, and brings in what it owned: settings, sites, members, results.
/// It ends whole or is taken back.
#[utoipa::path(post, path = "/v1/msp/{msp}/transfers/{id}/start", tag = "customers", request_body = Choice, params(("msp" = String, Path), ("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = Carrying), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn start(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, id): Ids,
    Body(body): Body<Choice>,
) -> Result<Response, Problem> {
    may(&app, &caller, partner).await?;
    known(&app, &caller, partner, id).await?;
    let input = match body {
        Ok(choice) => intake::starting(&app, &caller.call(), partner, id, choice).await,
        Err(problem) => Err(problem),
    };
    let reply = door::change(&app.house, &caller, partner, input).await?;
    Ok(reply.accepted(|begun| format!("/v1/operations/{}", begun.operation_id)))
}

async fn known(app: &App, caller: &Caller, partner: PartnerId, transfer: ImportId) -> Result<Transfer, Problem> {
    door::look(&app.house, caller, partner, Ok(TransferOf { partner, transfer })).await?.ok_or_else(Problem::not_found)
}

/// Takes a transfer back, while nobody has done anything with its customer: the customer is removed, and can be restored for 30 days.
#[utoipa::path(post, path = "/v1/msp/{msp}/transfers/{id}/undo", tag = "customers", params(("msp" = String, Path), ("id" = String, Path), ("preview" = Option<bool>, Query), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = Shown), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn undo(State(app): State<Shared>, caller: Caller, PathIds(partner, id): Ids) -> Result<Response, Problem> {
    may(&app, &caller, partner).await?;
    let command = undoing(&app, &caller, partner, id).await?;
    match door::change(&app.house, &caller, partner, Ok(command)).await? {
        Reply::Done(_) => Ok(Json(intake::shown(&app, &caller.call(), partner, id).await?).into_response()),
        preview @ Reply::Preview(_) => Ok(preview.ok()),
    }
}

/// The command that takes a transfer back, with what its region says of the members. Where there is no customer to take back, the
/// command says so.
pub(super) async fn undoing(app: &App, caller: &Caller, partner: PartnerId, transfer: ImportId) -> Result<UndoTransfer, Problem> {
    let found = known(app, caller, partner, transfer).await?;
    let done = found.customer_id.filter(|_| found.status == super::TransferStatus::Done);
    let untouched = match done {
        Some(customer) => untouched(app, transfer, customer, found.members_done).await?,
        None => false,
    };
    Ok(UndoTransfer { partner, transfer, untouched })
}
