//! A customer's directory at work (SCIM): users created one by one, and lists of a large tenant.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use command::Call;
use store::CustomerId;
use tenantry::{
    hierarchy::{DomainName, customers::NewCustomer, verify_domain::VerifyDomain},
    identity::scim_tokens,
    licensing::pools::Allocate,
    provisioning::CreateCustomer,
};

use crate::{
    Ask, engine_name,
    http::{self, Wire},
    load::{self, Caller, Dice, Load},
    report::{Table, Target, grouped, millis, verdict},
    seed,
    world::{Plan, Served, World, name},
};

/// Callers of the creating bench.
const CLIENTS: usize = 64;
/// Callers of the lists.
const READERS: usize = 4;

/// Measures both on one engine.
pub async fn measure(ask: &Ask, engine: Option<&str>) -> Result<(), String> {
    let world = World::build(&Plan::of(vec![1]), engine, ask.folder.as_ref()).await?;
    let (creates, lists) = (tenant(&world, "creates.example").await?, tenant(&world, "example.org").await?);
    seed::members(&world.app, lists.customer, ask.rows).await?;
    let served = world.serve().await?;
    create(ask, engine, &served, &creates).await?;
    list(ask, engine, &served, &lists).await
}

struct Tenant {
    customer: CustomerId,
    bearer: String,
}

/// A customer with a verified domain and seats for everybody.
pub async fn tenant_of(world: &World, domain: &str) -> Result<CustomerId, String> {
    let partner = world.first()?.id;
    let domain_name = DomainName::parse(domain)?;
    let new = NewCustomer { domain: Some(domain_name.clone()), ..NewCustomer::named(name(domain)?) };
    let made = world.app.house.execute(Call::operator(), CreateCustomer { partner, new, seats: 0 }).await;
    let customer = made.map_err(|e| format!("customer: {e:?}"))?.value.tenant_id;
    let _ = world.app.worker().ok_or("the application has no worker")?.drain().await;
    let told = |e: String| format!("tenant: {e}");
    world.app.house.execute(Call::operator(), VerifyDomain { customer, domain: domain_name }).await.map_err(|e| told(format!("{e:?}")))?;
    let seats = Allocate { tenant_id: customer, seats: 3_000_000, reason: None, held: None };
    world.app.house.execute(Call::operator(), seats).await.map_err(|e| told(format!("{e:?}")))?;
    let _ = world.app.worker().ok_or("the application has no worker")?.drain().await;
    Ok(customer)
}

/// As [`tenant_of`], and a token.
async fn tenant(world: &World, domain: &str) -> Result<Tenant, String> {
    let customer = tenant_of(world, domain).await?;
    let told = |e: String| format!("tenant: {e}");
    let issued = scim_tokens::issue(&world.app.house, Call::operator(), customer, name("Bench")?, None).await;
    let (_, secret) = issued.map_err(|e| told(format!("{e:?}")))?;
    Ok(Tenant { customer, bearer: format!("Bearer {}", secret.ok_or("a token without a secret")?) })
}

/// One who creates users.
struct Creates {
    wire: Wire,
    bearer: String,
    next: Arc<AtomicUsize>,
}

impl Caller for Creates {
    async fn once(&mut self) -> Result<(), String> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"userName":"user{n}@creates.example","externalId":"e-{n}","active":true,"displayName":"User {n}","title":"Guide","name":{{"givenName":"User","familyName":"Number {n}"}},"emails":[{{"value":"user{n}@creates.example","type":"work","primary":true}}],"phoneNumbers":[{{"value":"+46 8 {n}","type":"work"}}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{{"department":"Operations","employeeNumber":"{n}"}}}}"#
        );
        let headers = [("authorization", self.bearer.as_str()), ("content-type", "application/scim+json")];
        match self.wire.send(&http::request("POST", "/scim/v2/Users", &headers, body.as_bytes())).await? {
            201 => Ok(()),
            status => Err(format!("{status} {}", self.wire.text())),
        }
    }
}

async fn create(ask: &Ask, engine: Option<&str>, served: &Served, tenant: &Tenant) -> Result<(), String> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut callers = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        callers.push(Creates { wire: Wire::connect(served.address).await?, bearer: tenant.bearer.clone(), next: next.clone() });
    }
    let mut rounds: Vec<Load> = Vec::new();
    for _ in 0..ask.rounds.max(1) {
        let (load, back) = load::run(callers, ask.span()).await;
        callers = back;
        rounds.push(load);
    }
    rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    let middle = &rounds[rounds.len() / 2];
    let title = format!("SCIM creates on {} · {CLIENTS} clients · {} rounds of {} s", engine_name(engine), rounds.len(), ask.seconds);
    let mut table = Table::new(title, &["way", "median/s", "p50 ms", "p99 ms", ""]);
    table.row(&["POST /Users".into(), grouped(middle.rate), millis(middle.p50()), millis(middle.p99()), middle.trouble()]);
    table.print();
    verdict("SCIM creates, durable", middle.rate, Target::AtLeast(2_000.0), "/s");
    Ok(())
}

/// What a reader asks for, given chance.
type Question = fn(&mut Dice, usize) -> String;

/// One who reads lists.
struct Reads {
    wire: Wire,
    bearer: String,
    rows: usize,
    dice: Dice,
    question: Question,
    cursor: Option<String>,
}

impl Caller for Reads {
    async fn once(&mut self) -> Result<(), String> {
        let mut path = format!("/scim/v2/Users?{}", (self.question)(&mut self.dice, self.rows));
        if let Some(cursor) = &self.cursor {
            path = format!("{path}&cursor={cursor}");
        }
        match self.wire.send(&http::get(&path, &[("authorization", self.bearer.as_str())])).await? {
            200 => {}
            status => return Err(format!("{status} {}", self.wire.text())),
        }
        if self.cursor.is_some() {
            self.cursor = Some(self.wire.json()?["nextCursor"].as_str().unwrap_or_default().to_owned());
        }
        Ok(())
    }
}

fn filter(text: &str) -> String {
    format!("filter={}", text.replace('"', "%22"))
}

/// The first hundred of what is asked: name, question, whether by cursor.
const QUESTIONS: [(&str, Question, bool); 6] = [
    ("100 by startIndex, first 10,000", |dice, rows| format!("count=100&startIndex={}", 1 + dice.below(rows.min(10_000))), false),
    ("100 by cursor, page after page", |_, _| "count=100".into(), true),
    ("filter externalId eq", |dice, rows| filter(&format!("externalId eq \"ext-{}\"", dice.below(rows))), false),
    ("filter userName eq, nobody's", |dice, rows| filter(&format!("userName eq \"nobody{}@example.org\"", dice.below(rows))), false),
    (
        "filter emails.value eq, nobody's",
        |dice, rows| filter(&format!("emails.value eq \"nobody{}@example.org\"", dice.below(rows))),
        false,
    ),
    ("totalResults alone (count=0)", |_, _| "count=0".into(), false),
];

async fn list(ask: &Ask, engine: Option<&str>, served: &Served, tenant: &Tenant) -> Result<(), String> {
    let title = format!("SCIM lists on {} · {} members · {READERS} clients", engine_name(engine), ask.rows);
    let mut table = Table::new(title, &["question", "answers/s", "p50 ms", "p99 ms", ""]);
    let mut worst = 0;
    for (what, question, by_cursor) in QUESTIONS {
        let readers = readers(served.address, tenant, ask.rows, question, by_cursor).await?;
        let (load, _) = load::run(readers, ask.span()).await;
        worst = worst.max(load.p99());
        table.row(&[what.into(), grouped(load.rate), millis(load.p50()), millis(load.p99()), load.trouble()]);
    }
    table.print();
    verdict("SCIM lists, the worst p99", f64::from(worst) / 1_000.0, Target::AtMost(20.0), "ms");
    Ok(())
}

async fn readers(address: SocketAddr, tenant: &Tenant, rows: usize, question: Question, by_cursor: bool) -> Result<Vec<Reads>, String> {
    let mut readers = Vec::with_capacity(READERS);
    for n in 0..READERS {
        readers.push(Reads {
            wire: Wire::connect(address).await?,
            bearer: tenant.bearer.clone(),
            rows,
            dice: Dice::new(n as u64 + 3),
            question,
            cursor: by_cursor.then(String::new),
        });
    }
    Ok(readers)
}
