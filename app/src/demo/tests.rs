//! The world as it is seeded: every printed number, asked through the door a client uses.

use std::sync::Arc;

use access::secret;
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use serde_json::Value;
use store::{Clock, Options, Timestamp};
use tempfile::TempDir;
use tower::ServiceExt;

use super::{START, clock::DemoClock, credentials::Credentials, memory, seed};
use crate::{
    app::{App, Build, Shared},
    config::Config,
};

struct Demo {
    app: Shared,
    clock: Arc<DemoClock>,
    credentials: Credentials,
    _folder: TempDir,
}

impl Demo {
    async fn seeded(database: Option<String>, customers: u32) -> Demo {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { data: folder.path().to_owned(), database, regions: vec!["eu".into(), "us".into()], ..Config::default() };
        let clock = Arc::new(DemoClock::standing(START));
        let app = App::open(Build { config, clock: clock.clone(), demo: true, options: Options::default() }).expect("opens");
        let began = store::Wall.now();
        let credentials = seed::seed(&app, &clock, customers, START).await.expect("seeds");
        let took = store::Wall.now().0 - began.0;
        eprintln!("seeded {customers} customers in {}.{:03} s", took / Timestamp::SECOND, took % Timestamp::SECOND / 1_000);
        Demo { app, clock, credentials, _folder: folder }
    }

    fn node(&self, role: &str) -> &str {
        &self.credentials.staff.iter().find(|s| s.role == role).expect("the role").node_id
    }

    async fn send(&self, role: &str, request: http::request::Builder, body: String) -> (StatusCode, Value) {
        let token = self.credentials.staff.iter().find(|s| s.role == role).map(|s| s.api_token.clone()).unwrap_or_default();
        assert!(role.is_empty() || secret::hash(secret::TOKEN, &token).is_some());
        let request = request.header("authorization", format!("Bearer {token}")).header("accept", "application/json");
        let request = request.header("content-type", "application/json").body(Body::from(body)).expect("a request");
        let response = crate::router::router(self.app.clone()).oneshot(request).await.expect("answers");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn get(&self, role: &str, path: &str) -> Value {
        let (status, json) = self.send(role, Request::get(path), String::new()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {json}");
        json
    }

    /// All pages of a list.
    async fn all(&self, role: &str, path: &str) -> Vec<Value> {
        let (mut found, mut next) = (Vec::new(), None::<String>);
        loop {
            let at = next.as_ref().map_or_else(|| path.to_owned(), |n| format!("{path}?page[after]={n}"));
            let page = self.get(role, &at).await;
            found.extend(page["data"].as_array().expect("rows").clone());
            next = page["page"]["next"].as_str().map(str::to_owned);
            if next.is_none() {
                return found;
            }
        }
    }
}

/// Name, status, active, allocated, tier, percent (rounded), days since the last campaign: as the wireframe prints them.
/// Name, status, active, allocated, tier, pass rate, days since the last campaign.
type Printed = (&'static str, &'static str, i64, i64, &'static str, Option<i64>, Option<i64>);

const PRINTED: [Printed; 8] = [
    ("Eklund Bygg AB", "sync_failed", 85, 100, "pro", None, None),
    ("Finnmark Shipping Oy", "email_unverified", 210, 250, "enterprise", Some(61), Some(12)),
    ("Helsingborg Medical Group", "low_engagement", 340, 400, "enterprise", Some(52), Some(28)),
    ("Polar Energi AS", "setup_incomplete", 0, 150, "pro", None, None),
    ("Vestland Accounting", "active", 42, 50, "starter", Some(88), Some(3)),
    ("KopparTech Solutions", "active", 120, 150, "pro", Some(81), Some(5)),
    ("Luleå Transport AB", "active", 75, 80, "pro", Some(79), Some(7)),
    ("Nordhavn Consulting", "active", 58, 60, "starter", Some(84), Some(2)),
];

async fn shows_what_is_printed(demo: &Demo) {
    assert_eq!(demo.clock.now(), START, "the clock ends at the first instant");
    let partner = demo.node("partner_owner").to_owned();
    let portfolio = demo.get("partner_owner", &format!("/v1/msp/{partner}/portfolio")).await;
    let kpis = &portfolio["kpis"];
    assert_eq!((&kpis["active_customers"]["value"], &kpis["active_customers"]["delta"]), (&45.into(), &3.into()));
    assert_eq!((&kpis["seats"]["allocated"], &kpis["seats"]["total"]), (&8_420.into(), &10_000.into()));
    assert_eq!((&kpis["pass_rate"]["percent"], &kpis["pass_rate"]["delta_points"]), (&78.0.into(), &2.1.into()));
    assert_eq!(kpis["attention"]["value"], 4);
    let needing: Vec<(&str, &str)> = portfolio["attention"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|r| (r["name"].as_str().unwrap_or_default(), r["status"].as_str().unwrap_or_default()))
        .collect();
    let wanted: Vec<(&str, &str)> = PRINTED.iter().take(4).map(|p| (p.0, p.1)).collect();
    assert_eq!(needing, wanted);
    let pool = demo.get("partner_owner", &format!("/v1/msp/{partner}/licenses/summary")).await;
    assert_eq!((&pool["active_users"], &pool["available"], &pool["over_allocated"]), (&7_834.into(), &1_580.into(), &0.into()));
    let rows = demo.all("partner_owner", &format!("/v1/msp/{partner}/customers")).await;
    assert_eq!(rows.len(), 45);
    for printed in PRINTED {
        let row = rows.iter().find(|r| r["name"] == printed.0).expect("the row");
        #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
        let percent = row["pass_rate"]["percent"].as_f64().map(|p| p.round() as i64);
        let days = row["last_campaign_at"].as_str().map(|at| START.days_since(at.parse().expect("a time")));
        let seen = (
            row["status"].as_str(),
            row["seats"]["active"].as_i64(),
            row["seats"]["allocated"].as_i64(),
            row["tier"].as_str(),
            percent,
            days,
        );
        assert_eq!(seen, (Some(printed.1), Some(printed.2), Some(printed.3), Some(printed.4), printed.5, printed.6), "{}", printed.0);
    }
    let others = rows.iter().filter(|r| PRINTED.iter().all(|p| r["name"] != p.0));
    assert!(others.clone().all(|r| r["status"] == "active"), "{:?}", others.collect::<Vec<_>>());
}

async fn has_a_second_partner_and_roles(demo: &Demo) {
    let second = demo.node("second_partner_owner").to_owned();
    let pool = demo.get("second_partner_owner", &format!("/v1/msp/{second}/licenses/summary")).await;
    assert_eq!(pool["total"], 1_000);
    assert_eq!(demo.all("second_partner_owner", &format!("/v1/msp/{second}/customers")).await.len(), 6);
    let first = demo.node("partner_owner").to_owned();
    let (status, _) = demo.send("second_partner_owner", Request::get(format!("/v1/msp/{first}/portfolio")), String::new()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let reach = demo.all("technician", &format!("/v1/msp/{first}/customers")).await;
    let mut names: Vec<&str> = reach.iter().filter_map(|r| r["name"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Eklund Bygg AB", "Helsingborg Medical Group"]);
    let file = &demo.credentials;
    assert_eq!((file.customers.len(), file.staff.len()), (45, 7));
    assert!(file.customers.iter().zip(PRINTED).all(|(c, p)| c.name == p.0));
    let last = file.customers.last().expect("a last one");
    let metered = demo.get("partner_owner", &format!("/v1/msp/{first}/customers/{}", last.id)).await;
    assert_eq!((&metered["max_mau"], &metered["kind"]), (&1_000_000.into(), &"paid".into()));
}

async fn has_a_clock_that_only_moves_forward(demo: &Demo) {
    let post = |to: &str| (Request::post("/dev/clock"), format!("{{\"now\":\"{to}\"}}"));
    let (request, body) = post("2026-11-20T09:00:00Z");
    assert_eq!(demo.send("", request, body).await.0, StatusCode::CONFLICT);
    let (request, body) = post("tomorrow");
    assert_eq!(demo.send("", request, body).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (request, body) = post("2026-11-28T09:00:00Z");
    assert_eq!(demo.send("", request, body).await.0, StatusCode::OK);
    let noted = memory::noted(&demo.app).await.expect("reads").expect("noted");
    assert!(noted >= START.plus_days(7) && demo.clock.now() >= START.plus_days(7));
    assert!(demo.get("", "/dev/mail").await["items"].is_array());
}

async fn play(database: Option<String>) {
    let demo = Demo::seeded(database, 45).await;
    shows_what_is_printed(&demo).await;
    has_a_second_partner_and_roles(&demo).await;
    has_a_clock_that_only_moves_forward(&demo).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_world_is_the_printed_one() {
    play(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_grows_and_keeps_the_eight() {
    let demo = Demo::seeded(None, 145).await;
    let partner = demo.node("partner_owner").to_owned();
    let portfolio = demo.get("partner_owner", &format!("/v1/msp/{partner}/portfolio")).await;
    assert_eq!(portfolio["kpis"]["active_customers"]["value"], 145);
    assert_eq!(portfolio["kpis"]["seats"], serde_json::json!({ "allocated": 8_420 + 100 * 110, "total": 10_000 + 100 * 110 }));
    assert_eq!(portfolio["kpis"]["attention"]["value"], 4 + 4);
    assert!(demo.credentials.customers.iter().zip(PRINTED).all(|(c, p)| c.name == p.0));
}

/// A database of its own on the server the checks name, dropped at the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "the check tells the tests where PostgreSQL is")]
async fn the_world_is_the_printed_one_on_postgres() {
    let Ok(server) = std::env::var("TENANTRY_TEST_POSTGRES") else { return };
    let name = format!("demo_{}", std::process::id());
    let (client, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls).await.expect("PostgreSQL answers");
    tokio::spawn(connection);
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database");
    let (front, _) = server.rsplit_once('/').expect("a database in the address");
    play(Some(format!("{front}/{name}"))).await;
    client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.expect("dropped");
}
