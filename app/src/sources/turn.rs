//! The clock of a source: a job that begins a run and tells the next one. Each turn has a number; one of an older schedule finds
//! another number and ends its chain.

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Node};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{CustomerId, Region, SourceId};

use super::{
    change::after,
    job::gone,
    run::begin,
    source::{RunStatus, SourceRefusal},
    store as rows,
};
use crate::{app::App, licensing::policy};

/// A turn of a source's schedule.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct TakeTurn {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which source.
    pub source: SourceId,
    /// Its number.
    pub turn: i64,
}

impl TakeTurn {
    /// The job's kind.
    pub const KIND: &'static str = "sources.turn";
}

impl Job<App> for TakeTurn {
    const KIND: &'static str = TakeTurn::KIND;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        match job.house.execute(Call::operator().keyed(job.id.to_string()), Turn(self)).await {
            Ok(_) => Ok(()),
            Err(fail) => gone(fail),
        }
    }
}

/// Takes the turn.
#[derive(Debug, Serialize)]
struct Turn(TakeTurn);

impl Command for Turn {
    const NAME: &'static str = "sources.turn";
    type Home = Region;
    type Needs = Operate;
    type Done = ();
    type Refusal = SourceRefusal;

    fn node(&self) -> Node {
        self.0.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<SourceRefusal>> {
        let TakeTurn { customer, source, turn } = self.0;
        let Some(known) = rows::hold(cx.tx, cx.scope, source)?.filter(|known| known.turn == turn) else { return Ok(()) };
        let Some(minutes) = known.source.every_minutes else { return Ok(()) };
        tell_next(cx, customer, source, minutes)?;
        // What somebody has to look at first stays to be looked at; a tenant that does not serve lets nobody in; the free plan has no sync.
        let busy = known.source.last_run.as_ref().is_some_and(|run| run.status.works() || run.status == RunStatus::Stopped);
        let serves = crate::directory::serves(cx.tx, cx.scope)?;
        let free = policy::is_free(cx.tx, cx.scope, cx.now)?;
        if !busy && serves && !free && policy::usage(cx.tx, cx.scope)?.is_some() {
            begin(cx, customer, &known, false, true)?;
        }
        Ok(())
    }
}

fn tell_next<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, source: SourceId, minutes: i64) -> store::Result<()> {
    let at = after(cx.now, minutes);
    if let Some(turn) = rows::next_turn(cx.tx, cx.scope, source, at)? {
        cx.changed("source", source, "next_at", (), at);
        cx.tell_at(TakeTurn::KIND, &TakeTurn { customer, source, turn }, at);
    }
    Ok(())
}

/// Begins the clocks of a customer's sources anew: one that was removed has come back, and its turns were lost meanwhile.
#[derive(Debug, Serialize)]
pub struct ResumeSources {
    /// Whose.
    pub customer: CustomerId,
}

impl Command for ResumeSources {
    const NAME: &'static str = "sources.resume";
    type Home = Region;
    type Needs = Operate;
    type Done = ();
    type Refusal = SourceRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<SourceRefusal>> {
        for known in rows::all(cx.tx, cx.scope)? {
            if let Some(minutes) = known.source.every_minutes {
                tell_next(cx, self.customer, known.source.id, minutes)?;
            }
        }
        Ok(())
    }
}
