//! The MSP at a glance (1.19–1.26): who is active on its licence, how many could be, how many companies it manages, and which
//! campaigns run at them.

use access::{Scope, permissions::Read};
use command::{Node, Query};
use serde::Serialize;
use store::{Control, CustomerId, PartnerId, Result, Timestamp, View};

use super::store as rows;

/// The numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Overview {
    /// Members active at customers that draw on the pool.
    pub global_users: i64,
    /// Members active in the MSP's own tenant.
    pub local_users: i64,
    /// What the live orders grant: customers and the own tenant together can have no more.
    pub max_global_users: i64,
    /// Seats of the own tenant. To be changed like any customer's: what is added leaves the pool's available seats.
    pub max_local_users: i64,
    /// Companies the MSP manages, its own tenant left out.
    pub customers: i64,
    /// Of these, those that draw on the pool; the others are on trial or on the free plan.
    pub customers_on_pool: i64,
    /// Phishing campaigns that run now, as they were told.
    pub campaigns: i64,
    /// Training campaigns that run now, as they were told.
    pub training_campaigns: i64,
    /// The own tenant.
    pub internal_tenant_id: CustomerId,
    /// When this was true.
    pub as_of: Timestamp,
}

/// Asks for them. Who sees only some customers gets the numbers of those, within the whole pool.
#[derive(Debug)]
pub struct OverviewOf {
    /// Of which partner.
    pub partner: PartnerId,
}

impl Query for OverviewOf {
    type Home = Control;
    type Needs = Read;
    type Found = Overview;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Overview> {
        let users = rows::users(view, scope)?;
        let [campaigns, training_campaigns] = rows::campaigns(view, scope, now)?;
        Ok(Overview {
            global_users: users.global,
            local_users: users.local,
            max_global_users: rows::pool(view, scope, now)?.capacity,
            max_local_users: users.max_local,
            customers: users.customers,
            customers_on_pool: users.on_pool,
            campaigns,
            training_campaigns,
            internal_tenant_id: rows::internal(view, scope)?,
            as_of: now,
        })
    }
}
