//! A small world to play scenes in: an application on either engine, a partner with staff of every role, and a client
//! that goes through the public door (HTTP).

mod client;
mod dice;
mod engine;
mod names;
pub mod parcel;
mod site;
mod staff;
mod worn;

use std::{collections::BTreeMap, sync::Arc};

use access::{Credential, secret};
pub use client::{Answer, Client};
use command::Call;
pub use dice::{Dice, rounds};
pub use engine::Engine;
pub use names::Names;
pub use site::Site;
use store::{Clock, CustomerId, DistributorId, Movable, PartnerId, Timestamp};
use tenantry::{
    app::{App, Build, Shared},
    config::{Config, Limits, Sources},
    hierarchy::{Name, create_partner::CreatePartner},
    provisioning::setup,
};

/// The demo's first instant: 2026-11-21T09:00:00Z.
pub const NOW: &str = "2026-11-21T09:00:00Z";

/// An application with a distributor, two partners and staff.
pub struct World {
    pub app: Shared,
    pub clock: Arc<Movable>,
    pub distributor: DistributorId,
    pub partner: PartnerId,
    pub internal: CustomerId,
    pub other: PartnerId,
    pub names: Names,
    pub site: Site,
    engine: Engine,
    anybody: Client,
    tokens: Vec<(&'static str, String)>,
}

impl World {
    /// Builds the world on an engine; `None` when PostgreSQL is not there (the quick check).
    pub async fn on(engine: &str) -> Option<World> {
        let engine = Engine::fresh(engine)?;
        let clock = Arc::new(Movable::starting(NOW.parse().expect("a time"), false));
        let names = Names::start().await;
        let site = Site::start().await;
        let config = Config {
            data: engine.folder().to_owned(),
            database: engine.database(),
            regions: vec!["eu".into(), "us".into()],
            dns_servers: vec![names.at],
            // The test's own machines stand for those of customers.
            egress_allow: vec!["127.0.0.1".into()],
            egress_ports: vec![site.at.port()],
            limits: Limits { sign_in_per_minute: 10, ..Limits::default() },
            sources: Sources { folder: Some(engine.folder().join("inbox")), settle_seconds: 0 },
            ..Config::default()
        };
        let options = store::Options { writers: 2, readers: 2, ..store::Options::default() };
        let app = App::open(Build { config, clock: clock.clone(), demo: true, options }).expect("the application opens");
        setup::plant(&app.house).await.expect("a root");
        let distributor = setup::distributor(&app.house, name("Nordic Distribution")).await.expect("a distributor");
        let made = setup::partner(&app.house, partner(distributor, "Meridian MSP")).await.expect("a partner");
        let other = setup::partner(&app.house, partner(distributor, "Otherwise MSP")).await.expect("a second partner").partner;
        let anybody = Client::new(app.clone(), tenantry::router::router(app.clone()));
        let mut world = World {
            anybody,
            app,
            clock,
            distributor,
            partner: made.partner,
            internal: made.internal,
            other,
            names,
            site,
            engine,
            tokens: Vec::new(),
        };
        let places = [
            ("owner", world.partner.0, "owner"),
            ("admin", world.partner.0, "admin"),
            ("technician", world.partner.0, "technician"),
            ("auditor", world.partner.0, "auditor"),
            ("other_owner", world.other.0, "owner"),
            ("distributor_owner", world.distributor.0, "distributor_owner"),
        ];
        for (who, node, role) in places {
            let token = staff::plant(&world.app, who, node, role).await;
            world.tokens.push((who, token));
        }
        Some(world)
    }

    /// A client that is signed in as one of the staff, or as nobody (`"nobody"`).
    pub fn client(&self, who: &str) -> Client {
        let token = self.tokens.iter().find(|(name, _)| *name == who).map(|(_, token)| token);
        assert!(token.is_some() || who == "nobody", "there is no {who}");
        token.map_or_else(|| self.anybody.clone(), |token| self.anybody.token(token))
    }

    /// A client that carries a new session of one of the staff, as their browser would.
    pub async fn browser(&self, who: &str) -> Client {
        if who == "nobody" {
            return self.anybody.with("sec-fetch-site", "same-origin");
        }
        self.anybody.session(&staff::session(&self.app, who).await)
    }

    /// A browser of one of the staff, and a call as it makes them, for a house of the scene's own.
    pub async fn browser_and_call(&self, who: &str) -> (Client, Call) {
        let session = staff::session(&self.app, who).await;
        let credential = secret::hash(secret::SESSION, &session).map(Credential::Secret).expect("a session");
        (self.anybody.session(&session), Call::by(credential))
    }

    /// A client of a second process over the same databases, which shares nothing else with the first. SQLite has one process.
    pub fn second(&self) -> Client {
        if self.app.config.database.is_none() {
            return self.anybody.clone();
        }
        let options = store::Options { writers: 2, readers: 2, ..store::Options::default() };
        let build = Build { config: self.app.config.clone(), clock: self.clock.clone(), demo: true, options };
        let app = App::open(build).expect("the application opens again");
        Client::new(app.clone(), tenantry::router::router(app))
    }

    /// Makes the credentials of somebody worthless: `expired`, `idle`, `revoked`, any other name is disabled.
    pub async fn spoil(&self, who: &str) {
        staff::spoil(&self.app, who).await;
    }

    /// Count and checksum of every table of control and of both regions.
    pub fn prints(&self) -> BTreeMap<String, store::TablePrint> {
        let config = &self.app.config;
        let mut all = store::prints::<store::Control>(&config.control()).expect("control answers");
        for region in &config.regions {
            let tables = store::prints::<store::Region>(&config.region(region)).expect("the region answers");
            all.extend(tables.into_iter().map(|(table, print)| (format!("{region}.{table}"), print)));
        }
        all
    }

    /// What one of the staff gets from `/v1/msp/{msp}/…`; anything but 200 fails the scene.
    pub async fn get(&self, who: &str, rest: &str) -> serde_json::Value {
        let answer = self.client(who).get(&format!("/v1/msp/{}/{rest}", self.partner)).await;
        assert_eq!(answer.status, 200, "{rest}: {}", answer.text);
        answer.json
    }

    /// Adds a person with a role somewhere and gives a client for them.
    pub async fn hire(&mut self, who: &'static str, node: impl Into<store::Uuid>, role: &str) -> Client {
        let token = staff::plant(&self.app, who, node.into(), role).await;
        self.tokens.push((who, token));
        self.client(who)
    }

    /// Lets a technician see only these customers.
    pub async fn assign(&self, who: &str, customers: &[CustomerId]) {
        staff::assign(&self.app, who, customers).await;
    }

    /// Fills the pool: 1,000 seats a piece.
    pub async fn order_seats(&self, thousands: i64) {
        let body = serde_json::json!({ "sku": "SEATS-1000-Y", "quantity": thousands });
        let answer = self.client("owner").keyed().post(&format!("/v1/msp/{}/orders", self.partner), &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }

    /// Creates a customer through the API, runs its provisioning and launches it.
    pub async fn customer(&self, name: &str, seats: i64) -> CustomerId {
        let domain = format!("{}.example", store::fold(name).replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
        let body = serde_json::json!({ "name": name, "max_mau": 1_000_000, "domain": domain, "seats": seats });
        let answer = self.client("owner").keyed().post(&format!("/v1/msp/{}/customers", self.partner), &body).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        self.work().await;
        let id: CustomerId = answer.json["tenant_id"].as_str().expect("an id").parse().expect("an id");
        let launch = tenantry::hierarchy::lifecycle::Launch { customer: id };
        self.app.house.execute(command::Call::operator(), launch).await.expect("launches");
        id
    }

    /// Books a customer's domain as proved, as if its record had been seen.
    pub async fn verify(&self, customer: CustomerId) {
        let shown = self.client("owner").get(&format!("/v1/tenants/{customer}/domain")).await;
        let domain = shown.json["domain"].as_str().expect("a domain").to_owned();
        let verify = tenantry::hierarchy::verify_domain::VerifyDomain { customer, domain: domain.try_into().expect("a domain") };
        self.app.house.execute(command::Call::operator(), verify).await.expect("verified");
    }

    /// Runs everything due.
    pub async fn work(&self) {
        let worker = self.app.worker().expect("a worker");
        assert_eq!(worker.drain().await, jobs::Drain::Empty);
    }

    /// Adds a partner whose days are cut in this zone.
    pub async fn partner_in(&self, called: &str, zone: &str) -> PartnerId {
        let new = CreatePartner { zone: zone.into(), ..partner(self.distributor, called) };
        setup::partner(&self.app.house, new).await.expect("a partner").partner
    }

    /// Moves the clock forward to an instant.
    pub fn pass_to(&self, instant: Timestamp) {
        assert!(self.clock.advance(instant), "{instant} lies before {}", self.now());
    }

    /// Moves the clock forward.
    pub fn pass_days(&self, days: i64) {
        assert!(self.clock.advance(self.clock.now().plus_days(days)));
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.engine.give_up();
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn partner(distributor: DistributorId, called: &str) -> CreatePartner {
    CreatePartner {
        distributor,
        name: name(called),
        zone: "UTC".into(),
        currency: "EUR".into(),
        region: "eu".into(),
        language: "en".into(),
        max_customers: 20_000,
        max_members: 500_000,
        default_max_mau: 1_000_000,
    }
}

/// Declares scenes: each `async fn name(w: World)` becomes a test on SQLite and one on PostgreSQL.
#[macro_export]
macro_rules! scenes {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "a scene uses what it needs of its file")]
            use super::*;

            #[allow(unused_mut, reason = "some scenes hire people")]
            async fn play(mut $world: World) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                play(World::on("sqlite").await.expect("SQLite is always there")).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(world) = World::on("postgres").await {
                    play(world).await;
                }
            }
        }
    )*};
}
