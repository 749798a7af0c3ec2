//! Seats nobody uses go back to the pool, many customers at once: each decided on its own, shown before.

use access::permissions::Allocate;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use store::{CustomerId, PartnerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId},
    problem::Problem,
};

use super::BulkAnswer;
use crate::{
    app::{App, Shared},
    licensing::pools::{Idle, OutlookOf},
    portfolio::{
        bulk::{Action, MOST, Stood},
        chosen::Chosen,
    },
};

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(right_size))
}

/// Whose seats.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RightSize {
    /// Only these customers; all when absent.
    pub ids: Option<Vec<CustomerId>>,
}

fn checked(body: RightSize, caller: &Caller) -> Result<Option<Vec<CustomerId>>, Problem> {
    caller.need_key()?;
    match body.ids {
        Some(ids) if !(1..=MOST).contains(&ids.len()) => Err(Problem::invalid("/ids", "out-of-range", "Send 1 to 10,000 ids.")),
        ids => Ok(ids),
    }
}

/// What a proposal comes to. Each release rests on the seats the proposal does: a customer that holds another number by then is
/// refused, so that two who press at once release once.
///
/// # Errors
/// 401, 404, 403; items carry their own.
pub async fn size(
    app: &App,
    caller: &Caller,
    partner: PartnerId,
    only: Option<&[CustomerId]>,
    preview: bool,
) -> Result<BulkAnswer, Problem> {
    let call = caller.call();
    let outlook = app.house.ask(&call, OutlookOf { partner }).await?;
    let idle = outlook.idle.into_iter().filter(|i| i.releasable > 0 && only.is_none_or(|ids| ids.contains(&i.tenant_id)));
    let target = |i: Idle| ((i.tenant_id, Action::Seats(-i.releasable), Some(Stood::Seats(i.allocated))), Some(i.name));
    let chosen = Chosen { as_of: outlook.as_of, seats_missing: 0, targets: idle.take(MOST).map(target).collect() };
    BulkAnswer::of(&app.house, &call, partner, &("right_size", only), chosen, preview).await
}

/// Releases the seats that `licenses/outlook` calls releasable. With `preview=true` nothing is changed.
#[utoipa::path(post, path = "/v1/msp/{msp}/licenses/right-size", tag = "licenses", request_body = RightSize, params(("msp" = String, Path), ("preview" = Option<bool>, Query), ("Idempotency-Key" = String, Header)), responses((status = 200, body = BulkAnswer), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn right_size(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<RightSize>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| checked(b, &caller));
    door::probe::<Allocate>(&app.house, &caller, partner).await?;
    let only = input?;
    Ok(size(&app, &caller, partner, only.as_deref(), caller.preview).await?.into_response())
}
