//! Orders: what fills the pool, and what raises the allowance. Stored in calendar months from the order's own day, end-exclusive, in the partner's zone.

use access::{Scope, permissions::Purchase};
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{Control, Money, OrderId, PartnerId, Timestamp, View};

use super::{allocate::pool_id, pool::PoolRefusal, stock::draw, store as rows};
use crate::{
    hierarchy::standing,
    licensing::catalogue::{Found, Offered, Unit, find},
};

/// What fills the pool.
pub const SEAT: &str = Unit::Seat.word();
/// What raises the allowance: monthly active accounts.
pub const MAA: &str = Unit::Maa.word();

/// An order: immutable once placed.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// What was ordered.
    pub sku: String,
    /// Its version, as it was sold.
    pub version: i64,
    /// What it was called then.
    pub name: String,
    /// What it counts: `seat` or `maa`.
    pub unit: String,
    /// How many pieces.
    pub quantity: i64,
    /// Units granted in all.
    pub units: i64,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when, exclusive.
    pub ends_at: Timestamp,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Who placed it; null when that is not known any more.
    pub buyer: Option<String>,
    /// Its price, for those who may see prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

impl Order {
    /// True at an instant of its term.
    #[must_use]
    pub fn is_live(&self, at: Timestamp) -> bool {
        self.starts_at <= at && at < self.ends_at
    }
}

/// What the orders that are live at an instant grant together.
#[must_use]
pub fn live_units(orders: &[Order], at: Timestamp) -> i64 {
    orders.iter().filter(|o| o.is_live(at)).map(|o| o.units).sum()
}

/// A partner's orders of what counts this, newest first, without prices.
///
/// # Errors
/// The store's.
pub fn orders_of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, unit: &str) -> store::Result<Vec<Order>> {
    Ok(priced_orders(view, scope, unit)?.into_iter().map(|o| Order { price: None, ..o }).collect())
}

/// The same with what they cost.
pub(super) fn priced_orders<P>(view: &mut View<'_, Control>, scope: &Scope<P>, unit: &str) -> store::Result<Vec<Order>> {
    let orders = rows::orders(view, scope)?;
    Ok(orders.into_iter().filter(|o| o.unit == unit).collect())
}

/// Places an order: on account, or from the distributor's pool where the partner's terms say so.
#[derive(Debug, Serialize, Deserialize)]
pub struct PlaceOrder {
    /// For which partner.
    pub partner: PartnerId,
    /// What.
    pub sku: String,
    /// How many pieces, 1 to 10,000.
    pub quantity: i64,
    /// The version that whoever orders has seen; none: whichever is sold.
    pub version: Option<i64>,
}

impl Command for PlaceOrder {
    const NAME: &'static str = "licensing.pools.place_order";
    type Home = Control;
    type Needs = Purchase;
    type Done = Order;
    type Refusal = PoolRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Order, Fail<PoolRefusal>> {
        place_one(cx, Line { sku: self.sku.clone(), quantity: self.quantity, version: self.version })
    }
}

/// So many pieces of a SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What.
    pub sku: String,
    /// How many pieces, 1 to 10,000.
    pub quantity: i64,
    /// The version that whoever orders has seen; none: whichever is sold.
    pub version: Option<i64>,
}

/// SKUs that can be ordered or asked for at once.
pub(super) const LINES: usize = 20;

/// Places several orders, all or none.
#[derive(Debug, Serialize, Deserialize)]
pub struct PlaceOrders {
    /// For which partner.
    pub partner: PartnerId,
    /// What, 1 to 20 SKUs, each once.
    pub lines: Vec<Line>,
}

/// Orders that were placed together.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Placed {
    /// One a line, in the lines' order.
    pub orders: Vec<Order>,
}

impl Command for PlaceOrders {
    const NAME: &'static str = "licensing.pools.place_orders";
    type Home = Control;
    type Needs = Purchase;
    type Done = Placed;
    type Refusal = PoolRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Placed, Fail<PoolRefusal>> {
        Ok(Placed { orders: place(cx, &self.lines)? })
    }
}

/// What a line asks for, if it can be ordered and is still what was seen.
pub(super) fn on_sale<C>(cx: &mut Cx<'_, '_, C>, line: &Line) -> Result<Offered, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let sku = line.sku.clone();
    match find(cx.tx, cx.scope, &line.sku, cx.now)? {
        Found::Offered(offered) => match line.version {
            Some(seen) if seen != offered.sku.version => Err(PoolRefusal::SkuChanged { sku, version: offered.sku.version }.into()),
            _ => Ok(offered),
        },
        Found::Unknown => Err(PoolRefusal::UnknownSku { sku }.into()),
        Found::Ended => Err(PoolRefusal::SkuEnded { sku }.into()),
        Found::Unpriced(currency) => Err(PoolRefusal::SkuUnpriced { sku, currency }.into()),
    }
}

/// Places one order, inside whichever command decided it.
pub(super) fn place_one<C>(cx: &mut Cx<'_, '_, C>, line: Line) -> Result<Order, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let order = book(cx, &line)?;
    finish(cx, std::slice::from_ref(&order))?;
    Ok(order)
}

/// Places several orders of the scope's partner: what stops one of them stops them all.
fn place<C>(cx: &mut Cx<'_, '_, C>, lines: &[Line]) -> Result<Vec<Order>, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let mut orders = Vec::new();
    for line in lines {
        orders.push(book(cx, line)?);
    }
    finish(cx, &orders)?;
    Ok(orders)
}

/// Writes an order. What it is paid with is seen to when all of them are written.
fn book<C>(cx: &mut Cx<'_, '_, C>, line: &Line) -> Result<Order, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let Offered { sku, price, .. } = on_sale(cx, line)?;
    let (zone, _) = rows::terms(cx.tx, cx.scope)?;
    let before = rows::available(cx.tx, cx.scope, cx.now)?;
    let order = Order {
        id: cx.new_id(),
        sku: sku.sku,
        version: sku.version,
        name: sku.name,
        unit: sku.unit.word().to_owned(),
        quantity: line.quantity,
        units: sku.units * line.quantity,
        starts_at: cx.now,
        ends_at: zone.plus_months(cx.now, sku.term_months),
        placed_at: cx.now,
        buyer: rows::buyer(cx.tx, cx.scope)?,
        price: price.and_then(|each| each.times(line.quantity)),
    };
    rows::insert_order(cx.tx, cx.scope, &order)?;
    cx.changed("order", order.id, "units", 0, order.units);
    if order.unit == MAA {
        let level = live_units(&orders_of(cx.tx, cx.scope, MAA)?, cx.now);
        cx.changed("partner", cx.scope.partner(), "maa_allowance", level - order.units, level);
    } else {
        cx.changed("pool", pool_id(cx.scope), "available", before, before + order.units);
    }
    Ok(order)
}

/// Tells of a pool that was short, and draws on the distributor's where the partner's terms say so.
fn finish<C>(cx: &mut Cx<'_, '_, C>, orders: &[Order]) -> Result<(), Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let seats: i64 = orders.iter().filter(|order| order.unit == SEAT).map(|order| order.units).sum();
    if seats > 0 && rows::available(cx.tx, cx.scope, cx.now)? < seats {
        let internal = rows::internal(cx.tx, cx.scope)?;
        standing::tell(cx, internal, true);
    }
    // The distributor's row is fought over: it is touched last.
    draw(cx, orders)
}
