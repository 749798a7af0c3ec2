//! REST twin of a customer.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use command::Command;
use http::StatusCode;
use store::{Control, CustomerId, PartnerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathIds, Reply},
    problem::Problem,
};

use super::CustomerOf;
use crate::{
    app::Shared,
    hierarchy::{
        customers::Customer,
        edit::{CustomerChange, EditCustomer},
        lifecycle::{Launch, Resume, Suspend},
    },
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(get_customer, edit_customer))
        .routes(routes!(suspend))
        .routes(routes!(resume))
        .routes(routes!(launch))
}

type Ids = PathIds<kinds::Partner, kinds::Customer>;

async fn known(app: &Shared, caller: &Caller, partner: PartnerId, customer: CustomerId) -> Result<Customer, Problem> {
    door::look(&app.house, caller, customer, Ok(CustomerOf { partner, customer })).await?.ok_or_else(Problem::not_found)
}

/// One customer.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/{customer}", tag = "customers", params(("msp" = String, Path), ("customer" = String, Path)), responses((status = 200, body = Customer), (status = 404, body = Problem)))]
async fn get_customer(State(app): State<Shared>, caller: Caller, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    let found = known(&app, &caller, partner, customer).await?;
    Ok(door::with_etag(Json(&found).into_response(), found.version))
}

fn answered(reply: Reply<Customer>) -> Response {
    reply.versioned(StatusCode::OK, |now| now.version)
}

/// Changes a customer. Its region and its account number never change.
#[utoipa::path(patch, path = "/v1/msp/{msp}/customers/{customer}", tag = "customers", request_body = CustomerChange, params(("msp" = String, Path), ("customer" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = Customer), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn edit_customer(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, customer): Ids,
    Body(body): Body<CustomerChange>,
) -> Result<Response, Problem> {
    known(&app, &caller, partner, customer).await?;
    let input = body.and_then(|change| {
        let change = change.checked().map_err(|(field, code, why)| {
            let mut problem = Problem::invalid(format!("/{field}"), code, why);
            if code.ends_with("-immutable") {
                code.clone_into(&mut problem.code);
            }
            problem
        })?;
        Ok(EditCustomer { customer, version: Some(caller.need_version()?), tier: None, change })
    });
    Ok(answered(door::change(&app.house, &caller, customer, input).await?))
}

async fn turn<C>(app: &Shared, caller: &Caller, partner: PartnerId, customer: CustomerId, command: C) -> Result<Response, Problem>
where
    C: Command<Home = Control, Done = Customer>,
{
    known(app, caller, partner, customer).await?;
    Ok(answered(door::change(&app.house, caller, customer, Ok(command)).await?))
}

/// Suspends a customer: no access, nothing lost.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/suspend", tag = "customers", params(("msp" = String, Path), ("customer" = String, Path)), responses((status = 200, body = Customer), (status = 409, body = Problem)))]
async fn suspend(State(app): State<Shared>, caller: Caller, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    turn(&app, &caller, partner, customer, Suspend { customer }).await
}

/// Ends a suspension.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/resume", tag = "customers", params(("msp" = String, Path), ("customer" = String, Path)), responses((status = 200, body = Customer), (status = 409, body = Problem)))]
async fn resume(State(app): State<Shared>, caller: Caller, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    turn(&app, &caller, partner, customer, Resume { customer }).await
}

/// Ends set-up: the customer serves from now on.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/launch", tag = "customers", params(("msp" = String, Path), ("customer" = String, Path)), responses((status = 200, body = Customer), (status = 409, body = Problem)))]
async fn launch(State(app): State<Shared>, caller: Caller, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    turn(&app, &caller, partner, customer, Launch { customer }).await
}
