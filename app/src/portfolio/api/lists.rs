//! The customer list and its export.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use store::kinds;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    paging::{Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use crate::{
    app::Shared,
    portfolio::{
        Filter, Sort,
        export::{CsvSink, XlsxSink},
        filter::{After, SORTS, status_word},
        queries::{Begin, CustomerList, ExportRows},
        row::CustomerRow,
        settled,
    },
};

const FILTERS: &[(&str, &[&str])] = &[
    ("status", &["eq", "in"]),
    ("health", &["eq", "in"]),
    ("tier", &["eq", "in"]),
    ("kind", &["eq", "in"]),
    ("lifecycle", &["eq", "in"]),
    ("group", &["eq"]),
];

/// What the customer list takes.
pub const LIST: Spec = Spec { filters: FILTERS, sorts: SORTS, extra: &[] };
const EXPORT: Spec = Spec { filters: FILTERS, sorts: SORTS, extra: &["format"] };

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(customers)).routes(routes!(export))
}

/// The filter of a request.
///
/// # Errors
/// 400 naming the parameter.
pub fn filter_of(ask: &Ask) -> Result<(Filter, Sort), Problem> {
    let mut filter = Filter::default().search(ask.q.as_deref());
    for ((field, op), value) in &ask.filters {
        if op == "eq" && value.contains(',') {
            return Err(bad(field, &format!("{field} takes one value; use filter[{field}][in] for several")));
        }
        filter.narrow(field, value).map_err(|wrong| bad(field, &wrong))?;
    }
    let sort = match ask.sort.as_slice() {
        [] => Sort::default(),
        // The name decides between equals anyway.
        [(field, falls)] => read(field, *falls)?,
        [(field, falls), (second, false)] if second == "name" => read(field, *falls)?,
        _ => return Err(bad("sort", "sort takes one field, and name after it")),
    };
    Ok((filter, sort))
}

fn read(field: &str, falls: bool) -> Result<Sort, Problem> {
    Sort::parse(&format!("{}{field}", if falls { "-" } else { "" })).ok_or_else(|| bad("sort", "sort names no field of this list"))
}

fn bad(name: &str, wanted: &str) -> Problem {
    Problem::unreadable("invalid-parameter", format!("{wanted}.")).field(name, "invalid", wanted)
}

/// The query string that asks the API for a filter: what the console's export links carry.
#[must_use]
pub fn query_of(filter: &Filter, sort: Option<&str>) -> String {
    let mut at = web::Address::default();
    let mut set = |field: &str, words: Vec<&str>| {
        if !words.is_empty() {
            at = at.with(&format!("filter[{field}][in]"), &words.join(","));
        }
    };
    set("status", filter.statuses.iter().map(|s| status_word(*s)).collect());
    set("tier", filter.tiers.iter().map(|t| t.word()).collect());
    set("kind", filter.kinds.iter().map(|k| k.word()).collect());
    set("lifecycle", filter.lifecycles.iter().map(|l| l.word()).collect());
    let group = filter.group.map_or_else(String::new, |g| g.to_string());
    at.with("filter[group]", &group).with("q", filter.q.as_deref().unwrap_or("")).with("sort", sort.unwrap_or("")).query()
}

/// Customers of an MSP, worst health first unless sorted otherwise.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers", tag = "portfolio", params(("msp" = String, Path), ("q" = Option<String>, Query), ("sort" = Option<String>, Query, description = "name, status, seats, utilization, tier, pass_rate, last_campaign_at or account_number; a minus before it turns it round"), ("filter[status][eq]" = Option<String>, Query), ("filter[status][in]" = Option<String>, Query), ("filter[health][eq]" = Option<String>, Query), ("filter[tier][eq]" = Option<String>, Query), ("filter[kind][eq]" = Option<String>, Query), ("filter[lifecycle][eq]" = Option<String>, Query), ("filter[group][eq]" = Option<String>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<CustomerRow>), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn customers(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    settled(&app.house, &caller, partner).await?;
    let ask = Ask::read(query.as_deref(), &LIST)?;
    let (filter, sort) = filter_of(&ask)?;
    let binding = ask.binding(&format!("customers {partner}"));
    let after = ask.after.as_deref().map(|text| app.signer.open::<After>(&binding, text)).transpose()?;
    let list = CustomerList { partner, filter, sort, begin: Begin::After(after), limit: i64::from(ask.size) };
    let found = door::look(&app.house, &caller, partner, Ok(list)).await?;
    let next = found.next.map(|place| app.signer.seal(&binding, &place));
    Ok(Json(Page { data: found.rows, page: PageInfo { next, total: found.total } }).into_response())
}

/// The same list as a file.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/export", tag = "portfolio", params(("msp" = String, Path), ("format" = Option<String>, Query, description = "csv or xlsx; filters, q and sort as in the list"), ("q" = Option<String>, Query), ("sort" = Option<String>, Query)), responses((status = 200, description = "text/csv or a workbook"), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn export(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::Export>(&app.house, &caller, partner).await?;
    settled(&app.house, &caller, partner).await?;
    let ask = Ask::read(query.as_deref(), &EXPORT)?;
    let (filter, sort) = filter_of(&ask)?;
    let (spool, kind, name) = match ask.extra.get("format").map_or("csv", String::as_str) {
        "csv" => {
            let rows = ExportRows { partner, filter, sort, open: CsvSink::open };
            (door::look(&app.house, &caller, partner, Ok(rows)).await?, "text/csv; charset=utf-8", "csv")
        }
        "xlsx" => {
            let rows = ExportRows { partner, filter, sort, open: XlsxSink::open };
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            (door::look(&app.house, &caller, partner, Ok(rows)).await?, kind, "xlsx")
        }
        _ => return Err(bad("format", "format must be csv or xlsx")),
    };
    let disposition = format!("attachment; filename=\"customers.{name}\"");
    let disposition = HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let body = spool.body().await.map_err(Problem::internal)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, disposition)], body).into_response())
}
