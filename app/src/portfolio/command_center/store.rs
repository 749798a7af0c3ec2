//! Every SQL text of the command center: rows of `standing` and what lies beside them, read only.

use access::Scope;
use store::{Control, Result, Row, Timestamp, View, p, sql};

use super::{After, Card, CenterOf, List, Sums};
use crate::{hierarchy::Lifecycle, portfolio::store::word};

/// What the scope's reach has listed: partner $1, reach $2–$4, a pattern $5 or null.
macro_rules! listed {
    () => {
        concat!(
            "s.partner_id = $1 AND s.listed = TRUE AND ",
            access::visible!("s", "$2", "$3", "$4"),
            " AND (CAST($5 AS TEXT) IS NULL OR s.search_key LIKE CAST($5 AS TEXT) ESCAPE '\\')"
        )
    };
}

/// Alerts whose cause stands say it, also where a person has resolved them: a licence or a trial is near its end or over it …
macro_rules! ends {
    () => {
        "a.code IN ('license-expiring', 'license-expired', 'trial-ending')"
    };
}

/// … no seat is free, more are active than there are seats, or members wait to come in.
macro_rules! is_full {
    () => {
        "a.code IN ('seats-at-limit', 'seats-exceeded', 'seats-over-limit', 'members-waiting')"
    };
}

/// How many watched alerts of a line's customer are so. The order is that of the index of the watched ones: without it SQLite may walk
/// everything a partner was ever told.
macro_rules! watched {
    ($($so:tt)*) => {
        concat!(
            "(SELECT COUNT(*) FROM (SELECT a.code FROM alert a WHERE a.partner_id = l.partner_id AND a.customer_id = l.customer_id
               AND a.cleared_at IS NULL AND ",
            $($so)*,
            " ORDER BY a.opened_at, a.alert_id LIMIT 1000) x)"
        )
    };
}

/// What each list comes to, in the order of [`List::ALL`].
///
/// # Errors
/// The store's.
pub fn sums<P>(view: &mut View<'_, Control>, scope: &Scope<P>, pattern: Option<&str>) -> Result<[Sums; 3]> {
    let values = || p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), pattern].to_vec();
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT s.kind, COUNT(*) AS customers, CAST(COALESCE(SUM(s.members), 0) AS BIGINT) AS members,
                        CAST(COALESCE(SUM(s.active_users), 0) AS BIGINT) AS active, CAST(COALESCE(SUM(s.agents_silent), 0) AS BIGINT) AS silent
                 FROM standing s WHERE ",
                listed!(),
                " GROUP BY s.kind"
            )
        ),
        &values(),
    )?;
    let mut sums = [Sums::default(); 3];
    for row in rows {
        let Some(sum) = of_kind(&mut sums, &row)? else { continue };
        sum.customers = row.get("customers")?;
        sum.total_users = row.get("members")?;
        sum.active_users = row.get("active")?;
        sum.agents_not_reporting = row.get("silent")?;
    }
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT s.kind, CAST(COALESCE(SUM(CASE WHEN a.resolved_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS alarms,
                        COUNT(DISTINCT CASE WHEN ",
                ends!(),
                " THEN a.customer_id END) AS expiring, COUNT(DISTINCT CASE WHEN ",
                is_full!(),
                " THEN a.customer_id END) AS at_limit
                 FROM (SELECT w.partner_id, w.customer_id, w.code, w.resolved_at FROM alert w WHERE w.partner_id = $1 AND w.cleared_at IS NULL
                       ORDER BY w.customer_id, w.opened_at, w.alert_id LIMIT 1000000000) a
                 JOIN standing s ON s.partner_id = a.partner_id AND s.customer_id = a.customer_id WHERE ",
                listed!(),
                " GROUP BY s.kind"
            )
        ),
        &values(),
    )?;
    for row in rows {
        let Some(sum) = of_kind(&mut sums, &row)? else { continue };
        sum.alarms = row.get("alarms")?;
        sum.expiring = row.get("expiring")?;
        sum.over_limit = row.get("at_limit")?;
    }
    Ok(sums)
}

fn of_kind<'a>(sums: &'a mut [Sums; 3], row: &Row) -> Result<Option<&'a mut Sums>> {
    let kind: String = row.get("kind")?;
    let at = List::ALL.iter().position(|list| list.kind().word() == kind);
    Ok(at.and_then(|at| sums.get_mut(at)))
}

/// A page of a list, and the place of its last row.
///
/// # Errors
/// The store's.
pub fn page<P>(view: &mut View<'_, Control>, scope: &Scope<P>, ask: &CenterOf, now: Timestamp) -> Result<(Vec<Card>, Option<After>)> {
    let After(ends, name, id) = &ask.after;
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT l.*, c.name, c.account_number, ",
                watched!("a.resolved_at IS NULL"),
                " AS alarms, ",
                watched!(ends!()),
                " AS expiring, ",
                watched!(is_full!()),
                " AS at_limit
                 FROM (SELECT s.partner_id, s.customer_id, s.name_key, COALESCE(s.trial_ends_at, 0) AS ends, s.trial_ends_at, s.lifecycle, s.members,
                              s.active_users, s.waiting, s.allocated, s.agents_silent
                       FROM standing s WHERE ",
                listed!(),
                " AND s.kind = $6 AND (COALESCE(s.trial_ends_at, 0), s.name_key, s.customer_id) > ($7, $8, $9)
                       ORDER BY COALESCE(s.trial_ends_at, 0), s.name_key, s.customer_id LIMIT $10 OFFSET $11) l
                 JOIN customer c ON c.partner_id = l.partner_id AND c.customer_id = l.customer_id
                 WHERE c.partner_id = $1 ORDER BY l.ends, l.name_key, l.customer_id"
            )
        ),
        p![
            scope.partner(),
            scope.reach_mode(),
            scope.reach_membership(),
            scope.reach_customer(),
            ask.q.as_deref().map(store::like),
            ask.list.kind().word(),
            *ends,
            name,
            *id,
            ask.limit,
            ask.offset
        ],
    )?;
    let cards = rows.iter().map(|row| read(row, ask.list, now)).collect::<Result<Vec<_>>>()?;
    let last = rows.last().map(|row| Ok::<_, store::Error>(After(row.get("ends")?, row.get("name_key")?, row.get("customer_id")?)));
    Ok((cards, last.transpose()?))
}

fn read(row: &Row, list: List, now: Timestamp) -> Result<Card> {
    let ends: Option<Timestamp> = row.get("trial_ends_at")?;
    Ok(Card {
        tenant_id: row.get("customer_id")?,
        account_number: row.get("account_number")?,
        name: row.get("name")?,
        lifecycle: word(row, "lifecycle", Lifecycle::parse)?,
        total_users: row.get("members")?,
        active_users: row.get("active_users")?,
        waiting: row.get("waiting")?,
        seats: row.get("allocated")?,
        alarms: row.get("alarms")?,
        agents_not_reporting: row.get("agents_silent")?,
        expiring: row.get::<i64>("expiring")? > 0,
        over_limit: row.get::<i64>("at_limit")? > 0,
        trial_ends_at: ends,
        days_left: ends.filter(|_| list == List::ActiveTrials).map(|end| now.days_until(end)),
    })
}
