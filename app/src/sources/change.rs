//! Making, changing and removing a source.

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Node, Secret};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{CustomerId, Region, SourceId, Timestamp};

use super::{
    arriving::tell_arriving,
    end::{RunEnded, RunEnding},
    forget::ForgetAll,
    source::{MOST, SourceRefusal},
    store::{self as rows, Written},
    turn::TakeTurn,
    way::Way,
};
use crate::{licensing::policy, noun::Name};

/// A source's secret as it is kept.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Sealed {
    /// Sealed for its source, another text each time.
    pub text: Secret<String>,
    /// Only this installation can work it out, the same each time: by it a request sent again is known to say the same.
    #[serde(skip)]
    pub mark: Secret<[u8; 32]>,
}

impl Sealed {
    fn as_str(&self) -> &str {
        &self.text.0
    }
}

/// Adds a source.
#[derive(Debug, Serialize)]
pub struct CreateSource {
    /// To which customer.
    pub customer: CustomerId,
    /// Its id, chosen before its secret was sealed; a repeated request answers with the first one.
    #[serde(skip)]
    pub id: SourceId,
    /// What people call it.
    pub name: Name,
    /// How it is reached.
    #[serde(serialize_with = "settings")]
    pub way: Way,
    /// Its secret.
    pub secret: Option<Sealed>,
    /// Minutes between two runs.
    pub every_minutes: Option<i64>,
    /// The share of its people a run may let go of.
    pub stop_percent: i64,
}

fn settings<S: serde::Serializer>(way: &Way, s: S) -> Result<S::Ok, S::Error> {
    way.settings().serialize(s)
}

/// A source that was made or changed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Changed {
    /// Which.
    pub id: SourceId,
}

impl Command for CreateSource {
    const NAME: &'static str = "sources.create";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Changed;
    type Refusal = SourceRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn hidden(&self) -> Vec<u8> {
        self.secret.as_ref().map_or_else(Vec::new, |s| s.mark.0.to_vec())
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Changed, Fail<SourceRefusal>> {
        if policy::is_free(cx.tx, cx.scope, cx.now)? {
            return Err(SourceRefusal::FreePlan {}.into());
        }
        if rows::count(cx.tx, cx.scope)? >= MOST {
            return Err(SourceRefusal::TooManySources { max: MOST }.into());
        }
        let next_at = self.every_minutes.map(|minutes| after(cx.now, minutes));
        let written = Written {
            id: self.id,
            name: self.name.as_str(),
            way: &self.way,
            secret: self.secret.as_ref().map(Sealed::as_str),
            every_minutes: self.every_minutes,
            stop_percent: self.stop_percent,
            next_at,
        };
        rows::insert(cx.tx, cx.scope, &written, cx.now)?;
        cx.changed("source", self.id, "name", (), &self.name);
        cx.changed("source", self.id, "settings", (), self.way.settings());
        cx.changed("source", self.id, "every_minutes", (), self.every_minutes);
        if let Some(at) = next_at {
            cx.tell_at(TakeTurn::KIND, &TakeTurn { customer: self.customer, source: self.id, turn: 1 }, at);
        }
        Ok(Changed { id: self.id })
    }
}

/// The next turn of a schedule.
pub(super) fn after(now: Timestamp, minutes: i64) -> Timestamp {
    now.plus_seconds(minutes * 60)
}

/// Changes a source; what is absent stays.
#[derive(Debug, Serialize)]
pub struct EditSource {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which.
    pub source: SourceId,
    /// The version that was read.
    pub version: i64,
    /// What people call it.
    pub name: Option<Name>,
    /// How it is reached.
    #[serde(serialize_with = "maybe_settings")]
    pub way: Option<Way>,
    /// Its new secret; `Some(None)` takes it away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Option<Sealed>>,
    /// Minutes between two runs; `Some(None)`: by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_minutes: Option<Option<i64>>,
    /// The share of its people a run may let go of.
    pub stop_percent: Option<i64>,
}

fn maybe_settings<S: serde::Serializer>(way: &Option<Way>, s: S) -> Result<S::Ok, S::Error> {
    way.as_ref().map(Way::settings).serialize(s)
}

impl Command for EditSource {
    const NAME: &'static str = "sources.edit";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Changed;
    type Refusal = SourceRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn hidden(&self) -> Vec<u8> {
        self.secret.as_ref().and_then(Option::as_ref).map_or_else(Vec::new, |s| s.mark.0.to_vec())
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Changed, Fail<SourceRefusal>> {
        let known = rows::hold(cx.tx, cx.scope, self.source)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if known.source.version != self.version {
            return Err(SourceRefusal::Stale { version: known.source.version }.into());
        }
        let way = self.way.as_ref().unwrap_or(&known.way);
        // Or somebody could have a secret they never knew shown to a machine of their own.
        if known.secret.is_some() && self.secret.is_none() && way.shown_to() != known.way.shown_to() {
            return Err(SourceRefusal::SecretNeeded {}.into());
        }
        let secret = match &self.secret {
            Some(new) => new.as_ref().map(Sealed::as_str),
            None => known.secret.as_deref(),
        };
        let every_minutes = self.every_minutes.unwrap_or(known.source.every_minutes);
        let same_clock = every_minutes == known.source.every_minutes;
        let next_at = if same_clock { known.source.next_at } else { every_minutes.map(|minutes| after(cx.now, minutes)) };
        let written = Written {
            id: self.source,
            name: self.name.as_ref().map_or(known.source.name.as_str(), Name::as_str),
            way,
            secret,
            every_minutes,
            stop_percent: self.stop_percent.unwrap_or(known.source.stop_percent),
            next_at,
        };
        rows::update(cx.tx, cx.scope, &written, way != &known.way)?;
        cx.changed("source", self.source, "name", &known.source.name, written.name);
        cx.changed("source", self.source, "settings", known.way.settings(), way.settings());
        cx.changed("source", self.source, "secret", (), self.secret.as_ref().map(|new| if new.is_some() { "changed" } else { "removed" }));
        cx.changed("source", self.source, "every_minutes", known.source.every_minutes, every_minutes);
        cx.changed("source", self.source, "stop_percent", known.source.stop_percent, written.stop_percent);
        cx.changed("source", self.source, "version", known.source.version, known.source.version + 1);
        if let Some(at) = next_at {
            cx.tell_at(TakeTurn::KIND, &TakeTurn { customer: self.customer, source: self.source, turn: known.turn + 1 }, at);
        }
        Ok(Changed { id: self.source })
    }
}

/// Removes a source. The members it brought stay as they are, and belong to no source.
#[derive(Debug, Serialize)]
pub struct RemoveSource {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which.
    pub source: SourceId,
}

impl Command for RemoveSource {
    const NAME: &'static str = "sources.remove";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = ();
    type Refusal = SourceRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<SourceRefusal>> {
        let known = rows::hold(cx.tx, cx.scope, self.source)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if let Some(run) = known.source.last_run.filter(|run| run.status.works()) {
            return Err(SourceRefusal::RunUnderWay { run_id: run.id }.into());
        }
        rows::delete(cx.tx, cx.scope, self.source)?;
        tell_arriving(cx, self.customer)?;
        cx.changed("source", self.source, "name", &known.source.name, Value::Null);
        cx.tell(ForgetAll::KIND, &ForgetAll { customer: self.customer, source: self.source });
        // A source that is no more cannot keep its customer at Sync Failed.
        if known.source.trouble.is_some() && !rows::another_in_trouble(cx.tx, cx.scope, self.source)? {
            cx.tell(
                RunEnded::KIND,
                &RunEnded(RunEnding { customer: self.customer, ok: true, kind: known.way.kind(), reason: None, own: None, at: cx.now }),
            );
        }
        Ok(())
    }
}
