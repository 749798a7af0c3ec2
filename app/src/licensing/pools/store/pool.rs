//! The pool, and the orders that fill it.

use access::Scope;
use store::{Control, CustomerId, OrderId, PartnerId, Result, Timestamp, Tx, View, p, sql};

use super::{
    super::{order::Order, rules::Stretch},
    claim::settle_claims,
};

/// Capacity is a function of time: the units of the orders of seats live at that instant (end-exclusive).
macro_rules! capacity {
    ($partner:literal, $now:literal) => {
        concat!(
            "(SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM pool_order WHERE partner_id = ",
            $partner,
            " AND unit = 'seat' AND starts_at <= ",
            $now,
            " AND ends_at > ",
            $now,
            ")"
        )
    };
}

/// Seats that claims hold now: one whose time is over holds none, whether or not anybody has looked at it since.
macro_rules! claimed {
    ($partner:literal, $now:literal) => {
        concat!("(SELECT CAST(COALESCE(SUM(seats), 0) AS BIGINT) FROM pool_claim WHERE partner_id = ", $partner, " AND until > ", $now, ")")
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

/// The partner's own tenant: what concerns the pool as a whole is told of it.
pub fn internal<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<CustomerId> {
    view.one(sql!(Control, "SELECT internal_customer_id FROM partner WHERE partner_id = $1"), p![scope.partner()])?
        .get("internal_customer_id")
}

/// Takes seats from the pool if they are available now; gives what then is. The guard is here and nowhere else.
pub fn take<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, seats: i64, now: Timestamp) -> Result<Option<i64>> {
    let taken = take_at_once(tx, scope, seats, now)?;
    // What stands in the way may be a claim whose time is over.
    if taken.is_some() || settle_claims(tx, scope, now)? == 0 {
        return Ok(taken);
    }
    take_at_once(tx, scope, seats, now)
}

/// The sum of the claims stands in the pool's own row: whoever waited for that row judges by what it says then.
fn take_at_once<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, seats: i64, now: Timestamp) -> Result<Option<i64>> {
    let row = tx.change(
        sql!(
            Control,
            concat!(
                "UPDATE pool SET allocated = allocated + $2 WHERE partner_id = $1 AND allocated + claimed + $2 <= ",
                capacity!("$1", "$3"),
                " RETURNING ",
                capacity!("$1", "$3"),
                " - ",
                claimed!("$1", "$3"),
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
                " - ",
                claimed!("$1", "$3"),
                " - allocated AS available"
            )
        ),
        p![scope.partner(), seats, now],
    )?;
    row.map_or(Ok(0), |r| r.get("available"))
}

/// What is available now; negative when the pool has shrunk below what is allocated and claimed.
pub fn available<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<i64> {
    let pool = pool(view, scope, now)?;
    Ok(pool.capacity - pool.allocated - pool.claimed)
}

/// A pool in numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pool {
    pub capacity: i64,
    pub allocated: i64,
    pub claimed: i64,
    pub active_users: i64,
}

/// How a pool stands now.
pub fn pool<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<Pool> {
    let row = view.opt(
        sql!(
            Control,
            concat!(
                "SELECT allocated, active_users, ",
                capacity!("$1", "$2"),
                " AS capacity, ",
                claimed!("$1", "$2"),
                " AS claims FROM pool WHERE partner_id = $1"
            )
        ),
        p![scope.partner(), now],
    )?;
    row.map_or(Ok(Pool::default()), |r| {
        Ok(Pool {
            capacity: r.get("capacity")?,
            allocated: r.get("allocated")?,
            claimed: r.get("claims")?,
            active_users: r.get("active_users")?,
        })
    })
}

/// When the first of the live orders of seats ends.
pub fn next_end<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<Option<Timestamp>> {
    let row = view.one(
        sql!(
            Control,
            "SELECT MIN(ends_at) AS first FROM pool_order WHERE partner_id = $1 AND unit = 'seat' AND starts_at <= $2 AND ends_at > $2"
        ),
        p![scope.partner(), now],
    )?;
    row.get("first")
}

/// The orders of seats that are live now or later.
pub fn seats_ahead<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<Vec<Stretch>> {
    let rows = view.rows(
        sql!(Control, "SELECT units, starts_at, ends_at FROM pool_order WHERE partner_id = $1 AND unit = 'seat' AND ends_at > $2"),
        p![scope.partner(), now],
    )?;
    rows.iter().map(|r| Ok(Stretch { units: r.get("units")?, from: r.get("starts_at")?, until: r.get("ends_at")? })).collect()
}

pub fn insert_order<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, order: &Order) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO pool_order (partner_id, order_id, sku, version, name, unit, quantity, units, starts_at, ends_at, placed_at, placed_by, price_minor,
               currency)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        ),
        p![
            scope.partner(),
            order.id,
            &order.sku,
            order.version,
            &order.name,
            &order.unit,
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

/// The name of whoever acts; none for the program itself.
pub fn buyer<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Option<String>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT s.name FROM staff s WHERE s.staff_id = $1 OR s.staff_id = (SELECT t.staff_id FROM credential t WHERE t.credential_id = $1)"
        ),
        p![scope.actor().holder],
    )?;
    row.map(|r| r.get("name")).transpose()
}

pub fn orders<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<Order>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT o.order_id, o.sku, o.version, o.name, o.unit, o.quantity, o.units, o.starts_at, o.ends_at, o.placed_at, o.price_minor, o.currency, s.name AS buyer
             FROM pool_order o LEFT JOIN credential t ON t.credential_id = o.placed_by
             LEFT JOIN staff s ON s.staff_id = COALESCE(t.staff_id, o.placed_by)
             WHERE o.partner_id = $1 ORDER BY o.placed_at DESC, o.order_id DESC"
        ),
        p![scope.partner()],
    )?;
    rows.iter()
        .map(|r| {
            Ok(Order {
                id: r.get::<OrderId>("order_id")?,
                sku: r.get("sku")?,
                version: r.get("version")?,
                name: r.get("name")?,
                unit: r.get("unit")?,
                quantity: r.get("quantity")?,
                units: r.get("units")?,
                starts_at: r.get("starts_at")?,
                ends_at: r.get("ends_at")?,
                placed_at: r.get("placed_at")?,
                buyer: r.get("buyer")?,
                price: Some(store::Money { minor: r.get("price_minor")?, currency: r.get("currency")? }),
            })
        })
        .collect()
}

/// The zone in which a partner cuts days and months, and the currency its orders are made in.
///
/// # Errors
/// The store's.
pub fn terms<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<(store::Zone, String)> {
    let row = view.one(sql!(Control, "SELECT zone, currency FROM partner WHERE partner_id = $1"), p![scope.partner()])?;
    let zone: String = row.get("zone")?;
    Ok((store::Zone::named(&zone).unwrap_or(store::Zone::utc()), row.get("currency")?))
}

pub fn add_active<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, difference: i64) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE pool SET active_users = active_users + $2 WHERE partner_id = $1"), p![scope.partner(), difference])
        .map(drop)
}

/// The percent from which a customer is near its limit.
pub fn near_percent<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    let row = view.opt(sql!(Control, "SELECT near_limit_percent FROM partner WHERE partner_id = $1"), p![scope.partner()])?;
    row.map_or(Ok(90), |r| r.get("near_limit_percent"))
}
