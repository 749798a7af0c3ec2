//! A customer's own rows when it is removed, and when it comes back. The commands are rooms above; whoever calls [`leave`]
//! sees to its region and its seats.

use access::tree;
use command::{Command, Cx};
use store::{Control, CustomerId, Result, Timestamp};

use super::{
    customers::{self, Customer, NotAdded},
    domains,
    lifecycle::stand,
    noun::Lifecycle,
    standing, store as rows,
};

/// Takes a customer out of lists, counts and everybody's reach, its domains free again; its history and its account number
/// stay. Whoever changes it meanwhile is waited for, and whoever comes later does not find it.
///
/// # Errors
/// The store's.
pub fn leave<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: CustomerId) -> Result<Option<Customer>> {
    if there(cx, id)?.is_none() {
        return Ok(None);
    }
    tree::hold_alone(cx.tx, id.0)?;
    // Whoever was waited for may have been faster.
    let Some(customer) = there(cx, id)? else { return Ok(None) };
    domains::let_go(cx.tx, id)?;
    rows::release_subdomain(cx.tx, id)?;
    stand(cx, &customer, Lifecycle::Removed, None)?;
    tree::detach(cx.tx, id.0)?;
    Ok(Some(customer))
}

fn there<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: CustomerId) -> Result<Option<Customer>> {
    let found = customers::find(cx.tx, cx.scope, id)?;
    Ok(found.filter(|c| !matches!(c.lifecycle, Lifecycle::Removed | Lifecycle::Purged)))
}

/// Brings a removed customer back to where it stood. True when its domain is verified as it was.
///
/// # Errors
/// The store's; the inner result is the partner's no.
pub fn come_back<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: &Customer,
    to: Lifecycle,
    without_domain: bool,
) -> Result<std::result::Result<bool, NotAdded>> {
    let (partner, id) = (cx.scope.partner(), customer.id);
    let limit = rows::partner(cx.tx, cx.scope)?.max_customers;
    if standing::store::listed_held(cx.tx, partner)? >= limit {
        return Ok(Err(NotAdded::Limit(limit)));
    }
    let domain = customer.domain.as_deref().filter(|_| !without_domain);
    if let Some(domain) = domain
        && domains::taken(cx.tx, cx.scope, domain, None)?
    {
        return Ok(Err(NotAdded::DomainTaken));
    }
    if rows::name_taken(cx.tx, cx.scope, &customer.name, Some(id))? {
        return Ok(Err(NotAdded::NameTaken));
    }
    let verified = claim(cx, customer, domain)?;
    domains::claim_again(cx, id)?;
    if let Some(subdomain) = &customer.subdomain
        && !rows::reserve_subdomain(cx.tx, id, subdomain)?
    {
        rows::clear_subdomain(cx.tx, partner, id)?;
        cx.changed("customer", id, "subdomain", subdomain, ());
    }
    tree::attach(cx.tx, id.0)?;
    stand(cx, customer, to, None)?;
    // What was lost to others meanwhile lets nobody in any more.
    domains::tell(cx, id)?;
    Ok(Ok(verified))
}

/// Claims the domain again. Verified elsewhere meanwhile, it stays the customer's, unverified (D14).
fn claim<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: &Customer, domain: Option<&str>) -> Result<bool> {
    let (partner, id) = (cx.scope.partner(), customer.id);
    if let (Some(domain), Some(at)) = (domain, customer.domain_verified_at)
        && domains::prove(cx.tx, id, domain, at)?
    {
        rows::set_domain_verified(cx.tx, partner, id, at)?;
        return Ok(true);
    }
    if customer.domain.as_deref() != domain || customer.domain_verified_at.is_some() {
        rows::set_domain(cx.tx, partner, id, domain)?;
        cx.changed("customer", id, "domain", &customer.domain, domain);
        cx.changed("customer", id, "domain_verified_at", customer.domain_verified_at, None::<Timestamp>);
        let key =
            customers::search_key(&customer.name, domain.unwrap_or_default(), &customer.account_number, customer.reference.as_deref());
        standing::store::change(cx.tx, cx.scope, id, cx.now, |standing| standing.search_key = key)?;
    }
    Ok(false)
}

/// Says that a removed customer is purged; false when that was said.
///
/// # Errors
/// The store's.
pub fn bury<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: CustomerId) -> Result<bool> {
    let Some(customer) = customers::find(cx.tx, cx.scope, id)?.filter(|c| c.lifecycle == Lifecycle::Removed) else { return Ok(false) };
    stand(cx, &customer, Lifecycle::Purged, None)?;
    Ok(true)
}
