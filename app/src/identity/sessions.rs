//! Sessions: 256 random bits in a cookie, a hash in the table; twelve idle hours, seven days at most.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use access::{Credential, permissions::Operate, secret};
use command::{Call, Command, Cx, Fail, House, Never, Node, Secret};
use serde::{Deserialize, Serialize};
use store::{Control, SessionId, StaffId, Timestamp, Uuid};

use super::{
    noun::{SignInRefusal, StaffStatus},
    store as rows,
};
use crate::{app::App, noun::PLATFORM};

/// Seconds after which an unused session ends.
pub const IDLE: i64 = 12 * 3600;
/// Seconds after which every session ends.
pub const LONGEST: i64 = 7 * 24 * 3600;

/// What a person showed besides the password.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// Nothing: they have no second factor.
    None,
    /// The session this one takes the place of.
    SignedIn,
    /// A code of this step.
    Step(i64),
    /// A recovery code with this hash.
    Recovery(Secret<[u8; 32]>),
}

/// Opens a session for a person who has just proved who they are.
#[derive(Debug, Serialize)]
pub struct OpenSession {
    /// Their home.
    pub home: Uuid,
    /// Who.
    pub staff: StaffId,
    /// The hash the password was verified against: if it changed meanwhile, the sign-in is void.
    pub password_hash: Secret<String>,
    /// The second factor that was shown.
    pub factor: Factor,
    /// The new secret's hash.
    pub hash: Secret<[u8; 32]>,
    /// The session this one takes the place of.
    pub before: Option<Secret<[u8; 32]>>,
    /// Browser and system.
    pub label: String,
    /// Network address.
    pub address: String,
}

impl Command for OpenSession {
    const NAME: &'static str = "identity.open_session";
    type Home = Control;
    type Needs = Operate;
    type Done = SessionId;
    type Refusal = SignInRefusal;

    fn node(&self) -> Node {
        Node::known(self.home)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<SessionId, Fail<SignInRefusal>> {
        let person = rows::person(cx.tx, self.staff)?.ok_or(SignInRefusal::Wrong)?;
        if person.status != StaffStatus::Active || person.password_hash.as_ref() != Some(&self.password_hash.0) {
            return Err(SignInRefusal::Wrong.into());
        }
        let fits = match &self.factor {
            Factor::None => !person.totp_on,
            Factor::SignedIn => true,
            Factor::Step(step) => rows::use_step(cx.tx, self.staff, *step)?,
            Factor::Recovery(hash) => rows::use_recovery(cx.tx, self.staff, hash.0, cx.now)?,
        };
        if !fits {
            return Err(SignInRefusal::WrongCode.into());
        }
        if let Some(before) = &self.before {
            rows::end_by_hash(cx.tx, self.staff, before.0, cx.now)?;
        }
        let id: SessionId = cx.new_id();
        let new = rows::NewCredential {
            hash: self.hash.0,
            id: id.0,
            kind: "session",
            holder: self.staff.0,
            staff: self.staff,
            label: &self.label,
            address: &self.address,
            idle_until: cx.now.plus_seconds(IDLE),
            expires_at: cx.now.plus_seconds(LONGEST),
        };
        rows::insert_credential(cx.tx, &new, cx.now)?;
        cx.changed("session", id, "state", (), "open");
        Ok(id)
    }
}

/// Makes a session secret: its text for the cookie, its hash for the table.
#[must_use]
pub fn fresh(house: &House) -> (String, [u8; 32]) {
    let text = secret::spell(secret::SESSION, house.random());
    let hash = secret::hash(secret::SESSION, &text).map_or([0; 32], |h| h.0);
    (text, hash)
}

/// Ends sessions or a token of a person.
#[derive(Debug, Serialize)]
pub struct EndCredential {
    /// Their home.
    pub home: Uuid,
    /// Whose.
    pub staff: StaffId,
    /// Which.
    pub which: Which,
}

/// Which credential ends.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// The session of this secret.
    Shown(Secret<[u8; 32]>),
    /// A session by its id.
    Session(SessionId),
    /// A token by its id.
    Token(store::TokenId),
    /// All sessions.
    Sessions,
}

impl Command for EndCredential {
    const NAME: &'static str = "identity.end_credential";
    type Home = Control;
    type Needs = Operate;
    /// False when there was nothing to end.
    type Done = bool;
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(self.home)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<bool, Fail<Never>> {
        let ended = match &self.which {
            Which::Shown(hash) => rows::end_by_hash(cx.tx, self.staff, hash.0, cx.now)?,
            Which::Session(id) => rows::end_by_id(cx.tx, self.staff, "session", id.0, cx.now)?,
            Which::Token(id) => rows::end_by_id(cx.tx, self.staff, "token", id.0, cx.now)?,
            Which::Sessions => rows::end_sessions(cx.tx, self.staff, cx.now)? > 0,
        };
        if ended {
            let what = match &self.which {
                Which::Shown(_) => "session".to_owned(),
                Which::Session(id) => id.to_string(),
                Which::Token(id) => id.to_string(),
                Which::Sessions => "all sessions".to_owned(),
            };
            cx.changed("credential", what, "state", "open", "ended");
        }
        Ok(ended)
    }
}

/// Remembers that a credential is in use.
#[derive(Debug, Serialize)]
struct Touch {
    hash: Secret<[u8; 32]>,
}

impl Command for Touch {
    const NAME: &'static str = "identity.touch";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(PLATFORM)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        Ok(rows::touch(cx.tx, self.hash.0, cx.now, cx.now.plus_seconds(IDLE))?)
    }
}

/// When this process last wrote that a credential was used.
static TOUCHED: LazyLock<Mutex<HashMap<[u8; 32], Timestamp>>> = LazyLock::new(Mutex::default);

/// Notes the use of a session or token, and keeps the session awake; writes at most once a minute. For every request whose
/// credential was accepted. Failing to is harmless.
pub async fn touch(app: &App, credential: &Credential) {
    let Credential::Secret(hash) = credential else { return };
    let now = app.house.now();
    if due(hash.0, now) {
        let _ = app.house.execute(Call::operator(), Touch { hash: Secret(hash.0) }).await;
    }
}

fn due(hash: [u8; 32], now: Timestamp) -> bool {
    let mut touched = TOUCHED.lock().unwrap_or_else(PoisonError::into_inner);
    if touched.len() > 100_000 {
        touched.clear();
    }
    let fresh = touched.get(&hash).is_some_and(|at| (0..60 * Timestamp::SECOND).contains(&(now.0 - at.0)));
    if !fresh {
        touched.insert(hash, now);
    }
    !fresh
}

/// Browser and system in two words, for the list of sessions.
#[must_use]
pub fn label_of(agent: &str) -> String {
    let named = |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let browser = named(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = named(&[
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Android", "Android"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.chars().filter(|c| !c.is_control()).take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_written_down_once_a_minute() {
        let at = |s: i64| Timestamp(s * Timestamp::SECOND);
        assert!(due([0xaa; 32], at(1000)));
        assert!(!due([0xaa; 32], at(1059)));
        assert!(due([0xaa; 32], at(1060)));
        assert!(due([0xab; 32], at(1060)));
    }

    #[test]
    fn a_browser_is_named_in_two_words() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(label_of(firefox), "Firefox, Linux");
        assert_eq!(label_of("odd\nagent"), "oddagent");
    }
}
