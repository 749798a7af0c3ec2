//! The real program as a process of its own.

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use tenantry::config::Config;

use crate::http;

/// A running `tenantry serve`. Killed when dropped.
pub struct Child {
    process: std::process::Child,
    /// Where it listens.
    pub address: SocketAddr,
}

/// The program beside this one, of the same build.
fn program() -> Result<PathBuf, String> {
    let beside = std::env::current_exe().map_err(|e| e.to_string())?.with_file_name("tenantry");
    if beside.exists() { Ok(beside) } else { Err(format!("{} is not built: cargo build --release first", beside.display())) }
}

/// A port nobody uses just now.
pub fn free_port() -> Result<u16, String> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(|e| e.to_string())?;
    listener.local_addr().map(|a| a.port()).map_err(|e| e.to_string())
}

impl Child {
    /// Starts it on a world's databases and waits until it answers.
    pub async fn start(config: &Config, port: u16) -> Result<Child, String> {
        let mut command = Command::new(program()?);
        command.args(["serve", "--port", &port.to_string(), "--data"]).arg(&config.data);
        if let Some(database) = &config.database {
            command.args(["--database", database]);
        }
        let most = u32::MAX.to_string();
        let ports: Vec<String> = config.egress_ports.iter().map(ToString::to_string).collect();
        let log = std::fs::File::options().create(true).append(true).open(config.data.join("child.log")).map_err(|e| e.to_string())?;
        command
            .envs([
                ("TENANTRY_LIMITS__API_PER_MINUTE", most.as_str()),
                ("TENANTRY_LIMITS__API_BURST", &most),
                ("TENANTRY_BACKUP__EVERY_HOURS", "0"),
                ("TENANTRY_EGRESS_ALLOW", &config.egress_allow.join(",")),
                ("TENANTRY_EGRESS_PORTS", &ports.join(",")),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let process = command.spawn().map_err(|e| e.to_string())?;
        let mut child = Child { process, address: SocketAddr::from(([127, 0, 0, 1], port)) };
        for _ in 0..600 {
            if let Ok((200, _)) = http::once(child.address, &http::get("/readyz", &[])).await {
                return Ok(child);
            }
            if let Ok(Some(ended)) = child.process.try_wait() {
                let log = std::fs::read_to_string(config.data.join("child.log")).unwrap_or_default();
                return Err(format!("the program ended ({ended}): {}", log.lines().last().unwrap_or_default()));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("the program did not answer within 30 seconds".into())
    }

    /// `kill -9`.
    pub fn kill(self) {
        drop(self);
    }

    /// A line of `/proc/…/status` in megabytes: `VmRSS`, `VmHWM`.
    pub fn megabytes(&self, line: &str) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let found = status.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(':'))?;
        found.split_whitespace().next()?.parse::<f64>().ok().map(|kb| kb / 1024.0)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
