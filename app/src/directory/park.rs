//! The members of a customer that is removed: nobody is active any more, and everybody who was waits for a seat. Should the
//! customer come back, its seats find them.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{CustomerId, Region};

use super::{admission, import::CHUNK, set_status::publish, store as rows};
use crate::licensing::policy;

/// Stops a tenant from serving and takes the seats of up to a chunk of its active members.
#[derive(Debug, Serialize)]
pub struct ParkMembers {
    /// Of which customer.
    pub customer: CustomerId,
}

impl Command for ParkMembers {
    const NAME: &'static str = "directory.park_members";
    type Home = Region;
    type Needs = Operate;
    /// True when nobody is active any more.
    type Done = bool;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<bool, Fail<Never>> {
        if policy::stop_serving(cx.tx, cx.scope)? {
            cx.changed("tenant", self.customer, "serving", true, false);
        }
        // Before anybody came in nobody is active. What a trial that is over ended, ended before.
        let Some(mut gate) = admission::hold(cx)? else { return Ok(true) };
        let most = i64::try_from(CHUNK).unwrap_or(1_000);
        let active = rows::active(cx.tx, cx.scope, most)?;
        let parked = i64::try_from(active.len()).unwrap_or(most);
        if parked > 0 {
            rows::park(cx.tx, cx.scope, &active, "removed", cx.now)?;
            gate.leave(parked);
            gate.save(cx.tx, cx.scope)?;
            policy::note_members(cx.tx, cx.scope, 0, parked)?;
            cx.changed("tenant", self.customer, "members_parked", 0, parked);
            publish(cx)?;
        }
        Ok(parked < most)
    }
}
