//! A client of the public door: every request goes through the whole router, layers included.

use std::net::SocketAddr;

use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderMap, Method, Request};
use serde_json::Value;
use tenantry::app::Shared;
use tower::ServiceExt;

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Client {
    app: Shared,
    router: Router,
    headers: Vec<(String, String)>,
    keyed: bool,
    peer: Option<SocketAddr>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// The body as JSON; null when it is none.
    pub json: Value,
}

impl Client {
    /// A client without a credential.
    pub fn new(app: Shared, router: Router) -> Client {
        Client { app, router, headers: Vec::new(), keyed: false, peer: None }
    }

    /// The same caller at another process.
    pub fn at(&self, other: &Client) -> Client {
        Client { app: other.app.clone(), router: other.router.clone(), ..self.clone() }
    }

    /// The same client with an API token.
    pub fn token(&self, token: &str) -> Client {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// The same client with a session, as a browser sends it from our own pages.
    pub fn session(&self, secret: &str) -> Client {
        self.with("cookie", &format!("session={secret}")).with("sec-fetch-site", "same-origin")
    }

    /// The same client, with a header on every request.
    pub fn with(&self, name: &str, value: &str) -> Client {
        let mut client = self.clone();
        client.headers.retain(|(n, _)| n != name);
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// The same client, reading in this language.
    pub fn speaking(&self, lang: &str) -> Client {
        let cookie = self.headers.iter().find(|(name, _)| name == "cookie").map_or_else(String::new, |(_, value)| format!("{value}; "));
        self.with("cookie", &format!("{cookie}lang={lang}"))
    }

    /// The same client, with a new idempotency key on every request.
    pub fn keyed(&self) -> Client {
        Client { keyed: true, ..self.clone() }
    }

    /// The same client, calling from an address.
    pub fn from(&self, address: [u8; 4]) -> Client {
        Client { peer: Some(SocketAddr::from((address, 40_000))), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, None, Vec::new()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path, None, Vec::new()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.request(Method::POST, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.request(Method::PATCH, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.request(Method::PUT, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    /// Sends a form, as the console does.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let body: Vec<String> = fields.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
        self.with("sec-fetch-site", "same-origin")
            .request(Method::POST, path, Some("application/x-www-form-urlencoded"), body.join("&").into_bytes())
            .await
    }

    /// Sends any body.
    pub async fn request(&self, method: Method, path: &str, kind: Option<&str>, body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8080");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        if self.keyed {
            let key = self.app.house.random();
            request = request.header("idempotency-key", data_encoding::HEXLOWER.encode(&key[..12]));
        }
        if let Some(peer) = self.peer {
            request = request.extension(ConnectInfo(peer));
        }
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 256 * 1024 * 1024).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, text, json }
    }
}

impl Answer {
    /// The machine word of a problem.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}
