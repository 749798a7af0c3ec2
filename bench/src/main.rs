//! The numbers of `docs/operating/performance.md`: each bench prints one table and says whether a target is met. Ratios are
//! taken in one run, because the machine is never the same twice. A missed target does not fail the process: read the table. What could
//! not be measured, and a proof that does not hold, does.

mod asof;
mod child;
mod commands;
mod first_load;
mod heartbeats;
mod http;
mod import;
mod licenses;
mod load;
mod memory;
mod place;
mod portfolio;
mod proof;
mod provisioning;
mod report;
mod scim;
mod seed;
mod staff;
mod sync;
mod world;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Durable allocations: HTTP, in process, one commit each; on PostgreSQL against pgbench and against a plain row lock.
    Commands,
    /// Dashboard and customer list at 100 and 10,000 customers while writes go on; first load.
    Portfolio,
    /// The License Pool page and the page of active accounts at 10,000 customers.
    Licenses,
    /// Members from a file, rows a second.
    Import,
    /// Memory of the serving program, idle and under load.
    Memory,
    /// The dashboard as of a past day.
    Asof,
    /// A customer's directory: users created at 64 clients, lists of a tenant with `--rows` members.
    Scim,
    /// Agents that report, in batches and one by one; the access answer beside them.
    Heartbeats,
    /// A directory of `--rows` people read again and again.
    Sync,
    /// 500 tenants queued at once, under kill -9: none lost, none starved, time of each step.
    Provisioning,
    /// Seats under kill -9: nothing oversold, nothing acknowledged lost.
    Proof,
}

/// How to measure.
#[derive(Debug, Clone, Parser)]
#[command(name = "bench", about = "Measures Tenantry against its targets.")]
pub struct Ask {
    /// Which bench.
    what: What,
    /// Seconds of each measured span.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Rounds whose median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// A PostgreSQL server; a database is made on it and dropped again. Without it only SQLite is measured.
    #[arg(long)]
    postgres: Option<String>,
    /// Leave SQLite out.
    #[arg(long)]
    no_sqlite: bool,
    /// Concurrent callers of `commands`.
    #[arg(long, default_value_t = 256)]
    clients: usize,
    /// Customers of the large world (10,000; 1,000 for `asof` and `memory`).
    #[arg(long)]
    customers: Option<usize>,
    /// Gives each customer of the large world 100 members (1 million in all; takes minutes).
    #[arg(long)]
    members: bool,
    /// Rows of `import`, members of `scim`, people of `sync`.
    #[arg(long, default_value_t = 200_000)]
    rows: usize,
    /// Changes of `asof`, per customer.
    #[arg(long, default_value_t = 20)]
    changes: usize,
    /// Attempts of `proof`.
    #[arg(long, default_value_t = 20_000)]
    attempts: usize,
    /// Kills of `proof` and `provisioning`.
    #[arg(long, default_value_t = 5)]
    kills: usize,
    /// Where to put the databases; the machine's temporary folder when absent. Not a RAM disk: commits must be real.
    #[arg(long)]
    folder: Option<PathBuf>,
}

impl Ask {
    /// The engines to measure: none stands for SQLite, else the server's address.
    fn engines(&self) -> Vec<Option<String>> {
        let lite = (!self.no_sqlite).then_some(None);
        lite.into_iter().chain(self.postgres.clone().map(Some)).collect()
    }
    fn span(&self) -> std::time::Duration {
        std::time::Duration::from_secs(self.seconds.max(1))
    }
}

/// An engine's name for a table.
fn engine_name(engine: Option<&str>) -> &'static str {
    if engine.is_some() { "PostgreSQL" } else { "SQLite" }
}

#[tokio::main]
async fn main() -> ExitCode {
    let ask = Ask::parse();
    // The served application listens for these too, and would only stop serving.
    tokio::spawn(async {
        let mut asked = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
        let terminated = async {
            match &mut asked {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = terminated => {}
        }
        std::process::exit(130);
    });
    if cfg!(debug_assertions) {
        println!("This is a debug build: the numbers mean nothing. Use cargo run --release -p bench.");
    }
    let mut ended = ExitCode::SUCCESS;
    for engine in ask.engines() {
        let engine = engine.as_deref();
        let measured = match ask.what {
            What::Commands => commands::measure(&ask, engine).await,
            What::Portfolio => portfolio::measure(&ask, engine).await,
            What::Licenses => licenses::measure(&ask, engine).await,
            What::Import => import::measure(&ask, engine).await,
            What::Memory => memory::measure(&ask, engine).await,
            What::Asof => asof::measure(&ask, engine).await,
            What::Scim => scim::measure(&ask, engine).await,
            What::Heartbeats => heartbeats::measure(&ask, engine).await,
            What::Sync => sync::measure(&ask, engine).await,
            What::Provisioning => provisioning::measure(&ask, engine).await,
            What::Proof => proof::measure(&ask, engine).await,
        };
        if let Err(why) = measured {
            println!("\n{} on {}: {why}", format!("{:?}", ask.what).to_lowercase(), engine_name(engine));
            ended = ExitCode::FAILURE;
        }
    }
    ended
}
