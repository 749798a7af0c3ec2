//! A customer is removed, comes back, or is gone for good.

use std::{collections::BTreeMap, time::Duration};

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Control, CustomerId, Region, p, sql};

use crate::{
    scenes,
    support::{Answer, Client, Dice, World, rounds},
};

pub fn at(w: &World, customer: CustomerId) -> String {
    format!("/v1/msp/{}/customers/{customer}", w.partner)
}

pub async fn ok(client: &Client, path: &str) -> Value {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json
}

pub async fn post(client: &Client, path: &str, body: Value) -> Value {
    let answer = client.post(path, &body).await;
    assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.text);
    answer.json
}

/// Removes a customer as it was last read.
pub async fn remove(w: &World, client: &Client, customer: CustomerId) -> Answer {
    let path = at(w, customer);
    let tag = client.get(&path).await.header("etag").to_owned();
    client.with("if-match", &tag).delete(&format!("{path}?reason=contract%20ended")).await
}

pub async fn restore(w: &World, client: &Client, customer: CustomerId, body: Value) -> Answer {
    client.post(&format!("/v1/msp/{}/removed/{customer}/restore", w.partner), &body).await
}

pub async fn pool(w: &World) -> [i64; 3] {
    let sum = w.get("owner", "licenses/summary").await;
    ["allocated", "available", "active_users"].map(|f| sum[f].as_i64().expect("a number"))
}

async fn removed(w: &World) -> Vec<Value> {
    w.get("owner", "removed").await["data"].as_array().expect("rows").clone()
}

/// Lets the lease of whoever was killed end, in control.
#[derive(Serialize)]
struct EndLeases(CustomerId);

/// The same in the customer's region: news of its counters lies there.
#[derive(Serialize)]
struct EndLeasesThere(CustomerId);

impl Command for EndLeases {
    const NAME: &'static str = "test.end_leases";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.0.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let partner = cx.scope.partner();
        cx.tx.exec(sql!(Control, "UPDATE job SET lease_until = 0 WHERE chain_id = $1 AND status = 'running'"), p![partner])?;
        Ok(())
    }
}

impl Command for EndLeasesThere {
    const NAME: &'static str = "test.end_leases_there";
    const QUIET: bool = true;
    type Home = Region;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.0.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        cx.tx.exec(sql!(Region, "UPDATE job SET lease_until = 0 WHERE chain_id = $1 AND status = 'running'"), p![self.0])?;
        Ok(())
    }
}

pub async fn end_leases(w: &World, customer: CustomerId) {
    w.app.house.execute(Call::operator(), EndLeases(customer)).await.expect("ended");
    w.app.house.execute(Call::operator(), EndLeasesThere(customer)).await.expect("ended");
}

scenes! {
    async fn f3_20_a_removed_customer_leaves_everything_at_once_and_comes_back_whole(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        let (id, stays) = (w.customer("Leaver", 40).await, w.customer("Stayer", 10).await);
        let (here, tenant) = (at(&w, id), format!("/v1/tenants/{id}"));
        for name in ["ann", "bo"] {
            post(&owner, &format!("{tenant}/members"), json!({ "email": format!("{name}@leaver.example"), "name": name })).await;
        }
        post(&owner, &format!("{tenant}/members"), json!({ "email": "cy@leaver.example", "status": "inactive" })).await;
        post(&owner, &format!("{tenant}/sites"), json!({ "name": "Head office" })).await;
        post(&owner, &format!("{tenant}/syncs"), json!({ "ok": false, "source": "scim", "reason": "consent withdrawn" })).await;
        let group = post(&owner, &format!("/v1/msp/{}/groups", w.partner), json!({ "name": "North" })).await;
        let group = format!("/v1/msp/{}/groups/{}", w.partner, group["id"].as_str().expect("an id"));
        post(&owner, &format!("{group}/customers"), json!({ "customers": [id] })).await;
        let token = post(&owner, "/v1/tokens", json!({ "name": "Sync", "node": id })).await;
        let token = w.client("nobody").token(token["secret"].as_str().expect("a secret"));
        let admin = w.hire("customer_admin", id, "customer_admin").await;
        assert_eq!((token.get(&here).await.status, admin.get(&format!("{tenant}/members")).await.status), (200, 200));
        assert_eq!(pool(&w).await, [50, 950, 2]);
        let list = ok(&owner, &format!("{here}/offboarding")).await;
        assert_eq!((&list["seats"], &list["members"], &list["active_users"], &list["sites"], &list["tokens"], &list["administrators"], &list["operations"]),
            (&json!(40), &json!(3), &json!(2), &json!(1), &json!(2), &json!(1), &json!(0)), "{list}");
        let before = ok(&owner, &here).await;
        let month = w.get("owner", "portfolio").await;

        let tag = owner.get(&here).await.header("etag").to_owned();
        assert_eq!(owner.delete(&here).await.code(), "version-required");
        assert_eq!(owner.with("if-match", "\"999\"").delete(&here).await.status, 412);
        assert_eq!(w.client("technician").with("if-match", &tag).delete(&here).await.status, 403);
        assert_eq!(w.client("other_owner").with("if-match", &tag).delete(&here).await.status, 404);
        let preview = owner.with("if-match", &tag).delete(&format!("{here}?preview=true")).await;
        assert!(preview.json["effects"].as_array().expect("effects").iter().any(|e| e["field"] == "seats_to_pool" && e["before"] == 40), "{}", preview.text);
        assert_eq!(owner.get(&here).await.json, before, "a preview leaves no trace");

        let once = w.client("owner").with("idempotency-key", "remove-1").with("if-match", &tag);
        let gone = once.delete(&format!("{here}?reason=contract%20ended")).await;
        assert_eq!((gone.status, gone.json["seats"].as_i64()), (200, Some(40)), "{}", gone.text);
        let again = once.delete(&format!("{here}?reason=contract%20ended")).await;
        assert_eq!((again.status, again.header("idempotency-replayed"), again.json == gone.json), (200, "true", true), "{}", again.text);
        assert_eq!(owner.with("if-match", &tag).delete(&here).await.code(), "removed-already", "the second of two people is told");

        // At once, in one answer: lists, counts, pool, totals, search, reach.
        assert_eq!(pool(&w).await, [10, 990, 0]);
        for path in [here.clone(), format!("{tenant}/members"), format!("{tenant}/sites"), format!("{here}/evidence/seats")] {
            for client in [&owner, &token, &admin] {
                assert_eq!(client.get(&path).await.status, 404, "{path}");
            }
        }
        assert_eq!(owner.post("/v1/licenses/allocate", &json!({ "tenant_id": id, "seats": 1 })).await.status, 404);
        let customers = w.get("owner", "customers").await;
        assert_eq!((customers["page"]["total"].as_i64(), &customers["data"][0]["id"]), (Some(1), &json!(stays)));
        assert_eq!(w.get("owner", "customers?q=leaver").await["page"]["total"], 0);
        assert!(!owner.get(&format!("/v1/msp/{}/customers/export", w.partner)).await.text.contains("Leaver"));
        assert_eq!(w.get("owner", &format!("alerts?filter[status]=open&filter[customer]={id}")).await["page"]["total"], 0);
        assert_eq!(ok(&owner, &group).await["customers"], 0);
        let lines = w.get("owner", "licenses/by-tenant").await;
        assert!(!lines.to_string().contains(&id.to_string()), "{lines}");
        let live = w.get("owner", "portfolio").await;
        assert_eq!(live["kpis"]["active_customers"]["value"].as_i64(), month["kpis"]["active_customers"]["value"].as_i64().map(|n| n - 1));
        assert_eq!(live, w.get("owner", &format!("portfolio?as_of={}", &w.now().to_string()[..10])).await, "by facts as by counters");

        let row = removed(&w).await.remove(0);
        assert_eq!((&row["name"], &row["reason"], &row["removed_by"], &row["seats"], &row["leaving"]), (&json!("Leaver"), &json!("contract ended"), &json!("owner@staff.example"), &json!(40), &json!(false)), "{row}");
        let page = w.browser("owner").await.get(&format!("/msp/{}/removed", w.partner)).await;
        assert!(page.text.contains("Leaver") && page.text.contains("contract ended") && page.text.contains("30 days") && page.text.contains("Restore"), "{}", page.text);

        w.pass_days(29);
        let back = restore(&w, &owner, id, json!({})).await;
        assert_eq!((back.status, &back.json["seats"], &back.json["lifecycle"], &back.json["domain"]), (200, &json!(40), &json!("active"), &json!("leaver.example")), "{}", back.text);
        assert_eq!(pool(&w).await, [50, 950, 2], "seats and active members as before");
        let members = ok(&owner, &format!("{tenant}/members?sort=email")).await;
        let stands: Vec<&str> = members["data"].as_array().expect("rows").iter().map(|m| m["status"].as_str().expect("a status")).collect();
        assert_eq!(stands, ["active", "active", "inactive"]);
        let after = ok(&owner, &here).await;
        let fields = ["account_number", "name", "domain", "lifecycle", "launched_at", "region"];
        assert_eq!(fields.map(|f| &before[f]), fields.map(|f| &after[f]));
        assert_eq!(ok(&owner, &format!("{tenant}/sites")).await["page"]["total"], 1);
        assert_eq!(ok(&owner, &group).await["customers"], 1);
        assert_eq!((token.get(&here).await.status, admin.get(&format!("{tenant}/members")).await.status), (200, 200));
        assert!(removed(&w).await.is_empty());
        assert_eq!(restore(&w, &owner, id, json!({})).await.status, 404, "it is removed no more");
        assert_eq!(w.get("owner", "audit/verify").await["intact"], true);
    }

    async fn f3_20_what_was_taken_meanwhile_is_said_when_a_customer_comes_back(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        let id = w.customer("Late", 600).await;
        let number = ok(&owner, &at(&w, id)).await["account_number"].clone();
        for name in ["ann", "bo"] {
            post(&owner, &format!("/v1/tenants/{id}/members"), json!({ "email": format!("{name}@late.example"), "name": name })).await;
        }
        assert_eq!(remove(&w, &owner, id).await.status, 200);
        // Another one takes its seats and its domain, and has its name for a while; its number nobody gets.
        let body = json!({ "name": "LATE", "max_mau": 10, "domain": "late.example", "seats": 500 });
        let made = post(&owner, &format!("/v1/msp/{}/customers", w.partner), body).await;
        w.work().await;
        let other: CustomerId = made["tenant_id"].as_str().expect("an id").parse().expect("an id");
        assert_ne!(ok(&owner, &at(&w, other)).await["account_number"], number);
        let refused = restore(&w, &owner, id, json!({})).await;
        assert_eq!((refused.status, refused.code(), &refused.json["domain"]), (409, "domain-taken", &json!("late.example")), "{}", refused.text);
        assert_eq!(removed(&w).await[0]["domain_taken"], true);
        let page = w.browser("owner").await.get(&format!("/msp/{}/removed", w.partner)).await;
        assert!(page.text.contains("Restore without domain"), "{}", page.text);
        let named = restore(&w, &owner, id, json!({ "without_domain": true })).await;
        assert_eq!((named.status, named.code(), &named.json["name"]), (409, "name-taken", &json!("Late")), "{}", named.text);
        let tag = owner.get(&at(&w, other)).await.header("etag").to_owned();
        assert_eq!(owner.with("if-match", &tag).patch(&at(&w, other), &json!({ "name": "Later" })).await.status, 200);
        let back = restore(&w, &owner, id, json!({ "without_domain": true })).await;
        assert_eq!((back.status, &back.json["seats"], &back.json["seats_before"], &back.json["domain"]), (200, &json!(0), &json!(600), &Value::Null), "{}", back.text);
        assert_eq!(pool(&w).await, [500, 500, 0]);
        let waits = ok(&owner, &format!("/v1/tenants/{id}/members?filter[status]=waiting")).await;
        assert_eq!(waits["page"]["total"], 2, "nobody is lost: they wait for seats");
        assert_eq!(w.get("owner", "alerts?filter[code]=members-waiting&filter[status]=open").await["page"]["total"], 1);
        post(&owner, "/v1/licenses/allocate", json!({ "tenant_id": id, "seats": 2 })).await;
        assert_eq!(pool(&w).await, [502, 498, 2]);

        // A trial's seats lie outside the pool, and come back all the same.
        let made = post(&owner, &format!("/v1/msp/{}/customers", w.partner), json!({ "name": "Try", "max_mau": 10, "kind": "trial" })).await;
        w.work().await;
        let trial: CustomerId = made["tenant_id"].as_str().expect("an id").parse().expect("an id");
        assert_eq!(remove(&w, &owner, trial).await.status, 200);
        assert_eq!(restore(&w, &owner, trial, json!({})).await.json["seats"], 50);
        assert_eq!(pool(&w).await, [502, 498, 2]);
        assert_eq!(remove(&w, &owner, trial).await.status, 200);
        w.pass_days(30);
        assert_eq!(restore(&w, &owner, trial, json!({})).await.code(), "undo-over");
    }

    async fn f3_20_what_must_stay_is_not_removed(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        let own = remove(&w, &owner, w.internal).await;
        assert_eq!((own.status, own.code()), (409, "internal-tenant"), "{}", own.text);
        let made = post(&owner, &format!("/v1/msp/{}/customers", w.partner), json!({ "name": "Fresh", "max_mau": 10, "seats": 5 })).await;
        let fresh: CustomerId = made["tenant_id"].as_str().expect("an id").parse().expect("an id");
        assert_eq!(remove(&w, &owner, fresh).await.code(), "still-provisioning");
        w.work().await;
        let begun = owner.request(http::Method::POST, &format!("/v1/tenants/{fresh}/members/import?start=true"), Some("text/csv"), b"email\na@fresh.example\n".to_vec()).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        assert_eq!(remove(&w, &owner, fresh).await.code(), "work-under-way");
        w.work().await;
        let browser = w.browser("owner").await;
        let form = format!("/msp/{}/customers/{fresh}/offboard", w.partner);
        let page = browser.get(&form).await;
        assert!(page.text.contains("5 seats return to the pool") && page.text.contains("Offboard Fresh"), "{}", page.text);
        assert_eq!(browser.form(&form, &[("typed_name", "fresh")]).await.status, 422);
        assert_eq!(pool(&w).await, [5, 995, 1]);
        let done = browser.form(&form, &[("typed_name", "Fresh"), ("reason", "Sold"), ("idempotency_key", "k1")]).await;
        assert!(done.status == 303 && done.header("location").contains("/removed?done=removed"), "{} {}", done.status, done.text);
        let back = browser.form(&format!("/msp/{}/removed/{fresh}/restore", w.partner), &[("idempotency_key", "k2")]).await;
        assert!(back.header("location").contains("done=restored"), "{} {}", back.status, back.text);
        assert_eq!(pool(&w).await, [5, 995, 1]);
    }

    async fn f3_20_a_removal_that_is_killed_anywhere_ends_as_one_that_is_not(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        let worker = w.app.worker().expect("a worker");
        for n in 0..6_u64 {
            let id = w.customer(&format!("Killed{n}"), 7).await;
            post(&owner, &format!("/v1/tenants/{id}/members"), json!({ "email": format!("a@killed{n}.example") })).await;
            let (path, tag) = (at(&w, id), owner.get(&at(&w, id)).await.header("etag").to_owned());
            let sender = owner.with("if-match", &tag);
            // The house is told, and whoever would bring it to the region dies on the way.
            let _ = tokio::time::timeout(Duration::from_micros(300 + n * 900), sender.delete(&path)).await;
            for m in 0..4 {
                let _ = tokio::time::timeout(Duration::from_micros(500 + (n + m) * 700), worker.drain_jobs()).await;
                end_leases(&w, id).await;
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
            end_leases(&w, id).await;
            w.work().await;
            let gone = remove(&w, &owner, id).await;
            assert!(gone.status == 200 || gone.code() == "removed-already" || gone.status == 428, "{}", gone.text);
            // What was in a lane when its caller died may commit later than we look; its news is held for ten seconds then: both are let go.
            for _ in 0..40 {
                end_leases(&w, id).await;
                w.work().await;
                if pool(&w).await == [0, 1_000, 0] {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert_eq!(pool(&w).await, [0, 1_000, 0], "round {n}");
            assert_eq!(removed(&w).await[0]["leaving"], false);
            assert_eq!(restore(&w, &owner, id, json!({})).await.json["seats"], 7);
            assert_eq!(pool(&w).await, [7, 993, 1], "round {n}");
            assert_eq!(remove(&w, &owner, id).await.status, 200);
        }
    }

    async fn f3_20_pools_stay_what_a_straight_account_says(w: World) {
        const CAPACITY: i64 = 1_000;
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        for seed in 0..rounds(1) {
            let mut dice = Dice::new(seed + 41);
            // Customer: seats it holds, or held when it was removed; whether it is there.
            let mut account: BTreeMap<CustomerId, (i64, bool)> = BTreeMap::new();
            for n in 0..4 {
                account.insert(w.customer(&format!("Random{seed}x{n}"), 50).await, (50, true));
            }
            for _ in 0..60 {
                let ids: Vec<CustomerId> = account.keys().copied().collect();
                let id = *dice.pick(&ids);
                let (seats, here) = account[&id];
                let free = CAPACITY - account.values().filter(|(_, here)| *here).map(|(seats, _)| seats).sum::<i64>();
                match (here, dice.below(4)) {
                    (true, 0) => {
                        assert_eq!(remove(&w, &owner, id).await.status, 200);
                        account.insert(id, (seats, false));
                    }
                    (true, 1) if seats > 0 => {
                        let fewer = dice.below(seats) + 1;
                        assert_eq!(owner.post("/v1/licenses/release", &json!({ "tenant_id": id, "seats": fewer })).await.status, 200);
                        account.insert(id, (seats - fewer, true));
                    }
                    (true, _) => {
                        let more = dice.below(400) + 1;
                        let answer = owner.post("/v1/licenses/allocate", &json!({ "tenant_id": id, "seats": more })).await;
                        assert_eq!(answer.status, if more <= free { 200 } else { 409 }, "{}", answer.text);
                        account.insert(id, (if more <= free { seats + more } else { seats }, true));
                    }
                    (false, _) => {
                        let back = restore(&w, &owner, id, json!({})).await;
                        let wanted = if seats <= free { seats } else { 0 };
                        assert_eq!((back.status, back.json["seats"].as_i64()), (200, Some(wanted)), "{}", back.text);
                        account.insert(id, (wanted, true));
                    }
                }
                let held = account.values().filter(|(_, here)| *here).map(|(seats, _)| seats).sum::<i64>();
                assert_eq!(pool(&w).await, [held, CAPACITY - held, 0], "seed {seed}");
            }
            let there = account.values().filter(|(_, here)| *here).count();
            assert_eq!(w.get("owner", "customers").await["page"]["total"].as_u64(), Some(there as u64));
            for (id, _) in account.iter().filter(|(_, (_, here))| *here) {
                assert_eq!(remove(&w, &owner, *id).await.status, 200);
            }
        }
    }
}
