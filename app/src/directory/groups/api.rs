//! REST twin of groups of members. Who is in one is asked of the list of members, with `filter[group]`.

use access::permissions::ManageMembers;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberGroupId, MemberId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds, PathThree, Reply},
    paging::Page,
    problem::Problem,
};

use super::{
    AddToMemberGroup, CreateMemberGroup, DeleteMemberGroup, EditMemberGroup, MemberGroup, MemberGroupOf, MemberGroups,
    RemoveFromMemberGroup, Which,
    commands::MemberGroupChange,
    group::{AT_ONCE, fault},
    pages::question,
};
use crate::{
    app::Shared,
    noun::{Name, Note},
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_member_groups, create_member_group))
        .routes(routes!(get_member_group, edit_member_group, delete_member_group))
        .routes(routes!(add_to_member_group))
        .routes(routes!(remove_from_member_group))
}

/// Groups of a customer's members, by name.
#[utoipa::path(get, path = "/v1/tenants/{customer}/member-groups", tag = "members", params(("customer" = String, Path)), responses((status = 200, body = Page<MemberGroup>), (status = 404, body = Problem)))]
async fn list_member_groups(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
) -> Result<Response, Problem> {
    let (data, _) = door::look(&app.house, &caller, customer, Ok(MemberGroups { customer })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// A group of members to make.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMemberGroup {
    /// Its name, unique in the customer.
    pub name: Name,
    /// What it is for.
    pub description: Option<Note>,
    /// Who belongs to it; without one, members are chosen by hand.
    #[serde(default, deserialize_with = "door::maybe_object")]
    pub rule: Option<Which>,
}

pub(super) fn fit(rule: Option<&Which>) -> Result<(), Problem> {
    match rule.and_then(fault) {
        Some(fault) => Err(Problem::invalid("/rule", "invalid", fault)),
        None => Ok(()),
    }
}

/// Makes a group of members. A preview says how many a rule finds.
#[utoipa::path(post, path = "/v1/tenants/{customer}/member-groups", tag = "members", request_body = NewMemberGroup, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = MemberGroup), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_member_group(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<NewMemberGroup>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| {
        fit(b.rule.as_ref())?;
        Ok(CreateMemberGroup { customer, name: b.name, description: b.description, rule: b.rule })
    });
    Ok(door::change(&app.house, &caller, customer, input).await?.with(StatusCode::CREATED))
}

/// A group with how many members it has now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CountedGroup {
    /// The group.
    #[serde(flatten)]
    pub group: MemberGroup,
    /// How many members it has now.
    pub members: i64,
}

/// One group of members.
#[utoipa::path(get, path = "/v1/tenants/{customer}/member-groups/{id}", tag = "members", params(("customer" = String, Path), ("id" = String, Path)), responses((status = 200, body = CountedGroup), (status = 404, body = Problem)))]
async fn get_member_group(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, group): PathIds<kinds::Customer, kinds::MemberGroup>,
) -> Result<Response, Problem> {
    let group = known(&app, &caller, customer, group).await?;
    let members = door::look(&app.house, &caller, customer, Ok(question(customer, Which::default(), Some(group.id), 1))).await?.total;
    let version = group.version;
    Ok(door::with_etag(Json(CountedGroup { group, members }).into_response(), version))
}

/// Whoever may not change groups learns nothing of this one; whoever may learns first whether it is there.
async fn managed(app: &Shared, caller: &Caller, customer: CustomerId, group: MemberGroupId) -> Result<(), Problem> {
    door::probe::<ManageMembers>(&app.house, caller, customer).await?;
    known(app, caller, customer, group).await.map(drop)
}

async fn known(app: &Shared, caller: &Caller, customer: CustomerId, group: MemberGroupId) -> Result<MemberGroup, Problem> {
    door::look(&app.house, caller, customer, Ok(MemberGroupOf { customer, group })).await?.ok_or_else(Problem::not_found)
}

fn answered(reply: Reply<MemberGroup>) -> Response {
    reply.versioned(StatusCode::OK, |now| now.version)
}

/// Changes a group of members.
#[utoipa::path(patch, path = "/v1/tenants/{customer}/member-groups/{id}", tag = "members", request_body = MemberGroupChange, params(("customer" = String, Path), ("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = MemberGroup), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn edit_member_group(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, group): PathIds<kinds::Customer, kinds::MemberGroup>,
    Body(body): Body<MemberGroupChange>,
) -> Result<Response, Problem> {
    managed(&app, &caller, customer, group).await?;
    let input = body.and_then(|change| {
        let version = caller.need_version()?;
        fit(change.rule.as_ref().and_then(Option::as_ref))?;
        Ok(EditMemberGroup { customer, group, version, change })
    });
    Ok(answered(door::change(&app.house, &caller, customer, input).await?))
}

/// Deletes a group; its members stay what they are.
#[utoipa::path(delete, path = "/v1/tenants/{customer}/member-groups/{id}", tag = "members", params(("customer" = String, Path), ("id" = String, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Deleted"), (status = 412, body = Problem)))]
async fn delete_member_group(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, group): PathIds<kinds::Customer, kinds::MemberGroup>,
) -> Result<Response, Problem> {
    managed(&app, &caller, customer, group).await?;
    let input = caller.need_version().map(|version| DeleteMemberGroup { customer, group, version });
    Ok(door::change(&app.house, &caller, customer, input).await?.gone())
}

/// Members to put into a group.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoiningMembers {
    /// 1 to 1,000 members of the customer.
    pub members: Vec<MemberId>,
}

/// Puts members into a group that is chosen by hand.
#[utoipa::path(post, path = "/v1/tenants/{customer}/member-groups/{id}/members", tag = "members", request_body = JoiningMembers, params(("customer" = String, Path), ("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = MemberGroup), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add_to_member_group(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, group): PathIds<kinds::Customer, kinds::MemberGroup>,
    Body(body): Body<JoiningMembers>,
) -> Result<Response, Problem> {
    managed(&app, &caller, customer, group).await?;
    let input = body.and_then(|b| {
        if b.members.is_empty() || b.members.len() > AT_ONCE {
            return Err(Problem::invalid("/members", "out-of-range", "Name 1 to 1,000 members."));
        }
        Ok(AddToMemberGroup { customer, group, members: b.members })
    });
    Ok(answered(door::change(&app.house, &caller, customer, input).await?))
}

/// Takes a member out of a group that is chosen by hand.
#[utoipa::path(delete, path = "/v1/tenants/{customer}/member-groups/{id}/members/{member}", tag = "members", params(("customer" = String, Path), ("id" = String, Path), ("member" = String, Path)), responses((status = 200, body = MemberGroup), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn remove_from_member_group(
    State(app): State<Shared>,
    caller: Caller,
    PathThree(customer, group, member): PathThree<kinds::Customer, kinds::MemberGroup, kinds::Member>,
) -> Result<Response, Problem> {
    Ok(answered(door::change(&app.house, &caller, customer, Ok(RemoveFromMemberGroup { customer, group, member })).await?))
}
