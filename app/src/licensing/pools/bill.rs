//! What a customer is charged for a month (4.20, ADR 0045): the units its plan's meter counts.

use std::collections::HashMap;

use access::Scope;
use serde::Serialize;
use store::{Control, CustomerId, Result, Timestamp, View};

use crate::licensing::{
    metering,
    month::{Counted, Month},
    subscriptions::{self, Counts, Meter, plan::Plan},
};

/// What a customer is charged for a month.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Bill {
    /// The plan in force at the month's last instant (now, while it runs): its code as it was sold. Null, and with it all that follows,
    /// where no paid plan was, or where another MSP charges the month.
    pub plan: Option<String>,
    /// Its version.
    pub plan_version: Option<i64>,
    /// Which units of the month it charges.
    pub meter: Option<Meter>,
    /// How many those are.
    pub chargeable: Option<i64>,
}

/// What the bills of a month are made of.
pub(super) struct Bills {
    plans: HashMap<CustomerId, Plan>,
    counted: HashMap<CustomerId, Counted>,
}

impl Bills {
    /// Reads those of the customers in reach.
    pub(super) fn read<P>(
        view: &mut View<'_, Control>,
        scope: &Scope<P>,
        period: Month,
        span: (Timestamp, Timestamp),
        now: Timestamp,
    ) -> Result<Bills> {
        Ok(Bills { plans: subscriptions::in_force(view, scope, span, now)?, counted: metering::counted(view, scope, period)? })
    }

    /// The bill of a customer that held and used so many at most.
    pub(super) fn of(&self, customer: CustomerId, provisioned: i64, peak: i64) -> Bill {
        // Whoever is billed for the month's accounts charges the month: a customer that moves is charged once.
        let plan = self.plans.get(&customer).zip(self.counted.get(&customer));
        let units = plan.map(|(plan, c)| plan.meter.of(Counts { provisioned, peak, distinct: c.users, at_end: c.active_users }));
        let plan = plan.map(|(plan, _)| plan);
        Bill { plan: plan.map(|p| p.code.clone()), plan_version: plan.map(|p| p.version), meter: plan.map(|p| p.meter), chargeable: units }
    }
}
