//! Console twin of distributors.

use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{DistributorId, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathId},
    parts::{
        Tone, badge, card, empty,
        field::{self, Field},
        form,
        kpi::{Kpi, kpi},
        menu::Item,
        table::{Column, Row, Table, lead, table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{Partner, PartnersOf, api, pages_move};
use crate::{
    app::Shared,
    console::{Visitor, done, form_key},
    hierarchy::noun::Name,
};

const MOST: i64 = 1_000;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/distributors/{id}", show)
        .get("/distributors/{id}/partners/new", new)
        .post("/distributors/{id}/partners/new", create)
        .get("/msp/{msp}/move", pages_move::show)
        .post("/msp/{msp}/move", pages_move::perform)
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathId(distributor): PathId<kinds::Distributor>) -> Result<Response, Problem> {
    let found = door::look(&app.house, &visitor.caller, distributor, Ok(PartnersOf { distributor, after: None, limit: MOST })).await?;
    let (name, partners, total) = found.ok_or_else(Problem::not_found)?;
    let (lang, at) = (visitor.lang, Address::of(&visitor.uri));
    let create =
        Action { label: lang.t("hierarchy-partner-new"), href: format!("/distributors/{distributor}/partners/new"), icon: Some("plus") };
    let nothing = empty::empty("store", &lang.t("hierarchy-partners-none"), &lang.t("hierarchy-partners-none-text"), Some(&create));
    let frame = Frame {
        context_line: lang.t("hierarchy-distributor-context"),
        primary: Some(create),
        toast: done::toast(lang, &visitor.uri, "hierarchy"),
        ..visitor.plain(&app, name)
    };
    let sum = |of: fn(&Partner) -> i64| partners.iter().map(of).sum::<i64>();
    let tile = |id: &str, n: i64| kpi(lang, &Kpi { label: lang.t(id), value: lang.int(n), ..Kpi::default() });
    let body = html! {
        div.stack {
            div.grid-kpi {
                (tile("hierarchy-partners", total))
                (tile("hierarchy-customers", sum(|p| p.customers)))
                (tile("hierarchy-seats", sum(|p| p.seats_allocated)))
                (tile("hierarchy-attention", sum(|p| p.attention)))
            }
            div.card { (partners_table(lang, &at, &partners, nothing)) }
        }
    };
    Ok(web::page(&frame, body).into_response())
}

fn partners_table(lang: Lang, at: &Address, partners: &[Partner], nothing: Markup) -> Markup {
    let row = |p: &Partner| Row {
        id: p.id.to_string(),
        name: p.name.clone(),
        cells: vec![
            lead(&p.name, &format!("/msp/{}", p.id), &p.zone),
            html! { (lang.int(p.customers)) },
            html! { @if p.attention > 0 { (badge::badge(Tone::Warn, &lang.int(p.attention))) } @else { (lang.int(0)) } },
            html! { @if p.open_alerts > 0 { a href={ "/msp/" (p.id) "/alerts" } { (lang.int(p.open_alerts)) } } @else { (lang.int(0)) } },
            html! { (lang.int(p.seats_allocated)) },
            html! { (lang.int(p.active_users)) },
        ],
        actions: vec![Item::link(lang.t("hierarchy-move"), format!("/msp/{}/move", p.id), "arrow-right")],
        ..Row::default()
    };
    let number = |key, id: &str| Column { number: true, ..Column::plain(key, lang.t(id)) };
    let columns = vec![
        Column::plain("name", lang.t("hierarchy-partner")),
        number("customers", "hierarchy-customers"),
        number("attention", "hierarchy-attention"),
        number("alerts", "hierarchy-tab-alerts"),
        number("seats", "hierarchy-seats"),
        number("active", "hierarchy-active-users"),
    ];
    let rows = partners.iter().map(row).collect();
    table(
        lang,
        Swap::page(),
        &Table {
            caption: lang.t("hierarchy-partners"),
            columns,
            rows,
            at,
            default_sort: "",
            paging: None,
            summary: String::new(),
            pick: None,
            nothing,
            compact: false,
        },
    )
}

/// What the form for a partner sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PartnerForm {
    name: String,
    zone: String,
    currency: String,
    region: String,
    language: String,
    idempotency_key: String,
}

async fn new(State(app): State<Shared>, visitor: Visitor, PathId(distributor): PathId<kinds::Distributor>) -> Result<Response, Problem> {
    door::probe::<access::permissions::ManagePartners>(&app.house, &visitor.caller, distributor).await?;
    let form = PartnerForm { zone: "Europe/Berlin".into(), currency: "EUR".into(), language: "en".into(), ..PartnerForm::default() };
    Ok(draw(&app, &visitor, distributor, &form, ("", "")).into_response())
}

async fn create(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(distributor): PathId<kinds::Distributor>,
    Form(form): Form<PartnerForm>,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ManagePartners>(&app.house, &visitor.caller, distributor).await?;
    let text = |t: &str| Some(t.trim().to_owned()).filter(|t| !t.is_empty());
    let command = Name::parse(form.name.clone()).map_err(|why| Problem::invalid("/name", "invalid", why)).and_then(|name| {
        let body = api::NewPartner {
            name,
            zone: text(&form.zone),
            currency: text(&form.currency),
            region: text(&form.region),
            language: text(&form.language),
            max_customers: None,
            default_max_mau: None,
        };
        api::command_of(&app, distributor, body)
    });
    match command {
        Ok(command) => {
            app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await?;
            Ok(swap::leave(&visitor.headers, &format!("/distributors/{distributor}?done=partner-made")))
        }
        Err(problem) => {
            let (at, why) = problem.errors.first().map_or(("", problem.detail.as_str()), |e| (e.pointer.as_str(), e.detail.as_str()));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, distributor, &form, (at, why))).into_response())
        }
    }
}

fn draw(app: &Shared, visitor: &Visitor, distributor: DistributorId, form: &PartnerForm, (pointer, why): (&str, &str)) -> Markup {
    let lang = visitor.lang;
    let back = format!("/distributors/{distributor}");
    let frame = Frame {
        crumbs: vec![Action { label: lang.t("hierarchy-partners"), href: back.clone(), icon: None }],
        ..visitor.plain(app, lang.t("hierarchy-partner-new"))
    };
    let one = |name: &'static str, value: &str| {
        Field::new(name, lang.t(&format!("hierarchy-{}", if name == "zone" { "time-zone" } else { name })), value)
            .error((pointer.trim_start_matches('/') == name).then(|| why.to_owned()))
    };
    let regions: Vec<(String, String)> = app.config.regions.iter().map(|r| (r.clone(), r.clone())).collect();
    let (action, key) = (format!("{back}/partners/new"), form_key(app));
    let fields = form::post(
        &form::Form { action: &action, idempotency: Some(&key), ..form::Form::default() },
        html! {
            (field::text(lang, &one("name", &form.name).required()))
            div.form-row {
                (field::text(lang, &one("zone", &form.zone).required().hint(lang.t("hierarchy-zone-hint"))))
                (field::text(lang, &one("currency", &form.currency).required()))
            }
            div.form-row {
                (field::select(lang, &one("region", &form.region).required(), &regions))
                (field::text(lang, &one("language", &form.language).required()))
            }
            (form::actions(&lang.t("hierarchy-partner-new"), Some((&lang.t("ui-cancel"), &back))))
        },
    );
    web::page(&frame, card::card(&lang.t("hierarchy-partner"), &lang.t("hierarchy-partner-sub"), html! {}, fields))
}
