//! Which rules there are, and whom they would change now.

use access::{
    Scope,
    permissions::{ManageMembers, ReadMembers},
};
use command::{Node, Query};
use serde::Serialize;
use store::{CustomerId, MemberId, Region, Result, StatusRuleId, Timestamp, View};

use super::{
    rule::{StatusRule, Turn, decide},
    store as rows,
};
use crate::{directory::MemberStatus, licensing::policy};

/// Asks for the rules of a customer, in the order in which they are asked, and whether the caller may change them.
#[derive(Debug)]
pub struct StatusRules {
    /// Whose.
    pub customer: CustomerId,
}

impl Query for StatusRules {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = (Vec<StatusRule>, bool);

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> Result<Self::Found> {
        Ok((rows::list(view, scope)?, scope.also::<ManageMembers>()))
    }
}

/// What a rule would change of a member.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RuleChange {
    /// Which member.
    pub member_id: MemberId,
    /// Its name.
    pub name: String,
    /// Its mail address.
    pub email: String,
    /// What it is.
    pub from: MemberStatus,
    /// What it becomes; whoever finds no seat waits.
    pub to: Turn,
    /// By which rule.
    pub rule_id: StatusRuleId,
    /// What that one is called.
    pub rule: String,
}

/// Asks whom the rules would change now: the first of them by when they came, and how many they are.
#[derive(Debug)]
pub struct ChangesOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// How many to name.
    pub limit: usize,
}

impl Query for ChangesOf {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = (Vec<RuleChange>, i64);

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, now: Timestamp) -> Result<Self::Found> {
        let rules = rows::list(view, scope)?;
        let (mut named, mut total) = (Vec::new(), 0);
        if rules.is_empty() {
            return Ok((named, total));
        }
        let free = policy::is_free(view, scope, now)?;
        rows::people(view, scope, None, i64::MAX, |member, person| {
            let Some(rule) = decide(&rules, member.status, &person, free, now) else { return };
            total += 1;
            if named.len() < self.limit {
                named.push(RuleChange {
                    member_id: member.id,
                    name: member.name,
                    email: member.email,
                    from: member.status,
                    to: rule.then,
                    rule_id: rule.id,
                    rule: rule.name.clone(),
                });
            }
        })?;
        Ok((named, total))
    }
}
