//! Console twin of alerts.

use access::permissions::{Read, ResolveAlerts};
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use store::{PartnerId, Timestamp, kinds};
use web::{
    Address, Frame, Lang, Swap,
    door::{self, PathId, PathIds},
    forms::Form,
    parts::{
        Tone, badge, empty,
        filters::{self, Segment},
        menu,
        table::{Column, Row, Table, table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{AlertFilter, Alerts, AlertsPage, Code, Every, ResolveAlert, Severity, freshen, pages_wish, queries::Alert};
use crate::{
    app::Shared,
    console::{
        Visitor, done,
        reel::{Reel, Shown, Sorted},
    },
    hierarchy::standing::SyncReason,
    noun::Note,
};

/// What the visitor may do about an alert.
#[derive(Clone, Copy)]
struct May {
    resolve: bool,
    allocate: bool,
    manage: bool,
}

const LIST: Swap = Swap::section("alerts");
const EACH: i64 = 50;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/alerts", mine)
        .get("/msp/{msp}/alerts", list)
        .post("/msp/{msp}/alerts/{id}/resolve", resolve)
        .post("/msp/{msp}/alerts/subscription", pages_wish::choose::<Severity>)
        .post("/msp/{msp}/alerts/digest", pages_wish::choose::<Every>)
}

/// The bell of every page leads here: to the alerts of the visitor's own partner.
async fn mine(visitor: Visitor) -> Response {
    match visitor.home() {
        Some(partner) => Redirect::to(&format!("/msp/{partner}/alerts")).into_response(),
        None => Redirect::to("/").into_response(),
    }
}

fn filter_of(at: &Address) -> AlertFilter {
    AlertFilter {
        open: Some(at.get("status") != Some("resolved")),
        severity: at.get("severity").and_then(Severity::parse),
        code: at.get("code").and_then(Code::parse),
        customer: at.get("customer").map(door::id),
    }
}

async fn list(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    door::probe::<Read>(&app.house, &visitor.caller, partner).await?;
    freshen(&app.house, partner).await?;
    let (lang, at, now) = (visitor.lang, Address::of(&visitor.uri).without(&["done"]), app.house.now());
    let reel = Reel::new(&app, &format!("alerts page {partner}"), &at, EACH);
    let query = Alerts { partner, filter: filter_of(&at), after: reel.after()?, limit: EACH };
    let page = door::look(&app.house, &visitor.caller, partner, Ok(query)).await?;
    let mail = pages_wish::form::<Severity>(&app, &visitor, partner, html! {}).await?;
    let look = html! { a href={ "/msp/" (partner) "/alerts/digest" } { (lang.t("alerts-digest-look")) } };
    let digest = pages_wish::form::<Every>(&app, &visitor, partner, look).await?;
    let shown = Shown { rows: page.rows.len(), total: page.total, last: page.rows.last().map(|a| (a.opened_at, a.id.0)) };
    let may = May {
        resolve: visitor.may(partner, "resolve_alerts"),
        allocate: visitor.may(partner, "allocate"),
        manage: visitor.may(partner, "manage_customers"),
    };
    let section = LIST.wrap(html! {
        div.card {
            (bar(lang, &at, &page))
            (alerts_table(lang, partner, &at, &page.rows, may, now))
            (reel.foot(lang, LIST, Sorted::Newest, &shown))
        }
    });
    let frame = Frame {
        context_line: lang.t("alerts-context"),
        toast: done::toast(lang, &visitor.uri, "alerts"),
        ..visitor.frame(&app, partner, lang.t("nav-alerts")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, html! { div.stack { (section) (mail) (digest) } })))
}

fn bar(lang: Lang, at: &Address, page: &AlertsPage) -> Markup {
    let open = at.get("status") != Some("resolved");
    let count = |n: i64| u64::try_from(n).ok();
    let here = at.without(&["after"]);
    let status = |id: &str, value: &str, n, active| Segment {
        label: lang.t(id),
        count: count(n),
        href: here.with("status", value).to_string(),
        active,
    };
    let statuses = [status("alerts-open", "", page.open, open), status("alerts-resolved", "resolved", page.resolved, !open)];
    let any =
        Segment { label: lang.t("ui-all"), count: None, href: here.with("severity", "").to_string(), active: at.get("severity").is_none() };
    let severities = Severity::ALL.iter().zip(page.severities).map(|(s, n)| Segment {
        label: lang.t(&format!("alerts-severity-{}", s.word())),
        count: if open { count(n) } else { None },
        href: here.with("severity", s.word()).to_string(),
        active: at.get("severity") == Some(s.word()),
    });
    let severities: Vec<Segment> = std::iter::once(any).chain(severities).collect();
    let name = page.rows.first().map_or_else(|| lang.t("alerts-one-customer"), |a| a.customer_name.clone());
    let chosen: Vec<(String, String, String)> =
        at.get("customer").map(|_| (lang.t("alerts-customer"), name, here.with("customer", "").to_string())).into_iter().collect();
    html! {
        (filters::bar("", html! {
            (filters::segments(lang, LIST, &lang.t("alerts-status"), &statuses))
            (filters::segments(lang, LIST, &lang.t("alerts-severity"), &severities))
        }))
        (filters::chips(lang, LIST, &chosen))
    }
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Info => Tone::Info,
    }
}

fn alerts_table(lang: Lang, partner: PartnerId, at: &Address, rows: &[Alert], may: May, now: Timestamp) -> Markup {
    let nothing = if at.get("severity").is_some() || at.get("customer").is_some() || at.get("status").is_some() {
        empty::no_match(lang, LIST, None, &at.path)
    } else {
        empty::empty("check-circle", &lang.t("alerts-none"), &lang.t("alerts-none-text"), None)
    };
    let row = |a: &Alert| Row {
        id: a.id.to_string(),
        name: lang.t(&format!("alerts-code-{}", a.code.word())),
        cells: vec![
            html! { div.cell-main { span.cell-text { (lang.t(&format!("alerts-code-{}", a.code.word()))) small { (told(lang, a)) } } } },
            done::customer(lang, partner, Some(a.customer_id), Some(&a.customer_name)),
            badge::badge(tone(a.severity), &lang.t(&format!("alerts-severity-{}", a.severity.word()))),
            html! { time datetime=(a.opened_at) title=(a.opened_at) { (lang.ago(Some(a.opened_at), now)) } },
            ending(lang, partner, a, may, now),
        ],
        ..Row::default()
    };
    let columns = vec![
        Column { wraps: true, ..Column::plain("alert", lang.t("alerts-alert")) },
        Column::plain("customer", lang.t("alerts-customer")),
        Column::plain("severity", lang.t("alerts-severity")),
        Column::plain("opened", lang.t("alerts-opened")),
        Column::plain("end", lang.t("alerts-status")),
    ];
    let rows = rows.iter().map(row).collect();
    table(lang, LIST, &Table { caption: lang.t("nav-alerts"), columns, rows, nothing, ..Table::default() })
}

/// How it ended, or what can be done.
fn ending(lang: Lang, partner: PartnerId, a: &Alert, may: May, now: Timestamp) -> Markup {
    let Some(at) = a.resolved_at else {
        return html! {
            div.row {
                @if a.code == Code::AgentsNotReporting {
                    a.btn.small href={ "/msp/" (partner) "/agents?customer=" (a.customer_id) } { (lang.t("alerts-show-agents")) }
                }
                @if a.code == Code::OrderRequested {
                    a.btn.small href={ "/msp/" (partner) "/licenses/orders" } { (lang.t("alerts-show-requests")) }
                }
                @if a.code == Code::PlanRequested {
                    a.btn.small href={ "/msp/" (partner) "/customers/" (a.customer_id) "/subscriptions" } { (lang.t("alerts-show-plan")) }
                }
                @if a.code.is_seats() && may.allocate { (more_seats(lang, partner, a)) }
                @if matches!(a.code, Code::SeatsExceeded | Code::SeatsOverLimit) {
                    a.btn.small href={ "/msp/" (partner) "/customers/" (a.customer_id) "/members?status=active" } { (lang.t("alerts-show-members")) }
                }
                @if a.code == Code::TrialSignedUp {
                    a.btn.small href={ "/msp/" (partner) "/customers/" (a.customer_id) "/trial" } { (lang.t("alerts-show-trial")) }
                }
                @if a.code == Code::LinkRequested {
                    a.btn.small href={ "/msp/" (partner) "/customers/" (a.customer_id) "/link-requests" } { (lang.t("alerts-show-link")) }
                }
                @if a.code == Code::CapNear && may.manage {
                    a.btn.small href={ "/msp/" (partner) "/customers/" (a.customer_id) "/edit#max_mau" } { (lang.t("alerts-change-cap")) }
                }
                @if may.resolve { (resolving(lang, partner, a)) }
                @else { (badge::dot(Tone::Warn, &lang.t("alerts-open"))) }
            }
        };
    };
    let by = a
        .resolved_by_name
        .clone()
        .unwrap_or_else(|| lang.t(if a.resolved_by.as_deref() == Some("person") { "alerts-by-person" } else { "alerts-by-rule" }));
    html! {
        div.cell-main { span.cell-text {
            (lang.with("alerts-resolved-by", &[("who", by.into()), ("when", lang.ago(Some(at), now).into())]))
            @if let Some(why) = a.resolution.as_deref().filter(|w| !w.is_empty()) { small { (why) } }
        } }
    }
}

/// The way to more seats: from the pool, or by an upgrade where its seats lie outside of it.
fn more_seats(lang: Lang, partner: PartnerId, a: &Alert) -> Markup {
    if a.outside_pool() {
        return html! { a.btn.small href={ "/msp/" (partner) "/customers/" (a.customer_id) "/trial#upgrade" } { (lang.t("alerts-upgrade")) } };
    }
    allocating(lang, partner, a)
}

/// One press gives the customer what the alert suggests, if it still holds what the alert says: pressed by two people, it gives once.
fn allocating(lang: Lang, partner: PartnerId, a: &Alert) -> Markup {
    let number = |name: &str| a.detail.get(name).and_then(serde_json::Value::as_i64);
    let (Some(seats), Some(held)) = (number("suggested"), number("allocated")) else { return Markup::default() };
    html! {
        form method="post" action={ "/msp/" (partner) "/licenses/" (a.customer_id) "/allocate" } data-once {
            input type="hidden" name="seats" value=(seats);
            input type="hidden" name="held" value=(held);
            input type="hidden" name="reason" value="Suggested by an alert";
            input type="hidden" name="from" value="alerts";
            input type="hidden" name="idempotency_key" value={ (a.id) "-" (held) "-" (seats) };
            button.btn.small type="submit" aria-label=(lang.with("alerts-allocate-to", &[("n", seats.into()), ("customer", a.customer_name.as_str().into())])) {
                (lang.with("alerts-allocate", &[("n", seats.into())]))
            }
        }
    }
}

/// The button that resolves, behind it the question why. On `details`: it works without script.
fn resolving(lang: Lang, partner: PartnerId, a: &Alert) -> Markup {
    let (action, field) = (format!("/msp/{partner}/alerts/{}/resolve", a.id), format!("reason-{}", a.id));
    let name = lang.t("alerts-resolve");
    menu::menu(
        &lang.with("alerts-resolve-of", &[("customer", a.customer_name.as_str().into())]),
        "small",
        html! { (name) },
        html! {
            form.sheet-form method="post" action=(action) data-once {
                label for=(field) { (lang.t("alerts-reason")) }
                input.input id=(field) name="reason" maxlength="500" autocomplete="off" placeholder=(lang.t("alerts-reason-hint"));
                button.btn.small.primary type="submit" { (name) }
            }
        },
    )
}

/// What an alert says, in a sentence with its numbers.
pub(super) fn told(lang: Lang, alert: &Alert) -> String {
    let count = |name: &str| alert.detail.get(name).and_then(serde_json::Value::as_i64).unwrap_or(0);
    let own = alert.detail.get("own").and_then(|own| serde_json::from_value(own.clone()).ok());
    let reason = alert.detail.get("reason").and_then(serde_json::Value::as_str).map(|text| SyncReason { text: text.to_owned(), own });
    let reason = reason.map_or_else(|| lang.t("alerts-no-reason"), |reason| reason.told(lang));
    let seats = ["active", "allocated", "suggested", "over", "waiting", "held", "max_mau", "count", "cap"];
    let others = ["passed", "of", "silent", "agents", "requests", "days"];
    let mut args: Vec<(&str, web::Arg<'_>)> = seats.into_iter().chain(others).map(|n| (n, lang.int(count(n)).into())).collect();
    args.push(("reason", reason.into()));
    // Told late, or of a trial whose new end is near already, the stage that was reached says more days than there were.
    let ends_at = alert.detail.get("ends_at").and_then(|at| serde_json::from_value::<Timestamp>(at.clone()).ok());
    if let Some(ends_at) = ends_at.filter(|_| alert.code == Code::TrialEnding) {
        args.retain(|(name, _)| *name != "days");
        args.push(("days", lang.int(alert.opened_at.days_until(ends_at)).into()));
    }
    let text = |name: &str| alert.detail.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    args.push(("plan", text("plan").to_owned().into()));
    args.push(("day", text("day").parse().map_or_else(|_| String::new(), |day| lang.civil(day)).into()));
    // Nobody was tested lately: then there is no rate to speak of.
    let quiet = alert.code == Code::LowEngagement && count("of") == 0;
    let end = match alert.detail.get("max_mau") {
        _ if alert.code == Code::CapNear && count("count") >= count("cap") => "-reached",
        // The plans of a trial and of free seats let nobody in beyond them.
        _ if alert.code.is_seats() && alert.code != Code::SeatsExceeded && alert.outside_pool() => "-trial",
        Some(_) => "-cap",
        None if quiet => "-quiet",
        None if alert.detail.get("in_grace").and_then(serde_json::Value::as_bool) == Some(true) => "-grace",
        None => "",
    };
    lang.with(&format!("alerts-text-{}{end}", alert.code.word()), &args)
}

/// What the form that resolves an alert sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sent {
    reason: String,
    idempotency_key: String,
}

async fn resolve(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, alert): PathIds<kinds::Partner, kinds::Alert>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let reason = match sent.reason.trim() {
        "" => Ok(None),
        said => Note::parse(said)
            .map(Some)
            .map_err(|why| Problem::invalid("/reason", "invalid", format!("The reason: {why}. The alert is still open."))),
    };
    // Nobody without the right learns what was wrong with the form.
    door::probe::<ResolveAlerts>(&app.house, &visitor.caller, partner).await?;
    let reason = reason?;
    app.house.execute(visitor.caller.call_with(&sent.idempotency_key), ResolveAlert { partner, alert, reason }).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/alerts?done=resolved")))
}
