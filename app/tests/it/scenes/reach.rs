//! Whom a technician sees, against an oracle that works it out by hand: all customers, only some, all but some, by
//! themselves or through groups chosen by hand or by rule, while groups, tiers and reaches change.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use store::CustomerId;

use super::subscriptions::{ending, put_on};
use crate::{
    scenes,
    support::{Client, Dice, World, rounds},
};

const NAMES: [&str; 5] = ["t0", "t1", "t2", "t3", "t4"];
const TIERS: [&str; 3] = ["starter", "pro", "enterprise"];

/// Whom somebody sees, as it was asked for.
#[derive(Debug, Clone, Default)]
struct Reach {
    mode: &'static str,
    customers: BTreeSet<usize>,
    groups: BTreeSet<usize>,
}

/// What the oracle knows: customers by number, their tier, the hand-chosen groups. The third group is a rule: enterprise.
struct Model {
    ids: Vec<CustomerId>,
    tiers: Vec<&'static str>,
    groups: [BTreeSet<usize>; 2],
    group_ids: [String; 3],
    reaches: Vec<Reach>,
}

impl Model {
    fn is_in(&self, customer: usize, group: usize) -> bool {
        if group == 2 { self.tiers[customer] == "enterprise" } else { self.groups[group].contains(&customer) }
    }

    fn sees(&self, who: usize, customer: usize) -> bool {
        let reach = &self.reaches[who];
        let named = reach.customers.contains(&customer) || reach.groups.iter().any(|group| self.is_in(customer, *group));
        match reach.mode {
            "only" => named,
            "except" => !named,
            _ => true,
        }
    }

    /// The partner's own tenant belongs to no group and is never named here.
    fn sees_internal(&self, who: usize) -> bool {
        self.reaches[who].mode != "only"
    }
}

async fn done(answer: crate::support::Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{} {}", answer.status, answer.text);
    answer.json
}

/// Makes a change at the version the object has now.
async fn patch(by: &Client, path: &str, body: &Value) {
    let tag = by.get(path).await.header("etag").to_owned();
    done(by.with("if-match", &tag).patch(path, body).await).await;
}

struct Stage<'w> {
    w: &'w World,
    owner: Client,
    browsers: Vec<Client>,
    staff: Vec<String>,
    model: Model,
    dice: Dice,
}

impl Stage<'_> {
    fn msp(&self, rest: &str) -> String {
        format!("/v1/msp/{}/{rest}", self.w.partner)
    }

    fn number(&mut self) -> usize {
        usize::try_from(self.dice.below(i64::try_from(self.model.ids.len()).expect("few"))).expect("small")
    }

    async fn set_reach(&mut self, who: usize) {
        let mode = *self.dice.pick(&["all", "only", "except"]);
        let mut reach = Reach { mode, ..Reach::default() };
        if mode != "all" {
            for _ in 0..self.dice.below(4) {
                let number = self.number();
                reach.customers.insert(number);
            }
            for group in 0..3 {
                if self.dice.chance(30) {
                    reach.groups.insert(group);
                }
            }
            if reach.customers.is_empty() && reach.groups.is_empty() {
                reach.groups.insert(2);
            }
        }
        let customers: Vec<CustomerId> = reach.customers.iter().map(|n| self.model.ids[*n]).collect();
        let groups: Vec<&String> = reach.groups.iter().map(|g| &self.model.group_ids[*g]).collect();
        let body = json!({ "reach": { "mode": mode, "customers": customers, "groups": groups } });
        patch(&self.owner, &self.msp(&format!("staff/{}", self.staff[who])), &body).await;
        self.model.reaches[who] = reach;
    }

    async fn set_tier(&mut self) {
        let (n, tier) = (self.number(), *self.dice.pick(&TIERS));
        patch(&self.owner, &self.msp(&format!("customers/{}", self.model.ids[n])), &json!({ "tier": tier })).await;
        self.model.tiers[n] = tier;
    }

    async fn set_group(&mut self) {
        let (n, group) = (self.number(), usize::try_from(self.dice.below(2)).expect("small"));
        let path = self.msp(&format!("groups/{}/customers", self.model.group_ids[group]));
        if self.model.groups[group].remove(&n) {
            done(self.owner.delete(&format!("{path}/{}", self.model.ids[n])).await).await;
        } else {
            done(self.owner.post(&path, &json!({ "customers": [self.model.ids[n]] })).await).await;
            self.model.groups[group].insert(n);
        }
    }

    /// Every way to ask says the same.
    async fn check(&self, when: &str) {
        for (who, browser) in self.browsers.iter().enumerate() {
            let told = format!("{when}: {} with {:?}", NAMES[who], self.model.reaches[who]);
            let wanted: BTreeSet<CustomerId> =
                (0..self.model.ids.len()).filter(|n| self.model.sees(who, *n)).map(|n| self.model.ids[n]).collect();
            let ids = |page: &Value, name: &str| -> BTreeSet<CustomerId> {
                page["data"].as_array().expect("rows").iter().map(|r| r[name].as_str().expect("an id").parse().expect("an id")).collect()
            };
            let list = done(browser.get(&self.msp("customers?page[size]=200")).await).await;
            assert_eq!((ids(&list, "id"), list["page"]["total"].as_u64()), (wanted.clone(), Some(wanted.len() as u64)), "{told}");
            let board = done(browser.get(&self.msp("portfolio")).await).await;
            assert_eq!(board["kpis"]["organizations"]["value"].as_u64(), Some(wanted.len() as u64), "{told}");
            let lines = done(browser.get(&self.msp("licenses/by-tenant?page[size]=200")).await).await;
            let internal = self.model.sees_internal(who).then_some(self.w.internal);
            assert_eq!(ids(&lines, "tenant_id"), wanted.iter().copied().chain(internal).collect(), "{told}");
            self.finds(browser, &wanted, &told).await;
            for id in &self.model.ids {
                let status = if wanted.contains(id) { 200 } else { 404 };
                for path in [self.msp(&format!("customers/{id}")), format!("/v1/tenants/{id}/members")] {
                    assert_eq!(browser.get(&path).await.status, status, "{told}: {path}");
                }
            }
        }
    }

    /// So do searches and the list as a file.
    async fn finds(&self, browser: &Client, wanted: &BTreeSet<CustomerId>, told: &str) {
        let sought = done(browser.get(&self.msp("customers?q=customer&page[size]=200")).await).await;
        let palette = done(browser.get("/palette?q=customer").await).await;
        let (page, file) = (browser.get("/search?q=customer").await, browser.get(&self.msp("customers/export")).await);
        assert_eq!((page.status, file.status), (200, 200), "{told}");
        for (n, id) in self.model.ids.iter().enumerate() {
            let here = [sought.to_string(), palette.to_string(), page.text.clone()].map(|text| text.contains(&id.to_string()));
            let sees = wanted.contains(id);
            assert_eq!((here, file.text.contains(&format!("Customer {n}"))), ([sees; 3], sees), "{told}: Customer {n}");
        }
    }
}

/// A customer of which every list and file has something: a member, seats, a plan that ends, an agent that falls silent.
async fn busy(w: &World, name: &str, person: &str) -> CustomerId {
    let (customer, owner) = (w.customer(name, 5).await, w.client("owner").keyed());
    put_on(w, customer, "month").await;
    let new = json!({ "email": format!("{person}@busy.example"), "name": format!("Nora {person}"), "status": "active" });
    done(owner.post(&format!("/v1/tenants/{customer}/members"), &new).await).await;
    let token = done(owner.post(&format!("/v1/tenants/{customer}/agent-tokens"), &json!({ "name": "Laptops" })).await).await;
    let agent = json!({ "name": person, "machine_id": person, "user": format!("{person}@busy.example"), "platform": "Linux" });
    let enrolling = w.client("nobody").token(token["secret"].as_str().expect("a secret"));
    done(enrolling.post("/v1/agents/enrol", &agent).await).await;
    customer
}

async fn stage(w: &mut World) {
    let owner = w.client("owner").keyed();
    let mut ids = Vec::new();
    for n in 0..7 {
        ids.push(w.customer(&format!("Customer {n}"), 0).await);
    }
    let msp = format!("/v1/msp/{}", w.partner);
    let mut group_ids = Vec::new();
    for (name, rule) in [("First", Value::Null), ("Second", Value::Null), ("Enterprise", json!({ "tier": "enterprise" }))] {
        let body = json!({ "name": name, "rule": rule });
        group_ids.push(done(owner.post(&format!("{msp}/groups"), &body).await).await["id"].as_str().expect("an id").to_owned());
    }
    let (mut browsers, mut staff) = (Vec::new(), Vec::new());
    for name in NAMES {
        w.hire(name, w.partner, "technician").await;
        browsers.push(w.browser(name).await);
    }
    let everybody = w.get("owner", "staff?page[size]=200").await;
    for name in NAMES {
        let email = format!("{name}@staff.example");
        let person = everybody["data"].as_array().expect("staff").iter().find(|p| p["email"] == email.as_str()).expect("hired");
        staff.push(person["id"].as_str().expect("an id").to_owned());
    }
    let model = Model {
        tiers: vec!["pro"; ids.len()],
        groups: [BTreeSet::new(), BTreeSet::new()],
        group_ids: group_ids.try_into().expect("three"),
        reaches: vec![Reach { mode: "all", ..Reach::default() }; NAMES.len()],
        ids,
    };
    let mut stage = Stage { w, owner, browsers, staff, model, dice: Dice::new(7) };
    for turn in 0..rounds(4) {
        for who in 0..NAMES.len() {
            if turn == 0 || stage.dice.chance(30) {
                stage.set_reach(who).await;
            }
        }
        for _ in 0..4 {
            stage.set_group().await;
            stage.set_tier().await;
        }
        stage.check(&format!("turn {turn}")).await;
    }
}

scenes! {
    async fn staff_see_whom_an_oracle_says(w: World) {
        stage(&mut w).await;
    }

    async fn f3_24_a_technician_finds_and_exports_assigned_customers_only(w: World) {
        w.order_seats(1).await;
        ending(&w, "month", 1).await;
        let ours = busy(&w, "Northern Fish", "fish").await;
        busy(&w, "Northern Steel", "steel").await;
        w.pass_days(8);
        w.work().await;
        w.assign("technician", &[ours]).await;
        let api = [
            "customers?q=northern",
            "customers/export",
            "licenses/by-tenant",
            "licenses/units?period=2026-11",
            "licenses/units/export?period=2026-11",
            "metering/maa?period=2026-11",
            "metering/maa/export?period=2026-11",
            "metering/maa/export?months=12",
            "command-center?q=northern",
            "expiring",
            "expiring/export",
            "expiring/calendar",
            "agents",
            "agents/export",
            "alerts",
        ];
        let pages = ["customers?q=northern", "command-center?q=northern", "agents", "alerts"];
        let paths = api.map(|path| format!("/v1/msp/{}/{path}", w.partner)).into_iter();
        let paths = paths.chain(pages.map(|path| format!("/msp/{}/{path}", w.partner)));
        let (owner, technician) = (w.browser("owner").await, w.browser("technician").await);
        for path in paths.chain(["northern", "nora"].iter().flat_map(|q| [format!("/palette?q={q}"), format!("/search?q={q}")])) {
            let (all, some) = (owner.get(&path).await, technician.get(&path).await);
            assert_eq!((all.status, some.status), (200, 200), "{path}: {} {}", all.text, some.text);
            assert!(all.text.contains("Northern Fish") && all.text.contains("Northern Steel"), "{path} tells the owner of both: {}", all.text);
            assert!(some.text.contains("Northern Fish"), "{path}: {}", some.text);
            for foreign in ["Northern Steel", "steel@busy", "Nora steel"] {
                assert!(!some.text.contains(foreign), "{path} tells of {foreign}: {}", some.text);
            }
        }
    }
}
