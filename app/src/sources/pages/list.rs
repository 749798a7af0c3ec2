//! The ways people can come to a customer, and those that are there.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use maud::{Markup, html};
use store::Timestamp;
use web::{
    Address, Frame, Lang,
    parts::{card, empty, icon, table},
    problem::Problem,
};

use super::{
    super::{queries::SourcesOf, source::Source, way::Kind},
    At,
    form::Filled,
    frame, kind_name, status_badge,
};
use crate::{
    app::{App, Shared},
    console::{Visitor, form_key},
};

pub async fn show(State(app): State<Shared>, visitor: Visitor, at: At) -> Result<Response, Problem> {
    page(&app, &visitor, at, None).await
}

/// The page; with a form that was refused, if one was.
pub(super) async fn page(app: &App, visitor: &Visitor, at: At, came: Option<(Kind, Filled)>) -> Result<Response, Problem> {
    let (lang, now) = (visitor.lang, app.house.now());
    let frame = Frame { context_line: lang.t("sources-context"), ..frame(app, visitor, at, lang.t("sources-title"), None).await? };
    let sources = app.house.ask(&visitor.caller.call(), SourcesOf { customer: at.customer }).await?;
    let status = if came.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let asked = Address::of(&visitor.uri).get("add").and_then(Kind::parse);
    let form = came.or_else(|| asked.map(|kind| (kind, Filled::fresh(kind_name(lang, kind)))));
    let body = html! {
        div.stack {
            @if let Some((kind, filled)) = &form { (new(app, lang, at, *kind, filled)) }
            (card::list(&lang.t("sources-yours"), &lang.t("sources-yours-text"), html! {}, listed(lang, at, &sources, now)))
            @if form.is_none() { (choices(app, lang, at)) }
        }
    };
    Ok((status, web::page(&frame, body)).into_response())
}

fn new(app: &App, lang: Lang, at: At, kind: Kind, filled: &Filled) -> Markup {
    let word = kind.word();
    html! {
        div.grid-2 {
            (card::card(&lang.with("sources-new", &[("kind", kind_name(lang, kind).into())]), "", html! {}, filled.draw(lang, kind, &at.list(), &form_key(app), None)))
            (card::card(&lang.t("sources-checklist"), &lang.t("sources-checklist-text"), html! {}, html! {
                ol.steps { @for step in 1..=steps(kind) { li { (lang.t(&format!("sources-{word}-{step}"))) } } }
            }))
        }
    }
}

/// How many steps lead to a source of this kind.
pub(super) const fn steps(kind: Kind) -> usize {
    match kind {
        Kind::Entra => 5,
        Kind::Google => 5,
        Kind::Ldap => 4,
        Kind::Csv => 3,
        Kind::Folder => 3,
        Kind::Upload => 3,
    }
}

fn choices(app: &App, lang: Lang, at: At) -> Markup {
    let offered = |kind: &Kind| *kind != Kind::Folder || app.config.sources.folder.is_some();
    let card = |href: String, symbol: &str, title: String, text: String| {
        html! { a.card href=(href) { div.card-body { div.row { (icon(symbol)) b { (title) } } p.muted.small { (text) } } } }
    };
    let symbol = |kind: Kind| match kind {
        Kind::Upload => "upload",
        Kind::Csv | Kind::Folder => "file",
        Kind::Ldap => "list",
        Kind::Entra | Kind::Google => "globe",
    };
    let scim = format!("/msp/{}/customers/{}/directory", at.partner, at.customer);
    html! {
        section.stack-tight {
            h2 { (lang.t("sources-choose")) }
            div.grid-3 {
                (card(scim, "refresh", lang.t("sources-kind-scim"), lang.t("sources-about-scim")))
                @for kind in Kind::ALL.into_iter().filter(offered) {
                    (card(format!("{}?add={}", at.list(), kind.word()), symbol(kind), kind_name(lang, kind), lang.t(&format!("sources-about-{}", kind.word()))))
                }
            }
        }
    }
}

fn listed(lang: Lang, at: At, sources: &[Source], now: Timestamp) -> Markup {
    let row = |s: &Source| table::Row {
        id: s.id.to_string(),
        name: s.name.clone(),
        cells: vec![
            html! { a href={ (at.list()) "/" (s.id) } translate="no" { (s.name) } },
            html! { (kind_name(lang, s.kind)) },
            status_badge(lang, s.status),
            html! { (lang.int(s.people)) },
            html! { @match &s.last_run { Some(run) => (lang.ago(Some(run.created_at), now)), None => (table::nothing(lang)) } },
            html! { @match s.next_at { Some(next) => (lang.date_time(next, &store::Zone::utc())), None => (table::nothing(lang)) } },
        ],
        ..table::Row::default()
    };
    let plain = |key: &'static str| table::Column::plain(key, lang.t(key));
    let shown = table::Table {
        caption: lang.t("sources-yours"),
        columns: vec![
            plain("sources-col-name"),
            plain("sources-col-kind"),
            plain("sources-col-status"),
            table::Column::figure("sources-col-people", lang.t("sources-col-people")),
            plain("sources-col-last"),
            plain("sources-col-next"),
        ],
        rows: sources.iter().map(row).collect(),
        nothing: empty::empty("refresh", &lang.t("sources-none"), &lang.t("sources-none-text"), None),
        ..table::Table::default()
    };
    table::table(lang, web::Swap::page(), &shown)
}
