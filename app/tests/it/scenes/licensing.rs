//! Pool, orders, allocations through the API.

use serde_json::json;

use super::trials::trial;
use crate::{scenes, support::World};

scenes! {
    async fn f2_34_summary_counts_the_pool_and_hides_it_from_others(w: World) {
        w.order_seats(10).await;
        w.customer("Eklund Bygg AB", 100).await;
        let path = format!("/v1/msp/{}/licenses/summary", w.partner);
        let answer = w.client("auditor").get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!((answer.json["total"].as_i64(), answer.json["allocated"].as_i64(), answer.json["available"].as_i64()), (Some(10_000), Some(100), Some(9_900)));
        assert_eq!((answer.json["over_allocated"].as_i64(), answer.json["allocated_percent"].as_f64()), (Some(0), Some(1.0)));
        assert_eq!(w.client("other_owner").get(&path).await.status, 404);
        assert_eq!(w.client("nobody").get(&path).await.status, 401);
    }

    async fn f2_35_by_tenant_lists_every_pooled_customer_and_adds_up(w: World) {
        w.order_seats(1).await;
        for (name, seats) in [("Alpha", 30), ("Beta", 50), ("Gamma", 20)] {
            w.customer(name, seats).await;
        }
        let path = format!("/v1/msp/{}/licenses/by-tenant", w.partner);
        let first = w.client("owner").get(&format!("{path}?page[size]=2")).await;
        assert_eq!(first.status, 200, "{}", first.text);
        assert_eq!(first.json["page"]["total"], 4, "the internal tenant is among them");
        let next = first.json["page"]["next"].as_str().expect("a second page");
        let second = w.client("owner").get(&format!("{path}?page[size]=2&page[after]={next}")).await;
        let rows: Vec<_> = [&first, &second].iter().flat_map(|a| a.json["data"].as_array().expect("rows").clone()).collect();
        let seats: Vec<i64> = rows.iter().filter_map(|r| r["allocated"].as_i64()).collect();
        assert_eq!(seats, [50, 30, 20, 0]);
        assert_eq!(rows[3]["internal"], true);
        assert_eq!(rows[0]["status"], "no_users");
        let summary = w.client("owner").get(&format!("/v1/msp/{}/licenses/summary", w.partner)).await;
        assert_eq!(summary.json["allocated"].as_i64(), Some(seats.iter().sum()));
        assert_eq!(w.client("owner").get(&format!("{path}?page[after]=bad")).await.status, 400);
    }

    async fn f2_36_allocate_refuses_oversell(w: World) {
        w.order_seats(10).await;
        let first = w.customer("First", 8_420).await;
        let customer = w.customer("Second", 0).await;
        let ask = |seats: i64| json!({ "tenant_id": customer, "seats": seats });
        let owner = w.client("owner").keyed();
        let refused = owner.post("/v1/licenses/allocate", &ask(1_581)).await;
        assert_eq!((refused.status, refused.code()), (409, "pool-exhausted"), "{}", refused.text);
        assert_eq!((refused.json["available"].as_i64(), refused.json["requested"].as_i64()), (Some(1_580), Some(1_581)));
        let given = owner.post("/v1/licenses/allocate", &ask(1_580)).await;
        assert_eq!((given.status, given.json["available"].as_i64(), given.json["allocated"].as_i64()), (200, Some(0), Some(1_580)), "{}", given.text);
        assert_eq!(owner.post("/v1/licenses/allocate", &ask(1)).await.status, 409);
        let released = owner.post("/v1/licenses/release", &json!({ "tenant_id": first, "seats": 420 })).await;
        assert_eq!((released.status, released.json["available"].as_i64(), released.json["allocated"].as_i64()), (200, Some(420), Some(8_000)), "{}", released.text);
    }

    async fn f2_36_a_hundred_at_once_never_exceed_the_pool(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Crowd", 0).await;
        let owner = w.client("owner").keyed();
        let body = json!({ "tenant_id": customer, "seats": 30 });
        let answers = futures_util::future::join_all((0..100).map(|_| owner.post("/v1/licenses/allocate", &body))).await;
        let given = answers.iter().filter(|a| a.status == 200).count();
        assert_eq!(given, 33, "33 × 30 = 990 of 1,000");
        assert!(answers.iter().all(|a| a.status == 200 || a.status == 409));
        let summary = w.client("owner").get(&format!("/v1/msp/{}/licenses/summary", w.partner)).await;
        assert_eq!((summary.json["allocated"].as_i64(), summary.json["available"].as_i64()), (Some(990), Some(10)));
    }

    async fn f2_36_seats_of_a_trial_are_neither_given_nor_taken_back(w: World) {
        w.order_seats(1).await;
        let (trial, paid) = (trial(&w, "Probe", &["ann", "bo"]).await, w.customer("Paid", 10).await);
        let owner = w.client("owner").keyed();
        let held = async || w.get("owner", &format!("customers/{trial}/onboarding")).await["facts"]["seats"].clone();
        let before = held().await;
        assert!(before.as_i64() > Some(40), "{before}");
        let body = json!({ "tenant_id": trial, "seats": 40 });
        for path in ["/v1/licenses/release", "/v1/licenses/release?preview=true", "/v1/licenses/allocate"] {
            let refused = owner.post(path, &body).await;
            assert_eq!((refused.status, refused.code()), (409, "not-pooled"), "{path}: {}", refused.text);
        }
        // Of many, each is decided on its own.
        let bulk = json!({ "action": "seats", "ids": [trial, paid], "value": -5 });
        let answer = owner.post(&format!("/v1/msp/{}/customers/bulk", w.partner), &bulk).await;
        assert_eq!((answer.status, &answer.json["done"], &answer.json["refused"]), (200, &json!(1), &json!(1)), "{}", answer.text);
        assert_eq!(answer.json["items"][0]["problem"]["code"], "not-pooled", "{}", answer.text);
        w.work().await;
        assert_eq!(held().await, before);
        // The page offers nothing that would be refused, and says so to whoever sends it all the same.
        let (browser, page) = (w.browser("owner").await, format!("/msp/{}/licenses/{trial}", w.partner));
        let shown = browser.get(&page).await;
        assert!(shown.status == 200 && shown.text.contains("lie outside the pool"), "{}", shown.text);
        assert!(!shown.text.contains("name=\"seats\"") && shown.text.contains(&format!("/msp/{}/customers/{trial}/trial\"", w.partner)), "{}", shown.text);
        let sent = browser.form(&format!("{page}/release"), &[("seats", "1")]).await;
        assert!(sent.status == 422 && sent.text.contains("Trial and free seats lie outside the pool."), "{}", sent.text);
        assert!(browser.get(&format!("/msp/{}/licenses/{paid}", w.partner)).await.text.contains("name=\"seats\""));
    }

    async fn an_idempotency_key_acts_once(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Once", 0).await;
        let body = json!({ "tenant_id": customer, "seats": 10 });
        let owner = w.client("owner").with("idempotency-key", "k-1");
        let first = owner.post("/v1/licenses/allocate", &body).await;
        let again = owner.post("/v1/licenses/allocate", &body).await;
        assert_eq!((first.status, again.status), (200, 200));
        assert_eq!((again.header("idempotency-replayed"), first.json == again.json), ("true", true));
        let other = owner.post("/v1/licenses/allocate", &json!({ "tenant_id": customer, "seats": 11 })).await;
        assert_eq!((other.status, other.code()), (422, "idempotency-key-reused"));
        let none = w.client("owner").post("/v1/licenses/allocate", &body).await;
        assert_eq!((none.status, none.code()), (400, "idempotency-key-required"));
        let preview = w.client("owner").post("/v1/licenses/allocate?preview=true", &body).await;
        assert_eq!((preview.status, preview.json["preview"].as_bool()), (200, Some(true)), "{}", preview.text);
        let summary = w.client("owner").get(&format!("/v1/msp/{}/licenses/summary", w.partner)).await;
        assert_eq!(summary.json["allocated"].as_i64(), Some(10));
    }

    async fn f0_13_purchase_and_creation_are_grants(w: World) {
        let order = json!({ "sku": "SEATS-100-Y", "quantity": 1 });
        let customer = json!({ "name": "New", "max_mau": 10 });
        for (path, body, code) in [("orders", &order, 201), ("customers", &customer, 202)] {
            let path = format!("/v1/msp/{}/{path}", w.partner);
            assert_eq!(w.client("admin").keyed().post(&path, body).await.status, 403, "an admin without the grant: {path}");
            assert_eq!(w.client("owner").keyed().post(&path, body).await.status, code, "the owner: {path}");
            assert_eq!(w.client("other_owner").keyed().post(&path, body).await.status, 404, "a stranger: {path}");
        }
        let orders = w.client("auditor").get(&format!("/v1/msp/{}/orders", w.partner)).await;
        assert!(orders.json["data"][0].get("price").is_none(), "an auditor sees no prices");
    }

    async fn bad_bodies_name_the_field_and_change_nothing(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Careful", 0).await;
        let owner = w.client("owner").keyed();
        let cases = [
            (json!({ "tenant_id": customer, "seats": 0 }), 422, "/seats"),
            (json!({ "tenant_id": customer, "seats": -5 }), 422, "/seats"),
            (json!({ "tenant_id": customer, "seats": "7" }), 422, "/seats"),
            (json!({ "tenant_id": customer, "seats": 1.5 }), 422, "/seats"),
            (json!({ "tenant_id": customer, "seats": 1, "extra": 1 }), 422, "/extra"),
            (json!({ "tenant_id": "cus_nonsense", "seats": 1 }), 422, "/tenant_id"),
        ];
        for (body, status, pointer) in cases {
            let answer = owner.post("/v1/licenses/allocate", &body).await;
            assert_eq!((answer.status, answer.json["errors"][0]["pointer"].as_str()), (status, Some(pointer)), "{body}: {}", answer.text);
        }
        let broken = owner.request(http::Method::POST, "/v1/licenses/allocate", Some("application/json"), b"{\"tenant_id\": ".to_vec()).await;
        assert_eq!((broken.status, broken.code()), (400, "invalid-json"));
        let bytes = owner.request(http::Method::POST, "/v1/licenses/allocate", Some("application/json"), b"{\"reason\": \"\xff\xfe\"}".to_vec()).await;
        assert_eq!(bytes.status, 400, "{}", bytes.text);
        let large = owner.request(http::Method::POST, "/v1/licenses/allocate", Some("application/json"), vec![b' '; 10 * 1024 * 1024]).await;
        assert_eq!((large.status, large.code()), (413, "too-large"), "{}", large.text);
        let summary = w.client("owner").get(&format!("/v1/msp/{}/licenses/summary", w.partner)).await;
        assert_eq!(summary.json["allocated"].as_i64(), Some(0));
    }
}
