//! The page behind a mailed link. Looking at it changes nothing (a mail scanner looks at every link); sending its form opens the trial.

use access::secret;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use command::{Call, Fail, Secret};
use http::StatusCode;
use maud::html;
use store::PartnerId;
use web::{
    forms::{Fields, Form},
    parts::{
        field::{self, Field},
        form, keyvalue,
    },
    problem::Problem,
    swap,
};

use super::{
    open_trial::{LinkOf, OpenTrial},
    pages::{Host, with},
    refusal::SignUpRefusal,
    store::Kept,
};
use crate::{
    app::{App, Shared},
    console::wrong,
    identity::{pages::Guest, password},
    noun::Name,
};

/// What is wrong with the form.
#[derive(Default)]
struct Wrong {
    name: Option<String>,
    password: Option<String>,
    whole: String,
}

/// A link of the host that can be used, with its hash.
async fn good(app: &App, host: PartnerId, (msp, token): &(String, String)) -> Result<Option<([u8; 32], Kept)>, Problem> {
    let (Ok(partner), Some(hash)) = (msp.parse::<PartnerId>(), secret::hash(secret::LINK, token)) else { return Ok(None) };
    if partner != host {
        return Ok(None);
    }
    match app.house.ask(&Call::operator(), LinkOf { partner, link: hash.0 }).await {
        Ok(found) => Ok(found.map(|kept| (hash.0, kept))),
        Err(Fail::Denied(_)) => Ok(None),
        Err(fail) => Err(fail.into()),
    }
}

pub(super) async fn show(
    State(app): State<Shared>,
    Host(host): Host,
    guest: Guest,
    Path(link): Path<(String, String)>,
) -> Result<Response, Problem> {
    Ok(match good(&app, host, &link).await? {
        Some((_, kept)) => draw(&app, &guest, &kept, "", Wrong::default()),
        None => gone(&app, &guest),
    })
}

pub(super) async fn open(
    State(app): State<Shared>,
    Host(host): Host,
    guest: Guest,
    Path(link): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    fields.only(&["name", "password", "username"])?;
    let Some((link, kept)) = good(&app, host, &link).await? else { return Ok(gone(&app, &guest)) };
    let (lang, said, plain) = (guest.lang, fields.typed("name"), fields.typed("password"));
    let name = match (Name::parse(said), password::check(plain, &[&kept.email, said])) {
        (Ok(name), Ok(())) => name,
        (name, strong) => {
            let wrong = Wrong {
                name: name.err().map(|_| wrong::field(lang, "name", "invalid")),
                password: strong.err().map(|weak| lang.t(weak.text())),
                whole: String::new(),
            };
            return Ok(with(StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &guest, &kept, said, wrong)));
        }
    };
    let password_hash = password::hash(plain.to_owned(), app.house.random()).await.map_err(Problem::internal)?;
    let command = OpenTrial { partner: host, link: Secret(link), name, password_hash: Secret(password_hash) };
    match app.house.execute(Call::operator(), command).await {
        Ok(_) => Ok(swap::leave(&guest.headers, "/signin?done=password")),
        Err(Fail::Refused(no @ SignUpRefusal::NoPlace {})) => {
            let wrong = Wrong { whole: wrong::refusal(lang, "signup", no).1, ..Wrong::default() };
            Ok(with(StatusCode::CONFLICT, draw(&app, &guest, &kept, said, wrong)))
        }
        Err(Fail::Refused(_) | Fail::Denied(_)) => Ok(gone(&app, &guest)),
        Err(fail) => Err(fail.into()),
    }
}

fn draw(app: &App, guest: &Guest, kept: &Kept, said: &str, wrong: Wrong) -> Response {
    let lang = guest.lang;
    let mut name = Field::new("name", lang.t("signup-person"), said).required().error(wrong.name);
    name.autocomplete = Some("name");
    let mut password =
        Field::new("password", lang.t("identity-password-new"), "").required().hint(lang.t("identity-password-hint")).error(wrong.password);
    password.autocomplete = Some("new-password");
    let body = html! {
        div.stack-tight {
            (keyvalue::pairs(&[
                (lang.t("signup-organization"), html! { span dir="auto" translate="no" { (kept.name) } }),
                (lang.t("signup-email"), html! { span translate="no" { (kept.email) } }),
            ]))
            (form::post(
                &form::Form { action: guest.uri.path(), error: &wrong.whole, ..form::Form::default() },
                html! {
                    input.sr-only type="email" name="username" value=(kept.email) autocomplete="username" readonly tabindex="-1" aria-hidden="true";
                    (field::text(lang, &name))
                    (field::input(lang, "password", &password))
                    (form::actions(&lang.t("signup-open"), None))
                },
            ))
        }
    };
    let mut frame = guest.frame(app, "signup-prove");
    frame.context_line = lang.t("signup-prove-line");
    web::bare(&frame, body).into_response()
}

/// Used, over and never made look the same.
fn gone(app: &App, guest: &Guest) -> Response {
    let lang = guest.lang;
    let body = html! {
        div.stack-tight {
            p.muted { (lang.t("signup-gone-text")) }
            div.row {
                a.btn.primary href="/signin" { (lang.t("identity-signin-title")) }
                a.btn href="/signup" { (lang.t("signup-title")) }
            }
        }
    };
    (StatusCode::GONE, web::bare(&guest.frame(app, "identity-link-gone"), body)).into_response()
}
