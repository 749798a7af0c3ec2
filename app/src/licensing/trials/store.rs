//! Every SQL text of trials.

use access::{Scope, Wide};
use store::{Control, CustomerId, PartnerId, Result, Row, Timestamp, TrialRequestId, Tx, View, p, sql};

use super::trial::{Policy, RequestStatus, TrialRequest};

/// What the scope's partner may do by itself.
pub fn policy<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Policy> {
    let row =
        view.one(sql!(Control, "SELECT trial_extensions, trial_extension_days FROM partner WHERE partner_id = $1"), p![scope.partner()])?;
    Ok(Policy { extensions: row.get("trial_extensions")?, days: row.get("trial_extension_days")? })
}

/// How often a customer's trial was extended by its partner itself.
pub fn used<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<i64> {
    let text = sql!(Control, "SELECT COUNT(*) AS n FROM trial_request WHERE partner_id = $1 AND customer_id = $2 AND status = 'granted'");
    view.one(text, p![scope.partner(), customer])?.get("n")
}

/// Writes down at another partner how often a customer's trial was extended: its reasons stay with the former one. Where it was before,
/// what it brought there then is there still.
pub fn carry(tx: &mut Tx<'_, Control>, from: PartnerId, to: PartnerId, customer: CustomerId) -> Result<()> {
    let text = sql!(
        Control,
        "INSERT INTO trial_request (partner_id, request_id, customer_id, days, status, asked_by, asked_at, ends_at)
         SELECT $3, request_id, customer_id, days, status, asked_by, asked_at, ends_at FROM trial_request
         WHERE partner_id = $1 AND customer_id = $2 AND status = 'granted'
         ON CONFLICT (partner_id, request_id) DO NOTHING"
    );
    tx.exec(text, p![from, customer, to]).map(drop)
}

/// The request of a customer that waits.
pub fn waiting<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<TrialRequestId>> {
    let text = sql!(Control, "SELECT request_id FROM trial_request WHERE partner_id = $1 AND customer_id = $2 AND status = 'waiting'");
    view.opt(text, p![scope.partner(), customer])?.map(|r| r.get("request_id")).transpose()
}

/// Writes an extension down.
pub fn insert<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: TrialRequestId,
    customer: CustomerId,
    days: i64,
    reason: &str,
    ends_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    let status = if ends_at.is_some() { RequestStatus::Granted } else { RequestStatus::Waiting };
    tx.exec(
        sql!(
            Control,
            "INSERT INTO trial_request (partner_id, request_id, customer_id, days, reason, status, asked_by, asked_at, ends_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        ),
        p![scope.partner(), id, customer, days, reason, status.word(), scope.actor().holder, now, ends_at],
    )
    .map(drop)
}

/// Ends a request that waits; false when it does not.
pub fn decide<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: TrialRequestId,
    status: RequestStatus,
    answer: Option<&str>,
    ends_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool> {
    tx.exec(
        sql!(
            Control,
            "UPDATE trial_request SET status = $3, decided_by = $4, decided_at = $5, answer = $6, ends_at = $7
             WHERE partner_id = $1 AND request_id = $2 AND status = 'waiting'"
        ),
        p![scope.partner(), id, status.word(), scope.actor().holder, now, answer, ends_at],
    )
    .map(|n| n == 1)
}

fn read(r: &Row) -> Result<TrialRequest> {
    let status: String = r.get("status")?;
    Ok(TrialRequest {
        id: r.get("request_id")?,
        msp_id: r.get("partner_id")?,
        msp: r.get("msp")?,
        tenant_id: r.get("customer_id")?,
        name: r.get("name")?,
        days: r.get("days")?,
        reason: r.get("reason")?,
        status: RequestStatus::parse(&status).ok_or_else(|| store::Error::Corrupt(format!("status: {status}")))?,
        asked_at: r.get("asked_at")?,
        decided_at: r.get("decided_at")?,
        answer: r.get("answer")?,
        ends_at: r.get("ends_at")?,
    })
}

macro_rules! request {
    () => {
        "SELECT t.request_id, t.partner_id, p.name AS msp, t.customer_id, c.name, t.days, t.reason, t.status, t.asked_at, t.decided_at, t.answer, t.ends_at
         FROM trial_request t JOIN partner p ON p.partner_id = t.partner_id
         LEFT JOIN customer c ON c.partner_id = t.partner_id AND c.customer_id = t.customer_id "
    };
}

/// One extension of the scope's partner.
pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: TrialRequestId) -> Result<Option<TrialRequest>> {
    let text = sql!(Control, concat!(request!(), "WHERE t.partner_id = $1 AND t.request_id = $2"));
    view.opt(text, p![scope.partner(), id])?.as_ref().map(read).transpose()
}

/// The extensions of a customer, newest first.
pub fn of_customer<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<TrialRequest>> {
    let text = sql!(
        Control,
        concat!(request!(), "WHERE t.partner_id = $1 AND t.customer_id = $2 ORDER BY t.asked_at DESC, t.request_id DESC LIMIT 50")
    );
    view.rows(text, p![scope.partner(), customer])?.iter().map(read).collect()
}

/// What a distributor's partners ask for, oldest first.
pub fn open<P>(view: &mut View<'_, Control>, wide: &Wide<P>) -> Result<Vec<TrialRequest>> {
    let text = sql!(
        Control,
        concat!(
            request!(),
            "JOIN scope_partner sp ON sp.partner_id = t.partner_id WHERE sp.node_id = $1 AND t.status = 'waiting'
             ORDER BY t.asked_at, t.request_id LIMIT 200"
        )
    );
    view.rows(text, p![wide.node()])?.iter().map(read).collect()
}

/// Members of a customer who would want seats: active or waiting for one.
pub fn wanting<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<i64> {
    let text = sql!(Control, "SELECT active_users + waiting AS n FROM standing WHERE partner_id = $1 AND customer_id = $2");
    view.opt(text, p![scope.partner(), customer])?.map_or(Ok(0), |r| r.get("n"))
}
