//! Nouns that every room uses: names, notes, domains, mail addresses; and the root of the tree.

use serde::{Deserialize, Serialize};
use store::Uuid;

/// The root of the tree: the same id in every installation.
pub const PLATFORM: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000);

/// A noun that is one of a few words, stored and sent as that word.
macro_rules! word_noun {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            /// The stored word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }
            /// Reads the stored word.
            #[must_use]
            pub fn parse(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|n| n.word() == word)
            }
        }
    };
}
pub(crate) use word_noun;

macro_rules! text_noun {
    ($(#[$doc:meta])* $name:ident, $parse:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads it.
            ///
            /// # Errors
            /// A sentence: what is wrong and what would be right.
            pub fn parse(text: impl Into<String>) -> Result<$name, String> {
                let parse: fn(String) -> Result<String, String> = $parse;
                parse(text.into()).map($name)
            }
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                $name::parse(text)
            }
        }
        impl From<$name> for String {
            fn from(noun: $name) -> String {
                noun.0
            }
        }
        impl From<&$name> for store::Value {
            fn from(noun: &$name) -> store::Value {
                store::Value::Text(noun.0.clone())
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                <String as utoipa::PartialSchema>::schema()
            }
        }
        impl utoipa::ToSchema for $name {}
    };
}

/// Refuses control characters (line breaks, NUL) and trims.
fn line(text: &str, most: usize, what: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("{what} must not be empty"));
    }
    if text.chars().count() > most {
        return Err(format!("{what} may have at most {most} characters"));
    }
    if text.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)) {
        return Err(format!("{what} must not hold control characters"));
    }
    Ok(text.to_owned())
}

text_noun!(
    /// A name of a company, person, group or site: 1 to 200 characters on one line.
    Name,
    |text| line(&text, 200, "a name")
);

text_noun!(
    /// A free note on one line, at most 500 characters.
    Note,
    |text| line(&text, 500, "this text")
);

text_noun!(
    /// A domain name in its lower-case ASCII form, such as `example.se`.
    DomainName,
    |text| domain(&text)
);

text_noun!(
    /// One label of a host name, such as `acme`: 1 to 63 of a to z, digits and hyphens, and no name that hosts are usually called by.
    Subdomain,
    |text| subdomain(&text)
);

text_noun!(
    /// A mail address: something, an at sign, a domain. ASCII, at most 254 characters.
    Email,
    |text| email(&text)
);

fn domain(text: &str) -> Result<String, String> {
    const WRONG: &str = "a domain looks like example.com (letters, digits, hyphens and dots; write other scripts in their xn-- form)";
    let text = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    if text.len() > 253 || !text.contains('.') || !text.split('.').all(label) || last.bytes().all(|b| b.is_ascii_digit()) {
        return Err(WRONG.to_owned());
    }
    Ok(text)
}

/// Labels that would be taken for the installation's own hosts, or for somebody in charge of them.
const HOSTS: &[&str] = &[
    "admin",
    "administrator",
    "api",
    "app",
    "apps",
    "assets",
    "auth",
    "autodiscover",
    "blog",
    "cdn",
    "console",
    "demo",
    "dev",
    "dns",
    "docs",
    "ftp",
    "health",
    "help",
    "host",
    "imap",
    "internal",
    "local",
    "localhost",
    "login",
    "mail",
    "metrics",
    "mx",
    "ns",
    "ns1",
    "ns2",
    "pop",
    "portal",
    "postmaster",
    "root",
    "scim",
    "security",
    "signin",
    "smtp",
    "sso",
    "staging",
    "static",
    "status",
    "support",
    "system",
    "tenantry",
    "test",
    "tracking",
    "webmaster",
    "webmail",
    "wpad",
    "www",
];

fn subdomain(text: &str) -> Result<String, String> {
    const WRONG: &str = "a subdomain has 1 to 63 characters: a to z, digits, and hyphens within";
    let text = text.trim().to_ascii_lowercase();
    let fits = (1..=63).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !fits || text.starts_with('-') || text.ends_with('-') || text.starts_with("xn--") {
        return Err(WRONG.to_owned());
    }
    if HOSTS.contains(&text.as_str()) {
        return Err(format!("{text} is kept for the installation's own hosts"));
    }
    Ok(text)
}

fn email(text: &str) -> Result<String, String> {
    let text = line(text, 254, "a mail address")?;
    let (local, host) = text.rsplit_once('@').ok_or("a mail address looks like name@example.com")?;
    let fits = !local.is_empty() && local.len() <= 64 && local.bytes().all(|b| b.is_ascii_graphic() && !b"()<>[]:;,\\\"@".contains(&b));
    if !fits {
        return Err("a mail address looks like name@example.com".into());
    }
    Ok(format!("{local}@{}", domain(host)?))
}

/// The mailbox an address reaches, by which mail to it is counted: what stands behind a plus sorts it within. It is nobody's name:
/// two addresses of one mailbox are two sign-ins.
#[must_use]
pub fn mailbox(address: &str) -> String {
    let (local, host) = address.rsplit_once('@').unwrap_or((address, ""));
    let owner = local.split('+').next().filter(|front| !front.is_empty()).unwrap_or(local);
    format!("{owner}@{host}").to_ascii_lowercase()
}

/// An address as it is kept when it is not needed any more: its first letter and the domain.
#[must_use]
pub fn masked(address: &str) -> String {
    let (local, host) = address.rsplit_once('@').unwrap_or((address, ""));
    local.chars().next().map_or_else(String::new, |first| format!("{first}…@{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_one_whatever_stands_behind_its_plus() {
        for tag in ["", "+", "+1", "+News", "+a+b", "+b=c.example"] {
            for address in [format!("Victim{tag}@Example.com"), format!("victim{tag}@EXAMPLE.com")] {
                assert_eq!(mailbox(&address), "victim@example.com", "{address}");
                assert_eq!(mailbox(&mailbox(&address)), mailbox(&address));
            }
        }
        for other in
            ["victim2@example.com", "victim@other.example", "vic.tim@example.com", "+1@example.com", "+2@example.com", "a@b+c.example"]
        {
            assert!(!["victim@example.com", "@example.com"].contains(&mailbox(other).as_str()) && mailbox(other) == other, "{other}");
        }
    }

    #[test]
    fn domains_and_addresses_are_read_or_refused() {
        assert_eq!(DomainName::parse(" EklundBygg.SE. ").map(String::from), Ok("eklundbygg.se".into()));
        for wrong in ["", "localhost", "-a.se", "a..se", "a b.se", "1.2.3.4", "åå.se", &"a".repeat(300)] {
            assert!(DomainName::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Email::parse("Ann.Berg@Example.SE").map(String::from), Ok("Ann.Berg@example.se".into()));
        for wrong in ["", "a", "@a.se", "a@b", "a b@c.se", "a@b.se\nBcc: x@y.se", "<a@b.se>"] {
            assert!(Email::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_subdomain_is_one_label_and_no_host_of_ours() {
        assert_eq!(Subdomain::parse(" Acme-2 ").map(String::from), Ok("acme-2".into()));
        for wrong in ["", "-a", "a-", "a.b", "a_b", "å", "www", "Admin", "xn--a", &"a".repeat(64)] {
            assert!(Subdomain::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_hold_any_script_but_no_control_characters() {
        assert!(Name::parse("שלום עולם 株式会社").is_ok());
        assert!(
            Name::parse("a\nb").is_err()
                && Name::parse("\u{202e}abc").is_err()
                && Name::parse("x".repeat(201)).is_err()
                && Name::parse(" ").is_err()
        );
    }
}
