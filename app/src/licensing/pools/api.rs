//! REST twin of the pool.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use store::{CustomerId, OperationId, Uuid, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, Reply},
    paging::{Ask, NoQuery, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{
    Allocate, Allocated, BeginRelease, BeginTransfer, ByTenant, Line, Order, Orders, PlaceOrder, PlaceOrders, Released, Row, Summary,
    SummaryOf, Transferred,
    api_lines::{NewLine, Wanted, in_lines},
};
use crate::{
    app::{App, Shared},
    operations::Outcome,
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(summary))
        .routes(routes!(by_tenant))
        .routes(routes!(allocate))
        .routes(routes!(release))
        .routes(routes!(transfer))
        .routes(routes!(list_orders, place_order))
        .merge(super::api_reports::routes())
        .merge(super::api_orders::routes())
}

/// The pool of an MSP in numbers.
#[utoipa::path(get, path = "/v1/msp/{msp}/licenses/summary", tag = "licenses", params(("msp" = String, Path)), responses((status = 200, body = Summary), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn summary(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    NoQuery(query): NoQuery,
) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, partner, query.map(|()| SummaryOf { partner })).await?;
    Ok(Json(found).into_response())
}

const BY_TENANT: Spec = Spec { filters: &[], sorts: &[], extra: &[] };

/// Seats by customer, largest first.
#[utoipa::path(get, path = "/v1/msp/{msp}/licenses/by-tenant", tag = "licenses", params(("msp" = String, Path), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Row>), (status = 404, body = Problem)))]
async fn by_tenant(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let ask = Ask::read(query.as_deref(), &BY_TENANT);
    let binding = format!("by-tenant {partner}");
    let input = ask.and_then(|ask| {
        let after = ask.after.as_deref().map(|text| app.signer.open::<(i64, Uuid)>(&binding, text)).transpose()?;
        Ok(ByTenant { partner, after, offset: 0, limit: i64::from(ask.size) })
    });
    let size = input.as_ref().map_or(0, |q| q.limit);
    let (data, total) = door::look(&app.house, &caller, partner, input).await?;
    let full = i64::try_from(data.len()).is_ok_and(|n| n == size);
    let next = data.last().filter(|_| full).map(|r| app.signer.seal(&binding, &(r.allocated, r.tenant_id.0)));
    Ok(Json(Page { data, page: PageInfo { next, total } }).into_response())
}

/// Seats to give or take: a difference, never a total.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatsChange {
    /// The customer.
    pub tenant_id: CustomerId,
    /// How many, at least 1.
    pub seats: i64,
    /// Why, for the ledger; at most 500 characters.
    pub reason: Option<String>,
}

impl SeatsChange {
    fn checked(self, caller: &Caller) -> Result<SeatsChange, Problem> {
        check(caller, self.seats, self.reason.as_deref())?;
        Ok(self)
    }
}

/// What every change of seats asks for.
fn check(caller: &Caller, seats: i64, reason: Option<&str>) -> Result<(), Problem> {
    caller.need_key()?;
    if !(1..=1_000_000_000).contains(&seats) {
        return Err(Problem::invalid("/seats", "out-of-range", "Seats must be a whole number from 1 to 1,000,000,000."));
    }
    if reason.is_some_and(|r| r.chars().count() > 500) {
        return Err(Problem::invalid("/reason", "too-long", "A reason may have at most 500 characters."));
    }
    Ok(())
}

/// Seats to carry from one customer to another.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatsTransfer {
    /// The customer that gives.
    pub from_tenant_id: CustomerId,
    /// The customer that gets; of the same MSP.
    pub to_tenant_id: CustomerId,
    /// How many, at least 1.
    pub seats: i64,
    /// Why, for the ledger; at most 500 characters.
    pub reason: Option<String>,
}

fn node_of(body: &Result<SeatsChange, Problem>) -> CustomerId {
    body.as_ref().map_or(CustomerId::new(Uuid::nil()), |b| b.tenant_id)
}

/// A body whose customer cannot be read can name no node: then only the credential is checked before it is complained about.
async fn known<T>(app: &Shared, caller: &Caller, body: &Result<T, Problem>) -> Result<(), Problem> {
    let (Err(problem), credential, now) = (body, caller.credential, app.house.now()) else { return Ok(()) };
    let actor = app.house.control().read(move |view| access::authenticate(view, &credential, now)).await?;
    Err(if actor.is_some() { problem.clone() } else { Problem::unauthenticated() })
}

/// Allocates additional seats to a customer.
#[utoipa::path(post, path = "/v1/licenses/allocate", tag = "licenses", request_body = SeatsChange, params(("Idempotency-Key" = String, Header)), responses((status = 200, body = Allocated), (status = 409, body = Problem)))]
async fn allocate(State(app): State<Shared>, caller: Caller, Body(body): Body<SeatsChange>) -> Result<Response, Problem> {
    known(&app, &caller, &body).await?;
    let node = node_of(&body);
    let input =
        body.and_then(|b| b.checked(&caller)).map(|b| Allocate { tenant_id: b.tenant_id, seats: b.seats, reason: b.reason, held: None });
    Ok(door::change(&app.house, &caller, node, input).await?.ok())
}

/// Releases seats of a customer back to the pool.
#[utoipa::path(post, path = "/v1/licenses/release", tag = "licenses", request_body = SeatsChange, params(("Idempotency-Key" = String, Header)), responses((status = 200, body = Released), (status = 202, description = "The region has not answered yet: watch the operation"), (status = 409, body = Problem)))]
async fn release(State(app): State<Shared>, caller: Caller, Body(body): Body<SeatsChange>) -> Result<Response, Problem> {
    known(&app, &caller, &body).await?;
    let node = node_of(&body);
    let input = body.and_then(|b| b.checked(&caller)).map(|b| BeginRelease {
        tenant_id: b.tenant_id,
        seats: b.seats,
        reason: b.reason,
        held: None,
    });
    let answer = match door::change(&app.house, &caller, node, input).await? {
        Reply::Done(answer) => answer,
        preview @ Reply::Preview(_) => return Ok(preview.ok()),
    };
    released(&app, answer.value, answer.replayed).await
}

/// Carries seats from one customer to another of the same MSP.
#[utoipa::path(post, path = "/v1/licenses/transfer", tag = "licenses", request_body = SeatsTransfer, params(("Idempotency-Key" = String, Header)), responses((status = 200, body = Transferred), (status = 202, description = "The region has not answered yet: watch the operation"), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn transfer(State(app): State<Shared>, caller: Caller, Body(body): Body<SeatsTransfer>) -> Result<Response, Problem> {
    known(&app, &caller, &body).await?;
    let node = body.as_ref().map_or(CustomerId::new(Uuid::nil()), |b| b.from_tenant_id);
    let input = body.and_then(|SeatsTransfer { from_tenant_id, to_tenant_id, seats, reason }| {
        check(&caller, seats, reason.as_deref())?;
        Ok(BeginTransfer { from_tenant_id, to_tenant_id, seats, reason })
    });
    let answer = match door::change(&app.house, &caller, node, input).await? {
        Reply::Done(answer) => answer,
        preview @ Reply::Preview(_) => return Ok(preview.ok()),
    };
    released(&app, answer.value, answer.replayed).await
}

/// The answer to who released seats: what came of it if the region has answered, or else the operation to watch.
///
/// # Errors
/// The store's trouble.
pub async fn released(app: &App, operation: OperationId, replayed: bool) -> Result<Response, Problem> {
    let mut response = match super::outcome(&app.house, operation).await? {
        Outcome::Succeeded(value) => Json(value).into_response(),
        Outcome::Failed(problem) => {
            let status = problem
                .get("status")
                .and_then(serde_json::Value::as_u64)
                .and_then(|s| u16::try_from(s).ok())
                .and_then(|s| StatusCode::from_u16(s).ok());
            (status.unwrap_or(StatusCode::CONFLICT), [(http::header::CONTENT_TYPE, "application/problem+json")], problem.to_string())
                .into_response()
        }
        Outcome::Pending => {
            let location = format!("/v1/operations/{operation}");
            (StatusCode::ACCEPTED, [(http::header::LOCATION, location)], Json(serde_json::json!({ "operation_id": operation })))
                .into_response()
        }
    };
    if replayed {
        response.headers_mut().insert("idempotency-replayed", http::HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Orders of an MSP, newest first.
#[utoipa::path(get, path = "/v1/msp/{msp}/orders", tag = "licenses", params(("msp" = String, Path)), responses((status = 200, body = Page<Order>), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn list_orders(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    NoQuery(query): NoQuery,
) -> Result<Response, Problem> {
    let (data, _) = door::look(&app.house, &caller, partner, query.map(|()| Orders { partner })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// An order to place: `sku`, `quantity` and perhaps `version`, or `lines`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// What.
    pub sku: Option<String>,
    /// How many pieces, 1 to 10,000.
    pub quantity: Option<i64>,
    /// The version whose conditions were seen: where another is sold by now, nothing is done.
    pub version: Option<i64>,
    /// Several SKUs at once, 1 to 20, each once: all of them are ordered, or none.
    #[serde(default, deserialize_with = "door::some_objects")]
    #[schema(value_type = Option<Vec<NewLine>>)]
    pub lines: Option<Vec<NewLine>>,
}

/// Places an order, or several at once: all of them or none. The answer to `lines` is `{orders: […]}`, one a line.
#[utoipa::path(post, path = "/v1/msp/{msp}/orders", tag = "licenses", request_body = NewOrder, params(("msp" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = Order), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn place_order(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<NewOrder>,
) -> Result<Response, Problem> {
    let wanted = body.and_then(|b| {
        caller.need_key()?;
        Wanted::read((b.sku, b.quantity, b.version), b.lines)
    });
    let one = match wanted {
        Ok(Wanted::Several(lines)) => {
            let skus: Vec<String> = lines.iter().map(|line| line.sku.clone()).collect();
            let placed = door::change(&app.house, &caller, partner, Ok(PlaceOrders { partner, lines })).await;
            return Ok(placed.map_err(|problem| in_lines(problem, &skus))?.with(StatusCode::CREATED));
        }
        Ok(Wanted::One(Line { sku, quantity, version })) => Ok(PlaceOrder { partner, sku, quantity, version }),
        Err(problem) => Err(problem),
    };
    Ok(door::change(&app.house, &caller, partner, one).await?.with(StatusCode::CREATED))
}
