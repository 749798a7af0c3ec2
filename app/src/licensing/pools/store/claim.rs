//! What is put by of the pool. The sum of it stands in the pool's own row.

use access::Scope;
use store::{Control, Result, Timestamp, Tx, Uuid, View, p, sql};

/// Holds the pool's row until the transaction ends: whoever changes a claim or takes seats waits.
pub fn hold_pool<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>) -> Result<()> {
    tx.held(sql!(Control, "UPDATE pool SET claimed = claimed WHERE partner_id = $1 RETURNING claimed"), p![scope.partner()]).map(drop)
}

/// Forgets the claims whose time is over, and gives how many they were. From here on the pool's row is this transaction's.
pub fn settle_claims<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<u64> {
    hold_pool(tx, scope)?;
    let over = tx.exec(sql!(Control, "DELETE FROM pool_claim WHERE partner_id = $1 AND until <= $2"), p![scope.partner(), now])?;
    sum_claims(tx, scope)?;
    Ok(over)
}

fn sum_claims<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE pool SET claimed = (SELECT CAST(COALESCE(SUM(c.seats), 0) AS BIGINT) FROM pool_claim c WHERE c.partner_id = $1)
             WHERE partner_id = $1"
        ),
        p![scope.partner()],
    )
    .map(drop)
}

/// Puts seats by, in place of what that claim held before. To be called on a settled pool; whether they are there is asked after.
pub fn put_claim<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, claim: Uuid, seats: i64, until: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO pool_claim (partner_id, claim_id, seats, until) VALUES ($1, $2, $3, $4)
             ON CONFLICT (partner_id, claim_id) DO UPDATE SET seats = excluded.seats, until = excluded.until"
        ),
        p![scope.partner(), claim, seats, until],
    )?;
    sum_claims(tx, scope)
}

/// Gives a claim up. To be called on a pool that is held.
pub fn drop_claim<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, claim: Uuid) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM pool_claim WHERE partner_id = $1 AND claim_id = $2"), p![scope.partner(), claim])?;
    sum_claims(tx, scope)
}

/// Lets a claim go by another id, its seats and its time as they are. To be called on a pool that is held.
pub fn carry_claim<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, claim: Uuid, to: Uuid) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE pool_claim SET claim_id = $3 WHERE partner_id = $1 AND claim_id = $2"), p![scope.partner(), claim, to])
        .map(drop)
}

/// Seats that a claim holds now.
pub fn claimed_by<P>(view: &mut View<'_, Control>, scope: &Scope<P>, claim: Uuid, now: Timestamp) -> Result<i64> {
    let row = view.opt(
        sql!(Control, "SELECT seats FROM pool_claim WHERE partner_id = $1 AND claim_id = $2 AND until > $3"),
        p![scope.partner(), claim, now],
    )?;
    row.map_or(Ok(0), |row| row.get("seats"))
}

/// The claims that hold seats now.
pub fn claims<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<Vec<(Uuid, i64, Timestamp)>> {
    let rows = view.rows(
        sql!(Control, "SELECT claim_id, seats, until FROM pool_claim WHERE partner_id = $1 AND until > $2"),
        p![scope.partner(), now],
    )?;
    rows.iter().map(|r| Ok((r.get("claim_id")?, r.get("seats")?, r.get("until")?))).collect()
}
