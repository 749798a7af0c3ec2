//! Drafts: the wizard before its first step was sent.

use serde_json::{Value, json};
use store::CustomerId;

use super::offboarding::{remove, restore};
use crate::{
    scenes,
    support::{Answer, Client, World},
};

fn drafts(w: &World) -> String {
    format!("/v1/msp/{}/drafts", w.partner)
}

/// Begins a draft; gives its id.
async fn begin(w: &World, who: &str, answers: &Value) -> String {
    let made = w.client(who).keyed().post(&drafts(w), &json!({ "answers": answers })).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""), "{}", made.text);
    made.json["id"].as_str().expect("an id").to_owned()
}

/// Changes a draft at the version it has.
async fn change(w: &World, by: &Client, id: &str, body: &Value) -> Answer {
    let one = format!("{}/{id}", drafts(w));
    let tag = by.get(&one).await.header("etag").to_owned();
    by.with("if-match", &tag).patch(&one, body).await
}

async fn available(w: &World) -> i64 {
    w.get("owner", "licenses/summary").await["available"].as_i64().expect("a number")
}

/// Claimed, allocated and available seats.
async fn pool(w: &World) -> [i64; 3] {
    let sum = w.get("owner", "licenses/summary").await;
    ["claimed", "allocated", "available"].map(|f| sum[f].as_i64().expect("a number"))
}

/// A customer that was a draft with so many seats put by, ready for its set-up.
async fn sent(w: &World, name: &str, mut answers: Value, seats: i64) -> CustomerId {
    let owner = w.client("owner");
    answers["name"] = json!(name);
    let id = begin(w, "owner", &answers).await;
    let reserved = change(w, &owner, &id, &json!({ "reserve": seats })).await;
    assert_eq!(reserved.status, 200, "{}", reserved.text);
    let made = owner.keyed().post(&format!("{}/{id}/create", drafts(w)), &json!({})).await;
    assert_eq!(made.status, 202, "{}", made.text);
    w.work().await;
    made.json["tenant_id"].as_str().expect("an id").parse().expect("an id")
}

scenes! {
    async fn f2_26_a_draft_is_resumed_elsewhere_handed_over_and_deleted(w: World) {
        let (owner, colleague) = (w.client("owner"), w.hire("colleague", w.partner, "owner").await);
        let id = begin(&w, "owner", &json!({ "name": "Acme", "domain": "acme." })).await;
        let one = format!("{}/{id}", drafts(&w));
        // What is half typed is kept; what is not said stays.
        let saved = change(&w, &owner, &id, &json!({ "answers": { "country": "SE", "domain": "" } })).await;
        assert_eq!((saved.status, saved.header("etag")), (200, "\"2\""), "{}", saved.text);
        let seen = colleague.get(&one).await;
        assert_eq!(seen.json["answers"], json!({ "name": "Acme", "country": "SE" }), "on another machine: {}", seen.text);
        // Two who change it: the second is told, and loses nothing of the first.
        let stale = colleague.with("if-match", "\"1\"").patch(&one, &json!({ "answers": { "name": "Other" } })).await;
        assert_eq!((stale.status, stale.code()), (412, "version-stale"), "{}", stale.text);
        assert_eq!(colleague.patch(&one, &json!({ "answers": {} })).await.status, 428);
        let me = colleague.get("/v1/me").await.json["staff_id"].clone();
        let handed = change(&w, &owner, &id, &json!({ "staff_id": me })).await;
        assert_eq!((handed.status, &handed.json["staff_id"]), (200, &me), "{}", handed.text);
        let auditor = w.client("auditor").get("/v1/me").await.json["staff_id"].clone();
        let refused = change(&w, &owner, &id, &json!({ "staff_id": auditor })).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["pointer"]), (422, &json!("/staff_id")), "{}", refused.text);
        for who in ["auditor", "technician", "admin"] {
            assert_eq!(w.client(who).get(&one).await.status, 403, "{who} creates no customers");
        }
        assert_eq!(w.client("other_owner").get(&one).await.status, 404);
        let tag = owner.get(&one).await.header("etag").to_owned();
        assert_eq!(owner.with("if-match", "\"1\"").delete(&one).await.status, 412);
        assert_eq!(owner.with("if-match", &tag).delete(&one).await.status, 204);
        assert_eq!((owner.get(&one).await.status, owner.get(&drafts(&w)).await.json["page"]["total"].clone()), (404, json!(0)));
        // The trail says what was changed, not what a form held that nobody sent.
        let trail = w.get("owner", "audit?filter[command]=onboarding.change_draft").await.to_string();
        assert!(trail.contains("country") && !trail.contains("Acme"), "{trail}");
    }

    async fn f2_26_a_draft_is_begun_once_by_a_key_and_another_body_is_refused(w: World) {
        let owner = w.client("owner").with("idempotency-key", "one");
        let body = json!({ "answers": { "name": "Acme" } });
        let first = owner.post(&drafts(&w), &body).await;
        let again = owner.post(&drafts(&w), &body).await;
        assert_eq!((first.status, again.status, &again.json["id"]), (201, 201, &first.json["id"]), "{}", again.text);
        assert_eq!(again.header("idempotency-replayed"), "true");
        let other = owner.post(&drafts(&w), &json!({ "answers": { "name": "Rival" } })).await;
        assert_eq!((other.status, other.code()), (422, "idempotency-key-reused"), "{}", other.text);
        // The settings it began with are not what was said: they may change, and the answer is the first one's.
        let like = w.customer("Alpha", 0).await;
        let copy = owner.with("idempotency-key", "two");
        let begun = copy.post(&drafts(&w), &json!({ "copy_of": like })).await;
        let edited = owner.get(&format!("/v1/msp/{}/customers/{like}", w.partner)).await;
        let edit = w.client("owner").with("if-match", edited.header("etag"));
        assert_eq!(edit.patch(&format!("/v1/msp/{}/customers/{like}", w.partner), &json!({ "sector": "Ships" })).await.status, 200);
        let replayed = copy.post(&drafts(&w), &json!({ "copy_of": like })).await;
        assert_eq!((begun.status, replayed.status, &replayed.json["id"]), (201, 201, &begun.json["id"]), "{}", replayed.text);
        assert_eq!(copy.post(&drafts(&w), &json!({})).await.status, 422);
        // Neither the trail nor the saved answers hold what was typed.
        let trail = w.get("owner", "audit?filter[command]=onboarding.open_draft").await.to_string();
        assert!(!trail.contains("Acme") && !trail.contains("Rival"), "{trail}");
    }

    async fn f2_26_a_draft_sent_twice_makes_one_customer(w: World) {
        let owner = w.client("owner");
        let id = begin(&w, "owner", &json!({ "name": "Acme", "domain": "acme.example" })).await;
        let send = format!("{}/{id}/create", drafts(&w));
        let incomplete = owner.keyed().post(&send, &json!({})).await;
        assert_eq!((incomplete.status, &incomplete.json["errors"][0]["pointer"]), (422, &json!("/max_mau")), "{}", incomplete.text);
        assert_eq!(owner.post(&send, &json!({})).await.code(), "idempotency-key-required");
        assert_eq!(change(&w, &owner, &id, &json!({ "answers": { "max_mau": "500" } })).await.status, 200);
        // Two tabs, each with its own key, at once; and a third time later.
        let (by, none) = (owner.keyed(), json!({}));
        let (one, two) = tokio::join!(by.post(&send, &none), by.post(&send, &none));
        let three = owner.keyed().post(&send, &none).await;
        for sent in [&two, &three] {
            assert_eq!((sent.status, &sent.json["tenant_id"], &sent.json["operation_id"]), (202, &one.json["tenant_id"], &one.json["operation_id"]), "{}", sent.text);
        }
        assert_eq!(three.header("location"), format!("/v1/operations/{}", one.json["operation_id"].as_str().expect("an id")));
        assert_eq!(w.get("owner", "customers").await["page"]["total"], 1);
        assert_eq!(owner.get(&format!("{}/{id}", drafts(&w))).await.status, 404, "the draft is gone");
        // A domain that another customer claims keeps the draft as it is.
        let other = begin(&w, "owner", &json!({ "name": "Rival", "domain": "acme.example", "max_mau": "5" })).await;
        let taken = owner.keyed().post(&format!("{}/{other}/create", drafts(&w)), &json!({})).await;
        assert_eq!((taken.status, taken.code()), (409, "domain-taken"), "{}", taken.text);
        assert_eq!(owner.get(&format!("{}/{other}", drafts(&w))).await.json["answers"]["name"], "Rival");
    }

    async fn f2_26_seats_put_by_are_nobody_elses_for_a_week_and_return_by_themselves(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner");
        let (mine, theirs) = (begin(&w, "owner", &json!({})).await, begin(&w, "owner", &json!({})).await);
        assert_eq!(available(&w).await, 1_000, "a draft holds no seats");
        let reserved = change(&w, &owner, &mine, &json!({ "reserve": 900 })).await;
        assert_eq!((reserved.status, &reserved.json["reserved"]["seats"]), (200, &json!(900)), "{}", reserved.text);
        assert_eq!(reserved.json["reserved"]["until"], "2026-11-28T09:00:00Z", "{}", reserved.text);
        assert_eq!(available(&w).await, 100);
        let refused = change(&w, &owner, &theirs, &json!({ "reserve": 101 })).await;
        assert_eq!((refused.status, refused.code(), &refused.json["available"]), (409, "pool-exhausted", &json!(100)), "{}", refused.text);
        for (seats, status) in [(json!(0), 422), (json!(-5), 422), (json!("x"), 422), (json!(100), 200)] {
            assert_eq!(change(&w, &owner, &theirs, &json!({ "reserve": seats })).await.status, status, "{seats}");
        }
        // Nobody allocates what is put by.
        let customer = w.customer("Alpha", 0).await;
        let allocate = async |n: i64| w.client("owner").keyed().post("/v1/licenses/allocate", &json!({ "tenant_id": customer, "seats": n })).await;
        let none_left = allocate(1).await;
        assert_eq!((none_left.status, &none_left.json["available"]), (409, &json!(0)), "{}", none_left.text);
        // Given up, and put by anew with another number: never twice.
        assert_eq!(change(&w, &owner, &theirs, &json!({ "reserve": null })).await.json["reserved"], Value::Null);
        assert_eq!(change(&w, &owner, &mine, &json!({ "reserve": 950 })).await.status, 200);
        assert_eq!(available(&w).await, 50);
        assert_eq!(allocate(50).await.status, 200);
        // A week later they are free, though nothing has run.
        w.pass_days(7);
        assert_eq!(available(&w).await, 950);
        let taken = allocate(950).await;
        assert_eq!((taken.status, &taken.json["available"]), (200, &json!(0)), "{}", taken.text);
        assert_eq!(owner.get(&format!("{}/{mine}", drafts(&w))).await.json["reserved"], Value::Null);
    }

    async fn f2_26_what_a_draft_put_by_is_spent_by_the_first_seats_of_its_customer(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let acme = sent(&w, "Acme", json!({ "max_mau": "500" }), 900).await;
        assert_eq!(pool(&w).await, [900, 0, 100], "it is the customer's now");
        let allocate = async |id: CustomerId, seats: i64| owner.post("/v1/licenses/allocate", &json!({ "tenant_id": id, "seats": seats })).await;
        // More than it has and the pool has takes nothing, and leaves what is put by.
        let refused = allocate(acme, 1_001).await;
        assert_eq!((refused.status, refused.code(), &refused.json["available"]), (409, "pool-exhausted", &json!(1_000)), "{}", refused.text);
        assert_eq!(pool(&w).await, [900, 0, 100]);
        let other = w.customer("Other", 0).await;
        assert_eq!(allocate(other, 101).await.code(), "pool-exhausted", "nobody else gets them");
        let preview = owner.post("/v1/licenses/allocate?preview=true", &json!({ "tenant_id": acme, "seats": 900 })).await;
        assert_eq!((preview.status, pool(&w).await), (200, [900, 0, 100]), "{}", preview.text);
        let given = allocate(acme, 900).await;
        assert_eq!((given.status, &given.json["allocated"], &given.json["available"]), (200, &json!(900), &json!(100)), "{}", given.text);
        assert_eq!(pool(&w).await, [0, 900, 100], "its own reservation does not stand in its way");
        // Fewer than were put by: the rest is for everybody. The launch finds nothing to give up.
        let beta = sent(&w, "Beta", json!({ "max_mau": "500" }), 80).await;
        assert_eq!(pool(&w).await, [80, 900, 20]);
        assert_eq!(allocate(beta, 30).await.json["available"], 70);
        assert_eq!(owner.post(&format!("/v1/msp/{}/customers/{beta}/launch", w.partner), &json!({})).await.status, 200);
        assert_eq!(pool(&w).await, [0, 930, 70]);
        // A number in all is an allocation as well.
        let gamma = sent(&w, "Gamma", json!({ "max_mau": "500" }), 70).await;
        let whole = owner.request(http::Method::PUT, &format!("/v1/msp/{}/customers/{gamma}/seats", w.partner), Some("application/json"), br#"{"seats":70}"#.to_vec()).await;
        assert_eq!((whole.status, pool(&w).await), (200, [0, 1_000, 0]), "{}", whole.text);
    }

    async fn f2_26_what_a_draft_put_by_ends_with_what_it_was_for(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let body = |kind: &str| json!({ "max_mau": "500", "kind": kind });
        sent(&w, "Trial", body("trial"), 900).await;
        assert_eq!(pool(&w).await, [0, 0, 1_000], "a trial's seats lie outside the pool");
        let launched = sent(&w, "Launched", body("paid"), 400).await;
        assert_eq!(pool(&w).await, [400, 0, 600]);
        assert_eq!(owner.post(&format!("/v1/msp/{}/customers/{launched}/launch", w.partner), &json!({})).await.status, 200);
        assert_eq!(pool(&w).await, [0, 0, 1_000], "set-up is over, and it took none");
        let gone = sent(&w, "Gone", body("paid"), 900).await;
        assert_eq!(pool(&w).await, [900, 0, 100]);
        let answer = remove(&w, &owner, gone).await;
        assert_eq!((answer.status, pool(&w).await), (200, [0, 0, 1_000]), "{}", answer.text);
        w.work().await;
        assert_eq!(restore(&w, &owner, gone, json!({})).await.status, 200);
        assert_eq!(pool(&w).await, [0, 0, 1_000], "it held no seats");
        // At another MSP nothing is put by for it, and nothing stays behind.
        let (from, to) = (w.partner, w.other);
        let moved = sent(&w, "Moved", body("paid"), 300).await;
        let path = format!("/v1/msp/{from}/customers/{moved}/move");
        let answer = w.client("distributor_owner").keyed().post(&path, &json!({ "msp_id": to })).await;
        assert_eq!((answer.status, pool(&w).await), (200, [0, 0, 1_000]), "{}", answer.text);
        let there = w.client("other_owner").get(&format!("/v1/msp/{to}/licenses/summary")).await.json;
        assert_eq!((&there["claimed"], &there["allocated"]), (&json!(0), &json!(0)), "{there}");
    }

    async fn seats_put_by_are_spent_once_whoever_is_first(w: World) {
        w.order_seats(1).await;
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(sent(&w, &format!("Racer {n}"), json!({ "max_mau": "500" }), 100).await);
        }
        assert_eq!(pool(&w).await, [500, 0, 500]);
        // Each twice, and launched meanwhile: what is put by for one never stands in its way, and is never counted twice.
        let owner = w.client("owner").keyed();
        let bodies: Vec<Value> = ids.iter().chain(&ids).map(|id| json!({ "tenant_id": id, "seats": 100 })).collect();
        let launches: Vec<String> = ids.iter().map(|id| format!("/v1/msp/{}/customers/{id}/launch", w.partner)).collect();
        let none = json!({});
        let given = futures_util::future::join_all(bodies.iter().map(|body| owner.post("/v1/licenses/allocate", body)));
        let launched = futures_util::future::join_all(launches.iter().map(|path| owner.post(path, &none)));
        let (given, launched) = tokio::join!(given, launched);
        assert!(given.iter().chain(&launched).all(|a| a.status == 200), "{given:?} {launched:?}");
        w.work().await;
        assert_eq!(pool(&w).await, [0, 1_000, 0]);
    }

    async fn reservations_and_allocations_at_once_never_exceed_the_pool(w: World) {
        w.order_seats(1).await;
        let (owner, customer) = (w.client("owner"), w.customer("Alpha", 0).await);
        let mut ids = Vec::new();
        for _ in 0..6 {
            ids.push(begin(&w, "owner", &json!({})).await);
        }
        let (body, seats) = (json!({ "tenant_id": customer, "seats": 170 }), json!({ "reserve": 170 }));
        let (keyed, first) = (owner.keyed(), owner.with("if-match", "\"1\""));
        let paths: Vec<String> = ids.iter().map(|id| format!("{}/{id}", drafts(&w))).collect();
        let reserved = futures_util::future::join_all(paths.iter().map(|path| first.patch(path, &seats)));
        let allocated = futures_util::future::join_all((0..6).map(|_| keyed.post("/v1/licenses/allocate", &body)));
        let (reserved, allocated) = tokio::join!(reserved, allocated);
        let won = reserved.iter().chain(&allocated).filter(|a| a.status == 200).count();
        assert!(reserved.iter().chain(&allocated).all(|a| a.status == 200 || a.code() == "pool-exhausted"), "{reserved:?} {allocated:?}");
        assert_eq!((won, available(&w).await), (5, 1_000 - 5 * 170), "as many as fit, and no more");
    }

    async fn a_draft_begins_with_the_settings_of_another_customer(w: World) {
        let owner = w.client("owner");
        let customer = w.customer("Model", 0).await;
        let one = format!("/v1/msp/{}/customers/{customer}", w.partner);
        let tag = owner.get(&one).await.header("etag").to_owned();
        let edit = json!({ "tier": "enterprise", "country": "NO", "language": "de", "reference": "R-1", "admin_email": "boss@model.example" });
        assert_eq!(owner.with("if-match", &tag).patch(&one, &edit).await.status, 200);
        let made = owner.keyed().post(&drafts(&w), &json!({ "copy_of": customer, "answers": { "name": "Next", "country": "FI" } })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let answers = &made.json["answers"];
        assert_eq!((&answers["plan"], &answers["language"], &answers["country"]), (&json!("enterprise"), &json!("de"), &json!("FI")), "{answers}");
        assert!(answers["domain"].is_null() && answers["reference"].is_null() && answers["admin_email"].is_null(), "{answers}");
        let send = format!("{}/{}/create", drafts(&w), made.json["id"].as_str().expect("an id"));
        assert_eq!(owner.keyed().post(&send, &json!({})).await.status, 202);
        // In the console: a button on the customer's page, and the form as it was drawn.
        let browser = w.browser("owner").await;
        let copy = format!("/msp/{}/customers/new?copy={customer}", w.partner);
        assert!(browser.get(&format!("/msp/{}/customers/{customer}", w.partner)).await.text.contains(&copy));
        let form = browser.get(&copy).await.text;
        assert!(form.contains("value=\"NO\"") && form.contains("value=\"de\" selected") && !form.contains("R-1"), "{form}");
        let unknown = owner.keyed().post(&drafts(&w), &json!({ "copy_of": store::CustomerId::new(store::Uuid::nil()) })).await;
        assert_eq!((unknown.status, &unknown.json["errors"][0]["pointer"]), (422, &json!("/copy_of")), "{}", unknown.text);
    }
}
