//! REST twin of the trail.

use axum::{
    Json,
    body::Body,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::header;
use sheets::{Cell, Column, Csv, Kind, Writer};
use store::{Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    paging::{Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{AuditFilter, By, Entry, Mark, Report};
use crate::app::Shared;

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_audit)).routes(routes!(verify_audit)).routes(routes!(export_audit))
}

const LIST: Spec = Spec {
    filters: &[("command", &["eq"]), ("actor", &["eq"]), ("by", &["eq"]), ("customer", &["eq"]), ("at", &["gte", "lt"])],
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
    let unknown = || {
        let wanted = "must be people or system";
        Problem::unreadable("invalid-parameter", format!("filter[by] {wanted}.")).field("filter[by]", "invalid", wanted)
    };
    Ok(AuditFilter {
        command: ask.filter("command", "eq").map(str::to_owned),
        staff: ask.filter("actor", "eq").map(door::id),
        from: instant(ask, "gte", "from")?,
        to: instant(ask, "lt", "to")?,
        customer: ask.filter("customer", "eq").map(door::id),
        by: ask.filter("by", "eq").map(|word| By::parse(word).ok_or_else(unknown)).transpose()?,
    })
}

/// The trail of an MSP and of its customers, newest first.
#[utoipa::path(get, path = "/v1/msp/{msp}/audit", tag = "audit", params(("msp" = String, Path), ("filter[command]" = Option<String>, Query), ("filter[actor]" = Option<String>, Query), ("filter[by]" = Option<String>, Query, description = "people or system"), ("filter[customer]" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Entry>), (status = 403, body = Problem)))]
async fn list_audit(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ReadAudit>(&app.house, &caller, partner).await?;
    let ask = Ask::read(query.as_deref(), &LIST)?;
    let (filter, binding) = (filter_of(&ask)?, ask.binding(&format!("audit {partner}")));
    let after = ask.after.as_deref().map(|text| app.signer.open::<Mark>(&binding, text)).transpose()?;
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

/// Rows read at once.
const EACH: i64 = 1_000;

fn columns() -> Vec<Column> {
    let columns = ["at", "actor", "actor_id", "command", "customer", "customer_id", "account_number", "region", "effects", "id"];
    columns.into_iter().map(|c| Column::new(c, c, Kind::Text)).collect()
}

/// The trail as CSV, newest first, with the same filters as the list, sent as it is read.
#[utoipa::path(get, path = "/v1/msp/{msp}/audit/export", tag = "audit", params(("msp" = String, Path), ("filter[command]" = Option<String>, Query), ("filter[actor]" = Option<String>, Query), ("filter[by]" = Option<String>, Query), ("filter[customer]" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query)), responses((status = 200, content_type = "text/csv"), (status = 403, body = Problem)))]
async fn export_audit(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ReadAudit>(&app.house, &caller, partner).await?;
    let filter = filter_of(&Ask::read(query.as_deref(), &LIST)?)?;
    let head = Csv::with_mark(Vec::new(), &columns()).and_then(Writer::finish).map_err(|e| Problem::internal(e.to_string()))?;
    let rows = stream::try_unfold(Some(None), move |from: Option<Option<Mark>>| {
        let (app, call, filter) = (app.clone(), caller.call(), filter.clone());
        async move {
            let Some(after) = from else { return Ok(None) };
            // A break in the middle must not look like the end of the trail.
            let broke = |why: String| std::io::Error::other(why);
            let found = super::page(&app.house, &call, partner, &filter, after, EACH).await.map_err(|p| broke(p.title))?;
            let full = i64::try_from(found.entries.len()).is_ok_and(|n| n == EACH);
            let text = body(&found.entries).map_err(|e| broke(e.to_string()))?;
            Ok::<_, std::io::Error>(Some((Bytes::from(text), found.last.filter(|_| full).map(Some))))
        }
    });
    let whole = stream::once(async { Ok(Bytes::from(head)) }).chain(rows);
    let name = format!("attachment; filename=\"audit-{partner}.csv\"");
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    // A compressing reader polls once more after the end.
    Ok((headers, Body::from_stream(whole.fuse())).into_response())
}

fn body(entries: &[Entry]) -> Result<Vec<u8>, sheets::WriteError> {
    let mut csv = Csv::further(Vec::new(), &columns());
    for entry in entries {
        csv.row(&cells(entry))?;
    }
    csv.finish()
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
        e.account_number.clone(),
        e.region.clone(),
        effects,
        Some(e.id.to_string()),
    ];
    texts.into_iter().map(|t| t.map_or(Cell::Empty, Cell::Text)).collect()
}
