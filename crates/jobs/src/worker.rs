use std::{
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use command::{After, House, Told};
use futures_util::future::{FutureExt, join_all};
use store::{Clock, Control, Db, JobId, Region, Timestamp};
use tokio::sync::{Notify, Semaphore, watch};

use crate::{
    claim::{self, Claimed, End, HasJobs},
    registry::{JobCx, Registry, Retry, Running, Shared},
    schedule::{Schedule, claim_turn},
};

/// Real seconds a claimed job may run before another worker may take it.
const LEASE_SECONDS: i64 = 20;
/// Real seconds after which a running job's lease is renewed.
const RENEW_SECONDS: u64 = 4;
/// Real seconds prompt news is kept for its teller. Short: if the teller dies, the worker delivers it.
const HELD_SECONDS: i64 = 10;
/// Deliveries after which they are booked, in one commit for all.
const BOOKED_AT: usize = 64;
/// Runs before a job becomes a dead letter.
const MOST_ATTEMPTS: i64 = 12;
const AT_ONCE: i64 = 16;
/// Long jobs that work at the same time; more hold their leases and wait.
const LONG_AT_ONCE: usize = 8;

/// Claims and runs jobs and schedules of an application.
pub struct Worker<A> {
    app: Shared<A>,
    house: Arc<House>,
    registry: Registry<A>,
    schedules: Vec<Schedule<A>>,
    wall: Arc<dyn Clock>,
    poke: Notify,
    arrived: Arrived,
    apart: Apart,
}

/// Long jobs: run beside the turns, so that a slow directory holds up nobody's news.
struct Apart {
    places: Semaphore,
    running: AtomicUsize,
    ended: Notify,
}

/// One of them, until it ends in whatever way.
struct RunsApart<'a>(&'a Apart);

impl Drop for RunsApart<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
        self.0.ended.notify_one();
    }
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
        let apart = Apart { places: Semaphore::new(LONG_AT_ONCE), running: AtomicUsize::new(0), ended: Notify::new() };
        Arc::new(Worker { app, house, registry, schedules, wall, poke: Notify::new(), arrived, apart })
    }

    /// Runs until `stop` says so, then lets running jobs finish.
    pub async fn serve(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let ran = self.turn().await;
            if ran == 0 {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(500)) => {}
                    () = self.poke.notified() => {}
                    gone = stop.changed() => if gone.is_err() { break },
                }
            }
        }
        self.book().await;
    }

    /// Looks for work at once (the clock was moved).
    pub fn poke(&self) {
        self.poke.notify_one();
    }

    /// Runs everything due until nothing is: for tests and for seeding.
    pub async fn drain(self: &Arc<Self>) -> Drain {
        for _ in 0..10_000 {
            let alone = self.alone();
            if self.turn().await == 0 && self.rest(alone).await {
                return Drain::Empty;
            }
        }
        Drain::Busy
    }

    /// Runs every due job until there is none, and leaves schedules alone: for seeding a year in seconds, where each step of
    /// the clock would make every schedule due.
    pub async fn drain_jobs(self: &Arc<Self>) -> Drain {
        for _ in 0..10_000 {
            let alone = self.alone();
            if self.jobs().await == 0 && self.rest(alone).await {
                return Drain::Empty;
            }
        }
        Drain::Busy
    }

    fn alone(&self) -> bool {
        self.apart.running.load(Ordering::SeqCst) == 0
    }

    /// True when no long job ran while one looked for work; else waits for one to end, which may have left some.
    async fn rest(&self, alone: bool) -> bool {
        if !alone && !self.alone() {
            let _ = tokio::time::timeout(Duration::from_millis(50), self.apart.ended.notified()).await;
        }
        alone
    }

    /// One round: due schedules, then due jobs of every home. Gives how many ran.
    async fn turn(self: &Arc<Self>) -> usize {
        let mut ran = 0;
        for schedule in &self.schedules {
            match claim_turn(self.house.control(), schedule.name, schedule.every, self.house.now()).await {
                Ok(true) => {
                    ran += 1;
                    if let Err(error) = (schedule.turn)(self.app.clone()).await {
                        tracing::warn!(schedule = schedule.name, %error, "a schedule's turn failed");
                    }
                }
                Ok(false) => {}
                Err(error) => tracing::warn!(schedule = schedule.name, %error, "a schedule could not be read"),
            }
        }
        ran + self.jobs().await
    }

    async fn jobs(self: &Arc<Self>) -> usize {
        self.book().await;
        let mut ran = self.home::<Control>(None).await;
        for region in self.house.regions().keys() {
            ran += self.home::<Region>(Some(region)).await;
        }
        ran
    }

    async fn home<H: HasJobs>(self: &Arc<Self>, region: Option<&str>) -> usize {
        let Some(db) = H::home_of(&self.house, region) else { return 0 };
        let wall = self.wall.now();
        let claimed = claim::claim(db, self.house.now(), wall, wall.plus_seconds(LEASE_SECONDS), AT_ONCE).await;
        match claimed {
            Ok(jobs) => {
                let count = jobs.len();
                let (long, short): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| self.registry.long(&job.kind));
                for job in long {
                    self.run_apart::<H>(region.map(str::to_owned), job);
                }
                join_all(short.into_iter().map(|job| self.run(db, job))).await;
                count
            }
            Err(error) => {
                tracing::warn!(%error, "jobs could not be claimed");
                0
            }
        }
    }

    /// Runs a long job beside the turns. Should the process end first, the job's lease does too, and it begins again elsewhere.
    fn run_apart<H: HasJobs>(self: &Arc<Self>, region: Option<String>, job: Claimed) {
        let this = self.clone();
        this.apart.running.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move {
            let _runs = RunsApart(&this.apart);
            if let Some(db) = H::home_of(&this.house, region.as_deref()) {
                this.run(db, job).await;
            }
        });
    }

    async fn run<H: HasJobs>(&self, db: &Db<H>, job: Claimed) {
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
            self.hold(db, job, self.begin(job, cx)).await?
        };
        Some(match ran {
            Ok(()) => End::Done,
            Err(Retry::Later(error)) if job.attempts < MOST_ATTEMPTS => End::Again { at: self.again_at(job), error },
            Err(Retry::Later(error) | Retry::Dead(error)) => {
                tracing::warn!(job = %job.id, kind = job.kind, "a job gave up");
                End::Dead { error }
            }
        })
    }

    /// A long job waits for a place under its lease.
    fn begin<'a>(&'a self, job: &'a Claimed, cx: JobCx<'a, A>) -> Running<'a> {
        let run = self.registry.run(&job.kind, &job.payload, cx);
        if !self.registry.long(&job.kind) {
            return run;
        }
        Box::pin(async move {
            let _place = self.apart.places.acquire().await;
            run.await
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
                self.poke();
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
    async fn book(&self) {
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
