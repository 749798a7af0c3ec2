//! Putting a subscription on another plan, up or down.

use access::permissions::Purchase;
use command::{Command, Cx, Fail};
use serde::Serialize;
use store::{Control, CustomerId, SubscriptionId, Uuid};

use super::{
    begin::sold,
    book::{decide, decided},
    plan::PlanKind,
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
}

impl Command for ChangePlan {
    const NAME: &'static str = "licensing.subscriptions.change_plan";
    type Home = Control;
    type Needs = Purchase;
    type Done = Subscription;
    type Refusal = PlanRefusal;

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Subscription, Fail<PlanRefusal>> {
        // Held in the order of whoever ends the plan: the plan first, then who is subscribed to it.
        rows::hold_offer(cx.tx, cx.scope.partner(), &self.plan)?;
        let d = decide(cx, self.customer, self.subscription)?;
        if d.term.plan.kind != PlanKind::Full {
            return Err(PlanRefusal::TrialPlan {}.into());
        }
        let offer = sold(cx, &self.plan)?;
        if offer.plan.product != d.term.plan.product {
            return Err(PlanRefusal::OtherProduct { product: d.term.plan.product.clone() }.into());
        }
        // A term that is over has no end to wait for.
        let waits = self.at_term_end && cx.now < d.term.ends_at;
        if offer.end_of_life_at.is_some_and(|life| life <= if waits { d.term.ends_at } else { cx.now }) {
            return Err(PlanRefusal::LifeEnded {}.into());
        }
        if waits {
            let next = Next { code: offer.plan.code.clone(), stops_at: offer.end_of_life_at, plan: offer.plan };
            let booked = Booked { next: Some(next), ..d.term.clone() };
            return Ok(decided(cx, &d, booked, What::Planned)?);
        }
        let booked = Booked::begin(offer.plan, offer.end_of_life_at, cx.now, &d.zone);
        Ok(decided(cx, &d, booked, What::Changed)?)
    }
}
