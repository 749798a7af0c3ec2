//! What the room reads of others' rows.

use access::Scope;
use store::{Control, CustomerId, PartnerId, Result, View, p, sql};

use super::checklist::Counts;

/// True when a customer of the scope's partner is in its reach, removed or not.
pub fn in_reach<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<bool> {
    let row = view.opt(
        sql!(
            Control,
            concat!(
                "SELECT 1 AS yes FROM customer c WHERE c.partner_id = $1 AND c.customer_id = $5 AND ",
                access::visible!("c", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), customer],
    )?;
    Ok(row.is_some())
}

/// What a customer has, in numbers.
pub fn counts<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<Counts>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT s.allocated, s.members, s.active_users,
               (SELECT COUNT(*) FROM site x WHERE x.partner_id = $1 AND x.customer_id = $2 AND x.removed_at IS NULL) AS sites,
               (SELECT COUNT(*) FROM campaign_run x WHERE x.partner_id = $1 AND x.customer_id = $2) AS runs,
               (SELECT COUNT(*) FROM import x WHERE x.partner_id = $1 AND x.customer_id = $2) AS imports,
               (SELECT COUNT(*) FROM alert x WHERE x.partner_id = $1 AND x.customer_id = $2 AND x.resolved_at IS NULL) AS alerts,
               (SELECT COUNT(*) FROM credential x WHERE x.kind <> 'session' AND x.ended_at IS NULL AND x.credential_id IN
                 (SELECT m.holder_id FROM membership m JOIN org_node n ON n.node_id = m.node_id WHERE n.customer_id = $2 AND m.ended_at IS NULL)) AS tokens,
               (SELECT COUNT(*) FROM staff x WHERE x.staff_id IN
                 (SELECT m.holder_id FROM membership m JOIN org_node n ON n.node_id = m.node_id WHERE n.customer_id = $2 AND m.ended_at IS NULL)) AS administrators
             FROM standing s WHERE s.partner_id = $1 AND s.customer_id = $2"
        ),
        p![scope.partner(), customer],
    )?;
    row.map(|r| {
        Ok(Counts {
            seats: r.get("allocated")?,
            members: r.get("members")?,
            active_users: r.get("active_users")?,
            sites: r.get("sites")?,
            campaign_runs: r.get("runs")?,
            imports: r.get("imports")?,
            tokens: r.get("tokens")?,
            administrators: r.get("administrators")?,
            alerts: r.get("alerts")?,
        })
    })
    .transpose()
}

/// Customers of a partner that are used, or suspended.
pub fn living(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<CustomerId>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT customer_id FROM customer WHERE partner_id = $1 AND (lifecycle = 'setup' OR lifecycle = 'active' OR lifecycle = 'disabled')
             ORDER BY customer_id"
        ),
        p![partner],
    )?;
    rows.iter().map(|r| r.get("customer_id")).collect()
}

/// Customers of a partner whose inactive members are removed after so many days.
pub fn kept_for(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<(CustomerId, i64)>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT customer_id, member_retention_days FROM customer WHERE partner_id = $1 AND member_retention_days IS NOT NULL
             AND (lifecycle = 'setup' OR lifecycle = 'active' OR lifecycle = 'disabled') ORDER BY customer_id"
        ),
        p![partner],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("member_retention_days")?))).collect()
}
