//! The work itself, in turns: a job brings in some chunks and tells the next one, so that a long list neither holds up other
//! work nor is lost. Each chunk is one keyed command: done twice, it counts once.

use access::Credential;
use command::Call;
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{ImportId, OperationId};

use super::{
    book::{Book, Finish, TakeUp},
    desk::{Booked, Desk, Kind, by_kind},
    import::{Home, Import, ImportKind, ImportRefusal, ImportStatus},
    intake::{discard, path},
    queries::for_work,
    reading::{Chunk, Sheet, chunks},
};
use crate::app::App;

/// Chunks of one turn: some seconds of work.
pub const TURN: usize = 50;

/// Brings in an import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunImport {
    /// Where it belongs.
    pub home: Home,
    /// Which import.
    pub import: ImportId,
    /// What it holds.
    pub kind: ImportKind,
    /// The work people watch.
    pub operation: OperationId,
}

impl RunImport {
    /// The job's kind.
    pub const KIND: &'static str = "imports.run";
}

/// Whoever told a job, without a key: its commands bring their own.
pub fn holder(job: &JobCx<'_, App>) -> Call {
    Call::by(if job.holder.is_nil() { Credential::Operator } else { Credential::Holder(job.holder) })
}

impl Job<App> for RunImport {
    const KIND: &'static str = RunImport::KIND;
    const HEIR: Option<&'static str> = Some(GaveUp::KIND);

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let Some(import) = for_work(job.house, self.home, self.import).await? else { return Ok(()) };
        if import.status != ImportStatus::Running {
            let again = TakeUp { home: self.home, import: self.import, operation: self.operation };
            if !job.house.execute(Call::operator(), again).await?.value {
                return Ok(());
            }
        }
        by_kind!(self.kind, K => take_turn::<K>(&self, &job, import).await)
    }
}

/// News: the work of an import is a dead letter. Its file stays for whoever has it tried again.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GaveUp(RunImport);

impl Job<App> for GaveUp {
    const KIND: &'static str = "imports.gave_up";

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let RunImport { home, import, operation, .. } = self.0;
        job.execute_as_operator(Finish { home, import, operation, failed: Some(ImportRefusal::GaveUp {}) }).await.map(drop)
    }
}

async fn take_turn<K: Kind>(this: &RunImport, job: &JobCx<'_, App>, import: Import) -> Result<(), Retry> {
    let desk = desk(this.home, this.import, job, holder(job));
    let mut from = import.next_line;
    let sheet = Sheet {
        path: path(job.app, this.import),
        mapping: import.mapping,
        from_line: u64::try_from(from).unwrap_or(0),
        // The time of the upload: a row is read the same however often its turn comes.
        now: import.created_at,
    };
    let mut coming = chunks::<K>(sheet);
    for turn in 1..=TURN {
        let Some(chunk) = coming.recv().await else { return finish(this, job, None).await };
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(fault) => return finish(this, job, Some(ImportRefusal::broken(fault))).await,
        };
        let next = i64::try_from(chunk.next_line).unwrap_or(i64::MAX);
        let booked = match bring::<K>(&desk, chunk).await {
            Ok(booked) => booked,
            // Whoever started it may no longer do this: it ends here, and says so.
            Err(Retry::Dead(why)) => return finish(this, job, Some(ImportRefusal::not_allowed(&why))).await,
            Err(later) => return Err(later),
        };
        let book = Book {
            job: this.clone(),
            from,
            next,
            created: booked.created,
            updated: booked.updated,
            waiting: booked.waiting,
            duplicates: booked.duplicates,
            refused: booked.refused,
            again: turn == TURN,
        };
        job.house.execute(Call::operator(), book).await?;
        from = next;
    }
    Ok(())
}

/// Where the work of a job happens.
pub fn desk<'a>(home: Home, import: ImportId, job: &'a JobCx<'_, App>, call: Call) -> Desk<'a> {
    Desk { house: job.house, call, partner: home.partner, customer: home.customer, import }
}

async fn bring<K: Kind>(desk: &Desk<'_>, chunk: Chunk<K::Item>) -> Result<Booked, Retry> {
    let mut booked = if chunk.items.is_empty() { Booked::default() } else { K::bring(desk, chunk.items).await? };
    booked.refused.extend(chunk.refused);
    booked.refused.sort_by_key(|r| r.line);
    Ok(booked)
}

async fn finish(this: &RunImport, job: &JobCx<'_, App>, failed: Option<ImportRefusal>) -> Result<(), Retry> {
    let end = Finish { home: this.home, import: this.import, operation: this.operation, failed };
    job.house.execute(Call::operator(), end).await?;
    discard(job.app, this.import).await;
    Ok(())
}
