//! Console twin: who is counted in a customer's month, and why.

use access::permissions::ReadMembers;
use axum::{extract::State, response::Response};
use command::Fail;
use maud::{Markup, html};
use store::{CustomerId, MemberId, PartnerId, Timestamp, Zone, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathIds},
    parts::{
        card, empty, filters,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{Evidence, EvidenceOf, Evident, evidence::Active};
use crate::{
    app::Shared,
    console::{
        Visitor,
        reel::{Reel, Shown, Sorted},
    },
    directory::{
        free,
        pages::{customer_of, source_name},
        reading,
    },
    licensing::{month::Month, pools::ZoneOf},
};

const LIST: Swap = Swap::section("evidence");
const EACH: i64 = 50;

/// The page.
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/customers/{customer}/metering", show)
}

async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
) -> Result<Response, Problem> {
    let (lang, call) = (visitor.lang, visitor.caller.call());
    door::probe::<ReadMembers>(&app.house, &visitor.caller, customer).await?;
    let owner = customer_of(&app, &visitor, partner, customer).await?;
    let zone = match app.house.ask(&call, ZoneOf { partner }).await {
        // Somebody of the customer's own, who sees nothing of its MSP.
        Err(Fail::Denied(_)) => Zone::utc(),
        zone => zone?,
    };
    let at = Address::of(&visitor.uri);
    let reel = Reel::new(&app, &format!("evidence {customer}"), &at, EACH);
    let month = at.get("month").and_then(|text| text.parse::<Month>().ok());
    let member = at.get("q").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    free::settle(&app.house, customer).await?;
    let asked = EvidenceOf { customer, month, member, after: reel.after::<MemberId>()?, limit: EACH };
    let found = app.house.ask(&call, asked).await?.ok_or_else(Problem::not_found)?;
    reading::note(&app, &visitor.caller, customer).await?;
    let board = Board { lang, zone, partner, customer };
    let shown = Shown { rows: found.members.len(), total: found.found, last: found.members.last().map(|m| m.member) };
    let title = lang.with("evidence-title", &[("month", board.name(found.month).into())]);
    let section = LIST.wrap(html! {
        (card::list(&lang.t("evidence-counted"), &board.bounds(&found), html! {}, html! {
            (filters::bar("", filters::search(lang, LIST, &at, &lang.t("evidence-search"), &[])))
            (board.people(&at, &found))
            (reel.foot(lang, LIST, Sorted::Name, &shown))
        }))
    });
    let frame = Frame {
        context_line: lang.with("evidence-context", &[("n", lang.int(found.users).into())]),
        crumbs: vec![
            Action { label: lang.t("nav-metering"), href: format!("/msp/{partner}/metering"), icon: None },
            Action { label: owner.name, href: format!("/msp/{partner}/customers/{customer}"), icon: None },
        ],
        ..visitor.frame(&app, partner, title).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, html! { div.stack { (section) } })))
}

struct Board {
    lang: Lang,
    zone: Zone,
    partner: PartnerId,
    customer: CustomerId,
}

impl Board {
    fn name(&self, month: Month) -> String {
        format!("{} {}", self.lang.month(month.number()), month.year())
    }

    fn bounds(&self, found: &Evidence) -> String {
        let time = |at| self.lang.date_time(at, &self.zone);
        found.bounds.map_or_else(String::new, |[start, end]| {
            self.lang.with("evidence-bounds", &[("start", time(start).into()), ("end", time(end).into())])
        })
    }

    fn people(&self, at: &Address, found: &Evidence) -> Markup {
        let columns = ["evidence-member", "evidence-first", "evidence-source", "evidence-times"];
        let shown = Table {
            caption: self.lang.t("evidence-counted"),
            columns: columns.iter().map(|id| Column::plain(id, self.lang.t(id))).collect(),
            rows: found.members.iter().map(|m| self.row(m)).collect(),
            nothing: self.nobody(at, found),
            ..Table::default()
        };
        table::table(self.lang, LIST, &shown)
    }

    fn nobody(&self, at: &Address, found: &Evidence) -> Markup {
        if found.users > found.found {
            return empty::no_match(self.lang, LIST, at.get("q"), &at.without(&["q", "after"]).to_string());
        }
        empty::empty("users", &self.lang.t("evidence-none"), &self.lang.t("evidence-none-text"), None)
    }

    fn row(&self, m: &Evident) -> Row {
        let (lang, time) = (self.lang, |at: Timestamp| self.lang.date_time(at, &self.zone));
        // Whoever is gone is a random id.
        let lead = match (&m.name, &m.email) {
            (Some(name), Some(email)) => {
                table::lead_plain(name, &format!("/msp/{}/customers/{}/members/{}", self.partner, self.customer, m.member), email)
            }
            _ => html! { span translate="no" { (m.member) } " " span.faint { (lang.t("evidence-gone")) } },
        };
        let cells = vec![
            lead,
            html! { (time(m.first_active_at)) },
            html! { (source_name(lang, &m.source)) },
            html! { @for t in &m.intervals { div { (self.stretch(t)) } } },
        ];
        Row { id: m.member.to_string(), name: m.name.clone().unwrap_or_else(|| m.member.to_string()), cells, ..Row::default() }
    }

    fn stretch(&self, t: &Active) -> String {
        let lang = self.lang;
        let since = lang.date_time(t.since, &self.zone);
        match t.until {
            None => lang.with("evidence-lasts", &[("since", since.into())]),
            Some(until) => lang.with("evidence-stretch", &[("since", since.into()), ("until", lang.date_time(until, &self.zone).into())]),
        }
    }
}
