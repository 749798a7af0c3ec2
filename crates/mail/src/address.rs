//! A mail address with an optional display name. What cannot stand in a header cannot be one.

use std::fmt;
use std::str::FromStr;

use lettre::message::Mailbox;

/// A checked address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    name: Option<String>,
    email: lettre::Address,
}

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Line breaks, NUL and other control characters.
    #[error("the address contains a line break or another control character")]
    Control,
    /// Not of the form name@domain.
    #[error("this is not a mail address; write it as name@example.com")]
    Form,
    /// Letters that many servers do not accept.
    #[error("the address contains letters outside ASCII; write an international domain in its xn-- form")]
    NotAscii,
    /// A name that could be read as something else.
    #[error("the display name is too long or contains \"=?\"")]
    Name,
}

impl Address {
    /// An address without a name, such as `anna@example.com`.
    pub fn new(email: &str) -> Result<Self, BadAddress> {
        if email.contains(char::is_control) {
            return Err(BadAddress::Control);
        }
        let email = email.trim();
        if !email.is_ascii() {
            return Err(BadAddress::NotAscii);
        }
        // 254 is what fits into an SMTP path. Quoted local parts and address literals are legal, but
        // here they are typing errors or attacks.
        if email.len() > 254 || email.contains(['"', '[', ']', '<', '>', ' ', ',', ';', '(', ')', '\\']) {
            return Err(BadAddress::Form);
        }
        let email = email.parse().map_err(|_| BadAddress::Form)?;
        Ok(Self { name: None, email })
    }

    /// The same address with a display name; an empty name is none.
    pub fn named(self, name: &str) -> Result<Self, BadAddress> {
        if name.contains(char::is_control) {
            return Err(BadAddress::Control);
        }
        let name = name.trim();
        // A ready-made encoded word would show as something the sender never typed.
        if name.len() > 200 || name.contains("=?") {
            return Err(BadAddress::Name);
        }
        let name = (!name.is_empty()).then(|| name.to_owned());
        Ok(Self { name, ..self })
    }

    /// The bare address.
    pub fn email(&self) -> &str {
        self.email.as_ref()
    }

    /// The display name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The part after the @.
    pub fn domain(&self) -> &str {
        self.email.domain()
    }

    pub(crate) fn path(&self) -> lettre::Address {
        self.email.clone()
    }

    pub(crate) fn mailbox(&self) -> Mailbox {
        Mailbox::new(self.name.clone(), self.email.clone())
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    /// `anna@example.com`, `<anna@example.com>` or `Anna Berg <anna@example.com>`.
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        if text.contains(char::is_control) {
            return Err(BadAddress::Control);
        }
        let text = text.trim();
        let Some(inner) = text.strip_suffix('>') else {
            return Self::new(text);
        };
        let (name, email) = inner.rsplit_once('<').ok_or(BadAddress::Form)?;
        let name = name.trim();
        let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        Self::new(email)?.named(name)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.email),
            None => write!(f, "{}", self.email),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_usual_forms() {
        let anna: Address = "Anna Berg <anna@example.com>".parse().unwrap();
        assert_eq!((anna.name(), anna.email()), (Some("Anna Berg"), "anna@example.com"));
        assert_eq!("\"Berg, Anna\" <a@b.de>".parse::<Address>().unwrap().name(), Some("Berg, Anna"));
        assert_eq!(" a+tag@b.de ".parse::<Address>().unwrap().to_string(), "a+tag@b.de");
    }

    #[test]
    fn refuses_what_could_break_out() {
        for bad in ["a@b.de\r\nBcc: c@d.de", "a@b.de\n", "a\0@b.de", "A\rB <a@b.de>"] {
            assert_eq!(bad.parse::<Address>(), Err(BadAddress::Control), "{bad:?}");
        }
        for bad in ["", "a", "a@", "@b.de", "a@b.de,c@d.de", "a@b.de> RCPT TO:<c@d.de", "\"a b\"@c.de", "a@[127.0.0.1]"] {
            assert!(bad.parse::<Address>().is_err(), "{bad:?}");
        }
        assert_eq!("a@bücher.de".parse::<Address>(), Err(BadAddress::NotAscii));
        assert!(Address::new("a@b.de").unwrap().named("=?utf-8?q?x?=").is_err());
    }
}
