//! Routes that belong to no room: the front page, brand sheets, liveness and readiness.

use access::NodeKind;
use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use http::{StatusCode, header};
use store::{Control, DistributorId, sql};
use web::{brand::Ramp, problem::Problem, routes::Pages};

use super::Visitor;
use crate::app::Shared;

/// Pages that belong to no room.
#[must_use]
pub fn pages() -> Pages<Shared> {
    Pages::default().get("/", front).get("/brand/{file}", brand_sheet)
}

async fn front(State(_): State<Shared>, visitor: Visitor) -> Response {
    // Somebody who works for a partner and for its distributor starts at the partner.
    let first = visitor.memberships.iter().find(|m| m.partner.is_some()).or(visitor.memberships.first());
    let Some(first) = first else { return Redirect::to("/profile").into_response() };
    let to = match (first.kind, first.partner, first.customer) {
        (NodeKind::Distributor, ..) => format!("/distributors/{}", DistributorId::new(first.node)),
        (_, Some(partner), Some(customer)) => format!("/msp/{partner}/customers/{customer}/members"),
        (_, Some(partner), None) => format!("/msp/{partner}"),
        _ => "/profile".to_owned(),
    };
    Redirect::to(&to).into_response()
}

/// A brand colour as a sheet: the strict content policy allows no inline styles.
async fn brand_sheet(axum::extract::Path(file): axum::extract::Path<String>) -> Response {
    let sheet = |end: &str| file.strip_suffix(end).and_then(Ramp::of);
    let css = sheet(".preview.css").map(|ramp| ramp.preview_css()).or_else(|| sheet(".css").map(|ramp| ramp.css()));
    match css {
        Some(css) => ([(header::CONTENT_TYPE, "text/css"), (header::CACHE_CONTROL, "public, max-age=86400")], css).into_response(),
        None => Problem::not_found().into_response(),
    }
}

/// Liveness, readiness, metrics.
pub fn probes() -> Router<Shared> {
    Router::new().route("/healthz", get(|| async { "ok" })).route("/readyz", get(ready))
}

async fn ready(State(app): State<Shared>) -> Response {
    let control = app.house.control().read(|view| view.opt(sql!(Control, "SELECT 1 AS one"), &[]).map(drop)).await;
    let writable = !app.house.control().disk_full();
    let status = if control.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(serde_json::json!({ "database": control.is_ok(), "writable": writable, "queue": app.house.control().waiting() })))
        .into_response()
}
