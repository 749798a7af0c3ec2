//! Console twin: how mail leaves this installation, and the button that tries it.

use ::store::{OperationId, PartnerId, kinds};
use access::permissions::ManageSettings;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Fail, Refusal};
use http::StatusCode;
use mail::Step;
use maud::{Markup, html};
use web::{
    Action, Address, Arg, Frame, Lang, Swap,
    door::{self, PathId},
    parts::{
        Tone, card, form, icon, keyvalue,
        stepper::{self, State as Stand, stepper},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{NotTested, TestMail, tester};
use crate::{
    app::{App, Shared},
    console::{Visitor, form_key},
    operations::{Operation, Status, api::OperationOf, api::poke},
};

const SECTION: Swap = Swap::section("mail-test");

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/settings/mail", show).post("/msp/{msp}/settings/mail", send)
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    door::probe::<ManageSettings>(&app.house, &visitor.caller, partner).await?;
    draw(&app, &visitor, partner, String::new()).await
}

async fn send(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    match app.house.execute(visitor.caller.call(), TestMail { partner }).await {
        Ok(begun) => {
            poke(&app);
            let to = format!("/msp/{partner}/settings/mail?operation={}", begun.value.operation_id);
            Ok(swap::leave(&visitor.headers, &to))
        }
        Err(Fail::Refused(no)) => {
            let why = match &no {
                NotTested::TooSoon { retry_after } => visitor.lang.with("operations-mail-too-soon", &[("n", (*retry_after).into())]),
                NotTested::Nobody {} => visitor.lang.t("refused-no-address"),
            };
            let mut response = draw(&app, &visitor, partner, why).await?;
            *response.status_mut() = StatusCode::from_u16(no.status()).unwrap_or(StatusCode::CONFLICT);
            Ok(response)
        }
        Err(fail) => Err(fail.into()),
    }
}

async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, error: String) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let to = tester(&app.house, visitor.staff).await?.map(|t| t.email).unwrap_or_default();
    let wanted = Address::of(&visitor.uri).get("operation").and_then(OperationId::parse);
    let found = match wanted {
        Some(id) => {
            app.house.ask(&visitor.caller.call(), OperationOf { node: partner.into(), id }).await?.filter(|o| o.kind == super::KIND)
        }
        None => None,
    };
    let section = SECTION.wrap(html! { div.stack-tight { @if let Some(o) = &found { (outcome(app, lang, o, &to)) } } });
    let frame = Frame {
        context_line: lang.t("operations-mail-context"),
        crumbs: vec![Action { label: lang.t("nav-settings"), href: format!("/msp/{partner}/settings"), icon: None }],
        ..visitor.frame(app, partner, lang.t("operations-mail-title")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| {
        let action = format!("/msp/{partner}/settings/mail");
        let test = html! {
            div.stack-tight {
                p { (lang.with("operations-mail-what", &[("to", to.as_str().into())])) }
                (form::post(&form::Form { action: &action, idempotency: Some(&form_key(app)), error: &error, ..form::Form::default() }, html! {
                    div.form-actions { button.btn.primary type="submit" { (icon("mail")) (lang.t("operations-mail-send")) } }
                }))
                (section)
            }
        };
        web::page(&frame, html! {
            div.grid-2 {
                (card::card(&lang.t("operations-mail-server"), &lang.t("operations-mail-server-sub"), html! {}, server(app, lang)))
                (card::card(&lang.t("operations-mail-test"), "", html! {}, test))
            }
        })
    })
    .into_response())
}

/// How mail leaves: everything but the secret.
fn server(app: &App, lang: Lang) -> Markup {
    let Some(smtp) = app.config.smtp.as_ref().filter(|_| !app.demo) else {
        return card::note(Tone::Info, html! { (lang.t(if app.demo { "operations-mail-demo" } else { "operations-mail-none" })) });
    };
    let security = format!("operations-mail-security-{}", smtp.security.replace('_', "-"));
    let port = smtp.port.map_or_else(|| lang.t("operations-mail-port-usual"), |port| port.to_string());
    keyvalue::pairs(&[
        (lang.t("operations-mail-host"), html! { span translate="no" { (smtp.host) } }),
        (lang.t("operations-mail-port"), html! { (port) }),
        (lang.t("operations-mail-security"), html! { (lang.t(&security)) }),
        (
            lang.t("operations-mail-user"),
            html! { (lang.t(if smtp.user.is_some() { "operations-mail-user-set" } else { "operations-mail-user-none" })) },
        ),
        (lang.t("operations-mail-from"), html! { span translate="no" { (smtp.from) } }),
    ])
}

/// The steps the settings ask for.
fn expected(app: &App) -> Vec<&'static str> {
    let Some(smtp) = app.config.smtp.as_ref().filter(|_| !app.demo) else { return vec![Step::Accept.word()] };
    let asked =
        [(Step::Connect, true), (Step::Encrypt, smtp.security != "none"), (Step::SignIn, smtp.user.is_some()), (Step::Accept, true)];
    asked.into_iter().filter(|(_, asked)| *asked).map(|(step, _)| step.word()).collect()
}

fn outcome(app: &App, lang: Lang, o: &Operation, to: &str) -> Markup {
    let busy = matches!(o.status, Status::Pending | Status::Running);
    let steps = expected(app).into_iter().enumerate().map(|(n, word)| {
        let booked = o.steps.iter().find(|s| s.name == word).map(|s| s.status.as_str());
        let state = match booked {
            Some("succeeded") => Stand::Done,
            Some("failed") => Stand::Failed,
            _ if busy && n == 0 => Stand::Running,
            _ => Stand::Waiting,
        };
        stepper::Step { name: lang.t(&format!("operations-mail-step-{}", word.replace('_', "-"))), state, ..stepper::Step::default() }
    });
    let steps: Vec<_> = steps.collect();
    html! {
        (SECTION.live(busy, 1, Some(&Operation::events(o.id))))
        (stepper(lang, &steps))
        @match o.status {
            Status::Succeeded => (card::note(Tone::Good, html! { (lang.with(accepted(app), &[("to", to.into())])) })),
            Status::Failed => (card::note(Tone::Bad, html! { (why(lang, o.error.as_ref())) })),
            _ => p.muted role="status" { (lang.t("operations-mail-running")) },
        }
    }
}

/// What an accepted mail means: it left, or it was kept here.
fn accepted(app: &App) -> &'static str {
    if app.catcher.is_some() { "operations-mail-kept" } else { "operations-mail-sent" }
}

/// Why a mail was not sent and what mends it, in the reader's language.
#[must_use]
pub fn why(lang: Lang, error: Option<&serde_json::Value>) -> String {
    let said = error.and_then(|e| e.get("title")).and_then(|t| t.as_str()).unwrap_or_default();
    let Some(id) = error.and_then(|e| e.get("trouble")).and_then(|t| t.as_str()).filter(|id| lang.knows(id)) else {
        return said.to_owned();
    };
    let values: Vec<(String, String)> =
        error.and_then(|e| e.get("values")).and_then(|v| serde_json::from_value(v.clone()).ok()).unwrap_or_default();
    let values: Vec<(&str, Arg<'_>)> = values.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect();
    lang.with(id, &values)
}
