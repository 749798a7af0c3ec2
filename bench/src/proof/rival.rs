//! A client that allocates and releases at random and never gives up on an answer.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    http::{self, Wire},
    load::Dice,
    world::World,
};

/// What clients were told.
#[derive(Debug, Default)]
pub struct Tally {
    pub attempts: usize,
    pub allocated: usize,
    pub released: usize,
    pub refused: usize,
    pub repeated: usize,
    pub replayed: usize,
    pub later: usize,
    /// The first answer that is none of these.
    pub complaint: Option<String>,
    /// Seats by customer: those acknowledged as given less those acknowledged as given back.
    pub seats: HashMap<String, i64>,
    /// Releases whose end was not told: operation, customer, seats.
    pub pending: Vec<(String, String, i64)>,
}

impl Tally {
    /// Adds another client's.
    pub fn add(&mut self, other: Tally) {
        self.attempts += other.attempts;
        self.allocated += other.allocated;
        self.released += other.released;
        self.refused += other.refused;
        self.repeated += other.repeated;
        self.replayed += other.replayed;
        self.complaint = self.complaint.take().or(other.complaint);
        self.pending.extend(other.pending);
        for (customer, seats) in other.seats {
            *self.seats.entry(customer).or_default() += seats;
        }
    }

    fn book(&mut self, customer: &str, seats: i64) {
        *self.seats.entry(customer.to_owned()).or_default() += seats;
        if seats > 0 { self.allocated += 1 } else { self.released += 1 }
    }
}

/// One client.
pub struct Rival {
    number: usize,
    address: SocketAddr,
    bearer: String,
    customers: Vec<String>,
    dice: Dice,
    tally: Tally,
}

impl Rival {
    /// Number `n` of them.
    pub fn new(number: usize, address: SocketAddr, world: &World) -> Result<Rival, String> {
        let customers = world.first()?.customers.iter().map(ToString::to_string).collect();
        let dice = Dice::new(number as u64 * 31 + 5);
        Ok(Rival { number, address, bearer: world.staff.bearer(), customers, dice, tally: Tally::default() })
    }

    /// Fights until all clients together have made so many attempts.
    pub async fn fight(mut self, attempts: Arc<AtomicUsize>, most: usize) -> Tally {
        let mut wire = None;
        while attempts.fetch_add(1, Ordering::Relaxed) < most {
            self.tally.attempts += 1;
            let customer = self.dice.pick(&self.customers).clone();
            let seats = 1 + i64::try_from(self.dice.below(4)).unwrap_or(0);
            let give = self.dice.below(100) < 55;
            let path = if give { "/v1/licenses/allocate" } else { "/v1/licenses/release" };
            let body = format!("{{\"tenant_id\":\"{customer}\",\"seats\":{seats},\"reason\":\"proof\"}}");
            let key = format!("proof-{}-{}", self.number, self.tally.attempts);
            let headers =
                [("authorization", self.bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", key.as_str())];
            let request = http::request("POST", path, &headers, body.as_bytes());
            let status = self.insist(&mut wire, &request).await;
            let Some(wire) = &wire else { continue };
            self.note(status, wire, &customer, if give { seats } else { -seats });
        }
        self.tally
    }

    /// Sends until there is an answer that says what happened; a broken connection or 503 says nothing.
    async fn insist(&mut self, wire: &mut Option<Wire>, request: &[u8]) -> u16 {
        loop {
            if wire.is_none() {
                *wire = Wire::connect(self.address).await.ok();
            }
            if let Some(open) = wire {
                match open.send(request).await {
                    Ok(status) if status < 500 => return status,
                    Ok(_) => {}
                    Err(_) => *wire = None,
                }
                self.tally.repeated += 1;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn note(&mut self, status: u16, wire: &Wire, customer: &str, seats: i64) {
        if wire.header("idempotency-replayed").is_some() {
            self.tally.replayed += 1;
        }
        let operation = wire.json().ok().and_then(|j| j["operation_id"].as_str().map(str::to_owned));
        match (status, operation) {
            (200, _) => self.tally.book(customer, seats),
            (202, Some(operation)) => self.tally.pending.push((operation, customer.to_owned(), seats)),
            (409, _) => self.tally.refused += 1,
            _ => {
                self.tally.complaint.get_or_insert_with(|| format!("{status} {}", wire.text()));
            }
        }
    }
}

/// Waits until every release has ended. A job that a kill interrupted is taken up again when its lease has run out.
pub async fn settle(address: SocketAddr, world: &World, tally: &mut Tally) -> Result<(), String> {
    let bearer = world.staff.bearer();
    let mut wire = Wire::connect(address).await?;
    let until = Instant::now() + Duration::from_secs(180);
    while let Some((operation, customer, seats)) = tally.pending.pop() {
        let status = wire.send(&http::get(&format!("/v1/operations/{operation}"), &[("authorization", &bearer)])).await?;
        let found = wire.json()?;
        match found["status"].as_str() {
            Some("succeeded") => {
                tally.later += 1;
                tally.book(&customer, seats);
            }
            Some("failed" | "undone") => tally.refused += 1,
            Some(_) if Instant::now() < until => {
                tally.pending.insert(0, (operation, customer, seats));
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            _ => return Err(format!("a release did not end: {status} {found}")),
        }
    }
    // News that a kill interrupted may still be on its way to the region.
    for _ in 0..450 {
        if super::books::read(world).await?.obeyed().is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}
