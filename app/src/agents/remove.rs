//! An agent goes: its row, its token, what it says of a person. A device that enrols again is another agent.

use access::{Scope, permissions::ManageMembers};
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{AgentId, CustomerId, Region, Result, Tx};

use super::{count, store as rows};

/// Removes an agent.
#[derive(Debug, Serialize)]
pub struct RemoveAgent {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which.
    pub agent: AgentId,
}

impl Command for RemoveAgent {
    const NAME: &'static str = "agents.remove";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<Never>> {
        if !rows::remove(cx.tx, cx.scope, self.agent)? {
            return Err(Fail::Denied(access::Denied::NotFound));
        }
        rows::count_one_less(cx.tx, cx.scope)?;
        cx.changed("agent", self.agent, "state", "enrolled", "removed");
        count::tell(cx)?;
        Ok(())
    }
}

/// Forgets whose devices they are, inside the command that erases the person; gives how many.
///
/// # Errors
/// The store's.
pub fn forget_user<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, email: &str) -> Result<u64> {
    rows::forget_user(tx, scope, email)
}
