//! What overview and monthly counts are made of.

use access::Scope;
use store::{Control, CustomerId, Result, Timestamp, View, p, sql};

use crate::licensing::month::Month;

/// Members active and companies, by whose they are.
#[derive(Debug, Clone, Copy)]
pub struct Users {
    pub global: i64,
    pub local: i64,
    pub max_local: i64,
    pub customers: i64,
    pub on_pool: i64,
}

/// The sums over the customers in reach.
pub fn users<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Users> {
    let row = view.one(
        sql!(
            Control,
            concat!(
                "SELECT CAST(COALESCE(SUM(CASE WHEN a.pooled AND c.kind <> 'internal' THEN a.active_users ELSE 0 END), 0) AS BIGINT) AS everywhere,
                   CAST(COALESCE(SUM(CASE WHEN c.kind = 'internal' THEN a.active_users ELSE 0 END), 0) AS BIGINT) AS own,
                   CAST(COALESCE(SUM(CASE WHEN c.kind = 'internal' THEN a.seats ELSE 0 END), 0) AS BIGINT) AS own_seats,
                   CAST(COALESCE(SUM(CASE WHEN c.kind <> 'internal' THEN 1 ELSE 0 END), 0) AS BIGINT) AS companies,
                   CAST(COALESCE(SUM(CASE WHEN a.pooled AND c.kind <> 'internal' THEN 1 ELSE 0 END), 0) AS BIGINT) AS on_pool
                 FROM allocation a JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
                 WHERE a.partner_id = $1 AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged' AND ",
                access::visible!("a", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
    )?;
    Ok(Users {
        global: row.get("everywhere")?,
        local: row.get("own")?,
        max_local: row.get("own_seats")?,
        customers: row.get("companies")?,
        on_pool: row.get("on_pool")?,
    })
}

/// Campaigns that run at an instant at the customers in reach: of phishing, and of training. The free plan has none, whatever was told.
pub fn campaigns<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<[i64; 2]> {
    let row = view.one(
        sql!(
            Control,
            concat!(
                "SELECT COUNT(CASE WHEN k.kind = 'phishing' THEN 1 END) AS phishing, COUNT(CASE WHEN k.kind = 'training' THEN 1 END) AS training
                 FROM campaign k JOIN customer c ON c.partner_id = k.partner_id AND c.customer_id = k.customer_id
                 WHERE k.partner_id = $1 AND k.starts_at <= $5 AND k.ends_at > $5 AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged'
                   AND NOT (c.kind IN ('trial', 'free') AND COALESCE(c.trial_ends_at, 0) <= $5) AND ",
                access::visible!("k", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), now],
    )?;
    Ok([row.get("phishing")?, row.get("training")?])
}

/// Whoever ever held seats of the pool or is billed in the month, with what it held and used when a stretch of time began, and the highest use within it.
/// Of a trial that was upgraded within it, use begins with the upgrade.
#[derive(Debug, Clone)]
pub struct Holder {
    pub customer: CustomerId,
    pub account_number: String,
    pub name: String,
    pub internal: bool,
    /// It is no customer here any more.
    pub gone: bool,
    pub held: i64,
    pub stood: i64,
    pub peak: i64,
}

pub fn holders<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    month: Month,
    (start, end): (Timestamp, Timestamp),
    (first, last): (i64, i64),
) -> Result<Vec<Holder>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT h.customer_id, h.held, COALESCE(c.kind, '') AS kind, COALESCE(c.lifecycle, 'removed') AS lifecycle,
                   COALESCE(c.name, (SELECT s.name FROM customer_state s WHERE s.partner_id = $1 AND s.customer_id = h.customer_id
                     ORDER BY s.since DESC LIMIT 1), '') AS name,
                   COALESCE(c.account_number, (SELECT s.account_number FROM customer_state s WHERE s.partner_id = $1 AND s.customer_id = h.customer_id
                     ORDER BY s.since DESC LIMIT 1), '') AS account_number,
                   COALESCE((SELECT u.active_users FROM usage_day u WHERE u.partner_id = $1 AND u.customer_id = h.customer_id
                     AND u.day < $7 AND up.at IS NULL ORDER BY u.day DESC LIMIT 1), 0) AS stood,
                   COALESCE((SELECT MAX(u.peak) FROM usage_day u WHERE u.partner_id = $1 AND u.customer_id = h.customer_id
                     AND u.day >= $7 AND u.day <= $8 AND u.at >= COALESCE(up.at, 0)), 0) AS peak
                 FROM (SELECT l.customer_id, CAST(SUM(l.held) AS BIGINT) AS held
                       FROM (SELECT g.partner_id, g.customer_id, CASE WHEN g.at < $5 THEN g.seats ELSE 0 END AS held
                             FROM allocation_change g WHERE g.partner_id = $1 AND g.pooled AND g.at < $6
                             UNION ALL SELECT m.partner_id, m.customer_id, 0 FROM metered m
                             WHERE m.partner_id = $1 AND m.since_month <= $9 AND (m.until_month IS NULL OR m.until_month >= $9)) l WHERE ",
                access::visible!("l", "$2", "$3", "$4"),
                " GROUP BY l.customer_id) h
                 LEFT JOIN (SELECT e.customer_id, MAX(e.at) AS at FROM subscription_event e
                            WHERE e.partner_id = $1 AND e.what = 'upgraded' AND e.at >= $5 AND e.at < $6 GROUP BY e.customer_id) up
                   ON up.customer_id = h.customer_id
                 LEFT JOIN customer c ON c.partner_id = $1 AND c.customer_id = h.customer_id"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), start, end, first, last, month],
    )?;
    rows.iter()
        .map(|r| {
            Ok(Holder {
                customer: r.get("customer_id")?,
                account_number: r.get("account_number")?,
                name: r.get("name")?,
                internal: r.get::<String>("kind")? == "internal",
                gone: matches!(r.get::<String>("lifecycle")?.as_str(), "removed" | "purged"),
                held: r.get("held")?,
                stood: r.get("stood")?,
                peak: r.get("peak")?,
            })
        })
        .collect()
}

/// Seats of the pool that were given and taken in a stretch of time, customer by customer, as they came.
pub fn moves<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    start: Timestamp,
    end: Timestamp,
) -> Result<Vec<(CustomerId, Timestamp, i64)>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT l.customer_id, l.at, l.seats FROM allocation_change l
                 WHERE l.partner_id = $1 AND l.pooled AND l.at >= $5 AND l.at < $6 AND ",
                access::visible!("l", "$2", "$3", "$4"),
                " ORDER BY l.customer_id, l.at, l.ledger_id"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), start, end],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("at")?, r.get("seats")?))).collect()
}
