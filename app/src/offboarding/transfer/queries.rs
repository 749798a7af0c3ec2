//! The questions of transfers.

use access::{
    Scope,
    permissions::{CreateCustomers, Operate},
};
use command::{Node, Query};
use store::{Control, CustomerId, ImportId, PartnerId, Result, Timestamp, View};

use super::{Transfer, store as rows};
use crate::hierarchy::{Lifecycle, customers};

/// Asks for a transfer.
#[derive(Debug)]
pub struct TransferOf {
    /// At which partner.
    pub partner: PartnerId,
    /// Which.
    pub transfer: ImportId,
}

impl Query for TransferOf {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Option<Transfer>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, _: Timestamp) -> Result<Option<Transfer>> {
        rows::find(view, scope, self.transfer)
    }
}

/// Asks for a partner's transfers, newest first, at most 200.
#[derive(Debug)]
pub struct Transfers {
    /// At which partner.
    pub partner: PartnerId,
}

impl Query for Transfers {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Vec<Transfer>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, _: Timestamp) -> Result<Vec<Transfer>> {
        rows::list(view, scope)
    }
}

/// The transfer as the installation sees it, for its own work.
pub struct ForWork {
    pub partner: PartnerId,
    pub transfer: ImportId,
}

impl Query for ForWork {
    type Home = Control;
    type Needs = Operate;
    type Found = Option<Transfer>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, _: Timestamp) -> Result<Option<Transfer>> {
        rows::find(view, scope, self.transfer)
    }
}

/// Asks where a customer is in its life, one that was removed too.
pub struct LifecycleOf {
    pub customer: CustomerId,
}

impl Query for LifecycleOf {
    type Home = Control;
    type Needs = Operate;
    type Found = Option<Lifecycle>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, _: Timestamp) -> Result<Option<Lifecycle>> {
        Ok(customers::find(view, scope, self.customer)?.map(|c| c.lifecycle))
    }
}
