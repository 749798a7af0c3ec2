//! Console twin of removing a customer: what it has, what will happen, its name typed before it does.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Fail, Preview, Refusal};
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

use super::{Checklist, ChecklistOf, NotRemoved, RemoveCustomer};
use crate::{
    app::Shared,
    console::{Visitor, form_key, typed},
    noun::Note,
    removal::UNDO_DAYS,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/customers/{customer}/offboard", show).post("/msp/{msp}/customers/{customer}/offboard", perform)
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    typed_name: String,
    reason: String,
    idempotency_key: String,
}

/// What is wrong with what was sent, by field.
#[derive(Debug, Default)]
struct Wrong {
    name: Option<String>,
    reason: Option<String>,
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    Ok(draw(&app, &visitor, partner, customer, &Asked::default(), Wrong::default()).await?.into_response())
}

async fn perform(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let list = checklist(&app, &visitor, partner, customer).await?;
    let mut wrong = Wrong { name: typed::wrong(visitor.lang, &asked.typed_name, &list.customer.name), ..Wrong::default() };
    let reason = match Some(asked.reason.trim()).filter(|r| !r.is_empty()).map(Note::parse).transpose() {
        Ok(reason) => reason,
        Err(why) => {
            wrong.reason = Some(why);
            None
        }
    };
    if wrong.name.is_some() || wrong.reason.is_some() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, partner, customer, &asked, wrong).await?).into_response());
    }
    let command = RemoveCustomer { partner, customer, version: None, reason };
    match app.house.execute(visitor.caller.call_with(&asked.idempotency_key), command).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/removed?done=removed"))),
        // The page says why, as it would have before.
        Err(Fail::Refused(_)) => {
            Ok((StatusCode::CONFLICT, draw(&app, &visitor, partner, customer, &asked, Wrong::default()).await?).into_response())
        }
        Err(fail) => Err(fail.into()),
    }
}

async fn checklist(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<Checklist, Problem> {
    let found = door::look(&app.house, &visitor.caller, customer, Ok(ChecklistOf { partner, customer })).await?;
    found.ok_or_else(Problem::not_found)
}

async fn draw(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    customer: CustomerId,
    asked: &Asked,
    wrong: Wrong,
) -> Result<Markup, Problem> {
    let list = checklist(app, visitor, partner, customer).await?;
    let (lang, c) = (visitor.lang, &list.customer);
    let back = format!("/msp/{partner}/customers/{customer}");
    let frame = Frame {
        context_line: [Some(c.account_number.as_str()), c.domain.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" · "),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None },
            Action { label: c.name.clone(), href: back.clone(), icon: None },
        ],
        ..visitor.frame(app, partner, lang.with("offboarding-title", &[("name", c.name.as_str().into())])).await?
    };
    let command = RemoveCustomer { partner, customer, version: None, reason: None };
    let outcome = match app.house.preview(visitor.caller.call(), command).await {
        Ok(preview) => confirm(lang, &back, &list, &preview, asked, wrong, &form_key(app)),
        Err(Fail::Refused(no)) => refused(lang, &no),
        Err(fail) => return Err(fail.into()),
    };
    let export = html! {
        form method="post" action={ "/msp/" (partner) "/exports" } data-once {
            (form::hidden(Some(&form_key(app))))
            input type="hidden" name="customer" value=(customer);
            button.btn.small type="submit" { (web::parts::icon("download")) (lang.t("offboarding-export")) }
        }
    };
    let has = card::card(&lang.t("offboarding-has"), &lang.t("offboarding-has-sub"), export, keyvalue::pairs(&facts(lang, &list)));
    Ok(web::page(&frame, html! { div.stack { (has) (outcome) } }))
}

fn facts(lang: Lang, l: &Checklist) -> Vec<(String, Markup)> {
    let number = |id: &str, n: i64| (lang.t(id), html! { (lang.int(n)) });
    let names = |id: &str, names: &[String]| {
        let text = if names.is_empty() { lang.t("ui-nothing") } else { names.join(", ") };
        (lang.t(id), html! { (text) })
    };
    let mut rows = vec![
        number("offboarding-seats", l.seats),
        number("offboarding-members", l.members),
        number("offboarding-active", l.active_users),
        number("offboarding-sites", l.sites),
        number("offboarding-runs", l.campaign_runs),
        number("offboarding-imports", l.imports),
        number("offboarding-tokens", l.tokens),
        number("offboarding-alerts", l.alerts),
        number("offboarding-operations", l.operations),
        names("offboarding-groups", &l.groups),
        names("offboarding-people", &l.people),
    ];
    if l.administrators > 0 {
        rows.push(number("offboarding-administrators", l.administrators));
    }
    rows
}

fn refused(lang: Lang, no: &NotRemoved) -> Markup {
    let args = match no {
        NotRemoved::WorkUnderWay { operations } => vec![("n", lang.int(*operations).into())],
        _ => Vec::new(),
    };
    let why = lang.with(&format!("offboarding-refused-{}", no.code()), &args);
    card::note(Tone::Bad, html! { p.strong { (lang.t("offboarding-refused")) } p { (why) } })
}

fn confirm(lang: Lang, back: &str, list: &Checklist, preview: &Preview, asked: &Asked, wrong: Wrong, key: &str) -> Markup {
    let name = list.customer.name.as_str();
    let to_pool = preview.effects.iter().find(|e| e.field == "seats_to_pool").and_then(|e| e.before.as_i64());
    let seats = match to_pool {
        Some(n) => lang.with("offboarding-does-seats", &[("n", lang.int(n).into())]),
        None => lang.t("offboarding-does-no-seats"),
    };
    let days = [("days", lang.int(UNDO_DAYS).into())];
    let does = html! {
        ul.plain {
            li { (lang.t("offboarding-does-lists")) }
            li { (seats) }
            li { (lang.t("offboarding-does-reach")) }
            li { (lang.t("offboarding-does-domain")) }
            li { (lang.with("offboarding-does-undo", &days)) }
        }
    };
    let action = format!("{back}/offboard");
    let fields = form::post(
        &form::Form { action: &action, idempotency: Some(key), ..form::Form::default() },
        html! {
            (field::text(lang, &Field::new("reason", lang.t("offboarding-reason"), asked.reason.as_str()).hint(lang.t("offboarding-reason-hint")).error(wrong.reason)))
            (typed::confirm(lang, name, wrong.name, &lang.t("offboarding-do"), back))
        },
    );
    card::card(&lang.t("offboarding-does"), "", html! {}, html! { div.stack { (does) (fields) } })
}
