//! What becomes of a customer's alerts when it leaves its partner: they end there. The new partner judges for itself.

use command::{Command, Cx};
use store::{Control, CustomerId, Result, View};

use super::store as rows;

/// Closes every alert of a customer that moves away from the scope's partner.
///
/// # Errors
/// The store's.
pub fn let_go<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> Result<()> {
    let partner = cx.scope.partner();
    for old in rows::watched(cx.tx, partner, customer)? {
        rows::clear(cx.tx, partner, old.id, cx.now)?;
        if old.resolved_at.is_none() {
            cx.changed("alert", old.id, old.code.word(), "open", "cleared");
        }
    }
    Ok(())
}

/// How many alerts of a customer are open at a partner.
///
/// # Errors
/// The store's.
pub fn open_of(view: &mut View<'_, Control>, partner: store::PartnerId, customer: CustomerId) -> Result<usize> {
    Ok(rows::watched(view, partner, customer)?.iter().filter(|w| w.resolved_at.is_none()).count())
}
