//! Console twin of erasing a person: what goes, what stays, the address typed before it happens.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::kinds;
use web::{
    Action, Frame,
    door::{self, PathThree},
    forms::Form,
    parts::{Tone, card, form},
    problem::Problem,
    routes::Pages,
    swap,
};

use crate::{
    app::Shared,
    console::{Visitor, form_key, typed},
    directory::{EraseMember, Member, MemberOf, reading},
    hierarchy::customer::CustomerOf,
};

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/members/{id}/erase", show)
        .post("/msp/{msp}/customers/{customer}/members/{id}/erase", perform)
}

type Place = PathThree<kinds::Partner, kinds::Customer, kinds::Member>;

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    typed_name: String,
    idempotency_key: String,
}

async fn show(State(app): State<Shared>, visitor: Visitor, place: Place) -> Result<Response, Problem> {
    let member = person(&app, &visitor, &place).await?;
    Ok(draw(&app, &visitor, &place, &member, None).await?.into_response())
}

async fn perform(State(app): State<Shared>, visitor: Visitor, place: Place, Form(asked): Form<Asked>) -> Result<Response, Problem> {
    let member = person(&app, &visitor, &place).await?;
    if let Some(wrong) = typed::wrong(visitor.lang, &asked.typed_name, &member.email) {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, &place, &member, Some(wrong)).await?).into_response());
    }
    let PathThree(partner, customer, member) = place;
    app.house.execute(visitor.caller.call_with(&asked.idempotency_key), EraseMember { customer, member }).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}/members?done=erased")))
}

/// The member, for somebody who may erase it.
async fn person(app: &Shared, visitor: &Visitor, place: &Place) -> Result<Member, Problem> {
    let PathThree(partner, customer, member) = *place;
    door::look(&app.house, &visitor.caller, customer, Ok(CustomerOf { partner, customer })).await?.ok_or_else(Problem::not_found)?;
    door::probe::<access::permissions::ManageCustomers>(&app.house, &visitor.caller, customer).await?;
    let found =
        door::look(&app.house, &visitor.caller, customer, Ok(MemberOf { customer, member })).await?.ok_or_else(Problem::not_found)?;
    reading::note(app, &visitor.caller, customer).await?;
    Ok(found)
}

async fn draw(app: &Shared, visitor: &Visitor, place: &Place, member: &Member, wrong: Option<String>) -> Result<Markup, Problem> {
    let (lang, PathThree(partner, customer, id)) = (visitor.lang, place);
    let back = format!("/msp/{partner}/customers/{customer}/members");
    let frame = Frame {
        context_line: member.email.clone(),
        crumbs: vec![Action { label: lang.t("nav-members"), href: back.clone(), icon: None }],
        ..visitor.frame(app, *partner, lang.with("offboarding-erase-title", &[("name", member.name.as_str().into())])).await?
    };
    let fields = form::post(
        &form::Form { action: &format!("{back}/{id}/erase"), idempotency: Some(&form_key(app)), ..form::Form::default() },
        html! {
            (typed::confirm(lang, &member.email, wrong, &lang.t("offboarding-erase-do"), &back))
        },
    );
    let does = html! {
        ul.plain {
            li { (lang.t("offboarding-erase-member")) }
            li { (lang.t("offboarding-erase-trail")) }
            li { (lang.t("offboarding-erase-stays")) }
            li { (lang.t("offboarding-erase-backups")) }
        }
    };
    let warn = card::note(Tone::Warn, html! { (lang.t("offboarding-erase-final")) });
    Ok(web::page(&frame, card::card(&lang.t("offboarding-erase-does"), "", html! {}, html! { div.stack { (does) (warn) (fields) } })))
}
