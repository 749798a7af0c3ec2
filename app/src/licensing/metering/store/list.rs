//! What pages, API and file show of customers' months.

use std::collections::HashMap;

use access::Scope;
use store::{Control, CustomerId, Result, Row, Value, View, p, sql};

use crate::licensing::month::{Counted, Month};

/// Whose months are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of all customers in reach.
    All,
    /// Those of who is no customer here any more.
    Gone,
    /// Those of one.
    One(CustomerId),
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

/// Who is no customer of the partner any more: removed, or with another one.
macro_rules! gone {
    () => {
        concat!(
            "(",
            removed!(),
            " UNION SELECT e.customer_id FROM metered e WHERE e.partner_id = $1 AND e.until_month >= $5
               AND NOT EXISTS (SELECT 1 FROM customer h WHERE h.partner_id = $1 AND h.customer_id = e.customer_id))"
        )
    };
}

macro_rules! stretches {
    ($more:expr) => {
        sql!(
            Control,
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
        )
    };
}

macro_rules! said {
    ($more:expr) => {
        sql!(
            Control,
            concat!(
                "SELECT r.customer_id, r.month, COALESCE(r.final_users, r.users) AS users, r.active_users FROM maa_month r
                 WHERE r.partner_id = $1 AND r.month >= $5 AND r.month <= $6 AND ",
                access::visible!("r", "$2", "$3", "$4"),
                $more
            )
        )
    };
}

fn params<P>(scope: &Scope<P>, [first, last]: [Month; 2], whose: Whose) -> Vec<Value> {
    let mut params = p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), first, last].to_vec();
    if let Whose::One(customer) = whose {
        params.push(customer.into());
    }
    params
}

/// The stretches in reach that touch these months. The name is that of now, or the last one here of a customer that left.
pub fn stretches<P>(view: &mut View<'_, Control>, scope: &Scope<P>, months: [Month; 2], whose: Whose) -> Result<Vec<Stretch>> {
    let text = match whose {
        Whose::All => stretches!(""),
        Whose::Gone => stretches!(concat!(" AND m.customer_id IN ", gone!())),
        Whose::One(_) => stretches!(" AND m.customer_id = $7"),
    };
    view.rows(text, &params(scope, months, whose))?.iter().map(stretch).collect()
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
    whose: Whose,
) -> Result<HashMap<CustomerId, Vec<Counted>>> {
    let text = match whose {
        Whose::All => said!(""),
        Whose::Gone => said!(concat!(" AND r.customer_id IN ", gone!())),
        Whose::One(_) => said!(" AND r.customer_id = $7"),
    };
    let mut said: HashMap<CustomerId, Vec<Counted>> = HashMap::new();
    for r in &view.rows(text, &params(scope, months, whose))? {
        let counted = Counted { month: r.get("month")?, users: r.get("users")?, active_users: r.get("active_users")? };
        said.entry(r.get("customer_id")?).or_default().push(counted);
    }
    Ok(said)
}

/// How many customers the partner has in reach that were billed in these months. Each has a stretch that goes on, nearly always one
/// that touches them.
pub fn count_here<P>(view: &mut View<'_, Control>, scope: &Scope<P>, months: [Month; 2]) -> Result<i64> {
    let row = view.one(
        sql!(
            Control,
            concat!(
                "SELECT (SELECT COUNT(*) FROM metered m WHERE m.until_month IS NULL AND ",
                touches!(),
                ") - (SELECT COUNT(*) FROM metered m WHERE m.until_month IS NULL AND m.customer_id IN (",
                removed!(),
                ") AND ",
                touches!(),
                ") + (SELECT COUNT(DISTINCT m.customer_id) FROM metered m WHERE m.until_month >= $5 AND m.customer_id NOT IN ",
                gone!(),
                " AND NOT EXISTS (SELECT 1 FROM metered o WHERE o.partner_id = $1 AND o.customer_id = m.customer_id
                    AND o.until_month IS NULL AND o.since_month <= $6) AND ",
                touches!(),
                ") AS n"
            )
        ),
        &params(scope, months, Whose::All),
    )?;
    row.get("n")
}

/// These by name, from a place on. Only those that are shown are looked up.
pub fn here<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    months: [Month; 2],
    [offset, limit]: [i64; 2],
) -> Result<Vec<(CustomerId, String)>> {
    let mut params = params(scope, months, Whose::All);
    params.extend([limit.into(), offset.into()]);
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT c.customer_id, c.name FROM
                   (SELECT n.customer_id FROM customer n WHERE n.partner_id = $1 AND n.customer_id NOT IN (",
                removed!(),
                ") AND n.customer_id NOT IN (SELECT l.customer_id FROM metered l WHERE l.partner_id = $1 AND l.since_month > $6
                      AND NOT EXISTS (SELECT 1 FROM metered t WHERE t.partner_id = $1 AND t.customer_id = l.customer_id
                        AND t.since_month <= $6 AND (t.until_month IS NULL OR t.until_month >= $5))) AND ",
                access::visible!("n", "$2", "$3", "$4"),
                " ORDER BY n.name_key, n.customer_id LIMIT $7 OFFSET $8) s
                 JOIN customer c ON c.partner_id = $1 AND c.customer_id = s.customer_id ORDER BY c.name_key, c.customer_id"
            )
        ),
        &params,
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("name")?))).collect()
}

/// Whoever is called so, by number or by name, of the partner's customers in reach: two at most, to tell that a name is not enough.
pub fn called<P>(view: &mut View<'_, Control>, scope: &Scope<P>, text: &str) -> Result<Vec<CustomerId>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT c.customer_id FROM customer c WHERE c.partner_id = $1 AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged'
                   AND (c.account_number = $5 OR c.name_key = $6) AND ",
                access::visible!("c", "$2", "$3", "$4"),
                " ORDER BY c.customer_id LIMIT 2"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), text, store::fold(text)],
    )?;
    rows.iter().map(|r| r.get("customer_id")).collect()
}
