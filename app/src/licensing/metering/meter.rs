//! What regions say of a month, booked with the partner that is billed for it.

use access::{Scope, permissions::Operate};
use command::{Command, Cx, Fail, Never, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId, Result, Timestamp, Tx};

use super::{close, store as rows};
use crate::licensing::{
    month::{Counted, Month},
    pools,
};

/// Begins to meter a new customer of the scope's partner; once.
///
/// # Errors
/// The store's.
pub fn begin<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, now: Timestamp) -> Result<()> {
    if rows::span_before(tx, scope, customer, Month::LAST)?.is_some() {
        return Ok(());
    }
    let (zone, _) = pools::terms(tx, scope)?;
    rows::open_span(tx, scope.partner(), customer, Month::of(&zone, now), None, (0, 0))
}

/// Books what a region said of months, with one partner. What it is not billed for is the answer: the same for who was billed before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BookMonths {
    /// The partner.
    pub partner: PartnerId,
    /// The customer.
    pub customer: CustomerId,
    /// What was counted, oldest month first.
    pub months: Vec<Counted>,
    /// Whether activity of them came late.
    #[serde(default)]
    pub corrects: bool,
    /// The news' number in its region: the highest wins, month by month.
    pub seq: i64,
    /// When it was true.
    pub at: Timestamp,
    /// Only stretches that began before this month are meant: each step leads further back, so that it comes to an end.
    pub before: Month,
}

impl Command for BookMonths {
    const NAME: &'static str = "licensing.metering.book_months";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = Option<BookMonths>;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Option<BookMonths>, Fail<Never>> {
        Ok(book(cx.tx, cx.scope, self, cx.now)?)
    }
}

/// As [`BookMonths`], within another command. A month that is final keeps its number.
///
/// # Errors
/// The store's.
pub fn book<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, news: &BookMonths, now: Timestamp) -> Result<Option<BookMonths>> {
    let Some(span) = rows::hold_span_before(tx, scope, news.customer, news.before)? else { return Ok(None) };
    let (mut here, earlier): (Vec<Counted>, Vec<Counted>) = news.months.iter().partition(|c| c.month >= span.since);
    here.retain(|c| span.until.is_none_or(|until| c.month <= until));
    close::put(tx, scope, news, &span, &here, now)?;
    let further = span.came_from.filter(|_| !earlier.is_empty());
    // Overtaken or not: what is said of the month before a stretch is told once.
    if let (Some(_), Some(told)) = (further, earlier.last()) {
        close::begin_with(tx, scope, news, &span, told, now)?;
    }
    Ok(further.map(|partner| BookMonths { partner, months: earlier, before: span.since, ..news.clone() }))
}

/// A customer moves from the scope's partner to that of `there`: who is billed for the running month stays so, the next one is billed
/// there. Of several moves in one month the last counts.
///
/// # Errors
/// The store's.
pub fn hand_over<C, P>(cx: &mut Cx<'_, '_, C>, there: &Scope<P>, customer: CustomerId, active: i64) -> Result<()>
where
    C: Command<Home = Control>,
{
    let (from, to) = (cx.scope.partner(), there.partner());
    let (zone, _) = pools::terms(cx.tx, cx.scope)?;
    let month = Month::of(&zone, cx.now);
    let mut known = 0;
    let (billed, since) = match rows::hold_span_before(cx.tx, cx.scope, customer, Month::LAST)? {
        // It never began: who is next takes its place. Another zone may be in another month by now.
        Some(span) if span.since > month => {
            rows::drop_span(cx.tx, cx.scope, customer, &span)?;
            known = span.active_seq;
            (span.came_from, span.since)
        }
        Some(span) => {
            rows::end_span(cx.tx, cx.scope, customer, &span, Some(month))?;
            (Some(from), month.plus(1))
        }
        None => (None, month.plus(1)),
    };
    // So many are active as the newest news said, and what is older changes nothing of that.
    known = known.max(rows::newest(cx.tx, cx.scope, customer)?);
    match rows::hold_span_before(cx.tx, there, customer, Month::LAST)? {
        // It comes back within the month: as if it had never left.
        Some(span) if billed == Some(to) => rows::end_span(cx.tx, there, customer, &span, None),
        _ => rows::open_span(cx.tx, to, customer, since, billed, (active, known)),
    }
}
