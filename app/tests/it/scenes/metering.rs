//! Monthly active accounts and their allowance: by each row's test, and against an oracle that counts the intervals themselves over
//! months, zones and moves between partners.

use std::collections::{BTreeMap, BTreeSet};

use command::Call;
use http::Method;
use serde_json::{Value, json};
use store::{CustomerId, PartnerId, Region, Timestamp, Zone, p, sql};
use tenantry::licensing::{
    metering::HistoryOf,
    month::Month,
    pools::{PublishUsage, UsageOf},
};

use super::offboarding::{at, ok, post};
use crate::{
    scenes,
    support::{Client, Dice, World, rounds},
};

pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Months of a partner. Their sums are kept beside the numbers they are of: here they are added up each time.
pub async fn metered(by: &Client, partner: PartnerId, query: &str) -> Value {
    let answer = ok(by, &format!("/v1/msp/{partner}/metering/maa?{query}")).await;
    for month in answer["data"].as_array().map_or_else(|| std::slice::from_ref(&answer), Vec::as_slice) {
        let lines = month["by_customer"].as_array().expect("customers");
        assert_eq!(month["maa"].as_i64(), Some(lines.iter().filter_map(|l| l["maa"].as_i64()).sum()), "{month}");
    }
    answer
}

/// One customer's accounts in an answer; none when it is not listed.
pub fn of(answer: &Value, customer: CustomerId) -> Option<i64> {
    let lines = answer["by_customer"].as_array().expect("customers");
    lines.iter().find(|l| l["tenant_id"] == customer.to_string()).and_then(|l| l["maa"].as_i64())
}

/// A customer's accounts of a month, as its partner sees them now.
async fn users(w: &World, customer: CustomerId, period: &str) -> Option<i64> {
    of(&metered(&w.client("owner"), w.partner, &format!("period={period}")).await, customer)
}

pub async fn member(by: &Client, customer: CustomerId, name: &str) -> String {
    let body = json!({ "email": format!("{name}@metered.example"), "status": "active" });
    post(by, &format!("/v1/tenants/{customer}/members"), body).await["id"].as_str().expect("an id").to_owned()
}

pub async fn turn(by: &Client, customer: CustomerId, id: &str, status: &str) {
    let turned = by.patch(&format!("/v1/tenants/{customer}/members/{id}"), &json!({ "status": status })).await;
    assert_eq!(turned.status, 200, "{}", turned.text);
}

pub async fn crowd(w: &World, by: &Client, customer: CustomerId, n: usize) {
    let csv = (0..n).fold(String::from("email\n"), |csv, n| format!("{csv}p{n}@metered.example\n"));
    let path = format!("/v1/tenants/{customer}/members/import?start=true");
    let begun = by.request(Method::POST, &path, Some("text/csv"), csv.into_bytes()).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    w.work().await;
}

/// News of a month that was held up on its way, told to whoever is billed for it: so many were active at its end, and nobody else.
async fn late_news(w: &World, customer: CustomerId, period: &str, active: i64, seq: i64) {
    let months = json!([{ "month": period, "users": active, "active_users": active }]);
    let news = json!({ "customer": customer, "active_users": active, "members": active, "waiting": 0, "months": months, "seq": seq, "at": w.now() });
    let news: PublishUsage = serde_json::from_value(news).expect("news");
    let mut elsewhere = w.app.house.execute(Call::operator(), UsageOf(news)).await.expect("booked").value;
    while let Some(months) = elsewhere {
        elsewhere = w.app.house.execute(Call::operator(), months).await.expect("booked").value;
    }
}

async fn allowance(by: &Client, partner: PartnerId, quantity: i64) -> Value {
    post(by, &format!("/v1/msp/{partner}/orders"), json!({ "sku": "MAA-1K-Y", "quantity": quantity })).await
}

scenes! {
    async fn f0_16_numbers_are_everybodys_extend_is_for_those_who_may_purchase(w: World) {
        w.order_seats(1).await;
        let shown = w.customer("Shown", 5).await;
        let owner = w.client("owner").keyed();
        member(&owner, shown, "a").await;
        allowance(&owner, w.partner, 3).await;
        let path = format!("/msp/{}/metering", w.partner);
        let page = w.browser("owner").await.get(&path).await;
        assert!(page.status == 200 && page.text.contains("3,000") && page.text.contains("sku=MAA-1K-Y"), "{}", page.text);
        // Who may not purchase but may allocate asks for an order; the others do neither.
        for (who, asks) in [("admin", true), ("technician", false), ("auditor", false)] {
            let page = w.browser(who).await.get(&path).await;
            assert!(page.status == 200 && page.text.contains("3,000") && page.text.contains("Shown"), "{who}: {}", page.text);
            assert!(!page.text.contains("Extend"), "{who} may not purchase");
            assert_eq!(page.text.contains("sku=MAA-1K-Y") && page.text.contains("Request"), asks, "{who}: {}", page.text);
        }
        let german = w.browser("owner").await.speaking("de").get(&path).await;
        assert!(german.text.contains("MAA-Kontingent") && german.text.contains("3.000"), "{}", german.text);
        assert_eq!(w.browser("other_owner").await.get(&path).await.status, 404);
        let form = w.browser("owner").await.get(&format!("/msp/{}/licenses/orders?sku=MAA-1K-Y", w.partner)).await;
        assert!(form.text.contains(r#"name="q-MAA-1K-Y" value="1""#), "{}", form.text);
        // Who sees only some customers sees those, their sums, and no overage of the whole.
        let hidden = w.customer("Hidden", 5).await;
        member(&owner, hidden, "b").await;
        w.assign("technician", &[shown]).await;
        let all = metered(&owner, w.partner, "").await;
        let some = metered(&w.client("technician"), w.partner, "").await;
        assert_eq!((&all["maa"], &all["overage"], &some["maa"], &some["overage"]), (&json!(2), &json!(0), &json!(1), &Value::Null), "{all} {some}");
        assert_eq!((of(&some, shown), of(&some, hidden), of(&all, hidden)), (Some(1), None, Some(1)));
        let page = w.browser("technician").await.get(&path).await;
        assert!(!page.text.contains("Hidden") && page.text.contains("Shown"), "{}", page.text);
    }

    async fn f0_03_deactivating_leaves_the_number_of_accounts_and_maa_until_the_next_month(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let (one, two) = (w.customer("One", 5).await, w.customer("Two", 5).await);
        let (ann, _, _) = (member(&owner, one, "ann").await, member(&owner, one, "bo").await, member(&owner, two, "cy").await);
        let shown = async || {
            let kpi = owner.get(&format!("/v1/msp/{}/portfolio", w.partner)).await.json["kpis"]["members"]["value"].clone();
            (kpi, metered(&owner, w.partner, "").await["maa"].clone())
        };
        assert_eq!(shown().await, (json!(3), json!(3)));
        turn(&owner, one, &ann, "inactive").await;
        assert_eq!(shown().await, (json!(3), json!(3)), "it was active in this month");
        w.pass_to(time("2026-12-01T00:00:00Z"));
        assert_eq!(shown().await, (json!(3), json!(2)));
    }

    async fn f0_17_each_account_that_was_active_in_a_month_counts_once(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let id = w.customer("Months", 20).await;
        assert_eq!(users(&w, id, "2026-11").await, Some(0));
        let mut people = Vec::new();
        for name in ["ann", "bo", "cy", "di"] {
            people.push(member(&owner, id, name).await);
        }
        for status in ["inactive", "active", "inactive", "active"] {
            turn(&owner, id, &people[0], status).await;
        }
        assert_eq!(users(&w, id, "2026-11").await, Some(4), "on and off and on is one");
        // Until exactly the month's end, and a second longer.
        w.pass_to(time("2026-12-01T00:00:00Z"));
        assert_eq!(users(&w, id, "2026-12").await, Some(4), "who is active when a month begins is active in it, whether or not anything happens");
        turn(&owner, id, &people[0], "inactive").await;
        assert_eq!((users(&w, id, "2026-11").await, users(&w, id, "2026-12").await), (Some(4), Some(3)), "active until 00:00:00 is not active on the 1st");
        w.pass_to(time("2026-12-01T00:00:01Z"));
        turn(&owner, id, &people[1], "inactive").await;
        assert_eq!(users(&w, id, "2026-12").await, Some(3), "a second is enough");
        // Deleted and erased people were active all the same.
        w.pass_to(time("2026-12-10T00:00:00Z"));
        assert_eq!(owner.delete(&format!("/v1/tenants/{id}/members/{}", people[2])).await.status, 200);
        assert_eq!((users(&w, id, "2026-11").await, users(&w, id, "2026-12").await), (Some(4), Some(3)));
        // A month of quiet, and the one after it.
        w.pass_to(time("2027-02-14T00:00:00Z"));
        assert_eq!((users(&w, id, "2027-01").await, users(&w, id, "2027-02").await), (Some(1), Some(1)));
        turn(&owner, id, &people[3], "inactive").await;
        w.pass_to(time("2027-03-02T00:00:00Z"));
        let said = metered(&owner, w.partner, "months=6").await;
        let months: Vec<_> = said["data"].as_array().expect("months").iter().map(|m| (m["period"].as_str().expect("a month"), of(m, id), m["state"].as_str().expect("a state"))).collect();
        assert_eq!(months, [
            ("2026-10", None, "final"),
            ("2026-11", Some(4), "final"),
            ("2026-12", Some(3), "final"),
            ("2027-01", Some(1), "final"),
            ("2027-02", Some(1), "draft"),
            ("2027-03", Some(0), "open"),
        ]);
        assert_eq!(kept(&w, id).await.iter().map(|m| m.3).collect::<Vec<_>>(), [4, 3, 1], "the region keeps what is over with the next change");
        let by = w.client("owner");
        let path = format!("/v1/msp/{}/metering/maa", w.partner);
        for (query, status) in [("period=2027-04", 422), ("period=2027-13", 400), ("period=March", 400), ("months=0", 400), ("months=37", 400), ("months=x", 400), ("period=2027-01&months=2", 400), ("colour=red", 400)] {
            assert_eq!(by.get(&format!("{path}?{query}")).await.status, status, "{query}");
        }
        assert_eq!(w.client("other_owner").get(&path).await.status, 404);
        assert_eq!(w.client("nobody").get(&path).await.status, 401);
    }

    async fn f0_18_the_allowance_blocks_nothing(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let id = w.customer("Beyond", 20).await;
        for n in 0..3 {
            let name = format!("beyond{n}");
            let made = owner.post(&format!("/v1/tenants/{id}/members"), &json!({ "email": format!("{name}@metered.example"), "status": "active" })).await;
            assert_eq!(made.status, 201, "{}", made.text);
        }
        let now = metered(&owner, w.partner, "").await;
        assert_eq!((&now["maa"], &now["allowance"], &now["overage"], &now["state"]), (&json!(3), &json!(0), &json!(3), &json!("open")), "{now}");
    }

    async fn f0_19_what_lies_beyond_the_allowance_is_overage(w: World) {
        w.order_seats(3).await;
        let owner = w.client("owner").keyed();
        let (one, two) = (w.customer("Fourteen", 1_500).await, w.customer("Nine", 1_000).await);
        crowd(&w, &owner, one, 1_400).await;
        crowd(&w, &owner, two, 900).await;
        allowance(&owner, w.partner, 2).await;
        let now = metered(&owner, w.partner, "").await;
        assert_eq!((&now["maa"], &now["allowance"], &now["overage"]), (&json!(2_300), &json!(2_000), &json!(300)), "{now}");
        assert_eq!((of(&now, one), of(&now, two)), (Some(1_400), Some(900)));
        let page = w.browser("owner").await.get(&format!("/msp/{}/metering", w.partner)).await;
        assert!(page.text.contains("2,300") && page.text.contains("Beyond the allowance"), "{}", page.text);
        allowance(&owner, w.partner, 1).await;
        let now = metered(&owner, w.partner, "").await;
        assert_eq!((&now["allowance"], &now["overage"]), (&json!(3_000), &json!(0)), "{now}");
        // A purged customer's months stay, with its name.
        let tag = owner.get(&at(&w, two)).await.header("etag").to_owned();
        assert_eq!(owner.with("if-match", &tag).delete(&at(&w, two)).await.status, 200);
        w.work().await;
        let begun = owner.post(&format!("/v1/msp/{}/removed/{two}/purge", w.partner), &json!({ "name": "Nine" })).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        w.work().await;
        w.pass_to(time("2026-12-02T00:00:00Z"));
        let (before, now) = (metered(&owner, w.partner, "period=2026-11").await, metered(&owner, w.partner, "").await);
        assert_eq!((of(&before, two), of(&now, two), &before["maa"], &now["maa"]), (Some(900), None, &json!(2_300), &json!(1_400)), "{before} {now}");
        assert!(before["by_customer"].as_array().expect("lines").iter().any(|l| l["name"] == "Nine"), "{before}");
    }

    async fn f0_20_a_months_allowance_is_its_level_at_the_last_instant(w: World) {
        let owner = w.client("owner").keyed();
        w.pass_to(time("2027-03-10T12:00:00Z"));
        allowance(&owner, w.partner, 2).await;
        w.pass_to(time("2027-08-31T23:59:59Z"));
        allowance(&owner, w.partner, 1).await;
        w.pass_to(time("2028-02-20T00:00:00Z"));
        let levels = async || {
            let said = metered(&owner, w.partner, "months=12").await;
            let month = |m: &Value| (m["period"].as_str().expect("a month").to_owned(), m["allowance"].as_i64().expect("a level"));
            said["data"].as_array().expect("months").iter().map(month).collect::<BTreeMap<_, _>>()
        };
        let year = levels().await;
        assert_eq!(year.len(), 12);
        assert_eq!(year.values().copied().collect::<Vec<_>>(), [2_000, 2_000, 2_000, 2_000, 2_000, 3_000, 3_000, 3_000, 3_000, 3_000, 3_000, 3_000]);
        // In its thirteenth month the order is still live, and counts in none.
        w.pass_to(time("2028-03-10T11:59:59Z"));
        assert_eq!(levels().await["2028-03"], 3_000, "the level now");
        w.pass_to(time("2028-03-10T12:00:00Z"));
        let year = levels().await;
        assert_eq!((year["2028-03"], year["2028-02"]), (1_000, 3_000));
        w.pass_to(time("2028-10-05T00:00:00Z"));
        let year = levels().await;
        assert_eq!((year["2028-02"], year["2028-03"], year["2028-07"], year["2028-08"], year["2028-09"]), (3_000, 1_000, 1_000, 0, 0), "months of none are there too");
        let page = w.browser("owner").await.get(&format!("/msp/{}/metering", w.partner)).await;
        for word in ["10 Mar 2027", "10 Mar 2028", "MAA-1K-Y", "owner@staff.example", "31 Aug 2027", "31 Aug 2028", "Oct 2028"] {
            assert!(page.text.contains(word), "{word}: {}", page.text);
        }
    }

    async fn f0_21_an_order_raises_the_allowance_for_twelve_months_and_fills_no_seat(w: World) {
        let owner = w.client("owner").keyed();
        let orders = format!("/v1/msp/{}/orders", w.partner);
        w.order_seats(1).await;
        let skus = ok(&owner, &format!("/v1/msp/{}/skus", w.partner)).await;
        let sku = skus["data"].as_array().expect("skus").iter().find(|s| s["sku"] == "MAA-1K-Y").expect("sold").clone();
        assert_eq!((&sku["unit"], &sku["units"], &sku["term_months"]), (&json!("maa"), &json!(1_000), &json!(12)));
        let body = json!({ "sku": "MAA-1K-Y", "quantity": 2 });
        let preview = owner.post(&format!("{orders}?preview=true"), &body).await;
        let level = preview.json["effects"].as_array().expect("effects").iter().find(|e| e["field"] == "maa_allowance").cloned().expect("an effect");
        assert_eq!((&level["before"], &level["after"]), (&json!(0), &json!(2_000)), "{}", preview.text);
        assert_eq!(w.client("admin").keyed().post(&orders, &body).await.status, 403);
        w.pass_to(time("2028-02-29T10:00:00Z"));
        let once = w.client("owner").with("idempotency-key", "the-same-order");
        let first = once.post(&orders, &body).await;
        assert_eq!(first.status, 201, "{}", first.text);
        assert_eq!((&first.json["units"], &first.json["ends_at"], &first.json["buyer"]), (&json!(2_000), &json!("2029-02-28T10:00:00Z"), &json!("owner@staff.example")), "{}", first.text);
        let again = once.post(&orders, &body).await;
        assert_eq!((again.json["id"].clone(), metered(&owner, w.partner, "").await["allowance"].clone()), (first.json["id"].clone(), json!(2_000)));
        let pool = ok(&owner, &format!("/v1/msp/{}/licenses/summary", w.partner)).await;
        assert_eq!(pool["total"], 0, "the seats of 2026 are over, and an allowance is none: {pool}");
        let form = w.browser("owner").await.form(&format!("/msp/{}/licenses/orders", w.partner), &[("q-MAA-1K-Y", "1"), ("v-MAA-1K-Y", "1"), ("idempotency_key", "form1")]).await;
        assert!(form.status == 303 && form.header("location").ends_with("/metering"), "{} {}", form.status, form.header("location"));
        assert_eq!(metered(&owner, w.partner, "").await["allowance"], 3_000, "orders stack");
        w.pass_to(time("2029-02-28T09:59:59Z"));
        assert_eq!(metered(&owner, w.partner, "").await["allowance"], 3_000);
        w.pass_to(time("2029-02-28T10:00:00Z"));
        assert_eq!(metered(&owner, w.partner, "").await["allowance"], 0);
    }

    async fn f0_22_the_overall_history_is_the_sum_of_the_customers(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let (red, blue) = (w.customer("Red", 20).await, w.customer("Blue", 20).await);
        let one = member(&owner, red, "red1").await;
        member(&owner, blue, "blue1").await;
        w.pass_to(time("2026-12-20T00:00:00Z"));
        member(&owner, blue, "blue2").await;
        turn(&owner, red, &one, "inactive").await;
        w.pass_to(time("2027-01-20T00:00:00Z"));
        let said = metered(&owner, w.partner, "months=12").await;
        let months = said["data"].as_array().expect("months");
        assert_eq!(months.len(), 12);
        for month in months {
            let sum: i64 = month["by_customer"].as_array().expect("lines").iter().map(|l| l["maa"].as_i64().expect("a number")).sum();
            assert_eq!(month["maa"].as_i64(), Some(sum), "{month}");
        }
        assert_eq!(months[9..].iter().map(|m| (m["maa"].as_i64(), of(m, red), of(m, blue))).collect::<Vec<_>>(), [
            (Some(2), Some(1), Some(1)),
            (Some(3), Some(1), Some(2)),
            (Some(2), Some(0), Some(2)),
        ]);
        assert!(months[0]["by_customer"].as_array().expect("lines").is_empty(), "nobody is billed before they are there");
        let path = format!("/msp/{}/metering", w.partner);
        let all = w.browser("owner").await.get(&path).await;
        let chart = |page: &str| page.split("chart-data").nth(1).and_then(|rest| rest.split("</table>").next()).unwrap_or_default().to_owned();
        let heights = |page: &str| chart(page).split("<td>").skip(1).filter_map(|rest| rest.split('<').next()).filter(|n| !n.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(heights(&all.text).iter().rev().take(3).collect::<Vec<_>>(), ["2", "3", "2"], "{}", chart(&all.text));
        let one = w.browser("owner").await.get(&format!("{path}?customer={blue}")).await;
        assert_eq!(heights(&one.text).iter().rev().take(4).collect::<Vec<_>>(), ["2", "2", "1", "–"], "{}", chart(&one.text));
    }

    async fn f0_23_one_month_is_one_column_and_the_file_is_the_screen(w: World) {
        w.order_seats(1).await;
        let owner = w.client("owner").keyed();
        let (red, blue) = (w.customer("Red", 20).await, w.customer("Blue", 20).await);
        let one = member(&owner, red, "red1").await;
        for n in 0..2 {
            member(&owner, blue, &format!("blue{n}")).await;
        }
        w.pass_to(time("2026-12-20T00:00:00Z"));
        turn(&owner, red, &one, "inactive").await;
        w.pass_to(time("2027-01-20T00:00:00Z"));
        let path = format!("/msp/{}/metering", w.partner);
        let export = format!("/v1/msp/{}/metering/maa/export", w.partner);
        let browser = w.browser("owner").await;
        for (on_screen, file, columns) in [("", "months=12", 12), ("?month=2026-12", "period=2026-12", 1)] {
            let page = browser.get(&format!("{path}{on_screen}")).await;
            assert!(page.text.contains(&format!("{export}?{file}")), "{}", page.text);
            let sent = owner.get(&format!("{export}?{file}")).await;
            assert!(sent.status == 200 && sent.header("content-type").starts_with("text/csv"), "{}", sent.text);
            let mut rows: Vec<Vec<String>> = sent.text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
            assert_eq!(rows.remove(0).len(), 2 + columns, "{}", sent.text);
            let line = |id: CustomerId| rows.iter().find(|r| r[0] == id.to_string()).expect("a line").clone();
            assert_eq!(rows.len(), 3, "both and the MSP's own tenant");
            let last = |id: CustomerId| line(id).last().cloned().unwrap_or_default();
            let meant = if columns == 1 { ("1", "2") } else { ("0", "2") };
            assert_eq!((last(red).as_str(), last(blue).as_str()), meant, "{rows:?}");
            // Row by row what the table says.
            for id in [red, blue] {
                let cells = page.text.split(&format!("id=\"{id}\"")).nth(1).and_then(|rest| rest.split("</tr>").next()).expect("a row of the table").to_owned();
                let shown: Vec<String> = cells.split("class=\"num").skip(1).filter_map(|cell| Some(words(cell.split_once('>')?.1.split("</td>").next()?))).collect();
                let shown: Vec<&str> = shown.iter().map(|cell| if cell.contains('–') { "" } else { cell.as_str() }).collect();
                assert_eq!(shown, line(id)[2..], "{cells}");
            }
        }
        assert_eq!(w.client("nobody").get(&export).await.status, 401);
        assert_eq!(w.client("other_owner").get(&export).await.status, 404);
    }

    async fn f0_23_late_news_of_a_final_month_adjusts_the_quiet_ones_after_it_too(w: World) {
        w.order_seats(1).await;
        let (owner, other, boss) = (w.client("owner").keyed(), w.client("other_owner").keyed(), w.client("distributor_owner").keyed());
        post(&other, &format!("/v1/msp/{}/orders", w.other), json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
        let (stays, moves) = (w.customer("Stays", 20).await, w.customer("Moves", 20).await);
        for id in [stays, moves] {
            for name in ["ann", "bo"] {
                member(&owner, id, name).await;
            }
        }
        w.pass_to(time("2026-11-25T00:00:00Z"));
        assert_eq!(boss.post(&format!("{}/move", at(&w, moves)), &json!({ "msp_id": w.other })).await.status, 200);
        // November and December are final, January runs; nothing happened since.
        w.pass_to(time("2027-01-08T10:00:00Z"));
        let months = async |by: &Client, msp: PartnerId, id: CustomerId| {
            let said = by.get(&format!("/v1/msp/{msp}/metering/maa?months=3")).await;
            let said = said.json["data"].as_array().expect("months").clone();
            (said.iter().map(|m| of(m, id)).collect::<Vec<_>>(), said.iter().map(|m| m["adjusted"].as_i64().expect("a sum")).collect::<Vec<_>>())
        };
        assert_eq!(months(&owner, w.partner, stays).await, (vec![Some(2), Some(2), Some(2)], vec![0, 0, 0]));
        for (active, seq, adjusted) in [(5, 1_000, 3), (4, 1_001, 2), (5, 1_000, 2), (4, 1_001, 2)] {
            late_news(&w, stays, "2026-11", active, seq).await;
            let now = 2 + adjusted;
            let after = months(&owner, w.partner, stays).await;
            assert_eq!(after, (vec![Some(2), Some(2), Some(now)], vec![0, 0, 2 * adjusted]), "{active} by {seq}");
        }
        let january = metered(&owner, w.partner, "").await;
        let told: Vec<_> = january["adjustments"].as_array().expect("a list").iter().map(|a| (a["period"].clone(), a["difference"].clone(), a["now"].clone())).collect();
        let told_once = |period: &str| [(json!(period), json!(3), json!(5)), (json!(period), json!(-1), json!(4))];
        for line in ["2026-11", "2026-12"].into_iter().flat_map(told_once) {
            assert_eq!(told.iter().filter(|a| **a == line).count(), 1, "{line:?}: {january}");
        }
        // Where the month after it is another partner's: November is adjusted here, December there.
        late_news(&w, moves, "2026-11", 6, 1_000).await;
        assert_eq!(months(&owner, w.partner, moves).await, (vec![Some(2), None, None], vec![0, 0, 4 + 4]));
        assert_eq!(months(&other, w.other, moves).await, (vec![None, Some(2), Some(6)], vec![0, 0, 4]));
        // What is said of a month itself counts more than what was read of it.
        late_news(&w, stays, "2026-12", 9, 1_002).await;
        late_news(&w, stays, "2026-11", 1, 1_003).await;
        assert_eq!(months(&owner, w.partner, stays).await.0, [Some(2), Some(2), Some(9)]);
    }

    async fn f0_17_overtaken_news_of_before_a_move_begins_the_months_after_it(w: World) {
        w.order_seats(1).await;
        let (owner, other, boss) = (w.client("owner").keyed(), w.client("other_owner").keyed(), w.client("distributor_owner").keyed());
        post(&other, &format!("/v1/msp/{}/orders", w.other), json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
        let id = w.customer("Moves", 20).await;
        for name in ["ann", "bo"] {
            member(&owner, id, name).await;
        }
        w.pass_to(time("2026-11-25T00:00:00Z"));
        assert_eq!(boss.post(&format!("{}/move", at(&w, id)), &json!({ "msp_id": w.other })).await.status, 200);
        w.pass_to(time("2027-01-03T00:00:00Z"));
        let months = async || {
            let said = metered(&other, w.other, "months=2").await;
            said["data"].as_array().expect("months").iter().map(|m| of(m, id)).collect::<Vec<_>>()
        };
        assert_eq!(months().await, [Some(2), Some(2)]);
        // Of January first, then what was said before of November, which is another partner's; then what was said before that.
        for (period, active, seq, meant) in [("2027-01", 5, 1_001, [2, 5]), ("2026-11", 3, 1_000, [3, 5]), ("2026-11", 9, 999, [3, 5]), ("2026-11", 3, 1_000, [3, 5])] {
            late_news(&w, id, period, active, seq).await;
            assert_eq!(months().await, meant.map(Some), "{period}, {seq}");
        }
    }

    async fn a_customer_that_moves_is_billed_to_its_new_partner_from_the_next_month_on(w: World) {
        w.order_seats(1).await;
        let (owner, other, boss) = (w.client("owner").keyed(), w.client("other_owner").keyed(), w.client("distributor_owner").keyed());
        post(&other, &format!("/v1/msp/{}/orders", w.other), json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
        let id = w.customer("Traveller", 20).await;
        let one = member(&owner, id, "one").await;
        // A name is a fact of a span of time: two changes at one instant would leave none at the first partner.
        w.pass_to(time("2026-11-25T00:00:00Z"));
        let answer = boss.post(&format!("{}/move", at(&w, id)), &json!({ "msp_id": w.other })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        // What happens in the month of the move is billed to who had it when the month began.
        member(&other, id, "two").await;
        let here = async |period: &str| of(&metered(&owner, w.partner, &format!("period={period}")).await, id);
        let there = async |period: &str| of(&metered(&other, w.other, &format!("period={period}")).await, id);
        assert_eq!((here("2026-11").await, there("2026-11").await), (Some(2), None));
        w.pass_to(time("2027-01-15T00:00:00Z"));
        assert_eq!((here("2026-11").await, here("2026-12").await, there("2026-11").await), (Some(2), None, None));
        assert_eq!((there("2026-12").await, there("2027-01").await), (Some(2), Some(2)), "nothing happened since");
        turn(&other, id, &one, "inactive").await;
        w.pass_to(time("2027-02-01T00:00:00Z"));
        assert_eq!((there("2027-01").await, there("2027-02").await, here("2027-01").await), (Some(2), Some(1), None));
        let name = metered(&owner, w.partner, "period=2026-11").await;
        assert!(name["by_customer"].as_array().expect("lines").iter().any(|l| l["name"] == "Traveller"), "its past keeps its name: {name}");
        // There and back within a month is no move.
        for to in [w.partner, w.other] {
            let from = if to == w.partner { w.other } else { w.partner };
            let answer = boss.post(&format!("/v1/msp/{from}/customers/{id}/move"), &json!({ "msp_id": to })).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        turn(&other, id, &one, "active").await;
        w.pass_to(time("2027-03-15T00:00:00Z"));
        assert_eq!((there("2027-02").await, there("2027-03").await, here("2027-03").await), (Some(2), Some(2), None));
    }

    async fn f0_17_metering_agrees_with_the_intervals_whatever_people_do(w: World) {
        let mut places = Vec::new();
        for (name, who, zone) in
            [("Hudson", "hudson", "America/New_York"), ("Hauraki", "hauraki", "Pacific/Auckland"), ("Spree", "spree", "Europe/Berlin")]
        {
            let id = w.partner_in(name, zone).await;
            let owner = w.hire(who, id, "owner").await.keyed();
            places.push(Place { id, zone: Zone::named(zone).expect("a zone"), owner });
        }
        for seed in 0..rounds(2) {
            live(&w, &places, seed).await;
        }
        let path = format!("/v1/msp/{}/metering/maa", w.partner);
        assert_eq!(w.client("owner").get(&path).await.status, 200);
    }
}

/// What a person reads of a piece of a page.
fn words(html: &str) -> String {
    html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<String>().trim().to_owned()
}

/// What the region keeps of months that are over: month, bounds, users.
pub async fn kept(w: &World, customer: CustomerId) -> Vec<(Month, Timestamp, Timestamp, i64)> {
    let read = w.app.house.region("eu").expect("a region").read(move |view| {
        view.enter(customer.0);
        let text = sql!(Region, "SELECT month, starts_at, ends_at, users FROM tenant_month WHERE customer_id = $1 ORDER BY month");
        let rows = view.rows(text, p![customer])?;
        rows.iter()
            .map(|r| Ok((r.get("month")?, r.get("starts_at")?, r.get("ends_at")?, r.get("users")?)))
            .collect::<store::Result<Vec<_>>>()
    });
    read.await.expect("the region answers")
}

/// The intervals in which members were active, and where the month ends that was counted last.
pub async fn intervals(w: &World, customer: CustomerId) -> (Vec<(String, Timestamp, Timestamp)>, Timestamp, Timestamp) {
    let read = w.app.house.region("eu").expect("a region").read(move |view| {
        view.enter(customer.0);
        let rows = view.rows(sql!(Region, "SELECT member_id, since, until FROM member_interval WHERE customer_id = $1"), p![customer])?;
        let one = |r: &store::Row| Ok((r.get::<store::MemberId>("member_id")?.to_string(), r.get("since")?, r.get("until")?));
        let all = rows.iter().map(one).collect::<store::Result<Vec<_>>>()?;
        let month = view.one(sql!(Region, "SELECT month_start, month_end FROM tenant_policy WHERE customer_id = $1"), p![customer])?;
        Ok((all, month.get("month_start")?, month.get("month_end")?))
    });
    read.await.expect("the region answers")
}

pub fn counted(intervals: &[(String, Timestamp, Timestamp)], start: Timestamp, end: Timestamp) -> i64 {
    let different: BTreeSet<&str> =
        intervals.iter().filter(|(_, since, until)| *since < end && *until > start).map(|(id, ..)| id.as_str()).collect();
    i64::try_from(different.len()).expect("few")
}

/// A partner of the play: its id, zone, and who works there.
struct Place {
    id: PartnerId,
    zone: Zone,
    owner: Client,
}

/// Three partners in zones far apart, one customer that moves between them, and a clock that likes the ends of months.
async fn live(w: &World, places: &[Place], seed: u64) {
    let mut dice = Dice::new(seed);
    let boss = w.client("distributor_owner").keyed();
    for place in places {
        post(&place.owner, &format!("/v1/msp/{}/orders", place.id), json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
    }
    let made = post(
        &places[0].owner,
        &format!("/v1/msp/{}/customers", places[0].id),
        json!({ "name": format!("Play {seed}"), "max_mau": 1_000_000, "seats": 5 }),
    )
    .await;
    w.work().await;
    let customer: CustomerId = made["tenant_id"].as_str().expect("an id").parse().expect("an id");
    let mut here = 0;
    // From which month on who is billed.
    let mut billed = vec![(Month::of(&places[0].zone, w.now()), 0)];
    let (mut people, mut done) = (Vec::<String>::new(), Vec::new());
    for n in 0..45 {
        let zone = &places[here].zone;
        let now = w.now();
        let end = Month::of(zone, now).end(zone);
        let next = *dice.pick(&[
            now,
            now,
            now.plus_seconds(1),
            now.plus_days(9),
            end.plus_seconds(-1),
            end,
            end,
            end.plus_seconds(7_200),
            end.plus_days(40),
        ]);
        w.pass_to(next.max(now));
        let by = &places[here].owner;
        let step = match dice.below(8) {
            0..=2 if people.len() < 9 => {
                let made = by
                    .post(
                        &format!("/v1/tenants/{customer}/members"),
                        &json!({ "email": format!("m{seed}-{n}@metered.example"), "status": "active" }),
                    )
                    .await;
                if made.status == 201 {
                    people.push(made.json["id"].as_str().expect("an id").to_owned());
                }
                format!("create {}", made.status)
            }
            3 | 4 if !people.is_empty() => {
                let (id, status) = (dice.pick(&people).clone(), *dice.pick(&["active", "inactive", "inactive"]));
                let turned = by.patch(&format!("/v1/tenants/{customer}/members/{id}"), &json!({ "status": status })).await;
                assert!(turned.status == 200 || turned.code() == "no-free-seat", "{}", turned.text);
                format!("{status} {}", turned.status)
            }
            5 if !people.is_empty() => {
                let id = people.swap_remove(usize::try_from(dice.below(i64::try_from(people.len()).expect("few"))).expect("few"));
                assert_eq!(by.delete(&format!("/v1/tenants/{customer}/members/{id}")).await.status, 200);
                "remove".to_owned()
            }
            6 => {
                let to = (here + 1 + usize::try_from(dice.below(2)).expect("few")) % places.len();
                let month = Month::of(&places[here].zone, w.now());
                let body = json!({ "msp_id": places[to].id });
                // An order may have ended since: then the other pool has no seats, and it stays.
                let moved = boss.post(&format!("/v1/msp/{}/customers/{customer}/move", places[here].id), &body).await;
                if moved.status == 200 {
                    // Of several moves in a month the last counts: who never began gives its place to who is next.
                    let since = match billed.last() {
                        Some((since, _)) if *since > month => billed.pop().expect("the last").0,
                        _ => month.plus(1),
                    };
                    billed.push((since, to));
                    here = to;
                }
                format!("move to {to} {}", moved.status)
            }
            _ => "wait".to_owned(),
        };
        done.push(format!("{} {step}", w.now()));
        agree(w, places, customer, &billed, &format!("{seed}: {done:#?}")).await;
    }
}

/// Holds what region and partners say to a count of the intervals.
async fn agree(w: &World, places: &[Place], customer: CustomerId, billed: &[(Month, usize)], after: &str) {
    let (intervals, start, end) = intervals(w, customer).await;
    let over = kept(w, customer).await;
    for (month, start, end, users) in &over {
        assert_eq!(*users, counted(&intervals, *start, *end), "{month} as the region keeps it, after {after}");
    }
    assert!(over.windows(2).all(|m| m[0].2 == m[1].1 && m[0].0.plus(1) == m[1].0), "months lie end to end: {over:?} after {after}");
    let running = (end.0 > 0).then(|| (Month::between(start, end), start, end));
    let bounds: BTreeMap<Month, (Timestamp, Timestamp)> =
        over.iter().map(|(m, s, e, _)| (*m, (*s, *e))).chain(running.map(|(m, s, e)| (m, (s, e)))).collect();
    let active = counted(&intervals, Timestamp(Timestamp::FOREVER.0 - 1), Timestamp::FOREVER);
    let meant = |month: Month| match bounds.get(&month) {
        Some((start, end)) => counted(&intervals, *start, *end),
        // Nothing has happened since the last month that was counted, and nothing before the first.
        None if running.is_some_and(|(last, ..)| month > last) => active,
        None => 0,
    };
    for (n, place) in places.iter().enumerate() {
        let said = metered(&place.owner, place.id, "months=36").await;
        for answer in said["data"].as_array().expect("months") {
            let month: Month = answer["period"].as_str().expect("a month").parse().expect("a month");
            let who = billed.iter().rev().find(|(since, _)| *since <= month).map(|(_, who)| *who);
            assert_eq!(
                of(answer, customer),
                (who == Some(n)).then(|| meant(month)),
                "{month} at partner {n}, billed {billed:?}, after {after}"
            );
        }
        listed(w, place.id, said["data"].as_array().expect("months"), after).await;
    }
}

/// Holds how many customers the page says there are, from what is kept, to those that are named.
async fn listed(w: &World, partner: PartnerId, months: &[Value], after: &str) {
    let shown = &months[months.len() - 12..];
    let period = |n: usize| shown[n]["period"].as_str().expect("a month").parse::<Month>().expect("a month");
    for of in [0..12, 11..12, 10..11, 4..5] {
        let month = (of.len() == 1).then(|| period(of.start));
        let asked = HistoryOf { partner, month, customer: None, page: [0, 100] };
        let page = w.app.house.ask(&Call::operator(), asked).await.expect("the page");
        let named: BTreeSet<&str> = shown[of.clone()]
            .iter()
            .flat_map(|m| m["by_customer"].as_array().expect("customers"))
            .map(|c| c["tenant_id"].as_str().expect("an id"))
            .collect();
        let lines: BTreeSet<String> = page.lines.iter().map(|line| line.customer.to_string()).collect();
        assert_eq!((page.total, lines.len()), (i64::try_from(named.len()).expect("few"), named.len()), "{of:?} after {after}");
        assert!(named.iter().all(|id| lines.contains(*id)), "{of:?} after {after}");
    }
}
