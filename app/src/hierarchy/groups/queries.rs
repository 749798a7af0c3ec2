//! Questions about groups. Counts and lists show the same customers: those the asker sees.

use access::{Scope, permissions::Read};
use command::{Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, GroupId, PartnerId, Result, Timestamp, Uuid, View};

use super::{Rule, store as rows};

/// A group of customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name, unique in the partner.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who belongs to it; null when members are chosen by hand.
    pub rule: Option<Rule>,
    /// How many customers it holds (of those the asker sees).
    pub customers: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
}

/// A customer in a group.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Member {
    /// The customer.
    pub id: CustomerId,
    /// Its name.
    pub name: String,
    #[serde(skip)]
    pub(super) name_key: String,
    /// The number people use.
    pub account_number: String,
    /// Its primary domain.
    pub domain: Option<String>,
    /// What it bought.
    pub tier: String,
    /// Where it is in its life.
    pub lifecycle: String,
}

/// Asks for a partner's groups by name.
#[derive(Debug)]
pub struct Groups {
    /// Whose.
    pub partner: PartnerId,
    /// A part of the name.
    pub q: String,
    /// The last row seen.
    pub after: Option<(String, Uuid)>,
    /// Rows wanted.
    pub limit: i64,
}

impl Query for Groups {
    type Home = Control;
    type Needs = Read;
    /// The rows and how many there are in all.
    type Found = (Vec<Group>, i64);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Self::Found> {
        rows::list(view, scope, &self.q, self.after.as_ref(), self.limit)
    }
}

/// Asks for one group.
#[derive(Debug)]
pub struct GroupOf {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub group: GroupId,
}

impl Query for GroupOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Group>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Option<Group>> {
        rows::find(view, scope, self.group)
    }
}

/// Asks for the customers of a group by name; none when there is no such group.
#[derive(Debug)]
pub struct MembersOf {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub group: GroupId,
    /// The last row seen.
    pub after: Option<(String, Uuid)>,
    /// Rows wanted.
    pub limit: i64,
}

impl Query for MembersOf {
    type Home = Control;
    type Needs = Read;
    /// The group, the rows, and the customers that could be added (for the page).
    type Found = Option<(Group, Vec<Member>, Vec<(CustomerId, String)>)>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Self::Found> {
        let Some(group) = rows::find(view, scope, self.group)? else { return Ok(None) };
        let members = rows::members(view, scope, self.group, self.after.as_ref(), self.limit)?;
        let choices = if group.rule.is_none() { rows::choices(view, scope, self.group, 500)? } else { Vec::new() };
        Ok(Some((group, members, choices)))
    }
}

/// Asks in which groups a customer is.
#[derive(Debug)]
pub struct GroupsOfCustomer {
    /// Which customer.
    pub customer: CustomerId,
}

impl Query for GroupsOfCustomer {
    type Home = Control;
    type Needs = Read;
    type Found = Vec<(GroupId, String)>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Self::Found> {
        rows::of_customer(view, scope, self.customer)
    }
}
