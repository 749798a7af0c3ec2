//! The form of a group of members: name, and a rule in the words of the list's filter, with how many fit it now.

use access::permissions::ManageMembers;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use store::{CustomerId, PartnerId, SiteId, kinds};
use web::{
    Address, Lang,
    door::{self, PathIds},
    forms::{Fields, LONGEST, Pairs},
    parts::{
        Tone, card,
        field::{self, Field},
        form,
    },
    problem::Problem,
    swap,
};

use super::{
    CreateMemberGroup, EditMemberGroup, MemberGroup, MemberGroupOf, Which, api,
    commands::MemberGroupChange,
    pages::{Place, base, frame, managed, question},
};
use crate::{
    app::{App, Shared},
    console::{
        Visitor, form_key,
        wrong::{self, Wrong},
    },
    directory::{
        MemberStatus, MemberType,
        api_filter::pair,
        pages::{Three, customer_of, type_name},
    },
    hierarchy::sites::{Site, SitesOf},
    noun::{Name, Note},
};

/// The fields of a rule: the parameters of the list.
const RULE: [&str; 8] = ["status", "type", "site", "source", "department", "title", "attribute", "directory_group"];
const FIELDS: [&str; 12] =
    ["name", "description", "by", "version", "status", "type", "site", "source", "department", "title", "attribute", "directory_group"];

/// What a rule says, a line each.
pub(super) fn said(lang: Lang, rule: &Which, sites: &[Site]) -> Vec<String> {
    let with = |id: &str, value: &str| lang.with(&format!("groups-of-when-{id}"), &[("value", value.into())]);
    let text = |id: &str, value: &Option<String>| value.as_ref().map(|v| with(id, v));
    let own = [
        rule.status.map(|s| with("status", &lang.t(&format!("directory-status-{}", s.word())))),
        rule.kind.map(|t| with("type", &type_name(lang, t))),
        rule.site_id.map(|id| with("site", &sites.iter().find(|s| s.id == id).map_or_else(|| id.to_string(), |s| s.name.clone()))),
        text("source", &rule.source),
        text("department", &rule.department),
        text("title", &rule.title),
        text("directory-group", &rule.directory_group),
    ];
    let more = rule.attributes.iter().map(|(name, value)| with("attribute", &format!("{name}: {value}")));
    own.into_iter().flatten().chain(more).collect()
}

fn values(g: &MemberGroup) -> Fields {
    let rule = g.rule.clone().unwrap_or_default();
    let attributes: Vec<String> = rule.attributes.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    let pairs = [
        ("name", Some(g.name.clone())),
        ("description", Some(g.description.clone())),
        ("version", Some(g.version.to_string())),
        ("by", Some(if g.rule.is_some() { "rule" } else { "hand" }.to_owned())),
        ("status", rule.status.map(|s| s.word().to_owned())),
        ("type", rule.kind.map(|t| t.word().to_owned())),
        ("site", rule.site_id.map(|s| s.to_string())),
        ("source", rule.source),
        ("department", rule.department),
        ("title", rule.title),
        ("attribute", Some(attributes.join("\n"))),
        ("directory_group", rule.directory_group),
    ];
    pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The rule of a form.
fn rule(lang: Lang, fields: &Fields) -> Result<Which, Wrong> {
    let wrong = |field: &str| (field.to_owned(), lang.t("groups-of-wrong-rule"));
    let given = |name: &str| Some(fields.text(name).to_owned()).filter(|t| !t.is_empty());
    let word = |name: &str| given(name).map(|t| (t, wrong(name)));
    let status = word("status").map(|(t, no)| MemberStatus::parse(&t).ok_or(no)).transpose()?;
    let kind = word("type").map(|(t, no)| MemberType::parse(&t).ok_or(no)).transpose()?;
    let site_id = word("site").map(|(t, no)| SiteId::parse(&t).ok_or(no)).transpose()?;
    let lines = fields.text("attribute").lines().map(str::trim).filter(|l| !l.is_empty());
    let attributes = lines.map(|l| pair(l).ok_or_else(|| wrong("attribute"))).collect::<Result<_, _>>()?;
    let made = Which {
        status,
        kind,
        site_id,
        source: given("source"),
        department: given("department"),
        title: given("title"),
        attributes,
        directory_group: given("directory_group"),
    };
    api::fit(Some(&made)).map_err(|_| wrong("by"))?;
    Ok(made)
}

type Said = (Name, Option<Note>, Option<Which>);

fn read(lang: Lang, fields: &Fields) -> Result<Said, Wrong> {
    let wrong = |field: &str| (field.to_owned(), wrong::field(lang, field, "invalid"));
    let name = Name::parse(fields.text("name")).map_err(|_| wrong("name"))?;
    let about = Some(fields.text("description")).filter(|d| !d.is_empty());
    let about = about.map(|d| Note::parse(d).map_err(|_| wrong("description"))).transpose()?;
    let rule = if fields.text("by") == "rule" { Some(rule(lang, fields)?) } else { None };
    Ok((name, about, rule))
}

/// The fields of an address: a filter of the list that is to be a group, or a form that is only to be counted.
fn asked(visitor: &Visitor) -> Fields {
    let at = Address::of(&visitor.uri);
    let value =
        |name: &&str| at.get(name).map(|v| ((*name).to_owned(), v.chars().filter(|c| *c != '\0').take(LONGEST).collect::<String>()));
    let mut fields: Fields = FIELDS.iter().filter_map(value).filter(|(_, v)| !v.is_empty()).collect();
    if !fields.contains_key("by") && RULE.iter().any(|name| fields.contains_key(*name)) {
        fields.insert("by".into(), "rule".into());
    }
    fields
}

type Ids = PathIds<kinds::Partner, kinds::Customer>;

pub(super) async fn new(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    door::probe::<ManageMembers>(&app.house, &visitor.caller, customer).await?;
    draw(&app, &visitor, (partner, customer), None, &asked(&visitor), &Wrong::default()).await
}

pub(super) async fn create(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    sent: Pairs,
) -> Result<Response, Problem> {
    door::probe::<ManageMembers>(&app.house, &visitor.caller, customer).await?;
    customer_of(&app, &visitor, partner, customer).await?;
    let (fields, key) = taken(sent)?;
    let no = match read(visitor.lang, &fields) {
        Err(no) => no,
        Ok((name, description, rule)) => {
            let command = CreateMemberGroup { customer, name, description, rule };
            match app.house.execute(visitor.caller.call_with(&key), command).await {
                Ok(made) => return Ok(swap::leave(&visitor.headers, &format!("{}/{}?done=made", base(partner, customer), made.value.id))),
                Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "groups-of", no),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    draw(&app, &visitor, (partner, customer), None, &fields, &no).await
}

/// A form's fields and its key against double clicks.
fn taken(sent: Pairs) -> Result<(Fields, String), Problem> {
    sent.strict(&[], &[])?;
    sent.only(&FIELDS)?;
    let mut fields: Fields = sent.0.into_iter().collect();
    let key = fields.remove("idempotency_key").unwrap_or_default();
    Ok((fields, key))
}

async fn known(app: &App, visitor: &Visitor, place: &Place) -> Result<MemberGroup, Problem> {
    managed(app, visitor, place).await?;
    let question = MemberGroupOf { customer: place.customer, group: place.id };
    app.house.ask(&visitor.caller.call(), question).await?.ok_or_else(Problem::not_found)
}

pub(super) async fn edit(State(app): State<Shared>, visitor: Visitor, path: Three) -> Result<Response, Problem> {
    let place = Place::of(&path);
    let group = known(&app, &visitor, &place).await?;
    let asked = asked(&visitor);
    let fields = if asked.is_empty() { values(&group) } else { asked };
    draw(&app, &visitor, (place.partner, place.customer), Some((&place, &group)), &fields, &Wrong::default()).await
}

pub(super) async fn save(State(app): State<Shared>, visitor: Visitor, path: Three, sent: Pairs) -> Result<Response, Problem> {
    let place = Place::of(&path);
    let group = known(&app, &visitor, &place).await?;
    let (fields, key) = taken(sent)?;
    let version = fields.text("version").parse().map_err(|_| ("version".to_owned(), wrong::field(visitor.lang, "version", "invalid")));
    let no = match read(visitor.lang, &fields).and_then(|said| Ok((said, version?))) {
        Err(no) => no,
        Ok(((name, description, rule), version)) => {
            let change = MemberGroupChange { name: Some(name), description: Some(description), rule: Some(rule) };
            let command = EditMemberGroup { customer: place.customer, group: place.id, version, change };
            match app.house.execute(visitor.caller.call_with(&key), command).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("{}?done=saved", place.path()))),
                Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "groups-of", no),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    draw(&app, &visitor, (place.partner, place.customer), Some((&place, &group)), &fields, &no).await
}

async fn draw(
    app: &App,
    visitor: &Visitor,
    (partner, customer): (PartnerId, CustomerId),
    known: Option<(&Place, &MemberGroup)>,
    fields: &Fields,
    no: &Wrong,
) -> Result<Response, Problem> {
    let (lang, call) = (visitor.lang, visitor.caller.call());
    let owner = customer_of(app, visitor, partner, customer).await?;
    let sites = app.house.ask(&call, SitesOf { customer }).await?;
    let fits = match rule(lang, fields) {
        Ok(rule) if fields.text("by") == "rule" => Some(app.house.ask(&call, question(customer, rule, None, 1)).await?.total),
        _ => None,
    };
    let (title, action) = match known {
        Some((place, group)) => (lang.with("groups-of-one", &[("name", group.name.as_str().into())]), format!("{}/edit", place.path())),
        None => (lang.t("groups-of-new"), format!("{}/new", base(partner, customer))),
    };
    let frame = frame(app, visitor, (partner, customer), owner.name, title).await?;
    let counted = fits.map(|n| card::note(Tone::Info, html! { (lang.with("groups-of-fits", &[("n", n.into())])) }));
    let body = html! {
        div.stack {
            @if let Some(counted) = counted { (counted) }
            (card::card(&lang.t("groups-of-form"), &lang.t("groups-of-form-text"), html! {}, form_of(app, lang, &action, &sites, fields, no)))
        }
    };
    let status = if no.1.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(&frame, body)).into_response())
}

fn form_of(app: &App, lang: Lang, action: &str, sites: &[Site], fields: &Fields, no: &Wrong) -> Markup {
    let key = form_key(app);
    let value = |name: &str| fields.typed(name);
    let line = |name: &str, label: &str| Field::new(name, lang.t(label), value(name)).error(wrong::at(no, name));
    let any = |options: Vec<(String, String)>| -> Vec<(String, String)> {
        [(String::new(), lang.t("groups-of-any"))].into_iter().chain(options).collect()
    };
    let by = ["hand", "rule"].map(|word| (word.to_owned(), lang.t(&format!("groups-of-by-{word}"))));
    let statuses =
        any(MemberStatus::ALL.iter().map(|s| (s.word().to_owned(), lang.t(&format!("directory-status-{}", s.word())))).collect());
    let types = any(MemberType::ALL.iter().map(|t| (t.word().to_owned(), type_name(lang, *t))).collect());
    let mut places = any(sites.iter().map(|s| (s.id.to_string(), s.name.clone())).collect());
    let site = value("site");
    // A site that is there no more: whoever saves the form does not make the rule a wider one.
    if places.iter().all(|(id, _)| id != site) {
        places.push((site.to_owned(), site.to_owned()));
    }
    let general = if FIELDS.contains(&no.0.as_str()) && no.0 != "version" { "" } else { no.1.as_str() };
    form::post(
        &form::Form { action, idempotency: Some(&key), error: general, ..form::Form::default() },
        html! {
            @if !value("version").is_empty() { input type="hidden" name="version" value=(value("version")); }
            (field::text(lang, &line("name", "groups-of-name").required()))
            (field::text(lang, &line("description", "groups-of-description")))
            (field::select(lang, &line("by", "groups-of-chosen").required(), &by))
            div.form-row {
                (field::select(lang, &line("status", "directory-status"), &statuses))
                (field::select(lang, &line("type", "directory-type"), &types))
            }
            div.form-row {
                @if places.len() > 1 { (field::select(lang, &line("site", "directory-site"), &places)) }
                (field::text(lang, &line("source", "directory-source").hint(lang.t("rules-source-hint"))))
            }
            div.form-row {
                (field::text(lang, &line("department", "directory-department")))
                (field::text(lang, &line("title", "directory-title-field")))
            }
            (field::text(lang, &line("directory_group", "directory-filter-directory-group")))
            (field::textarea(lang, &line("attribute", "groups-of-attributes").hint(lang.t("groups-of-attributes-hint"))))
            div.form-actions {
                button.btn.primary type="submit" { (lang.t("groups-of-save")) }
                button.btn type="submit" formmethod="get" formnovalidate { (lang.t("groups-of-count-now")) }
            }
        },
    )
}
