//! The wall: what may be called, and what comes of it. Every server here counts who knocks.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use egress::{Addresses, Call, Client, Kind, Range, Resolve, Rules, Trouble, Url, kind};
use proptest::prelude::*;
use rcgen::{CertifiedKey, KeyPair};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, pem::PemObject},
    },
};

/// Answers with these lists one after the other, and the last for ever.
struct Names(Mutex<Vec<Vec<IpAddr>>>);

impl Names {
    fn say(lists: &[&[&str]]) -> Arc<Names> {
        let read = |list: &&[&str]| list.iter().map(|ip| ip.parse().expect("an address")).collect();
        Arc::new(Names(Mutex::new(lists.iter().rev().map(read).collect())))
    }
}

impl Resolve for Names {
    fn addresses<'a>(&'a self, _name: &'a str) -> Addresses<'a> {
        let mut lists = self.0.lock().expect("lists");
        let answer = if lists.len() > 1 { lists.pop() } else { lists.last().cloned() };
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}

/// A server on this machine that says one thing, and counts.
struct Server {
    port: u16,
    knocks: Arc<AtomicUsize>,
    root: Option<String>,
}

impl Server {
    /// With a certificate for this name, or in the open.
    async fn start(name: Option<&str>, answer: &'static [u8]) -> Server {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let (port, knocks) = (listener.local_addr().expect("an address").port(), Arc::new(AtomicUsize::new(0)));
        let made = name.map(|name| rcgen::generate_simple_self_signed(vec![name.to_owned()]).expect("a certificate"));
        let root = made.as_ref().map(|made| made.cert.pem());
        let (tls, count) = (made.map(|made| acceptor(&made)), knocks.clone());
        tokio::spawn(async move {
            while let Ok((mut bare, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let tls = tls.clone();
                tokio::spawn(async move {
                    match tls {
                        None => speak(&mut bare, answer).await,
                        Some(tls) => {
                            if let Ok(mut hidden) = tls.accept(bare).await {
                                speak(&mut hidden, answer).await;
                            }
                        }
                    }
                });
            }
        });
        Server { port, knocks, root }
    }

    fn knocks(&self) -> usize {
        self.knocks.load(Ordering::SeqCst)
    }

    fn rules(&self, allow: &[&str]) -> Rules {
        let allow = allow.iter().map(|range| range.parse().expect("a range")).collect();
        Rules { allow, ports: vec![self.port], roots: self.root.clone().into_iter().collect() }
    }
}

fn acceptor(made: &CertifiedKey<KeyPair>) -> TlsAcceptor {
    let key = PrivateKeyDer::from_pem_slice(made.signing_key.serialize_pem().as_bytes()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let config = config.expect("versions").with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
    TlsAcceptor::from(Arc::new(config.expect("a certificate")))
}

async fn speak(stream: &mut (impl AsyncReadExt + AsyncWriteExt + Unpin), answer: &[u8]) {
    let mut seen = Vec::new();
    while !seen.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => seen.push(byte),
            Err(_) => return,
        }
    }
    let _ = stream.write_all(answer).await;
    // An answer that never ends is dripped byte by byte.
    while answer.ends_with(b"drip\r\n\r\n") {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if stream.write_all(b"x").await.is_err() {
            return;
        }
    }
    let _ = stream.shutdown().await;
}

const FINE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

async fn body(client: &Client, url: &str) -> Result<Vec<u8>, Trouble> {
    client.send(Call::get(Url::parse(url).expect("an address"))).await?.all().await
}

fn client(rules: Rules, names: Arc<Names>) -> Client {
    Client::new(rules, names).expect("a client")
}

#[tokio::test]
async fn a_named_range_is_reached_with_a_certificate_that_fits() {
    let server = Server::start(Some("inside.test"), FINE).await;
    let names = Names::say(&[&["127.0.0.1"]]);
    let reached = body(&client(server.rules(&["127.0.0.0/8"]), names.clone()), &format!("https://inside.test:{}/", server.port)).await;
    assert_eq!(reached.as_deref(), Ok(&b"hello"[..]));
    let other = body(&client(server.rules(&["127.0.0.0/8"]), names.clone()), &format!("https://other.test:{}/", server.port)).await;
    assert!(matches!(other, Err(Trouble::Certificate(_))), "{other:?}");
    let unknown = Rules { roots: Vec::new(), ..server.rules(&["127.0.0.0/8"]) };
    let unknown = body(&client(unknown, names), &format!("https://inside.test:{}/", server.port)).await;
    assert!(matches!(unknown, Err(Trouble::Certificate(_))), "{unknown:?}");
}

#[tokio::test]
async fn every_spelling_of_this_machine_is_refused_before_anybody_knocks() {
    let server = Server::start(None, FINE).await;
    let client = client(server.rules(&[]), Names::say(&[&["127.0.0.1"]]));
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "0.0.0.0",
        "localhost",
        "①②⑦.0.0.1",
    ] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{}/", server.port);
            let told = body(&client, &url).await;
            assert!(matches!(told, Err(Trouble::Forbidden { .. })), "{url}: {told:?}");
        }
        let told = client.connect(host.trim_matches(['[', ']']), server.port).await.map(drop);
        assert!(matches!(told, Err(Trouble::Forbidden { .. })), "{host}: {told:?}");
    }
    assert_eq!(server.knocks(), 0);
}

#[tokio::test]
async fn one_bad_address_among_good_ones_spoils_the_name() {
    let server = Server::start(None, FINE).await;
    let client = client(server.rules(&[]), Names::say(&[&["93.184.216.34", "127.0.0.1"]]));
    let told = body(&client, &format!("https://mixed.test:{}/", server.port)).await;
    assert!(matches!(told, Err(Trouble::Forbidden { .. })), "{told:?}");
    let told = client.connect("mixed.test", server.port).await.map(drop);
    assert!(matches!(told, Err(Trouble::Forbidden { .. })), "{told:?}");
    assert_eq!(server.knocks(), 0);
}

/// A name that leads to an allowed place when it is asked first and inside when it is asked again.
#[tokio::test]
async fn a_name_that_changes_its_mind_is_judged_each_time() {
    let server = Server::start(Some("rebind.test"), b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello").await;
    let names = Names::say(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let client = client(server.rules(&["127.0.0.1"]), names);
    let url = format!("https://rebind.test:{}/", server.port);
    assert_eq!(body(&client, &url).await.as_deref(), Ok(&b"hello"[..]));
    let again = body(&client, &url).await;
    assert!(matches!(again, Err(Trouble::Forbidden { .. })), "{again:?}");
    assert_eq!(server.knocks(), 1);
}

#[tokio::test]
async fn http_only_where_the_operator_named_the_range() {
    let server = Server::start(None, FINE).await;
    let url = format!("http://inside.test:{}/", server.port);
    assert_eq!(body(&client(server.rules(&["127.0.0.1/32"]), Names::say(&[&["127.0.0.1"]])), &url).await.as_deref(), Ok(&b"hello"[..]));
    let public = body(&client(server.rules(&["127.0.0.1/32"]), Names::say(&[&["93.184.216.34"]])), &url).await;
    assert!(matches!(public, Err(Trouble::Forbidden { .. })), "{public:?}");
}

#[tokio::test]
async fn ports_schemes_and_passwords_that_are_not_allowed() {
    let client = client(Rules { allow: vec!["127.0.0.1".parse().expect("a range")], ..Rules::default() }, Names::say(&[&["127.0.0.1"]]));
    for url in ["https://a.test:22/", "https://a.test:8443/", "http://a.test/"] {
        assert!(matches!(body(&client, url).await, Err(Trouble::Forbidden { .. })), "{url}");
    }
    for url in ["ftp://a.test/", "file:///etc/passwd", "https://user:secret@a.test/", "data:text/plain,x"] {
        assert!(matches!(body(&client, url).await, Err(Trouble::BadAddress(_))), "{url}");
    }
    assert!(matches!(client.connect("a.test", 22).await, Err(Trouble::Forbidden { .. })));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let server = Server::start(None, b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 0\r\n\r\n").await;
    let client = client(server.rules(&["127.0.0.1"]), Names::say(&[&["127.0.0.1"]]));
    let answer = client.send(Call::get(Url::parse(&format!("http://a.test:{}/", server.port)).expect("an address"))).await;
    assert_eq!(answer.map(|answer| answer.status()).ok(), Some(302));
    assert_eq!(server.knocks(), 1);
}

#[tokio::test]
async fn an_answer_has_a_size_a_time_and_an_end() {
    let large = Server::start(None, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nhello\r\n0\r\n\r\n").await;
    let told = Server::start(None, b"HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n").await;
    let cut = Server::start(None, b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello").await;
    let slow = Server::start(None, b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\nx: drip\r\n\r\n").await;
    let call = |server: &Server| {
        let client = client(server.rules(&["127.0.0.1"]), Names::say(&[&["127.0.0.1"]]));
        let call = Call::get(Url::parse(&format!("http://a.test:{}/", server.port)).expect("an address"));
        async move { client.send(call.most(9).patience(Duration::from_secs(2))).await?.all().await }
    };
    assert_eq!(call(&large).await, Err(Trouble::TooMuch(9)));
    assert_eq!(call(&told).await, Err(Trouble::TooMuch(9)));
    assert!(matches!(call(&cut).await, Err(Trouble::TooMuch(_))));
    let whole = client(cut.rules(&["127.0.0.1"]), Names::say(&[&["127.0.0.1"]]));
    assert!(matches!(body(&whole, &format!("http://a.test:{}/", cut.port)).await, Err(Trouble::BrokenOff(_))));
    let patient = client(slow.rules(&["127.0.0.1"]), Names::say(&[&["127.0.0.1"]]));
    let slowly = Call::get(Url::parse(&format!("http://a.test:{}/", slow.port)).expect("an address")).patience(Duration::from_secs(1));
    let answer = patient.send(slowly).await.expect("a head").all().await;
    assert_eq!(answer, Err(Trouble::BrokenOff("it took too long".to_owned())));
}

#[tokio::test]
async fn a_closed_port_and_a_name_without_addresses_are_unreachable() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let rules = Rules { allow: vec!["127.0.0.1".parse().expect("a range")], ports: vec![port], roots: Vec::new() };
    let closed = body(&client(rules.clone(), Names::say(&[&["127.0.0.1"]])), &format!("https://a.test:{port}/")).await;
    assert!(matches!(closed, Err(Trouble::Unreachable(_))), "{closed:?}");
    let nowhere = body(&client(rules, Names::say(&[&[]])), &format!("https://a.test:{port}/")).await;
    assert!(matches!(nowhere, Err(Trouble::Unreachable(_))), "{nowhere:?}");
}

#[test]
fn a_root_that_cannot_be_read_is_said_at_the_start() {
    let broken = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
    for roots in [vec![broken.to_owned()], vec!["no certificate at all".to_owned()]] {
        assert!(Client::new(Rules { roots, ..Rules::default() }, Names::say(&[&[]])).is_err());
    }
}

#[test]
fn what_addresses_are_for() {
    for (text, is) in [
        ("1.1.1.1", Kind::Public),
        ("93.184.216.34", Kind::Public),
        ("2606:4700:4700::1111", Kind::Public),
        ("10.1.2.3", Kind::Private),
        ("172.31.255.255", Kind::Private),
        ("172.32.0.0", Kind::Public),
        ("192.168.0.1", Kind::Private),
        ("100.64.0.1", Kind::Shared),
        ("100.128.0.1", Kind::Public),
        ("169.254.1.1", Kind::LinkLocal),
        ("169.254.169.254", Kind::Metadata),
        ("168.63.129.16", Kind::Metadata),
        ("100.100.100.200", Kind::Metadata),
        ("fd00:ec2::254", Kind::Metadata),
        ("fd00::1", Kind::Private),
        ("fe80::1", Kind::LinkLocal),
        ("ff02::1", Kind::Multicast),
        ("239.1.1.1", Kind::Multicast),
        ("255.255.255.255", Kind::Reserved),
        ("::", Kind::Reserved),
        ("::1", Kind::Loopback),
        ("::ffff:1.1.1.1", Kind::Embedded),
        ("64:ff9b::1.1.1.1", Kind::Embedded),
        ("64:ff9b:1::1", Kind::Embedded),
        ("2002:a00:1::", Kind::Embedded),
        ("2001::1", Kind::Embedded),
        ("2001:db8::1", Kind::Reserved),
        ("fec0::1", Kind::Reserved),
        ("4000::1", Kind::Reserved),
    ] {
        assert_eq!(kind(text.parse().expect("an address")), is, "{text}");
    }
}

proptest! {
    /// Held against the standard library, which knows some of the ranges by itself.
    #[test]
    fn nothing_the_standard_library_calls_special_is_public(bits: u32) {
        let ip = Ipv4Addr::from(bits);
        let special = ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_multicast() || ip.is_broadcast()
            || ip.is_documentation() || ip.is_unspecified() || bits >> 24 == 0 || bits >> 28 == 15 || bits >> 22 == 0b01_1001_0001;
        prop_assert!(!special || kind(ip.into()) != Kind::Public, "{ip}");
    }

    #[test]
    fn special_ranges_are_hit(last: u16, which in 0usize..8) {
        let base = [[10, 0], [127, 0], [169, 254], [172, 20], [192, 168], [224, 1], [240, 1], [100, 80]][which];
        let [high, low] = last.to_be_bytes();
        prop_assert_ne!(kind(IpAddr::from([base[0], base[1], high, low])), Kind::Public);
    }

    #[test]
    fn an_ipv4_address_inside_an_ipv6_address_is_never_public(bits: u32) {
        let ip = Ipv4Addr::from(bits);
        let [a, b, c, d] = ip.octets();
        for text in [format!("::ffff:{ip}"), format!("::{ip}"), format!("::ffff:0:{ip}"), format!("64:ff9b::{ip}"),
            format!("2002:{:x}:{:x}::", u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))] {
            prop_assert_ne!(kind(text.parse().expect("an address")), Kind::Public, "{}", text);
        }
    }

    #[test]
    fn only_global_unicast_is_public(bits: u128) {
        let public = kind(IpAddr::V6(bits.into())) == Kind::Public;
        prop_assert!(!public || bits >> 125 == 1);
    }

    /// A range holds what shares its leading bits, and nothing of the other family.
    #[test]
    fn a_range_holds_what_shares_its_bits(base: u32, other: u32, bits in 0u8..=32) {
        let range: Range = format!("{}/{bits}", Ipv4Addr::from(base)).parse().expect("a range");
        let shares = bits == 0 || base >> (32 - bits) == other >> (32 - bits);
        prop_assert_eq!(range.contains(Ipv4Addr::from(other).into()), shares);
        prop_assert!(!range.contains(Ipv4Addr::from(base).to_ipv6_mapped().into()));
        prop_assert_eq!(range.to_string().parse::<Range>(), Ok(range));
    }

    #[test]
    fn junk_is_no_range_and_never_panics(text in "\\PC{0,30}") {
        let _ = text.parse::<Range>();
    }
}

/// A network without IPv4 reaches the internet through its translator, and nothing else through it.
#[tokio::test]
async fn a_translator_that_is_allowed_leads_outside_only() {
    let rules = Rules { allow: vec!["64:ff9b::/96".parse().expect("a range")], ..Rules::default() };
    for (ip, inside) in [("64:ff9b::5db8:d822", false), ("64:ff9b::7f00:1", true), ("64:ff9b::a9fe:a9fe", true)] {
        let client = client(rules.clone(), Names::say(&[&[ip]]));
        let call = Call::get(Url::parse("https://a.test/").expect("an address")).patience(Duration::from_millis(50));
        let told = client.send(call).await.map(drop);
        assert_eq!(matches!(told, Err(Trouble::Forbidden { .. })), inside, "{ip}: {told:?}");
    }
}

/// A wide range does not hand out a cloud's credentials: that address has to be named alone.
#[tokio::test]
async fn metadata_has_to_be_named_alone() {
    let rules = |range: &str| Rules { allow: vec![range.parse().expect("a range")], ports: vec![80], roots: Vec::new() };
    let told = |rules: Rules| async move {
        let client = client(rules, Names::say(&[&["169.254.169.254"]]));
        let call = Call::get(Url::parse("http://169.254.169.254/latest/meta-data").expect("an address"));
        client.send(call.patience(Duration::from_millis(50))).await.map(drop)
    };
    assert!(matches!(told(rules("169.254.0.0/16")).await, Err(Trouble::Forbidden { .. })));
    assert!(!matches!(told(rules("169.254.169.254/32")).await, Err(Trouble::Forbidden { .. })));
}
