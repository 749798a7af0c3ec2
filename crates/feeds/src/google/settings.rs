//! What a Google Workspace source is.

use serde::{Deserialize, Serialize};

use crate::{
    Fault,
    entra::{base, origin},
};

/// A Google Workspace, read by a service account with domain-wide delegation. The secret is the service account's key
/// file (JSON), as downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The administrator in whose name people are read.
    pub admin: String,
    /// Only this domain of the workspace; all of them where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Only this organisational unit and those below it, such as `/Staff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Where one signs in.
    #[serde(default = "login")]
    pub login: String,
    /// Where people are read.
    #[serde(default = "directory")]
    pub directory: String,
}

/// Where one signs in.
#[must_use]
pub fn login() -> String {
    "https://oauth2.googleapis.com".to_owned()
}

/// Where people are read.
#[must_use]
pub fn directory() -> String {
    "https://admin.googleapis.com".to_owned()
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.admin.trim().split_once('@').is_none_or(|(user, domain)| user.is_empty() || !domain.contains('.')) {
            return Err(Fault::setting("admin", "it has to be the mail address of an administrator"));
        }
        if self.domain.as_deref().is_some_and(|domain| !domain.contains('.') || domain.contains([' ', '/', '@'])) {
            return Err(Fault::setting("domain", "it has to be a domain like example.com"));
        }
        if self.unit.as_deref().is_some_and(|unit| !unit.starts_with('/') || unit.contains('\'')) {
            return Err(Fault::setting("unit", "it has to be a path like /Staff"));
        }
        base("login", &self.login)?;
        base("directory", &self.directory).map(drop)
    }

    /// The secret goes to the one, and what it is given there to the other.
    pub(crate) fn shown_to(&self) -> String {
        format!("{} {}", origin(&self.login), origin(&self.directory))
    }
}
