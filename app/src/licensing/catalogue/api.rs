//! REST twin of the catalogue of SKUs.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{DistributorId, Money, Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, Reply},
    paging::NoQuery,
    problem::Problem,
};

use super::{EditSku, EndSku, MakeSku, Offered, Sku, SkuChange, SkuOf, SkuOffer, SkuWording, Skus, SkusOf, Unit, is_sku, make_sku::Fault};
use crate::{app::Shared, licensing::versions::out_of_range, noun::Name};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(offered))
        .routes(routes!(list_skus, make_sku))
        .routes(routes!(get_sku, edit_sku))
        .routes(routes!(end_sku))
}

/// What an MSP can order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct OfferedSkus {
    /// What its distributor sells now, at the price in the MSP's currency.
    data: Vec<Offered>,
    /// What is sold too, but has no price in the MSP's currency, and so cannot be ordered.
    unpriced: Vec<Sku>,
    /// The MSP's currency.
    currency: String,
}

/// What can be ordered. Prices only for those who may see them.
#[utoipa::path(get, path = "/v1/msp/{msp}/skus", tag = "licenses", params(("msp" = String, Path)), responses((status = 200, body = OfferedSkus), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn offered(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    NoQuery(query): NoQuery,
) -> Result<Response, Problem> {
    let shelf = door::look(&app.house, &caller, partner, query.map(|()| SkusOf { partner })).await?;
    Ok(Json(OfferedSkus { data: shelf.offered, unpriced: shelf.unpriced, currency: shelf.currency }).into_response())
}

/// A distributor's SKUs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SkuList {
    /// The newest version of each.
    data: Vec<SkuOffer>,
}

/// The SKUs a distributor sells: the newest version of each.
#[utoipa::path(get, path = "/v1/distributors/{id}/skus", tag = "partners", params(("id" = String, Path)), responses((status = 200, body = SkuList), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn list_skus(
    State(app): State<Shared>,
    caller: Caller,
    PathId(distributor): PathId<kinds::Distributor>,
    NoQuery(query): NoQuery,
) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, distributor, query.map(|()| SkuOf { distributor, sku: None })).await?;
    Ok(Json(SkuList { data: found.ok_or_else(Problem::not_found)?.offers }).into_response())
}

/// A SKU to make.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSku {
    /// What programs call it: 1 to 40 of A to Z, digits and hyphens; unique in the distributor, never changes.
    pub sku: String,
    /// What people call it.
    pub name: Name,
    /// What it counts; never changes.
    pub unit: Unit,
    /// Units one piece grants, 1 to 1,000,000.
    pub units: i64,
    /// Calendar months it lasts, 1 to 120.
    pub term_months: i64,
    /// Price of one piece, 1 to 20 of them, each in another currency.
    #[serde(deserialize_with = "door::objects")]
    pub prices: Vec<Money>,
}

impl NewSku {
    fn command(self, distributor: DistributorId) -> Result<MakeSku, Problem> {
        if !is_sku(&self.sku) {
            return Err(Problem::invalid("/sku", "invalid", "Write 1 to 40 of A to Z, digits, and hyphens within."));
        }
        let wording = SkuWording { name: self.name, units: self.units, term_months: self.term_months, prices: self.prices };
        match wording.fault() {
            Some(fault) => Err(refused(fault)),
            None => Ok(MakeSku { distributor, sku: self.sku, unit: self.unit, wording }),
        }
    }
}

fn refused(fault: Fault) -> Problem {
    match fault {
        Fault::Range(field) => out_of_range(field),
        Fault::Prices => {
            let rule = "Name 1 to 20 prices from 0 to 1,000,000,000,000 minor units, each in another currency of three capital letters.";
            Problem::invalid("/prices", "invalid", rule)
        }
    }
}

/// Makes a SKU.
#[utoipa::path(post, path = "/v1/distributors/{id}/skus", tag = "partners", request_body = NewSku, params(("id" = String, Path)), responses((status = 201, body = SkuOffer), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn make_sku(
    State(app): State<Shared>,
    caller: Caller,
    PathId(distributor): PathId<kinds::Distributor>,
    Body(body): Body<NewSku>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| b.command(distributor));
    Ok(door::change(&app.house, &caller, distributor, input).await?.with(StatusCode::CREATED))
}

/// The distributor and the code of a path. What is no id is nobody's.
pub(super) fn named((id, code): (String, String)) -> (DistributorId, String) {
    (door::id(&id), code)
}

/// A SKU with all its versions, for who may look.
pub(super) async fn known(app: &Shared, caller: &Caller, distributor: DistributorId, code: &str) -> Result<Skus, Problem> {
    // What cannot be a code is in no catalogue; only who may look is told so.
    let sku = Some(if is_sku(code) { code.to_owned() } else { String::new() });
    door::look(&app.house, caller, distributor, Ok(SkuOf { distributor, sku })).await?.ok_or_else(Problem::not_found)
}

/// A SKU with all its versions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SkuVersions {
    /// The newest version.
    #[serde(flatten)]
    newest: SkuOffer,
    /// All versions, newest first.
    versions: Vec<SkuOffer>,
}

/// One SKU and its versions.
#[utoipa::path(get, path = "/v1/distributors/{id}/skus/{sku}", tag = "partners", params(("id" = String, Path), ("sku" = String, Path, description = "The SKU's code")), responses((status = 200, body = SkuVersions), (status = 404, body = Problem)))]
async fn get_sku(State(app): State<Shared>, caller: Caller, Path(path): Path<(String, String)>) -> Result<Response, Problem> {
    let (distributor, code) = named(path);
    let versions = known(&app, &caller, distributor, &code).await?.offers;
    let newest = versions.first().cloned().ok_or_else(Problem::not_found)?;
    let version = newest.sku.version;
    Ok(door::with_etag(Json(SkuVersions { newest, versions }).into_response(), version))
}

fn answered(reply: Reply<SkuOffer>) -> Response {
    reply.versioned(StatusCode::OK, |now| now.sku.version)
}

/// Changes a SKU: makes a new version of it. What was ordered stays as it was sold.
#[utoipa::path(patch, path = "/v1/distributors/{id}/skus/{sku}", tag = "partners", request_body = SkuChange, params(("id" = String, Path), ("sku" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = SkuOffer), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn edit_sku(
    State(app): State<Shared>,
    caller: Caller,
    Path(path): Path<(String, String)>,
    Body(body): Body<SkuChange>,
) -> Result<Response, Problem> {
    let (distributor, sku) = named(path);
    known(&app, &caller, distributor, &sku).await?;
    let input = body.and_then(|change| {
        let version = Some(caller.need_version()?);
        match change.fault() {
            Some(fault) => Err(refused(fault)),
            None => Ok(EditSku { distributor, sku, version, change }),
        }
    });
    Ok(answered(door::change(&app.house, &caller, distributor, input).await?))
}

/// When a SKU's sale ends.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkuEnd {
    /// Nobody can order it from then on; null or left out: it is sold.
    pub end_of_sale_at: Option<Timestamp>,
}

/// Says when a SKU's sale ends. What was ordered keeps its term; requests for it can only be declined then.
#[utoipa::path(post, path = "/v1/distributors/{id}/skus/{sku}/end", tag = "partners", request_body = SkuEnd, params(("id" = String, Path), ("sku" = String, Path)), responses((status = 200, body = SkuOffer), (status = 422, body = Problem)))]
async fn end_sku(
    State(app): State<Shared>,
    caller: Caller,
    Path(path): Path<(String, String)>,
    Body(body): Body<SkuEnd>,
) -> Result<Response, Problem> {
    let (distributor, sku) = named(path);
    known(&app, &caller, distributor, &sku).await?;
    let input = body.map(|b| EndSku { distributor, sku, end_of_sale_at: b.end_of_sale_at });
    Ok(answered(door::change(&app.house, &caller, distributor, input).await?))
}
