//! The room's SQL: finding what a file means. Runs themselves are written by `hierarchy::standing`.

use access::Scope;
use store::{Control, CustomerId, ImportId, Result, View, p, sql};

use super::Told;

/// The customer with this account number or domain, if it is in reach and not removed.
pub fn named<P>(view: &mut View<'_, Control>, scope: &Scope<P>, name: &str) -> Result<Option<CustomerId>> {
    let row = view.opt(
        sql!(
            Control,
            concat!(
                "SELECT c.customer_id FROM customer c WHERE c.partner_id = $1 AND (c.account_number = $5 OR c.domain = $6)
                 AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged' AND ",
                access::visible!("c", "$2", "$3", "$4"),
                " ORDER BY c.customer_id LIMIT 1"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), name.to_uppercase(), name.to_lowercase()],
    )?;
    row.map(|r| r.get("customer_id")).transpose()
}

/// Whether a run is known.
pub fn known<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, reference: &str) -> Result<bool> {
    let row = view.opt(
        sql!(Control, "SELECT 1 AS yes FROM campaign_run WHERE partner_id = $1 AND customer_id = $2 AND external_ref = $3"),
        p![scope.partner(), customer, reference],
    )?;
    Ok(row.is_some())
}

/// Runs that an import told, as far as their customers are in reach.
pub fn told_by<P>(view: &mut View<'_, Control>, scope: &Scope<P>, import: ImportId, limit: i64) -> Result<Vec<Told>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT r.customer_id, r.run_id, r.at, r.name, r.external_ref, c.name AS customer FROM campaign_run r
                 JOIN customer c ON c.partner_id = r.partner_id AND c.customer_id = r.customer_id
                 WHERE r.partner_id = $1 AND r.import_id = $5 AND ",
                access::visible!("r", "$2", "$3", "$4"),
                " ORDER BY r.customer_id, r.run_id LIMIT $6"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), import, limit],
    )?;
    let told = |r: &store::Row| {
        Ok(Told {
            customer: r.get("customer_id")?,
            customer_name: r.get("customer")?,
            id: r.get("run_id")?,
            at: r.get("at")?,
            name: r.get("name")?,
            external_ref: r.get("external_ref")?,
        })
    };
    rows.iter().map(told).collect()
}

/// How many runs of an import there are, and how many of them can be taken back: a customer out of reach, or that moved to
/// another partner since, keeps its own.
pub fn count_told<P>(view: &mut View<'_, Control>, scope: &Scope<P>, import: ImportId) -> Result<(i64, i64)> {
    let row = view.one(
        sql!(
            Control,
            concat!(
                "SELECT COUNT(*) AS n, COUNT(CASE WHEN c.customer_id IS NOT NULL AND ",
                access::visible!("r", "$2", "$3", "$4"),
                " THEN 1 END) AS mine FROM campaign_run r
                 LEFT JOIN customer c ON c.partner_id = r.partner_id AND c.customer_id = r.customer_id
                 WHERE r.partner_id = $1 AND r.import_id = $5"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), import],
    )?;
    Ok((row.get("n")?, row.get("mine")?))
}
