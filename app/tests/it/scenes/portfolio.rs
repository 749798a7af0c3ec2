//! The portfolio through the public door: numbers, list, export, past days, bulk actions.

use command::{Call, Command, Cx, Fail, Never, Node};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Control, CustomerId};
use tenantry::hierarchy::{
    Tier,
    edit::{CustomerChange, EditCustomer},
    standing::{CampaignRun, SyncReason, publish_mail_check, publish_run, publish_sync},
};
use tenantry::licensing::pools::{PublishUsage, UsageOf};

use super::offboarding::remove;
use crate::{scenes, support::World};

/// Tells facts about a customer, as the rooms above do.
#[derive(Serialize)]
struct Tell {
    customer: CustomerId,
    sync_ok: Option<bool>,
    email_ok: Option<bool>,
    /// Days ago, delivered, passed.
    run: Option<(i64, i64, i64)>,
}

impl Command for Tell {
    const NAME: &'static str = "test.tell";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = access::permissions::Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let (customer, now) = (self.customer, cx.now);
        if let Some(ok) = self.sync_ok {
            let id = cx.new_id::<()>().0;
            let reason = SyncReason { text: "token expired".into(), own: None };
            publish_sync(cx.tx, cx.scope, customer, id, now, ok, "scim", (!ok).then_some(&reason), now)?;
        }
        if let Some(ok) = self.email_ok {
            let id = cx.new_id::<()>().0;
            publish_mail_check(cx.tx, cx.scope, customer, id, now, ok, None, now)?;
        }
        if let Some((days, delivered, passed)) = self.run {
            let id = cx.new_id::<()>().0;
            let reference = id.to_string();
            let run = CampaignRun { at: now.plus_days(-days), name: "Autumn", external_ref: &reference, delivered, passed, import: None };
            publish_run(cx.tx, cx.scope, customer, id, &run, now)?;
        }
        Ok(())
    }
}

async fn tell(w: &World, customer: CustomerId, sync_ok: Option<bool>, email_ok: Option<bool>, run: Option<(i64, i64, i64)>) {
    w.app.house.execute(Call::operator(), Tell { customer, sync_ok, email_ok, run }).await.expect("told");
}

async fn active(w: &World, customer: CustomerId, active_users: i64) {
    let usage = PublishUsage {
        customer,
        active_users,
        members: active_users,
        waiting: 0,
        held: 0,
        arriving: 0,
        waiting_cap: None,
        exceeded_at: None,
        months: Vec::new(),
        month_until: None,
        corrects: false,
        seq: 1,
        at: w.now(),
    };
    w.app.house.execute(Call::operator(), UsageOf(usage)).await.expect("published");
}

async fn tier(w: &World, customer: CustomerId, tier: Tier) {
    let change = CustomerChange { tier: Some(tier), ..CustomerChange::default() };
    w.app.house.execute(Call::operator(), EditCustomer { customer, version: None, tier: None, change }).await.expect("changed");
}

/// A customer that is not launched.
async fn unlaunched(w: &World, name: &str, seats: i64) -> CustomerId {
    let body = json!({ "name": name, "max_mau": 1_000_000, "seats": seats });
    let answer = w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &body).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    w.work().await;
    answer.json["tenant_id"].as_str().expect("an id").parse().expect("an id")
}

/// Name, seats, active, and of the last campaign: days ago, delivered, passed.
type Launched = (&'static str, i64, i64, Option<(i64, i64, i64)>);

const LAUNCHED: [Launched; 7] = [
    ("Eklund Bygg AB", 100, 85, None),
    ("Finnmark Shipping Oy", 250, 210, Some((12, 210, 128))),
    ("Helsingborg Medical Group", 400, 340, Some((28, 340, 177))),
    ("Vestland Accounting", 50, 42, Some((3, 50, 44))),
    ("KopparTech Solutions", 150, 120, Some((5, 100, 81))),
    ("Luleå Transport AB", 80, 75, Some((7, 100, 79))),
    ("Nordhavn Consulting", 60, 58, Some((2, 50, 42))),
];

/// The eight rows of the seed, told in another order than they are printed.
async fn seed(w: &World) -> Vec<CustomerId> {
    w.order_seats(10).await;
    let mut ids = Vec::new();
    for (name, seats, ..) in LAUNCHED {
        ids.push(w.customer(name, seats).await);
    }
    ids.push(unlaunched(w, "Polar Energi AS", 150).await);
    w.pass_days(40);
    for (id, (name, _, users, run)) in ids.iter().zip(LAUNCHED) {
        tell(w, *id, Some(name != "Eklund Bygg AB"), Some(name != "Finnmark Shipping Oy"), run).await;
        active(w, *id, users).await;
    }
    tier(w, ids[1], Tier::Enterprise).await;
    tier(w, ids[3], Tier::Starter).await;
    ids
}

fn path(w: &World, rest: &str) -> String {
    format!("/v1/msp/{}/{rest}", w.partner)
}

fn names(list: &Value) -> Vec<&str> {
    list["data"].as_array().expect("rows").iter().filter_map(|r| r["name"].as_str()).collect()
}

scenes! {
    async fn f0_01_an_msp_sees_its_three_customers_and_no_other_msp_does(w: World) {
        for name in ["Alpha", "Beta", "Gamma"] {
            w.customer(name, 0).await;
        }
        let list = w.get("auditor", "customers").await;
        assert_eq!((names(&list), list["page"]["total"].as_i64()), (vec!["Alpha", "Beta", "Gamma"], Some(3)));
        let foreign = w.client("other_owner").get(&format!("/v1/msp/{}/customers", w.other)).await;
        assert_eq!((foreign.status, foreign.json["page"]["total"].as_i64()), (200, Some(0)));
    }

    async fn f0_02_organizations_of_those_allowed(w: World) {
        let mut all = Vec::new();
        for name in ["Alpha", "Beta", "Gamma", "Delta"] {
            all.push(w.customer(name, 0).await);
        }
        let (owner, browser) = (w.client("owner"), w.browser("owner").await);
        let counted = async || w.get("owner", "portfolio").await["kpis"]["organizations"].clone();
        assert_eq!(counted().await, json!({ "value": 4, "max": 20_000 }));
        let limits = json!({ "max_customers": 5, "max_members": 500 });
        assert_eq!(w.client("distributor_owner").put(&path(&w, "limits"), &limits).await.status, 200);
        let disabled = owner.post(&path(&w, &format!("customers/{}/suspend", all[1])), &json!({})).await;
        assert_eq!(disabled.json["lifecycle"], "disabled", "{}", disabled.text);
        assert_eq!(counted().await, json!({ "value": 4, "max": 5 }), "a disabled one is counted");
        let shown = async || browser.get(&format!("/msp/{}", w.partner)).await.text;
        assert!(shown().await.contains("<strong>4</strong> of 5 allowed"));
        let removed = remove(&w, &owner, all[0]).await;
        assert!(removed.status < 300, "{}", removed.text);
        assert_eq!(counted().await, json!({ "value": 3, "max": 5 }), "a removed one is not, before any worker ran");
        assert!(shown().await.contains("<strong>3</strong> of 5 allowed"));
    }

    async fn f0_02_the_distributor_decides_how_many(w: World) {
        let (owner, above) = (w.client("owner"), w.client("distributor_owner"));
        let limits = format!("/v1/msp/{}/limits", w.partner);
        w.customer("Alpha", 0).await;
        assert_eq!(owner.put(&limits, &json!({ "max_customers": 9, "max_members": 9 })).await.status, 403, "not one's own business");
        for (body, pointer) in [
            (json!({ "max_customers": 0, "max_members": 9 }), "/max_customers"),
            (json!({ "max_customers": 9, "max_members": -1 }), "/max_members"),
            (json!({ "max_customers": 9 }), "/max_members"),
        ] {
            let refused = above.put(&limits, &body).await;
            assert_eq!((refused.status, &refused.json["errors"][0]["pointer"]), (422, &json!(pointer)), "{}", refused.text);
        }
        let set = above.put(&limits, &json!({ "max_customers": 2, "max_members": 9 })).await;
        assert_eq!((set.status, &set.json["max_customers"]), (200, &json!(2)), "{}", set.text);
        assert_eq!(above.get(&limits).await.json, set.json);
        w.customer("Beta", 0).await;
        // Below what there is: nothing goes, nothing comes.
        assert_eq!(above.put(&limits, &json!({ "max_customers": 1, "max_members": 9 })).await.status, 200);
        assert_eq!(w.get("owner", "portfolio").await["kpis"]["organizations"], json!({ "value": 2, "max": 1 }));
        let browser = w.browser("distributor_owner").await;
        let page = format!("/msp/{}/limits", w.partner);
        assert!(browser.get(&page).await.text.contains("How large"));
        assert_eq!(browser.form(&page, &[("max_customers", "many"), ("max_members", "5")]).await.status, 422);
        assert_eq!(browser.form(&page, &[("max_customers", "3"), ("max_members", "500")]).await.status, 303);
        assert_eq!(w.get("owner", "portfolio").await["kpis"]["members"]["max"], 500);
    }

    async fn f0_04_a_site_counts_as_a_network(w: World) {
        let customer = w.customer("Alpha", 0).await;
        let before = w.get("owner", "portfolio").await["kpis"]["networks"]["value"].as_i64();
        let made = w.client("owner").keyed().post(&format!("/v1/tenants/{customer}/sites"), &json!({ "name": "Oslo" })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!((before, w.get("owner", "portfolio").await["kpis"]["networks"]["value"].as_i64()), (Some(0), Some(1)));
    }

    async fn f0_05_the_list_sorts_searches_and_pages(w: World) {
        for (name, seats) in [("Luleå Transport", 30), ("Alpha", 10), ("Beta", 20)] {
            w.order_seats(1).await;
            w.customer(name, seats).await;
        }
        let by_seats = w.get("owner", "customers?sort=-seats").await;
        assert_eq!(names(&by_seats), ["Luleå Transport", "Beta", "Alpha"]);
        assert_eq!(names(&w.get("owner", "customers?q=lulea").await), ["Luleå Transport"]);
        assert_eq!(names(&w.get("owner", "customers?q=C-00002").await).len(), 1, "account numbers are searched");
        let first = w.get("owner", "customers?sort=name&page[size]=2").await;
        let next = first["page"]["next"].as_str().expect("a next page");
        let second = w.get("owner", &format!("customers?sort=name&page[size]=2&page[after]={next}")).await;
        assert_eq!((names(&first), names(&second)), (vec!["Alpha", "Beta"], vec!["Luleå Transport"]));
        let moved = w.client("owner").get(&path(&w, &format!("customers?sort=-name&page[after]={next}"))).await;
        assert_eq!((moved.status, moved.code()), (400, "cursor-invalid"));
        for wrong in ["customers?sort=colour", "customers?filter[status][eq]=green", "customers?colour=red", "customers?filter[group]=x"] {
            assert_eq!(w.client("owner").get(&path(&w, wrong)).await.status, 400, "{wrong}");
        }
    }

    async fn every_sort_order_pages_through_every_row_once(w: World) {
        seed(&w).await;
        for sort in ["", "name", "status", "seats", "utilization", "tier", "pass_rate", "last_campaign_at", "account_number"] {
            for way in ["", "-"] {
                let order = if sort.is_empty() { String::new() } else { format!("&sort={way}{sort}") };
                let whole = w.get("owner", &format!("customers?page[size]=200{order}")).await;
                let mut seen: Vec<String> = Vec::new();
                let mut after = String::new();
                loop {
                    let page = w.get("owner", &format!("customers?page[size]=3{order}{after}")).await;
                    seen.extend(names(&page).into_iter().map(str::to_owned));
                    let Some(next) = page["page"]["next"].as_str() else { break };
                    after = format!("&page[after]={next}");
                }
                assert_eq!(seen, names(&whole), "{way}{sort}");
                if ["status", "pass_rate", "last_campaign_at"].contains(&sort) {
                    let key = whole["data"].as_array().expect("rows").last().expect("a row")[sort].clone();
                    assert!(sort == "status" || key.is_null(), "nulls come last both ways: {way}{sort} {key}");
                }
            }
        }
    }

    async fn f1_01_the_dashboard_leads_to_every_area(w: World) {
        w.order_seats(10).await;
        w.customer("Alpha", 10).await;
        let page = w.browser("owner").await.get(&format!("/msp/{}", w.partner)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        for below in ["customers", "groups", "licenses", "alerts", "staff"] {
            assert!(page.text.contains(&format!("href=\"/msp/{}/{below}\"", w.partner)), "{below}");
        }
        assert!(page.text.contains("Expiring licences") && page.text.contains("Customers by health"));
    }

    async fn f1_04_the_export_is_the_filter_and_safe(w: World) {
        let ids = seed(&w).await;
        let change = CustomerChange { name: Some("=SUM(A1) AB".to_owned().try_into().expect("a name")), ..CustomerChange::default() };
        w.app.house.execute(Call::operator(), EditCustomer { customer: ids[3], version: None, tier: None, change }).await.expect("changed");
        let all = w.client("owner").get(&path(&w, "customers/export?format=csv")).await;
        assert_eq!((all.status, all.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert_eq!(all.text.lines().count(), 9, "a header and a line each");
        assert!(all.text.contains("'=SUM(A1) AB") && all.text.contains("account_number"), "{}", all.text);
        let some = w.client("owner").get(&path(&w, "customers/export?format=csv&filter[status][eq]=sync_failed")).await;
        assert_eq!(some.text.lines().count(), 2);
        assert!(some.text.contains("Eklund Bygg AB") && some.header("content-disposition").contains("customers.csv"));
        let book = w.client("auditor").get(&path(&w, "customers/export?format=xlsx")).await;
        assert!(book.status == 200 && book.text.starts_with("PK"), "{}", book.status);
        assert_eq!(w.client("owner").get(&path(&w, "customers/export?format=pdf")).await.status, 400);
        assert_eq!(w.client("other_owner").get(&path(&w, "customers/export")).await.status, 404);
    }

    async fn f2_01_active_customers_with_the_change_of_the_month(w: World) {
        w.customer("Alpha", 0).await;
        w.customer("Beta", 0).await;
        w.pass_days(15);
        assert_eq!(w.get("owner", "portfolio").await["kpis"]["active_customers"], json!({ "value": 2, "delta": 0 }));
        for name in ["Gamma", "Delta", "Epsilon"] {
            w.customer(name, 0).await;
        }
        assert_eq!(w.get("owner", "portfolio").await["kpis"]["active_customers"], json!({ "value": 5, "delta": 3 }));
        let evidence = w.get("owner", "evidence/active_customers").await;
        assert_eq!((evidence["inputs"]["now"].as_i64(), evidence["inputs"]["at_month_start"].as_i64()), (Some(5), Some(2)));
    }

    async fn a_change_at_the_first_instant_of_a_month_belongs_to_it_live_and_as_of(w: World) {
        w.customer("Alpha", 0).await;
        // A first turn in the old month, so that the new one begins between two of them.
        let month: store::Timestamp = "2026-12-01T00:00:00Z".parse().expect("a time");
        w.pass_to(month);
        w.customer("Beta", 0).await;
        let live = w.get("owner", "portfolio").await["kpis"]["active_customers"].clone();
        assert_eq!(live, json!({ "value": 2, "delta": 1 }));
        w.pass_days(3);
        assert_eq!(w.get("owner", "portfolio?as_of=2026-12-02").await["kpis"]["active_customers"], live);
    }

    async fn f2_02_seats_are_those_of_the_licence_page(w: World) {
        seed(&w).await;
        let seats = w.get("owner", "portfolio").await["kpis"]["seats"].clone();
        let summary = w.get("owner", "licenses/summary").await;
        assert_eq!((seats["allocated"].as_i64(), seats["total"].as_i64()), (Some(1_240), Some(10_000)));
        assert_eq!((&seats["allocated"], &seats["total"]), (&summary["allocated"], &summary["total"]));
    }

    async fn f2_03_the_pass_rate_is_weighted_by_recipients(w: World) {
        let ids = seed(&w).await;
        let rate = w.get("owner", "portfolio").await["kpis"]["pass_rate"].clone();
        let (passed, of) = (128 + 177 + 44 + 81 + 79 + 42, 210 + 340 + 50 + 100 + 100 + 50);
        assert_eq!((rate["passed"].as_i64(), rate["of"].as_i64(), rate["percent"].as_f64()), (Some(passed), Some(of), Some(64.8)));
        assert!(rate["delta_points"].is_null(), "nothing was delivered in the 30 days before");
        tell(&w, ids[3], None, None, Some((40, 100, 50))).await;
        let rate = w.get("owner", "portfolio").await["kpis"]["pass_rate"].clone();
        assert_eq!(rate["delta_points"].as_f64(), Some(14.8), "551/850 − 50/100 in points");
        let evidence = w.get("owner", "evidence/pass_rate").await;
        assert_eq!(evidence["rows"].as_array().map(Vec::len), Some(6), "never tested customers are left out");
    }

    async fn f2_04_attention_counts_exactly_the_rows_it_leads_to(w: World) {
        seed(&w).await;
        let portfolio = w.get("owner", "portfolio").await;
        let list = w.get("owner", "customers?filter[status][in]=sync_failed,email_unverified,low_engagement,setup_incomplete").await;
        assert_eq!(portfolio["kpis"]["attention"]["value"], 4);
        assert_eq!((list["page"]["total"].as_i64(), &list["data"]), (Some(4), &portfolio["attention"]));
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers?status=attention", w.partner)).await;
        assert!(page.text.contains("Showing 4 of 4 customers"), "{}", page.text);
    }

    async fn f2_05_a_row_has_every_column(w: World) {
        seed(&w).await;
        let list = w.get("owner", "customers?q=finnmark").await;
        let row = &list["data"][0];
        assert_eq!(row["pass_rate"], json!({ "percent": 61.0, "passed": 128, "of": 210 }));
        assert_eq!((&row["seats"], &row["tier"], &row["kind"], &row["lifecycle"]), (&json!({ "active": 210, "allocated": 250 }), &json!("enterprise"), &json!("paid"), &json!("active")));
        assert_eq!((row["status"].as_str(), row["health"].as_str(), row["domain"].as_str()), (Some("email_unverified"), Some("yellow"), Some("finnmark-shipping-oy.example")));
        assert!(row["last_campaign_at"].is_string() && row["account_number"].as_str().is_some_and(|n| n.starts_with("C-")));
    }

    async fn f2_06_issues_come_first_then_names(w: World) {
        seed(&w).await;
        let order = ["Eklund Bygg AB", "Finnmark Shipping Oy", "Helsingborg Medical Group", "Polar Energi AS", "KopparTech Solutions", "Luleå Transport AB", "Nordhavn Consulting", "Vestland Accounting"];
        assert_eq!(names(&w.get("owner", "customers").await), order);
    }

    async fn f2_07_the_seed_customers_have_their_printed_status(w: World) {
        seed(&w).await;
        let list = w.get("owner", "customers").await;
        let statuses: Vec<_> = list["data"].as_array().expect("rows").iter().filter_map(|r| r["status"].as_str()).collect();
        assert_eq!(statuses, ["sync_failed", "email_unverified", "low_engagement", "setup_incomplete", "active", "active", "active", "active"]);
        let rates: Vec<_> = list["data"].as_array().expect("rows").iter().map(|r| r["pass_rate"]["percent"].as_f64().map(f64::round)).collect();
        assert_eq!(rates, [None, Some(61.0), Some(52.0), None, Some(81.0), Some(79.0), Some(84.0), Some(88.0)]);
        w.pass_days(30);
        let later = w.get("owner", "customers?filter[status][eq]=active").await;
        assert_eq!(later["page"]["total"], 0, "time alone makes a campaign stale, and nobody waits for a worker");
        let evidence = w.get("owner", &format!("customers/{}/evidence/status", list["data"][0]["id"].as_str().expect("id"))).await;
        assert_eq!((evidence["inputs"]["last_sync_reason"].as_str(), evidence["inputs"]["status"].as_str()), (Some("token expired"), Some("sync_failed")));
    }

    async fn f2_08_never_tested_is_not_zero_percent(w: World) {
        let ids = seed(&w).await;
        let list = w.get("owner", "customers?q=polar").await;
        assert!(list["data"][0]["pass_rate"].is_null() && list["data"][0]["last_campaign_at"].is_null());
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers?q=polar", w.partner)).await;
        assert!(page.text.contains("Never"), "{}", page.text);
        w.pass_days(40);
        let evidence = w.get("owner", &format!("customers/{}/evidence/pass_rate", ids[3])).await;
        assert!(evidence["inputs"]["pass_rate"].is_null() && evidence["inputs"]["last_known"]["passed"] == 44, "{evidence}");
    }

    async fn f2_09_an_age_carries_its_instant(w: World) {
        seed(&w).await;
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers?q=finnmark", w.partner)).await;
        assert!(page.text.contains("12 days ago") && page.text.contains("title=\"19 Dec 2026, 09:00\""), "{}", page.text);
    }

    async fn f2_10_paging_says_the_truth_after_a_filter(w: World) {
        seed(&w).await;
        let list = w.get("owner", "customers?q=ab&page[size]=1").await;
        assert_eq!((names(&list).len(), list["page"]["total"].as_i64()), (1, Some(2)), "Eklund Bygg AB and Luleå Transport AB");
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers", w.partner)).await;
        assert!(page.text.contains("Showing 8 of 8 customers"));
    }

    async fn f2_11_health_is_a_word_with_its_colour(w: World) {
        seed(&w).await;
        for (health, n) in [("red", 1), ("yellow", 2), ("blue", 1), ("green", 4)] {
            assert_eq!(w.get("owner", &format!("customers?filter[health][eq]={health}")).await["page"]["total"], n, "{health}");
        }
        let page = w.browser("owner").await.get(&format!("/msp/{}/customers", w.partner)).await;
        assert!(page.text.contains("Critical") && page.text.contains("Healthy") && page.text.contains("Sync Failed"));
    }

    async fn f2_12_every_route_hides_a_foreign_msp_and_customer(w: World) {
        let ids = seed(&w).await;
        let other = w.client("other_owner").keyed();
        let one = format!("customers/{}/evidence/status", ids[0]);
        for rest in ["portfolio", "customers", "customers/export", "views", "evidence/seats", &one] {
            let answer = other.get(&path(&w, rest)).await;
            assert_eq!((answer.status, answer.code()), (404, "not-found"), "{rest}");
        }
        let own = format!("/v1/msp/{}/{one}", w.other);
        assert_eq!(other.get(&own).await.status, 404, "a foreign customer below one's own MSP");
        let bulk = json!({ "action": "tier", "ids": [ids[0]], "value": "pro" });
        assert_eq!(other.post(&path(&w, "customers/bulk"), &bulk).await.status, 404);
        let smuggled = other.post(&format!("/v1/msp/{}/customers/bulk", w.other), &bulk).await;
        assert_eq!((smuggled.status, smuggled.json["refused"].as_i64(), smuggled.json["items"][0]["name"].is_null()), (200, Some(1), true));
        w.assign("technician", &ids[..2]).await;
        let seen = w.get("technician", "customers").await;
        let kpis = w.get("technician", "portfolio").await["kpis"].clone();
        assert_eq!((seen["page"]["total"].as_i64(), kpis["active_customers"]["value"].as_i64(), kpis["seats"]["allocated"].as_i64()), (Some(2), Some(2), Some(350)));
        assert_eq!((kpis["attention"]["value"].as_i64(), kpis["pass_rate"]["of"].as_i64()), (Some(2), Some(210)));
    }

    async fn f2_13_one_request_answers_the_whole_dashboard(w: World) {
        seed(&w).await;
        let portfolio = w.get("auditor", "portfolio").await;
        assert_eq!(portfolio["as_of"], "2026-12-31T09:00:00Z");
        assert!(["active_customers", "seats", "pass_rate", "attention"].iter().all(|k| portfolio["kpis"].get(k).is_some()));
    }

    async fn a_past_day_is_put_together_from_facts(w: World) {
        let ids = seed(&w).await;
        let live = w.get("owner", "portfolio").await;
        assert_eq!(w.get("owner", "portfolio?as_of=2026-12-31").await, live, "now by facts equals now by counters");
        w.pass_days(35);
        tell(&w, ids[0], Some(true), None, Some((1, 10, 10))).await;
        w.client("owner").keyed().post("/v1/licenses/allocate", &json!({ "tenant_id": ids[0], "seats": 60 })).await;
        let now = w.now().to_string();
        let live_later = w.get("owner", "portfolio").await;
        assert_eq!(w.get("owner", &format!("portfolio?as_of={}", &now[..10])).await, live_later);
        let mut past = w.get("owner", "portfolio?as_of=2026-12-31").await;
        assert_eq!(past["as_of"], "2026-12-31T23:59:59.999999Z");
        past["as_of"] = live["as_of"].clone();
        assert_eq!(past, live, "the past does not change");
        let before = w.get("owner", "portfolio?as_of=2026-11-01").await;
        assert_eq!((before["kpis"]["active_customers"]["value"].as_i64(), before["kpis"]["seats"]["total"].as_i64()), (Some(0), Some(0)));
        for wrong in ["portfolio?as_of=2099-01-01", "portfolio?as_of=yesterday", "portfolio?at=2026-11-01"] {
            assert_eq!(w.client("owner").get(&path(&w, wrong)).await.status, 400, "{wrong}");
        }
        let page = w.browser("owner").await.get(&format!("/msp/{}?as_of=2026-12-31", w.partner)).await;
        assert!(page.text.contains("As of 31 Dec 2026") && page.text.contains("Back to now"), "{}", page.text);
    }

    async fn f2_38_the_customers_page_is_the_dashboards_list(w: World) {
        seed(&w).await;
        let browser = w.browser("owner").await.with("hx-request", "true");
        let on_board = browser.get(&format!("/msp/{}?q=ab", w.partner)).await;
        let on_page = browser.get(&format!("/msp/{}/customers?q=ab", w.partner)).await;
        let bodies = [&on_board, &on_page].map(|a| {
            let rows = a.text.split("<tbody").nth(1).and_then(|t| t.split("</tbody>").next()).expect("a table").to_owned();
            assert!(a.text.starts_with("<section id=\"customers\">") && a.header("vary").contains("HX-Request"));
            rows
        });
        assert_eq!(bodies[0], bodies[1]);
    }

    async fn f2_39_export_bulk_and_navigation_by_permission(w: World) {
        seed(&w).await;
        let page = format!("/msp/{}", w.partner);
        let owner = w.browser("owner").await.get(&page).await.text;
        let auditor = w.browser("auditor").await.get(&page).await.text;
        assert!(owner.contains("customers/export") && owner.contains("customers/bulk") && owner.contains("customers/new"));
        assert!(auditor.contains("customers/export") && !auditor.contains("customers/bulk") && !auditor.contains("customers/new"));
        let bulk = json!({ "action": "tier", "filter": { "status": "active" }, "value": "pro" });
        assert_eq!(w.client("auditor").post(&path(&w, "customers/bulk"), &bulk).await.status, 403);
        assert_eq!(w.browser("auditor").await.form(&format!("{page}/customers/bulk"), &[("what", "tier:pro")]).await.status, 403);
        let found = w.browser("owner").await.get("/palette?q=lulea").await;
        assert_eq!(found.json["groups"][0]["items"][0]["label"], "Luleå Transport AB", "{}", found.text);
        let search = w.browser("auditor").await.get("/search?q=customer").await;
        assert!(search.status == 200 && !search.text.contains("New customer"));
    }

    async fn bulk_previews_changes_and_undoes(w: World) {
        let ids = seed(&w).await;
        let owner = w.client("owner").keyed();
        let bulk = path(&w, "customers/bulk");
        let ask = json!({ "action": "tier", "filter": { "status": "attention" }, "value": "starter" });
        let preview = owner.post(&format!("{bulk}?preview=true"), &ask).await;
        assert_eq!((preview.status, preview.json["preview"].as_bool(), preview.json["done"].as_i64()), (200, Some(true), Some(4)), "{}", preview.text);
        assert_eq!(preview.json["items"][0]["effects"][0]["after"], "starter");
        assert_eq!(w.get("owner", "customers?filter[tier]=starter").await["page"]["total"], 1, "a preview changes nothing");
        let done = owner.post(&bulk, &ask).await;
        assert_eq!((done.json["done"].as_i64(), done.json["refused"].as_i64()), (Some(4), Some(0)), "{}", done.text);
        let again = owner.post(&bulk, &ask).await;
        assert_eq!((again.json["done"].as_i64(), again.json["unchanged"].as_i64()), (Some(0), Some(4)));
        let seats = owner.post(&bulk, &json!({ "action": "seats", "ids": ids, "value": 1_500 })).await;
        assert_eq!((seats.json["done"].as_i64(), seats.json["refused"].as_i64(), seats.json["seats_missing"].as_i64()), (Some(5), Some(3), Some(3_240)), "{}", seats.text);
        let wrong = owner.post(&bulk, &json!({ "action": "seats", "ids": ids, "value": 0 })).await;
        assert_eq!((wrong.status, wrong.json["errors"][0]["pointer"].as_str()), (422, Some("/value")));
    }

    async fn the_console_previews_applies_and_undoes(w: World) {
        let ids = seed(&w).await;
        let (browser, base) = (w.browser("owner").await, format!("/msp/{}/customers/bulk", w.partner));
        let (a, b) = (ids[4].to_string(), ids[5].to_string());
        let fields = [("what", "tier:enterprise"), ("id", a.as_str()), ("id", b.as_str())];
        let preview = browser.form(&base, &fields).await;
        assert!(preview.status == 200 && preview.text.contains("Change 2 customers") && preview.text.contains("enterprise"), "{}", preview.text);
        let done = browser.form(&format!("{base}/apply"), &fields).await;
        assert!(done.text.contains("Changed: 2"), "{}", done.text);
        assert_eq!(w.get("owner", "customers?filter[tier]=enterprise").await["page"]["total"], 3);
        let sealed = done.text.split("name=\"undo\" value=\"").nth(1).and_then(|t| t.split('"').next()).expect("an undo");
        let undone = browser.form(&format!("{base}/undo"), &[("undo", sealed)]).await;
        assert!(undone.text.contains("Changed: 2"), "{}", undone.text);
        assert_eq!(w.get("owner", "customers?filter[tier]=enterprise").await["page"]["total"], 1);
        assert_eq!(browser.form(&format!("{base}/undo"), &[("undo", &sealed[1..])]).await.status, 400);
    }

    async fn bulk_assigns_customers_to_a_technician(w: World) {
        let ids = seed(&w).await;
        w.assign("technician", &ids[..1]).await;
        let staff = w.get("owner", "staff").await;
        let technician = staff["data"].as_array().expect("staff").iter().find(|s| s["role"] == "technician").expect("one")["id"].clone();
        let ask = json!({ "action": "technician", "ids": [ids[0], ids[1], ids[2]], "value": technician });
        let preview = w.client("owner").post(&path(&w, "customers/bulk?preview=true"), &ask).await;
        assert_eq!((preview.json["done"].as_i64(), preview.json["unchanged"].as_i64()), (Some(2), Some(1)), "{}", preview.text);
        let done = w.client("owner").post(&path(&w, "customers/bulk"), &ask).await;
        assert_eq!((done.status, done.json["done"].as_i64()), (200, Some(2)), "{}", done.text);
        let after = w.get("owner", &format!("staff/{}", technician.as_str().expect("id"))).await;
        assert_eq!(after["reach"]["customers"].as_array().map(Vec::len), Some(3), "{after}");
        assert_eq!(w.client("admin").post(&path(&w, "customers/bulk"), &ask).await.status, 403, "staff is the owner's");
    }

    async fn views_are_saved_shared_and_removed(w: World) {
        let save = json!({ "name": "Renewals", "query": "?status=attention", "shared": false });
        let made = w.client("technician").post(&path(&w, "views"), &save).await;
        assert_eq!((made.status, made.json["query"].as_str()), (201, Some("status=attention")), "{}", made.text);
        assert_eq!(w.get("owner", "views").await["page"]["total"], 0, "somebody else's own view");
        let share = json!({ "name": "All trials", "query": "kind=trial", "shared": true });
        assert_eq!(w.client("technician").post(&path(&w, "views"), &share).await.status, 403);
        let shared = w.client("owner").post(&path(&w, "views"), &share).await;
        assert_eq!(w.get("technician", "views").await["page"]["total"], 2);
        let id = shared.json["id"].as_str().expect("an id");
        assert_eq!(w.client("technician").delete(&path(&w, &format!("views/{id}"))).await.status, 409);
        assert_eq!(w.client("owner").delete(&path(&w, &format!("views/{id}"))).await.status, 204);
        assert_eq!(w.client("owner").delete(&path(&w, &format!("views/{id}"))).await.status, 404);
    }
}
