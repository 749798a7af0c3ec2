//! REST twin of the command center.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use store::{Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    paging::{Ask, PageInfo, Spec},
    problem::Problem,
};

use super::{ActiveUsers, After, Card, CenterOf, List, Sums};
use crate::{app::Shared, portfolio::settled};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(center))
}

const LIST: Spec = Spec { filters: &[], sorts: &[], extra: &["list"] };

/// A page of one of the three lists.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CenterPage {
    /// When this was true.
    as_of: Timestamp,
    /// `paid`, `active-trials` or `expired-trials`.
    list: &'static str,
    /// The customers: trials by their end, then by name.
    data: Vec<Card>,
    /// The way on.
    page: PageInfo,
    /// What all customers of the list come to.
    totals: Sums,
    /// The users to be billed: those of paid subscriptions.
    active_users: ActiveUsers,
}

/// Paid subscriptions, active trials or expired trials: each customer that is not removed is in exactly one of them.
#[utoipa::path(get, path = "/v1/msp/{msp}/command-center", tag = "trials", params(("msp" = String, Path), ("list" = Option<String>, Query, description = "paid (the default), active-trials or expired-trials"), ("q" = Option<String>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = CenterPage), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn center(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    settled(&app.house, &caller, partner).await?;
    crate::alerts::freshen(&app.house, partner).await?;
    let ask = Ask::read(query.as_deref(), &LIST)?;
    let list = match ask.extra.get("list") {
        None => List::default(),
        Some(word) => List::parse(word).ok_or_else(|| {
            let wanted = "must be one of paid, active-trials, expired-trials";
            Problem::unreadable("invalid-parameter", format!("list {wanted}.")).field("list", "invalid", wanted)
        })?,
    };
    let binding = ask.binding(&format!("command center {partner} {}", list.word()));
    let after = ask.after.as_deref().map(|text| app.signer.open::<After>(&binding, text)).transpose()?.unwrap_or_default();
    let limit = i64::from(ask.size);
    let found = door::look(&app.house, &caller, partner, Ok(CenterOf { partner, list, q: ask.q, after, offset: 0, limit })).await?;
    let full = i64::try_from(found.cards.len()).is_ok_and(|n| n == limit);
    let next = found.last.filter(|_| full).map(|place| app.signer.seal(&binding, &place));
    let page = PageInfo { next, total: found.sums.customers };
    let (list, totals) = (list.word(), found.sums);
    Ok(Json(CenterPage { as_of: found.as_of, list, data: found.cards, page, totals, active_users: found.active_users }).into_response())
}
