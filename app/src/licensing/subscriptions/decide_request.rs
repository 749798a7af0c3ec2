//! The end of a request for another plan: approved, declined, withdrawn, or left behind.

use access::{
    Denied,
    permissions::{Allocate, Purchase},
};
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, CustomerId, PlanRequestId, Result, SubscriptionId};

use super::{
    book::{Deciding, decided, take_up},
    change_plan::weigh,
    plan_request::{Asked, PlanRequest, PlanRequestStatus, Sight},
    queries::Subscription,
    refusal::PlanRefusal,
    store as rows,
};
use crate::hierarchy::standing;

/// Approves a request: the plan is changed, by whoever approves.
#[derive(Debug, Serialize)]
pub struct ApprovePlan {
    /// Whose.
    pub customer: CustomerId,
    /// Of which subscription.
    pub subscription: SubscriptionId,
    /// The request that was seen; none: whichever waits.
    pub request: Option<PlanRequestId>,
}

impl Command for ApprovePlan {
    const NAME: &'static str = "licensing.subscriptions.approve_plan";
    type Home = Control;
    type Needs = Purchase;
    type Done = Subscription;
    type Refusal = PlanRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Subscription, Fail<PlanRefusal>> {
        let partner = cx.scope.partner();
        // The plan is held before who is subscribed to it: which one that is, the request says.
        let seen = rows::one(cx.tx, partner, self.customer, self.subscription)?.and_then(|held| held.asked);
        if let Some(asked) = &seen {
            rows::hold_offer(cx.tx, partner, &asked.request.plan)?;
        }
        let (d, asked) = waiting(cx, self.customer, self.subscription, self.request.or(seen.map(|asked| asked.request.id)))?;
        let change = weigh(cx, &d, &asked.request.plan, asked.request.at_term_end)?;
        // What was asked for at one price is not sold at another.
        if !change.offer.is_as(&asked.offer) {
            return Err(PlanRefusal::PlanChanged { plan: asked.request.plan, version: change.offer.plan.version }.into());
        }
        close(cx, asked.request.id, PlanRequestStatus::Approved, None)?;
        Ok(decided(cx, &d, change.booked, change.what)?)
    }
}

/// Declines a request, with a reason.
#[derive(Debug, Serialize)]
pub struct DeclinePlan {
    /// Whose.
    pub customer: CustomerId,
    /// Of which subscription.
    pub subscription: SubscriptionId,
    /// The request that was seen; none: whichever waits.
    pub request: Option<PlanRequestId>,
    /// Why.
    pub reason: String,
}

impl Command for DeclinePlan {
    const NAME: &'static str = "licensing.subscriptions.decline_plan";
    type Home = Control;
    type Needs = Purchase;
    type Done = PlanRequest;
    type Refusal = PlanRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<PlanRequest, Fail<PlanRefusal>> {
        let (_, asked) = waiting(cx, self.customer, self.subscription, self.request)?;
        unlock(cx, &asked, PlanRequestStatus::Declined, Some(&self.reason))
    }
}

/// Gives a request up.
#[derive(Debug, Serialize)]
pub struct WithdrawPlan {
    /// Whose.
    pub customer: CustomerId,
    /// Of which subscription.
    pub subscription: SubscriptionId,
    /// The request that was seen; none: whichever waits.
    pub request: Option<PlanRequestId>,
}

impl Command for WithdrawPlan {
    const NAME: &'static str = "licensing.subscriptions.withdraw_plan";
    type Home = Control;
    type Needs = Allocate;
    type Done = PlanRequest;
    type Refusal = PlanRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<PlanRequest, Fail<PlanRefusal>> {
        let (_, asked) = waiting(cx, self.customer, self.subscription, self.request)?;
        unlock(cx, &asked, PlanRequestStatus::Withdrawn, None)
    }
}

/// The subscription, held, and the request that waits for it. Of two who decide, the second finds none.
fn waiting<C>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    subscription: SubscriptionId,
    seen: Option<PlanRequestId>,
) -> std::result::Result<(Deciding, Asked), Fail<PlanRefusal>>
where
    C: Command<Home = Control>,
{
    let d = take_up(cx, customer, subscription)?;
    let asked = d.held.asked.clone().filter(|asked| seen.is_none_or(|seen| seen == asked.request.id));
    let Some(asked) = asked else { return Err(PlanRefusal::PlanNotRequested {}.into()) };
    Ok((d, asked))
}

/// Closes a request by which nothing is changed.
fn unlock<C>(
    cx: &mut Cx<'_, '_, C>,
    asked: &Asked,
    status: PlanRequestStatus,
    reason: Option<&str>,
) -> std::result::Result<PlanRequest, Fail<PlanRefusal>>
where
    C: Command<Home = Control>,
{
    let (id, customer) = (asked.request.id, asked.request.tenant_id);
    close(cx, id, status, reason)?;
    standing::tell(cx, customer, true);
    let closed = rows::request(cx.tx, cx.scope, customer, id)?.ok_or(Fail::Denied(Denied::NotFound))?;
    Ok(closed.told(&[], cx.now, Sight::of(cx.scope)))
}

fn close<C>(cx: &mut Cx<'_, '_, C>, id: PlanRequestId, status: PlanRequestStatus, reason: Option<&str>) -> Result<()>
where
    C: Command<Home = Control>,
{
    rows::close_request(cx.tx, cx.scope, id, (status, reason), cx.now)?;
    cx.changed("plan_request", id, "status", PlanRequestStatus::Open, status);
    Ok(())
}

/// Withdraws what is asked for a customer that is removed or goes to another partner: nobody there was asked, and no plan of here is
/// sold there.
///
/// # Errors
/// The store's.
pub fn let_go<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> Result<()> {
    for id in rows::open_requests(cx.tx, cx.scope, customer)? {
        close(cx, id, PlanRequestStatus::Withdrawn, None)?;
    }
    Ok(())
}
