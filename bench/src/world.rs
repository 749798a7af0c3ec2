//! A world to measure in: an application with partners that have seats, customers and an owner.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use command::Call;
use futures_util::{StreamExt, stream};
use store::{Clock, CustomerId, DistributorId, Options, PartnerId, Wall};
use tenantry::{
    app::{App, Build, Shared},
    config::{Config, Limits},
    hierarchy::{Name, create_partner::CreatePartner},
    licensing::pools::PlaceOrder,
    provisioning::setup,
};

use crate::{
    place::Place,
    seed,
    staff::{self, Staff},
};

/// What a world holds.
#[derive(Clone)]
pub struct Plan {
    /// Customers of each partner.
    pub customers: Vec<usize>,
    /// Seats each partner orders, in thousands.
    pub thousands: i64,
    /// True: every stage, status, tier and kind. False: all paid, ready and the same.
    pub varied: bool,
    /// The world's clock.
    pub clock: Arc<dyn Clock>,
}

impl Plan {
    /// Partners with so many customers, all the same.
    pub fn of(customers: Vec<usize>) -> Plan {
        Plan { customers, thousands: 10_000, varied: false, clock: Arc::new(Wall) }
    }

    /// One partner with customers of every kind.
    pub fn varied(customers: usize) -> Plan {
        Plan { varied: true, ..Plan::of(vec![customers]) }
    }
}

/// A partner and its customers.
pub struct Msp {
    /// Its id.
    pub id: PartnerId,
    /// Its customers, those with seats first.
    pub customers: Vec<CustomerId>,
}

/// A world.
pub struct World {
    /// The application.
    pub app: Shared,
    /// Its partners.
    pub partners: Vec<Msp>,
    /// Who owns them all.
    pub staff: Staff,
    /// How it was configured.
    pub config: Config,
    clock: Arc<dyn Clock>,
    /// Where it lives. Dropped last: the database goes when nobody uses it any more.
    pub place: Place,
}

/// A listening application.
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    task: tokio::task::JoinHandle<Result<(), String>>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl World {
    /// Builds it; `server` = a PostgreSQL server, or none for SQLite.
    pub async fn build(plan: &Plan, server: Option<&str>, below: Option<&PathBuf>) -> Result<World, String> {
        let place = Place::fresh(server, below)?;
        let config = Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: place.folder().to_owned(),
            database: place.database(),
            regions: vec!["eu".into()],
            limits: Limits {
                api_per_minute: u32::MAX,
                api_burst: u32::MAX,
                agent_per_minute: u32::MAX,
                enrol_per_minute: u32::MAX,
                ..Limits::default()
            },
            ..Config::default()
        };
        let app = open(&config, &plan.clock, Options::default())?;
        setup::plant(&app.house).await.map_err(|e| e.to_string())?;
        let distributor = setup::distributor(&app.house, name("Bench Distribution")?).await?;
        let mut partners = Vec::new();
        for (n, customers) in plan.customers.iter().enumerate() {
            let id = partner(&app, distributor, n, plan.thousands).await?;
            let customers = seed::customers(&app, id, *customers, plan.varied).await?;
            partners.push(Msp { id, customers });
        }
        provision(&app).await?;
        if plan.varied {
            seed::facts(&app, partners.iter().flat_map(|p| &p.customers)).await?;
            provision(&app).await?;
        }
        let staff = staff::plant(&app, partners.iter().map(|p| p.id.0).collect()).await?;
        Ok(World { app, partners, staff, config, clock: plan.clock.clone(), place })
    }

    /// The same databases once more, with other lanes.
    pub fn again(&self, options: Options) -> Result<Shared, String> {
        open(&self.config, &self.clock, options)
    }

    /// Serves it on a free port, as the program does: worker and all.
    pub async fn serve(&self) -> Result<Served, String> {
        let (tell, told) = tokio::sync::oneshot::channel();
        let ready = Box::new(move |address| {
            let _ = tell.send(address);
        });
        let task = tokio::spawn(tenantry::server::serve(self.app.clone(), Some(ready)));
        let address = told.await.map_err(|_| "the server did not start".to_owned())?;
        Ok(Served { address, task })
    }

    /// All customers of all partners but the first.
    pub fn spread(&self) -> Vec<CustomerId> {
        self.partners.iter().skip(1).flat_map(|p| p.customers.iter().copied()).collect()
    }

    /// The first partner.
    pub fn first(&self) -> Result<&Msp, String> {
        self.partners.first().ok_or_else(|| "the world has no partner".into())
    }
}

/// Opens an application.
pub fn open(config: &Config, clock: &Arc<dyn Clock>, options: Options) -> Result<Shared, String> {
    App::open(Build { config: config.clone(), clock: clock.clone(), demo: true, options })
}

/// A name, or why it is none.
pub fn name(text: &str) -> Result<Name, String> {
    Name::parse(text)
}

async fn partner(app: &App, distributor: DistributorId, n: usize, thousands: i64) -> Result<PartnerId, String> {
    let new = CreatePartner {
        distributor,
        name: name(&format!("Partner {n:03}"))?,
        zone: "UTC".into(),
        currency: "EUR".into(),
        region: "eu".into(),
        language: "en".into(),
        max_customers: 20_000,
        max_members: 2_000_000,
        default_max_mau: 1_000_000,
    };
    let partner = setup::partner(&app.house, new).await?.partner;
    let order = PlaceOrder { partner, sku: "SEATS-1000-Y".into(), quantity: thousands, version: None };
    app.house.execute(Call::operator(), order).await.map_err(|e| format!("order: {e:?}"))?;
    Ok(partner)
}

/// Runs all work that waits, many jobs at a time.
async fn provision(app: &App) -> Result<(), String> {
    let worker = app.worker().ok_or("the application has no worker")?;
    stream::iter(0..16)
        .for_each_concurrent(None, |_| async {
            let _ = worker.drain().await;
        })
        .await;
    Ok(())
}
