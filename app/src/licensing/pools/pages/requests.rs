//! Orders that were asked for, on the page of orders: asking, approving, declining.

use axum::{extract::State, response::Response};
use command::Fail;
use maud::{Markup, html};
use serde::Deserialize;
use store::{PartnerId, Zone, kinds};
use web::{
    Lang, Swap,
    door::{PathId, PathIds},
    forms::{Fields, Form},
    parts::{
        Tone, badge, card,
        field::{self, Field},
        form,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{ApproveRequest, DeclineRequest, OrderRequest, RequestOrders},
    order_form::{Typed, whole},
    orders::{Asked, draw},
};
use crate::{
    app::Shared,
    console::{
        Visitor, form_key,
        wrong::{self, Wrong},
    },
    licensing::catalogue::called,
    noun::Note,
};

type Ids = PathIds<kinds::Partner, kinds::OrderRequest>;

pub(super) async fn ask(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    web::door::probe::<access::permissions::Allocate>(&app.house, &visitor.caller, partner).await?;
    let (lang, typed) = (visitor.lang, Typed::sent(fields, &["note"])?);
    let wrong = match typed.seen(lang).and_then(|lines| Ok((lines, note(lang, typed.text("note"))?))) {
        Ok((lines, note)) => {
            let call = visitor.caller.call_with(typed.text("idempotency_key"));
            match app.house.execute(call, RequestOrders { partner, lines, note }).await {
                Ok(_) => return Ok(back(&visitor, partner)),
                Err(Fail::Refused(no)) => whole(wrong::refusal(lang, "orders", no).1),
                Err(fail) => return Err(fail.into()),
            }
        }
        Err(wrong) => wrong,
    };
    // What was chosen, and what it is for, is not to be typed again.
    let lines = typed.seen(lang).ok();
    draw(&app, &visitor, partner, Asked { typed, lines, wrong }).await
}

/// What it is for; none of an empty text.
fn note(lang: Lang, said: &str) -> Result<Option<String>, Wrong> {
    if said.is_empty() {
        return Ok(None);
    }
    Note::parse(said).map(|note| Some(note.into())).map_err(|_| whole(lang.t("wrong-note")))
}

fn back(visitor: &Visitor, partner: PartnerId) -> Response {
    swap::leave(&visitor.headers, &format!("/msp/{partner}/licenses/orders"))
}

/// What a decision sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Decided {
    reason: String,
    idempotency_key: String,
}

pub(super) async fn approve(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, request): Ids,
    Form(form): Form<Decided>,
) -> Result<Response, Problem> {
    let call = visitor.caller.call_with(&form.idempotency_key);
    match app.house.execute(call, ApproveRequest { partner, request }).await {
        Ok(_) => Ok(back(&visitor, partner)),
        Err(Fail::Refused(no)) => draw(&app, &visitor, partner, Asked::wrong(wrong::refusal(visitor.lang, "orders", no).1)).await,
        Err(fail) => Err(fail.into()),
    }
}

pub(super) async fn decline(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, request): Ids,
    Form(form): Form<Decided>,
) -> Result<Response, Problem> {
    web::door::probe::<access::permissions::Purchase>(&app.house, &visitor.caller, partner).await?;
    let lang = visitor.lang;
    let Ok(reason) = Note::parse(form.reason.trim()) else {
        return draw(&app, &visitor, partner, Asked::wrong(lang.t("orders-request-reason-wrong"))).await;
    };
    let command = DeclineRequest { partner, request, reason: reason.into() };
    match app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await {
        Ok(_) => Ok(back(&visitor, partner)),
        Err(Fail::Refused(no)) => draw(&app, &visitor, partner, Asked::wrong(wrong::refusal(lang, "orders", no).1)).await,
        Err(fail) => Err(fail.into()),
    }
}

/// The requests, with what can be done about those that wait.
pub(super) fn list(app: &Shared, lang: Lang, partner: PartnerId, requests: &[OrderRequest], may: bool, zone: &Zone) -> Markup {
    let row = |r: &OrderRequest| Row {
        id: r.id.to_string(),
        name: r.sku.clone(),
        cells: vec![
            html! { div.cell-main { span.cell-text { (lang.int(r.quantity)) " × " span dir="auto" { (called(lang, &r.sku, &r.name)) } @if let Some(price) = &r.price { small { (lang.money(price)) } } @if let Some(note) = &r.note { small dir="auto" { (note) } } } } },
            r.asked_by.as_ref().map_or_else(|| table::nothing(lang), |name| html! { span dir="auto" { (name) } }),
            html! { (lang.date(r.asked_at, zone)) },
            status(lang, r),
            if may && r.status == "open" { decide(app, lang, partner, r) } else { outcome(lang, r) },
        ],
        ..Row::default()
    };
    let columns = vec![
        Column { wraps: true, ..Column::plain("what", lang.t("licensing-order-what")) },
        Column::plain("by", lang.t("orders-request-by")),
        Column::plain("at", lang.t("licensing-order-start")),
        Column::plain("status", lang.t("orders-request-status")),
        Column { wraps: true, ..Column::plain("decision", lang.t("licensing-reason")) },
    ];
    let title = lang.t("orders-requests");
    let table = Table { caption: title.clone(), columns, rows: requests.iter().map(row).collect(), compact: true, ..Table::default() };
    card::list(&title, &lang.t("orders-requests-sub"), html! {}, table::table(lang, Swap::page(), &table))
}

fn status(lang: Lang, r: &OrderRequest) -> Markup {
    let tone = match r.status.as_str() {
        "open" => Tone::Warn,
        "approved" => Tone::Good,
        _ => Tone::Neutral,
    };
    badge::badge(tone, &lang.t(&format!("orders-request-{}", r.status)))
}

/// Who decided, and why not.
fn outcome(lang: Lang, r: &OrderRequest) -> Markup {
    if r.decided_at.is_none() {
        return table::nothing(lang);
    }
    html! { span dir="auto" { @if let Some(by) = &r.decided_by { (by) } @if let Some(reason) = &r.reason { ": " (reason) } } }
}

/// What can be done about a request that waits. On conditions that are no more it cannot be approved.
fn decide(app: &Shared, lang: Lang, partner: PartnerId, r: &OrderRequest) -> Markup {
    let id = r.id;
    let to = |word: &str| format!("/msp/{partner}/licenses/requests/{id}/{word}");
    let reason = Field { id: Some(format!("reason-{id}")), ..Field::new("reason", lang.t("orders-request-reason"), "").required() };
    html! {
        div.stack-tight {
            @if r.changed {
                (badge::badge(Tone::Warn, &lang.t("orders-request-changed")))
            } @else {
                (form::button(&to("approve"), Some(&form_key(app)), "primary small", html! { (lang.t("orders-request-approve")) }))
            }
            form.row method="post" action=(to("decline")) data-once {
                (form::hidden(Some(&form_key(app))))
                (field::text(lang, &reason))
                button.btn.small type="submit" { (lang.t("orders-request-decline")) }
            }
        }
    }
}
