//! The room's SQL.

use access::Scope;
use store::{Control, CustomerId, DraftId, Result, Row, StaffId, Timestamp, Tx, View, p, sql};

use super::draft::{Answers, Draft, Found, Sent};

/// Draft and whose it is. Parameter: $1 partner.
macro_rules! drafts {
    ($rest:literal) => {
        concat!(
            "SELECT d.draft_id, d.answers, d.staff_id, s.name AS staff_name, d.customer_id, d.operation_id, d.created_at, d.changed_at, d.version
             FROM draft d LEFT JOIN staff s ON s.staff_id = d.staff_id WHERE d.partner_id = $1 AND ",
            $rest
        )
    };
}

fn draft(row: &Row) -> Result<Draft> {
    let answers: String = row.get("answers")?;
    Ok(Draft {
        id: row.get("draft_id")?,
        answers: serde_json::from_str(&answers).map_err(|e| store::Error::Corrupt(format!("answers: {e}")))?,
        staff_id: row.get("staff_id")?,
        staff_name: row.get("staff_name")?,
        reserved: None,
        created_at: row.get("created_at")?,
        changed_at: row.get("changed_at")?,
        version: row.get("version")?,
    })
}

fn found(row: &Row) -> Result<Found> {
    match (row.get("customer_id")?, row.get("operation_id")?) {
        (Some(customer), Some(operation)) => Ok(Found::Sent(Sent { customer, operation })),
        _ => Ok(Found::Open(Box::new(draft(row)?))),
    }
}

pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: DraftId) -> Result<Option<Found>> {
    let row = view.opt(sql!(Control, drafts!("d.draft_id = $2")), p![scope.partner(), id])?;
    row.as_ref().map(found).transpose()
}

/// As [`find`], held until the transaction ends: of two who send a draft, one makes the customer and the other finds it.
pub fn hold<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: DraftId) -> Result<Option<Found>> {
    tx.exec(sql!(Control, "UPDATE draft SET version = version WHERE partner_id = $1 AND draft_id = $2"), p![scope.partner(), id])?;
    find(tx, scope, id)
}

/// The drafts that are not sent, the one changed last first.
pub fn open<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<Draft>> {
    let rows =
        view.rows(sql!(Control, drafts!("d.customer_id IS NULL ORDER BY d.changed_at DESC, d.draft_id DESC")), p![scope.partner()])?;
    rows.iter().map(draft).collect()
}

pub fn count_open<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    let text = sql!(Control, "SELECT COUNT(*) AS n FROM draft WHERE partner_id = $1 AND customer_id IS NULL");
    view.one(text, p![scope.partner()])?.get("n")
}

/// The answers as they are kept.
fn text(answers: &Answers) -> Result<String> {
    serde_json::to_string(answers).map_err(|e| store::Error::Corrupt(e.to_string()))
}

/// Begins a draft; one that is there already stays as it is.
pub fn insert<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: DraftId, answers: &Answers, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO draft (partner_id, draft_id, staff_id, answers, created_at, changed_at, version) VALUES ($1, $2, $3, $4, $5, $5, 1)
             ON CONFLICT (partner_id, draft_id) DO NOTHING"
        ),
        p![scope.partner(), id, scope.actor().staff, text(answers)?, now],
    )
    .map(drop)
}

pub fn save<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: DraftId,
    answers: &Answers,
    staff: Option<StaffId>,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE draft SET answers = $3, staff_id = $4, changed_at = $5, version = version + 1 WHERE partner_id = $1 AND draft_id = $2"
        ),
        p![scope.partner(), id, text(answers)?, staff, now],
    )
    .map(drop)
}

/// From here on the draft holds no answers and leads to its customer.
pub fn lead<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: DraftId, to: Sent, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE draft SET answers = '{}', customer_id = $3, operation_id = $4, changed_at = $5, version = version + 1
             WHERE partner_id = $1 AND draft_id = $2"
        ),
        p![scope.partner(), id, to.customer, to.operation, now],
    )
    .map(drop)
}

pub fn delete<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: DraftId) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM draft WHERE partner_id = $1 AND draft_id = $2"), p![scope.partner(), id]).map(drop)
}

/// The draft that led to a customer.
pub fn of_customer<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<DraftId>> {
    let row = view.opt(
        sql!(Control, "SELECT draft_id FROM draft WHERE partner_id = $1 AND customer_id = $2 ORDER BY changed_at DESC LIMIT 1"),
        p![scope.partner(), customer],
    )?;
    row.map(|r| r.get("draft_id")).transpose()
}

/// Customers in reach that are not launched, the youngest first, each with the draft that led to it.
pub fn unlaunched<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    after: Option<CustomerId>,
    limit: i64,
) -> Result<Vec<(CustomerId, Option<DraftId>)>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT c.customer_id, d.draft_id FROM customer c LEFT JOIN draft d ON d.partner_id = c.partner_id AND d.customer_id = c.customer_id
                 WHERE c.partner_id = $1 AND c.kind <> 'internal' AND c.lifecycle IN ('provisioning', 'setup') AND ",
                access::visible!("c", "$2", "$3", "$4"),
                " AND c.customer_id < $5 ORDER BY c.customer_id DESC LIMIT $6"
            )
        ),
        p![
            scope.partner(),
            scope.reach_mode(),
            scope.reach_membership(),
            scope.reach_customer(),
            after.unwrap_or(CustomerId::new(store::Uuid::max())),
            limit
        ],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("draft_id")?))).collect()
}

/// How many customers in reach are not launched.
pub fn count_unlaunched<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    let row = view.one(
        sql!(
            Control,
            concat!(
                "SELECT COUNT(*) AS n FROM customer c WHERE c.partner_id = $1 AND c.kind <> 'internal'
                 AND c.lifecycle IN ('provisioning', 'setup') AND ",
                access::visible!("c", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
    )?;
    row.get("n")
}
