//! What follows a removal: the region serves nobody any more, then its seats return the way all seats do, region first.

use access::{Scope, permissions::Operate};
use command::{Call, Command, Cx, Fail, Never, Node, Query};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Timestamp, View};

use super::store as rows;
use crate::{
    app::App,
    directory::ParkMembers,
    licensing::pools::{self, ReleaseAll},
};

/// News: a customer was removed.
#[derive(Debug, Serialize, Deserialize)]
pub struct CloseRegion {
    /// Which.
    pub customer: CustomerId,
    /// Its removal: another one has its own news.
    pub removed_at: Timestamp,
}

impl Job<App> for CloseRegion {
    const KIND: &'static str = "removal.close_region";
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let CloseRegion { customer, removed_at } = self;
        let leaving = Leaving { customer, removed_at };
        if !job.house.ask(&Call::operator(), leaving).await? {
            return Ok(());
        }
        // Without keys: each finds what the one before has left, and nothing once all is done.
        while !job.house.execute(Call::operator(), ParkMembers { customer }).await?.value {}
        job.house.execute(Call::operator(), ReleaseAll { customer }).await?;
        if job.house.execute(Call::operator(), Close { customer }).await?.value {
            return Ok(());
        }
        Err(Retry::Later("the region has not returned its seats yet".into()))
    }
}

/// Asks whether a removal still has to be brought to the region.
struct Leaving {
    customer: CustomerId,
    removed_at: Timestamp,
}

impl Query for Leaving {
    type Home = Control;
    type Needs = Operate;
    type Found = bool;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, _: Timestamp) -> store::Result<bool> {
        let removal = rows::find(view, scope, self.customer)?;
        Ok(removal.is_some_and(|r| r.removed_at == self.removed_at && r.closed_at.is_none()))
    }
}

/// After a restore: a region may know nothing of a removal that control took for done. It is closed once more; what is closed stays so.
#[derive(Debug, Serialize)]
pub struct CloseAgain {
    /// Which customer.
    pub customer: CustomerId,
}

impl Command for CloseAgain {
    const NAME: &'static str = "removal.close_again";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let Some(removal) = rows::find(cx.tx, cx.scope, self.customer)?.filter(|r| !r.purging) else { return Ok(()) };
        rows::open_again(cx.tx, cx.scope, self.customer)?;
        cx.changed("customer", self.customer, "closing", (), "again");
        cx.tell(<CloseRegion as Job<App>>::KIND, &CloseRegion { customer: self.customer, removed_at: removal.removed_at });
        Ok(())
    }
}

/// Books that the region is closed, if its seats are back.
#[derive(Debug, Serialize)]
struct Close {
    customer: CustomerId,
}

impl Command for Close {
    const NAME: &'static str = "removal.close";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = bool;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<bool, Fail<Never>> {
        let (seats, _) = pools::held(cx.tx, cx.scope, self.customer)?;
        if seats == 0 {
            rows::close(cx.tx, cx.scope, self.customer, cx.now)?;
        }
        Ok(seats == 0)
    }
}
