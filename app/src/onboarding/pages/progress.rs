//! Step 1 after it was sent: the customer is made ready while one watches. The page goes on to step 2 by itself, and a step that
//! failed is named, with a way to try again.

use axum::response::Response;
use maud::{Markup, html};
use store::{DraftId, PartnerId};
use web::{
    Action, Frame, Lang, Swap, door,
    parts::{
        Tone, card, form,
        stepper::{self, State as Stand, stepper},
    },
    problem::Problem,
    swap,
};

use super::{super::steps::Step, step_href, steps, wizard};
use crate::{
    app::Shared,
    console::{Visitor, done, form_key},
    hierarchy::Lifecycle,
    onboarding::{
        draft::Sent,
        queries::{Progress, ProgressOf},
    },
    operations::{Operation, Status},
    provisioning,
};

const PROGRESS: Swap = Swap::section("progress");

pub(super) async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, id: DraftId, sent: Sent) -> Result<Response, Problem> {
    let found = door::look(&app.house, &visitor.caller, partner, Ok(ProgressOf { partner, sent })).await?;
    let progress = found.ok_or_else(Problem::not_found)?;
    match progress.customer.lifecycle {
        Lifecycle::Provisioning => {}
        // Taken back, or removed later by somebody: then its page is gone as well.
        Lifecycle::Removed | Lifecycle::Purged if progress.operation.status == Status::Succeeded => return Err(Problem::not_found()),
        Lifecycle::Removed | Lifecycle::Purged => {}
        Lifecycle::Setup => return Ok(swap::leave(&visitor.headers, &step_href(partner, sent.customer, Step::Licenses))),
        _ => return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{}", sent.customer))),
    }
    let lang = visitor.lang;
    let section = PROGRESS.wrap(watched(app, visitor, partner, id, &progress));
    let frame = Frame {
        context_line: lang.t("onboarding-progress-context"),
        crumbs: vec![Action { label: lang.t("nav-onboarding"), href: format!("/msp/{partner}/onboarding"), icon: None }],
        ..visitor.frame(app, partner, progress.customer.name.clone()).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| wizard(&frame, steps(visitor, partner, None, Step::Create), section)))
}

fn watched(app: &Shared, visitor: &Visitor, partner: PartnerId, id: DraftId, progress: &Progress) -> Markup {
    let lang = visitor.lang;
    let failed = matches!(progress.operation.status, Status::Failed | Status::Canceled);
    let ended = failed || progress.gave_up;
    let body = html! {
        (PROGRESS.live(!ended, 1, Some(&Operation::events(progress.operation.id))))
        div.stack-tight {
            (stepper(lang, &sub_steps(lang, progress)))
            @if ended { (failure(app, visitor, partner, id, progress)) }
            @else {
                p.muted role="status" { (lang.t("onboarding-progress-wait")) }
                noscript { a href={ "/msp/" (partner) "/onboarding/" (id) } { (lang.t("onboarding-progress-look")) } }
            }
        }
    };
    card::card(&lang.t("onboarding-progress"), &lang.t("onboarding-progress-sub"), html! {}, body)
}

fn name_of(lang: Lang, step: &str) -> String {
    done::in_words(lang, "onboarding-sub", step)
}

/// Every sub-step, also those that were not begun.
fn sub_steps(lang: Lang, progress: &Progress) -> Vec<stepper::Step> {
    let known = &progress.operation.steps;
    let names = provisioning::STEPS.iter().map(|name| known.iter().find(|s| s.name == *name).ok_or(*name));
    let one = |step: Result<&crate::operations::Step, &str>| match step {
        Err(name) => stepper::Step { name: name_of(lang, name), ..stepper::Step::default() },
        Ok(step) => stepper::Step {
            name: name_of(lang, &step.name),
            detail: match step.status.as_str() {
                "failed" => step.error.clone().unwrap_or_default(),
                "running" => {
                    step.error.as_ref().map_or_else(String::new, |why| lang.with("onboarding-sub-again", &[("why", why.as_str().into())]))
                }
                "undone" => lang.t("onboarding-sub-undone"),
                _ => String::new(),
            },
            state: match step.status.as_str() {
                "running" => Stand::Running,
                "succeeded" => Stand::Done,
                "failed" => Stand::Failed,
                _ => Stand::Waiting,
            },
            href: None,
        },
    };
    names.map(one).collect()
}

/// What failed, what became of the rest, and the way on.
fn failure(app: &Shared, visitor: &Visitor, partner: PartnerId, id: DraftId, progress: &Progress) -> Markup {
    let lang = visitor.lang;
    let step = progress
        .operation
        .steps
        .iter()
        .find(|s| s.status == "failed")
        .or_else(|| progress.operation.steps.iter().find(|s| s.status == "running"));
    let what = match step {
        Some(step) => lang.with("onboarding-failed-at", &[("step", name_of(lang, &step.name).into())]),
        None => lang.t("onboarding-called-off"),
    };
    let rest = if progress.gave_up { "onboarding-failed-waits" } else { "onboarding-failed-undone" };
    // Work that waits for somebody is tried again by who looks after jobs.
    let may = !progress.gave_up || visitor.may(partner, "manage_jobs");
    html! {
        (card::note(Tone::Bad, html! { p.strong { (what) } p { (lang.t(rest)) } }))
        div.form-actions {
            @if may { (form::button(&format!("/msp/{partner}/onboarding/{id}/retry"), Some(&form_key(app)), "primary", html! { (lang.t("onboarding-retry")) })) }
            a.btn.quiet href={ "/msp/" (partner) "/onboarding" } { (lang.t("onboarding-to-list")) }
        }
    }
}
