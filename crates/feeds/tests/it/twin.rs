//! A small HTTPS server that a test writes the answers of, and a client that may call it.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use egress::{Addresses, Client, Resolve, Rules};
use feeds::{Cursor, Ended, Fault, News, Person, Secret, Settings};
use rcgen::{CertifiedKey, KeyPair};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    sync::mpsc,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, pem::PemObject},
    },
};
use url::Url;

/// The name every twin has.
pub const NAME: &str = "twin.test";
/// The second at which every fetch begins.
pub const NOW: i64 = 1_790_000_000;

/// What a client asked.
pub struct Asked {
    pub method: String,
    pub url: Url,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Asked {
    pub fn query(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    pub fn form(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// What it is answered.
pub struct Told {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// How much of the body is sent before the line goes dead.
    pub cut: Option<usize>,
}

impl Told {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Told {
        Told { status, headers: Vec::new(), body: body.into(), cut: None }
    }

    pub fn json(status: u16, body: &serde_json::Value) -> Told {
        Told::new(status, body.to_string())
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Told {
        self.headers.push((name, value.into()));
        self
    }
}

/// A running twin.
pub struct Twin {
    pub port: u16,
    pub root: String,
}

impl Twin {
    pub async fn start(answer: impl Fn(Asked) -> Told + Send + Sync + 'static) -> Twin {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let made = rcgen::generate_simple_self_signed(vec![NAME.to_owned()]).expect("a certificate");
        let (tls, answer) = (acceptor(&made), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((bare, _)) = listener.accept().await {
                let (tls, answer) = (tls.clone(), answer.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = tls.accept(bare).await {
                        serve(stream, &*answer).await;
                    }
                });
            }
        });
        Twin { port, root: made.cert.pem() }
    }

    pub fn base(&self) -> String {
        format!("https://{NAME}:{}", self.port)
    }

    pub fn client(&self) -> Client {
        client(self.port, &self.root)
    }
}

/// Every name leads to this machine.
struct Here;

impl Resolve for Here {
    fn addresses<'a>(&'a self, _name: &'a str) -> Addresses<'a> {
        Box::pin(async { Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]) })
    }
}

/// A client that may call this machine on one port, and trusts one certificate.
pub fn client(port: u16, root: &str) -> Client {
    let rules = Rules { allow: vec!["127.0.0.1".parse().expect("a range")], ports: vec![port], roots: vec![root.to_owned()] };
    Client::new(rules, Arc::new(Here)).expect("a client")
}

fn acceptor(made: &CertifiedKey<KeyPair>) -> TlsAcceptor {
    let key = PrivateKeyDer::from_pem_slice(made.signing_key.serialize_pem().as_bytes()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let config = config.expect("versions").with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
    TlsAcceptor::from(Arc::new(config.expect("a certificate")))
}

async fn serve(stream: tokio_rustls::server::TlsStream<tokio::net::TcpStream>, answer: &(dyn Fn(Asked) -> Told + Send + Sync)) {
    let mut stream = BufReader::new(stream);
    while let Some(asked) = asked(&mut stream).await {
        let told = answer(asked);
        let mut head = format!("HTTP/1.1 {} Told\r\ncontent-length: {}\r\n", told.status, told.body.len());
        for (name, value) in &told.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let sent = &told.body[..told.cut.unwrap_or(told.body.len())];
        let written = stream.write_all(&[head.as_bytes(), b"\r\n", sent].concat()).await;
        let _ = stream.flush().await;
        if told.cut.is_some() || written.is_err() {
            return;
        }
    }
}

async fn asked(stream: &mut BufReader<tokio_rustls::server::TlsStream<tokio::net::TcpStream>>) -> Option<Asked> {
    let mut first = String::new();
    stream.read_line(&mut first).await.ok().filter(|length| *length > 0)?;
    let mut words = first.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let url = Url::parse(&format!("https://{NAME}{path}")).ok()?;
    Some(Asked { method, url, headers, body: String::from_utf8(body).ok()? })
}

/// What a fetch told, and how it ended.
pub struct Read {
    pub ended: Result<Ended, Fault>,
    pub pages: Vec<usize>,
    pub news: Vec<News>,
}

impl Read {
    pub fn people(&self) -> Vec<&Person> {
        self.news.iter().filter_map(person).collect()
    }

    pub fn person(&self, user_name: &str) -> &Person {
        self.people().into_iter().find(|person| person.user_name == user_name).expect("that person")
    }

    pub fn fault(&self) -> &Fault {
        self.ended.as_ref().expect_err("a fault")
    }
}

fn person(news: &News) -> Option<&Person> {
    match news {
        News::Is(person) => Some(person),
        News::Gone(_) => None,
    }
}

/// Reads a source to its end.
pub async fn read(net: &Client, settings: &Settings, secret: &str, since: Option<&Cursor>) -> Read {
    let (out, mut arriving) = mpsc::channel::<Vec<News>>(1);
    let secret = Secret::new(secret);
    let collect = async move {
        let (mut pages, mut news) = (Vec::new(), Vec::new());
        while let Some(page) = arriving.recv().await {
            pages.push(page.len());
            news.extend(page);
        }
        (pages, news)
    };
    let (ended, (pages, news)) = tokio::join!(feeds::fetch(net, settings, &secret, since, NOW, out), collect);
    Read { ended, pages, news }
}
