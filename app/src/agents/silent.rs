//! The agents of all customers of a partner that do not report. Control knows at which customers there are any, their regions know
//! which: a page is put together customer by customer.

use access::{Scope, permissions::ReadMembers};
use command::{Call, Fail, House, Never, Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId, Result, Timestamp, View};

use super::{
    agent::{Agent, AgentState},
    count::{self, ThresholdsOf},
    queries::{AgentsOf, Place},
    store as rows,
};

/// An agent and whose it is.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SilentAgent {
    /// Of which customer.
    pub customer_id: CustomerId,
    /// Its name.
    pub customer_name: String,
    /// The agent.
    #[serde(flatten)]
    pub agent: Agent,
}

/// Where one stands: customers by name, then those not heard for longest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The customer's key in the order.
    pub key: String,
    /// The customer.
    pub customer: CustomerId,
    /// The agent, within it.
    pub place: Place,
}

/// Which agents.
#[derive(Debug, Clone)]
pub struct Which {
    /// Of which partner.
    pub partner: PartnerId,
    /// In which state: silent or inactive.
    pub state: AgentState,
    /// Only of this customer.
    pub customer: Option<CustomerId>,
}

/// A page of them.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The agents.
    pub rows: Vec<SilentAgent>,
    /// How many there are under this filter.
    pub total: i64,
    /// How many are silent, and how many inactive, whatever the filter says of the state.
    pub counts: [i64; 2],
    /// Where the last one stands.
    pub last: Option<At>,
}

/// A customer that has such agents.
#[derive(Debug, Clone)]
pub struct Having {
    pub customer: CustomerId,
    pub name: String,
    pub key: String,
}

/// Asks at which customers in reach agents do not report.
struct HavingSilent {
    which: Which,
    after: Option<(String, CustomerId)>,
    limit: i64,
}

impl Query for HavingSilent {
    type Home = Control;
    type Needs = ReadMembers;
    type Found = (Vec<Having>, [i64; 2]);

    fn node(&self) -> Node {
        self.which.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ReadMembers>, _: Timestamp) -> Result<Self::Found> {
        let counts = rows::sums(view, scope, self.which.customer)?;
        let inactive = self.which.state == AgentState::Inactive;
        let after = self.after.as_ref().map(|(key, id)| (key.as_str(), *id));
        Ok((rows::having_silent(view, scope, inactive, self.which.customer, after, self.limit)?, counts))
    }
}

/// A page of agents that do not report.
///
/// # Errors
/// As [`House::ask`]. A customer that moved away meanwhile is left out.
pub async fn page(house: &House, call: &Call, which: &Which, after: Option<At>, limit: i64) -> std::result::Result<Page, Fail<Never>> {
    count::settle(house, which.partner).await.map_err(Fail::Store)?;
    let by = house.ask(call, ThresholdsOf { node: which.partner.into() }).await?;
    let from = after.as_ref().map(|at| (at.key.clone(), at.customer));
    let question = HavingSilent { which: which.clone(), after: from, limit };
    let (having, counts) = house.ask(call, question).await?;
    let total = if which.state == AgentState::Inactive { counts[1] } else { counts[0] };
    let mut page = Page { total, counts, ..Page::default() };
    for one in having {
        let left = limit - i64::try_from(page.rows.len()).unwrap_or(limit);
        if left <= 0 {
            break;
        }
        let place = after.as_ref().filter(|at| at.customer == one.customer).map(|at| at.place);
        let question = AgentsOf { customer: one.customer, by, state: Some(which.state), after: place, limit: left };
        let found = match house.ask(call, question).await {
            Ok(found) => found.agents,
            Err(Fail::Denied(_)) => Vec::new(),
            Err(fail) => return Err(fail),
        };
        for agent in found {
            let place = Place { heard: agent.last_seen_at, id: agent.id };
            page.last = Some(At { key: one.key.clone(), customer: one.customer, place });
            page.rows.push(SilentAgent { customer_id: one.customer, customer_name: one.name.clone(), agent });
        }
    }
    Ok(page)
}
