//! Making rules and taking them away. A rule that changed is another rule: its members' history names the old one.

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Node, Refusal};
use serde::Serialize;
use store::{CustomerId, Region, StatusRuleId};

use super::{
    rule::{Condition, StatusRule, Turn},
    store as rows,
};
use crate::noun::Name;

/// Rules of a customer at most.
pub const MOST: usize = 20;

/// Why a rule is not made.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleRefusal {
    /// There are too many.
    TooMany {
        /// How many there may be.
        most: usize,
    },
}

impl Refusal for RuleRefusal {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        "too-many-rules"
    }
    fn title(&self) -> String {
        format!("A customer has {MOST} rules at most")
    }
    fn detail(&self) -> String {
        "Remove one first. Nothing was changed.".into()
    }
}

/// Adds a rule behind those there are.
#[derive(Debug, Serialize)]
pub struct AddStatusRule {
    /// Whose.
    pub customer: CustomerId,
    /// What people call it.
    pub name: Name,
    /// What has to hold; something is said.
    pub when: Condition,
    /// What follows.
    pub then: Turn,
}

impl Command for AddStatusRule {
    const NAME: &'static str = "directory.status_rules.add";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = StatusRule;
    type Refusal = RuleRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<StatusRule, Fail<RuleRefusal>> {
        if rows::list(cx.tx, cx.scope)?.len() >= MOST {
            return Err(RuleRefusal::TooMany { most: MOST }.into());
        }
        let rule = StatusRule {
            id: cx.new_id(),
            name: self.name.as_str().to_owned(),
            when: self.when.clone(),
            then: self.then,
            created_at: cx.now,
        };
        rows::insert(cx.tx, cx.scope, &rule)?;
        cx.changed("status_rule", rule.id, "name", (), &self.name);
        cx.changed("status_rule", rule.id, "when", (), &self.when);
        cx.changed("status_rule", rule.id, "then", (), self.then);
        Ok(rule)
    }
}

/// Removes a rule. What it decided stays.
#[derive(Debug, Serialize)]
pub struct RemoveStatusRule {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub rule: StatusRuleId,
}

impl Command for RemoveStatusRule {
    const NAME: &'static str = "directory.status_rules.remove";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = ();
    type Refusal = RuleRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<RuleRefusal>> {
        let name = rows::delete(cx.tx, cx.scope, self.rule)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        cx.changed("status_rule", self.rule, "name", name, ());
        Ok(())
    }
}
