use std::{
    collections::{BTreeMap, HashMap},
    panic::AssertUnwindSafe,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use command::{After, House, Told};
use futures_util::future::{FutureExt, join_all};
use store::{Clock, Control, Db, JobId, Region, Timestamp, Uuid};
use tokio::sync::Notify;

use crate::{
    claim::{self, Claimed, End, HasJobs, Wanted},
    registry::{JobCx, Registry, Retry, Running, Shared},
    schedule::{Schedule, claim_turn},
};

/// Real seconds a claimed job may run without a word before another worker may take it: what a killed process had begun waits so long
/// where several share the homes. One that only stalls and comes back does no harm: its fence is old, and the commands it executes
/// carry the job's key.
const LEASE_SECONDS: i64 = 10;
/// Real seconds after which a running job's lease is renewed: four may fail in a row.
const RENEW_SECONDS: u64 = 2;
/// Real seconds prompt news is kept for its teller. Short: if the teller dies, the worker delivers it.
const HELD_SECONDS: i64 = 10;
/// Deliveries after which they are booked, in one commit for all.
const BOOKED_AT: usize = 64;
/// Runs before a job becomes a dead letter.
const MOST_ATTEMPTS: i64 = 12;
/// Jobs of one home at once.
pub(crate) const AT_ONCE: usize = 16;

/// Claims and runs jobs and schedules of an application; [`Worker::serve`] stands in `serve.rs`.
pub struct Worker<A> {
    pub(crate) app: Shared<A>,
    pub(crate) house: Arc<House>,
    registry: Registry<A>,
    schedules: Vec<Schedule<A>>,
    wall: Arc<dyn Clock>,
    pub(crate) poke: Notify,
    pub(crate) clock_moved: AtomicBool,
    arrived: Arrived,
}

/// Prompt news that was delivered and is not booked yet: by control, by region.
#[derive(Default)]
struct Arrived {
    control: Mutex<Vec<JobId>>,
    regions: BTreeMap<String, Mutex<Vec<JobId>>>,
}

/// What a drain left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drain {
    /// Nothing is due any more.
    Empty,
    /// The limit of rounds was reached first.
    Busy,
}

impl<A: Send + Sync + 'static> Worker<A> {
    /// Puts a worker together. `wall` = the machine's clock, for leases.
    pub fn new(app: Arc<A>, house: Arc<House>, registry: Registry<A>, schedules: Vec<Schedule<A>>, wall: Arc<dyn Clock>) -> Arc<Worker<A>> {
        let regions = house.regions().keys().map(|name| (name.clone(), Mutex::default())).collect();
        let arrived = Arrived { control: Mutex::default(), regions };
        Arc::new(Worker { app, house, registry, schedules, wall, poke: Notify::new(), clock_moved: AtomicBool::new(true), arrived })
    }

    /// Looks for work at once, schedules included: the clock was moved.
    pub fn poke(&self) {
        self.clock_moved.store(true, Ordering::Release);
        self.wake();
    }

    /// Looks for jobs at once.
    pub(crate) fn wake(&self) {
        self.poke.notify_one();
    }

    /// Runs everything due until nothing is: for tests and for seeding.
    pub async fn drain(&self) -> Drain {
        for _ in 0..10_000 {
            if self.turn().await == 0 {
                return Drain::Empty;
            }
        }
        Drain::Busy
    }

    /// Runs every due job until there is none, and leaves schedules alone: for seeding a year in seconds, where each step of
    /// the clock would make every schedule due.
    pub async fn drain_jobs(&self) -> Drain {
        for _ in 0..10_000 {
            if self.jobs().await == 0 {
                return Drain::Empty;
            }
        }
        Drain::Busy
    }

    /// One round: due schedules, then due jobs of every home, waited for. Gives how many ran.
    async fn turn(&self) -> usize {
        let mut ran = 0;
        for schedule in self.due_schedules(|_| false).await {
            ran += 1;
            schedule.take_turn(self.app.clone()).await;
        }
        ran + self.jobs().await
    }

    /// Schedules whose turn this worker has just claimed; those whose last turn is still `running` wait.
    pub(crate) async fn due_schedules(&self, running: impl Fn(&str) -> bool) -> Vec<&Schedule<A>> {
        let mut due = Vec::new();
        for schedule in self.schedules.iter().filter(|schedule| !running(schedule.name)) {
            match claim_turn(self.house.control(), schedule.name, schedule.every, self.house.now()).await {
                Ok(true) => due.push(schedule),
                Ok(false) => {}
                Err(error) => tracing::warn!(schedule = schedule.name, %error, "a schedule could not be read"),
            }
        }
        due
    }

    async fn jobs(&self) -> usize {
        self.book().await;
        let mut ran = self.home(self.house.control()).await;
        for db in self.house.regions().values() {
            ran += self.home(db).await;
        }
        ran
    }

    async fn home<H: HasJobs>(&self, db: &Db<H>) -> usize {
        let (jobs, _) = self.claim(db, Wanted { limit: AT_ONCE, turn: Uuid::nil(), of_one: AT_ONCE, running: HashMap::new() }).await;
        let count = jobs.len();
        join_all(jobs.into_iter().map(|job| self.run(db, job))).await;
        count
    }

    /// Claims due jobs of a home, and says whose turn it is next there.
    pub(crate) async fn claim<H: HasJobs>(&self, db: &Db<H>, wanted: Wanted) -> (Vec<Claimed>, Uuid) {
        let (wall, turn) = (self.wall.now(), wanted.turn);
        claim::claim(db, self.house.now(), wall, wall.plus_seconds(LEASE_SECONDS), wanted).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "jobs could not be claimed");
            (Vec::new(), turn)
        })
    }

    pub(crate) async fn run<H: HasJobs>(&self, db: &Db<H>, job: Claimed) {
        let Some(end) = self.end_of(db, &job).await else { return };
        self.finish(db, &job, end).await;
    }

    /// Runs a job to its end. `None`: another worker holds it now.
    async fn end_of<H: HasJobs>(&self, db: &Db<H>, job: &Claimed) -> Option<End> {
        let cx = JobCx { app: &*self.app, house: &self.house, id: job.id, holder: job.holder, node: job.node, attempt: job.attempts };
        // A job that kills its process never books an end; it must not come back for ever.
        let ran = if job.attempts > MOST_ATTEMPTS {
            Err(Retry::Dead("it never came to an end".into()))
        } else {
            self.hold(db, job, self.registry.run(&job.kind, &job.payload, cx)).await?
        };
        Some(match ran {
            Ok(()) => End::Done,
            Err(Retry::Later(error)) if job.attempts < MOST_ATTEMPTS => End::Again { at: self.again_at(job), error },
            Err(Retry::Later(error) | Retry::Dead(error)) => {
                tracing::warn!(job = %job.id, kind = job.kind, "a job gave up");
                End::Dead { error, heir: self.registry.heir(&job.kind).map(|kind| (kind, self.house.new_id())) }
            }
        })
    }

    async fn finish<H: HasJobs>(&self, db: &Db<H>, job: &Claimed, end: End) {
        if let Err(error) = claim::finish(db, job, end, self.house.now()).await {
            tracing::warn!(job = %job.id, %error, "a job's end could not be booked; it runs again after its lease");
        }
    }

    /// Runs a job under its lease, renewing it, and turns a panic into a failure. `None`: another worker holds it now.
    async fn hold<H: HasJobs>(&self, db: &Db<H>, job: &Claimed, run: Running<'_>) -> Option<Result<(), Retry>> {
        let mut run = pin!(AssertUnwindSafe(run).catch_unwind());
        loop {
            match tokio::time::timeout(Duration::from_secs(RENEW_SECONDS), run.as_mut()).await {
                Ok(ended) => return Some(ended.unwrap_or_else(|_| Err(Retry::Later("the job panicked".into())))),
                Err(_) => match claim::renew(db, job, self.wall.now().plus_seconds(LEASE_SECONDS)).await {
                    Ok(false) => return None,
                    Ok(true) => {}
                    Err(error) => tracing::warn!(job = %job.id, %error, "a lease could not be renewed"),
                },
            }
        }
    }

    /// 2, 4, 8 … seconds, at most 10 minutes, half of it at random so that retries do not march together.
    fn again_at(&self, job: &Claimed) -> Timestamp {
        let base = (1_i64 << job.attempts.clamp(1, 10)).min(600);
        let mut random = [0_u8; 2];
        self.house.entropy().fill(&mut random);
        let jitter = i64::from(u16::from_be_bytes(random)) * base / (2 * 65_536);
        self.house.now().plus_seconds(base / 2 + jitter + 1)
    }

    /// Takes over at once what a process before this one was killed over, instead of when its leases end. Only for one that has
    /// the homes to itself.
    ///
    /// # Errors
    /// The store's.
    pub async fn take_over(&self) -> store::Result<()> {
        claim::let_go(self.house.control()).await?;
        for db in self.house.regions().values() {
            claim::let_go(db).await?;
        }
        Ok(())
    }

    /// Jobs waiting or running, over all homes.
    ///
    /// # Errors
    /// The store's.
    pub async fn waiting(&self) -> store::Result<i64> {
        self.book().await;
        let now = self.house.now();
        let mut n = claim::waiting::<Control>(self.house.control(), now).await?;
        for db in self.house.regions().values() {
            n += claim::waiting::<Region>(db, now).await?;
        }
        Ok(n)
    }
}

impl<A: Send + Sync + 'static> After for Worker<A> {
    fn held_until(&self, kind: &str) -> Option<Timestamp> {
        self.registry.prompt(kind).then(|| self.wall.now().plus_seconds(HELD_SECONDS))
    }

    fn told<'a>(&'a self, house: &'a House, region: Option<&'a str>, news: Vec<Told>) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            let (held, left): (Vec<_>, Vec<_>) = news.into_iter().partition(|told| told.held);
            for told in held {
                match region {
                    None => self.deliver(house.control(), &self.arrived.control, told).await,
                    Some(name) => {
                        if let (Some(db), Some(arrived)) = (house.region(name), self.arrived.regions.get(name)) {
                            self.deliver(db, arrived, told).await;
                        }
                    }
                }
            }
            if !left.is_empty() {
                self.wake();
            }
        })
    }
}

impl<A: Send + Sync + 'static> Worker<A> {
    /// Delivers news its teller holds. That it arrived is booked with others, later: until then it would at worst be delivered
    /// twice, and whoever hears it twice acts once.
    fn deliver<'a, H: HasJobs>(
        &'a self,
        db: &'a Db<H>,
        arrived: &'a Mutex<Vec<JobId>>,
        told: Told,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            let job = Claimed::held(told);
            match self.end_of(db, &job).await {
                Some(End::Done) => book_at(db, arrived, Some(job.id), BOOKED_AT).await,
                Some(end) => self.finish(db, &job, end).await,
                None => {}
            }
        })
    }

    /// Books all deliveries that are not booked yet.
    pub(crate) async fn book(&self) {
        book_at(self.house.control(), &self.arrived.control, None, 1).await;
        for (name, arrived) in &self.arrived.regions {
            if let Some(db) = self.house.region(name) {
                book_at(db, arrived, None, 1).await;
            }
        }
    }
}

/// Notes one more delivery, and books them all once there are `least`.
async fn book_at<H: HasJobs>(db: &Db<H>, arrived: &Mutex<Vec<JobId>>, one: Option<JobId>, least: usize) {
    let due = {
        let mut arrived = arrived.lock().unwrap_or_else(PoisonError::into_inner);
        arrived.extend(one);
        if arrived.len() < least { Vec::new() } else { std::mem::take(&mut *arrived) }
    };
    if due.is_empty() {
        return;
    }
    if let Err(error) = claim::forget_held(db, due).await {
        tracing::warn!(%error, "deliveries could not be booked; they are repeated after their lease");
    }
}
