//! Everything that is on its way: drafts, and customers that are not launched yet, each with the step it stands at.

use access::permissions::CreateCustomers;
use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{CustomerId, PartnerId, Timestamp, kinds};
use web::{
    Action, Address, Closed, Frame, Lang, Swap,
    door::{self, PathId},
    parts::{
        Tone, badge, card, empty,
        table::{self, Column, Row, Table, table},
    },
    problem::Problem,
    swap,
};

use crate::{
    app::Shared,
    console::{
        Visitor, done,
        reel::{Reel, Shown, Sorted},
    },
    hierarchy::customers::PlacesOf,
    onboarding::{
        draft::Draft,
        queries::{Drafts, OnTheWay, UnlaunchedOf},
    },
};

const LIST: Swap = Swap::section("onboarding");
const EACH: i64 = 25;

pub(super) async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let (lang, now, at) = (visitor.lang, app.house.now(), Address::of(&visitor.uri).without(&["done"]));
    let reel = Reel::new(&app, "onboarding", &at, EACH);
    let after: Result<Option<CustomerId>, Problem> = reel.after();
    let input = after.map(|after| UnlaunchedOf { partner, after, limit: EACH });
    let (customers, total) = door::look(&app.house, &visitor.caller, partner, input).await?;
    let creates = door::probe::<CreateCustomers>(&app.house, &visitor.caller, partner).await.is_ok();
    let drafts = if creates { door::look(&app.house, &visitor.caller, partner, Ok(Drafts { partner })).await? } else { Vec::new() };
    let shown = Shown { rows: customers.len(), total, last: customers.last().map(|c| c.customer) };
    let foot = reel.foot(lang, LIST, Sorted::Newest, &shown);
    let section = LIST.wrap(html! {
        div.stack {
            @if creates { (card::list(&lang.t("onboarding-drafts"), &lang.t("onboarding-drafts-sub"), html! {}, drafts_table(lang, partner, &drafts, now))) }
            (card::list(&lang.t("onboarding-customers"), &lang.t("onboarding-customers-sub"), html! {}, html! { (customers_table(lang, partner, &customers, now, creates)) (foot) }))
        }
    });
    let new = Action { label: lang.t("onboarding-new"), href: format!("/msp/{partner}/customers/new"), icon: Some("plus") };
    let templates = Action { label: lang.t("template-title"), href: format!("/msp/{partner}/templates"), icon: Some("copy") };
    let (primary, closed) = match creates {
        false => (None, None),
        true => offer(&app, &visitor, partner, new).await?,
    };
    let frame = Frame {
        context_line: lang.t("onboarding-context"),
        toast: done::toast(lang, &visitor.uri, "onboarding"),
        actions: if creates { vec![templates] } else { Vec::new() },
        primary,
        closed,
        ..visitor.frame(&app, partner, lang.t("nav-onboarding")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, section)))
}

/// The way to a new customer, or why there is none now (0.07).
async fn offer(app: &Shared, visitor: &Visitor, partner: PartnerId, new: Action) -> Result<(Option<Action>, Option<Closed>), Problem> {
    let places = app.house.ask(&visitor.caller.call(), PlacesOf { partner }).await?;
    if places.free > 0 {
        return Ok((Some(new), None));
    }
    let why = visitor.lang.with("portfolio-full", &[("most", visitor.lang.int(places.most).into())]);
    Ok((None, Some(Closed { label: new.label, why })))
}

fn plain(lang: Lang, caption: &str, columns: &[&'static str], rows: Vec<Row>, nothing: Markup) -> Markup {
    let columns = columns.iter().map(|id| Column { wraps: *id == "onboarding-col-name", ..Column::plain(id, lang.t(id)) }).collect();
    let table_of = Table { caption: lang.t(caption), columns, rows, nothing, ..Table::default() };
    table(lang, LIST, &table_of)
}

fn drafts_table(lang: Lang, partner: PartnerId, drafts: &[Draft], now: Timestamp) -> Markup {
    let nothing = empty::empty("edit", &lang.t("onboarding-no-drafts"), &lang.t("onboarding-no-drafts-text"), None);
    let row = |d: &Draft| {
        let name = match d.answers.get("name") {
            "" => lang.t("onboarding-unnamed"),
            name => name.to_owned(),
        };
        let reserved = d.reserved.map_or(0, |r| r.seats);
        Row {
            id: d.id.to_string(),
            cells: vec![
                table::lead(&name, &format!("/msp/{partner}/onboarding/{}", d.id), d.answers.get("domain")),
                html! { @match &d.staff_name { Some(name) => span dir="auto" { (name) }, None => (table::nothing(lang)) } },
                html! { @if reserved > 0 { (lang.int(reserved)) } @else { (table::nothing(lang)) } },
                html! { (lang.ago(Some(d.changed_at), now)) },
            ],
            name,
            ..Row::default()
        }
    };
    let columns = ["onboarding-col-name", "onboarding-whose", "onboarding-col-reserved", "onboarding-col-changed"];
    plain(lang, "onboarding-drafts", &columns, drafts.iter().map(row).collect(), nothing)
}

fn customers_table(lang: Lang, partner: PartnerId, list: &[OnTheWay], now: Timestamp, creates: bool) -> Markup {
    let nothing = empty::empty("flag", &lang.t("onboarding-no-customers"), &lang.t("onboarding-no-customers-text"), None);
    let row = |c: &OnTheWay| {
        let href = match c.draft.filter(|_| creates && c.is_made) {
            Some(draft) => format!("/msp/{partner}/onboarding/{draft}"),
            None if c.is_made => format!("/msp/{partner}/customers/{}", c.customer),
            None => format!("/msp/{partner}/customers/{}/setup", c.customer),
        };
        let tone = if c.is_made { Tone::Info } else { Tone::Neutral };
        Row {
            id: c.customer.to_string(),
            name: c.name.clone(),
            cells: vec![
                table::lead(&c.name, &href, &c.account_number),
                badge::badge(tone, &lang.t(&format!("onboarding-step-{}", c.step.word()))),
                html! { (lang.ago(Some(c.created_at), now)) },
            ],
            ..Row::default()
        }
    };
    let columns = ["onboarding-col-name", "onboarding-col-step", "onboarding-col-created"];
    plain(lang, "onboarding-customers", &columns, list.iter().map(row).collect(), nothing)
}
