//! A customer's own rows on their way to another partner. The command is `moves::MoveCustomer`; it calls [`arrive`], moves
//! what other rooms keep, then [`depart`], all in one transaction.

use access::Scope;
use command::{Command, Cx};
use store::{Control, Result};

use super::{
    customers::{self, Customer, NotAdded},
    domains, groups,
    noun::AccountNumber,
    settings, sites, standing, store as rows,
};

/// Takes a customer up at the partner of `there`: its row under a new account number, its domains, its sites, its standing, the groups
/// whose rule it fits. The former partner's groups are left here, its other rows stay until [`depart`].
///
/// # Errors
/// The store's; the inner result is the new partner's no.
pub fn arrive<C, P>(cx: &mut Cx<'_, '_, C>, there: &Scope<P>, customer: &Customer) -> Result<std::result::Result<AccountNumber, NotAdded>>
where
    C: Command<Home = Control>,
{
    let (from, to, id, now) = (cx.scope.partner(), there.partner(), customer.id, cx.now);
    let Some((mut standing, listed)) = standing::store::take(cx.tx, from, to, id, now)? else {
        return Err(store::Error::Corrupt(format!("{id} has no standing")));
    };
    let limit = rows::partner_by_id(cx.tx, to)?.max_customers;
    if listed >= limit {
        return Ok(Err(NotAdded::Limit(limit)));
    }
    if let Some(domain) = &customer.domain
        && domains::taken(cx.tx, there, domain, None)?
    {
        return Ok(Err(NotAdded::DomainTaken));
    }
    if domains::conflict(cx.tx, from, there, id)? {
        return Ok(Err(NotAdded::DomainTaken));
    }
    if rows::name_taken(cx.tx, there, &customer.name, None)? {
        return Ok(Err(NotAdded::NameTaken));
    }
    groups::leave_all(cx, id)?;
    let number = rows::next_number(cx.tx, to)?;
    rows::copy_customer(cx.tx, from, to, id, &number)?;
    domains::carry(cx.tx, from, to, id)?;
    settings::carry(cx.tx, from, to, id, customer.logo_url.as_deref())?;
    rows::append_state(cx.tx, to, id, now)?;
    sites::carry(cx.tx, from, to, id, now)?;
    let domain = customer.domain.as_deref().unwrap_or_default();
    standing.search_key = customers::search_key(&customer.name, domain, &number.0, None);
    standing::store::put(cx.tx, from, to, id, standing, now)?;
    cx.changed("customer", id, "reference", &customer.reference, ());
    Ok(Ok(number))
}

/// Lets a customer go from the scope's partner: its row leaves, its past stays.
///
/// # Errors
/// The store's.
pub fn depart<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: &Customer) -> Result<()> {
    let from = cx.scope.partner();
    rows::close_state(cx.tx, from, customer.id, cx.now)?;
    rows::delete_customer(cx.tx, from, customer.id)
}

/// How many customers a partner lists, and how many it may.
///
/// # Errors
/// The store's.
pub fn room<P>(view: &mut store::View<'_, Control>, there: &Scope<P>) -> Result<(i64, i64)> {
    let listed = standing::store::listed(view, there.partner())?;
    Ok((listed, rows::partner(view, there)?.max_customers))
}
