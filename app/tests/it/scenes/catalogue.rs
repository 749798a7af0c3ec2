//! SKUs in versions, sold by a distributor to its partners; several of them in one order, all or none.

use futures_util::future::join_all;
use serde_json::{Value, json};
use store::{Control, p, sql};

use crate::{
    scenes,
    support::{Answer, Client, World},
};

fn skus(w: &World) -> String {
    format!("/v1/distributors/{}/skus", w.distributor)
}

fn orders(w: &World) -> String {
    format!("/v1/msp/{}/orders", w.partner)
}

fn eur(minor: i64) -> Value {
    json!([{ "minor": minor, "currency": "EUR" }])
}

fn seller(w: &World) -> Client {
    w.client("distributor_owner").keyed()
}

/// Makes a SKU of so many seats for a year.
async fn make(w: &World, sku: &str, units: i64, minor: i64) -> Answer {
    let body = json!({ "sku": sku, "name": format!("The {sku}"), "unit": "seat", "units": units, "term_months": 12, "prices": eur(minor) });
    seller(w).post(&skus(w), &body).await
}

/// Makes the next version of a SKU.
async fn change(w: &World, sku: &str, body: Value) -> Answer {
    let path = format!("{}/{sku}", skus(w));
    let tag = seller(w).get(&path).await.header("etag").to_owned();
    seller(w).with("if-match", &tag).patch(&path, &body).await
}

async fn end(w: &World, sku: &str, at: Value) -> Answer {
    seller(w).post(&format!("{}/{sku}/end", skus(w)), &json!({ "end_of_sale_at": at })).await
}

/// What the partner can order, by code.
async fn offered(w: &World, who: &str, sku: &str) -> Value {
    let shelf = w.get(who, "skus").await;
    shelf["data"].as_array().expect("rows").iter().find(|s| s["sku"] == sku).cloned().unwrap_or_default()
}

async fn order(w: &World, sku: &str, quantity: i64) -> Answer {
    w.client("owner").keyed().post(&orders(w), &json!({ "sku": sku, "quantity": quantity })).await
}

async fn placed(w: &World) -> Vec<Value> {
    w.get("owner", "orders").await["data"].as_array().cloned().expect("rows")
}

async fn requests(w: &World) -> Vec<Value> {
    w.get("owner", "order-requests").await["data"].as_array().cloned().expect("rows")
}

async fn total(w: &World) -> i64 {
    w.get("owner", "licenses/summary").await["total"].as_i64().expect("a number")
}

async fn from_pool(w: &World, seats: i64, allowance: i64) {
    let set = seller(w).put(&format!("/v1/msp/{}/order-terms", w.partner), &json!({ "terms": "from_pool" })).await;
    assert_eq!(set.status, 200, "{}", set.text);
    for (unit, units) in [("seat", seats), ("maa", allowance)].into_iter().filter(|(_, n)| *n > 0) {
        let body = json!({ "unit": unit, "units": units, "months": 24 });
        let stocked = seller(w).post(&format!("/v1/distributors/{}/orders", w.distributor), &body).await;
        assert_eq!(stocked.status, 201, "{}", stocked.text);
    }
}

/// What the trail of the distributor holds; no route reads it.
async fn trail(w: &World) -> String {
    let chain = w.distributor;
    let read = w.app.house.control().read(move |view| {
        view.enter(chain.0);
        let rows = view.rows(sql!(Control, "SELECT command, detail FROM audit_entry WHERE chain_id = $1 ORDER BY seq"), p![chain])?;
        let line = |row: &store::Row| {
            Ok(format!("{} {}", row.get::<String>("command")?, row.get::<Option<String>>("detail")?.unwrap_or_default()))
        };
        rows.iter().map(line).collect::<store::Result<Vec<_>>>()
    });
    read.await.expect("entries").join("\n")
}

scenes! {
    async fn f0_21_no_price_of_a_sku_stands_in_the_trail(w: World) {
        let made = make(&w, "GOLD", 10, 987_654).await;
        assert_eq!((made.status, &made.json["prices"][0]["minor"]), (201, &json!(987_654)), "{}", made.text);
        let changed = change(&w, "GOLD", json!({ "name": "Dearer", "prices": eur(876_543) })).await;
        assert_eq!((changed.status, &changed.json["prices"][0]["minor"]), (200, &json!(876_543)), "{}", changed.text);
        let trail = trail(&w).await;
        assert!(trail.contains("make_sku") && trail.contains("edit_sku"), "{trail}");
        assert!(!trail.contains("987654") && !trail.contains("876543"), "{trail}");
        // What the trail does not hold is told apart all the same: another price is another request.
        let dearer = |minor: i64| json!({ "sku": "DEAR", "name": "Dear", "unit": "seat", "units": 1, "term_months": 1, "prices": eur(minor) });
        let keyed = w.client("distributor_owner").with("idempotency-key", "dear");
        assert_eq!(keyed.post(&skus(&w), &dearer(5)).await.status, 201);
        assert_eq!(keyed.post(&skus(&w), &dearer(6)).await.code(), "idempotency-key-reused");
    }

    async fn f0_21_a_version_made_later_changes_no_sold_order(w: World) {
        let built_in = offered(&w, "owner", "SEATS-100-Y").await;
        assert_eq!((&built_in["version"], &built_in["units"], &built_in["price"]), (&json!(1), &json!(100), &json!({ "minor": 180_000, "currency": "EUR" })));
        let first = order(&w, "SEATS-100-Y", 2).await;
        assert_eq!((first.status, &first.json["version"], &first.json["price"]["minor"]), (201, &json!(1), &json!(360_000)), "{}", first.text);

        let new = change(&w, "SEATS-100-Y", json!({ "name": "120 seats", "units": 120, "term_months": 6, "prices": eur(200_000) })).await;
        assert_eq!((new.status, &new.json["version"], &new.json["built_in"]), (200, &json!(2), &json!(false)), "{}", new.text);
        let now = offered(&w, "owner", "SEATS-100-Y").await;
        assert_eq!((&now["version"], &now["name"], &now["units"], &now["price"]["minor"]), (&json!(2), &json!("120 seats"), &json!(120), &json!(200_000)));
        let second = order(&w, "SEATS-100-Y", 1).await;
        assert_eq!((&second.json["version"], &second.json["units"], &second.json["price"]["minor"]), (&json!(2), &json!(120), &json!(200_000)), "{}", second.text);

        let all = placed(&w).await;
        let old = all.iter().find(|o| o["id"] == first.json["id"]).expect("the first order");
        assert_eq!(old, &first.json, "an order that was sold reads as it was sold");
        assert_eq!((total(&w).await, old["name"].as_str()), (320, Some("100 seats, 12 months")));
        let versions = seller(&w).get(&format!("{}/SEATS-100-Y", skus(&w))).await.json["versions"].clone();
        let told: Vec<(&Value, &Value)> = versions.as_array().expect("versions").iter().map(|v| (&v["version"], &v["built_in"])).collect();
        assert_eq!(told, [(&json!(2), &json!(false)), (&json!(1), &json!(true))], "{versions}");

        let priced = format!("{}/SEATS-100-Y?preview=true", skus(&w));
        let effects = seller(&w).with("if-match", "\"2\"").patch(&priced, &json!({ "prices": eur(777_700) })).await;
        assert!(effects.status == 200 && effects.text.contains("prices") && !effects.text.contains("777700"), "the trail says that prices changed, not to what: {}", effects.text);

        // Nothing new makes no version; an old version cannot be changed; another partner of this distributor is sold the same.
        assert_eq!(change(&w, "SEATS-100-Y", json!({ "units": 120 })).await.json["version"], 2);
        let stale = seller(&w).with("if-match", "\"1\"").patch(&format!("{}/SEATS-100-Y", skus(&w)), &json!({ "units": 130 })).await;
        assert_eq!((stale.status, stale.code()), (412, "version-stale"), "{}", stale.text);
        let theirs = w.client("other_owner").get(&format!("/v1/msp/{}/skus", w.other)).await;
        assert!(theirs.text.contains("120 seats"), "{}", theirs.text);
        let page = w.browser("owner").await.get(&format!("/msp/{}/licenses/orders", w.partner)).await;
        assert!(page.text.contains("100 seats for 12 months") && page.text.contains("120 seats"), "both are called as they were sold: {}", page.text);
    }

    async fn f0_21_a_distributor_makes_skus_of_its_own(w: World) {
        let made = make(&w, "SEATS-25-Y", 25, 50_000).await;
        assert_eq!((made.status, &made.json["version"]), (201, &json!(1)), "{}", made.text);
        for code in ["SEATS-25-Y", "MAA-1K-Y"] {
            let taken = make(&w, code, 25, 50_000).await;
            assert_eq!((taken.status, taken.code()), (409, "sku-taken"), "{code}: {}", taken.text);
        }
        let ordered = order(&w, "SEATS-25-Y", 4).await;
        assert_eq!((ordered.status, &ordered.json["units"], &ordered.json["price"]["minor"]), (201, &json!(100), &json!(200_000)), "{}", ordered.text);
        let good = json!({ "sku": "NEW", "name": "New", "unit": "maa", "units": 5, "term_months": 1, "prices": eur(0) });
        let twice = json!([{ "minor": 1, "currency": "EUR" }, { "minor": 2, "currency": "EUR" }]);
        for (field, value) in [
            ("sku", json!("new")), ("units", json!(0)), ("units", json!(1_000_001)), ("term_months", json!(121)), ("prices", json!([])),
            ("prices", twice), ("prices", json!([{ "minor": -1, "currency": "EUR" }])), ("prices", json!([{ "minor": 1, "currency": "euro" }])),
            ("prices", json!([{ "minor": 1, "currency": "EUR", "vat": 19 }])), ("unit", json!("chair")), ("name", json!(" ")),
        ] {
            let mut body = good.clone();
            body[field] = value;
            let no = seller(&w).post(&skus(&w), &body).await;
            let pointer = no.json["errors"][0]["pointer"].as_str().unwrap_or_default();
            assert!(no.status == 422 && pointer.starts_with(&format!("/{field}")), "{body}: {}", no.text);
        }
        let preview = seller(&w).post(&format!("{}?preview=true", skus(&w)), &good).await;
        assert_eq!((preview.status, offered(&w, "owner", "NEW").await), (200, Value::Null), "a preview makes nothing");
        for (who, status) in [("owner", 404), ("other_owner", 404), ("nobody", 401)] {
            let by = w.client(who).keyed().with("if-match", "\"1\"");
            let one = format!("{}/SEATS-25-Y", skus(&w));
            assert_eq!(by.get(&skus(&w)).await.status, status, "{who}");
            assert_eq!(by.get(&one).await.status, status, "{who}");
            assert_eq!(by.post(&skus(&w), &good).await.status, status, "{who}");
            assert_eq!(by.patch(&one, &json!({ "units": 1 })).await.status, status, "{who}");
            assert_eq!(by.post(&format!("{one}/end"), &json!({})).await.status, status, "{who}");
        }
        let elsewhere = store::DistributorId::new(w.partner.0);
        assert_eq!(seller(&w).get(&format!("/v1/distributors/{elsewhere}/skus")).await.status, 404, "a partner is no distributor");
        assert_eq!(seller(&w).post(&format!("/v1/distributors/{elsewhere}/skus"), &good).await.status, 404);
        assert_eq!(seller(&w).get(&format!("{}/NOTHING", skus(&w))).await.status, 404);
    }

    async fn f0_21_what_comes_with_an_installation_keeps_its_price_when_that_is_not_named(w: World) {
        // Nobody orders here yet: what it sells costs what it costs those who will.
        let name = tenantry::hierarchy::Name::parse("Young Distribution").expect("a name");
        let young = tenantry::provisioning::setup::distributor(&w.app.house, name).await.expect("made");
        let seller = w.hire("young", young, "distributor_owner").await.keyed();
        let path = format!("/v1/distributors/{young}/skus/SEATS-100-Y");
        let tag = seller.get(&path).await.header("etag").to_owned();
        let change = async |body: Value| seller.with("if-match", &tag).patch(&path, &body).await;
        let many: Vec<Value> = (0..21_u8).map(|n| json!({ "minor": 1, "currency": format!("E{}R", char::from(b'A' + n)) })).collect();
        let mixed = json!([{ "minor": 1_000_000_000_001_i64, "currency": "EUR" }]);
        for prices in [json!([]), json!(many), mixed] {
            let no = change(json!({ "prices": prices })).await;
            assert_eq!((no.status, &no.json["errors"][0]["pointer"]), (422, &json!("/prices")), "{}", no.text);
        }
        assert_eq!(seller.get(&path).await.json["versions"].as_array().map(Vec::len), Some(1), "nothing was changed");
        let made = change(json!({ "units": 120 })).await;
        assert_eq!((made.status, &made.json["version"], &made.json["units"]), (200, &json!(2), &json!(120)), "{}", made.text);
        assert_eq!(made.json["prices"], eur(180_000), "in the currency new partners begin with");
    }

    async fn f0_21_what_is_sold_no_more_is_neither_ordered_nor_approved(w: World) {
        let admin = w.client("admin").keyed();
        let asked = admin.post(&format!("/v1/msp/{}/order-requests", w.partner), &json!({ "sku": "SEATS-100-M", "quantity": 1 })).await;
        assert_eq!(asked.status, 201, "{}", asked.text);
        assert_eq!(order(&w, "SEATS-100-M", 1).await.status, 201);
        let day = w.now().plus_days(10);
        assert_eq!(end(&w, "SEATS-100-M", json!(day)).await.json["end_of_sale_at"], json!(day));
        assert_eq!(order(&w, "SEATS-100-M", 1).await.status, 201, "until then it is sold");
        w.pass_to(day);
        let no = order(&w, "SEATS-100-M", 1).await;
        assert_eq!((no.status, no.code(), &no.json["sku"]), (409, "sku-ended", &json!("SEATS-100-M")), "{}", no.text);
        assert_eq!(offered(&w, "owner", "SEATS-100-M").await, Value::Null);
        let approve = format!("/v1/msp/{}/order-requests/{}/approve", w.partner, asked.json["id"].as_str().expect("an id"));
        assert_eq!(w.client("owner").keyed().post(&approve, &json!({})).await.code(), "sku-ended");
        assert_eq!(admin.post(&format!("/v1/msp/{}/order-requests", w.partner), &json!({ "sku": "SEATS-100-M", "quantity": 1 })).await.code(), "sku-ended");
        assert_eq!((&requests(&w).await[0]["status"], &requests(&w).await[0]["changed"]), (&json!("open"), &json!(true)));
        assert_eq!((total(&w).await, placed(&w).await.len()), (200, 2), "what was ordered keeps its term");
        assert_eq!(end(&w, "SEATS-100-M", Value::Null).await.status, 200);
        assert_eq!(w.client("owner").keyed().post(&approve, &json!({})).await.status, 200, "sold again, on the conditions that were asked for");
    }

    async fn f0_13_a_request_is_not_bought_on_other_conditions(w: World) {
        let ask = async |quantity: i64| {
            let asked = w.client("admin").keyed().post(&format!("/v1/msp/{}/order-requests", w.partner), &json!({ "sku": "SEATS-100-Y", "quantity": quantity })).await;
            assert_eq!((asked.status, asked.json.get("price")), (201, None), "who asks sees no price: {}", asked.text);
            format!("/v1/msp/{}/order-requests/{}", w.partner, asked.json["id"].as_str().expect("an id"))
        };
        let owner = w.client("owner").keyed();
        let (renamed, dearer) = (ask(1).await, ask(2).await);
        assert_eq!(change(&w, "SEATS-100-Y", json!({ "name": "A hundred seats" })).await.status, 200);
        let approved = owner.post(&format!("{renamed}/approve"), &json!({})).await;
        assert_eq!((approved.status, &approved.json["order"]["version"], &approved.json["order"]["name"]), (200, &json!(2), &json!("A hundred seats")), "a name is no condition: {}", approved.text);
        assert_eq!(change(&w, "SEATS-100-Y", json!({ "prices": eur(190_000) })).await.status, 200);
        let no = owner.post(&format!("{dearer}/approve"), &json!({})).await;
        assert_eq!((no.status, no.code(), &no.json["version"]), (409, "sku-changed", &json!(3)), "{}", no.text);
        let open = requests(&w).await.into_iter().find(|r| r["status"] == "open").expect("the other one");
        assert_eq!((&open["changed"], &open["version"], &open["price"]["minor"]), (&json!(true), &json!(1), &json!(360_000)), "{open}");
        assert_eq!(placed(&w).await.len(), 1, "nothing was bought");
        let page = w.browser("owner").await.get(&format!("/msp/{}/licenses/orders", w.partner)).await;
        assert!(page.text.contains("Sold on other conditions by now") && !page.text.contains("Approve and order"), "{}", page.text);
        assert_eq!(owner.post(&format!("{dearer}/decline"), &json!({ "reason": "Dearer" })).await.status, 200);
        assert_eq!(owner.post(&format!("{}/approve", ask(2).await), &json!({})).await.json["order"]["price"]["minor"], 380_000);
    }

    async fn f0_21_several_lines_are_all_ordered_or_none(w: World) {
        let owner = w.client("owner").keyed();
        from_pool(&w, 1_000, 1_000).await;
        let lines = |seats: i64, allowance: i64| json!({ "lines": [{ "sku": "SEATS-100-Y", "quantity": seats }, { "sku": "SEATS-100-M", "quantity": 1 }, { "sku": "MAA-1K-Y", "quantity": allowance }] });
        let short = owner.post(&orders(&w), &lines(9, 2)).await;
        let told = (&short.json["sku"], &short.json["available"], &short.json["requested"], &short.json["errors"][0]["pointer"]);
        assert_eq!((short.status, short.code()), (409, "pool-exhausted"), "{}", short.text);
        assert_eq!(told, (&json!("MAA-1K-Y"), &json!(1_000), &json!(2_000), &json!("/lines/2/quantity")), "{}", short.text);
        let seats = owner.post(&orders(&w), &lines(10, 1)).await;
        assert_eq!((seats.status, &seats.json["sku"], &seats.json["available"], &seats.json["requested"]), (409, &json!("SEATS-100-M"), &json!(0), &json!(100)), "the line before took them: {}", seats.text);
        assert_eq!((total(&w).await, placed(&w).await.len()), (0, 0), "nothing was placed");
        let preview = owner.post(&format!("{}?preview=true", orders(&w)), &lines(9, 1)).await;
        assert_eq!((preview.status, placed(&w).await.len()), (200, 0), "{}", preview.text);

        let once = w.client("owner").with("idempotency-key", "several-1");
        let done = once.post(&orders(&w), &lines(9, 1)).await;
        let made: Vec<(&Value, &Value)> = done.json["orders"].as_array().expect("orders").iter().map(|o| (&o["sku"], &o["units"])).collect();
        assert_eq!(made, [(&json!("SEATS-100-Y"), &json!(900)), (&json!("SEATS-100-M"), &json!(100)), (&json!("MAA-1K-Y"), &json!(1_000))], "{}", done.text);
        let again = once.post(&orders(&w), &lines(9, 1)).await;
        assert_eq!((done.status, again.header("idempotency-replayed"), &again.json), (201, "true", &done.json), "sent twice, done once");
        assert_eq!((total(&w).await, placed(&w).await.len()), (1_000, 3));
        let pool = seller(&w).get(&format!("/v1/distributors/{}/pool", w.distributor)).await.json;
        assert_eq!((&pool["units"][0]["available"], &pool["units"][1]["available"], pool["draws"].as_array().map(Vec::len)), (&json!(0), &json!(0), Some(3)), "{pool}");
    }

    async fn f0_21_many_orders_of_several_lines_at_once_are_whole_and_never_draw_too_much(w: World) {
        from_pool(&w, 1_000, 5_000).await;
        let other = seller(&w).put(&format!("/v1/msp/{}/order-terms", w.other), &json!({ "terms": "from_pool" })).await;
        assert_eq!(other.status, 200, "{}", other.text);
        let both = [("owner", w.partner), ("other_owner", w.other)];
        let clients: Vec<(Client, String)> = both.map(|(who, msp)| (w.client(who).keyed(), format!("/v1/msp/{msp}/orders"))).to_vec();
        let body = json!({ "lines": [{ "sku": "MAA-1K-Y", "quantity": 1 }, { "sku": "SEATS-100-Y", "quantity": 1 }] });
        let answers = join_all((0..20).map(|n| { let (by, path) = &clients[n % 2]; by.post(path, &body) })).await;
        assert_eq!(answers.iter().filter(|a| a.status == 201).count(), 5, "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
        assert!(answers.iter().all(|a| a.status == 201 || a.code() == "pool-exhausted"));
        let pool = seller(&w).get(&format!("/v1/distributors/{}/pool", w.distributor)).await.json;
        assert_eq!((&pool["units"][0]["available"], &pool["units"][1]["available"], pool["draws"].as_array().map(Vec::len)), (&json!(500), &json!(0), Some(10)), "{pool}");
        let mut left = 0;
        for (by, path) in &clients {
            let all = by.get(path).await.json["data"].as_array().cloned().expect("rows");
            let of = |unit: &str| all.iter().filter(|o| o["unit"] == unit).count();
            assert_eq!(of("maa"), of("seat"), "all of an order, or none of it");
            left += all.len();
        }
        assert_eq!(left, 10);
    }

    async fn f0_21_a_line_that_is_wrong_is_named_and_stops_all(w: World) {
        let owner = w.client("owner").keyed();
        let good = json!({ "sku": "SEATS-100-Y", "quantity": 1 });
        let many: Vec<Value> = (0..21).map(|n| json!({ "sku": format!("S{n}"), "quantity": 1 })).collect();
        for (body, pointer) in [
            (json!({}), "/sku"),
            (json!({ "sku": "SEATS-100-Y" }), "/quantity"),
            (json!({ "sku": "SEATS-100-Y", "quantity": 1, "lines": [good] }), "/lines"),
            (json!({ "lines": [] }), "/lines"),
            (json!({ "lines": many }), "/lines"),
            (json!({ "lines": [good, good] }), "/lines/1/sku"),
            (json!({ "lines": [good, { "sku": "MAA-1K-Y", "quantity": 0 }] }), "/lines/1/quantity"),
            (json!({ "lines": [good, { "sku": "NOTHING", "quantity": 1 }] }), "/lines/1/sku"),
            (json!({ "lines": [good, { "sku": "MAA-1K-Y", "quantity": 1, "colour": "red" }] }), "/lines/1/colour"),
            (json!({ "lines": [["SEATS-100-Y", 1]] }), "/lines/0"),
        ] {
            for path in [orders(&w), format!("/v1/msp/{}/order-requests", w.partner)] {
                let no = owner.post(&path, &body).await;
                assert_eq!((no.status, no.json["errors"][0]["pointer"].as_str()), (422, Some(pointer)), "{path} {body}: {}", no.text);
            }
        }
        let seen = json!({ "lines": [{ "sku": "MAA-1K-Y", "quantity": 1, "version": 1 }, { "sku": "SEATS-100-Y", "quantity": 1, "version": 1 }] });
        assert_eq!(change(&w, "SEATS-100-Y", json!({ "prices": eur(1) })).await.status, 200);
        let no = owner.post(&orders(&w), &seen).await;
        assert_eq!((no.status, no.code(), &no.json["version"], &no.json["errors"][0]["pointer"]), (409, "sku-changed", &json!(2), &json!("/lines/1/sku")), "{}", no.text);
        for path in [orders(&w), format!("/v1/msp/{}/order-requests", w.partner)] {
            let no = owner.post(&path, &json!({ "sku": "SEATS-100-Y", "quantity": 1, "version": 1 })).await;
            assert_eq!((no.status, no.code(), &no.json["errors"][0]["pointer"]), (409, "sku-changed", &json!("/sku")), "{}", no.text);
        }
        assert_eq!((placed(&w).await.len(), requests(&w).await.len()), (0, 0), "nothing came of any of them");
        for (who, status) in [("admin", 403), ("technician", 403), ("other_owner", 404), ("nobody", 401)] {
            assert_eq!(w.client(who).keyed().post(&orders(&w), &json!({ "lines": [good] })).await.status, status, "{who}");
        }
    }

    async fn f0_21_prices_are_in_the_partners_currency_or_the_sku_is_not_offered(w: World) {
        let body = json!({ "name": "Dollar MSP", "currency": "USD", "zone": "UTC" });
        let partner = seller(&w).post(&format!("/v1/distributors/{}/partners", w.distributor), &body).await;
        assert_eq!(partner.status, 201, "{}", partner.text);
        let listed = seller(&w).get(&format!("/v1/distributors/{}/partners?q=Dollar", w.distributor)).await;
        let dollars = listed.json["data"][0]["id"].as_str().expect("an id").to_owned();
        let by = seller(&w);
        let shelf = async || by.get(&format!("/v1/msp/{dollars}/skus")).await.json;
        let first = shelf().await;
        assert_eq!((&first["currency"], &first["data"][0]["price"]), (&json!("USD"), &json!({ "minor": 180_000, "currency": "USD" })), "{first}");
        assert_eq!(make(&w, "EURO-ONLY", 10, 1_000).await.status, 201);
        let now = shelf().await;
        assert!(now["unpriced"][0]["sku"] == "EURO-ONLY" && !now["data"].to_string().contains("EURO-ONLY"), "{now}");
        let no = by.post(&format!("/v1/msp/{dollars}/orders"), &json!({ "sku": "EURO-ONLY", "quantity": 1 })).await;
        assert_eq!((no.status, no.code(), &no.json["currency"]), (409, "sku-unpriced", &json!("USD")), "{}", no.text);
        let both = json!([{ "minor": 1_000, "currency": "EUR" }, { "minor": 1_150, "currency": "USD" }]);
        assert_eq!(change(&w, "EURO-ONLY", json!({ "prices": both })).await.status, 200);
        let sold = by.post(&format!("/v1/msp/{dollars}/orders"), &json!({ "sku": "EURO-ONLY", "quantity": 3 })).await;
        assert_eq!((sold.status, &sold.json["price"]), (201, &json!({ "minor": 3_450, "currency": "USD" })), "{}", sold.text);
        assert_eq!(order(&w, "EURO-ONLY", 3).await.json["price"], json!({ "minor": 3_000, "currency": "EUR" }));
        // Who may not see prices is told none of them.
        for who in ["admin", "technician", "auditor"] {
            let sku = offered(&w, who, "EURO-ONLY").await;
            assert!(sku["units"] == 10 && sku.get("price").is_none(), "{who}: {sku}");
        }
    }

    async fn f0_21_the_form_names_the_field_that_is_missing_or_wrong(w: World) {
        let path = format!("/msp/{}/licenses/orders", w.partner);
        let at = |field: &str| format!(r#"aria-invalid="true" aria-describedby="{field}-error""#);
        for who in ["owner", "admin"] {
            let by = w.browser(who).await;
            let fresh = by.get(&path).await;
            assert!(!fresh.text.contains("aria-invalid") && fresh.text.contains(r#"name="look" value="1""#), "{}", fresh.text);
            let nothing = by.get(&format!("{path}?q-MAA-1K-Y=&q-SEATS-100-M=&q-SEATS-100-Y=&look=1")).await;
            assert_eq!(nothing.status, 422, "{}", nothing.text);
            assert!(nothing.text.contains("Enter how many pieces of at least one product") && nothing.text.contains(&at("q-SEATS-100-Y")), "{}", nothing.text);
            let wrong = by.get(&format!("{path}?q-MAA-1K-Y=2&q-SEATS-100-Y=10001")).await;
            assert!(wrong.status == 422 && wrong.text.contains(&at("q-SEATS-100-Y")) && !wrong.text.contains(&at("q-MAA-1K-Y")), "{}", wrong.text);
            for kept in [r#"name="q-MAA-1K-Y" value="2""#, r#"name="q-SEATS-100-Y" value="10001""#] {
                assert!(wrong.text.contains(kept), "{kept}: {}", wrong.text);
            }
            let zero = by.get(&format!("{path}?q-NOTHING=0")).await;
            assert!(zero.status == 422 && zero.text.contains(&at("q-SEATS-100-Y")), "{}", zero.text);
        }
        let german = w.browser("owner").await.speaking("de").get(&format!("{path}?look=1")).await;
        assert!(german.status == 422 && german.text.contains("Geben Sie für mindestens ein Produkt an"), "{}", german.text);
        assert_eq!(placed(&w).await.len(), 0);
    }

    async fn f0_21_the_page_shows_what_it_comes_to_before_it_is_ordered(w: World) {
        let (owner, path) = (w.browser("owner").await, format!("/msp/{}/licenses/orders", w.partner));
        let choose = owner.get(&path).await;
        assert!(choose.text.contains(r#"name="q-SEATS-100-Y""#) && !choose.text.contains("Place order"), "{}", choose.text);
        let shown = owner.get(&format!("{path}?q-SEATS-100-Y=2&q-MAA-1K-Y=1&q-SEATS-100-M=0")).await;
        assert!(shown.status == 200 && shown.text.contains("Place order") && shown.text.contains("4,560.00"), "2 × 1,800 and 960: {}", shown.text);
        assert!(shown.text.contains(r#"name="v-MAA-1K-Y" value="1""#) && !shown.text.contains(r#"name="v-SEATS-100-M""#), "{}", shown.text);
        assert_eq!(placed(&w).await.len(), 0, "nothing has happened yet");
        for (query, word) in [("q-SEATS-100-Y=x", "whole number"), ("q-SEATS-100-Y=10001", "whole number")] {
            let no = owner.get(&format!("{path}?{query}")).await;
            assert!(no.status == 422 && no.text.contains(word), "{query}: {}", no.text);
        }
        let fields = [("q-SEATS-100-Y", "2"), ("v-SEATS-100-Y", "1"), ("q-MAA-1K-Y", "1"), ("v-MAA-1K-Y", "1"), ("idempotency_key", "page-1")];
        for _ in 0..2 {
            let done = owner.form(&path, &fields).await;
            assert!(done.status == 303 && done.header("location").ends_with("/licenses"), "{}", done.text);
        }
        assert_eq!((placed(&w).await.len(), total(&w).await), (2, 200), "sent twice, done once");
        assert_eq!(change(&w, "SEATS-100-Y", json!({ "prices": eur(999_900) })).await.status, 200);
        let dearer = owner.form(&path, &[("q-SEATS-100-Y", "1"), ("v-SEATS-100-Y", "1")]).await;
        assert!(dearer.status == 422 && dearer.text.contains("sold on other conditions by now"), "{}", dearer.text);
        assert_eq!(owner.form(&path, &[("q-SEATS-100-Y", "1"), ("colour", "red")]).await.status, 422);
        assert_eq!(owner.form(&path, &[]).await.status, 422, "nothing is no order");
        for version in ["", "x"] {
            let unseen = owner.form(&path, &[("q-MAA-1K-Y", "1"), ("v-MAA-1K-Y", version)]).await;
            assert!(unseen.status == 422 && unseen.text.contains("Look at what it comes to first"), "{version}: {}", unseen.text);
        }

        let admin = w.browser("admin").await;
        let asks = admin.get(&format!("{path}?q-SEATS-100-Y=1&q-MAA-1K-Y=2")).await;
        assert!(asks.text.contains("Send request") && !asks.text.contains("Place order") && !asks.text.contains("9,999.00"), "{}", asks.text);
        let sent = admin.form(&format!("/msp/{}/licenses/requests", w.partner), &[("q-SEATS-100-Y", "1"), ("v-SEATS-100-Y", "2"), ("q-MAA-1K-Y", "2"), ("v-MAA-1K-Y", "1"), ("note", "Both")]).await;
        assert_eq!((sent.status, requests(&w).await.len()), (303, 2), "{}", sent.text);
        assert_eq!(admin.form(&path, &[("q-SEATS-100-Y", "1")]).await.status, 403);
    }

    async fn f0_21_amounts_have_the_decimals_of_their_currency(w: World) {
        let (seller, by) = (w.browser("distributor_owner").await, seller(&w));
        for (name, currency, built_in, typed, minor, wrong, shown) in
            [("Yen MSP", "JPY", 1, "1800", 1_800, "1800.50", "JPY\u{a0}1,800"), ("Dinar MSP", "KWD", 1_000, "18.5", 18_500, "18.5001", "KWD\u{a0}18.500")]
        {
            let body = json!({ "name": name, "currency": currency, "zone": "UTC" });
            let made = by.post(&format!("/v1/distributors/{}/partners", w.distributor), &body).await;
            assert_eq!(made.status, 201, "{}", made.text);
            let listed = by.get(&format!("/v1/distributors/{}/partners?q={}", w.distributor, &name[..3])).await;
            let partner = listed.json["data"][0]["id"].as_str().expect("an id").to_owned();
            let shelf = by.get(&format!("/v1/msp/{partner}/skus")).await;
            let seats = shelf.json["data"].as_array().expect("rows").iter().find(|sku| sku["sku"] == "SEATS-100-Y").expect("seats");
            assert_eq!(seats["price"], json!({ "minor": 1_800 * built_in, "currency": currency }), "1,800 of each currency");
            let plan = |price: &'static str| [("code", "own"), ("product", "seats"), ("name", "Own"), ("term_months", "1"), ("price", price)];
            let new = format!("/msp/{partner}/plans/new");
            let refused = seller.form(&new, &plan(wrong)).await;
            assert!(refused.status == 422 && refused.text.contains("no more decimals than the currency has"), "{}", refused.text);
            assert_eq!(seller.form(&new, &plan(typed)).await.status, 303, "{currency}");
            let sold = by.get(&format!("/v1/msp/{partner}/plans/own")).await;
            assert_eq!(sold.json["price"], json!({ "minor": minor, "currency": currency }), "{}", sold.text);
            let page = seller.get(&format!("/msp/{partner}/plans/own")).await;
            assert!(page.status == 200 && page.text.contains(shown), "{}", page.text);
            // A SKU is priced in the same way, in the field of that currency, and its form shows what was typed.
            let (list, sku, field) = (format!("/distributors/{}/skus", w.distributor), format!("OWN-{currency}"), format!("price-{currency}"));
            let fields = [("sku", sku.as_str()), ("unit", "seat"), ("name", "Own"), ("units", "1"), ("term_months", "1"), (field.as_str(), typed)];
            let made = seller.form(&format!("{list}/new"), &fields).await;
            assert_eq!(made.status, 303, "{}", made.text);
            let page = seller.get(&format!("{list}/{sku}")).await;
            let value = format!("value=\"{}\"", shown[3..].trim_start_matches('\u{a0}').replace(',', ""));
            assert!(page.text.contains(&value) && page.text.contains(shown), "{value}: {}", page.text);
        }
    }

    async fn f0_21_the_catalogue_is_edited_on_its_pages(w: World) {
        let (seller, list) = (w.browser("distributor_owner").await, format!("/distributors/{}/skus", w.distributor));
        let shown = seller.get(&list).await;
        assert!(shown.status == 200 && shown.text.contains("MAA-1K-Y") && shown.text.contains("1,800.00"), "{}", shown.text);
        let new = [("sku", "SEATS-50-Y"), ("unit", "seat"), ("name", "Fifty seats"), ("units", "50"), ("term_months", "12"), ("price-EUR", "950,50")];
        let made = seller.form(&format!("{list}/new"), &new).await;
        assert_eq!(made.status, 303, "{}", made.text);
        assert_eq!(offered(&w, "owner", "SEATS-50-Y").await["price"]["minor"], 95_050);
        let again = seller.form(&format!("{list}/new"), &new).await;
        assert!(again.status == 422 && again.text.contains("Another SKU has this code"), "{}", again.text);
        let page = seller.get(&format!("{list}/SEATS-50-Y")).await;
        assert!(page.text.contains(r#"value="950.50""#), "{}", page.text);
        let next = [("version", "1"), ("name", "Fifty seats"), ("units", "55"), ("term_months", "12"), ("price-EUR", "950.50")];
        assert_eq!(seller.form(&format!("{list}/SEATS-50-Y"), &next).await.status, 303);
        let stale = seller.form(&format!("{list}/SEATS-50-Y"), &next).await;
        assert!(stale.status == 422 && stale.text.contains("changed this meanwhile"), "{}", stale.text);
        let free = seller.form(&format!("{list}/SEATS-50-Y"), &[("version", "2"), ("name", "Fifty"), ("units", "55"), ("term_months", "12"), ("price-EUR", "")]).await;
        assert!(free.status == 422 && free.text.contains("price in at least one currency"), "{}", free.text);
        assert_eq!(seller.form(&format!("{list}/SEATS-50-Y/end"), &[("end_of_sale", "2026-01-01")]).await.status, 303);
        assert_eq!(order(&w, "SEATS-50-Y", 1).await.code(), "sku-ended");
        let over = seller.get(&list).await;
        assert!(over.text.contains("Sale ended"), "{}", over.text);
        for who in ["owner", "auditor"] {
            assert_eq!(w.browser(who).await.get(&list).await.status, 404, "{who}");
        }
    }

    async fn f0_21_a_distributor_without_partners_changes_what_the_house_comes_with(w: World) {
        let name = tenantry::hierarchy::Name::parse("Lone Distribution").expect("a name");
        let lone = tenantry::provisioning::setup::distributor(&w.app.house, name).await.expect("a distributor");
        w.hire("lone_owner", lone, "distributor_owner").await;
        let (seller, by) = (w.browser("lone_owner").await, w.client("lone_owner").keyed());
        let (page, sku) = (format!("/distributors/{lone}/skus/SEATS-100-Y"), format!("/v1/distributors/{lone}/skus/SEATS-100-Y"));
        let shown = seller.get(&page).await;
        assert!(shown.text.contains(r#"name="price-EUR" value="1800.00""#), "{}", shown.text);
        let as_shown = [("version", "1"), ("name", "A hundred"), ("units", "100"), ("term_months", "12"), ("price-EUR", "1800.00")];
        let saved = seller.form(&page, &as_shown).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        let now = by.get(&sku).await;
        assert_eq!((&now.json["name"], &now.json["version"], &now.json["prices"]), (&json!("A hundred"), &json!(2), &eur(180_000)), "{}", now.text);
        let month = format!("/v1/distributors/{lone}/skus/SEATS-100-M");
        let named = by.with("if-match", by.get(&month).await.header("etag")).patch(&month, &json!({ "name": "A month" })).await;
        assert_eq!((named.status, &named.json["prices"]), (200, &eur(18_000)), "{}", named.text);
    }
}
