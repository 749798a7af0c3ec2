//! The rate of requests that show a token: of programs, directories, agents and their relays.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
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
}

/// A token or an address, by its hash.
type Key = [u8; 32];

/// What is remembered of senders.
struct Book {
    /// How much each may still do, by limit and sender.
    buckets: HashMap<Key, Bucket>,
    /// Tokens that were good, and when: a flood of bad ones from the same address does not keep them out.
    known: HashMap<Key, Timestamp>,
    swept: Timestamp,
}

impl Book {
    /// Forgets buckets that are full again, and tokens not seen for a day. Not at each request: it looks at all of them.
    fn sweep(&mut self, now: Timestamp) {
        if now.0 - self.swept.0 < 10 * Timestamp::SECOND {
            return;
        }
        self.swept = now;
        self.buckets.retain(|_, bucket| now.0 - bucket.at.0 < 120 * Timestamp::SECOND);
        self.known.retain(|_, at| now.0 - at.0 < 86_400 * Timestamp::SECOND);
    }
}

static BOOK: LazyLock<Mutex<Book>> =
    LazyLock::new(|| Mutex::new(Book { buckets: HashMap::new(), known: HashMap::new(), swept: Timestamp(0) }));

fn book() -> MutexGuard<'static, Book> {
    BOOK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A bucket's place: who has several limits has a bucket for each.
fn key_of(sender: Key, limit: Limit) -> Key {
    Sha256::new().chain_update(limit.name).chain_update(sender).finalize().into()
}

/// Somebody who shows a token.
struct Sender {
    hash: Key,
    limit: Limit,
    /// A person's or a directory's credential: when it was last used is kept.
    credential: Option<Credential>,
}

/// Counts a request on the bucket of its token, and refuses it when that is empty. An address that keeps showing tokens nobody has
/// is refused as well.
pub async fn limit_rate(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let Some(sender) = sender(&app.config.limits, &request) else { return next.run(request).await };
    let now = now();
    let address = address_key(&app, &request);
    let wrong = Limit::even("wrong", WRONG_PER_MINUTE);
    if let Some(address) = address
        && left(address, wrong, now) < 1.0
        && !known(sender.hash)
    {
        return refuse(wrong);
    }
    let Some(left) = take(sender.hash, sender.limit, now) else { return refuse(sender.limit) };
    let mut response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        // Nobody's token needs no bucket: it is counted on its address.
        forget(sender.hash, sender.limit);
        if let Some(address) = address {
            take(address, wrong, now);
        }
    } else {
        if response.status().is_success() {
            greet(sender.hash, now);
        }
        if let Some(credential) = &sender.credential {
            crate::identity::touch(&app, credential).await;
        }
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

/// An address's place; none where it is not known: that is not one everybody shares. Of IPv6 a network counts: one sender has all
/// of its addresses.
fn address_key(app: &App, request: &Request) -> Option<Key> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0;
    let address = crate::identity::pages::address(app, request.headers(), peer);
    Some(Sha256::new().chain_update(b"address|").chain_update(network(&address)).finalize().into())
}

/// What an address counts as: of IPv6 its network.
#[must_use]
pub fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(six)) => six.segments()[..4].iter().map(|part| format!("{part:x}:")).collect(),
        _ => address.to_owned(),
    }
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

/// What a sender's bucket holds.
fn left(sender: Key, limit: Limit, now: Timestamp) -> f64 {
    book().buckets.get(&key_of(sender, limit)).map_or(f64::from(limit.burst), |bucket| refilled(*bucket, limit, now))
}

/// Takes one of a sender's; none when its bucket is empty.
fn take(sender: Key, limit: Limit, now: Timestamp) -> Option<f64> {
    let mut book = book();
    book.sweep(now);
    let bucket = book.buckets.entry(key_of(sender, limit)).or_insert(Bucket { left: f64::from(limit.burst), at: now });
    let left = refilled(*bucket, limit, now) - 1.0;
    (bucket.left, bucket.at) = (left.max(0.0), now);
    (left >= 0.0).then_some(left)
}

fn forget(sender: Key, limit: Limit) {
    book().buckets.remove(&key_of(sender, limit));
}

fn known(sender: Key) -> bool {
    book().known.contains_key(&sender)
}

/// Marks a token as good.
fn greet(sender: Key, now: Timestamp) {
    book().known.insert(sender, now);
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
        // Another limit of the same sender has a bucket of its own, and fills none but its own.
        let other = Limit { name: "other", per_minute: 60_000, burst: 5 };
        assert_eq!((take(key, other, at(101)), take(key, limit, at(101))), (Some(4.0), None));
        forget(key, other);
        assert!(left(key, other, at(101)) >= 5.0);
        assert!(!known(key));
        greet(key, at(101));
        assert!(known(key) && !known([8; 32]));
    }

    #[test]
    fn what_is_full_again_is_forgotten_and_good_tokens_stay_for_a_day() {
        let at = |s: i64| Timestamp(s * Timestamp::SECOND);
        let mut book = Book { buckets: HashMap::new(), known: HashMap::new(), swept: at(0) };
        book.buckets.insert([1; 32], Bucket { left: 0.0, at: at(1) });
        book.known.insert([2; 32], at(1));
        book.sweep(at(5));
        assert_eq!(book.buckets.len(), 1, "not at each request");
        book.sweep(at(200));
        assert_eq!((book.buckets.len(), book.known.len()), (0, 1));
        book.sweep(at(90_000));
        assert_eq!(book.known.len(), 0);
    }
}
