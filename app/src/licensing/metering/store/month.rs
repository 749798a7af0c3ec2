//! What was said of a customer's months. Each number that changes takes the partner's sums with it: the stretch is held before.

use access::Scope;
use store::{Control, CustomerId, PartnerId, Result, Row, Timestamp, Tx, View, p, sql};

use super::{span::Span, sum};
use crate::licensing::month::{Counted, Month};

/// What is known of a month.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Different members active in it, as was last said.
    pub users: i64,
    /// Members active at its end.
    pub active: i64,
    /// The number it was final with, where something else was said after that.
    pub stands: Option<i64>,
    /// The number of the news that said so; 0 for what nothing was said of.
    pub seq: i64,
}

impl Known {
    /// What it counts.
    fn counts(&self) -> i64 {
        self.stands.unwrap_or(self.users)
    }
}

/// What is known of a month; none where nothing was said and nothing was written down.
pub fn known<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, month: Month) -> Result<Option<Known>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT users, active_users, final_users, seq FROM maa_month WHERE partner_id = $1 AND customer_id = $2 AND month = $3"
        ),
        p![scope.partner(), customer, month],
    )?;
    row.map(|r| Ok(Known { users: r.get("users")?, active: r.get("active_users")?, stands: r.get("final_users")?, seq: r.get("seq")? }))
        .transpose()
}

/// Writes what was said of a month; false where something newer was.
pub fn put_month<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    span: &Span,
    counted: Counted,
    seq: i64,
    at: Timestamp,
) -> Result<bool> {
    let known = match known(tx, scope, customer, counted.month)? {
        Some(known) if known.seq >= seq => return Ok(false),
        Some(known) => known,
        None => {
            let active = active_before(tx, scope, customer, span, counted.month)?;
            Known { users: active, active, stands: None, seq: 0 }
        }
    };
    tx.exec(
        sql!(
            Control,
            "INSERT INTO maa_month (partner_id, customer_id, month, users, active_users, seq, as_of) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (partner_id, customer_id, month) DO UPDATE SET users = excluded.users, active_users = excluded.active_users,
               seq = excluded.seq, as_of = excluded.as_of"
        ),
        p![scope.partner(), customer, counted.month, counted.users, counted.active_users, seq, at],
    )?;
    let now = Known { users: counted.users, active: counted.active_users, ..known };
    let more = [now.counts() - known.counts(), now.active - known.active];
    sum::shift(tx, scope.partner(), customer, span, counted.month, more)?;
    Ok(true)
}

/// A month of quiet has so many after all: what came before it is known anew.
pub fn correct_quiet<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    span: &Span,
    month: Month,
    users: i64,
    now: Timestamp,
) -> Result<()> {
    let Some(before) = known(tx, scope, customer, month)? else { return Ok(()) };
    tx.exec(
        sql!(
            Control,
            "UPDATE maa_month SET users = $4, active_users = $4, as_of = $5 WHERE partner_id = $1 AND customer_id = $2 AND month = $3"
        ),
        p![scope.partner(), customer, month, users, now],
    )?;
    let after = Known { users, active: users, ..before };
    sum::shift(tx, scope.partner(), customer, span, month, [after.counts() - before.counts(), after.active - before.active])
}

/// Keeps the number a final month has, beside what is said of it now; the first one stays.
pub fn finish_month<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    span: &Span,
    month: Month,
    users: i64,
) -> Result<()> {
    let Some(before) = known(tx, scope, customer, month)?.filter(|known| known.stands.is_none()) else { return Ok(()) };
    tx.exec(
        sql!(Control, "UPDATE maa_month SET final_users = $4 WHERE partner_id = $1 AND customer_id = $2 AND month = $3"),
        p![scope.partner(), customer, month, users],
    )?;
    sum::shift(tx, scope.partner(), customer, span, month, [users - before.users, 0])
}

/// Says of a month of quiet what was read of it all along: no sum changes by it. Whatever the region says of it counts more.
pub fn put_quiet<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    month: Month,
    users: i64,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO maa_month (partner_id, customer_id, month, users, active_users, seq, as_of) VALUES ($1, $2, $3, $4, $4, 0, $5)
             ON CONFLICT (partner_id, customer_id, month) DO NOTHING"
        ),
        p![scope.partner(), customer, month, users, now],
    )
    .map(drop)
}

/// What was said of a customer's months, oldest first, each with the number it was final with, where something else was said after that.
pub fn told(
    view: &mut View<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    [first, last]: [Month; 2],
) -> Result<Vec<(Counted, Option<i64>)>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT month, users, active_users, final_users FROM maa_month
             WHERE partner_id = $1 AND customer_id = $2 AND month >= $3 AND month <= $4 ORDER BY month"
        ),
        p![partner, customer, first, last],
    )?;
    let one = |r: &Row| {
        let counted = Counted { month: r.get("month")?, users: r.get("users")?, active_users: r.get("active_users")? };
        Ok((counted, r.get("final_users")?))
    };
    rows.iter().map(one).collect()
}

/// How many were active at the end of the last month of a stretch, before one, of which something was said.
pub fn active_before<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, span: &Span, before: Month) -> Result<i64> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT active_users FROM maa_month WHERE partner_id = $1 AND customer_id = $2 AND month >= $3 AND month < $4
             ORDER BY month DESC LIMIT 1"
        ),
        p![scope.partner(), customer, span.since, before],
    )?;
    row.map_or(Ok(span.active), |r| r.get("active_users"))
}

/// Forgets which news was the last: what is told next counts, whatever its number.
pub fn forget<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<()> {
    let of = p![scope.partner(), customer];
    tx.exec(sql!(Control, "UPDATE maa_month SET seq = 0 WHERE partner_id = $1 AND customer_id = $2"), of)?;
    tx.exec(sql!(Control, "UPDATE metered SET active_seq = 0 WHERE partner_id = $1 AND customer_id = $2"), of).map(drop)
}
