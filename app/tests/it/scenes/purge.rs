//! Nothing is left of a purged customer, and of an erased person: not in rows, not in files, not after a restore.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};
use store::CustomerId;

use super::offboarding::{at, end_leases, ok, post, remove, restore};
use crate::{
    scenes,
    support::{Client, World},
};

/// Words that stand nowhere else: of people, and of what the customer called its own.
const PLANTED: [&str; 13] = [
    "zaphodine",
    "quillfeather",
    "umbrellathorn",
    "vexillary",
    "admin.wolpertinger",
    "contract-kerfuffle",
    "consent-flibbert",
    "spf-gobbledook",
    "site-lollygag",
    "camp-bumfuzzle",
    "ref-taradiddle",
    "dept-snollygoster",
    "plan-collywobble",
];

/// The files below a folder that hold one of the words, each with the word.
fn found(folder: &Path, words: &[&str]) -> Vec<String> {
    let mut hits = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap_or_default().to_ascii_lowercase();
            for word in words {
                if bytes.windows(word.len()).any(|w| w == word.as_bytes()) {
                    hits.push(format!("{} holds {word}", path.display()));
                }
            }
        }
    }
    hits
}

/// Everything the installation holds, as files: the live ones, and a dump of either engine.
fn held(w: &World, words: &[&str], name: &str) -> Vec<String> {
    let dump = w.app.config.data.join(name);
    tenantry::operator::backup(&w.app.config, Some(dump.clone())).expect("a backup");
    let hits = found(&w.app.config.data, words);
    std::fs::remove_dir_all(dump).expect("removed");
    hits
}

/// A customer that has something of everything, and hundreds of people.
async fn planted(w: &World, owner: &Client) -> CustomerId {
    let id = w.customer("Vanish", 400).await;
    let (here, tenant) = (at(w, id), format!("/v1/tenants/{id}"));
    let mut csv = String::from("email,name,department\n");
    for n in 0..900 {
        csv.push_str(&format!("zaphodine{n}@vanish.example,Quillfeather Umbrellathorn {n},dept-snollygoster\n"));
    }
    let begun = owner.request(http::Method::POST, &format!("{tenant}/members/import?start=true"), Some("text/csv"), csv.into_bytes()).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    w.work().await;
    for n in 0..5 {
        post(
            owner,
            &format!("{tenant}/members"),
            json!({ "email": format!("vexillary{n}@vanish.example"), "name": "Vexillary", "status": "inactive" }),
        )
        .await;
    }
    let tag = owner.get(&here).await.header("etag").to_owned();
    let change = json!({ "admin_email": "admin.wolpertinger@vanish.example", "reference": "ref-taradiddle" });
    assert_eq!(owner.with("if-match", &tag).patch(&here, &change).await.status, 200);
    post(owner, &format!("{tenant}/sites"), json!({ "name": "site-lollygag" })).await;
    post(owner, &format!("{tenant}/syncs"), json!({ "ok": false, "source": "scim", "reason": "consent-flibbert" })).await;
    post(owner, &format!("{tenant}/mail-checks"), json!({ "ok": false, "detail": "spf-gobbledook" })).await;
    let run = json!({ "runs": [{ "external_ref": "camp-bumfuzzle", "name": "camp-bumfuzzle", "at": "2026-11-20T09:00:00Z", "delivered": 10, "passed": 7 }] });
    post(owner, &format!("{tenant}/campaign-results"), run).await;
    let subscription = ok(owner, &format!("{tenant}/subscriptions")).await["data"][0]["id"].as_str().expect("an id").to_owned();
    let plan = json!({ "plan": "standard", "note": "plan-collywobble" });
    post(&owner.keyed(), &format!("{tenant}/subscriptions/{subscription}/plan-request"), plan).await;
    id
}

async fn proof(w: &World, id: CustomerId) -> Value {
    w.get("owner", &format!("removed/{id}/left")).await
}

scenes! {
    async fn f0_30_nothing_is_left_of_a_purged_customer_but_its_name_and_its_counts(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        let stays = w.customer("Stays", 5).await;
        let id = planted(&w, &owner).await;
        let purge = format!("/v1/msp/{}/removed/{id}/purge", w.partner);
        assert_eq!(owner.post(&purge, &json!({ "name": "Vanish" })).await.status, 404, "only what was removed is purged");
        let tag = owner.get(&at(&w, id)).await.header("etag").to_owned();
        assert_eq!(owner.with("if-match", &tag).delete(&format!("{}?reason=contract-kerfuffle", at(&w, id))).await.status, 200);
        assert!(held(&w, &PLANTED, "before").len() >= PLANTED.len(), "the words can be found while they are there");
        let month = w.get("owner", "portfolio?as_of=2026-11-20").await;
        assert_eq!(w.client("admin").keyed().post(&purge, &json!({ "name": "Vanish" })).await.status, 403);
        assert_eq!(owner.post(&purge, &json!({ "name": "vanish" })).await.code(), "name-differs");
        let begun = owner.post(&purge, &json!({ "name": "Vanish" })).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        assert_eq!(owner.post(&purge, &json!({ "name": "Vanish" })).await.code(), "purged-already");
        assert_eq!(restore(&w, &owner, id, json!({})).await.code(), "customer-purged");
        assert_eq!(proof(&w, id).await["clean"], false);
        w.work().await;
        let done = ok(&owner, begun.header("location")).await;
        assert_eq!(done["status"], "succeeded", "{done}");
        let left = proof(&w, id).await;
        assert_eq!(left["clean"], true, "{left}");
        assert_eq!(held(&w, &PLANTED, "after"), Vec::<String>::new());

        // Name and metered history survive, the trail is whole, and its neighbour is untouched.
        let row = w.get("owner", "removed").await["data"][0].clone();
        assert_eq!((&row["name"], &row["lifecycle"], &row["reason"], &row["domain"]), (&json!("Vanish"), &json!("purged"), &Value::Null, &Value::Null), "{row}");
        assert_eq!(w.get("owner", "portfolio?as_of=2026-11-20").await, month, "what a past day showed it shows still");
        assert_eq!(w.get("owner", "audit/verify").await["intact"], true);
        assert_eq!(ok(&owner, &at(&w, stays)).await["name"], "Stays");
        let names = w.get("owner", "audit?page[size]=200").await;
        assert!(names["data"].as_array().expect("rows").iter().any(|e| e["command"] == "offboarding.finish_purge"), "{names}");
        let said = tenantry::offboarding::verify(&w.app).await.expect("clean");
        assert!(said.contains("Vanish: nothing left") && said.contains("1 purged customers, 0 with something left"), "{said}");
    }

    async fn f1_28_a_removed_customer_is_purged_when_its_time_is_over_however_often_the_work_is_killed(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        let id = planted(&w, &owner).await;
        assert_eq!(remove(&w, &owner, id).await.status, 200);
        w.pass_days(29);
        tenantry::offboarding::sweep(&w.app).await.expect("swept");
        w.work().await;
        assert_eq!(w.get("owner", "removed").await["data"][0]["lifecycle"], "removed", "a day too early");
        w.pass_days(1);
        tenantry::offboarding::sweep(&w.app).await.expect("swept");
        tenantry::offboarding::sweep(&w.app).await.expect("twice is once");
        let worker = w.app.worker().expect("a worker");
        for n in 0..6 {
            let _ = tokio::time::timeout(Duration::from_micros(400 + n * 1_500), worker.drain_jobs()).await;
            end_leases(&w, id).await;
        }
        // What a killed run has begun in the house ends by itself, on a busy machine not at once; if something of the customer comes in
        // by that meanwhile, the purge takes another turn, seconds later.
        let mut row = Value::Null;
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            w.pass_to(w.now().plus_seconds(30));
            end_leases(&w, id).await;
            w.work().await;
            row = w.get("owner", "removed").await["data"][0].clone();
            if row["lifecycle"] == "purged" {
                break;
            }
        }
        assert_eq!((&row["lifecycle"], row["purged_at"].is_string()), (&json!("purged"), true), "{row}");
        assert_eq!(proof(&w, id).await["clean"], true);
        assert_eq!(held(&w, &PLANTED[..5], "killed"), Vec::<String>::new());
        assert_eq!(w.get("owner", "licenses/summary").await["allocated"], 0);
    }

    async fn who_was_purged_stays_so_when_an_older_backup_is_restored(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        let (id, stays) = (planted(&w, &owner).await, w.customer("Stays", 5).await);
        let people = ok(&owner, &format!("/v1/tenants/{stays}/members")).await;
        assert_eq!(people["page"]["total"], 0);
        let kept = post(&owner, &format!("/v1/tenants/{stays}/members"), json!({ "email": "zaphodine.erased@stays.example", "name": "Quillfeather" })).await;
        let backup = tempfile::tempdir().expect("a folder");
        let (older, target) = (backup.path().join("older"), backup.path().join("restored"));
        tenantry::operator::backup(&w.app.config, Some(older.clone())).expect("a backup");
        assert_eq!(remove(&w, &owner, id).await.status, 200);
        post(&owner, &format!("/v1/msp/{}/removed/{id}/purge", w.partner), json!({ "name": "Vanish" })).await;
        w.work().await;
        post(&owner, &format!("/v1/tenants/{stays}/members/{}/erase", kept["id"].as_str().expect("an id")), json!({})).await;
        std::fs::create_dir_all(&target).expect("a folder");
        for file in ["erasures.jsonl", "keys.json"] {
            std::fs::copy(w.app.config.data.join(file), target.join(file)).expect("copied");
        }
        // Into SQLite, whichever engine it was made on.
        let config = tenantry::config::Config { data: target.clone(), database: None, ..w.app.config.clone() };
        let restored = config.clone();
        let said = tokio::task::spawn_blocking(move || tenantry::operator::restore(&restored, &older)).await.expect("ran").expect("restored");
        assert!(said.contains("2 erasures of the log were made again"), "{said}");
        assert_eq!(found(&target, &PLANTED), Vec::<String>::new());
    }

    async fn f0_30_an_erased_person_is_named_nowhere_and_the_trail_still_verifies(w: World) {
        let owner = w.client("owner").keyed();
        w.order_seats(1).await;
        let id = w.customer("Keeps", 5).await;
        let members = format!("/v1/tenants/{id}/members");
        let gone = post(&owner, &members, json!({ "email": "Vexillary.One@keeps.example", "name": "Umbrellathorn", "external_id": "ref-taradiddle" })).await;
        let stays = post(&owner, &members, json!({ "email": "bo@keeps.example", "name": "Bo" })).await;
        let member = format!("{members}/{}", gone["id"].as_str().expect("an id"));
        let tag = owner.get(&member).await.header("etag").to_owned();
        assert_eq!(owner.with("if-match", &tag).patch(&member, &json!({ "title": "dept-snollygoster" })).await.status, 200);
        let words = ["vexillary", "umbrellathorn", "ref-taradiddle", "dept-snollygoster"];
        assert!(held(&w, &words, "before").len() >= words.len());
        for who in ["technician", "auditor"] {
            assert_eq!(w.client(who).post(&format!("{member}/erase"), &json!({})).await.status, 403, "{who}");
        }
        let browser = w.browser("owner").await;
        let form = format!("/msp/{}/customers/{id}/members/{}/erase", w.partner, gone["id"].as_str().expect("an id"));
        assert!(browser.get(&form).await.text.contains("Erase Umbrellathorn"));
        assert_eq!(browser.form(&form, &[("typed_name", "umbrellathorn")]).await.status, 422);
        let done = browser.form(&form, &[("typed_name", "Vexillary.One@keeps.example"), ("idempotency_key", "e1")]).await;
        assert!(done.header("location").contains("done=erased"), "{} {}", done.status, done.text);
        assert_eq!(owner.get(&member).await.status, 404);
        assert_eq!(owner.post(&format!("{member}/erase"), &json!({})).await.status, 404);
        // The rows are gone at once, the last bytes of them in the files with the daily run.
        tenantry::offboarding::retire(&w.app).await.expect("ran");
        assert_eq!(held(&w, &words, "after"), Vec::<String>::new());
        let trail = w.get("owner", &format!("audit?filter[customer]={id}&page[size]=200")).await;
        let entries = trail["data"].as_array().expect("rows");
        assert!(entries.iter().any(|e| e["command"] == "directory.erase_member"), "{trail}");
        assert!(entries.iter().any(|e| e["command"] == "directory.create_member" && e["effects"].as_array().is_some_and(|f| f.iter().any(|x| x["after"] == "bo@keeps.example"))), "the others' details stay: {trail}");
        assert_eq!(w.get("owner", "audit/verify").await["intact"], true);
        assert_eq!(w.get("owner", "licenses/summary").await["active_users"], 1);
        assert_eq!(ok(&owner, &format!("{members}/{}", stays["id"].as_str().expect("an id"))).await["name"], "Bo");
    }
}
