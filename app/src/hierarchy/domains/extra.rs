//! A customer gets another domain beside its primary one, or loses it.

use ::store::{Control, CustomerId};
use access::permissions::ManageDomain;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;

use super::{CustomerDomain, MOST, store as rows, taken_held, tell};
use crate::hierarchy::{
    customers::{self, Customer},
    noun::DomainName,
    refusal::Refused,
    store::rise,
};

/// Claims one more domain for a customer, unproved.
#[derive(Debug, Serialize)]
pub struct AddDomain {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub domain: DomainName,
}

impl Command for AddDomain {
    const NAME: &'static str = "hierarchy.domains.add";
    type Home = Control;
    type Needs = ManageDomain;
    type Done = CustomerDomain;
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<CustomerDomain, Fail<Refused>> {
        let (partner, id, domain) = (cx.scope.partner(), self.customer, self.domain.as_str());
        // The claims are held first: what is read after that is as whoever came before left it.
        let taken = taken_held(cx.tx, cx.scope, domain, id)?;
        let customer = find(cx, id)?;
        let extra = rows::list(cx.tx, partner, id)?;
        if customer.domain.as_deref() == Some(domain) || extra.iter().any(|e| e.domain == domain) {
            return Err(Refused::DomainThere {}.into());
        }
        if taken {
            return Err(Refused::DomainTaken {}.into());
        }
        if i64::try_from(extra.len()).unwrap_or(MOST) >= MOST {
            return Err(Refused::TooManyDomains { max: MOST }.into());
        }
        rows::insert(cx.tx, partner, id, &rows::Extra { domain: domain.to_owned(), added_at: cx.now, verified_at: None })?;
        rise(cx.tx, partner, id)?;
        cx.changed("customer", id, "extra_domain", (), domain);
        Ok(CustomerDomain { domain: domain.to_owned(), primary: false, verified_at: None })
    }
}

/// Gives up one of a customer's extra domains. Whoever is in stays in; nobody else comes in from there.
#[derive(Debug, Serialize)]
pub struct RemoveDomain {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub domain: DomainName,
}

impl Command for RemoveDomain {
    const NAME: &'static str = "hierarchy.domains.remove";
    type Home = Control;
    type Needs = ManageDomain;
    type Done = ();
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Refused>> {
        let (partner, id, domain) = (cx.scope.partner(), self.customer, self.domain.as_str());
        if find(cx, id)?.domain.as_deref() == Some(domain) {
            return Err(Refused::PrimaryDomain {}.into());
        }
        let gone = rows::remove(cx.tx, partner, id, domain)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        rise(cx.tx, partner, id)?;
        cx.changed("customer", id, "extra_domain", domain, ());
        if gone.verified_at.is_some() {
            rows::release(cx.tx, id, domain)?;
            tell(cx, id)?;
        }
        Ok(())
    }
}

fn find<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: CustomerId) -> Result<Customer, Fail<Refused>> {
    customers::find(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(access::Denied::NotFound))
}

/// Books the proof of an extra domain: none when the customer does not have it, false when another has proved it.
pub(in crate::hierarchy) fn prove<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    id: CustomerId,
    domain: &str,
) -> ::store::Result<Option<bool>> {
    let partner = cx.scope.partner();
    let Some(extra) = rows::list(cx.tx, partner, id)?.into_iter().find(|e| e.domain == domain) else { return Ok(None) };
    if extra.verified_at.is_some() {
        return Ok(Some(true));
    }
    if !rows::prove(cx.tx, id, domain, cx.now)? {
        return Ok(Some(false));
    }
    rows::set_verified(cx.tx, partner, id, domain, Some(cx.now))?;
    rise(cx.tx, partner, id)?;
    tell(cx, id)?;
    cx.changed("customer", id, "extra_domain_verified_at", (), cx.now);
    Ok(Some(true))
}
