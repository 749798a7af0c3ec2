//! REST twin of distributors.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use store::{DistributorId, PartnerId, Uuid, Zone, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId},
    paging::{Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{
    Limits, LimitsOf, Partner, PartnersOf, SetLimits,
    limits::{EXTENSION_DAYS, EXTENSIONS, RANGE},
};
use crate::{
    app::{App, Shared},
    hierarchy::{
        create_partner::{CreatePartner, CreatedPartner},
        edit::is_language,
        move_partner::MovePartner,
        noun::Name,
    },
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_partners, create_partner))
        .routes(routes!(move_partner))
        .routes(routes!(get_limits, set_limits))
}

const LIST: Spec = Spec { filters: &[], sorts: &[], extra: &[] };

/// Partners below a distributor, by name.
#[utoipa::path(get, path = "/v1/distributors/{id}/partners", tag = "partners", params(("id" = String, Path), ("q" = Option<String>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Partner>), (status = 404, body = Problem)))]
async fn list_partners(
    State(app): State<Shared>,
    caller: Caller,
    PathId(distributor): PathId<kinds::Distributor>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let ask = Ask::read(query.as_deref(), &LIST);
    let binding = ask.as_ref().map(|a| a.binding(&format!("partners {distributor}"))).unwrap_or_default();
    let input = ask.and_then(|ask| {
        let after = ask.after.as_deref().map(|text| app.signer.open::<(String, Uuid)>(&binding, text)).transpose()?;
        Ok(PartnersOf { distributor, q: ask.q, after, limit: i64::from(ask.size) })
    });
    let size = input.as_ref().map_or(0, |q| q.limit);
    let found = door::look(&app.house, &caller, distributor, input).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    let full = i64::try_from(found.rows.len()).is_ok_and(|n| n == size);
    let next = found.rows.last().filter(|_| full).map(|p| app.signer.seal(&binding, &(p.name_key.clone(), p.id.0)));
    Ok(Json(Page { data: found.rows, page: PageInfo { next, total: found.total } }).into_response())
}

/// A partner to add.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPartner {
    /// Its name.
    pub name: Name,
    /// IANA zone in which its days and months are cut; UTC when absent.
    pub zone: Option<String>,
    /// ISO 4217; EUR when absent.
    pub currency: Option<String>,
    /// Region of its customers; the installation's first when absent.
    pub region: Option<String>,
    /// Language of its customers; en when absent.
    pub language: Option<String>,
    /// How many customers it may have; 10,000 when absent.
    pub max_customers: Option<i64>,
    /// How many members all its customers together may have; 1,000,000 when absent.
    pub max_members: Option<i64>,
    /// MAX MAU of a new customer; 1,000,000 when absent.
    pub default_max_mau: Option<i64>,
}

/// Customers a partner may have unless said otherwise.
pub(super) const MAX_CUSTOMERS: i64 = 10_000;
/// Members all customers of a partner may have together unless said otherwise.
pub(super) const MAX_MEMBERS: i64 = 1_000_000;

/// Makes the command, or says what is wrong.
pub(super) fn command_of(app: &App, distributor: DistributorId, body: NewPartner) -> Result<CreatePartner, Problem> {
    let zone = body.zone.unwrap_or_else(|| "UTC".into());
    if Zone::named(&zone).is_none() {
        return Err(Problem::invalid("/zone", "invalid", "A time zone has a name such as Europe/Stockholm."));
    }
    let currency = body.currency.unwrap_or_else(|| "EUR".into());
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(Problem::invalid("/currency", "invalid", "A currency has three capital letters, such as EUR."));
    }
    let first = app.house.regions().keys().next().cloned().unwrap_or_default();
    let region = body.region.unwrap_or(first);
    if app.house.region(&region).is_none() {
        return Err(Problem::invalid("/region", "unknown-region", "There is no such region here."));
    }
    let language = body.language.unwrap_or_else(|| "en".into());
    if !is_language(&language) {
        return Err(Problem::invalid("/language", "invalid", "A language looks like en or de-AT."));
    }
    let max_customers = body.max_customers.unwrap_or(MAX_CUSTOMERS);
    let max_members = body.max_members.unwrap_or(MAX_MEMBERS);
    let default_max_mau = body.default_max_mau.unwrap_or(1_000_000);
    for (field, n) in [("/max_customers", max_customers), ("/max_members", max_members), ("/default_max_mau", default_max_mau)] {
        if !RANGE.contains(&n) {
            return Err(Problem::invalid(field, "out-of-range", "A whole number from 1 to 1,000,000,000."));
        }
    }
    Ok(CreatePartner { distributor, name: body.name, zone, currency, region, language, max_customers, max_members, default_max_mau })
}

/// Adds a partner below a distributor.
#[utoipa::path(post, path = "/v1/distributors/{id}/partners", tag = "partners", request_body = NewPartner, params(("id" = String, Path)), responses((status = 201, body = CreatedPartner), (status = 422, body = Problem)))]
async fn create_partner(
    State(app): State<Shared>,
    caller: Caller,
    PathId(distributor): PathId<kinds::Distributor>,
    Body(body): Body<NewPartner>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| command_of(&app, distributor, b));
    Ok(door::change(&app.house, &caller, distributor, input).await?.with(StatusCode::CREATED))
}

/// A partner's limits.
#[utoipa::path(get, path = "/v1/msp/{msp}/limits", tag = "partners", params(("msp" = String, Path)), responses((status = 200, body = Limits), (status = 404, body = Problem)))]
async fn get_limits(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, partner, Ok(LimitsOf { partner })).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(found.limits).into_response())
}

/// The command, or what is wrong.
pub(super) fn limiting(partner: PartnerId, limits: Limits) -> Result<SetLimits, Problem> {
    let wanted = [
        ("/max_customers", Some(limits.max_customers), RANGE, "A whole number from 1 to 1,000,000,000."),
        ("/max_members", Some(limits.max_members), RANGE, "A whole number from 1 to 1,000,000,000."),
        ("/trial_extensions", limits.trial_extensions, EXTENSIONS, "A whole number from 0 to 99."),
        ("/trial_extension_days", limits.trial_extension_days, EXTENSION_DAYS, "A whole number from 1 to 365."),
    ];
    for (field, n, range, text) in wanted {
        if n.is_some_and(|n| !range.contains(&n)) {
            return Err(Problem::invalid(field, "out-of-range", text));
        }
    }
    Ok(SetLimits { partner, limits })
}

/// Sets a partner's limits, and how far it extends trials by itself. A limit below what there is takes nothing away.
#[utoipa::path(put, path = "/v1/msp/{msp}/limits", tag = "partners", request_body = Limits, params(("msp" = String, Path)), responses((status = 200, body = Limits), (status = 422, body = Problem)))]
async fn set_limits(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<Limits>,
) -> Result<Response, Problem> {
    let input = body.and_then(|limits| limiting(partner, limits));
    Ok(door::change(&app.house, &caller, partner, input).await?.ok())
}

/// Where a partner goes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// The distributor it belongs to from then on.
    pub distributor_id: DistributorId,
}

/// Moves a partner below another distributor; the caller manages both.
#[utoipa::path(post, path = "/v1/msp/{msp}/move", tag = "partners", request_body = Destination, params(("msp" = String, Path)), responses((status = 204, description = "Moved"), (status = 422, body = Problem)))]
async fn move_partner(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<Destination>,
) -> Result<Response, Problem> {
    let input = body.map(|b| MovePartner { partner, to: b.distributor_id });
    Ok(door::change(&app.house, &caller, partner, input).await?.gone())
}
