//! Orders: what fills the pool, and what raises the allowance. Stored in calendar months from the order's own day, end-exclusive, in the partner's zone.

use access::{Scope, permissions::Purchase};
use command::{Command, Cx, Fail};
use serde::{Deserialize, Serialize};
use store::{Control, Money, OrderId, PartnerId, Timestamp, Uuid, View};

use super::{allocate::pool_id, pool::PoolRefusal, stock::draw, store as rows};
use crate::hierarchy::standing;

/// What fills the pool.
pub const SEAT: &str = "seat";
/// What raises the allowance: monthly active accounts.
pub const MAA: &str = "maa";

/// Something that can be ordered.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Sku {
    /// Its name.
    pub sku: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What it counts: `seat` or `maa`.
    pub unit: &'static str,
    /// Units one piece grants.
    pub units: i64,
    /// Calendar months it lasts.
    pub term_months: i64,
    /// Price of one piece in minor units of the partner's currency.
    #[serde(skip)]
    pub price_minor: i64,
}

/// The catalogue.
pub type Skus = [Sku; 4];

/// What can be ordered.
pub static SKUS: Skus = [
    Sku { sku: "SEATS-100-Y", name: "100 seats, 12 months", unit: SEAT, units: 100, term_months: 12, price_minor: 180_000 },
    Sku { sku: "SEATS-1000-Y", name: "1,000 seats, 12 months", unit: SEAT, units: 1_000, term_months: 12, price_minor: 1_560_000 },
    Sku { sku: "SEATS-100-M", name: "100 seats, 1 month", unit: SEAT, units: 100, term_months: 1, price_minor: 18_000 },
    Sku { sku: "MAA-1K-Y", name: "1K MAA Allowance, 12 months", unit: MAA, units: 1_000, term_months: 12, price_minor: 96_000 },
];

/// An order: immutable once placed.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// What was ordered.
    pub sku: String,
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
}

impl Command for PlaceOrder {
    const NAME: &'static str = "licensing.pools.place_order";
    type Home = Control;
    type Needs = Purchase;
    type Done = Order;
    type Refusal = PoolRefusal;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Order, Fail<PoolRefusal>> {
        place(cx, &self.sku, self.quantity)
    }
}

/// Places an order of the scope's partner, inside whichever command decided it. It is billed, or drawn on the distributor's pool.
pub(super) fn place<C>(cx: &mut Cx<'_, '_, C>, name: &str, quantity: i64) -> Result<Order, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let Some(sku) = rows::sku(name) else { return Err(PoolRefusal::UnknownSku { sku: name.to_owned() }.into()) };
    let (zone, currency) = rows::terms(cx.tx, cx.scope)?;
    let before = rows::available(cx.tx, cx.scope, cx.now)?;
    let price = Money { minor: sku.price_minor, currency }.times(quantity);
    let order = Order {
        id: cx.new_id(),
        sku: name.to_owned(),
        unit: sku.unit.to_owned(),
        quantity,
        units: sku.units * quantity,
        starts_at: cx.now,
        ends_at: zone.plus_months(cx.now, sku.term_months),
        placed_at: cx.now,
        buyer: rows::buyer(cx.tx, cx.scope)?,
        price,
    };
    rows::insert_order(cx.tx, cx.scope, &order)?;
    cx.changed("order", order.id, "units", 0, order.units);
    if order.unit == MAA {
        let level = live_units(&orders_of(cx.tx, cx.scope, MAA)?, cx.now);
        cx.changed("partner", cx.scope.partner(), "maa_allowance", level - order.units, level);
    } else {
        cx.changed("pool", pool_id(cx.scope), "available", before, before + order.units);
        if before < 0 {
            let internal = rows::internal(cx.tx, cx.scope)?;
            standing::tell(cx, internal, true);
        }
    }
    // The distributor's row is fought over: it is touched last.
    draw(cx, &order)?;
    Ok(order)
}
