//! The tree itself: rows that only hierarchy's commands write.

use store::{Control, Result, Tx, Uuid, View, p, sql};

use crate::NodeKind;

/// Where a new node goes.
#[derive(Debug, Clone)]
pub struct NewNode<'a> {
    /// The new node.
    pub node: Uuid,
    /// Its parent; none for the platform.
    pub parent: Option<Uuid>,
    /// What it is.
    pub kind: NodeKind,
    /// Its partner (itself, if it is one).
    pub partner: Option<Uuid>,
    /// Its customer (itself, if it is one).
    pub customer: Option<Uuid>,
    /// Its region, from a customer down.
    pub region: Option<&'a str>,
}

/// Adds a node below its parent, with its closure.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_, Control>, new: &NewNode<'_>) -> Result<()> {
    tx.exec(
        sql!(Control, "INSERT INTO org_node (node_id, parent_id, kind, partner_id, customer_id, region) VALUES ($1, $2, $3, $4, $5, $6)"),
        p![new.node, new.parent, new.kind.word(), new.partner, new.customer, new.region],
    )?;
    tx.exec(sql!(Control, "INSERT INTO org_tree (node_id, ancestor_id, depth) VALUES ($1, $1, 0)"), p![new.node])?;
    if let Some(parent) = new.parent {
        tx.exec(
            sql!(
                Control,
                "INSERT INTO org_tree (node_id, ancestor_id, depth) SELECT $1, ancestor_id, depth + 1 FROM org_tree WHERE node_id = $2"
            ),
            p![new.node, parent],
        )?;
    }
    if new.kind <= NodeKind::Partner {
        tx.exec(sql!(Control, "INSERT INTO scope_partner (node_id, partner_id) VALUES ($1, $1)"), p![new.node])?;
    }
    if new.kind == NodeKind::Partner {
        tx.exec(
            sql!(
                Control,
                "INSERT INTO scope_partner (node_id, partner_id) SELECT ancestor_id, node_id FROM org_tree WHERE node_id = $1 AND depth > 0"
            ),
            p![new.node],
        )?;
    }
    Ok(())
}

/// Moves a partner below another distributor: its closure and the scope cut are made anew.
///
/// # Errors
/// The store's.
pub fn move_partner(tx: &mut Tx<'_, Control>, partner: Uuid, to: Uuid) -> Result<()> {
    hang(tx, partner, to)?;
    tx.exec(sql!(Control, "DELETE FROM scope_partner WHERE partner_id = $1 AND node_id <> $1"), p![partner])?;
    tx.exec(
        sql!(
            Control,
            "INSERT INTO scope_partner (node_id, partner_id) SELECT ancestor_id, node_id FROM org_tree WHERE node_id = $1 AND depth > 0"
        ),
        p![partner],
    )
    .map(drop)
}

/// Moves a customer with its sites to another partner: from the next statement on the tree names the new one alone.
///
/// # Errors
/// The store's.
pub fn move_customer(tx: &mut Tx<'_, Control>, customer: Uuid, to: Uuid) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE org_node SET partner_id = $2 WHERE node_id IN (SELECT t.node_id FROM org_tree t WHERE t.ancestor_id = $1)"),
        p![customer, to],
    )?;
    hang(tx, customer, to)
}

/// Hangs a node with all below it under another parent.
fn hang(tx: &mut Tx<'_, Control>, node: Uuid, to: Uuid) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE org_node SET parent_id = $2 WHERE node_id = $1"), p![node, to])?;
    let above = sql!(
        Control,
        "DELETE FROM org_tree WHERE node_id IN (SELECT node_id FROM org_tree WHERE ancestor_id = $1)
         AND ancestor_id IN (SELECT ancestor_id FROM org_tree WHERE node_id = $1 AND depth > 0)"
    );
    tx.exec(above, p![node])?;
    tx.exec(
        sql!(
            Control,
            "INSERT INTO org_tree (node_id, ancestor_id, depth)
             SELECT b.node_id, a.ancestor_id, a.depth + b.depth + 1 FROM org_tree b, org_tree a
             WHERE b.ancestor_id = $1 AND a.node_id = $2"
        ),
        p![node, to],
    )
    .map(drop)
}

/// The lowest node above both: where a change of two partners opens the second fence.
///
/// # Errors
/// The store's.
pub fn above_both(view: &mut View<'_, Control>, one: Uuid, other: Uuid) -> Result<Option<Uuid>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT a.ancestor_id FROM org_tree a JOIN org_tree b ON b.ancestor_id = a.ancestor_id AND b.node_id = $2
             WHERE a.node_id = $1 ORDER BY a.depth LIMIT 1"
        ),
        p![one, other],
    )?;
    row.map(|r| r.get("ancestor_id")).transpose()
}

/// Waits until nobody changes anything at a node, and keeps everybody from it until the transaction ends. SQLite has one writer.
///
/// # Errors
/// The store's.
pub fn hold_alone(tx: &mut Tx<'_, Control>, node: Uuid) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE org_node SET parent_id = parent_id WHERE node_id = $1"), p![node]).map(drop)
}

/// Takes a node and what lies below it out of everybody's reach, also of those who work at the node itself: no membership
/// covers it any more. The rows stay.
///
/// # Errors
/// The store's.
pub fn detach(tx: &mut Tx<'_, Control>, node: Uuid) -> Result<()> {
    tx.exec(
        sql!(Control, "DELETE FROM org_tree WHERE node_id IN (SELECT below.node_id FROM org_tree below WHERE below.ancestor_id = $1)"),
        p![node],
    )
    .map(drop)
}

/// Puts a customer that was detached back below its partner, with its sites.
///
/// # Errors
/// The store's.
pub fn attach(tx: &mut Tx<'_, Control>, customer: Uuid) -> Result<()> {
    let texts = [
        sql!(Control, "INSERT INTO org_tree (node_id, ancestor_id, depth) SELECT node_id, node_id, 0 FROM org_node WHERE customer_id = $1"),
        sql!(
            Control,
            "INSERT INTO org_tree (node_id, ancestor_id, depth)
             SELECT n.node_id, t.ancestor_id, t.depth + 1 FROM org_node n JOIN org_tree t ON t.node_id = n.parent_id WHERE n.node_id = $1"
        ),
        sql!(
            Control,
            "INSERT INTO org_tree (node_id, ancestor_id, depth)
             SELECT n.node_id, t.ancestor_id, t.depth + 1 FROM org_node n JOIN org_tree t ON t.node_id = n.parent_id WHERE n.parent_id = $1"
        ),
    ];
    texts.into_iter().try_for_each(|text| tx.exec(text, p![customer]).map(drop))
}

/// The partner a node lies in, for choosing a lane: a hint, never an authority.
///
/// # Errors
/// The store's.
pub fn partner_of(view: &mut View<'_, Control>, node: Uuid) -> Result<Option<Uuid>> {
    let row = view.opt(sql!(Control, "SELECT partner_id FROM org_node WHERE node_id = $1"), p![node])?;
    row.map_or(Ok(None), |r| r.get("partner_id"))
}
