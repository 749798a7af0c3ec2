//! What each customer had and used of seats in a month (4.20), for the MSP's own bills: the highest it held, the highest that was
//! active, both within the month as the partner's zone cuts it, what its share of the orders costs, what it is charged and what is left.

use std::collections::BTreeMap;

use access::{
    Scope,
    permissions::{Read, SeePrices},
};
use command::{Node, Query};
use serde::Serialize;
use store::{Control, CustomerId, Money, PartnerId, Result, Timestamp, View, Zone};

use super::{
    bill::{Bill, Bills, Totals},
    order::{Order, SEAT, priced_orders},
    store as rows,
};
use crate::licensing::month::Month;

/// A customer's seats of a month.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Units {
    /// The line's own id: the same whenever this month of this customer is asked for.
    pub id: String,
    /// The customer.
    pub tenant_id: CustomerId,
    /// Its number.
    pub account_number: String,
    /// Its name; of one that has left, its last one here.
    pub name: String,
    /// True for the partner's own tenant.
    pub internal: bool,
    /// What is counted: `seat`.
    pub sku: &'static str,
    /// The month.
    #[schema(value_type = String)]
    pub period: Month,
    /// Most seats of the pool it held at any instant of the month.
    pub provisioned: i64,
    /// Most members active at any instant of the month, as its region told; of an upgraded trial from its upgrade on.
    pub used: i64,
    /// Seats it held and nobody used: provisioned less used, at least 0.
    pub over_provisioned: i64,
    /// What they cost: provisioned times the price of a seat for this month. For those who may see prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// What it is charged. For those who may see prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill: Option<Bill>,
    /// It is no customer of this partner any more.
    #[serde(skip)]
    #[schema(ignore)]
    pub gone: bool,
}

/// A month of a partner.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MonthUnits {
    /// Which.
    #[schema(value_type = String)]
    pub period: Month,
    /// Its first instant.
    pub starts_at: Timestamp,
    /// Its end, exclusive.
    pub ends_at: Timestamp,
    /// True while it runs: numbers may still rise.
    pub running: bool,
    /// When this was true.
    pub as_of: Timestamp,
    /// A line for every customer that held seats or is charged for any, by name.
    pub data: Vec<Units>,
    /// Their sums. For those who may see prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
}

/// Asks for a month. Who sees only some customers gets those.
#[derive(Debug)]
pub struct UnitsOf {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which month; none: the running one.
    pub period: Option<Month>,
}

impl Query for UnitsOf {
    type Home = Control;
    type Needs = Read;
    /// None for a month that has not begun.
    type Found = Option<MonthUnits>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<MonthUnits>> {
        let (zone, currency) = rows::terms(view, scope)?;
        let running = Month::of(&zone, now);
        let period = self.period.unwrap_or(running);
        if period > running {
            return Ok(None);
        }
        let span = (period.start(&zone), period.end(&zone));
        let priced = scope.also::<SeePrices>();
        let rate = if priced { Rate::of(&priced_orders(view, scope, SEAT)?, span, &zone) } else { None };
        let days = (zone.day(span.0), zone.day(Timestamp(span.1.0 - 1)));
        let mut moves: BTreeMap<CustomerId, Vec<(Timestamp, i64)>> = BTreeMap::new();
        for (customer, at, seats) in rows::moves(view, scope, span.0, span.1)? {
            moves.entry(customer).or_default().push((at, seats));
        }
        let bills = Bills::read(view, scope, period, span, currency, now)?;
        let holders = rows::holders(view, scope, period, span, days)?;
        let mut data: Vec<Units> = holders
            .into_iter()
            .map(|h| {
                let provisioned = highest(h.held, moves.get(&h.customer).map_or(&[], Vec::as_slice), span.0);
                let cost = rate.as_ref().and_then(|rate| rate.cost(provisioned));
                let bill = bills.of(h.customer, [provisioned, h.stood.max(h.peak)], cost.as_ref());
                line(h, period, provisioned, cost, bill)
            })
            .filter(|line| line.provisioned > 0 || line.bill.as_ref().and_then(|bill| bill.chargeable).is_some_and(|units| units > 0))
            .collect();
        if !priced {
            data.iter_mut().for_each(|line| line.bill = None);
        }
        data.sort_by_cached_key(|line| (store::fold(&line.name), line.tenant_id.0));
        let totals = priced.then(|| Totals::of(&data));
        Ok(Some(MonthUnits { period, starts_at: span.0, ends_at: span.1, running: period == running, as_of: now, data, totals }))
    }
}

fn line(h: rows::Holder, period: Month, provisioned: i64, cost: Option<Money>, bill: Bill) -> Units {
    let used = h.stood.max(h.peak);
    Units {
        id: format!("{}:{SEAT}:{period}", h.customer),
        tenant_id: h.customer,
        account_number: h.account_number,
        name: h.name,
        internal: h.internal,
        gone: h.gone,
        sku: SEAT,
        period,
        provisioned,
        used,
        over_provisioned: (provisioned - used).max(0),
        cost,
        bill: Some(bill),
    }
}

/// The highest number held from an instant on: what was held before it counts unless it changed at that very instant.
pub(super) fn highest(held: i64, moves: &[(Timestamp, i64)], start: Timestamp) -> i64 {
    let mut now = held + moves.iter().filter(|(at, _)| *at <= start).map(|(_, seats)| seats).sum::<i64>();
    let mut most = now;
    for (_, seats) in moves.iter().filter(|(at, _)| *at > start) {
        now += seats;
        most = most.max(now);
    }
    most
}

/// What seats cost in a month: the month's share of the orders that were live in it, by the seats they grant.
pub(super) struct Rate {
    /// Millionths of a minor unit, for all of them.
    micros: i128,
    units: i128,
    currency: String,
}

impl Rate {
    /// None without an order of seats in the month, or with orders in two currencies.
    pub(super) fn of(orders: &[Order], (start, end): (Timestamp, Timestamp), zone: &Zone) -> Option<Rate> {
        let mut rate: Option<Rate> = None;
        for order in orders.iter().filter(|o| o.starts_at < end && o.ends_at > start) {
            let price = order.price.as_ref()?;
            let months = Month::of(zone, order.starts_at).through(Month::of(zone, order.ends_at)).count().saturating_sub(1).max(1);
            let all = rate.get_or_insert_with(|| Rate { micros: 0, units: 0, currency: price.currency.clone() });
            if all.currency != price.currency {
                return None;
            }
            all.micros += i128::from(price.minor) * 1_000_000 / i128::try_from(months).unwrap_or(1);
            all.units += i128::from(order.units);
        }
        rate
    }

    /// What so many seats cost, rounded half up.
    pub(super) fn cost(&self, seats: i64) -> Option<Money> {
        let micros = i128::from(seats) * self.micros / self.units.max(1);
        let minor = i64::try_from((micros + 500_000).div_euclid(1_000_000)).ok()?;
        Some(Money { minor, currency: self.currency.clone() })
    }
}
