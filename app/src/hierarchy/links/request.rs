//! The nouns of linking.

use serde::{Deserialize, Serialize};
use store::{CustomerId, LinkRequestId, PartnerId, StaffId, Timestamp};

use crate::noun::{masked, word_noun};

word_noun!(
    /// Where a request is, as it is kept.
    Stage { /// Nobody's last word is in.
        Open "open", /// All have consented; the customer is on its way.
        Approved "approved", /// All have consented, and it could not come.
        Stopped "stopped", /// It came.
        Linked "linked", /// Whoever asked gave it up.
        Withdrawn "withdrawn", /// Over, after all had consented.
        Ended "ended" }
);
word_noun!(
    /// What whoever asked sees of a request.
    LinkStatus { /// Not everybody has consented, or there is nobody who could.
        Waiting "waiting", /// All have consented; the customer is on its way.
        Approved "approved", /// All have consented, and it could not come: `stopped` says why.
        Stopped "stopped", /// It came.
        Linked "linked", /// Given up.
        Withdrawn "withdrawn", /// Its time is over.
        NotApproved "not_approved" }
);
word_noun!(
    /// What a side says.
    Word { /// It consents.
        Yes "yes", /// It does not.
        No "no" }
);

impl Stage {
    /// What whoever asked sees at an instant. Refused, unknown and not answered are the same: it waits until its time is over.
    #[must_use]
    pub fn seen(self, expires_at: Timestamp, now: Timestamp) -> LinkStatus {
        match self {
            Stage::Open if now < expires_at => LinkStatus::Waiting,
            Stage::Stopped if now < expires_at => LinkStatus::Stopped,
            Stage::Approved => LinkStatus::Approved,
            Stage::Linked => LinkStatus::Linked,
            Stage::Withdrawn => LinkStatus::Withdrawn,
            Stage::Open | Stage::Stopped | Stage::Ended => LinkStatus::NotApproved,
        }
    }
}

/// A customer that was asked for.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LinkRequest {
    /// Its id.
    pub id: LinkRequestId,
    /// The number that was named.
    pub account_number: String,
    /// Of the address that was named, the first letter and the domain.
    pub administrator: String,
    /// Where it is.
    pub status: LinkStatus,
    /// When it was made.
    pub asked_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Why the customer could not come, although all consented: `code`, and its numbers in `values`.
    pub stopped: Option<serde_json::Value>,
}

/// A request as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub id: LinkRequestId,
    pub account_number: String,
    pub administrator: String,
    pub looked_up: bool,
    pub stage: Stage,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    /// A person; of a token that is nobody's, the token.
    pub asked_by: StaffId,
    pub giver: Option<PartnerId>,
    pub customer: Option<CustomerId>,
    pub stopped: Option<String>,
}

impl Kept {
    /// What whoever asked sees of it.
    pub fn seen(&self, now: Timestamp) -> LinkRequest {
        let status = self.stage.seen(self.expires_at, now);
        let stopped = self.stopped.as_deref().filter(|_| status == LinkStatus::Stopped);
        LinkRequest {
            id: self.id,
            account_number: self.account_number.clone(),
            administrator: if self.looked_up { self.administrator.clone() } else { masked(&self.administrator) },
            status,
            asked_at: self.asked_at,
            expires_at: self.expires_at,
            stopped: stopped.and_then(|text| serde_json::from_str(text).ok()),
        }
    }
}

/// Another MSP asks for a customer: what the customer's MSP and its administrator see, and what they said.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LinkConsent {
    /// The request's id.
    pub id: LinkRequestId,
    /// Which customer.
    pub tenant_id: CustomerId,
    /// What the MSP that asks is called.
    pub asked_by: String,
    /// When it asked.
    pub asked_at: Timestamp,
    /// When the request ends by itself.
    pub expires_at: Timestamp,
    /// What the customer's administrator said; null as long as they said nothing.
    pub administrator_said: Option<Word>,
    /// What the customer's MSP said; null as long as it said nothing.
    pub msp_said: Option<Word>,
    /// Since when it cannot come although both consented; null otherwise.
    pub stopped_at: Option<Timestamp>,
}

impl LinkConsent {
    /// True until somebody refused or its time is over.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at && self.administrator_said != Some(Word::No) && self.msp_said != Some(Word::No)
    }

    /// True when both have consented.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.administrator_said == Some(Word::Yes) && self.msp_said == Some(Word::Yes)
    }
}

/// A customer that another MSP asks for, as far as nobody has refused and its time is not over.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OpenConsentRequest {
    /// What is asked, and what was said to it.
    #[serde(flatten)]
    pub consent: LinkConsent,
    /// What the customer is called.
    pub tenant_name: String,
    /// Its account number at this MSP.
    pub account_number: String,
}

/// Who consents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The customer, by its administrator.
    Administrator,
    /// The partner it would leave.
    Partner,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_unknown_and_unanswered_look_the_same() {
        let (ends, before) = (Timestamp(100), Timestamp(99));
        // A refusal leaves the request of whoever asked as it was.
        assert_eq!((Stage::Open.seen(ends, before), Stage::Open.seen(ends, ends)), (LinkStatus::Waiting, LinkStatus::NotApproved));
        assert_eq!((Stage::Stopped.seen(ends, before), Stage::Stopped.seen(ends, ends)), (LinkStatus::Stopped, LinkStatus::NotApproved));
        assert_eq!((Stage::Ended.seen(ends, before), Stage::Approved.seen(ends, ends)), (LinkStatus::NotApproved, LinkStatus::Approved));
    }
}
