//! The MSP at a glance, and what each customer had and used of seats in a month, against a count in a straight line.

use std::collections::BTreeMap;

use command::Call;
use serde_json::{Value, json};
use store::{Control, CustomerId, PartnerId, Timestamp, p, sql};

use tenantry::licensing::pools::{PublishUsage, UsageOf};

use super::offboarding::remove;
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

/// Tells of a campaign at a customer.
async fn campaign(w: &World, customer: CustomerId, body: Value) -> crate::support::Answer {
    w.client("technician").keyed().post(&format!("/v1/tenants/{customer}/campaigns"), &body).await
}

/// How many campaigns run, of phishing and of training.
async fn running(w: &World) -> [i64; 2] {
    let o = w.get("auditor", "overview").await;
    ["campaigns", "training_campaigns"].map(|name| o[name].as_i64().expect("a number"))
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

    async fn f1_24_campaigns_are_the_phishing_campaigns_that_run_now(w: World) {
        w.order_seats(1).await;
        let (one, two) = (w.customer("One", 1).await, w.customer("Two", 1).await);
        let health = w.get("owner", "portfolio").await;
        let run = |name: &str, from: &str, to: Value| json!({ "external_ref": name, "name": name, "starts_at": from, "ends_at": to });
        assert_eq!(running(&w).await, [0, 0]);
        for (customer, body) in [
            (one, run("open", "2026-11-20T09:00:00Z", Value::Null)),
            (one, run("short", "2026-11-20T09:00:00Z", json!("2026-11-25T09:00:00Z"))),
            (two, run("short", "2026-11-21T09:00:00Z", json!("2026-12-25T09:00:00Z"))),
            (two, run("draft", "2026-12-01T09:00:00Z", Value::Null)),
            (two, run("complete", "2026-10-01T09:00:00Z", json!("2026-11-21T09:00:00Z"))),
        ] {
            let told = campaign(&w, customer, body).await;
            assert_eq!(told.status, 200, "{}", told.text);
        }
        assert_eq!(running(&w).await, [3, 0], "a draft and one that is over do not count");
        let same = w.get("owner", "portfolio").await;
        assert_eq!((&same["kpis"], same["data"].clone()), (&health["kpis"], health["data"].clone()), "no health rests on what runs");
        // Told again it is what was said last.
        let ended = campaign(&w, one, run("open", "2026-11-20T09:00:00Z", json!("2026-11-21T08:00:00Z"))).await;
        assert_eq!((ended.status, &ended.json["active"], running(&w).await), (200, &json!(false), [2, 0]), "{}", ended.text);
        for (at, meant) in [("2026-11-25T08:59:59Z", 2), ("2026-11-25T09:00:00Z", 1), ("2026-12-01T09:00:00Z", 2), ("2026-12-25T09:00:00Z", 1)] {
            w.pass_to(at.parse().expect("a time"));
            assert_eq!(running(&w).await, [meant, 0], "at {at}");
        }
        w.assign("technician", &[one]).await;
        assert_eq!(w.get("technician", "overview").await["campaigns"], 0, "who sees one customer counts its own");
        let gone = remove(&w, &w.client("owner").keyed(), two).await;
        assert_eq!((gone.status, running(&w).await), (200, [0, 0]), "{}", gone.text);
        let path = format!("/v1/tenants/{one}/campaigns");
        for (body, status, pointer) in [
            (run("x", "2027-11-25T09:00:00Z", json!("2027-11-25T09:00:00Z")), 422, "/ends_at"),
            (run("x", "2029-01-01T00:00:00Z", Value::Null), 422, "/starts_at"),
            (run("x", "1999-12-31T00:00:00Z", Value::Null), 422, "/starts_at"),
        ] {
            let no = w.client("owner").post(&path, &body).await;
            assert_eq!((no.status, no.json["errors"][0]["pointer"].as_str().unwrap_or_default()), (status, pointer), "{}", no.text);
        }
        for (who, status) in [("auditor", 403), ("other_owner", 404), ("nobody", 401)] {
            assert_eq!(w.client(who).post(&path, &run("x", "2026-11-20T09:00:00Z", Value::Null)).await.status, status, "{who}");
        }
    }

    async fn f1_25_training_campaigns_are_counted_apart_and_not_on_the_free_plan(w: World) {
        let body = json!({ "name": "Trier", "max_mau": 10, "kind": "trial" });
        let made = w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &body).await;
        w.work().await;
        let id: CustomerId = made.json["tenant_id"].as_str().expect("a trial").parse().expect("an id");
        let run = |name: &str, kind: &str| json!({ "external_ref": name, "name": name, "kind": kind, "starts_at": "2026-11-20T09:00:00Z" });
        for (name, kind) in [("a", "training"), ("b", "training"), ("c", "phishing")] {
            assert_eq!(campaign(&w, id, run(name, kind)).await.status, 200, "{name}");
        }
        assert_eq!(running(&w).await, [1, 2]);
        assert_eq!(campaign(&w, id, run("c", "training")).await.json["kind"], "training");
        assert_eq!(running(&w).await, [0, 3], "what is told again is not counted twice");
        w.pass_days(30);
        assert_eq!(running(&w).await, [0, 0], "the free plan has no campaigns, from its first instant on");
        let no = campaign(&w, id, run("d", "training")).await;
        assert_eq!((no.status, no.code()), (409, "free-plan"), "{}", no.text);
    }

    async fn f1_26_the_drawing_says_the_numbers_in_words(w: World) {
        w.order_seats(1).await;
        let id = w.customer("Drawn", 20).await;
        join(&w, id, 4).await;
        let trial = json!({ "name": "Trier", "max_mau": 10, "kind": "trial" });
        assert_eq!(w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &trial).await.status, 202);
        w.work().await;
        for (name, kind) in [("a", "training"), ("b", "training"), ("c", "training"), ("d", "phishing"), ("e", "phishing")] {
            let body = json!({ "external_ref": name, "name": name, "kind": kind, "starts_at": "2026-11-20T09:00:00Z" });
            assert_eq!(campaign(&w, id, body).await.status, 200, "{name}");
        }
        let o = w.get("auditor", "overview").await;
        let page = w.browser("auditor").await.get(&format!("/msp/{}/overview", w.partner)).await;
        let number = |name: &str| o[name].as_i64().expect("a number");
        let others = number("customers") - number("customers_on_pool");
        for (label, n) in [
            ("On your pool", number("customers_on_pool")),
            ("Trial and free", others),
            ("Campaigns", number("campaigns")),
            ("Training campaigns", number("training_campaigns")),
        ] {
            assert!(page.text.contains(&format!("<th scope=\"row\">{label}</th><td>{n}</td>")), "{label} {n}: {}", page.text);
        }
        assert_eq!((number("campaigns"), number("training_campaigns"), others), (2, 3, 1));
        assert!(page.text.contains("aria-label=\"Global users: 4 of 1,000\""), "{}", page.text);
        let german = w.browser("auditor").await.speaking("de").get(&format!("/msp/{}/overview", w.partner)).await;
        assert!(german.text.contains("<th scope=\"row\">Schulungskampagnen</th><td>3</td>"), "{}", german.text);
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
