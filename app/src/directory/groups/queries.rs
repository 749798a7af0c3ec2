//! Which groups there are, and how many members they have.

use access::{
    Scope,
    permissions::{ManageMembers, ReadMembers},
};
use command::{Node, Query};
use store::{CustomerId, MemberGroupId, Region, Result, Timestamp, View};

use super::{group::MemberGroup, store as rows};

/// Asks for the groups of a customer by name, and whether the caller may change them.
#[derive(Debug)]
pub struct MemberGroups {
    /// Whose.
    pub customer: CustomerId,
}

impl Query for MemberGroups {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = (Vec<MemberGroup>, bool);

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> Result<Self::Found> {
        Ok((rows::list(view, scope)?, scope.also::<ManageMembers>()))
    }
}

/// Asks for one of them.
#[derive(Debug)]
pub struct MemberGroupOf {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub group: MemberGroupId,
}

impl Query for MemberGroupOf {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = Option<MemberGroup>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> Result<Self::Found> {
        rows::find(view, scope, self.group)
    }
}
