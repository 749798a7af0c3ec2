//! A slapd of its own for each test that wants one, in a temporary folder and on a free port.

use std::{
    fmt::Write,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use feeds::ldap::{Attributes, Schema, Settings, Tls};
use tempfile::TempDir;

pub const BASE: &str = "dc=example,dc=com";
pub const READER: &str = "cn=reader,dc=example,dc=com";
pub const PASSWORD: &str = "pässword with \\ and \"";
/// The name in its certificate.
pub const HOST: &str = "directory.test";

/// A running slapd; it ends with the value.
pub struct Directory {
    folder: TempDir,
    slapd: Child,
    pub plain: u16,
    pub hidden: u16,
    pub root: String,
}

impl Drop for Directory {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Directory {
    /// Starts one with these entries below the base. None where there is no slapd, which under `CI=true` is a failure.
    pub async fn start(entries: &str) -> Option<Directory> {
        let Some(found) = slapd() else {
            assert!(!is_ci(), "slapd is missing: install it (Debian: apt-get install slapd)");
            eprintln!("SKIPPED: slapd is missing (Debian: apt-get install slapd)");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        // A copy: where AppArmor watches the installed one, it may not read a temporary folder.
        let slapd = folder.path().join("slapd");
        std::fs::copy(found, &slapd).expect("a copy of slapd");
        let root = configure(folder.path());
        load(&slapd, folder.path(), entries);
        let (plain, hidden) = (free_port(), free_port());
        let mut directory = Directory { slapd: run(&slapd, folder.path(), plain, hidden), folder, plain, hidden, root };
        for _ in 0..5 {
            if directory.answers().await {
                return Some(directory);
            }
            // A port that was free a moment ago may have been taken by another test.
            directory.stop();
            (directory.plain, directory.hidden) = (free_port(), free_port());
            directory.slapd = run(&slapd, directory.folder.path(), directory.plain, directory.hidden);
        }
        panic!("slapd does not answer: {}", std::fs::read_to_string(directory.folder.path().join("log")).unwrap_or_default());
    }

    async fn answers(&mut self) -> bool {
        for _ in 0..200 {
            if !matches!(self.slapd.try_wait(), Ok(None)) {
                return false;
            }
            // It writes its number once it holds its ports; without that somebody else might answer on them.
            let holds = self.folder.path().join("pid").is_file();
            if holds && tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.hidden)).await.is_ok() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }

    fn stop(&mut self) {
        let _ = self.slapd.kill();
        let _ = self.slapd.wait();
    }

    pub fn settings(&self) -> Settings {
        Settings {
            host: HOST.to_owned(),
            port: Some(self.hidden),
            tls: Tls::Ldaps,
            schema: Schema::InetOrgPerson,
            bind_dn: READER.to_owned(),
            base: format!("ou=people,{BASE}"),
            filter: None,
            group: None,
            attributes: Attributes::default(),
        }
    }
}

fn run(slapd: &Path, folder: &Path, plain: u16, hidden: u16) -> Child {
    Command::new(slapd)
        .args(["-d", "0", "-f"])
        .arg(folder.join("slapd.conf"))
        .args(["-h", &format!("ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{hidden}")])
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(folder.join("log")).expect("a log"))
        .spawn()
        .expect("slapd")
}

fn is_ci() -> bool {
    #[expect(clippy::disallowed_methods, reason = "only CI says whether a missing slapd is a failure")]
    std::env::var("CI").is_ok_and(|value| value == "true")
}

fn slapd() -> Option<PathBuf> {
    // Debian's: the configuration below names its folders.
    let (slapd, schema) = (PathBuf::from("/usr/sbin/slapd"), Path::new("/etc/ldap/schema/msuser.schema"));
    (slapd.is_file() && schema.is_file()).then_some(slapd)
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// Writes configuration and certificate; gives the certificate.
fn configure(folder: &Path) -> String {
    let made = rcgen::generate_simple_self_signed(vec![HOST.to_owned()]).expect("a certificate");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file");
    write("cert.pem", &made.cert.pem());
    write("key.pem", &made.signing_key.serialize_pem());
    std::fs::create_dir(folder.join("data")).expect("a folder");
    let at = folder.display();
    // 100 entries and no more: who does not ask for pages is refused the rest.
    write(
        "slapd.conf",
        &format!(
            "include /etc/ldap/schema/core.schema\n\
             include /etc/ldap/schema/cosine.schema\n\
             include /etc/ldap/schema/inetorgperson.schema\n\
             include /etc/ldap/schema/nis.schema\n\
             include /etc/ldap/schema/msuser.schema\n\
             modulepath /usr/lib/ldap\n\
             moduleload back_mdb\n\
             moduleload memberof\n\
             moduleload ppolicy\n\
             pidfile {at}/pid\n\
             TLSCertificateFile {at}/cert.pem\n\
             TLSCertificateKeyFile {at}/key.pem\n\
             security simple_bind=128\n\
             database mdb\n\
             suffix \"{BASE}\"\n\
             directory {at}/data\n\
             maxsize 104857600\n\
             index objectClass,uid eq\n\
             overlay memberof\n\
             overlay ppolicy\n\
             limits * size.soft=100 size.hard=100 size.pr=500 size.prtotal=unlimited\n\
             access to attrs=userPassword by anonymous auth by * none\n\
             access to dn.subtree=\"ou=hidden,{BASE}\" by * none\n\
             access to * by dn.exact=\"{READER}\" read by * none\n"
        ),
    );
    made.cert.pem()
}

/// Fills it while it is not running.
fn load(slapd: &Path, folder: &Path, entries: &str) {
    let base64 = |text: &str| data_encoding::BASE64.encode(text.as_bytes());
    let ldif = format!(
        "dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n\n\
         dn: {READER}\nobjectClass: person\ncn: reader\nsn: reader\nuserPassword:: {}\n\n\
         dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n\n\
         dn: ou=groups,{BASE}\nobjectClass: organizationalUnit\nou: groups\n\n\
         dn: ou=hidden,{BASE}\nobjectClass: organizationalUnit\nou: hidden\n\n{entries}",
        base64(PASSWORD)
    );
    let path = folder.join("entries.ldif");
    std::fs::write(&path, ldif).expect("a file");
    let loaded =
        Command::new(slapd).args(["-T", "add", "-q", "-f"]).arg(folder.join("slapd.conf")).arg("-l").arg(&path).output().expect("slapadd");
    assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
}

/// A person as OpenLDAP has them; `more` is further lines.
pub fn person(uid: &str, name: &str, more: &str) -> String {
    let surname = name.rsplit(' ').next().unwrap_or(name);
    format!(
        "dn: uid={uid},ou=people,{BASE}\nobjectClass: inetOrgPerson\n{more}uid: {uid}\ncn: {name}\nsn: {surname}\nmail: {uid}@example.com\n\n"
    )
}

/// A group of these members, which stand below the base.
pub fn group(name: &str, members: &[&str]) -> String {
    let mut text = format!("dn: cn={name},ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: {name}\n");
    for member in members {
        writeln!(text, "member: {member},{BASE}").expect("room");
    }
    text + "\n"
}
