//! A customer has several domains (2.15, D14): each is one customer's, each is proved by itself, each lets people in.

use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use store::{CustomerId, PartnerId};

use super::offboarding::{remove, restore};
use crate::{
    scenes,
    support::{Answer, Client, World},
};

fn domains(customer: CustomerId) -> String {
    format!("/v1/tenants/{customer}/domains")
}

async fn add(client: &Client, customer: CustomerId, domain: &str) -> Answer {
    client.post(&domains(customer), &json!({ "domain": domain })).await
}

async fn verify(client: &Client, customer: CustomerId, domain: &str) -> Answer {
    client.post(&format!("{}/{domain}/verify", domains(customer)), &json!({})).await
}

/// Each of a customer's domains with whether it is the primary one and whether it is proved.
async fn listed(client: &Client, customer: CustomerId) -> Vec<(String, bool, bool)> {
    let answer = client.get(&domains(customer)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let rows = answer.json["data"].as_array().expect("rows").clone();
    let one = |d: &Value| (d["domain"].as_str().unwrap_or_default().to_owned(), d["primary"] == true, d["verified_at"].is_string());
    rows.iter().map(one).collect()
}

fn is(domain: &str, primary: bool, proved: bool) -> (String, bool, bool) {
    (domain.to_owned(), primary, proved)
}

/// Puts the records of these customers into a domain.
async fn publish(w: &World, domain: &str, claims: &[(&Client, CustomerId)]) {
    let mut values = Vec::new();
    for (client, customer) in claims {
        let all = client.get(&domains(*customer)).await.json["data"].as_array().expect("rows").clone();
        let found = all.iter().find(|d| d["domain"] == domain).expect("claimed");
        assert_eq!(found["record"]["name"], format!("_tenantry.{domain}"));
        values.push(found["record"]["value"].as_str().expect("a value").to_owned());
    }
    w.names.txt(&format!("_tenantry.{domain}"), &values.iter().map(String::as_str).collect::<Vec<_>>());
}

/// Claims and proves a domain.
async fn prove(w: &World, client: &Client, customer: CustomerId, domain: &str) {
    let added = add(client, customer, domain).await;
    assert_eq!(added.status, 201, "{}", added.text);
    publish(w, domain, &[(client, customer)]).await;
    let proved = verify(client, customer, domain).await;
    assert_eq!((proved.status, proved.json["verified_at"].is_string()), (200, true), "{}", proved.text);
}

/// A customer of another partner, with a primary domain.
async fn theirs(w: &World, partner: PartnerId, name: &str, domain: &str) -> CustomerId {
    let body = json!({ "name": name, "max_mau": 100, "domain": domain });
    let made = w.client("other_owner").keyed().post(&format!("/v1/msp/{partner}/customers"), &body).await;
    assert_eq!(made.status, 202, "{}", made.text);
    w.work().await;
    made.json["tenant_id"].as_str().expect("an id").parse().expect("an id")
}

async fn edit(w: &World, customer: CustomerId, change: &Value) -> Answer {
    let (owner, path) = (w.client("owner"), format!("/v1/msp/{}/customers/{customer}", w.partner));
    let tag = owner.get(&path).await.header("etag").to_owned();
    owner.with("if-match", &tag).patch(&path, change).await
}

/// Somebody whom a customer's directory names, and where that leaves them.
async fn come(w: &World, directory: &Client, customer: CustomerId, email: &str) -> (String, String) {
    let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": email });
    let made = directory.request(Method::POST, "/scim/v2/Users", Some("application/scim+json"), body.to_string().into_bytes()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let id = made.json["id"].as_str().expect("an id").to_owned();
    let stands = status(w, customer, &id).await;
    (id, stands)
}

async fn status(w: &World, customer: CustomerId, member: &str) -> String {
    let found = w.client("owner").get(&format!("/v1/tenants/{customer}/members/{member}")).await;
    found.json["status"].as_str().unwrap_or_default().to_owned()
}

async fn directory(w: &World, customer: CustomerId) -> Client {
    let made = w.client("owner").post(&format!("/v1/tenants/{customer}/scim-tokens"), &json!({ "name": "Entra ID" })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    w.client("nobody").token(made.json["secret"].as_str().expect("a secret"))
}

scenes! {
    async fn f2_15_a_synced_address_is_held_until_one_of_the_customers_domains_is_proved(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Acme", 5).await;
        w.verify(customer).await;
        let (owner, technician) = (w.client("owner"), w.client("technician"));
        let sync = directory(&w, customer).await;
        assert_eq!(come(&w, &sync, customer, "ann@acme.example").await.1, "active");
        let (bo, stands) = come(&w, &sync, customer, "bo@acme-group.example").await;
        assert_eq!(stands, "held", "its address lies in no proved domain");
        let forced = owner.patch(&format!("/v1/tenants/{customer}/members/{bo}"), &json!({ "status": "active" })).await;
        assert_eq!((forced.status, forced.code()), (409, "member-held"), "{}", forced.text);
        assert!(forced.text.contains("no verified domain"), "the reason is said: {}", forced.text);

        assert_eq!(add(&w.client("auditor"), customer, "acme-group.example").await.status, 403);
        assert_eq!(add(&w.client("other_owner"), customer, "acme-group.example").await.status, 404);
        let added = add(&technician, customer, "ACME-Group.example.").await;
        assert_eq!((added.status, &added.json["domain"], &added.json["verified_at"]), (201, &json!("acme-group.example"), &Value::Null), "{}", added.text);
        assert_eq!(status(&w, customer, &bo).await, "held", "a claim nobody checked is no proof");
        assert_eq!(verify(&technician, customer, "acme-group.example").await.code(), "record-missing");
        assert_eq!(verify(&technician, customer, "never-added.example").await.status, 404);
        publish(&w, "acme-group.example", &[(&owner, customer)]).await;
        assert_eq!(verify(&technician, customer, "acme-group.example").await.status, 200);
        assert_eq!(status(&w, customer, &bo).await, "active", "the first proof frees whoever was held");
        assert_eq!(listed(&owner, customer).await, [is("acme.example", true, true), is("acme-group.example", false, true)]);
        assert_eq!(come(&w, &sync, customer, "cy@acme-group.example").await.1, "active");

        // A domain that is lost holds nobody who is in; it only lets nobody else in.
        let gone = owner.delete(&format!("{}/acme-group.example", domains(customer))).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        assert_eq!(status(&w, customer, &bo).await, "active");
        assert_eq!(come(&w, &sync, customer, "dee@acme-group.example").await.1, "held");
        assert_eq!(owner.delete(&format!("{}/acme-group.example", domains(customer))).await.status, 404);
        let primary = owner.delete(&format!("{}/acme.example", domains(customer))).await;
        assert_eq!((primary.status, primary.code()), (409, "primary-domain"), "{}", primary.text);
        let trail = w.get("auditor", "audit?filter[command]=hierarchy.domains.remove").await;
        assert!(trail.to_string().contains("acme-group.example"), "{trail}");
    }

    async fn f2_15_a_domain_is_one_customers_within_a_partner_by_claim_and_between_partners_by_proof(w: World) {
        let (acme, beta) = (w.customer("Acme", 0).await, w.customer("Beta", 0).await);
        let (owner, other) = (w.client("owner"), w.client("other_owner"));
        assert_eq!(add(&owner, acme, "brand.example").await.status, 201);
        let again = add(&owner, acme, "brand.example").await;
        assert_eq!((again.status, again.code()), (409, "domain-there"), "{}", again.text);
        assert_eq!(add(&owner, acme, "acme.example").await.code(), "domain-there");
        for taken in ["brand.example", "acme.example"] {
            let no = add(&owner, beta, taken).await;
            assert_eq!((no.status, no.code()), (409, "domain-taken"), "an unproved claim conflicts: {}", no.text);
        }
        let no = edit(&w, beta, &json!({ "domain": "brand.example" })).await;
        assert_eq!((no.status, no.code()), (409, "domain-taken"), "{}", no.text);
        let body = json!({ "name": "Gamma", "max_mau": 10, "domain": "brand.example" });
        let no = owner.keyed().post(&format!("/v1/msp/{}/customers", w.partner), &body).await;
        assert_eq!((no.status, no.code()), (409, "domain-taken"), "{}", no.text);
        let flight = owner.get(&format!("/v1/msp/{}/customers/preflight?domain=brand.example", w.partner)).await;
        assert_eq!(flight.json["findings"][0]["outcome"], "taken", "{}", flight.text);

        let elsewhere = theirs(&w, w.other, "Elsewhere", "elsewhere.example").await;
        assert_eq!(add(&other, elsewhere, "brand.example").await.status, 201, "between partners a claim is no conflict");
        publish(&w, "brand.example", &[(&owner, acme), (&other, elsewhere)]).await;
        assert_eq!(verify(&other, elsewhere, "brand.example").await.status, 200);
        let late = verify(&owner, acme, "brand.example").await;
        assert_eq!((late.status, late.code()), (409, "domain-taken"), "{}", late.text);
        assert_eq!(listed(&owner, acme).await[1], is("brand.example", false, false), "the claim stays, unproved");

        for n in 1..50 {
            assert_eq!(add(&owner, beta, &format!("b{n}.example")).await.status, 201);
        }
        assert_eq!(add(&owner, beta, "b50.example").await.status, 201);
        let full = add(&owner, beta, "b51.example").await;
        assert_eq!((full.status, full.code(), &full.json["max"]), (409, "too-many-domains", &json!(50)), "{}", full.text);
        let wrong = add(&owner, beta, "no domain").await;
        assert_eq!((wrong.status, &wrong.json["errors"][0]["pointer"]), (422, &json!("/domain")), "{}", wrong.text);
    }

    async fn f2_15_of_two_customers_who_claim_at_once_one_wins(w: World) {
        let (acme, beta) = (w.customer("Acme", 0).await, w.customer("Beta", 0).await);
        let owner = w.client("owner");
        let elsewhere_in_process = owner.at(&w.second());
        for round in 0..4 {
            let domain = format!("race{round}.example");
            let asks = [(&owner, acme), (&elsewhere_in_process, beta)];
            let answers = join_all(asks.iter().map(|(client, customer)| add(client, *customer, &domain))).await;
            let mut statuses: Vec<u16> = answers.iter().map(|a| a.status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 409], "{} {}", answers[0].text, answers[1].text);
            let both = [listed(&owner, acme).await, listed(&owner, beta).await].concat();
            assert_eq!(both.iter().filter(|(name, ..)| *name == domain).count(), 1);
        }
        let trail = w.client("auditor").get(&format!("/v1/msp/{}/audit?filter[command]=hierarchy.domains.add", w.partner)).await;
        assert_eq!(trail.json["data"].as_array().map(Vec::len), Some(4), "a refusal leaves no entry: {}", trail.text);
        let (other, them) = (w.client("other_owner"), theirs(&w, w.other, "Elsewhere", "elsewhere.example").await);
        for (client, customer) in [(&owner, acme), (&other, them)] {
            assert_eq!(add(client, customer, "both.example").await.status, 201);
        }
        publish(&w, "both.example", &[(&owner, acme), (&other, them)]).await;
        let other_process = other.at(&elsewhere_in_process);
        let (ours, their) = tokio::join!(verify(&owner, acme, "both.example"), verify(&other_process, them, "both.example"));
        let mut statuses = [ours.status, their.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", ours.text, their.text);
    }

    async fn f2_15_extra_domains_change_places_move_leave_and_come_back_with_their_customer(w: World) {
        w.order_seats(1).await;
        let (acme, beta) = (w.customer("Acme", 2).await, w.customer("Beta", 0).await);
        w.verify(acme).await;
        let (owner, other, boss) = (w.client("owner"), w.client("other_owner"), w.client("distributor_owner"));
        prove(&w, &owner, acme, "brand.example").await;
        prove(&w, &owner, acme, "shop.example").await;

        let swapped = edit(&w, acme, &json!({ "domain": "brand.example" })).await;
        assert_eq!((swapped.status, swapped.json["domain_verified_at"].is_string()), (200, true), "{}", swapped.text);
        let all = [is("brand.example", true, true), is("acme.example", false, true), is("shop.example", false, true)];
        assert_eq!(listed(&owner, acme).await, all, "they changed places, proofs and all");

        assert_eq!(remove(&w, &owner, acme).await.status, 200);
        w.work().await;
        assert_eq!(add(&owner, beta, "shop.example").await.status, 201, "whoever is removed claims nothing");
        let there = theirs(&w, w.other, "Elsewhere", "elsewhere.example").await;
        prove(&w, &other, there, "acme.example").await;
        let back = restore(&w, &owner, acme, json!({})).await;
        assert_eq!((back.status, &back.json["domain_verified"]), (200, &json!(true)), "{}", back.text);
        let all = [is("brand.example", true, true), is("acme.example", false, false)];
        assert_eq!(listed(&owner, acme).await, all, "one is another customer's now, one was proved elsewhere");
        w.work().await;
        let sync = w.client("technician").get(&format!("/v1/tenants/{acme}/scim-connection")).await;
        assert_eq!(sync.json["verified_domains"], json!(["brand.example"]), "its region was told: {}", sync.text);

        let go = json!({ "msp_id": w.other });
        let path = format!("/v1/msp/{}/customers/{acme}/move", w.partner);
        let body = json!({ "sku": "SEATS-1000-Y", "quantity": 1 });
        assert_eq!(other.keyed().post(&format!("/v1/msp/{}/orders", w.other), &body).await.status, 201);
        let no = boss.post(&path, &go).await;
        assert_eq!((no.status, no.code()), (409, "domain-taken"), "a customer there has one of its domains: {}", no.text);
        assert_eq!(owner.delete(&format!("{}/acme.example", domains(acme))).await.status, 204);
        assert_eq!(add(&owner, acme, "late.example").await.status, 201);
        let moved = boss.post(&path, &go).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        assert_eq!(listed(&other, acme).await, [is("brand.example", true, true), is("late.example", false, false)]);
        assert_eq!(add(&owner, beta, "late.example").await.status, 201, "the former partner's claim is free");
    }

    async fn f2_15_details_of_a_customer_are_kept_and_shown_in_the_console(w: World) {
        let customer = w.customer("Acme", 0).await;
        let change = json!({ "legal_name": "Acme Holding AB", "country": "se", "time_zone": "Europe/Stockholm", "language": "en", "reference": "OUR-7" });
        let saved = edit(&w, customer, &change).await;
        assert_eq!((saved.status, &saved.json["legal_name"], &saved.json["country"]), (200, &json!("Acme Holding AB"), &json!("SE")), "{}", saved.text);
        let browser = w.browser("owner").await;
        let base = format!("/msp/{}/customers/{customer}", w.partner);
        let page = browser.get(&format!("{base}/domain")).await;
        assert!(page.status == 200 && page.text.contains("More domains"), "{}", page.text);
        let wrong = browser.form(&format!("{base}/domains"), &[("domain", "acme.example")]).await;
        assert!(wrong.status == 422 && wrong.text.contains("The customer has this domain"), "{}", wrong.text);
        assert_eq!(browser.form(&format!("{base}/domains"), &[("domain", "brand.example")]).await.status, 303);
        let record = w.client("owner").get(&domains(customer)).await.json["data"][1]["record"]["value"].as_str().expect("a value").to_owned();
        assert!(browser.get(&format!("{base}/domain")).await.text.contains(&record), "the record is shown");
        let early = browser.form(&format!("{base}/domains/brand.example/verify"), &[]).await;
        assert!(early.status == 409 && early.text.contains("The record is not there yet"), "{} {}", early.status, early.text);
        publish(&w, "brand.example", &[(&w.client("owner"), customer)]).await;
        assert_eq!(browser.form(&format!("{base}/domains/brand.example/verify"), &[]).await.status, 303);
        let facts = browser.get(&base).await.text;
        assert!(facts.contains("Acme Holding AB") && facts.contains("brand.example") && facts.contains("OUR-7"), "{facts}");
        assert_eq!(browser.form(&format!("{base}/domains/brand.example/remove"), &[]).await.status, 303);
        assert_eq!(listed(&w.client("owner"), customer).await.len(), 1);
        let cleared = edit(&w, customer, &json!({ "legal_name": null })).await;
        assert_eq!(cleared.json["legal_name"], Value::Null);
    }

    async fn the_clock_finds_the_record_of_an_extra_domain(w: World) {
        let customer = w.customer("Acme", 0).await;
        let owner = w.client("owner");
        assert_eq!(add(&owner, customer, "brand.example").await.status, 201);
        publish(&w, "brand.example", &[(&owner, customer)]).await;
        w.pass_to(w.now().plus_seconds(900));
        w.work().await;
        assert_eq!(listed(&owner, customer).await, [is("acme.example", true, false), is("brand.example", false, true)]);
    }
}
