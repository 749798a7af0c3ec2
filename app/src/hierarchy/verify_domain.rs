//! A customer's domain was proved by DNS (D14). Between partners only verified domains conflict, at this moment.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Refusal};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Uuid};

use super::{customers, domains, store as rows};

/// Books that a customer's primary domain is its own.
#[derive(Debug, Serialize, Deserialize)]
pub struct VerifyDomain {
    /// Which customer.
    pub customer: CustomerId,
}

/// Why a domain is not booked as verified.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotVerified {
    /// The customer has no domain.
    NoDomain {},
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
            NotVerified::DomainTaken {} => "domain-taken",
        }
    }
    fn title(&self) -> String {
        match self {
            NotVerified::NoDomain {} => "The customer has no domain".into(),
            NotVerified::DomainTaken {} => "Somebody else has verified this domain".into(),
        }
    }
    fn detail(&self) -> String {
        "Nothing was changed.".into()
    }
}

impl Command for VerifyDomain {
    const NAME: &'static str = "hierarchy.customers.verify_domain";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = NotVerified;

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<NotVerified>> {
        let customer = customers::find(cx.tx, cx.scope, self.customer)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let Some(domain) = customer.domain else { return Err(NotVerified::NoDomain {}.into()) };
        if !rows::set_domain_verified(cx.tx, cx.scope.partner(), self.customer, &domain, cx.now)? {
            return Err(NotVerified::DomainTaken {}.into());
        }
        domains::tell(cx, self.customer)?;
        cx.changed("customer", self.customer, "domain_verified_at", customer.domain_verified_at, cx.now);
        Ok(())
    }
}
