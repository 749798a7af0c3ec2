//! Where somebody works. A membership is read before a scope is known; whether its customer is suspended, behind the second fence.

use store::{Control, CustomerId, PartnerId, Uuid, View, p, sql};

use crate::{Actor, Grants, NodeKind, Permission, Role, role::holds};

/// True while a customer is suspended: who works in it, and its directory, then have no access (4.17). Nothing is kept of it, so
/// that it ends as it began; whoever works above it goes on. Of a customer that is not there it is true, too.
///
/// # Errors
/// The store's.
pub fn suspended(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> store::Result<bool> {
    view.enter(partner.0);
    let text = sql!(Control, "SELECT 1 AS yes FROM customer WHERE partner_id = $1 AND customer_id = $2 AND lifecycle <> 'disabled'");
    Ok(view.opt(text, p![partner, customer])?.is_none())
}

/// One membership of an actor, for `GET /v1/me` and the shell's navigation.
#[derive(Debug, Clone)]
pub struct MembershipView {
    /// Where.
    pub node: Uuid,
    /// What the node is.
    pub kind: NodeKind,
    /// The node's partner, if it lies at or below one.
    pub partner: Option<PartnerId>,
    /// The node's customer, if it lies at or below one.
    pub customer: Option<CustomerId>,
    /// As what.
    pub role: Role,
    /// With which grants.
    pub grants: Grants,
}

/// Where somebody works, highest node first.
#[derive(Debug, Clone, Default)]
pub struct Memberships {
    /// What gives access.
    pub held: Vec<MembershipView>,
    /// What gives none while its customer is suspended.
    pub suspended: Vec<MembershipView>,
}

/// The memberships of an actor.
///
/// # Errors
/// The store's.
pub fn memberships(view: &mut View<'_, Control>, actor: Actor) -> store::Result<Memberships> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT m.node_id, m.role, m.may_create_customers, m.may_purchase, n.kind, n.partner_id, n.customer_id
             FROM membership m JOIN org_node n ON n.node_id = m.node_id JOIN org_tree t ON t.node_id = m.node_id AND t.ancestor_id = m.node_id
             WHERE m.holder_id = $1 AND m.ended_at IS NULL ORDER BY m.created_at, m.membership_id"
        ),
        p![actor.holder],
    )?;
    let mut found = Memberships::default();
    for row in rows {
        let (Some(role), Some(kind)) = (Role::parse(&row.get::<String>("role")?), NodeKind::parse(&row.get::<String>("kind")?)) else {
            continue;
        };
        let one = MembershipView {
            node: row.get("node_id")?,
            kind,
            partner: row.get("partner_id")?,
            customer: row.get("customer_id")?,
            role,
            grants: Grants { create_customers: row.get("may_create_customers")?, purchase: row.get("may_purchase")? },
        };
        match (one.partner, one.customer) {
            (Some(partner), Some(customer)) if suspended(view, partner, customer)? => found.suspended.push(one),
            _ => found.held.push(one),
        }
    }
    found.held.sort_by_key(|m| m.kind);
    Ok(found)
}

/// The nodes of a kind where an actor holds `P`, by memberships there or above: what a choice offers.
///
/// # Errors
/// The store's.
pub fn nodes_held<P: Permission>(view: &mut View<'_, Control>, actor: Actor, kind: NodeKind) -> store::Result<Vec<Uuid>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT n.node_id, m.role, m.may_create_customers, m.may_purchase FROM membership m
             JOIN org_tree t ON t.ancestor_id = m.node_id JOIN org_node n ON n.node_id = t.node_id AND n.kind = $2
             WHERE m.holder_id = $1 AND m.ended_at IS NULL ORDER BY n.node_id"
        ),
        p![actor.holder, kind.word()],
    )?;
    let mut held = Vec::new();
    for row in rows {
        let grants = Grants { create_customers: row.get("may_create_customers")?, purchase: row.get("may_purchase")? };
        if Role::parse(&row.get::<String>("role")?).is_some_and(|role| holds::<P>(role, grants)) {
            held.push(row.get("node_id")?);
        }
    }
    held.dedup();
    Ok(held)
}
