//! Console twin: where to, what that changes, and the customer's name typed before it happens.

use axum::{
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use command::{Fail, Preview};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, PartnerId, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathIds},
    forms::Form,
    parts::{
        Tone, card,
        field::{self, Field},
        form, keyvalue,
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    MoveCustomer, NotMoved,
    impact::{Impact, ImpactOf, Ways},
};
use crate::{
    app::Shared,
    console::{Visitor, form_key, typed, wrong},
    hierarchy::customer::CustomerOf,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/customers/{customer}/move", show).post("/msp/{msp}/customers/{customer}/move", perform)
}

/// What the choice and the form send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    to: String,
    typed_name: String,
    idempotency_key: String,
}

impl Asked {
    fn to(&self) -> Option<PartnerId> {
        PartnerId::parse(&self.to)
    }
}

async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(from, customer): Ids,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let ways = ways(&app, &visitor, from, customer, asked.to()).await?;
    Ok(draw(&app, &visitor, from, &ways, "").await?.into_response())
}

async fn perform(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(from, customer): Ids,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let ways = ways(&app, &visitor, from, customer, asked.to()).await?;
    let Some(impact) = &ways.impact else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, from, &ways, "").await?).into_response());
    };
    if let Some(wrong) = typed::wrong(visitor.lang, &asked.typed_name, &ways.customer.name) {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, from, &ways, &wrong).await?).into_response());
    }
    let call = visitor.caller.call_with(&asked.idempotency_key);
    match app.house.execute(call, MoveCustomer { customer, from, to: impact.to }).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{}/customers/{customer}?done=moved", impact.to))),
        // The page says why, as it would have before.
        Err(Fail::Refused(_)) => Ok((StatusCode::CONFLICT, draw(&app, &visitor, from, &ways, "").await?).into_response()),
        Err(fail) => Err(fail.into()),
    }
}

async fn ways(app: &Shared, visitor: &Visitor, from: PartnerId, customer: CustomerId, to: Option<PartnerId>) -> Result<Ways, Problem> {
    // Where the customer is comes before what may be done with it.
    let here = door::look(&app.house, &visitor.caller, customer, Ok(CustomerOf { partner: from, customer })).await?;
    here.ok_or_else(Problem::not_found)?;
    door::look(&app.house, &visitor.caller, customer, Ok(ImpactOf { from, customer, to })).await?.ok_or_else(Problem::not_found)
}

async fn draw(app: &Shared, visitor: &Visitor, from: PartnerId, ways: &Ways, wrong: &str) -> Result<Markup, Problem> {
    let (lang, customer) = (visitor.lang, &ways.customer);
    let back = format!("/msp/{from}/customers/{}", customer.id);
    let frame = Frame {
        context_line: customer.account_number.clone(),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: format!("/msp/{from}/customers"), icon: None },
            Action { label: customer.name.clone(), href: back.clone(), icon: None },
        ],
        ..visitor.frame(app, from, lang.with("moves-title", &[("name", customer.name.as_str().into())])).await?
    };
    let outcome = match &ways.impact {
        None => html! {},
        Some(impact) => {
            let command = MoveCustomer { customer: customer.id, from, to: impact.to };
            match app.house.preview(visitor.caller.call(), command).await {
                Ok(preview) => confirm(lang, &back, ways, impact, &preview, &form_key(app), wrong),
                Err(Fail::Refused(no)) => refused(lang, no),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    Ok(web::page(&frame, html! { div.stack { (card::card(&lang.t("moves-where"), "", html! {}, choice(lang, &back, ways))) (outcome) } }))
}

fn choice(lang: Lang, back: &str, ways: &Ways) -> Markup {
    if ways.others.is_empty() {
        return html! { p.muted { (lang.t("moves-nowhere")) } };
    }
    let chosen = ways.impact.as_ref().map_or_else(String::new, |i| i.to.to_string());
    let options: Vec<(String, String)> = ways.others.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
    html! {
        form.form method="get" action={ (back) "/move" } {
            (field::select(lang, &Field::new("to", lang.t("moves-to"), chosen).required(), &options))
            (form::actions(&lang.t("moves-show"), Some((&lang.t("ui-cancel"), back))))
        }
    }
}

fn refused(lang: Lang, no: NotMoved) -> Markup {
    let why = wrong::refusal(lang, "moves", no).1;
    card::note(Tone::Bad, html! { p.strong { (lang.t("moves-refused")) } p { (why) } })
}

fn confirm(lang: Lang, back: &str, ways: &Ways, impact: &Impact, preview: &Preview, key: &str, wrong: &str) -> Markup {
    let wrong = (!wrong.is_empty()).then(|| wrong.to_owned());
    let (action, title) = (format!("{back}/move"), lang.with("moves-changes", &[("to", impact.name.as_str().into())]));
    let fields = form::post(
        &form::Form { action: &action, idempotency: Some(key), ..form::Form::default() },
        html! {
            input type="hidden" name="to" value=(impact.to);
            (typed::confirm(lang, &ways.customer.name, wrong, &lang.t("moves-do"), back))
        },
    );
    let stays = html! { (card::note(Tone::Info, html! { (lang.with("moves-stays", &[("from", ways.from.as_str().into())])) })) };
    card::card(&title, "", html! {}, html! { div.stack { (keyvalue::pairs(&facts(lang, ways, impact, preview))) (stays) (fields) } })
}

/// What an effect says of a field, before and after.
fn effect<'p>(preview: &'p Preview, on: &str, id: &str, field: &str) -> Option<(&'p serde_json::Value, &'p serde_json::Value)> {
    preview.effects.iter().find(|e| e.on == on && e.id == id && e.field == field).map(|e| (&e.before, &e.after))
}

fn facts(lang: Lang, ways: &Ways, impact: &Impact, preview: &Preview) -> Vec<(String, Markup)> {
    let text = |id: &str, from: &str, to: &str| lang.with(id, &[("from", from.into()), ("to", to.into())]);
    let number = |value: &serde_json::Value| lang.int(value.as_i64().unwrap_or_default());
    let id = ways.customer.id.to_string();
    let mut pairs = Vec::new();
    for (partner, name) in preview
        .effects
        .iter()
        .filter(|e| e.on == "pool")
        .map(|e| (&e.id, if e.id == impact.to.to_string() { &impact.name } else { &ways.from }))
    {
        if let Some((before, after)) = effect(preview, "pool", partner, "available") {
            pairs.push((
                lang.with("moves-pool", &[("name", name.as_str().into())]),
                html! { (text("moves-from-to", &number(before), &number(after))) },
            ));
        }
    }
    if pairs.is_empty() {
        pairs.push((lang.t("moves-seats"), html! { (lang.t("moves-seats-outside")) }));
    }
    let new = preview.effects.iter().find(|e| e.on == "customer" && e.field == "account_number" && e.before.is_null());
    let new = new.and_then(|e| e.after.as_str()).unwrap_or_default();
    pairs.push((lang.t("hierarchy-account-number"), html! { (text("moves-from-to", &ways.customer.account_number, new)) }));
    if ways.customer.reference.is_some() {
        pairs.push((lang.t("hierarchy-reference"), html! { (lang.t("moves-cleared")) }));
    }
    pairs.push((lang.with("moves-losing", &[("name", ways.from.as_str().into())]), people(lang, &impact.losing)));
    pairs.push((lang.with("moves-gaining", &[("name", impact.name.as_str().into())]), people(lang, &impact.gaining)));
    if let Some((ended, _)) = effect(preview, "customer", &id, "tokens") {
        pairs.push((lang.t("moves-tokens"), html! { (number(ended)) }));
    }
    if !impact.groups.is_empty() {
        pairs.push((lang.t("moves-groups"), html! { (impact.groups.join(", ")) }));
    }
    pairs.push((lang.t("moves-alerts"), html! { (lang.int(i64::try_from(impact.alerts).unwrap_or(0))) }));
    let (listed, most) = impact.room;
    let room = lang.with("ui-used-of", &[("used", lang.int(listed + 1).into()), ("total", lang.int(most).into())]);
    pairs.push((lang.with("moves-room", &[("name", impact.name.as_str().into())]), html! { (room) }));
    pairs
}

/// How many people, and who the first of them are.
fn people(lang: Lang, names: &[String]) -> Markup {
    const SHOWN: usize = 10;
    html! {
        (lang.int(i64::try_from(names.len()).unwrap_or(0)))
        @if !names.is_empty() {
            ": " (names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ")) @if names.len() > SHOWN { " …" }
        }
    }
}
