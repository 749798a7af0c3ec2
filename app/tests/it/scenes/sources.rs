//! Where a customer's people come from, and what a run of a source does with them.

use std::{collections::BTreeMap, time::Duration};

use http::Method;
use serde_json::{Value, json};
use store::{Clock as _, CustomerId};

use super::offboarding::{end_leases, remove};
use crate::{
    scenes,
    support::{Answer, World},
};

/// A source of a customer.
pub struct Feed<'w> {
    pub w: &'w World,
    pub base: String,
    pub id: String,
}

pub const PEOPLE: &str = "/people.csv";

/// A file of people: key, user name, address, name, active.
pub fn file(rows: &[(&str, &str, &str, &str, &str)]) -> String {
    let mut text = "id,user name,email,name,active,department\n".to_owned();
    for (key, user, email, name, active) in rows {
        text += &format!("{key},{user},{email},{name},{active},Sales\n");
    }
    text
}

/// People called by numbers, all at one domain.
pub fn crowd(numbers: impl IntoIterator<Item = usize>, domain: &str) -> String {
    let mut text = "id,email,name\n".to_owned();
    for n in numbers {
        text += &format!("{n},p{n}@{domain},Person {n}\n");
    }
    text
}

impl<'w> Feed<'w> {
    /// Adds a source of a customer.
    pub async fn add(w: &'w World, customer: CustomerId, body: &Value) -> Feed<'w> {
        let base = format!("/v1/msp/{}/customers/{customer}/sources", w.partner);
        let made = w.client("technician").keyed().post(&base, body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let id = made.json["id"].as_str().expect("an id").to_owned();
        Feed { w, base, id }
    }

    /// A file behind an address.
    pub async fn csv(w: &'w World, customer: CustomerId) -> Feed<'w> {
        Feed::add(w, customer, &json!({ "name": "People", "settings": { "kind": "csv", "url": w.site.url(PEOPLE) } })).await
    }

    pub fn path(&self, rest: &str) -> String {
        format!("{}/{}{rest}", self.base, self.id)
    }

    pub async fn shown(&self) -> Value {
        let answer = self.w.client("technician").get(&self.path("")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json
    }

    pub async fn post(&self, rest: &str) -> Answer {
        self.w.client("technician").keyed().request(Method::POST, &self.path(rest), None, Vec::new()).await
    }

    /// Begins a run and lets it work; gives how it stands then.
    pub async fn run(&self) -> Value {
        self.begin("").await
    }

    pub async fn preview(&self) -> Value {
        self.begin("?preview=true").await
    }

    async fn begin(&self, query: &str) -> Value {
        let begun = self.post(&format!("/runs{query}")).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        self.w.work().await;
        self.one(begun.json["id"].as_str().expect("a run")).await
    }

    pub async fn one(&self, run: &str) -> Value {
        let answer = self.w.client("technician").get(&self.path(&format!("/runs/{run}"))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json
    }

    pub async fn changes(&self, run: &Value, class: &str) -> Vec<Value> {
        let path = self.path(&format!("/runs/{}/changes?filter[class]={class}&page[size]=200", run["id"].as_str().expect("an id")));
        let answer = self.w.client("technician").get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json["data"].as_array().expect("a list").clone()
    }
}

/// Members by address: status and name.
pub async fn members(w: &World, customer: CustomerId) -> BTreeMap<String, (String, String)> {
    let mut found = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = w.client("technician").get(&format!("/v1/tenants/{customer}/members?page[size]=200{after}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        for m in page.json["data"].as_array().expect("a list") {
            let text = |name: &str| m[name].as_str().unwrap_or_default().to_owned();
            found.insert(text("email"), (text("status"), text("name")));
        }
        match page.json["page"]["next"].as_str() {
            Some(next) => after = format!("&page[after]={next}"),
            None => return found,
        }
    }
}

fn statuses(all: &BTreeMap<String, (String, String)>) -> Vec<(&str, &str)> {
    all.iter().map(|(email, (status, _))| (email.split('@').next().unwrap_or_default(), status.as_str())).collect()
}

/// A customer with a verified domain and so many seats; the domain.
pub async fn tenant(w: &World, name: &str, seats: i64) -> (CustomerId, String) {
    w.order_seats(1).await;
    let customer = w.customer(name, seats).await;
    w.verify(customer).await;
    w.work().await;
    let shown = w.client("owner").get(&format!("/v1/tenants/{customer}/domain")).await;
    (customer, shown.json["domain"].as_str().expect("a domain").to_owned())
}

async fn health(w: &World, customer: CustomerId) -> String {
    w.work().await;
    let all = w.client("owner").get(&format!("/v1/msp/{}/customers?page[size]=200", w.partner)).await;
    let rows = all.json["data"].as_array().expect("a list");
    let row = rows.iter().find(|row| row["id"] == customer.to_string()).expect("the customer");
    row["status"].as_str().unwrap_or("none").to_owned()
}

async fn alerts(w: &World, customer: CustomerId) -> Vec<String> {
    let all = w.client("owner").get(&format!("/v1/msp/{}/alerts?page[size]=200", w.partner)).await;
    let rows = all.json["data"].as_array().cloned().unwrap_or_default();
    let ours = rows.iter().filter(|a| a["customer_id"].as_str() == Some(&customer.to_string()));
    ours.filter(|a| a["resolved_at"].is_null()).filter_map(|a| a["code"].as_str().map(str::to_owned)).collect()
}

scenes! {
    async fn f2_22_a_source_is_tried_before_it_brings_anybody(w: World) {
        let (customer, domain) = tenant(&w, "Eklund Bygg AB", 2).await;
        let (ann, bo) = (format!("ann@{domain}"), format!("bo@{domain}"));
        w.site.says(PEOPLE, &file(&[("1", "ann", &ann, "Ann", "yes"), ("2", "bo", &bo, "Bo", "yes"), ("3", "cy", "cy@elsewhere.example", "Cy", "yes")]));
        let settings = json!({ "kind": "csv", "url": w.site.url(PEOPLE), "user": "reader" });
        let body = json!({ "name": "People", "settings": settings, "secret": "s3cret-of-theirs", "every_minutes": 60 });
        let base = format!("/v1/msp/{}/customers/{customer}/sources", w.partner);
        for (who, status) in [("nobody", 401), ("auditor", 403), ("other_owner", 404)] {
            assert_eq!(w.client(who).post(&base, &body).await.status, status, "{who}");
        }
        let feed = Feed::add(&w, customer, &body).await;
        let tested = feed.post("/test").await;
        assert_eq!(tested.status, 200, "{}", tested.text);
        let numbers = ["people", "seats_needed", "seats_free", "seats_short"].map(|n| tested.json[n].as_i64().expect(n));
        assert_eq!(numbers, [3, 3, 2, 1]);
        assert_eq!(tested.json["sample"][0]["name"], "Ann");
        assert!(members(&w, customer).await.is_empty());

        let run = feed.preview().await;
        assert_eq!((run["status"].as_str(), run["counts"]["joins"].as_i64(), run["counts"]["held"].as_i64()), (Some("judged"), Some(3), Some(1)));
        assert_eq!(run["counts"]["waiting"], 0);
        let joins = feed.changes(&run, "joins").await;
        assert_eq!(joins.iter().map(|c| c["comes_to"].as_str().expect("a word")).collect::<Vec<_>>(), ["in", "in", "held"]);
        assert!(members(&w, customer).await.is_empty(), "a preview changes nobody");
        let applied = feed.post(&format!("/runs/{}/apply", run["id"].as_str().expect("an id"))).await;
        assert_eq!(applied.status, 200, "{}", applied.text);
        w.work().await;
        assert_eq!(statuses(&members(&w, customer).await), [("ann", "active"), ("bo", "active"), ("cy", "held")]);
        let done = feed.one(run["id"].as_str().expect("an id")).await;
        assert_eq!((done["status"].as_str(), done["applied"]["joined"].as_i64(), done["applied"]["held"].as_i64()), (Some("done"), Some(3), Some(1)));
        let again = feed.post(&format!("/runs/{}/apply", run["id"].as_str().expect("an id"))).await;
        assert_eq!((again.status, again.code()), (409, "run-wrong-state"));

        // The secret is shown nowhere, and goes nowhere it was not given for.
        let shown = w.client("technician").get(&feed.path("")).await;
        assert!(shown.json["has_secret"] == true && !shown.text.contains("s3cret"), "{}", shown.text);
        let audit = w.client("owner").get(&format!("/v1/msp/{}/audit?page[size]=200", w.partner)).await;
        assert!(!audit.text.contains("s3cret"));
        let mut long = body.clone();
        long["settings"]["url"] = json!(format!("{}?{}", w.site.url(PEOPLE), "x".repeat(4_000)));
        let refused = w.client("technician").post(&base, &long).await;
        assert_eq!((refused.status, refused.json["errors"][0]["pointer"].as_str()), (422, Some("/settings/url")), "{}", refused.text);
        for _ in 1..20 {
            assert_eq!(feed.post("/test").await.status, 200);
        }
        let often = feed.post("/test").await;
        assert_eq!((often.status, often.header("retry-after")), (429, "60"), "it is somebody else's server: {}", often.text);
        // A key that was used says the same again, the secret too, and nothing else.
        let keyed = w.client("technician").with("idempotency-key", "a-source");
        let first = keyed.post(&base, &body).await;
        let again = keyed.post(&base, &body).await;
        assert_eq!((first.status, again.status, &again.json["id"]), (201, 201, &first.json["id"]), "{}", again.text);
        let mut other = body.clone();
        other["secret"] = json!("another");
        let refused = keyed.post(&base, &other).await;
        assert_eq!((refused.status, refused.code()), (422, "idempotency-key-reused"), "{}", refused.text);
        let version = shown.header("etag").to_owned();
        let elsewhere = json!({ "settings": { "kind": "csv", "url": "https://other.example/people.csv", "user": "reader" } });
        let moved = w.client("technician").with("if-match", &version).patch(&feed.path(""), &elsewhere).await;
        assert_eq!((moved.status, moved.code()), (422, "secret-needed"), "{}", moved.text);
        let stale = w.client("technician").with("if-match", "\"99\"").patch(&feed.path(""), &json!({ "name": "Staff" })).await;
        assert_eq!(stale.status, 412);
        let blind = w.client("technician").patch(&feed.path(""), &json!({ "name": "Staff" })).await;
        assert_eq!(blind.status, 428);
    }

    async fn joiners_movers_leavers_and_conflicts(w: World) {
        let (customer, domain) = tenant(&w, "Nordhavn AS", 50).await;
        let at = |name: &str| format!("{name}@{domain}");
        let (ann, bo, cy, di) = (at("ann"), at("bo"), at("cy"), at("di"));
        // Somebody imported by hand, and somebody of another directory.
        let added = w.client("technician").post(&format!("/v1/tenants/{customer}/members"), &json!({ "email": di, "name": "Diana" })).await;
        assert_eq!(added.status, 201, "{}", added.text);
        w.site.says(PEOPLE, &file(&[("1", "ann", &ann, "Ann", "yes"), ("2", "bo", &bo, "Bo", "yes"), ("3", "cy", &cy, "Cy", "yes"), ("4", "di", &di, "Di", "yes"), ("5", "eve", &at("eve"), "Eve", "no")]));
        let feed = Feed::csv(&w, customer).await;
        let run = feed.run().await;
        assert_eq!(run["status"], "done", "{run}");
        assert_eq!((run["applied"]["joined"].as_i64(), run["applied"]["moved"].as_i64()), (Some(3), Some(1)));
        let all = members(&w, customer).await;
        assert_eq!(statuses(&all), [("ann", "active"), ("bo", "active"), ("cy", "active"), ("di", "active")]);
        assert_eq!(all[&di].1, "Di", "taken over by the source that names it");

        // The same again is no news, whatever its order, and writes nothing about anybody.
        let before = w.prints();
        let run = feed.run().await;
        assert_eq!((run["counts"]["unchanged"].as_i64(), run["counts"]["people"].as_i64()), (Some(5), Some(5)));
        let after = w.prints();
        for table in ["eu.member", "eu.member_interval", "eu.feed_member", "eu.feed_change", "eu.tenant_policy", "eu.audit_entry"] {
            if table != "eu.audit_entry" && table != "eu.feed_change" {
                assert_eq!(before[table], after[table], "{table}");
            }
        }

        // Ann is called otherwise, Bo has gone, Cy is disabled, Fay is new; Gus has Ann's address, Hal her user name in capitals.
        let mut rows = vec![("1", "ann", ann.as_str(), "Ann Ek", "yes"), ("3", "cy", &cy, "Cy", "no"), ("4", "di", &di, "Di", "yes")];
        let (fay, hal) = (at("fay"), at("hal"));
        rows.extend([("6", "fay", fay.as_str(), "Fay", "yes"), ("7", "gus", &ann, "Gus", "yes"), ("8", "ANN", &hal, "Hal", "yes")]);
        w.site.says(PEOPLE, &file(&rows));
        let run = feed.preview().await;
        let count = |name: &str| run["counts"][name].as_i64().expect("a number");
        assert_eq!([count("joins"), count("moves"), count("leaves"), count("conflicts")], [1, 1, 2, 2], "{run}");
        let why = |changes: Vec<Value>| changes.iter().map(|c| c["why"].as_str().expect("a word").to_owned()).collect::<Vec<_>>();
        assert_eq!(why(feed.changes(&run, "conflict").await), ["address_taken", "user_name_twice"]);
        assert_eq!(why(feed.changes(&run, "leaves").await), ["disabled", "gone"]);
        let moved = feed.changes(&run, "moves").await;
        assert_eq!((moved[0]["name"].as_str(), moved[0]["known_as"].as_str()), (Some("Ann Ek"), Some("Ann")));
        let run = feed.run().await;
        assert_eq!((run["applied"]["left"].as_i64(), run["applied"]["conflicts"].as_i64()), (Some(2), Some(2)));
        let all = members(&w, customer).await;
        assert_eq!(statuses(&all), [("ann", "active"), ("bo", "inactive"), ("cy", "inactive"), ("di", "active"), ("fay", "active")]);

        // Bo is back; Gus gets an address of his own, and Ann's user name is free for Hal.
        let gus = at("gus");
        w.site.says(PEOPLE, &file(&[("1", "annek", &ann, "Ann Ek", "yes"), ("2", "bo", &bo, "Bo", "yes"), ("3", "cy", &cy, "Cy", "no"), ("4", "di", &di, "Di", "yes"), ("6", "fay", &fay, "Fay", "yes"), ("7", "gus", &gus, "Gus", "yes"), ("8", "ANN", &hal, "Hal", "yes")]));
        let run = feed.run().await;
        assert_eq!((run["applied"]["returned"].as_i64(), run["applied"]["joined"].as_i64(), run["applied"]["conflicts"].as_i64()), (Some(1), Some(2), Some(0)), "{run}");
        assert_eq!(members(&w, customer).await.values().filter(|(status, _)| status == "active").count(), 6);
    }

    async fn two_sources_never_fight_over_a_member(w: World) {
        let (customer, domain) = tenant(&w, "Zwei Quellen GmbH", 50).await;
        let (ann, bo) = (format!("ann@{domain}"), format!("bo@{domain}"));
        w.site.says(PEOPLE, &file(&[("1", "ann", &ann, "Ann", "yes")]));
        Feed::csv(&w, customer).await.run().await;
        let other = Feed::add(&w, customer, &json!({ "name": "Second", "settings": { "kind": "csv", "url": w.site.url("/two.csv") } })).await;
        w.site.says("/two.csv", &file(&[("a", "ann", &ann, "Another Ann", "yes"), ("b", "bo", &bo, "Bo", "yes")]));
        let run = other.run().await;
        assert_eq!((run["applied"]["joined"].as_i64(), run["applied"]["conflicts"].as_i64()), (Some(1), Some(1)));
        let conflicts = other.changes(&run, "conflict").await;
        assert_eq!(conflicts[0]["why"], "other_source");
        assert_eq!(members(&w, customer).await[&ann].1, "Ann");
        // The first source lets go: whoever it brought belongs to nobody, and is taken over.
        let sources = w.client("technician").get(&other.base).await;
        let first = sources.json["data"].as_array().expect("a list").iter().find(|s| s["name"] == "People").expect("the first").clone();
        let gone = w.client("technician").delete(&format!("{}/{}", other.base, first["id"].as_str().expect("an id"))).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        w.work().await;
        let run = other.run().await;
        assert_eq!((run["applied"]["moved"].as_i64(), run["applied"]["conflicts"].as_i64()), (Some(1), Some(0)), "{run}");
        assert_eq!(members(&w, customer).await[&ann].1, "Another Ann");
    }

    async fn who_is_made_anew_in_the_directory_keeps_the_history_here(w: World) {
        let (customer, domain) = tenant(&w, "Neu Angelegt GmbH", 50).await;
        let (ann, bo) = (format!("ann@{domain}"), format!("bo@{domain}"));
        w.site.says(PEOPLE, &file(&[("1", "ann", &ann, "Ann", "yes"), ("2", "bo", &bo, "Bo", "yes")]));
        let feed = Feed::csv(&w, customer).await;
        feed.run().await;
        let id = |list: Answer| list.json["data"].as_array().expect("a list").iter().find(|m| m["email"] == ann.as_str()).expect("Ann")["id"].clone();
        let list = || async { w.client("technician").get(&format!("/v1/tenants/{customer}/members?page[size]=200")).await };
        let before = id(list().await);
        // Another key, the same person: first named no more, then taken over.
        w.site.says(PEOPLE, &file(&[("9", "ann", &ann, "Ann", "yes"), ("2", "bo", &bo, "Bo", "yes")]));
        let run = feed.run().await;
        assert_eq!((run["status"].as_str(), run["applied"]["joined"].as_i64(), run["applied"]["conflicts"].as_i64()), (Some("done"), Some(0), Some(0)), "{run}");
        assert_eq!(id(list().await), before);
        assert_eq!(statuses(&members(&w, customer).await), [("ann", "active"), ("bo", "active")]);
    }

    async fn a_run_that_would_let_go_of_too_many_stops(w: World) {
        let (customer, domain) = tenant(&w, "Vesterbro ApS", 100).await;
        w.site.says(PEOPLE, &crowd(0..40, &domain));
        let feed = Feed::csv(&w, customer).await;
        feed.run().await;
        // Four of forty are ten percent; four are few anyway.
        w.site.says(PEOPLE, &crowd(4..40, &domain));
        assert_eq!(feed.run().await["status"], "done");
        w.site.says(PEOPLE, &crowd(12..44, &domain));
        let run = feed.run().await;
        assert_eq!((run["status"].as_str(), run["trouble"]["code"].as_str()), (Some("stopped"), Some("safeguard")), "{run}");
        assert_eq!((run["counts"]["leaves"].as_i64(), run["counts"]["joins"].as_i64(), run["counts"]["named_before"].as_i64()), (Some(8), Some(4), Some(36)));
        let active = |all: &BTreeMap<String, (String, String)>| all.values().filter(|(status, _)| status == "active").count();
        assert_eq!(active(&members(&w, customer).await), 36, "nothing was changed, nobody joined");
        assert_eq!((health(&w, customer).await.as_str(), feed.shown().await["status"].as_str()), ("sync_failed", Some("stopped")));
        assert!(alerts(&w, customer).await.contains(&"sync-failed".to_owned()));
        let path = |act: &str| format!("/runs/{}/{act}", run["id"].as_str().expect("an id"));
        assert_eq!(feed.post(&path("discard")).await.status, 200);
        assert_eq!(feed.post(&path("apply")).await.code(), "run-wrong-state");
        // Nobody at all is never believed without a look, however few they are.
        w.site.says(PEOPLE, "id,email,name\n");
        assert_ne!(feed.run().await["status"], "done");
        w.site.says(PEOPLE, &crowd(12..44, &domain));
        let run = feed.run().await;
        assert_eq!(run["status"], "stopped");
        let applied = feed.post(&format!("/runs/{}/apply", run["id"].as_str().expect("an id"))).await;
        assert_eq!(applied.status, 200, "{}", applied.text);
        assert_ne!(health(&w, customer).await, "sync_failed");
        let all = members(&w, customer).await;
        assert_eq!((active(&all), all.len()), (32, 44), "who left is inactive, and not erased");
    }

    async fn what_people_decide_stands(w: World) {
        let (customer, domain) = tenant(&w, "Handarbeit KG", 50).await;
        w.site.says(PEOPLE, &crowd(0..6, &domain));
        let feed = Feed::csv(&w, customer).await;
        feed.run().await;
        let list = w.client("technician").get(&format!("/v1/tenants/{customer}/members?page[size]=200")).await;
        let id = |n: usize| {
            let rows = list.json["data"].as_array().expect("a list");
            let row = rows.iter().find(|m| m["email"] == format!("p{n}@{domain}")).expect("a member");
            format!("/v1/tenants/{customer}/members/{}", row["id"].as_str().expect("an id"))
        };
        let put_out = w.client("technician").patch(&id(0), &json!({ "status": "inactive" })).await;
        assert_eq!(put_out.status, 200, "{}", put_out.text);
        let etag = w.client("technician").get(&id(1)).await.header("etag").to_owned();
        let renamed = w.client("technician").with("if-match", &etag).patch(&id(1), &json!({ "name": "The Boss" })).await;
        assert_eq!(renamed.status, 200, "{}", renamed.text);
        assert_eq!(w.client("technician").delete(&id(2)).await.status, 200);
        feed.run().await;
        // Its title changes, it leaves and returns: it stays out, and keeps its name.
        w.site.says(PEOPLE, &crowd(1..6, &domain));
        feed.run().await;
        w.site.says(PEOPLE, &crowd(0..6, &domain));
        let run = feed.run().await;
        assert_eq!(run["status"], "done");
        let all = members(&w, customer).await;
        assert_eq!(all[&format!("p0@{domain}")].0, "inactive", "whoever a person put out is let in by no source");
        assert_eq!(all[&format!("p1@{domain}")].1, "The Boss");
        assert!(!all.contains_key(&format!("p2@{domain}")), "whoever a person removed is brought back by none");
        // Somebody adds it again by hand: then the source knows it again.
        let added = w.client("technician").post(&format!("/v1/tenants/{customer}/members"), &json!({ "email": format!("p2@{domain}"), "name": "P" })).await;
        assert_eq!(added.status, 201, "{}", added.text);
        feed.run().await;
        assert_eq!(members(&w, customer).await[&format!("p2@{domain}")].1, "Person 2");
    }

    async fn members_beyond_the_seats_wait_and_follow(w: World) {
        let (customer, domain) = tenant(&w, "Enge Stube OHG", 3).await;
        w.site.says(PEOPLE, &crowd(0..5, &domain));
        let feed = Feed::csv(&w, customer).await;
        let run = feed.preview().await;
        assert_eq!((run["counts"]["joins"].as_i64(), run["counts"]["waiting"].as_i64()), (Some(5), Some(2)));
        let run = feed.run().await;
        assert_eq!((run["applied"]["joined"].as_i64(), run["applied"]["waiting"].as_i64()), (Some(5), Some(2)));
        w.work().await;
        assert!(alerts(&w, customer).await.contains(&"members-waiting".to_owned()));
        let waiting = |all: &BTreeMap<String, (String, String)>| all.iter().filter(|(_, (s, _))| s == "waiting").map(|(e, _)| e.clone()).collect::<Vec<_>>();
        assert_eq!(waiting(&members(&w, customer).await), [format!("p3@{domain}"), format!("p4@{domain}")], "in the order of the file");
        // One leaves: whoever came first of those who wait gets the seat, before somebody new.
        w.site.says(PEOPLE, &crowd(1..6, &domain));
        let run = feed.preview().await;
        assert_eq!(run["counts"]["waiting"], 1);
        feed.run().await;
        let all = members(&w, customer).await;
        assert_eq!(waiting(&all), [format!("p4@{domain}"), format!("p5@{domain}")]);
        let released = w.client("owner").keyed().post("/v1/licenses/allocate", &json!({ "tenant_id": customer, "seats": 5 })).await;
        assert!(released.status < 300, "{}", released.text);
        w.work().await;
        assert!(waiting(&members(&w, customer).await).is_empty());
    }

    async fn half_a_file_changes_nothing_and_the_next_good_run_heals(w: World) {
        let (customer, domain) = tenant(&w, "Halbe Sache AG", 50).await;
        w.site.says(PEOPLE, &crowd(0..20, &domain));
        let feed = Feed::csv(&w, customer).await;
        feed.run().await;
        let before = w.prints();
        w.site.dies(PEOPLE, &crowd(10..15, &domain));
        let run = feed.run().await;
        assert_eq!((run["status"].as_str(), run["trouble"]["code"].as_str()), (Some("failed"), Some("broken-off")), "{run}");
        for table in ["eu.member", "eu.member_interval", "eu.feed_member"] {
            assert_eq!(before[table], w.prints()[table], "{table}");
        }
        assert_eq!((health(&w, customer).await.as_str(), feed.shown().await["status"].as_str()), ("sync_failed", Some("failed")));
        w.site.says(PEOPLE, "id,email,name,active\n1,a@b.example,A,perhaps\n");
        let run = feed.run().await;
        assert_eq!(run["trouble"]["code"], "not-understood");
        assert!(run["trouble"]["detail"].as_str().is_some_and(|t| t.contains("line 2")), "{run}");
        w.site.says(PEOPLE, &crowd(0..20, &domain));
        assert_eq!(feed.run().await["status"], "done");
        assert_ne!(health(&w, customer).await, "sync_failed");
        // An address inside that the operator did not allow is not called.
        let inside = Feed::add(&w, customer, &json!({ "name": "Inside", "settings": { "kind": "csv", "url": "http://169.254.169.254/latest" } })).await;
        let tested = inside.post("/test").await;
        assert_eq!((tested.status, tested.code()), (422, "forbidden-address"), "{}", tested.text);
    }

    async fn a_run_killed_anywhere_goes_on(w: World) {
        let (customer, domain) = tenant(&w, "Stehauf SE", 900).await;
        w.site.says(PEOPLE, &crowd(0..1_200, &domain));
        let feed = Feed::csv(&w, customer).await;
        let begun = feed.post("/runs").await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        let worker = w.app.worker().expect("a worker").clone();
        for n in 0..9_u64 {
            // A runtime that ends in the middle takes all that runs on it along, as a killed process does.
            let one = worker.clone();
            let mortal = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
            mortal.spawn(async move { one.drain_jobs().await });
            tokio::time::sleep(Duration::from_millis(3 + n * 9)).await;
            mortal.shutdown_background();
            end_leases(&w, customer).await;
        }
        // What the last one killed had left in a lane may still have taken the job.
        tokio::time::sleep(Duration::from_millis(300)).await;
        end_leases(&w, customer).await;
        w.work().await;
        let run = feed.one(begun.json["id"].as_str().expect("an id")).await;
        assert_eq!((run["status"].as_str(), run["applied"]["joined"].as_i64()), (Some("done"), Some(1_200)), "{run}");
        let all = members(&w, customer).await;
        let of = |status: &str| all.values().filter(|(s, _)| s == status).count();
        assert_eq!((all.len(), of("active"), of("waiting")), (1_200, 900, 300));
        let listed = w.client("technician").get(&format!("/v1/tenants/{customer}/members?page[size]=1")).await;
        assert_eq!(listed.json["page"]["total"], 1_200);
    }

    async fn a_run_whose_work_gives_up_fails_and_the_next_one_may_begin(w: World) {
        let (customer, domain) = tenant(&w, "Trött AB", 10).await;
        w.site.says(PEOPLE, &crowd(0..3, &domain));
        let feed = Feed::csv(&w, customer).await;
        let begun = feed.post("/runs").await;
        assert_eq!((begun.status, feed.shown().await["status"].clone()), (202, json!("running")), "{}", begun.text);
        w.wear_out("sources.run").await;
        w.work().await;
        let run = feed.one(begun.json["id"].as_str().expect("a run")).await;
        assert_eq!((&run["status"], &run["trouble"]["code"]), (&json!("failed"), &json!("gave-up")), "{run}");
        assert_eq!(feed.shown().await["status"], "failed");
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers/{customer}/sources/{}", w.partner, feed.id)).await;
        assert!(page.text.contains("broke off again and again"), "{}", page.text);
        assert_eq!(feed.run().await["status"], "done");
        assert_eq!(members(&w, customer).await.len(), 3);
    }

    async fn f2_37_the_clock_reads_a_source_and_its_failure_is_sync_failed(w: World) {
        let (customer, domain) = tenant(&w, "Uhrwerk AG", 50).await;
        w.site.says(PEOPLE, &crowd(0..3, &domain));
        let body = json!({ "name": "People", "settings": { "kind": "csv", "url": w.site.url(PEOPLE) }, "every_minutes": 60 });
        let feed = Feed::add(&w, customer, &body).await;
        w.work().await;
        assert!(members(&w, customer).await.is_empty(), "not before its time");
        let pass = |minutes: i64| assert!(w.clock.advance(w.now().plus_seconds(minutes * 60)));
        pass(61);
        w.work().await;
        assert_eq!(members(&w, customer).await.len(), 3);
        w.site.refuses(PEOPLE, 401, "");
        pass(60);
        w.work().await;
        assert_eq!(health(&w, customer).await, "sync_failed");
        assert_eq!(feed.shown().await["trouble"]["code"], "sign-in-refused");
        let failed = w.client("owner").get(&format!("/v1/msp/{}/alerts?page[size]=200", w.partner)).await;
        assert!(failed.text.contains("refuses the sign-in"), "the reason and what to do: {}", failed.text);
        // People read it in their own language, wherever it is told.
        for path in [format!("/msp/{}/alerts", w.partner), format!("/msp/{}/customers/{customer}", w.partner)] {
            let (en, de) = (w.browser("owner").await, w.browser("owner").await.speaking("de"));
            let (en, de) = (en.get(&path).await, de.get(&path).await);
            assert!(en.text.contains("refuses the sign-in"), "{path}: {}", en.text);
            assert!(de.text.contains("lehnt die Anmeldung ab") && !de.text.contains("refuses"), "{path}: {}", de.text);
        }
        // A removed customer is read no more; one that comes back is.
        let asked = w.site.asked(PEOPLE);
        let removed = remove(&w, &w.client("owner"), customer).await;
        assert!(removed.status < 300, "{} {}", removed.status, removed.text);
        pass(180);
        w.work().await;
        assert_eq!(w.site.asked(PEOPLE), asked);
        let dead = w.client("owner").get(&format!("/v1/msp/{}/jobs/dead", w.partner)).await;
        assert_eq!(dead.json["data"].as_array().map(Vec::len), Some(0), "{}", dead.text);
        let restored = w.client("owner").keyed().post(&format!("/v1/msp/{}/removed/{customer}/restore", w.partner), &json!({})).await;
        assert!(restored.status < 300, "{}", restored.text);
        w.site.says(PEOPLE, &crowd(0..4, &domain));
        w.work().await;
        pass(61);
        w.work().await;
        assert_eq!(members(&w, customer).await.len(), 4);
    }

    async fn f1_27_without_consent_it_says_so_and_the_manual_path_works(w: World) {
        let (customer, domain) = tenant(&w, "Ohne Zusage GmbH", 50).await;
        let token = "/contoso.example/oauth2/v2.0/token";
        let refusal = json!({
            "error": "invalid_grant",
            "error_description": "AADSTS65001: The user or administrator has not consented to use the application. Trace ID: 1",
            "error_codes": [65_001],
        });
        w.site.refuses(token, 400, &refusal.to_string());
        let origin = w.site.url("");
        let settings = json!({ "kind": "entra", "tenant": "contoso.example", "client_id": "5f6a", "login": origin, "graph": origin });
        let missing = w.client("technician").post(&format!("/v1/msp/{}/customers/{customer}/sources", w.partner), &json!({ "name": "Entra", "settings": settings })).await;
        assert_eq!((missing.status, missing.json["errors"][0]["pointer"].as_str()), (422, Some("/secret")), "{}", missing.text);
        let feed = Feed::add(&w, customer, &json!({ "name": "Entra ID", "settings": settings, "secret": "x" })).await;
        let tested = feed.post("/test").await;
        assert_eq!((tested.status, tested.code()), (422, "consent-needed"), "{}", tested.text);
        assert!(tested.text.contains("administrator"), "{}", tested.text);
        let run = feed.run().await;
        assert_eq!((run["status"].as_str(), feed.shown().await["status"].as_str()), (Some("failed"), Some("consent_needed")));
        assert_eq!(health(&w, customer).await, "sync_failed");
        // By hand and by file people come in all the same.
        let added = w.client("technician").post(&format!("/v1/tenants/{customer}/members"), &json!({ "email": format!("ann@{domain}"), "name": "Ann" })).await;
        assert_eq!(added.status, 201, "{}", added.text);
        let upload = Feed::add(&w, customer, &json!({ "name": "A list", "settings": { "kind": "upload" } })).await;
        let file = crowd(0..2, &domain).into_bytes();
        let sent = w.client("technician").keyed().request(Method::POST, &upload.path("/runs"), Some("text/csv"), file).await;
        assert_eq!(sent.status, 202, "{}", sent.text);
        w.work().await;
        assert_eq!(members(&w, customer).await.values().filter(|(s, _)| s == "active").count(), 3);
        assert_eq!(health(&w, customer).await, "sync_failed", "the other source is still in need of consent");
        // A key stands for one file; sent again, it is not read again.
        let keyed = w.client("technician").with("idempotency-key", "a-file");
        let send = async |n: usize| keyed.request(Method::POST, &upload.path("/runs"), Some("text/csv"), crowd(0..n, &domain).into_bytes()).await;
        let (first, again, other) = (send(2).await, send(2).await, send(1).await);
        assert_eq!((first.status, again.status, &again.json["id"]), (202, 202, &first.json["id"]), "{}", again.text);
        assert_eq!((other.status, other.code()), (422, "idempotency-key-reused"), "{}", other.text);
        w.work().await;
        let bad = w.client("technician").keyed().request(Method::POST, &upload.path("/runs"), Some("text/csv"), b"colour\nred\n".to_vec()).await;
        assert_eq!((bad.status, bad.code()), (422, "not-understood"), "{}", bad.text);
        // Consent is given: the next run heals.
        w.site.says(token, r#"{"access_token":"t","token_type":"Bearer","expires_in":3599}"#);
        let user = json!({ "id": "o-1", "userPrincipalName": format!("bea@{domain}"), "mail": format!("bea@{domain}"), "displayName": "Bea", "accountEnabled": true });
        let delta = json!({ "value": [user], "@odata.deltaLink": format!("{origin}/v1.0/users/delta?$deltatoken=x") });
        w.site.says("/v1.0/users/delta", &delta.to_string());
        let run = feed.run().await;
        assert_eq!(run["status"], "done", "{run}");
        assert_ne!(health(&w, customer).await, "sync_failed");
    }
}
