//! Oneself: who am I, my sessions, my API tokens.

use access::Role;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Call, Node, Secret};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{Timestamp, Uuid, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{Body, PathId},
    paging::Page,
    problem::Problem,
};

use crate::{
    app::Shared,
    identity::{
        noun::node_of,
        queries::{self, Me, Own, Session},
        sessions::{EndCredential, Which},
        tokens::{self, IssueToken, NewToken, Token},
    },
    noun::Name,
};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(sessions))
        .routes(routes!(end_session))
        .routes(routes!(list_tokens, issue_token))
        .routes(routes!(one_token, end_token))
}

async fn own(app: &Shared, caller: &Caller) -> Result<Own, Problem> {
    queries::own(app, caller.credential).await?.ok_or_else(Problem::unauthenticated)
}

/// Who sends this request, where, with which permissions.
#[utoipa::path(get, path = "/v1/me", tag = "me", responses((status = 200, body = Me), (status = 401, body = Problem)))]
async fn me(State(app): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    Ok(Json(own(&app, &caller).await?.me()).into_response())
}

/// My open sessions, newest first.
#[utoipa::path(get, path = "/v1/sessions", tag = "me", responses((status = 200, body = Page<Session>), (status = 401, body = Problem)))]
async fn sessions(State(app): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    Ok(Json(Page::whole(own(&app, &caller).await?.sessions)).into_response())
}

/// Ends one of my sessions.
#[utoipa::path(delete, path = "/v1/sessions/{id}", tag = "me", params(("id" = String, Path)), responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn end_session(State(app): State<Shared>, caller: Caller, PathId(id): PathId<kinds::Session>) -> Result<Response, Problem> {
    end(&app, &caller, Which::Session(id)).await
}

async fn end(app: &Shared, caller: &Caller, which: Which) -> Result<Response, Problem> {
    let own = own(app, caller).await?;
    let (call, command) = (Call::on_behalf_of(own.person.staff), EndCredential { home: own.person.home, staff: own.person.staff, which });
    if caller.preview {
        return Ok(Json(app.house.preview(call, command).await?).into_response());
    }
    match app.house.execute(call, command).await?.value {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(Problem::not_found()),
    }
}

/// My API tokens, newest first. Their secrets are shown once, when they are made.
#[utoipa::path(get, path = "/v1/tokens", tag = "me", responses((status = 200, body = Page<Token>), (status = 401, body = Problem)))]
async fn list_tokens(State(app): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    Ok(Json(Page::whole(own(&app, &caller).await?.tokens)).into_response())
}

/// One of my API tokens.
#[utoipa::path(get, path = "/v1/tokens/{id}", tag = "me", params(("id" = String, Path)), responses((status = 200, body = Token), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn one_token(State(app): State<Shared>, caller: Caller, PathId(id): PathId<kinds::Token>) -> Result<Response, Problem> {
    let found = own(&app, &caller).await?.tokens.into_iter().find(|t| t.id == id);
    Ok(Json(found.ok_or_else(Problem::not_found)?).into_response())
}

/// Ends one of my API tokens at once.
#[utoipa::path(delete, path = "/v1/tokens/{id}", tag = "me", params(("id" = String, Path)), responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn end_token(State(app): State<Shared>, caller: Caller, PathId(id): PathId<kinds::Token>) -> Result<Response, Problem> {
    end(&app, &caller, Which::Token(id)).await
}

/// A token to issue.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedToken {
    /// What it is for.
    pub name: Name,
    /// As what it acts; mine when absent, never more.
    pub role: Option<Role>,
    /// Where it acts: a partner, customer or distributor; my first membership's node when absent.
    pub node: Option<String>,
    /// Until when it works; a year when absent, which is also the most.
    pub expires_at: Option<Timestamp>,
}

/// A token with its secret, shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct IssuedToken {
    /// The token.
    #[serde(flatten)]
    pub token: Token,
    /// Send it as `Authorization: Bearer …`. Null when an idempotency key was repeated: it is stored nowhere.
    pub secret: Option<String>,
}

/// Issues an API token.
#[utoipa::path(post, path = "/v1/tokens", tag = "me", request_body = AskedToken, params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = IssuedToken), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn issue_token(State(app): State<Shared>, caller: Caller, Body(body): Body<AskedToken>) -> Result<Response, Problem> {
    let own = own(&app, &caller).await?;
    let body = body?;
    let first = own.memberships.first().map_or(Node::known(Uuid::nil()), |m| Node::known(m.node));
    let node = body.node.as_deref().map_or(first, node_of);
    let ask = NewToken { node, name: body.name, role: body.role, expires_at: body.expires_at, staff: None };
    if caller.preview {
        let command = IssueToken { node, name: ask.name, role: ask.role, expires_at: ask.expires_at, hash: Secret([0; 32]), staff: None };
        return Ok(Json(app.house.preview(caller.call(), command).await?).into_response());
    }
    let (token, secret) = tokens::issue(&app.house, caller.call(), ask).await?;
    let replayed = secret.is_none();
    let mut response = (StatusCode::CREATED, Json(IssuedToken { token, secret })).into_response();
    if replayed {
        response.headers_mut().insert("idempotency-replayed", http::HeaderValue::from_static("true"));
    }
    Ok(response)
}
