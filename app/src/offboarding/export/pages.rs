//! Console twin of exports: the list with its links, and having one made.

use axum::{extract::State, response::Response};
use maud::html;
use serde::Deserialize;
use store::{CustomerId, kinds};
use web::{
    Frame, Swap,
    door::{self, PathId, PathIds},
    forms::Form,
    parts::{
        Tone, badge, empty,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{BeginExport, Export, Exports, api::hand_out};
use crate::{
    app::Shared,
    console::{Visitor, done},
};

const LIST: Swap = Swap::section("exports");

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/exports", list).post("/msp/{msp}/exports", begin).get("/msp/{msp}/exports/{id}/file", download)
}

async fn list(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let (lang, now) = (visitor.lang, app.house.now());
    let exports = door::look(&app.house, &visitor.caller, partner, Ok(Exports { partner })).await?;
    let row = |x: &Export| Row {
        id: x.id.to_string(),
        name: x.customer_name.clone(),
        cells: vec![
            html! { b { (x.customer_name) } },
            html! { (lang.ago(Some(x.created_at), now)) },
            match (x.bytes, x.expires_at > now) {
                (_, false) => badge::badge(Tone::Neutral, &lang.t("offboarding-export-expired")),
                (None, true) => badge::badge(Tone::Info, &lang.t("offboarding-export-making")),
                (Some(bytes), true) => html! {
                    a.btn.small href={ "/msp/" (partner) "/exports/" (x.id) "/file" } download { (lang.t("offboarding-export-download")) }
                    " " small.muted { (lang.with("offboarding-export-size", &[("kb", lang.int((bytes + 1023) / 1024).into())])) }
                },
            },
            html! { (lang.date_time(x.expires_at, &store::Zone::utc())) " UTC" },
            html! { @if let Some(hash) = &x.sha256 { code.wrap { (hash) } } @else { (lang.t("ui-nothing")) } },
        ],
        ..Row::default()
    };
    let shown = Table {
        caption: lang.t("offboarding-exports"),
        columns: vec![
            Column::plain("customer", lang.t("offboarding-customer")),
            Column::plain("at", lang.t("offboarding-export-at")),
            Column::plain("file", lang.t("offboarding-export-file")),
            Column::plain("expires", lang.t("offboarding-export-expires")),
            Column { wraps: true, ..Column::plain("hash", "SHA-256") },
        ],
        rows: exports.iter().map(row).collect(),
        nothing: empty::empty("download", &lang.t("offboarding-exports-none"), &lang.t("offboarding-exports-none-text"), None),
        ..Table::default()
    };
    let section = LIST.wrap(html! { div.card { (table::table(lang, LIST, &shown)) } });
    let frame = Frame {
        context_line: lang.t("offboarding-exports-context"),
        toast: done::toast(lang, &visitor.uri, "offboarding"),
        ..visitor.frame(&app, partner, lang.t("offboarding-exports")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, section)))
}

/// What the button sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    customer: String,
    idempotency_key: String,
}

async fn begin(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ManageCustomers>(&app.house, &visitor.caller, partner).await?;
    let Some(customer) = CustomerId::parse(&asked.customer) else {
        return Err(Problem::invalid("/customer", "required", "Say which customer."));
    };
    app.house.execute(visitor.caller.call_with(&asked.idempotency_key), BeginExport { partner, customer }).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/exports?done=export")))
}

async fn download(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, export): PathIds<kinds::Partner, kinds::Export>,
) -> Result<Response, Problem> {
    hand_out(&app, &visitor.caller, partner, export).await
}
