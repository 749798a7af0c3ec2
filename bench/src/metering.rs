//! Activity in batches of 500, a tenth of them repeated and all in no order, until a number is held to a count of the times; and the
//! closing of a month of many customers.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Instant,
};

use command::Call;
use serde_json::Value;
use store::{Clock, CustomerId, Movable, Timestamp};
use tenantry::licensing::{metering::CloseMonths, pools::Allocate};

use crate::{
    Ask, engine_name,
    http::{self, Wire},
    load::{self, Caller, Dice, Load},
    report::{Table, Target, grouped, holds, millis, verdict},
    seed,
    world::{Plan, World},
};

/// Partners with one customer each, and members of each.
const PLACES: (usize, usize) = (8, 2_000);
/// Events of a request, and how many of them were sent before.
const BATCH: (usize, usize) = (500, 50);
/// Senders of each customer.
const SENDERS: usize = 2;
/// Customers whose month is closed.
const CLOSED: usize = 1_000;

/// Measures both on one engine.
pub async fn measure(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    activity(ask, engine).await?;
    close(ask, engine).await
}

/// One who sends batches.
struct Sender {
    wire: Wire,
    bearer: String,
    path: String,
    dice: Dice,
    /// When the next event was: no two of a customer are of one instant.
    next: Arc<AtomicI64>,
    sent: Vec<String>,
}

impl Sender {
    fn event(&mut self) -> String {
        let at = Timestamp(self.next.fetch_add(1_000, Ordering::Relaxed));
        let (who, status) = (self.dice.below(PLACES.1), if self.dice.below(2) == 0 { "active" } else { "inactive" });
        format!(r#"{{"external_id":"ext-{who}","status":"{status}","at":"{at}"}}"#)
    }

    fn batch(&mut self) -> Vec<String> {
        let again = if self.sent.is_empty() { 0 } else { BATCH.1 };
        let mut batch: Vec<String> = (0..again).map(|_| self.dice.pick(&self.sent).clone()).collect();
        let fresh: Vec<String> = (again..BATCH.0).map(|_| self.event()).collect();
        self.sent.clone_from(&fresh);
        batch.extend(fresh);
        for n in (1..batch.len()).rev() {
            batch.swap(n, self.dice.below(n + 1));
        }
        batch
    }
}

impl Caller for Sender {
    async fn once(&mut self) -> Result<(), String> {
        let body = format!("[{}]", self.batch().join(","));
        let headers = [("authorization", self.bearer.as_str()), ("content-type", "application/json")];
        let request = http::request("POST", &self.path, &headers, body.as_bytes());
        match self.wire.send(&request).await? {
            200 if find(self.wire.body(), br#""rejected":0,"#) => Ok(()),
            status => Err(format!("{status} {}", self.wire.text())),
        }
    }
}

fn find(within: &[u8], what: &[u8]) -> bool {
    within.windows(what.len()).any(|w| w == what)
}

async fn activity(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    let world = World::build(&Plan::of(vec![1; PLACES.0]), engine, ask.folder.as_ref()).await?;
    let customers: Vec<CustomerId> = world.partners.iter().flat_map(|p| p.customers.iter().copied()).collect();
    for customer in &customers {
        let seats = Allocate { tenant_id: *customer, seats: 4_000, reason: None, held: None };
        world.app.house.execute(Call::operator(), seats).await.map_err(|e| format!("seats: {e:?}"))?;
        seed::members(&world.app, *customer, PLACES.1).await?;
    }
    let served = world.serve().await?;
    let mut senders = Vec::new();
    for (n, customer) in customers.iter().enumerate() {
        let next = Arc::new(AtomicI64::new(world.app.house.now().plus_days(-39).0));
        for m in 0..SENDERS {
            senders.push(Sender {
                wire: Wire::connect(served.address).await?,
                bearer: world.staff.bearer(),
                path: format!("/v1/tenants/{customer}/members/activity"),
                dice: Dice::new((n * SENDERS + m + 1) as u64),
                next: next.clone(),
                sent: Vec::new(),
            });
        }
    }
    let mut rounds: Vec<Load> = Vec::new();
    for _ in 0..ask.rounds.max(1) {
        let (load, back) = load::run(senders, ask.span()).await;
        senders = back;
        rounds.push(load);
    }
    rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    let middle = &rounds[rounds.len() / 2];
    #[expect(clippy::cast_precision_loss, reason = "five hundred")]
    let rate = middle.rate * BATCH.0 as f64;
    let title = format!("Activity on {} · {} customers · {} rounds of {} s", engine_name(engine), PLACES.0, rounds.len(), ask.seconds);
    let mut table = Table::new(title, &["way", "events/s", "p50 ms", "p99 ms", ""]);
    table.row(&[format!("HTTP, batches of {}", BATCH.0), grouped(rate), millis(middle.p50()), millis(middle.p99()), middle.trouble()]);
    table.print();
    verdict("activity in batches, durable", rate, Target::AtLeast(if engine.is_some() { 30_000.0 } else { 20_000.0 }), "/s");
    for customer in &customers {
        holds("each number is a count of its evidence", exact(served.address, &world.staff.bearer(), *customer).await?);
    }
    Ok(())
}

/// Holds the running month's number to a count of those it is said to hold.
async fn exact(address: SocketAddr, bearer: &str, customer: CustomerId) -> Result<Result<(), String>, String> {
    let mut wire = Wire::connect(address).await?;
    let (mut counted, mut after) = (0, String::new());
    loop {
        let path = format!("/v1/tenants/{customer}/metering/evidence?page[size]=200{after}");
        let status = wire.send(&http::get(&path, &[("authorization", bearer)])).await?;
        let page: Value = wire.json()?;
        counted += page["data"].as_array().map_or(0, Vec::len);
        if let Some(next) = page["page"]["next"].as_str() {
            after = format!("&page[after]={next}");
            continue;
        }
        let total = page["page"]["total"].as_u64().ok_or_else(|| format!("{status} {page}"))?;
        return Ok(if total == counted as u64 { Ok(()) } else { Err(format!("{customer}: {total}, and {counted} are named")) });
    }
}

/// A month of many customers is closed: numbers and hash, in one transaction. With `--members` each has 1,000.
async fn close(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    let start: Timestamp = "2026-11-10T08:00:00Z".parse().map_err(|e| format!("{e:?}"))?;
    let clock = Arc::new(Movable::starting(start, true));
    let world = World::build(&Plan { clock: clock.clone(), ..Plan::of(vec![CLOSED]) }, engine, ask.folder.as_ref()).await?;
    let (msp, each) = (world.first()?, if ask.members { 1_000 } else { 1 });
    for customer in msp.customers.iter().filter(|_| each > 100) {
        let seats = Allocate { tenant_id: *customer, seats: 1_000, reason: None, held: None };
        world.app.house.execute(Call::operator(), seats).await.map_err(|e| format!("seats: {e:?}"))?;
    }
    seed::crowd(&world.app, &msp.customers, each).await?;
    clock.advance(start.plus_days(40));
    let began = Instant::now();
    let closed = world.app.house.execute(Call::operator(), CloseMonths { partner: msp.id }).await;
    let took = began.elapsed().as_secs_f64();
    let closed = closed.map_err(|e| format!("close: {e:?}"))?.value;
    println!("\n{closed} month of {CLOSED} customers with {each} members each closed on {}", engine_name(engine));
    verdict("month close", took, Target::AtMost(10.0), "s");
    Ok(())
}
