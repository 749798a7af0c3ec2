//! What was said of months after they were final.

use access::Scope;
use store::{Control, CustomerId, Result, Row, Timestamp, Tx, View, p, sql};

use crate::licensing::{
    metering::queries::{Adjustment, Why},
    month::Month,
};

/// What was said of a month after it was final.
#[derive(Debug, Clone, Copy)]
pub struct Late {
    pub customer: CustomerId,
    pub month: Month,
    pub seq: i64,
    pub difference: i64,
    /// As is known now.
    pub users: i64,
    pub why: &'static str,
}

/// Books it.
pub fn add_adjustment<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, late: &Late, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO maa_adjustment (partner_id, customer_id, month, at, seq, difference, users, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (partner_id, customer_id, month, at, seq) DO NOTHING"
        ),
        p![scope.partner(), late.customer, late.month, now, late.seq, late.difference, late.users, late.why],
    )
    .map(drop)
}

/// Adjustments of customers in reach that came within a time, oldest first.
pub fn adjustments<P>(view: &mut View<'_, Control>, scope: &Scope<P>, [from, until]: [Timestamp; 2]) -> Result<Vec<Adjustment>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT a.customer_id, a.month, a.at, a.difference, a.users, a.why,
                   COALESCE(NULLIF(c.name, ''), (SELECT s.name FROM customer_state s WHERE s.partner_id = a.partner_id
                     AND s.customer_id = a.customer_id ORDER BY s.since DESC LIMIT 1), c.account_number, '') AS name
                 FROM maa_adjustment a LEFT JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
                 WHERE a.partner_id = $1 AND a.at >= $5 AND a.at < $6 AND ",
                access::visible!("a", "$2", "$3", "$4"),
                " ORDER BY a.at, a.customer_id, a.month"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), from, until],
    )?;
    let one = |r: &Row| {
        Ok(Adjustment {
            period: r.get("month")?,
            tenant_id: r.get("customer_id")?,
            name: r.get("name")?,
            difference: r.get("difference")?,
            now: r.get("users")?,
            why: Why::of(&r.get::<String>("why")?),
            at: r.get("at")?,
        })
    };
    rows.iter().map(one).collect()
}
