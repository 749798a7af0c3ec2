//! The command path: one durable allocation (grant, idempotency key, ledger, audit chain, outbox, commit, delivery to the
//! region) in process, through HTTP, and with one commit each; on PostgreSQL beside pgbench doing the same statements, and beside
//! a plain implementation that locks the pool's row.

pub mod callers;
mod pgbench;
mod script;

use std::sync::Arc;

use command::House;
use store::{Control, CustomerId, Db, Options, Region, Wall};
use tenantry::app::SystemEntropy;

use crate::{
    Ask, engine_name,
    load::{self, Load},
    report::{Table, Target, grouped, median, millis, seconds, short, verdict},
    world::{Plan, Served, World},
};
use callers::InHouse;

/// Partners of the spread shape, each with a pool of its own.
const POOLS: usize = 1_000;

/// Where the calls go.
pub struct Shape {
    name: &'static str,
    /// Everybody draws on one pool.
    hot: bool,
    customers: Vec<CustomerId>,
}

/// The rounds of one way.
#[derive(Default)]
struct Way {
    rates: Vec<f64>,
    last: Load,
}

impl Way {
    fn add(&mut self, load: Load) {
        self.rates.push(load.rate);
        self.last = load;
    }
    fn median(&self) -> f64 {
        median(self.rates.clone())
    }
    fn row(&self, name: &str) -> Vec<String> {
        let all = self.rates.iter().map(|r| grouped(*r)).collect::<Vec<_>>().join(" ");
        vec![name.into(), grouped(self.median()), millis(self.last.p50()), millis(self.last.p99()), all, self.last.trouble()]
    }
}

/// Measures both shapes on one engine.
pub async fn measure(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    let plan = std::iter::once(50).chain(std::iter::repeat_n(1, POOLS)).collect();
    let world = World::build(&Plan::of(plan), engine, ask.folder.as_ref()).await?;
    let sync = world.place.sync_time()?;
    println!(
        "\nthe disk makes 4 KiB durable in {:.2} ms (median of 200): single commits cannot pass {}/s",
        seconds(sync) * 1000.0,
        grouped(1.0 / seconds(sync))
    );
    let single = world.again(Options { single: true, ..Options::default() })?;
    let served = world.serve().await?;
    let shapes = [
        Shape { name: "hot: 1 pool, 50 customers", hot: true, customers: world.first()?.customers.clone() },
        Shape { name: "spread: 1,000 pools, 1,000 customers", hot: false, customers: world.spread() },
    ];
    for shape in &shapes {
        compare(ask, engine, &world, &single.house, &served, shape).await?;
    }
    drop(served);
    for shape in &shapes {
        alone(ask, engine, &world, shape).await?;
    }
    Ok(())
}

async fn compare(
    ask: &Ask,
    engine: Option<&str>,
    world: &World,
    single: &Arc<House>,
    served: &Served,
    shape: &Shape,
) -> Result<(), String> {
    let (mut inside, mut wire, mut one) = (Way::default(), Way::default(), Way::default());
    let (mut same, mut plain) = (Vec::new(), Vec::new());
    let mut wires = Some(callers::wires(world, served, shape, ask.clients).await?);
    for _ in 0..ask.rounds.max(1) {
        one.add(load::run(in_house(world, single, shape, ask.clients), ask.span()).await.0);
        inside.add(load::run(in_house(world, &world.app.house, shape, ask.clients), ask.span()).await.0);
        let (load, back) = load::run(wires.take().unwrap_or_default(), ask.span()).await;
        wire.add(load);
        wires = Some(back);
        if engine.is_some() {
            same.push(pgbench::run(ask, world, script::of(world, shape, true)).await);
        }
        if engine.is_some() && shape.hot {
            plain.push(pgbench::run(ask, world, script::plain(world, shape)).await);
        }
    }
    let title = format!(
        "commands on {}, {} · {} callers · {} rounds of {} s",
        engine_name(engine),
        shape.name,
        ask.clients,
        ask.rounds,
        ask.seconds
    );
    let mut table = Table::new(title, &["way", "median/s", "p50 ms", "p99 ms", "rounds", ""]);
    table.row(&inside.row("in process"));
    table.row(&wire.row("HTTP"));
    table.row(&one.row("one commit each, in process"));
    let rival = Rival { same: pgbench::row(&mut table, "same statements", same), plain: pgbench::row(&mut table, "plain row lock", plain) };
    table.print();
    verdict("HTTP / in process", ratio(wire.median(), inside.median()), Target::AtLeast(0.5), "×");
    if engine.is_none() {
        on_sqlite(shape, &wire, &one);
    } else {
        println!("        HTTP / one commit each: {} ×", short(ratio(wire.median(), one.median())));
        rival.judge(&inside, &wire);
    }
    Ok(())
}

fn on_sqlite(shape: &Shape, wire: &Way, one: &Way) {
    verdict("HTTP / one commit each", ratio(wire.median(), one.median()), Target::AtLeast(10.0), "×");
    if shape.hot {
        verdict("HTTP, one hot pool", wire.median(), Target::AtLeast(12_000.0), "/s");
    }
}

/// What pgbench made a second, where it ran.
struct Rival {
    same: Option<f64>,
    plain: Option<f64>,
}

impl Rival {
    fn judge(&self, inside: &Way, wire: &Way) {
        if let Some(same) = self.same {
            verdict("HTTP / pgbench, same statements, delivery included", ratio(wire.median(), same), Target::AtLeast(0.6), "×");
            verdict("in process / pgbench, same statements, delivery included", ratio(inside.median(), same), Target::AtLeast(0.6), "×");
        }
        if let Some(plain) = self.plain {
            verdict("HTTP / plain row lock", ratio(wire.median(), plain), Target::AtLeast(3.0), "×");
        }
    }
}

/// The command's own transaction, without the news to the region being delivered before the answer.
async fn alone(ask: &Ask, engine: Option<&str>, world: &World, shape: &Shape) -> Result<(), String> {
    let house = undelivered(world, Options::default())?;
    let single = undelivered(world, Options { single: true, ..Options::default() })?;
    let (mut way, mut one, mut bench) = (Way::default(), Way::default(), Vec::new());
    for _ in 0..ask.rounds.clamp(1, 3) {
        one.add(load::run(in_house(world, &single, shape, ask.clients), ask.span()).await.0);
        way.add(load::run(in_house(world, &house, shape, ask.clients), ask.span()).await.0);
        if engine.is_some() {
            bench.push(pgbench::run(ask, world, script::of(world, shape, false)).await);
        }
    }
    let title = format!("the transaction alone on {}, {} (delivery left to the worker)", engine_name(engine), shape.name);
    let mut table = Table::new(title, &["way", "median/s", "p50 ms", "p99 ms", "rounds", ""]);
    table.row(&way.row("in process"));
    table.row(&one.row("one commit each, in process"));
    let bench = pgbench::row(&mut table, "same statements", bench);
    table.print();
    println!("        in process / one commit each: {} ×", short(ratio(way.median(), one.median())));
    if let Some(bench) = bench {
        verdict("in process / pgbench, same statements", ratio(way.median(), bench), Target::AtLeast(0.6), "×");
    }
    Ok(())
}

/// The same databases in a house that leaves its news to a worker.
fn undelivered(world: &World, options: Options) -> Result<Arc<House>, String> {
    let control = Db::<Control>::attach(&world.config.control(), &options).map_err(|e| e.to_string())?;
    let region = Db::<Region>::attach(&world.config.region("eu"), &options).map_err(|e| e.to_string())?;
    let regions = std::iter::once(("eu".to_owned(), region)).collect();
    Ok(Arc::new(House::new(control, regions, Arc::new(Wall), Arc::new(SystemEntropy))))
}

fn in_house(world: &World, house: &Arc<House>, shape: &Shape, clients: usize) -> Vec<InHouse> {
    let targets: Arc<[CustomerId]> = shape.customers.clone().into();
    (0..clients).map(|n| InHouse::new(house.clone(), world.staff.credential(), targets.clone(), n)).collect()
}

fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}
