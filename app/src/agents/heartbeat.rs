//! Agents are heard: one by one, or many in a batch. A heartbeat is a fact with a time; only the newest of each agent is kept, so
//! that one that comes twice, late or out of order changes nothing. By its nature it is idempotent: no key is stored.

use std::collections::HashMap;

use access::permissions::Operate;
use command::{Command, Cx, Fail, Node, Secret};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use sha2::{Digest, Sha256};
use store::{AgentId, CustomerId, Region, Timestamp};

use super::{
    agent::{AgentRefusal, Verdict, heard},
    count,
    store::{self as rows, Known},
    tokens::Purpose,
};
use crate::noun::Name;

/// One agent reports.
#[derive(Debug, Serialize)]
pub struct Beat {
    /// Of which customer.
    pub customer: CustomerId,
    /// The hash of its token.
    pub shown: Secret<[u8; 32]>,
    /// When it was sent; now when absent.
    pub at: Option<Timestamp>,
    /// The agent's version.
    pub version: Option<Name>,
}

impl Command for Beat {
    const NAME: &'static str = "agents.beat";
    const QUIET: bool = true;
    type Home = Region;
    type Needs = Operate;
    type Done = Verdict;
    type Refusal = AgentRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Verdict, Fail<AgentRefusal>> {
        let known = rows::by_secret(cx.tx, cx.scope, self.shown.0)?.ok_or(AgentRefusal::Unknown {})?;
        serving(known.serving)?;
        let at = match heard(self.at, cx.now) {
            Ok(at) => at,
            Err(verdict) => return Ok(verdict),
        };
        let version = self.version.as_ref().map(|v| v.as_str().to_owned());
        if at <= known.last_seen_at {
            return Ok(Verdict::Older);
        }
        rows::hear(cx.tx, cx.scope, &[(known.id, at, version)])?;
        if known.was_told_silent() {
            count::tell(cx)?;
        }
        Ok(Verdict::Accepted)
    }
}

fn serving(serving: bool) -> Result<(), AgentRefusal> {
    if serving { Ok(()) } else { Err(AgentRefusal::TenantLimit {}) }
}

/// One of a batch.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// Whose; the sender's own when absent.
    pub agent: Option<AgentId>,
    /// When it was sent; now when absent.
    pub at: Option<Timestamp>,
    /// The agent's version.
    pub version: Option<String>,
}

/// Many heartbeats: of one agent that was offline, or of all agents behind a relay.
#[derive(Debug)]
pub struct Beats {
    /// Of which customer.
    pub customer: CustomerId,
    /// The hash of the token that is shown: an agent's, or a relay's.
    pub shown: Secret<[u8; 32]>,
    /// What they are; none where it could not be read.
    pub items: Vec<Option<Item>>,
}

/// The trail keeps how many and a hash.
impl Serialize for Beats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hash = Sha256::digest(serde_json::to_vec(&self.items).unwrap_or_default());
        let mut out = serializer.serialize_struct("Beats", 3)?;
        out.serialize_field("customer", &self.customer)?;
        out.serialize_field("items", &self.items.len())?;
        out.serialize_field("sha256", &data_encoding::HEXLOWER.encode(&hash))?;
        out.end()
    }
}

impl Command for Beats {
    const NAME: &'static str = "agents.beats";
    type Home = Region;
    type Needs = Operate;
    type Done = Vec<Verdict>;
    type Refusal = AgentRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Vec<Verdict>, Fail<AgentRefusal>> {
        let (own, sender) = self.sender(cx)?;
        let ids: Vec<AgentId> =
            self.items.iter().flatten().filter_map(|i| i.agent.or(own)).filter(|id| own.is_none_or(|own| own == *id)).collect();
        let mut known = rows::having(cx.tx, cx.scope, &ids)?;
        let told: Vec<AgentId> = known.values().filter(|k| k.was_told_silent()).map(|k| k.id).collect();
        let mut newest: HashMap<AgentId, (Timestamp, Option<String>)> = HashMap::new();
        let now = cx.now;
        let verdicts: Vec<Verdict> = self.items.iter().map(|item| judge(item.as_ref(), own, &mut known, &mut newest, now)).collect();
        let mut heard: Vec<(AgentId, Timestamp, Option<String>)> =
            newest.into_iter().map(|(id, (at, version))| (id, at, version)).collect();
        heard.sort_by_key(|(id, ..)| id.0);
        rows::hear(cx.tx, cx.scope, &heard)?;
        let back = heard.iter().any(|(id, ..)| told.contains(id));
        cx.changed("tenant", self.customer, "agents_heard", 0, heard.len());
        if !heard.is_empty() {
            cx.changed("tenant", self.customer, "agents_heard_by", (), sender);
        }
        if back {
            count::tell(cx)?;
        }
        Ok(verdicts)
    }
}

impl Beats {
    /// The agent that speaks for itself (none: a relay for all), and its id in the trail.
    fn sender(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(Option<AgentId>, String), Fail<AgentRefusal>> {
        if let Some(agent) = rows::by_secret(cx.tx, cx.scope, self.shown.0)? {
            serving(agent.serving)?;
            return Ok((Some(agent.id), agent.id.to_string()));
        }
        match rows::token(cx.tx, cx.scope, self.shown.0, cx.now)? {
            Some((token, Purpose::Relay)) => {
                serving(crate::licensing::policy::serving(cx.tx, cx.scope)? == Some(true))?;
                Ok((None, token.to_string()))
            }
            _ => Err(AgentRefusal::Unknown {}.into()),
        }
    }
}

fn judge(
    item: Option<&Item>,
    own: Option<AgentId>,
    known: &mut HashMap<AgentId, Known>,
    newest: &mut HashMap<AgentId, (Timestamp, Option<String>)>,
    now: Timestamp,
) -> Verdict {
    let Some(item) = item else { return Verdict::Invalid };
    let Some(agent) = item.agent.or(own).and_then(|id| known.get_mut(&id)) else { return Verdict::UnknownAgent };
    match heard(item.at, now) {
        Err(verdict) => verdict,
        Ok(at) if at <= agent.last_seen_at => Verdict::Older,
        Ok(at) => {
            agent.last_seen_at = at;
            newest.insert(agent.id, (at, item.version.clone()));
            Verdict::Accepted
        }
    }
}
