//! Decisions without I/O: what a member's fields may be, and who of an import gets the free seats.

use store::Timestamp;

use super::{
    attributes::Values,
    member::{MemberType, NewMember},
};
use crate::noun::{Email, Name};

/// A refused field: its name, a machine word, a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The field.
    pub field: &'static str,
    /// Machine word.
    pub code: &'static str,
    /// A sentence for people.
    pub reason: String,
}

impl Refused {
    /// A refused field.
    pub fn new(field: &'static str, code: &'static str, reason: impl Into<String>) -> Refused {
        Refused { field, code, reason: reason.into() }
    }
}

/// A member's fields as people and files write them; empty means absent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Written<'a> {
    /// Mail address.
    pub email: &'a str,
    /// Whole name.
    pub name: &'a str,
    /// Given name, when the whole is not written.
    pub first_name: &'a str,
    /// Family name, when the whole is not written.
    pub last_name: &'a str,
    /// Id in the customer's directory.
    pub external_id: &'a str,
    /// Where it works.
    pub department: &'a str,
    /// As what.
    pub title: &'a str,
    /// Language tag.
    pub language: &'a str,
    /// Of what type it is, by its word.
    pub kind: &'a str,
    /// `active` or `inactive`, or what those are called elsewhere.
    pub status: &'a str,
}

/// Reads a member. Without a name it is called by the first part of its address. Its site and its attributes are the caller's to
/// add: whether there are such, the database knows.
///
/// # Errors
/// The first refused field.
pub fn read(w: &Written<'_>) -> Result<NewMember, Refused> {
    if w.email.trim().is_empty() {
        return Err(Refused::new("email", "required", "A mail address is needed."));
    }
    let email = Email::parse(w.email).map_err(|e| Refused::new("email", "invalid", sentence(&e)))?;
    let name = name_of(w, &email);
    Ok(NewMember {
        name: Name::parse(name).map_err(|e| Refused::new("name", "invalid", sentence(&e)))?,
        external_id: optional("external_id", w.external_id)?,
        department: optional("department", w.department)?,
        title: optional("title", w.title)?,
        language: language(w.language)?,
        kind: kind(w.kind)?,
        site: None,
        attributes: Values::new(),
        active: is_active(w.status)?,
        email,
    })
}

fn name_of(w: &Written<'_>, email: &Email) -> String {
    if !w.name.trim().is_empty() {
        return w.name.to_owned();
    }
    let parts: Vec<&str> = [w.first_name.trim(), w.last_name.trim()].into_iter().filter(|p| !p.is_empty()).collect();
    if !parts.is_empty() {
        return parts.join(" ");
    }
    email.as_str().split('@').next().unwrap_or_default().to_owned()
}

fn optional(field: &'static str, text: &str) -> Result<Option<Name>, Refused> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    Name::parse(text).map(Some).map_err(|e| Refused::new(field, "invalid", sentence(&e)))
}

fn kind(text: &str) -> Result<Option<MemberType>, Refused> {
    let word = store::fold(text).replace([' ', '-'], "_");
    if word.is_empty() {
        return Ok(None);
    }
    let all: Vec<&str> = MemberType::ALL.iter().map(|t| t.word()).collect();
    let no = || Refused::new("type", "invalid", format!("A type is one of {}.", all.join(", ")));
    MemberType::parse(&word).map(Some).ok_or_else(no)
}

/// A language tag: letters, digits and hyphens, at most 35.
fn language(text: &str) -> Result<Option<Name>, Refused> {
    let text = text.trim();
    let fits = text.len() <= 35 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !fits {
        return Err(Refused::new("language", "invalid", "A language looks like en or de-AT."));
    }
    optional("language", text)
}

/// Words for the two statuses a file may ask for, folded.
const ACTIVE: &[&str] = &["", "active", "aktiv", "enabled", "true", "1", "yes", "ja"];
const INACTIVE: &[&str] = &["inactive", "inaktiv", "disabled", "suspended", "false", "0", "no", "nein", "nej"];

fn is_active(text: &str) -> Result<bool, Refused> {
    let word = store::fold(text);
    if ACTIVE.contains(&word.as_str()) {
        return Ok(true);
    }
    if INACTIVE.contains(&word.as_str()) {
        return Ok(false);
    }
    Err(Refused::new("status", "invalid", "A status is active or inactive."))
}

/// A noun's complaint as a sentence.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), chars.as_str()))
}

/// How far ahead of our clock a fact's time may lie: clocks differ.
pub const GRACE_SECONDS: i64 = 300;

/// True when a fact's time can be: not before 2000, not later than now with some grace.
#[must_use]
pub fn is_sane(at: Timestamp, now: Timestamp) -> bool {
    /// 2000-01-01.
    const FIRST: Timestamp = Timestamp(946_684_800_000_000);
    at >= FIRST && at <= now.plus_seconds(GRACE_SECONDS)
}

/// Text of a search as a LIKE pattern over folded keys, `!` escaping.
#[must_use]
pub fn like(words: &str) -> String {
    format!("%{}%", literal(&store::fold(words)))
}

/// A text that stands for itself in a LIKE pattern, `!` escaping.
#[must_use]
pub fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern
}
