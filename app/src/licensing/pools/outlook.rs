//! Seats nobody uses, what they cost, how many could go back; and when seats run out.

use std::collections::HashMap;

use access::{
    Scope,
    permissions::{Read, SeePrices},
};
use command::{Node, Query};
use serde::Serialize;
use store::{Control, CustomerId, Money, PartnerId, Result, Timestamp, View};

use super::{
    order::{SEAT, priced_orders},
    rules::{Stretch, turns},
    store as rows,
    trend::{Forecast, LOOKED_AT, Limits, Pending, Verdict, enough},
    units::Rate,
};
use crate::licensing::month::Month;

/// Days whose highest use decides what is idle.
pub const IDLE_DAYS: i64 = 30;

/// Seats of a customer that nobody has used lately.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Idle {
    /// The customer.
    pub tenant_id: CustomerId,
    /// Its number.
    pub account_number: String,
    /// Its name.
    pub name: String,
    /// True for the partner's own tenant.
    pub internal: bool,
    /// Seats it holds.
    pub allocated: i64,
    /// Most members active in the last 30 days.
    pub peak_users: i64,
    /// Seats beyond that.
    pub idle: i64,
    /// Seats that could go back so that about a tenth stays free; seats it got within the 30 days are left to it.
    pub releasable: i64,
    /// What the idle ones cost this month, for those who may see prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
}

/// When a customer's seats run out.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunsOut {
    /// The customer.
    pub tenant_id: CustomerId,
    /// Its name.
    pub name: String,
    /// What its past says.
    #[serde(flatten)]
    pub forecast: Forecast,
}

/// What a partner's seats look like ahead.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Outlook {
    /// Idle seats of all customers in reach.
    pub idle_seats: i64,
    /// What they cost this month, for those who may see prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_cost: Option<Money>,
    /// Customers with idle seats, most first.
    pub idle: Vec<Idle>,
    /// When members of all customers would fill the whole pool, which is smaller from the day on which an order ends; null for somebody who sees only some customers.
    pub pool: Option<Forecast>,
    /// Customers whose seats run out or are used up, soonest first.
    pub customers: Vec<RunsOut>,
    /// Customers of whom too few days are known.
    pub not_enough_history: usize,
    /// When this was true.
    pub as_of: Timestamp,
}

/// Asks for it.
#[derive(Debug)]
pub struct OutlookOf {
    /// Of which partner.
    pub partner: PartnerId,
}

impl Query for OutlookOf {
    type Home = Control;
    type Needs = Read;
    type Found = Outlook;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Outlook> {
        let (zone, _) = rows::terms(view, scope)?;
        let today = zone.day(now);
        let month = Month::of(&zone, now);
        let span = (month.start(&zone), month.end(&zone));
        let rate = if scope.also::<SeePrices>() { Rate::of(&priced_orders(view, scope, SEAT)?, span, &zone) } else { None };
        let since = now.plus_days(-IDLE_DAYS);
        let got = lately(&rows::moves(view, scope, since, Timestamp(now.0.saturating_add(1)))?);
        let holders = rows::holding(view, scope, today - IDLE_DAYS + 1)?;
        let mut idle: Vec<Idle> = holders.iter().filter_map(|h| idle_of(h, &got, rate.as_ref())).collect();
        idle.sort_by(|a, b| (b.idle, store::fold(&a.name), a.tenant_id.0).cmp(&(a.idle, store::fold(&b.name), b.tenant_id.0)));
        let idle_seats = idle.iter().map(|i| i.idle).sum();

        let days = Days::read(view, scope, &holders, today)?;
        let mut customers: Vec<RunsOut> = Vec::new();
        let mut not_enough_history = 0;
        for h in holders.iter().filter(|h| h.seats > 0) {
            let forecast = Forecast::of(&days.of(h.customer), h.seats, h.pending);
            match forecast.verdict {
                Verdict::RunsOut | Verdict::UsedUp => customers.push(RunsOut { tenant_id: h.customer, name: h.name.clone(), forecast }),
                Verdict::NotEnoughHistory => not_enough_history += 1,
                Verdict::Lasts => {}
            }
        }
        customers.sort_by_cached_key(|c| (c.forecast.likely_days.unwrap_or(0), store::fold(&c.name), c.tenant_id.0));
        let mut pool = None;
        if scope.covers_all() {
            let pending = Pending::sum(holders.iter().map(|h| h.pending));
            let limits = Limits { now: rows::pool(view, scope, now)?.capacity, later: later(&rows::seats_ahead(view, scope, now)?, now) };
            pool = Some(Forecast::within(&days.all(), &limits, pending));
        }
        let idle_cost = rate.as_ref().and_then(|rate| rate.cost(idle_seats));
        Ok(Outlook { idle_seats, idle_cost, idle, pool, customers, not_enough_history, as_of: now })
    }
}

/// How many seats orders grant from later instants on.
fn later(orders: &[Stretch], now: Timestamp) -> Vec<(f64, i64)> {
    #[expect(clippy::cast_precision_loss, reason = "a term of at most ten years")]
    let days = |at: Timestamp| (at.0 - now.0) as f64 / Timestamp::DAY as f64;
    turns(orders, now).into_iter().map(|(at, units)| (days(at), units)).collect()
}

/// By customer, how many seats fewer than now it held at the least: those it got since are no waste yet.
fn lately(moves: &[(CustomerId, Timestamp, i64)]) -> HashMap<CustomerId, i64> {
    let mut got: HashMap<CustomerId, (i64, i64)> = HashMap::new();
    // Backwards from now: what was held before each move.
    for (customer, _, seats) in moves.iter().rev() {
        let (since, most) = got.entry(*customer).or_default();
        *since += seats;
        *most = (*most).max(*since);
    }
    got.into_iter().map(|(customer, (_, most))| (customer, most)).collect()
}

fn idle_of(h: &rows::Holding, got: &HashMap<CustomerId, i64>, rate: Option<&Rate>) -> Option<Idle> {
    let peak_users = h.peak.max(h.stood).max(h.active_users);
    let idle = h.seats - peak_users;
    let settled = h.seats - got.get(&h.customer).copied().unwrap_or(0);
    (idle > 0).then(|| Idle {
        tenant_id: h.customer,
        account_number: h.account_number.clone(),
        name: h.name.clone(),
        internal: h.internal,
        allocated: h.seats,
        peak_users,
        idle,
        releasable: (settled.min(h.seats) - enough(peak_users)).max(0),
        cost: rate.and_then(|rate| rate.cost(idle)),
    })
}

/// Active members day by day, each day with what was last known.
struct Days {
    first: i64,
    today: i64,
    known: HashMap<CustomerId, Known>,
}

/// What is known of one customer.
#[derive(Default)]
struct Known {
    /// Before the first day.
    before: Option<i64>,
    /// The days on which it was told, with the day's last value.
    told: Vec<(i64, i64)>,
    /// Now.
    active: i64,
}

impl Days {
    fn read(view: &mut View<'_, Control>, scope: &Scope<Read>, holders: &[rows::Holding], today: i64) -> Result<Days> {
        let first = today - LOOKED_AT + 1;
        let known = holders.iter().map(|h| (h.customer, Known { active: h.active_users, ..Known::default() }));
        let mut known: HashMap<CustomerId, Known> = known.collect();
        for (customer, active) in rows::known_before(view, scope, first)? {
            if let Some(of) = known.get_mut(&customer) {
                of.before = active;
            }
        }
        for (customer, day, active) in rows::usage_since(view, scope, first)? {
            if let Some(of) = known.get_mut(&customer) {
                of.told.push((day, active));
            }
        }
        Ok(Days { first, today, known })
    }

    /// A customer's days, from the first of which anything is known; today is what it has now.
    fn of(&self, customer: CustomerId) -> Vec<i64> {
        self.line(customer).into_iter().flatten().collect()
    }

    fn line(&self, customer: CustomerId) -> Vec<Option<i64>> {
        let Some(known) = self.known.get(&customer) else { return Vec::new() };
        let (mut last, mut told) = (known.before, known.told.iter().peekable());
        let mut line: Vec<Option<i64>> = (self.first..=self.today)
            .map(|day| {
                while let Some((_, active)) = told.next_if(|(at, _)| *at <= day) {
                    last = Some(*active);
                }
                last
            })
            .collect();
        if let Some(today) = line.last_mut().filter(|known| known.is_some()) {
            *today = Some(known.active);
        }
        line
    }

    /// The sum over all, from the first day of which anything is known of anybody.
    fn all(&self) -> Vec<i64> {
        let mut sums: Vec<Option<i64>> = Vec::new();
        for customer in self.known.keys() {
            let line = self.line(*customer);
            sums.resize(line.len().max(sums.len()), None);
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum = match (*sum, value) {
                    (Some(a), Some(b)) => Some(a + b),
                    (known, None) | (None, known) => known,
                };
            }
        }
        sums.into_iter().flatten().collect()
    }
}
