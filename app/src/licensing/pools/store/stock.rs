//! A distributor's pool, and who draws on it.

use access::Scope;
use store::{Control, DistributorId, DrawId, OrderId, PartnerId, Result, Timestamp, Tx, Uuid, View, p, sql};

use super::super::{
    order::Order,
    rules::Stretch,
    stock::{Draw, OrderTerms, StockOrder},
};
use crate::licensing::catalogue::Unit;

pub fn order_terms<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<OrderTerms> {
    let row = view.opt(sql!(Control, "SELECT terms FROM order_terms WHERE partner_id = $1"), p![scope.partner()])?;
    let word: Option<String> = row.map(|r| r.get("terms")).transpose()?;
    Ok(word.as_deref().and_then(OrderTerms::parse).unwrap_or(OrderTerms::OnAccount))
}

pub fn set_order_terms<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, terms: OrderTerms) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO order_terms (partner_id, terms) VALUES ($1, $2) ON CONFLICT (partner_id) DO UPDATE SET terms = excluded.terms"
        ),
        p![scope.partner(), terms.word()],
    )
    .map(drop)
}

/// Below whom the scope's partner is.
pub fn distributor_of<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<DistributorId> {
    view.one(sql!(Control, "SELECT distributor_id FROM partner WHERE partner_id = $1"), p![scope.partner()])?.get("distributor_id")
}

/// The name of the scope's partner.
pub fn partner_name<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<String> {
    view.one(sql!(Control, "SELECT name FROM partner WHERE partner_id = $1"), p![scope.partner()])?.get("name")
}

pub fn distributor_name(view: &mut View<'_, Control>, id: DistributorId) -> Result<Option<String>> {
    let row = view.opt(sql!(Control, "SELECT name FROM distributor WHERE distributor_id = $1"), p![id])?;
    row.map(|r| r.get("name")).transpose()
}

/// Holds a distributor's pool until the transaction ends, and counts one more draw.
pub fn hold_stock(tx: &mut Tx<'_, Control>, distributor: DistributorId) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO distributor_pool (distributor_id, draws) VALUES ($1, 1)
             ON CONFLICT (distributor_id) DO UPDATE SET draws = distributor_pool.draws + 1"
        ),
        p![distributor],
    )
    .map(drop)
}

/// What a distributor's orders grant and partners' orders draw (negative) of a unit, as far as it touches a stretch of time.
pub fn stretches(
    view: &mut View<'_, Control>,
    distributor: DistributorId,
    unit: &str,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Stretch>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT o.units, o.starts_at, o.ends_at FROM distributor_order o
             WHERE o.distributor_id = $1 AND o.unit = $2 AND o.starts_at < $4 AND o.ends_at > $3
             UNION ALL
             SELECT -d.units AS units, d.starts_at, d.ends_at FROM distributor_draw d
             WHERE d.distributor_id = $1 AND d.unit = $2 AND d.starts_at < $4 AND d.ends_at > $3"
        ),
        p![distributor, unit, from, until],
    )?;
    rows.iter().map(|r| Ok(Stretch { units: r.get("units")?, from: r.get("starts_at")?, until: r.get("ends_at")? })).collect()
}

pub fn insert_draw(
    tx: &mut Tx<'_, Control>,
    distributor: DistributorId,
    (id, partner): (DrawId, PartnerId),
    order: &Order,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO distributor_draw (distributor_id, draw_id, partner_id, order_id, unit, units, starts_at, ends_at, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        ),
        p![distributor, id, partner, order.id, &order.unit, order.units, order.starts_at, order.ends_at, now],
    )
    .map(drop)
}

pub fn insert_stock_order(tx: &mut Tx<'_, Control>, distributor: DistributorId, order: &StockOrder, by: Uuid) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO distributor_order (distributor_id, order_id, unit, units, starts_at, ends_at, placed_at, placed_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        p![distributor, order.id, order.unit.word(), order.units, order.starts_at, order.ends_at, order.placed_at, by],
    )
    .map(drop)
}

fn unit_of(word: &str) -> Unit {
    Unit::parse(word).unwrap_or(Unit::Seat)
}

pub fn stock_orders(view: &mut View<'_, Control>, distributor: DistributorId) -> Result<Vec<StockOrder>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT o.order_id, o.unit, o.units, o.starts_at, o.ends_at, o.placed_at, s.name AS buyer
             FROM distributor_order o LEFT JOIN credential t ON t.credential_id = o.placed_by
             LEFT JOIN staff s ON s.staff_id = COALESCE(t.staff_id, o.placed_by)
             WHERE o.distributor_id = $1 ORDER BY o.placed_at DESC, o.order_id DESC"
        ),
        p![distributor],
    )?;
    rows.iter()
        .map(|r| {
            Ok(StockOrder {
                id: r.get::<OrderId>("order_id")?,
                unit: unit_of(&r.get::<String>("unit")?),
                units: r.get("units")?,
                starts_at: r.get("starts_at")?,
                ends_at: r.get("ends_at")?,
                placed_at: r.get("placed_at")?,
                buyer: r.get("buyer")?,
            })
        })
        .collect()
}

pub fn draws(view: &mut View<'_, Control>, distributor: DistributorId) -> Result<Vec<Draw>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT d.partner_id, p.name, d.order_id, d.unit, d.units, d.starts_at, d.ends_at
             FROM distributor_draw d LEFT JOIN partner p ON p.partner_id = d.partner_id AND p.distributor_id = d.distributor_id
             WHERE d.distributor_id = $1 ORDER BY d.at DESC, d.draw_id DESC LIMIT 500"
        ),
        p![distributor],
    )?;
    rows.iter()
        .map(|r| {
            Ok(Draw {
                msp_id: r.get("partner_id")?,
                name: r.get("name")?,
                order_id: r.get("order_id")?,
                unit: unit_of(&r.get::<String>("unit")?),
                units: r.get("units")?,
                starts_at: r.get("starts_at")?,
                ends_at: r.get("ends_at")?,
            })
        })
        .collect()
}
