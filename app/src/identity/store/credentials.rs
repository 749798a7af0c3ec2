//! Sessions, API tokens, single-use links, counted attempts.

use access::{Grants, NodeKind, Role, secret::SecretHash};
use store::{Control, CustomerId, MembershipId, PartnerId, Result, Row, StaffId, Timestamp, Tx, Uuid, View, p, sql};

use crate::identity::{
    links::LinkKind,
    noun::{ReachMode, StaffReach},
};

/// A credential row as it is written.
pub struct NewCredential<'a> {
    pub hash: [u8; 32],
    pub id: Uuid,
    pub kind: &'a str,
    pub holder: Uuid,
    pub staff: StaffId,
    pub label: &'a str,
    pub address: &'a str,
    pub idle_until: Timestamp,
    pub expires_at: Timestamp,
}

pub fn insert_credential(tx: &mut Tx<'_, Control>, new: &NewCredential<'_>, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO credential (secret_hash, credential_id, kind, holder_id, staff_id, label, address, created_at, last_used_at, idle_until, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        p![new.hash, new.id, new.kind, new.holder, new.staff, new.label, new.address, now, (new.kind == "session").then_some(now), new.idle_until, new.expires_at],
    )
    .map(drop)
}

/// Ends the credential of a secret, if it is this person's.
pub fn end_by_hash(tx: &mut Tx<'_, Control>, staff: StaffId, hash: [u8; 32], now: Timestamp) -> Result<bool> {
    let text = sql!(Control, "UPDATE credential SET ended_at = $3 WHERE secret_hash = $2 AND staff_id = $1 AND ended_at IS NULL");
    Ok(tx.exec(text, p![staff, hash, now])? > 0)
}

/// Ends one credential of a person by its id.
pub fn end_by_id(tx: &mut Tx<'_, Control>, staff: StaffId, kind: &str, id: Uuid, now: Timestamp) -> Result<bool> {
    let text =
        sql!(Control, "UPDATE credential SET ended_at = $4 WHERE staff_id = $1 AND kind = $2 AND credential_id = $3 AND ended_at IS NULL");
    Ok(tx.exec(text, p![staff, kind, id, now])? > 0)
}

/// Ends every session of a person.
pub fn end_sessions(tx: &mut Tx<'_, Control>, staff: StaffId, now: Timestamp) -> Result<u64> {
    let text = sql!(Control, "UPDATE credential SET ended_at = $2 WHERE staff_id = $1 AND kind = 'session' AND ended_at IS NULL");
    tx.exec(text, p![staff, now])
}

/// One session or token of a person.
pub struct Kept {
    pub hash: SecretHash,
    pub id: Uuid,
    pub label: String,
    pub address: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub expires_at: Timestamp,
    /// A token's membership.
    pub at: Option<(NodeKind, Uuid, Role)>,
}

/// When the trial of a customer ends or ended; none when it is paid for.
pub fn trial_end(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Option<Timestamp>> {
    let text = sql!(Control, "SELECT trial_ends_at FROM customer WHERE partner_id = $1 AND customer_id = $2 AND kind IN ('trial', 'free')");
    view.opt(text, p![partner, customer])?.map_or(Ok(None), |r| r.get("trial_ends_at"))
}

/// Lets the tokens at a customer and below rest from an instant on; a session is nobody's token.
pub fn rest_tokens(tx: &mut Tx<'_, Control>, customer: CustomerId, from: Timestamp) -> Result<()> {
    let text = sql!(
        Control,
        "UPDATE credential SET idle_until = CASE WHEN expires_at < $2 THEN expires_at ELSE $2 END
         WHERE kind <> 'session' AND ended_at IS NULL AND credential_id IN
           (SELECT m.holder_id FROM membership m JOIN org_node n ON n.node_id = m.node_id WHERE n.customer_id = $1)"
    );
    tx.exec(text, p![customer, from]).map(drop)
}

/// The live sessions or tokens of a person, newest first.
pub fn kept(view: &mut View<'_, Control>, staff: StaffId, kind: &str, now: Timestamp) -> Result<Vec<Kept>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT c.secret_hash, c.credential_id, c.label, c.address, c.created_at, c.last_used_at, c.expires_at, m.role, m.node_id, n.kind
             FROM credential c
             LEFT JOIN membership m ON m.holder_id = c.holder_id AND m.ended_at IS NULL AND c.kind = 'token'
             LEFT JOIN org_node n ON n.node_id = m.node_id
             WHERE c.staff_id = $1 AND c.kind = $2 AND c.ended_at IS NULL AND c.expires_at > $3 AND (c.kind <> 'session' OR c.idle_until > $3)
             ORDER BY c.created_at DESC, c.credential_id DESC LIMIT 200"
        ),
        p![staff, kind, now],
    )?;
    rows.iter().map(kept_of).collect()
}

fn kept_of(row: &Row) -> Result<Kept> {
    let hash: Vec<u8> = row.get("secret_hash")?;
    let role = row.get::<Option<String>>("role")?.and_then(|r| Role::parse(&r));
    let kind = row.get::<Option<String>>("kind")?.and_then(|k| kind_of(&k));
    let node: Option<Uuid> = row.get("node_id")?;
    Ok(Kept {
        hash: SecretHash(hash.try_into().unwrap_or([0; 32])),
        id: row.get("credential_id")?,
        label: row.get("label")?,
        address: row.get("address")?,
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
        expires_at: row.get("expires_at")?,
        at: role.and_then(|r| Some((kind?, node?, r))),
    })
}

fn kind_of(word: &str) -> Option<NodeKind> {
    use NodeKind::{Customer, Distributor, Partner, Platform, Site};
    [Platform, Distributor, Partner, Customer, Site].into_iter().find(|k| k.word() == word)
}

/// When a credential expires that is a token itself; `None` for a session.
pub fn token_expiry(view: &mut View<'_, Control>, holder: Uuid) -> Result<Option<Timestamp>> {
    let row = view.opt(sql!(Control, "SELECT expires_at FROM credential WHERE credential_id = $1 AND kind = 'token'"), p![holder])?;
    row.map(|r| r.get("expires_at")).transpose()
}

/// Remembers that a credential was used, at most once a minute; a session's idle time begins anew.
pub fn touch(tx: &mut Tx<'_, Control>, hash: [u8; 32], now: Timestamp, idle: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE credential SET last_used_at = $2,
               idle_until = CASE WHEN kind = 'session' AND expires_at > $3 THEN $3 WHEN kind = 'session' THEN expires_at ELSE idle_until END
             WHERE secret_hash = $1 AND ended_at IS NULL AND expires_at > $2 AND idle_until > $2 AND COALESCE(last_used_at, 0) < $4"
        ),
        p![hash, now, idle, now.plus_seconds(-59)],
    )
    .map(drop)
}

/// Makes a person's tokens at a partner follow a change: no more than the person now has.
pub fn follow(tx: &mut Tx<'_, Control>, staff: StaffId, partner: PartnerId, grants: Grants, reach: Option<&StaffReach>) -> Result<()> {
    let rows = tx.rows(
        sql!(
            Control,
            "SELECT m.membership_id FROM credential c JOIN membership m ON m.holder_id = c.credential_id AND m.ended_at IS NULL AND m.node_id = $2
             WHERE c.staff_id = $1 AND c.kind = 'token' AND c.ended_at IS NULL"
        ),
        p![staff, partner],
    )?;
    for row in rows {
        let membership: MembershipId = row.get("membership_id")?;
        let text = sql!(
            Control,
            "UPDATE membership SET may_create_customers = $2, may_purchase = $3, reach = COALESCE($4, reach) WHERE membership_id = $1"
        );
        tx.exec(text, p![membership, grants.create_customers, grants.purchase, reach.map(|r| r.mode.word())])?;
        let Some(reach) = reach else { continue };
        super::delete_targets(tx, membership)?;
        super::insert_targets(tx, membership, reach)?;
    }
    Ok(())
}

/// Ends a person's tokens: all of them, or those not at the partner itself.
pub fn end_tokens(tx: &mut Tx<'_, Control>, staff: StaffId, but_at: Option<PartnerId>, now: Timestamp) -> Result<u64> {
    let text = sql!(
        Control,
        "UPDATE credential SET ended_at = $3 WHERE staff_id = $1 AND kind = 'token' AND ended_at IS NULL
         AND credential_id NOT IN (SELECT m.holder_id FROM membership m WHERE m.node_id = $2 AND m.ended_at IS NULL)"
    );
    tx.exec(text, p![staff, but_at.map_or(Uuid::nil(), Uuid::from), now])
}

/// The reach of an actor's membership that a new token copies.
pub fn reach_of(view: &mut View<'_, Control>, reach: access::Reach) -> Result<StaffReach> {
    match reach {
        access::Reach::All => Ok(StaffReach::all()),
        access::Reach::Only(m) => super::targets(view, MembershipId::new(m), ReachMode::Only, None),
        access::Reach::Except(m) => super::targets(view, MembershipId::new(m), ReachMode::Except, None),
    }
}

pub fn insert_link(
    tx: &mut Tx<'_, Control>,
    hash: [u8; 32],
    kind: LinkKind,
    staff: Option<StaffId>,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let text = sql!(Control, "INSERT INTO link (secret_hash, kind, staff_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)");
    tx.exec(text, p![hash, kind.word(), staff, now, expires_at]).map(drop)
}

/// Makes the unused links of a kind useless: a person's, or with nobody the set-up's.
pub fn void_links(tx: &mut Tx<'_, Control>, kind: LinkKind, staff: Option<StaffId>, now: Timestamp) -> Result<u64> {
    match staff {
        Some(staff) => tx.exec(
            sql!(Control, "UPDATE link SET used_at = $3 WHERE staff_id = $1 AND kind = $2 AND used_at IS NULL"),
            p![staff, kind.word(), now],
        ),
        None => tx.exec(
            sql!(Control, "UPDATE link SET used_at = $2 WHERE staff_id IS NULL AND kind = $1 AND used_at IS NULL"),
            p![kind.word(), now],
        ),
    }
}

/// Uses a link up: whose it was; `None` when it cannot be used any more.
pub fn use_link(tx: &mut Tx<'_, Control>, hash: [u8; 32], kind: LinkKind, now: Timestamp) -> Result<Option<Option<StaffId>>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE link SET used_at = $3 WHERE secret_hash = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3 RETURNING staff_id"
        ),
        p![hash, kind.word(), now],
    )?;
    row.map(|r| r.get("staff_id")).transpose()
}

/// Whose link it is, while it can be used.
pub fn link(view: &mut View<'_, Control>, hash: [u8; 32], kind: LinkKind, now: Timestamp) -> Result<Option<Option<StaffId>>> {
    let row = view.opt(
        sql!(Control, "SELECT staff_id FROM link WHERE secret_hash = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3"),
        p![hash, kind.word(), now],
    )?;
    row.map(|r| r.get("staff_id")).transpose()
}

/// The newest link of a kind to a person that was not used: when it was made, and until when it works.
pub fn last_link(view: &mut View<'_, Control>, staff: StaffId, kind: LinkKind) -> Result<Option<(Timestamp, Timestamp)>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT created_at, expires_at FROM link WHERE staff_id = $1 AND kind = $2 AND used_at IS NULL ORDER BY created_at DESC, expires_at DESC LIMIT 1"
        ),
        p![staff, kind.word()],
    )?;
    row.map(|r| Ok((r.get("created_at")?, r.get("expires_at")?))).transpose()
}

/// Counts an attempt in its window and gives how many there were, and since when.
pub fn count_attempt(tx: &mut Tx<'_, Control>, bucket: [u8; 32], now: Timestamp) -> Result<(i64, Timestamp)> {
    let row = tx.change(
        sql!(
            Control,
            "INSERT INTO attempt (bucket, window_start, attempts) VALUES ($1, $2, 1)
             ON CONFLICT (bucket) DO UPDATE SET
               attempts = CASE WHEN attempt.window_start > $3 THEN attempt.attempts + 1 ELSE 1 END,
               window_start = CASE WHEN attempt.window_start > $3 THEN attempt.window_start ELSE $2 END
             RETURNING attempts, window_start"
        ),
        p![bucket, now, now.plus_seconds(-60)],
    )?;
    row.map_or(Ok((0, now)), |r| Ok((r.get("attempts")?, r.get("window_start")?)))
}

/// Takes an attempt back: it was a good one.
pub fn forgive_attempt(tx: &mut Tx<'_, Control>, bucket: [u8; 32]) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE attempt SET attempts = attempts - 1 WHERE bucket = $1 AND attempts > 0"), p![bucket]).map(drop)
}

/// Forgets windows that are over, and what nobody can use any more.
pub fn sweep(tx: &mut Tx<'_, Control>, now: Timestamp) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM attempt WHERE window_start < $1"), p![now.plus_seconds(-3600)])?;
    tx.exec(sql!(Control, "DELETE FROM link WHERE expires_at < $1"), p![now.plus_days(-30)])?;
    tx.exec(sql!(Control, "DELETE FROM credential WHERE kind = 'session' AND expires_at < $1"), p![now.plus_days(-30)]).map(drop)
}
