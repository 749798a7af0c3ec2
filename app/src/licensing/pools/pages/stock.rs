//! A distributor's pool, and how each partner's orders are met.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{DistributorId, PartnerId, Timestamp, Zone, kinds};
use web::{
    Action, Frame, Lang, Swap,
    door::{self, PathId},
    forms::Form,
    parts::{
        card, empty,
        field::{self, Field},
        form,
        kpi::{Kpi, kpi},
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::super::{
    Draw, OrderTerms, SetOrderTerms, Stock, StockOf, StockOrder, TermsOf,
    api_orders::{NewStock, stock_of},
};
use crate::{
    app::Shared,
    console::{Visitor, form_key},
    licensing::catalogue::Unit,
};

pub(super) async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(distributor): PathId<kinds::Distributor>,
) -> Result<Response, Problem> {
    draw(&app, &visitor, distributor, &Adding::default(), String::new()).await
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Adding {
    unit: String,
    units: String,
    months: String,
    from: String,
    idempotency_key: String,
}

impl Adding {
    fn stock(&self) -> Option<NewStock> {
        let starts_at = match self.from.trim() {
            "" => None,
            day => Some(format!("{day}T00:00:00Z").parse::<Timestamp>().ok()?),
        };
        let number = |text: &str| text.trim().parse().ok();
        Some(NewStock { unit: Unit::parse(&self.unit)?, units: number(&self.units)?, months: number(&self.months)?, starts_at })
    }
}

pub(super) async fn order(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(distributor): PathId<kinds::Distributor>,
    Form(form): Form<Adding>,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::Purchase>(&app.house, &visitor.caller, distributor).await?;
    let Some(Ok(command)) = form.stock().map(|stock| stock_of(distributor, stock)) else {
        return draw(&app, &visitor, distributor, &form, visitor.lang.t("orders-stock-wrong")).await;
    };
    app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await?;
    Ok(swap::leave(&visitor.headers, &format!("/distributors/{distributor}/pool")))
}

async fn draw(app: &Shared, visitor: &Visitor, distributor: DistributorId, form: &Adding, error: String) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let found = door::look(&app.house, &visitor.caller, distributor, Ok(StockOf { distributor })).await?;
    let (name, pool) = found.ok_or_else(Problem::not_found)?;
    let action = format!("/distributors/{distributor}/pool");
    let frame = Frame {
        context_line: lang.t("orders-stock-context"),
        crumbs: vec![Action { label: name, href: format!("/distributors/{distributor}"), icon: None }],
        ..visitor.plain(app, lang.t("orders-stock"))
    };
    let body = html! {
        div.stack {
            div.grid-kpi { @for stock in &pool.units { (has(lang, stock)) } }
            (adding(app, lang, &action, form, &error))
            (orders(lang, &pool.orders))
            (draws(lang, &pool.draws))
        }
    };
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(&frame, body)).into_response())
}

fn unit(lang: Lang, unit: Unit) -> String {
    lang.t(&format!("orders-stock-{}", unit.word()))
}

fn has(lang: Lang, s: &Stock) -> Markup {
    let note = lang.with("orders-stock-has", &[("total", s.total.into()), ("drawn", s.drawn.into())]);
    kpi(lang, &Kpi { label: unit(lang, s.unit), value: lang.int(s.available), unit: note, ..Kpi::default() })
}

fn adding(app: &Shared, lang: Lang, action: &str, sent: &Adding, error: &str) -> Markup {
    let options: Vec<(String, String)> = Unit::ALL.iter().map(|u| (u.word().to_owned(), unit(lang, *u))).collect();
    let chosen = Unit::parse(&sent.unit).unwrap_or(Unit::Seat).word();
    let months = if sent.months.is_empty() { "12" } else { sent.months.as_str() };
    let body = html! {
        div.form-row {
            (field::select(lang, &Field::new("unit", lang.t("orders-stock-unit"), chosen).required(), &options))
            (field::input(lang, "number", &Field { within: Some((1, 1_000_000_000)), ..Field::new("units", lang.t("orders-stock-units"), sent.units.as_str()).required() }))
        }
        div.form-row {
            (field::input(lang, "number", &Field { within: Some((1, 120)), ..Field::new("months", lang.t("orders-stock-months"), months).required() }))
            (field::input(lang, "date", &Field::new("from", lang.t("orders-stock-from"), sent.from.as_str())))
        }
        (form::actions(&lang.t("orders-stock-add-do"), None))
    };
    let frame = form::Form { action, idempotency: Some(&form_key(app)), error, ..form::Form::default() };
    card::card(&lang.t("orders-stock-add"), &lang.t("orders-stock-add-sub"), html! {}, form::post(&frame, body))
}

fn list(lang: Lang, (title, sub): (&str, &str), columns: Vec<Column>, rows: Vec<Row>, nothing: Markup) -> Markup {
    let caption = lang.t(title);
    let sub = if sub.is_empty() { String::new() } else { lang.t(sub) };
    let table = Table { caption: caption.clone(), columns, rows, nothing, compact: true, ..Table::default() };
    card::list(&caption, &sub, html! {}, table::table(lang, Swap::page(), &table))
}

fn spans(lang: Lang, first: Column) -> Vec<Column> {
    vec![
        first,
        Column::figure("units", lang.t("orders-stock-units")),
        Column::plain("start", lang.t("licensing-order-start")),
        Column::plain("end", lang.t("licensing-order-end")),
    ]
}

fn orders(lang: Lang, orders: &[StockOrder]) -> Markup {
    let zone = Zone::utc();
    let row = |o: &StockOrder| Row {
        id: o.id.to_string(),
        name: unit(lang, o.unit),
        cells: vec![
            html! { (unit(lang, o.unit)) },
            html! { (lang.int(o.units)) },
            html! { (lang.date(o.starts_at, &zone)) },
            html! { (lang.date(o.ends_at, &zone)) },
        ],
        ..Row::default()
    };
    let nothing = empty::empty("key", &lang.t("orders-stock-none"), &lang.t("orders-stock-none-text"), None);
    let columns = spans(lang, Column::plain("unit", lang.t("orders-stock-unit")));
    list(lang, ("orders-stock-orders", ""), columns, orders.iter().map(row).collect(), nothing)
}

fn draws(lang: Lang, draws: &[Draw]) -> Markup {
    let zone = Zone::utc();
    let name = |d: &Draw| d.name.clone().unwrap_or_else(|| lang.t("orders-draw-left"));
    let row = |d: &Draw| Row {
        id: d.order_id.to_string(),
        name: name(d),
        cells: vec![
            table::lead(&name(d), &format!("/msp/{}/order-terms", d.msp_id), &unit(lang, d.unit)),
            html! { (lang.int(d.units)) },
            html! { (lang.date(d.starts_at, &zone)) },
            html! { (lang.date(d.ends_at, &zone)) },
        ],
        ..Row::default()
    };
    let nothing = empty::empty("key", &lang.t("orders-draws-none"), &lang.t("orders-draws-none-text"), None);
    let columns = spans(lang, Column::plain("partner", lang.t("orders-draw-partner")));
    list(lang, ("orders-draws", "orders-draws-sub"), columns, draws.iter().map(row).collect(), nothing)
}

/// What the form of the terms sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Choice {
    terms: String,
    idempotency_key: String,
}

pub(super) async fn terms(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    Ok(choose(&app, &visitor, partner, "").await?.into_response())
}

pub(super) async fn set_terms(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(form): Form<Choice>,
) -> Result<Response, Problem> {
    let known = door::look(&app.house, &visitor.caller, partner, Ok(TermsOf { partner })).await?;
    let Some(terms) = OrderTerms::parse(&form.terms) else {
        let page = choose(&app, &visitor, partner, &visitor.lang.t("wrong-value")).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    app.house.execute(visitor.caller.call_with(&form.idempotency_key), SetOrderTerms { partner, terms }).await?;
    Ok(swap::leave(&visitor.headers, &format!("/distributors/{}", known.distributor)))
}

async fn choose(app: &Shared, visitor: &Visitor, partner: PartnerId, error: &str) -> Result<Markup, Problem> {
    let lang = visitor.lang;
    let found = door::look(&app.house, &visitor.caller, partner, Ok(TermsOf { partner })).await?;
    let back = format!("/distributors/{}", found.distributor);
    let frame = Frame {
        context_line: found.name.clone(),
        crumbs: vec![Action { label: lang.t("hierarchy-partners"), href: back.clone(), icon: None }],
        ..visitor.plain(app, lang.t("orders-terms"))
    };
    let options: Vec<(String, String)> =
        OrderTerms::ALL.iter().map(|t| (t.word().to_owned(), lang.t(&format!("orders-terms-{}", t.word())))).collect();
    let action = format!("/msp/{partner}/order-terms");
    let key = form_key(app);
    let fields = form::post(
        &form::Form { action: &action, idempotency: Some(&key), error, ..form::Form::default() },
        html! {
            (field::select(lang, &Field::new("terms", lang.t("orders-terms-choose"), found.terms.word()).required(), &options))
            (form::actions(&lang.t("orders-terms-do"), Some((&lang.t("ui-cancel"), &back))))
        },
    );
    Ok(web::page(&frame, card::card(&found.name, &lang.t("orders-terms-sub"), html! {}, fields)))
}
