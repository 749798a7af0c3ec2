//! `GET /v1/operations/{id}`.

use access::Scope;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use command::Query;
use store::{Control, OperationId, PartnerId, Result, Timestamp, Uuid, View};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    problem::Problem,
};

use super::{Needs, Operation, store as rows};
use crate::app::Shared;

/// The room's API.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_operation))
}

/// Asks for an operation.
#[derive(Debug)]
pub struct OperationOf {
    /// Its partner.
    pub partner: PartnerId,
    /// Which one.
    pub id: OperationId,
}

impl Query for OperationOf {
    type Home = Control;
    type Needs = Needs;
    type Found = Option<Operation>;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Needs>, _: Timestamp) -> Result<Option<Operation>> {
        rows::find(view, scope, self.id)
    }
}

/// How a long operation stands.
#[utoipa::path(get, path = "/v1/operations/{id}", tag = "operations", params(("id" = String, Path)), responses((status = 200, body = Operation), (status = 404, body = Problem)))]
async fn get_operation(
    State(app): State<Shared>,
    caller: Caller,
    PathId(id): PathId<store::kinds::Operation>,
) -> std::result::Result<Response, Problem> {
    let partner = super::node_of(&app.house, id).await?;
    let found = door::look(&app.house, &caller, partner, Ok(OperationOf { partner, id })).await?;
    found.map(|o| Json(o).into_response()).ok_or_else(Problem::not_found)
}
