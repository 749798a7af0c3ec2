//! One customer: its contract object over REST, its page, and what happened to it.

mod api;
mod history;
mod pages;
mod pages_edit;
mod parts;

pub use api::routes as api;
pub use history::{Event, History};
pub(super) use pages::refused;
pub use pages::routes as pages;

use access::{Scope, permissions::Read};
use command::{Node, Query};
use store::{Control, CustomerId, PartnerId, Result, Timestamp, View};

use super::customers::{self, Customer};

/// Asks for a customer of a partner; none when it belongs to another.
#[derive(Debug)]
pub struct CustomerOf {
    /// Whose, as the address says.
    pub partner: PartnerId,
    /// Which.
    pub customer: CustomerId,
}

impl Query for CustomerOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Customer>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<Customer>> {
        if scope.partner() != self.partner {
            return Ok(None);
        }
        Ok(customers::find(view, scope, self.customer)?.map(|c| c.at(now)))
    }
}
