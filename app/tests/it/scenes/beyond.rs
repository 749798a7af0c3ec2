//! People beyond the seats (3.25): what a plan says about them is obeyed at the gate, told from the first day on, and forgotten when
//! they fit again. By the row's tests, and against a straight line through all that happened.

use http::Method;
use serde_json::{Value, json};
use store::{CustomerId, Region, Timestamp, p, sql};
use tokio::task::JoinSet;

use super::offboarding::pool;
use crate::{
    scenes,
    support::{Answer, Dice, World, rounds},
};

const DAY: i64 = 86_400;

pub async fn plan(w: &World, code: &str, policy: Value) {
    let body = json!({ "code": code, "name": code, "term_months": 1, "renew_months": 1, "usage_policy": policy });
    let made = w.client("owner").post(&format!("/v1/msp/{}/plans", w.partner), &body).await;
    assert_eq!((made.status, &made.json["usage_policy"]), (201, &policy), "{}", made.text);
}

/// The subscription of a customer's seats.
async fn sold(w: &World, customer: CustomerId) -> Value {
    w.client("owner").get(&format!("/v1/tenants/{customer}/subscriptions")).await.json["data"][0].clone()
}

pub async fn put_on(w: &World, customer: CustomerId, plan: &str, at_term_end: bool) {
    let id = sold(w, customer).await["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/tenants/{customer}/subscriptions/{id}/plan");
    let changed = w.client("owner").keyed().post(&path, &json!({ "plan": plan, "at_term_end": at_term_end })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
}

async fn customer(w: &World, name: &str, seats: i64, plan: &str) -> CustomerId {
    let customer = w.customer(name, seats).await;
    put_on(w, customer, plan, false).await;
    customer
}

fn members(customer: CustomerId) -> String {
    format!("/v1/tenants/{customer}/members")
}

async fn join(w: &World, customer: CustomerId, name: &str) -> Answer {
    let body = json!({ "email": format!("{name}@people.example"), "name": name, "status": "active" });
    w.client("owner").keyed().post(&members(customer), &body).await
}

async fn with_status(w: &World, customer: CustomerId, status: &str) -> Vec<String> {
    let list = w.client("owner").get(&format!("{}?filter[status]={status}&page[size]=200", members(customer))).await.json;
    list["data"].as_array().expect("rows").iter().map(|m| m["id"].as_str().expect("an id").to_owned()).collect()
}

async fn turn(w: &World, customer: CustomerId, id: &str, status: &str) -> Answer {
    w.client("owner").keyed().patch(&format!("{}/{id}", members(customer)), &json!({ "status": status })).await
}

async fn import(w: &World, customer: CustomerId, names: &[&str]) {
    let csv = names.iter().fold(String::from("email\n"), |csv, name| format!("{csv}{name}@people.example\n"));
    let path = format!("{}/import?start=true", members(customer));
    let begun = w.client("owner").keyed().request(Method::POST, &path, Some("text/csv"), csv.into()).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    w.work().await;
}

async fn seats(w: &World, word: &str, customer: CustomerId, seats: i64) -> Answer {
    let answer = w.client("owner").keyed().post(&format!("/v1/licenses/{word}"), &json!({ "tenant_id": customer, "seats": seats })).await;
    w.work().await;
    answer
}

/// The open alerts about a customer's seats.
async fn told(w: &World, customer: CustomerId) -> Vec<Value> {
    let all = w.get("owner", &format!("alerts?filter[status]=open&filter[customer]={customer}")).await;
    all["data"].as_array().expect("rows").iter().filter(|a| a["subject"] == "seats").cloned().collect()
}

fn codes(alerts: &[Value]) -> Vec<&str> {
    alerts.iter().filter_map(|a| a["code"].as_str()).collect()
}

/// What the region holds: its seats, who is active on them, and since when those are too many.
async fn held(w: &World, customer: CustomerId) -> (i64, i64, Option<Timestamp>) {
    let read = w.app.house.region("eu").expect("a region").read(move |view| {
        view.enter(customer.0);
        let row =
            view.one(sql!(Region, "SELECT seats, active_users, exceeded_at FROM tenant_policy WHERE customer_id = $1"), p![customer])?;
        Ok((row.get("seats")?, row.get("active_users")?, row.get("exceeded_at")?))
    });
    read.await.expect("a row")
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// What the plans of the random test say; the days of its grace.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Says {
    Hard,
    Soft,
    Grace(i64),
}

const PLANS: [(&str, Says); 4] = [("standard", Says::Hard), ("soft", Says::Soft), ("short", Says::Grace(14)), ("long", Says::Grace(30))];

/// The straight line: what stands after all that happened.
#[derive(Debug)]
struct Line {
    seats: i64,
    active: i64,
    says: Says,
    since: Option<Timestamp>,
    /// Somebody was told of the seats, and there was no room since.
    told: bool,
}

impl Line {
    fn lets_in(&self, now: Timestamp) -> bool {
        self.active < self.seats
            || match self.says {
                Says::Hard => false,
                Says::Soft => true,
                Says::Grace(days) => self.since.is_none_or(|since| now.0 < since.0 + days * DAY * 1_000_000),
            }
    }

    fn becomes(&mut self, seats: i64, active: i64, now: Timestamp) {
        (self.seats, self.active) = (seats, active);
        self.since = if active > seats { Some(self.since.unwrap_or(now)) } else { None };
    }

    fn code(&mut self, now: Timestamp) -> Option<&'static str> {
        let code = match (self.active - self.seats, self.lets_in(now)) {
            (1.., true) => Some("seats-exceeded"),
            (1.., false) => Some("seats-over-limit"),
            (0, _) if self.seats == 0 => None,
            (0, true) => Some("seats-near-limit"),
            (0, false) => Some("seats-at-limit"),
            // Of so few seats one that is free is more than a twentieth: by itself no reason to tell, nor to take back what was told.
            (-1, _) if self.told && self.active > 0 => Some("seats-near-limit"),
            _ => None,
        };
        self.told = code.is_some();
        code
    }
}

async fn chance(w: &World, seed: u64) {
    let mut dice = Dice::new(seed);
    w.order_seats(1).await;
    let id = w.customer(&format!("Chance {seed}"), 3).await;
    let mut line = Line { seats: 3, active: 0, says: Says::Hard, since: None, told: false };
    let mut done = Vec::new();
    for n in 0..40 {
        if n % 10 == 9 {
            w.order_seats(1).await;
        }
        let pause = *dice.pick(&[0, 0, 0, 1, 3_600, DAY, 5 * DAY, 14 * DAY, 30 * DAY]);
        // To the instant of the end itself now and then.
        let end = line.since.map(|since| since.plus_days(*dice.pick(&[14, 30]))).filter(|end| *end > w.now() && dice.chance(25));
        w.pass_to(end.unwrap_or(w.now().plus_seconds(pause)));
        let now = w.now();
        let (active, inactive) = (with_status(w, id, "active").await, with_status(w, id, "inactive").await);
        assert_eq!(i64::try_from(active.len()).expect("few"), line.active, "{seed}: {done:?}");
        match dice.below(8) {
            0..=2 => {
                let (meant, came) = (line.lets_in(now), join(w, id, &format!("c{seed}-{n}")).await);
                assert_eq!((came.status, came.code()), if meant { (201, "") } else { (409, "no-free-seat") }, "{seed}: {done:?} {line:?}");
                line.becomes(line.seats, line.active + i64::from(meant), now);
                done.push(format!("join {meant}"));
            }
            3 if !inactive.is_empty() => {
                let (meant, came) = (line.lets_in(now), turn(w, id, dice.pick::<String>(&inactive), "active").await);
                assert_eq!((came.status, came.code()), if meant { (200, "") } else { (409, "no-free-seat") }, "{seed}: {done:?} {line:?}");
                line.becomes(line.seats, line.active + i64::from(meant), now);
                done.push(format!("activate {meant}"));
            }
            4 if !active.is_empty() => {
                assert_eq!(turn(w, id, dice.pick::<String>(&active), "inactive").await.status, 200);
                line.becomes(line.seats, line.active - 1, now);
                done.push("deactivate".to_owned());
            }
            5 if line.seats < 10 => {
                let more = 1 + dice.below(2);
                assert_eq!(seats(w, "allocate", id, more).await.status, 200, "{seed}: {done:?}");
                line.becomes(line.seats + more, line.active, now);
                done.push(format!("allocate {more}"));
            }
            6 if line.seats > 0 => {
                let fewer = 1 + dice.below(line.seats);
                let meant = line.active <= line.seats - fewer || line.says == Says::Soft;
                let gave = seats(w, "release", id, fewer).await;
                assert_eq!(
                    (gave.status < 300, gave.code()),
                    if meant { (true, "") } else { (false, "seats-in-use") },
                    "{seed}: {done:?} {line:?}"
                );
                line.becomes(line.seats - if meant { fewer } else { 0 }, line.active, now);
                done.push(format!("release {fewer} {meant}"));
            }
            _ => {
                let (code, says) = *dice.pick(&PLANS);
                put_on(w, id, code, false).await;
                line.says = says;
                done.push(code.to_owned());
            }
        }
        assert_eq!(held(w, id).await, (line.seats, line.active, line.since), "{seed}: {done:?}");
        let alerts = told(w, id).await;
        assert_eq!(codes(&alerts), line.code(now).into_iter().collect::<Vec<_>>(), "{seed}: {done:?} {line:?}");
        let overage = sold(w, id).await["overage"].clone();
        let meant = line.since.map(|since| (line.active - line.seats, since));
        assert_eq!(overage["members"].as_i64().zip(overage["since"].as_str().map(instant)), meant, "{seed}: {done:?} {overage}");
    }
}

scenes! {
    async fn f3_25_day_0_is_told_and_after_the_grace_nobody_else_comes_in(w: World) {
        w.order_seats(1).await;
        plan(&w, "short", json!({ "kind": "grace", "days": 14 })).await;
        let id = customer(&w, "Growing", 2, "short").await;
        for name in ["ann", "bo"] {
            assert_eq!(join(&w, id, name).await.status, 201);
        }
        assert_eq!((codes(&told(&w, id).await), sold(&w, id).await["overage"].clone()), (vec!["seats-near-limit"], Value::Null));
        assert_eq!(join(&w, id, "cy").await.status, 201, "a grace begins");
        let first = told(&w, id).await;
        assert_eq!((codes(&first), &first[0]["severity"], &first[0]["detail"]["over"]), (vec!["seats-exceeded"], &json!("warning"), &json!(1)), "day 0: {first:?}");
        assert_eq!((&first[0]["detail"]["grace_ends_at"], &first[0]["detail"]["day"]), (&json!("2026-12-05T09:00:00Z"), &json!("2026-12-05")), "{first:?}");
        let overage = json!({
            "members": 1, "policy": { "kind": "grace", "days": 14 }, "since": "2026-11-21T09:00:00Z", "grace_ends_at": "2026-12-05T09:00:00Z", "open": true
        });
        assert_eq!(sold(&w, id).await["overage"], overage);
        for page in [format!("/msp/{}/licenses/{id}", w.partner), format!("/msp/{}/customers/{id}/subscriptions", w.partner)] {
            let page = w.browser("owner").await.get(&page).await;
            assert!(page.text.contains("1 member is active beyond the seats. Until"), "{}", page.text);
        }
        w.pass_days(1);
        assert_eq!(join(&w, id, "dee").await.status, 201);
        let later = told(&w, id).await;
        assert_eq!((&later[0]["id"], &later[0]["detail"]["over"], &later[0]["detail"]["since"]), (&first[0]["id"], &json!(2), &json!("2026-11-21T09:00:00Z")), "the same alert: {later:?}");
        assert_eq!(pool(&w).await, [2, 998, 4], "the pool gave out two seats");

        w.pass_to(instant("2026-12-05T08:59:59Z"));
        assert_eq!(join(&w, id, "eve").await.status, 201);
        w.pass_to(instant("2026-12-05T09:00:00Z"));
        let over = told(&w, id).await;
        assert_eq!((codes(&over), &over[0]["severity"], &over[0]["detail"]["over"]), (vec!["seats-over-limit"], &json!("critical"), &json!(3)), "{over:?}");
        assert!(over[0]["detail"]["suggested"].as_i64().is_some_and(|n| n >= 3), "{over:?}");
        let page = w.browser("owner").await.get(&format!("/msp/{}/alerts", w.partner)).await;
        assert!(page.text.contains(&format!("/licenses/{id}/allocate")) && page.text.contains(&format!("/customers/{id}/members?status=active")), "{}", page.text);
        let no = join(&w, id, "fay").await;
        assert_eq!((no.status, no.code()), (409, "no-free-seat"), "{}", no.text);
        import(&w, id, &["gus"]).await;
        let (active, waiting) = (with_status(&w, id, "active").await, with_status(&w, id, "waiting").await);
        assert_eq!((active.len(), waiting.len()), (5, 1), "nobody is put out");

        // Two fit: the grace is forgotten, who waits waits for a seat, and who is brought begins another one.
        for member in &active[..3] {
            assert_eq!(codes(&told(&w, id).await), ["seats-over-limit"]);
            assert_eq!(turn(&w, id, member, "inactive").await.status, 200);
        }
        assert_eq!((codes(&told(&w, id).await), with_status(&w, id, "waiting").await), (vec!["seats-near-limit"], waiting.clone()));
        w.pass_days(3);
        assert_eq!(join(&w, id, "hal").await.status, 201);
        assert_eq!(told(&w, id).await[0]["detail"]["grace_ends_at"], "2026-12-22T09:00:00Z");
        assert_eq!(turn(&w, id, &waiting[0], "active").await.status, 200, "by hand they come in as well");
    }

    async fn f3_25_whoever_is_beyond_its_seats_is_marked_in_the_command_center(w: World) {
        w.order_seats(1).await;
        plan(&w, "short", json!({ "kind": "grace", "days": 14 })).await;
        let (id, _) = (customer(&w, "Crowded", 2, "short").await, customer(&w, "Roomy", 2, "short").await);
        for name in ["ann", "bo", "cy", "dee", "eve"] {
            assert_eq!(join(&w, id, name).await.status, 201);
        }
        for (days, code) in [(0, "seats-exceeded"), (14, "seats-over-limit")] {
            w.pass_days(days);
            let center = w.get("owner", "command-center").await;
            let card = |id: CustomerId| center["data"].as_array().and_then(|all| all.iter().find(|c| c["tenant_id"] == json!(id))).expect("a card");
            assert_eq!((&card(id)["over_limit"], &center["totals"]["over_limit"]), (&json!(true), &json!(1)), "{code}: {center}");
            assert_eq!(codes(&told(&w, id).await), [code]);
        }
        let open = told(&w, id).await[0]["id"].as_str().expect("an id").to_owned();
        let resolve = format!("/v1/msp/{}/alerts/{open}/resolve", w.partner);
        assert_eq!(w.client("owner").post(&resolve, &json!({})).await.status, 200);
        assert_eq!(w.get("owner", "command-center").await["totals"]["over_limit"], 1, "what a person resolved still stands");
        let page = w.browser("owner").await.get(&format!("/msp/{}/command-center", w.partner)).await;
        let mark = format!("<a href=\"/msp/{}/licenses/{id}\" aria-label=\"No seat free: Crowded\">", w.partner);
        assert!(page.text.contains(&mark), "{}", page.text);
    }

    async fn f3_25_the_grace_is_forgotten_when_seats_are_added_until_all_fit(w: World) {
        w.order_seats(1).await;
        plan(&w, "long", json!({ "kind": "grace", "days": 30 })).await;
        let id = customer(&w, "Buying", 1, "long").await;
        for name in ["ann", "bo", "cy", "dee"] {
            assert_eq!(join(&w, id, name).await.status, 201);
        }
        let since = Some(w.now());
        w.pass_days(10);
        assert_eq!(seats(&w, "allocate", id, 1).await.status, 200);
        assert_eq!((held(&w, id).await, told(&w, id).await[0]["detail"]["over"].clone()), ((2, 4, since), json!(2)), "some of them");
        let no = seats(&w, "release", id, 1).await;
        assert_eq!((no.status, no.code()), (409, "seats-in-use"), "{}", no.text);
        assert_eq!(seats(&w, "allocate", id, 2).await.status, 200);
        assert_eq!((held(&w, id).await, codes(&told(&w, id).await)), ((4, 4, None), vec!["seats-near-limit"]));
        w.pass_days(25);
        assert_eq!(join(&w, id, "eve").await.status, 201, "the first grace would be over");
        w.pass_days(29);
        assert_eq!(join(&w, id, "fay").await.status, 201);
        w.pass_days(1);
        let refused = w.client("owner").keyed().post(&members(id), &json!({ "email": "gus@people.example", "status": "active" })).await;
        assert_eq!((refused.status, refused.code(), codes(&told(&w, id).await)), (409, "no-free-seat", vec!["seats-over-limit"]), "{}", refused.text);
    }

    async fn f3_25_a_plan_that_is_changed_leaves_alone_who_was_sold_it_before(w: World) {
        w.order_seats(1).await;
        plan(&w, "gold", json!({ "kind": "hard" })).await;
        let (loyal, late) = (customer(&w, "Loyal", 1, "gold").await, w.customer("Late", 1).await);
        let path = format!("/v1/msp/{}/plans/gold", w.partner);
        let owner = w.client("owner");
        let change = async |policy: Value| {
            let tag = owner.get(&path).await.header("etag").to_owned();
            owner.with("if-match", &tag).patch(&path, &json!({ "usage_policy": policy })).await
        };
        for days in [0, 91, -1] {
            let wrong = change(json!({ "kind": "grace", "days": days })).await;
            assert_eq!((wrong.status, &wrong.json["errors"][0]["pointer"]), (422, &json!("/usage_policy/days")), "{}", wrong.text);
        }
        for wrong in [json!({ "kind": "bill" }), json!({ "kind": "grace" }), json!("hard"), Value::Null] {
            let answer = change(wrong.clone()).await;
            assert!((400..500).contains(&answer.status), "{wrong}: {}", answer.text);
        }
        let soft = change(json!({ "kind": "soft_overage" })).await;
        assert_eq!((soft.status, &soft.json["version"], &soft.json["usage_policy"]), (200, &json!(2), &json!({ "kind": "soft_overage" })), "{}", soft.text);
        put_on(&w, late, "gold", false).await;
        for (id, beyond) in [(loyal, 409), (late, 201)] {
            assert_eq!(join(&w, id, "ann").await.status, 201);
            assert_eq!(join(&w, id, "bo").await.status, beyond, "each has what it was sold");
        }
        assert_eq!(change(json!({ "kind": "hard" })).await.status, 200);
        w.pass_days(40);
        assert_eq!((join(&w, late, "cy").await.status, join(&w, loyal, "cy").await.code()), (201, "no-free-seat"), "through its renewals too");
        let trial = owner.get(&format!("/v1/msp/{}/plans/trial", w.partner)).await;
        assert_eq!(trial.json["usage_policy"], json!({ "kind": "hard" }));
    }

    async fn f3_25_overage_is_counted_and_puts_nobody_out(w: World) {
        w.order_seats(1).await;
        plan(&w, "soft", json!({ "kind": "soft_overage" })).await;
        let id = w.customer("Elastic", 2).await;
        import(&w, id, &["ann", "bo", "cy", "dee"]).await;
        assert_eq!(with_status(&w, id, "waiting").await.len(), 2, "nobody comes in beyond the seats of the standard plan");
        put_on(&w, id, "soft", false).await;
        w.work().await;
        assert_eq!((with_status(&w, id, "waiting").await.len(), pool(&w).await), (0, [2, 998, 4]));
        let open = told(&w, id).await;
        assert_eq!((codes(&open), &open[0]["detail"]["over"], &open[0]["detail"]["in_grace"]), (vec!["seats-exceeded"], &json!(2), &json!(false)), "{open:?}");
        let row = w.get("owner", "subscriptions?filter[status]=exceeded").await;
        assert_eq!((&row["page"]["total"], &row["data"][0]["overage"]["members"]), (&json!(1), &json!(2)), "{row}");

        // Fewer seats put nobody out either, whichever way they are asked for.
        assert_eq!(seats(&w, "release", id, 1).await.status, 200);
        let all = format!("/v1/msp/{}/customers/{id}/seats", w.partner);
        let preview = w.client("owner").put(&format!("{all}?preview=true"), &json!({ "seats": 0, "force": true })).await;
        assert_eq!(preview.json["waiting"]["total"], 0, "{}", preview.text);
        let forced = w.client("owner").keyed().put(&all, &json!({ "seats": 0, "force": true })).await;
        assert_eq!(forced.status, 200, "{}", forced.text);
        w.work().await;
        assert_eq!((pool(&w).await, with_status(&w, id, "active").await.len()), ([0, 1000, 4], 4));
        assert_eq!(told(&w, id).await[0]["detail"]["over"], 4);

        put_on(&w, id, "standard", false).await;
        let over = told(&w, id).await;
        assert_eq!((codes(&over), with_status(&w, id, "active").await.len()), (vec!["seats-over-limit"], 4), "{over:?}");
        assert_eq!(join(&w, id, "eve").await.code(), "no-free-seat");
        assert_eq!(seats(&w, "allocate", id, 5).await.status, 200);
        assert_eq!((codes(&told(&w, id).await), join(&w, id, "eve").await.status), (vec!["seats-near-limit"], 201), "one seat is free");
    }

    async fn f3_25_a_plan_that_follows_is_obeyed_from_its_first_instant(w: World) {
        w.order_seats(1).await;
        plan(&w, "soft", json!({ "kind": "soft_overage" })).await;
        plan(&w, "tight", json!({ "kind": "hard" })).await;
        let (id, other) = (customer(&w, "Following", 1, "soft").await, customer(&w, "Staying", 1, "soft").await);
        put_on(&w, id, "tight", true).await;
        for customer in [id, other] {
            for name in ["ann", "bo"] {
                assert_eq!(join(&w, customer, name).await.status, 201);
            }
        }
        w.pass_to(instant("2026-12-21T08:59:59Z"));
        assert_eq!(join(&w, id, "cy").await.status, 201);
        w.pass_to(instant("2026-12-21T09:00:00Z"));
        // Nobody has booked anything.
        assert_eq!(join(&w, id, "dee").await.code(), "no-free-seat");
        assert_eq!((codes(&told(&w, id).await), join(&w, other, "cy").await.status), (vec!["seats-over-limit"], 201));

        // What was to follow is taken off life: it does not, and the region hears of it.
        put_on(&w, other, "tight", true).await;
        let path = format!("/v1/msp/{}/plans/tight/end", w.partner);
        let ended = w.client("owner").post(&path, &json!({ "end_of_life_at": "2027-01-01T00:00:00Z" })).await;
        assert_eq!(ended.status, 200, "{}", ended.text);
        w.work().await;
        w.pass_to(instant("2027-01-21T09:00:00Z"));
        assert_eq!(join(&w, other, "dee").await.status, 201);
    }

    async fn f3_25_many_at_once_begin_one_grace_and_a_hard_plan_stays_hard(w: World) {
        w.order_seats(1).await;
        plan(&w, "short", json!({ "kind": "grace", "days": 14 })).await;
        let (soft, hard) = (customer(&w, "Crowd", 2, "short").await, w.customer("Queue", 2).await);
        let owner = w.client("owner").keyed();
        let second = owner.at(&w.second());
        let mut tasks = JoinSet::new();
        for n in 0..12 {
            for id in [soft, hard] {
                let client = if n % 2 == 0 { owner.clone() } else { second.clone() };
                let body = json!({ "email": format!("m{n}@people.example"), "status": "active" });
                tasks.spawn(async move { (id, client.post(&members(id), &body).await.status) });
            }
        }
        let all = tasks.join_all().await;
        let came = |of: CustomerId| all.iter().filter(|(id, status)| *id == of && *status == 201).count();
        assert_eq!((came(soft), came(hard)), (12, 2), "{all:?}");
        w.work().await;
        assert_eq!((held(&w, soft).await, held(&w, hard).await), ((2, 12, Some(w.now())), (2, 2, None)));
        let alerts = w.get("owner", "alerts?filter[code]=seats-exceeded").await;
        assert_eq!((&alerts["page"]["total"], &alerts["data"][0]["detail"]["over"]), (&json!(1), &json!(10)), "one, ever: {alerts}");
    }

    async fn f3_25_the_form_of_a_plan_asks_for_it(w: World) {
        let (browser, new) = (w.browser("owner").await, format!("/msp/{}/plans/new", w.partner));
        let page = browser.get(&new).await;
        assert!(page.text.contains("name=\"usage_policy\"") && page.text.contains("People beyond the seats"), "{}", page.text);
        let fields = [("code", "tidy"), ("product", "seats"), ("name", "Tidy"), ("term_months", "1"), ("usage_policy", "grace")];
        for days in ["", "0", "91", "x"] {
            let wrong = browser.form(&new, &[&fields[..], &[("usage_days", days)][..]].concat()).await;
            assert_eq!(wrong.status, 422, "{days}: {}", wrong.text);
        }
        let made = browser.form(&new, &[&fields[..], &[("usage_days", "14")][..]].concat()).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let page = browser.get(&format!("/msp/{}/plans/tidy", w.partner)).await;
        assert!(page.text.contains("People come in beyond the seats for 14 days"), "{}", page.text);
    }

    async fn f3_25_chance_comes_to_what_a_straight_line_says(w: World) {
        plan(&w, "soft", json!({ "kind": "soft_overage" })).await;
        plan(&w, "short", json!({ "kind": "grace", "days": 14 })).await;
        plan(&w, "long", json!({ "kind": "grace", "days": 30 })).await;
        for seed in 0..rounds(4) {
            chance(&w, seed).await;
        }
        let list = w.client("owner").get(&format!("/v1/msp/{}/licenses/summary", w.partner)).await;
        assert!(list.status == 200 && list.json["allocated"].as_i64().is_some_and(|n| n <= 100), "{}", list.text);
    }
}
