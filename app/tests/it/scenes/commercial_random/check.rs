//! What the program says, held against the model. Differences are told, not thrown, so that a sabotage case can look for them.

use std::{collections::BTreeMap, fmt::Debug};

use serde_json::Value;
use store::Timestamp;

use super::{Play, people::Times};
use crate::scenes::metering::of;

/// Notes a difference.
pub fn differ<T: PartialEq + Debug>(wrong: &mut Vec<String>, what: &str, told: T, meant: T) {
    if told != meant {
        wrong.push(format!("{what}: told {told:?}, meant {meant:?}"));
    }
}

fn number(of: &Value, field: &str) -> i64 {
    of[field].as_i64().unwrap_or(i64::MIN)
}

fn text(of: &Value, field: &str) -> String {
    of[field].as_str().unwrap_or_default().to_owned()
}

impl Play {
    pub async fn ask(&self, path: &str) -> Value {
        let answer = self.owner.get(path).await;
        assert_eq!(answer.status, 200, "seed {}: {path}: {}", self.seed, answer.text);
        answer.json
    }

    /// Pool, customers and members as they stand.
    pub async fn differences(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        self.lists(&mut wrong).await;
        self.people(&mut wrong).await;
        self.pool(&mut wrong).await;
        wrong
    }

    async fn pool(&self, wrong: &mut Vec<String>) {
        let now = self.now();
        let sum = self.ask(&format!("/v1/msp/{}/licenses/summary", self.msp)).await;
        let told = ["total", "allocated", "active_users", "available", "over_allocated"].map(|field| number(&sum, field));
        let (total, allocated, left) = (self.model.capacity(now), self.model.allocated(), self.model.left(now));
        differ(wrong, "the pool", told, [total, allocated, self.model.active(), left.max(0), (-left).max(0)]);
        let lines = self.ask(&format!("/v1/msp/{}/licenses/by-tenant?page[size]=200", self.msp)).await;
        let lines = lines["data"].as_array().expect("lines").iter().filter(|line| line["internal"] == false);
        let told: BTreeMap<String, [i64; 2]> =
            lines.map(|line| (text(line, "tenant_id"), [number(line, "allocated"), number(line, "active_users")])).collect();
        let paid = self.model.customers.iter().filter(|c| c.paid);
        differ(wrong, "seats by customer", told, paid.map(|c| (c.id.to_string(), [c.seats, c.active()])).collect());
    }

    /// Each customer in its one list, with its numbers.
    async fn lists(&self, wrong: &mut Vec<String>) {
        let now = self.now();
        for list in ["paid", "active-trials", "expired-trials"] {
            let found = self.ask(&format!("/v1/msp/{}/command-center?list={list}&page[size]=200", self.msp)).await;
            let cards = found["data"].as_array().expect("cards").iter();
            let told: BTreeMap<String, (String, [i64; 4], bool)> = cards
                .map(|card| {
                    let numbers = ["seats", "total_users", "active_users", "waiting"].map(|field| number(card, field));
                    (text(card, "tenant_id"), (text(card, "name"), numbers, card["lifecycle"] == "disabled"))
                })
                .collect();
            let meant = self.model.customers.iter().filter(|c| c.list(now) == list).map(|c| {
                let numbers = [c.seats, c.members(), c.active(), c.waiting()];
                (c.id.to_string(), (c.name.clone(), numbers, c.suspended))
            });
            differ(wrong, list, told, meant.collect());
        }
    }

    async fn people(&self, wrong: &mut Vec<String>) {
        for (which, customer) in self.model.customers.iter().enumerate() {
            let list = self.ask(&format!("/v1/tenants/{}/members?page[size]=200", customer.id)).await;
            let told: BTreeMap<String, String> =
                list["data"].as_array().expect("members").iter().map(|m| (text(m, "email"), text(m, "status"))).collect();
            let there = customer.people.iter().filter(|p| !p.gone);
            differ(wrong, &format!("members of {which}"), told, there.map(|p| (p.email.clone(), p.status().to_owned())).collect());
        }
    }

    /// Every month of every customer: the number that stands and what was adjusted since are what the times say.
    pub async fn metering(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let said = self.ask(&format!("/v1/msp/{}/metering/maa?months=36", self.msp)).await;
        let told: BTreeMap<String, &Value> = said["data"].as_array().expect("months").iter().map(|m| (text(m, "period"), m)).collect();
        for customer in &self.model.customers {
            let mut adjusted: BTreeMap<String, i64> = BTreeMap::new();
            for line in told.values().flat_map(|m| m["adjustments"].as_array().expect("a list")) {
                if line["tenant_id"] == customer.id.to_string() {
                    *adjusted.entry(text(line, "period")).or_default() += number(line, "difference");
                }
            }
            for month in self.model.months(customer.begun, self.now()) {
                let period = self.model.called(month);
                let stands = told.get(&period).and_then(|m| of(m, customer.id));
                let told = stands.map(|n| n + adjusted.get(&period).copied().unwrap_or_default());
                differ(&mut wrong, &format!("{} in {period}", customer.name), told, Some(customer.users(month)));
            }
        }
        for month in told.values() {
            let sum = month["by_customer"].as_array().expect("lines").iter().map(|line| number(line, "maa")).sum();
            differ(&mut wrong, "a month is the sum of its customers", number(month, "maa"), sum);
        }
        self.months(&mut wrong, &told);
        wrong
    }

    /// Months lie end to end, each as long as the calendar says.
    fn months(&self, wrong: &mut Vec<String>, told: &BTreeMap<String, &Value>) {
        let begun = self.model.customers.iter().map(|c| c.begun).min().unwrap_or(self.now());
        let all: Vec<Times> = self.model.months(begun, self.now());
        let ends = |period: &str| told.get(period).and_then(|m| m["ends_at"].as_str()?.parse::<Timestamp>().ok());
        for month in all {
            let period = self.model.called(month);
            differ(wrong, &format!("the end of {period}"), ends(&period), Some(month.1));
        }
    }
}
