//! How a reading and a run end, and the fact about the customer that follows.

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{CustomerId, Region, SourceId, SourceRunId, Timestamp, Uuid};

use super::{
    arriving::tell_arriving,
    job::{RunSource, gone},
    source::{Counts, FEW, RunStatus, Trouble},
    store as rows,
    way::{Kind, Way},
};
use crate::{
    app::App,
    directory::{RecordSync, SyncRefused, reconcile},
    hierarchy::standing::OwnReason,
    noun::{Name, Note},
};

/// Begins to read: whatever an earlier reading of the run staged counts no more.
#[derive(Debug, Serialize)]
pub struct BeginReading {
    /// Of which customer.
    pub customer: CustomerId,
    /// Of which run.
    pub run: SourceRunId,
}

impl Command for BeginReading {
    const NAME: &'static str = "sources.begin_reading";
    const QUIET: bool = true;
    type Home = Region;
    type Needs = Operate;
    /// The reading; none when the run is not being read.
    type Done = Option<Uuid>;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Option<Uuid>, Fail<Never>> {
        let reading = cx.new_id::<()>().0;
        Ok(rows::set_reading(cx.tx, cx.scope, self.run, reading)?.then_some(reading))
    }
}

/// Books what a reading has found, and decides what comes of it.
#[derive(Debug, Serialize)]
pub struct Judge {
    /// Of which customer.
    pub customer: CustomerId,
    /// Of which source.
    pub source: SourceId,
    /// Of which run.
    pub run: SourceRunId,
    /// By which reading.
    pub reading: Uuid,
    /// What it has found.
    pub counts: Counts,
    /// Whether the source told of everybody: then naming nobody is a finding.
    pub whole: bool,
    /// The place to go on from.
    pub cursor: Option<String>,
}

impl Judge {
    fn stops(&self, percent: i64) -> bool {
        let Counts { people, tally, .. } = &self.counts;
        let all_gone = self.whole && *people == 0 && tally.named_before > 0;
        all_gone || (tally.leaves >= FEW && tally.leaves * 100 > tally.named_before * percent)
    }
}

impl Command for Judge {
    const NAME: &'static str = "sources.judge";
    const QUIET: bool = true;
    type Home = Region;
    type Needs = Operate;
    /// Where the run stands now; none when another reading counts by now.
    type Done = Option<RunStatus>;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Option<RunStatus>, Fail<Never>> {
        let found = rows::set_found(cx.tx, cx.scope, self.run, self.reading, &self.counts, self.cursor.as_deref())?;
        let (Some(run), Some(known), true) = (rows::find_run(cx.tx, cx.scope, self.run)?, rows::find(cx.tx, cx.scope, self.source)?, found)
        else {
            return Ok(None);
        };
        let to = match (run.preview, self.stops(known.source.stop_percent)) {
            (true, _) => RunStatus::Judged,
            (false, true) => RunStatus::Stopped,
            (false, false) => RunStatus::Applying,
        };
        rows::turn_run(cx.tx, cx.scope, self.run, RunStatus::Reading, to, cx.now)?;
        if to == RunStatus::Stopped {
            let trouble = safeguard(&self.counts, known.source.stop_percent);
            rows::set_trouble(cx.tx, cx.scope, self.run, &trouble)?;
            tell(cx, self.customer, &known, Some(&trouble), None)?;
        }
        if to.waits() {
            tell_arriving(cx, self.customer)?;
        }
        // Whoever sent a file does not wait until its changes are made.
        if to == RunStatus::Applying && matches!(known.way, Way::Upload(_)) {
            cx.tell(RunSource::KIND, &RunSource { customer: self.customer, source: self.source, run: self.run });
        }
        Ok(Some(to))
    }
}

fn safeguard(counts: &Counts, percent: i64) -> Trouble {
    let (leaves, of) = (counts.tally.leaves, counts.tally.named_before);
    let detail = format!(
        "The run was stopped before it changed anything: it would let go of {leaves} of {of} people, more than {percent} percent. Look at its changes, then apply or discard them."
    );
    Trouble::of("safeguard", detail)
}

/// Ends a run: done, or failed with nothing changed.
#[derive(Debug, Serialize)]
pub struct EndRun {
    /// Of which customer.
    pub customer: CustomerId,
    /// Of which source.
    pub source: SourceId,
    /// Which run.
    pub run: SourceRunId,
    /// Why it failed; none when all is done.
    pub trouble: Option<Trouble>,
    /// Whether it says something about the source: a bad file that somebody sent does not.
    pub counts: bool,
}

impl Command for EndRun {
    const NAME: &'static str = "sources.end_run";
    type Home = Region;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let Some(run) = rows::find_run(cx.tx, cx.scope, self.run)?.filter(|run| run.status.works()) else { return Ok(()) };
        let to = if self.trouble.is_some() { RunStatus::Failed } else { RunStatus::Done };
        rows::turn_run(cx.tx, cx.scope, self.run, run.status, to, cx.now)?;
        cx.changed("source_run", self.run, "status", run.status, to);
        if let Some(trouble) = &self.trouble {
            rows::set_trouble(cx.tx, cx.scope, self.run, trouble)?;
        }
        let applied = reconcile::applied(cx.tx, cx.scope, (self.source, run.reading))?;
        rows::set_applied(cx.tx, cx.scope, self.run, &applied)?;
        let Some(known) = rows::find(cx.tx, cx.scope, self.source)?.filter(|_| self.counts) else { return Ok(()) };
        // What conflicts is not done: the source has to say it again.
        let cursor = rows::cursor_of(cx.tx, cx.scope, self.run)?.filter(|_| applied.conflicts == 0);
        tell(cx, self.customer, &known, self.trouble.as_ref(), cursor.as_deref())
    }
}

/// Books how a source stands and tells control, where its customer's health is kept. All is well only when no other source of the
/// customer is in trouble.
fn tell<C: Command<Home = Region>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    known: &rows::Stored,
    trouble: Option<&Trouble>,
    cursor: Option<&str>,
) -> Result<(), Fail<C::Refusal>> {
    let source = known.source.id;
    let cursor = if trouble.is_some() { known.cursor.as_deref() } else { cursor };
    rows::set_outcome(cx.tx, cx.scope, source, trouble, cursor)?;
    if trouble.is_some() || !rows::another_in_trouble(cx.tx, cx.scope, source)? {
        let (reason, own) = trouble.map(|t| (t.detail.clone(), t.own())).unzip();
        let ending = RunEnding { customer, ok: trouble.is_none(), kind: known.way.kind(), reason, own, at: cx.now };
        cx.tell(RunEnded::KIND, &RunEnded(ending));
    }
    Ok(())
}

/// How a run ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunEnding {
    /// At which customer.
    pub customer: CustomerId,
    /// Whether all is well.
    pub ok: bool,
    /// What was read.
    pub kind: Kind,
    /// Why it failed, in English.
    pub reason: Option<String>,
    /// By its code.
    pub own: Option<OwnReason>,
    /// When.
    pub at: Timestamp,
}

/// News of a run that ended: a fact about its customer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunEnded(pub RunEnding);

impl RunEnded {
    /// The job's kind.
    pub const KIND: &'static str = "sources.ended";
}

impl Job<App> for RunEnded {
    const KIND: &'static str = RunEnded::KIND;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let RunEnding { customer, ok, kind, reason, own, at } = self.0;
        let source = Name::parse(kind.member_source()).map_err(Retry::Dead)?;
        let reason = reason.and_then(|text| Note::parse(text.chars().take(490).collect::<String>()).ok());
        let record = RecordSync { customer, ok, source, reason, own, at: Some(at) };
        match job.house.execute(Call::operator().keyed(job.id.to_string()), record).await {
            // A reading that outlived the customer's trial is no sync of the free plan's.
            Ok(_) | Err(Fail::Refused(SyncRefused::FreePlan {})) => Ok(()),
            Err(fail) => gone(fail),
        }
    }
}
