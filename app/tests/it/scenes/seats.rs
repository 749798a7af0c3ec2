//! Counters of seats against a straight-line oracle, under anything people do with members and seats.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use store::{Clock as _, CustomerId, Region, p, sql};

use crate::{
    scenes,
    support::{Client, World},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Active,
    Inactive,
    Waiting,
}

#[derive(Debug)]
struct Person {
    email: String,
    state: State,
    import: Option<usize>,
    touched: bool,
}

/// What should be, written down without any cleverness: people in the order in which they came.
#[derive(Debug, Default)]
struct Oracle {
    people: Vec<Person>,
    seats: usize,
    pool: usize,
    imports: Vec<(String, bool)>,
    named: usize,
}

impl Oracle {
    fn count(&self, state: State) -> usize {
        self.people.iter().filter(|p| p.state == state).count()
    }

    fn has_free(&self) -> bool {
        self.count(State::Active) < self.seats
    }

    fn seat_those_who_wait(&mut self) {
        while self.has_free() {
            let Some(next) = self.people.iter_mut().find(|p| p.state == State::Waiting) else { return };
            next.state = State::Active;
        }
    }

    fn join(&mut self, state: State, import: Option<usize>) -> String {
        let email = format!("p{}@oracle.example", self.named);
        self.named += 1;
        self.people.push(Person { email: email.clone(), state, import, touched: false });
        email
    }
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (n.max(1) as u64)).expect("small")
    }
}

struct Play<'a> {
    w: &'a World,
    owner: Client,
    customer: CustomerId,
    oracle: Oracle,
    dice: Dice,
}

impl Play<'_> {
    fn members(&self) -> String {
        format!("/v1/tenants/{}/members", self.customer)
    }

    async fn step(&mut self) -> String {
        match self.dice.below(10) {
            0..=2 => self.import().await,
            3 => self.create().await,
            4 | 5 => self.turn().await,
            6 => self.remove().await,
            7 => self.allocate().await,
            8 => self.release().await,
            _ => self.undo().await,
        }
    }

    async fn import(&mut self) -> String {
        let (new, known) = (1 + self.dice.below(5), self.dice.below(3));
        let mut csv = String::from("email\n");
        for _ in 0..known.min(self.oracle.people.len()) {
            let at = self.dice.below(self.oracle.people.len());
            let email = &self.oracle.people[at].email;
            if !csv.contains(email.as_str()) {
                csv.push_str(&format!("{email}\n"));
            }
        }
        for _ in 0..new {
            let state = if self.oracle.has_free() { State::Active } else { State::Waiting };
            let email = self.oracle.join(state, Some(self.oracle.imports.len()));
            csv.push_str(&format!("{email}\n"));
        }
        let path = format!("{}/import?start=true", self.members());
        let begun = self.owner.request(Method::POST, &path, Some("text/csv"), csv.into()).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        self.w.work().await;
        self.oracle.imports.push((begun.json["import_id"].as_str().expect("an id").to_owned(), false));
        format!("import {new} new, {known} known")
    }

    async fn create(&mut self) -> String {
        let active = self.dice.below(3) > 0;
        let email = format!("p{}@oracle.example", self.oracle.named);
        let status = if active { "active" } else { "inactive" };
        let made = self.owner.post(&self.members(), &json!({ "email": email, "status": status })).await;
        let allowed = !active || self.oracle.has_free();
        assert_eq!(made.status, if allowed { 201 } else { 409 }, "{}", made.text);
        if allowed {
            self.oracle.join(if active { State::Active } else { State::Inactive }, None);
        }
        format!("create {status}")
    }

    async fn somebody(&mut self) -> Option<(usize, String)> {
        let people = self.oracle.people.len();
        if people == 0 {
            return None;
        }
        let at = self.dice.below(people);
        let found = self.owner.get(&format!("{}?q={}", self.members(), self.oracle.people[at].email)).await;
        Some((at, format!("{}/{}", self.members(), found.json["data"][0]["id"].as_str().expect("an id"))))
    }

    async fn turn(&mut self) -> String {
        let Some((at, path)) = self.somebody().await else { return "nobody".into() };
        let active = self.dice.below(2) == 0;
        let to = if active { State::Active } else { State::Inactive };
        let from = self.oracle.people[at].state;
        let allowed = from == to || !active || self.oracle.has_free();
        let answer = self.owner.patch(&path, &json!({ "status": if active { "active" } else { "inactive" } })).await;
        assert_eq!(answer.status, if allowed { 200 } else { 409 }, "{from:?} to {to:?}: {}", answer.text);
        if allowed && from != to {
            self.oracle.people[at].state = to;
            self.oracle.people[at].touched = true;
            self.oracle.seat_those_who_wait();
        }
        format!("turn {at} from {from:?} to {to:?}")
    }

    async fn remove(&mut self) -> String {
        let Some((at, path)) = self.somebody().await else { return "nobody".into() };
        assert_eq!(self.owner.delete(&path).await.status, 200);
        self.oracle.people.remove(at);
        self.oracle.seat_those_who_wait();
        format!("remove {at}")
    }

    async fn allocate(&mut self) -> String {
        let n = 1 + self.dice.below(6);
        let body = json!({ "tenant_id": self.customer, "seats": n });
        let answer = self.owner.post("/v1/licenses/allocate", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        self.oracle.seats += n;
        self.oracle.pool -= n;
        self.oracle.seat_those_who_wait();
        format!("allocate {n}")
    }

    async fn release(&mut self) -> String {
        let n = 1 + self.dice.below(6);
        let body = json!({ "tenant_id": self.customer, "seats": n });
        let answer = self.owner.post("/v1/licenses/release", &body).await;
        let allowed = n <= self.oracle.seats && self.oracle.count(State::Active) <= self.oracle.seats - n;
        assert_eq!(answer.status, if allowed { 200 } else { 409 }, "{}", answer.text);
        if allowed {
            self.oracle.seats -= n;
            self.oracle.pool += n;
        }
        format!("release {n}")
    }

    async fn undo(&mut self) -> String {
        let imports = self.oracle.imports.len();
        if imports == 0 {
            return "no import".into();
        }
        let which = self.dice.below(imports);
        let (id, before) = self.oracle.imports[which].clone();
        let answer = self.owner.post(&format!("/v1/msp/{}/imports/{id}/undo", self.w.partner), &json!({})).await;
        assert_eq!(answer.status, if before { 409 } else { 202 }, "{}", answer.text);
        self.w.work().await;
        if !before {
            self.oracle.imports[which].1 = true;
            self.oracle.people.retain(|p| p.import != Some(which) || p.touched);
            self.oracle.seat_those_who_wait();
        }
        format!("undo {which}")
    }

    /// Everything that counts says the same as the oracle.
    async fn compare(&self, after: &str) {
        let o = &self.oracle;
        let list = self.owner.get(&format!("{}?page[size]=200", self.members())).await;
        let rows = list.json["data"].as_array().expect("rows").clone();
        let told: BTreeSet<(String, String)> = rows.iter().map(|m| (word(&m["email"]), word(&m["status"]))).collect();
        let meant: BTreeSet<(String, String)> =
            o.people.iter().map(|p| (p.email.clone(), format!("{:?}", p.state).to_lowercase())).collect();
        assert_eq!(told, meant, "after {after}");
        let customer = self.customer;
        let counters = self.w.app.house.region("eu").expect("a region").read(move |view| {
            view.enter(customer.0);
            let row = view.one(
                sql!(Region, "SELECT seats, active_users, members, waiting FROM tenant_policy WHERE customer_id = $1"),
                p![customer],
            )?;
            let open = sql!(Region, "SELECT COUNT(*) AS n FROM member_interval WHERE customer_id = $1 AND until = $2");
            let open: i64 = view.one(open, p![customer, store::Timestamp::FOREVER])?.get("n")?;
            Ok([row.get("seats")?, row.get("active_users")?, row.get("members")?, row.get("waiting")?, open])
        });
        let [active, waiting] = [State::Active, State::Waiting].map(|state| o.count(state));
        let meant = [o.seats, active, o.people.len(), waiting, active].map(|n| i64::try_from(n).expect("small"));
        assert_eq!(counters.await.expect("counters"), meant, "seats, active, members, waiting, open intervals after {after}");
        let summary = self.w.get("owner", "licenses/summary").await;
        let told = ["allocated", "active_users", "available"].map(|name| summary[name].as_u64().expect("a number"));
        assert_eq!(told, [o.seats, active, o.pool].map(|n| n as u64), "in control after {after}");
        let alerts = self.w.get("owner", "alerts?filter[code]=members-waiting&filter[status]=open").await;
        let told: Vec<u64> = alerts["data"].as_array().expect("rows").iter().filter_map(|a| a["detail"]["waiting"].as_u64()).collect();
        assert_eq!(told, if waiting > 0 { vec![waiting as u64] } else { Vec::new() }, "the alert after {after}");
    }
}

fn word(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

scenes! {
    async fn counters_agree_with_the_oracle_whatever_people_do(w: World) {
        w.order_seats(1).await;
        for seed in [11_u64, 2_026] {
            let customer = w.customer(&format!("Oracle {seed}"), 4).await;
            let pool = w.client("owner").get(&format!("/v1/msp/{}/licenses/summary", w.partner)).await.json["available"].as_u64().expect("a number");
            let oracle = Oracle { seats: 4, pool: usize::try_from(pool).expect("small"), ..Oracle::default() };
            let mut play = Play { w: &w, owner: w.client("owner").keyed(), customer, oracle, dice: Dice(seed) };
            let mut done = Vec::new();
            for _ in 0..40 {
                assert!(w.clock.advance(w.now().plus_seconds(1)));
                let step = play.step().await;
                done.push(step);
                play.compare(&format!("{seed}: {done:?}")).await;
            }
            // The next seed begins with an empty house.
            for (id, _) in play.oracle.imports.iter().filter(|(_, undone)| !undone) {
                play.owner.post(&format!("/v1/msp/{}/imports/{id}/undo", w.partner), &json!({})).await;
            }
            w.work().await;
            let left = play.owner.get(&format!("{}?page[size]=200", play.members())).await;
            for member in left.json["data"].as_array().expect("rows") {
                assert_eq!(play.owner.delete(&format!("{}/{}", play.members(), word(&member["id"]))).await.status, 200);
            }
            let held = w.get("owner", "licenses/summary").await["allocated"].clone();
            if held != 0 {
                assert_eq!(play.owner.post("/v1/licenses/release", &json!({ "tenant_id": customer, "seats": held })).await.status, 200);
            }
        }
    }
}
