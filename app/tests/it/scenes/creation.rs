//! Making a customer: what it needs, how many there may be, what is answered before its region is ready.

use serde_json::{Value, json};
use store::CustomerId;

use super::offboarding::{remove, restore};
use crate::{
    scenes,
    support::{Client, World},
};

async fn limit(w: &World, most: i64) {
    let set = w
        .client("distributor_owner")
        .put(&format!("/v1/msp/{}/limits", w.partner), &json!({ "max_customers": most, "max_members": 500 }))
        .await;
    assert_eq!(set.status, 200, "{}", set.text);
}

/// Makes a customer; gives status and code.
async fn make(client: &Client, path: &str, name: &str) -> (u16, String) {
    let made = client.keyed().post(path, &json!({ "name": name, "max_mau": 10 })).await;
    (made.status, made.code().to_owned())
}

scenes! {
    async fn f0_07_at_the_limit_the_button_is_closed_and_the_api_refuses(w: World) {
        let (owner, path) = (w.client("owner"), format!("/v1/msp/{}/customers", w.partner));
        let browser = w.browser("owner").await;
        let list = format!("/msp/{}/customers", w.partner);
        w.customer("Alpha", 0).await;
        limit(&w, 2).await;
        let open = browser.get(&list).await;
        assert!(open.text.contains(&format!("{list}/new")) && !open.text.contains("closed-why"), "one place is left");
        let at_once = tokio::join!(make(&owner, &path, "Beta"), make(&owner, &path, "Gamma"));
        let mut statuses = [at_once.0.0, at_once.1.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [202, 409], "{at_once:?}");
        assert!([&at_once.0.1, &at_once.1.1].iter().any(|code| *code == "customer-limit"), "{at_once:?}");
        for page in [&list, &format!("/msp/{}", w.partner)] {
            let closed = browser.get(page).await;
            let head = closed.text.split("closed-why").nth(1).expect("why it is closed");
            assert!(head.contains("You have all 2 customers you may have"), "{page}");
            assert!(closed.text.contains("disabled aria-describedby=\"closed-why\""), "{page}");
        }
        let refused = browser.form(&format!("{list}/new"), &[("name", "Delta"), ("max_mau", "10"), ("kind", "paid"), ("plan", "pro")]).await;
        assert_eq!(refused.status, 422, "the page refuses too: {}", refused.text);
        assert_eq!(owner.get(&path).await.json["page"]["total"], 2);
        limit(&w, 3).await;
        assert_eq!(make(&owner, &path, "Delta").await.0, 202);
    }

    async fn f0_08_a_name_and_max_mau_are_enough_and_both_are_needed(w: World) {
        let (owner, path) = (w.client("owner"), format!("/v1/msp/{}/customers", w.partner));
        for (body, missing) in [(json!({ "max_mau": 10 }), "name"), (json!({ "name": "Alpha" }), "max_mau")] {
            let refused = owner.keyed().post(&path, &body).await;
            assert_eq!((refused.status, &refused.json["errors"][0]["pointer"]), (422, &json!(format!("/{missing}"))), "{}", refused.text);
        }
        for wrong in [json!(0), json!(-1), json!(1_000_000_001), json!("many"), json!(1.5)] {
            let refused = owner.keyed().post(&path, &json!({ "name": "Alpha", "max_mau": wrong })).await;
            assert_eq!((refused.status, &refused.json["errors"][0]["pointer"]), (422, &json!("/max_mau")), "{wrong}: {}", refused.text);
        }
        assert_eq!(make(&owner, &path, "Alpha").await.0, 202);
        assert_eq!(owner.get(&path).await.json["page"]["total"], 1, "what was refused left nothing");
    }

    async fn f2_16_a_customers_region_never_changes(w: World) {
        let (owner, path) = (w.client("owner"), format!("/v1/msp/{}/customers", w.partner));
        let made = owner.keyed().post(&path, &json!({ "name": "Alpha", "max_mau": 10, "region": "us" })).await;
        let id: CustomerId = made.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
        w.work().await;
        let one = format!("{path}/{id}");
        let version = owner.get(&one).await.header("etag").to_owned();
        for region in ["eu", "us", "mars"] {
            let refused = owner.with("if-match", &version).patch(&one, &json!({ "region": region })).await;
            assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (422, &json!("region-immutable")), "{}", refused.text);
        }
        assert_eq!(owner.get(&one).await.json["region"], "us");
        let form = w.browser("owner").await.get(&format!("/msp/{}/customers/new", w.partner)).await;
        assert!(form.text.contains("Cannot be changed after creation"), "the form says so: {}", form.text);
    }

    async fn f2_17_a_creation_is_answered_before_its_region_is_ready(w: World) {
        w.order_seats(1).await;
        let (owner, path) = (w.client("owner"), format!("/v1/msp/{}/customers", w.partner));
        let made = owner.keyed().post(&path, &json!({ "name": "Alpha", "max_mau": 10, "seats": 5 })).await;
        assert_eq!(made.status, 202, "{}", made.text);
        let (tenant, operation) = (made.json["tenant_id"].as_str().expect("an id"), made.json["operation_id"].as_str().expect("an id"));
        let row = |list: &Value| list["data"].as_array().into_iter().flatten().find(|c| c["id"] == tenant).cloned().unwrap_or_default();
        let before = row(&owner.get(&path).await.json);
        assert_eq!((&before["lifecycle"], &before["status"]), (&json!("provisioning"), &Value::Null), "{before}");
        let shown = w.browser("owner").await.get(&format!("/msp/{}/customers/{tenant}", w.partner)).await;
        assert!(shown.text.contains("Provisioning"), "{}", shown.text);
        let under_way = owner.get(&format!("/v1/operations/{operation}")).await;
        assert!(matches!(under_way.json["status"].as_str(), Some("pending" | "running")), "{}", under_way.text);
        w.work().await;
        assert_eq!(owner.get(&format!("/v1/operations/{operation}")).await.json["status"], "succeeded");
        assert_eq!(row(&owner.get(&path).await.json)["lifecycle"], "setup");
    }

    async fn f1_02_a_customer_is_made_with_all_its_fields_and_a_subdomain_nobody_else_has(w: World) {
        w.order_seats(1).await;
        let (owner, other, path) = (w.client("owner").keyed(), w.client("other_owner").keyed(), format!("/v1/msp/{}/customers", w.partner));
        let body = json!({ "name": "Acme", "max_mau": 10, "subdomain": "Acme-2", "admin_email": "it@acme.example", "sector": "Retail",
            "country": "SE", "region": "us", "seats": 10, "legal_name": "Acme Holding AB", "time_zone": "Europe/Stockholm" });
        let made = owner.post(&path, &body).await;
        assert_eq!(made.status, 202, "{}", made.text);
        w.work().await;
        let id: CustomerId = made.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
        let one = format!("{path}/{id}");
        let found = owner.get(&one).await;
        for (field, is) in [("subdomain", "acme-2"), ("admin_email", "it@acme.example"), ("sector", "Retail"), ("country", "SE"), ("region", "us")] {
            assert_eq!(found.json[field], is, "{}", found.text);
        }
        assert_eq!((&found.json["legal_name"], &found.json["time_zone"]), (&json!("Acme Holding AB"), &json!("Europe/Stockholm")));
        assert!(w.browser("owner").await.get(&format!("/msp/{}/customers/{id}", w.partner)).await.text.contains("acme-2"));

        // One label is one customer's in the whole installation.
        let theirs = format!("/v1/msp/{}/customers", w.other);
        let taken = other.post(&theirs, &json!({ "name": "Other", "max_mau": 10, "subdomain": "acme-2" })).await;
        assert_eq!((taken.status, taken.code()), (409, "subdomain-taken"), "{}", taken.text);
        assert!(!taken.text.contains("Meridian") && !taken.text.contains("Acme"), "not said whose: {}", taken.text);
        assert_eq!(other.get(&theirs).await.json["page"]["total"], 0, "no customer was made");
        let wanted = |name: &str| json!({ "name": name, "max_mau": 10, "subdomain": "both" });
        let (bodies, elsewhere) = ((wanted("Beta"), wanted("Gamma")), other.at(&w.second()));
        let both = tokio::join!(owner.post(&path, &bodies.0), elsewhere.post(&theirs, &bodies.1));
        let mut statuses = [both.0.status, both.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [202, 409], "{} {}", both.0.text, both.1.text);
        let long = "a".repeat(64);
        for wrong in ["", "-a", "a-", "a.b", "a_b", "www", "admin", "å", &long] {
            let refused = owner.post(&path, &json!({ "name": "Wrong", "max_mau": 10, "subdomain": wrong })).await;
            assert_eq!((refused.status, &refused.json["errors"][0]["pointer"]), (422, &json!("/subdomain")), "{wrong}: {}", refused.text);
        }
        let many = owner.post(&path, &json!({ "name": "Many", "max_mau": 10, "seats": 991 })).await;
        assert_eq!((many.status, many.code(), &many.json["available"]), (409, "pool-exhausted", &json!(990)), "{}", many.text);
        for (field, to, code) in [("subdomain", "acme-3", "subdomain-immutable"), ("region", "eu", "region-immutable")] {
            let tag = owner.get(&one).await.header("etag").to_owned();
            let fixed = owner.with("if-match", &tag).patch(&one, &json!({ field: to })).await;
            assert_eq!((fixed.status, fixed.code()), (422, code), "{}", fixed.text);
        }

        // Removed, it is free; restored, it is the customer's again unless somebody took it.
        w.work().await;
        assert_eq!(remove(&w, &owner, id).await.status, 200);
        w.work().await;
        assert_eq!(restore(&w, &owner, id, json!({})).await.status, 200);
        assert_eq!(owner.get(&one).await.json["subdomain"], "acme-2");
        assert_eq!(remove(&w, &owner, id).await.status, 200);
        w.work().await;
        assert_eq!(other.post(&theirs, &json!({ "name": "Other", "max_mau": 10, "subdomain": "acme-2" })).await.status, 202);
        assert_eq!(restore(&w, &owner, id, json!({})).await.status, 200);
        assert_eq!(owner.get(&one).await.json["subdomain"], Value::Null);
    }
}
