//! Plans, subscriptions and what expires: through the door, on a clock that no worker has to follow.

use futures_util::future::join_all;
use serde_json::{Value, json};
use store::{CustomerId, Timestamp};

use crate::{
    scenes,
    support::{Answer, World},
};

async fn make(w: &World, body: Value) {
    let answer = w.client("owner").post(&format!("/v1/msp/{}/plans", w.partner), &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

/// A plan of so many months that ends with its term.
pub(super) async fn ending(w: &World, code: &str, months: i64) {
    make(w, json!({ "code": code, "name": code, "term_months": months })).await;
}

async fn held(w: &World, customer: CustomerId) -> Vec<Value> {
    let answer = w.client("owner").get(&format!("/v1/tenants/{customer}/subscriptions")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["data"].as_array().cloned().expect("rows")
}

/// The subscription of a customer's seats.
async fn seats(w: &World, customer: CustomerId) -> Value {
    held(w, customer).await.into_iter().next().expect("every customer has one")
}

async fn act(w: &World, customer: CustomerId, id: &Value, word: &str, body: Value) -> Answer {
    let path = format!("/v1/tenants/{customer}/subscriptions/{}/{word}", id.as_str().expect("an id"));
    w.client("owner").keyed().post(&path, &body).await
}

/// Puts a customer's seats on a plan, now.
pub(super) async fn put_on(w: &World, customer: CustomerId, plan: &str) -> Value {
    let id = seats(w, customer).await["id"].clone();
    let answer = act(w, customer, &id, "plan", json!({ "plan": plan })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

async fn auto_renew(w: &World, customer: CustomerId, months: Option<i64>) -> Answer {
    let id = seats(w, customer).await["id"].clone();
    let path = format!("/v1/tenants/{customer}/subscriptions/{}/auto-renew", id.as_str().expect("an id"));
    w.client("owner").put(&path, &json!({ "months": months })).await
}

fn names(rows: &Value) -> Vec<&str> {
    rows.as_array().expect("rows").iter().filter_map(|r| r["name"].as_str()).collect()
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

async fn open(w: &World, code: &str) -> Vec<Value> {
    let all = w.get("owner", &format!("alerts?filter[status]=open&filter[code]={code}")).await;
    all["data"].as_array().cloned().expect("rows")
}

scenes! {
    async fn f1_18_the_list_holds_what_expires_within_two_calendar_months(w: World) {
        for (code, months) in [("one", 1), ("two", 2), ("three", 3)] {
            ending(&w, code, months).await;
        }
        let [soon, later, far, renews] = [w.customer("Soon", 0).await, w.customer("Later", 0).await, w.customer("Far", 0).await, w.customer("Renews", 0).await];
        put_on(&w, soon, "one").await;
        let two = put_on(&w, later, "two").await;
        put_on(&w, far, "three").await;
        let path = format!("/v1/msp/{}/expiring", w.partner);
        let list = w.client("owner").get(&path).await.json;
        assert_eq!(names(&list["data"]), ["Soon", "Later"], "the next first: {list}");
        assert_eq!(list["expired"], json!([]));
        let page = w.browser("owner").await.get(&format!("/msp/{}/expiring", w.partner)).await;
        assert!(page.text.contains("21-12-2026") && page.text.contains("21-01-2027") && page.text.contains("soon.example"), "{}", page.text);
        let file = w.client("owner").get(&format!("{path}/export")).await;
        assert!(file.text.contains("Later,21-01-2027,later.example,two,"), "{}", file.text);
        assert!(!file.text.contains("Renews") && !file.text.contains("Far"), "{}", file.text);

        let renewed = act(&w, later, &two["id"], "renew", json!({})).await;
        assert_eq!((renewed.status, renewed.json["ends_at"].as_str()), (200, Some("2027-03-21T09:00:00Z")), "{}", renewed.text);
        assert_eq!(names(&w.client("owner").get(&path).await.json["data"]), ["Soon"], "renewal removes it at once");
        w.pass_to(instant("2026-12-21T09:00:00Z"));
        let list = w.client("owner").get(&path).await.json;
        assert_eq!((names(&list["data"]), names(&list["expired"])), (vec!["Far"], vec!["Soon"]), "what has ended stands apart: {list}");
        assert_eq!(seats(&w, renews).await["goes_on"], true);
    }

    async fn f1_18_the_31st_of_december_looks_to_the_end_of_february(w: World) {
        ending(&w, "two", 2).await;
        ending(&w, "three", 3).await;
        let (end, march) = (w.customer("End", 0).await, w.customer("March", 0).await);
        w.pass_to(instant("2026-12-01T12:00:00Z"));
        assert_eq!(put_on(&w, march, "three").await["ends_at"], "2027-03-01T12:00:00Z");
        w.pass_to(instant("2026-12-31T23:00:00Z"));
        assert_eq!(put_on(&w, end, "two").await["ends_at"], "2027-02-28T23:00:00Z", "clamped to the month");
        let list = w.client("owner").get(&format!("/v1/msp/{}/expiring", w.partner)).await.json;
        assert_eq!(names(&list["data"]), ["End"], "28 February is in, 1 March out");
        w.pass_to(instant("2027-01-01T00:00:00Z"));
        let list = w.get("owner", "expiring").await;
        assert_eq!(names(&list["data"]), ["End", "March"]);
    }

    async fn f1_18_how_far_the_list_looks_ahead_is_a_setting(w: World) {
        for (name, plan, months) in [("Soon", "one", 1), ("Later", "two", 2), ("Far", "three", 3)] {
            ending(&w, plan, months).await;
            let customer = w.customer(name, 0).await;
            put_on(&w, customer, plan).await;
        }
        let (owner, browser) = (w.client("owner"), w.browser("owner").await);
        let settings = format!("/v1/msp/{}/settings", w.partner);
        let set = async |months: i64| {
            let tag = owner.get(&settings).await.header("etag").to_owned();
            owner.with("if-match", &tag).patch(&settings, &json!({ "expiring_months": months })).await
        };
        assert_eq!(w.get("owner", "expiring").await["months"], 2, "unless somebody says otherwise");
        for (months, said, listed) in [(1, "one month", vec!["Soon"]), (3, "3 months", vec!["Soon", "Later", "Far"]), (2, "2 months", vec!["Soon", "Later"])] {
            let now = set(months).await;
            assert_eq!((now.status, &now.json["expiring_months"]), (200, &json!(months)), "{}", now.text);
            let list = w.get("owner", "expiring").await;
            assert_eq!((&list["months"], &names(&list["data"])), (&json!(months), &listed), "{list}");
            let file = owner.get(&format!("/v1/msp/{}/expiring/export", w.partner)).await.text;
            assert!(["Soon", "Later", "Far"].iter().all(|name| file.contains(name) == listed.contains(name)), "{months}: {file}");
            let page = browser.get(&format!("/msp/{}/expiring", w.partner)).await;
            assert!(page.text.contains(&format!("end within {said} from today")), "{}", page.text);
        }
        for beyond in [0, 13] {
            let no = set(beyond).await;
            assert_eq!((no.status, no.json["errors"][0]["pointer"].as_str()), (422, Some("/expiring_months")), "{}", no.text);
            let form = browser.form(&format!("/msp/{}/settings", w.partner), &[("expiring_months", &beyond.to_string())]).await;
            assert!(form.status == 422 && form.text.contains("A whole number from 1 to 12."), "{}", form.text);
        }
        let trail = w.get("owner", "audit?filter[command]=hierarchy.settings.edit").await;
        let effect = trail["data"][0]["effects"].as_array().into_iter().flatten().find(|e| e["field"] == "expiring_months");
        assert!(effect.is_some_and(|e| e["before"] == 3 && e["after"] == 2), "{trail}");
    }

    async fn f1_18_the_days_are_those_of_the_partners_zone(w: World) {
        let there = w.partner_in("Kiwi MSP", "Pacific/Auckland").await;
        let owner = w.hire("kiwi", there, "owner").await;
        let made = owner.keyed().post(&format!("/v1/msp/{there}/customers"), &json!({ "name": "Southern", "max_mau": 10 })).await;
        assert_eq!(made.status, 202, "{}", made.text);
        let tenant = made.json["tenant_id"].as_str().expect("an id").to_owned();
        let plan = json!({ "code": "two", "name": "Two", "term_months": 2 });
        assert_eq!(owner.post(&format!("/v1/msp/{there}/plans"), &plan).await.status, 201);
        // 31 December there begins while it is the 30th in UTC.
        w.pass_to(instant("2026-12-30T12:00:00Z"));
        let first = owner.get(&format!("/v1/tenants/{tenant}/subscriptions")).await.json["data"][0]["id"].clone();
        let path = format!("/v1/tenants/{tenant}/subscriptions/{}/plan", first.as_str().expect("an id"));
        let changed = owner.keyed().post(&path, &json!({ "plan": "two" })).await;
        // 01:00 on 28 February there, clamped from the 31st.
        assert_eq!(changed.json["ends_at"], "2027-02-27T12:00:00Z", "{}", changed.text);
        let file = owner.get(&format!("/v1/msp/{there}/expiring/export")).await;
        assert!(file.text.contains("Southern,28-02-2027,"), "{}", file.text);
    }

    async fn f4_06_customers_are_counted_by_the_status_of_their_licences(w: World) {
        ending(&w, "one", 1).await;
        make(&w, json!({ "code": "course", "name": "Course", "product": "training", "term_months": 1 })).await;
        let (fine, twice, soon) = (w.customer("Fine", 0).await, w.customer("Twice", 0).await, w.customer("Nearly", 0).await);
        put_on(&w, twice, "one").await;
        let more = w.client("owner").keyed().post(&format!("/v1/tenants/{twice}/subscriptions"), &json!({ "plan": "course" })).await;
        assert_eq!(more.status, 201, "{}", more.text);
        w.pass_to(instant("2026-12-22T09:00:00Z"));
        put_on(&w, soon, "one").await;
        w.pass_to(instant("2026-12-24T09:00:00Z"));
        let counted = w.client("owner").get(&format!("/v1/msp/{}/license-status", w.partner)).await.json;
        let of = |status: &str| counted["data"].as_array().into_iter().flatten().find(|c| c["status"] == status).map(|c| c["customers"].clone());
        assert_eq!(of("expired"), Some(json!(1)), "a customer with two expired licences counts once: {counted}");
        assert_eq!((of("normal"), of("expiring_soon"), of("exceeded")), (Some(json!(1)), Some(json!(1)), Some(json!(0))), "{counted}");
        // The number of a status is that of the lines behind it: by API, and on the page, which has a line a customer.
        for count in counted["data"].as_array().expect("rows") {
            let behind = w.get("owner", &format!("license-status/customers?filter[status]={}", count["status"].as_str().expect("a word"))).await;
            let lines = json!(names(&behind["data"]).len());
            assert_eq!((&behind["page"]["total"], &lines), (&count["customers"], &count["customers"]), "{behind}");
        }
        let behind = w.get("owner", "license-status/customers?filter[status]=expired").await;
        let licences = |of: &Value| names(&of["licenses"]).len();
        assert_eq!((names(&behind["data"]), licences(&behind["data"][0])), (vec!["Twice"], 2), "{behind}");
        let page = w.browser("owner").await.get(&format!("/msp/{}/subscriptions?status=expired", w.partner)).await;
        assert_eq!(page.text.matches(&format!("/customers/{twice}/subscriptions")).count(), 1, "{}", page.text);
        assert!(page.text.contains("Course") && !page.text.contains(&fine.to_string()), "{}", page.text);
        let licensed = w.get("owner", "subscriptions?filter[status]=expired").await;
        assert_eq!((licensed["page"]["total"].as_i64(), names(&licensed["data"])), (Some(2), vec!["Twice", "Twice"]), "licence by licence");
        for list in ["subscriptions", "license-status/customers"] {
            let wrong = w.client("owner").get(&format!("/v1/msp/{}/{list}?filter[status]=lost", w.partner)).await;
            assert_eq!((wrong.status, wrong.code()), (400, "invalid-parameter"), "{list}");
        }
        // Page by page it is the same list.
        for (list, all) in [("subscriptions", vec!["Fine", "Nearly", "Twice", "Twice"]), ("license-status/customers", vec!["Fine", "Nearly", "Twice"])] {
            let first = w.get("owner", &format!("{list}?page[size]=2")).await;
            let next = first["page"]["next"].as_str().expect("there is more");
            let second = w.get("owner", &format!("{list}?page[size]=2&page[after]={next}")).await;
            assert_eq!([names(&first["data"]), names(&second["data"])].concat(), all);
        }
        w.assign("technician", &[fine]).await;
        let seen = w.client("technician").get(&format!("/v1/msp/{}/subscriptions", w.partner)).await.json;
        assert_eq!(names(&seen["data"]), ["Fine"], "whoever sees some customers counts those");
    }

    async fn f4_06_members_exceed_the_licence_of_the_seats_alone(w: World) {
        make(&w, json!({ "code": "soft", "name": "Softly", "term_months": 12, "usage_policy": { "kind": "soft_overage" } })).await;
        make(&w, json!({ "code": "course", "name": "Courseware", "product": "training", "term_months": 12 })).await;
        w.order_seats(1).await;
        let customer = w.customer("Crowded", 2).await;
        put_on(&w, customer, "soft").await;
        let owner = w.client("owner").keyed();
        let more = owner.post(&format!("/v1/tenants/{customer}/subscriptions"), &json!({ "plan": "course" })).await;
        assert_eq!((more.status, &more.json["exceeded"]), (201, &json!(false)), "{}", more.text);
        for n in 0..4 {
            let body = json!({ "email": format!("p{n}@people.example"), "name": format!("P {n}"), "status": "active" });
            let joined = owner.post(&format!("/v1/tenants/{customer}/members"), &body).await;
            assert_eq!(joined.status, 201, "{}", joined.text);
        }
        w.work().await;
        let exceeded: Vec<Value> = held(&w, customer).await.iter().map(|s| s["exceeded"].clone()).collect();
        assert_eq!(exceeded, [true, false], "that of the seats comes first");
        let behind = w.get("owner", "license-status/customers?filter[status]=exceeded").await;
        assert_eq!((names(&behind["data"]), names(&behind["data"][0]["licenses"]).len()), (vec!["Crowded"], 1), "{behind}");
        assert_eq!(behind["data"][0]["licenses"][0]["plan"]["product"], "seats");
        let page = w.browser("owner").await.get(&format!("/msp/{}/subscriptions?status=exceeded", w.partner)).await;
        assert!(page.text.contains("Softly") && !page.text.contains("Courseware"), "{}", page.text);
    }

    async fn f4_17_a_suspended_customer_is_expired_at_once_and_gets_its_own_end_back(w: World) {
        ending(&w, "two", 2).await;
        let customer = w.customer("Paused", 0).await;
        put_on(&w, customer, "two").await;
        let before = seats(&w, customer).await;
        let turn = async |word: &str| {
            let answer = w.client("owner").post(&format!("/v1/msp/{}/customers/{customer}/{word}", w.partner), &json!({})).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        };
        turn("suspend").await;
        assert_eq!(seats(&w, customer).await["status"], "suspended");
        let list = w.client("owner").get(&format!("/v1/msp/{}/expiring", w.partner)).await.json;
        assert_eq!((names(&list["data"]), names(&list["expired"])), (vec![], vec!["Paused"]), "{list}");
        let counted = w.get("owner", "license-status").await;
        assert_eq!(counted["data"][3], json!({ "status": "expired", "customers": 1 }), "{counted}");
        w.pass_days(10);
        turn("resume").await;
        let after = seats(&w, customer).await;
        assert_eq!((&after["ends_at"], &after["starts_at"], &after["status"]), (&before["ends_at"], &before["starts_at"], &before["status"]));
    }

    async fn f4_17_what_came_near_its_end_while_suspended_is_told_when_that_ends(w: World) {
        make(&w, json!({ "code": "told", "name": "Told", "term_months": 1, "notice_days": 14 })).await;
        let customer = w.customer("Away", 0).await;
        put_on(&w, customer, "told").await;
        // In good health: nothing else about it is news.
        let healthy = w.client("owner").keyed().post(&format!("/v1/tenants/{customer}/mail-checks"), &json!({ "ok": true })).await;
        assert!(healthy.status < 300, "{}", healthy.text);
        let turn = async |word: &str| {
            let answer = w.client("owner").post(&format!("/v1/msp/{}/customers/{customer}/{word}", w.partner), &json!({})).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        };
        w.pass_to(instant("2026-12-07T12:00:00Z"));
        assert_eq!(open(&w, "license-expiring").await.len(), 1);
        turn("suspend").await;
        assert_eq!(open(&w, "license-expiring").await.len(), 0, "nothing is told of a suspended customer");
        w.pass_to(instant("2026-12-15T12:00:00Z"));
        assert_eq!(open(&w, "license-expiring").await.len(), 0);
        turn("resume").await;
        let told = open(&w, "license-expiring").await;
        assert_eq!((told.len(), &told[0]["detail"]["days"]), (1, &json!(7)), "{told:?}");
    }

    async fn f4_18_a_sold_plan_never_changes_under_a_customer(w: World) {
        make(&w, json!({ "code": "gold", "name": "Gold", "term_months": 12, "renew_months": 12, "price_minor": 180_000 })).await;
        let customer = w.customer("Loyal", 0).await;
        let sold = put_on(&w, customer, "gold").await;
        assert_eq!((&sold["plan"]["version"], &sold["ends_at"]), (&json!(1), &json!("2027-11-21T09:00:00Z")));
        let path = format!("/v1/msp/{}/plans/gold", w.partner);
        let tag = w.client("owner").get(&path).await.header("etag").to_owned();
        let change = json!({ "name": "Gold 2", "term_months": 6, "renew_months": null, "grace_days": 14 });
        let changed = w.client("owner").with("if-match", &tag).patch(&path, &change).await;
        assert_eq!((changed.status, &changed.json["version"]), (200, &json!(2)), "{}", changed.text);
        let late = w.client("owner").with("if-match", &tag).patch(&path, &json!({ "units": 5 })).await;
        assert_eq!((late.status, late.code()), (412, "version-stale"));
        assert_eq!(seats(&w, customer).await["plan"], sold["plan"]);
        // Its next term, which nobody booked, is one of what it was sold.
        w.pass_to(instant("2028-01-01T00:00:00Z"));
        let now = seats(&w, customer).await;
        assert_eq!((&now["plan"]["version"], &now["starts_at"], &now["ends_at"]), (&json!(1), &json!("2027-11-21T09:00:00Z"), &json!("2028-11-21T09:00:00Z")));
        w.work().await;
        let booked = seats(&w, customer).await;
        assert_eq!((&booked["starts_at"], &booked["ends_at"], &booked["plan"]), (&now["starts_at"], &now["ends_at"], &now["plan"]));
        // Put on it anew, it gets the newest version.
        let again = put_on(&w, customer, "gold").await;
        assert_eq!((&again["plan"]["version"], &again["ends_at"]), (&json!(2), &json!("2028-07-01T00:00:00Z")));
        assert_eq!((&again["goes_on"], &again["grace_ends_at"]), (&json!(false), &json!("2028-07-15T00:00:00Z")));
        let versions = w.client("owner").get(&path).await.json;
        assert_eq!(versions["versions"].as_array().map(Vec::len), Some(2), "{versions}");
    }

    async fn f4_18_the_end_of_sale_blocks_new_assignments_and_the_end_of_life_new_terms(w: World) {
        make(&w, json!({ "code": "old", "name": "Old", "term_months": 1, "renew_months": 1 })).await;
        let (keeper, late) = (w.customer("Keeper", 0).await, w.customer("Latecomer", 0).await);
        put_on(&w, keeper, "old").await;
        let end = format!("/v1/msp/{}/plans/old/end", w.partner);
        let early = json!({ "end_of_sale_at": "2027-02-01T00:00:00Z", "end_of_life_at": "2027-01-01T00:00:00Z" });
        let no = w.client("owner").post(&end, &early).await;
        assert_eq!((no.status, no.code()), (422, "life-before-sale"), "{}", no.text);
        let ends = json!({ "end_of_sale_at": "2026-11-21T09:00:00Z", "end_of_life_at": "2027-02-01T00:00:00Z" });
        assert_eq!(w.client("owner").post(&end, &ends).await.status, 200);
        let later = json!({ "end_of_sale_at": "2027-03-01T00:00:00Z", "end_of_life_at": "2027-02-01T00:00:00Z" });
        let no = w.client("owner").post(&end, &later).await;
        assert_eq!((no.status, no.code()), (422, "life-before-sale"), "nor is its sale moved behind a life that stays: {}", no.text);
        let id = seats(&w, late).await["id"].clone();
        let refused = act(&w, late, &id, "plan", json!({ "plan": "old" })).await;
        assert_eq!((refused.status, refused.code()), (409, "sale-ended"), "{}", refused.text);
        w.pass_to(instant("2027-01-22T00:00:00Z"));
        let kept = seats(&w, keeper).await;
        assert_eq!((&kept["starts_at"], &kept["ends_at"], &kept["goes_on"]), (&json!("2027-01-21T09:00:00Z"), &json!("2027-02-21T09:00:00Z"), &json!(false)), "it renewed until its life ended");
        let renew = act(&w, keeper, &kept["id"], "renew", json!({})).await;
        assert_eq!((renew.status, renew.code()), (409, "life-ended"), "{}", renew.text);
        w.pass_to(instant("2027-02-21T09:00:00Z"));
        assert_eq!(seats(&w, keeper).await["status"], "expired");
        // A life that is prolonged brings nothing back by itself; whoever renews may.
        assert_eq!(w.client("owner").post(&end, &json!({})).await.status, 200);
        w.pass_days(40);
        let lapsed = seats(&w, keeper).await;
        assert_eq!((&lapsed["status"], &lapsed["ends_at"]), (&json!("expired"), &json!("2027-02-21T09:00:00Z")), "{lapsed}");
        let renew = act(&w, keeper, &kept["id"], "renew", json!({})).await;
        assert_eq!((renew.status, &renew.json["starts_at"], &renew.json["goes_on"]), (200, &json!("2027-04-02T09:00:00Z"), &json!(true)), "{}", renew.text);
        let standard = w.client("owner").post(&format!("/v1/msp/{}/plans/standard/end", w.partner), &ends).await;
        assert_eq!((standard.status, standard.code()), (409, "default-plan"));
    }

    async fn f4_18_no_term_begins_after_the_end_of_life_in_grace_either(w: World) {
        make(&w, json!({ "code": "long", "name": "Long grace", "term_months": 1, "grace_days": 90 })).await;
        let (late, soon) = (w.customer("Late", 0).await, w.customer("Soon", 0).await);
        let late_id = put_on(&w, late, "long").await["id"].clone();
        let soon_id = put_on(&w, soon, "long").await["id"].clone();
        let end = json!({ "end_of_life_at": "2027-01-10T00:00:00Z" });
        assert_eq!(w.client("owner").post(&format!("/v1/msp/{}/plans/long/end", w.partner), &end).await.status, 200);
        // The plan still lives, and the term that follows the one that is over reaches beyond today.
        w.pass_to(instant("2027-01-05T00:00:00Z"));
        let on = act(&w, soon, &soon_id, "renew", json!({})).await;
        assert_eq!((on.status, &on.json["ends_at"]), (200, &json!("2027-01-21T09:00:00Z")), "{}", on.text);
        // A whole term after the end, still in grace: it would begin today, when the plan lives no more.
        w.pass_to(instant("2027-02-01T00:00:00Z"));
        assert_eq!(seats(&w, late).await["status"], "grace");
        let no = act(&w, late, &late_id, "renew", json!({})).await;
        assert_eq!((no.status, no.code()), (409, "life-ended"), "{}", no.text);
    }

    async fn f4_18_a_removed_customer_is_renewed_no_more_until_it_comes_back(w: World) {
        make(&w, json!({ "code": "monthly", "name": "Monthly", "term_months": 1, "renew_months": 1 })).await;
        let customer = w.customer("Leaving", 0).await;
        put_on(&w, customer, "monthly").await;
        w.pass_days(20);
        let here = format!("/v1/msp/{}/customers/{customer}", w.partner);
        let tag = w.client("owner").get(&here).await.header("etag").to_owned();
        let gone = w.client("owner").keyed().with("if-match", &tag).delete(&here).await;
        assert!((200..300).contains(&gone.status), "{}", gone.text);
        w.work().await;
        let booked = || w.prints().remove("subscription_event").map(|print| print.rows);
        let before = booked();
        // Its term ends while it is removed, and whoever looks at the alerts has booked what is due.
        w.pass_days(15);
        w.work().await;
        assert_eq!(open(&w, "license-expired").await.len(), 0);
        let list = w.client("owner").get(&format!("/v1/msp/{}/subscriptions", w.partner)).await.json;
        assert_eq!((&list["page"]["total"], booked()), (&json!(0), before), "{list}");
        let back = w.client("owner").post(&format!("/v1/msp/{}/removed/{customer}/restore", w.partner), &json!({})).await;
        assert!((200..300).contains(&back.status), "{}", back.text);
        w.work().await;
        assert_eq!(open(&w, "license-expired").await.len(), 0);
        assert_eq!(seats(&w, customer).await["starts_at"], "2026-12-21T09:00:00Z", "its terms went on by the clock");
        assert_eq!(booked(), before.map(|n| n + 1), "and the one that began is booked");
    }

    async fn f4_18_the_end_of_life_holds_for_a_customer_that_was_removed_meanwhile(w: World) {
        make(&w, json!({ "code": "old", "name": "Old", "term_months": 1, "renew_months": 1 })).await;
        let customer = w.customer("Returning", 0).await;
        put_on(&w, customer, "old").await;
        w.pass_days(20);
        let here = format!("/v1/msp/{}/customers/{customer}", w.partner);
        let tag = w.client("owner").get(&here).await.header("etag").to_owned();
        let gone = w.client("owner").keyed().with("if-match", &tag).delete(&here).await;
        assert!((200..300).contains(&gone.status), "{}", gone.text);
        w.work().await;
        // The term of 21 December begins while it is removed, and nobody has booked that.
        w.pass_to(instant("2026-12-26T09:00:00Z"));
        let end = json!({ "end_of_life_at": "2027-01-05T00:00:00Z" });
        assert_eq!(w.client("owner").post(&format!("/v1/msp/{}/plans/old/end", w.partner), &end).await.status, 200);
        let back = w.client("owner").post(&format!("/v1/msp/{}/removed/{customer}/restore", w.partner), &json!({})).await;
        assert!((200..300).contains(&back.status), "{}", back.text);
        w.pass_to(instant("2027-01-21T09:00:00Z"));
        let last = seats(&w, customer).await;
        assert_eq!((&last["starts_at"], &last["status"]), (&json!("2026-12-21T09:00:00Z"), &json!("expired")), "{last}");
    }

    async fn f4_18_what_is_pressed_on_an_old_page_renews_nothing_twice(w: World) {
        let acme = w.customer("Acme", 0).await;
        let seen = seats(&w, acme).await;
        let (id, version) = (seen["id"].as_str().expect("an id").to_owned(), seen["version"].as_i64().expect("a version"));
        let path = format!("/msp/{}/customers/{acme}/subscriptions", w.partner);
        let page = w.browser("owner").await.get(&path).await;
        assert!(page.text.contains(&format!("name=\"version\" value=\"{version}\"")), "{}", page.text);

        let (ann, bob) = (w.browser("owner").await, w.browser("owner").await);
        let said = [("with", "term"), ("version", &version.to_string())];
        assert_eq!(ann.form(&format!("{path}/{id}/renew"), &said).await.status, 303);
        let renewed = seats(&w, acme).await;
        let late = bob.form(&format!("{path}/{id}/renew"), &said).await;
        assert_eq!(late.status, 422, "{}", late.text);
        for (word, body) in [("renew", json!({ "version": version })), ("plan", json!({ "plan": "standard", "version": version }))] {
            let late = act(&w, acme, &seen["id"], word, body).await;
            assert_eq!((late.status, late.code()), (412, "version-stale"), "{}", late.text);
        }
        let late = w.client("owner").put(&format!("/v1/tenants/{acme}/subscriptions/{id}/auto-renew"), &json!({ "months": 1, "version": version })).await;
        assert_eq!(late.status, 412, "{}", late.text);
        assert_eq!(seats(&w, acme).await["ends_at"], renewed["ends_at"], "renewed once");
    }

    async fn f4_18_two_servers_book_a_term_once(w: World) {
        make(&w, json!({ "code": "monthly", "name": "Monthly", "term_months": 1, "renew_months": 1 })).await;
        let mut all = Vec::new();
        for n in 0..6 {
            let customer = w.customer(&format!("Monthly {n}"), 0).await;
            put_on(&w, customer, "monthly").await;
            all.push(customer);
        }
        w.pass_to(instant("2026-12-21T09:00:00Z"));
        let owner = w.client("owner");
        let (elsewhere, path) = (owner.at(&w.second()), format!("/v1/msp/{}/alerts", w.partner));
        let both = [&owner, &elsewhere];
        let read = join_all((0..8).map(|n| both[n % 2].get(&path))).await;
        assert!(read.iter().all(|answer| answer.status == 200), "{}", read[0].text);
        let browser = w.browser("owner").await;
        for customer in all {
            let page = browser.get(&format!("/msp/{}/customers/{customer}/subscriptions", w.partner)).await;
            assert_eq!(page.text.matches("Renewed on").count(), 1, "{}", page.text);
        }
    }

    async fn f4_17_no_server_passes_by_the_end_that_another_gives_a_plan(w: World) {
        let mut all = Vec::new();
        for n in 0..4 {
            let customer = w.customer(&format!("Racing {n}"), 0).await;
            all.push((customer, seats(&w, customer).await["id"].as_str().expect("an id").to_owned()));
        }
        let owner = w.client("owner").keyed();
        let elsewhere = owner.at(&w.second());
        let both = [&elsewhere, &owner];
        for round in 0..8 {
            let code = format!("race-{round}");
            make(&w, json!({ "code": code, "name": code, "term_months": 1, "renew_months": 1 })).await;
            let plan = format!("/v1/msp/{}/plans/{code}", w.partner);
            let life = w.now().plus_days(5);
            let ends = (format!("{plan}/end"), json!({ "end_of_sale_at": w.now(), "end_of_life_at": life }));
            let editor = elsewhere.with("if-match", owner.get(&plan).await.header("etag"));
            let (name, put) = (json!({ "name": "Renamed" }), json!({ "plan": code }));
            let paths: Vec<String> = all.iter().map(|(customer, id)| format!("/v1/tenants/{customer}/subscriptions/{id}/plan")).collect();
            let changes = join_all(paths.iter().enumerate().map(|(n, path)| both[n % 2].post(path, &put)));
            let (changed, edited, ended) = tokio::join!(changes, editor.patch(&plan, &name), owner.post(&ends.0, &ends.1));
            assert_eq!((edited.status, ended.status), (200, 200), "{} {}", edited.text, ended.text);
            let newest = owner.get(&plan).await.json;
            assert_eq!((&newest["name"], &newest["end_of_life_at"]), (&json!("Renamed"), &json!(life)), "round {round}: {newest}");
            for ((customer, _), answer) in all.iter().zip(&changed) {
                let now = seats(&w, *customer).await;
                let sold = now["plan"]["code"] == code;
                assert_eq!((answer.status, answer.code()), if sold { (200, "") } else { (409, "sale-ended") }, "round {round}: {}", answer.text);
                assert!(!sold || now["goes_on"] == false, "round {round}: sold before the end, it ends with the plan: {now}");
            }
        }
    }

    async fn f4_18_a_plan_changes_at_once_or_when_the_term_ends(w: World) {
        ending(&w, "down", 1).await;
        let customer = w.customer("Changing", 0).await;
        let id = seats(&w, customer).await["id"].clone();
        let planned = act(&w, customer, &id, "plan", json!({ "plan": "down", "at_term_end": true })).await;
        assert_eq!((planned.status, &planned.json["plan"]["code"], &planned.json["next_plan"]["code"]), (200, &json!("standard"), &json!("down")), "{}", planned.text);
        let renew = act(&w, customer, &id, "renew", json!({})).await;
        assert_eq!((renew.status, renew.code()), (409, "change-planned"));
        w.pass_to(instant("2027-11-21T09:00:00Z"));
        let now = seats(&w, customer).await;
        assert_eq!((&now["plan"]["code"], &now["ends_at"], &now["status"]), (&json!("down"), &json!("2027-12-21T09:00:00Z"), &json!("expiring_soon")));
        let up = act(&w, customer, &id, "plan", json!({ "plan": "standard", "at_term_end": false })).await;
        assert_eq!((&up.json["ends_at"], &up.json["goes_on"]), (&json!("2028-11-21T09:00:00Z"), &json!(true)), "{}", up.text);
        // A planned change is taken back by whoever decides what follows.
        assert_eq!(act(&w, customer, &id, "plan", json!({ "plan": "down", "at_term_end": true })).await.status, 200);
        let back = auto_renew(&w, customer, Some(3)).await;
        assert_eq!((&back.json["next_plan"], &back.json["renew_months"]), (&Value::Null, &json!(3)), "{}", back.text);
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers/{customer}/subscriptions", w.partner)).await;
        assert!(page.text.contains("Renews for 3 months"), "{}", page.text);
    }

    async fn f4_18_a_trial_is_not_changed_by_hand(w: World) {
        let body = json!({ "name": "Trying", "max_mau": 10, "kind": "trial" });
        let made = w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &body).await;
        assert_eq!(made.status, 202, "{}", made.text);
        let customer: CustomerId = made.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
        let trial = seats(&w, customer).await;
        assert_eq!((&trial["plan"]["kind"], &trial["ends_at"]), (&json!("trial"), &json!("2026-12-21T09:00:00Z")));
        let answer = act(&w, customer, &trial["id"], "plan", json!({ "plan": "standard" })).await;
        assert_eq!((answer.status, answer.code()), (409, "trial-plan"), "{}", answer.text);
        let plan = format!("/v1/msp/{}/plans/trial", w.partner);
        let tag = w.client("owner").get(&plan).await.header("etag").to_owned();
        let answer = w.client("owner").with("if-match", &tag).patch(&plan, &json!({ "units": 2 })).await;
        assert_eq!((answer.status, answer.code()), (409, "trial-plan"), "{}", answer.text);
    }

    async fn f4_18_a_subscription_ends_with_another_one(w: World) {
        make(&w, json!({ "code": "course", "name": "Course", "product": "training", "term_months": 1 })).await;
        let customer = w.customer("Aligned", 0).await;
        let path = format!("/v1/tenants/{customer}/subscriptions");
        w.pass_days(40);
        let course = w.client("owner").keyed().post(&path, &json!({ "plan": "course" })).await;
        assert_eq!(course.status, 201, "{}", course.text);
        let twice = w.client("owner").keyed().post(&path, &json!({ "plan": "course" })).await;
        assert_eq!((twice.status, twice.code()), (409, "already-subscribed"));
        let main = seats(&w, customer).await;
        let sooner = act(&w, customer, &main["id"], "renew", json!({ "with": course.json["id"] })).await;
        assert_eq!((sooner.status, sooner.code()), (409, "ends-sooner"), "{}", sooner.text);
        let aligned = act(&w, customer, &course.json["id"], "renew", json!({ "with": main["id"] })).await;
        assert_eq!((aligned.status, &aligned.json["ends_at"]), (200, &main["ends_at"]), "{}", aligned.text);
        let other = act(&w, customer, &main["id"], "plan", json!({ "plan": "course" })).await;
        assert_eq!((other.status, other.code()), (409, "other-product"), "{}", other.text);
    }

    async fn f4_18_a_renewal_that_is_sent_twice_renews_once(w: World) {
        let customer = w.customer("Once", 0).await;
        let id = seats(&w, customer).await["id"].clone();
        let path = format!("/v1/tenants/{customer}/subscriptions/{}/renew", id.as_str().expect("an id"));
        let none = w.client("owner").post(&path, &json!({})).await;
        assert_eq!((none.status, none.code()), (400, "idempotency-key-required"));
        let owner = w.client("owner").with("idempotency-key", "renew-once");
        for _ in 0..2 {
            let answer = owner.post(&path, &json!({})).await;
            assert_eq!((answer.status, &answer.json["ends_at"]), (200, &json!("2028-11-21T09:00:00Z")), "{}", answer.text);
        }
        let denied = w.client("technician").keyed().post(&path, &json!({})).await;
        assert_eq!(denied.status, 403, "{}", denied.text);
        let stranger = w.client("other_owner").keyed().post(&path, &json!({})).await;
        assert_eq!(stranger.status, 404, "{}", stranger.text);
        // Nine more reach beyond ten years.
        for n in 0..9 {
            let answer = act(&w, customer, &id, "renew", json!({})).await;
            assert_eq!(answer.status, if n < 8 { 200 } else { 409 }, "{n}: {}", answer.text);
        }
    }

    async fn f4_18_what_ends_is_told_at_each_stage_of_notice(w: World) {
        make(&w, json!({ "code": "told", "name": "Told", "term_months": 2, "notice_days": 14, "grace_days": 5 })).await;
        let customer = w.customer("Warned", 0).await;
        let id = put_on(&w, customer, "told").await["id"].clone();
        w.pass_to(instant("2027-01-06T23:59:59Z"));
        assert_eq!(open(&w, "license-expiring").await.len(), 0);
        w.pass_to(instant("2027-01-07T00:00:00Z"));
        let first = open(&w, "license-expiring").await;
        assert_eq!((first.len(), &first[0]["detail"]["days"], &first[0]["detail"]["day"]), (1, &json!(14), &json!("2027-01-21")), "no worker ran: {first:?}");
        let resolve = format!("/v1/msp/{}/alerts/{}/resolve", w.partner, first[0]["id"].as_str().expect("an id"));
        assert_eq!(w.client("owner").post(&resolve, &json!({ "reason": "asked them" })).await.status, 200);
        w.pass_to(instant("2027-01-13T23:00:00Z"));
        assert_eq!(open(&w, "license-expiring").await.len(), 0, "it stays away until there is news");
        w.pass_to(instant("2027-01-14T00:00:00Z"));
        let second = open(&w, "license-expiring").await;
        assert_eq!((second.len(), &second[0]["detail"]["days"]), (1, &json!(7)));
        w.pass_to(instant("2027-01-20T00:00:00Z"));
        let third = open(&w, "license-expiring").await;
        assert_eq!((third.len(), &third[0]["detail"]["days"]), (1, &json!(1)));
        assert_ne!(third[0]["id"], second[0]["id"], "each stage is an alert of its own");
        w.pass_to(instant("2027-01-21T09:00:00Z"));
        let over = open(&w, "license-expired").await;
        assert_eq!((open(&w, "license-expiring").await.len(), over.len(), &over[0]["detail"]["in_grace"]), (0, 1, &json!(true)), "{over:?}");
        let page = w.browser("owner").await.get(&format!("/msp/{}/alerts", w.partner)).await;
        assert!(page.text.contains("is in its days of grace"), "{}", page.text);
        w.pass_to(instant("2027-01-26T09:00:00Z"));
        assert_eq!(open(&w, "license-expired").await[0]["detail"]["in_grace"], false);
        assert_eq!(act(&w, customer, &id, "renew", json!({})).await.status, 200);
        assert_eq!(open(&w, "license-expired").await.len(), 0, "renewed, it closes by itself");
    }

    async fn f4_18_a_product_that_lapsed_hides_no_other_end(w: World) {
        make(&w, json!({ "code": "course", "name": "Course", "product": "training", "term_months": 1 })).await;
        make(&w, json!({ "code": "told", "name": "Told", "term_months": 4, "notice_days": 14 })).await;
        let customer = w.customer("Both", 0).await;
        put_on(&w, customer, "told").await;
        let more = w.client("owner").keyed().post(&format!("/v1/tenants/{customer}/subscriptions"), &json!({ "plan": "course" })).await;
        assert_eq!(more.status, 201, "{}", more.text);
        w.pass_to(instant("2026-12-22T09:00:00Z"));
        let lapsed = open(&w, "license-expired").await;
        assert_eq!((lapsed.len(), &lapsed[0]["detail"]["plan"]), (1, &json!("Course")), "{lapsed:?}");
        w.pass_to(instant("2027-03-07T00:00:00Z"));
        let near = open(&w, "license-expiring").await;
        assert_eq!((near.len(), &near[0]["detail"]["plan"], &near[0]["detail"]["days"]), (1, &json!("Told"), &json!(14)), "{near:?}");
        assert_eq!(open(&w, "license-expired").await.len(), 1, "that the course is over is still said");
        w.pass_to(instant("2027-03-21T09:00:00Z"));
        let over = open(&w, "license-expired").await;
        assert_eq!((over.len(), &over[0]["detail"]["plan"]), (1, &json!("Told")), "{over:?}");
        assert_eq!(open(&w, "license-expiring").await.len(), 0);
    }

    async fn f4_18_an_expired_licence_takes_nobody_away(w: World) {
        ending(&w, "one", 1).await;
        w.order_seats(1).await;
        let customer = w.customer("Busy", 5).await;
        put_on(&w, customer, "one").await;
        let path = format!("/v1/tenants/{customer}/members");
        let made = w.client("owner").keyed().post(&path, &json!({ "email": "ann@busy.example", "name": "Ann" })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        w.pass_days(60);
        w.work().await;
        assert_eq!(seats(&w, customer).await["status"], "expired");
        let people = w.client("owner").get(&path).await.json;
        assert_eq!(people["data"][0]["status"], "active", "{people}");
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers/{customer}/subscriptions", w.partner)).await;
        assert!(page.text.contains("its people stay active"), "{}", page.text);
        assert!(page.text.contains("A new term of one month begins now"), "{}", page.text);
    }

    async fn f4_18_a_customer_that_moves_keeps_what_it_was_sold(w: World) {
        make(&w, json!({ "code": "gold", "name": "Gold", "term_months": 3, "renew_months": 3 })).await;
        let customer = w.customer("Moving", 0).await;
        let sold = put_on(&w, customer, "gold").await;
        let path = format!("/v1/msp/{}/customers/{customer}/move", w.partner);
        let moved = w.client("distributor_owner").keyed().post(&path, &json!({ "msp_id": w.other })).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        // A plan of the same code here is another one.
        let other = w.client("other_owner");
        let new = json!({ "code": "gold", "name": "Other gold", "term_months": 1 });
        assert_eq!(other.post(&format!("/v1/msp/{}/plans", w.other), &new).await.status, 201);
        let life = json!({ "end_of_life_at": "2026-12-01T00:00:00Z" });
        assert_eq!(other.post(&format!("/v1/msp/{}/plans/gold/end", w.other), &life).await.status, 200);
        w.pass_days(100);
        let now = other.get(&format!("/v1/tenants/{customer}/subscriptions")).await.json;
        let now = &now["data"][0];
        assert_eq!((&now["plan"]["name"], &now["ends_at"]), (&json!("Gold"), &json!("2027-05-21T09:00:00Z")), "{now}");
        assert_eq!(now["id"], sold["id"]);
    }

    async fn f4_18_everything_that_ends_is_a_calendar(w: World) {
        ending(&w, "one", 1).await;
        w.order_seats(1).await;
        let customer = w.customer("Berg, Ann; Co", 0).await;
        put_on(&w, customer, "one").await;
        w.customer("Renewing", 0).await;
        let path = format!("/v1/msp/{}/expiring/calendar", w.partner);
        let file = w.client("auditor").get(&path).await;
        assert_eq!((file.status, file.header("content-type")), (200, "text/calendar; charset=utf-8"), "{}", file.text);
        let lines = file.text.replace("\r\n ", "");
        assert!(lines.contains("DTSTART;VALUE=DATE:20261221\r\nSUMMARY:Berg\\, Ann\\; Co: one expires"), "{lines}");
        assert!(lines.contains("DTSTART;VALUE=DATE:20271121\r\nSUMMARY:Renewing: Standard renews"), "{lines}");
        assert!(lines.contains("SUMMARY:Order ends: SEATS-1000-Y"), "{lines}");
        assert_eq!(w.client("nobody").get(&path).await.status, 401);
        let month = w.browser("owner").await.get(&format!("/msp/{}/expiring?month=2026-12", w.partner)).await;
        assert!(month.text.contains("Berg, Ann; Co: one expires"), "{}", month.text);
    }

    async fn f4_18_a_licence_that_renews_stands_in_every_month_of_the_calendar(w: World) {
        make(&w, json!({ "code": "monthly", "name": "Monthly", "term_months": 1, "renew_months": 1 })).await;
        let (customer, stops) = (w.customer("Steady", 0).await, w.customer("Stopping", 0).await);
        put_on(&w, customer, "monthly").await;
        ending(&w, "one", 1).await;
        let id = put_on(&w, stops, "monthly").await["id"].clone();
        assert_eq!(act(&w, stops, &id, "plan", json!({ "plan": "one", "at_term_end": true })).await.status, 200);
        let browser = w.browser("owner").await;
        let month = async |month: &str| browser.get(&format!("/msp/{}/expiring?month={month}", w.partner)).await.text;
        let first = month("2026-12").await;
        assert!(first.contains("Steady: Monthly renews") && first.contains("Stopping: another plan follows Monthly"), "{first}");
        let second = month("2027-01").await;
        assert!(second.contains("Steady: Monthly renews") && second.contains("Stopping: one expires"), "{second}");
        let later = month("2027-07").await;
        assert!(later.contains("Steady: Monthly renews") && !later.contains("Stopping:"), "{later}");
        assert!(month("2026-11").await.contains("Nothing ends or renews in this month"));
        let file = w.client("owner").get(&format!("/v1/msp/{}/expiring/calendar", w.partner)).await.text.replace("\r\n ", "");
        let of = |day: &str| file.matches(&format!("DTSTART;VALUE=DATE:{day}\r\nSUMMARY:Steady")).count();
        assert_eq!(["20261221", "20270121", "20281121", "20281221"].map(of), [1, 1, 1, 0], "two years of it: {file}");
    }

    async fn f4_18_what_an_end_means_is_said_of_each_customer(w: World) {
        ending(&w, "one", 1).await;
        let customer = w.customer("Paying", 0).await;
        put_on(&w, customer, "one").await;
        let body = json!({ "name": "Trying", "max_mau": 10, "kind": "trial" });
        let made = w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &body).await;
        assert_eq!(made.status, 202, "{}", made.text);
        w.work().await;
        let browser = w.browser("owner").await;
        let trial = made.json["tenant_id"].as_str().expect("an id");
        let page = browser.get(&format!("/msp/{}/customers/{trial}/subscriptions", w.partner)).await.text;
        assert!(page.contains("goes on with the free plan") && !page.contains("its people stay active"), "{page}");
        w.pass_days(40);
        let page = w.browser("owner").await.get(&format!("/msp/{}/expiring", w.partner)).await.text;
        let row = |name: &str| page.split("<tr").find(|row| row.contains(name)).map(str::to_owned).unwrap_or_default();
        assert!(row("Paying").contains("Its people stay active"), "{page}");
        assert!(row("Trying").contains("On the free plan: at most three people are active"), "{page}");
    }

    async fn f4_18_a_customers_page_asks_for_one_thing_and_plans_stand_under_subscriptions(w: World) {
        make(&w, json!({ "code": "course", "name": "Course", "product": "training", "term_months": 1 })).await;
        make(&w, json!({ "code": "lecture", "name": "Lecture", "product": "lectures", "term_months": 1 })).await;
        let customer = w.customer("Asked", 0).await;
        let more = w.client("owner").keyed().post(&format!("/v1/tenants/{customer}/subscriptions"), &json!({ "plan": "course" })).await;
        assert_eq!(more.status, 201, "{}", more.text);
        let browser = w.browser("owner").await;
        let base = format!("/msp/{}/customers/{customer}/subscriptions", w.partner);
        let page = browser.get(&base).await.text;
        assert_eq!(page.matches("btn primary").count(), 1, "renewing the seats: {page}");
        // What may be left empty is the months of renewal, of either subscription.
        assert_eq!(page.matches("(optional)").count(), 2, "{page}");
        let now = seats(&w, customer).await;
        let (id, version) = (now["id"].as_str().expect("an id"), now["version"].to_string());
        let said = [("with", "term"), ("version", version.as_str()), ("idempotency_key", "once-by-form")];
        let renewed = browser.form(&format!("{base}/{id}/renew"), &said).await;
        assert_eq!((renewed.status, &seats(&w, customer).await["ends_at"]), (303, &json!("2028-11-21T09:00:00Z")), "{}", renewed.text);
        for path in ["plans", "plans/new", "plans/standard"] {
            let page = browser.get(&format!("/msp/{}/{path}", w.partner)).await.text;
            let links = page.split("side-link").skip(1).filter_map(|link| link.split('>').next());
            let marked: Vec<&str> = links.filter(|link| link.contains("aria-current")).collect();
            assert!(!marked.is_empty() && marked.iter().all(|link| link.contains("/subscriptions\"")), "{path}: {marked:?}");
        }
    }

    async fn f1_18_what_is_over_is_listed_by_the_page(w: World) {
        for n in 0..27 {
            let body = json!({ "name": format!("Over {n:02}"), "max_mau": 10, "kind": "trial" });
            let made = w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &body).await;
            assert_eq!(made.status, 202, "{}", made.text);
        }
        w.work().await;
        w.pass_days(40);
        let browser = w.browser("owner").await;
        let shown = async |query: &str| browser.get(&format!("/msp/{}/expiring{query}", w.partner)).await.text.matches("On the free plan:").count();
        assert_eq!((shown("").await, shown("?page=2").await), (25, 2));
    }

    async fn f4_18_prices_are_for_those_who_may_see_them(w: World) {
        make(&w, json!({ "code": "gold", "name": "Gold", "term_months": 12, "price_minor": 180_000 })).await;
        let customer = w.customer("Priced", 0).await;
        let sold = put_on(&w, customer, "gold").await;
        assert_eq!(sold["plan"]["price"], json!({ "minor": 180_000, "currency": "EUR" }));
        let plans = format!("/v1/msp/{}/plans", w.partner);
        let of = |list: &Value| list["data"].as_array().expect("rows").iter().find(|p| p["code"] == "gold").expect("gold")["price"].clone();
        assert_eq!(of(&w.client("owner").get(&plans).await.json)["minor"], 180_000);
        assert_eq!(of(&w.client("admin").get(&plans).await.json), Value::Null, "without the grant");
        let seen = w.client("admin").get(&format!("/v1/tenants/{customer}/subscriptions")).await.json;
        assert_eq!(seen["data"][0]["plan"].get("price"), None, "{seen}");
        let denied = w.client("admin").post(&plans, &json!({ "code": "new", "name": "New", "term_months": 1 })).await;
        assert_eq!(denied.status, 403, "{}", denied.text);
        for (field, value) in [("term_months", json!(0)), ("renew_months", json!(121)), ("notice_days", json!(366)), ("code", json!("Not a code"))] {
            let mut body = json!({ "code": "new", "name": "New", "term_months": 1 });
            body[field] = value;
            let no = w.client("owner").post(&plans, &body).await;
            assert_eq!((no.status, no.json["errors"][0]["pointer"].as_str()), (422, Some(format!("/{field}").as_str())), "{}", no.text);
        }
    }
}
