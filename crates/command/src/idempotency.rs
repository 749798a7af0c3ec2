//! The saved answers of requests with an idempotency key. Refusals are not saved: they are decided again.

use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{Db, Home, Settled, Timestamp, Tx, Uuid, Work, p};

use crate::{Entropy, Place, kinds::Command};

#[derive(Clone, Copy)]
pub(crate) struct Slot<'a> {
    pub(crate) chain: Uuid,
    pub(crate) actor: Uuid,
    pub(crate) command: &'static str,
    pub(crate) key: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) node: Uuid,
}

pub(crate) enum Saved {
    Nothing,
    Other,
    Answer(String),
}

/// All that a sender said: compared, never stored.
pub(crate) fn body<C: Command + Serialize>(command: &C) -> Vec<u8> {
    let mut said = serde_json::to_vec(command).unwrap_or_default();
    // No JSON holds a NUL, so nothing that is shown reads as what is hidden.
    said.push(0);
    said.extend(command.hidden());
    said
}

/// Bytes of the salt before a hash: what was said may be easy to guess.
const SALT: usize = 16;

fn salted(salt: &[u8], body: &[u8]) -> Vec<u8> {
    let hash = Sha256::new().chain_update(salt).chain_update(body).finalize();
    [salt, &hash].concat()
}

pub(crate) fn find<H: Place>(tx: &mut Tx<'_, H>, slot: &Slot<'_>) -> store::Result<Saved> {
    let row = tx.opt(H::texts().find_answer, p![slot.chain, slot.actor, slot.command, slot.key])?;
    let Some(row) = row else { return Ok(Saved::Nothing) };
    let kept: Vec<u8> = row.get("body_hash")?;
    let salt = kept.get(..SALT).unwrap_or_default();
    if kept != salted(salt, slot.body) {
        return Ok(Saved::Other);
    }
    Ok(Saved::Answer(row.get("answer")?))
}

/// Forgets one answer that does not stand any more.
pub(crate) fn let_go<H: Place>(tx: &mut Tx<'_, H>, slot: &Slot<'_>) -> store::Result<()> {
    tx.exec(H::texts().drop_answer, p![slot.chain, slot.actor, slot.command, slot.key]).map(drop)
}

pub(crate) fn save<H: Place + Home>(
    tx: &mut Tx<'_, H>,
    slot: &Slot<'_>,
    answer: String,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> store::Result<()> {
    let mut salt = [0; SALT];
    entropy.fill(&mut salt);
    let hash = salted(&salt, slot.body);
    let saved = tx.exec(H::texts().save_answer, p![slot.chain, slot.actor, slot.command, slot.key, hash, answer, now, slot.node])?;
    // Another process answered the same key meanwhile: roll back, and let the caller come again for its answer.
    if saved == 1 { Ok(()) } else { Err(store::Error::Busy) }
}

/// Days a saved answer is kept.
pub(crate) const KEPT_DAYS: i64 = 7;

/// Forgets saved answers older than seven days, in small transactions. Gives how many.
///
/// # Errors
/// The store's.
pub async fn forget<H: Place>(db: &Db<H>, now: Timestamp) -> store::Result<u64> {
    let mut gone = 0;
    loop {
        let n = db.write(Uuid::nil(), Forget(now.plus_days(-KEPT_DAYS))).await?;
        gone += n;
        if n < 1_000 {
            return Ok(gone);
        }
    }
}

struct Forget(Timestamp);

impl<H: Place> Work<H> for Forget {
    type Out = u64;
    fn run(&self, tx: &mut Tx<'_, H>) -> store::Result<Settled<u64>> {
        tx.exec(H::texts().forget, p![self.0]).map(Settled::Keep)
    }
}
