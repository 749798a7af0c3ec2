//! What an Entra ID source is.

use egress::Url;
use serde::{Deserialize, Serialize};

use crate::Fault;

/// A Microsoft Entra ID tenant, read by an app registration of its own. The secret is the registration's client secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The directory's id, or one of its domains.
    pub tenant: String,
    /// The registration's application id.
    pub client_id: String,
    /// Whether guests count as people.
    #[serde(default)]
    pub guests: bool,
    /// Where one signs in; another one for national clouds.
    #[serde(default = "login")]
    pub login: String,
    /// Where people are read; another one for national clouds.
    #[serde(default = "graph")]
    pub graph: String,
}

/// Where one signs in, outside the national clouds.
#[must_use]
pub fn login() -> String {
    "https://login.microsoftonline.com".to_owned()
}

/// Where people are read, outside the national clouds.
#[must_use]
pub fn graph() -> String {
    "https://graph.microsoft.com".to_owned()
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let plain = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-.".contains(letter));
        if !plain(self.tenant.trim()) {
            return Err(Fault::setting("tenant", "it has to be the directory's id or one of its domains"));
        }
        if !plain(self.client_id.trim()) {
            return Err(Fault::setting("client_id", "it has to be the application's id"));
        }
        base("login", &self.login)?;
        base("graph", &self.graph).map(drop)
    }

    /// The secret goes to the one, and what it is given there to the other.
    pub(crate) fn shown_to(&self) -> String {
        format!("{} {}", origin(&self.login), origin(&self.graph))
    }
}

/// An address without a path.
pub(crate) fn base(field: &'static str, text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text.trim()).map_err(|_| Fault::setting(field, "it is no address"))?;
    let bare = matches!(url.scheme(), "https" | "http") && url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if bare && url.has_host() { Ok(url) } else { Err(Fault::setting(field, "it has to be an address like https://example.com")) }
}

/// Who an address is of, as far as a secret is concerned.
pub(crate) fn origin(text: &str) -> String {
    Url::parse(text.trim()).map_or_else(|_| text.to_owned(), |url| url.origin().ascii_serialization())
}
