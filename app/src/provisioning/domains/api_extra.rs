//! REST twin: all domains of a customer, and the extra ones added, proved and removed.

use ::store::{CustomerId, Timestamp, kinds};
use access::permissions::ManageDomain;
use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, Reply},
    paging::Page,
    problem::Problem,
};

use super::{
    ProofRecord,
    api::{one, proved},
    record,
};
use crate::{
    app::{App, Shared},
    hierarchy::{
        domains::{
            CustomerDomain, DomainsOf,
            extra::{AddDomain, RemoveDomain},
        },
        noun::DomainName,
    },
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(remove)).routes(routes!(verify))
}

/// One of a customer's domains, with the record that proves it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DomainShown {
    /// The domain.
    pub domain: String,
    /// Whether it is the primary one: that is changed with the customer.
    pub primary: bool,
    /// When it was proved; null while it is not.
    pub verified_at: Option<Timestamp>,
    /// The record that proves it.
    pub record: ProofRecord,
}

fn shown(app: &App, customer: CustomerId, found: CustomerDomain) -> DomainShown {
    let record = record(&app.keys, customer, &found.domain);
    DomainShown { domain: found.domain, primary: found.primary, verified_at: found.verified_at, record }
}

/// A customer and one of its domains, as a path names them; what is none is nobody's.
struct Named(CustomerId, Option<DomainName>);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<(String, String)>::from_request_parts(parts, state).await;
        let (customer, domain) = read.map_or_else(|_| Default::default(), |Path(both)| both);
        Ok(Named(door::id(&customer), DomainName::parse(domain).ok()))
    }
}

/// A customer's domains: the primary one first, the others by name. At most 51, so one page.
#[utoipa::path(get, path = "/v1/tenants/{customer}/domains", tag = "customers", params(("customer" = String, Path)), responses((status = 200, body = Page<DomainShown>), (status = 404, body = Problem)))]
async fn list(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let all = door::look(&app.house, &caller, customer, Ok(DomainsOf { customer })).await?.ok_or_else(Problem::not_found)?;
    let data: Vec<DomainShown> = all.into_iter().map(|found| shown(&app, customer, found)).collect();
    Ok(Json(Page::whole(data)).into_response())
}

/// A domain to add.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDomain {
    /// The domain.
    pub domain: DomainName,
}

/// Adds a domain beside the primary one, at most 50. It lets nobody in until it is proved.
#[utoipa::path(post, path = "/v1/tenants/{customer}/domains", tag = "customers", request_body = NewDomain, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = DomainShown), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<NewDomain>,
) -> Result<Response, Problem> {
    let input = body.map(|b| AddDomain { customer, domain: b.domain });
    match door::change(&app.house, &caller, customer, input).await? {
        Reply::Done(answer) => {
            let value = shown(&app, customer, answer.value);
            Ok(Reply::Done(command::Answer { value, replayed: answer.replayed, effects: answer.effects }).with(StatusCode::CREATED))
        }
        Reply::Preview(preview) => Ok(Reply::<()>::Preview(preview).ok()),
    }
}

/// Removes a domain that is not the primary one. Members who are in stay in; nobody else comes in from there.
#[utoipa::path(delete, path = "/v1/tenants/{customer}/domains/{id}", tag = "customers", params(("customer" = String, Path), ("id" = String, Path, description = "The domain")), responses((status = 204, description = "Removed"), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn remove(State(app): State<Shared>, caller: Caller, Named(customer, domain): Named) -> Result<Response, Problem> {
    let input = domain.map(|domain| RemoveDomain { customer, domain }).ok_or_else(Problem::not_found);
    Ok(door::change(&app.house, &caller, customer, input).await?.gone())
}

/// Looks for a domain's record now, and books the domain as the customer's when it is there. One that is booked stays so.
#[utoipa::path(post, path = "/v1/tenants/{customer}/domains/{id}/verify", tag = "customers", params(("customer" = String, Path), ("id" = String, Path, description = "The domain"), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = DomainShown), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn verify(State(app): State<Shared>, caller: Caller, Named(customer, domain): Named) -> Result<Response, Problem> {
    door::probe::<ManageDomain>(&app.house, &caller, customer).await?;
    let domain = domain.ok_or_else(Problem::not_found)?;
    let input = proved(&app, &caller, customer, Some(&domain)).await;
    match door::change(&app.house, &caller, customer, input).await? {
        Reply::Done(_) => {
            let found = one(&app, &caller, customer, Some(&domain)).await?.ok_or_else(Problem::not_found)?;
            Ok(Json(shown(&app, customer, found)).into_response())
        }
        preview @ Reply::Preview(_) => Ok(preview.ok()),
    }
}
