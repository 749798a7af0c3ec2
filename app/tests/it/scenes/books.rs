//! The pool, recounted in a straight line: every line of the ledger, every order, every member, one after the other.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use store::{Control, CustomerId, PartnerId, Region, Timestamp, p, sql};

use crate::support::{Client, World};

/// One customer of the books.
#[derive(Debug, Default, Clone)]
struct Account {
    kind: String,
    region: String,
    seats: i64,
    active: i64,
}

impl Account {
    /// Paid customers and the partner's own tenant draw on the pool; trials and the free plan do not.
    fn is_pooled(&self) -> bool {
        self.kind == "paid" || self.kind == "internal"
    }
}

/// A share in percent with one decimal, rounded half up, by whole numbers only.
fn percent(part: i64, of: i64) -> Value {
    if of == 0 {
        return Value::Null;
    }
    let (tenths, rest) = (part * 1_000 / of, part * 1_000 % of);
    let tenths = if rest * 2 >= of { tenths + 1 } else { tenths };
    let text = format!("{}.{}", tenths / 10, tenths % 10);
    json!(text.parse::<f64>().expect("a number"))
}

async fn accounts(w: &World, partner: PartnerId) -> BTreeMap<CustomerId, Account> {
    let read = w.app.house.control().read(move |view| {
        view.enter(partner.0);
        let mut all: BTreeMap<CustomerId, Account> = BTreeMap::new();
        for row in view.rows(sql!(Control, "SELECT customer_id, kind, region FROM customer WHERE partner_id = $1"), p![partner])? {
            all.insert(row.get("customer_id")?, Account { kind: row.get("kind")?, region: row.get("region")?, ..Account::default() });
        }
        for row in view.rows(sql!(Control, "SELECT customer_id, seats FROM allocation_change WHERE partner_id = $1"), p![partner])? {
            all.entry(row.get("customer_id")?).or_default().seats += row.get::<i64>("seats")?;
        }
        Ok(all)
    });
    let mut all = read.await.expect("control answers");
    for (customer, account) in &mut all {
        let (region, id) = (w.app.house.region(&account.region).expect("a region"), *customer);
        let read = region.read(move |view| {
            view.enter(id.0);
            let rows = view.rows(sql!(Region, "SELECT status FROM member WHERE customer_id = $1"), p![id])?;
            rows.iter().map(|r| r.get::<String>("status")).collect::<store::Result<Vec<_>>>()
        });
        let active = read.await.expect("the region answers").into_iter().filter(|status| status == "active").count();
        account.active = i64::try_from(active).expect("few");
    }
    all
}

/// Every order of seats: how many, from when, until when.
async fn orders(w: &World, partner: PartnerId) -> Vec<(i64, Timestamp, Timestamp)> {
    let read = w.app.house.control().read(move |view| {
        view.enter(partner.0);
        let text = sql!(Control, "SELECT units, starts_at, ends_at FROM pool_order WHERE partner_id = $1 AND unit = 'seat'");
        view.rows(text, p![partner])?.iter().map(|row| Ok((row.get("units")?, row.get("starts_at")?, row.get("ends_at")?))).collect()
    });
    read.await.expect("control answers")
}

fn capacity(orders: &[(i64, Timestamp, Timestamp)], at: Timestamp) -> i64 {
    orders.iter().filter(|(_, from, to)| *from <= at && at < *to).map(|(units, ..)| units).sum()
}

/// When the first of the orders that are live ends, and what is missing then.
fn next_end(orders: &[(i64, Timestamp, Timestamp)], now: Timestamp, seats: i64) -> Value {
    let Some(at) = orders.iter().filter(|(_, from, to)| *from <= now && now < *to).map(|(_, _, to)| *to).min() else { return Value::Null };
    let left = capacity(orders, at);
    json!({ "at": at, "units": capacity(orders, now) - left, "short": (seats - left).max(0) })
}

/// Every line of `licenses/by-tenant`, page by page.
async fn lines(by: &Client, path: &str) -> Vec<Value> {
    let (mut lines, mut after) = (Vec::new(), String::new());
    loop {
        let page = by.get(&format!("{path}?page[size]=3{after}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        lines.extend(page.json["data"].as_array().expect("rows").iter().cloned());
        match page.json["page"]["next"].as_str() {
            Some(next) => after = format!("&page[after]={next}"),
            None => {
                assert_eq!(page.json["page"]["total"].as_u64(), Some(lines.len() as u64), "{}", page.text);
                return lines;
            }
        }
    }
}

/// Holds what the API says of a pool against a recount.
pub async fn recount(w: &World, by: &Client, partner: PartnerId, when: &str) {
    let accounts = accounts(w, partner).await;
    let pooled: Vec<_> = accounts.iter().filter(|(_, a)| a.is_pooled()).collect();
    let (orders, now) = (orders(w, partner).await, w.now());
    let total = capacity(&orders, now);
    let (seats, active): (i64, i64) = pooled.iter().fold((0, 0), |(s, n), (_, a)| (s + a.seats, n + a.active));
    let summary = by.get(&format!("/v1/msp/{partner}/licenses/summary")).await;
    let wanted = json!({
        "total": total, "allocated": seats, "active_users": active, "available": (total - seats).max(0),
        "over_allocated": (seats - total).max(0), "allocated_percent": percent(seats, total),
        "active_percent": percent(active, seats), "claimed": 0, "next_end": next_end(&orders, now, seats), "as_of": now,
    });
    assert_eq!(summary.json, wanted, "{when}: the summary is not what the ledger says");
    let mut wanted: Vec<_> = pooled.iter().map(|(id, a)| (-a.seats, id.0, a.active, a.kind == "internal")).collect();
    wanted.sort_unstable();
    let found = lines(by, &format!("/v1/msp/{partner}/licenses/by-tenant")).await;
    let found: Vec<_> = found
        .iter()
        .map(|line| {
            let id: CustomerId = line["tenant_id"].as_str().expect("an id").parse().expect("an id");
            let (seats, active) = (line["allocated"].as_i64().expect("seats"), line["active_users"].as_i64().expect("active"));
            assert_eq!(line["utilization"], percent(active, seats), "{when}: {line}");
            (-seats, id.0, active, line["internal"] == true)
        })
        .collect();
    assert_eq!(found, wanted, "{when}: the lines are not what the ledger says");
}

#[test]
fn percentages_are_rounded_half_up() {
    assert_eq!((percent(1, 8), percent(1, 3), percent(0, 0), percent(2, 3)), (json!(12.5), json!(33.3), Value::Null, json!(66.7)));
}
