//! How members stand, and the times in which they were active.

use access::Scope;
use store::{CustomerId, MemberId, Region, Result, Row, Sql, Timestamp, Tx, Value, View, p, sql};

use super::customer;
use crate::directory::{activity, member::MemberStatus, queries::Interval};

pub(super) fn interval(customer: CustomerId, id: MemberId, since: Timestamp, source: &str) -> Vec<Value> {
    vec![customer.into(), id.into(), since.into(), Timestamp::FOREVER.into(), source.into()]
}

/// Opens the interval of a member that is active from now on.
pub fn open<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberId, source: &str, now: Timestamp) -> Result<()> {
    tx.exec(open_interval(), &interval(customer(scope), id, now, source)).map(drop)
}

// One that ended in the very instant it began again was never interrupted.
pub(super) fn open_interval() -> &'static Sql<Region> {
    sql!(
        Region,
        "INSERT INTO member_interval (customer_id, member_id, since, until, source) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (customer_id, member_id, since) DO UPDATE SET until = excluded.until, ended_by = NULL"
    )
}

/// The last times in which a member was active.
pub fn intervals<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: MemberId, limit: i64) -> Result<Vec<Interval>> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT since, until, source, ended_by FROM member_interval WHERE customer_id = $1 AND member_id = $2 ORDER BY since DESC LIMIT $3"
        ),
        p![customer(scope), id, limit],
    )?;
    let one =
        |r: &Row| Ok(Interval { since: r.get("since")?, until: r.get("until")?, source: r.get("source")?, ended_by: r.get("ended_by")? });
    rows.iter().map(one).collect()
}

/// Books a member's change from one status to another: the row and its interval. What a rule does is no activity of the member.
/// Whoever waited, or was held, and is to be inactive has no interval that ends: then the decision itself is kept, so that no late
/// word about a time before it lets the member in after it.
pub fn set_status<P>(
    tx: &mut Tx<'_, Region>,
    scope: &Scope<P>,
    id: MemberId,
    [from, to]: [MemberStatus; 2],
    source: &str,
    now: Timestamp,
) -> Result<()> {
    let customer = customer(scope);
    if to == MemberStatus::Inactive && matches!(from, MemberStatus::Waiting | MemberStatus::Held) {
        activity::decided(tx, scope, id, source, now)?;
    }
    tx.exec(
        sql!(
            Region,
            "UPDATE member SET active_until = CASE WHEN status = 'active' THEN $4 ELSE active_until END, status = $3, stands_since = $4, by_hand = $5, updated_at = $4,
               seen_at = CASE WHEN $6 THEN seen_at ELSE $4 END, version = version + 1
             WHERE customer_id = $1 AND member_id = $2"
        ),
        p![customer, id, to.word(), now, source == "manual", source.starts_with("rule:")],
    )?;
    if to == MemberStatus::Active {
        return tx.exec(open_interval(), &interval(customer, id, now, source)).map(drop);
    }
    close_intervals(tx, scope, &[id], source, now)
}

/// Closes the open intervals of members: the only change an interval ever sees.
pub fn close_intervals<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, ids: &[MemberId], by: &str, now: Timestamp) -> Result<()> {
    let customer = customer(scope);
    let rows: Vec<Vec<Value>> =
        ids.iter().map(|id| vec![customer.into(), (*id).into(), now.into(), Timestamp::FOREVER.into(), by.into()]).collect();
    tx.bulk(
        sql!(Region, "UPDATE member_interval SET until = $3, ended_by = $5 WHERE customer_id = $1 AND member_id = $2 AND until = $4"),
        &rows,
    )
    .map(drop)
}

/// Until when a member was last active; none: never.
pub fn active_until<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: MemberId) -> Result<Option<Timestamp>> {
    let row =
        view.opt(sql!(Region, "SELECT active_until FROM member WHERE customer_id = $1 AND member_id = $2"), p![customer(scope), id])?;
    row.map_or(Ok(None), |r| r.get("active_until"))
}

/// Seats members who waited: their rows and their intervals.
pub fn seat<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, ids: &[MemberId], now: Timestamp) -> Result<()> {
    let customer = customer(scope);
    let rows: Vec<Vec<Value>> = ids.iter().map(|id| vec![customer.into(), (*id).into(), now.into()]).collect();
    tx.bulk(
        sql!(
            Region,
            "UPDATE member SET status = 'active', seated_at = $3, updated_at = $3, seen_at = $3, version = version + 1 WHERE customer_id = $1 AND member_id = $2"
        ),
        &rows,
    )?;
    let opened: Vec<Vec<Value>> = ids.iter().map(|id| interval(customer, *id, now, "seat")).collect();
    tx.bulk(open_interval(), &opened).map(drop)
}

/// When the last of those who are active became so; none where nobody is.
pub fn last_begun<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Option<Timestamp>> {
    let text = sql!(Region, "SELECT MAX(since) AS since FROM member_interval WHERE customer_id = $1 AND until = $2");
    view.one(text, p![customer(scope), Timestamp::FOREVER])?.get("since")
}

/// Lets active members wait from an instant on: their rows, and their intervals with why they ended.
pub fn park<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, ids: &[MemberId], why: &str, now: Timestamp) -> Result<()> {
    let customer = customer(scope);
    let rows: Vec<Vec<Value>> = ids.iter().map(|id| vec![customer.into(), (*id).into(), now.into()]).collect();
    tx.bulk(
        sql!(
            Region,
            "UPDATE member SET status = 'waiting', stands_since = $3, active_until = $3, updated_at = CASE WHEN updated_at > $3 THEN updated_at ELSE $3 END,
               version = version + 1 WHERE customer_id = $1 AND member_id = $2"
        ),
        &rows,
    )?;
    close_intervals(tx, scope, ids, why, now)
}
