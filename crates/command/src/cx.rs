use std::sync::Arc;

use access::Scope;
use serde::{Deserialize, Serialize};
use store::{Id, JobId, PartnerId, Timestamp, Tx, Uuid};

use crate::Command;

/// Where random bits come from. Only the edge of the program makes one.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// One thing a command changed: the same row is shown by a preview and kept by the audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Effect {
    /// What kind of thing: `customer`, `pool`, `member`.
    pub on: String,
    /// Which one, in text form.
    pub id: String,
    /// Which property.
    pub field: String,
    /// Its value before.
    pub before: serde_json::Value,
    /// Its value after.
    pub after: serde_json::Value,
}

/// A piece of news or work that is written with the change: a job row.
#[derive(Debug, Clone)]
pub struct Told {
    /// The job's id, also its idempotency key.
    pub id: JobId,
    /// Its kind.
    pub kind: &'static str,
    /// What it says, as JSON.
    pub payload: String,
    /// The node it is about.
    pub node: Uuid,
    /// Who told it.
    pub holder: Uuid,
    /// True when nobody but its teller delivers it: its first run has begun with the commit.
    pub held: bool,
    pub(crate) run_at: Timestamp,
}

/// The effects that one chain keeps.
pub(crate) struct Side {
    pub(crate) chain: Uuid,
    pub(crate) effects: Vec<Effect>,
}

/// What a running command holds: its transaction, its scope, the time, and the means to say what it did.
pub struct Cx<'a, 'c, C: Command> {
    /// The transaction.
    pub tx: &'a mut Tx<'c, C::Home>,
    /// The authority it was granted.
    pub scope: &'a Scope<C::Needs>,
    /// The instant of the change.
    pub now: Timestamp,
    /// Nothing of this is kept: what another home would answer later has to be said now.
    pub preview: bool,
    /// What it did, by the chain that keeps it: the scope's own first.
    pub(crate) sides: Vec<Side>,
    pub(crate) told: Vec<Told>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl<C: Command> Cx<'_, '_, C> {
    /// Says that a property changed. A value that did not change is left out.
    pub fn changed(&mut self, on: &str, id: impl ToString, field: &str, before: impl Serialize, after: impl Serialize) {
        let json = |v: serde_json::Result<serde_json::Value>| v.unwrap_or(serde_json::Value::Null);
        let (before, after) = (json(serde_json::to_value(before)), json(serde_json::to_value(after)));
        if let (true, Some(side)) = (before != after, self.sides.last_mut()) {
            side.effects.push(Effect { on: on.to_owned(), id: id.to_string(), field: field.to_owned(), before, after });
        }
    }

    /// Hands over to another partner (the one a customer moves to): effects named from here on are kept in its chain and
    /// not in the scope's own, the answer is saved for a repeated request there too, and the news is its news.
    pub fn hand_over_to(&mut self, partner: PartnerId) {
        self.sides.push(Side { chain: partner.0, effects: Vec::new() });
    }

    /// Writes news or work with the change; it is delivered after the commit, at least once.
    pub fn tell(&mut self, kind: &'static str, payload: &impl Serialize) {
        self.tell_at(kind, payload, self.now);
    }

    /// As [`Cx::tell`], not before `run_at`.
    pub fn tell_at(&mut self, kind: &'static str, payload: &impl Serialize, run_at: Timestamp) {
        let payload = serde_json::to_string(payload).unwrap_or_else(|_| "null".to_owned());
        let id = self.new_id();
        let (node, holder) = (self.scope.node(), self.scope.actor().holder);
        self.told.push(Told { id, kind, payload, node, holder, held: false, run_at });
    }

    /// A new id, ordered by time.
    pub fn new_id<K>(&self) -> Id<K> {
        new_id(self.now, &*self.entropy)
    }

    /// 256 random bits.
    #[must_use]
    pub fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.entropy.fill(&mut bytes);
        bytes
    }
}

/// A new id of an instant.
pub(crate) fn new_id<K>(now: Timestamp, entropy: &dyn Entropy) -> Id<K> {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    Id::made(now, random)
}

/// A value that must not be stored or logged: serialises as a dot, prints as a dot.
#[derive(Clone)]
pub struct Secret<T>(pub T);

impl<T> Serialize for Secret<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("•")
    }
}
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Secret)
    }
}
impl<T> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("•")
    }
}
