//! Console twin of distributors.

use axum::{
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
    forms::Form,
    parts::{
        Tone, badge, card, empty,
        field::{self, Field},
        filters, form,
        kpi::{Kpi, kpi},
        menu::Item,
        table::{Column, Row, Table, lead, table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{Partner, PartnersOf, PartnersPage, Sums, api, pages_limits, pages_move};
use crate::{
    app::Shared,
    console::{
        Visitor, done, form_key,
        reel::{Reel, Shown, Sorted},
        wrong::{self, Wrong},
    },
    hierarchy::noun::Name,
};

const LIST: Swap = Swap::section("partners");
const EACH: i64 = 50;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/distributors/{id}", show)
        .get("/distributors/{id}/partners/new", new)
        .post("/distributors/{id}/partners/new", create)
        .get("/msp/{msp}/limits", pages_limits::show)
        .post("/msp/{msp}/limits", pages_limits::save)
        .get("/msp/{msp}/move", pages_move::show)
        .post("/msp/{msp}/move", pages_move::perform)
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathId(distributor): PathId<kinds::Distributor>) -> Result<Response, Problem> {
    let (lang, at) = (visitor.lang, Address::of(&visitor.uri).without(&["done"]));
    let reel = Reel::new(&app, &format!("partners page {distributor}"), &at, EACH);
    let (after, q) = (reel.after()?, at.get("q").map(str::to_owned));
    let found = door::look(&app.house, &visitor.caller, distributor, Ok(PartnersOf { distributor, q, after, limit: EACH })).await?;
    let PartnersPage { name, rows, total, sums } = found.ok_or_else(Problem::not_found)?;
    let shown = Shown { rows: rows.len(), total, last: rows.last().map(|p| (p.name_key.clone(), p.id.0)) };
    let create =
        Action { label: lang.t("hierarchy-partner-new"), href: format!("/distributors/{distributor}/partners/new"), icon: Some("plus") };
    let nothing = match at.get("q") {
        Some(q) => empty::no_match(lang, LIST, Some(q), &at.path),
        None => empty::empty("store", &lang.t("hierarchy-partners-none"), &lang.t("hierarchy-partners-none-text"), Some(&create)),
    };
    let section = LIST.wrap(html! {
        div.card {
            (filters::bar("", filters::search(lang, LIST, &at, &lang.t("hierarchy-partners-search"), &[])))
            (partners_table(lang, &rows, nothing))
            (reel.foot(lang, LIST, Sorted::Name, &shown))
        }
    });
    let frame = Frame {
        context_line: lang.t("hierarchy-distributor-context"),
        primary: Some(create),
        actions: vec![
            Action { label: lang.t("orders-stock"), href: format!("/distributors/{distributor}/pool"), icon: Some("key") },
            Action { label: lang.t("skus-title"), href: format!("/distributors/{distributor}/skus"), icon: Some("list") },
            Action { label: lang.t("trials-requests"), href: format!("/distributors/{distributor}/trials"), icon: Some("clock") },
        ],
        toast: done::toast(lang, &visitor.uri, "hierarchy"),
        ..visitor.plain(&app, name)
    };
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, html! { div.stack { (tiles(lang, sums)) (section) } })))
}

fn tiles(lang: Lang, sums: Sums) -> Markup {
    let tile = |id: &str, n: i64| kpi(lang, &Kpi { label: lang.t(id), value: lang.int(n), ..Kpi::default() });
    html! {
        div.grid-kpi {
            (tile("hierarchy-partners", sums.partners))
            (tile("hierarchy-customers", sums.customers))
            (tile("hierarchy-seats", sums.seats))
            (tile("hierarchy-attention", sums.attention))
        }
    }
}

fn partners_table(lang: Lang, partners: &[Partner], nothing: Markup) -> Markup {
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
        actions: vec![
            Item::link(lang.t("hierarchy-limits"), format!("/msp/{}/limits", p.id), "edit"),
            Item::link(lang.t("orders-terms"), format!("/msp/{}/order-terms", p.id), "key"),
            Item::link(lang.t("hierarchy-move"), format!("/msp/{}/move", p.id), "arrow-right"),
        ],
    };
    let number = |key, id: &str| Column::figure(key, lang.t(id));
    let columns = vec![
        Column::plain("name", lang.t("hierarchy-partner")),
        number("customers", "hierarchy-customers"),
        number("attention", "hierarchy-attention"),
        number("alerts", "hierarchy-tab-alerts"),
        number("seats", "hierarchy-seats"),
        number("active", "hierarchy-active-users"),
    ];
    let rows = partners.iter().map(row).collect();
    table(lang, LIST, &Table { caption: lang.t("hierarchy-partners"), columns, rows, nothing, ..Table::default() })
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
    max_customers: String,
    max_members: String,
    idempotency_key: String,
}

async fn new(State(app): State<Shared>, visitor: Visitor, PathId(distributor): PathId<kinds::Distributor>) -> Result<Response, Problem> {
    door::probe::<access::permissions::ManagePartners>(&app.house, &visitor.caller, distributor).await?;
    let form = PartnerForm {
        zone: "Europe/Berlin".into(),
        currency: "EUR".into(),
        language: "en".into(),
        max_customers: api::MAX_CUSTOMERS.to_string(),
        max_members: api::MAX_MEMBERS.to_string(),
        ..PartnerForm::default()
    };
    Ok(draw(&app, &visitor, distributor, &form, &Wrong::default()).into_response())
}

async fn create(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(distributor): PathId<kinds::Distributor>,
    Form(form): Form<PartnerForm>,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ManagePartners>(&app.house, &visitor.caller, distributor).await?;
    let text = |t: &str| Some(t.trim().to_owned()).filter(|t| !t.is_empty());
    let limits = limit("/max_customers", &form.max_customers).and_then(|c| Ok((c, limit("/max_members", &form.max_members)?)));
    let name = Name::parse(form.name.clone()).map_err(|why| Problem::invalid("/name", "invalid", why));
    let command = name.and_then(|name| Ok((name, limits?))).and_then(|(name, (max_customers, max_members))| {
        let body = api::NewPartner {
            name,
            zone: text(&form.zone),
            currency: text(&form.currency),
            region: text(&form.region),
            language: text(&form.language),
            max_customers,
            max_members,
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
            let wrong = wrong::of(visitor.lang, "", &problem);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, distributor, &form, &wrong)).into_response())
        }
    }
}

/// A limit typed in; none when left empty.
fn limit(pointer: &str, text: &str) -> Result<Option<i64>, Problem> {
    let text = text.trim();
    let wrong = |_| Problem::invalid(pointer, "out-of-range", "A whole number from 1 to 1,000,000,000.");
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(wrong) }
}

fn draw(app: &Shared, visitor: &Visitor, distributor: DistributorId, form: &PartnerForm, no: &Wrong) -> Markup {
    let lang = visitor.lang;
    let back = format!("/distributors/{distributor}");
    let frame = Frame {
        crumbs: vec![Action { label: lang.t("hierarchy-partners"), href: back.clone(), icon: None }],
        ..visitor.plain(app, lang.t("hierarchy-partner-new"))
    };
    let one = |name: &'static str, value: &str| {
        Field::new(
            name,
            lang.t(&format!("hierarchy-{}", if name == "zone" { "time-zone".to_owned() } else { name.replace('_', "-") })),
            value,
        )
        .error(wrong::at(no, name))
    };
    let regions: Vec<(String, String)> = app.config.regions.iter().map(|r| (r.clone(), r.clone())).collect();
    let (action, key) = (format!("{back}/partners/new"), form_key(app));
    let fields = form::post(
        &form::Form { action: &action, idempotency: Some(&key), error: wrong::top(no), ..form::Form::default() },
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
            div.form-row {
                (field::input(lang, "number", &one("max_customers", &form.max_customers).hint(lang.t("hierarchy-max-customers-hint"))))
                (field::input(lang, "number", &one("max_members", &form.max_members).hint(lang.t("hierarchy-max-members-hint"))))
            }
            (form::actions(&lang.t("hierarchy-partner-new"), Some((&lang.t("ui-cancel"), &back))))
        },
    );
    web::page(&frame, card::card(&lang.t("hierarchy-partner"), &lang.t("hierarchy-partner-sub"), html! {}, fields))
}
