//! Console twin of rules: which there are, whom they would change now, a form for another.

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
    door::{self, PathIds, PathThree},
    forms::Form,
    parts::{
        Tone, badge, card, empty, field,
        field::Field,
        form,
        table::{Column, Row, Table, table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{AddStatusRule, ChangesOf, Condition, RemoveStatusRule, StatusRule, StatusRules, Turn, api, queries::RuleChange, run};
use crate::{
    app::{App, Shared},
    console::{
        Visitor, done, form_key,
        wrong::{self, Wrong},
    },
    directory::{
        MemberStatus, MemberType,
        api_filter::pair,
        pages::{customer_of, type_name},
        reading,
    },
    noun::Name,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// Members named at most.
const NAMED: usize = 20;

/// The pages.
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/rules", show)
        .post("/msp/{msp}/customers/{customer}/rules", add)
        .post("/msp/{msp}/customers/{customer}/rules/run", run_now)
        .post("/msp/{msp}/customers/{customer}/rules/{id}/remove", remove)
}

fn base(partner: PartnerId, customer: CustomerId) -> String {
    format!("/msp/{partner}/customers/{customer}/rules")
}

/// The form of a new rule.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct New {
    name: String,
    idle_days: String,
    department: String,
    title: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    attributes: String,
    then: String,
    idempotency_key: String,
}

impl New {
    fn command(&self, lang: Lang, customer: CustomerId) -> Result<AddStatusRule, Wrong> {
        let wrong = |field: &str, code: &str| (field.to_owned(), lang.t(&format!("rules-wrong-{code}")));
        let text = |field: &str, text: &str| match text.trim() {
            "" => Ok(None),
            said => Name::parse(said).map(|n| Some(n.as_str().to_owned())).map_err(|_| wrong(field, "text")),
        };
        let days = match self.idle_days.trim() {
            "" => None,
            said => Some(said.parse::<i64>().map_err(|_| wrong("idle_days", "days"))?),
        };
        let then = if self.then == "active" { Turn::Active } else { Turn::Inactive };
        let when = Condition {
            idle_days: days,
            department: text("department", &self.department)?,
            title: text("title", &self.title)?,
            source: text("source", &self.source)?,
            kind: match self.kind.as_str() {
                "" => None,
                word => Some(MemberType::parse(word).ok_or_else(|| wrong("type", "type"))?),
            },
            attributes: self
                .attributes
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(|line| pair(line).ok_or_else(|| wrong("attributes", "attributes")))
                .collect::<Result<_, _>>()?,
        };
        let name = Name::parse(&self.name).map_err(|_| ("name".to_owned(), wrong::field(lang, "name", "invalid")))?;
        api::checked(&when, then).map_err(|(field, ..)| match field {
            "when/idle_days" => wrong("idle_days", "days"),
            "when/attributes" => wrong("attributes", "attributes"),
            "then" => wrong("then", "then"),
            _ => wrong("", "empty"),
        })?;
        Ok(AddStatusRule { customer, name, when, then })
    }
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    page(&app, &visitor, partner, customer, &New::default(), &Wrong::default()).await
}

async fn page(app: &App, visitor: &Visitor, partner: PartnerId, customer: CustomerId, new: &New, no: &Wrong) -> Result<Response, Problem> {
    door::probe::<ReadMembers>(&app.house, &visitor.caller, customer).await?;
    let lang = visitor.lang;
    let owner = customer_of(app, visitor, partner, customer).await?;
    let call = visitor.caller.call();
    let (rules, may) = app.house.ask(&call, StatusRules { customer }).await?;
    let (changes, total) = app.house.ask(&call, ChangesOf { customer, limit: NAMED }).await?;
    if !changes.is_empty() {
        reading::note(app, &visitor.caller, customer).await?;
    }
    let members = format!("/msp/{partner}/customers/{customer}/members");
    let frame = Frame {
        context_line: lang.t("rules-context"),
        crumbs: vec![
            Action { label: owner.name.clone(), href: format!("/msp/{partner}/customers/{customer}"), icon: None },
            Action { label: lang.t("nav-members"), href: members, icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "rules"),
        ..visitor.frame(app, partner, lang.t("rules-title")).await?
    };
    let mut at = Address::of(&visitor.uri).without(&["done"]);
    at.path = base(partner, customer);
    let body = html! {
        div.stack {
            (card::list(&lang.t("rules-list"), &lang.t("rules-list-text"), html! {}, rules_table(lang, &at, &rules, may)))
            @if !rules.is_empty() {
                (card::list(&lang.t("rules-changes"), &lang.with("rules-changes-text", &[("n", total.into())]), now_button(lang, &at, may && total > 0),
                    changes_table(lang, &changes)))
            }
            @if may { (card::card(&lang.t("rules-new"), &lang.t("rules-new-text"), html! {}, new_form(app, lang, &at.path, new, no))) }
        }
    };
    let status = if no.1.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(&frame, body)).into_response())
}

fn now_button(lang: Lang, at: &Address, shown: bool) -> Markup {
    html! { @if shown { (form::button(&format!("{}/run", at.path), None, "small primary", html! { (lang.t("rules-run")) })) } }
}

fn turned(lang: Lang, then: Turn) -> Markup {
    let (tone, id) = match then {
        Turn::Active => (Tone::Good, "directory-status-active"),
        Turn::Inactive => (Tone::Neutral, "directory-status-inactive"),
    };
    badge::badge(tone, &lang.t(id))
}

/// What has to hold, in words.
fn said(lang: Lang, when: &Condition) -> String {
    let text = |id: &str, value: &Option<String>| value.as_ref().map(|v| lang.with(id, &[("value", v.as_str().into())]));
    let parts = [
        when.idle_days.map(|n| lang.with("rules-when-idle", &[("n", n.into())])),
        text("rules-when-department", &when.department),
        text("rules-when-title", &when.title),
        text("rules-when-source", &when.source),
        when.kind.map(|kind| lang.with("rules-when-type", &[("value", type_name(lang, kind).into())])),
    ];
    let said = |(name, value): (&String, &String)| {
        lang.with("rules-when-attribute", &[("name", name.as_str().into()), ("value", value.as_str().into())])
    };
    parts.into_iter().flatten().chain(when.attributes.iter().map(said)).collect::<Vec<_>>().join(", ")
}

fn shown(lang: Lang, caption: &str, columns: &[&'static str], rows: Vec<Row>, none: &str) -> Table<'static> {
    Table {
        caption: lang.t(caption),
        columns: columns.iter().map(|id| Column::plain(id, lang.t(id))).collect(),
        rows,
        nothing: empty::empty("users", &lang.t(none), &lang.t(&format!("{none}-text")), None),
        ..Table::default()
    }
}

fn rules_table(lang: Lang, at: &Address, rules: &[StatusRule], may: bool) -> Markup {
    let row = |(n, r): (usize, &StatusRule)| Row {
        id: r.id.to_string(),
        name: r.name.clone(),
        cells: vec![
            html! { (lang.int(i64::try_from(n + 1).unwrap_or(0))) ". " b translate="no" { (r.name) } },
            html! { (said(lang, &r.when)) },
            turned(lang, r.then),
            html! { @if may { (form::button(&format!("{}/{}/remove", at.path, r.id), None, "small danger", html! { (lang.t("rules-remove")) })) } },
        ],
        ..Row::default()
    };
    let rows = rules.iter().enumerate().map(row).collect();
    let columns = ["rules-rule", "rules-when", "rules-then", "rules-action"];
    table(lang, Swap::page(), &shown(lang, "rules-list", &columns, rows, "rules-none"))
}

fn changes_table(lang: Lang, changes: &[RuleChange]) -> Markup {
    let from = |status: MemberStatus| lang.t(&format!("directory-status-{}", status.word()));
    let row = |c: &RuleChange| Row {
        id: c.member_id.to_string(),
        name: c.name.clone(),
        cells: vec![
            html! { div.cell-main { span.cell-text translate="no" { b { (c.name) } small { (c.email) } } } },
            html! { (from(c.from)) },
            turned(lang, c.to),
            html! { span translate="no" { (c.rule) } },
        ],
        ..Row::default()
    };
    let columns = ["rules-member", "rules-from", "rules-then", "rules-rule"];
    table(lang, Swap::page(), &shown(lang, "rules-changes", &columns, changes.iter().map(row).collect(), "rules-nobody"))
}

fn new_form(app: &App, lang: Lang, action: &str, new: &New, no: &Wrong) -> Markup {
    let key = form_key(app);
    let line = |name: &str, value: &str| {
        Field::new(name, lang.t(&format!("rules-field-{}", name.replace('_', "-"))), value).error(wrong::at(no, name))
    };
    let then = ["inactive", "active"].map(|word| (word.to_owned(), lang.t(&format!("directory-status-{word}"))));
    let types = MemberType::ALL.iter().map(|t| (t.word().to_owned(), type_name(lang, *t)));
    let types: Vec<(String, String)> = [(String::new(), lang.t("groups-of-any"))].into_iter().chain(types).collect();
    form::post(
        &form::Form { action, idempotency: Some(&key), error: wrong::top(no), ..form::Form::default() },
        html! {
            (field::text(lang, &line("name", &new.name).required()))
            div.form-row {
                (field::input(lang, "number", &line("idle_days", &new.idle_days).hint(lang.t("rules-idle-hint"))))
                (field::text(lang, &line("source", &new.source).hint(lang.t("rules-source-hint"))))
            }
            div.form-row {
                (field::text(lang, &line("department", &new.department)))
                (field::text(lang, &line("title", &new.title)))
            }
            (field::select(lang, &line("type", &new.kind), &types))
            (field::textarea(lang, &line("attributes", &new.attributes).hint(lang.t("groups-of-attributes-hint"))))
            (field::select(lang, &line("then", &new.then).required(), &then))
            (form::actions(&lang.t("rules-add"), None))
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
            Err(Fail::Refused(no)) => (String::new(), wrong::refusal(visitor.lang, "", no).1),
            Err(fail) => return Err(fail.into()),
        },
    };
    page(&app, &visitor, partner, customer, &sent, &no).await
}

async fn run_now(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    door::probe::<ManageMembers>(&app.house, &visitor.caller, customer).await?;
    customer_of(&app, &visitor, partner, customer).await?;
    run::run(&app.house, &visitor.caller.call(), customer).await?;
    Ok(swap::leave(&visitor.headers, &format!("{}?done=ran", base(partner, customer))))
}

async fn remove(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, customer, rule): PathThree<kinds::Partner, kinds::Customer, kinds::StatusRule>,
) -> Result<Response, Problem> {
    door::probe::<ManageMembers>(&app.house, &visitor.caller, customer).await?;
    customer_of(&app, &visitor, partner, customer).await?;
    app.house.execute(visitor.caller.call(), RemoveStatusRule { customer, rule }).await?;
    Ok(swap::leave(&visitor.headers, &format!("{}?done=removed", base(partner, customer))))
}
