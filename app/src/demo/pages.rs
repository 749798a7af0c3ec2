//! Pages only the demo has: caught mail, the clock, the gallery of parts. Elsewhere their addresses lead nowhere.

use axum::{
    Form, Json,
    extract::{FromRequest, Path, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri, header};
use mail::Caught;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Timestamp, Zone};
use web::{
    Frame, Lang,
    parts::{card, empty, field, form, keyvalue},
    problem::Problem,
    routes::Pages,
};

use super::memory;
use crate::{
    app::{App, Shared},
    console::{bare_frame, language_of},
};

/// The pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    Pages::default()
        .get("/dev/mail", post_box)
        .get("/dev/mail/{id}", letter)
        .get("/dev/clock", show_clock)
        .post("/dev/clock", move_clock)
        .get("/ui/gallery", gallery)
}

fn frame(app: &App, headers: &HeaderMap, uri: &Uri, title: &str) -> Frame {
    let lang = language_of(headers, None);
    bare_frame(app, headers, lang, uri.path(), lang.t(title))
}

/// True for programs: the same addresses answer them with JSON.
fn wants_json(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|accept| accept.contains("application/json"))
}

fn told(mail: &Caught) -> Value {
    json!({ "id": mail.id, "at": Timestamp(mail.at()), "to": mail.to(), "subject": mail.subject(), "text": mail.text(), "links": mail.links })
}

async fn post_box(State(app): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    let caught = app.catcher.as_ref().map(mail::Catcher::list).unwrap_or_default();
    if wants_json(&headers) {
        return Json(json!({ "items": caught.iter().map(|m| told(m)).collect::<Vec<_>>() })).into_response();
    }
    let frame = frame(&app, &headers, &uri, "demo-mail");
    let lang = frame.lang;
    let body = html! {
        @if caught.is_empty() { (empty::empty("mail", &lang.t("demo-mail-none"), &lang.t("demo-mail-none-text"), None)) }
        @for mail in &caught {
            (card::card(mail.subject(), &line(lang, mail), html! { a href={ "/dev/mail/" (mail.id) } { (lang.t("demo-mail-open")) } }, html! {}))
        }
    };
    web::page(&Frame { context_line: lang.t("demo-mail-context"), ..frame }, html! { div.stack { (body) } }).into_response()
}

fn line(lang: Lang, mail: &Caught) -> String {
    format!("{} · {}", mail.to(), lang.date_time(Timestamp(mail.at()), &Zone::utc()))
}

async fn letter(State(app): State<Shared>, headers: HeaderMap, uri: Uri, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = id.parse().ok().and_then(|id| app.catcher.as_ref()?.get(id)).ok_or_else(Problem::not_found)?;
    if wants_json(&headers) {
        return Ok(Json(told(&found)).into_response());
    }
    let frame = frame(&app, &headers, &uri, "demo-mail");
    let lang = frame.lang;
    let facts = [
        (lang.t("demo-mail-to"), html! { (found.to()) }),
        (lang.t("demo-mail-at"), html! { (lang.date_time(Timestamp(found.at()), &Zone::utc())) }),
    ];
    let body = html! {
        div.stack {
            (card::card(found.subject(), "", html! { a href="/dev/mail" { (lang.t("demo-mail-all")) } }, keyvalue::pairs(&facts)))
            (card::card(&lang.t("demo-mail-text"), "", html! {}, html! { pre { (found.text()) } }))
            (card::card(&lang.t("demo-mail-links"), "", html! {}, links(&found.links)))
        }
    };
    Ok(web::page(&Frame { title: found.subject().to_owned(), ..frame }, body).into_response())
}

fn links(links: &[String]) -> Markup {
    html! { ul { @for link in links { li { a href=(link) rel="noreferrer" { (link) } } } } }
}

async fn show_clock(State(app): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    if wants_json(&headers) {
        return Json(json!({ "now": app.house.now() })).into_response();
    }
    clock_page(&app, &headers, &uri, &whole_second(app.house.now()).to_string(), None)
}

fn clock_page(app: &App, headers: &HeaderMap, uri: &Uri, typed: &str, error: Option<String>) -> Response {
    let frame = frame(app, headers, uri, "demo-clock");
    let (lang, now) = (frame.lang, whole_second(app.house.now()));
    let ahead = [
        ("demo-clock-hour", now.plus_seconds(3_600)),
        ("demo-clock-day", now.plus_days(1)),
        ("demo-clock-week", now.plus_days(7)),
        ("demo-clock-month", now.plus_days(31)),
    ];
    let typed = field::Field::new("now", lang.t("demo-clock-to"), typed).hint(lang.t("demo-clock-hint")).error(error).required();
    let f = form::Form { action: "/dev/clock", ..form::Form::default() };
    let status = if typed.error.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    let body = html! {
        div.stack {
            (card::card(&lang.date_time(now, &Zone::utc()), &lang.t("demo-clock-sub"), html! {}, html! {
                div.row { @for (label, to) in ahead { (step(&lang.t(label), to)) } }
            }))
            (card::card(&lang.t("demo-clock-move"), "", html! {}, form::post(&f, html! { (field::text(lang, &typed)) (form::actions(&lang.t("demo-clock-do"), None)) })))
        }
    };
    (status, web::page(&Frame { context_line: lang.t("demo-clock-context"), ..frame }, body)).into_response()
}

/// Without the microseconds nobody wants to read.
fn whole_second(t: Timestamp) -> Timestamp {
    Timestamp(t.0.div_euclid(Timestamp::SECOND) * Timestamp::SECOND)
}

fn step(label: &str, to: Timestamp) -> Markup {
    html! { form method="post" action="/dev/clock" { input type="hidden" name="now" value=(to); button.btn type="submit" { (label) } } }
}

#[derive(Deserialize)]
struct Move {
    now: String,
}

async fn move_clock(State(app): State<Shared>, request: Request) -> Result<Response, Problem> {
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let program = headers.get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"application/json"));
    let wrong = |code: &str| Problem::invalid("/now", code, "Send {\"now\": \"2026-12-01T09:00:00Z\"}, an RFC 3339 time.");
    let asked = if program {
        Json::<Move>::from_request(request, &()).await.map(|Json(m)| m).map_err(|_| wrong("invalid"))?
    } else {
        Form::<Move>::from_request(request, &()).await.map(|Form(m)| m).map_err(|_| wrong("invalid"))?
    };
    let lang = language_of(&headers, None);
    let Ok(to) = asked.now.trim().parse::<Timestamp>() else {
        return if program {
            Err(wrong("not-a-time"))
        } else {
            Ok(clock_page(&app, &headers, &uri, &asked.now, Some(lang.t("demo-clock-wrong"))))
        };
    };
    if !app.house.clock().advance(to) {
        let problem = || {
            Problem::new(StatusCode::CONFLICT, "clock-backwards", "The clock only moves forward")
                .detail(format!("It is {} now. Nothing was changed.", app.house.now()))
        };
        return if program {
            Err(problem())
        } else {
            Ok(clock_page(&app, &headers, &uri, &asked.now, Some(lang.t("demo-clock-backwards"))))
        };
    }
    memory::note_now(&app).await.map_err(Problem::internal)?;
    if let Some(worker) = app.worker() {
        worker.poke();
    }
    if program {
        return Ok(Json(json!({ "now": app.house.now() })).into_response());
    }
    Ok(web::swap::leave(&headers, "/dev/clock"))
}

async fn gallery(State(app): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    let frame = frame(&app, &headers, &uri, "demo-gallery");
    web::page(&frame, web::gallery::gallery(frame.lang)).into_response()
}
