//! Pieces of a customer's page.

use maud::{Markup, html};
use store::{PartnerId, Timestamp, Zone};
use web::{
    Address, Lang,
    parts::{
        Tone, badge, card, empty,
        field::{self, Field},
        form, icon, keyvalue, meter,
        tabs::{Tab, tabs},
        timeline::{self, timeline},
    },
};

use super::history::{Event, Shown};
use crate::hierarchy::{
    customers::Customer,
    noun::{CustomerKind, Lifecycle},
    standing::Status,
};

/// The tone of a health status.
#[must_use]
pub fn tone(status: Option<Status>) -> Tone {
    match status.map(Status::health) {
        Some("red") => Tone::Bad,
        Some("yellow") => Tone::Warn,
        Some("blue") => Tone::Info,
        Some("green") => Tone::Good,
        _ => Tone::Neutral,
    }
}

/// The badge of a customer: its health, or where it is in its life when it has none.
#[must_use]
pub fn status(lang: Lang, customer: &Customer, status: Option<Status>) -> Markup {
    match status {
        Some(s) => badge::badge(tone(status), &lang.t(&format!("hierarchy-status-{}", s.word().replace('_', "-")))),
        None => {
            let tone = if customer.lifecycle == Lifecycle::Disabled { Tone::Bad } else { Tone::Neutral };
            badge::badge(tone, &lang.t(&format!("hierarchy-lifecycle-{}", customer.lifecycle.word())))
        }
    }
}

/// The tabs of a customer's pages.
#[must_use]
pub fn ways(lang: Lang, partner: PartnerId, customer: &Customer, (members, directory, audit): (bool, bool, bool)) -> Markup {
    let base = format!("/msp/{partner}/customers/{}", customer.id);
    let tab = |id: &str, href: String, active| Tab { label: lang.t(id), href, active, count: None };
    let mut list = vec![tab("hierarchy-tab-overview", base.clone(), true)];
    if members {
        list.push(tab("hierarchy-tab-members", format!("{base}/members"), false));
        list.push(tab("nav-agents", format!("{base}/agents"), false));
    }
    if directory {
        list.push(tab("hierarchy-tab-sources", format!("{base}/sources"), false));
        list.push(tab("hierarchy-tab-directory", format!("{base}/directory"), false));
    }
    if customer.kind != CustomerKind::Internal {
        list.push(tab("hierarchy-tab-mail", format!("{base}/mail"), false));
        list.push(tab("hierarchy-tab-brand", format!("{base}/branding"), false));
        list.push(tab("hierarchy-tab-subscriptions", format!("{base}/subscriptions"), false));
    }
    list.push(tab("hierarchy-tab-alerts", format!("/msp/{partner}/alerts?customer={}", customer.id), false));
    if audit {
        list.push(tab("hierarchy-tab-audit", format!("/msp/{partner}/audit?customer={}", customer.id), false));
    }
    tabs(lang, &customer.name, &list)
}

/// What is wrong now, and what mends it.
#[must_use]
pub fn trouble(lang: Lang, base: &str, s: &Shown) -> Markup {
    let reason = s.standing.sync_reason.as_ref().map(|r| r.told(lang)).unwrap_or_else(|| lang.t("hierarchy-sync-unknown"));
    html! {
        @if s.standing.status == Some(Status::SyncFailed) {
            (card::note(Tone::Bad, html! {
                p.strong { (lang.with("hierarchy-sync-failed-because", &[("reason", reason.into())])) }
                p { (lang.t("hierarchy-sync-fix")) }
            }))
        }
        @if s.standing.status == Some(Status::EmailUnverified) {
            (card::note(Tone::Warn, html! { (lang.t("hierarchy-mail-fix")) " " a href={ (base) "/mail" } { (lang.t("hierarchy-mail-go")) } }))
        }
        @if s.standing.status == Some(Status::LowEngagement) { (card::note(Tone::Warn, html! { (lang.t("hierarchy-engagement-fix")) })) }
        @if s.customer.lifecycle == Lifecycle::Disabled { (card::note(Tone::Bad, html! { (lang.t("hierarchy-suspended-note")) })) }
    }
}

fn or_nothing(lang: Lang, text: Option<&str>) -> Markup {
    html! { @match text { Some(t) => (t), None => span.faint { (lang.t("ui-nothing")) } } }
}

/// Seats, pass rate, last campaign: where it stands.
#[must_use]
pub fn standing(lang: Lang, s: &Shown, now: Timestamp) -> Markup {
    let (held, active) = (s.standing.allocated, s.standing.active_users);
    #[expect(clippy::cast_precision_loss, reason = "the width of a bar")]
    let percent = if held > 0 { active as f64 / held as f64 * 100.0 } else { 0.0 };
    let w = s.standing.windows;
    #[expect(clippy::cast_precision_loss, reason = "a percentage for people, beside its counts")]
    let rate = (w.delivered > 0).then(|| w.passed as f64 / w.delivered as f64 * 100.0);
    let seats = html! {
        @if held > 0 { (meter::meter(lang, &lang.t("hierarchy-seats"), percent, meter::load_tone(percent))) " " }
        span.muted.small { (lang.with("ui-used-of", &[("used", lang.int(active).into()), ("total", lang.int(held).into())])) }
    };
    let passed = html! {
        @match rate {
            Some(rate) => { (lang.percent1(rate)) " " span.muted.small { (lang.with("hierarchy-passed-of", &[("passed", lang.int(w.passed).into()), ("of", lang.int(w.delivered).into())])) } }
            None => span.faint { (lang.t("ui-nothing")) }
        }
    };
    let sync = html! {
        @match s.standing.sync_ok {
            None => span.faint { (lang.t("ui-never")) },
            Some(ok) => { (badge::dot(if ok { Tone::Good } else { Tone::Bad }, &lang.t(if ok { "hierarchy-ok" } else { "hierarchy-failed" }))) " " span.muted.small { (lang.ago(s.standing.sync_at, now)) } }
        }
    };
    let mail = html! {
        (badge::dot(if s.standing.email_ok { Tone::Good } else { Tone::Warn }, &lang.t(if s.standing.email_ok { "hierarchy-mail-ok" } else { "hierarchy-mail-open" })))
        " " span.muted.small { (lang.ago(s.standing.email_at, now)) }
    };
    keyvalue::pairs(&[
        (lang.t("hierarchy-seats"), seats),
        (lang.t("hierarchy-pass-rate"), passed),
        (lang.t("hierarchy-last-campaign"), html! { (lang.ago(s.standing.last_campaign_at, now)) }),
        (lang.t("hierarchy-last-sync"), sync),
        (lang.t("hierarchy-mail"), mail),
    ])
}

/// Who it is.
#[must_use]
pub fn facts(lang: Lang, s: &Shown, zone: &Zone, base: &str) -> Markup {
    let c = &s.customer;
    let extra: Vec<&str> = s.domains.iter().filter(|d| !d.primary).map(|d| d.domain.as_str()).collect();
    let domain = html! {
        (or_nothing(lang, c.domain.as_deref()))
        @if c.domain.is_some() && c.kind != CustomerKind::Internal {
            " " a href={ (base) "/domain" } { @if c.domain_verified_at.is_some() { (badge::dot(Tone::Good, &lang.t("hierarchy-verified"))) } @else { (badge::dot(Tone::Warn, &lang.t("hierarchy-unverified"))) } }
        }
    };
    keyvalue::pairs(&[
        (lang.t("hierarchy-account-number"), html! { code translate="no" { (c.account_number) } }),
        (lang.t("hierarchy-legal-name"), or_nothing(lang, c.legal_name.as_deref())),
        (lang.t("hierarchy-domain"), domain),
        (lang.t("hierarchy-extra-domains"), or_nothing(lang, (!extra.is_empty()).then(|| extra.join(", ")).as_deref())),
        (lang.t("hierarchy-tier"), html! { (lang.t(&format!("hierarchy-tier-{}", c.tier.word()))) }),
        (lang.t("hierarchy-kind"), html! { (lang.t(&format!("hierarchy-kind-{}", c.kind.word()))) }),
        (lang.t("hierarchy-lifecycle"), html! { (lang.t(&format!("hierarchy-lifecycle-{}", c.lifecycle.word()))) }),
        (lang.t("hierarchy-max-mau"), html! { (lang.int(c.max_mau)) }),
        (lang.t("hierarchy-region"), html! { (c.region) }),
        (lang.t("hierarchy-subdomain"), or_nothing(lang, c.subdomain.as_deref())),
        (lang.t("hierarchy-country"), or_nothing(lang, c.country.as_deref())),
        (lang.t("hierarchy-sector"), or_nothing(lang, c.sector.as_deref())),
        (lang.t("hierarchy-time-zone"), html! { (c.time_zone) }),
        (lang.t("hierarchy-language"), html! { (c.language) }),
        (lang.t("hierarchy-reference"), or_nothing(lang, c.reference.as_deref())),
        (lang.t("hierarchy-admin-email"), or_nothing(lang, c.admin_email.as_deref())),
        (lang.t("hierarchy-created"), html! { (lang.date(c.created_at, zone)) }),
    ])
}

/// What happened.
#[must_use]
pub fn events(lang: Lang, list: &[Event], now: Timestamp) -> Markup {
    if list.is_empty() {
        return empty::empty("clock", &lang.t("hierarchy-no-events"), &lang.t("hierarchy-no-events-text"), None);
    }
    let event = |e: &Event| {
        let word = if e.ok { "ok" } else { "failed" };
        let (symbol, title, tone) = match e.what {
            "sync" => (
                "refresh",
                lang.with(&format!("hierarchy-event-sync-{word}"), &[("source", e.text.as_str().into())]),
                good(e.ok, Tone::Bad),
            ),
            "mail" => ("mail", lang.t(&format!("hierarchy-event-mail-{word}")), good(e.ok, Tone::Warn)),
            "campaign" => ("phish", lang.with("hierarchy-event-campaign", &[("name", e.text.as_str().into())]), good(e.ok, Tone::Info)),
            _ => ("flag", lang.t(&format!("hierarchy-event-state-{}", e.text)), good(e.ok, Tone::Warn)),
        };
        let counts = e
            .counts
            .map(|(passed, of)| lang.with("hierarchy-passed-of", &[("passed", lang.int(passed).into()), ("of", lang.int(of).into())]));
        timeline::Event {
            icon: symbol,
            tone,
            title,
            detail: counts.or_else(|| e.reason.as_ref().map(|r| r.told(lang))).or_else(|| e.detail.clone()).unwrap_or_default(),
            when: lang.ago(Some(e.at), now),
            exact: e.at.to_string(),
        }
    };
    timeline(&list.iter().map(event).collect::<Vec<_>>())
}

fn good(ok: bool, otherwise: Tone) -> Tone {
    if ok { Tone::Good } else { otherwise }
}

/// Sites, with a way to add and remove them.
#[must_use]
pub fn sites(lang: Lang, base: &str, s: &Shown, may: bool, key: &str, error: &str) -> Markup {
    html! {
        div.stack-tight {
            @if s.sites.is_empty() { p.muted { (lang.t("hierarchy-no-sites")) } }
            @if !s.sites.is_empty() {
                ul.list {
                    @for site in &s.sites {
                        li.row {
                            (icon("pin")) span.grow { (site.name) }
                            @if may { (form::button(&format!("{base}/sites/{}/remove", site.id), None, "quiet small", html! { (lang.t("hierarchy-remove")) })) }
                        }
                    }
                }
            }
            @if may {
                (form::post(&form::Form { action: &format!("{base}/sites"), idempotency: Some(key), ..form::Form::default() }, html! {
                    (field::text(lang, &Field::new("name", lang.t("hierarchy-site-name"), "").required().error((!error.is_empty()).then(|| error.to_owned()))))
                    (form::actions(&lang.t("hierarchy-add-site"), None))
                }))
            }
        }
    }
}

/// The groups it is in.
#[must_use]
pub fn groups(lang: Lang, partner: PartnerId, s: &Shown) -> Markup {
    html! {
        @if s.groups.is_empty() { p.muted { (lang.t("hierarchy-in-no-group")) } }
        div.chips { @for (id, name) in &s.groups { a.chip href=(Address::new(&format!("/msp/{partner}/groups/{id}"))) { (name) } } }
    }
}
