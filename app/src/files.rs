//! The files of a customer, in the object storage of its region.

use access::{Scope, permissions::Operate};
use command::{Call, Node, Query};
use jobs::Retry;
use store::{Control, CustomerId, Result, Timestamp, View};

use crate::app::App;

/// The object that shows that a tenant has its place in the storage.
pub const MARK: &str = "tenant.json";

/// A customer's files.
///
/// # Errors
/// The store's trouble, and a region without storage, to be tried again: configuration can mend it.
pub async fn of(app: &App, customer: CustomerId) -> std::result::Result<objects::Tenant, Retry> {
    let region = app.house.ask(&Call::operator(), RegionOf { customer }).await?;
    let region = region.ok_or_else(|| Retry::Dead(format!("{customer} has no region")))?;
    app.objects.of(&region, &customer.to_string()).map_err(trouble)
}

/// The storage's trouble is tried again.
#[must_use]
pub fn trouble(e: objects::Error) -> Retry {
    Retry::Later(e.to_string())
}

/// Asks for a customer's region, of one that was removed too.
pub struct RegionOf {
    /// Which customer.
    pub customer: CustomerId,
}

impl Query for RegionOf {
    type Home = Control;
    type Needs = Operate;
    type Found = Option<String>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, _: &mut View<'_, Control>, scope: &Scope<Operate>, _: Timestamp) -> Result<Option<String>> {
        Ok(scope.region().map(str::to_owned))
    }
}
