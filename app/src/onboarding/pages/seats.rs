//! Step 2: tier and seats. What is left of the pool is shown while one types; more than there is goes nowhere.

use access::permissions::Allocate;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{OperationId, PartnerId};
use web::{
    Address, Lang, Swap,
    door::{self, PathIds},
    forms::Form,
    parts::{
        Tone, card,
        field::{self, Field},
        form, keyvalue,
    },
    problem::Problem,
    swap::{self, Watch},
};

use super::{
    super::{
        set_seats::SetSeats,
        setup::Setup,
        steps::{FEW_SEATS, Impact, Step},
    },
    Ids, at_step, frame, onward, step_href, steps, wizard,
};
use crate::{
    app::Shared,
    console::{
        Visitor, form_key,
        wrong::{self, Wrong},
    },
    hierarchy::{
        Tier,
        edit::{CustomerChange, EditCustomer},
    },
    licensing::pools,
    operations::Outcome,
};

const IMPACT: Swap = Swap::section("pool-impact");

/// The most seats that can be typed.
const MOST: i64 = 1_000_000_000;

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct SeatsForm {
    plan: String,
    seats: String,
    idempotency_key: String,
}

impl SeatsForm {
    fn of(setup: &Setup) -> SeatsForm {
        let proposed = if setup.facts.seats > 0 { setup.facts.seats } else { setup.own_claim };
        let seats = if proposed > 0 { proposed.to_string() } else { String::new() };
        SeatsForm { plan: setup.customer.tier.word().into(), seats, idempotency_key: String::new() }
    }

    fn seats(&self) -> Option<i64> {
        self.seats.trim().parse().ok().filter(|n| (1..=MOST).contains(n))
    }
}

pub(super) async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    let setup = match at_step(&app, &visitor, partner, customer, Step::Licenses).await? {
        Ok(setup) => setup,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let at = Address::of(&visitor.uri);
    let mut form = SeatsForm::of(&setup);
    if let Some(seats) = at.get("seats") {
        seats.clone_into(&mut form.seats);
    }
    draw(&app, &visitor, partner, &setup, &form, &Wrong::default()).await
}

async fn draw(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    setup: &Setup,
    form: &SeatsForm,
    wrong: &Wrong,
) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let frame = frame(app, visitor, partner, setup, Step::Licenses).await?;
    let impact = IMPACT.wrap(impact(lang, setup, form.seats().unwrap_or(setup.facts.seats)));
    let may = visitor.may(partner, "allocate");
    let status = if wrong.1.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = swap::answer(&visitor.headers, impact, |impact| {
        let body = html! {
            @if may { (card::card(&lang.t("onboarding-licences"), &lang.t("onboarding-licences-sub"), html! {}, inputs(app, lang, partner, setup, form, wrong, impact))) }
            @else {
                (card::card(&lang.t("onboarding-licences"), "", html! {}, html! { (card::note(Tone::Info, html! { (lang.t("onboarding-licences-closed")) })) (impact) }))
                @if setup.facts.done(Step::Licenses) { (onward(lang, partner, setup, Step::Licenses)) }
            }
        };
        wizard(&frame, steps(visitor, partner, Some(setup), Step::Licenses), body)
    });
    Ok((status, page).into_response())
}

/// The pool before, this customer, and the pool after; to whom the pool is not shown, what the customer holds.
fn impact(lang: Lang, setup: &Setup, wanted: i64) -> Markup {
    if !setup.facts.pooled {
        return card::note(Tone::Info, html! { (lang.with("onboarding-trial-seats", &[("n", setup.facts.seats.into())])) });
    }
    let Some(pool) = setup.pool else {
        return keyvalue::pairs(&[(lang.t("onboarding-seats"), html! { (lang.int(setup.facts.seats)) })]);
    };
    let impact = Impact::of(wanted, setup.facts.seats, pool.available, setup.own_claim);
    let mut rows = vec![(lang.t("onboarding-pool-before"), html! { (lang.int(impact.before)) })];
    if pool.other_claims > 0 {
        rows.push((
            lang.t("onboarding-pool-claims"),
            html! { (lang.int(pool.other_claims)) " " span.small.muted { (lang.t("onboarding-pool-claims-text")) } },
        ));
    }
    rows.push((lang.t("onboarding-pool-this"), html! { (lang.signed(impact.takes)) }));
    rows.push((lang.t("onboarding-pool-after"), html! { span.strong { (lang.int(impact.after)) } }));
    html! {
        div.stack-tight {
            (keyvalue::pairs(&rows))
            @if impact.too_many() { (card::note(Tone::Bad, html! { (lang.with("onboarding-pool-short", &[("n", impact.before.saturating_add(setup.facts.seats).into())])) })) }
            @else if impact.scarce() { (card::note(Tone::Warn, html! { (lang.with("onboarding-pool-few", &[("n", impact.after.into()), ("few", FEW_SEATS.into())])) })) }
        }
    }
}

fn inputs(app: &Shared, lang: Lang, partner: PartnerId, setup: &Setup, form: &SeatsForm, no: &Wrong, impact: Markup) -> Markup {
    let action = step_href(partner, setup.customer.id, Step::Licenses);
    let key = form_key(app);
    let wrong = |field: &str| wrong::at(no, field);
    let tiers: Vec<(String, String, String)> = Tier::ALL
        .iter()
        .map(|t| (t.word().to_owned(), lang.t(&format!("tier-{}", t.word())), lang.t(&format!("onboarding-tier-{}", t.word()))))
        .collect();
    let most = setup.pool.unwrap_or_default().available.saturating_add(setup.own_claim).saturating_add(setup.facts.seats);
    let seats = Field::new("seats", lang.t("onboarding-seats"), form.seats.as_str()).required().error(wrong("seats"));
    let frame = form::Form { action: &action, idempotency: Some(&key), error: wrong::top(no), ..form::Form::default() };
    form::post(
        &frame,
        html! {
            (field::choices(&Field::new("plan", lang.t("onboarding-tier"), form.plan.as_str()).error(wrong("plan")), &tiers))
            @if setup.facts.pooled {
                (IMPACT.watch(Watch::Ask(&action)))
                (field::input(lang, "number", &Field { within: Some((1, most.max(1))), ..seats.hint(lang.t("onboarding-seats-hint")) }))
            }
            (impact)
            (form::actions(&lang.t("onboarding-next"), None))
        },
    )
}

pub(super) async fn set(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<SeatsForm>,
) -> Result<Response, Problem> {
    door::probe::<Allocate>(&app.house, &visitor.caller, customer).await?;
    let setup = match at_step(&app, &visitor, partner, customer, Step::Licenses).await? {
        Ok(setup) => setup,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let lang = visitor.lang;
    let again = async |field: &str, why: String| draw(&app, &visitor, partner, &setup, &form, &(field.to_owned(), why)).await;
    let Some(tier) = Tier::parse(&form.plan) else { return again("plan", wrong::field(lang, "plan", "invalid")).await };
    if setup.facts.pooled {
        let Some(seats) = form.seats() else { return again("seats", wrong::field(lang, "seats", "invalid")).await };
        match app.house.execute(visitor.caller.call_with(&form.idempotency_key), SetSeats { customer, seats }).await {
            Ok(answer) => {
                if let Some(why) = refused(&app, lang, answer.value.release).await? {
                    return again("seats", why).await;
                }
            }
            Err(Fail::Refused(no)) => return again("seats", wrong::refusal(lang, "", no).1).await,
            Err(fail) => return Err(fail.into()),
        }
    }
    if tier != setup.customer.tier {
        let change = CustomerChange { tier: Some(tier), ..CustomerChange::default() };
        let edit = EditCustomer { customer, version: None, tier: None, change };
        match app.house.execute(visitor.caller.call_with(&form.idempotency_key), edit).await {
            Ok(_) => {}
            Err(Fail::Refused(no)) => return again("", wrong::refusal(lang, "", no).1).await,
            Err(fail) => return Err(fail.into()),
        }
    }
    Ok(swap::leave(&visitor.headers, &step_href(partner, customer, Step::People)))
}

/// The region's "no" to fewer seats, when it has already said so.
async fn refused(app: &Shared, lang: Lang, release: Option<OperationId>) -> Result<Option<String>, Problem> {
    let Some(operation) = release else { return Ok(None) };
    Ok(match pools::outcome(&app.house, operation).await? {
        Outcome::Failed(problem) => {
            let values = problem.as_object().cloned().unwrap_or_default();
            let told = wrong::word(lang, "", problem["code"].as_str().unwrap_or_default(), &values);
            Some(told.unwrap_or_else(|| problem["title"].as_str().unwrap_or_default().to_owned()))
        }
        Outcome::Succeeded(_) | Outcome::Pending => None,
    })
}
