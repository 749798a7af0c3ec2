//! The page of active accounts: twelve months of all customers in sums, and customers line by line, as many as a page shows. The others
//! are counted and no more, so that years make the page no slower, and customers hardly.

use access::{
    Scope,
    permissions::{Purchase, Read},
};
use command::{Node, Query};
use store::{Control, CustomerId, PartnerId, Result, Timestamp, View, Zone};

use super::{
    close::Calendar,
    queries::{Line, MonthSum, by_customer, lines, month_sums, totals},
    store::{self as rows, Whose},
};
use crate::licensing::{
    month::Month,
    pools::{self, MAA, Order},
};

/// Months of the history.
pub const MONTHS: i64 = 12;

/// So many customers can be chosen from a list; of more, one is named.
const CHOICES: i64 = 100;

/// What was metered.
#[derive(Debug, Clone)]
pub struct History {
    /// The months, oldest first.
    pub months: Vec<MonthSum>,
    /// The months that the lines are of.
    pub shown: Vec<Month>,
    /// A page of customers billed in them.
    pub lines: Vec<Line>,
    /// How many there are.
    pub total: i64,
    /// The customer that was asked for, over all months.
    pub one: Option<Line>,
    /// The customers by name; empty where they are too many.
    pub choices: Vec<(CustomerId, String)>,
    /// Orders of allowance, newest first.
    pub orders: Vec<Order>,
    /// Where the partner cuts days and months.
    pub zone: Zone,
    /// Whether this person may order more.
    pub may_order: bool,
}

/// Which customer is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// By its id.
    Id(CustomerId),
    /// By its number, or by its name where only one has it.
    Called(String),
}

/// Asks for it. Who sees only some customers sees those and their sums.
#[derive(Debug)]
pub struct HistoryOf {
    /// Whose.
    pub partner: PartnerId,
    /// The one month that the lines are of; none, or one that is none of the last twelve: all.
    pub month: Option<Month>,
    /// The one customer that is wanted over all months.
    pub customer: Option<Asked>,
    /// Lines before the page, and on it.
    pub page: [i64; 2],
}

impl Query for HistoryOf {
    type Home = Control;
    type Needs = Read;
    type Found = History;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<History> {
        let calendar = Calendar::of(view, scope)?;
        let running = Month::of(&calendar.zone, now);
        let all = [running.plus(1 - MONTHS), running];
        let shown = self.month.filter(|month| (all[0]..=all[1]).contains(month)).map_or(all, |month| [month, month]);
        let orders = pools::orders_of(view, scope, MAA)?;
        let maa = totals(view, scope, all)?;
        let months = month_sums(view, scope, &calendar, all, maa, &orders, now)?;
        let (lines, total) = page(view, scope, shown, self.page)?;
        let one = self.one(view, scope, all)?;
        let choices = choices(view, scope, all)?;
        let shown = shown[0].through(shown[1]).collect();
        Ok(History { months, shown, lines, total, one, choices, orders, zone: calendar.zone, may_order: scope.also::<Purchase>() })
    }
}

impl HistoryOf {
    fn one(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, months: [Month; 2]) -> Result<Option<Line>> {
        let id = match &self.customer {
            None => None,
            Some(Asked::Id(id)) => Some(*id),
            Some(Asked::Called(text)) => match rows::called(view, scope, text)?.as_slice() {
                [one] => Some(*one),
                _ => None,
            },
        };
        id.map_or(Ok(None), |id| Ok(read(view, scope, months, Whose::Of(&[id]))?.pop()))
    }
}

fn read<P>(view: &mut View<'_, Control>, scope: &Scope<P>, months: [Month; 2], whose: Whose<'_>) -> Result<Vec<Line>> {
    let by = by_customer(view, scope, months, whose)?;
    let by: Vec<&[_]> = months[0].through(months[1]).map(|month| by.get(&month).map_or(&[][..], Vec::as_slice)).collect();
    Ok(lines(by.into_iter()))
}

/// A page of lines and how many there are: the partner's customers by name, then those that are gone, of which there are few.
fn page<P>(view: &mut View<'_, Control>, scope: &Scope<P>, months: [Month; 2], [offset, limit]: [i64; 2]) -> Result<(Vec<Line>, i64)> {
    let gone = read(view, scope, months, Whose::Gone)?;
    let here = rows::count_here(view, scope, months)?;
    let total = here + i64::try_from(gone.len()).unwrap_or(0);
    // A page behind the last is the last.
    let offset = offset.min((total - 1).max(0) / limit.max(1) * limit);
    let shown: Vec<CustomerId> = rows::here(view, scope, months, [offset, limit])?.into_iter().map(|(id, _)| id).collect();
    let mut lines = read(view, scope, months, Whose::Of(&shown))?;
    let before = usize::try_from(offset - here).unwrap_or(0);
    let room = usize::try_from(limit).unwrap_or(0) - lines.len();
    lines.extend(gone.into_iter().skip(before).take(room));
    Ok((lines, total))
}

fn choices<P>(view: &mut View<'_, Control>, scope: &Scope<P>, months: [Month; 2]) -> Result<Vec<(CustomerId, String)>> {
    if rows::count_here(view, scope, months)? > CHOICES {
        return Ok(Vec::new());
    }
    let here = rows::here(view, scope, months, [0, CHOICES])?;
    let gone = read(view, scope, months, Whose::Gone)?.into_iter().map(|l| (l.customer, l.name));
    Ok(here.into_iter().chain(gone).collect())
}
