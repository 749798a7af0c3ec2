//! The customer list: one component on the dashboard and on its own page, over one query (2.38).

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};
use store::{PartnerId, Timestamp};
use web::{
    Frame, Lang, Swap,
    parts::{
        Tone, badge, card,
        empty::{empty, no_match},
        filters::{self, Facet, Segment},
        form, icon,
        menu::{self, Item},
        meter,
        pager::Paging,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    shell::Action,
    swap,
};

use super::{Asked, NARROWING, partner_of, why::Teller};
use crate::{
    app::{App, Shared},
    console::{Visitor, form_key},
    hierarchy::{
        Lifecycle, Tier,
        standing::{Status, Thresholds},
    },
    identity::queries::StaffOf,
    licensing::pools::rules::{UsageStatus, usage_status},
    portfolio::{
        api::{day_problem, query_of},
        asof::PortfolioAt,
        filter::{STATUSES, SortBy, status_word},
        queries::{Begin, CustomerList, Listed, Surroundings, SurroundingsOf},
        row::{Counts, CustomerRow},
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
        super::super::history::settle(&app.house, partner).await?;
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
            stood(past.rows, asked)
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
    let (staff, _) = app.house.ask(&visitor.caller.call(), StaffOf { partner, after: None, limit: 200 }).await?;
    Ok(staff.into_iter().filter(|s| s.role == access::Role::Technician).map(|s| (s.id, s.name)).collect())
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

/// The list of a past day: filtered, sorted and paged here, since it is in no table.
fn stood(rows: Vec<CustomerRow>, asked: &Asked) -> Listed {
    let open = asked.filter.any_status();
    let mut counts = Counts::default();
    for row in rows.iter().filter(|r| open.fits(r)) {
        counts.0[STATUSES.iter().position(|s| *s == row.status).unwrap_or(5)] += 1;
    }
    let mut rows: Vec<CustomerRow> = rows.into_iter().filter(|r| asked.filter.fits(r)).collect();
    if asked.sort != super::Sort::default() {
        rows.sort_by_cached_key(|r| r.name_key());
        rows.sort_by(|a, b| order(a, b, asked.sort));
    }
    let total = rows.len();
    let page = Paging::of(&asked.at, u64::try_from(total).unwrap_or(0));
    let skip = usize::try_from(page.offset()).unwrap_or(0);
    let rows = rows.into_iter().skip(skip).take(usize::try_from(page.per).unwrap_or(25)).collect();
    Listed { rows, next: None, total: i64::try_from(total).unwrap_or(i64::MAX), counts }
}

/// Nulls last both ways, as in the store.
fn order(a: &CustomerRow, b: &CustomerRow, sort: super::Sort) -> std::cmp::Ordering {
    use std::cmp::Ordering;
    let way = |o: Ordering| if sort.falls { o.reverse() } else { o };
    fn nullable<T: PartialOrd>(a: Option<T>, b: Option<T>, way: impl Fn(Ordering) -> Ordering) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) => way(a.partial_cmp(&b).unwrap_or(Ordering::Equal)),
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (None, None) => Ordering::Equal,
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a sort key")]
    let share = |r: &CustomerRow| (r.seats.allocated > 0).then(|| r.seats.active as f64 / r.seats.allocated as f64);
    let tier = |r: &CustomerRow| Tier::ALL.iter().position(|t| *t == r.tier);
    match sort.by {
        SortBy::Health | SortBy::Status => nullable(a.status, b.status, way),
        SortBy::Name => way(a.name_key().cmp(&b.name_key())),
        SortBy::Seats => way(a.seats.allocated.cmp(&b.seats.allocated)),
        SortBy::Utilization => nullable(share(a), share(b), way),
        SortBy::Tier => nullable(tier(a), tier(b), way),
        SortBy::PassRate => nullable(a.pass_rate.map(|r| r.percent), b.pass_rate.map(|r| r.percent), way),
        SortBy::LastCampaign => nullable(a.last_campaign_at, b.last_campaign_at, way),
        SortBy::AccountNumber => way(a.account_number.cmp(&b.account_number)),
    }
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
    frame.primary = create(lang, partner, shown.rights);
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

/// The way to the wizard.
pub fn create(lang: Lang, partner: PartnerId, rights: Rights) -> Option<Action> {
    rights.create.then(|| Action {
        label: lang.t("portfolio-new-customer"),
        href: format!("/msp/{partner}/customers/new"),
        icon: Some("plus"),
    })
}

/// Says that this is the past, and leads back.
pub fn past_banner(lang: Lang, asked: &Asked, shown: &Shown) -> Markup {
    let when = lang.date_time(shown.now, &shown.around.zone);
    card::note(
        Tone::Info,
        html! {
            strong { (lang.with("portfolio-past", &[("when", when.as_str().into())])) }
            " " (lang.t("portfolio-past-line")) " "
            a href=(asked.at.with("as_of", "").to_string()) { (lang.t("portfolio-past-back")) }
        },
    )
}

/// The section: bar, segments, chips, table.
pub fn section(lang: Lang, asked: &Asked, shown: &Shown) -> Markup {
    SECTION.wrap(html! {
        div.card {
            (bar(lang, asked, shown))
            (segment_bar(lang, asked, &shown.found.counts))
            (filters::chips(lang, SECTION, &chips(lang, asked, shown)))
            (rows(lang, asked, shown))
        }
    })
}

fn bar(lang: Lang, asked: &Asked, shown: &Shown) -> Markup {
    let tiers = Tier::ALL.iter().map(|t| (t.word().to_owned(), lang.t(tier_id(*t)))).collect();
    let mut facets = vec![Facet { name: "tier", label: lang.t("portfolio-col-tier"), options: tiers }];
    if !shown.around.groups.is_empty() {
        let groups = shown.around.groups.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
        facets.push(Facet { name: "group", label: lang.t("portfolio-group"), options: groups });
    }
    let columns: Vec<(&str, String, bool)> = COLUMNS.iter().map(|c| (c.0, lang.t(c.1), is_on(asked, c.0, c.2))).collect();
    filters::bar(
        &lang.t("portfolio-customers"),
        html! {
            (filters::search(lang, SECTION, &asked.at, &lang.t("portfolio-search"), &facets))
            (filters::views(lang, &saved(asked, shown), save_form(lang, asked, shown)))
            (filters::columns(lang, SECTION, &asked.at, &columns))
            @if shown.rights.export && !shown.past { (exports(lang, asked, shown)) }
        },
    )
}

fn saved(asked: &Asked, shown: &Shown) -> Vec<(String, String, bool)> {
    let base = format!("/msp/{}/customers", shown.partner);
    let here = asked.at.without(&["page"]).query();
    shown.views.iter().map(|v| (v.name.clone(), format!("{base}?{}", v.query), v.query == here)).collect()
}

fn save_form(lang: Lang, asked: &Asked, shown: &Shown) -> Markup {
    let base = format!("/msp/{}/views", shown.partner);
    html! {
        hr;
        form.sheet-form method="post" action=(base) data-once {
            (form::hidden("", Some(&shown.key)))
            input type="hidden" name="query" value=(asked.at.without(&["page", "as_of"]).query());
            label.sr-only for="view-name" { (lang.t("portfolio-view-name")) }
            input.input id="view-name" name="name" required maxlength="200" placeholder=(lang.t("portfolio-view-name"));
            @if shown.rights.manage {
                label.check { input type="checkbox" name="shared" value="on"; " " (lang.t("portfolio-view-shared")) }
            }
            button.btn.small type="submit" { (lang.t("portfolio-view-save")) }
        }
        @for view in shown.views.iter().filter(|v| v.own || shown.rights.manage) {
            form method="post" action={ (base) "/" (view.id) "/delete" } data-once {
                (form::hidden("", None))
                button.sheet-item.danger type="submit" { (icon("trash")) (lang.with("portfolio-view-remove", &[("name", view.name.as_str().into())])) }
            }
        }
    }
}

fn exports(lang: Lang, asked: &Asked, shown: &Shown) -> Markup {
    let sort = asked.at.get("sort").filter(|s| super::Sort::parse(s).is_some_and(|s| s.by != SortBy::Health));
    let query = query_of(&asked.filter, sort);
    let href = |format: &str| format!("/v1/msp/{}/customers/export?format={format}&{query}", shown.partner);
    menu::menu(
        &lang.t("portfolio-export"),
        "square",
        icon("download"),
        html! {
            p.sheet-title { (lang.with("portfolio-export-line", &[("n", shown.found.total.into())])) }
            (menu::item(&Item::link("CSV", href("csv"), "file")))
            (menu::item(&Item::link("Excel", href("xlsx"), "file")))
        },
    )
}

fn segment_bar(lang: Lang, asked: &Asked, counts: &Counts) -> Markup {
    let now = asked.segment();
    let segment = |word: &str, id: &str, n: i64| Segment {
        label: lang.t(id),
        count: Some(u64::try_from(n).unwrap_or(0)),
        href: asked.at.with("status", word).to_string(),
        active: now == word,
    };
    let mut list = vec![segment("", "ui-all", counts.total()), segment("attention", "portfolio-attention", counts.attention())];
    for status in Status::ALL {
        list.push(segment(status.word(), status_id(Some(status)), counts.of(Some(status))));
    }
    html! { div.filters.filters-second { (filters::segments(lang, SECTION, &lang.t("portfolio-col-status"), &list)) } }
}

fn chips(lang: Lang, asked: &Asked, shown: &Shown) -> Vec<(String, String, String)> {
    let mut list = Vec::new();
    for (field, id) in [
        ("tier", "portfolio-col-tier"),
        ("group", "portfolio-group"),
        ("kind", "portfolio-col-kind"),
        ("lifecycle", "portfolio-col-lifecycle"),
        ("q", "portfolio-words"),
    ] {
        let Some(value) = asked.at.get(field) else { continue };
        let shown = match field {
            "group" => {
                shown.around.groups.iter().find(|(g, _)| g.to_string() == value).map_or_else(|| value.to_owned(), |(_, name)| name.clone())
            }
            "q" => value.to_owned(),
            _ => value.split(',').map(|w| lang.t(&format!("portfolio-{field}-{w}"))).collect::<Vec<_>>().join(", "),
        };
        list.push((lang.t(id), shown, asked.at.with(field, "").to_string()));
    }
    list
}

/// Key, text, shown unless said otherwise.
const COLUMNS: [(&str, &str, bool); 9] = [
    ("status", "portfolio-col-status", true),
    ("seats", "portfolio-col-seats", true),
    ("tier", "portfolio-col-tier", true),
    ("pass_rate", "portfolio-col-pass-rate", true),
    ("last_campaign_at", "portfolio-col-last-campaign", true),
    ("health", "portfolio-col-health", true),
    ("account_number", "portfolio-col-number", false),
    ("kind", "portfolio-col-kind", false),
    ("lifecycle", "portfolio-col-lifecycle", false),
];

fn is_on(asked: &Asked, key: &str, usual: bool) -> bool {
    asked.at.get("cols").map_or(usual, |cols| cols.split(',').any(|c| c == key))
}

fn rows(lang: Lang, asked: &Asked, shown: &Shown) -> Markup {
    let on: Vec<&(&str, &str, bool)> = COLUMNS.iter().filter(|c| is_on(asked, c.0, c.2)).collect();
    let mut columns = vec![Column::text("name", lang.t("portfolio-col-customer"))];
    columns.extend(on.iter().map(|c| column(lang, c.0, c.1)));
    let keys: Vec<&str> = on.iter().map(|c| c.0).collect();
    let all = total(&shown.found);
    let clear = asked.at.without(&NARROWING).with("q", "").to_string();
    let nothing = if asked.filter.is_open() {
        let action = create(lang, shown.partner, shown.rights);
        empty("customers", &lang.t("portfolio-empty"), &lang.t("portfolio-empty-line"), action.as_ref())
    } else {
        no_match(lang, SECTION, asked.filter.q.as_deref(), &clear)
    };
    let list = shown.found.rows.iter().map(|r| line(lang, shown, r, &keys)).collect();
    let n = shown.found.rows.len();
    let table = Table {
        caption: lang.t("portfolio-customers"),
        columns,
        rows: list,
        at: &asked.at,
        default_sort: "health",
        paging: Some(Paging::of(&asked.at, all)),
        summary: lang.with("portfolio-showing", &[("shown", n.into()), ("total", shown.found.total.into())]),
        pick: (shown.rights.manage && !shown.past).then(|| super::bulk::pick(lang, asked, shown)),
        nothing,
        compact: false,
    };
    table::table(lang, SECTION, &table)
}

fn column(lang: Lang, key: &'static str, id: &str) -> Column {
    match key {
        "seats" | "pass_rate" => Column::number(key, lang.t(id)),
        "kind" | "lifecycle" => Column::plain(key, lang.t(id)),
        _ => Column::text(key, lang.t(id)),
    }
}

fn line(lang: Lang, shown: &Shown, row: &CustomerRow, keys: &[&str]) -> Row {
    let href = format!("/msp/{}/customers/{}", shown.partner, row.id);
    let teller = Teller { lang, zone: &shown.around.zone, now: shown.now, by: shown.by };
    let mut cells = vec![table::lead(&row.name, &href, row.domain.as_deref().unwrap_or_default())];
    cells.extend(keys.iter().map(|key| cell(&teller, shown, row, key)));
    let actions = vec![
        Item::link(lang.t("portfolio-open"), href.clone(), "eye"),
        Item::link(lang.t("portfolio-members"), format!("{href}/members"), "users"),
    ];
    Row { id: row.id.to_string(), name: row.name.clone(), cells, actions }
}

fn cell(teller: &Teller<'_>, shown: &Shown, row: &CustomerRow, key: &str) -> Markup {
    let lang = teller.lang;
    match key {
        "status" => html! { span.with-why { (status_badge(lang, row)) (teller.status(row)) } },
        "seats" => {
            html! { span.with-why { span.nowrap { (lang.int(row.seats.active)) " / " (lang.int(row.seats.allocated)) } (use_of(lang, shown, row)) (teller.seats(row)) } }
        }
        "tier" => html! { (lang.t(tier_id(row.tier))) },
        "pass_rate" => match row.pass_rate {
            Some(rate) => html! { span.with-why { (lang.percent1(rate.percent).replace(".0%", "%")) (teller.pass_rate(row)) } },
            None => html! { span.with-why { (table::nothing(lang)) (teller.pass_rate(row)) } },
        },
        "last_campaign_at" => ago(teller, row.last_campaign_at),
        "health" => health_dot(lang, row),
        "account_number" => html! { code { (row.account_number) } },
        "kind" => html! { (lang.t(&format!("portfolio-kind-{}", row.kind.word()))) },
        _ => html! { (lang.t(&format!("portfolio-lifecycle-{}", row.lifecycle.word()))) },
    }
}

/// How long ago, with the instant on hover and for screen readers (2.09).
pub fn ago(teller: &Teller<'_>, at: Option<Timestamp>) -> Markup {
    let words = teller.lang.ago(at, teller.now);
    match at {
        Some(at) => {
            let exact = teller.lang.date_time(at, teller.zone);
            html! { time datetime=(at) title=(exact) aria-label={ (words) ", " (exact) } { (words) } }
        }
        None => html! { span.faint { (words) } },
    }
}

fn use_of(lang: Lang, shown: &Shown, row: &CustomerRow) -> Markup {
    let (active, allocated) = (row.seats.active, row.seats.allocated);
    if allocated == 0 {
        return html! {};
    }
    let tone = match usage_status(active, allocated, false, shown.around.near_percent) {
        UsageStatus::Exceeded | UsageStatus::AtLimit => Tone::Bad,
        UsageStatus::NearLimit => Tone::Warn,
        _ => Tone::Neutral,
    };
    #[expect(clippy::cast_precision_loss, reason = "the width of a bar; the tone is judged from the counts")]
    let percent = active as f64 * 100.0 / allocated as f64;
    meter::meter(lang, &lang.t("portfolio-col-seats"), percent, tone)
}

/// The status as a word with its tone; the stage of a customer that has none.
pub fn status_badge(lang: Lang, row: &CustomerRow) -> Markup {
    match row.status {
        Some(status) => badge::badge(tone_of(status), &lang.t(status_id(Some(status)))),
        None => badge::badge(Tone::Neutral, &lang.t(&format!("portfolio-lifecycle-{}", row.lifecycle.word()))),
    }
}

fn health_dot(lang: Lang, row: &CustomerRow) -> Markup {
    match (row.status, row.health) {
        (Some(status), Some(health)) => badge::dot(tone_of(status), &lang.t(&format!("portfolio-health-{health}"))),
        _ if row.lifecycle == Lifecycle::Disabled => badge::dot(Tone::Neutral, &lang.t("portfolio-lifecycle-disabled")),
        _ => table::nothing(lang),
    }
}

/// The tone of a status.
pub fn tone_of(status: Status) -> Tone {
    match status {
        Status::SyncFailed => Tone::Bad,
        Status::EmailUnverified | Status::LowEngagement => Tone::Warn,
        Status::SetupIncomplete => Tone::Info,
        Status::Active => Tone::Good,
    }
}

/// The text of a status.
pub fn status_id(status: Option<Status>) -> &'static str {
    match status_word(status) {
        "sync_failed" => "portfolio-status-sync-failed",
        "email_unverified" => "portfolio-status-email-unverified",
        "low_engagement" => "portfolio-status-low-engagement",
        "setup_incomplete" => "portfolio-status-setup-incomplete",
        "active" => "portfolio-status-active",
        _ => "portfolio-status-none",
    }
}

/// The text of a tier.
pub fn tier_id(tier: Tier) -> &'static str {
    match tier {
        Tier::Starter => "portfolio-tier-starter",
        Tier::Pro => "portfolio-tier-pro",
        Tier::Enterprise => "portfolio-tier-enterprise",
    }
}
