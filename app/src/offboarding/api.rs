//! REST twin of removing and restoring customers.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use store::{Timestamp, Uuid, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds},
    paging::{Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{Checklist, ChecklistOf, RemoveCustomer, Removed};
use crate::{
    app::Shared,
    noun::Note,
    removal::{RemovedCustomer, RemovedCustomers, RestoreCustomer, Restored},
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(remove)).routes(routes!(checklist)).routes(routes!(list_removed)).routes(routes!(restore))
}

type Ids = PathIds<kinds::Partner, kinds::Customer>;

const REMOVE: Spec = Spec { filters: &[], sorts: &[], extra: &["reason"] };

/// Removes a customer: it leaves every list and total at once, its seats return to the pool, nobody reaches it. For 30 days it can
/// be restored; then it is purged.
#[utoipa::path(delete, path = "/v1/msp/{msp}/customers/{customer}", tag = "customers", params(("msp" = String, Path), ("customer" = String, Path), ("reason" = Option<String>, Query), ("If-Match" = String, Header)), responses((status = 200, body = Removed), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn remove(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, customer): Ids,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let reason = Ask::read(query.as_deref(), &REMOVE).and_then(|ask| {
        let told = ask.extra.get("reason").map(|text| Note::parse(text.clone())).transpose();
        told.map_err(|why| Problem::unreadable("invalid-parameter", format!("reason: {why}.")).field("reason", "invalid", why))
    });
    let input = reason.and_then(|reason| Ok(RemoveCustomer { partner, customer, version: Some(caller.need_version()?), reason }));
    Ok(door::change(&app.house, &caller, partner, input).await?.ok())
}

/// What a customer has, to be looked at before it is removed.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/{customer}/offboarding", tag = "customers", params(("msp" = String, Path), ("customer" = String, Path)), responses((status = 200, body = Checklist), (status = 404, body = Problem)))]
async fn checklist(State(app): State<Shared>, caller: Caller, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, customer, Ok(ChecklistOf { partner, customer })).await?;
    Ok(Json(found.ok_or_else(Problem::not_found)?).into_response())
}

const LIST: Spec = Spec { filters: &[], sorts: &[], extra: &[] };

/// Removed customers of an MSP, the last one first: those that can be restored, and those that were purged.
#[utoipa::path(get, path = "/v1/msp/{msp}/removed", tag = "customers", params(("msp" = String, Path), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<RemovedCustomer>), (status = 404, body = Problem)))]
async fn list_removed(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let binding = format!("removed {partner}");
    let input = Ask::read(query.as_deref(), &LIST).and_then(|ask| {
        let after = ask.after.as_deref().map(|text| app.signer.open::<(Timestamp, Uuid)>(&binding, text)).transpose()?;
        Ok(RemovedCustomers { partner, after, limit: i64::from(ask.size) })
    });
    let size = input.as_ref().map_or(0, |q| q.limit);
    let (data, total) = door::look(&app.house, &caller, partner, input).await?;
    let full = i64::try_from(data.len()).is_ok_and(|n| n == size);
    let next = data.last().filter(|_| full).map(|r| app.signer.seal(&binding, &(r.removed_at, r.id.0)));
    Ok(Json(Page { data, page: PageInfo { next, total } }).into_response())
}

/// How a customer comes back.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HowBack {
    /// Leave its domain to whoever uses it now.
    #[serde(default)]
    pub without_domain: bool,
}

/// Restores a removed customer: its seats are taken from the pool again, or it comes back with none (`seats` says so).
#[utoipa::path(post, path = "/v1/msp/{msp}/removed/{id}/restore", tag = "customers", request_body = HowBack, params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = Restored), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn restore(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, customer): Ids,
    Body(body): Body<HowBack>,
) -> Result<Response, Problem> {
    let input = body.map(|body| RestoreCustomer { partner, customer, without_domain: body.without_domain });
    Ok(door::change(&app.house, &caller, partner, input).await?.ok())
}
