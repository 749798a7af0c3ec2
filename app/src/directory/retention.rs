//! Retention (0.31): members who have been inactive for so many days are removed. When they were active stays, under their random ids.

use access::{
    Scope,
    permissions::{Operate, ReadMembers},
};
use command::{Command, Cx, Fail, Never, Node, Query};
use serde::Serialize;
use store::{CustomerId, Region, Result, Timestamp, View};

use super::{admission, import::CHUNK, member::Member, set_status::publish, store as rows};
use crate::licensing::policy;

/// Removes up to a chunk of the members who became inactive by an instant.
#[derive(Debug, Serialize)]
pub struct RetireMembers {
    /// Of which customer.
    pub customer: CustomerId,
    /// Inactive since then at the latest.
    pub inactive_since: Timestamp,
}

impl Command for RetireMembers {
    const NAME: &'static str = "directory.retire_members";
    type Home = Region;
    type Needs = Operate;
    /// How many were removed.
    type Done = i64;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<i64, Fail<Never>> {
        // Looked at before the gate is taken: most nights nobody goes.
        if self.due(cx, 1)?.is_empty() {
            return Ok(0);
        }
        admission::quiet_gate(cx)?;
        // Asked again as it is held: whoever came in meanwhile stays.
        let most = i64::try_from(CHUNK).unwrap_or(1_000);
        let members = self.due(cx, most)?;
        if members.is_empty() {
            return Ok(0);
        }
        let ids: Vec<_> = members.iter().map(|m| m.id).collect();
        rows::delete(cx.tx, cx.scope, &ids)?;
        let gone = i64::try_from(ids.len()).unwrap_or(most);
        policy::note_members(cx.tx, cx.scope, -gone, 0)?;
        for id in ids {
            cx.changed("member", id, "status", "inactive", "retired");
        }
        publish(cx)?;
        Ok(gone)
    }
}

impl RetireMembers {
    fn due(&self, cx: &mut Cx<'_, '_, Self>, most: i64) -> Result<Vec<Member>> {
        rows::inactive_since(cx.tx, cx.scope, self.inactive_since, most)
    }
}

/// Asks who would be removed: how many, and the first of them by name.
#[derive(Debug)]
pub struct RetiringOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// After how many days.
    pub days: i64,
    /// How many to name.
    pub limit: i64,
}

impl Query for RetiringOf {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = (i64, Vec<Member>);

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, now: Timestamp) -> Result<Self::Found> {
        let since = now.plus_days(-self.days);
        Ok((rows::count_inactive_since(view, scope, since)?, rows::inactive_since(view, scope, since, self.limit)?))
    }
}
