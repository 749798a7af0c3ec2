//! Every SQL text of removals.

use access::Scope;
use store::{Control, CustomerId, OperationId, Result, Row, Timestamp, Tx, Uuid, View, p, sql};

use super::queries::RemovedCustomer;
use crate::hierarchy::{CustomerKind, Lifecycle};

/// What is kept of a customer that leaves.
pub struct Leaving<'a> {
    pub customer: CustomerId,
    pub reason: Option<&'a str>,
    pub stood: Lifecycle,
    pub seats: i64,
    pub undo_until: Timestamp,
}

/// A removal as its own commands need it.
#[derive(Debug, Clone, Copy)]
pub struct Removal {
    pub removed_at: Timestamp,
    pub stood: Lifecycle,
    pub seats: i64,
    pub undo_until: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub purging: bool,
}

fn lifecycle(row: &Row, column: &str) -> Result<Lifecycle> {
    let word: String = row.get(column)?;
    Lifecycle::parse(&word).ok_or_else(|| store::Error::Corrupt(format!("{column}: {word}")))
}

pub fn insert<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, l: &Leaving<'_>, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO removal (partner_id, customer_id, removed_at, removed_by, reason, stood, seats, undo_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        p![scope.partner(), l.customer, now, scope.actor().holder, l.reason, l.stood.word(), l.seats, l.undo_until],
    )
    .map(drop)
}

fn removal(row: &Row) -> Result<Removal> {
    Ok(Removal {
        removed_at: row.get("removed_at")?,
        stood: lifecycle(row, "stood")?,
        seats: row.get("seats")?,
        undo_until: row.get("undo_until")?,
        closed_at: row.get("closed_at")?,
        purging: row.get::<Option<OperationId>>("purge_operation_id")?.is_some(),
    })
}

pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<Removal>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT removed_at, stood, seats, undo_until, closed_at, purge_operation_id FROM removal WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![scope.partner(), customer],
    )?;
    row.as_ref().map(removal).transpose()
}

/// A removal in the scope's reach, held until the transaction ends: two who restore or purge it come one after the other.
pub fn hold<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<Removal>> {
    let row = tx.change(
        sql!(
            Control,
            concat!(
                "UPDATE removal SET seats = seats WHERE partner_id = $1 AND customer_id = $5 AND ",
                access::visible!("removal", "$2", "$3", "$4"),
                " RETURNING removed_at, stood, seats, undo_until, closed_at, purge_operation_id"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), customer],
    )?;
    row.as_ref().map(removal).transpose()
}

pub fn close<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE removal SET closed_at = $3 WHERE partner_id = $1 AND customer_id = $2 AND closed_at IS NULL"),
        p![scope.partner(), customer, now],
    )
    .map(drop)
}

/// Takes back that the region is closed.
pub fn open_again<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE removal SET closed_at = NULL WHERE partner_id = $1 AND customer_id = $2 AND closed_at IS NOT NULL"),
        p![scope.partner(), customer],
    )
    .map(drop)
}

/// Forgets a removal: the customer is back.
pub fn forget<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM removal WHERE partner_id = $1 AND customer_id = $2"), p![scope.partner(), customer]).map(drop)
}

/// Removed customers in reach, the last one first.
pub fn list<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<RemovedCustomer>> {
    let (at, id) = after.unwrap_or((Timestamp::FOREVER, Uuid::max()));
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT r.customer_id, r.removed_at, r.reason, r.stood, r.seats, r.undo_until, r.closed_at, r.purge_operation_id, r.purged_at,
                        c.name, c.account_number, c.kind, c.lifecycle, c.domain, s.name AS removed_by,
                        (EXISTS (SELECT 1 FROM customer o WHERE o.partner_id = r.partner_id AND o.domain = c.domain AND o.lifecycle <> 'removed'
                          AND o.lifecycle <> 'purged')
                         OR EXISTS (SELECT 1 FROM extra_domain e JOIN customer x ON x.partner_id = e.partner_id AND x.customer_id = e.customer_id
                          WHERE e.partner_id = r.partner_id AND e.domain = c.domain AND x.lifecycle <> 'removed' AND x.lifecycle <> 'purged')) AS domain_taken
                 FROM removal r JOIN customer c ON c.partner_id = r.partner_id AND c.customer_id = r.customer_id
                 LEFT JOIN credential t ON t.credential_id = r.removed_by LEFT JOIN staff s ON s.staff_id = COALESCE(t.staff_id, r.removed_by)
                 WHERE r.partner_id = $1 AND (r.removed_at < $5 OR (r.removed_at = $5 AND r.customer_id < $6)) AND ",
                access::visible!("r", "$2", "$3", "$4"),
                " ORDER BY r.removed_at DESC, r.customer_id DESC LIMIT $7"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), at, id, limit],
    )?;
    rows.iter().map(listed).collect()
}

fn listed(r: &Row) -> Result<RemovedCustomer> {
    let kind: String = r.get("kind")?;
    let stood = lifecycle(r, "stood")?;
    Ok(RemovedCustomer {
        id: r.get("customer_id")?,
        name: r.get("name")?,
        account_number: r.get("account_number")?,
        kind: CustomerKind::parse(&kind).ok_or_else(|| store::Error::Corrupt(format!("kind: {kind}")))?,
        lifecycle: lifecycle(r, "lifecycle")?,
        domain: r.get("domain")?,
        domain_taken: r.get("domain_taken")?,
        removed_at: r.get("removed_at")?,
        removed_by: r.get("removed_by")?,
        reason: r.get("reason")?,
        seats: r.get("seats")?,
        never_finished: stood == Lifecycle::Provisioning,
        leaving: r.get::<Option<Timestamp>>("closed_at")?.is_none(),
        undo_until: r.get("undo_until")?,
        purge_operation_id: r.get("purge_operation_id")?,
        purged_at: r.get("purged_at")?,
    })
}

/// How many removed customers are in reach.
pub fn count<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    let row = view.one(
        sql!(Control, concat!("SELECT COUNT(*) AS n FROM removal r WHERE r.partner_id = $1 AND ", access::visible!("r", "$2", "$3", "$4"))),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
    )?;
    row.get("n")
}

pub fn begin_purge<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, operation: OperationId) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE removal SET purge_operation_id = $3 WHERE partner_id = $1 AND customer_id = $2"),
        p![scope.partner(), customer, operation],
    )
    .map(drop)
}

pub fn end_purge<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE removal SET purged_at = $3 WHERE partner_id = $1 AND customer_id = $2"),
        p![scope.partner(), customer, now],
    )
    .map(drop)
}
