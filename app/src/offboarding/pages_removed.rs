//! Removed customers: who removed them and why, how long they can come back, and the way back.

use axum::{extract::State, response::Response};
use command::{Fail, Refusal};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{PartnerId, Timestamp, Uuid, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathId, PathIds},
    forms::Form,
    parts::{
        Tone, badge, card,
        dialog::{self, Dialog},
        empty,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{NotPurged, PurgeCustomer};
use crate::{
    app::Shared,
    console::{
        Visitor, done, form_key,
        reel::{Reel, Shown, Sorted},
    },
    hierarchy::{Lifecycle, Name},
    removal::{RemovedCustomer, RemovedCustomers, RestoreCustomer},
};

const LIST: Swap = Swap::section("removed");
const EACH: i64 = 50;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/removed", list)
        .post("/msp/{msp}/removed/{id}/restore", restore)
        .post("/msp/{msp}/removed/{id}/purge", purge)
}

async fn list(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let (section, frame) = draw(&app, &visitor, partner, html! {}).await?;
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, section)))
}

async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, said: Markup) -> Result<(Markup, Frame), Problem> {
    let (lang, at, now) = (visitor.lang, Address::of(&visitor.uri), app.house.now());
    let reel = Reel::new(app, "removed", &at, EACH);
    let after = reel.after::<(Timestamp, Uuid)>()?;
    let (rows, total) = door::look(&app.house, &visitor.caller, partner, Ok(RemovedCustomers { partner, after, limit: EACH })).await?;
    let foot = Shown { rows: rows.len(), total, last: rows.last().map(|r| (r.removed_at, r.id.0)) };
    let may = visitor.may(partner, "manage_customers");
    let purges = visitor.may(partner, "purge_customers");
    let key = form_key(app);
    let shown = Table {
        caption: lang.t("offboarding-removed"),
        columns: vec![
            Column::plain("name", lang.t("offboarding-customer")),
            Column { wraps: true, ..Column::plain("removed", lang.t("offboarding-removed-at")) },
            Column { wraps: true, ..Column::plain("reason", lang.t("offboarding-reason")) },
            Column::figure("seats", lang.t("offboarding-seats")),
            Column::plain("left", lang.t("offboarding-left")),
            Column::plain("back", lang.t("offboarding-back")),
        ],
        rows: rows.iter().map(|r| row(lang, partner, r, now, may, purges && purgeable(r), &key)).collect(),
        nothing: empty::empty("trash", &lang.t("offboarding-none"), &lang.t("offboarding-none-text"), None),
        ..Table::default()
    };
    let section = LIST.wrap(html! {
        div.stack {
            (said)
            div.card {
                (table::table(lang, LIST, &shown))
                @for r in rows.iter().filter(|r| purges && purgeable(r)) { (purge_dialog(lang, partner, r, &key)) }
                (reel.foot(lang, LIST, Sorted::Newest, &foot))
            }
        }
    });
    let frame = Frame {
        context_line: lang.t("offboarding-removed-context"),
        actions: may
            .then(|| Action { label: lang.t("offboarding-exports"), href: format!("/msp/{partner}/exports"), icon: Some("download") })
            .into_iter()
            .collect(),
        toast: done::toast(lang, &visitor.uri, "offboarding"),
        ..visitor.frame(app, partner, lang.t("offboarding-removed")).await?
    };
    Ok((section, frame))
}

fn row(lang: Lang, partner: PartnerId, r: &RemovedCustomer, now: Timestamp, may: bool, purges: bool, key: &str) -> Row {
    let by = r.removed_by.clone().unwrap_or_else(|| lang.t("offboarding-by-program"));
    Row {
        id: r.id.to_string(),
        name: r.name.clone(),
        cells: vec![
            html! { div.cell-main { span.cell-text translate="no" { b { (r.name) } small { (r.account_number) @if let Some(domain) = &r.domain { " · " (domain) } } } } },
            html! { (lang.ago(Some(r.removed_at), now)) br; small.muted { (by) } },
            html! { (r.reason.clone().unwrap_or_else(|| lang.t("ui-nothing"))) },
            html! { (lang.int(r.seats)) },
            left(lang, r, now),
            html! {
                @if may && purgeable(r) {
                    div.row {
                        @if r.restorable(now) { (way_back(lang, partner, r, key)) }
                        (have_exported(lang, partner, r, key))
                        @if purges { (dialog::opener(&format!("purge-{}", r.id), "small quiet", html! { (lang.t("offboarding-purge")) })) }
                    }
                } @else { span.muted { (lang.t("ui-nothing")) } }
            },
        ],
        ..Row::default()
    }
}

fn left(lang: Lang, r: &RemovedCustomer, now: Timestamp) -> Markup {
    if r.lifecycle == Lifecycle::Purged {
        return badge::badge(Tone::Neutral, &lang.t("offboarding-purged"));
    }
    if r.never_finished {
        return badge::badge(Tone::Neutral, &lang.t("offboarding-never-finished"));
    }
    if !r.restorable(now) {
        return badge::badge(Tone::Neutral, &lang.t("offboarding-undo-over"));
    }
    let days = (r.undo_until.0 - now.0 + 86_399_999_999) / 86_400_000_000;
    let tone = if days <= 3 { Tone::Warn } else { Tone::Info };
    badge::badge(tone, &lang.with("offboarding-days-left", &[("days", days.into())]))
}

fn way_back(lang: Lang, partner: PartnerId, r: &RemovedCustomer, key: &str) -> Markup {
    let text = if r.domain_taken { "offboarding-restore-without-domain" } else { "offboarding-restore" };
    html! {
        form method="post" action={ "/msp/" (partner) "/removed/" (r.id) "/restore" } data-once {
            // One key for the page: the address tells the customers apart.
            input type="hidden" name="idempotency_key" value={ (key) "-" (r.id) };
            @if r.domain_taken { input type="hidden" name="without_domain" value="true"; }
            button.btn.small type="submit" { (lang.t(text)) }
        }
    }
}

fn have_exported(lang: Lang, partner: PartnerId, r: &RemovedCustomer, key: &str) -> Markup {
    html! {
        form method="post" action={ "/msp/" (partner) "/exports" } data-once {
            input type="hidden" name="idempotency_key" value={ (key) "-export-" (r.id) };
            input type="hidden" name="customer" value=(r.id);
            button.btn.small.quiet type="submit" { (lang.t("offboarding-export")) }
        }
    }
}

/// True while there is something to purge and nobody does.
fn purgeable(r: &RemovedCustomer) -> bool {
    r.lifecycle == Lifecycle::Removed && r.purge_operation_id.is_none() && !r.leaving
}

fn purge_dialog(lang: Lang, partner: PartnerId, r: &RemovedCustomer, key: &str) -> Markup {
    let ask = Dialog {
        id: format!("purge-{}", r.id),
        title: lang.with("offboarding-purge-title", &[("name", r.name.as_str().into())]),
        action: format!("/msp/{partner}/removed/{}/purge", r.id),
        idempotency: Some(format!("{key}-purge-{}", r.id)),
        submit: lang.t("offboarding-purge"),
        danger: true,
        typed: Some(r.name.clone()),
        ..Dialog::default()
    };
    dialog::dialog(lang, &ask, html! { p { (lang.t("offboarding-purge-text")) } })
}

/// What the dialog sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    typed_name: String,
    idempotency_key: String,
}

async fn purge(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::PurgeCustomers>(&app.house, &visitor.caller, partner).await?;
    let name = Name::parse(typed.typed_name.clone()).map_err(|_| Problem::from(Fail::Refused(NotPurged::NameDiffers {})))?;
    let command = PurgeCustomer { partner, customer, name: Some(name) };
    app.house.execute(visitor.caller.call_with(&typed.idempotency_key), command).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/removed?done=purge")))
}

/// What the button sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    without_domain: bool,
    idempotency_key: String,
}

async fn restore(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    use axum::response::IntoResponse;
    let command = RestoreCustomer { partner, customer, without_domain: asked.without_domain };
    match app.house.execute(visitor.caller.call_with(&asked.idempotency_key), command).await {
        Ok(answer) => {
            let back = answer.value;
            let word = match () {
                () if back.seats < back.seats_before => "restored-without-seats",
                () if asked.without_domain => "restored-without-domain",
                () => "restored",
            };
            Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}?done={word}")))
        }
        Err(Fail::Refused(no)) => {
            let why = visitor.lang.t(&format!("offboarding-restore-refused-{}", no.code()));
            let said = card::note(Tone::Bad, html! { p.strong { (visitor.lang.t("offboarding-not-restored")) } p { (why) } });
            let (section, frame) = draw(&app, &visitor, partner, said).await?;
            Ok((StatusCode::CONFLICT, web::page(&frame, section)).into_response())
        }
        Err(fail) => Err(fail.into()),
    }
}
