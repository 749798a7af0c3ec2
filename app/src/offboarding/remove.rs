//! Removing a customer. The right is asked at its partner, not at the customer: a request that is sent twice still finds its
//! answer when the customer is in nobody's reach any more.

use access::{permissions::ManageCustomers, tree};
use command::{Command, Cx, Fail, Node, Refusal};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId, Timestamp};

use super::store as rows;
use crate::{
    hierarchy::{
        CustomerKind, Lifecycle,
        customers::{self, Customer},
    },
    noun::Note,
    operations, removal,
};

/// Removes a customer.
#[derive(Debug, Serialize)]
pub struct RemoveCustomer {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which customer.
    pub customer: CustomerId,
    /// The version that was read.
    pub version: Option<i64>,
    /// Why, for those who read it later.
    pub reason: Option<Note>,
}

/// What was removed.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Removed {
    /// Which customer.
    pub tenant_id: CustomerId,
    /// When.
    pub removed_at: Timestamp,
    /// Until when it can be restored; after that it is purged.
    pub undo_until: Timestamp,
    /// Seats that return to the pool (a trial's just end).
    pub seats: i64,
}

/// Why a customer is not removed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotRemoved {
    /// A partner's own tenant stays as long as the partner does.
    InternalTenant {},
    /// It is being made.
    StillProvisioning {},
    /// It is removed already.
    RemovedAlready {
        /// Where it stands.
        lifecycle: Lifecycle,
    },
    /// Work on it has begun and not ended.
    WorkUnderWay {
        /// How much.
        operations: i64,
    },
    /// Somebody changed it meanwhile.
    Stale {
        /// Its version now.
        version: i64,
    },
}

impl Refusal for NotRemoved {
    fn status(&self) -> u16 {
        if matches!(self, NotRemoved::Stale { .. }) { 412 } else { 409 }
    }
    fn code(&self) -> &'static str {
        match self {
            NotRemoved::InternalTenant {} => "internal-tenant",
            NotRemoved::StillProvisioning {} => "still-provisioning",
            NotRemoved::RemovedAlready { .. } => "removed-already",
            NotRemoved::WorkUnderWay { .. } => "work-under-way",
            NotRemoved::Stale { .. } => "version-stale",
        }
    }
    fn title(&self) -> String {
        match self {
            NotRemoved::InternalTenant {} => "An MSP's own tenant is not removed".into(),
            NotRemoved::StillProvisioning {} => "The customer is still being made".into(),
            NotRemoved::RemovedAlready { lifecycle } => format!("The customer is {} already", lifecycle.word()),
            NotRemoved::WorkUnderWay { operations } => format!("{operations} operations on the customer have not ended"),
            NotRemoved::Stale { version } => format!("The customer was changed meanwhile; its version is now {version}"),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            NotRemoved::InternalTenant {} => "It goes with its MSP.",
            NotRemoved::StillProvisioning {} => "Wait until it is ready, or cancel its provisioning: that takes it back.",
            NotRemoved::RemovedAlready { .. } => "Look among the removed customers.",
            NotRemoved::WorkUnderWay { .. } => "Wait until they have ended, or have the failed ones tried again.",
            NotRemoved::Stale { .. } => "Read it again and decide anew.",
        };
        format!("{next} Nothing was changed.")
    }
}

impl Command for RemoveCustomer {
    const NAME: &'static str = "offboarding.remove_customer";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Removed;
    type Refusal = NotRemoved;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Removed, Fail<NotRemoved>> {
        let not_found = || Fail::Denied(access::Denied::NotFound);
        if cx.scope.node() != self.partner.0 || !rows::in_reach(cx.tx, cx.scope, self.customer)? {
            return Err(not_found());
        }
        // Held before it is read: whoever changes it at another server is waited for, and what is compared is the customer of then.
        tree::hold_alone(cx.tx, self.customer.0)?;
        let customer = customers::find(cx.tx, cx.scope, self.customer)?.ok_or_else(not_found)?;
        self.allowed(cx, &customer)?;
        let reason = self.reason.as_ref().map(Note::as_str);
        let Some(gone) = removal::withdraw(cx, self.customer, reason)? else {
            // Whoever was waited for has removed it, or moved it to another partner.
            let now = customers::find(cx.tx, cx.scope, self.customer)?.ok_or_else(not_found)?;
            return Err(NotRemoved::RemovedAlready { lifecycle: now.lifecycle }.into());
        };
        Ok(Removed { tenant_id: self.customer, removed_at: cx.now, undo_until: gone.undo_until, seats: gone.seats })
    }
}

impl RemoveCustomer {
    fn allowed(&self, cx: &mut Cx<'_, '_, Self>, customer: &Customer) -> Result<(), Fail<NotRemoved>> {
        if matches!(customer.lifecycle, Lifecycle::Removed | Lifecycle::Purged) {
            return Err(NotRemoved::RemovedAlready { lifecycle: customer.lifecycle }.into());
        }
        if customer.kind == CustomerKind::Internal {
            return Err(NotRemoved::InternalTenant {}.into());
        }
        if customer.lifecycle == Lifecycle::Provisioning {
            return Err(NotRemoved::StillProvisioning {}.into());
        }
        if self.version.is_some_and(|v| v != customer.version) {
            return Err(NotRemoved::Stale { version: customer.version }.into());
        }
        match operations::under_way(cx.tx, cx.scope, self.customer)? {
            0 => Ok(()),
            operations => Err(NotRemoved::WorkUnderWay { operations }.into()),
        }
    }
}
