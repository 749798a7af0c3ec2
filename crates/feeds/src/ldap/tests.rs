//! Servers that no slapd will play: hostile ones, and Active Directory.

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::{
    ber::{self, ENUMERATED, INTEGER, SEQUENCE, SET},
    filter::Filter,
    group::Belonging,
    session::Session,
    wire::{Scope, Search},
};
use crate::{Fault, PAGE};

fn message(id: u32, operation: &[u8]) -> Vec<u8> {
    ber::wrap(SEQUENCE, &[&ber::number(INTEGER, id), operation].concat())
}

fn done(id: u32, code: u32) -> Vec<u8> {
    message(id, &ber::wrap(0x65, &[ber::number(ENUMERATED, code), ber::octets(b""), ber::octets(b"")].concat()))
}

fn entry(id: u32, dn: &str, attributes: &[(&str, &str)]) -> Vec<u8> {
    let list: Vec<u8> = attributes
        .iter()
        .flat_map(|(name, value)| {
            let values = ber::wrap(SET, &ber::octets(value.as_bytes()));
            ber::wrap(SEQUENCE, &[ber::octets(name.as_bytes()), values].concat())
        })
        .collect();
    message(id, &ber::wrap(0x64, &[ber::octets(dn.as_bytes()), ber::wrap(SEQUENCE, &list)].concat()))
}

/// What comes of a page where the server says this.
async fn page(said: Vec<u8>) -> Result<usize, Fault> {
    let (near, mut far) = duplex(64 * 1024);
    let server = tokio::spawn(async move {
        let mut asked = [0; 512];
        let _ = far.read(&mut asked).await;
        let _ = far.write_all(&said).await;
    });
    let filter = Filter::present("objectClass");
    let search = Search { base: "dc=example", scope: Scope::Below, filter: &filter, attributes: &["cn"] };
    let told = Session::on(near).page(&search, b"").await.map(|(entries, _)| entries.len());
    server.abort();
    told
}

#[tokio::test]
async fn an_answer_that_ends_too_early_broke_off() {
    let two = [entry(2, "cn=a", &[("cn", "a")]), entry(2, "cn=b", &[])].concat();
    assert_eq!(page([two.clone(), done(2, 0)].concat()).await, Ok(2));
    assert!(matches!(page(two.clone()).await, Err(Fault::BrokenOff(_))));
    assert!(matches!(page(two[..two.len() - 3].to_vec()).await, Err(Fault::BrokenOff(_))));
    // The server says that it hangs up (RFC 4511, 4.4.1).
    let goodbye = message(0, &ber::wrap(0x78, &[ber::number(ENUMERATED, 52), ber::octets(b""), ber::octets(b"going down")].concat()));
    assert_eq!(page(goodbye).await, Err(Fault::BrokenOff("going down".to_owned())));
}

#[tokio::test]
async fn a_hostile_server_costs_nothing() {
    // Six bytes a level, as deep as a message goes: a reader that follows it into its depth ends the program.
    let depth = 600_000;
    let levels = (1..=depth).rev().flat_map(|left| [&[0x30, 0x84][..], &(6 * (left - 1) as u32).to_be_bytes()].concat());
    let deep = message(2, &ber::wrap(0x64, &levels.collect::<Vec<u8>>()));
    assert!(matches!(page(deep).await, Err(Fault::NotUnderstood(_))));
    // Four gigabytes announced; a length without an end; another tag than LDAP has.
    assert!(matches!(page(vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff]).await, Err(Fault::TooMuch(_))));
    assert!(matches!(page(vec![0x30, 0x80, 0, 0]).await, Err(Fault::TooMuch(_))));
    assert!(matches!(page(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()).await, Err(Fault::NotUnderstood(_))));
    // An answer to another question, and more entries than were asked for.
    assert!(matches!(page(done(9, 0)).await, Err(Fault::NotUnderstood(_))));
    let endless: Vec<u8> = (0..PAGE + 2).flat_map(|_| entry(2, "cn=a", &[])).collect();
    assert!(matches!(page(endless).await, Err(Fault::TooMuch(_))));
}

#[tokio::test]
async fn results_have_their_names() {
    for (code, name) in
        [(4, "too-much"), (11, "too-much"), (12, "not-understood"), (32, "bad-settings"), (50, "consent-needed"), (51, "unreachable")]
    {
        assert_eq!(page(done(2, code)).await.map_err(|fault| fault.code()), Err(name), "{code}");
    }
}

/// Active Directory follows groups by itself, and is asked to.
#[tokio::test]
async fn active_directory_is_asked_for_groups_within_groups() {
    let (near, far) = duplex(64 * 1024);
    let server = tokio::spawn(active_directory(far));
    let mut session = Session::on(near);
    let found = Belonging::find(&mut session, "cn=staff,dc=example", "dc=example").await;
    let Ok(Belonging::Ask(filter)) = found else { panic!("a filter") };
    let text = String::from_utf8_lossy(&filter.0).into_owned();
    assert!(text.contains("1.2.840.113556.1.4.1941") && text.contains("memberOf") && text.contains("cn=staff,dc=example"), "{text}");
    // A group there is not: the filter would find nobody, and everybody would seem to be gone.
    let missing = Belonging::find(&mut session, "cn=nobody,dc=example", "dc=example").await;
    assert!(matches!(missing, Err(Fault::BadSettings { field: "group", .. })));
    server.abort();
}

async fn active_directory(mut line: DuplexStream) {
    for id in 2.. {
        let mut asked = vec![0; 512];
        let Ok(length) = line.read(&mut asked).await else { return };
        let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
        let told = if asked.contains("supportedCapabilities") {
            [entry(id, "", &[("supportedCapabilities", "1.2.840.113556.1.4.800")]), done(id, 0)].concat()
        } else if asked.contains("cn=staff") {
            [entry(id, "cn=staff,dc=example", &[("objectClass", "group")]), done(id, 0)].concat()
        } else {
            done(id, 32)
        };
        if line.write_all(&told).await.is_err() {
            return;
        }
    }
}
