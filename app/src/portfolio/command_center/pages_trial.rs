//! The page of one customer's trial: more time, a paid subscription, and who stays active when it ends.

mod sheet;

use access::permissions::{Allocate, ManageCustomers};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Command, Fail};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, MemberId, PartnerId, TrialRequestId, Zone, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathIds},
    forms::Form,
    problem::Problem,
    routes::Pages,
    swap,
};

use crate::{
    app::Shared,
    console::{
        Visitor, done, form_key,
        wrong::{self, Wrong},
    },
    directory::{
        free::{self, ChooseWhoStays, Staying, Stays, WhoStays},
        reading,
    },
    hierarchy::CustomerKind,
    licensing::{
        subscriptions::{
            SubscriptionsOf,
            plan::{Plan, SEATS, STANDARD},
        },
        trials::{ExtendTrial, LONGEST, Paid, RequestStatus, TrialOf, TrialState, WithdrawRequest},
    },
    noun::Note,
};
use sheet::Sheet;

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// The page and its forms.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/trial", show)
        .post("/msp/{msp}/customers/{customer}/trial/extend", extend)
        .post("/msp/{msp}/customers/{customer}/trial/upgrade", upgrade)
        .post("/msp/{msp}/customers/{customer}/trial/stay", stay)
        .post("/msp/{msp}/customers/{customer}/trial/withdraw", withdraw)
}

/// What was typed and refused: in which card, and what.
#[derive(Debug, Default)]
struct Refused {
    card: &'static str,
    wrong: Wrong,
    days: String,
    reason: String,
    seats: String,
    plan: String,
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    Ok(draw(&app, &visitor, (partner, customer), &Refused::default()).await?.into_response())
}

/// The plans of seats that somebody may put this customer on, by name, with what they cost for those who may see it.
async fn sold(app: &Shared, visitor: &Visitor, (partner, customer): (PartnerId, CustomerId)) -> Result<Vec<(String, String)>, Problem> {
    let found = app.house.ask(&visitor.caller.call(), SubscriptionsOf { partner: Some(partner), customer }).await?;
    let Some(of) = found else { return Ok(Vec::new()) };
    let (lang, any) = (visitor.lang, of.may_change);
    let seats = of.plans.into_iter().map(|offer| offer.plan).filter(|plan| plan.product == SEATS && (any || plan.code == STANDARD));
    Ok(seats.map(|plan| (plan.code.clone(), priced(lang, plan))).collect())
}

fn priced(lang: Lang, plan: Plan) -> String {
    let Some(price) = &plan.price else { return plan.name };
    let months = lang.with("plans-months", &[("n", plan.term_months.into())]);
    let words = [("plan", plan.name.into()), ("price", lang.money(price).into()), ("months", months.into()), ("units", plan.units.into())];
    lang.with("center-plan-priced", &words)
}

async fn state_of(app: &Shared, visitor: &Visitor, (partner, customer): (PartnerId, CustomerId)) -> Result<TrialState, Problem> {
    door::look(&app.house, &visitor.caller, customer, Ok(TrialOf { partner, customer })).await?.ok_or_else(Problem::not_found)
}

async fn draw(app: &Shared, visitor: &Visitor, ids: (PartnerId, CustomerId), refused: &Refused) -> Result<Markup, Problem> {
    let (partner, customer) = ids;
    crate::hierarchy::standing::settle(&app.house, partner).await?;
    let state = state_of(app, visitor, ids).await?;
    let may = |right| visitor.may(partner, right);
    let staying = match state.kind {
        CustomerKind::Trial | CustomerKind::Free if may("read_members") => {
            free::settle(&app.house, customer).await?;
            let staying = app.house.ask(&visitor.caller.call(), WhoStays { customer }).await?;
            reading::note(app, &visitor.caller, customer).await?;
            Some(staying)
        }
        _ => None,
    };
    let lang = visitor.lang;
    let on_trial = matches!(state.kind, CustomerKind::Trial | CustomerKind::Free);
    let plans = if on_trial && may("allocate") { sold(app, visitor, ids).await? } else { Vec::new() };
    let sheet = Sheet {
        lang,
        base: format!("/msp/{partner}/customers/{customer}/trial"),
        key: form_key(app),
        now: app.house.now(),
        zone: Zone::named(&state.customer.time_zone).unwrap_or(Zone::utc()),
        state: &state,
        plans,
        refused,
    };
    let base = format!("/msp/{partner}/customers");
    let frame = Frame {
        context_line: lang.with("center-trial-of", &[("name", state.customer.name.as_str().into())]),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: base.clone(), icon: None },
            Action { label: state.customer.name.clone(), href: format!("{base}/{customer}"), icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "center"),
        ..visitor.frame(app, partner, lang.t("center-trial")).await?
    };
    let body = html! {
        div.stack {
            (sheet.standing())
            @if let Some(msp) = &state.msp {
                @if on_trial && may("allocate") { (sheet.upgrade(msp)) }
                @if on_trial && may("manage_customers") { (sheet.extend(msp)) }
            }
            @if let Some(staying) = &staying { (sheet.stay(staying, may("manage_customers"))) }
            @if let Some(msp) = state.msp.as_ref().filter(|msp| !msp.extensions.is_empty()) { (sheet.past(msp, may("manage_customers"))) }
        }
    };
    Ok(web::page(&frame, body))
}

/// Executes a form's command: away when it is done, the page again when it is refused.
async fn perform<C: Command>(
    app: &Shared,
    visitor: &Visitor,
    ids: (PartnerId, CustomerId),
    key: &str,
    input: Result<C, Problem>,
    refused: Refused,
    word: impl FnOnce(&C::Done) -> &'static str,
) -> Result<Response, Problem> {
    let wrong = match input {
        Err(problem) => wrong::of(visitor.lang, "trials", &problem),
        Ok(command) => match app.house.execute(visitor.caller.call_with(key), command).await {
            Ok(answer) => {
                let to = format!("/msp/{}/customers/{}/trial?done={}", ids.0, ids.1, word(&answer.value));
                return Ok(swap::leave(&visitor.headers, &to));
            }
            Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "trials", no),
            Err(fail) => return Err(fail.into()),
        },
    };
    let page = draw(app, visitor, ids, &Refused { wrong, ..refused }).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// What the form for more time sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ExtendForm {
    days: String,
    reason: String,
    idempotency_key: String,
}

async fn extend(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<ExtendForm>,
) -> Result<Response, Problem> {
    let ids = (partner, customer);
    state_of(&app, &visitor, ids).await?;
    door::probe::<ManageCustomers>(&app.house, &visitor.caller, customer).await?;
    crate::hierarchy::standing::settle(&app.house, partner).await?;
    let days = form.days.trim().parse().ok().filter(|n| (1..=LONGEST).contains(n));
    let days = days.ok_or_else(|| Problem::invalid("/days", "out-of-range", "A whole number from 1 to 365."));
    let reason = Note::parse(form.reason.clone()).map_err(|why| Problem::invalid("/reason", "invalid", why));
    let input = days.and_then(|days| Ok(ExtendTrial { customer, days, reason: reason? }));
    let refused = Refused { card: "extend", days: form.days, reason: form.reason, ..Refused::default() };
    let word = |done: &crate::licensing::trials::Extension| if done.status == RequestStatus::Waiting { "asked" } else { "extended" };
    perform(&app, &visitor, ids, &form.idempotency_key, input, refused, word).await
}

/// What the form for an upgrade sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct UpgradeForm {
    seats: String,
    plan: String,
    idempotency_key: String,
}

async fn upgrade(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<UpgradeForm>,
) -> Result<Response, Problem> {
    let ids = (partner, customer);
    state_of(&app, &visitor, ids).await?;
    door::probe::<Allocate>(&app.house, &visitor.caller, customer).await?;
    crate::hierarchy::standing::settle(&app.house, partner).await?;
    let seats = form.seats.trim().parse().ok().filter(|n| (1..=1_000_000_000).contains(n));
    let input = seats
        .ok_or_else(|| Problem::invalid("/seats", "out-of-range", "A whole number from 1 to 1,000,000,000."))
        .and_then(|seats| Paid { seats, plan: Some(form.plan.clone()).filter(|plan| !plan.is_empty()) }.command(customer));
    let refused = Refused { card: "upgrade", seats: form.seats, plan: form.plan, ..Refused::default() };
    perform(&app, &visitor, ids, &form.idempotency_key, input, refused, |_| "upgraded").await
}

/// What the choice sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StayForm {
    first: String,
    second: String,
    third: String,
    idempotency_key: String,
}

async fn stay(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<StayForm>,
) -> Result<Response, Problem> {
    let ids = (partner, customer);
    state_of(&app, &visitor, ids).await?;
    door::probe::<ManageCustomers>(&app.house, &visitor.caller, customer).await?;
    let chosen = [&form.first, &form.second, &form.third].into_iter().filter(|text| !text.is_empty());
    let members: Option<Vec<MemberId>> = chosen.map(|text| MemberId::parse(text)).collect();
    free::settle(&app.house, customer).await?;
    let input = match members {
        Some(members) => Ok(ChooseWhoStays { customer, members }),
        None => Err(Problem::invalid("/members", "invalid", "Choose from the list.")),
    };
    let refused = Refused { card: "stay", ..Refused::default() };
    perform(&app, &visitor, ids, &form.idempotency_key, input, refused, |()| "stay").await
}

/// What giving a request up sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WithdrawForm {
    request: String,
    idempotency_key: String,
}

async fn withdraw(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<WithdrawForm>,
) -> Result<Response, Problem> {
    let ids = (partner, customer);
    state_of(&app, &visitor, ids).await?;
    door::probe::<ManageCustomers>(&app.house, &visitor.caller, customer).await?;
    let request = TrialRequestId::parse(&form.request);
    let input = request
        .map(|request| WithdrawRequest { customer, request })
        .ok_or_else(|| Problem::invalid("/request", "invalid", "There is no such request."));
    let refused = Refused { card: "past", ..Refused::default() };
    perform(&app, &visitor, ids, &form.idempotency_key, input, refused, |_| "withdrawn").await
}
