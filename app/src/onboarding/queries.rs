//! The questions about drafts.

use access::{
    Scope,
    permissions::{CreateCustomers, Read},
};
use command::{Node, Query};
use store::{Control, CustomerId, DraftId, PartnerId, Result, StaffId, Timestamp, View};

use super::{
    draft::{Draft, Found, Sent},
    setup,
    steps::Step,
    store as rows,
};
use crate::{
    hierarchy::{
        Lifecycle,
        customers::{self, Customer},
    },
    identity,
    licensing::pools,
    operations::{self, Operation},
};

/// A draft with the seats it has put by.
pub(super) fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: DraftId, now: Timestamp) -> Result<Option<Found>> {
    Ok(match rows::find(view, scope, id)? {
        Some(Found::Open(mut draft)) => {
            draft.reserved = pools::claims(view, scope, now)?.get(&id.0).copied();
            Some(Found::Open(draft))
        }
        found => found,
    })
}

/// Asks for a draft, or where it led.
#[derive(Debug)]
pub struct DraftOf {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which.
    pub draft: DraftId,
}

impl Query for DraftOf {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Option<Found>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, now: Timestamp) -> Result<Option<Found>> {
        find(view, scope, self.draft, now)
    }
}

/// Asks for a partner's drafts, the one changed last first. There are never more than 200.
#[derive(Debug)]
pub struct Drafts {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for Drafts {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Vec<Draft>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, now: Timestamp) -> Result<Vec<Draft>> {
        let claims = pools::claims(view, scope, now)?;
        let mut list = rows::open(view, scope)?;
        list.iter_mut().for_each(|d| d.reserved = claims.get(&d.id.0).copied());
        Ok(list)
    }
}

/// Asks who could go on with a draft.
#[derive(Debug)]
pub struct Colleagues {
    /// Of which partner.
    pub partner: PartnerId,
}

impl Query for Colleagues {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Vec<(StaffId, String)>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, _: Timestamp) -> Result<Self::Found> {
        identity::colleagues(view, scope, "create_customers")
    }
}

/// Asks how far the customer of a sent draft is.
#[derive(Debug)]
pub struct ProgressOf {
    /// Of which partner.
    pub partner: PartnerId,
    /// Where the draft led.
    pub sent: Sent,
}

/// How far a customer is.
#[derive(Debug)]
pub struct Progress {
    /// The customer, also after it was taken back.
    pub customer: Customer,
    /// The work that makes it ready.
    pub operation: Operation,
    /// True when that work waits for somebody to have it tried again.
    pub gave_up: bool,
}

impl Query for ProgressOf {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Option<Progress>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, _: Timestamp) -> Result<Option<Progress>> {
        let customer = customers::find(view, scope, self.sent.customer)?;
        let operation = operations::find(view, scope, self.sent.operation)?;
        let gave_up = operations::gave_up(view, scope, self.sent.operation)?;
        Ok(customer.zip(operation).map(|(customer, operation)| Progress { customer, operation, gave_up }))
    }
}

/// A customer that is not launched yet.
#[derive(Debug, Clone)]
pub struct OnTheWay {
    /// It.
    pub customer: CustomerId,
    /// Its name.
    pub name: String,
    /// The number people use.
    pub account_number: String,
    /// Where to go on.
    pub step: Step,
    /// True while it is being made.
    pub is_made: bool,
    /// The draft that led to it.
    pub draft: Option<DraftId>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Asks for the customers that are not launched yet, the youngest first.
#[derive(Debug)]
pub struct UnlaunchedOf {
    /// Whose.
    pub partner: PartnerId,
    /// The last one seen.
    pub after: Option<CustomerId>,
    /// How many.
    pub limit: i64,
}

impl Query for UnlaunchedOf {
    type Home = Control;
    type Needs = Read;
    /// The customers, and how many there are in all.
    type Found = (Vec<OnTheWay>, i64);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Self::Found> {
        let mut list = Vec::new();
        for (id, draft) in rows::unlaunched(view, scope, self.after, self.limit)? {
            let Some(customer) = customers::find(view, scope, id)? else { continue };
            let facts = setup::facts(view, scope, &customer)?;
            list.push(OnTheWay {
                customer: id,
                step: facts.current(),
                is_made: customer.lifecycle == Lifecycle::Provisioning,
                name: customer.name,
                account_number: customer.account_number,
                draft,
                created_at: customer.created_at,
            });
        }
        Ok((list, rows::count_unlaunched(view, scope)?))
    }
}
