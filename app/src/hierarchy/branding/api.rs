//! REST twin of branding.

use access::permissions::ManageBrand;
use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use store::kinds;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, Reply},
    problem::Problem,
};

use super::{Brand, BrandChange, BrandOf, EditBrand, SetCustomerLogo};
use crate::{app::Shared, hierarchy::settings};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(shown, edit)).routes(routes!(set_logo, remove_logo))
}

fn answered(reply: Reply<Brand>) -> Response {
    reply.versioned(StatusCode::OK, |now| now.version)
}

/// The brand of a customer.
#[utoipa::path(get, path = "/v1/tenants/{customer}/brand", tag = "customers", params(("customer" = String, Path)), responses((status = 200, body = Brand), (status = 404, body = Problem)))]
async fn shown(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let (_, brand) = door::look(&app.house, &caller, customer, Ok(BrandOf { customer })).await?.ok_or_else(Problem::not_found)?;
    Ok(door::with_etag(Json(&brand).into_response(), brand.version))
}

/// Changes the name and the colour of a customer's brand. Any colour is taken; `readable` tells whether words can be read with it,
/// and the nearest colour with which they can, which is what is used.
#[utoipa::path(patch, path = "/v1/tenants/{customer}/brand", tag = "customers", request_body = BrandChange, params(("customer" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = Brand), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn edit(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<BrandChange>,
) -> Result<Response, Problem> {
    let input = body.and_then(|change| Ok(EditBrand { customer, version: Some(caller.need_version()?), change }));
    Ok(answered(door::change(&app.house, &caller, customer, input).await?))
}

/// Sets the customer's logo: the body is a PNG, JPEG or WebP of at most 1 MB. It is kept as a PNG of at most 512 × 512 pixels.
#[utoipa::path(put, path = "/v1/tenants/{customer}/logo", tag = "customers", request_body(content = Vec<u8>, content_type = "image/png"), params(("customer" = String, Path)), responses((status = 200, body = Brand), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn set_logo(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    request: Request,
) -> Result<Response, Problem> {
    door::probe::<ManageBrand>(&app.house, &caller, customer).await?;
    let input = settings::received(request).await.map(|picture| SetCustomerLogo { customer, picture: Some(picture) });
    Ok(answered(door::change(&app.house, &caller, customer, input).await?))
}

/// Takes the customer's own logo away: it shows its MSP's of now.
#[utoipa::path(delete, path = "/v1/tenants/{customer}/logo", tag = "customers", params(("customer" = String, Path)), responses((status = 200, body = Brand), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn remove_logo(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    Ok(answered(door::change(&app.house, &caller, customer, Ok(SetCustomerLogo { customer, picture: None })).await?))
}
