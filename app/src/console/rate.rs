//! The rate of requests that show a token: of programs, directories, agents and their relays.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};

use access::{Credential, secret};
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};
use store::Timestamp;
use web::problem::Problem;

use crate::{
    app::{App, Shared},
    config::Limits,
};

/// Tokens an address may show to the agents' door a minute that nobody has: many devices may share it, and one token of theirs
/// may have ended.
const WRONG_PER_MINUTE: u32 = 300;

/// What a sender may do: a bucket that refills.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Limit {
    name: &'static str,
    per_minute: u32,
    burst: u32,
}

impl Limit {
    fn even(name: &'static str, per_minute: u32) -> Limit {
        Limit { name, per_minute, burst: per_minute }
    }
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
    /// The token was good before, so a flood of bad ones from the same address does not keep it out.
    known: bool,
}

static BUCKETS: LazyLock<Mutex<HashMap<[u8; 32], Bucket>>> = LazyLock::new(Mutex::default);

fn buckets() -> MutexGuard<'static, HashMap<[u8; 32], Bucket>> {
    BUCKETS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Somebody who shows a token.
struct Sender {
    hash: [u8; 32],
    limit: Limit,
    /// A person's or a directory's credential: when it was last used is kept.
    credential: Option<Credential>,
}

/// Counts a request on the bucket of its token, and refuses it when that is empty. At the agents' door an address that keeps showing
/// tokens nobody has is refused as well.
pub async fn limit_rate(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let Some(sender) = sender(&app.config.limits, &request) else { return next.run(request).await };
    let now = now();
    let address = sender.credential.is_none().then(|| address_key(&app, &request)).flatten();
    let wrong = Limit::even("wrong", WRONG_PER_MINUTE);
    if let Some(address) = address
        && left(address, wrong, now) < 1.0
        && !known(sender.hash)
    {
        return refuse(wrong);
    }
    let Some(left) = take(sender.hash, sender.limit, now) else { return refuse(sender.limit) };
    let mut response = next.run(request).await;
    let refused = response.status() == StatusCode::UNAUTHORIZED;
    match (&sender.credential, address) {
        (Some(credential), _) if !refused => crate::identity::touch(&app, credential).await,
        (None, Some(address)) if refused => drop(take(address, wrong, now)),
        (None, _) if response.status().is_success() => greet(sender.hash),
        _ => {}
    }
    told(&mut response, sender.limit, left);
    response
}

fn sender(limits: &Limits, request: &Request) -> Option<Sender> {
    let said = request.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.split_once(' '));
    let (_, token) = said.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))?;
    // An agent's token says behind a full stop whose it is.
    let (token, _) = token.trim().split_once('.').unwrap_or((token.trim(), ""));
    let api = Limit { name: "api", per_minute: limits.api_per_minute, burst: limits.api_burst };
    let enrols = request.uri().path() == "/v1/agents/enrol";
    let kinds = [
        (secret::TOKEN, api, true),
        (secret::SCIM, api, true),
        (secret::AGENT, Limit::even("agent", limits.agent_per_minute), false),
        (secret::ENROL, if enrols { Limit::even("enrol", limits.enrol_per_minute) } else { api }, false),
    ];
    kinds.into_iter().find_map(|(prefix, limit, ours)| {
        let hash = secret::hash(prefix, token)?;
        Some(Sender { hash: hash.0, limit, credential: ours.then_some(Credential::Secret(hash)) })
    })
}

/// The bucket of an address; none where it is not known: that is not one everybody shares.
fn address_key(app: &App, request: &Request) -> Option<[u8; 32]> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0;
    let address = crate::identity::pages::address(app, request.headers(), peer);
    Some(Sha256::new().chain_update(b"agents' door|").chain_update(address).finalize().into())
}

fn now() -> Timestamp {
    use store::Clock as _;
    store::Wall.now()
}

fn refilled(bucket: Bucket, limit: Limit, now: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "seconds since the last request")]
    let passed = (now.0 - bucket.at.0).max(0) as f64 / 1e6;
    (bucket.left + passed * f64::from(limit.per_minute) / 60.0).min(f64::from(limit.burst))
}

/// What a bucket holds.
fn left(key: [u8; 32], limit: Limit, now: Timestamp) -> f64 {
    buckets().get(&key).map_or(f64::from(limit.burst), |bucket| refilled(*bucket, limit, now))
}

/// Takes one; none when the bucket is empty.
fn take(key: [u8; 32], limit: Limit, now: Timestamp) -> Option<f64> {
    let mut buckets = buckets();
    if buckets.len() > 100_000 {
        buckets.retain(|_, bucket| now.0 - bucket.at.0 < 120 * Timestamp::SECOND);
    }
    let bucket = buckets.entry(key).or_insert(Bucket { left: f64::from(limit.burst), at: now, known: false });
    let left = refilled(*bucket, limit, now) - 1.0;
    (bucket.left, bucket.at) = (left.max(0.0), now);
    (left >= 0.0).then_some(left)
}

fn known(key: [u8; 32]) -> bool {
    buckets().get(&key).is_some_and(|bucket| bucket.known)
}

/// Marks a token as good.
fn greet(key: [u8; 32]) {
    if let Some(bucket) = buckets().get_mut(&key) {
        bucket.known = true;
    }
}

fn refuse(limit: Limit) -> Response {
    // Until the bucket holds one again.
    let mut response = Problem::too_many(60_u32.div_ceil(limit.per_minute.max(1))).into_response();
    told(&mut response, limit, 0.0);
    response
}

fn told(response: &mut Response, limit: Limit, left: f64) {
    let Limit { name, per_minute, .. } = limit;
    let policy = format!("\"{name}\";q={per_minute};w=60");
    let now = format!("\"{name}\";r={}", left.floor());
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", now)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_refills_and_never_overflows() {
        let (key, limit) = ([7; 32], Limit { name: "test", per_minute: 60, burst: 3 });
        let at = |s: i64| Timestamp(s * Timestamp::SECOND);
        let taken: Vec<Option<f64>> = (0..4).map(|_| take(key, limit, at(100))).collect();
        assert_eq!(taken, [Some(2.0), Some(1.0), Some(0.0), None]);
        assert_eq!((take(key, limit, at(101)), take(key, limit, at(101))), (Some(0.0), None), "one a second");
        assert!(left(key, limit, at(9_000)) <= 3.0);
        assert!(!known(key));
        greet(key);
        assert!(known(key) && !known([8; 32]));
    }
}
