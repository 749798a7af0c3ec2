//! What a customer's move changes of people, tokens and their reach. Nobody sees more for it; the former partner's people and
//! their tokens see nothing of the customer any more.

use store::{Control, CustomerId, PartnerId, Result, Timestamp, Tx, View, p, sql};

/// The nodes of a customer.
macro_rules! within {
    ($customer:literal) => {
        concat!("(SELECT t.node_id FROM org_tree t WHERE t.ancestor_id = ", $customer, ")")
    };
}

/// Names of the people of a partner who see a customer, or would if it were the partner's.
pub fn sight(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Vec<String>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT s.name FROM membership m JOIN staff s ON s.staff_id = m.holder_id AND s.status <> 'disabled'
             WHERE m.node_id = $1 AND m.ended_at IS NULL AND (m.reach = 'all' OR (m.reach = 'only') = EXISTS (
               SELECT 1 FROM membership_target v LEFT JOIN group_member g ON g.partner_id = $1 AND g.group_id = v.target_id AND g.customer_id = $2
               WHERE v.membership_id = m.membership_id AND (v.target_id = $2 OR g.customer_id IS NOT NULL)))
             ORDER BY s.name, s.staff_id"
        ),
        p![partner, customer],
    )?;
    rows.iter().map(|r| r.get("name")).collect()
}

/// Who did not see a customer because of a group goes on not seeing it: by its name, on the former partner's past days and
/// should it ever come back. To be called while the customer is still in its groups.
pub fn keep_unseen(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<u64> {
    let text = sql!(
        Control,
        "INSERT INTO membership_target (membership_id, target_id)
         SELECT m.membership_id, $2 FROM membership m
         WHERE m.reach = 'except' AND m.node_id IN (SELECT t.ancestor_id FROM org_tree t WHERE t.node_id = $1) AND EXISTS (
           SELECT 1 FROM membership_target v JOIN group_member g ON g.partner_id = $1 AND g.group_id = v.target_id AND g.customer_id = $2
           WHERE v.membership_id = m.membership_id)
         ON CONFLICT (membership_id, target_id) DO NOTHING"
    );
    tx.exec(text, p![partner, customer])
}

/// Takes a customer off the lists of those who saw it by name.
pub fn unassign(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<u64> {
    let text = sql!(
        Control,
        "DELETE FROM membership_target WHERE target_id = $2
         AND membership_id IN (SELECT m.membership_id FROM membership m WHERE m.node_id = $1 AND m.reach = 'only')"
    );
    tx.exec(text, p![partner, customer])
}

/// Ends what people of other places hold at the customer itself. Its own administrators stay, and whoever works above it now.
pub fn end_visitors(tx: &mut Tx<'_, Control>, customer: CustomerId, to: PartnerId, now: Timestamp) -> Result<u64> {
    let text = sql!(
        Control,
        concat!(
            "UPDATE membership SET ended_at = $3 WHERE ended_at IS NULL AND role <> 'customer_admin' AND node_id IN ",
            within!("$1"),
            " AND holder_id IN (SELECT s.staff_id FROM staff s)
             AND NOT EXISTS (SELECT 1 FROM membership u JOIN org_tree a ON a.ancestor_id = u.node_id AND a.node_id = $2
                             WHERE u.holder_id = membership.holder_id AND u.ended_at IS NULL)"
        )
    );
    tx.exec(text, p![customer, to, now])
}

/// Ends the tokens at the customer whose makers have no way to it any more, and those of its directory: the former partner's
/// people have seen them.
pub fn end_stray_tokens(tx: &mut Tx<'_, Control>, customer: CustomerId, now: Timestamp) -> Result<u64> {
    let text = sql!(
        Control,
        concat!(
            "UPDATE credential SET ended_at = $2 WHERE kind IN ('token', 'scim') AND ended_at IS NULL
             AND credential_id IN (SELECT m.holder_id FROM membership m WHERE m.ended_at IS NULL AND m.node_id IN ",
            within!("$1"),
            ") AND NOT EXISTS (SELECT 1 FROM membership u JOIN org_tree a ON a.ancestor_id = u.node_id AND a.node_id = $1
                               WHERE u.holder_id = credential.staff_id AND u.ended_at IS NULL)"
        )
    );
    tx.exec(text, p![customer, now])
}

/// The customer's own administrators belong to the new partner from now on, unless they work elsewhere at the former one.
pub fn rehome(tx: &mut Tx<'_, Control>, customer: CustomerId, from: PartnerId, to: PartnerId) -> Result<u64> {
    let text = sql!(
        Control,
        concat!(
            "UPDATE staff SET home_id = $3, version = version + 1 WHERE home_id = $2 AND staff_id IN
             (SELECT m.holder_id FROM membership m WHERE m.ended_at IS NULL AND m.role = 'customer_admin' AND m.node_id IN ",
            within!("$1"),
            ") AND NOT EXISTS (SELECT 1 FROM membership u JOIN org_node n ON n.node_id = u.node_id AND n.partner_id = $2
                               WHERE u.holder_id = staff.staff_id AND u.ended_at IS NULL)"
        )
    );
    tx.exec(text, p![customer, from, to])
}
