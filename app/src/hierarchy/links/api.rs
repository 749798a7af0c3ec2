//! REST twin of linking.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use command::Secret;
use http::StatusCode;
use serde::Deserialize;
use store::{CustomerId, PartnerId, Timestamp, Uuid, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds, PathThree},
    paging::{Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{
    ask::{AskLink, RetryLink, WithdrawLink},
    consent::{ConsentForCustomer, GiveCustomer, Says},
    queries::{AskedOf, ConsentsOf, LinksOf},
    request::{LinkConsent, LinkRequest, OpenConsentRequest},
};
use crate::{app::Shared, hierarchy::AccountNumber, noun::Email};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, ask))
        .routes(routes!(withdraw))
        .routes(routes!(retry))
        .routes(routes!(asked))
        .routes(routes!(open))
        .routes(routes!(give))
        .routes(routes!(consent))
}

type Ids = PathIds<kinds::Partner, kinds::LinkRequest>;

/// The customers an MSP asked other MSPs for, newest first: at most 200.
#[utoipa::path(get, path = "/v1/msp/{msp}/links", tag = "customers", params(("msp" = String, Path)), responses((status = 200, body = Page<LinkRequest>), (status = 404, body = Problem)))]
async fn list(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    Ok(Json(Page::whole(door::look(&app.house, &caller, partner, Ok(LinksOf { partner })).await?)).into_response())
}

/// A customer to ask for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// Its account number where it is now, such as `C-00042`.
    pub account_number: String,
    /// The mail address of one of its administrators.
    pub administrator: Email,
}

impl NewLink {
    fn command(self, partner: PartnerId) -> Result<AskLink, Problem> {
        let number = AccountNumber::parse(&self.account_number);
        let account_number =
            number.ok_or_else(|| Problem::invalid("/account_number", "invalid", "An account number looks like C-00042."))?;
        Ok(AskLink { partner, account_number, administrator: Secret(self.administrator.into()) })
    }
}

/// Asks for a customer that stands under another MSP: it moves when its administrator and that MSP have consented. The answer is the same
/// whether there is such a customer or not, and nothing is told of it before all have consented.
#[utoipa::path(post, path = "/v1/msp/{msp}/links", tag = "customers", request_body = NewLink, params(("msp" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = LinkRequest), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn ask(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<NewLink>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| b.command(partner));
    Ok(door::change(&app.house, &caller, partner, input).await?.with(StatusCode::ACCEPTED))
}

/// Gives a request up.
#[utoipa::path(delete, path = "/v1/msp/{msp}/links/{id}", tag = "customers", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = LinkRequest), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn withdraw(State(app): State<Shared>, caller: Caller, PathIds(partner, request): Ids) -> Result<Response, Problem> {
    Ok(door::change(&app.house, &caller, partner, Ok(WithdrawLink { partner, request })).await?.ok())
}

/// Tries again to let a customer come to which all have consented: something kept it from coming, such as too few seats.
#[utoipa::path(post, path = "/v1/msp/{msp}/links/{id}/retry", tag = "customers", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 202, body = LinkRequest), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn retry(State(app): State<Shared>, caller: Caller, PathIds(partner, request): Ids) -> Result<Response, Problem> {
    let reply = door::change(&app.house, &caller, partner, Ok(RetryLink { partner, request })).await?;
    Ok(reply.with(StatusCode::ACCEPTED))
}

async fn known(app: &Shared, caller: &Caller, partner: PartnerId, customer: CustomerId) -> Result<Vec<LinkConsent>, Problem> {
    let found = door::look(&app.house, caller, customer, Ok(ConsentsOf { partner, customer })).await?;
    found.map(|(_, consents)| consents).ok_or_else(Problem::not_found)
}

/// Which MSPs ask for a customer, and what was said to that.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/{customer}/link-requests", tag = "customers", params(("msp" = String, Path), ("customer" = String, Path)), responses((status = 200, body = Page<LinkConsent>), (status = 404, body = Problem)))]
async fn asked(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
) -> Result<Response, Problem> {
    Ok(Json(Page::whole(known(&app, &caller, partner, customer).await?)).into_response())
}

const OPEN: Spec = Spec { filters: &[], sorts: &[], extra: &[] };

/// The customers of an MSP that other MSPs ask for, newest first, for whoever may give them: requests that nobody has refused and whose time
/// is not over.
#[utoipa::path(get, path = "/v1/msp/{msp}/link-requests", tag = "customers", params(("msp" = String, Path), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<OpenConsentRequest>), (status = 404, body = Problem)))]
async fn open(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let binding = format!("link requests {partner}");
    let input = Ask::read(query.as_deref(), &OPEN).and_then(|ask| {
        let after = ask.after.as_deref().map(|text| app.signer.open::<(Timestamp, Uuid)>(&binding, text)).transpose()?;
        Ok(AskedOf { partner, after, limit: i64::from(ask.size) })
    });
    let size = input.as_ref().map_or(0, |q| q.limit);
    let (data, total) = door::look(&app.house, &caller, partner, input).await?;
    let full = i64::try_from(data.len()).is_ok_and(|n| n == size);
    let next = data.last().filter(|_| full).map(|r| app.signer.seal(&binding, &(r.consent.asked_at, r.consent.id.0)));
    Ok(Json(Page { data, page: PageInfo { next, total } }).into_response())
}

/// What a side says.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// Whether the customer may move.
    pub approve: bool,
}

type Three = PathThree<kinds::Partner, kinds::Customer, kinds::LinkRequest>;

/// What a side says to a request: the same for both.
async fn say<C: Says>(
    State(app): State<Shared>,
    caller: Caller,
    PathThree(partner, customer, request): Three,
    Body(body): Body<Said>,
) -> Result<Response, Problem> {
    known(&app, &caller, partner, customer).await?;
    let input = body.map(|b| C::to(customer, request, b.approve));
    Ok(door::change(&app.house, &caller, customer, input).await?.ok())
}

/// The customer's MSP consents, or does not.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/link-requests/{id}/give", tag = "customers", request_body = Said, params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path)), responses((status = 200, body = LinkConsent), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn give(app: State<Shared>, caller: Caller, ids: Three, body: Body<Said>) -> Result<Response, Problem> {
    say::<GiveCustomer>(app, caller, ids, body).await
}

/// The customer's administrator consents, or does not.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/link-requests/{id}/consent", tag = "customers", request_body = Said, params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path)), responses((status = 200, body = LinkConsent), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn consent(app: State<Shared>, caller: Caller, ids: Three, body: Body<Said>) -> Result<Response, Problem> {
    say::<ConsentForCustomer>(app, caller, ids, body).await
}
