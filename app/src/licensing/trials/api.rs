//! REST twin of trials.

use access::permissions::ManagePartners;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use store::{CustomerId, PartnerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds, PathThree},
    paging::Page,
    problem::Problem,
};

use super::{
    DecideRequest, ExtendTrial, Extension, LONGEST, OpenRequests, TrialOf, TrialRequest, TrialState, UpgradeTrial, Upgraded,
    WithdrawRequest,
};
use crate::{app::Shared, hierarchy::standing, licensing::subscriptions::plan::is_code, noun::Note};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(state))
        .routes(routes!(extend))
        .routes(routes!(withdraw))
        .routes(routes!(upgrade))
        .routes(routes!(open))
        .routes(routes!(decide))
}

type Ids = PathIds<kinds::Partner, kinds::Customer>;

async fn known(app: &Shared, caller: &Caller, partner: PartnerId, customer: CustomerId) -> Result<TrialState, Problem> {
    door::look(&app.house, caller, customer, Ok(TrialOf { partner, customer })).await?.ok_or_else(Problem::not_found)
}

/// How a customer's trial stands, and what can be done about it.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/{customer}/trial", tag = "trials", params(("msp" = String, Path), ("customer" = String, Path)), responses((status = 200, body = TrialState), (status = 404, body = Problem)))]
async fn state(State(app): State<Shared>, caller: Caller, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    Ok(Json(known(&app, &caller, partner, customer).await?).into_response())
}

/// More time for a trial.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoreTime {
    /// By how many days, 1 to 365.
    pub days: i64,
    /// Why; at most 500 characters.
    pub reason: Note,
}

impl MoreTime {
    /// The command, or what is wrong.
    pub(super) fn command(self, customer: CustomerId) -> Result<ExtendTrial, Problem> {
        if !(1..=LONGEST).contains(&self.days) {
            return Err(Problem::invalid("/days", "out-of-range", "A whole number from 1 to 365."));
        }
        Ok(ExtendTrial { customer, days: self.days, reason: self.reason })
    }
}

/// Extends a trial, running or ended. Beyond what the MSP may do by itself, its distributor is asked: the answer says `waiting`.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/trial/extend", tag = "trials", request_body = MoreTime, params(("msp" = String, Path), ("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = Extension), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn extend(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, customer): Ids,
    Body(body): Body<MoreTime>,
) -> Result<Response, Problem> {
    known(&app, &caller, partner, customer).await?;
    // One that is over ended first: who waits meanwhile waits for the free plan's sake, and alarms nobody.
    standing::settle(&app.house, partner).await?;
    let input = body.and_then(|b| b.command(customer));
    Ok(door::change(&app.house, &caller, customer, input).await?.ok())
}

/// Gives up a request that the distributor has not decided.
#[utoipa::path(delete, path = "/v1/msp/{msp}/customers/{customer}/trial-requests/{id}", tag = "trials", params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path)), responses((status = 200, body = TrialRequest), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn withdraw(
    State(app): State<Shared>,
    caller: Caller,
    PathThree(partner, customer, request): PathThree<kinds::Partner, kinds::Customer, kinds::TrialRequest>,
) -> Result<Response, Problem> {
    known(&app, &caller, partner, customer).await?;
    Ok(door::change(&app.house, &caller, customer, Ok(WithdrawRequest { customer, request })).await?.ok())
}

/// What a trial becomes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Paid {
    /// Seats it shall hold, at least as many as members are active.
    pub seats: i64,
    /// The plan's code; the standard plan when absent. Any other is for those who may purchase.
    pub plan: Option<String>,
}

impl Paid {
    /// The command, or what is wrong.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn command(self, customer: CustomerId) -> Result<UpgradeTrial, Problem> {
        if !(1..=1_000_000_000).contains(&self.seats) {
            return Err(Problem::invalid("/seats", "out-of-range", "Seats must be a whole number from 1 to 1,000,000,000."));
        }
        if !self.plan.as_deref().is_none_or(is_code) {
            return Err(Problem::invalid("/plan", "invalid", "A plan is named by its code, such as standard."));
        }
        Ok(UpgradeTrial { customer, seats: self.seats, plan: self.plan })
    }
}

/// Upgrades a trial, running or ended, to a paid subscription. Its seats come from the pool, it is billed from now on, and whoever waited
/// for the free plan's sake comes in again.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/trial/upgrade", tag = "trials", request_body = Paid, params(("msp" = String, Path), ("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = Upgraded), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn upgrade(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, customer): Ids,
    Body(body): Body<Paid>,
) -> Result<Response, Problem> {
    known(&app, &caller, partner, customer).await?;
    // Of a trial that is over three members need a seat, whoever finds that first.
    standing::settle(&app.house, partner).await?;
    let input = body.and_then(|b| b.command(customer));
    Ok(door::change(&app.house, &caller, customer, input).await?.ok())
}

/// What a distributor's MSPs ask for, oldest first: at most 200.
#[utoipa::path(get, path = "/v1/distributors/{id}/trial-requests", tag = "trials", params(("id" = String, Path)), responses((status = 200, body = Page<TrialRequest>), (status = 404, body = Problem)))]
async fn open(State(app): State<Shared>, caller: Caller, PathId(distributor): PathId<kinds::Distributor>) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, distributor, Ok(OpenRequests { distributor })).await?;
    let data = found.ok_or_else(Problem::not_found)?;
    Ok(Json(Page::whole(data)).into_response())
}

/// A distributor's decision.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Whether the trial is extended.
    pub approve: bool,
    /// What the MSP is told; at most 500 characters.
    pub answer: Option<Note>,
}

/// Decides a request of an MSP. An approved one extends the trial from the later of now and its end.
#[utoipa::path(post, path = "/v1/msp/{msp}/trial-requests/{id}/decide", tag = "trials", request_body = Decision, params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = TrialRequest), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn decide(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, request): PathIds<kinds::Partner, kinds::TrialRequest>,
    Body(body): Body<Decision>,
) -> Result<Response, Problem> {
    door::probe::<ManagePartners>(&app.house, &caller, partner).await?;
    standing::settle(&app.house, partner).await?;
    let input = body.map(|b| DecideRequest { partner, request, approve: b.approve, answer: b.answer });
    Ok(door::change(&app.house, &caller, partner, input).await?.ok())
}
