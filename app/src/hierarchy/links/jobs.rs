//! What happens after the answer: looking for the customer, taking a withdrawn request back. Carrying the customer over is the work
//! of `moves`.

use command::{Call, Fail, Never};
use jobs::{Job, JobCx, Registry, Retry};
use serde::{Deserialize, Serialize};
use store::{LinkRequestId, PartnerId};

use super::{
    answer::TellAsker,
    book::{BookLink, EndStopped, Outcome},
    mail::MailLink,
    seek::{DropConsent, NoteLookedUp, OpenConsent, PostOf, Wanted, WantedBy, Whereabouts},
};
use crate::{app::App, identity::administrator::Post};

/// The room's jobs.
#[must_use]
pub fn registered(registry: Registry<App>) -> Registry<App> {
    registry.with::<Seek>().with::<TakeBack>().with::<LetGo>().with::<GaveUp>().with::<MailLink>().with::<TellAsker>()
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

/// The kind that inherits from [`CARRY_LINK`].
pub const CARRY_GAVE_UP: &str = "hierarchy.links.gave_up";

/// News: the work that would have carried the customer over is a dead letter.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct GaveUp(CarryLink);

impl Job<App> for GaveUp {
    const KIND: &'static str = CARRY_GAVE_UP;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let CarryLink { partner, request } = self.0;
        job.execute_as_operator(BookLink { partner, request, outcome: Outcome::GaveUp }).await.map(drop)
    }
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
        if let Some(wanted) = job.house.ask(&operator, WantedBy { partner, request }).await? {
            let named = PostOf { account_number: wanted.account_number.clone(), administrator: wanted.administrator.clone() };
            if let Some(post) = job.house.ask(&operator, named).await? {
                open(&job, partner, request, wanted, post).await?;
            }
        }
        job.house.execute(operator, NoteLookedUp { partner, request }).await?;
        Ok(())
    }
}

/// Asks those who would have to consent.
async fn open(job: &JobCx<'_, App>, partner: PartnerId, request: LinkRequestId, wanted: Wanted, post: Post) -> Result<(), Retry> {
    let Post { customer, staff: administrator, .. } = post;
    let (asker_name, expires_at) = (wanted.asker_name, wanted.expires_at);
    let command = OpenConsent { customer, administrator, asker: partner, asker_name, request, expires_at };
    found(job.house.execute(Call::operator(), command).await)?;
    // Withdrawn meanwhile: whoever took it back did not find it yet.
    if job.house.ask(&Call::operator(), WantedBy { partner, request }).await?.is_none() {
        found(job.house.execute(Call::operator(), DropConsent { customer, request }).await)?;
    }
    Ok(())
}

/// A customer that is gone is no trouble.
fn found<T>(answer: Result<T, Fail<Never>>) -> Result<(), Retry> {
    match answer {
        Ok(_) | Err(Fail::Denied(_)) => Ok(()),
        Err(fail) => Err(fail.into()),
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
        found(job.house.execute(operator, DropConsent { customer, request }).await)
    }
}

pub(super) const LET_GO: &str = "hierarchy.links.let_go";

/// News: a customer to whose move all had consented left its partner, or one of them refused after all. Where it left by the move
/// itself, that is booked by whichever comes first.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LetGo {
    pub partner: PartnerId,
    pub request: LinkRequestId,
    /// The request was ended with the refusal; what is left is to say so at the partner that asked.
    pub refused: bool,
}

impl Job<App> for LetGo {
    const KIND: &'static str = LET_GO;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let LetGo { partner, request, refused } = self;
        job.execute_as_operator(EndStopped { partner, request, refused }).await.map(drop)
    }
}
