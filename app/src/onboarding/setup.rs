//! How far a customer's set-up is: one question for the wizard's pages and for programs.

use access::{
    Scope,
    permissions::{Read, SeePool},
};
use command::{Node, Query};
use store::{Control, CustomerId, PartnerId, Result, Timestamp, View};

use super::{
    steps::{Facts, Step},
    store as rows,
};
use crate::{
    hierarchy::{
        CustomerKind,
        customers::{self, Customer},
        standing,
    },
    licensing::pools,
};

/// Asks how far a customer's set-up is.
#[derive(Debug)]
pub struct SetupOf {
    /// Whose, as the address says.
    pub partner: PartnerId,
    /// Which customer.
    pub customer: CustomerId,
}

/// A customer that is being set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// It.
    pub customer: Customer,
    /// What is known of it.
    pub facts: Facts,
    /// What else is in the pool; none for the customer's own administrator.
    pub pool: Option<Left>,
    /// Seats put by for it, by the draft it was.
    pub own_claim: i64,
    /// The draft that led to it.
    pub draft: Option<store::DraftId>,
}

/// What the MSP's pool has besides a customer's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Left {
    /// Seats left in it.
    pub available: i64,
    /// Seats that other drafts have put by.
    pub other_claims: i64,
}

impl Setup {
    /// Where to go on.
    #[must_use]
    pub fn current(&self) -> Step {
        self.facts.current()
    }
}

impl Query for SetupOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Setup>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<Setup>> {
        if scope.partner() != self.partner {
            return Ok(None);
        }
        let found = customers::find(view, scope, self.customer)?.filter(|c| c.kind != CustomerKind::Internal);
        let Some(customer) = found else { return Ok(None) };
        let facts = facts(view, scope, &customer)?;
        let draft = rows::of_customer(view, scope, self.customer)?;
        let claims = pools::claims(view, scope, now)?;
        let own_claim = claims.get(&self.customer.0).map_or(0, |c| c.seats);
        let left = |available| Left { available, other_claims: claims.values().map(|c| c.seats).sum::<i64>() - own_claim };
        let pool = scope.also::<SeePool>().then(|| pools::summary(view, scope, now)).transpose()?.map(|s| left(s.available));
        Ok(Some(Setup { customer, facts, pool, own_claim, draft }))
    }
}

/// What is known of a customer.
pub(super) fn facts<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: &Customer) -> Result<Facts> {
    let (seats, pooled) = pools::held(view, scope, customer.id)?;
    let stands = standing::of(view, scope, customer.id)?.unwrap_or_default();
    Ok(Facts {
        lifecycle: customer.lifecycle,
        seats,
        pooled,
        members: stands.members,
        waiting: stands.waiting,
        held: stands.held,
        sync_ok: stands.sync_ok,
        has_domain: customer.domain.is_some(),
        domain_verified: customer.domain_verified_at.is_some(),
        mail_ok: stands.email_ok,
        branded: customer.accent.is_some() || customer.logo_url.is_some() || customer.display_name.is_some(),
    })
}
