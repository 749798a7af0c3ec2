//! REST twin of campaign results.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use store::{CustomerId, Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId},
    problem::Problem,
};

use super::{ImportResults, ResultsDone, Run, rules};
use crate::app::Shared;

/// The most runs of one request.
const MOST: usize = 1_000;

/// The API route.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(import))
}

/// Runs to record.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultsBody {
    /// The runs, 1 to 1,000.
    pub runs: Vec<Run>,
}

impl ResultsBody {
    fn command(self, customer: CustomerId, now: Timestamp) -> Result<ImportResults, Problem> {
        if self.runs.is_empty() || self.runs.len() > MOST {
            return Err(Problem::invalid("/runs", "out-of-range", "Send 1 to 1,000 runs."));
        }
        for (at, run) in self.runs.iter().enumerate() {
            rules::check(run, now).map_err(|no| Problem::invalid(format!("/runs/{at}/{}", no.field), no.code, no.reason))?;
        }
        Ok(ImportResults { customer, runs: self.runs, import: None })
    }
}

/// Records results of campaigns that ran elsewhere; a run told twice counts once.
#[utoipa::path(post, path = "/v1/tenants/{customer}/campaign-results", tag = "facts", request_body = ResultsBody, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = ResultsDone), (status = 422, body = Problem)))]
async fn import(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<ResultsBody>,
) -> Result<Response, Problem> {
    let now = app.house.now();
    let input = body.and_then(|b| b.command(customer, now));
    Ok(door::change(&app.house, &caller, customer, input).await?.ok())
}
