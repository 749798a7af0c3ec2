//! People and tokens when a customer leaves its partner.

use command::{Command, Cx};
use store::{Control, CustomerId, GroupId, PartnerId, Result, View};

use super::store as rows;

/// Readies reach for a customer's leave, while it is still the scope's partner's and in its groups.
///
/// # Errors
/// The store's.
pub fn loosen<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> Result<()> {
    let partner = cx.scope.partner();
    rows::keep_unseen(cx.tx, partner, customer)?;
    let unassigned = rows::unassign(cx.tx, partner, customer)?;
    cx.changed("customer", customer, "assignments", unassigned, 0);
    Ok(())
}

/// Ends what the former partner's people held at the customer itself, once the tree names the new partner. The customer's own
/// administrators come along.
///
/// # Errors
/// The store's.
pub fn let_go<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, to: PartnerId) -> Result<()> {
    let from = cx.scope.partner();
    let ended = rows::end_visitors(cx.tx, customer, to, cx.now)?;
    cx.changed("customer", customer, "memberships", ended, 0);
    let tokens = rows::end_stray_tokens(cx.tx, customer, cx.now)?;
    cx.changed("customer", customer, "tokens", tokens, 0);
    let admins = rows::rehome(cx.tx, customer, from, to)?;
    cx.changed("customer", customer, "administrators", 0, admins);
    Ok(())
}

/// Names of the people of a partner who see a customer, or would if it were the partner's.
///
/// # Errors
/// The store's.
pub fn sight(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Vec<String>> {
    rows::sight(view, partner, customer)
}

/// How many people have a group in their reach: while there are any it cannot go, for who sees all but a group would see more.
///
/// # Errors
/// The store's.
pub fn assigned_by(view: &mut View<'_, Control>, group: GroupId) -> Result<i64> {
    rows::assigned_by(view, group)
}
