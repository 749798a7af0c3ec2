//! The customer list: one family of texts, a sort order each; filters are parameters.

use access::Scope;
use store::{Control, CustomerId, GroupId, Result, Row, Uuid, Value, View, p, sql, sql_family};

use crate::{
    hierarchy::{
        CustomerKind, Lifecycle, Tier,
        standing::{Status, SyncReason},
    },
    portfolio::{
        filter::{After, Filter, Key, Sort, SortBy},
        row::{Counts, CustomerRow, PassRate, SeatUse, Why},
    },
};

/// Partner $1, reach $2–$4, filter $5–$11.
macro_rules! narrowed {
    () => {
        concat!(
            "s.partner_id = $1 AND s.listed = TRUE AND ",
            access::visible!("s", "$2", "$3", "$4"),
            " AND (CAST($5 AS TEXT) IS NULL OR CAST($5 AS TEXT) LIKE '%,' || CAST(s.status_order AS TEXT) || ',%')
              AND (CAST($6 AS TEXT) IS NULL OR CAST($6 AS TEXT) LIKE '%,' || s.tier || ',%')
              AND (CAST($7 AS TEXT) IS NULL OR CAST($7 AS TEXT) LIKE '%,' || s.kind || ',%')
              AND (CAST($8 AS TEXT) IS NULL OR CAST($8 AS TEXT) LIKE '%,' || s.lifecycle || ',%')
              AND (CAST($9 AS TEXT) IS NULL OR s.search_key LIKE CAST($9 AS TEXT) ESCAPE '\\')
              AND (CAST($10 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM group_member g WHERE g.partner_id = s.partner_id
                   AND g.group_id = $11 AND g.customer_id = s.customer_id))"
        )
    };
}

fn params<P>(scope: &Scope<P>, filter: &Filter) -> Vec<Value> {
    let group = filter.group.unwrap_or(GroupId::new(Uuid::nil()));
    vec![
        scope.partner().into(),
        scope.reach_mode(),
        scope.reach_membership(),
        scope.reach_customer(),
        filter.status_set().into(),
        filter.tier_set().into(),
        filter.kind_set().into(),
        filter.lifecycle_set().into(),
        filter.pattern().into(),
        Value::Int(i64::from(filter.group.is_some())),
        group.into(),
    ]
}

/// Key, its type, whether it can be null.
fn key(by: SortBy) -> (&'static str, &'static str, bool) {
    match by {
        SortBy::Health => ("s.status_order", "BIGINT", false),
        SortBy::Name => ("s.name_key", "TEXT", false),
        SortBy::Status => ("s.status", "BIGINT", true),
        SortBy::Seats => ("s.allocated", "BIGINT", false),
        SortBy::Utilization => (
            "CASE WHEN s.allocated > 0 THEN CAST(s.active_users AS DOUBLE PRECISION) / CAST(s.allocated AS DOUBLE PRECISION) END",
            "DOUBLE PRECISION",
            true,
        ),
        SortBy::Tier => ("CASE s.tier WHEN 'starter' THEN 0 WHEN 'pro' THEN 1 ELSE 2 END", "BIGINT", false),
        SortBy::PassRate => ("s.pass_rate", "DOUBLE PRECISION", true),
        SortBy::LastCampaign => ("s.last_campaign_at", "BIGINT", true),
        SortBy::AccountNumber => ("n.account_number", "TEXT", false),
    }
}

/// One text per sort order and direction. Cursor $12 (0 none) with null rank $13, key $14, name $15, id $16; size $17, offset $18.
fn lists() -> Vec<String> {
    SortBy::ALL.into_iter().flat_map(|by| [list(by, false), list(by, true)]).collect()
}

fn list(by: SortBy, falls: bool) -> String {
    let (key, kind, nullable) = key(by);
    let (way, beyond) = if falls { ("DESC", "<") } else { ("ASC", ">") };
    let rank = |key: &str| if nullable { format!("CASE WHEN {key} IS NULL THEN 1 ELSE 0 END") } else { "0".to_owned() };
    let order = |key: &str, of: &str| {
        let nulls = if nullable { format!("{}, ", rank(key)) } else { String::new() };
        format!("{nulls}{key} {way}, {of}.name_key, {of}.customer_id")
    };
    // By number: along that index. SQLite, which cannot know how few rows are wanted, would sort them all.
    let from = if by == SortBy::AccountNumber {
        "customer n CROSS JOIN standing s WHERE n.partner_id = $1 AND s.customer_id = n.customer_id AND"
    } else {
        "standing s WHERE"
    };
    format!(
        "SELECT l.*, c.name, c.domain, c.account_number
         FROM (SELECT s.partner_id, s.customer_id, s.name_key, CAST({key} AS {kind}) AS sort_key, s.kind, s.lifecycle, s.tier, s.status, s.passed,
                      s.delivered, s.last_campaign_at, s.allocated, s.active_users, s.setup_done, s.email_ok, s.sync_ok, s.sync_at, s.sync_reason,
                      s.sync_own_reason, s.launched_at
               FROM {from} {narrowed}
                 AND (CAST($12 AS BIGINT) = 0 OR {rank} > CAST($13 AS BIGINT)
                      OR ({rank} = CAST($13 AS BIGINT)
                          AND (({rank} = 0 AND {key} {beyond} CAST($14 AS {kind}))
                               OR (({rank} = 1 OR {key} = CAST($14 AS {kind})) AND (s.name_key, s.customer_id) > ($15, $16)))))
               ORDER BY {inner} LIMIT $17 OFFSET $18) l
         JOIN customer c ON c.partner_id = l.partner_id AND c.customer_id = l.customer_id
         WHERE c.partner_id = $1 ORDER BY {outer}",
        narrowed = narrowed!(),
        rank = rank(key),
        inner = order(key, "s"),
        outer = order("l.sort_key", "l"),
    )
}

/// Where in the list a page begins.
#[derive(Debug, Clone)]
pub enum Begin {
    /// After the last row seen.
    After(Option<After>),
    /// After so many rows.
    Offset(i64),
}

/// Streams the rows of a filter in order, each with its place.
///
/// # Errors
/// The store's, or the first one `each` gives.
pub fn each<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    filter: &Filter,
    sort: Sort,
    from: &Begin,
    limit: i64,
    mut each: impl FnMut(CustomerRow, After) -> Result<()>,
) -> Result<()> {
    let mut values = params(scope, filter);
    let (after, offset) = match from {
        Begin::After(after) => (after.as_ref(), 0),
        Begin::Offset(offset) => (None, *offset),
    };
    let null = after.is_some_and(|a| matches!(a.key, Key::Null));
    values.extend([Value::Int(i64::from(after.is_some())), Value::Int(i64::from(null))]);
    values.push(after.map_or(Value::Null, |a| Value::from(&a.key)));
    values.push(after.map_or("", |a| &a.name).into());
    values.push(after.map_or(Uuid::nil(), |a| a.id).into());
    values.extend([Value::Int(limit), Value::Int(offset)]);
    let Some(text) = sql_family!(Control, lists).get(sort.variant()) else { return Ok(()) };
    view.each(text, &values, |row| {
        let read = read(&row)?;
        let place = After { key: Key::from(row.get::<Value>("sort_key")?), name: row.get("name_key")?, id: read.id.0 };
        each(read, place)
    })
}

/// One page of a list with the places of its rows.
///
/// # Errors
/// The store's.
pub fn page<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    filter: &Filter,
    sort: Sort,
    from: &Begin,
    limit: i64,
) -> Result<(Vec<CustomerRow>, Option<After>)> {
    let (mut rows, mut last) = (Vec::new(), None);
    each(view, scope, filter, sort, from, limit, |row, place| {
        rows.push(row);
        last = Some(place);
        Ok(())
    })?;
    Ok((rows, last))
}

pub fn word<T>(row: &Row, column: &str, parse: fn(&str) -> Option<T>) -> Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| store::Error::Corrupt(format!("{column}: {text}")))
}

fn read(row: &Row) -> Result<CustomerRow> {
    let status = row.get::<Option<i64>>("status")?.and_then(Status::parse);
    Ok(CustomerRow {
        id: row.get("customer_id")?,
        account_number: row.get("account_number")?,
        name: row.get("name")?,
        domain: row.get("domain")?,
        status,
        health: status.map(Status::health),
        tier: word(row, "tier", Tier::parse)?,
        seats: SeatUse { active: row.get("active_users")?, allocated: row.get("allocated")? },
        pass_rate: PassRate::of(row.get("passed")?, row.get("delivered")?),
        last_campaign_at: row.get("last_campaign_at")?,
        lifecycle: word(row, "lifecycle", Lifecycle::parse)?,
        kind: word(row, "kind", CustomerKind::parse)?,
        why: Why {
            setup_done: row.get("setup_done")?,
            email_ok: row.get("email_ok")?,
            sync_ok: row.get("sync_ok")?,
            sync_at: row.get("sync_at")?,
            sync_reason: SyncReason::read(row, "sync_reason", "sync_own_reason")?,
            launched_at: row.get("launched_at")?,
        },
    })
}

/// How many customers of a filter stand where.
///
/// # Errors
/// The store's.
pub fn counts<P>(view: &mut View<'_, Control>, scope: &Scope<P>, filter: &Filter) -> Result<Counts> {
    let rows = view.rows(
        sql!(Control, concat!("SELECT s.status_order, COUNT(*) AS n FROM standing s WHERE ", narrowed!(), " GROUP BY s.status_order")),
        &params(scope, filter),
    )?;
    let mut counts = Counts::default();
    for row in rows {
        let at = usize::try_from(row.get::<i64>("status_order")?).unwrap_or(5).min(5);
        counts.0[at] += row.get::<i64>("n")?;
    }
    Ok(counts)
}

/// Id, name and seats of the customers of a filter, in the default order: what a bulk action works through.
///
/// # Errors
/// The store's.
pub fn targets<P>(view: &mut View<'_, Control>, scope: &Scope<P>, filter: &Filter, limit: i64) -> Result<Vec<(CustomerId, String)>> {
    let mut found = Vec::new();
    each(view, scope, filter, Sort::default(), &Begin::Offset(0), limit, |row, _| {
        found.push((row.id, row.name));
        Ok(())
    })?;
    Ok(found)
}

/// The name of a listed customer in the scope's reach.
///
/// # Errors
/// The store's.
pub fn name_of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<String>> {
    let row = view.opt(
        sql!(
            Control,
            concat!(
                "SELECT c.name FROM customer c WHERE c.partner_id = $1 AND c.customer_id = $5 AND ",
                access::visible!("c", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), customer],
    )?;
    row.map(|r| r.get("name")).transpose()
}

/// One customer of the scope's partner, listed or not.
///
/// # Errors
/// The store's.
pub fn one<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<CustomerRow>> {
    let row = view.opt(
        sql!(
            Control,
            concat!(
                "SELECT s.customer_id, s.kind, s.lifecycle, s.tier, s.status, s.passed, s.delivered, s.last_campaign_at, s.allocated, s.active_users,
                        s.setup_done, s.email_ok, s.sync_ok, s.sync_at, s.sync_reason, s.sync_own_reason, s.launched_at, c.name, c.domain, c.account_number
                 FROM standing s JOIN customer c ON c.partner_id = s.partner_id AND c.customer_id = s.customer_id
                 WHERE s.partner_id = $1 AND s.customer_id = $5 AND ",
                access::visible!("s", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), customer],
    )?;
    row.as_ref().map(read).transpose()
}
