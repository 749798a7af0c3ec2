//! Where mail goes and how we sign in there.

use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;

use crate::Secret;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// Plain first, then STARTTLS, which must succeed. Port 587.
    StartTls,
    /// TLS from the first byte. Port 465.
    Tls,
    /// No protection: a relay on the same machine.
    None,
}

/// Which addresses a host name may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Any: settings made by the operator of this installation.
    #[default]
    Anywhere,
    /// Only public ones: settings typed in by a tenant must not explore our own network.
    PublicOnly,
}

/// User name and password.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Login {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// One SMTP server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SmtpSettings {
    /// Host name; its certificate must carry it.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Absent where the server asks for none.
    #[serde(default)]
    pub login: Option<Login>,
    /// The name we greet with; our own host name.
    pub hello: String,
    /// Which addresses the host may resolve to.
    #[serde(default)]
    pub reach: Reach,
    /// Connections open at once.
    #[serde(default = "four")]
    pub connections: u8,
    /// Seconds to wait for any one answer before the message is handed over.
    #[serde(default = "thirty")]
    pub patience: u64,
    /// Seconds to wait for the answer to the message itself. RFC 5321 asks for ten minutes: giving up
    /// earlier leaves mail of which nobody knows whether it arrived.
    #[serde(default = "ten_minutes")]
    pub final_patience: u64,
}

fn four() -> u8 {
    4
}

fn thirty() -> u64 {
    30
}

fn ten_minutes() -> u64 {
    600
}

impl SmtpSettings {
    /// Settings with the usual port, four connections and 30 seconds of patience.
    pub fn new(host: impl Into<String>, security: Security, hello: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: match security {
                Security::StartTls => 587,
                Security::Tls => 465,
                Security::None => 25,
            },
            security,
            login: None,
            hello: hello.into(),
            reach: Reach::default(),
            connections: four(),
            patience: thirty(),
            final_patience: ten_minutes(),
        }
    }

    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.patience.max(1))
    }

    pub(crate) fn final_patience(&self) -> Duration {
        Duration::from_secs(self.final_patience.max(1))
    }
}

impl Reach {
    pub(crate) fn allows(self, address: IpAddr) -> bool {
        self == Self::Anywhere || egress::kind(address.to_canonical()) == egress::Kind::Public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_reach_no_inner_network() {
        let private = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
        ];
        for address in private {
            assert!(!Reach::PublicOnly.allows(address.parse().unwrap()), "{address}");
        }
        for address in ["9.9.9.9", "2620:fe::fe"] {
            assert!(Reach::PublicOnly.allows(address.parse().unwrap()), "{address}");
        }
    }
}
