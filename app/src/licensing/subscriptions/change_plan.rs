//! Putting a subscription on another plan, up or down.

use access::permissions::Purchase;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, CustomerId, SubscriptionId};

use super::{
    begin::sold,
    book::{Deciding, decide, decided},
    plan::{Offer, PlanKind},
    queries::Subscription,
    refusal::PlanRefusal,
    store::{self as rows, What},
    terms::{Booked, Next},
};

/// Changes the plan of a subscription: at once, with a new term from now on, or when its term ends.
#[derive(Debug, Serialize)]
pub struct ChangePlan {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub subscription: SubscriptionId,
    /// The new plan's code.
    pub plan: String,
    /// Not before its term ends.
    pub at_term_end: bool,
    /// Its version as whoever decides has seen it; none: whatever it is.
    pub version: Option<i64>,
}

impl Command for ChangePlan {
    const NAME: &'static str = "licensing.subscriptions.change_plan";
    type Home = Control;
    type Needs = Purchase;
    type Done = Subscription;
    type Refusal = PlanRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Subscription, Fail<PlanRefusal>> {
        // Held in the order of whoever ends the plan: the plan first, then who is subscribed to it.
        rows::hold_offer(cx.tx, cx.scope.partner(), &self.plan)?;
        let d = decide(cx, self.customer, self.subscription, self.version)?;
        let change = weigh(cx, &d, &self.plan, self.at_term_end)?;
        Ok(decided(cx, &d, change.booked, change.what)?)
    }
}

/// A change of plan as it would be written.
pub(super) struct Change {
    /// What is sold.
    pub offer: Offer,
    /// The term it comes to.
    pub booked: Booked,
    /// What happens by it.
    pub what: What,
}

/// Decides a change of plan without writing it: for whoever makes it, whoever asks for it and whoever approves that.
///
/// # Errors
/// [`PlanRefusal`] when there can be no such change now.
pub(super) fn weigh<C>(cx: &mut Cx<'_, '_, C>, d: &Deciding, plan: &str, at_term_end: bool) -> Result<Change, Fail<PlanRefusal>>
where
    C: Command<Home = Control>,
{
    if d.term.plan.kind != PlanKind::Full {
        return Err(PlanRefusal::TrialPlan {}.into());
    }
    let offer = sold(cx, plan)?;
    if offer.plan.product != d.term.plan.product {
        return Err(PlanRefusal::OtherProduct { product: d.term.plan.product.clone() }.into());
    }
    // A term that is over has no end to wait for.
    let waits = at_term_end && cx.now < d.term.ends_at;
    if offer.end_of_life_at.is_some_and(|life| life <= if waits { d.term.ends_at } else { cx.now }) {
        return Err(PlanRefusal::LifeEnded {}.into());
    }
    let (plan, stops_at) = (offer.plan.clone(), offer.end_of_life_at);
    let (booked, what) = if waits {
        let next = Next { code: plan.code.clone(), stops_at, plan };
        (Booked { next: Some(next), ..d.term.clone() }, What::Planned)
    } else {
        (Booked::begin(plan, stops_at, cx.now, &d.zone), What::Changed)
    };
    Ok(Change { offer, booked, what })
}
