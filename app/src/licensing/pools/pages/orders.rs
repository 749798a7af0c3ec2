//! Orders: what was bought, and buying more.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{PartnerId, Zone, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::PathId,
    forms::Form,
    parts::{
        Tone, badge, card, empty,
        field::{self, Field},
        form,
        table::{self, Column, Table},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{MAA, Order, OrderRequests, Orders, PlaceOrder, SKUS, ZoneOf},
    requests,
};
use crate::{
    app::Shared,
    console::{self, Visitor, wrong},
};

pub(super) async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let asked = Address::of(&visitor.uri).get("sku").unwrap_or_default().to_owned();
    draw(&app, &visitor, partner, &asked, String::new()).await
}

pub(super) async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, sku: &str, error: String) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let (orders, may) = app.house.ask(&visitor.caller.call(), Orders { partner }).await?;
    let zone = app.house.ask(&visitor.caller.call(), ZoneOf { partner }).await?;
    let frame = Frame {
        context_line: lang.t("licensing-orders-context"),
        crumbs: vec![Action { label: lang.t("nav-licenses"), href: format!("/msp/{partner}/licenses"), icon: None }],
        ..visitor.frame(app, partner, lang.t("licensing-orders")).await?
    };
    let requests = app.house.ask(&visitor.caller.call(), OrderRequests { partner }).await?;
    let now = app.house.now();
    let rows: Vec<table::Row> = orders.iter().map(|o| row(lang, o, o.is_live(now), &zone)).collect();
    let at = Address::of(&visitor.uri);
    let mut columns = vec![
        Column::plain("sku", lang.t("licensing-order-what")),
        Column { sorts: false, ..Column::number("units", lang.t("licensing-order-units")) },
        Column::plain("start", lang.t("licensing-order-start")),
        Column::plain("end", lang.t("licensing-order-end")),
        Column::plain("status", lang.t("licensing-status")),
    ];
    if orders.iter().any(|o| o.price.is_some()) {
        columns.push(Column { sorts: false, ..Column::number("price", lang.t("licensing-order-price")) });
    }
    let table = Table {
        caption: lang.t("licensing-orders"),
        columns,
        rows,
        at: &at,
        default_sort: "",
        paging: None,
        summary: String::new(),
        pick: None,
        nothing: empty::empty("key", &lang.t("licensing-orders-none"), &lang.t("licensing-orders-none-text"), None),
        compact: false,
    };
    let body = html! {
        div.stack {
            @if may || visitor.may(partner, "allocate") { (order_form(lang, partner, (sku, may), &console::form_key(app), &error)) }
            @if !requests.is_empty() { (requests::list(app, lang, partner, &requests, may, &zone)) }
            (card::list(&lang.t("licensing-orders"), "", html! {}, table::table(lang, Swap::page(), &table)))
        }
    };
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(&frame, body)).into_response())
}

fn row(lang: Lang, o: &Order, live: bool, zone: &Zone) -> table::Row {
    let mut cells = vec![
        html! { (lang.int(o.quantity)) " × " (product(lang, &o.sku)) },
        html! { (lang.with(&format!("licensing-units-{}", o.unit), &[("n", o.units.into())])) },
        html! { (lang.date(o.starts_at, zone)) },
        html! { (lang.date(o.ends_at, zone)) },
        if live {
            badge::badge(Tone::Good, &lang.t("licensing-order-live"))
        } else {
            badge::badge(Tone::Neutral, &lang.t("licensing-order-over"))
        },
    ];
    if let Some(price) = &o.price {
        cells.push(html! { (lang.money(price)) });
    }
    table::Row { id: o.id.to_string(), name: o.sku.clone(), cells, actions: Vec::new() }
}

/// A product in words; its own code where it is sold no more.
pub(super) fn product(lang: Lang, sku: &str) -> String {
    let id = format!("sku-{}", sku.to_lowercase());
    if lang.knows(&id) { lang.t(&id) } else { sku.to_owned() }
}

/// The form that orders, or for whoever may not, the one that asks for an order.
fn order_form(lang: Lang, partner: PartnerId, (sku, may): (&str, bool), key: &str, error: &str) -> Markup {
    let options: Vec<(String, String)> = SKUS.iter().map(|s| (s.sku.to_owned(), product(lang, s.sku))).collect();
    let chosen = SKUS.iter().find(|s| s.sku == sku).unwrap_or(&SKUS[0]).sku;
    let action = format!("/msp/{partner}/licenses/{}", if may { "orders" } else { "requests" });
    let text = |end: &str| lang.t(&format!("{}{end}", if may { "licensing-order" } else { "orders-request" }));
    let frame = form::Form { action: &action, idempotency: Some(key), error, ..form::Form::default() };
    let body = html! {
        (field::select(lang, &Field::new("sku", lang.t("licensing-order-what"), chosen).required(), &options))
        (field::input(lang, "number", &Field::new("quantity", lang.t("licensing-order-pieces"), "1").required()))
        @if !may { (field::text(lang, &Field::new("note", lang.t("orders-request-note"), ""))) }
        (form::actions(&text("-do"), None))
    };
    card::card(&text(""), &text("-sub"), html! {}, form::post(&frame, body))
}

/// What the form sends.
#[derive(Debug, Deserialize)]
pub struct OrderForm {
    sku: String,
    quantity: String,
    #[serde(default)]
    idempotency_key: String,
}

pub(super) async fn place(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(form): Form<OrderForm>,
) -> Result<Response, Problem> {
    let Some(quantity) = form.quantity.trim().parse::<i64>().ok().filter(|n| (1..=10_000).contains(n)) else {
        return draw(&app, &visitor, partner, &form.sku, visitor.lang.t("licensing-order-wrong")).await;
    };
    let command = PlaceOrder { partner, sku: form.sku.clone(), quantity };
    match app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await {
        Ok(order) => {
            let shows = if order.value.unit == MAA { "metering" } else { "licenses" };
            Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/{shows}")))
        }
        Err(Fail::Refused(refusal)) => draw(&app, &visitor, partner, &form.sku, wrong::refusal(visitor.lang, "orders", refusal).1).await,
        Err(fail) => Err(fail.into()),
    }
}
