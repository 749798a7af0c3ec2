//! A partner's limits in the console.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use maud::Markup;
use serde::Deserialize;
use store::{PartnerId, kinds};
use web::{
    Action, Frame,
    door::{self, PathId},
    forms::Form,
    parts::{
        card,
        field::{self, Field},
        form,
    },
    problem::Problem,
    swap,
};

use super::{
    api::limiting,
    limits::{Limited, Limits, LimitsOf, SetLimits},
};
use crate::{
    app::Shared,
    console::{Visitor, form_key, wrong},
};

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    max_customers: String,
    max_members: String,
    trial_extensions: String,
    trial_extension_days: String,
    idempotency_key: String,
}

impl Asked {
    fn command(&self, partner: PartnerId) -> Result<SetLimits, Problem> {
        // What is no number is refused like one that is too small.
        let number = |text: &str| text.trim().parse().unwrap_or(-1);
        let maybe = |text: &str| Some(text).filter(|text| !text.trim().is_empty()).map(number);
        let limits = Limits {
            max_customers: number(&self.max_customers),
            max_members: number(&self.max_members),
            trial_extensions: maybe(&self.trial_extensions),
            trial_extension_days: maybe(&self.trial_extension_days),
        };
        limiting(partner, limits)
    }
}

async fn limited(app: &Shared, visitor: &Visitor, partner: PartnerId) -> Result<Limited, Problem> {
    door::look(&app.house, &visitor.caller, partner, Ok(LimitsOf { partner })).await?.ok_or_else(Problem::not_found)
}

pub(super) async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let found = limited(&app, &visitor, partner).await?;
    let (limits, maybe) = (&found.limits, |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default());
    let asked = Asked {
        max_customers: limits.max_customers.to_string(),
        max_members: limits.max_members.to_string(),
        trial_extensions: maybe(limits.trial_extensions),
        trial_extension_days: maybe(limits.trial_extension_days),
        ..Asked::default()
    };
    Ok(draw(&app, &visitor, partner, &found, &asked, &wrong::Wrong::default()).into_response())
}

pub(super) async fn save(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let found = limited(&app, &visitor, partner).await?;
    match asked.command(partner) {
        Ok(command) => {
            app.house.execute(visitor.caller.call_with(&asked.idempotency_key), command).await?;
            Ok(swap::leave(&visitor.headers, &format!("/distributors/{}?done=partner-limits", found.distributor)))
        }
        Err(problem) => {
            let wrong = wrong::of(visitor.lang, "hierarchy", &problem);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, partner, &found, &asked, &wrong)).into_response())
        }
    }
}

fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, found: &Limited, asked: &Asked, wrong: &wrong::Wrong) -> Markup {
    let lang = visitor.lang;
    let back = format!("/distributors/{}", found.distributor);
    let frame = Frame {
        context_line: lang.t("hierarchy-limits-context"),
        crumbs: vec![Action { label: lang.t("hierarchy-partners"), href: back.clone(), icon: None }],
        ..visitor.plain(app, lang.with("hierarchy-limits-title", &[("name", found.name.as_str().into())]))
    };
    let number = |name: &'static str, value: &str| {
        let id = format!("hierarchy-{}", name.replace('_', "-"));
        let error = wrong::at(wrong, name);
        field::input(lang, "number", &Field::new(name, lang.t(&id), value).required().hint(lang.t(&format!("{id}-hint"))).error(error))
    };
    let (action, key) = (format!("/msp/{partner}/limits"), form_key(app));
    let fields = form::post(
        &form::Form { action: &action, idempotency: Some(&key), ..form::Form::default() },
        maud::html! {
            (number("max_customers", &asked.max_customers))
            (number("max_members", &asked.max_members))
            (number("trial_extensions", &asked.trial_extensions))
            (number("trial_extension_days", &asked.trial_extension_days))
            (form::actions(&lang.t("hierarchy-save"), Some((&lang.t("ui-cancel"), &back))))
        },
    );
    web::page(&frame, card::card(&lang.t("hierarchy-limits"), "", maud::html! {}, fields))
}
