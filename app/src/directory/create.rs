//! Adding one member by hand or by API.

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{CustomerId, MemberId, Region};

use super::{
    admission,
    attributes::{self, Values},
    member::{Member, MemberRefusal, MemberStatus, NewMember},
    set_status::publish,
    store as rows,
};
use crate::licensing::policy;

/// Adds a member.
#[derive(Debug, Clone, Serialize)]
pub struct CreateMember {
    /// To which customer.
    pub customer: CustomerId,
    /// What it is.
    pub new: NewMember,
    /// What brought it: `console` or `api`.
    pub source: &'static str,
}

impl Command for CreateMember {
    const NAME: &'static str = "directory.create_member";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Member;
    type Refusal = MemberRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Member, Fail<MemberRefusal>> {
        // Held before anything is asked: the same address may just be added at another server.
        let Some(mut gate) = admission::gate(cx)? else {
            return Err(MemberRefusal::NotReady { tenant_id: self.customer }.into());
        };
        if rows::email_holder(cx.tx, cx.scope, self.new.email.as_str(), None)?.is_some() {
            return Err(MemberRefusal::EmailTaken {}.into());
        }
        let mut new = self.new.clone();
        new.attributes = attributes_of(cx, &self.new.attributes)?;
        let status = if self.new.active { MemberStatus::Active } else { MemberStatus::Inactive };
        if self.new.active {
            admission::enter(cx, &mut gate, None)?;
        }
        gate.save(cx.tx, cx.scope)?;
        let id: MemberId = cx.new_id();
        let made = [rows::Made { id, new: &new, status, source: self.source, import: None, by_hand: !self.new.active }];
        rows::insert(cx.tx, cx.scope, &made, cx.now)?;
        policy::note_members(cx.tx, cx.scope, 1, 0)?;
        cx.changed("member", id, "email", (), &self.new.email);
        cx.changed("member", id, "status", (), status);
        cx.changed("member", id, "type", (), new.kind.unwrap_or_default());
        cx.changed("member", id, "site", (), new.site);
        cx.changed("member", id, "attributes", (), &new.attributes);
        publish(cx)?;
        rows::find(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(access::Denied::NotFound))
    }
}

/// Values as they are kept, judged by what the customer declared; most members come without any.
pub(super) fn attributes_of<C>(cx: &mut Cx<'_, '_, C>, values: &Values) -> Result<Values, Fail<MemberRefusal>>
where
    C: Command<Home = Region, Refusal = MemberRefusal>,
{
    if values.is_empty() {
        return Ok(Values::new());
    }
    let declared = attributes::of(cx.tx, cx.scope)?;
    Ok(attributes::checked(&declared, values)?)
}
