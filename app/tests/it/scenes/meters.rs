//! What customers are charged for a month by the meter of their plan, against a straight line through all that happened to them.

use serde_json::{Value, json};
use store::{CustomerId, Timestamp};

use super::{
    metering::{member, metered, time, turn},
    offboarding::post,
    trials::{at, id_of, trial},
};
use crate::{
    scenes,
    support::{Client, World},
};

/// Price of a year of one unit: 8.33⅓ a month.
const PRICE: i64 = 10_000;

async fn plan(w: &World, code: &str, meter: &str) {
    let body = json!({ "code": code, "name": code, "term_months": 12, "renew_months": 12, "meter": meter, "price_minor": PRICE });
    let made = w.client("owner").post(&format!("/v1/msp/{}/plans", w.partner), &body).await;
    assert_eq!((made.status, &made.json["meter"]), (201, &json!(meter)), "{}", made.text);
}

/// The subscription of a customer's seats.
async fn held(w: &World, customer: CustomerId) -> Value {
    w.client("owner").get(&format!("/v1/tenants/{customer}/subscriptions")).await.json["data"][0].clone()
}

async fn put_on(w: &World, customer: CustomerId, plan: &str, at_term_end: bool) {
    let id = held(w, customer).await["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/tenants/{customer}/subscriptions/{id}/plan");
    let changed = w.client("owner").keyed().post(&path, &json!({ "plan": plan, "at_term_end": at_term_end })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
}

async fn seats(by: &Client, way: &str, customer: CustomerId, seats: i64) {
    let answer = by.post(&format!("/v1/licenses/{way}"), &json!({ "tenant_id": customer, "seats": seats })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

fn line(month: &Value, customer: CustomerId) -> Value {
    let found = month["data"].as_array().and_then(|all| all.iter().find(|l| l["tenant_id"] == json!(customer)));
    found.cloned().unwrap_or_default()
}

async fn bill(w: &World, customer: CustomerId, period: &str) -> Value {
    line(&w.get("owner", &format!("licenses/units?period={period}")).await, customer)["bill"].clone()
}

/// Plan version, meter, units and charge of a bill.
fn said(bill: &Value) -> (Option<i64>, Option<&str>, Option<i64>, Option<i64>) {
    (bill["plan_version"].as_i64(), bill["meter"].as_str(), bill["chargeable"].as_i64(), bill["charge"]["minor"].as_i64())
}

/// All that happened to a customer: the seats it held from when on, and from when to when each member was active.
#[derive(Default)]
struct Past {
    seats: Vec<(Timestamp, i64)>,
    people: Vec<(Timestamp, Timestamp)>,
}

impl Past {
    fn held(&self, at: Timestamp) -> i64 {
        self.seats.iter().rev().find(|(from, _)| *from <= at).map_or(0, |(_, seats)| *seats)
    }

    fn active(&self, at: Timestamp) -> i64 {
        i64::try_from(self.people.iter().filter(|(from, until)| *from <= at && at < *until).count()).expect("few")
    }

    /// What each meter counts of a month, from its first instant to its last (or to now), looked at wherever anything changed.
    fn counts(&self, start: Timestamp, last: Timestamp) -> [(&'static str, i64); 4] {
        let changes = self.seats.iter().map(|(at, _)| *at).chain(self.people.iter().flat_map(|(from, until)| [*from, *until]));
        let instants: Vec<Timestamp> = changes.filter(|at| start <= *at && *at <= last).chain([start]).collect();
        let most = |of: &dyn Fn(Timestamp) -> i64| instants.iter().map(|at| of(*at)).max().unwrap_or(0);
        let different = self.people.iter().filter(|(from, until)| *from <= last && *until > start).count();
        [
            ("provisioned", most(&|at| self.held(at))),
            ("peak", most(&|at| self.active(at))),
            ("distinct_month", i64::try_from(different).expect("few")),
            ("end_of_month", self.active(last)),
        ]
    }
}

/// Units at the plan's price, to the nearest minor unit.
fn charged(units: i64) -> i64 {
    (units * PRICE * 2 + 12).div_euclid(24)
}

/// The number of a column in every line of a file that has one.
fn column(file: &str, name: &str) -> Vec<i64> {
    let mut lines = file.trim_start_matches('\u{feff}').lines();
    let at = lines.next().and_then(|head| head.split(',').position(|n| n == name)).unwrap_or_else(|| panic!("{name} in {file}"));
    lines.filter_map(|l| l.split(',').nth(at).and_then(|n| n.parse().ok())).collect()
}

fn minors(month: &Value, path: &str) -> i64 {
    month["data"].as_array().expect("lines").iter().filter_map(|l| l.pointer(path).and_then(Value::as_i64)).sum()
}

scenes! {
    async fn f4_20_each_meter_charges_its_own_count_of_a_month(w: World) {
        w.order_seats(1).await;
        let (owner, began) = (w.client("owner").keyed(), w.now());
        let mut all: Vec<(&str, CustomerId)> = Vec::new();
        let mut people: Vec<Vec<String>> = vec![Vec::new(); 4];
        for meter in ["provisioned", "peak", "distinct_month", "end_of_month"] {
            let code = meter.replace('_', "-");
            plan(&w, &code, meter).await;
            let customer = w.customer(&format!("By {meter}"), 10).await;
            put_on(&w, customer, &code, false).await;
            all.push((meter, customer));
        }
        // What happens to one happens to each.
        let mut past = Past { seats: vec![(began, 10)], ..Past::default() };
        let agree = async |past: &Past, period: &str, start: &str, last: Timestamp| {
            let month = w.get("owner", &format!("licenses/units?period={period}")).await;
            let counts = past.counts(time(start), last);
            for (meter, customer) in &all {
                let found = line(&month, *customer);
                let units = counts.iter().find(|(word, _)| word == meter).map(|(_, n)| *n).expect("a count");
                assert_eq!(said(&found["bill"]), (Some(1), Some(*meter), Some(units), Some(charged(units))), "{period}: {found}");
                let cost = 130 * counts[0].1;
                assert_eq!((found["cost"]["minor"].as_i64(), found["bill"]["margin"]["minor"].as_i64()), (Some(cost), Some(charged(units) - cost)), "{period}: {found}");
            }
            month
        };
        agree(&past, "2026-11", "2026-11-01T00:00:00Z", w.now()).await;
        w.pass_to(time("2026-12-05T10:00:00Z"));
        past.seats.push((w.now(), 50));
        for (_, customer) in &all {
            seats(&owner, "allocate", *customer, 40).await;
        }
        let forever = Timestamp::FOREVER;
        for (at, come, go) in [("2026-12-10T10:00:00Z", 6, 0), ("2026-12-14T10:00:00Z", 0, 2), ("2026-12-16T10:00:00Z", 3, 0), ("2026-12-18T10:00:00Z", 0, 4)] {
            w.pass_to(time(at));
            for ((_, customer), people) in all.iter().zip(&mut people) {
                for _ in 0..come {
                    let name = format!("p{}-{customer}", people.len());
                    people.push(member(&owner, *customer, &name).await);
                }
                let gone = past.people.iter().filter(|(_, until)| *until < forever).count();
                for id in &people[gone..gone + go] {
                    turn(&owner, *customer, id, "inactive").await;
                }
            }
            past.people.extend((0..come).map(|_| (w.now(), forever)));
            past.people.iter_mut().filter(|(_, until)| *until == forever).take(go).for_each(|(_, until)| *until = w.now());
        }
        w.pass_to(time("2026-12-20T10:00:00Z"));
        past.seats.push((w.now(), 10));
        for (_, customer) in &all {
            seats(&owner, "release", *customer, 40).await;
        }
        let running = agree(&past, "2026-12", "2026-12-01T00:00:00Z", w.now()).await;
        let units: Vec<i64> = all.iter().map(|(_, customer)| line(&running, *customer)["bill"]["chargeable"].as_i64().expect("units")).collect();
        assert_eq!(units, [50, 7, 9, 3], "50 in the middle of the month and 10 at its end are 50");
        w.pass_to(time("2027-01-03T10:00:00Z"));
        for ((_, customer), people) in all.iter().zip(&people) {
            turn(&owner, *customer, people.last().expect("people"), "inactive").await;
        }
        past.people.last_mut().expect("people").1 = w.now();
        agree(&past, "2027-01", "2027-01-01T00:00:00Z", w.now()).await;
        agree(&past, "2026-11", "2026-11-01T00:00:00Z", time("2026-11-30T23:59:59Z")).await;
        let december = agree(&past, "2026-12", "2026-12-01T00:00:00Z", time("2026-12-31T23:59:59Z")).await;

        // Sums are those of the lines, on the page and in the file too.
        let totals = &december["totals"];
        for (sum, path) in [("charge", "/bill/charge/minor"), ("cost", "/cost/minor"), ("margin", "/bill/margin/minor")] {
            assert_eq!(totals[sum]["minor"].as_i64(), Some(minors(&december, path)), "{sum}: {december}");
        }
        assert_eq!(["charge", "cost", "margin"].map(|sum| totals[sum]["minor"].as_i64()), [Some(57_500), Some(26_000), Some(31_500)], "{totals}");
        assert_eq!((&totals["chargeable"], &totals["margin_percent"], &totals["uncharged_cost"]), (&json!(69), &json!(54.8), &Value::Null), "{totals}");
        let file = owner.get(&format!("/v1/msp/{}/licenses/units/export?period=2026-12", w.partner)).await;
        for (name, sum) in [("chargeable", 69), ("charge_minor", 57_500), ("cost_minor", 26_000), ("margin_minor", 31_500)] {
            assert_eq!(column(&file.text, name).iter().sum::<i64>(), sum, "{name}: {}", file.text);
        }
        let peak = all[1].1;
        assert!(file.text.contains(&format!("{peak}:seat:2026-12,{peak},")) && file.text.contains(",2026-12,50,7,43,6500,EUR,peak,1,peak,7,5833,-667,-11.4"), "{}", file.text);
        let page = w.browser("owner").await.get(&format!("/msp/{}/licenses/units?period=2026-12", w.partner)).await;
        for part in ["EUR\u{a0}575.00", "EUR\u{a0}260.00", "EUR\u{a0}315.00", "54.8%", "different members", "active at once"] {
            assert!(page.status == 200 && page.text.contains(part), "{part}: {}", page.text);
        }
    }

    async fn f4_20_late_activity_changes_the_different_members_of_a_draft_month_and_of_no_final_one(w: World) {
        w.order_seats(1).await;
        plan(&w, "each", "distinct_month").await;
        let (owner, customer) = (w.client("owner").keyed(), w.customer("Late", 10).await);
        put_on(&w, customer, "each", false).await;
        w.pass_to(time("2026-12-10T10:00:00Z"));
        member(&owner, customer, "ann").await;
        let mut idle = Vec::new();
        for name in ["cy", "di"] {
            let body = json!({ "email": format!("{name}@metered.example"), "status": "inactive" });
            idle.push(post(&owner, &format!("/v1/tenants/{customer}/members"), body).await["id"].clone());
        }
        let late = async |member: &Value, from: &str, until: &str| {
            let events = json!([{ "member": member, "status": "active", "at": from }, { "member": member, "status": "inactive", "at": until }]);
            let answer = owner.post(&format!("/v1/tenants/{customer}/members/activity"), &events).await;
            assert!(answer.status == 200 && answer.json["rejected"] == 0, "{}", answer.text);
        };
        // December is over, and a draft until the 6th.
        w.pass_to(time("2027-01-02T10:00:00Z"));
        assert_eq!(said(&bill(&w, customer, "2026-12").await), (Some(1), Some("distinct_month"), Some(1), Some(charged(1))));
        late(&idle[0], "2026-12-20T10:00:00Z", "2026-12-21T10:00:00Z").await;
        assert_eq!(said(&bill(&w, customer, "2026-12").await), (Some(1), Some("distinct_month"), Some(2), Some(charged(2))));
        w.pass_to(time("2027-01-07T10:00:00Z"));
        late(&idle[1], "2026-12-22T10:00:00Z", "2026-12-23T10:00:00Z").await;
        assert_eq!(said(&bill(&w, customer, "2026-12").await), (Some(1), Some("distinct_month"), Some(2), Some(charged(2))), "a final month stays");
        assert_eq!(metered(&owner, w.partner, "period=2027-01").await["adjusted"], 1);
    }

    async fn f4_18_another_meter_changes_nobody_who_was_sold_the_plan(w: World) {
        w.order_seats(1).await;
        plan(&w, "gold", "peak").await;
        let (owner, customer) = (w.client("owner").keyed(), w.customer("Loyal", 20).await);
        w.pass_to(time("2026-11-21T10:00:00Z"));
        put_on(&w, customer, "gold", false).await;
        let mut people = Vec::new();
        for name in ["ann", "bo", "cy"] {
            people.push(member(&owner, customer, name).await);
        }
        let path = format!("/v1/msp/{}/plans/gold", w.partner);
        let change = async |body: Value| {
            let tag = owner.get(&path).await.header("etag").to_owned();
            owner.with("if-match", &tag).patch(&path, &body).await
        };
        for wrong in [json!("bill_provisioned"), json!(""), json!(7), Value::Null] {
            let no = change(json!({ "meter": wrong })).await;
            assert_eq!((no.status, no.json["errors"][0]["pointer"].as_str()), (422, Some("/meter")), "{wrong}: {}", no.text);
        }
        let new = change(json!({ "meter": "end_of_month", "price_minor": 24_000, "units": 2, "term_months": 1 })).await;
        assert_eq!((new.status, &new.json["version"], &new.json["meter"]), (200, &json!(2), &json!("end_of_month")), "{}", new.text);
        let versions = owner.get(&path).await.json["versions"].clone();
        assert_eq!((&versions[0]["meter"], &versions[1]["meter"]), (&json!("end_of_month"), &json!("peak")), "{versions}");
        assert_eq!(held(&w, customer).await["plan"]["meter"], "peak", "who has it keeps it");
        assert_eq!(said(&bill(&w, customer, "2026-11").await), (Some(1), Some("peak"), Some(3), Some(charged(3))));

        // The new one follows at the end of the term, in the middle of a month: that month is metered by it, the one before as it was sold.
        put_on(&w, customer, "gold", true).await;
        w.pass_to(time("2027-11-20T10:00:00Z"));
        assert_eq!(said(&bill(&w, customer, "2027-11").await), (Some(1), Some("peak"), Some(3), Some(charged(3))));
        w.pass_to(time("2027-11-22T10:00:00Z"));
        turn(&owner, customer, &people[0], "inactive").await;
        let both = async || (bill(&w, customer, "2027-10").await, bill(&w, customer, "2027-11").await);
        let (october, november) = both().await;
        assert_eq!((said(&october), said(&november)), ((Some(1), Some("peak"), Some(3), Some(charged(3))), (Some(2), Some("end_of_month"), Some(2), Some(24_000))));
        // Booked, it is the same: what was before is read from the history.
        let id = held(&w, customer).await["id"].as_str().expect("an id").to_owned();
        let booked = owner.put(&format!("/v1/tenants/{customer}/subscriptions/{id}/auto-renew"), &json!({ "months": 1 })).await;
        assert_eq!(booked.status, 200, "{}", booked.text);
        assert_eq!(both().await, (october, november));
    }

    async fn f4_18_a_plan_charges_seats_held_unless_it_says_otherwise(w: World) {
        let plans = format!("/v1/msp/{}/plans", w.partner);
        let made = w.client("owner").post(&plans, &json!({ "code": "plain", "name": "Plain", "term_months": 1 })).await;
        assert_eq!((made.status, &made.json["meter"]), (201, &json!("provisioned")), "{}", made.text);
        let no = w.client("owner").post(&plans, &json!({ "code": "odd", "name": "Odd", "term_months": 1, "meter": "hours" })).await;
        assert_eq!((no.status, no.json["errors"][0]["pointer"].as_str()), (422, Some("/meter")), "{}", no.text);
        let (browser, new) = (w.browser("owner").await, format!("/msp/{}/plans/new", w.partner));
        let page = browser.get(&new).await;
        for part in ["name=\"meter\"", "The most seats it held, used or not", "The different members that were active", "value=\"end_of_month\""] {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
        let german = browser.speaking("de").get(&new).await;
        assert!(german.text.contains("Die verschiedenen aktiven Mitglieder"), "{}", german.text);
        let fields = [("code", "tidy"), ("product", "seats"), ("name", "Tidy"), ("term_months", "1")];
        let wrong = browser.form(&new, &[&fields[..], &[("meter", "hours")][..]].concat()).await;
        assert_eq!(wrong.status, 422, "{}", wrong.text);
        let made = browser.form(&new, &[&fields[..], &[("meter", "peak")][..]].concat()).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let page = browser.get(&format!("/msp/{}/plans/tidy", w.partner)).await;
        assert!(page.text.contains("value=\"peak\" selected"), "{}", page.text);
    }

    async fn f4_20_charges_and_margins_are_for_those_who_may_see_prices(w: World) {
        w.order_seats(1).await;
        plan(&w, "paid", "provisioned").await;
        let (paid, plain) = (w.customer("Paid", 12).await, w.customer("Plain", 5).await);
        put_on(&w, paid, "paid", false).await;
        let own = format!("/v1/msp/{}/customers/{}/seats", w.partner, w.internal);
        assert_eq!(w.client("owner").put(&own, &json!({ "seats": 3 })).await.status, 200);
        let month = w.get("owner", "licenses/units").await;
        assert_eq!(said(&line(&month, paid)["bill"]), (Some(1), Some("provisioned"), Some(12), Some(10_000)), "{month}");
        let free = &line(&month, plain)["bill"];
        assert_eq!((said(free), &free["margin"]), ((Some(1), Some("provisioned"), Some(5), None), &Value::Null), "a plan without a price: {free}");
        let mine = &line(&month, w.internal)["bill"];
        assert_eq!((said(mine), &mine["plan"]), ((None, None, None, None), &Value::Null), "the MSP's own tenant has no plan: {mine}");
        let totals = &month["totals"];
        let sums = ["charge", "cost", "margin", "uncharged_cost"].map(|sum| totals[sum]["minor"].as_i64());
        assert_eq!(sums, [Some(10_000), Some(2_600), Some(8_440), Some(1_040)], "{totals}");

        let path = format!("/v1/msp/{}/licenses/units", w.partner);
        for who in ["admin", "technician", "auditor"] {
            let by = w.client(who);
            let seen = by.get(&path).await;
            assert_eq!(seen.json["data"].as_array().map(Vec::len), Some(3), "{who}: {}", seen.text);
            for key in ["bill", "cost", "totals", "charge", "margin", "minor", "meter"] {
                assert!(!seen.text.contains(&format!("\"{key}")), "{who} sees {key}: {}", seen.text);
            }
            let file = by.get(&format!("{path}/export")).await;
            let head = file.text.trim_start_matches('\u{feff}').lines().next().map(str::to_owned);
            assert_eq!(head.as_deref(), Some("id,customer_id,account_number,customer,sku,period,provisioned,used,over_provisioned"), "{who}");
            let page = w.browser(who).await.get(&format!("/msp/{}/licenses/units", w.partner)).await;
            assert!(page.status == 200 && page.text.contains("Plain"), "{who}: {}", page.text);
            for part in ["Margin", "You charge", "Costs you", "EUR"] {
                assert!(!page.text.contains(part), "{who} sees {part}: {}", page.text);
            }
        }
        assert!(w.browser("owner").await.get(&format!("/msp/{}/licenses/units", w.partner)).await.text.contains("Margin"));
        let file = w.client("owner").get(&format!("{path}/export")).await;
        let head = "id,customer_id,account_number,customer,sku,period,provisioned,used,over_provisioned,cost_minor,currency,plan,plan_version,meter,chargeable,charge_minor,margin_minor,margin_percent";
        assert!(file.text.contains(head) && file.text.contains(",12,0,12,1560,EUR,paid,1,provisioned,12,10000,8440,84.4"), "{}", file.text);
        assert!(file.text.contains(",5,0,5,650,EUR,standard,1,provisioned,5,,,"), "{}", file.text);
    }

    async fn f4_20_people_beyond_no_seats_are_charged_and_an_expired_plan_is_not(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let plans = format!("/v1/msp/{}/plans", w.partner);
        let body = json!({ "code": "open", "name": "Open", "term_months": 1, "usage_policy": { "kind": "soft_overage" }, "meter": "peak", "price_minor": 500 });
        post(&w.client("owner"), &plans, body).await;
        let customer = w.customer("Seatless", 0).await;
        put_on(&w, customer, "open", false).await;
        member(&owner, customer, "ann").await;
        member(&owner, customer, "bo").await;
        let month = w.get("owner", "licenses/units").await;
        let found = line(&month, customer);
        assert_eq!((&found["provisioned"], said(&found["bill"])), (&json!(0), (Some(1), Some("peak"), Some(2), Some(1_000))), "{month}");
        // The term ends on 21 December and nothing follows.
        w.pass_to(time("2027-01-10T10:00:00Z"));
        assert_eq!(said(&bill(&w, customer, "2026-12").await), (Some(1), Some("peak"), Some(2), Some(1_000)), "it ran in December");
        let january = owner.get(&format!("/v1/msp/{}/licenses/units?period=2027-01", w.partner)).await;
        assert_eq!((january.status, line(&january.json, customer)), (200, Value::Null), "no plan was in force: {}", january.text);
    }

    async fn f3_18_the_month_of_an_upgrade_is_charged_from_the_upgrade_on(w: World) {
        w.order_seats(1).await;
        let (owner, mut all) = (w.client("owner").keyed(), Vec::new());
        for meter in ["peak", "distinct_month", "provisioned"] {
            let code = meter.replace('_', "-");
            plan(&w, &code, meter).await;
            let customer = trial(&w, &format!("By {code}"), &["ann", "bo", "cy", "dee", "eve", "boss"]).await;
            all.push((code, customer));
        }
        // Seats held, members used, units charged: of the trial none.
        let units = async |period: &str| {
            let month = w.get("owner", &format!("licenses/units?period={period}")).await;
            let lines = all.iter().map(|(_, customer)| line(&month, *customer));
            lines.map(|l| [&l["provisioned"], &l["used"], &l["bill"]["chargeable"]].map(Value::as_i64)).collect::<Vec<_>>()
        };
        let are = |lines: [[i64; 3]; 3]| lines.map(|line| line.map(Some));
        // Six are active on the morning of the upgrade, three when it comes.
        w.pass_to(time("2026-12-10T08:00:00Z"));
        for (_, customer) in &all {
            for person in ["ann", "bo", "cy"] {
                turn(&owner, *customer, &id_of(&w, *customer, person).await, "inactive").await;
            }
        }
        assert_eq!(units("2026-12").await, [[None::<i64>; 3]; 3]);
        w.pass_to(time("2026-12-10T10:00:00Z"));
        for (code, customer) in &all {
            post(&owner, &format!("{}/trial/upgrade", at(&w, *customer)), json!({ "seats": 4, "plan": code })).await;
        }
        w.work().await;
        assert_eq!(units("2026-12").await, are([[4, 3, 3], [4, 3, 6], [4, 3, 4]]), "different members are those of the whole month");
        w.pass_to(time("2026-12-12T10:00:00Z"));
        for (_, customer) in &all {
            member(&owner, *customer, "late").await;
        }
        w.pass_to(time("2027-01-05T10:00:00Z"));
        assert_eq!(units("2026-11").await, [[None::<i64>; 3]; 3], "a month of the trial is nobody's");
        assert_eq!(units("2026-12").await, are([[4, 4, 4], [4, 4, 7], [4, 4, 4]]));
        assert_eq!(units("2027-01").await, are([[4, 4, 4]; 3]), "who stood when the month began is of it");
    }

    async fn f4_20_days_of_grace_are_charged_and_a_renewal_in_them_changes_no_month_that_is_over(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        for (code, months) in [("short", 1), ("long", 2)] {
            let body = json!({ "code": code, "name": code, "term_months": months, "grace_days": 60, "price_minor": 500 * months });
            post(&owner, &format!("/v1/msp/{}/plans", w.partner), body).await;
        }
        let [short, long, left] = [w.customer("Short", 10).await, w.customer("Long", 10).await, w.customer("Left", 10).await];
        w.pass_to(time("2026-11-21T10:00:00Z"));
        for (customer, code) in [(short, "short"), (long, "long"), (left, "short")] {
            put_on(&w, customer, code, false).await;
        }
        let renew = async |customer: CustomerId, offered: &str, other: &str| {
            // A session does not last for months.
            let browser = w.browser("owner").await;
            let page = browser.get(&format!("/msp/{}/customers/{customer}/subscriptions", w.partner)).await;
            assert!(page.status == 200 && page.text.contains(offered) && !page.text.contains(other), "{}", page.text);
            let id = held(&w, customer).await["id"].as_str().expect("an id").to_owned();
            post(&owner, &format!("/v1/tenants/{customer}/subscriptions/{id}/renew"), json!({})).await
        };
        let months = async |customer: CustomerId, periods: &[&str]| {
            let mut all = Vec::new();
            for period in periods {
                let bill = bill(&w, customer, period).await;
                all.push((bill["chargeable"].as_i64(), bill["charge"]["minor"].as_i64()));
            }
            all
        };
        let (charged, nothing) = ((Some(10), Some(5_000)), (None, None));
        // Its term ended on 21 December, and one from there would be over by now as well: it begins anew.
        w.pass_to(time("2027-02-10T10:00:00Z"));
        assert_eq!(months(short, &["2026-12", "2027-01", "2027-02"]).await, [charged; 3]);
        let anew = renew(short, "A new term of one month begins now", "Goes on for").await;
        assert_eq!(anew["starts_at"], "2027-02-10T10:00:00Z", "{anew}");
        assert_eq!(months(short, &["2026-12", "2027-01", "2027-02"]).await, [charged; 3], "what is over stays");
        // Its term ended on 21 January, and another one reaches beyond today: it goes on from there, over the whole of February.
        w.pass_to(time("2027-03-10T10:00:00Z"));
        assert_eq!(months(long, &["2027-01", "2027-02", "2027-03"]).await, [charged; 3]);
        let on = renew(long, "Goes on for 2 months from its end", "begins now").await;
        let days = ["starts_at", "ends_at"].map(|field| on[field].as_str().map(|at| at[..10].to_owned()));
        assert_eq!(days, ["2027-01-21", "2027-03-21"].map(|day| Some(day.to_owned())), "{on}");
        assert_eq!(months(long, &["2027-01", "2027-02", "2027-03"]).await, [charged; 3], "what is over stays");
        // Its days of grace ended on 19 February, and nobody renewed it.
        assert_eq!(months(left, &["2027-01", "2027-02", "2027-03"]).await, [charged, charged, nothing]);
    }

    async fn f4_20_a_customer_that_moves_is_charged_once_a_month(w: World) {
        w.order_seats(1).await;
        let there = format!("/v1/msp/{}", w.other);
        let other = w.client("other_owner").keyed();
        post(&other, &format!("{there}/orders"), json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
        plan(&w, "gold", "provisioned").await;
        let customer = w.customer("Mover", 10).await;
        w.pass_to(time("2026-11-21T10:00:00Z"));
        put_on(&w, customer, "gold", false).await;
        w.pass_to(time("2026-12-10T10:00:00Z"));
        let path = format!("/v1/msp/{}/customers/{customer}/move", w.partner);
        let moved = w.client("distributor_owner").keyed().post(&path, &json!({ "msp_id": w.other })).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        w.work().await;
        w.pass_to(time("2027-01-10T10:00:00Z"));
        let here = async |period: &str| line(&w.get("owner", &format!("licenses/units?period={period}")).await, customer);
        let gone = async |period: &str| line(&other.get(&format!("{there}/licenses/units?period={period}")).await.json, customer);
        let gold = (Some(1), Some("provisioned"), Some(10), Some(charged(10)));
        assert_eq!((said(&here("2026-12").await["bill"]), here("2027-01").await), (gold, Value::Null), "the MSP it came from charges the month it left in");
        let december = gone("2026-12").await;
        assert_eq!((&december["provisioned"], said(&december["bill"])), (&json!(10), (None, None, None, None)), "{december}");
        assert_eq!(said(&gone("2027-01").await["bill"]), gold, "as it was sold");
    }

    async fn f4_20_a_month_that_is_over_stays_when_a_customer_comes_back_with_another_plan(w: World) {
        w.order_seats(1).await;
        let there = format!("/v1/msp/{}", w.other);
        let other = w.client("other_owner").keyed();
        post(&other, &format!("{there}/orders"), json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
        post(&other, &format!("{there}/plans"), json!({ "code": "else", "name": "Else", "term_months": 1, "renew_months": 1, "meter": "peak", "price_minor": 700 })).await;
        plan(&w, "gold", "provisioned").await;
        let customer = w.customer("Returning", 10).await;
        w.pass_to(time("2026-11-21T10:00:00Z"));
        put_on(&w, customer, "gold", false).await;
        let boss = w.client("distributor_owner").keyed();
        w.pass_to(time("2026-12-10T10:00:00Z"));
        post(&boss, &format!("/v1/msp/{}/customers/{customer}/move", w.partner), json!({ "msp_id": w.other })).await;
        w.work().await;
        w.pass_to(time("2026-12-15T10:00:00Z"));
        let sold = other.get(&format!("/v1/tenants/{customer}/subscriptions")).await.json["data"][0]["id"].as_str().expect("an id").to_owned();
        post(&other, &format!("/v1/tenants/{customer}/subscriptions/{sold}/plan"), json!({ "plan": "else" })).await;
        let gold = (Some(1), Some("provisioned"), Some(10), Some(charged(10)));
        let months = async || {
            let (mut all, by) = (Vec::new(), w.client("owner"));
            for period in ["2026-11", "2026-12"] {
                let month = by.get(&format!("/v1/msp/{}/licenses/units?period={period}", w.partner)).await.json;
                all.push(line(&month, customer)["bill"].clone());
            }
            all
        };
        w.pass_to(time("2027-01-05T10:00:00Z"));
        let before = months().await;
        assert_eq!([said(&before[0]), said(&before[1])], [gold, gold]);
        w.pass_to(time("2027-02-10T10:00:00Z"));
        post(&boss, &format!("{there}/customers/{customer}/move"), json!({ "msp_id": w.partner })).await;
        w.work().await;
        // What is decided after it came back says nothing of December either.
        w.pass_to(time("2027-02-10T11:00:00Z"));
        post(&w.client("owner").keyed(), &format!("/v1/tenants/{customer}/subscriptions/{sold}/renew"), json!({})).await;
        assert_eq!(months().await, before);
        w.pass_to(time("2027-03-20T10:00:00Z"));
        assert_eq!(months().await, before);
        assert_eq!(said(&bill(&w, customer, "2027-03").await).1, Some("peak"), "it came back with what it was sold there");
    }

    async fn f4_18_no_price_stands_in_the_trail(w: World) {
        plan(&w, "gold", "peak").await;
        let (owner, path) = (w.client("owner"), format!("/v1/msp/{}/plans/gold", w.partner));
        let tag = owner.get(&path).await.header("etag").to_owned();
        let changed = owner.with("if-match", &tag).patch(&path, &json!({ "price_minor": 987_654, "name": "Dearer" })).await;
        assert_eq!((changed.status, &changed.json["price"]["minor"]), (200, &json!(987_654)), "{}", changed.text);
        for who in ["admin", "auditor"] {
            for trail in ["audit", "audit/export"] {
                let seen = w.client(who).get(&format!("/v1/msp/{}/{trail}", w.partner)).await;
                assert!(seen.status == 200 && seen.text.contains("edit_plan") && !seen.text.contains("987654"), "{who} {trail}: {}", seen.text);
            }
            let page = w.browser(who).await.get(&format!("/msp/{}/audit", w.partner)).await;
            assert!(page.status == 200 && !page.text.contains("987654") && !page.text.contains("9,876.54"), "{who}: {}", page.text);
        }
    }
}
