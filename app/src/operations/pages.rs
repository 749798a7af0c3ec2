//! Console twin: what runs in the background, and what gave up.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Node;
use maud::{Markup, html};
use store::{OperationId, PartnerId, Timestamp, kinds};
use web::{
    Frame, Lang, Swap,
    door::{self, PathId, PathIds},
    parts::{
        Tone, badge, card, empty, form,
        table::{Column, Row, Table, table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{CancelOperation, DeadLetter, Operation, Recent, RetryOperation, Status, api::poke};
use crate::{
    app::Shared,
    console::{Visitor, done},
};

const LIST: Swap = Swap::section("jobs");

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .merge(super::mail_test::pages())
        .get("/msp/{msp}/jobs", list)
        .post("/msp/{msp}/jobs/{id}/retry", retry)
        .post("/msp/{msp}/jobs/operations/{id}/retry", retry_operation)
        .post("/msp/{msp}/jobs/operations/{id}/cancel", cancel_operation)
}

async fn list(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let operations = door::look(&app.house, &visitor.caller, partner, Ok(Recent { partner })).await?;
    let dead = super::dead_letters(&app.house, &visitor.caller.call(), partner).await?;
    let (lang, now) = (visitor.lang, app.house.now());
    let busy = operations.iter().any(|(o, _)| matches!(o.status, Status::Pending | Status::Running));
    let section = LIST.wrap(html! {
        div.stack {
            (LIST.poll(busy, 3))
            (card::list(&lang.t("operations-recent"), &lang.t("operations-recent-sub"), html! {}, operations_table(lang, partner, &operations, now)))
            (card::list(&lang.t("operations-dead"), &lang.t("operations-dead-sub"), html! {}, dead_table(lang, partner, &dead, now)))
        }
    });
    let frame = Frame {
        context_line: lang.t("operations-context"),
        toast: done::toast(lang, &visitor.uri, "operations"),
        ..visitor.frame(&app, partner, lang.t("nav-jobs")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, section)))
}

fn status_of(lang: Lang, status: Status) -> Markup {
    let (tone, id) = match status {
        Status::Pending => (Tone::Neutral, "operations-pending"),
        Status::Running => (Tone::Info, "operations-running"),
        Status::Succeeded => (Tone::Good, "operations-succeeded"),
        Status::Failed => (Tone::Bad, "operations-failed"),
        Status::Canceled => (Tone::Neutral, "operations-canceled"),
    };
    badge::badge(tone, &lang.t(id))
}

fn kind_text(lang: Lang, kind: &str) -> String {
    done::in_words(lang, "operations-kind", &kind.replace('_', "-"))
}

fn operations_table(lang: Lang, partner: PartnerId, list: &[(Operation, Option<String>)], now: Timestamp) -> Markup {
    let none = empty::empty("jobs", &lang.t("operations-none"), &lang.t("operations-none-text"), None);
    let row = |(o, name): &(Operation, Option<String>)| {
        let why = o.error.as_ref().and_then(|e| e.get("title").or(e.get("detail"))).and_then(|t| t.as_str());
        let step = o.steps.iter().find(|s| s.status == "running" || s.status == "failed");
        Row {
            id: o.id.to_string(),
            name: o.kind.clone(),
            cells: vec![
                html! { div.cell-main { span.cell-text { (kind_text(lang, &o.kind)) @if let Some(step) = step { small translate="no" { (step.name) } } @if let Some(why) = why { small translate="no" { (why) } } } } },
                done::customer(lang, partner, o.customer_id, name.as_deref()),
                status_of(lang, o.status),
                html! { (lang.with("ui-used-of", &[("used", lang.int(o.done).into()), ("total", lang.int(o.total).into())])) },
                html! { (lang.ago(Some(o.created_at), now)) },
                html! {
                    @if o.status == Status::Failed && o.steps.is_empty() { (form::button(&format!("/msp/{partner}/jobs/operations/{}/retry", o.id), None, "small", html! { (lang.t("operations-retry")) })) }
                    @if o.finished_at.is_none() && !o.steps.is_empty() { (form::button(&format!("/msp/{partner}/jobs/operations/{}/cancel", o.id), None, "small", html! { (lang.t("operations-cancel")) })) }
                },
            ],
            ..Row::default()
        }
    };
    let columns =
        ["operations-what", "operations-customer", "operations-status", "operations-progress", "operations-begun", "operations-action"];
    let columns = columns.into_iter().map(|id| Column { wraps: id == "operations-what", ..Column::plain(id, lang.t(id)) }).collect();
    let rows = list.iter().map(row).collect();
    table(lang, LIST, &Table { caption: lang.t("operations-recent"), columns, rows, nothing: none, ..Table::default() })
}

fn dead_table(lang: Lang, partner: PartnerId, list: &[DeadLetter], now: Timestamp) -> Markup {
    let none = empty::empty("check-circle", &lang.t("operations-no-dead"), &lang.t("operations-no-dead-text"), None);
    let row = |d: &DeadLetter| Row {
        id: d.id.to_string(),
        name: d.kind.clone(),
        cells: vec![
            html! { div.cell-main { span.cell-text { (kind_text(lang, &d.kind)) small translate="no" { (d.error) } } } },
            done::customer(lang, partner, d.customer_id, d.customer_name.as_deref()),
            html! { code translate="no" { (d.region.as_deref().unwrap_or("control")) } },
            html! { (lang.int(d.attempts)) },
            html! { (lang.ago(Some(d.created_at), now)) },
            form::button(&format!("/msp/{partner}/jobs/{}/retry", d.id), None, "small", html! { (lang.t("operations-retry")) }),
        ],
        ..Row::default()
    };
    let columns =
        ["operations-what", "operations-customer", "operations-place", "operations-attempts", "operations-begun", "operations-action"];
    let columns = columns.into_iter().map(|id| Column { wraps: id == "operations-what", ..Column::plain(id, lang.t(id)) }).collect();
    let rows = list.iter().map(row).collect();
    table(lang, LIST, &Table { caption: lang.t("operations-dead"), columns, rows, nothing: none, ..Table::default() })
}

async fn retry(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, job): PathIds<kinds::Partner, kinds::Job>,
) -> Result<Response, Problem> {
    super::retry(&app.house, &visitor.caller, partner, job).await?;
    poke(&app);
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/jobs?done=queued")).into_response())
}

/// The operation's node, for somebody who may manage jobs at the partner that the address names.
async fn node_in(app: &Shared, visitor: &Visitor, partner: PartnerId, operation: OperationId) -> Result<Node, Problem> {
    door::probe::<access::permissions::ManageJobs>(&app.house, &visitor.caller, partner).await?;
    Ok(super::node_of(&app.house, operation).await?)
}

async fn retry_operation(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, operation): PathIds<kinds::Partner, kinds::Operation>,
) -> Result<Response, Problem> {
    let node = node_in(&app, &visitor, partner, operation).await?;
    app.house.execute(visitor.caller.call(), RetryOperation { node, operation }).await?;
    poke(&app);
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/jobs?done=queued")))
}

async fn cancel_operation(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, operation): PathIds<kinds::Partner, kinds::Operation>,
) -> Result<Response, Problem> {
    let node = node_in(&app, &visitor, partner, operation).await?;
    app.house.execute(visitor.caller.call(), CancelOperation { node, operation }).await?;
    poke(&app);
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/jobs?done=called-off")))
}
