//! The audit chain: one per (home, partner or customer). Each entry's hash covers the one before, so that an edit, a
//! deletion, an insertion or a swap shows; a signed checkpoint outside the database shows a cut tail.
//!
//! The chain covers a salted hash of the details, not the details: erasing them (salt and detail set to NULL) leaves the
//! chain whole (D19).

use access::Scope;
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{AuditId, Row, StaffId, Timestamp, Tx, Uuid, View, p};

use crate::{Entropy, Place, cx::uuid_v7};

pub(crate) struct Entry {
    actor: Uuid,
    staff: Option<StaffId>,
    command: &'static str,
    node: Uuid,
    at: Timestamp,
}

impl Entry {
    pub(crate) fn of<P>(scope: &Scope<P>, on_behalf_of: Option<StaffId>, command: &'static str, node: Uuid, at: Timestamp) -> Entry {
        let actor = scope.actor();
        Entry { actor: actor.holder, staff: on_behalf_of.or(actor.staff), command, node, at }
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
    let id = AuditId::new(uuid_v7(entry.at, entropy));
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
        p![chain, seq, id, entry.at, entry.actor, entry.staff, entry.command, entry.node, detail_hash, &salt[..], detail, hash],
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
}

/// The heads of all chains of a home.
///
/// # Errors
/// The store's.
pub fn heads<H: Place>(view: &mut View<'_, H>) -> store::Result<Vec<Head>> {
    let rows = view.rows(H::texts().heads, &[])?;
    rows.iter().map(|r| Ok(Head { chain: r.get("chain_id")?, seq: r.get("seq")?, hash: hex(&r.get::<Vec<u8>>("hash")?) })).collect()
}

/// Walks a chain from its beginning. `checkpoint` = the newest signed head of this chain, if there is one.
///
/// # Errors
/// The store's.
pub fn verify<H: Place>(view: &mut View<'_, H>, chain: Uuid, checkpoint: Option<&Head>) -> store::Result<Verdict> {
    let mut previous = genesis(chain).to_vec();
    let mut entries = 0;
    let mut finding = None;
    let mut passed = checkpoint.is_none_or(|c| c.seq == 0);
    view.each(H::texts().chain_entries, p![chain], |row| {
        if finding.is_some() {
            return Ok(());
        }
        entries += 1;
        match check(&row, &previous, entries)? {
            Ok(hash) => previous = hash.to_vec(),
            Err(found) => finding = Some(found),
        }
        if let Some(point) = checkpoint
            && point.seq == entries
        {
            passed = point.hash == hex(&previous);
            if !passed {
                finding.get_or_insert(format!("entry {entries} is not the one the signed checkpoint saw: the chain was written anew"));
            }
        }
        Ok(())
    })?;
    if finding.is_none() && !passed {
        finding = Some(format!(
            "the chain ends at entry {entries}, but a signed checkpoint saw {}: the tail was cut",
            checkpoint.map_or(0, |c| c.seq)
        ));
    }
    if finding.is_none() {
        let head = heads(view)?.into_iter().find(|h| h.chain == chain);
        let said = head.as_ref().map_or(0, |h| h.seq);
        if said != entries || head.is_some_and(|h| h.hash != hex(&previous)) {
            finding = Some(format!("the chain's head says {said} entries, {entries} were found"));
        }
    }
    Ok(Verdict { entries, intact: finding.is_none(), finding })
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
