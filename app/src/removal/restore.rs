//! Undoing a removal (D15): the customer comes back with what it had; its seats are taken from the pool again, or it comes back
//! with none and that is said.

use access::permissions::ManageCustomers;
use command::{Command, Cx, Fail, Node, Refusal};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId, Timestamp};

use super::store as rows;
use crate::{
    hierarchy::{
        Lifecycle,
        customers::{self, NotAdded},
        edit::{TERMS_CHANGED, TermsChanged},
        leave,
        lifecycle::{SERVING_CHANGED, ServingChanged},
        standing,
    },
    licensing::pools,
};

/// Restores a removed customer.
#[derive(Debug, Serialize)]
pub struct RestoreCustomer {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which customer.
    pub customer: CustomerId,
    /// Leave its domain to whoever uses it now.
    pub without_domain: bool,
}

/// What came back.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Restored {
    /// Which customer.
    pub tenant_id: CustomerId,
    /// Where it stands, as before.
    pub lifecycle: Lifecycle,
    /// Seats it holds: those it had, or none when the pool has too few of them by now.
    pub seats: i64,
    /// Seats it had, without those that were on their way elsewhere.
    pub seats_before: i64,
    /// Its domain.
    pub domain: Option<String>,
    /// Whether the domain is verified, as it was.
    pub domain_verified: bool,
}

/// Why a customer does not come back.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotRestored {
    /// Its region is not closed yet.
    StillLeaving {},
    /// Its time is over.
    TooLate {
        /// When it ended.
        undo_until: Timestamp,
    },
    /// It is purged, or just being.
    Purged {},
    /// Its provisioning never ended.
    NeverFinished {},
    /// The partner has as many customers as it may.
    CustomerLimit {
        /// How many it may have.
        max: i64,
    },
    /// Another customer uses its domain by now.
    DomainTaken {
        /// The domain.
        domain: String,
    },
    /// Another customer is called the same by now.
    NameTaken {
        /// The name.
        name: String,
    },
}

impl Refusal for NotRestored {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        match self {
            NotRestored::StillLeaving {} => "still-leaving",
            NotRestored::TooLate { .. } => "undo-over",
            NotRestored::Purged {} => "customer-purged",
            NotRestored::NeverFinished {} => "never-finished",
            NotRestored::CustomerLimit { .. } => "customer-limit",
            NotRestored::DomainTaken { .. } => "domain-taken",
            NotRestored::NameTaken { .. } => "name-taken",
        }
    }
    fn title(&self) -> String {
        match self {
            NotRestored::StillLeaving {} => "The removal has not reached the customer's region yet".into(),
            NotRestored::TooLate { undo_until } => format!("The customer could be restored until {undo_until}"),
            NotRestored::Purged {} => "The customer's data is gone".into(),
            NotRestored::NeverFinished {} => "The customer was never finished".into(),
            NotRestored::CustomerLimit { max } => format!("You may have {max} customers, and have them"),
            NotRestored::DomainTaken { domain } => format!("Another customer uses {domain} by now"),
            NotRestored::NameTaken { name } => format!("Another customer is called {name} by now"),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            NotRestored::StillLeaving {} => "Try again in a minute.",
            NotRestored::TooLate { .. } | NotRestored::Purged {} | NotRestored::NeverFinished {} => "Create it anew.",
            NotRestored::CustomerLimit { .. } => "Remove a customer, or ask your distributor for a higher limit.",
            NotRestored::DomainTaken { .. } => {
                "Restore it without its domain (without_domain), or change the other customer's domain first."
            }
            NotRestored::NameTaken { .. } => "Rename the other customer first.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        matches!(self, NotRestored::DomainTaken { .. }).then_some("/without_domain")
    }
}

impl Command for RestoreCustomer {
    const NAME: &'static str = "removal.restore";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Restored;
    type Refusal = NotRestored;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Restored, Fail<NotRestored>> {
        let id = self.customer;
        let removal = rows::hold(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let customer = customers::find(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        allowed(&removal, customer.lifecycle, cx.now)?;
        let verified = leave::come_back(cx, &customer, removal.stood, self.without_domain)?.map_err(|no| match no {
            NotAdded::Limit(max) => NotRestored::CustomerLimit { max },
            NotAdded::NameTaken => NotRestored::NameTaken { name: customer.name.clone() },
            NotAdded::DomainTaken => NotRestored::DomainTaken { domain: customer.domain.clone().unwrap_or_default() },
        })?;
        let seats = pools::give_again(cx, id, removal.seats, "restored")?;
        cx.changed("customer", id, "seats_restored", removal.seats, seats);
        rows::forget(cx.tx, cx.scope, id)?;
        // Its region opens again: the cap first, then whether it serves.
        cx.tell(TERMS_CHANGED, &TermsChanged { customer: id });
        cx.tell(SERVING_CHANGED, &ServingChanged { customer: id });
        standing::tell(cx, id, true);
        let domain = customer.domain.filter(|_| !self.without_domain);
        Ok(Restored { tenant_id: id, lifecycle: removal.stood, seats, seats_before: removal.seats, domain, domain_verified: verified })
    }
}

fn allowed(removal: &rows::Removal, lifecycle: Lifecycle, now: Timestamp) -> Result<(), NotRestored> {
    if removal.purging || lifecycle != Lifecycle::Removed {
        return Err(NotRestored::Purged {});
    }
    if removal.stood == Lifecycle::Provisioning {
        return Err(NotRestored::NeverFinished {});
    }
    if removal.undo_until <= now {
        return Err(NotRestored::TooLate { undo_until: removal.undo_until });
    }
    if removal.closed_at.is_none() {
        return Err(NotRestored::StillLeaving {});
    }
    Ok(())
}
