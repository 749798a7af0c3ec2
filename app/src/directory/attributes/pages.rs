//! Console twin of attributes: which there are, a form for another, and what is lost with one.

use access::permissions::{ManageMembers, ReadMembers};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, PartnerId, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathIds},
    forms::Form,
    parts::{
        Tone, card, empty, field,
        field::Field,
        form,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{AddAttribute, Attribute, AttributesOf, STANDARD, Takes, api, commands::finish, queries::AttributeOf};
use crate::{
    app::{App, Shared},
    console::{
        Visitor, done, form_key, typed,
        wrong::{self, Wrong},
    },
    directory::pages::{self, Three, customer_of},
    noun::Name,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;
type Place = pages::Place<kinds::MemberAttribute>;

/// The pages.
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/attributes", show)
        .post("/msp/{msp}/customers/{customer}/attributes", add)
        .get("/msp/{msp}/customers/{customer}/attributes/{id}/remove", ask)
        .post("/msp/{msp}/customers/{customer}/attributes/{id}/remove", remove)
}

fn base(partner: PartnerId, customer: CustomerId) -> String {
    format!("/msp/{partner}/customers/{customer}/attributes")
}

/// The form of a new attribute; choices stand one a line.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct New {
    name: String,
    takes: String,
    choices: String,
    idempotency_key: String,
}

impl New {
    fn command(&self, lang: Lang, customer: CustomerId) -> Result<AddAttribute, Wrong> {
        let wrong = |field: &str| (field.to_owned(), lang.t(&format!("attributes-wrong-{field}")));
        let takes = Takes::parse(&self.takes).ok_or_else(|| wrong("takes"))?;
        let lines = self.choices.lines().map(str::trim).filter(|l| !l.is_empty());
        let choices = lines.map(Name::parse).collect::<Result<Vec<Name>, String>>().map_err(|_| wrong("choices"))?;
        let name = self.name.trim();
        api::checked(name, takes, &choices).map_err(|(field, ..)| wrong(field))?;
        Ok(AddAttribute { customer, name: name.to_owned(), takes, choices: choices.into_iter().map(String::from).collect() })
    }
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    page(&app, &visitor, partner, customer, &New::default(), &Wrong::default()).await
}

async fn page(app: &App, visitor: &Visitor, partner: PartnerId, customer: CustomerId, new: &New, no: &Wrong) -> Result<Response, Problem> {
    door::probe::<ReadMembers>(&app.house, &visitor.caller, customer).await?;
    let (lang, call) = (visitor.lang, visitor.caller.call());
    let owner = customer_of(app, visitor, partner, customer).await?;
    let (attributes, may) = app.house.ask(&call, AttributesOf { customer }).await?;
    let members = format!("/msp/{partner}/customers/{customer}/members");
    let frame = Frame {
        context_line: lang.t("attributes-context"),
        crumbs: vec![
            Action { label: owner.name.clone(), href: format!("/msp/{partner}/customers/{customer}"), icon: None },
            Action { label: lang.t("nav-members"), href: members, icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "attributes"),
        ..visitor.frame(app, partner, lang.t("attributes-title")).await?
    };
    let mut at = Address::of(&visitor.uri).without(&["done"]);
    at.path = base(partner, customer);
    let body = html! {
        div.stack {
            (card::list(&lang.t("attributes-list"), &lang.with("attributes-list-text", &[("standard", STANDARD.join(", ").into())]), html! {},
                listed(lang, &at, &attributes, may)))
            @if may { (card::card(&lang.t("attributes-new"), &lang.t("attributes-new-text"), html! {}, new_form(app, lang, &at.path, new, no))) }
        }
    };
    let status = if no.1.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(&frame, body)).into_response())
}

fn listed(lang: Lang, at: &Address, attributes: &[Attribute], may: bool) -> Markup {
    let row = |a: &Attribute| Row {
        id: a.id.to_string(),
        name: a.name.clone(),
        cells: vec![
            html! { code translate="no" { (a.name) } },
            html! { (lang.t(&format!("attributes-takes-{}", a.takes.word()))) },
            html! { span translate="no" { (a.choices.join(", ")) } },
            html! { @if may { a.btn.small.danger href={ (at.path) "/" (a.id) "/remove" } { (lang.t("attributes-remove")) } } },
        ],
        ..Row::default()
    };
    let columns = ["attributes-name", "attributes-takes", "attributes-choices", "attributes-action"];
    let shown = Table {
        caption: lang.t("attributes-list"),
        columns: columns.iter().map(|id| Column::plain(id, lang.t(id))).collect(),
        rows: attributes.iter().map(row).collect(),
        nothing: empty::empty("users", &lang.t("attributes-none"), &lang.t("attributes-none-text"), None),
        ..Table::default()
    };
    table::table(lang, Swap::page(), &shown)
}

fn new_form(app: &App, lang: Lang, action: &str, new: &New, no: &Wrong) -> Markup {
    let key = form_key(app);
    let line = |name: &str, value: &str| Field::new(name, lang.t(&format!("attributes-{name}")), value).error(wrong::at(no, name));
    let takes: Vec<(String, String)> =
        Takes::ALL.iter().map(|t| (t.word().to_owned(), lang.t(&format!("attributes-takes-{}", t.word())))).collect();
    form::post(
        &form::Form { action, idempotency: Some(&key), error: wrong::top(no), ..form::Form::default() },
        html! {
            div.form-row {
                (field::text(lang, &line("name", &new.name).required().hint(lang.t("attributes-name-hint"))))
                (field::select(lang, &line("takes", &new.takes).required(), &takes))
            }
            (field::textarea(lang, &line("choices", &new.choices).hint(lang.t("attributes-choices-hint"))))
            (form::actions(&lang.t("attributes-add"), None))
        },
    )
}

async fn add(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(sent): Form<New>,
) -> Result<Response, Problem> {
    door::probe::<ManageMembers>(&app.house, &visitor.caller, customer).await?;
    customer_of(&app, &visitor, partner, customer).await?;
    let no = match sent.command(visitor.lang, customer) {
        Err(no) => no,
        Ok(command) => match app.house.execute(visitor.caller.call_with(&sent.idempotency_key), command).await {
            Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("{}?done=added", base(partner, customer)))),
            Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "", no),
            Err(fail) => return Err(fail.into()),
        },
    };
    page(&app, &visitor, partner, customer, &sent, &no).await
}

/// What the form of a removal sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    typed_name: String,
    idempotency_key: String,
}

/// The attribute of an address, with how many members have a value of it.
async fn found(app: &App, visitor: &Visitor, path: &Three) -> Result<(Place, Attribute, i64), Problem> {
    let place = Place::of(path);
    door::probe::<ManageMembers>(&app.house, &visitor.caller, place.customer).await?;
    customer_of(app, visitor, place.partner, place.customer).await?;
    let question = AttributeOf { customer: place.customer, attribute: place.id };
    let (attribute, holders) = app.house.ask(&visitor.caller.call(), question).await?.ok_or_else(Problem::not_found)?;
    Ok((place, attribute, holders))
}

async fn ask(State(app): State<Shared>, visitor: Visitor, path: Three) -> Result<Response, Problem> {
    let (place, attribute, holders) = found(&app, &visitor, &path).await?;
    Ok(draw(&app, &visitor, &place, &attribute, holders, None).await?.into_response())
}

async fn draw(
    app: &App,
    visitor: &Visitor,
    place: &Place,
    attribute: &Attribute,
    holders: i64,
    no: Option<String>,
) -> Result<Markup, Problem> {
    let (lang, back) = (visitor.lang, base(place.partner, place.customer));
    let frame = Frame {
        crumbs: vec![Action { label: lang.t("attributes-title"), href: back.clone(), icon: None }],
        ..visitor.frame(app, place.partner, lang.with("attributes-remove-title", &[("name", attribute.name.as_str().into())])).await?
    };
    let action = format!("{back}/{}/remove", place.id);
    let fields = form::post(
        &form::Form { action: &action, idempotency: Some(&form_key(app)), ..form::Form::default() },
        typed::confirm(lang, &attribute.name, no, &lang.t("attributes-remove"), &back),
    );
    let warn = card::note(Tone::Warn, html! { (lang.with("attributes-remove-text", &[("n", holders.into())])) });
    Ok(web::page(&frame, card::plain(html! { div.stack { (warn) (fields) } })))
}

async fn remove(State(app): State<Shared>, visitor: Visitor, path: Three, Form(asked): Form<Asked>) -> Result<Response, Problem> {
    let (place, attribute, holders) = found(&app, &visitor, &path).await?;
    if let Some(no) = typed::wrong(visitor.lang, &asked.typed_name, &attribute.name) {
        let page = draw(&app, &visitor, &place, &attribute, holders, Some(no)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    finish(&app.house, &visitor.caller.call_with(&asked.idempotency_key), place.customer, place.id).await?;
    Ok(swap::leave(&visitor.headers, &format!("{}?done=removed", base(place.partner, place.customer))))
}
