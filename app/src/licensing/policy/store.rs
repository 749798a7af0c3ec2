//! Every SQL text of `tenant_policy`.

use access::Scope;
use serde::{Deserialize, Serialize};
use store::{CustomerId, Region, Result, Row, Tx, View, p, sql};

/// A tenant's counters, numbered so that the newest wins wherever it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Seats the region may use.
    pub seats: i64,
    /// Members with status active now.
    pub active_users: i64,
    /// All members.
    pub members: i64,
    /// Members waiting for a seat.
    pub waiting: i64,
    /// Members held: their address is not proved to be the tenant's.
    pub held: i64,
    /// Rises with every change of a counter.
    pub seq: i64,
}

fn read(row: &Row) -> Result<Usage> {
    Ok(Usage {
        seats: row.get("seats")?,
        active_users: row.get("active_users")?,
        members: row.get("members")?,
        waiting: row.get("waiting")?,
        held: row.get("held")?,
        seq: row.get("usage_seq")?,
    })
}

fn customer<P>(scope: &Scope<P>) -> CustomerId {
    scope.customer().unwrap_or(CustomerId::new(scope.node()))
}

pub(super) fn open<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, max_mau: i64) -> Result<bool> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO tenant_policy (customer_id, version, seats, max_mau, serving, active_users, members, waiting, usage_seq)
             VALUES ($1, 0, 0, $2, TRUE, 0, 0, 0, 0) ON CONFLICT (customer_id) DO UPDATE SET max_mau = excluded.max_mau WHERE tenant_policy.max_mau <> excluded.max_mau"
        ),
        p![customer(scope), max_mau],
    )
    .map(|n| n == 1)
}

/// Sets the seats if the version is newer and they suffice for those active now.
pub(super) fn apply<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, seats: i64, version: i64) -> Result<bool> {
    tx.exec(
        sql!(Region, "UPDATE tenant_policy SET seats = $2, version = $3 WHERE customer_id = $1 AND version < $3 AND active_users <= $2"),
        p![customer(scope), seats, version],
    )
    .map(|n| n == 1)
}

/// Sets whether the tenant may serve; false when it already stands so.
pub(super) fn set_serving<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, serving: bool) -> Result<bool> {
    tx.exec(sql!(Region, "UPDATE tenant_policy SET serving = $2 WHERE customer_id = $1 AND serving <> $2"), p![customer(scope), serving])
        .map(|n| n == 1)
}

/// Lets the scope's tenant serve nobody any more, with a row even where none was opened: a decision about seats that arrives late
/// finds it. True when that is new.
///
/// # Errors
/// The store's.
pub fn stop_serving<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<bool> {
    let made = open_once(tx, scope)?;
    Ok(set_serving(tx, scope, false)? || made)
}

fn open_once<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<bool> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO tenant_policy (customer_id, version, seats, max_mau, serving, active_users, members, waiting, usage_seq)
             VALUES ($1, 0, 0, 0, FALSE, 0, 0, 0, 0) ON CONFLICT (customer_id) DO NOTHING"
        ),
        p![customer(scope)],
    )
    .map(|n| n == 1)
}

/// Takes the row of a tenant that was never used away; false when it was used, or is not there.
pub(super) fn close<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<bool> {
    tx.exec(sql!(Region, "DELETE FROM tenant_policy WHERE customer_id = $1 AND usage_seq = 0"), p![customer(scope)]).map(|n| n == 1)
}

pub(super) fn version<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Option<i64>> {
    let row = view.opt(sql!(Region, "SELECT version FROM tenant_policy WHERE customer_id = $1"), p![customer(scope)])?;
    row.map(|r| r.get("version")).transpose()
}

/// The counters of the scope's tenant; none while it is being provisioned.
///
/// # Errors
/// The store's.
pub fn usage<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Option<Usage>> {
    let row = view.opt(
        sql!(Region, "SELECT seats, active_users, members, waiting, held, usage_seq FROM tenant_policy WHERE customer_id = $1"),
        p![customer(scope)],
    )?;
    row.as_ref().map(read).transpose()
}

/// Takes one seat for a member that becomes active; false when none is free or the tenant may not serve.
///
/// # Errors
/// The store's.
pub fn take_seat<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<bool> {
    tx.exec(
        sql!(
            Region,
            "UPDATE tenant_policy SET active_users = active_users + 1, usage_seq = usage_seq + 1 WHERE customer_id = $1 AND serving AND active_users < seats"
        ),
        p![customer(scope)],
    )
    .map(|n| n == 1)
}

/// Takes up to `wanted` seats at once (an import); gives how many were free.
///
/// # Errors
/// The store's.
pub fn take_seats<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, wanted: i64) -> Result<i64> {
    // Held first, so that what is free cannot change before it is taken.
    let row = tx.change(
        sql!(Region, "UPDATE tenant_policy SET usage_seq = usage_seq + 1 WHERE customer_id = $1 RETURNING seats, active_users, members, waiting, held, usage_seq, serving"),
        p![customer(scope)],
    )?;
    let Some(row) = row else { return Ok(0) };
    let usage = read(&row)?;
    let free = if row.get::<bool>("serving")? { (usage.seats - usage.active_users).max(0) } else { 0 };
    let taken = wanted.clamp(0, free);
    tx.exec(sql!(Region, "UPDATE tenant_policy SET active_users = active_users + $2 WHERE customer_id = $1"), p![customer(scope), taken])?;
    Ok(taken)
}

/// Gives seats that are free to members who wait, at most `most`; says to how many. Writes nothing when nobody can be seated.
///
/// # Errors
/// The store's.
pub fn seat_waiting<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, most: i64) -> Result<i64> {
    // Held first, as in `take_seats`.
    let row = tx.change(
        sql!(
            Region,
            "UPDATE tenant_policy SET usage_seq = usage_seq + 1 WHERE customer_id = $1 AND serving AND waiting > 0 AND active_users < seats
             RETURNING seats, active_users, members, waiting, held, usage_seq"
        ),
        p![customer(scope)],
    )?;
    let Some(usage) = row.as_ref().map(read).transpose()? else { return Ok(0) };
    let seated = usage.waiting.min(usage.seats - usage.active_users).min(most);
    tx.exec(
        sql!(Region, "UPDATE tenant_policy SET active_users = active_users + $2, waiting = waiting - $2 WHERE customer_id = $1"),
        p![customer(scope), seated],
    )?;
    Ok(seated)
}

/// Gives back the seats of members that are active no more.
///
/// # Errors
/// The store's.
pub fn give_seat<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, seats: i64) -> Result<()> {
    tx.exec(
        sql!(Region, "UPDATE tenant_policy SET active_users = active_users - $2, usage_seq = usage_seq + 1 WHERE customer_id = $1"),
        p![customer(scope), seats],
    )
    .map(drop)
}

/// Books members added (or, negative, removed) and how many more (or fewer) wait.
///
/// # Errors
/// The store's.
pub fn note_members<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, members: i64, waiting: i64) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "UPDATE tenant_policy SET members = members + $2, waiting = waiting + $3, usage_seq = usage_seq + 1 WHERE customer_id = $1"
        ),
        p![customer(scope), members, waiting],
    )
    .map(drop)
}

/// Books how many members more (or fewer) are held.
///
/// # Errors
/// The store's.
pub fn note_held<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, held: i64) -> Result<()> {
    tx.exec(
        sql!(Region, "UPDATE tenant_policy SET held = held + $2, usage_seq = usage_seq + 1 WHERE customer_id = $1"),
        p![customer(scope), held],
    )
    .map(drop)
}
