//! REST twin of the trail.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::header;
use sheets::{Cell, Column, Csv, Kind, Writer};
use store::{CustomerId, StaffId, Timestamp, Uuid, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    paging::{Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{AuditFilter, Entry, Report};
use crate::app::Shared;

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_audit)).routes(routes!(verify_audit)).routes(routes!(export_audit))
}

const LIST: Spec = Spec {
    filters: &[("command", &["eq"]), ("actor", &["eq"]), ("customer", &["eq"]), ("at", &["gte", "lt"])],
    sorts: &[],
    extra: &["from", "to"],
};

fn instant(ask: &Ask, op: &str, short: &str) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = ask.filter("at", op).or_else(|| ask.extra.get(short).map(String::as_str)) else { return Ok(None) };
    let parsed: Option<Timestamp> = serde_json::from_value(serde_json::Value::String(text.to_owned())).ok();
    parsed.map(Some).ok_or_else(|| {
        let wanted = "an instant such as 2026-11-21T09:00:00Z";
        Problem::unreadable("invalid-parameter", format!("{short} must be {wanted}.")).field(short, "invalid", format!("must be {wanted}"))
    })
}

fn filter_of(ask: &Ask) -> Result<AuditFilter, Problem> {
    let nil = Uuid::nil();
    Ok(AuditFilter {
        command: ask.filter("command", "eq").map(str::to_owned),
        staff: ask.filter("actor", "eq").map(|s| StaffId::parse(s).unwrap_or(StaffId::new(nil))),
        from: instant(ask, "gte", "from")?,
        to: instant(ask, "lt", "to")?,
        customer: ask.filter("customer", "eq").map(|c| CustomerId::parse(c).unwrap_or(CustomerId::new(nil))),
    })
}

/// The trail of an MSP and of its customers, newest first.
#[utoipa::path(get, path = "/v1/msp/{msp}/audit", tag = "audit", params(("msp" = String, Path), ("filter[command]" = Option<String>, Query), ("filter[actor]" = Option<String>, Query), ("filter[customer]" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Entry>), (status = 403, body = Problem)))]
async fn list_audit(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ReadAudit>(&app.house, &caller, partner).await?;
    let ask = Ask::read(query.as_deref(), &LIST)?;
    let (filter, binding) = (filter_of(&ask)?, ask.binding(&format!("audit {partner}")));
    let after = ask.after.as_deref().map(|text| app.signer.open::<(Timestamp, Uuid)>(&binding, text)).transpose()?;
    let size = i64::from(ask.size);
    let found = super::page(&app.house, &caller.call(), partner, &filter, after, size).await?;
    let full = i64::try_from(found.entries.len()).is_ok_and(|n| n == size);
    let next = found.last.filter(|_| full).map(|last| app.signer.seal(&binding, &last));
    Ok(Json(Page { data: found.entries, page: PageInfo { next, total: found.total } }).into_response())
}

/// Verifies the trail against the newest signed checkpoint.
#[utoipa::path(get, path = "/v1/msp/{msp}/audit/verify", tag = "audit", params(("msp" = String, Path)), responses((status = 200, body = Report), (status = 403, body = Problem)))]
async fn verify_audit(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    Ok(Json(super::verify(&app, &caller.call(), partner).await?).into_response())
}

/// The most rows of an export.
const MOST: i64 = 100_000;
const EACH: i64 = 2_000;

/// The trail as CSV, newest first, with the same filters as the list.
#[utoipa::path(get, path = "/v1/msp/{msp}/audit/export", tag = "audit", params(("msp" = String, Path), ("filter[command]" = Option<String>, Query), ("filter[actor]" = Option<String>, Query), ("filter[customer]" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query)), responses((status = 200, content_type = "text/csv"), (status = 403, body = Problem)))]
async fn export_audit(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ReadAudit>(&app.house, &caller, partner).await?;
    let filter = filter_of(&Ask::read(query.as_deref(), &LIST)?)?;
    let columns = ["at", "actor", "actor_id", "command", "customer", "customer_id", "region", "effects", "id"];
    let columns: Vec<Column> = columns.into_iter().map(|c| Column::new(c, c, Kind::Text)).collect();
    let failed = |e: sheets::WriteError| Problem::internal(e.to_string());
    let mut csv = Csv::with_mark(Vec::new(), &columns).map_err(failed)?;
    let (mut after, mut written) = (None, 0);
    loop {
        let found = super::page(&app.house, &caller.call(), partner, &filter, after, EACH).await?;
        for entry in &found.entries {
            csv.row(&cells(entry)).map_err(failed)?;
        }
        let count = i64::try_from(found.entries.len()).unwrap_or(i64::MAX);
        (after, written) = (found.last, written + count);
        if count < EACH || written >= MOST {
            break;
        }
    }
    let body = csv.finish().map_err(failed)?;
    let name = format!("attachment; filename=\"audit-{partner}.csv\"");
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

fn cells(e: &Entry) -> Vec<Cell> {
    let effects = e.effects.as_ref().and_then(|all| serde_json::to_string(all).ok());
    let texts = [
        Some(e.at.to_string()),
        e.actor.as_ref().map(|a| a.name.clone()),
        e.actor.as_ref().map(|a| a.id.to_string()),
        Some(e.command.clone()),
        e.customer_name.clone(),
        e.customer_id.map(|c| c.to_string()),
        e.region.clone(),
        effects,
        Some(e.id.to_string()),
    ];
    texts.into_iter().map(|t| t.map_or(Cell::Empty, Cell::Text)).collect()
}
