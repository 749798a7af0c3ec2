//! The questions of metering: the same numbers for page, API and file.

use std::collections::{BTreeMap, HashMap};

use access::{
    Scope,
    permissions::{Purchase, Read},
};
use command::Query;
use serde::Serialize;
use store::{Control, CustomerId, PartnerId, Result, Timestamp, Uuid, View, Zone};

use super::{
    close::Calendar,
    rules::{self, State},
    store as rows,
};
use crate::licensing::{
    month::Month,
    pools::{self, MAA, Order},
};

/// One customer's accounts of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ByCustomer {
    /// The customer.
    pub tenant_id: CustomerId,
    /// Its name; of one that has left, its last one here.
    pub name: String,
    /// True for the partner's own tenant.
    pub internal: bool,
    /// Whether it is still the partner's.
    #[serde(skip)]
    pub here: bool,
    /// Different members active in the month.
    pub maa: i64,
}

/// A month of a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MonthMaa {
    /// Which month.
    #[schema(value_type = String)]
    pub period: Month,
    /// How settled it is.
    pub state: State,
    /// When it ends, exclusive.
    pub ends_at: Timestamp,
    /// From when on its number stands.
    pub final_at: Timestamp,
    /// SHA-256 over the numbers of a final month, by customer; null before, and for somebody who sees only some customers.
    pub sha256: Option<String>,
    /// Monthly active accounts: the sum of the customers'.
    pub maa: i64,
    /// How many cost no more: the level at the month's last instant, of the running month now.
    pub allowance: i64,
    /// What lies beyond; null for somebody who sees only some customers.
    pub overage: Option<i64>,
    /// The sum of the adjustments that came in this month.
    pub adjusted: i64,
    /// By customer billed in the month, by name.
    pub by_customer: Vec<ByCustomer>,
    /// What was said in this month of months that were final.
    pub adjustments: Vec<Adjustment>,
}

/// Why a final month would have another number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Activity of it came after it was final.
    Activity,
    /// Its region could not tell what it had counted before that.
    Late,
}

impl Why {
    /// Of the stored word.
    #[must_use]
    pub fn of(word: &str) -> Why {
        if word == "activity" { Why::Activity } else { Why::Late }
    }

    /// The word in API and catalogue.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Why::Activity => "activity",
            Why::Late => "late",
        }
    }
}

/// What was said of a month after it was final. Its number stays; the difference belongs to the report of the month it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Adjustment {
    /// The month it is of.
    #[schema(value_type = String)]
    pub period: Month,
    /// The customer.
    pub tenant_id: CustomerId,
    /// Its name; of one that has left, its last one here.
    pub name: String,
    /// By how many accounts its number would differ.
    pub difference: i64,
    /// Accounts of the month as is known since.
    pub now: i64,
    /// Why.
    pub why: Why,
    /// When it was said.
    pub at: Timestamp,
}

/// Which months are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// One; none: the running one.
    One(Option<Month>),
    /// So many, the running one last.
    Last(i64),
}

/// What was metered.
#[derive(Debug, Clone)]
pub struct Metered {
    /// The months, oldest first.
    pub months: Vec<MonthMaa>,
    /// Orders of allowance, newest first.
    pub orders: Vec<Order>,
    /// Where the partner cuts days and months.
    pub zone: Zone,
    /// Whether this person may order more.
    pub may_order: bool,
}

/// Asks for months of a partner. Who sees only some customers sees those and their sums.
#[derive(Debug)]
pub struct MaaOf {
    /// Whose.
    pub partner: PartnerId,
    /// Which months.
    pub asked: Asked,
}

impl Query for MaaOf {
    type Home = Control;
    type Needs = Read;
    /// None for a month that has not begun.
    type Found = Option<Metered>;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<Metered>> {
        let calendar = Calendar::of(view, scope)?;
        let running = Month::of(&calendar.zone, now);
        let (first, last) = match self.asked {
            Asked::One(month) => (month.unwrap_or(running), month.unwrap_or(running)),
            Asked::Last(months) => (running.plus(1 - months), running),
        };
        if last > running {
            return Ok(None);
        }
        let orders = pools::orders_of(view, scope, MAA)?;
        let mut by = by_customer(view, scope, first, last)?;
        let mut closes = rows::closes(view, scope, first, last)?;
        let mut late = rows::adjustments(view, scope, [first.start(&calendar.zone), last.end(&calendar.zone)])?;
        let months = first.through(last).map(|period| {
            let by_customer = by.remove(&period).unwrap_or_default();
            let ends_at = period.end(&calendar.zone);
            let (state, maa) = (calendar.state(period, now), by_customer.iter().map(|c| c.maa).sum());
            let level_at = if state == State::Open { now } else { Timestamp(ends_at.0 - 1) };
            let allowance = pools::live_units(&orders, level_at);
            let overage = scope.covers_all().then(|| rules::overage(maa, allowance));
            let whole = state == State::Final && scope.covers_all();
            let sha256 = whole.then(|| closes.remove(&period).unwrap_or_else(|| rules::seal(self.partner, period, &sealed(&by_customer))));
            let adjustments: Vec<Adjustment> = late.extract_if(.., |a| a.at < ends_at).collect();
            let (final_at, adjusted) = (calendar.final_at(period), adjustments.iter().map(|a| a.difference).sum());
            MonthMaa { period, state, ends_at, final_at, sha256, maa, allowance, overage, adjusted, by_customer, adjustments }
        });
        let months = months.collect();
        Ok(Some(Metered { months, orders, zone: calendar.zone, may_order: scope.also::<Purchase>() }))
    }
}

fn sealed(lines: &[ByCustomer]) -> Vec<(CustomerId, i64)> {
    lines.iter().map(|c| (c.tenant_id, c.maa)).collect()
}

/// The number of each customer in a month.
///
/// # Errors
/// The store's.
pub fn numbers<P>(view: &mut View<'_, Control>, scope: &Scope<P>, month: Month) -> Result<Vec<(CustomerId, i64)>> {
    Ok(sealed(&by_customer(view, scope, month, month)?.remove(&month).unwrap_or_default()))
}

fn by_customer<P>(view: &mut View<'_, Control>, scope: &Scope<P>, first: Month, last: Month) -> Result<BTreeMap<Month, Vec<ByCustomer>>> {
    let said = rows::said(view, scope, first, last)?;
    let mut stretches = rows::stretches(view, scope, first, last)?;
    stretches.sort_by_cached_key(|s| (store::fold(&s.name), s.customer.0));
    let mut by: BTreeMap<Month, Vec<ByCustomer>> = BTreeMap::new();
    for s in stretches {
        let said = said.get(&s.customer).map_or(&[][..], Vec::as_slice);
        let (from, to) = (first.max(s.since), s.until.map_or(last, |until| last.min(until)));
        for (month, maa) in rules::by_month(from, to, s.active, said).into_iter().filter(|(_, maa)| *maa > 0 || !s.gone) {
            by.entry(month).or_default().push(ByCustomer {
                tenant_id: s.customer,
                name: s.name.clone(),
                internal: s.internal,
                here: s.here,
                maa,
            });
        }
    }
    Ok(by)
}

/// A customer's line in table and file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The customer.
    pub customer: CustomerId,
    /// Its name.
    pub name: String,
    /// True for the partner's own tenant.
    pub internal: bool,
    /// Whether it is still the partner's.
    pub here: bool,
    /// Its accounts by month; none where it was not billed here.
    pub maa: Vec<Option<i64>>,
}

/// Months as a line a customer, by name.
#[must_use]
pub fn lines(months: &[MonthMaa]) -> Vec<Line> {
    let mut lines: HashMap<CustomerId, Line> = HashMap::new();
    for (n, month) in months.iter().enumerate() {
        for of in &month.by_customer {
            let none = || Line {
                customer: of.tenant_id,
                name: of.name.clone(),
                internal: of.internal,
                here: of.here,
                maa: vec![None; months.len()],
            };
            lines.entry(of.tenant_id).or_insert_with(none).maa[n] = Some(of.maa);
        }
    }
    let mut lines: Vec<Line> = lines.into_values().collect();
    lines.sort_by_cached_key(|l| (store::fold(&l.name), l.customer.0));
    lines
}
