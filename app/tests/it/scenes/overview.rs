//! The MSP at a glance, and what each customer had and used of seats in a month, against a count in a straight line.

use std::collections::BTreeMap;

use command::Call;
use serde_json::{Value, json};
use store::{Control, CustomerId, PartnerId, Timestamp, p, sql};

use tenantry::licensing::pools::{PublishUsage, UsageOf};

use crate::{
    scenes,
    support::{Client, Dice, World},
};

async fn join(w: &World, customer: CustomerId, members: i64) -> Vec<String> {
    let mut made = Vec::new();
    for n in 0..members {
        let body = json!({ "email": format!("p{n}-{}@people.example", w.now().0), "status": "active" });
        let answer = w.client("owner").keyed().post(&format!("/v1/tenants/{customer}/members"), &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        made.push(format!("/v1/tenants/{customer}/members/{}", answer.json["id"].as_str().expect("an id")));
    }
    w.work().await;
    made
}

async fn overview(w: &World) -> [i64; 5] {
    let o = w.get("auditor", "overview").await;
    ["global_users", "local_users", "max_global_users", "max_local_users", "customers"].map(|name| o[name].as_i64().expect("a number"))
}

async fn change(owner: &Client, way: &str, customer: CustomerId, seats: i64) {
    let answer = owner.post(&format!("/v1/licenses/{way}"), &json!({ "tenant_id": customer, "seats": seats })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

fn line(month: &Value, customer: CustomerId) -> Value {
    let found = month["data"].as_array().and_then(|all| all.iter().find(|l| l["tenant_id"] == json!(customer)));
    found.cloned().unwrap_or_default()
}

/// Every line of the ledger that moved the pool, in its order.
async fn ledger(w: &World, partner: PartnerId) -> Vec<(CustomerId, Timestamp, i64)> {
    let read = w.app.house.control().read(move |view| {
        view.enter(partner.0);
        let text =
            sql!(Control, "SELECT customer_id, at, seats FROM allocation_change WHERE partner_id = $1 AND pooled ORDER BY at, ledger_id");
        view.rows(text, p![partner])?.iter().map(|r| Ok((r.get("customer_id")?, r.get("at")?, r.get("seats")?))).collect()
    });
    read.await.expect("control answers")
}

/// What each customer held at most in a stretch of time: all instants at which anything changed, one after the other.
fn most_held(ledger: &[(CustomerId, Timestamp, i64)], start: Timestamp, end: Timestamp) -> BTreeMap<CustomerId, i64> {
    let mut most = BTreeMap::new();
    let at = |customer: CustomerId, when: Timestamp| -> i64 {
        ledger.iter().filter(|(c, at, _)| *c == customer && *at <= when).map(|(.., seats)| seats).sum()
    };
    for (customer, ..) in ledger {
        let instants = ledger.iter().map(|(_, at, _)| *at).filter(|at| start <= *at && *at < end).chain([start]);
        let held = instants.map(|when| at(*customer, when)).max().unwrap_or(0);
        most.insert(*customer, held);
    }
    most.retain(|_, held| *held > 0);
    most
}

scenes! {
    async fn f1_19_global_users_are_those_of_the_customers_on_the_pool(w: World) {
        w.order_seats(1).await;
        let (one, two) = (w.customer("One", 20).await, w.customer("Two", 20).await);
        join(&w, one, 3).await;
        join(&w, two, 2).await;
        assert_eq!(overview(&w).await, [5, 0, 1_000, 0, 2]);
        let trial = json!({ "name": "Trier", "max_mau": 10, "kind": "trial" });
        let made = w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &trial).await;
        w.work().await;
        let trial: CustomerId = made.json["tenant_id"].as_str().expect("a trial").parse().expect("an id");
        join(&w, trial, 1).await;
        let summary = w.get("owner", "licenses/summary").await;
        assert_eq!((overview(&w).await[0], &summary["active_users"]), (5, &json!(5)), "a trial is not on this licence");
        w.assign("technician", &[two]).await;
        let seen = w.get("technician", "overview").await;
        assert_eq!((&seen["global_users"], &seen["customers"]), (&json!(2), &json!(1)), "who sees one customer counts one: {seen}");
        for (who, status) in [("other_owner", 404), ("nobody", 401)] {
            assert_eq!(w.client(who).get(&format!("/v1/msp/{}/overview", w.partner)).await.status, status, "{who}");
        }
    }

    async fn f1_20_local_users_are_those_of_the_own_tenant(w: World) {
        w.order_seats(1).await;
        let put = format!("/v1/msp/{}/customers/{}/seats", w.partner, w.internal);
        assert_eq!(w.client("owner").put(&put, &json!({ "seats": 10 })).await.status, 200);
        let made = w.client("owner").keyed().post(&format!("/v1/tenants/{}/members", w.internal), &json!({ "email": "me@msp.example", "status": "active" })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        w.work().await;
        let now = overview(&w).await;
        assert_eq!((now[0], now[1]), (0, 1));
    }

    async fn f1_21_max_global_users_are_what_the_live_orders_grant(w: World) {
        assert_eq!(overview(&w).await[2], 0);
        w.order_seats(2).await;
        let body = json!({ "sku": "SEATS-100-M", "quantity": 1 });
        let order = w.client("owner").keyed().post(&format!("/v1/msp/{}/orders", w.partner), &body).await;
        assert_eq!(overview(&w).await[2], 2_100);
        w.pass_to(order.json["ends_at"].as_str().expect("an end").parse().expect("an instant"));
        assert_eq!(overview(&w).await[2], 2_000, "no worker had to run");
    }

    async fn f1_22_raising_max_local_users_lowers_what_the_pool_has_by_the_same(w: World) {
        w.order_seats(1).await;
        let put = format!("/v1/msp/{}/customers/{}/seats", w.partner, w.internal);
        let owner = w.client("owner");
        let raised = owner.put(&put, &json!({ "seats": 40 })).await;
        assert_eq!((raised.status, &raised.json["allocated"], &raised.json["available"]), (200, &json!(40), &json!(960)), "{}", raised.text);
        assert_eq!(overview(&w).await[3], 40);
        let lowered = owner.put(&put, &json!({ "seats": 25 })).await;
        assert_eq!((lowered.status, overview(&w).await[3]), (200, 25), "{}", lowered.text);
        assert_eq!(w.get("owner", "licenses/summary").await["available"], 975);
        let too_many = owner.put(&put, &json!({ "seats": 1_001 })).await;
        assert_eq!((too_many.status, too_many.code()), (409, "pool-exhausted"));
        assert_eq!(w.client("auditor").put(&put, &json!({ "seats": 1 })).await.status, 403);
        let page = w.browser("owner").await.get(&format!("/msp/{}/overview", w.partner)).await;
        assert!(page.text.contains("Max local users") && page.text.contains(&format!("/msp/{}/licenses/{}", w.partner, w.internal)), "{}", page.text);
        let reader = w.browser("auditor").await.get(&format!("/msp/{}/overview", w.partner)).await;
        assert!(reader.status == 200 && !reader.text.contains("Change max local users"), "{}", reader.text);
    }

    async fn f1_23_customers_leave_the_own_tenant_out(w: World) {
        w.order_seats(1).await;
        for n in 0..3 {
            w.customer(&format!("Company {n}"), 1).await;
        }
        let portfolio = w.get("owner", "portfolio").await;
        assert_eq!((overview(&w).await[4], &portfolio["kpis"]["organizations"]["value"]), (3, &json!(3)), "{portfolio}");
    }

    async fn f4_20_units_of_a_month_are_the_highest_held_and_used(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Peaks", 10).await;
        let owner = w.client("owner").keyed();
        w.pass_to("2026-12-05T10:00:00Z".parse().expect("a time"));
        change(&owner, "allocate", customer, 40).await;
        w.pass_to("2026-12-14T10:00:00Z".parse().expect("a time"));
        let people = join(&w, customer, 6).await;
        // Four go on the same day: the day ends with two, and had six.
        for path in &people[..4] {
            assert_eq!(owner.delete(path).await.status, 200);
        }
        w.work().await;
        w.pass_to("2026-12-20T10:00:00Z".parse().expect("a time"));
        change(&owner, "release", customer, 40).await;
        let december = w.get("owner", "licenses/units?period=2026-12").await;
        let found = line(&december, customer);
        let figures = ["provisioned", "used", "over_provisioned"].map(|name| found[name].as_i64());
        assert_eq!(figures, [Some(50), Some(6), Some(44)], "{december}");
        assert_eq!((&december["running"], &found["id"]), (&json!(true), &json!(format!("{customer}:seat:2026-12"))));
        // A year's order of 1,000 seats at 15,600.00: 1.30 a seat and month.
        assert_eq!(found["cost"], json!({ "minor": 6_500, "currency": "EUR" }), "{found}");
        assert!(line(&w.get("auditor", "licenses/units?period=2026-12").await, customer).get("cost").is_none(), "an auditor sees no prices");
        w.pass_to("2027-01-02T10:00:00Z".parse().expect("a time"));
        let january = line(&w.get("owner", "licenses/units").await, customer);
        assert_eq!((&january["provisioned"], &january["used"], &january["period"]), (&json!(10), &json!(2), &json!("2027-01")), "a month of quiet begins with what stood");
        assert_eq!(line(&w.get("owner", "licenses/units?period=2026-12").await, customer)["provisioned"], 50, "a month that is over stays");
        let path = format!("/v1/msp/{}/licenses/units", w.partner);
        assert_eq!(owner.get(&format!("{path}?period=2027-02")).await.code(), "invalid");
        assert_eq!(owner.get(&format!("{path}?period=2027-13")).await.status, 400);
        assert_eq!(w.client("other_owner").get(&path).await.status, 404);
        let file = owner.get(&format!("{path}/export?period=2026-12")).await;
        assert!(file.text.contains(&format!("{customer}:seat:2026-12,{customer},")) && file.text.contains(",2026-12,50,6,44,6500,EUR"), "{}", file.text);
        let page = w.browser("owner").await.get(&format!("/msp/{}/licenses/units?period=2026-12", w.partner)).await;
        assert!(page.status == 200 && page.text.contains("Peaks") && page.text.contains("50"), "{}", page.text);
    }

    async fn f4_20_used_counts_news_that_was_overtaken(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Overtaken", 60).await;
        let tell = async |active: i64, seq: i64| {
            let news = json!({ "customer": customer, "active_users": active, "members": active, "waiting": 0, "seq": seq, "at": w.now() });
            let news: PublishUsage = serde_json::from_value(news).expect("news");
            w.app.house.execute(Call::operator(), UsageOf(news)).await.expect("booked");
        };
        // Fifty were active, then ten: the second news comes first.
        tell(10, 1_006).await;
        tell(50, 1_005).await;
        let found = line(&w.get("owner", "licenses/units").await, customer);
        assert_eq!((&found["used"], &found["over_provisioned"]), (&json!(50), &json!(10)), "{found}");
        assert_eq!(w.get("owner", "licenses/summary").await["active_users"], 10, "what is true now is what was said last");
    }

    async fn f4_20_units_agree_with_the_ledger_read_in_a_straight_line(w: World) {
        w.order_seats(1).await;
        let mut customers = Vec::new();
        for n in 0..4 {
            customers.push(w.customer(&format!("Unit {n}"), 5).await);
        }
        let (owner, mut dice) = (w.client("owner").keyed(), Dice::new(420));
        for _ in 0..40 {
            w.pass_to(w.now().plus_seconds(3_600 * (1 + dice.below(70))));
            let (one, other) = (*dice.pick(&customers), *dice.pick(&customers));
            let seats = 1 + dice.below(9);
            let (path, body) = match dice.below(3) {
                0 => ("allocate", json!({ "tenant_id": one, "seats": seats })),
                1 => ("release", json!({ "tenant_id": one, "seats": seats })),
                _ => ("transfer", json!({ "from_tenant_id": one, "to_tenant_id": other, "seats": seats })),
            };
            let status = owner.post(&format!("/v1/licenses/{path}"), &body).await.status;
            assert!([200, 409, 422].contains(&status), "{path}: {status}");
        }
        let ledger = ledger(&w, w.partner).await;
        let months = ["2026-11", "2026-12", "2027-01", "2027-02"];
        let starts = ["2026-11-01", "2026-12-01", "2027-01-01", "2027-02-01", "2027-03-01"].map(|day| format!("{day}T00:00:00Z").parse::<Timestamp>().expect("a time"));
        for (n, month) in months.into_iter().enumerate().filter(|(n, _)| starts[*n] <= w.now()) {
            let told = w.get("owner", &format!("licenses/units?period={month}")).await;
            let told: BTreeMap<CustomerId, i64> = told["data"].as_array().expect("lines").iter()
                .map(|l| (l["tenant_id"].as_str().expect("an id").parse().expect("an id"), l["provisioned"].as_i64().expect("seats"))).collect();
            assert_eq!(told, most_held(&ledger, starts[n], starts[n + 1]), "{month}");
        }
    }
}
