//! Alerts: one is open per cause, resolves itself, and is told by mail.

use serde_json::{Value, json};
use store::Clock as _;

use crate::{scenes, support::World};

async fn sync(w: &World, customer: store::CustomerId, ok: bool) {
    let body =
        if ok { json!({ "ok": true, "source": "scim" }) } else { json!({ "ok": false, "source": "scim", "reason": "consent withdrawn" }) };
    let answer = w.client("owner").post(&format!("/v1/tenants/{customer}/syncs"), &body).await;
    assert!(answer.status < 300, "{}", answer.text);
}

async fn list(w: &World, filter: &str) -> Vec<Value> {
    let answer = w.client("owner").get(&format!("/v1/msp/{}/alerts?{filter}", w.partner)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json["page"]["total"].as_u64(), answer.json["data"].as_array().map(|a| a.len() as u64));
    answer.json["data"].as_array().expect("rows").clone()
}

/// The number at the bell, as a page shows it that asks for no alerts and so brings none up to date.
async fn bell(w: &World) -> i64 {
    let page = w.browser("owner").await.get(&format!("/msp/{}/groups", w.partner)).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let bell = page.text.split(" bell\"").nth(1).and_then(|rest| rest.split("</a>").next()).expect("a bell");
    bell.split("aria-hidden=\"true\">").last().and_then(|rest| rest.split('<').next()).and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// Entries in the trail of the partner and its customers.
async fn entries(w: &World, filter: &str) -> i64 {
    w.get("auditor", &format!("audit?{filter}")).await["page"]["total"].as_i64().expect("a total")
}

async fn post(w: &World, path: &str, body: &Value) {
    let answer = w.client("owner").keyed().post(path, body).await;
    assert!(answer.status < 300, "{path}: {}", answer.text);
}

const FAILED: &str = "filter[code]=sync-failed&filter[status]=open";

scenes! {
    async fn one_alert_is_open_per_cause_and_resolves_itself(w: World) {
        let customer = w.customer("Broken Sync", 0).await;
        assert_eq!(list(&w, FAILED).await.len(), 0);
        sync(&w, customer, false).await;
        assert!(w.clock.advance(w.now().plus_seconds(60)));
        sync(&w, customer, false).await;
        let open = list(&w, FAILED).await;
        assert_eq!(open.len(), 1, "{open:?}");
        assert_eq!((&open[0]["customer_id"], &open[0]["severity"], &open[0]["detail"]["reason"]), (&json!(customer), &json!("critical"), &json!("consent withdrawn")));
        assert!(w.clock.advance(w.now().plus_seconds(60)));
        sync(&w, customer, true).await;
        assert_eq!(list(&w, FAILED).await.len(), 0);
        let closed = list(&w, "filter[code]=sync-failed&filter[status]=resolved").await;
        assert_eq!((closed.len(), &closed[0]["resolved_by"]), (1, &json!("rule")));
    }

    async fn f0_24_what_a_person_resolved_reopens_on_newer_evidence_only(w: World) {
        let customer = w.customer("Stubborn", 0).await;
        sync(&w, customer, false).await;
        let id = list(&w, FAILED).await[0]["id"].as_str().expect("an id").to_owned();
        let path = format!("/v1/msp/{}/alerts/{id}/resolve", w.partner);
        assert_eq!(w.client("auditor").post(&path, &json!({})).await.status, 403);
        assert_eq!(w.client("other_owner").post(&path, &json!({})).await.status, 404);
        let done = w.client("technician").post(&path, &json!({ "reason": "known" })).await;
        assert_eq!((done.status, &done.json["resolution"]), (200, &json!("known")), "{}", done.text);
        assert_eq!(w.client("technician").post(&path, &json!({})).await.code(), "already-resolved");
        assert_eq!(list(&w, FAILED).await.len(), 0, "it stays resolved while nothing new is known");
        assert!(w.clock.advance(w.now().plus_seconds(60)));
        sync(&w, customer, false).await;
        assert_eq!(list(&w, FAILED).await.len(), 1, "a newer failure opens it again");
    }

    async fn subscribers_hear_of_an_alert_once(w: World) {
        let customer = w.customer("Told", 0).await;
        let path = format!("/v1/msp/{}/alerts/subscription", w.partner);
        let owner = w.client("owner");
        assert_eq!(owner.get(&path).await.json["severity"], Value::Null);
        assert_eq!(owner.put(&path, &json!({ "severity": "critical" })).await.status, 200);
        assert_eq!(owner.get(&path).await.json["severity"], "critical");
        sync(&w, customer, false).await;
        list(&w, FAILED).await;
        w.work().await;
        let letters = w.app.catcher.as_ref().expect("a catcher");
        let about: Vec<_> = letters.list().into_iter().filter(|m| m.subject().contains("Told")).collect();
        assert_eq!(about.len(), 1);
        assert!(about[0].text().contains("consent withdrawn"));
    }

    async fn a_technician_sees_alerts_of_their_customers_only(w: World) {
        let (mine, other) = (w.customer("Mine", 0).await, w.customer("Others", 0).await);
        sync(&w, mine, false).await;
        sync(&w, other, false).await;
        w.assign("technician", &[mine]).await;
        let seen = w.client("technician").get(&format!("/v1/msp/{}/alerts?{FAILED}", w.partner)).await;
        assert_eq!((seen.json["page"]["total"].as_i64(), &seen.json["data"][0]["customer_id"]), (Some(1), &json!(mine)), "{}", seen.text);
    }

    async fn the_bell_is_right_at_the_next_page(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Prompt", 2).await;
        let tenant = format!("/v1/tenants/{customer}");
        post(&w, &format!("{tenant}/mail-checks"), &json!({ "ok": true })).await;
        assert_eq!(bell(&w).await, 0);
        sync(&w, customer, false).await;
        assert_eq!(bell(&w).await, 1, "a failed sync");
        sync(&w, customer, true).await;
        assert_eq!(bell(&w).await, 0, "it succeeded again");
        post(&w, &format!("{tenant}/mail-checks"), &json!({ "ok": false })).await;
        assert_eq!(bell(&w).await, 1, "mail fails its check");
        post(&w, &format!("/v1/msp/{}/customers/{customer}/suspend", w.partner), &json!({})).await;
        assert_eq!(bell(&w).await, 0, "nobody waits for a suspended customer");
        post(&w, &format!("/v1/msp/{}/customers/{customer}/resume", w.partner), &json!({})).await;
        assert_eq!(bell(&w).await, 1, "nor is anything mended by that");
        post(&w, &format!("{tenant}/mail-checks"), &json!({ "ok": true })).await;
        let run = json!({ "runs": [{ "name": "Autumn", "external_ref": "r1", "at": w.now(), "delivered": 10, "passed": 2 }] });
        post(&w, &format!("{tenant}/campaign-results"), &run).await;
        assert_eq!(bell(&w).await, 1, "many fell for it");
        let run = json!({ "runs": [{ "name": "Winter", "external_ref": "r2", "at": w.now(), "delivered": 90, "passed": 90 }] });
        post(&w, &format!("{tenant}/campaign-results"), &run).await;
        assert_eq!(bell(&w).await, 0);
        for n in 0..2 {
            post(&w, &format!("{tenant}/members"), &json!({ "email": format!("m{n}@prompt.example"), "name": "Mo" })).await;
        }
        assert_eq!(bell(&w).await, 1, "all seats are in use");
        post(&w, "/v1/licenses/allocate", &json!({ "tenant_id": customer, "seats": 8 })).await;
        assert_eq!(bell(&w).await, 0, "seats are free again");
        post(&w, "/v1/licenses/release", &json!({ "tenant_id": customer, "seats": 8 })).await;
        assert_eq!(bell(&w).await, 1, "and taken again");
    }

    async fn thresholds_change_the_bell_at_once(w: World) {
        let customer = w.customer("Judged", 0).await;
        let tenant = format!("/v1/tenants/{customer}");
        post(&w, &format!("{tenant}/mail-checks"), &json!({ "ok": true })).await;
        let run = json!({ "runs": [{ "name": "Autumn", "external_ref": "r1", "at": w.now(), "delivered": 10, "passed": 7 }] });
        post(&w, &format!("{tenant}/campaign-results"), &run).await;
        assert_eq!(bell(&w).await, 0);
        let settings = format!("/v1/msp/{}/settings", w.partner);
        let owner = w.client("owner");
        let version = owner.get(&settings).await.header("etag").to_owned();
        let changed = owner.with("if-match", &version).patch(&settings, &json!({ "low_pass_percent": 80 })).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert_eq!(bell(&w).await, 1, "70 percent is low now");
    }

    async fn an_evaluation_that_changes_nothing_leaves_no_entry(w: World) {
        let customer = w.customer("Quiet", 0).await;
        sync(&w, customer, false).await;
        let before = entries(&w, "").await;
        list(&w, FAILED).await;
        w.work().await;
        assert!(w.clock.advance(w.now().plus_seconds(300)));
        w.work().await;
        list(&w, FAILED).await;
        assert_eq!(entries(&w, "").await, before, "only what opened or closed stands in the trail");
        assert_eq!(entries(&w, "filter[command]=alerts.evaluate&filter[by]=system").await, 2, "at its launch, and now");
        assert_eq!(entries(&w, "filter[command]=alerts.evaluate&filter[by]=people").await, 0);
        let page = w.browser("auditor").await.get(&format!("/msp/{}/audit?command=alerts.evaluate", w.partner)).await;
        assert!(page.text.contains("Alert opened: Directory sync failed"), "{}", page.text);
        sync(&w, customer, true).await;
        let page = w.browser("auditor").await.get(&format!("/msp/{}/audit?by=system", w.partner)).await;
        assert!(page.text.contains("Alert closed: Directory sync failed"), "{}", page.text);
    }

    async fn the_reason_of_a_resolution_is_asked_for_and_kept(w: World) {
        let customer = w.customer("Reasoned", 0).await;
        sync(&w, customer, false).await;
        let id = list(&w, FAILED).await[0]["id"].as_str().expect("an id").to_owned();
        let (browser, alerts) = (w.browser("technician").await, format!("/msp/{}/alerts", w.partner));
        let page = browser.get(&alerts).await;
        assert!(page.text.contains(&format!("{alerts}/{id}/resolve")) && page.text.contains("name=\"reason\""), "{}", page.text);
        let long = browser.form(&format!("{alerts}/{id}/resolve"), &[("reason", &"x".repeat(501))]).await;
        assert_eq!((long.status, list(&w, FAILED).await.len()), (422, 1), "a reason that cannot be kept resolves nothing");
        assert_eq!(browser.form(&format!("{alerts}/{id}/resolve"), &[("reason", "Ticket 4711 <b>")]).await.status, 303);
        let resolved = browser.get(&format!("{alerts}?status=resolved")).await;
        assert!(resolved.text.contains("Ticket 4711 &lt;b&gt;"), "{}", resolved.text);
        let trail = w.get("auditor", "audit?filter[command]=alerts.resolve").await;
        assert_eq!(trail["data"][0]["effects"][1]["after"], "Ticket 4711 <b>", "{trail}");
    }
}
