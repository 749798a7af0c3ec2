//! A customer's seats on their way to another partner: out of one pool and into the other, in one transaction.

use access::Scope;
use command::{Command, Cx, Fail};
use store::{Control, CustomerId};

use super::{
    claim::give_up,
    pool::PoolRefusal,
    store::{self as rows, Allocation},
};
use crate::licensing::metering;

/// What changed hands.
#[derive(Debug, Clone, Copy)]
pub struct HandedOver {
    /// Seats the customer holds, before as after.
    pub seats: i64,
    /// What is available in the pool it left, before and after; none when its seats lie outside the pool.
    pub left: Option<(i64, i64)>,
    /// What is available in the pool it joined, before and after.
    pub joined: Option<(i64, i64)>,
}

/// Takes a customer's seats out of the pool of the scope's partner and into that of `there`. The region is told nothing: its
/// decision stays, with its number.
///
/// # Errors
/// [`PoolRefusal`] when the other pool has too few, or a release is under way.
pub fn hand_over<C, P>(cx: &mut Cx<'_, '_, C>, there: &Scope<P>, customer: CustomerId) -> Result<HandedOver, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let (from, to) = (cx.scope.partner(), there.partner());
    let Some((held, active)) = rows::hold_allocation(cx.tx, cx.scope, customer)? else {
        return Err(Fail::Denied(access::Denied::NotFound));
    };
    if held.releasing > 0 {
        return Err(PoolRefusal::ReleaseUnderWay {}.into());
    }
    rows::carry_allocation(cx.tx, from, to, customer)?;
    metering::hand_over(cx, there, customer, active)?;
    if held.seats > 0 {
        let none = Allocation { seats: 0, ..held };
        rows::enter(cx.tx, cx.scope, cx.new_id(), customer, -held.seats, none, Some("moved away"), cx.now)?;
        rows::enter(cx.tx, there, cx.new_id(), customer, held.seats, held, Some("moved here"), cx.now)?;
    }
    // A past day of the new partner begins with the people there are now.
    let (zone, _) = rows::terms(cx.tx, there)?;
    rows::carry_usage_day(cx.tx, from, to, customer, zone.day(cx.now), cx.now)?;
    if !held.pooled {
        return Ok(HandedOver { seats: held.seats, left: None, joined: None });
    }
    let (left, joined) = pools(cx, there, held.seats, from.0 < to.0)?;
    // Whatever was put by for it there, it takes its seats from another pool now.
    let free = give_up(cx, customer.0)?;
    rows::add_active(cx.tx, cx.scope, -active)?;
    rows::add_active(cx.tx, there, active)?;
    Ok(HandedOver { seats: held.seats, left: Some((left - held.seats, left + free)), joined: Some((joined + held.seats, joined)) })
}

/// Both pools, always in the same order, so that two moves do not wait for each other. Gives what is then available.
fn pools<C, P>(cx: &mut Cx<'_, '_, C>, there: &Scope<P>, seats: i64, left_first: bool) -> Result<(i64, i64), Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let early = if left_first { Some(rows::give_back(cx.tx, cx.scope, seats, cx.now)?) } else { None };
    let joined = if seats == 0 { Some(rows::available(cx.tx, there, cx.now)?) } else { rows::take(cx.tx, there, seats, cx.now)? };
    let Some(joined) = joined else {
        let available = rows::available(cx.tx, there, cx.now)?.max(0);
        return Err(PoolRefusal::PoolExhausted { available, requested: seats }.into());
    };
    let left = match early {
        Some(left) => left,
        None => rows::give_back(cx.tx, cx.scope, seats, cx.now)?,
    };
    Ok((left, joined))
}
