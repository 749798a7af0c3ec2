//! Tenants queued at once by one large partner and four small ones, provisioned by a program that is killed again and again:
//! none is lost or made twice, the small ones do not wait for the large one, and how long each step takes.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use store::{Control, CustomerId, PartnerId, Region, View, p, sql};

use crate::{
    Ask,
    child::{Child, free_port},
    engine_name,
    report::{Table, Target, holds, median, seconds, verdict},
    seed,
    world::{Msp, Plan, World},
};

const LARGE: usize = 400;
const SMALL: usize = 25;
const SMALL_ONES: usize = 4;

/// Measures it on one engine.
pub async fn measure(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    let mut world = World::build(&Plan::of(vec![0; 1 + SMALL_ONES]), engine, ask.folder.as_ref()).await?;
    for n in 0..world.partners.len() {
        let many = if n == 0 { LARGE } else { SMALL };
        let made = seed::customers(&world.app, world.partners[n].id, many, false).await?;
        world.partners[n].customers = made;
    }
    let all = LARGE + SMALL * SMALL_ONES;
    let port = free_port()?;
    let began = Instant::now();
    let mut child = Child::start(&world.config, port).await?;
    for kill in 1..=ask.kills {
        until(&world, all * kill / (ask.kills + 1)).await?;
        child.kill();
        child = Child::start(&world.config, port).await?;
    }
    until(&world, all).await?;
    let took = began.elapsed();
    child.kill();
    let mut ended = Vec::new();
    for partner in &world.partners {
        ended.push(operations(&world, partner.id).await?);
    }
    print(ask, engine, took, all, &ended);
    holds("every tenant is made once, whole, and none is lost", whole(&world, &ended).await);
    let last_small = ended[1..].iter().flatten().map(|op| op.finished).max().unwrap_or(0);
    let ahead = ended[0].iter().filter(|op| op.finished < last_small).count();
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    verdict(
        "tenants of the large partner that were ready before the last of the small ones",
        ahead as f64,
        Target::AtMost(150.0),
        "of 400",
    );
    Ok(())
}

/// How an operation ended.
struct Ended {
    status: String,
    finished: i64,
    /// Steps: name, state, microseconds.
    steps: Vec<(String, String, i64)>,
}

async fn until(world: &World, many: usize) -> Result<(), String> {
    for _ in 0..60_000 {
        let mut done = 0;
        for partner in &world.partners {
            done += count(world, partner.id).await?;
        }
        if done >= many {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(format!("{many} tenants were not ready within ten minutes"))
}

async fn count(world: &World, partner: PartnerId) -> Result<usize, String> {
    let read = world.app.house.control().read(move |view: &mut View<'_, Control>| {
        view.enter(partner.0);
        let text = sql!(
            Control,
            "SELECT COUNT(*) AS n FROM operation WHERE partner_id = $1 AND kind = 'provisioning' AND finished_at IS NOT NULL"
        );
        view.one(text, p![partner])?.get::<i64>("n")
    });
    read.await.map(|n| usize::try_from(n).unwrap_or(0)).map_err(|e| e.to_string())
}

async fn operations(world: &World, partner: PartnerId) -> Result<Vec<Ended>, String> {
    let read = world.app.house.control().read(move |view: &mut View<'_, Control>| {
        view.enter(partner.0);
        let text = sql!(
            Control,
            "SELECT o.operation_id, o.status AS ended, COALESCE(o.finished_at, 0) AS at, s.name, s.status,
               COALESCE(s.finished_at, 0) - COALESCE(s.started_at, 0) AS took
             FROM operation o JOIN operation_step s ON s.partner_id = o.partner_id AND s.operation_id = o.operation_id
             WHERE o.partner_id = $1 AND o.kind = 'provisioning' ORDER BY o.operation_id, s.position"
        );
        let mut all: BTreeMap<store::Uuid, Ended> = BTreeMap::new();
        for row in view.rows(text, p![partner])? {
            let (status, finished) = (row.get("ended")?, row.get("at")?);
            let one = all.entry(row.get("operation_id")?).or_insert(Ended { status, finished, steps: Vec::new() });
            one.steps.push((row.get("name")?, row.get("status")?, row.get("took")?));
        }
        Ok(all.into_values().collect())
    });
    read.await.map_err(|e| e.to_string())
}

/// Whether each customer has what a tenant is made of, once.
async fn whole(world: &World, ended: &[Vec<Ended>]) -> Result<(), String> {
    for (partner, operations) in world.partners.iter().zip(ended) {
        if operations.len() != partner.customers.len() {
            return Err(format!("{} customers, {} operations", partner.customers.len(), operations.len()));
        }
        let bad =
            operations.iter().find(|op| op.status != "succeeded" || op.steps.len() != 4 || op.steps.iter().any(|s| s.1 != "succeeded"));
        if let Some(bad) = bad {
            return Err(format!("an operation {} with steps {:?}", bad.status, bad.steps));
        }
        for customer in &partner.customers {
            made(world, partner, *customer).await?;
        }
    }
    Ok(())
}

async fn made(world: &World, partner: &Msp, customer: CustomerId) -> Result<(), String> {
    let partner = partner.id;
    let in_control = world.app.house.control().read(move |view: &mut View<'_, Control>| {
        view.enter(partner.0);
        let text = sql!(
            Control,
            "SELECT c.lifecycle, (SELECT COUNT(*) FROM audit_entry e WHERE e.chain_id = $1 AND e.node_id = $2
               AND e.command = 'hierarchy.customers.make_ready') AS times
             FROM customer c WHERE c.partner_id = $1 AND c.customer_id = $2"
        );
        let row = view.one(text, p![partner, customer])?;
        Ok((row.get::<String>("lifecycle")?, row.get::<i64>("times")?))
    });
    let in_region = world.app.house.region("eu").ok_or("the region is gone")?.read(move |view: &mut View<'_, Region>| {
        view.enter(customer.0);
        view.one(sql!(Region, "SELECT COUNT(*) AS n FROM tenant_policy WHERE customer_id = $1"), p![customer])?.get::<i64>("n")
    });
    let (lifecycle, times) = in_control.await.map_err(|e| e.to_string())?;
    let policies = in_region.await.map_err(|e| e.to_string())?;
    let mark = world.config.data.join("objects/eu").join(customer.to_string()).join("tenant.json").exists();
    if lifecycle == "setup" && times == 1 && policies == 1 && mark {
        return Ok(());
    }
    Err(format!("{customer} is {lifecycle}, was made ready {times} times, has {policies} policies, a place in the storage: {mark}"))
}

fn print(ask: &Ask, engine: Option<&str>, took: Duration, all: usize, ended: &[Vec<Ended>]) {
    let title = format!("{all} tenants queued at once on {}, {} kills, {:.1} s", engine_name(engine), ask.kills, seconds(took));
    let mut table = Table::new(title, &["step", "median ms", "longest ms"]);
    for step in ["region", "storage", "ready"] {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds")]
        let mut times: Vec<f64> =
            ended.iter().flatten().flat_map(|op| &op.steps).filter(|s| s.0 == step).map(|s| s.2 as f64 / 1_000.0).collect();
        times.sort_by(f64::total_cmp);
        let longest = times.last().copied().unwrap_or(0.0);
        table.row(&[step.into(), format!("{:.1}", median(times)), format!("{longest:.1}")]);
    }
    table.print();
    println!("        The longest ones were killed: on PostgreSQL their lease of 20 s had to end.");
}
