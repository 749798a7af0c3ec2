use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crossbeam_channel::{Sender, TrySendError, bounded};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::{
    Error, Home, Result, Tx, View,
    lane::{Reading, Source, WriteLane, Writing, serve_reads},
    postgres::PgTarget,
    view::Conn,
};

/// Where a home lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A schema of a PostgreSQL database. The DSN's user owns the tables; lanes work as `role`.
    Postgres { dsn: String, schema: String, role: String },
}

impl Where {
    pub(crate) fn source(&self) -> Source {
        match self {
            Where::Sqlite(path) => Source::Lite(path.clone()),
            Where::Postgres { dsn, schema, role } => {
                Source::Pg(PgTarget { dsn: dsn.clone(), schema: schema.clone(), role: Some(role.clone()) })
            }
        }
    }

    /// The owner's connection, for migrations and copies.
    pub(crate) fn owner(&self) -> Source {
        match self.source() {
            Source::Pg(target) => Source::Pg(PgTarget { role: None, ..target }),
            lite => lite,
        }
    }

    /// The file, when it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Where::Sqlite(path) => Some(path),
            Where::Postgres { .. } => None,
        }
    }
}

/// How many lanes, and how long their queues.
#[derive(Debug, Clone)]
pub struct Options {
    /// Write lanes on PostgreSQL (SQLite always has one).
    pub writers: usize,
    /// Read lanes.
    pub readers: usize,
    /// Jobs a queue holds before it answers [`Error::Busy`].
    pub queue: usize,
    /// One commit per job: only for benchmarks that show what group commit brings.
    pub single: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { writers: 8, readers: 4, queue: 2_048, single: false }
    }
}

/// What a write came to.
#[derive(Debug)]
pub enum Settled<T> {
    /// Commit it.
    Keep(T),
    /// Roll it back, but give the answer (a refusal, a preview).
    Undo(T),
}

/// A change as a value. `&self`: a batch may be run again.
pub trait Work<H>: Send + 'static {
    /// What the caller gets.
    type Out: Send + 'static;
    /// Runs inside the lane's transaction, in a savepoint of its own.
    ///
    /// # Errors
    /// A store error rolls the savepoint back and is answered as it is.
    fn run(&self, tx: &mut Tx<'_, H>) -> Result<Settled<Self::Out>>;
}

/// A home: its lanes' queues. Dropping it closes them; lanes finish what is queued and end.
pub struct Db<H: Home> {
    writers: Vec<Sender<Box<dyn Writing<H>>>>,
    readers: Sender<Box<dyn Reading<H>>>,
    place: Where,
    full: Arc<AtomicBool>,
    lanes: Vec<std::thread::JoinHandle<()>>,
}

impl<H: Home> Db<H> {
    /// Opens a home: migrates it to this program's schema, then starts the lanes.
    ///
    /// # Errors
    /// [`Error::Unavailable`], or [`Error::Corrupt`] when the stored schema is newer than this program.
    pub fn open(place: &Where, options: &Options) -> Result<Db<H>> {
        Self::migrate(place)?;
        Self::attach(place, options)
    }

    /// Starts lanes on a home whose schema is already right.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn attach(place: &Where, options: &Options) -> Result<Db<H>> {
        apart(|| Self::start(place, options))
    }

    fn start(place: &Where, options: &Options) -> Result<Db<H>> {
        let source = place.source();
        let full = Arc::new(AtomicBool::new(false));
        let count = if matches!(source, Source::Lite(_)) { 1 } else { options.writers.max(1) };
        let mut lanes = Vec::new();
        let mut writers = Vec::new();
        for n in 0..count {
            let (put, queue) = bounded(options.queue);
            let conn = source.connect(true)?;
            let lane = WriteLane { source: source.clone(), queue, full: full.clone(), single: options.single };
            lanes.push(start(format!("{}-write-{n}", H::NAME), move || lane.serve(Some(conn)))?);
            writers.push(put);
        }
        let (put, queue) = bounded(options.queue);
        for n in 0..options.readers.max(1) {
            let (source, queue) = (source.clone(), queue.clone());
            let conn: Conn = source.connect(false)?;
            lanes.push(start(format!("{}-read-{n}", H::NAME), move || serve_reads(&source, &queue, Some(conn)))?);
        }
        Ok(Db { writers, readers: put, place: place.clone(), full, lanes })
    }

    /// Where this home lives.
    #[must_use]
    pub fn place(&self) -> &Where {
        &self.place
    }

    /// True while the last write found the disk full.
    #[must_use]
    pub fn disk_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Jobs waiting in the write queues.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.writers.iter().map(Sender::len).sum()
    }

    /// Queues a change and waits for its commit. `key` = the row that is fought over (the partner): on PostgreSQL it
    /// chooses the lane. A caller that goes away does not stop the change.
    ///
    /// # Errors
    /// As [`Error`] tells; nothing is half done.
    pub async fn write<W: Work<H>>(&self, key: Uuid, work: W) -> Result<W::Out> {
        let lane = usize::try_from(key.as_u128() % (self.writers.len() as u128)).unwrap_or(0);
        let (reply, answer) = oneshot::channel();
        let job = Box::new(PendingWrite { work, out: None, reply });
        put(&self.writers[lane], job)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Runs a read in one snapshot.
    ///
    /// # Errors
    /// As [`Error`] tells.
    pub async fn read<T, F>(&self, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut View<'_, H>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(PendingRead { read, out: None, reply });
        put(&self.readers, job)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Closes the queues and waits until the lanes have finished what was queued.
    pub fn close(mut self) {
        self.writers.clear();
        let (put, _) = bounded(0);
        self.readers = put;
        for lane in std::mem::take(&mut self.lanes) {
            let _ = lane.join();
        }
    }
}

/// Runs what opens connections on a thread of its own: a PostgreSQL connection brings its own runtime, which must not
/// be entered (or dropped) inside the caller's.
pub(crate) fn apart<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|s| s.spawn(work).join().unwrap_or(Err(Error::Panicked)))
}

fn start(name: String, body: impl FnOnce() + Send + 'static) -> Result<std::thread::JoinHandle<()>> {
    std::thread::Builder::new().name(name).spawn(body).map_err(|e| Error::Unavailable(e.to_string()))
}

fn put<J>(queue: &Sender<J>, job: J) -> Result<()> {
    queue.try_send(job).map_err(|e| match e {
        TrySendError::Full(_) => Error::Busy,
        TrySendError::Disconnected(_) => Error::Closed,
    })
}

struct PendingWrite<H, W: Work<H>> {
    work: W,
    out: Option<Result<W::Out>>,
    reply: oneshot::Sender<Result<W::Out>>,
}

impl<H: Home, W: Work<H>> Writing<H> for PendingWrite<H, W> {
    fn run(&mut self, tx: &mut Tx<'_, H>) -> bool {
        let (keep, out) = match self.work.run(tx) {
            Ok(Settled::Keep(out)) => (true, Ok(out)),
            Ok(Settled::Undo(out)) => (false, Ok(out)),
            Err(error) => (false, Err(error)),
        };
        self.out = Some(out);
        keep
    }
    fn fail(&mut self, error: Error) {
        // Refusals too: one may rest on a neighbour's change that is now gone.
        self.out = Some(Err(error));
    }
    fn answer(self: Box<Self>) {
        let _ = self.reply.send(self.out.unwrap_or(Err(Error::Closed)));
    }
}

struct PendingRead<T, F> {
    read: F,
    out: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<H: Home, T: Send, F: Fn(&mut View<'_, H>) -> Result<T> + Send> Reading<H> for PendingRead<T, F> {
    fn run(&mut self, view: &mut View<'_, H>) {
        self.out = Some((self.read)(view));
    }
    fn fail(&mut self, error: Error) {
        self.out = Some(Err(error));
    }
    fn answer(self: Box<Self>) {
        let _ = self.reply.send(self.out.unwrap_or(Err(Error::Closed)));
    }
}
