//! REST twin: what is known of a domain, and the question whether it is the customer's.

use ::store::{CustomerId, PartnerId, Timestamp, kinds};
use access::permissions::ManageDomain;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::Uri;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    Address,
    caller::Caller,
    door::{self, PathId},
    problem::Problem,
};

use super::{
    Books, Free, NotProved, ProofRecord, look, record, record_name,
    rules::{Check, Finding, Outcome, Provider},
};
use crate::{
    app::{App, Shared},
    hierarchy::{
        domains::{CustomerDomain, DomainsOf},
        noun::DomainName,
        verify_domain::VerifyDomain,
    },
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(shown)).routes(routes!(verify)).routes(routes!(preflight))
}

/// A customer's domain.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Domain {
    /// The domain; null when the customer has none.
    pub domain: Option<String>,
    /// When it was proved; null while it is not.
    pub verified_at: Option<Timestamp>,
    /// The record that proves it; null without a domain.
    pub record: Option<ProofRecord>,
}

/// A customer's domain and the record that proves it.
#[utoipa::path(get, path = "/v1/tenants/{customer}/domain", tag = "customers", params(("customer" = String, Path)), responses((status = 200, body = Domain), (status = 404, body = Problem)))]
async fn shown(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let Some(found) = one(&app, &caller, customer, None).await? else {
        return Ok(Json(Domain { domain: None, verified_at: None, record: None }).into_response());
    };
    let record = Some(record(&app.keys, customer, &found.domain));
    Ok(Json(Domain { domain: Some(found.domain), verified_at: found.verified_at, record }).into_response())
}

/// Looks for the record now, and books the domain as the customer's when it is there. A domain that is booked stays so.
#[utoipa::path(post, path = "/v1/tenants/{customer}/domain/verify", tag = "customers", params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = Domain), (status = 409, body = Problem), (status = 404, body = Problem)))]
async fn verify(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    door::probe::<ManageDomain>(&app.house, &caller, customer).await?;
    let input = proved(&app, &caller, customer, None).await;
    match door::change(&app.house, &caller, customer, input).await? {
        door::Reply::Done(_) => shown(State(app), caller, PathId(customer)).await,
        preview => Ok(preview.ok()),
    }
}

/// One of a customer's domains, the primary one unless another is named; none when the customer does not have it.
pub(super) async fn one(
    app: &App,
    caller: &Caller,
    customer: CustomerId,
    named: Option<&DomainName>,
) -> Result<Option<CustomerDomain>, Problem> {
    let all = door::look(&app.house, caller, customer, Ok(DomainsOf { customer })).await?.ok_or_else(Problem::not_found)?;
    Ok(all.into_iter().find(|d| named.map_or(d.primary, |named| d.domain == named.as_str())))
}

/// The command that books a customer's domain, the primary one unless another is named, once its record has been seen.
pub(super) async fn proved(app: &App, caller: &Caller, customer: CustomerId, named: Option<&DomainName>) -> Result<VerifyDomain, Problem> {
    let found = one(app, caller, customer, named).await?;
    let domain = found.as_ref().and_then(|found| DomainName::parse(found.domain.clone()).ok());
    let (Some(found), Some(domain)) = (found, domain) else {
        return Err(if named.is_some() { Problem::not_found() } else { Fail::Refused(NotProved::NoDomain {}).into() });
    };
    if found.verified_at.is_none() {
        look::prove(&app.dns, &record(&app.keys, customer, domain.as_str())).await.map_err(|no| Problem::from(Fail::Refused(no)))?;
    }
    Ok(VerifyDomain { customer, domain })
}

/// What a domain looks like before a customer is made with it. Findings are warnings: only a domain that is taken, and seats
/// that are not there, refuse a creation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Preflight {
    /// The domain, as it would be kept.
    pub domain: String,
    /// What was looked at.
    pub findings: Vec<Finding>,
    /// Who runs its mail, where that can be told.
    pub provider: Option<Provider>,
    /// Seats left in the pool.
    pub available_seats: i64,
    /// The name at which the customer's record will be looked for.
    pub record_name: String,
}

/// Looks at a domain before a customer is made with it.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/preflight", tag = "customers", params(("msp" = String, Path), ("domain" = String, Query)), responses((status = 200, body = Preflight), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn preflight(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    uri: Uri,
) -> Result<Response, Problem> {
    let domain = DomainName::parse(Address::of(&uri).get("domain").unwrap_or_default()).map_err(|why| {
        Problem::unreadable("invalid-parameter", "domain must be a domain such as acme.example.").field("domain", "invalid", why)
    });
    Ok(Json(flight(&app, &caller, partner, domain).await?).into_response())
}

/// Looks at a domain.
pub(super) async fn flight(
    app: &App,
    caller: &Caller,
    partner: PartnerId,
    domain: Result<DomainName, Problem>,
) -> Result<Preflight, Problem> {
    let Books { domain, taken, available } = door::look(&app.house, caller, partner, domain.map(|domain| Free { partner, domain })).await?;
    let mail = look::mail(&app.dns, domain.as_str()).await;
    let outcome = if taken { Outcome::Taken } else { Outcome::Open };
    let mut findings = vec![Finding { check: Check::Ownership, outcome, found: Vec::new() }];
    findings.extend(mail.findings);
    let record_name = record_name(domain.as_str());
    Ok(Preflight { domain: domain.into(), findings, provider: mail.provider, available_seats: available, record_name })
}
