//! REST twin of alerts.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use store::{AlertId, Timestamp, Uuid, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds, Reply},
    paging::{Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{
    Alert, AlertFilter, Alerts, Code, ResolveAlert, Severity, freshen,
    wish::{Choose, Chosen},
};
use crate::{app::Shared, noun::Note};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_alerts)).routes(routes!(resolve)).routes(routes!(get_subscription, put_subscription))
}

pub(super) const LIST: Spec =
    Spec { filters: &[("status", &["eq"]), ("severity", &["eq"]), ("code", &["eq"]), ("customer", &["eq"])], sorts: &[], extra: &[] };

fn bad(name: &str, wanted: &str) -> Problem {
    Problem::unreadable("invalid-parameter", format!("{name} must be {wanted}.")).field(name, "invalid", format!("must be {wanted}"))
}

fn filter_of(ask: &Ask) -> Result<AlertFilter, Problem> {
    let of = |name: &str| ask.filter(name, "eq");
    let open = match of("status") {
        None => None,
        Some("open") => Some(true),
        Some("resolved") => Some(false),
        Some(_) => return Err(bad("filter[status]", "open or resolved")),
    };
    let severity = of("severity").map(|s| Severity::parse(s).ok_or_else(|| bad("filter[severity]", "critical, warning or info")));
    let code = of("code").map(|c| Code::parse(c).ok_or_else(|| bad("filter[code]", "a code such as sync-failed")));
    let customer = of("customer").map(door::id);
    Ok(AlertFilter { open, severity: severity.transpose()?, code: code.transpose()?, customer })
}

/// Alerts of an MSP, newest first.
#[utoipa::path(get, path = "/v1/msp/{msp}/alerts", tag = "alerts", params(("msp" = String, Path), ("filter[status]" = Option<String>, Query), ("filter[severity]" = Option<String>, Query), ("filter[code]" = Option<String>, Query), ("filter[customer]" = Option<String>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Alert>), (status = 404, body = Problem)))]
async fn list_alerts(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::Read>(&app.house, &caller, partner).await?;
    freshen(&app.house, partner).await?;
    let ask = Ask::read(query.as_deref(), &LIST);
    let binding = ask.as_ref().map(|a| a.binding(&format!("alerts {partner}"))).unwrap_or_default();
    let input = ask.and_then(|ask| {
        let after = ask.after.as_deref().map(|text| app.signer.open::<(Timestamp, Uuid)>(&binding, text)).transpose()?;
        Ok(Alerts { partner, filter: filter_of(&ask)?, after, limit: i64::from(ask.size) })
    });
    let size = input.as_ref().map_or(0, |q| q.limit);
    let page = door::look(&app.house, &caller, partner, input).await?;
    let full = i64::try_from(page.rows.len()).is_ok_and(|n| n == size);
    let next = page.rows.last().filter(|_| full).map(|a| app.signer.seal(&binding, &(a.opened_at, a.id.0)));
    Ok(Json(Page { data: page.rows, page: PageInfo { next, total: page.total } }).into_response())
}

/// Why an alert is resolved.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// For those who read it later.
    pub reason: Option<Note>,
}

/// Resolves an alert. While its cause stands, it opens again on newer evidence.
#[utoipa::path(post, path = "/v1/msp/{msp}/alerts/{id}/resolve", tag = "alerts", request_body = Resolution, params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = Alert), (status = 409, body = Problem)))]
async fn resolve(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, alert): PathIds<kinds::Partner, kinds::Alert>,
    Body(body): Body<Resolution>,
) -> Result<Response, Problem> {
    let input = body.map(|b| command_of(partner, alert, b));
    Ok(door::change(&app.house, &caller, partner, input).await?.ok())
}

fn command_of(partner: store::PartnerId, alert: AlertId, body: Resolution) -> ResolveAlert {
    ResolveAlert { partner, alert, reason: body.reason }
}

/// From which severity on somebody hears of alerts by mail.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// The least severity told; null: not at all.
    pub severity: Option<Severity>,
}

/// The caller's own subscription.
#[utoipa::path(get, path = "/v1/msp/{msp}/alerts/subscription", tag = "alerts", params(("msp" = String, Path)), responses((status = 200, body = Subscription), (status = 404, body = Problem)))]
async fn get_subscription(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let severity = door::look(&app.house, &caller, partner, Ok(Chosen::<Severity>::at(partner))).await?;
    Ok(Json(Subscription { severity }).into_response())
}

/// Changes the caller's own subscription.
#[utoipa::path(put, path = "/v1/msp/{msp}/alerts/subscription", tag = "alerts", request_body = Subscription, params(("msp" = String, Path)), responses((status = 200, body = Subscription), (status = 409, body = Problem)))]
async fn put_subscription(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<Subscription>,
) -> Result<Response, Problem> {
    let input = body.map(|b| Choose { partner, wish: b.severity });
    match door::change(&app.house, &caller, partner, input).await? {
        Reply::Done(answer) => Ok(Json(Subscription { severity: answer.value }).into_response()),
        preview @ Reply::Preview(_) => Ok(preview.ok()),
    }
}
