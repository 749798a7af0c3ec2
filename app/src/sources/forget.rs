//! After a source was removed: what it said of people goes, a part at a time.

use command::Call;
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{CustomerId, SourceId};

use super::job::gone;
use crate::{app::App, directory::reconcile::ForgetSource};

/// Forgets what a source said.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetAll {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which source.
    pub source: SourceId,
}

impl ForgetAll {
    /// The job's kind.
    pub const KIND: &'static str = "sources.forget";
}

impl Job<App> for ForgetAll {
    const KIND: &'static str = ForgetAll::KIND;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let ForgetAll { customer, source } = self;
        loop {
            // Without a key: done again, it finds nothing left.
            match job.house.execute(Call::operator(), ForgetSource { customer, source }).await {
                Ok(answer) if answer.value => {}
                Ok(_) => return Ok(()),
                Err(fail) => return gone(fail),
            }
        }
    }
}
