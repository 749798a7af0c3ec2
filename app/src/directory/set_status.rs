//! A member becomes active or inactive, by hand or by API (D13).

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{CustomerId, MemberId, Region};

use super::{
    admission,
    member::{Member, MemberRefusal, MemberStatus},
    seat_waiting::seat_waiting,
    store as rows,
};
use crate::licensing::{policy, pools::PublishUsage};

/// The word by which an interval says that a person, or a program in its name, decided.
pub(super) const BY_HAND: &str = "manual";

/// Sets a member's status.
#[derive(Debug, Clone, Serialize)]
pub struct SetMemberStatus {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which member.
    pub member: MemberId,
    /// True to let it in, false to keep it out.
    pub active: bool,
}

impl Command for SetMemberStatus {
    const NAME: &'static str = "directory.set_member_status";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Member;
    type Refusal = MemberRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Member, Fail<MemberRefusal>> {
        admission::settle(cx)?;
        let member = rows::find(cx.tx, cx.scope, self.member)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        turn(cx, &member, self.active, BY_HAND)?;
        rows::find(cx.tx, cx.scope, self.member)?.ok_or(Fail::Denied(access::Denied::NotFound))
    }
}

/// Turns a member active or inactive inside another command: its seat, its row, its interval, the news.
pub(super) fn turn<C>(cx: &mut Cx<'_, '_, C>, member: &Member, active: bool, source: &str) -> Result<(), Fail<MemberRefusal>>
where
    C: Command<Home = Region, Refusal = MemberRefusal>,
{
    let to = if active { MemberStatus::Active } else { MemberStatus::Inactive };
    if member.status == to {
        return Ok(());
    }
    // Whoever is held stays so until the address is proved: a person decides only that it is not to come in at all.
    if active && member.status == MemberStatus::Held {
        return Err(MemberRefusal::Held {}.into());
    }
    let Some(mut gate) = admission::gate(cx)? else {
        return Err(MemberRefusal::NotReady { tenant_id: rows::customer(cx.scope) }.into());
    };
    // What was read before the gate was taken may be over: the new month may just have let the member in.
    let stands = rows::find(cx.tx, cx.scope, member.id)?.ok_or(Fail::Denied(access::Denied::NotFound))?.status;
    cx.changed("member", member.id, "status", member.status, to);
    if stands != to {
        if active {
            admission::enter(cx, &mut gate, Some(member.id))?;
        }
        admission::uncount(cx, stands)?;
        rows::set_status(cx.tx, cx.scope, member.id, [stands, to], source, cx.now)?;
        if stands == MemberStatus::Active {
            gate.leave(1);
            seat_waiting(cx, &mut gate)?;
        }
    }
    gate.save(cx.tx, cx.scope)?;
    publish(cx)
}

/// Tells control the tenant's counters, so that its numbers are right before the answer; names the change of seats.
pub(super) fn publish<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>) -> Result<(), Fail<C::Refusal>> {
    let Some(usage) = policy::usage(cx.tx, cx.scope)? else { return Ok(()) };
    let customer = rows::customer(cx.scope);
    cx.tell(PublishUsage::KIND, &PublishUsage::of(customer, &usage, cx.now));
    Ok(())
}
