//! Agents through their own door, and whether the list of those that do not report is right whenever it is read.

use command::{Command, Cx, Fail, Never, Node};
use http::Method;
use serde_json::{Value, json};
use store::{CustomerId, Region, p, sql};

use super::offboarding::{ok, post};
use crate::{
    scenes,
    support::{Answer, Client, World},
};

/// A customer whose agents come.
struct Fleet<'a> {
    w: &'a World,
    owner: Client,
    customer: CustomerId,
    enrolling: Client,
}

/// An agent, and what it reports by.
struct Device {
    id: String,
    client: Client,
}

async fn fleet<'a>(w: &'a World, name: &str) -> Fleet<'a> {
    let owner = w.client("owner").keyed();
    let customer = w.customer(name, 0).await;
    let token = post(&owner, &format!("/v1/tenants/{customer}/agent-tokens"), json!({ "name": "Laptops" })).await;
    let enrolling = w.client("nobody").token(token["secret"].as_str().expect("a secret"));
    Fleet { w, owner, customer, enrolling }
}

impl Fleet<'_> {
    async fn enrol(&self, name: &str) -> Device {
        let body = json!({ "name": name, "machine_id": format!("m-{name}"), "user": format!("{name}@fleet.example"), "platform": "Linux" });
        let made = self.enrolling.post("/v1/agents/enrol", &body).await;
        assert!(made.status == 201 || made.status == 200, "{}", made.text);
        let text = |field: &str| made.json[field].as_str().expect(field).to_owned();
        Device { id: text("agent_id"), client: self.w.client("nobody").token(&text("token")) }
    }

    fn agents(&self) -> String {
        format!("/v1/tenants/{}/agents", self.customer)
    }

    async fn of(&self, state: &str) -> Vec<String> {
        let list = ok(&self.owner, &format!("{}?filter[state]={state}", self.agents())).await;
        let mut names: Vec<String> =
            list["data"].as_array().expect("rows").iter().map(|a| a["name"].as_str().expect("a name").to_owned()).collect();
        assert_eq!(list["page"]["total"], names.len(), "{state}");
        // Two that enrol in one instant stand in no order.
        names.sort();
        names
    }

    /// What the partner's list says.
    async fn silent(&self, state: &str) -> Vec<String> {
        let list =
            ok(&self.owner, &format!("/v1/msp/{}/agents?filter[state]={state}&filter[customer]={}", self.w.partner, self.customer)).await;
        let mut names: Vec<String> =
            list["data"].as_array().expect("rows").iter().map(|a| a["name"].as_str().expect("a name").to_owned()).collect();
        assert_eq!(list["page"]["total"], names.len(), "{state}: {list}");
        names.sort();
        names
    }

    /// The open alert's numbers.
    async fn alert(&self) -> Vec<Value> {
        let path = format!(
            "/v1/msp/{}/alerts?filter[code]=agents-not-reporting&filter[status]=open&filter[customer]={}",
            self.w.partner, self.customer
        );
        let list = ok(&self.owner, &path).await;
        list["data"].as_array().expect("rows").iter().map(|a| a["detail"].clone()).collect()
    }
}

/// As if a customer had as many agents as it may.
#[derive(serde::Serialize)]
struct Fill {
    customer: CustomerId,
}

impl Command for Fill {
    const NAME: &'static str = "test.fill";
    const QUIET: bool = true;
    type Home = Region;
    type Needs = access::permissions::Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let text = sql!(Region, "UPDATE agent_count SET agents = $2 WHERE customer_id = $1");
        cx.tx.exec(text, p![self.customer, 500_000_i64])?;
        Ok(())
    }
}

async fn beat(device: &Device, body: Value) -> Answer {
    device.client.post("/v1/agents/heartbeat", &body).await
}

fn said(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let word = |i: &Value| i["code"].as_str().or(i["status"].as_str()).expect("a word").to_owned();
    answer.json["items"].as_array().expect("items").iter().map(word).collect()
}

scenes! {
    async fn f3_23_an_agent_that_is_silent_is_listed_and_drops_to_inactive(w: World) {
        let f = fleet(&w, "Fleet").await;
        let (ann, bo) = (f.enrol("ann").await, f.enrol("bo").await);
        assert_eq!(f.of("reporting").await, ["ann", "bo"]);
        assert_eq!((f.silent("silent").await, f.alert().await), (vec![], vec![]));
        w.pass_days(3);
        assert_eq!(beat(&ann, json!({ "version": "1.2" })).await.json["status"], "accepted");
        // One instant before seven days, and at seven days: nothing ran in between.
        w.pass_to(store::Timestamp(w.now().plus_days(4).0 - 1));
        assert_eq!((f.silent("silent").await, f.alert().await), (vec![], vec![]));
        w.pass_to(store::Timestamp(w.now().0 + 1));
        assert_eq!(f.silent("silent").await, ["bo"]);
        assert_eq!((f.of("silent").await, f.of("reporting").await), (vec!["bo".to_owned()], vec!["ann".to_owned()]));
        assert_eq!(f.alert().await, [json!({ "silent": 1, "agents": 2 })]);
        let row = ok(&f.owner, &format!("/v1/msp/{}/agents", w.partner)).await["data"][0].clone();
        assert_eq!((&row["customer_name"], &row["state"], &row["user"], &row["platform"]), (&json!("Fleet"), &json!("silent"), &json!("bo@fleet.example"), &json!("Linux")));
        // Who may see it, and who may not.
        let list = format!("/v1/msp/{}/agents", w.partner);
        assert_eq!((w.client("distributor_owner").get(&list).await.status, w.client("other_owner").get(&list).await.status), (403, 404));
        let page = w.browser("owner").await.get(&format!("/msp/{}/agents", w.partner)).await;
        assert!(page.text.contains("bo@fleet.example") && !page.text.contains("ann@fleet.example"), "{}", page.text);
        let alerts = w.browser("owner").await.get(&format!("/msp/{}/alerts", w.partner)).await;
        assert!(alerts.text.contains("1 of 2 agents were not heard for days") && alerts.text.contains(&format!("/agents?customer={}", f.customer)), "{}", alerts.text);
        let file = f.owner.get(&format!("/v1/msp/{}/agents/export", w.partner)).await;
        assert!(file.status == 200 && file.text.contains("bo@fleet.example") && !file.text.contains("ann@"), "{}", file.text);

        // Heard again: off the list before the answer, and the alert resolves itself.
        assert_eq!(beat(&bo, json!({})).await.json["status"], "accepted");
        assert_eq!((f.silent("silent").await, f.alert().await), (vec![], vec![]));
        w.pass_days(31);
        assert_eq!((f.silent("silent").await, f.silent("inactive").await), (vec![], vec!["ann".to_owned(), "bo".to_owned()]));
        assert_eq!((f.of("inactive").await.len(), f.alert().await), (2, vec![]), "who is inactive is no longer told");
        assert_eq!(beat(&bo, json!({})).await.json["status"], "accepted");
        assert_eq!(f.silent("inactive").await, ["ann"]);

        // The partner's own thresholds count at once.
        w.pass_days(2);
        assert_eq!(f.silent("silent").await, Vec::<String>::new());
        let settings = format!("/v1/msp/{}/settings", w.partner);
        let set = async |body: Value| {
            let tag = f.owner.get(&settings).await.header("etag").to_owned();
            f.owner.with("if-match", &tag).patch(&settings, &body).await
        };
        assert_eq!(set(json!({ "agent_silent_days": 30 })).await.code(), "agent-days");
        assert_eq!(set(json!({ "agent_silent_days": 2, "agent_active_days": 60 })).await.status, 200);
        assert_eq!((f.silent("silent").await, f.silent("inactive").await), (vec!["ann".to_owned(), "bo".to_owned()], vec![]));
        assert_eq!(f.alert().await, [json!({ "silent": 2, "agents": 2 })]);
        assert_eq!(f.owner.delete(&format!("{}/{}", f.agents(), ann.id)).await.status, 204);
        assert_eq!((f.silent("silent").await, f.alert().await), (vec!["bo".to_owned()], vec![json!({ "silent": 1, "agents": 1 })]));
        assert_eq!(beat(&ann, json!({})).await.status, 401, "removed");
        assert_eq!(w.get("owner", "audit/verify").await["intact"], true);
    }

    async fn a_token_that_got_out_cannot_fill_the_region(w: World) {
        let f = fleet(&w, "Full").await;
        let ann = f.enrol("ann").await;
        w.app.house.execute(command::Call::operator(), Fill { customer: f.customer }).await.expect("filled");
        let refused = f.enrolling.post("/v1/agents/enrol", &json!({ "name": "bo", "machine_id": "m-bo" })).await;
        assert_eq!((refused.status, refused.code()), (409, "too-many-agents"), "{}", refused.text);
        assert_eq!(f.enrol("ann").await.id, ann.id, "a device that is known comes back");
    }

    async fn f3_23_who_sends_too_much_or_guesses_is_told_to_wait(w: World) {
        let f = fleet(&w, "Busy").await;
        let (ann, bo) = (f.enrol("ann").await, f.enrol("bo").await);
        let mut last = beat(&ann, json!({})).await;
        for _ in 0..300 {
            if last.status == 429 {
                break;
            }
            assert_eq!((last.status, last.header("ratelimit-policy")), (200, "\"agent\";q=60;w=60"), "{}", last.text);
            last = beat(&ann, json!({})).await;
        }
        assert_eq!((last.status, last.code(), last.header("retry-after")), (429, "too-many-requests", "1"), "{}", last.text);
        assert_eq!(beat(&bo, json!({})).await.status, 200, "another agent has a rate of its own");
        assert_eq!(f.enrolling.get("/v1/agents/enrol").await.header("ratelimit-policy"), "\"enrol\";q=6000;w=60");
        // Who shows tokens that nobody has is told to wait; who was good before, from the same address, is not kept out.
        let office = [198, 51, 100, 23];
        let bo = Device { client: bo.client.from(office), ..bo };
        assert_eq!(beat(&bo, json!({})).await.status, 200);
        let guess = async || {
            let text = access::secret::spell(access::secret::ENROL, w.app.house.random());
            let by = w.client("nobody").token(&format!("{text}.{}", f.customer)).from(office);
            by.post("/v1/agents/enrol", &json!({ "name": "x", "machine_id": "x" })).await
        };
        let mut guessed = guess().await;
        assert_eq!(guessed.status, 401, "{}", guessed.text);
        for _ in 0..3_000 {
            if guessed.status == 429 {
                break;
            }
            guessed = guess().await;
        }
        assert_eq!((guessed.status, guessed.header("retry-after")), (429, "1"), "{}", guessed.text);
        assert_eq!(beat(&bo, json!({})).await.status, 200);
        let elsewhere = f.enrolling.from([198, 51, 100, 24]).post("/v1/agents/enrol", &json!({ "name": "cy", "machine_id": "m-cy" })).await;
        assert_eq!(elsewhere.status, 201, "{}", elsewhere.text);
    }

    async fn heartbeats_come_twice_late_out_of_order_and_from_the_future(w: World) {
        let f = fleet(&w, "Beats").await;
        let (ann, bo) = (f.enrol("ann").await, f.enrol("bo").await);
        w.pass_days(10);
        let now = w.now();
        let at = |seconds: i64| json!({ "at": now.plus_seconds(seconds) });
        let beats = async |client: &Client, items: Value| client.post("/v1/agents/heartbeats", &items).await;
        let batch = beats(&ann.client, json!([at(-60), at(-120), at(-60), at(-30), at(200), at(301), at(-41 * 86_400), { "at": "yesterday" }, { "agent_id": bo.id }, 7])).await;
        assert_eq!(
            said(&batch),
            ["accepted", "older", "older", "accepted", "accepted", "in-future", "too-late", "invalid", "unknown-agent", "invalid"]
        );
        assert_eq!((&batch.json["accepted"], &batch.json["older"], &batch.json["rejected"]), (&json!(3), &json!(2), &json!(5)));
        let seen = |list: &Value, name: &str| list["data"].as_array().expect("rows").iter().find(|a| a["name"] == name).expect("there")["last_seen_at"].clone();
        let list = ok(&f.owner, &f.agents()).await;
        assert_eq!(seen(&list, "ann"), json!(now), "a clock a little ahead is taken for ours");
        // The same once more changes nothing.
        assert_eq!(said(&beats(&ann.client, json!([at(-60), at(-30)])).await), ["older", "older"]);
        assert_eq!(beat(&ann, at(301)).await.code(), "invalid");
        assert_eq!(beat(&ann, at(-5)).await.json["status"], "older");

        // A relay reports for all agents of its customer; an enrolment token for none, an agent for itself.
        let tokens = format!("/v1/tenants/{}/agent-tokens", f.customer);
        let relay = post(&f.owner, &tokens, json!({ "name": "Relay", "purpose": "relay" })).await;
        let relaying = w.client("nobody").token(relay["secret"].as_str().expect("a secret"));
        w.pass_days(1);
        let items = json!([{ "agent_id": ann.id }, { "agent_id": bo.id, "version": "2.0" }, { "agent_id": "agt_00000000000000000000000000" }, {}]);
        assert_eq!(said(&beats(&relaying, items.clone()).await), ["accepted", "accepted", "unknown-agent", "unknown-agent"]);
        assert_eq!(beats(&f.enrolling, items.clone()).await.status, 401);
        assert_eq!(relaying.post("/v1/agents/enrol", &json!({ "name": "x", "machine_id": "x" })).await.status, 401);
        let other = fleet(&w, "Others").await;
        let foreign = other.enrol("eve").await;
        assert_eq!(said(&beats(&foreign.client, json!([{ "agent_id": bo.id }])).await), ["unknown-agent"]);
        // One entry of the trail a batch, none a heartbeat.
        let entries = async |command: &str| w.get("owner", &format!("audit?filter[command]={command}&filter[customer]={}", f.customer)).await["page"]["total"].clone();
        assert_eq!((entries("agents.beats").await, entries("agents.beat").await, entries("agents.enrol").await), (json!(2), json!(0), json!(2)));

        // Bad requests name what is wrong, to whoever may know.
        let raw = async |client: &Client, path: &str, body: &str| client.request(Method::POST, path, Some("application/json"), body.as_bytes().to_vec()).await;
        for (body, status) in [("{}", 422), ("[", 400), ("null", 422)] {
            assert_eq!(raw(&relaying, "/v1/agents/heartbeats", body).await.status, status, "{body}");
            assert_eq!(raw(&w.client("nobody"), "/v1/agents/heartbeats", body).await.status, 401, "{body}");
        }
        let many = format!("[{}]", vec!["{}"; tenantry::agents::MOST + 1].join(","));
        assert_eq!(raw(&relaying, "/v1/agents/heartbeats", &many).await.status, 422);
        assert_eq!(said(&raw(&relaying, "/v1/agents/heartbeats", "[]").await), Vec::<String>::new());
        assert_eq!(raw(&f.enrolling, "/v1/agents/enrol", r#"{"name":"x"}"#).await.status, 422);
        assert_eq!(raw(&w.client("nobody").token("ten_x.cus_y"), "/v1/agents/enrol", "{").await.status, 401);
        assert_eq!(raw(&w.client("owner"), "/v1/agents/heartbeat", "{}").await.status, 401, "no token of a person");

        // A device that enrols again is the same agent; its former token has ended, the customer's can be revoked.
        let again = f.enrol("bo").await;
        assert_eq!((&again.id, beat(&bo, json!({})).await.status, beat(&again, json!({})).await.status), (&bo.id, 401, 200));
        assert_eq!(f.owner.delete(&format!("{tokens}/{}", relay["id"].as_str().expect("an id"))).await.status, 204);
        assert_eq!(beats(&relaying, json!([])).await.status, 401);
        w.pass_days(91);
        assert_eq!(f.enrolling.post("/v1/agents/enrol", &json!({ "name": "late", "machine_id": "late" })).await.status, 401, "expired");
        assert_eq!(beat(&ann, json!({})).await.status, 200, "an agent's own does not expire");
    }

    async fn agents_of_a_customer_that_is_suspended_moves_or_goes(w: World) {
        let f = fleet(&w, "Goes").await;
        let (ann, at) = (f.enrol("ann").await, format!("/v1/msp/{}/customers/{}", w.partner, f.customer));
        w.pass_days(8);
        assert_eq!(f.silent("silent").await, ["ann"]);
        assert_eq!(f.owner.post(&format!("{at}/suspend"), &json!({})).await.status, 200);
        assert_eq!((beat(&ann, json!({})).await.code(), f.alert().await, f.silent("silent").await), ("tenant-limit", vec![], vec![]));
        assert_eq!(f.owner.post(&format!("{at}/resume"), &json!({})).await.status, 200);
        assert_eq!(f.alert().await.len(), 1);
        // Erased, a person is on no device any more; a rule of idleness hears devices.
        let members = format!("/v1/tenants/{}/members", f.customer);
        let rule = json!({ "name": "Idle", "when": { "idle_days": 30 }, "then": "inactive" });
        w.order_seats(1).await;
        assert_eq!(f.owner.post("/v1/licenses/allocate", &json!({ "tenant_id": f.customer, "seats": 3 })).await.status, 200);
        let member = post(&f.owner, &members, json!({ "email": "Ann@fleet.example" })).await;
        post(&f.owner, &members, json!({ "email": "bo@fleet.example" })).await;
        post(&f.owner, &format!("/v1/tenants/{}/status-rules", f.customer), rule).await;
        w.pass_days(30);
        assert_eq!(beat(&ann, json!({})).await.status, 200);
        let changes = ok(&f.owner, &format!("/v1/tenants/{}/status-rules/changes", f.customer)).await;
        assert_eq!((&changes["page"]["total"], &changes["data"][0]["email"]), (&json!(1), &json!("bo@fleet.example")), "ann's device was heard");
        let erased = f.owner.post(&format!("{members}/{}/erase", member["id"].as_str().expect("an id")), &json!({})).await;
        assert_eq!(erased.status, 200, "{}", erased.text);
        assert_eq!(ok(&f.owner, &f.agents()).await["data"][0]["user"], Value::Null);

        // It moves: the tokens its former partner made end, its agents go on.
        let there = w.client("other_owner").keyed();
        let order = there.post(&format!("/v1/msp/{}/orders", w.other), &json!({ "sku": "SEATS-1000-Y", "quantity": 1 })).await;
        assert_eq!(order.status, 201, "{}", order.text);
        w.pass_days(9);
        let moved = w.client("distributor_owner").keyed().post(&format!("{at}/move"), &json!({ "msp_id": w.other })).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        assert_eq!(f.enrolling.post("/v1/agents/enrol", &json!({ "name": "x", "machine_id": "x" })).await.status, 401);
        let list = ok(&there, &format!("/v1/msp/{}/agents", w.other)).await;
        assert_eq!((&list["page"]["total"], &list["data"][0]["name"]), (&json!(1), &json!("ann")), "{list}");
        assert_eq!(beat(&ann, json!({})).await.status, 200);
        assert_eq!(ok(&there, &format!("/v1/msp/{}/agents", w.other)).await["page"]["total"], 0);
        // It is removed: nobody of it is heard; it comes back, and they are.
        let here = format!("/v1/msp/{}/customers/{}", w.other, f.customer);
        let tag = there.get(&here).await.header("etag").to_owned();
        let gone = there.with("if-match", &tag).delete(&here).await;
        assert!(gone.status < 300, "{}", gone.text);
        w.work().await;
        assert!(beat(&ann, json!({})).await.status >= 400);
        let back = there.post(&format!("/v1/msp/{}/removed/{}/restore", w.other, f.customer), &json!({})).await;
        assert_eq!(back.status, 200, "{}", back.text);
        w.work().await;
        assert_eq!(beat(&ann, json!({})).await.status, 200);
    }

    async fn many_customers_are_read_page_by_page(w: World) {
        let mut names = Vec::new();
        for c in ["Alpha", "Beta", "Gamma"] {
            let f = fleet(&w, c).await;
            for n in 0..3 {
                f.enrol(&format!("{c}{n}")).await;
                names.push(format!("{c}{n}"));
                assert!(store::Clock::advance(&*w.clock, w.now().plus_seconds(1)));
            }
        }
        w.pass_days(7);
        let owner = w.client("owner");
        let (mut found, mut next) = (Vec::new(), String::new());
        loop {
            let page = ok(&owner, &format!("/v1/msp/{}/agents?page[size]=4{next}", w.partner)).await;
            assert_eq!(page["page"]["total"], 9);
            found.extend(page["data"].as_array().expect("rows").iter().map(|a| a["name"].as_str().expect("a name").to_owned()));
            match page["page"]["next"].as_str() {
                Some(cursor) => next = format!("&page[after]={cursor}"),
                None => break,
            }
        }
        assert_eq!(found, names);
        assert_eq!(ok(&w.client("technician"), &format!("/v1/msp/{}/agents", w.partner)).await["page"]["total"], 9);
    }
}
