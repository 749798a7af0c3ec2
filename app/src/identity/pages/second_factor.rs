//! The second factor: picture, first code, recovery codes shown once, switching it off.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Call, Fail, Secret};
use http::{StatusCode, header};
use maud::{Markup, html};
use web::{
    Lang,
    parts::{Tone, card, code, field, field::Field, form},
    problem::Problem,
    swap,
};

use super::{Fields, own_frame};
use crate::{
    app::{App, Shared},
    console::Visitor,
    identity::{
        attempts::{self, Counted},
        noun::{Person, SignInRefusal},
        own::{BeginTotp, ConfirmTotp, DisableTotp},
        password, queries, totp,
    },
};

async fn person(app: &App, visitor: &Visitor) -> Result<Person, Problem> {
    Ok(queries::own(app, visitor.caller.credential).await?.ok_or_else(Problem::unauthenticated)?.person)
}

/// The secret while it is being set up; afterwards nobody sees it again.
fn begun(app: &App, person: &Person) -> Option<Vec<u8>> {
    if person.totp_on {
        return None;
    }
    app.keys.unseal(&totp::place(person.staff), person.totp_secret.as_deref()?)
}

pub(super) async fn begin(State(app): State<Shared>, visitor: Visitor) -> Result<Response, Problem> {
    let person = person(&app, &visitor).await?;
    let secret = app.house.random();
    let sealed = app.keys.seal(&totp::place(person.staff), &secret[..20], &**app.house.entropy());
    let sealed = sealed.ok_or_else(|| Problem::internal("a secret could not be sealed"))?;
    app.house
        .execute(Call::on_behalf_of(person.staff), BeginTotp { home: person.home, staff: person.staff, sealed: Secret(sealed) })
        .await?;
    Ok(swap::leave(&visitor.headers, "/profile/totp"))
}

pub(super) async fn show(State(app): State<Shared>, visitor: Visitor) -> Result<Response, Problem> {
    let person = person(&app, &visitor).await?;
    let Some(secret) = begun(&app, &person) else { return Ok(swap::leave(&visitor.headers, "/profile")) };
    setup_page(&app, &visitor, &secret, false).await
}

async fn setup_page(app: &App, visitor: &Visitor, secret: &[u8], wrong: bool) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let frame = own_frame(app, visitor, "identity-totp-title").await?;
    let mut typed = Field::new("code", lang.t("identity-code"), "").required();
    typed.autocomplete = Some("one-time-code");
    typed.error = if wrong { lang.t("identity-code-wrong") } else { String::new() };
    let body = html! {
        div.narrow {
            (card::card(&lang.t("identity-totp-scan"), &lang.t("identity-totp-scan-text"), html! {}, html! {
                div.stack-tight {
                    img src="/profile/totp.svg" alt=(lang.t("identity-totp-picture")) width="220" height="220";
                    p.small.muted { (lang.t("identity-totp-by-hand")) }
                    (code::copyable(lang, &totp::spelled(secret)))
                    (form::post(&form::Form { action: "/profile/totp/confirm", ..form::Form::default() }, html! {
                        (field::text(lang, &typed))
                        (form::actions(&lang.t("identity-totp-confirm"), Some((&lang.t("ui-cancel"), "/profile"))))
                    }))
                }
            }))
        }
    };
    Ok(web::page(&frame, body).into_response())
}

pub(super) async fn picture(State(app): State<Shared>, visitor: Visitor) -> Result<Response, Problem> {
    let person = person(&app, &visitor).await?;
    let drawn = begun(&app, &person).and_then(|secret| totp::picture(&totp::address(&secret, &person.email)));
    let drawn = drawn.ok_or_else(Problem::not_found)?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-store")], drawn).into_response())
}

pub(super) async fn confirm(State(app): State<Shared>, visitor: Visitor, form: Fields) -> Result<Response, Problem> {
    form.only(&["code"])?;
    let person = person(&app, &visitor).await?;
    let Some(secret) = begun(&app, &person) else { return Ok(swap::leave(&visitor.headers, "/profile")) };
    let Some(step) = totp::accept(&secret, form.get("code"), app.house.now(), person.totp_last_step) else {
        let mut page = setup_page(&app, &visitor, &secret, true).await?;
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(page);
    };
    let codes: Vec<String> = (0..totp::RECOVERY_CODES).map(|_| totp::recovery(app.house.random())).collect();
    let hashes = codes.iter().map(|code| totp::recovery_hash(person.staff, code)).collect();
    let sealed = person.totp_secret.clone().unwrap_or_default();
    let command = ConfirmTotp { home: person.home, staff: person.staff, sealed: Secret(sealed), step, recovery: Secret(hashes) };
    match app.house.execute(Call::on_behalf_of(person.staff), command).await {
        Ok(_) => {
            let frame = own_frame(&app, &visitor, "identity-recovery-title").await?;
            Ok(web::page(&frame, codes_shown(visitor.lang, &codes)).into_response())
        }
        Err(Fail::Refused(SignInRefusal::NotBegun)) => Ok(swap::leave(&visitor.headers, "/profile")),
        Err(fail) => Err(fail.into()),
    }
}

fn codes_shown(lang: Lang, codes: &[String]) -> Markup {
    html! {
        div.narrow {
            (card::card(&lang.t("identity-recovery-head"), &lang.t("identity-recovery-text"), html! {}, html! {
                div.stack-tight {
                    (code::copyable(lang, &codes.join(" ")))
                    ul { @for one in codes { li { code translate="no" { (one) } } } }
                    div.row { a.btn.primary href="/profile?done=totp" { (lang.t("identity-recovery-kept")) } }
                }
            }))
        }
    }
}

pub(super) async fn disable(State(app): State<Shared>, visitor: Visitor, form: Fields) -> Result<Response, Problem> {
    form.only(&["password"])?;
    let person = person(&app, &visitor).await?;
    let counted = attempts::buckets("password", &person.email, "");
    if let Counted::Over(seconds) = attempts::count(&app.house, counted.clone(), app.config.limits.sign_in_per_minute).await? {
        return Err(Problem::too_many(seconds));
    }
    if !password::verify(form.get("password").to_owned(), person.password_hash.clone()).await {
        let frame = own_frame(&app, &visitor, "identity-profile-title").await?;
        let body = html! { div.narrow { (card::note(Tone::Bad, html! { (visitor.lang.t("identity-password-wrong")) })) p { a.btn href="/profile" { (visitor.lang.t("ui-problem-retry")) } } } };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, web::page(&frame, body)).into_response());
    }
    attempts::forgive(&app.house, counted).await;
    app.house.execute(Call::on_behalf_of(person.staff), DisableTotp { home: person.home, staff: person.staff }).await?;
    Ok(swap::leave(&visitor.headers, "/profile?done=totp-off"))
}
