//! Whom a technician sees, against an oracle that works it out by hand: all customers, only some, all but some, by
//! themselves or through groups chosen by hand or by rule, while groups, tiers and reaches change.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use store::CustomerId;

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
            for id in &self.model.ids {
                let status = if wanted.contains(id) { 200 } else { 404 };
                for path in [self.msp(&format!("customers/{id}")), format!("/v1/tenants/{id}/members")] {
                    assert_eq!(browser.get(&path).await.status, status, "{told}: {path}");
                }
            }
        }
    }
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
}
