//! A partner's imports, newest first.

use axum::{extract::State, response::Response};
use maud::html;
use store::kinds;
use web::{
    Action, Address, Frame, Swap,
    door::PathId,
    parts::{
        badge, card,
        empty::empty,
        pager::Paging,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{import::Import, queries::Imports},
    kind_name, status,
};
use crate::{app::Shared, console::Visitor};

const LIST: Swap = Swap::section("imports");

pub async fn show(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let (lang, at) = (visitor.lang, Address::of(&visitor.uri));
    let asked = Paging::of(&at, u64::MAX / 2);
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let question = Imports { partner, limit: number(asked.per), offset: number(asked.offset()) };
    let (imports, total) = app.house.ask(&visitor.caller.call(), question).await?;
    let new = |kind: &str| format!("/msp/{partner}/imports/new?kind={kind}");
    let mut actions = Vec::new();
    for (kind, right) in [("customers", "create_customers"), ("results", "record_facts")] {
        if visitor.may(partner, right) {
            actions.push(Action { label: lang.t(&format!("imports-new-{kind}")), href: new(kind), icon: Some("upload") });
        }
    }
    let row = |i: &Import| {
        let (tone, word) = status(lang, i.status);
        Row {
            id: i.id.to_string(),
            name: i.file_name.clone(),
            cells: vec![
                table::lead_plain(&i.file_name, &format!("/msp/{partner}/imports/{}", i.id), &kind_name(lang, i.kind)),
                badge::badge(tone, &word),
                html! { (lang.int(i.total)) },
                html! { (lang.int(i.created)) },
                html! { (lang.int(i.updated)) },
                html! { (lang.int(i.refused)) },
                html! { (lang.ago(Some(i.created_at), app.house.now())) },
            ],
            actions: Vec::new(),
        }
    };
    let count = |key, id: &str| Column::figure(key, lang.t(id));
    let shown = Table {
        caption: lang.t("imports-title"),
        columns: vec![
            Column::plain("file", lang.t("imports-file")),
            Column::plain("status", lang.t("imports-status")),
            count("rows", "imports-rows"),
            count("created", "imports-created"),
            count("updated", "imports-updated"),
            count("refused", "imports-refused"),
            Column::plain("at", lang.t("imports-uploaded-at")),
        ],
        rows: imports.iter().map(row).collect(),
        at: &at,
        paging: Some(Paging::of(&at, u64::try_from(total).unwrap_or(0))),
        nothing: empty("upload", &lang.t("imports-none"), &lang.t("imports-none-text"), actions.first()),
        ..Table::default()
    };
    let section = LIST.wrap(card::plain(table::table(lang, LIST, &shown)));
    let frame = Frame { actions, context_line: lang.t("imports-context"), ..visitor.frame(&app, partner, lang.t("imports-title")).await? };
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, section)))
}
