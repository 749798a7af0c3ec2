//! Idle seats, their way back, and when seats run out.

use serde_json::{Value, json};
use store::{CustomerId, Timestamp};

use super::sources::{Feed, PEOPLE, crowd, tenant};
use crate::{
    scenes,
    support::{Dice, World},
};

pub async fn join(w: &World, customer: CustomerId, members: i64) {
    for n in 0..members {
        let body = json!({ "email": format!("p{n}-{}@people.example", w.now().0), "status": "active" });
        let made = w.client("owner").keyed().post(&format!("/v1/tenants/{customer}/members"), &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
}

fn of(list: &Value, customer: CustomerId) -> Value {
    let found = list.as_array().and_then(|all| all.iter().find(|row| row["tenant_id"] == json!(customer)));
    found.cloned().unwrap_or_default()
}

pub async fn held(w: &World, customer: CustomerId) -> i64 {
    let rows = w.get("owner", "licenses/by-tenant?page[size]=200").await;
    of(&rows["data"], customer)["allocated"].as_i64().expect("seats")
}

scenes! {
    async fn idle_seats_are_ranked_with_their_price_and_go_back_at_once(w: World) {
        w.order_seats(1).await;
        let (full, idle) = (w.customer("Full", 10).await, w.customer("Idle", 60).await);
        join(&w, full, 9).await;
        join(&w, idle, 9).await;
        w.pass_days(20);
        w.work().await;
        let early = w.get("owner", "licenses/outlook").await;
        assert_eq!((&of(&early["idle"], idle)["idle"], &of(&early["idle"], idle)["releasable"]), (&json!(51), &json!(0)), "what came within 30 days is left to it: {early}");
        w.pass_days(15);
        let late = w.customer("Late", 40).await;
        let outlook = w.get("owner", "licenses/outlook").await;
        let found = of(&outlook["idle"], idle);
        // Nine used: ten are enough. A year's thousand at 15,600.00 is 1.30 a seat and month.
        assert_eq!((&found["peak_users"], &found["idle"], &found["releasable"]), (&json!(9), &json!(51), &json!(50)), "{found}");
        assert_eq!(found["cost"], json!({ "minor": 6_630, "currency": "EUR" }));
        assert_eq!((&of(&outlook["idle"], full)["idle"], &of(&outlook["idle"], full)["releasable"]), (&json!(1), &json!(0)));
        assert_eq!((&of(&outlook["idle"], late)["idle"], &of(&outlook["idle"], late)["releasable"]), (&json!(40), &json!(0)));
        assert_eq!((&outlook["idle_seats"], &outlook["idle"][0]["tenant_id"]), (&json!(92), &json!(idle)), "most first: {outlook}");
        assert!(w.get("auditor", "licenses/outlook").await.get("idle_cost").is_none(), "an auditor sees no prices");

        let path = format!("/v1/msp/{}/licenses/right-size", w.partner);
        let owner = w.client("owner").keyed();
        let preview = w.client("owner").post(&format!("{path}?preview=true"), &json!({})).await;
        assert_eq!((preview.status, &preview.json["done"], held(&w, idle).await), (200, &json!(1), 60), "{}", preview.text);
        for (who, status) in [("technician", 403), ("auditor", 403), ("other_owner", 404)] {
            assert_eq!(w.client(who).keyed().post(&path, &json!({})).await.status, status, "{who}");
        }
        assert_eq!(owner.post(&path, &json!({ "ids": [full] })).await.json["done"], 0, "only those that are named");
        let page = w.browser("owner").await.get(&format!("/msp/{}/licenses/outlook", w.partner)).await;
        assert!(page.text.contains("See how 50 could go back") && page.text.contains("Idle"), "{}", page.text);
        let browser = w.browser("owner").await;
        let shown = browser.get(&format!("/msp/{}/licenses/right-size", w.partner)).await;
        assert!(shown.status == 200 && shown.text.contains(&format!("value=\"{idle}\"")), "{}", shown.text);
        let done = browser.form(&format!("/msp/{}/licenses/right-size", w.partner), &[("id", &idle.to_string()), ("idempotency_key", "size-1")]).await;
        assert_eq!((done.status, held(&w, idle).await), (200, 10), "{}", done.text);
        let undo = done.text.split("name=\"undo\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a way back").to_owned();
        let undone = browser.form(&format!("/msp/{}/customers/bulk/undo", w.partner), &[("undo", &undo), ("back", ""), ("idempotency_key", "size-2")]).await;
        assert_eq!((undone.status, held(&w, idle).await), (200, 60), "{}", undone.text);
    }

    async fn a_forecast_follows_the_days_and_says_how_sure_it_is(w: World) {
        w.order_seats(1).await;
        let (growing, quiet) = (w.customer("Growing", 60).await, w.customer("Quiet", 60).await);
        join(&w, quiet, 5).await;
        join(&w, growing, 1).await;
        let young = w.get("owner", "licenses/outlook").await;
        assert_eq!((&young["pool"]["verdict"], of(&young["customers"], growing)), (&json!("not_enough_history"), Value::Null), "{young}");
        for _ in 0..19 {
            w.pass_days(1);
            join(&w, growing, 1).await;
        }
        w.work().await;
        let outlook = w.get("owner", "licenses/outlook").await;
        let found = of(&outlook["customers"], growing);
        // Twenty in use after twenty days, one more a day, forty free.
        assert_eq!((&found["verdict"], &found["per_day"], &found["likely_days"], &found["earliest_days"], &found["latest_days"]),
            (&json!("runs_out"), &json!(1.0), &json!(40), &json!(40), &json!(40)), "{outlook}");
        assert_eq!(of(&outlook["customers"], quiet), Value::Null, "five all the time last");
        // 975 would be free at that pace; the order they come from ends before.
        let ends: Timestamp = w.get("owner", "orders").await["data"][0]["ends_at"].as_str().expect("a time").parse().expect("a time");
        let left = (ends.0 - w.now().0) / Timestamp::DAY;
        assert!(left > 300 && left < 366, "{left}");
        assert_eq!((&outlook["pool"]["history_days"], &outlook["pool"]["active_users"], &outlook["pool"]["likely_days"]), (&json!(20), &json!(25), &json!(left)), "{outlook}");
        assert_eq!((&outlook["pool"]["left_then"], found.get("left_then")), (&json!(0), Some(&Value::Null)), "{outlook}");
        w.assign("technician", &[quiet]).await;
        assert_eq!(w.get("technician", "licenses/outlook").await["pool"], Value::Null, "who sees one customer is told nothing of the pool");
        let page = w.browser("owner").await.get(&format!("/msp/{}/licenses/outlook", w.partner)).await;
        assert!(page.text.contains("about 40 days left (40 to 40)"), "{}", page.text);
    }

    async fn a_pool_runs_out_when_an_order_ends_that_it_needs(w: World) {
        let buy = async |sku: &str| {
            let made = w.client("owner").keyed().post(&format!("/v1/msp/{}/orders", w.partner), &json!({ "sku": sku, "quantity": 1 })).await;
            assert_eq!(made.status, 201, "{}", made.text);
            made.json["ends_at"].as_str().expect("a time").parse::<Timestamp>().expect("a time")
        };
        let soon = buy("SEATS-100-M").await;
        let growing = w.customer("Growing", 90).await;
        join(&w, growing, 1).await;
        for _ in 0..19 {
            w.pass_days(1);
            join(&w, growing, 1).await;
        }
        w.work().await;
        let pool = async || w.get("owner", "licenses/outlook").await["pool"].clone();
        let whole = |end: Timestamp| (end.0 - w.now().0) / Timestamp::DAY;
        let now = pool().await;
        // Twenty of a hundred, one more a day: eighty days, were the hundred not a month's.
        assert_eq!((&now["limit"], &now["verdict"], &now["left_then"]), (&json!(100), &json!("runs_out"), &json!(0)), "{now}");
        let days = json!(whole(soon));
        assert_eq!((&now["earliest_days"], &now["likely_days"], &now["latest_days"]), (&days, &days, &days), "{now}");
        let page = w.browser("owner").await.get(&format!("/msp/{}/licenses/outlook", w.partner)).await;
        let says = format!("about {days} days left ({days} to {days}). Orders end then, and the pool has 0 seats.");
        assert!(page.text.contains(&says), "{says}: {}", page.text);
        // With a hundred for a year the month's end leaves enough, and the line is met in eighty days.
        let late = buy("SEATS-100-Y").await;
        let now = pool().await;
        assert_eq!((&now["limit"], &now["likely_days"], &now["left_then"]), (&json!(200), &json!(80), &Value::Null), "{now}");
        // The same oracle day by day: the first day on which the line is not below what the orders grant.
        for _ in 0..3 {
            buy("SEATS-100-Y").await;
        }
        let grants = |day: i64| {
            let at = w.now().0 + (day + 1) * Timestamp::DAY;
            if at <= soon.0 { 500 } else if at <= late.0 { 400 } else { 0 }
        };
        let meant = (0..).find(|day| 20 + day + 1 > grants(*day)).expect("a day");
        let now = pool().await;
        assert_eq!((now["likely_days"].as_i64(), now["left_then"].as_i64()), (Some(meant), Some(0)), "{now}");
        assert_eq!(meant, whole(late), "380 free at one a day, and the year's orders end before");
    }

    async fn a_forecast_knows_who_is_about_to_come(w: World) {
        let (customer, domain) = tenant(&w, "Anflug GmbH", 20).await;
        w.site.says(PEOPLE, &crowd(0..5, &domain));
        let feed = Feed::csv(&w, customer).await;
        feed.run().await;
        let pending = |waiting: i64, held: i64, sync: i64| json!({ "total": waiting + held + sync, "waiting": waiting, "held": held, "sync": sync });
        let outlook = async || w.get("owner", "licenses/outlook").await;
        let pool = async |what: &str| outlook().await["pool"][what].clone();
        assert_eq!((pool("pending").await, of(&outlook().await["customers"], customer)), (pending(0, 0, 0), Value::Null));
        // Stopped by the safeguard: ten would come and five go.
        w.site.says(PEOPLE, &crowd(50..60, &domain));
        assert_eq!(feed.run().await["status"], "stopped");
        let now = outlook().await;
        assert_eq!((&now["pool"]["pending"], of(&now["customers"], customer)), (&pending(0, 0, 5), Value::Null), "they fit: {now}");
        // The next one takes its place: twenty would come, one would go, and fifteen seats are free.
        w.site.says(PEOPLE, &crowd(1..25, &domain));
        let run = feed.preview().await;
        assert_eq!((&run["status"], &run["counts"]["to_seat"], &run["counts"]["freed"]), (&json!("judged"), &json!(20), &json!(1)), "{run}");
        let now = outlook().await;
        let found = of(&now["customers"], customer);
        assert_eq!((&found["verdict"], &found["likely_days"], &found["latest_days"], &found["per_day"]), (&json!("runs_out"), &json!(0), &json!(0), &Value::Null), "{now}");
        assert_eq!((&found["active_users"], &found["limit"], &found["pending"]), (&json!(5), &json!(20), &pending(0, 0, 19)), "{now}");
        assert_eq!((&now["pool"]["pending"], &now["pool"]["verdict"]), (&pending(0, 0, 19), &json!("not_enough_history")), "{now}");
        let page = w.browser("owner").await.get(&format!("/msp/{}/licenses/outlook", w.partner)).await;
        for said in ["5 of 20 are in use, and those who are about to come need all that is free.", "About to come: 19 (19 more by a sync that waits for a decision)."] {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        let act = async |run: &Value, word: &str| {
            let decided = feed.post(&format!("/runs/{}/{word}", run["id"].as_str().expect("an id"))).await;
            assert_eq!(decided.status, 200, "{}", decided.text);
            w.work().await;
        };
        act(&run, "discard").await;
        assert_eq!(pool("pending").await, pending(0, 0, 0), "nobody comes any more");
        // Twenty more come to fifteen seats, and one whose address is nobody's.
        w.site.says(PEOPLE, &format!("{}99,x@elsewhere.example,Else\n", crowd(0..25, &domain)));
        let run = feed.preview().await;
        assert_eq!(pool("pending").await, pending(0, 0, 20));
        act(&run, "apply").await;
        let now = outlook().await;
        let found = of(&now["customers"], customer);
        assert_eq!((&found["verdict"], &found["active_users"], &found["pending"]), (&json!("used_up"), &json!(20), &pending(5, 1, 0)), "{now}");
        w.site.says(PEOPLE, &format!("{}99,x@elsewhere.example,Else\n", crowd(0..27, &domain)));
        feed.preview().await;
        assert_eq!(pool("pending").await, pending(5, 1, 2));
        assert_eq!(w.client("technician").delete(&feed.path("")).await.status, 204);
        assert_eq!(pool("pending").await, pending(5, 1, 0), "a source that is no more brings nobody");
    }

    async fn a_forecast_counts_nobody_twice(w: World) {
        let (customer, domain) = tenant(&w, "Einmal GmbH", 40).await;
        let other = |numbers: std::ops::Range<usize>| crowd(numbers, "elsewhere.example").replace("id,email,name\n", "");
        let pending = |waiting: i64, held: i64, sync: i64| json!({ "total": waiting + held + sync, "waiting": waiting, "held": held, "sync": sync });
        let outlook = async || w.get("owner", "licenses/outlook").await;
        w.site.says(PEOPLE, &format!("{}{}", crowd(0..5, &domain), other(100..130)));
        let feed = Feed::csv(&w, customer).await;
        feed.run().await;
        assert_eq!(outlook().await["pool"]["pending"], pending(0, 30, 0));
        // The addresses of all thirty are put right: they are held, and they are whom the run brings.
        w.site.says(PEOPLE, &format!("{}{}", crowd(0..5, &domain), crowd(100..130, &domain).replace("id,email,name\n", "")));
        let run = feed.preview().await;
        assert_eq!((&run["counts"]["to_seat"], &run["counts"]["awaited"]), (&json!(30), &json!(30)), "{run}");
        let now = outlook().await;
        assert_eq!((&now["pool"]["pending"], of(&now["customers"], customer)), (&pending(0, 30, 0), Value::Null), "thirty to thirty-five free: {now}");
        // Forty-two to forty seats: two wait.
        w.site.says(PEOPLE, &format!("{}{}", crowd(0..40, &domain), other(100..130)));
        feed.run().await;
        w.site.says(PEOPLE, &format!("{}{}", crowd(0..42, &domain), other(100..130)));
        feed.run().await;
        assert_eq!(outlook().await["pool"]["pending"], pending(2, 30, 0));
        // The two who wait go, and three come.
        w.site.says(PEOPLE, &format!("{}{}", crowd((0..40).chain(50..53), &domain), other(100..130)));
        let run = feed.preview().await;
        assert_eq!((&run["counts"]["freed"], &run["counts"]["awaited"]), (&json!(0), &json!(2)), "{run}");
        assert_eq!(outlook().await["pool"]["pending"], pending(2, 30, 1));
        // One who is active would be held, one who is held goes, and four come.
        w.site.says(PEOPLE, &format!("{}{}{}", crowd((1..42).chain(50..54), &domain), other(0..1), other(101..130)));
        let run = feed.preview().await;
        assert_eq!((&run["counts"]["to_seat"], &run["counts"]["freed"], &run["counts"]["awaited"]), (&json!(4), &json!(1), &json!(1)), "{run}");
        assert_eq!(outlook().await["pool"]["pending"], pending(2, 30, 2));
    }

    async fn idle_seats_agree_with_a_count_in_a_straight_line(w: World) {
        w.order_seats(2).await;
        let (mut dice, mut customers) = (Dice::new(30), Vec::new());
        for n in 0..3 {
            customers.push((w.customer(&format!("Line {n}"), 30).await, 30_i64, Vec::<(i64, i64)>::new()));
        }
        let owner = w.client("owner").keyed();
        let day = |w: &World| w.now().0 / store::Timestamp::DAY;
        for _ in 0..25 {
            w.pass_days(1 + dice.below(4));
            let at = usize::try_from(dice.below(3)).expect("small");
            let active = customers[at].2.last().map_or(0, |(_, n)| *n);
            match dice.below(3) {
                0 if active < customers[at].1 => {
                    join(&w, customers[at].0, 1).await;
                    let today = day(&w);
                    customers[at].2.push((today, active + 1));
                }
                1 if active > 0 => {
                    let members = owner.get(&format!("/v1/tenants/{}/members?page[size]=1", customers[at].0)).await;
                    let member = members.json["data"][0]["id"].as_str().expect("a member").to_owned();
                    assert_eq!(owner.delete(&format!("/v1/tenants/{}/members/{member}", customers[at].0)).await.status, 200);
                    let today = day(&w);
                    customers[at].2.push((today, active - 1));
                }
                _ => {
                    let given = owner.post("/v1/licenses/allocate", &json!({ "tenant_id": customers[at].0, "seats": 2 })).await;
                    assert_eq!(given.status, 200, "{}", given.text);
                    customers[at].1 += 2;
                }
            }
            w.work().await;
            let outlook = w.get("owner", "licenses/outlook").await;
            for (customer, seats, told) in &customers {
                let first = day(&w) - 29;
                let stood = told.iter().rev().find(|(at, _)| *at < first).map_or(0, |(_, n)| *n);
                let peak = told.iter().filter(|(at, _)| *at >= first).map(|(_, n)| *n).max().unwrap_or(0).max(stood);
                let found = of(&outlook["idle"], *customer);
                let idle = seats - peak;
                assert_eq!(found["idle"].as_i64().unwrap_or(0), idle.max(0), "{told:?} of {seats}: {outlook}");
            }
        }
    }
}
