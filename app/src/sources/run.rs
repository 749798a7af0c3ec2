//! A run's beginning, and what people decide about one that waits.

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{CustomerId, Region, SourceId, SourceRunId, Timestamp};

use super::{
    arriving::tell_arriving,
    job::RunSource,
    source::{Run, RunStatus, SourceRefusal, Trouble},
    store as rows,
    way::Way,
};
use crate::licensing::policy;

/// After so many seconds a run that never ended may be overtaken.
const LOST: i64 = 6 * 3_600;
/// Runs of a source that are kept.
const KEPT: i64 = 200;

/// Begins a run.
#[derive(Debug, Serialize)]
pub struct StartRun {
    /// Of which customer.
    pub customer: CustomerId,
    /// Of which source.
    pub source: SourceId,
    /// Whether its changes are only to be looked at.
    pub preview: bool,
    /// SHA-256 of the file that comes with it, hexadecimal: another file is another request.
    pub file: Option<String>,
}

impl Command for StartRun {
    const NAME: &'static str = "sources.start_run";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Run;
    type Refusal = SourceRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Run, Fail<SourceRefusal>> {
        let known = rows::hold(cx.tx, cx.scope, self.source)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        match (matches!(known.way, Way::Upload(_)), self.file.is_some()) {
            (true, false) => return Err(SourceRefusal::FileNeeded {}.into()),
            (false, true) => return Err(SourceRefusal::NoFile {}.into()),
            _ => {}
        }
        if policy::is_free(cx.tx, cx.scope, cx.now)? {
            return Err(SourceRefusal::FreePlan {}.into());
        }
        let run = begin(cx, self.customer, &known, self.preview, false)?;
        rows::find_run(cx.tx, cx.scope, run)?.ok_or(Fail::Denied(access::Denied::NotFound))
    }
}

/// Begins a run inside another command. One that waits for a decision is discarded: the new one sees the same and more.
pub(super) fn begin<C: Command<Home = Region, Refusal = SourceRefusal>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    known: &rows::Stored,
    preview: bool,
    scheduled: bool,
) -> Result<SourceRunId, Fail<SourceRefusal>> {
    let source = known.source.id;
    if let Some(last) = &known.source.last_run {
        overtake(cx, last, matches!(known.way, Way::Upload(_)))?;
    }
    let id: SourceRunId = cx.new_id();
    // Ids of one instant fall in no order: which run is the last has to be told all the same.
    let at = known.source.last_run.as_ref().map_or(cx.now, |last| cx.now.max(Timestamp(last.created_at.0 + 1)));
    rows::insert_run(cx.tx, cx.scope, source, id, (preview, scheduled), at)?;
    rows::prune(cx.tx, cx.scope, source, KEPT)?;
    cx.changed("source_run", id, "status", (), RunStatus::Reading);
    if known.source.last_run.as_ref().is_some_and(|last| last.status.waits()) {
        tell_arriving(cx, customer)?;
    }
    // A file comes with its request, and is read there.
    if !matches!(known.way, Way::Upload(_)) {
        cx.tell(RunSource::KIND, &RunSource { customer, source, run: id });
    }
    Ok(id)
}

fn overtake<C>(cx: &mut Cx<'_, '_, C>, last: &Run, upload: bool) -> Result<(), Fail<SourceRefusal>>
where
    C: Command<Home = Region, Refusal = SourceRefusal>,
{
    let (from, to) = match last.status {
        RunStatus::Judged | RunStatus::Stopped => (last.status, RunStatus::Discarded),
        // A file is read within its request: nobody reads it on when that has ended.
        RunStatus::Reading if upload || lost(last, cx.now) => (last.status, RunStatus::Failed),
        RunStatus::Applying if lost(last, cx.now) => (last.status, RunStatus::Failed),
        RunStatus::Reading | RunStatus::Applying => return Err(SourceRefusal::RunUnderWay { run_id: last.id }.into()),
        _ => return Ok(()),
    };
    rows::turn_run(cx.tx, cx.scope, last.id, from, to, cx.now)?;
    if to == RunStatus::Failed {
        let trouble = Trouble::of("overtaken", "The run never came to its end; a newer one took its place.");
        rows::set_trouble(cx.tx, cx.scope, last.id, &trouble)?;
    }
    cx.changed("source_run", last.id, "status", from, to);
    Ok(())
}

fn lost(run: &Run, now: Timestamp) -> bool {
    run.created_at.plus_seconds(LOST) < now
}

/// Has the changes of a run made that waits for a decision.
#[derive(Debug, Serialize)]
pub struct ApplyRun {
    /// Of which customer.
    pub customer: CustomerId,
    /// Of which source.
    pub source: SourceId,
    /// Which run.
    pub run: SourceRunId,
}

impl Command for ApplyRun {
    const NAME: &'static str = "sources.apply_run";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Run;
    type Refusal = SourceRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Run, Fail<SourceRefusal>> {
        if policy::is_free(cx.tx, cx.scope, cx.now)? {
            return Err(SourceRefusal::FreePlan {}.into());
        }
        let run = decide(cx, self.customer, self.source, self.run, RunStatus::Applying)?;
        cx.tell(RunSource::KIND, &RunSource { customer: self.customer, source: self.source, run: self.run });
        Ok(run)
    }
}

/// Drops the changes of a run that waits for a decision.
#[derive(Debug, Serialize)]
pub struct DiscardRun {
    /// Of which customer.
    pub customer: CustomerId,
    /// Of which source.
    pub source: SourceId,
    /// Which run.
    pub run: SourceRunId,
}

impl Command for DiscardRun {
    const NAME: &'static str = "sources.discard_run";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Run;
    type Refusal = SourceRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Run, Fail<SourceRefusal>> {
        decide(cx, self.customer, self.source, self.run, RunStatus::Discarded)
    }
}

fn decide<C>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    source: SourceId,
    id: SourceRunId,
    to: RunStatus,
) -> Result<Run, Fail<SourceRefusal>>
where
    C: Command<Home = Region, Refusal = SourceRefusal>,
{
    let missing = Fail::Denied(access::Denied::NotFound);
    let run = rows::find_run(cx.tx, cx.scope, id)?.filter(|run| run.source_id == source).ok_or(missing)?;
    if !run.status.waits() || !rows::turn_run(cx.tx, cx.scope, id, run.status, to, cx.now)? {
        return Err(SourceRefusal::RunWrongState { state: run.status }.into());
    }
    cx.changed("source_run", id, "status", run.status, to);
    tell_arriving(cx, customer)?;
    rows::find_run(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(access::Denied::NotFound))
}
