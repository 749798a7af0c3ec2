//! Console twin of groups: the list, and one group with its customers.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, GroupId, PartnerId, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathId, PathIds, PathThree},
    forms::Form,
    parts::{
        Tone, badge, card,
        dialog::{self, Dialog},
        empty,
        field::{self, Field},
        filters, form,
        table::{Column, Row, Table, lead, lead_plain, table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{AddToGroup, DeleteGroup, Group, Groups, Member, MembersOf, RemoveFromGroup, Rule, pages_form as group_form};
use crate::{
    app::Shared,
    console::{
        Visitor, done, form_key,
        reel::{Reel, Shown, Sorted},
        wrong,
    },
};

const LIST: Swap = Swap::section("groups");
const EACH: i64 = 100;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/groups", list)
        .get("/msp/{msp}/groups/new", group_form::new)
        .post("/msp/{msp}/groups/new", group_form::create)
        .get("/msp/{msp}/groups/{id}", show)
        .get("/msp/{msp}/groups/{id}/edit", group_form::edit)
        .post("/msp/{msp}/groups/{id}/edit", group_form::save)
        .post("/msp/{msp}/groups/{id}/delete", delete)
        .post("/msp/{msp}/groups/{id}/customers", add)
        .post("/msp/{msp}/groups/{id}/customers/{customer}/remove", remove)
}

async fn list(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let (lang, at) = (visitor.lang, Address::of(&visitor.uri));
    let at = at.without(&["done"]);
    let reel = Reel::new(&app, &format!("groups page {partner}"), &at, EACH);
    let query = Groups { partner, q: at.get("q").unwrap_or_default().to_owned(), after: reel.after()?, limit: EACH };
    let (groups, total) = door::look(&app.house, &visitor.caller, partner, Ok(query)).await?;
    let shown = Shown { rows: groups.len(), total, last: groups.last().map(|g| (store::fold(&g.name), g.id.0)) };
    let create = Action { label: lang.t("hierarchy-group-new"), href: format!("/msp/{partner}/groups/new"), icon: Some("plus") };
    let may = visitor.may(partner, "manage_customers");
    let nothing = match at.get("q") {
        Some(q) => empty::no_match(lang, LIST, Some(q), &at.path),
        None => empty::empty("group", &lang.t("hierarchy-groups-none"), &lang.t("hierarchy-groups-none-text"), may.then_some(&create)),
    };
    let section = LIST.wrap(html! {
        div.card {
            (filters::bar("", filters::search(lang, LIST, &at, &lang.t("hierarchy-groups-search"), &[])))
            (groups_table(lang, partner, &groups, nothing))
            (reel.foot(lang, LIST, Sorted::Name, &shown))
        }
    });
    let frame = Frame {
        context_line: lang.t("hierarchy-groups-context"),
        primary: may.then_some(create),
        toast: done::toast(lang, &visitor.uri, "hierarchy"),
        ..visitor.frame(&app, partner, lang.t("hierarchy-groups")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, section)))
}

fn groups_table(lang: Lang, partner: PartnerId, groups: &[Group], nothing: Markup) -> Markup {
    let row = |g: &Group| Row {
        id: g.id.to_string(),
        name: g.name.clone(),
        cells: vec![
            lead_plain(&g.name, &format!("/msp/{partner}/groups/{}", g.id), &g.description),
            kind_of(lang, g),
            html! { (rule_text(lang, g.rule.as_ref())) },
            html! { (lang.int(g.customers)) },
        ],
        ..Row::default()
    };
    let columns = vec![
        Column::plain("name", lang.t("hierarchy-group")),
        Column::plain("kind", lang.t("hierarchy-group-members")),
        Column { wraps: true, ..Column::plain("rule", lang.t("hierarchy-rule")) },
        Column::figure("customers", lang.t("hierarchy-customers")),
    ];
    let rows = groups.iter().map(row).collect();
    table(lang, LIST, &Table { caption: lang.t("hierarchy-groups"), columns, rows, nothing, ..Table::default() })
}

fn kind_of(lang: Lang, g: &Group) -> Markup {
    if g.rule.is_some() {
        badge::badge(Tone::Info, &lang.t("hierarchy-by-rule"))
    } else {
        badge::badge(Tone::Neutral, &lang.t("hierarchy-by-hand"))
    }
}

/// A rule in words.
pub(super) fn rule_text(lang: Lang, rule: Option<&Rule>) -> String {
    let Some(r) = rule else { return lang.t("ui-nothing") };
    let said = [
        ("tier", r.tier.map(|t| lang.t(&format!("hierarchy-tier-{}", t.word())))),
        ("country", r.country.clone()),
        ("sector", r.sector.clone()),
        ("kind", r.kind.map(|k| lang.t(&format!("hierarchy-kind-{}", k.word())))),
        ("language", r.language.clone()),
        ("name-contains", r.name_contains.clone()),
        ("reference-contains", r.reference_contains.clone()),
    ];
    said.into_iter()
        .filter_map(|(id, value)| Some(format!("{}: {}", lang.t(&format!("hierarchy-{id}")), value?)))
        .collect::<Vec<_>>()
        .join(" · ")
}

async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, group): PathIds<kinds::Partner, kinds::Group>,
) -> Result<Response, Problem> {
    Ok(draw(&app, &visitor, partner, group, "").await?.into_response())
}

async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, group: GroupId, error: &str) -> Result<Markup, Problem> {
    let (lang, at) = (visitor.lang, Address::of(&visitor.uri));
    let at = at.without(&["done"]);
    let reel = Reel::new(app, &format!("group page {group}"), &at, EACH);
    let query = MembersOf { partner, group, after: reel.after()?, limit: EACH };
    let found = door::look(&app.house, &visitor.caller, partner, Ok(query)).await?;
    let (g, members, choices) = found.ok_or_else(Problem::not_found)?;
    let shown = Shown { rows: members.len(), total: g.customers, last: members.last().map(|m| (m.name_key.clone(), m.id.0)) };
    let may = visitor.may(partner, "manage_customers");
    let base = format!("/msp/{partner}/groups/{group}");
    let action = |id: &str, href: String, icon| Action { label: lang.t(id), href, icon: Some(icon) };
    let frame = Frame {
        context_line: g.description.clone(),
        crumbs: vec![Action { label: lang.t("hierarchy-groups"), href: format!("/msp/{partner}/groups"), icon: None }],
        actions: if may {
            vec![action("hierarchy-edit", format!("{base}/edit"), "edit"), action("hierarchy-delete", "#delete-group".into(), "trash")]
        } else {
            Vec::new()
        },
        toast: done::toast(lang, &visitor.uri, "hierarchy"),
        ..visitor.frame(app, partner, g.name.clone()).await?
    };
    let nothing = empty::empty("customers", &lang.t("hierarchy-group-empty"), &lang.t("hierarchy-group-empty-text"), None);
    let body = html! {
        div.stack {
            div.row { (kind_of(lang, &g)) @if g.rule.is_some() { span.muted { (rule_text(lang, g.rule.as_ref())) } } }
            @if may && g.rule.is_none() { (card::card(&lang.t("hierarchy-add-customers"), "", html! {}, add_form(app, lang, &base, &choices, error))) }
            div.card {
                (members_table(lang, partner, &g, &members, may, nothing))
                (reel.foot(lang, Swap::page(), Sorted::Name, &shown))
            }
            @if may { (delete_dialog(app, lang, &g, &base)) }
        }
    };
    Ok(web::page(&frame, body))
}

fn add_form(app: &Shared, lang: Lang, base: &str, choices: &[(CustomerId, String)], error: &str) -> Markup {
    let options: Vec<(String, String)> = choices.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
    if options.is_empty() {
        return html! { p.muted { (lang.t("hierarchy-nobody-left")) } };
    }
    let (action, key) = (format!("{base}/customers"), form_key(app));
    form::post(
        &form::Form { action: &action, idempotency: Some(&key), error, ..form::Form::default() },
        html! {
            (field::select(lang, &Field::new("customer", lang.t("hierarchy-customer"), "").required(), &options))
            (form::actions(&lang.t("hierarchy-add"), None))
        },
    )
}

fn members_table(lang: Lang, partner: PartnerId, g: &Group, members: &[Member], may: bool, nothing: Markup) -> Markup {
    let removable = may && g.rule.is_none();
    let row = |m: &Member| {
        let mut cells = vec![
            lead(&m.name, &format!("/msp/{partner}/customers/{}", m.id), &m.account_number),
            html! { (m.domain.as_deref().unwrap_or(&lang.t("ui-nothing"))) },
            html! { (lang.t(&format!("hierarchy-tier-{}", m.tier))) },
            html! { (lang.t(&format!("hierarchy-lifecycle-{}", m.lifecycle))) },
        ];
        if removable {
            let action = format!("/msp/{partner}/groups/{}/customers/{}/remove", g.id, m.id);
            cells.push(form::button(&action, None, "quiet small", html! { (lang.t("hierarchy-remove")) }));
        }
        Row { id: m.id.to_string(), name: m.name.clone(), cells, ..Row::default() }
    };
    let mut columns = vec![
        Column::plain("name", lang.t("hierarchy-customer")),
        Column::plain("domain", lang.t("hierarchy-domain")),
        Column::plain("tier", lang.t("hierarchy-tier")),
        Column::plain("lifecycle", lang.t("hierarchy-lifecycle")),
    ];
    if removable {
        columns.push(Column::plain("act", lang.t("hierarchy-action")));
    }
    let rows = members.iter().map(row).collect();
    table(lang, Swap::page(), &Table { caption: g.name.clone(), columns, rows, nothing, compact: true, ..Table::default() })
}

fn delete_dialog(app: &Shared, lang: Lang, g: &Group, base: &str) -> Markup {
    let ask = Dialog {
        id: "delete-group".into(),
        title: lang.with("hierarchy-delete-group-title", &[("name", g.name.as_str().into())]),
        action: format!("{base}/delete"),
        idempotency: Some(form_key(app)),
        submit: lang.t("hierarchy-delete"),
        danger: true,
        ..Dialog::default()
    };
    dialog::dialog(lang, &ask, html! { p { (lang.t("hierarchy-delete-group-text")) } })
}

async fn delete(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, group): PathIds<kinds::Partner, kinds::Group>,
) -> Result<Response, Problem> {
    app.house.execute(visitor.caller.call(), DeleteGroup { partner, group, version: None }).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/groups?done=group-deleted")))
}

/// What the form for adding sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AddForm {
    customer: String,
    idempotency_key: String,
}

async fn add(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, group): PathIds<kinds::Partner, kinds::Group>,
    Form(form): Form<AddForm>,
) -> Result<Response, Problem> {
    let customers = vec![door::id(&form.customer)];
    match app.house.execute(visitor.caller.call_with(&form.idempotency_key), AddToGroup { partner, group, customers }).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/groups/{group}?done=added"))),
        Err(Fail::Refused(no)) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, partner, group, &wrong::refusal(visitor.lang, "", no).1).await?)
                .into_response())
        }
        Err(fail) => Err(fail.into()),
    }
}

async fn remove(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, group, customer): PathThree<kinds::Partner, kinds::Group, kinds::Customer>,
) -> Result<Response, Problem> {
    app.house.execute(visitor.caller.call(), RemoveFromGroup { partner, group, customer }).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/groups/{group}?done=taken-out")))
}
