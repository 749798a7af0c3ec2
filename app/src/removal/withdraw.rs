//! Taking a customer out, inside the command of whoever removes it.

use access::Scope;
use command::{Command, Cx};
use store::{Control, CustomerId, OperationId, Result, Timestamp, View};

use super::{
    close::CloseRegion,
    store::{self as rows, Leaving},
};
use crate::{
    app::App,
    hierarchy::{customers::Customer, leave, links, standing},
    identity::administrator,
    licensing::{pools, subscriptions, trials},
};

/// Days a removed customer can be restored.
pub const UNDO_DAYS: i64 = 30;

/// What was taken out.
#[derive(Debug)]
pub struct Withdrawn {
    /// As it stood.
    pub customer: Customer,
    /// Seats that return to the pool by this, or end with it when they lie outside; what was on its way before goes its way.
    pub seats: i64,
    /// Until when it can be restored.
    pub undo_until: Timestamp,
}

/// Removes a customer: it is in no list, count or total from this transaction on and in nobody's reach; its domain is free. News
/// closes its region and returns its seats. None when it is removed already.
///
/// # Errors
/// The store's.
pub fn withdraw<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: CustomerId, reason: Option<&str>) -> Result<Option<Withdrawn>> {
    let Some(customer) = leave::leave(cx, id)? else { return Ok(None) };
    let (seats, pooled) = pools::staying(cx.tx, cx.scope, id)?;
    let undo_until = cx.now.plus_days(UNDO_DAYS);
    rows::insert(cx.tx, cx.scope, &Leaving { customer: id, reason, stood: customer.lifecycle, seats, undo_until }, cx.now)?;
    cx.changed("customer", id, if pooled { "seats_to_pool" } else { "seats_ending" }, seats, 0);
    administrator::let_go_unverified(cx, id, None)?;
    trials::let_go(cx, id)?;
    subscriptions::let_go(cx, id)?;
    links::let_go(cx, id)?;
    cx.tell(<CloseRegion as jobs::Job<App>>::KIND, &CloseRegion { customer: id, removed_at: cx.now });
    // Whatever its alerts told of has ended with it.
    standing::tell(cx, id, true);
    Ok(Some(Withdrawn { customer, seats, undo_until }))
}

/// How a removal stands to somebody who wants to purge it.
#[derive(Debug, Clone, Copy)]
pub struct Purgeable {
    /// Its region is not closed yet.
    pub leaving: bool,
    /// It is purged, or just being.
    pub purging: bool,
}

/// A removal in the scope's reach, held until the transaction ends.
///
/// # Errors
/// The store's.
pub fn purgeable<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: CustomerId) -> Result<Option<Purgeable>> {
    let found = rows::hold(cx.tx, cx.scope, id)?;
    Ok(found.map(|r| Purgeable { leaving: r.closed_at.is_none(), purging: r.purging }))
}

/// Books that a purge has begun: from here on nothing is restored.
///
/// # Errors
/// The store's.
pub fn begin_purge<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: CustomerId, operation: OperationId) -> Result<()> {
    rows::begin_purge(cx.tx, cx.scope, id, operation)
}

/// Books that a customer is purged.
///
/// # Errors
/// The store's.
pub fn end_purge<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: CustomerId) -> Result<()> {
    rows::end_purge(cx.tx, cx.scope, id, cx.now)
}

/// True for a customer of the scope's partner that was removed.
///
/// # Errors
/// The store's.
pub fn is_removed<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: CustomerId) -> Result<bool> {
    Ok(rows::find(view, scope, id)?.is_some())
}
