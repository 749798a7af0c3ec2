//! What control decides about a tenant besides its seats, brought to its region: MAX MAU, and whether it may serve.

use access::{Scope, permissions::Read};
use command::{Call, Query};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Result, Timestamp, Uuid, View};

use crate::{
    app::App,
    hierarchy::{Lifecycle, customers, edit::MaxMauChanged, lifecycle::ServingChanged},
    licensing::policy::{OpenTenant, SetServing},
    sources::ResumeSources,
};

/// News of another MAX MAU.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NewMaxMau(MaxMauChanged);

impl Job<App> for NewMaxMau {
    const KIND: &'static str = crate::hierarchy::edit::MAX_MAU_CHANGED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        job.execute_as_operator(OpenTenant { customer: self.0.customer, max_mau: self.0.max_mau }).await.map(drop)
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

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<bool> {
        let found = customers::find(view, scope, self.customer)?;
        Ok(found.is_some_and(|c| !matches!(c.lifecycle, Lifecycle::Disabled | Lifecycle::Removed | Lifecycle::Purged)))
    }
}
