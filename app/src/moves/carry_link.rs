//! A customer moves because all have consented to a link request (3.17): the same move, made by the installation.

use command::{Call, Fail};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use web::problem::Problem;

use super::MoveCustomer;
use crate::{
    app::App,
    hierarchy::links::{BookLink, CARRY_GAVE_UP, CARRY_LINK, CarryLink, Consented, Outcome},
};

/// Work: move the customer of a request and book what came of it. Run twice, it moves once: the move is keyed by the job.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Carry(CarryLink);

impl Job<App> for Carry {
    const KIND: &'static str = CARRY_LINK;
    const HEIR: Option<&'static str> = Some(CARRY_GAVE_UP);

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let CarryLink { partner, request } = self.0;
        let Some((from, customer)) = job.house.ask(&Call::operator(), Consented { partner, request }).await? else { return Ok(()) };
        let call = Call::operator().keyed(job.id.to_string());
        let outcome = match job.house.execute(call, MoveCustomer { customer, from, to: partner }).await {
            Ok(_) => Outcome::Linked,
            Err(Fail::Refused(no)) => {
                let no = Problem::from(Fail::Refused(no));
                Outcome::Stopped { code: no.code, values: no.more.into() }
            }
            // Removed meanwhile, or moved elsewhere.
            Err(Fail::Denied(_)) => Outcome::Gone,
            Err(fail) => return Err(fail.into()),
        };
        job.execute_as_operator(BookLink { partner, request, outcome }).await.map(drop)
    }
}
