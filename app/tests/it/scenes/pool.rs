//! The pool through its clock and its thresholds: what shrinks, who is near its seats, and what an alert gives at one press.

use serde_json::{Value, json};
use store::CustomerId;

use super::metering::crowd;
use crate::{scenes, support::World};

/// A customer with so many active members.
async fn used(w: &World, name: &str, seats: i64, active: i64) -> CustomerId {
    let customer = w.customer(name, seats).await;
    join(w, customer, active).await;
    customer
}

/// A customer with so many active members, who came in one file.
async fn filled(w: &World, name: &str, seats: i64, active: usize) -> CustomerId {
    let customer = w.customer(name, seats).await;
    crowd(w, &w.client("owner").keyed(), customer, active).await;
    customer
}

/// Makes one of the active members inactive, or one of the inactive active.
async fn turn(w: &World, customer: CustomerId, from: &str, to: &str) {
    let (owner, members) = (w.client("owner"), format!("/v1/tenants/{customer}/members"));
    let list = owner.get(&format!("{members}?filter[status]={from}&page[size]=1")).await.json;
    let id = list["data"][0]["id"].as_str().expect("an id").to_owned();
    let set = owner.keyed().patch(&format!("{members}/{id}"), &json!({ "status": to })).await;
    assert_eq!(set.status, 200, "{}", set.text);
    w.work().await;
}

async fn join(w: &World, customer: CustomerId, members: i64) {
    let path = format!("/v1/tenants/{customer}/members");
    for _ in 0..members {
        let name: String = w.app.house.random()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let email = format!("{name}@somewhere.example");
        let made = w.client("owner").keyed().post(&path, &json!({ "email": email, "name": "Mo" })).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    w.work().await;
}

async fn order(w: &World, sku: &str, quantity: i64) -> Value {
    let body = json!({ "sku": sku, "quantity": quantity });
    let answer = w.client("owner").keyed().post(&format!("/v1/msp/{}/orders", w.partner), &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json
}

fn row(rows: &Value, customer: CustomerId) -> Value {
    let found = rows["data"].as_array().and_then(|all| all.iter().find(|r| r["tenant_id"] == json!(customer)));
    found.cloned().expect("its row")
}

async fn open_seats_alerts(w: &World) -> Vec<Value> {
    let all = w.get("owner", "alerts?filter[status]=open").await;
    let seats = |a: &&Value| a["code"].as_str().is_some_and(|code| code.starts_with("seats-"));
    all["data"].as_array().expect("rows").iter().filter(seats).cloned().collect()
}

/// The open alert about a customer's seats.
async fn alert_of(w: &World, customer: CustomerId) -> Option<Value> {
    let open = open_seats_alerts(w).await;
    let mut of = open.into_iter().filter(|a| a["customer_id"] == json!(customer));
    let one = of.next();
    assert_eq!(of.next(), None, "one at the most");
    one
}

/// Mails about a customer's seats.
fn letters(w: &World, name: &str) -> usize {
    let about = |subject: &str| subject.starts_with(name) && subject.to_lowercase().contains("seats");
    w.app.catcher.as_ref().expect("a catcher").list().into_iter().filter(|m| about(m.subject())).count()
}

scenes! {
    async fn f2_28_a_pool_that_shrinks_says_so_before_and_after_and_takes_nothing_away(w: World) {
        let year = order(&w, "SEATS-1000-Y", 8).await;
        order(&w, "SEATS-100-M", 20).await;
        let customer = w.customer("Grown", 8_420).await;
        let (owner, path) = (w.client("owner"), format!("/v1/msp/{}/licenses/summary", w.partner));
        let before = owner.get(&path).await.json;
        let end = before["next_end"].clone();
        assert_eq!((&before["available"], &end["units"], &end["short"]), (&json!(1_580), &json!(2_000), &json!(420)), "{before}");
        let page = w.browser("owner").await.get(&format!("/msp/{}/licenses", w.partner)).await;
        assert!(page.text.contains("then 420 are missing"), "{}", page.text);

        let ends: store::Timestamp = end["at"].as_str().expect("an instant").parse().expect("an instant");
        w.pass_to(store::Timestamp(ends.0 - 1));
        assert_eq!(owner.get(&path).await.json["over_allocated"], 0, "the last instant of the month still counts");
        w.pass_to(ends);
        let after = owner.get(&path).await.json;
        let figures = ["total", "allocated", "available", "over_allocated"].map(|name| after[name].as_i64());
        assert_eq!(figures, [Some(8_000), Some(8_420), Some(0), Some(420)], "no worker had to run: {after}");
        assert_eq!((&after["next_end"]["at"], &after["next_end"]["short"]), (&year["ends_at"], &json!(8_420)));
        let open = w.get("owner", "alerts?filter[status]=open&filter[code]=pool-over-allocated").await;
        assert_eq!((open["data"].as_array().map(Vec::len), &open["data"][0]["detail"]["over"]), (Some(1), &json!(420)), "{open}");
        let more = owner.keyed().post("/v1/licenses/allocate", &json!({ "tenant_id": customer, "seats": 1 })).await;
        assert_eq!((more.status, more.code()), (409, "pool-exhausted"), "{}", more.text);
        let rows = w.get("owner", "licenses/by-tenant").await;
        assert_eq!(row(&rows, customer)["allocated"], 8_420, "what is allocated stays");

        order(&w, "SEATS-100-Y", 1).await;
        let open = w.get("owner", "alerts?filter[status]=open&filter[code]=pool-over-allocated").await;
        assert_eq!((open["data"].as_array().map(Vec::len), &open["data"][0]["detail"]["over"]), (Some(1), &json!(320)), "it says how many there are now: {open}");

        order(&w, "SEATS-1000-Y", 1).await;
        assert_eq!(owner.get(&path).await.json["over_allocated"], 0);
        let open = w.get("owner", "alerts?filter[status]=open&filter[code]=pool-over-allocated").await;
        assert_eq!(open["data"].as_array().map(Vec::len), Some(0), "{open}");
    }

    async fn f2_31_a_row_is_judged_by_the_exact_share_of_its_seats(w: World) {
        w.order_seats(1).await;
        // 94.96 percent, as 9,496 of 10,000 are.
        let exact = filled(&w, "Exact", 397, 377).await;
        let near = filled(&w, "Luleå Transport AB", 80, 75).await;
        let at = filled(&w, "Nordhavn Consulting", 60, 58).await;
        let fine = filled(&w, "Fine", 20, 17).await;
        let (half, edge) = (filled(&w, "Half", 20, 18).await, filled(&w, "Edge", 20, 19).await);
        let nobody = w.customer("Nobody", 20).await;
        let rows = w.client("owner").get(&format!("/v1/msp/{}/licenses/by-tenant", w.partner)).await.json;
        let told = |customer| { let r = row(&rows, customer); (r["status"].clone(), r["utilization"].clone()) };
        assert_eq!(told(exact), (json!("near_limit"), json!(95.0)), "it is shown as 95 percent and is not");
        assert_eq!(told(near), (json!("near_limit"), json!(93.8)));
        assert_eq!(told(at), (json!("at_limit"), json!(96.7)));
        assert_eq!(told(half), (json!("near_limit"), json!(90.0)));
        assert_eq!(told(edge), (json!("at_limit"), json!(95.0)));
        assert_eq!(told(fine), (json!("ok"), json!(85.0)));
        assert_eq!(told(nobody), (json!("no_users"), json!(0.0)));
        let page = w.browser("owner").await.get(&format!("/msp/{}/licenses", w.partner)).await.text;
        for (name, status) in [(">Exact<", "Near limit"), (">Edge<", "At limit")] {
            let line = page.split("<tr").find(|line| line.contains(name)).unwrap_or_else(|| panic!("{name}: {page}"));
            assert!(line.contains("95%") && line.contains(status), "{line}");
        }
        let own = rows["data"].as_array().and_then(|all| all.iter().find(|r| r["internal"] == json!(true))).expect("the own tenant");
        assert_eq!(own["utilization"], Value::Null, "no seats have no share");
        let failed = json!({ "ok": false, "source": "scim", "reason": "consent withdrawn" });
        assert!(w.client("owner").post(&format!("/v1/tenants/{at}/syncs"), &failed).await.status < 300);
        w.work().await;
        let rows = w.get("owner", "licenses/by-tenant").await;
        assert_eq!(row(&rows, at)["status"], "sync_failed", "a number that may be old is said first");
    }

    async fn f2_32_the_threshold_is_the_partners_and_at_most_95(w: World) {
        w.order_seats(1).await;
        let helsingborg = filled(&w, "Helsingborg Medical Group", 400, 340).await;
        let eklund = filled(&w, "Eklund Bygg AB", 100, 85).await;
        let owner = w.client("owner");
        let settings = format!("/v1/msp/{}/settings", w.partner);
        let set = async |percent: i64| {
            let tag = owner.get(&settings).await.header("etag").to_owned();
            owner.with("if-match", &tag).patch(&settings, &json!({ "near_limit_percent": percent })).await
        };
        let status = async || {
            let rows = w.get("owner", "licenses/by-tenant").await;
            [helsingborg, eklund].map(|customer| row(&rows, customer)["status"].clone())
        };
        assert_eq!(status().await, ["ok", "ok"], "90 percent at first");
        assert_eq!(set(85).await.status, 200);
        assert_eq!(status().await, ["near_limit", "near_limit"], "340 of 400 and 85 of 100 are exactly 85 percent");
        let sync = async |ok: bool| owner.post(&format!("/v1/tenants/{eklund}/syncs"), &json!({ "ok": ok, "source": "scim" })).await.status;
        assert_eq!(sync(false).await, 201);
        assert_eq!(status().await, ["near_limit", "sync_failed"], "a failure is said first");
        w.pass_to(w.now().plus_seconds(60));
        assert_eq!(sync(true).await, 201);
        assert_eq!(status().await, ["near_limit", "near_limit"]);
        assert_eq!(set(86).await.status, 200);
        assert_eq!(status().await, ["ok", "ok"]);
        for beyond in [0, 96] {
            let no = set(beyond).await;
            assert_eq!((no.status, no.json["errors"][0]["pointer"].as_str()), (422, Some("/near_limit_percent")), "{}", no.text);
        }
    }

    async fn f2_33_seats_near_their_limit_raise_one_alert_that_gives_at_one_press(w: World) {
        w.order_seats(1).await;
        let customer = used(&w, "Growing", 60, 56).await;
        assert_eq!(open_seats_alerts(&w).await.len(), 0, "93 percent is not yet the limit");
        join(&w, customer, 1).await;
        let alert = open_seats_alerts(&w).await;
        assert_eq!((alert.len(), &alert[0]["detail"]["suggested"]), (1, &json!(5)), "{alert:?}");
        // One who goes and comes back leaves it the same alert.
        let members = w.client("owner").get(&format!("/v1/tenants/{customer}/members?page[size]=1")).await.json;
        let member = format!("/v1/tenants/{customer}/members/{}", members["data"][0]["id"].as_str().expect("an id"));
        for active in [false, true] {
            let tag = w.client("owner").get(&member).await.header("etag").to_owned();
            let status = if active { "active" } else { "inactive" };
            let set = w.client("owner").with("if-match", &tag).patch(&member, &json!({ "status": status })).await;
            assert_eq!(set.status, 200, "{}", set.text);
            w.work().await;
        }
        let again = open_seats_alerts(&w).await;
        assert_eq!(again.iter().map(|a| &a["id"]).collect::<Vec<_>>(), [&alert[0]["id"]], "{again:?}");

        let (browser, alerts) = (w.browser("owner").await, format!("/msp/{}/alerts", w.partner));
        let page = browser.get(&alerts).await.text;
        let action = format!("/msp/{}/licenses/{customer}/allocate", w.partner);
        assert!(page.contains(&format!("action=\"{action}\"")) && page.contains("Allocate 5") && page.contains("name=\"held\" value=\"60\""), "{page}");
        let seen_by_technician = w.browser("technician").await.get(&alerts).await.text;
        assert!(!seen_by_technician.contains("Allocate 5"), "who may not allocate is not offered it");
        let id = again[0]["id"].as_str().expect("an id");
        let key = page.split(&format!("value=\"{id}-")).nth(1).and_then(|rest| rest.split('"').next()).expect("a key");
        let press = async |key: &str| {
            let fields = [("seats", "5"), ("held", "60"), ("reason", "suggested"), ("from", "alerts"), ("idempotency_key", key)];
            browser.form(&action, &fields).await
        };
        for _ in 0..2 {
            let given = press(&format!("{id}-{key}")).await;
            assert_eq!((given.status, given.header("location")), (303, format!("{alerts}?done=allocated").as_str()), "{}", given.text);
        }
        let late = press("another-person").await;
        assert!(late.status == 422 && late.text.contains("somebody was faster"), "{}", late.text);
        w.work().await;
        let rows = w.get("owner", "licenses/by-tenant").await;
        assert_eq!(row(&rows, customer)["allocated"], 65, "pressed twice, and by somebody else, given once");
        assert_eq!(open_seats_alerts(&w).await.len(), 0, "the cause is gone");
    }
    async fn f2_33_who_comes_and_goes_at_the_limit_is_one_alert_and_one_mail(w: World) {
        w.order_seats(1).await;
        let subscription = format!("/v1/msp/{}/alerts/subscription", w.partner);
        for (who, severity) in [("owner", "info"), ("technician", "critical")] {
            assert_eq!(w.client(who).put(&subscription, &json!({ "severity": severity })).await.status, 200);
        }
        let letters = |name: &str| letters(&w, name);
        let mut seen = Vec::new();
        for (name, came) in [("Full House", 20), ("Nearly", 19)] {
            let customer = filled(&w, name, 20, came).await;
            let first = alert_of(&w, customer).await.expect("one");
            let mails = letters(name);
            w.pass_to(w.now().plus_seconds(60));
            for (from, to) in [("active", "inactive"), ("inactive", "active"), ("active", "inactive")] {
                turn(&w, customer, from, to).await;
                let now = alert_of(&w, customer).await.expect("one");
                let active = if to == "active" { came } else { came - 1 };
                let code = if active == 20 { ("seats-at-limit", "critical") } else { ("seats-near-limit", "info") };
                assert_eq!((&now["id"], &now["opened_at"]), (&first["id"], &first["opened_at"]), "the same: {now}");
                assert_eq!((now["code"].as_str(), now["severity"].as_str(), &now["detail"]["active"]), (Some(code.0), Some(code.1), &json!(active)), "{now}");
            }
            let all = w.get("owner", &format!("alerts?filter[customer]={customer}")).await;
            let seats = all["data"].as_array().expect("rows").iter().filter(|a| a["subject"] == "seats").count();
            assert_eq!((seats, letters(name)), (1, mails), "one ever, and no other mail: {all}");
            seen.push((customer, first["id"].clone(), mails));
        }
        assert_eq!(seen.iter().map(|(.., mails)| *mails).collect::<Vec<_>>(), [2, 1], "the owner of both, the technician of what is critical");

        // The first time that nobody else comes in is told as such, once, by the same alert.
        let (nearly, id, _) = seen[1].clone();
        turn(&w, nearly, "inactive", "active").await;
        join(&w, nearly, 1).await;
        for (from, to) in [("active", "inactive"), ("inactive", "active")] {
            turn(&w, nearly, from, to).await;
        }
        let full = alert_of(&w, nearly).await.expect("one");
        assert_eq!((&full["id"], full["code"].as_str(), letters("Nearly")), (&id, Some("seats-at-limit"), 3));
    }

    async fn f2_33_a_person_who_resolved_it_is_left_in_peace_until_there_was_room(w: World) {
        w.order_seats(1).await;
        assert_eq!(w.client("owner").put(&format!("/v1/msp/{}/alerts/subscription", w.partner), &json!({ "severity": "info" })).await.status, 200);
        let customer = filled(&w, "Peaceful", 20, 20).await;
        let id = alert_of(&w, customer).await.expect("one")["id"].clone();
        let path = format!("/v1/msp/{}/alerts/{}/resolve", w.partner, id.as_str().expect("an id"));
        assert_eq!(w.client("technician").post(&path, &json!({ "reason": "they hire no more" })).await.status, 200);
        w.pass_to(w.now().plus_seconds(60));
        let letters = || letters(&w, "Peaceful");
        for (from, to, code, full) in [("active", "inactive", "seats-near-limit", false), ("inactive", "active", "seats-at-limit", true)] {
            turn(&w, customer, from, to).await;
            assert_eq!(alert_of(&w, customer).await, None, "nobody is told again");
            let kept = w.get("owner", &format!("alerts?filter[status]=resolved&filter[code]={code}")).await;
            assert_eq!((&kept["data"][0]["id"], &kept["data"][0]["resolution"]), (&id, &json!("they hire no more")), "{kept}");
            assert_eq!(w.get("owner", "command-center").await["data"][0]["over_limit"], full, "it is marked as it stands");
        }
        assert_eq!(letters(), 1);
        // Three fewer make room; what comes then is another matter.
        for _ in 0..3 {
            turn(&w, customer, "active", "inactive").await;
        }
        for _ in 0..3 {
            turn(&w, customer, "inactive", "active").await;
        }
        let anew = alert_of(&w, customer).await.expect("one");
        assert!(anew["id"] != id && anew["code"] == "seats-at-limit" && letters() == 3, "near, then full: {anew}");
    }
}
