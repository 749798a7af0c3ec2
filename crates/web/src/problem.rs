//! Errors as RFC 9457 problems. A handler answers a [`Problem`]; [`finish`] turns it into JSON for programs, the console
//! into a page for people. A 5xx carries only an id that the log also has.

use access::Denied;
use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use command::{Fail, Refusal};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};

/// One field that was refused.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON pointer into the body, or the parameter's name.
    pub pointer: String,
    /// Machine word.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
}

/// What went wrong, why, and what to do next.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank#<code>`-like: a stable name of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// One line.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Why, what to do, what was not lost.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Machine word, kebab-case.
    pub code: String,
    /// The request's path.
    pub instance: String,
    /// The refused fields (422).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Members particular to the code (`available`, `requested`).
    #[serde(flatten)]
    pub more: Map<String, Value>,
    #[serde(skip)]
    #[schema(ignore)]
    secret: Option<String>,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after: Option<u32>,
}

impl Problem {
    /// A problem with a status, a code and a title.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, title: impl Into<String>) -> Problem {
        Problem {
            kind: format!("/docs/api#{code}"),
            title: title.into(),
            status: status.as_u16(),
            detail: String::new(),
            code: code.to_owned(),
            instance: String::new(),
            errors: Vec::new(),
            more: Map::new(),
            secret: None,
            retry_after: None,
        }
    }

    /// Adds the sentence that says why and what to do.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Problem {
        self.detail = detail.into();
        self
    }

    /// Names a refused field.
    #[must_use]
    pub fn field(mut self, pointer: impl Into<String>, code: &str, detail: impl Into<String>) -> Problem {
        self.errors.push(FieldError { pointer: pointer.into(), code: code.to_owned(), detail: detail.into() });
        self
    }

    /// 400: cannot be read.
    #[must_use]
    pub fn unreadable(code: &str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, "The request cannot be read").detail(detail)
    }

    /// 422: read and refused, because of one field.
    #[must_use]
    pub fn invalid(pointer: impl Into<String>, code: &str, detail: impl Into<String>) -> Problem {
        let detail = detail.into();
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The request was read, and a field was refused")
            .detail(format!("{detail} Nothing was changed."))
            .field(pointer, code, detail)
    }

    /// 401.
    #[must_use]
    pub fn unauthenticated() -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Sign in, or send a valid API token")
    }

    /// 404, the same for foreign, missing and malformed ids.
    #[must_use]
    pub fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", "There is nothing here")
    }

    /// 403.
    #[must_use]
    pub fn forbidden(right: &str) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", "Your role does not allow this")
            .detail(format!("The right `{right}` is missing. The owner of your organization can grant it. Nothing was changed."))
    }

    /// 429.
    #[must_use]
    pub fn too_many(seconds: u32) -> Problem {
        let mut problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests")
            .detail(format!("Try again in {seconds} s."));
        problem.retry_after = Some(seconds);
        problem
    }

    /// 500; `cause` goes to the log only.
    #[must_use]
    pub fn internal(cause: impl Into<String>) -> Problem {
        let mut problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something failed on our side");
        problem.secret = Some(cause.into());
        problem
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Problem {
        use store::Error as E;
        let busy = |code: &str, seconds| {
            let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, "The service is busy").detail(error.to_string());
            problem.retry_after = Some(seconds);
            problem
        };
        match &error {
            E::Busy => busy("busy", 1),
            E::Unknown => busy("outcome-unknown", 1),
            E::Closed => busy("closing", 5),
            E::Unavailable(cause) => {
                let mut problem = busy("unavailable", 5).detail("The database cannot be reached at present; nothing was changed.");
                problem.secret = Some(cause.clone());
                problem
            }
            E::Full => {
                let mut problem =
                    Problem::new(StatusCode::INSUFFICIENT_STORAGE, "storage-full", "The disk is full").detail(error.to_string());
                problem.retry_after = Some(60);
                problem
            }
            E::Panicked | E::Constraint(_) | E::Corrupt(_) | E::Engine(_) => Problem::internal(error.to_string()),
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Problem {
        match denied {
            Denied::Unauthenticated => Problem::unauthenticated(),
            Denied::NotFound => Problem::not_found(),
            Denied::Forbidden(right) => Problem::forbidden(right),
        }
    }
}

impl<R: Refusal> From<Fail<R>> for Problem {
    fn from(fail: Fail<R>) -> Problem {
        match fail {
            Fail::Denied(denied) => denied.into(),
            Fail::Store(error) => error.into(),
            Fail::KeyReused => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", "This idempotency key was used with another body")
                    .detail("Send the same body to get the saved answer, or use a new key. Nothing was changed.")
            }
            Fail::Refused(refusal) => refused(&refusal),
        }
    }
}

fn refused<R: Refusal>(refusal: &R) -> Problem {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::CONFLICT);
    let mut problem = Problem::new(status, refusal.code(), refusal.title()).detail(refusal.detail());
    if let Some(pointer) = refusal.pointer() {
        problem = problem.field(pointer, refusal.code(), refusal.title());
    }
    problem.more = members(serde_json::to_value(refusal).unwrap_or_default());
    problem.retry_after = problem.more.get("retry_after").and_then(Value::as_u64).and_then(|s| u32::try_from(s).ok());
    problem
}

/// A refusal's own values: those of a struct, or of the struct inside an enum's variant.
fn members(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else {
        return Map::new();
    };
    let inner = match map.values().next() {
        Some(Value::Object(inner)) if map.len() == 1 => inner.clone(),
        _ => map,
    };
    inner
        .into_iter()
        .filter(|(name, _)| !["type", "title", "status", "detail", "code", "instance", "errors"].contains(&name.as_str()))
        .collect()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == 401 {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The id of a request, in its log lines and in a 5xx answer.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Writes a handler's [`Problem`] as JSON. Goes round every API route, outside everything else.
pub async fn finish(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let id = request.extensions().get::<RequestId>().map_or_else(String::new, |r| r.0.clone());
    let mut response = next.run(request).await;
    let Some(problem) = take(&mut response, &path, &id) else {
        return response;
    };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = body.into();
    response
}

/// Takes the problem out of an answer, completed with path and id, its cause logged.
pub fn take(response: &mut Response, path: &str, id: &str) -> Option<Problem> {
    let mut problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None => foreign(response)?,
    };
    path.clone_into(&mut problem.instance);
    if problem.status >= 500 {
        if let Some(cause) = problem.secret.take() {
            tracing::error!(request = id, path, cause, "a request failed");
        }
        problem.more.insert("request_id".into(), id.into());
        if problem.detail.is_empty() {
            problem.detail = format!("The failure was logged under {id}. Nothing was half done; you can try again.");
        }
    }
    Some(problem)
}

/// Answers that axum or tower-http made themselves, in our own form.
fn foreign(response: &Response) -> Option<Problem> {
    if response.headers().contains_key(header::CONTENT_TYPE) && !is_plain(response) {
        return None;
    }
    let (code, title) = match response.status() {
        StatusCode::NOT_FOUND => return Some(Problem::not_found()),
        StatusCode::METHOD_NOT_ALLOWED => ("method-not-allowed", "This address does not take that method"),
        StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "The body is larger than this address takes; nothing was changed"),
        StatusCode::REQUEST_TIMEOUT => ("timeout", "The request took too long"),
        StatusCode::BAD_REQUEST => ("unreadable", "The request cannot be read"),
        _ => return None,
    };
    Some(Problem::new(response.status(), code, title))
}

fn is_plain(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/plain"))
}
