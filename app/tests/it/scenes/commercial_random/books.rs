//! The ledger and the counters, read where they lie: each counter is the sum of its lines.

use std::collections::BTreeMap;

use store::{Control, CustomerId, Timestamp, p, sql};

use super::{Play, check::differ};
use crate::scenes::metering::{counted, intervals};

impl Play {
    pub async fn books(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let msp = self.msp;
        let read = self.w.app.house.control().read(move |view| {
            view.enter(msp.0);
            let lines = sql!(
                Control,
                "SELECT customer_id, CAST(SUM(seats) AS BIGINT) AS seats, CAST(SUM(CASE WHEN pooled THEN seats ELSE 0 END) AS BIGINT) AS pooled
                 FROM allocation_change WHERE partner_id = $1 GROUP BY customer_id"
            );
            let mut ledger: BTreeMap<CustomerId, [i64; 2]> = BTreeMap::new();
            for row in view.rows(lines, p![msp])? {
                ledger.insert(row.get("customer_id")?, [row.get("seats")?, row.get("pooled")?]);
            }
            let mut held: BTreeMap<CustomerId, [i64; 3]> = BTreeMap::new();
            let counters = sql!(Control, "SELECT customer_id, seats, releasing, active_users FROM allocation WHERE partner_id = $1");
            for row in view.rows(counters, p![msp])? {
                held.insert(row.get("customer_id")?, [row.get("seats")?, row.get("releasing")?, row.get("active_users")?]);
            }
            let pool = view.one(sql!(Control, "SELECT allocated, claimed, active_users FROM pool WHERE partner_id = $1"), p![msp])?;
            Ok((ledger, held, [pool.get("allocated")?, pool.get("claimed")?, pool.get("active_users")?]))
        });
        let (ledger, held, pool) = read.await.expect("control answers");
        differ(&mut wrong, "the pool's counters", pool, [self.model.allocated(), 0, self.model.active()]);
        differ(&mut wrong, "the ledger's sum", ledger.values().map(|[_, pooled]| pooled).sum(), self.model.allocated());
        for customer in &self.model.customers {
            let pooled = if customer.paid { customer.seats } else { 0 };
            let lines = ledger.get(&customer.id).copied().unwrap_or_default();
            differ(&mut wrong, &format!("the ledger of {}", customer.name), lines, [customer.seats, pooled]);
            let counters = held.get(&customer.id).copied().unwrap_or_default();
            differ(&mut wrong, &format!("the counters of {}", customer.name), counters, [customer.seats, 0, customer.active()]);
            let (times, ..) = intervals(&self.w, customer.id).await;
            let last = counted(&times, Timestamp(Timestamp::FOREVER.0 - 1), Timestamp::FOREVER);
            differ(&mut wrong, &format!("open times of {}", customer.name), last, customer.active());
        }
        wrong
    }
}
