//! Every SQL text of sources and their runs.

use access::Scope;
use store::{CustomerId, Region, Result, Row, SourceId, SourceRunId, Timestamp, Tx, Uuid, View, p, sql};

use super::{
    source::{Counts, Run, RunStatus, Source, SourceStatus, Trouble},
    way::Way,
};
use crate::directory::reconcile::Applied;

fn customer<P>(scope: &Scope<P>) -> CustomerId {
    scope.customer().unwrap_or(CustomerId::new(scope.node()))
}

/// A source as its own commands need it.
#[derive(Debug, Clone)]
pub struct Stored {
    pub source: Source,
    pub way: Way,
    /// The sealed secret.
    pub secret: Option<String>,
    pub turn: i64,
    pub cursor: Option<String>,
}

macro_rules! of_source {
    ($rest:expr) => {
        concat!(
            "SELECT s.source_id, s.name, s.settings, s.secret, s.every_minutes, s.stop_percent, s.next_at, s.turn, s.cursor, s.trouble, s.trouble_detail,
               s.created_at, s.version, (SELECT COUNT(*) FROM feed_member f WHERE f.customer_id = $1 AND f.source_id = s.source_id AND f.state = 'named') AS people
             FROM source s WHERE s.customer_id = $1 ",
            $rest
        )
    };
}

fn trouble(row: &Row) -> Result<Option<Trouble>> {
    let (code, detail): (Option<String>, Option<String>) = (row.get("trouble")?, row.get("trouble_detail")?);
    Ok(code.map(|code| Trouble::of(&code, detail.unwrap_or_default())))
}

fn source(row: &Row) -> Result<Stored> {
    let settings: String = row.get("settings")?;
    let way = Way::stored(&settings)?;
    let (secret, trouble): (Option<String>, _) = (row.get("secret")?, trouble(row)?);
    Ok(Stored {
        source: Source {
            id: row.get("source_id")?,
            kind: way.kind(),
            name: row.get("name")?,
            settings: way.settings(),
            has_secret: secret.is_some(),
            every_minutes: row.get("every_minutes")?,
            stop_percent: row.get("stop_percent")?,
            next_at: row.get("next_at")?,
            status: SourceStatus::New,
            trouble,
            last_run: None,
            people: row.get("people")?,
            created_at: row.get("created_at")?,
            version: row.get("version")?,
        },
        way,
        secret,
        turn: row.get("turn")?,
        cursor: row.get("cursor")?,
    })
}

fn status_of(source: &Source) -> SourceStatus {
    match (&source.trouble, source.last_run.as_ref().map(|run| run.status)) {
        (_, None) => SourceStatus::New,
        (_, Some(RunStatus::Reading | RunStatus::Applying)) => SourceStatus::Running,
        (_, Some(RunStatus::Stopped | RunStatus::Judged)) => SourceStatus::Stopped,
        (Some(trouble), _) if trouble.code == "consent-needed" => SourceStatus::ConsentNeeded,
        (Some(_), _) => SourceStatus::Failed,
        (None, _) => SourceStatus::Ok,
    }
}

fn with_run<P>(view: &mut View<'_, Region>, scope: &Scope<P>, mut found: Stored) -> Result<Stored> {
    found.source.last_run = runs(view, scope, found.source.id, None, 1)?.into_iter().next();
    found.source.status = status_of(&found.source);
    Ok(found)
}

pub fn find<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: SourceId) -> Result<Option<Stored>> {
    let row = view.opt(sql!(Region, of_source!("AND s.source_id = $2")), p![customer(scope), id])?;
    let Some(found) = row.as_ref().map(source).transpose()? else { return Ok(None) };
    with_run(view, scope, found).map(Some)
}

/// As [`find`], held until the transaction ends: whoever else changes the source, or begins a run of it, comes before, or waits.
pub fn hold<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: SourceId) -> Result<Option<Stored>> {
    let text = sql!(Region, "UPDATE source SET version = version WHERE customer_id = $1 AND source_id = $2 RETURNING version");
    tx.held(text, p![customer(scope), id])?;
    find(tx, scope, id)
}

pub fn all<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Vec<Stored>> {
    let rows = view.rows(sql!(Region, of_source!("ORDER BY s.source_id")), p![customer(scope)])?;
    rows.iter().map(|row| source(row).and_then(|found| with_run(view, scope, found))).collect()
}

pub fn count<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<i64> {
    view.one(sql!(Region, "SELECT COUNT(*) AS n FROM source WHERE customer_id = $1"), p![customer(scope)])?.get("n")
}

/// What is written of a source.
pub struct Written<'a> {
    pub id: SourceId,
    pub name: &'a str,
    pub way: &'a Way,
    pub secret: Option<&'a str>,
    pub every_minutes: Option<i64>,
    pub stop_percent: i64,
    pub next_at: Option<Timestamp>,
}

pub fn insert<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, w: &Written<'_>, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO source (customer_id, source_id, kind, name, settings, secret, every_minutes, stop_percent, next_at, turn, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, 1)"
        ),
        p![
            customer(scope),
            w.id,
            w.way.kind().word(),
            w.name,
            w.way.settings().to_string(),
            w.secret,
            w.every_minutes,
            w.stop_percent,
            w.next_at,
            now
        ],
    )
    .map(drop)
}

/// Writes a changed source. With `afresh` its next run reads it from the start.
pub fn update<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, w: &Written<'_>, afresh: bool) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "UPDATE source SET name = $3, settings = $4, secret = $5, every_minutes = $6, stop_percent = $7, next_at = $8, turn = turn + 1,
               cursor = CASE WHEN $9 THEN NULL ELSE cursor END, version = version + 1 WHERE customer_id = $1 AND source_id = $2"
        ),
        p![customer(scope), w.id, w.name, w.way.settings().to_string(), w.secret, w.every_minutes, w.stop_percent, w.next_at, afresh],
    )
    .map(drop)
}

/// Books the next turn of a source's schedule and gives its number.
pub fn next_turn<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: SourceId, at: Timestamp) -> Result<Option<i64>> {
    let row = tx.change(
        sql!(Region, "UPDATE source SET next_at = $3, turn = turn + 1 WHERE customer_id = $1 AND source_id = $2 RETURNING turn"),
        p![customer(scope), id, at],
    )?;
    row.map(|r| r.get("turn")).transpose()
}

pub fn delete<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: SourceId) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "DELETE FROM source_run WHERE customer_id = $1
             AND run_id IN (SELECT r.run_id FROM source_run r WHERE r.customer_id = $1 AND r.source_id = $2)"
        ),
        p![customer(scope), id],
    )?;
    tx.exec(sql!(Region, "DELETE FROM source WHERE customer_id = $1 AND source_id = $2"), p![customer(scope), id]).map(drop)
}

/// Books how the last run ended for the source itself: its trouble, or none and the place to go on from.
pub fn set_outcome<P>(
    tx: &mut Tx<'_, Region>,
    scope: &Scope<P>,
    id: SourceId,
    trouble: Option<&Trouble>,
    cursor: Option<&str>,
) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "UPDATE source SET trouble = $3, trouble_detail = $4, cursor = CASE WHEN CAST($3 AS TEXT) IS NULL THEN $5 ELSE cursor END WHERE customer_id = $1 AND source_id = $2"
        ),
        p![customer(scope), id, trouble.map(|t| t.code.as_str()), trouble.map(|t| t.detail.as_str()), cursor],
    )
    .map(drop)
}

/// Another source of the customer whose last run failed, if there is one.
pub fn another_in_trouble<P>(view: &mut View<'_, Region>, scope: &Scope<P>, but: SourceId) -> Result<bool> {
    let row = view.opt(
        sql!(Region, "SELECT source_id FROM source WHERE customer_id = $1 AND source_id <> $2 AND trouble IS NOT NULL"),
        p![customer(scope), but],
    )?;
    Ok(row.is_some())
}

macro_rules! of_run {
    ($rest:expr) => {
        concat!(
            "SELECT r.run_id, r.source_id, r.reading_id, r.status, r.preview, r.scheduled, r.counts, r.applied, r.cursor, r.trouble, r.trouble_detail,
               r.created_at, r.ended_at FROM source_run r WHERE r.customer_id = $1 AND ",
            $rest
        )
    };
}

fn run(row: &Row) -> Result<Run> {
    let (status, counts, applied): (String, String, String) = (row.get("status")?, row.get("counts")?, row.get("applied")?);
    let corrupt = |what: &str| store::Error::Corrupt(format!("a run's {what}"));
    Ok(Run {
        id: row.get("run_id")?,
        source_id: row.get("source_id")?,
        status: RunStatus::parse(&status).ok_or_else(|| corrupt("status"))?,
        preview: row.get("preview")?,
        scheduled: row.get("scheduled")?,
        counts: serde_json::from_str::<Counts>(&counts).map_err(|_| corrupt("counts"))?,
        applied: serde_json::from_str::<Applied>(&applied).map_err(|_| corrupt("work"))?,
        trouble: trouble(row)?,
        created_at: row.get("created_at")?,
        ended_at: row.get("ended_at")?,
        reading: row.get("reading_id")?,
    })
}

/// Runs of a source, newest first, behind one.
pub fn runs<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    source: SourceId,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Run>> {
    let (at, id) = after.unwrap_or((Timestamp::FOREVER, Uuid::max()));
    let rows = view.rows(
        sql!(
            Region,
            of_run!("r.source_id = $2 AND (r.created_at, r.run_id) < ($3, $4) ORDER BY r.created_at DESC, r.run_id DESC LIMIT $5")
        ),
        p![customer(scope), source, at, id, limit],
    )?;
    rows.iter().map(run).collect()
}

pub fn count_runs<P>(view: &mut View<'_, Region>, scope: &Scope<P>, source: SourceId) -> Result<i64> {
    view.one(sql!(Region, "SELECT COUNT(*) AS n FROM source_run WHERE customer_id = $1 AND source_id = $2"), p![customer(scope), source])?
        .get("n")
}

pub fn find_run<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: SourceRunId) -> Result<Option<Run>> {
    let row = view.opt(sql!(Region, of_run!("r.run_id = $2")), p![customer(scope), id])?;
    row.as_ref().map(run).transpose()
}

/// The place to go on from that a run came to.
pub fn cursor_of<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: SourceRunId) -> Result<Option<String>> {
    let row = view.opt(sql!(Region, of_run!("r.run_id = $2")), p![customer(scope), id])?;
    row.map_or(Ok(None), |r| r.get("cursor"))
}

pub fn insert_run<P>(
    tx: &mut Tx<'_, Region>,
    scope: &Scope<P>,
    source: SourceId,
    id: SourceRunId,
    (preview, scheduled): (bool, bool),
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO source_run (customer_id, run_id, source_id, reading_id, status, preview, scheduled, counts, applied, created_at)
             VALUES ($1, $2, $3, $4, 'reading', $5, $6, '{}', '{}', $7)"
        ),
        p![customer(scope), id, source, Uuid::nil(), preview, scheduled, now],
    )
    .map(drop)
}

/// Brings a run from one state to another; false when it stands elsewhere.
pub fn turn_run<P>(
    tx: &mut Tx<'_, Region>,
    scope: &Scope<P>,
    id: SourceRunId,
    from: RunStatus,
    to: RunStatus,
    now: Timestamp,
) -> Result<bool> {
    let ended = (!to.works() && !to.waits()).then_some(now);
    tx.exec(
        sql!(Region, "UPDATE source_run SET status = $4, ended_at = $5 WHERE customer_id = $1 AND run_id = $2 AND status = $3"),
        p![customer(scope), id, from.word(), to.word(), ended],
    )
    .map(|n| n == 1)
}

/// Says which reading of a run counts from here on; false when it is not being read.
pub fn set_reading<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: SourceRunId, reading: Uuid) -> Result<bool> {
    tx.exec(
        sql!(Region, "UPDATE source_run SET reading_id = $3 WHERE customer_id = $1 AND run_id = $2 AND status = 'reading'"),
        p![customer(scope), id, reading],
    )
    .map(|n| n == 1)
}

/// Writes what a reading has found; false when another reading counts by now.
pub fn set_found<P>(
    tx: &mut Tx<'_, Region>,
    scope: &Scope<P>,
    id: SourceRunId,
    reading: Uuid,
    counts: &Counts,
    cursor: Option<&str>,
) -> Result<bool> {
    let counts = serde_json::to_string(counts).unwrap_or_default();
    tx.exec(
        sql!(
            Region,
            "UPDATE source_run SET counts = $4, cursor = $5 WHERE customer_id = $1 AND run_id = $2 AND reading_id = $3 AND status = 'reading'"
        ),
        p![customer(scope), id, reading, counts, cursor],
    )
    .map(|n| n == 1)
}

pub fn set_applied<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: SourceRunId, applied: &Applied) -> Result<()> {
    let applied = serde_json::to_string(applied).unwrap_or_default();
    tx.exec(sql!(Region, "UPDATE source_run SET applied = $3 WHERE customer_id = $1 AND run_id = $2"), p![customer(scope), id, applied])
        .map(drop)
}

pub fn set_trouble<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: SourceRunId, trouble: &Trouble) -> Result<()> {
    tx.exec(
        sql!(Region, "UPDATE source_run SET trouble = $3, trouble_detail = $4 WHERE customer_id = $1 AND run_id = $2"),
        p![customer(scope), id, &trouble.code, &trouble.detail],
    )
    .map(drop)
}

/// Forgets the oldest runs of a source beyond so many.
pub fn prune<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, source: SourceId, keep: i64) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "DELETE FROM source_run WHERE customer_id = $1 AND source_id = $2 AND run_id IN
             (SELECT r.run_id FROM source_run r WHERE r.customer_id = $1 AND r.source_id = $2 ORDER BY r.created_at DESC, r.run_id DESC LIMIT 1000 OFFSET $3)"
        ),
        p![customer(scope), source, keep],
    )
    .map(drop)
}
