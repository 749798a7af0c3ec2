//! A customer whose seats lie outside the pool gets its seats from it: a trial that is paid for from now on.

use command::{Command, Cx, Fail};
use store::{Control, CustomerId};

use super::{
    allocate::{Allocated, PushSeats, take, watched},
    pool::PoolRefusal,
    release::SEATS_FORCED,
    store::{self as rows, Allocation},
};
use crate::hierarchy::standing;

/// Gives a customer so many seats from the pool in place of those it holds outside it, inside another command's transaction.
///
/// # Errors
/// [`PoolRefusal`] when the pool has too few, more members are active, or a release is under way.
pub fn enter_pool<C>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, seats: i64, reason: &str) -> Result<Allocated, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let Some((before, active)) = rows::hold_allocation(cx.tx, cx.scope, customer)? else {
        return Err(Fail::Denied(access::Denied::NotFound));
    };
    if seats < active {
        return Err(PoolRefusal::BelowActive { active_users: active, requested: seats }.into());
    }
    let Some(held) = rows::join_pool(cx.tx, cx.scope, customer, seats)? else { return Err(PoolRefusal::ReleaseUnderWay {}.into()) };
    if before.seats > 0 {
        let none = Allocation { seats: 0, ..before };
        rows::enter(cx.tx, cx.scope, cx.new_id(), customer, -before.seats, none, Some(reason), cx.now)?;
    }
    let line = cx.new_id();
    rows::enter(cx.tx, cx.scope, line, customer, seats, held, Some(reason), cx.now)?;
    standing::publish_seats(cx.tx, cx.scope, customer, held.seats)?;
    rows::add_active(cx.tx, cx.scope, active)?;
    // Whoever was active before was none of the pool's: what is used of it begins here.
    let (zone, _) = rows::terms(cx.tx, cx.scope)?;
    rows::begin_usage_day(cx.tx, cx.scope, customer, zone.day(cx.now), cx.now)?;
    cx.changed("customer", customer, "seats", before.seats, held.seats);
    let available = take(cx, customer, seats)?;
    standing::tell(cx, customer, watched(&held, seats - before.seats));
    // Whoever came in since control was told its numbers finds fewer seats: the last come waits, or more would be in use than paid for.
    let kind = if seats < before.seats { SEATS_FORCED } else { PushSeats::KIND };
    cx.tell(kind, &PushSeats { customer, seats, version: held.version, giving_back: None });
    Ok(Allocated { tenant_id: customer, allocated: seats, available, ledger_entry_id: line })
}
