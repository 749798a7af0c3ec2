//! `/msp/{msp}/plans`: the catalogue, and one plan with its versions.

use access::permissions::{Purchase, Read};
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use command::Fail;
use maud::{Markup, html};
use serde::Deserialize;
use store::{PartnerId, Timestamp, Zone, kinds};
use web::{
    Action, Frame, Lang, Swap,
    door::{self, PathId},
    forms::{Fields, Form},
    parts::{
        Tone, badge, card, keyvalue,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{
        EditPlan, EndPlan, PlanChange, Plans, Wording, api,
        plan::{Offer, PlanKind, STANDARD},
    },
    plan_form,
};
use crate::{
    app::Shared,
    console::{
        Visitor, done, form_key,
        wrong::{self, Wrong},
    },
    licensing::versions::pages::{self as versions, Forms, Refused, begins},
};

pub(super) async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let found = app.house.ask(&visitor.caller.call(), Plans { partner }).await?;
    let (lang, now) = (visitor.lang, app.house.now());
    let new = || Action { label: lang.t("plans-new"), href: format!("/msp/{partner}/plans/new"), icon: Some("plus") };
    let frame = Frame {
        context_line: lang.t("plans-context"),
        primary: visitor.may(partner, "purchase").then(new),
        actions: vec![Action { label: lang.t("nav-subscriptions"), href: format!("/msp/{partner}/subscriptions"), icon: Some("list") }],
        toast: done::toast(lang, &visitor.uri, "plans"),
        ..visitor.frame(&app, partner, lang.t("plans-title")).await?
    };
    let row = |o: &Offer| {
        let n = found.customers.iter().find(|(code, _)| *code == o.plan.code).map_or(0, |(_, n)| *n);
        Row {
            id: o.plan.code.clone(),
            name: super::name(lang, &o.plan),
            cells: vec![
                html! {
                    div.cell-main { span.cell-text {
                        a href={ "/msp/" (partner) "/plans/" (o.plan.code) } dir="auto" { (super::name(lang, &o.plan)) }
                        small translate="no" { (o.plan.code) }
                    } }
                },
                html! { (term(lang, o)) },
                html! { (renewal(lang, o)) },
                super::price(lang, &o.plan),
                html! { (lang.int(n)) },
                sale(lang, o, now, &found.zone),
            ],
            ..Row::default()
        }
    };
    let plain = |id: &'static str| Column::plain(id, lang.t(id));
    let number = |id: &'static str| Column::figure(id, lang.t(id));
    let table = Table {
        caption: lang.t("plans-title"),
        columns: vec![
            plain("plans-plan"),
            plain("plans-term"),
            plain("plans-renewal"),
            number("plans-price"),
            number("plans-customers"),
            plain("plans-sale"),
        ],
        rows: found.plans.iter().map(row).collect(),
        ..Table::default()
    };
    let body = card::list(&lang.t("plans-title"), &lang.t("plans-sub"), html! {}, table::table(lang, Swap::page(), &table));
    Ok(web::page(&frame, html! { div.stack { (body) } }).into_response())
}

fn term(lang: Lang, o: &Offer) -> String {
    if o.plan.term_months > 0 { super::months(lang, o.plan.term_months) } else { lang.t(&format!("plans-term-{}", o.plan.kind.word())) }
}

fn renewal(lang: Lang, o: &Offer) -> String {
    o.plan.renew_months.map_or_else(|| lang.t("plans-renewal-none"), |n| lang.with("plans-renewal-every", &[("n", n.into())]))
}

/// Whether it is sold, and until when.
fn sale(lang: Lang, o: &Offer, now: Timestamp, zone: &Zone) -> Markup {
    match o.plan.kind {
        PlanKind::Full => versions::sale(lang, o.end_of_sale_at, now, zone),
        _ => badge::badge(Tone::Neutral, &lang.t("plans-sale-not")),
    }
}

type Path2 = Path<(String, String)>;

pub(super) async fn show(State(app): State<Shared>, visitor: Visitor, Path(path): Path2) -> Result<Response, Problem> {
    let (partner, code) = api::named(path);
    draw(&app, &visitor, partner, &code, Refused::default()).await
}

async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, code: &str, no: Refused) -> Result<Response, Problem> {
    door::probe::<Read>(&app.house, &visitor.caller, partner).await?;
    let versions = api::known(app, &visitor.caller, partner, code).await?;
    let newest = versions.first().ok_or_else(Problem::not_found)?;
    let zone = app.house.ask(&visitor.caller.call(), crate::licensing::pools::ZoneOf { partner }).await?;
    let (lang, now) = (visitor.lang, app.house.now());
    let frame = Frame {
        context_line: lang.t("plans-one-context"),
        crumbs: vec![Action { label: lang.t("plans-title"), href: format!("/msp/{partner}/plans"), icon: None }],
        toast: done::toast(lang, &visitor.uri, "plans"),
        ..visitor.frame(app, partner, super::name(lang, &newest.plan)).await?
    };
    let may = visitor.may(partner, "purchase") && newest.plan.kind == PlanKind::Full;
    let base = format!("/msp/{partner}/plans/{code}");
    let key = form_key(app);
    let forms = Forms { lang, texts: "plans", at: &base, key: &key };
    let typed = no.fields.clone().unwrap_or_else(|| plan_form::values(&newest.plan));
    let body = html! {
        div.stack {
            (card::card(&lang.t("plans-newest"), "", html! {}, facts(lang, newest, now, &zone)))
            @if newest.plan.kind != PlanKind::Full { (card::note(Tone::Info, html! { (lang.t("plans-not-editable")) })) }
            @if may { (forms.edit(newest.plan.version, &no.edit, plan_form::inputs(lang, &typed, &no.edit))) }
            @if may && code != STANDARD { (forms.end(&no.end, days(forms, newest, &zone, &no.end))) }
            (history(lang, &versions, &zone))
        }
    };
    Ok((no.status(), web::page(&frame, body)).into_response())
}

fn facts(lang: Lang, o: &Offer, now: Timestamp, zone: &Zone) -> Markup {
    let days = |n: i64| html! { (lang.with("plans-days", &[("n", n.into())])) };
    keyvalue::pairs(&[
        (lang.t("plans-version"), html! { (o.plan.version) }),
        (lang.t("plans-code"), html! { code translate="no" { (o.plan.code) } }),
        (lang.t("plans-product"), html! { span translate="no" { (super::product(lang, &o.plan)) } }),
        (lang.t("plans-term"), html! { (term(lang, o)) }),
        (lang.t("plans-renewal"), html! { (renewal(lang, o)) }),
        (lang.t("plans-field-notice-days"), days(o.plan.notice_days)),
        (lang.t("plans-field-grace-days"), days(o.plan.grace_days)),
        (lang.t("plans-field-usage-policy"), html! { (super::policy(lang, &o.plan)) }),
        (lang.t("plans-field-meter"), html! { (super::meter(lang, &o.plan)) }),
        (lang.t("plans-field-units"), html! { (lang.int(o.plan.units)) }),
        (lang.t("plans-price"), super::price(lang, &o.plan)),
        (lang.t("plans-sale"), sale(lang, o, now, zone)),
        (lang.t("plans-end-of-life"), super::day(lang, o.end_of_life_at, zone)),
    ])
}

/// The days on which its sale and its life end.
fn days(forms: Forms<'_>, o: &Offer, zone: &Zone, no: &Wrong) -> Markup {
    html! {
        div.form-row {
            (forms.day("end_of_sale", "plans-field-end-of-sale-hint", o.end_of_sale_at, zone, no))
            (forms.day("end_of_life", "plans-field-end-of-life-hint", o.end_of_life_at, zone, no))
        }
    }
}

fn history(lang: Lang, all: &[Offer], zone: &Zone) -> Markup {
    let row = |o: &Offer| {
        let says = vec![
            html! { (super::name(lang, &o.plan)) },
            html! { (term(lang, o)) },
            html! { (renewal(lang, o)) },
            super::price(lang, &o.plan),
        ];
        versions::version(lang, o.plan.version, says, o.made_at, zone)
    };
    let says = ["plans-field-name", "plans-term", "plans-renewal", "plans-price"].map(|id| Column::plain(id, lang.t(id)));
    versions::history(lang, says.into(), all.iter().map(row).collect())
}

pub(super) async fn save(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(path): Path2,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let (partner, code) = api::named(path);
    door::probe::<Purchase>(&app.house, &visitor.caller, partner).await?;
    api::known(&app, &visitor.caller, partner, &code).await?;
    plan_form::known(&fields, &["version"])?;
    let currency = plan_form::currency(&app, &visitor, partner).await?;
    let edit = match plan_form::read(visitor.lang, &fields, &currency) {
        Err(wrong) => wrong,
        Ok(wording) => {
            let call = visitor.caller.call_with(fields.key());
            let version = fields.version();
            match app.house.execute(call, EditPlan { partner, code: code.clone(), version, change: change(wording) }).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/plans/{code}?done=changed"))),
                Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "", no),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    draw(&app, &visitor, partner, &code, Refused { fields: Some(fields), edit, ..Refused::default() }).await
}

fn change(w: Wording) -> PlanChange {
    PlanChange {
        name: Some(w.name),
        units: Some(w.units),
        term_months: Some(w.term_months),
        renew_months: Some(w.renew_months),
        notice_days: Some(w.notice_days),
        grace_days: Some(w.grace_days),
        usage_policy: Some(w.usage_policy),
        meter: Some(w.meter),
        price_minor: Some(w.price_minor),
    }
}

/// When a plan ends, as the form sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EndForm {
    end_of_sale: String,
    end_of_life: String,
    idempotency_key: String,
}

pub(super) async fn end(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(path): Path2,
    Form(form): Form<EndForm>,
) -> Result<Response, Problem> {
    let (partner, code) = api::named(path);
    door::probe::<Purchase>(&app.house, &visitor.caller, partner).await?;
    api::known(&app, &visitor.caller, partner, &code).await?;
    let zone = app.house.ask(&visitor.caller.call(), crate::licensing::pools::ZoneOf { partner }).await?;
    let lang = visitor.lang;
    let unread = |name: &str| (name.to_owned(), lang.t("plans-wrong-day"));
    let wrong = match (begins(&form.end_of_sale, &zone), begins(&form.end_of_life, &zone)) {
        (Err(()), _) => unread("end_of_sale"),
        (_, Err(())) => unread("end_of_life"),
        (Ok(end_of_sale_at), Ok(end_of_life_at)) => {
            let command = EndPlan { partner, code: code.clone(), end_of_sale_at, end_of_life_at };
            match app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/plans/{code}?done=ends"))),
                Err(Fail::Refused(no)) => (String::new(), wrong::refusal(lang, "", no).1),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    draw(&app, &visitor, partner, &code, Refused { end: wrong, ..Refused::default() }).await
}
