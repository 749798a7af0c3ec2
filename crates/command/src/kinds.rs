use std::fmt::Debug;

use access::{Credential, Denied, Node, Permission, Scope};
use serde::{Serialize, de::DeserializeOwned};
use store::{StaffId, Timestamp, View};

use crate::{Cx, Effect, Place};

/// A change somebody can make: a plain value that names the permission it needs and the node where it needs it.
pub trait Command: Serialize + Send + Sync + 'static {
    /// Its name in audit, idempotency and jobs: `licensing.pools.allocate`.
    const NAME: &'static str;
    /// True for high-volume commands that leave no audit row of their own.
    const QUIET: bool = false;
    /// True where a replay tells what was changed, too: the effects are kept with the saved answer.
    const TELLS_AGAIN: bool = false;
    /// The database it changes.
    type Home: Place;
    /// The right it needs.
    type Needs: Permission;
    /// What it answers, and what a replay answers: a value, not HTTP bytes.
    type Done: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// Its domain "no"; [`Never`] when there is none.
    type Refusal: Refusal;

    /// Where the grant is asked.
    fn node(&self) -> Node;

    /// What the sender said that serialising hides ([`crate::Secret`]). A request sent again must say the same: it is hashed with a
    /// salt beside the rest, and kept nowhere. Nothing for what is made anew with each request.
    fn hidden(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Whether a saved answer still stands. Where what it began was refused since, nothing was changed: the request is decided again.
    ///
    /// # Errors
    /// The store's.
    fn stands(&self, _: &mut View<'_, Self::Home>, _: &Scope<Self::Needs>, _: &Self::Done) -> store::Result<bool> {
        Ok(true)
    }

    /// Makes the change. May be called more than once for one request (a batch is run again after 40001).
    ///
    /// # Errors
    /// A refusal or the store's error rolls everything back.
    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Self::Done, Fail<Self::Refusal>>
    where
        Self: Sized;
}

/// A question somebody can ask.
pub trait Query: Send + Sync + 'static {
    /// The database it reads.
    type Home: Place;
    /// The right it needs.
    type Needs: Permission;
    /// What it finds.
    type Found: Send + 'static;

    /// Where the grant is asked.
    fn node(&self) -> Node;

    /// Finds it, in one snapshot.
    ///
    /// # Errors
    /// The store's.
    fn run(&self, view: &mut View<'_, Self::Home>, scope: &Scope<Self::Needs>, now: Timestamp) -> store::Result<Self::Found>;
}

/// A domain "no". Status codes exist nowhere else.
pub trait Refusal: Serialize + Debug + Send + Sync + 'static {
    /// HTTP status.
    fn status(&self) -> u16;
    /// Machine word, kebab-case.
    fn code(&self) -> &'static str;
    /// One line for people: what happened.
    fn title(&self) -> String;
    /// Why, what to do next, what was not lost.
    fn detail(&self) -> String {
        String::new()
    }
    /// The field it concerns, as a JSON pointer, when it is one.
    fn pointer(&self) -> Option<&'static str> {
        None
    }
}

/// The refusal of a command that cannot refuse.
#[derive(Debug, Clone, Copy, Serialize)]
pub enum Never {}

impl Refusal for Never {
    fn status(&self) -> u16 {
        match *self {}
    }
    fn code(&self) -> &'static str {
        match *self {}
    }
    fn title(&self) -> String {
        match *self {}
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Fail<R> {
    /// The command itself says no.
    Refused(R),
    /// No scope.
    Denied(Denied),
    /// The idempotency key was used with another body.
    KeyReused,
    /// The database's trouble.
    Store(store::Error),
}

impl<R: Refusal> From<R> for Fail<R> {
    fn from(refusal: R) -> Self {
        Fail::Refused(refusal)
    }
}
impl<R> From<store::Error> for Fail<R> {
    fn from(error: store::Error) -> Self {
        Fail::Store(error)
    }
}

/// Who calls, with which idempotency key.
#[derive(Debug, Clone)]
pub struct Call {
    /// What the caller shows.
    pub credential: Credential,
    /// The idempotency key, if any.
    pub key: Option<String>,
    /// The person for whom the installation itself acts (sign-in, password reset).
    pub on_behalf_of: Option<StaffId>,
}

impl Call {
    /// A call by credential, without a key.
    #[must_use]
    pub fn by(credential: Credential) -> Call {
        Call { credential, key: None, on_behalf_of: None }
    }

    /// The installation itself.
    #[must_use]
    pub fn operator() -> Call {
        Call::by(Credential::Operator)
    }

    /// The same call with a key.
    #[must_use]
    pub fn keyed(self, key: impl Into<String>) -> Call {
        Call { key: Some(key.into()), ..self }
    }

    /// The installation, acting for a person who has just proved who they are.
    #[must_use]
    pub fn on_behalf_of(staff: StaffId) -> Call {
        Call { on_behalf_of: Some(staff), ..Call::operator() }
    }
}

/// What a command came to.
#[derive(Debug)]
pub struct Answer<T> {
    /// Its value.
    pub value: T,
    /// True when it is the saved answer of an earlier request with the same key.
    pub replayed: bool,
    /// What it changed; empty on a replay, unless the command tells it again ([`Command::TELLS_AGAIN`]).
    pub effects: Vec<Effect>,
}

/// What a command would do, decided at `as_of` and rolled back.
#[derive(Debug, Serialize)]
pub struct Preview {
    /// Always true: tells a preview from an answer.
    pub preview: bool,
    /// When it was decided; each item is decided again when executed.
    pub as_of: Timestamp,
    /// What would change.
    pub effects: Vec<Effect>,
}
