//! REST twin of plans and subscriptions.

use access::{
    Permission,
    permissions::{Export, Purchase, Read},
};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use store::{CustomerId, PartnerId, SubscriptionId, Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds, Reply},
    paging::NoQuery,
    problem::Problem,
};

use super::{
    ChangePlan, EditPlan, EndPlan, MakePlan, PlanChange, PlanOf, Plans, Renew, SetAutoRenew, Subscription, SubscriptionsOf, Wording,
    calendar::{self, Calendar, Part},
    expiring::ExpiringOf,
    meter::Meter,
    plan::{Offer, SEATS, is_code},
    subscribe::Subscribe,
};
use crate::{
    app::Shared,
    console,
    licensing::{policy::UsagePolicy, versions::out_of_range},
    noun::Name,
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_plans, make_plan))
        .routes(routes!(get_plan, edit_plan))
        .routes(routes!(end_plan))
        .merge(super::by_status::routes())
        .routes(routes!(list_expiring))
        .routes(routes!(export_expiring))
        .routes(routes!(calendar))
        .routes(routes!(of_customer, subscribe))
        .routes(routes!(change_plan))
        .routes(routes!(renew))
        .routes(routes!(auto_renew))
        .merge(super::api_request::routes())
}

/// A list that is answered whole.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Data<T> {
    /// The rows.
    pub(super) data: Vec<T>,
}

/// The plans of an MSP, by name: the newest version of each. Prices only for those who may see them.
#[utoipa::path(get, path = "/v1/msp/{msp}/plans", tag = "plans", params(("msp" = String, Path)), responses((status = 200, body = Data<Offer>), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn list_plans(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    NoQuery(query): NoQuery,
) -> Result<Response, Problem> {
    let data = door::look(&app.house, &caller, partner, query.map(|()| Plans { partner })).await?.plans;
    Ok(Json(Data { data }).into_response())
}

/// A plan to make.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    /// What programs call it: 1 to 40 of a to z, digits and hyphens; unique in the MSP, never changes.
    pub code: String,
    /// What people call it.
    pub name: Name,
    /// What it is a plan of, written as a code; `seats` when it is left out. A customer has one subscription of each product.
    pub product: Option<String>,
    /// Units that one licence stands for, 1 to 1,000,000; 1 when it is left out.
    pub units: Option<i64>,
    /// Calendar months a term lasts, 1 to 120.
    pub term_months: i64,
    /// Calendar months by which it renews itself, 1 to 120; left out: it ends with its term.
    pub renew_months: Option<i64>,
    /// Days of notice before its end, 0 to 365; 30 when it is left out.
    pub notice_days: Option<i64>,
    /// Days of grace after its end, 0 to 90; none when it is left out.
    pub grace_days: Option<i64>,
    /// What becomes of people beyond the seats; `hard` when it is left out.
    pub usage_policy: Option<UsagePolicy>,
    /// Which units of a month are charged; `provisioned` when it is left out.
    pub meter: Option<Meter>,
    /// Price of a term in minor units of the MSP's currency.
    pub price_minor: Option<i64>,
}

impl NewPlan {
    fn command(self, partner: PartnerId) -> Result<MakePlan, Problem> {
        let product = self.product.unwrap_or_else(|| SEATS.to_owned());
        for (field, text) in [("/code", &self.code), ("/product", &product)] {
            if !is_code(text) {
                return Err(Problem::invalid(field, "invalid", "Write 1 to 40 of a to z, digits, and hyphens within."));
            }
        }
        let wording = Wording {
            name: self.name,
            units: self.units.unwrap_or(1),
            term_months: self.term_months,
            renew_months: self.renew_months,
            notice_days: self.notice_days.unwrap_or(30),
            grace_days: self.grace_days.unwrap_or(0),
            usage_policy: self.usage_policy.unwrap_or_default(),
            meter: self.meter.unwrap_or(Meter::usual()),
            price_minor: self.price_minor,
        };
        if let Some(wrong) = wording.fault() {
            return Err(out_of_range(wrong));
        }
        Ok(MakePlan { partner, code: self.code, product, wording })
    }
}

/// Makes a plan.
#[utoipa::path(post, path = "/v1/msp/{msp}/plans", tag = "plans", request_body = NewPlan, params(("msp" = String, Path)), responses((status = 201, body = Offer), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn make_plan(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<NewPlan>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| b.command(partner));
    Ok(door::change(&app.house, &caller, partner, input).await?.with(StatusCode::CREATED))
}

/// The partner and the code of a path. What is no id is nobody's.
pub(super) fn named((msp, code): (String, String)) -> (PartnerId, String) {
    (door::id(&msp), code)
}

pub(super) async fn known(app: &Shared, caller: &Caller, partner: PartnerId, code: &str) -> Result<Vec<Offer>, Problem> {
    // What cannot be a code is in no catalogue; only who may look is told so.
    let code = if is_code(code) { code.to_owned() } else { String::new() };
    door::look(&app.house, caller, partner, Ok(PlanOf { partner, code })).await?.ok_or_else(Problem::not_found)
}

/// A plan with all its versions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Versions {
    /// The newest version.
    #[serde(flatten)]
    newest: Offer,
    /// All versions, newest first.
    versions: Vec<Offer>,
}

/// One plan and its versions.
#[utoipa::path(get, path = "/v1/msp/{msp}/plans/{id}", tag = "plans", params(("msp" = String, Path), ("id" = String, Path, description = "The plan's code")), responses((status = 200, body = Versions), (status = 404, body = Problem)))]
async fn get_plan(State(app): State<Shared>, caller: Caller, Path(path): Path<(String, String)>) -> Result<Response, Problem> {
    let (partner, code) = named(path);
    let versions = known(&app, &caller, partner, &code).await?;
    let newest = versions.first().cloned().ok_or_else(Problem::not_found)?;
    let version = newest.plan.version;
    Ok(door::with_etag(Json(Versions { newest, versions }).into_response(), version))
}

fn answered(reply: Reply<Offer>) -> Response {
    reply.versioned(StatusCode::OK, |now| now.plan.version)
}

/// Changes a plan: makes a new version of it. Who has an older one keeps that one.
#[utoipa::path(patch, path = "/v1/msp/{msp}/plans/{id}", tag = "plans", request_body = PlanChange, params(("msp" = String, Path), ("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = Offer), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn edit_plan(
    State(app): State<Shared>,
    caller: Caller,
    Path(path): Path<(String, String)>,
    Body(body): Body<PlanChange>,
) -> Result<Response, Problem> {
    let (partner, code) = named(path);
    known(&app, &caller, partner, &code).await?;
    let input = body.and_then(|change| {
        let version = Some(caller.need_version()?);
        match change.fault() {
            Some(wrong) => Err(out_of_range(wrong)),
            None => Ok(EditPlan { partner, code, version, change }),
        }
    });
    Ok(answered(door::change(&app.house, &caller, partner, input).await?))
}

/// When a plan ends.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ends {
    /// Nobody new is assigned to it from then on; null or left out: it is sold.
    pub end_of_sale_at: Option<Timestamp>,
    /// No term of it begins from then on; null or left out: it renews.
    pub end_of_life_at: Option<Timestamp>,
}

/// Says when a plan's sale and its life end. Who has it keeps it, to the end of the term at least.
#[utoipa::path(post, path = "/v1/msp/{msp}/plans/{id}/end", tag = "plans", request_body = Ends, params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = Offer), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn end_plan(
    State(app): State<Shared>,
    caller: Caller,
    Path(path): Path<(String, String)>,
    Body(body): Body<Ends>,
) -> Result<Response, Problem> {
    let (partner, code) = named(path);
    known(&app, &caller, partner, &code).await?;
    let input = body.map(|b| EndPlan { partner, code, end_of_sale_at: b.end_of_sale_at, end_of_life_at: b.end_of_life_at });
    Ok(answered(door::change(&app.house, &caller, partner, input).await?))
}

/// Licences that expire, and those that have expired.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ExpiringLists {
    /// Calendar months that the list looks ahead: a setting of the MSP, `expiring_months`.
    months: i64,
    /// Today ≤ day of expiry ≤ so many calendar months from today, the next first.
    data: Vec<Subscription>,
    /// Those that have ended, and those of suspended customers, what ended last first.
    expired: Vec<Subscription>,
}

/// Licences that end within the months the MSP chose, and apart those that have ended. What renews itself does not expire.
#[utoipa::path(get, path = "/v1/msp/{msp}/expiring", tag = "plans", params(("msp" = String, Path)), responses((status = 200, body = ExpiringLists), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn list_expiring(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    NoQuery(query): NoQuery,
) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, partner, query.map(|()| ExpiringOf { partner })).await?;
    Ok(Json(ExpiringLists { months: found.months, data: found.soon, expired: found.over }).into_response())
}

fn file(kind: &'static str, name: &'static str, body: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, HeaderValue::from_static(name))];
    (headers, body).into_response()
}

/// The same as CSV.
#[utoipa::path(get, path = "/v1/msp/{msp}/expiring/export", tag = "plans", params(("msp" = String, Path)), responses((status = 200, description = "The file", content_type = "text/csv"), (status = 404, body = Problem)))]
async fn export_expiring(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    door::probe::<Export>(&app.house, &caller, partner).await?;
    let found = door::look(&app.house, &caller, partner, Ok(ExpiringOf { partner })).await?;
    let body = found.csv().map_err(|e| Problem::internal(e.to_string()))?;
    Ok(file("text/csv; charset=utf-8", "attachment; filename=\"expiring-licences.csv\"", body))
}

/// What has ended, and everything that ends or renews within two years, as a calendar: subscribe to it with an API token, or download
/// it signed in.
#[utoipa::path(get, path = "/v1/msp/{msp}/expiring/calendar", tag = "plans", params(("msp" = String, Path)), responses((status = 200, description = "The calendar", content_type = "text/calendar"), (status = 404, body = Problem)))]
async fn calendar(
    State(app): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    door::probe::<Read>(&app.house, &caller, partner).await?;
    let found = door::look(&app.house, &caller, partner, Ok(Calendar { partner, part: Part::File })).await?;
    let text = calendar::ics(&found.lines, found.all.now, console::language_of(&headers, None));
    Ok(file("text/calendar; charset=utf-8", "attachment; filename=\"licences.ics\"", text.into_bytes()))
}

/// A customer's subscriptions, that of its seats first.
#[utoipa::path(get, path = "/v1/tenants/{customer}/subscriptions", tag = "plans", params(("customer" = String, Path)), responses((status = 200, body = Data<Subscription>), (status = 404, body = Problem)))]
async fn of_customer(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, customer, Ok(SubscriptionsOf { partner: None, customer })).await?;
    let data = found.ok_or_else(Problem::not_found)?.rows;
    Ok(Json(Data { data }).into_response())
}

/// A plan to subscribe to.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubscription {
    /// The plan's code.
    pub plan: String,
}

/// Subscribes a paid customer to a plan of another product, from now on.
#[utoipa::path(post, path = "/v1/tenants/{customer}/subscriptions", tag = "plans", request_body = NewSubscription, params(("customer" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = Subscription), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn subscribe(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<NewSubscription>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| {
        caller.need_key()?;
        Ok(Subscribe { customer, plan: code(b.plan)? })
    });
    Ok(door::change(&app.house, &caller, customer, input).await?.with(StatusCode::CREATED))
}

pub(super) fn code(text: String) -> Result<String, Problem> {
    if is_code(&text) { Ok(text) } else { Err(Problem::invalid("/plan", "invalid", "Name a plan by its code; GET …/plans lists them.")) }
}

type Ids = PathIds<kinds::Customer, kinds::Subscription>;

/// Whoever lacks the right is told so; then a missing subscription answers 404 before anything else about the request is told.
pub(super) async fn here<P: Permission>(app: &Shared, caller: &Caller, customer: CustomerId, id: SubscriptionId) -> Result<(), Problem> {
    door::probe::<P>(&app.house, caller, customer).await?;
    let found = door::look(&app.house, caller, customer, Ok(SubscriptionsOf { partner: None, customer })).await?;
    found.and_then(|f| f.rows.into_iter().find(|s| s.id == id)).map(drop).ok_or_else(Problem::not_found)
}

/// Another plan for a subscription.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherPlan {
    /// The plan's code.
    pub plan: String,
    /// True: not before the term ends. False or left out: now, with a new term.
    #[serde(default)]
    pub at_term_end: bool,
    /// The subscription's version as it was seen; with any other nothing is done. Left out: whatever it is.
    pub version: Option<i64>,
}

/// Puts a subscription on another plan of its product, up or down; or on the newest version of its own.
#[utoipa::path(post, path = "/v1/tenants/{customer}/subscriptions/{id}/plan", tag = "plans", request_body = OtherPlan, params(("customer" = String, Path), ("id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = Subscription), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change_plan(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, subscription): Ids,
    Body(body): Body<OtherPlan>,
) -> Result<Response, Problem> {
    here::<Purchase>(&app, &caller, customer, subscription).await?;
    let input = body.and_then(|b| {
        caller.need_key()?;
        Ok(ChangePlan { customer, subscription, plan: code(b.plan)?, at_term_end: b.at_term_end, version: b.version })
    });
    Ok(door::change(&app.house, &caller, customer, input).await?.ok())
}

/// How a subscription is renewed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    /// Another subscription of the customer, with which it ends from now on; left out: it is renewed by a term of its plan.
    pub with: Option<SubscriptionId>,
    /// The subscription's version as it was seen; with any other nothing is done. Left out: whatever it is.
    pub version: Option<i64>,
}

/// Renews a subscription now.
#[utoipa::path(post, path = "/v1/tenants/{customer}/subscriptions/{id}/renew", tag = "plans", request_body = Renewal, params(("customer" = String, Path), ("id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = Subscription), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn renew(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, subscription): Ids,
    Body(body): Body<Renewal>,
) -> Result<Response, Problem> {
    here::<Purchase>(&app, &caller, customer, subscription).await?;
    let input = body.and_then(|b| {
        caller.need_key()?;
        Ok(Renew { customer, subscription, with: b.with, version: b.version })
    });
    Ok(door::change(&app.house, &caller, customer, input).await?.ok())
}

/// What follows at the end of a term.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Follows {
    /// Calendar months by which it renews itself, 1 to 120; null or left out: it ends with its term.
    pub months: Option<i64>,
    /// The subscription's version as it was seen; with any other nothing is done. Left out: whatever it is.
    pub version: Option<i64>,
}

/// Says whether a subscription renews itself. A change that was planned for the end of the term is taken back.
#[utoipa::path(put, path = "/v1/tenants/{customer}/subscriptions/{id}/auto-renew", tag = "plans", request_body = Follows, params(("customer" = String, Path), ("id" = String, Path)), responses((status = 200, body = Subscription), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn auto_renew(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, subscription): Ids,
    Body(body): Body<Follows>,
) -> Result<Response, Problem> {
    here::<Purchase>(&app, &caller, customer, subscription).await?;
    let input = body.and_then(|b| match b.months {
        Some(months) if !(1..=120).contains(&months) => Err(out_of_range(("months", 1, 120))),
        months => Ok(SetAutoRenew { customer, subscription, months, version: b.version }),
    });
    Ok(door::change(&app.house, &caller, customer, input).await?.ok())
}
