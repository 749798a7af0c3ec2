//! The agents' own door: they show a token of theirs or of their customer, never one of a person. What is not known to it answers
//! 401, whatever else is wrong with the request.

use access::{Scope, permissions::Operate, secret};
use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::Bytes;
use command::{Call, Fail, Node, Query, Secret};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{AgentId, Region, Timestamp, View};
use web::{door, problem::Problem};

use super::{
    agent::{AHEAD, AgentRefusal, LATE_DAYS, Verdict},
    enrol::Enrol,
    heartbeat::{Beat, Beats, Item},
    store as rows,
    tokens::{self, Shown},
};
use crate::{
    app::{App, Shared},
    noun::{Email, Name},
};

/// Heartbeats of one request at most.
pub const MOST: usize = 1_000;

/// The routes. They are described in the guide; the API's document is that of people's tokens.
pub fn door() -> Router<Shared> {
    Router::new()
        .route("/v1/agents/enrol", post(enrol))
        .route("/v1/agents/heartbeat", post(heartbeat))
        .route("/v1/agents/heartbeats", post(heartbeats))
}

/// What a request shows, if it is of one of these kinds.
fn shown(headers: &HeaderMap, kinds: &[&str]) -> Result<Shown, Problem> {
    let said = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.split_once(' '));
    let token = said.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map_or("", |(_, token)| token.trim());
    kinds.iter().find_map(|kind| tokens::read(kind, token)).ok_or_else(Problem::unauthenticated)
}

fn told(fail: Fail<AgentRefusal>) -> Problem {
    match fail {
        Fail::Refused(AgentRefusal::Unknown {}) | Fail::Denied(_) => Problem::unauthenticated(),
        other => other.into(),
    }
}

/// Asks whether a token or an agent's secret is known: before a bad body is complained about.
struct IsKnown(Shown);

impl Query for IsKnown {
    type Home = Region;
    type Needs = Operate;
    type Found = bool;

    fn node(&self) -> Node {
        self.0.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<Operate>, now: Timestamp) -> store::Result<bool> {
        Ok(rows::by_secret(view, scope, self.0.hash)?.is_some() || rows::token(view, scope, self.0.hash, now)?.is_some())
    }
}

/// What is wrong with a body, for those who may know.
async fn complaint(app: &App, shown: Shown, problem: Problem) -> Problem {
    match app.house.ask(&Call::operator(), IsKnown(shown)).await {
        Ok(true) => problem,
        Ok(false) | Err(Fail::Denied(_)) => Problem::unauthenticated(),
        Err(fail) => fail.into(),
    }
}

/// A device that enrols.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Device {
    name: Name,
    machine_id: Name,
    user: Option<Email>,
    platform: Option<Name>,
    version: Option<Name>,
}

async fn enrol(State(app): State<Shared>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let shown = shown(&headers, &[secret::ENROL])?;
    let device: Device = match door::read(&body) {
        Ok(device) => device,
        Err(problem) => return Err(complaint(&app, shown, problem).await),
    };
    let (token, hash) = tokens::spell(&app.house, secret::AGENT, shown.customer);
    let Device { name, machine_id, user, platform, version } = device;
    let command =
        Enrol { customer: shown.customer, shown: Secret(shown.hash), name, machine_id, user, platform, version, own: Secret(hash) };
    let done = app.house.execute(Call::operator(), command).await.map_err(told)?.value;
    let status = if done.new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(serde_json::json!({ "agent_id": done.agent, "token": token, "tenant_id": shown.customer }))).into_response())
}

/// A heartbeat.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Beating {
    at: Option<Timestamp>,
    version: Option<Name>,
}

async fn heartbeat(State(app): State<Shared>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let shown = shown(&headers, &[secret::AGENT])?;
    let beating: Beating = match if body.is_empty() { Ok(Beating::default()) } else { door::read(&body) } {
        Ok(beating) => beating,
        Err(problem) => return Err(complaint(&app, shown, problem).await),
    };
    let command = Beat { customer: shown.customer, shown: Secret(shown.hash), at: beating.at, version: beating.version };
    let verdict = app.house.execute(Call::operator(), command).await.map_err(told)?.value;
    let refused = |code: &str, why: String| Err(Problem::invalid("/at", code, why));
    match verdict {
        Verdict::InFuture => refused("in-future", format!("The time lies more than {} minutes ahead.", AHEAD / 60)),
        Verdict::TooLate => refused("too-late", format!("The time lies more than {LATE_DAYS} days back.")),
        verdict => Ok(Json(Answer::of(verdict)).into_response()),
    }
}

/// One of a batch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reported {
    agent_id: Option<AgentId>,
    at: Option<Timestamp>,
    version: Option<Name>,
}

/// What became of one.
#[derive(Debug, Serialize)]
struct Answer {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Verdict>,
}

impl Answer {
    fn of(verdict: Verdict) -> Answer {
        match verdict {
            Verdict::Accepted => Answer { status: "accepted", code: None },
            Verdict::Older => Answer { status: "older", code: None },
            code => Answer { status: "rejected", code: Some(code) },
        }
    }
}

#[derive(Debug, Default, Serialize)]
struct Batch {
    accepted: usize,
    older: usize,
    rejected: usize,
    items: Vec<Answer>,
}

fn items(body: &[u8]) -> Result<Vec<Option<Item>>, Problem> {
    let all: Vec<Value> = serde_json::from_slice(body).map_err(|e| match serde_json::from_slice::<Value>(body) {
        Ok(_) => Problem::invalid("", "invalid", "The body is an array of heartbeats."),
        Err(_) => Problem::unreadable("invalid-json", format!("The body is not valid JSON: {e}.")),
    })?;
    if all.len() > MOST {
        return Err(Problem::invalid("", "too-many", format!("At most {MOST} heartbeats in one request. None was taken.")));
    }
    let one = |value: Value| {
        let read: Reported = serde_json::from_value(value).ok()?;
        Some(Item { agent: read.agent_id, at: read.at, version: read.version.map(|v| v.as_str().to_owned()) })
    };
    Ok(all.into_iter().map(one).collect())
}

async fn heartbeats(State(app): State<Shared>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let shown = shown(&headers, &[secret::AGENT, secret::ENROL])?;
    let items = match items(&body) {
        Ok(items) => items,
        Err(problem) => return Err(complaint(&app, shown, problem).await),
    };
    let command = Beats { customer: shown.customer, shown: Secret(shown.hash), items };
    let verdicts = app.house.execute(Call::operator(), command).await.map_err(told)?.value;
    let mut batch = Batch::default();
    for verdict in verdicts {
        match verdict {
            Verdict::Accepted => batch.accepted += 1,
            Verdict::Older => batch.older += 1,
            _ => batch.rejected += 1,
        }
        batch.items.push(Answer::of(verdict));
    }
    Ok(Json(batch).into_response())
}
