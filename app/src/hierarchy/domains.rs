//! News of the domains that are proved to be a customer's: its region judges by them whom a directory may let in.

use command::{Command, Cx};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Result, View};

use super::store as rows;

/// The job kind of [`DomainsChanged`].
pub const DOMAINS_CHANGED: &str = "domains-changed";

/// News: these domains, and no others, are proved to be a customer's.
#[derive(Debug, Serialize, Deserialize)]
pub struct DomainsChanged {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub domains: Vec<String>,
    /// The customer's version at that time: it rises with every change of a domain, also over a move.
    pub version: i64,
}

/// The domains that are proved to be a customer's, in order.
///
/// # Errors
/// The store's.
pub fn verified(view: &mut View<'_, Control>, customer: CustomerId) -> Result<Vec<String>> {
    rows::verified_domains(view, customer)
}

/// Tells a customer's domains. To be called after the change and after the customer's version has risen.
///
/// # Errors
/// The store's.
pub fn tell<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> Result<()> {
    let Some(version) = rows::version(cx.tx, cx.scope.partner(), customer)? else { return Ok(()) };
    let domains = rows::verified_domains(cx.tx, customer)?;
    cx.tell(DOMAINS_CHANGED, &DomainsChanged { customer, domains, version });
    Ok(())
}
