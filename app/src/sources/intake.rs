//! What both doors do with a source: make it, change it, try it, start it. One path for API and console.

use access::permissions::ManageMembers;
use bytes::Bytes;
use command::{Answer, Call, Fail, Secret};
use data_encoding::HEXLOWER;
use http::StatusCode;
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{CustomerId, PartnerId, SourceId, SourceRunId, Timestamp};
use tokio::sync::mpsc;
use web::{caller::Caller, door, problem::Problem};

use super::{
    change::{Changed, Sealed},
    end::EndRun,
    inbox,
    job::{self, RunSource, begin, judge, place, trouble_of},
    queries::{Known, RunOf, SourceOf, Work},
    reading::{Pages, Reading},
    run::StartRun,
    source::{EVERY, Run, RunStatus, SourceRefusal, Trouble},
    way::{Kind, Way, refused},
};
use crate::{
    app::App,
    hierarchy::customer::CustomerOf,
    identity::attempts::{self, Counted},
};

/// The largest file that is taken.
pub const MOST: usize = 32 * 1024 * 1024;
/// Trials of a source a minute.
const TESTS: u32 = 20;
/// The most characters of a secret.
const LONGEST_SECRET: usize = 8_000;

/// The customer of an address, if it belongs to the partner of it and the caller may manage its members.
///
/// # Errors
/// 401, 404, 403.
pub async fn at(app: &App, caller: &Caller, partner: PartnerId, customer: CustomerId) -> Result<(), Problem> {
    door::probe::<ManageMembers>(&app.house, caller, customer).await?;
    let found = app.house.ask(&caller.call(), CustomerOf { partner, customer }).await?;
    found.map(drop).ok_or_else(Problem::not_found)
}

/// A source with all that is needed to try it.
///
/// # Errors
/// 404.
pub async fn known(app: &App, call: &Call, customer: CustomerId, source: SourceId) -> Result<Known, Problem> {
    app.house.ask(call, SourceOf { customer, source }).await?.ok_or_else(Problem::not_found)
}

/// A run.
///
/// # Errors
/// 404.
pub async fn run_of(app: &App, call: &Call, customer: CustomerId, source: SourceId, run: SourceRunId) -> Result<Run, Problem> {
    app.house.ask(call, RunOf { customer, source, run }).await?.ok_or_else(Problem::not_found)
}

/// Seals a secret for a source.
///
/// # Errors
/// 422 naming the field.
pub fn seal(app: &App, source: SourceId, text: &str) -> Result<Sealed, Problem> {
    let text = text.trim_matches(['\r', '\n']);
    if text.is_empty() || text.chars().count() > LONGEST_SECRET {
        return Err(Problem::invalid("/secret", "too-long", format!("A secret has 1 to {LONGEST_SECRET} characters.")));
    }
    let sealed = app.keys.seal(&place(source), text.as_bytes(), &**app.house.entropy());
    let mark = Secret(app.keys.proof("source-secret", text));
    sealed.map(|text| Sealed { text: Secret(text), mark }).ok_or_else(|| Problem::internal("a secret could not be sealed"))
}

/// A kind that signs in needs a secret.
///
/// # Errors
/// 422 naming the field.
pub fn need_secret(way: &Way, given: bool) -> Result<(), Problem> {
    if given || !way.kind().needs_secret() {
        return Ok(());
    }
    Err(Problem::invalid("/secret", "required", "This kind of source signs in with a secret."))
}

/// A watched folder needs one to be watched.
///
/// # Errors
/// 422 naming the field.
pub fn need_folder(app: &App, way: &Way) -> Result<(), Problem> {
    match way {
        Way::Folder(_) => {
            inbox::watched(&app.config.sources).map(drop).map_err(|no| Problem::invalid("/settings/kind", &no.code, no.detail))
        }
        _ => Ok(()),
    }
}

/// Judges the minutes between two runs.
///
/// # Errors
/// 422 naming the field.
pub fn every(way: Option<&Way>, minutes: Option<i64>) -> Result<Option<i64>, Problem> {
    let Some(minutes) = minutes else { return Ok(None) };
    if way.is_some_and(|way| way.kind() == Kind::Upload) {
        return Err(Problem::invalid("/every_minutes", "invalid", "A file that is uploaded is read when it comes."));
    }
    if !EVERY.contains(&minutes) {
        let detail = format!("Between {} minutes and a week ({} minutes).", EVERY.start(), EVERY.end());
        return Err(Problem::invalid("/every_minutes", "out-of-range", detail));
    }
    Ok(Some(minutes))
}

/// Judges the share of people a run may let go of.
///
/// # Errors
/// 422 naming the field.
pub fn stop_percent(percent: i64) -> Result<i64, Problem> {
    if (1..=100).contains(&percent) {
        return Ok(percent);
    }
    Err(Problem::invalid("/stop_percent", "out-of-range", "A whole number from 1 to 100."))
}

/// What a trial of a source saw.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Tested {
    /// People who would come.
    pub people: i64,
    /// Whether they were all counted: a trial stops at some thousand.
    pub all: bool,
    /// Seats that they need beyond those of the members the source has brought already.
    pub seats_needed: i64,
    /// Seats that are free.
    pub seats_free: i64,
    /// Seats that are missing: so many would wait.
    pub seats_short: i64,
    /// The first few of them.
    pub sample: Vec<Sample>,
}

/// Somebody a source names.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Sample {
    /// Its name.
    pub name: String,
    /// What it signs in with.
    pub user_name: String,
    /// Its address.
    pub email: Option<String>,
    /// Whether the source lets it work.
    pub active: bool,
}

/// Why a source could not be read, as a problem.
pub fn unread(trouble: &Trouble) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, &trouble.code, "The source could not be read").detail(trouble.detail.clone())
}

/// Tries a source.
///
/// # Errors
/// 422 with the fault's code; 429 when it was tried too often.
pub async fn test(app: &App, source: SourceId, known: &Known) -> Result<Tested, Problem> {
    let settings = match &known.way {
        Way::Feed(settings) => settings,
        // A file in a folder is tried by a run that only looks.
        Way::Folder(_) => return Err(unread(&Trouble::of("only-preview", "Start a run with preview."))),
        Way::Upload(_) => return Err(Fail::Refused(SourceRefusal::FileNeeded {}).into()),
    };
    // Each trial calls somebody else's server.
    let bucket = attempts::bucket("source test", &source.to_string());
    if let Counted::Over(seconds) = attempts::count(&app.house, vec![bucket], TESTS).await? {
        return Err(Problem::too_many(seconds));
    }
    let work = Work {
        status: RunStatus::Reading,
        reading: store::Uuid::nil(),
        way: known.way.clone(),
        secret: known.secret.clone(),
        cursor: None,
    };
    let secret = job::open(app, source, &work).map_err(|trouble| unread(&trouble))?;
    let tested = feeds::test(&app.egress, settings, &secret, app.house.now().0 / 1_000_000).await;
    let tested = tested.map_err(|fault| match fault {
        feeds::Fault::BadSettings { .. } => refused(&fault),
        fault => unread(&trouble_of(&fault)),
    })?;
    let people = i64::try_from(tested.people).unwrap_or(i64::MAX);
    let free = known.usage.map_or(0, |u| (u.seats - u.active_users).max(0));
    let needed = (people - known.source.people).max(0);
    let sample = |p: feeds::Person| Sample { name: p.name, user_name: p.user_name, email: p.email, active: p.active };
    Ok(Tested {
        people,
        all: tested.all,
        seats_needed: needed,
        seats_free: free,
        seats_short: (needed - free).max(0),
        sample: tested.sample.into_iter().map(sample).collect(),
    })
}

/// Starts a run, and reads the file that came with it. A request that is sent again reads its file again where the first one was
/// cut off before it had: nobody else does.
///
/// # Errors
/// The refusal; 422 when the file cannot be read.
pub async fn start(
    app: &App,
    call: Call,
    (customer, source): (CustomerId, SourceId),
    preview: bool,
    file: Option<Bytes>,
) -> Result<Answer<Run>, Problem> {
    let mark = file.as_ref().map(|bytes| HEXLOWER.encode(&Sha256::digest(bytes)));
    let started = app.house.execute(call.clone(), StartRun { customer, source, preview, file: mark }).await?;
    let Some(file) = file else { return Ok(started) };
    let known = known(app, &call, customer, source).await?;
    let run = RunSource { customer, source, run: started.value.id };
    take_file(app, run, &known.way, file).await?;
    let value = run_of(app, &call, customer, source, run.run).await?;
    Ok(Answer { value, ..started })
}

async fn take_file(app: &App, run: RunSource, way: &Way, file: Bytes) -> Result<(), Problem> {
    let Way::Upload(columns) = way else { return Ok(()) };
    let later = |why: jobs::Retry| Problem::internal(format!("{why:?}"));
    let Some(stage) = begin(app, &run).await.map_err(later)? else { return Ok(()) };
    let (out, pages) = mpsc::channel(2);
    let read = feeds::csv::read_sent(file, columns.clone(), out);
    let (ended, taken) = tokio::join!(read, stage.take(Pages { pages, kind: Kind::Upload }));
    let reading: Reading = taken.map_err(later)?;
    match ended {
        Ok(ended) => judge(&run, &stage, reading, &ended).await.map(drop).map_err(later),
        Err(fault) => {
            let trouble = trouble_of(&fault);
            let RunSource { customer, source, run } = run;
            app.house.execute(Call::operator(), EndRun { customer, source, run, trouble: Some(trouble.clone()), counts: false }).await?;
            Err(unread(&trouble).field("/file", &trouble.code, trouble.detail.clone()))
        }
    }
}

/// A source that was just made or changed.
///
/// # Errors
/// 404.
pub async fn shown(app: &App, call: &Call, customer: CustomerId, changed: Changed) -> Result<super::Source, Problem> {
    Ok(known(app, call, customer, changed.id).await?.source)
}

/// The place of a run in a list.
pub fn mark(run: &Run) -> (Timestamp, store::Uuid) {
    (run.created_at, run.id.0)
}
