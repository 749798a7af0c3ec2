//! REST twin of imports.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{DefaultBodyLimit, RawQuery, Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use store::{CustomerId, ImportId, PartnerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds},
    paging::{self, Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{
    api_receive::receive,
    commands::{OnImport, Started, Undo},
    desk::{Kind, by_kind},
    import::{Home, Import, ImportKind},
    intake::{self, Asked},
    kind_customers::Customers,
    kind_members::Members,
    kind_results::Results,
    queries::{Imports, home_of},
    undo::{self, UndoPreview},
    verdicts::Preview,
};
use crate::{
    app::{App, Shared},
    provisioning::{Made, MadeBy, Making},
};

/// The API routes. Uploads bring their own limit, so the usual one for bodies is lifted there.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    let uploads = OpenApiRouter::new().routes(routes!(members)).routes(routes!(customers)).routes(routes!(results));
    OpenApiRouter::new()
        .merge(uploads.layer(DefaultBodyLimit::disable()))
        .routes(routes!(list))
        .routes(routes!(get_one))
        .routes(routes!(preview))
        .routes(routes!(mapping))
        .routes(routes!(start))
        .routes(routes!(undo))
        .routes(routes!(made))
}

/// The partner a customer belongs to; a nil one for a customer that is not there.
pub(super) async fn home_of_customer(app: &App, customer: CustomerId) -> Result<Home, Problem> {
    let partner = app.house.control().read(move |view| access::tree::partner_of(view, customer.0)).await?;
    Ok(Home { partner: PartnerId::new(partner.unwrap_or_default()), customer: Some(customer) })
}

/// What the query string of an upload asks for.
struct Wish {
    mapping: Option<BTreeMap<String, String>>,
    start: bool,
    partial: bool,
}

fn wish(query: Option<&str>) -> Result<Wish, Problem> {
    let said = paging::plain(query, &["mapping", "start", "partial"])?;
    let wrong = |_| {
        Problem::unreadable("invalid-parameter", "mapping must be a JSON object of field and column.").field(
            "mapping",
            "invalid",
            "not such an object",
        )
    };
    let mapping = said.get("mapping").map(|text| serde_json::from_str(text).map_err(wrong)).transpose()?;
    Ok(Wish { mapping, start: paging::flag(&said, "start")?, partial: paging::flag(&said, "partial")? })
}

/// An import that was started, and its verdicts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Begun {
    /// Which import.
    pub import_id: ImportId,
    /// The work to watch.
    pub operation_id: store::OperationId,
    /// What every row will come to; absent when the answer is a repeated one.
    pub verdicts: Option<Preview>,
}

fn begun((started, verdicts): (Started, Option<Preview>)) -> Response {
    let Started { import_id, operation_id } = started;
    let place = [(header::LOCATION, format!("/v1/operations/{operation_id}"))];
    (StatusCode::ACCEPTED, place, Json(Begun { import_id, operation_id, verdicts })).into_response()
}

/// The rights first, then the query, and only then the file.
async fn take<K: Kind>(app: &App, caller: &Caller, home: Home, query: Option<&str>, request: Request) -> Result<Response, Problem> {
    door::probe::<K::Needs>(&app.house, caller, home.node()).await?;
    let wish = wish(query)?;
    let received = receive(app, request).await?;
    let asked = Asked { call: caller.call(), home, mapping: wish.mapping };
    if caller.preview {
        let preview = intake::only_preview::<K>(app, &asked, &received.stored).await?;
        if !preview.missing.is_empty() {
            preview.demand(true)?;
        }
        return Ok(Json(preview).into_response());
    }
    let id = intake::upload::<K>(app, &asked, received.stored).await?;
    let import = intake::found::<K>(app, &asked, id).await?;
    if wish.start {
        return Ok(begun(intake::start::<K>(app, &asked, &import, wish.partial).await?));
    }
    Ok((StatusCode::CREATED, Json(intake::preview::<K>(app, &asked, &import).await?)).into_response())
}

/// Uploads members of a customer as CSV: judged at once, brought in with `start=true` or later.
#[utoipa::path(post, path = "/v1/tenants/{customer}/members/import", tag = "imports", request_body(content = String, content_type = "text/csv"), params(("customer" = String, Path), ("mapping" = Option<String>, Query), ("start" = Option<bool>, Query), ("partial" = Option<bool>, Query), ("preview" = Option<bool>, Query)), responses((status = 201, body = Preview), (status = 202, body = Begun), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn members(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let home = home_of_customer(&app, customer).await?;
    take::<Members>(&app, &caller, home, query.as_deref(), request).await
}

/// Uploads customers of an MSP as CSV.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/import", tag = "imports", request_body(content = String, content_type = "text/csv"), params(("msp" = String, Path), ("mapping" = Option<String>, Query), ("start" = Option<bool>, Query), ("partial" = Option<bool>, Query), ("preview" = Option<bool>, Query)), responses((status = 201, body = Preview), (status = 202, body = Begun), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn customers(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    take::<Customers>(&app, &caller, Home { partner, customer: None }, query.as_deref(), request).await
}

/// Uploads results of campaigns as CSV, for any number of customers.
#[utoipa::path(post, path = "/v1/msp/{msp}/campaign-results/import", tag = "imports", request_body(content = String, content_type = "text/csv"), params(("msp" = String, Path), ("mapping" = Option<String>, Query), ("start" = Option<bool>, Query), ("partial" = Option<bool>, Query), ("preview" = Option<bool>, Query)), responses((status = 201, body = Preview), (status = 202, body = Begun), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn results(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    take::<Results>(&app, &caller, Home { partner, customer: None }, query.as_deref(), request).await
}

const LIST: Spec = Spec { filters: &[], sorts: &[], extra: &[] };

/// Imports of an MSP, newest first.
#[utoipa::path(get, path = "/v1/msp/{msp}/imports", tag = "imports", params(("msp" = String, Path), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Import>), (status = 404, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let binding = format!("imports {partner}");
    let input = Ask::read(query.as_deref(), &LIST).and_then(|ask| {
        let offset = ask.after.as_deref().map(|text| app.signer.open::<i64>(&binding, text)).transpose()?.unwrap_or(0);
        Ok(Imports { partner, limit: i64::from(ask.size), offset })
    });
    let (offset, size) = input.as_ref().map_or((0, 0), |i| (i.offset, i.limit));
    let (data, total) = door::look(&app.house, &caller, partner, input).await?;
    let next = (offset + size < total).then(|| app.signer.seal(&binding, &(offset + size)));
    Ok(Json(Page { data, page: PageInfo { next, total } }).into_response())
}

/// Where an import is and what it is; what is not there answers as at the partner.
async fn placed(app: &App, caller: &Caller, partner: PartnerId, id: ImportId) -> Result<(Asked, ImportKind), Problem> {
    let Some((home, kind)) = home_of(&app.house, partner, id).await? else {
        door::probe::<access::permissions::Read>(&app.house, caller, partner).await?;
        return Err(Problem::not_found());
    };
    Ok((Asked { call: caller.call(), home, mapping: None }, kind))
}

/// How an import stands.
#[utoipa::path(get, path = "/v1/msp/{msp}/imports/{id}", tag = "imports", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = Import), (status = 404, body = Problem)))]
async fn get_one(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, id): PathIds<kinds::Partner, kinds::Import>,
) -> Result<Response, Problem> {
    let (asked, kind) = placed(&app, &caller, partner, id).await?;
    let import = by_kind!(kind, K => intake::found::<K>(&app, &asked, id).await?);
    Ok(Json(import).into_response())
}

/// What an uploaded import would do, row by row.
#[utoipa::path(get, path = "/v1/msp/{msp}/imports/{id}/preview", tag = "imports", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = Preview), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn preview(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, id): PathIds<kinds::Partner, kinds::Import>,
) -> Result<Response, Problem> {
    let (asked, kind) = placed(&app, &caller, partner, id).await?;
    let preview = by_kind!(kind, K => {
        let import = intake::found::<K>(&app, &asked, id).await?;
        intake::preview::<K>(&app, &asked, &import).await?
    });
    Ok(Json(preview).into_response())
}

/// Field → column.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingBody {
    /// The whole mapping: fields left out have no column.
    pub mapping: BTreeMap<String, String>,
}

/// Says which column is which field; remembered for files with the same columns.
#[utoipa::path(put, path = "/v1/msp/{msp}/imports/{id}/mapping", tag = "imports", request_body = MappingBody, params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = Preview), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn mapping(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, id): PathIds<kinds::Partner, kinds::Import>,
    Body(body): Body<MappingBody>,
) -> Result<Response, Problem> {
    let (asked, kind) = placed(&app, &caller, partner, id).await?;
    let preview = by_kind!(kind, K => {
        let import = intake::found::<K>(&app, &asked, id).await?;
        intake::remap::<K>(&app, &asked, &import, &body?.mapping).await?;
        let import = intake::found::<K>(&app, &asked, id).await?;
        intake::preview::<K>(&app, &asked, &import).await?
    });
    Ok(Json(preview).into_response())
}

/// How an import starts.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StartBody {
    /// Whether good rows count although others are refused.
    pub partial: bool,
}

/// Starts an import: all rows or none, unless `partial`.
#[utoipa::path(post, path = "/v1/msp/{msp}/imports/{id}/start", tag = "imports", request_body = StartBody, params(("msp" = String, Path), ("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = Begun), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn start(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, id): PathIds<kinds::Partner, kinds::Import>,
    Body(body): Body<StartBody>,
) -> Result<Response, Problem> {
    let (asked, kind) = placed(&app, &caller, partner, id).await?;
    by_kind!(kind, K => {
        let import = intake::found::<K>(&app, &asked, id).await?;
        let partial = body?.partial;
        if caller.preview {
            return Ok(Json(intake::preview::<K>(&app, &asked, &import).await?).into_response());
        }
        Ok(begun(intake::start::<K>(&app, &asked, &import, partial).await?))
    })
}

/// Takes an import back, once: what it brought in and nobody has worked on since goes, the rest stays. With `preview=true` the
/// answer says what goes and what stays, and why.
#[utoipa::path(post, path = "/v1/msp/{msp}/imports/{id}/undo", tag = "imports", params(("msp" = String, Path), ("id" = String, Path), ("preview" = Option<bool>, Query), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = UndoPreview), (status = 202, body = Begun), (status = 409, body = Problem)))]
async fn undo(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, id): PathIds<kinds::Partner, kinds::Import>,
) -> Result<Response, Problem> {
    let (asked, kind) = placed(&app, &caller, partner, id).await?;
    by_kind!(kind, K => {
        if caller.preview {
            return Ok(Json(undo::preview::<K>(&app, &asked, id).await?).into_response());
        }
        let command = OnImport::<K, _>::new(asked.home, id, Undo {});
        Ok(begun((app.house.execute(asked.call, command).await?.value, None)))
    })
}

/// Customers of an import and how far each of them is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MadeCustomers {
    /// The customers, those under way first.
    pub data: Vec<Making>,
    /// How many are how far.
    pub counts: Made,
    /// Where the rest is.
    pub page: PageInfo,
}

/// The customers an import has made so far, each with the step its preparation stands at.
#[utoipa::path(get, path = "/v1/msp/{msp}/imports/{id}/customers", tag = "imports", params(("msp" = String, Path), ("id" = String, Path), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = MadeCustomers), (status = 404, body = Problem)))]
async fn made(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, import): PathIds<kinds::Partner, kinds::Import>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (asked, kind) = placed(&app, &caller, partner, import).await?;
    if kind != ImportKind::Customers {
        return Err(Problem::not_found());
    }
    intake::found::<Customers>(&app, &asked, import).await?;
    let binding = format!("made {import}");
    let input = Ask::read(query.as_deref(), &LIST).and_then(|ask| {
        let offset = ask.after.as_deref().map(|text| app.signer.open::<i64>(&binding, text)).transpose()?.unwrap_or(0);
        Ok(MadeBy { partner, import, limit: i64::from(ask.size), offset })
    });
    let (offset, size) = input.as_ref().map_or((0, 0), |i| (i.offset, i.limit));
    let (data, counts) = door::look(&app.house, &caller, partner, input).await?;
    let total = counts.under_way + counts.ready + counts.failed;
    let next = (offset + size < total).then(|| app.signer.seal(&binding, &(offset + size)));
    Ok(Json(MadeCustomers { data, counts, page: PageInfo { next, total } }).into_response())
}
