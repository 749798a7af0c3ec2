//! Adding and changing people: by the installation (first run, demo), by invitation, by the owner afterwards.

use access::{
    Grants, Role,
    permissions::{ManageStaff, Operate},
};
use command::{Command, Cx, Fail, Node, Secret};
use serde::{Deserialize, Serialize};
use store::{Control, PartnerId, StaffId, Tx, Uuid};

use super::{
    links::LinkKind,
    mail::SendLink,
    noun::{ReachMode, StaffMember, StaffReach, StaffRefusal, StaffStatus, may_assign},
    store as rows,
};
use crate::noun::{Email, Name};

/// As what somebody works, and where.
#[derive(Debug, Clone, Serialize)]
pub struct NewMembership {
    /// The node: platform, distributor, partner or customer.
    pub node: Uuid,
    /// As what.
    pub role: Role,
    /// What they may do on top of it.
    pub grants: Grants,
    /// For which customers.
    pub reach: StaffReach,
}

/// Adds a person without asking who may: for the first run and the demo.
#[derive(Debug, Serialize)]
pub struct CreateStaff {
    /// The node their own matters are recorded at; the partner for a partner's people.
    pub home: Uuid,
    /// Their address.
    pub email: Email,
    /// Their name.
    pub name: Name,
    /// With one they are active, without one invited.
    pub password_hash: Option<Secret<String>>,
    /// As what they work.
    pub membership: NewMembership,
}

impl Command for CreateStaff {
    const NAME: &'static str = "identity.create_staff";
    type Home = Control;
    type Needs = Operate;
    type Done = StaffId;
    type Refusal = StaffRefusal;

    fn node(&self) -> Node {
        Node::known(self.home)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<StaffId, Fail<StaffRefusal>> {
        let hash = self.password_hash.as_ref().map(|h| h.0.as_str());
        add(cx, self.home, &self.email, &self.name, hash, &self.membership)
    }
}

/// Writes a person with a membership.
///
/// # Errors
/// [`StaffRefusal::EmailTaken`], or the store's.
pub fn add<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    home: Uuid,
    email: &Email,
    name: &Name,
    hash: Option<&str>,
    new: &NewMembership,
) -> Result<StaffId, Fail<StaffRefusal>> {
    let staff: StaffId = cx.new_id();
    if !rows::insert_staff(cx.tx, staff, home, email, name, hash, None, cx.now)? {
        return Err(StaffRefusal::EmailTaken.into());
    }
    cx.changed("staff", staff, "name", (), name);
    join(cx, staff, new)?;
    Ok(staff)
}

/// Gives a person a membership more, inside another command's transaction.
///
/// # Errors
/// The store's.
pub fn join<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, staff: StaffId, new: &NewMembership) -> store::Result<()> {
    let row = rows::NewRow { membership: cx.new_id(), holder: staff.0, node: new.node, role: new.role, grants: new.grants };
    rows::insert_membership(cx.tx, &row, &new.reach, cx.now)?;
    cx.changed("staff", staff, "role", (), new.role);
    cx.changed("staff", staff, "grants", Grants::default(), new.grants);
    cx.changed("staff", staff, "reach", StaffReach::all(), &new.reach);
    Ok(())
}

/// Invites a person to a partner (0.11, 0.13, 0.15).
#[derive(Debug, Serialize)]
pub struct InviteStaff {
    /// To which partner.
    pub partner: PartnerId,
    /// Their address.
    pub email: Email,
    /// Their name.
    pub name: Name,
    /// As what.
    pub role: Role,
    /// What they may do on top of it.
    pub grants: Grants,
    /// For which customers.
    pub reach: StaffReach,
    /// True when the link is mailed at once.
    pub notify: bool,
}

impl Command for InviteStaff {
    const NAME: &'static str = "identity.invite_staff";
    type Home = Control;
    type Needs = ManageStaff;
    type Done = StaffMember;
    type Refusal = StaffRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<StaffMember, Fail<StaffRefusal>> {
        if !may_assign(cx.scope.role(), self.role) {
            return Err(StaffRefusal::NotAssignable.into());
        }
        check_reach(cx.tx, self.partner, &self.reach)?;
        let membership = placed(self.partner, self.role, self.grants, &self.reach)?;
        let staff = add(cx, self.partner.0, &self.email, &self.name, None, &membership)?;
        if self.notify {
            cx.tell("identity.mail", &SendLink { staff, kind: LinkKind::Invite });
        }
        found(cx.tx, self.partner, staff)
    }
}

/// A customer's administrator belongs to that one customer; everybody else to the partner.
fn placed(partner: PartnerId, role: Role, grants: Grants, reach: &StaffReach) -> Result<NewMembership, StaffRefusal> {
    if role != Role::CustomerAdmin {
        return Ok(NewMembership { node: partner.0, role, grants, reach: reach.clone() });
    }
    match (reach.mode, reach.customers.as_slice(), reach.groups.is_empty()) {
        (ReachMode::Only, [one], true) => Ok(NewMembership { node: one.0, role, grants: Grants::default(), reach: StaffReach::all() }),
        _ => Err(StaffRefusal::NotAssignable),
    }
}

fn check_reach(tx: &mut Tx<'_, Control>, partner: PartnerId, reach: &StaffReach) -> Result<(), Fail<StaffRefusal>> {
    let listed = !reach.customers.is_empty() || !reach.groups.is_empty();
    if listed != (reach.mode != ReachMode::All) || reach.customers.len() + reach.groups.len() > 1_000 {
        return Err(StaffRefusal::EmptyReach.into());
    }
    for customer in &reach.customers {
        if !rows::customer_here(tx, partner, *customer)? {
            return Err(StaffRefusal::UnknownTarget.into());
        }
    }
    for group in &reach.groups {
        if !rows::group_here(tx, partner, *group)? {
            return Err(StaffRefusal::UnknownTarget.into());
        }
    }
    Ok(())
}

fn found(tx: &mut Tx<'_, Control>, partner: PartnerId, staff: StaffId) -> Result<StaffMember, Fail<StaffRefusal>> {
    rows::member(tx, partner, staff)?.map(|h| h.member).ok_or(Fail::Denied(access::Denied::NotFound))
}

/// Sends the invitation again.
#[derive(Debug, Serialize)]
pub struct ResendInvitation {
    /// At which partner.
    pub partner: PartnerId,
    /// To whom.
    pub staff: StaffId,
}

impl Command for ResendInvitation {
    const NAME: &'static str = "identity.resend_invitation";
    type Home = Control;
    type Needs = ManageStaff;
    type Done = StaffMember;
    type Refusal = StaffRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<StaffMember, Fail<StaffRefusal>> {
        let member = found(cx.tx, self.partner, self.staff)?;
        if member.status != StaffStatus::Invited {
            return Err(StaffRefusal::NotInvited.into());
        }
        cx.tell("identity.mail", &SendLink { staff: self.staff, kind: LinkKind::Invite });
        cx.changed("staff", self.staff, "invitation", (), "sent again");
        Ok(member)
    }
}

/// The job kind of [`StaffLeft`].
pub const STAFF_LEFT: &str = "staff-left";

/// News: somebody was shut out. What rooms above keep for them as long as they work here goes.
#[derive(Debug, Serialize, Deserialize)]
pub struct StaffLeft {
    /// Of which partner.
    pub partner: PartnerId,
    /// Who.
    pub staff: StaffId,
}

/// Changes a person at a partner. What is `None` stays.
#[derive(Debug, Serialize)]
pub struct ChangeStaff {
    /// At which partner.
    pub partner: PartnerId,
    /// Whom.
    pub staff: StaffId,
    /// The version the caller saw.
    pub version: i64,
    /// What they are called.
    pub name: Option<Name>,
    /// As what they work.
    pub role: Option<Role>,
    /// What they may do on top of it.
    pub grants: Option<Grants>,
    /// For which customers.
    pub reach: Option<StaffReach>,
    /// True shuts them out, false lets them in again.
    pub disabled: Option<bool>,
}

impl Command for ChangeStaff {
    const NAME: &'static str = "identity.change_staff";
    type Home = Control;
    type Needs = ManageStaff;
    type Done = StaffMember;
    type Refusal = StaffRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<StaffMember, Fail<StaffRefusal>> {
        change(cx, self)
    }
}

/// Changes a person inside another command's transaction.
pub(super) fn change<C>(cx: &mut Cx<'_, '_, C>, it: &ChangeStaff) -> Result<StaffMember, Fail<StaffRefusal>>
where
    C: Command<Home = Control, Needs = ManageStaff>,
{
    let held = rows::member(cx.tx, it.partner, it.staff)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
    let before = &held.member;
    it.allowed(cx, before)?;
    let role = it.role.unwrap_or(before.role);
    let grants = it.grants.unwrap_or(before.grants);
    let status = it.status(cx, before)?;
    let name = it.name.as_ref().map_or(before.name.as_str(), Name::as_str);
    if !rows::set_member(cx.tx, it.partner, it.staff, it.version, name, status)? {
        return Err(StaffRefusal::Stale.into());
    }
    if let Some(reach) = &it.reach {
        check_reach(cx.tx, it.partner, reach)?;
    }
    let reach = it.reach.as_ref().unwrap_or(&before.reach);
    if before.role != Role::CustomerAdmin && (role != before.role || grants != before.grants || *reach != before.reach) {
        rows::set_membership(cx.tx, held.membership, role, grants, reach.mode)?;
        let other = Some(reach).filter(|r| **r != before.reach);
        if let Some(reach) = other {
            rows::delete_targets(cx.tx, held.membership)?;
            rows::insert_targets(cx.tx, held.membership, reach)?;
        }
        // What was handed out never outlives the right it came from.
        rows::end_tokens(cx.tx, it.staff, (role == before.role).then_some(it.partner), cx.now)?;
        rows::follow(cx.tx, it.staff, it.partner, grants, other)?;
    }
    if role != before.role || status == StaffStatus::Disabled {
        rows::end_sessions(cx.tx, it.staff, cx.now)?;
    }
    if status == StaffStatus::Disabled && before.status != status {
        cx.tell(STAFF_LEFT, &StaffLeft { partner: it.partner, staff: it.staff });
    }
    cx.changed("staff", it.staff, "name", &before.name, name);
    cx.changed("staff", it.staff, "role", before.role, role);
    cx.changed("staff", it.staff, "grants", before.grants, grants);
    cx.changed("staff", it.staff, "reach", &before.reach, reach);
    cx.changed("staff", it.staff, "status", before.status, status);
    cx.changed("staff", it.staff, "version", before.version, before.version + 1);
    found(cx.tx, it.partner, it.staff)
}

impl ChangeStaff {
    fn allowed<C: Command<Needs = ManageStaff>>(&self, cx: &Cx<'_, '_, C>, before: &StaffMember) -> Result<(), StaffRefusal> {
        if cx.scope.actor().staff == Some(self.staff) {
            return Err(StaffRefusal::NotYourself);
        }
        if before.role == Role::Owner {
            return Err(StaffRefusal::OwnerProtected);
        }
        if before.version != self.version {
            return Err(StaffRefusal::Stale);
        }
        // A customer's administrator lives at another node than everybody else: remove and invite anew.
        let moves = |role: Role| role != before.role && (role == Role::CustomerAdmin || before.role == Role::CustomerAdmin);
        if self.role.is_some_and(|role| !may_assign(cx.scope.role(), role) || moves(role)) {
            return Err(StaffRefusal::NotAssignable);
        }
        if before.role == Role::CustomerAdmin && (self.reach.is_some() || self.grants.is_some_and(|g| g != Grants::default())) {
            return Err(StaffRefusal::NotAssignable);
        }
        Ok(())
    }

    fn status<C: Command<Home = Control>>(&self, cx: &mut Cx<'_, '_, C>, before: &StaffMember) -> store::Result<StaffStatus> {
        match self.disabled {
            Some(true) => Ok(StaffStatus::Disabled),
            Some(false) if before.status == StaffStatus::Disabled => {
                let has_password = rows::person(cx.tx, self.staff)?.is_some_and(|p| p.password_hash.is_some());
                Ok(if has_password { StaffStatus::Active } else { StaffStatus::Invited })
            }
            _ => Ok(before.status),
        }
    }
}
