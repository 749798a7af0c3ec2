//! REST twin: how many seats a customer holds in all.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use command::Effect;
use serde::{Deserialize, Serialize};
use store::{CustomerId, Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathIds, Reply},
    problem::Problem,
};

use super::{Surplus, WhoWaits};
use crate::{
    app::Shared,
    licensing::pools::{Holds, SeatsOf, SeatsSet, SetSeats, api::released},
    noun::Note,
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(set_seats))
}

/// Seats a customer shall hold.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatsTotal {
    /// How many in all, 0 to 1,000,000,000.
    pub seats: i64,
    /// Why, for the ledger; at most 500 characters.
    pub reason: Option<Note>,
    /// Fewer than members are active: those who came last wait for a seat.
    pub force: Option<bool>,
}

impl SeatsTotal {
    fn command(self, tenant_id: CustomerId) -> Result<SetSeats, Problem> {
        if !(0..=1_000_000_000).contains(&self.seats) {
            return Err(Problem::invalid("/seats", "out-of-range", "Seats must be a whole number from 0 to 1,000,000,000."));
        }
        Ok(SetSeats { tenant_id, seats: self.seats, reason: self.reason.map(Into::into), force: self.force.unwrap_or(false) })
    }
}

/// What a change of seats would do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SeatsPreview {
    /// Always true: tells a preview from an answer.
    pub preview: bool,
    /// When it was decided; it is decided again when executed.
    pub as_of: Timestamp,
    /// What would change.
    pub effects: Vec<Effect>,
    /// Who would wait.
    pub waiting: Surplus,
}

/// Gives a customer so many seats in all. Fewer than members are active are refused, unless `force` lets those who came last wait.
#[utoipa::path(put, path = "/v1/msp/{msp}/customers/{customer}/seats", tag = "licenses", request_body = SeatsTotal, params(("msp" = String, Path), ("customer" = String, Path)), responses((status = 200, body = Holds), (status = 202, description = "The region has not answered yet: watch the operation"), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn set_seats(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
    Body(body): Body<SeatsTotal>,
) -> Result<Response, Problem> {
    let known = door::look(&app.house, &caller, customer, Ok(SeatsOf { partner, customer })).await?;
    known.ok_or_else(Problem::not_found)?;
    let input = body.and_then(|b| b.command(customer));
    let seats = input.as_ref().map_or(0, |command| command.seats);
    match door::change(&app.house, &caller, customer, input).await? {
        Reply::Done(answer) => match answer.value {
            SeatsSet::Lowering(operation) => released(&app, operation, answer.replayed).await,
            SeatsSet::Done(holds) => {
                Ok(Reply::Done(command::Answer { value: holds, replayed: answer.replayed, effects: answer.effects }).ok())
            }
        },
        Reply::Preview(preview) => {
            let waiting = door::look(&app.house, &caller, customer, Ok(WhoWaits { customer, seats })).await?;
            waiting.note(&app, &caller, customer).await?;
            let shown = SeatsPreview { preview: true, as_of: preview.as_of, effects: preview.effects, waiting };
            Ok(Json(shown).into_response())
        }
    }
}
