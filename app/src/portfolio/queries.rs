//! The dashboard's numbers and the customer list: one query each, for page, API, export and bulk actions.

use access::{
    Scope,
    permissions::{Export, Read},
};
use command::{Node, Query};
use store::{Control, CustomerId, GroupId, PartnerId, Result, Timestamp, View};

use super::{
    filter::{After, Filter, STATUSES, Sort},
    history,
    row::{ATTENTION, Counted, Counts, CustomerRow, Kpis, Limited, PassKpi, Plain, Portfolio, SeatsKpi},
    store as rows,
};
use crate::licensing::pools::SummaryOf;

/// Asks for the dashboard. Its cost does not grow with the number of customers, unless the asker sees only some of them.
#[derive(Debug)]
pub struct PortfolioOf {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for PortfolioOf {
    type Home = Control;
    type Needs = Read;
    type Found = Portfolio;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Portfolio> {
        let (kpis, _) = kpis(view, scope, now)?;
        let attention = Filter { statuses: STATUSES[..4].to_vec(), ..Filter::default() };
        let most = i64::try_from(ATTENTION).unwrap_or(200);
        let (attention, _) = rows::page(view, scope, &attention, Sort::default(), &rows::Begin::Offset(0), most)?;
        Ok(Portfolio { as_of: now, kpis, attention })
    }
}

/// Asks for the dashboard's numbers, and how many customers stand where.
#[derive(Debug)]
pub struct NumbersOf {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for NumbersOf {
    type Home = Control;
    type Needs = Read;
    type Found = (Kpis, Counts);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<(Kpis, Counts)> {
        kpis(view, scope, now)
    }
}

/// The sums behind the dashboard of a scope.
///
/// # Errors
/// The store's.
pub(super) fn totals(view: &mut View<'_, Control>, scope: &Scope<Read>, terms: &rows::Terms, now: Timestamp) -> Result<rows::Totals> {
    let month = terms.zone.month_start(now);
    if !scope.covers_all() {
        return rows::reach_totals(view, scope, month);
    }
    let mut totals = rows::totals(view, scope)?;
    // Nothing has changed this month: the count at its first instant is the count now.
    if totals.month_start < month.0 {
        totals.counted_at_month_start = totals.counted;
    }
    Ok(totals)
}

pub(super) fn kpis(view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<(Kpis, Counts)> {
    let terms = rows::terms(view, scope)?;
    let totals = totals(view, scope, &terms, now)?;
    let pool = SummaryOf { partner: scope.partner() }.run(view, scope, now)?;
    let kpis = Kpis {
        active_customers: Counted { value: totals.counted, delta: totals.counted - totals.counted_at_month_start },
        seats: SeatsKpi { allocated: pool.allocated, total: pool.total },
        pass_rate: PassKpi::of(&totals.windows),
        attention: Plain { value: totals.counts.attention() },
        organizations: Limited { value: totals.counts.total(), max: terms.max_customers },
        members: Limited { value: totals.members, max: terms.max_members },
        networks: Plain { value: rows::networks(view, scope)? },
    };
    Ok((kpis, totals.counts))
}

/// Asks for a page of the customer list.
#[derive(Debug)]
pub struct CustomerList {
    /// Whose customers.
    pub partner: PartnerId,
    /// Which.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// From where on: a cursor's place, or a number of rows to skip.
    pub begin: Begin,
    /// Rows wanted.
    pub limit: i64,
}

/// Where a page begins.
pub use rows::Begin;

/// A page of the list.
#[derive(Debug)]
pub struct Listed {
    /// The rows.
    pub rows: Vec<CustomerRow>,
    /// Where the next page begins, if this one is full.
    pub next: Option<After>,
    /// How many customers the filter has in all.
    pub total: i64,
    /// How many there would be with each status, other filters kept.
    pub counts: Counts,
}

impl Query for CustomerList {
    type Home = Control;
    type Needs = Read;
    type Found = Listed;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Listed> {
        let counts = counts(view, scope, &self.filter)?;
        let total = total(&counts, &self.filter);
        let (rows, last) = rows::page(view, scope, &self.filter, self.sort, &self.begin, self.limit)?;
        let full = i64::try_from(rows.len()).is_ok_and(|n| n == self.limit);
        Ok(Listed { rows, next: last.filter(|_| full), total, counts })
    }
}

/// The counts of a filter's statuses; those of all customers are kept, not counted.
pub(super) fn counts<P>(view: &mut View<'_, Control>, scope: &Scope<P>, filter: &Filter) -> Result<Counts> {
    if scope.covers_all() && filter.is_only_status() {
        return Ok(rows::totals(view, scope)?.counts);
    }
    rows::counts(view, scope, &filter.any_status())
}

fn total(counts: &Counts, filter: &Filter) -> i64 {
    if filter.nothing {
        0
    } else if filter.statuses.is_empty() {
        counts.total()
    } else {
        STATUSES.into_iter().filter(|s| filter.statuses.contains(s)).map(|s| counts.of(s)).sum()
    }
}

/// Asks for every row of a filter, streamed into a writer of the caller.
pub struct ExportRows<W> {
    /// Whose customers.
    pub partner: PartnerId,
    /// Which.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Makes what takes the rows; called inside the snapshot.
    pub open: fn(Timestamp) -> std::result::Result<W, String>,
}

/// What takes the rows of an export.
pub trait Sink: Send + 'static {
    /// What is left at the end.
    type Out: Send + 'static;
    /// One row.
    ///
    /// # Errors
    /// What went wrong, for the log.
    fn take(&mut self, row: &CustomerRow) -> std::result::Result<(), String>;
    /// The end.
    ///
    /// # Errors
    /// What went wrong, for the log.
    fn end(self) -> std::result::Result<Self::Out, String>;
}

impl<W: Sink> Query for ExportRows<W> {
    type Home = Control;
    type Needs = Export;
    type Found = W::Out;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Export>, now: Timestamp) -> Result<W::Out> {
        let broken = store::Error::Engine;
        let mut sink = (self.open)(now).map_err(broken)?;
        rows::each(view, scope, &self.filter, self.sort, &Begin::Offset(0), i64::MAX, |row, _| sink.take(&row).map_err(broken))?;
        sink.end().map_err(broken)
    }
}

/// Asks for ids and names of a filter's customers: what a bulk action works through.
#[derive(Debug)]
pub struct Targets {
    /// Whose customers.
    pub partner: PartnerId,
    /// Which.
    pub filter: Filter,
    /// At most.
    pub limit: i64,
}

impl Query for Targets {
    type Home = Control;
    type Needs = Read;
    type Found = Vec<(CustomerId, String)>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Vec<(CustomerId, String)>> {
        rows::targets(view, scope, &self.filter, self.limit)
    }
}

/// Asks for the names of these customers; one that is not there (or not seen) has none.
#[derive(Debug)]
pub struct NamesOf {
    /// Whose customers.
    pub partner: PartnerId,
    /// Which.
    pub ids: Vec<CustomerId>,
}

impl Query for NamesOf {
    type Home = Control;
    type Needs = Read;
    type Found = Vec<(CustomerId, Option<String>)>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Self::Found> {
        self.ids.iter().map(|id| Ok((*id, rows::name_of(view, scope, *id)?))).collect()
    }
}

/// What the console's list and dashboard need beside the rows.
#[derive(Debug)]
pub struct Surroundings {
    /// The partner's name.
    pub name: String,
    /// Its zone.
    pub zone: store::Zone,
    /// From which percent a customer is near its limit.
    pub near_percent: i64,
    /// By what health is judged.
    pub thresholds: crate::hierarchy::standing::Thresholds,
    /// Its groups.
    pub groups: Vec<(GroupId, String)>,
    /// Twelve month ends, the last one now.
    pub history: Vec<rows::Point>,
    /// The pool's free seats; negative when over-allocated.
    pub available: i64,
}

/// Asks for them.
#[derive(Debug)]
pub struct SurroundingsOf {
    /// Whose.
    pub partner: PartnerId,
    /// With the charts' history.
    pub history: bool,
}

impl Query for SurroundingsOf {
    type Home = Control;
    type Needs = Read;
    type Found = Surroundings;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Surroundings> {
        let terms = rows::terms(view, scope)?;
        let history = if self.history { history::of(view, scope, &terms.zone, now)? } else { Vec::new() };
        let pool = SummaryOf { partner: self.partner }.run(view, scope, now)?;
        Ok(Surroundings {
            name: terms.name,
            zone: terms.zone,
            near_percent: terms.near_percent,
            thresholds: terms.thresholds,
            groups: rows::groups(view, scope)?,
            history,
            available: pool.available - pool.over_allocated,
        })
    }
}
