//! Orders that were asked for.

use access::{Scope, permissions::SeePrices};
use store::{Control, OrderId, OrderRequestId, Result, Row, Timestamp, Tx, View, p, sql};

use super::super::{order::Line, request::OrderRequest};
use crate::licensing::catalogue::Offered;

/// A request with the names of those who asked and decided.
macro_rules! found {
    () => {
        "SELECT r.request_id, r.offer, r.quantity, r.note, a.name AS asked_name, r.asked_at, r.status, d.name AS decided_name, r.decided_at, r.reason,
           r.order_id
         FROM order_request r LEFT JOIN staff a ON a.staff_id = r.asked_by LEFT JOIN staff d ON d.staff_id = r.decided_by WHERE r.partner_id = $1 "
    };
}

fn offer_of(row: &Row) -> Result<Offered> {
    let offer: String = row.get("offer")?;
    serde_json::from_str(&offer).map_err(|e| store::Error::Corrupt(format!("what was asked for: {e}")))
}

fn request_of<P>(row: &Row, scope: &Scope<P>) -> Result<OrderRequest> {
    let Offered { sku, price, .. } = offer_of(row)?;
    let quantity: i64 = row.get("quantity")?;
    Ok(OrderRequest {
        id: row.get("request_id")?,
        sku: sku.sku,
        version: sku.version,
        name: sku.name,
        quantity,
        price: price.filter(|_| scope.also::<SeePrices>()).and_then(|each| each.times(quantity)),
        changed: false,
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
    row.as_ref().map(|r| request_of(r, scope)).transpose()
}

/// What a request asked for, as it was sold then.
pub fn asked_for<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: OrderRequestId) -> Result<Option<Offered>> {
    let text = sql!(Control, "SELECT offer FROM order_request WHERE partner_id = $1 AND request_id = $2");
    view.opt(text, p![scope.partner(), id])?.as_ref().map(offer_of).transpose()
}

/// Requests nobody has decided.
pub fn open_requests<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    let text = sql!(Control, "SELECT COUNT(*) AS n FROM order_request WHERE partner_id = $1 AND status = 'open'");
    view.one(text, p![scope.partner()])?.get("n")
}

/// Those nobody has decided first, then the newest; each with what it asked for, as it was sold then.
pub fn requests<P>(view: &mut View<'_, Control>, scope: &Scope<P>, most: i64) -> Result<Vec<(OrderRequest, Offered)>> {
    let text = sql!(
        Control,
        concat!(found!(), "ORDER BY CASE r.status WHEN 'open' THEN 0 ELSE 1 END, r.asked_at DESC, r.request_id DESC LIMIT $2")
    );
    view.rows(text, p![scope.partner(), most])?.iter().map(|r| Ok((request_of(r, scope)?, offer_of(r)?))).collect()
}

pub fn insert_request<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: OrderRequestId,
    (line, offer, note): (&Line, &Offered, Option<&str>),
    now: Timestamp,
) -> Result<()> {
    let offer = serde_json::to_string(offer).map_err(|e| store::Error::Corrupt(format!("what is asked for: {e}")))?;
    tx.exec(
        sql!(
            Control,
            "INSERT INTO order_request (partner_id, request_id, sku, offer, quantity, note, asked_by, asked_at, status)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')"
        ),
        p![scope.partner(), id, &line.sku, offer, line.quantity, note, scope.actor().staff, now],
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
