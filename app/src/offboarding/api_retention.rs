//! REST twin of retention: who would go.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use store::kinds;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    paging,
    problem::Problem,
};

use super::retention::DaysOf;
use crate::{
    app::Shared,
    directory::{Member, RetiringOf, reading},
    hierarchy::settings::RETENTION_DAYS,
};

/// The API route.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(retiring))
}

/// Members named at most.
const NAMED: i64 = 100;

/// Who would be removed by retention.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Retiring {
    /// After how many days of being inactive; null when members are kept for ever.
    pub days: Option<i64>,
    /// How many would go with the next run.
    pub count: i64,
    /// The first of them by name.
    pub members: Vec<Member>,
}

/// Who would be removed by retention with the next run, as it is set or with another number of days.
#[utoipa::path(get, path = "/v1/tenants/{customer}/members/retention", tag = "members", params(("customer" = String, Path), ("days" = Option<i64>, Query)), responses((status = 200, body = Retiring), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn retiring(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ReadMembers>(&app.house, &caller, customer).await?;
    let said = paging::plain(query.as_deref(), &["days"])?;
    let days = match said.get("days") {
        None => door::look(&app.house, &caller, customer, Ok(DaysOf { customer })).await?,
        Some(text) => {
            let wrong = || {
                Problem::unreadable("invalid-parameter", "days must be a whole number from 0 to 3,650.").field(
                    "days",
                    "invalid",
                    "0 to 3,650",
                )
            };
            Some(text.parse::<i64>().ok().filter(|n| RETENTION_DAYS.contains(n)).ok_or_else(wrong)?)
        }
    };
    let Some(after) = days else { return Ok(Json(Retiring { days, count: 0, members: Vec::new() }).into_response()) };
    let (count, members) = door::look(&app.house, &caller, customer, Ok(RetiringOf { customer, days: after, limit: NAMED })).await?;
    reading::note(&app, &caller, customer).await?;
    Ok(Json(Retiring { days, count, members }).into_response())
}
