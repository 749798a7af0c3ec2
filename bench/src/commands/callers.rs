//! Those who allocate: by calling the house, or over a kept connection.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use access::Credential;
use command::{Call, House};
use store::CustomerId;
use tenantry::licensing::pools::Allocate;

use super::Shape;
use crate::{
    http::{self, Wire},
    load::{Caller, Dice},
    world::{Served, World},
};

/// Every caller of the process gets a number of its own, so that no key is used twice.
static CALLERS: AtomicU64 = AtomicU64::new(1);

struct Keys {
    caller: u64,
    next: u64,
}

impl Keys {
    fn new() -> Keys {
        Keys { caller: CALLERS.fetch_add(1, Ordering::Relaxed), next: 0 }
    }
    /// 32 characters, new each time.
    fn key(&mut self) -> String {
        self.next += 1;
        format!("{:016x}{:016x}", self.caller, self.next)
    }
}

/// A task that executes the command itself.
pub struct InHouse {
    house: Arc<House>,
    credential: Credential,
    targets: Arc<[CustomerId]>,
    keys: Keys,
    dice: Dice,
}

impl InHouse {
    /// Number `n` of them.
    pub fn new(house: Arc<House>, credential: Credential, targets: Arc<[CustomerId]>, n: usize) -> InHouse {
        InHouse { house, credential, targets, keys: Keys::new(), dice: Dice::new(n as u64 + 7) }
    }
}

impl Caller for InHouse {
    async fn once(&mut self) -> Result<(), String> {
        let tenant_id = *self.dice.pick(&self.targets);
        let command = Allocate { tenant_id, seats: 1, reason: None, held: None };
        let call = Call::by(self.credential).keyed(self.keys.key());
        self.house.execute(call, command).await.map(drop).map_err(|e| format!("{e:?}"))
    }
}

/// A kept connection with a request that only needs its key and customer changed.
pub struct OverWire {
    wire: Wire,
    request: Vec<u8>,
    key_at: usize,
    customer_at: usize,
    targets: Arc<[String]>,
    keys: Keys,
    dice: Dice,
}

impl OverWire {
    /// Connects number `n` of them.
    pub async fn open(address: std::net::SocketAddr, bearer: &str, targets: Arc<[String]>, n: usize) -> Result<OverWire, String> {
        let wire = Wire::connect(address).await?;
        let mut keys = Keys::new();
        let key = keys.key();
        let customer = targets.first().cloned().unwrap_or_default();
        let body = format!("{{\"tenant_id\":\"{customer}\",\"seats\":1}}");
        let headers = [("authorization", bearer), ("content-type", "application/json"), ("idempotency-key", key.as_str())];
        let request = http::request("POST", "/v1/licenses/allocate", &headers, body.as_bytes());
        let at = |what: &str| request.windows(what.len()).position(|w| w == what.as_bytes()).ok_or("the request lost a part");
        let (key_at, customer_at) = (at(&key)?, at(&customer)?);
        let dice = Dice::new(n as u64 + 99);
        Ok(OverWire { wire, key_at, customer_at, request, targets, keys, dice })
    }

    /// What the last allocation answered.
    pub fn answer(&self) -> Result<serde_json::Value, String> {
        self.wire.json()
    }
}

impl Caller for OverWire {
    async fn once(&mut self) -> Result<(), String> {
        let key = self.keys.key();
        let customer = self.dice.pick(&self.targets);
        self.request[self.key_at..self.key_at + key.len()].copy_from_slice(key.as_bytes());
        self.request[self.customer_at..self.customer_at + customer.len()].copy_from_slice(customer.as_bytes());
        match self.wire.send(&self.request).await? {
            200 => Ok(()),
            status => Err(format!("{status} {}", self.wire.text())),
        }
    }
}

/// As many connections as there are clients.
pub async fn wires(world: &World, served: &Served, shape: &Shape, clients: usize) -> Result<Vec<OverWire>, String> {
    let targets: Arc<[String]> = shape.customers.iter().map(ToString::to_string).collect();
    let bearer = world.staff.bearer();
    let mut wires = Vec::with_capacity(clients);
    for n in 0..clients {
        wires.push(OverWire::open(served.address, &bearer, targets.clone(), n).await?);
    }
    Ok(wires)
}
