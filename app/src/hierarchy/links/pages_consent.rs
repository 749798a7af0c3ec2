//! Console twin of those who consent: who asks for the customer, what would change, and a yes or no for the side the reader stands on.

use access::{
    Role,
    permissions::{ConsentToMove, ManageCustomers},
};
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use command::{Command, Fail};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{Control, CustomerId, PartnerId, Zone, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathIds},
    forms::Form,
    parts::{Tone, card, empty, form, keyvalue},
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    api::parsed,
    consent::{ConsentForCustomer, GiveCustomer},
    queries::ConsentsOf,
    refusal::LinkRefusal,
    request::{LinkConsent, Word},
};
use crate::{
    app::Shared,
    console::{Visitor, done, form_key, wrong},
    hierarchy::customers::Customer,
};

pub(super) fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/link-requests", show)
        .post("/msp/{msp}/customers/{customer}/link-requests/{id}/give", give)
        .post("/msp/{msp}/customers/{customer}/link-requests/{id}/consent", consent)
}

async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
) -> Result<Response, Problem> {
    Ok(draw(&app, &visitor, partner, customer, "").await?.into_response())
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    decision: String,
    idempotency_key: String,
}

async fn give(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(path): Path<(String, String, String)>,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    let (partner, customer, request) = parsed(path);
    found(&app, &visitor, partner, customer).await?;
    door::probe::<ManageCustomers>(&app.house, &visitor.caller, customer).await?;
    let command = |approve| GiveCustomer { customer, request, approve };
    // Whoever gives a customer away does not see it any more once it went.
    decide(&app, &visitor, (partner, customer), &said, command, &format!("/msp/{partner}/customers")).await
}

async fn consent(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(path): Path<(String, String, String)>,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    let (partner, customer, request) = parsed(path);
    found(&app, &visitor, partner, customer).await?;
    door::probe::<ConsentToMove>(&app.house, &visitor.caller, customer).await?;
    let command = |approve| ConsentForCustomer { customer, request, approve };
    // From then on their pages lie below another partner.
    decide(&app, &visitor, (partner, customer), &said, command, "/").await
}

/// The customer and who asks for it; nothing where it does not lie below the partner of the address.
async fn found(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<(Customer, Vec<LinkConsent>), Problem> {
    let found = door::look(&app.house, &visitor.caller, customer, Ok(ConsentsOf { partner, customer })).await?;
    found.ok_or_else(Problem::not_found)
}

async fn decide<C>(
    app: &Shared,
    visitor: &Visitor,
    (partner, customer): (PartnerId, CustomerId),
    said: &Said,
    command: impl FnOnce(bool) -> C,
    gone: &str,
) -> Result<Response, Problem>
where
    C: Command<Home = Control, Done = LinkConsent, Refusal = LinkRefusal>,
{
    let again = async |why: String| -> Result<Response, Problem> {
        Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(app, visitor, partner, customer, &why).await?).into_response())
    };
    let approve = match said.decision.as_str() {
        "approve" => true,
        "refuse" => false,
        _ => return again(visitor.lang.t("wrong-value")).await,
    };
    match app.house.execute(visitor.caller.call_with(&said.idempotency_key), command(approve)).await {
        Ok(answer) if answer.value.is_given() => Ok(swap::leave(&visitor.headers, gone)),
        Ok(_) => {
            let done = if approve { "consented" } else { "refused" };
            Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}/link-requests?done={done}")))
        }
        Err(Fail::Refused(no)) => again(wrong::refusal(visitor.lang, "links", no).1).await,
        Err(fail) => Err(fail.into()),
    }
}

async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId, why: &str) -> Result<Markup, Problem> {
    let (found, consents) = found(app, visitor, partner, customer).await?;
    let lang = visitor.lang;
    let administers = visitor.memberships.iter().any(|m| m.role == Role::CustomerAdmin && m.customer == Some(customer));
    let back =
        if administers { format!("/msp/{partner}/customers/{customer}/members") } else { format!("/msp/{partner}/customers/{customer}") };
    let frame = Frame {
        context_line: lang.t("links-consent-line"),
        crumbs: vec![Action { label: found.name.clone(), href: back, icon: None }],
        toast: done::toast(lang, &visitor.uri, "links"),
        ..visitor.frame(app, partner, lang.t("links-consent-title")).await?
    };
    let reader = Reader { administers, manages: visitor.may(partner, "manage_customers") };
    let body = html! {
        div.stack {
            @if !why.is_empty() { (card::note(Tone::Bad, html! { (why) })) }
            @if consents.is_empty() { (card::plain(empty::empty("customers", &lang.t("links-consent-none"), &lang.t("links-consent-none-text"), None))) }
            @for one in &consents { (asked(app, lang, partner, &found.name, one, reader)) }
        }
    };
    Ok(web::page(&frame, body))
}

/// On which side the reader stands.
#[derive(Clone, Copy)]
struct Reader {
    administers: bool,
    manages: bool,
}

fn asked(app: &Shared, lang: Lang, partner: PartnerId, customer: &str, c: &LinkConsent, reader: Reader) -> Markup {
    let zone = Zone::utc();
    let names = [("asker", c.asked_by.as_str().into()), ("customer", customer.into())];
    let said = |word: Option<Word>| lang.t(&format!("links-said-{}", word.map_or("nothing", Word::word)));
    let live = c.is_live(app.house.now());
    let base = format!("/msp/{partner}/customers/{}/link-requests/{}", c.tenant_id, c.id);
    let body = html! {
        div.stack-tight {
            p { (lang.with("links-consent-text", &names)) }
            ul { @for id in ["links-changes-manages", "links-changes-sees", "links-changes-bills", "links-changes-stays"] { li { (lang.with(id, &names)) } } }
            (keyvalue::pairs(&[
                (lang.t("links-asked-at"), html! { (lang.date(c.asked_at, &zone)) }),
                (lang.t("links-ends-at"), html! { (lang.date(c.expires_at, &zone)) }),
                (lang.t("links-of-administrator"), html! { (said(c.administrator_said)) }),
                (lang.t("links-of-partner"), html! { (said(c.msp_said)) }),
            ]))
            @if live && reader.administers { (choice(app, lang, &format!("{base}/consent"), "links-as-administrator", c.administrator_said)) }
            @if live && reader.manages { (choice(app, lang, &format!("{base}/give"), "links-as-partner", c.msp_said)) }
        }
    };
    card::card(&lang.with("links-consent-asks", &names), "", html! {}, body)
}

/// Yes and no of a side. Who said yes can still say no.
fn choice(app: &Shared, lang: Lang, action: &str, label: &str, said: Option<Word>) -> Markup {
    let key = form_key(app);
    form::post(
        &form::Form { action, idempotency: Some(&key), ..form::Form::default() },
        html! {
            p.strong { (lang.t(label)) }
            div.form-actions {
                @if said.is_none() { button.btn.primary type="submit" name="decision" value="approve" { (lang.t("links-approve")) } }
                button.btn type="submit" name="decision" value="refuse" { (lang.t("links-refuse")) }
            }
        },
    )
}
