//! Making, changing and deleting groups of members, and choosing their members by hand.

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberGroupId, MemberId, Region};

use super::{
    Which,
    group::{GroupRefusal, MOST, MemberGroup},
    store as rows,
};
use crate::{
    directory::store as members,
    hierarchy::refusal::{clearable, given},
    noun::{Name, Note},
};

fn found<C>(cx: &mut Cx<'_, '_, C>, group: MemberGroupId) -> Result<MemberGroup, Fail<GroupRefusal>>
where
    C: Command<Home = Region, Refusal = GroupRefusal>,
{
    rows::find(cx.tx, cx.scope, group)?.ok_or(Fail::Denied(access::Denied::NotFound))
}

/// The group as it stands, whoever changes it at another server.
fn held<C>(cx: &mut Cx<'_, '_, C>, group: MemberGroupId) -> Result<MemberGroup, Fail<GroupRefusal>>
where
    C: Command<Home = Region, Refusal = GroupRefusal>,
{
    rows::hold(cx.tx, cx.scope, group)?.ok_or(Fail::Denied(access::Denied::NotFound))
}

/// The members of a group with a rule are not chosen.
fn by_hand<C>(cx: &mut Cx<'_, '_, C>, group: MemberGroupId) -> Result<MemberGroup, Fail<GroupRefusal>>
where
    C: Command<Home = Region, Refusal = GroupRefusal>,
{
    let held = held(cx, group)?;
    if held.rule.is_some() { Err(GroupRefusal::ByRule {}.into()) } else { Ok(held) }
}

fn fresh(asked: i64, version: i64) -> Result<(), GroupRefusal> {
    if asked == version { Ok(()) } else { Err(GroupRefusal::Stale { version }) }
}

/// Makes a group.
#[derive(Debug, Serialize)]
pub struct CreateMemberGroup {
    /// Whose.
    pub customer: CustomerId,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Option<Note>,
    /// Who belongs to it; none: chosen by hand.
    pub rule: Option<Which>,
}

impl Command for CreateMemberGroup {
    const NAME: &'static str = "directory.groups.create";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = MemberGroup;
    type Refusal = GroupRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<MemberGroup, Fail<GroupRefusal>> {
        if rows::list(cx.tx, cx.scope)?.len() >= MOST {
            return Err(GroupRefusal::TooMany { most: MOST }.into());
        }
        if rows::name_taken(cx.tx, cx.scope, self.name.as_str(), None)? {
            return Err(GroupRefusal::NameTaken {}.into());
        }
        let made = MemberGroup {
            id: cx.new_id(),
            name: self.name.as_str().to_owned(),
            description: self.description.as_ref().map_or_else(String::new, |d| d.as_str().to_owned()),
            rule: self.rule.clone(),
            created_at: cx.now,
            version: 1,
        };
        rows::insert(cx.tx, cx.scope, &made)?;
        cx.changed("member_group", made.id, "name", (), &made.name);
        cx.changed("member_group", made.id, "rule", (), &made.rule);
        if let Some(rule) = &made.rule {
            let members = members::count(cx.tx, cx.scope, rule, None, None)?;
            cx.changed("member_group", made.id, "members", 0, members);
        }
        Ok(made)
    }
}

/// What to change of a group; what is left out stays. With a rule, whoever was chosen by hand is let go of; without one any
/// more, the group is empty and chosen by hand.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberGroupChange {
    /// Its name.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is for; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<Note>>,
    /// Who belongs to it; null clears.
    #[serde(default, deserialize_with = "web::door::clearable_object", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Which>)]
    pub rule: Option<Option<Which>>,
}

/// Changes a group.
#[derive(Debug, Serialize)]
pub struct EditMemberGroup {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub group: MemberGroupId,
    /// The version the change was made against.
    pub version: i64,
    /// What to change.
    pub change: MemberGroupChange,
}

impl Command for EditMemberGroup {
    const NAME: &'static str = "directory.groups.edit";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = MemberGroup;
    type Refusal = GroupRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<MemberGroup, Fail<GroupRefusal>> {
        let before = held(cx, self.group)?;
        fresh(self.version, before.version)?;
        let mut after = before.clone();
        if let Some(name) = &self.change.name {
            name.as_str().clone_into(&mut after.name);
            if rows::name_taken(cx.tx, cx.scope, &after.name, Some(self.group))? {
                return Err(GroupRefusal::NameTaken {}.into());
            }
        }
        if let Some(about) = &self.change.description {
            after.description = about.as_ref().map_or_else(String::new, |d| d.as_str().to_owned());
        }
        if let Some(rule) = &self.change.rule {
            after.rule.clone_from(rule);
        }
        if before == after {
            return Ok(before);
        }
        if after.rule.is_some() && before.rule.is_none() {
            rows::empty(cx.tx, cx.scope, self.group)?;
        }
        rows::update(cx.tx, cx.scope, &after)?;
        cx.changed("member_group", self.group, "name", &before.name, &after.name);
        cx.changed("member_group", self.group, "description", &before.description, &after.description);
        cx.changed("member_group", self.group, "rule", &before.rule, &after.rule);
        found(cx, self.group)
    }
}

/// Deletes a group; its members stay what they are.
#[derive(Debug, Serialize)]
pub struct DeleteMemberGroup {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub group: MemberGroupId,
    /// The version it was seen in.
    pub version: i64,
}

impl Command for DeleteMemberGroup {
    const NAME: &'static str = "directory.groups.delete";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = ();
    type Refusal = GroupRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<GroupRefusal>> {
        let group = held(cx, self.group)?;
        fresh(self.version, group.version)?;
        rows::delete(cx.tx, cx.scope, self.group)?;
        cx.changed("member_group", self.group, "name", &group.name, ());
        Ok(())
    }
}

/// Puts members into a group.
#[derive(Debug, Serialize)]
pub struct AddToMemberGroup {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub group: MemberGroupId,
    /// Whom; who is in it already stays.
    pub members: Vec<MemberId>,
}

impl Command for AddToMemberGroup {
    const NAME: &'static str = "directory.groups.add_members";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = MemberGroup;
    type Refusal = GroupRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<MemberGroup, Fail<GroupRefusal>> {
        let group = by_hand(cx, self.group)?;
        let mut joined = false;
        for member in &self.members {
            if rows::join(cx.tx, cx.scope, self.group, *member)? {
                joined = true;
                cx.changed("member_group", self.group, "member", (), member);
            } else if members::find(cx.tx, cx.scope, *member)?.is_none() {
                return Err(GroupRefusal::UnknownMember {}.into());
            }
        }
        if !joined {
            return Ok(group);
        }
        rows::touch(cx.tx, cx.scope, self.group)?;
        found(cx, self.group)
    }
}

/// Takes a member out of a group.
#[derive(Debug, Serialize)]
pub struct RemoveFromMemberGroup {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub group: MemberGroupId,
    /// Whom.
    pub member: MemberId,
}

impl Command for RemoveFromMemberGroup {
    const NAME: &'static str = "directory.groups.remove_member";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = MemberGroup;
    type Refusal = GroupRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<MemberGroup, Fail<GroupRefusal>> {
        by_hand(cx, self.group)?;
        if !rows::part(cx.tx, cx.scope, self.group, self.member)? {
            return Err(Fail::Denied(access::Denied::NotFound));
        }
        rows::touch(cx.tx, cx.scope, self.group)?;
        cx.changed("member_group", self.group, "member", self.member, ());
        found(cx, self.group)
    }
}
