//! Which groups there are, and how many members they have.

use access::{
    Scope,
    permissions::{ManageMembers, ReadMembers},
};
use command::Query;
use store::{CustomerId, MemberGroupId, Region, Result, Timestamp, Uuid, View};

use super::{group::MemberGroup, store as rows};
use crate::directory::store as members;

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

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> Result<Self::Found> {
        Ok((rows::list(view, scope)?, scope.also::<ManageMembers>()))
    }
}

/// Asks for one of them, and how many members it has now.
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
    type Found = Option<(MemberGroup, i64)>;

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> Result<Self::Found> {
        let Some(group) = rows::find(view, scope, self.group)? else { return Ok(None) };
        let count = match &group.rule {
            Some(rule) => members::count(view, scope, rule, None, None)?,
            None => members::count(view, scope, &super::Which::default(), Some(group.id), None)?,
        };
        Ok(Some((group, count)))
    }
}
