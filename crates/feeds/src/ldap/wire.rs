//! Messages of LDAP (RFC 4511), as far as reading people needs them.

use std::collections::HashMap;

use super::{
    ber::{self, ENUMERATED, INTEGER, OCTETS, SEQUENCE, SET, Values},
    filter::Filter,
};

/// StartTLS (RFC 4511, 4.14).
pub(super) const START_TLS: &str = "1.3.6.1.4.1.1466.20037";
/// Results in pages (RFC 2696).
const PAGED: &str = "1.2.840.113556.1.4.319";

/// How far below its base a search looks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope {
    /// At the base alone.
    Base,
    /// At everything below it too.
    Below,
}

/// A question about entries.
pub(super) struct Search<'a> {
    pub(super) base: &'a str,
    pub(super) scope: Scope,
    pub(super) filter: &'a Filter,
    pub(super) attributes: &'a [&'a str],
}

/// An entry: where it stands and what it has, under attribute names in small letters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) dn: String,
    pub(super) attributes: HashMap<String, Vec<Vec<u8>>>,
}

impl Entry {
    pub(super) fn values(&self, name: &str) -> &[Vec<u8>] {
        self.attributes.get(&name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// All values that are text.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values(name).iter().filter_map(|value| std::str::from_utf8(value).ok())
    }

    /// The first value that is text and not blank.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.texts(name).find_map(crate::person::said)
    }
}

/// How something ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// 0 is success (RFC 4511, appendix A).
    pub(super) code: u32,
    /// What the server says about it, shortened.
    pub(super) text: String,
}

/// One thing a server says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    Entry(Entry),
    /// A search has ended; the cookie leads to the next page, an empty one nowhere.
    Done(Outcome, Vec<u8>),
    Bound(Outcome),
    Extended(Outcome),
    /// Referrals and notes in between: nothing to do about them.
    Aside,
}

pub(super) fn bind(id: u32, dn: &str, password: &str) -> Vec<u8> {
    let inner = [ber::number(INTEGER, 3), ber::octets(dn.as_bytes()), ber::wrap(0x80, password.as_bytes())].concat();
    message(id, &ber::wrap(0x60, &inner), &[])
}

pub(super) fn extended(id: u32, name: &str) -> Vec<u8> {
    message(id, &ber::wrap(0x77, &ber::wrap(0x80, name.as_bytes())), &[])
}

pub(super) fn unbind(id: u32) -> Vec<u8> {
    message(id, &ber::wrap(0x42, &[]), &[])
}

/// A search; with `page` the answer comes in pages of so many entries, and the cookie says which.
pub(super) fn search(id: u32, search: &Search<'_>, page: Option<(u32, &[u8])>) -> Vec<u8> {
    let scope = match search.scope {
        Scope::Base => 0,
        Scope::Below => 2,
    };
    let names: Vec<u8> = search.attributes.iter().flat_map(|name| ber::octets(name.as_bytes())).collect();
    let inner = [
        ber::octets(search.base.as_bytes()),
        ber::number(ENUMERATED, scope),
        // Aliases are not followed: they lead out of the base.
        ber::number(ENUMERATED, 0),
        ber::number(INTEGER, 0),
        ber::number(INTEGER, 0),
        ber::boolean(false),
        search.filter.0.clone(),
        ber::wrap(SEQUENCE, &names),
    ]
    .concat();
    let controls = page.map(|(size, cookie)| paged(size, cookie)).unwrap_or_default();
    message(id, &ber::wrap(0x63, &inner), &controls)
}

/// Critical, so that a server without pages says so instead of giving what fits.
fn paged(size: u32, cookie: &[u8]) -> Vec<u8> {
    let value = ber::wrap(SEQUENCE, &[ber::number(INTEGER, size), ber::octets(cookie)].concat());
    ber::wrap(SEQUENCE, &[ber::octets(PAGED.as_bytes()), ber::boolean(true), ber::octets(&value)].concat())
}

fn message(id: u32, operation: &[u8], controls: &[u8]) -> Vec<u8> {
    let controls = if controls.is_empty() { Vec::new() } else { ber::wrap(0xa0, controls) };
    ber::wrap(SEQUENCE, &[&ber::number(INTEGER, id), operation, &controls].concat())
}

/// Reads what stands inside the outermost sequence: the number of the request it answers, and what it says.
pub(super) fn read(content: &[u8]) -> Option<(u32, Message)> {
    let mut values = Values(content);
    let id = values.number(INTEGER)?;
    let (tag, operation) = values.any()?;
    let message = match tag {
        0x61 => Message::Bound(outcome(operation)?),
        0x64 => Message::Entry(entry(operation)?),
        0x65 => Message::Done(outcome(operation)?, cookie(values)),
        0x78 => Message::Extended(outcome(operation)?),
        0x73 | 0x79 => Message::Aside,
        _ => return None,
    };
    Some((id, message))
}

fn outcome(operation: &[u8]) -> Option<Outcome> {
    let mut values = Values(operation);
    let code = values.number(ENUMERATED)?;
    values.take(OCTETS)?;
    let text = String::from_utf8_lossy(values.take(OCTETS)?);
    // Active Directory ends its texts with a NUL.
    let text = text.chars().filter(|letter| !letter.is_control()).take(200).collect();
    Some(Outcome { code, text })
}

fn entry(operation: &[u8]) -> Option<Entry> {
    let mut values = Values(operation);
    let dn = String::from_utf8_lossy(values.take(OCTETS)?).into_owned();
    let mut list = Values(values.take(SEQUENCE)?);
    let mut attributes: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
    while let Some((SEQUENCE, attribute)) = list.any() {
        let mut attribute = Values(attribute);
        let name = String::from_utf8_lossy(attribute.take(OCTETS)?).to_ascii_lowercase();
        // `member;range=0-1499` is `member` as far as it goes.
        let name = name.split(';').next().unwrap_or_default().to_owned();
        let mut values = Values(attribute.take(SET)?);
        let slot = attributes.entry(name).or_default();
        while let Some(value) = values.take(OCTETS) {
            slot.push(value.to_vec());
        }
    }
    Some(Entry { dn, attributes })
}

/// The cookie of the paged-results control, empty where there is none.
fn cookie(mut rest: Values<'_>) -> Vec<u8> {
    let Some((0xa0, controls)) = rest.any() else { return Vec::new() };
    let mut controls = Values(controls);
    while let Some((SEQUENCE, control)) = controls.any() {
        let mut control = Values(control);
        if control.take(OCTETS) != Some(PAGED.as_bytes()) {
            continue;
        }
        // The criticality may stand between.
        while let Some((tag, value)) = control.any() {
            if tag == OCTETS {
                return in_control(value).unwrap_or_default();
            }
        }
    }
    Vec::new()
}

fn in_control(value: &[u8]) -> Option<Vec<u8>> {
    let mut inner = Values(Values(value).take(SEQUENCE)?);
    inner.take(INTEGER)?;
    inner.take(OCTETS).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_search_done_gives_its_cookie() {
        let done = ber::wrap(0x65, &[ber::number(ENUMERATED, 0), ber::octets(b""), ber::octets(b"fine\0")].concat());
        let controls = ber::wrap(0xa0, &paged(0, b"next"));
        let content = [ber::number(INTEGER, 7), done, controls].concat();
        let outcome = Outcome { code: 0, text: "fine".to_owned() };
        assert_eq!(read(&content), Some((7, Message::Done(outcome, b"next".to_vec()))));
    }

    proptest! {
        #[test]
        fn junk_never_panics(content in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = read(&content);
            let _ = read(&[ber::number(INTEGER, 1), ber::wrap(0x64, &content)].concat());
            let _ = read(&[ber::number(INTEGER, 1), ber::wrap(0x65, &content), ber::wrap(0xa0, &content)].concat());
        }
    }
}
