//! The page of one member: what is known of it, when it was active, and the form that changes it.

use std::collections::BTreeMap;

use access::permissions::{ManageMembers, ReadMembers};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use store::{Timestamp, Zone, kinds};
use web::{
    Action, Address, Frame, Lang, Swap, door,
    forms::{Fields, Pairs},
    parts::{
        card, empty,
        field::{self, Field},
        form, keyvalue,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{
        EditMember, Interval, IntervalsOf, Member, MemberOf, MemberRefusal, MemberType,
        attributes::{Attribute, AttributesOf, STANDARD, Takes},
        reading,
    },
    Three, base, customer_of, id_of,
    list::{source, source_name, status_badge, type_name},
};
use crate::{
    app::{App, Shared},
    console::{
        Visitor, done,
        wrong::{self, Wrong},
    },
    hierarchy::sites::SitesOf,
    noun::{Email, Name},
};

/// Times of activity that are shown.
const SHOWN: i64 = 20;
/// The fields of the form beside the attributes, which have names of their own behind this word.
const FIELDS: [&str; 8] = ["email", "name", "external_id", "department", "title", "language", "type", "version"];
const ATTRIBUTE: &str = "attribute_";

type Place = super::Place<kinds::Member>;

/// What the page shows of a member.
struct Known {
    member: Member,
    declared: Vec<Attribute>,
    may: bool,
}

async fn known(app: &App, visitor: &Visitor, path: &Three) -> Result<(Place, Known, String), Problem> {
    let place = Place::of(path);
    door::probe::<ReadMembers>(&app.house, &visitor.caller, place.customer).await?;
    let owner = customer_of(app, visitor, place.partner, place.customer).await?;
    let (call, customer) = (visitor.caller.call(), place.customer);
    let member = app.house.ask(&call, MemberOf { customer, member: place.id }).await?.ok_or_else(Problem::not_found)?;
    reading::note(app, &visitor.caller, customer).await?;
    let (declared, may) = app.house.ask(&call, AttributesOf { customer }).await?;
    Ok((place, Known { member, declared, may }, owner.name))
}

pub async fn show(State(app): State<Shared>, visitor: Visitor, path: Three) -> Result<Response, Problem> {
    let (place, known, owner) = known(&app, &visitor, &path).await?;
    let values = values(&known.member);
    page(&app, &visitor, &place, &known, owner, &values, &Wrong::default()).await
}

pub async fn edit(State(app): State<Shared>, visitor: Visitor, path: Three, sent: Pairs) -> Result<Response, Problem> {
    door::probe::<ManageMembers>(&app.house, &visitor.caller, id_of::<kinds::Customer>(&path.0.1)).await?;
    let (place, known, owner) = known(&app, &visitor, &path).await?;
    sent.strict(&[], &[])?;
    let attributes: Vec<String> = names(&known.declared).map(|name| format!("{ATTRIBUTE}{name}")).collect();
    let fields: Vec<&str> = FIELDS.into_iter().chain(attributes.iter().map(String::as_str)).collect();
    sent.only(&fields)?;
    let values: Fields = sent.0.into_iter().collect();
    let no = match command(visitor.lang, &place, &known, &values) {
        Err(no) => no,
        Ok(command) => match app.house.execute(visitor.caller.call(), command).await {
            Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("{}/{}?done=saved", base(place.partner, place.customer), place.id))),
            Err(Fail::Refused(no)) => refused(visitor.lang, no),
            Err(fail) => return Err(fail.into()),
        },
    };
    page(&app, &visitor, &place, &known, owner, &values, &no).await
}

/// Every attribute there is: those all customers have, then this one's own.
fn names(declared: &[Attribute]) -> impl Iterator<Item = &str> {
    STANDARD.into_iter().chain(declared.iter().map(|a| a.name.as_str()))
}

fn values(m: &Member) -> Fields {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let own = [
        ("email", m.email.clone()),
        ("name", m.name.clone()),
        ("external_id", text(&m.external_id)),
        ("department", text(&m.department)),
        ("title", text(&m.title)),
        ("language", text(&m.language)),
        ("type", m.kind.word().to_owned()),
        ("version", m.version.to_string()),
    ];
    let more = m.attributes.iter().map(|(name, value)| (format!("{ATTRIBUTE}{name}"), value.clone()));
    own.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(more).collect()
}

/// What a refusal says, at the field it is about.
fn refused(lang: Lang, no: MemberRefusal) -> Wrong {
    let at = match &no {
        MemberRefusal::AttributeInvalid { name, .. } | MemberRefusal::UnknownAttribute { name } => Some(format!("{ATTRIBUTE}{name}")),
        _ => None,
    };
    let (field, why) = wrong::refusal(lang, "directory", no);
    (at.unwrap_or(field), why)
}

/// What the form asks for. What it leaves as it was is not said, so that a value which its attribute no longer takes is no obstacle.
fn command(lang: Lang, place: &Place, known: &Known, sent: &Fields) -> Result<EditMember, Wrong> {
    let before = values(&known.member);
    let wrong = |field: &str| (field.to_owned(), wrong::field(lang, field.trim_start_matches(ATTRIBUTE), "invalid"));
    let text = |field: &str| {
        let said = sent.get(field).map(|t| t.trim())?;
        (said != before.typed(field)).then(|| said.to_owned())
    };
    let optional = |field: &str| match text(field) {
        None => Ok(None),
        Some(said) if said.is_empty() => Ok(Some(None)),
        Some(said) => Name::parse(said).map(|n| Some(Some(n))).map_err(|_| wrong(field)),
    };
    let mut attributes = BTreeMap::new();
    for name in names(&known.declared) {
        if let Some(value) = optional(&format!("{ATTRIBUTE}{name}"))? {
            attributes.insert(name.to_owned(), value);
        }
    }
    let language = optional("language")?;
    if language.iter().flatten().any(|tag| !super::super::scim::is_tag(tag.as_str())) {
        return Err(wrong("language"));
    }
    let version = sent.version().ok_or_else(|| wrong("version"))?;
    Ok(EditMember {
        customer: place.customer,
        member: place.id,
        version: Some(version),
        email: text("email").map(|e| Email::parse(e).map_err(|_| wrong("email"))).transpose()?,
        name: text("name").map(|n| Name::parse(n).map_err(|_| wrong("name"))).transpose()?,
        external_id: optional("external_id")?,
        department: optional("department")?,
        title: optional("title")?,
        language,
        kind: text("type").map(|t| MemberType::parse(&t).ok_or_else(|| wrong("type"))).transpose()?,
        site: None,
        attributes,
        active: None,
    })
}

async fn page(
    app: &App,
    visitor: &Visitor,
    place: &Place,
    known: &Known,
    owner: String,
    sent: &Fields,
    no: &Wrong,
) -> Result<Response, Problem> {
    let (lang, call, customer) = (visitor.lang, visitor.caller.call(), place.customer);
    let sites = app.house.ask(&call, SitesOf { customer }).await?;
    let site = known.member.site_id.map(|id| sites.iter().find(|s| s.id == id).map_or_else(|| id.to_string(), |s| s.name.clone()));
    let intervals = app.house.ask(&call, IntervalsOf { customer, member: place.id, limit: SHOWN }).await?;
    let list = base(place.partner, customer);
    let frame = Frame {
        context_line: known.member.email.clone(),
        crumbs: vec![
            Action { label: owner, href: format!("/msp/{}/customers/{customer}", place.partner), icon: None },
            Action { label: lang.t("nav-members"), href: list.clone(), icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "directory"),
        ..visitor.frame(app, place.partner, lang.with("directory-member-title", &[("name", known.member.name.as_str().into())])).await?
    };
    let path = format!("{list}/{}", place.id);
    let why = Address::new(&format!("/msp/{}/customers/{customer}/metering", place.partner)).with("q", &place.id.to_string());
    let counted = html! { a.btn.small href=(why) { (lang.t("evidence-of-member")) } };
    let body = html! {
        div.stack {
            (card::card(&lang.t("directory-member"), "", html! {}, facts(lang, &known.member, site, app.house.now())))
            @if known.may { (card::card(&lang.t("directory-edit"), "", html! {}, fields(lang, &path, known, sent, no))) }
            (card::list(&lang.t("directory-intervals"), &lang.t("directory-intervals-text"), counted, activity(lang, &intervals)))
        }
    };
    let status = if no.1.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(&frame, body)).into_response())
}

fn facts(lang: Lang, m: &Member, site: Option<String>, now: Timestamp) -> Markup {
    let or_nothing =
        |text: Option<String>| html! { @match text { Some(t) => span translate="no" { (t) }, None => (table::nothing(lang)) } };
    let mut rows = vec![
        (lang.t("directory-status"), status_badge(lang, m.status)),
        (lang.t("directory-type"), html! { (type_name(lang, m.kind)) }),
        (lang.t("directory-site"), or_nothing(site)),
        (lang.t("directory-source"), html! { (source(lang, &m.source)) }),
        (lang.t("directory-created"), html! { (lang.ago(Some(m.created_at), now)) }),
    ];
    if !m.directory_groups.is_empty() {
        rows.push((lang.t("directory-groups-of"), html! { span translate="no" { (m.directory_groups.join(", ")) } }));
    }
    keyvalue::pairs(&rows)
}

fn fields(lang: Lang, action: &str, known: &Known, sent: &Fields, no: &Wrong) -> Markup {
    let value = |name: &str| sent.typed(name);
    let line = |name: &str, label: &str| Field::new(name, lang.t(label), value(name)).error(wrong::at(no, name));
    let types: Vec<(String, String)> = MemberType::ALL.iter().map(|t| (t.word().to_owned(), type_name(lang, *t))).collect();
    let shown = |name: &str| FIELDS.contains(&name) || name.strip_prefix(ATTRIBUTE).is_some_and(|n| names(&known.declared).any(|k| k == n));
    let general = if shown(&no.0) { "" } else { no.1.as_str() };
    form::post(
        &form::Form { action, error: general, ..form::Form::default() },
        html! {
            input type="hidden" name="version" value=(value("version"));
            div.form-row {
                (field::text(lang, &line("name", "directory-name").required()))
                (field::input(lang, "email", &line("email", "directory-email")))
            }
            div.form-row {
                (field::text(lang, &line("department", "directory-department")))
                (field::text(lang, &line("title", "directory-title-field")))
            }
            div.form-row {
                (field::text(lang, &line("external_id", "directory-external-id")))
                (field::text(lang, &line("language", "directory-language")))
            }
            (field::select(lang, &line("type", "directory-type").required(), &types))
            div.form-row {
                @for name in STANDARD { (field::text(lang, &line(&format!("{ATTRIBUTE}{name}"), &format!("attributes-standard-{}", name.replace('_', "-"))))) }
            }
            @if !known.declared.is_empty() {
                div.form-row { @for a in &known.declared { (own_field(lang, a, value(&format!("{ATTRIBUTE}{}", a.name)), wrong::at(no, &format!("{ATTRIBUTE}{}", a.name)))) } }
            }
            (form::actions(&lang.t("directory-save"), None))
        },
    )
}

/// The field of a declared attribute.
fn own_field(lang: Lang, a: &Attribute, value: &str, error: Option<String>) -> Markup {
    let made = Field::new(format!("{ATTRIBUTE}{}", a.name), a.name.clone(), value).error(error);
    match a.takes {
        Takes::Text => field::text(lang, &made),
        Takes::Number => field::text(lang, &made.hint(lang.t("attributes-takes-number"))),
        Takes::Date => field::input(lang, "date", &made),
        Takes::Choice => {
            let mut options: Vec<(String, String)> = vec![(String::new(), String::new())];
            // A value from before the choices were others is shown as it is.
            let old = Some(value).filter(|v| !v.is_empty() && !a.choices.iter().any(|c| c == v));
            options.extend(a.choices.iter().map(String::as_str).chain(old).map(|c| (c.to_owned(), c.to_owned())));
            field::select(lang, &made, &options)
        }
    }
}

fn activity(lang: Lang, intervals: &[Interval]) -> Markup {
    let zone = Zone::utc();
    let by = |word: &str| source_name(lang, word);
    let row = |i: &Interval| Row {
        id: i.since.0.to_string(),
        name: String::new(),
        cells: vec![
            html! { (lang.date_time(i.since, &zone)) },
            html! { (by(&i.source)) },
            html! { @if i.until == Timestamp::FOREVER { (lang.t("directory-lasts")) } @else { (lang.date_time(i.until, &zone)) } },
            html! { @match &i.ended_by { Some(word) => (by(word)), None => (table::nothing(lang)) } },
        ],
        ..Row::default()
    };
    let columns = ["directory-since", "directory-begun-by", "directory-until", "directory-ended-by"];
    let shown = Table {
        caption: lang.t("directory-intervals"),
        columns: columns.iter().map(|id| Column::plain(id, lang.t(id))).collect(),
        rows: intervals.iter().map(row).collect(),
        nothing: empty::empty("clock", &lang.t("directory-never-active"), &lang.t("directory-never-active-text"), None),
        ..Table::default()
    };
    table::table(lang, Swap::page(), &shown)
}
