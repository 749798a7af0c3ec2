//! Console twin of plans and subscriptions.

mod customer;
mod expiring;
mod list;
mod month;
mod plan_form;
mod plans;
mod request;
mod sheet;

use maud::{Markup, html};
use store::Zone;
use web::{
    Lang,
    parts::{Tone, badge, table},
    routes::Pages,
};

use super::{
    Overage, Subscription, TermStatus,
    expiring::status_word,
    plan::{Plan, SEATS, built_in},
};
use crate::app::Shared;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/plans", plans::list)
        .get("/msp/{msp}/plans/new", plan_form::new)
        .post("/msp/{msp}/plans/new", plan_form::create)
        .get("/msp/{msp}/plans/{id}", plans::show)
        .post("/msp/{msp}/plans/{id}", plans::save)
        .post("/msp/{msp}/plans/{id}/end", plans::end)
        .get("/msp/{msp}/subscriptions", list::list)
        .get("/msp/{msp}/expiring", expiring::list)
        .get("/msp/{msp}/customers/{customer}/subscriptions", customer::show)
        .post("/msp/{msp}/customers/{customer}/subscriptions", customer::subscribe)
        .post("/msp/{msp}/customers/{customer}/subscriptions/{id}/renew", customer::renew)
        .post("/msp/{msp}/customers/{customer}/subscriptions/{id}/plan", customer::change)
        .post("/msp/{msp}/customers/{customer}/subscriptions/{id}/auto-renew", customer::auto_renew)
        .post("/msp/{msp}/customers/{customer}/subscriptions/{id}/plan-request", request::ask)
        .post("/msp/{msp}/customers/{customer}/subscriptions/{id}/plan-request/approve", request::approve)
        .post("/msp/{msp}/customers/{customer}/subscriptions/{id}/plan-request/decline", request::decline)
        .post("/msp/{msp}/customers/{customer}/subscriptions/{id}/plan-request/withdraw", request::withdraw)
}

/// Where a subscription stands, as a badge.
fn status(lang: Lang, s: &Subscription) -> Markup {
    let tone = match s.status {
        TermStatus::Normal => Tone::Good,
        TermStatus::ExpiringSoon | TermStatus::Grace => Tone::Warn,
        TermStatus::Expired | TermStatus::Suspended => Tone::Bad,
    };
    html! {
        (badge::badge(tone, &lang.t(&format!("plans-status-{}", status_word(s.status)))))
        @if s.exceeded { " " (badge::badge(Tone::Bad, &lang.t("plans-status-exceeded"))) }
        @if s.request.is_some() { " " (badge::badge(Tone::Warn, &lang.t("plans-status-locked"))) }
    }
}

/// What is said of members beyond the seats.
#[must_use]
pub fn beyond(lang: Lang, o: &Overage, zone: &Zone) -> String {
    let end = o.grace_ends_at.filter(|_| o.open);
    let key = match (o.open, end) {
        (true, Some(_)) => "plans-overage-grace",
        (true, None) => "plans-overage-open",
        (false, _) => "plans-overage-closed",
    };
    let until = end.map_or_else(String::new, |end| lang.date_time(end, zone));
    lang.with(key, &[("n", o.members.into()), ("until", until.into())])
}

/// What a plan says about people beyond the seats.
fn policy(lang: Lang, plan: &Plan) -> String {
    lang.with(
        &format!("plans-usage-{}", plan.usage_policy.word().replace('_', "-")),
        &[("n", plan.usage_policy.days().unwrap_or(0).into())],
    )
}

/// Which units of a month a plan charges.
fn meter(lang: Lang, plan: &Plan) -> String {
    lang.t(&format!("plans-meter-{}", plan.meter.word().replace('_', "-")))
}

/// What follows at the end of a term.
fn follows(lang: Lang, s: &Subscription) -> String {
    match (&s.next_plan, s.renew_months) {
        (Some(next), _) => lang.with("plans-follows-plan", &[("plan", name(lang, next).into())]),
        (None, Some(months)) if s.goes_on => lang.with("plans-follows-same", &[("n", months.into())]),
        (None, _) if s.ends_at.is_none() => lang.t("plans-follows-no-end"),
        (None, _) => lang.t("plans-follows-nothing"),
    }
}

/// The last day that counts, or the mark for none.
fn day(lang: Lang, at: Option<store::Timestamp>, zone: &Zone) -> Markup {
    at.map_or_else(|| table::nothing(lang), |at| html! { (lang.date(at, zone)) })
}

/// What a plan is called: those the installation comes with in the reader's language.
fn name(lang: Lang, plan: &Plan) -> String {
    called(lang, &plan.code, &plan.name)
}

/// The same of a code and a name.
fn called(lang: Lang, code: &str, name: &str) -> String {
    match built_in(code) {
        Some(own) if own.name == name => lang.t(&format!("plans-name-{code}")),
        _ => name.to_owned(),
    }
}

/// What a product is called: the licence itself, or the code somebody gave it.
fn product(lang: Lang, plan: &Plan) -> String {
    if plan.product == SEATS { lang.t("plans-product-seats") } else { plan.product.clone() }
}

fn months(lang: Lang, n: i64) -> String {
    lang.with("plans-months", &[("n", n.into())])
}

fn price(lang: Lang, plan: &Plan) -> Markup {
    plan.price.as_ref().map_or_else(|| table::nothing(lang), |price| html! { (lang.money(price)) })
}
