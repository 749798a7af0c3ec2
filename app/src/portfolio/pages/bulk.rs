//! One change for many customers: chosen in the list, shown before it happens, undone with one click.

use axum::{
    extract::{Path, State},
    response::Response,
};
use command::Effect;
use maud::{Markup, html};
use store::{CustomerId, PartnerId};
use web::{
    Lang, Toast,
    forms::Pairs,
    parts::{
        Tone, badge, card, form, icon,
        table::{self, Column, Pick, Row, Table},
    },
    problem::Problem,
    shell::Action as Link,
    swap,
};

use super::{
    Asked,
    list::{Shown, tier_id},
    partner_of,
};
use crate::{
    app::Shared,
    console::{Visitor, done, form_key, wrong},
    hierarchy::Tier,
    portfolio::{
        api::{BulkAnswer, Whom, allowed, distinct, perform},
        bulk::{Action, Fate, Item, MOST, Step},
        chosen::Chosen,
        queries::NamesOf,
    },
};

/// Lines shown of a preview or result; the counts say the rest.
const SHOWN: usize = 200;

/// The bar over chosen rows.
pub fn pick(lang: Lang, asked: &Asked, shown: &Shown) -> Pick {
    let groups = &shown.around.groups;
    Pick {
        form: "bulk".into(),
        action: format!("/msp/{}/customers/bulk", shown.partner),
        hidden: html! {
            input type="hidden" name="filter" value=(asked.at.without(&["page", "cols"]).query());
        },
        buttons: html! {
            select.input name="what" aria-label=(lang.t("portfolio-bulk-what")) {
                optgroup label=(lang.t("portfolio-col-tier")) {
                    @for tier in Tier::ALL { option value={ "tier:" (tier.word()) } { (lang.with("portfolio-bulk-tier", &[("tier", lang.t(tier_id(*tier)).into())])) } }
                }
                @if !groups.is_empty() {
                    optgroup label=(lang.t("portfolio-group")) {
                        @for (id, name) in groups { option value={ "group_add:" (id) } { (lang.with("portfolio-bulk-group-add", &[("group", name.as_str().into())])) } }
                        @for (id, name) in groups { option value={ "group_remove:" (id) } { (lang.with("portfolio-bulk-group-remove", &[("group", name.as_str().into())])) } }
                    }
                }
                @if !shown.technicians.is_empty() {
                    optgroup label=(lang.t("role-technician")) {
                        @for (id, name) in &shown.technicians { option value={ "technician:" (id) } { (lang.with("portfolio-bulk-assign", &[("name", name.as_str().into())])) } }
                    }
                }
                @if shown.rights.allocate {
                    optgroup label=(lang.t("portfolio-col-seats")) {
                        option value="seats:+" { (lang.t("portfolio-bulk-seats-add")) }
                        option value="seats:-" { (lang.t("portfolio-bulk-seats-release")) }
                    }
                }
            }
            @if shown.rights.allocate {
                label.for-seats { span.muted { (lang.t("portfolio-bulk-seats")) } input.input.short type="number" name="seats" min="1" value="10"; }
            }
            button.btn.primary.small type="submit" { (icon("eye")) (lang.t("portfolio-bulk-preview")) }
        },
    }
}

/// A form that names many customers.
struct Fields(Pairs);

impl Fields {
    /// Only customers are named many times, and only their filter or the steps of an undo are long.
    fn read(sent: Pairs) -> Result<Fields, Problem> {
        sent.strict(&["id"], &["filter", "back", "undo"])?;
        sent.only(&["id", "all", "filter", "what", "seats", "back", "undo"])?;
        Ok(Fields(sent))
    }

    fn get(&self, name: &str) -> &str {
        self.0.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str())
    }

    fn ids(&self) -> Vec<CustomerId> {
        let ids = self.0.0.iter().filter(|(name, _)| name == "id").filter_map(|(_, value)| CustomerId::parse(value));
        distinct(ids.take(MOST).collect())
    }

    fn action(&self) -> Result<Action, Problem> {
        let (word, value) = self.get("what").split_once(':').unwrap_or_default();
        let seats = self.get("seats");
        let value = match (word, value) {
            ("seats", "+") => seats.to_owned(),
            ("seats", "-") => format!("-{seats}"),
            _ => value.to_owned(),
        };
        Action::parse(word, &value).map_err(|(pointer, wrong)| Problem::invalid(pointer, "invalid", wrong))
    }

    fn whom(&self, path: &str) -> Result<Whom, Problem> {
        if self.get("all") == "1" {
            return Ok(Whom::Filter(Asked::from_query(path, self.get("filter")).filter));
        }
        let ids = self.ids();
        if ids.is_empty() {
            return Err(Problem::invalid("/id", "required", "Choose at least one customer."));
        }
        Ok(Whom::Ids(ids))
    }
}

/// Shows what would happen.
pub async fn preview(State(app): State<Shared>, visitor: Visitor, Path(msp): Path<String>, sent: Pairs) -> Result<Response, Problem> {
    let (partner, fields, lang) = (partner_of(&msp), Fields::read(sent)?, visitor.lang);
    let action = fields.action();
    allowed(&app, &visitor.caller, partner, action.as_ref().ok().copied()).await?;
    let (action, path) = (action?, format!("/msp/{partner}/customers"));
    let answer = perform(&app, &visitor.caller, partner, action, fields.whom(&path)?, true).await?;
    let mut frame = visitor.frame(&app, partner, lang.t("portfolio-bulk-preview-title")).await?;
    frame.context_line = say(&app, &visitor, partner, action).await?;
    frame.crumbs = crumbs(lang, partner);
    let key = form_key(&app);
    let apply = html! {
        form.row method="post" action={ (path) "/bulk/apply" } data-once {
            (form::hidden(Some(&key)))
            input type="hidden" name="what" value=(fields.get("what"));
            input type="hidden" name="seats" value=(fields.get("seats"));
            input type="hidden" name="back" value=(fields.get("filter"));
            @for item in answer.items.iter().filter(|i| i.status == Fate::Done) { input type="hidden" name="id" value=(item.customer_id); }
            button.btn.primary type="submit" disabled[answer.done == 0] { (lang.with("portfolio-bulk-apply", &[("n", answer.done.into())])) }
            a.btn href={ (path) "?" (fields.get("filter")) } { (lang.t("ui-cancel")) }
        }
    };
    let body = html! {
        div.stack {
            @if answer.seats_missing > 0 {
                (card::note(Tone::Warn, html! { (lang.with("portfolio-bulk-missing", &[("n", answer.seats_missing.into())])) }))
            }
            (card::note(Tone::Info, html! { (counts(lang, &answer)) }))
            (apply)
            (card::plain(items(lang, partner, &answer.items)))
        }
    };
    Ok(swap::answer(&visitor.headers, body, |body| web::page(&frame, body)))
}

/// Does it, one customer at a time.
pub async fn apply(State(app): State<Shared>, visitor: Visitor, Path(msp): Path<String>, sent: Pairs) -> Result<Response, Problem> {
    let (partner, fields) = (partner_of(&msp), Fields::read(sent)?);
    let action = fields.action();
    allowed(&app, &visitor.caller, partner, action.as_ref().ok().copied()).await?;
    let (action, path) = (action?, format!("/msp/{partner}/customers"));
    let mut caller = visitor.caller.clone();
    caller.key = Some(fields.get("idempotency_key").to_owned()).filter(|k| !k.is_empty());
    let answer = perform(&app, &caller, partner, action, fields.whom(&path)?, false).await?;
    let line = say(&app, &visitor, partner, action).await?;
    result(&app, &visitor, partner, &answer, (line, fields.get("back")), &answer.undo()).await
}

/// Undoes it: the inverse of each item that was done, where nobody has changed it since.
pub async fn undo(State(app): State<Shared>, visitor: Visitor, Path(msp): Path<String>, sent: Pairs) -> Result<Response, Problem> {
    let (partner, fields) = (partner_of(&msp), Fields::read(sent)?);
    let steps = app.signer.open::<Vec<Step>>(&binding(partner), fields.get("undo"));
    let first = steps.as_ref().ok().and_then(|s| s.first()).map(|(_, action, _)| *action);
    allowed(&app, &visitor.caller, partner, first).await?;
    let steps = steps?;
    let call = visitor.caller.call_with(fields.get("idempotency_key"));
    let names = app.house.ask(&call, NamesOf { partner, ids: steps.iter().map(|step| step.0).collect() }).await?;
    let targets = steps.iter().copied().zip(names).map(|(step, (_, name))| (step, name)).collect();
    let chosen = Chosen { as_of: app.house.now(), seats_missing: 0, targets };
    let answer = BulkAnswer::of(&app.house, &call, partner, &steps, chosen, false).await?;
    let line = visitor.lang.t("portfolio-bulk-undone");
    result(&app, &visitor, partner, &answer, (line, fields.get("back")), &[]).await
}

fn binding(partner: PartnerId) -> String {
    format!("bulk-undo {partner}")
}

pub(super) async fn result(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    answer: &BulkAnswer,
    (line, back): (String, &str),
    undo: &[Step],
) -> Result<Response, Problem> {
    let (lang, path) = (visitor.lang, format!("/msp/{partner}/customers"));
    let mut frame = visitor.frame(app, partner, lang.t("portfolio-bulk-title")).await?;
    frame.context_line = line;
    frame.crumbs = crumbs(lang, partner);
    let tone = if answer.refused + answer.pending == 0 { Tone::Good } else { Tone::Warn };
    let action = (!undo.is_empty()).then(|| Link { label: lang.t("ui-undo"), href: "#undo".into(), icon: None });
    frame.toast = Some(Toast { tone, text: counts(lang, answer), action });
    let sealed = (!undo.is_empty()).then(|| app.signer.seal(&binding(partner), &undo));
    let body = html! {
        div.stack {
            (card::note(tone, html! { (counts(lang, answer)) }))
            div.row #undo {
                @if let Some(sealed) = sealed {
                    form method="post" action={ (path) "/bulk/undo" } data-once {
                        (form::hidden(Some(&form_key(app))))
                        input type="hidden" name="undo" value=(sealed);
                        input type="hidden" name="back" value=(back);
                        button.btn type="submit" { (icon("undo")) (lang.with("portfolio-bulk-undo", &[("n", undo.len().into())])) }
                    }
                }
                a.btn.primary href={ (path) "?" (back) } { (lang.t("portfolio-bulk-back")) }
            }
            (card::plain(items(lang, partner, &answer.items)))
        }
    };
    Ok(swap::answer(&visitor.headers, body, |body| web::page(&frame, body)))
}

fn crumbs(lang: Lang, partner: PartnerId) -> Vec<Link> {
    vec![Link { label: lang.t("portfolio-customers"), href: format!("/msp/{partner}/customers"), icon: None }]
}

/// The action in words.
async fn say(app: &Shared, visitor: &Visitor, partner: PartnerId, action: Action) -> Result<String, Problem> {
    let lang = visitor.lang;
    let groups = app.house.ask(&visitor.caller.call(), crate::portfolio::queries::SurroundingsOf { partner, history: false }).await?.groups;
    let group = |id| groups.iter().find(|(g, _)| *g == id).map_or_else(String::new, |(_, name)| name.clone());
    Ok(match action {
        Action::GroupAdd(id) => lang.with("portfolio-bulk-group-add", &[("group", group(id).into())]),
        Action::GroupRemove(id) => lang.with("portfolio-bulk-group-remove", &[("group", group(id).into())]),
        Action::Tier(tier) => lang.with("portfolio-bulk-tier", &[("tier", lang.t(tier_id(tier)).into())]),
        Action::Seats(n) if n > 0 => lang.with("portfolio-bulk-seats-add-n", &[("n", n.into())]),
        Action::Seats(n) => lang.with("portfolio-bulk-seats-release-n", &[("n", (-n).into())]),
        Action::Technician(_) => lang.t("portfolio-bulk-technician"),
        Action::TechnicianRemove(_) => lang.t("portfolio-bulk-technician-remove"),
    })
}

pub(super) fn counts(lang: Lang, answer: &BulkAnswer) -> String {
    let id = if answer.preview { "portfolio-bulk-would" } else { "portfolio-bulk-did" };
    lang.with(
        id,
        &[
            ("done", answer.done.into()),
            ("pending", answer.pending.into()),
            ("unchanged", answer.unchanged.into()),
            ("refused", answer.refused.into()),
        ],
    )
}

pub(super) fn items(lang: Lang, partner: PartnerId, items: &[Item]) -> Markup {
    let columns = vec![
        Column::plain("name", lang.t("portfolio-col-customer")),
        Column::plain("fate", lang.t("portfolio-bulk-fate")),
        Column { wraps: true, ..Column::plain("effects", lang.t("portfolio-bulk-effects")) },
    ];
    let table = Table {
        caption: lang.t("portfolio-bulk-title"),
        columns,
        rows: items.iter().take(SHOWN).map(|i| line(lang, partner, i)).collect(),
        compact: true,
        ..Table::default()
    };
    html! {
        (table::table(lang, web::Swap::page(), &table))
        @if items.len() > SHOWN { p.pager { (lang.with("portfolio-bulk-more", &[("n", (items.len() - SHOWN).into())])) } }
    }
}

fn line(lang: Lang, partner: PartnerId, item: &Item) -> Row {
    let name = item.name.clone().unwrap_or_else(|| item.customer_id.to_string());
    let (tone, id) = match item.status {
        Fate::Done => (Tone::Good, "portfolio-fate-done"),
        Fate::Pending => (Tone::Info, "portfolio-fate-pending"),
        Fate::Unchanged => (Tone::Neutral, "portfolio-fate-unchanged"),
        Fate::Refused => (Tone::Bad, "portfolio-fate-refused"),
    };
    let effects = html! {
        @if let Some(problem) = &item.problem { span.bad-text { (wrong::of(lang, "", problem).1) } }
        @for e in item.effects.iter().filter(|e| e.on != "pool") { div.small { (effect(lang, e)) } }
        @if item.status == Fate::Pending { a.small href={ "/msp/" (partner) "/jobs" } { (lang.t("portfolio-bulk-watch")) } }
    };
    let href = format!("/msp/{partner}/customers/{}", item.customer_id);
    Row {
        id: String::new(),
        name: name.clone(),
        cells: vec![table::lead(&name, &href, ""), badge::badge(tone, &lang.t(id)), effects],
        actions: Vec::new(),
    }
}

/// A value of an effect as people read it.
/// What changes, in words where there are some.
fn effect(lang: Lang, e: &Effect) -> Markup {
    if e.on == "group" && e.field == "customer" {
        return html! { (lang.t(if e.before.is_null() { "portfolio-effect-joins" } else { "portfolio-effect-leaves" })) };
    }
    let value = |v: &serde_json::Value| if e.field == "tier" { done::in_words(lang, "hierarchy-tier", &plain(v)) } else { plain(v) };
    html! { (done::in_words(lang, "portfolio-effect", &e.field)) ": " (value(&e.before)) " → " strong { (value(&e.after)) } }
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "–".into(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
