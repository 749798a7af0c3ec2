//! Console twin of groups of members: which there are, and one with its members.

use access::permissions::{ManageMembers, ReadMembers};
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, MemberGroupId, MemberId, PartnerId, kinds};
use web::{
    Action, Frame, Lang, Swap,
    door::{self, PathIds},
    forms::Form,
    parts::{
        card, empty, field,
        field::Field,
        form,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{AddToMemberGroup, DeleteMemberGroup, MemberGroup, MemberGroupOf, MemberGroups, RemoveFromMemberGroup, Which, pages_form};
use crate::{
    app::{App, Shared},
    console::{Visitor, done, form_key, wrong},
    directory::{
        Listed, MemberByAddress, Members, Order,
        pages::{self, Three, customer_of, id_of},
        reading,
    },
    hierarchy::sites::SitesOf,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;
pub(super) type Place = pages::Place<kinds::MemberGroup>;

/// Members shown on a group's page; the list shows the others.
const SHOWN: i64 = 50;
/// Addresses a form takes at once: more may not fit into one field.
const AT_ONCE: usize = 100;

/// The pages.
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/member-groups", list)
        .get("/msp/{msp}/customers/{customer}/member-groups/new", pages_form::new)
        .post("/msp/{msp}/customers/{customer}/member-groups/new", pages_form::create)
        .get("/msp/{msp}/customers/{customer}/member-groups/{id}", show)
        .get("/msp/{msp}/customers/{customer}/member-groups/{id}/edit", pages_form::edit)
        .post("/msp/{msp}/customers/{customer}/member-groups/{id}/edit", pages_form::save)
        .post("/msp/{msp}/customers/{customer}/member-groups/{id}/delete", delete)
        .post("/msp/{msp}/customers/{customer}/member-groups/{id}/members", add)
        .post("/msp/{msp}/customers/{customer}/member-groups/{id}/members/{member}/remove", remove)
}

pub(super) fn base(partner: PartnerId, customer: CustomerId) -> String {
    format!("/msp/{partner}/customers/{customer}/member-groups")
}

impl Place {
    pub(super) fn path(&self) -> String {
        format!("{}/{}", base(self.partner, self.customer), self.id)
    }
}

/// The frame of a page about groups.
pub(super) async fn frame(
    app: &App,
    visitor: &Visitor,
    (partner, customer): (PartnerId, CustomerId),
    owner: String,
    title: String,
) -> Result<Frame, Problem> {
    let lang = visitor.lang;
    Ok(Frame {
        context_line: lang.t("groups-of-context"),
        crumbs: vec![
            Action { label: owner, href: format!("/msp/{partner}/customers/{customer}"), icon: None },
            Action { label: lang.t("nav-members"), href: format!("/msp/{partner}/customers/{customer}/members"), icon: None },
            Action { label: lang.t("groups-of-title"), href: base(partner, customer), icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "groups-of"),
        ..visitor.frame(app, partner, title).await?
    })
}

async fn list(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    door::probe::<ReadMembers>(&app.house, &visitor.caller, customer).await?;
    let lang = visitor.lang;
    let owner = customer_of(&app, &visitor, partner, customer).await?;
    let (groups, may) = app.house.ask(&visitor.caller.call(), MemberGroups { customer }).await?;
    let mut frame = frame(&app, &visitor, (partner, customer), owner.name, lang.t("groups-of-title")).await?;
    frame.crumbs.pop();
    if may {
        frame.primary =
            Some(Action { label: lang.t("groups-of-new"), href: format!("{}/new", base(partner, customer)), icon: Some("plus") });
    }
    let path = base(partner, customer);
    let row = |g: &MemberGroup| Row {
        id: g.id.to_string(),
        name: g.name.clone(),
        cells: vec![
            html! { a href={ (path) "/" (g.id) } translate="no" { b { (g.name) } } },
            html! { span translate="no" { (g.description) } },
            html! { (lang.t(if g.rule.is_some() { "groups-of-by-rule" } else { "groups-of-by-hand" })) },
        ],
        ..Row::default()
    };
    let rows = groups.iter().map(row).collect();
    let table = drawn(lang, "groups-of-title", &["groups-of-name", "groups-of-description", "groups-of-chosen"], rows, "groups-of-none");
    Ok(web::page(&frame, card::list(&lang.t("groups-of-title"), &lang.t("groups-of-text"), html! {}, table)).into_response())
}

fn drawn(lang: Lang, caption: &str, columns: &[&'static str], rows: Vec<Row>, none: &str) -> Markup {
    let shown = Table {
        caption: lang.t(caption),
        columns: columns.iter().map(|id| Column::plain(id, lang.t(id))).collect(),
        rows,
        nothing: empty::empty("users", &lang.t(none), &lang.t(&format!("{none}-text")), None),
        ..Table::default()
    };
    table::table(lang, Swap::page(), &shown)
}

async fn show(State(app): State<Shared>, visitor: Visitor, path: Three) -> Result<Response, Problem> {
    page(&app, &visitor, &Place::of(&path), "", None).await
}

/// The members of a group, or of none: the list's own question.
pub(super) fn question(customer: CustomerId, which: Which, group: Option<MemberGroupId>, limit: i64) -> Members {
    Members { customer, which, group, q: None, order: Order::Name, falls: false, after: None, limit, offset: 0 }
}

async fn page(app: &App, visitor: &Visitor, place: &Place, sent: &str, no: Option<String>) -> Result<Response, Problem> {
    door::probe::<ReadMembers>(&app.house, &visitor.caller, place.customer).await?;
    let (lang, call) = (visitor.lang, visitor.caller.call());
    let owner = customer_of(app, visitor, place.partner, place.customer).await?;
    let question_of_group = MemberGroupOf { customer: place.customer, group: place.id };
    let group = app.house.ask(&call, question_of_group).await?.ok_or_else(Problem::not_found)?;
    let sites = app.house.ask(&call, SitesOf { customer: place.customer }).await?;
    let found = app.house.ask(&call, question(place.customer, Which::default(), Some(place.id), SHOWN)).await?;
    reading::note(app, &visitor.caller, place.customer).await?;
    let title = lang.with("groups-of-one", &[("name", group.name.as_str().into())]);
    let mut frame = frame(app, visitor, (place.partner, place.customer), owner.name, title).await?;
    if found.may_manage {
        frame.primary = Some(Action { label: lang.t("groups-of-edit"), href: format!("{}/edit", place.path()), icon: Some("edit") });
    }
    let all = format!("/msp/{}/customers/{}/members?group={}", place.partner, place.customer, place.id);
    let more = html! { a.btn.small href=(all) { (lang.t("groups-of-in-list")) } };
    let counted = lang.with("groups-of-count", &[("n", found.total.into())]);
    let by_hand = group.rule.is_none();
    let body = html! {
        div.stack {
            @if !group.description.is_empty() { p.hint translate="no" { (group.description) } }
            @if let Some(rule) = &group.rule { (card::card(&lang.t("groups-of-rule"), "", html! {}, html! { ul.plain { @for line in pages_form::said(lang, rule, &sites) { li { (line) } } } })) }
            (card::list(&lang.t("groups-of-members"), &counted, more, members(lang, place, &found, by_hand)))
            @if by_hand && found.may_manage { (card::card(&lang.t("groups-of-add"), &lang.t("groups-of-add-text"), html! {}, add_form(app, lang, place, sent, no.as_deref()))) }
            @if found.may_manage {
                (card::plain(form::post(
                    &form::Form { action: &format!("{}/delete", place.path()), ..form::Form::default() },
                    html! {
                        input type="hidden" name="version" value=(group.version);
                        div.form-actions { button.btn.danger type="submit" { (lang.t("groups-of-delete")) } }
                    },
                )))
            }
        }
    };
    let status = if no.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(&frame, body)).into_response())
}

fn members(lang: Lang, place: &Place, found: &Listed, by_hand: bool) -> Markup {
    let path = place.path();
    let to = format!("/msp/{}/customers/{}/members", place.partner, place.customer);
    let row = |m: &crate::directory::Member| Row {
        id: m.id.to_string(),
        name: m.name.clone(),
        cells: vec![
            html! { div.cell-main { span.cell-text translate="no" { b { a href={ (to) "/" (m.id) } { (m.name) } } small { (m.email) } } } },
            html! { (lang.t(&format!("directory-status-{}", m.status.word()))) },
            html! { @if by_hand && found.may_manage { (form::button(&format!("{path}/members/{}/remove", m.id), None, "small", html! { (lang.t("groups-of-take-out")) })) } },
        ],
        ..Row::default()
    };
    let rows = found.members.iter().map(row).collect();
    drawn(lang, "groups-of-members", &["groups-of-member", "directory-status", "groups-of-action"], rows, "groups-of-nobody")
}

fn add_form(app: &App, lang: Lang, place: &Place, sent: &str, no: Option<&str>) -> Markup {
    let key = form_key(app);
    let emails = Field::new("emails", lang.t("groups-of-emails"), sent).required().error(no.map(str::to_owned));
    form::post(
        &form::Form { action: &format!("{}/members", place.path()), idempotency: Some(&key), ..form::Form::default() },
        html! { (field::textarea(lang, &emails)) (form::actions(&lang.t("groups-of-add"), None)) },
    )
}

/// Addresses of members to put into a group.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Joining {
    emails: String,
    idempotency_key: String,
}

async fn add(State(app): State<Shared>, visitor: Visitor, path: Three, Form(sent): Form<Joining>) -> Result<Response, Problem> {
    let place = Place::of(&path);
    managed(&app, &visitor, &place).await?;
    let lang = visitor.lang;
    let words: Vec<&str> = sent.emails.split([',', ';', '\n', '\r', ' ', '\t']).filter(|w| !w.is_empty()).collect();
    if words.is_empty() || words.len() > AT_ONCE {
        return page(&app, &visitor, &place, &sent.emails, Some(lang.t("groups-of-wrong-emails"))).await;
    }
    let mut members = Vec::new();
    for word in &words {
        let question = MemberByAddress { customer: place.customer, email: (*word).to_owned() };
        match app.house.ask(&visitor.caller.call(), question).await? {
            Some(id) => members.push(id),
            None => {
                let no = lang.with("groups-of-unknown", &[("email", (*word).into())]);
                return page(&app, &visitor, &place, &sent.emails, Some(no)).await;
            }
        }
    }
    let command = AddToMemberGroup { customer: place.customer, group: place.id, members };
    match app.house.execute(visitor.caller.call_with(&sent.idempotency_key), command).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("{}?done=joined", place.path()))),
        Err(Fail::Refused(no)) => page(&app, &visitor, &place, &sent.emails, Some(wrong::refusal(lang, "groups-of", no).1)).await,
        Err(fail) => Err(fail.into()),
    }
}

/// Whoever may change the members of a customer that belongs to the partner of the address.
pub(super) async fn managed(app: &App, visitor: &Visitor, place: &Place) -> Result<String, Problem> {
    door::probe::<ManageMembers>(&app.house, &visitor.caller, place.customer).await?;
    Ok(customer_of(app, visitor, place.partner, place.customer).await?.name)
}

async fn remove(
    State(app): State<Shared>,
    visitor: Visitor,
    Path((partner, customer, id, member)): Path<(String, String, String, String)>,
) -> Result<Response, Problem> {
    let place = Place { partner: id_of(&partner), customer: id_of(&customer), id: id_of(&id) };
    managed(&app, &visitor, &place).await?;
    let member: MemberId = id_of(&member);
    app.house.execute(visitor.caller.call(), RemoveFromMemberGroup { customer: place.customer, group: place.id, member }).await?;
    Ok(swap::leave(&visitor.headers, &format!("{}?done=parted", place.path())))
}

/// Which version is to be deleted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Gone {
    version: String,
}

async fn delete(State(app): State<Shared>, visitor: Visitor, path: Three, Form(sent): Form<Gone>) -> Result<Response, Problem> {
    let place = Place::of(&path);
    managed(&app, &visitor, &place).await?;
    let version = sent.version.parse().map_err(|_| Problem::invalid("/version", "invalid", "The version of the group is missing."))?;
    app.house.execute(visitor.caller.call(), DeleteMemberGroup { customer: place.customer, group: place.id, version }).await?;
    Ok(swap::leave(&visitor.headers, &format!("{}?done=deleted", base(place.partner, place.customer))))
}
