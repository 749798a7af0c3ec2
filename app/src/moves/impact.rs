//! What a move would change, for the page that asks before it happens. The numbers of the pools come from the preview of the
//! command itself; this adds the names.

use access::{Scope, permissions::MoveNodes};
use command::{Node, Query};
use store::{Control, CustomerId, PartnerId, Result, Timestamp, View};

use crate::{
    alerts,
    hierarchy::{
        customers::{self, Customer},
        distributors, groups, hand_over,
    },
    identity,
};

/// Asks where a customer could go, and what going to one of the partners would change.
#[derive(Debug)]
pub struct ImpactOf {
    /// Its partner, as the address says.
    pub from: PartnerId,
    /// Which customer.
    pub customer: CustomerId,
    /// The partner that was chosen.
    pub to: Option<PartnerId>,
}

/// Where a customer could go.
#[derive(Debug)]
pub struct Ways {
    /// The customer.
    pub customer: Customer,
    /// Its partner's name.
    pub from: String,
    /// The partners it could go to, by name.
    pub others: Vec<(PartnerId, String)>,
    /// What going to the chosen one would change; none when none of them was chosen.
    pub impact: Option<Impact>,
}

/// What one way would change.
#[derive(Debug)]
pub struct Impact {
    /// The chosen partner.
    pub to: PartnerId,
    /// Its name.
    pub name: String,
    /// Names of the people who lose sight of the customer.
    pub losing: Vec<String>,
    /// Names of the people who will see it.
    pub gaining: Vec<String>,
    /// Groups it leaves.
    pub groups: Vec<String>,
    /// Alerts that are closed.
    pub alerts: usize,
    /// Customers the chosen partner has, and may have.
    pub room: (i64, i64),
}

impl Query for ImpactOf {
    type Home = Control;
    type Needs = MoveNodes;
    /// None when the customer is not this partner's.
    type Found = Option<Ways>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<MoveNodes>, now: Timestamp) -> Result<Option<Ways>> {
        if scope.partner() != self.from {
            return Ok(None);
        }
        let Some(customer) = customers::find(view, scope, self.customer)? else { return Ok(None) };
        let losing = identity::sight(view, self.from, self.customer)?;
        let groups = groups::of_customer(view, scope, self.customer)?.into_iter().map(|(_, name)| name).collect();
        let alerts = alerts::open_of(view, self.from, self.customer)?;
        let mut others = distributors::partners_held(view, scope.actor())?;
        let here = others.iter().position(|(id, _)| *id == self.from);
        let from = here.map(|at| others.remove(at).1).unwrap_or_default();
        let chosen = others.iter().find(|(id, _)| Some(*id) == self.to).cloned();
        let Some((to, name)) = chosen else { return Ok(Some(Ways { customer, from, others, impact: None })) };
        let there = access::grant::<MoveNodes>(view, &scope.actor().again(), to.into(), now)?;
        let Ok(there) = there else { return Ok(Some(Ways { customer, from, others, impact: None })) };
        let (gaining, room) = (identity::sight(view, to, self.customer)?, hand_over::room(view, &there)?);
        Ok(Some(Ways { customer, from, others, impact: Some(Impact { to, name, losing, gaining, groups, alerts, room }) }))
    }
}
