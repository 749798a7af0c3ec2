//! Subscribing a customer to a plan of another product.

use access::permissions::Purchase;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, CustomerId};

use super::{
    begin::{open, sold},
    queries::Subscription,
    refusal::PlanRefusal,
    store as rows,
};
use crate::hierarchy::{CustomerKind, customers};

/// Subscribes a paid customer to a plan, from now on.
#[derive(Debug, Serialize)]
pub struct Subscribe {
    /// Which customer.
    pub customer: CustomerId,
    /// The plan's code.
    pub plan: String,
}

impl Command for Subscribe {
    const NAME: &'static str = "licensing.subscriptions.subscribe";
    type Home = Control;
    type Needs = Purchase;
    type Done = Subscription;
    type Refusal = PlanRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Subscription, Fail<PlanRefusal>> {
        let partner = cx.scope.partner();
        let customer = customers::find(cx.tx, cx.scope, self.customer)?.filter(|c| cx.scope.customer() == Some(c.id));
        let customer = customer.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let offer = sold(cx, &self.plan)?;
        if customer.kind != CustomerKind::Paid {
            return Err(PlanRefusal::TrialPlan {}.into());
        }
        let Some(id) = open(cx, self.customer, offer)? else { return Err(PlanRefusal::AlreadySubscribed {}.into()) };
        cx.changed("subscription", id, "plan", (), &self.plan);
        let zone = rows::zone(cx.tx, partner)?;
        let held = rows::one(cx.tx, partner, self.customer, id)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        Ok(held.at(cx.now, &zone, true))
    }
}
