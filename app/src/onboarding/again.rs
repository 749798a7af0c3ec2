//! Trying again after the preparation of a customer failed and was taken back: the same customer is created anew.

use access::permissions::CreateCustomers;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, DraftId, PartnerId, View};

use super::{
    draft::{Found, Sent},
    refusal::NotSent,
    send, store as rows,
};
use crate::{
    hierarchy::{
        DomainName, Lifecycle, Name,
        customers::{self, Customer, NewCustomer},
        noun::{Email, Subdomain},
    },
    operations::{self, Status},
    provisioning::Created,
};

/// Creates the customer of a sent draft anew. Two who ask for it make one.
#[derive(Debug, Serialize)]
pub struct CreateAgain {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which draft.
    pub draft: DraftId,
}

impl Command for CreateAgain {
    const NAME: &'static str = "onboarding.create_again";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = Created;
    type Refusal = NotSent;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Created, Fail<NotSent>> {
        let sent = match rows::hold(cx.tx, cx.scope, self.draft)? {
            Some(Found::Sent(sent)) => sent,
            Some(Found::Open(_)) => return Err(NotSent::NothingToRetry {}.into()),
            None => return Err(Fail::Denied(access::Denied::NotFound)),
        };
        let work = operations::find(cx.tx, cx.scope, sent.operation)?.map(|o| o.status);
        match work {
            Some(Status::Pending | Status::Running) => Ok(send::quicker(cx, self.draft, sent)),
            Some(Status::Failed | Status::Canceled) => {
                let new = taken_back(cx.tx, cx.scope, sent)?.ok_or(NotSent::NothingToRetry {})?;
                send::create(cx, self.draft, &new)
            }
            _ => Err(NotSent::NothingToRetry {}.into()),
        }
    }
}

/// What a customer was that was taken back; none while it is there, or when it is purged.
fn taken_back<P>(view: &mut View<'_, Control>, scope: &access::Scope<P>, sent: Sent) -> store::Result<Option<NewCustomer>> {
    let found = customers::find(view, scope, sent.customer)?;
    Ok(found.filter(|c| c.lifecycle == Lifecycle::Removed).and_then(|c| same(&c)))
}

fn same(c: &Customer) -> Option<NewCustomer> {
    Some(NewCustomer {
        legal_name: c.legal_name.clone().and_then(|n| Name::parse(n).ok()),
        kind: c.kind,
        tier: c.tier,
        domain: c.domain.clone().and_then(|d| DomainName::parse(d).ok()),
        subdomain: c.subdomain.clone().and_then(|s| Subdomain::parse(s).ok()),
        region: Some(c.region.clone()),
        max_mau: c.max_mau,
        country: c.country.clone(),
        sector: c.sector.clone(),
        time_zone: Some(c.time_zone.clone()),
        language: Some(c.language.clone()),
        reference: c.reference.clone(),
        admin_email: c.admin_email.clone().and_then(|e| Email::parse(e).ok()),
        ..NewCustomer::named(Name::parse(c.name.clone()).ok()?)
    })
}
