//! Console twin: a customer's agents, and the tokens by which they come.

use access::permissions::{ManageMembers, ReadMembers};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, PartnerId, Timestamp, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathIds, PathThree},
    forms::Form,
    parts::{
        Tone, badge, card, code, empty, field,
        field::Field,
        filters::{self, Segment},
        form,
        menu::Item,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    agent::{Agent, AgentState},
    api::thresholds,
    queries::{AgentsOf, Listed, Place},
    remove::RemoveAgent,
    tokens::{self, AgentToken, AgentTokens, EndAgentToken, Purpose},
};
use crate::{
    app::{App, Shared},
    console::{
        Visitor, done, form_key,
        reel::{Reel, Shown, Sorted},
        wrong,
    },
    hierarchy::customer::CustomerOf,
    noun::Name,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;
type Three<K> = PathThree<kinds::Partner, kinds::Customer, K>;

const LIST: Swap = Swap::section("agents");
const EACH: i64 = 50;

/// The pages.
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/agents", show)
        .post("/msp/{msp}/customers/{customer}/agents", issue)
        .post("/msp/{msp}/customers/{customer}/agents/{id}/remove", remove)
        .post("/msp/{msp}/customers/{customer}/agent-tokens/{id}/revoke", revoke)
}

fn base(partner: PartnerId, customer: CustomerId) -> String {
    format!("/msp/{partner}/customers/{customer}/agents")
}

/// What the form of the page came back with.
#[derive(Default)]
struct Came {
    name: String,
    error: Option<String>,
    secret: Option<String>,
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    page(&app, &visitor, partner, customer, Came::default()).await
}

async fn page(app: &App, visitor: &Visitor, partner: PartnerId, customer: CustomerId, came: Came) -> Result<Response, Problem> {
    door::probe::<ReadMembers>(&app.house, &visitor.caller, customer).await?;
    let (lang, now, call) = (visitor.lang, app.house.now(), visitor.caller.call());
    let owner = app.house.ask(&call, CustomerOf { partner, customer }).await?.ok_or_else(Problem::not_found)?;
    let mut at = Address::of(&visitor.uri).without(&["done"]);
    at.path = base(partner, customer);
    let reel = Reel::new(app, &format!("agents {customer}"), &at, EACH);
    let (by, state) = (thresholds(app, customer).await?, at.get("state").and_then(AgentState::parse));
    let found = app.house.ask(&call, AgentsOf { customer, by, state, after: reel.after()?, limit: EACH }).await?;
    let tokens = if found.may_manage { app.house.ask(&call, AgentTokens { customer }).await? } else { Vec::new() };
    let last = found.agents.last().map(|a| Place { heard: a.last_seen_at, id: a.id });
    let shown = Shown { rows: found.agents.len(), total: found.total, last };
    let section = LIST.wrap(html! {
        div.card {
            (filters::bar("", html! { (filters::segments(lang, LIST, &lang.t("agents-state"), &segments(lang, &at, &found))) }))
            (agents_table(lang, &at, &found, now))
            (reel.foot(lang, LIST, Sorted::Name, &shown))
        }
    });
    let frame = Frame {
        context_line: lang.with("agents-context", &[("silent", by.silent_days.into()), ("active", by.active_days.into())]),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None },
            Action { label: owner.name.clone(), href: format!("/msp/{partner}/customers/{customer}"), icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "agents"),
        ..visitor.frame(app, partner, lang.t("agents-title")).await?
    };
    let status = if came.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let keys = if found.may_manage {
        keys(app, lang, partner, customer, &at, &tokens, &came, now)
    } else {
        html! {}
    };
    let response = swap::answer(&visitor.headers, section, |section| {
        web::page(&frame, html! { div.stack { @if let Some(secret) = &came.secret { (new_secret(lang, secret)) } (section) (keys) } })
    });
    Ok((status, response).into_response())
}

fn new_secret(lang: Lang, secret: &str) -> Markup {
    card::note(Tone::Good, html! { div.stack-tight { p { (lang.t("agents-token-made")) } (code::copyable(lang, secret)) } })
}

fn segments(lang: Lang, at: &Address, found: &Listed) -> Vec<Segment> {
    let here = at.without(&["after"]);
    let one = |word: &str, label: String, n: i64| Segment {
        label,
        count: u64::try_from(n).ok(),
        href: here.with("state", word).to_string(),
        active: at.get("state").unwrap_or("") == word,
    };
    let all = one("", lang.t("ui-all"), found.counts.iter().sum());
    let states = AgentState::ALL.iter().zip(found.counts).map(|(s, n)| one(s.word(), lang.t(&format!("agents-state-{}", s.word())), n));
    std::iter::once(all).chain(states).collect()
}

/// An agent's state as a badge.
pub(super) fn state(lang: Lang, state: AgentState) -> Markup {
    let tone = match state {
        AgentState::Reporting => Tone::Good,
        AgentState::Silent => Tone::Warn,
        AgentState::Inactive => Tone::Neutral,
    };
    badge::badge(tone, &lang.t(&format!("agents-state-{}", state.word())))
}

/// What a device is, in a cell.
pub(super) fn device(a: &Agent) -> Markup {
    let more = [a.platform.as_deref(), a.version.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    html! { div.cell-main { span.cell-text translate="no" { b { (a.name) } @if !more.is_empty() { small { (more) } } } } }
}

fn agents_table(lang: Lang, at: &Address, found: &Listed, now: Timestamp) -> Markup {
    let row = |a: &Agent| {
        let gone =
            Item { label: lang.t("agents-remove"), href: format!("{}/{}/remove", at.path, a.id), icon: "trash", danger: true, post: true };
        Row {
            id: a.id.to_string(),
            name: a.name.clone(),
            cells: vec![
                device(a),
                state(lang, a.state),
                a.user.as_ref().map_or_else(|| table::nothing(lang), |u| html! { span translate="no" { (u) } }),
                html! { time datetime=(a.last_seen_at) title=(a.last_seen_at) { (lang.ago(Some(a.last_seen_at), now)) } },
            ],
            actions: if found.may_manage { vec![gone] } else { Vec::new() },
        }
    };
    let nothing = if at.get("state").is_some() {
        empty::no_match(lang, LIST, None, &at.path)
    } else {
        empty::empty("display", &lang.t("agents-none"), &lang.t("agents-none-text"), None)
    };
    let columns = ["agents-device", "agents-state", "agents-user", "agents-heard"];
    let shown = Table {
        caption: lang.t("agents-title"),
        columns: columns.iter().map(|id| Column::plain(id, lang.t(id))).collect(),
        rows: found.agents.iter().map(row).collect(),
        nothing,
        ..Table::default()
    };
    table::table(lang, LIST, &shown)
}

/// The tokens, and the form for another.
fn keys(
    app: &App,
    lang: Lang,
    partner: PartnerId,
    customer: CustomerId,
    at: &Address,
    tokens: &[AgentToken],
    came: &Came,
    now: Timestamp,
) -> Markup {
    let to = |t: &AgentToken| format!("/msp/{partner}/customers/{customer}/agent-tokens/{}/revoke", t.id);
    let row = |t: &AgentToken| Row {
        id: t.id.to_string(),
        name: t.name.clone(),
        cells: vec![
            html! { span translate="no" { (t.name) } },
            html! { (lang.t(&format!("agents-purpose-{}", t.purpose.word()))) },
            html! { (lang.ago(Some(t.created_at), now)) },
            html! { (lang.date(t.expires_at, &store::Zone::utc())) },
            html! { (form::button(&to(t), None, "small danger", html! { (lang.t("agents-revoke")) })) },
        ],
        ..Row::default()
    };
    let columns = ["agents-token", "agents-purpose", "agents-made", "agents-expires", "agents-action"];
    let shown = Table {
        caption: lang.t("agents-tokens"),
        columns: columns.iter().map(|id| Column::plain(id, lang.t(id))).collect(),
        rows: tokens.iter().map(row).collect(),
        nothing: empty::empty("key", &lang.t("agents-tokens-none"), &lang.t("agents-tokens-none-text"), None),
        ..Table::default()
    };
    let key = form_key(app);
    let purposes = [Purpose::Enrol, Purpose::Relay].map(|p| (p.word().to_owned(), lang.t(&format!("agents-purpose-{}", p.word()))));
    let sending = html! {
        (form::post(&form::Form { action: &at.path, idempotency: Some(&key), ..form::Form::default() }, html! {
            div.form-row {
                (field::text(lang, &Field::new("name", lang.t("agents-token-name"), came.name.clone()).required().error(came.error.clone())))
                (field::select(lang, &Field::new("purpose", lang.t("agents-purpose"), "enrol").required().hint(lang.t("agents-purpose-hint")), &purposes))
            }
            (form::actions(&lang.t("agents-token-make"), None))
        }))
    };
    html! {
        (card::list(&lang.t("agents-tokens"), &lang.t("agents-tokens-text"), html! {}, table::table(lang, Swap::page(), &shown)))
        (card::card(&lang.t("agents-token-new"), &lang.t("agents-token-new-text"), html! {}, sending))
    }
}

/// The form of a new token.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sent {
    name: String,
    purpose: String,
    idempotency_key: String,
}

async fn owned(app: &App, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<(), Problem> {
    door::probe::<ManageMembers>(&app.house, &visitor.caller, customer).await?;
    let found = app.house.ask(&visitor.caller.call(), CustomerOf { partner, customer }).await?;
    found.map(drop).ok_or_else(Problem::not_found)
}

async fn issue(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    owned(&app, &visitor, partner, customer).await?;
    let lang = visitor.lang;
    let purpose = Purpose::parse(&sent.purpose).unwrap_or(Purpose::Enrol);
    let error = match Name::parse(&sent.name) {
        Err(_) => wrong::field(lang, "name", "invalid"),
        Ok(name) => {
            let call = visitor.caller.call_with(&sent.idempotency_key);
            match tokens::issue(&app.house, call, customer, name, purpose, None).await {
                // Shown once, in this answer: an address would keep it.
                Ok((_, secret)) => return page(&app, &visitor, partner, customer, Came { secret, ..Came::default() }).await,
                Err(Fail::Refused(no)) => wrong::refusal(lang, "agents", no).1,
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    page(&app, &visitor, partner, customer, Came { name: sent.name, error: Some(error), secret: None }).await
}

async fn remove(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, customer, agent): Three<kinds::Agent>,
) -> Result<Response, Problem> {
    owned(&app, &visitor, partner, customer).await?;
    app.house.execute(visitor.caller.call(), RemoveAgent { customer, agent }).await?;
    Ok(swap::leave(&visitor.headers, &format!("{}?done=removed", base(partner, customer))))
}

async fn revoke(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, customer, token): Three<kinds::AgentToken>,
) -> Result<Response, Problem> {
    owned(&app, &visitor, partner, customer).await?;
    app.house.execute(visitor.caller.call(), EndAgentToken { customer, token }).await?;
    Ok(swap::leave(&visitor.headers, &format!("{}?done=revoked", base(partner, customer))))
}
