//! Requests and answers of the protocol: the tenant's token, bodies, versions, errors in SCIM's own form.

use access::Credential;
use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use command::{Call, Fail};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use serde_json::{Value, json};
use store::CustomerId;
use web::problem::Problem;

use super::super::{
    change_user::Meant,
    error::ScimError,
    resource::{Fields, Shape},
    schema::ResourceType,
    user::tag,
};
use crate::{
    app::{App, Shared},
    directory::member::MemberRefusal,
    identity::scim_tokens,
};

/// The media type of all answers.
pub const MEDIA: &str = "application/scim+json";
/// The URN of an error.
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
/// The largest body, in bytes.
pub const LARGEST: usize = 1024 * 1024;

/// The base address.
#[must_use]
pub fn base(app: &App) -> String {
    format!("{}/scim/v2", app.config.origin())
}

/// Whose directory asks: the one tenant its token opens.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Which.
    pub customer: CustomerId,
    credential: Credential,
}

impl Tenant {
    /// The call its commands are executed by.
    #[must_use]
    pub fn call(&self) -> Call {
        Call::by(self.credential)
    }
}

impl FromRequestParts<Shared> for Tenant {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Tenant, No> {
        let said = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.split_once(' '));
        let token = said.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map_or("", |(_, token)| token.trim());
        let found = scim_tokens::tenant_of(&app.house, token).await.map_err(|e| No::Problem(e.into()))?;
        let (credential, customer) = found.ok_or_else(ScimError::unauthenticated)?;
        Ok(Tenant { customer, credential })
    }
}

/// Why a request is not done: SCIM's no, or trouble of our own.
#[derive(Debug)]
pub enum No {
    /// Said in SCIM's words.
    Scim(ScimError),
    /// Told by the layers round all answers.
    Problem(Problem),
}

impl From<ScimError> for No {
    fn from(error: ScimError) -> No {
        No::Scim(error)
    }
}

fn failed<R>(fail: Fail<R>, refused: impl FnOnce(R) -> ScimError) -> No {
    match fail {
        Fail::Refused(refusal) => No::Scim(refused(refusal)),
        Fail::Denied(access::Denied::NotFound) => No::Scim(ScimError::not_found()),
        Fail::Denied(_) => No::Scim(ScimError::unauthenticated()),
        Fail::KeyReused => No::Scim(ScimError::syntax("The idempotency key was used with another body.")),
        // Another process wrote the same name between our look and our word.
        Fail::Store(store::Error::Constraint(_)) => No::Scim(ScimError::taken("value")),
        Fail::Store(error) => No::Problem(error.into()),
    }
}

impl From<Fail<ScimError>> for No {
    fn from(fail: Fail<ScimError>) -> No {
        failed(fail, |error| error)
    }
}

impl From<Fail<command::Never>> for No {
    fn from(fail: Fail<command::Never>) -> No {
        failed(fail, |never| match never {})
    }
}

impl From<Fail<MemberRefusal>> for No {
    fn from(fail: Fail<MemberRefusal>) -> No {
        failed(fail, |refusal| match refusal {
            MemberRefusal::Stale { .. } => ScimError::stale(),
            other => ScimError::new(409, command::Refusal::title(&other)),
        })
    }
}

/// An error's body.
#[must_use]
pub fn error_body(status: u16, kind: Option<&str>, detail: &str) -> Value {
    let mut body = json!({ "schemas": [ERROR], "status": status.to_string(), "detail": detail });
    if let Some(kind) = kind {
        body["scimType"] = json!(kind);
    }
    body
}

impl No {
    /// The status and the body, where they are told within another answer (a bulk).
    #[must_use]
    pub fn told(&self) -> (u16, Value) {
        match self {
            No::Scim(e) => (e.status, error_body(e.status, e.kind, &e.detail)),
            No::Problem(p) => (p.status, error_body(p.status, None, &p.title)),
        }
    }
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        match self {
            No::Problem(problem) => problem.into_response(),
            No::Scim(error) => {
                let mut response = document(error.status, &error_body(error.status, error.kind, &error.detail));
                if error.status == 401 {
                    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"SCIM\""));
                }
                response
            }
        }
    }
}

/// An answer with a body.
#[must_use]
pub fn document(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = HeaderValue::from_static("application/scim+json");
    (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
}

/// A body: JSON, sent as SCIM's media type or as plain JSON.
pub struct Sent(pub Value);

impl FromRequest<Shared> for Sent {
    type Rejection = No;

    async fn from_request(request: Request, app: &Shared) -> Result<Sent, No> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind != MEDIA && kind != "application/json" {
            return Err(ScimError::new(415, format!("Send the body as {MEDIA}.")).into());
        }
        let bytes = match Bytes::from_request(request, app).await {
            Ok(bytes) => bytes,
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                return Err(ScimError::too_large(format!("A body may have at most {LARGEST} bytes. Nothing was changed.")).into());
            }
            Err(_) => return Err(ScimError::syntax("The body could not be received whole. Nothing was changed.").into()),
        };
        let wrong = |e: serde_json::Error| ScimError::syntax(format!("The body is not valid JSON: {e}."));
        Ok(Sent(serde_json::from_slice(&bytes).map_err(wrong)?))
    }
}

/// What came of a request on one resource.
#[derive(Debug)]
pub struct Outcome {
    /// The status.
    pub status: u16,
    /// Where the resource is.
    pub location: Option<String>,
    /// Its version.
    pub version: Option<i64>,
    /// The resource, if it is shown.
    pub body: Option<Value>,
}

impl Outcome {
    /// Nothing is left.
    #[must_use]
    pub fn gone() -> Outcome {
        Outcome { status: 204, location: None, version: None, body: None }
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let mut response = match &self.body {
            Some(body) => document(self.status, body),
            None => StatusCode::from_u16(self.status).unwrap_or(StatusCode::NO_CONTENT).into_response(),
        };
        let mut set = |name: HeaderName, text: Option<String>| {
            if let Some(Ok(value)) = text.map(|t| HeaderValue::from_str(&t)) {
                response.headers_mut().insert(name, value);
            }
        };
        set(header::LOCATION, self.location.clone().filter(|_| self.status == 201));
        set(header::CONTENT_LOCATION, self.location.filter(|_| self.status == 200));
        set(header::ETAG, self.version.map(tag));
        response
    }
}

/// The versions an `If-Match` or `If-None-Match` names; none without the header or for `*`.
fn versions(headers: &HeaderMap, name: HeaderName) -> Option<Vec<i64>> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    let one = |t: &str| t.trim().trim_start_matches("W/").trim_matches('"').parse().unwrap_or(-1);
    (text != "*").then(|| text.split(',').map(one).collect())
}

/// The versions a change is meant for.
#[must_use]
pub fn meant(headers: &HeaderMap) -> Meant {
    versions(headers, header::IF_MATCH).map_or(Meant::Any, Meant::These)
}

/// True when the asker has this version already.
#[must_use]
pub fn has(headers: &HeaderMap, version: i64) -> bool {
    headers.get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == b"*")
        || versions(headers, header::IF_NONE_MATCH).is_some_and(|known| known.contains(&version))
}

/// Name and value of each parameter, decoded as a form's.
///
/// # Errors
/// `invalidValue` for what is not text.
pub fn parameters(query: Option<&str>) -> Result<Vec<(String, String)>, ScimError> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        let plain = percent_encoding::percent_decode_str(&text).decode_utf8().map(std::borrow::Cow::into_owned);
        plain.ok().filter(|t| !t.contains('\0')).ok_or_else(|| ScimError::value("A parameter is not UTF-8, or holds the NUL character."))
    };
    let pairs = query.unwrap_or_default().split('&').filter(|p| !p.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| Ok((decode(n)?, decode(v)?))).collect()
}

/// `attributes` and `excludedAttributes` of a request's address.
///
/// # Errors
/// As [`Shape::read`].
pub fn shape(of: &ResourceType, query: Option<&str>) -> Result<Shape, ScimError> {
    let pairs = parameters(query)?;
    let names = |name: &str| -> Option<Vec<String>> {
        let found: Vec<&str> = pairs.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str()).collect();
        (!found.is_empty()).then(|| found.iter().flat_map(|v| v.split(',')).filter(|n| !n.trim().is_empty()).map(str::to_owned).collect())
    };
    Shape::read(of, names("attributes").as_deref(), names("excludedAttributes").as_deref())
}

/// A resource as JSON.
#[must_use]
pub fn value(fields: Fields) -> Value {
    Value::Object(fields)
}
