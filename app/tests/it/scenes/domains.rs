//! A customer's domain: proved by its own record, looked at before anything is made.

use serde_json::{Value, json};
use store::CustomerId;

use crate::{
    scenes,
    support::{Client, World},
};

async fn domain(client: &Client, customer: CustomerId) -> Value {
    let answer = client.get(&format!("/v1/tenants/{customer}/domain")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Puts a customer's record into its domain.
async fn publish(w: &World, customer: CustomerId) {
    let record = domain(&w.client("owner"), customer).await["record"].clone();
    w.names.txt(text(&record["name"]), &["something else", text(&record["value"])]);
}

scenes! {
    async fn a_domain_is_proved_by_the_customers_own_record(w: World) {
        let customer = w.customer("Acme", 0).await;
        let (owner, technician) = (w.client("owner"), w.client("technician"));
        let verify = format!("/v1/tenants/{customer}/domain/verify");
        let before = domain(&owner, customer).await;
        let record = &before["record"];
        assert_eq!((&before["domain"], &before["verified_at"]), (&json!("acme.example"), &Value::Null));
        assert_eq!((text(&record["type"]), text(&record["name"])), ("TXT", "_tenantry.acme.example"));
        assert!(text(&record["value"]).starts_with("tn-verify=") && text(&record["value"]).len() == 42, "{record}");

        let missing = owner.post(&verify, &json!({})).await;
        assert_eq!((missing.status, missing.code(), &missing.json["name"]), (409, "record-missing", &record["name"]), "{}", missing.text);
        w.names.txt("_tenantry.acme.example", &["tn-verify=of-somebody-else"]);
        let differs = owner.post(&verify, &json!({})).await;
        assert_eq!((differs.code(), &differs.json["found"]), ("record-differs", &json!(["tn-verify=of-somebody-else"])), "{}", differs.text);
        assert_eq!(w.client("auditor").post(&verify, &json!({})).await.status, 403);
        assert_eq!(w.client("other_owner").post(&verify, &json!({})).await.status, 404);
        assert!(domain(&owner, customer).await["verified_at"].is_null());

        publish(&w, customer).await;
        let proved = technician.post(&verify, &json!({})).await;
        assert_eq!((proved.status, proved.json["verified_at"].is_string()), (200, true), "{}", proved.text);
        // The record is not needed again.
        w.names.txt("_tenantry.acme.example", &[]);
        assert_eq!(owner.post(&verify, &json!({})).await.json["verified_at"], proved.json["verified_at"]);
        let trail = w.get("auditor", "audit?filter[command]=hierarchy.customers.verify_domain").await;
        assert!(trail.to_string().contains("hierarchy.customers.verify_domain"), "{trail}");
    }

    async fn a_new_domain_is_proved_anew_and_another_partner_cannot_prove_it_too(w: World) {
        let customer = w.customer("Acme", 0).await;
        let (owner, other) = (w.client("owner"), w.client("other_owner"));
        publish(&w, customer).await;
        assert_eq!(owner.post(&format!("/v1/tenants/{customer}/domain/verify"), &json!({})).await.status, 200);
        // Between partners an unproved claim is no conflict; the proof is.
        let body = json!({ "name": "Acme too", "max_mau": 10, "domain": "acme.example" });
        let made = other.keyed().post(&format!("/v1/msp/{}/customers", w.other), &body).await;
        assert_eq!(made.status, 202, "{}", made.text);
        let second: CustomerId = text(&made.json["tenant_id"]).parse().expect("an id");
        let record = domain(&other, second).await["record"].clone();
        assert_ne!(record["value"], domain(&owner, customer).await["record"]["value"], "everybody has a value of their own");
        w.names.txt("_tenantry.acme.example", &[text(&record["value"])]);
        let taken = other.post(&format!("/v1/tenants/{second}/domain/verify"), &json!({})).await;
        assert_eq!((taken.status, taken.code()), (409, "domain-taken"), "{}", taken.text);
        assert!(!taken.text.contains("Meridian"), "not said whose: {}", taken.text);

        let one = format!("/v1/msp/{}/customers/{customer}", w.partner);
        let version = owner.get(&one).await.header("etag").to_owned();
        let edit = owner.with("if-match", &version).patch(&one, &json!({ "domain": "acme-two.example" })).await;
        assert_eq!(edit.status, 200, "{}", edit.text);
        let now = domain(&owner, customer).await;
        assert_eq!((text(&now["record"]["name"]), &now["verified_at"]), ("_tenantry.acme-two.example", &Value::Null));
        assert_eq!(other.post(&format!("/v1/tenants/{second}/domain/verify"), &json!({})).await.status, 200, "it is free again");
    }

    async fn name_servers_that_fail_or_lie_change_nothing(w: World) {
        let customer = w.customer("Acme", 0).await;
        let (owner, name) = (w.client("owner"), "_tenantry.acme.example");
        let verify = format!("/v1/tenants/{customer}/domain/verify");
        let value = text(&domain(&owner, customer).await["record"]["value"]).to_owned();
        w.names.broken(name);
        assert_eq!(owner.post(&verify, &json!({})).await.code(), "dns-no-answer");
        w.names.lying(name, &[&value]);
        let lied = owner.post(&verify, &json!({})).await;
        assert_eq!((lied.status, lied.code()), (409, "dns-no-answer"), "{}", lied.text);
        w.names.silent(name);
        assert_eq!(owner.post(&verify, &json!({})).await.code(), "dns-no-answer");
        w.names.txt(name, &[&"x".repeat(600)]);
        assert_eq!(owner.post(&verify, &json!({})).await.code(), "record-differs");
        assert!(domain(&owner, customer).await["verified_at"].is_null());
    }

    async fn a_record_that_appears_while_nobody_looks_is_found_by_the_clock(w: World) {
        let (customer, later) = (w.customer("Acme", 0).await, w.customer("Beta", 0).await);
        publish(&w, customer).await;
        w.pass_to(w.now().plus_seconds(900));
        w.work().await;
        assert!(domain(&w.client("owner"), customer).await["verified_at"].is_string());
        assert!(domain(&w.client("owner"), later).await["verified_at"].is_null());
    }

    async fn a_domain_is_looked_at_before_a_customer_is_made(w: World) {
        let owner = w.client("owner");
        w.order_seats(1).await;
        w.names.mx("acme.example", &[(10, "acme-example.mail.protection.outlook.com.")]);
        w.names.txt("acme.example", &["v=spf1 include:spf.protection.outlook.com -all", "MS=ms1"]);
        w.names.txt("_dmarc.acme.example", &["v=DMARC1; p=none"]);
        let path = |domain: &str| format!("/v1/msp/{}/customers/preflight?domain={domain}", w.partner);
        let found = owner.get(&path("ACME.example.")).await;
        let outcomes: Vec<&str> = found.json["findings"].as_array().into_iter().flatten().map(|f| text(&f["outcome"])).collect();
        assert_eq!(outcomes, ["open", "ok", "ok", "weak"], "{}", found.text);
        assert_eq!((text(&found.json["domain"]), text(&found.json["provider"])), ("acme.example", "microsoft365"));
        assert_eq!((&found.json["available_seats"], text(&found.json["record_name"])), (&json!(1_000), "_tenantry.acme.example"));
        let bare = owner.get(&path("nowhere.example")).await;
        let outcomes: Vec<&str> = bare.json["findings"].as_array().into_iter().flatten().map(|f| text(&f["outcome"])).collect();
        assert_eq!(outcomes, ["open", "missing", "missing", "missing"], "{}", bare.text);
        w.customer("Acme", 0).await;
        assert_eq!(text(&owner.get(&path("acme.example")).await.json["findings"][0]["outcome"]), "taken");
        for wrong in ["", "no", "a..b", "exa%20mple.com", "x%00.example"] {
            let refused = owner.get(&path(wrong)).await;
            assert_eq!((refused.status, refused.code()), (400, "invalid-parameter"), "{wrong}: {}", refused.text);
        }
    }

    async fn the_console_shows_the_record_and_what_is_found(w: World) {
        let customer = w.customer("Acme", 0).await;
        let browser = w.browser("owner").await;
        let page = format!("/msp/{}/customers/{customer}/domain", w.partner);
        let value = text(&domain(&w.client("owner"), customer).await["record"]["value"]).to_owned();
        let shown = browser.get(&page).await;
        assert!(shown.status == 200 && shown.text.contains(&value), "{}", shown.text);
        let refused = browser.form(&page, &[]).await;
        assert!(refused.status == 409 && refused.text.contains("The record is not there yet"), "{} {}", refused.status, refused.text);
        publish(&w, customer).await;
        assert!(browser.get(&format!("{page}?look=1")).await.text.contains("record is there"));
        assert_eq!(browser.form(&page, &[]).await.status, 303);
        assert!(browser.get(&page).await.text.contains("its record was seen"));
        let flight = browser.get(&format!("/msp/{}/customers/preflight?domain=acme.example", w.partner)).await;
        assert!(flight.text.contains("Another customer has this domain"), "{}", flight.text);
    }
}
