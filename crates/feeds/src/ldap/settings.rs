//! What an LDAP source is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::filter::Filter;
use crate::Fault;

/// How the connection is hidden. There is no third way: a password never goes over an open line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// TLS from the first byte (port 636).
    #[default]
    Ldaps,
    /// An open connection (port 389) that turns to TLS before anything is said.
    StartTls,
}

/// Whose names for attributes are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schema {
    /// Microsoft Active Directory.
    #[default]
    ActiveDirectory,
    /// OpenLDAP and others that know inetOrgPerson (RFC 2798) and entryUUID (RFC 4530).
    InetOrgPerson,
}

/// An LDAP directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Its name, as it stands in its certificate.
    pub host: String,
    /// 636 for LDAPS and 389 for StartTLS, where nothing else is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How the connection is hidden.
    #[serde(default)]
    pub tls: Tls,
    /// Whose names for attributes are used.
    #[serde(default)]
    pub schema: Schema,
    /// Who signs in: a distinguished name, or `user@domain` for Active Directory. The secret is their password.
    pub bind_dn: String,
    /// Where the people are, such as `OU=Staff,DC=example,DC=com`; everything below counts.
    pub base: String,
    /// Which entries are people; the schema's usual filter where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Only members of this group (its distinguished name), also through groups in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Attributes that differ from the schema's.
    #[serde(default, skip_serializing_if = "Attributes::is_usual")]
    pub attributes: Attributes,
}

/// Attributes that differ from the schema's; none is the schema's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attributes {
    /// What stays when everything else changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What people sign in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// Mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Name on screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Preferred language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Further ones: the customer's name for an attribute, and the directory's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub more: BTreeMap<String, String>,
}

impl Attributes {
    fn is_usual(&self) -> bool {
        *self == Attributes::default()
    }

    fn named(&self) -> [&Option<String>; 7] {
        [&self.key, &self.user_name, &self.email, &self.name, &self.department, &self.title, &self.language]
    }
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let blank = |text: &str| text.trim().is_empty();
        if blank(&self.host) || self.host.contains(['/', ' ', '@']) {
            return Err(Fault::setting("host", "it has to be the name of a server, without ldaps:// before it"));
        }
        if self.port == Some(0) {
            return Err(Fault::setting("port", "it has to be between 1 and 65535"));
        }
        // An empty name is an anonymous sign-in (RFC 4513, 5.1.1), and the server would call it a success.
        if blank(&self.bind_dn) {
            return Err(Fault::setting("bind_dn", "it is missing"));
        }
        if blank(&self.base) {
            return Err(Fault::setting("base", "it is missing"));
        }
        if self.filter.as_deref().is_some_and(|filter| !blank(filter) && Filter::parse(filter).is_none()) {
            return Err(Fault::setting("filter", "it is no LDAP filter, such as (objectClass=person)"));
        }
        if self.attributes.named().into_iter().flatten().chain(self.attributes.more.values()).any(|name| !is_attribute(name)) {
            return Err(Fault::setting("attributes", "a name has letters, digits and hyphens only"));
        }
        Ok(())
    }

    pub(crate) fn shown_to(&self) -> String {
        format!("{}:{}", self.host.trim().to_lowercase(), self.port())
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            Tls::Ldaps => 636,
            Tls::StartTls => 389,
        })
    }
}

fn is_attribute(name: &str) -> bool {
    !name.is_empty() && name.len() <= 100 && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-.;".contains(letter))
}
