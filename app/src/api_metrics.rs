//! `/metrics`: Prometheus. Routes and status classes as labels, never tenants or people.

use std::sync::OnceLock;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use web::problem::Problem;

use crate::app::Shared;

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts recording; once for the process.
pub fn install() {
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().ok());
}

/// Books one answered request.
pub fn answered(route: &str, method: &str, status: u16, seconds: f64) {
    let labels = [("route", route.to_owned()), ("method", method.to_owned()), ("status", format!("{}xx", status / 100))];
    metrics::counter!("tenantry_requests_total", &labels).increment(1);
    metrics::histogram!("tenantry_request_seconds", &labels[..2]).record(seconds);
}

/// The page a Prometheus server reads. Only callers on this machine or behind a trusted proxy reach it when the operator
/// keeps it from the outside; it holds no tenant's data.
pub async fn page(State(app): State<Shared>) -> Response {
    let Some(handle) = RECORDER.get().and_then(Option::as_ref) else { return Problem::not_found().into_response() };
    #[expect(clippy::cast_precision_loss, reason = "a queue's length")]
    let waiting = app.house.control().waiting() as f64;
    metrics::gauge!("tenantry_write_queue", "home" => "control").set(waiting);
    for (name, db) in app.house.regions() {
        #[expect(clippy::cast_precision_loss, reason = "a queue's length")]
        metrics::gauge!("tenantry_write_queue", "home" => name.clone()).set(db.waiting() as f64);
    }
    metrics::gauge!("tenantry_disk_full").set(f64::from(u8::from(app.house.control().disk_full())));
    handle.run_upkeep();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
}
