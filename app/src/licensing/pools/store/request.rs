//! Orders that were asked for.

use access::Scope;
use store::{Control, OrderId, OrderRequestId, Result, Row, Timestamp, Tx, View, p, sql};

use super::super::request::OrderRequest;

/// A request with the names of those who asked and decided.
macro_rules! found {
    () => {
        "SELECT r.request_id, r.sku, r.quantity, r.note, a.name AS asked_name, r.asked_at, r.status, d.name AS decided_name, r.decided_at, r.reason,
           r.order_id
         FROM order_request r LEFT JOIN staff a ON a.staff_id = r.asked_by LEFT JOIN staff d ON d.staff_id = r.decided_by WHERE r.partner_id = $1 "
    };
}

fn request_of(row: &Row) -> Result<OrderRequest> {
    Ok(OrderRequest {
        id: row.get("request_id")?,
        sku: row.get("sku")?,
        quantity: row.get("quantity")?,
        note: row.get("note")?,
        asked_by: row.get("asked_name")?,
        asked_at: row.get("asked_at")?,
        status: row.get("status")?,
        decided_by: row.get("decided_name")?,
        decided_at: row.get("decided_at")?,
        reason: row.get("reason")?,
        order_id: row.get("order_id")?,
    })
}

pub fn request<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: OrderRequestId) -> Result<Option<OrderRequest>> {
    let row = view.opt(sql!(Control, concat!(found!(), "AND r.request_id = $2")), p![scope.partner(), id])?;
    row.as_ref().map(request_of).transpose()
}

/// Requests nobody has decided.
pub fn open_requests<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    let text = sql!(Control, "SELECT COUNT(*) AS n FROM order_request WHERE partner_id = $1 AND status = 'open'");
    view.one(text, p![scope.partner()])?.get("n")
}

/// Those nobody has decided first, then the newest.
pub fn requests<P>(view: &mut View<'_, Control>, scope: &Scope<P>, most: i64) -> Result<Vec<OrderRequest>> {
    let text = sql!(
        Control,
        concat!(found!(), "ORDER BY CASE r.status WHEN 'open' THEN 0 ELSE 1 END, r.asked_at DESC, r.request_id DESC LIMIT $2")
    );
    view.rows(text, p![scope.partner(), most])?.iter().map(request_of).collect()
}

pub fn insert_request<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: OrderRequestId,
    (sku, quantity, note): (&str, i64, Option<&str>),
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO order_request (partner_id, request_id, sku, quantity, note, asked_by, asked_at, status) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open')"
        ),
        p![scope.partner(), id, sku, quantity, note, scope.actor().staff, now],
    )
    .map(drop)
}

/// Decides a request that is open; true when it was.
pub fn decide_request<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: OrderRequestId,
    (status, reason): (&str, Option<&str>),
    now: Timestamp,
) -> Result<bool> {
    let changed = tx.exec(
        sql!(
            Control,
            "UPDATE order_request SET status = $3, reason = $4, decided_by = $5, decided_at = $6 WHERE partner_id = $1 AND request_id = $2 AND status = 'open'"
        ),
        p![scope.partner(), id, status, reason, scope.actor().staff, now],
    )?;
    Ok(changed == 1)
}

pub fn set_request_order<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: OrderRequestId, order: OrderId) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE order_request SET order_id = $3 WHERE partner_id = $1 AND request_id = $2"),
        p![scope.partner(), id, order],
    )
    .map(drop)
}
