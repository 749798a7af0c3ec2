//! What the operator allows.

use std::net::IpAddr;

use url::Host;

use crate::{Kind, Range, Trouble, kind};

/// What the operator allows. The default reaches the public internet on the usual ports and nothing else.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Ranges that may be called although they are not public, also without TLS.
    pub allow: Vec<Range>,
    /// Ports beside the usual ones (443; 389, 636, 3268 and 3269 for a directory).
    pub ports: Vec<u16>,
    /// Certificates (PEM, many in one text are fine) trusted beside the system's.
    pub roots: Vec<String>,
}

/// What is spoken, which decides the usual ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speech {
    Web,
    Directory,
}

impl Rules {
    pub(crate) fn port(&self, host: &str, port: u16, speech: Speech) -> Result<(), Trouble> {
        let usual = match speech {
            Speech::Web => port == 443,
            Speech::Directory => matches!(port, 389 | 636 | 3268 | 3269),
        };
        if usual || self.ports.contains(&port) {
            return Ok(());
        }
        Err(Trouble::forbidden(format!("{host}:{port}"), "the port is not among those this installation allows"))
    }

    /// Judges every address of a name: one bad address spoils them all, for nobody knows which would be taken next time.
    pub(crate) fn addresses(&self, host: &str, addresses: &[IpAddr], plain: bool) -> Result<(), Trouble> {
        if addresses.is_empty() {
            return Err(Trouble::Unreachable(format!("{host} has no address")));
        }
        for ip in addresses.iter().filter(|ip| !self.names(**ip)) {
            if kind(*ip) != Kind::Public {
                return Err(Trouble::forbidden(host, "it lies in a network this installation does not allow"));
            }
            if plain {
                return Err(Trouble::forbidden(host, "it can only be called over https"));
            }
        }
        Ok(())
    }

    /// Whether the operator named this address. What hands out a cloud's credentials must be named alone, not within a range.
    fn names(&self, ip: IpAddr) -> bool {
        let alone = kind(ip) == Kind::Metadata;
        let named = self.allow.iter().any(|range| range.contains(ip) && (range.is_one() || !alone));
        named && behind_nat64(ip).is_none_or(|inner| kind(inner) == Kind::Public || self.names(inner))
    }
}

/// Where the translator of a network without IPv4 leads to (RFC 6052): whoever allows that prefix wants the internet behind
/// it, not what lies inside.
fn behind_nat64(ip: IpAddr) -> Option<IpAddr> {
    match ip {
        IpAddr::V6(ip) if ip.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] => {
            let [.., a, b, c, d] = ip.octets();
            Some(IpAddr::from([a, b, c, d]))
        }
        _ => None,
    }
}

/// Reads a host the way an address line does, so that `127.1`, `0x7f000001` and `2130706433` are the address they mean.
pub(crate) fn host(text: &str) -> Result<Host, Trouble> {
    // An address line puts IPv6 in brackets, a settings form does not.
    let bracketed = text.parse::<std::net::Ipv6Addr>().map(|ip| format!("[{ip}]"));
    Host::parse(bracketed.as_deref().unwrap_or(text)).map_err(|error| Trouble::BadAddress(format!("{text}: {error}")))
}
