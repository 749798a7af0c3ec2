//! Console twin of the wizard. Every step is a page with an address of its own, so that reload, back and a link in a mail work.

mod acts;
mod cards;
mod first;
mod list;
mod progress;
mod review;
mod seats;

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{CustomerId, PartnerId, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathIds},
    parts::stepper::{self, State as Stand, stepper},
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    setup::{Setup, SetupOf},
    steps::Step,
};
use crate::{app::Shared, console::Visitor, hierarchy::Lifecycle};

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/onboarding", list::show)
        .get("/msp/{msp}/customers/new", first::show)
        .post("/msp/{msp}/customers/new", first::create)
        .get("/msp/{msp}/onboarding/{id}", first::resume)
        .post("/msp/{msp}/onboarding/{id}", first::save)
        .post("/msp/{msp}/onboarding/{id}/hand", acts::hand)
        .post("/msp/{msp}/onboarding/{id}/template", acts::save_template)
        .post("/msp/{msp}/onboarding/{id}/reserve", acts::reserve)
        .post("/msp/{msp}/onboarding/{id}/delete", acts::delete)
        .post("/msp/{msp}/onboarding/{id}/retry", acts::retry)
        .get("/msp/{msp}/customers/{customer}/setup", go_on)
        .get("/msp/{msp}/customers/{customer}/setup/licenses", seats::show)
        .post("/msp/{msp}/customers/{customer}/setup/licenses", seats::set)
        .get("/msp/{msp}/customers/{customer}/setup/people", cards::people)
        .get("/msp/{msp}/customers/{customer}/setup/mail", cards::mail)
        .get("/msp/{msp}/customers/{customer}/setup/branding", cards::branding)
        .get("/msp/{msp}/customers/{customer}/setup/review", review::show)
        .post("/msp/{msp}/customers/{customer}/setup/review", review::launch)
}

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// The address of a customer's step.
fn step_href(partner: PartnerId, customer: CustomerId, step: Step) -> String {
    let base = format!("/msp/{partner}/customers/{customer}");
    // What was sent is changed where every customer is.
    if step == Step::Create { format!("{base}/edit") } else { format!("{base}/setup/{}", step.word()) }
}

/// What was sent in step 1 is for those who change customers; the other steps say themselves what somebody may do there.
fn may_open(visitor: &Visitor, partner: PartnerId, step: Step) -> bool {
    step != Step::Create || visitor.may(partner, "manage_customers")
}

/// The steps beside a page. `at` is the one shown; of a draft nothing else can be opened yet.
fn steps(visitor: &Visitor, partner: PartnerId, setup: Option<&Setup>, at: Step) -> Markup {
    let lang = visitor.lang;
    let one = |step: Step| {
        let open = setup.filter(|s| step != at && s.facts.reached(step) && may_open(visitor, partner, step));
        let done = setup.is_some_and(|s| s.facts.done(step));
        stepper::Step {
            name: lang.t(&format!("onboarding-step-{}", step.word())),
            detail: String::new(),
            state: match (step == at, done) {
                (true, _) => Stand::Now,
                (false, true) => Stand::Done,
                (false, false) => Stand::Waiting,
            },
            href: open.map(|s| step_href(partner, s.customer.id, step)),
        }
    };
    html! { nav aria-label=(lang.t("onboarding-steps")) { (stepper(lang, &Step::ALL.map(one))) } }
}

/// A page of the wizard.
fn wizard(frame: &Frame, steps: Markup, body: Markup) -> Markup {
    web::page(frame, html! { div.grid-wizard { (steps) div.stack { (body) } } })
}

/// The frame of a step of a customer.
async fn frame(app: &Shared, visitor: &Visitor, partner: PartnerId, setup: &Setup, step: Step) -> Result<Frame, Problem> {
    let lang = visitor.lang;
    let customer = &setup.customer;
    Ok(Frame {
        context_line: lang.t(&format!("onboarding-{}-context", step.word())),
        crumbs: vec![
            Action { label: lang.t("nav-onboarding"), href: format!("/msp/{partner}/onboarding"), icon: None },
            Action { label: customer.name.clone(), href: format!("/msp/{partner}/customers/{}", customer.id), icon: None },
        ],
        ..visitor.frame(app, partner, lang.t(&format!("onboarding-step-{}", step.word()))).await?
    })
}

/// A customer's set-up, or the page to go to instead: where it is not that far, or not any more.
async fn at_step(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    customer: CustomerId,
    step: Step,
) -> Result<Result<Setup, Response>, Problem> {
    let found = door::look(&app.house, &visitor.caller, customer, Ok(SetupOf { partner, customer })).await?;
    let setup = found.ok_or_else(Problem::not_found)?;
    let elsewhere = match setup.customer.lifecycle {
        Lifecycle::Setup if setup.facts.reached(step) => return Ok(Ok(setup)),
        _ => next_place(visitor, partner, &setup),
    };
    Ok(Err(swap::leave(&visitor.headers, &elsewhere)))
}

/// Where somebody goes on with a customer.
fn next_place(visitor: &Visitor, partner: PartnerId, setup: &Setup) -> String {
    let customer = setup.customer.id;
    match (setup.customer.lifecycle, setup.draft) {
        (Lifecycle::Setup, _) => step_href(partner, customer, setup.current()),
        (Lifecycle::Provisioning, Some(draft)) if visitor.may(partner, "create_customers") => format!("/msp/{partner}/onboarding/{draft}"),
        _ => format!("/msp/{partner}/customers/{customer}"),
    }
}

async fn go_on(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    let found = door::look(&app.house, &visitor.caller, customer, Ok(SetupOf { partner, customer })).await?;
    let setup = found.ok_or_else(Problem::not_found)?;
    Ok(swap::leave(&visitor.headers, &next_place(&visitor, partner, &setup)))
}

/// The foot of a step that need not be done now: on to the next.
fn onward(lang: Lang, partner: PartnerId, setup: &Setup, step: Step) -> Markup {
    let on = step_href(partner, setup.customer.id, step.next());
    let text = if setup.facts.done(step) { "onboarding-next" } else { "onboarding-skip" };
    html! { div.form-actions { a.btn.primary href=(on) { (lang.t(text)) } } }
}
