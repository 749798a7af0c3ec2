//! What idle seats and forecasts are made of.

use access::Scope;
use store::{Control, CustomerId, Result, View, p, sql};

use super::super::trend::Pending;

/// A customer that holds seats of the pool now, with the highest use since a day and what it had before.
#[derive(Debug, Clone)]
pub struct Holding {
    pub customer: CustomerId,
    pub account_number: String,
    pub name: String,
    pub internal: bool,
    pub seats: i64,
    pub active_users: i64,
    pub stood: i64,
    pub peak: i64,
    pub pending: Pending,
}

pub fn holding<P>(view: &mut View<'_, Control>, scope: &Scope<P>, first: i64) -> Result<Vec<Holding>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT a.customer_id, c.account_number, c.name, c.kind, a.seats, a.active_users, a.arriving,
                   COALESCE(s.waiting, 0) AS waiting, COALESCE(s.held, 0) AS held,
                   COALESCE((SELECT u.active_users FROM usage_day u WHERE u.partner_id = $1 AND u.customer_id = a.customer_id
                     AND u.day < $5 ORDER BY u.day DESC LIMIT 1), 0) AS stood,
                   COALESCE((SELECT MAX(u.peak) FROM usage_day u WHERE u.partner_id = $1 AND u.customer_id = a.customer_id AND u.day >= $5), 0) AS peak
                 FROM allocation a JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
                 LEFT JOIN standing s ON s.partner_id = a.partner_id AND s.customer_id = a.customer_id
                 WHERE a.partner_id = $1 AND a.pooled AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged' AND ",
                access::visible!("a", "$2", "$3", "$4"),
                " ORDER BY a.customer_id"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), first],
    )?;
    rows.iter()
        .map(|r| {
            Ok(Holding {
                customer: r.get("customer_id")?,
                account_number: r.get("account_number")?,
                name: r.get("name")?,
                internal: r.get::<String>("kind")? == "internal",
                seats: r.get("seats")?,
                active_users: r.get("active_users")?,
                stood: r.get("stood")?,
                peak: r.get("peak")?,
                pending: Pending::of(r.get("waiting")?, r.get("held")?, r.get("arriving")?),
            })
        })
        .collect()
}

/// What was last known before a day of the customers on the pool.
pub fn known_before<P>(view: &mut View<'_, Control>, scope: &Scope<P>, day: i64) -> Result<Vec<(CustomerId, Option<i64>)>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT a.customer_id, (SELECT u.active_users FROM usage_day u WHERE u.partner_id = $1 AND u.customer_id = a.customer_id
                   AND u.day < $5 ORDER BY u.day DESC LIMIT 1) AS active
                 FROM allocation a WHERE a.partner_id = $1 AND a.pooled AND ",
                access::visible!("a", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), day],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("active")?))).collect()
}

/// The days since one on which anything was told of the customers on the pool, each with its last value.
pub fn usage_since<P>(view: &mut View<'_, Control>, scope: &Scope<P>, day: i64) -> Result<Vec<(CustomerId, i64, i64)>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT u.customer_id, u.day, u.active_users FROM allocation a
                 JOIN usage_day u ON u.partner_id = a.partner_id AND u.customer_id = a.customer_id AND u.day >= $5
                 WHERE a.partner_id = $1 AND a.pooled AND ",
                access::visible!("a", "$2", "$3", "$4"),
                " ORDER BY u.customer_id, u.day"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), day],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("day")?, r.get("active_users")?))).collect()
}
