//! REST twin of order requests, of a distributor's pool, and of the terms by which a partner orders.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use store::{DistributorId, Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds},
    paging::{NoQuery, Page},
    problem::Problem,
};

use super::{
    ApproveRequest, Approved, DeclineRequest, Line, OrderRequest, OrderRequests, OrderStock, RequestOrder, RequestOrders, SetOrderTerms,
    StockOf, StockOrder, StockPool, TermsOf, TermsSet,
    api_lines::{NewLine, Wanted, in_lines},
};
use crate::{app::Shared, licensing::catalogue::Unit, noun::Note};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, ask))
        .routes(routes!(approve))
        .routes(routes!(decline))
        .routes(routes!(stock))
        .routes(routes!(order_stock))
        .routes(routes!(get_terms, set_terms))
}

type Ids = PathIds<kinds::Partner, kinds::OrderRequest>;

/// Orders asked for at an MSP: those that wait first, then newest first; the last 200.
#[utoipa::path(get, path = "/v1/msp/{msp}/order-requests", tag = "licenses", params(("msp" = String, Path)), responses((status = 200, body = Page<OrderRequest>), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    NoQuery(query): NoQuery,
) -> Result<Response, Problem> {
    let data = door::look(&app.house, &caller, partner, query.map(|()| OrderRequests { partner })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// An order to ask for: `sku`, `quantity` and perhaps `version`, or `lines`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    /// What.
    pub sku: Option<String>,
    /// How many pieces, 1 to 10,000.
    pub quantity: Option<i64>,
    /// The version whose conditions were seen: where another is sold by now, nothing is done.
    pub version: Option<i64>,
    /// Several SKUs at once, 1 to 20, each once: a request for each, or none.
    #[serde(default, deserialize_with = "door::some_objects")]
    #[schema(value_type = Option<Vec<NewLine>>)]
    pub lines: Option<Vec<NewLine>>,
    /// What it is for; at most 500 characters on one line.
    pub note: Option<Note>,
}

/// Asks for an order, or several at once, where placing them is not one's right. The answer to `lines` is `{requests: […]}`, one a line.
#[utoipa::path(post, path = "/v1/msp/{msp}/order-requests", tag = "licenses", request_body = NewRequest, params(("msp" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = OrderRequest), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn ask(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<NewRequest>,
) -> Result<Response, Problem> {
    let wanted = body.and_then(|b| {
        caller.need_key()?;
        Ok((Wanted::read((b.sku, b.quantity, b.version), b.lines)?, b.note.map(String::from)))
    });
    let one = match wanted {
        Ok((Wanted::Several(lines), note)) => {
            let skus: Vec<String> = lines.iter().map(|line| line.sku.clone()).collect();
            let asked = door::change(&app.house, &caller, partner, Ok(RequestOrders { partner, lines, note })).await;
            return Ok(asked.map_err(|problem| in_lines(problem, &skus))?.with(StatusCode::CREATED));
        }
        Ok((Wanted::One(Line { sku, quantity, version }), note)) => Ok(RequestOrder { partner, sku, quantity, version, note }),
        Err(problem) => Err(problem),
    };
    Ok(door::change(&app.house, &caller, partner, one).await?.with(StatusCode::CREATED))
}

/// Approves a request: the order is placed, by whoever approves, once.
#[utoipa::path(post, path = "/v1/msp/{msp}/order-requests/{id}/approve", tag = "licenses", params(("msp" = String, Path), ("id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = Approved), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn approve(State(app): State<Shared>, caller: Caller, PathIds(partner, request): Ids) -> Result<Response, Problem> {
    let input = caller.need_key().map(|_| ApproveRequest { partner, request });
    Ok(door::change(&app.house, &caller, partner, input).await?.ok())
}

/// Why not.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Declining {
    /// The reason, for whoever asked.
    pub reason: Note,
}

/// Declines a request, with a reason.
#[utoipa::path(post, path = "/v1/msp/{msp}/order-requests/{id}/decline", tag = "licenses", request_body = Declining, params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = OrderRequest), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn decline(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, request): Ids,
    Body(body): Body<Declining>,
) -> Result<Response, Problem> {
    let input = body.map(|b| DeclineRequest { partner, request, reason: b.reason.into() });
    Ok(door::change(&app.house, &caller, partner, input).await?.ok())
}

/// A distributor's pool: what it has, its own orders, and who drew what.
#[utoipa::path(get, path = "/v1/distributors/{id}/pool", tag = "partners", params(("id" = String, Path)), responses((status = 200, body = StockPool), (status = 404, body = Problem)))]
async fn stock(State(app): State<Shared>, caller: Caller, PathId(distributor): PathId<kinds::Distributor>) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, distributor, Ok(StockOf { distributor })).await?;
    let (_, pool) = found.ok_or_else(Problem::not_found)?;
    Ok(Json(pool).into_response())
}

/// Units to add to a distributor's pool.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStock {
    /// What is counted.
    pub unit: Unit,
    /// How many, 1 to 1,000,000,000.
    pub units: i64,
    /// For how many calendar months, 1 to 120.
    pub months: i64,
    /// From when; from now on when absent or past.
    pub starts_at: Option<Timestamp>,
}

/// The command, or what is wrong.
pub(super) fn stock_of(distributor: DistributorId, body: NewStock) -> Result<OrderStock, Problem> {
    if !(1..=1_000_000_000).contains(&body.units) {
        return Err(Problem::invalid("/units", "out-of-range", "A whole number from 1 to 1,000,000,000."));
    }
    if !(1..=120).contains(&body.months) {
        return Err(Problem::invalid("/months", "out-of-range", "A whole number from 1 to 120."));
    }
    Ok(OrderStock { distributor, unit: body.unit, units: body.units, months: body.months, starts_at: body.starts_at })
}

/// Adds an order to a distributor's pool.
#[utoipa::path(post, path = "/v1/distributors/{id}/orders", tag = "partners", request_body = NewStock, params(("id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = StockOrder), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn order_stock(
    State(app): State<Shared>,
    caller: Caller,
    PathId(distributor): PathId<kinds::Distributor>,
    Body(body): Body<NewStock>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| {
        caller.need_key()?;
        stock_of(distributor, b)
    });
    Ok(door::change(&app.house, &caller, distributor, input).await?.with(StatusCode::CREATED))
}

/// How a partner's orders are met.
#[utoipa::path(get, path = "/v1/msp/{msp}/order-terms", tag = "partners", params(("msp" = String, Path)), responses((status = 200, body = TermsSet), (status = 404, body = Problem)))]
async fn get_terms(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, partner, Ok(TermsOf { partner })).await?;
    Ok(Json(TermsSet { terms: found.terms }).into_response())
}

/// Decides how a partner's orders are met from now on: billed, or drawn on the distributor's pool.
#[utoipa::path(put, path = "/v1/msp/{msp}/order-terms", tag = "partners", request_body = TermsSet, params(("msp" = String, Path)), responses((status = 200, body = TermsSet), (status = 422, body = Problem)))]
async fn set_terms(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<TermsSet>,
) -> Result<Response, Problem> {
    let input = body.map(|b| SetOrderTerms { partner, terms: b.terms });
    Ok(door::change(&app.house, &caller, partner, input).await?.ok())
}
