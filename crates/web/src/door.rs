//! The public door of commands and queries: the order of checks (401, 404, 403, then query and body) in one place.

use std::marker::PhantomData;

use access::{Permission, Scope};
use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use command::{Answer, Command, House, Node, Preview, Query};
use http::{HeaderValue, StatusCode, header, request::Parts};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Value;
use store::{Control, Id, Timestamp, Uuid, View};

use crate::{caller::Caller, problem::Problem};

/// A JSON body, read but not yet complained about: a sender without the right must not learn what was wrong with it.
pub struct Body<T>(pub Result<T, Problem>);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let json = request.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.to_str().is_ok_and(is_json));
        let bytes = match Bytes::from_request(request, state).await {
            Ok(bytes) => bytes,
            Err(rejection) => {
                let status = rejection.into_response().status();
                return Err(too_large(status));
            }
        };
        if !json {
            return Ok(Body(Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "json-required", "Send the body as application/json"))));
        }
        Ok(Body(read(&bytes)))
    }
}

fn is_json(value: &str) -> bool {
    is_kind(value, "application/json")
}

fn is_kind(value: &str, wanted: &str) -> bool {
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

/// A body that is a list of objects, as [`Body`]: a JSON array, or one object a line (`application/x-ndjson`).
pub struct Items<T>(pub Result<Vec<T>, Problem>);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Items<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| too_large(rejection.into_response().status()))?;
        Ok(Items(match () {
            () if is_json(&kind) => read_items(&bytes),
            () if is_kind(&kind, "application/x-ndjson") => read_items(&lines(&bytes)),
            () => Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "json-required",
                "Send the body as application/json (an array) or application/x-ndjson (one object a line)",
            )),
        }))
    }
}

/// Lines of objects as the array they are.
fn lines(bytes: &[u8]) -> Vec<u8> {
    let lines = bytes.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let mut array = vec![b'['];
    for (n, line) in lines.enumerate() {
        if n > 0 {
            array.push(b',');
        }
        array.extend_from_slice(line);
    }
    array.push(b']');
    array
}

/// As [`read`], of an array of objects.
///
/// # Errors
/// The problem, naming item and field.
pub fn read_items<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, Problem> {
    Ok(parse::<Vec<Object<T>>>(bytes)?.into_iter().map(|Object(item)| item).collect())
}

pub(crate) fn too_large(status: StatusCode) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(status, "too-large", "The body is larger than this address takes; nothing was changed");
    }
    Problem::unreadable("unreadable", "The body could not be received whole; nothing was changed.")
}

/// Reads JSON: 400 when it is none, 422 naming the field when it is not what was asked for.
///
/// # Errors
/// The problem, naming the field.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    parse::<Object<T>>(bytes).map(|Object(value)| value)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|e| {
        let path = pointer(e.path());
        let inner = e.into_inner();
        let pointer = format!("{path}{}", missing(&inner));
        if inner.is_data() {
            Problem::invalid(pointer, "invalid", sentence(&inner))
        } else if serde_json::from_slice::<Value>(bytes).is_ok() {
            // The decoder calls a number where a word is wanted bad syntax.
            Problem::invalid(pointer, "invalid", "This is of another type than what is asked for.")
        } else {
            Problem::unreadable("invalid-json", format!("The body is not valid JSON: {inner}."))
        }
    });
    let nul = bytes.windows(6).any(|w| w == b"\\u0000").then(|| nul_in(bytes)).flatten();
    if let Some(pointer) = nul {
        return Err(Problem::invalid(pointer, "nul-character", "A text holds the NUL character, which cannot be stored."));
    }
    let value = value?;
    json.end().map_err(|e| Problem::unreadable("invalid-json", format!("The body is not valid JSON: {e}.")))?;
    Ok(value)
}

/// Where a text with NUL stands.
fn nul_in(bytes: &[u8]) -> Option<String> {
    fn find(value: &Value) -> Option<String> {
        match value {
            Value::String(text) => text.contains('\0').then(String::new),
            Value::Array(items) => items.iter().enumerate().find_map(|(n, v)| Some(format!("/{n}{}", find(v)?))),
            Value::Object(fields) => {
                fields.iter().find_map(|(k, v)| if k.contains('\0') { Some(String::new()) } else { Some(format!("/{k}{}", find(v)?)) })
            }
            _ => None,
        }
    }
    find(&serde_json::from_slice(bytes).ok()?)
}

/// A JSON object and nothing else: of itself a decoder takes an array's items for a struct's fields in their order, so that
/// an empty array would be a body that leaves everything out.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer).map(Object)
    }
}

/// Reads a field that is an object, and refuses an array in its place.
///
/// # Errors
/// The decoder's.
pub fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Only<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Only<T> {
        type Value = T;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }
    deserializer.deserialize_map(Only(PhantomData))
}

/// As [`object`], where null says nothing.
///
/// # Errors
/// The decoder's.
pub fn maybe_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::<Object<T>>::deserialize(deserializer).map(|found| found.map(|Object(value)| value))
}

/// As [`maybe_object`], where null clears and absence does not.
///
/// # Errors
/// The decoder's.
pub fn clearable_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    maybe_object(deserializer).map(Some)
}

/// Reads a field that is a list of objects.
///
/// # Errors
/// The decoder's.
pub fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Vec::<Object<T>>::deserialize(deserializer)?.into_iter().map(|Object(value)| value).collect())
}

/// As [`objects`], of a field that may be left out.
///
/// # Errors
/// The decoder's.
pub fn some_objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Vec<T>>, D::Error> {
    objects(deserializer).map(Some)
}

fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), chars.as_str()))
}

/// The pointer's last part when a field is not there: the decoder stops beside it.
fn missing(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let name = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    name.map_or_else(String::new, |name| format!("/{name}"))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{key}")),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// An id in the path. A malformed one becomes the nil id, which nothing has: it answers as a missing one does.
pub struct PathId<K>(pub Id<K>);

impl<K: store::Kind, S: Send + Sync> FromRequestParts<S> for PathId<K> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await.map_or_else(|_| String::new(), |Path(t)| t);
        Ok(PathId(id(&text)))
    }
}

/// An id as text; a malformed one becomes the nil id, which nothing has.
#[must_use]
pub fn id<K: store::Kind>(text: &str) -> Id<K> {
    Id::parse(text).unwrap_or(Id::new(Uuid::nil()))
}

/// Two ids in the path.
pub struct PathIds<A, B>(pub Id<A>, pub Id<B>);

impl<A: store::Kind, B: store::Kind, S: Send + Sync> FromRequestParts<S> for PathIds<A, B> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (a, b) = Path::<(String, String)>::from_request_parts(parts, state).await.map_or_else(|_| Default::default(), |Path(t)| t);
        Ok(PathIds(id(&a), id(&b)))
    }
}

/// Three ids in the path.
pub struct PathThree<A, B, C>(pub Id<A>, pub Id<B>, pub Id<C>);

impl<A: store::Kind, B: store::Kind, C: store::Kind, S: Send + Sync> FromRequestParts<S> for PathThree<A, B, C> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<(String, String, String)>::from_request_parts(parts, state).await;
        let (a, b, c) = read.map_or_else(|_| Default::default(), |Path(t)| t);
        Ok(PathThree(id(&a), id(&b), id(&c)))
    }
}

/// A grant and nothing else: asked before a bad body or query is complained about.
pub struct Probe<P> {
    node: Node,
    permission: PhantomData<fn() -> P>,
}

impl<P: Permission> Query for Probe<P> {
    type Home = Control;
    type Needs = P;
    type Found = ();
    fn node(&self) -> Node {
        self.node
    }
    fn run(&self, _: &mut View<'_, Control>, _: &Scope<P>, _: Timestamp) -> store::Result<()> {
        Ok(())
    }
}

/// Answers whether the caller holds `P` at `node`.
///
/// # Errors
/// 401, 404, 403 or the store's trouble.
pub async fn probe<P: Permission>(house: &House, caller: &Caller, node: impl Into<Node>) -> Result<(), Problem> {
    Ok(house.ask(&caller.call(), Probe::<P> { node: node.into(), permission: PhantomData }).await?)
}

/// What a change answers.
#[derive(Debug)]
pub enum Reply<T> {
    /// Done, or replayed.
    Done(Answer<T>),
    /// Only previewed.
    Preview(Preview),
}

impl<T: Serialize> Reply<T> {
    /// The HTTP answer; a preview is always 200.
    pub fn with(self, status: StatusCode) -> Response {
        self.answer(|value| (status, Json(value)).into_response())
    }

    /// 200, or the preview.
    pub fn ok(self) -> Response {
        self.with(StatusCode::OK)
    }

    /// With the version that the next change is sent with, or the preview.
    pub fn versioned(self, status: StatusCode, version: impl FnOnce(&T) -> i64) -> Response {
        self.answer(|value| with_etag((status, Json(value)).into_response(), version(value)))
    }

    /// 202 with the address where one can watch it, or the preview.
    pub fn accepted(self, watched_at: impl FnOnce(&T) -> String) -> Response {
        self.answer(|value| (StatusCode::ACCEPTED, [(header::LOCATION, watched_at(value))], Json(value)).into_response())
    }

    /// 204, or the preview.
    pub fn gone(self) -> Response {
        self.answer(|_| StatusCode::NO_CONTENT.into_response())
    }

    fn answer(self, done: impl FnOnce(&T) -> Response) -> Response {
        match self {
            Reply::Preview(preview) => Json(preview).into_response(),
            Reply::Done(answer) => {
                let mut response = done(&answer.value);
                if answer.replayed {
                    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
                }
                response
            }
        }
    }
}

/// Executes (or previews) a command for a request. `input` is the command, or what is wrong with the request: that is
/// told only to a caller who holds the command's right at `node`.
///
/// # Errors
/// A [`Problem`]; then nothing was changed.
pub async fn change<C: Command>(
    house: &House,
    caller: &Caller,
    node: impl Into<Node>,
    input: Result<C, Problem>,
) -> Result<Reply<C::Done>, Problem> {
    let command = match input {
        Ok(command) => command,
        Err(problem) => {
            probe::<C::Needs>(house, caller, node).await?;
            return Err(problem);
        }
    };
    if caller.preview {
        return Ok(Reply::Preview(house.preview(caller.call(), command).await?));
    }
    Ok(Reply::Done(house.execute(caller.call(), command).await?))
}

/// Asks a question for a request, with the same order of checks.
///
/// # Errors
/// A [`Problem`].
pub async fn look<Q: Query>(house: &House, caller: &Caller, node: impl Into<Node>, input: Result<Q, Problem>) -> Result<Q::Found, Problem> {
    match input {
        Ok(query) => Ok(house.ask(&caller.call(), query).await?),
        Err(problem) => {
            probe::<Q::Needs>(house, caller, node).await?;
            Err(problem)
        }
    }
}

/// Adds the version of an object to its answer.
#[must_use]
pub fn with_etag(mut response: Response, version: i64) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}
