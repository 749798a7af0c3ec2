//! From a trial, running or ended, to a paid subscription.

use access::{
    Denied, Permission as _,
    permissions::{Allocate, Purchase},
};
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId, Timestamp};

use super::{
    extend::on_trial,
    store as rows,
    trial::{RequestStatus, TrialRefusal},
};
use crate::{
    hierarchy::{CustomerKind, trial::pay},
    licensing::{
        pools::{PoolRefusal, enter_pool},
        subscriptions::{self, PlanRefusal, plan::STANDARD},
    },
};

/// Upgrades a trial: its seats come from the pool from now on, and it is billed from now on.
#[derive(Debug, Serialize)]
pub struct UpgradeTrial {
    /// Which customer.
    pub customer: CustomerId,
    /// Seats it shall hold, at least 1 and as many as members are active.
    pub seats: i64,
    /// The plan's code; the standard plan when absent. Any other is for those who may purchase.
    pub plan: Option<String>,
}

/// A customer that is paid for from now on.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Upgraded {
    /// Which customer.
    pub tenant_id: CustomerId,
    /// How it is paid for.
    pub kind: CustomerKind,
    /// Seats it holds.
    pub allocated: i64,
    /// Seats left in the pool.
    pub available: i64,
    /// From when on it is billed.
    pub billed_from: Timestamp,
}

impl Command for UpgradeTrial {
    const NAME: &'static str = "licensing.trials.upgrade";
    type Home = Control;
    type Needs = Allocate;
    type Done = Upgraded;
    type Refusal = TrialRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Upgraded, Fail<TrialRefusal>> {
        // The standard plan comes with the seats, as it does with a customer that is made; any other one is chosen by who may purchase.
        let chosen = self.plan.as_deref().is_some_and(|plan| plan != STANDARD);
        if chosen && !cx.scope.also::<Purchase>() {
            return Err(Fail::Denied(Denied::Forbidden(Purchase::RIGHT.0)));
        }
        let customer = on_trial(cx, self.customer)?;
        // Told in this order: fewer seats first, or more would be let in than were bought; then that those who wait may come in; then
        // what alerts are weighed by.
        let given = enter_pool(cx, self.customer, self.seats, "upgrade").map_err(pool_refused)?;
        pay(cx, &customer)?;
        subscriptions::become_paid(cx, self.customer, self.plan.as_deref()).map_err(plan_refused)?;
        let_go(cx, self.customer)?;
        let (allocated, available) = (given.allocated, given.available);
        Ok(Upgraded { tenant_id: self.customer, kind: CustomerKind::Paid, allocated, available, billed_from: cx.now })
    }
}

fn pool_refused(fail: Fail<PoolRefusal>) -> Fail<TrialRefusal> {
    refused(fail, TrialRefusal::Pool)
}

fn plan_refused(fail: Fail<PlanRefusal>) -> Fail<TrialRefusal> {
    refused(fail, TrialRefusal::Plan)
}

fn refused<R>(fail: Fail<R>, ours: fn(R) -> TrialRefusal) -> Fail<TrialRefusal> {
    match fail {
        Fail::Refused(no) => ours(no).into(),
        Fail::Denied(denied) => Fail::Denied(denied),
        Fail::KeyReused => Fail::KeyReused,
        Fail::Store(error) => Fail::Store(error),
    }
}

/// Gives up what is asked for a customer that needs it no more.
///
/// # Errors
/// The store's.
pub fn let_go<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> store::Result<()> {
    let Some(request) = rows::waiting(cx.tx, cx.scope, customer)? else { return Ok(()) };
    rows::decide(cx.tx, cx.scope, request, RequestStatus::Withdrawn, None, None, cx.now)?;
    cx.changed("trial_request", request, "status", RequestStatus::Waiting, RequestStatus::Withdrawn);
    Ok(())
}

/// Takes the extensions of a customer along to another partner: it has as many left there as it had. What is asked for is given up.
///
/// # Errors
/// The store's.
pub fn hand_over<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, to: PartnerId, customer: CustomerId) -> store::Result<()> {
    let_go(cx, customer)?;
    rows::carry(cx.tx, cx.scope.partner(), to, customer)
}
