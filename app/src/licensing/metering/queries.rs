//! The questions of metering: the same numbers for page, API and file.

use std::collections::{BTreeMap, HashMap};

use access::{Scope, permissions::Read};
use command::{Node, Query};
use serde::Serialize;
use store::{Control, CustomerId, PartnerId, Result, Timestamp, View};

use super::{
    close::Calendar,
    rules::{self, State},
    store::{self as rows, Whose},
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
pub struct MonthSum {
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
    /// What was said in this month of months that were final.
    pub adjustments: Vec<Adjustment>,
}

/// A month of a partner with its customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MonthMaa {
    /// The month.
    #[serde(flatten)]
    pub sum: MonthSum,
    /// By customer billed in the month, by name.
    pub by_customer: Vec<ByCustomer>,
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

/// Asks for months of a partner with all its customers. Who sees only some customers sees those and their sums.
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
    /// The months, oldest first; none for a month that has not begun.
    type Found = Option<Vec<MonthMaa>>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<Vec<MonthMaa>>> {
        let calendar = Calendar::of(view, scope)?;
        let running = Month::of(&calendar.zone, now);
        let months = match self.asked {
            Asked::One(month) => [month.unwrap_or(running), month.unwrap_or(running)],
            Asked::Last(months) => [running.plus(1 - months), running],
        };
        if months[1] > running {
            return Ok(None);
        }
        let orders = pools::orders_of(view, scope, MAA)?;
        let mut by = by_customer(view, scope, months, Whose::All)?;
        let maa = if scope.covers_all() { rows::sums(view, scope, months)? } else { added(&by, months) };
        let sums = month_sums(view, scope, &calendar, months, maa, &orders, now)?;
        let with = |sum: MonthSum| MonthMaa { by_customer: by.remove(&sum.period).unwrap_or_default(), sum };
        Ok(Some(sums.into_iter().map(with).collect()))
    }
}

/// The months without their customers, `maa` their totals.
///
/// # Errors
/// The store's.
pub fn month_sums<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    calendar: &Calendar,
    [first, last]: [Month; 2],
    maa: Vec<i64>,
    orders: &[Order],
    now: Timestamp,
) -> Result<Vec<MonthSum>> {
    let whole = scope.covers_all();
    let mut closes = rows::closes(view, scope, first, last)?;
    let mut late = rows::adjustments(view, scope, [first.start(&calendar.zone), last.end(&calendar.zone)])?;
    let mut sums = Vec::with_capacity(maa.len());
    for (period, maa) in first.through(last).zip(maa) {
        let ends_at = period.end(&calendar.zone);
        let state = calendar.state(period, now);
        let level_at = if state == State::Open { now } else { Timestamp(ends_at.0 - 1) };
        let allowance = pools::live_units(orders, level_at);
        let overage = whole.then(|| rules::overage(maa, allowance));
        let sha256 = match closes.remove(&period).filter(|_| whole) {
            // It became final a moment ago, or before anybody was billed here: nobody has kept its hash.
            None if whole && state == State::Final => {
                let lines = if maa == 0 { Vec::new() } else { numbers(view, scope, period)? };
                Some(rules::seal(scope.partner(), period, &lines))
            }
            kept => kept,
        };
        let adjustments: Vec<Adjustment> = late.extract_if(.., |a| a.at < ends_at).collect();
        let (final_at, adjusted) = (calendar.final_at(period), adjustments.iter().map(|a| a.difference).sum());
        sums.push(MonthSum { period, state, ends_at, final_at, sha256, maa, allowance, overage, adjusted, adjustments });
    }
    Ok(sums)
}

/// The totals of the months, of all customers in reach: those that are kept, or added up for who sees only some.
///
/// # Errors
/// The store's.
pub fn totals<P>(view: &mut View<'_, Control>, scope: &Scope<P>, months: [Month; 2]) -> Result<Vec<i64>> {
    if scope.covers_all() { rows::sums(view, scope, months) } else { Ok(added(&by_customer(view, scope, months, Whose::All)?, months)) }
}

fn added(by: &BTreeMap<Month, Vec<ByCustomer>>, [first, last]: [Month; 2]) -> Vec<i64> {
    first.through(last).map(|month| by.get(&month).into_iter().flatten().map(|c| c.maa).sum()).collect()
}

/// The number of each customer in a month.
///
/// # Errors
/// The store's.
pub fn numbers<P>(view: &mut View<'_, Control>, scope: &Scope<P>, month: Month) -> Result<Vec<(CustomerId, i64)>> {
    let by = by_customer(view, scope, [month, month], Whose::All)?;
    Ok(by.into_values().flatten().map(|c| (c.tenant_id, c.maa)).collect())
}

/// What each customer counts in each month in which it is billed here, by name.
///
/// # Errors
/// The store's.
pub fn by_customer<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    [first, last]: [Month; 2],
    whose: Whose<'_>,
) -> Result<BTreeMap<Month, Vec<ByCustomer>>> {
    // In this order: a word that comes in between (a write on PostgreSQL sees it) is then in what was said, and not in neither.
    let mut stretches = rows::stretches(view, scope, [first, last], whose)?;
    let said = rows::said(view, scope, [first, last], whose)?;
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

/// The customers of months as a line each, by name; who is the partner's no more comes last.
#[must_use]
pub fn lines<'a>(months: impl ExactSizeIterator<Item = &'a [ByCustomer]>) -> Vec<Line> {
    let mut lines: HashMap<CustomerId, Line> = HashMap::new();
    let len = months.len();
    for (n, customers) in months.enumerate() {
        for of in customers {
            let none =
                || Line { customer: of.tenant_id, name: of.name.clone(), internal: of.internal, here: of.here, maa: vec![None; len] };
            lines.entry(of.tenant_id).or_insert_with(none).maa[n] = Some(of.maa);
        }
    }
    let mut lines: Vec<Line> = lines.into_values().collect();
    lines.sort_by_cached_key(|l| (!l.here, store::fold(&l.name), l.customer.0));
    lines
}
