//! People from LDAP, against a real slapd.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use egress::Client;
use feeds::{
    Extent, Fault, Secret, Settings,
    ldap::{self, Schema, Tls},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    directory::{BASE, Directory, PASSWORD, group, person},
    twin::{NOW, Read, client, read},
};

async fn told(directory: &Directory, settings: ldap::Settings) -> Read {
    let net = client(settings.port.unwrap_or(0), &directory.root);
    read(&net, &Settings::Ldap(settings), PASSWORD, None).await
}

fn names(read: &Read) -> Vec<&str> {
    let mut names: Vec<&str> = read.people().into_iter().map(|person| person.user_name.as_str()).collect();
    names.sort_unstable();
    names
}

/// So many people, each with a surname that does not repeat.
fn crowd(count: usize) -> String {
    (0..count).map(|number| person(&format!("user{number}"), &format!("User {number}"), "")).collect()
}

#[tokio::test]
async fn people_of_openldap_over_ldaps_and_starttls() {
    let entries = person(
        "ada",
        "Ada Lovelace",
        "objectClass: extensibleObject\ndisplayName: Ada L.\ntitle: Countess\ndepartmentNumber: Maths\npreferredLanguage: en-GB\nmemberOf: cn=Board\\, all,ou=groups,dc=example,dc=com\n",
    ) + &person("charles", "Charles Babbage", "pwdAccountLockedTime: 000001010000Z\n")
        + &person("grace", "Grace Hopper", "pwdAccountLockedTime: 20261122090000Z\n")
        + "dn: uid=ghost,ou=hidden,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: ghost\ncn: Ghost\nsn: Ghost\n\n";
    let Some(directory) = Directory::start(&entries).await else { return };
    for (tls, port) in [(Tls::Ldaps, directory.hidden), (Tls::StartTls, directory.plain)] {
        let got = told(&directory, ldap::Settings { tls, port: Some(port), ..directory.settings() }).await;
        assert_eq!(got.ended.as_ref().map(|ended| (ended.extent, &ended.cursor)), Ok((Extent::Whole, &None)), "{tls:?}");
        assert_eq!(names(&got), ["ada", "charles", "grace"]);
        let ada = got.person("ada");
        assert_eq!((ada.name.as_str(), ada.email.as_deref(), ada.title.as_deref()), ("Ada L.", Some("ada@example.com"), Some("Countess")));
        assert_eq!((ada.department.as_deref(), ada.language.as_deref(), ada.active), (Some("Maths"), Some("en-GB"), true));
        assert_eq!(ada.groups, ["Board, all"]);
        assert_eq!((ada.key.len(), ada.key.matches('-').count()), (36, 4), "an entryUUID: {}", ada.key);
        // Locked by an administrator is gone; locked after wrong passwords is still there.
        assert!(!got.person("charles").active && got.person("grace").active);
    }
}

#[tokio::test]
async fn people_of_active_directory() {
    let entry = |name: &str, control: u32, guid: &str, principal: &str| {
        format!(
            "dn: cn={name},ou=people,{BASE}\nobjectClass: user\nobjectClass: extensibleObject\ncn: {name}\nsn: {name}\nsAMAccountName: {name}\n\
             userAccountControl: {control}\nobjectGUID:: {guid}\ninstanceType: 4\nnTSecurityDescriptor: x\nobjectCategory: cn=person,{BASE}\n\
             department: Sales\n{principal}\n"
        )
    };
    // 512 is an ordinary user, 514 a disabled one, 66050 a disabled one whose password never expires.
    let entries = entry("ada", 512, "AAECAwQFBgcICQoLDA0ODw==", "userPrincipalName: ada@corp.example\n")
        + &entry("charles", 514, "EAECAwQFBgcICQoLDA0ODw==", "")
        + &entry("grace", 66_050, "IAECAwQFBgcICQoLDA0ODw==", "");
    let Some(directory) = Directory::start(&entries).await else { return };
    // The short name in `objectCategory=person` is Active Directory's alone.
    let filter = Some("(&(objectClass=user)(cn=*))".to_owned());
    let got = told(&directory, ldap::Settings { schema: Schema::ActiveDirectory, filter, ..directory.settings() }).await;
    assert_eq!(names(&got), ["ada@corp.example", "charles", "grace"], "{:?}", got.ended);
    let ada = got.person("ada@corp.example");
    assert_eq!((ada.key.as_str(), ada.active), ("03020100-0504-0706-0809-0a0b0c0d0e0f", true));
    assert_eq!(ada.department.as_deref(), Some("Sales"));
    assert!(!got.person("charles").active && !got.person("grace").active);
}

#[tokio::test]
async fn more_people_than_the_server_gives_at_once() {
    let Some(directory) = Directory::start(&crowd(1_234)).await else { return };
    let got = told(&directory, directory.settings()).await;
    assert_eq!(got.people().len(), 1_234, "{:?}", got.ended);
    assert!(got.pages.len() > 1 && got.pages.iter().all(|page| *page <= 500), "{:?}", got.pages);
    let filtered =
        ldap::Settings { filter: Some("(&(objectClass=inetOrgPerson)(|(uid=user1)(uid=user12*)))".to_owned()), ..directory.settings() };
    assert_eq!(told(&directory, filtered).await.people().len(), 1 + 1 + 10 + 34);
    let net = client(directory.hidden, &directory.root);
    let tested = feeds::test(&net, &Settings::Ldap(directory.settings()), &Secret::new(PASSWORD), NOW).await.expect("a trial");
    assert_eq!((tested.people, tested.all, tested.sample.len()), (1_234, true, 5));
}

#[tokio::test]
async fn members_of_a_group_and_of_groups_in_it() {
    let people: String = ["ada", "grace", "linus", "outsider"].map(|uid| person(uid, uid, "")).concat();
    let entries = people
        + &group("staff", &["cn=engineers,ou=groups", "uid=ada,ou=people"])
        // Round in a circle, once to itself, and once to a group that is no longer there.
        + &group("engineers", &["uid=grace,ou=people", "cn=kernel,ou=groups", "cn=engineers,ou=groups", "cn=deleted,ou=groups"])
        + &group("kernel", &["UID=Linus, OU=people", "cn=staff,ou=groups"])
        + &group("empty", &["cn=empty,ou=groups"]);
    let Some(directory) = Directory::start(&entries).await else { return };
    let of = |name: &str| ldap::Settings { group: Some(format!("cn={name},ou=groups,{BASE}")), ..directory.settings() };
    assert_eq!(names(&told(&directory, of("staff")).await), ["ada", "grace", "linus"]);
    assert_eq!(names(&told(&directory, of("kernel")).await), ["ada", "grace", "linus"]);
    // A group that cannot be read, or is not there, must not look like a group everybody has left.
    for name in ["empty", "nobody"] {
        let got = told(&directory, of(name)).await;
        assert!(matches!(got.fault(), Fault::BadSettings { field: "group", .. }), "{name}: {:?}", got.ended);
    }
}

#[tokio::test]
async fn refusals_have_their_names() {
    let Some(directory) = Directory::start(&person("ada", "Ada", "")).await else { return };
    let right = directory.settings();
    let net = client(directory.hidden, &directory.root);
    for secret in ["wrong", ""] {
        let got = read(&net, &Settings::Ldap(right.clone()), secret, None).await;
        assert_eq!(got.fault().code(), "sign-in-refused", "{secret}");
    }
    for (settings, code) in [
        (ldap::Settings { bind_dn: "cn=nobody,dc=example,dc=com".to_owned(), ..right.clone() }, "sign-in-refused"),
        (ldap::Settings { base: "ou=nowhere,dc=example,dc=com".to_owned(), ..right.clone() }, "bad-settings"),
        (ldap::Settings { base: "not a name".to_owned(), ..right.clone() }, "bad-settings"),
        (ldap::Settings { filter: Some("(cn=".to_owned()), ..right.clone() }, "bad-settings"),
        (ldap::Settings { bind_dn: " ".to_owned(), ..right.clone() }, "bad-settings"),
        (ldap::Settings { host: "ldaps://directory.test".to_owned(), ..right.clone() }, "bad-settings"),
        // The certificate is for another name.
        (ldap::Settings { host: "other.test".to_owned(), ..right.clone() }, "certificate"),
        (ldap::Settings { host: "127.0.0.1".to_owned(), ..right.clone() }, "certificate"),
        (ldap::Settings { host: "10.0.0.1".to_owned(), ..right.clone() }, "forbidden-address"),
        (ldap::Settings { host: "169.254.169.254".to_owned(), ..right.clone() }, "forbidden-address"),
        // The key is missing from every entry.
        (
            ldap::Settings {
                attributes: ldap::Attributes { key: Some("employeeNumber".to_owned()), ..Default::default() },
                ..right.clone()
            },
            "not-understood",
        ),
    ] {
        let got = told(&directory, settings.clone()).await;
        assert_eq!(got.fault().code(), code, "{settings:?}: {:?}", got.ended);
    }
    // A port that speaks no TLS, and one that turns to TLS only when asked.
    let got = told(&directory, ldap::Settings { port: Some(directory.plain), ..right.clone() }).await;
    assert!(["unreachable", "broken-off"].contains(&got.fault().code()), "{:?}", got.ended);
    let stranger =
        client(directory.hidden, &rcgen::generate_simple_self_signed(vec!["x.test".to_owned()]).expect("a certificate").cert.pem());
    assert_eq!(read(&stranger, &Settings::Ldap(right), PASSWORD, None).await.fault().code(), "certificate");
}

#[tokio::test]
async fn half_a_page_and_dead_is_broken_off() {
    let Some(directory) = Directory::start(&crowd(1_000)).await else { return };
    let whole = Arc::new(AtomicUsize::new(usize::MAX));
    let port = cutting(directory.hidden, whole.clone()).await;
    let net: Client = client(port, &directory.root);
    let settings = Settings::Ldap(ldap::Settings { port: Some(port), ..directory.settings() });
    assert_eq!(read(&net, &settings, PASSWORD, None).await.people().len(), 1_000);
    // The line goes dead after so many bytes of answer: in the sign-in, in the first page, in the last.
    for bytes in [700, 20_000, 100_000] {
        whole.store(bytes, Ordering::SeqCst);
        let got = read(&net, &settings, PASSWORD, None).await;
        let code = got.fault().code();
        assert!(code == "broken-off" || (bytes == 700 && code == "unreachable"), "{bytes}: {:?}", got.ended);
    }
}

/// Passes on what both sides say, and goes dead after so many bytes of answer.
async fn cutting(to: u16, bytes: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let left = bytes.load(Ordering::SeqCst);
            tokio::spawn(async move {
                let Ok(mut far) = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await else { return };
                let (mut from_near, mut to_near) = near.split();
                let (from_far, mut to_far) = far.split();
                let up = async { tokio::io::copy(&mut from_near, &mut to_far).await.map(drop) };
                let down = async {
                    let passed = tokio::io::copy(&mut from_far.take(left as u64), &mut to_near).await;
                    let _ = to_near.shutdown().await;
                    passed.map(drop)
                };
                tokio::select! { _ = up => {}, _ = down => {} }
            });
        }
    });
    port
}
