//! The distributor's page: which trials its MSPs ask to run longer, and what is decided.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{DistributorId, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathId, PathIds},
    forms::Form,
    parts::{
        Tone, card, empty,
        field::{self, Field},
        form, keyvalue,
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{DecideRequest, OpenRequests, TrialRequest};
use crate::{
    app::Shared,
    console::{Visitor, done, form_key, wrong},
    hierarchy::{distributors::LimitsOf, standing},
    noun::Note,
};

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/distributors/{id}/trials", show).post("/msp/{msp}/trial-requests/{id}/decide", decide)
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathId(distributor): PathId<kinds::Distributor>) -> Result<Response, Problem> {
    Ok(draw(&app, &visitor, distributor, "").await?.into_response())
}

async fn draw(app: &Shared, visitor: &Visitor, distributor: DistributorId, why: &str) -> Result<Markup, Problem> {
    let found = door::look(&app.house, &visitor.caller, distributor, Ok(OpenRequests { distributor })).await?;
    let requests = found.ok_or_else(Problem::not_found)?;
    let lang = visitor.lang;
    let frame = Frame {
        context_line: lang.t("trials-requests-line"),
        crumbs: vec![Action { label: lang.t("hierarchy-partners"), href: format!("/distributors/{distributor}"), icon: None }],
        toast: done::toast(lang, &visitor.uri, "trials"),
        ..visitor.plain(app, lang.t("trials-requests"))
    };
    let body = html! {
        div.stack {
            @if !why.is_empty() { (card::note(Tone::Bad, html! { (why) })) }
            @if requests.is_empty() { (card::plain(empty::empty("clock", &lang.t("trials-requests-none"), &lang.t("trials-requests-none-text"), None))) }
            @for request in &requests { (one(app, lang, request)) }
        }
    };
    Ok(web::page(&frame, body))
}

fn one(app: &Shared, lang: Lang, r: &TrialRequest) -> Markup {
    let zone = store::Zone::utc();
    let name = r.name.as_deref().unwrap_or_default();
    let key = form_key(app);
    let action = format!("/msp/{}/trial-requests/{}/decide", r.msp_id, r.id);
    let body = html! {
        div.stack-tight {
            (keyvalue::pairs(&[
                (lang.t("trials-msp"), html! { span dir="auto" { (r.msp) } }),
                (lang.t("trials-days"), html! { (lang.int(r.days)) }),
                (lang.t("trials-asked"), html! { (lang.date(r.asked_at, &zone)) }),
                (lang.t("trials-reason"), html! { span dir="auto" { (r.reason.as_deref().unwrap_or_default()) } }),
            ]))
            (form::post(&form::Form { action: &action, idempotency: Some(&key), ..form::Form::default() }, html! {
                (field::text(lang, &Field { id: Some(format!("answer-{}", r.id)), ..Field::new("answer", lang.t("trials-answer"), "") }))
                div.form-actions {
                    button.btn.primary type="submit" name="decision" value="approve" { (lang.t("trials-approve")) }
                    button.btn type="submit" name="decision" value="decline" { (lang.t("trials-decline")) }
                }
            }))
        }
    };
    card::card(name, &lang.with("trials-asks", &[("days", r.days.into())]), html! {}, body)
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DecisionForm {
    answer: String,
    decision: String,
    idempotency_key: String,
}

async fn decide(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, request): PathIds<kinds::Partner, kinds::TrialRequest>,
    Form(form): Form<DecisionForm>,
) -> Result<Response, Problem> {
    let above = door::look(&app.house, &visitor.caller, partner, Ok(LimitsOf { partner })).await?;
    let distributor = above.ok_or_else(Problem::not_found)?.distributor;
    let again = async |why: String| -> Result<Response, Problem> {
        Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, distributor, &why).await?).into_response())
    };
    let approve = match form.decision.as_str() {
        "approve" => true,
        "decline" => false,
        _ => return again(visitor.lang.t("wrong-value")).await,
    };
    let answer = match Some(form.answer.trim()).filter(|a| !a.is_empty()).map(Note::parse).transpose() {
        Ok(answer) => answer,
        Err(_) => return again(wrong::field(visitor.lang, "reason", "invalid")).await,
    };
    standing::settle(&app.house, partner).await?;
    let command = DecideRequest { partner, request, approve, answer };
    match app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await {
        Ok(_) => {
            let done = if approve { "approved" } else { "declined" };
            Ok(swap::leave(&visitor.headers, &format!("/distributors/{distributor}/trials?done={done}")))
        }
        Err(Fail::Refused(no)) => again(wrong::refusal(visitor.lang, "trials", no).1).await,
        Err(fail) => Err(fail.into()),
    }
}
