//! What is used of the seats.

use access::Scope;
use store::{Control, CustomerId, PartnerId, Result, Row, Timestamp, Tx, p, sql};

/// What was known of a customer's seats before a snapshot.
pub struct Known {
    pub pooled: bool,
    pub seats: i64,
    pub active_users: i64,
    pub exceeded_at: Option<Timestamp>,
}

/// Books a newer usage snapshot; gives what was known before when it was newer.
pub fn set_usage<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    (active, arriving, exceeded_at): (i64, i64, Option<Timestamp>),
    seq: i64,
    at: Timestamp,
) -> Result<Option<Known>> {
    let before = view_usage(tx, scope, customer)?;
    let changed = tx.exec(
        sql!(
            Control,
            "UPDATE allocation SET active_users = $3, usage_seq = $4, usage_as_of = $5, exceeded_at = $6, arriving = $7
             WHERE partner_id = $1 AND customer_id = $2 AND usage_seq < $4"
        ),
        p![scope.partner(), customer, active, seq, at, exceeded_at, arriving],
    )?;
    Ok(before.filter(|_| changed == 1))
}

fn view_usage<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<Known>> {
    // A write that changes nothing holds the row, so that "before" stays true until the update (PostgreSQL).
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET usage_seq = usage_seq WHERE partner_id = $1 AND customer_id = $2
             RETURNING pooled, seats, active_users, exceeded_at"
        ),
        p![scope.partner(), customer],
    )?;
    let known = |r: Row| {
        let (pooled, seats) = (r.get("pooled")?, r.get("seats")?);
        Ok(Known { pooled, seats, active_users: r.get("active_users")?, exceeded_at: r.get("exceeded_at")? })
    };
    row.map(known).transpose()
}

/// What was told of a day: its last value wins, the highest is kept beside it. News that was overtaken (`newest` false) is older than
/// whatever was told at its own instant; its height counts all the same.
pub fn set_usage_day<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    day: i64,
    [active, members]: [i64; 2],
    (at, newest): (Timestamp, bool),
) -> Result<()> {
    let over = if newest { at } else { Timestamp(at.0 - 1) };
    tx.exec(
        sql!(
            Control,
            "INSERT INTO usage_day (partner_id, customer_id, day, active_users, peak, members, at) VALUES ($1, $2, $3, $4, $4, $5, $6)
             ON CONFLICT (partner_id, customer_id, day) DO UPDATE SET
               peak = CASE WHEN usage_day.peak > excluded.peak THEN usage_day.peak ELSE excluded.peak END,
               active_users = CASE WHEN usage_day.at <= $7 THEN excluded.active_users ELSE usage_day.active_users END,
               members = CASE WHEN usage_day.at <= $7 THEN excluded.members ELSE usage_day.members END,
               at = CASE WHEN usage_day.at <= $7 THEN excluded.at ELSE usage_day.at END"
        ),
        p![scope.partner(), customer, day, active, members, at, over],
    )
    .map(drop)
}

/// From an instant on a customer's use counts anew: its day begins with whoever is active then, whatever was higher before.
pub fn begin_usage_day<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, day: i64, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO usage_day (partner_id, customer_id, day, active_users, peak, members, at)
             SELECT partner_id, customer_id, $3, active_users, active_users, members, $4 FROM usage_day WHERE partner_id = $1 AND customer_id = $2
             ORDER BY usage_day.day DESC LIMIT 1
             ON CONFLICT (partner_id, customer_id, day) DO UPDATE SET peak = excluded.peak, at = excluded.at"
        ),
        p![scope.partner(), customer, day, now],
    )
    .map(drop)
}

/// Carries the last value of a customer's gauge to another partner, as that of a day there.
pub fn carry_usage_day(
    tx: &mut Tx<'_, Control>,
    from: PartnerId,
    to: PartnerId,
    customer: CustomerId,
    day: i64,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO usage_day (partner_id, customer_id, day, active_users, peak, members, at)
             SELECT $3, customer_id, $4, active_users, active_users, members, $5 FROM usage_day WHERE partner_id = $1 AND customer_id = $2
             ORDER BY usage_day.day DESC LIMIT 1
             ON CONFLICT (partner_id, customer_id, day) DO UPDATE SET active_users = excluded.active_users, members = excluded.members,
               peak = CASE WHEN usage_day.peak > excluded.peak THEN usage_day.peak ELSE excluded.peak END, at = excluded.at"
        ),
        p![from, customer, to, day, now],
    )
    .map(drop)
}
