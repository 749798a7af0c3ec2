//! Changing what is known of a member.

use std::collections::BTreeMap;

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{CustomerId, MemberId, Region, SiteId};

use super::{
    admission,
    attributes::Values,
    create::attributes_of,
    held::{self, Domains},
    member::{Member, MemberRefusal, MemberStatus, MemberType},
    set_status::{BY_HAND, publish, turn},
    store as rows,
};
use crate::noun::{Email, Name};

/// Changes a member; what is absent stays.
#[derive(Debug, Clone, Serialize)]
pub struct EditMember {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which member.
    pub member: MemberId,
    /// The version that was read; none where only the status is set.
    pub version: Option<i64>,
    /// Its address.
    pub email: Option<Email>,
    /// Its name.
    pub name: Option<Name>,
    /// Its id in the customer's directory; `Some(None)` takes it away.
    pub external_id: Option<Option<Name>>,
    /// Where it works.
    pub department: Option<Option<Name>>,
    /// As what.
    pub title: Option<Option<Name>>,
    /// Language tag.
    pub language: Option<Option<Name>>,
    /// Of what type it is.
    pub kind: Option<MemberType>,
    /// Its site: the one it belongs to, for no other is taken.
    pub site: Option<Option<SiteId>>,
    /// Attributes by name; none takes one away.
    pub attributes: BTreeMap<String, Option<Name>>,
    /// Whether it is let in.
    pub active: Option<bool>,
}

impl Command for EditMember {
    const NAME: &'static str = "directory.edit_member";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Member;
    type Refusal = MemberRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Member, Fail<MemberRefusal>> {
        // Held before it is read: what is compared and kept is the member as it stands, whoever changes it at another server.
        admission::hold(cx)?;
        let before = rows::hold(cx.tx, cx.scope, self.member)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if self.version.is_some_and(|v| v != before.version) {
            return Err(MemberRefusal::Stale { version: before.version }.into());
        }
        if self.site.is_some_and(|site| site != before.site_id) {
            return Err(MemberRefusal::SiteFixed {}.into());
        }
        let mut after = self.applied(&before);
        self.set_attributes(cx, &mut after)?;
        if after.email != before.email && rows::email_holder(cx.tx, cx.scope, &after.email, Some(before.id))?.is_some() {
            return Err(MemberRefusal::EmailTaken {}.into());
        }
        if after != before {
            rows::update(cx.tx, cx.scope, std::slice::from_ref(&after), cx.now)?;
            note(cx, &before, &after);
        }
        let before = self.let_in(cx, before, &after.email)?;
        if let Some(active) = self.active {
            turn(cx, &before, active, BY_HAND)?;
        }
        rows::find(cx.tx, cx.scope, self.member)?.ok_or(Fail::Denied(access::Denied::NotFound))
    }
}

impl EditMember {
    /// A member that was held for its old address comes in by one that is proved.
    fn let_in(&self, cx: &mut Cx<'_, '_, Self>, before: Member, email: &str) -> Result<Member, Fail<MemberRefusal>> {
        if before.status != MemberStatus::Held || email == before.email || !Domains::of(cx.tx, cx.scope)?.hold(email) {
            return Ok(before);
        }
        let status = held::settle(cx, &before, held::Want::In, "manual")?;
        publish(cx)?;
        Ok(Member { status, ..before })
    }

    /// Takes over what is said of attributes. What stood there before is not judged: its attribute may take other values by now.
    fn set_attributes(&self, cx: &mut Cx<'_, '_, Self>, after: &mut Member) -> Result<(), Fail<MemberRefusal>> {
        let said = |(name, value): (&String, &Option<Name>)| Some((name.clone(), value.as_ref()?.as_str().to_owned()));
        let said: Values = self.attributes.iter().filter_map(said).collect();
        after.attributes.retain(|name, _| !self.attributes.contains_key(name));
        after.attributes.extend(attributes_of(cx, &said)?);
        Ok(())
    }

    /// The member as it will be, its status and its attributes left alone.
    fn applied(&self, before: &Member) -> Member {
        let text = |edit: &Option<Option<Name>>, old: &Option<String>| match edit {
            Some(new) => new.as_ref().map(|n| n.as_str().to_owned()),
            None => old.clone(),
        };
        Member {
            email: self.email.as_ref().map_or_else(|| before.email.clone(), |e| e.as_str().to_owned()),
            name: self.name.as_ref().map_or_else(|| before.name.clone(), |n| n.as_str().to_owned()),
            external_id: text(&self.external_id, &before.external_id),
            department: text(&self.department, &before.department),
            title: text(&self.title, &before.title),
            language: text(&self.language, &before.language),
            kind: self.kind.unwrap_or(before.kind),
            ..before.clone()
        }
    }
}

fn note(cx: &mut Cx<'_, '_, EditMember>, before: &Member, after: &Member) {
    let id = before.id;
    cx.changed("member", id, "email", &before.email, &after.email);
    cx.changed("member", id, "name", &before.name, &after.name);
    cx.changed("member", id, "external_id", &before.external_id, &after.external_id);
    cx.changed("member", id, "department", &before.department, &after.department);
    cx.changed("member", id, "title", &before.title, &after.title);
    cx.changed("member", id, "language", &before.language, &after.language);
    cx.changed("member", id, "type", before.kind, after.kind);
    cx.changed("member", id, "attributes", &before.attributes, &after.attributes);
}
