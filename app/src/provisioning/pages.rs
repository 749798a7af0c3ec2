//! Console twin: the form for a new customer.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use store::{PartnerId, kinds};
use web::{
    Action, Frame, Lang,
    door::PathId,
    forms::Form,
    parts::{
        card,
        field::{self, Field},
        form,
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::api::NewCustomerBody;
use crate::{
    app::Shared,
    console::{
        self, Visitor,
        wrong::{self, Wrong},
    },
    hierarchy::settings::SettingsOf,
};

/// The room's pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/new", show)
        .post("/msp/{msp}/customers/new", create)
        .get("/setup/{token}", super::pages_setup::show)
        .post("/setup/{token}", super::pages_setup::found)
}

/// What the form sends; empty fields count as not said.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct NewCustomerForm {
    name: String,
    domain: String,
    kind: String,
    plan: String,
    seats: String,
    max_mau: String,
    country: String,
    region: String,
    admin_email: String,
    reference: String,
    idempotency_key: String,
}

impl NewCustomerForm {
    fn blank(max_mau: i64) -> NewCustomerForm {
        NewCustomerForm {
            kind: "paid".into(),
            plan: "pro".into(),
            seats: "0".into(),
            max_mau: max_mau.to_string(),
            ..NewCustomerForm::default()
        }
    }

    /// The same body a program would send: one reading, one set of sentences.
    fn body(&self) -> Result<NewCustomerBody, Problem> {
        let mut body = serde_json::Map::new();
        let texts = [
            ("name", &self.name),
            ("domain", &self.domain),
            ("kind", &self.kind),
            ("plan", &self.plan),
            ("country", &self.country),
            ("region", &self.region),
            ("admin_email", &self.admin_email),
            ("reference", &self.reference),
        ];
        for (name, value) in texts {
            if !value.trim().is_empty() || name == "name" {
                body.insert(name.into(), value.trim().into());
            }
        }
        for (name, value) in [("seats", &self.seats), ("max_mau", &self.max_mau)] {
            if !value.trim().is_empty() {
                let number: Option<i64> = value.trim().parse().ok();
                body.insert(name.into(), number.map_or_else(|| value.as_str().into(), Into::into));
            }
        }
        web::door::read(serde_json::Value::Object(body).to_string().as_bytes())
    }
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    web::door::probe::<access::permissions::CreateCustomers>(&app.house, &visitor.caller, partner).await?;
    let settings =
        web::door::look(&app.house, &visitor.caller, partner, Ok(SettingsOf { partner })).await?.ok_or_else(Problem::not_found)?;
    // The look at a domain before leads here with it.
    let domain = web::Address::of(&visitor.uri).get("domain").unwrap_or_default().to_owned();
    let blank = NewCustomerForm { domain, ..NewCustomerForm::blank(settings.default_max_mau) };
    draw(&app, &visitor, partner, &blank, &Wrong::default()).await
}

async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, form: &NewCustomerForm, wrong: &Wrong) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let frame = Frame {
        context_line: lang.t("provisioning-new-context"),
        crumbs: vec![Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None }],
        actions: vec![Action {
            label: lang.t("provisioning-preflight"),
            href: format!("/msp/{partner}/customers/preflight"),
            icon: Some("search"),
        }],
        ..visitor.frame(app, partner, lang.t("provisioning-new")).await?
    };
    let body = card::card(&lang.t("provisioning-details"), "", html! {}, fields(app, lang, partner, form, wrong));
    let status = if wrong.1.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(&frame, body)).into_response())
}

fn fields(app: &Shared, lang: Lang, partner: PartnerId, form: &NewCustomerForm, (at, why): &Wrong) -> Markup {
    let field = |name: &str, value: &str| {
        let wrong = (at == name).then(|| why.clone());
        Field::new(name, lang.t(&format!("provisioning-{}", name.replace('_', "-"))), value).error(wrong)
    };
    let choice =
        |prefix: &str, values: &[&str]| values.iter().map(|v| ((*v).to_owned(), lang.t(&format!("{prefix}-{v}")))).collect::<Vec<_>>();
    let regions: Vec<(String, String)> = app.config.regions.iter().map(|r| (r.clone(), r.to_uppercase())).collect();
    let action = format!("/msp/{partner}/customers/new");
    let key = console::form_key(app);
    // An error that names no field of the form is said on top.
    let top = if at.is_empty() { why.as_str() } else { "" };
    let frame = form::Form { action: &action, idempotency: Some(&key), error: top, ..form::Form::default() };
    let body = html! {
        (field::text(lang, &field("name", &form.name).required()))
        (field::text(lang, &field("domain", &form.domain).hint(lang.t("provisioning-domain-hint"))))
        div.form-row {
            (field::select(lang, &field("kind", &form.kind), &choice("kind", &["paid", "trial"])))
            (field::select(lang, &field("plan", &form.plan), &choice("tier", &["starter", "pro", "enterprise"])))
        }
        div.form-row {
            (field::input(lang, "number", &field("seats", &form.seats).hint(lang.t("provisioning-seats-hint"))))
            (field::input(lang, "number", &field("max_mau", &form.max_mau).required().hint(lang.t("provisioning-max-mau-hint"))))
        }
        div.form-row {
            (field::select(lang, &field("region", &form.region).hint(lang.t("provisioning-region-hint")), &regions))
            (field::text(lang, &field("country", &form.country).hint(lang.t("provisioning-country-hint"))))
        }
        (field::input(lang, "email", &field("admin_email", &form.admin_email)))
        (field::text(lang, &field("reference", &form.reference)))
        (form::actions(&lang.t("provisioning-create"), Some((&lang.t("ui-cancel"), &format!("/msp/{partner}/customers")))))
    };
    form::post(&frame, body)
}

async fn create(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(form): Form<NewCustomerForm>,
) -> Result<Response, Problem> {
    web::door::probe::<access::permissions::CreateCustomers>(&app.house, &visitor.caller, partner).await?;
    let command = match form.body().and_then(|body| body.command(&app, partner)) {
        Ok(command) => command,
        Err(problem) => {
            return draw(&app, &visitor, partner, &form, &wrong::of(visitor.lang, "", &problem)).await;
        }
    };
    match app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await {
        Ok(answer) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{}", answer.value.tenant_id))),
        Err(Fail::Refused(no)) => draw(&app, &visitor, partner, &form, &wrong::refusal(visitor.lang, "", no)).await,
        Err(fail) => Err(fail.into()),
    }
}
