//! `kill -9` in the middle of work: what was acknowledged is there, what was not acts once when it is sent again, and the
//! pool, its ledger and the allocations agree.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use store::{PartnerId, p, sql};
use tenantry::{
    app::{App, Build},
    config::Config,
};

use crate::support::Engine;

const ROUNDS: usize = 5;
const CLIENTS: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_nothing_acknowledged_on_sqlite() {
    play(Engine::fresh("sqlite").expect("SQLite is always there")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_nothing_acknowledged_on_postgres() {
    if let Some(engine) = Engine::fresh("postgres") {
        play(engine).await;
    }
}

async fn play(mut engine: Engine) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut sent = Sent::default();
    let mut before = None;
    for round in 0..ROUNDS {
        let server = Server::start(&engine).await;
        let desk = Desk::open(&server, engine.folder()).await;
        let acted = sent.done(&desk).await;
        let given = desk.allocated().await;
        let first = *before.get_or_insert(given);
        assert_eq!(given - first, acted, "round {round}: every key acted once, and nothing else did");
        if round == 0 {
            desk.order().await;
        }
        sent = desk.storm(round, server, sent).await;
    }
    let server = Server::start(&engine).await;
    let desk = Desk::open(&server, engine.folder()).await;
    let acted = sent.done(&desk).await;
    assert!(acted >= i64::try_from(ROUNDS).expect("few"), "the storms did something: {acted}");
    assert_eq!(desk.allocated().await - before.unwrap_or_default(), acted, "every key acted once");
    let partner = desk.partner;
    drop(server);
    three_sums_agree(&engine, partner).await;
    engine.give_up();
}

/// Keys that were sent: acknowledged with their ledger line, or not.
#[derive(Default)]
struct Sent {
    acknowledged: Vec<(String, String)>,
    open: Vec<String>,
}

impl Sent {
    /// Sends everything without an answer again, and some of the rest; gives how many keys there are, each of which acted once.
    async fn done(&mut self, desk: &Desk) -> i64 {
        for (key, line) in self.acknowledged.iter().rev().step_by(7) {
            let (answer, replayed) = desk.allocate(key).await.expect("an answer");
            assert_eq!((answer.as_str(), replayed), (line.as_str(), true), "{key} was acknowledged and is gone");
        }
        for key in std::mem::take(&mut self.open) {
            let (line, _) = desk.allocate(&key).await.expect("an answer");
            let (again, replayed) = desk.allocate(&key).await.expect("an answer");
            assert_eq!((&again, replayed), (&line, true), "{key} acts once");
            self.acknowledged.push((key, line));
        }
        i64::try_from(self.acknowledged.len()).expect("few")
    }
}

/// The real program on a free port.
struct Server {
    child: Child,
    origin: String,
}

impl Server {
    async fn start(engine: &Engine) -> Server {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
        // What the check tells the tests is no setting of the program.
        command.env_clear().args(["demo", "--port", &free.to_string(), "--data"]).arg(engine.folder());
        // Twenty-four programs with one token ask more often than one may.
        command.env("TENANTRY_LIMITS__API_BURST", "10000000").env("TENANTRY_LIMITS__API_PER_MINUTE", "10000000");
        if let Some(database) = engine.database() {
            command.args(["--database", &database]);
        }
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        let server = Server { child, origin: format!("http://127.0.0.1:{free}") };
        for _ in 0..1200 {
            let ready = reqwest::get(format!("{}/readyz", server.origin)).await;
            if ready.is_ok_and(|answer| answer.status() == 200) {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the program is not ready within a minute");
    }

    /// `kill -9`.
    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The owner's programs.
#[derive(Clone)]
struct Desk {
    http: reqwest::Client,
    origin: String,
    token: String,
    partner: PartnerId,
    customers: Arc<Vec<String>>,
}

impl Desk {
    async fn open(server: &Server, folder: &Path) -> Desk {
        let text = std::fs::read_to_string(folder.join("credentials.json")).expect("credentials");
        let told: Value = serde_json::from_str(&text).expect("JSON");
        let staff = told["staff"].as_array().expect("staff");
        let owner = staff.iter().find(|s| s["role"] == "partner_owner").expect("an owner");
        let customers = told["customers"].as_array().expect("customers").iter().take(4).filter_map(|c| c["id"].as_str().map(str::to_owned));
        Desk {
            http: reqwest::Client::builder().timeout(Duration::from_secs(10)).build().expect("a client"),
            origin: server.origin.clone(),
            token: owner["api_token"].as_str().expect("a token").to_owned(),
            partner: owner["node_id"].as_str().expect("a node").parse().expect("an id"),
            customers: Arc::new(customers.collect()),
        }
    }

    async fn post(&self, path: &str, key: &str, body: &Value) -> reqwest::Result<reqwest::Response> {
        let request = self.http.post(format!("{}{path}", self.origin)).bearer_auth(&self.token);
        request.header("idempotency-key", key).json(body).send().await
    }

    /// The ledger line and whether it was replayed; nothing when there was no whole answer.
    async fn allocate(&self, key: &str) -> Option<(String, bool)> {
        let number: usize = key.rsplit('-').next()?.parse().ok()?;
        let customer = &self.customers[number % self.customers.len()];
        let answer = self.post("/v1/licenses/allocate", key, &json!({ "tenant_id": customer, "seats": 1 })).await.ok()?;
        let (status, replayed) = (answer.status(), answer.headers().contains_key("idempotency-replayed"));
        let body: Value = answer.json().await.ok()?;
        assert!(status == 200 || status == 503, "{status}: {body}");
        Some((body["ledger_entry_id"].as_str()?.to_owned(), replayed))
    }

    async fn order(&self) {
        let body = json!({ "sku": "SEATS-1000-Y", "quantity": 100 });
        let answer = self.post(&format!("/v1/msp/{}/orders", self.partner), "kill-order", &body).await.expect("an answer");
        assert_eq!(answer.status(), 201);
    }

    async fn allocated(&self) -> i64 {
        let path = format!("{}/v1/msp/{}/licenses/summary", self.origin, self.partner);
        let answer = self.http.get(path).bearer_auth(&self.token).send().await.expect("an answer");
        let body: Value = answer.json().await.expect("JSON");
        body["allocated"].as_i64().expect("a number")
    }

    /// Many clients allocate at once until the server is killed under them.
    async fn storm(&self, round: usize, mut server: Server, sent: Sent) -> Sent {
        let sent = Arc::new(Mutex::new(sent));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (desk, sent) = (self.clone(), sent.clone());
                tokio::spawn(async move {
                    for n in 0..10_000 {
                        let key = format!("kill-{round}-{client}-{n}");
                        let answer = desk.allocate(&key).await;
                        let mut sent = sent.lock().expect("whole");
                        match answer {
                            Some((line, _)) => sent.acknowledged.push((key, line)),
                            None => return sent.open.push(key),
                        }
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(250 + 130 * u64::try_from(round).expect("few"))).await;
        server.kill();
        for client in clients {
            client.await.expect("a client ends");
        }
        Arc::try_unwrap(sent).ok().expect("all clients have ended").into_inner().expect("whole")
    }
}

/// The pool's counter, the sum of its ledger and the sum of the allocations.
async fn three_sums_agree(engine: &Engine, partner: PartnerId) {
    let config = Config {
        data: engine.folder().to_owned(),
        database: engine.database(),
        regions: vec!["eu".into(), "us".into()],
        ..Config::default()
    };
    let app = App::open(Build::new(config)).expect("the databases open");
    let sums = app.house.control().read(move |view| {
        view.enter(partner.0);
        let row = view.one(
            sql!(
                store::Control,
                "SELECT p.allocated AS pool,
                        (SELECT CAST(SUM(c.seats) AS BIGINT) FROM allocation_change c WHERE c.partner_id = $1 AND c.pooled) AS ledger,
                        (SELECT CAST(SUM(s.seats) AS BIGINT) FROM allocation s WHERE s.partner_id = $1 AND s.pooled) AS allocations
                 FROM pool p WHERE p.partner_id = $1"
            ),
            p![partner],
        )?;
        Ok((row.get::<i64>("pool")?, row.get::<i64>("ledger")?, row.get::<i64>("allocations")?))
    });
    let (pool, ledger, allocations) = sums.await.expect("asked");
    assert!(pool == ledger && ledger == allocations, "pool {pool}, ledger {ledger}, allocations {allocations}");
}
