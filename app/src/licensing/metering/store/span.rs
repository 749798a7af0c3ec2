//! Stretches of months in which a customer is billed to a partner. Whoever books something of a stretch holds its row first, so that
//! what is read of its months stays true until the sums have followed.

use access::Scope;
use store::{Control, CustomerId, PartnerId, Result, Row, Tx, View, p, sql};

use super::sum;
use crate::licensing::month::Month;

/// A stretch of months in which a customer is billed to a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub since: Month,
    /// The last one; none while it goes on.
    pub until: Option<Month>,
    /// Who was billed for the months before.
    pub came_from: Option<PartnerId>,
    /// Members active when it began.
    pub active: i64,
}

fn read(row: &Row) -> Result<Span> {
    Ok(Span {
        since: row.get("since_month")?,
        until: row.get("until_month")?,
        came_from: row.get("came_from")?,
        active: row.get("active_users")?,
    })
}

/// Begins a stretch that goes on; once.
pub fn open_span(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    since: Month,
    came_from: Option<PartnerId>,
    active: i64,
) -> Result<()> {
    let opened = tx.exec(
        sql!(
            Control,
            "INSERT INTO metered (partner_id, customer_id, since_month, came_from, active_users) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (partner_id, customer_id, since_month) DO NOTHING"
        ),
        p![partner, customer, since, came_from, active],
    )?;
    if opened == 1 {
        sum::replace(tx, partner, customer, None, Some(&Span { since, until: None, came_from, active }))?;
    }
    Ok(())
}

/// The last stretch that began before a month.
pub fn span_before<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, before: Month) -> Result<Option<Span>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT since_month, until_month, came_from, active_users FROM metered WHERE partner_id = $1 AND customer_id = $2 AND since_month < $3
             ORDER BY since_month DESC LIMIT 1"
        ),
        p![scope.partner(), customer, before],
    )?;
    row.as_ref().map(read).transpose()
}

/// The same, held until the transaction ends.
pub fn hold_span_before<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, before: Month) -> Result<Option<Span>> {
    // A write that changes nothing holds the row (PostgreSQL).
    let row = tx.change(
        sql!(
            Control,
            "UPDATE metered SET active_users = active_users WHERE partner_id = $1 AND customer_id = $2 AND since_month =
               (SELECT MAX(m.since_month) FROM metered m WHERE m.partner_id = $1 AND m.customer_id = $2 AND m.since_month < $3)
             RETURNING since_month, until_month, came_from, active_users"
        ),
        p![scope.partner(), customer, before],
    )?;
    row.as_ref().map(read).transpose()
}

/// Ends a stretch with a month, or lets it go on.
pub fn end_span<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, span: &Span, until: Option<Month>) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE metered SET until_month = $4 WHERE partner_id = $1 AND customer_id = $2 AND since_month = $3"),
        p![scope.partner(), customer, span.since, until],
    )?;
    sum::replace(tx, scope.partner(), customer, Some(span), Some(&Span { until, ..*span }))
}

/// Takes a stretch back that never began.
pub fn drop_span<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, span: &Span) -> Result<()> {
    sum::replace(tx, scope.partner(), customer, Some(span), None)?;
    tx.exec(
        sql!(Control, "DELETE FROM metered WHERE partner_id = $1 AND customer_id = $2 AND since_month = $3"),
        p![scope.partner(), customer, span.since],
    )
    .map(drop)
}

/// So many are active when a stretch begins.
pub fn begin_with<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, span: &Span, active: i64) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE metered SET active_users = $4 WHERE partner_id = $1 AND customer_id = $2 AND since_month = $3"),
        p![scope.partner(), customer, span.since, active],
    )?;
    sum::replace(tx, scope.partner(), customer, Some(span), Some(&Span { active, ..*span }))
}
