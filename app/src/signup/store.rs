//! The room's SQL: sign-ups of the host. `since` is the instant after which one must have been asked for to be good still.

use access::Scope;
use store::{Control, Result, Row, SignUpId, Timestamp, Tx, View, p, sql};

use crate::noun::mailbox;

/// A sign-up.
#[derive(Debug)]
pub struct Kept {
    pub id: SignUpId,
    pub name: String,
    pub email: String,
    pub language: String,
}

fn kept(r: &Row) -> Result<Kept> {
    Ok(Kept { id: r.get("sign_up_id")?, name: r.get("name")?, email: r.get("email")?, language: r.get("language")? })
}

/// How many were asked for.
pub fn asked<P>(view: &mut View<'_, Control>, scope: &Scope<P>, since: Timestamp) -> Result<i64> {
    let text = sql!(Control, "SELECT COUNT(*) AS n FROM sign_up WHERE partner_id = $1 AND asked_at > $2");
    view.one(text, p![scope.partner(), since])?.get("n")
}

/// How many were asked for with addresses of the same mailbox.
pub fn asked_with<P>(view: &mut View<'_, Control>, scope: &Scope<P>, email: &str, since: Timestamp) -> Result<i64> {
    let text = sql!(Control, "SELECT COUNT(*) AS n FROM sign_up WHERE partner_id = $1 AND mailbox = $2 AND asked_at > $3");
    view.one(text, p![scope.partner(), mailbox(email), since])?.get("n")
}

/// How many were asked for from a source.
pub fn asked_from<P>(view: &mut View<'_, Control>, scope: &Scope<P>, source: [u8; 32], since: Timestamp) -> Result<i64> {
    let text = sql!(Control, "SELECT COUNT(*) AS n FROM sign_up WHERE partner_id = $1 AND source_hash = $2 AND asked_at > $3");
    view.one(text, p![scope.partner(), source, since])?.get("n")
}

/// Hashes of a sign-up: of its link, and of where it came from.
#[derive(Debug, Clone, Copy)]
pub struct Hashes {
    pub link: [u8; 32],
    pub source: Option<[u8; 32]>,
}

pub fn insert<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, new: &Kept, hashes: Hashes, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO sign_up (partner_id, sign_up_id, name, email, mailbox, language, link_hash, source_hash, asked_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        ),
        p![
            scope.partner(),
            new.id,
            new.name.as_str(),
            new.email.as_str(),
            mailbox(&new.email),
            new.language.as_str(),
            hashes.link,
            hashes.source,
            now
        ],
    )
    .map(drop)
}

macro_rules! good {
    ($which:literal) => {
        concat!(
            "SELECT sign_up_id, name, email, language FROM sign_up WHERE partner_id = $1 AND ",
            $which,
            " = $2 AND used_at IS NULL AND asked_at > $3"
        )
    };
}

/// A sign-up that can still be proved.
pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: SignUpId, since: Timestamp) -> Result<Option<Kept>> {
    view.opt(sql!(Control, good!("sign_up_id")), p![scope.partner(), id, since])?.as_ref().map(kept).transpose()
}

/// As [`find`], by its link.
pub fn by_link<P>(view: &mut View<'_, Control>, scope: &Scope<P>, link: [u8; 32], since: Timestamp) -> Result<Option<Kept>> {
    view.opt(sql!(Control, good!("link_hash")), p![scope.partner(), link, since])?.as_ref().map(kept).transpose()
}

/// Uses a link up: of two who try at once the second finds it used.
pub fn use_up<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, link: [u8; 32], since: Timestamp, now: Timestamp) -> Result<Option<Kept>> {
    let text = sql!(
        Control,
        "UPDATE sign_up SET used_at = $4 WHERE partner_id = $1 AND link_hash = $2 AND used_at IS NULL AND asked_at > $3
         RETURNING sign_up_id, name, email, language"
    );
    tx.change(text, p![scope.partner(), link, since, now])?.as_ref().map(kept).transpose()
}

/// Forgets all.
pub fn forget_all<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>) -> Result<u64> {
    tx.exec(sql!(Control, "DELETE FROM sign_up WHERE partner_id = $1"), p![scope.partner()])
}

/// Forgets those that were asked for until an instant.
pub fn forget<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, until: Timestamp) -> Result<u64> {
    tx.exec(sql!(Control, "DELETE FROM sign_up WHERE partner_id = $1 AND asked_at <= $2"), p![scope.partner(), until])
}
