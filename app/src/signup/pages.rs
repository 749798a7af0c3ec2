//! The public page: two fields, and an answer that is the same for everybody.

use axum::{
    extract::{FromRequestParts, State},
    response::{IntoResponse, Response},
};
use command::{Call, Fail};
use http::{StatusCode, request::Parts};
use maud::{Markup, html};
use serde::Deserialize;
use store::PartnerId;
use web::{
    forms::Form,
    parts::{
        Tone, card,
        field::{self, Field},
        form,
    },
    problem::Problem,
    routes::Pages,
};

use super::{
    ask::{Asker, ask},
    pages_link,
    refusal::SignUpRefusal,
};
use crate::{
    app::{App, Shared},
    console::wrong,
    hierarchy::{
        TRIAL_DAYS,
        settings::{Settings, SettingsOf},
    },
    identity::{
        attempts::{self, Counted},
        newcomers,
        pages::{Guest, too_many},
    },
    noun::{Email, Name, mailbox},
    provisioning::TRIAL_SEATS,
};

pub(super) fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/signup", show)
        .post("/signup", sent)
        .get("/signup/{msp}/{token}", pages_link::show)
        .post("/signup/{msp}/{token}", pages_link::open)
}

/// The partner under which strangers sign up. While there is none, there is no such page: it is asked before anything that was sent is read.
pub(super) struct Host(pub PartnerId);

impl FromRequestParts<Shared> for Host {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        newcomers::host_of(app).await?.map(Host).ok_or_else(Problem::not_found)
    }
}

/// Name, brand and notices of the host.
pub(super) async fn about(app: &App, partner: PartnerId) -> Result<Settings, Problem> {
    let found = app.house.ask(&Call::operator(), SettingsOf { partner }).await?;
    found.ok_or_else(Problem::not_found)
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SignUpForm {
    /// Of the organization.
    name: String,
    email: String,
    /// Nobody sees this field: what fills it in is a program.
    website: String,
}

/// What is wrong with the form.
#[derive(Default)]
struct Wrong {
    name: Option<String>,
    email: Option<String>,
    note: Option<String>,
}

async fn show(State(app): State<Shared>, Host(partner): Host, guest: Guest) -> Result<Response, Problem> {
    Ok(draw(&app, &guest, &about(&app, partner).await?, &SignUpForm::default(), Wrong::default()))
}

async fn sent(State(app): State<Shared>, Host(partner): Host, guest: Guest, Form(form): Form<SignUpForm>) -> Result<Response, Problem> {
    let (lang, host) = (guest.lang, about(&app, partner).await?);
    let (name, email) = match (Name::parse(form.name.as_str()), Email::parse(form.email.as_str())) {
        (Ok(name), Ok(email)) => (name, email),
        (name, email) => {
            let wrong = Wrong {
                name: name.err().map(|_| wrong::field(lang, "name", "invalid")),
                email: email.err().map(|_| wrong::field(lang, "email", "invalid")),
                note: None,
            };
            return Ok(with(StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &guest, &host, &form, wrong)));
        }
    };
    if !form.website.is_empty() {
        return Ok(look(&app, &guest));
    }
    // The source first: whoever has used its minute up does not use up anybody else's.
    let limit = app.config.limits.sign_in_per_minute;
    let of_source = attempts::source("sign-up", &guest.client.address);
    let mut counted = attempts::count(&app.house, of_source, limit).await?;
    if counted == Counted::Within {
        counted = attempts::count(&app.house, attempts::buckets("sign-up", &mailbox(email.as_str()), ""), limit).await?;
    }
    if let Counted::Over(seconds) = counted {
        let note = Some(lang.with("identity-signin-too-many", &[("seconds", i64::from(seconds).into())]));
        return Ok(too_many(draw(&app, &guest, &host, &form, Wrong { note, ..Wrong::default() }), seconds));
    }
    let by = Asker { address: guest.client.address.clone(), language: lang.tag().chars().take(2).collect() };
    match ask(&app, partner, name, email, &by).await {
        Ok(()) | Err(Fail::Refused(SignUpRefusal::Mailed {})) => Ok(look(&app, &guest)),
        Err(Fail::Refused(no @ SignUpRefusal::Full {})) => {
            let note = Some(wrong::refusal(lang, "signup", no).1);
            let page = draw(&app, &guest, &host, &form, Wrong { note, ..Wrong::default() });
            Ok(with(StatusCode::TOO_MANY_REQUESTS, page))
        }
        Err(Fail::Refused(_)) => Err(Problem::not_found()),
        Err(fail) => Err(fail.into()),
    }
}

pub(super) fn with(status: StatusCode, mut page: Response) -> Response {
    *page.status_mut() = status;
    page
}

fn draw(app: &App, guest: &Guest, host: &Settings, form: &SignUpForm, wrong: Wrong) -> Response {
    let lang = guest.lang;
    let mut name = Field::new("name", lang.t("signup-organization"), &form.name).required().error(wrong.name);
    name.autocomplete = Some("organization");
    let mut email =
        Field::new("email", lang.t("signup-email"), &form.email).required().hint(lang.t("signup-email-hint")).error(wrong.email);
    email.autocomplete = Some("email");
    let body = form::post(
        &form::Form { action: "/signup", ..form::Form::default() },
        html! {
            @if let Some(note) = &wrong.note { (card::note(Tone::Bad, html! { (note) })) }
            (field::text(lang, &name))
            (field::input(lang, "email", &email))
            div hidden {
                label for="website" { (lang.t("signup-trap")) }
                input id="website" type="text" name="website" value="" tabindex="-1" autocomplete="off";
            }
            (notices(guest, host))
            (form::actions(&lang.t("signup-submit"), Some((&lang.t("identity-signin-again"), "/signin"))))
        },
    );
    let mut frame = guest.frame(app, "signup-title");
    frame.context_line =
        lang.with("signup-line", &[("days", TRIAL_DAYS.into()), ("seats", TRIAL_SEATS.into()), ("company", host.name.as_str().into())]);
    web::bare(&frame, body).into_response()
}

/// The host's terms and its privacy notice, where it has them.
fn notices(guest: &Guest, host: &Settings) -> Markup {
    let links = [("signup-terms", &host.terms_url), ("signup-privacy", &host.privacy_url)];
    html! {
        @for (id, url) in links {
            @if let Some(url) = url { p.hint { a href=(url) rel="noreferrer" { (guest.lang.t(id)) } } }
        }
    }
}

/// The one answer, whoever has the address and whatever became of it.
fn look(app: &App, guest: &Guest) -> Response {
    let lang = guest.lang;
    let body = html! {
        div.stack-tight {
            p { (lang.t("signup-sent-text")) }
            div.row { a.btn href="/signin" { (lang.t("identity-signin-title")) } }
        }
    };
    web::bare(&guest.frame(app, "signup-sent"), body).into_response()
}
