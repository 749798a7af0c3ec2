//! What pages, API and file show of customers' months.

use std::collections::HashMap;

use access::Scope;
use store::{
    Control, CustomerId, Result, Row, Value, View, p, sql, sql_family,
    wanted::{ask, places},
};

use crate::licensing::month::{Counted, Month};

/// Whose months are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// Those of all customers in reach.
    All,
    /// Those of who is no customer here any more.
    Gone,
    /// Those of some.
    Of(&'a [CustomerId]),
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

/// A stretch `m` that touches the months $5 to $6, in the reach of $2 to $4.
macro_rules! touches {
    () => {
        concat!(
            "m.partner_id = $1 AND m.since_month <= $6 AND (m.until_month IS NULL OR m.until_month >= $5) AND ",
            access::visible!("m", "$2", "$3", "$4")
        )
    };
}

/// Customers of the partner that were removed: an index holds these alone.
macro_rules! removed {
    () => {
        "SELECT g.customer_id FROM customer g WHERE g.partner_id = $1 AND (g.lifecycle = 'removed' OR g.lifecycle = 'purged')"
    };
}

/// Who is no customer of the partner any more: removed, or with another one. Some are both, which nobody minds: to tell so, SQLite would
/// read all customers in order.
macro_rules! gone {
    () => {
        concat!(
            "(",
            removed!(),
            " UNION ALL SELECT e.customer_id FROM metered e WHERE e.partner_id = $1 AND e.until_month >= $5
               AND NOT EXISTS (SELECT 1 FROM customer h WHERE h.partner_id = $1 AND h.customer_id = e.customer_id))"
        )
    };
}

pub(super) use {gone, removed, touches};

macro_rules! stretches {
    ($more:expr) => {
        concat!(
            "SELECT m.customer_id, m.since_month, m.until_month, COALESCE(c.kind, '') AS kind, COALESCE(c.lifecycle, '') AS lifecycle,
               COALESCE(NULLIF(c.name, ''), (SELECT s.name FROM customer_state s WHERE s.partner_id = m.partner_id AND s.customer_id = m.customer_id
                 ORDER BY s.since DESC LIMIT 1), c.account_number, '') AS name,
               COALESCE((SELECT r.active_users FROM maa_month r WHERE r.partner_id = m.partner_id AND r.customer_id = m.customer_id
                 AND r.month >= m.since_month AND r.month < $5 ORDER BY r.month DESC LIMIT 1), m.active_users) AS active
             FROM metered m LEFT JOIN customer c ON c.partner_id = m.partner_id AND c.customer_id = m.customer_id
             WHERE ",
            touches!(),
            $more,
            " ORDER BY m.customer_id, m.since_month"
        )
    };
}

macro_rules! said {
    ($more:expr) => {
        concat!(
            "SELECT r.customer_id, r.month, COALESCE(r.final_users, r.users) AS users, r.active_users FROM maa_month r
             WHERE r.partner_id = $1 AND r.month >= $5 AND r.month <= $6 AND ",
            access::visible!("r", "$2", "$3", "$4"),
            $more
        )
    };
}

/// The same of some customers.
fn of() -> Vec<String> {
    let places = places(6);
    vec![stretches!(" AND m.customer_id IN (@)").replace('@', &places), said!(" AND r.customer_id IN (@)").replace('@', &places)]
}

pub(super) fn params<P>(scope: &Scope<P>, [first, last]: [Month; 2]) -> Vec<Value> {
    p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), first, last].to_vec()
}

/// The stretches in reach that touch these months. The name is that of now, or the last one here of a customer that left.
pub fn stretches<P>(view: &mut View<'_, Control>, scope: &Scope<P>, months: [Month; 2], whose: Whose<'_>) -> Result<Vec<Stretch>> {
    let params = params(scope, months);
    let mut found = Vec::new();
    let mut each = |r: &Row| {
        found.push(stretch(r)?);
        Ok(())
    };
    match whose {
        Whose::All => view.each(sql!(Control, stretches!("")), &params, |r| each(&r))?,
        Whose::Gone => view.each(sql!(Control, stretches!(concat!(" AND m.customer_id IN ", gone!()))), &params, |r| each(&r))?,
        Whose::Of(some) => ask(view, sql_family!(Control, of).first(), &params, some, each)?,
    }
    Ok(found)
}

fn stretch(r: &Row) -> Result<Stretch> {
    let lifecycle: String = r.get("lifecycle")?;
    let gone = matches!(lifecycle.as_str(), "removed" | "purged");
    Ok(Stretch {
        customer: r.get("customer_id")?,
        name: r.get("name")?,
        internal: r.get::<String>("kind")? == "internal",
        gone,
        here: !gone && !lifecycle.is_empty(),
        since: r.get("since_month")?,
        until: r.get("until_month")?,
        active: r.get("active")?,
    })
}

/// What these months count, by customer in reach: a final one what it counted then.
pub fn said<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    months: [Month; 2],
    whose: Whose<'_>,
) -> Result<HashMap<CustomerId, Vec<Counted>>> {
    let params = params(scope, months);
    let mut said: HashMap<CustomerId, Vec<Counted>> = HashMap::new();
    let mut each = |r: &Row| {
        let counted = Counted { month: r.get("month")?, users: r.get("users")?, active_users: r.get("active_users")? };
        said.entry(r.get("customer_id")?).or_default().push(counted);
        Ok(())
    };
    match whose {
        Whose::All => view.each(sql!(Control, said!("")), &params, |r| each(&r))?,
        Whose::Gone => view.each(sql!(Control, said!(concat!(" AND r.customer_id IN ", gone!()))), &params, |r| each(&r))?,
        Whose::Of(some) => ask(view, sql_family!(Control, of).get(1), &params, some, each)?,
    }
    Ok(said)
}
