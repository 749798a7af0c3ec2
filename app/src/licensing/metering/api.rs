//! REST twin of metering.

use access::permissions::Export;
use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use serde::Serialize;
use sheets::{Cell, Column, Csv, Kind, Writer};
use store::{PartnerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    paging::{Ask, Spec},
    problem::Problem,
};

use super::{Asked, MaaOf, MonthMaa, lines};
use crate::{app::Shared, hierarchy::standing};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(maa)).routes(routes!(export))
}

const PARAMETERS: Spec = Spec { filters: &[], sorts: &[], extra: &["period", "months"] };

/// The most months that are answered at once.
const MOST: i64 = 36;

fn asked(query: Option<&str>) -> Result<Asked, Problem> {
    let ask = Ask::read(query, &PARAMETERS)?;
    let bad = |name: &str, wanted: &str| {
        Problem::unreadable("invalid-parameter", format!("{name} must be {wanted}.")).field(name, "invalid", format!("must be {wanted}"))
    };
    match (ask.extra.get("period"), ask.extra.get("months")) {
        (Some(_), Some(_)) => Err(bad("months", "left out where period is given")),
        (Some(period), None) => {
            period.parse().map(|month| Asked::One(Some(month))).map_err(|why| bad("period", &why.replacen("not ", "", 1)))
        }
        (None, Some(months)) => {
            let months = months.parse().ok().filter(|n| (1..=MOST).contains(n));
            months.map(Asked::Last).ok_or_else(|| bad("months", &format!("a number from 1 to {MOST}")))
        }
        (None, None) => Ok(Asked::One(None)),
    }
}

async fn metered(app: &Shared, caller: &Caller, partner: PartnerId, asked: Result<Asked, Problem>) -> Result<Vec<MonthMaa>, Problem> {
    standing::settled(&app.house, caller, partner).await?;
    let found = door::look(&app.house, caller, partner, asked.map(|asked| MaaOf { partner, asked })).await?;
    found.ok_or_else(|| Problem::invalid("period", "in-the-future", "This month has not begun."))
}

/// Months of an MSP, the running one last.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Months {
    /// The months.
    data: Vec<MonthMaa>,
}

/// Monthly active accounts: those of one month (the running one unless `period` says another), or with `months` of the last ones.
#[utoipa::path(get, path = "/v1/msp/{msp}/metering/maa", tag = "metering", params(("msp" = String, Path), ("period" = Option<String>, Query, description = "YYYY-MM"), ("months" = Option<i64>, Query, description = "1 to 36: the last so many as `data`, oldest first")), responses((status = 200, body = MonthMaa), (status = 400, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn maa(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = asked(query.as_deref());
    let many = matches!(asked, Ok(Asked::Last(_)));
    let mut months = metered(&app, &caller, partner, asked).await?;
    Ok(match months.pop() {
        Some(one) if !many => Json(one).into_response(),
        last => Json(Months { data: months.into_iter().chain(last).collect() }).into_response(),
    })
}

/// The same as CSV: a line a customer, a column a month.
#[utoipa::path(get, path = "/v1/msp/{msp}/metering/maa/export", tag = "metering", params(("msp" = String, Path), ("period" = Option<String>, Query), ("months" = Option<i64>, Query)), responses((status = 200, description = "The file", content_type = "text/csv"), (status = 400, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn export(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<Export>(&app.house, &caller, partner).await?;
    let months = metered(&app, &caller, partner, asked(query.as_deref())).await?;
    let body = csv(&months).map_err(|e| Problem::internal(e.to_string()))?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let name = HeaderValue::from_static("attachment; filename=\"monthly-active-accounts.csv\"");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

fn csv(months: &[MonthMaa]) -> Result<Vec<u8>, sheets::WriteError> {
    let mut columns = vec![Column::new("customer_id", "customer_id", Kind::Text), Column::new("customer", "customer", Kind::Text)];
    columns.extend(months.iter().map(|m| Column::new(m.sum.period.to_string(), m.sum.period.to_string(), Kind::Int)));
    let mut out = Csv::with_mark(Vec::new(), &columns)?;
    for line in lines(months.iter().map(|m| m.by_customer.as_slice())) {
        let mut cells: Vec<Cell> = vec![line.customer.to_string().into(), line.name.into()];
        cells.extend(line.maa.into_iter().map(Cell::from));
        out.row(&cells)?;
    }
    out.finish()
}
