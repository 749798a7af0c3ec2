//! REST twin of agents: lists, removal, tokens.

use access::permissions::{ManageMembers, ReadMembers};
use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use command::{Call, Node, Secret};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{PartnerId, Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds},
    paging::{Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{
    agent::{Agent, AgentState, Thresholds},
    count::ThresholdsOf,
    queries::{AgentsOf, Place},
    remove::RemoveAgent,
    silent::{self, At, SilentAgent, Which},
    tokens::{self, AgentToken, AgentTokens, EndAgentToken, IssueAgentToken, Purpose},
};
use crate::{
    app::{App, Shared},
    noun::Name,
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(remove))
        .routes(routes!(silent_agents))
        .routes(routes!(list_tokens, issue))
        .routes(routes!(end))
}

/// By what the partner of a customer or an MSP judges agents.
pub(super) async fn thresholds(app: &App, node: impl Into<Node>) -> Result<Thresholds, Problem> {
    Ok(app.house.ask(&Call::operator(), ThresholdsOf { node: node.into() }).await?)
}

fn bad(name: &str, wanted: &str) -> Problem {
    Problem::unreadable("invalid-parameter", format!("{name} must be {wanted}.")).field(name, "invalid", format!("must be {wanted}"))
}

const LIST: Spec = Spec { filters: &[("state", &["eq"])], sorts: &[], extra: &[] };

/// Agents of a customer, those not heard for longest first.
#[utoipa::path(get, path = "/v1/tenants/{customer}/agents", tag = "agents", params(("customer" = String, Path), ("filter[state]" = Option<String>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Agent>), (status = 404, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<ReadMembers>(&app.house, &caller, customer).await?;
    let ask = Ask::read(query.as_deref(), &LIST)?;
    let binding = ask.binding(&format!("agents {customer}"));
    let state =
        ask.filter("state", "eq").map(|word| AgentState::parse(word).ok_or_else(|| bad("filter[state]", "reporting, silent or inactive")));
    let after = ask.after.as_deref().map(|text| app.signer.open::<Place>(&binding, text)).transpose()?;
    let (limit, by) = (i64::from(ask.size), thresholds(&app, customer).await?);
    let found = door::look(&app.house, &caller, customer, Ok(AgentsOf { customer, by, state: state.transpose()?, after, limit })).await?;
    let full = i64::try_from(found.agents.len()).is_ok_and(|n| n == limit);
    let place = |a: &Agent| Place { heard: a.last_seen_at, id: a.id };
    let next = found.agents.last().filter(|_| full).map(|a| app.signer.seal(&binding, &place(a)));
    Ok(Json(Page { data: found.agents, page: PageInfo { next, total: found.total } }).into_response())
}

/// Removes an agent; its token ends at once. A device that enrols again is another agent.
#[utoipa::path(delete, path = "/v1/tenants/{customer}/agents/{id}", tag = "agents", params(("customer" = String, Path), ("id" = String, Path)), responses((status = 204, description = "Removed"), (status = 404, body = Problem)))]
async fn remove(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, agent): PathIds<kinds::Customer, kinds::Agent>,
) -> Result<Response, Problem> {
    Ok(door::change(&app.house, &caller, customer, Ok(RemoveAgent { customer, agent })).await?.gone())
}

pub(super) const SILENT: Spec = Spec { filters: &[("state", &["eq"]), ("customer", &["eq"])], sorts: &[], extra: &[] };

/// Which agents a list or an export asks for.
pub(super) fn which(partner: PartnerId, ask: &Ask) -> Result<Which, Problem> {
    let state = match ask.filter("state", "eq") {
        None | Some("silent") => AgentState::Silent,
        Some("inactive") => AgentState::Inactive,
        Some(_) => return Err(bad("filter[state]", "silent or inactive")),
    };
    let customer = ask.filter("customer", "eq").map(door::id);
    Ok(Which { partner, state, customer })
}

/// Agents of an MSP's customers that do not report: active and yet silent, or inactive. Customers by name.
#[utoipa::path(get, path = "/v1/msp/{msp}/agents", tag = "agents", params(("msp" = String, Path), ("filter[state]" = Option<String>, Query), ("filter[customer]" = Option<String>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<SilentAgent>), (status = 404, body = Problem)))]
async fn silent_agents(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<ReadMembers>(&app.house, &caller, partner).await?;
    let ask = Ask::read(query.as_deref(), &SILENT)?;
    let binding = ask.binding(&format!("silent agents {partner}"));
    let after = ask.after.as_deref().map(|text| app.signer.open::<At>(&binding, text)).transpose()?;
    let limit = i64::from(ask.size);
    let found = silent::page(&app.house, &caller.call(), &which(partner, &ask)?, after, limit).await?;
    let full = i64::try_from(found.rows.len()).is_ok_and(|n| n == limit);
    let next = found.last.filter(|_| full).map(|at| app.signer.seal(&binding, &at));
    Ok(Json(Page { data: found.rows, page: PageInfo { next, total: found.total } }).into_response())
}

/// Tokens by which a customer's agents come, newest first. Their secrets are shown once, when they are made.
#[utoipa::path(get, path = "/v1/tenants/{customer}/agent-tokens", tag = "agents", params(("customer" = String, Path)), responses((status = 200, body = Page<AgentToken>), (status = 404, body = Problem)))]
async fn list_tokens(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let data = door::look(&app.house, &caller, customer, Ok(AgentTokens { customer })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// A token to make.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedAgentToken {
    /// What people call it.
    pub name: Name,
    /// `enrol` (the default) or `relay`.
    pub purpose: Option<Purpose>,
    /// Until when it works; 90 days when absent, three years at most.
    pub expires_at: Option<Timestamp>,
}

/// A token with its secret, shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct IssuedAgentToken {
    /// The token.
    #[serde(flatten)]
    pub token: AgentToken,
    /// What is sent as `Authorization: Bearer …`. Null when an idempotency key was repeated: it is stored nowhere.
    pub secret: Option<String>,
}

/// Makes a token by which agents enrol, or a relay reports for all of them.
#[utoipa::path(post, path = "/v1/tenants/{customer}/agent-tokens", tag = "agents", request_body = AskedAgentToken, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = IssuedAgentToken), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn issue(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<AskedAgentToken>,
) -> Result<Response, Problem> {
    let asked = match body {
        Ok(asked) => asked,
        Err(problem) => {
            door::probe::<ManageMembers>(&app.house, &caller, customer).await?;
            return Err(problem);
        }
    };
    let purpose = asked.purpose.unwrap_or(Purpose::Enrol);
    if caller.preview {
        let input = IssueAgentToken { customer, name: asked.name, purpose, expires_at: asked.expires_at, hash: Secret([0; 32]) };
        return Ok(door::change(&app.house, &caller, customer, Ok(input)).await?.ok());
    }
    let (token, secret) = tokens::issue(&app.house, caller.call(), customer, asked.name, purpose, asked.expires_at).await?;
    Ok((StatusCode::CREATED, Json(IssuedAgentToken { token, secret })).into_response())
}

/// Revokes a token at once. Agents that enrolled by it go on.
#[utoipa::path(delete, path = "/v1/tenants/{customer}/agent-tokens/{id}", tag = "agents", params(("customer" = String, Path), ("id" = String, Path)), responses((status = 204, description = "Revoked"), (status = 404, body = Problem)))]
async fn end(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, token): PathIds<kinds::Customer, kinds::AgentToken>,
) -> Result<Response, Problem> {
    Ok(door::change(&app.house, &caller, customer, Ok(EndAgentToken { customer, token })).await?.gone())
}
