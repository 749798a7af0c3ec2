//! Everything a customer owns, as a file.

use std::{collections::BTreeMap, io::Read as _};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::offboarding::{at, end_leases, ok, post, remove};
use crate::{scenes, support::World};

/// The files of an archive by name.
pub fn unpack(bytes: Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut files = BTreeMap::new();
    for n in 0..zip.len() {
        let mut file = zip.by_index(n).expect("a file");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("read");
        let name = file.name().expect("a name").into_owned();
        files.insert(name, bytes);
    }
    files
}

pub fn lines(bytes: &[u8]) -> Vec<Value> {
    String::from_utf8(bytes.to_vec()).expect("UTF-8").lines().map(|l| serde_json::from_str(l).expect("JSON")).collect()
}

scenes! {
    async fn f1_28_everything_a_customer_owns_is_exported_with_a_manifest_before_it_is_purged(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        let id = w.customer("Carry", 5).await;
        let tenant = format!("/v1/tenants/{id}");
        for n in 0..3 {
            post(&owner, &format!("{tenant}/members"), json!({ "email": format!("m{n}@carry.example"), "name": format!("Ün\"i {n}") })).await;
        }
        post(&owner, &format!("{tenant}/sites"), json!({ "name": "Head office" })).await;
        post(&owner, &format!("{tenant}/status-rules"), json!({ "name": "Sales", "when": { "department": "Sales" }, "then": "active" })).await;
        let list = json!({ "name": "List", "secret": "hush", "settings": { "kind": "csv", "url": "https://people.example/all.csv" } });
        post(&owner, &format!("/v1/msp/{}/customers/{id}/sources", w.partner), list).await;
        let run = json!({ "runs": [{ "external_ref": "r1", "name": "Autumn", "at": "2026-11-20T09:00:00Z", "delivered": 10, "passed": 7 }] });
        post(&owner, &format!("{tenant}/campaign-results"), run).await;
        assert_eq!(remove(&w, &owner, id).await.status, 200);

        let exports = format!("/v1/msp/{}/exports", w.partner);
        assert_eq!(w.client("technician").keyed().post(&exports, &json!({ "tenant_id": id })).await.status, 403);
        assert_eq!(w.client("other_owner").keyed().post(&exports, &json!({ "tenant_id": id })).await.status, 404);
        let begun = owner.post(&exports, &json!({ "tenant_id": id })).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        assert_eq!(owner.post(&exports, &json!({ "tenant_id": id })).await.code(), "export-under-way");
        let file = format!("{exports}/{}/file", begun.json["export_id"].as_str().expect("an id"));
        assert_eq!(owner.get(&file).await.code(), "export-not-ready");
        // Killed, it begins anew.
        let worker = w.app.worker().expect("a worker");
        for n in 0..4_u64 {
            let _ = tokio::time::timeout(std::time::Duration::from_micros(300 + n * 900), worker.drain_jobs()).await;
            end_leases(&w, id).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        end_leases(&w, id).await;
        w.work().await;
        let done = ok(&owner, begun.header("location")).await;
        assert_eq!(done["status"], "succeeded", "{done}");

        let listed = ok(&owner, &exports).await["data"][0].clone();
        let place = w.app.config.data.join("objects/eu").join(id.to_string());
        let stored = std::fs::read(place.join(format!("exports/{}.zip", begun.json["export_id"].as_str().expect("an id")))).expect("the file");
        assert_eq!(listed["sha256"].as_str(), Some(data_encoding::HEXLOWER.encode(&Sha256::digest(&stored)).as_str()));
        let sent = owner.get(&file).await;
        assert_eq!((sent.status, sent.header("content-type"), sent.header("cache-control")), (200, "application/zip", "no-store"));
        let files = unpack(stored);
        let manifest: Value = serde_json::from_slice(&files["manifest.json"]).expect("JSON");
        assert_eq!((&manifest["format"], &manifest["version"], &manifest["customer"]), (&json!("tenantry-export"), &json!(1), &json!(id)), "{manifest}");
        let said = manifest["files"].as_array().expect("files");
        assert_eq!(said.len() + 1, files.len(), "the manifest names every file but itself");
        for one in said {
            let bytes = &files[one["name"].as_str().expect("a name")];
            assert_eq!(one["sha256"].as_str(), Some(data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)).as_str()), "{one}");
            assert_eq!((one["bytes"].as_u64(), one["rows"].as_u64()), (Some(bytes.len() as u64), Some(lines(bytes).len() as u64)), "{one}");
        }
        let mut members = lines(&files["members.jsonl"]);
        members.sort_by_key(|m| m["email"].as_str().expect("an address").to_owned());
        assert_eq!((members.len(), &members[0]["email"], &members[0]["name"]), (3, &json!("m0@carry.example"), &json!("Ün\"i 0")));
        assert!(members[0]["member_id"].as_str().expect("an id").starts_with("mem_") && members[0]["created_at"] == "2026-11-21T09:00:00Z", "{}", members[0]);
        assert_eq!(lines(&files["customer.jsonl"])[0]["name"], "Carry");
        assert_eq!(lines(&files["campaign-results.jsonl"])[0]["passed"], 7);
        assert_eq!(lines(&files["status-rules.jsonl"])[0]["lets_in"], true);
        let source = &lines(&files["sources.jsonl"])[0];
        assert!(source["kind"] == "csv" && source["settings"].to_string().contains("people.example") && source.get("secret").is_none(), "{source}");
        assert_eq!((lines(&files["sites.jsonl"]).len(), lines(&files["activity.jsonl"]).len()), (1, 3));
        assert!(lines(&files["audit-members.jsonl"]).len() >= 3 && !lines(&files["seats.jsonl"]).is_empty());
        let taken = w.get("owner", "audit?filter[command]=offboarding.take_export").await;
        assert_eq!(taken["page"]["total"], 1, "who takes it stands in the trail");

        let browser = w.browser("owner").await;
        let page = browser.get(&format!("/msp/{}/exports", w.partner)).await;
        assert!(page.text.contains("Carry") && page.text.contains("Download"), "{}", page.text);
        assert_eq!(w.browser("technician").await.get(&format!("/msp/{}/exports", w.partner)).await.status, 403);

        // It expires, file and all; a purge would have taken it too.
        w.pass_days(7);
        assert_eq!(owner.get(&file).await.code(), "export-expired");
        tenantry::offboarding::sweep(&w.app).await.expect("swept");
        assert_eq!(owner.get(&file).await.status, 404);
        let form = format!("/msp/{}/exports", w.partner);
        // Nobody stays signed in for a week.
        let asked = w.browser("owner").await.form(&form, &[("customer", &id.to_string()), ("idempotency_key", "x1")]).await;
        assert!(asked.status == 303 && asked.header("location").contains("done=export"), "{} {}", asked.status, asked.header("location"));
        w.work().await;
        let folder = || std::fs::read_dir(place.join("exports")).map_or(0, Iterator::count);
        assert_eq!(folder(), 1, "the expired one is gone, the new one is there");
        post(&owner, &format!("/v1/msp/{}/removed/{id}/purge", w.partner), json!({ "name": "Carry" })).await;
        w.work().await;
        assert!(!place.exists(), "a purge leaves no place of the tenant");
        assert_eq!((folder(), ok(&owner, &exports).await["page"]["total"].as_i64()), (0, Some(0)));
        assert_eq!(owner.post(&exports, &json!({ "tenant_id": id })).await.code(), "nothing-to-export");
        assert_eq!(owner.get(&at(&w, id)).await.status, 404);
    }
}
