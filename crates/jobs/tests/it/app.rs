//! An application whose jobs do what their text says.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use jobs::{Job, JobCx, Registry, Retry, Schedule, Worker};
use serde::{Deserialize, Serialize};
use store::{Control, Movable, p, sql};
use tokio::sync::Semaphore;

use crate::{
    support::{Ground, id},
    world::{A, NOW, World, by, note},
};

pub struct App {
    pub log: Mutex<Vec<String>>,
    /// While false, what says "fails" fails.
    pub mended: AtomicBool,
    /// What says "slow" waits here.
    pub gate: Semaphore,
}

impl App {
    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("lock").clone()
    }
    fn says(&self, line: String) {
        self.log.lock().expect("lock").push(line);
    }
}

/// What the note command tells.
#[derive(Serialize, Deserialize)]
pub struct Noted(String);

impl Job<App> for Noted {
    const KIND: &'static str = "test.noted";

    async fn run(self, cx: JobCx<'_, App>) -> Result<(), Retry> {
        work(&self.0, cx).await
    }
}

/// The same news, delivered before the answer.
#[derive(Serialize, Deserialize)]
pub struct Prompt(String);

impl Job<App> for Prompt {
    const KIND: &'static str = "test.noted";
    const PROMPT: bool = true;

    async fn run(self, cx: JobCx<'_, App>) -> Result<(), Retry> {
        work(&self.0, cx).await
    }
}

/// The same news, with an heir.
#[derive(Serialize, Deserialize)]
pub struct Awaited(String);

impl Job<App> for Awaited {
    const KIND: &'static str = "test.noted";
    const HEIR: Option<&'static str> = Some(Heir::KIND);

    async fn run(self, cx: JobCx<'_, App>) -> Result<(), Retry> {
        work(&self.0, cx).await
    }
}

/// Says that nobody does it any more.
#[derive(Serialize, Deserialize)]
pub struct Heir(String);

impl Job<App> for Heir {
    const KIND: &'static str = "test.heir";

    async fn run(self, cx: JobCx<'_, App>) -> Result<(), Retry> {
        cx.app.says(format!("nobody does {} at {}", self.0, cx.node));
        Ok(())
    }
}

async fn work(text: &str, cx: JobCx<'_, App>) -> Result<(), Retry> {
    cx.app.says(format!("{text} {}", cx.attempt));
    match text {
        "fails" if !cx.app.mended.load(Ordering::SeqCst) => Err(Retry::Later("the world is bad".into())),
        "dead" => Err(Retry::Dead("nobody can".into())),
        "panics" if cx.attempt == 1 => panic!("on purpose"),
        "slow" => {
            cx.app.gate.acquire().await.expect("open").forget();
            Ok(())
        }
        // The first run is overtaken, and comes back with another end.
        "overtaken" if cx.attempt == 1 => {
            cx.app.gate.acquire().await.expect("open").forget();
            Err(Retry::Dead("too late".into()))
        }
        "acts" => {
            cx.execute(note(A, "acted")).await?;
            if cx.attempt == 1 { Err(Retry::Later("crashed after acting".into())) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

pub struct Works {
    pub world: World,
    pub app: Arc<App>,
    /// The machine's clock, by which leases run.
    pub wall: Arc<Movable>,
}

impl Works {
    pub async fn new(ground: &Ground) -> Works {
        let app = App { log: Mutex::default(), mended: AtomicBool::new(false), gate: Semaphore::new(0) };
        Works { world: World::new(ground).await, app: Arc::new(app), wall: Arc::new(Movable::starting(NOW.plus_days(5_000), false)) }
    }

    pub fn worker(&self) -> Arc<Worker<App>> {
        self.with(Registry::default().with::<Noted>(), Vec::new())
    }

    pub fn with(&self, registry: Registry<App>, schedules: Vec<Schedule<App>>) -> Arc<Worker<App>> {
        Worker::new(self.app.clone(), self.world.house.clone(), registry, schedules, self.wall.clone())
    }

    /// Has a job enqueued.
    pub async fn tell(&self, text: &str) {
        self.world.house.execute(by(crate::world::OWNER), note(A, text)).await.expect("told");
    }

    /// Has a job enqueued by another partner.
    pub async fn tell_other(&self, text: &str) {
        self.world.house.execute(by(crate::world::OTHER), note(crate::world::FOREIGN, text)).await.expect("told");
    }

    /// Status, attempts and fence of the job with that text.
    pub async fn job(&self, text: &str) -> (String, i64, i64) {
        let payload = format!("\"{text}\"");
        let row = self
            .world
            .house
            .control()
            .read(move |view| view.one(sql!(Control, "SELECT status, attempts, fence FROM job WHERE payload = $1"), p![&payload]))
            .await
            .expect("read");
        (row.get("status").expect("status"), row.get("attempts").expect("attempts"), row.get("fence").expect("fence"))
    }

    /// Whether there is a job that says this.
    pub async fn knows(&self, text: &str) -> bool {
        let payload = format!("\"{text}\"");
        let found = self.world.house.control();
        found
            .read(move |view| view.opt(sql!(Control, "SELECT 1 AS yes FROM job WHERE payload = $1"), p![&payload]))
            .await
            .expect("read")
            .is_some()
    }

    pub async fn until(&self, line: &str) {
        for _ in 0..500 {
            if self.app.log().iter().any(|l| l == line) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("never happened: {line}; {:?}", self.app.log());
    }
}

/// The first partner's chain.
pub fn chain() -> store::Uuid {
    id(crate::world::FIRST)
}
