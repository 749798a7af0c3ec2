//! Other plans asked for by those who may not change them: decided once, by one who may. While a request waits nobody changes or renews
//! the subscription; what the clock brings comes all the same (ADR 0049).

use access::{
    Denied, Scope,
    permissions::{Allocate, Purchase, Read, ReadAudit, SeePrices},
};
use command::{Command, Cx, Fail, Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Money, PartnerId, PlanRequestId, Result, SubscriptionId, Timestamp, View};

use super::{book::decide, change_plan::weigh, plan::Offer, refusal::PlanRefusal, store as rows};
use crate::{hierarchy::standing, noun::word_noun};

/// Requests that are listed: those that wait first, then the newest.
const LISTED: i64 = 200;

word_noun!(
    /// What has become of a request for another plan.
    PlanRequestStatus { /// Nobody has decided it.
        Open "open", /// The plan was changed.
        Approved "approved", /// It was not.
        Declined "declined", /// It was given up, or its customer left.
        Withdrawn "withdrawn" }
);

/// Another plan somebody asked for.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlanRequest {
    /// Its id.
    pub id: PlanRequestId,
    /// For which customer.
    pub tenant_id: CustomerId,
    /// The customer's name.
    pub name: String,
    /// For which of its subscriptions.
    pub subscription_id: SubscriptionId,
    /// The plan's code.
    pub plan: String,
    /// What it was called when it was asked for.
    pub plan_name: String,
    /// Its version, as it was sold then.
    pub version: i64,
    /// What a term of it cost then; absent for those who may not see prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// True: not before the term ends that runs when it is approved. False: at once, with a new term.
    pub at_term_end: bool,
    /// True while it is open and the plan is sold on other conditions by now, or not at all: it can be declined or withdrawn only.
    pub changed: bool,
    /// What it is for, in the words of whoever asked; null for whoever may neither read the trail nor purchase.
    pub note: Option<String>,
    /// Who asked; null when that is not known any more.
    pub asked_by: Option<String>,
    /// When.
    pub asked_at: Timestamp,
    /// What has become of it.
    pub status: PlanRequestStatus,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why it was declined.
    pub reason: Option<String>,
}

/// A request as it is stored. What is told of it depends on who asks, and on what is sold now.
#[derive(Debug, Clone)]
pub struct Asked {
    /// All but its price, and whether that still stands.
    pub request: PlanRequest,
    /// What it asks for, as it was sold then.
    pub offer: Offer,
}

/// What somebody may be told of a request.
#[derive(Debug, Clone, Copy)]
pub struct Sight {
    /// Prices.
    pub prices: bool,
    /// What people of the partner write to each other.
    pub notes: bool,
}

impl Sight {
    /// What a scope may be told.
    pub fn of<P>(scope: &Scope<P>) -> Sight {
        Sight { prices: scope.also::<SeePrices>(), notes: scope.also::<ReadAudit>() || scope.also::<Purchase>() }
    }
}

impl Asked {
    /// The request, given what is sold now.
    #[must_use]
    pub fn told(&self, sold: &[Offer], now: Timestamp, sight: Sight) -> PlanRequest {
        let stands = |o: &Offer| o.plan.code == self.offer.plan.code && o.is_sold(now) && o.is_as(&self.offer);
        PlanRequest {
            price: self.offer.plan.price.clone().filter(|_| sight.prices),
            changed: self.request.status == PlanRequestStatus::Open && !sold.iter().any(stands),
            note: self.request.note.clone().filter(|_| sight.notes),
            reason: self.request.reason.clone().filter(|_| sight.notes),
            ..self.request.clone()
        }
    }

    /// Why nothing else is decided about the subscription.
    pub(super) fn locks(&self) -> PlanRefusal {
        let PlanRequest { plan_name, asked_by, asked_at, .. } = &self.request;
        PlanRefusal::PlanLocked { plan: plan_name.clone(), asked_by: asked_by.clone(), asked_at: *asked_at }
    }
}

/// Asks for another plan: whatever a change of plan would be refused for now is refused here.
#[derive(Debug, Serialize)]
pub struct RequestPlan {
    /// For which customer.
    pub customer: CustomerId,
    /// For which subscription.
    pub subscription: SubscriptionId,
    /// The new plan's code.
    pub plan: String,
    /// Not before the term ends.
    pub at_term_end: bool,
    /// What it is for.
    pub note: Option<String>,
}

impl Command for RequestPlan {
    const NAME: &'static str = "licensing.subscriptions.request_plan";
    type Home = Control;
    type Needs = Allocate;
    type Done = PlanRequest;
    type Refusal = PlanRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<PlanRequest, Fail<PlanRefusal>> {
        // Held in the order of whoever changes the plan.
        rows::hold_offer(cx.tx, cx.scope.partner(), &self.plan)?;
        let d = decide(cx, self.customer, self.subscription, None)?;
        let offer = weigh(cx, &d, &self.plan, self.at_term_end)?.offer;
        let id: PlanRequestId = cx.new_id();
        rows::insert_request(cx.tx, cx.scope, id, (self, &offer), cx.now)?;
        cx.changed("plan_request", id, "status", (), PlanRequestStatus::Open);
        cx.changed("plan_request", id, "plan", (), &self.plan);
        standing::tell(cx, self.customer, true);
        let asked = rows::request(cx.tx, cx.scope, self.customer, id)?.ok_or(Fail::Denied(Denied::NotFound))?;
        Ok(asked.told(&[offer], cx.now, Sight::of(cx.scope)))
    }
}

/// Asks for the requests of all customers that somebody sees: those that wait first, then newest first.
#[derive(Debug)]
pub struct PlanRequests {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for PlanRequests {
    type Home = Control;
    type Needs = Read;
    type Found = Vec<PlanRequest>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Vec<PlanRequest>> {
        let (sold, sight) = (rows::offers(view, self.partner)?, Sight::of(scope));
        Ok(rows::requests(view, scope, LISTED)?.iter().map(|asked| asked.told(&sold, now, sight)).collect())
    }
}
