//! Tokens of customers' directories.

use access::{Grants, Role};
use store::{Control, CustomerId, MembershipId, Result, Row, Timestamp, TokenId, Tx, View, p, sql};

use super::{NewRow, insert_membership};
use crate::identity::{noun::StaffReach, scim_tokens::ScimToken};

/// Writes a token and the one membership it has.
pub fn insert_scim_token(
    tx: &mut Tx<'_, Control>,
    customer: CustomerId,
    token: &ScimToken,
    hash: [u8; 32],
    rests: Timestamp,
    membership: MembershipId,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO credential (secret_hash, credential_id, kind, holder_id, label, address, created_at, idle_until, expires_at)
             VALUES ($1, $2, 'scim', $2, $3, '', $4, $6, $5)"
        ),
        p![hash, token.id, &token.name, token.created_at, token.expires_at, token.expires_at.min(rests)],
    )?;
    let row = NewRow { membership, holder: token.id.0, node: customer.0, role: Role::Directory, grants: Grants::default() };
    insert_membership(tx, &row, &StaffReach::all(), token.created_at)
}

/// The tokens of a customer that can be used, newest first.
pub fn scim_tokens(view: &mut View<'_, Control>, customer: CustomerId, now: Timestamp) -> Result<Vec<ScimToken>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT c.credential_id, c.label, c.created_at, c.last_used_at, c.expires_at
             FROM membership m JOIN credential c ON c.credential_id = m.holder_id AND c.kind = 'scim'
             WHERE m.node_id = $1 AND m.role = 'directory' AND m.ended_at IS NULL AND c.ended_at IS NULL AND c.expires_at > $2
             ORDER BY c.created_at DESC, c.credential_id DESC LIMIT 100"
        ),
        p![customer, now],
    )?;
    let one = |r: &Row| {
        Ok(ScimToken {
            id: r.get("credential_id")?,
            name: r.get("label")?,
            created_at: r.get("created_at")?,
            last_used_at: r.get("last_used_at")?,
            expires_at: r.get("expires_at")?,
        })
    };
    rows.iter().map(one).collect()
}

/// Ends a token of a customer; false when it has no such one.
pub fn end_scim_token(tx: &mut Tx<'_, Control>, customer: CustomerId, token: TokenId, now: Timestamp) -> Result<bool> {
    let text = sql!(
        Control,
        "UPDATE credential SET ended_at = $3 WHERE credential_id = $2 AND kind = 'scim' AND ended_at IS NULL
         AND credential_id IN (SELECT m.holder_id FROM membership m WHERE m.node_id = $1 AND m.role = 'directory' AND m.ended_at IS NULL)"
    );
    Ok(tx.exec(text, p![customer, token, now])? == 1)
}

/// The customer a live token opens; none while it is suspended or removed.
pub fn scim_tenant(view: &mut View<'_, Control>, hash: [u8; 32], now: Timestamp) -> Result<Option<CustomerId>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT m.node_id, n.partner_id FROM credential c JOIN membership m ON m.holder_id = c.credential_id AND m.ended_at IS NULL
             JOIN org_tree t ON t.node_id = m.node_id AND t.ancestor_id = m.node_id JOIN org_node n ON n.node_id = m.node_id
             WHERE c.secret_hash = $1 AND c.kind = 'scim' AND c.ended_at IS NULL AND c.expires_at > $2 AND c.idle_until > $2"
        ),
        p![hash, now],
    )?;
    let Some(row) = row else { return Ok(None) };
    let customer: CustomerId = row.get("node_id")?;
    Ok((!access::suspended(view, row.get("partner_id")?, customer)?).then_some(customer))
}
