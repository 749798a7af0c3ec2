//! The nouns of trials and their one list of refusals.

use command::Refusal;
use serde::{Deserialize, Serialize};
use store::{CustomerId, PartnerId, Timestamp, TrialRequestId};

use crate::{
    hierarchy::CustomerKind,
    licensing::{pools::PoolRefusal, subscriptions::PlanRefusal},
    noun::word_noun,
};

word_noun!(
    /// What became of an extension.
    RequestStatus { /// Within what the MSP may: done at once.
        Granted "granted", /// The distributor has not decided yet.
        Waiting "waiting", /// The distributor let it.
        Approved "approved", /// The distributor did not let it.
        Declined "declined", /// Given up before it was decided.
        Withdrawn "withdrawn" }
);

/// What an MSP may do about trials by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Policy {
    /// How often it may extend one trial.
    pub extensions: i64,
    /// By how many days at most, each time.
    pub days: i64,
}

impl Policy {
    /// Whether an extension is the MSP's own to make, after so many.
    #[must_use]
    pub fn allows(self, used: i64, days: i64) -> bool {
        used < self.extensions && days <= self.days
    }
}

/// An extension, made or asked for.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TrialRequest {
    /// Its id.
    pub id: TrialRequestId,
    /// Of which MSP.
    pub msp_id: PartnerId,
    /// The MSP's name.
    pub msp: String,
    /// Of which customer.
    pub tenant_id: CustomerId,
    /// The customer's name, as long as it is the MSP's.
    pub name: Option<String>,
    /// By how many days.
    pub days: i64,
    /// Why.
    pub reason: Option<String>,
    /// What became of it.
    pub status: RequestStatus,
    /// When it was made or asked for.
    pub asked_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// What whoever declined it said.
    pub answer: Option<String>,
    /// The end it gave the trial.
    pub ends_at: Option<Timestamp>,
}

/// What an extension came to.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Extension {
    /// Its id.
    pub id: TrialRequestId,
    /// `granted`: the trial runs on. `waiting`: the distributor decides.
    pub status: RequestStatus,
    /// When the trial ends now.
    pub trial_ends_at: Option<Timestamp>,
    /// How often the MSP may still extend it by itself.
    pub extensions_left: i64,
}

/// The "no" of trials.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum TrialRefusal {
    /// The customer is neither on trial nor on the free plan.
    NotATrial {
        /// How it is paid for.
        kind: CustomerKind,
    },
    /// A request for this customer waits for its distributor.
    RequestOpen {
        /// Which.
        request_id: TrialRequestId,
    },
    /// The request was decided, or given up.
    AlreadyDecided {
        /// What became of it.
        decision: RequestStatus,
    },
    /// The customer is being made, or was removed.
    WrongLifecycle {},
    /// The pool's no.
    Pool(PoolRefusal),
    /// The plan's no.
    Plan(PlanRefusal),
}

impl Refusal for TrialRefusal {
    fn status(&self) -> u16 {
        match self {
            TrialRefusal::Pool(no) => no.status(),
            TrialRefusal::Plan(no) => no.status(),
            _ => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            TrialRefusal::NotATrial { .. } => "not-a-trial",
            TrialRefusal::RequestOpen { .. } => "request-open",
            TrialRefusal::AlreadyDecided { .. } => "already-decided",
            TrialRefusal::WrongLifecycle {} => "wrong-lifecycle",
            TrialRefusal::Pool(no) => no.code(),
            TrialRefusal::Plan(no) => no.code(),
        }
    }
    fn title(&self) -> String {
        match self {
            TrialRefusal::NotATrial { .. } => "The customer is neither on trial nor on the free plan".into(),
            TrialRefusal::RequestOpen { .. } => "A request for this customer waits for the distributor".into(),
            TrialRefusal::AlreadyDecided { decision } => format!("This request is {}", decision.word()),
            TrialRefusal::WrongLifecycle {} => "The customer is being prepared, or was removed".into(),
            TrialRefusal::Pool(no) => no.title(),
            TrialRefusal::Plan(no) => no.title(),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            TrialRefusal::NotATrial { .. } => "Only trials are extended or upgraded.",
            TrialRefusal::RequestOpen { .. } => "Wait until it is decided, or withdraw it.",
            TrialRefusal::AlreadyDecided { .. } => "Ask anew if the trial is to run longer.",
            TrialRefusal::WrongLifecycle {} => "Wait until it is ready, or restore it first.",
            TrialRefusal::Pool(no) => return no.detail(),
            TrialRefusal::Plan(no) => return no.detail(),
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            TrialRefusal::Pool(no) => no.pointer(),
            TrialRefusal::Plan(no) => no.pointer(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_extends_by_itself_as_often_and_as_long_as_it_may() {
        let policy = Policy { extensions: 2, days: 30 };
        assert!(policy.allows(0, 30) && policy.allows(1, 1));
        assert!(!policy.allows(2, 1) && !policy.allows(0, 31));
        assert!(!Policy { extensions: 0, days: 30 }.allows(0, 1));
    }
}
