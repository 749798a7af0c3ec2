//! REST twin of the portfolio.

mod bulk;
mod lists;
mod right_size;
mod views;

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use jiff::civil::Date;
use store::kinds;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    paging::{Ask, Spec},
    problem::Problem,
};

use super::{
    Portfolio,
    asof::PortfolioAt,
    evidence::{CustomerEvidence, CustomerNumber, Evidence, Kpi, KpiEvidence},
    queries::PortfolioOf,
    settled,
};
use crate::{app::Shared, console::language_of};

pub use bulk::{BulkAnswer, Whom, allowed, distinct, perform};
pub use lists::query_of;
pub use right_size::size;
pub use views::{NewView, command_of};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(portfolio))
        .routes(routes!(kpi_evidence))
        .routes(routes!(customer_evidence))
        .merge(lists::routes())
        .merge(views::routes())
        .merge(bulk::routes())
        .merge(right_size::routes())
        .merge(super::command_center::api())
}

const PORTFOLIO: Spec = Spec { filters: &[], sorts: &[], extra: &["as_of"] };

/// The whole dashboard in one request, now or at the end of a past day.
#[utoipa::path(get, path = "/v1/msp/{msp}/portfolio", tag = "portfolio", params(("msp" = String, Path), ("as_of" = Option<String>, Query, description = "A day of the MSP's time zone, such as 2026-10-31")), responses((status = 200, body = Portfolio), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn portfolio(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    settled(&app.house, &caller, partner).await?;
    let ask = Ask::read(query.as_deref(), &PORTFOLIO)?;
    let Some(text) = ask.extra.get("as_of") else {
        let found = door::look(&app.house, &caller, partner, Ok(PortfolioOf { partner })).await?;
        return Ok(Json(found).into_response());
    };
    let date = day(text)?;
    let past = door::look(&app.house, &caller, partner, Ok(PortfolioAt { partner, date })).await?;
    Ok(Json(past.ok_or_else(day_problem)?.portfolio).into_response())
}

/// Reads a day.
///
/// # Errors
/// 400 naming the parameter.
fn day(text: &str) -> Result<Date, Problem> {
    text.parse().map_err(|_| {
        Problem::unreadable("invalid-parameter", "as_of must be a day such as 2026-10-31.").field(
            "as_of",
            "invalid",
            "must be a day such as 2026-10-31",
        )
    })
}

/// The problem of a day that has not begun.
#[must_use]
pub fn day_problem() -> Problem {
    Problem::unreadable("invalid-parameter", "as_of must be today or a day before it.").field("as_of", "future", "must be today or before")
}

/// Why a number above the list says what it says; its rule in the language of `Accept-Language`.
#[utoipa::path(get, path = "/v1/msp/{msp}/evidence/{id}", tag = "portfolio", params(("msp" = String, Path), ("id" = String, Path, description = "active_customers, seats, pass_rate, attention or members")), responses((status = 200, body = Evidence), (status = 404, body = Problem)))]
async fn kpi_evidence(
    State(app): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    Path((msp, word)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let partner = door::id(&msp);
    settled(&app.house, &caller, partner).await?;
    let lang = language_of(&headers, None);
    let input = Kpi::parse(&word).map(|kpi| KpiEvidence { partner, kpi, lang }).ok_or_else(Problem::not_found);
    Ok(Json(door::look(&app.house, &caller, partner, input).await?).into_response())
}

/// Why a customer's number says what it says; its rule in the language of `Accept-Language`.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/{customer}/evidence/{id}", tag = "portfolio", params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path, description = "status, pass_rate or seats")), responses((status = 200, body = Evidence), (status = 404, body = Problem)))]
async fn customer_evidence(
    State(app): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    Path((msp, customer, word)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let partner = door::id(&msp);
    let customer = door::id(&customer);
    door::probe::<access::permissions::Read>(&app.house, &caller, customer).await?;
    super::settle(&app.house, partner).await?;
    let lang = language_of(&headers, None);
    let input =
        CustomerNumber::parse(&word).map(|number| CustomerEvidence { partner, customer, number, lang }).ok_or_else(Problem::not_found);
    let found = door::look(&app.house, &caller, customer, input).await?;
    Ok(Json(found.ok_or_else(Problem::not_found)?).into_response())
}
