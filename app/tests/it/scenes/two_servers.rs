//! Two servers over one database: what one has read the other may be changing. SQLite has one process: there they take turns.

use http::Method;
use serde_json::{Value, json};
use store::{CustomerId, MemberId, Region, Timestamp, p, sql};

use super::{
    offboarding::{at, ok, post, remove},
    trials::{TEN, end, id_of, trial, with},
};
use crate::{
    scenes,
    support::{Answer, Client, World},
};

fn members(customer: CustomerId) -> String {
    format!("/v1/tenants/{customer}/members")
}

/// Brings people in by a file; those without a seat wait.
async fn import(w: &World, owner: &Client, customer: CustomerId, names: &[String]) -> String {
    let csv = names.iter().fold(String::from("email,name\n"), |csv, name| format!("{csv}{name}@people.example,{name}\n"));
    let begun = owner.request(Method::POST, &format!("{}/import?start=true", members(customer)), Some("text/csv"), csv.into()).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    w.work().await;
    begun.json["import_id"].as_str().expect("an id").to_owned()
}

/// What is counted of a customer's members is what its rows say, and time runs of those who are active alone, once of each.
async fn agrees(w: &World, customer: CustomerId, after: &str) {
    let read = w.app.house.region("eu").expect("a region").read(move |view| {
        view.enter(customer.0);
        let row =
            view.one(sql!(Region, "SELECT members, active_users, waiting, held FROM tenant_policy WHERE customer_id = $1"), p![customer])?;
        let counted: [i64; 4] = [row.get("members")?, row.get("active_users")?, row.get("waiting")?, row.get("held")?];
        let mut stands: Vec<(MemberId, String)> = Vec::new();
        for row in
            view.rows(sql!(Region, "SELECT member_id, status FROM member WHERE customer_id = $1 ORDER BY member_id"), p![customer])?
        {
            stands.push((row.get("member_id")?, row.get("status")?));
        }
        let mut runs: Vec<MemberId> = Vec::new();
        let text = sql!(Region, "SELECT member_id FROM member_interval WHERE customer_id = $1 AND until = $2 ORDER BY member_id");
        for row in view.rows(text, p![customer, Timestamp::FOREVER])? {
            runs.push(row.get("member_id")?);
        }
        Ok((counted, stands, runs))
    });
    let (counted, stands, runs) = read.await.expect("the region answers");
    let with = |status: &str| stands.iter().filter(|(_, s)| s == status).map(|(id, _)| *id).collect::<Vec<_>>();
    let n = |ids: Vec<MemberId>| i64::try_from(ids.len()).expect("few");
    let all = i64::try_from(stands.len()).expect("few");
    assert_eq!(counted, [all, n(with("active")), n(with("waiting")), n(with("held"))], "members, active, waiting, held after {after}");
    assert_eq!(runs, with("active"), "whose time runs after {after}");
}

async fn scim(by: &Client, method: Method, path: &str, body: &Value) -> Answer {
    by.request(method, &format!("/scim/v2/Users{path}"), Some("application/scim+json"), body.to_string().into_bytes()).await
}

/// A customer's own directory.
async fn directory(w: &World, customer: CustomerId) -> Client {
    let token = post(&w.client("technician"), &format!("/v1/tenants/{customer}/scim-tokens"), json!({ "name": "Entra ID" })).await;
    w.client("nobody").token(token["secret"].as_str().expect("a secret"))
}

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

fn sorted(statuses: [u16; 2]) -> [u16; 2] {
    let [a, b] = statuses;
    [a.min(b), a.max(b)]
}

scenes! {
    async fn f1_03_of_two_changes_of_one_version_at_two_servers_one_is_refused(w: World) {
        let (owner, second) = (w.client("owner").keyed(), w.second());
        let id = w.customer("Versions", 0).await;
        let here = at(&w, id);
        let ann = post(&owner, &members(id), json!({ "email": "ann@people.example", "status": "inactive" })).await;
        let member = format!("{}/{}", members(id), ann["id"].as_str().expect("an id"));
        for (path, field) in [(&here, "reference"), (&member, "title")] {
            for round in 0..5 {
                let by = owner.with("if-match", owner.get(path).await.header("etag"));
                let elsewhere = by.at(&second);
                let bodies = [json!({ "name": format!("Name {round}") }), json!({ (field): format!("Word {round}") })];
                let (a, b) = tokio::join!(by.patch(path, &bodies[0]), elsewhere.patch(path, &bodies[1]));
                assert_eq!(sorted([a.status, b.status]), [200, 412], "{} {}", a.text, b.text);
                let now = ok(&owner, path).await;
                let kept = (now["name"] == bodies[0]["name"], now[field] == bodies[1][field]);
                assert_eq!(kept, (a.status == 200, b.status == 200), "nobody's change is lost, and none refused is made: {now}");
            }
        }
        let (elsewhere, nothing) = (owner.at(&second), json!({}));
        for turn in ["suspend", "resume", "suspend", "resume"] {
            let path = format!("{here}/{turn}");
            let (a, b) = tokio::join!(owner.post(&path, &nothing), elsewhere.post(&path, &nothing));
            assert_eq!(sorted([a.status, b.status]), [200, 409], "{turn}: {} {}", a.text, b.text);
        }
    }

    async fn f1_03_a_version_protects_settings_groups_and_sources_at_two_servers(w: World) {
        let (owner, second) = (w.client("owner").keyed(), w.second());
        let (id, msp) = (w.customer("Protected", 0).await, format!("/v1/msp/{}", w.partner));
        let made = async |path: String, body: Value| {
            let made = post(&owner, &path, body).await;
            format!("{path}/{}", made["id"].as_str().expect("an id"))
        };
        let people = json!({ "name": "People", "settings": { "kind": "csv", "url": w.site.url("/people.csv") } });
        let paths = [
            format!("{msp}/settings"),
            made(format!("{msp}/groups"), json!({ "name": "North" })).await,
            made(format!("/v1/tenants/{id}/member-groups"), json!({ "name": "Guests" })).await,
            made(format!("{}/sources", at(&w, id)), people).await,
        ];
        for path in &paths {
            for round in 0..5 {
                let by = owner.with("if-match", owner.get(path).await.header("etag"));
                let elsewhere = by.at(&second);
                let bodies = ["Here", "There"].map(|name| json!({ "name": format!("{name} {round}") }));
                let (a, b) = tokio::join!(by.patch(path, &bodies[0]), elsewhere.patch(path, &bodies[1]));
                assert_eq!(sorted([a.status, b.status]), [200, 412], "{path}: {} {}", a.text, b.text);
                let now = ok(&owner, path).await;
                let kept = bodies.map(|body| now["name"] == body["name"]);
                assert_eq!(kept, [a.status == 200, b.status == 200], "nobody's change is lost, and none refused is made: {now}");
            }
        }
        for round in 0..4 {
            let here = at(&w, w.customer(&format!("Going {round}"), 0).await);
            let by = owner.with("if-match", owner.get(&here).await.header("etag"));
            let (elsewhere, change) = (by.at(&second), json!({ "reference": "R 1" }));
            let (gone, changed) = tokio::join!(by.delete(&here), elsewhere.patch(&here, &change));
            assert!(changed.status < 500 && [200, 412].contains(&gone.status), "{} {}", gone.text, changed.text);
            assert_ne!(gone.status == 200, changed.status == 200, "what somebody has just changed is not removed unseen: {} {}", gone.text, changed.text);
        }
    }

    async fn f3_19_limits_set_at_two_servers_keep_what_each_left_out(w: World) {
        let (here, path) = (w.client("distributor_owner"), format!("/v1/msp/{}/limits", w.partner));
        let there = here.at(&w.second());
        for round in 0..8_i64 {
            let bodies = [
                json!({ "max_customers": 100 + round, "max_members": 1000 }),
                json!({ "max_customers": 100 + round, "max_members": 1000, "trial_extensions": round + 3, "trial_extension_days": round + 1 }),
            ];
            let (a, b) = tokio::join!(here.put(&path, &bodies[0]), there.put(&path, &bodies[1]));
            assert_eq!((a.status, b.status), (200, 200), "{} {}", a.text, b.text);
            let now = here.get(&path).await.json;
            assert_eq!((&now["trial_extensions"], &now["trial_extension_days"]), (&json!(round + 3), &json!(round + 1)), "{now}");
        }
    }

    async fn an_address_that_is_added_at_two_servers_is_added_once(w: World) {
        w.order_seats(1).await;
        let id = w.customer("Added", 20).await;
        w.verify(id).await;
        let owner = w.client("owner").keyed();
        let (elsewhere, here) = (owner.at(&w.second()), directory(&w, id).await);
        let there = here.at(&elsewhere);
        for round in 0..5 {
            let ann = json!({ "email": format!("ann{round}@added.example"), "name": "Ann" });
            let path = members(id);
            let (a, b) = tokio::join!(owner.post(&path, &ann), elsewhere.post(&path, &ann));
            assert_eq!(sorted([a.status, b.status]), [201, 409], "{} {}", a.text, b.text);
            let bo = json!({ "schemas": [USER], "userName": format!("bo{round}@added.example") });
            let (a, b) = tokio::join!(scim(&here, Method::POST, "", &bo), scim(&there, Method::POST, "", &bo));
            assert_eq!(sorted([a.status, b.status]), [201, 409], "{} {}", a.text, b.text);
            agrees(&w, id, &format!("round {round}")).await;
        }
    }

    async fn a_file_and_a_person_at_two_servers_lose_no_word_on_a_member(w: World) {
        let id = w.customer("Merged", 0).await;
        let owner = w.client("owner").keyed();
        let elsewhere = owner.at(&w.second());
        let made = post(&owner, &members(id), json!({ "email": "ann@people.example", "name": "ann", "status": "inactive" })).await;
        let ann = format!("{}/{}", members(id), made["id"].as_str().expect("an id"));
        for round in 0..5 {
            let by = elsewhere.with("if-match", owner.get(&ann).await.header("etag"));
            let csv = format!("email,name,title\nann@people.example,ann,Title {round}\n");
            let begun = owner.request(Method::POST, &format!("{}/import?start=true", members(id)), Some("text/csv"), csv.into()).await;
            assert_eq!(begun.status, 202, "{}", begun.text);
            let (worker, change) = (w.app.worker().expect("a worker"), json!({ "department": format!("Department {round}") }));
            let (_, changed) = tokio::join!(worker.drain_jobs(), by.patch(&ann, &change));
            assert!([200, 412].contains(&changed.status), "{}", changed.text);
            w.work().await;
            let now = ok(&owner, &ann).await;
            let kept = (now["title"] == format!("Title {round}"), now["department"] == change["department"]);
            assert_eq!(kept, (true, changed.status == 200), "the file's word, and the person's where it was taken: {now}");
        }
    }

    async fn seats_and_rules_that_two_servers_act_upon_at_once_are_counted_once(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let elsewhere = owner.at(&w.second());
        let id = w.customer("Ruled", 0).await;
        let rules = format!("/v1/tenants/{id}/status-rules");
        let kiosk = json!({ "name": "No kiosks", "when": { "title": "Kiosk" }, "then": "inactive" });
        post(&owner, &rules, kiosk).await;
        for round in 0..5 {
            import(&w, &owner, id, &["ann", "bo", "cy"].map(|name| format!("{name}{round}"))).await;
            let seats = |more: i64| json!({ "tenant_id": id, "seats": more });
            let (one, two, allocate) = (seats(1), seats(2), "/v1/licenses/allocate");
            let (a, b) = tokio::join!(owner.post(allocate, &one), elsewhere.post(allocate, &two));
            assert_eq!([a.status, b.status], [200, 200], "{} {}", a.text, b.text);
            w.work().await;
            agrees(&w, id, &format!("three found seats in round {round}")).await;
            assert_eq!(with(&owner, id, "waiting").await.len(), 0, "round {round}");
            for name in ["ann", "bo"] {
                let path = format!("{}/{}", members(id), id_of(&w, id, &format!("{name}{round}")).await);
                let by = owner.with("if-match", owner.get(&path).await.header("etag"));
                assert_eq!(by.patch(&path, &json!({ "title": "Kiosk" })).await.status, 200);
            }
            let (run, nothing) = (format!("{rules}/run"), json!({}));
            let (a, b) = tokio::join!(owner.post(&run, &nothing), elsewhere.post(&run, &nothing));
            assert_eq!([a.status, b.status], [200, 200], "{} {}", a.text, b.text);
            assert_eq!(a.json["changed"].as_i64().zip(b.json["changed"].as_i64()).map(|(a, b)| a + b), Some(2), "each once: {} {}", a.text, b.text);
            agrees(&w, id, &format!("rules ran in round {round}")).await;
        }
    }

    async fn members_removed_turned_and_retired_at_once_are_counted_once(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let elsewhere = owner.at(&w.second());
        let id = w.customer("Twice", 3).await;
        let by = owner.with("if-match", owner.get(&at(&w, id)).await.header("etag"));
        assert_eq!(by.patch(&at(&w, id), &json!({ "member_retention_days": 0 })).await.status, 200);
        let (inactive, active) = (json!({ "status": "inactive" }), json!({ "status": "active" }));
        for round in 0..5 {
            let names: Vec<String> = ["ann", "bo", "cy", "dee", "eve", "fay"].iter().map(|name| format!("{name}{round}")).collect();
            import(&w, &owner, id, &names).await;
            let mut paths = Vec::new();
            for name in &names {
                paths.push(format!("{}/{}", members(id), id_of(&w, id, name).await));
            }
            let (a, b) = tokio::join!(owner.delete(&paths[0]), elsewhere.delete(&paths[0]));
            assert_eq!(sorted([a.status, b.status]), [200, 404], "{} {}", a.text, b.text);
            agrees(&w, id, &format!("one member was removed twice in round {round}")).await;
            let (gone, turned) = tokio::join!(owner.delete(&paths[1]), elsewhere.patch(&paths[1], &inactive));
            assert!(gone.status == 200 && [200, 404].contains(&turned.status), "{} {}", gone.text, turned.text);
            agrees(&w, id, &format!("a member was removed and put out in round {round}")).await;
            // A seat becomes free for one who waits, and who is just removed.
            let (turned, gone) = tokio::join!(owner.patch(&paths[2], &inactive), elsewhere.delete(&paths[3]));
            assert_eq!((turned.status, gone.status), (200, 200), "{} {}", turned.text, gone.text);
            agrees(&w, id, &format!("a seat became free in round {round}")).await;
            let (retired, turned) = tokio::join!(tenantry::offboarding::retire(&w.app), elsewhere.patch(&paths[2], &active));
            assert!(retired.is_ok() && [200, 404, 409].contains(&turned.status), "{retired:?} {}", turned.text);
            agrees(&w, id, &format!("a member was retired and let in in round {round}")).await;
            w.pass_to(w.now().plus_seconds(1));
        }
    }

    async fn an_import_that_is_undone_while_its_members_go_is_counted_once(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let elsewhere = owner.at(&w.second());
        let id = w.customer("Undone", 2).await;
        for round in 0..4 {
            let names: Vec<String> = ["ann", "bo", "cy", "dee"].iter().map(|name| format!("{name}{round}")).collect();
            let import = import(&w, &owner, id, &names).await;
            let [ann, cy] = [0, 2].map(|n| id_of(&w, id, &names[n]));
            let (ann, cy) = (format!("{}/{}", members(id), ann.await), format!("{}/{}", members(id), cy.await));
            let (undo, nothing) = (format!("/v1/msp/{}/imports/{import}/undo", w.partner), json!({}));
            let undone = async {
                let begun = owner.post(&undo, &nothing).await;
                let _ = w.app.worker().expect("a worker").drain_jobs().await;
                begun
            };
            let (begun, ..) = tokio::join!(undone, elsewhere.delete(&ann), elsewhere.delete(&cy));
            assert_eq!(begun.status, 202, "{}", begun.text);
            w.work().await;
            agrees(&w, id, &format!("round {round}")).await;
        }
    }

    async fn f3_13_who_stays_and_who_goes_at_two_servers_is_counted_once(w: World) {
        let (id, owner) = (trial(&w, "Acme", &TEN).await, w.client("owner").keyed());
        let elsewhere = owner.at(&w.second());
        w.pass_to(end(&w, id).await);
        assert_eq!(with(&owner, id, "active").await, ["boss", "p0", "p1"]);
        for name in ["p5", "p6", "p7"] {
            let who = id_of(&w, id, name).await;
            let (choice, path) = (json!({ "members": [who] }), format!("{}/{who}", members(id)));
            let stay = format!("/v1/tenants/{id}/free-members");
            let (chosen, gone) = tokio::join!(owner.put(&stay, &choice), elsewhere.delete(&path));
            assert!([204, 422].contains(&chosen.status) && gone.status == 200, "{} {}", chosen.text, gone.text);
            assert_eq!(with(&owner, id, "active").await.len(), 3, "{name}");
            agrees(&w, id, name).await;
        }
    }

    async fn a_directory_that_speaks_to_two_servers_lets_in_once(w: World) {
        w.order_seats(1).await;
        let id = w.customer("Spoken", 2).await;
        w.verify(id).await;
        let here = directory(&w, id).await;
        let there = here.at(&w.second());
        let made = scim(&here, Method::POST, "", &json!({ "schemas": [USER], "userName": "ann@spoken.example" })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let path = format!("/{}", made.json["id"].as_str().expect("an id"));
        let path = path.as_str();
        for round in 0..6 {
            w.pass_to(w.now().plus_seconds(1));
            let word = |title: &str| json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{ "op": "replace", "value": { "active": round % 2 == 1, (title): format!("{title} {round}") } }],
            });
            let words = ["title", "displayName"].map(word);
            let (a, b) = tokio::join!(scim(&here, Method::PATCH, path, &words[0]), scim(&there, Method::PATCH, path, &words[1]));
            assert_eq!([a.status, b.status], [200, 200], "{} {}", a.text, b.text);
            agrees(&w, id, &format!("round {round}")).await;
            let now = here.get(&format!("/scim/v2/Users{path}")).await;
            let said = (format!("title {round}"), format!("displayName {round}"));
            assert_eq!((&now.json["title"], &now.json["displayName"]), (&json!(said.0), &json!(said.1)), "neither word is lost: {}", now.text);
        }
    }

    async fn f3_20_members_of_a_customer_that_is_removed_are_counted_once(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let elsewhere = owner.at(&w.second());
        let inactive = json!({ "status": "inactive" });
        for round in 0..3 {
            let id = w.customer(&format!("Leaver {round}"), 5).await;
            import(&w, &owner, id, &["ann", "bo", "cy", "dee"].map(str::to_owned)).await;
            let ann = format!("{}/{}", members(id), id_of(&w, id, "ann").await);
            let (gone, turned) = tokio::join!(remove(&w, &owner, id), elsewhere.patch(&ann, &inactive));
            assert!(gone.status == 200 && turned.status < 500, "{} {}", gone.text, turned.text);
            w.work().await;
            agrees(&w, id, &format!("round {round}")).await;
        }
    }
}
