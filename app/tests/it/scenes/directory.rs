//! Members, syncs, mail checks and results through the API.

use serde_json::json;
use store::{Clock, CustomerId};

use crate::{
    scenes,
    support::{Client, World},
};

async fn add(client: &Client, customer: CustomerId, email: &str) -> serde_json::Value {
    let answer = client.post(&format!("/v1/tenants/{customer}/members"), &json!({ "email": email, "name": email })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json
}

async fn active(w: &World) -> i64 {
    let summary = w.client("owner").get(&format!("/v1/msp/{}/licenses/summary", w.partner)).await;
    summary.json["active_users"].as_i64().expect("a number")
}

scenes! {
    async fn f2_37_suspending_a_user_is_one_less_at_once(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Eklund Bygg", 3).await;
        let tech = w.client("technician");
        let ann = add(&tech, customer, "ann@eklund.example").await;
        add(&tech, customer, "bo@eklund.example").await;
        assert_eq!(active(&w).await, 2);
        let path = format!("/v1/tenants/{customer}/members/{}", ann["id"].as_str().expect("an id"));
        let off = tech.patch(&path, &json!({ "status": "inactive" })).await;
        assert_eq!((off.status, off.json["status"].as_str()), (200, Some("inactive")), "{}", off.text);
        assert_eq!(active(&w).await, 1);
        let rows = w.client("owner").get(&format!("/v1/msp/{}/licenses/by-tenant", w.partner)).await;
        assert_eq!(rows.json["data"][0]["active_users"], 1, "{}", rows.text);
        assert_eq!(tech.patch(&path, &json!({ "status": "inactive" })).await.status, 200, "the same again changes nothing");
        assert_eq!(tech.patch(&path, &json!({ "status": "active" })).await.status, 200);
        assert_eq!(active(&w).await, 2);
        assert_eq!(tech.delete(&path).await.status, 200);
        assert_eq!(active(&w).await, 1);
        assert_eq!(tech.get(&path).await.status, 404);
    }

    async fn f0_03_members_of_all_customers_of_those_allowed(w: World) {
        w.order_seats(1).await;
        let (one, two) = (w.customer("One", 3).await, w.customer("Two", 1).await);
        let owner = w.client("owner");
        let ann = add(&owner, one, "ann@one.example").await;
        for (customer, email, status) in [(one, "bo@one.example", "active"), (two, "cy@two.example", "active"), (two, "di@two.example", "inactive")] {
            let body = json!({ "email": email, "name": email, "status": status });
            assert_eq!(owner.post(&format!("/v1/tenants/{customer}/members"), &body).await.status, 201);
        }
        let kpi = async || w.get("owner", "portfolio").await["kpis"]["members"].clone();
        assert_eq!(kpi().await, json!({ "value": 4, "max": 500_000 }), "any status");
        let mut sum = 0;
        for customer in [one, two] {
            sum += owner.get(&format!("/v1/tenants/{customer}/members")).await.json["page"]["total"].as_i64().expect("a number");
        }
        assert_eq!(sum, 4, "the sum of what each customer counts");
        let path = format!("/v1/tenants/{one}/members/{}", ann["id"].as_str().expect("an id"));
        assert_eq!(owner.patch(&path, &json!({ "status": "inactive" })).await.status, 200);
        assert_eq!(kpi().await["value"], 4, "deactivating one changes nothing");
        let evidence = w.client("owner").with("accept-language", "de").get(&format!("/v1/msp/{}/evidence/members", w.partner)).await.json;
        let rows: Vec<_> = evidence["rows"].as_array().expect("rows").iter().map(|r| r["members"].as_i64()).collect();
        assert_eq!((rows, &evidence["inputs"]), (vec![Some(2), Some(2)], &json!({ "members": 4, "max": 500_000 })));
        assert!(evidence["formula"].as_str().is_some_and(|f| f.starts_with("Mitglieder all dieser Kunden")), "{evidence}");
        let page = w.browser("owner").await.get(&format!("/msp/{}", w.partner)).await;
        assert!(page.text.contains("of 500,000 allowed"), "{}", page.text);
        // Whoever sees one customer counts its members only.
        w.assign("technician", &[two]).await;
        assert_eq!(w.get("technician", "portfolio").await["kpis"]["members"]["value"], 2);
        assert_eq!(owner.delete(&path).await.status, 200);
        assert_eq!(kpi().await["value"], 3);
        let today = w.get("owner", &format!("portfolio?as_of={}", &crate::support::NOW[..10])).await;
        assert_eq!(today["kpis"]["members"]["value"], 3, "from recorded facts the same");
        let suspend = owner.keyed().post(&format!("/v1/msp/{}/customers/{two}/suspend", w.partner), &json!({ "reason": "unpaid" })).await;
        assert_eq!((suspend.status, kpi().await["value"].as_i64()), (200, Some(3)), "disabled customers count: {}", suspend.text);
    }

    async fn seats_are_hard_by_hand(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Small", 1).await;
        let owner = w.client("owner");
        add(&owner, customer, "first@small.example").await;
        let path = format!("/v1/tenants/{customer}/members");
        let second = owner.post(&path, &json!({ "email": "second@small.example" })).await;
        assert_eq!((second.status, second.code(), second.json["seats"].as_i64()), (409, "no-free-seat", Some(1)), "{}", second.text);
        let idle = owner.post(&path, &json!({ "email": "second@small.example", "status": "inactive" })).await;
        assert_eq!(idle.status, 201, "{}", idle.text);
        let twice = owner.post(&path, &json!({ "email": "FIRST@small.example" })).await;
        assert_eq!((twice.status, twice.code()), (409, "email-taken"));
        let wrong = owner.post(&path, &json!({ "email": "nonsense" })).await;
        assert_eq!((wrong.status, wrong.json["errors"][0]["pointer"].as_str()), (422, Some("/email")), "{}", wrong.text);
        let counted = owner.get(&path).await;
        assert_eq!(counted.json["page"]["total"], 2, "what was refused was not counted");
    }

    async fn only_an_active_member_may_come_in(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Gate", 5).await;
        let owner = w.client("owner");
        let body = json!({ "email": "in@gate.example", "external_id": "badge-7" });
        let made = owner.post(&format!("/v1/tenants/{customer}/members"), &body).await.json;
        let id = made["id"].as_str().expect("an id").to_owned();
        let asked = async |who: &str| owner.get(&format!("/v1/tenants/{customer}/access/{who}")).await.json["allow"].as_bool();
        for name in [id.as_str(), "badge-7", "IN@gate.example"] {
            assert_eq!(asked(name).await, Some(true), "{name}");
        }
        assert_eq!(asked("nobody@gate.example").await, Some(false));
        owner.patch(&format!("/v1/tenants/{customer}/members/{id}"), &json!({ "status": "inactive" })).await;
        assert_eq!(asked("badge-7").await, Some(false));
        let foreign = w.client("other_owner").get(&format!("/v1/tenants/{customer}/access/badge-7")).await;
        assert_eq!(foreign.status, 404);
    }

    async fn a_list_pages_sorts_and_searches(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("List", 50).await;
        let owner = w.client("owner");
        for n in 0..7 {
            let body = json!({ "email": format!("m{n}@list.example"), "name": format!("{} Öberg", (b'g' - n) as char) });
            assert_eq!(owner.post(&format!("/v1/tenants/{customer}/members"), &body).await.status, 201);
            assert!(w.clock.advance(w.now().plus_seconds(1)));
        }
        for (sort, first) in [("name", "a Öberg"), ("-name", "g Öberg"), ("email", "g Öberg"), ("-created_at", "a Öberg"), ("status", "a Öberg"), ("-status", "g Öberg")] {
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let page = owner.get(&format!("/v1/tenants/{customer}/members?sort={sort}&page[size]=3{after}")).await;
                assert_eq!((page.status, page.json["page"]["total"].as_i64()), (200, Some(7)), "{sort}: {}", page.text);
                seen.extend(page.json["data"].as_array().expect("rows").iter().map(|m| m["name"].as_str().expect("a name").to_owned()));
                let Some(next) = page.json["page"]["next"].as_str() else { break };
                after = format!("&page[after]={next}");
            }
            assert_eq!((seen.len(), seen[0].as_str()), (7, first), "{sort}");
        }
        let found = owner.get(&format!("/v1/tenants/{customer}/members?q=oberg&filter[status]=active")).await;
        assert_eq!(found.json["page"]["total"], 7);
        assert_eq!(owner.get(&format!("/v1/tenants/{customer}/members?q=%25")).await.json["page"]["total"], 0);
        assert_eq!(owner.get(&format!("/v1/tenants/{customer}/members?filter[status]=gone")).await.status, 400);
        let csv = owner.get(&format!("/v1/tenants/{customer}/members/export")).await;
        assert_eq!((csv.status, csv.text.lines().count()), (200, 8), "{}", csv.text);
        assert_eq!(owner.get(&format!("/v1/tenants/{customer}/members/export?format=xlsx")).await.status, 200);
    }

    async fn the_console_adds_turns_and_imports_members(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Pages", 1).await;
        let owner = w.browser("owner").await;
        let path = format!("/msp/{}/customers/{customer}/members", w.partner);
        let empty = owner.get(&path).await;
        assert!(empty.status == 200 && empty.text.contains("No members yet"), "{}", empty.text);
        let wrong = owner.form(&path, &[("email", "nonsense"), ("status", "active")]).await;
        assert!(wrong.status == 422 && wrong.text.contains("This is not an e-mail address"), "{}", wrong.text);
        let made = owner.form(&path, &[("email", "a@pages.example"), ("status", "active"), ("idempotency_key", "k1")]).await;
        assert_eq!((made.status, made.header("location")), (303, format!("{path}?done=added").as_str()), "{}", made.text);
        let full = owner.form(&path, &[("email", "b@pages.example"), ("status", "active")]).await;
        assert!(full.status == 422 && full.text.contains("All seats are taken"), "{}", full.text);
        let page = owner.speaking("de").get(&path).await;
        assert!(page.text.contains("a@pages.example") && page.text.contains("1 von 1 Plätzen"), "{}", page.text);
        let id = owner.get(&format!("/v1/tenants/{customer}/members")).await.json["data"][0]["id"].as_str().expect("an id").to_owned();
        assert_eq!(owner.form(&format!("{path}/{id}/deactivate"), &[]).await.status, 303);
        assert_eq!(active(&w).await, 0);
        let foreign = format!("/msp/{}/customers/{customer}/members", w.other);
        assert_eq!(owner.get(&foreign).await.status, 404);
        assert_eq!(w.browser("auditor").await.form(&path, &[("email", "c@pages.example")]).await.status, 403);
        assert_eq!(w.browser("distributor_owner").await.get(&path).await.status, 403, "a distributor sees no end people");
    }

    async fn a_change_needs_the_version_it_was_read_at(w: World) {
        let customer = w.customer("Edit", 0).await;
        let owner = w.client("owner");
        let made = owner.post(&format!("/v1/tenants/{customer}/members"), &json!({ "email": "a@edit.example", "status": "inactive", "title": "CTO" })).await.json;
        let path = format!("/v1/tenants/{customer}/members/{}", made["id"].as_str().expect("an id"));
        assert_eq!(owner.patch(&path, &json!({ "name": "New" })).await.status, 428);
        let done = owner.with("if-match", "\"1\"").patch(&path, &json!({ "name": "New", "title": null })).await;
        assert_eq!((done.status, done.header("etag"), done.json["title"].is_null()), (200, "\"2\"", true), "{}", done.text);
        let stale = owner.with("if-match", "\"1\"").patch(&path, &json!({ "name": "Newer" })).await;
        assert_eq!((stale.status, stale.code()), (412, "stale"));
        assert_eq!(w.client("auditor").patch(&path, &json!({ "status": "inactive" })).await.status, 403);
        assert_eq!(owner.patch(&path, &json!({ "colour": "red" })).await.status, 422);
    }

    async fn facts_are_recorded_once_and_never_ahead_of_time(w: World) {
        let customer = w.customer("Facts", 0).await;
        let tech = w.client("technician");
        let post = async |what: &str, body: serde_json::Value| tech.post(&format!("/v1/tenants/{customer}/{what}"), &body).await;
        assert_eq!(post("mail-checks", json!({ "ok": true })).await.status, 201);
        let ahead = post("syncs", json!({ "ok": false, "source": "entra", "at": "2026-11-22T09:00:00Z" })).await;
        assert_eq!((ahead.status, ahead.json["errors"][0]["pointer"].as_str()), (422, Some("/at")), "{}", ahead.text);
        let failed = post("syncs", json!({ "ok": false, "source": "entra", "reason": "consent needed" })).await;
        assert_eq!(failed.status, 201, "{}", failed.text);
        let run = |passed: i64| json!({ "name": "Autumn", "external_ref": "r1", "at": "2026-11-20T09:00:00Z", "delivered": 10, "passed": passed });
        let bad = post("campaign-results", json!({ "runs": [run(10), run(11)] })).await;
        assert_eq!((bad.status, bad.json["errors"][0]["pointer"].as_str()), (422, Some("/runs/1/passed")), "{}", bad.text);
        let done = post("campaign-results", json!({ "runs": [run(7), run(7)] })).await;
        assert_eq!((done.json["recorded"].as_i64(), done.json["duplicates"].as_i64()), (Some(1), Some(1)), "{}", done.text);
        assert_eq!(w.client("auditor").post(&format!("/v1/tenants/{customer}/syncs"), &json!({ "ok": true })).await.status, 403);
        assert_eq!(w.client("other_owner").post(&format!("/v1/tenants/{customer}/syncs"), &json!({ "ok": true })).await.status, 404);
    }
}

scenes! {
    async fn a_suspended_customer_answers_no_to_every_access_question(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Suspended", 10).await;
        let owner = w.client("owner").keyed();
        let member = owner.post(&format!("/v1/tenants/{customer}/members"), &json!({ "email": "ann@suspended.example", "name": "Ann" })).await;
        assert!(member.status < 300, "{}", member.text);
        let asked = format!("/v1/tenants/{customer}/access/ann@suspended.example");
        assert_eq!(owner.get(&asked).await.json["allow"], true);
        let suspended = owner.post(&format!("/v1/msp/{}/customers/{customer}/suspend", w.partner), &json!({})).await;
        assert!(suspended.status < 300, "{}", suspended.text);
        assert_eq!(owner.get(&asked).await.json["allow"], false, "at once");
        let resumed = owner.post(&format!("/v1/msp/{}/customers/{customer}/resume", w.partner), &json!({})).await;
        assert!(resumed.status < 300, "{}", resumed.text);
        assert_eq!(owner.get(&asked).await.json["allow"], true);
    }
}
