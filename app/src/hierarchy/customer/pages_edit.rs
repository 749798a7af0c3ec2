//! The form that changes a customer: the same body a program would send.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;
use store::{PartnerId, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathIds},
    forms::{Fields, Form},
    parts::{
        card,
        field::{self, Field},
        form,
    },
    problem::Problem,
    swap,
};

use super::CustomerOf;
use crate::{
    app::Shared,
    console::{
        Visitor, form_key,
        wrong::{self, Wrong},
    },
    hierarchy::{
        customers::Customer,
        edit::{CustomerChange, EditCustomer},
        noun::Tier,
        refusal::Refused,
    },
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// Fields that an empty input clears.
const CLEARABLE: &[&str] = &["legal_name", "country", "sector", "reference", "domain", "admin_email"];
const FIELDS: &[&str] = &["name", "legal_name", "tier", "country", "sector", "reference", "language", "time_zone", "domain", "admin_email"];

fn values(c: &Customer) -> Fields {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let pairs = [
        ("name", c.name.clone()),
        ("legal_name", text(&c.legal_name)),
        ("tier", c.tier.word().to_owned()),
        ("country", text(&c.country)),
        ("sector", text(&c.sector)),
        ("reference", text(&c.reference)),
        ("language", c.language.clone()),
        ("time_zone", c.time_zone.clone()),
        ("domain", text(&c.domain)),
        ("admin_email", text(&c.admin_email)),
        ("max_mau", c.max_mau.to_string()),
        ("member_retention_days", c.member_retention_days.map_or_else(String::new, |n| n.to_string())),
        ("version", c.version.to_string()),
    ];
    pairs.into_iter().collect()
}

/// The body a program would send.
fn change_of(fields: &Fields) -> Result<CustomerChange, Problem> {
    let mut body = serde_json::Map::new();
    for name in FIELDS {
        let Some(value) = fields.get(*name).map(|v| v.trim()) else { continue };
        let value = if value.is_empty() && CLEARABLE.contains(name) { Value::Null } else { value.into() };
        body.insert((*name).to_owned(), value);
    }
    if let Some(text) = fields.get("max_mau") {
        body.insert("max_mau".into(), text.trim().parse::<i64>().map_or_else(|_| text.as_str().into(), Value::from));
    }
    if let Some(text) = fields.get("member_retention_days").map(|t| t.trim()) {
        let days = if text.is_empty() { Value::Null } else { text.parse::<i64>().map_or_else(|_| text.into(), Value::from) };
        body.insert("member_retention_days".into(), days);
    }
    let change: CustomerChange = door::read(Value::Object(body).to_string().as_bytes())?;
    change.checked().map_err(|(field, code, why)| Problem::invalid(format!("/{field}"), code, why))
}

pub(super) async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    door::probe::<access::permissions::ManageCustomers>(&app.house, &visitor.caller, customer).await?;
    let found = door::look(&app.house, &visitor.caller, customer, Ok(CustomerOf { partner, customer })).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    Ok(draw(&app, &visitor, partner, &found, &values(&found), &Wrong::default()).await?.into_response())
}

pub(super) async fn save(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ManageCustomers>(&app.house, &visitor.caller, customer).await?;
    let found = door::look(&app.house, &visitor.caller, customer, Ok(CustomerOf { partner, customer })).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    fields.only(&[FIELDS, &["max_mau", "member_retention_days", "version"]].concat())?;
    let again = async |wrong: Wrong| -> Result<Response, Problem> {
        let page = draw(&app, &visitor, partner, &found, &fields, &wrong).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let change = match change_of(&fields) {
        Ok(change) => change,
        Err(problem) => {
            return again(wrong::of(visitor.lang, "", &problem)).await;
        }
    };
    let version = fields.version();
    match app.house.execute(visitor.caller.call_with(fields.key()), EditCustomer { customer, version, tier: None, change }).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}?done=saved"))),
        Err(Fail::Refused(no)) => {
            let field = match no {
                Refused::DomainTaken {} => "domain",
                Refused::NameTaken {} => "name",
                Refused::EmailTaken {} => "admin_email",
                _ => "",
            };
            again((field.to_owned(), wrong::refusal(visitor.lang, "", no).1)).await
        }
        Err(fail) => Err(fail.into()),
    }
}

async fn draw(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    c: &Customer,
    fields: &Fields,
    wrong: &Wrong,
) -> Result<Markup, Problem> {
    let lang = visitor.lang;
    let back = format!("/msp/{partner}/customers/{}", c.id);
    let frame = Frame {
        context_line: c.account_number.clone(),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None },
            Action { label: c.name.clone(), href: back.clone(), icon: None },
        ],
        ..visitor.frame(app, partner, lang.t("hierarchy-edit-title")).await?
    };
    let body = card::card(&lang.t("hierarchy-facts"), &lang.t("hierarchy-edit-sub"), html! {}, inputs(app, lang, &back, fields, wrong));
    Ok(web::page(&frame, body))
}

fn inputs(app: &Shared, lang: Lang, back: &str, fields: &Fields, no: &Wrong) -> Markup {
    let one = |name: &'static str| {
        Field::new(name, lang.t(&format!("hierarchy-{}", name.replace('_', "-"))), fields.typed(name)).error(wrong::at(no, name))
    };
    let tiers: Vec<(String, String)> =
        Tier::ALL.iter().map(|t| (t.word().to_owned(), lang.t(&format!("hierarchy-tier-{}", t.word())))).collect();
    let (action, key) = (format!("{back}/edit"), form_key(app));
    form::post(
        &form::Form { action: &action, idempotency: Some(&key), error: wrong::top(no), ..form::Form::default() },
        html! {
            input type="hidden" name="version" value=(fields.typed("version"));
            div.form-row {
                (field::text(lang, &one("name").required()))
                (field::text(lang, &one("legal_name").hint(lang.t("hierarchy-legal-name-hint"))))
            }
            div.form-row {
                (field::select(lang, &one("tier").required(), &tiers))
                (field::input(lang, "number", &one("max_mau").required().hint(lang.t("hierarchy-max-mau-hint"))))
            }
            div.form-row {
                (field::text(lang, &one("domain").hint(lang.t("hierarchy-domain-hint"))))
                (field::input(lang, "email", &one("admin_email")))
            }
            div.form-row { (field::text(lang, &one("country").hint(lang.t("hierarchy-country-hint")))) (field::text(lang, &one("sector"))) }
            div.form-row { (field::text(lang, &one("language").required())) (field::text(lang, &one("time_zone").required())) }
            div.form-row {
                (field::text(lang, &one("reference")))
                (field::input(lang, "number", &one("member_retention_days").hint(lang.t("hierarchy-set-member-retention-days-hint"))))
            }
            (form::actions(&lang.t("hierarchy-save"), Some((&lang.t("ui-cancel"), back))))
        },
    )
}
