//! Entries to people.

use data_encoding::HEXLOWER;

use super::{Schema, Settings, wire::Entry};
use crate::{Fault, Person, person::said};

/// `userAccountControl`: the sign-in is disabled.
const DISABLED: u32 = 2;
/// `pwdAccountLockedTime` of somebody an administrator has locked for good. Any other time is a lock after wrong passwords,
/// which passes by itself and says nothing about whether somebody is still there.
const LOCKED_FOR_GOOD: &str = "000001010000Z";

/// The attributes that are read, in order of preference.
pub(super) struct Names<'a> {
    key: Vec<&'a str>,
    user_name: Vec<&'a str>,
    email: Vec<&'a str>,
    name: Vec<&'a str>,
    department: Vec<&'a str>,
    title: Vec<&'a str>,
    language: Vec<&'a str>,
    /// Our name for an attribute, and the directory's.
    more: Vec<(&'a str, &'a str)>,
}

/// What is read beside them.
const ALWAYS: [&str; 4] = ["memberOf", "userAccountControl", "pwdAccountLockedTime", "nsAccountLock"];

impl<'a> Names<'a> {
    pub(super) fn of(settings: &'a Settings) -> Names<'a> {
        let own = &settings.attributes;
        let more: Vec<(&str, &str)> = own.more.iter().map(|(ours, theirs)| (ours.as_str(), theirs.as_str())).collect();
        let pick = |own: &'a Option<String>, usual: &[&'a str]| own.as_deref().map_or_else(|| usual.to_vec(), |own| vec![own]);
        match settings.schema {
            Schema::ActiveDirectory => Names {
                key: pick(&own.key, &["objectGUID"]),
                user_name: pick(&own.user_name, &["userPrincipalName", "sAMAccountName"]),
                email: pick(&own.email, &["mail"]),
                name: pick(&own.name, &["displayName", "cn"]),
                department: pick(&own.department, &["department"]),
                title: pick(&own.title, &["title"]),
                language: pick(&own.language, &["preferredLanguage"]),
                more,
            },
            Schema::InetOrgPerson => Names {
                key: pick(&own.key, &["entryUUID"]),
                user_name: pick(&own.user_name, &["uid", "mail"]),
                email: pick(&own.email, &["mail"]),
                name: pick(&own.name, &["displayName", "cn"]),
                department: pick(&own.department, &["departmentNumber", "ou"]),
                title: pick(&own.title, &["title"]),
                language: pick(&own.language, &["preferredLanguage"]),
                more,
            },
        }
    }

    /// All of them, to ask for nothing else.
    pub(super) fn all(&self) -> Vec<&'a str> {
        let lists = [&self.key, &self.user_name, &self.email, &self.name, &self.department, &self.title, &self.language];
        lists.into_iter().flatten().copied().chain(self.more.iter().map(|(_, theirs)| *theirs)).chain(ALWAYS).collect()
    }

    /// The person an entry is.
    pub(super) fn person(&self, entry: &Entry) -> Result<Person, Fault> {
        let text = |names: &[&str]| names.iter().find_map(|name| entry.text(name));
        let lacks = |what: &[&str]| Fault::odd(format!("{} has no {}", entry.dn, what.join(" and no ")));
        let user_name = text(&self.user_name).ok_or_else(|| lacks(&self.user_name))?;
        Ok(Person {
            key: self.key.iter().find_map(|name| key(name, entry)).ok_or_else(|| lacks(&self.key))?,
            email: text(&self.email),
            name: text(&self.name).unwrap_or_else(|| user_name.clone()),
            user_name,
            active: active(entry),
            department: text(&self.department),
            title: text(&self.title),
            language: text(&self.language),
            groups: entry.texts("memberOf").filter_map(first_name).collect(),
            attributes: self.more.iter().filter_map(|(ours, theirs)| Some(((*ours).to_owned(), entry.text(theirs)?))).collect(),
        })
    }
}

/// A key as text: the id Active Directory stores in 16 bytes is written as its own tools write it, other bytes in hex.
fn key(name: &str, entry: &Entry) -> Option<String> {
    let value = entry.values(name).first().filter(|value| !value.is_empty())?;
    if name.eq_ignore_ascii_case("objectGUID") && value.len() == 16 {
        return Some(guid(value));
    }
    Some(std::str::from_utf8(value).ok().and_then(said).unwrap_or_else(|| HEXLOWER.encode(value)))
}

/// The first three groups are stored with their bytes turned round (MS-DTYP, 2.3.4).
fn guid(value: &[u8]) -> String {
    let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let bytes: Vec<u8> = order.iter().filter_map(|at| value.get(*at).copied()).collect();
    let hex = HEXLOWER.encode(&bytes);
    [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| hex.get(part).unwrap_or_default()).join("-")
}

fn active(entry: &Entry) -> bool {
    let control = entry.text("userAccountControl").and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let disabled = control & i64::from(DISABLED) != 0;
    let locked = entry.text("pwdAccountLockedTime").is_some_and(|time| time == LOCKED_FOR_GOOD);
    let closed = entry.text("nsAccountLock").is_some_and(|word| word.eq_ignore_ascii_case("true"));
    !(disabled || locked || closed)
}

/// `CN=Sales\, North,OU=Groups,DC=example` is called `Sales, North`.
fn first_name(dn: &str) -> Option<String> {
    let (_, rest) = dn.split_once('=')?;
    let mut name = Vec::new();
    let mut bytes = rest.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b',' | b'+' => break,
            b'\\' => name.push(escaped(&mut bytes)?),
            other => name.push(other),
        }
    }
    said(&String::from_utf8_lossy(&name))
}

/// `\2C` or `\,`.
fn escaped(bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let first = bytes.next()?;
    match (digit(first), bytes.peek().copied().and_then(digit)) {
        (Some(high), Some(low)) => {
            bytes.next();
            Some(high << 4 | low)
        }
        _ => Some(first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_written_as_windows_writes_it() {
        let stored: Vec<u8> = (0..16).collect();
        assert_eq!(guid(&stored), "03020100-0504-0706-0809-0a0b0c0d0e0f");
    }

    #[test]
    fn a_group_is_called_by_its_first_name() {
        assert_eq!(first_name("CN=Sales\\, North,OU=Groups").as_deref(), Some("Sales, North"));
        assert_eq!(first_name("cn=B\\C3\\BCro,dc=example").as_deref(), Some("Büro"));
        assert_eq!(first_name("nothing"), None);
    }
}
