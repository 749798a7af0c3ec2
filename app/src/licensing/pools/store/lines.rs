//! What the lists of the pool show.

use access::Scope;
use store::{Control, CustomerId, Result, Timestamp, Uuid, View, p, sql};

/// One line of the allocation table.
#[derive(Debug, Clone)]
pub struct Line {
    pub customer: CustomerId,
    pub name: String,
    pub account_number: String,
    pub tier: String,
    pub kind: String,
    pub allocated: i64,
    pub active_users: i64,
    pub sync_failed: bool,
    pub as_of: Option<Timestamp>,
}

/// The pooled customers in reach, read from the order's index alone: $1 partner, $2 to $4 the reach.
macro_rules! pooled {
    () => {
        concat!(
            "a.partner_id = $1 AND a.pooled = TRUE AND a.customer_id NOT IN (SELECT g.customer_id FROM customer g
               WHERE g.partner_id = $1 AND (g.lifecycle = 'removed' OR g.lifecycle = 'purged')) AND ",
            access::visible!("a", "$2", "$3", "$4")
        )
    };
}

/// The lines of the pooled customers in the scope's reach, largest first, from a place on. Only those that are shown are looked up.
pub fn lines<P>(view: &mut View<'_, Control>, scope: &Scope<P>, after: Option<(i64, Uuid)>, offset: i64, limit: i64) -> Result<Vec<Line>> {
    let (seats, id) = after.unwrap_or((i64::MAX, Uuid::nil()));
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT l.customer_id, c.name, c.account_number, c.tier, c.kind, a.seats, a.active_users, a.usage_as_of,
                        COALESCE(s.sync_ok, TRUE) AS sync_ok
                 FROM (SELECT a.customer_id FROM allocation a
                       WHERE a.seats <= $5 AND (a.seats < $5 OR a.customer_id > $6) AND ",
                pooled!(),
                " ORDER BY a.seats DESC, a.customer_id LIMIT $7 OFFSET $8) l
                 JOIN allocation a ON a.partner_id = $1 AND a.customer_id = l.customer_id
                 JOIN customer c ON c.partner_id = $1 AND c.customer_id = l.customer_id
                 JOIN standing s ON s.partner_id = $1 AND s.customer_id = l.customer_id
                 ORDER BY a.seats DESC, a.customer_id"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), seats, id, limit, offset],
    )?;
    rows.iter()
        .map(|r| {
            Ok(Line {
                customer: r.get("customer_id")?,
                name: r.get("name")?,
                account_number: r.get("account_number")?,
                tier: r.get("tier")?,
                kind: r.get("kind")?,
                allocated: r.get("seats")?,
                active_users: r.get("active_users")?,
                sync_failed: !r.get::<bool>("sync_ok")?,
                as_of: r.get("usage_as_of")?,
            })
        })
        .collect()
}

/// Number of the pooled customers in the scope's reach.
pub fn count<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    let row = view.one(
        sql!(Control, concat!("SELECT COUNT(*) AS n FROM allocation a WHERE ", pooled!())),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
    )?;
    row.get("n")
}

/// Seats and active users of the pooled customers in the scope's reach.
pub fn reach_sums<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<(i64, i64)> {
    let row = view.one(
        sql!(
            Control,
            concat!(
                "SELECT CAST(COALESCE(SUM(a.seats), 0) AS BIGINT) AS seats, CAST(COALESCE(SUM(a.active_users), 0) AS BIGINT) AS active
                 FROM allocation a WHERE ",
                pooled!()
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
    )?;
    Ok((row.get("seats")?, row.get("active")?))
}

/// Name, seats and active users of one customer.
pub fn seats_of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<(String, bool, i64, i64)>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT c.name, a.pooled, a.seats, a.active_users FROM allocation a JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
             WHERE a.partner_id = $1 AND a.customer_id = $2"
        ),
        p![scope.partner(), customer],
    )?;
    row.map(|r| Ok((r.get("name")?, r.get("pooled")?, r.get("seats")?, r.get("active_users")?))).transpose()
}

/// Whoever of the pool is called so, by number or by name, of those in reach: two at most, to tell that a name is not enough.
pub fn called<P>(view: &mut View<'_, Control>, scope: &Scope<P>, text: &str) -> Result<Vec<CustomerId>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT a.customer_id FROM allocation a JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
                 WHERE a.partner_id = $1 AND a.pooled AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged'
                   AND (c.account_number = $5 OR c.name_key = $6) AND ",
                access::visible!("a", "$2", "$3", "$4"),
                " ORDER BY a.customer_id LIMIT 2"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), text, store::fold(text)],
    )?;
    rows.iter().map(|r| r.get("customer_id")).collect()
}
