//! Which entries: search filters as people write them (RFC 4515), read into what goes over the wire (RFC 4511, 4.5.1.7).

use super::ber;

/// Filters within filters: more than anybody writes, less than a stack holds.
const DEPTH: usize = 20;
/// The longest filter that is read.
const LENGTH: usize = 4_000;

const AND: u8 = 0xa0;
const OR: u8 = 0xa1;
const NOT: u8 = 0xa2;
const EQUAL: u8 = 0xa3;
const SUBSTRINGS: u8 = 0xa4;
const AT_LEAST: u8 = 0xa5;
const AT_MOST: u8 = 0xa6;
const PRESENT: u8 = 0x87;
const ABOUT: u8 = 0xa8;
const EXTENSIBLE: u8 = 0xa9;

/// A filter, ready for the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter(pub(super) Vec<u8>);

impl Filter {
    /// Reads a filter; none where it is none.
    pub(super) fn parse(text: &str) -> Option<Filter> {
        let text = text.trim();
        if text.len() > LENGTH {
            return None;
        }
        let mut rest = text.as_bytes();
        let out = one(&mut rest, DEPTH)?;
        rest.is_empty().then_some(Filter(out))
    }

    /// Both.
    pub(super) fn and(self, other: Filter) -> Filter {
        Filter(ber::wrap(AND, &[self.0, other.0].concat()))
    }

    /// A comparison by a rule of the server's own.
    pub(super) fn by_rule(rule: &str, name: &str, value: &[u8]) -> Filter {
        Filter(extensible(Some(rule.as_bytes()), Some(name.as_bytes()), value, false))
    }

    /// Whatever has this attribute.
    pub(super) fn present(name: &str) -> Filter {
        Filter(ber::wrap(PRESENT, name.as_bytes()))
    }
}

fn one(rest: &mut &[u8], depth: usize) -> Option<Vec<u8>> {
    let depth = depth.checked_sub(1)?;
    eat(rest, b'(')?;
    let out = match rest.first()? {
        b'&' => many(AND, rest, depth)?,
        b'|' => many(OR, rest, depth)?,
        b'!' => {
            *rest = &rest[1..];
            ber::wrap(NOT, &one(rest, depth)?)
        }
        _ => item(rest)?,
    };
    eat(rest, b')')?;
    Some(out)
}

fn many(tag: u8, rest: &mut &[u8], depth: usize) -> Option<Vec<u8>> {
    *rest = &rest[1..];
    let mut inner = Vec::new();
    while rest.first() == Some(&b'(') {
        inner.extend(one(rest, depth)?);
    }
    Some(ber::wrap(tag, &inner))
}

fn item(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|byte| matches!(byte, b'(' | b')'))?;
    let (item, after) = rest.split_at(end);
    *rest = after;
    let at = item.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (&item[..at], &item[at + 1..]);
    match name.split_last()? {
        (b'>', name) => simple(AT_LEAST, name, value),
        (b'<', name) => simple(AT_MOST, name, value),
        (b'~', name) => simple(ABOUT, name, value),
        (b':', name) => by_rule(name, value),
        _ if value == b"*" => is_name(name).then(|| ber::wrap(PRESENT, name)),
        _ if value.contains(&b'*') => substrings(name, value),
        _ => simple(EQUAL, name, value),
    }
}

fn simple(tag: u8, name: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    (is_name(name) && !value.contains(&b'*')).then_some(())?;
    Some(ber::wrap(tag, &pair(name, &unescape(value)?)))
}

fn pair(name: &[u8], value: &[u8]) -> Vec<u8> {
    [ber::octets(name), ber::octets(value)].concat()
}

fn substrings(name: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    is_name(name).then_some(())?;
    let parts: Vec<&[u8]> = value.split(|byte| *byte == b'*').collect();
    let mut inner = Vec::new();
    for (index, part) in parts.iter().enumerate().filter(|(_, part)| !part.is_empty()) {
        let tag = match index {
            0 => 0x80,
            last if last + 1 == parts.len() => 0x82,
            _ => 0x81,
        };
        inner.extend(ber::wrap(tag, &unescape(part)?));
    }
    (!inner.is_empty()).then(|| ber::wrap(SUBSTRINGS, &[ber::octets(name), ber::wrap(ber::SEQUENCE, &inner)].concat()))
}

/// `name:dn:rule:=value`, where name, dn and rule may be missing, but not both name and rule.
fn by_rule(head: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    let mut parts = head.split(|byte| *byte == b':');
    let name = Some(parts.next()?).filter(|name| !name.is_empty());
    let (mut dn, mut rule) = (false, None);
    for part in parts {
        match part {
            b"dn" if !dn && rule.is_none() => dn = true,
            part if rule.is_none() => rule = Some(part),
            _ => return None,
        }
    }
    let sound = name.is_none_or(is_name) && rule.is_none_or(is_name) && (name.is_some() || rule.is_some());
    sound.then_some(())?;
    Some(extensible(rule, name, &unescape(value)?, dn))
}

fn extensible(rule: Option<&[u8]>, name: Option<&[u8]>, value: &[u8], dn: bool) -> Vec<u8> {
    let mut inner = Vec::new();
    inner.extend(rule.map(|rule| ber::wrap(0x81, rule)).unwrap_or_default());
    inner.extend(name.map(|name| ber::wrap(0x82, name)).unwrap_or_default());
    inner.extend(ber::wrap(0x83, value));
    if dn {
        inner.extend(ber::wrap(0x84, &[0xff]));
    }
    ber::wrap(EXTENSIBLE, &inner)
}

fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-.;".contains(byte))
}

/// `\28` is a bracket.
fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'\\' {
            let hex = std::str::from_utf8(rest.get(..2)?).ok()?;
            out.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &rest[2..];
        } else {
            out.push(*byte);
        }
    }
    Some(out)
}

fn eat(rest: &mut &[u8], wanted: u8) -> Option<()> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    (*first == wanted).then_some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_people_write() {
        for good in [
            "(objectClass=*)",
            "(&(objectCategory=person)(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))",
            "(|(cn=A*b*c)(cn=*x)(cn=\\2a))",
            "(cn:dn:caseExactMatch:=Fred)",
            "(:dn:2.4.6.8.10:=Dino)",
            "(age>=3)",
            "(age<=3)",
            "(sn~=smith)",
            "(&)",
            "(cn=Müller)",
        ] {
            assert!(Filter::parse(good).is_some(), "{good}");
        }
        for bad in ["", "cn=a", "(cn=a", "(cn=a))", "(=a)", "(cn)", "(!)", "(cn=\\zz)", "(c n=a)", "(:=x)", "(cn=a)(cn=b)", "(cn=**)"] {
            assert!(Filter::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn writes_what_the_wire_wants() {
        assert_eq!(Filter::parse("(cn=a\\29)"), Some(Filter(b"\xa3\x08\x04\x02cn\x04\x02a)".to_vec())));
        assert_eq!(Filter::parse("(cn=*)"), Some(Filter(b"\x87\x02cn".to_vec())));
        assert_eq!(Filter::parse("(cn=a*b)"), Some(Filter(b"\xa4\x0c\x04\x02cn\x30\x06\x80\x01a\x82\x01b".to_vec())));
    }

    #[test]
    fn a_deep_one_is_refused_and_does_not_overflow() {
        let deep = format!("{}(cn=a){}", "(!".repeat(1_000), ")".repeat(1_000));
        assert_eq!(Filter::parse(&deep), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "[()&|!=*:\\\\a-f0-9<>~ ]{0,60}") {
            let _ = Filter::parse(&text);
        }
    }
}
