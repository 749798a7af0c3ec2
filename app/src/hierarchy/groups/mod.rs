//! Groups of customers: chosen by hand, or by a rule whose members are exact at every moment (1.05).
//!
//! Tables: `customer_group`, `group_member`. Whatever changes a customer calls [`settle_customer`] in its own transaction.

mod api;
mod commands;
mod pages;
mod pages_form;
mod queries;
mod rule;
mod store;

pub use api::routes as api;
pub use commands::{AddToGroup, CreateGroup, DeleteGroup, EditGroup, GroupChange, RemoveFromGroup};
pub use pages::routes as pages;
pub use queries::{Group, GroupOf, Groups, GroupsOfCustomer, Member, MembersOf};
pub use rule::{Facts, Rule};

use ::store::{Control, CustomerId, GroupId, PartnerId, Result, Tx, View};
use access::Scope;
use command::{Command, Cx};

/// Decides anew in which rule groups a customer is, and names each change as an effect.
///
/// # Errors
/// The store's.
pub fn settle_customer<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> Result<()> {
    for (group, joined) in settle(cx.tx, cx.scope.partner(), customer)? {
        let (before, after) = if joined { (None, Some(customer)) } else { (Some(customer), None) };
        cx.changed("group", group, "customer", before, after);
    }
    Ok(())
}

/// Takes a customer out of every group of the scope's partner: it moves away.
///
/// # Errors
/// The store's.
pub fn leave_all<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> Result<()> {
    for (group, _) in store::of_customer(cx.tx, cx.scope, customer)? {
        cx.changed("group", group, "customer", customer, ());
    }
    store::leave_all(cx.tx, cx.scope.partner(), customer)
}

/// As [`settle_customer`], for a customer that is being made: gives the groups it joined or left.
///
/// # Errors
/// The store's.
pub fn settle(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Vec<(GroupId, bool)>> {
    let rules = store::rules(tx, partner)?;
    if rules.is_empty() {
        return Ok(Vec::new());
    }
    let Some(facts) = store::facts(tx, partner, customer)? else { return Ok(Vec::new()) };
    let mut changes = Vec::new();
    for (group, rule) in rules {
        let (is, should) = (store::is_member(tx, partner, group, customer)?, rule.matches(&facts));
        if is == should {
            continue;
        }
        if should {
            store::join(tx, partner, group, customer)?;
        } else {
            store::leave(tx, partner, group, customer)?;
        }
        changes.push((group, should));
    }
    Ok(changes)
}

/// Decides anew who is in a group with a rule; gives how many are.
fn settle_group(tx: &mut Tx<'_, Control>, partner: PartnerId, group: GroupId, rule: &Rule) -> Result<i64> {
    store::empty(tx, partner, group)?;
    let matching: Vec<CustomerId> =
        store::all_facts(tx, partner)?.into_iter().filter(|(_, f)| rule.matches(f)).map(|(customer, _)| customer).collect();
    store::join_all(tx, partner, group, &matching)?;
    Ok(i64::try_from(matching.len()).unwrap_or(i64::MAX))
}

/// The groups a customer is in, for pages that show them beside other things.
///
/// # Errors
/// The store's.
pub fn of_customer<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<(GroupId, String)>> {
    store::of_customer(view, scope, customer)
}
