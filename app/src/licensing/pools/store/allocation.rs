//! What customers hold of the pool, and the ledger of it.

use access::Scope;
use store::{Control, CustomerId, LedgerId, PartnerId, Result, Row, Timestamp, Tx, View, p, sql};

/// Opens the allocation of a new customer, without seats; once.
///
/// # Errors
/// The store's.
pub fn open_allocation(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, pooled: bool) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO allocation (partner_id, customer_id, pooled, seats, releasing, version, active_users, usage_seq)
             VALUES ($1, $2, $3, 0, 0, 0, 0, 0) ON CONFLICT (partner_id, customer_id) DO NOTHING"
        ),
        p![partner, customer, pooled],
    )
    .map(drop)
}

/// A customer's allocation.
#[derive(Debug, Clone, Copy)]
pub struct Allocation {
    pub pooled: bool,
    pub seats: i64,
    pub releasing: i64,
    pub version: i64,
    pub active_users: i64,
}

fn allocation_of(row: &Row) -> Result<Allocation> {
    Ok(Allocation {
        pooled: row.get("pooled")?,
        seats: row.get("seats")?,
        releasing: row.get("releasing")?,
        version: row.get("version")?,
        active_users: row.get("active_users")?,
    })
}

/// Adds (or, negative, takes) seats of a customer and gives what it then holds.
pub fn add_seats<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, seats: i64) -> Result<Option<Allocation>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET seats = seats + $3, version = version + 1 WHERE partner_id = $1 AND customer_id = $2
             RETURNING pooled, seats, releasing, version, active_users"
        ),
        p![scope.partner(), customer, seats],
    )?;
    row.as_ref().map(allocation_of).transpose()
}

/// Marks seats as being released, if that many are held and no release is under way.
pub fn begin_release<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, seats: i64) -> Result<Option<Allocation>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET releasing = $3, version = version + 1 WHERE partner_id = $1 AND customer_id = $2 AND releasing = 0 AND seats >= $3
             RETURNING pooled, seats, releasing, version, active_users"
        ),
        p![scope.partner(), customer, seats],
    )?;
    row.as_ref().map(allocation_of).transpose()
}

/// Ends a release: `kept` seats stay (the region refused), the others leave.
pub fn end_release<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, given_back: i64) -> Result<Option<Allocation>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET seats = seats - $3, releasing = 0 WHERE partner_id = $1 AND customer_id = $2 AND releasing > 0
             RETURNING pooled, seats, releasing, version, active_users"
        ),
        p![scope.partner(), customer, given_back],
    )?;
    row.as_ref().map(allocation_of).transpose()
}

pub fn allocation<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<Allocation>> {
    let row = view.opt(
        sql!(Control, "SELECT pooled, seats, releasing, version, active_users FROM allocation WHERE partner_id = $1 AND customer_id = $2"),
        p![scope.partner(), customer],
    )?;
    row.as_ref().map(allocation_of).transpose()
}

/// The allocation of a customer that may be given seats: one that was removed may not.
pub fn receiver<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<Allocation>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT a.pooled, a.seats, a.releasing, a.version, a.active_users FROM allocation a
             JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
             WHERE a.partner_id = $1 AND a.customer_id = $2 AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged'"
        ),
        p![scope.partner(), customer],
    )?;
    row.as_ref().map(allocation_of).transpose()
}

/// Appends a line of the ledger: seats given or taken, and what the customer holds then.
pub fn enter<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: LedgerId,
    customer: CustomerId,
    seats: i64,
    held: Allocation,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO allocation_change (partner_id, ledger_id, customer_id, seats, balance, reason, at, actor_id, pooled)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        ),
        p![scope.partner(), id, customer, seats, held.seats, reason, now, scope.actor().holder, held.pooled],
    )
    .map(drop)
}

/// Numbers the standing decision beyond anything a region can have seen, and forgets which usage snapshot was the last.
pub fn decide_again<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<Allocation>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET version = version + 1000000, releasing = 0, usage_seq = 0 WHERE partner_id = $1 AND customer_id = $2
             RETURNING pooled, seats, releasing, version, active_users"
        ),
        p![scope.partner(), customer],
    )?;
    row.as_ref().map(allocation_of).transpose()
}

/// An allocation with its usage, held until the transaction ends.
pub fn hold_allocation<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<(Allocation, i64)>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET usage_seq = usage_seq WHERE partner_id = $1 AND customer_id = $2
             RETURNING pooled, seats, releasing, version, active_users"
        ),
        p![scope.partner(), customer],
    )?;
    row.as_ref().map(|r| Ok((allocation_of(r)?, r.get("active_users")?))).transpose()
}

/// Lets seats that lie outside the pool come from it, as many as are said; none when they do, or a release is under way.
pub fn join_pool<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, seats: i64) -> Result<Option<Allocation>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET pooled = TRUE, seats = $3, version = version + 1
             WHERE partner_id = $1 AND customer_id = $2 AND pooled = FALSE AND releasing = 0
             RETURNING pooled, seats, releasing, version, active_users"
        ),
        p![scope.partner(), customer, seats],
    )?;
    row.as_ref().map(allocation_of).transpose()
}

/// Carries an allocation to another partner as it is: the region's decision and its last usage snapshot keep their numbers.
pub fn carry_allocation(tx: &mut Tx<'_, Control>, from: PartnerId, to: PartnerId, customer: CustomerId) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO allocation (partner_id, customer_id, pooled, seats, releasing, version, active_users, usage_seq, usage_as_of, exceeded_at, arriving)
             SELECT $3, customer_id, pooled, seats, releasing, version, active_users, usage_seq, usage_as_of, exceeded_at, arriving FROM allocation
             WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![from, customer, to],
    )?;
    tx.exec(sql!(Control, "DELETE FROM allocation WHERE partner_id = $1 AND customer_id = $2"), p![from, customer]).map(drop)
}
