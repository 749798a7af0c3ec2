//! Single-use links: the first set-up, an invitation, a forgotten password. Only a hash is stored, and mail makes the link
//! itself, so that no job and no audit row ever holds one.

use access::{permissions::Operate, secret};
use command::{Call, Command, Cx, Fail, House, Never, Node, Secret};
use serde::{Deserialize, Serialize};
use store::{Control, StaffId, Timestamp, Tx, Uuid};

use super::{
    noun::{Person, SignInRefusal, StaffStatus},
    store as rows,
};
use crate::noun::Name;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// The first set-up of an installation.
    Setup,
    /// A new person's first password.
    Invite,
    /// A forgotten password.
    Reset,
}

impl LinkKind {
    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            LinkKind::Setup => "setup",
            LinkKind::Invite => "invite",
            LinkKind::Reset => "reset",
        }
    }

    const fn seconds(self) -> i64 {
        match self {
            LinkKind::Setup => 24 * 3600,
            LinkKind::Invite => 7 * 24 * 3600,
            LinkKind::Reset => 3600,
        }
    }
}

/// Writes the hash of a new link.
#[derive(Debug, Serialize)]
pub struct MakeLink {
    /// Where it is recorded: the person's home, or the platform.
    pub home: Uuid,
    /// For whom; nobody yet at set-up.
    pub staff: Option<StaffId>,
    /// What for.
    pub kind: LinkKind,
    /// Its hash.
    pub hash: Secret<[u8; 32]>,
    /// True when earlier links of this kind stop working.
    pub alone: bool,
}

impl Command for MakeLink {
    const NAME: &'static str = "identity.make_link";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(self.home)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        if self.alone {
            rows::void_links(cx.tx, self.kind, self.staff, cx.now)?;
        }
        rows::insert_link(cx.tx, self.hash.0, self.kind, self.staff, cx.now, cx.now.plus_seconds(self.kind.seconds()))?;
        let whose = self.staff.map_or_else(|| "setup".to_owned(), |s| s.to_string());
        cx.changed("link", whose, self.kind.word(), (), "made");
        Ok(())
    }
}

/// Makes a link and gives its secret text, which is stored nowhere.
///
/// # Errors
/// The store's, or that the home does not exist.
pub async fn make(house: &House, kind: LinkKind, home: Uuid, staff: Option<StaffId>, alone: bool) -> Result<String, Fail<Never>> {
    let text = secret::spell(secret::LINK, house.random());
    let hash = secret::hash(secret::LINK, &text).map_or([0; 32], |h| h.0);
    house.execute(Call::operator(), MakeLink { home, staff, kind, hash: Secret(hash), alone }).await?;
    Ok(text)
}

/// The hash of a link's text; `None` for anything that is not one.
#[must_use]
pub fn hash_of(text: &str) -> Option<[u8; 32]> {
    secret::hash(secret::LINK, text).map(|h| h.0)
}

/// Who a link is for, while it can be used. Only looks.
///
/// # Errors
/// The store's.
pub async fn person_of(house: &House, kind: LinkKind, text: &str) -> store::Result<Option<Person>> {
    let (Some(hash), now) = (hash_of(text), house.now()) else { return Ok(None) };
    let found = house.control().read(move |view| {
        let Some(Some(staff)) = rows::link(view, hash, kind, now)? else { return Ok(None) };
        rows::person(view, staff)
    });
    Ok(found.await?.filter(|person| fits(kind, person.status)))
}

fn fits(kind: LinkKind, status: StaffStatus) -> bool {
    match kind {
        LinkKind::Setup => false,
        LinkKind::Invite => status == StaffStatus::Invited,
        LinkKind::Reset => status == StaffStatus::Active,
    }
}

/// Uses a link up inside a command: true when it was still good.
///
/// # Errors
/// The store's.
pub fn consume(tx: &mut Tx<'_, Control>, kind: LinkKind, hash: [u8; 32], now: Timestamp) -> store::Result<bool> {
    Ok(rows::use_link(tx, hash, kind, now)?.is_some())
}

/// Sets a password by a link: the first one, or a new one. Every session of the person ends.
#[derive(Debug, Serialize)]
pub struct SetPasswordByLink {
    /// Their home.
    pub home: Uuid,
    /// Whose.
    pub staff: StaffId,
    /// Invitation or reset.
    pub kind: LinkKind,
    /// The link.
    pub link: Secret<[u8; 32]>,
    /// What they are called, if they say so.
    pub name: Option<Name>,
    /// The new password's hash.
    pub password_hash: Secret<String>,
}

impl Command for SetPasswordByLink {
    const NAME: &'static str = "identity.set_password_by_link";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = SignInRefusal;

    fn node(&self) -> Node {
        Node::known(self.home)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<SignInRefusal>> {
        let whose = rows::use_link(cx.tx, self.link.0, self.kind, cx.now)?.flatten();
        let person = rows::person(cx.tx, self.staff)?;
        let Some(person) = person.filter(|p| whose == Some(p.staff) && fits(self.kind, p.status)) else {
            return Err(SignInRefusal::LinkGone.into());
        };
        rows::set_password(cx.tx, self.staff, &self.password_hash.0)?;
        if let Some(name) = self.name.as_ref().filter(|n| n.as_str() != person.name) {
            rows::set_name(cx.tx, self.staff, name)?;
            cx.changed("staff", self.staff, "name", &person.name, name);
        }
        rows::void_links(cx.tx, LinkKind::Invite, Some(self.staff), cx.now)?;
        rows::void_links(cx.tx, LinkKind::Reset, Some(self.staff), cx.now)?;
        rows::end_sessions(cx.tx, self.staff, cx.now)?;
        cx.changed("staff", self.staff, "password", (), "set");
        cx.changed("staff", self.staff, "status", person.status, StaffStatus::Active);
        Ok(())
    }
}
