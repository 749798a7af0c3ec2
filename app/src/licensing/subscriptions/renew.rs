//! Renewing a subscription before anything lapses, alone or so that it ends with another one.

use access::permissions::Purchase;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, CustomerId, SubscriptionId, Timestamp};

use super::{
    book::{Deciding, decide, decided},
    plan::PlanKind,
    queries::Subscription,
    refusal::PlanRefusal,
    store::{self as rows, What},
    terms::Booked,
};

/// Calendar months from now beyond which nothing is renewed.
const FURTHEST: i64 = 120;

/// Renews a subscription by a term of its plan, or until another one ends.
#[derive(Debug, Serialize)]
pub struct Renew {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub subscription: SubscriptionId,
    /// The subscription of the same customer it ends with from now on.
    pub with: Option<SubscriptionId>,
    /// Its version as whoever decides has seen it; none: whatever it is.
    pub version: Option<i64>,
}

impl Command for Renew {
    const NAME: &'static str = "licensing.subscriptions.renew";
    type Home = Control;
    type Needs = Purchase;
    type Done = Subscription;
    type Refusal = PlanRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Subscription, Fail<PlanRefusal>> {
        let mut d = decide(cx, self.customer, self.subscription, self.version)?;
        if d.term.plan.kind != PlanKind::Full {
            return Err(PlanRefusal::TrialPlan {}.into());
        }
        if d.term.next.is_some() {
            return Err(PlanRefusal::ChangePlanned {}.into());
        }
        // What the catalogue says by now: a life may have been prolonged since this one lapsed.
        if let Some(offer) = rows::hold_offer(cx.tx, cx.scope.partner(), &d.term.code)? {
            d.term.stops_at = offer.end_of_life_at;
        }
        let (booked, what) = match self.with {
            Some(other) => (self.aligned(cx, &d, other)?, What::Aligned),
            None => (d.term.renewed(cx.now, &d.zone), What::Renewed),
        };
        // What is prolonged goes on from its end; what begins anew, lapsed or in days of grace longer than a term, from now.
        let from = booked.starts_at.max(d.term.ends_at);
        if booked.stops_at.is_some_and(|stop| stop <= from) {
            return Err(PlanRefusal::LifeEnded {}.into());
        }
        if booked.ends_at > furthest(cx.now, &d) {
            return Err(PlanRefusal::TooFar {}.into());
        }
        Ok(decided(cx, &d, booked, what)?)
    }
}

fn furthest(now: Timestamp, d: &Deciding) -> Timestamp {
    d.zone.plus_months(now, FURTHEST)
}

impl Renew {
    fn aligned(&self, cx: &mut Cx<'_, '_, Self>, d: &Deciding, other: SubscriptionId) -> Result<Booked, Fail<PlanRefusal>> {
        let found = rows::one(cx.tx, cx.scope.partner(), self.customer, other)?.filter(|h| h.id != self.subscription);
        let Some(found) = found else { return Err(PlanRefusal::UnknownSubscription {}.into()) };
        let with = found.booked.at(cx.now, &d.zone);
        let later = with.ends_at > d.term.ends_at.max(cx.now) && with.ends_at < Timestamp::FOREVER;
        if !later || with.plan.kind != PlanKind::Full {
            return Err(PlanRefusal::EndsSooner {}.into());
        }
        Ok(d.term.aligned(&with, cx.now))
    }
}
