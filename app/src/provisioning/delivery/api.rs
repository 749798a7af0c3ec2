//! REST twin of delivery.

use access::permissions::Read;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use store::{CustomerId, FactId, Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds, Reply},
    paging::Page,
    problem::Problem,
};

use super::{BeginTest, Begun, DeliveryTest, Mail, MailOf, SetStep, Step, sending::Sending, steps::MailStep};
use crate::{app::Shared, noun::Email};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(shown)).routes(routes!(set_step)).routes(routes!(tests, begin)).routes(routes!(one))
}

/// How a customer's mail is set up.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MailSetup {
    /// What our mail is known by.
    pub sending: Sending,
    /// What there is to set up, and who did it.
    pub steps: Vec<MailStep>,
    /// The domains a test may go to.
    pub verified_domains: Vec<String>,
    /// The last test.
    pub last_test: Option<DeliveryTest>,
    /// When mail was last seen to come.
    pub last_passed_at: Option<Timestamp>,
    /// Whether the last check passed, be it a test or one that was recorded: what the customer's status is judged from.
    pub verified: bool,
    /// When that was; null when there was none yet.
    pub checked_at: Option<Timestamp>,
}

async fn known(app: &Shared, caller: &Caller, customer: CustomerId) -> Result<Mail, Problem> {
    door::look(&app.house, caller, customer, Ok(MailOf { customer })).await?.ok_or_else(Problem::not_found)
}

/// How a customer's mail is set up: what its mail system has to be told, what of that is done, and the last test.
#[utoipa::path(get, path = "/v1/tenants/{customer}/mail", tag = "mail", params(("customer" = String, Path)), responses((status = 200, body = MailSetup), (status = 404, body = Problem)))]
async fn shown(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let mail = known(&app, &caller, customer).await?;
    let last_passed_at = mail.tests.iter().filter(|t| t.status == super::Stands::Passed).find_map(|t| t.ended_at);
    let sending = Sending::of(&app, customer);
    let Mail { steps, domains, tests, verified, checked_at, .. } = mail;
    let last_test = tests.into_iter().next();
    Ok(Json(MailSetup { sending, steps, verified_domains: domains, last_test, last_passed_at, verified, checked_at }).into_response())
}

/// A step and whether it is done.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepBody {
    /// Which step.
    pub step: Step,
    /// Whether it is done.
    pub done: bool,
}

/// Says that a step is done at the customer's mail system, or that it is not.
#[utoipa::path(post, path = "/v1/tenants/{customer}/mail/steps", tag = "mail", request_body = StepBody, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = MailSetup), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn set_step(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<StepBody>,
) -> Result<Response, Problem> {
    let input = body.map(|b| SetStep { customer, step: b.step, done: b.done });
    match door::change(&app.house, &caller, customer, input).await? {
        Reply::Done(_) => shown(State(app), caller, PathId(customer)).await,
        preview @ Reply::Preview(_) => Ok(preview.ok()),
    }
}

/// The last 50 tests of a customer, newest first.
#[utoipa::path(get, path = "/v1/tenants/{customer}/mail/tests", tag = "mail", params(("customer" = String, Path)), responses((status = 200, body = Page<DeliveryTest>), (status = 404, body = Problem)))]
async fn tests(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let data = known(&app, &caller, customer).await?.tests;
    Ok(Json(Page::whole(data)).into_response())
}

/// To whom a test goes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestBody {
    /// An address in a domain that is proved to be the customer's.
    pub to: Email,
}

/// Sends one real mail to somebody at the customer. The test passes when they say, on the page behind the mail's link, that it
/// came; that is then the customer's mail check.
#[utoipa::path(post, path = "/v1/tenants/{customer}/mail/tests", tag = "mail", request_body = TestBody, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = Begun), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn begin(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<TestBody>,
) -> Result<Response, Problem> {
    let reply = door::change(&app.house, &caller, customer, body.map(|b| BeginTest { customer, to: b.to })).await?;
    Ok(reply.accepted(|begun| {
        crate::operations::poke(&app);
        format!("/v1/tenants/{customer}/mail/tests/{}", begun.test_id)
    }))
}

/// One test.
#[utoipa::path(get, path = "/v1/tenants/{customer}/mail/tests/{id}", tag = "mail", params(("customer" = String, Path), ("id" = String, Path)), responses((status = 200, body = DeliveryTest), (status = 404, body = Problem)))]
async fn one(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, id): PathIds<kinds::Customer, kinds::Fact>,
) -> Result<Response, Problem> {
    door::probe::<Read>(&app.house, &caller, customer).await?;
    let id: FactId = id;
    let found = known(&app, &caller, customer).await?.tests.into_iter().find(|t| t.id == id).ok_or_else(Problem::not_found)?;
    Ok(Json(found).into_response())
}
