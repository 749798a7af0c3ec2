//! The table of members, with the seats they use.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use maud::{Markup, html};
use store::{CustomerId, MemberGroupId, PartnerId, SiteId, Timestamp, kinds};
use web::{
    Action, Address, Frame, Lang, Swap, Toast,
    door::PathIds,
    parts::{
        Tone, badge, card,
        dialog::{self, Dialog},
        empty::{empty, no_match},
        field::{self, Field},
        filters::{self, Facet, Segment},
        menu::Item,
        pager::Paging,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{
        Listed, Member, MemberStatus, MemberType, Members, Order, Which,
        api_filter::pair,
        groups::{MemberGroup, MemberGroups},
        reading,
    },
    base, customer_of,
};
use crate::{
    app::{App, Shared},
    console::{Visitor, form_key},
    hierarchy::sites::{Site, SitesOf},
    licensing::policy::Usage,
};

const LIST: Swap = Swap::section("members");
/// Parameters that filter, as in the API.
const FILTERS: [&str; 9] = ["group", "status", "type", "site", "source", "department", "title", "attribute", "directory_group"];
const DONE: [&str; 5] = ["added", "activated", "deactivated", "removed", "erased"];

/// The dialog for a new member as it came back.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct AddForm {
    pub email: String,
    pub name: String,
    pub department: String,
    pub title: String,
    pub external_id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub site: String,
    pub status: String,
    pub idempotency_key: String,
    /// The refused field and why.
    #[serde(skip)]
    pub wrong: Option<(String, String)>,
}

pub async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
) -> Result<Response, Problem> {
    page(&app, &visitor, partner, customer, None, None).await
}

fn question(at: &Address, customer: CustomerId, page: Paging) -> Members {
    let sort = at.get("sort").unwrap_or("name");
    let (word, falls) = sort.strip_prefix('-').map_or((sort, false), |w| (w, true));
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let text = |name: &str| at.get(name).map(|t| t.chars().filter(|c| *c != '\0').take(200).collect::<String>()).filter(|t| !t.is_empty());
    Members {
        customer,
        which: Which {
            status: at.get("status").and_then(MemberStatus::parse),
            kind: at.get("type").and_then(MemberType::parse),
            site_id: at.get("site").and_then(SiteId::parse),
            source: text("source"),
            department: text("department"),
            title: text("title"),
            attributes: text("attribute").as_deref().and_then(pair).into_iter().collect(),
            directory_group: text("directory_group"),
        },
        group: at.get("group").and_then(MemberGroupId::parse),
        q: at.get("q").map(|q| q.chars().filter(|c| *c != '\0').take(200).collect()),
        order: Order::parse(word).unwrap_or_default(),
        falls,
        after: None,
        limit: number(page.per),
        offset: number(page.offset()),
    }
}

/// The page; with a refused form its dialog is open, with a sentence it stands above the list.
pub(super) async fn page(
    app: &App,
    visitor: &Visitor,
    partner: PartnerId,
    customer: CustomerId,
    refused: Option<AddForm>,
    sentence: Option<String>,
) -> Result<Response, Problem> {
    let (lang, call) = (visitor.lang, visitor.caller.call());
    let owner = customer_of(app, visitor, partner, customer).await?;
    crate::directory::free::settle(&app.house, customer).await?;
    let mut at = Address::of(&visitor.uri);
    at.path = base(partner, customer);
    let at = at.without(&["done"]);
    let asked = Paging::of(&at, u64::MAX / 2);
    let mut found = app.house.ask(&call, question(&at, customer, asked)).await?;
    let paging = Paging::of(&at, u64::try_from(found.total).unwrap_or(0));
    if found.members.is_empty() && paging.total > 0 {
        found = app.house.ask(&call, question(&at, customer, paging)).await?;
    }
    reading::note(app, &visitor.caller, customer).await?;
    let may_export = visitor.may(partner, "export");
    let sites = app.house.ask(&call, SitesOf { customer }).await?;
    let (groups, _) = app.house.ask(&call, MemberGroups { customer }).await?;
    let status = if refused.is_some() || sentence.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = View { lang, partner, customer, at: &at, paging, found: &found, sites: &sites, groups: &groups, now: app.house.now() };
    let section = LIST.wrap(view.section());
    let mut frame = Frame {
        context_line: owner.name.clone(),
        crumbs: vec![Action { label: owner.name.clone(), href: format!("/msp/{partner}/customers/{customer}"), icon: None }],
        toast: toast(lang, visitor),
        ..visitor.frame(app, partner, lang.t("directory-title")).await?
    };
    if found.may_manage {
        frame.primary = Some(Action { label: lang.t("directory-add"), href: "#add-member".into(), icon: Some("plus") });
        let import = format!("/msp/{partner}/imports/new?kind=members&customer={customer}");
        frame.actions.push(Action { label: lang.t("directory-import"), href: import, icon: Some("upload") });
        let sources = format!("/msp/{partner}/customers/{customer}/sources");
        frame.actions.push(Action { label: lang.t("hierarchy-tab-sources"), href: sources, icon: Some("refresh") });
        let directory = format!("/msp/{partner}/customers/{customer}/directory");
        frame.actions.push(Action { label: lang.t("directory-scim-title"), href: directory, icon: Some("key") });
        let agents = format!("/msp/{partner}/customers/{customer}/agents");
        frame.actions.push(Action { label: lang.t("agents-title"), href: agents, icon: Some("display") });
        let rules = format!("/msp/{partner}/customers/{customer}/rules");
        frame.actions.push(Action { label: lang.t("rules-title"), href: rules, icon: Some("settings") });
        let retention = format!("/msp/{partner}/customers/{customer}/retention");
        frame.actions.push(Action { label: lang.t("offboarding-retention"), href: retention, icon: Some("clock") });
    }
    let groups = format!("/msp/{partner}/customers/{customer}/member-groups");
    frame.actions.push(Action { label: lang.t("groups-of-title"), href: groups, icon: Some("list") });
    let attributes = format!("/msp/{partner}/customers/{customer}/attributes");
    frame.actions.push(Action { label: lang.t("attributes-title"), href: attributes, icon: Some("list") });
    if may_export {
        frame.actions.push(Action { label: lang.t("directory-export"), href: view.export("csv"), icon: Some("download") });
        frame.actions.push(Action { label: lang.t("directory-export-xlsx"), href: view.export("xlsx"), icon: Some("download") });
    }
    let manages = found.may_manage;
    let dialog = if manages {
        add_dialog(app, lang, &base(partner, customer), refused, found.usage, &sites)
    } else {
        html! {}
    };
    let response = swap::answer(&visitor.headers, section, |section| {
        web::page(
            &frame,
            html! {
                div.stack {
                    @if let Some(sentence) = &sentence { (card::note(Tone::Bad, html! { (sentence) })) }
                    (seats(lang, found.usage, found.month))
                    (section)
                }
                (dialog)
            },
        )
    });
    Ok((status, response).into_response())
}

fn toast(lang: Lang, visitor: &Visitor) -> Option<Toast> {
    let at = Address::of(&visitor.uri);
    let done = at.get("done").and_then(|d| DONE.iter().find(|known| **known == d))?;
    Some(Toast { tone: Tone::Good, text: lang.t(&format!("directory-done-{done}")), action: None })
}

/// How many seats are used, and who waits for one.
fn seats(lang: Lang, usage: Option<Usage>, month: Option<(i64, i64)>) -> Markup {
    let Some(u) = usage else { return card::note(Tone::Info, html! { (lang.t("directory-not-ready")) }) };
    let said = lang.with("directory-seats", &[("active", u.active_users.into()), ("seats", u.seats.into()), ("free", free(&u).into())]);
    let (counted, most) = month.unwrap_or((u.active_users, u.max_mau));
    let capped = lang.with("directory-month", &[("n", counted.into()), ("most", most.into())]);
    let full = free(&u) == 0 || counted >= most;
    html! {
        (card::note(if full { Tone::Warn } else { Tone::Info }, html! { (said) " " (capped) }))
        @if u.waiting > 0 { (card::note(Tone::Warn, html! { (lang.with("directory-waiting-note", &[("n", u.waiting.into())])) })) }
        @if u.held > 0 { (card::note(Tone::Warn, html! { (lang.with("directory-held-note", &[("n", u.held.into())])) })) }
    }
}

fn free(usage: &Usage) -> i64 {
    (usage.seats - usage.active_users).max(0)
}

struct View<'a> {
    lang: Lang,
    partner: PartnerId,
    customer: CustomerId,
    at: &'a Address,
    paging: Paging,
    found: &'a Listed,
    sites: &'a [Site],
    groups: &'a [MemberGroup],
    now: Timestamp,
}

impl View<'_> {
    /// The list as a file, with exactly this filter and order.
    fn export(&self, format: &str) -> String {
        let mut to = Address::new(&format!("/v1/tenants/{}/members/export", self.customer)).with("format", format);
        for name in ["q", "sort"] {
            to = to.with(name, self.at.get(name).unwrap_or(""));
        }
        for name in FILTERS {
            to = to.with(&format!("filter[{name}]"), self.at.get(name).unwrap_or(""));
        }
        to.to_string()
    }

    fn section(&self) -> Markup {
        let lang = self.lang;
        let filtered = self.at.get("q").is_some() || FILTERS.iter().any(|name| self.at.get(name).is_some());
        let nothing = if filtered {
            no_match(lang, LIST, self.at.get("q"), &self.at.path)
        } else {
            let action = Action { label: lang.t("directory-add"), href: "#add-member".into(), icon: Some("plus") };
            empty("users", &lang.t("directory-none"), &lang.t("directory-none-text"), self.found.may_manage.then_some(&action))
        };
        let table = Table {
            caption: lang.t("directory-title"),
            columns: vec![
                Column::text("name", lang.t("directory-name")),
                Column::text("status", lang.t("directory-status")),
                Column::plain("type", lang.t("directory-type")),
                Column::plain("site", lang.t("directory-site")),
                Column::plain("department", lang.t("directory-department")),
                Column::plain("source", lang.t("directory-source")),
                Column::text("created_at", lang.t("directory-created")),
            ],
            rows: self.found.members.iter().map(|m| self.row(m)).collect(),
            at: self.at,
            default_sort: "name",
            paging: Some(self.paging),
            summary: lang.with("directory-showing", &[("shown", self.paging.shown().into()), ("total", self.paging.total.into())]),
            nothing,
            ..Table::default()
        };
        html! {
            div.card {
                (filters::bar("", html! {
                    (filters::search(lang, LIST, self.at, &lang.t("directory-search"), &self.facets()))
                    (filters::segments(lang, LIST, &lang.t("directory-status"), &self.segments()))
                }))
                (filters::chips(lang, LIST, &self.chips()))
                @if let Some(href) = self.as_group() { p.hint { a href=(href) { (lang.t("groups-of-from-filter")) } } }
                (table::table(lang, LIST, &table))
            }
        }
    }

    fn facets(&self) -> Vec<Facet> {
        let lang = self.lang;
        let types = MemberType::ALL.iter().map(|t| (t.word().to_owned(), type_name(lang, *t))).collect();
        let mut facets = vec![Facet { name: "type", label: lang.t("directory-type"), options: types }];
        if !self.sites.is_empty() {
            let options = self.sites.iter().map(|s| (s.id.to_string(), s.name.clone())).collect();
            facets.push(Facet { name: "site", label: lang.t("directory-site"), options });
        }
        if !self.groups.is_empty() {
            let options = self.groups.iter().map(|g| (g.id.to_string(), g.name.clone())).collect();
            facets.push(Facet { name: "group", label: lang.t("groups-of-group"), options });
        }
        facets
    }

    /// Where this filter becomes a group by rule; none where there is nothing to keep, or more than a rule can say: the group would be
    /// a wider one.
    fn as_group(&self) -> Option<String> {
        if ["q", "group"].iter().any(|name| self.at.get(name).is_some_and(|value| !value.is_empty())) {
            return None;
        }
        let kept = FILTERS.iter().filter_map(|name| Some((*name, self.at.get(name)?)));
        let to = Address::new(&format!("/msp/{}/customers/{}/member-groups/new", self.partner, self.customer));
        let to = kept.fold(to, |to, (name, value)| to.with(name, value));
        (self.found.may_manage && !to.query().is_empty()).then(|| to.to_string())
    }

    /// What else the address asks for: each can be taken away.
    fn chips(&self) -> Vec<(String, String, String)> {
        let asked = |name: &&str| {
            let value = self.at.get(name)?;
            Some((
                self.lang.t(&format!("directory-filter-{}", name.replace('_', "-"))),
                value.to_owned(),
                self.at.without(&[name, "page"]).to_string(),
            ))
        };
        ["source", "department", "title", "attribute", "directory_group"].iter().filter_map(asked).collect()
    }

    fn segments(&self) -> Vec<Segment> {
        let now = self.at.get("status").unwrap_or("");
        let counted = |n: i64| u64::try_from(n).ok();
        let usage = self.found.usage;
        let one = |word: &str, label: &str, n: Option<i64>| Segment {
            label: self.lang.t(label),
            count: n.and_then(counted),
            href: self.at.with("status", word).to_string(),
            active: now == word,
        };
        vec![
            one("", "ui-all", usage.map(|u| u.members)),
            one("active", "directory-status-active", usage.map(|u| u.active_users)),
            one("inactive", "directory-status-inactive", usage.map(|u| u.members - u.active_users - u.waiting - u.held)),
            one("waiting", "directory-status-waiting", usage.map(|u| u.waiting)),
            one("held", "directory-status-held", usage.map(|u| u.held)),
        ]
    }

    fn row(&self, m: &Member) -> Row {
        let lang = self.lang;
        let href = format!("{}/{}", base(self.partner, self.customer), m.id);
        let site = m.site_id.map(|id| self.sites.iter().find(|s| s.id == id).map_or_else(|| id.to_string(), |s| s.name.clone()));
        let or_nothing = |text: &Option<String>| text.as_ref().map_or_else(|| table::nothing(lang), |t| html! { (t) });
        Row {
            id: m.id.to_string(),
            name: m.name.clone(),
            cells: vec![
                html! { div.cell-main { span.avatar aria-hidden="true" { (web::parts::initials(&m.name)) } span.cell-text translate="no" { b { a href=(href) { (m.name) } } small { @if m.email.is_empty() { (lang.t("directory-no-address")) } @else { (m.email) } } } } },
                status_badge(lang, m.status),
                html! { (type_name(lang, m.kind)) },
                or_nothing(&site),
                or_nothing(&m.department),
                html! { (source(lang, &m.source)) },
                html! { (lang.ago(Some(m.created_at), self.now)) },
            ],
            actions: if self.found.may_manage { self.actions(m) } else { Vec::new() },
        }
    }

    fn actions(&self, m: &Member) -> Vec<Item> {
        let lang = self.lang;
        let to = |what: &str| format!("{}/{}/{what}", base(self.partner, self.customer), m.id);
        let post = |label: String, what: &str, icon, danger| Item { label, href: to(what), icon, danger, post: true };
        let seats = self.found.usage.map_or(0, |u| free(&u));
        let turn = if m.status == MemberStatus::Active {
            post(lang.with("directory-deactivate", &[("free", (seats + 1).into())]), "deactivate", "pause", false)
        } else {
            post(lang.with("directory-activate", &[("free", seats.into())]), "activate", "play", false)
        };
        let mut items = vec![
            Item::link(lang.t("directory-edit"), format!("{}/{}", base(self.partner, self.customer), m.id), "edit"),
            turn,
            post(lang.t("directory-remove"), "remove", "trash", true),
        ];
        if self.found.may_erase {
            items.push(Item { danger: true, ..Item::link(lang.t("directory-erase"), to("erase"), "x") });
        }
        items
    }
}

/// A member's status as a badge.
pub(super) fn status_badge(lang: Lang, status: MemberStatus) -> Markup {
    let tone = match status {
        MemberStatus::Active => Tone::Good,
        MemberStatus::Inactive => Tone::Neutral,
        MemberStatus::Waiting | MemberStatus::Held => Tone::Warn,
    };
    badge::badge(tone, &lang.t(&format!("directory-status-{}", status.word())))
}

/// Of what type a member is, in words.
pub fn type_name(lang: Lang, kind: MemberType) -> String {
    lang.t(&format!("directory-type-{}", kind.word().replace('_', "-")))
}

/// What brought a member in; feeds of later days keep their own word.
pub(super) fn source(lang: Lang, word: &str) -> String {
    let id = format!("directory-source-{word}");
    if lang.knows(&id) { lang.t(&id) } else { word.to_owned() }
}

/// What began or ended a time in which a member was active.
pub fn source_name(lang: Lang, word: &str) -> String {
    if word.starts_with("rule:") { lang.t("directory-by-rule") } else { source(lang, word) }
}

fn add_dialog(app: &App, lang: Lang, action: &str, refused: Option<AddForm>, usage: Option<Usage>, sites: &[Site]) -> Markup {
    let opened = refused.is_some();
    let f = refused.unwrap_or_default();
    let d = Dialog {
        id: "add-member".into(),
        title: lang.t("directory-add"),
        action: action.to_owned(),
        idempotency: Some(form_key(app)),
        submit: lang.t("directory-add-submit"),
        opened,
        ..Dialog::default()
    };
    let error = |name: &str| f.wrong.as_ref().filter(|(field, _)| field == name).map(|(_, why)| why.clone());
    let general = f
        .wrong
        .as_ref()
        .filter(|(field, _)| !["email", "name", "department", "title", "external_id", "type", "site"].contains(&field.as_str()));
    let line = |name: &str, label: &str, value: &str| Field::new(name, lang.t(label), value).error(error(name));
    let statuses = [("active", "directory-status-active"), ("inactive", "directory-status-inactive")];
    let statuses: Vec<(String, String)> = statuses.iter().map(|(word, id)| ((*word).to_owned(), lang.t(id))).collect();
    let types: Vec<(String, String)> = MemberType::ALL.iter().map(|t| (t.word().to_owned(), type_name(lang, *t))).collect();
    let places = sites.iter().map(|s| (s.id.to_string(), s.name.clone()));
    let places: Vec<(String, String)> = [(String::new(), lang.t("directory-no-site"))].into_iter().chain(places).collect();
    let hint = usage.map_or_else(String::new, |u| lang.with("directory-add-hint", &[("free", free(&u).into())]));
    dialog::dialog(
        lang,
        &d,
        html! {
            @if let Some((_, why)) = general { (card::note(Tone::Bad, html! { (why) })) }
            (field::input(lang, "email", &line("email", "directory-email", &f.email).required()))
            (field::text(lang, &line("name", "directory-name", &f.name)))
            (field::text(lang, &line("department", "directory-department", &f.department)))
            (field::text(lang, &line("title", "directory-title-field", &f.title)))
            (field::text(lang, &line("external_id", "directory-external-id", &f.external_id)))
            (field::select(lang, &line("type", "directory-type", &f.kind).required(), &types))
            @if !sites.is_empty() { (field::select(lang, &line("site", "directory-site", &f.site).hint(lang.t("directory-site-hint")), &places)) }
            (field::select(lang, &Field::new("status", lang.t("directory-status"), f.status.clone()).required().hint(hint), &statuses))
        },
    )
}
