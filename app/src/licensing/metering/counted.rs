//! What one month counts of each customer that is billed here for it, for whoever charges by it.

use std::collections::HashMap;

use access::Scope;
use store::{Control, CustomerId, Result, View};

use super::store as rows;
use crate::licensing::month::{Counted, Month};

/// By customer billed here in a month: its different members, and those active at its end (of the running month: now). A final month
/// keeps its number of different members. One of which nothing was said had no change.
///
/// # Errors
/// The store's.
pub fn counted<P>(view: &mut View<'_, Control>, scope: &Scope<P>, month: Month) -> Result<HashMap<CustomerId, Counted>> {
    let stretches = rows::stretches(view, scope, [month, month], rows::Whose::All)?;
    let said = rows::said(view, scope, [month, month], rows::Whose::All)?;
    let of = |s: rows::Stretch| {
        let told = said.get(&s.customer).and_then(|months| months.first().copied());
        (s.customer, told.unwrap_or(Counted { month, users: s.active, active_users: s.active }))
    };
    Ok(stretches.into_iter().map(of).collect())
}
