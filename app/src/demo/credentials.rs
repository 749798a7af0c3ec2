//! `credentials.json`: what a client of the demo needs, in the data folder, readable by its owner only.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use store::CustomerId;

use crate::keys::write_private;

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// Where the demo listens.
    pub base_url: String,
    /// Where campaign links lead; none until campaigns exist.
    pub tracking_url: Option<String>,
    /// Names of the regions.
    pub regions: Vec<String>,
    /// One person of each role.
    pub staff: Vec<Staff>,
    /// The first partner's customers.
    pub customers: Vec<Customer>,
}

/// A person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Staff {
    /// The role's word.
    pub role: String,
    /// Sign-in name.
    pub email: String,
    /// Password.
    pub password: String,
    /// A token of the API.
    pub api_token: String,
    /// Where they work.
    pub node_id: String,
}

/// A customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Its name.
    pub name: String,
    /// Its primary domain.
    pub domain: String,
    /// For a SCIM client.
    pub scim_token: Option<String>,
}

/// The file's place.
#[must_use]
pub fn path(data: &Path) -> PathBuf {
    data.join("credentials.json")
}

impl Credentials {
    /// Reads the file of an earlier start: the secrets are stored nowhere else.
    ///
    /// # Errors
    /// A sentence naming the file.
    pub fn read(data: &Path) -> Result<Credentials, String> {
        let file = path(data);
        let named = |e: &dyn std::fmt::Display| {
            format!("{}: {e}. The demo's secrets are only there: start with an empty data folder and database.", file.display())
        };
        let text = std::fs::read_to_string(&file).map_err(|e| named(&e))?;
        serde_json::from_str(&text).map_err(|e| named(&e))
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// A sentence naming the file.
    pub fn write(&self, data: &Path) -> Result<(), String> {
        let file = path(data);
        let text = serde_json::to_string_pretty(self).map_err(|e| e.to_string())?;
        write_private(&file, &text).map_err(|e| format!("{}: {e}", file.display()))
    }
}
