//! The application: what every handler and job is given. The edge of the program — clock, randomness, files — is here.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
};

use command::{Entropy, House};
use jobs::Worker;
use mail::{Catcher, Transport};
use objects::Objects;
use store::{Clock, Control, Db, Options, Region, Wall};
use tokio::sync::{Semaphore, watch};
use web::paging::Signer;

use crate::{audit::Signed, config::Config, dns::Dns, keys::Keys};

/// What handlers and jobs share.
pub struct App {
    /// Databases, clock, entropy: where commands are executed.
    pub house: Arc<House>,
    /// The configuration.
    pub config: Config,
    /// The installation's keys.
    pub keys: Keys,
    /// Signs list cursors.
    pub signer: Signer,
    /// What the signed checkpoints say, as far as this process has read them.
    pub signed: Arc<Mutex<Signed>>,
    /// Asks the domain name system.
    pub dns: Arc<Dns>,
    /// The one way out: every call to a customer's machines.
    pub egress: egress::Client,
    /// Files of tenants, by region.
    pub objects: Objects,
    /// Where mail goes.
    pub mail: Transport,
    /// The mail catcher, in the demo and while no SMTP server is configured.
    pub catcher: Option<Catcher>,
    /// True for the demo: movable clock, `/dev/…` pages.
    pub demo: bool,
    /// True once the program is to end: streams end then.
    pub ending: watch::Sender<bool>,
    /// Whose reading of whose people is on record already.
    pub readings: crate::directory::reading::Readings,
    /// How many streams may be open.
    pub streams: Arc<Semaphore>,
    /// The worker, once it serves.
    pub worker: OnceLock<Arc<Worker<App>>>,
}

/// Streams of events that may be open at once; each asks the database five times a second.
const MOST_STREAMS: usize = 256;

/// What handlers get as state.
pub type Shared = Arc<App>;

/// The machine's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the edge: this is where randomness enters the program")]
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no id and no secret is safe: nothing may go on.
        assert!(getrandom::fill(bytes).is_ok(), "the operating system gives no random bytes");
    }
}

/// How an application is put together.
pub struct Build {
    /// The configuration.
    pub config: Config,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// True for the demo.
    pub demo: bool,
    /// Lanes and queues.
    pub options: Options,
}

impl Build {
    /// The usual one.
    #[must_use]
    pub fn new(config: Config) -> Build {
        Build { config, clock: Arc::new(Wall), demo: false, options: Options::default() }
    }
}

impl App {
    /// Opens databases (migrating them), keys and mail, and starts the lanes.
    ///
    /// # Errors
    /// A sentence for the operator: what could not be opened and why.
    pub fn open(build: Build) -> Result<Shared, String> {
        install_texts()?;
        crate::api_metrics::install();
        let Build { config, clock, demo, options } = build;
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let keys = Keys::open(&config.data, &*entropy)?;
        let control = Db::<Control>::open(&config.control(), &options).map_err(|e| e.to_string())?;
        let mut regions = BTreeMap::new();
        for name in &config.regions {
            let db = Db::<Region>::open(&config.region(name), &options).map_err(|e| format!("region {name}: {e}"))?;
            regions.insert(name.clone(), db);
        }
        let house = Arc::new(House::new(control, regions, clock, entropy));
        let objects = Objects::open(config.objects())?;
        let (mail, catcher) = mail_transport(&config, demo)?;
        let dns = Arc::new(Dns::new(&config.dns_servers));
        let egress = egress::Client::new(config.egress_rules()?, dns.clone()).map_err(|e| format!("egress: {e}"))?;
        let app = Arc::new(App {
            house: house.clone(),
            signer: Signer::new(keys.cursor(), house.clock().clone()),
            keys,
            signed: Arc::default(),
            dns,
            egress,
            objects,
            mail,
            catcher,
            demo,
            ending: watch::Sender::new(false),
            readings: crate::directory::reading::Readings::default(),
            streams: Arc::new(Semaphore::new(MOST_STREAMS)),
            worker: OnceLock::new(),
            config,
        });
        let worker = crate::worker::worker(app.clone());
        house.on_commit(worker.clone());
        let _ = app.worker.set(worker);
        Ok(app)
    }

    /// The worker of this application.
    #[must_use]
    pub fn worker(&self) -> Option<&Arc<Worker<App>>> {
        self.worker.get()
    }

    /// The address mail comes from; while no server is configured, one that cannot be answered.
    #[must_use]
    pub fn sender(&self) -> &str {
        self.config.smtp.as_ref().map_or("no-reply@tenantry.example", |smtp| smtp.from.as_str())
    }

    /// The folder for files that belong to imports.
    #[must_use]
    pub fn imports(&self) -> PathBuf {
        self.config.data.join("imports")
    }
}

/// Makes the rooms' texts known to the web parts.
///
/// # Errors
/// Names the text that cannot be read.
pub fn install_texts() -> Result<(), String> {
    web::install(crate::console::LOCALES)
}

fn mail_transport(config: &Config, demo: bool) -> Result<(Transport, Option<Catcher>), String> {
    match &config.smtp {
        Some(smtp) if !demo => Ok((Transport::smtp(smtp_settings(smtp, config)?), None)),
        _ => {
            // Without a server nothing may be lost: an operator finds links of invitations as files in data/mail.
            let catcher = if demo {
                Catcher::new()
            } else {
                Catcher::with_folder(config.data.join("mail")).map_err(|e| format!("mail folder: {e}"))?
            };
            Ok((Transport::Catcher(catcher.clone()), Some(catcher)))
        }
    }
}

/// The mail crate's settings from the configuration's.
///
/// # Errors
/// Names the setting that cannot be used.
pub fn smtp_settings(smtp: &crate::config::Smtp, config: &Config) -> Result<mail::SmtpSettings, String> {
    let security = match smtp.security.as_str() {
        "start_tls" => mail::Security::StartTls,
        "tls" => mail::Security::Tls,
        "none" => mail::Security::None,
        other => return Err(format!("smtp.security: {other} is not start_tls, tls or none")),
    };
    let origin = config.origin();
    let hello = origin.split("://").nth(1).and_then(|h| h.split([':', '/']).next()).unwrap_or("localhost").to_owned();
    let mut settings = mail::SmtpSettings::new(&smtp.host, security, &hello);
    settings.port = smtp.port.unwrap_or(settings.port);
    settings.login =
        smtp.user.clone().map(|user| mail::Login { user, password: mail::Secret::new(smtp.password.clone().unwrap_or_default()) });
    Ok(settings)
}
