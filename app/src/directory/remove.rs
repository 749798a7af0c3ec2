//! Removing a member: its seat is free at once for whoever came first of those who wait, its closed intervals stay under its random id (D19).

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId, Region};

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

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Removed, Fail<MemberRefusal>> {
        take_out(cx, self.customer, self.member, self.version)?;
        Ok(Removed { id: self.member })
    }
}

/// Takes a member out inside another command: its row, its open interval, its seat, the news. Gives it as it stood.
pub(super) fn take_out<C>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    id: MemberId,
    version: Option<i64>,
) -> Result<Member, Fail<MemberRefusal>>
where
    C: Command<Home = Region, Refusal = MemberRefusal>,
{
    // Held before it is read: it may come in, go out or wait at another server just now. Where there is no gate yet nobody is a member.
    let mut gate = admission::hold(cx)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
    let member = rows::hold(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
    if version.is_some_and(|v| v != member.version) {
        return Err(MemberRefusal::Stale { version: member.version }.into());
    }
    rows::close_intervals(cx.tx, cx.scope, &[id], "removed", cx.now)?;
    // The source that brought it goes on naming it, and must not bring it back.
    reconcile::keep_out(cx.tx, cx.scope, id)?;
    rows::delete(cx.tx, cx.scope, &[id])?;
    let waited = i64::from(member.status == MemberStatus::Waiting);
    policy::note_members(cx.tx, cx.scope, -1, -waited)?;
    if member.status == MemberStatus::Held {
        policy::note_held(cx.tx, cx.scope, -1)?;
    }
    cx.changed("member", id, "status", member.status, "removed");
    if member.status == MemberStatus::Active {
        gate.leave(1);
        seat_waiting(cx, &mut gate)?;
        gate.save(cx.tx, cx.scope)?;
    }
    publish(cx)?;
    standing::tell(cx, customer, waited != 0);
    Ok(member)
}
