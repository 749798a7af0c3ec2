//! The form of a SKU, for a new one and for the next version of one.

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
    forms::{Fields, Form},
    parts::field::{self, Field},
    problem::Problem,
    swap,
};

use super::super::{MakeSku, SkuOf, SkuOffer, SkuWording, Skus, Unit, is_sku, make_sku::Fault};
use crate::{
    app::Shared,
    console::{
        Visitor, form_key,
        wrong::{self, Wrong},
    },
    licensing::versions::pages::{Forms, price, ranged},
    noun::Name,
};

/// What stands before the currency in the names of the fields of prices.
const PRICE: &str = "price-";

/// The currencies that the form has fields for: those of the partners, and those the SKU is sold in.
pub(super) fn currencies(found: &Skus, newest: Option<&SkuOffer>) -> Vec<String> {
    let mut all = found.currencies.clone();
    all.extend(newest.into_iter().flat_map(|o| o.prices.iter().map(|p| p.currency.clone())));
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
    fields.only(&names)
}

/// What a form says, or the field that is wrong.
pub(super) fn read(lang: Lang, fields: &Fields, currencies: &[String]) -> Result<SkuWording, Wrong> {
    let number = |name: &str| fields.text(name).parse::<i64>().map_err(|_| (name.to_owned(), lang.t("plans-wrong-number")));
    let mut prices = Vec::new();
    for currency in currencies {
        let minor = price(lang, fields, &format!("{PRICE}{currency}"), currency)?;
        prices.extend(minor.map(|minor| Money { minor, currency: currency.clone() }));
    }
    let wording = SkuWording {
        name: Name::parse(fields.text("name")).map_err(|_| ("name".to_owned(), wrong::field(lang, "name", "invalid")))?,
        units: number("units")?,
        term_months: number("term_months")?,
        prices,
    };
    match wording.fault() {
        None => Ok(wording),
        Some(Fault::Prices) => Err((currencies.first().map_or_else(String::new, |c| format!("{PRICE}{c}")), lang.t("skus-wrong-prices"))),
        Some(Fault::Range(field)) => Err(ranged(lang, field)),
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
pub(super) fn inputs(lang: Lang, fields: &Fields, currencies: &[String], no: &Wrong) -> Markup {
    let one = |name: &str, label: String| Field::new(name, label, fields.text(name)).error(wrong::at(no, name));
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
    let fields = usual.into_iter().collect();
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
    let wrong = match (is_sku(fields.text("sku")), Unit::parse(fields.text("unit")), read(lang, &fields, &currencies)) {
        (false, ..) => ("sku".to_owned(), lang.t("skus-wrong-code")),
        (true, None, _) => ("unit".to_owned(), wrong::field(lang, "unit", "invalid")),
        (true, Some(_), Err(wrong)) => wrong,
        (true, Some(unit), Ok(wording)) => {
            let call = visitor.caller.call_with(fields.key());
            let command = MakeSku { distributor, sku: fields.text("sku").to_owned(), unit, wording };
            match app.house.execute(call, command).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/distributors/{distributor}/skus?done=made"))),
                Err(Fail::Refused(no)) => wrong::refusal(lang, "", no),
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
    let key = form_key(app);
    let forms = Forms { lang, texts: "skus", at: &list, key: &key };
    let one = |name: &'static str, label: &str| Field::new(name, lang.t(label), fields.text(name)).required().error(wrong::at(wrong, name));
    let units: Vec<(String, String)> =
        Unit::ALL.iter().map(|u| (u.word().to_owned(), lang.t(&format!("orders-stock-{}", u.word())))).collect();
    let body = html! {
        div.form-row {
            (field::text(lang, &one("sku", "plans-field-code").hint(lang.t("skus-code-hint"))))
            (field::select(lang, &one("unit", "orders-stock-unit"), &units))
        }
        (inputs(lang, fields, &currencies(found, None), wrong))
    };
    web::page(&frame, forms.make(wrong, body))
}
