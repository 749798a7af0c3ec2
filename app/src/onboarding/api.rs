//! REST twin of the wizard's drafts.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use command::Secret;
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use store::{CustomerId, DraftId, PartnerId, StaffId, TemplateId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds, Reply},
    paging::Page,
    problem::Problem,
};

use super::{
    again::CreateAgain,
    change::ChangeDraft,
    discard::DiscardDraft,
    draft::{Answers, Draft, Found, Sent},
    open::OpenDraft,
    queries::{DraftOf, Drafts, ProgressOf},
    send::SendDraft,
    setup::{Setup, SetupOf},
    steps::{Facts, Step},
};
use crate::{
    app::{App, Shared},
    hierarchy::refusal::clearable,
    operations::{self, RetryOperation},
    provisioning::{
        Created,
        templates::{self, TemplateOf},
    },
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_drafts, open_draft))
        .routes(routes!(get_draft, change_draft, delete_draft))
        .routes(routes!(send_draft))
        .routes(routes!(retry_draft))
        .routes(routes!(onboarding))
}

type Ids = PathIds<kinds::Partner, kinds::Draft>;

/// Drafts of the wizard, the one changed last first; at most 200 in all.
#[utoipa::path(get, path = "/v1/msp/{msp}/drafts", tag = "onboarding", params(("msp" = String, Path)), responses((status = 200, body = Page<Draft>), (status = 403, body = Problem)))]
async fn list_drafts(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let data = door::look(&app.house, &caller, partner, Ok(Drafts { partner })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// A draft to begin.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDraft {
    /// What is known already.
    #[serde(default, deserialize_with = "door::maybe_object")]
    pub answers: Option<Answers>,
    /// A customer whose settings to begin with (tier, region, country, zone, language, line of business, MAX MAU), never its people.
    pub copy_of: Option<CustomerId>,
    /// A template to begin with; not together with `copy_of`.
    pub template: Option<TemplateId>,
}

/// Begins a draft. Nothing in it is judged before it is sent. With a key that was used before, it answers with the draft begun then.
#[utoipa::path(post, path = "/v1/msp/{msp}/drafts", tag = "onboarding", request_body = NewDraft, params(("msp" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = Draft), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn open_draft(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<NewDraft>,
) -> Result<Response, Problem> {
    let input = match caller.need_key().and(body) {
        Ok(body) => begin(&app, &caller, partner, body).await,
        Err(problem) => Err(problem),
    };
    match door::change(&app.house, &caller, partner, input).await? {
        Reply::Done(answer) => shown(&app, &caller, partner, answer.value, StatusCode::CREATED, answer.replayed).await,
        preview @ Reply::Preview(_) => Ok(preview.ok()),
    }
}

/// A draft after a change, as it is now. One that was sent meanwhile is gone.
async fn shown(
    app: &Shared,
    caller: &Caller,
    partner: PartnerId,
    draft: DraftId,
    status: StatusCode,
    replayed: bool,
) -> Result<Response, Problem> {
    let draft = open(app, caller, partner, draft).await?;
    let version = draft.version;
    let mut response = door::with_etag((status, Json(draft)).into_response(), version);
    if replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

async fn begin(app: &Shared, caller: &Caller, partner: PartnerId, body: NewDraft) -> Result<OpenDraft, Problem> {
    let answers = body.answers.unwrap_or_default().checked()?;
    let like = match (body.copy_of, body.template) {
        (Some(_), Some(_)) => {
            return Err(Problem::invalid("/template", "one-of", "Begin with a template or with a customer, not with both."));
        }
        (Some(customer), None) => like(app, caller, partner, customer).await?,
        (None, Some(template)) => from_template(app, caller, partner, template).await?,
        (None, None) => Answers::default(),
    };
    Ok(OpenDraft { partner, answers: Secret(answers), copy_of: body.copy_of, template: body.template, like: Secret(like) })
}

/// The settings of a customer that the caller sees, as answers.
pub(super) async fn like(app: &App, caller: &Caller, partner: PartnerId, customer: CustomerId) -> Result<Answers, Problem> {
    Ok(Answers::from(&templates::like(app, caller, partner, customer).await?))
}

/// What a template says, as answers.
pub(super) async fn from_template(app: &App, caller: &Caller, partner: PartnerId, template: TemplateId) -> Result<Answers, Problem> {
    let found = door::look(&app.house, caller, partner, Ok(TemplateOf { partner, template })).await?;
    let found = found.ok_or_else(|| Problem::invalid("/template", "unknown-template", "There is no such template here."))?;
    Ok(Answers::from(&found.settings))
}

/// One that was sent is gone.
async fn open(app: &Shared, caller: &Caller, partner: PartnerId, draft: DraftId) -> Result<Draft, Problem> {
    match door::look(&app.house, caller, partner, Ok(DraftOf { partner, draft })).await? {
        Some(Found::Open(draft)) => Ok(*draft),
        _ => Err(Problem::not_found()),
    }
}

/// One draft.
#[utoipa::path(get, path = "/v1/msp/{msp}/drafts/{id}", tag = "onboarding", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = Draft), (status = 404, body = Problem)))]
async fn get_draft(State(app): State<Shared>, caller: Caller, PathIds(partner, draft): Ids) -> Result<Response, Problem> {
    let draft = open(&app, &caller, partner, draft).await?;
    let version = draft.version;
    Ok(door::with_etag(Json(draft).into_response(), version))
}

/// What to change of a draft; what is left out stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftChange {
    /// Answers to change; an empty text takes one back.
    #[serde(default, deserialize_with = "door::maybe_object")]
    pub answers: Option<Answers>,
    /// The colleague to hand it to.
    pub staff_id: Option<StaffId>,
    /// Seats to put by for seven days from now, 1 to 1,000,000,000; null gives them up. Needs the right to allocate.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<i64>)]
    pub reserve: Option<Option<i64>>,
}

/// Changes a draft.
#[utoipa::path(patch, path = "/v1/msp/{msp}/drafts/{id}", tag = "onboarding", request_body = DraftChange, params(("msp" = String, Path), ("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = Draft), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change_draft(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, draft): Ids,
    Body(body): Body<DraftChange>,
) -> Result<Response, Problem> {
    open(&app, &caller, partner, draft).await?;
    let input = body.and_then(|body| {
        if body.reserve.flatten().is_some_and(|n| !(1..=1_000_000_000).contains(&n)) {
            return Err(Problem::invalid("/reserve", "out-of-range", "Seats must be a whole number from 1 to 1,000,000,000."));
        }
        let answers = body.answers.unwrap_or_default().checked()?;
        let change = ChangeDraft::of(partner, draft, caller.need_version()?);
        Ok(ChangeDraft { answers: Secret(answers), staff: body.staff_id, reserve: body.reserve, ..change })
    });
    match door::change(&app.house, &caller, partner, input).await? {
        Reply::Done(answer) => shown(&app, &caller, partner, draft, StatusCode::OK, answer.replayed).await,
        preview @ Reply::Preview(_) => Ok(preview.ok()),
    }
}

/// Deletes a draft; seats it has put by are free again.
#[utoipa::path(delete, path = "/v1/msp/{msp}/drafts/{id}", tag = "onboarding", params(("msp" = String, Path), ("id" = String, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Deleted"), (status = 412, body = Problem)))]
async fn delete_draft(State(app): State<Shared>, caller: Caller, PathIds(partner, draft): Ids) -> Result<Response, Problem> {
    open(&app, &caller, partner, draft).await?;
    let input = caller.need_version().map(|version| DiscardDraft { partner, draft, version: Some(version) });
    Ok(door::change(&app.house, &caller, partner, input).await?.gone())
}

/// Creates the customer of a draft; the draft is gone with it. Sent again, it answers the same.
#[utoipa::path(post, path = "/v1/msp/{msp}/drafts/{id}/create", tag = "onboarding", params(("msp" = String, Path), ("id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 202, body = Created), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn send_draft(State(app): State<Shared>, caller: Caller, PathIds(partner, draft): Ids) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, partner, Ok(DraftOf { partner, draft })).await?.ok_or_else(Problem::not_found)?;
    let draft = match found {
        Found::Sent(sent) => return Ok(begun(sent.into())),
        Found::Open(draft) => draft,
    };
    let command = caller.need_key().and_then(|()| draft.answers.body()).and_then(|body| body.command(&app, partner));
    let input = command.map(|c| SendDraft { partner, draft: draft.id, version: Some(draft.version), new: c.new });
    Ok(door::change(&app.house, &caller, partner, input).await?.accepted(watched_at))
}

/// Has the preparation of a draft's customer tried again: goes on where it gave up, or creates the customer anew when everything was
/// taken back. However many ask, there is one customer.
#[utoipa::path(post, path = "/v1/msp/{msp}/drafts/{id}/retry", tag = "onboarding", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 202, body = Created), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn retry_draft(State(app): State<Shared>, caller: Caller, PathIds(partner, draft): Ids) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, partner, Ok(DraftOf { partner, draft })).await?.ok_or_else(Problem::not_found)?;
    if let Found::Sent(sent) = found
        && let Some(retry) = stuck(&app, &caller, partner, sent).await?
    {
        return match door::change(&app.house, &caller, retry.node, Ok(retry)).await? {
            Reply::Done(_) => Ok(begun(sent.into())),
            preview @ Reply::Preview(_) => Ok(preview.ok()),
        };
    }
    Ok(door::change(&app.house, &caller, partner, Ok(CreateAgain { partner, draft })).await?.accepted(watched_at))
}

/// The way on for work that gave up and waits; none when it did not.
pub(super) async fn stuck(app: &Shared, caller: &Caller, partner: PartnerId, sent: Sent) -> Result<Option<RetryOperation>, Problem> {
    let progress = door::look(&app.house, caller, partner, Ok(ProgressOf { partner, sent })).await?;
    if !progress.is_some_and(|p| p.gave_up) {
        return Ok(None);
    }
    let node = operations::node_of(&app.house, sent.operation).await?;
    Ok(Some(RetryOperation { node, operation: sent.operation }))
}

/// How far a customer's set-up is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Onboarding {
    /// The first step that is not done.
    pub current: Step,
    /// The steps, in order.
    pub steps: Vec<StepState>,
    /// What they are judged from.
    pub facts: Facts,
    /// Seats left in the MSP's pool; null for the customer's own administrator.
    pub available: Option<i64>,
    /// Seats its own draft has put by.
    pub own_claim: i64,
    /// Seats that other drafts have put by; null for the customer's own administrator.
    pub other_claims: Option<i64>,
}

/// How a step stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct StepState {
    /// Which.
    pub step: Step,
    /// True when nothing is left to do in it.
    pub done: bool,
    /// True when it can be opened: whatever a launch cannot do without is done before it.
    pub reached: bool,
}

/// How far a customer's set-up is, step by step.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/{customer}/onboarding", tag = "onboarding", params(("msp" = String, Path), ("customer" = String, Path)), responses((status = 200, body = Onboarding), (status = 404, body = Problem)))]
async fn onboarding(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, customer, Ok(SetupOf { partner, customer })).await?.ok_or_else(Problem::not_found)?;
    let facts = found.facts;
    let state = |step: Step| StepState { step, done: facts.done(step), reached: facts.reached(step) };
    let steps = Step::ALL.into_iter().map(state).collect();
    let Setup { pool, own_claim, .. } = found;
    let (available, other_claims) = (pool.map(|p| p.available), pool.map(|p| p.other_claims));
    Ok(Json(Onboarding { current: facts.current(), steps, facts, available, own_claim, other_claims }).into_response())
}

fn watched_at(created: &Created) -> String {
    format!("/v1/operations/{}", created.operation_id)
}

/// What was created before.
fn begun(created: Created) -> Response {
    (StatusCode::ACCEPTED, [(header::LOCATION, watched_at(&created))], Json(created)).into_response()
}
