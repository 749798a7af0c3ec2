//! The form of a plan, for a new one and for the next version of one.

use access::permissions::Purchase;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use store::{Money, PartnerId, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathId},
    forms::{Fields, Form},
    parts::field::{self, Field},
    problem::Problem,
    swap,
};

use super::super::{
    MakePlan, Meter, USAGE_DAYS, Wording,
    plan::{Plan, SEATS, is_code},
};
use crate::{
    app::Shared,
    console::{
        Visitor, form_key,
        wrong::{self, Wrong},
    },
    hierarchy::settings::SettingsOf,
    licensing::{
        policy::{GRACE_DAYS, UsagePolicy},
        versions::pages::{Forms, number, price, ranged},
    },
    noun::Name,
};

const WORDING: &[&str] =
    &["name", "units", "term_months", "renew_months", "notice_days", "grace_days", "usage_policy", "usage_days", "meter", "price"];

/// A form has these fields and no other.
pub(super) fn known(fields: &Fields, more: &[&str]) -> Result<(), Problem> {
    fields.only(&[WORDING, more].concat())
}

/// What a form says, its price in a currency, or the field that is wrong.
pub(super) fn read(lang: Lang, fields: &Fields, currency: &str) -> Result<Wording, Wrong> {
    let number = |name: &str| number(lang, fields, name);
    let wording = Wording {
        name: Name::parse(fields.text("name")).map_err(|_| ("name".to_owned(), wrong::field(lang, "name", "invalid")))?,
        units: number("units")?.unwrap_or(1),
        term_months: number("term_months")?.unwrap_or(0),
        renew_months: number("renew_months")?,
        notice_days: number("notice_days")?.unwrap_or(30),
        grace_days: number("grace_days")?.unwrap_or(0),
        usage_policy: policy(fields.text("usage_policy"), number("usage_days")?).ok_or_else(|| unchosen(lang, fields))?,
        meter: metered(fields.text("meter")).ok_or_else(|| ("meter".to_owned(), wrong::field(lang, "meter", "invalid")))?,
        price_minor: price(lang, fields, "price", currency)?,
    };
    match wording.fault() {
        None => Ok(wording),
        Some((USAGE_DAYS, least, most)) => Err(ranged(lang, ("usage_days", least, most))),
        Some(("price_minor", ..)) => Err(("price".to_owned(), lang.t("plans-wrong-price"))),
        Some(field) => Err(ranged(lang, field)),
    }
}

/// The choice for people beyond the seats; a form without it chooses that there are none.
fn policy(word: &str, days: Option<i64>) -> Option<UsagePolicy> {
    if word.is_empty() { Some(UsagePolicy::Hard) } else { UsagePolicy::read(word, days) }
}

/// The choice of what is charged; a form without it chooses the usual.
fn metered(word: &str) -> Option<Meter> {
    if word.is_empty() { Some(Meter::usual()) } else { Meter::parse(word) }
}

/// What is wrong with the choice: a grace without days, or no choice of ours.
fn unchosen(lang: Lang, fields: &Fields) -> Wrong {
    match fields.text("usage_policy") {
        "grace" => ranged(lang, ("usage_days", GRACE_DAYS.0, GRACE_DAYS.1)),
        _ => ("usage_policy".to_owned(), wrong::field(lang, "usage_policy", "invalid")),
    }
}

/// The currency in which a partner's amounts are typed.
pub(super) async fn currency(app: &Shared, visitor: &Visitor, partner: PartnerId) -> Result<String, Problem> {
    let found = app.house.ask(&visitor.caller.call(), SettingsOf { partner }).await?;
    Ok(found.ok_or_else(Problem::not_found)?.currency)
}

/// The fields as a plan fills them.
pub(super) fn values(plan: &Plan) -> Fields {
    let price = plan.price.as_ref().map_or_else(String::new, Money::typed);
    let fields = [
        ("name", plan.name.clone()),
        ("units", plan.units.to_string()),
        ("term_months", plan.term_months.to_string()),
        ("renew_months", plan.renew_months.map_or_else(String::new, |n| n.to_string())),
        ("notice_days", plan.notice_days.to_string()),
        ("grace_days", plan.grace_days.to_string()),
        ("usage_policy", plan.usage_policy.word().to_owned()),
        ("usage_days", plan.usage_policy.days().map_or_else(String::new, |n| n.to_string())),
        ("meter", plan.meter.word().to_owned()),
        ("price", price),
    ];
    fields.into_iter().collect()
}

/// The inputs of what a plan says.
pub(super) fn inputs(lang: Lang, fields: &Fields, no: &Wrong) -> Markup {
    let one = |name: &'static str| {
        let label = lang.t(&format!("plans-field-{}", name.replace('_', "-")));
        Field::new(name, label, fields.text(name)).error(wrong::at(no, name))
    };
    let number = |name: &'static str, least, most| field::input(lang, "number", &Field { within: Some((least, most)), ..one(name) });
    html! {
        (field::text(lang, &one("name").required()))
        div.form-row {
            (field::input(lang, "number", &Field { within: Some((1, 120)), ..one("term_months").required() }))
            (field::input(lang, "number", &Field { within: Some((1, 120)), ..one("renew_months").hint(lang.t("plans-field-renew-hint")) }))
        }
        div.form-row { (number("notice_days", 0, 365)) (number("grace_days", 0, 90)) }
        div.form-row {
            (field::select(lang, &one("usage_policy").hint(lang.t("plans-field-usage-policy-hint")), &policies(lang)))
            (field::input(lang, "number", &Field { within: Some(GRACE_DAYS), ..one("usage_days").hint(lang.t("plans-field-usage-days-hint")) }))
        }
        (field::select(lang, &one("meter").hint(lang.t("plans-field-meter-hint")), &meters(lang)))
        div.form-row { (number("units", 1, 1_000_000)) (field::text(lang, &one("price").hint(lang.t("plans-field-price-hint")))) }
    }
}

fn policies(lang: Lang) -> Vec<(String, String)> {
    ["hard", "soft_overage", "grace"].map(|word| (word.to_owned(), lang.t(&format!("plans-policy-{}", word.replace('_', "-"))))).into()
}

fn meters(lang: Lang) -> Vec<(String, String)> {
    Meter::ALL.iter().map(|m| (m.word().to_owned(), lang.t(&format!("plans-meter-{}", m.word().replace('_', "-"))))).collect()
}

pub(super) async fn new(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    door::probe::<Purchase>(&app.house, &visitor.caller, partner).await?;
    let usual =
        [("product", SEATS), ("units", "1"), ("term_months", "12"), ("renew_months", "12"), ("notice_days", "30"), ("grace_days", "0")];
    let fields = usual.into_iter().collect();
    Ok(draw(&app, &visitor, partner, &fields, &Wrong::default()).await?.into_response())
}

pub(super) async fn create(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    door::probe::<Purchase>(&app.house, &visitor.caller, partner).await?;
    known(&fields, &["code", "product"])?;
    let (lang, currency) = (visitor.lang, currency(&app, &visitor, partner).await?);
    let coded = ["code", "product"].into_iter().find(|name| !is_code(fields.text(name)));
    let wrong = match (coded, read(lang, &fields, &currency)) {
        (Some(name), _) => (name.to_owned(), lang.t("plans-wrong-code")),
        (None, Err(wrong)) => wrong,
        (None, Ok(wording)) => {
            let call = visitor.caller.call_with(fields.key());
            let (code, product) = (fields.text("code").to_owned(), fields.text("product").to_owned());
            match app.house.execute(call, MakePlan { partner, code, product, wording }).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/plans?done=made"))),
                Err(Fail::Refused(no)) => wrong::refusal(lang, "", no),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, partner, &fields, &wrong).await?).into_response())
}

async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, fields: &Fields, wrong: &Wrong) -> Result<Markup, Problem> {
    let (lang, list) = (visitor.lang, format!("/msp/{partner}/plans"));
    let frame = Frame {
        crumbs: vec![Action { label: lang.t("plans-title"), href: list.clone(), icon: None }],
        ..visitor.frame(app, partner, lang.t("plans-new")).await?
    };
    let key = form_key(app);
    let forms = Forms { lang, texts: "plans", at: &list, key: &key };
    let coded = |name: &'static str| {
        let label = lang.t(&format!("plans-field-{name}"));
        let hint = lang.t(&format!("plans-field-{name}-hint"));
        Field::new(name, label, fields.text(name)).required().hint(hint).error(wrong::at(wrong, name))
    };
    let body = html! {
        div.form-row { (field::text(lang, &coded("code"))) (field::text(lang, &coded("product"))) }
        (inputs(lang, fields, wrong))
    };
    Ok(web::page(&frame, forms.make(wrong, body)))
}
