//! Removed customers: who removed them and why, and until when they can come back.

use access::{Scope, permissions::Read};
use command::{Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, OperationId, PartnerId, Result, Timestamp, Uuid, View};

use super::store as rows;
use crate::hierarchy::{CustomerKind, Lifecycle};

/// A customer that was removed.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RemovedCustomer {
    /// Its id.
    pub id: CustomerId,
    /// Its name.
    pub name: String,
    /// The number people used for it; no other customer ever gets it.
    pub account_number: String,
    /// How it was paid for.
    pub kind: CustomerKind,
    /// `removed`, or `purged` once nothing but its name and its metered history is left.
    pub lifecycle: Lifecycle,
    /// Its domain.
    pub domain: Option<String>,
    /// Another customer uses that domain by now: it can only come back without it.
    pub domain_taken: bool,
    /// When it was removed.
    pub removed_at: Timestamp,
    /// Who removed it; null when the program did.
    pub removed_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Seats it held, without those that were on their way elsewhere.
    pub seats: i64,
    /// Its provisioning never ended: there is nothing to restore.
    pub never_finished: bool,
    /// Its region is being closed: for a moment it cannot be restored.
    pub leaving: bool,
    /// Until when it can be restored.
    pub undo_until: Timestamp,
    /// The work that purges it, once begun.
    pub purge_operation_id: Option<OperationId>,
    /// When it was purged.
    pub purged_at: Option<Timestamp>,
}

impl RemovedCustomer {
    /// True while it can be restored.
    #[must_use]
    pub fn restorable(&self, now: Timestamp) -> bool {
        self.lifecycle == Lifecycle::Removed && !self.never_finished && self.purge_operation_id.is_none() && self.undo_until > now
    }
}

/// Asks for the removed customers of a partner, the last one first.
#[derive(Debug)]
pub struct RemovedCustomers {
    /// Whose.
    pub partner: PartnerId,
    /// The place of the last one seen.
    pub after: Option<(Timestamp, Uuid)>,
    /// How many.
    pub limit: i64,
}

impl Query for RemovedCustomers {
    type Home = Control;
    type Needs = Read;
    /// Some of them, and how many there are.
    type Found = (Vec<RemovedCustomer>, i64);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Self::Found> {
        Ok((rows::list(view, scope, self.after, self.limit)?, rows::count(view, scope)?))
    }
}
