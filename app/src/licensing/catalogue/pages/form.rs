//! The form of a SKU, for a new one and for the next version of one.

use std::collections::BTreeMap;

use access::permissions::ManagePartners;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use store::{DistributorId, Money, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathId},
    forms::{self, Form},
    parts::{
        card,
        field::{self, Field},
        form,
    },
    problem::Problem,
    swap,
};

use super::super::{MakeSku, SkuOf, SkuOffer, SkuRefusal, SkuWording, Skus, Unit, is_sku, make_sku::Fault};
use crate::{
    app::Shared,
    console::{
        Visitor, form_key,
        wrong::{self, Wrong},
    },
    licensing::subscriptions::pages::minor,
    noun::Name,
};

pub(super) type Fields = BTreeMap<String, String>;

/// What stands before the currency in the names of the fields of prices.
const PRICE: &str = "price-";

/// The currency of a price where there is neither a partner nor a price yet: the one new partners begin with.
const USUAL: &str = "EUR";

/// The currencies that the form has fields for: those of the partners, and those the SKU is sold in.
pub(super) fn currencies(found: &Skus, newest: Option<&SkuOffer>) -> Vec<String> {
    let mut all = found.currencies.clone();
    all.extend(newest.into_iter().flat_map(|o| o.prices.iter().map(|p| p.currency.clone())));
    if all.is_empty() {
        all.push(USUAL.to_owned());
    }
    all.sort();
    all.dedup();
    all
}

/// A form has these fields and no other.
pub(super) fn known(fields: &Fields, currencies: &[String], more: &[&str]) -> Result<(), Problem> {
    let prices: Vec<String> = currencies.iter().map(|c| format!("{PRICE}{c}")).collect();
    let mut names = vec!["name", "units", "term_months"];
    names.extend(prices.iter().map(String::as_str));
    names.extend(more);
    forms::only(fields.keys().map(String::as_str), &names)
}

fn text<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.get(name).map_or("", |v| v.trim())
}

/// What a form says, or the field that is wrong.
pub(super) fn read(lang: Lang, fields: &Fields, currencies: &[String]) -> Result<SkuWording, Wrong> {
    let number = |name: &str| text(fields, name).parse::<i64>().map_err(|_| (name.to_owned(), lang.t("plans-wrong-number")));
    let mut prices = Vec::new();
    for currency in currencies {
        let name = format!("{PRICE}{currency}");
        let minor = minor(text(fields, &name), currency).ok_or_else(|| (name, lang.t("plans-wrong-price")))?;
        prices.extend(minor.map(|minor| Money { minor, currency: currency.clone() }));
    }
    let wording = SkuWording {
        name: Name::parse(text(fields, "name")).map_err(|_| ("name".to_owned(), wrong::field(lang, "name", "invalid")))?,
        units: number("units")?,
        term_months: number("term_months")?,
        prices,
    };
    match wording.fault() {
        None => Ok(wording),
        Some(Fault::Prices) => Err((currencies.first().map_or_else(String::new, |c| format!("{PRICE}{c}")), lang.t("skus-wrong-prices"))),
        Some(Fault::Range(field, least, most)) => {
            let range = lang.with("plans-wrong-range", &[("least", lang.int(least).into()), ("most", lang.int(most).into())]);
            Err((field.to_owned(), range))
        }
    }
}

/// The fields as a SKU fills them.
pub(super) fn values(o: &SkuOffer) -> Fields {
    let fixed = [
        ("name".to_owned(), o.sku.name.clone()),
        ("units".to_owned(), o.sku.units.to_string()),
        ("term_months".to_owned(), o.sku.term_months.to_string()),
    ];
    let price = |p: &Money| (format!("{PRICE}{}", p.currency), p.typed());
    fixed.into_iter().chain(o.prices.iter().map(price)).collect()
}

/// The inputs of what a SKU says.
pub(super) fn inputs(lang: Lang, fields: &Fields, currencies: &[String], (at, why): &Wrong) -> Markup {
    let one = |name: &str, label: String| Field::new(name, label, text(fields, name)).error((at == name).then(|| why.clone()));
    let number = |name: &str, label: &str, most| {
        field::input(lang, "number", &Field { within: Some((1, most)), ..one(name, lang.t(label)).required() })
    };
    let price = |currency: &String| {
        let label = lang.with("skus-price-in", &[("currency", currency.as_str().into())]);
        one(&format!("{PRICE}{currency}"), label).hint(lang.t("skus-price-hint"))
    };
    html! {
        (field::text(lang, &one("name", lang.t("plans-field-name")).required()))
        div.form-row {
            (number("units", "skus-units", 1_000_000))
            (number("term_months", "plans-field-term-months", 120))
        }
        div.form-row { @for currency in currencies { (field::text(lang, &price(currency))) } }
    }
}

pub(super) fn wrong_of(lang: Lang, no: SkuRefusal) -> Wrong {
    let field = if matches!(no, SkuRefusal::SkuTaken {}) { "sku" } else { "" };
    (field.to_owned(), wrong::refusal(lang, "", no).1)
}

async fn catalogue(app: &Shared, visitor: &Visitor, distributor: DistributorId) -> Result<Skus, Problem> {
    let found = door::look(&app.house, &visitor.caller, distributor, Ok(SkuOf { distributor, sku: None })).await?;
    found.ok_or_else(Problem::not_found)
}

pub(super) async fn new(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(distributor): PathId<kinds::Distributor>,
) -> Result<Response, Problem> {
    let found = catalogue(&app, &visitor, distributor).await?;
    let usual = [("unit", Unit::Seat.word()), ("units", "100"), ("term_months", "12")];
    let fields = usual.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    Ok(draw(&app, &visitor, distributor, &found, &fields, &Wrong::default()).into_response())
}

pub(super) async fn create(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(distributor): PathId<kinds::Distributor>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    door::probe::<ManagePartners>(&app.house, &visitor.caller, distributor).await?;
    let found = catalogue(&app, &visitor, distributor).await?;
    let currencies = currencies(&found, None);
    known(&fields, &currencies, &["sku", "unit"])?;
    let lang = visitor.lang;
    let wrong = match (is_sku(text(&fields, "sku")), Unit::parse(text(&fields, "unit")), read(lang, &fields, &currencies)) {
        (false, ..) => ("sku".to_owned(), lang.t("skus-wrong-code")),
        (true, None, _) => ("unit".to_owned(), wrong::field(lang, "unit", "invalid")),
        (true, Some(_), Err(wrong)) => wrong,
        (true, Some(unit), Ok(wording)) => {
            let call = visitor.caller.call_with(text(&fields, "idempotency_key"));
            let command = MakeSku { distributor, sku: text(&fields, "sku").to_owned(), unit, wording };
            match app.house.execute(call, command).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/distributors/{distributor}/skus?done=made"))),
                Err(Fail::Refused(no)) => wrong_of(lang, no),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, distributor, &found, &fields, &wrong)).into_response())
}

fn draw(app: &Shared, visitor: &Visitor, distributor: DistributorId, found: &Skus, fields: &Fields, wrong: &Wrong) -> Markup {
    let (lang, list) = (visitor.lang, format!("/distributors/{distributor}/skus"));
    let frame = Frame {
        crumbs: vec![
            Action { label: found.name.clone(), href: format!("/distributors/{distributor}"), icon: None },
            Action { label: lang.t("skus-title"), href: list.clone(), icon: None },
        ],
        ..visitor.plain(app, lang.t("skus-new"))
    };
    let (key, action, currencies) = (form_key(app), format!("{list}/new"), currencies(found, None));
    let (at, why) = wrong;
    let top = if at.is_empty() { why.as_str() } else { "" };
    let one = |name: &'static str, label: &str| {
        Field::new(name, lang.t(label), text(fields, name)).required().error((at == name).then(|| why.clone()))
    };
    let units: Vec<(String, String)> =
        Unit::ALL.iter().map(|u| (u.word().to_owned(), lang.t(&format!("orders-stock-{}", u.word())))).collect();
    let body = form::post(
        &form::Form { action: &action, idempotency: Some(&key), error: top, ..form::Form::default() },
        html! {
            div.form-row {
                (field::text(lang, &one("sku", "plans-field-code").hint(lang.t("skus-code-hint"))))
                (field::select(lang, &one("unit", "orders-stock-unit"), &units))
            }
            (inputs(lang, fields, &currencies, wrong))
            (form::actions(&lang.t("skus-make"), Some((&lang.t("ui-cancel"), &list))))
        },
    );
    web::page(&frame, card::card(&lang.t("skus-new"), &lang.t("skus-new-sub"), html! {}, body))
}
