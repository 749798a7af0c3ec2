//! Every SQL text of metering.

use std::collections::HashMap;

use access::Scope;
use store::{Control, CustomerId, PartnerId, Result, Timestamp, Tx, View, p, sql};

use crate::licensing::month::{Counted, Month};

/// A stretch of months in which a customer is billed to a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub since: Month,
    /// The last one; none while it goes on.
    pub until: Option<Month>,
    /// Who was billed for the months before.
    pub came_from: Option<PartnerId>,
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
            "SELECT since_month, until_month, came_from FROM metered WHERE partner_id = $1 AND customer_id = $2 AND since_month < $3
             ORDER BY since_month DESC LIMIT 1"
        ),
        p![scope.partner(), customer, before],
    )?;
    row.map(|r| Ok(Span { since: r.get("since_month")?, until: r.get("until_month")?, came_from: r.get("came_from")? })).transpose()
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

/// Writes what was said of a month, unless something newer was.
pub fn put_month<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    counted: Counted,
    seq: i64,
    at: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO maa_month (partner_id, customer_id, month, users, active_users, seq, as_of) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (partner_id, customer_id, month) DO UPDATE SET users = excluded.users, active_users = excluded.active_users,
               seq = excluded.seq, as_of = excluded.as_of WHERE maa_month.seq < excluded.seq"
        ),
        p![scope.partner(), customer, counted.month, counted.users, counted.active_users, seq, at],
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
                since: r.get("since_month")?,
                until: r.get("until_month")?,
                active: r.get("active")?,
            })
        })
        .collect()
}

/// What was said of these months, by customer in reach.
pub fn said<P>(view: &mut View<'_, Control>, scope: &Scope<P>, first: Month, last: Month) -> Result<HashMap<CustomerId, Vec<Counted>>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT r.customer_id, r.month, r.users, r.active_users FROM maa_month r
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
