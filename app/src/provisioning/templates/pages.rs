//! Console twin of templates: the list, and one form for a new and a known one.

use access::permissions::CreateCustomers;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, PartnerId, TemplateId, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathId, PathIds},
    forms::Form,
    parts::{
        card, empty,
        field::{self, Field},
        form, icon,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{EditTemplate, RemoveTemplate, SaveTemplate, Settings, Template, TemplateOf, Templates, api, commands::TemplateChange};
use crate::{
    app::{App, Shared},
    console::{
        Visitor, done, form_key,
        wrong::{self, Wrong},
    },
    noun::Name,
};

const LIST: Swap = Swap::section("templates");

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/templates", list)
        .post("/msp/{msp}/templates", save)
        .get("/msp/{msp}/templates/{id}", show)
        .post("/msp/{msp}/templates/{id}", edit)
        .post("/msp/{msp}/templates/{id}/remove", remove)
}

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Sent {
    name: String,
    kind: String,
    plan: String,
    region: String,
    country: String,
    time_zone: String,
    language: String,
    sector: String,
    max_mau: String,
    version: String,
    idempotency_key: String,
}

impl Sent {
    fn of(name: &str, settings: &Settings, version: i64) -> Sent {
        let text = |field: &str| settings.text(field);
        Sent {
            name: name.to_owned(),
            kind: text("kind"),
            plan: text("plan"),
            region: text("region"),
            country: text("country"),
            time_zone: text("time_zone"),
            language: text("language"),
            sector: text("sector"),
            max_mau: text("max_mau"),
            version: version.to_string(),
            idempotency_key: String::new(),
        }
    }

    fn get(&self, field: &str) -> &str {
        match field {
            "name" => &self.name,
            "kind" => &self.kind,
            "plan" => &self.plan,
            "region" => &self.region,
            "country" => &self.country,
            "time_zone" => &self.time_zone,
            "language" => &self.language,
            "sector" => &self.sector,
            "max_mau" => &self.max_mau,
            _ => "",
        }
    }

    fn read(&self, app: &App) -> Result<(Name, Settings), Problem> {
        let name = Name::parse(self.name.as_str()).map_err(|why| Problem::invalid("/name", "invalid", why))?;
        Ok((name, Settings::typed(|field| self.get(field))?.checked(app, "")?))
    }

    /// The version that was changed: without it nobody knows what would be overwritten.
    fn version(&self) -> Result<i64, Problem> {
        self.version.parse().map_err(|_| Problem::invalid("/version", "invalid", "The version of the template is missing."))
    }
}

async fn list(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    door::probe::<CreateCustomers>(&app.house, &visitor.caller, partner).await?;
    let like = match Address::of(&visitor.uri).get("copy").and_then(CustomerId::parse) {
        Some(customer) => api::like(&app, &visitor.caller, partner, customer).await.unwrap_or_default(),
        None => Settings::default(),
    };
    listed(&app, &visitor, partner, &Sent::of("", &like, 0), &Wrong::default()).await
}

async fn listed(app: &App, visitor: &Visitor, partner: PartnerId, sent: &Sent, wrong: &Wrong) -> Result<Response, Problem> {
    let (lang, base) = (visitor.lang, format!("/msp/{partner}/templates"));
    let templates = door::look(&app.house, &visitor.caller, partner, Ok(Templates { partner })).await?;
    let key = form_key(app);
    let row = |t: &Template| Row {
        id: t.id.to_string(),
        name: t.name.clone(),
        cells: vec![
            table::lead_plain(&t.name, &format!("{base}/{}", t.id), ""),
            html! { (lang.ago(Some(t.changed_at), app.house.now())) },
            html! { a.btn.small href={ "/msp/" (partner) "/customers/new?template=" (t.id) } { (icon("plus")) (lang.t("template-use")) } },
        ],
        ..Row::default()
    };
    let shown = Table {
        caption: lang.t("template-title"),
        columns: vec![
            Column::plain("name", lang.t("template-name")),
            Column::plain("changed", lang.t("template-changed")),
            Column::plain("use", lang.t("template-begin")),
        ],
        rows: templates.iter().map(row).collect(),
        nothing: empty::empty("copy", &lang.t("template-none"), &lang.t("template-none-text"), None),
        ..Table::default()
    };
    let section = LIST.wrap(html! { div.stack {
        (card::plain(table::table(lang, LIST, &shown)))
        (card::card(&lang.t("template-new"), &lang.t("template-text"), html! {}, fields(app, lang, &base, &key, sent, wrong)))
    } });
    let frame = frame(visitor, app, partner, lang.t("template-title")).await?;
    Ok((status(wrong), swap::answer(&visitor.headers, section, |section| web::page(&frame, section))).into_response())
}

fn status(wrong: &Wrong) -> StatusCode {
    if wrong.1.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

async fn frame(visitor: &Visitor, app: &App, partner: PartnerId, title: String) -> Result<Frame, Problem> {
    let lang = visitor.lang;
    Ok(Frame {
        context_line: lang.t("template-context"),
        crumbs: vec![Action { label: lang.t("nav-onboarding"), href: format!("/msp/{partner}/onboarding"), icon: None }],
        toast: done::toast(lang, &visitor.uri, "template"),
        ..visitor.frame(app, partner, title).await?
    })
}

fn fields(app: &App, lang: Lang, action: &str, key: &str, sent: &Sent, no: &Wrong) -> Markup {
    let of = |name: &'static str| {
        Field::new(name, lang.t(&format!("template-{}", name.replace('_', "-"))), sent.get(name)).error(wrong::at(no, name))
    };
    let options = |front: &str, words: &[&str]| {
        let open = (String::new(), lang.t("template-open"));
        let rest =
            words.iter().map(|w| ((*w).to_owned(), if front.is_empty() { w.to_uppercase() } else { lang.t(&format!("{front}-{w}")) }));
        [open].into_iter().chain(rest).collect::<Vec<_>>()
    };
    let regions: Vec<&str> = app.config.regions.iter().map(String::as_str).collect();
    let frame = form::Form { action, idempotency: Some(key), error: wrong::top(no), ..form::Form::default() };
    form::post(
        &frame,
        html! {
            input type="hidden" name="version" value=(sent.version);
            (field::text(lang, &of("name").required()))
            div.form-row {
                (field::select(lang, &of("kind"), &options("kind", &["paid", "trial"])))
                (field::select(lang, &of("plan"), &options("hierarchy-tier", &["starter", "pro", "enterprise"])))
                (field::input(lang, "number", &Field { within: Some((1, 1_000_000_000)), ..of("max_mau") }))
            }
            div.form-row {
                (field::select(lang, &of("region"), &options("", &regions)))
                (field::text(lang, &of("country")))
                (field::text(lang, &of("time_zone")))
            }
            div.form-row {
                (field::select(lang, &of("language"), &options("onboarding-language", &["en", "de"])))
                (field::text(lang, &of("sector")))
            }
            (form::actions(&lang.t("template-save"), None))
        },
    )
}

async fn save(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    door::probe::<CreateCustomers>(&app.house, &visitor.caller, partner).await?;
    let (name, settings) = match sent.read(&app) {
        Ok(read) => read,
        Err(problem) => return listed(&app, &visitor, partner, &sent, &wrong::of(visitor.lang, "template", &problem)).await,
    };
    match app.house.execute(visitor.caller.call_with(&sent.idempotency_key), SaveTemplate { partner, name, settings }).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/templates?done=saved"))),
        Err(Fail::Refused(no)) => listed(&app, &visitor, partner, &sent, &wrong::refusal(visitor.lang, "template", no)).await,
        Err(fail) => Err(fail.into()),
    }
}

type Ids = PathIds<kinds::Partner, kinds::Template>;

async fn known(app: &App, visitor: &Visitor, partner: PartnerId, template: TemplateId) -> Result<Template, Problem> {
    door::look(&app.house, &visitor.caller, partner, Ok(TemplateOf { partner, template })).await?.ok_or_else(Problem::not_found)
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, id): Ids) -> Result<Response, Problem> {
    let found = known(&app, &visitor, partner, id).await?;
    let sent = Sent::of(&found.name, &found.settings, found.version);
    one(&app, &visitor, partner, &found, &sent, &Wrong::default()).await
}

async fn one(
    app: &App,
    visitor: &Visitor,
    partner: PartnerId,
    template: &Template,
    sent: &Sent,
    wrong: &Wrong,
) -> Result<Response, Problem> {
    let (lang, base, key) = (visitor.lang, format!("/msp/{partner}/templates/{}", template.id), form_key(app));
    let section = LIST.wrap(html! { div.stack {
        (card::card(&lang.t("template-edit"), &lang.t("template-text"), html! {}, fields(app, lang, &base, &key, sent, wrong)))
        div.row { (form::button(&format!("{base}/remove"), Some(&key), "danger", html! { (icon("trash")) (lang.t("template-remove")) })) }
    } });
    let frame = Frame {
        crumbs: vec![Action { label: lang.t("template-title"), href: format!("/msp/{partner}/templates"), icon: None }],
        ..frame(visitor, app, partner, template.name.clone()).await?
    };
    Ok((status(wrong), swap::answer(&visitor.headers, section, |section| web::page(&frame, section))).into_response())
}

async fn edit(State(app): State<Shared>, visitor: Visitor, PathIds(partner, id): Ids, Form(sent): Form<Sent>) -> Result<Response, Problem> {
    let found = known(&app, &visitor, partner, id).await?;
    let (name, settings, version) = match sent.read(&app).and_then(|(name, settings)| Ok((name, settings, sent.version()?))) {
        Ok(read) => read,
        Err(problem) => return one(&app, &visitor, partner, &found, &sent, &wrong::of(visitor.lang, "template", &problem)).await,
    };
    let change = TemplateChange { name: Some(name), settings: Some(settings) };
    let command = EditTemplate { partner, template: id, version, change };
    match app.house.execute(visitor.caller.call_with(&sent.idempotency_key), command).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/templates?done=saved"))),
        Err(Fail::Refused(no)) => one(&app, &visitor, partner, &found, &sent, &wrong::refusal(visitor.lang, "template", no)).await,
        Err(fail) => Err(fail.into()),
    }
}

/// What the button sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Pressed {
    idempotency_key: String,
}

async fn remove(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): Ids,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Problem> {
    known(&app, &visitor, partner, id).await?;
    let command = RemoveTemplate { partner, template: id, version: None };
    app.house.execute(visitor.caller.call_with(&pressed.idempotency_key), command).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/templates?done=removed")))
}
