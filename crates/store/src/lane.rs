//! The one loop that serves both engines: take what is queued, BEGIN, each job in a savepoint under `catch_unwind`,
//! one COMMIT answers all.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crossbeam_channel::Receiver;

use crate::{
    Error, Home, Result, Tx, View,
    error::Fault,
    postgres::{PgConn, PgTarget},
    sqlite::LiteConn,
    view::Conn,
};

/// Where a home's connections come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Lite(PathBuf),
    Pg(PgTarget),
}

impl Source {
    pub(crate) fn connect(&self, write: bool) -> Result<Conn> {
        match self {
            Source::Lite(path) => LiteConn::open(path, write).map(Conn::Lite),
            Source::Pg(target) => PgConn::open(target).map(|c| Conn::Pg(Box::new(c))),
        }
    }
}

/// A write job in a lane's queue. `run` may be called more than once: a batch is run again after 40001.
pub(crate) trait Writing<H>: Send {
    /// True = keep what was written, false = roll it back.
    fn run(&mut self, tx: &mut Tx<'_, H>) -> bool;
    fn fail(&mut self, error: Error);
    fn answer(self: Box<Self>);
}

/// A read job.
pub(crate) trait Reading<H>: Send {
    fn run(&mut self, view: &mut View<'_, H>);
    fn fail(&mut self, error: Error);
    fn answer(self: Box<Self>);
}

/// How much a batch may hold: on PostgreSQL 64 subtransactions fit in a backend's cache.
fn limits(conn: &Conn) -> (usize, Duration) {
    if conn.is_postgres() { (60, Duration::from_millis(20)) } else { (512, Duration::from_millis(20)) }
}

const RERUNS: u32 = 10;

pub(crate) struct WriteLane<H> {
    pub(crate) source: Source,
    pub(crate) queue: Receiver<Box<dyn Writing<H>>>,
    pub(crate) full: Arc<AtomicBool>,
    pub(crate) single: bool,
}

impl<H: Home> WriteLane<H> {
    pub(crate) fn serve(self, mut conn: Option<Conn>) {
        while let Ok(first) = self.queue.recv() {
            let mut batch = vec![first];
            let end = self.settle(&mut conn, &mut batch);
            if let Err(error) = end {
                for job in &mut batch {
                    job.fail(error.clone());
                }
            }
            batch.into_iter().for_each(Writing::answer);
        }
    }

    /// Runs the batch to its end: committed (each job holds its own answer), or one error for all.
    fn settle(&self, conn: &mut Option<Conn>, batch: &mut Vec<Box<dyn Writing<H>>>) -> Result<()> {
        let mut last = Error::Busy;
        for attempt in 0..RERUNS {
            let open = match conn.take() {
                Some(open) => conn.insert(open),
                None => conn.insert(self.source.connect(true)?),
            };
            match self.attempt(open, batch) {
                Ok(()) => {
                    self.full.store(false, Ordering::Relaxed);
                    return Ok(());
                }
                Err(Stop::Again(error)) => {
                    let _ = open.batch("ROLLBACK");
                    open.take_fault();
                    last = error;
                    std::thread::sleep(Duration::from_millis(u64::from(attempt) * 7 % 31));
                }
                Err(Stop::Reconnect(error)) => {
                    *conn = None;
                    last = error;
                    std::thread::sleep(Duration::from_millis(50 * u64::from(attempt)));
                }
                Err(Stop::End(error)) => {
                    self.full.store(matches!(error, Error::Full), Ordering::Relaxed);
                    // A connection whose state is in doubt is not used again.
                    if open.batch("ROLLBACK").is_err() || matches!(error, Error::Unknown) {
                        *conn = None;
                    } else {
                        open.take_fault();
                    }
                    return Err(error);
                }
            }
        }
        Err(last)
    }

    #[expect(clippy::disallowed_methods, reason = "a batch ends after 20 ms of the machine's own time, whatever the clock says")]
    fn attempt(&self, conn: &mut Conn, batch: &mut Vec<Box<dyn Writing<H>>>) -> std::result::Result<(), Stop> {
        let (most, longest) = limits(conn);
        let started = Instant::now();
        stopped(conn, begin)?;
        let mut at = 0;
        loop {
            let keep = run_alone(conn, batch[at].as_mut());
            if let Some(stop) = stop_for(conn) {
                return Err(stop);
            }
            at += 1;
            if at == batch.len() && !self.single && at < most && started.elapsed() < longest {
                batch.extend(self.queue.try_recv().ok());
            }
            if at == batch.len() {
                return self.commit(conn, keep);
            }
            stopped(conn, |c| between(c, keep))?;
        }
    }

    fn commit(&self, conn: &mut Conn, keep: bool) -> std::result::Result<(), Stop> {
        let pg = conn.is_postgres();
        if !keep || !pg {
            stopped(conn, |c| c.batch(if keep { "RELEASE j" } else { "ROLLBACK TO j" }))?;
        }
        match conn.batch(if keep && pg { "RELEASE j; COMMIT" } else { "COMMIT" }) {
            Ok(()) => Ok(()),
            Err(error) => Err(match conn.take_fault() {
                Some(Fault::Rerun) => Stop::Again(error),
                Some(Fault::Lost) => Stop::End(Error::Unknown),
                Some(Fault::Full) | None => Stop::End(error),
            }),
        }
    }
}

enum Stop {
    Again(Error),
    Reconnect(Error),
    End(Error),
}

fn stop_for(conn: &mut Conn) -> Option<Stop> {
    Some(match conn.take_fault()? {
        Fault::Rerun => Stop::Again(Error::Busy),
        Fault::Lost => Stop::Reconnect(Error::Unavailable("the connection was lost".into())),
        Fault::Full => Stop::End(Error::Full),
    })
}

fn stopped(conn: &mut Conn, step: impl FnOnce(&mut Conn) -> Result<()>) -> std::result::Result<(), Stop> {
    step(conn).map_err(|error| stop_for(conn).unwrap_or(Stop::End(error)))
}

/// Opens the batch's transaction and the first job's savepoint.
fn begin(conn: &mut Conn) -> Result<()> {
    if let Conn::Pg(c) = &mut *conn {
        return c.begin("BEGIN; SAVEPOINT j; SELECT set_config('app.scope', '', true)");
    }
    conn.batch("BEGIN IMMEDIATE")?;
    conn.batch("SAVEPOINT j")
}

/// Ends one job and opens the next one's savepoint, with no scope: on PostgreSQL in the round trip of its first statement.
fn between(conn: &mut Conn, keep: bool) -> Result<()> {
    match (conn, keep) {
        (Conn::Pg(c), true) => c.defer("RELEASE j; SAVEPOINT j; SELECT set_config('app.scope', '', true)"),
        // Rolling back leaves the savepoint standing: the next job takes it over.
        (Conn::Pg(c), false) => c.defer("ROLLBACK TO j; SELECT set_config('app.scope', '', true)"),
        (lite, true) => lite.batch("RELEASE j").and_then(|()| lite.batch("SAVEPOINT j"))?,
        (lite, false) => lite.batch("ROLLBACK TO j")?,
    }
    Ok(())
}

fn run_alone<H: Home>(conn: &mut Conn, job: &mut dyn Writing<H>) -> bool {
    conn.take_broke();
    let ran = catch_unwind(AssertUnwindSafe(|| job.run(&mut Tx::new(conn))));
    let keep = ran.unwrap_or_else(|_| {
        job.fail(Error::Panicked);
        false
    });
    // A job that swallows an engine's error and goes on would end the whole batch on PostgreSQL, and pass on SQLite.
    match conn.take_broke() {
        Some(error) if keep => {
            job.fail(error);
            false
        }
        _ => keep,
    }
}

/// Serves reads until the queue closes.
pub(crate) fn serve_reads<H: Home>(source: &Source, queue: &Receiver<Box<dyn Reading<H>>>, mut conn: Option<Conn>) {
    while let Ok(mut job) = queue.recv() {
        for retry in [true, false] {
            if conn.is_none() {
                match source.connect(false) {
                    Ok(fresh) => conn = Some(fresh),
                    Err(error) => job.fail(error),
                }
            }
            let Some(open) = conn.as_mut() else { break };
            match read_once(open, job.as_mut()) {
                Some(Fault::Lost) => conn = None,
                Some(Fault::Rerun) => {}
                _ => break,
            }
            if !retry {
                job.fail(Error::Unavailable("the connection was lost".into()));
            }
        }
        job.answer();
    }
}

fn read_once<H: Home>(conn: &mut Conn, job: &mut dyn Reading<H>) -> Option<Fault> {
    let begun = if let Conn::Pg(c) = &mut *conn { c.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") } else { conn.batch("BEGIN") };
    if let Err(error) = begun {
        job.fail(error);
        return conn.take_fault();
    }
    if catch_unwind(AssertUnwindSafe(|| job.run(&mut View::new(conn)))).is_err() {
        job.fail(Error::Panicked);
    }
    let fault = conn.take_fault();
    match conn.batch("ROLLBACK") {
        Ok(()) => fault,
        // A connection that cannot even end its snapshot is not used again; the read is repeated on a fresh one.
        Err(_) => Some(Fault::Lost),
    }
}
