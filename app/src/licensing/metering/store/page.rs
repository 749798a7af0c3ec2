//! The customers of a page of active accounts: how many, which of them, and who is called so.

use access::Scope;
use store::{Control, CustomerId, Result, Sql, View, p, sql};

use super::list::{gone, params, removed, touches};
use crate::licensing::month::Month;

/// How many customers the partner has in reach that were billed in these months.
pub fn count_here<P>(view: &mut View<'_, Control>, scope: &Scope<P>, months: [Month; 2]) -> Result<i64> {
    let text = if scope.covers_all() { kept() } else { counted() };
    view.one(text, &params(scope, months))?.get("n")
}

/// From the sums that are kept: the stretches that touch the months, less those of customers with a later one, less who is gone.
fn kept() -> &'static Sql<Control> {
    sql!(
        Control,
        concat!(
            "SELECT (SELECT CAST(COALESCE(SUM(s.began), 0) AS BIGINT) FROM maa_sum s WHERE s.partner_id = $1 AND s.month <= $6)
               - (SELECT CAST(COALESCE(SUM(s.ended), 0) AS BIGINT) FROM maa_sum s WHERE s.partner_id = $1 AND s.month <= $5)
               - (SELECT COUNT(*) FROM metered e WHERE e.partner_id = $1 AND e.until_month >= $5 AND e.until_month < $6
                    AND EXISTS (SELECT 1 FROM metered t WHERE t.partner_id = $1 AND t.customer_id = e.customer_id
                      AND t.since_month > e.until_month AND t.since_month <= $6))
               - (SELECT COUNT(DISTINCT m.customer_id) FROM metered m WHERE m.customer_id IN ",
            gone!(),
            " AND ",
            touches!(),
            ") AS n"
        )
    )
}

/// One by one, in the reach of who asks.
fn counted() -> &'static Sql<Control> {
    sql!(
        Control,
        concat!("SELECT COUNT(DISTINCT m.customer_id) AS n FROM metered m WHERE m.customer_id NOT IN ", gone!(), " AND ", touches!())
    )
}

/// These by name, from a place on. Only those that are shown are looked up: SQLite takes the tables of a cross join as they stand.
pub fn here<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    months: [Month; 2],
    [offset, limit]: [i64; 2],
) -> Result<Vec<(CustomerId, String)>> {
    let mut params = params(scope, months);
    params.extend([limit.into(), offset.into()]);
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT c.customer_id, c.name FROM
                   (SELECT n.customer_id FROM customer n WHERE n.partner_id = $1 AND n.customer_id NOT IN (",
                removed!(),
                ") AND n.customer_id NOT IN (SELECT l.customer_id FROM metered l WHERE l.partner_id = $1 AND l.since_month > $6
                      AND NOT EXISTS (SELECT 1 FROM metered t WHERE t.partner_id = $1 AND t.customer_id = l.customer_id
                        AND t.since_month <= $6 AND (t.until_month IS NULL OR t.until_month >= $5))) AND ",
                access::visible!("n", "$2", "$3", "$4"),
                " ORDER BY n.name_key, n.customer_id LIMIT $7 OFFSET $8) s
                 CROSS JOIN customer c WHERE c.partner_id = $1 AND c.customer_id = s.customer_id ORDER BY c.name_key, c.customer_id"
            )
        ),
        &params,
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("name")?))).collect()
}

/// Whoever is called so, by number or by name, of the partner's customers in reach: two at most, to tell that a name is not enough.
pub fn called<P>(view: &mut View<'_, Control>, scope: &Scope<P>, text: &str) -> Result<Vec<CustomerId>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT c.customer_id FROM customer c WHERE c.partner_id = $1 AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged'
                   AND (c.account_number = $5 OR c.name_key = $6) AND ",
                access::visible!("c", "$2", "$3", "$4"),
                " ORDER BY c.customer_id LIMIT 2"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), text, store::fold(text)],
    )?;
    rows.iter().map(|r| r.get("customer_id")).collect()
}
