//! REST twin of a directory's tokens.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use command::Secret;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds},
    paging::Page,
    problem::Problem,
};

use crate::{
    app::Shared,
    identity::scim_tokens::{self, EndScimToken, IssueScimToken, ScimToken, ScimTokens},
    noun::Name,
};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, issue)).routes(routes!(end))
}

/// Tokens of a customer's directory, newest first. Their secrets are shown once, when they are made.
#[utoipa::path(get, path = "/v1/tenants/{customer}/scim-tokens", tag = "directory", params(("customer" = String, Path)), responses((status = 200, body = Page<ScimToken>), (status = 404, body = Problem)))]
async fn list(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let data = door::look(&app.house, &caller, customer, Ok(ScimTokens { customer })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// A token to make.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedScimToken {
    /// What it is for.
    pub name: Name,
    /// Until when it works; a year when absent, three at most.
    pub expires_at: Option<Timestamp>,
}

/// A token with its secret, shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct IssuedScimToken {
    /// The token.
    #[serde(flatten)]
    pub token: ScimToken,
    /// What the directory sends as `Authorization: Bearer …`. Null when an idempotency key was repeated: it is stored nowhere.
    pub secret: Option<String>,
    /// Where the directory sends to.
    pub base_url: String,
}

/// Makes a token for a customer's directory.
#[utoipa::path(post, path = "/v1/tenants/{customer}/scim-tokens", tag = "directory", request_body = AskedScimToken, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = IssuedScimToken), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn issue(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<AskedScimToken>,
) -> Result<Response, Problem> {
    if caller.preview || body.is_err() {
        let input = body.map(|b| IssueScimToken { customer, name: b.name, expires_at: b.expires_at, hash: Secret([0; 32]) });
        return Ok(door::change(&app.house, &caller, customer, input).await?.ok());
    }
    let AskedScimToken { name, expires_at } = body?;
    let (token, secret) = scim_tokens::issue(&app.house, caller.call(), customer, name, expires_at).await?;
    let replayed = secret.is_none();
    let mut response = (StatusCode::CREATED, Json(IssuedScimToken { token, secret, base_url: super::wire::base(&app) })).into_response();
    if replayed {
        response.headers_mut().insert("idempotency-replayed", http::HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Revokes a token at once.
#[utoipa::path(delete, path = "/v1/tenants/{customer}/scim-tokens/{id}", tag = "directory", params(("customer" = String, Path), ("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn end(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, token): PathIds<kinds::Customer, kinds::Token>,
) -> Result<Response, Problem> {
    Ok(door::change(&app.house, &caller, customer, Ok(EndScimToken { customer, token })).await?.gone())
}
