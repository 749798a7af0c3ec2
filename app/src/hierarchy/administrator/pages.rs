//! Console twin: the administrator's card on the customer's page, and its two forms.

use access::permissions::ManageCustomers;
use axum::{extract::State, response::Response};
use command::Fail;
use maud::{Markup, html};
use store::{CustomerId, PartnerId, Timestamp, Zone, kinds};
use web::{
    Lang,
    door::{self, PathIds},
    forms::{Fields, Form},
    parts::{
        Tone, badge, card,
        field::{self, Field},
        form, keyvalue,
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::ResendToAdministrator;
use crate::{
    app::Shared,
    console::{Visitor, wrong},
    hierarchy::{
        customer::{self, CustomerOf},
        edit::{CustomerChange, EditCustomer},
    },
    identity::administrator::{Administrator, Proof},
    noun::Email,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// The forms.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .post("/msp/{msp}/customers/{customer}/administrator", name)
        .post("/msp/{msp}/customers/{customer}/administrator/resend", resend)
}

async fn ours(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<(), Problem> {
    door::probe::<ManageCustomers>(&app.house, &visitor.caller, customer).await?;
    let found = door::look(&app.house, &visitor.caller, customer, Ok(CustomerOf { partner, customer })).await?;
    found.map(drop).ok_or_else(Problem::not_found)
}

async fn name(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    ours(&app, &visitor, partner, customer).await?;
    fields.only(&["admin_email"])?;
    let why = match Email::parse(fields.typed("admin_email")) {
        Err(_) => wrong::field(visitor.lang, "admin_email", "invalid"),
        Ok(email) => {
            let change = CustomerChange { admin_email: Some(Some(email)), ..CustomerChange::default() };
            let call = visitor.caller.call_with(fields.key());
            match app.house.execute(call, EditCustomer { customer, version: None, tier: None, change }).await {
                Ok(_) => return Ok(back(&visitor, partner, customer, "administrator")),
                Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "", no).1,
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    customer::refused(&app, &visitor, partner, customer, ("administrator", &why)).await
}

async fn resend(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    ours(&app, &visitor, partner, customer).await?;
    fields.only(&[])?;
    let why = match app.house.execute(visitor.caller.call_with(fields.key()), ResendToAdministrator { customer }).await {
        Ok(_) => return Ok(back(&visitor, partner, customer, "link-sent")),
        Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "hierarchy-administrator", no).1,
        Err(fail) => return Err(fail.into()),
    };
    customer::refused(&app, &visitor, partner, customer, ("administrator", &why)).await
}

fn back(visitor: &Visitor, partner: PartnerId, customer: CustomerId, done: &str) -> Response {
    swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}?done={done}"))
}

/// What the card is drawn for.
pub struct Drawn<'a> {
    /// The customer's page.
    pub base: &'a str,
    /// Its days.
    pub zone: &'a Zone,
    /// The present instant.
    pub now: Timestamp,
    /// Whether the visitor may change it.
    pub may: bool,
    /// A key for its forms.
    pub key: &'a str,
    /// What was wrong with what they sent.
    pub error: &'a str,
}

/// The card: who it is, whether the address is proved, and what can be done about it.
#[must_use]
pub fn card(lang: Lang, a: &Administrator, d: &Drawn<'_>) -> Markup {
    let state = match a.status {
        Proof::Verified => badge::dot(Tone::Good, &lang.t("hierarchy-administrator-verified")),
        Proof::Unverified => badge::dot(Tone::Warn, &lang.t("hierarchy-administrator-unverified")),
        Proof::Disabled => badge::dot(Tone::Bad, &lang.t("hierarchy-administrator-disabled")),
        Proof::None => badge::dot(Tone::Neutral, &lang.t("hierarchy-administrator-none")),
    };
    let body = html! {
        div.stack-tight {
            @if let Some(email) = &a.email {
                (keyvalue::pairs(&[
                    (lang.t("hierarchy-admin-email"), html! { span translate="no" { (email) } }),
                    (lang.t("hierarchy-administrator-link"), link(lang, a, d)),
                ]))
            } @else { p.muted { (lang.t("hierarchy-administrator-nobody")) } }
            @if d.may { (acts(lang, a, d)) }
        }
    };
    card::card(&lang.t("hierarchy-administrator"), &lang.t("hierarchy-administrator-sub"), state, body)
}

fn link(lang: Lang, a: &Administrator, d: &Drawn<'_>) -> Markup {
    let at = |instant: Timestamp| lang.date_time(instant, d.zone);
    html! {
        @match (a.status, a.link_expires_at) {
            (Proof::Verified, _) => (lang.t("hierarchy-administrator-used")),
            (Proof::Unverified, Some(until)) if until <= d.now => (lang.with("hierarchy-administrator-expired", &[("at", at(until).into())])),
            (Proof::Unverified, Some(until)) => (lang.with("hierarchy-administrator-sent", &[("at", at(a.link_sent_at.unwrap_or(until)).into()), ("until", at(until).into())])),
            _ => (lang.t("hierarchy-administrator-not-sent")),
        }
    }
}

fn acts(lang: Lang, a: &Administrator, d: &Drawn<'_>) -> Markup {
    let action = format!("{}/administrator", d.base);
    let waits = a.email.is_some() && matches!(a.status, Proof::Unverified | Proof::None);
    let error = (!d.error.is_empty()).then(|| d.error.to_owned());
    let label = if a.email.is_some() { "hierarchy-administrator-other" } else { "hierarchy-admin-email" };
    let mut email = Field::new("admin_email", lang.t(label), "").required().hint(lang.t("hierarchy-administrator-hint")).error(error);
    email.autocomplete = Some("off");
    html! {
        @if waits { (form::button(&format!("{action}/resend"), Some(d.key), "small", html! { (lang.t("hierarchy-administrator-resend")) })) }
        (form::post(&form::Form { action: &action, idempotency: Some(d.key), ..form::Form::default() }, html! {
            (field::input(lang, "email", &email))
            div.form-actions { button.btn type="submit" { (lang.t("hierarchy-administrator-invite")) } }
        }))
    }
}
