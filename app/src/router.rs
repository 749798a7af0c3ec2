//! Every route of the program. Rooms list their own; here they are put together, with the layers round them.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use web::{caller, problem::Problem, routes::Pages};

use crate::{
    agents, alerts, api_docs, api_metrics, app::Shared, audit, campaigns, console, directory, help, hierarchy, identity, imports,
    licensing, moves, offboarding, onboarding, operations, portfolio, provisioning, signup, sources,
};

/// JSON bodies larger than this are refused with 413 (routes that take more say so themselves).
const BODY: usize = 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(title = "Tenantry API", description = "One API for all customers of an MSP, and all MSPs of a distributor."),
    components(schemas(Problem))
)]
struct Document;

/// The rooms' API routes with their document.
fn api() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(identity::api())
        .merge(help::api())
        .merge(hierarchy::api())
        .merge(licensing::api())
        .merge(operations::api())
        .merge(alerts::api())
        .merge(audit::api())
        .merge(provisioning::api::routes())
        .merge(provisioning::api_mail_check::routes())
        .merge(provisioning::domains::api())
        .merge(provisioning::templates::api())
        .merge(provisioning::delivery::api())
        .merge(directory::api())
        .merge(agents::api())
        .merge(sources::api())
        .merge(campaigns::api())
        .merge(imports::api())
        .merge(portfolio::api::routes())
        .merge(moves::api())
        .merge(offboarding::api())
        .merge(onboarding::api())
}

/// The rooms' pages and forms.
#[must_use]
pub fn pages() -> Pages<Shared> {
    Pages::default()
        .merge(console::pages())
        .merge(identity::pages())
        .merge(help::pages())
        .merge(hierarchy::pages())
        .merge(alerts::pages())
        .merge(audit::pages())
        .merge(operations::pages())
        .merge(licensing::pages())
        .merge(provisioning::pages::routes())
        .merge(provisioning::domains::pages())
        .merge(provisioning::templates::pages())
        .merge(provisioning::delivery::pages())
        .merge(directory::pages())
        .merge(agents::pages())
        .merge(sources::pages())
        .merge(imports::pages())
        .merge(portfolio::pages())
        .merge(moves::pages())
        .merge(offboarding::pages())
        .merge(onboarding::pages())
        .merge(signup::pages())
}

/// The OpenAPI 3.1 document of every API route.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    api().split_for_parts().1
}

/// The whole program as one router.
pub fn router(app: Shared) -> Router {
    let (api, document) = api().split_for_parts();
    let json: &'static str = String::leak(document.to_json().unwrap_or_default());
    Router::new()
        .route("/assets/{file}", get(web::static_files::serve))
        .route("/v1/openapi.json", get(move || async move { ([(header::CONTENT_TYPE, "application/json")], json) }))
        .route("/docs/api", get(api_docs::page))
        .route("/metrics", get(api_metrics::page))
        .merge(console::probes())
        .merge(api)
        .merge(directory::scim::protocol())
        .merge(agents::door())
        .merge(pages().into_router())
        .merge(if app.demo { crate::demo::pages().into_router() } else { Router::new() })
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async {
            Problem::new(http::StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This address does not take that method")
        })
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn(to_its_end))
        .layer(middleware::from_fn(same_origin))
        .layer(middleware::from_fn_with_state(app.clone(), console::limit_rate))
        .layer(middleware::from_fn_with_state(app.clone(), console::finish))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(middleware::from_fn_with_state(app.clone(), console::every_answer))
        .with_state(app)
}

/// A request that changes something runs to its end, news delivered, even if its sender hangs up; one that panics says so.
async fn to_its_end(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::internal("a request panicked").into_response(),
    }
}

/// A request that changes something by cookie must come from our own pages (ASVS: Origin and Sec-Fetch-Site).
async fn same_origin(request: Request, next: Next) -> Response {
    let safe = request.method().is_safe();
    let headers = request.headers();
    let by_cookie = caller::session_cookie(headers).is_some() && !headers.contains_key(header::AUTHORIZATION);
    // Signing in has no cookie yet, and a foreign page must not sign anybody in either. No page sends JSON without being asked.
    let json = |t: &HeaderValue| [&b"application/json"[..], b"application/scim+json"].iter().any(|j| t.as_bytes().starts_with(j));
    let form = headers.get(header::CONTENT_TYPE).is_some_and(|t| !json(t));
    if !safe && (by_cookie || form) && !from_here(headers) {
        return Problem::new(http::StatusCode::FORBIDDEN, "cross-site", "This request did not come from this console")
            .detail("Open the console and repeat it there. Nothing was changed.")
            .into_response();
    }
    next.run(request).await
}

fn from_here(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == HeaderValue::from_static("same-origin") || site == HeaderValue::from_static("none");
    }
    match (text(&header::ORIGIN), text(&header::HOST)) {
        (Some(origin), Some(host)) => origin.split("://").nth(1) == Some(host),
        // A program with a token and no browser headers.
        (None, _) => caller::session_cookie(headers).is_none(),
        _ => false,
    }
}
