//! The pool, and the orders that fill it.

use access::Scope;
use store::{Control, CustomerId, OrderId, PartnerId, Result, Timestamp, Tx, View, p, sql};

use super::super::{SKUS, Sku, order::Order};

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

/// The partner's own tenant: what concerns the pool as a whole is told of it.
pub fn internal<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<CustomerId> {
    view.one(sql!(Control, "SELECT internal_customer_id FROM partner WHERE partner_id = $1"), p![scope.partner()])?
        .get("internal_customer_id")
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

pub fn add_active<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, difference: i64) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE pool SET active_users = active_users + $2 WHERE partner_id = $1"), p![scope.partner(), difference])
        .map(drop)
}

/// The percent from which a customer is near its limit.
pub fn near_percent<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    let row = view.opt(sql!(Control, "SELECT near_limit_percent FROM partner WHERE partner_id = $1"), p![scope.partner()])?;
    row.map_or(Ok(90), |r| r.get("near_limit_percent"))
}

/// The catalogue's entry.
pub fn sku(name: &str) -> Option<&'static Sku> {
    SKUS.iter().find(|s| s.sku == name)
}
