//! The saved answers of requests with an idempotency key. Refusals are not saved: they are decided again.

use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{Db, Home, Settled, Timestamp, Tx, Uuid, Work, p};

use crate::{Place, kinds::Command};

#[derive(Clone, Copy)]
pub(crate) struct Slot<'a> {
    pub(crate) chain: Uuid,
    pub(crate) actor: Uuid,
    pub(crate) command: &'static str,
    pub(crate) key: &'a str,
    pub(crate) body: [u8; 32],
    pub(crate) node: Uuid,
}

pub(crate) enum Saved {
    Nothing,
    Other,
    Answer(String),
}

pub(crate) fn body_hash<C: Command + Serialize>(command: &C) -> [u8; 32] {
    Sha256::digest(serde_json::to_vec(command).unwrap_or_default()).into()
}

pub(crate) fn find<H: Place>(tx: &mut Tx<'_, H>, slot: &Slot<'_>) -> store::Result<Saved> {
    let row = tx.opt(H::texts().find_answer, p![slot.chain, slot.actor, slot.command, slot.key])?;
    let Some(row) = row else { return Ok(Saved::Nothing) };
    if row.get::<Vec<u8>>("body_hash")? != slot.body {
        return Ok(Saved::Other);
    }
    Ok(Saved::Answer(row.get("answer")?))
}

pub(crate) fn save<H: Place + Home>(tx: &mut Tx<'_, H>, slot: &Slot<'_>, answer: String, now: Timestamp) -> store::Result<()> {
    let saved = tx.exec(H::texts().save_answer, p![slot.chain, slot.actor, slot.command, slot.key, slot.body, answer, now, slot.node])?;
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
