//! Activity by batches, months that close, and evidence: by each row's test, and against a model that knows only the facts and draws the
//! straight line through them.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{CustomerId, Region, Timestamp, Zone, p, sql};
use tenantry::licensing::month::Month;

use super::{
    metering::{counted, crowd, intervals, kept, member, metered, of, time, turn},
    offboarding::{at, ok, post},
};
use crate::{
    scenes,
    support::{Answer, Client, Dice, World, rounds},
};

fn address(customer: CustomerId) -> String {
    format!("/v1/tenants/{customer}/members/activity")
}

async fn send(by: &Client, customer: CustomerId, events: &[Value]) -> Answer {
    by.post(&address(customer), &json!(events)).await
}

/// Sends a batch of which every event is to be kept, or known already.
async fn taken(by: &Client, customer: CustomerId, events: &[Value]) -> Value {
    let answer = send(by, customer, events).await;
    assert!(answer.status == 200 && answer.json["rejected"] == 0, "{} {}", answer.status, answer.text);
    answer.json
}

fn event(member: &str, active: bool, at: &str) -> Value {
    json!({ "member": member, "status": if active { "active" } else { "inactive" }, "at": at })
}

/// What became of each event: its result, or why it was rejected.
fn results(answer: &Answer) -> Vec<String> {
    let items = answer.json["items"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    items.iter().map(|i| i["reason"].as_str().or(i["result"].as_str()).unwrap_or_default().to_owned()).collect()
}

async fn idle(by: &Client, customer: CustomerId, name: &str) -> String {
    let body = json!({ "email": format!("{name}@metered.example"), "external_id": format!("x-{name}"), "status": "inactive" });
    post(by, &format!("/v1/tenants/{customer}/members"), body).await["id"].as_str().expect("an id").to_owned()
}

async fn maa(by: &Client, w: &World, customer: CustomerId, period: &str) -> Option<i64> {
    of(&metered(by, w.partner, &format!("period={period}")).await, customer)
}

async fn set_draft_days(w: &World, days: i64) -> Answer {
    let (by, path) = (w.client("owner"), format!("/v1/msp/{}/settings", w.partner));
    let tag = by.get(&path).await.header("etag").to_owned();
    by.with("if-match", &tag).patch(&path, &json!({ "draft_days": days })).await
}

scenes! {
    async fn f0_17_each_event_of_a_batch_is_answered_by_itself(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let id = w.customer("Batches", 2).await;
        w.pass_to(time("2026-12-10T12:00:00Z"));
        let mut people = Vec::new();
        for name in ["ann", "bo", "cy"] {
            people.push(idle(&owner, id, name).await);
        }
        let said = |status: &str, at: &str, more: Value| {
            let mut event = json!({ "status": status, "at": at });
            event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            event
        };
        let events = [
            said("active", "2026-12-10T11:00:00Z", json!({ "event_id": "e1", "member": people[0] })),
            said("active", "2026-12-10T11:00:00Z", json!({ "email": "ANN@metered.example" })),
            said("active", "2026-12-10T11:30:00Z", json!({ "external_id": "x-bo" })),
            said("active", "2026-12-10T11:30:00Z", json!({ "email": "nobody@metered.example" })),
            said("active", "2026-12-10T11:30:00Z", json!({ "member": "no id" })),
            said("active", "2026-10-31T11:59:59Z", json!({ "external_id": "x-cy" })),
            said("active", "2026-12-10T12:05:01Z", json!({ "external_id": "x-cy" })),
            said("inactive", "2026-12-10T10:00:00Z", json!({ "event_id": "e1", "external_id": "x-cy" })),
            said("active", "2026-12-10T11:45:00Z", json!({ "external_id": "x-cy" })),
            // In the past only: no seat is needed now.
            said("active", "2026-12-01T00:00:00Z", json!({ "external_id": "x-cy" })),
            said("inactive", "2026-12-02T00:00:00Z", json!({ "external_id": "x-cy" })),
        ];
        let preview = owner.post(&format!("{}?preview=true", address(id)), &json!(events)).await;
        assert!(preview.status == 200 && preview.json["effects"].to_string().contains("accepted"), "{}", preview.text);
        assert_eq!(maa(&owner, &w, id, "2026-12").await, Some(0), "a preview keeps nothing");
        let lines: Vec<String> = events.iter().map(Value::to_string).collect();
        let answer = owner.request(Method::POST, &address(id), Some("application/x-ndjson"), lines.join("\n").into_bytes()).await;
        // Those that say inactive come first, so the name e1 is cy's.
        assert_eq!(results(&answer), [
            "event-id-reused", "accepted", "accepted", "unknown-member", "unknown-member", "too-old", "in-future", "accepted",
            "no-free-seat", "accepted", "accepted",
        ], "{}", answer.text);
        assert_eq!((&answer.json["accepted"], &answer.json["duplicate"], &answer.json["rejected"]), (&json!(5), &json!(0), &json!(6)));
        assert_eq!(answer.json["items"][1]["member"], json!(people[0]));
        let again = send(&owner, id, &events).await;
        let twice: Vec<String> = results(&answer).iter().map(|r| if r == "accepted" { "duplicate".to_owned() } else { r.clone() }).collect();
        assert_eq!(results(&again), twice, "{}", again.text);
        assert_eq!(maa(&owner, &w, id, "2026-12").await, Some(3));
        let allow = async |name: &str| ok(&owner, &format!("/v1/tenants/{id}/access/{name}@metered.example")).await["allow"].clone();
        assert_eq!((allow("ann").await, allow("bo").await, allow("cy").await), (json!(true), json!(true), json!(false)));
        // Who makes room is taken first, wherever it stands.
        let moved = send(&owner, id, &[event(&people[2], true, "2026-12-10T11:59:00Z"), event(&people[0], false, "2026-12-10T11:58:00Z")]).await;
        assert_eq!(results(&moved), ["accepted", "accepted"], "{}", moved.text);
        // A clock that runs a little ahead counts from now.
        taken(&owner, id, &[event(&people[2], false, "2026-12-10T12:04:00Z")]).await;
        assert_eq!(allow("cy").await, json!(false));
        // Several that run ahead count in their own order: it went and came again.
        let back = [event(&people[1], true, "2026-12-10T12:00:08Z"), event(&people[1], false, "2026-12-10T12:00:03Z")];
        taken(&owner, id, &back).await;
        assert_eq!(allow("bo").await, json!(true));
        // While the customer is suspended nobody becomes active, and anybody may go.
        assert_eq!(owner.post(&format!("{}/suspend", at(&w, id)), &json!({})).await.status, 200);
        let shut = send(&owner, id, &[event(&people[0], true, "2026-12-10T12:00:00Z"), event(&people[1], false, "2026-12-10T12:00:00Z")]).await;
        assert_eq!(results(&shut), ["tenant-limit", "accepted"], "{}", shut.text);
        for (body, status, pointer) in [
            (json!([]), 422, ""),
            (json!([events[0], { "status": "active", "at": "2026-12-10T11:00:00Z" }]), 422, "/1/member_ref"),
            (json!([{ "member": people[0], "email": "a@b.example", "status": "active", "at": "2026-12-10T11:00:00Z" }]), 422, "/0"),
            (json!([{ "member_ref": "", "status": "active", "at": "2026-12-10T11:00:00Z" }]), 422, "/0/member_ref"),
            (json!([{ "member_ref": people[0], "status": "active", "occurred_at": "yesterday" }]), 422, "/0/occurred_at"),
            (json!([{ "member": people[0], "status": "waiting", "at": "2026-12-10T11:00:00Z" }]), 422, "/0/status"),
            (json!([{ "member": people[0], "status": "active", "at": "yesterday" }]), 422, "/0/at"),
        ] {
            let refused = owner.post(&address(id), &body).await;
            let named = refused.json["errors"][0]["pointer"].as_str().unwrap_or_default();
            assert_eq!((refused.status, named), (status, pointer), "{}", refused.text);
        }
        assert_eq!(owner.request(Method::POST, &address(id), Some("text/csv"), b"a,b".to_vec()).await.status, 415);
        assert_eq!(send(&w.client("auditor").keyed(), id, &events).await.status, 403);
        assert_eq!(send(&w.client("other_owner").keyed(), id, &events).await.status, 404);
        assert_eq!(send(&w.client("nobody"), id, &events).await.status, 401);
    }

    async fn f0_17_an_event_may_bring_somebody_new_by_an_address_in_a_verified_domain(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let id = w.customer("Bringer", 1).await;
        w.pass_to(time("2026-12-10T12:00:00Z"));
        let said = |who: &str, active: bool, at: &str| {
            json!({ "event_id": format!("{who} {at}"), "member_ref": who, "status": if active { "active" } else { "inactive" }, "occurred_at": format!("2026-12-10T{at}:00Z") })
        };
        let sent = async |query: &str, events: &[Value]| owner.post(&format!("{}{query}", address(id)), &json!(events)).await;
        let ann = [said("Ann@bringer.example", true, "11:00")];
        assert_eq!(results(&sent("?create_missing=true", &ann).await), ["unknown-member"], "no domain is verified");
        w.verify(id).await;
        for query in ["", "?create_missing=false"] {
            assert_eq!(results(&sent(query, &ann).await), ["unknown-member"], "{query}");
        }
        for query in ["create_missing=perhaps", "create_missing=true&create_missing=true", "create=true", "page[size]=1", "q=ann"] {
            let refused = sent(&format!("?{query}"), &ann).await;
            assert_eq!((refused.status, refused.json["errors"][0]["pointer"].is_string()), (400, true), "{query}: {}", refused.text);
            assert_eq!(w.client("auditor").post(&format!("{}?{query}", address(id)), &json!(ann)).await.status, 403, "{query}");
        }
        let body = json!({ "email": "fay@bringer.example", "external_id": "fay@login", "status": "inactive" });
        let fay = post(&owner, &format!("/v1/tenants/{id}/members"), body).await["id"].clone();
        let events = [
            ann[0].clone(),
            said("ann@bringer.example", true, "11:30"),
            said("bo@bringer.example", true, "11:45"),
            said("cy@bringer.example", false, "11:00"),
            said("di@elsewhere.example", true, "11:00"),
            said("bringer.example", true, "11:00"),
            said("e e@bringer.example", true, "11:00"),
            said("fay@login", false, "10:00"),
            said("FAY@bringer.example", false, "10:30"),
            said(fay.as_str().expect("an id"), false, "10:45"),
        ];
        let members = async || ok(&owner, &format!("/v1/tenants/{id}/members?sort=name")).await;
        let preview = sent("?create_missing=true&preview=true", &events).await;
        assert!(preview.status == 200 && preview.json["effects"].to_string().contains("members_added"), "{}", preview.text);
        assert_eq!(members().await["page"]["total"], 1, "a preview makes nobody");
        let answer = sent("?create_missing=true", &events).await;
        assert_eq!(results(&answer), [
            "accepted", "accepted", "no-free-seat", "accepted", "unknown-member", "unknown-member", "unknown-member", "accepted", "accepted", "accepted",
        ], "{}", answer.text);
        let of = |n: usize| answer.json["items"][n]["member"].clone();
        assert_eq!((of(0) == of(1), of(2), of(7), of(8), of(9)), (true, Value::Null, fay.clone(), fay.clone(), fay), "{}", answer.text);
        let found = members().await;
        let told: Vec<[&str; 4]> = found["data"].as_array().expect("rows").iter().map(|m| ["name", "email", "status", "source"].map(|f| m[f].as_str().expect("a text"))).collect();
        assert_eq!(told, [
            ["ann", "ann@bringer.example", "active", "api"], ["cy", "cy@bringer.example", "inactive", "api"], ["fay", "fay@bringer.example", "inactive", "api"],
        ], "nobody is made of whom nothing is kept");
        let summary = w.get("owner", "licenses/summary").await;
        assert_eq!((&summary["active_users"], maa(&owner, &w, id, "2026-12").await), (&json!(1), Some(1)));
        let again = sent("?create_missing=true", &events).await;
        assert_eq!((&again.json["duplicate"], &again.json["rejected"], &again.json["accepted"]), (&json!(6), &json!(4), &json!(0)), "{}", again.text);
        let trail = w.get("owner", "audit?filter[command]=directory.record_activity").await;
        assert!(trail["page"]["total"] != 0 && !trail.to_string().contains("bringer.example"), "the trail names nobody: {trail}");
        agrees(&w, id, "people were brought").await;
    }

    async fn f0_17_what_was_refused_is_decided_again_whatever_key_it_is_sent_with(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let id = w.customer("Keys", 1).await;
        let (ann, bo) = (member(&owner, id, "ann").await, idle(&owner, id, "bo").await);
        w.pass_to(time("2026-12-10T12:00:00Z"));
        let one = w.client("owner").with("idempotency-key", "one");
        let events = [event(&bo, true, "2026-12-10T11:00:00Z")];
        assert_eq!(results(&send(&one, id, &events).await), ["no-free-seat"]);
        taken(&owner, id, &[event(&ann, false, "2026-12-10T11:30:00Z")]).await;
        for then in ["accepted", "duplicate"] {
            let answer = send(&one, id, &events).await;
            assert_eq!((results(&answer), answer.header("idempotency-replayed")), (vec![then.to_owned()], ""), "{}", answer.text);
        }
        let other = one.post(&address(id), &json!([event(&bo, false, "2026-12-10T11:40:00Z")])).await;
        assert_eq!((other.status, &other.json["accepted"]), (200, &json!(1)), "the key is no other request's: {}", other.text);
    }

    async fn f0_17_a_long_batch_is_kept_in_parts_and_answered_as_one(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let mut told: Vec<BTreeMap<String, String>> = Vec::new();
        let mut customers = Vec::new();
        for name in ["Forwards", "Backwards"] {
            let id = w.customer(name, 1).await;
            crowd(&w, &owner, id, 2).await;
            customers.push((id, idle(&owner, id, "bo").await, idle(&owner, id, "cy").await));
        }
        w.pass_to(time("2026-12-10T12:00:00Z"));
        for (n, (id, bo, cy)) in customers.into_iter().enumerate() {
            let statuses = async || {
                let list = ok(&owner, &format!("/v1/tenants/{id}/members?sort=name")).await;
                list["data"].as_array().expect("rows").iter().map(|m| m["status"].as_str().expect("a word").to_owned()).collect::<Vec<_>>()
            };
            assert_eq!(statuses().await, ["inactive", "inactive", "active", "waiting"]);
            // Who makes room comes with the first part, who takes it with the last.
            let (first, start) = (json!({ "event_id": "out", "email": "p0@metered.example", "status": "inactive", "at": "2026-12-10T09:00:00Z" }), time("2026-12-10T09:00:01Z"));
            let said = |who: &str, name: String, status: &str, n: i64| json!({ "event_id": name, "member_ref": who, "status": status, "occurred_at": start.plus_seconds(n) });
            let mut events: Vec<Value> = (0..1_000).map(|n| said(&cy, format!("e{n}"), "inactive", n)).collect();
            events.extend([said("x-bo", "in".into(), "active", 3_000), first, said("nobody", "who".into(), "inactive", 3_001), said(&bo, "too soon".into(), "active", 90_000)]);
            if n == 1 {
                events.reverse();
            }
            let preview = owner.post(&format!("{}?preview=true", address(id)), &json!(events)).await;
            let effect = preview.json["effects"].as_array().expect("effects").iter().find(|e| e["field"] == "accepted").expect("how many");
            assert_eq!((preview.status, &effect["after"], words_of(&w, id).await), (200, &json!(1_002), 0), "{}", preview.text);
            let trail = async || w.get("owner", &format!("audit?filter[command]=directory.record_activity&filter[customer]={id}")).await["page"]["total"].clone();
            let answer = send(&owner, id, &events).await;
            assert_eq!((answer.status, &answer.json["accepted"], &answer.json["rejected"], trail().await), (200, &json!(1_002), &json!(2), json!(3)), "{}", answer.text);
            let names = |list: &Value| list.as_array().expect("items").iter().map(|i| i["event_id"].as_str().expect("a name").to_owned()).collect::<Vec<_>>();
            assert_eq!(names(&answer.json["items"]), names(&json!(events)), "in the order sent");
            told.push(names(&answer.json["items"]).into_iter().zip(results(&answer)).collect());
            assert_eq!(statuses().await, ["active", "inactive", "inactive", "waiting"], "a seat that a request frees is first its own");
            let again = send(&owner, id, &events).await;
            assert_eq!((&again.json["duplicate"], &again.json["accepted"], words_of(&w, id).await), (&json!(1_002), &json!(0), 1_002), "{}", again.text);
            agrees(&w, id, "it came in parts").await;
        }
        assert_eq!(told[0], told[1], "whatever order it has");
        assert_eq!((told[0]["in"].as_str(), told[0]["who"].as_str(), told[0]["too soon"].as_str()), ("accepted", "unknown-member", "in-future"));
    }

    async fn f0_17_a_batch_may_have_five_megabytes_and_ten_thousand_events(w: World) {
        let owner = w.client("owner").keyed();
        let id = w.customer("Large", 0).await;
        let one = event("nobody", false, &w.now().to_string());
        let with_spaces = |bytes: usize| format!("[{one}{}]", " ".repeat(bytes)).into_bytes();
        let sent = async |body: Vec<u8>| owner.request(Method::POST, &address(id), Some("application/json"), body).await;
        let large = sent(with_spaces(3 << 20)).await;
        assert_eq!((large.status, results(&large)), (200, vec!["unknown-member".to_owned()]), "{}", large.text);
        let larger = sent(with_spaces(5 << 20)).await;
        assert_eq!((larger.status, larger.code()), (413, "too-large"), "{}", larger.text);
        let many = owner.post(&address(id), &json!(vec![one.clone(); 10_001])).await;
        assert!(many.status == 413 && many.text.contains("At most 10000 events") && many.code() == "too-large", "{}", many.text);
        let line = format!("{one}\n").repeat(10_001);
        assert_eq!(owner.request(Method::POST, &address(id), Some("application/x-ndjson"), line.into_bytes()).await.status, 413);
        assert_eq!(w.client("other_owner").post(&address(id), &json!(vec![one; 10_001])).await.status, 404, "who may not send learns nothing");
    }

    async fn f0_09_a_past_event_is_judged_by_the_cap_of_its_own_month(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let body = json!({ "name": "Capped", "max_mau": 2, "seats": 50 });
        let made = post(&owner, &format!("/v1/msp/{}/customers", w.partner), body).await;
        w.work().await;
        let id: CustomerId = made["tenant_id"].as_str().expect("an id").parse().expect("an id");
        let (ann, bo) = (member(&owner, id, "ann").await, member(&owner, id, "bo").await);
        let cy = idle(&owner, id, "cy").await;
        w.pass_to(time("2026-12-01T00:00:00Z"));
        turn(&owner, id, &bo, "inactive").await;
        w.pass_to(time("2026-12-08T00:00:00Z"));
        assert_eq!((maa(&owner, &w, id, "2026-11").await, maa(&owner, &w, id, "2026-12").await), (Some(2), Some(1)));
        // November is full, whatever room December has.
        let refused = send(&owner, id, &[event(&cy, true, "2026-11-24T00:00:00Z"), event(&cy, false, "2026-11-25T00:00:00Z")]).await;
        assert_eq!(results(&refused), ["mau-cap-reached", "accepted"], "{}", refused.text);
        // Whom it holds it may hold again.
        taken(&owner, id, &[event(&bo, false, "2026-11-26T00:00:00Z"), event(&bo, true, "2026-11-27T00:00:00Z"), event(&bo, false, "2026-11-28T00:00:00Z")]).await;
        // December has room for one, and then none.
        taken(&owner, id, &[event(&cy, true, "2026-12-02T00:00:00Z"), event(&cy, false, "2026-12-03T00:00:00Z")]).await;
        let refused = send(&owner, id, &[event(&bo, true, "2026-12-02T00:00:00Z"), event(&bo, false, "2026-12-02T01:00:00Z")]).await;
        assert_eq!(results(&refused), ["mau-cap-reached", "accepted"], "{}", refused.text);
        // What makes room in November lets somebody in there, and nobody into December.
        taken(&owner, id, &[event(&ann, false, "2026-12-01T00:00:00Z")]).await;
        assert_eq!((maa(&owner, &w, id, "2026-11").await, maa(&owner, &w, id, "2026-12").await), (Some(2), Some(1)));
        let late = send(&owner, id, &[event(&cy, true, "2026-11-30T00:00:00Z")]).await;
        assert_eq!(results(&late), ["mau-cap-reached"], "{}", late.text);
        let counted = owner.get(&format!("/v1/tenants/{id}/metering/evidence?period=2026-11")).await;
        assert_eq!((counted.status, &counted.json["page"]["total"], counted.text.contains(&cy)), (200, &json!(2), false), "{}", counted.text);
    }

    async fn f0_17_words_that_count_no_more_are_forgotten_and_change_no_number(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let id = w.customer("Forgets", 20).await;
        w.pass_to(time("2026-12-10T00:00:00Z"));
        let (ann, bo) = (idle(&owner, id, "ann").await, idle(&owner, id, "bo").await);
        let words: Vec<Value> = (0..500).map(|n| event(&ann, n % 2 == 0, &time("2026-12-01T00:00:00Z").plus_seconds(n * 60).to_string())).collect();
        for part in [&words[..], &words[..200], &[event(&bo, true, "2026-12-09T00:00:00Z")]] {
            taken(&owner, id, part).await;
        }
        let again: Vec<Value> = (500..1_000).map(|n| event(&ann, n % 2 == 0, &time("2026-12-01T00:00:00Z").plus_seconds(n * 60).to_string())).collect();
        taken(&owner, id, &again).await;
        let path = format!("/v1/tenants/{id}/metering/evidence?period=2026-12");
        let forget = async || {
            tenantry::offboarding::retire(&w.app).await.expect("ran");
            words_of(&w, id).await
        };
        assert_eq!(forget().await, 1_001, "a word as late as these may still come");
        w.pass_to(time("2027-01-18T20:00:00Z"));
        let evidence = owner.get(&path).await;
        assert_eq!((evidence.status, &evidence.json["page"]["total"], forget().await), (200, &json!(2), 1), "all but bo's, which is 40 days old");
        assert_eq!(owner.get(&path).await.json, evidence.json, "the times and the numbers stay");
        assert_eq!(results(&send(&owner, id, &words[..1]).await), ["too-old"]);
        // Late words still make of bo what they would have made of it.
        taken(&owner, id, &[event(&bo, false, "2026-12-20T00:00:00Z")]).await;
        assert_eq!((maa(&owner, &w, id, "2027-01").await, forget().await), (Some(0), 2));
        agrees(&w, id, "words were forgotten").await;
    }

    async fn f0_17_activity_of_a_month_before_anything_happened_counts_in_it(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let id = w.customer("Quiet", 20).await;
        w.pass_to(time("2026-12-03T00:00:00Z"));
        let ann = idle(&owner, id, "ann").await;
        assert_eq!(maa(&owner, &w, id, "2026-11").await, Some(0));
        taken(&owner, id, &[event(&ann, true, "2026-11-29T00:00:00Z"), event(&ann, false, "2026-12-01T00:00:00Z")]).await;
        assert_eq!((maa(&owner, &w, id, "2026-11").await, maa(&owner, &w, id, "2026-12").await), (Some(1), Some(0)));
        // Whoever is active over quiet months counts in each of them.
        taken(&owner, id, &[event(&ann, true, "2026-12-02T00:00:00Z")]).await;
        w.pass_to(time("2027-01-08T00:00:00Z"));
        taken(&owner, id, &[event(&ann, false, "2026-12-31T23:00:00Z")]).await;
        assert_eq!((maa(&owner, &w, id, "2026-12").await, maa(&owner, &w, id, "2027-01").await), (Some(1), Some(0)), "December is final, January is not");
        let why = owner.get(&format!("/v1/tenants/{id}/metering/evidence?period=2026-12")).await;
        assert_eq!((why.status, &why.json["data"][0]["first_active_at"]), (200, &json!("2026-12-02T00:00:00Z")), "{}", why.text);
        agrees(&w, id, "all of it").await;
    }

    async fn f0_17_activity_batches_in_any_order_count_the_same(w: World) {
        let zones = [("Hudson", "hudson", "America/New_York"), ("Hooghly", "hooghly", "Asia/Kolkata"), ("Hauraki", "hauraki", "Pacific/Auckland")];
        for (n, (name, who, zone)) in zones.into_iter().enumerate() {
            let msp = w.partner_in(name, zone).await;
            let owner = w.hire(who, msp, "owner").await.keyed();
            for _ in 0..2 {
                post(&owner, &format!("/v1/msp/{msp}/orders"), json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
            }
            let place = Place { msp, zone: Zone::named(zone).expect("a zone"), owner };
            for seed in 0..rounds(1) {
                live(&w, &place, seed * 10 + n as u64).await;
            }
        }
        assert_eq!(w.client("owner").get(&format!("/v1/msp/{}/metering/maa", w.partner)).await.status, 200);
    }

    async fn f0_23_a_final_month_keeps_its_number_and_what_comes_later_is_an_adjustment(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let id = w.customer("Closing", 20).await;
        member(&owner, id, "ann").await;
        let (bo, cy) = (idle(&owner, id, "bo").await, idle(&owner, id, "cy").await);
        w.pass_to(time("2026-12-05T23:59:59Z"));
        taken(&owner, id, &[event(&bo, true, "2026-11-28T00:00:00Z"), event(&bo, false, "2026-11-29T00:00:00Z")]).await;
        let november = async || metered(&owner, w.partner, "period=2026-11").await;
        let draft = november().await;
        assert_eq!((&draft["state"], &draft["final_at"], &draft["sha256"], of(&draft, id)), (&json!("draft"), &json!("2026-12-06T00:00:00Z"), &Value::Null, Some(2)), "{draft}");
        w.pass_to(time("2026-12-06T00:00:00Z"));
        let hash = Sha256::digest(format!("maa {} 2026-11\n{id},2\n", w.partner));
        let hash = json!(data_encoding::HEXLOWER.encode(&hash));
        let asked = november().await;
        assert_eq!((&asked["state"], &asked["sha256"], of(&asked, id)), (&json!("final"), &hash, Some(2)), "before any worker came: {asked}");
        // The draft's last news may be booked in this very instant, by another server: the hash is kept a little later.
        for (at, hashes) in [("2026-12-06T00:00:00Z", 0), ("2026-12-06T00:09:59Z", 0), ("2026-12-06T00:10:00Z", 1), ("2026-12-06T01:00:00Z", 1)] {
            w.pass_to(time(at));
            tenantry::licensing::metering::close_everywhere(&w.app).await.expect("closed");
            assert_eq!(november().await, asked, "and after, at {at}");
            let trail = ok(&owner, &format!("/v1/msp/{}/audit?filter[command]=licensing.metering.close_months", w.partner)).await;
            assert_eq!(trail["data"].as_array().map(Vec::len), Some(hashes), "{at}: {trail}");
        }
        // Somebody who was there after all, and later one who was not.
        w.pass_to(time("2026-12-08T10:00:00Z"));
        taken(&owner, id, &[event(&cy, true, "2026-11-30T10:00:00Z"), event(&cy, false, "2026-12-02T00:00:00Z")]).await;
        let after = november().await;
        assert_eq!((&after["maa"], &after["sha256"], &after["adjusted"], of(&after, id)), (&json!(2), &hash, &json!(0), Some(2)), "{after}");
        let december = metered(&owner, w.partner, "").await;
        assert_eq!((of(&december, id), &december["adjusted"]), (Some(2), &json!(1)), "{december}");
        let adjustment = json!({ "period": "2026-11", "tenant_id": id, "name": "Closing", "difference": 1, "now": 3, "why": "activity", "at": "2026-12-08T10:00:00Z" });
        assert_eq!(december["adjustments"], json!([adjustment]));
        taken(&owner, id, &[event(&bo, false, "2026-11-28T00:00:00Z")]).await;
        let december = metered(&owner, w.partner, "").await;
        assert_eq!((&december["adjusted"], &december["adjustments"][1]["difference"], &december["adjustments"][1]["now"]), (&json!(0), &json!(-1), &json!(2)), "{december}");
        // Known words change nothing, and neither does what changes no month.
        taken(&owner, id, &[event(&bo, false, "2026-11-28T00:00:00Z"), event(&bo, false, "2026-11-27T00:00:00Z")]).await;
        assert_eq!(metered(&owner, w.partner, "").await["adjustments"].as_array().map(Vec::len), Some(2));
        assert_eq!(november().await["maa"], json!(2));
        let sent = owner.get(&format!("/v1/msp/{}/metering/maa/export?period=2026-11", w.partner)).await;
        assert!(sent.text.contains(&format!("{id},Closing,2")), "the file has the number that stands: {}", sent.text);
        let page = w.browser("owner").await.get(&format!("/msp/{}/metering", w.partner)).await;
        for word in ["since 6 Dec 2026", "+1", "−1", "Activity came late", hash.as_str().expect("a hash")] {
            assert!(page.text.contains(word), "{word}: {}", page.text);
        }
        let german = w.browser("owner").await.speaking("de").get(&format!("/msp/{}/metering", w.partner)).await;
        assert!(german.text.contains("Berichtigungen") && german.text.contains("Aktivität kam spät"), "{}", german.text);
        // Who sees only some customers sees no hash of all.
        w.assign("technician", &[id]).await;
        let some = metered(&w.client("technician"), w.partner, "period=2026-11").await;
        assert_eq!((&some["sha256"], of(&some, id)), (&Value::Null, Some(2)), "{some}");
        agrees(&w, id, "after it was closed").await;
    }

    async fn f0_23_a_month_is_a_draft_for_as_long_as_was_set_when_it_ended(w: World) {
        let state = async |period: &str| metered(&w.client("owner"), w.partner, &format!("period={period}")).await["state"].clone();
        w.pass_to(time("2026-12-02T00:00:00Z"));
        for (days, status) in [(-1, 422), (16, 422), (0, 200), (15, 200), (0, 200)] {
            assert_eq!(set_draft_days(&w, days).await.status, status, "{days}");
        }
        assert_eq!(state("2026-11").await, json!("draft"), "November ended when it was five");
        w.pass_to(time("2026-12-06T00:00:00Z"));
        assert_eq!(state("2026-11").await, json!("final"));
        w.pass_to(time("2026-12-31T23:59:59Z"));
        assert_eq!(state("2026-12").await, json!("open"));
        w.pass_to(time("2027-01-01T00:00:00Z"));
        assert_eq!(state("2026-12").await, json!("final"));
        assert_eq!(set_draft_days(&w, 15).await.status, 200);
        assert_eq!((state("2026-12").await, state("2026-11").await), (json!("final"), json!("final")), "a final month is never opened again");
        w.pass_to(time("2027-02-15T23:59:59Z"));
        assert_eq!(state("2027-01").await, json!("draft"));
        w.pass_to(time("2027-02-16T00:00:00Z"));
        assert_eq!(state("2027-01").await, json!("final"));
        // By the form, and in words where it is wrong.
        let path = format!("/msp/{}/settings", w.partner);
        let version = ok(&w.client("owner"), &format!("/v1{path}")).await["version"].to_string();
        let browser = w.browser("owner").await;
        let wrong = browser.form(&path, &[("draft_days", "99"), ("version", &version)]).await;
        assert!(wrong.status == 422 && wrong.text.contains("A whole number from 0 to 15"), "{}", wrong.text);
        assert_eq!(browser.form(&path, &[("draft_days", "7"), ("version", &version)]).await.status, 303);
        let set = w.client("owner").get(&format!("/v1{path}")).await;
        assert_eq!((set.status, &set.json["draft_days"]), (200, &json!(7)), "{}", set.text);
    }

    async fn f0_17_the_evidence_names_each_member_that_a_month_counts(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let id = w.customer("Evident", 20).await;
        let (ann, gone) = (member(&owner, id, "ann").await, member(&owner, id, "gone").await);
        let (bo, never) = (idle(&owner, id, "bo").await, idle(&owner, id, "never").await);
        w.pass_to(time("2026-12-10T00:00:00Z"));
        assert_eq!(owner.delete(&format!("/v1/tenants/{id}/members/{gone}")).await.status, 200);
        taken(&owner, id, &[
            event(&bo, true, "2026-12-03T00:00:00Z"),
            event(&bo, false, "2026-12-04T00:00:00Z"),
            event(&bo, true, "2026-12-05T00:00:00Z"),
            event(&bo, false, "2026-12-06T00:00:00Z"),
        ]).await;
        let path = format!("/v1/tenants/{id}/metering/evidence");
        let all = ok(&owner, &format!("{path}?period=2026-12")).await;
        assert_eq!((all["page"]["total"].as_i64(), all["data"].as_array().map(Vec::len)), (maa(&owner, &w, id, "2026-12").await, Some(3)), "{all}");
        let line = |who: &str| all["data"].as_array().expect("members").iter().find(|m| m["member"] == who).cloned().unwrap_or_default();
        assert_eq!((&line(&ann)["first_active_at"], &line(&ann)["source"], &line(&ann)["email"]), (&json!("2026-12-01T00:00:00Z"), &json!("api"), &json!("ann@metered.example")), "active since before: from the month's first instant");
        assert_eq!((&line(&bo)["first_active_at"], &line(&bo)["source"], line(&bo)["intervals"].as_array().map(Vec::len)), (&json!("2026-12-03T00:00:00Z"), &json!("activity"), Some(2)));
        assert_eq!((&line(&gone)["email"], &line(&gone)["intervals"][0]["ended_by"], line(&never)), (&Value::Null, &json!("removed"), Value::Null), "{all}");
        // Page by page the same people, each once.
        let (mut seen, mut next) = (Vec::new(), String::new());
        for _ in 0..4 {
            let page = ok(&owner, &format!("{path}?period=2026-12&page[size]=1{next}")).await;
            seen.extend(page["data"].as_array().expect("members").iter().map(|m| m["member"].clone()));
            let Some(cursor) = page["page"]["next"].as_str() else { break };
            next = format!("&page[after]={cursor}");
        }
        assert_eq!(json!(seen), json!(all["data"].as_array().expect("members").iter().map(|m| m["member"].clone()).collect::<Vec<_>>()));
        let november = ok(&owner, &format!("{path}?period=2026-11")).await;
        assert_eq!((&november["page"]["total"], november["data"].as_array().map(Vec::len)), (&json!(2), Some(2)), "{november}");
        // Why one was counted, by whichever name it has; one that is gone has only its id.
        let one = async |who: &str, month: &str| {
            let asked = owner.get(&format!("{path}?period={month}&member={who}")).await;
            assert_eq!(asked.status, 200, "{}", asked.text);
            assert_eq!(asked.json["page"]["total"].as_u64(), asked.json["data"].as_array().map(|all| all.len() as u64));
            asked.json["data"][0].clone()
        };
        for (who, meant) in [("ann@metered.example", &ann), ("BO@metered.example", &bo), ("x-bo", &bo), (&bo, &bo), (&gone, &gone)] {
            assert_eq!(one(who, "2026-12").await, line(meant), "{who}");
        }
        assert_eq!((one(&never, "2026-12").await, one("x-bo", "2026-11").await, one("nobody", "2026-12").await), (Value::Null, Value::Null, Value::Null));
        for (query, status) in [("period=2027-01", 422), ("period=May", 400), ("colour=red", 400), ("", 200), ("period=2020-01", 200)] {
            assert_eq!(owner.get(&format!("{path}?{query}")).await.status, status, "{query}");
        }
        assert_eq!(w.client("other_owner").get(&path).await.status, 404);
        // From the table of the months to the people.
        let to = format!("/msp/{}/customers/{id}/metering", w.partner);
        let browser = w.browser("owner").await;
        let table = browser.get(&format!("/msp/{}/metering", w.partner)).await;
        assert!(table.text.contains(&format!("{to}?month=2026-12")), "{}", table.text);
        let page = browser.get(&format!("{to}?month=2026-12")).await;
        for word in ["Who was counted in Dec 2026", "bo@metered.example", "Activity sent by API", "removed since"] {
            assert!(page.status == 200 && page.text.contains(word), "{word}: {}", page.text);
        }
        assert!(!page.text.contains("never@metered.example"));
        let found = browser.get(&format!("{to}?month=2026-12&q=x-bo")).await;
        assert!(found.text.contains("bo@metered.example") && !found.text.contains("ann@metered.example"), "{}", found.text);
        let nobody = browser.get(&format!("{to}?month=2026-12&q={never}")).await;
        assert!(nobody.status == 200 && !nobody.text.contains("bo@metered.example"), "{}", nobody.text);
        let of_bo = browser.get(&format!("/msp/{}/customers/{id}/members/{bo}", w.partner)).await;
        assert!(of_bo.text.contains(&format!("{to}?q={bo}")), "{}", of_bo.text);
        assert_eq!(browser.get(&format!("/msp/{}/customers/{id}/metering", w.other)).await.status, 404);
    }
}

/// Words that are kept of a customer's members.
async fn words_of(w: &World, customer: CustomerId) -> i64 {
    let read = w.app.house.region("eu").expect("a region").read(move |view| {
        view.enter(customer.0);
        view.one(sql!(Region, "SELECT COUNT(*) AS n FROM member_event WHERE customer_id = $1"), p![customer])?.get("n")
    });
    read.await.expect("the region answers")
}

/// Holds what the region keeps of months to a count of its intervals.
async fn agrees(w: &World, customer: CustomerId, after: &str) {
    let (times, ..) = intervals(w, customer).await;
    let over = kept(w, customer).await;
    for (month, start, end, users) in &over {
        assert_eq!(*users, counted(&times, *start, *end), "{month} as the region keeps it, after {after}");
    }
    assert!(over.windows(2).all(|m| m[0].2 == m[1].1 && m[0].0.plus(1) == m[1].0), "months lie end to end: {over:?} after {after}");
}

/// A partner of the play.
struct Place {
    msp: store::PartnerId,
    zone: Zone,
    owner: Client,
}

/// What is known of one member: when, whether active, and whether a person decided.
type Fact = (Timestamp, bool, bool);

/// The straight line through facts, as they are meant: from each instant on what was said of it.
fn line(facts: &[Fact]) -> Vec<(Timestamp, Timestamp)> {
    let mut by: BTreeMap<Timestamp, (bool, bool)> = BTreeMap::new();
    for (at, active, by_hand) in facts {
        let held = by.entry(*at).or_insert((*active, *by_hand));
        *held = match (*by_hand, held.1) {
            (true, _) => (*active, true),
            (false, true) => *held,
            (false, false) => (held.0 && *active, false),
        };
    }
    let (mut times, mut open) = (Vec::new(), None);
    for (at, (active, _)) in by {
        match (active, open) {
            (true, None) => open = Some(at),
            (false, Some(since)) => {
                times.push((since, at));
                open = None;
            }
            _ => {}
        }
    }
    times.extend(open.map(|since| (since, Timestamp::FOREVER)));
    times
}

/// Two customers are told the same, each in another order, in other batches and with repetitions, while people turn members on and
/// off in both. Both count what the facts say, in every month.
async fn live(w: &World, place: &Place, seed: u64) {
    let mut dice = Dice::new(seed);
    let by = &place.owner;
    let mut pair: Vec<(CustomerId, Vec<String>)> = Vec::new();
    for half in ["left", "right"] {
        let name = format!("Play {seed} {half}");
        let made = post(by, &format!("/v1/msp/{}/customers", place.msp), json!({ "name": name, "max_mau": 1_000_000, "seats": 50 })).await;
        w.work().await;
        let id: CustomerId = made["tenant_id"].as_str().expect("an id").parse().expect("an id");
        let mut people = Vec::new();
        for n in 0..5 {
            people.push(idle(by, id, &format!("p{seed}{half}{n}")).await);
        }
        pair.push((id, people));
    }
    let mut facts: Vec<Vec<Fact>> = vec![Vec::new(); 5];
    let begun = w.now();
    for turn_of in 0..6 {
        let month = Month::of(&place.zone, w.now());
        let end = month.end(&place.zone);
        w.pass_to(*dice.pick(&[w.now().plus_days(17), end.plus_seconds(3_600), end.plus_days(5), end.plus_days(9)]));
        let now = w.now();
        // Facts of the last days, at odd instants and at the bounds of months.
        let bound = Month::of(&place.zone, now).start(&place.zone);
        let mut events: Vec<(usize, Timestamp, bool)> = Vec::new();
        for _ in 0..25 {
            let near = bound.plus_seconds(dice.below(3) - 1);
            let at = if dice.chance(25) { near } else { now.plus_seconds(-dice.below(39 * 86_400) - 1) };
            let at = Timestamp(at.0.min(now.0 - 1)).max(now.plus_days(-39)).max(begun);
            events.push((usize::try_from(dice.below(5)).expect("few"), at, dice.chance(55)));
        }
        for (who, at, active) in &events {
            facts[*who].push((*at, *active, false));
        }
        for (id, people) in &pair {
            let mut mixed: Vec<(usize, Timestamp, bool)> = events.clone();
            let again: Vec<(usize, Timestamp, bool)> = (0..4).map(|_| *dice.pick(&events)).collect();
            mixed.extend(again);
            for n in (1..mixed.len()).rev() {
                mixed.swap(n, usize::try_from(dice.below(i64::try_from(n + 1).expect("few"))).expect("few"));
            }
            while !mixed.is_empty() {
                let size = usize::try_from(1 + dice.below(9)).expect("few").min(mixed.len());
                let part: Vec<Value> = mixed.drain(..size).map(|(who, at, active)| event(&people[who], active, &at.to_string())).collect();
                taken(by, *id, &part).await;
            }
        }
        // People decide, in both the same.
        for _ in 0..dice.below(3) {
            w.pass_to(w.now().plus_seconds(7));
            let who = usize::try_from(dice.below(5)).expect("few");
            let on = line(&facts[who]).last().is_some_and(|(_, until)| *until == Timestamp::FOREVER);
            for (id, people) in &pair {
                let stands = ok(by, &format!("/v1/tenants/{id}/members/{}", people[who])).await["status"].clone();
                assert_eq!(stands, json!(if on { "active" } else { "inactive" }), "seed {seed}, turn {turn_of}: {:?}", facts[who]);
                turn(by, *id, &people[who], if on { "inactive" } else { "active" }).await;
            }
            facts[who].push((w.now(), !on, true));
        }
        // What counts no more is forgotten, at any time.
        if dice.chance(40) {
            tenantry::offboarding::retire(&w.app).await.expect("ran");
        }
        for (id, _) in &pair {
            holds(w, place, *id, &facts, &format!("seed {seed}, turn {turn_of}, {}: {facts:?}", w.now())).await;
        }
    }
}

/// Holds a customer's months to the facts: what stands, and what was adjusted since, is what the facts say.
async fn holds(w: &World, place: &Place, customer: CustomerId, facts: &[Vec<Fact>], after: &str) {
    agrees(w, customer, after).await;
    let said = metered(&place.owner, place.msp, "months=36").await;
    let months = said["data"].as_array().expect("months");
    let mut adjusted: BTreeMap<String, i64> = BTreeMap::new();
    for a in months.iter().flat_map(|m| m["adjustments"].as_array().expect("a list")).filter(|a| a["tenant_id"] == customer.to_string()) {
        *adjusted.entry(a["period"].as_str().expect("a month").to_owned()).or_default() += a["difference"].as_i64().expect("a number");
    }
    for answer in months {
        let period = answer["period"].as_str().expect("a month");
        let month: Month = period.parse().expect("a month");
        let Some(number) = of(answer, customer) else { continue };
        let (start, end) = (month.start(&place.zone), month.end(&place.zone));
        let is_held = |facts: &&Vec<Fact>| line(facts).iter().any(|(since, until)| *since < end && *until > start);
        let meant = i64::try_from(facts.iter().filter(is_held).count()).expect("few");
        assert_eq!(number + adjusted.get(period).copied().unwrap_or(0), meant, "{month}, number {number}, {adjusted:?}, after {after}");
    }
}
