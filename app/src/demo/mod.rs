//! The demo: a world of example customers on a movable clock, served on this machine only.
//!
//! Words: the *plan* is the world on paper, a *story* what happened to one customer, the *seed* its execution as commands.
//! No tables of its own but a line of `installation`. Files: `credentials.json`. Callers: the command line, the router.

mod acts;
mod clock;
mod credentials;
mod crowd;
mod history;
mod licences;
mod memory;
mod pages;
mod people;
mod plan;
mod seed;
mod staff;
#[cfg(test)]
mod tests;

pub use pages::pages;

use std::{
    net::{IpAddr, Ipv4Addr, TcpListener},
    sync::Arc,
};

use store::{Options, Timestamp};

use self::{clock::DemoClock, credentials::Credentials};
use crate::{
    app::{App, Build, Shared},
    config::Config,
    identity::signin,
    server,
};

/// 2026-11-21T09:00:00Z: the demo's first instant unless the command line says otherwise.
pub const START: Timestamp = Timestamp(1_795_251_600_000_000);

/// Serves the demo: writes its world when there is none, then its credentials, then listens.
///
/// # Errors
/// A sentence for the operator.
pub async fn serve(config: Config, customers: u32, clock: Option<Timestamp>) -> Result<(), String> {
    let config = local(config)?;
    memory::clear_half_made(&config)?;
    let (app, credentials) = open(config, customers, clock.unwrap_or(START)).await?;
    credentials.write(&app.config.data)?;
    let noting = tokio::spawn(memory::keep_noting(app.clone()));
    let (shown, told) = (credentials, app.clone());
    let served = server::serve(app.clone(), Some(Box::new(move |_| greet(&told, &shown)))).await;
    noting.abort();
    memory::note(&app, app.house.now()).await?;
    served
}

/// The demo listens on this machine only and mails nobody, whatever the configuration says.
fn local(mut config: Config) -> Result<Config, String> {
    config.listen.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    (config.public_url, config.tls, config.smtp) = (None, None, None);
    if config.listen.port() == 0 {
        // Chosen now, so that links in mail and the credentials name it.
        let free = TcpListener::bind(config.listen).and_then(|l| l.local_addr()).map_err(|e| format!("no free port: {e}"))?;
        config.listen = free;
    }
    Ok(config)
}

/// Opens the world, written if there is none, its clock running.
async fn open(config: Config, customers: u32, start: Timestamp) -> Result<(Shared, Credentials), String> {
    let hand = Arc::new(DemoClock::standing(start));
    let app = App::open(Build { config, clock: hand.clone(), demo: true, options: Options::default() })?;
    if let Some(noted) = memory::noted(&app).await? {
        let kept = Credentials::read(&app.config.data)?;
        hand.run_from(noted.max(start));
        let credentials = Credentials { base_url: app.config.origin(), regions: app.config.regions.clone(), ..kept };
        return Ok((app, credentials));
    }
    if !signin::is_empty(&app).await.map_err(|e| e.to_string())? {
        return Err("this database holds an installation that is no demo: give the demo an empty data folder and database".into());
    }
    memory::begin(&app.config.data)?;
    let credentials = seed::seed(&app, &hand, customers, start).await?;
    // Before the mark goes: a world without its credentials would be of no use.
    credentials.write(&app.config.data)?;
    memory::note(&app, start).await?;
    memory::end(&app.config.data);
    hand.run_from(start);
    Ok((app, credentials))
}

fn greet(app: &App, credentials: &Credentials) {
    let origin = app.config.origin();
    let owner = credentials.staff.iter().find(|s| s.role == "partner_owner");
    let (email, password) = owner.map_or(("", ""), |s| (s.email.as_str(), s.password.as_str()));
    let file = credentials::path(&app.config.data);
    let lines = [
        format!("Tenantry demo   {origin}"),
        format!("Sign in         {email}"),
        format!("Password        {password}"),
        format!("Caught mail     {origin}/dev/mail"),
        format!("Clock           {}  (move it: {origin}/dev/clock)", app.house.now()),
        format!("Everybody else  {}", file.display()),
    ];
    let _ = std::io::Write::write_all(&mut std::io::stdout(), format!("{}\n", lines.join("\n")).as_bytes());
}
