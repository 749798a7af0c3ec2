//! What is done with orders, seats and trials.

use serde_json::{Value, json};
use store::CustomerId;

use super::{Play, model::Customer};
use crate::support::Answer;

/// Seats of a step: few, and so many that a pool runs out.
const SOME: [i64; 6] = [1, 1, 2, 3, 25, 60];

impl Play {
    pub fn at(&self, customer: CustomerId) -> String {
        format!("/v1/msp/{}/customers/{customer}", self.msp)
    }

    fn name(&mut self, word: &str) -> String {
        self.named += 1;
        format!("{word} {}", self.named)
    }

    pub async fn order(&mut self, sku: &str, quantity: i64) {
        let (units, months) = if sku.ends_with("-M") { (100, 1) } else { (100, 12) };
        let now = self.now();
        let made = self.keyed().post(&format!("/v1/msp/{}/orders", self.msp), &json!({ "sku": sku, "quantity": quantity })).await;
        self.answers("order", (made.status, made.code()), (201, ""), &made.text);
        let end = self.model.term_end(now, months);
        assert_eq!((&made.json["starts_at"], &made.json["ends_at"]), (&json!(now), &json!(end)), "seed {}: {}", self.seed, made.text);
        self.model.orders.push((units * quantity, now, end));
        self.note(format!("order {quantity} {sku}"));
    }

    /// Now and then more seats; mostly for a month.
    pub async fn more(&mut self) {
        let sku = if self.dice.chance(70) { "SEATS-100-M" } else { "SEATS-100-Y" };
        self.order(sku, 1).await;
    }

    /// Has a customer made and launched.
    async fn customer(&mut self, body: Value) -> CustomerId {
        let made = self.keyed().post(&format!("/v1/msp/{}/customers", self.msp), &body).await;
        self.answers("a customer", (made.status, made.code()), (202, ""), &made.text);
        self.w.work().await;
        let id: CustomerId = made.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
        let launched = self.keyed().post(&format!("{}/launch", self.at(id)), &json!({})).await;
        self.answers("a launch", (launched.status, launched.code()), (200, ""), &launched.text);
        id
    }

    pub async fn paid(&mut self, seats: i64, cap: i64) {
        let (name, begun) = (self.name("Paid"), self.now());
        let id = self.customer(json!({ "name": name, "max_mau": cap, "seats": seats })).await;
        self.model.customers.push(Customer::paid(id, name, seats, cap, begun));
    }

    /// A trial whose administrator is to be the third of its members.
    pub async fn trial(&mut self) {
        let (name, begun) = (self.name("Trial"), self.now());
        let domain = format!("{}.example", name.to_lowercase().replace(' ', "-"));
        let admin = format!("p2@{domain}");
        let body = json!({ "name": name, "max_mau": 1_000_000, "domain": domain, "kind": "trial", "admin_email": admin });
        let id = self.customer(body).await;
        self.model.customers.push(Customer::trial(id, name, admin, 1_000_000, begun));
        let which = self.model.customers.len() - 1;
        for n in 0..5 {
            let to = self.now().plus_seconds(1);
            self.pass(to).await;
            self.join(which, format!("p{n}@{domain}"), true).await;
        }
        self.note(format!("trial {which}"));
    }

    fn some(&mut self) -> (usize, i64) {
        (self.below(self.model.customers.len()), *self.dice.pick(&SOME))
    }

    pub async fn allocate(&mut self) {
        let ((which, seats), now) = (self.some(), self.now());
        let left = self.model.left(now);
        let customer = &self.model.customers[which];
        let meant = match (customer.paid, seats <= left) {
            (false, _) => (409, "not-pooled"),
            (true, false) => (409, "pool-exhausted"),
            (true, true) => (200, ""),
        };
        let told = self.keyed().post("/v1/licenses/allocate", &json!({ "tenant_id": customer.id, "seats": seats })).await;
        self.answers("allocate", (told.status, told.code()), meant, &told.text);
        if meant.1 == "pool-exhausted" {
            assert_eq!(told.json["available"], left.max(0), "seed {}: {}", self.seed, told.text);
        }
        if meant.0 == 200 {
            self.given(which, seats);
        }
        self.note(format!("allocate {seats} to {which}: {}", told.status));
    }

    pub fn given(&mut self, which: usize, seats: i64) {
        let now = self.now();
        let customer = &mut self.model.customers[which];
        customer.seats += seats;
        customer.seat_waiting(now);
    }

    /// Why a customer gives no seats.
    pub fn keeps(&self, which: usize, seats: i64) -> Option<(u16, &'static str)> {
        let customer = &self.model.customers[which];
        if !customer.paid {
            return Some((409, "not-pooled"));
        }
        if seats > customer.seats {
            return Some((409, "not-held"));
        }
        (customer.active() > customer.seats - seats).then_some((409, "seats-in-use"))
    }

    pub async fn release(&mut self) {
        let (which, seats) = self.some();
        let meant = self.keeps(which, seats).unwrap_or((200, ""));
        let body = json!({ "tenant_id": self.model.customers[which].id, "seats": seats });
        let told = self.keyed().post("/v1/licenses/release", &body).await;
        let (status, code) = self.ended(&told).await;
        self.answers("release", (status, &code), meant, &told.text);
        if meant.0 == 200 {
            self.model.customers[which].seats -= seats;
        }
        self.note(format!("release {seats} of {which}: {status}"));
    }

    pub async fn transfer(&mut self) {
        let ((from, seats), to) = (self.some(), self.below(self.model.customers.len()));
        let (giver, getter) = (&self.model.customers[from], &self.model.customers[to]);
        let meant = match (from == to, giver.paid && getter.paid) {
            (true, _) => (422, "same-customer"),
            (false, false) => (409, "not-pooled"),
            (false, true) => self.keeps(from, seats).unwrap_or((200, "")),
        };
        let body = json!({ "from_tenant_id": giver.id, "to_tenant_id": getter.id, "seats": seats });
        let told = self.keyed().post("/v1/licenses/transfer", &body).await;
        let (status, code) = self.ended(&told).await;
        self.answers("transfer", (status, &code), meant, &told.text);
        if meant.0 == 200 {
            self.model.customers[from].seats -= seats;
            self.given(to, seats);
        }
        self.note(format!("transfer {seats} from {from} to {to}: {status}"));
    }

    /// What a change of seats came to, also where the region had not answered at once.
    pub async fn ended(&self, answer: &Answer) -> (u16, String) {
        self.w.work().await;
        if answer.status != 202 {
            return (answer.status, answer.code().to_owned());
        }
        let path = format!("/v1/operations/{}", answer.json["operation_id"].as_str().expect("an operation"));
        let operation = self.owner.get(&path).await.json;
        match operation["status"].as_str() {
            Some("succeeded") => (200, String::new()),
            _ => (409, operation["error"]["code"].as_str().unwrap_or("pending").to_owned()),
        }
    }

    /// A new trial, or a longer one, or one that is paid for from now on.
    pub async fn trials(&mut self) {
        let trials: Vec<usize> = (0..self.model.customers.len()).filter(|n| !self.model.customers[*n].paid).collect();
        if trials.is_empty() || (trials.len() < 3 && self.dice.chance(30)) {
            return self.trial().await;
        }
        let which = *self.dice.pick(&trials);
        if self.dice.chance(55) { self.extend(which).await } else { self.upgrade(which).await }
    }

    async fn extend(&mut self, which: usize) {
        let (days, now) = (1 + self.dice.below(34), self.now());
        let path = format!("{}/trial/extend", self.at(self.model.customers[which].id));
        let told = self.keyed().post(&path, &json!({ "days": days, "reason": "chance" })).await;
        let own = self.model.customers[which].extend(days, now);
        let word = told.json["status"].as_str().unwrap_or_default();
        self.answers("extend", (told.status, word), (200, if own { "granted" } else { "waiting" }), &told.text);
        if !own {
            let approve = self.dice.chance(50);
            let decide = format!("/v1/msp/{}/trial-requests/{}/decide", self.msp, told.json["id"].as_str().expect("an id"));
            let decided = self.boss.post(&decide, &json!({ "approve": approve })).await;
            self.answers("decide", (decided.status, decided.code()), (200, ""), &decided.text);
            if approve {
                self.model.customers[which].run_on(days, now);
            }
        }
        self.w.work().await;
        self.note(format!("extend {which} by {days} days: {word}"));
    }

    async fn upgrade(&mut self, which: usize) {
        let now = self.now();
        let customer = &self.model.customers[which];
        let (active, members) = (customer.active(), customer.members());
        let path = format!("{}/trial/upgrade", self.at(customer.id));
        let seats = (*self.dice.pick(&[active - 1, members, members + 2, 60])).max(1);
        let meant = match (seats < active, seats <= self.model.left(now)) {
            (true, _) => (409, "below-active"),
            (false, false) => (409, "pool-exhausted"),
            (false, true) => (200, ""),
        };
        let told = self.keyed().post(&path, &json!({ "seats": seats })).await;
        self.answers("upgrade", (told.status, told.code()), meant, &told.text);
        self.w.work().await;
        if meant.0 == 200 {
            let customer = &mut self.model.customers[which];
            (customer.paid, customer.trial_end, customer.seats) = (true, None, seats);
            customer.seat_waiting(now);
        }
        self.note(format!("upgrade {which} to {seats} seats: {}", told.status));
    }

    /// Suspends a customer, or lets it serve again.
    pub async fn suspend(&mut self) {
        let (which, stop, now) = (self.below(self.model.customers.len()), self.dice.chance(50), self.now());
        let customer = &self.model.customers[which];
        let path = format!("{}/{}", self.at(customer.id), if stop { "suspend" } else { "resume" });
        let meant = if customer.suspended == stop { (409, "wrong-lifecycle") } else { (200, "") };
        let told = self.keyed().post(&path, &json!({})).await;
        self.answers("suspend", (told.status, told.code()), meant, &told.text);
        self.w.work().await;
        let customer = &mut self.model.customers[which];
        customer.suspended = stop;
        customer.seat_waiting(now);
        self.note(format!("suspended {which}: {stop}"));
    }
}
