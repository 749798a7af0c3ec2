//! Random moves and allocations against a straight-line account of who has what.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use store::{Control, CustomerId, PartnerId, p, sql};

use crate::{
    scenes,
    support::{Client, Dice, World},
};

/// What everybody should have.
struct Oracle {
    capacity: Vec<i64>,
    /// Partner and seats of each customer.
    held: BTreeMap<CustomerId, (usize, i64)>,
}

impl Oracle {
    fn allocated(&self, partner: usize) -> i64 {
        self.held.values().filter(|(at, _)| *at == partner).map(|(_, seats)| seats).sum()
    }

    fn fits(&self, partner: usize, seats: i64) -> bool {
        self.allocated(partner) + seats <= self.capacity[partner]
    }
}

struct Play<'w> {
    w: &'w World,
    boss: Client,
    partners: Vec<(PartnerId, Client)>,
    oracle: Oracle,
}

impl Play<'_> {
    async fn step(&mut self, dice: &mut Dice) {
        let ids: Vec<CustomerId> = self.oracle.held.keys().copied().collect();
        let id = *dice.pick(&ids);
        let (at, seats) = self.oracle.held[&id];
        match dice.below(4) {
            0 => {
                let more = dice.below(60) + 1;
                let answer = self.partners[at].1.post("/v1/licenses/allocate", &json!({ "tenant_id": id, "seats": more })).await;
                let fits = self.oracle.fits(at, more);
                assert_eq!(answer.status, if fits { 200 } else { 409 }, "{}", answer.text);
                self.oracle.held.insert(id, (at, if fits { seats + more } else { seats }));
            }
            1 if seats > 0 => {
                let fewer = dice.below(seats) + 1;
                let answer = self.partners[at].1.post("/v1/licenses/release", &json!({ "tenant_id": id, "seats": fewer })).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                self.oracle.held.insert(id, (at, seats - fewer));
            }
            _ => {
                let to = usize::try_from(dice.below(i64::try_from(self.partners.len()).expect("few"))).expect("small");
                let path = format!("/v1/msp/{}/customers/{id}/move", self.partners[at].0);
                let answer = self.boss.post(&path, &json!({ "msp_id": self.partners[to].0 })).await;
                let fits = to != at && self.oracle.fits(to, seats);
                assert_eq!(answer.status, if fits { 200 } else { 409 }, "{}", answer.text);
                if fits {
                    self.oracle.held.insert(id, (to, seats));
                }
            }
        }
    }

    /// Everybody sees exactly their own, and every sum is the oracle's, however it is made.
    async fn check(&self) {
        for (n, (partner, client)) in self.partners.iter().enumerate() {
            let wanted: BTreeMap<String, i64> =
                self.oracle.held.iter().filter(|(_, (at, _))| *at == n).map(|(id, (_, seats))| (id.to_string(), *seats)).collect();
            let list = ok(client, &format!("/v1/msp/{partner}/customers?page[size]=200")).await;
            let rows = list["data"].as_array().expect("rows").iter();
            let found =
                rows.map(|r| (r["id"].as_str().expect("an id").to_owned(), r["seats"]["allocated"].as_i64().expect("seats"))).collect();
            assert_eq!(wanted, found);
            let live = ok(client, &format!("/v1/msp/{partner}/portfolio")).await;
            let today = &self.w.now().to_string()[..10];
            assert_eq!(
                live,
                ok(client, &format!("/v1/msp/{partner}/portfolio?as_of={today}")).await,
                "now by facts equals now by counters"
            );
            assert_eq!(live["kpis"]["organizations"]["value"].as_u64(), Some(wanted.len() as u64));
            assert_eq!(self.sums(*partner).await, [self.oracle.allocated(n); 3], "pool, ledger and allocations");
            for (id, (at, _)) in &self.oracle.held {
                let status = client.get(&format!("/v1/msp/{partner}/customers/{id}")).await.status;
                assert_eq!(status, if *at == n { 200 } else { 404 });
            }
        }
    }

    async fn sums(&self, partner: PartnerId) -> [i64; 3] {
        let read = self.w.app.house.control().read(move |view| {
            view.enter(partner.0);
            let row = view.one(
                sql!(
                    Control,
                    "SELECT p.allocated AS pool,
                       (SELECT CAST(COALESCE(SUM(c.seats), 0) AS BIGINT) FROM allocation_change c WHERE c.partner_id = $1 AND c.pooled) AS ledger,
                       (SELECT CAST(COALESCE(SUM(a.seats), 0) AS BIGINT) FROM allocation a WHERE a.partner_id = $1 AND a.pooled) AS held
                     FROM pool p WHERE p.partner_id = $1"
                ),
                p![partner],
            )?;
            Ok([row.get("pool")?, row.get("ledger")?, row.get("held")?])
        });
        read.await.expect("asked")
    }
}

async fn ok(client: &Client, path: &str) -> Value {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json
}

scenes! {
    async fn random_moves_and_allocations_keep_every_sum_and_every_view(w: World) {
        let boss = w.client("distributor_owner");
        let made = boss.post(&format!("/v1/distributors/{}/partners", w.distributor), &json!({ "name": "Third MSP" })).await;
        let third: PartnerId = made.json["partner"].as_str().expect("an id").parse().expect("an id");
        w.hire("third_owner", third, "owner").await;
        let mut held = BTreeMap::new();
        w.order_seats(1).await;
        for n in 0..5_i64 {
            held.insert(w.customer(&format!("Dice {n}"), n * 20).await, (0, n * 20));
        }
        let mut partners = vec![(w.partner, w.client("owner").keyed())];
        for (who, partner) in [("other_owner", w.other), ("third_owner", third)] {
            let client = w.client(who).keyed();
            let answer = client.post(&format!("/v1/msp/{partner}/orders"), &json!({ "sku": "SEATS-100-Y", "quantity": 1 })).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
            partners.push((partner, client));
        }
        let mut play = Play { w: &w, boss, partners, oracle: Oracle { capacity: vec![1_000, 100, 100], held } };
        let mut dice = Dice::new(20_261_122);
        for step in 0..60 {
            play.step(&mut dice).await;
            if step % 3 == 0 {
                play.check().await;
            }
        }
        play.check().await;
    }
}
