//! Console twin: the agents of all customers that do not report.

use access::permissions::ReadMembers;
use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{PartnerId, Timestamp, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathId},
    parts::{
        empty,
        filters::{self, Segment},
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    agent::AgentState,
    api::thresholds,
    pages::{device, state},
    silent::{self, Page, SilentAgent, Which},
};
use crate::{
    app::Shared,
    console::{
        Visitor,
        reel::{Reel, Shown, Sorted},
    },
};

const LIST: Swap = Swap::section("silent-agents");
const EACH: i64 = 50;

/// The page.
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/agents", show)
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    door::probe::<ReadMembers>(&app.house, &visitor.caller, partner).await?;
    let (lang, now) = (visitor.lang, app.house.now());
    let at = Address::of(&visitor.uri);
    let customer = at.get("customer").map(door::id);
    let state = if at.get("state") == Some("inactive") { AgentState::Inactive } else { AgentState::Silent };
    let reel = Reel::new(&app, &format!("silent agents {partner}"), &at, EACH);
    let by = thresholds(&app, partner).await?;
    let found = silent::page(&app.house, &visitor.caller.call(), &Which { partner, state, customer }, reel.after()?, EACH).await?;
    let shown = Shown { rows: found.rows.len(), total: found.total, last: found.last.clone() };
    let section = LIST.wrap(html! {
        div.card {
            (bar(lang, &at, &found))
            (agents_table(lang, partner, &at, &found, now))
            (reel.foot(lang, LIST, Sorted::Name, &shown))
        }
    });
    let mut frame = Frame {
        context_line: lang.with("agents-context", &[("silent", by.silent_days.into()), ("active", by.active_days.into())]),
        ..visitor.frame(&app, partner, lang.t("agents-silent-title")).await?
    };
    if visitor.may(partner, "export") {
        let mut to = Address::new(&format!("/v1/msp/{partner}/agents/export"));
        for (here, there) in [("state", "filter[state]"), ("customer", "filter[customer]")] {
            to = to.with(there, at.get(here).unwrap_or(""));
        }
        frame.actions.push(Action { label: lang.t("agents-export"), href: to.to_string(), icon: Some("download") });
    }
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, html! { div.stack { (section) } })))
}

fn bar(lang: Lang, at: &Address, found: &Page) -> Markup {
    let here = at.without(&["after"]);
    let one = |word: &str, shown: &str, n: i64| Segment {
        label: lang.t(&format!("agents-state-{shown}")),
        count: u64::try_from(n).ok(),
        href: here.with("state", word).to_string(),
        active: at.get("state").unwrap_or("") == word,
    };
    let segments = [one("", "silent", found.counts[0]), one("inactive", "inactive", found.counts[1])];
    let name = found.rows.first().map_or_else(|| lang.t("agents-one-customer"), |a| a.customer_name.clone());
    let chosen: Vec<(String, String, String)> =
        at.get("customer").map(|_| (lang.t("agents-customer"), name, here.with("customer", "").to_string())).into_iter().collect();
    html! {
        (filters::bar("", html! { (filters::segments(lang, LIST, &lang.t("agents-state"), &segments)) }))
        (filters::chips(lang, LIST, &chosen))
    }
}

fn agents_table(lang: Lang, partner: PartnerId, at: &Address, found: &Page, now: Timestamp) -> Markup {
    let row = |s: &SilentAgent| Row {
        id: s.agent.id.to_string(),
        name: s.agent.name.clone(),
        cells: vec![
            device(&s.agent),
            html! { a href={ "/msp/" (partner) "/customers/" (s.customer_id) "/agents" } dir="auto" { (s.customer_name) } },
            state(lang, s.agent.state),
            s.agent.user.as_ref().map_or_else(|| table::nothing(lang), |u| html! { span translate="no" { (u) } }),
            html! { time datetime=(s.agent.last_seen_at) title=(s.agent.last_seen_at) { (lang.ago(Some(s.agent.last_seen_at), now)) } },
        ],
        ..Row::default()
    };
    let nothing = if at.get("customer").is_some() {
        empty::no_match(lang, LIST, None, &at.path)
    } else {
        empty::empty("check-circle", &lang.t("agents-all-report"), &lang.t("agents-all-report-text"), None)
    };
    let columns = ["agents-device", "agents-customer", "agents-state", "agents-user", "agents-heard"];
    let shown = Table {
        caption: lang.t("agents-silent-title"),
        columns: columns.iter().map(|id| Column::plain(id, lang.t(id))).collect(),
        rows: found.rows.iter().map(row).collect(),
        nothing,
        ..Table::default()
    };
    table::table(lang, LIST, &shown)
}
