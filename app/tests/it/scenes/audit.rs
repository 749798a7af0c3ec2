//! The trail shows what was done, and shows when it was tampered with. Dead letters can be tried again.

use std::collections::HashSet;

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Clock as _, Control, CustomerId, PartnerId, Region, p, sql};

use super::trials::trial;
use crate::{scenes, support::World};

/// What an intruder with the database's password could do.
#[derive(Serialize)]
struct Tamper(PartnerId, &'static str);

impl Command for Tamper {
    const NAME: &'static str = "test.tamper";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.0.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let chain = self.0;
        match self.1 {
            "edit" => {
                cx.tx.exec(
                    sql!(Control, "UPDATE audit_entry SET detail = REPLACE(detail, 'before', 'befoer') WHERE chain_id = $1 AND seq = 2"),
                    p![chain],
                )?;
            }
            "cut" => {
                // The tail goes, and the head is made to fit: only the signed checkpoint knows better.
                cx.tx.exec(sql!(Control, "DELETE FROM audit_entry WHERE chain_id = $1 AND seq > 2"), p![chain])?;
                cx.tx.exec(sql!(Control, "UPDATE audit_head SET seq = 2, hash = (SELECT e.hash FROM audit_entry e WHERE e.chain_id = $1 AND e.seq = 2) WHERE chain_id = $1"), p![chain])?;
            }
            _ => cx.tell("test.nonsense", &json!({ "why": "no program knows this" })),
        }
        Ok(())
    }
}

/// Puts a customer's entries into another partner's list, so that its own no longer shows them.
#[derive(Serialize)]
struct Hide(CustomerId, PartnerId);

impl Command for Hide {
    const NAME: &'static str = "test.hide";
    const QUIET: bool = true;
    type Home = Region;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.0.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        cx.tx.exec(sql!(Region, "UPDATE audit_entry SET partner_id = $2 WHERE chain_id = $1"), p![self.0, self.1]).map(drop)?;
        Ok(())
    }
}

/// Everything of a trail, page by page: entries met, each once, and what the pages say there is.
async fn through(w: &World, who: &str, filter: &str) -> (Vec<Value>, usize) {
    let (mut all, mut next) = (Vec::<Value>::new(), None::<String>);
    loop {
        let after = next.map_or_else(String::new, |n| format!("&page[after]={n}"));
        let page = w.get(who, &format!("audit?page[size]=7&{filter}{after}")).await;
        all.extend(page["data"].as_array().expect("rows").iter().cloned());
        next = page["page"]["next"].as_str().map(str::to_owned);
        if next.is_none() {
            let ids: HashSet<&str> = all.iter().map(|e| e["id"].as_str().expect("an id")).collect();
            assert_eq!(ids.len(), all.len(), "no entry is met twice");
            assert!(all.is_sorted_by(|a, b| a["at"].as_str() >= b["at"].as_str()), "newest first");
            return (all, usize::try_from(page["page"]["total"].as_u64().expect("a total")).expect("few"));
        }
    }
}

async fn tamper(w: &World, how: &'static str) {
    w.app.house.execute(Call::operator(), Tamper(w.partner, how)).await.expect("done");
}

async fn intact(w: &World) -> (bool, String) {
    let answer = w.client("auditor").get(&format!("/v1/msp/{}/audit/verify", w.partner)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    (answer.json["intact"].as_bool().expect("a verdict"), answer.json["finding"].as_str().unwrap_or_default().to_owned())
}

/// Who read people, as the trail says it: the newest first.
async fn readings(w: &World) -> Vec<(Value, Value)> {
    let found = w.get("owner", "audit?filter[command]=directory.read_people").await;
    let line = |e: &Value| (e["actor"]["id"].clone(), e["node"].clone());
    found["data"].as_array().expect("rows").iter().map(line).collect()
}

scenes! {
    async fn f3_03_reading_people_is_on_record_once_a_day_for_each_reader(w: World) {
        w.order_seats(1).await;
        let (read, other) = (w.customer("Read", 5).await, w.customer("Other", 5).await);
        let owner = w.client("owner").keyed();
        let added = owner.post(&format!("/v1/tenants/{read}/members"), &json!({ "email": "ann@read.example" })).await;
        let member = added.json["id"].as_str().expect("a member").to_owned();
        w.get("owner", "portfolio").await;
        assert_eq!(readings(&w).await.len(), 0, "numbers are nobody's people");
        let paths = [
            format!("/v1/tenants/{read}/members"),
            format!("/v1/tenants/{read}/members/{member}"),
            format!("/v1/tenants/{read}/members/export?format=csv"),
            format!("/v1/tenants/{read}/members"),
        ];
        for path in &paths {
            assert_eq!(w.client("owner").get(path).await.status, 200, "{path}");
        }
        assert_eq!(readings(&w).await.len(), 1, "one reader, one customer, one day");
        for who in ["technician", "auditor"] {
            let page = w.browser(who).await.get(&format!("/msp/{}/customers/{read}/members", w.partner)).await;
            assert!(page.status == 200 && page.text.contains("ann@read.example"), "{who}");
        }
        assert_eq!(readings(&w).await.len(), 3, "each reader");
        assert_eq!(w.client("owner").get(&format!("/v1/tenants/{other}/members")).await.status, 200);
        assert_eq!(readings(&w).await.len(), 4, "each customer");
        let both = w.customer("Both", 5).await;
        let (here, there, path) = (w.client("owner"), w.client("owner").at(&w.second()), format!("/v1/tenants/{both}/members"));
        let (a, b) = tokio::join!(here.get(&path), there.get(&path));
        assert_eq!((a.status, b.status, readings(&w).await.len()), (200, 200, 5), "two servers at once");
        for (who, status) in [("other_owner", 404), ("nobody", 401)] {
            assert_eq!(w.client(who).get(&paths[0]).await.status, status);
        }
        assert_eq!(readings(&w).await.len(), 5, "who was refused has read nobody");
        w.pass_days(1);
        assert_eq!(w.client("owner").get(&paths[0]).await.status, 200);
        let found = readings(&w).await;
        assert_eq!(found.len(), 6, "each day: {found:?}");
        let readers: HashSet<String> = found.iter().map(|(who, _)| who.to_string()).collect();
        assert_eq!(readers.len(), 3, "{found:?}");
        assert_eq!(w.get("owner", "audit/verify").await["intact"], true);
    }

    async fn f3_03_whatever_names_a_customers_people_leaves_its_entry(w: World) {
        w.order_seats(1).await;
        let (paid, owner) = (w.customer("Paid", 5).await, w.client("owner").keyed());
        let trial = trial(&w, "Tried", &["ann", "boss"]).await;
        let (tenant, base) = (format!("/v1/tenants/{paid}"), format!("/msp/{}/customers/{paid}", w.partner));
        let mut member = String::new();
        for (name, status) in [("ann", "active"), ("bo", "active"), ("cy", "inactive")] {
            w.pass_to(w.now().plus_seconds(1));
            let body = json!({ "email": format!("{name}@paid.example"), "title": "Guest", "status": status });
            let added = owner.post(&format!("{tenant}/members"), &body).await;
            member = added.json["id"].as_str().expect("a member").to_owned();
        }
        let rule = json!({ "name": "Guests", "when": { "title": "Guest" }, "then": "inactive" });
        assert_eq!(owner.post(&format!("{tenant}/status-rules"), &rule).await.status, 201);
        let group = owner.post(&format!("{tenant}/member-groups"), &json!({ "name": "Guests", "rule": { "title": "Guest" } })).await;
        let group = group.json["id"].as_str().expect("a group").to_owned();
        let shown = owner.get(&format!("/v1{base}")).await;
        let kept = json!({ "member_retention_days": 0 });
        assert_eq!(owner.with("if-match", shown.header("etag")).patch(&format!("/v1{base}"), &kept).await.status, 200);
        let people = [
            (format!("{tenant}/members/retention?days=0"), "cy@paid.example"),
            (format!("{base}/retention"), "cy@paid.example"),
            (format!("{tenant}/status-rules/changes"), "ann@paid.example"),
            (format!("{base}/rules"), "ann@paid.example"),
            (format!("{base}/member-groups/{group}"), "bo@paid.example"),
            (format!("{base}/members/{member}/erase"), "cy@paid.example"),
            (format!("/msp/{}/licenses/{paid}/fewer?seats=1", w.partner), "bo@paid.example"),
            (format!("/v1/tenants/{trial}/free-members"), "boss@tried.example"),
            (format!("/msp/{}/customers/{trial}/trial", w.partner), "boss@tried.example"),
        ];
        let mut read = readings(&w).await.len();
        for (path, name) in &people {
            w.pass_days(1);
            let by = if path.starts_with("/v1/") { w.client("owner") } else { w.browser("owner").await };
            let answer = by.get(path).await;
            assert!(answer.status == 200 && answer.text.contains(name), "{path}: {} {}", answer.status, answer.text);
            read += 1;
            assert_eq!(readings(&w).await.len(), read, "{path}");
        }
        w.pass_days(1);
        let seats = format!("/v1{base}/seats?preview=true");
        let more = w.client("owner").put(&seats, &json!({ "seats": 9 })).await;
        assert_eq!((more.status, readings(&w).await.len()), (200, read), "it names nobody: {}", more.text);
        let fewer = w.client("owner").put(&seats, &json!({ "seats": 1, "force": true })).await;
        assert!(fewer.status == 200 && fewer.text.contains("bo@paid.example"), "{}", fewer.text);
        assert_eq!(readings(&w).await.len(), read + 1);
    }
}

scenes! {
    async fn the_trail_names_who_what_and_where(w: World) {
        let customer = w.customer("Trail", 0).await;
        let path = format!("/v1/msp/{}/customers/{customer}", w.partner);
        w.client("owner").post(&format!("{path}/suspend"), &json!({})).await;
        let list = format!("/v1/msp/{}/audit", w.partner);
        let found = w.client("auditor").get(&format!("{list}?filter[command]=hierarchy.customers.suspend&filter[customer]={customer}")).await;
        assert_eq!((found.status, found.json["page"]["total"].as_i64()), (200, Some(1)), "{}", found.text);
        let entry = &found.json["data"][0];
        assert_eq!((&entry["actor"]["name"], &entry["customer_name"]), (&json!("owner@staff.example"), &json!("Trail")));
        assert_eq!(entry["effects"][0]["after"], "disabled");
        let (mut seen, mut next) = (0, None::<String>);
        let total = loop {
            let after = next.map_or_else(String::new, |n| format!("&page[after]={n}"));
            let page = w.client("auditor").get(&format!("{list}?page[size]=3{after}")).await;
            seen += page.json["data"].as_array().expect("rows").len();
            next = page.json["page"]["next"].as_str().map(str::to_owned);
            if next.is_none() {
                break page.json["page"]["total"].as_u64().expect("a total");
            }
        };
        assert_eq!(seen as u64, total, "paging meets every entry once");
        let csv = w.client("auditor").get(&format!("{list}/export")).await;
        assert!(csv.status == 200 && csv.text.contains("hierarchy.customers.suspend"), "{}", csv.text);
        assert_eq!(csv.text.lines().count() as u64, total + 1);
        assert_eq!(w.client("technician").get(&list).await.status, 403);
        assert_eq!(w.client("other_owner").get(&list).await.status, 404);
        assert_eq!(w.client("auditor").get(&format!("{list}?from=yesterday")).await.status, 400);
    }

    async fn an_edited_entry_is_found(w: World) {
        w.customer("Edited", 0).await;
        assert_eq!(intact(&w).await, (true, String::new()));
        tamper(&w, "edit").await;
        let (whole, finding) = intact(&w).await;
        assert!(!whole && finding.contains("entry 2"), "{finding}");
        assert!(tenantry::audit::cli_verify(&w.app, &|_| ()).await.is_err_and(|f| f.contains("entry 2")));
    }

    async fn a_cut_tail_contradicts_the_signed_checkpoint(w: World) {
        w.customer("Cut", 0).await;
        assert!(tenantry::audit::checkpoint(&w.app).await.expect("signed") >= 1);
        assert!(tenantry::audit::cli_verify(&w.app, &|_| ()).await.is_ok());
        tamper(&w, "cut").await;
        let (whole, finding) = intact(&w).await;
        assert!(!whole && finding.contains("tail was cut"), "{finding}");
    }

    async fn a_dead_letter_is_seen_and_tried_again(w: World) {
        tamper(&w, "tell").await;
        w.work().await;
        let path = format!("/v1/msp/{}/jobs/dead", w.partner);
        let dead = w.client("owner").get(&path).await;
        assert_eq!((dead.status, &dead.json["data"][0]["kind"]), (200, &json!("test.nonsense")), "{}", dead.text);
        let id = dead.json["data"][0]["id"].as_str().expect("an id");
        let retry = format!("/v1/msp/{}/jobs/{id}/retry", w.partner);
        assert_eq!(w.client("technician").post(&retry, &json!({})).await.status, 403);
        assert_eq!(w.client("other_owner").post(&retry, &json!({})).await.status, 404);
        let preview = w.client("owner").post(&format!("{retry}?preview=true"), &json!({})).await;
        assert_eq!((preview.status, &preview.json["effects"][0]["after"]), (200, &json!("queued")), "{}", preview.text);
        assert_eq!(w.client("owner").get(&path).await.json["page"]["total"], 1, "a preview queues nothing");
        assert_eq!(w.client("owner").post(&retry, &json!({})).await.status, 202);
        assert_eq!(w.client("owner").get(&path).await.json["page"]["total"], 0);
        assert_eq!(w.client("owner").post(&retry, &json!({})).await.status, 404);
        w.work().await;
        assert_eq!(w.client("owner").get(&path).await.json["page"]["total"], 1, "it gives up again, and is seen again");
    }

    async fn one_list_holds_what_was_done_at_all_customers(w: World) {
        let mut customers = Vec::new();
        for n in 0..56 {
            let region = if n % 27 == 0 { "us" } else { "eu" };
            let body = json!({ "name": format!("Listed {n:02}"), "max_mau": 10, "region": region });
            let answer = w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &body).await;
            assert_eq!(answer.status, 202, "{}", answer.text);
            customers.push(answer.json["tenant_id"].as_str().expect("an id").parse::<CustomerId>().expect("an id"));
        }
        w.work().await;
        let (all, total) = through(&w, "owner", "").await;
        assert_eq!(all.len(), total);
        let opened = "filter[command]=licensing.policy.open_tenant";
        let (found, total) = through(&w, "owner", opened).await;
        assert_eq!((found.len(), total), (57, 57), "regions in one list, the partner's own tenant among them");
        assert_eq!(through(&w, "owner", &format!("{opened}&filter[by]=people")).await.1, 0);
        assert_eq!(through(&w, "owner", &format!("{opened}&filter[customer]={}", customers[7])).await.1, 1);
        // Whoever sees only some customers meets what was done at those: read one by one, or picked out of the list.
        for some in [3, 54] {
            let who = if some == 3 { "few" } else { "many" };
            let auditor = w.hire(who, w.partner, "auditor").await;
            w.assign(who, &customers[..some]).await;
            let (found, total) = through(&w, who, opened).await;
            assert_eq!((found.len(), total), (some, some), "{who}");
            let seen: HashSet<&str> = found.iter().filter_map(|e| e["customer_id"].as_str()).collect();
            assert!(customers[..some].iter().all(|c| seen.contains(c.to_string().as_str())), "{who}");
            let verified = auditor.get(&format!("/v1/msp/{}/audit/verify", w.partner)).await;
            assert_eq!((&verified.json["intact"], &verified.json["chains"]), (&json!(true), &json!(some)), "{}", verified.text);
        }
    }

    async fn an_entry_put_into_another_list_is_found(w: World) {
        let customer = w.customer("Hidden", 0).await;
        let opened = "filter[command]=licensing.policy.open_tenant";
        assert_eq!((intact(&w).await.0, through(&w, "owner", opened).await.1 >= 1), (true, true));
        w.app.house.execute(Call::operator(), Hide(customer, w.other)).await.expect("done");
        let (whole, finding) = intact(&w).await;
        assert!(!whole && finding.contains("another partner's list"), "{finding}");
        assert!(tenantry::audit::cli_verify(&w.app, &|_| ()).await.is_err_and(|f| f.contains("another partner's list")));
    }

    async fn days_are_cut_in_the_partners_zone(w: World) {
        let body = json!({ "name": "Stockholm MSP", "zone": "Europe/Stockholm" });
        let made = w.client("distributor_owner").keyed().post(&format!("/v1/distributors/{}/partners", w.distributor), &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let partner: PartnerId = made.json["partner"].as_str().expect("an id").parse().expect("an id");
        w.hire("swede", partner, "owner").await;
        let (by, browser) = (w.client("swede").keyed(), w.browser("swede").await);
        // The night in which clocks go forward: 23:30 and 00:30 on both sides of 28 March 2027, a day of 23 hours.
        for at in ["2027-03-27T22:30:00Z", "2027-03-27T23:30:00Z", "2027-03-28T21:30:00Z", "2027-03-28T22:30:00Z"] {
            assert!(w.clock.advance(at.parse().expect("a time")));
            let answer = by.post(&format!("/v1/msp/{partner}/groups"), &json!({ "name": format!("Made {at}") })).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
        let on = |day: &'static str| {
            let (browser, path) = (browser.clone(), format!("/msp/{partner}/audit?command=hierarchy.groups.create&from={day}&to={day}"));
            async move {
                let page = browser.get(&path).await;
                assert_eq!(page.status, 200, "{}", page.text);
                (page.text.matches("<time ").count(), page.text)
            }
        };
        let (found, text) = on("2027-03-28").await;
        assert_eq!(found, 2, "{text}");
        assert!(text.contains("2027-03-27T23:30:00Z") && text.contains("2027-03-28T21:30:00Z"), "{text}");
        assert!(text.contains("from=2027-03-27T23%3A00%3A00Z") && text.contains("to=2027-03-28T22%3A00%3A00Z"), "the export says so: {text}");
        assert_eq!((on("2027-03-27").await.0, on("2027-03-29").await.0), (1, 1));
    }
}
