//! REST twin of rules.

use std::collections::BTreeMap;

use access::permissions::ManageMembers;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Effect, Preview};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{CustomerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds},
    paging::{NoQuery, Page, PageInfo},
    problem::Problem,
};

use super::{AddStatusRule, ChangesOf, Condition, RemoveStatusRule, StatusRule, StatusRules, Turn, queries::RuleChange, run};
use crate::{
    app::Shared,
    directory::{MemberType, attributes::attribute::is_name, reading},
    noun::Name,
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(remove)).routes(routes!(changes)).routes(routes!(run_now))
}

/// Rules of a customer, in the order in which they are asked: the first that fits decides.
#[utoipa::path(get, path = "/v1/tenants/{customer}/status-rules", tag = "members", params(("customer" = String, Path)), responses((status = 200, body = Page<StatusRule>), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    NoQuery(query): NoQuery,
) -> Result<Response, Problem> {
    let (data, _) = door::look(&app.house, &caller, customer, query.map(|()| StatusRules { customer })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// What has to hold; at least one is said, and all that are said have to hold.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConditionBody {
    /// No activity for so many days, 1 to 3,650; only with `inactive`.
    pub idle_days: Option<i64>,
    /// Where it works.
    pub department: Option<Name>,
    /// As what.
    pub title: Option<Name>,
    /// What brought it: `console`, `api`, `import`, `scim` …
    pub source: Option<Name>,
    /// Of what type it is.
    #[serde(rename = "type")]
    pub kind: Option<MemberType>,
    /// Its attributes by name, at most 10.
    pub attributes: BTreeMap<String, Name>,
}

/// A rule to add.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStatusRule {
    /// What people call it.
    pub name: Name,
    /// What has to hold.
    #[serde(deserialize_with = "door::object")]
    pub when: ConditionBody,
    /// What follows.
    pub then: Turn,
}

/// Checks a rule; the refused field, a machine word and a sentence.
pub(super) fn checked(when: &Condition, then: Turn) -> Result<(), (&'static str, &'static str, &'static str)> {
    if when.is_empty() {
        return Err(("when", "required", "Say at least one of idle_days, department, title, source, type and attributes."));
    }
    if when.attributes.len() > 10 || when.attributes.keys().any(|name| !is_name(name)) {
        return Err(("when/attributes", "invalid", "Up to 10 attributes, each by its name."));
    }
    if when.idle_days.is_some_and(|days| !(1..=3_650).contains(&days)) {
        return Err(("when/idle_days", "out-of-range", "A whole number from 1 to 3,650."));
    }
    if when.idle_days.is_some() && then == Turn::Active {
        return Err(("then", "invalid", "Whoever was not active for long can only become inactive."));
    }
    Ok(())
}

impl NewStatusRule {
    /// The command, or the field that is wrong.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn command(self, customer: CustomerId) -> Result<AddStatusRule, Problem> {
        let text = |name: Option<Name>| name.map(|n| n.as_str().to_owned());
        let ConditionBody { idle_days, department, title, source, kind, attributes } = self.when;
        let attributes = attributes.into_iter().map(|(name, value)| (name, value.into())).collect();
        let when = Condition { idle_days, department: text(department), title: text(title), source: text(source), kind, attributes };
        checked(&when, self.then).map_err(|(field, code, why)| Problem::invalid(format!("/{field}"), code, why))?;
        Ok(AddStatusRule { customer, name: self.name, when, then: self.then })
    }
}

/// Adds a rule behind those there are.
#[utoipa::path(post, path = "/v1/tenants/{customer}/status-rules", tag = "members", request_body = NewStatusRule, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = StatusRule), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<NewStatusRule>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| b.command(customer));
    Ok(door::change(&app.house, &caller, customer, input).await?.with(StatusCode::CREATED))
}

/// Removes a rule; what it decided stays.
#[utoipa::path(delete, path = "/v1/tenants/{customer}/status-rules/{id}", tag = "members", params(("customer" = String, Path), ("id" = String, Path)), responses((status = 204, description = "Removed"), (status = 404, body = Problem)))]
async fn remove(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, rule): PathIds<kinds::Customer, kinds::StatusRule>,
) -> Result<Response, Problem> {
    Ok(door::change(&app.house, &caller, customer, Ok(RemoveStatusRule { customer, rule })).await?.gone())
}

/// Members named by a preview at most.
pub(super) const NAMED: usize = 1_000;

/// Whom the rules would change now: up to 1,000 of them, and how many they are.
#[utoipa::path(get, path = "/v1/tenants/{customer}/status-rules/changes", tag = "members", params(("customer" = String, Path)), responses((status = 200, body = Page<RuleChange>), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn changes(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    NoQuery(query): NoQuery,
) -> Result<Response, Problem> {
    let (data, total) = door::look(&app.house, &caller, customer, query.map(|()| ChangesOf { customer, limit: NAMED })).await?;
    reading::note(&app, &caller, customer).await?;
    Ok(Json(Page { data, page: PageInfo { next: None, total } }).into_response())
}

/// What a run did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RanNow {
    /// Members whose status changed.
    pub changed: i64,
}

/// Applies the rules now; of itself that happens every hour. Done again it finds nobody left to change, so a key is not stored.
#[utoipa::path(post, path = "/v1/tenants/{customer}/status-rules/run", tag = "members", params(("customer" = String, Path)), responses((status = 200, body = RanNow), (status = 404, body = Problem)))]
async fn run_now(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    door::probe::<ManageMembers>(&app.house, &caller, customer).await?;
    if caller.preview {
        let (found, _) = door::look(&app.house, &caller, customer, Ok(ChangesOf { customer, limit: NAMED })).await?;
        let json = |v: serde_json::Result<serde_json::Value>| v.unwrap_or_default();
        let effect = |c: RuleChange| Effect {
            on: "member".into(),
            id: c.member_id.to_string(),
            field: "status".into(),
            before: json(serde_json::to_value(c.from)),
            after: json(serde_json::to_value(c.to)),
        };
        let effects = found.into_iter().map(effect).collect();
        return Ok(Json(Preview { preview: true, as_of: app.house.now(), effects }).into_response());
    }
    let changed = run::run(&app.house, &caller.call(), customer).await?;
    Ok(Json(RanNow { changed }).into_response())
}
