//! The questions of linking.

use access::{
    Scope,
    permissions::{CreateCustomers, ManageCustomers, Operate, Read},
};
use command::{Node, Query};
use store::{Control, CustomerId, LinkRequestId, PartnerId, Result, Timestamp, Uuid, View};

use super::{
    request::{LinkConsent, LinkRequest, OpenConsentRequest, Stage},
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

    fn node(&self) -> Node {
        self.partner.into()
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

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Self::Found> {
        if scope.partner() != self.partner {
            return Ok(None);
        }
        let Some(customer) = customers::find(view, scope, self.customer)? else { return Ok(None) };
        Ok(Some((customer, rows::consents(view, scope, self.customer, now)?)))
    }
}

/// Asks which customers of a partner others ask for, newest first.
#[derive(Debug)]
pub struct AskedOf {
    /// Whose customers.
    pub partner: PartnerId,
    /// The place of the last one seen.
    pub after: Option<(Timestamp, Uuid)>,
    /// How many.
    pub limit: i64,
}

impl Query for AskedOf {
    type Home = Control;
    /// Who may give a customer away.
    type Needs = ManageCustomers;
    /// Some of them, and how many there are.
    type Found = (Vec<OpenConsentRequest>, i64);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ManageCustomers>, now: Timestamp) -> Result<Self::Found> {
        rows::open(view, scope, self.after, self.limit, now)
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

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, _: &Scope<Operate>, _: Timestamp) -> Result<Self::Found> {
        let kept = rows::find(view, self.partner, self.request)?.filter(|k| k.stage == Stage::Approved);
        Ok(kept.and_then(|k| Some((k.giver?, k.customer?))))
    }
}
