//! `/distributors/{id}/skus`: what a distributor sells.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::html;
use store::kinds;
use web::{
    Action, Frame, Swap,
    door::{self, PathId},
    parts::{
        card,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
};

use super::super::{SkuOf, SkuOffer};
use crate::{
    app::Shared,
    console::{Visitor, done},
};

pub(super) async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(distributor): PathId<kinds::Distributor>,
) -> Result<Response, Problem> {
    let found = door::look(&app.house, &visitor.caller, distributor, Ok(SkuOf { distributor, sku: None })).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    let (lang, now, base) = (visitor.lang, app.house.now(), format!("/distributors/{distributor}"));
    let frame = Frame {
        context_line: lang.t("skus-context"),
        crumbs: vec![Action { label: found.name, href: base.clone(), icon: None }],
        primary: Some(Action { label: lang.t("skus-new"), href: format!("{base}/skus/new"), icon: Some("plus") }),
        toast: done::toast(lang, &visitor.uri, "skus"),
        ..visitor.plain(&app, lang.t("skus-title"))
    };
    let row = |o: &SkuOffer| {
        let name = super::called(lang, &o.sku.sku, &o.sku.name);
        Row {
            id: o.sku.sku.clone(),
            cells: vec![
                html! {
                    div.cell-main { span.cell-text {
                        a href={ (base) "/skus/" (o.sku.sku) } dir="auto" { (name) }
                        small translate="no" { (o.sku.sku) }
                    } }
                },
                html! { (super::grants(lang, o)) },
                html! { (lang.with("plans-months", &[("n", o.sku.term_months.into())])) },
                super::prices(lang, &o.prices),
                html! { (o.sku.version) },
                super::sale(lang, o, now),
            ],
            name,
            ..Row::default()
        }
    };
    let columns = vec![
        Column { wraps: true, ..Column::plain("sku", lang.t("licensing-order-what")) },
        Column::plain("units", lang.t("skus-grants")),
        Column::plain("term", lang.t("plans-term")),
        Column { wraps: true, ..Column::plain("price", lang.t("skus-price")) },
        Column::figure("version", lang.t("plans-version")),
        Column::plain("sale", lang.t("plans-sale")),
    ];
    let table = Table { caption: lang.t("skus-title"), columns, rows: found.offers.iter().map(row).collect(), ..Table::default() };
    let body = card::list(&lang.t("skus-title"), &lang.t("skus-sub"), html! {}, table::table(lang, Swap::page(), &table));
    Ok(web::page(&frame, html! { div.stack { (body) } }).into_response())
}
