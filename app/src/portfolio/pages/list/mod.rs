//! The customer list: one component on the dashboard and on its own page, over one query (2.38). Here: what it needs and
//! how it is put together; `bar.rs` narrows it, `rows.rs` draws it, `past.rs` makes that of a past day, `words.rs` names
//! what a row says.

mod bar;
mod past;
mod rows;
mod words;

pub use past::past_banner;
pub use rows::ago;
pub use words::{status_id, tier_id, tone_of};

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};
use store::{PartnerId, Timestamp};
use web::{
    Closed, Frame, Lang, Swap,
    parts::{filters, pager::Paging},
    problem::Problem,
    shell::Action,
    swap,
};

use super::{Asked, Sort, partner_of};
use crate::{
    app::{App, Shared},
    console::{Visitor, form_key},
    hierarchy::{customers::PlacesOf, standing::Thresholds},
    identity::queries::{Narrow, StaffOf},
    portfolio::{
        api::day_problem,
        asof::PortfolioAt,
        queries::{Begin, CustomerList, Listed, Surroundings, SurroundingsOf},
        settled,
        views::{SavedView, Views},
    },
};

/// The section that is swapped.
pub const SECTION: Swap = Swap::section("customers");

/// Everything the list shows.
pub struct Shown {
    pub partner: PartnerId,
    pub found: Listed,
    pub around: Surroundings,
    pub views: Vec<SavedView>,
    pub now: Timestamp,
    pub past: bool,
    pub by: Thresholds,
    pub rights: Rights,
    pub key: String,
    pub technicians: Vec<(store::StaffId, String)>,
}

/// What the visitor may do with the list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rights {
    pub manage: bool,
    pub allocate: bool,
    pub export: bool,
    pub create: bool,
}

impl Rights {
    pub fn of(visitor: &Visitor, partner: PartnerId) -> Rights {
        let may = |right| visitor.may(partner, right);
        Rights { manage: may("manage_customers"), allocate: may("allocate"), export: may("export"), create: may("create_customers") }
    }
}

/// Looks up what the list shows, now or on a past day.
pub async fn look(app: &App, visitor: &Visitor, partner: PartnerId, asked: &Asked, history: bool) -> Result<Shown, Problem> {
    settled(&app.house, &visitor.caller, partner).await?;
    if history {
        crate::portfolio::history::settle(&app.house, partner).await?;
    }
    let call = visitor.caller.call();
    let around = app.house.ask(&call, SurroundingsOf { partner, history }).await?;
    let views = app.house.ask(&call, Views { partner }).await?;
    let mut now = app.house.now();
    let found = match asked.as_of {
        None => live(app, visitor, partner, asked).await?,
        Some(date) => {
            let past = app.house.ask(&call, PortfolioAt { partner, date }).await?.ok_or_else(day_problem)?;
            now = past.portfolio.as_of;
            past::stood(past.rows, asked)
        }
    };
    let (rights, past, by) = (Rights::of(visitor, partner), asked.as_of.is_some(), around.thresholds);
    let technicians = technicians(app, visitor, partner).await?;
    Ok(Shown { partner, found, around, views, now, past, by, rights, key: form_key(app), technicians })
}

/// Whom customers can be assigned to, for those who manage staff.
async fn technicians(app: &App, visitor: &Visitor, partner: PartnerId) -> Result<Vec<(store::StaffId, String)>, Problem> {
    if !visitor.may(partner, "manage_staff") || !visitor.may(partner, "read_staff") {
        return Ok(Vec::new());
    }
    let narrow = Narrow { role: Some(access::Role::Technician), ..Narrow::default() };
    let (staff, _) = app.house.ask(&visitor.caller.call(), StaffOf { partner, narrow, after: None, limit: 500 }).await?;
    Ok(staff.into_iter().map(|s| (s.id, s.name)).collect())
}

async fn live(app: &App, visitor: &Visitor, partner: PartnerId, asked: &Asked) -> Result<Listed, Problem> {
    let ask = async |page: Paging| {
        let (begin, limit) = (Begin::Offset(number(page.offset())), number(page.per));
        let list = CustomerList { partner, filter: asked.filter.clone(), sort: asked.sort, begin, limit };
        app.house.ask(&visitor.caller.call(), list).await
    };
    let first = ask(Paging::of(&asked.at, u64::MAX / 2)).await?;
    // A page beyond the end shows the last one.
    let page = Paging::of(&asked.at, total(&first));
    if first.rows.is_empty() && page.total > 0 { Ok(ask(page).await?) } else { Ok(first) }
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn total(found: &Listed) -> u64 {
    u64::try_from(found.total).unwrap_or(0)
}

/// `/msp/{msp}/customers`.
pub async fn page(State(app): State<Shared>, visitor: Visitor, Path(msp): Path<String>) -> Result<Response, Problem> {
    let partner = partner_of(&msp);
    let asked = Asked::of(web::Address::of(&visitor.uri));
    let shown = look(&app, &visitor, partner, &asked, false).await?;
    let lang = visitor.lang;
    let section = section(lang, &asked, &shown);
    let mut frame = visitor.frame(&app, partner, lang.t("portfolio-customers")).await?;
    frame.context_line = lang.t("portfolio-customers-line");
    offer(&app, &visitor, &shown, &mut frame).await?;
    Ok(swap::answer(&visitor.headers, section, |section| whole(&frame, lang, &asked, &shown, section)))
}

fn whole(frame: &Frame, lang: Lang, asked: &Asked, shown: &Shown, section: Markup) -> Markup {
    let banner = if shown.past {
        past_banner(lang, asked, shown)
    } else {
        html! {}
    };
    web::page(frame, html! { div.stack { (banner) (section) } })
}

/// Offers a new customer to who may make one: the way there, or why not now (0.07).
pub async fn offer(app: &App, visitor: &Visitor, shown: &Shown, frame: &mut Frame) -> Result<(), Problem> {
    let (lang, partner) = (visitor.lang, shown.partner);
    let Some(action) = create(lang, partner, shown.rights).filter(|_| !shown.past) else { return Ok(()) };
    frame.actions.extend(link_existing(lang, partner, true));
    let places = app.house.ask(&visitor.caller.call(), PlacesOf { partner }).await?;
    if places.free > 0 {
        frame.primary = Some(action);
    } else {
        let why = lang.with("portfolio-full", &[("most", lang.int(places.most).into())]);
        frame.closed = Some(Closed { label: action.label, why });
    }
    Ok(())
}

/// The way to asking for a customer that stands under another MSP (3.17).
pub fn link_existing(lang: Lang, partner: PartnerId, may: bool) -> Vec<Action> {
    let ask = || Action { label: lang.t("links-title"), href: format!("/msp/{partner}/links"), icon: Some("arrow-right") };
    may.then(ask).into_iter().collect()
}

/// The way to the wizard.
pub fn create(lang: Lang, partner: PartnerId, rights: Rights) -> Option<Action> {
    rights.create.then(|| Action {
        label: lang.t("portfolio-new-customer"),
        href: format!("/msp/{partner}/customers/new"),
        icon: Some("plus"),
    })
}

/// The section: bar, segments, chips, table.
pub fn section(lang: Lang, asked: &Asked, shown: &Shown) -> Markup {
    SECTION.wrap(html! {
        div.card {
            (bar::bar(lang, asked, shown))
            (bar::segment_bar(lang, asked, &shown.found.counts))
            (filters::chips(lang, SECTION, &bar::chips(lang, asked, shown)))
            (rows::rows(lang, asked, shown))
        }
    })
}
