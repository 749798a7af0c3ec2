//! The dashboard and the customer list over HTTP while seats are being allocated, at 100 and at 10,000 customers.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::{
    Ask,
    commands::callers::OverWire,
    engine_name, first_load,
    http::{self, Wire},
    load::{self, Caller, Load},
    report::{Table, Target, grouped, holds, millis, verdict},
    seed,
    world::{Plan, Served, World},
};

const READERS: usize = 8;
const WRITES_A_SECOND: u64 = 200;

/// A reader that goes round its requests.
pub struct Reader {
    wire: Wire,
    requests: Arc<[Vec<u8>]>,
    next: usize,
}

impl Caller for Reader {
    async fn once(&mut self) -> Result<(), String> {
        self.next = (self.next + 1) % self.requests.len();
        match self.wire.send(&self.requests[self.next]).await? {
            200 => Ok(()),
            status => Err(format!("{status} {}", self.wire.text().replace('\n', " "))),
        }
    }
}

/// Reads these requests with so many readers for a while.
pub async fn read(address: SocketAddr, requests: Vec<Vec<u8>>, readers: usize, span: Duration) -> Result<Load, String> {
    let requests: Arc<[Vec<u8>]> = requests.into();
    let mut all = Vec::new();
    for next in 0..readers {
        all.push(Reader { wire: Wire::connect(address).await?, requests: requests.clone(), next });
    }
    Ok(load::run(all, span).await.0)
}

/// A writer in the background.
struct Writer {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
}

impl Writer {
    async fn start(world: &World, served: &Served) -> Result<Writer, String> {
        let mut caller = allocator(world, served).await?;
        let writer = Writer { stop: Arc::default(), done: Arc::default() };
        let (stop, done) = (writer.stop.clone(), writer.done.clone());
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / WRITES_A_SECOND));
            while !stop.load(Ordering::Relaxed) {
                tick.tick().await;
                if caller.once().await.is_ok() {
                    done.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Ok(writer)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// One caller that allocates seats to the paid customers of the first partner.
async fn allocator(world: &World, served: &Served) -> Result<OverWire, String> {
    let customers = &world.first()?.customers;
    // Those with seats come first: seven of ten at least.
    let paid: Arc<[String]> = customers.iter().take(customers.len() * 7 / 10).map(ToString::to_string).collect();
    OverWire::open(served.address, &world.staff.bearer(), paid, 5).await
}

/// A world that is being served and written to.
struct Scene {
    world: World,
    served: Served,
    writer: Writer,
    customers: usize,
}

impl Scene {
    async fn set(ask: &Ask, engine: Option<&str>, customers: usize) -> Result<Scene, String> {
        let world = World::build(&Plan::varied(customers), engine, ask.folder.as_ref()).await?;
        if ask.members && customers > 1_000 {
            seed::crowd(&world.app, &world.first()?.customers, 100).await?;
        }
        let served = world.serve().await?;
        let writer = Writer::start(&world, &served).await?;
        Ok(Scene { world, served, writer, customers })
    }

    fn api(&self, path: &str) -> Result<Vec<u8>, String> {
        let path = format!("/v1/msp/{}{path}", self.world.first()?.id);
        Ok(http::get(&path, &[("authorization", &self.world.staff.bearer())]))
    }

    fn page(&self, path: &str) -> Result<Vec<u8>, String> {
        let path = format!("/msp/{}{path}", self.world.first()?.id);
        Ok(http::get(&path, &[("cookie", &self.world.staff.cookie()), ("accept", "text/html")]))
    }
}

/// Measures dashboard, list, freshness and first load on one engine.
pub async fn measure(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    let scenes = [Scene::set(ask, engine, 100).await?, Scene::set(ask, engine, ask.customers.unwrap_or(10_000)).await?];
    dashboard(ask, engine, &scenes).await?;
    let large = &scenes[1];
    list(ask, engine, large).await?;
    holds("after an acknowledged write the next read shows it (200 tries while others write)", fresh(large).await);
    let written: Vec<String> = scenes.iter().map(|s| grouped(count(s.writer.done.load(Ordering::Relaxed)))).collect();
    println!("        allocations meanwhile: {}", written.join(" and "));
    first_load::measure(large.served.address, &large.page("")?, &large.world.staff.cookie()).await
}

#[expect(clippy::cast_precision_loss, reason = "a count")]
fn count(n: usize) -> f64 {
    n as f64
}

async fn dashboard(ask: &Ask, engine: Option<&str>, scenes: &[Scene; 2]) -> Result<(), String> {
    let title = format!("dashboard on {}, {READERS} clients, about {WRITES_A_SECOND} allocations/s meanwhile", engine_name(engine));
    let mut table = Table::new(title, &["", "customers", "reads/s", "p50 ms", "p99 ms", ""]);
    let mut verdicts = Vec::new();
    for what in ["GET …/portfolio", "dashboard page"] {
        let mut best: [Option<Load>; 2] = [None, None];
        // In turns, so that both meet the same machine; the median round by its p99.
        let mut rounds: [Vec<Load>; 2] = [Vec::new(), Vec::new()];
        for _ in 0..ask.rounds.max(1) {
            for (scene, rounds) in scenes.iter().zip(&mut rounds) {
                let request = if what.starts_with("GET") { scene.api("/portfolio")? } else { scene.page("")? };
                rounds.push(read(scene.served.address, vec![request], READERS, ask.span()).await?);
            }
        }
        for ((scene, mut rounds), best) in scenes.iter().zip(rounds).zip(&mut best) {
            rounds.sort_by_key(Load::p99);
            let load = rounds.swap_remove(rounds.len() / 2);
            table.row(&[
                what.into(),
                grouped(count(scene.customers)),
                grouped(load.rate),
                millis(load.p50()),
                millis(load.p99()),
                load.trouble(),
            ]);
            *best = Some(load);
        }
        if let [Some(small), Some(large)] = best {
            verdicts.push((what, small, large));
        }
    }
    table.print();
    for (what, small, large) in verdicts {
        if large.done == 0 {
            holds(what, Err(large.trouble()));
            continue;
        }
        verdict(&format!("{what}, p99 at {}", scenes[1].customers), f64::from(large.p99()) / 1000.0, Target::AtMost(25.0), "ms");
        let ratio = f64::from(large.p50()) / f64::from(small.p50().max(1));
        verdict(&format!("{what}, p50 at {} / p50 at 100", scenes[1].customers), ratio, Target::AtMost(2.0), "×");
    }
    Ok(())
}

const SORTS: [&str; 8] = ["name", "status", "seats", "utilization", "tier", "pass_rate", "last_campaign_at", "account_number"];
const FILTERS: [&str; 8] = [
    "",
    "status=sync_failed",
    "status=active",
    "tier=enterprise",
    "kind=trial",
    "lifecycle=setup",
    "q=fjord",
    "q=dental&tier=pro&sort=-seats",
];

async fn list(ask: &Ask, engine: Option<&str>, scene: &Scene) -> Result<(), String> {
    let span = ask.span().min(Duration::from_secs(2));
    let mut ways: Vec<String> = FILTERS.iter().map(ToString::to_string).collect();
    ways.extend(SORTS.iter().flat_map(|s| [format!("sort={s}"), format!("sort=-{s}")]));
    let title = format!(
        "customer list page on {}, {} customers, {READERS} clients, {} s each",
        engine_name(engine),
        scene.customers,
        span.as_secs()
    );
    let mut table = Table::new(title, &["query", "pages/s", "p50 ms", "p99 ms", ""]);
    let (mut worst, mut worst_way, mut failed) = (0, String::new(), 0);
    for way in ways {
        let load = read(scene.served.address, vec![scene.page(&format!("/customers?{way}"))?], READERS, span).await?;
        failed += load.failed;
        if load.p99() >= worst {
            (worst, worst_way) = (load.p99(), way.clone());
        }
        let named = if way.is_empty() { "(none)".into() } else { way };
        table.row(&[named, grouped(load.rate), millis(load.p50()), millis(load.p99()), load.trouble()]);
    }
    table.print();
    if failed > 0 {
        holds("customer list page", Err(format!("{failed} requests failed")));
        return Ok(());
    }
    verdict(&format!("customer list page, worst p99 ({worst_way})"), f64::from(worst) / 1000.0, Target::AtMost(40.0), "ms");
    Ok(())
}

/// Others allocate too, so the pool only shrinks: what is read after a write may show at most what the write left.
async fn fresh(scene: &Scene) -> Result<(), String> {
    let mut writer = allocator(&scene.world, &scene.served).await?;
    let mut reader = Wire::connect(scene.served.address).await?;
    let request = scene.api("/portfolio")?;
    for n in 1..=200 {
        writer.once().await?;
        let left = writer.answer()?["available"].as_i64().ok_or("the allocation did not say what is available")?;
        let status = reader.send(&request).await?;
        let seats = reader.json()?["kpis"]["seats"].clone();
        let (Some(total), Some(allocated)) = (seats["total"].as_i64(), seats["allocated"].as_i64()) else {
            return Err(format!("{status}: no seats in the portfolio"));
        };
        if total - allocated > left {
            return Err(format!("try {n}: {left} seats were left, but the next read showed {}", total - allocated));
        }
    }
    Ok(())
}
