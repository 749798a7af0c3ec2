//! Orders asked for by those who may not place them (D16): decided once, by one who may, and placed as their order.

use access::{
    Denied, Scope,
    permissions::{Allocate, Purchase, Read},
};
use command::{Command, Cx, Fail, Query};
use serde::{Deserialize, Serialize};
use store::{Control, OrderId, OrderRequestId, PartnerId, Result, Timestamp, Uuid, View};

use super::{
    order::{Order, place},
    pool::PoolRefusal,
    store as rows,
};
use crate::hierarchy::standing;

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
    /// How many pieces.
    pub quantity: i64,
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
    /// What it is for.
    pub note: Option<String>,
}

impl Command for RequestOrder {
    const NAME: &'static str = "licensing.pools.request_order";
    type Home = Control;
    type Needs = Allocate;
    type Done = OrderRequest;
    type Refusal = PoolRefusal;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<OrderRequest, Fail<PoolRefusal>> {
        if rows::sku(&self.sku).is_none() {
            return Err(PoolRefusal::UnknownSku { sku: self.sku.clone() }.into());
        }
        if rows::open_requests(cx.tx, cx.scope)? >= OPEN {
            return Err(PoolRefusal::RequestsWait { open: OPEN }.into());
        }
        let id: OrderRequestId = cx.new_id();
        rows::insert_request(cx.tx, cx.scope, id, (&self.sku, self.quantity, self.note.as_deref()), cx.now)?;
        cx.changed("order_request", id, "status", (), "open");
        tell(cx)?;
        rows::request(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(Denied::NotFound))
    }
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

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Approved, Fail<PoolRefusal>> {
        let asked = decide(cx, self.request, "approved", None)?;
        let order = place(cx, &asked.sku, asked.quantity)?;
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

    fn node(&self) -> Uuid {
        self.partner.0
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

/// Asks for a partner's requests, newest first.
#[derive(Debug)]
pub struct OrderRequests {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for OrderRequests {
    type Home = Control;
    type Needs = Read;
    type Found = Vec<OrderRequest>;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Vec<OrderRequest>> {
        rows::requests(view, scope, LISTED)
    }
}
