//! Orders asked for by those who may not place them (D16): decided once, by one who may, and placed as their order.

use access::{
    Denied, Scope,
    permissions::{Allocate, Purchase, Read},
};
use command::{Command, Cx, Fail, Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, Money, OrderId, OrderRequestId, PartnerId, Result, Timestamp, View};

use super::{
    order::{Line, Order, on_sale, place_one},
    pool::PoolRefusal,
    store as rows,
};
use crate::{
    hierarchy::standing,
    licensing::catalogue::{Offered, shelf},
};

/// Requests that are listed: all open ones, and the newest of the others.
pub const LISTED: i64 = 200;

/// Requests that may be open at once: fewer than are listed, so that every one can be seen and decided.
const OPEN: i64 = 50;

/// An order somebody asked for.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OrderRequest {
    /// Its id.
    pub id: OrderRequestId,
    /// What.
    pub sku: String,
    /// Its version, as it was sold when it was asked for.
    pub version: i64,
    /// What it was called then.
    pub name: String,
    /// How many pieces.
    pub quantity: i64,
    /// What they cost together then; absent for those who may not see prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// True while it is open and the SKU is sold on other conditions by now, or not at all: it can be declined only.
    pub changed: bool,
    /// What it is for, in the words of whoever asked.
    pub note: Option<String>,
    /// Who asked; null when that is not known any more.
    pub asked_by: Option<String>,
    /// When.
    pub asked_at: Timestamp,
    /// `open`, `approved` or `declined`.
    pub status: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why it was declined.
    pub reason: Option<String>,
    /// The order that came of it.
    pub order_id: Option<OrderId>,
}

/// Asks for an order.
#[derive(Debug, Serialize)]
pub struct RequestOrder {
    /// For which partner.
    pub partner: PartnerId,
    /// What.
    pub sku: String,
    /// How many pieces, 1 to 10,000.
    pub quantity: i64,
    /// The version that whoever asks has seen; none: whichever is sold.
    pub version: Option<i64>,
    /// What it is for.
    pub note: Option<String>,
}

impl Command for RequestOrder {
    const NAME: &'static str = "licensing.pools.request_order";
    type Home = Control;
    type Needs = Allocate;
    type Done = OrderRequest;
    type Refusal = PoolRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<OrderRequest, Fail<PoolRefusal>> {
        let line = Line { sku: self.sku.clone(), quantity: self.quantity, version: self.version };
        let open = rows::open_requests(cx.tx, cx.scope)?;
        let made = ask(cx, &line, self.note.as_deref(), open)?;
        tell(cx)?;
        Ok(made)
    }
}

/// Asks for several orders, all or none: a request for each.
#[derive(Debug, Serialize)]
pub struct RequestOrders {
    /// For which partner.
    pub partner: PartnerId,
    /// What, 1 to 20 SKUs, each once.
    pub lines: Vec<Line>,
    /// What they are for.
    pub note: Option<String>,
}

/// Requests that were made together.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Requested {
    /// One a line, in the lines' order.
    pub requests: Vec<OrderRequest>,
}

impl Command for RequestOrders {
    const NAME: &'static str = "licensing.pools.request_orders";
    type Home = Control;
    type Needs = Allocate;
    type Done = Requested;
    type Refusal = PoolRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Requested, Fail<PoolRefusal>> {
        let open = rows::open_requests(cx.tx, cx.scope)?;
        let mut requests = Vec::new();
        for (line, open) in self.lines.iter().zip(open..) {
            requests.push(ask(cx, line, self.note.as_deref(), open)?);
        }
        tell(cx)?;
        Ok(Requested { requests })
    }
}

/// Writes a request down beside those that are open, with what the SKU is sold as now.
fn ask<C>(cx: &mut Cx<'_, '_, C>, line: &Line, note: Option<&str>, open: i64) -> std::result::Result<OrderRequest, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let offer = on_sale(cx, line)?;
    if open >= OPEN {
        return Err(PoolRefusal::RequestsWait { open: OPEN }.into());
    }
    let id: OrderRequestId = cx.new_id();
    rows::insert_request(cx.tx, cx.scope, id, (line, &offer, note), cx.now)?;
    cx.changed("order_request", id, "status", (), "open");
    rows::request(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(Denied::NotFound))
}

/// What is waiting is told by an alert at the partner's own tenant.
fn tell<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>) -> Result<()> {
    let internal = rows::internal(cx.tx, cx.scope)?;
    standing::tell(cx, internal, true);
    Ok(())
}

/// Approves a request: the order is placed, by whoever approves.
#[derive(Debug, Serialize)]
pub struct ApproveRequest {
    /// At which partner.
    pub partner: PartnerId,
    /// Which.
    pub request: OrderRequestId,
}

/// What an approval came to.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Approved {
    /// The request.
    pub request: OrderRequest,
    /// The order.
    pub order: Order,
}

impl Command for ApproveRequest {
    const NAME: &'static str = "licensing.pools.approve_request";
    type Home = Control;
    type Needs = Purchase;
    type Done = Approved;
    type Refusal = PoolRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Approved, Fail<PoolRefusal>> {
        let asked = decide(cx, self.request, "approved", None)?;
        let offer = rows::asked_for(cx.tx, cx.scope, self.request)?.ok_or(Fail::Denied(Denied::NotFound))?;
        let line = Line { sku: asked.sku, quantity: asked.quantity, version: None };
        let now = on_sale(cx, &line)?;
        // What was asked for at one price is not bought at another.
        if !now.is_as(&offer) {
            return Err(PoolRefusal::SkuChanged { sku: line.sku, version: now.sku.version }.into());
        }
        let order = place_one(cx, Line { version: Some(now.sku.version), ..line })?;
        rows::set_request_order(cx.tx, cx.scope, self.request, order.id)?;
        let request = rows::request(cx.tx, cx.scope, self.request)?.ok_or(Fail::Denied(Denied::NotFound))?;
        Ok(Approved { request, order })
    }
}

/// Declines a request, with a reason.
#[derive(Debug, Serialize)]
pub struct DeclineRequest {
    /// At which partner.
    pub partner: PartnerId,
    /// Which.
    pub request: OrderRequestId,
    /// Why.
    pub reason: String,
}

impl Command for DeclineRequest {
    const NAME: &'static str = "licensing.pools.decline_request";
    type Home = Control;
    type Needs = Purchase;
    type Done = OrderRequest;
    type Refusal = PoolRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<OrderRequest, Fail<PoolRefusal>> {
        decide(cx, self.request, "declined", Some(&self.reason))
    }
}

/// Decides an open request; of two who decide, the second is told what the first said.
fn decide<C>(
    cx: &mut Cx<'_, '_, C>,
    id: OrderRequestId,
    status: &str,
    reason: Option<&str>,
) -> std::result::Result<OrderRequest, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let decided = rows::decide_request(cx.tx, cx.scope, id, (status, reason), cx.now)?;
    let request = rows::request(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(Denied::NotFound))?;
    if !decided {
        return Err(PoolRefusal::RequestDecided { status: request.status }.into());
    }
    cx.changed("order_request", id, "status", "open", status);
    tell(cx)?;
    Ok(request)
}

/// Asks for a partner's requests: those that wait first, then newest first.
#[derive(Debug)]
pub struct OrderRequests {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for OrderRequests {
    type Home = Control;
    type Needs = Read;
    type Found = Vec<OrderRequest>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Vec<OrderRequest>> {
        let sold = shelf(view, scope, now)?.offered;
        let as_asked = |offer: &Offered| sold.iter().any(|o| o.sku.sku == offer.sku.sku && o.is_as(offer));
        let requests = rows::requests(view, scope, LISTED)?.into_iter();
        Ok(requests.map(|(r, offer)| OrderRequest { changed: r.status == "open" && !as_asked(&offer), ..r }).collect())
    }
}
