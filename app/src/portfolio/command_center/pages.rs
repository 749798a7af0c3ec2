//! The three lists on screen: as cards or as a table.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{PartnerId, Timestamp, Zone, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::PathId,
    parts::{
        Tone, badge, card, empty,
        evidence::{self, Evidence},
        filters::{self, Segment},
        keyvalue,
        menu::{self, Item},
        pager::{self, Paging},
        table::{self, Column, Row, Table},
        tabs::{self, Tab},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{ActiveUsers, After, Card, Center, CenterOf, List};
use crate::{
    app::Shared,
    console::Visitor,
    portfolio::{pages::link_existing, settled},
};

const LIST: Swap = Swap::section("center");

/// Days before its end from which a trial is marked.
const SOON: i64 = 7;

/// The page.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/command-center", show)
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    settled(&app.house, &visitor.caller, partner).await?;
    crate::alerts::freshen(&app.house, partner).await?;
    let (lang, at) = (visitor.lang, Address::of(&visitor.uri));
    let list = at.get("list").and_then(List::parse).unwrap_or_default();
    let q = at.get("q").map(|q| q.chars().filter(|c| *c != '\0').take(200).collect::<String>()).filter(|q| !q.trim().is_empty());
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let ask = async |page: Paging| {
        let (offset, limit) = (number(page.offset()), number(page.per));
        let center = CenterOf { partner, list, q: q.clone(), after: After::default(), offset, limit };
        app.house.ask(&visitor.caller.call(), center).await
    };
    let first = ask(Paging::of(&at, u64::MAX / 2)).await?;
    let paging = Paging::of(&at, u64::try_from(first.sums.customers).unwrap_or(0));
    // A page beyond the end shows the last one.
    let found = if first.cards.is_empty() && paging.total > 0 { ask(paging).await? } else { first };
    let may = |right| visitor.may(partner, right);
    let board = Board {
        lang,
        partner,
        list,
        at: &at,
        paging,
        found: &found,
        searched: q.as_deref(),
        rights: Rights { manage: may("manage_customers"), allocate: may("allocate"), read_members: may("read_members") },
    };
    let section = LIST.wrap(board.section());
    let frame = Frame {
        context_line: lang.t("center-line"),
        primary: may("create_customers").then(|| Action {
            label: lang.t("center-add"),
            href: format!("/msp/{partner}/customers/new"),
            icon: Some("plus"),
        }),
        actions: link_existing(lang, partner, may("create_customers")),
        ..visitor.frame(&app, partner, lang.t("center-title")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, section)))
}

/// What the visitor may do with a customer.
#[derive(Debug, Clone, Copy)]
struct Rights {
    manage: bool,
    allocate: bool,
    read_members: bool,
}

struct Board<'a> {
    lang: Lang,
    partner: PartnerId,
    list: List,
    at: &'a Address,
    paging: Paging,
    found: &'a Center,
    searched: Option<&'a str>,
    rights: Rights,
}

impl Board<'_> {
    fn section(&self) -> Markup {
        let lang = self.lang;
        let body = if self.found.cards.is_empty() {
            card::plain(self.nothing())
        } else if self.at.get("view") == Some("list") {
            self.table()
        } else {
            self.cards()
        };
        html! {
            div.stack {
                div.row.beside-tabs {
                    div.grow { (tabs::tabs(lang, &lang.t("center-title"), &self.menus())) }
                    (active_users(lang, &self.found.active_users, self.found.as_of, &self.found.zone, self.partner))
                }
                (card::plain(filters::bar("", html! {
                    (filters::search(lang, LIST, self.at, &lang.t("center-search"), &[]))
                    (filters::segments(lang, LIST, &lang.t("center-view"), &self.views()))
                })))
                (body)
            }
        }
    }

    fn menus(&self) -> Vec<Tab> {
        let href =
            |list: List| self.at.without(&["page", "q"]).with("list", if list == List::default() { "" } else { list.word() }).to_string();
        let tab = |(list, n): (List, i64)| Tab {
            label: self.lang.t(&format!("center-{}", list.word())),
            href: href(list),
            active: list == self.list,
            count: Some(n.unsigned_abs()),
        };
        List::ALL.into_iter().zip(self.found.counts).map(tab).collect()
    }

    fn views(&self) -> Vec<Segment> {
        let on = self.at.get("view") == Some("list");
        let one = |id: &str, word: &str, active| Segment {
            label: self.lang.t(id),
            count: None,
            href: self.at.with("view", word).to_string(),
            active,
        };
        vec![one("center-cards", "", !on), one("center-list", "list", on)]
    }

    fn nothing(&self) -> Markup {
        let lang = self.lang;
        match self.searched {
            Some(q) => empty::no_match(lang, LIST, Some(q), &self.at.with("q", "").to_string()),
            None => {
                let word = self.list.word();
                empty::empty("customers", &lang.t(&format!("center-none-{word}")), &lang.t(&format!("center-none-{word}-text")), None)
            }
        }
    }

    fn customer(&self, c: &Card) -> String {
        format!("/msp/{}/customers/{}", self.partner, c.tenant_id)
    }

    /// A number of users, which leads to them for whoever may read who they are.
    fn users(&self, c: &Card, n: i64, which: &str) -> Markup {
        let (number, href) = (self.lang.int(n), format!("{}/members{which}", self.customer(c)));
        html! { @if n > 0 && self.rights.read_members { a href=(href) { (number) } } @else { (number) } }
    }

    /// The count of open alerts, which leads to them.
    fn alarms(&self, c: &Card) -> Markup {
        let href = format!("/msp/{}/alerts?customer={}", self.partner, c.tenant_id);
        self.counted(c.alarms, &href)
    }

    /// The count of agents that do not report, which leads to them.
    fn agents(&self, c: &Card) -> Markup {
        let href = format!("{}/agents?state=silent", self.customer(c));
        self.counted(c.agents_not_reporting, &href)
    }

    fn counted(&self, n: i64, href: &str) -> Markup {
        let number = self.lang.int(n);
        html! { @if n > 0 { a href=(href) { (badge::badge(Tone::Warn, &number)) } } @else { (number) } }
    }

    /// When a trial ends or ended, and what is left of it.
    fn end(&self, c: &Card) -> Markup {
        let Some(end) = c.trial_ends_at else { return table::nothing(self.lang) };
        let (lang, date) = (self.lang, self.lang.date(end, &self.found.zone));
        html! {
            (date)
            @if let Some(days) = c.days_left {
                " "
                (badge::badge(if days <= SOON { Tone::Warn } else { Tone::Info }, &lang.with("center-days-left", &[("n", days.into())])))
            }
        }
    }

    /// What can be done with a customer of this list.
    fn ways(&self, c: &Card) -> Vec<Item> {
        let (lang, at) = (self.lang, self.customer(c));
        let mut ways = vec![Item::link(lang.t("center-open"), at.clone(), "eye")];
        if self.list != List::Paid && self.rights.allocate {
            ways.push(Item::link(lang.t("center-upgrade"), format!("{at}/trial#upgrade"), "arrow-up"));
        }
        if self.list != List::Paid && self.rights.manage {
            ways.push(Item::link(lang.t("center-extend"), format!("{at}/trial#extend"), "clock"));
        }
        ways
    }

    /// What stands behind the dots of a card: nobody removes a customer for a slip.
    fn removal(&self, c: &Card) -> Option<Item> {
        self.rights.manage.then(|| Item::link(self.lang.t("center-remove"), format!("{}/offboard", self.customer(c)), "trash"))
    }

    /// What there is to see to that is no number, each with the way there.
    fn insights(&self, c: &Card) -> Vec<(&'static str, String)> {
        let at = self.customer(c);
        let mut all = Vec::new();
        if c.expiring && self.list == List::Paid {
            all.push(("center-expiring", format!("{at}/subscriptions")));
        } else if c.expiring {
            all.push(("center-trial-ending", format!("{at}/trial")));
        }
        if c.over_limit && self.list == List::Paid {
            all.push(("center-over", format!("/msp/{}/licenses/{}", self.partner, c.tenant_id)));
        } else if c.over_limit {
            // Its seats lie outside the pool: more come with an upgrade.
            let id = if self.rights.allocate { "center-over-trial" } else { "center-over" };
            all.push((id, format!("{at}/trial#upgrade")));
        }
        all
    }

    fn badges(&self, c: &Card) -> Markup {
        let insights = self.insights(c);
        html! {
            @if !insights.is_empty() {
                div.row { @for (id, href) in insights { a href=(href) aria-label={ (self.lang.t(id)) ": " (c.name) } { (badge::badge(Tone::Warn, &self.lang.t(id))) } } }
            }
        }
    }

    fn facts(&self, c: &Card) -> Vec<(String, Markup)> {
        let lang = self.lang;
        let mut facts = vec![
            (lang.t("center-users"), self.users(c, c.total_users, "")),
            (lang.t("center-active"), self.users(c, c.active_users, "?status=active")),
            (lang.t("center-alarms"), self.alarms(c)),
            (lang.t("center-agents"), self.agents(c)),
        ];
        if self.list != List::Paid {
            facts.push((lang.t(if self.list == List::ActiveTrials { "center-ends" } else { "center-ended" }), self.end(c)));
        }
        if c.waiting > 0 {
            facts.push((lang.t("center-waiting"), html! { (lang.int(c.waiting)) }));
        }
        facts
    }

    fn card(&self, c: &Card) -> Markup {
        let lang = self.lang;
        let dots = self.removal(c).map(|item| menu::more(&lang.with("ui-row-actions", &[("name", c.name.as_str().into())]), &[item]));
        let body = html! {
            div.stack-tight {
                (keyvalue::compact(&self.facts(c)))
                (self.badges(c))
                div.row { @for way in self.ways(c) { a.btn.small href=(way.href) aria-label={ (way.label) ": " (c.name) } { (way.label) } } }
            }
        };
        card::card(&c.name, &c.account_number, html! { @if let Some(dots) = dots { (dots) } }, body)
    }

    fn cards(&self) -> Markup {
        let lang = self.lang;
        html! {
            div.grid-cards { @for c in &self.found.cards { (self.card(c)) } }
            (card::plain(html! { (self.sum()) (pager::pager(lang, LIST, self.at, self.paging, "", false)) }))
        }
    }

    fn table(&self) -> Markup {
        let lang = self.lang;
        let number = |id: &'static str| Column::figure(id, lang.t(id));
        let mut columns = vec![Column::plain("name", lang.t("center-customer")), number("center-users"), number("center-active")];
        columns.extend([number("center-alarms"), number("center-agents")]);
        if self.list != List::Paid {
            columns.push(Column::plain("ends", lang.t(if self.list == List::ActiveTrials { "center-ends" } else { "center-ended" })));
        }
        columns.push(Column::plain("insights", lang.t("center-insights")));
        let row = |c: &Card| {
            let mut cells = vec![
                table::lead(&c.name, &self.customer(c), &c.account_number),
                self.users(c, c.total_users, ""),
                self.users(c, c.active_users, "?status=active"),
                self.alarms(c),
                self.agents(c),
            ];
            if self.list != List::Paid {
                cells.push(self.end(c));
            }
            cells.push(if self.insights(c).is_empty() { table::nothing(lang) } else { self.badges(c) });
            let actions = self.ways(c).into_iter().chain(self.removal(c)).collect();
            Row { id: c.tenant_id.to_string(), name: c.name.clone(), cells, actions }
        };
        let table = Table {
            caption: lang.t(&format!("center-{}", self.list.word())),
            columns,
            rows: self.found.cards.iter().map(row).collect(),
            at: self.at,
            paging: Some(self.paging),
            ..Table::default()
        };
        card::plain(html! { (table::table(lang, LIST, &table)) (self.sum()) })
    }

    /// What all customers of the list come to, on whatever page they are.
    fn sum(&self) -> Markup {
        let (lang, s) = (self.lang, &self.found.sums);
        let values = [
            ("customers", s.customers.into()),
            ("users", lang.int(s.total_users).into()),
            ("active", lang.int(s.active_users).into()),
            ("alarms", lang.int(s.alarms).into()),
            ("agents", lang.int(s.agents_not_reporting).into()),
            ("expiring", s.expiring.into()),
            ("over", s.over_limit.into()),
        ];
        let why = Evidence {
            formula: lang.t("center-sum-formula"),
            inputs: Vec::new(),
            as_of: lang.date_time(self.found.as_of, &self.found.zone),
            list: None,
        };
        html! { div.card-body { div.with-why { span.strong { (lang.with("center-sum", &values)) } (evidence::evidence(lang, &why)) } } }
    }
}

/// The users to be billed, upper right, and why they are so many.
fn active_users(lang: Lang, n: &ActiveUsers, now: Timestamp, zone: &Zone, partner: PartnerId) -> Markup {
    let input = |id: &str, n: i64| (lang.t(id), lang.int(n));
    let why = Evidence {
        formula: lang.t("center-active-formula"),
        inputs: vec![input("center-active-paid", n.paid), input("center-active-trial", n.trial), input("center-active-free", n.free)],
        as_of: lang.date_time(now, zone),
        list: Some((lang.t("center-paid"), format!("/msp/{partner}/command-center?view=list"))),
    };
    html! {
        span.with-why { span { (lang.t("center-active-users")) " " strong { (lang.int(n.value)) } } (evidence::evidence(lang, &why)) }
    }
}
