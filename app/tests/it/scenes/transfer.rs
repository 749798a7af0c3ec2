//! An export opened by another partner.

use http::Method;
use serde_json::{Value, json};
use store::{Clock as _, CustomerId, PartnerId};

use super::{
    exports::{lines, unpack},
    offboarding::{end_leases, ok, post},
};
use crate::{
    scenes,
    support::{Answer, Client, World, parcel::packed},
};

/// Has a customer exported and gives the archive.
async fn exported(w: &World, by: &Client, partner: PartnerId, customer: CustomerId) -> Vec<u8> {
    let exports = format!("/v1/msp/{partner}/exports");
    let begun = post(by, &exports, json!({ "tenant_id": customer })).await;
    w.work().await;
    let export = begun["export_id"].as_str().expect("an id");
    assert_eq!(ok(by, &format!("/v1/operations/{}", begun["operation_id"].as_str().expect("an id"))).await["status"], "succeeded");
    let data = &w.app.config.data;
    std::fs::read(data.join(format!("objects/eu/{customer}/exports/{export}.zip"))).expect("the archive")
}

async fn send(by: &Client, partner: PartnerId, archive: Vec<u8>) -> Answer {
    by.request(Method::POST, &format!("/v1/msp/{partner}/transfers"), Some("application/zip"), archive).await
}

/// A file of an archive without what is new in another place.
fn told(archive: &[u8], file: &str, without: &[&str]) -> Vec<Value> {
    let files = unpack(archive.to_vec());
    let mut rows = lines(&files[file]);
    for row in &mut rows {
        let row = row.as_object_mut().expect("an object");
        without.iter().for_each(|field| drop(row.remove(*field)));
    }
    rows.sort_by_key(Value::to_string);
    rows
}

/// A customer with something of everything.
async fn furnished(w: &World, owner: &Client) -> CustomerId {
    w.order_seats(1).await;
    let body = json!({ "name": "Wander AB", "legal_name": "Wander Aktiebolag", "domain": "wander.example", "max_mau": 700, "seats": 3, "plan": "enterprise", "country": "SE",
        "sector": "Bergbau", "time_zone": "Europe/Stockholm", "language": "de", "reference": "K-77", "admin_email": "boss@wander.example" });
    let made = post(owner, &format!("/v1/msp/{}/customers", w.partner), body).await;
    w.work().await;
    let id: CustomerId = made["tenant_id"].as_str().expect("an id").parse().expect("an id");
    let (tenant, msp) = (format!("/v1/tenants/{id}"), format!("/v1/msp/{}", w.partner));
    post(owner, &format!("{tenant}/sites"), json!({ "name": "Kiruna" })).await;
    post(owner, &format!("{tenant}/domains"), json!({ "domain": "wander-too.example" })).await;
    let shirt = json!({ "name": "shirt", "takes": "choice", "choices": ["S", "M"] });
    post(owner, &format!("{tenant}/member-attributes"), shirt).await;
    for n in 0..3 {
        let member = json!({ "email": format!("m{n}@wander.example"), "name": format!("Ün\"i {n}"), "department": "Lager", "external_id": format!("x{n}"),
            "type": "visitor", "site_id": "Kiruna", "attributes": { "shirt": "M", "cost_center": "4711" } });
        post(owner, &format!("{tenant}/members"), member).await;
    }
    post(owner, &format!("{tenant}/members"), json!({ "email": "out@wander.example", "status": "inactive" })).await;
    post(
        owner,
        &format!("{tenant}/status-rules"),
        json!({ "name": "Idle", "when": { "idle_days": 30, "type": "visitor", "attributes": { "shirt": "M" } }, "then": "inactive" }),
    )
    .await;
    let list = json!({ "name": "List", "secret": "hush", "every_minutes": 60, "settings": { "kind": "csv", "url": "https://people.example/all.csv" } });
    post(owner, &format!("{msp}/customers/{id}/sources"), list).await;
    let run = json!({ "runs": [{ "external_ref": "r1", "name": "Autumn", "at": "2026-11-20T09:00:00Z", "delivered": 10, "passed": 7 }] });
    post(owner, &format!("{tenant}/campaign-results"), run).await;
    id
}

scenes! {
    async fn f1_28_an_export_opens_in_another_partner_and_says_the_same_again(w: World) {
        let (owner, other) = (w.client("owner").keyed(), w.client("other_owner").keyed());
        let id = furnished(&w, &owner).await;
        let archive = exported(&w, &owner, w.partner, id).await;

        for (who, status) in [("admin", 403), ("technician", 403), ("auditor", 403), ("owner", 404)] {
            assert_eq!(send(&w.client(who), w.other, archive.clone()).await.status, if who == "owner" { status } else { 404 }, "{who}");
            if who != "owner" {
                assert_eq!(send(&w.client(who), w.partner, archive.clone()).await.status, status, "{who}");
            }
        }
        let sent = send(&w.client("other_owner"), w.other, archive.clone()).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
        assert_eq!((&sent.json["status"], &sent.json["conflicts"], &sent.json["contents"]["came_from"]), (&json!("uploaded"), &json!([]), &json!(id)), "{}", sent.text);
        let comes = json!({ "members": 4, "active": 3, "held": 0, "domains": 1, "sites": 1, "attributes": 1, "status_rules": 1, "sources": 1, "results": 1 });
        assert_eq!(sent.json["contents"]["comes"], comes);
        let stays: Vec<&str> = sent.json["contents"]["stays"].as_array().expect("rows").iter().filter_map(|s| s["what"].as_str()).collect();
        assert!(["seats", "secrets", "administrators", "audit"].iter().all(|what| stays.contains(what)), "{stays:?}");
        let customers = ok(&other, &format!("/v1/msp/{}/customers", w.other)).await["page"]["total"].clone();

        let at = format!("/v1/msp/{}/transfers/{}", w.other, sent.json["id"].as_str().expect("an id"));
        let short = other.post(&format!("{at}/start"), &json!({ "seats": 2 })).await;
        assert_eq!((short.status, short.code()), (409, "pool-exhausted"), "{}", short.text);
        let begun = w.client("other_owner").keyed().post(&format!("{at}/start"), &json!({})).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        let new: CustomerId = begun.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
        assert_ne!(new, id);
        // Killed, it begins anew, and nothing counts twice.
        let worker = w.app.worker().expect("a worker");
        for n in 0..6_u64 {
            let _ = tokio::time::timeout(std::time::Duration::from_micros(500 + n * 2_000), worker.drain_jobs()).await;
            end_leases(&w, new).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        end_leases(&w, new).await;
        w.work().await;
        // What met the rest of a killed run was put off for some seconds.
        assert!(w.clock.advance(w.now().plus_seconds(60)));
        w.work().await;
        let done = ok(&other, begun.header("location")).await;
        assert_eq!((&done["status"], &done["result"]["tenant_id"]), (&json!("succeeded"), &json!(new)), "{done}");
        let shown = ok(&other, &at).await;
        assert_eq!((&shown["status"], &shown["members_done"], &shown["customer_id"]), (&json!("done"), &json!(4), &json!(new)), "{shown}");
        assert_eq!(ok(&other, &format!("/v1/msp/{}/customers", w.other)).await["page"]["total"].as_i64(), customers.as_i64().map(|n| n + 1));
        let again = w.client("other_owner").keyed().post(&format!("{at}/start"), &json!({})).await;
        assert_eq!((again.status, again.code()), (409, "transfer-wrong-state"));

        // Without seats everybody waits; what was known of them is the same.
        let waiting = ok(&other, &format!("/v1/tenants/{new}/members?filter[status]=waiting")).await["page"]["total"].clone();
        assert_eq!(waiting, json!(3));
        let twin = exported(&w, &other, w.other, new).await;
        let people = ["member_id", "status", "source", "seated_at", "created_at", "updated_at", "site_id"];
        assert_eq!(told(&archive, "members.jsonl", &people), told(&twin, "members.jsonl", &people));
        // Proved is proved by somebody; number, reference and subdomain are chosen anew; nobody is invited by an archive.
        let own = ["subdomain", "reference", "customer_id", "account_number", "lifecycle", "domain_verified_at", "admin_email", "launched_at", "created_at", "logo_url", "terms_url", "privacy_url"];
        assert_eq!(told(&archive, "customer.jsonl", &own), told(&twin, "customer.jsonl", &own));
        assert_eq!(told(&archive, "sites.jsonl", &["site_id", "created_at"]), told(&twin, "sites.jsonl", &["site_id", "created_at"]));
        assert_eq!(told(&archive, "status-rules.jsonl", &["rule_id", "created_at"]), told(&twin, "status-rules.jsonl", &["rule_id", "created_at"]));
        let declared = ["attribute_id", "created_at"];
        assert_eq!(told(&archive, "member-attributes.jsonl", &declared), told(&twin, "member-attributes.jsonl", &declared));
        assert_eq!(told(&archive, "domains.jsonl", &["added_at"]), told(&twin, "domains.jsonl", &["added_at"]));
        let site = told(&twin, "sites.jsonl", &[])[0]["site_id"].clone();
        let placed = told(&twin, "members.jsonl", &[]).iter().filter(|m| m["site_id"] == site).count();
        assert_eq!(placed, 3, "who was at a site is at the same one here");
        let clock = ["source_id", "created_at", "every_minutes"];
        assert_eq!(told(&archive, "sources.jsonl", &clock), told(&twin, "sources.jsonl", &clock));
        assert_eq!(told(&archive, "campaign-results.jsonl", &["recorded_at"]), told(&twin, "campaign-results.jsonl", &["recorded_at"]));
        assert_eq!(told(&twin, "sources.jsonl", &[])[0]["every_minutes"], Value::Null, "no clock without its secret");
        // Where it came from stands in the trail.
        let trail = ok(&other, &format!("/v1/msp/{}/audit?page[size]=200", w.other)).await.to_string();
        assert!(trail.contains("came_from") && trail.contains(&id.to_string()), "{trail}");
        assert!(!w.app.config.data.join("transfers").read_dir().expect("a folder").any(|_| true), "the archive is gone");
    }

    async fn f1_28_a_transfer_is_taken_back_while_nobody_has_worked_on_it(w: World) {
        let other = w.client("other_owner");
        let file = packed("cus_elsewhere", &[
            ("customer.jsonl", "{\"name\":\"Brought\",\"domain\":\"brought.example\",\"max_mau\":10}\n"),
            ("members.jsonl", "{\"email\":\"a@brought.example\",\"name\":\"A\",\"status\":\"held\"}\n{\"email\":\"\",\"name\":\"\",\"status\":\"held\"}\n"),
        ]);
        let begin = async |name: &str| {
            let sent = send(&other, w.other, file.clone()).await;
            assert_eq!((sent.status, sent.json["contents"]["skipped"].as_i64()), (201, Some(1)), "{}", sent.text);
            let at = format!("/v1/msp/{}/transfers/{}", w.other, sent.json["id"].as_str().expect("an id"));
            let early = other.keyed().post(&format!("{at}/undo"), &json!({})).await;
            assert_eq!((early.status, early.code()), (409, "transfer-wrong-state"));
            let begun = other.keyed().post(&format!("{at}/start"), &json!({ "name": name, "domain": null })).await;
            assert_eq!(begun.status, 202, "{}", begun.text);
            w.work().await;
            (at, begun.json["tenant_id"].as_str().expect("an id").to_owned())
        };
        let (at, tenant) = begin("Once").await;
        let members = ok(&other, &format!("/v1/tenants/{tenant}/members")).await;
        assert_eq!((members["page"]["total"].as_i64(), &members["data"][0]["status"]), (Some(1), &json!("inactive")), "who was held comes in nowhere");
        let undone = other.keyed().post(&format!("{at}/undo"), &json!({})).await;
        assert_eq!((undone.status, &undone.json["status"]), (200, &json!("undone")), "{}", undone.text);
        assert_eq!(other.get(&format!("/v1/msp/{}/customers/{tenant}", w.other)).await.status, 404);
        assert_eq!(other.keyed().post(&format!("{at}/undo"), &json!({})).await.code(), "transfer-wrong-state");

        let (at, tenant) = begin("Twice").await;
        post(&other.keyed(), &format!("/v1/tenants/{tenant}/members"), json!({ "email": "b@brought.example", "status": "inactive" })).await;
        assert_eq!(other.keyed().post(&format!("{at}/undo"), &json!({})).await.code(), "transfer-worked-on");
        let (at, tenant) = begin("Thrice").await;
        post(&other.keyed(), &format!("/v1/tenants/{tenant}/sites"), json!({ "name": "Here" })).await;
        assert_eq!(other.keyed().post(&format!("{at}/undo"), &json!({})).await.code(), "transfer-worked-on");
        assert_eq!(other.get(&format!("/v1/msp/{}/customers/{tenant}", w.other)).await.status, 200);
    }

    async fn f1_28_a_transfer_that_cannot_end_leaves_nothing_behind(w: World) {
        let other = w.client("other_owner");
        let send_one = async || {
            let sent = send(&other, w.other, packed("cus_x", &[("customer.jsonl", "{\"name\":\"Broken\",\"max_mau\":10}\n"), ("sites.jsonl", "{\"name\":\"S\"}\n")])).await;
            assert_eq!(sent.status, 201, "{}", sent.text);
            sent.json["id"].as_str().expect("an id").to_owned()
        };
        let transfers = w.app.config.data.join("transfers");
        for (what, archive, code) in [
            ("no archive", b"PK".to_vec(), "archive-broken"),
            ("a folder", packed("cus_x", &[("customer.jsonl", "{}\n"), ("../up.jsonl", "")]), "unknown-file"),
            ("nobody", packed("cus_x", &[("members.jsonl", "")]), "not-an-export"),
        ] {
            let answer = send(&other, w.other, archive).await;
            assert_eq!((answer.status, &answer.json["errors"][0]["pointer"], &answer.json["errors"][0]["code"]), (422, &json!("/file"), &json!(code)), "{what}: {}", answer.text);
        }
        assert_eq!(transfers.read_dir().expect("a folder").count(), 0, "what was refused is not kept");
        let wrong = other.request(Method::POST, &format!("/v1/msp/{}/transfers", w.other), Some("text/csv"), b"a".to_vec()).await;
        assert_eq!((wrong.status, wrong.code()), (415, "zip-required"));

        let id = send_one().await;
        let begun = other.keyed().post(&format!("/v1/msp/{}/transfers/{id}/start", w.other), &json!({})).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        // The archive is damaged before its turn comes.
        std::fs::write(transfers.join(format!("{id}.zip")), b"gone").expect("written");
        w.work().await;
        let shown = ok(&other, &format!("/v1/msp/{}/transfers/{id}", w.other)).await;
        assert_eq!(shown["status"], "failed", "{shown}");
        let operation = ok(&other, begun.header("location")).await;
        assert_eq!((&operation["status"], &operation["error"]["code"]), (&json!("failed"), &json!("transfer-broken")), "{operation}");
        let tenant = begun.json["tenant_id"].as_str().expect("an id");
        assert_eq!(other.get(&format!("/v1/msp/{}/customers/{tenant}", w.other)).await.status, 404, "nothing half-done");

        // Its name is free again; one that nobody starts is forgotten after a week.
        let id = send_one().await;
        assert_eq!(ok(&other, &format!("/v1/msp/{}/transfers/{id}", w.other)).await["conflicts"], json!([]));
        w.pass_days(8);
        w.work().await;
        assert_eq!(other.get(&format!("/v1/msp/{}/transfers/{id}", w.other)).await.status, 404);
        assert_eq!(transfers.read_dir().expect("a folder").count(), 0);
    }

    async fn f1_28_the_console_shows_what_comes_and_starts_it(w: World) {
        let browser = w.browser("other_owner").await;
        let sent = send(&w.client("other_owner"), w.other, packed("cus_x", &[("customer.jsonl", "{\"name\":\"Seen\",\"domain\":\"seen.example\",\"max_mau\":10}\n")])).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
        let at = format!("/msp/{}/transfers/{}", w.other, sent.json["id"].as_str().expect("an id"));
        let list = browser.get(&format!("/msp/{}/transfers", w.other)).await;
        assert!(list.status == 200 && list.text.contains("Seen"), "{}", list.text);
        let page = browser.get(&at).await;
        assert!(page.status == 200 && page.text.contains("What stays behind") && page.text.contains("seen.example"), "{}", page.text);
        let bad = browser.form(&format!("{at}/start"), &[("name", "Seen"), ("domain", "no domain"), ("seats", "0")]).await;
        assert_eq!(bad.status, 422, "{}", bad.text);
        let begun = browser.form(&format!("{at}/start"), &[("name", "Seen here"), ("domain", ""), ("region", ""), ("seats", "0")]).await;
        assert!(begun.status < 400, "{} {}", begun.status, begun.text);
        w.work().await;
        let page = browser.get(&at).await;
        assert!(page.status == 200 && page.text.contains("Go on with its set-up"), "{}", page.text);
        let undone = browser.form(&format!("{at}/undo"), &[]).await;
        assert!(undone.status < 400, "{} {}", undone.status, undone.text);
        assert!(browser.get(&at).await.text.contains("It was taken back"));
    }
}
