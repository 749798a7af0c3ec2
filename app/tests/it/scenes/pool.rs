//! The pool through its clock and its thresholds: what shrinks, who is near its seats, and what an alert gives at one press.

use serde_json::{Value, json};
use store::CustomerId;

use crate::{scenes, support::World};

/// A customer with so many active members.
async fn used(w: &World, name: &str, seats: i64, active: i64) -> CustomerId {
    let customer = w.customer(name, seats).await;
    join(w, customer, active).await;
    customer
}

async fn join(w: &World, customer: CustomerId, members: i64) {
    let path = format!("/v1/tenants/{customer}/members");
    for _ in 0..members {
        let name: String = w.app.house.random()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let email = format!("{name}@somewhere.example");
        let made = w.client("owner").keyed().post(&path, &json!({ "email": email, "name": "Mo" })).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    w.work().await;
}

async fn order(w: &World, sku: &str, quantity: i64) -> Value {
    let body = json!({ "sku": sku, "quantity": quantity });
    let answer = w.client("owner").keyed().post(&format!("/v1/msp/{}/orders", w.partner), &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json
}

fn row(rows: &Value, customer: CustomerId) -> Value {
    let found = rows["data"].as_array().and_then(|all| all.iter().find(|r| r["tenant_id"] == json!(customer)));
    found.cloned().expect("its row")
}

async fn open_seats_alerts(w: &World) -> Vec<Value> {
    let all = w.get("owner", "alerts?filter[status]=open").await;
    let seats = |a: &&Value| a["code"].as_str().is_some_and(|code| code.starts_with("seats-"));
    all["data"].as_array().expect("rows").iter().filter(seats).cloned().collect()
}

scenes! {
    async fn f2_28_a_pool_that_shrinks_says_so_before_and_after_and_takes_nothing_away(w: World) {
        order(&w, "SEATS-100-M", 1).await;
        let year = order(&w, "SEATS-100-Y", 1).await;
        let customer = w.customer("Grown", 140).await;
        let (owner, path) = (w.client("owner"), format!("/v1/msp/{}/licenses/summary", w.partner));
        let before = owner.get(&path).await.json;
        let end = before["next_end"].clone();
        assert_eq!((&before["available"], &end["units"], &end["short"]), (&json!(60), &json!(100), &json!(40)), "{before}");
        let page = w.browser("owner").await.get(&format!("/msp/{}/licenses", w.partner)).await;
        assert!(page.text.contains("then 40 are missing"), "{}", page.text);

        let ends: store::Timestamp = end["at"].as_str().expect("an instant").parse().expect("an instant");
        w.pass_to(store::Timestamp(ends.0 - 1));
        assert_eq!(owner.get(&path).await.json["over_allocated"], 0, "the last instant of the month still counts");
        w.pass_to(ends);
        let after = owner.get(&path).await.json;
        let figures = ["total", "allocated", "available", "over_allocated"].map(|name| after[name].as_i64());
        assert_eq!(figures, [Some(100), Some(140), Some(0), Some(40)], "no worker had to run: {after}");
        assert_eq!((&after["next_end"]["at"], &after["next_end"]["short"]), (&year["ends_at"], &json!(140)));
        let open = w.get("owner", "alerts?filter[status]=open&filter[code]=pool-over-allocated").await;
        assert_eq!((open["data"].as_array().map(Vec::len), &open["data"][0]["detail"]["over"]), (Some(1), &json!(40)), "{open}");
        let more = owner.keyed().post("/v1/licenses/allocate", &json!({ "tenant_id": customer, "seats": 1 })).await;
        assert_eq!((more.status, more.code()), (409, "pool-exhausted"), "{}", more.text);
        let rows = w.get("owner", "licenses/by-tenant").await;
        assert_eq!(row(&rows, customer)["allocated"], 140, "what is allocated stays");

        order(&w, "SEATS-100-Y", 1).await;
        assert_eq!(owner.get(&path).await.json["over_allocated"], 0);
        let open = w.get("owner", "alerts?filter[status]=open&filter[code]=pool-over-allocated").await;
        assert_eq!(open["data"].as_array().map(Vec::len), Some(0), "{open}");
    }

    async fn f2_31_a_row_is_judged_by_the_exact_share_of_its_seats(w: World) {
        w.order_seats(1).await;
        let near = used(&w, "Near", 20, 18).await;
        let at = used(&w, "At", 20, 19).await;
        let fine = used(&w, "Fine", 20, 17).await;
        let nobody = w.customer("Nobody", 20).await;
        let rows = w.client("owner").get(&format!("/v1/msp/{}/licenses/by-tenant", w.partner)).await.json;
        let told = |customer| { let r = row(&rows, customer); (r["status"].clone(), r["utilization"].clone()) };
        assert_eq!(told(near), (json!("near_limit"), json!(90.0)));
        assert_eq!(told(at), (json!("at_limit"), json!(95.0)));
        assert_eq!(told(fine), (json!("ok"), json!(85.0)));
        assert_eq!(told(nobody), (json!("no_users"), json!(0.0)));
        let own = rows["data"].as_array().and_then(|all| all.iter().find(|r| r["internal"] == json!(true))).expect("the own tenant");
        assert_eq!(own["utilization"], Value::Null, "no seats have no share");
        let failed = json!({ "ok": false, "source": "scim", "reason": "consent withdrawn" });
        assert!(w.client("owner").post(&format!("/v1/tenants/{at}/syncs"), &failed).await.status < 300);
        w.work().await;
        let rows = w.get("owner", "licenses/by-tenant").await;
        assert_eq!(row(&rows, at)["status"], "sync_failed", "a number that may be old is said first");
    }

    async fn f2_32_the_threshold_is_the_partners_and_at_most_95(w: World) {
        w.order_seats(1).await;
        let customer = used(&w, "Judged", 20, 17).await;
        let owner = w.client("owner");
        let settings = format!("/v1/msp/{}/settings", w.partner);
        let set = async |percent: i64| {
            let tag = owner.get(&settings).await.header("etag").to_owned();
            owner.with("if-match", &tag).patch(&settings, &json!({ "near_limit_percent": percent })).await
        };
        let status = async || row(&w.get("owner", "licenses/by-tenant").await, customer)["status"].clone();
        assert_eq!(status().await, "ok");
        assert_eq!(set(85).await.status, 200);
        assert_eq!(status().await, "near_limit", "17 of 20 is exactly 85 percent");
        assert_eq!(set(86).await.status, 200);
        assert_eq!(status().await, "ok");
        for beyond in [0, 96] {
            let no = set(beyond).await;
            assert_eq!((no.status, no.json["errors"][0]["pointer"].as_str()), (422, Some("/near_limit_percent")), "{}", no.text);
        }
    }

    async fn f2_33_seats_near_their_limit_raise_one_alert_that_gives_at_one_press(w: World) {
        w.order_seats(1).await;
        let customer = used(&w, "Growing", 60, 56).await;
        assert_eq!(open_seats_alerts(&w).await.len(), 0, "93 percent is not yet the limit");
        join(&w, customer, 1).await;
        let alert = open_seats_alerts(&w).await;
        assert_eq!((alert.len(), &alert[0]["detail"]["suggested"]), (1, &json!(5)), "{alert:?}");
        // One who goes and comes back leaves it the same alert.
        let members = w.client("owner").get(&format!("/v1/tenants/{customer}/members?page[size]=1")).await.json;
        let member = format!("/v1/tenants/{customer}/members/{}", members["data"][0]["id"].as_str().expect("an id"));
        for active in [false, true] {
            let tag = w.client("owner").get(&member).await.header("etag").to_owned();
            let status = if active { "active" } else { "inactive" };
            let set = w.client("owner").with("if-match", &tag).patch(&member, &json!({ "status": status })).await;
            assert_eq!(set.status, 200, "{}", set.text);
            w.work().await;
        }
        let again = open_seats_alerts(&w).await;
        assert_eq!(again.iter().map(|a| &a["id"]).collect::<Vec<_>>(), [&alert[0]["id"]], "{again:?}");

        let (browser, alerts) = (w.browser("owner").await, format!("/msp/{}/alerts", w.partner));
        let page = browser.get(&alerts).await.text;
        let action = format!("/msp/{}/licenses/{customer}/allocate", w.partner);
        assert!(page.contains(&format!("action=\"{action}\"")) && page.contains("Allocate 5") && page.contains("name=\"held\" value=\"60\""), "{page}");
        let seen_by_technician = w.browser("technician").await.get(&alerts).await.text;
        assert!(!seen_by_technician.contains("Allocate 5"), "who may not allocate is not offered it");
        let id = again[0]["id"].as_str().expect("an id");
        let key = page.split(&format!("value=\"{id}-")).nth(1).and_then(|rest| rest.split('"').next()).expect("a key");
        let press = async |key: &str| {
            let fields = [("seats", "5"), ("held", "60"), ("reason", "suggested"), ("from", "alerts"), ("idempotency_key", key)];
            browser.form(&action, &fields).await
        };
        for _ in 0..2 {
            let given = press(&format!("{id}-{key}")).await;
            assert_eq!((given.status, given.header("location")), (303, format!("{alerts}?done=allocated").as_str()), "{}", given.text);
        }
        let late = press("another-person").await;
        assert!(late.status == 422 && late.text.contains("somebody was faster"), "{}", late.text);
        w.work().await;
        let rows = w.get("owner", "licenses/by-tenant").await;
        assert_eq!(row(&rows, customer)["allocated"], 65, "pressed twice, and by somebody else, given once");
        assert_eq!(open_seats_alerts(&w).await.len(), 0, "the cause is gone");
    }
}
