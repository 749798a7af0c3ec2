//! The work of a run: the source is read, what is new is staged and judged, then the changes are made in chunks. Killed at any
//! point it goes on: a reading begins anew, changes that are made are not made again.

use std::collections::BTreeMap;

use command::{Call, Fail, Refusal};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{CustomerId, SourceId, SourceRunId, Uuid};
use tokio::sync::mpsc;

use super::{
    end::{BeginReading, EndRun, Judge},
    inbox::{self, Unread},
    queries::{Work, WorkOf},
    reading::{Pages, Reading, Stage},
    source::{RunStatus, Trouble},
    way::{Kind, Way},
};
use crate::{
    app::App,
    directory::reconcile::{ApplyChanges, DropReadings},
    noun::Name,
};

/// Pages that may wait to be weighed.
const WAITING: usize = 2;
/// Looks at a file that goes on changing, some minutes in all, before its run says so.
const PATIENCE: i64 = 8;

/// A run at work.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct RunSource {
    /// Of which customer.
    pub customer: CustomerId,
    /// Of which source.
    pub source: SourceId,
    /// Which run.
    pub run: SourceRunId,
}

impl RunSource {
    /// The job's kind.
    pub const KIND: &'static str = "sources.run";
}

/// A customer or a source that is gone ends its jobs; anything else is the job's trouble.
///
/// # Errors
/// As the job's.
pub fn gone<R: Refusal>(fail: Fail<R>) -> Result<(), Retry> {
    match fail {
        Fail::Denied(access::Denied::NotFound) => Ok(()),
        fail => Err(fail.into()),
    }
}

impl Job<App> for RunSource {
    const KIND: &'static str = RunSource::KIND;
    const HEIR: Option<&'static str> = Some(GaveUp::KIND);

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let work = match job.house.ask(&Call::operator(), WorkOf { customer: self.customer, source: self.source, run: self.run }).await {
            Ok(Some(work)) => work,
            Ok(None) => return Ok(()),
            Err(fail) => return gone(fail),
        };
        let status = match work.status {
            RunStatus::Reading => read(&self, &job, &work).await?,
            status => Some((status, work.reading)),
        };
        match status {
            Some((RunStatus::Applying, reading)) => apply(&self, &job, &work, reading).await,
            _ => Ok(()),
        }
    }
}

/// News: the work of a run is a dead letter. The run fails, and a newer one may begin.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GaveUp(RunSource);

impl Job<App> for GaveUp {
    const KIND: &'static str = "sources.gave_up";

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let detail =
            "The run broke off again and again, and the cause lies with this installation. What was made before stays. Run it again later.";
        end(&self.0, &job, Some(Trouble::of("gave-up", detail))).await
    }
}

/// Reads the source to its end and has what it says judged.
async fn read(this: &RunSource, job: &JobCx<'_, App>, work: &Work) -> Result<Option<(RunStatus, Uuid)>, Retry> {
    let settings = match &work.way {
        Way::Upload(_) => return Ok(None),
        Way::Folder(columns) => return read_folder(this, job, columns).await,
        Way::Feed(settings) => settings,
    };
    let secret = match open(job.app, this.source, work) {
        Ok(secret) => secret,
        Err(trouble) => return fail(this, job, trouble).await,
    };
    let mut since = work.cursor.clone().map(feeds::Cursor);
    loop {
        let Some(stage) = begin(job.app, this).await? else { return Ok(None) };
        let now = job.house.now().0 / 1_000_000;
        let (out, pages) = mpsc::channel(WAITING);
        let fetch = feeds::fetch(&job.app.egress, settings, &secret, since.as_ref(), now, out);
        let (ended, taken) = tokio::join!(fetch, stage.take(Pages { pages, kind: work.way.kind() }));
        let reading = taken?;
        match ended {
            Ok(ended) => return judge(this, &stage, reading, &ended).await,
            // The source has forgotten where it was: it tells all of it.
            Err(feeds::Fault::CursorExpired) if since.is_some() => since = None,
            Err(fault) => return fail(this, job, trouble_of(&fault)).await,
        }
    }
}

/// Reads the newest file of the customer's watched folder.
async fn read_folder(
    this: &RunSource,
    job: &JobCx<'_, App>,
    columns: &BTreeMap<String, String>,
) -> Result<Option<(RunStatus, Uuid)>, Retry> {
    let file = match inbox::newest(&job.app.config.sources, this.customer).await {
        Ok(file) => file,
        Err(Unread::Changing) if job.attempt < PATIENCE => return Err(Retry::Later("the file is still being written".into())),
        // Said of the run, before the work itself is given up: the next turn looks again.
        Err(Unread::Changing) => {
            let trouble = Trouble::of("folder-changing", "The newest file was still being written each time it was looked at.");
            return fail(this, job, trouble).await;
        }
        Err(Unread::Trouble(trouble)) => return fail(this, job, trouble).await,
    };
    let Some(stage) = begin(job.app, this).await? else { return Ok(None) };
    let (out, pages) = mpsc::channel(WAITING);
    let read = feeds::csv::read_sent(file, columns.clone(), out);
    let (ended, taken) = tokio::join!(read, stage.take(Pages { pages, kind: Kind::Folder }));
    let reading = taken?;
    match ended {
        Ok(ended) => judge(this, &stage, reading, &ended).await,
        Err(fault) => fail(this, job, trouble_of(&fault)).await,
    }
}

/// Opens a run's secret; one that does not open is as good as none.
pub(super) fn open(app: &App, source: SourceId, work: &Work) -> Result<feeds::Secret, Trouble> {
    let Some(sealed) = &work.secret else { return Ok(feeds::Secret::new("")) };
    let opened = app.keys.unseal(&place(source), sealed).and_then(|bytes| String::from_utf8(bytes).ok());
    opened
        .map(feeds::Secret::new)
        .ok_or_else(|| Trouble::of("secret-lost", "The secret cannot be opened with this installation's keys. Enter it again."))
}

/// Where a source's secret is sealed for.
pub(super) fn place(source: SourceId) -> String {
    format!("source/{source}/secret")
}

pub(super) fn trouble_of(fault: &feeds::Fault) -> Trouble {
    Trouble { said: fault.detail().map(str::to_owned), ..Trouble::of(fault.code(), fault.to_string()) }
}

/// Begins a reading, and drops what earlier ones have staged.
pub(super) async fn begin<'a>(app: &'a App, this: &RunSource) -> Result<Option<Stage<'a>>, Retry> {
    let RunSource { customer, source, run } = *this;
    let Some(reading) = app.house.execute(Call::operator(), BeginReading { customer, run }).await?.value else { return Ok(None) };
    while app.house.execute(Call::operator(), DropReadings { customer, source, but: reading }).await?.value {}
    Ok(Some(Stage { house: &app.house, customer, source, reading }))
}

/// Finds who is not named any more, counts, and has it decided what comes of it.
pub(super) async fn judge(
    this: &RunSource,
    stage: &Stage<'_>,
    mut reading: Reading,
    ended: &feeds::Ended,
) -> Result<Option<(RunStatus, Uuid)>, Retry> {
    let whole = ended.extent == feeds::Extent::Whole;
    if whole {
        stage.take_gone(&mut reading).await?;
    }
    let judge = Judge {
        customer: this.customer,
        source: this.source,
        run: this.run,
        reading: stage.reading,
        counts: stage.count(&reading).await?,
        whole,
        cursor: ended.cursor.as_ref().map(|cursor| cursor.0.clone()),
    };
    Ok(stage.house.execute(Call::operator(), judge).await?.value.map(|status| (status, stage.reading)))
}

async fn fail(this: &RunSource, job: &JobCx<'_, App>, trouble: Trouble) -> Result<Option<(RunStatus, Uuid)>, Retry> {
    end(this, job, Some(trouble)).await.map(|()| None)
}

async fn end(this: &RunSource, job: &JobCx<'_, App>, trouble: Option<Trouble>) -> Result<(), Retry> {
    let end = EndRun { customer: this.customer, source: this.source, run: this.run, trouble, counts: true };
    job.house.execute(Call::operator(), end).await.map(drop).or_else(gone)
}

/// Makes the changes, in the name of whoever began the run.
async fn apply(this: &RunSource, job: &JobCx<'_, App>, work: &Work, reading: Uuid) -> Result<(), Retry> {
    let call = Call { key: None, ..job.call() };
    let word = Name::parse(work.way.kind().member_source()).map_err(Retry::Dead)?;
    loop {
        let chunk = ApplyChanges { customer: this.customer, source: this.source, reading, word: word.clone() };
        match job.house.execute(call.clone(), chunk).await {
            Ok(answer) if answer.value == 0 => return end(this, job, None).await,
            Ok(_) => {}
            Err(Fail::Refused(not_ready)) => return Err(Retry::Later(not_ready.title())),
            // Whoever began it may no longer do this: it ends here, and says so. What was made stays.
            Err(Fail::Denied(_)) => {
                let detail = "Whoever began the run may not change members any more. Begin it again. What was made before stays.";
                return end(this, job, Some(Trouble::of("not-allowed", detail))).await;
            }
            Err(fail) => return gone(fail),
        }
    }
}
