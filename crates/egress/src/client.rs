//! The client.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::dns::{Addrs, Name, Resolve as Lookup, Resolving};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use url::{Host, Url};

use crate::{
    Answer, Call, Resolve, Rules, Trouble,
    rules::{Speech, host},
};

/// How long a connection may take to stand, name and handshake included.
const CONNECT: Duration = Duration::from_secs(15);
/// How long an answer may say nothing.
const SILENCE: Duration = Duration::from_secs(60);
/// Addresses of one name that are looked at.
const MOST_ADDRESSES: usize = 32;
/// What this program calls itself.
const AGENT: &str = concat!("Tenantry/", env!("CARGO_PKG_VERSION"));

/// A connection whose other end has proved its name.
pub type Secured = TlsStream<TcpStream>;

/// The one way out. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    door: Door,
    tls: Arc<ClientConfig>,
    /// For https.
    secure: reqwest::Client,
    /// For http, where the operator's ranges allow it.
    plain: reqwest::Client,
}

/// Names to judged addresses.
#[derive(Clone)]
struct Door {
    rules: Arc<Rules>,
    resolver: Arc<dyn Resolve>,
}

impl Client {
    /// Builds the client. The system's certificates are read here, once.
    ///
    /// # Errors
    /// A certificate in the rules cannot be read.
    pub fn new(rules: Rules, resolver: Arc<dyn Resolve>) -> Result<Client, Trouble> {
        let tls = tls(&rules.roots)?;
        let door = Door { rules: Arc::new(rules), resolver };
        let build = |plain: bool| {
            reqwest::Client::builder()
                .user_agent(AGENT)
                .tls_backend_preconfigured(tls.clone())
                .https_only(!plain)
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .no_proxy()
                .connect_timeout(CONNECT)
                .read_timeout(SILENCE)
                .dns_resolver(Judged { door: door.clone(), plain })
                .build()
                .map_err(|error| Trouble::BadAddress(error.to_string()))
        };
        Ok(Client { secure: build(false)?, plain: build(true)?, tls: Arc::new(tls), door })
    }

    /// Asks over HTTP. Any status is an answer.
    ///
    /// # Errors
    /// The place may not be called, or no answer came from it.
    pub async fn send(&self, call: Call) -> Result<Answer, Trouble> {
        let plain = self.judge(&call.url)?;
        let client = if plain { &self.plain } else { &self.secure };
        let sent = client.request(call.method, call.url).headers(call.headers).body(call.body).timeout(call.patience).send().await;
        Answer::new(sent.map_err(|error| Trouble::before_answer(&error))?, call.most)
    }

    /// Whether the address is a plain one. A host that is an address needs no resolver, so it is judged here.
    fn judge(&self, url: &Url) -> Result<bool, Trouble> {
        let plain = match url.scheme() {
            "https" => false,
            "http" => true,
            other => return Err(Trouble::BadAddress(format!("{other} is neither https nor http"))),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Trouble::BadAddress("a user or password does not belong in an address".to_owned()));
        }
        let text = url.host_str().unwrap_or_default();
        self.door.rules.port(text, url.port_or_known_default().unwrap_or(0), Speech::Web)?;
        match url.host() {
            Some(Host::Ipv4(ip)) => self.door.rules.addresses(text, &[ip.into()], plain)?,
            Some(Host::Ipv6(ip)) => self.door.rules.addresses(text, &[ip.into()], plain)?,
            Some(Host::Domain(_)) => {}
            None => return Err(Trouble::BadAddress("it names no host".to_owned())),
        }
        Ok(plain)
    }

    /// Opens a bare connection to a directory. The next word on it has to be about TLS: see [`Client::secure`].
    ///
    /// # Errors
    /// The place may not be called, or nobody is there.
    pub async fn connect(&self, name: &str, port: u16) -> Result<TcpStream, Trouble> {
        let host = host(name)?;
        self.door.rules.port(name, port, Speech::Directory)?;
        let attempt = async {
            let addresses = match host {
                Host::Ipv4(ip) => self.door.judged(name, vec![ip.into()], false)?,
                Host::Ipv6(ip) => self.door.judged(name, vec![ip.into()], false)?,
                Host::Domain(domain) => self.door.ask(&domain, false).await?,
            };
            let addresses: Vec<SocketAddr> = addresses.into_iter().map(|ip| SocketAddr::new(ip, port)).collect();
            TcpStream::connect(&addresses[..]).await.map_err(|error| Trouble::Unreachable(error.to_string()))
        };
        tokio::time::timeout(CONNECT, attempt).await.map_err(|_| Trouble::Slow)?
    }

    /// Has the other end prove that it is this name, and hides what follows.
    ///
    /// # Errors
    /// It does not prove it, or does not speak TLS.
    pub async fn secure(&self, stream: TcpStream, name: &str) -> Result<Secured, Trouble> {
        let server = match host(name)? {
            Host::Ipv4(ip) => ServerName::IpAddress(IpAddr::V4(ip).into()),
            Host::Ipv6(ip) => ServerName::IpAddress(IpAddr::V6(ip).into()),
            Host::Domain(domain) => ServerName::try_from(domain).map_err(|error| Trouble::BadAddress(error.to_string()))?,
        };
        let handshake = TlsConnector::from(self.tls.clone()).connect(server, stream);
        let done = tokio::time::timeout(CONNECT, handshake).await.map_err(|_| Trouble::Slow)?;
        done.map_err(|error| Trouble::of_handshake(&error))
    }
}

impl Door {
    async fn ask(&self, name: &str, plain: bool) -> Result<Vec<IpAddr>, Trouble> {
        let answer = self.resolver.addresses(name.trim_end_matches('.')).await;
        let addresses = answer.map_err(|_| Trouble::Unreachable(format!("no name server answered for {name}")))?;
        self.judged(name, addresses, plain)
    }

    fn judged(&self, name: &str, mut addresses: Vec<IpAddr>, plain: bool) -> Result<Vec<IpAddr>, Trouble> {
        self.rules.addresses(name, &addresses, plain)?;
        addresses.truncate(MOST_ADDRESSES);
        Ok(addresses)
    }
}

/// Hands the HTTP client only addresses that were judged: what it connects to is what was looked at.
struct Judged {
    door: Door,
    plain: bool,
}

impl Lookup for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        let (door, plain) = (self.door.clone(), self.plain);
        Box::pin(async move {
            let addresses = door.ask(name.as_str(), plain).await?;
            // Port 0: the client puts the address line's in.
            Ok(Box::new(addresses.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}

/// Ring, the system's certificates and the operator's.
fn tls(extra: &[String]) -> Result<ClientConfig, Trouble> {
    let mut roots = RootCertStore::empty();
    // A system without certificates still has the operator's; a call then says that it trusts nobody.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for text in extra {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
            let certificate = certificate.map_err(|error| Trouble::Certificate(format!("an extra root cannot be read: {error}")))?;
            roots.add(certificate).map_err(|error| Trouble::of_tls(&error))?;
        }
        if roots.len() == before {
            return Err(Trouble::Certificate("an extra root holds no certificate".to_owned()));
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Trouble::of_tls(&error))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
