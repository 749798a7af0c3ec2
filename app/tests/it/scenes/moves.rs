//! A customer moves to another partner: what goes along, what stays, who sees it, and what is refused.

use serde_json::{Value, json};
use store::{Clock, CustomerId, PartnerId};

use crate::{
    scenes,
    support::{Answer, Client, World},
};

/// Seats for the second partner, in thousands.
async fn order(w: &World, who: &str, partner: PartnerId, thousands: i64) {
    let body = json!({ "sku": "SEATS-1000-Y", "quantity": thousands });
    let answer = w.client(who).keyed().post(&format!("/v1/msp/{partner}/orders"), &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

fn at(w: &World, customer: CustomerId) -> String {
    format!("/v1/msp/{}/customers/{customer}", w.partner)
}

/// What a distributor's person does.
async fn go(client: &Client, from: PartnerId, customer: CustomerId, to: PartnerId) -> Answer {
    client.post(&format!("/v1/msp/{from}/customers/{customer}/move"), &json!({ "msp_id": to })).await
}

async fn ok(client: &Client, path: &str) -> Value {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json
}

async fn post(client: &Client, path: &str, body: Value) -> Value {
    let answer = client.post(path, &body).await;
    assert!(answer.status < 300, "{path}: {}", answer.text);
    answer.json
}

fn id_of(json: &Value) -> String {
    json["id"].as_str().expect("an id").to_owned()
}

/// Allocated, available and active users of a pool.
async fn pool(client: &Client, partner: PartnerId) -> [i64; 3] {
    let sum = ok(client, &format!("/v1/msp/{partner}/licenses/summary")).await;
    ["allocated", "available", "active_users"].map(|f| sum[f].as_i64().expect("a number"))
}

scenes! {
    async fn a_customer_takes_all_it_has_along_and_leaves_its_past_behind(w: World) {
        let (owner, other, boss) = (w.client("owner").keyed(), w.client("other_owner").keyed(), w.client("distributor_owner"));
        w.order_seats(1).await;
        order(&w, "other_owner", w.other, 1).await;
        let id = w.customer("Traveller", 40).await;
        let (here, tenant) = (at(&w, id), format!("/v1/tenants/{id}"));
        for email in ["ann@traveller.example", "bo@traveller.example"] {
            post(&owner, &format!("{tenant}/members"), json!({ "email": email, "name": email })).await;
        }
        post(&owner, &format!("{tenant}/sites"), json!({ "name": "Head office" })).await;
        post(&owner, &format!("{tenant}/mail-checks"), json!({ "ok": true })).await;
        post(&owner, &format!("{tenant}/campaign-results"), json!({ "runs": [{ "external_ref": "r1", "name": "Autumn", "at": "2026-11-20T09:00:00Z", "delivered": 10, "passed": 7 }] })).await;
        post(&owner, &format!("{tenant}/syncs"), json!({ "ok": false, "source": "scim", "reason": "consent withdrawn" })).await;
        let seen = owner.get(&here).await;
        assert_eq!(owner.with("if-match", seen.header("etag")).patch(&here, &json!({ "reference": "OUR-7" })).await.status, 200);
        let group = id_of(&post(&owner, &format!("/v1/msp/{}/groups", w.partner), json!({ "name": "North" })).await);
        post(&owner, &format!("/v1/msp/{}/groups/{group}/customers", w.partner), json!({ "customers": [id] })).await;
        let rule = id_of(&post(&other, &format!("/v1/msp/{}/groups", w.other), json!({ "name": "Travel", "rule": { "name_contains": "travel" } })).await);
        let alerts = format!("/v1/msp/{}/alerts?filter[status]=open", w.partner);
        assert_eq!(ok(&owner, &alerts).await["page"]["total"], 1);
        let token = post(&owner, "/v1/tokens", json!({ "name": "Sync", "node": id })).await;
        let token = w.client("nobody").token(token["secret"].as_str().expect("a secret"));
        assert_eq!(token.get(&here).await.status, 200);

        // When a token was last used is noted apart.
        let prints = || w.prints().into_iter().filter(|(table, _)| table != "credential").collect::<Vec<_>>();
        let before = prints();
        let preview = boss.post(&format!("{here}/move?preview=true"), &json!({ "msp_id": w.other })).await;
        assert_eq!(preview.status, 200, "{}", preview.text);
        let effects = preview.json["effects"].as_array().expect("effects");
        let effect = |on: &str, id: String, field: &str| effects.iter().find(|e| e["on"] == on && e["id"] == id && e["field"] == field).map(|e| (e["before"].clone(), e["after"].clone()));
        assert_eq!(effect("pool", w.partner.to_string(), "available"), Some((json!(960), json!(1_000))), "{}", preview.text);
        assert_eq!(effect("pool", w.other.to_string(), "available"), Some((json!(1_000), json!(960))));
        assert_eq!(effect("partner", w.partner.to_string(), "people_who_see_it"), Some((json!(4), json!(0))));
        assert_eq!(effect("partner", w.other.to_string(), "people_who_see_it"), Some((json!(0), json!(1))));
        assert_eq!(effect("group", group, "customer").map(|e| e.1), Some(Value::Null));
        assert_eq!(effect("group", rule.clone(), "customer").map(|e| e.1), Some(json!(id)));
        assert_eq!(effect("customer", id.to_string(), "reference"), Some((json!("OUR-7"), Value::Null)));
        assert_eq!(effect("customer", id.to_string(), "tokens"), Some((json!(1), json!(0))));
        assert!(prints() == before, "a preview leaves no trace");

        assert_eq!(go(&owner, w.partner, id, w.other).await.status, 403, "a partner's own people cannot give a customer away");
        assert_eq!(go(&other, w.partner, id, w.other).await.status, 404, "nor take one");
        let once = boss.with("idempotency-key", "move-1");
        let moved = go(&once, w.partner, id, w.other).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        assert_eq!((moved.json["seats"].as_i64(), moved.json["available"].as_i64(), &moved.json["msp_id"]), (Some(40), Some(960), &json!(w.other)));
        let again = go(&once, w.partner, id, w.other).await;
        assert_eq!((again.status, again.header("idempotency-replayed"), again.json == moved.json), (200, "true", true), "{}", again.text);
        assert_eq!(go(&boss, w.partner, id, w.other).await.status, 404, "it is not there any more");

        for path in [here.clone(), format!("{tenant}/members"), format!("{tenant}/sites"), format!("{here}/evidence/seats")] {
            assert_eq!((owner.get(&path).await.status, token.get(&path).await.status), (404, 401), "{path}");
        }
        let allocate = json!({ "tenant_id": id, "seats": 1 });
        assert_eq!(owner.post("/v1/licenses/allocate", &allocate).await.status, 404);
        assert_eq!(ok(&owner, &format!("/v1/msp/{}/customers", w.partner)).await["page"]["total"], 0);
        assert!(!owner.get(&format!("/v1/msp/{}/customers/export", w.partner)).await.text.contains("Traveller"));
        assert_eq!(ok(&owner, &alerts).await["page"]["total"], 0);
        assert_eq!((pool(&owner, w.partner).await, pool(&other, w.other).await), ([0, 1_000, 0], [40, 960, 2]));

        let there = format!("/v1/msp/{}/customers/{id}", w.other);
        let found = ok(&other, &there).await;
        assert_eq!((&found["reference"], &found["name"], &found["region"], &found["lifecycle"]), (&Value::Null, &json!("Traveller"), &json!("eu"), &json!("active")));
        assert_eq!(&found["account_number"], &moved.json["account_number"]);
        let row = ok(&other, &format!("/v1/msp/{}/customers", w.other)).await["data"][0].clone();
        assert_eq!((&row["status"], &row["pass_rate"], &row["seats"]), (&json!("sync_failed"), &json!({ "percent": 70.0, "passed": 7, "of": 10 }), &json!({ "active": 2, "allocated": 40 })));
        assert_eq!(ok(&other, &format!("{tenant}/members")).await["page"]["total"], 2);
        assert_eq!(ok(&other, &format!("{tenant}/sites")).await["page"]["total"], 1);
        assert_eq!(ok(&other, &format!("/v1/msp/{}/groups/{rule}", w.other)).await["customers"], 1);
        assert_eq!(ok(&other, &format!("/v1/msp/{}/alerts?filter[status]=open", w.other)).await["page"]["total"], 1);
        // The region goes on obeying: what is decided at the new partner reaches it.
        assert_eq!(post(&other, "/v1/licenses/allocate", json!({ "tenant_id": id, "seats": 5 })).await["allocated"], 45);
        post(&other, &format!("{tenant}/members"), json!({ "email": "cy@traveller.example" })).await;
        assert_eq!(post(&other, "/v1/licenses/release", json!({ "tenant_id": id, "seats": 42 })).await["allocated"], 3);
        assert_eq!(pool(&other, w.other).await, [3, 997, 3]);

        for (who, partner) in [(&owner, w.partner), (&other, w.other)] {
            let trail = ok(who, &format!("/v1/msp/{partner}/audit?filter[command]=moves.move_customer")).await;
            let entry = &trail["data"][0];
            assert_eq!((trail["page"]["total"].as_i64(), entry["effects"].as_array().is_some_and(|e| e.len() > 2)), (Some(1), true), "{trail}");
            let foreign = if partner == w.partner { w.other } else { w.partner };
            assert!(entry["effects"].as_array().expect("effects").iter().all(|e| e["on"] != "pool" || e["id"] != foreign.to_string()), "{trail}");
            assert_eq!(ok(who, &format!("/v1/msp/{partner}/audit/verify")).await["intact"], true);
        }
    }

    async fn past_days_stay_with_the_msp_of_their_time(w: World) {
        let (owner, other, boss) = (w.client("owner").keyed(), w.client("other_owner").keyed(), w.client("distributor_owner"));
        w.order_seats(1).await;
        order(&w, "other_owner", w.other, 1).await;
        let (id, _stays) = (w.customer("Moving", 40).await, w.customer("Staying", 10).await);
        let tenant = format!("/v1/tenants/{id}");
        post(&owner, &format!("{tenant}/sites"), json!({ "name": "Head office" })).await;
        post(&owner, &format!("{tenant}/mail-checks"), json!({ "ok": true })).await;
        post(&owner, &format!("{tenant}/syncs"), json!({ "ok": true, "source": "scim" })).await;
        post(&owner, &format!("{tenant}/campaign-results"), json!({ "runs": [{ "external_ref": "r1", "name": "Autumn", "at": "2026-11-20T09:00:00Z", "delivered": 10, "passed": 7 }] })).await;
        w.pass_days(3);
        let day = |n: i64| w.now().plus_days(n).to_string()[..10].to_owned();
        let path = |partner: PartnerId, rest: &str| format!("/v1/msp/{partner}/{rest}");
        let yesterday = ok(&owner, &path(w.partner, &format!("portfolio?as_of={}", day(-1)))).await;
        assert_eq!(yesterday["kpis"]["active_customers"]["value"], 2);
        assert_eq!(go(&boss, w.partner, id, w.other).await.status, 200);
        let told = ok(&owner, &path(w.partner, "evidence/active_customers")).await;
        assert_eq!((&told["inputs"]["now"], &told["rows"][0]["lifecycle"]), (&json!(1), &json!("moved_away")), "{told}");
        w.pass_days(40);
        let back = day(-41);
        assert_eq!(ok(&owner, &path(w.partner, &format!("portfolio?as_of={back}"))).await, yesterday, "the past of the former partner does not change");
        let empty = ok(&other, &path(w.other, &format!("portfolio?as_of={back}"))).await;
        assert_eq!((&empty["kpis"]["active_customers"]["value"], &empty["kpis"]["networks"]["value"], &empty["kpis"]["pass_rate"]), (&json!(0), &json!(0), &Value::Null), "{empty}");
        for (who, partner, count, seats, sites) in [(&owner, w.partner, 1, 10, 0), (&other, w.other, 1, 40, 1)] {
            let live = ok(who, &path(partner, "portfolio")).await;
            let facts = ok(who, &path(partner, &format!("portfolio?as_of={}", day(0)))).await;
            assert_eq!(live, facts, "now by facts equals now by counters");
            let kpis = &live["kpis"];
            assert_eq!((&kpis["active_customers"]["value"], &kpis["seats"]["allocated"], &kpis["networks"]["value"]), (&json!(count), &json!(seats), &json!(sites)));
            let on_the_day = ok(who, &path(partner, &format!("portfolio?as_of={}", day(-40)))).await;
            assert_eq!((&on_the_day["kpis"]["active_customers"]["value"], &on_the_day["kpis"]["seats"]["allocated"]), (&json!(count), &json!(seats)), "at the end of the day of the move");
        }
        let page = w.browser("other_owner").await.get(&format!("/msp/{}/customers/{id}", w.other)).await;
        assert!(page.text.contains("Moved here from another MSP"), "{}", page.text);
        // And home again: the days away stay the other partner's.
        assert_eq!(go(&boss, w.other, id, w.partner).await.status, 200);
        for (who, partner, then, now) in [(&owner, w.partner, 1, 2), (&other, w.other, 1, 0)] {
            let counted = async |date: String| ok(who, &path(partner, &format!("portfolio?as_of={date}"))).await["kpis"]["active_customers"]["value"].clone();
            assert_eq!((counted(day(-20)).await, counted(day(0)).await), (json!(then), json!(now)));
            assert_eq!(ok(who, &path(partner, "portfolio")).await, ok(who, &path(partner, &format!("portfolio?as_of={}", day(0)))).await);
        }
    }

    async fn what_does_not_fit_is_refused_with_its_numbers(w: World) {
        let boss = w.client("distributor_owner");
        w.order_seats(1).await;
        let id = w.customer("Heavy", 40).await;
        let short = go(&boss, w.partner, id, w.other).await;
        assert_eq!((short.status, short.code(), short.json["available"].as_i64(), short.json["requested"].as_i64()), (409, "pool-exhausted", Some(0), Some(40)), "{}", short.text);
        let page = w.browser("distributor_owner").await.get(&format!("/msp/{}/customers/{id}/move?to={}", w.partner, w.other)).await;
        assert!(page.text.contains("holds 40 seats, 0 are available") && !page.text.contains("typed_name"), "{}", page.text);
        order(&w, "other_owner", w.other, 1).await;
        let made = post(&boss, &format!("/v1/distributors/{}/partners", w.distributor), json!({ "name": "Tiny MSP", "max_customers": 1 })).await;
        let tiny: PartnerId = made["partner"].as_str().expect("an id").parse().expect("an id");
        let light = w.customer("Light", 0).await;
        assert_eq!(go(&boss, w.partner, light, tiny).await.status, 200);
        let full = go(&boss, w.partner, id, tiny).await;
        assert_eq!((full.status, full.code(), full.json["max"].as_i64()), (409, "customer-limit", Some(1)), "{}", full.text);
        let body = json!({ "name": "Twin", "max_mau": 10, "domain": "heavy.example" });
        assert_eq!(w.client("other_owner").keyed().post(&format!("/v1/msp/{}/customers", w.other), &body).await.status, 202);
        assert_eq!(go(&boss, w.partner, id, w.other).await.code(), "domain-taken");
        assert_eq!(go(&boss, w.partner, w.internal, w.other).await.code(), "internal-tenant");
        assert_eq!(go(&boss, w.partner, id, w.partner).await.code(), "already-there");
        let unknown = go(&boss, w.partner, id, PartnerId::new(store::Uuid::from_u128(7))).await;
        assert_eq!((unknown.status, unknown.code(), unknown.json["errors"][0]["pointer"].as_str()), (422, "unknown-msp", Some("/msp_id")), "{}", unknown.text);
        let path = format!("{}/move", at(&w, id));
        let bad = boss.post(&path, &json!({ "msp_id": w.other, "seats": 3 })).await;
        assert_eq!((bad.status, bad.json["errors"][0]["pointer"].as_str()), (422, Some("/seats")), "{}", bad.text);
        assert_eq!(boss.post(&path.replace(&w.partner.to_string(), &w.other.to_string()), &json!({})).await.status, 404, "a foreign customer in the path");
        let provisioning = w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &json!({ "name": "New", "max_mau": 10 })).await;
        let new: CustomerId = provisioning.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
        assert_eq!(go(&boss, w.partner, new, w.other).await.code(), "wrong-lifecycle");
        let members = format!("/v1/tenants/{id}/members/import?start=true");
        let begun = w.client("owner").keyed().request(http::Method::POST, &members, Some("text/csv"), b"email\nann@heavy.example\n".to_vec()).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        assert_eq!(go(&boss, w.partner, id, w.other).await.code(), "work-under-way");
        assert_eq!(pool(&w.client("owner"), w.partner).await, [40, 960, 0], "nothing was changed");
    }

    async fn a_suspended_customer_moves_and_stays_suspended(w: World) {
        let (owner, other, boss) = (w.client("owner"), w.client("other_owner"), w.client("distributor_owner"));
        let id = w.customer("Asleep", 0).await;
        post(&owner, &format!("{}/suspend", at(&w, id)), json!({})).await;
        assert_eq!(go(&boss, w.partner, id, w.other).await.status, 200);
        let there = format!("/v1/msp/{}/customers/{id}", w.other);
        assert_eq!(ok(&other, &there).await["lifecycle"], "disabled");
        assert_eq!(post(&other, &format!("{there}/resume"), json!({})).await["lifecycle"], "active");
        assert_eq!(owner.post(&format!("{}/resume", at(&w, id)), &json!({})).await.status, 404);
    }

    async fn a_move_widens_nobodys_reach_and_brings_the_administrators(w: World) {
        let (owner, other, boss) = (w.client("owner").keyed(), w.client("other_owner").keyed(), w.client("distributor_owner"));
        let (id, stays) = (w.customer("Shy", 0).await, w.customer("Open", 0).await);
        let group = id_of(&post(&owner, &format!("/v1/msp/{}/groups", w.partner), json!({ "name": "Secret" })).await);
        post(&owner, &format!("/v1/msp/{}/groups/{group}/customers", w.partner), json!({ "customers": [id] })).await;
        let staff = format!("/v1/msp/{}/staff", w.partner);
        let invite = async |email: &str, role: &str, reach: Value| post(&owner, &staff, json!({ "email": email, "name": email, "role": role, "reach": reach, "notify": false })).await;
        let except = invite("ex@staff.example", "technician", json!({ "mode": "except", "groups": [group] })).await;
        let only = invite("on@staff.example", "technician", json!({ "mode": "only", "customers": [id, stays] })).await;
        let admin = invite("adm@shy.example", "customer_admin", json!({ "mode": "only", "customers": [id] })).await;
        assert_eq!(go(&boss, w.partner, id, w.other).await.status, 200);
        let reach = ok(&owner, &format!("{staff}/{}", id_of(&only))).await["reach"].clone();
        assert_eq!(reach["customers"], json!([stays]), "what moved away is on nobody's list");
        let there = format!("/v1/msp/{}/staff/{}", w.other, id_of(&admin));
        assert_eq!(ok(&other, &there).await["role"], "customer_admin", "the customer's own people come along");
        assert_eq!(owner.get(&format!("{staff}/{}", id_of(&admin))).await.status, 404);
        // It comes back: who did not see it through the group does not see it now, who saw it by name was taken off.
        assert_eq!(go(&boss, w.other, id, w.partner).await.status, 200);
        let list = ok(&owner, &format!("{staff}/{}", id_of(&except))).await["reach"]["customers"].clone();
        assert_eq!(list, json!([id]), "still left out, by its name");
        assert_eq!(ok(&owner, &format!("{staff}/{}", id_of(&only))).await["reach"]["customers"], json!([stays]));
    }

    async fn of_two_moves_at_once_one_finds_the_customer(w: World) {
        let boss = w.client("distributor_owner");
        w.order_seats(1).await;
        let made = post(&boss, &format!("/v1/distributors/{}/partners", w.distributor), json!({ "name": "Third MSP" })).await;
        let third: PartnerId = made["partner"].as_str().expect("an id").parse().expect("an id");
        let owner3 = w.hire("third_owner", third, "owner").await;
        order(&w, "other_owner", w.other, 1).await;
        order(&w, "third_owner", third, 1).await;
        for round in 0..4 {
            let id = w.customer(&format!("Wanted {round}"), 30).await;
            let answers = futures_util::future::join_all([w.other, third].map(|to| go(&boss, w.partner, id, to))).await;
            let mut codes: Vec<u16> = answers.iter().map(|a| a.status).collect();
            codes.sort_unstable();
            assert_eq!(codes, [200, 404], "{} {}", answers[0].text, answers[1].text);
            let seen = [(w.client("owner"), w.partner), (w.client("other_owner"), w.other), (owner3.clone(), third)];
            let mut seers = 0;
            for (who, partner) in &seen {
                seers += i32::from(who.get(&format!("/v1/msp/{partner}/customers/{id}")).await.status == 200);
            }
            assert_eq!(seers, 1, "one partner has it");
        }
        let held = [pool(&w.client("owner"), w.partner).await, pool(&w.client("other_owner"), w.other).await, pool(&owner3, third).await];
        assert_eq!((held[0][0], held[1][0] + held[2][0]), (0, 120));
    }

    async fn a_move_and_changes_at_once_lose_and_double_nothing(w: World) {
        let (owner, other, boss) = (w.client("owner").keyed(), w.client("other_owner").keyed(), w.client("distributor_owner"));
        w.order_seats(1).await;
        order(&w, "other_owner", w.other, 1).await;
        let (mut from, mut to) = ((w.partner, &owner), (w.other, &other));
        let id = w.customer("Busy", 10).await;
        let tenant = format!("/v1/tenants/{id}");
        let (mut seats, mut syncs) = (10, 0);
        for round in 0..6 {
            let allocate = json!({ "tenant_id": id, "seats": 3 });
            let gives = futures_util::future::join_all((0..4).map(|_| from.1.post("/v1/licenses/allocate", &allocate)));
            let site = json!({ "name": format!("Site {round}") });
            let sites = format!("{tenant}/sites");
            let adds = from.1.post(&sites, &site);
            let (moved, gives, added) = tokio::join!(go(&boss, from.0, id, to.0), gives, adds);
            assert_eq!(moved.status, 200, "{}", moved.text);
            assert!(gives.iter().all(|a| a.status == 200 || a.status == 404), "{gives:?}");
            seats += 3 * i64::try_from(gives.iter().filter(|a| a.status == 200).count()).expect("few");
            syncs += i32::from(added.status == 201);
            assert!(added.status == 201 || added.status == 404, "{}", added.text);
            std::mem::swap(&mut from, &mut to);
            let row = ok(from.1, &format!("/v1/msp/{}/customers/{id}", from.0)).await;
            assert_eq!(row["id"], json!(id));
            assert_eq!(ok(from.1, &sites).await["page"]["total"], syncs, "an answered change is not lost");
            assert_eq!((pool(from.1, from.0).await[0], pool(to.1, to.0).await[0]), (seats, 0), "round {round}");
        }
    }

    async fn two_processes_race_for_a_customer_and_agree(w: World) {
        let (owner, other, boss) = (w.client("owner").keyed(), w.client("other_owner").keyed(), w.client("distributor_owner"));
        w.order_seats(1).await;
        order(&w, "other_owner", w.other, 1).await;
        let id = w.customer("Contested", 10).await;
        let tenant = format!("/v1/tenants/{id}");
        // Another process remembers nothing of where customers were: its commands take other lanes.
        let second = w.second();
        let (mut from, mut to) = ((w.partner, owner), (w.other, other));
        let (mut seats, mut sites) = (10, 0);
        for round in 0..8 {
            assert!(w.clock.advance(w.now().plus_seconds(60)));
            let far = from.1.at(&second);
            let (allocate, both) = (json!({ "tenant_id": id, "seats": 1 }), [&far, &from.1]);
            let gives = futures_util::future::join_all((0..6).map(|n| both[n % 2].post("/v1/licenses/allocate", &allocate)));
            let (site, sync) = (json!({ "name": format!("Site {round}") }), json!({ "ok": round % 2 == 0, "source": "scim" }));
            let (site_path, sync_path) = (format!("{tenant}/sites"), format!("{tenant}/syncs"));
            let (moved, gives, added, told) = tokio::join!(go(&boss, from.0, id, to.0), gives, far.post(&site_path, &site), far.post(&sync_path, &sync));
            assert_eq!(moved.status, 200, "{}", moved.text);
            assert!(gives.iter().chain([&added, &told]).all(|a| a.status < 300 || a.status == 404), "{gives:?} {added:?} {told:?}");
            seats += i64::try_from(gives.iter().filter(|a| a.status == 200).count()).expect("few");
            sites += i64::from(added.status == 201);
            std::mem::swap(&mut from, &mut to);
            assert_eq!((pool(&from.1, from.0).await[0], pool(&to.1, to.0).await[0]), (seats, 0), "round {round}");
            assert_eq!(ok(&from.1, &site_path).await["page"]["total"], sites, "an answered change is not lost");
            let row = ok(&from.1, &format!("/v1/msp/{}/customers", from.0)).await["data"][0].clone();
            assert_eq!(row["seats"]["allocated"], seats, "{row}");
            for (partner, who) in [&from, &to] {
                let day = &w.now().to_string()[..10];
                let live = ok(who, &format!("/v1/msp/{partner}/portfolio")).await;
                assert_eq!(live["kpis"], ok(who, &format!("/v1/msp/{partner}/portfolio?as_of={day}")).await["kpis"]);
                assert_eq!(ok(who, &format!("/v1/msp/{partner}/audit/verify")).await["intact"], true);
            }
        }
    }

    async fn the_page_asks_before_a_customer_or_an_msp_moves(w: World) {
        let id = w.customer("Asked Twice", 0).await;
        let boss = w.browser("distributor_owner").await;
        let here = format!("/msp/{}/customers/{id}", w.partner);
        let page = boss.get(&here).await;
        assert!(page.text.contains(&format!("{here}/move")), "{}", page.text);
        assert!(!w.browser("owner").await.get(&here).await.text.contains("/move"), "only who can move it is offered to");
        let first = boss.get(&format!("{here}/move")).await;
        assert!(first.status == 200 && first.text.contains("Otherwise MSP") && !first.text.contains("typed_name"), "{}", first.text);
        let asked = boss.get(&format!("{here}/move?to={}", w.other)).await;
        for part in ["typed_name", "lose sight", "C-00002", "technician@staff.example", "other_owner@staff.example"] {
            assert!(asked.text.contains(part), "{part}: {}", asked.text);
        }
        let to = w.other.to_string();
        let wrong = boss.form(&format!("{here}/move"), &[("to", &to), ("typed_name", "Asked twice")]).await;
        assert!(wrong.status == 422 && wrong.text.contains("aria-invalid"), "{}", wrong.text);
        let done = boss.form(&format!("{here}/move"), &[("to", &to), ("typed_name", "Asked Twice")]).await;
        assert_eq!((done.status, done.header("location")), (303, format!("/msp/{}/customers/{id}?done=moved", w.other).as_str()), "{}", done.text);
        assert_eq!(boss.get(&format!("{here}/move")).await.status, 404);
        assert_eq!(w.browser("other_owner").await.get(&format!("/msp/{}/customers/{id}", w.other)).await.status, 200);

        let far = tenantry::provisioning::setup::distributor(&w.app.house, tenantry::hierarchy::Name::parse("Far").expect("a name")).await.expect("made");
        w.hire("both", tenantry::hierarchy::create_distributor::PLATFORM, "distributor_owner").await;
        let both = w.browser("both").await;
        let way = format!("/msp/{}/move", w.other);
        assert!(boss.get(&format!("/distributors/{}", w.distributor)).await.text.contains(&way));
        assert!(boss.get(&way).await.text.contains("no other distributor"), "one distributor's own people have nowhere to move it to");
        let shown = both.get(&way).await;
        assert!(shown.status == 200 && shown.text.contains("Far") && shown.text.contains("typed_name"), "{}", shown.text);
        let far_text = far.to_string();
        assert_eq!(both.form(&way, &[("to", &far_text), ("typed_name", "Other MSP")]).await.status, 422);
        let moved = both.form(&way, &[("to", &far_text), ("typed_name", "Otherwise MSP")]).await;
        assert_eq!(moved.status, 303, "{}", moved.text);
        assert_eq!(boss.get(&way).await.status, 404, "its former distributor sees nothing of it");
    }
}
