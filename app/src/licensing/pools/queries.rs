//! The pool's questions: summary and lines, the same numbers for page, API, export.

use access::{
    Scope,
    permissions::{Purchase, Read, SeePool, SeePrices},
};
use command::{Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId, Result, Timestamp, Uuid, View, Zone};

use super::{
    order::Order,
    rules::{UsageStatus, percent1, usage_status},
    store as rows,
};
use crate::licensing::subscriptions::{self, Overage};

/// The pool in numbers (2.27, 2.34).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Summary {
    /// What the live orders grant.
    pub total: i64,
    /// Seats of paid customers and the internal tenant.
    pub allocated: i64,
    /// Members active on them.
    pub active_users: i64,
    /// Seats that drafts have put by.
    pub claimed: i64,
    /// Seats left; 0 when over-allocated.
    pub available: i64,
    /// Seats allocated beyond the pool (it shrank).
    pub over_allocated: i64,
    /// Share of the pool that is allocated.
    pub allocated_percent: Option<f64>,
    /// Share of the allocated seats that is active.
    pub active_percent: Option<f64>,
    /// When the pool next shrinks; none while nothing that was ordered ends.
    pub next_end: Option<NextEnd>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// The end of orders that comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NextEnd {
    /// The first instant without them.
    pub at: Timestamp,
    /// Seats that leave the pool then.
    pub units: i64,
    /// Seats allocated now, and put by beyond that instant, that the pool will then not hold: to be ordered or released before.
    pub short: i64,
}

/// Asks for the summary of a partner's pool. Who sees only some customers sees the sums of those, within the pool's total.
#[derive(Debug)]
pub struct SummaryOf {
    /// Whose pool.
    pub partner: PartnerId,
}

impl Query for SummaryOf {
    type Home = Control;
    type Needs = Read;
    type Found = Summary;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Summary> {
        summary(view, scope, now)
    }
}

/// The summary, for pages that show it beside other things.
///
/// # Errors
/// The store's.
pub fn summary<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<Summary> {
    let rows::Pool { capacity: total, mut allocated, claimed, mut active_users } = rows::pool(view, scope, now)?;
    let left = total - allocated;
    if !scope.covers_all() {
        (allocated, active_users) = rows::reach_sums(view, scope)?;
    }
    Ok(Summary {
        total,
        allocated,
        active_users,
        claimed,
        available: (left - claimed).max(0),
        over_allocated: (-left).max(0),
        allocated_percent: percent1(allocated, total),
        active_percent: percent1(active_users, allocated),
        next_end: next_end(view, scope, now)?,
        as_of: now,
    })
}

fn next_end<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<Option<NextEnd>> {
    let Some(at) = rows::next_end(view, scope, now)? else { return Ok(None) };
    let (before, after) = (rows::pool(view, scope, now)?, rows::pool(view, scope, at)?);
    let short = (after.allocated + after.claimed - after.capacity).max(0);
    Ok(Some(NextEnd { at, units: before.capacity - after.capacity, short }))
}

/// One customer's seats (2.30).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Row {
    /// The customer.
    pub tenant_id: CustomerId,
    /// Its name.
    pub name: String,
    /// Its account number.
    pub account_number: String,
    /// What it bought.
    pub tier: String,
    /// True for the partner's own tenant.
    pub internal: bool,
    /// Seats it holds.
    pub allocated: i64,
    /// Members active.
    pub active_users: i64,
    /// Share in percent; null without seats.
    pub utilization: Option<f64>,
    /// How they are used.
    pub status: UsageStatus,
    /// When the region last said so.
    pub as_of: Option<Timestamp>,
}

/// Asks for the lines of a partner's pool, largest first.
#[derive(Debug)]
pub struct ByTenant {
    /// Whose pool.
    pub partner: PartnerId,
    /// Where the page begins: seats and id of the last row seen.
    pub after: Option<(i64, Uuid)>,
    /// Rows to skip after that (pages by number).
    pub offset: i64,
    /// Rows wanted.
    pub limit: i64,
}

impl Query for ByTenant {
    type Home = Control;
    type Needs = Read;
    /// The rows and how many there are in all.
    type Found = (Vec<Row>, i64);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<(Vec<Row>, i64)> {
        let near = rows::near_percent(view, scope)?;
        let total = rows::count(view, scope)?;
        let lines = rows::lines(view, scope, self.after, self.offset, self.limit)?;
        let row = |l: rows::Line| Row {
            tenant_id: l.customer,
            utilization: percent1(l.active_users, l.allocated),
            status: usage_status(l.active_users, l.allocated, l.sync_failed, near),
            name: l.name,
            account_number: l.account_number,
            tier: l.tier,
            internal: l.kind == "internal",
            allocated: l.allocated,
            active_users: l.active_users,
            as_of: l.as_of,
        };
        Ok((lines.into_iter().map(row).collect(), total))
    }
}

/// Asks where a partner cuts its days: what ends, ends on a day of its own.
#[derive(Debug)]
pub struct ZoneOf {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for ZoneOf {
    type Home = Control;
    type Needs = Read;
    type Found = Zone;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Zone> {
        rows::terms(view, scope).map(|(zone, _)| zone)
    }
}

/// Asks for a partner's orders, newest first.
#[derive(Debug)]
pub struct Orders {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for Orders {
    type Home = Control;
    type Needs = Read;
    /// The orders, and whether this person may order.
    type Found = (Vec<Order>, bool);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<(Vec<Order>, bool)> {
        let mut orders = rows::orders(view, scope)?;
        if !scope.also::<SeePrices>() {
            orders.iter_mut().for_each(|o| o.price = None);
        }
        Ok((orders, scope.also::<Purchase>()))
    }
}

/// One customer's seats beside what the pool has left.
#[derive(Debug, Clone)]
pub struct Seats {
    /// Its name.
    pub name: String,
    /// False where they lie outside the pool: a trial's are neither given nor taken back.
    pub pooled: bool,
    /// Seats it holds.
    pub allocated: i64,
    /// Members active.
    pub active_users: i64,
    /// Seats left in the pool; none for the customer's own administrator.
    pub available: Option<i64>,
    /// Those who are active beyond its seats.
    pub overage: Option<Overage>,
    /// The zone in which its partner cuts days.
    pub zone: Zone,
}

/// Asks for one customer's seats.
#[derive(Debug)]
pub struct SeatsOf {
    /// Of which partner: a customer of another is none.
    pub partner: PartnerId,
    /// Whose.
    pub customer: CustomerId,
}

impl Query for SeatsOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Seats>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<Seats>> {
        if scope.partner() != self.partner {
            return Ok(None);
        }
        let available = scope.also::<SeePool>().then(|| rows::available(view, scope, now)).transpose()?.map(|n| n.max(0));
        let Some((name, pooled, allocated, active_users)) = rows::seats_of(view, scope, self.customer)? else { return Ok(None) };
        let overage = subscriptions::beyond(view, self.partner, self.customer, now)?.overage;
        let (zone, _) = rows::terms(view, scope)?;
        Ok(Some(Seats { name, pooled, allocated, active_users, available, overage, zone }))
    }
}

/// Asks which customer of a partner's pool is called so: by its account number, or by its name where only one has it.
#[derive(Debug)]
pub struct Called {
    /// Of which partner.
    pub partner: PartnerId,
    /// Name or number, as typed.
    pub text: String,
}

impl Query for Called {
    type Home = Control;
    type Needs = Read;
    /// None when nobody is, or several are.
    type Found = Option<CustomerId>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Option<CustomerId>> {
        Ok(match rows::called(view, scope, &self.text)?.as_slice() {
            [one] => Some(*one),
            _ => None,
        })
    }
}
