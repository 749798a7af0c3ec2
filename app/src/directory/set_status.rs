//! A member becomes active or inactive, by hand or by API (D13).

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail};
use serde::Serialize;
use store::{CustomerId, MemberId, Region, Uuid};

use super::{
    member::{Member, MemberRefusal, MemberStatus},
    seat_waiting::seat_waiting,
    store as rows,
};
use crate::licensing::{
    policy::{self, Usage},
    pools::PublishUsage,
};

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

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Member, Fail<MemberRefusal>> {
        let member = rows::find(cx.tx, cx.scope, self.member)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        turn(cx, &member, self.active)?;
        rows::find(cx.tx, cx.scope, self.member)?.ok_or(Fail::Denied(access::Denied::NotFound))
    }
}

/// Turns a member active or inactive inside another command: its seat, its row, its interval, the news.
pub(super) fn turn<C>(cx: &mut Cx<'_, '_, C>, member: &Member, active: bool) -> Result<(), Fail<MemberRefusal>>
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
    if active {
        seat(cx)?;
    }
    match member.status {
        MemberStatus::Waiting => policy::note_members(cx.tx, cx.scope, 0, -1)?,
        MemberStatus::Held => policy::note_held(cx.tx, cx.scope, -1)?,
        MemberStatus::Active | MemberStatus::Inactive => {}
    }
    rows::set_status(cx.tx, cx.scope, member.id, to, "manual", cx.now)?;
    cx.changed("member", member.id, "status", member.status, to);
    if member.status == MemberStatus::Active {
        policy::give_seat(cx.tx, cx.scope, 1)?;
        seat_waiting(cx)?;
    }
    publish(cx)
}

/// Takes a seat, or says why there is none: first whether the tenant may serve, then whether a seat is free.
pub(super) fn seat<C>(cx: &mut Cx<'_, '_, C>) -> Result<(), Fail<MemberRefusal>>
where
    C: Command<Home = Region, Refusal = MemberRefusal>,
{
    match rows::serving(cx.tx, cx.scope)? {
        None => return Err(MemberRefusal::NotReady { tenant_id: rows::customer(cx.scope) }.into()),
        Some(false) => return Err(MemberRefusal::TenantLimit {}.into()),
        Some(true) => {}
    }
    if policy::take_seat(cx.tx, cx.scope)? {
        return Ok(());
    }
    let (seats, active_users) = policy::usage(cx.tx, cx.scope)?.map_or((0, 0), |u| (u.seats, u.active_users));
    Err(MemberRefusal::NoFreeSeat { seats, active_users }.into())
}

/// Tells control the tenant's counters, so that its numbers are right before the answer; names the change of seats.
pub(super) fn publish<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>) -> Result<(), Fail<C::Refusal>> {
    let Some(usage) = policy::usage(cx.tx, cx.scope)? else { return Ok(()) };
    let customer = rows::customer(cx.scope);
    let Usage { active_users, members, waiting, held, seq, .. } = usage;
    let news = PublishUsage { customer, active_users, members, waiting, held, seq, at: cx.now };
    cx.tell(PublishUsage::KIND, &news);
    Ok(())
}
