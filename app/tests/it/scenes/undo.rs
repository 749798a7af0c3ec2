//! Taking imports back, members who wait, uploads nobody starts.

use http::Method;
use serde_json::{Value, json};
use store::{Clock as _, Control, CustomerId, Timestamp, p, sql};

use crate::{
    scenes,
    support::{Answer, Client, World},
};

async fn send(client: &Client, path: &str, csv: impl Into<Vec<u8>>) -> Answer {
    client.request(Method::POST, path, Some("text/csv"), csv.into()).await
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Imports a file, waits, and gives the import's path.
async fn imported(w: &World, path: &str, csv: &str) -> String {
    let begun = send(&w.client("owner").keyed(), &format!("{path}?start=true"), csv).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    w.work().await;
    format!("/v1/msp/{}/imports/{}", w.partner, text(&begun.json["import_id"]))
}

/// Takes an import back and gives what it came to.
async fn undone(w: &World, import: &str) -> Value {
    let owner = w.client("owner").keyed();
    let begun = owner.post(&format!("{import}/undo"), &json!({})).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    w.work().await;
    let operation = owner.get(&format!("/v1/operations/{}", text(&begun.json["operation_id"]))).await;
    assert_eq!(operation.json["status"], "succeeded", "{}", operation.text);
    operation.json["result"].clone()
}

/// Customer by name.
async fn ids(w: &World) -> Vec<(String, CustomerId)> {
    let rows = w.get("owner", "customers?page[size]=200").await;
    let one = |r: &Value| (text(&r["name"]).to_owned(), text(&r["id"]).parse().expect("an id"));
    rows["data"].as_array().expect("rows").iter().map(one).collect()
}

/// Name and reason of the rows of an undo.
fn reasons(rows: &Value) -> Vec<(String, String)> {
    let one = |r: &Value| (text(&r["name"]).to_owned(), r["reason"].as_str().unwrap_or_default().to_owned());
    let mut all: Vec<_> = rows.as_array().expect("rows").iter().map(one).collect();
    all.sort();
    all
}

async fn waiting(w: &World) -> Vec<i64> {
    let open = w.get("owner", "alerts?filter[code]=members-waiting&filter[status]=open").await;
    open["data"].as_array().expect("rows").iter().map(|a| a["detail"]["waiting"].as_i64().expect("a number")).collect()
}

async fn active(client: &Client, customer: CustomerId) -> Vec<String> {
    let list = client.get(&format!("/v1/tenants/{customer}/members?filter[status]=active&sort=email&page[size]=200")).await;
    list.json["data"].as_array().expect("rows").iter().map(|m| text(&m["email"]).to_owned()).collect()
}

fn people(names: &[&str]) -> String {
    let rows: String = names.iter().map(|n| format!("{n}@wait.example\n")).collect();
    format!("email\n{rows}")
}

scenes! {
    async fn customers_nobody_worked_on_are_taken_back_with_their_seats(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let before = w.get("owner", "portfolio").await["kpis"]["active_customers"].clone();
        let csv = "name;domain;seats;kind\nActive;active.example;10;\nEdit;edit.example;10;\nMembers;members.example;10;\nSeats;seats.example;10;\n\
                   Results;results.example;10;\nSync;sync.example;10;\nSite;site.example;10;\nGroup;group.example;10;\nStaff;staff.example;10;\n\
                   Plain;plain.example;50;\nTrial;trial.example;;trial\n";
        let import = imported(&w, &format!("/v1/msp/{}/customers/import", w.partner), csv).await;
        let all = ids(&w).await;
        let id = |name: &str| all.iter().find(|(n, _)| n == name).expect("a customer").1;
        let msp = format!("/v1/msp/{}", w.partner);
        let run = json!({ "runs": [{ "name": "A", "external_ref": "a", "at": "2026-11-20T09:00:00Z", "delivered": 10, "passed": 1 }] });
        for (path, body) in [
            (format!("{msp}/customers/{}/launch", id("Active")), json!({})),
            (format!("/v1/tenants/{}/members", id("Members")), json!({ "email": "a@members.example", "status": "inactive" })),
            ("/v1/licenses/allocate".to_owned(), json!({ "tenant_id": id("Seats"), "seats": 1 })),
            (format!("/v1/tenants/{}/campaign-results", id("Results")), run),
            (format!("/v1/tenants/{}/syncs", id("Sync")), json!({ "ok": true })),
            (format!("/v1/tenants/{}/sites", id("Site")), json!({ "name": "Head office" })),
        ] {
            let done = owner.post(&path, &body).await;
            assert!(done.status < 300, "{path}: {}", done.text);
        }
        let customer = format!("{msp}/customers/{}", id("Edit"));
        let version = owner.get(&customer).await.header("etag").to_owned();
        assert_eq!(owner.with("if-match", &version).patch(&customer, &json!({ "sector": "Health" })).await.status, 200);
        let group = owner.post(&format!("{msp}/groups"), &json!({ "name": "By hand" })).await;
        let joined = owner.post(&format!("{msp}/groups/{}/customers", text(&group.json["id"])), &json!({ "customers": [id("Group")] })).await;
        assert!(joined.status < 300, "{}", joined.text);
        w.assign("technician", &[id("Staff")]).await;
        let worked_on = ["launched", "edited", "groups", "members", "results", "seats", "sites", "staff", "checks"];
        let names = ["Active", "Edit", "Group", "Members", "Results", "Seats", "Site", "Staff", "Sync"];
        let stay: Vec<(String, String)> = names.into_iter().zip(worked_on).map(|(n, r)| (n.to_owned(), r.to_owned())).collect();

        let seen = owner.post(&format!("{import}/undo?preview=true"), &json!({})).await;
        assert_eq!((seen.status, seen.json["removed"].as_i64(), seen.json["kept"].as_i64()), (200, Some(2), Some(9)), "{}", seen.text);
        assert_eq!(reasons(&seen.json["rows"]).into_iter().filter(|(_, why)| !why.is_empty()).collect::<Vec<_>>(), stay);
        assert_eq!(ids(&w).await.len(), 11, "a preview changes nothing");
        assert_eq!(w.get("owner", "licenses/summary").await["available"], 1_000 - 141);
        let page = w.browser("owner").await.get(&import.replace("/v1", "")).await;
        assert!(page.text.contains("Undo this import") && page.text.contains("It was launched.") && page.text.contains("Plain"), "{}", page.text);

        let result = undone(&w, &import).await;
        assert_eq!((result["removed"].as_i64(), result["kept"].as_i64()), (Some(2), Some(9)), "{result}");
        assert_eq!(reasons(&result["rows"]), stay);
        assert_eq!(ids(&w).await.len(), 9);
        assert_eq!(w.get("owner", "licenses/summary").await["available"], 1_000 - 91);
        let counted = w.get("owner", "portfolio").await["kpis"]["active_customers"].clone();
        assert_eq!((counted["value"].as_i64(), counted["delta"].as_i64()), (before["value"].as_i64().map(|n| n + 9), before["delta"].as_i64().map(|n| n + 9)));
        for gone in ["Plain", "Trial"] {
            assert_eq!(owner.get(&format!("{msp}/customers/{}", id(gone))).await.status, 404);
            assert_eq!(owner.post(&format!("/v1/tenants/{}/members", id(gone)), &json!({ "email": "a@b.example" })).await.status, 404);
            assert_eq!(owner.post("/v1/licenses/allocate", &json!({ "tenant_id": id(gone), "seats": 1 })).await.status, 404);
        }
        let stays = owner.post(&format!("/v1/tenants/{}/members", id("Edit")), &json!({ "email": "a@edit.example" })).await;
        assert_eq!(stays.status, 201, "who stays goes on as before: {}", stays.text);
        assert_eq!(owner.post(&format!("{import}/undo"), &json!({})).await.code(), "import-wrong-state");
        assert_eq!(owner.get(&import).await.json["undone"]["ended"], true);
        imported(&w, &format!("{msp}/customers/import"), "name;domain\nPlain again;plain.example\n").await;
        assert_eq!(ids(&w).await.len(), 10, "its domain is free again");
        let audit = w.get("owner", "audit?page[size]=200").await;
        let taken = audit["data"].as_array().expect("rows").iter().filter(|e| e["command"] == "provisioning.take_back_customer").count();
        assert_eq!(taken, 2, "{audit}");
        assert_eq!(w.get("owner", "audit/verify").await["intact"], true);
    }

    async fn results_are_taken_back_and_rates_are_what_they_were(w: World) {
        let customer = w.customer("Rates", 0).await;
        let owner = w.client("owner").keyed();
        let run = |name: &str, at: &str, passed: i64| json!({ "name": name, "external_ref": name, "at": at, "delivered": 10, "passed": passed });
        let old = owner.post(&format!("/v1/tenants/{customer}/campaign-results"), &json!({ "runs": [run("Old", "2026-11-10T09:00:00Z", 8)] })).await;
        assert_eq!(old.status, 200, "{}", old.text);
        let facts = async || {
            let row = w.get("owner", "customers").await["data"][0].clone();
            let whole = w.get("owner", "portfolio").await["kpis"]["pass_rate"].clone();
            (row["pass_rate"].clone(), row["last_campaign_at"].clone(), row["status"].clone(), whole["passed"].clone(), whole["of"].clone())
        };
        let before = facts().await;
        assert_eq!(before.0["percent"], 80.0, "{before:?}");
        let csv = "domain,campaign,date,delivered,compromised\nrates.example,Bad,2026-11-20,90,80\nrates.example,Worse,2026-10-01,5,5\n";
        let path = format!("/v1/msp/{}/campaign-results/import", w.partner);
        let import = imported(&w, &path, csv).await;
        let again = imported(&w, &path, csv).await;
        let during = facts().await;
        assert_eq!((&during.0["passed"], &during.0["of"]), (&json!(18), &json!(100)), "{during:?}");
        assert_eq!(undone(&w, &again).await["removed"], 0, "what it only told again is not its own");
        assert_eq!(facts().await, during);
        let seen = owner.post(&format!("{import}/undo?preview=true"), &json!({})).await;
        assert_eq!(reasons(&seen.json["rows"]), [("Rates: Bad".to_owned(), String::new()), ("Rates: Worse".to_owned(), String::new())], "{}", seen.text);
        assert_eq!(w.client("auditor").post(&format!("{import}/undo"), &json!({})).await.status, 403);
        assert_eq!(w.client("other_owner").post(&format!("{import}/undo"), &json!({})).await.status, 404);
        let result = undone(&w, &import).await;
        assert_eq!((result["removed"].as_i64(), result["kept"].as_i64()), (Some(2), Some(0)), "{result}");
        assert_eq!(facts().await, before);
    }

    async fn members_who_wait_get_seats_oldest_first(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Wait", 2).await;
        let owner = w.client("owner").keyed();
        let path = format!("/v1/tenants/{customer}/members");
        imported(&w, &format!("{path}/import"), &people(&["c", "a", "e", "b", "d"])).await;
        assert_eq!(active(&owner, customer).await, ["a@wait.example", "c@wait.example"]);
        assert_eq!(waiting(&w).await, [3]);
        let find = async |name: &str| {
            let list = owner.get(&format!("{path}?q={name}@wait.example")).await;
            format!("{path}/{}", text(&list.json["data"][0]["id"]))
        };
        assert_eq!(owner.patch(&find("a").await, &json!({ "status": "inactive" })).await.status, 200);
        assert_eq!(active(&owner, customer).await, ["c@wait.example", "e@wait.example"], "the first of those who wait, in the same breath");
        assert_eq!(waiting(&w).await, [2], "the open alert says how many wait now");
        assert_eq!(owner.patch(&find("a").await, &json!({ "status": "active" })).await.code(), "no-free-seat");
        assert_eq!(owner.delete(&find("c").await).await.status, 200);
        assert_eq!(active(&owner, customer).await, ["b@wait.example", "e@wait.example"]);
        let msp = format!("/v1/msp/{}/customers/{customer}", w.partner);
        assert!(owner.post(&format!("{msp}/suspend"), &json!({})).await.status < 300);
        assert_eq!(owner.post("/v1/licenses/allocate", &json!({ "tenant_id": customer, "seats": 1 })).await.status, 200);
        assert_eq!(active(&owner, customer).await.len(), 2, "nobody becomes active while it is suspended");
        assert!(owner.post(&format!("{msp}/resume"), &json!({})).await.status < 300);
        assert_eq!(active(&owner, customer).await, ["b@wait.example", "d@wait.example", "e@wait.example"]);
        assert_eq!(waiting(&w).await, [0; 0], "the alert resolves itself");
        assert_eq!(w.get("owner", "licenses/summary").await["active_users"], 3);
        let history = w.browser("owner").await.get(&format!("/msp/{}/alerts?status=resolved", w.partner)).await;
        assert_eq!(history.status, 200);
    }

    async fn many_who_wait_are_seated_at_once_and_still_undone(w: World) {
        w.order_seats(5).await;
        let customer = w.customer("Crowd", 0).await;
        let owner = w.client("owner").keyed();
        let rows: String = (0..2_300).map(|n| format!("p{n}@crowd.example\n")).collect();
        let import = imported(&w, &format!("/v1/tenants/{customer}/members/import"), &format!("email\n{rows}")).await;
        assert_eq!(waiting(&w).await, [2_300], "also where there is no seat at all");
        let given = owner.post("/v1/licenses/allocate", &json!({ "tenant_id": customer, "seats": 2_200 })).await;
        assert_eq!(given.status, 200, "{}", given.text);
        assert_eq!(w.get("owner", "licenses/summary").await["active_users"], 2_200, "before the answer");
        assert_eq!(waiting(&w).await, [100]);
        let result = undone(&w, &import).await;
        assert_eq!((result["removed"].as_i64(), result["kept"].as_i64()), (Some(2_300), Some(0)), "a seat they waited for is no change: {result}");
        assert_eq!(w.get("owner", "licenses/summary").await["active_users"], 0);
    }

    async fn an_upload_that_nobody_starts_is_purged_with_its_file(w: World) {
        let customer = w.customer("Forgotten", 0).await;
        let owner = w.client("owner").keyed();
        let path = format!("/v1/tenants/{customer}/members/import");
        let old = send(&owner, &path, "email\na@forgotten.example\n").await;
        let stray = w.app.imports().join(format!("{}.csv", store::ImportId::made(Timestamp(1_700_000_000_000_000), [7; 10])));
        std::fs::write(&stray, "email\nleft@behind.example\n").expect("written");
        std::fs::write(w.app.imports().join("README"), "not ours").expect("written");
        w.pass_days(6);
        w.work().await;
        assert!(!stray.exists(), "a file that belongs to no import goes");
        let new = send(&owner, &path, "email\nb@forgotten.example\n").await;
        let import = |answer: &Answer| format!("/v1/msp/{}/imports/{}", w.partner, text(&answer.json["import_id"]));
        let file = |answer: &Answer| w.app.imports().join(format!("{}.csv", text(&answer.json["import_id"])));
        assert_eq!((owner.get(&import(&old)).await.status, file(&old).exists()), (200, true), "not yet");
        w.pass_days(2);
        w.work().await;
        assert_eq!((owner.get(&import(&old)).await.status, file(&old).exists()), (404, false));
        assert_eq!((owner.get(&import(&new)).await.status, file(&new).exists()), (200, true));
        assert!(w.app.imports().join("README").exists(), "what is not ours stays");
        let audit = w.get("owner", "audit?page[size]=200").await;
        assert!(audit["data"].as_array().expect("rows").iter().any(|e| e["command"] == "imports.purge_uploads"), "{audit}");
        let started = owner.post(&format!("{}/start", import(&new)), &json!({})).await;
        assert_eq!(started.status, 202, "{}", started.text);
        w.work().await;
        let partner = w.partner;
        let left = w.app.house.control().read(move |view| {
            view.enter(partner.0);
            view.one(sql!(Control, "SELECT COUNT(*) AS n FROM import WHERE partner_id = $1"), p![partner])?.get::<i64>("n")
        });
        assert_eq!(left.await.expect("counted"), 1);
    }

    async fn who_stays_of_a_customers_import_has_an_open_region_even_after_a_crash(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let import = imported(&w, &format!("/v1/msp/{}/customers/import", w.partner), "name;seats\nHalf;5\n").await;
        let customer = ids(&w).await[0].1;
        // The work closed the region and died; then somebody edited the customer.
        let close = tenantry::licensing::policy::CloseTenant { customer };
        assert!(w.app.house.execute(command::Call::operator(), close).await.expect("closes").value);
        let path = format!("/v1/tenants/{customer}/members");
        assert_eq!(owner.post(&path, &json!({ "email": "a@half.example" })).await.code(), "tenant-not-ready");
        assert_eq!(owner.post(&format!("/v1/msp/{}/customers/{customer}/launch", w.partner), &json!({})).await.status, 200);
        let result = undone(&w, &import).await;
        assert_eq!(reasons(&result["rows"]), [("Half".to_owned(), "launched".to_owned())]);
        let added = owner.post(&path, &json!({ "email": "a@half.example" })).await;
        assert_eq!((added.status, added.json["status"].as_str()), (201, Some("active")), "{}", added.text);
        assert!(w.clock.now() >= w.now());
    }
}
