//! A customer's subscriptions: what it has, until when, what follows, and what can be done about it.

use access::{Permission, permissions::Purchase};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Command, Fail};
use http::StatusCode;
use maud::html;
use serde::Deserialize;
use store::{Control, CustomerId, PartnerId, SubscriptionId, kinds};
use web::{
    Action, Frame,
    door::{self, PathIds, PathThree},
    forms::Form,
    parts::{Tone, card},
    problem::Problem,
    swap,
};

use super::{
    super::{ChangePlan, OfCustomer, PlanRefusal, Renew, SetAutoRenew, SubscriptionsOf, subscribe::Subscribe},
    request::Wish,
    sheet::{ALONE, Sheet, TERM_END},
};
use crate::{
    app::Shared,
    console::{Visitor, done, form_key, wrong},
    hierarchy::CustomerKind,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;
pub(super) type Three = PathThree<kinds::Partner, kinds::Customer, kinds::Subscription>;

pub(super) async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    draw(&app, &visitor, partner, customer, &Refused::default()).await
}

/// What a refused form is shown again with.
#[derive(Debug, Default)]
pub(super) struct Refused {
    /// Why; empty for nothing.
    pub why: String,
    /// What was typed into the form that asks for another plan, and for which subscription.
    pub wish: Option<(SubscriptionId, Wish)>,
}

impl From<String> for Refused {
    fn from(why: String) -> Refused {
        Refused { why, wish: None }
    }
}

async fn found(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<OfCustomer, Problem> {
    let query = SubscriptionsOf { partner: Some(partner), customer };
    door::look(&app.house, &visitor.caller, customer, Ok(query)).await?.ok_or_else(Problem::not_found)
}

pub(super) async fn draw(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    customer: CustomerId,
    refused: &Refused,
) -> Result<Response, Problem> {
    let why = refused.why.as_str();
    let found = found(app, visitor, partner, customer).await?;
    let (lang, base) = (visitor.lang, format!("/msp/{partner}/customers/{customer}"));
    let frame = Frame {
        context_line: lang.t("plans-customer-context"),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None },
            Action { label: found.name.clone(), href: base.clone(), icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "plans"),
        ..visitor.frame(app, partner, lang.t("plans-customer-title")).await?
    };
    let sheet = Sheet { lang, found: &found, base: format!("{base}/subscriptions"), key: form_key(app), wish: refused.wish.as_ref() };
    let body = html! {
        div.stack {
            @if !why.is_empty() { (card::note(Tone::Bad, html! { (why) })) }
            @if found.kind != CustomerKind::Paid { (card::note(Tone::Info, html! { (lang.t("plans-not-paid")) })) }
            @for (n, s) in found.rows.iter().enumerate() { (sheet.one(s, n == 0)) }
            @if found.may_change && found.kind == CustomerKind::Paid { (sheet.more()) }
            @if !found.answered.is_empty() { (card::card(&lang.t("plans-requests"), "", html! {}, sheet.answered())) }
            @if !found.events.is_empty() { (card::card(&lang.t("plans-history"), "", html! {}, sheet.events())) }
        }
    };
    let status = if why.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(&frame, body)).into_response())
}

/// A form's fields are judged only for somebody who has the right at this customer, below its own partner's path.
async fn may<P: Permission>(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<OfCustomer, Problem> {
    door::probe::<P>(&app.house, &visitor.caller, customer).await?;
    found(app, visitor, partner, customer).await
}

/// The same of a form about one subscription.
pub(super) async fn may_decide<P: Permission>(
    app: &Shared,
    visitor: &Visitor,
    (partner, customer, id): (PartnerId, CustomerId, SubscriptionId),
) -> Result<(), Problem> {
    let found = may::<P>(app, visitor, partner, customer).await?;
    found.rows.into_iter().find(|s| s.id == id).map(drop).ok_or_else(Problem::not_found)
}

/// Does what a form asks for: back to the page, or the page again with the reason.
pub(super) async fn perform<C>(
    app: &Shared,
    visitor: &Visitor,
    (partner, customer): (PartnerId, CustomerId),
    key: &str,
    command: C,
    word: &str,
) -> Result<Response, Problem>
where
    C: Command<Home = Control, Refusal = PlanRefusal>,
{
    match app.house.execute(visitor.caller.call_with(key), command).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}/subscriptions?done={word}"))),
        Err(Fail::Refused(no)) => draw(app, visitor, partner, customer, &wrong::refusal(visitor.lang, "", no).1.into()).await,
        Err(fail) => Err(fail.into()),
    }
}

/// What the forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SubscribeForm {
    plan: String,
    idempotency_key: String,
}

pub(super) async fn subscribe(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<SubscribeForm>,
) -> Result<Response, Problem> {
    may::<Purchase>(&app, &visitor, partner, customer).await?;
    let command = Subscribe { customer, plan: form.plan };
    perform(&app, &visitor, (partner, customer), &form.idempotency_key, command, "subscribed").await
}

/// The version a form was made for: a press on a page that is not true any more changes nothing.
fn seen(version: &str) -> Option<i64> {
    Some(version.parse().unwrap_or_default())
}

/// What the renewal sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RenewForm {
    with: String,
    version: String,
    idempotency_key: String,
}

pub(super) async fn renew(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, customer, subscription): Three,
    Form(form): Form<RenewForm>,
) -> Result<Response, Problem> {
    may_decide::<Purchase>(&app, &visitor, (partner, customer, subscription)).await?;
    let with = match form.with.trim() {
        "" | ALONE => None,
        said => Some(door::id(said)),
    };
    perform(
        &app,
        &visitor,
        (partner, customer),
        &form.idempotency_key,
        Renew { customer, subscription, with, version: seen(&form.version) },
        "renewed",
    )
    .await
}

/// What the change sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChangeForm {
    plan: String,
    when: String,
    version: String,
    idempotency_key: String,
}

pub(super) async fn change(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, customer, subscription): Three,
    Form(form): Form<ChangeForm>,
) -> Result<Response, Problem> {
    may_decide::<Purchase>(&app, &visitor, (partner, customer, subscription)).await?;
    let at_term_end = form.when == TERM_END;
    let command = ChangePlan { customer, subscription, plan: form.plan, at_term_end, version: seen(&form.version) };
    let word = if at_term_end { "planned" } else { "plan" };
    perform(&app, &visitor, (partner, customer), &form.idempotency_key, command, word).await
}

/// What the choice of renewal sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FollowsForm {
    months: String,
    version: String,
    idempotency_key: String,
}

pub(super) async fn auto_renew(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, customer, subscription): Three,
    Form(form): Form<FollowsForm>,
) -> Result<Response, Problem> {
    may_decide::<Purchase>(&app, &visitor, (partner, customer, subscription)).await?;
    let months = match form.months.trim() {
        "" => Some(None),
        said => said.parse::<i64>().ok().filter(|n| (1..=120).contains(n)).map(Some),
    };
    let Some(months) = months else {
        let why = visitor.lang.with("plans-wrong-range", &[("least", "1".into()), ("most", "120".into())]);
        return draw(&app, &visitor, partner, customer, &why.into()).await;
    };
    perform(
        &app,
        &visitor,
        (partner, customer),
        &form.idempotency_key,
        SetAutoRenew { customer, subscription, months, version: seen(&form.version) },
        "renewal",
    )
    .await
}
