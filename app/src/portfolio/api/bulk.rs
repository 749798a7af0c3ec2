//! Bulk actions over REST.

use std::collections::BTreeMap;

use access::permissions::{Allocate, ManageCustomers, ManageStaff};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Call, House};
use serde::{Deserialize, Serialize};
use store::{CustomerId, PartnerId, Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId},
    problem::Problem,
};

use crate::{
    app::{App, Shared},
    portfolio::{
        Filter,
        bulk::{self, Action, Fate, Item, MOST, Step},
        chosen::Chosen,
        queries::{NamesOf, SurroundingsOf, Targets},
        settled,
    },
};

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(bulk_action))
}

/// What to do, to whom.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkRequest {
    /// `group_add`, `group_remove`, `tier`, `seats`, `technician` or `technician_remove`.
    pub action: String,
    /// These customers; or `filter`.
    #[serde(default)]
    pub ids: Option<Vec<CustomerId>>,
    /// Every customer of this filter (`status`, `health`, `tier`, `kind`, `lifecycle`, `group`, `q`); or `ids`.
    #[serde(default)]
    pub filter: Option<BTreeMap<String, String>>,
    /// A group's or technician's id, a tier, or a number of seats to add (negative: to release).
    #[schema(value_type = String)]
    pub value: serde_json::Value,
}

/// What became of each item.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BulkAnswer {
    /// True when nothing was changed.
    pub preview: bool,
    /// When it was decided.
    pub as_of: Timestamp,
    /// Items changed.
    pub done: usize,
    /// Items begun whose region has not answered yet; each names its operation.
    pub pending: usize,
    /// Items that were so already.
    pub unchanged: usize,
    /// Items refused.
    pub refused: usize,
    /// For seats: how many more are needed in all than the pool has; 0 when they fit. Items are previewed one by one, so only this
    /// says that they do not fit together.
    pub seats_missing: i64,
    /// Each item.
    pub items: Vec<Item>,
    /// True when an earlier request had the same key.
    #[serde(skip)]
    #[schema(ignore)]
    replayed: bool,
}

impl BulkAnswer {
    /// Does what was chosen, or shows it. `asked` is what was said: sent again with its key, it is done once and answers the same.
    ///
    /// # Errors
    /// A problem with the request as a whole; items carry their own.
    pub async fn of(
        house: &House,
        call: &Call,
        partner: PartnerId,
        asked: &impl Serialize,
        chosen: Chosen,
        preview: bool,
    ) -> Result<BulkAnswer, Problem> {
        let (chosen, replayed) = if preview { (chosen, false) } else { chosen.kept(house, call, partner, asked).await? };
        let Chosen { as_of, seats_missing, targets } = chosen;
        let items = bulk::each(house, call, partner, targets, preview).await;
        let count = |fate| items.iter().filter(|i| i.status == fate).count();
        let (done, pending) = (count(Fate::Done), count(Fate::Pending));
        let (unchanged, refused) = (count(Fate::Unchanged), count(Fate::Refused));
        Ok(BulkAnswer { preview, as_of, done, pending, unchanged, refused, seats_missing, items, replayed })
    }

    /// The steps that undo what was done.
    #[must_use]
    pub fn undo(&self) -> Vec<Step> {
        self.items.iter().filter_map(|i| i.undo).collect()
    }
}

impl IntoResponse for BulkAnswer {
    fn into_response(self) -> Response {
        let replayed = self.replayed;
        let mut response = Json(self).into_response();
        if replayed {
            response.headers_mut().insert("idempotency-replayed", http::HeaderValue::from_static("true"));
        }
        response
    }
}

/// Whom an action concerns.
#[derive(Debug, Serialize)]
pub enum Whom {
    /// These.
    Ids(Vec<CustomerId>),
    /// All of a filter.
    Filter(Filter),
}

fn checked(body: BulkRequest, caller: &Caller) -> Result<(Action, Whom), Problem> {
    let value = body.value.as_str().map_or_else(|| body.value.to_string(), str::to_owned);
    let action = Action::parse(&body.action, &value).map_err(|(pointer, wrong)| Problem::invalid(pointer, "invalid", wrong))?;
    if matches!(action, Action::Seats(_)) {
        caller.need_key()?;
    }
    let whom = match (body.ids, body.filter) {
        (Some(ids), None) if (1..=MOST).contains(&ids.len()) => Whom::Ids(distinct(ids)),
        (Some(_), None) => return Err(Problem::invalid("/ids", "out-of-range", "Send 1 to 10,000 ids.")),
        (None, Some(fields)) => Whom::Filter(
            Filter::of(&fields).map_err(|(field, wrong)| Problem::invalid(format!("/filter/{field}"), "invalid", format!("{wrong}.")))?,
        ),
        _ => return Err(Problem::invalid("/ids", "required", "Send either ids or a filter.")),
    };
    Ok((action, whom))
}

/// Each customer once, in the order given.
pub fn distinct(ids: Vec<CustomerId>) -> Vec<CustomerId> {
    let mut seen = std::collections::HashSet::new();
    ids.into_iter().filter(|id| seen.insert(*id)).collect()
}

/// The right an action needs, asked once before the items are.
///
/// # Errors
/// 401, 404, 403.
pub async fn allowed(app: &App, caller: &Caller, partner: PartnerId, action: Option<Action>) -> Result<(), Problem> {
    match action {
        Some(Action::Seats(_)) => door::probe::<Allocate>(&app.house, caller, partner).await,
        Some(Action::Technician(_) | Action::TechnicianRemove(_)) => door::probe::<ManageStaff>(&app.house, caller, partner).await,
        _ => door::probe::<ManageCustomers>(&app.house, caller, partner).await,
    }
}

/// Executes or previews an action.
///
/// # Errors
/// A problem with the request as a whole; items carry their own.
pub async fn perform(
    app: &App,
    caller: &Caller,
    partner: PartnerId,
    action: Action,
    whom: Whom,
    preview: bool,
) -> Result<BulkAnswer, Problem> {
    settled(&app.house, caller, partner).await?;
    let call = caller.call();
    let around = app.house.ask(&call, SurroundingsOf { partner, history: false }).await?;
    if let Action::GroupAdd(group) | Action::GroupRemove(group) = action
        && !around.groups.iter().any(|(id, _)| *id == group)
    {
        return Err(Problem::invalid("/value", "unknown", "There is no such group here."));
    }
    let targets = match &whom {
        Whom::Ids(ids) => app.house.ask(&call, NamesOf { partner, ids: ids.clone() }).await?,
        Whom::Filter(filter) => {
            let limit = i64::try_from(MOST).unwrap_or(i64::MAX);
            let found = app.house.ask(&call, Targets { partner, filter: filter.clone(), limit }).await?;
            found.into_iter().map(|(id, name)| (id, Some(name))).collect()
        }
    };
    let known = targets.iter().filter(|(_, name)| name.is_some()).count();
    let seats_missing = match action {
        Action::Seats(n) if n > 0 => (n.saturating_mul(i64::try_from(known).unwrap_or(i64::MAX)) - around.available.max(0)).max(0),
        _ => 0,
    };
    let as_of = app.house.now();
    let targets = targets.into_iter().map(|(id, name)| ((id, action, None), name)).collect();
    let chosen = Chosen { as_of, seats_missing, targets };
    BulkAnswer::of(&app.house, &call, partner, &(action, &whom), chosen, preview).await
}

/// One change for many customers: each is decided on its own and says what became of it.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/bulk", tag = "portfolio", request_body = BulkRequest, params(("msp" = String, Path), ("preview" = Option<bool>, Query), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = BulkAnswer), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn bulk_action(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<BulkRequest>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| checked(b, &caller));
    allowed(&app, &caller, partner, input.as_ref().ok().map(|(action, _)| *action)).await?;
    let (action, whom) = input?;
    Ok(perform(&app, &caller, partner, action, whom, caller.preview).await?.into_response())
}
