//! REST twin of groups.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use store::{CustomerId, GroupId, PartnerId, Uuid, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds, PathThree, Reply},
    paging::{Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{
    AddToGroup, CreateGroup, DeleteGroup, EditGroup, Group, GroupChange, GroupOf, Groups, Member, MembersOf, RemoveFromGroup, Rule,
};
use crate::{
    app::Shared,
    hierarchy::noun::{Name, Note},
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_groups, create_group))
        .routes(routes!(get_group, edit_group, delete_group))
        .routes(routes!(list_members, add_members))
        .routes(routes!(remove_member))
}

const LIST: Spec = Spec { filters: &[], sorts: &[], extra: &[] };

/// Groups of customers, by name.
#[utoipa::path(get, path = "/v1/msp/{msp}/groups", tag = "groups", params(("msp" = String, Path), ("q" = Option<String>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Group>), (status = 404, body = Problem)))]
async fn list_groups(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let ask = Ask::read(query.as_deref(), &LIST);
    let binding = ask.as_ref().map(|a| a.binding(&format!("groups {partner}"))).unwrap_or_default();
    let input = ask.and_then(|ask| {
        let after = ask.after.as_deref().map(|text| app.signer.open::<(String, Uuid)>(&binding, text)).transpose()?;
        Ok(Groups { partner, q: ask.q.unwrap_or_default(), after, limit: i64::from(ask.size) })
    });
    let size = input.as_ref().map_or(0, |q| q.limit);
    let (data, total) = door::look(&app.house, &caller, partner, input).await?;
    let full = i64::try_from(data.len()).is_ok_and(|n| n == size);
    let next = data.last().filter(|_| full).map(|g| app.signer.seal(&binding, &(store::fold(&g.name), g.id.0)));
    Ok(Json(Page { data, page: PageInfo { next, total } }).into_response())
}

/// A group to make.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Its name, unique in the partner.
    pub name: Name,
    /// What it is for.
    pub description: Option<Note>,
    /// Who belongs to it; without one, members are chosen by hand.
    #[serde(default, deserialize_with = "door::maybe_object")]
    pub rule: Option<Rule>,
}

pub(super) fn fit(rule: Option<&Rule>) -> Result<(), Problem> {
    match rule.and_then(Rule::fault) {
        Some(fault) => Err(Problem::invalid("/rule", "invalid", fault)),
        None => Ok(()),
    }
}

/// Makes a group.
#[utoipa::path(post, path = "/v1/msp/{msp}/groups", tag = "groups", request_body = NewGroup, params(("msp" = String, Path)), responses((status = 201, body = Group), (status = 409, body = Problem)))]
async fn create_group(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<NewGroup>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| {
        fit(b.rule.as_ref())?;
        Ok(CreateGroup { partner, name: b.name, description: b.description, rule: b.rule })
    });
    Ok(door::change(&app.house, &caller, partner, input).await?.with(StatusCode::CREATED))
}

/// One group.
#[utoipa::path(get, path = "/v1/msp/{msp}/groups/{id}", tag = "groups", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = Group), (status = 404, body = Problem)))]
async fn get_group(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, group): PathIds<kinds::Partner, kinds::Group>,
) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, partner, Ok(GroupOf { partner, group })).await?.ok_or_else(Problem::not_found)?;
    Ok(door::with_etag(Json(&found).into_response(), found.version))
}

fn answered(reply: Reply<Group>) -> Response {
    reply.versioned(StatusCode::OK, |now| now.version)
}

/// Changes a group.
#[utoipa::path(patch, path = "/v1/msp/{msp}/groups/{id}", tag = "groups", request_body = GroupChange, params(("msp" = String, Path), ("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = Group), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn edit_group(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, group): PathIds<kinds::Partner, kinds::Group>,
    Body(body): Body<GroupChange>,
) -> Result<Response, Problem> {
    known(&app, &caller, partner, group).await?;
    let input = body.and_then(|change| {
        let version = caller.need_version()?;
        fit(change.rule.as_ref().and_then(Option::as_ref))?;
        Ok(EditGroup { partner, group, version: Some(version), change })
    });
    Ok(answered(door::change(&app.house, &caller, partner, input).await?))
}

/// A missing group answers 404 before anything else about the request is told.
async fn known(app: &Shared, caller: &Caller, partner: PartnerId, group: GroupId) -> Result<(), Problem> {
    door::look(&app.house, caller, partner, Ok(GroupOf { partner, group })).await?.map(drop).ok_or_else(Problem::not_found)
}

/// Deletes a group; its customers stay.
#[utoipa::path(delete, path = "/v1/msp/{msp}/groups/{id}", tag = "groups", params(("msp" = String, Path), ("id" = String, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Deleted"), (status = 412, body = Problem)))]
async fn delete_group(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, group): PathIds<kinds::Partner, kinds::Group>,
) -> Result<Response, Problem> {
    known(&app, &caller, partner, group).await?;
    let input = caller.need_version().map(|version| DeleteGroup { partner, group, version: Some(version) });
    Ok(door::change(&app.house, &caller, partner, input).await?.gone())
}

/// The customers of a group, by name.
#[utoipa::path(get, path = "/v1/msp/{msp}/groups/{id}/customers", tag = "groups", params(("msp" = String, Path), ("id" = String, Path), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Member>), (status = 404, body = Problem)))]
async fn list_members(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, group): PathIds<kinds::Partner, kinds::Group>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let binding = format!("group members {group}");
    let input = Ask::read(query.as_deref(), &LIST).and_then(|ask| {
        let after = ask.after.as_deref().map(|text| app.signer.open::<(String, Uuid)>(&binding, text)).transpose()?;
        Ok(MembersOf { partner, group, after, limit: i64::from(ask.size) })
    });
    let size = input.as_ref().map_or(0, |q| q.limit);
    let found = door::look(&app.house, &caller, partner, input).await?;
    let (group, data, _) = found.ok_or_else(Problem::not_found)?;
    let full = i64::try_from(data.len()).is_ok_and(|n| n == size);
    let next = data.last().filter(|_| full).map(|m| app.signer.seal(&binding, &(m.name_key.clone(), m.id.0)));
    Ok(Json(Page { data, page: PageInfo { next, total: group.customers } }).into_response())
}

/// Customers to add.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Added {
    /// 1 to 1,000 customers of the partner.
    pub customers: Vec<CustomerId>,
}

/// Puts customers into a group whose members are chosen by hand.
#[utoipa::path(post, path = "/v1/msp/{msp}/groups/{id}/customers", tag = "groups", request_body = Added, params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = Group), (status = 409, body = Problem)))]
async fn add_members(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, group): PathIds<kinds::Partner, kinds::Group>,
    Body(body): Body<Added>,
) -> Result<Response, Problem> {
    known(&app, &caller, partner, group).await?;
    let input = body.and_then(|b| {
        if b.customers.is_empty() || b.customers.len() > 1_000 {
            return Err(Problem::invalid("/customers", "out-of-range", "Name 1 to 1,000 customers."));
        }
        Ok(AddToGroup { partner, group, customers: b.customers })
    });
    Ok(answered(door::change(&app.house, &caller, partner, input).await?))
}

/// Takes a customer out of a group whose members are chosen by hand.
#[utoipa::path(delete, path = "/v1/msp/{msp}/groups/{id}/customers/{customer}", tag = "groups", params(("msp" = String, Path), ("id" = String, Path), ("customer" = String, Path)), responses((status = 200, body = Group), (status = 404, body = Problem)))]
async fn remove_member(
    State(app): State<Shared>,
    caller: Caller,
    PathThree(partner, group, customer): PathThree<kinds::Partner, kinds::Group, kinds::Customer>,
) -> Result<Response, Problem> {
    Ok(answered(door::change(&app.house, &caller, partner, Ok(RemoveFromGroup { partner, group, customer })).await?))
}
