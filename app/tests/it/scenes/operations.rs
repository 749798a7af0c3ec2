//! Long work: it goes on where it was killed, it is taken back when it fails or is called off, and those see it whom it
//! concerns.

use std::time::Duration;

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Control, CustomerId, p, sql};

use crate::{scenes, support::World};

/// What goes wrong behind the program's back.
#[derive(Serialize)]
struct Spoil(CustomerId, &'static str);

impl Command for Spoil {
    const NAME: &'static str = "test.spoil_customer";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.0.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let partner = cx.scope.partner();
        match self.1 {
            "leases" => {
                cx.tx.exec(sql!(Control, "UPDATE job SET lease_until = 0 WHERE chain_id = $1 AND status = 'running'"), p![partner])?;
            }
            "disabled" => {
                let text = sql!(Control, "UPDATE customer SET lifecycle = 'disabled' WHERE partner_id = $1 AND customer_id = $2");
                cx.tx.exec(text, p![partner, self.0])?;
            }
            region => {
                cx.tx.exec(sql!(Control, "UPDATE org_node SET region = $2 WHERE node_id = $1"), p![self.0, region])?;
            }
        }
        Ok(())
    }
}

pub async fn spoil(w: &World, customer: CustomerId, how: &'static str) {
    w.app.house.execute(Call::operator(), Spoil(customer, how)).await.expect("spoiled");
}

/// Asks for a customer, and leaves its provisioning to the worker.
async fn ask(w: &World, name: &str, seats: i64) -> (CustomerId, String) {
    let domain = format!("{}.example", name.to_lowercase());
    let body = json!({ "name": name, "max_mau": 1_000, "domain": domain, "seats": seats });
    let answer = w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &body).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let id = answer.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
    (id, answer.json["operation_id"].as_str().expect("an id").to_owned())
}

async fn operation(w: &World, id: &str) -> Value {
    let answer = w.client("owner").get(&format!("/v1/operations/{id}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

/// Each step and its state.
fn steps(operation: &Value) -> Vec<(&str, &str)> {
    let steps = operation["steps"].as_array().expect("steps");
    steps.iter().map(|s| (s["name"].as_str().expect("a name"), s["status"].as_str().expect("a status"))).collect()
}

/// How often a command stands in the trail of a customer.
async fn done(w: &World, customer: CustomerId, command: &str) -> i64 {
    w.get("owner", &format!("audit?filter[command]={command}&filter[customer]={customer}")).await["page"]["total"]
        .as_i64()
        .expect("a total")
}

async fn available(w: &World) -> i64 {
    w.get("owner", "licenses/summary").await["available"].as_i64().expect("a number")
}

async fn listed(w: &World, name: &str) -> i64 {
    w.get("owner", &format!("customers?q={name}")).await["page"]["total"].as_i64().expect("a total")
}

/// Works, and is killed again and again: what runs is dropped where it stands, and its lease is over.
async fn work_under_fire(w: &World, customer: CustomerId, offset: u64) {
    let worker = w.app.worker().expect("a worker");
    for n in 0..8 {
        let life = Duration::from_micros(offset * 350 + n * 1_100);
        if tokio::time::timeout(life, worker.drain_jobs()).await.is_ok() {
            break;
        }
        spoil(w, customer, "leases").await;
    }
    // What the last one killed had left in a lane may still have taken the job.
    tokio::time::sleep(Duration::from_millis(200)).await;
    spoil(w, customer, "leases").await;
    w.work().await;
}

const WHOLE: [(&str, &str); 4] = [("customer", "succeeded"), ("region", "succeeded"), ("storage", "succeeded"), ("ready", "succeeded")];

/// Where a customer's files lie.
fn place(w: &World, customer: CustomerId) -> std::path::PathBuf {
    w.app.config.data.join("objects/eu").join(customer.to_string())
}

scenes! {
    async fn f2_18_provisioning_killed_anywhere_makes_each_step_once(w: World) {
        w.order_seats(1).await;
        for offset in 0..5 {
            let (customer, id) = ask(&w, &format!("Killed{offset}"), 10).await;
            work_under_fire(&w, customer, offset).await;
            let seen = operation(&w, &id).await;
            assert_eq!((&seen["status"], steps(&seen)), (&json!("succeeded"), WHOLE.to_vec()), "{seen}");
            assert_eq!(seen["steps"][1]["result"]["max_mau"], 1_000, "what a step gave is kept: {seen}");
            for command in ["licensing.policy.open_tenant", "hierarchy.customers.make_ready"] {
                assert!(done(&w, customer, command).await <= 1, "{command} acted more than once");
            }
            assert_eq!(w.client("owner").get(&format!("/v1/msp/{}/customers/{customer}", w.partner)).await.json["lifecycle"], "setup");
            let mark = std::fs::read_to_string(place(&w, customer).join("tenant.json")).expect("its place in the storage");
            assert!(mark.contains(&customer.to_string()) && mark.contains(&id), "{mark}");
        }
        assert_eq!(available(&w).await, 950);
    }

    async fn a_step_that_fails_for_good_leaves_no_half_customer(w: World) {
        w.order_seats(1).await;
        for offset in 0..5 {
            let (customer, id) = ask(&w, "Half", 40).await;
            assert_eq!(available(&w).await, 960);
            spoil(&w, customer, "disabled").await;
            work_under_fire(&w, customer, offset).await;
            let seen = operation(&w, &id).await;
            let undone = vec![("customer", "undone"), ("region", "undone"), ("storage", "undone"), ("ready", "failed")];
            assert_eq!((&seen["status"], steps(&seen)), (&json!("failed"), undone), "{seen}");
            let why = seen["error"]["detail"].as_str().expect("a sentence");
            assert!(why.contains("taken back") && seen["error"]["code"] == "provisioning-failed", "{seen}");
            assert_eq!((listed(&w, "Half").await, available(&w).await), (0, 1_000), "neither a customer nor its seats are left");
            assert!(!place(&w, customer).exists(), "nor a file");
            assert_eq!(done(&w, customer, "provisioning.take_back").await, 1);
            assert_eq!(w.client("owner").post(&format!("/v1/operations/{id}/retry"), &json!({})).await.code(), "nothing-to-retry");
        }
        // Name and domain are free: the same customer can be made when the cause is mended.
        let (_, id) = ask(&w, "Half", 40).await;
        w.work().await;
        assert_eq!(operation(&w, &id).await["status"], "succeeded");
        assert_eq!((listed(&w, "Half").await, available(&w).await), (1, 960));
    }

    async fn storage_that_is_away_is_waited_for_and_named(w: World) {
        let storage = w.app.config.data.join("objects/eu");
        let aside = storage.with_extension("aside");
        std::fs::rename(&storage, &aside).expect("away");
        std::fs::write(&storage, b"no folder").expect("a file in its place");
        let (customer, id) = ask(&w, "Patient", 0).await;
        w.work().await;
        let waiting = operation(&w, &id).await;
        assert_eq!((&waiting["status"], steps(&waiting)[2]), (&json!("running"), ("storage", "running")), "{waiting}");
        assert!(waiting["steps"][2]["error"].as_str().is_some_and(|why| why.contains("object storage")), "it says what it waits for: {waiting}");
        std::fs::remove_file(&storage).expect("mended");
        std::fs::rename(&aside, &storage).expect("back");
        w.pass_days(1);
        w.work().await;
        let seen = operation(&w, &id).await;
        assert_eq!((&seen["status"], steps(&seen)), (&json!("succeeded"), WHOLE.to_vec()), "{seen}");
        assert!(place(&w, customer).join("tenant.json").exists());
    }

    async fn an_operation_tells_as_it_goes_on(w: World) {
        let (_, id) = ask(&w, "Live", 0).await;
        let events = format!("/v1/operations/{id}/events");
        assert_eq!(w.client("other_owner").get(&events).await.status, 404);
        let watching = tokio::spawn({
            let (client, events) = (w.browser("owner").await, events.clone());
            async move { client.get(&events).await }
        });
        tokio::time::sleep(Duration::from_millis(400)).await;
        w.work().await;
        let told = watching.await.expect("the stream ends with the operation");
        assert_eq!((told.status, told.header("content-type")), (200, "text/event-stream"), "{}", told.text);
        let states: Vec<Value> = told.text.lines().filter_map(|l| l.strip_prefix("data: ")).map(|d| serde_json::from_str(d).expect("JSON")).collect();
        assert!(states.len() >= 2 && told.text.starts_with("event: operation\n"), "{}", told.text);
        assert_eq!((&states[0]["status"], steps(states.last().expect("one"))), (&json!("pending"), WHOLE.to_vec()));
        let ended = w.client("technician").get(&events).await;
        assert_eq!(ended.text.matches("event: operation").count(), 1, "an operation that has ended says so and no more: {}", ended.text);
        // Nor do streams keep the program from ending.
        let (_, waiting) = ask(&w, "Waiting", 0).await;
        let watching = tokio::spawn({
            let client = w.client("owner");
            async move { client.get(&format!("/v1/operations/{waiting}/events")).await }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        w.app.ending.send_replace(true);
        let told = tokio::time::timeout(Duration::from_secs(5), watching).await.expect("it ends").expect("an answer");
        assert_eq!(told.text.matches("event: operation").count(), 1);
    }

    async fn what_is_called_off_is_taken_back(w: World) {
        w.order_seats(1).await;
        let (customer, id) = ask(&w, "Unwanted", 25).await;
        let cancel = format!("/v1/operations/{id}/cancel");
        assert_eq!(w.client("technician").post(&cancel, &json!({})).await.status, 403);
        assert_eq!(w.client("other_owner").post(&cancel, &json!({})).await.status, 404);
        let preview = w.client("owner").post(&format!("{cancel}?preview=true"), &json!({})).await;
        assert_eq!((preview.status, &preview.json["preview"]), (200, &json!(true)), "{}", preview.text);
        let answer = w.client("owner").post(&cancel, &json!({})).await;
        assert_eq!((answer.status, answer.header("location")), (202, format!("/v1/operations/{id}").as_str()), "{}", answer.text);
        work_under_fire(&w, customer, 1).await;
        let seen = operation(&w, &id).await;
        assert_eq!((&seen["status"], steps(&seen)), (&json!("canceled"), vec![("customer", "undone")]), "{seen}");
        assert_eq!((listed(&w, "Unwanted").await, available(&w).await), (0, 1_000));
        assert_eq!(w.client("owner").post(&cancel, &json!({})).await.code(), "operation-ended");
        // In the console: a button while it runs.
        let (_, id) = ask(&w, "Mistaken", 0).await;
        let (browser, jobs) = (w.browser("owner").await, format!("/msp/{}/jobs", w.partner));
        assert!(browser.get(&jobs).await.text.contains(&format!("{jobs}/operations/{id}/cancel")));
        assert_eq!(browser.form(&format!("{jobs}/operations/{id}/cancel"), &[]).await.status, 303);
        w.work().await;
        assert_eq!(operation(&w, &id).await["status"], "canceled");
    }

    async fn work_that_cannot_be_taken_back_waits_for_somebody(w: World) {
        let (customer, id) = ask(&w, "Lost", 0).await;
        spoil(&w, customer, "mars").await;
        w.work().await;
        let seen = operation(&w, &id).await;
        assert_eq!((&seen["status"], steps(&seen)[1]), (&json!("running"), ("region", "failed")), "its region cannot be reached: {seen}");
        let retry = format!("/v1/operations/{id}/retry");
        let preview = w.client("owner").post(&format!("{retry}?preview=true"), &json!({})).await;
        assert_eq!((preview.status, &preview.json["preview"]), (200, &json!(true)), "{}", preview.text);
        assert!(preview.text.contains("queued"), "{}", preview.text);
        let dead = || async { w.get("owner", "jobs/dead").await["page"]["total"].clone() };
        assert_eq!(dead().await, 1, "a preview queues nothing");
        spoil(&w, customer, "eu").await;
        assert_eq!(w.client("owner").post(&retry, &json!({})).await.status, 202);
        assert_eq!(dead().await, 0);
        w.work().await;
        assert_eq!((operation(&w, &id).await["status"].clone(), listed(&w, "Lost").await), (json!("failed"), 0));
    }

    async fn an_operation_is_seen_by_whom_its_customer_concerns(w: World) {
        let ((mine, own), (_, others)) = (ask(&w, "Mine", 0).await, ask(&w, "Theirs", 0).await);
        w.work().await;
        let admin = w.hire("their_admin", mine, "customer_admin").await;
        let seen = admin.get(&format!("/v1/operations/{own}")).await;
        assert_eq!((seen.status, &seen.json["customer_id"]), (200, &json!(mine)), "{}", seen.text);
        assert_eq!(admin.get(&format!("/v1/operations/{others}")).await.status, 404);
        assert_eq!(admin.post(&format!("/v1/operations/{own}/retry"), &json!({})).await.status, 403);
        assert_eq!(admin.post(&format!("/v1/operations/{others}/retry"), &json!({})).await.status, 404);
        w.assign("technician", &[mine]).await;
        assert_eq!(w.client("technician").get(&format!("/v1/operations/{own}")).await.status, 200);
        assert_eq!(w.client("technician").get(&format!("/v1/operations/{others}")).await.status, 404);
        assert_eq!(w.client("other_owner").get(&format!("/v1/operations/{own}")).await.status, 404);
    }
}
