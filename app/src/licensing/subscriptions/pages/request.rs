//! Another plan on a customer's page: asked for by whoever may not change it, then approved, declined or withdrawn.

use access::permissions::{Allocate, Purchase};
use axum::{extract::State, response::Response};
use command::Fail;
use maud::{Markup, html};
use serde::Deserialize;
use store::PlanRequestId;
use web::{
    door,
    forms::Form,
    parts::{
        Tone, card,
        field::{self, Field},
        form,
        timeline::{self, timeline},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{ApprovePlan, DeclinePlan, PlanRequest, PlanRequestStatus, RequestPlan, Subscription, WithdrawPlan},
    customer::{Refused, Three, draw, may_decide, perform},
    sheet::{NOW, Sheet, TERM_END, fold, submit},
};
use crate::{
    app::Shared,
    console::{Visitor, wrong},
    noun::Note,
};

/// What the form that asks sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    plan: String,
    when: String,
    note: String,
    idempotency_key: String,
}

pub(super) async fn ask(
    State(app): State<Shared>,
    visitor: Visitor,
    door::PathThree(partner, customer, subscription): Three,
    Form(wish): Form<Wish>,
) -> Result<Response, Problem> {
    may_decide::<Allocate>(&app, &visitor, (partner, customer, subscription)).await?;
    let lang = visitor.lang;
    let note = match wish.note.trim() {
        "" => Ok(None),
        said => Note::parse(said).map(|note| Some(note.into())).map_err(|_| lang.t("wrong-note")),
    };
    let why = match note {
        Ok(note) => {
            let command = RequestPlan { customer, subscription, plan: wish.plan.clone(), at_term_end: wish.when == TERM_END, note };
            match app.house.execute(visitor.caller.call_with(&wish.idempotency_key), command).await {
                Ok(_) => {
                    let page = format!("/msp/{partner}/customers/{customer}/subscriptions?done=requested");
                    return Ok(swap::leave(&visitor.headers, &page));
                }
                Err(Fail::Refused(no)) => wrong::refusal(lang, "", no).1,
                Err(fail) => return Err(fail.into()),
            }
        }
        Err(why) => why,
    };
    draw(&app, &visitor, partner, customer, &Refused { why, wish: Some((subscription, wish)) }).await
}

/// What a decision sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Decided {
    request: String,
    reason: String,
    idempotency_key: String,
}

impl Decided {
    /// The request that was seen.
    fn seen(&self) -> Option<PlanRequestId> {
        (!self.request.is_empty()).then(|| door::id(&self.request))
    }
}

pub(super) async fn approve(
    State(app): State<Shared>,
    visitor: Visitor,
    door::PathThree(partner, customer, subscription): Three,
    Form(form): Form<Decided>,
) -> Result<Response, Problem> {
    may_decide::<Purchase>(&app, &visitor, (partner, customer, subscription)).await?;
    let command = ApprovePlan { customer, subscription, request: form.seen() };
    perform(&app, &visitor, (partner, customer), &form.idempotency_key, command, "approved").await
}

pub(super) async fn decline(
    State(app): State<Shared>,
    visitor: Visitor,
    door::PathThree(partner, customer, subscription): Three,
    Form(form): Form<Decided>,
) -> Result<Response, Problem> {
    may_decide::<Purchase>(&app, &visitor, (partner, customer, subscription)).await?;
    let Ok(reason) = Note::parse(form.reason.trim()) else {
        return draw(&app, &visitor, partner, customer, &visitor.lang.t("orders-request-reason-wrong").into()).await;
    };
    let command = DeclinePlan { customer, subscription, request: form.seen(), reason: reason.into() };
    perform(&app, &visitor, (partner, customer), &form.idempotency_key, command, "declined").await
}

pub(super) async fn withdraw(
    State(app): State<Shared>,
    visitor: Visitor,
    door::PathThree(partner, customer, subscription): Three,
    Form(form): Form<Decided>,
) -> Result<Response, Problem> {
    may_decide::<Allocate>(&app, &visitor, (partner, customer, subscription)).await?;
    let command = WithdrawPlan { customer, subscription, request: form.seen() };
    perform(&app, &visitor, (partner, customer), &form.idempotency_key, command, "withdrawn").await
}

impl Sheet<'_> {
    /// Asks for another plan of its product; none where none is sold. A refused form stands open, as it was typed.
    pub fn asking(&self, s: &Subscription) -> Option<Markup> {
        let lang = self.lang;
        let typed = self.wish.filter(|(id, _)| *id == s.id).map(|(_, wish)| wish);
        let (plan, when) = typed.map_or((s.plan.code.as_str(), NOW), |wish| (wish.plan.as_str(), wish.when.as_str()));
        let choice = self.choice(s, plan, when)?;
        let note = typed.map_or("", |wish| wish.note.as_str());
        let note = Field { id: Some(format!("note-{}", s.id)), ..Field::new("note", lang.t("orders-request-note"), note) };
        let body = html! {
            p.muted { (lang.t("plans-request-sub")) }
            (choice) (field::text(lang, &note)) (submit(&lang.t("orders-request-do"), false))
        };
        let form = self.form(&format!("{}/{}/plan-request", self.base, s.id), body);
        Some(if typed.is_some() { form } else { fold(&lang.t("plans-request"), form) })
    }

    /// What waits, for everybody; and what this person can do about it.
    pub fn waits(&self, s: &Subscription, r: &PlanRequest) -> Markup {
        let lang = self.lang;
        let who = r.asked_by.clone().unwrap_or_else(|| lang.t("plans-request-somebody"));
        let plan = super::called(lang, &r.plan, &r.plan_name);
        let said = [("who", who.into()), ("plan", plan.into()), ("day", lang.date(r.asked_at, &self.found.zone).into())];
        let told = html! {
            p { (lang.with("plans-request-waits", &said)) }
            p.muted {
                (lang.t(if r.at_term_end { "plans-change-term-end" } else { "plans-change-now" }))
                @if let Some(price) = &r.price { " · " (lang.money(price)) }
                @if let Some(note) = &r.note { " · " span dir="auto" { (note) } }
            }
            @if r.changed { p { (lang.t("plans-request-changed")) } }
        };
        html! {
            (card::note(Tone::Warn, told))
            @if self.found.may_change || self.found.may_ask { div.stack-tight { (self.deciding(s, r)) } }
        }
    }

    /// What became of earlier requests, and why.
    pub fn answered(&self) -> Markup {
        let (lang, zone) = (self.lang, &self.found.zone);
        let one = |r: &PlanRequest| {
            let who = r.asked_by.clone().unwrap_or_else(|| lang.t("plans-request-somebody"));
            let said = [("plan", super::called(lang, &r.plan, &r.plan_name).into()), ("who", who.into())];
            let by = r.decided_by.clone().unwrap_or_else(|| lang.t("plans-request-somebody"));
            timeline::Event {
                icon: "list",
                tone: if r.status == PlanRequestStatus::Approved { Tone::Good } else { Tone::Neutral },
                title: lang.with(&format!("plans-request-{}", r.status.word()), &said),
                detail: r.reason.as_ref().map_or_else(|| by.clone(), |why| format!("{by}: {why}")),
                when: r.decided_at.map_or_else(String::new, |at| lang.date(at, zone)),
                exact: r.decided_at.map_or_else(String::new, |at| at.to_string()),
            }
        };
        timeline(&self.found.answered.iter().map(one).collect::<Vec<_>>())
    }

    /// On conditions that are no more it is not approved.
    fn deciding(&self, s: &Subscription, r: &PlanRequest) -> Markup {
        let lang = self.lang;
        let to = |word: &str| format!("{}/{}/plan-request/{word}", self.base, s.id);
        let seen = html! { (form::hidden(Some(&self.key))) input type="hidden" name="request" value=(r.id); };
        let press = |word: &str, class: &str, text: &str| {
            html! { form method="post" action=(to(word)) data-once { (seen) button class=(class) type="submit" { (lang.t(text)) } } }
        };
        let reason = Field { id: Some(format!("reason-{}", s.id)), ..Field::new("reason", lang.t("orders-request-reason"), "").required() };
        html! {
            @if self.found.may_change {
                @if !r.changed { (press("approve", "btn primary", "plans-request-approve")) }
                form.row method="post" action=(to("decline")) data-once {
                    (seen)
                    (field::text(lang, &reason))
                    button.btn type="submit" { (lang.t("orders-request-decline")) }
                }
            }
            @if self.found.may_ask { (press("withdraw", "btn", "plans-request-withdraw")) }
        }
    }
}
