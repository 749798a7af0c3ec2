//! A customer's seats: give more, take back.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Fail, House};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, OperationId, PartnerId, kinds};
use web::{
    Action, Frame, Lang,
    door::PathIds,
    forms::Form,
    parts::{
        Tone, card,
        field::{self, Field},
        form, keyvalue,
    },
    problem::Problem,
    swap,
};

use super::super::{Allocate, BeginRelease, Seats, SeatsOf, outcome};
use crate::{
    app::Shared,
    console::{self, Visitor, wrong},
    licensing::subscriptions,
    noun::Note,
    operations::Outcome,
};

/// What the two forms send.
#[derive(Debug, Default, Deserialize)]
pub struct SeatsForm {
    #[serde(default)]
    seats: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    idempotency_key: String,
    /// Seats the customer held as the page said, where giving is meant for that number only.
    #[serde(default)]
    held: String,
    /// The page it was sent from, where that is not this one: `alerts`.
    #[serde(default)]
    from: String,
}

impl SeatsForm {
    fn seats(&self) -> Option<i64> {
        self.seats.trim().parse().ok().filter(|n| (1..=1_000_000_000).contains(n))
    }
    /// Why, for the ledger; 422 when it is no note.
    fn reason(&self) -> Result<Option<String>, Problem> {
        match self.reason.trim() {
            "" => Ok(None),
            said => match Note::parse(said) {
                Ok(note) => Ok(Some(note.into())),
                Err(wrong) => Err(Problem::invalid("/reason", "invalid", format!("{wrong}."))),
            },
        }
    }
}

/// Which form was sent with what is wrong with it.
#[derive(Default)]
struct Wrong {
    allocate: Option<(String, String)>,
    release: Option<(String, String)>,
}

pub(super) async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
) -> Result<Response, Problem> {
    draw(&app, &visitor, partner, customer, Wrong::default()).await
}

async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId, wrong: Wrong) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let seats = app.house.ask(&visitor.caller.call(), SeatsOf { partner, customer }).await?.ok_or_else(Problem::not_found)?;
    let frame = Frame {
        context_line: lang.with("licensing-seats-of", &[("name", seats.name.as_str().into())]),
        crumbs: vec![Action { label: lang.t("nav-licenses"), href: format!("/msp/{partner}/licenses"), icon: None }],
        ..visitor.frame(app, partner, lang.t("licensing-change")).await?
    };
    if !seats.pooled {
        return Ok(outside(lang, &frame, &seats, &format!("/msp/{partner}/customers/{customer}/trial"), &wrong));
    }
    let base = format!("/msp/{partner}/licenses/{customer}");
    let key = || console::form_key(app);
    let body = html! {
        div.stack {
            (card::card(&seats.name, &lang.t("licensing-pool-now"), html! {}, facts(lang, &seats)))
            @if let Some(o) = &seats.overage {
                (card::note(if o.open { Tone::Warn } else { Tone::Bad }, html! { (subscriptions::pages::beyond(lang, o, &seats.zone)) }))
            }
            @if visitor.may(partner, "allocate") {
                (seats_form(lang, &format!("{base}/allocate"), &key(), "licensing-allocate", wrong.allocate.as_ref()))
                (seats_form(lang, &format!("{base}/release"), &key(), "licensing-release", wrong.release.as_ref()))
                p { a href={ (base) "/transfer" } { (lang.t("orders-transfer-link")) } }
                p { a href={ (base) "/fewer" } { (lang.t("licensing-fewer")) } }
            }
        }
    };
    let refused = wrong.allocate.is_some() || wrong.release.is_some();
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(swap::vary((status, web::page(&frame, body)).into_response()))
}

/// Seats outside the pool: nothing can be given or taken back here, and the page leads to where more can be had.
fn outside(lang: Lang, frame: &Frame, seats: &Seats, trial: &str, wrong: &Wrong) -> Response {
    let refused = wrong.allocate.as_ref().or(wrong.release.as_ref());
    let body = html! {
        div.stack {
            @if let Some((_, why)) = refused { (card::note(Tone::Bad, html! { (why) })) }
            (card::card(&seats.name, &lang.t("licensing-outside"), html! {}, html! {
                div.stack-tight {
                    (keyvalue::pairs(&[
                        (lang.t("licensing-seats"), html! { (lang.int(seats.allocated)) }),
                        (lang.t("licensing-active"), html! { (lang.int(seats.active_users)) }),
                    ]))
                    p { a href=(trial) { (lang.t("licensing-outside-link")) } }
                }
            }))
        }
    };
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    swap::vary((status, web::page(frame, body)).into_response())
}

fn facts(lang: Lang, s: &Seats) -> Markup {
    let line = |text: &str, n: i64| (lang.t(text), html! { (lang.int(n)) });
    let mut lines = vec![line("licensing-allocated", s.allocated), line("licensing-active", s.active_users)];
    lines.extend(s.available.map(|n| line("licensing-available", n)));
    keyvalue::pairs(&lines)
}

fn seats_form(lang: Lang, action: &str, key: &str, text: &str, wrong: Option<&(String, String)>) -> Markup {
    let (value, error) = wrong.cloned().unwrap_or_default();
    let id = |field: &str| Some(format!("{text}-{field}"));
    let seats = Field { id: id("seats"), ..Field::new("seats", lang.t("licensing-seats"), value).required().error(Some(error)) };
    let reason = Field { id: id("reason"), ..Field::new("reason", lang.t("licensing-reason"), "").hint(lang.t("licensing-reason-hint")) };
    let frame = form::Form { action, idempotency: Some(key), ..form::Form::default() };
    let body =
        html! { (field::input(lang, "number", &seats)) (field::text(lang, &reason)) (form::actions(&lang.t(&format!("{text}-do")), None)) };
    card::card(&lang.t(text), &lang.t(&format!("{text}-sub")), html! {}, form::post(&frame, body))
}

pub(super) async fn allocate(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
    Form(form): Form<SeatsForm>,
) -> Result<Response, Problem> {
    may_change(&app, &visitor, partner, customer).await?;
    let again = |error: String| Wrong { allocate: Some((form.seats.clone(), error)), ..Wrong::default() };
    let Some(seats) = form.seats() else {
        return draw(&app, &visitor, partner, customer, again(visitor.lang.t("licensing-seats-wrong"))).await;
    };
    let command = Allocate { tenant_id: customer, seats, reason: form.reason()?, held: form.held.trim().parse().ok() };
    match app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await {
        Ok(_) => {
            let back = if form.from == "alerts" { "alerts?done=allocated" } else { "licenses" };
            Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/{back}")))
        }
        Err(Fail::Refused(refusal)) => draw(&app, &visitor, partner, customer, again(wrong::refusal(visitor.lang, "", refusal).1)).await,
        Err(fail) => Err(fail.into()),
    }
}

pub(super) async fn release(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
    Form(form): Form<SeatsForm>,
) -> Result<Response, Problem> {
    may_change(&app, &visitor, partner, customer).await?;
    let again = |error: String| Wrong { release: Some((form.seats.clone(), error)), ..Wrong::default() };
    let Some(seats) = form.seats() else {
        return draw(&app, &visitor, partner, customer, again(visitor.lang.t("licensing-seats-wrong"))).await;
    };
    let command = BeginRelease { tenant_id: customer, seats, reason: form.reason()?, held: None };
    match app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await {
        Ok(answer) => match refused(&app.house, visitor.lang, answer.value).await? {
            Some(title) => draw(&app, &visitor, partner, customer, again(title)).await,
            None => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/licenses"))),
        },
        Err(Fail::Refused(refusal)) => draw(&app, &visitor, partner, customer, again(wrong::refusal(visitor.lang, "", refusal).1)).await,
        Err(fail) => Err(fail.into()),
    }
}

/// A form's fields are judged only for somebody who may change this customer's seats, below its own partner's path.
pub(super) async fn may_change(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<(), Problem> {
    web::door::probe::<access::permissions::Allocate>(&app.house, &visitor.caller, customer).await?;
    app.house.ask(&visitor.caller.call(), SeatsOf { partner, customer }).await?.map(drop).ok_or_else(Problem::not_found)
}

/// The region's "no", when it has already said so.
pub(super) async fn refused(house: &House, lang: Lang, operation: OperationId) -> Result<Option<String>, Problem> {
    Ok(match outcome(house, operation).await? {
        Outcome::Failed(problem) => {
            let values = problem.as_object().cloned().unwrap_or_default();
            let told = wrong::word(lang, "", problem["code"].as_str().unwrap_or_default(), &values);
            Some(told.unwrap_or_else(|| problem["title"].as_str().unwrap_or_default().to_owned()))
        }
        Outcome::Succeeded(_) | Outcome::Pending => None,
    })
}
