//! The form of a group, for a new one and for one that is changed.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;
use store::{GroupId, PartnerId, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathId, PathIds},
    forms::{Fields, Form},
    parts::{
        card,
        field::{self, Field},
        form,
    },
    problem::Problem,
    swap,
};

use super::{CreateGroup, EditGroup, Group, GroupChange, GroupOf, Rule, api};
use crate::{
    app::Shared,
    console::{
        Visitor, form_key,
        wrong::{self, Wrong},
    },
    hierarchy::{
        noun::{CustomerKind, Name, Note, Tier},
        refusal::Refused,
    },
};

const RULE: &[&str] = &["tier", "country", "sector", "kind", "language", "name_contains", "reference_contains"];

fn values(g: &Group) -> Fields {
    let mut fields: Fields =
        [("name", g.name.clone()), ("description", g.description.clone()), ("version", g.version.to_string())].into_iter().collect();
    fields.insert("by".into(), if g.rule.is_some() { "rule" } else { "hand" }.into());
    if let Some(Value::Object(rule)) = g.rule.as_ref().and_then(|r| serde_json::to_value(r).ok()) {
        fields.extend(rule.into_iter().filter_map(|(k, v)| Some((k, v.as_str()?.to_owned()))));
    }
    fields
}

/// A form has these fields and no other.
fn known(fields: &Fields) -> Result<(), Problem> {
    fields.only(&[RULE, &["name", "description", "by", "version"]].concat())
}

/// Name, description and rule of a form, or the field that is wrong.
fn read(lang: Lang, fields: &Fields) -> Result<(Name, Option<Note>, Option<Rule>), Wrong> {
    let wrong = |field: &str| (field.to_owned(), wrong::field(lang, field, "invalid"));
    let name = Name::parse(fields.text("name")).map_err(|_| wrong("name"))?;
    let about = Some(fields.text("description")).filter(|d| !d.is_empty());
    let about = about.map(|d| Note::parse(d).map_err(|_| wrong("description"))).transpose()?;
    if fields.text("by") != "rule" {
        return Ok((name, about, None));
    }
    let said = RULE.iter().filter(|n| !fields.text(n).is_empty()).map(|n| ((*n).to_owned(), Value::from(fields.text(n))));
    let rule: Rule = serde_json::from_value(Value::Object(said.collect())).map_err(|_| wrong("by"))?;
    api::fit(Some(&rule)).map_err(|_| wrong("by"))?;
    Ok((name, about, Some(rule)))
}

fn wrong_of(lang: Lang, no: Refused) -> Wrong {
    let field = if matches!(no, Refused::NameTaken {}) { "name" } else { "" };
    (field.to_owned(), wrong::refusal(lang, "", no).1)
}

pub(super) async fn new(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    door::probe::<access::permissions::ManageCustomers>(&app.house, &visitor.caller, partner).await?;
    let fields = Fields::from_iter([("by", "hand")]);
    Ok(draw(&app, &visitor, partner, None, &fields, &Wrong::default()).await?.into_response())
}

pub(super) async fn create(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ManageCustomers>(&app.house, &visitor.caller, partner).await?;
    known(&fields)?;
    let wrong = match read(visitor.lang, &fields) {
        Err(wrong) => wrong,
        Ok((name, description, rule)) => {
            let call = visitor.caller.call_with(fields.key());
            match app.house.execute(call, CreateGroup { partner, name, description, rule }).await {
                Ok(answer) => {
                    return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/groups/{}?done=group-made", answer.value.id)));
                }
                Err(Fail::Refused(no)) => wrong_of(visitor.lang, no),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, partner, None, &fields, &wrong).await?).into_response())
}

async fn found(app: &Shared, visitor: &Visitor, partner: PartnerId, group: GroupId) -> Result<Group, Problem> {
    door::probe::<access::permissions::ManageCustomers>(&app.house, &visitor.caller, partner).await?;
    door::look(&app.house, &visitor.caller, partner, Ok(GroupOf { partner, group })).await?.ok_or_else(Problem::not_found)
}

pub(super) async fn edit(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, group): PathIds<kinds::Partner, kinds::Group>,
) -> Result<Response, Problem> {
    let g = found(&app, &visitor, partner, group).await?;
    Ok(draw(&app, &visitor, partner, Some(&g), &values(&g), &Wrong::default()).await?.into_response())
}

pub(super) async fn save(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, group): PathIds<kinds::Partner, kinds::Group>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let g = found(&app, &visitor, partner, group).await?;
    known(&fields)?;
    let wrong = match read(visitor.lang, &fields) {
        Err(wrong) => wrong,
        Ok((name, about, rule)) => {
            let call = visitor.caller.call_with(fields.key());
            let change = GroupChange { name: Some(name), description: Some(about), rule: Some(rule) };
            let version = fields.version();
            match app.house.execute(call, EditGroup { partner, group, version, change }).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/groups/{group}?done=saved"))),
                Err(Fail::Refused(no)) => wrong_of(visitor.lang, no),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, partner, Some(&g), &fields, &wrong).await?).into_response())
}

async fn draw(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    group: Option<&Group>,
    fields: &Fields,
    wrong: &Wrong,
) -> Result<Markup, Problem> {
    let lang = visitor.lang;
    let list = format!("/msp/{partner}/groups");
    let (title, back, action) = match group {
        Some(g) => (g.name.clone(), format!("{list}/{}", g.id), format!("{list}/{}/edit", g.id)),
        None => (lang.t("hierarchy-group-new"), list.clone(), format!("{list}/new")),
    };
    let frame = Frame {
        crumbs: vec![Action { label: lang.t("hierarchy-groups"), href: list, icon: None }],
        ..visitor.frame(app, partner, title).await?
    };
    let body = card::card(
        &lang.t("hierarchy-group"),
        &lang.t("hierarchy-group-sub"),
        html! {},
        inputs(app, lang, (&action, &back), fields, wrong),
    );
    Ok(web::page(&frame, body))
}

fn inputs(app: &Shared, lang: Lang, (action, back): (&str, &str), fields: &Fields, no: &Wrong) -> Markup {
    let one = |name: &'static str| {
        Field::new(name, lang.t(&format!("hierarchy-{}", name.replace('_', "-"))), fields.typed(name)).error(wrong::at(no, name))
    };
    let any = || vec![(String::new(), lang.t("hierarchy-any"))];
    let tiers = any()
        .into_iter()
        .chain(Tier::ALL.iter().map(|t| (t.word().to_owned(), lang.t(&format!("hierarchy-tier-{}", t.word())))))
        .collect::<Vec<_>>();
    let kinds = CustomerKind::ALL.iter().filter(|k| **k != CustomerKind::Internal);
    let kinds =
        any().into_iter().chain(kinds.map(|k| (k.word().to_owned(), lang.t(&format!("hierarchy-kind-{}", k.word()))))).collect::<Vec<_>>();
    let ways = ["hand", "rule"].map(|w| (w.to_owned(), lang.t(&format!("hierarchy-by-{w}")), lang.t(&format!("hierarchy-by-{w}-text"))));
    let key = form_key(app);
    form::post(
        &form::Form { action, idempotency: Some(&key), error: wrong::top(no), ..form::Form::default() },
        html! {
            input type="hidden" name="version" value=(fields.typed("version"));
            (field::text(lang, &one("name").required()))
            (field::text(lang, &one("description")))
            (field::choices(&one("by"), &ways))
            div.for-rule {
                p.muted { (lang.t("hierarchy-rule-sub")) }
                div.form-row { (field::select(lang, &one("tier"), &tiers)) (field::select(lang, &one("kind"), &kinds)) }
                div.form-row { (field::text(lang, &one("country").hint(lang.t("hierarchy-country-hint")))) (field::text(lang, &one("sector"))) }
                div.form-row { (field::text(lang, &one("language"))) (field::text(lang, &one("name_contains"))) }
                (field::text(lang, &one("reference_contains")))
            }
            (form::actions(&lang.t("hierarchy-save"), Some((&lang.t("ui-cancel"), back))))
        },
    )
}
