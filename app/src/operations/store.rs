//! The room's SQL.

use access::Scope;
use store::{Control, CustomerId, JobId, OperationId, PartnerId, Region, Result, StaffId, Timestamp, Tx, Uuid, View, p, sql};

use super::{Booked, Operation, Outcome, Progress, Status, Step, mail_test::Tester};

pub fn insert<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: OperationId,
    customer: Option<CustomerId>,
    kind: &str,
    total: i64,
    now: Timestamp,
) -> Result<()> {
    let partner = scope.partner();
    let node = customer.map_or(partner.0, Into::into);
    tx.exec(sql!(Control, "INSERT INTO operation_place (operation_id, partner_id, node_id) VALUES ($1, $2, $3)"), p![id, partner, node])?;
    tx.exec(
        sql!(
            Control,
            "INSERT INTO operation (partner_id, operation_id, customer_id, kind, status, done, total, created_by, created_at)
             VALUES ($1, $2, $3, $4, 'pending', 0, $5, $6, $7)"
        ),
        p![partner, id, customer, kind, total, scope.actor().holder, now],
    )
    .map(drop)
}

pub fn progress<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: OperationId, done: i64) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE operation SET status = 'running', done = $3 WHERE partner_id = $1 AND operation_id = $2 AND finished_at IS NULL"
        ),
        p![scope.partner(), id, done],
    )
    .map(drop)
}

pub fn end<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: OperationId,
    status: &str,
    result: Option<&str>,
    error: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE operation SET status = $3, result = $4, error = $5, finished_at = $6, done = CASE WHEN $3 = 'succeeded' THEN total ELSE done END
             WHERE partner_id = $1 AND operation_id = $2"
        ),
        p![scope.partner(), id, status, result, error, now],
    )
    .map(drop)
}

pub fn book_step<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: OperationId, step: &Booked<'_>, now: Timestamp) -> Result<()> {
    let ended = matches!(step.status, "succeeded" | "failed" | "undone").then_some(now);
    tx.exec(
        sql!(
            Control,
            "INSERT INTO operation_step (partner_id, operation_id, position, name, status, started_at, finished_at, result, error)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (partner_id, operation_id, position) DO UPDATE SET status = excluded.status, finished_at = excluded.finished_at,
               result = COALESCE(excluded.result, operation_step.result), error = excluded.error"
        ),
        p![
            scope.partner(),
            id,
            i64::try_from(step.position).unwrap_or(i64::MAX),
            step.name,
            step.status,
            now,
            ended,
            step.result.map(ToString::to_string),
            step.error
        ],
    )
    .map(drop)
}

/// Partner and node of an operation; nil when there is none. A customer that was removed, or moved to another partner since, is
/// no node of this partner any more: then the partner itself is asked.
pub fn place(view: &mut View<'_, Control>, id: OperationId) -> Result<(PartnerId, Uuid)> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT p.partner_id, CASE WHEN t.node_id IS NULL THEN p.partner_id ELSE p.node_id END AS node_id FROM operation_place p
             LEFT JOIN org_tree t ON t.node_id = p.node_id AND t.ancestor_id = p.partner_id WHERE p.operation_id = $1"
        ),
        p![id],
    )?;
    row.map_or(Ok((PartnerId::new(Uuid::nil()), Uuid::nil())), |r| Ok((r.get("partner_id")?, r.get("node_id")?)))
}

/// Where the steps of an operation stand, and whether somebody called it off.
pub fn progress_of(view: &mut View<'_, Control>, id: OperationId) -> Result<Progress> {
    let (partner, _) = place(view, id)?;
    view.enter(partner.0);
    Ok(Progress { called_off: called_off(view, partner, id)?, steps: steps(view, partner, id)? })
}

/// True once somebody has called the operation off.
pub fn called_off(view: &mut View<'_, Control>, partner: PartnerId, id: OperationId) -> Result<bool> {
    let row =
        view.opt(sql!(Control, "SELECT cancel_asked_at FROM operation WHERE partner_id = $1 AND operation_id = $2"), p![partner, id])?;
    row.map_or(Ok(false), |r| Ok(r.get::<Option<Timestamp>>("cancel_asked_at")?.is_some()))
}

/// Notes that somebody calls the operation off; false when it has ended.
pub fn ask_cancel<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: OperationId, now: Timestamp) -> Result<bool> {
    tx.exec(
        sql!(
            Control,
            "UPDATE operation SET cancel_asked_at = COALESCE(cancel_asked_at, $3) WHERE partner_id = $1 AND operation_id = $2 AND finished_at IS NULL"
        ),
        p![scope.partner(), id, now],
    )
    .map(|n| n == 1)
}

fn steps(view: &mut View<'_, Control>, partner: PartnerId, id: OperationId) -> Result<Vec<Step>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT name, status, started_at, finished_at, result, error FROM operation_step WHERE partner_id = $1 AND operation_id = $2 ORDER BY position"
        ),
        p![partner, id],
    )?;
    let step = |r: &store::Row| {
        Ok(Step {
            name: r.get("name")?,
            status: r.get("status")?,
            started_at: r.get("started_at")?,
            finished_at: r.get("finished_at")?,
            result: r.get::<Option<String>>("result")?.and_then(|t| serde_json::from_str(&t).ok()),
            error: r.get("error")?,
        })
    };
    rows.iter().map(step).collect()
}

pub fn outcome(view: &mut View<'_, Control>, id: OperationId) -> Result<Outcome> {
    let (partner, _) = place(view, id)?;
    view.enter(partner.0);
    let row = view
        .opt(sql!(Control, "SELECT status, result, error FROM operation WHERE partner_id = $1 AND operation_id = $2"), p![partner, id])?;
    let Some(row) = row else { return Ok(Outcome::Pending) };
    let json = |text: Option<String>| text.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
    Ok(match Status::parse(&row.get::<String>("status")?) {
        Status::Succeeded => Outcome::Succeeded(json(row.get("result")?)),
        Status::Failed | Status::Canceled => Outcome::Failed(json(row.get("error")?)),
        Status::Pending | Status::Running => Outcome::Pending,
    })
}

/// True until the operation has ended.
pub fn is_open<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: OperationId) -> Result<bool> {
    view.opt(
        sql!(Control, "SELECT operation_id FROM operation WHERE partner_id = $1 AND operation_id = $2 AND finished_at IS NULL"),
        p![scope.partner(), id],
    )
    .map(|row| row.is_some())
}

/// A customer's operations of a kind that have not ended.
pub fn open_of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, kind: &str) -> Result<Vec<OperationId>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT operation_id FROM operation WHERE partner_id = $1 AND customer_id = $2 AND kind = $3 AND finished_at IS NULL
             ORDER BY operation_id"
        ),
        p![scope.partner(), customer, kind],
    )?;
    rows.iter().map(|r| r.get("operation_id")).collect()
}

pub fn under_way<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<i64> {
    let row = view.one(
        sql!(Control, "SELECT COUNT(*) AS n FROM operation WHERE partner_id = $1 AND customer_id = $2 AND finished_at IS NULL"),
        p![scope.partner(), customer],
    )?;
    row.get("n")
}

/// An operation of the scope's partner, if its customer is in reach.
pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: OperationId) -> Result<Option<Operation>> {
    let row = view.opt(
        sql!(
            Control,
            concat!(
                "SELECT o.kind, o.customer_id, o.status, o.done, o.total, o.result, o.error, o.created_at, o.finished_at FROM operation o
                 WHERE o.partner_id = $1 AND o.operation_id = $5 AND (o.customer_id IS NULL OR ",
                access::visible!("o", "$2", "$3", "$4"),
                ")"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), id],
    )?;
    let Some(row) = row else { return Ok(None) };
    let json = |text: Option<String>| text.and_then(|t| serde_json::from_str(&t).ok());
    Ok(Some(Operation {
        id,
        kind: row.get("kind")?,
        customer_id: row.get("customer_id")?,
        status: Status::parse(&row.get::<String>("status")?),
        done: row.get("done")?,
        total: row.get("total")?,
        steps: steps(view, scope.partner(), id)?,
        result: json(row.get("result")?),
        error: json(row.get("error")?),
        created_at: row.get("created_at")?,
        finished_at: row.get("finished_at")?,
    }))
}

/// The customers a scope sees, with name and region.
pub fn customers<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<(CustomerId, String, String)>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT c.customer_id, c.name, c.region FROM customer c WHERE c.partner_id = $1 AND ",
                access::visible!("c", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("name")?, r.get("region")?))).collect()
}

/// The chains of a region that hold dead letters.
pub fn chains_with_dead(view: &mut View<'_, Region>) -> Result<Vec<Uuid>> {
    let rows = view.rows(sql!(Region, "SELECT DISTINCT chain_id FROM job WHERE status = 'dead'"), p![])?;
    rows.iter().map(|r| r.get("chain_id")).collect()
}

/// The dead jobs of a partner that work on an operation: their payload names it.
pub fn dead_of(view: &mut View<'_, Control>, partner: PartnerId, operation: OperationId) -> Result<Vec<JobId>> {
    let rows = view.rows(
        sql!(Control, "SELECT job_id FROM job WHERE chain_id = $1 AND status = 'dead' AND payload LIKE '%' || CAST($2 AS TEXT) || '%'"),
        // An id has one character that LIKE reads as a wildcard, and it stands for itself as well.
        p![partner, operation.to_string()],
    )?;
    rows.iter().map(|r| r.get("job_id")).collect()
}

/// A failed operation runs again.
pub fn reopen<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: OperationId) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE operation SET status = 'running', error = NULL, finished_at = NULL WHERE partner_id = $1 AND operation_id = $2 AND status <> 'succeeded'"
        ),
        p![scope.partner(), id],
    )
    .map(drop)
}

/// What runs, failed, or has just ended; newest first.
pub fn recent<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<(Operation, Option<String>)>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT o.operation_id, c.name FROM operation o
                 LEFT JOIN customer c ON c.partner_id = o.partner_id AND c.customer_id = o.customer_id
                 WHERE o.partner_id = $1 AND (o.customer_id IS NULL OR ",
                access::visible!("o", "$2", "$3", "$4"),
                ") ORDER BY CASE WHEN o.finished_at IS NULL THEN 0 ELSE 1 END, o.created_at DESC LIMIT 30"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
    )?;
    let mut all = Vec::new();
    for row in rows {
        if let Some(operation) = find(view, scope, row.get("operation_id")?)? {
            all.push((operation, row.get("name")?));
        }
    }
    Ok(all)
}

/// When a partner's operations of a kind were begun since an instant, oldest first.
pub fn begun_since<P>(view: &mut View<'_, Control>, scope: &Scope<P>, kind: &str, since: Timestamp) -> Result<Vec<Timestamp>> {
    let rows = view.rows(
        sql!(Control, "SELECT created_at FROM operation WHERE partner_id = $1 AND kind = $2 AND created_at > $3 ORDER BY created_at"),
        p![scope.partner(), kind, since],
    )?;
    rows.iter().map(|r| r.get("created_at")).collect()
}

/// To whom a test mail goes.
pub fn tester(view: &mut View<'_, Control>, staff: StaffId) -> Result<Option<Tester>> {
    let row = view.opt(sql!(Control, "SELECT email, name, language FROM staff WHERE staff_id = $1"), p![staff])?;
    row.map(|r| Ok(Tester { email: r.get("email")?, name: r.get("name")?, language: r.get("language")? })).transpose()
}
