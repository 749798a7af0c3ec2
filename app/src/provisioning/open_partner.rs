//! What a new partner needs beyond its row: its pool, and its internal tenant's allocation and region.

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId};

use super::obey::open_tenant;
use crate::{
    app::App,
    hierarchy::{
        create_partner::CreatedPartner,
        lifecycle::{Launch, MakeReady},
    },
    licensing::{metering, pools},
};

/// News of a new partner; delivered before its creator is answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartnerCreated(CreatedPartner);

impl Job<App> for PartnerCreated {
    const KIND: &'static str = "partner-created";
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let CreatedPartner { partner, internal } = self.0;
        job.execute_as_operator(OpenPartner { partner, internal }).await?;
        open_tenant(job.house, internal).await?;
        // A second run finds these done: the refusal says so.
        let ready = job.house.execute(Call::operator(), MakeReady { customer: internal }).await.map(drop);
        done_before(ready)?;
        done_before(job.house.execute(Call::operator(), Launch { customer: internal }).await.map(drop))
    }
}

fn done_before<R: command::Refusal>(ended: Result<(), Fail<R>>) -> Result<(), Retry> {
    match ended {
        Ok(()) | Err(Fail::Refused(_)) => Ok(()),
        Err(fail) => Err(fail.into()),
    }
}

/// Opens the pool and the internal tenant's allocation.
#[derive(Debug, Serialize)]
struct OpenPartner {
    partner: PartnerId,
    internal: CustomerId,
}

impl Command for OpenPartner {
    const NAME: &'static str = "provisioning.open_partner";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        pools::open_pool(cx.tx, self.partner)?;
        pools::open_allocation(cx.tx, self.partner, self.internal, true)?;
        metering::begin(cx.tx, cx.scope, self.internal, cx.now)?;
        Ok(())
    }
}
