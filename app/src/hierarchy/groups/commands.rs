//! Making, changing and deleting groups, and choosing their members by hand.

use access::permissions::ManageCustomers;
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, GroupId, PartnerId};

use super::{Group, Rule, settle_group, store as rows};
use crate::hierarchy::{
    noun::{Name, Note},
    refusal::{self, Refused, clearable, given},
};

fn found<C>(cx: &mut Cx<'_, '_, C>, group: GroupId) -> Result<Group, Fail<Refused>>
where
    C: Command<Home = Control, Refusal = Refused>,
{
    rows::find(cx.tx, cx.scope, group)?.ok_or(Fail::Denied(access::Denied::NotFound))
}

/// The group as it stands, whoever changes it at another server.
fn held<C>(cx: &mut Cx<'_, '_, C>, group: GroupId) -> Result<Group, Fail<Refused>>
where
    C: Command<Home = Control, Refusal = Refused>,
{
    rows::hold(cx.tx, cx.scope, group)?.ok_or(Fail::Denied(access::Denied::NotFound))
}

/// The members of a group with a rule are not chosen.
fn by_hand<C>(cx: &mut Cx<'_, '_, C>, group: GroupId) -> Result<(), Fail<Refused>>
where
    C: Command<Home = Control, Refusal = Refused>,
{
    if held(cx, group)?.rule.is_some() { Err(Refused::ByRule {}.into()) } else { Ok(()) }
}

/// Makes a group.
#[derive(Debug, Serialize)]
pub struct CreateGroup {
    /// Whose.
    pub partner: PartnerId,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Option<Note>,
    /// Who belongs to it; none: chosen by hand.
    pub rule: Option<Rule>,
}

impl Command for CreateGroup {
    const NAME: &'static str = "hierarchy.groups.create";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Group;
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Group, Fail<Refused>> {
        if rows::name_taken(cx.tx, cx.scope, &store::fold(self.name.as_str()), None)? {
            return Err(Refused::NameTaken {}.into());
        }
        let id: GroupId = cx.new_id();
        let about = self.description.as_ref().map_or("", |d| d.as_str());
        rows::insert(cx.tx, self.partner, id, self.name.as_str(), about, self.rule.as_ref(), cx.now)?;
        cx.changed("group", id, "name", (), &self.name);
        if let Some(rule) = &self.rule {
            let members = settle_group(cx.tx, self.partner, id, rule)?;
            cx.changed("group", id, "rule", (), rule);
            cx.changed("group", id, "customers", 0, members);
        }
        found(cx, id)
    }
}

/// What to change of a group; what is left out stays. Clearing the rule keeps its members, chosen by hand from then on.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupChange {
    /// Its name.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is for; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<Note>>,
    /// Who belongs to it; null clears.
    #[serde(default, deserialize_with = "web::door::clearable_object", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Rule>)]
    pub rule: Option<Option<Rule>>,
}

/// Changes a group.
#[derive(Debug, Serialize)]
pub struct EditGroup {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub group: GroupId,
    /// The version the change was made against.
    pub version: Option<i64>,
    /// What to change.
    pub change: GroupChange,
}

impl Command for EditGroup {
    const NAME: &'static str = "hierarchy.groups.edit";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Group;
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Group, Fail<Refused>> {
        let before = held(cx, self.group)?;
        refusal::fresh(self.version, before.version)?;
        let mut after = before.clone();
        if let Some(name) = &self.change.name {
            name.as_str().clone_into(&mut after.name);
            if rows::name_taken(cx.tx, cx.scope, &store::fold(&after.name), Some(self.group))? {
                return Err(Refused::NameTaken {}.into());
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
        cx.changed("group", self.group, "name", &before.name, &after.name);
        cx.changed("group", self.group, "description", &before.description, &after.description);
        cx.changed("group", self.group, "rule", &before.rule, &after.rule);
        rows::update(cx.tx, self.partner, &after)?;
        if let Some(rule) = after.rule.as_ref().filter(|_| after.rule != before.rule) {
            let members = settle_group(cx.tx, self.partner, self.group, rule)?;
            cx.changed("group", self.group, "customers", before.customers, members);
        }
        found(cx, self.group)
    }
}

/// Deletes a group; its customers stay what they are.
#[derive(Debug, Serialize)]
pub struct DeleteGroup {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub group: GroupId,
    /// The version it was seen in.
    pub version: Option<i64>,
}

impl Command for DeleteGroup {
    const NAME: &'static str = "hierarchy.groups.delete";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = ();
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Refused>> {
        let group = held(cx, self.group)?;
        refusal::fresh(self.version, group.version)?;
        let staff = crate::identity::assigned_by(cx.tx, self.group)?;
        if staff > 0 {
            return Err(Refused::GroupAssigned { staff }.into());
        }
        rows::delete(cx.tx, self.partner, self.group)?;
        cx.changed("group", self.group, "name", &group.name, ());
        Ok(())
    }
}

/// Puts customers into a group.
#[derive(Debug, Serialize)]
pub struct AddToGroup {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub group: GroupId,
    /// Whom; who is in it already stays.
    pub customers: Vec<CustomerId>,
}

impl Command for AddToGroup {
    const NAME: &'static str = "hierarchy.groups.add_customers";
    const TELLS_AGAIN: bool = true;
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Group;
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Group, Fail<Refused>> {
        by_hand(cx, self.group)?;
        let mut joined = false;
        for customer in &self.customers {
            if !rows::reachable(cx.tx, cx.scope, *customer)? {
                return Err(Refused::UnknownCustomer {}.into());
            }
            if rows::join(cx.tx, self.partner, self.group, *customer)? {
                cx.changed("group", self.group, "customer", (), customer);
                joined = true;
            }
        }
        if joined {
            rows::touch(cx.tx, self.partner, self.group)?;
        }
        found(cx, self.group)
    }
}

/// Takes a customer out of a group.
#[derive(Debug, Serialize)]
pub struct RemoveFromGroup {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub group: GroupId,
    /// Whom.
    pub customer: CustomerId,
}

impl Command for RemoveFromGroup {
    const NAME: &'static str = "hierarchy.groups.remove_customer";
    const TELLS_AGAIN: bool = true;
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Group;
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Group, Fail<Refused>> {
        by_hand(cx, self.group)?;
        if !rows::reachable(cx.tx, cx.scope, self.customer)? || !rows::leave(cx.tx, self.partner, self.group, self.customer)? {
            return Err(Fail::Denied(access::Denied::NotFound));
        }
        rows::touch(cx.tx, self.partner, self.group)?;
        cx.changed("group", self.group, "customer", self.customer, ());
        found(cx, self.group)
    }
}
