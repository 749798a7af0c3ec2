//! One mail to one person, and its form on the wire.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{MultiPart, SinglePart};

use crate::{Address, Failure};

/// Longest value of a header, so that no line passes SMTP's 998 octets even without a space to fold at.
const MAX_VALUE: usize = 900;

/// The header by which everything sent to a customer's people on purpose is known: a simulation, and the test of its way. A rule
/// of their mail system may ask for it; what it says there is each customer's own.
pub const MARK: &str = "X-Tenantry-Simulation";

/// Headers this crate writes itself.
const OURS: [&str; 12] =
    ["from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "mime-version", "received", "return-path", "resent-to"];

/// Why a text cannot stand in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHeader {
    /// Line breaks, NUL and other control characters.
    #[error("the text contains a line break or another control character")]
    Control,
    /// Over 900 bytes.
    #[error("the text is longer than 900 bytes")]
    TooLong,
    /// A ready-made encoded word would show as something nobody typed.
    #[error("the text contains \"=?\", which mail programs read as an encoding")]
    Encoded,
    /// Not a header name, or one that the message sets itself.
    #[error("this header cannot be set")]
    Name,
}

fn check(value: &str) -> Result<(), BadHeader> {
    if value.contains(char::is_control) {
        return Err(BadHeader::Control);
    }
    if value.len() > MAX_VALUE {
        return Err(BadHeader::TooLong);
    }
    if value.contains("=?") {
        return Err(BadHeader::Encoded);
    }
    Ok(())
}

/// An extra header, such as `List-Unsubscribe`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    name: String,
    value: String,
}

impl Header {
    /// Checks name and value. The headers of the message itself (From, To, Date, …) are refused.
    pub fn new(name: &str, value: &str) -> Result<Self, BadHeader> {
        let lower = name.to_ascii_lowercase();
        let letters = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !letters || name.len() > 64 || OURS.contains(&lower.as_str()) || lower.starts_with("content-") {
            return Err(BadHeader::Name);
        }
        check(value)?;
        Ok(Self { name: name.to_owned(), value: value.trim().to_owned() })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// A subject line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// Checks a subject; spaces around it go.
    pub fn new(text: &str) -> Result<Self, BadHeader> {
        check(text)?;
        Ok(Self(text.trim().to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of one mail for ever. A second attempt carries the same one, so that receivers can drop it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(String);

impl MessageId {
    /// `local` is unique (an id of ours), `domain` is ours.
    pub fn new(local: &str, domain: &str) -> Result<Self, BadHeader> {
        let fit = |part: &str| {
            !part.is_empty() && part.len() <= 120 && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        if fit(local) && fit(domain) { Ok(Self(format!("<{local}@{domain}>"))) } else { Err(BadHeader::Name) }
    }

    /// With its angle brackets, as in the header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One mail to one recipient: nobody sees who else got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The stable Message-ID.
    pub id: MessageId,
    /// The Date header, microseconds UTC.
    pub at: i64,
    /// Who it is from, as the reader sees it.
    pub from: Address,
    /// Where bounces go; `from` if absent.
    pub bounce: Option<Address>,
    /// Who gets it.
    pub to: Address,
    /// The subject line.
    pub subject: Subject,
    /// The plain text, always there.
    pub text: String,
    /// The HTML twin.
    pub html: Option<String>,
    /// Extra headers. Of two with one name the later counts.
    pub headers: Vec<Header>,
}

impl Message {
    /// The message on the wire. The same message always gives the same bytes.
    pub fn wire(&self) -> Result<Vec<u8>, Failure> {
        self.build().map(|built| built.formatted()).map_err(|text| Failure::Permanent { code: None, text })
    }

    /// Who the envelope says it is from.
    pub fn return_path(&self) -> &Address {
        self.bounce.as_ref().unwrap_or(&self.from)
    }

    fn build(&self) -> Result<lettre::Message, String> {
        let date = UNIX_EPOCH + Duration::from_micros(self.at.max(0).unsigned_abs());
        let mut builder = lettre::Message::builder()
            .date(date)
            .message_id(Some(self.id.as_str().to_owned()))
            .from(self.from.mailbox())
            .to(self.to.mailbox())
            .subject(self.subject.as_str());
        for header in &self.headers {
            let name = HeaderName::new_from_ascii(header.name.clone()).map_err(|error| error.to_string())?;
            builder = builder.raw_header(HeaderValue::new(name, header.value.clone()));
        }
        let text = part(ContentType::TEXT_PLAIN, &self.text);
        let built = match &self.html {
            None => builder.singlepart(text),
            Some(html) => builder.multipart(
                // The boundary comes from the id: it holds "=_", which quoted-printable never produces.
                MultiPart::alternative().boundary(self.boundary()).singlepart(text).singlepart(part(ContentType::TEXT_HTML, html)),
            ),
        };
        built.map_err(|error| error.to_string())
    }

    fn boundary(&self) -> String {
        let id: String = self.id.as_str().chars().filter(char::is_ascii_alphanumeric).take(48).collect();
        format!("=_{id}")
    }
}

/// A body part, always quoted-printable with CRLF: a raw line break or a lone dot cannot reach the wire
/// (RUSTSEC-2026-0561, and SMTP smuggling in general).
fn part(kind: ContentType, text: &str) -> SinglePart {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "");
    SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            id: MessageId::new("cus_1", "example.com").unwrap(),
            at: 1_795_305_600_000_000,
            from: "Tenantry <no-reply@example.com>".parse().unwrap(),
            bounce: None,
            to: "Jörg Müller <j@example.org>".parse().unwrap(),
            subject: Subject::new("Grüße").unwrap(),
            text: "a\r.\r\n.\nGrüße".into(),
            html: Some("<p>Grüße</p>".into()),
            headers: vec![Header::new("X-Kind", "welcome").unwrap()],
        }
    }

    #[test]
    fn the_wire_is_seven_bit_with_whole_line_ends() {
        let wire = message().wire().unwrap();
        assert!(wire.is_ascii());
        let text = String::from_utf8(wire).unwrap();
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        assert!(text.contains("Message-ID: <cus_1@example.com>\r\n"));
        assert!(text.contains("Date: Sun, 22 Nov 2026 00:00:00 +0000\r\n"));
        assert!(text.contains("X-Kind: welcome\r\n"));
        assert!(text.lines().all(|line| line.len() <= 998));
    }

    #[test]
    fn the_same_message_gives_the_same_bytes() {
        assert_eq!(message().wire().unwrap(), message().wire().unwrap());
    }

    #[test]
    fn headers_that_could_lie_are_refused() {
        assert_eq!(Header::new("X", "a\r\nBcc: b"), Err(BadHeader::Control));
        assert_eq!(Header::new("X", "a\0"), Err(BadHeader::Control));
        assert_eq!(Header::new("Bcc", "a@b.de"), Err(BadHeader::Name));
        assert_eq!(Header::new("Content-Type", "text/html"), Err(BadHeader::Name));
        assert_eq!(Header::new("X-A\r\nBcc", "a"), Err(BadHeader::Name));
        assert_eq!(Subject::new("=?utf-8?q?=0D=0A?="), Err(BadHeader::Encoded));
        assert_eq!(Subject::new(&"x".repeat(901)), Err(BadHeader::TooLong));
        assert_eq!(MessageId::new("a>b", "c"), Err(BadHeader::Name));
    }
}
