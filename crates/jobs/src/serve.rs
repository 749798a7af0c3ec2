//! A serving worker: jobs in slots and schedules beside them, so that a long one holds up nobody.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use store::{Db, Uuid};
use tokio::{
    sync::watch,
    task::{Id, JoinSet},
    time::MissedTickBehavior,
};

use crate::{
    claim::{Claimed, HasJobs, Wanted},
    worker::{AT_ONCE, Worker},
};

/// Jobs of one chain at once in a home: some slots are always left for the others.
const OF_ONE_CHAIN: usize = AT_ONCE * 3 / 4;
/// How long a worker waits when nothing wakes it.
const IDLE: Duration = Duration::from_millis(500);
/// How long ends of jobs are gathered before the next ones are claimed: those are claimed in one commit.
const GATHER: Duration = Duration::from_millis(2);

/// Tasks that run, each with whose it is.
struct Running<K> {
    tasks: JoinSet<()>,
    whose: HashMap<Id, K>,
}

impl<K> Default for Running<K> {
    fn default() -> Self {
        Running { tasks: JoinSet::new(), whose: HashMap::new() }
    }
}

impl<K> Running<K> {
    fn begin(&mut self, whose: K, work: impl Future<Output = ()> + Send + 'static) {
        let id = self.tasks.spawn(work).id();
        self.whose.insert(id, whose);
    }

    /// Forgets what has ended.
    fn reap(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            let id = ended.map_or_else(|panicked| panicked.id(), |(id, ())| id);
            self.whose.remove(&id);
        }
    }

    async fn ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// What runs of one home, by chain, and whose turn it is next.
#[derive(Default)]
struct Slots {
    jobs: Running<Uuid>,
    turn: Uuid,
}

impl Slots {
    fn wanted(&self) -> Wanted {
        let mut running: HashMap<Uuid, usize> = HashMap::new();
        for chain in self.jobs.whose.values() {
            *running.entry(*chain).or_default() += 1;
        }
        Wanted { limit: AT_ONCE.saturating_sub(self.jobs.whose.len()), turn: self.turn, of_one: OF_ONE_CHAIN, running }
    }
}

/// Everything a serving worker has begun.
#[derive(Default)]
struct Begun {
    control: Slots,
    regions: BTreeMap<String, Slots>,
    turns: Running<&'static str>,
}

impl Begun {
    fn reap(&mut self) {
        self.control.jobs.reap();
        self.regions.values_mut().for_each(|slots| slots.jobs.reap());
        self.turns.reap();
    }

    fn is_idle(&self) -> bool {
        self.control.jobs.whose.is_empty() && self.regions.values().all(|slots| slots.jobs.whose.is_empty())
    }

    async fn ended(mut self) {
        self.control.jobs.ended().await;
        for slots in self.regions.values_mut() {
            slots.jobs.ended().await;
        }
        self.turns.ended().await;
    }
}

impl<A: Send + Sync + 'static> Worker<A> {
    /// Runs until `stop` says so, then lets running jobs finish.
    pub async fn serve(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut begun = Begun::default();
        let mut look = tokio::time::interval(IDLE);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*stop.borrow() {
            begun.reap();
            if self.clock_moved.swap(false, Ordering::AcqRel) {
                self.begin_turns(&mut begun).await;
            }
            if self.begin_jobs(&mut begun).await > 0 {
                continue;
            }
            tokio::select! {
                _ = look.tick() => self.clock_moved.store(true, Ordering::Release),
                () = self.poke.notified() => if !begun.is_idle() { tokio::time::sleep(GATHER).await },
                gone = stop.changed() => if gone.is_err() { break },
            }
        }
        begun.ended().await;
        self.book().await;
    }

    async fn begin_turns(self: &Arc<Self>, begun: &mut Begun) {
        let running: Vec<&str> = begun.turns.whose.values().copied().collect();
        for schedule in self.due_schedules(|name| running.contains(&name)).await {
            begun.turns.begin(schedule.name, schedule.take_turn(self.app.clone()));
        }
    }

    async fn begin_jobs(self: &Arc<Self>, begun: &mut Begun) -> usize {
        self.book().await;
        let mut count = 0;
        for job in self.next(self.house.control(), &mut begun.control).await {
            let (worker, chain) = (self.clone(), job.chain);
            count += 1;
            begun.control.jobs.begin(chain, async move {
                worker.run(worker.house.control(), job).await;
                worker.wake();
            });
        }
        for (name, db) in self.house.regions() {
            let slots = begun.regions.entry(name.clone()).or_default();
            for job in self.next(db, slots).await {
                let (worker, chain, name) = (self.clone(), job.chain, name.clone());
                count += 1;
                slots.jobs.begin(chain, async move {
                    if let Some(db) = worker.house.region(&name) {
                        worker.run(db, job).await;
                    }
                    worker.wake();
                });
            }
        }
        count
    }

    /// Claims as many jobs of a home as there are slots free.
    async fn next<H: HasJobs>(&self, db: &Db<H>, slots: &mut Slots) -> Vec<Claimed> {
        let wanted = slots.wanted();
        if wanted.limit == 0 {
            return Vec::new();
        }
        let (jobs, turn) = self.claim(db, wanted).await;
        slots.turn = turn;
        jobs
    }
}
