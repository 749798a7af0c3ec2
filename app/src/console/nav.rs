//! The navigation: every place there is, by the right it needs.

use store::{CustomerId, PartnerId};
use web::{Lang, NavGroup, NavItem};

/// One place of the navigation: group, label, path below the partner, icon, the right it needs.
const PLACES: &[(&str, &str, &str, &str, &str)] = &[
    ("nav-portfolio", "nav-overview", "", "overview", "read"),
    ("nav-portfolio", "nav-customers", "/customers", "customers", "read"),
    ("nav-portfolio", "nav-groups", "/groups", "group", "read"),
    ("nav-portfolio", "nav-licenses", "/licenses", "key", "read"),
    ("nav-portfolio", "nav-subscriptions", "/subscriptions", "credit", "read"),
    ("nav-portfolio", "nav-expiring", "/expiring", "calendar", "read"),
    ("nav-portfolio", "nav-metering", "/metering", "report", "read"),
    ("nav-work", "nav-onboarding", "/onboarding", "flag", "read"),
    ("nav-work", "nav-alerts", "/alerts", "bell", "read"),
    ("nav-work", "nav-link-requests", "/link-requests", "arrow-right", "manage_customers"),
    ("nav-work", "nav-agents", "/agents", "display", "read_members"),
    ("nav-work", "nav-imports", "/imports", "upload", "record_facts"),
    ("nav-work", "nav-jobs", "/jobs", "jobs", "manage_jobs"),
    ("nav-work", "nav-removed", "/removed", "trash", "manage_customers"),
    ("nav-governance", "nav-staff", "/staff", "team", "read_staff"),
    ("nav-governance", "nav-audit", "/audit", "audit", "read_audit"),
    ("nav-governance", "nav-settings", "/settings", "settings", "manage_settings"),
];

/// Pages without a place of their own, and the place they are reached from.
const WITHIN: &[(&str, &str)] = &[("/plans", "/subscriptions"), ("/links", "/link-requests")];

pub(super) fn nav(lang: Lang, base: &str, path: &str, held: &[&str], alerts: i64) -> Vec<NavGroup> {
    let mut groups: Vec<NavGroup> = Vec::new();
    for (group, label, below, icon, right) in PLACES {
        if !held.contains(right) {
            continue;
        }
        let label_text = lang.t(group);
        let href = format!("{base}{below}");
        let within = WITHIN.iter().any(|(page, place)| place == below && path.starts_with(&format!("{base}{page}")));
        let active = if below.is_empty() { path == href } else { path.starts_with(&href) || within };
        let badge = (*below == "/alerts" && alerts > 0).then(|| alerts.unsigned_abs());
        let item = NavItem { label: lang.t(label), href, icon, active, badge };
        match groups.last_mut().filter(|g| g.label == label_text) {
            Some(last) => last.items.push(item),
            None => groups.push(NavGroup { label: label_text, items: vec![item] }),
        }
    }
    groups
}

/// The navigation of a customer's own administrator.
pub(super) fn tenant_nav(lang: Lang, partner: PartnerId, customer: CustomerId, path: &str) -> Vec<NavGroup> {
    let href = format!("/msp/{partner}/customers/{customer}/members");
    let members = NavItem { label: lang.t("nav-members"), active: path.starts_with(&href), href, icon: "users", badge: None };
    let href = format!("/msp/{partner}/customers/{customer}/directory");
    let directory = NavItem { label: lang.t("nav-directory"), active: path.starts_with(&href), href, icon: "refresh", badge: None };
    let href = format!("/msp/{partner}/customers/{customer}/sources");
    let sources = NavItem { label: lang.t("hierarchy-tab-sources"), active: path.starts_with(&href), href, icon: "upload", badge: None };
    let href = format!("/msp/{partner}/customers/{customer}/mail");
    let mail = NavItem { label: lang.t("nav-mail"), active: path.starts_with(&href), href, icon: "mail", badge: None };
    let href = format!("/msp/{partner}/customers/{customer}/branding");
    let brand = NavItem { label: lang.t("nav-brand"), active: path.starts_with(&href), href, icon: "edit", badge: None };
    let href = format!("/msp/{partner}/customers/{customer}/agents");
    let agents = NavItem { label: lang.t("nav-agents"), active: path.starts_with(&href), href, icon: "display", badge: None };
    let href = format!("/msp/{partner}/customers/{customer}/link-requests");
    let links = NavItem { label: lang.t("nav-link-requests"), active: path.starts_with(&href), href, icon: "arrow-right", badge: None };
    vec![NavGroup { label: lang.t("nav-portfolio"), items: vec![members, sources, directory, mail, brand, agents, links] }]
}
