//! What happens after the answer: looking for the customer, taking a withdrawn request back. Carrying the customer over is the work
//! of `moves`.

use command::{Call, Fail};
use jobs::{Job, JobCx, Registry, Retry};
use serde::{Deserialize, Serialize};
use store::{LinkRequestId, PartnerId};

use super::{
    mail::MailLink,
    seek::{DropConsent, NoteLookedUp, OpenConsent, PostOf, WantedBy, Whereabouts},
};
use crate::app::App;

/// The room's jobs.
#[must_use]
pub fn registered(registry: Registry<App>) -> Registry<App> {
    registry.with::<Seek>().with::<TakeBack>().with::<MailLink>()
}

/// The kind of [`CarryLink`].
pub const CARRY_LINK: &str = "moves.carry_link";

/// News: all have consented to a request; its customer may move.
#[derive(Debug, Serialize, Deserialize)]
pub struct CarryLink {
    /// Whose request.
    pub partner: PartnerId,
    /// Which.
    pub request: LinkRequestId,
}

pub(super) const SEEK: &str = "hierarchy.links.seek";

/// Looks for the customer of a new request.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Seek {
    pub partner: PartnerId,
    pub request: LinkRequestId,
}

impl Job<App> for Seek {
    const KIND: &'static str = SEEK;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let Seek { partner, request } = self;
        let operator = Call::operator();
        let Some(wanted) = job.house.ask(&operator, WantedBy { partner, request }).await? else { return Ok(()) };
        let named = PostOf { account_number: wanted.account_number, administrator: wanted.administrator };
        if let Some(post) = job.house.ask(&operator, named).await? {
            let command = OpenConsent {
                customer: post.customer,
                administrator: post.staff,
                asker: partner,
                asker_name: wanted.asker_name,
                request,
                expires_at: wanted.expires_at,
            };
            match job.house.execute(operator.clone(), command).await {
                Ok(_) | Err(Fail::Denied(_)) => {}
                Err(fail) => return Err(fail.into()),
            }
        }
        job.house.execute(operator, NoteLookedUp { partner, request }).await?;
        Ok(())
    }
}

pub(super) const TAKE_BACK: &str = "hierarchy.links.take_back";

/// Takes a withdrawn request away from those who were asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TakeBack {
    pub partner: PartnerId,
    pub request: LinkRequestId,
}

impl Job<App> for TakeBack {
    const KIND: &'static str = TAKE_BACK;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let (operator, request) = (Call::operator(), self.request);
        let Some(customer) = job.house.ask(&operator, Whereabouts { request }).await? else { return Ok(()) };
        match job.house.execute(operator, DropConsent { customer, request }).await {
            Ok(_) | Err(Fail::Denied(_)) => Ok(()),
            Err(fail) => Err(fail.into()),
        }
    }
}
