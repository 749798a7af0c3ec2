//! What people do with sources in the console.

use axum::{
    extract::{FromRequest, Multipart, Request, State},
    response::Response,
};
use bytes::Bytes;
use command::{Command, Fail};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use web::{
    forms::{Form, Pairs},
    problem::Problem,
    swap,
};

use super::{
    super::{
        change::{CreateSource, EditSource, RemoveSource},
        intake,
        run::{ApplyRun, DiscardRun},
        source::{Run, SourceRefusal},
        way::{Kind, Way},
    },
    At,
    form::Filled,
    list, run as run_page,
    show::{self, Came},
};
use crate::{
    app::{App, Shared},
    console::{Visitor, wrong},
    noun::Name,
};

fn name(filled: &Filled) -> Result<Name, Problem> {
    Name::parse(filled.get("name")).map_err(|why| Problem::invalid("/name", "invalid", why))
}

pub async fn create(State(app): State<Shared>, visitor: Visitor, at: At, pairs: Pairs) -> Result<Response, Problem> {
    // Nobody without the right learns what was wrong with the form.
    intake::at(&app, &visitor.caller, at.partner, at.customer).await?;
    let kind = pairs.0.iter().find(|(name, _)| name == "kind").and_then(|(_, word)| Kind::parse(word));
    let kind = kind.ok_or_else(|| Problem::invalid("/kind", "invalid", "This is no kind of source."))?;
    let filled = Filled::sent(&pairs, kind)?;
    let made = match created(&app, &filled, at, kind) {
        Ok(command) => app.house.execute(call(&visitor, &pairs), command).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match made {
        Ok(answer) => Ok(swap::leave(&visitor.headers, &format!("{}/{}?done=added", at.list(), answer.value.id))),
        Err(problem) if shows(&problem) => {
            let filled = filled.refused(visitor.lang, &problem);
            list::page(&app, &visitor, at, Some((kind, filled))).await
        }
        Err(problem) => Err(problem),
    }
}

/// A problem that belongs on the form it came from.
fn shows(problem: &Problem) -> bool {
    matches!(problem.status, 409 | 412 | 422)
}

fn call(visitor: &Visitor, pairs: &Pairs) -> command::Call {
    let key = pairs.0.iter().find(|(name, _)| name == "idempotency_key").map_or("", |(_, key)| key.as_str());
    visitor.caller.call_with(key)
}

fn created(app: &App, filled: &Filled, at: At, kind: Kind) -> Result<CreateSource, Problem> {
    let way = Way::read(&Value::Object(filled.settings(kind, None)))?;
    let (source, secret) = (app.house.new_id(), filled.get("secret"));
    intake::need_secret(&way, !secret.is_empty())?;
    intake::need_folder(app, &way)?;
    Ok(CreateSource {
        customer: at.customer,
        id: source,
        name: name(filled)?,
        secret: if secret.is_empty() { None } else { Some(intake::seal(app, source, secret)?) },
        every_minutes: intake::every(Some(&way), filled.number("every_minutes")?)?,
        stop_percent: intake::stop_percent(filled.number("stop_percent")?.unwrap_or(super::super::source::USUAL_STOP))?,
        way,
    })
}

pub async fn edit(State(app): State<Shared>, visitor: Visitor, at: At, pairs: Pairs) -> Result<Response, Problem> {
    intake::at(&app, &visitor.caller, at.partner, at.customer).await?;
    let known = intake::known(&app, &visitor.caller.call(), at.customer, at.source).await?;
    let filled = Filled::sent(&pairs, known.source.kind)?;
    let changed = match edited(&app, &filled, at, &known.source.settings, known.source.kind) {
        Ok(command) => app.house.execute(call(&visitor, &pairs), command).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("{}?done=saved", at.source()))),
        Err(problem) if shows(&problem) => {
            let form = Some(filled.refused(visitor.lang, &problem));
            show::page(&app, &visitor, at, Came { form, ..Came::default() }).await
        }
        Err(problem) => Err(problem),
    }
}

fn edited(app: &App, filled: &Filled, at: At, before: &Value, kind: Kind) -> Result<EditSource, Problem> {
    let way = Way::read(&Value::Object(filled.settings(kind, Some(before))))?;
    let secret = filled.get("secret");
    Ok(EditSource {
        customer: at.customer,
        source: at.source,
        version: filled.number("version")?.unwrap_or(0),
        name: Some(name(filled)?),
        every_minutes: Some(intake::every(Some(&way), filled.number("every_minutes")?)?),
        stop_percent: filled.number("stop_percent")?.map(intake::stop_percent).transpose()?,
        secret: if secret.is_empty() { None } else { Some(Some(intake::seal(app, at.source, secret)?)) },
        way: Some(way),
    })
}

/// A form that is only a button.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pressed {
    idempotency_key: String,
}

pub async fn test(State(app): State<Shared>, visitor: Visitor, at: At, Form(_): Form<Pressed>) -> Result<Response, Problem> {
    intake::at(&app, &visitor.caller, at.partner, at.customer).await?;
    let known = intake::known(&app, &visitor.caller.call(), at.customer, at.source).await?;
    let tested = match intake::test(&app, at.source, &known).await {
        Ok(tested) => Ok(tested),
        Err(problem) if shows(&problem) => Err(said(&visitor, &problem)),
        Err(problem) => return Err(problem),
    };
    show::page(&app, &visitor, at, Came { tested: Some(tested), ..Came::default() }).await
}

/// A refusal in the reader's language: of a source's trouble, of a command.
fn said(visitor: &Visitor, problem: &Problem) -> String {
    let id = format!("sources-trouble-{}", problem.code);
    if visitor.lang.knows(&id) { visitor.lang.t(&id) } else { wrong::of(visitor.lang, "sources", problem).1 }
}

/// A start.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Start {
    preview: String,
    idempotency_key: String,
}

pub async fn start(State(app): State<Shared>, visitor: Visitor, at: At, Form(form): Form<Start>) -> Result<Response, Problem> {
    begin(&app, &visitor, at, &form.idempotency_key, !form.preview.is_empty(), None).await
}

async fn begin(app: &App, visitor: &Visitor, at: At, key: &str, preview: bool, file: Option<Bytes>) -> Result<Response, Problem> {
    intake::at(app, &visitor.caller, at.partner, at.customer).await?;
    match intake::start(app, visitor.caller.call_with(key), (at.customer, at.source), preview, file).await {
        Ok(started) => Ok(swap::leave(&visitor.headers, &at.run(started.value.id))),
        Err(problem) if shows(&problem) => {
            let error = Some(said(visitor, &problem));
            show::page(app, visitor, at, Came { error, ..Came::default() }).await
        }
        Err(problem) => Err(problem),
    }
}

pub async fn upload(State(app): State<Shared>, visitor: Visitor, at: At, request: Request) -> Result<Response, Problem> {
    intake::at(&app, &visitor.caller, at.partner, at.customer).await?;
    intake::known(&app, &visitor.caller.call(), at.customer, at.source).await?;
    let broken = |why: axum::extract::multipart::MultipartError| {
        let status = why.status();
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            return Problem::new(status, "too-large", "The file is larger than 32 MB; nothing was changed");
        }
        Problem::unreadable("unreadable", "The upload broke off; nothing was changed.")
    };
    let not_a_form = |_| Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "form-required", "Send the file as the field of a form");
    let mut form = Multipart::from_request(request, &()).await.map_err(not_a_form)?;
    let (mut file, mut preview, mut key) = (None, false, String::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "file" => file = Some(field.bytes().await.map_err(broken)?),
            "preview" => preview = !field.bytes().await.map_err(broken)?.is_empty(),
            "idempotency_key" => key = String::from_utf8_lossy(&field.bytes().await.map_err(broken)?).into_owned(),
            other => return Err(Problem::invalid(format!("/{other}"), "unknown-field", "The form has no such field.")),
        }
    }
    let file = file.filter(|bytes| !bytes.is_empty());
    begin(&app, &visitor, at, &key, preview, file).await
}

pub async fn remove(State(app): State<Shared>, visitor: Visitor, at: At, Form(_): Form<Pressed>) -> Result<Response, Problem> {
    intake::at(&app, &visitor.caller, at.partner, at.customer).await?;
    match app.house.execute(visitor.caller.call(), RemoveSource { customer: at.customer, source: at.source }).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("{}?done=removed", at.list()))),
        Err(Fail::Refused(no)) => {
            let error = Some(wrong::refusal(visitor.lang, "sources", no).1);
            show::page(&app, &visitor, at, Came { error, ..Came::default() }).await
        }
        Err(fail) => Err(fail.into()),
    }
}

pub async fn apply(State(app): State<Shared>, visitor: Visitor, at: At, Form(form): Form<Pressed>) -> Result<Response, Problem> {
    decide(&app, &visitor, at, &form, ApplyRun { customer: at.customer, source: at.source, run: at.run }, "applying").await
}

pub async fn discard(State(app): State<Shared>, visitor: Visitor, at: At, Form(form): Form<Pressed>) -> Result<Response, Problem> {
    decide(&app, &visitor, at, &form, DiscardRun { customer: at.customer, source: at.source, run: at.run }, "discarded").await
}

async fn decide<C>(app: &App, visitor: &Visitor, at: At, form: &Pressed, act: C, done: &str) -> Result<Response, Problem>
where
    C: Command<Done = Run, Refusal = SourceRefusal>,
{
    intake::at(app, &visitor.caller, at.partner, at.customer).await?;
    match app.house.execute(visitor.caller.call_with(&form.idempotency_key), act).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("{}?done={done}", at.run(at.run)))),
        Err(Fail::Refused(no)) => {
            let error = Some(wrong::refusal(visitor.lang, "sources", no).1);
            run_page::page(app, visitor, at, error).await
        }
        Err(fail) => Err(fail.into()),
    }
}
