//! Which attributes there are.

use access::{
    Scope,
    permissions::{ManageMembers, ReadMembers},
};
use command::{Node, Query};
use store::{CustomerId, MemberAttributeId, Region, Result, Timestamp, View};

use super::{attribute::Attribute, store as rows};

/// Asks for the attributes a customer declared, by name, and whether the caller may change them.
#[derive(Debug)]
pub struct AttributesOf {
    /// Whose.
    pub customer: CustomerId,
}

impl Query for AttributesOf {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = (Vec<Attribute>, bool);

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> Result<Self::Found> {
        Ok((rows::list(view, scope)?, scope.also::<ManageMembers>()))
    }
}

/// Asks for one of them, and how many members have a value of it.
#[derive(Debug)]
pub(super) struct AttributeOf {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub attribute: MemberAttributeId,
}

impl Query for AttributeOf {
    type Home = Region;
    type Needs = ManageMembers;
    type Found = Option<(Attribute, i64)>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, _: Timestamp) -> Result<Self::Found> {
        let Some(found) = rows::list(view, scope)?.into_iter().find(|a| a.id == self.attribute) else { return Ok(None) };
        let holders = rows::count_holders(view, scope, &found.name)?;
        Ok(Some((found, holders)))
    }
}
