//! Which agents a customer has.

use access::{
    Scope,
    permissions::{ManageMembers, ReadMembers},
};
use command::{Node, Query};
use serde::{Deserialize, Serialize};
use store::{AgentId, CustomerId, Region, Result, Timestamp, View};

use super::{
    agent::{Agent, AgentState, Thresholds},
    store as rows,
};

/// Where an agent stands in a list: those not heard for longest come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// When it was last heard.
    pub heard: Timestamp,
    /// Which one.
    pub id: AgentId,
}

/// Asks for a customer's agents.
#[derive(Debug, Clone)]
pub struct AgentsOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// By what they are judged.
    pub by: Thresholds,
    /// Only in this state.
    pub state: Option<AgentState>,
    /// Behind which.
    pub after: Option<Place>,
    /// How many.
    pub limit: i64,
}

/// A page of agents.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The agents.
    pub agents: Vec<Agent>,
    /// How many there are in that state.
    pub total: i64,
    /// How many there are by state, in the order of [`AgentState::ALL`].
    pub counts: [i64; 3],
    /// Whether the caller may remove them.
    pub may_manage: bool,
}

impl Query for AgentsOf {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = Listed;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, now: Timestamp) -> Result<Listed> {
        let all = rows::total(view, scope)?;
        let mut of = |state| rows::count_between(view, scope, self.by.span(Some(state), now));
        let (silent, inactive) = (of(AgentState::Silent)?, of(AgentState::Inactive)?);
        let counts = [all - silent - inactive, silent, inactive];
        let total = self.state.map_or(all, |s| counts[s as usize]);
        let agents = rows::list(view, scope, &self.by, self.by.span(self.state, now), self.after, self.limit, now)?;
        Ok(Listed { agents, total, counts, may_manage: scope.also::<ManageMembers>() })
    }
}
