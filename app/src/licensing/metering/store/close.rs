//! Months that are final, each with the hash of its numbers.

use std::collections::HashMap;

use access::Scope;
use store::{Control, Result, Timestamp, Tx, View, p, sql};

use crate::licensing::month::Month;

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
