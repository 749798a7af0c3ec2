//! Running pgbench on the same database, and what it said.

use std::{path::PathBuf, process::Stdio};

use crate::{
    Ask, place,
    report::{Table, grouped, median},
    world::World,
};

/// What one run of pgbench came to.
pub struct Ran {
    clients: usize,
    rate: f64,
    millis: f64,
}

/// Connections pgbench may open beside those that are open already.
fn connections(server: &str, wanted: usize) -> Result<usize, String> {
    let sql = "SELECT current_setting('max_connections')::int - count(*) - 12 FROM pg_stat_activity";
    let free = place::answer(server, sql)?.and_then(|n| n.parse::<i64>().ok()).unwrap_or(0);
    usize::try_from(free).ok().filter(|n| *n > 0).map(|n| n.min(wanted)).ok_or_else(|| "PostgreSQL has no connection left".into())
}

fn program() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions.flatten().map(|v| v.path().join("bin/pgbench")).filter(|p| p.exists()).collect();
    found.sort();
    found.pop()
}

/// Runs a script once; at least three seconds, because every connection prepares its statements first.
pub async fn run(ask: &Ask, world: &World, script: Result<String, String>) -> Result<Ran, String> {
    let database = world.config.database.as_deref().ok_or("no PostgreSQL")?;
    let clients = connections(database, ask.clients)?;
    let file = world.config.data.join("script.sql");
    std::fs::write(&file, script?).map_err(|e| e.to_string())?;
    let program = program().unwrap_or_else(|| "pgbench".into());
    let mut command = std::process::Command::new(program);
    command
        .args(["-n", "-M", "prepared", "-j", "2", "--max-tries=20"])
        .args(["-c", &clients.to_string(), "-T", &ask.span().as_secs().max(3).to_string(), "-f"])
        .arg(&file)
        .arg(database)
        .env("PGOPTIONS", "-c role=tenantry_app -c search_path=control")
        .stdin(Stdio::null());
    let ran = tokio::task::spawn_blocking(move || command.output()).await.map_err(|e| e.to_string())?;
    let out = ran.map_err(|e| format!("pgbench: {e}"))?;
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&out.stderr).into_owned();
    let number = |before: &str| said.split(before).nth(1).and_then(|t| t.split_whitespace().next()).and_then(|t| t.parse::<f64>().ok());
    match (number("tps = "), number("latency average = ")) {
        (Some(rate), Some(millis)) if !complaint.contains("aborted") => Ok(Ran { clients, rate, millis }),
        _ => Err(format!(
            "pgbench: {}",
            complaint.lines().filter(|l| l.contains("rror") || l.contains("aborted")).take(2).collect::<Vec<_>>().join(" ")
        )),
    }
}

/// Adds pgbench's line for a script; gives its median, or none when it did not run.
pub fn row(table: &mut Table, script: &str, runs: Vec<Result<Ran, String>>) -> Option<f64> {
    let mut good = Vec::new();
    for run in runs {
        match run {
            Ok(ran) => good.push(ran),
            Err(why) => println!("  {why}"),
        }
    }
    let last = good.last()?;
    let rates: Vec<f64> = good.iter().map(|r| r.rate).collect();
    let all = rates.iter().map(|r| grouped(*r)).collect::<Vec<_>>().join(" ");
    let name = format!("pgbench, {script}, {} connections", last.clients);
    let middle = median(rates);
    table.row(&[name, grouped(middle), format!("{:.1}", last.millis), String::new(), all, String::new()]);
    Some(middle)
}
