//! Removing a member: its seat is free at once for whoever waits longest, its closed intervals stay under its random id (D19).

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId, Region, Uuid};

use super::{
    admission,
    member::{Member, MemberRefusal, MemberStatus},
    reconcile,
    seat_waiting::seat_waiting,
    set_status::publish,
    store as rows,
};
use crate::{hierarchy::standing, licensing::policy};

/// Removes a member.
#[derive(Debug, Clone, Serialize)]
pub struct RemoveMember {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which member.
    pub member: MemberId,
    /// The version that was read, if the sender says.
    pub version: Option<i64>,
}

/// What was removed.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Removed {
    /// The member's id.
    pub id: MemberId,
}

impl Command for RemoveMember {
    const NAME: &'static str = "directory.remove_member";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Removed;
    type Refusal = MemberRefusal;

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Removed, Fail<MemberRefusal>> {
        let member = rows::find(cx.tx, cx.scope, self.member)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if self.version.is_some_and(|v| v != member.version) {
            return Err(MemberRefusal::Stale { version: member.version }.into());
        }
        take_out(cx, self.customer, &member)?;
        Ok(Removed { id: member.id })
    }
}

/// Takes a member out inside another command: its row, its open interval, its seat, the news.
pub(super) fn take_out<C>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, member: &Member) -> Result<(), Fail<MemberRefusal>>
where
    C: Command<Home = Region, Refusal = MemberRefusal>,
{
    // A trial that is over may just have let the member wait.
    let stands =
        if admission::settle(cx)? { rows::find(cx.tx, cx.scope, member.id)?.map_or(member.status, |m| m.status) } else { member.status };
    let gate = if stands == MemberStatus::Active { Some(admission::quiet_gate(cx)?) } else { None };
    rows::close_intervals(cx.tx, cx.scope, &[member.id], "removed", cx.now)?;
    // The source that brought it goes on naming it, and must not bring it back.
    reconcile::keep_out(cx.tx, cx.scope, member.id)?;
    rows::delete(cx.tx, cx.scope, &[member.id])?;
    let waited = i64::from(stands == MemberStatus::Waiting);
    policy::note_members(cx.tx, cx.scope, -1, -waited)?;
    if stands == MemberStatus::Held {
        policy::note_held(cx.tx, cx.scope, -1)?;
    }
    cx.changed("member", member.id, "status", member.status, "removed");
    if let Some(mut gate) = gate {
        gate.leave(1);
        seat_waiting(cx, &mut gate)?;
        gate.save(cx.tx, cx.scope)?;
    }
    publish(cx)?;
    standing::tell(cx, customer, waited != 0);
    Ok(())
}
