//! A customer's subscriptions: what it has, until when, what follows, and what can be done about it.

use access::{Permission, permissions::Purchase};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Command, Fail};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{Control, CustomerId, PartnerId, SubscriptionId, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathIds, PathThree},
    forms::Form,
    parts::{
        Tone, card,
        field::{self, Field},
        form, keyvalue,
        timeline::{self, timeline},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{
        ChangePlan, Event, OfCustomer, PlanRefusal, Renew, SetAutoRenew, Subscription, SubscriptionsOf,
        plan::{PlanKind, SEATS},
        subscribe::Subscribe,
    },
    request::Wish,
};
use crate::{
    app::Shared,
    console::{Visitor, done, form_key, wrong},
    hierarchy::CustomerKind,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;
pub(super) type Three = PathThree<kinds::Partner, kinds::Customer, kinds::Subscription>;

pub(super) async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    draw(&app, &visitor, partner, customer, &Refused::default()).await
}

/// What a refused form is shown again with.
#[derive(Debug, Default)]
pub(super) struct Refused {
    /// Why; empty for nothing.
    pub why: String,
    /// What was typed into the form that asks for another plan, and for which subscription.
    pub wish: Option<(SubscriptionId, Wish)>,
}

impl From<String> for Refused {
    fn from(why: String) -> Refused {
        Refused { why, wish: None }
    }
}

async fn found(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<OfCustomer, Problem> {
    let query = SubscriptionsOf { partner: Some(partner), customer };
    door::look(&app.house, &visitor.caller, customer, Ok(query)).await?.ok_or_else(Problem::not_found)
}

pub(super) async fn draw(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    customer: CustomerId,
    refused: &Refused,
) -> Result<Response, Problem> {
    let why = refused.why.as_str();
    let found = found(app, visitor, partner, customer).await?;
    let (lang, base) = (visitor.lang, format!("/msp/{partner}/customers/{customer}"));
    let frame = Frame {
        context_line: lang.t("plans-customer-context"),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None },
            Action { label: found.name.clone(), href: base.clone(), icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "plans"),
        ..visitor.frame(app, partner, lang.t("plans-customer-title")).await?
    };
    let sheet = Sheet { lang, found: &found, base: format!("{base}/subscriptions"), key: form_key(app), wish: refused.wish.as_ref() };
    let body = html! {
        div.stack {
            @if !why.is_empty() { (card::note(Tone::Bad, html! { (why) })) }
            @if found.kind != CustomerKind::Paid { (card::note(Tone::Info, html! { (lang.t("plans-not-paid")) })) }
            @for (n, s) in found.rows.iter().enumerate() { (sheet.one(s, n == 0)) }
            @if found.may_change && found.kind == CustomerKind::Paid { (sheet.more()) }
            @if !found.events.is_empty() { (card::card(&lang.t("plans-history"), "", html! {}, sheet.events())) }
        }
    };
    let status = if why.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(&frame, body)).into_response())
}

/// What becomes of the people when it ends.
fn at_its_end(s: &Subscription) -> Option<&'static str> {
    s.expires_at()?;
    Some(if s.plan.kind == PlanKind::Trial { "plans-trial-ends" } else { "plans-nobody-leaves" })
}

/// What the form says for a renewal by a term.
const ALONE: &str = "term";
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
    fn one(&self, s: &Subscription, first: bool) -> Markup {
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
        self.form(
            &format!("{}/{}/renew", self.base, s.id),
            html! {
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
        self.form(
            &format!("{}/{}/auto-renew", self.base, s.id),
            html! { (field::input(lang, "number", &months)) (submit(&lang.t("plans-renewal-save"), false)) },
        )
    }

    /// Another plan of its product; none where none is sold.
    fn changing(&self, s: &Subscription) -> Option<Markup> {
        let choice = self.choice(s, &s.plan.code, NOW)?;
        let body = html! { (choice) (submit(&self.lang.t("plans-change"), false)) };
        Some(self.form(&format!("{}/{}/plan", self.base, s.id), body))
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
    fn more(&self) -> Markup {
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

    fn events(&self) -> Markup {
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

/// A form's fields are judged only for somebody who has the right at this customer, below its own partner's path.
async fn may<P: Permission>(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<OfCustomer, Problem> {
    door::probe::<P>(&app.house, &visitor.caller, customer).await?;
    found(app, visitor, partner, customer).await
}

/// The same of a form about one subscription.
pub(super) async fn may_decide<P: Permission>(
    app: &Shared,
    visitor: &Visitor,
    (partner, customer, id): (PartnerId, CustomerId, SubscriptionId),
) -> Result<(), Problem> {
    let found = may::<P>(app, visitor, partner, customer).await?;
    found.rows.into_iter().find(|s| s.id == id).map(drop).ok_or_else(Problem::not_found)
}

/// Does what a form asks for: back to the page, or the page again with the reason.
pub(super) async fn perform<C>(
    app: &Shared,
    visitor: &Visitor,
    (partner, customer): (PartnerId, CustomerId),
    key: &str,
    command: C,
    word: &str,
) -> Result<Response, Problem>
where
    C: Command<Home = Control, Refusal = PlanRefusal>,
{
    match app.house.execute(visitor.caller.call_with(key), command).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}/subscriptions?done={word}"))),
        Err(Fail::Refused(no)) => draw(app, visitor, partner, customer, &wrong::refusal(visitor.lang, "", no).1.into()).await,
        Err(fail) => Err(fail.into()),
    }
}

/// What the forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SubscribeForm {
    plan: String,
    idempotency_key: String,
}

pub(super) async fn subscribe(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<SubscribeForm>,
) -> Result<Response, Problem> {
    may::<Purchase>(&app, &visitor, partner, customer).await?;
    let command = Subscribe { customer, plan: form.plan };
    perform(&app, &visitor, (partner, customer), &form.idempotency_key, command, "subscribed").await
}

/// What the renewal sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RenewForm {
    with: String,
    idempotency_key: String,
}

pub(super) async fn renew(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, customer, subscription): Three,
    Form(form): Form<RenewForm>,
) -> Result<Response, Problem> {
    may_decide::<Purchase>(&app, &visitor, (partner, customer, subscription)).await?;
    let with = match form.with.trim() {
        "" | ALONE => None,
        said => Some(door::id(said)),
    };
    perform(&app, &visitor, (partner, customer), &form.idempotency_key, Renew { customer, subscription, with }, "renewed").await
}

/// What the change sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChangeForm {
    plan: String,
    when: String,
    idempotency_key: String,
}

pub(super) async fn change(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, customer, subscription): Three,
    Form(form): Form<ChangeForm>,
) -> Result<Response, Problem> {
    may_decide::<Purchase>(&app, &visitor, (partner, customer, subscription)).await?;
    let at_term_end = form.when == TERM_END;
    let command = ChangePlan { customer, subscription, plan: form.plan, at_term_end };
    let word = if at_term_end { "planned" } else { "plan" };
    perform(&app, &visitor, (partner, customer), &form.idempotency_key, command, word).await
}

/// What the choice of renewal sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FollowsForm {
    months: String,
    idempotency_key: String,
}

pub(super) async fn auto_renew(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, customer, subscription): Three,
    Form(form): Form<FollowsForm>,
) -> Result<Response, Problem> {
    may_decide::<Purchase>(&app, &visitor, (partner, customer, subscription)).await?;
    let months = match form.months.trim() {
        "" => Some(None),
        said => said.parse::<i64>().ok().filter(|n| (1..=120).contains(n)).map(Some),
    };
    let Some(months) = months else {
        let why = visitor.lang.with("plans-wrong-range", &[("least", "1".into()), ("most", "120".into())]);
        return draw(&app, &visitor, partner, customer, &why.into()).await;
    };
    perform(&app, &visitor, (partner, customer), &form.idempotency_key, SetAutoRenew { customer, subscription, months }, "renewal").await
}
