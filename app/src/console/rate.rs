//! The rate of API requests, by token.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use access::{Credential, secret};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use store::Timestamp;
use web::problem::Problem;

use crate::app::Shared;

/// Requests left and when they were counted, by credential.
type Buckets = HashMap<[u8; 32], (f64, Timestamp)>;

static BUCKETS: LazyLock<Mutex<Buckets>> = LazyLock::new(Mutex::default);

/// Requests of one API token, or of one directory's (SCIM): a bucket that refills (50,000 a minute, 5,000 at once unless configured).
pub async fn limit_rate(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let credential = credential_of(&request);
    let Credential::Secret(hash) = credential else { return next.run(request).await };
    let limits = &app.config.limits;
    let (burst, rate) = (f64::from(limits.api_burst), f64::from(limits.api_per_minute) / 60.0);
    let left = take(hash.0, burst, rate);
    if left < 0.0 {
        let mut response = Problem::too_many(1).into_response();
        told(&mut response, limits, 0.0);
        return response;
    }
    let mut response = next.run(request).await;
    if response.status() != StatusCode::UNAUTHORIZED {
        crate::identity::touch(&app, &credential).await;
    }
    told(&mut response, limits, left);
    response
}

fn credential_of(request: &Request) -> Credential {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    let known = |t: &str| [secret::TOKEN, secret::SCIM].into_iter().find_map(|prefix| secret::hash(prefix, t.trim()));
    token.and_then(known).map_or(Credential::None, Credential::Secret)
}

fn take(key: [u8; 32], burst: f64, rate: f64) -> f64 {
    use store::Clock as _;
    let now = store::Wall.now();
    let mut buckets = BUCKETS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if buckets.len() > 100_000 {
        buckets.retain(|_, (_, at)| now.0 - at.0 < 120 * Timestamp::SECOND);
    }
    let (tokens, at) = buckets.entry(key).or_insert((burst, now));
    #[expect(clippy::cast_precision_loss, reason = "seconds since the last request")]
    let passed = (now.0 - at.0).max(0) as f64 / 1e6;
    *tokens = (*tokens + passed * rate).min(burst) - 1.0;
    *at = now;
    if *tokens < 0.0 {
        *tokens = 0.0;
        return -1.0;
    }
    *tokens
}

fn told(response: &mut Response, limits: &crate::config::Limits, left: f64) {
    let policy = format!("\"api\";q={};w=60", limits.api_per_minute);
    let now = format!("\"api\";r={}", left.floor());
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", now)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
}
