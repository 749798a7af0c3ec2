//! Another plan asked for by those who may not change it: the lock, its end, and what time brings meanwhile.

use futures_util::future::join_all;
use serde_json::{Value, json};
use store::{Control, CustomerId, p, sql};

use super::offboarding::{remove, restore};
use crate::{
    scenes,
    support::{Answer, World},
};

async fn make(w: &World, body: Value) {
    let answer = w.client("owner").post(&format!("/v1/msp/{}/plans", w.partner), &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

async fn gold(w: &World) {
    make(w, json!({ "code": "gold", "name": "Gold", "term_months": 12, "price_minor": 180_000 })).await;
}

/// The subscription of a customer's seats, as somebody sees it.
async fn seen(w: &World, who: &str, customer: CustomerId) -> Value {
    let answer = w.client(who).get(&format!("/v1/tenants/{customer}/subscriptions")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["data"][0].clone()
}

/// Where it is changed.
async fn place(w: &World, customer: CustomerId) -> String {
    let id = seen(w, "owner", customer).await["id"].clone();
    format!("/v1/tenants/{customer}/subscriptions/{}", id.as_str().expect("an id"))
}

async fn send(w: &World, who: &str, customer: CustomerId, word: &str, body: Value) -> Answer {
    w.client(who).keyed().post(&format!("{}/{word}", place(w, customer).await), &body).await
}

async fn ask(w: &World, customer: CustomerId, body: Value) -> Value {
    let answer = send(w, "admin", customer, "plan-request", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json
}

async fn withdraw(w: &World, who: &str, customer: CustomerId) -> Answer {
    w.client(who).delete(&format!("{}/plan-request", place(w, customer).await)).await
}

async fn auto_renew(w: &World, customer: CustomerId) -> Answer {
    w.client("owner").put(&format!("{}/auto-renew", place(w, customer).await), &json!({ "months": 3 })).await
}

/// How many requests each open alert tells of.
async fn waiting(w: &World) -> Vec<i64> {
    let open = w.get("owner", "alerts?filter[code]=plan-requested&filter[status]=open").await;
    open["data"].as_array().expect("rows").iter().filter_map(|a| a["detail"]["requests"].as_i64()).collect()
}

fn page(w: &World, customer: CustomerId) -> String {
    format!("/msp/{}/customers/{customer}/subscriptions", w.partner)
}

async fn shown(w: &World, who: &str, customer: CustomerId) -> String {
    w.browser(who).await.get(&page(w, customer)).await.text
}

/// What has become of a customer's requests at the first partner.
async fn kept(w: &World, customer: CustomerId) -> Vec<String> {
    let partner = w.partner;
    let read = w.app.house.control().read(move |view| {
        view.enter(partner.0);
        let text =
            sql!(Control, "SELECT status FROM plan_request WHERE partner_id = $1 AND customer_id = $2 ORDER BY asked_at, request_id");
        view.rows(text, p![partner, customer])?.iter().map(|r| r.get("status")).collect()
    });
    read.await.expect("control answers")
}

scenes! {
    async fn f4_18_a_change_of_plan_asked_for_locks_the_plan_until_it_is_approved(w: World) {
        gold(&w).await;
        let customer = w.customer("Growing", 0).await;
        assert_eq!(send(&w, "admin", customer, "plan", json!({ "plan": "gold" })).await.status, 403);
        let preview = format!("{}/plan-request?preview=true", place(&w, customer).await);
        assert_eq!(w.client("admin").keyed().post(&preview, &json!({ "plan": "gold" })).await.status, 200);
        assert_eq!((waiting(&w).await, kept(&w, customer).await.len()), (vec![], 0), "a preview asks for nothing");
        let asked = ask(&w, customer, json!({ "plan": "gold", "note": "For the new branch" })).await;
        assert_eq!((&asked["status"], &asked["plan_name"], asked.get("price")), (&json!("open"), &json!("Gold"), None), "no prices for whoever may not see them");
        let now = seen(&w, "owner", customer).await;
        assert_eq!((&now["plan"]["code"], &now["request"]["plan"], &now["request"]["price"]["minor"]), (&json!("standard"), &json!("gold"), &json!(180_000)), "{now}");
        assert_eq!((&now["request"]["changed"], &now["request"]["asked_by"]), (&json!(false), &json!("admin@staff.example")), "{now}");
        assert_eq!(waiting(&w).await, [1], "whoever may is told");
        w.hire("customers_own", customer, "customer_admin").await;
        let notes = [seen(&w, "auditor", customer).await, seen(&w, "customers_own", customer).await].map(|s| s["request"]["note"].clone());
        assert_eq!(notes, [json!("For the new branch"), Value::Null], "what people of the MSP write to each other");

        let locked = [
            send(&w, "owner", customer, "plan", json!({ "plan": "gold" })).await,
            send(&w, "owner", customer, "renew", json!({})).await,
            auto_renew(&w, customer).await,
            send(&w, "admin", customer, "plan-request", json!({ "plan": "gold" })).await,
        ];
        for no in &locked {
            assert_eq!((no.status, no.code(), &no.json["plan"], &no.json["asked_by"]), (409, "plan-locked", &json!("Gold"), &json!("admin@staff.example")), "{}", no.text);
        }
        let [by_admin, by_owner, by_auditor] = [shown(&w, "admin", customer).await, shown(&w, "owner", customer).await, shown(&w, "auditor", customer).await];
        for told in [&by_admin, &by_owner, &by_auditor] {
            assert!(told.contains("it waits for approval") && !told.contains("Save renewal") && !told.contains("Ask for another plan"), "{told}");
        }
        assert!(by_owner.contains("Approve and change the plan") && by_owner.contains("For the new branch"), "{by_owner}");
        assert!(by_admin.contains("Withdraw the request") && !by_admin.contains("Approve and change the plan"), "{by_admin}");
        assert!(!by_auditor.contains("Withdraw the request"), "{by_auditor}");
        let list = w.browser("owner").await.get(&format!("/msp/{}/subscriptions", w.partner)).await;
        assert!(list.text.contains("Another plan asked for"), "{}", list.text);
        let listed = w.get("auditor", "plan-requests").await;
        assert_eq!((&listed["data"][0]["id"], &listed["data"][0]["name"]), (&asked["id"], &json!("Growing")), "{listed}");

        let done = send(&w, "owner", customer, "plan-request/approve", json!({ "request": asked["id"] })).await;
        assert_eq!((done.status, &done.json["plan"]["code"], &done.json["ends_at"]), (200, &json!("gold"), &json!("2027-11-21T09:00:00Z")), "{}", done.text);
        assert_eq!((&done.json["request"], &seen(&w, "owner", customer).await["request"], waiting(&w).await), (&Value::Null, &Value::Null, vec![]));
        let listed = w.get("owner", "plan-requests").await["data"][0].clone();
        assert_eq!((&listed["status"], &listed["decided_by"]), (&json!("approved"), &json!("owner@staff.example")), "{listed}");
        assert_eq!(send(&w, "owner", customer, "renew", json!({})).await.status, 200, "the lock is gone");
        for command in ["request_plan", "approve_plan"] {
            let lines = w.get("owner", &format!("audit?filter[command]=licensing.subscriptions.{command}")).await;
            assert_eq!(lines["data"].as_array().map(Vec::len), Some(1), "{command} is on record: {lines}");
        }
    }

    async fn f4_18_a_declined_or_withdrawn_change_unlocks_the_plan(w: World) {
        gold(&w).await;
        let customer = w.customer("Thinking", 0).await;
        let booked = || w.prints().remove("subscription_event").map(|print| print.rows);
        let before = booked();
        let first = ask(&w, customer, json!({ "plan": "gold" })).await;
        let silent = send(&w, "owner", customer, "plan-request/decline", json!({})).await;
        assert_eq!(silent.status, 422, "a reason is owed: {}", silent.text);
        let no = send(&w, "owner", customer, "plan-request/decline", json!({ "reason": "Not this year" })).await;
        assert_eq!((no.status, &no.json["status"], &no.json["reason"]), (200, &json!("declined"), &json!("Not this year")), "{}", no.text);
        assert_eq!((&seen(&w, "owner", customer).await["request"], waiting(&w).await), (&Value::Null, vec![]));
        assert_eq!(booked(), before, "nothing happened to the subscription");
        assert!(shown(&w, "admin", customer).await.contains("Not this year"), "whoever asked reads why");
        assert_eq!(send(&w, "owner", customer, "renew", json!({})).await.status, 200);

        w.pass_to(w.now().plus_seconds(60));
        ask(&w, customer, json!({ "plan": "gold", "at_term_end": true })).await;
        let gone = withdraw(&w, "admin", customer).await;
        assert_eq!((gone.status, &gone.json["status"], waiting(&w).await), (200, &json!("withdrawn"), vec![]), "{}", gone.text);
        assert_eq!(auto_renew(&w, customer).await.status, 200);

        // A press meant for one request does not fall on the next; the console names the one it drew.
        let (admin, owner) = (w.browser("admin").await, w.browser("owner").await);
        let path = page(&w, customer);
        let id = place(&w, customer).await.rsplit('/').next().expect("an id").to_owned();
        w.pass_to(w.now().plus_seconds(60));
        let long = "x".repeat(501);
        let typed = admin.form(&format!("{path}/{id}/plan-request"), &[("plan", "gold"), ("when", "now"), ("note", &long)]).await;
        assert!(typed.status == 422 && typed.text.contains(&long), "what was typed is kept: {}", typed.text);
        let sent = admin.form(&format!("{path}/{id}/plan-request"), &[("plan", "gold"), ("when", "now"), ("note", "Soon"), ("idempotency_key", "ask-3")]).await;
        assert_eq!((sent.status, kept(&w, customer).await.last().map(String::as_str)), (303, Some("open")), "{}", sent.text);
        let other = send(&w, "owner", customer, "plan-request/approve", json!({ "request": first["id"] })).await;
        assert_eq!((other.status, other.code()), (409, "plan-not-requested"), "{}", other.text);
        let request = seen(&w, "owner", customer).await["request"]["id"].as_str().expect("an id").to_owned();
        assert_eq!(owner.form(&format!("{path}/{id}/plan-request/decline"), &[("request", &request), ("reason", " ")]).await.status, 422);
        assert_eq!(owner.form(&format!("{path}/{id}/plan-request/decline"), &[("request", &request), ("reason", "Later")]).await.status, 303);
        let late = owner.form(&format!("{path}/{id}/plan-request/approve"), &[("request", &request)]).await;
        assert!(late.status == 422 && late.text.contains("does not wait any more"), "{}", late.text);
        assert_eq!(kept(&w, customer).await, ["declined", "withdrawn", "declined"]);
        let listed = w.get("owner", "plan-requests").await;
        let reasons: Vec<&Value> = listed["data"].as_array().expect("rows").iter().map(|r| &r["reason"]).collect();
        assert_eq!(reasons, [&json!("Later"), &Value::Null, &json!("Not this year")], "the newest first: {listed}");
        assert_eq!(seen(&w, "owner", customer).await["plan"]["code"], "standard");
    }

    async fn f4_18_what_was_asked_for_at_one_price_is_not_approved_at_another(w: World) {
        gold(&w).await;
        let customer = w.customer("Bargaining", 0).await;
        let path = format!("/v1/msp/{}/plans/gold", w.partner);
        let edit = async |change: Value| {
            let tag = w.client("owner").get(&path).await.header("etag").to_owned();
            let changed = w.client("owner").with("if-match", &tag).patch(&path, &change).await;
            assert_eq!(changed.status, 200, "{}", changed.text);
        };
        ask(&w, customer, json!({ "plan": "gold" })).await;
        edit(json!({ "name": "Golden" })).await;
        assert_eq!(seen(&w, "owner", customer).await["request"]["changed"], false, "a new name is no condition");
        edit(json!({ "price_minor": 190_000 })).await;
        let now = seen(&w, "owner", customer).await;
        assert_eq!((&now["request"]["changed"], &now["request"]["price"]["minor"]), (&json!(true), &json!(180_000)), "{now}");
        let no = send(&w, "owner", customer, "plan-request/approve", json!({})).await;
        assert_eq!((no.status, no.code(), &no.json["version"]), (409, "plan-changed", &json!(3)), "{}", no.text);
        let told = shown(&w, "owner", customer).await;
        assert!(told.contains("sold on other conditions") && !told.contains("Approve and change the plan"), "{told}");
        let declined = send(&w, "owner", customer, "plan-request/decline", json!({ "reason": "It costs more by now" })).await;
        assert_eq!(declined.status, 200, "it can be declined: {}", declined.text);

        ask(&w, customer, json!({ "plan": "gold" })).await;
        let ended = w.client("owner").post(&format!("{path}/end"), &json!({ "end_of_sale_at": w.now() })).await;
        assert_eq!(ended.status, 200, "{}", ended.text);
        assert_eq!(seen(&w, "owner", customer).await["request"]["changed"], true);
        let no = send(&w, "owner", customer, "plan-request/approve", json!({})).await;
        assert_eq!((no.status, no.code()), (409, "sale-ended"), "{}", no.text);
        assert_eq!(withdraw(&w, "admin", customer).await.status, 200, "or withdrawn");
        assert_eq!(seen(&w, "owner", customer).await["plan"]["code"], "standard");
    }

    async fn f4_18_the_clock_is_not_locked(w: World) {
        gold(&w).await;
        make(&w, json!({ "code": "monthly", "name": "Monthly", "term_months": 1, "renew_months": 1 })).await;
        make(&w, json!({ "code": "once", "name": "Once", "term_months": 1 })).await;
        let (goes_on, ends) = (w.customer("Going on", 0).await, w.customer("Ending", 0).await);
        for (customer, plan) in [(goes_on, "monthly"), (ends, "once")] {
            assert_eq!(send(&w, "owner", customer, "plan", json!({ "plan": plan })).await.status, 200);
            ask(&w, customer, json!({ "plan": "gold", "at_term_end": true })).await;
        }
        w.pass_to("2026-12-22T09:00:00Z".parse().expect("an instant"));
        let now = seen(&w, "owner", goes_on).await;
        assert_eq!((&now["starts_at"], &now["request"]["status"]), (&json!("2026-12-21T09:00:00Z"), &json!("open")), "it renewed itself: {now}");
        assert_eq!(seen(&w, "owner", ends).await["status"], "expired");
        let suspended = w.client("owner").post(&format!("/v1/msp/{}/customers/{ends}/suspend", w.partner), &json!({})).await;
        assert_eq!((suspended.status, &seen(&w, "owner", ends).await["status"]), (200, &json!("suspended")), "{}", suspended.text);

        // Approved, it means the end of the term that runs by now, and books the one that began unseen.
        let planned = send(&w, "owner", goes_on, "plan-request/approve", json!({})).await;
        assert_eq!((planned.status, &planned.json["plan"]["code"], &planned.json["next_plan"]["code"]), (200, &json!("monthly"), &json!("gold")), "{}", planned.text);
        assert_eq!(planned.json["ends_at"], "2027-01-21T09:00:00Z");
        assert_eq!(shown(&w, "owner", goes_on).await.matches("Renewed on").count(), 1);
        w.pass_to("2027-01-21T09:00:00Z".parse().expect("an instant"));
        assert_eq!(seen(&w, "owner", goes_on).await["plan"]["code"], "gold");
        // A term that is over has no end to wait for.
        let at_once = send(&w, "owner", ends, "plan-request/approve", json!({})).await;
        assert_eq!((at_once.status, &at_once.json["plan"]["code"], &at_once.json["starts_at"]), (200, &json!("gold"), &json!("2027-01-21T09:00:00Z")), "{}", at_once.text);
    }

    async fn f4_18_what_cannot_be_changed_cannot_be_asked_for(w: World) {
        gold(&w).await;
        make(&w, json!({ "code": "course", "name": "Course", "product": "training", "term_months": 1 })).await;
        make(&w, json!({ "code": "old", "name": "Old", "term_months": 1 })).await;
        make(&w, json!({ "code": "dying", "name": "Dying", "term_months": 1 })).await;
        for (plan, ends) in [("old", json!({ "end_of_sale_at": w.now() })), ("dying", json!({ "end_of_life_at": w.now().plus_days(90) }))] {
            let ended = w.client("owner").post(&format!("/v1/msp/{}/plans/{plan}/end", w.partner), &ends).await;
            assert_eq!(ended.status, 200, "{}", ended.text);
        }
        let (customer, sibling) = (w.customer("Asking", 0).await, w.customer("Beside", 0).await);
        for (body, status, code) in [
            (json!({ "plan": "course" }), 409, "other-product"),
            (json!({ "plan": "nothing" }), 422, "unknown-plan"),
            (json!({ "plan": "old" }), 409, "sale-ended"),
            (json!({ "plan": "dying", "at_term_end": true }), 409, "life-ended"),
            (json!({ "plan": "trial" }), 409, "trial-plan"),
            (json!({ "plan": "gold", "note": "x".repeat(501) }), 422, "invalid"),
        ] {
            let no = send(&w, "admin", customer, "plan-request", body).await;
            assert_eq!((no.status, no.code()), (status, code), "{}", no.text);
        }
        let body = json!({ "name": "Trying", "max_mau": 10, "kind": "trial" });
        let made = w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &body).await;
        let trial: CustomerId = made.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
        let no = send(&w, "admin", trial, "plan-request", json!({ "plan": "gold" })).await;
        assert_eq!((no.status, no.code()), (409, "trial-plan"), "{}", no.text);
        let keyless = w.client("admin").post(&format!("{}/plan-request", place(&w, customer).await), &json!({ "plan": "gold" })).await;
        assert_eq!(keyless.status, 400, "{}", keyless.text);

        for (who, status) in [("technician", 403), ("auditor", 403), ("distributor_owner", 403), ("other_owner", 404), ("nobody", 401)] {
            assert_eq!(send(&w, who, customer, "plan-request", json!({ "plan": "gold" })).await.status, status, "{who}");
        }
        let foreign = place(&w, sibling).await.replace(&sibling.to_string(), &customer.to_string());
        assert_eq!(w.client("admin").keyed().post(&format!("{foreign}/plan-request"), &json!({ "plan": "gold" })).await.status, 404, "another's subscription is none");
        for (word, body) in [("approve", json!({})), ("decline", json!({ "reason": "No" }))] {
            let nothing = send(&w, "owner", customer, &format!("plan-request/{word}"), body).await;
            assert_eq!((nothing.status, nothing.code()), (409, "plan-not-requested"), "{}", nothing.text);
        }
        assert_eq!(withdraw(&w, "admin", customer).await.code(), "plan-not-requested");

        let asked = ask(&w, customer, json!({ "plan": "gold" })).await;
        for (who, status) in [("admin", 403), ("auditor", 403), ("other_owner", 404), ("nobody", 401)] {
            assert_eq!(send(&w, who, customer, "plan-request/approve", json!({})).await.status, status, "{who}");
            assert_eq!(send(&w, who, customer, "plan-request/decline", json!({ "reason": "No" })).await.status, status, "{who}");
        }
        for (who, status) in [("technician", 403), ("distributor_owner", 403), ("other_owner", 404)] {
            assert_eq!(withdraw(&w, who, customer).await.status, status, "{who}");
        }
        assert_eq!(w.client("other_owner").get(&format!("/v1/msp/{}/plan-requests", w.partner)).await.status, 404);
        w.assign("technician", &[sibling]).await;
        assert_eq!(w.get("technician", "plan-requests").await["data"], json!([]), "whoever sees some customers reads of those");
        assert_eq!(seen(&w, "owner", customer).await["request"]["id"], asked["id"], "it waits still");
        let declined = send(&w, "distributor_owner", customer, "plan-request/decline", json!({ "reason": "No" })).await;
        assert_eq!(declined.status, 200, "whoever may purchase decides: {}", declined.text);
    }

    async fn f4_18_two_approvals_at_once_change_a_plan_once(w: World) {
        gold(&w).await;
        let customer = w.customer("Racing", 0).await;
        ask(&w, customer, json!({ "plan": "gold" })).await;
        let path = format!("{}/plan-request/approve", place(&w, customer).await);
        let second = w.second();
        let clients: Vec<_> = (0..6).map(|n| if n % 2 == 0 { w.client("owner").keyed() } else { w.client("owner").at(&second).keyed() }).collect();
        let body = json!({});
        let answers = join_all(clients.iter().map(|by| by.post(&path, &body))).await;
        assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1, "{:?}", answers.iter().map(|a| &a.text).collect::<Vec<_>>());
        assert!(answers.iter().all(|a| a.status == 200 || a.code() == "plan-not-requested"), "{:?}", answers.iter().map(|a| &a.text).collect::<Vec<_>>());
        assert_eq!(shown(&w, "owner", customer).await.matches("Changed to").count(), 1);

        // Asked for and changed at once: whoever comes second is told of the first.
        let (asking, changing) = (w.client("admin").keyed(), w.client("owner").at(&second).keyed());
        for round in 0..6 {
            let here = place(&w, customer).await;
            let (paths, body) = ([format!("{here}/plan-request"), format!("{here}/plan")], json!({ "plan": "gold" }));
            let (asked, changed) = tokio::join!(asking.post(&paths[0], &body), changing.post(&paths[1], &body));
            assert_eq!(asked.status, 201, "round {round}: {}", asked.text);
            assert!(changed.status == 200 || changed.code() == "plan-locked", "round {round}: {}", changed.text);
            assert_eq!(withdraw(&w, "admin", customer).await.status, 200);
        }
    }

    async fn f4_18_a_customer_leaves_what_was_asked_for_it_behind(w: World) {
        gold(&w).await;
        let (moves, leaves) = (w.customer("Moving", 0).await, w.customer("Leaving", 0).await);
        for customer in [moves, leaves] {
            ask(&w, customer, json!({ "plan": "gold" })).await;
        }
        assert_eq!(waiting(&w).await, [1, 1]);
        let there = json!({ "msp_id": w.other });
        let moved = w.client("distributor_owner").post(&format!("/v1/msp/{}/customers/{moves}/move", w.partner), &there).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        assert_eq!((kept(&w, moves).await, waiting(&w).await), (vec!["withdrawn".to_owned()], vec![1]));
        let now = seen(&w, "other_owner", moves).await;
        assert_eq!((&now["request"], &now["plan"]["code"]), (&Value::Null, &json!("standard")), "{now}");
        let path = format!("/v1/tenants/{moves}/subscriptions/{}/renew", now["id"].as_str().expect("an id"));
        let renewed = w.client("other_owner").keyed().post(&path, &json!({})).await;
        assert_eq!(renewed.status, 200, "it is not locked there: {}", renewed.text);
        let listed = w.client("other_owner").get(&format!("/v1/msp/{}/plan-requests", w.other)).await;
        assert_eq!(listed.json["data"], json!([]), "{}", listed.text);

        let owner = w.client("owner").keyed();
        let gone = remove(&w, &owner, leaves).await;
        assert!(gone.status < 300, "{}", gone.text);
        w.work().await;
        assert_eq!((kept(&w, leaves).await, waiting(&w).await), (vec!["withdrawn".to_owned()], vec![]));
        assert_eq!(w.get("owner", "plan-requests").await["data"], json!([]), "of whom is gone nothing is listed");
        let back = restore(&w, &owner, leaves, json!({})).await;
        assert!(back.status < 300, "{}", back.text);
        w.work().await;
        assert_eq!((&seen(&w, "owner", leaves).await["request"], waiting(&w).await), (&Value::Null, vec![]));
        assert_eq!(send(&w, "owner", leaves, "renew", json!({})).await.status, 200);
    }
}
