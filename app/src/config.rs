//! Configuration: a TOML file, over it the environment (`TENANTRY_…`), over it the flags. `tenantry config` prints it.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use objects::{Bucket, Place};
use serde::{Deserialize, Serialize};
use store::Where;

/// Everything that can be set. Secrets print as `•`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The origin people and programs use, such as `https://console.example.com`. Links are made from this, never from a request.
    pub public_url: Option<String>,
    /// Folder of the databases, keys, imports and backups.
    pub data: PathBuf,
    /// `postgres://…` for PostgreSQL; nothing for SQLite files in the data folder.
    pub database: Option<String>,
    /// Names of the regions; a customer's region never changes.
    pub regions: Vec<String>,
    /// Buckets for the files of tenants, by region; a region without one keeps them in a folder of the data folder.
    pub buckets: BTreeMap<String, Bucket>,
    /// TLS from files; nothing when a trusted proxy ends TLS.
    pub tls: Option<Tls>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Name servers to ask, as `address:port`; the system's when empty.
    pub dns_servers: Vec<SocketAddr>,
    /// Ranges inside your network that may be called for customers' directories (`10.0.0.0/8`, one address); nothing else inside is.
    pub egress_allow: Vec<String>,
    /// Ports that may be called beside 443, 389, 636, 3268 and 3269.
    pub egress_ports: Vec<u16>,
    /// Files of certificates (PEM) trusted beside the system's.
    pub egress_roots: Vec<PathBuf>,
    /// Outgoing mail; nothing keeps mail in the catcher (demo) or in the queue.
    pub smtp: Option<Smtp>,
    /// `json` or `text`.
    pub log: LogFormat,
    /// Scheduled backups.
    pub backup: Backup,
    /// Limits of requests.
    pub limits: Limits,
    /// What sources may read besides what they call.
    pub sources: Sources,
}

/// Files of a certificate chain and its key, PEM.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The chain.
    pub certificate: PathBuf,
    /// The key.
    pub key: PathBuf,
}

/// How mail leaves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Server name.
    pub host: String,
    /// Port; the usual one of the security when absent.
    pub port: Option<u16>,
    /// `start_tls`, `tls` or `none`.
    #[serde(default = "start_tls")]
    pub security: String,
    /// User, if the server wants one.
    pub user: Option<String>,
    /// Password. Printed as `•`.
    #[serde(default, serialize_with = "dot")]
    pub password: Option<String>,
    /// The sender's address.
    pub from: String,
    /// Addresses and ranges mail leaves from, for the allow-lists of customers. Behind a relay they are the relay's.
    #[serde(default)]
    pub addresses: Vec<String>,
}

fn start_tls() -> String {
    "start_tls".into()
}

fn dot<S: serde::Serializer>(secret: &Option<String>, s: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(_) => s.serialize_some("•"),
        None => s.serialize_none(),
    }
}

/// The log's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Scheduled backups.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// Hours between backups; 0 turns them off.
    pub every_hours: u32,
    /// How many are kept.
    pub keep: u32,
}

/// Limits of requests.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Sign-in attempts a minute, per identity and per address.
    pub sign_in_per_minute: u32,
    /// API requests a minute per token.
    pub api_per_minute: u32,
    /// API requests at once per token.
    pub api_burst: u32,
    /// Requests of an agent a minute.
    pub agent_per_minute: u32,
    /// Agents that one token enrols a minute.
    pub enrol_per_minute: u32,
    /// Trials that strangers may ask for in 24 hours, of the whole installation.
    pub sign_ups_per_day: u32,
}

/// What sources may read on this machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sources {
    /// The watched folder, with a folder for each customer, called by its id; none: nothing is watched.
    pub folder: Option<PathBuf>,
    /// Seconds a file must not have changed before it is read.
    pub settle_seconds: u32,
}

impl Default for Sources {
    fn default() -> Self {
        Sources { folder: None, settle_seconds: 10 }
    }
}
impl Default for Backup {
    fn default() -> Self {
        Backup { every_hours: 24, keep: 14 }
    }
}
impl Default for Limits {
    fn default() -> Self {
        Limits {
            sign_in_per_minute: 10,
            api_per_minute: 50_000,
            api_burst: 5_000,
            agent_per_minute: 60,
            enrol_per_minute: 6_000,
            sign_ups_per_day: 100,
        }
    }
}
impl Default for Config {
    fn default() -> Self {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            data: PathBuf::from("data"),
            database: None,
            regions: vec!["eu".into()],
            buckets: BTreeMap::new(),
            tls: None,
            trusted_proxies: Vec::new(),
            dns_servers: Vec::new(),
            egress_allow: Vec::new(),
            egress_ports: Vec::new(),
            egress_roots: Vec::new(),
            smtp: None,
            log: LogFormat::Text,
            backup: Backup::default(),
            limits: Limits::default(),
            sources: Sources::default(),
        }
    }
}

/// What the command line says over file and environment.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config FILE`.
    pub file: Option<PathBuf>,
    /// `--port`.
    pub port: Option<u16>,
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--database`.
    pub database: Option<String>,
}

impl Config {
    /// Reads file, environment and flags.
    ///
    /// # Errors
    /// A sentence naming the setting that cannot be read.
    #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
    pub fn load(flags: &Flags) -> Result<Config, String> {
        Self::from_parts(flags, std::env::vars().collect())
    }

    fn from_parts(flags: &Flags, environment: BTreeMap<String, String>) -> Result<Config, String> {
        let mut table = match &flags.file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|e| format!("{}: {e}", path.display()))?
                .parse::<toml::Table>()
                .map_err(|e| format!("{}: {e}", path.display()))?,
            None => toml::Table::new(),
        };
        for (name, value) in environment {
            if let Some(key) = name.strip_prefix("TENANTRY_") {
                overlay(&mut table, key, value);
            }
        }
        let mut config: Config = table.try_into().map_err(|e| format!("configuration: {e}"))?;
        if let Some(port) = flags.port {
            config.listen.set_port(port);
        }
        config.data = flags.data.clone().unwrap_or(config.data);
        config.database = flags.database.clone().or(config.database);
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        if self.regions.is_empty()
            || self.regions.iter().any(|r| r.is_empty() || !r.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
        {
            return Err("regions: name at least one; lower-case letters and digits only".into());
        }
        if let Some(stranger) = self.buckets.keys().find(|name| !self.regions.contains(name)) {
            return Err(format!("buckets.{stranger}: there is no region of this name"));
        }
        if let Some(url) = &self.public_url
            && !(url.starts_with("https://") || url.starts_with("http://127.0.0.1") || url.starts_with("http://localhost"))
        {
            return Err("public_url: must start with https:// (http:// only for 127.0.0.1 and localhost)".into());
        }
        if self.sources.folder.as_ref().is_some_and(|folder| !folder.is_absolute() || folder.starts_with(&self.data)) {
            return Err("sources.folder: must be an absolute path outside the data folder".into());
        }
        if self.sources.settle_seconds > 600 {
            return Err("sources.settle_seconds: at most 600".into());
        }
        if let Some(odd) = self.smtp.iter().flat_map(|smtp| &smtp.addresses).find(|a| !is_network(a)) {
            return Err(format!("smtp.addresses: {odd} is neither an address nor a range such as 203.0.113.0/28"));
        }
        Ok(())
    }

    /// The origin links are made from.
    #[must_use]
    pub fn origin(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.public_url.as_deref().map_or_else(|| format!("{scheme}://{}", self.listen), |u| u.trim_end_matches('/').to_owned())
    }

    /// What may be called from here.
    ///
    /// # Errors
    /// A sentence naming the setting that cannot be used.
    pub fn egress_rules(&self) -> Result<egress::Rules, String> {
        let allow = self.egress_allow.iter().map(|range| range.parse().map_err(|e| format!("egress_allow: {e}")));
        let root = |path: &PathBuf| std::fs::read_to_string(path).map_err(|e| format!("egress_roots: {}: {e}", path.display()));
        Ok(egress::Rules {
            allow: allow.collect::<Result<_, _>>()?,
            ports: self.egress_ports.clone(),
            roots: self.egress_roots.iter().map(root).collect::<Result<_, _>>()?,
        })
    }

    /// True when people reach us over TLS: cookies are `__Host-` and Secure then.
    #[must_use]
    pub fn secure(&self) -> bool {
        self.origin().starts_with("https://")
    }

    /// Where the files of tenants lie, by region.
    #[must_use]
    pub fn objects(&self) -> BTreeMap<String, Place> {
        let folder = |name: &str| Place::Folder(self.data.join("objects").join(name));
        let place = |name: &String| self.buckets.get(name).map_or_else(|| folder(name), |bucket| Place::Bucket(bucket.clone()));
        self.regions.iter().map(|name| (name.clone(), place(name))).collect()
    }

    /// Where the control database lives.
    #[must_use]
    pub fn control(&self) -> Where {
        place(&self.data, self.database.as_deref(), "control")
    }

    /// Where a region's database lives.
    #[must_use]
    pub fn region(&self, name: &str) -> Where {
        place(&self.data, self.database.as_deref(), &format!("region_{name}"))
    }
}

/// An address, or a range of them.
fn is_network(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}

/// A home's place: a file in the folder, or a schema of the database.
#[must_use]
pub fn place(data: &Path, database: Option<&str>, home: &str) -> Where {
    match database {
        Some(dsn) => Where::Postgres { dsn: dsn.to_owned(), schema: home.to_owned(), role: "tenantry_app".into() },
        None => Where::Sqlite(data.join(format!("{}.sqlite", home.replace('_', "-")))),
    }
}

/// `TENANTRY_SMTP__HOST=x` sets `smtp.host`; numbers, truth values and comma lists are read as such where they fit.
fn overlay(table: &mut toml::Table, key: &str, value: String) {
    let path: Vec<String> = key.to_ascii_lowercase().split("__").map(str::to_owned).collect();
    // Names the test scripts use for themselves are not settings.
    if path.first().is_some_and(|p| ["test", "binary", "ui"].iter().any(|own| p.starts_with(own))) {
        return;
    }
    let mut table = table;
    for part in &path[..path.len() - 1] {
        let entry = table.entry(part.clone()).or_insert_with(|| toml::Table::new().into());
        let Some(inner) = entry.as_table_mut() else { return };
        table = inner;
    }
    let Some(last) = path.last() else { return };
    let list = matches!(
        last.as_str(),
        "regions" | "trusted_proxies" | "dns_servers" | "addresses" | "egress_allow" | "egress_ports" | "egress_roots"
    );
    let item = |text: &str| text.trim().parse::<i64>().map_or_else(|_| toml::Value::from(text.trim()), toml::Value::from);
    let parsed = if list {
        value.split(',').filter(|v| !v.trim().is_empty()).map(item).collect::<Vec<_>>().into()
    } else if let Ok(number) = value.parse::<i64>() {
        number.into()
    } else if let Ok(truth) = value.parse::<bool>() {
        truth.into()
    } else {
        toml::Value::from(value)
    };
    table.insert(last.clone(), parsed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_environment() {
        let environment = BTreeMap::from([
            ("TENANTRY_LISTEN".into(), "0.0.0.0:9000".into()),
            ("TENANTRY_REGIONS".into(), "eu,us".into()),
            ("TENANTRY_LIMITS__API_BURST".into(), "7".into()),
            ("PATH".into(), "ignored".into()),
        ]);
        let flags = Flags { port: Some(9100), ..Flags::default() };
        let config = Config::from_parts(&flags, environment).expect("reads");
        assert_eq!((config.listen.port(), config.regions.len(), config.limits.api_burst), (9100, 2, 7));
    }

    #[test]
    fn a_bucket_belongs_to_a_region_and_its_secret_is_not_printed() {
        let set = |region: &str| {
            let key = |name: &str| format!("TENANTRY_BUCKETS__{region}__{name}");
            let values = [("BUCKET", "tenants"), ("ACCESS_KEY", "ours"), ("SECRET_KEY", "hunter2"), ("BUCKET_IN_HOST", "true")];
            Config::from_parts(&Flags::default(), values.map(|(name, value)| (key(name), value.to_owned())).into())
        };
        let config = set("EU").expect("reads");
        assert!(matches!(&config.objects()["eu"], Place::Bucket(b) if b.bucket_in_host && b.region == "us-east-1"));
        assert!(!toml::to_string(&config).expect("prints").contains("hunter2"));
        let error = set("MARS").expect_err("refused");
        assert!(error.contains("mars"), "{error}");
        assert!(matches!(&Config::default().objects()["eu"], Place::Folder(at) if at.ends_with("objects/eu")));
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let environment = BTreeMap::from([("TENANTRY_COLOUR".into(), "red".into())]);
        let error = Config::from_parts(&Flags::default(), environment).expect_err("refused");
        assert!(error.contains("colour"), "{error}");
    }

    #[test]
    fn addresses_of_mail_are_addresses() {
        let read = |addresses: &str| {
            let environment = BTreeMap::from([
                ("TENANTRY_SMTP__HOST".into(), "h.example".into()),
                ("TENANTRY_SMTP__FROM".into(), "a@b.example".into()),
                ("TENANTRY_SMTP__ADDRESSES".into(), addresses.into()),
            ]);
            Config::from_parts(&Flags::default(), environment).map(|c| c.smtp.map_or(0, |s| s.addresses.len()))
        };
        assert_eq!(read("203.0.113.7, 2001:db8::/64, 198.51.100.0/28"), Ok(3));
        for wrong in ["mail.example", "203.0.113.0/33", "203.0.113.0/x"] {
            assert!(read(wrong).is_err_and(|e| e.contains(wrong)), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_not_printed() {
        let smtp = Smtp {
            host: "h".into(),
            port: None,
            security: start_tls(),
            user: None,
            password: Some("hunter2".into()),
            from: "a@b.example".into(),
            addresses: Vec::new(),
        };
        let text = toml::to_string(&Config { smtp: Some(smtp), ..Config::default() }).expect("prints");
        assert!(!text.contains("hunter2") && text.contains('•'));
    }
}
