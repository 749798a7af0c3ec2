//! Orders: what was bought, and buying more.

use access::permissions::Purchase;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::html;
use store::{PartnerId, Zone, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathId},
    forms::{Fields, Form},
    parts::{
        Tone, badge, card, empty,
        table::{self, Column, Table},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{Line, MAA, Order, OrderRequests, Orders, PlaceOrders, RequestOrders, ZoneOf},
    order_form::{OrderForm, Typed, whole},
    requests,
};
use crate::{
    app::Shared,
    console::{
        self, Visitor,
        wrong::{self, Wrong},
    },
    licensing::catalogue::{SkusOf, called},
};

/// What the form shows beside what can be ordered.
#[derive(Default)]
pub(super) struct Asked {
    pub typed: Typed,
    /// What is to be confirmed.
    pub lines: Option<Vec<Line>>,
    /// Which field is wrong, and why; empty for nothing.
    pub wrong: Wrong,
}

impl Asked {
    /// Nothing but what is wrong.
    pub fn wrong(why: String) -> Asked {
        Asked { wrong: whole(why), ..Asked::default() }
    }
}

pub(super) async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let typed = Typed::at(&Address::of(&visitor.uri));
    let (orders, asks) = (visitor.may(partner, "purchase"), visitor.may(partner, "allocate"));
    if typed.is_new() || !(orders || asks) {
        return draw(&app, &visitor, partner, Asked { typed, ..Asked::default() }).await;
    }
    let lines = match typed.lines(visitor.lang) {
        Ok(lines) => lines,
        Err(wrong) => return draw(&app, &visitor, partner, Asked { typed, lines: None, wrong }).await,
    };
    let call = visitor.caller.call();
    let shown = if orders {
        app.house.preview(call, PlaceOrders { partner, lines: lines.clone() }).await.map(drop)
    } else {
        app.house.preview(call, RequestOrders { partner, lines: lines.clone(), note: None }).await.map(drop)
    };
    let asked = match shown {
        Ok(()) => Asked { typed, lines: Some(lines), wrong: Wrong::default() },
        Err(Fail::Refused(no)) => Asked { typed, ..Asked::wrong(wrong::refusal(visitor.lang, "orders", no).1) },
        Err(fail) => return Err(fail.into()),
    };
    draw(&app, &visitor, partner, asked).await
}

pub(super) async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, asked: Asked) -> Result<Response, Problem> {
    let (lang, call, at) = (visitor.lang, visitor.caller.call(), Address::of(&visitor.uri));
    let (orders, may) = app.house.ask(&call, Orders { partner }).await?;
    let zone = app.house.ask(&call, ZoneOf { partner }).await?;
    let requests = app.house.ask(&call, OrderRequests { partner }).await?;
    let shelf = app.house.ask(&call, SkusOf { partner }).await?;
    let frame = Frame {
        context_line: lang.t("licensing-orders-context"),
        crumbs: vec![Action { label: lang.t("nav-licenses"), href: format!("/msp/{partner}/licenses"), icon: None }],
        ..visitor.frame(app, partner, lang.t("licensing-orders")).await?
    };
    let key = console::form_key(app);
    let named = at.get("sku").unwrap_or_default();
    let form = OrderForm { lang, partner, orders: may, shelf: &shelf, typed: &asked.typed, wrong: &asked.wrong, named, key: &key };
    let now = app.house.now();
    let body = html! {
        div.stack {
            @if may || visitor.may(partner, "allocate") {
                (form.choose())
                @if let Some(lines) = &asked.lines { (form.confirm(lines)) }
            }
            @if !requests.is_empty() { (requests::list(app, lang, partner, &requests, may, &zone)) }
            (placed(lang, &orders, now, &zone))
        }
    };
    let status = if asked.wrong.1.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(&frame, body)).into_response())
}

fn placed(lang: Lang, orders: &[Order], now: store::Timestamp, zone: &Zone) -> maud::Markup {
    let mut columns = vec![
        Column::plain("sku", lang.t("licensing-order-what")),
        Column::figure("units", lang.t("licensing-order-units")),
        Column::plain("start", lang.t("licensing-order-start")),
        Column::plain("end", lang.t("licensing-order-end")),
        Column::plain("status", lang.t("licensing-status")),
    ];
    if orders.iter().any(|o| o.price.is_some()) {
        columns.push(Column::figure("price", lang.t("licensing-order-price")));
    }
    let table = Table {
        caption: lang.t("licensing-orders"),
        columns,
        rows: orders.iter().map(|o| row(lang, o, o.is_live(now), zone)).collect(),
        nothing: empty::empty("key", &lang.t("licensing-orders-none"), &lang.t("licensing-orders-none-text"), None),
        ..Table::default()
    };
    card::list(&lang.t("licensing-orders"), "", html! {}, table::table(lang, Swap::page(), &table))
}

fn row(lang: Lang, o: &Order, live: bool, zone: &Zone) -> table::Row {
    let mut cells = vec![
        html! { (lang.int(o.quantity)) " × " span dir="auto" { (called(lang, &o.sku, &o.name)) } },
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

pub(super) async fn place(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    door::probe::<Purchase>(&app.house, &visitor.caller, partner).await?;
    let typed = Typed::sent(fields, &[])?;
    let wrong = match typed.seen(visitor.lang) {
        Ok(lines) => {
            let call = visitor.caller.call_with(typed.text("idempotency_key"));
            match app.house.execute(call, PlaceOrders { partner, lines }).await {
                Ok(placed) => {
                    let allowance = placed.value.orders.iter().all(|order| order.unit == MAA);
                    let shows = if allowance { "metering" } else { "licenses" };
                    return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/{shows}")));
                }
                Err(Fail::Refused(no)) => whole(wrong::refusal(visitor.lang, "orders", no).1),
                Err(fail) => return Err(fail.into()),
            }
        }
        Err(wrong) => wrong,
    };
    draw(&app, &visitor, partner, Asked { typed, lines: None, wrong }).await
}
