//! The audit chain: one per (home, partner or customer). Each entry's hash covers the one before, so that an edit, a
//! deletion, an insertion or a swap shows; a signed checkpoint outside the database shows a cut tail.
//!
//! The chain covers a salted hash of the details, not the details: erasing them (salt and detail set to NULL) leaves the
//! chain whole (D19).

use std::collections::BTreeSet;

use access::Scope;
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{AuditId, Row, StaffId, Timestamp, Tx, Uuid, View, p};

use crate::{Entropy, Place, cx::new_id};

pub(crate) struct Entry {
    actor: Uuid,
    staff: Option<StaffId>,
    command: &'static str,
    node: Uuid,
    /// In whose list it stands. Not covered by the hash: the chain is the customer's, the list its partner's.
    partner: Uuid,
    at: Timestamp,
}

impl Entry {
    pub(crate) fn of<P>(scope: &Scope<P>, on_behalf_of: Option<StaffId>, command: &'static str, node: Uuid, at: Timestamp) -> Entry {
        let actor = scope.actor();
        let partner = scope.partner().0;
        Entry { actor: actor.holder, staff: on_behalf_of.or(actor.staff), command, node, partner, at }
    }
}

pub(crate) fn append<H: Place>(
    tx: &mut Tx<'_, H>,
    chain: Uuid,
    entry: &Entry,
    detail: &impl Serialize,
    entropy: &dyn Entropy,
) -> store::Result<()> {
    let detail = serde_json::to_string(detail).map_err(|e| store::Error::Corrupt(format!("audit detail: {e}")))?;
    let mut salt = [0_u8; 16];
    entropy.fill(&mut salt);
    let detail_hash = detail_hash(&salt, &detail);
    let texts = H::texts();
    let head = match tx.change(texts.head, p![chain])? {
        Some(head) => head,
        None => {
            tx.exec(texts.start_chain, p![chain, genesis(chain)])?;
            tx.change(texts.head, p![chain])?.ok_or_else(|| store::Error::Corrupt("the audit chain has no head".into()))?
        }
    };
    let (seq, previous): (i64, Vec<u8>) = (head.get("seq")?, head.get("hash")?);
    let id: AuditId = new_id(entry.at, entropy);
    let hash = link(
        &previous,
        &Linked {
            seq,
            id: id.0,
            at: entry.at,
            actor: entry.actor,
            staff: entry.staff.map(Into::into),
            command: entry.command,
            node: entry.node,
            detail_hash,
        },
    );
    tx.exec(
        texts.append,
        p![
            chain,
            seq,
            id,
            entry.at,
            entry.actor,
            entry.staff,
            entry.command,
            entry.node,
            detail_hash,
            &salt[..],
            detail,
            hash,
            entry.partner
        ],
    )?;
    tx.exec(texts.move_head, p![chain, hash]).map(drop)
}

struct Linked<'a> {
    seq: i64,
    id: Uuid,
    at: Timestamp,
    actor: Uuid,
    staff: Option<Uuid>,
    command: &'a str,
    node: Uuid,
    detail_hash: [u8; 32],
}

fn link(previous: &[u8], e: &Linked<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [previous, &e.seq.to_be_bytes(), e.id.as_bytes(), &e.at.0.to_be_bytes(), e.actor.as_bytes()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let staff = e.staff.as_ref().map_or(&[][..], |s| s.as_bytes());
    for part in [staff, e.command.as_bytes(), e.node.as_bytes(), &e.detail_hash[..]] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn detail_hash(salt: &[u8], detail: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(detail.as_bytes()).finalize().into()
}

fn genesis(chain: Uuid) -> [u8; 32] {
    Sha256::new().chain_update(b"tenantry audit chain").chain_update(chain.as_bytes()).finalize().into()
}

/// Where a chain stands: what a checkpoint signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Head {
    /// The chain's id.
    pub chain: Uuid,
    /// Its last number.
    pub seq: i64,
    /// Its last hash, in hexadecimal.
    pub hash: String,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Verdict {
    /// Entries read.
    pub entries: i64,
    /// True when every link holds.
    pub intact: bool,
    /// The first thing that does not hold, in words.
    pub finding: Option<String>,
    /// The partners in whose lists its entries stand: none in control; several for a customer that was moved.
    #[serde(skip)]
    pub partners: BTreeSet<Uuid>,
}

fn head(row: &Row) -> store::Result<Head> {
    Ok(Head { chain: row.get("chain_id")?, seq: row.get("seq")?, hash: hex(&row.get::<Vec<u8>>("hash")?) })
}

/// The heads of a home's chains in the order of their ids, at most `limit` of them, behind the id `after`.
///
/// # Errors
/// The store's.
pub fn heads<H: Place>(view: &mut View<'_, H>, after: Uuid, limit: i64) -> store::Result<Vec<Head>> {
    view.rows(H::texts().heads, p![after, limit])?.iter().map(head).collect()
}

/// The head of one chain; none while nothing was done there.
///
/// # Errors
/// The store's.
pub fn head_of<H: Place>(view: &mut View<'_, H>, chain: Uuid) -> store::Result<Option<Head>> {
    view.opt(H::texts().one_head, p![chain])?.as_ref().map(head).transpose()
}

/// A walk along a chain: what it carries from one entry to the next.
struct Walk<'c> {
    previous: Vec<u8>,
    entries: i64,
    partners: BTreeSet<Uuid>,
    checkpoint: Option<&'c Head>,
    passed: bool,
    finding: Option<String>,
}

/// Walks a chain from its beginning, entry by entry, with a running hash. `said` = its head as read in the same snapshot;
/// `checkpoint` = the newest signed head of this chain, if there is one.
///
/// # Errors
/// The store's.
pub fn verify<H: Place>(view: &mut View<'_, H>, chain: Uuid, said: Option<&Head>, checkpoint: Option<&Head>) -> store::Result<Verdict> {
    let mut walk = Walk {
        previous: genesis(chain).to_vec(),
        entries: 0,
        partners: BTreeSet::new(),
        checkpoint,
        passed: checkpoint.is_none_or(|c| c.seq == 0),
        finding: None,
    };
    let texts = H::texts();
    view.each(texts.chain_entries, p![chain], |row| walk.step(&row, texts.listed))?;
    walk.end(said);
    Ok(Verdict { entries: walk.entries, intact: walk.finding.is_none(), finding: walk.finding, partners: walk.partners })
}

impl Walk<'_> {
    fn step(&mut self, row: &Row, listed: bool) -> store::Result<()> {
        if self.finding.is_some() {
            return Ok(());
        }
        self.entries += 1;
        match check(row, &self.previous, self.entries)? {
            Ok(hash) => self.previous = hash.to_vec(),
            Err(found) => self.finding = Some(found),
        }
        if listed {
            self.partners.insert(row.get("partner_id")?);
        }
        if let Some(point) = self.checkpoint.filter(|point| point.seq == self.entries) {
            self.passed = point.hash == hex(&self.previous);
            if !self.passed {
                let found = format!("entry {} is not the one the signed checkpoint saw: the chain was written anew", self.entries);
                self.finding.get_or_insert(found);
            }
        }
        Ok(())
    }

    fn end(&mut self, said: Option<&Head>) {
        if self.finding.is_some() {
            return;
        }
        let entries = self.entries;
        if !self.passed {
            let seen = self.checkpoint.map_or(0, |c| c.seq);
            self.finding = Some(format!("the chain ends at entry {entries}, but a signed checkpoint saw {seen}: the tail was cut"));
            return;
        }
        let counted = said.map_or(0, |h| h.seq);
        if counted != entries || said.is_some_and(|h| h.hash != hex(&self.previous)) {
            self.finding = Some(format!("the chain's head says {counted} entries, {entries} were found"));
        }
    }
}

fn check(row: &Row, previous: &[u8], expected: i64) -> store::Result<Result<[u8; 32], String>> {
    let seq: i64 = row.get("seq")?;
    if seq != expected {
        return Ok(Err(format!("entry {expected} is missing (the next is {seq})")));
    }
    let stored: Vec<u8> = row.get("detail_hash")?;
    let Ok(stored) = <[u8; 32]>::try_from(stored) else { return Ok(Err(format!("entry {seq} has a damaged hash"))) };
    // Erased details are gone whole; details without their salt cannot be proved and count as changed.
    if let Some(detail) = row.get::<Option<String>>("detail")?
        && row.get::<Option<Vec<u8>>>("salt")?.is_none_or(|salt| detail_hash(&salt, &detail) != stored)
    {
        return Ok(Err(format!("the details of entry {seq} were changed")));
    }
    let command: String = row.get("command")?;
    let hash = link(
        previous,
        &Linked {
            seq,
            id: row.get("audit_id")?,
            at: row.get("at")?,
            actor: row.get("actor_id")?,
            staff: row.get("staff_id")?,
            command: &command,
            node: row.get("node_id")?,
            detail_hash: stored,
        },
    );
    if row.get::<Vec<u8>>("hash")? != hash {
        return Ok(Err(format!("entry {seq} was changed, or an entry before it was swapped or inserted")));
    }
    Ok(Ok(hash))
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
