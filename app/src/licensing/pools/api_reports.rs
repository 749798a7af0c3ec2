//! REST twin of the overview and of the monthly counts.

use access::permissions::Export;
use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use sheets::{Cell, Column, Csv, Kind, Writer};
use store::{Money, PartnerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    paging::{Ask, Spec},
    problem::Problem,
};

use super::{MonthUnits, Outlook, OutlookOf, Overview, OverviewOf, Units, UnitsOf};
use crate::{
    app::Shared,
    hierarchy::standing,
    licensing::{month::Month, subscriptions::Meter},
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(overview)).routes(routes!(units)).routes(routes!(export)).routes(routes!(outlook))
}

/// The MSP at a glance: users and companies of its licence.
#[utoipa::path(get, path = "/v1/msp/{msp}/overview", tag = "licenses", params(("msp" = String, Path)), responses((status = 200, body = Overview), (status = 404, body = Problem)))]
async fn overview(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    Ok(Json(door::look(&app.house, &caller, partner, Ok(OverviewOf { partner })).await?).into_response())
}

/// Seats nobody used in the last 30 days, and when seats run out if those come who are about to and the last 90 days go on.
#[utoipa::path(get, path = "/v1/msp/{msp}/licenses/outlook", tag = "licenses", params(("msp" = String, Path)), responses((status = 200, body = Outlook), (status = 404, body = Problem)))]
async fn outlook(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    Ok(Json(door::look(&app.house, &caller, partner, Ok(OutlookOf { partner })).await?).into_response())
}

const PARAMETERS: Spec = Spec { filters: &[], sorts: &[], extra: &["period"] };

fn period(query: Option<&str>) -> Result<Option<Month>, Problem> {
    let ask = Ask::read(query, &PARAMETERS)?;
    let Some(text) = ask.extra.get("period") else { return Ok(None) };
    let wrong = "must be a month, such as 2026-11";
    text.parse()
        .map(Some)
        .map_err(|_| Problem::unreadable("invalid-parameter", format!("period {wrong}.")).field("period", "invalid", wrong.to_owned()))
}

async fn month(app: &Shared, caller: &Caller, partner: PartnerId, query: Option<&str>) -> Result<MonthUnits, Problem> {
    standing::settled(&app.house, caller, partner).await?;
    let input = period(query).map(|period| UnitsOf { partner, period });
    let found = door::look(&app.house, caller, partner, input).await?;
    found.ok_or_else(|| Problem::invalid("period", "in-the-future", "This month has not begun."))
}

/// Seats a month by customer: the most it held, the most that was active; what they cost, what the customer is charged by its plan, and
/// what is left, for those who may see prices.
#[utoipa::path(get, path = "/v1/msp/{msp}/licenses/units", tag = "licenses", params(("msp" = String, Path), ("period" = Option<String>, Query, description = "YYYY-MM; the running month when absent")), responses((status = 200, body = MonthUnits), (status = 400, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn units(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Ok(Json(month(&app, &caller, partner, query.as_deref()).await?).into_response())
}

/// The same as CSV: a line a customer, with an id that stays the same.
#[utoipa::path(get, path = "/v1/msp/{msp}/licenses/units/export", tag = "licenses", params(("msp" = String, Path), ("period" = Option<String>, Query)), responses((status = 200, description = "The file", content_type = "text/csv"), (status = 400, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn export(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<Export>(&app.house, &caller, partner).await?;
    let month = month(&app, &caller, partner, query.as_deref()).await?;
    let body = csv(&month).map_err(|e| Problem::internal(e.to_string()))?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let name = HeaderValue::from_static("attachment; filename=\"seats-by-month.csv\"");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

const TEXTS: [&str; 6] = ["id", "customer_id", "account_number", "customer", "sku", "period"];
const NUMBERS: [&str; 3] = ["provisioned", "used", "over_provisioned"];

/// Lines of equal width whatever is known: what somebody may not see has no column.
fn csv(month: &MonthUnits) -> Result<Vec<u8>, sheets::WriteError> {
    let text = |name: &'static str| Column::new(name, name, Kind::Text);
    let number = |name: &'static str| Column::new(name, name, Kind::Int);
    let mut columns = TEXTS.map(text).to_vec();
    columns.extend(NUMBERS.map(number));
    let priced = month.totals.is_some();
    if priced {
        columns.extend([number("cost_minor"), text("currency"), text("plan"), number("plan_version"), text("meter")]);
        columns.extend(["chargeable", "charge_minor", "margin_minor"].map(number));
        columns.push(Column::new("margin_percent", "margin_percent", Kind::Decimal { places: 1 }));
    }
    let mut out = Csv::with_mark(Vec::new(), &columns)?;
    for line in &month.data {
        let mut cells: Vec<Cell> = vec![
            line.id.clone().into(),
            line.tenant_id.to_string().into(),
            line.account_number.clone().into(),
            line.name.clone().into(),
            line.sku.to_owned().into(),
            line.period.to_string().into(),
        ];
        cells.extend([line.provisioned, line.used, line.over_provisioned].map(Cell::from));
        if priced {
            cells.extend(amounts(line));
        }
        out.row(&cells)?;
    }
    out.finish()
}

fn amounts(line: &Units) -> [Cell; 9] {
    let bill = line.bill.clone().unwrap_or_default();
    let minor = |money: &Option<Money>| Cell::from(money.as_ref().map(|m| m.minor));
    let currency = line.cost.as_ref().or(bill.charge.as_ref()).map(|m| m.currency.clone());
    #[expect(clippy::cast_possible_truncation, reason = "tenths of a number with one decimal")]
    let percent = bill.margin_percent.map_or(Cell::Empty, |percent| Cell::Decimal((percent * 10.0).round() as i64));
    [
        minor(&line.cost),
        currency.into(),
        bill.plan.into(),
        bill.plan_version.into(),
        bill.meter.map(Meter::word).into(),
        bill.chargeable.into(),
        minor(&bill.charge),
        minor(&bill.margin),
        percent,
    ]
}
