//! Console twin of the trail: who did what, with its effects, and whether every link holds.

use axum::{extract::State, response::Response};
use command::Effect;
use maud::{Markup, html};
use serde_json::Value;
use store::{PartnerId, StaffId, Timestamp, Zone, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathId},
    parts::{
        Tone, card, empty,
        filters::{self, Facet},
        table::{Column, Row, Table, table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{AuditFilter, By, Entry, Mark, Report, queries::Desk};
use crate::{
    app::Shared,
    console::{
        Visitor, done,
        reel::{Reel, Shown, Sorted},
    },
};

const LIST: Swap = Swap::section("audit");
const EACH: i64 = 50;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/audit", list)
}

/// The commands a filter offers, in the order of the rooms.
const COMMANDS: &[&str] = &[
    "provisioning.create_customer",
    "hierarchy.customers.edit",
    "hierarchy.customers.suspend",
    "hierarchy.customers.resume",
    "hierarchy.customers.launch",
    "hierarchy.settings.edit",
    "hierarchy.settings.set_logo",
    "hierarchy.groups.create",
    "hierarchy.groups.edit",
    "hierarchy.groups.delete",
    "hierarchy.sites.add",
    "licensing.pools.allocate",
    "licensing.pools.release",
    "licensing.pools.place_order",
    "licensing.pools.place_orders",
    "directory.create_member",
    "directory.edit_member",
    "directory.remove_member",
    "directory.import_members",
    "directory.scim.create_user",
    "directory.scim.change_user",
    "directory.scim.write_group",
    "directory.scim.remove_group",
    "identity.invite_staff",
    "identity.change_staff",
    "identity.assign_customers",
    "identity.issue_token",
    "identity.issue_scim_token",
    "identity.end_scim_token",
    "alerts.evaluate",
    "alerts.resolve",
    "operations.test_mail",
];

fn command_text(lang: Lang, command: &str) -> String {
    done::in_words(lang, "audit-cmd", command)
}

/// What an entry says that was done: the command in words; of a rule that opened and closed alerts, which ones.
fn entry_text(lang: Lang, e: &Entry) -> String {
    if e.command != "alerts.evaluate" {
        return command_text(lang, &e.command);
    }
    let named = |word: &str| -> Vec<String> {
        let effects = e.effects.iter().flatten().filter(|effect| effect.on == "alert" && effect.after == word);
        effects.map(|effect| lang.t(&format!("alerts-code-{}", effect.field))).collect()
    };
    let said = |id: &str, words: Vec<String>| (!words.is_empty()).then(|| lang.with(id, &[("alerts", words.join(", ").into())]));
    let all = [said("audit-alerts-opened", named("open")), said("audit-alerts-closed", named("cleared"))];
    let text = all.into_iter().flatten().collect::<Vec<_>>().join("; ");
    if text.is_empty() { command_text(lang, &e.command) } else { text }
}

/// The first or the last instant of a day written `2026-11-21`, in the partner's zone.
fn day(zone: &Zone, text: &str, end: bool) -> Option<Timestamp> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let date = if end { date } else { date.yesterday().ok()? };
    Some(zone.day_end(date))
}

fn filter_of(at: &Address, zone: &Zone) -> AuditFilter {
    AuditFilter {
        command: at.get("command").map(str::to_owned),
        staff: at.get("actor").map(door::id),
        from: at.get("from").and_then(|d| day(zone, d, false)),
        to: at.get("to").and_then(|d| day(zone, d, true)),
        customer: at.get("customer").map(door::id),
        by: at.get("by").and_then(By::parse),
    }
}

async fn list(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let (people, zone) = door::look(&app.house, &visitor.caller, partner, Ok(Desk { partner })).await?;
    let (lang, at, now) = (visitor.lang, Address::of(&visitor.uri), app.house.now());
    let plain = at.without(&["after", "verify"]);
    let here = at.without(&["verify"]);
    let reel = Reel::new(&app, &format!("audit page {partner}"), &here, EACH);
    let after: Option<Mark> = reel.after()?;
    let found = super::page(&app.house, &visitor.caller.call(), partner, &filter_of(&at, &zone), after, EACH).await?;
    let shown = Shown { rows: found.entries.len(), total: found.total, last: found.last };
    let section = LIST.wrap(html! {
        div.card {
            (bar(lang, &plain, &people, &found.entries))
            (entries_table(lang, partner, &plain, &found.entries, now, &zone))
            (reel.foot(lang, LIST, Sorted::Newest, &shown))
        }
    });
    let report = match at.get("verify") {
        Some(_) => Some(super::verify(&app, &visitor.caller.call(), partner).await?),
        None => None,
    };
    let action = |id: &str, href: String, icon| Action { label: lang.t(id), href, icon: Some(icon) };
    let frame = Frame {
        context_line: lang.t("audit-context"),
        primary: Some(action("audit-verify", plain.with("verify", "1").to_string(), "shield")),
        actions: vec![action("audit-export", export_href(partner, &at, &zone), "download")],
        ..visitor.frame(&app, partner, lang.t("nav-audit")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| {
        web::page(&frame, html! { div.stack { @if let Some(report) = &report { (verdict(lang, report, now)) } (section) } })
    }))
}

/// The export with exactly this filter.
fn export_href(partner: PartnerId, at: &Address, zone: &Zone) -> String {
    let mut to = Address::new(&format!("/v1/msp/{partner}/audit/export"));
    let names = [("command", "filter[command]"), ("actor", "filter[actor]"), ("by", "filter[by]"), ("customer", "filter[customer]")];
    for (ours, theirs) in names {
        to = to.with(theirs, at.get(ours).unwrap_or_default());
    }
    let f = filter_of(at, zone);
    let text = |t: Option<Timestamp>| t.map(|t| t.to_string()).unwrap_or_default();
    to.with("from", &text(f.from)).with("to", &text(f.to)).to_string()
}

fn bar(lang: Lang, at: &Address, people: &[(StaffId, String)], entries: &[Entry]) -> Markup {
    let commands = COMMANDS.iter().map(|c| ((*c).to_owned(), command_text(lang, c))).collect();
    let actors = people.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
    let by = ["people", "system"].map(|word| (word.to_owned(), lang.t(&format!("audit-by-{word}")))).to_vec();
    let facets = [
        Facet { name: "command", label: lang.t("audit-what"), options: commands },
        Facet { name: "actor", label: lang.t("audit-who"), options: actors },
        Facet { name: "by", label: lang.t("audit-by"), options: by },
    ];
    let name = entries.iter().find_map(|e| e.customer_name.clone()).unwrap_or_else(|| lang.t("audit-one-customer"));
    let chosen: Vec<_> =
        at.get("customer").map(|_| (lang.t("audit-customer"), name, at.with("customer", "").to_string())).into_iter().collect();
    let sets: Vec<&str> = facets.iter().map(|f| f.name).chain(["from", "to"]).collect();
    let form = LIST.form(
        at,
        &sets,
        "row grow",
        html! {
            @for f in &facets {
                select.input name=(f.name) aria-label=(f.label) {
                    option value="" { (f.label) ": " (lang.t("ui-all")) }
                    @for (value, label) in &f.options { option value=(value) selected[at.get(f.name) == Some(value)] { (label) } }
                }
            }
            @for (name, id) in [("from", "audit-from"), ("to", "audit-to")] {
                label.row { span.muted { (lang.t(id)) } input.input type="date" name=(name) value=(at.get(name).unwrap_or_default()); }
            }
            noscript { button.btn type="submit" { (lang.t("ui-apply")) } }
        },
    );
    html! { (filters::bar("", form)) (filters::chips(lang, LIST, &chosen)) }
}

fn entries_table(lang: Lang, partner: PartnerId, at: &Address, entries: &[Entry], now: Timestamp, zone: &Zone) -> Markup {
    let none = if at.query().is_empty() {
        empty::empty("audit", &lang.t("audit-none"), &lang.t("audit-none-text"), None)
    } else {
        empty::no_match(lang, LIST, None, &at.path)
    };
    let row = |e: &Entry| Row {
        id: e.id.to_string(),
        name: entry_text(lang, e),
        cells: vec![
            html! { (entry_text(lang, e)) (effects(lang, e)) },
            html! { @match &e.actor { Some(a) => (a.name), None => span.muted { (lang.t("audit-system")) } } },
            html! {
                (done::customer(lang, partner, e.customer_id, e.customer_name.as_deref()))
                @if let Some(number) = &e.account_number { div.muted.small translate="no" { (number) } }
            },
            html! { time datetime=(e.at) title=(lang.date_time(e.at, zone)) { (lang.ago(Some(e.at), now)) } },
        ],
        ..Row::default()
    };
    let columns = vec![
        Column { wraps: true, ..Column::plain("what", lang.t("audit-what")) },
        Column::plain("who", lang.t("audit-who")),
        Column::plain("customer", lang.t("audit-customer")),
        Column::plain("when", lang.t("audit-when")),
    ];
    let rows = entries.iter().map(row).collect();
    table(lang, LIST, &Table { caption: lang.t("nav-audit"), columns, rows, nothing: none, ..Table::default() })
}

/// What an entry changed, folded until somebody wants to see it.
fn effects(lang: Lang, e: &Entry) -> Markup {
    let Some(all) = &e.effects else { return html! { p.muted.small { (lang.t("audit-erased")) } } };
    if all.is_empty() {
        return html! {};
    }
    html! {
        details {
            summary.muted.small { (lang.with("audit-effects", &[("n", all.len().into())])) }
            ul.small { @for effect in all.iter().take(100) { li { (effect_line(effect)) } } }
        }
    }
}

fn effect_line(e: &Effect) -> Markup {
    let text = |v: &Value| match v {
        Value::Null => "–".to_owned(),
        Value::String(s) => s.clone(),
        other => other.to_string(),
    };
    // Names of the machine and values as they were: not for translation.
    html! { span translate="no" { code { (e.on) "." (e.field) } ": " code { (text(&e.before)) } " → " code { (text(&e.after)) } } }
}

fn verdict(lang: Lang, r: &Report, now: Timestamp) -> Markup {
    let args = [("entries", lang.int(r.entries).into()), ("chains", lang.int(r.chains).into())];
    let signed = r.checkpoint_at.map(|at| lang.with("audit-signed", &[("when", lang.ago(Some(at), now).into())]));
    html! {
        @if r.intact {
            (card::note(Tone::Good, html! { p.strong { (lang.with("audit-intact", &args)) } p { (signed.unwrap_or_else(|| lang.t("audit-unsigned"))) } }))
        } @else {
            (card::note(Tone::Bad, html! {
                p.strong { (lang.t("audit-broken")) }
                @if let Some(finding) = &r.finding { p { (finding) } }
                ul { @for c in &r.broken { li { (c.name.as_deref().unwrap_or(&c.chain)) " (" (c.home) "): " (c.finding) } } }
            }))
        }
    }
}
