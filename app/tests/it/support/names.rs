//! A name server of the test's own, speaking the real protocol (RFC 1035) over UDP.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use hickory_resolver::proto::{
    op::{Message, MessageType, Query, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{MX, TXT},
    },
};
use tokio::net::UdpSocket;

/// How it answers for a name.
#[derive(Debug, Clone)]
enum Zone {
    Records(Vec<RData>),
    /// Never.
    Silent,
    /// SERVFAIL.
    Broken,
    /// To another question than the one asked.
    Lying(Vec<RData>),
}

/// The server. Names it does not know do not exist.
#[derive(Debug, Clone)]
pub struct Names {
    pub at: SocketAddr,
    zones: Arc<Mutex<HashMap<(String, RecordType), Zone>>>,
}

impl Names {
    /// Starts one; it ends with the test's runtime.
    pub async fn start() -> Names {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let names = Names { at: socket.local_addr().expect("an address"), zones: Arc::default() };
        let serving = names.clone();
        tokio::spawn(async move {
            let mut buffer = [0; 4_096];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                if let Some(answer) = serving.answer(&buffer[..length]) {
                    let _ = socket.send_to(&answer, from).await;
                }
            }
        });
        names
    }

    fn set(&self, name: &str, kind: RecordType, zone: Zone) {
        self.zones.lock().expect("no panic").insert((name.to_ascii_lowercase(), kind), zone);
    }

    pub fn txt(&self, name: &str, texts: &[&str]) {
        self.set(name, RecordType::TXT, Zone::Records(texts.iter().map(|t| text(t)).collect()));
    }

    pub fn mx(&self, name: &str, servers: &[(u16, &str)]) {
        let data = servers.iter().map(|(n, host)| RData::MX(MX::new(*n, Name::from_ascii(host).expect("a name"))));
        self.set(name, RecordType::MX, Zone::Records(data.collect()));
    }

    /// Says nothing when asked for texts of this name.
    pub fn silent(&self, name: &str) {
        self.set(name, RecordType::TXT, Zone::Silent);
    }

    /// Answers with its own trouble.
    pub fn broken(&self, name: &str) {
        self.set(name, RecordType::TXT, Zone::Broken);
    }

    /// Answers as if it had been asked for something else.
    pub fn lying(&self, name: &str, texts: &[&str]) {
        self.set(name, RecordType::TXT, Zone::Lying(texts.iter().map(|t| text(t)).collect()));
    }

    fn answer(&self, question: &[u8]) -> Option<Vec<u8>> {
        let asked = Message::from_vec(question).ok()?;
        let query = asked.queries.first()?.clone();
        let name = query.name().to_ascii().trim_end_matches('.').to_ascii_lowercase();
        let zones = self.zones.lock().expect("no panic");
        let known = zones.keys().any(|(zone, _)| *zone == name);
        let mut reply = Message::response(asked.metadata.id, asked.metadata.op_code);
        reply.metadata.message_type = MessageType::Response;
        (reply.metadata.recursion_desired, reply.metadata.recursion_available) = (true, true);
        let of = |about: &Name, data: &[RData]| data.iter().map(|d| Record::from_rdata(about.clone(), 60, d.clone())).collect::<Vec<_>>();
        match zones.get(&(name, query.query_type())) {
            Some(Zone::Silent) => return None,
            Some(Zone::Broken) => reply.metadata.response_code = ResponseCode::ServFail,
            Some(Zone::Lying(data)) => {
                let about = Name::from_ascii("elsewhere.example.").expect("a name");
                reply.answers = of(&about, data);
                reply.queries = vec![Query::query(about, query.query_type())];
                return reply.to_vec().ok();
            }
            Some(Zone::Records(data)) => reply.answers = of(query.name(), data),
            None if known => {}
            None => reply.metadata.response_code = ResponseCode::NXDomain,
        }
        reply.queries = vec![query];
        reply.to_vec().ok()
    }
}

/// Texts are cut into pieces of 255 bytes, as they travel.
fn text(whole: &str) -> RData {
    let pieces = whole.as_bytes().chunks(255).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect();
    RData::TXT(TXT::new(pieces))
}
