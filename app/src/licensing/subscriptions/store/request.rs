//! Other plans that were asked for.

use access::Scope;
use store::{Control, CustomerId, PlanRequestId, Result, Row, Timestamp, Tx, View, p, sql};

use crate::licensing::subscriptions::{
    plan::Offer,
    plan_request::{Asked, PlanRequest, PlanRequestStatus, RequestPlan},
};

/// A request with its customer, and with the names of those who asked and decided.
macro_rules! found {
    ($rest:literal) => {
        concat!(
            "SELECT r.request_id, r.customer_id, r.subscription_id, r.offer, r.at_term_end, r.note, a.name AS asked_name, r.asked_at, r.status AS request_status,
               d.name AS decided_name, r.decided_at, r.reason, c.name
             FROM plan_request r JOIN customer c ON c.partner_id = r.partner_id AND c.customer_id = r.customer_id
             LEFT JOIN staff a ON a.staff_id = r.asked_by LEFT JOIN staff d ON d.staff_id = r.decided_by WHERE r.partner_id = $1 ",
            $rest
        )
    };
}

/// A request, from a row that also names its customer.
pub(super) fn asked_of(row: &Row) -> Result<Asked> {
    let (offer, status): (String, String) = (row.get("offer")?, row.get("request_status")?);
    // Whoever left the installation has no name any more.
    let who = |column: &str| Ok::<_, store::Error>(row.get::<Option<String>>(column)?.filter(|name| !name.is_empty()));
    let offer: Offer = serde_json::from_str(&offer).map_err(|e| store::Error::Corrupt(format!("a plan that was asked for: {e}")))?;
    let request = PlanRequest {
        id: row.get("request_id")?,
        tenant_id: row.get("customer_id")?,
        name: row.get("name")?,
        subscription_id: row.get("subscription_id")?,
        plan: offer.plan.code.clone(),
        plan_name: offer.plan.name.clone(),
        version: offer.plan.version,
        price: None,
        at_term_end: row.get("at_term_end")?,
        changed: false,
        note: row.get("note")?,
        asked_by: who("asked_name")?,
        asked_at: row.get("asked_at")?,
        status: PlanRequestStatus::parse(&status).ok_or_else(|| store::Error::Corrupt(format!("request {status}")))?,
        decided_by: who("decided_name")?,
        decided_at: row.get("decided_at")?,
        reason: row.get("reason")?,
    };
    Ok(Asked { request, offer })
}

pub fn request<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, id: PlanRequestId) -> Result<Option<Asked>> {
    let text = sql!(Control, found!("AND r.customer_id = $2 AND r.request_id = $3"));
    view.opt(text, p![scope.partner(), customer, id])?.as_ref().map(asked_of).transpose()
}

/// Those nobody has decided first, then the newest, of the customers a scope sees; of those that were removed none.
pub fn requests<P>(view: &mut View<'_, Control>, scope: &Scope<P>, most: i64) -> Result<Vec<Asked>> {
    let text = sql!(
        Control,
        concat!(
            found!("AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged' AND "),
            access::visible!("r", "$2", "$3", "$4"),
            " ORDER BY CASE r.status WHEN 'open' THEN 0 ELSE 1 END, r.asked_at DESC, r.request_id DESC LIMIT $5"
        )
    );
    let values = p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), most];
    view.rows(text, values)?.iter().map(asked_of).collect()
}

/// What was decided of a customer's, the last first.
pub fn decided_requests<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, most: i64) -> Result<Vec<Asked>> {
    let text = sql!(
        Control,
        found!("AND r.customer_id = $2 AND r.status <> 'open' ORDER BY r.decided_at DESC, r.asked_at DESC, r.request_id DESC LIMIT $3")
    );
    view.rows(text, p![scope.partner(), customer, most])?.iter().map(asked_of).collect()
}

/// What waits of a customer's.
pub fn open_requests<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<PlanRequestId>> {
    let text = sql!(
        Control,
        "SELECT request_id FROM plan_request WHERE partner_id = $1 AND customer_id = $2 AND status = 'open' ORDER BY subscription_id"
    );
    view.rows(text, p![scope.partner(), customer])?.iter().map(|r| r.get("request_id")).collect()
}

pub fn insert_request<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: PlanRequestId,
    (asks, offer): (&RequestPlan, &Offer),
    now: Timestamp,
) -> Result<()> {
    let sold = serde_json::to_string(offer).map_err(|e| store::Error::Corrupt(format!("a plan that is asked for: {e}")))?;
    let note = asks.note.as_deref();
    tx.exec(
        sql!(
            Control,
            "INSERT INTO plan_request (partner_id, request_id, customer_id, subscription_id, plan, offer, at_term_end, note, asked_by, asked_at, status)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open')"
        ),
        p![
            scope.partner(),
            id,
            asks.customer,
            asks.subscription,
            &offer.plan.code,
            sold,
            asks.at_term_end,
            note,
            scope.actor().staff,
            now
        ],
    )
    .map(drop)
}

/// Closes a request that is open.
pub fn close_request<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: PlanRequestId,
    (status, reason): (PlanRequestStatus, Option<&str>),
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE plan_request SET status = $3, reason = $4, decided_by = $5, decided_at = $6 WHERE partner_id = $1 AND request_id = $2 AND status = 'open'"
        ),
        p![scope.partner(), id, status.word(), reason, scope.actor().staff, now],
    )
    .map(drop)
}
