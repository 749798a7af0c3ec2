//! Search and commands: customers, pages and actions by permission; JSON for the palette, a page without script.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use futures_util::future::join_all;
use maud::html;
use serde::Serialize;
use store::{CustomerId, PartnerId};
use web::{
    Address, Swap,
    parts::{card, empty::no_match, filters, icon},
    problem::Problem,
};

use crate::{
    app::{App, Shared},
    console::Visitor,
    directory::{Members, Order, Which},
    portfolio::{Begin, CustomerList, Filter, Sort},
};

/// Places shown per group.
const MOST: i64 = 8;

/// One place.
#[derive(Debug, Serialize)]
struct Item {
    label: String,
    detail: String,
    href: String,
    icon: &'static str,
}

/// Places of one kind.
#[derive(Debug, Serialize)]
struct Group {
    title: String,
    items: Vec<Item>,
}

#[derive(Debug, Serialize)]
struct Groups {
    groups: Vec<Group>,
}

/// `/palette?q=`.
pub async fn palette(State(app): State<Shared>, visitor: Visitor) -> Result<Response, Problem> {
    let at = Address::of(&visitor.uri);
    Ok(Json(Groups { groups: find(&app, &visitor, at.get("q").unwrap_or_default()).await? }).into_response())
}

/// `/search?q=`.
pub async fn page(State(app): State<Shared>, visitor: Visitor) -> Result<Response, Problem> {
    let (lang, at) = (visitor.lang, Address::of(&visitor.uri));
    let q = at.get("q").unwrap_or_default();
    let groups = find(&app, &visitor, q).await?;
    let frame = visitor.own_frame(&app, lang.t("ui-palette")).await?;
    let body = html! {
        div.stack.narrow {
            (card::plain(filters::bar("", filters::search(lang, Swap::page(), &at, &lang.t("ui-search-jump"), &[]))))
            @if groups.iter().all(|g| g.items.is_empty()) { (card::plain(no_match(lang, Swap::page(), Some(q), "/search"))) }
            @for group in groups.iter().filter(|g| !g.items.is_empty()) {
                (card::card(&group.title, "", html! {}, html! {
                    ul.lines { @for item in &group.items { li { a.row href=(item.href) { (icon(item.icon)) span.grow { (item.label) } small.faint { (item.detail) } } } } }
                }))
            }
        }
    };
    Ok(web::page(&frame, body).into_response())
}

async fn find(app: &App, visitor: &Visitor, q: &str) -> Result<Vec<Group>, Problem> {
    let words: String = q.trim().chars().take(200).collect();
    let mut groups = Vec::new();
    if let Some(partner) = visitor.home() {
        groups.push(customers(app, visitor, partner, &words).await?);
        groups.push(people(app, visitor, partner, &words).await);
        groups.push(listed(visitor, partner, "portfolio-find-actions", ACTIONS, &words));
        groups.push(listed(visitor, partner, "portfolio-find-pages", PAGES, &words));
    }
    groups.push(everywhere(visitor, &words));
    Ok(groups)
}

/// Customers by name, domain, number; the worst first when nothing is typed.
async fn customers(app: &App, visitor: &Visitor, partner: PartnerId, words: &str) -> Result<Group, Problem> {
    let lang = visitor.lang;
    let filter = Filter::default().search(Some(words));
    let sort = if words.is_empty() { Sort::default() } else { Sort::parse("name").unwrap_or_default() };
    let list = CustomerList { partner, filter, sort, begin: Begin::Offset(0), limit: MOST };
    let items = match app.house.ask(&visitor.caller.call(), list).await {
        Ok(found) => found
            .rows
            .into_iter()
            .map(|r| Item { label: r.name, detail: r.domain.unwrap_or(r.account_number), href: place(partner, r.id), icon: "building" })
            .collect(),
        // A customer's own administrator sees no list: only that customer's pages.
        Err(command::Fail::Denied(_)) => visitor
            .memberships
            .iter()
            .filter_map(|m| m.customer)
            .map(|id| Item { label: lang.t("portfolio-find-own"), detail: String::new(), href: place(partner, id), icon: "building" })
            .collect(),
        Err(fail) => return Err(fail.into()),
    };
    Ok(Group { title: lang.t("portfolio-customers"), items })
}

/// Customers whose members are searched: those of the address's domain, else the first ones by name.
const SEARCHED: i64 = 50;

/// People by name or address. They lie in the regions, so each customer is asked; a region that is away hides only its own.
async fn people(app: &App, visitor: &Visitor, partner: PartnerId, words: &str) -> Group {
    let mut group = Group { title: visitor.lang.t("portfolio-find-people"), items: Vec::new() };
    if words.chars().count() < 3 || !visitor.may(partner, "read_members") {
        return group;
    }
    let call = visitor.caller.call();
    let filter = Filter::default().search(words.split_once('@').map(|(_, domain)| domain));
    let sort = Sort::parse("name").unwrap_or_default();
    let list = CustomerList { partner, filter, sort, begin: Begin::Offset(0), limit: SEARCHED };
    let Ok(found) = app.house.ask(&call, list).await else { return group };
    let asked = found.rows.into_iter().map(|customer| {
        let (call, q) = (call.clone(), Some(words.to_owned()));
        let members = Members {
            customer: customer.id,
            which: Which::default(),
            group: None,
            q,
            order: Order::Name,
            falls: false,
            after: None,
            limit: MOST,
            offset: 0,
        };
        async move { (customer, app.house.ask(&call, members).await) }
    });
    for (customer, members) in join_all(asked).await {
        for member in members.map(|m| m.members).unwrap_or_default() {
            let href = format!(
                "{}/members?q={}",
                place(partner, customer.id),
                Address::new("").with("q", &member.email).query().trim_start_matches("q=")
            );
            group.items.push(Item { label: member.name, detail: customer.name.clone(), href, icon: "user" });
        }
    }
    group.items.truncate(usize::try_from(MOST).unwrap_or(8));
    group
}

fn place(partner: PartnerId, customer: CustomerId) -> String {
    format!("/msp/{partner}/customers/{customer}")
}

/// Text, path below the partner, icon, the right it needs.
type Place = (&'static str, &'static str, &'static str, &'static str);

const ACTIONS: &[Place] = &[
    ("portfolio-new-customer", "/customers/new", "plus", "create_customers"),
    ("portfolio-find-attention", "/customers?status=attention", "alert", "read"),
    ("portfolio-find-import", "/imports", "upload", "manage_customers"),
    ("portfolio-find-invite", "/staff", "user", "manage_staff"),
];

const PAGES: &[Place] = &[
    ("nav-overview", "", "overview", "read"),
    ("nav-customers", "/customers", "customers", "read"),
    ("nav-licenses", "/licenses", "key", "read"),
    ("nav-onboarding", "/onboarding", "flag", "read"),
    ("nav-alerts", "/alerts", "bell", "read"),
    ("nav-groups", "/groups", "group", "read"),
    ("nav-imports", "/imports", "upload", "manage_customers"),
    ("nav-jobs", "/jobs", "jobs", "manage_jobs"),
    ("nav-staff", "/staff", "team", "read_staff"),
    ("nav-audit", "/audit", "audit", "read_audit"),
    ("nav-settings", "/settings", "settings", "manage_settings"),
];

fn listed(visitor: &Visitor, partner: PartnerId, title: &str, places: &[Place], words: &str) -> Group {
    let lang = visitor.lang;
    let items = places
        .iter()
        .filter(|(.., right)| visitor.may(partner, right))
        .map(|(id, below, icon, _)| Item { label: lang.t(id), detail: String::new(), href: format!("/msp/{partner}{below}"), icon })
        .filter(|item| fits(&item.label, words))
        .collect();
    Group { title: lang.t(title), items }
}

fn everywhere(visitor: &Visitor, words: &str) -> Group {
    let lang = visitor.lang;
    let profile = Item { label: lang.t("ui-profile"), detail: String::new(), href: "/profile".into(), icon: "user" };
    let items = Some(profile).filter(|item| fits(&item.label, words)).into_iter().collect();
    Group { title: lang.t("portfolio-find-more"), items }
}

fn fits(label: &str, words: &str) -> bool {
    store::fold(label).contains(&store::fold(words))
}
