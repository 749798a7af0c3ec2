//! What a customer's page shows of its subscriptions, and the forms by which they are changed.

use maud::{Markup, html};
use store::SubscriptionId;
use web::{
    Lang,
    parts::{
        Tone, card,
        field::{self, Field},
        form, keyvalue,
        timeline::{self, timeline},
    },
};

use super::{
    super::{
        Event, OfCustomer, Subscription,
        plan::{PlanKind, SEATS},
    },
    request::Wish,
};

/// What becomes of the people when it ends.
fn at_its_end(s: &Subscription) -> Option<&'static str> {
    s.expires_at()?;
    Some(if s.plan.kind == PlanKind::Trial { "plans-trial-ends" } else { "plans-nobody-leaves" })
}

/// What the form says for a renewal by a term.
pub(super) const ALONE: &str = "term";
/// What the forms say for a change at once, and for one when the term ends.
pub(super) const NOW: &str = "now";
pub(super) const TERM_END: &str = "term_end";

pub(super) struct Sheet<'a> {
    pub lang: Lang,
    pub found: &'a OfCustomer,
    pub base: String,
    pub key: String,
    /// What was typed into the form that asks for another plan.
    pub wish: Option<&'a (SubscriptionId, Wish)>,
}

impl Sheet<'_> {
    /// One subscription. Of the first, which is that of its seats, renewing is what the page is for; all else stands back.
    pub fn one(&self, s: &Subscription, first: bool) -> Markup {
        let (lang, zone) = (self.lang, &self.found.zone);
        let mut facts = vec![
            (
                lang.t("plans-plan"),
                html! { (super::name(lang, &s.plan)) " " span.faint { (lang.with("plans-version-n", &[("n", s.plan.version.into())])) } },
            ),
            (lang.t("plans-license-status"), super::status(lang, s)),
            (lang.t("plans-term-start"), super::day(lang, Some(s.starts_at), zone)),
            (lang.t("plans-term-end"), super::day(lang, s.ends_at, zone)),
            (lang.t("plans-follows"), html! { (super::follows(lang, s)) }),
        ];
        if s.grace_ends_at.is_some() {
            facts.push((lang.t("plans-grace-end"), super::day(lang, s.grace_ends_at, zone)));
        }
        if s.plan.product == SEATS {
            facts.push((lang.t("plans-field-usage-policy"), html! { (super::policy(lang, &s.plan)) }));
            if s.plan.kind == PlanKind::Full {
                facts.push((lang.t("plans-field-meter"), html! { (super::meter(lang, &s.plan)) }));
            }
        }
        if s.plan.price.is_some() {
            facts.push((lang.t("plans-price"), super::price(lang, &s.plan)));
        }
        let free = s.plan.kind == PlanKind::Full && s.request.is_none();
        let title = super::product(lang, &s.plan);
        let body = html! {
            div.stack {
                (keyvalue::pairs(&facts))
                @if let Some(o) = &s.overage {
                    (card::note(if o.open { Tone::Warn } else { Tone::Bad }, html! { (super::beyond(lang, o, zone)) }))
                }
                @if let Some(id) = at_its_end(s) { (card::note(Tone::Info, html! { (lang.t(id)) })) }
                @if let Some(request) = &s.request { (self.waits(s, request)) }
                @if free && self.found.may_change {
                    (self.renewing(s, first))
                    (fold(&lang.t("plans-renewal-change"), self.following(s)))
                    @if let Some(form) = self.changing(s) { (fold(&lang.t("plans-change"), form)) }
                } @else if free && self.found.may_ask {
                    @if let Some(form) = self.asking(s) { (form) }
                }
            }
        };
        card::card(&title, "", html! {}, body)
    }

    pub fn form(&self, action: &str, body: Markup) -> Markup {
        form::post(&form::Form { action, idempotency: Some(&self.key), ..form::Form::default() }, body)
    }

    /// A form about what is seen: once that has changed, it changes nothing.
    fn about(&self, s: &Subscription, action: &str, body: &Markup) -> Markup {
        self.form(&format!("{}/{}/{action}", self.base, s.id), html! { input type="hidden" name="version" value=(s.version); (body) })
    }

    /// Renew now, alone or so that it ends with another one.
    fn renewing(&self, s: &Subscription, first: bool) -> Markup {
        let lang = self.lang;
        let others = self.found.rows.iter().filter(|o| o.id != s.id && o.ends_at.is_some_and(|end| s.ends_at.is_some_and(|own| end > own)));
        let anew = s.renews_anew;
        let length = &[("n", s.plan.term_months.into())];
        let alone = (ALONE.to_owned(), lang.with(if anew { "plans-renew-term-anew" } else { "plans-renew-term" }, length));
        let with = |o: &Subscription| {
            let end = o.ends_at.map_or_else(String::new, |end| lang.date(end, &self.found.zone));
            (o.id.to_string(), lang.with("plans-renew-with", &[("plan", super::name(lang, &o.plan).into()), ("day", end.into())]))
        };
        let options: Vec<(String, String)> = std::iter::once(alone).chain(others.map(with)).collect();
        let until = Field { id: Some(format!("with-{}", s.id)), ..Field::new("with", lang.t("plans-renew-until"), ALONE).required() };
        self.about(
            s,
            "renew",
            &html! {
                @if options.len() > 1 { (field::select(lang, &until, &options)) }
                @else { p.muted { (lang.with(if anew { "plans-renew-anew" } else { "plans-renew-alone" }, length)) } }
                (submit(&lang.t("plans-renew"), first))
            },
        )
    }

    /// Whether it goes on by itself.
    fn following(&self, s: &Subscription) -> Markup {
        let lang = self.lang;
        let value = s.renew_months.map_or_else(String::new, |n| n.to_string());
        let months = Field {
            id: Some(format!("months-{}", s.id)),
            within: Some((1, 120)),
            ..Field::new("months", lang.t("plans-field-renew-months"), value).hint(lang.t("plans-field-renew-hint"))
        };
        self.about(s, "auto-renew", &html! { (field::input(lang, "number", &months)) (submit(&lang.t("plans-renewal-save"), false)) })
    }

    /// Another plan of its product; none where none is sold.
    fn changing(&self, s: &Subscription) -> Option<Markup> {
        let choice = self.choice(s, &s.plan.code, NOW)?;
        let body = html! { (choice) (submit(&self.lang.t("plans-change"), false)) };
        Some(self.about(s, "plan", &body))
    }

    /// Which plan, and when; none where none of its product is sold.
    pub fn choice(&self, s: &Subscription, plan: &str, when: &str) -> Option<Markup> {
        let lang = self.lang;
        let offers = self.found.plans.iter().filter(|o| o.plan.product == s.plan.product);
        let options: Vec<(String, String)> = offers.map(|o| (o.plan.code.clone(), super::name(lang, &o.plan))).collect();
        if options.is_empty() {
            return None;
        }
        let of = |name: &str| Some(format!("{name}-{}", s.id));
        let plan = Field { id: of("plan"), ..Field::new("plan", lang.t("plans-change-to"), plan).required() };
        let when = Field { id: of("when"), ..Field::new("when", lang.t("plans-change-when"), when).required() };
        let times = [NOW, TERM_END].map(|w| (w.to_owned(), lang.t(&format!("plans-change-{}", w.replace('_', "-")))));
        Some(html! { div.form-row { (field::select(lang, &plan, &options)) (field::select(lang, &when, &times)) } })
    }

    /// Plans of products the customer has no subscription of.
    pub fn more(&self) -> Markup {
        let lang = self.lang;
        let new = self.found.plans.iter().filter(|o| !self.found.rows.iter().any(|s| s.plan.product == o.plan.product));
        let options: Vec<(String, String)> = new.map(|o| (o.plan.code.clone(), super::name(lang, &o.plan))).collect();
        if options.is_empty() {
            return html! {};
        }
        let plan = Field { id: Some("plan-more".into()), ..Field::new("plan", lang.t("plans-plan"), "").required() };
        let body = self.form(&self.base, html! { (field::select(lang, &plan, &options)) (submit(&lang.t("plans-subscribe"), false)) });
        card::card(&lang.t("plans-more"), &lang.t("plans-more-sub"), html! {}, body)
    }

    pub fn events(&self) -> Markup {
        let (lang, zone) = (self.lang, &self.found.zone);
        let one = |e: &Event| timeline::Event {
            icon: "calendar",
            tone: Tone::Info,
            title: lang.with(&format!("plans-event-{}", e.what), &[("plan", e.plan.as_str().into())]),
            detail: e.ends_at.map_or_else(String::new, |end| lang.with("plans-event-until", &[("day", lang.date(end, zone).into())])),
            when: lang.date(e.at, zone),
            exact: e.at.to_string(),
        };
        timeline(&self.found.events.iter().map(one).collect::<Vec<_>>())
    }
}

/// Behind one more press; it works without script.
pub(super) fn fold(title: &str, body: Markup) -> Markup {
    html! { details.fold { summary { (title) } (body) } }
}

pub(super) fn submit(label: &str, first: bool) -> Markup {
    html! { div.form-actions { button class=(if first { "btn primary" } else { "btn" }) type="submit" { (label) } } }
}
