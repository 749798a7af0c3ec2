//! Every SQL text of the pool.

use access::Scope;
use store::{Control, CustomerId, LedgerId, OrderId, PartnerId, Result, Row, Timestamp, Tx, Uuid, View, p, sql};

use super::{SKUS, order::Order};

/// Capacity is a function of time: the units of the orders live at that instant (end-exclusive).
macro_rules! capacity {
    ($partner:literal, $now:literal) => {
        concat!(
            "(SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM pool_order WHERE partner_id = ",
            $partner,
            " AND starts_at <= ",
            $now,
            " AND ends_at > ",
            $now,
            ")"
        )
    };
}

/// Opens the pool row of a new partner; once.
///
/// # Errors
/// The store's.
pub fn open_pool(tx: &mut Tx<'_, Control>, partner: PartnerId) -> Result<()> {
    tx.exec(
        sql!(Control, "INSERT INTO pool (partner_id, allocated, active_users) VALUES ($1, 0, 0) ON CONFLICT (partner_id) DO NOTHING"),
        p![partner],
    )
    .map(drop)
}

/// Opens the allocation of a new customer, without seats; once.
///
/// # Errors
/// The store's.
pub fn open_allocation(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, pooled: bool) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO allocation (partner_id, customer_id, pooled, seats, releasing, version, active_users, usage_seq)
             VALUES ($1, $2, $3, 0, 0, 0, 0, 0) ON CONFLICT (partner_id, customer_id) DO NOTHING"
        ),
        p![partner, customer, pooled],
    )
    .map(drop)
}

/// A customer's allocation.
#[derive(Debug, Clone, Copy)]
pub struct Allocation {
    pub pooled: bool,
    pub seats: i64,
    pub releasing: i64,
    pub version: i64,
    pub active_users: i64,
}

fn allocation_of(row: &Row) -> Result<Allocation> {
    Ok(Allocation {
        pooled: row.get("pooled")?,
        seats: row.get("seats")?,
        releasing: row.get("releasing")?,
        version: row.get("version")?,
        active_users: row.get("active_users")?,
    })
}

/// The partner's own tenant: what concerns the pool as a whole is told of it.
pub fn internal<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<CustomerId> {
    view.one(sql!(Control, "SELECT internal_customer_id FROM partner WHERE partner_id = $1"), p![scope.partner()])?
        .get("internal_customer_id")
}

/// Adds (or, negative, takes) seats of a customer and gives what it then holds.
pub fn add_seats<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, seats: i64) -> Result<Option<Allocation>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET seats = seats + $3, version = version + 1 WHERE partner_id = $1 AND customer_id = $2
             RETURNING pooled, seats, releasing, version, active_users"
        ),
        p![scope.partner(), customer, seats],
    )?;
    row.as_ref().map(allocation_of).transpose()
}

/// Marks seats as being released, if that many are held and no release is under way.
pub fn begin_release<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, seats: i64) -> Result<Option<Allocation>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET releasing = $3, version = version + 1 WHERE partner_id = $1 AND customer_id = $2 AND releasing = 0 AND seats >= $3
             RETURNING pooled, seats, releasing, version, active_users"
        ),
        p![scope.partner(), customer, seats],
    )?;
    row.as_ref().map(allocation_of).transpose()
}

/// Ends a release: `kept` seats stay (the region refused), the others leave.
pub fn end_release<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, given_back: i64) -> Result<Option<Allocation>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET seats = seats - $3, releasing = 0 WHERE partner_id = $1 AND customer_id = $2 AND releasing > 0
             RETURNING pooled, seats, releasing, version, active_users"
        ),
        p![scope.partner(), customer, given_back],
    )?;
    row.as_ref().map(allocation_of).transpose()
}

pub fn allocation<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<Allocation>> {
    let row = view.opt(
        sql!(Control, "SELECT pooled, seats, releasing, version, active_users FROM allocation WHERE partner_id = $1 AND customer_id = $2"),
        p![scope.partner(), customer],
    )?;
    row.as_ref().map(allocation_of).transpose()
}

/// Takes seats from the pool if they are available now; gives what then is. The guard is here and nowhere else.
pub fn take<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, seats: i64, now: Timestamp) -> Result<Option<i64>> {
    let row = tx.change(
        sql!(
            Control,
            concat!(
                "UPDATE pool SET allocated = allocated + $2 WHERE partner_id = $1 AND allocated + $2 <= ",
                capacity!("$1", "$3"),
                " RETURNING ",
                capacity!("$1", "$3"),
                " - allocated AS available"
            )
        ),
        p![scope.partner(), seats, now],
    )?;
    row.map(|r| r.get("available")).transpose()
}

/// Gives seats back to the pool; gives what is then available.
pub fn give_back<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, seats: i64, now: Timestamp) -> Result<i64> {
    let row = tx.change(
        sql!(
            Control,
            concat!(
                "UPDATE pool SET allocated = allocated - $2 WHERE partner_id = $1 RETURNING ",
                capacity!("$1", "$3"),
                " - allocated AS available"
            )
        ),
        p![scope.partner(), seats, now],
    )?;
    row.map_or(Ok(0), |r| r.get("available"))
}

/// What is available now; negative when the pool has shrunk below what is allocated.
pub fn available<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<i64> {
    let (capacity, allocated, _) = pool(view, scope, now)?;
    Ok(capacity - allocated)
}

/// Capacity now, allocated, active users.
pub fn pool<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<(i64, i64, i64)> {
    let row = view.opt(
        sql!(Control, concat!("SELECT allocated, active_users, ", capacity!("$1", "$2"), " AS capacity FROM pool WHERE partner_id = $1")),
        p![scope.partner(), now],
    )?;
    row.map_or(Ok((0, 0, 0)), |r| Ok((r.get("capacity")?, r.get("allocated")?, r.get("active_users")?)))
}

/// Appends a line of the ledger: seats given or taken, and what the customer holds then.
pub fn enter<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: LedgerId,
    customer: CustomerId,
    seats: i64,
    held: Allocation,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO allocation_change (partner_id, ledger_id, customer_id, seats, balance, reason, at, actor_id, pooled)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        ),
        p![scope.partner(), id, customer, seats, held.seats, reason, now, scope.actor().holder, held.pooled],
    )
    .map(drop)
}

pub fn insert_order<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, order: &Order) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO pool_order (partner_id, order_id, sku, quantity, units, starts_at, ends_at, placed_at, placed_by, price_minor, currency)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        p![
            scope.partner(),
            order.id,
            &order.sku,
            order.quantity,
            order.units,
            order.starts_at,
            order.ends_at,
            order.placed_at,
            scope.actor().holder,
            order.price.as_ref().map_or(0, |m| m.minor),
            order.price.as_ref().map_or("", |m| m.currency.as_str())
        ],
    )
    .map(drop)
}

pub fn orders<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<Order>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT order_id, sku, quantity, units, starts_at, ends_at, placed_at, price_minor, currency FROM pool_order WHERE partner_id = $1 ORDER BY placed_at DESC, order_id DESC"
        ),
        p![scope.partner()],
    )?;
    rows.iter()
        .map(|r| {
            Ok(Order {
                id: r.get::<OrderId>("order_id")?,
                sku: r.get("sku")?,
                quantity: r.get("quantity")?,
                units: r.get("units")?,
                starts_at: r.get("starts_at")?,
                ends_at: r.get("ends_at")?,
                placed_at: r.get("placed_at")?,
                price: Some(store::Money { minor: r.get("price_minor")?, currency: r.get("currency")? }),
            })
        })
        .collect()
}

/// The zone and currency a partner's orders are made in.
pub fn terms<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<(store::Zone, String)> {
    let row = view.one(sql!(Control, "SELECT zone, currency FROM partner WHERE partner_id = $1"), p![scope.partner()])?;
    let zone: String = row.get("zone")?;
    Ok((store::Zone::named(&zone).unwrap_or(store::Zone::utc()), row.get("currency")?))
}

/// Books a newer usage snapshot; gives (pooled, active users before) when it was newer.
pub fn set_usage<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    active: i64,
    seq: i64,
    at: Timestamp,
) -> Result<Option<(bool, i64)>> {
    let before = view_usage(tx, scope, customer)?;
    let changed = tx.exec(
        sql!(
            Control,
            "UPDATE allocation SET active_users = $3, usage_seq = $4, usage_as_of = $5 WHERE partner_id = $1 AND customer_id = $2 AND usage_seq < $4"
        ),
        p![scope.partner(), customer, active, seq, at],
    )?;
    Ok(before.filter(|_| changed == 1))
}

fn view_usage<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<(bool, i64)>> {
    // A write that changes nothing holds the row, so that "before" stays true until the update (PostgreSQL).
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET usage_seq = usage_seq WHERE partner_id = $1 AND customer_id = $2 RETURNING pooled, active_users"
        ),
        p![scope.partner(), customer],
    )?;
    row.map(|r| Ok((r.get("pooled")?, r.get("active_users")?))).transpose()
}

pub fn add_active<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, difference: i64) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE pool SET active_users = active_users + $2 WHERE partner_id = $1"), p![scope.partner(), difference])
        .map(drop)
}

/// The day's last value wins.
pub fn set_usage_day<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    day: i64,
    [active, members]: [i64; 2],
    at: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO usage_day (partner_id, customer_id, day, active_users, members, at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (partner_id, customer_id, day) DO UPDATE SET active_users = excluded.active_users, members = excluded.members,
               at = excluded.at WHERE usage_day.at <= excluded.at"
        ),
        p![scope.partner(), customer, day, active, members, at],
    )
    .map(drop)
}

/// One line of the allocation table.
#[derive(Debug, Clone)]
pub struct Line {
    pub customer: CustomerId,
    pub name: String,
    pub account_number: String,
    pub tier: String,
    pub kind: String,
    pub allocated: i64,
    pub active_users: i64,
    pub sync_failed: bool,
    pub as_of: Option<Timestamp>,
}

/// The lines of the pooled customers in the scope's reach, largest first, from a place on.
pub fn lines<P>(view: &mut View<'_, Control>, scope: &Scope<P>, after: Option<(i64, Uuid)>, offset: i64, limit: i64) -> Result<Vec<Line>> {
    let (seats, id) = after.unwrap_or((i64::MAX, Uuid::nil()));
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT a.customer_id, c.name, c.account_number, c.tier, c.kind, a.seats, a.active_users, a.usage_as_of,
                        COALESCE(s.sync_ok, TRUE) AS sync_ok
                 FROM allocation a JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
                 JOIN standing s ON s.partner_id = a.partner_id AND s.customer_id = a.customer_id
                 WHERE a.partner_id = $1 AND a.pooled AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged'
                   AND (a.seats < $5 OR (a.seats = $5 AND a.customer_id > $6)) AND ",
                access::visible!("a", "$2", "$3", "$4"),
                " ORDER BY a.seats DESC, a.customer_id LIMIT $7 OFFSET $8"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), seats, id, limit, offset],
    )?;
    rows.iter()
        .map(|r| {
            Ok(Line {
                customer: r.get("customer_id")?,
                name: r.get("name")?,
                account_number: r.get("account_number")?,
                tier: r.get("tier")?,
                kind: r.get("kind")?,
                allocated: r.get("seats")?,
                active_users: r.get("active_users")?,
                sync_failed: !r.get::<bool>("sync_ok")?,
                as_of: r.get("usage_as_of")?,
            })
        })
        .collect()
}

/// Number and sums of the pooled customers in the scope's reach.
pub fn reach_sums<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<(i64, i64, i64)> {
    let row = view.one(
        sql!(
            Control,
            concat!(
                "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(a.seats), 0) AS BIGINT) AS seats, CAST(COALESCE(SUM(a.active_users), 0) AS BIGINT) AS active
                 FROM allocation a JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
                 WHERE a.partner_id = $1 AND a.pooled AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged' AND ",
                access::visible!("a", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
    )?;
    Ok((row.get("n")?, row.get("seats")?, row.get("active")?))
}

/// The percent from which a customer is near its limit.
pub fn near_percent<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    let row = view.opt(sql!(Control, "SELECT near_limit_percent FROM partner WHERE partner_id = $1"), p![scope.partner()])?;
    row.map_or(Ok(90), |r| r.get("near_limit_percent"))
}

/// The catalogue's entry.
pub fn sku(name: &str) -> Option<&'static super::Sku> {
    SKUS.iter().find(|s| s.sku == name)
}

/// Name, seats and active users of one customer.
pub fn seats_of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<(String, i64, i64)>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT c.name, a.seats, a.active_users FROM allocation a JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
             WHERE a.partner_id = $1 AND a.customer_id = $2"
        ),
        p![scope.partner(), customer],
    )?;
    row.map(|r| Ok((r.get("name")?, r.get("seats")?, r.get("active_users")?))).transpose()
}

/// Numbers the standing decision beyond anything a region can have seen, and forgets which usage snapshot was the last.
pub fn decide_again<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<Allocation>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET version = version + 1000000, releasing = 0, usage_seq = 0 WHERE partner_id = $1 AND customer_id = $2
             RETURNING pooled, seats, releasing, version, active_users"
        ),
        p![scope.partner(), customer],
    )?;
    row.as_ref().map(allocation_of).transpose()
}

/// An allocation with its usage, held until the transaction ends.
pub fn hold_allocation<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<(Allocation, i64)>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE allocation SET usage_seq = usage_seq WHERE partner_id = $1 AND customer_id = $2
             RETURNING pooled, seats, releasing, version, active_users"
        ),
        p![scope.partner(), customer],
    )?;
    row.as_ref().map(|r| Ok((allocation_of(r)?, r.get("active_users")?))).transpose()
}

/// Carries an allocation to another partner as it is: the region's decision and its last usage snapshot keep their numbers.
pub fn carry_allocation(tx: &mut Tx<'_, Control>, from: PartnerId, to: PartnerId, customer: CustomerId) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO allocation (partner_id, customer_id, pooled, seats, releasing, version, active_users, usage_seq, usage_as_of)
             SELECT $3, customer_id, pooled, seats, releasing, version, active_users, usage_seq, usage_as_of FROM allocation
             WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![from, customer, to],
    )?;
    tx.exec(sql!(Control, "DELETE FROM allocation WHERE partner_id = $1 AND customer_id = $2"), p![from, customer]).map(drop)
}

/// Carries the last value of a customer's gauge to another partner, as that of a day there.
pub fn carry_usage_day(
    tx: &mut Tx<'_, Control>,
    from: PartnerId,
    to: PartnerId,
    customer: CustomerId,
    day: i64,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO usage_day (partner_id, customer_id, day, active_users, members, at)
             SELECT $3, customer_id, $4, active_users, members, $5 FROM usage_day WHERE partner_id = $1 AND customer_id = $2
             ORDER BY usage_day.day DESC LIMIT 1
             ON CONFLICT (partner_id, customer_id, day) DO UPDATE SET active_users = excluded.active_users, members = excluded.members, at = excluded.at"
        ),
        p![from, customer, to, day, now],
    )
    .map(drop)
}
