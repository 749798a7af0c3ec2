//! `/distributors/{id}/skus/{sku}`: one SKU with its versions, changing it and ending its sale.

use access::permissions::ManagePartners;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{DistributorId, Timestamp, Zone};
use web::{
    Action, Frame, Lang, Swap, door,
    forms::Form,
    parts::{
        card,
        field::{self, Field},
        form, keyvalue,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{EditSku, EndSku, SkuChange, SkuOffer, SkuWording, Skus, api},
    form::{self as sku_form, Fields},
};
use crate::{
    app::Shared,
    console::{
        Visitor, done, form_key,
        wrong::{self, Wrong},
    },
    licensing::subscriptions::pages::begins,
};

type Path2 = Path<(String, String)>;

/// What was wrong, in which form.
#[derive(Default)]
struct Refused {
    fields: Option<Fields>,
    edit: Wrong,
    end: Wrong,
}

pub(super) async fn show(State(app): State<Shared>, visitor: Visitor, Path(path): Path2) -> Result<Response, Problem> {
    let (distributor, code) = api::named(path);
    let found = api::known(&app, &visitor.caller, distributor, &code).await?;
    draw(&app, &visitor, distributor, &found, Refused::default())
}

fn draw(app: &Shared, visitor: &Visitor, distributor: DistributorId, found: &Skus, no: Refused) -> Result<Response, Problem> {
    let newest = found.offers.first().ok_or_else(Problem::not_found)?;
    let (lang, now, list) = (visitor.lang, app.house.now(), format!("/distributors/{distributor}/skus"));
    let frame = Frame {
        context_line: lang.t("skus-one-context"),
        crumbs: vec![
            Action { label: found.name.clone(), href: format!("/distributors/{distributor}"), icon: None },
            Action { label: lang.t("skus-title"), href: list.clone(), icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "skus"),
        ..visitor.plain(app, super::called(lang, &newest.sku.sku, &newest.sku.name))
    };
    let (base, key) = (format!("{list}/{}", newest.sku.sku), form_key(app));
    let refused = no.fields.is_some() || !no.end.1.is_empty();
    let body = html! {
        div.stack {
            (card::card(&lang.t("plans-newest"), "", html! {}, facts(lang, newest, now)))
            (edit_card(lang, &base, &key, found, newest, &no))
            (end_card(lang, &base, &key, newest, &no.end))
            (history(lang, &found.offers))
        }
    };
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, web::page(&frame, body)).into_response())
}

fn facts(lang: Lang, o: &SkuOffer, now: Timestamp) -> Markup {
    keyvalue::pairs(&[
        (lang.t("plans-version"), html! { (o.sku.version) }),
        (lang.t("plans-code"), html! { code translate="no" { (o.sku.sku) } }),
        (lang.t("skus-grants"), html! { (super::grants(lang, o)) }),
        (lang.t("plans-term"), html! { (lang.with("plans-months", &[("n", o.sku.term_months.into())])) }),
        (lang.t("skus-price"), super::prices(lang, &o.prices)),
        (lang.t("plans-sale"), super::sale(lang, o, now)),
    ])
}

fn edit_card(lang: Lang, base: &str, key: &str, found: &Skus, newest: &SkuOffer, no: &Refused) -> Markup {
    let values = no.fields.clone().unwrap_or_else(|| sku_form::values(newest));
    let top = if no.edit.0.is_empty() { no.edit.1.as_str() } else { "" };
    let body = html! {
        input type="hidden" name="version" value=(newest.sku.version);
        (sku_form::inputs(lang, &values, &sku_form::currencies(found, Some(newest)), &no.edit))
        (form::actions(&lang.t("plans-edit-do"), None))
    };
    let frame = form::Form { action: base, idempotency: Some(key), error: top, ..form::Form::default() };
    card::card(&lang.t("skus-edit"), &lang.t("skus-edit-sub"), html! {}, form::post(&frame, body))
}

fn end_card(lang: Lang, base: &str, key: &str, o: &SkuOffer, (_, why): &Wrong) -> Markup {
    let value = o.end_of_sale_at.map_or_else(String::new, |at| Zone::utc().date(at).to_string());
    let field = Field::new("end_of_sale", lang.t("plans-field-end-of-sale"), value).hint(lang.t("skus-end-hint"));
    let action = format!("{base}/end");
    let frame = form::Form { action: &action, idempotency: Some(key), ..form::Form::default() };
    let body = html! {
        (field::input(lang, "date", &field.error((!why.is_empty()).then(|| why.clone()))))
        (form::actions(&lang.t("plans-end-do"), None))
    };
    card::card(&lang.t("skus-end"), &lang.t("skus-end-sub"), html! {}, form::post(&frame, body))
}

fn history(lang: Lang, versions: &[SkuOffer]) -> Markup {
    let row = |o: &SkuOffer| Row {
        id: o.sku.version.to_string(),
        name: o.sku.version.to_string(),
        cells: vec![
            html! { (o.sku.version) },
            html! { span dir="auto" { (super::called(lang, &o.sku.sku, &o.sku.name)) } },
            html! { (super::grants(lang, o)) },
            html! { (lang.with("plans-months", &[("n", o.sku.term_months.into())])) },
            super::prices(lang, &o.prices),
            o.made_at.map_or_else(|| html! { (lang.t("plans-built-in")) }, |at| html! { (lang.date(at, &Zone::utc())) }),
        ],
        ..Row::default()
    };
    let columns = ["plans-version", "plans-field-name", "skus-grants", "plans-term", "skus-price", "plans-made"];
    let table = Table {
        caption: lang.t("plans-versions"),
        columns: columns.into_iter().map(|id| Column { wraps: id == "skus-price", ..Column::plain(id, lang.t(id)) }).collect(),
        rows: versions.iter().map(row).collect(),
        compact: true,
        ..Table::default()
    };
    card::list(&lang.t("plans-versions"), &lang.t("plans-versions-sub"), html! {}, table::table(lang, Swap::page(), &table))
}

fn change(w: SkuWording) -> SkuChange {
    SkuChange { name: Some(w.name), units: Some(w.units), term_months: Some(w.term_months), prices: Some(w.prices) }
}

pub(super) async fn save(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(path): Path2,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let (distributor, code) = api::named(path);
    door::probe::<ManagePartners>(&app.house, &visitor.caller, distributor).await?;
    let found = api::known(&app, &visitor.caller, distributor, &code).await?;
    let currencies = sku_form::currencies(&found, found.offers.first());
    sku_form::known(&fields, &currencies, &["version"])?;
    let edit = match sku_form::read(visitor.lang, &fields, &currencies) {
        Err(wrong) => wrong,
        Ok(wording) => {
            let call = visitor.caller.call_with(fields.get("idempotency_key").map_or("", String::as_str));
            // What is no version is an old one.
            let version = Some(fields.get("version").and_then(|v| v.parse().ok()).unwrap_or(0));
            let command = EditSku { distributor, sku: code.clone(), version, change: change(wording) };
            match app.house.execute(call, command).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/distributors/{distributor}/skus/{code}?done=changed"))),
                Err(Fail::Refused(no)) => sku_form::wrong_of(visitor.lang, no),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    draw(&app, &visitor, distributor, &found, Refused { fields: Some(fields), edit, ..Refused::default() })
}

/// When a sale ends, as the form sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EndForm {
    end_of_sale: String,
    idempotency_key: String,
}

pub(super) async fn end(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(path): Path2,
    Form(form): Form<EndForm>,
) -> Result<Response, Problem> {
    let (distributor, code) = api::named(path);
    door::probe::<ManagePartners>(&app.house, &visitor.caller, distributor).await?;
    let found = api::known(&app, &visitor.caller, distributor, &code).await?;
    let lang = visitor.lang;
    let why = match begins(&form.end_of_sale, &Zone::utc()) {
        Err(()) => lang.t("plans-wrong-day"),
        Ok(end_of_sale_at) => {
            let command = EndSku { distributor, sku: code.clone(), end_of_sale_at };
            match app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/distributors/{distributor}/skus/{code}?done=ends"))),
                Err(Fail::Refused(no)) => wrong::refusal(lang, "", no).1,
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    draw(&app, &visitor, distributor, &found, Refused { end: ("end_of_sale".to_owned(), why), ..Refused::default() })
}
