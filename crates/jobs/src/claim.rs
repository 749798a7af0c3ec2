//! Claiming, finishing and listing jobs: the only SQL of this crate.

use std::collections::HashMap;

use command::{Place, Told};
use futures_util::future::join_all;
use store::{Control, Db, Home, JobId, Region, Result, Row, Settled, Sql, Timestamp, Tx, Uuid, View, Work, p, sql};

/// A job a worker holds: nobody else may finish it while the fence stands.
#[derive(Debug, Clone)]
pub(crate) struct Claimed {
    pub(crate) id: JobId,
    pub(crate) chain: Uuid,
    pub(crate) kind: String,
    pub(crate) payload: String,
    pub(crate) holder: Uuid,
    pub(crate) node: Uuid,
    pub(crate) attempts: i64,
    pub(crate) fence: i64,
}

impl Claimed {
    /// News as its teller wrote it: running, for the first time.
    pub(crate) fn held(told: Told) -> Claimed {
        let Told { id, kind, payload, holder, node, .. } = told;
        // News is delivered by its teller and takes nobody's turn.
        Claimed { id, chain: Uuid::nil(), kind: kind.to_owned(), payload, holder, node, attempts: 1, fence: 1 }
    }
}

fn read(row: &Row) -> Result<Claimed> {
    Ok(Claimed {
        id: row.get("job_id")?,
        chain: row.get("chain_id")?,
        kind: row.get("kind")?,
        payload: row.get("payload")?,
        holder: row.get("holder_id")?,
        node: row.get("node_id")?,
        attempts: row.get("attempts")?,
        fence: row.get("fence")?,
    })
}

pub(crate) struct Texts<H: 'static> {
    over: &'static Sql<H>,
    chain: &'static Sql<H>,
    due: &'static Sql<H>,
    take: &'static Sql<H>,
    end: &'static Sql<H>,
    inherit: &'static Sql<H>,
    dead: &'static Sql<H>,
    revive: &'static Sql<H>,
    renew: &'static Sql<H>,
    let_go: &'static Sql<H>,
    waiting: &'static Sql<H>,
    forget: &'static Sql<H>,
    forget_held: &'static Sql<H>,
}

/// The homes that have a job table.
pub trait HasJobs: Place {
    #[doc(hidden)]
    fn job_texts() -> impl Into<Held<Self>>;
}

#[doc(hidden)]
pub struct Held<H: 'static>(pub(crate) Texts<H>);
impl<H> From<Texts<H>> for Held<H> {
    fn from(texts: Texts<H>) -> Self {
        Held(texts)
    }
}

macro_rules! texts {
    ($home:ty) => {
        Texts {
            over: sql!($home, "SELECT job_id FROM job WHERE status = 'running' AND lease_until < $1 ORDER BY run_at LIMIT $2"),
            chain: sql!($home, "SELECT chain_id FROM job WHERE status = 'queued' AND chain_id >= $1 AND run_at <= $2 ORDER BY chain_id, run_at LIMIT 1"),
            due: sql!($home, "SELECT job_id FROM job WHERE status = 'queued' AND chain_id = $1 AND run_at <= $2 ORDER BY run_at, job_id LIMIT $3"),
            // The condition is repeated: of two workers that saw the same due row, one updates it and the other finds it taken.
            take: sql!($home, "UPDATE job SET status = 'running', attempts = attempts + 1, fence = fence + 1, lease_until = $4
                 WHERE job_id = $1 AND ((status = 'queued' AND run_at <= $2) OR (status = 'running' AND lease_until < $3))
                 RETURNING job_id, chain_id, kind, payload, holder_id, node_id, attempts, fence"),
            end: sql!($home, "UPDATE job SET status = $3, run_at = $4, last_error = $5, finished_at = $6, lease_until = 0 WHERE job_id = $1 AND fence = $2 AND status = 'running'"),
            inherit: sql!($home, "INSERT INTO job (job_id, chain_id, node_id, kind, payload, holder_id, status, run_at, attempts, fence, lease_until, created_at)
                 SELECT $2, chain_id, node_id, $3, payload, holder_id, 'queued', $4, 0, 0, 0, $4 FROM job WHERE job_id = $1"),
            dead: sql!($home, "SELECT job_id, kind, node_id, attempts, last_error, created_at, finished_at FROM job WHERE chain_id = $1 AND status = 'dead' ORDER BY created_at DESC LIMIT 200"),
            revive: sql!($home, "UPDATE job SET status = 'queued', run_at = $3, attempts = 0, finished_at = NULL WHERE chain_id = $1 AND job_id = $2 AND status = 'dead'"),
            renew: sql!($home, "UPDATE job SET lease_until = $3 WHERE job_id = $1 AND fence = $2 AND status = 'running'"),
            let_go: sql!($home, "UPDATE job SET lease_until = 0 WHERE status = 'running'"),
            forget: sql!(
                $home,
                "DELETE FROM job WHERE job_id IN (SELECT job_id FROM job WHERE status = 'done' AND finished_at < $1 LIMIT 1000)"
            ),
            forget_held: sql!($home, "DELETE FROM job WHERE job_id = $1 AND fence = 1 AND status = 'running'"),
            waiting: sql!($home, "SELECT COUNT(*) AS n FROM job WHERE status = 'queued' AND run_at <= $1 OR status = 'running'"),
        }
    };
}

impl HasJobs for Control {
    fn job_texts() -> impl Into<Held<Self>> {
        texts!(Control)
    }
}
impl HasJobs for Region {
    fn job_texts() -> impl Into<Held<Self>> {
        texts!(Region)
    }
}

fn held<H: HasJobs>() -> Texts<H> {
    H::job_texts().into().0
}

/// What a worker asks for: how many, and whose turn it is.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// How many jobs.
    pub(crate) limit: usize,
    /// The chain whose turn it is; the next one that has something due, when it has not.
    pub(crate) turn: Uuid,
    /// How many of one chain may run at once.
    pub(crate) of_one: usize,
    /// How many of each chain run already.
    pub(crate) running: HashMap<Uuid, usize>,
}

impl Wanted {
    /// How many more of a chain may run.
    fn room(&self, chain: Uuid) -> usize {
        self.of_one.saturating_sub(self.running.get(&chain).copied().unwrap_or(0))
    }
}

/// Claims due jobs, and says whose turn it is next. `now` is the house's clock, `wall` the machine's: a lease is real time.
pub(crate) async fn claim<H: HasJobs>(
    db: &Db<H>,
    now: Timestamp,
    wall: Timestamp,
    lease_until: Timestamp,
    wanted: Wanted,
) -> Result<(Vec<Claimed>, Uuid)> {
    let (due, turn) = due(db, now, wall, wanted).await?;
    // Asked together, so that one commit claims them all.
    let taken = join_all(due.into_iter().map(|id| take(db, id, now, wall, lease_until))).await;
    let mut claimed = Vec::new();
    for one in taken {
        match one {
            Ok(job) => claimed.extend(job),
            // Those already claimed must run; the others are found again.
            Err(error) => tracing::warn!(%error, "a job could not be claimed"),
        }
    }
    Ok((claimed, turn))
}

// These give the lane's future itself, not an async block round it: the compiler can then see that it is Send for every H.
fn due<H: HasJobs>(db: &Db<H>, now: Timestamp, wall: Timestamp, wanted: Wanted) -> impl Future<Output = Result<(Vec<JobId>, Uuid)>> + Send {
    db.read(move |view: &mut View<'_, H>| {
        let most = |n: usize| i64::try_from(n).unwrap_or(0);
        let mut ids = ids(&view.rows(held::<H>().over, p![wall, most(wanted.limit)])?)?;
        let chains = chains(view, now, &wanted)?;
        let turn = chains.last().map_or(wanted.turn, |last| after(*last));
        let each = wanted.limit.checked_div(chains.len()).unwrap_or(0) + 1;
        let mut hands = Vec::with_capacity(chains.len());
        for chain in chains {
            let some = view.rows(held::<H>().due, p![chain, now, most(each.min(wanted.room(chain)))])?;
            hands.push(self::ids(&some)?.into_iter());
        }
        ids.extend(dealt(hands));
        ids.truncate(wanted.limit);
        Ok((ids, turn))
    })
}

fn ids(rows: &[Row]) -> Result<Vec<JobId>> {
    rows.iter().map(|r| r.get("job_id")).collect()
}

/// Chains that have something due, in turn, once round at most. Whoever has much to do does not hold up whoever has little.
fn chains<H: HasJobs>(view: &mut View<'_, H>, now: Timestamp, wanted: &Wanted) -> Result<Vec<Uuid>> {
    let mut found = Vec::new();
    let (mut at, mut round) = (wanted.turn, 0);
    while found.len() < wanted.limit && round < 2 {
        let next: Option<Uuid> = view.opt(held::<H>().chain, p![at, now])?.map(|r| r.get("chain_id")).transpose()?;
        match next {
            Some(chain) if round == 1 && chain >= wanted.turn => break,
            Some(chain) => {
                if wanted.room(chain) > 0 {
                    found.push(chain);
                }
                at = after(chain);
            }
            None => (at, round) = (Uuid::nil(), round + 1),
        }
    }
    Ok(found)
}

/// The id that follows; after the last comes the first.
fn after(chain: Uuid) -> Uuid {
    Uuid::from_u128(chain.as_u128().wrapping_add(1))
}

/// One of each hand, then the next of each, until all are empty.
fn dealt<T>(mut hands: Vec<impl Iterator<Item = T>>) -> Vec<T> {
    let mut all = Vec::new();
    loop {
        let before = all.len();
        all.extend(hands.iter_mut().filter_map(Iterator::next));
        if all.len() == before {
            return all;
        }
    }
}

/// Claims one job by its id.
fn take<H: HasJobs>(
    db: &Db<H>,
    id: JobId,
    now: Timestamp,
    wall: Timestamp,
    lease_until: Timestamp,
) -> impl Future<Output = Result<Option<Claimed>>> + Send {
    db.write(
        id.0,
        Step(move |tx: &mut Tx<'_, H>| tx.change(held::<H>().take, p![id, now, wall, lease_until])?.as_ref().map(read).transpose()),
    )
}

/// Holds a running job longer; false when another worker has it now.
pub(crate) fn renew<'d, H: HasJobs>(
    db: &'d Db<H>,
    job: &Claimed,
    lease_until: Timestamp,
) -> impl Future<Output = Result<bool>> + Send + use<'d, H> {
    let (id, fence) = (job.id, job.fence);
    db.write(id.0, Step(move |tx: &mut Tx<'_, H>| tx.exec(held::<H>().renew, p![id, fence, lease_until]).map(|n| n == 1)))
}

/// Ends every lease: whoever held one is known to be gone.
pub(crate) fn let_go<H: HasJobs>(db: &Db<H>) -> impl Future<Output = Result<u64>> + Send {
    db.write(Uuid::nil(), Step(move |tx: &mut Tx<'_, H>| tx.exec(held::<H>().let_go, &[])))
}

/// How a run ended.
pub(crate) enum End {
    Done,
    Again {
        at: Timestamp,
        error: String,
    },
    /// For good. Its heir is a job of that kind and id.
    Dead {
        error: String,
        heir: Option<(&'static str, JobId)>,
    },
}

/// Books the end of a run; false when the fence has moved on (another worker holds the job now).
pub(crate) fn finish<'d, H: HasJobs>(
    db: &'d Db<H>,
    job: &Claimed,
    end: End,
    now: Timestamp,
) -> impl Future<Output = Result<bool>> + Send + use<'d, H> {
    let (id, fence) = (job.id, job.fence);
    let (status, run_at, error, finished, heir) = match end {
        End::Done => ("done", now, None, Some(now), None),
        End::Again { at, error } => ("queued", at, Some(error), None, None),
        End::Dead { error, heir } => ("dead", now, Some(error), Some(now), heir),
    };
    let error: Option<String> = error.map(|e| e.chars().take(500).collect());
    db.write(
        id.0,
        Step(move |tx: &mut Tx<'_, H>| {
            let booked = tx.exec(held::<H>().end, p![id, fence, status, run_at, error.clone(), finished])? == 1;
            if let (true, Some((kind, new))) = (booked, heir) {
                tx.exec(held::<H>().inherit, p![id, new, kind, now])?;
            }
            Ok(booked)
        }),
    )
}

/// Forgets news that has arrived: who told it and what it did is in the audit.
pub(crate) fn forget_held<H: HasJobs>(db: &Db<H>, ids: Vec<JobId>) -> impl Future<Output = Result<()>> + Send {
    let step = move |tx: &mut Tx<'_, H>| ids.iter().try_for_each(|id| tx.exec(held::<H>().forget_held, p![*id]).map(drop));
    db.write(Uuid::nil(), Step(step))
}

pub(crate) fn waiting<H: HasJobs>(db: &Db<H>, now: Timestamp) -> impl Future<Output = Result<i64>> + Send {
    db.read(move |view: &mut View<'_, H>| view.one(held::<H>().waiting, p![now])?.get("n"))
}

/// A job that gave up.
#[derive(Debug, Clone)]
pub struct Dead {
    /// Its id.
    pub id: JobId,
    /// Its kind.
    pub kind: String,
    /// The node it worked for.
    pub node: Uuid,
    /// How often it ran.
    pub attempts: i64,
    /// What it said last.
    pub error: String,
    /// When it was enqueued.
    pub created_at: Timestamp,
}

/// The dead letters of one chain (partner or customer), newest first, at most 200.
///
/// # Errors
/// The store's.
pub fn dead_letters<H: HasJobs>(view: &mut View<'_, H>, chain: Uuid) -> Result<Vec<Dead>> {
    let rows = view.rows(held::<H>().dead, p![chain])?;
    let dead = |r: &Row| {
        Ok(Dead {
            id: r.get("job_id")?,
            kind: r.get("kind")?,
            node: r.get("node_id")?,
            attempts: r.get("attempts")?,
            error: r.get::<Option<String>>("last_error")?.unwrap_or_default(),
            created_at: r.get("created_at")?,
        })
    };
    rows.iter().map(dead).collect()
}

/// Queues a dead job again; false when there is none such in the chain.
///
/// # Errors
/// The store's.
pub fn retry_dead<H: HasJobs>(tx: &mut Tx<'_, H>, chain: Uuid, job: JobId, now: Timestamp) -> Result<bool> {
    tx.exec(held::<H>().revive, p![chain, job, now]).map(|n| n == 1)
}

/// Gives what is still to be done at a node, dead letters included, to another partner's chain: the node has moved there.
///
/// # Errors
/// The store's.
pub fn hand_over(tx: &mut Tx<'_, Control>, node: Uuid, from: Uuid, to: Uuid) -> Result<u64> {
    let text = sql!(Control, "UPDATE job SET chain_id = $3 WHERE chain_id = $2 AND node_id = $1 AND status <> 'done'");
    tx.exec(text, p![node, from, to])
}

/// A small write of the worker's own, outside any command.
pub(crate) struct Step<F>(pub(crate) F);

impl<H: Home, T: Send + 'static, F: Fn(&mut Tx<'_, H>) -> Result<T> + Send + 'static> Work<H> for Step<F> {
    type Out = T;
    fn run(&self, tx: &mut Tx<'_, H>) -> Result<Settled<T>> {
        (self.0)(tx).map(Settled::Keep)
    }
}

/// Forgets done jobs older than seven days, in small transactions. Dead ones stay until somebody looks.
///
/// # Errors
/// The store's.
pub async fn forget_done<H: HasJobs>(db: &Db<H>, now: Timestamp) -> Result<u64> {
    let before = now.plus_days(-7);
    let mut gone = 0;
    loop {
        let n = forget_some(db, before).await?;
        gone += n;
        if n < 1_000 {
            return Ok(gone);
        }
    }
}

fn forget_some<H: HasJobs>(db: &Db<H>, before: Timestamp) -> impl Future<Output = Result<u64>> + Send {
    db.write(Uuid::nil(), Step(move |tx: &mut Tx<'_, H>| tx.exec(held::<H>().forget, p![before])))
}
