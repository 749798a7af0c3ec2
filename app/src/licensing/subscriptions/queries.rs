//! The questions about plans and subscriptions, the same for page, API and export.

use access::{
    Scope,
    permissions::{Allocate, Purchase, Read, SeePrices},
};
use command::{Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId, Result, SubscriptionId, Timestamp, View, Zone};

use super::beyond::Overage;
use super::{
    plan::{Offer, Plan, SEATS},
    plan_request::{Asked, PlanRequest, Sight},
    store as rows,
    terms::{Booked, TermStatus, stage},
};
use crate::hierarchy::{CustomerKind, Lifecycle};

/// Requests for another plan of which a customer's page says what became of them.
const ANSWERED: i64 = 20;

/// A subscription with its customer, as booked.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose.
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    /// The customer's account number.
    pub account_number: String,
    /// The customer's primary domain.
    pub domain: Option<String>,
    /// How the customer is paid for.
    pub kind: CustomerKind,
    /// Where the customer is in its life.
    pub lifecycle: Lifecycle,
    /// Seats the customer holds.
    pub allocated: i64,
    /// Members active on them.
    pub active_users: i64,
    /// Since when more are active than its region holds seats; none while they fit.
    pub exceeded_at: Option<Timestamp>,
    /// When it began.
    pub opened_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
    /// The term booked last.
    pub booked: Booked,
    /// The other plan that somebody asked for and nobody has decided.
    pub asked: Option<Asked>,
}

/// A subscription as it stands at an instant.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = CustomerSubscription)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose.
    pub tenant_id: CustomerId,
    /// The customer's name.
    pub name: String,
    /// The customer's account number.
    pub account_number: String,
    /// The customer's primary domain.
    pub domain: Option<String>,
    /// What was sold.
    pub plan: Plan,
    /// Where it stands in its term.
    pub status: TermStatus,
    /// Of the seats: more members are active than the customer holds.
    pub exceeded: bool,
    /// Of the seats: how many members are active beyond them, since when, and until when more may be; null while they fit.
    pub overage: Option<Overage>,
    /// From when the term runs.
    pub starts_at: Timestamp,
    /// Until when, exclusive; null for what has no end.
    pub ends_at: Option<Timestamp>,
    /// True when another term follows by itself: then it does not expire.
    pub goes_on: bool,
    /// Calendar months by which it renews itself; null: it does not.
    pub renew_months: Option<i64>,
    /// The plan that follows at the end of the term, where another one shall.
    pub next_plan: Option<Plan>,
    /// When its days of grace are over, where its plan grants some.
    pub grace_ends_at: Option<Timestamp>,
    /// Another plan that somebody asked for: until that is decided nobody changes or renews it. Null when none waits.
    pub request: Option<PlanRequest>,
    /// When it began.
    pub opened_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
    /// A renewal now begins a new term and does not go on from its end.
    #[serde(skip)]
    #[schema(ignore)]
    pub renews_anew: bool,
}

impl Held {
    /// As it stands at an instant, given what is sold then, for somebody who may be told so much.
    #[must_use]
    pub fn shown(&self, now: Timestamp, zone: &Zone, sold: &[Offer], sight: Sight) -> Subscription {
        let request = self.asked.as_ref().map(|asked| asked.told(sold, now, sight));
        Subscription { request, ..self.at(now, zone, sight.prices) }
    }

    /// As it stands at an instant, with prices for those who may see them; without what is asked for it, of which whoever decides about
    /// it has left nothing.
    #[must_use]
    pub fn at(&self, now: Timestamp, zone: &Zone, priced: bool) -> Subscription {
        let term = self.booked.at(now, zone);
        let status = if self.lifecycle == Lifecycle::Disabled { TermStatus::Suspended } else { term.status(now, zone) };
        let shown = |plan: &Plan| Plan { price: plan.price.clone().filter(|_| priced), ..plan.clone() };
        let ends = term.ends_at < Timestamp::FOREVER;
        Subscription {
            id: self.id,
            tenant_id: self.customer,
            name: self.name.clone(),
            account_number: self.account_number.clone(),
            domain: self.domain.clone(),
            plan: shown(&term.plan),
            status,
            exceeded: term.plan.product == SEATS && self.active_users > self.allocated,
            overage: self.overage(now, zone),
            starts_at: term.starts_at,
            ends_at: ends.then_some(term.ends_at),
            goes_on: term.goes_on(zone),
            renew_months: term.renew_months,
            next_plan: term.next.as_ref().map(|next| shown(&next.plan)),
            grace_ends_at: (ends && term.plan.grace_days > 0).then(|| term.grace_ends_at()),
            request: None,
            opened_at: self.opened_at,
            version: self.version,
            renews_anew: term.begins_anew(now, zone),
        }
    }
}

impl Subscription {
    /// When it expires: no term follows by itself.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.ends_at.filter(|_| !self.goes_on)
    }
}

/// A partner's subscriptions with what a page needs beside them.
#[derive(Debug)]
pub struct All {
    /// The subscriptions, by customer's name.
    pub rows: Vec<Subscription>,
    /// The zone in which the partner cuts days.
    pub zone: Zone,
    /// When this was true.
    pub now: Timestamp,
}

impl All {
    /// What a scope sees of its partner's, as it stands at an instant and as booked.
    pub(super) fn read(view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<(All, Vec<Held>)> {
        let (zone, sight) = (rows::zone(view, scope.partner())?, Sight::of(scope));
        let held = rows::of_partner(view, scope)?;
        // What is sold is asked only where something waits.
        let waits = held.iter().any(|h| h.asked.is_some());
        let sold = if waits { rows::offers(view, scope.partner())? } else { Vec::new() };
        Ok((All { rows: held.iter().map(|h| h.shown(now, &zone, &sold, sight)).collect(), zone, now }, held))
    }
}

/// Asks for the subscriptions of all customers that somebody sees; removed ones have none.
#[derive(Debug)]
pub struct Subscriptions {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for Subscriptions {
    type Home = Control;
    type Needs = Read;
    type Found = All;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<All> {
        All::read(view, scope, now).map(|(all, _)| all)
    }
}

/// One customer's subscriptions with what its page needs beside them.
#[derive(Debug)]
pub struct OfCustomer {
    /// Its name.
    pub name: String,
    /// The subscriptions, that of its seats first.
    pub rows: Vec<Subscription>,
    /// The plans it can be put on now, by name.
    pub plans: Vec<Offer>,
    /// How it is paid for.
    pub kind: CustomerKind,
    /// What happened, newest first.
    pub events: Vec<Event>,
    /// What became of the last requests for another plan.
    pub answered: Vec<PlanRequest>,
    /// The zone in which its partner cuts days.
    pub zone: Zone,
    /// True when this person may change them.
    pub may_change: bool,
    /// True when this person may ask for another plan, and take that back.
    pub may_ask: bool,
}

/// Something that happened to a subscription.
#[derive(Debug, Clone)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What: `begun`, `renewed`, `changed`, `planned`, `renewal`, `upgraded`, `aligned`, `arrived`.
    pub what: String,
    /// The plan's code.
    pub plan: String,
    /// Until when the term then ran.
    pub ends_at: Option<Timestamp>,
}

/// Asks for one customer's subscriptions.
#[derive(Debug)]
pub struct SubscriptionsOf {
    /// Its partner, where the address says one: a customer of another is none.
    pub partner: Option<PartnerId>,
    /// Whose.
    pub customer: CustomerId,
}

impl Query for SubscriptionsOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<OfCustomer>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<OfCustomer>> {
        let partner = scope.partner();
        if self.partner.is_some_and(|asked| asked != partner) || scope.customer() != Some(self.customer) {
            return Ok(None);
        }
        let Some(customer) = crate::hierarchy::customers::find(view, scope, self.customer)? else { return Ok(None) };
        let (zone, sight) = (rows::zone(view, partner)?, Sight::of(scope));
        let answered = rows::decided_requests(view, scope, self.customer, ANSWERED)?;
        let answered = answered.iter().map(|asked| asked.told(&[], now, sight)).collect();
        let (rows_of, sold) = (rows::of_customer(view, partner, self.customer)?, rows::offers(view, partner)?);
        Ok(Some(OfCustomer {
            name: customer.name,
            rows: rows_of.iter().map(|h| h.shown(now, &zone, &sold, sight)).collect(),
            plans: priced_offers(sold, sight.prices).into_iter().filter(|o| o.is_sold(now)).collect(),
            kind: customer.kind,
            events: rows::events(view, partner, self.customer)?,
            answered,
            zone,
            may_change: scope.also::<Purchase>(),
            may_ask: scope.also::<Allocate>(),
        }))
    }
}

fn priced_offers(mut all: Vec<Offer>, priced: bool) -> Vec<Offer> {
    all.iter_mut().filter(|_| !priced).for_each(|o| o.plan.price = None);
    all
}

/// A partner's catalogue, with what a page needs beside it.
#[derive(Debug)]
pub struct Catalogue {
    /// The newest version of each plan, by name.
    pub plans: Vec<Offer>,
    /// Customers by plan, as `(code, how many)`.
    pub customers: Vec<(String, i64)>,
    /// The partner's currency.
    pub currency: String,
    /// The zone in which the partner cuts days.
    pub zone: Zone,
}

/// Asks for a partner's plans.
#[derive(Debug)]
pub struct Plans {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for Plans {
    type Home = Control;
    type Needs = Read;
    type Found = Catalogue;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Catalogue> {
        let zone = rows::zone(view, self.partner)?;
        let mut customers: Vec<(String, i64)> = Vec::new();
        for held in rows::of_partner(view, scope)? {
            let term = held.booked.at(now, &zone);
            // Sold elsewhere before a move: in no catalogue here.
            match customers.iter_mut().find(|(code, _)| *code == term.code) {
                _ if term.code.is_empty() => {}
                Some((_, n)) => *n += 1,
                None => customers.push((term.code, 1)),
            }
        }
        Ok(Catalogue {
            plans: priced_offers(rows::offers(view, self.partner)?, scope.also::<SeePrices>()),
            customers,
            currency: rows::currency(view, self.partner)?,
            zone,
        })
    }
}

/// Asks for one plan of a partner: its versions, newest first. Only the newest may be assigned.
#[derive(Debug)]
pub struct PlanOf {
    /// Whose.
    pub partner: PartnerId,
    /// Its code.
    pub code: String,
}

impl Query for PlanOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Vec<Offer>>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Option<Vec<Offer>>> {
        let versions = priced_offers(rows::versions(view, self.partner, &self.code)?, scope.also::<SeePrices>());
        Ok((!versions.is_empty()).then_some(versions))
    }
}

/// What ends of a customer's paid licences, for the rooms that tell people. One that has lapsed stays with its customer for ever, so
/// it is kept apart from what is still to end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endings {
    /// Of those that run, the one that ends first, once it is near its end.
    pub next: Option<Ending>,
    /// Of those that are over, the one with the newest news: that it ended, or that its days of grace did.
    pub last: Option<Ending>,
}

/// A licence that is near its end, or over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// When it ends or ended.
    pub ends_at: Timestamp,
    /// The day of that, in the partner's zone, as YYYY-MM-DD.
    pub day: String,
    /// The plan's name.
    pub plan: String,
    /// The stage of notice in days before the end; none once it has ended.
    pub stage: Option<i64>,
    /// Since when it is so near, or over.
    pub since: Timestamp,
    /// Its days of grace are over too.
    pub expired: bool,
}

/// The paid licences of a customer that are near their end, or over it.
///
/// # Errors
/// The store's.
pub fn endings(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId, now: Timestamp) -> Result<Endings> {
    let held = rows::of_customer(view, partner, customer)?;
    if held.iter().all(|h| h.kind != CustomerKind::Paid) {
        return Ok(Endings::default());
    }
    let zone = rows::zone(view, partner)?;
    let found = held.iter().filter_map(|h| near(&h.booked.at(now, &zone), now, &zone));
    let (running, over): (Vec<Ending>, Vec<Ending>) = found.partition(|e| e.stage.is_some());
    Ok(Endings { next: running.into_iter().min_by_key(|e| e.ends_at), last: over.into_iter().max_by_key(|e| e.since) })
}

fn near(term: &Booked, now: Timestamp, zone: &Zone) -> Option<Ending> {
    if term.goes_on(zone) {
        return None;
    }
    let over = now >= term.ends_at;
    let expired = now >= term.grace_ends_at() && over;
    let (stage, since) = match stage(term, now, zone) {
        _ if expired => (None, term.grace_ends_at()),
        _ if over => (None, term.ends_at),
        found => found.map(|(days, at)| (Some(days), at))?,
    };
    Some(Ending { ends_at: term.ends_at, day: zone.date(term.ends_at).to_string(), plan: term.plan.name.clone(), stage, since, expired })
}
