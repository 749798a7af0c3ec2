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
}
