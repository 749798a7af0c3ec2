//! Questions to the domain name system. The edge: no other file knows a resolver. Nothing is cached, since people watch
//! records appear.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig},
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{RData, RecordType},
};
use tokio::sync::Semaphore;

/// How long one server may take for one answer. Asked twice, then over TCP, a question ends within [`PATIENCE`].
const TIMEOUT: Duration = Duration::from_secs(2);
/// How long a question may take in all.
const PATIENCE: Duration = Duration::from_secs(6);
/// Records of one answer that are looked at: a real domain has a few dozen at most.
const MOST: usize = 100;

/// Questions under way at once: nobody turns this program into a flood. More wait, and count the wait as theirs.
const AT_ONCE: usize = 64;

/// Asks the domain name system.
pub struct Dns {
    /// None where the machine names no server.
    resolver: Option<TokioResolver>,
    places: Semaphore,
}

/// No answer came: neither records nor the word that there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAnswer;

/// A mail server of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Lower is asked first.
    pub preference: u16,
    /// Its name without the last dot; empty where the domain says that it takes no mail (RFC 7505).
    pub host: String,
}

impl Dns {
    /// Asks these servers, or the system's when none is named.
    #[must_use]
    pub fn new(servers: &[SocketAddr]) -> Dns {
        let builder = if servers.is_empty() {
            TokioResolver::builder_tokio().ok()
        } else {
            let config = ResolverConfig::from_name_servers(servers.iter().map(named).collect());
            Some(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()))
        };
        let resolver = builder.and_then(|mut builder| {
            let options = builder.options_mut();
            (options.timeout, options.attempts) = (TIMEOUT, 2);
            (options.cache_size, options.use_hosts_file) = (0, ResolveHosts::Never);
            builder.build().ok()
        });
        Dns { resolver, places: Semaphore::new(AT_ONCE) }
    }

    /// The texts at a name, each joined from its pieces; none when there are none.
    ///
    /// # Errors
    /// No server answered, or only with its own trouble.
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, NoAnswer> {
        let text = |data: &RData| match data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        };
        self.ask(name, RecordType::TXT, text).await
    }

    /// The mail servers of a domain, the preferred first; none when there are none.
    ///
    /// # Errors
    /// As [`Dns::texts`].
    pub async fn mail_servers(&self, domain: &str) -> Result<Vec<MailServer>, NoAnswer> {
        let server = |data: &RData| match data {
            RData::MX(mx) => {
                Some(MailServer { preference: mx.preference, host: mx.exchange.to_ascii().trim_end_matches('.').to_ascii_lowercase() })
            }
            _ => None,
        };
        let mut found = self.ask(domain, RecordType::MX, server).await?;
        found.sort_by(|a, b| (a.preference, &a.host).cmp(&(b.preference, &b.host)));
        Ok(found)
    }

    /// The addresses of a name, of both kinds; none when it has none.
    ///
    /// # Errors
    /// As [`Dns::texts`].
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, NoAnswer> {
        let four = self.ask(name, RecordType::A, |data| if let RData::A(a) = data { Some(IpAddr::V4(a.0)) } else { None });
        let six = self.ask(name, RecordType::AAAA, |data| if let RData::AAAA(a) = data { Some(IpAddr::V6(a.0)) } else { None });
        let (four, six) = tokio::join!(four, six);
        Ok(four?.into_iter().chain(six?).collect())
    }

    async fn ask<T>(&self, name: &str, kind: RecordType, read: impl Fn(&RData) -> Option<T>) -> Result<Vec<T>, NoAnswer> {
        let resolver = self.resolver.as_ref().ok_or(NoAnswer)?;
        let question = async {
            let _place = self.places.acquire().await;
            // The last dot keeps the machine's search list out of it.
            resolver.lookup(format!("{name}."), kind).await
        };
        match tokio::time::timeout(PATIENCE, question).await {
            Ok(Ok(found)) => Ok(found.answers().iter().filter_map(|record| read(&record.data)).take(MOST).collect()),
            Ok(Err(error)) if says_none(&error) => Ok(Vec::new()),
            Ok(Err(_)) | Err(_) => Err(NoAnswer),
        }
    }
}

/// The one way out asks here, so that what is called is what was looked at.
impl egress::Resolve for Dns {
    fn addresses<'a>(&'a self, name: &'a str) -> egress::Addresses<'a> {
        Box::pin(async move { self.addresses(name).await.map_err(|NoAnswer| egress::NoAnswer) })
    }
}

/// Only "there is no such name" and "none of that kind" mean none. A server in trouble (SERVFAIL, REFUSED) has said nothing.
fn says_none(error: &NetError) -> bool {
    use hickory_resolver::{net::DnsError, proto::op::ResponseCode};
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError),
        _ => false,
    }
}

fn named(server: &SocketAddr) -> NameServerConfig {
    let at = |mut connection: ConnectionConfig| {
        connection.port = server.port();
        connection
    };
    NameServerConfig::new(server.ip(), true, vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())])
}
