//! Console twin of whoever is asked: the customers other MSPs ask for, across all of them. What is said to a request is said on its page.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{PartnerId, Timestamp, Uuid, Zone, kinds};
use web::{
    Address, Frame, Lang, Swap,
    door::{self, PathId},
    parts::{
        Tone, badge, empty,
        table::{self, Column, Row, Table},
        tabs::{self, Tab},
    },
    problem::Problem,
    swap,
};

use super::{
    queries::AskedOf,
    request::{LinkConsent, OpenConsentRequest},
};
use crate::{
    app::Shared,
    console::{
        Visitor,
        reel::{Reel, Shown, Sorted},
    },
};

const LIST: Swap = Swap::section("link-requests");
const EACH: i64 = 50;

pub(super) async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let (lang, at) = (visitor.lang, Address::of(&visitor.uri));
    let reel = Reel::new(&app, &format!("link requests page {partner}"), &at, EACH);
    let after = reel.after::<(Timestamp, Uuid)>()?;
    let (rows, total) = door::look(&app.house, &visitor.caller, partner, Ok(AskedOf { partner, after, limit: EACH })).await?;
    let shown = Shown { rows: rows.len(), total, last: rows.last().map(|r| (r.consent.asked_at, r.consent.id.0)) };
    let section = LIST.wrap(html! {
        div.card {
            (list(lang, partner, &rows))
            (reel.foot(lang, LIST, Sorted::Newest, &shown))
        }
    });
    let frame = Frame { context_line: lang.t("links-asked-line"), ..visitor.frame(&app, partner, lang.t("nav-link-requests")).await? };
    let tabs = tabs(&visitor, partner, true);
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, html! { div.stack { (tabs) (section) } })))
}

/// Both lists of requests, for who may see both.
pub(super) fn tabs(visitor: &Visitor, partner: PartnerId, asked: bool) -> Markup {
    let lang = visitor.lang;
    if !(visitor.may(partner, "manage_customers") && visitor.may(partner, "create_customers")) {
        return html! {};
    }
    let tab = |id: &str, path: &str, active| Tab { label: lang.t(id), href: format!("/msp/{partner}/{path}"), active, count: None };
    let both = [tab("links-tab-asked", "link-requests", asked), tab("links-tab-asking", "links", !asked)];
    tabs::tabs(lang, &lang.t("links-tabs"), &both)
}

fn list(lang: Lang, partner: PartnerId, requests: &[OpenConsentRequest]) -> Markup {
    let zone = Zone::utc();
    let row = |r: &OpenConsentRequest| {
        let c = &r.consent;
        let page = format!("/msp/{partner}/customers/{}/link-requests", c.tenant_id);
        Row {
            id: c.id.to_string(),
            name: r.tenant_name.clone(),
            cells: vec![
                table::lead_plain(&r.tenant_name, &page, &r.account_number),
                html! { span dir="auto" translate="no" { (c.asked_by) } },
                html! { (lang.date(c.asked_at, &zone)) },
                html! { (lang.date(c.expires_at, &zone)) },
                state(lang, c),
            ],
            ..Row::default()
        }
    };
    let columns = vec![
        Column { wraps: true, ..Column::plain("customer", lang.t("links-customer")) },
        Column { wraps: true, ..Column::plain("asker", lang.t("links-asker")) },
        Column::plain("asked", lang.t("links-asked-at")),
        Column::plain("ends", lang.t("links-ends-at")),
        Column { wraps: true, ..Column::plain("state", lang.t("links-status")) },
    ];
    let nothing = empty::empty("customers", &lang.t("links-asked-none"), &lang.t("links-asked-none-text"), None);
    let rows = requests.iter().map(row).collect();
    table::table(lang, LIST, &Table { caption: lang.t("nav-link-requests"), columns, rows, nothing, ..Table::default() })
}

/// Whose word is missing.
pub(super) fn state(lang: Lang, c: &LinkConsent) -> Markup {
    let (tone, id) = match (c.administrator_said, c.msp_said) {
        _ if c.stopped_at.is_some() => (Tone::Bad, "links-missing-stopped"),
        (None, None) => (Tone::Warn, "links-missing-both"),
        (Some(_), None) => (Tone::Warn, "links-missing-partner"),
        (None, Some(_)) => (Tone::Info, "links-missing-administrator"),
        (Some(_), Some(_)) => (Tone::Good, "links-missing-none"),
    };
    badge::badge(tone, &lang.t(id))
}
