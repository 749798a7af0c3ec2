//! Twelve month ends behind the dashboard's charts. A month that is over is worked out once from its facts and kept, so that
//! the dashboard costs the same however long the ledger grows; a fact that arrives late makes it be worked out again.

use access::{
    Scope,
    permissions::{Operate, Read},
};
use command::{Call, Command, Cx, Fail, House, Never, Node};
use serde::Serialize;
use store::{Control, PartnerId, Result, Timestamp, View, Zone};

use super::store::{self as rows, POINTS, Point};
use crate::licensing::pools::SummaryOf;
use command::Query;

/// The last instants of the eleven months before this one, and now.
fn month_ends(zone: &Zone, now: Timestamp) -> [Timestamp; POINTS] {
    let mut ends = [now; POINTS];
    let mut start = zone.month_start(now);
    for end in ends.iter_mut().rev().skip(1) {
        *end = Timestamp(start.0 - 1);
        start = zone.month_start(*end);
    }
    ends
}

/// The kept ends of the eleven months that are over, if all of them hold.
fn kept<P>(view: &mut View<'_, Control>, scope: &Scope<P>, ends: &[Timestamp; POINTS]) -> Result<Option<Vec<Point>>> {
    let kept = rows::kept(view, scope, ends[0], ends[POINTS - 2])?;
    let whole = kept.iter().map(|p| p.at).eq(ends[..POINTS - 1].iter().map(|t| t.0));
    Ok(whole.then_some(kept))
}

/// The history a scope sees: from what is kept, or from the facts when it sees only some customers.
pub(super) fn of(view: &mut View<'_, Control>, scope: &Scope<Read>, zone: &Zone, now: Timestamp) -> Result<Vec<Point>> {
    let ends = month_ends(zone, now);
    if scope.covers_all()
        && let Some(mut points) = kept(view, scope, &ends)?
    {
        points.push(present(view, scope, now)?);
        return Ok(points);
    }
    Ok(rows::history(view, scope, &ends)?.to_vec())
}

fn present(view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Point> {
    let totals = rows::totals(view, scope)?;
    let seats = SummaryOf { partner: scope.partner() }.run(view, scope, now)?.allocated;
    Ok(Point { at: now.0, seats, counted: totals.counted, passed: totals.windows.passed, delivered: totals.windows.delivered })
}

/// Works the ended months out from their facts and keeps them.
#[derive(Debug, Serialize)]
struct SettleMonths {
    partner: PartnerId,
}

impl Command for SettleMonths {
    const NAME: &'static str = "portfolio.history.settle";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<Never>> {
        let ends = month_ends(&rows::terms(cx.tx, cx.scope)?.zone, cx.now);
        // Read before the facts: one that is committed meanwhile raises it, and these points no longer hold.
        let past_seq = rows::past_seq(cx.tx, cx.scope)?;
        for point in &rows::history(cx.tx, cx.scope, &ends)?[..POINTS - 1] {
            rows::keep(cx.tx, cx.scope, point, past_seq)?;
        }
        Ok(())
    }
}

/// Brings the kept months up to date: called before the charts are read, so that they are right whatever the worker does.
///
/// # Errors
/// The store's. A full disk is no error: then the history is read from the facts.
pub(super) async fn settle(house: &House, partner: PartnerId) -> Result<()> {
    if house.ask(&Call::operator(), AreKept { partner }).await.unwrap_or(true) {
        return Ok(());
    }
    match house.execute(Call::operator(), SettleMonths { partner }).await {
        Err(Fail::Store(error)) if !matches!(error, store::Error::Full) => Err(error),
        _ => Ok(()),
    }
}

struct AreKept {
    partner: PartnerId,
}

impl Query for AreKept {
    type Home = Control;
    type Needs = Operate;
    type Found = bool;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, now: Timestamp) -> Result<bool> {
        let zone = rows::terms(view, scope)?.zone;
        Ok(kept(view, scope, &month_ends(&zone, now))?.is_some())
    }
}
