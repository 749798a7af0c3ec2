//! The sign-in page, its second step, and signing out.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Call;
use http::{HeaderValue, StatusCode, header};
use maud::{Markup, html};
use web::{
    caller::Caller,
    parts::{Tone, card, field, field::Field, form},
    problem::Problem,
    swap,
};

use super::{Fields, Guest, local, query, with_session, without_session};
use crate::{
    app::{App, Shared},
    identity::{
        newcomers, queries,
        sessions::{EndCredential, Which},
        signin::{self, Outcome},
    },
};

/// What stands above the fields.
enum Note {
    None,
    Good(&'static str),
    Bad(String),
}

pub(super) async fn show(State(app): State<Shared>, guest: Guest) -> Result<Response, Problem> {
    let note = match query(&guest.uri, "done").as_str() {
        "password" => Note::Good("identity-signin-password-set"),
        "out" => Note::Good("identity-signin-out"),
        _ if signin::is_empty(&app).await? => Note::Good("identity-signin-empty"),
        _ => Note::None,
    };
    Ok(page(&app, &guest, &note, fields(&app, &guest, &query(&guest.uri, "next")).await?))
}

pub(super) async fn submit(State(app): State<Shared>, guest: Guest, form: Fields) -> Result<Response, Problem> {
    form.only(&["email", "password", "ticket", "code", "next"])?;
    let (ticket, code) = (form.get("ticket"), form.get("code"));
    let outcome = if ticket.is_empty() {
        signin::by_password(&app, form.get("email"), form.get("password").to_owned(), code, &guest.client).await?
    } else {
        signin::by_code(&app, ticket, code, &guest.client).await?
    };
    let lang = guest.lang;
    Ok(match outcome {
        Outcome::In(text) => with_session(&app, swap::leave(&guest.headers, local(form.get("next"))), &text),
        Outcome::Code { ticket, wrong } => {
            let mut page = page(&app, &guest, &Note::None, code_fields(&guest, form.get("next"), &ticket, wrong));
            if wrong {
                *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            }
            page
        }
        Outcome::Wrong => {
            let mut page = page(&app, &guest, &Note::Bad(lang.t("identity-signin-wrong")), fields(&app, &guest, form.get("next")).await?);
            *page.status_mut() = StatusCode::UNAUTHORIZED;
            page
        }
        Outcome::TooMany(seconds) => {
            let text = lang.with("identity-signin-too-many", &[("seconds", i64::from(seconds).into())]);
            too_many(page(&app, &guest, &Note::Bad(text), fields(&app, &guest, form.get("next")).await?), seconds)
        }
    })
}

/// Makes a page an answer to too many attempts.
#[must_use]
pub fn too_many(mut page: Response, seconds: u32) -> Response {
    *page.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    page
}

fn page(app: &App, guest: &Guest, note: &Note, fields: Markup) -> Response {
    let body = html! {
        div.stack-tight {
            @match note {
                Note::None => {},
                Note::Good(id) => { (card::note(Tone::Info, html! { (guest.lang.t(id)) })) },
                Note::Bad(text) => { (card::note(Tone::Bad, html! { (text) })) },
            }
            (fields)
        }
    };
    web::bare(&guest.frame(app, "identity-signin-title"), body).into_response()
}

async fn fields(app: &App, guest: &Guest, next: &str) -> Result<Markup, Problem> {
    let lang = guest.lang;
    let strangers = newcomers::host_of(app).await?.is_some();
    let mut email = Field::new("email", lang.t("identity-email"), "").required();
    email.autocomplete = Some("username");
    let mut password = Field::new("password", lang.t("identity-password"), "").required();
    password.autocomplete = Some("current-password");
    let form = form::post(
        &form::Form { action: "/signin", ..form::Form::default() },
        html! {
            input type="hidden" name="next" value=(local(next));
            (field::input(lang, "email", &email))
            (field::input(lang, "password", &password))
            (form::actions(&lang.t("identity-signin-submit"), Some((&lang.t("identity-signin-forgot"), "/reset"))))
        },
    );
    Ok(html! {
        (form)
        @if strangers { p { (lang.t("identity-signin-new")) " " a href="/signup" { (lang.t("identity-signin-sign-up")) } } }
    })
}

fn code_fields(guest: &Guest, next: &str, ticket: &str, wrong: bool) -> Markup {
    let lang = guest.lang;
    let mut code = Field::new("code", lang.t("identity-code"), "").required().hint(lang.t("identity-code-hint"));
    code.autocomplete = Some("one-time-code");
    code.error = if wrong { lang.t("identity-code-wrong") } else { String::new() };
    form::post(
        &form::Form { action: "/signin", ..form::Form::default() },
        html! {
            input type="hidden" name="next" value=(local(next));
            input type="hidden" name="ticket" value=(ticket);
            (field::text(lang, &code))
            (form::actions(&lang.t("identity-signin-submit"), Some((&lang.t("identity-signin-again"), "/signin"))))
        },
    )
}

/// Ends the session on the server too; without one there is nothing to end.
pub(super) async fn out(State(app): State<Shared>, guest: Guest, caller: Caller) -> Result<Response, Problem> {
    if let (Some(hash), Some(own)) = (guest.client.before, queries::own(&app, caller.credential).await?) {
        let which = Which::Shown(command::Secret(hash.0));
        app.house
            .execute(Call::on_behalf_of(own.person.staff), EndCredential { home: own.person.home, staff: own.person.staff, which })
            .await?;
    }
    Ok(without_session(&app, swap::leave(&guest.headers, "/signin?done=out")))
}
