//! The command line: `tenantry serve`, `demo`, and the operator's commands.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{
    app::{App, Build},
    config::{Config, Flags, LogFormat},
    imports::{ImportKind, cli::Line},
    operator, server,
};

#[derive(Parser)]
#[command(name = "tenantry", version, about = "One console and one API for all customers of an MSP, and all MSPs of a distributor.")]
struct Cli {
    #[command(subcommand)]
    command: Option<Sub>,
}

#[derive(Args, Clone, Default)]
struct Common {
    /// A TOML file with settings.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Port to listen on.
    #[arg(long)]
    port: Option<u16>,
    /// Folder of databases, keys, imports and backups.
    #[arg(long)]
    data: Option<PathBuf>,
    /// postgres://… instead of SQLite files in the data folder.
    #[arg(long)]
    database: Option<String>,
}

impl Common {
    fn flags(&self) -> Flags {
        Flags { file: self.config.clone(), port: self.port, data: self.data.clone(), database: self.database.clone() }
    }
    fn load(&self) -> Result<Config, String> {
        Config::load(&self.flags())
    }
}

#[derive(Subcommand)]
enum Sub {
    /// Serves the console and the API; prints a one-time set-up link while there is no staff.
    Serve {
        #[command(flatten)]
        common: Common,
    },
    /// Serves a world of example customers on 127.0.0.1, with a movable clock and a mail catcher.
    Demo {
        #[command(flatten)]
        common: Common,
        /// How many customers to seed (at least 45).
        #[arg(long, default_value_t = 45)]
        customers: u32,
        /// The demo's first instant.
        #[arg(long)]
        clock: Option<store::Timestamp>,
    },
    /// Prints the settings in force; secrets as dots.
    Config {
        #[command(flatten)]
        common: Common,
    },
    /// Prints the OpenAPI document.
    Openapi,
    /// Brings the databases to this program's schema, after a backup.
    Migrate {
        #[command(flatten)]
        common: Common,
    },
    /// Looks for what would keep the program from serving well.
    Doctor {
        #[command(flatten)]
        common: Common,
    },
    /// Makes a backup while the program runs, or verifies one.
    Backup {
        #[command(flatten)]
        common: Common,
        /// Folder to write to; data/backups/<time> when absent.
        #[arg(long)]
        to: Option<PathBuf>,
        /// Verify the backup in this folder instead.
        #[arg(long)]
        verify: Option<PathBuf>,
    },
    /// Verifies the audit chains against their signed checkpoints.
    Audit {
        #[command(subcommand)]
        what: AuditSub,
    },
    /// Proves that nothing is left of the customers that were purged.
    Purge {
        #[command(subcommand)]
        what: PurgeSub,
    },
    /// Lets strangers sign up for trials under an MSP, or ends that; without either it says how it stands.
    Signup {
        #[command(flatten)]
        common: Common,
        /// The MSP (`msp_…`) under which their trials come.
        #[arg(long, conflicts_with = "off")]
        msp: Option<store::PartnerId>,
        /// Nobody can sign up any more; what nobody has proved yet is forgotten.
        #[arg(long)]
        off: bool,
    },
    /// Prints the data map: every column, whether it is about a person, how long it is kept.
    DataMap,
    /// Imports a CSV file: customers, members of a customer, or campaign results.
    Import {
        #[command(flatten)]
        common: Common,
        /// `customers`, `members` or `results`.
        #[arg(long)]
        kind: String,
        /// The MSP (`msp_…`).
        #[arg(long)]
        msp: store::PartnerId,
        /// The customer (`cus_…`), for members.
        #[arg(long)]
        customer: Option<store::CustomerId>,
        /// Import the good rows although others are refused.
        #[arg(long)]
        partial: bool,
        /// The file.
        file: PathBuf,
    },
    /// Restores a backup into empty databases.
    Restore {
        #[command(flatten)]
        common: Common,
        /// The backup's folder.
        #[arg(long)]
        from: PathBuf,
    },
    /// Carries a whole installation to another engine and proves the copy by counts and checksums.
    Move {
        /// `sqlite:FOLDER` or `postgres://…`.
        #[arg(long)]
        from: String,
        /// `sqlite:FOLDER` or `postgres://…`; must be empty.
        #[arg(long)]
        to: String,
        /// Names of the regions.
        #[arg(long, value_delimiter = ',', default_value = "eu")]
        regions: Vec<String>,
    },
}

#[derive(Subcommand)]
enum PurgeSub {
    /// Counts what is left of each, table by table.
    Verify {
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Subcommand)]
enum AuditSub {
    /// Walks every chain from its beginning.
    Verify {
        #[command(flatten)]
        common: Common,
    },
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let ran = match cli.command.unwrap_or(Sub::Serve { common: Common::default() }) {
        Sub::Serve { common } => common.load().and_then(serve),
        Sub::Demo { common, customers, clock } => demo(&common, customers, clock),
        Sub::Config { common } => common.load().and_then(|c| print(&toml::to_string_pretty(&c).map_err(|e| e.to_string())?)),
        Sub::Openapi => crate::router::openapi().to_json().map_err(|e| e.to_string()).and_then(|json| print(&json)),
        Sub::Migrate { common } => common.load().and_then(|c| operator::migrate(&c)).and_then(|text| print(&text)),
        Sub::Doctor { common } => common.load().and_then(|c| operator::doctor(&c)).and_then(|text| print(&text)),
        Sub::Backup { verify: Some(folder), .. } => operator::verify(&folder).and_then(|text| print(&text)),
        Sub::Backup { common, to, verify: None } => common.load().and_then(|c| operator::backup(&c, to)).and_then(|text| print(&text)),
        Sub::Audit { what: AuditSub::Verify { common } } => common.load().and_then(audit_verify).and_then(|text| print(&text)),
        Sub::Purge { what: PurgeSub::Verify { common } } => common.load().and_then(purge_verify).and_then(|text| print(&text)),
        Sub::Signup { common, msp, off } => common.load().and_then(|c| sign_up(c, msp, off)).and_then(|text| print(&text)),
        Sub::DataMap => print(&crate::offboarding::data_map::page()),
        Sub::Import { common, kind, msp, customer, partial, file } => {
            let line = ImportKind::parse(&kind).ok_or_else(|| format!("--kind: {kind} is not customers, members or results"));
            let line = line.map(|kind| Line { kind, partner: msp, customer, mapping: None, partial });
            common.load().and_then(|config| import(config, line?, &file)).and_then(|text| print(&text))
        }
        Sub::Restore { common, from } => common.load().and_then(|c| operator::restore(&c, &from)).and_then(|text| print(&text)),
        Sub::Move { from, to, regions } => operator::carry(&from, &to, &regions).and_then(|text| print(&text)),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("tenantry: {message}\n").as_bytes());
            ExitCode::FAILURE
        }
    }
}

fn audit_verify(config: Config) -> Result<String, String> {
    let tell = |w: crate::audit::Walked| {
        let _ =
            std::io::Write::write_all(&mut std::io::stderr(), format!("{} chains, {} entries so far\n", w.chains, w.entries).as_bytes());
    };
    runtime()?.block_on(async { crate::audit::cli_verify(&*App::open(Build::new(config))?, &tell).await })
}

fn purge_verify(config: Config) -> Result<String, String> {
    runtime()?.block_on(async { crate::offboarding::verify(&*App::open(Build::new(config))?).await })
}

/// Turns the public sign-up on or off, and says how it stands.
fn sign_up(config: Config, msp: Option<store::PartnerId>, off: bool) -> Result<String, String> {
    runtime()?.block_on(async {
        let app = App::open(Build::new(config))?;
        if off || msp.is_some() {
            crate::signup::switch(&app, msp).await?;
        }
        Ok(match crate::signup::host(&app).await? {
            Some(msp) => format!("{}/signup is open: trials come under {msp}", app.config.origin()),
            None => "nobody can sign up: name the MSP under which trials come with --msp".to_owned(),
        })
    })
}

/// Imports a file and works it off here, whether or not a server runs beside.
fn import(config: Config, line: Line, file: &std::path::Path) -> Result<String, String> {
    runtime()?.block_on(async {
        let app = App::open(Build::new(config))?;
        let said = crate::imports::cli::import(&app, line, file).await?;
        if let Some(worker) = app.worker() {
            worker.drain().await;
        }
        Ok(said)
    })
}

/// Prints a text; a reader that has gone away is no error.
fn print(text: &str) -> Result<(), String> {
    let _ = std::io::Write::write_all(&mut std::io::stdout(), format!("{}\n", text.trim_end()).as_bytes());
    Ok(())
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| e.to_string())
}

fn serve(config: Config) -> Result<(), String> {
    logging(&config);
    runtime()?.block_on(async {
        operator::backup_before_migration(&config)?;
        let app = App::open(Build::new(config))?;
        let link = crate::identity::setup_link(&app).await?;
        let origin = app.config.origin();
        server::serve(app, Some(Box::new(move |address| welcome(&origin, address, link.as_deref())))).await
    })
}

/// Says where the console is, and on the first run how to come in.
fn welcome(origin: &str, address: std::net::SocketAddr, link: Option<&str>) {
    let _ = print(&match link {
        Some(link) => format!("Tenantry  {origin}  (listening on {address})\nFirst run  {link}  (works once, for a day)"),
        None => format!("Tenantry  {origin}  (listening on {address})"),
    });
}

fn demo(common: &Common, customers: u32, clock: Option<store::Timestamp>) -> Result<(), String> {
    let mut config = common.load()?;
    config.regions = vec!["eu".into(), "us".into()];
    if common.data.is_none() && config.data == Config::default().data {
        config.data = PathBuf::from("data/demo");
    }
    logging(&config);
    runtime()?.block_on(crate::demo::serve(config, customers, clock))
}

fn logging(config: &Config) {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::new("warn,tenantry=info,command=warn,jobs=warn");
    let quiet = EnvFilter::new("warn");
    let _ = match config.log {
        LogFormat::Json => fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init(),
        LogFormat::Text => fmt().with_env_filter(quiet).with_writer(std::io::stderr).try_init(),
    };
}
