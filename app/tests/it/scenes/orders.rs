//! Seats that go from one customer to another: shown before, never lost, never twice, whatever comes between.

use std::{collections::BTreeMap, time::Duration};

use command::Call;
use futures_util::future::join_all;
use serde_json::{Value, json};
use store::CustomerId;
use tenantry::licensing::pools::BeginTransfer;

use super::{
    books,
    offboarding::{end_leases, pool, remove},
    operator::silent,
};
use crate::{
    scenes,
    support::{Client, Dice, World},
};

const TRANSFER: &str = "/v1/licenses/transfer";

fn seats(from: CustomerId, to: CustomerId, seats: i64) -> Value {
    json!({ "from_tenant_id": from, "to_tenant_id": to, "seats": seats })
}

async fn join(w: &World, customer: CustomerId, members: i64) {
    for n in 0..members {
        let body = json!({ "email": format!("p{n}-{customer}@people.example"), "status": "active" });
        let made = w.client("owner").keyed().post(&format!("/v1/tenants/{customer}/members"), &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    w.work().await;
}

/// What each customer of the pool holds.
async fn held(w: &World) -> BTreeMap<String, i64> {
    let rows = w.get("owner", "licenses/by-tenant?page[size]=200").await;
    let rows = rows["data"].as_array().expect("rows").clone();
    rows.iter().map(|r| (r["tenant_id"].as_str().expect("an id").to_owned(), r["allocated"].as_i64().expect("seats"))).collect()
}

/// What a transfer came to, also where the region's answer was not there at once.
async fn succeeded(w: &World, owner: &Client, answer: &crate::support::Answer) -> bool {
    match answer.status {
        200 => true,
        202 => {
            w.work().await;
            let path = format!("/v1/operations/{}", answer.json["operation_id"].as_str().expect("an operation"));
            owner.get(&path).await.json["status"] == "succeeded"
        }
        409 => false,
        other => panic!("{other}: {}", answer.text),
    }
}

scenes! {
    async fn f2_36_transfer_carries_seats_to_another_customer_and_leaves_the_pool(w: World) {
        w.order_seats(1).await;
        let (from, to) = (w.customer("Giver", 100).await, w.customer("Getter", 10).await);
        join(&w, from, 3).await;
        let owner = w.client("owner");
        let preview = owner.post(&format!("{TRANSFER}?preview=true"), &seats(from, to, 30)).await;
        assert_eq!((preview.status, &preview.json["preview"]), (200, &json!(true)), "{}", preview.text);
        assert_eq!(owner.post(TRANSFER, &seats(from, to, 30)).await.code(), "idempotency-key-required");
        let keyed = owner.with("idempotency-key", "t-1");
        let done = keyed.post(TRANSFER, &seats(from, to, 30)).await;
        assert_eq!((done.status, &done.json["tenant_id"], &done.json["allocated"], &done.json["available"]), (200, &json!(from), &json!(70), &json!(890)), "{}", done.text);
        assert_eq!((&done.json["to"]["tenant_id"], &done.json["to"]["allocated"]), (&json!(to), &json!(40)), "{}", done.text);
        let again = keyed.post(TRANSFER, &seats(from, to, 30)).await;
        assert_eq!((again.header("idempotency-replayed"), &again.json), ("true", &done.json), "one key acts once");
        assert_eq!(pool(&w).await, [110, 890, 3], "the pool has not moved");

        let owner = owner.keyed();
        let no = owner.post(TRANSFER, &seats(from, to, 71)).await;
        assert_eq!((no.status, no.code(), &no.json["allocated"], &no.json["requested"]), (409, "not-held", &json!(70), &json!(71)), "{}", no.text);
        let no = owner.post(TRANSFER, &seats(from, to, 68)).await;
        assert_eq!((no.status, no.code(), &no.json["active_users"]), (409, "seats-in-use", &json!(3)), "{}", no.text);
        let no = owner.post(TRANSFER, &seats(from, from, 1)).await;
        assert_eq!((no.status, no.code(), &no.json["errors"][0]["pointer"]), (422, "same-customer", &json!("/to_tenant_id")), "{}", no.text);
        for (wrong, status) in [(0, 422), (-1, 422), (1_000_000_001, 422)] {
            assert_eq!(owner.post(TRANSFER, &seats(from, to, wrong)).await.status, status, "{wrong}");
        }
        for (who, status) in [("technician", 403), ("auditor", 403), ("other_owner", 404), ("nobody", 401)] {
            assert_eq!(w.client(who).keyed().post(TRANSFER, &seats(from, to, 1)).await.status, status, "{who}");
        }
        let trial = json!({ "name": "Trier", "max_mau": 10, "kind": "trial" });
        let made = owner.post(&format!("/v1/msp/{}/customers", w.partner), &trial).await;
        w.work().await;
        let trial: CustomerId = made.json["tenant_id"].as_str().expect("a trial").parse().expect("an id");
        for body in [seats(from, trial, 1), seats(trial, to, 1)] {
            let no = owner.post(TRANSFER, &body).await;
            assert_eq!((no.status, no.code()), (409, "not-pooled"), "{}", no.text);
        }
        let lines = w.get("owner", "audit?filter[command]=licensing.pools.transfer").await;
        assert_eq!(lines["data"].as_array().map(Vec::len), Some(2), "what was begun is on record, also what its region refused: {lines}");
        assert_eq!((held(&w).await[&from.to_string()], held(&w).await[&to.to_string()]), (70, 40), "no refusal changed anything");
    }

    async fn f2_36_transfer_reaches_no_customer_of_somebody_else(w: World) {
        w.order_seats(1).await;
        let from = w.customer("Ours", 50).await;
        let other = w.client("other_owner").keyed();
        let theirs = other.post(&format!("/v1/msp/{}/customers", w.other), &json!({ "name": "Theirs", "max_mau": 10 })).await;
        w.work().await;
        let theirs: CustomerId = theirs.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
        let owner = w.client("owner").keyed();
        let nobody = CustomerId::new(store::Uuid::from_u128(7));
        let answers = [owner.post(TRANSFER, &seats(from, theirs, 1)).await, owner.post(TRANSFER, &seats(from, nobody, 1)).await];
        for no in &answers {
            assert_eq!((no.status, no.code()), (422, "other-pool"), "another's customer is like none: {}", no.text);
        }
        assert_eq!(owner.post(TRANSFER, &seats(theirs, from, 1)).await.status, 404);
        assert_eq!(pool(&w).await, [50, 950, 0]);
    }

    async fn f2_36_transfer_is_shown_before_it_happens_on_the_page(w: World) {
        w.order_seats(1).await;
        let (from, to) = (w.customer("Page Giver", 20).await, w.customer("Page Getter", 5).await);
        let (browser, path) = (w.browser("owner").await, format!("/msp/{}/licenses/{from}/transfer", w.partner));
        let seats_page = browser.get(&format!("/msp/{}/licenses/{from}", w.partner)).await;
        assert!(seats_page.text.contains(&format!("href=\"{path}\"")), "{}", seats_page.text);
        let shown = browser.get(&format!("{path}?to=page%20getter&seats=8")).await;
        assert!(shown.status == 200 && shown.text.contains("20 seats now, 12 afterwards") && shown.text.contains("5 seats now, 13 afterwards"), "{}", shown.text);
        assert_eq!(held(&w).await[&to.to_string()], 5, "nothing has happened yet");
        let too_many = browser.get(&format!("{path}?to=page%20getter&seats=21")).await;
        assert!(too_many.status == 422 && too_many.text.contains("21"), "{}", too_many.text);
        let unknown = browser.get(&format!("{path}?to=Nobody&seats=1")).await;
        assert!(unknown.status == 422 && unknown.text.contains("There is no such customer of this pool"), "{}", unknown.text);
        for _ in 0..2 {
            let done = browser.form(&path, &[("to", &to.to_string()), ("seats", "8"), ("idempotency_key", "page-1")]).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        assert_eq!((held(&w).await[&from.to_string()], held(&w).await[&to.to_string()]), (12, 13), "sent twice, done once");
        assert_eq!(w.browser("technician").await.get(&path).await.status, 403);
    }

    async fn f2_36_transfer_many_at_once_agree_with_an_oracle(w: World) {
        w.order_seats(1).await;
        let mut customers = Vec::new();
        for n in 0..4 {
            customers.push(w.customer(&format!("Ring {n}"), 40).await);
        }
        join(&w, customers[0], 5).await;
        let (owner, mut dice) = (w.client("owner").keyed(), Dice::new(36));
        let elsewhere = owner.at(&w.second());
        let mut oracle: BTreeMap<String, i64> = held(&w).await;
        for round in 0..5 {
            let asked: Vec<(CustomerId, CustomerId, i64)> =
                (0..12).map(|_| (*dice.pick(&customers), *dice.pick(&customers), 1 + dice.below(15))).filter(|(a, b, _)| a != b).collect();
            let bodies: Vec<Value> = asked.iter().map(|(from, to, n)| seats(*from, *to, *n)).collect();
            let one_of = |n: usize| if n.is_multiple_of(2) { &owner } else { &elsewhere };
            let answers = join_all(bodies.iter().enumerate().map(|(n, body)| one_of(n).post(TRANSFER, body))).await;
            w.work().await;
            for ((from, to, n), answer) in asked.iter().zip(&answers) {
                if succeeded(&w, &owner, answer).await {
                    *oracle.get_mut(&from.to_string()).expect("one of them") -= n;
                    *oracle.get_mut(&to.to_string()).expect("one of them") += n;
                }
            }
            assert_eq!(held(&w).await, oracle, "round {round}: {:?}", answers.iter().map(|a| &a.text).collect::<Vec<_>>());
            assert!(oracle.values().all(|n| *n >= 0) && oracle[&customers[0].to_string()] >= 5, "no active member is left without a seat");
            assert_eq!(pool(&w).await, [160, 840, 5], "round {round}");
        }
        books::recount(&w, &owner, w.partner, "after the transfers").await;
    }

    async fn f2_36_transfer_under_way_when_the_receiver_is_removed_ends_in_the_pool(w: World) {
        w.order_seats(1).await;
        let (from, to) = (w.customer("Gives", 30).await, w.customer("Goes", 10).await);
        let owner = w.client("owner").keyed();
        let begin = BeginTransfer { from_tenant_id: from, to_tenant_id: to, seats: 20, reason: None };
        let operation = silent(&w).execute(Call::operator(), begin).await.expect("begins").value;
        assert_eq!(owner.post("/v1/licenses/release", &json!({ "tenant_id": from, "seats": 1 })).await.code(), "release-under-way");
        assert_eq!(pool(&w).await[..2], [40, 960], "the giver holds them until the region has answered");
        let gone = remove(&w, &owner, to).await;
        assert!(gone.status < 300, "{}", gone.text);
        w.work().await;
        let ended = owner.get(&format!("/v1/operations/{operation}")).await;
        assert_eq!((&ended.json["status"], &ended.json["error"]["code"], &ended.json["error"]["seats"]), (&json!("failed"), &json!("transfer-to-pool"), &json!(20)), "{}", ended.text);
        assert_eq!(pool(&w).await[..2], [10, 990], "nothing is lost: what nobody can get lies in the pool");
    }

    async fn f2_36_transfer_that_is_killed_anywhere_ends_whole(w: World) {
        w.order_seats(1).await;
        let (owner, worker) = (w.client("owner"), w.app.worker().expect("a worker"));
        let (from, to) = (w.customer("Killed Giver", 60).await, w.customer("Killed Getter", 0).await);
        for n in 0..6_u64 {
            let keyed = owner.with("idempotency-key", &format!("killed-{n}"));
            let body = seats(from, to, 10);
            let _ = tokio::time::timeout(Duration::from_micros(300 + n * 900), keyed.post(TRANSFER, &body)).await;
            for m in 0..4 {
                let _ = tokio::time::timeout(Duration::from_micros(500 + (n + m) * 700), worker.drain_jobs()).await;
                end_leases(&w, from).await;
            }
            let wanted = 10 * (i64::try_from(n).expect("few") + 1);
            let mut last = String::new();
            for _ in 0..40 {
                tokio::time::sleep(Duration::from_millis(50)).await;
                end_leases(&w, from).await;
                end_leases(&w, to).await;
                w.work().await;
                // Begun or not before it was killed: asked once more with the same key, it has acted once.
                let again = keyed.post(TRANSFER, &body).await;
                assert!(again.status < 300, "{}", again.text);
                last = again.text.clone();
                if again.status == 200 {
                    break;
                }
            }
            let now = held(&w).await;
            assert_eq!((now[&from.to_string()], now[&to.to_string()]), (60 - wanted, wanted), "round {n}: {last}");
            assert_eq!(pool(&w).await[..2], [60, 940], "round {n}");
        }
        books::recount(&w, &owner, w.partner, "after the kills").await;
    }
}
