//! One change for many customers: what waits for its region, what is sent again, and what somebody did since.

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use futures_util::future::join;
use serde::Serialize;
use serde_json::{Value, json};
use store::{Control, CustomerId, PartnerId};
use tenantry::{
    licensing::pools::{BeginRelease, BeginTransfer},
    removal,
};

use super::{
    beyond::{plan, put_on},
    offboarding::{pool, remove, restore},
    operator::silent,
    outlook::{held, join as let_in},
};
use crate::{
    scenes,
    support::{Answer, Client, World},
};

const RELEASE: &str = "/v1/licenses/release";

fn path(w: &World) -> String {
    format!("/v1/msp/{}/customers/bulk", w.partner)
}

/// Sends a form of the bulk pages; what is given many times is a customer.
async fn form(w: &World, browser: &Client, page: &str, fields: &[(&str, &str)]) -> Answer {
    browser.form(&format!("/msp/{}/customers/bulk/{page}", w.partner), fields).await
}

/// The way back that a page offers.
fn undo(page: &Answer) -> String {
    let sealed = page.text.split("name=\"undo\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    sealed.unwrap_or_else(|| panic!("no way back: {}", page.text)).to_owned()
}

/// Lets members of a customer go.
async fn let_out(w: &World, customer: CustomerId, members: usize) {
    let (owner, all) = (w.client("owner"), format!("/v1/tenants/{customer}/members"));
    let list = owner.get(&format!("{all}?filter[status]=active")).await.json;
    for member in list["data"].as_array().expect("members").iter().take(members) {
        let gone = owner.patch(&format!("{all}/{}", member["id"].as_str().expect("an id")), &json!({ "status": "inactive" })).await;
        assert_eq!(gone.status, 200, "{}", gone.text);
    }
    w.work().await;
}

async fn tier_of(w: &World, customer: CustomerId) -> Value {
    w.get("owner", &format!("customers/{customer}")).await["tier"].clone()
}

/// Takes a customer out, whatever is under way.
#[derive(Serialize)]
struct TakeOut {
    partner: PartnerId,
    customer: CustomerId,
}

impl Command for TakeOut {
    const NAME: &'static str = "test.take_out";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        removal::withdraw(cx, self.customer, None)?;
        Ok(())
    }
}

scenes! {
    async fn f2_36_a_release_that_waits_for_its_region_is_under_way_and_offers_no_way_back(w: World) {
        w.order_seats(1).await;
        let (slow, quick) = (w.customer("Slow", 10).await, w.customer("Quick", 10).await);
        let_in(&w, slow, 8).await;
        w.work().await;
        let (browser, call) = w.browser_and_call("owner").await;
        // The region of one of them does not answer while the request is.
        let begin = BeginRelease { tenant_id: slow, seats: 5, reason: Some("bulk".into()), held: None };
        let begun = silent(&w).execute(call.keyed(format!("down:{slow}")), begin).await.expect("begins").value;
        let client = browser.with("idempotency-key", "down");
        let body = json!({ "action": "seats", "ids": [slow, quick], "value": -5 });
        let answer = client.post(&path(&w), &body).await;
        assert_eq!((answer.status, &answer.json["done"], &answer.json["pending"], &answer.json["refused"]), (200, &json!(1), &json!(1), &json!(0)), "{}", answer.text);
        let items = &answer.json["items"];
        assert_eq!((&items[0]["status"], &items[0]["operation_id"]), (&json!("pending"), &json!(begun)), "{}", answer.text);
        assert_eq!((&items[1]["status"], items[1].get("operation_id")), (&json!("done"), None), "{}", answer.text);
        let change = &items[1]["effects"][0];
        assert_eq!((&change["field"], &change["before"], &change["after"]), (&json!("seats"), &json!(10), &json!(5)), "{}", answer.text);

        let (a, b) = (slow.to_string(), quick.to_string());
        let fields = [("what", "seats:-"), ("seats", "5"), ("id", a.as_str()), ("id", b.as_str()), ("idempotency_key", "down")];
        let page = form(&w, &browser, "apply", &fields).await;
        for said in ["Changed: 1, under way: 1", "Under way", &format!("/msp/{}/jobs", w.partner), "Undo for 1 customer"] {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        let german = form(&w, &browser.speaking("de"), "apply", &fields).await;
        assert!(german.text.contains("Geändert: 1, noch im Gang: 1"), "{}", german.text);
        w.work().await;
        assert_eq!(w.client("owner").get(&format!("/v1/operations/{begun}")).await.json["error"]["code"], "seats-in-use");
        let back = form(&w, &browser, "undo", &[("undo", &undo(&page)), ("idempotency_key", "back")]).await;
        assert!(back.text.contains("Changed: 1"), "{}", back.text);
        assert_eq!((held(&w, slow).await, held(&w, quick).await), (10, 10), "nobody gets seats that never left");

        // What the region refused is decided again, what was done is told again.
        let again = client.post(&path(&w), &body).await;
        let items = &again.json["items"];
        assert_eq!((&items[0]["problem"]["code"], &items[0]["problem"]["active_users"]), (&json!("seats-in-use"), &json!(8)), "{}", again.text);
        assert_eq!((&items[1], again.header("idempotency-replayed")), (&answer.json["items"][1], "true"), "{}", again.text);
        let_out(&w, slow, 3).await;
        let again = client.post(&path(&w), &body).await;
        assert_eq!((&again.json["done"], held(&w, slow).await, held(&w, quick).await), (&json!(2), 5, 10), "{}", again.text);
    }

    async fn a_change_of_many_that_is_sent_again_answers_the_same_and_acts_once(w: World) {
        w.order_seats(1).await;
        let (a, b) = (w.customer("Twin Ann", 10).await, w.customer("Twin Bo", 10).await);
        let owner = w.client("owner");
        let staff = w.get("owner", "staff").await;
        let technician = staff["data"].as_array().expect("staff").iter().find(|s| s["role"] == "technician").expect("one")["id"].clone();
        let group = owner.keyed().post(&format!("/v1/msp/{}/groups", w.partner), &json!({ "name": "Both" })).await;
        assert!(group.status < 300, "{}", group.text);
        let (group, tier) = (&group.json["id"], tier_of(&w, a).await);
        let other = if tier == "enterprise" { "pro" } else { "enterprise" };
        w.assign("technician", &[a]).await;
        let asked = [
            // Nobody fits the filter any more when it is sent again.
            json!({ "action": "tier", "filter": { "tier": tier, "q": "twin" }, "value": other }),
            json!({ "action": "group_add", "ids": [a, b], "value": group }),
            json!({ "action": "group_remove", "ids": [a], "value": group }),
            json!({ "action": "seats", "ids": [a, b], "value": 5 }),
            json!({ "action": "seats", "ids": [b], "value": -3 }),
            json!({ "action": "technician", "ids": [a, b], "value": technician }),
            json!({ "action": "technician_remove", "ids": [b], "value": technician }),
        ];
        for (n, body) in asked.iter().enumerate() {
            let keyed = owner.with("idempotency-key", &format!("many-{n}"));
            let first = keyed.post(&path(&w), body).await;
            assert_eq!((first.status, first.header("idempotency-replayed"), &first.json["refused"]), (200, "", &json!(0)), "{body}: {}", first.text);
            assert!(first.json["done"].as_i64() > Some(0), "{body}: {}", first.text);
            let again = keyed.post(&path(&w), body).await;
            assert_eq!((again.header("idempotency-replayed"), &again.json), ("true", &first.json), "{body}");
            let preview = keyed.post(&format!("{}?preview=true", path(&w)), body).await;
            assert_eq!((preview.status, preview.header("idempotency-replayed")), (200, ""), "{body}: {}", preview.text);
            let elsewhere = keyed.post(&path(&w), &json!({ "action": "tier", "ids": [a], "value": "starter" })).await;
            assert_eq!((elsewhere.status, elsewhere.code()), (422, "idempotency-key-reused"), "{}", elsewhere.text);
        }
        assert_eq!((held(&w, a).await, held(&w, b).await), (15, 12), "each acted once");
        assert_eq!((tier_of(&w, a).await, tier_of(&w, b).await), (json!(other), json!(other)));
        let reach = w.get("owner", &format!("staff/{}", technician.as_str().expect("an id"))).await["reach"]["customers"].clone();
        assert_eq!(reach, json!([a]));
    }

    async fn seats_nobody_uses_go_back_once_whoever_presses_how_often(w: World) {
        w.order_seats(1).await;
        let (wide, tight) = (w.customer("Wide", 60).await, w.customer("Tight", 11).await);
        let_in(&w, tight, 9).await;
        w.pass_days(35);
        w.work().await;
        let (path, owner) = (format!("/v1/msp/{}/licenses/right-size", w.partner), w.client("owner"));
        // Eleven seats, nine of them used: one could go back, and the next one would not be in use either.
        let body = json!({ "ids": [tight] });
        let (one, two) = (owner.keyed(), owner.keyed());
        let (one, two) = join(one.post(&path, &body), two.post(&path, &body)).await;
        let done = [&one, &two].map(|answer| answer.json["done"].as_i64().expect("a count"));
        assert_eq!((held(&w, tight).await, done[0] + done[1]), (10, 1), "{} {}", one.text, two.text);
        let keyed = owner.with("idempotency-key", "size");
        let first = keyed.post(&path, &json!({ "ids": [wide] })).await;
        assert_eq!((first.status, &first.json["done"], first.header("idempotency-replayed")), (200, &json!(1), ""), "{}", first.text);
        let left = held(&w, wide).await;
        let again = keyed.post(&path, &json!({ "ids": [wide] })).await;
        assert_eq!((again.header("idempotency-replayed"), &again.json, held(&w, wide).await), ("true", &first.json, left));
        assert_eq!(keyed.post(&path, &json!({})).await.code(), "idempotency-key-reused");
    }

    async fn a_way_back_leaves_alone_what_somebody_changed_since(w: World) {
        w.order_seats(1).await;
        let (a, b) = (w.customer("Ann", 20).await, w.customer("Bo", 20).await);
        let (browser, owner) = (w.browser("owner").await, w.client("owner").keyed());
        let (ida, idb) = (a.to_string(), b.to_string());
        let apply = async |what: &str, seats: &str| {
            let page = form(&w, &browser, "apply", &[("what", what), ("seats", seats), ("id", &ida), ("id", &idb), ("idempotency_key", what)]).await;
            assert!(page.text.contains("Changed: 2"), "{what}: {}", page.text);
            undo(&page)
        };
        let back = async |undo: &str| {
            let page = form(&w, &browser, "undo", &[("undo", undo)]).await;
            assert!(page.text.contains("Changed: 1, under way: 0, already so: 0, refused: 1"), "{}", page.text);
            page.text
        };
        let before = tier_of(&w, b).await;
        let other = ["starter", "pro", "enterprise"].into_iter().filter(|t| before != *t).collect::<Vec<_>>();
        let way = apply(&format!("tier:{}", other[0]), "").await;
        let since = owner.post(&path(&w), &json!({ "action": "tier", "ids": [a], "value": other[1] })).await;
        assert_eq!(since.json["done"], 1, "{}", since.text);
        back(&way).await;
        assert_eq!((tier_of(&w, a).await, tier_of(&w, b).await), (json!(other[1]), before));

        let way = apply("seats:+", "10").await;
        assert_eq!(owner.post("/v1/licenses/allocate", &json!({ "tenant_id": a, "seats": 5 })).await.status, 200);
        let said = back(&way).await;
        assert!(said.contains("The customer holds 35 seats by now"), "{said}");
        assert_eq!((held(&w, a).await, held(&w, b).await), (35, 20));
        let way = apply("seats:-", "10").await;
        assert_eq!(owner.post(RELEASE, &json!({ "tenant_id": b, "seats": 4 })).await.status, 200);
        let said = back(&way).await;
        assert!(said.contains("The customer holds 6 seats by now"), "{said}");
        assert_eq!((held(&w, a).await, held(&w, b).await), (35, 6));
    }

    async fn f2_36_a_preview_refuses_seats_that_are_in_use_as_the_region_would(w: World) {
        w.order_seats(1).await;
        let (full, other) = (w.customer("Full", 10).await, w.customer("Other", 10).await);
        let_in(&w, full, 8).await;
        w.work().await;
        let owner = w.client("owner").keyed();
        let seats = |n: i64| json!({ "tenant_id": full, "seats": n });
        let carried = json!({ "from_tenant_id": full, "to_tenant_id": other, "seats": 5 });
        let fewer = format!("/v1/msp/{}/customers/{full}/seats", w.partner);
        for query in ["?preview=true", ""] {
            for (at, body) in [(RELEASE, &seats(5)), ("/v1/licenses/transfer", &carried)] {
                let no = owner.post(&format!("{at}{query}"), body).await;
                assert_eq!((no.status, no.code(), &no.json["active_users"]), (409, "seats-in-use", &json!(8)), "{at}{query}: {}", no.text);
            }
            let no = owner.put(&format!("{fewer}{query}"), &json!({ "seats": 5 })).await;
            assert_eq!((no.status, no.code(), &no.json["active_users"]), (409, "below-active", &json!(8)), "{query}: {}", no.text);
            let many = owner.post(&format!("{}{query}", path(&w)), &json!({ "action": "seats", "ids": [full, other], "value": -5 })).await;
            assert_eq!((&many.json["done"], &many.json["refused"]), (&json!(1), &json!(1)), "{query}: {}", many.text);
            assert_eq!(many.json["items"][0]["problem"]["code"], "seats-in-use", "{query}: {}", many.text);
        }
        assert_eq!(owner.post(&format!("{RELEASE}?preview=true"), &seats(2)).await.status, 200, "two are free");
        // Under a plan that lets them stay it says yes, and so does the region.
        plan(&w, "soft", json!({ "kind": "soft_overage" })).await;
        put_on(&w, full, "soft", false).await;
        w.work().await;
        assert_eq!(owner.post(&format!("{RELEASE}?preview=true"), &seats(5)).await.status, 200);
        assert_eq!((owner.post(RELEASE, &seats(5)).await.status, held(&w, full).await), (200, 5));
    }

    async fn f2_36_what_a_region_refused_is_decided_again_under_its_key(w: World) {
        w.order_seats(1).await;
        let (full, other) = (w.customer("Full", 10).await, w.customer("Other", 10).await);
        let_in(&w, full, 8).await;
        w.work().await;
        let owner = w.client("owner");
        let fewer = format!("/v1/msp/{}/customers/{full}/seats", w.partner);
        let release = json!({ "tenant_id": full, "seats": 4 });
        let carry = json!({ "from_tenant_id": full, "to_tenant_id": other, "seats": 3 });
        let keyed = |key: &str| owner.with("idempotency-key", key);
        for _ in 0..2 {
            assert_eq!(keyed("release").post(RELEASE, &release).await.code(), "seats-in-use");
            assert_eq!(keyed("carry").post("/v1/licenses/transfer", &carry).await.code(), "seats-in-use");
            assert_eq!(keyed("fewer").put(&fewer, &json!({ "seats": 2 })).await.code(), "below-active");
        }
        let_out(&w, full, 6).await;
        let done = keyed("release").post(RELEASE, &release).await;
        assert_eq!((done.status, &done.json["allocated"], done.header("idempotency-replayed")), (200, &json!(6), ""), "{}", done.text);
        let done = keyed("carry").post("/v1/licenses/transfer", &carry).await;
        assert_eq!((done.status, &done.json["allocated"]), (200, &json!(3)), "{}", done.text);
        let done = keyed("fewer").put(&fewer, &json!({ "seats": 2 })).await;
        assert_eq!((done.status, &done.json["allocated"]), (200, &json!(2)), "{}", done.text);
        let again = keyed("release").post(RELEASE, &release).await;
        assert_eq!((again.status, again.header("idempotency-replayed")), (200, "true"), "{}", again.text);
        assert_eq!((held(&w, full).await, held(&w, other).await), (2, 13), "each acted once");
    }

    async fn f3_20_a_removed_customer_comes_back_without_the_seats_that_were_on_their_way(w: World) {
        w.order_seats(1).await;
        let (from, to) = (w.customer("Leaves", 10).await, w.customer("Stays", 10).await);
        let owner = w.client("owner").keyed();
        let begin = BeginTransfer { from_tenant_id: from, to_tenant_id: to, seats: 4, reason: None };
        let operation = silent(&w).execute(Call::operator(), begin).await.expect("begins").value;
        assert_eq!(remove(&w, &owner, from).await.code(), "work-under-way");
        // Of two at once the removal may have looked first, and have waited for the transfer.
        let take_out = || TakeOut { partner: w.partner, customer: from };
        let preview = w.app.house.preview(Call::operator(), take_out()).await.expect("a preview");
        assert!(preview.effects.iter().any(|e| e.field == "seats_to_pool" && e.before == 6), "{:?}", preview.effects);
        w.app.house.execute(Call::operator(), take_out()).await.expect("removed");
        w.work().await;
        // Its region is asked again once the transfer has ended.
        w.pass_to(w.now().plus_seconds(60));
        w.work().await;
        let ended = owner.get(&format!("/v1/operations/{operation}")).await;
        assert_eq!((&ended.json["status"], pool(&w).await), (&json!("succeeded"), [14, 986, 0]), "{}", ended.text);
        let back = restore(&w, &owner, from, json!({})).await;
        assert_eq!((back.status, &back.json["seats"], &back.json["seats_before"]), (200, &json!(6), &json!(6)), "{}", back.text);
        w.work().await;
        assert_eq!((held(&w, from).await, held(&w, to).await, pool(&w).await), (6, 14, [20, 980, 0]));
    }
}
