//! Giving a trial more time.

use access::permissions::ManageCustomers;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, CustomerId, Timestamp, TrialRequestId};

use super::{
    store as rows,
    trial::{Extension, RequestStatus, TrialRefusal},
};
use crate::{
    hierarchy::{
        CustomerKind, Lifecycle,
        customers::Customer,
        distributors::EXTENSION_DAYS,
        trial::{extend, hold},
    },
    noun::Note,
};

/// Days that can be asked for at once.
pub const LONGEST: i64 = *EXTENSION_DAYS.end();

/// Extends a trial, running or ended: at once within what the MSP may, else the distributor is asked.
#[derive(Debug, Serialize)]
pub struct ExtendTrial {
    /// Of which customer.
    pub customer: CustomerId,
    /// By how many days, 1 to [`LONGEST`].
    pub days: i64,
    /// Why.
    pub reason: Note,
}

impl Command for ExtendTrial {
    const NAME: &'static str = "licensing.trials.extend";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Extension;
    type Refusal = TrialRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Extension, Fail<TrialRefusal>> {
        let customer = on_trial(cx, self.customer)?;
        if let Some(request_id) = rows::waiting(cx.tx, cx.scope, self.customer)? {
            return Err(TrialRefusal::RequestOpen { request_id }.into());
        }
        let (policy, used) = (rows::policy(cx.tx, cx.scope)?, rows::used(cx.tx, cx.scope, self.customer)?);
        let granted = policy.allows(used, self.days);
        let ends_at = granted.then(|| new_end(&customer, self.days, cx.now));
        let id: TrialRequestId = cx.new_id();
        rows::insert(cx.tx, cx.scope, id, self.customer, self.days, self.reason.as_str(), ends_at, cx.now)?;
        let status = if granted { RequestStatus::Granted } else { RequestStatus::Waiting };
        cx.changed("trial_request", id, "status", (), status);
        cx.changed("trial_request", id, "days", (), self.days);
        if let Some(ends_at) = ends_at {
            extend(cx, &customer, ends_at)?;
        }
        let left = (policy.extensions - used - i64::from(granted)).max(0);
        Ok(Extension { id, status, trial_ends_at: ends_at.or(customer.trial_ends_at), extensions_left: left })
    }
}

/// The later of now and the present end, plus the days.
pub(super) fn new_end(customer: &Customer, days: i64, now: Timestamp) -> Timestamp {
    customer.trial_ends_at.unwrap_or(now).max(now).plus_days(days)
}

/// A customer that is on trial or on the free plan, held until the transaction ends.
pub(super) fn on_trial<C>(cx: &mut Cx<'_, '_, C>, id: CustomerId) -> Result<Customer, Fail<TrialRefusal>>
where
    C: Command<Home = Control>,
{
    let customer = hold(cx, id)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
    if !matches!(customer.kind, CustomerKind::Trial | CustomerKind::Free) {
        return Err(TrialRefusal::NotATrial { kind: customer.kind }.into());
    }
    match customer.lifecycle {
        Lifecycle::Setup | Lifecycle::Active | Lifecycle::Disabled => Ok(customer),
        Lifecycle::Provisioning | Lifecycle::Removed | Lifecycle::Purged => Err(TrialRefusal::WrongLifecycle {}.into()),
    }
}
