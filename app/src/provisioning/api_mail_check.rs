//! REST twin of mail checks.

use axum::{extract::State, response::Response};
use http::StatusCode;
use serde::Deserialize;
use store::{Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId},
    problem::Problem,
};

use super::record_mail_check::RecordMailCheck;
use crate::{
    app::Shared,
    directory::{Recorded, rules::is_sane},
    noun::Note,
};

/// The API route.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(record))
}

/// How an e-mail check ended.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailCheckBody {
    /// Whether mail is set up as it should be.
    pub ok: bool,
    /// What was found.
    #[serde(alias = "reason")]
    pub detail: Option<Note>,
    /// What checked.
    pub source: Option<Note>,
    /// When it ended; now when absent.
    pub at: Option<Timestamp>,
}

/// Records how an e-mail check ended.
#[utoipa::path(post, path = "/v1/tenants/{customer}/mail-checks", tag = "facts", request_body = MailCheckBody, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = Recorded), (status = 422, body = Problem)))]
async fn record(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<MailCheckBody>,
) -> Result<Response, Problem> {
    let now = app.house.now();
    let input = body.and_then(|b| {
        if b.at.is_some_and(|at| !is_sane(at, now)) {
            return Err(Problem::invalid("/at", "not-a-time", "The time lies in the future or before 2000."));
        }
        Ok(RecordMailCheck { customer, ok: b.ok, detail: b.detail.or(b.source), at: b.at })
    });
    Ok(door::change(&app.house, &caller, customer, input).await?.with(StatusCode::CREATED))
}
