//! `/distributors/{id}/skus/{sku}`: one SKU with its versions, changing it and ending its sale.

use access::permissions::ManagePartners;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use command::Fail;
use maud::{Markup, html};
use serde::Deserialize;
use store::{DistributorId, Timestamp, Zone};
use web::{
    Action, Frame, Lang, door,
    forms::{Fields, Form},
    parts::{card, keyvalue, table::Column},
    problem::Problem,
    swap,
};

use super::{
    super::{EditSku, EndSku, SkuChange, SkuOffer, SkuWording, Skus, api},
    form as sku_form,
};
use crate::{
    app::Shared,
    console::{Visitor, done, form_key, wrong},
    licensing::versions::pages::{self as versions, Forms, Refused, begins},
};

type Path2 = Path<(String, String)>;

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
    let forms = Forms { lang, texts: "skus", at: &base, key: &key };
    let currencies = sku_form::currencies(found, Some(newest));
    let typed = no.fields.clone().unwrap_or_else(|| sku_form::values(newest));
    let body = html! {
        div.stack {
            (card::card(&lang.t("plans-newest"), "", html! {}, facts(lang, newest, now)))
            (forms.edit(newest.sku.version, &no.edit, sku_form::inputs(lang, &typed, &currencies, &no.edit)))
            (forms.end(&no.end, forms.day("end_of_sale", "skus-end-hint", newest.end_of_sale_at, &Zone::utc(), &no.end)))
            (history(lang, &found.offers))
        }
    };
    Ok((no.status(), web::page(&frame, body)).into_response())
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

fn history(lang: Lang, all: &[SkuOffer]) -> Markup {
    let row = |o: &SkuOffer| {
        let says = vec![
            html! { span dir="auto" { (super::called(lang, &o.sku.sku, &o.sku.name)) } },
            html! { (super::grants(lang, o)) },
            html! { (lang.with("plans-months", &[("n", o.sku.term_months.into())])) },
            super::prices(lang, &o.prices),
        ];
        versions::version(lang, o.sku.version, says, o.made_at, &Zone::utc())
    };
    let says = ["plans-field-name", "skus-grants", "plans-term", "skus-price"]
        .map(|id| Column { wraps: id == "skus-price", ..Column::plain(id, lang.t(id)) });
    versions::history(lang, says.into(), all.iter().map(row).collect())
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
            let call = visitor.caller.call_with(fields.key());
            // What is no version is an old one.
            let version = Some(fields.version().unwrap_or(0));
            let command = EditSku { distributor, sku: code.clone(), version, change: change(wording) };
            match app.house.execute(call, command).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/distributors/{distributor}/skus/{code}?done=changed"))),
                Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "", no),
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
