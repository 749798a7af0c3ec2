//! Trials: they end at their instant whatever the worker does, three members stay, an extension or an upgrade brings the others back.

use std::time::Duration;

use serde_json::{Value, json};
use store::{Control, CustomerId, Timestamp, p, sql};

use super::{
    metering::crowd,
    offboarding::{end_leases, pool},
};
use crate::{
    scenes,
    support::{Answer, Client, World},
};

/// A launched trial whose primary administrator is the last of these people; each is active and came a second after the one before.
pub(super) async fn trial(w: &World, name: &str, people: &[&str]) -> CustomerId {
    let domain = format!("{}.example", name.to_lowercase().replace(' ', "-"));
    let mut body = json!({ "name": name, "max_mau": 1_000, "domain": domain, "kind": "trial" });
    if let Some(boss) = people.last() {
        body["admin_email"] = json!(format!("{boss}@{domain}"));
    }
    let made = w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &body).await;
    assert_eq!(made.status, 202, "{}", made.text);
    w.work().await;
    let id: CustomerId = made.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
    let launched = w.client("owner").keyed().post(&format!("{}/launch", at(w, id)), &json!({})).await;
    assert_eq!(launched.status, 200, "{}", launched.text);
    for person in people {
        w.pass_to(w.now().plus_seconds(1));
        let added = join(w, id, person, &domain).await;
        assert_eq!(added.status, 201, "{}", added.text);
    }
    id
}

pub(super) fn at(w: &World, customer: CustomerId) -> String {
    format!("/v1/msp/{}/customers/{customer}", w.partner)
}

pub(super) async fn join(w: &World, customer: CustomerId, person: &str, domain: &str) -> Answer {
    let body = json!({ "email": format!("{person}@{domain}"), "name": person, "status": "active" });
    w.client("owner").keyed().post(&format!("/v1/tenants/{customer}/members"), &body).await
}

/// When a trial ends.
pub(super) async fn end(w: &World, customer: CustomerId) -> Timestamp {
    let shown = w.client("owner").get(&at(w, customer)).await;
    shown.json["trial_ends_at"].as_str().unwrap_or_else(|| panic!("{}", shown.text)).parse().expect("a time")
}

/// Names of the members with a status, sorted.
pub(super) async fn with(client: &Client, customer: CustomerId, status: &str) -> Vec<String> {
    let list = client.get(&format!("/v1/tenants/{customer}/members?filter[status]={status}&page[size]=200")).await;
    let mut names: Vec<String> =
        list.json["data"].as_array().expect("rows").iter().map(|m| m["name"].as_str().expect("a name").to_owned()).collect();
    names.sort_unstable();
    names
}

pub(super) async fn id_of(w: &World, customer: CustomerId, name: &str) -> String {
    let list = w.client("owner").get(&format!("/v1/tenants/{customer}/members?q={name}&page[size]=200")).await;
    let found = list.json["data"].as_array().expect("rows").iter().find(|m| m["name"] == name).cloned();
    found.unwrap_or_else(|| panic!("no {name}: {}", list.text))["id"].as_str().expect("an id").to_owned()
}

/// A list of the command center.
pub(super) async fn list(by: &Client, w: &World, list: &str) -> Value {
    let answer = by.get(&format!("/v1/msp/{}/command-center?list={list}&page[size]=200", w.partner)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

/// The customers of a list.
pub(super) fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().expect("rows").iter().map(|c| c["tenant_id"].as_str().expect("an id").to_owned()).collect()
}

/// In which lists a customer is.
pub(super) async fn lists_of(w: &World, customer: CustomerId) -> Vec<&'static str> {
    let mut found = Vec::new();
    for word in ["paid", "active-trials", "expired-trials"] {
        if ids(&list(&w.client("owner"), w, word).await).contains(&customer.to_string()) {
            found.push(word);
        }
    }
    found
}

pub(super) async fn extend(by: &Client, w: &World, customer: CustomerId, days: i64) -> Answer {
    let body = json!({ "days": days, "reason": "the budget comes in spring" });
    let answer = by.keyed().post(&format!("{}/trial/extend", at(w, customer)), &body).await;
    w.work().await;
    answer
}

pub(super) async fn upgrade(by: &Client, w: &World, customer: CustomerId, seats: i64) -> Answer {
    let answer = by.keyed().post(&format!("{}/trial/upgrade", at(w, customer)), &json!({ "seats": seats })).await;
    w.work().await;
    answer
}

/// The lines of a customer's ledger, by their seats.
async fn ledger(w: &World, customer: CustomerId) -> Vec<(i64, bool)> {
    let partner = w.partner;
    let read = w.app.house.control().read(move |view| {
        view.enter(partner.0);
        let text = sql!(Control, "SELECT seats, pooled FROM allocation_change WHERE partner_id = $1 AND customer_id = $2 ORDER BY seats");
        view.rows(text, p![partner, customer])?.iter().map(|r| Ok((r.get("seats")?, r.get("pooled")?))).collect()
    });
    read.await.expect("control answers")
}

pub(super) const TEN: [&str; 10] = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "boss"];

scenes! {
    async fn f3_13_of_ten_users_three_stay_the_fourth_is_refused_and_an_upgrade_restores_seven(w: World) {
        w.order_seats(1).await;
        let id = trial(&w, "Acme", &TEN).await;
        let owner = w.client("owner");
        let ends = end(&w, id).await;
        w.pass_to(Timestamp(ends.0 - 1));
        assert_eq!((with(&owner, id, "active").await.len(), lists_of(&w, id).await), (10, vec!["active-trials"]), "up to its last instant");

        // At the instant, and no job has run: the gate first, which asks nobody.
        w.pass_to(ends);
        let no = join(&w, id, "late", "acme.example").await;
        assert_eq!((no.status, no.code(), &no.json["free"]), (409, "tenant-limit", &json!(true)), "{}", no.text);
        let may = async |who: &str| owner.get(&format!("/v1/tenants/{id}/access/{who}@acme.example")).await.json["allow"].clone();
        assert_eq!((may("p5").await, may("p0").await, may("boss").await), (json!(false), json!(true), json!(true)));
        assert_eq!(with(&owner, id, "active").await, ["boss", "p0", "p1"], "the primary administrator, then the oldest");
        assert_eq!(with(&owner, id, "waiting").await, ["p2", "p3", "p4", "p5", "p6", "p7", "p8"]);
        assert_eq!(lists_of(&w, id).await, ["expired-trials"]);
        let card = list(&owner, &w, "expired-trials").await["data"][0].clone();
        assert_eq!((&card["total_users"], &card["active_users"], &card["waiting"]), (&json!(10), &json!(3), &json!(7)), "{card}");

        let p5 = id_of(&w, id, "p5").await;
        let member = format!("/v1/tenants/{id}/members/{p5}");
        let fourth = owner.keyed().patch(&member, &json!({ "status": "active" })).await;
        assert_eq!((fourth.status, fourth.code()), (409, "tenant-limit"), "{}", fourth.text);
        assert_eq!(owner.get(&member).await.json["email"], "p5@acme.example", "its data is kept");
        // One of the three goes: the oldest who waits comes, and no fourth with it.
        let boss = id_of(&w, id, "boss").await;
        let gone = owner.keyed().patch(&format!("/v1/tenants/{id}/members/{boss}"), &json!({ "status": "inactive" })).await;
        assert_eq!((gone.status, with(&owner, id, "active").await), (200, vec!["p0".to_owned(), "p1".into(), "p2".into()]), "{}", gone.text);
        w.work().await;
        assert_eq!((with(&owner, id, "active").await.len(), pool(&w).await), (3, [0, 1_000, 0]), "a trial's seats lie outside the pool");

        let paid = upgrade(&owner, &w, id, 20).await;
        assert_eq!((paid.status, &paid.json["kind"], &paid.json["allocated"]), (200, &json!("paid"), &json!(20)), "{}", paid.text);
        assert_eq!((with(&owner, id, "active").await.len(), with(&owner, id, "waiting").await.len()), (9, 0), "who was deactivated by hand stays so");
        assert_eq!((pool(&w).await, lists_of(&w, id).await), ([20, 980, 9], vec!["paid"]));
        let trail = w.get("auditor", "audit?filter[command]=hierarchy.customers.end_trial").await;
        assert_eq!(trail["page"]["total"], 1, "booked once: {trail}");
    }

    async fn f3_13_the_msp_chooses_beforehand_who_stays(w: World) {
        let id = trial(&w, "Acme", &TEN).await;
        let (owner, path) = (w.client("owner"), format!("/v1/tenants/{id}/free-members"));
        let usual = owner.get(&path).await;
        let names = |v: &Value| v["members"].as_array().expect("members").iter().map(|m| m["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>();
        assert_eq!((names(&usual.json), &usual.json["would_wait"]), (vec!["boss".to_owned(), "p0".into(), "p1".into()], &json!(7)), "{}", usual.text);
        let [p6, p7] = [id_of(&w, id, "p6").await, id_of(&w, id, "p7").await];
        let elsewhere = trial(&w, "Elsewhere", &["x"]).await;
        let stranger = id_of(&w, elsewhere, "x").await;
        for (wrong, code) in [(json!([p6, p6]), "too-many-stay"), (json!([stranger]), "unknown-member")] {
            let no = owner.keyed().put(&path, &json!({ "members": wrong })).await;
            assert_eq!((no.status, no.code()), (422, code), "{}", no.text);
        }
        assert_eq!(owner.keyed().put(&path, &json!({ "members": ["nobody"] })).await.status, 422);
        assert_eq!(w.client("technician").keyed().put(&path, &json!({ "members": [] })).await.status, 403);
        assert_eq!(w.client("other_owner").get(&path).await.status, 404);
        // On the page it is three choices.
        let (browser, page) = (w.browser("owner").await, format!("/msp/{}/customers/{id}/trial", w.partner));
        let shown = browser.get(&page).await;
        assert!(shown.text.contains("name=\"first\"") && shown.text.contains("p7@acme.example"), "{}", shown.text);
        let twice = browser.form(&format!("{page}/stay"), &[("first", &p6), ("second", &p6)]).await;
        assert!(twice.status == 422 && twice.text.contains("at most 3 different members"), "{}", twice.text);
        assert_eq!(browser.form(&format!("{page}/stay"), &[("first", &p7), ("second", &p6), ("third", "")]).await.status, 303);
        assert_eq!(names(&owner.get(&path).await.json), ["p7", "p6", "boss"], "the place left goes by the usual order");
        w.pass_to(end(&w, id).await);
        assert_eq!(with(&owner, id, "active").await, ["boss", "p6", "p7"]);
    }

    async fn f3_12_a_trial_moves_at_its_instant_with_the_worker_stopped(w: World) {
        let id = trial(&w, "Acme", &["ann", "bo", "cy", "dee"]).await;
        let (owner, ends) = (w.client("owner"), end(&w, id).await);
        for (instant, kind, word) in [(Timestamp(ends.0 - 1), "trial", "active-trials"), (ends, "free", "expired-trials")] {
            w.pass_to(instant);
            assert_eq!(owner.get(&at(&w, id)).await.json["kind"], kind, "asked of the customer alone");
            assert_eq!(lists_of(&w, id).await, [word]);
            let found = w.get("owner", &format!("customers?filter[kind]={kind}")).await;
            assert_eq!(found["page"]["total"], 1, "{found}");
        }
        // As of the day before its end it is a trial for ever.
        w.pass_days(3);
        let day = Timestamp(ends.0 - 86_400 * Timestamp::SECOND).to_string()[..10].to_owned();
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers?as_of={day}&cols=kind&kind=trial", w.partner)).await;
        assert!(page.status == 200 && page.text.contains("Acme"), "{}", page.text);
    }

    async fn f3_10_every_customer_is_in_exactly_one_list(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        // What the lists must say, worked out from what was done alone.
        let mut oracle: Vec<(CustomerId, bool, Option<Timestamp>, bool)> = Vec::new();
        for n in 0..4 {
            oracle.push((w.customer(&format!("Paid {n}"), 2).await, true, None, true));
        }
        for n in 0..6 {
            let id = trial(&w, &format!("Trial {n}"), &[]).await;
            oracle.push((id, false, Some(end(&w, id).await), true));
            w.pass_days(4);
        }
        let wanted = |oracle: &[(CustomerId, bool, Option<Timestamp>, bool)], now: Timestamp| {
            let mut lists: [Vec<String>; 3] = Default::default();
            for (id, paid, ends, there) in oracle.iter().filter(|(.., there)| *there) {
                assert!(there);
                let at = if *paid { 0 } else if ends.is_some_and(|end| end > now) { 1 } else { 2 };
                lists[at].push(id.to_string());
            }
            lists.iter_mut().for_each(|l| l.sort_unstable());
            lists
        };
        let mut acts = 0;
        for step in 0..12_usize {
            w.pass_days(3);
            let n = 4 + step % 6;
            match step {
                // A disabled one stays in its list, a removed one leaves it.
                1 => assert_eq!(owner.post(&format!("{}/suspend", at(&w, oracle[n].0)), &json!({})).await.status, 200),
                3 => {
                    let tag = owner.get(&at(&w, oracle[n].0)).await.header("etag").to_owned();
                    let gone = owner.with("if-match", &tag).delete(&at(&w, oracle[n].0)).await;
                    assert_eq!(gone.status, 200, "{}", gone.text);
                    oracle[n].3 = false;
                    acts += 1;
                }
                2 | 8 if oracle[n].3 => {
                    let done = extend(&owner, &w, oracle[n].0, 10).await;
                    assert_eq!((done.status, &done.json["status"]), (200, &json!("granted")), "{}", done.text);
                    oracle[n].2 = Some(oracle[n].2.expect("an end").max(w.now()).plus_days(10));
                    acts += 1;
                }
                5 | 7 if oracle[n].3 => {
                    let done = upgrade(&owner, &w, oracle[n].0, 1).await;
                    assert_eq!(done.status, 200, "{}", done.text);
                    oracle[n].1 = true;
                    acts += 1;
                }
                _ => {}
            }
            let mut found: [Vec<String>; 3] = Default::default();
            for (at, word) in ["paid", "active-trials", "expired-trials"].into_iter().enumerate() {
                found[at] = ids(&list(&owner, &w, word).await);
                found[at].sort_unstable();
            }
            assert_eq!(found, wanted(&oracle, w.now()), "step {step}");
        }
        assert!(acts >= 5, "{acts} acts");
    }

    async fn f3_11_active_trials_say_when_they_end_and_what_is_left(w: World) {
        let early = trial(&w, "Early", &["ann"]).await;
        w.pass_days(10);
        let late = trial(&w, "Aaa later", &[]).await;
        let owner = w.client("owner");
        let found = list(&owner, &w, "active-trials").await;
        assert_eq!(ids(&found), [early.to_string(), late.to_string()], "whoever ends first stands first: {found}");
        assert_eq!((&found["data"][0]["trial_ends_at"], &found["data"][0]["days_left"]), (&json!(end(&w, early).await), &json!(20)), "{found}");
        assert_eq!(found["data"][1]["days_left"], 30);
        let page = w.browser("technician").await.get(&format!("/msp/{}/command-center?list=active-trials", w.partner)).await;
        assert!(page.text.contains("20 days left") && page.text.contains("Early"), "{}", page.text);
        w.pass_to(Timestamp(end(&w, early).await.0 - 1));
        assert_eq!(list(&owner, &w, "active-trials").await["data"][0]["days_left"], 1, "a day that has begun is left");
    }

    async fn f3_19_an_expired_trial_is_extended_and_beyond_the_policy_the_distributor_decides(w: World) {
        let id = trial(&w, "Acme", &TEN).await;
        let (owner, distributor) = (w.client("owner"), w.client("distributor_owner").keyed());
        for (who, status) in [("technician", 403), ("auditor", 403), ("other_owner", 404), ("nobody", 401)] {
            assert_eq!(extend(&w.client(who), &w, id, 5).await.status, status, "{who}");
        }
        for (days, reason) in [(json!(0), json!("why")), (json!(366), json!("why")), (json!("5"), json!("why")), (json!(5), json!(" "))] {
            let no = owner.keyed().post(&format!("{}/trial/extend", at(&w, id)), &json!({ "days": days, "reason": reason })).await;
            assert_eq!(no.status, 422, "{days} {reason}: {}", no.text);
        }
        // A running one goes on from its end, an expired one from now.
        let ends = end(&w, id).await;
        let first = extend(&owner, &w, id, 30).await;
        assert_eq!((first.status, &first.json["status"], &first.json["extensions_left"]), (200, &json!("granted"), &json!(1)), "{}", first.text);
        assert_eq!(end(&w, id).await, ends.plus_days(30));
        w.pass_to(ends.plus_days(40));
        assert_eq!((with(&owner, id, "active").await.len(), lists_of(&w, id).await), (3, vec!["expired-trials"]));
        let second = extend(&owner, &w, id, 10).await;
        assert_eq!((second.status, &second.json["trial_ends_at"]), (200, &json!(w.now().plus_days(10))), "{}", second.text);
        assert_eq!((with(&owner, id, "active").await.len(), lists_of(&w, id).await), (10, vec!["active-trials"]), "all of them are back");

        w.pass_days(11);
        let third = extend(&owner, &w, id, 10).await;
        assert_eq!((third.status, &third.json["status"], &third.json["extensions_left"]), (200, &json!("waiting"), &json!(0)), "{}", third.text);
        assert_eq!(lists_of(&w, id).await, ["expired-trials"], "a request changes nothing");
        let again = extend(&owner, &w, id, 5).await;
        assert_eq!((again.status, again.code()), (409, "request-open"), "{}", again.text);
        let asked = distributor.get(&format!("/v1/distributors/{}/trial-requests", w.distributor)).await;
        let request = asked.json["data"][0]["id"].as_str().unwrap_or_else(|| panic!("{}", asked.text)).to_owned();
        assert_eq!((&asked.json["data"][0]["name"], &asked.json["data"][0]["days"]), (&json!("Acme"), &json!(10)), "{}", asked.text);
        let decide = format!("/v1/msp/{}/trial-requests/{request}/decide", w.partner);
        assert_eq!(owner.keyed().post(&decide, &json!({ "approve": true })).await.status, 403, "nobody approves their own");
        let elsewhere = decide.replace(&w.partner.to_string(), &w.other.to_string());
        assert_eq!(distributor.post(&elsewhere, &json!({ "approve": true })).await.status, 404);
        let browser = w.browser("distributor_owner").await;
        let page = browser.get(&format!("/distributors/{}/trials", w.distributor)).await;
        assert!(page.text.contains("the budget comes in spring") && page.text.contains("Acme"), "{}", page.text);
        let form = format!("/msp/{}/trial-requests/{request}/decide", w.partner);
        assert_eq!(browser.form(&form, &[("decision", "approve"), ("answer", "Last time")]).await.status, 303);
        assert_eq!((end(&w, id).await, lists_of(&w, id).await), (w.now().plus_days(10), vec!["active-trials"]));
        let late = distributor.post(&decide, &json!({ "approve": false })).await;
        assert_eq!((late.status, late.code()), (409, "already-decided"), "{}", late.text);

        // Longer than the MSP may is asked too; declined or withdrawn, nothing happens.
        let ends = end(&w, id).await;
        let fourth = extend(&owner, &w, id, 31).await;
        let request = fourth.json["id"].as_str().expect("an id").to_owned();
        let declined = distributor.post(&format!("/v1/msp/{}/trial-requests/{request}/decide", w.partner), &json!({ "approve": false, "answer": "No more" })).await;
        assert_eq!((declined.status, &declined.json["status"]), (200, &json!("declined")), "{}", declined.text);
        let fifth = extend(&owner, &w, id, 1).await;
        let request = fifth.json["id"].as_str().expect("an id").to_owned();
        let withdrawn = owner.keyed().delete(&format!("{}/trial-requests/{request}", at(&w, id))).await;
        assert_eq!((withdrawn.status, &withdrawn.json["status"], end(&w, id).await), (200, &json!("withdrawn"), ends), "{}", withdrawn.text);
        let state = owner.get(&format!("{}/trial", at(&w, id))).await;
        let words = state.json["msp"]["extensions"].as_array().expect("rows").iter();
        let mut words: Vec<&str> = words.filter_map(|e| e["status"].as_str()).collect();
        words.sort_unstable();
        assert_eq!(words, ["approved", "declined", "granted", "granted", "withdrawn"], "{}", state.text);
    }

    async fn f3_18_an_upgrade_takes_seats_from_the_pool_or_says_how_many_there_are(w: World) {
        let (id, owner) = (trial(&w, "Acme", &["ann", "bo", "cy", "dee"]).await, w.client("owner"));
        let none = upgrade(&owner, &w, id, 5).await;
        assert_eq!((none.status, none.code(), &none.json["available"], &none.json["requested"]), (409, "pool-exhausted", &json!(0), &json!(5)), "{}", none.text);
        assert_eq!((lists_of(&w, id).await, with(&owner, id, "active").await.len()), (vec!["active-trials"], 4), "nothing was changed");
        w.order_seats(1).await;
        let few = upgrade(&owner, &w, id, 3).await;
        assert_eq!((few.status, few.code(), &few.json["active_users"]), (409, "below-active", &json!(4)), "{}", few.text);
        assert_eq!(upgrade(&w.client("technician"), &w, id, 5).await.status, 403);
        assert_eq!(upgrade(&w.client("other_owner"), &w, id, 5).await.status, 404);
        let preview = owner.keyed().post(&format!("{}/trial/upgrade?preview=true", at(&w, id)), &json!({ "seats": 5 })).await;
        assert_eq!((preview.status, &preview.json["preview"], pool(&w).await), (200, &json!(true), [0, 1_000, 0]), "{}", preview.text);
        let path = format!("{}/trial/upgrade", at(&w, id));
        let unknown = owner.keyed().post(&path, &json!({ "seats": 5, "plan": "gold" })).await;
        assert_eq!((unknown.status, unknown.code(), pool(&w).await), (422, "unknown-plan", [0, 1_000, 0]), "{}", unknown.text);
        // One click from the list: the page of the trial, filled in.
        let (browser, page) = (w.browser("owner").await, format!("/msp/{}/customers/{id}/trial", w.partner));
        assert!(browser.get(&format!("/msp/{}/command-center?list=active-trials", w.partner)).await.text.contains(&format!("{page}#upgrade")));
        let refused = browser.form(&format!("{page}/upgrade"), &[("seats", "2000")]).await;
        assert!(refused.status == 422 && refused.text.contains("1,000 are available"), "{}", refused.text);
        assert_eq!(browser.form(&format!("{page}/upgrade"), &[("seats", "5")]).await.status, 303);
        assert_eq!((pool(&w).await, lists_of(&w, id).await, with(&owner, id, "active").await.len()), ([5, 995, 4], vec!["paid"], 4));
        let held = owner.get(&format!("/v1/tenants/{id}/subscriptions")).await;
        let (plan, from) = (&held.json["data"][0]["plan"]["code"], &held.json["data"][0]["starts_at"]);
        assert_eq!((plan, from), (&json!("standard"), &json!(w.now())), "billed from now on: {}", held.text);
        let after = browser.get(&page).await;
        assert!(after.status == 200 && after.text.contains("This customer is on a paid plan; it has no trial."), "{}", after.text);
        let full = join(&w, id, "eve", "acme.example").await;
        let over = join(&w, id, "fay", "acme.example").await;
        assert_eq!((full.status, over.status, over.code()), (201, 409, "no-free-seat"), "{}", over.text);
        let again = upgrade(&owner, &w, id, 9).await;
        assert_eq!((again.status, again.code()), (409, "not-a-trial"), "{}", again.text);
        let late = extend(&owner, &w, id, 5).await;
        assert_eq!((late.status, late.code()), (409, "not-a-trial"), "{}", late.text);
        w.pass_days(60);
        assert_eq!((lists_of(&w, id).await, with(&owner, id, "active").await.len()), (vec!["paid"], 5), "its trial ends no more");
        assert_eq!(ledger(&w, id).await, [(-50, false), (5, true), (50, false)], "the ledger says what was given outside the pool, taken, and given from it");
    }

    async fn f3_18_any_plan_but_the_standard_one_is_for_who_may_purchase(w: World) {
        w.order_seats(1).await;
        let gold = json!({ "code": "gold", "name": "Gold", "term_months": 12, "price_minor": 120_000 });
        assert_eq!(w.client("owner").post(&format!("/v1/msp/{}/plans", w.partner), &gold).await.status, 201);
        let [one, two, three] = [trial(&w, "One", &["ann"]).await, trial(&w, "Two", &["bo"]).await, trial(&w, "Three", &["cy"]).await];
        let by = async |who: &str, id: CustomerId, plan: &str| {
            w.client(who).keyed().post(&format!("{}/trial/upgrade", at(&w, id)), &json!({ "seats": 5, "plan": plan })).await
        };
        // An admin allocates and does not purchase: neither offered nor let.
        let page = |id: CustomerId| format!("/msp/{}/customers/{id}/trial", w.partner);
        let (admin, owner) = (w.browser("admin").await, w.browser("owner").await);
        let seen = admin.get(&page(one)).await;
        assert!(seen.status == 200 && seen.text.contains("value=\"standard\"") && !seen.text.contains("value=\"gold\"") && !seen.text.contains("1,200.00"), "{}", seen.text);
        let no = by("admin", one, "gold").await;
        assert_eq!((no.status, pool(&w).await, lists_of(&w, one).await), (403, [0, 1_000, 0], vec!["active-trials"]), "{}", no.text);
        assert_eq!(admin.form(&format!("{}/upgrade", page(one)), &[("seats", "5"), ("plan", "gold")]).await.status, 403);
        let usual = by("admin", one, "standard").await;
        assert_eq!((usual.status, pool(&w).await), (200, [5, 995, 1]), "{}", usual.text);
        let offered = owner.get(&page(two)).await;
        assert!(offered.text.contains("Gold: EUR\u{a0}1,200.00 for 12 months"), "{}", offered.text);
        assert_eq!(by("owner", two, "gold").await.status, 200);
        assert_eq!(owner.form(&format!("{}/upgrade", page(three)), &[("seats", "5"), ("plan", "gold")]).await.status, 303);
        for id in [two, three] {
            let held = w.client("owner").get(&format!("/v1/tenants/{id}/subscriptions")).await;
            assert_eq!(held.json["data"][0]["plan"]["code"], "gold", "{}", held.text);
        }
    }

    async fn f3_19_a_request_of_another_customer_is_none_whatever_became_of_it(w: World) {
        let [one, two] = [trial(&w, "One", &[]).await, trial(&w, "Two", &[]).await];
        let owner = w.client("owner");
        let asked = extend(&owner, &w, one, 31).await;
        assert_eq!((asked.status, &asked.json["status"]), (200, &json!("waiting")), "{}", asked.text);
        let path = |id: CustomerId| format!("{}/trial-requests/{}", at(&w, id), asked.json["id"].as_str().expect("an id"));
        assert_eq!(owner.keyed().delete(&path(two)).await.status, 404, "it waits, elsewhere");
        assert_eq!(owner.keyed().delete(&path(one)).await.status, 200);
        assert_eq!(owner.keyed().delete(&path(two)).await.status, 404, "it was withdrawn, elsewhere");
        let again = owner.keyed().delete(&path(one)).await;
        assert_eq!((again.status, again.code()), (409, "already-decided"), "{}", again.text);
    }

    async fn f3_16_active_users_are_those_to_be_billed(w: World) {
        w.order_seats(1).await;
        let paid = w.customer("Paid", 5).await;
        for person in ["ann", "bo"] {
            assert_eq!(join(&w, paid, person, "paid.example").await.status, 201);
        }
        let owner = w.client("owner");
        let users = async || list(&owner, &w, "paid").await["active_users"].clone();
        assert_eq!(users().await, json!({ "value": 2, "paid": 2, "trial": 0, "free": 0 }));
        let id = trial(&w, "Trial", &["cy", "dee", "eve", "fay"]).await;
        assert_eq!(users().await, json!({ "value": 2, "paid": 2, "trial": 4, "free": 0 }), "trial users leave it as it is");
        w.pass_to(end(&w, id).await);
        assert_eq!(users().await, json!({ "value": 2, "paid": 2, "trial": 0, "free": 3 }));
        assert_eq!(upgrade(&owner, &w, id, 10).await.status, 200);
        assert_eq!(users().await, json!({ "value": 6, "paid": 6, "trial": 0, "free": 0 }), "an upgrade adds them");
        let page = w.browser("owner").await.get(&format!("/msp/{}/command-center?list=expired-trials", w.partner)).await;
        assert!(page.text.contains("Active Users <strong>6</strong>"), "on every list: {}", page.text);
    }

    async fn f3_21_why_this_number_stands_beside_it(w: World) {
        w.order_seats(1).await;
        let paid = w.customer("Paid", 5).await;
        assert_eq!(join(&w, paid, "ann", "paid.example").await.status, 201);
        trial(&w, "Trial", &["cy", "dee"]).await;
        let page = w.browser("auditor").await.get(&format!("/msp/{}/command-center", w.partner)).await;
        let said = page.text.replace("</td><td>", ": ");
        for text in ["Active Users", "users you are billed for", "Paid subscriptions (billed): 1", "Active trials (not billed): 2", "Free plan (not billed): 0"] {
            assert!(said.contains(text), "{text}: {}", page.text);
        }
    }

    async fn f3_01_the_command_center_is_the_msps_own(w: World) {
        let id = w.customer("Acme", 0).await;
        w.hire("customer_admin", id, "customer_admin").await;
        let center = format!("/msp/{}/command-center", w.partner);
        for who in ["owner", "admin", "technician", "auditor"] {
            let page = w.browser(who).await.get(&format!("/msp/{}/customers", w.partner)).await;
            assert!(page.text.contains(&format!("href=\"{center}\"")), "{who}: {}", page.text);
            assert_eq!(w.browser(who).await.get(&center).await.status, 200, "{who}");
        }
        let admin = w.browser("customer_admin").await;
        let own = admin.get(&format!("/msp/{}/customers/{id}/members", w.partner)).await;
        assert!(own.status == 200 && !own.text.contains("command-center"), "{}", own.text);
        assert_eq!(admin.get(&center).await.status, 404);
        assert_eq!(w.client("customer_admin").get(&format!("/v1/msp/{}/command-center", w.partner)).await.status, 404);
        assert_eq!(w.browser("other_owner").await.get(&center).await.status, 404);
    }

    async fn f3_22_alarms_and_agents_are_counted_and_lead_to_the_tenants_own(w: World) {
        let (id, quiet) = (trial(&w, "Acme", &["ann"]).await, trial(&w, "Quiet", &[]).await);
        let owner = w.client("owner").keyed();
        assert_eq!(owner.post(&format!("/v1/tenants/{id}/syncs"), &json!({ "ok": false })).await.status, 201);
        let found = list(&owner, &w, "active-trials").await;
        let of = |id: CustomerId| found["data"].as_array().expect("rows").iter().find(|c| c["tenant_id"] == id.to_string()).cloned().expect("a card");
        for one in [id, quiet] {
            let open = w.get("owner", &format!("alerts?filter[customer]={one}&filter[status]=open")).await;
            assert!(open["page"]["total"].as_i64() > Some(0), "{open}");
            assert_eq!(of(one)["alarms"], open["page"]["total"], "as many as the list it leads to: {found}");
        }
        let page = w.browser("owner").await.get(&format!("/msp/{}/command-center?list=active-trials", w.partner)).await;
        let link = format!("/msp/{}/alerts?customer={id}", w.partner);
        assert!(page.text.contains(&link), "{}", page.text);
        let alarms = w.browser("owner").await.get(&link).await;
        assert!(alarms.text.contains("Acme") && !alarms.text.contains("Quiet"), "{}", alarms.text);
    }

    async fn f3_03_whatever_is_counted_leads_into_the_tenant(w: World) {
        let id = trial(&w, "Acme", &["ann"]).await;
        assert_eq!(w.client("owner").keyed().post(&format!("/v1/tenants/{id}/syncs"), &json!({ "ok": false })).await.status, 201);
        w.assign("technician", &[id]).await;
        let browser = w.browser("technician").await;
        let page = browser.get(&format!("/msp/{}/command-center?list=active-trials", w.partner)).await;
        let base = format!("/msp/{}/customers/{id}", w.partner);
        assert!(page.text.contains(&format!("href=\"{base}\"")) && !page.text.contains(&format!("{base}/offboard")), "{}", page.text);
        for count in ["members", "members?status=active"] {
            assert!(page.text.contains(&format!("href=\"{base}/{count}\">1</a>")), "{count}: {}", page.text);
        }
        let ways = ["", "/members", "/members?status=active", "/agents?state=silent"].map(|way| format!("{base}{way}"));
        for to in ways.into_iter().chain([format!("/msp/{}/alerts?customer={id}", w.partner)]) {
            assert_eq!(browser.get(&to).await.status, 200, "without another sign-in: {to}");
        }
    }

    async fn f3_03_what_runs_out_and_what_is_full_leads_into_the_tenant(w: World) {
        w.order_seats(1).await;
        let (id, owner) = (w.customer("Full", 2).await, w.client("owner").keyed());
        let plan = json!({ "code": "told", "name": "Told", "term_months": 2, "notice_days": 14 });
        assert_eq!(owner.post(&format!("/v1/msp/{}/plans", w.partner), &plan).await.status, 201);
        let held = owner.get(&format!("/v1/tenants/{id}/subscriptions")).await.json["data"][0]["id"].clone();
        let put_on = format!("/v1/tenants/{id}/subscriptions/{}/plan", held.as_str().expect("an id"));
        assert_eq!(owner.post(&put_on, &json!({ "plan": "told" })).await.status, 200);
        let card = async || list(&owner, &w, "paid").await;
        let insights = |found: &Value| [found["data"][0]["expiring"].clone(), found["data"][0]["over_limit"].clone()];
        assert_eq!(join(&w, id, "ann", "full.example").await.status, 201);
        assert_eq!(insights(&card().await), [json!(false), json!(false)]);
        assert_eq!(join(&w, id, "bo", "full.example").await.status, 201);
        assert_eq!(insights(&card().await), [json!(false), json!(true)], "no seat is free");
        w.pass_to("2027-01-07T00:00:00Z".parse().expect("a time"));
        let found = card().await;
        assert_eq!((insights(&found), &found["totals"]["expiring"], &found["totals"]["over_limit"]), ([json!(true), json!(true)], &json!(1), &json!(1)), "no worker ran: {found}");

        // What a person resolved still stands.
        let open = w.get("owner", "alerts?filter[status]=open&filter[code]=license-expiring").await;
        let resolve = format!("/v1/msp/{}/alerts/{}/resolve", w.partner, open["data"][0]["id"].as_str().unwrap_or_else(|| panic!("{open}")));
        assert_eq!(owner.post(&resolve, &json!({ "reason": "asked them" })).await.status, 200);
        let then = card().await;
        assert_eq!((insights(&then), then["totals"]["alarms"].as_i64()), ([json!(true), json!(true)], found["totals"]["alarms"].as_i64().map(|n| n - 1)), "{then}");
        assert_eq!(then["totals"]["alarms"], then["data"][0]["alarms"]);

        let browser = w.browser("technician").await;
        for view in ["", "?view=list"] {
            let page = browser.get(&format!("/msp/{}/command-center{view}", w.partner)).await;
            for to in [format!("/msp/{}/customers/{id}/subscriptions", w.partner), format!("/msp/{}/licenses/{id}", w.partner)] {
                assert!(page.text.contains(&format!("href=\"{to}\"")), "{view} {to}: {}", page.text);
                assert_eq!(browser.get(&to).await.status, 200, "under the staff's own scope: {to}");
            }
        }
        // Removing stands behind the dots, for those who may.
        let cards = w.browser("owner").await.get(&format!("/msp/{}/command-center", w.partner)).await;
        assert!(cards.text.contains(&format!("class=\"sheet-item\" href=\"/msp/{}/customers/{id}/offboard\"", w.partner)), "{}", cards.text);
    }

    async fn f2_33_a_full_trial_is_led_to_its_upgrade(w: World) {
        w.order_seats(1).await;
        let (id, owner) = (trial(&w, "Acme", &["ann"]).await, w.client("owner"));
        crowd(&w, &owner.keyed(), id, 49).await;
        let open = w.get("owner", &format!("alerts?filter[status]=open&filter[customer]={id}&filter[code]=seats-at-limit")).await;
        assert_eq!((&open["page"]["total"], &open["data"][0]["customer_kind"]), (&json!(1), &json!("trial")), "50 of 50: {open}");
        let (ours, way) = (w.browser("owner").await, format!("/msp/{}/customers/{id}/trial", w.partner));
        let alerts = format!("/msp/{}/alerts", w.partner);
        let page = ours.get(&alerts).await.text;
        assert!(page.contains(&format!("href=\"{way}#upgrade\">Upgrade</a>")) && page.contains("outside the pool"), "{page}");
        assert!(!page.contains(&format!("/licenses/{id}/allocate")), "what can only be refused is not offered: {page}");
        let center = ours.get(&format!("/msp/{}/command-center?list=active-trials", w.partner)).await.text;
        assert!(center.contains(&format!("<a href=\"{way}#upgrade\" aria-label=\"No seat free: upgrade: Acme\">")), "{center}");
        assert!(!center.contains(&format!("/licenses/{id}")), "{center}");
        let theirs = w.browser("technician").await;
        let page = theirs.get(&alerts).await.text;
        assert!(page.contains("outside the pool") && !page.contains("trial#upgrade"), "who may not upgrade is not offered it: {page}");
        let center = theirs.get(&format!("/msp/{}/command-center?list=active-trials", w.partner)).await.text;
        assert!(center.contains("aria-label=\"No seat free: Acme\""), "{center}");

        let form = ours.get(&way).await.text;
        assert!(form.contains("id=\"upgrade\"") && form.contains(&format!("action=\"{way}/upgrade\"")), "{form}");
        assert_eq!(upgrade(&owner, &w, id, 60).await.status, 200);
        let open = w.get("owner", &format!("alerts?filter[status]=open&filter[customer]={id}&filter[code]=seats-at-limit")).await;
        assert_eq!(open["page"]["total"], 0, "{open}");
    }

    async fn f3_02_each_card_says_users_alarms_and_agents(w: World) {
        trial(&w, "Acme", &["ann", "bo"]).await;
        let card = list(&w.client("owner"), &w, "active-trials").await["data"][0].clone();
        assert_eq!((&card["total_users"], &card["agents_not_reporting"], card["alarms"].is_i64()), (&json!(2), &json!(0), true), "{card}");
        let page = w.browser("owner").await.get(&format!("/msp/{}/command-center?list=active-trials", w.partner)).await;
        for text in ["Acme", card["account_number"].as_str().expect("a number"), "Total users", "Alarms", "Agents not reporting"] {
            assert!(page.text.contains(text), "{text}: {}", page.text);
        }
    }

    async fn f3_14_a_card_counts_the_users_of_a_trial(w: World) {
        let id = trial(&w, "Acme", &["ann", "bo", "cy", "dee"]).await;
        w.pass_to(end(&w, id).await);
        let page = w.browser("owner").await.get(&format!("/msp/{}/command-center?list=expired-trials", w.partner)).await;
        let members = format!("/msp/{}/customers/{id}/members", w.partner);
        let all = format!("Total users</dt><dd><a href=\"{members}\">4</a>");
        let active = format!("Active users</dt><dd><a href=\"{members}?status=active\">3</a>");
        for said in [all.as_str(), &active, "Waiting</dt><dd>1<"] {
            assert!(page.text.contains(said), "whoever is suspended is a user still, {said}: {}", page.text);
        }
    }

    async fn f3_15_the_lists_foot_is_the_sum_of_its_cards(w: World) {
        for (name, people) in [("Acme", &["ann", "bo"][..]), ("Beta", &["cy"]), ("Gamma", &[])] {
            trial(&w, name, people).await;
        }
        let owner = w.client("owner");
        let found = list(&owner, &w, "active-trials").await;
        let sum = |field: &str| found["data"].as_array().expect("rows").iter().map(|c| c[field].as_i64().expect("a number")).sum::<i64>();
        assert_eq!(found["totals"]["customers"], 3, "{found}");
        for field in ["total_users", "active_users", "alarms", "agents_not_reporting"] {
            assert_eq!(found["totals"][field], sum(field), "{field}: {found}");
        }
        let page = w.browser("owner").await.get(&format!("/msp/{}/command-center?list=active-trials&view=list", w.partner)).await;
        assert!(page.text.contains("3 customers in all: 3 users, 3 of them active"), "{}", page.text);
        assert!(page.text.contains("The sum over every customer of this list that you see"), "why it is so many: {}", page.text);
        // Page by page it is the same list, and the same sum.
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = owner.get(&format!("/v1/msp/{}/command-center?list=active-trials&page[size]=2{after}", w.partner)).await;
            assert_eq!(page.json["totals"], found["totals"], "{}", page.text);
            seen.extend(ids(&page.json));
            match page.json["page"]["next"].as_str() {
                Some(next) => after = format!("&page[after]={next}"),
                None => break,
            }
        }
        assert_eq!(seen, ids(&found));
    }

    async fn f3_24_a_technician_sees_assigned_customers_in_lists_and_sums(w: World) {
        let (mine, _theirs) = (trial(&w, "Mine", &["ann"]).await, trial(&w, "Theirs", &["bo", "cy"]).await);
        w.assign("technician", &[mine]).await;
        let found = list(&w.client("technician"), &w, "active-trials").await;
        assert_eq!((ids(&found), &found["totals"]["total_users"], &found["active_users"]["trial"]), (vec![mine.to_string()], &json!(1), &json!(1)), "{found}");
        let page = w.browser("technician").await.get(&format!("/msp/{}/command-center?list=active-trials", w.partner)).await;
        assert!(page.text.contains("Mine") && !page.text.contains("Theirs"), "{}", page.text);
    }

    async fn f3_13_the_free_plan_has_no_sync_no_campaign_and_no_brand(w: World) {
        let id = trial(&w, "Acme", &["ann"]).await;
        let owner = w.client("owner").keyed();
        let tenant = format!("/v1/tenants/{id}");
        let source = json!({ "name": "Mine", "settings": { "kind": "upload" } });
        let sources = format!("{}/sources", at(&w, id));
        let made = owner.post(&sources, &source).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let source_id = made.json["id"].as_str().expect("an id").to_owned();
        let run = |n: i64, at: Timestamp| json!({ "runs": [{ "name": "Run", "external_ref": format!("r-{n}"), "at": at, "delivered": 10, "passed": 9 }] });
        let token = owner.post("/v1/tokens", &json!({ "name": "Sync", "node": id })).await;
        let token = w.client("nobody").token(token.json["secret"].as_str().unwrap_or_else(|| panic!("{}", token.text)));
        let directory = owner.post(&format!("{tenant}/scim-tokens"), &json!({ "name": "Entra" })).await;
        let directory = w.client("nobody").token(directory.json["secret"].as_str().unwrap_or_else(|| panic!("{}", directory.text)));
        let works = async || [token.get(&format!("{tenant}/members")).await.status, directory.get("/scim/v2/Users").await.status];
        assert_eq!(works().await, [200, 200]);
        let ends = end(&w, id).await;
        w.pass_to(ends);
        assert_eq!(works().await, [401, 401], "its tokens rest");
        let brand = owner.get(&format!("{tenant}/brand")).await;
        let change = owner.with("if-match", brand.header("etag")).patch(&format!("{tenant}/brand"), &json!({ "accent": "#0f766e" })).await;
        let refused = [
            change,
            owner.post(&format!("{tenant}/syncs"), &json!({ "ok": true })).await,
            owner.post(&format!("{tenant}/campaign-results"), &run(1, w.now())).await,
            owner.post("/v1/tokens", &json!({ "name": "Late", "node": id })).await,
            owner.post(&format!("{tenant}/scim-tokens"), &json!({ "name": "Late" })).await,
            owner.post(&sources, &json!({ "name": "Other", "settings": { "kind": "upload" } })).await,
            owner.request(http::Method::POST, &format!("{sources}/{source_id}/runs"), Some("text/csv"), b"id,email\n1,bo@acme.example\n".to_vec()).await,
        ];
        for no in &refused {
            assert_eq!((no.status, no.code()), (409, "free-plan"), "{}", no.text);
        }
        let late = owner.post(&format!("{tenant}/campaign-results"), &run(2, Timestamp(ends.0 - 1))).await;
        assert_eq!(late.status, 200, "what was before the end is told late: {}", late.text);
        assert_eq!(extend(&w.client("owner"), &w, id, 5).await.status, 200);
        for yes in [
            owner.post(&format!("{tenant}/syncs"), &json!({ "ok": true })).await,
            owner.post(&format!("{tenant}/campaign-results"), &run(3, w.now())).await,
            owner.request(http::Method::POST, &format!("{sources}/{source_id}/runs"), Some("text/csv"), b"id,email\n1,bo@acme.example\n".to_vec()).await,
        ] {
            assert!(yes.status < 300, "full function again: {}", yes.text);
        }
        assert_eq!(works().await, [200, 200]);
        w.pass_days(6);
        assert_eq!(works().await, [401, 401], "and rest again");
        w.order_seats(1).await;
        assert_eq!(upgrade(&w.client("owner"), &w, id, 5).await.status, 200);
        assert_eq!(works().await, [200, 200]);
    }

    async fn notices_come_seven_and_one_days_before_and_go_with_the_trial(w: World) {
        let (id, owner) = (trial(&w, "Acme", &["ann"]).await, w.client("owner"));
        let subscribed = owner.put(&format!("/v1/msp/{}/alerts/subscription", w.partner), &json!({ "severity": "info" })).await;
        assert_eq!(subscribed.status, 200, "{}", subscribed.text);
        let ends = end(&w, id).await;
        let mails = || w.app.catcher.as_ref().expect("a catcher").list().iter().filter(|m| format!("{:?}", m.html()).contains("trial ends on")).count();
        let told = async || {
            w.work().await;
            let open = w.get("owner", &format!("alerts?filter[customer]={id}&filter[code]=trial-ending&filter[status]=open")).await;
            open["data"].as_array().expect("rows").iter().map(|a| a["detail"]["days"].as_i64().expect("days")).collect::<Vec<_>>()
        };
        for (instant, days, sent) in [
            (Timestamp(ends.plus_days(-7).0 - 1), vec![], 0),
            (ends.plus_days(-7), vec![7], 1),
            (ends.plus_days(-3), vec![7], 1),
            (ends.plus_days(-1), vec![1], 2),
            (ends, vec![], 2),
        ] {
            w.pass_to(instant);
            assert_eq!((told().await, mails()), (days, sent), "at {instant}");
        }
        assert_eq!(extend(&owner, &w, id, 30).await.status, 200);
        assert_eq!((told().await, mails()), (vec![30], 3), "another end is another notice");
    }

    async fn a_notice_says_how_many_days_were_left_when_it_came(w: World) {
        let (id, owner) = (trial(&w, "Acme", &["ann"]).await, w.client("owner"));
        w.pass_to(end(&w, id).await);
        assert_eq!(extend(&owner, &w, id, 14).await.status, 200);
        // A session does not last for days.
        let told = async || w.browser("owner").await.get(&format!("/msp/{}/alerts", w.partner)).await.text;
        let short = told().await;
        assert!(short.contains("You are told 14 days before") && !short.contains("30 days before"), "{short}");
        w.pass_days(7);
        let week = told().await;
        assert!(week.contains("You are told 7 days before") && !week.contains("14 days before"), "{week}");
    }

    async fn f3_13_an_end_that_is_killed_anywhere_comes_out_whole(w: World) {
        let (owner, worker) = (w.client("owner"), w.app.worker().expect("a worker"));
        for n in 0..5_u64 {
            let id = trial(&w, &format!("Killed {n}"), &["ann", "bo", "cy", "dee", "eve", "boss"]).await;
            w.pass_to(end(&w, id).await);
            let path = format!("/v1/msp/{}/command-center?list=expired-trials", w.partner);
            let _ = tokio::time::timeout(Duration::from_micros(200 + n * 900), owner.get(&path)).await;
            for m in 0..3 {
                let _ = tokio::time::timeout(Duration::from_micros(400 + (n + m) * 700), worker.drain_jobs()).await;
                end_leases(&w, id).await;
            }
            let mut card = Value::Null;
            for _ in 0..40 {
                tokio::time::sleep(Duration::from_millis(50)).await;
                end_leases(&w, id).await;
                w.work().await;
                let found = list(&owner, &w, "expired-trials").await;
                card = found["data"].as_array().expect("rows").iter().find(|c| c["tenant_id"] == id.to_string()).cloned().unwrap_or_default();
                if card["active_users"] == 3 {
                    break;
                }
            }
            assert_eq!((&card["active_users"], &card["waiting"], &card["total_users"]), (&json!(3), &json!(3), &json!(6)), "round {n}: {card}");
            assert_eq!(with(&owner, id, "active").await, ["ann", "bo", "boss"], "round {n}");
        }
    }
}
