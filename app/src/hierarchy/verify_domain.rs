//! A customer's domain was proved by DNS (D14). Between partners only verified domains conflict, at this moment.

use access::permissions::ManageDomain;
use command::{Command, Cx, Fail, Node, Refusal};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId};

use super::{customers, domains, noun::DomainName, store as rows};

/// Books that a domain of a customer, the primary one or an extra one, is its own. Whoever gives this command has seen the record in DNS.
#[derive(Debug, Serialize, Deserialize)]
pub struct VerifyDomain {
    /// Which customer.
    pub customer: CustomerId,
    /// The domain whose record was seen.
    pub domain: DomainName,
}

/// Why a domain is not booked as verified.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotVerified {
    /// The customer has no domain.
    NoDomain {},
    /// The domain was taken from the customer while the record was looked up.
    DomainChanged {},
    /// A customer of another partner has verified it.
    DomainTaken {},
}

impl Refusal for NotVerified {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        match self {
            NotVerified::NoDomain {} => "no-domain",
            NotVerified::DomainChanged {} => "domain-changed",
            NotVerified::DomainTaken {} => "domain-taken",
        }
    }
    fn title(&self) -> String {
        match self {
            NotVerified::NoDomain {} => "The customer has no domain".into(),
            NotVerified::DomainChanged {} => "The customer has another domain now".into(),
            NotVerified::DomainTaken {} => "Somebody else has verified this domain".into(),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            NotVerified::NoDomain {} => "Give the customer a domain first.",
            NotVerified::DomainChanged {} => "Look at the record of the new domain and try again.",
            NotVerified::DomainTaken {} => "If the domain is this customer's, ask your distributor who else claims it.",
        };
        format!("{next} Nothing was changed.")
    }
}

impl Command for VerifyDomain {
    const NAME: &'static str = "hierarchy.customers.verify_domain";
    type Home = Control;
    type Needs = ManageDomain;
    type Done = ();
    type Refusal = NotVerified;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<NotVerified>> {
        let customer = customers::find(cx.tx, cx.scope, self.customer)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let domain = self.domain.as_str();
        if customer.domain.as_deref() != Some(domain) {
            return match domains::extra::prove(cx, self.customer, domain)? {
                Some(true) => Ok(()),
                Some(false) => Err(NotVerified::DomainTaken {}.into()),
                None if customer.domain.is_none() => Err(NotVerified::NoDomain {}.into()),
                None => Err(NotVerified::DomainChanged {}.into()),
            };
        }
        if customer.domain_verified_at.is_some() {
            return Ok(());
        }
        if !domains::prove(cx.tx, self.customer, domain, cx.now)? {
            return Err(NotVerified::DomainTaken {}.into());
        }
        rows::set_domain_verified(cx.tx, cx.scope.partner(), self.customer, cx.now)?;
        domains::tell(cx, self.customer)?;
        cx.changed("customer", self.customer, "domain_verified_at", customer.domain_verified_at, cx.now);
        Ok(())
    }
}
