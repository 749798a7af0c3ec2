//! What a source says of a person.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    directory::{
        attributes::Values,
        member::email_key,
        scim::{is_tag, line},
    },
    noun::Email,
};

/// A person as a source names it, before anything was looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'a> {
    /// The source's stable id.
    pub key: &'a str,
    /// Its id in the customer's own directory, where that is one people know.
    pub external_id: &'a str,
    /// What it is called to sign in there.
    pub user_name: &'a str,
    /// Its mail address, if it has one.
    pub email: &'a str,
    /// Its whole name.
    pub name: &'a str,
    /// Whether the source lets it work.
    pub active: bool,
    /// Where it works.
    pub department: &'a str,
    /// As what.
    pub title: &'a str,
    /// Language tag.
    pub language: &'a str,
    /// Further attributes by name, as they are kept.
    pub attributes: Option<&'a Values>,
    /// Names of the groups it is in.
    pub groups: &'a [String],
}

/// What a source says of a person, as it is kept and compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its id in the customer's own directory.
    pub external_id: Option<String>,
    /// What it is called to sign in there.
    pub user_name: String,
    /// Its mail address; empty when it has none that can be used.
    pub email: String,
    /// Its name.
    pub name: String,
    /// Whether the source lets it work.
    pub active: bool,
    /// Where it works.
    pub department: Option<String>,
    /// As what.
    pub title: Option<String>,
    /// Language tag.
    pub language: Option<String>,
    /// Further attributes by name.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub attributes: Values,
    /// Names of the groups it is in, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// Groups of a person that are kept.
const MOST_GROUPS: usize = 200;

impl Said {
    /// Reads a person. A name or an attribute that cannot be shown is cut or left out, an address that is none is none: nobody is
    /// lost for the sake of a bad title.
    #[must_use]
    pub fn of(n: &Named<'_>) -> Said {
        let email = [n.email, n.user_name].into_iter().find_map(|text| Email::parse(text).ok()).map(String::from).unwrap_or_default();
        let name = [n.name, n.user_name, email.as_str()].into_iter().find_map(line);
        Said {
            name: name.unwrap_or_else(|| "?".to_owned()),
            user_name: n.user_name.trim().chars().filter(|c| !c.is_control()).take(320).collect(),
            external_id: line(n.external_id),
            active: n.active,
            department: line(n.department),
            title: line(n.title),
            language: Some(n.language).filter(|tag| is_tag(tag)).map(str::to_owned),
            attributes: n.attributes.cloned().unwrap_or_default(),
            groups: groups(n.groups),
            email,
        }
    }

    /// What is compared with the addresses of others; empty for none.
    #[must_use]
    pub fn email_key(&self) -> String {
        email_key(&self.email)
    }

    /// What is compared with the user names of others; empty for none.
    #[must_use]
    pub fn user_name_key(&self) -> String {
        self.user_name.to_lowercase()
    }

    /// As it is kept.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what was kept.
    ///
    /// # Errors
    /// [`store::Error::Corrupt`].
    pub fn parse(text: &str) -> store::Result<Said> {
        serde_json::from_str(text).map_err(|e| store::Error::Corrupt(format!("what a source said: {e}")))
    }
}

/// In an order of their own, each once: a directory that names them in another order says nothing new.
fn groups(named: &[String]) -> Vec<String> {
    let mut groups: Vec<String> = named.iter().filter_map(|name| line(name)).collect();
    groups.sort_unstable();
    groups.dedup();
    groups.truncate(MOST_GROUPS);
    groups
}

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A person is as here.
    Is(String, Box<Said>),
    /// The person of this key is not there any more.
    Gone(String),
}

impl News {
    /// Somebody who is named.
    #[must_use]
    pub fn is(named: &Named<'_>) -> News {
        News::Is(key_of(named.key), Box::new(Said::of(named)))
    }

    /// Somebody who is not there any more.
    #[must_use]
    pub fn gone(key: &str) -> News {
        News::Gone(key_of(key))
    }

    /// Whose.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            News::Is(key, _) | News::Gone(key) => key,
        }
    }
}

/// A source's key as it is kept: of one length, and no address.
fn key_of(key: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(key.as_bytes())[..16])
}
