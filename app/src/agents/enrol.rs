//! An agent comes: it shows a token of its customer and gets one of its own. A device that enrols again, after it was set up anew
//! or because the answer was lost, stays the agent it was; its former token ends.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Node, Secret};
use serde::{Deserialize, Serialize};
use store::{AgentId, CustomerId, Region};

use super::{
    agent::{AgentRefusal, MOST_AGENTS},
    count,
    store::{self as rows, Machine},
    tokens::Purpose,
};
use crate::{
    licensing::policy,
    noun::{Email, Name},
};

/// Enrols an agent.
#[derive(Debug, Serialize)]
pub struct Enrol {
    /// Of which customer.
    pub customer: CustomerId,
    /// The hash of the token that is shown.
    pub shown: Secret<[u8; 32]>,
    /// What the device is called.
    pub name: Name,
    /// By what it is known again.
    pub machine_id: Name,
    /// The mail address of whoever uses it.
    pub user: Option<Email>,
    /// What it runs.
    pub platform: Option<Name>,
    /// The agent's version.
    pub version: Option<Name>,
    /// The hash of the token it gets.
    pub own: Secret<[u8; 32]>,
}

/// Who enrolled.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Enrolled {
    /// The agent.
    pub agent: AgentId,
    /// False for a device that was known.
    pub new: bool,
}

impl Command for Enrol {
    const NAME: &'static str = "agents.enrol";
    type Home = Region;
    type Needs = Operate;
    type Done = Enrolled;
    type Refusal = AgentRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Enrolled, Fail<AgentRefusal>> {
        let Some((token, purpose)) = rows::token(cx.tx, cx.scope, self.shown.0, cx.now)? else {
            return Err(AgentRefusal::Unknown {}.into());
        };
        if purpose != Purpose::Enrol {
            return Err(AgentRefusal::Unknown {}.into());
        }
        if policy::serving(cx.tx, cx.scope)? != Some(true) {
            return Err(AgentRefusal::TenantLimit {}.into());
        }
        let text = |n: &Option<Name>| n.as_ref().map(|n| n.as_str().to_owned());
        let machine = Machine {
            name: self.name.as_str().to_owned(),
            machine_id: self.machine_id.as_str().to_owned(),
            user: self.user.as_ref().map(|u| u.as_str().to_owned()),
            platform: text(&self.platform),
            version: text(&self.version),
        };
        let known = rows::by_machine(cx.tx, cx.scope, &machine.machine_id)?;
        if known.is_none() && rows::total(cx.tx, cx.scope)? >= MOST_AGENTS {
            return Err(AgentRefusal::TooManyAgents {}.into());
        }
        let (agent, new) = known.map_or_else(|| (cx.new_id(), true), |(id, _)| (id, false));
        rows::enrol(cx.tx, cx.scope, agent, &machine, self.own.0, cx.now)?;
        cx.changed("agent", agent, "name", (), &self.name);
        cx.changed("agent", agent, "enrolled_by", (), token);
        let heard_before = known.map(|(_, heard)| heard);
        if new {
            rows::count_one_more(cx.tx, cx.scope)?;
        }
        if new || rows::told_silent(cx.tx, cx.scope, heard_before)? {
            count::tell(cx)?;
        }
        Ok(Enrolled { agent, new })
    }
}
