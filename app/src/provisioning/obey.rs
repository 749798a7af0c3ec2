//! What control decides about a tenant besides its seats, brought to its region: MAX MAU, when its trial ends, what its plan says about
//! people beyond the seats, and whether it may serve.

use access::{Scope, permissions::Read};
use command::{Call, Fail, House, Never, Node, Query};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Result, Timestamp, View};

use crate::{
    app::App,
    directory::free,
    hierarchy::{
        Lifecycle,
        customers::{self, Terms},
        edit::TermsChanged,
        lifecycle::ServingChanged,
    },
    licensing::{
        policy::{OpenTenant, SetServing, UsageTerms},
        subscriptions,
    },
    sources::ResumeSources,
};

/// News of another MAX MAU, another plan, or of a partner that cuts its months in another zone.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NewTerms(TermsChanged);

impl Job<App> for NewTerms {
    const KIND: &'static str = crate::hierarchy::edit::TERMS_CHANGED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        open_tenant(job.house, self.0.customer).await?;
        Ok(())
    }
}

/// Opens a customer's region under its terms, or brings it those of now; gives the MAX MAU, and whether anything changed. Two
/// that overtake each other come to the same end: terms are numbered.
pub(super) async fn open_tenant(house: &House, customer: CustomerId) -> std::result::Result<(i64, bool), Fail<Never>> {
    let Some((Terms { max_mau, zone, free_at, administrator, version }, usage)) =
        house.ask(&Call::operator(), TermsOf { customer }).await?
    else {
        return Err(Fail::Denied(access::Denied::NotFound));
    };
    // A trial that is over ends by the terms under which it ran: whoever comes back under the new ones was away meanwhile.
    free::settle(house, customer).await?;
    let opened = house.execute(Call::operator(), OpenTenant { customer, max_mau, zone, free_at, usage, administrator, version }).await?;
    Ok((max_mau, !opened.effects.is_empty()))
}

/// Asks for a customer's terms.
struct TermsOf {
    customer: CustomerId,
}

impl Query for TermsOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<(Terms, UsageTerms)>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<(Terms, UsageTerms)>> {
        let Some(terms) = customers::terms(view, scope, self.customer)? else { return Ok(None) };
        Ok(Some((terms, subscriptions::usage_terms(view, scope.partner(), self.customer, now)?)))
    }
}

/// News of a suspension or its end. What counts is how the customer stands when the job runs: two that overtake each other
/// come to the same end.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NewServing(ServingChanged);

impl Job<App> for NewServing {
    const KIND: &'static str = crate::hierarchy::lifecycle::SERVING_CHANGED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        let customer = self.0.customer;
        let serving = job.house.ask(&Call::operator(), Serves { customer }).await?;
        job.house.execute(Call::operator(), SetServing { customer, serving }).await?;
        if serving {
            // While it was removed, its sources lost their turns.
            job.house.execute(Call::operator(), ResumeSources { customer }).await?;
        }
        Ok(())
    }
}

/// Asks whether a customer may serve now.
struct Serves {
    customer: CustomerId,
}

impl Query for Serves {
    type Home = Control;
    type Needs = Read;
    type Found = bool;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<bool> {
        let found = customers::find(view, scope, self.customer)?;
        Ok(found.is_some_and(|c| !matches!(c.lifecycle, Lifecycle::Disabled | Lifecycle::Removed | Lifecycle::Purged)))
    }
}
