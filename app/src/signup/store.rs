//! The room's SQL: sign-ups of the host. `since` is the instant after which one must have been asked for to be good still.

use access::Scope;
use store::{Control, Result, Row, SignUpId, Timestamp, Tx, View, p, sql};

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

/// An address as it is compared: case does not make another one.
fn key(email: &str) -> String {
    email.to_lowercase()
}

/// How many were asked for.
pub fn asked<P>(view: &mut View<'_, Control>, scope: &Scope<P>, since: Timestamp) -> Result<i64> {
    let text = sql!(Control, "SELECT COUNT(*) AS n FROM sign_up WHERE partner_id = $1 AND asked_at > $2");
    view.one(text, p![scope.partner(), since])?.get("n")
}

/// How many were asked for with an address.
pub fn asked_with<P>(view: &mut View<'_, Control>, scope: &Scope<P>, email: &str, since: Timestamp) -> Result<i64> {
    let text = sql!(Control, "SELECT COUNT(*) AS n FROM sign_up WHERE partner_id = $1 AND email_key = $2 AND asked_at > $3");
    view.one(text, p![scope.partner(), key(email), since])?.get("n")
}

pub fn insert<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, new: &Kept, link: [u8; 32], now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO sign_up (partner_id, sign_up_id, name, email, email_key, language, link_hash, asked_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        p![scope.partner(), new.id, new.name.as_str(), new.email.as_str(), key(&new.email), new.language.as_str(), link, now],
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

/// Forgets those that were asked for until an instant.
pub fn forget<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, until: Timestamp) -> Result<u64> {
    tx.exec(sql!(Control, "DELETE FROM sign_up WHERE partner_id = $1 AND asked_at <= $2"), p![scope.partner(), until])
}
