//! The first run's page: `/setup/{token}`, which answers only while the one-time link is good.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use command::{Call, Fail, Secret};
use http::{HeaderMap, StatusCode};
use maud::html;
use serde::Deserialize;
use web::{
    Frame, Lang,
    forms::Form,
    parts::{
        field::{self, Field},
        form,
    },
    problem::Problem,
};

use super::setup::SetUp;
use crate::{
    app::Shared,
    console::{self, wrong},
    hierarchy::Name,
    identity::{links, password, setup},
    noun::Email,
};

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SetUpForm {
    company: String,
    name: String,
    email: String,
    password: String,
    zone: String,
}

pub(super) async fn show(State(app): State<Shared>, Path(token): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    if !setup::is_open(&app, &token).await? {
        return Err(Problem::not_found());
    }
    let form = SetUpForm { zone: "UTC".into(), ..SetUpForm::default() };
    Ok(draw(&app, &headers, &token, &form, ("", String::new())))
}

fn draw(app: &Shared, headers: &HeaderMap, token: &str, form: &SetUpForm, (wrong, error): (&str, String)) -> Response {
    let lang = console::language_of(headers, None);
    let field = |name: &'static str, value: &str| {
        let error = (name == wrong).then(|| error.clone());
        Field::new(name, lang.t(&format!("provisioning-setup-{name}")), value).required().error(error)
    };
    let frame = Frame {
        context_line: lang.t("provisioning-setup-context"),
        ..console::bare_frame(app, headers, lang, "/setup", lang.t("provisioning-setup"))
    };
    let action = format!("/setup/{token}");
    let body = form::post(
        &form::Form { action: &action, ..form::Form::default() },
        html! {
            (field::text(lang, &field("company", &form.company)))
            (field::text(lang, &Field { autocomplete: Some("name"), ..field("name", &form.name) }))
            (field::input(lang, "email", &Field { autocomplete: Some("username"), ..field("email", &form.email) }))
            (field::input(lang, "password", &Field { autocomplete: Some("new-password"), ..field("password", "") }.hint(lang.t("provisioning-setup-password-hint"))))
            (field::text(lang, &field("zone", &form.zone).hint(lang.t("provisioning-setup-zone-hint"))))
            (form::actions(&lang.t("provisioning-setup-do"), None))
        },
    );
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, web::bare(&frame, body)).into_response()
}

pub(super) async fn found(
    State(app): State<Shared>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(form): Form<SetUpForm>,
) -> Result<Response, Problem> {
    let (Some(link), true) = (links::hash_of(&token), setup::is_open(&app, &token).await?) else { return Err(Problem::not_found()) };
    let lang = console::language_of(&headers, None);
    let (company, name, email) = match read(lang, &form) {
        Ok(nouns) => nouns,
        Err(wrong) => return Ok(draw(&app, &headers, &token, &form, wrong)),
    };
    let hash = password::hash(form.password.clone(), app.house.random()).await.map_err(Problem::internal)?;
    let command = SetUp {
        link: Secret(link),
        company,
        region: app.config.regions.first().cloned().unwrap_or_else(|| "eu".into()),
        language: lang.tag().chars().take(2).collect(),
        zone: form.zone.clone(),
        name,
        email,
        password_hash: Secret(hash),
    };
    match app.house.execute(Call::operator(), command).await {
        Ok(_) => Ok(Redirect::to("/signin").into_response()),
        Err(Fail::Refused(_)) => Err(Problem::not_found()),
        Err(fail) => Err(fail.into()),
    }
}

/// The nouns of the form, or the field that is wrong and why.
fn read(lang: Lang, form: &SetUpForm) -> Result<(Name, Name, Email), (&'static str, String)> {
    let wrong = |field: &'static str| (field, wrong::field(lang, field, "invalid"));
    let company = Name::parse(form.company.as_str()).map_err(|_| wrong("company"))?;
    let name = Name::parse(form.name.as_str()).map_err(|_| wrong("name"))?;
    let email = Email::parse(form.email.as_str()).map_err(|_| wrong("email"))?;
    password::check(&form.password, &[email.as_str(), name.as_str()]).map_err(|weak| ("password", lang.t(weak.text())))?;
    if store::Zone::named(&form.zone).is_none() {
        return Err(wrong("zone"));
    }
    Ok((company, name, email))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> SetUpForm {
        SetUpForm {
            company: "Meridian".into(),
            name: "Ann Berg".into(),
            email: "ann@meridian.example".into(),
            password: "a sentence nobody guesses".into(),
            zone: "Europe/Berlin".into(),
        }
    }

    #[test]
    fn every_field_says_what_is_wrong_in_the_readers_language() {
        crate::app::install_texts().expect("the texts");
        assert!(read(Lang::De, &filled()).is_ok());
        let wrong = [
            ("company", SetUpForm { company: " ".into(), ..filled() }),
            ("name", SetUpForm { name: "x".repeat(201), ..filled() }),
            ("email", SetUpForm { email: "ann".into(), ..filled() }),
            ("password", SetUpForm { password: "short".into(), ..filled() }),
            ("zone", SetUpForm { zone: "Berlin".into(), ..filled() }),
        ];
        for (field, form) in wrong {
            let said = |lang| read(lang, &form).expect_err(field);
            let (en, de) = (said(Lang::En), said(Lang::De));
            assert_eq!((en.0, de.0), (field, field));
            assert!(en.1 != de.1 && !en.1.is_empty(), "{field}: {} / {}", en.1, de.1);
        }
    }
}
