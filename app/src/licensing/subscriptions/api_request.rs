//! REST twin of requests for another plan.

use access::permissions::{Allocate, Purchase};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use store::{PlanRequestId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds},
    paging::{NoQuery, Page},
    problem::Problem,
};

use super::{
    ApprovePlan, DeclinePlan, PlanRequest, PlanRequests, RequestPlan, Subscription, WithdrawPlan,
    api::{code, here},
};
use crate::{app::Shared, noun::Note};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(ask, withdraw)).routes(routes!(approve)).routes(routes!(decline))
}

type Ids = PathIds<kinds::Customer, kinds::Subscription>;

/// Other plans asked for at an MSP: those that wait first, then newest first; the last 200.
#[utoipa::path(get, path = "/v1/msp/{msp}/plan-requests", tag = "plans", params(("msp" = String, Path)), responses((status = 200, body = Page<PlanRequest>), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    NoQuery(query): NoQuery,
) -> Result<Response, Problem> {
    let data = door::look(&app.house, &caller, partner, query.map(|()| PlanRequests { partner })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// Another plan to ask for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedPlan {
    /// The plan's code.
    pub plan: String,
    /// True: not before the term ends. False or left out: at once, with a new term.
    #[serde(default)]
    pub at_term_end: bool,
    /// What it is for; at most 500 characters on one line.
    pub note: Option<Note>,
}

/// Asks for another plan, where changing it is not one's right. Until that is decided nobody changes or renews the subscription.
#[utoipa::path(post, path = "/v1/tenants/{customer}/subscriptions/{id}/plan-request", tag = "plans", request_body = WantedPlan, params(("customer" = String, Path), ("id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = PlanRequest), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn ask(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, subscription): Ids,
    Body(body): Body<WantedPlan>,
) -> Result<Response, Problem> {
    here::<Allocate>(&app, &caller, customer, subscription).await?;
    let input = body.and_then(|b| {
        caller.need_key()?;
        let note = b.note.map(String::from);
        Ok(RequestPlan { customer, subscription, plan: code(b.plan)?, at_term_end: b.at_term_end, note })
    });
    Ok(door::change(&app.house, &caller, customer, input).await?.with(StatusCode::CREATED))
}

/// Gives up the request that waits.
#[utoipa::path(delete, path = "/v1/tenants/{customer}/subscriptions/{id}/plan-request", tag = "plans", params(("customer" = String, Path), ("id" = String, Path)), responses((status = 200, body = PlanRequest), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn withdraw(State(app): State<Shared>, caller: Caller, PathIds(customer, subscription): Ids) -> Result<Response, Problem> {
    here::<Allocate>(&app, &caller, customer, subscription).await?;
    let command = WithdrawPlan { customer, subscription, request: None };
    Ok(door::change(&app.house, &caller, customer, Ok(command)).await?.ok())
}

/// Which request is approved.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approving {
    /// The request that was seen: where another one waits by now, nothing is done. Left out: whichever waits.
    pub request: Option<PlanRequestId>,
}

/// Approves the request that waits: the plan is changed, by whoever approves, once.
#[utoipa::path(post, path = "/v1/tenants/{customer}/subscriptions/{id}/plan-request/approve", tag = "plans", request_body = Approving, params(("customer" = String, Path), ("id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = Subscription), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn approve(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, subscription): Ids,
    Body(body): Body<Approving>,
) -> Result<Response, Problem> {
    here::<Purchase>(&app, &caller, customer, subscription).await?;
    let input = body.and_then(|b| {
        caller.need_key()?;
        Ok(ApprovePlan { customer, subscription, request: b.request })
    });
    Ok(door::change(&app.house, &caller, customer, input).await?.ok())
}

/// Which request is declined, and why.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecliningPlan {
    /// The reason, for whoever asked.
    pub reason: Note,
    /// The request that was seen: where another one waits by now, nothing is done. Left out: whichever waits.
    pub request: Option<PlanRequestId>,
}

/// Declines the request that waits, with a reason.
#[utoipa::path(post, path = "/v1/tenants/{customer}/subscriptions/{id}/plan-request/decline", tag = "plans", request_body = DecliningPlan, params(("customer" = String, Path), ("id" = String, Path)), responses((status = 200, body = PlanRequest), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn decline(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, subscription): Ids,
    Body(body): Body<DecliningPlan>,
) -> Result<Response, Problem> {
    here::<Purchase>(&app, &caller, customer, subscription).await?;
    let input = body.map(|b| DeclinePlan { customer, subscription, request: b.request, reason: b.reason.into() });
    Ok(door::change(&app.house, &caller, customer, input).await?.ok())
}
