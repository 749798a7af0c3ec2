//! What the distributor decides, and what the MSP gives up.

use access::permissions::{ManageCustomers, ManagePartners};
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, CustomerId, PartnerId, TrialRequestId};

use super::{
    extend::{new_end, on_trial},
    store as rows,
    trial::{RequestStatus, TrialRefusal, TrialRequest},
};
use crate::{hierarchy::trial::extend, noun::Note};

/// Decides a request of an MSP: the trial is extended, or stays as it is.
#[derive(Debug, Serialize)]
pub struct DecideRequest {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub request: TrialRequestId,
    /// Whether the trial is extended.
    pub approve: bool,
    /// What the MSP is told.
    pub answer: Option<Note>,
}

impl Command for DecideRequest {
    const NAME: &'static str = "licensing.trials.decide";
    type Home = Control;
    type Needs = ManagePartners;
    type Done = TrialRequest;
    type Refusal = TrialRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<TrialRequest, Fail<TrialRefusal>> {
        let asked = waiting(cx, None, self.request)?;
        let answer = self.answer.as_ref().map(Note::as_str);
        let (status, ends_at) = if self.approve {
            let customer = on_trial(cx, asked.tenant_id)?;
            let ends_at = new_end(&customer, asked.days, cx.now);
            extend(cx, &customer, ends_at)?;
            (RequestStatus::Approved, Some(ends_at))
        } else {
            (RequestStatus::Declined, None)
        };
        if !rows::decide(cx.tx, cx.scope, self.request, status, answer, ends_at, cx.now)? {
            return Err(TrialRefusal::AlreadyDecided { decision: status }.into());
        }
        cx.changed("trial_request", self.request, "status", asked.status, status);
        cx.changed("trial_request", self.request, "customer", (), asked.tenant_id);
        rows::find(cx.tx, cx.scope, self.request)?.ok_or(Fail::Denied(access::Denied::NotFound))
    }
}

/// The request, where it waits. Of another customer than the one that is named there is none, whatever became of it.
fn waiting<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: Option<CustomerId>,
    id: TrialRequestId,
) -> Result<TrialRequest, Fail<TrialRefusal>> {
    let found = rows::find(cx.tx, cx.scope, id)?.filter(|asked| customer.is_none_or(|customer| customer == asked.tenant_id));
    let asked = found.ok_or(Fail::Denied(access::Denied::NotFound))?;
    match asked.status {
        RequestStatus::Waiting => Ok(asked),
        decision => Err(TrialRefusal::AlreadyDecided { decision }.into()),
    }
}

/// Gives a request up that waits.
#[derive(Debug, Serialize)]
pub struct WithdrawRequest {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which.
    pub request: TrialRequestId,
}

impl Command for WithdrawRequest {
    const NAME: &'static str = "licensing.trials.withdraw";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = TrialRequest;
    type Refusal = TrialRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<TrialRequest, Fail<TrialRefusal>> {
        let asked = waiting(cx, Some(self.customer), self.request)?;
        if !rows::decide(cx.tx, cx.scope, self.request, RequestStatus::Withdrawn, None, None, cx.now)? {
            return Err(TrialRefusal::AlreadyDecided { decision: RequestStatus::Withdrawn }.into());
        }
        cx.changed("trial_request", self.request, "status", asked.status, RequestStatus::Withdrawn);
        rows::find(cx.tx, cx.scope, self.request)?.ok_or(Fail::Denied(access::Denied::NotFound))
    }
}
