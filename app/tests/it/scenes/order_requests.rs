//! Orders: asked for by those who may not place them, and drawn on a distributor's pool where the terms say so.

use futures_util::future::join_all;
use serde_json::{Value, json};
use store::{Control, Timestamp, Zone, p, sql};

use crate::{
    scenes,
    support::{Answer, Client, Dice, World},
};

fn requests(w: &World) -> String {
    format!("/v1/msp/{}/order-requests", w.partner)
}

async fn ask(w: &World, body: Value) -> Value {
    let answer = w.client("admin").keyed().post(&requests(w), &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json
}

async fn decide(w: &World, who: &str, request: &Value, word: &str, body: Value) -> Answer {
    let path = format!("{}/{}/{word}", requests(w), request["id"].as_str().expect("an id"));
    w.client(who).keyed().post(&path, &body).await
}

async fn waiting(w: &World) -> Vec<i64> {
    let open = w.get("owner", "alerts?filter[code]=order-requested&filter[status]=open").await;
    open["data"].as_array().expect("rows").iter().filter_map(|a| a["detail"]["requests"].as_i64()).collect()
}

async fn total(w: &World) -> i64 {
    w.get("owner", "licenses/summary").await["total"].as_i64().expect("a number")
}

async fn orders(w: &World) -> usize {
    w.get("owner", "orders").await["data"].as_array().map_or(0, Vec::len)
}

async fn set_terms(w: &World, terms: &str) {
    let set = w.client("distributor_owner").put(&format!("/v1/msp/{}/order-terms", w.partner), &json!({ "terms": terms })).await;
    assert_eq!(set.status, 200, "{}", set.text);
}

async fn stock(w: &World, body: Value) -> Value {
    let path = format!("/v1/distributors/{}/orders", w.distributor);
    let answer = w.client("distributor_owner").keyed().post(&path, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json
}

async fn order(w: &World, who: &str, sku: &str, quantity: i64) -> Answer {
    let partner = if who == "other_owner" { w.other } else { w.partner };
    w.client(who).keyed().post(&format!("/v1/msp/{partner}/orders"), &json!({ "sku": sku, "quantity": quantity })).await
}

/// Seats of the distributor's pool: total, drawn, available.
async fn has(w: &World) -> [i64; 3] {
    let pool = w.client("distributor_owner").get(&format!("/v1/distributors/{}/pool", w.distributor)).await;
    assert_eq!(pool.status, 200, "{}", pool.text);
    ["total", "drawn", "available"].map(|name| pool.json["units"][0][name].as_i64().expect("a number"))
}

/// The counter of the distributor's draws, and the lines of their ledger.
async fn counted(w: &World) -> (i64, i64) {
    let distributor = w.distributor;
    let read = w.app.house.control().read(move |view| {
        view.enter(distributor.0);
        let counter = view.opt(sql!(Control, "SELECT draws FROM distributor_pool WHERE distributor_id = $1"), p![distributor])?;
        let lines = view.one(sql!(Control, "SELECT COUNT(*) AS n FROM distributor_draw WHERE distributor_id = $1"), p![distributor])?;
        Ok((counter.map_or(Ok(0), |r| r.get("draws"))?, lines.get("n")?))
    });
    read.await.expect("control answers")
}

fn instant(value: &Value) -> Timestamp {
    value.as_str().expect("an instant").parse().expect("an instant")
}

/// So many units from an instant to another.
type Span = (i64, Timestamp, Timestamp);

/// The least there is at any instant of a term: every instant at which anything changes, one after the other.
fn least(granted: &[Span], drawn: &[Span], from: Timestamp, until: Timestamp) -> i64 {
    let at = |all: &[Span], when: Timestamp| -> i64 { all.iter().filter(|(_, s, e)| *s <= when && when < *e).map(|(n, ..)| n).sum() };
    let instants = granted.iter().chain(drawn).flat_map(|(_, s, e)| [*s, *e]).chain([from]).filter(|t| from <= *t && *t < until);
    instants.map(|when| at(granted, when) - at(drawn, when)).min().unwrap_or(0)
}

scenes! {
    async fn f0_13_who_may_not_purchase_asks_and_who_may_approves_once(w: World) {
        let body = json!({ "sku": "SEATS-1000-Y", "quantity": 2, "note": "For the new branch" });
        assert_eq!(w.client("admin").keyed().post(&format!("/v1/msp/{}/orders", w.partner), &json!({ "sku": "SEATS-1000-Y", "quantity": 2 })).await.status, 403);
        let asked = ask(&w, body.clone()).await;
        assert_eq!((&asked["status"], &asked["order_id"], total(&w).await), (&json!("open"), &Value::Null, 0), "nothing is ordered yet");
        assert_eq!(waiting(&w).await, [1], "whoever may is told");
        ask(&w, json!({ "sku": "SEATS-100-Y", "quantity": 1 })).await;
        assert_eq!(waiting(&w).await, [2]);
        for (who, status) in [("technician", 403), ("auditor", 403), ("other_owner", 404), ("nobody", 401)] {
            assert_eq!(w.client(who).keyed().post(&requests(&w), &body).await.status, status, "{who}");
        }
        for (who, status) in [("admin", 403), ("auditor", 403), ("other_owner", 404)] {
            assert_eq!(decide(&w, who, &asked, "approve", json!({})).await.status, status, "{who}");
            assert_eq!(decide(&w, who, &asked, "decline", json!({ "reason": "No" })).await.status, status, "{who}");
        }
        let answers = join_all((0..6).map(|_| decide(&w, "owner", &asked, "approve", json!({})))).await;
        assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1, "{:?}", answers.iter().map(|a| &a.text).collect::<Vec<_>>());
        assert!(answers.iter().all(|a| a.status == 200 || a.code() == "request-decided"));
        assert_eq!((total(&w).await, orders(&w).await), (2_000, 1), "six approvals are one order");
        let done = answers.into_iter().find(|a| a.status == 200).expect("one").json;
        assert_eq!((&done["request"]["status"], &done["request"]["order_id"], &done["order"]["buyer"]), (&json!("approved"), &done["order"]["id"], &done["request"]["decided_by"]));
        assert_eq!(waiting(&w).await, [1], "one still waits");
        for command in ["request_order", "approve_request"] {
            let lines = w.get("owner", &format!("audit?filter[command]=licensing.pools.{command}")).await;
            assert!(lines["data"].as_array().is_some_and(|all| !all.is_empty()), "{command} is on record");
        }
        for wrong in [json!({ "sku": "NOTHING", "quantity": 1 }), json!({ "sku": "SEATS-100-Y", "quantity": 0 }), json!({ "sku": "SEATS-100-Y", "quantity": 1, "note": "x".repeat(501) })] {
            assert_eq!(w.client("admin").keyed().post(&requests(&w), &wrong).await.status, 422, "{wrong}");
        }
    }

    async fn f0_13_an_open_request_is_never_pushed_out_of_the_list(w: World) {
        let first = ask(&w, json!({ "sku": "SEATS-100-Y", "quantity": 7 })).await;
        for _ in 0..2 {
            let last = ask(&w, json!({ "sku": "SEATS-100-Y", "quantity": 1 })).await;
            assert_eq!(decide(&w, "owner", &last, "decline", json!({ "reason": "No" })).await.status, 200);
        }
        let listed = w.client("owner").get(&requests(&w)).await;
        assert_eq!(listed.json["data"][0]["id"], first["id"], "whoever waits comes first: {}", listed.text);
        let page = w.browser("owner").await.get(&format!("/msp/{}/licenses/orders", w.partner)).await;
        assert!(page.text.contains("what waits first, then the newest"), "{}", page.text);
        for _ in 1..50 {
            ask(&w, json!({ "sku": "SEATS-100-Y", "quantity": 1 })).await;
        }
        let refused = w.client("admin").keyed().post(&requests(&w), &json!({ "sku": "SEATS-100-Y", "quantity": 1 })).await;
        assert_eq!((refused.status, refused.code()), (409, "requests-wait"), "{}", refused.text);
        assert_eq!(decide(&w, "owner", &first, "decline", json!({ "reason": "No" })).await.status, 200);
        ask(&w, json!({ "sku": "SEATS-100-Y", "quantity": 1 })).await;
    }

    async fn f0_16_the_button_asks_where_one_may_not_order(w: World) {
        let page = |who: &'static str| { let w = &w; async move { w.browser(who).await.get(&format!("/msp/{}/licenses/orders?q-SEATS-100-Y=3", w.partner)).await.text } };
        assert!(page("owner").await.contains("Place order"));
        let admin = page("admin").await;
        assert!(admin.contains("Request an order") && admin.contains("Send request") && !admin.contains("Place order"), "{admin}");
        let reader = page("auditor").await;
        assert!(!reader.contains("Send request") && !reader.contains("Place order"), "{reader}");
        let browser = w.browser("admin").await;
        let long = "x".repeat(501);
        let no = browser.form(&format!("/msp/{}/licenses/requests", w.partner), &[("q-SEATS-100-Y", "3"), ("v-SEATS-100-Y", "1"), ("note", &long)]).await;
        assert!(no.status == 422 && no.text.contains(&long) && no.text.contains("Send request"), "what was typed is kept: {}", no.text);
        let sent = browser.form(&format!("/msp/{}/licenses/requests", w.partner), &[("q-SEATS-100-Y", "3"), ("v-SEATS-100-Y", "1"), ("note", "Soon"), ("idempotency_key", "ask-1")]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let request = w.get("owner", "order-requests").await["data"][0].clone();
        let owner = w.browser("owner").await;
        let listed = page("owner").await;
        assert!(listed.contains("Soon") && listed.contains("Approve and order"), "{listed}");
        assert!(!page("admin").await.contains("Approve and order"), "who may not decide is offered nothing");
        let path = format!("/msp/{}/licenses/requests/{}", w.partner, request["id"].as_str().expect("an id"));
        let silent = owner.form(&format!("{path}/decline"), &[("reason", " ")]).await;
        assert_eq!(silent.status, 422, "a reason is owed: {}", silent.text);
        assert_eq!(owner.form(&format!("{path}/decline"), &[("reason", "Not this year")]).await.status, 303);
        assert!(page("admin").await.contains("Not this year"), "whoever asked reads why");
        let late = owner.form(&format!("{path}/approve"), &[]).await;
        assert!(late.status == 422 && late.text.contains("decided already"), "{}", late.text);
        assert_eq!((total(&w).await, waiting(&w).await), (0, vec![]));
    }

    async fn f0_21_an_approved_request_extends_the_allowance(w: World) {
        let asked = ask(&w, json!({ "sku": "MAA-1K-Y", "quantity": 2 })).await;
        let allowance = || async { w.get("owner", "metering/maa").await["allowance"].clone() };
        assert_eq!(allowance().await, 0);
        let done = decide(&w, "owner", &asked, "approve", json!({})).await;
        assert_eq!((done.status, allowance().await), (200, json!(2_000)), "{}", done.text);
    }

    async fn f0_21_orders_from_the_pool_of_the_distributor_need_it_for_their_whole_term(w: World) {
        set_terms(&w, "from_pool").await;
        let none = order(&w, "owner", "SEATS-1000-Y", 1).await;
        assert_eq!((none.status, none.code(), &none.json["available"], &none.json["requested"]), (409, "pool-exhausted", &json!(0), &json!(1_000)), "{}", none.text);
        stock(&w, json!({ "unit": "seat", "units": 1_500, "months": 12 })).await;
        let preview = w.client("owner").post(&format!("/v1/msp/{}/orders?preview=true", w.partner), &json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
        assert_eq!((preview.status, has(&w).await), (200, [1_500, 0, 1_500]), "a preview draws nothing");
        let keyed = w.client("owner").with("idempotency-key", "draw-1");
        for _ in 0..2 {
            let placed = keyed.post(&format!("/v1/msp/{}/orders", w.partner), &json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
            assert_eq!(placed.status, 201, "{}", placed.text);
        }
        assert_eq!((has(&w).await, total(&w).await), ([1_500, 1_000, 500], 1_000), "sent twice, drawn once");
        let more = order(&w, "owner", "SEATS-1000-Y", 1).await;
        assert_eq!((more.status, &more.json["available"]), (409, &json!(500)), "{}", more.text);
        assert_eq!((total(&w).await, orders(&w).await), (1_000, 1), "what was refused left no order");
        assert_eq!(order(&w, "other_owner", "SEATS-1000-Y", 3).await.status, 201, "who is on account takes from no stock");
        assert_eq!(order(&w, "owner", "SEATS-100-Y", 5).await.status, 201);
        assert_eq!(has(&w).await, [1_500, 1_500, 0]);

        // A month's stock, a day later, is too short for an order of a month.
        let month = stock(&w, json!({ "unit": "seat", "units": 300, "months": 1 })).await;
        w.pass_days(1);
        let short = order(&w, "owner", "SEATS-100-M", 1).await;
        assert_eq!((short.status, &short.json["available"], &short.json["at"]), (409, &json!(0), &month["ends_at"]), "now it would fit, at its end not: {}", short.text);
        stock(&w, json!({ "unit": "seat", "units": 250, "months": 1, "starts_at": month["ends_at"] })).await;
        assert_eq!(order(&w, "owner", "SEATS-100-M", 2).await.status, 201, "two orders of the distributor, one after the other");
        let rest = order(&w, "owner", "SEATS-100-M", 1).await;
        assert_eq!((rest.status, &rest.json["available"]), (409, &json!(50)), "{}", rest.text);
        assert_eq!(order(&w, "owner", "MAA-1K-Y", 1).await.json["available"], 0, "accounts are another stock");
        assert_eq!(counted(&w).await, (3, 3), "the counter and the ledger agree");

        let asked = ask(&w, json!({ "sku": "SEATS-100-M", "quantity": 1 })).await;
        assert_eq!(decide(&w, "owner", &asked, "approve", json!({})).await.code(), "pool-exhausted");
        assert_eq!(w.get("owner", "order-requests").await["data"][0]["status"], "open", "it can be approved once there is stock");
        set_terms(&w, "on_account").await;
        assert_eq!(decide(&w, "owner", &asked, "approve", json!({})).await.status, 200);
    }

    async fn f0_21_a_distributors_pool_is_its_owners(w: World) {
        set_terms(&w, "from_pool").await;
        stock(&w, json!({ "unit": "seat", "units": 1_000, "months": 12 })).await;
        assert_eq!(order(&w, "owner", "SEATS-100-Y", 2).await.status, 201);
        let (pool, terms) = (format!("/v1/distributors/{}/pool", w.distributor), format!("/v1/msp/{}/order-terms", w.partner));
        let told = w.client("distributor_owner").get(&pool).await.json;
        let (name, units) = (&told["draws"][0]["name"], &told["draws"][0]["units"]);
        assert_eq!((name, units, told["orders"].as_array().map(Vec::len)), (&json!("Meridian MSP"), &json!(200), Some(1)), "{told}");
        let page = w.browser("distributor_owner").await.get(&format!("/distributors/{}/pool", w.distributor)).await;
        assert!(page.status == 200 && page.text.contains("Meridian MSP") && page.text.contains("of 1,000, 200 drawn"), "{}", page.text);
        let body = json!({ "unit": "seat", "units": 5, "months": 1 });
        for (who, read, write) in [("owner", 404, 403), ("other_owner", 404, 404), ("nobody", 401, 401)] {
            let by = w.client(who).keyed();
            assert_eq!(by.get(&pool).await.status, read, "{who}");
            assert_eq!(by.post(&format!("/v1/distributors/{}/orders", w.distributor), &body).await.status, read, "{who}");
            assert_eq!(by.put(&terms, &json!({ "terms": "on_account" })).await.status, write, "{who}");
        }
        let distributor = w.client("distributor_owner").keyed();
        for wrong in [json!({ "unit": "seat", "units": 0, "months": 1 }), json!({ "unit": "seat", "units": 1, "months": 121 }), json!({ "unit": "chair", "units": 1, "months": 1 })] {
            assert_eq!(distributor.post(&format!("/v1/distributors/{}/orders", w.distributor), &wrong).await.status, 422, "{wrong}");
        }
        assert_eq!(distributor.put(&terms, &json!({ "terms": "for_free" })).await.status, 422);
        let browser = w.browser("distributor_owner").await;
        let added = browser.form(&format!("/distributors/{}/pool", w.distributor), &[("unit", "seat"), ("units", "50"), ("months", "1"), ("from", "")]).await;
        assert_eq!((added.status, has(&w).await), (303, [1_050, 200, 850]), "{}", added.text);
        assert_eq!(browser.form(&format!("/msp/{}/order-terms", w.partner), &[("terms", "on_account")]).await.status, 303);
        assert_eq!(distributor.get(&terms).await.json["terms"], "on_account");
    }

    async fn f0_21_many_orders_at_once_never_draw_more_than_there_is(w: World) {
        set_terms(&w, "from_pool").await;
        let other = format!("/v1/msp/{}/order-terms", w.other);
        assert_eq!(w.client("distributor_owner").put(&other, &json!({ "terms": "from_pool" })).await.status, 200);
        stock(&w, json!({ "unit": "seat", "units": 1_000, "months": 12 })).await;
        let both = [("owner", w.partner), ("other_owner", w.other)];
        let clients: Vec<(Client, String)> = both.map(|(who, msp)| (w.client(who).keyed(), format!("/v1/msp/{msp}/orders"))).to_vec();
        let body = json!({ "sku": "SEATS-100-Y", "quantity": 1 });
        let answers = join_all((0..30).map(|n| { let (by, path) = &clients[n % 2]; by.post(path, &body) })).await;
        assert_eq!(answers.iter().filter(|a| a.status == 201).count(), 10, "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
        assert!(answers.iter().all(|a| a.status == 201 || a.code() == "pool-exhausted"));
        assert_eq!((has(&w).await, counted(&w).await), ([1_000, 1_000, 0], (10, 10)));
    }

    async fn f0_21_draws_agree_with_an_oracle_over_orders_terms_and_time(w: World) {
        set_terms(&w, "from_pool").await;
        let (mut dice, mut granted, mut drawn) = (Dice::new(16), Vec::<Span>::new(), Vec::<Span>::new());
        for step in 0..60 {
            w.pass_to(w.now().plus_seconds(3_600 * dice.below(400)));
            if dice.chance(35) {
                let starts = w.now().plus_days(dice.below(120));
                let body = json!({ "unit": "seat", "units": 100 * (1 + dice.below(8)), "months": 1 + dice.below(14), "starts_at": starts });
                let placed = stock(&w, body).await;
                granted.push((placed["units"].as_i64().expect("units"), instant(&placed["starts_at"]), instant(&placed["ends_at"])));
                continue;
            }
            let (sku, months) = if dice.chance(60) { ("SEATS-100-M", 1) } else { ("SEATS-100-Y", 12) };
            let (quantity, now) = (1 + dice.below(4), w.now());
            let until = Zone::utc().plus_months(now, months);
            let there = least(&granted, &drawn, now, until);
            let answer = order(&w, "owner", sku, quantity).await;
            assert_eq!(answer.status, if there >= quantity * 100 { 201 } else { 409 }, "step {step}: {there} for {quantity} of {sku}: {}", answer.text);
            match answer.status {
                201 => drawn.push((quantity * 100, now, until)),
                _ => assert_eq!(answer.json["available"], there.max(0), "step {step}: {}", answer.text),
            }
            let [total, taken, left] = has(&w).await;
            let at = |all: &[Span]| -> i64 { all.iter().filter(|(_, s, e)| *s <= now && now < *e).map(|(n, ..)| n).sum() };
            assert_eq!([total, taken, left], [at(&granted), at(&drawn), at(&granted) - at(&drawn)], "step {step}");
        }
        let told = w.client("owner").get(&format!("/v1/msp/{}/orders", w.partner)).await;
        let placed = told.json["data"].as_array().map(Vec::len);
        assert!(!drawn.is_empty() && placed.is_some_and(|n| n <= drawn.len()), "some went through, and none that was refused: {}", told.text);
    }
}
