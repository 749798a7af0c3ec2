//! The room's SQL: finding what a file means. Runs themselves are written by `hierarchy::standing`.

use access::Scope;
use store::{Control, CustomerId, Result, View, p, sql};

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
