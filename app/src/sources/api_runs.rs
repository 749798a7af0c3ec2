//! REST twin of runs.

use axum::{
    Json,
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, RawQuery, Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{StatusCode, header, request::Parts};
use store::{CustomerId, PartnerId, SourceId, SourceRunId, Timestamp, Uuid};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathThree, id},
    paging::{Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{
    api::Place,
    intake::{self, MOST, mark},
    queries::RunsOf,
    run::{ApplyRun, DiscardRun},
    source::Run,
};
use crate::{
    app::Shared,
    directory::reconcile::{Change, Changes, Class},
};

/// The API routes of runs. A file brings its own limit.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .merge(OpenApiRouter::new().routes(routes!(list, start)).layer(DefaultBodyLimit::max(MOST)))
        .routes(routes!(show))
        .routes(routes!(changes))
        .routes(routes!(apply))
        .routes(routes!(discard))
}

/// As [`Place`], and the run.
struct RunPlace(PartnerId, CustomerId, SourceId, SourceRunId);

impl<S: Send + Sync> FromRequestParts<S> for RunPlace {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<(String, String, String, String)>::from_request_parts(parts, state).await;
        let (partner, customer, source, run) = read.map_or_else(|_| Default::default(), |Path(all)| all);
        Ok(RunPlace(id(&partner), id(&customer), id(&source), id(&run)))
    }
}

const LIST: Spec = Spec { filters: &[], sorts: &[], extra: &[] };

/// Runs of a source, newest first.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/{customer}/sources/{id}/runs", tag = "sources", params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Run>), (status = 404, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller,
    PathThree(partner, customer, source): Place,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    intake::at(&app, &caller, partner, customer).await?;
    let binding = format!("source runs {source}");
    let input = Ask::read(query.as_deref(), &LIST).and_then(|ask| {
        let after = ask.after.as_deref().map(|text| app.signer.open::<(Timestamp, Uuid)>(&binding, text)).transpose()?;
        Ok(RunsOf { customer, source, after, limit: i64::from(ask.size) })
    });
    let limit = input.as_ref().map_or(0, |asked| asked.limit);
    let (data, total) = door::look(&app.house, &caller, customer, input).await?.ok_or_else(Problem::not_found)?;
    let full = i64::try_from(data.len()).is_ok_and(|n| n == limit);
    let next = data.last().filter(|_| full).map(|run| app.signer.seal(&binding, &mark(run)));
    Ok(Json(Page { data, page: PageInfo { next, total } }).into_response())
}

fn preview(query: Option<&str>) -> Result<bool, Problem> {
    Ask::read(query, &LIST)?;
    Ok(query.is_some_and(|q| q.split('&').any(|p| p == "preview=true")))
}

/// Reads a source and makes the changes; with `preview=true` they are only shown, until somebody applies them. An uploaded file
/// comes as the body, `text/csv`.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/sources/{id}/runs", tag = "sources", params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path), ("preview" = Option<bool>, Query), ("Idempotency-Key" = Option<String>, Header)), responses((status = 202, body = Run), (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn start(
    State(app): State<Shared>,
    caller: Caller,
    PathThree(partner, customer, source): Place,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    intake::at(&app, &caller, partner, customer).await?;
    let preview = preview(query.as_deref())?;
    intake::known(&app, &caller.call(), customer, source).await?;
    let file = file(request).await?;
    let started = intake::start(&app, caller.call(), (customer, source), preview, file).await?;
    Ok((StatusCode::ACCEPTED, Json(started.value)).into_response())
}

/// The file a request brings, if it brings one.
async fn file(request: Request<Body>) -> Result<Option<Bytes>, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let too_large = |_| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The file is larger than 32 MB")
            .detail("Leave out columns nobody needs, or put it behind an address. Nothing was changed.")
            .field("/file", "too-large", "at most 32 MB")
    };
    let bytes = Bytes::from_request(request, &()).await.map_err(too_large)?;
    // A program that sends JSON with every POST means no file by an empty object.
    if bytes.is_empty() || (kind == "application/json" && bytes.trim_ascii() == b"{}") {
        return Ok(None);
    }
    if ["text/csv", "text/plain", "application/csv"].contains(&kind.as_str()) {
        return Ok(Some(bytes));
    }
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "csv-required", "Send the file as text/csv"))
}

/// How a run stands.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/{customer}/sources/{id}/runs/{run}", tag = "sources", params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path), ("run" = String, Path)), responses((status = 200, body = Run), (status = 404, body = Problem)))]
async fn show(State(app): State<Shared>, caller: Caller, RunPlace(partner, customer, source, run): RunPlace) -> Result<Response, Problem> {
    intake::at(&app, &caller, partner, customer).await?;
    Ok(Json(intake::run_of(&app, &caller.call(), customer, source, run).await?).into_response())
}

const CHANGES: Spec = Spec { filters: &[("class", &["eq"])], sorts: &[], extra: &[] };

/// What a run would change, or has changed: person by person. Only the last run of a source still knows.
#[utoipa::path(get, path = "/v1/msp/{msp}/customers/{customer}/sources/{id}/runs/{run}/changes", tag = "sources", params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path), ("run" = String, Path), ("filter[class]" = Option<String>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Change>), (status = 404, body = Problem)))]
async fn changes(
    State(app): State<Shared>,
    caller: Caller,
    RunPlace(partner, customer, source, run): RunPlace,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    intake::at(&app, &caller, partner, customer).await?;
    let found = intake::run_of(&app, &caller.call(), customer, source, run).await?;
    let ask = Ask::read(query.as_deref(), &CHANGES)?;
    let binding = ask.binding(&format!("changes {run}"));
    let class = ask.filter("class", "eq").map(|word| {
        Class::parse(word).ok_or_else(|| {
            Problem::unreadable("invalid-parameter", "class must be joins, moves, leaves, returns or conflict.").field(
                "filter[class]",
                "invalid",
                "one of these",
            )
        })
    });
    let class = class.transpose()?;
    let after = ask.after.as_deref().map(|text| app.signer.open::<i64>(&binding, text)).transpose()?.unwrap_or(0);
    let limit = i64::from(ask.size);
    let question = Changes { customer, source, reading: found.reading, class, after, limit };
    let data = app.house.ask(&caller.call(), question).await?;
    let full = i64::try_from(data.len()).is_ok_and(|n| n == limit);
    let next = data.last().filter(|_| full).map(|last| app.signer.seal(&binding, &last.seq));
    let total = found.counts.of(class);
    Ok(Json(Page { data, page: PageInfo { next, total } }).into_response())
}

/// Has the changes of a run made that waits for a decision.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/sources/{id}/runs/{run}/apply", tag = "sources", params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path), ("run" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = Run), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn apply(State(app): State<Shared>, caller: Caller, RunPlace(partner, customer, source, run): RunPlace) -> Result<Response, Problem> {
    intake::at(&app, &caller, partner, customer).await?;
    Ok(door::change(&app.house, &caller, customer, Ok(ApplyRun { customer, source, run })).await?.ok())
}

/// Drops the changes of a run that waits for a decision.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers/{customer}/sources/{id}/runs/{run}/discard", tag = "sources", params(("msp" = String, Path), ("customer" = String, Path), ("id" = String, Path), ("run" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = Run), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn discard(
    State(app): State<Shared>,
    caller: Caller,
    RunPlace(partner, customer, source, run): RunPlace,
) -> Result<Response, Problem> {
    intake::at(&app, &caller, partner, customer).await?;
    Ok(door::change(&app.house, &caller, customer, Ok(DiscardRun { customer, source, run })).await?.ok())
}
