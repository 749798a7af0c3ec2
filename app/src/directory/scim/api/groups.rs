//! Groups at `/scim/v2/Groups`.

use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use serde_json::Value;
use store::DirectoryGroupId;
use web::door;

use super::{
    super::{
        change_group::{Draws, GroupOf, Groups, RemoveGroup, WriteGroup},
        change_user::Meant,
        error::ScimError,
        group::{Draft, Group},
        patch,
        resource::Shape,
        schema::GROUPS_OF_USERS,
    },
    search::Search,
    wire::{self, No, Outcome, Sent, Tenant, document},
};
use crate::app::{App, Shared};

/// The id a path names, or the one nothing has.
#[must_use]
pub fn id_of(text: &str) -> DirectoryGroupId {
    door::id(text)
}

fn shown(app: &App, status: u16, group: &Group, shape: Option<&Shape>) -> Outcome {
    let base = wire::base(app);
    Outcome {
        status,
        location: Some(format!("{base}/Groups/{}", group.id)),
        version: Some(group.version),
        body: shape.map(|shape| wire::value(shape.of(group.resource(&base)))),
    }
}

/// Makes or changes a group; without a shape the answer shows nothing of it.
///
/// # Errors
/// SCIM's no.
pub async fn write(app: &App, tenant: &Tenant, meant: Meant, change: Draws, shape: Option<&Shape>) -> Result<Outcome, No> {
    let status = match (&change, shape) {
        (Draws::New(_), _) => 201,
        (_, Some(_)) => 200,
        (_, None) => 204,
    };
    let members = shape.is_some_and(|s| s.wants("members"));
    let command = WriteGroup { customer: tenant.customer, meant, change, members };
    let written = app.house.execute(tenant.call(), command).await?;
    Ok(shown(app, status, &written.value, shape))
}

/// Removes a group.
///
/// # Errors
/// SCIM's no.
pub async fn remove(app: &App, tenant: &Tenant, id: &str, meant: Meant) -> Result<Outcome, No> {
    app.house.execute(tenant.call(), RemoveGroup { customer: tenant.customer, group: id_of(id), meant }).await?;
    Ok(Outcome::gone())
}

/// A list.
///
/// # Errors
/// SCIM's no.
pub async fn list(app: &App, tenant: &Tenant, search: &Search) -> Result<Value, No> {
    let part = search.part(app, &GROUPS_OF_USERS, tenant)?;
    let members = search.shape(&GROUPS_OF_USERS)?.wants("members");
    let found = app.house.ask(&tenant.call(), Groups { customer: tenant.customer, part, members }).await?;
    search.answer(app, &GROUPS_OF_USERS, tenant, found)
}

pub async fn post(State(app): State<Shared>, tenant: Tenant, RawQuery(query): RawQuery, Sent(body): Sent) -> Result<Response, No> {
    let shape = wire::shape(&GROUPS_OF_USERS, query.as_deref())?;
    Ok(write(&app, &tenant, Meant::Any, Draws::New(Draft::read(&body)?), Some(&shape)).await?.into_response())
}

pub async fn get_all(State(app): State<Shared>, tenant: Tenant, RawQuery(query): RawQuery) -> Result<Response, No> {
    Ok(document(200, &list(&app, &tenant, &Search::of_query(query.as_deref())?).await?))
}

pub async fn search(State(app): State<Shared>, tenant: Tenant, Sent(body): Sent) -> Result<Response, No> {
    Ok(document(200, &list(&app, &tenant, &Search::of_body(&body)?).await?))
}

pub async fn get_one(
    State(app): State<Shared>,
    tenant: Tenant,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, No> {
    let shape = wire::shape(&GROUPS_OF_USERS, query.as_deref())?;
    let question = GroupOf { customer: tenant.customer, group: id_of(&id), members: shape.wants("members") };
    let group = app.house.ask(&tenant.call(), question).await?.ok_or_else(ScimError::not_found)?;
    let mut outcome = shown(&app, 200, &group, Some(&shape));
    if wire::has(&headers, group.version) {
        outcome = Outcome { status: 304, body: None, ..outcome };
    }
    Ok(outcome.into_response())
}

pub async fn put(
    State(app): State<Shared>,
    tenant: Tenant,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, No> {
    let shape = wire::shape(&GROUPS_OF_USERS, query.as_deref())?;
    let replace = Draws::Replace(id_of(&id), Draft::read(&body)?);
    Ok(write(&app, &tenant, wire::meant(&headers), replace, Some(&shape)).await?.into_response())
}

/// A PATCH shows the group only to whoever says which attributes they want: a group may have very many members.
pub async fn patch(
    State(app): State<Shared>,
    tenant: Tenant,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, No> {
    let shape = wire::shape(&GROUPS_OF_USERS, query.as_deref())?;
    let shape = Some(&shape).filter(|s| !s.is_usual());
    let operations = Draws::Patch(id_of(&id), patch::read(&body)?, body);
    Ok(write(&app, &tenant, wire::meant(&headers), operations, shape).await?.into_response())
}

pub async fn delete(State(app): State<Shared>, tenant: Tenant, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, No> {
    Ok(remove(&app, &tenant, &id, wire::meant(&headers)).await?.into_response())
}
