//! Users at `/scim/v2/Users`.

use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use serde_json::Value;
use store::MemberId;
use web::door;

use super::{
    super::{
        change_user::{Change, ChangeUser, Meant},
        create_user::CreateUser,
        error::ScimError,
        find::{UserOf, Users},
        patch,
        resource::{self, Shape},
        schema::USERS,
        user::User,
    },
    search::Search,
    wire::{self, No, Outcome, Sent, Tenant, document},
};
use crate::{
    app::{App, Shared},
    directory::RemoveMember,
};

fn id_of(text: &str) -> MemberId {
    door::id(text)
}

fn shown(app: &App, status: u16, user: &User, shape: &Shape) -> Outcome {
    let base = wire::base(app);
    let body = shape.of(user.resource(&base));
    Outcome {
        status,
        location: Some(format!("{base}/Users/{}", user.member.id)),
        version: Some(user.member.version),
        body: Some(wire::value(body)),
    }
}

/// Adds a user.
///
/// # Errors
/// SCIM's no.
pub async fn create(app: &App, tenant: &Tenant, body: &Value, shape: &Shape) -> Result<Outcome, No> {
    let fields = resource::read(&USERS, body)?;
    let made = app.house.execute(tenant.call(), CreateUser { customer: tenant.customer, fields }).await?;
    Ok(shown(app, 201, &made.value, shape))
}

/// Changes a user by PUT or PATCH.
///
/// # Errors
/// SCIM's no.
pub async fn change(app: &App, tenant: &Tenant, id: &str, meant: Meant, change: Change, shape: &Shape) -> Result<Outcome, No> {
    let command = ChangeUser { customer: tenant.customer, member: id_of(id), meant, change };
    let changed = app.house.execute(tenant.call(), command).await?;
    Ok(shown(app, 200, &changed.value, shape))
}

/// Removes a user: the member, as a person would.
///
/// # Errors
/// SCIM's no.
pub async fn remove(app: &App, tenant: &Tenant, id: &str, meant: Meant) -> Result<Outcome, No> {
    let (customer, member) = (tenant.customer, id_of(id));
    let version = match &meant {
        Meant::Any => None,
        Meant::These(known) => {
            let user = app.house.ask(&tenant.call(), UserOf { customer, member }).await?.ok_or_else(ScimError::not_found)?;
            Some(user.member.version).filter(|v| known.contains(v)).ok_or_else(ScimError::stale)?.into()
        }
    };
    app.house.execute(tenant.call(), RemoveMember { customer, member, version }).await?;
    Ok(Outcome::gone())
}

/// A list.
///
/// # Errors
/// SCIM's no.
pub async fn list(app: &App, tenant: &Tenant, search: &Search) -> Result<Value, No> {
    let part = search.part(app, &USERS, tenant)?;
    let groups = search.shape(&USERS)?.wants("groups");
    let found = app.house.ask(&tenant.call(), Users { customer: tenant.customer, part, groups }).await?;
    search.answer(app, &USERS, tenant, found)
}

pub async fn post(State(app): State<Shared>, tenant: Tenant, RawQuery(query): RawQuery, Sent(body): Sent) -> Result<Response, No> {
    let shape = wire::shape(&USERS, query.as_deref())?;
    Ok(create(&app, &tenant, &body, &shape).await?.into_response())
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
    let shape = wire::shape(&USERS, query.as_deref())?;
    let question = UserOf { customer: tenant.customer, member: id_of(&id) };
    let user = app.house.ask(&tenant.call(), question).await?.ok_or_else(ScimError::not_found)?;
    let mut outcome = shown(&app, 200, &user, &shape);
    if wire::has(&headers, user.member.version) {
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
    let shape = wire::shape(&USERS, query.as_deref())?;
    let replace = Change::Replace(resource::read(&USERS, &body)?);
    Ok(change(&app, &tenant, &id, wire::meant(&headers), replace, &shape).await?.into_response())
}

pub async fn patch(
    State(app): State<Shared>,
    tenant: Tenant,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, No> {
    let shape = wire::shape(&USERS, query.as_deref())?;
    let operations = Change::Patch(patch::read(&body)?, body);
    Ok(change(&app, &tenant, &id, wire::meant(&headers), operations, &shape).await?.into_response())
}

pub async fn delete(State(app): State<Shared>, tenant: Tenant, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, No> {
    Ok(remove(&app, &tenant, &id, wire::meant(&headers)).await?.into_response())
}
