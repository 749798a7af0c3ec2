//! Console twin of those who consent: who asks for the customer, what would change, and a yes or no for the side the reader stands on.

use access::Role;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, PartnerId, Zone, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathIds, PathThree},
    forms::Form,
    parts::{Tone, badge, card, empty, form, keyvalue},
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    consent::{ConsentForCustomer, GiveCustomer, Says},
    pages_asked::state,
    queries::ConsentsOf,
    request::{LinkConsent, Side, Word},
};
use crate::{
    app::Shared,
    console::{Visitor, done, form_key, wrong},
    hierarchy::customers::Customer,
};

pub(super) fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/link-requests", show)
        .post("/msp/{msp}/customers/{customer}/link-requests/{id}/give", say::<GiveCustomer>)
        .post("/msp/{msp}/customers/{customer}/link-requests/{id}/consent", say::<ConsentForCustomer>)
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

/// The customer and who asks for it; nothing where it does not lie below the partner of the address.
async fn found(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<(Customer, Vec<LinkConsent>), Problem> {
    let found = door::look(&app.house, &visitor.caller, customer, Ok(ConsentsOf { partner, customer })).await?;
    found.ok_or_else(Problem::not_found)
}

async fn say<C: Says>(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, customer, request): PathThree<kinds::Partner, kinds::Customer, kinds::LinkRequest>,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    found(&app, &visitor, partner, customer).await?;
    door::probe::<C::Needs>(&app.house, &visitor.caller, customer).await?;
    let again = async |why: String| -> Result<Response, Problem> {
        Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, partner, customer, &why).await?).into_response())
    };
    let approve = match said.decision.as_str() {
        "approve" => true,
        "refuse" => false,
        _ => return again(visitor.lang.t("wrong-value")).await,
    };
    match app.house.execute(visitor.caller.call_with(&said.idempotency_key), C::to(customer, request, approve)).await {
        Ok(answer) if answer.value.is_given() => Ok(swap::leave(&visitor.headers, &gone(C::SIDE, partner))),
        Ok(_) => {
            let done = if approve { "consented" } else { "refused" };
            Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}/link-requests?done={done}")))
        }
        Err(Fail::Refused(no)) => again(wrong::refusal(visitor.lang, "links", no).1).await,
        Err(fail) => Err(fail.into()),
    }
}

/// Where there is still something to see once the customer goes: whoever gives it away sees it no more, and its administrator's pages lie
/// below another partner.
fn gone(side: Side, partner: PartnerId) -> String {
    match side {
        Side::Partner => format!("/msp/{partner}/customers"),
        Side::Administrator => "/".to_owned(),
    }
}

async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId, why: &str) -> Result<Markup, Problem> {
    let (found, consents) = found(app, visitor, partner, customer).await?;
    let lang = visitor.lang;
    let administers = visitor.memberships.iter().any(|m| m.role == Role::CustomerAdmin && m.customer == Some(customer));
    let back =
        if administers { format!("/msp/{partner}/customers/{customer}/members") } else { format!("/msp/{partner}/customers/{customer}") };
    let manages = visitor.may(partner, "manage_customers");
    let all = manages.then(|| Action { label: lang.t("links-asked-all"), href: format!("/msp/{partner}/link-requests"), icon: None });
    let frame = Frame {
        context_line: lang.t("links-consent-line"),
        crumbs: vec![Action { label: found.name.clone(), href: back, icon: None }],
        actions: all.into_iter().collect(),
        toast: done::toast(lang, &visitor.uri, "links"),
        ..visitor.frame(app, partner, lang.t("links-consent-title")).await?
    };
    let reader = Reader { administers, manages };
    let sheet = Sheet { app, lang, partner, customer: &found, reader };
    let body = html! {
        div.stack {
            @if !why.is_empty() { (card::note(Tone::Bad, html! { (why) })) }
            @if consents.is_empty() { (card::plain(empty::empty("customers", &lang.t("links-consent-none"), &lang.t("links-consent-none-text"), None))) }
            @for one in &consents { (sheet.asked(one)) }
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

struct Sheet<'a> {
    app: &'a Shared,
    lang: Lang,
    partner: PartnerId,
    customer: &'a Customer,
    reader: Reader,
}

/// What changes with a move, and what does not.
const CHANGES: [&str; 5] =
    ["links-changes-manages", "links-changes-sees", "links-changes-bills", "links-changes-number", "links-changes-tokens"];
const STAYS: [&str; 3] = ["links-stays-members", "links-stays-licences", "links-stays-administrators"];

impl Sheet<'_> {
    /// One request: who asks, what would change, what was said, and what the reader can say.
    fn asked(&self, c: &LinkConsent) -> Markup {
        let (lang, live) = (self.lang, c.is_live(self.app.house.now()));
        let names = [("asker", c.asked_by.as_str().into()), ("customer", self.customer.name.as_str().into())];
        let lines = |ids: &[&str]| html! { ul { @for id in ids { li { (lang.with(id, &names)) } } } };
        let body = html! {
            div.stack {
                div.prose {
                    p { (lang.with("links-consent-text", &names)) }
                    h3 { (lang.t("links-changes")) }
                    (lines(&CHANGES))
                    h3 { (lang.t("links-stays")) }
                    (lines(&STAYS))
                }
                (self.said(c))
                @if live { (self.decision(c)) }
                @else { (card::note(Tone::Info, html! { (lang.with("links-consent-over", &names)) })) }
            }
        };
        let end = if live { state(lang, c) } else { badge::badge(Tone::Neutral, &lang.t("links-refused")) };
        card::card(&lang.with("links-consent-asks", &names), "", end, body)
    }

    fn said(&self, c: &LinkConsent) -> Markup {
        let lang = self.lang;
        let zone = Zone::named(&self.customer.time_zone).unwrap_or(Zone::utc());
        let said = |word: Option<Word>| lang.t(&format!("links-said-{}", word.map_or("nothing", Word::word)));
        keyvalue::pairs(&[
            (lang.t("links-asked-at"), html! { (lang.date(c.asked_at, &zone)) }),
            (lang.t("links-ends-at"), html! { (lang.date_time(c.expires_at, &zone)) }),
            (lang.t("links-of-administrator"), html! { (said(c.administrator_said)) }),
            (lang.t("links-of-partner"), html! { (said(c.msp_said)) }),
        ])
    }

    /// What the reader can say; who stands on no side is told who decides.
    fn decision(&self, c: &LinkConsent) -> Markup {
        let base = format!("/msp/{}/customers/{}/link-requests/{}", self.partner, c.tenant_id, c.id);
        html! {
            @if self.reader.administers { (self.choice(c, &format!("{base}/consent"), "links-as-administrator", c.administrator_said)) }
            @if self.reader.manages { (self.choice(c, &format!("{base}/give"), "links-as-partner", c.msp_said)) }
            @if !self.reader.administers && !self.reader.manages { p.muted { (self.lang.t("links-as-nobody")) } }
        }
    }

    /// Yes and no of a side, with what each does. Who said yes can still say no.
    fn choice(&self, c: &LinkConsent, action: &str, label: &str, said: Option<Word>) -> Markup {
        let (lang, key) = (self.lang, form_key(self.app));
        let asker = [("asker", c.asked_by.as_str().into())];
        let does = match (said, c.administrator_said.or(c.msp_said)) {
            _ if c.stopped_at.is_some() => "links-stopped-does",
            _ if c.is_given() => return html! { p.muted { (lang.t("links-moving-does")) } },
            (Some(_), _) => "links-approved-does",
            (None, Some(_)) => "links-approve-moves",
            (None, None) => "links-approve-does",
        };
        form::post(
            &form::Form { action, idempotency: Some(&key), ..form::Form::default() },
            html! {
                p.strong { (lang.t(label)) }
                p.muted { (lang.with(does, &asker)) }
                @if !c.is_given() { p.muted { (lang.with("links-refuse-does", &asker)) } }
                div.form-actions {
                    @if said.is_none() {
                        button.btn.primary type="submit" name="decision" value="approve" aria-label=(lang.with("links-approve-of", &asker)) { (lang.t("links-approve")) }
                    }
                    button.btn type="submit" name="decision" value="refuse" aria-label=(lang.with("links-refuse-of", &asker)) { (lang.t("links-refuse")) }
                }
            },
        )
    }
}
