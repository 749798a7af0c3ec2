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

use super::{CampaignTold, ImportResults, ResultsDone, Run, TellCampaign, rules};
use crate::{app::Shared, hierarchy::standing::CampaignKind, noun::Name};

/// The most runs of one request.
const MOST: usize = 1_000;

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(import)).routes(routes!(tell))
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

/// A campaign that runs elsewhere.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignBody {
    /// What identifies it to you: told again, it is what you said last.
    pub external_ref: Name,
    /// Its name.
    pub name: Name,
    /// What it is for; phishing when absent.
    #[serde(default = "phishing")]
    pub kind: CampaignKind,
    /// When it begins; at most a year ahead.
    pub starts_at: Timestamp,
    /// When it ends, exclusive; absent while that is open.
    pub ends_at: Option<Timestamp>,
}

const fn phishing() -> CampaignKind {
    CampaignKind::Phishing
}

/// Tells of a campaign, or tells it anew. It is active from its beginning to its end. What it came to is told as a result.
#[utoipa::path(post, path = "/v1/tenants/{customer}/campaigns", tag = "facts", request_body = CampaignBody, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = CampaignTold), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn tell(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<CampaignBody>,
) -> Result<Response, Problem> {
    let input = body.map(|CampaignBody { external_ref, name, kind, starts_at, ends_at }| TellCampaign {
        customer,
        external_ref,
        name,
        kind,
        starts_at,
        ends_at,
    });
    Ok(door::change(&app.house, &caller, customer, input).await?.ok())
}
