//! A directory says something else of somebody: PUT and PATCH.
//!
//! The member changes only where the directory's own word changes. A directory repeats itself every few minutes; what a person
//! decided in the console meanwhile (put somebody out, corrected an address) stands until the directory says something new
//! about that very thing. When a directory speaks of a member for the first time, a status that a person decided stands too.

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Node};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::Value;
use store::{CustomerId, MemberId, Region};

use super::{
    create_user::{free, hash_of, ready, said},
    error::ScimError,
    facts::{Facts, facts},
    patch::{self, Operation},
    resource::{self, Fields},
    schema::USERS,
    store as rows,
    user::User,
};
use crate::directory::{
    admission, attributes,
    held::{self, Domains, Want, settle},
    member::Member,
    set_status::publish,
    store as members,
};

/// What changes.
#[derive(Debug, Clone)]
pub enum Change {
    /// Everything the directory may change is as here.
    Replace(Fields),
    /// These operations, and what was sent.
    Patch(Vec<Operation>, Value),
}

impl Change {
    pub(super) fn hash(&self) -> String {
        match self {
            Change::Replace(fields) => hash_of(fields),
            Change::Patch(_, sent) => hash_of(sent),
        }
    }
}

/// The versions a change is meant for.
#[derive(Debug, Clone, Default)]
pub enum Meant {
    /// Any.
    #[default]
    Any,
    /// One of these.
    These(Vec<i64>),
}

impl Meant {
    /// Refuses another version.
    pub(super) fn check(&self, version: i64) -> Result<(), ScimError> {
        match self {
            Meant::These(known) if !known.contains(&version) => Err(ScimError::stale()),
            _ => Ok(()),
        }
    }
}

/// Changes a user.
#[derive(Debug)]
pub struct ChangeUser {
    /// Of which tenant.
    pub customer: CustomerId,
    /// Which.
    pub member: MemberId,
    /// Which version.
    pub meant: Meant,
    /// To what.
    pub change: Change,
}

impl Serialize for ChangeUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("ChangeUser", 3)?;
        out.serialize_field("customer", &self.customer)?;
        out.serialize_field("member", &self.member)?;
        out.serialize_field("sha256", &self.change.hash())?;
        out.end()
    }
}

impl Command for ChangeUser {
    const NAME: &'static str = "directory.scim.change_user";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = User;
    type Refusal = ScimError;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<User, Fail<ScimError>> {
        let mut user = self.meant_user(cx)?;
        ready(cx)?;
        // Most words are repeated ones, and write nothing. Any other is held before it is read: what another server changes just now
        // is neither overwritten nor taken for what was meant.
        if self.turned(&user)?.is_some() {
            admission::hold(cx)?;
            members::hold(cx.tx, cx.scope, self.member)?;
            user = self.meant_user(cx)?;
        }
        if let Some((before, after)) = self.turned(&user)? {
            write(cx, &user, &before, &after)?;
            user = rows::find(cx.tx, cx.scope, self.member)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        }
        rows::add_groups(cx.tx, cx.scope, std::slice::from_mut(&mut user))?;
        Ok(user)
    }
}

impl ChangeUser {
    fn meant_user(&self, cx: &mut Cx<'_, '_, Self>) -> Result<User, Fail<ScimError>> {
        let user = rows::find(cx.tx, cx.scope, self.member)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        self.meant.check(user.member.version)?;
        Ok(user)
    }

    /// What was said of the user and what is said now; none where that is the same.
    fn turned(&self, user: &User) -> Result<Option<(Fields, Fields)>, ScimError> {
        let before = user.fields();
        let after = self.applied(&before)?;
        resource::check(&USERS, &after)?;
        Ok((before != after || user.said.is_none()).then_some((before, after)))
    }

    fn applied(&self, before: &Fields) -> Result<Fields, ScimError> {
        match &self.change {
            Change::Replace(fields) => {
                let mut after = fields.clone();
                // No word is not another word: a PUT that leaves `active` out lets nobody in who was put out.
                if let Some(active) = before.get("active") {
                    after.entry("active").or_insert_with(|| active.clone());
                }
                Ok(after)
            }
            Change::Patch(operations, _) => {
                let mut after = before.clone();
                patch::apply(&USERS, &mut after, operations)?;
                Ok(after)
            }
        }
    }
}

/// Writes a change and what follows from it.
fn write(cx: &mut Cx<'_, '_, ChangeUser>, user: &User, before: &Fields, after: &Fields) -> Result<(), Fail<ScimError>> {
    let (was, is) = (facts(before), facts(after));
    let member = changed(&user.member, &was, &is);
    let taken = Facts { email: if member.email == user.member.email { String::new() } else { member.email.clone() }, ..is.clone() };
    free(cx, &taken, Some(member.id))?;
    rows::update(cx.tx, cx.scope, &member, &is, cx.now)?;
    rows::keep(cx.tx, cx.scope, member.id, said(after))?;
    let known: &[String] = if user.said.is_some() { &was.addresses } else { &[] };
    rows::set_addresses(cx.tx, cx.scope, member.id, known, &is.addresses)?;
    say(cx, &user.member, &member, before, after);
    cx.changed("member", member.id, "directory", user.said.is_some(), true);
    if let Some(want) = wanted(cx, user, &member, &was, &is)?
        && settle(cx, &member, want, "scim")? != user.member.status
    {
        publish(cx)?;
    }
    Ok(())
}

/// Where the member is to be now; none where the directory's word on it is the old one.
fn wanted(cx: &mut Cx<'_, '_, ChangeUser>, user: &User, member: &Member, was: &Facts, is: &Facts) -> Result<Option<Want>, Fail<ScimError>> {
    // The first word on it, ever or since it was taken away, does not overturn what a person decided.
    let first = user.said.is_none() || was.active.is_none();
    let turned = is.active.filter(|_| was.active != is.active && !(first && user.by_hand));
    Ok(held::wanted(&user.member, &member.email, turned, &Domains::of(cx.tx, cx.scope)?))
}

/// The member with what the directory changed.
fn changed(member: &Member, was: &Facts, is: &Facts) -> Member {
    fn newer<T: Clone + PartialEq>(known: &T, was: &T, is: &T) -> T {
        if was == is { known.clone() } else { is.clone() }
    }
    Member {
        email: newer(&member.email, &was.email, &is.email),
        name: is.name.clone().filter(|name| was.name.as_ref() != Some(name)).unwrap_or_else(|| member.name.clone()),
        external_id: is.external_id.clone(),
        department: newer(&member.department, &was.department, &is.department),
        title: newer(&member.title, &was.title, &is.title),
        language: newer(&member.language, &was.language, &is.language),
        attributes: attributes::newer(&member.attributes, &was.attributes, &is.attributes),
        ..member.clone()
    }
}

fn say(cx: &mut Cx<'_, '_, ChangeUser>, known: &Member, member: &Member, before: &Fields, after: &Fields) {
    let id = member.id;
    cx.changed("member", id, "email", &known.email, &member.email);
    cx.changed("member", id, "name", &known.name, &member.name);
    cx.changed("member", id, "external_id", &known.external_id, &member.external_id);
    cx.changed("member", id, "department", &known.department, &member.department);
    cx.changed("member", id, "title", &known.title, &member.title);
    cx.changed("member", id, "language", &known.language, &member.language);
    let differs = |name: &&String| before.get(*name) != after.get(*name);
    let mut names: Vec<&String> = before.keys().chain(after.keys()).filter(differs).collect();
    names.sort_unstable();
    names.dedup();
    cx.changed("member", id, "attributes", (), names);
}
