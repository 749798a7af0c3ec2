//! Whether a subscription goes on by itself.

use access::permissions::Purchase;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, CustomerId, SubscriptionId};

use super::{
    book::{decide, decided},
    plan::PlanKind,
    queries::Subscription,
    refusal::PlanRefusal,
    store::What,
    terms::Booked,
};

/// Says what follows at the end of a term: the same plan for so many months each time, or nothing. A change that was planned for
/// then is taken back.
#[derive(Debug, Serialize)]
pub struct SetAutoRenew {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub subscription: SubscriptionId,
    /// Calendar months, 1 to 120; none: it ends.
    pub months: Option<i64>,
    /// Its version as whoever decides has seen it; none: whatever it is.
    pub version: Option<i64>,
}

impl Command for SetAutoRenew {
    const NAME: &'static str = "licensing.subscriptions.set_auto_renew";
    type Home = Control;
    type Needs = Purchase;
    type Done = Subscription;
    type Refusal = PlanRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Subscription, Fail<PlanRefusal>> {
        let d = decide(cx, self.customer, self.subscription, self.version)?;
        if d.term.plan.kind != PlanKind::Full {
            return Err(PlanRefusal::TrialPlan {}.into());
        }
        // Else a term would begin in the past.
        if cx.now >= d.term.ends_at && self.months.is_some() {
            return Err(PlanRefusal::TermOver {}.into());
        }
        let booked = Booked { renew_months: self.months, next: None, ..d.term.clone() };
        Ok(decided(cx, &d, booked, What::Renewal)?)
    }
}
