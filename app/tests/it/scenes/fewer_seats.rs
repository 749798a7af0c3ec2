//! Seats below the members who are active (1.03): refused with the number, or those who came last wait; in two homes at once,
//! against whoever becomes active meanwhile, and killed anywhere.

use std::time::Duration;

use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use store::CustomerId;

use super::offboarding::{end_leases, pool};
use crate::{
    scenes,
    support::{Answer, Client, World},
};

fn seats(w: &World, customer: CustomerId) -> String {
    format!("/v1/msp/{}/customers/{customer}/seats", w.partner)
}

/// A customer with so many seats and as many active members as named, each a second after the one before.
async fn customer(w: &World, name: &str, held: i64, people: &[&str]) -> CustomerId {
    let customer = w.customer(name, held).await;
    for person in people {
        w.pass_to(w.now().plus_seconds(1));
        join(w, customer, person).await;
    }
    customer
}

async fn join(w: &World, customer: CustomerId, person: &str) -> Answer {
    let body = json!({ "email": format!("{person}@people.example"), "name": person, "status": "active" });
    w.client("owner").keyed().post(&format!("/v1/tenants/{customer}/members"), &body).await
}

/// Names and statuses of a customer's members.
async fn stand(w: &World, customer: CustomerId) -> Vec<(String, String)> {
    let list = w.client("owner").get(&format!("/v1/tenants/{customer}/members?page[size]=200&sort=name")).await;
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    list.json["data"].as_array().expect("rows").iter().map(|m| (text(&m["name"]), text(&m["status"]))).collect()
}

async fn count(client: &Client, customer: CustomerId, status: &str) -> i64 {
    let list = client.get(&format!("/v1/tenants/{customer}/members?filter[status]={status}")).await;
    list.json["page"]["total"].as_i64().expect("a number")
}

fn statuses(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(name, status)| ((*name).to_owned(), (*status).to_owned())).collect()
}

scenes! {
    async fn f1_03_fewer_seats_than_active_members_are_refused_or_let_the_newest_wait(w: World) {
        w.order_seats(1).await;
        let id = customer(&w, "Acme", 5, &["ann", "bo", "cy", "dee"]).await;
        let (owner, path) = (w.client("owner"), seats(&w, id));
        let everybody = statuses(&[("ann", "active"), ("bo", "active"), ("cy", "active"), ("dee", "active")]);

        let no = owner.put(&path, &json!({ "seats": 2 })).await;
        assert_eq!((no.status, no.code(), &no.json["active_users"], &no.json["requested"]), (409, "below-active", &json!(4), &json!(2)), "{}", no.text);
        assert_eq!((stand(&w, id).await, pool(&w).await), (everybody.clone(), [5, 995, 4]), "nothing was changed");
        for (who, status) in [("technician", 403), ("auditor", 403), ("other_owner", 404)] {
            assert_eq!(w.client(who).put(&path, &json!({ "seats": 2, "force": true })).await.status, status, "{who}");
        }
        for wrong in [json!(-1), json!(1_000_000_001), json!("2"), json!(1.5), Value::Null] {
            let refused = owner.put(&path, &json!({ "seats": wrong, "force": true })).await;
            assert_eq!((refused.status, &refused.json["errors"][0]["pointer"]), (422, &json!("/seats")), "{wrong}: {}", refused.text);
        }

        let prints = || w.prints().into_iter().filter(|(table, _)| table != "credential").collect::<Vec<_>>();
        let before = prints();
        let no = owner.put(&format!("{path}?preview=true"), &json!({ "seats": 2 })).await;
        assert_eq!((no.status, no.code()), (409, "below-active"), "a preview promises nothing: {}", no.text);
        let preview = owner.put(&format!("{path}?preview=true"), &json!({ "seats": 2, "force": true })).await;
        assert_eq!((preview.status, &preview.json["preview"], &preview.json["waiting"]["total"]), (200, &json!(true), &json!(2)), "{}", preview.text);
        let named: Vec<&str> = preview.json["waiting"]["members"].as_array().expect("members").iter().filter_map(|m| m["email"].as_str()).collect();
        assert_eq!(named, ["dee@people.example", "cy@people.example"], "whoever came last first");
        assert!(prints() == before, "a preview leaves no trace");

        let forced = owner.put(&path, &json!({ "seats": 2, "force": true, "reason": "smaller contract" })).await;
        assert_eq!((forced.status, &forced.json["allocated"], &forced.json["available"]), (200, &json!(2), &json!(998)), "{}", forced.text);
        assert_eq!(stand(&w, id).await, statuses(&[("ann", "active"), ("bo", "active"), ("cy", "waiting"), ("dee", "waiting")]));
        assert_eq!(pool(&w).await, [2, 998, 2]);
        for (person, allow) in [("bo", true), ("dee", false)] {
            let access = owner.get(&format!("/v1/tenants/{id}/access/{person}@people.example")).await;
            assert_eq!(access.json["allow"], allow, "{person}");
        }
        let alerts = w.get("owner", "alerts?filter[code]=members-waiting&filter[status]=open").await;
        assert_eq!((&alerts["page"]["total"], &alerts["data"][0]["detail"]["waiting"]), (&json!(1), &json!(2)), "{alerts}");

        // More seats let in whoever came first of those who wait; the same number changes nothing.
        let more = owner.put(&path, &json!({ "seats": 3 })).await;
        assert_eq!((more.status, more.json["ledger_entry_id"].is_string()), (200, true), "{}", more.text);
        assert_eq!(stand(&w, id).await[2..], statuses(&[("cy", "active"), ("dee", "waiting")]));
        let same = owner.put(&path, &json!({ "seats": 3 })).await;
        assert_eq!((same.status, &same.json["ledger_entry_id"], &same.json["allocated"]), (200, &Value::Null, &json!(3)), "{}", same.text);
        let none = owner.put(&path, &json!({ "seats": 2_000 })).await;
        assert_eq!((none.status, none.code()), (409, "pool-exhausted"), "{}", none.text);
        let all = owner.put(&path, &json!({ "seats": 0, "force": true })).await;
        assert_eq!((all.status, pool(&w).await), (200, [0, 1_000, 0]), "{}", all.text);
        assert_eq!(count(&owner, id, "waiting").await, 4);
    }

    async fn f1_03_the_next_seat_is_of_whoever_came_first_and_not_of_whoever_began_to_wait_first(w: World) {
        w.order_seats(1).await;
        let id = customer(&w, "Acme", 2, &["ann", "bo"]).await;
        let (owner, path) = (w.client("owner"), seats(&w, id));
        w.pass_days(1);
        let later = b"email,name\ncy@people.example,cy\n".to_vec();
        let begun = owner.keyed().request(Method::POST, &format!("/v1/tenants/{id}/members/import?start=true"), Some("text/csv"), later).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        w.work().await;
        w.pass_days(1);
        assert_eq!(owner.put(&path, &json!({ "seats": 1, "force": true })).await.status, 200);
        assert_eq!(stand(&w, id).await, statuses(&[("ann", "active"), ("bo", "waiting"), ("cy", "waiting")]));
        // What is undone comes back as it was: bo had a seat before cy came.
        assert_eq!(owner.put(&path, &json!({ "seats": 2 })).await.status, 200);
        assert_eq!(stand(&w, id).await, statuses(&[("ann", "active"), ("bo", "active"), ("cy", "waiting")]));
    }

    async fn f1_03_the_console_names_who_would_wait_before_it_happens(w: World) {
        w.order_seats(1).await;
        let id = customer(&w, "Acme", 3, &["ann", "bo", "cy"]).await;
        let (browser, page) = (w.browser("owner").await, format!("/msp/{}/licenses/{id}", w.partner));
        assert!(browser.get(&page).await.text.contains(&format!("{page}/fewer")), "a way leads there");
        assert_eq!(w.browser("technician").await.get(&format!("{page}/fewer")).await.status, 403);
        let shown = browser.get(&format!("{page}/fewer?seats=1")).await;
        assert!(shown.status == 200 && shown.text.contains("cy@people.example") && shown.text.contains("bo@people.example"), "{}", shown.text);
        assert!(!shown.text.contains("ann@people.example") && shown.text.contains("let 2 members wait"), "{}", shown.text);
        assert_eq!(pool(&w).await, [3, 997, 3], "looking changes nothing");
        let wrong = browser.form(&format!("{page}/fewer"), &[("seats", "some")]).await;
        assert!(wrong.status == 422 && wrong.text.contains("whole number of seats"), "{}", wrong.text);
        let more = browser.form(&format!("{page}/fewer"), &[("seats", "4"), ("waits", "0")]).await;
        assert!(more.status == 422 && more.text.contains("below those it holds"), "fewer never gives more: {}", more.text);
        let unasked = browser.form(&format!("{page}/fewer"), &[("seats", "1"), ("waits", "0")]).await;
        assert_eq!((unasked.status, pool(&w).await), (422, [3, 997, 3]), "nobody confirmed that somebody waits: {}", unasked.text);
        assert_eq!(browser.form(&format!("{page}/fewer"), &[("seats", "1"), ("waits", "2")]).await.status, 303);
        assert_eq!(pool(&w).await, [1, 999, 1]);
        assert_eq!(stand(&w, id).await, statuses(&[("ann", "active"), ("bo", "waiting"), ("cy", "waiting")]));
    }

    async fn f1_03_whoever_becomes_active_meanwhile_is_counted(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner");
        let elsewhere = owner.at(&w.second()).keyed();
        for round in 0..4 {
            let id = customer(&w, &format!("Race {round}"), 12, &["ann", "bo", "cy", "dee", "eve", "fay"]).await;
            let path = seats(&w, id);
            let members = format!("/v1/tenants/{id}/members");
            let bodies: Vec<Value> = (0..5).map(|n| json!({ "email": format!("late{n}@people.example"), "status": "active" })).collect();
            let lowered = async { owner.put(&path, &json!({ "seats": 4, "force": true })).await };
            let joined = join_all(bodies.iter().map(|body| elsewhere.post(&members, body)));
            let (lowered, joined) = tokio::join!(lowered, joined);
            assert!([200, 202].contains(&lowered.status), "{}", lowered.text);
            assert!(joined.iter().all(|a| a.status == 201 || a.code() == "no-free-seat"), "{:?}", joined.iter().map(|a| &a.text).collect::<Vec<_>>());
            w.work().await;
            let came = joined.iter().filter(|a| a.status == 201).count();
            let [active, waiting] = [count(&owner, id, "active").await, count(&owner, id, "waiting").await];
            assert_eq!((active, active + waiting), (4, 6 + i64::try_from(came).expect("small")), "round {round}");
            let one = w.get("owner", &format!("customers?q=Race%20{round}")).await;
            assert_eq!(one["data"][0]["seats"], json!({ "active": 4, "allocated": 4 }), "control says the same: {one}");
        }
        assert_eq!(pool(&w).await, [16, 984, 16]);
    }

    async fn f1_03_a_lowering_that_is_killed_anywhere_ends_whole(w: World) {
        w.order_seats(1).await;
        let (owner, worker) = (w.client("owner"), w.app.worker().expect("a worker"));
        for n in 0..6_u64 {
            let id = customer(&w, &format!("Killed {n}"), 8, &["ann", "bo", "cy", "dee", "eve"]).await;
            let (path, body) = (seats(&w, id), json!({ "seats": 2, "force": true }));
            let _ = tokio::time::timeout(Duration::from_micros(300 + n * 900), owner.put(&path, &body)).await;
            for m in 0..4 {
                let _ = tokio::time::timeout(Duration::from_micros(500 + (n + m) * 700), worker.drain_jobs()).await;
                end_leases(&w, id).await;
            }
            let mut answer = None;
            for _ in 0..40 {
                tokio::time::sleep(Duration::from_millis(50)).await;
                end_leases(&w, id).await;
                w.work().await;
                // Begun or not before it was killed: once more asked for, it is so.
                let again = owner.put(&path, &body).await;
                assert!(again.status < 300 || again.code() == "release-under-way", "{}", again.text);
                let done = again.status == 200;
                answer = Some(again);
                if done && pool(&w).await == [2, 998, 2] {
                    break;
                }
            }
            let answer = answer.expect("asked");
            assert_eq!((answer.status, pool(&w).await), (200, [2, 998, 2]), "round {n}: {}", answer.text);
            assert_eq!((count(&owner, id, "active").await, count(&owner, id, "waiting").await), (2, 3), "round {n}");
            assert_eq!(owner.put(&path, &json!({ "seats": 0, "force": true })).await.status, 200);
        }
    }

    async fn many_make_room_in_several_steps_and_nobody_comes_in_between(w: World) {
        w.order_seats(2).await;
        let id = w.customer("Acme", 1_300).await;
        let owner = w.client("owner");
        let mut csv = String::from("email\n");
        (0..1_250).for_each(|n| csv.push_str(&format!("p{n}@people.example\n")));
        let begun = owner.keyed().request(Method::POST, &format!("/v1/tenants/{id}/members/import?start=true"), Some("text/csv"), csv.into()).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        w.work().await;
        assert_eq!(count(&owner, id, "active").await, 1_250);
        let lowered = owner.put(&seats(&w, id), &json!({ "seats": 100, "force": true })).await;
        assert!([200, 202].contains(&lowered.status), "{}", lowered.text);
        w.work().await;
        assert_eq!((count(&owner, id, "active").await, count(&owner, id, "waiting").await), (100, 1_150));
        assert_eq!(pool(&w).await, [100, 1_900, 100]);
    }
}
