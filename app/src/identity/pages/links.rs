//! The pages behind single-use links: accept an invitation, ask for a reset, set a new password.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use command::{Call, Fail, Secret};
use http::StatusCode;
use maud::{Markup, html};
use web::{
    parts::{Tone, card, field, field::Field, form},
    problem::Problem,
    swap,
};

use super::{Fields, Guest, signin::too_many, without_session};
use crate::{
    app::{App, Shared},
    console::wrong,
    identity::{
        attempts::Counted,
        links::{self, LinkKind, SetPasswordByLink},
        noun::{Person, SignInRefusal},
        password, signin,
    },
    noun::Name,
};

pub(super) async fn show_invite(State(app): State<Shared>, guest: Guest, Path(token): Path<String>) -> Result<Response, Problem> {
    show(&app, &guest, LinkKind::Invite, &token).await
}

pub(super) async fn show_reset(State(app): State<Shared>, guest: Guest, Path(token): Path<String>) -> Result<Response, Problem> {
    show(&app, &guest, LinkKind::Reset, &token).await
}

async fn show(app: &App, guest: &Guest, kind: LinkKind, token: &str) -> Result<Response, Problem> {
    Ok(match links::person_of(&app.house, kind, token).await? {
        Some(person) => form_page(app, guest, kind, token, &Filled { name: person.name.clone(), ..Filled::default() }, &person),
        None => gone(app, guest),
    })
}

pub(super) async fn accept_invite(
    State(app): State<Shared>,
    guest: Guest,
    Path(token): Path<String>,
    form: Fields,
) -> Result<Response, Problem> {
    set(&app, &guest, LinkKind::Invite, &token, &form).await
}

pub(super) async fn reset(State(app): State<Shared>, guest: Guest, Path(token): Path<String>, form: Fields) -> Result<Response, Problem> {
    set(&app, &guest, LinkKind::Reset, &token, &form).await
}

#[derive(Default)]
struct Filled {
    name: String,
    name_error: Option<String>,
    password_error: Option<String>,
}

async fn set(app: &App, guest: &Guest, kind: LinkKind, token: &str, form: &Fields) -> Result<Response, Problem> {
    form.only(&["name", "password", "username"])?;
    let (Some(person), Some(hash)) = (links::person_of(&app.house, kind, token).await?, links::hash_of(token)) else {
        return Ok(gone(app, guest));
    };
    let said = if kind == LinkKind::Invite { form.get("name") } else { person.name.as_str() };
    let name = Name::parse(said);
    let plain = form.get("password");
    let weak = password::check(plain, &[&person.email, said]).err();
    let (name, None) = (&name, weak) else {
        return Ok(refused(app, guest, kind, token, &person, said, &name, weak));
    };
    let Ok(name) = name else { return Ok(refused(app, guest, kind, token, &person, said, name, None)) };
    let derived = password::hash(plain.to_owned(), app.house.random()).await.map_err(Problem::internal)?;
    let command = SetPasswordByLink {
        home: person.home,
        staff: person.staff,
        kind,
        link: Secret(hash),
        name: (kind == LinkKind::Invite).then(|| name.clone()),
        password_hash: Secret(derived),
    };
    match app.house.execute(Call::on_behalf_of(person.staff), command).await {
        Ok(_) => Ok(without_session(app, swap::leave(&guest.headers, "/signin?done=password"))),
        Err(Fail::Refused(SignInRefusal::LinkGone)) => Ok(gone(app, guest)),
        Err(fail) => Err(fail.into()),
    }
}

fn refused(
    app: &App,
    guest: &Guest,
    kind: LinkKind,
    token: &str,
    person: &Person,
    said: &str,
    name: &Result<Name, String>,
    weak: Option<password::Weak>,
) -> Response {
    let filled = Filled {
        name: said.to_owned(),
        name_error: name.is_err().then(|| wrong::field(guest.lang, "name", "invalid")),
        password_error: weak.map(|w| guest.lang.t(w.text())),
    };
    let mut page = form_page(app, guest, kind, token, &filled, person);
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    page
}

fn form_page(app: &App, guest: &Guest, kind: LinkKind, token: &str, filled: &Filled, person: &Person) -> Response {
    let lang = guest.lang;
    let action = format!("/{}/{token}", kind.word());
    let invite = kind == LinkKind::Invite;
    let mut password = Field::new("password", lang.t("identity-password-new"), "")
        .required()
        .hint(lang.t("identity-password-hint"))
        .error(filled.password_error.clone());
    password.autocomplete = Some("new-password");
    let mut name = Field::new("name", lang.t("identity-name"), &filled.name).required().error(filled.name_error.clone());
    name.autocomplete = Some("name");
    let body = form::post(
        &form::Form { action: &action, ..form::Form::default() },
        html! {
            // Password managers file the password under this name.
            input.sr-only type="email" name="username" value=(person.email) autocomplete="username" readonly tabindex="-1" aria-hidden="true";
            @if invite { (field::text(lang, &name)) }
            (field::input(lang, "password", &password))
            (form::actions(&lang.t("identity-password-save"), None))
        },
    );
    let mut frame = guest.frame(app, if invite { "identity-invite-title" } else { "identity-reset-title" });
    frame.context_line = lang.with("identity-link-for", &[("email", person.email.as_str().into())]);
    web::bare(&frame, body).into_response()
}

/// Used, expired and never made look the same.
fn gone(app: &App, guest: &Guest) -> Response {
    let lang = guest.lang;
    let body = html! {
        div.stack-tight {
            p.muted { (lang.t("identity-link-gone-text")) }
            div.row { a.btn.primary href="/reset" { (lang.t("identity-reset-submit")) } a.btn href="/signin" { (lang.t("identity-signin-title")) } }
        }
    };
    (StatusCode::GONE, web::bare(&guest.frame(app, "identity-link-gone"), body)).into_response()
}

pub(super) async fn show_ask(State(app): State<Shared>, guest: Guest) -> Response {
    ask_page(&app, &guest, html! {})
}

/// The answer says nothing about who works here.
pub(super) async fn ask(State(app): State<Shared>, guest: Guest, form: Fields) -> Result<Response, Problem> {
    form.only(&["email"])?;
    let counted = signin::ask_reset(&app, form.get("email"), &guest.client.address).await?;
    let lang = guest.lang;
    Ok(match counted {
        Counted::Over(seconds) => {
            let text = lang.with("identity-signin-too-many", &[("seconds", i64::from(seconds).into())]);
            too_many(ask_page(&app, &guest, card::note(Tone::Bad, html! { (text) })), seconds)
        }
        Counted::Within => {
            let body = html! {
                div.stack-tight {
                    p { (lang.t("identity-reset-sent-text")) }
                    div.row { a.btn.primary href="/signin" { (lang.t("identity-signin-title")) } }
                }
            };
            web::bare(&guest.frame(&app, "identity-reset-sent"), body).into_response()
        }
    })
}

fn ask_page(app: &App, guest: &Guest, note: Markup) -> Response {
    let lang = guest.lang;
    let mut email = Field::new("email", lang.t("identity-email"), "").required();
    email.autocomplete = Some("username");
    let body = form::post(
        &form::Form { action: "/reset", ..form::Form::default() },
        html! {
            (note)
            (field::input(lang, "email", &email))
            (form::actions(&lang.t("identity-reset-submit"), Some((&lang.t("identity-signin-again"), "/signin"))))
        },
    );
    let mut frame = guest.frame(app, "identity-reset-ask");
    frame.context_line = lang.t("identity-reset-ask-text");
    web::bare(&frame, body).into_response()
}
