//! The layers round all answers: request id, log line, security headers; problems as JSON or as a page.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, Uri, header};
use web::problem::{Problem, RequestId};

use super::{bare_frame, language_of, wrong};
use crate::app::Shared;

/// Problems as JSON for programs, as a page for people; 401 on a page leads to the sign-in.
pub async fn finish(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let address = request.uri().path_and_query().map_or_else(|| path.clone(), ToString::to_string);
    let headers = request.headers().clone();
    let id = request.extensions().get::<RequestId>().map_or_else(String::new, |r| r.0.clone());
    let safe = request.method().is_safe();
    let mut response = match unreadable(request.uri()) {
        true => Problem::unreadable("invalid-parameter", "The address holds text that is not UTF-8, or a NUL character.").into_response(),
        false => next.run(request).await,
    };
    let Some(problem) = web::problem::take(&mut response, &path, &id) else { return response };
    response.headers_mut().remove(header::CONTENT_LENGTH);
    if path.starts_with("/scim/") {
        let detail = if problem.detail.is_empty() { problem.title.clone() } else { format!("{}. {}", problem.title, problem.detail) };
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
        *response.body_mut() = crate::directory::scim::error_body(problem.status, None, &detail).to_string().into();
        return response;
    }
    if path.starts_with("/v1/") || path.starts_with("/palette") {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        *response.body_mut() = serde_json::to_vec(&problem).unwrap_or_default().into();
        return response;
    }
    if problem.status == 401 {
        let back = if safe { address } else { "/".into() };
        let next: String = percent_encoding::utf8_percent_encode(&back, percent_encoding::NON_ALPHANUMERIC).to_string();
        return web::swap::leave(&headers, &format!("/signin?next={next}"));
    }
    let lang = language_of(&headers, None);
    let frame = bare_frame(&app, &headers, lang, &path, &problem.title);
    let (title, detail) = wrong::page(lang, &problem);
    let page = web::problem_page(&frame, problem.status, &title, &detail, &id);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    *response.body_mut() = page.into_string().into();
    response
}

/// True for a page's address with a parameter that nobody can have typed. The API's lists say it of theirs, after the right.
fn unreadable(uri: &Uri) -> bool {
    let odd = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().map_or(true, |text| text.contains('\0'));
    !uri.path().starts_with("/v1/") && uri.query().is_some_and(odd)
}

const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// The outermost layer: a request id, security headers, a log line without personal data.
pub async fn every_answer(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let id = data_encoding::HEXLOWER.encode(&app.house.random()[..8]);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let route = request.extensions().get::<axum::extract::MatchedPath>().map(|m| m.as_str().to_owned());
    #[expect(clippy::disallowed_methods, reason = "how long a request took is real time")]
    let began = std::time::Instant::now();
    let mut response = next.run(request).await;
    let micros = began.elapsed().as_micros();
    #[expect(clippy::cast_precision_loss, reason = "microseconds of one request")]
    crate::api_metrics::answered(route.as_deref().unwrap_or("none"), method.as_str(), response.status().as_u16(), micros as f64 / 1e6);
    tracing::info!(request = id, %method, route, status = response.status().as_u16(), micros = u64::try_from(micros).unwrap_or(u64::MAX), "request");
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::CACHE_CONTROL, "no-store");
    if app.config.secure() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", value);
    }
    response
}
