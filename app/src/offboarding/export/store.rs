//! Every SQL text of the table `export`.

use access::Scope;
use store::{Control, CustomerId, ExportId, OperationId, PartnerId, Result, Row, Timestamp, Tx, View, p, sql};

use super::Export;

fn read(r: &Row) -> Result<Export> {
    Ok(Export {
        id: r.get("export_id")?,
        customer_id: r.get("customer_id")?,
        customer_name: r.get("name")?,
        operation_id: r.get("operation_id")?,
        bytes: r.get("bytes")?,
        sha256: r.get("sha256")?,
        created_at: r.get("created_at")?,
        expires_at: r.get("expires_at")?,
    })
}

macro_rules! exports {
    ($rest:literal) => {
        concat!(
            "SELECT x.export_id, x.customer_id, c.name, x.operation_id, x.bytes, x.sha256, x.created_at, x.expires_at
             FROM export x JOIN customer c ON c.partner_id = x.partner_id AND c.customer_id = x.customer_id
             WHERE x.partner_id = $1 AND ",
            access::visible!("x", "$2", "$3", "$4"),
            $rest
        )
    };
}

pub fn list<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<Export>> {
    let text = sql!(Control, exports!(" ORDER BY x.created_at DESC, x.export_id DESC LIMIT 200"));
    let rows = view.rows(text, p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()])?;
    rows.iter().map(read).collect()
}

pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: ExportId) -> Result<Option<Export>> {
    let row = view.opt(
        sql!(Control, exports!(" AND x.export_id = $5")),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), id],
    )?;
    row.as_ref().map(read).transpose()
}

pub fn insert<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: ExportId,
    customer: CustomerId,
    operation: OperationId,
    now: Timestamp,
    expires: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO export (partner_id, export_id, customer_id, operation_id, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        p![scope.partner(), id, customer, operation, scope.actor().holder, now, expires],
    )
    .map(drop)
}

/// Books that the file is there; false when it was, or the export is gone.
pub fn ready<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: ExportId, bytes: i64, sha256: &str) -> Result<bool> {
    tx.exec(
        sql!(Control, "UPDATE export SET bytes = $3, sha256 = $4 WHERE partner_id = $1 AND export_id = $2 AND sha256 IS NULL"),
        p![scope.partner(), id, bytes, sha256],
    )
    .map(|n| n == 1)
}

/// True while an export of the customer is being made.
pub fn being_made<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, now: Timestamp) -> Result<bool> {
    let row = view.opt(
        sql!(Control, "SELECT 1 AS yes FROM export WHERE partner_id = $1 AND customer_id = $2 AND sha256 IS NULL AND expires_at > $3"),
        p![scope.partner(), customer, now],
    )?;
    Ok(row.is_some())
}

/// Exports of a partner whose time is over, each with whose it is.
pub fn expired(view: &mut View<'_, Control>, partner: PartnerId, now: Timestamp) -> Result<Vec<(CustomerId, ExportId)>> {
    let text = sql!(Control, "SELECT customer_id, export_id FROM export WHERE partner_id = $1 AND expires_at <= $2");
    let rows = view.rows(text, p![partner, now])?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("export_id")?))).collect()
}

pub fn forget<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<u64> {
    tx.exec(sql!(Control, "DELETE FROM export WHERE partner_id = $1 AND expires_at <= $2"), p![scope.partner(), now])
}

/// Exports of a customer: their files go with it.
pub fn of_customer(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Vec<ExportId>> {
    let rows =
        view.rows(sql!(Control, "SELECT export_id FROM export WHERE partner_id = $1 AND customer_id = $2"), p![partner, customer])?;
    rows.iter().map(|r| r.get("export_id")).collect()
}
