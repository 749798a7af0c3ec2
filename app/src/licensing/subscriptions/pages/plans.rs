//! `/msp/{msp}/plans`: the catalogue, and one plan with its versions.

use access::permissions::{Purchase, Read};
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use jiff::{ToSpan, civil::Date};
use maud::{Markup, html};
use serde::Deserialize;
use store::{PartnerId, Timestamp, Zone, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathId},
    forms::Form,
    parts::{
        Tone, badge, card,
        field::{self, Field},
        form, keyvalue,
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
    plan_form::{self, Fields},
};
use crate::{
    app::Shared,
    console::{
        Visitor, done, form_key,
        wrong::{self, Wrong},
    },
};

pub(super) async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let found = app.house.ask(&visitor.caller.call(), Plans { partner }).await?;
    let (lang, at, now) = (visitor.lang, Address::of(&visitor.uri).without(&["done"]), app.house.now());
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
    let number = |id: &'static str| Column { sorts: false, ..Column::number(id, lang.t(id)) };
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
        at: &at,
        default_sort: "",
        paging: None,
        summary: String::new(),
        pick: None,
        nothing: html! {},
        compact: false,
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
    let (tone, text) = match o.end_of_sale_at {
        _ if o.plan.kind != PlanKind::Full => (Tone::Neutral, lang.t("plans-sale-not")),
        None => (Tone::Good, lang.t("plans-sale-on")),
        Some(end) if end <= now => (Tone::Bad, lang.t("plans-sale-over")),
        Some(end) => (Tone::Warn, lang.with("plans-sale-until", &[("day", lang.date(end, zone).into())])),
    };
    html! { (badge::badge(tone, &text)) }
}

type Path2 = Path<(String, String)>;

/// What was wrong, in which form.
#[derive(Default)]
struct Refused {
    fields: Option<Fields>,
    edit: Wrong,
    end: Wrong,
}

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
    let refused = no.fields.is_some() || !no.end.1.is_empty();
    let body = html! {
        div.stack {
            (card::card(&lang.t("plans-newest"), "", html! {}, facts(lang, newest, now, &zone)))
            @if newest.plan.kind != PlanKind::Full { (card::note(Tone::Info, html! { (lang.t("plans-not-editable")) })) }
            @if may { (edit_card(lang, &base, &key, newest, &no)) }
            @if may && code != STANDARD { (end_card(lang, &base, &key, newest, &zone, &no.end)) }
            (history(lang, &versions, &zone))
        }
    };
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, web::page(&frame, body)).into_response())
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

fn edit_card(lang: Lang, base: &str, key: &str, newest: &Offer, no: &Refused) -> Markup {
    let values = no.fields.clone().unwrap_or_else(|| plan_form::values(&newest.plan));
    let top = if no.edit.0.is_empty() { no.edit.1.as_str() } else { "" };
    let body = html! {
        input type="hidden" name="version" value=(newest.plan.version);
        (plan_form::inputs(lang, &values, &no.edit))
        (form::actions(&lang.t("plans-edit-do"), None))
    };
    let frame = form::Form { action: base, idempotency: Some(key), error: top, ..form::Form::default() };
    card::card(&lang.t("plans-edit"), &lang.t("plans-edit-sub"), html! {}, form::post(&frame, body))
}

fn end_card(lang: Lang, base: &str, key: &str, o: &Offer, zone: &Zone, (at, why): &Wrong) -> Markup {
    let date = |name: &'static str, value: Option<Timestamp>| {
        let value = value.map_or_else(String::new, |at| zone.date(at).to_string());
        let id = name.replace('_', "-");
        let hint = lang.t(&format!("plans-field-{id}-hint"));
        Field::new(name, lang.t(&format!("plans-field-{id}")), value).hint(hint).error((at == name).then(|| why.clone()))
    };
    let top = if at.is_empty() { why.as_str() } else { "" };
    let action = format!("{base}/end");
    let frame = form::Form { action: &action, idempotency: Some(key), error: top, ..form::Form::default() };
    let body = html! {
        div.form-row {
            (field::input(lang, "date", &date("end_of_sale", o.end_of_sale_at)))
            (field::input(lang, "date", &date("end_of_life", o.end_of_life_at)))
        }
        (form::actions(&lang.t("plans-end-do"), None))
    };
    card::card(&lang.t("plans-end"), &lang.t("plans-end-sub"), html! {}, form::post(&frame, body))
}

fn history(lang: Lang, versions: &[Offer], zone: &Zone) -> Markup {
    let row = |o: &Offer| Row {
        id: o.plan.version.to_string(),
        name: o.plan.version.to_string(),
        cells: vec![
            html! { (o.plan.version) },
            html! { (super::name(lang, &o.plan)) },
            html! { (term(lang, o)) },
            html! { (renewal(lang, o)) },
            super::price(lang, &o.plan),
            o.made_at.map_or_else(|| html! { (lang.t("plans-built-in")) }, |at| html! { (lang.date(at, zone)) }),
        ],
        ..Row::default()
    };
    let columns = ["plans-version", "plans-field-name", "plans-term", "plans-renewal", "plans-price", "plans-made"];
    let at = Address::new("");
    let table = Table {
        caption: lang.t("plans-versions"),
        columns: columns.into_iter().map(|id| Column::plain(id, lang.t(id))).collect(),
        rows: versions.iter().map(row).collect(),
        at: &at,
        default_sort: "",
        paging: None,
        summary: String::new(),
        pick: None,
        nothing: html! {},
        compact: true,
    };
    card::list(&lang.t("plans-versions"), &lang.t("plans-versions-sub"), html! {}, table::table(lang, Swap::page(), &table))
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
            let call = visitor.caller.call_with(fields.get("idempotency_key").map_or("", String::as_str));
            let version = fields.get("version").and_then(|v| v.parse().ok());
            match app.house.execute(call, EditPlan { partner, code: code.clone(), version, change: change(wording) }).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/plans/{code}?done=changed"))),
                Err(Fail::Refused(no)) => plan_form::wrong_of(visitor.lang, no),
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

/// The first instant of a day in the partner's zone.
pub(crate) fn begins(text: &str, zone: &Zone) -> Result<Option<Timestamp>, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day: Date = text.parse().map_err(|_| ())?;
    let day_before = day.checked_sub(1.day()).map_err(|_| ())?;
    Ok(Some(zone.day_end(day_before)))
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
