//! The questions of trials.

use access::{
    Scope,
    permissions::{ManagePartners, Read, ReadAudit},
};
use command::{Node, Query};
use serde::Serialize;
use store::{Control, CustomerId, DistributorId, PartnerId, Result, Timestamp, View};

use super::{
    store as rows,
    trial::{Policy, TrialRequest},
};
use crate::{
    hierarchy::{
        CustomerKind,
        customers::{self, Customer},
    },
    licensing::pools,
};

/// How a customer's trial stands, and what can be done about it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TrialState {
    /// `trial`, `free` or `paid`.
    pub kind: CustomerKind,
    /// When the trial ends, or ended.
    pub trial_ends_at: Option<Timestamp>,
    /// Seats it would take so that everybody who is active or waits could be active.
    pub seats_wanted: i64,
    /// What is the MSP's own: null for the customer's administrator, and for whoever sees none of what the MSP decided.
    pub msp: Option<Dealings>,
    /// The customer itself.
    #[serde(skip)]
    #[schema(ignore)]
    pub customer: Customer,
}

/// What an MSP can do about a trial, and what it did: its distributor's terms, its pool, its reasons.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = TrialDealings)]
pub struct Dealings {
    /// What the MSP may do by itself.
    pub policy: Policy,
    /// How often it still may.
    pub extensions_left: i64,
    /// Seats left in the pool.
    pub available: i64,
    /// Extensions made and asked for, newest first.
    pub extensions: Vec<TrialRequest>,
}

/// Asks for it; none when the customer is another partner's, or the partner's own tenant.
#[derive(Debug)]
pub struct TrialOf {
    /// Whose, as the address says.
    pub partner: PartnerId,
    /// Which customer.
    pub customer: CustomerId,
}

impl Query for TrialOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<TrialState>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<TrialState>> {
        if scope.partner() != self.partner {
            return Ok(None);
        }
        let found = customers::find(view, scope, self.customer)?.filter(|c| c.kind != CustomerKind::Internal);
        let Some(customer) = found.map(|c| c.at(now)) else { return Ok(None) };
        // Owners, admins and auditors of the MSP hold this right; a customer's own administrator does not.
        let msp = scope.also::<ReadAudit>().then(|| dealings(view, scope, self.customer, now)).transpose()?;
        Ok(Some(TrialState {
            kind: customer.kind,
            trial_ends_at: customer.trial_ends_at,
            seats_wanted: rows::wanting(view, scope, self.customer)?.max(1),
            msp,
            customer,
        }))
    }
}

fn dealings(view: &mut View<'_, Control>, scope: &Scope<Read>, customer: CustomerId, now: Timestamp) -> Result<Dealings> {
    let (policy, used) = (rows::policy(view, scope)?, rows::used(view, scope, customer)?);
    Ok(Dealings {
        policy,
        extensions_left: (policy.extensions - used).max(0),
        available: pools::summary(view, scope, now)?.available,
        extensions: rows::of_customer(view, scope, customer)?,
    })
}

/// Asks what a distributor's partners ask for, oldest first: at most 200.
#[derive(Debug)]
pub struct OpenRequests {
    /// Which distributor.
    pub distributor: DistributorId,
}

impl Query for OpenRequests {
    type Home = Control;
    type Needs = ManagePartners;
    /// None above or below a distributor.
    type Found = Option<Vec<TrialRequest>>;

    fn node(&self) -> Node {
        self.distributor.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ManagePartners>, _: Timestamp) -> Result<Self::Found> {
        let Some(wide) = scope.wide() else { return Ok(None) };
        rows::open(view, &wide).map(Some)
    }
}
