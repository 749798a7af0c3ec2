//! What a customer has, to be looked at before it is removed.

use access::{Scope, permissions::ManageCustomers};
use command::{Node, Query};
use serde::Serialize;
use store::{Control, CustomerId, PartnerId, Result, Timestamp, View};

use super::store as rows;
use crate::{
    hierarchy::{
        customers::{self, Customer},
        groups,
    },
    identity, operations,
};

/// What a customer has.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Checklist {
    /// The customer itself.
    pub customer: Customer,
    /// Seats it holds.
    pub seats: i64,
    /// Its members.
    pub members: i64,
    /// Those who are active.
    pub active_users: i64,
    /// Sites.
    pub sites: i64,
    /// Recorded campaign runs.
    pub campaign_runs: i64,
    /// Imports of its members.
    pub imports: i64,
    /// Operations that have not ended: it is not removed before they have.
    pub operations: i64,
    /// API tokens bound to it: they stop.
    pub tokens: i64,
    /// Its own administrators: they are shut out.
    pub administrators: i64,
    /// Open alerts: they are closed.
    pub alerts: i64,
    /// Groups it is in.
    pub groups: Vec<String>,
    /// Names of the people who see it.
    pub people: Vec<String>,
}

/// Counts that one statement answers.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    pub seats: i64,
    pub members: i64,
    pub active_users: i64,
    pub sites: i64,
    pub campaign_runs: i64,
    pub imports: i64,
    pub tokens: i64,
    pub administrators: i64,
    pub alerts: i64,
}

/// Asks what a customer has.
#[derive(Debug)]
pub struct ChecklistOf {
    /// Whose, as the address says.
    pub partner: PartnerId,
    /// Which customer.
    pub customer: CustomerId,
}

impl Query for ChecklistOf {
    type Home = Control;
    type Needs = ManageCustomers;
    /// None when it is another partner's.
    type Found = Option<Checklist>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ManageCustomers>, _: Timestamp) -> Result<Option<Checklist>> {
        if scope.partner() != self.partner {
            return Ok(None);
        }
        let Some(customer) = customers::find(view, scope, self.customer)? else { return Ok(None) };
        let Some(counts) = rows::counts(view, scope, self.customer)? else { return Ok(None) };
        let groups = groups::of_customer(view, scope, self.customer)?.into_iter().map(|(_, name)| name).collect();
        let people = identity::sight(view, self.partner, self.customer)?;
        let operations = operations::under_way(view, scope, self.customer)?;
        let Counts { seats, members, active_users, sites, campaign_runs, imports, tokens, administrators, alerts } = counts;
        Ok(Some(Checklist {
            customer,
            seats,
            members,
            active_users,
            sites,
            campaign_runs,
            imports,
            operations,
            tokens,
            administrators,
            alerts,
            groups,
            people,
        }))
    }
}
