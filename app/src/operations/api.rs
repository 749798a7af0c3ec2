//! `GET /v1/operations/{id}`.

use std::convert::Infallible;

use access::Scope;
use axum::{
    Json,
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use command::{Node, Query};
use futures_util::StreamExt as _;
use store::{Control, OperationId, Result, Timestamp, View};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId, PathIds, Reply},
    paging::Page,
    problem::Problem,
};

use super::{
    CancelOperation, DeadLetter, Needs, Operation, RetryOperation, events,
    mail_test::{MailTest, TestMail},
    store as rows,
};
use crate::app::Shared;

/// The room's API.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(get_operation))
        .routes(routes!(watch_operation))
        .routes(routes!(retry_operation))
        .routes(routes!(cancel_operation))
        .routes(routes!(list_dead))
        .routes(routes!(retry_job))
        .routes(routes!(test_mail))
}

/// Asks for an operation.
#[derive(Debug)]
pub struct OperationOf {
    /// Its node: its customer, or its partner.
    pub node: Node,
    /// Which one.
    pub id: OperationId,
}

impl Query for OperationOf {
    type Home = Control;
    type Needs = Needs;
    type Found = Option<Operation>;

    fn node(&self) -> Node {
        self.node
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Needs>, _: Timestamp) -> Result<Option<Operation>> {
        rows::find(view, scope, self.id)
    }
}

/// How a long operation stands. Whoever may see its customer may see it.
#[utoipa::path(get, path = "/v1/operations/{id}", tag = "operations", params(("id" = String, Path)), responses((status = 200, body = Operation), (status = 404, body = Problem)))]
async fn get_operation(
    State(app): State<Shared>,
    caller: Caller,
    PathId(id): PathId<store::kinds::Operation>,
) -> std::result::Result<Response, Problem> {
    let node = super::node_of(&app.house, id).await?;
    let found = door::look(&app.house, &caller, node, Ok(OperationOf { node, id })).await?;
    found.map(|o| Json(o).into_response()).ok_or_else(Problem::not_found)
}

/// A long operation as it goes on, as server-sent events: `event: operation`, `data:` what `GET` answers. One at once, one with each
/// change, and an end with the operation's own, or after five minutes.
#[utoipa::path(get, path = "/v1/operations/{id}/events", tag = "operations", params(("id" = String, Path)), responses((status = 200, description = "The events", content_type = "text/event-stream"), (status = 404, body = Problem), (status = 503, body = Problem)))]
async fn watch_operation(
    State(app): State<Shared>,
    caller: Caller,
    PathId(id): PathId<store::kinds::Operation>,
) -> std::result::Result<Response, Problem> {
    let node = super::node_of(&app.house, id).await?;
    door::look(&app.house, &caller, node, Ok(OperationOf { node, id })).await?.ok_or_else(Problem::not_found)?;
    let permit = app.streams.clone().try_acquire_owned().map_err(|_| {
        Problem::new(http::StatusCode::SERVICE_UNAVAILABLE, "too-many-streams", "Too many streams are open")
            .detail(format!("Ask GET /v1/operations/{id} now and then instead."))
    })?;
    let says = events::of(&app, caller.call(), (node, id), permit);
    let events = says.map(|says| Ok::<_, Infallible>(Event::default().event("operation").data(says)));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

/// Has the dead job of a failed operation tried again.
#[utoipa::path(post, path = "/v1/operations/{id}/retry", tag = "operations", params(("id" = String, Path)), responses((status = 202, description = "Queued again: watch the operation"), (status = 409, body = Problem)))]
async fn retry_operation(
    State(app): State<Shared>,
    caller: Caller,
    PathId(id): PathId<store::kinds::Operation>,
) -> std::result::Result<Response, Problem> {
    let node = super::node_of(&app.house, id).await?;
    Ok(watch(&app, id, door::change(&app.house, &caller, node, Ok(RetryOperation { node, operation: id })).await?))
}

/// Calls off an operation that is made of steps: what it has made is taken back, then it ends as canceled.
#[utoipa::path(post, path = "/v1/operations/{id}/cancel", tag = "operations", params(("id" = String, Path)), responses((status = 202, description = "Called off: watch the operation"), (status = 409, body = Problem)))]
async fn cancel_operation(
    State(app): State<Shared>,
    caller: Caller,
    PathId(id): PathId<store::kinds::Operation>,
) -> std::result::Result<Response, Problem> {
    let node = super::node_of(&app.house, id).await?;
    Ok(watch(&app, id, door::change(&app.house, &caller, node, Ok(CancelOperation { node, operation: id })).await?))
}

/// 202 with the way to the operation, whose job is looked for at once; or the preview.
fn watch(app: &Shared, id: OperationId, reply: Reply<()>) -> Response {
    if let preview @ Reply::Preview(_) = reply {
        return preview.ok();
    }
    poke(app);
    let body = Json(serde_json::json!({ "operation_id": id }));
    (http::StatusCode::ACCEPTED, [(http::header::LOCATION, format!("/v1/operations/{id}"))], body).into_response()
}

/// Wakes the worker: somebody is watching.
pub fn poke(app: &Shared) {
    if let Some(worker) = app.worker() {
        worker.poke();
    }
}

/// Background work of an MSP that gave up, newest first.
#[utoipa::path(get, path = "/v1/msp/{msp}/jobs/dead", tag = "operations", params(("msp" = String, Path)), responses((status = 200, body = Page<DeadLetter>), (status = 403, body = Problem)))]
async fn list_dead(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<store::kinds::Partner>,
) -> std::result::Result<Response, Problem> {
    let data = super::dead_letters(&app.house, &caller.call(), partner).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// Has a dead job tried again.
#[utoipa::path(post, path = "/v1/msp/{msp}/jobs/{id}/retry", tag = "operations", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 202, description = "Queued again"), (status = 404, body = Problem)))]
async fn retry_job(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, job): PathIds<store::kinds::Partner, store::kinds::Job>,
) -> std::result::Result<Response, Problem> {
    if let preview @ Reply::Preview(_) = super::retry(&app.house, &caller, partner, job).await? {
        return Ok(preview.ok());
    }
    poke(&app);
    Ok((http::StatusCode::ACCEPTED, Json(serde_json::json!({ "job_id": job, "status": "queued" }))).into_response())
}

/// Sends a test mail to the address of the one who asks; the operation tells each step: connect, encrypt, sign_in, accept.
#[utoipa::path(post, path = "/v1/msp/{msp}/mail/test", tag = "operations", params(("msp" = String, Path)), responses((status = 202, body = MailTest), (status = 403, body = Problem), (status = 429, body = Problem)))]
async fn test_mail(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<store::kinds::Partner>,
) -> std::result::Result<Response, Problem> {
    let reply = door::change(&app.house, &caller, partner, Ok(TestMail { partner })).await?;
    Ok(reply.accepted(|begun| {
        poke(&app);
        format!("/v1/operations/{}", begun.operation_id)
    }))
}
