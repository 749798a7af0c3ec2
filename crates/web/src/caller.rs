//! What a request says of its sender: credential, idempotency key, preview, version.

use std::convert::Infallible;

use access::{Credential, secret};
use axum::extract::FromRequestParts;
use command::Call;
use http::{HeaderMap, header, request::Parts};

use crate::problem::Problem;

/// The session cookie's name over TLS, and over plain HTTP on this machine.
pub const COOKIES: [&str; 2] = ["__Host-session", "session"];

/// How the sender showed who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// An API token.
    Token,
    /// The console's session cookie.
    Cookie,
    /// Nothing readable.
    Nothing,
}

/// The sender of a request. Reading it never fails: a bad credential is no credential.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The credential.
    pub credential: Credential,
    /// How it came.
    pub via: Via,
    /// The idempotency key.
    pub key: Option<String>,
    /// True for `?preview=true`.
    pub preview: bool,
    /// The version in `If-Match`.
    pub if_match: Option<i64>,
}

impl Caller {
    /// The call this request makes.
    #[must_use]
    pub fn call(&self) -> Call {
        Call { credential: self.credential, key: self.key.clone(), on_behalf_of: None }
    }

    /// The same call with the key of a form. What cannot be a key is none.
    #[must_use]
    pub fn call_with(&self, key: &str) -> Call {
        let fits = !key.is_empty() && key.len() <= 255 && !key.contains('\0');
        Call { key: fits.then(|| key.to_owned()), ..self.call() }
    }

    /// 400 unless there is an idempotency key or this is a preview.
    ///
    /// # Errors
    /// `idempotency-key-required`.
    pub fn need_key(&self) -> Result<(), Problem> {
        if self.key.is_some() || self.preview {
            return Ok(());
        }
        Err(Problem::unreadable(
            "idempotency-key-required",
            "Send an Idempotency-Key header (any text up to 255 characters, new for each intended effect), so that a repeated request acts once.",
        ))
    }

    /// The version in `If-Match`, or 428.
    ///
    /// # Errors
    /// `version-required`.
    pub fn need_version(&self) -> Result<i64, Problem> {
        self.if_match.ok_or_else(|| {
            Problem::new(http::StatusCode::PRECONDITION_REQUIRED, "version-required", "Say which version you are changing")
                .detail("Send If-Match with the ETag of your last GET, so that nobody's change is overwritten unseen.")
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let (credential, via) = credential(&parts.headers);
        let text = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim).filter(|v| !v.is_empty());
        let key = text("idempotency-key").filter(|k| k.len() <= 255).map(str::to_owned);
        let if_match = text("if-match").and_then(|v| v.trim_start_matches("W/").trim_matches('"').parse().ok());
        let preview = parts.uri.query().is_some_and(|q| q.split('&').any(|p| p == "preview=true"));
        Ok(Caller { credential, via, key, preview, if_match })
    }
}

fn credential(headers: &HeaderMap) -> (Credential, Via) {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|v| v.strip_prefix("Bearer ")).and_then(|t| secret::hash(secret::TOKEN, t.trim()));
        return token.map_or((Credential::None, Via::Nothing), |hash| (Credential::Secret(hash), Via::Token));
    }
    session_cookie(headers)
        .and_then(|c| secret::hash(secret::SESSION, c))
        .map_or((Credential::None, Via::Nothing), |hash| (Credential::Secret(hash), Via::Cookie))
}

/// The raw session cookie of a request.
#[must_use]
pub fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIES[0]).or_else(|| cookie(headers, COOKIES[1]))
}

/// The value of a cookie.
#[must_use]
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}
