//! The room's SQL: what has become of the customers an import made. It reads what other rooms wrote, and writes nothing.

use access::Scope;
use store::{Control, CustomerId, ImportId, PartnerId, Result, Row, Timestamp, View, p, sql};

use super::{
    made_by::{Made, Making},
    undo_import::{Imported, WorkedOn},
};
use crate::hierarchy::Lifecycle;

/// A customer of an import, and the first thing that was done with it since; NULL for nothing. Parameters: $1 partner, $2 to
/// $4 the reach, $5 import.
macro_rules! imported {
    () => {
        concat!(
            "SELECT c.customer_id, c.name, c.lifecycle, CASE
               WHEN c.lifecycle = 'active' THEN 'launched'
               WHEN c.lifecycle = 'disabled' THEN 'suspended'
               WHEN a.usage_seq > 0 THEN 'members'
               WHEN a.releasing > 0 OR EXISTS (SELECT 1 FROM allocation_change l WHERE l.partner_id = c.partner_id AND l.customer_id = c.customer_id
                 AND (l.at > c.created_at OR COALESCE(l.reason, '') NOT IN ('created', 'trial'))) THEN 'seats'
               WHEN EXISTS (SELECT 1 FROM campaign_run r WHERE r.partner_id = c.partner_id AND r.customer_id = c.customer_id)
                 OR EXISTS (SELECT 1 FROM campaign k WHERE k.partner_id = c.partner_id AND k.customer_id = c.customer_id) THEN 'results'
               WHEN EXISTS (SELECT 1 FROM sync_event e WHERE e.partner_id = c.partner_id AND e.customer_id = c.customer_id)
                 OR EXISTS (SELECT 1 FROM mail_check m WHERE m.partner_id = c.partner_id AND m.customer_id = c.customer_id)
                 OR EXISTS (SELECT 1 FROM delivery_test d WHERE d.partner_id = c.partner_id AND d.customer_id = c.customer_id)
                 OR EXISTS (SELECT 1 FROM mail_step t WHERE t.partner_id = c.partner_id AND t.customer_id = c.customer_id) THEN 'checks'
               WHEN EXISTS (SELECT 1 FROM site s WHERE s.partner_id = c.partner_id AND s.customer_id = c.customer_id) THEN 'sites'
               WHEN EXISTS (SELECT 1 FROM membership b LEFT JOIN staff s ON s.staff_id = b.holder_id WHERE b.node_id = c.customer_id
                 AND (s.staff_id IS NULL OR s.status <> 'invited' OR s.email_key <> COALESCE(lower(c.admin_email), '')))
                 OR EXISTS (SELECT 1 FROM membership_target t WHERE t.target_id = c.customer_id) THEN 'staff'
               WHEN EXISTS (SELECT 1 FROM group_member g JOIN customer_group k ON k.partner_id = g.partner_id AND k.group_id = g.group_id
                 WHERE g.partner_id = c.partner_id AND g.customer_id = c.customer_id AND k.rule IS NULL) THEN 'groups'
               WHEN c.lifecycle <> 'removed' AND c.version > CASE c.lifecycle WHEN 'provisioning' THEN 1 ELSE 2 END THEN 'edited'
               END AS worked_on
             FROM customer c JOIN allocation a ON a.partner_id = c.partner_id AND a.customer_id = c.customer_id
             WHERE c.partner_id = $1 AND c.import_id = $5 AND c.lifecycle <> 'purged' AND ",
            access::visible!("c", "$2", "$3", "$4")
        )
    };
}

fn read(row: &Row) -> Result<Imported> {
    let lifecycle: String = row.get("lifecycle")?;
    let worked_on: Option<String> = row.get("worked_on")?;
    Ok(Imported {
        customer: row.get("customer_id")?,
        name: row.get("name")?,
        removed: lifecycle == "removed",
        // A reason this program does not know is one all the same.
        worked_on: worked_on.filter(|_| lifecycle != "removed").map(|word| WorkedOn::parse(&word).unwrap_or(WorkedOn::Edited)),
    })
}

/// The customers of an import in reach, from one on.
pub fn imported<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    import: ImportId,
    after: Option<CustomerId>,
    limit: i64,
) -> Result<Vec<Imported>> {
    let after = after.unwrap_or(CustomerId::new(store::Uuid::nil()));
    let rows = view.rows(
        sql!(Control, concat!(imported!(), " AND c.customer_id > $6 ORDER BY c.customer_id LIMIT $7")),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), import, after, limit],
    )?;
    rows.iter().map(read).collect()
}

/// One customer of an import.
pub fn one_imported<P>(view: &mut View<'_, Control>, scope: &Scope<P>, import: ImportId, customer: CustomerId) -> Result<Option<Imported>> {
    let row = view.opt(
        sql!(Control, concat!(imported!(), " AND c.customer_id = $6")),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), import, customer],
    )?;
    row.as_ref().map(read).transpose()
}

/// The customers of an import in reach, those under way first, each with the step its preparation stands at.
pub fn making<P>(view: &mut View<'_, Control>, scope: &Scope<P>, import: ImportId, limit: i64, offset: i64) -> Result<Vec<Making>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT c.customer_id, c.name, c.account_number, c.lifecycle, o.operation_id, o.status, s.name AS step, s.error
                 FROM customer c LEFT JOIN operation o ON o.partner_id = c.partner_id AND o.customer_id = c.customer_id AND o.kind = 'provisioning'
                   LEFT JOIN operation_step s ON s.partner_id = o.partner_id AND s.operation_id = o.operation_id AND s.status IN ('running', 'failed')
                 WHERE c.partner_id = $1 AND c.import_id = $5 AND c.lifecycle <> 'purged' AND ",
                access::visible!("c", "$2", "$3", "$4"),
                " ORDER BY CASE c.lifecycle WHEN 'provisioning' THEN 0 WHEN 'removed' THEN 1 ELSE 2 END, c.customer_id, s.position LIMIT $6 OFFSET $7"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), import, limit, offset],
    )?;
    let one = |r: &Row| {
        let lifecycle: String = r.get("lifecycle")?;
        Ok(Making {
            customer_id: r.get("customer_id")?,
            name: r.get("name")?,
            account_number: r.get("account_number")?,
            lifecycle: Lifecycle::parse(&lifecycle).ok_or_else(|| store::Error::Corrupt("customer: lifecycle".into()))?,
            operation_id: r.get("operation_id")?,
            status: r.get("status")?,
            step: r.get("step")?,
            error: r.get("error")?,
        })
    };
    rows.iter().map(one).collect()
}

/// How many customers of an import in reach are how far.
pub fn made<P>(view: &mut View<'_, Control>, scope: &Scope<P>, import: ImportId) -> Result<Made> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT c.lifecycle, COUNT(*) AS n FROM customer c
                 WHERE c.partner_id = $1 AND c.import_id = $5 AND c.lifecycle <> 'purged' AND ",
                access::visible!("c", "$2", "$3", "$4"),
                " GROUP BY c.lifecycle"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), import],
    )?;
    let mut made = Made::default();
    for row in rows {
        let (lifecycle, n): (String, i64) = (row.get("lifecycle")?, row.get("n")?);
        match lifecycle.as_str() {
            "provisioning" => made.under_way += n,
            "removed" => made.failed += n,
            _ => made.ready += n,
        }
    }
    Ok(made)
}

/// The domains of a partner's living customers that are not proved, those claimed last first.
pub fn unverified(view: &mut View<'_, Control>, partner: PartnerId, since: Timestamp, most: i64) -> Result<Vec<(CustomerId, String)>> {
    view.enter(partner.0);
    let rows = view.rows(
        sql!(
            Control,
            "SELECT c.customer_id AS customer_id, c.domain AS domain, c.created_at AS claimed_at FROM customer c
             WHERE c.partner_id = $1 AND c.domain IS NOT NULL AND c.domain_verified_at IS NULL AND c.created_at >= $2 AND c.lifecycle IN ('setup', 'active')
             UNION ALL
             SELECT e.customer_id, e.domain, e.added_at FROM extra_domain e JOIN customer o ON o.partner_id = e.partner_id AND o.customer_id = e.customer_id
             WHERE e.partner_id = $1 AND e.verified_at IS NULL AND e.added_at >= $2 AND o.lifecycle IN ('setup', 'active')
             ORDER BY claimed_at DESC, customer_id, domain LIMIT $3"
        ),
        p![partner, since, most],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("domain")?))).collect()
}
