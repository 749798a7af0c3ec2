//! A distributor's pool and the orders of partners that draw on it (D16, ADR 0039). Its capacity is a function of time, like every
//! pool's: an order draws on it for its whole term, so the whole term is asked about, not only now.

use access::{
    NodeKind, Scope,
    permissions::{ManagePartners, Purchase},
};
use command::{Command, Cx, Fail, Never, Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, DistributorId, OrderId, PartnerId, Result, Timestamp, View, Zone};

use super::{
    order::{MAA, Order, SEAT},
    pool::PoolRefusal,
    rules::{Stretch, least},
    store as rows,
};
use crate::{licensing::catalogue::Unit, noun::word_noun};

word_noun! {
    /// How a partner's orders are met.
    OrderTerms {
        /// Billed; they take from no stock.
        OnAccount "on_account",
        /// Drawn on the distributor's pool.
        FromPool "from_pool",
    }
}

/// Draws orders on the pool of their partner's distributor, if the partner's terms say so: all of them on one, by one reading of the
/// terms.
pub(super) fn draw<C>(cx: &mut Cx<'_, '_, C>, orders: &[Order]) -> std::result::Result<(), Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    if rows::order_terms(cx.tx, cx.scope)? == OrderTerms::OnAccount {
        return Ok(());
    }
    let (partner, distributor) = (cx.scope.partner(), rows::distributor_of(cx.tx, cx.scope)?);
    // What follows is the distributor's: its fence for as long as that takes.
    cx.tx.enter(distributor.0);
    let drawn = orders.iter().try_for_each(|order| drawn(cx, distributor, partner, order));
    cx.tx.enter(partner.0);
    drawn
}

fn drawn<C>(
    cx: &mut Cx<'_, '_, C>,
    distributor: DistributorId,
    partner: PartnerId,
    order: &Order,
) -> std::result::Result<(), Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    // From here on no other draw is under way: what is read now stays so.
    rows::hold_stock(cx.tx, distributor)?;
    let stretches = rows::stretches(cx.tx, distributor, &order.unit, order.starts_at, order.ends_at)?;
    let (available, at) = least(&stretches, order.starts_at, order.ends_at);
    if available < order.units {
        return Err(PoolRefusal::StockExhausted { sku: order.sku.clone(), available: available.max(0), requested: order.units, at }.into());
    }
    rows::insert_draw(cx.tx, distributor, (cx.new_id(), partner), order, cx.now)?;
    cx.changed("order", order.id, "drawn_from_pool", 0, order.units);
    Ok(())
}

/// An order of a distributor: so many units over a stretch of time. Immutable once placed.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StockOrder {
    /// Its id.
    pub id: OrderId,
    /// What it counts.
    pub unit: Unit,
    /// How many.
    pub units: i64,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when, exclusive.
    pub ends_at: Timestamp,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Who placed it; null when that is not known any more.
    pub buyer: Option<String>,
}

/// Adds an order to a distributor's pool.
#[derive(Debug, Serialize)]
pub struct OrderStock {
    /// Whose pool.
    pub distributor: DistributorId,
    /// What it counts.
    pub unit: Unit,
    /// How many, 1 to 1,000,000,000.
    pub units: i64,
    /// For how many calendar months, 1 to 120.
    pub months: i64,
    /// From when; from now on where it is absent or past.
    pub starts_at: Option<Timestamp>,
}

impl Command for OrderStock {
    const NAME: &'static str = "licensing.pools.order_stock";
    type Home = Control;
    type Needs = Purchase;
    type Done = StockOrder;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.distributor.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<StockOrder, Fail<Never>> {
        if cx.scope.kind() != NodeKind::Distributor {
            return Err(Fail::Denied(access::Denied::NotFound));
        }
        let starts_at = self.starts_at.map_or(cx.now, |at| at.max(cx.now));
        let order = StockOrder {
            id: cx.new_id(),
            unit: self.unit,
            units: self.units,
            starts_at,
            // A distributor has partners in several zones, and so none of its own.
            ends_at: Zone::utc().plus_months(starts_at, self.months),
            placed_at: cx.now,
            buyer: rows::buyer(cx.tx, cx.scope)?,
        };
        rows::insert_stock_order(cx.tx, self.distributor, &order, cx.scope.actor().holder)?;
        cx.changed("order", order.id, "units", 0, order.units);
        Ok(order)
    }
}

/// Decides how a partner's orders are met. Orders placed before stay as they are.
#[derive(Debug, Serialize)]
pub struct SetOrderTerms {
    /// Whose.
    pub partner: PartnerId,
    /// How, from now on.
    pub terms: OrderTerms,
}

impl Command for SetOrderTerms {
    const NAME: &'static str = "licensing.pools.set_order_terms";
    type Home = Control;
    type Needs = ManagePartners;
    type Done = TermsSet;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<TermsSet, Fail<Never>> {
        let before = rows::order_terms(cx.tx, cx.scope)?;
        if before != self.terms {
            rows::set_order_terms(cx.tx, cx.scope, self.terms)?;
            cx.changed("partner", self.partner, "order_terms", before, self.terms);
        }
        Ok(TermsSet { terms: self.terms })
    }
}

/// How a partner's orders are met.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsSet {
    /// `on_account` or `from_pool`.
    pub terms: OrderTerms,
}

/// Asks how a partner's orders are met.
#[derive(Debug)]
pub struct TermsOf {
    /// Whose.
    pub partner: PartnerId,
}

/// A partner's terms, for the one who decides them.
#[derive(Debug)]
pub struct Terms {
    /// Its name.
    pub name: String,
    /// Below whom.
    pub distributor: DistributorId,
    /// How its orders are met.
    pub terms: OrderTerms,
}

impl Query for TermsOf {
    type Home = Control;
    type Needs = ManagePartners;
    type Found = Terms;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ManagePartners>, _: Timestamp) -> Result<Terms> {
        let (name, distributor) = (rows::partner_name(view, scope)?, rows::distributor_of(view, scope)?);
        Ok(Terms { name, distributor, terms: rows::order_terms(view, scope)? })
    }
}

/// What a distributor's pool has of a unit.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Stock {
    /// What is counted.
    pub unit: Unit,
    /// What its live orders grant now.
    pub total: i64,
    /// What live orders of partners have drawn.
    pub drawn: i64,
    /// What is left.
    pub available: i64,
}

/// What a partner's order drew.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Draw {
    /// The partner.
    pub msp_id: PartnerId,
    /// Its name; null when it is below another distributor by now.
    pub name: Option<String>,
    /// Its order.
    pub order_id: OrderId,
    /// What is counted.
    pub unit: Unit,
    /// How many.
    pub units: i64,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when, exclusive.
    pub ends_at: Timestamp,
}

/// A distributor's pool.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StockPool {
    /// What it has now, by unit.
    pub units: Vec<Stock>,
    /// Its own orders, newest first.
    pub orders: Vec<StockOrder>,
    /// What partners drew, newest first: the last 500.
    pub draws: Vec<Draw>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// Asks for a distributor's pool: its orders, and who drew what.
#[derive(Debug)]
pub struct StockOf {
    /// Whose.
    pub distributor: DistributorId,
}

impl Query for StockOf {
    type Home = Control;
    type Needs = ManagePartners;
    /// The distributor's name and its pool; none above or below a distributor.
    type Found = Option<(String, StockPool)>;

    fn node(&self) -> Node {
        self.distributor.into()
    }

    fn run(&self, view: &mut View<'_, Control>, _: &Scope<ManagePartners>, now: Timestamp) -> Result<Self::Found> {
        let Some(name) = rows::distributor_name(view, self.distributor)? else { return Ok(None) };
        let mut units = Vec::new();
        for (unit, word) in [(Unit::Seat, SEAT), (Unit::Maa, MAA)] {
            let live: Vec<Stretch> = rows::stretches(view, self.distributor, word, now, Timestamp(now.0 + 1))?;
            let total: i64 = live.iter().map(|s| s.units.max(0)).sum();
            let drawn: i64 = live.iter().map(|s| -s.units.min(0)).sum();
            units.push(Stock { unit, total, drawn, available: total - drawn });
        }
        let (orders, draws) = (rows::stock_orders(view, self.distributor)?, rows::draws(view, self.distributor)?);
        Ok(Some((name, StockPool { units, orders, draws, as_of: now })))
    }
}
