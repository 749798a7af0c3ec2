//! REST twin of templates.

use access::permissions::Read;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use store::{CustomerId, PartnerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds},
    paging::Page,
    problem::Problem,
};

use super::{EditTemplate, RemoveTemplate, SaveTemplate, Settings, Template, TemplateOf, Templates, commands::TemplateChange};
use crate::{
    app::{App, Shared},
    hierarchy::{customer::CustomerOf, refusal::given},
    noun::Name,
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, save)).routes(routes!(get_one, edit, remove))
}

type Ids = PathIds<kinds::Partner, kinds::Template>;

/// Templates of an MSP by name; at most 100 in all.
#[utoipa::path(get, path = "/v1/msp/{msp}/templates", tag = "onboarding", params(("msp" = String, Path)), responses((status = 200, body = Page<Template>), (status = 403, body = Problem)))]
async fn list(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let data = door::look(&app.house, &caller, partner, Ok(Templates { partner })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// A template to save.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTemplate {
    /// Its name.
    pub name: Name,
    /// What it says.
    #[serde(default, deserialize_with = "door::maybe_object")]
    pub settings: Option<Settings>,
    /// A customer whose settings it takes over where `settings` says nothing.
    pub copy_of: Option<CustomerId>,
}

/// Saves what new customers begin with under a name.
#[utoipa::path(post, path = "/v1/msp/{msp}/templates", tag = "onboarding", request_body = NewTemplate, params(("msp" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = Template), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn save(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<NewTemplate>,
) -> Result<Response, Problem> {
    let input = match body {
        Ok(body) => saving(&app, &caller, partner, body).await,
        Err(problem) => Err(problem),
    };
    Ok(door::change(&app.house, &caller, partner, input).await?.versioned(StatusCode::CREATED, |now| now.version))
}

async fn saving(app: &App, caller: &Caller, partner: PartnerId, body: NewTemplate) -> Result<SaveTemplate, Problem> {
    let given = body.settings.unwrap_or_default().checked(app, "/settings")?;
    let settings = match body.copy_of {
        None => given,
        Some(customer) => given.over(like(app, caller, partner, customer).await?),
    };
    Ok(SaveTemplate { partner, name: body.name, settings })
}

/// The settings of a customer that the caller sees.
///
/// # Errors
/// 422 naming `copy_of`.
pub async fn like(app: &App, caller: &Caller, partner: PartnerId, customer: CustomerId) -> Result<Settings, Problem> {
    let unknown = || Problem::invalid("/copy_of", "unknown-customer", "There is no such customer here.");
    door::probe::<Read>(&app.house, caller, customer).await.map_err(|_| unknown())?;
    let found = door::look(&app.house, caller, customer, Ok(CustomerOf { partner, customer })).await?;
    found.map(|c| Settings::like(&c)).ok_or_else(unknown)
}

async fn known(app: &App, caller: &Caller, partner: PartnerId, template: store::TemplateId) -> Result<Template, Problem> {
    door::look(&app.house, caller, partner, Ok(TemplateOf { partner, template })).await?.ok_or_else(Problem::not_found)
}

/// One template.
#[utoipa::path(get, path = "/v1/msp/{msp}/templates/{id}", tag = "onboarding", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = Template), (status = 404, body = Problem)))]
async fn get_one(State(app): State<Shared>, caller: Caller, PathIds(partner, id): Ids) -> Result<Response, Problem> {
    let found = known(&app, &caller, partner, id).await?;
    let version = found.version;
    Ok(door::with_etag(Json(found).into_response(), version))
}

/// What to change of a template; what is left out stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditBody {
    /// Its name.
    #[serde(default, deserialize_with = "given")]
    pub name: Option<Name>,
    /// What it says from now on, all of it.
    #[serde(default, deserialize_with = "door::maybe_object")]
    pub settings: Option<Settings>,
}

/// Changes a template. Customers that began with it stay as they are.
#[utoipa::path(patch, path = "/v1/msp/{msp}/templates/{id}", tag = "onboarding", request_body = EditBody, params(("msp" = String, Path), ("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = Template), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn edit(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, id): Ids,
    Body(body): Body<EditBody>,
) -> Result<Response, Problem> {
    known(&app, &caller, partner, id).await?;
    let input = body.and_then(|body| {
        let settings = body.settings.map(|s| s.checked(&app, "/settings")).transpose()?;
        Ok(EditTemplate { partner, template: id, version: caller.need_version()?, change: TemplateChange { name: body.name, settings } })
    });
    Ok(door::change(&app.house, &caller, partner, input).await?.versioned(StatusCode::OK, |now| now.version))
}

/// Removes a template. Customers that began with it stay as they are.
#[utoipa::path(delete, path = "/v1/msp/{msp}/templates/{id}", tag = "onboarding", params(("msp" = String, Path), ("id" = String, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Removed"), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn remove(State(app): State<Shared>, caller: Caller, PathIds(partner, id): Ids) -> Result<Response, Problem> {
    known(&app, &caller, partner, id).await?;
    let input = caller.need_version().map(|version| RemoveTemplate { partner, template: id, version: Some(version) });
    Ok(door::change(&app.house, &caller, partner, input).await?.gone())
}
