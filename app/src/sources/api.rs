//! REST twin of sources.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use store::{CustomerId, SourceId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathIds, PathThree, Reply, with_etag},
    paging::Page,
    problem::Problem,
};

use super::{
    change::{CreateSource, EditSource, RemoveSource},
    intake::{self, Tested},
    queries::SourcesOf,
    source::{Source, USUAL_STOP},
    way::Way,
};
use crate::{
    app::{App, Shared},
    noun::Name,
};

/// The API routes of sources.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, edit, remove)).routes(routes!(test))
}

type Home = PathIds<kinds::Partner, kinds::Customer>;

/// Partner, customer and source of a path.
pub(super) type Place = PathThree<kinds::Partner, kinds::Customer, kinds::Source>;

/// Where a customer's people come from.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/{customer}/sources", tag = "sources", params(("msp" = String, Path), ("customer" = String, Path)), responses((status = 200, body = Page<Source>), (status = 404, body = Problem)))]
async fn list(State(app): State<Shared>, caller: Caller, PathIds(partner, customer): Home) -> Result<Response, Problem> {
    intake::at(&app, &caller, partner, customer).await?;
    let data = app.house.ask(&caller.call(), SourcesOf { customer }).await?;
    Ok(Json(Page::whole(data)).into_response())
}

/// A source to make.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSource {
    /// What people call it.
    pub name: Name,
    /// Its kind (`upload`, `folder`, `csv`, `ldap`, `entra`, `google`) and how it is reached.
    #[schema(value_type = Object)]
    pub settings: Map<String, Value>,
    /// What it signs in with: kept sealed, shown nowhere.
    pub secret: Option<String>,
    /// Minutes between two runs, 5 to 10,080; absent: it is read by hand.
    pub every_minutes: Option<i64>,
    /// A run that would let go of more than this share of its people stops and waits for a person; 10 when absent.
    pub stop_percent: Option<i64>,
}

impl NewSource {
    fn command(self, app: &App, customer: CustomerId) -> Result<CreateSource, Problem> {
        let way = Way::read(&Value::Object(self.settings))?;
        intake::need_secret(&way, self.secret.is_some())?;
        intake::need_folder(app, &way)?;
        // Chosen before its secret is sealed: it is sealed for it.
        let source = app.house.new_id();
        Ok(CreateSource {
            customer,
            id: source,
            name: self.name,
            secret: self.secret.map(|text| intake::seal(app, source, &text)).transpose()?,
            every_minutes: intake::every(Some(&way), self.every_minutes)?,
            stop_percent: intake::stop_percent(self.stop_percent.unwrap_or(USUAL_STOP))?,
            way,
        })
    }
}

/// Adds a source. It is read when somebody starts it, or by its clock.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/sources", tag = "sources", request_body = NewSource, params(("msp" = String, Path), ("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = Source), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, customer): Home,
    Body(body): Body<NewSource>,
) -> Result<Response, Problem> {
    intake::at(&app, &caller, partner, customer).await?;
    let input = body.and_then(|b| b.command(&app, customer));
    match door::change(&app.house, &caller, customer, input).await? {
        Reply::Done(answer) => {
            let source = intake::shown(&app, &caller.call(), customer, answer.value).await?;
            let version = source.version;
            Ok(with_etag((StatusCode::CREATED, Json(source)).into_response(), version))
        }
        preview @ Reply::Preview(_) => Ok(preview.ok()),
    }
}

/// A source.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/{customer}/sources/{id}", tag = "sources", params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path)), responses((status = 200, body = Source), (status = 404, body = Problem)))]
async fn show(State(app): State<Shared>, caller: Caller, PathThree(partner, customer, source): Place) -> Result<Response, Problem> {
    intake::at(&app, &caller, partner, customer).await?;
    let known = intake::known(&app, &caller.call(), customer, source).await?;
    let version = known.source.version;
    Ok(with_etag(Json(known.source).into_response(), version))
}

/// What to change; what is absent stays.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EditBody {
    /// What people call it.
    pub name: Option<Name>,
    /// All its settings; its kind stays.
    #[schema(value_type = Option<Object>)]
    pub settings: Option<Map<String, Value>>,
    /// What it signs in with; null takes it away.
    #[serde(deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    pub secret: Option<Option<String>>,
    /// Minutes between two runs; null: it is read by hand.
    #[serde(deserialize_with = "told")]
    #[schema(value_type = Option<i64>)]
    pub every_minutes: Option<Option<i64>>,
    /// The share of its people a run may let go of.
    pub stop_percent: Option<i64>,
}

/// Tells `null` from absent.
fn told<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

impl EditBody {
    fn command(self, app: &App, caller: &Caller, customer: CustomerId, source: SourceId, known: &Way) -> Result<EditSource, Problem> {
        let version = caller.need_version()?;
        let way = self.settings.map(|settings| Way::read(&Value::Object(settings))).transpose()?;
        if way.as_ref().is_some_and(|way| way.kind() != known.kind()) {
            return Err(Problem::invalid("/settings/kind", "invalid", "A source keeps its kind. Add another one instead."));
        }
        if self.secret == Some(None) {
            intake::need_secret(known, false)?;
        }
        Ok(EditSource {
            customer,
            source,
            version,
            name: self.name,
            way,
            secret: self.secret.map(|new| new.map(|text| intake::seal(app, source, &text)).transpose()).transpose()?,
            every_minutes: self.every_minutes.map(|minutes| intake::every(Some(known), minutes)).transpose()?,
            stop_percent: self.stop_percent.map(intake::stop_percent).transpose()?,
        })
    }
}

/// Changes a source. Whoever has its secret shown elsewhere gives it anew.
#[utoipa::path(patch, path = "/v1/msp/{msp}/customers/{customer}/sources/{id}", tag = "sources", request_body = EditBody, params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path), ("If-Match" = Option<String>, Header)), responses((status = 200, body = Source), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn edit(
    State(app): State<Shared>,
    caller: Caller,
    PathThree(partner, customer, source): Place,
    Body(body): Body<EditBody>,
) -> Result<Response, Problem> {
    intake::at(&app, &caller, partner, customer).await?;
    let known = intake::known(&app, &caller.call(), customer, source).await?;
    let input = body.and_then(|b| b.command(&app, &caller, customer, source, &known.way));
    match door::change(&app.house, &caller, customer, input).await? {
        Reply::Done(answer) => {
            let source = intake::shown(&app, &caller.call(), customer, answer.value).await?;
            let version = source.version;
            Ok(with_etag(Json(source).into_response(), version))
        }
        preview @ Reply::Preview(_) => Ok(preview.ok()),
    }
}

/// Removes a source. The members it brought stay as they are.
#[utoipa::path(delete, path = "/v1/msp/{msp}/customers/{customer}/sources/{id}", tag = "sources", params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn remove(State(app): State<Shared>, caller: Caller, PathThree(partner, customer, source): Place) -> Result<Response, Problem> {
    intake::at(&app, &caller, partner, customer).await?;
    Ok(door::change(&app.house, &caller, customer, Ok(RemoveSource { customer, source })).await?.gone())
}

/// Tries a source: how many people it would bring, and how many seats they need. Nothing is changed.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/sources/{id}/test", tag = "sources", params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path)), responses((status = 200, body = Tested), (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn test(State(app): State<Shared>, caller: Caller, PathThree(partner, customer, source): Place) -> Result<Response, Problem> {
    intake::at(&app, &caller, partner, customer).await?;
    let known = intake::known(&app, &caller.call(), customer, source).await?;
    Ok(Json(intake::test(&app, source, &known).await?).into_response())
}
