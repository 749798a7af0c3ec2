//! What has its instant has it whoever finds it when: trials that end while nobody asks and no worker runs, and decisions that later
//! words come before. Months are compared with the straight line through what happened.

use http::Method;
use serde_json::{Value, json};
use store::{Control, CustomerId, Timestamp, Zone, p, sql};

use super::{
    metering::{counted, intervals, kept, metered, of, time},
    offboarding::ok,
    trials::{TEN, at, end, id_of, join, trial, upgrade, with},
};
use crate::{
    scenes,
    support::{Answer, Client, World},
};

/// Who comes into each trial, the administrator last: ann, bo and boss stay.
const PEOPLE: [&str; 6] = ["ann", "bo", "cy", "dee", "eve", "boss"];

const DECEMBER: [&str; 2] = ["2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"];
const JANUARY: [&str; 2] = ["2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"];

/// What happened, as the straight line through it: who was active since when, and until when.
type Facts = Vec<(&'static str, Timestamp, Timestamp)>;

/// Different people in a month.
fn oracle(facts: &Facts, [start, end]: [&str; 2]) -> i64 {
    let mut names: Vec<&str> = facts.iter().filter(|(_, since, until)| *since < time(end) && *until > time(start)).map(|f| f.0).collect();
    names.sort_unstable();
    names.dedup();
    i64::try_from(names.len()).expect("few")
}

/// The facts of a trial that ends: three stay, and nobody else from that instant on.
fn ended(begun: Timestamp, ends: Timestamp) -> Facts {
    let stays = |name: &str| matches!(name, "ann" | "bo" | "boss");
    PEOPLE.into_iter().map(|name| (name, begun, if stays(name) { Timestamp::FOREVER } else { ends })).collect()
}

/// A customer's number in a month, with what was adjusted since.
async fn number(by: &Client, w: &World, customer: CustomerId, period: &str) -> i64 {
    let all = metered(by, w.partner, "months=6").await;
    let months = all["data"].as_array().expect("months");
    let told = months.iter().find(|m| m["period"] == period).and_then(|m| of(m, customer)).expect("billed here");
    let late = months.iter().flat_map(|m| m["adjustments"].as_array().expect("a list"));
    let late = late.filter(|a| a["tenant_id"] == customer.to_string() && a["period"] == period);
    told + late.map(|a| a["difference"].as_i64().expect("a number")).sum::<i64>()
}

/// What the region keeps of months is a count of its intervals.
async fn counts(w: &World, customer: CustomerId) {
    let (times, ..) = intervals(w, customer).await;
    for (month, start, end, users) in kept(w, customer).await {
        assert_eq!(users, counted(&times, start, end), "{month}: {times:?}");
    }
}

/// How many were active on a day and on those after it, where a customer's gauge was told.
async fn gauge(w: &World, customer: CustomerId, from: i64) -> Vec<(i64, i64)> {
    let partner = w.partner;
    let read = w.app.house.control().read(move |view| {
        view.enter(partner.0);
        let text =
            sql!(Control, "SELECT day, active_users FROM usage_day WHERE partner_id = $1 AND customer_id = $2 AND day >= $3 ORDER BY day");
        view.rows(text, p![partner, customer, from])?.iter().map(|row| Ok((row.get("day")?, row.get("active_users")?))).collect()
    });
    read.await.expect("control answers")
}

async fn say(by: &Client, customer: CustomerId, words: &[(&str, bool, Timestamp)]) -> Vec<String> {
    let body: Vec<Value> = words
        .iter()
        .map(|(who, active, at)| json!({ "member": who, "status": if *active { "active" } else { "inactive" }, "at": at }))
        .collect();
    let answer = by.post(&format!("/v1/tenants/{customer}/members/activity"), &json!(body)).await;
    let items = answer.json["items"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    items.iter().map(|i| i["reason"].as_str().or(i["result"].as_str()).unwrap_or_default().to_owned()).collect()
}

/// When a member was active in a month, and what ended that.
async fn evidence(by: &Client, customer: CustomerId, member: &str, period: &str) -> Value {
    let path = format!("/v1/tenants/{customer}/metering/evidence?period={period}&member={member}");
    ok(by, &path).await["data"][0]["intervals"].clone()
}

async fn status(by: &Client, customer: CustomerId, member: &str) -> Value {
    ok(by, &format!("/v1/tenants/{customer}/members/{member}")).await["status"].clone()
}

async fn set(by: &Client, customer: CustomerId, member: &str, status: &str) -> Answer {
    by.patch(&format!("/v1/tenants/{customer}/members/{member}"), &json!({ "status": status })).await
}

scenes! {
    async fn f0_17_a_trial_that_ends_unnoticed_leaves_three_in_the_months_after_it(w: World) {
        let owner = w.client("owner").keyed();
        let ways = ["metering", "a list", "a new member", "a word", "one of three goes", "one who waits is removed"];
        let mut trials: Vec<(CustomerId, Timestamp, Facts, [String; 2])> = Vec::new();
        for way in ways {
            let id = trial(&w, &format!("Found by {way}"), &PEOPLE).await;
            let ends = end(&w, id).await;
            let ids = [id_of(&w, id, "boss").await, id_of(&w, id, "dee").await];
            trials.push((id, ends, ended(w.now(), ends), ids));
        }
        // The first of each way to ask, in the next month; no worker has run, and nobody has looked at the partner.
        let now = time("2027-01-05T10:00:00Z");
        w.pass_to(now);
        for (n, (id, ends, facts, [boss, dee])) in trials.iter_mut().enumerate() {
            let (id, members) = (*id, format!("/v1/tenants/{id}/members"));
            match n {
                0 => {}
                1 => assert_eq!(with(&owner, id, "active").await, ["ann", "bo", "boss"]),
                2 => {
                    let no = join(&w, id, "late", "late.example").await;
                    assert_eq!((no.status, no.code()), (409, "tenant-limit"), "{}", no.text);
                }
                3 => assert_eq!(say(&owner, id, &[(dee.as_str(), true, ends.plus_days(3))]).await, ["tenant-limit"]),
                4 => {
                    let gone = set(&owner, id, boss, "inactive").await;
                    assert_eq!((gone.status, with(&owner, id, "active").await), (200, vec!["ann".to_owned(), "bo".into(), "cy".into()]), "{}", gone.text);
                    facts.iter_mut().filter(|f| f.0 == "boss").for_each(|f| f.2 = now);
                    facts.push(("cy", now, Timestamp::FOREVER));
                }
                _ => {
                    let gone = owner.delete(&format!("{members}/{dee}")).await;
                    assert_eq!(gone.status, 200, "{}", gone.text);
                }
            }
        }
        for (way, (id, ends, facts, [_, dee])) in ways.into_iter().zip(&trials) {
            for (period, month) in [("2026-12", DECEMBER), ("2027-01", JANUARY)] {
                let meant = oracle(facts, month);
                assert_eq!(number(&owner, &w, *id, period).await, meant, "{way}: {period}");
                let who = ok(&owner, &format!("/v1/tenants/{id}/metering/evidence?period={period}")).await;
                assert_eq!(who["page"]["total"], meant, "{way}: {period}: {who}");
            }
            let times = evidence(&owner, *id, dee, "2026-12").await;
            assert_eq!((&times[0]["until"], &times[0]["ended_by"]), (&json!(ends), &json!("free")), "{way}: {times}");
            counts(&w, *id).await;
        }
        let (found_late, ends) = (trials[0].0, trials[0].1);
        let days = [ends, now].map(|at| (Zone::utc().day(at), 3));
        assert_eq!(gauge(&w, found_late, days[0].0).await, days, "its day ends with three, and so does every day since");
        // A worker that comes at last changes none of it.
        w.work().await;
        assert_eq!((number(&owner, &w, found_late, "2026-12").await, number(&owner, &w, found_late, "2027-01").await), (6, 3));
    }

    async fn f3_13_an_end_that_is_found_after_months_are_final_bills_three_in_them(w: World) {
        w.order_seats(1).await;
        let (id, owner) = (trial(&w, "Asleep", &PEOPLE).await, w.client("owner").keyed());
        let ends = end(&w, id).await;
        w.pass_to(time("2027-03-10T10:00:00Z"));
        // Three are active, so six seats are no fewer than that; the others come in with them.
        let no = upgrade(&owner, &w, id, 2).await;
        assert_eq!((no.status, no.code()), (409, "below-active"), "{}", no.text);
        let paid = upgrade(&owner, &w, id, 6).await;
        assert_eq!((paid.status, with(&owner, id, "active").await.len()), (200, 6), "{}", paid.text);
        let mut facts = ended(ends.plus_days(-1), ends);
        facts.extend(["cy", "dee", "eve"].map(|name| (name, w.now(), Timestamp::FOREVER)));
        let months = [
            ("2026-12", DECEMBER),
            ("2027-01", JANUARY),
            ("2027-02", ["2027-02-01T00:00:00Z", "2027-03-01T00:00:00Z"]),
            ("2027-03", ["2027-03-01T00:00:00Z", "2027-04-01T00:00:00Z"]),
        ];
        for (period, month) in months {
            assert_eq!(number(&owner, &w, id, period).await, oracle(&facts, month), "{period}");
        }
        // What was read of a final month stays; what is known since is this month's.
        let january = owner.get(&format!("/v1/msp/{}/metering/maa?period=2027-01", w.partner)).await;
        assert_eq!((of(&january.json, id), january.json["state"].as_str()), (Some(6), Some("final")), "{}", january.text);
        let march = owner.get(&format!("/v1/msp/{}/metering/maa", w.partner)).await;
        assert_eq!(march.json["adjusted"], -6, "three in January and three in February: {}", march.text);
        counts(&w, id).await;
    }

    async fn f3_13_nobody_is_made_active_beside_the_three_behind_the_end_of_a_trial(w: World) {
        let (id, owner) = (trial(&w, "Words", &PEOPLE).await, w.client("owner").keyed());
        let ends = end(&w, id).await;
        let [ann, dee, eve] = [id_of(&w, id, "ann").await, id_of(&w, id, "dee").await, id_of(&w, id, "eve").await];
        w.pass_to(ends.plus_days(8));
        // Nobody has looked since. Whoever waits goes by the newest word, and yet was no fourth before it.
        let day = |n: i64| ends.plus_days(n);
        assert_eq!(say(&owner, id, &[(&dee, false, day(5)), (&dee, true, day(2))]).await, ["accepted", "tenant-limit"]);
        assert_eq!(say(&owner, id, &[(&eve, true, day(-2)), (&eve, true, day(2))]).await, ["accepted", "tenant-limit"]);
        assert_eq!([status(&owner, id, &dee).await, status(&owner, id, &eve).await], ["inactive", "waiting"]);
        let counted = owner.get(&format!("/v1/tenants/{id}/metering/evidence?period=2026-12")).await;
        assert_eq!(counted.json["page"]["total"], 6, "{}", counted.text);
        for who in [&dee, &eve] {
            let times = evidence(&owner, id, who, "2026-12").await;
            assert_eq!((times.as_array().map(Vec::len), &times[0]["until"], &times[0]["ended_by"]), (Some(1), &json!(ends), &json!("free")), "{times}");
        }
        // One of the three was inactive: who came first of those who wait has its place, and it waits for another.
        assert_eq!(say(&owner, id, &[(&ann, false, day(3))]).await, ["accepted"]);
        assert_eq!(with(&owner, id, "active").await, ["bo", "boss", "cy"]);
        assert_eq!(say(&owner, id, &[(&ann, true, day(4))]).await, ["tenant-limit"]);
        counts(&w, id).await;
    }

    async fn f3_13_who_stays_is_decided_by_what_stood_at_the_end(w: World) {
        let (id, owner) = (trial(&w, "Acme", &TEN).await, w.client("owner").keyed());
        let name_administrator = async |address: &str| {
            let tag = owner.get(&at(&w, id)).await.header("etag").to_owned();
            let named = owner.with("if-match", &tag).patch(&at(&w, id), &json!({ "admin_email": address })).await;
            assert_eq!(named.status, 200, "{}", named.text);
        };
        let p7 = id_of(&w, id, "p7").await;
        name_administrator("p5@acme.example").await;
        w.pass_to(end(&w, id).await.plus_days(20));
        name_administrator("p6@acme.example").await;
        assert_eq!(with(&owner, id, "active").await, ["p0", "p1", "p5"], "the administrator of then");
        // Chosen later, it comes in later.
        let chosen = owner.put(&format!("/v1/tenants/{id}/free-members"), &json!({ "members": [p7] })).await;
        assert_eq!((chosen.status, with(&owner, id, "active").await), (204, vec!["p0".to_owned(), "p1".into(), "p7".into()]), "{}", chosen.text);
    }

    async fn f0_17_a_member_put_out_while_it_waited_stays_out_whatever_word_comes_late(w: World) {
        w.order_seats(1).await;
        let (id, owner) = (w.customer("Waits", 1).await, w.client("owner").keyed());
        let path = format!("/v1/tenants/{id}/members/import?start=true");
        let begun = owner.request(Method::POST, &path, Some("text/csv"), b"email,name\nann@waits.example,ann\nbo@waits.example,bo\n".to_vec()).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        w.work().await;
        assert_eq!((with(&owner, id, "active").await, with(&owner, id, "waiting").await), (vec!["ann".to_owned()], vec!["bo".to_owned()]));
        let bo = id_of(&w, id, "bo").await;
        let [before, out, later] = ["2026-11-22T00:00:00Z", "2026-11-24T00:00:00Z", "2026-12-02T00:00:00Z"].map(time);
        w.pass_to(out);
        assert_eq!(set(&owner, id, &bo, "inactive").await.status, 200);
        w.pass_to(time("2026-12-03T00:00:00Z"));
        let more = owner.post("/v1/licenses/allocate", &json!({ "tenant_id": id, "seats": 1 })).await;
        assert_eq!(more.status, 200, "{}", more.text);
        assert_eq!(number(&owner, &w, id, "2026-11").await, 1);
        // A seat is free, and the word is of a time before somebody decided.
        assert_eq!(say(&owner, id, &[(&bo, true, before)]).await, ["accepted"]);
        assert_eq!(status(&owner, id, &bo).await, "inactive", "the newest word wins, whichever comes first");
        let times = evidence(&owner, id, &bo, "2026-11").await;
        assert_eq!((&times[0]["since"], &times[0]["until"], &times[0]["ended_by"]), (&json!(before), &json!(out), &json!("manual")), "{times}");
        assert_eq!((number(&owner, &w, id, "2026-11").await, number(&owner, &w, id, "2026-12").await), (2, 1), "counted when it was said to be active");
        assert_eq!(say(&owner, id, &[(&bo, true, later)]).await, ["accepted"]);
        assert_eq!((status(&owner, id, &bo).await, number(&owner, &w, id, "2026-12").await), (json!("active"), 2));
        counts(&w, id).await;
    }

    async fn f0_17_a_late_word_ends_the_waiting_of_somebody_who_was_renamed_since(w: World) {
        w.order_seats(1).await;
        let (id, owner) = (w.customer("Waits", 1).await, w.client("owner").keyed());
        let members = format!("/v1/tenants/{id}/members");
        let csv = b"email,name\nann@waits.example,ann\nbo@waits.example,bo\ncy@waits.example,cy\n".to_vec();
        assert_eq!(owner.request(Method::POST, &format!("{members}/import?start=true"), Some("text/csv"), csv).await.status, 202);
        w.work().await;
        assert_eq!(with(&owner, id, "waiting").await, ["bo", "cy"]);
        let came = w.now();
        w.pass_to(came.plus_days(5));
        for name in ["bo", "cy"] {
            let path = format!("{members}/{}", id_of(&w, id, name).await);
            let tag = owner.get(&path).await.header("etag").to_owned();
            let renamed = owner.with("if-match", &tag).patch(&path, &json!({ "department": "Sales" })).await;
            assert_eq!((renamed.status, &renamed.json["status"]), (200, &json!("waiting")), "{}", renamed.text);
        }
        let [bo, cy] = [id_of(&w, id, "bo").await, id_of(&w, id, "cy").await];
        let said = say(&owner, id, &[(&bo, false, came.plus_days(2)), (&cy, false, came.plus_days(-2))]).await;
        assert_eq!(said, ["accepted", "accepted"]);
        assert_eq!([status(&owner, id, &bo).await, status(&owner, id, &cy).await], ["inactive", "waiting"], "the newer of both words, whatever else changed");
    }

    async fn f3_19_an_extension_brings_back_whoever_was_away_since_the_end(w: World) {
        let (id, owner) = (trial(&w, "Acme", &PEOPLE).await, w.client("owner").keyed());
        let (ends, cy) = (end(&w, id).await, id_of(&w, id, "cy").await);
        w.pass_to(time("2027-02-05T10:00:00Z"));
        let longer = owner.post(&format!("{}/trial/extend", at(&w, id)), &json!({ "days": 30, "reason": "spring" })).await;
        assert_eq!((longer.status, with(&owner, id, "active").await.len()), (200, 6), "{}", longer.text);
        let alarms = w.get("owner", &format!("alerts?filter[customer]={id}&filter[code]=members-waiting")).await;
        assert_eq!(alarms["page"]["total"], 0, "whoever waited did so for the free plan's sake: {alarms}");
        let december = evidence(&owner, id, &cy, "2026-12").await;
        assert_eq!((&december[0]["until"], &december[0]["ended_by"]), (&json!(ends), &json!("free")), "{december}");
        assert_eq!(evidence(&owner, id, &cy, "2027-01").await, Value::Null, "the free plan held though nobody looked");
        let february = evidence(&owner, id, &cy, "2027-02").await;
        assert_eq!((&february[0]["since"], &february[0]["until"]), (&json!(w.now()), &Value::Null), "{february}");
        let mut facts = ended(ends.plus_days(-1), ends);
        facts.extend(["cy", "dee", "eve"].map(|name| (name, w.now(), Timestamp::FOREVER)));
        for (period, month) in [("2026-12", DECEMBER), ("2027-01", JANUARY), ("2027-02", ["2027-02-01T00:00:00Z", "2027-03-01T00:00:00Z"])] {
            assert_eq!(number(&owner, &w, id, period).await, oracle(&facts, month), "{period}");
        }
        counts(&w, id).await;
    }
}
