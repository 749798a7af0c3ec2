//! Console twin of retention: who would be removed with the next run.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::html;
use store::{Zone, kinds};
use web::{
    Action, Frame, Swap,
    door::{self, PathIds},
    parts::{
        Tone, card, empty,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    routes::Pages,
};

use crate::{
    app::Shared,
    console::Visitor,
    directory::{Member, RetiringOf, reading},
    hierarchy::customer::CustomerOf,
};

/// Members named at most.
const NAMED: i64 = 100;

/// The page.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/customers/{customer}/retention", show)
}

async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ReadMembers>(&app.house, &visitor.caller, customer).await?;
    let found = door::look(&app.house, &visitor.caller, customer, Ok(CustomerOf { partner, customer })).await?;
    let (c, lang) = (found.ok_or_else(Problem::not_found)?, visitor.lang);
    let (count, members) = match c.member_retention_days {
        Some(days) => {
            let found = door::look(&app.house, &visitor.caller, customer, Ok(RetiringOf { customer, days, limit: NAMED })).await?;
            reading::note(&app, &visitor.caller, customer).await?;
            found
        }
        None => (0, Vec::new()),
    };
    let frame = Frame {
        context_line: c.name.clone(),
        crumbs: vec![Action { label: lang.t("nav-members"), href: format!("/msp/{partner}/customers/{customer}/members"), icon: None }],
        ..visitor.frame(&app, partner, lang.t("offboarding-retention")).await?
    };
    let row = |m: &Member| Row {
        id: m.id.to_string(),
        name: m.name.clone(),
        cells: vec![html! { b { (m.name) } }, html! { (m.email) }, html! { (lang.date_time(m.updated_at, &Zone::utc())) " UTC" }],
        ..Row::default()
    };
    let list = Table {
        caption: lang.t("offboarding-retention"),
        columns: vec![
            Column::plain("name", lang.t("offboarding-retention-name")),
            Column::plain("email", lang.t("offboarding-retention-email")),
            Column::plain("changed", lang.t("offboarding-retention-changed")),
        ],
        rows: members.iter().map(row).collect(),
        nothing: empty::empty("users", &lang.t("offboarding-retention-none"), &lang.t("offboarding-retention-none-text"), None),
        ..Table::default()
    };
    let said = match c.member_retention_days {
        None => lang.t("offboarding-retention-never"),
        Some(days) => lang.with("offboarding-retention-said", &[("days", lang.int(days).into()), ("n", lang.int(count).into())]),
    };
    let body = html! { div.stack { (card::note(Tone::Info, html! { (said) })) div.card { (table::table(lang, Swap::page(), &list)) } } };
    Ok(web::page(&frame, body).into_response())
}
