//! The domains of a customer (2.15, D14): its primary one, which stands in its row, and extra ones beside it. Each is claimed by
//! one customer of a partner, and proved by a record of its own; both kinds are claimed, proved and given up here.
//!
//! Which domains are proved is news for the customer's region: it judges by them whom a directory may let in.
//! Tables: `extra_domain`, `verified_domain`.

pub mod extra;
mod store;

use ::store::{Control, CustomerId, PartnerId, Result, Timestamp, Tx, View};
use access::{Scope, permissions::Read};
use command::{Command, Cx, Node, Query};
use serde::{Deserialize, Serialize};

use super::{
    customers::{self, Customer},
    noun::DomainName,
    standing,
};
use store as rows;

/// Domains a customer may have beside its primary one.
pub const MOST: i64 = 50;

/// A domain of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CustomerDomain {
    /// The domain.
    pub domain: String,
    /// Whether it is the primary one.
    pub primary: bool,
    /// When it was proved; null while it is not.
    pub verified_at: Option<Timestamp>,
}

/// Asks for a customer's domains: the primary one first, the others by name. None when there is no such customer.
#[derive(Debug)]
pub struct DomainsOf {
    /// Whose.
    pub customer: CustomerId,
}

impl Query for DomainsOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Vec<CustomerDomain>>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Self::Found> {
        customers::find(view, scope, self.customer)?.map(|customer| of(view, scope, &customer)).transpose()
    }
}

/// The domains of a customer of the scope's partner, the primary one first.
///
/// # Errors
/// The store's.
pub fn of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: &Customer) -> Result<Vec<CustomerDomain>> {
    let primary = customer.domain.clone();
    let mut all: Vec<CustomerDomain> =
        primary.into_iter().map(|domain| CustomerDomain { domain, primary: true, verified_at: customer.domain_verified_at }).collect();
    let extra = rows::list(view, scope.partner(), customer.id)?;
    all.extend(extra.into_iter().map(|e| CustomerDomain { domain: e.domain, primary: false, verified_at: e.verified_at }));
    Ok(all)
}

/// True when a customer of the scope's partner, other than `but`, claims the domain. Removed customers claim none.
///
/// # Errors
/// The store's.
pub fn taken<P>(view: &mut View<'_, Control>, scope: &Scope<P>, domain: &str, but: Option<CustomerId>) -> Result<bool> {
    rows::taken(view, scope.partner(), domain, but)
}

/// True when a customer of this partner could not be made with this domain, or could not verify it (D14).
///
/// # Errors
/// The store's.
pub fn is_taken<P>(view: &mut View<'_, Control>, scope: &Scope<P>, domain: &DomainName) -> Result<bool> {
    Ok(taken(view, scope, domain.as_str(), None)? || rows::is_verified(view, domain.as_str())?)
}

/// As [`taken`], with the partner's claims held until the transaction ends: of two who claim at once the second sees the first.
pub(super) fn taken_held<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, domain: &str, but: CustomerId) -> Result<bool> {
    standing::store::listed_held(tx, scope.partner())?;
    taken(tx, scope, domain, Some(but))
}

/// Books the proof of a domain; false when another customer of the installation has proved it.
pub(super) fn prove(tx: &mut Tx<'_, Control>, customer: CustomerId, domain: &str, at: Timestamp) -> Result<bool> {
    rows::prove(tx, customer, domain, at)
}

/// Changes places as a customer gets another primary domain: one that was an extra domain keeps its proof, and the former one
/// takes its place. Otherwise the former one is given up.
pub(super) fn change_primary<C>(cx: &mut Cx<'_, '_, C>, before: &Customer, after: &mut Customer) -> Result<()>
where
    C: Command<Home = Control>,
{
    let (partner, id) = (cx.scope.partner(), before.id);
    let promoted = match &after.domain {
        Some(domain) => rows::remove(cx.tx, partner, id, domain)?,
        None => None,
    };
    let Some(promoted) = promoted else {
        return before.domain.as_deref().map_or(Ok(()), |old| rows::release(cx.tx, id, old));
    };
    after.domain_verified_at = promoted.verified_at;
    cx.changed("customer", id, "extra_domain", &promoted.domain, &before.domain);
    match before.domain.clone() {
        Some(domain) => {
            let former = rows::Extra { domain, added_at: cx.now, verified_at: before.domain_verified_at };
            rows::insert(cx.tx, partner, id, &former)
        }
        None => Ok(()),
    }
}

/// Gives up every proof of a customer that goes; what it claimed stays written for its return.
pub(super) fn let_go(tx: &mut Tx<'_, Control>, customer: CustomerId) -> Result<()> {
    rows::release_all(tx, customer)
}

/// Claims the extra domains of a customer that comes back. One that another customer uses by now is left to it; one that was
/// proved elsewhere meanwhile stays, unproved (D14).
pub(super) fn claim_again<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: CustomerId) -> Result<()> {
    let partner = cx.scope.partner();
    for extra in rows::list(cx.tx, partner, id)? {
        let domain = extra.domain.as_str();
        if rows::taken(cx.tx, partner, domain, Some(id))? {
            rows::remove(cx.tx, partner, id, domain)?;
            cx.changed("customer", id, "extra_domain", domain, ());
        } else if let Some(at) = extra.verified_at
            && !rows::prove(cx.tx, id, domain, at)?
        {
            rows::set_verified(cx.tx, partner, id, domain, None)?;
            cx.changed("customer", id, "extra_domain_verified_at", at, ());
        }
    }
    Ok(())
}

/// True when a customer of the partner a customer moves to claims one of its extra domains.
pub(super) fn conflict<P>(view: &mut View<'_, Control>, from: PartnerId, there: &Scope<P>, id: CustomerId) -> Result<bool> {
    for extra in rows::list(view, from, id)? {
        if taken(view, there, &extra.domain, None)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Carries a customer's extra domains to the partner it moves to.
pub(super) fn carry(tx: &mut Tx<'_, Control>, from: PartnerId, to: PartnerId, id: CustomerId) -> Result<()> {
    rows::carry(tx, from, to, id)
}

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
    rows::verified(view, customer)
}

/// Tells a customer's domains. To be called after the change and after the customer's version has risen.
///
/// # Errors
/// The store's.
pub fn tell<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> Result<()> {
    let Some(version) = super::store::version(cx.tx, cx.scope.partner(), customer)? else { return Ok(()) };
    let domains = rows::verified(cx.tx, customer)?;
    cx.tell(DOMAINS_CHANGED, &DomainsChanged { customer, domains, version });
    Ok(())
}
