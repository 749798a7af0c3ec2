//! Who comes in: every way by which a member becomes active goes through here, and is decided at the tenant's gate
//! ([`Gate`]): by hand and by API with a reason when not, from a directory, a file or a freed seat by waiting.

use command::{Command, Cx, Fail};
use store::{MemberId, Region, Result};

use super::{
    free,
    held::Want,
    member::{MemberRefusal, MemberStatus},
    seat_waiting::seat_waiting,
    store as rows,
};
use crate::licensing::policy::{self, Gate, Months, Shut, Times};

/// Holds the gate for a change of this tenant's members; none while it is being prepared. The change happens at the gate's instant. A
/// trial that is over ends first, at its own: whatever is decided now is decided on the free plan.
pub(super) fn hold<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>) -> Result<Option<Gate>> {
    let Some(mut gate) = Gate::hold(cx.tx, cx.scope, cx.now)? else { return Ok(None) };
    if gate.is_crowded() {
        while !free::begin(cx, gate.free_at)? {}
        gate = Gate::hold(cx.tx, cx.scope, cx.now)?.ok_or_else(|| unprepared(cx))?;
    }
    cx.now = gate.now;
    Ok(Some(gate))
}

/// Ends a trial that is over before members are read, for a change that may come without the gate; true when somebody waits by it now.
pub(super) fn settle<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>) -> Result<bool> {
    let crowded = policy::is_crowded(cx.tx, cx.scope, cx.now)?;
    if crowded {
        hold(cx)?;
    }
    Ok(crowded)
}

/// As [`hold`], for whoever may let members in, once a month that has begun is entered ([`enter_month`]): read members after this, and
/// save the gate.
pub(super) fn gate<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>) -> Result<Option<Gate>> {
    let Some(mut gate) = hold(cx)? else { return Ok(None) };
    enter_month(cx, &mut gate)?;
    Ok(Some(gate))
}

/// Where a month has begun since the last change, whoever waited comes in first; gives how many.
pub(super) fn enter_month<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>, gate: &mut Gate) -> Result<i64> {
    if gate.turned { seat_waiting(cx, gate) } else { Ok(0) }
}

/// As [`gate`], where the tenant was prepared: it has members.
pub(super) fn known_gate<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>) -> Result<Gate> {
    gate(cx)?.ok_or_else(|| unprepared(cx))
}

/// As [`known_gate`], and lets nobody in: for members who go, so that no seat is given to somebody who is about to go, and for
/// whoever lets in those who wait.
pub(super) fn quiet_gate<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>) -> Result<Gate> {
    hold(cx)?.ok_or_else(|| unprepared(cx))
}

fn unprepared<C: Command<Home = Region>>(cx: &Cx<'_, '_, C>) -> store::Error {
    store::Error::Corrupt(format!("{} has members and no policy", rows::customer(cx.scope)))
}

/// Lets a member in by hand, or says why not. `known` = a member that is there already and may be counted in this month.
pub(super) fn enter<C>(cx: &mut Cx<'_, '_, C>, gate: &mut Gate, known: Option<MemberId>) -> std::result::Result<(), Fail<MemberRefusal>>
where
    C: Command<Home = Region, Refusal = MemberRefusal>,
{
    Ok(ask(cx, gate, known)??)
}

/// As [`enter`], for a command with a "no" of its own.
pub(super) fn ask<C: Command<Home = Region>>(
    cx: &mut Cx<'_, '_, C>,
    gate: &mut Gate,
    known: Option<MemberId>,
) -> Result<std::result::Result<(), MemberRefusal>> {
    let counted = is_counted(cx, gate, known)?;
    Ok(gate.enter(counted).map_err(|shut| match shut {
        Shut::Suspended => MemberRefusal::TenantLimit { free: false },
        Shut::Free => MemberRefusal::TenantLimit { free: true },
        Shut::Cap => {
            MemberRefusal::MauCapReached { max_mau: gate.max_mau, active_this_month: gate.month_users, month_ends_at: gate.month_end }
        }
        Shut::Seats => MemberRefusal::NoFreeSeat { seats: gate.seats, active_users: gate.active },
    }))
}

/// The status a member gets that something other than a hand wants in or out, counted. Never refuses: whoever may not come in
/// yet waits (D13).
pub(super) fn admit<C: Command<Home = Region>>(
    cx: &mut Cx<'_, '_, C>,
    gate: &mut Gate,
    want: Want,
    known: Option<MemberId>,
) -> Result<MemberStatus> {
    match want {
        Want::Out => Ok(MemberStatus::Inactive),
        Want::Held => policy::note_held(cx.tx, cx.scope, 1).map(|()| MemberStatus::Held),
        Want::In => {
            let counted = is_counted(cx, gate, known)?;
            if gate.enter(counted).is_ok() {
                return Ok(MemberStatus::Active);
            }
            policy::note_members(cx.tx, cx.scope, 0, 1).map(|()| MemberStatus::Waiting)
        }
    }
}

/// Lets a late word alter a member's times, or says why not (activity by batches).
pub(super) fn amend(gate: &mut Gate, months: &mut Months, before: &[Times], after: &[Times]) -> std::result::Result<(), Shut> {
    gate.amend(months, before, after)
}

fn is_counted<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>, gate: &Gate, known: Option<MemberId>) -> Result<bool> {
    let Some(id) = known else { return Ok(false) };
    let until = rows::active_until(cx.tx, cx.scope, id)?;
    Ok(gate.counts(until))
}

/// Takes back the counts of where a member stood.
pub(super) fn uncount<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>, stood: MemberStatus) -> Result<()> {
    match stood {
        MemberStatus::Waiting => policy::note_members(cx.tx, cx.scope, 0, -1),
        MemberStatus::Held => policy::note_held(cx.tx, cx.scope, -1),
        MemberStatus::Active | MemberStatus::Inactive => Ok(()),
    }
}
