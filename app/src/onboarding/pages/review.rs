//! Step 6: every answer once more, what is missing, what it takes of the pool; and the launch.

use access::permissions::LaunchCustomers;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use store::PartnerId;
use web::{
    Lang,
    door::{self, PathIds},
    forms::Form,
    parts::{Tone, badge, card, form, keyvalue, table::nothing},
    problem::Problem,
    swap,
};

use super::{
    super::{setup::Setup, steps::Step},
    Ids,
    acts::Key,
    at_step, frame, may_open, step_href, steps, wizard,
};
use crate::{
    app::Shared,
    console::{Visitor, form_key, wrong},
    hierarchy::lifecycle::Launch,
};

pub(super) async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    match at_step(&app, &visitor, partner, customer, Step::Review).await? {
        Ok(setup) => draw(&app, &visitor, partner, &setup, "").await,
        Err(elsewhere) => Ok(elsewhere),
    }
}

async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, setup: &Setup, error: &str) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let frame = frame(app, visitor, partner, setup, Step::Review).await?;
    let body = html! {
        (section(visitor, partner, setup, Step::Create, &details(lang, setup)))
        (section(visitor, partner, setup, Step::Licenses, &licences(lang, setup)))
        (section(visitor, partner, setup, Step::People, &people(lang, setup)))
        (section(visitor, partner, setup, Step::Mail, &mail(lang, setup)))
        (section(visitor, partner, setup, Step::Branding, &branding(lang, setup)))
        (missing(lang, partner, setup))
        @if visitor.may(partner, "launch_customers") { (go(app, lang, partner, setup, error)) }
        @else { (card::note(Tone::Info, html! { (lang.t("onboarding-launch-closed")) })) }
    };
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, wizard(&frame, steps(visitor, partner, Some(setup), Step::Review), body)).into_response())
}

fn section(visitor: &Visitor, partner: PartnerId, setup: &Setup, step: Step, rows: &[(String, Markup)]) -> Markup {
    let lang = visitor.lang;
    let title = lang.t(&format!("onboarding-step-{}", step.word()));
    let label = lang.with("onboarding-edit-of", &[("step", title.as_str().into())]);
    let edit = html! {
        @if may_open(visitor, partner, step) { a.btn.small.quiet href=(step_href(partner, setup.customer.id, step)) aria-label=(label) { (lang.t("onboarding-edit")) } }
    };
    card::card(&title, "", edit, keyvalue::pairs(rows))
}

fn said(lang: Lang, text: Option<&str>) -> Markup {
    html! { @match text { Some(text) => span dir="auto" { (text) }, None => (nothing(lang)) } }
}

fn details(lang: Lang, setup: &Setup) -> Vec<(String, Markup)> {
    let c = &setup.customer;
    vec![
        (lang.t("onboarding-name"), said(lang, Some(&c.name))),
        (lang.t("onboarding-legal-name"), said(lang, c.legal_name.as_deref())),
        (lang.t("onboarding-domain"), said(lang, c.domain.as_deref())),
        (lang.t("onboarding-subdomain"), said(lang, c.subdomain.as_deref())),
        (lang.t("onboarding-kind"), html! { (lang.t(&format!("kind-{}", c.kind.word()))) }),
        (lang.t("onboarding-region"), html! { (c.region.to_uppercase()) }),
        (lang.t("onboarding-country"), said(lang, c.country.as_deref())),
        (lang.t("onboarding-time-zone"), said(lang, Some(&c.time_zone))),
        (lang.t("onboarding-language"), said(lang, Some(&c.language))),
        (lang.t("onboarding-sector"), said(lang, c.sector.as_deref())),
        (lang.t("onboarding-admin-email"), said(lang, c.admin_email.as_deref())),
        (lang.t("onboarding-reference"), said(lang, c.reference.as_deref())),
        (lang.t("onboarding-max-mau"), html! { (lang.int(c.max_mau)) }),
    ]
}

fn licences(lang: Lang, setup: &Setup) -> Vec<(String, Markup)> {
    let seats = match setup.pool {
        Some(pool) if setup.facts.pooled => {
            lang.with("onboarding-cost", &[("n", setup.facts.seats.into()), ("left", pool.available.into())])
        }
        None if setup.facts.pooled => lang.int(setup.facts.seats),
        _ => lang.with("onboarding-trial-seats", &[("n", setup.facts.seats.into())]),
    };
    vec![
        (lang.t("onboarding-tier"), html! { (lang.t(&format!("tier-{}", setup.customer.tier.word()))) }),
        (lang.t("onboarding-seats"), html! { (seats) }),
    ]
}

fn people(lang: Lang, setup: &Setup) -> Vec<(String, Markup)> {
    let facts = &setup.facts;
    vec![
        (lang.t("onboarding-members"), html! { (lang.int(facts.members)) }),
        (lang.t("onboarding-waiting"), html! { (lang.int(facts.waiting)) }),
        (lang.t("onboarding-held"), html! { (lang.int(facts.held)) }),
    ]
}

fn yes_no(lang: Lang, yes: bool, front: &str) -> Markup {
    let (tone, word) = if yes { (Tone::Good, "done") } else { (Tone::Warn, "open") };
    badge::dot(tone, &lang.t(&format!("onboarding-card-{front}-{word}")))
}

fn mail(lang: Lang, setup: &Setup) -> Vec<(String, Markup)> {
    vec![
        (lang.t("onboarding-card-domain"), yes_no(lang, setup.facts.domain_verified, "domain")),
        (lang.t("onboarding-card-delivery"), yes_no(lang, setup.facts.mail_ok, "delivery")),
    ]
}

fn branding(lang: Lang, setup: &Setup) -> Vec<(String, Markup)> {
    vec![(lang.t("onboarding-card-brand"), yes_no(lang, setup.facts.branded, "brand"))]
}

/// What was left out, each with the way to it. A delivery test that was not passed is worth a warning of its own.
fn missing(lang: Lang, partner: PartnerId, setup: &Setup) -> Markup {
    let open: Vec<Step> = [Step::People, Step::Mail, Step::Branding].into_iter().filter(|s| !setup.facts.done(*s)).collect();
    html! {
        @if !setup.facts.mail_ok { (card::note(Tone::Warn, html! { (lang.t("onboarding-untested")) })) }
        @if !open.is_empty() {
            (card::note(Tone::Info, html! {
                p { (lang.t("onboarding-missing")) }
                ul.list { @for step in open { li { a href=(step_href(partner, setup.customer.id, step)) { (lang.t(&format!("onboarding-step-{}", step.word()))) } } } }
            }))
        }
    }
}

fn go(app: &Shared, lang: Lang, partner: PartnerId, setup: &Setup, error: &str) -> Markup {
    let action = step_href(partner, setup.customer.id, Step::Review);
    let key = form_key(app);
    let frame = form::Form { action: &action, idempotency: Some(&key), error, ..form::Form::default() };
    let text = lang.with("onboarding-launch-text", &[("name", setup.customer.name.as_str().into())]);
    card::card(&lang.t("onboarding-launch"), &text, html! {}, form::post(&frame, form::actions(&lang.t("onboarding-launch-do"), None)))
}

/// Launches: one command. A step that a launch cannot do without is asked for here as well.
pub(super) async fn launch(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<Key>,
) -> Result<Response, Problem> {
    door::probe::<LaunchCustomers>(&app.house, &visitor.caller, customer).await?;
    let setup = match at_step(&app, &visitor, partner, customer, Step::Review).await? {
        Ok(setup) => setup,
        Err(elsewhere) => return Ok(elsewhere),
    };
    match app.house.execute(visitor.caller.call_with(&form.idempotency_key), Launch { customer }).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}?done=launched"))),
        Err(Fail::Refused(no)) => draw(&app, &visitor, partner, &setup, &wrong::refusal(visitor.lang, "", no).1).await,
        Err(fail) => Err(fail.into()),
    }
}
