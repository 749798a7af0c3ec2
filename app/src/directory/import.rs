//! Members from a file, up to a thousand in one transaction: known addresses are updated, the rest added; whoever finds no
//! free seat, or MAX MAU reached, waits (D13).

use std::collections::{HashMap, HashSet};

use access::{Scope, permissions::ManageMembers};
use command::{Command, Cx, Fail, Node, Query};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};
use sha2::{Digest, Sha256};
use store::{CustomerId, ImportId, MemberId, Region, Result, Timestamp, View};

use super::{
    admission,
    member::{Member, MemberRefusal, MemberStatus, NewMember},
    set_status::publish,
    store as rows,
};
use crate::{
    hierarchy::standing,
    licensing::policy::{self, Gate},
    noun::Name,
};

/// The most members of one command.
pub const CHUNK: usize = 1_000;

/// Brings members in. Rows that share an address: the first counts.
#[derive(Debug)]
pub struct ImportMembers {
    /// To which customer.
    pub customer: CustomerId,
    /// The import it belongs to: what undoing it looks for.
    pub import: ImportId,
    /// The members, at most [`CHUNK`].
    pub members: Vec<NewMember>,
    /// Somebody decided who of them is switched off: no rule lets those in.
    pub decided: bool,
}

/// The audit row keeps how many and a hash, not a thousand people's names.
impl Serialize for ImportMembers {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut hash = Sha256::new();
        for member in &self.members {
            hash.update(serde_json::to_vec(member).unwrap_or_default());
        }
        let mut out = serializer.serialize_struct("ImportMembers", 4)?;
        out.serialize_field("customer", &self.customer)?;
        out.serialize_field("import", &self.import)?;
        out.serialize_field("members", &self.members.len())?;
        out.serialize_field("sha256", &data_encoding::HEXLOWER.encode(&hash.finalize()))?;
        out.end()
    }
}

/// What became of the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Members added, those that wait included.
    pub created: i64,
    /// Members that were known.
    pub updated: i64,
    /// Members added that wait for a seat.
    pub waiting: i64,
}

impl Command for ImportMembers {
    const NAME: &'static str = "directory.import_members";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Imported;
    type Refusal = MemberRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Imported, Fail<MemberRefusal>> {
        // Held before they are read: at another server somebody of them may be added or changed just now.
        if admission::hold(cx)?.is_none() {
            return Err(MemberRefusal::NotReady { tenant_id: self.customer }.into());
        }
        let first = firsts(&self.members);
        let known = known(cx.tx, cx.scope, &first)?;
        let called = called(cx.tx, cx.scope, &first, &known)?;
        let is_new = |key: &String| !known.contains_key(key) && !called.contains(key);
        let fresh: Vec<&NewMember> = first.iter().filter(|(key, _)| is_new(key)).map(|(_, m)| *m).collect();
        let changed: Vec<Member> = first.iter().filter_map(|(key, new)| merged(known.get(key)?, new)).collect();
        rows::update(cx.tx, cx.scope, &changed, cx.now)?;
        let waiting = self.add(cx, &fresh)?;
        let done = Imported { created: count(fresh.len()), updated: count(known.len() + called.len()), waiting };
        cx.changed("tenant", self.customer, "members_added", 0, done.created);
        cx.changed("tenant", self.customer, "members_updated", 0, count(changed.len()));
        Ok(done)
    }
}

impl ImportMembers {
    /// Adds members, the free seats going to the first of them; gives how many wait.
    fn add(&self, cx: &mut Cx<'_, '_, Self>, fresh: &[&NewMember]) -> std::result::Result<i64, Fail<MemberRefusal>> {
        if fresh.is_empty() {
            return Ok(0);
        }
        let mut gate = admission::known_gate(cx)?;
        // Ids of one instant fall in no order: sorted, the first row of a file is also the first to get the next free seat.
        let mut ids: Vec<MemberId> = fresh.iter().map(|_| cx.new_id()).collect();
        ids.sort_by_key(|id| id.0);
        let mut made = Vec::with_capacity(fresh.len());
        for (id, new) in ids.into_iter().zip(fresh) {
            let status = status_of(new, &mut gate);
            made.push(rows::Made { id, new, status, source: "import", import: Some(self.import), by_hand: self.decided && !new.active });
        }
        gate.save(cx.tx, cx.scope)?;
        rows::insert(cx.tx, cx.scope, &made, cx.now)?;
        let waiting = count(made.iter().filter(|m| m.status == MemberStatus::Waiting).count());
        policy::note_members(cx.tx, cx.scope, count(made.len()), waiting)?;
        publish(cx)?;
        standing::tell(cx, self.customer, waiting > 0);
        Ok(waiting)
    }
}

fn status_of(new: &NewMember, gate: &mut Gate) -> MemberStatus {
    match new.active {
        false => MemberStatus::Inactive,
        true if gate.enter(false).is_ok() => MemberStatus::Active,
        true => MemberStatus::Waiting,
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The rows by address, each address once.
fn firsts(members: &[NewMember]) -> Vec<(String, &NewMember)> {
    let mut seen = HashSet::with_capacity(members.len());
    members.iter().map(|m| (m.email_key(), m)).filter(|(key, _)| seen.insert(key.clone())).collect()
}

fn known<P>(view: &mut View<'_, Region>, scope: &Scope<P>, rows_by_key: &[(String, &NewMember)]) -> Result<HashMap<String, Member>> {
    let keys: Vec<String> = rows_by_key.iter().map(|(key, _)| key.clone()).collect();
    let mut known = HashMap::new();
    rows::having(view, scope, &keys, |member| {
        known.insert(super::member::email_key(&member.email), member);
    })?;
    Ok(known)
}

/// Addresses by which a directory (SCIM) calls a member that has another one: the member is known, and left to its directory.
fn called<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    rows_by_key: &[(String, &NewMember)],
    known: &HashMap<String, Member>,
) -> Result<HashSet<String>> {
    let keys: Vec<String> = rows_by_key.iter().map(|(key, _)| key).filter(|key| !known.contains_key(*key)).cloned().collect();
    Ok(rows::called(view, scope, &keys)?.into_iter().collect())
}

/// A known member with what the file says of it; none when that is nothing new. An empty cell takes nothing away. Its
/// status is left alone, for somebody may have decided it by hand, and so is its site, which is for good.
pub(super) fn merged(known: &Member, new: &NewMember) -> Option<Member> {
    let text = |new: &Option<Name>, old: &Option<String>| new.as_ref().map(|n| n.as_str().to_owned()).or_else(|| old.clone());
    let after = Member {
        email: new.email.as_str().to_owned(),
        name: new.name.as_str().to_owned(),
        external_id: text(&new.external_id, &known.external_id),
        department: text(&new.department, &known.department),
        title: text(&new.title, &known.title),
        language: text(&new.language, &known.language),
        kind: new.kind.unwrap_or(known.kind),
        attributes: known.attributes.clone().into_iter().chain(new.attributes.clone()).collect(),
        ..known.clone()
    };
    (after != *known).then_some(after)
}

/// What an import would do with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Adds it, with a seat.
    Create,
    /// Changes a known member.
    Update,
    /// Adds it without a seat.
    Waiting,
}

/// Asks what would become of members, without doing it. `seats_gone` = seats that earlier rows of the file will have taken.
#[derive(Debug)]
pub struct VerdictsOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// The members, at most [`CHUNK`].
    pub members: Vec<NewMember>,
    /// Seats that earlier rows take.
    pub seats_gone: i64,
}

impl Query for VerdictsOf {
    type Home = Region;
    type Needs = ManageMembers;
    /// One verdict for each member, and the seats gone after them. None while the tenant is being prepared.
    type Found = Option<(Vec<Verdict>, i64)>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, now: Timestamp) -> Result<Self::Found> {
        let Some(gate) = Gate::look(view, scope, now)? else { return Ok(None) };
        // Where a month has just begun, those who wait come in first.
        let before = if gate.turned { gate.waiting } else { 0 };
        let free = (gate.entrants() - before).max(0);
        let keyed: Vec<(String, &NewMember)> = self.members.iter().map(|m| (m.email_key(), m)).collect();
        let known = known(view, scope, &keyed)?;
        let called = called(view, scope, &keyed, &known)?;
        let mut gone = self.seats_gone;
        let verdict = |(key, new): &(String, &NewMember)| {
            if known.contains_key(key) || called.contains(key) {
                return Verdict::Update;
            }
            if !new.active {
                return Verdict::Create;
            }
            if gone >= free {
                return Verdict::Waiting;
            }
            gone += 1;
            Verdict::Create
        };
        let verdicts = keyed.iter().map(verdict).collect();
        Ok(Some((verdicts, gone)))
    }
}
