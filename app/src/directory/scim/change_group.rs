//! Groups: made, changed, removed, asked for.

use std::collections::BTreeSet;

use access::{
    Denied, Scope,
    permissions::{ManageMembers, ReadMembers},
};
use command::{Command, Cx, Fail, Query};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};
use serde_json::Value;
use store::{CustomerId, DirectoryGroupId, MemberId, Region, Timestamp, Uuid, View};

use super::{
    change_user::Meant,
    compiled::{Node, Test},
    create_user::{hash_of, ready},
    error::ScimError,
    filter::Op,
    find::{Found, Part, Sieve},
    group::{Draft, Group, Members},
    patch::Operation,
    resource,
    schema::GROUPS_OF_USERS,
    store::{self as rows, GroupRow},
};

/// What becomes of a group.
#[derive(Debug, Clone)]
pub enum Draws {
    /// It is made.
    New(Draft),
    /// Everything the directory may change is as here.
    Replace(DirectoryGroupId, Draft),
    /// These operations, and what was sent.
    Patch(DirectoryGroupId, Vec<Operation>, Value),
}

/// Makes or changes a group.
#[derive(Debug)]
pub struct WriteGroup {
    /// Of which tenant.
    pub customer: CustomerId,
    /// Which version.
    pub meant: Meant,
    /// To what.
    pub change: Draws,
    /// Whether its members are shown in the answer.
    pub members: bool,
}

impl Serialize for WriteGroup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (id, hash) = match &self.change {
            Draws::New(draft) => (None, hash_of(&(&draft.fields, &draft.members))),
            Draws::Replace(id, draft) => (Some(id), hash_of(&(&draft.fields, &draft.members))),
            Draws::Patch(id, _, sent) => (Some(id), hash_of(sent)),
        };
        let mut out = serializer.serialize_struct("WriteGroup", 3)?;
        out.serialize_field("customer", &self.customer)?;
        out.serialize_field("group", &id)?;
        out.serialize_field("sha256", &hash)?;
        out.end()
    }
}

impl Command for WriteGroup {
    const NAME: &'static str = "directory.scim.write_group";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Group;
    type Refusal = ScimError;

    fn node(&self) -> command::Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Group, Fail<ScimError>> {
        ready(cx)?;
        let id = match &self.change {
            Draws::New(draft) => self.make(cx, draft)?,
            Draws::Replace(id, _) | Draws::Patch(id, ..) => {
                self.change(cx, *id)?;
                *id
            }
        };
        let row = rows::find_group(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(Denied::NotFound))?;
        let members = if self.members { rows::members(cx.tx, cx.scope, id)? } else { Vec::new() };
        Ok(Group::of(row, members))
    }
}

impl WriteGroup {
    fn make(&self, cx: &mut Cx<'_, '_, Self>, draft: &Draft) -> Result<DirectoryGroupId, Fail<ScimError>> {
        resource::check(&GROUPS_OF_USERS, &draft.fields)?;
        let id = cx.new_id();
        let row = GroupRow {
            id,
            name: draft.text("displayName").unwrap_or_default(),
            external_id: draft.text("externalId"),
            created_at: cx.now,
            updated_at: cx.now,
            version: 1,
        };
        rows::insert_group(cx.tx, cx.scope, &row)?;
        cx.changed("directory_group", id, "displayName", (), &row.name);
        belong(cx, id, &Members::new(), &draft.members)?;
        Ok(id)
    }

    fn change(&self, cx: &mut Cx<'_, '_, Self>, id: DirectoryGroupId) -> Result<(), Fail<ScimError>> {
        let row = rows::find_group(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(Denied::NotFound))?;
        self.meant.check(row.version)?;
        let known = rows::members(cx.tx, cx.scope, id)?;
        let before = Draft::of(&row, &known);
        let mut after = before.clone();
        match &self.change {
            Draws::Replace(_, draft) => after = draft.clone(),
            Draws::Patch(_, operations, _) => after.apply(operations)?,
            Draws::New(_) => {}
        }
        resource::check(&GROUPS_OF_USERS, &after.fields)?;
        if before == after {
            return Ok(());
        }
        let name = after.text("displayName").unwrap_or_default();
        let changed = GroupRow { name, external_id: after.text("externalId"), updated_at: cx.now, ..row.clone() };
        rows::update_group(cx.tx, cx.scope, &changed)?;
        cx.changed("directory_group", id, "displayName", &row.name, &changed.name);
        cx.changed("directory_group", id, "externalId", &row.external_id, &changed.external_id);
        belong(cx, id, &before.members, &after.members)
    }
}

/// Lets members in and out: those who come are the tenant's own, and no group lies in itself.
fn belong(cx: &mut Cx<'_, '_, WriteGroup>, group: DirectoryGroupId, before: &Members, after: &Members) -> Result<(), Fail<ScimError>> {
    let gone: Vec<Uuid> = before.keys().filter(|id| !after.contains_key(id)).copied().collect();
    let come: Vec<(Uuid, bool)> = after.iter().filter(|(id, _)| !before.contains_key(id)).map(|(id, nested)| (*id, *nested)).collect();
    if come.iter().any(|(_, nested)| *nested) {
        rows::hold_nesting(cx.tx, cx.scope)?;
    }
    rows::change_members(cx.tx, cx.scope, group, &gone, &[])?;
    for (id, nested) in &come {
        let known = match nested {
            true => rows::find_group(cx.tx, cx.scope, DirectoryGroupId::new(*id))?.is_some(),
            false => rows::is_member(cx.tx, cx.scope, MemberId::new(*id))?,
        };
        let text = if *nested { DirectoryGroupId::new(*id).to_string() } else { MemberId::new(*id).to_string() };
        if !known {
            return Err(ScimError::value(format!("There is no user or group {text}.")).into());
        }
        if *nested && reaches(cx, DirectoryGroupId::new(*id), group)? {
            return Err(ScimError::value(format!("{text} holds this group: a group cannot lie in itself.")).into());
        }
    }
    rows::change_members(cx.tx, cx.scope, group, &[], &come)?;
    cx.changed("directory_group", group, "members_removed", 0, gone.len());
    cx.changed("directory_group", group, "members_added", 0, come.len());
    Ok(())
}

/// True when a group is another, or holds it at any depth.
fn reaches(cx: &mut Cx<'_, '_, WriteGroup>, from: DirectoryGroupId, to: DirectoryGroupId) -> store::Result<bool> {
    let (mut seen, mut next) = (BTreeSet::from([from]), vec![from]);
    while let Some(group) = next.pop() {
        if group == to {
            return Ok(true);
        }
        next.extend(rows::nested(cx.tx, cx.scope, group)?.into_iter().filter(|g| seen.insert(*g)));
    }
    Ok(false)
}

/// Removes a group. Its members stay.
#[derive(Debug, Serialize)]
pub struct RemoveGroup {
    /// Of which tenant.
    pub customer: CustomerId,
    /// Which.
    pub group: DirectoryGroupId,
    /// Which version.
    #[serde(skip)]
    pub meant: Meant,
}

/// Nothing more to say.
#[derive(Debug, Serialize, Deserialize)]
pub struct Gone {}

impl Command for RemoveGroup {
    const NAME: &'static str = "directory.scim.remove_group";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Gone;
    type Refusal = ScimError;

    fn node(&self) -> command::Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Gone, Fail<ScimError>> {
        let row = rows::find_group(cx.tx, cx.scope, self.group)?.ok_or(Fail::Denied(Denied::NotFound))?;
        self.meant.check(row.version)?;
        rows::delete_group(cx.tx, cx.scope, self.group)?;
        cx.changed("directory_group", self.group, "displayName", &row.name, ());
        Ok(Gone {})
    }
}

/// Asks for one group.
#[derive(Debug)]
pub struct GroupOf {
    /// Of which tenant.
    pub customer: CustomerId,
    /// Which.
    pub group: DirectoryGroupId,
    /// Whether its members are shown.
    pub members: bool,
}

impl Query for GroupOf {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = Option<Group>;

    fn node(&self) -> command::Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> store::Result<Option<Group>> {
        let Some(row) = rows::find_group(view, scope, self.group)? else { return Ok(None) };
        let members = if self.members { rows::members(view, scope, self.group)? } else { Vec::new() };
        Ok(Some(Group::of(row, members)))
    }
}

/// Asks for groups.
#[derive(Debug)]
pub struct Groups {
    /// Of which tenant.
    pub customer: CustomerId,
    /// Which part.
    pub part: Part,
    /// Whether their members are shown.
    pub members: bool,
}

impl Query for Groups {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = Found<Group>;

    fn node(&self) -> command::Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> store::Result<Found<Group>> {
        let mut found = self.find(view, scope)?;
        if self.members {
            for group in found.items.iter_mut().filter(|g| g.members.is_empty()) {
                group.members = rows::members(view, scope, group.id)?;
            }
        }
        Ok(found)
    }
}

impl Groups {
    fn find(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>) -> store::Result<Found<Group>> {
        let part = &self.part;
        let bare = |row: GroupRow| Group::of(row, Vec::new());
        if part.filter.is_none() && part.sort.is_none() {
            let after = part.after.map(DirectoryGroupId::new);
            let items = if part.count > 0 { rows::groups(view, scope, after, part.count, part.skip)? } else { Vec::new() };
            return Ok(Found { total: rows::count_groups(view, scope)?, items: items.into_iter().map(bare).collect() });
        }
        let mut sieve = Sieve::new(part);
        let asks = sieve.asks("members");
        let mut last = None;
        let called = part.filter.as_ref().and_then(called);
        loop {
            let found = match &called {
                Some(Called::Name(key)) => rows::groups_called(view, scope, key)?,
                Some(Called::Id(id)) => rows::find_group(view, scope, *id)?.into_iter().collect(),
                None => rows::groups(view, scope, last, CHUNK, 0)?,
            };
            let full = called.is_none() && i64::try_from(found.len()).is_ok_and(|n| n == CHUNK);
            last = found.last().map(|g| g.id);
            for row in found {
                let members = if asks { rows::members(view, scope, row.id)? } else { Vec::new() };
                sieve.take(Group::of(row, members));
            }
            if !full {
                return Ok(sieve.found());
            }
        }
    }
}

/// Rows read at once.
const CHUNK: i64 = 1_000;

/// What an index finds.
enum Called {
    Name(String),
    Id(DirectoryGroupId),
}

fn called(node: &Node) -> Option<Called> {
    match node {
        Node::And(all) => all.iter().find_map(called),
        Node::Test(place, Test::Text(Op::Eq, text, _)) => match place.attribute?.name {
            "displayName" => Some(Called::Name(text.clone())),
            "id" => Some(Called::Id(DirectoryGroupId::parse(text).unwrap_or(DirectoryGroupId::new(Uuid::nil())))),
            _ => None,
        },
        _ => None,
    }
}
