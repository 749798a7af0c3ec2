//! REST twin of attributes.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use store::{CustomerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds, Reply},
    paging::Page,
    problem::Problem,
};

use super::{
    AddAttribute, Attribute, AttributesOf, RemoveAttribute, Takes,
    attribute::{MOST_CHOICES, is_name},
    commands::finish,
};
use crate::{app::Shared, noun::Name};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(remove))
}

/// Attributes a customer declared, by name. Beside them every customer has cost_center, division, employee_number and organization.
#[utoipa::path(get, path = "/v1/tenants/{customer}/member-attributes", tag = "members", params(("customer" = String, Path)), responses((status = 200, body = Page<Attribute>), (status = 404, body = Problem)))]
async fn list(State(app): State<Shared>, caller: Caller, PathId(customer): PathId<kinds::Customer>) -> Result<Response, Problem> {
    let (data, _) = door::look(&app.house, &caller, customer, Ok(AttributesOf { customer })).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// An attribute to declare.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAttribute {
    /// Its name: a small letter, then small letters, digits and underscores, at most 40.
    pub name: String,
    /// Which values it takes.
    pub takes: Takes,
    /// The values of a choice, 1 to 50.
    #[serde(default)]
    pub choices: Vec<Name>,
}

/// Checks an attribute; the refused field, a machine word and a sentence.
pub(super) fn checked(name: &str, takes: Takes, choices: &[Name]) -> Result<(), (&'static str, &'static str, &'static str)> {
    if !is_name(name) {
        return Err(("name", "invalid", "A name has small letters, digits and underscores, begins with a letter, and is no field's own."));
    }
    if (takes == Takes::Choice) == choices.is_empty() {
        return Err(("choices", "invalid", "A choice needs its values, and only a choice has some."));
    }
    let folded: std::collections::HashSet<String> = choices.iter().map(|c| store::fold(c.as_str())).collect();
    if choices.len() > MOST_CHOICES || folded.len() < choices.len() {
        return Err(("choices", "invalid", "Up to 50 values, each once."));
    }
    Ok(())
}

impl NewAttribute {
    /// The command, or the field that is wrong.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn command(self, customer: CustomerId) -> Result<AddAttribute, Problem> {
        checked(&self.name, self.takes, &self.choices).map_err(|(field, code, why)| Problem::invalid(format!("/{field}"), code, why))?;
        let choices = self.choices.into_iter().map(String::from).collect();
        Ok(AddAttribute { customer, name: self.name, takes: self.takes, choices })
    }
}

/// Declares an attribute.
#[utoipa::path(post, path = "/v1/tenants/{customer}/member-attributes", tag = "members", request_body = NewAttribute, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = Attribute), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<NewAttribute>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| b.command(customer));
    Ok(door::change(&app.house, &caller, customer, input).await?.with(StatusCode::CREATED))
}

/// Removes an attribute and every value members have of it.
#[utoipa::path(delete, path = "/v1/tenants/{customer}/member-attributes/{id}", tag = "members", params(("customer" = String, Path), ("id" = String, Path)), responses((status = 204, description = "Removed"), (status = 404, body = Problem)))]
async fn remove(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, attribute): PathIds<kinds::Customer, kinds::MemberAttribute>,
) -> Result<Response, Problem> {
    match door::change(&app.house, &caller, customer, Ok(RemoveAttribute { customer, attribute })).await? {
        Reply::Done(answer) => {
            if answer.value.more {
                finish(&app.house, &caller.call(), customer, attribute).await?;
            }
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        preview @ Reply::Preview(_) => Ok(preview.ok()),
    }
}
