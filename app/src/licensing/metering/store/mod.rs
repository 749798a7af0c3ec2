//! Every SQL text of metering.

use std::collections::HashMap;

use access::Scope;
use store::{Control, CustomerId, PartnerId, Result, Row, Timestamp, Tx, View, p, sql};

use super::queries::{Adjustment, Why};
use crate::licensing::month::{Counted, Month};

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

/// Begins a stretch that goes on; once.
pub fn open_span(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    since: Month,
    came_from: Option<PartnerId>,
    active: i64,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO metered (partner_id, customer_id, since_month, came_from, active_users) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (partner_id, customer_id, since_month) DO NOTHING"
        ),
        p![partner, customer, since, came_from, active],
    )
    .map(drop)
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
    row.map(|r| {
        let (since, until) = (r.get("since_month")?, r.get("until_month")?);
        Ok(Span { since, until, came_from: r.get("came_from")?, active: r.get("active_users")? })
    })
    .transpose()
}

/// Ends a stretch with a month, or lets it go on.
pub fn end_span<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, since: Month, until: Option<Month>) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE metered SET until_month = $4 WHERE partner_id = $1 AND customer_id = $2 AND since_month = $3"),
        p![scope.partner(), customer, since, until],
    )
    .map(drop)
}

/// Takes a stretch back that never began.
pub fn drop_span<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, since: Month) -> Result<()> {
    tx.exec(
        sql!(Control, "DELETE FROM metered WHERE partner_id = $1 AND customer_id = $2 AND since_month = $3"),
        p![scope.partner(), customer, since],
    )
    .map(drop)
}

/// How many are active when the stretch begins that has not begun yet.
pub fn begin_with<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, told: Month, active: i64) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE metered SET active_users = $4 WHERE partner_id = $1 AND customer_id = $2 AND since_month > $3"),
        p![scope.partner(), customer, told, active],
    )
    .map(drop)
}

/// Writes what was said of a month; false where something newer was.
pub fn put_month<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    counted: Counted,
    seq: i64,
    at: Timestamp,
) -> Result<bool> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO maa_month (partner_id, customer_id, month, users, active_users, seq, as_of) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (partner_id, customer_id, month) DO UPDATE SET users = excluded.users, active_users = excluded.active_users,
               seq = excluded.seq, as_of = excluded.as_of WHERE maa_month.seq < excluded.seq"
        ),
        p![scope.partner(), customer, counted.month, counted.users, counted.active_users, seq, at],
    )
    .map(|n| n == 1)
}

/// A month of quiet has so many after all: what came before it is known anew.
pub fn correct_quiet<P>(
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
            "UPDATE maa_month SET users = $4, active_users = $4, as_of = $5
             WHERE partner_id = $1 AND customer_id = $2 AND month = $3 AND seq = 0"
        ),
        p![scope.partner(), customer, month, users, now],
    )
    .map(drop)
}

/// What is known of a month, held until the transaction ends: how many, and the number of the news that said so.
pub fn hold_month<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, month: Month) -> Result<Option<(i64, i64)>> {
    // A write that changes nothing holds the row (PostgreSQL).
    let row = tx.change(
        sql!(Control, "UPDATE maa_month SET seq = seq WHERE partner_id = $1 AND customer_id = $2 AND month = $3 RETURNING users, seq"),
        p![scope.partner(), customer, month],
    )?;
    row.map(|r| Ok((r.get("users")?, r.get("seq")?))).transpose()
}

/// Keeps the number a final month has, beside what is said of it now; the first one stays.
pub fn finish_month<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, month: Month, users: i64) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE maa_month SET final_users = COALESCE(final_users, $4) WHERE partner_id = $1 AND customer_id = $2 AND month = $3"
        ),
        p![scope.partner(), customer, month, users],
    )
    .map(drop)
}

/// Says of a month of quiet what was read of it all along. Whatever the region says of it counts more.
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

/// What was said of a customer's months, oldest first.
pub fn told<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, first: Month, last: Month) -> Result<Vec<Counted>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT month, users, active_users FROM maa_month WHERE partner_id = $1 AND customer_id = $2 AND month >= $3 AND month <= $4
             ORDER BY month"
        ),
        p![scope.partner(), customer, first, last],
    )?;
    rows.iter().map(|r| Ok(Counted { month: r.get("month")?, users: r.get("users")?, active_users: r.get("active_users")? })).collect()
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

/// What was said of a month after it was final.
#[derive(Debug, Clone, Copy)]
pub struct Late {
    pub customer: CustomerId,
    pub month: Month,
    pub seq: i64,
    pub difference: i64,
    /// As is known now.
    pub users: i64,
    pub why: &'static str,
}

/// Books it.
pub fn add_adjustment<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, late: &Late, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO maa_adjustment (partner_id, customer_id, month, at, seq, difference, users, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (partner_id, customer_id, month, at, seq) DO NOTHING"
        ),
        p![scope.partner(), late.customer, late.month, now, late.seq, late.difference, late.users, late.why],
    )
    .map(drop)
}

/// Adjustments of customers in reach that came within a time, oldest first.
pub fn adjustments<P>(view: &mut View<'_, Control>, scope: &Scope<P>, [from, until]: [Timestamp; 2]) -> Result<Vec<Adjustment>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT a.customer_id, a.month, a.at, a.difference, a.users, a.why,
                   COALESCE(NULLIF(c.name, ''), (SELECT s.name FROM customer_state s WHERE s.partner_id = a.partner_id
                     AND s.customer_id = a.customer_id ORDER BY s.since DESC LIMIT 1), c.account_number, '') AS name
                 FROM maa_adjustment a LEFT JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
                 WHERE a.partner_id = $1 AND a.at >= $5 AND a.at < $6 AND ",
                access::visible!("a", "$2", "$3", "$4"),
                " ORDER BY a.at, a.customer_id, a.month"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), from, until],
    )?;
    let one = |r: &Row| {
        Ok(Adjustment {
            period: r.get("month")?,
            tenant_id: r.get("customer_id")?,
            name: r.get("name")?,
            difference: r.get("difference")?,
            now: r.get("users")?,
            why: Why::of(&r.get::<String>("why")?),
            at: r.get("at")?,
        })
    };
    rows.iter().map(one).collect()
}

/// The hashes of months that were closed.
pub fn closes<P>(view: &mut View<'_, Control>, scope: &Scope<P>, first: Month, last: Month) -> Result<HashMap<Month, String>> {
    let rows = view.rows(
        sql!(Control, "SELECT month, sha256 FROM maa_close WHERE partner_id = $1 AND month >= $2 AND month <= $3"),
        p![scope.partner(), first, last],
    )?;
    rows.iter().map(|r| Ok((r.get("month")?, r.get("sha256")?))).collect()
}

/// The month from which on none is closed: the one after the last that is, or the first in which somebody was billed here.
pub fn unclosed<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Option<Month>> {
    let row = view.one(
        sql!(
            Control,
            "SELECT (SELECT MAX(c.month) FROM maa_close c WHERE c.partner_id = $1) AS closed, MIN(m.since_month) AS first FROM metered m
             WHERE m.partner_id = $1"
        ),
        p![scope.partner()],
    )?;
    let (closed, first): (Option<Month>, Option<Month>) = (row.get("closed")?, row.get("first")?);
    Ok(closed.map(|month| month.plus(1)).or(first))
}

/// Keeps a month's hash; once.
pub fn close<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    month: Month,
    [maa, customers]: [i64; 2],
    sha256: &str,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO maa_close (partner_id, month, maa, customers, sha256, closed_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (partner_id, month) DO NOTHING"
        ),
        p![scope.partner(), month, maa, customers, sha256, now],
    )
    .map(drop)
}

/// Forgets which news was the last: what is told next counts, whatever its number.
pub fn forget<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE maa_month SET seq = 0 WHERE partner_id = $1 AND customer_id = $2"), p![scope.partner(), customer])
        .map(drop)
}

/// A stretch within what is asked for.
pub struct Stretch {
    pub customer: CustomerId,
    pub name: String,
    pub internal: bool,
    /// Removed or purged: nothing is said of it any more.
    pub gone: bool,
    /// Still the partner's: it can be asked who is counted.
    pub here: bool,
    pub since: Month,
    pub until: Option<Month>,
    /// Members active when the first month asked for, or the stretch, began.
    pub active: i64,
}

/// The stretches in reach that touch these months. The name is that of now, or the last one here of a customer that left.
pub fn stretches<P>(view: &mut View<'_, Control>, scope: &Scope<P>, first: Month, last: Month) -> Result<Vec<Stretch>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT m.customer_id, m.since_month, m.until_month, COALESCE(c.kind, '') AS kind, COALESCE(c.lifecycle, '') AS lifecycle,
                   COALESCE(NULLIF(c.name, ''), (SELECT s.name FROM customer_state s WHERE s.partner_id = m.partner_id AND s.customer_id = m.customer_id
                     ORDER BY s.since DESC LIMIT 1), c.account_number, '') AS name,
                   COALESCE((SELECT r.active_users FROM maa_month r WHERE r.partner_id = m.partner_id AND r.customer_id = m.customer_id
                     AND r.month >= m.since_month AND r.month < $5 ORDER BY r.month DESC LIMIT 1), m.active_users) AS active
                 FROM metered m LEFT JOIN customer c ON c.partner_id = m.partner_id AND c.customer_id = m.customer_id
                 WHERE m.partner_id = $1 AND m.since_month <= $6 AND (m.until_month IS NULL OR m.until_month >= $5) AND ",
                access::visible!("m", "$2", "$3", "$4"),
                " ORDER BY m.customer_id, m.since_month"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), first, last],
    )?;
    rows.iter()
        .map(|r| {
            Ok(Stretch {
                customer: r.get("customer_id")?,
                name: r.get("name")?,
                internal: r.get::<String>("kind")? == "internal",
                gone: matches!(r.get::<String>("lifecycle")?.as_str(), "removed" | "purged"),
                here: !matches!(r.get::<String>("lifecycle")?.as_str(), "" | "removed" | "purged"),
                since: r.get("since_month")?,
                until: r.get("until_month")?,
                active: r.get("active")?,
            })
        })
        .collect()
}

/// What these months count, by customer in reach: a final one what it counted then.
pub fn said<P>(view: &mut View<'_, Control>, scope: &Scope<P>, first: Month, last: Month) -> Result<HashMap<CustomerId, Vec<Counted>>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT r.customer_id, r.month, COALESCE(r.final_users, r.users) AS users, r.active_users FROM maa_month r
                 WHERE r.partner_id = $1 AND r.month >= $5 AND r.month <= $6 AND ",
                access::visible!("r", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), first, last],
    )?;
    let mut said: HashMap<CustomerId, Vec<Counted>> = HashMap::new();
    for r in &rows {
        let counted = Counted { month: r.get("month")?, users: r.get("users")?, active_users: r.get("active_users")? };
        said.entry(r.get("customer_id")?).or_default().push(counted);
    }
    Ok(said)
}
