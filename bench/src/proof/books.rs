//! The books: pool, allocations, ledger, the region's seats and the audit chain, read in one snapshot each.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use store::{Control, CustomerId, PartnerId, Region, View, p, sql};

use super::rival::Tally;
use crate::world::World;

/// What the books say.
#[derive(Debug)]
pub struct Books {
    ordered: i64,
    pool: i64,
    allocations: i64,
    ledger: i64,
    /// Seats by customer: held, by the ledger, being released.
    customers: BTreeMap<CustomerId, (i64, i64, i64)>,
    /// Seats by customer in the region.
    region: BTreeMap<CustomerId, i64>,
}

fn control(view: &mut View<'_, Control>, partner: PartnerId) -> store::Result<Books> {
    view.enter(partner.0);
    let sums = view.one(
        sql!(
            Control,
            "SELECT allocated,
               (SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM pool_order WHERE partner_id = $1 AND unit = 'seat') AS ordered,
               (SELECT CAST(COALESCE(SUM(seats), 0) AS BIGINT) FROM allocation WHERE partner_id = $1 AND pooled) AS allocations,
               (SELECT CAST(COALESCE(SUM(seats), 0) AS BIGINT) FROM allocation_change WHERE partner_id = $1) AS ledger
             FROM pool WHERE partner_id = $1"
        ),
        p![partner],
    )?;
    let rows = view.rows(
        sql!(
            Control,
            "SELECT customer_id, seats, releasing,
               (SELECT CAST(COALESCE(SUM(c.seats), 0) AS BIGINT) FROM allocation_change c
                WHERE c.partner_id = a.partner_id AND c.customer_id = a.customer_id) AS ledger
             FROM allocation a WHERE partner_id = $1"
        ),
        p![partner],
    )?;
    let mut customers = BTreeMap::new();
    for row in rows {
        customers.insert(row.get("customer_id")?, (row.get("seats")?, row.get("ledger")?, row.get("releasing")?));
    }
    Ok(Books {
        ordered: sums.get("ordered")?,
        pool: sums.get("allocated")?,
        allocations: sums.get("allocations")?,
        ledger: sums.get("ledger")?,
        customers,
        region: BTreeMap::new(),
    })
}

/// Whether the partner's audit chain holds: every entry is read.
pub async fn chain(world: &World) -> Result<Result<(), String>, String> {
    let partner = world.first()?.id;
    let verdict = world.app.house.control().read(move |view| {
        view.enter(partner.0);
        let said = command::audit::head_of(view, partner.0)?;
        command::audit::verify(view, partner.0, said.as_ref(), None)
    });
    let verdict = verdict.await.map_err(|e| e.to_string())?;
    Ok(if verdict.intact { Ok(()) } else { Err(verdict.finding.unwrap_or_default()) })
}

/// Reads all but the chain.
pub async fn read(world: &World) -> Result<Books, String> {
    let partner = world.first()?.id;
    let house = &world.app.house;
    let mut books = house.control().read(move |view| control(view, partner)).await.map_err(|e| e.to_string())?;
    let region = house.region("eu").ok_or("the region is gone")?;
    for customer in world.first()?.customers.clone() {
        let seats = region
            .read(move |view: &mut View<'_, Region>| {
                view.enter(customer.0);
                view.one(sql!(Region, "SELECT seats FROM tenant_policy WHERE customer_id = $1"), p![customer])?.get("seats")
            })
            .await
            .map_err(|e| e.to_string())?;
        books.region.insert(customer, seats);
    }
    Ok(books)
}

impl Books {
    /// Whether pool, allocations and ledger say the same.
    pub fn agree(&self) -> Result<(), String> {
        let apart: Vec<_> = self.customers.iter().filter(|(_, (held, ledger, _))| held != ledger).collect();
        if self.pool == self.allocations && self.pool == self.ledger && self.pool <= self.ordered && apart.is_empty() {
            println!("        {} of {} seats are out", self.pool, self.ordered);
            return Ok(());
        }
        Err(format!(
            "ordered {}, pool {}, allocations {}, ledger {}, apart: {apart:?}",
            self.ordered, self.pool, self.allocations, self.ledger
        ))
    }

    /// Whether what clients were told explains the difference to the books before.
    pub fn explained(&self, before: &Books, tally: &Tally) -> Result<(), String> {
        for (customer, (held, _, _)) in &self.customers {
            let told = tally.seats.get(&customer.to_string()).copied().unwrap_or(0);
            let had = before.customers.get(customer).map_or(0, |(held, _, _)| *held);
            if had + told != *held {
                return Err(format!("{customer} had {had}, clients were told {told:+}, it holds {held}"));
            }
        }
        Ok(())
    }

    /// Whether the region has the seats control decided.
    pub fn obeyed(&self) -> Result<(), String> {
        for (customer, seats) in &self.region {
            let (held, _, releasing) = self.customers.get(customer).copied().unwrap_or_default();
            if held - releasing != *seats {
                return Err(format!("{customer}: control says {held} less {releasing}, the region {seats}"));
            }
        }
        Ok(())
    }
}

/// What watching found.
#[derive(Debug, Default)]
pub struct Watched {
    pub snapshots: usize,
    pub wrong: Option<String>,
}

/// Looks at the books every 20 ms until all attempts are made; where they have grown long, in a tenth of the time.
pub async fn watch(world: Arc<World>, attempts: Arc<AtomicUsize>, most: usize) -> Watched {
    let mut watched = Watched::default();
    let Ok(partner) = world.first().map(|p| p.id) else { return watched };
    let mut pause = Duration::from_millis(20);
    while attempts.load(Ordering::Relaxed) < most {
        tokio::time::sleep(pause).await;
        let began = Instant::now();
        let Ok(books) = world.app.house.control().read(move |view| control(view, partner)).await else { continue };
        pause = Duration::from_millis(20).max(began.elapsed() * 9);
        watched.snapshots += 1;
        if books.pool > books.ordered || books.pool != books.allocations || books.pool != books.ledger {
            watched.wrong.get_or_insert(format!(
                "ordered {}, pool {}, allocations {}, ledger {}",
                books.ordered, books.pool, books.allocations, books.ledger
            ));
        }
    }
    watched
}
