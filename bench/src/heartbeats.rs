//! Agents that report: in batches of a hundred by relays, and one by one; and what a network controller asks meanwhile.

use std::{net::SocketAddr, sync::Arc};

use access::secret;
use command::{Call, Secret};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{CustomerId, Options};
use tenantry::{
    agents::{self, Beat, Purpose},
    app::App,
    licensing::pools::Allocate,
};

use crate::{
    Ask, engine_name,
    http::{self, Wire},
    load::{self, Caller, Dice, Load},
    report::{Table, Target, grouped, millis, verdict},
    seed,
    world::{Plan, World, name},
};

/// Customers, and agents of each.
const FLEET: (usize, usize) = (8, 250);
/// Heartbeats of a batch.
const BATCH: usize = 100;
/// Relays at work.
const RELAYS: usize = 16;
/// Agents at work at the same time.
const CLIENTS: usize = 64;
/// Who asks for access, and members of the customer they ask about.
const ASKING: (usize, usize) = (4, 10_000);

/// A customer's agents.
struct Fleet {
    customer: CustomerId,
    relay: String,
    agents: Vec<(String, String)>,
}

async fn token(app: &App, customer: CustomerId, purpose: Purpose) -> Result<String, String> {
    let issued = agents::issue(&app.house, Call::operator(), customer, name("Bench")?, purpose, None).await;
    issued.map_err(|e| format!("token: {e:?}"))?.1.ok_or_else(|| "a token without a secret".into())
}

async fn enrol(address: SocketAddr, bearer: &str, n: usize) -> Result<(String, String), String> {
    let body = format!(r#"{{"name":"Device {n}","machine_id":"m-{n}","user":"user{n}@example.org","platform":"Linux","version":"1.0"}}"#);
    let headers = [("authorization", bearer), ("content-type", "application/json")];
    let (status, made) = http::once(address, &http::request("POST", "/v1/agents/enrol", &headers, body.as_bytes())).await?;
    let text = |field: &str| made[field].as_str().map(str::to_owned).ok_or_else(|| format!("{status} {made}"));
    Ok((text("agent_id")?, text("token")?))
}

async fn fleet(app: &App, address: SocketAddr, customer: CustomerId) -> Result<Fleet, String> {
    let bearer = format!("Bearer {}", token(app, customer, Purpose::Enrol).await?);
    let agents = stream::iter(0..FLEET.1).map(|n| enrol(address, &bearer, n)).buffer_unordered(16).try_collect().await?;
    Ok(Fleet { customer, relay: format!("Bearer {}", token(app, customer, Purpose::Relay).await?), agents })
}

/// A relay: a batch after the other.
struct Relays {
    wire: Wire,
    request: Vec<u8>,
}

impl Caller for Relays {
    async fn once(&mut self) -> Result<(), String> {
        match self.wire.send(&self.request).await? {
            200 if self.wire.body().starts_with(br#"{"accepted":100,"#) => Ok(()),
            status => Err(format!("{status} {}", self.wire.text())),
        }
    }
}

/// An agent after the other, through HTTP.
struct Devices {
    wire: Wire,
    requests: Vec<Vec<u8>>,
    dice: Dice,
}

impl Caller for Devices {
    async fn once(&mut self) -> Result<(), String> {
        let request: &Vec<u8> = self.dice.pick(&self.requests);
        match self.wire.send(request).await? {
            200 => Ok(()),
            status => Err(format!("{status} {}", self.wire.text())),
        }
    }
}

/// An agent after the other, in process.
struct Inside {
    app: Arc<App>,
    agents: Vec<(CustomerId, [u8; 32])>,
    dice: Dice,
}

impl Caller for Inside {
    async fn once(&mut self) -> Result<(), String> {
        let (customer, hash) = *self.dice.pick(&self.agents);
        let beat = Beat { customer, shown: Secret(hash), at: None, version: None };
        self.app.house.execute(Call::operator(), beat).await.map(drop).map_err(|e| format!("{e:?}"))
    }
}

/// A network controller.
struct Controllers {
    wire: Wire,
    requests: Vec<Vec<u8>>,
    dice: Dice,
}

impl Caller for Controllers {
    async fn once(&mut self) -> Result<(), String> {
        let request: &Vec<u8> = self.dice.pick(&self.requests);
        match self.wire.send(request).await? {
            200 if self.wire.body() == br#"{"allow":true}"# => Ok(()),
            status => Err(format!("{status} {}", self.wire.text())),
        }
    }
}

/// Measures all of it on one engine.
pub async fn measure(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    let world = World::build(&Plan::of(vec![FLEET.0]), engine, ask.folder.as_ref()).await?;
    let served = world.serve().await?;
    let mut fleets = Vec::with_capacity(FLEET.0);
    for customer in &world.first()?.customers {
        fleets.push(fleet(&world.app, served.address, *customer).await?);
    }
    let alone = world.again(Options { single: true, ..Options::default() })?;
    let [mut batches, mut singles, mut inside, mut one] = [const { Vec::<Load>::new() }; 4];
    for _ in 0..ask.rounds.max(1) {
        batches.push(load::run(relays(served.address, &fleets).await?, ask.span()).await.0);
        singles.push(load::run(devices(served.address, &fleets).await?, ask.span()).await.0);
        inside.push(load::run(within(&world.app, &fleets), ask.span()).await.0);
        one.push(load::run(within(&alone, &fleets), ask.span()).await.0);
    }
    let title =
        format!("Heartbeats on {} · {} agents · {} rounds of {} s", engine_name(engine), FLEET.0 * FLEET.1, batches.len(), ask.seconds);
    let mut table = Table::new(title, &["way", "heartbeats/s", "p50 ms", "p99 ms", ""]);
    let mut row = |what: &str, rounds: Vec<Load>, each: f64| {
        let load = middle(rounds);
        let rate = load.rate * each;
        table.row(&[what.into(), grouped(rate), millis(load.p50()), millis(load.p99()), load.trouble()]);
        rate
    };
    #[expect(clippy::cast_precision_loss, reason = "a hundred")]
    let batched = row(&format!("HTTP, batches of {BATCH}, {RELAYS} relays"), batches, BATCH as f64);
    let single = row(&format!("HTTP, one by one, {CLIENTS} agents"), singles, 1.0);
    let grouped_commit = row("in process, group commit", inside, 1.0);
    let alone = row("in process, one commit each", one, 1.0);
    table.print();
    verdict("heartbeats in batches, durable", batched, Target::AtLeast(20_000.0), "/s");
    verdict("heartbeats one by one, durable", single, Target::AtLeast(5_000.0), "/s");
    println!("        batches to singles {:.1} ×, group commit to one commit each {:.1} ×", batched / single, grouped_commit / alone);
    controllers(ask, engine, &world, served.address, &fleets).await
}

fn middle(mut rounds: Vec<Load>) -> Load {
    rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    let at = rounds.len() / 2;
    rounds.swap_remove(at)
}

async fn relays(address: SocketAddr, fleets: &[Fleet]) -> Result<Vec<Relays>, String> {
    let mut all = Vec::with_capacity(RELAYS);
    for n in 0..RELAYS {
        let fleet = &fleets[n % fleets.len()];
        let from = n / fleets.len() * BATCH % (FLEET.1 - BATCH);
        let items: Vec<String> =
            fleet.agents[from..from + BATCH].iter().map(|(id, _)| format!(r#"{{"agent_id":"{id}","version":"1.1"}}"#)).collect();
        let headers = [("authorization", fleet.relay.as_str()), ("content-type", "application/json")];
        let request = http::request("POST", "/v1/agents/heartbeats", &headers, format!("[{}]", items.join(",")).as_bytes());
        all.push(Relays { wire: Wire::connect(address).await?, request });
    }
    Ok(all)
}

async fn devices(address: SocketAddr, fleets: &[Fleet]) -> Result<Vec<Devices>, String> {
    let mut all = Vec::with_capacity(CLIENTS);
    for n in 0..CLIENTS {
        // Each has agents of its own: two that report for one at the same instant would make the second an older one.
        let mine = fleets.iter().flat_map(|f| &f.agents).skip(n).step_by(CLIENTS);
        let request = |token: &String| {
            let bearer = format!("Bearer {token}");
            http::request("POST", "/v1/agents/heartbeat", &[("authorization", &bearer), ("content-type", "application/json")], b"{}")
        };
        all.push(Devices {
            wire: Wire::connect(address).await?,
            requests: mine.map(|(_, token)| request(token)).collect(),
            dice: Dice::new(n as u64 + 7),
        });
    }
    Ok(all)
}

fn within(app: &Arc<App>, fleets: &[Fleet]) -> Vec<Inside> {
    let hash = |token: &str| token.split_once('.').and_then(|(text, _)| secret::hash(secret::AGENT, text)).map(|h| h.0);
    let all: Vec<(CustomerId, [u8; 32])> =
        fleets.iter().flat_map(|f| f.agents.iter().filter_map(move |(_, token)| Some((f.customer, hash(token)?)))).collect();
    (0..CLIENTS).map(|n| Inside { app: app.clone(), agents: all.clone(), dice: Dice::new(n as u64 + 11) }).collect()
}

/// Whether somebody may come in, while agents report.
async fn controllers(ask: &Ask, engine: Option<&str>, world: &World, address: SocketAddr, fleets: &[Fleet]) -> Result<(), String> {
    let customer = fleets.first().ok_or("no customer")?.customer;
    let seats = Allocate { tenant_id: customer, seats: 20_000, reason: None, held: None };
    world.app.house.execute(Call::operator(), seats).await.map_err(|e| format!("seats: {e:?}"))?;
    seed::members(&world.app, customer, ASKING.1).await?;
    let bearer = world.staff.bearer();
    let request = |n: usize| http::get(&format!("/v1/tenants/{customer}/access/ext-{n}"), &[("authorization", &bearer)]);
    let mut all = Vec::with_capacity(ASKING.0);
    for n in 0..ASKING.0 {
        let requests = (0..1_000).map(|k| request((k * 7 + n) % ASKING.1)).collect();
        all.push(Controllers { wire: Wire::connect(address).await?, requests, dice: Dice::new(n as u64 + 5) });
    }
    let reporting = tokio::spawn(load::run(relays(address, fleets).await?, ask.span()));
    let (load, _) = load::run(all, ask.span()).await;
    let beside = reporting.await.map_err(|e| e.to_string())?.0;
    let title = format!("Access answers on {} · {} members · {} controllers, beside heartbeats", engine_name(engine), ASKING.1, ASKING.0);
    let mut table = Table::new(title, &["question", "answers/s", "p50 ms", "p99 ms", ""]);
    table.row(&["access by external id".into(), grouped(load.rate), millis(load.p50()), millis(load.p99()), load.trouble()]);
    #[expect(clippy::cast_precision_loss, reason = "a hundred")]
    table.row(&[
        "heartbeats meanwhile".into(),
        grouped(beside.rate * BATCH as f64),
        millis(beside.p50()),
        millis(beside.p99()),
        beside.trouble(),
    ]);
    table.print();
    verdict("access answers, p99", f64::from(load.p99()) / 1_000.0, Target::AtMost(5.0), "ms");
    Ok(())
}
