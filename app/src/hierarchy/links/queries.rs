//! The questions of linking.

use access::{
    Scope,
    permissions::{CreateCustomers, Operate, Read},
};
use command::Query;
use store::{Control, CustomerId, LinkRequestId, PartnerId, Result, Timestamp, Uuid, View};

use super::{
    request::{LinkConsent, LinkRequest, Stage},
    store as rows,
};
use crate::hierarchy::customers::{self, Customer};

/// Asks for the requests of a partner, newest first.
#[derive(Debug)]
pub struct LinksOf {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for LinksOf {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Vec<LinkRequest>;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, now: Timestamp) -> Result<Vec<LinkRequest>> {
        Ok(rows::list(view, scope)?.iter().map(|kept| kept.seen(now)).collect())
    }
}

/// Asks who asks for a customer. None when it is not this partner's.
#[derive(Debug)]
pub struct ConsentsOf {
    /// Its partner, as the address says.
    pub partner: PartnerId,
    /// Which customer.
    pub customer: CustomerId,
}

impl Query for ConsentsOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<(Customer, Vec<LinkConsent>)>;

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Self::Found> {
        if scope.partner() != self.partner {
            return Ok(None);
        }
        let Some(customer) = customers::find(view, scope, self.customer)? else { return Ok(None) };
        Ok(Some((customer, rows::consents(view, scope, self.customer, now)?)))
    }
}

/// Asks which customer may move by a request, from whom; none unless all have consented.
#[derive(Debug)]
pub struct Consented {
    /// Whose request.
    pub partner: PartnerId,
    /// Which.
    pub request: LinkRequestId,
}

impl Query for Consented {
    type Home = Control;
    type Needs = Operate;
    type Found = Option<(PartnerId, CustomerId)>;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, _: &Scope<Operate>, _: Timestamp) -> Result<Self::Found> {
        let kept = rows::find(view, self.partner, self.request)?.filter(|k| k.stage == Stage::Approved);
        Ok(kept.and_then(|k| Some((k.giver?, k.customer?))))
    }
}
