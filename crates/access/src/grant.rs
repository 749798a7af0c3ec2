use std::marker::PhantomData;

use serde::Serialize;
use store::{Control, CustomerId, PartnerId, Row, StaffId, Timestamp, Uuid, Value, View, p, sql};

use crate::{Grants, Node, NodeKind, Permission, Reach, Role, Scope, memberships::suspended, role::holds, secret::SecretHash};

/// What a request shows to prove who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Credential {
    /// The hash of a session cookie or of an API token.
    Secret(SecretHash),
    /// A background job, granted again as the one who enqueued it.
    Holder(Uuid),
    /// The installation itself: its schedules, its command line, its first run.
    Operator,
    /// Nothing.
    None,
}

/// Who acts: a staff person by session, or an API token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Actor {
    /// The staff person's or the token's id; nil for the installation itself.
    pub holder: Uuid,
    /// The staff person behind it, if any.
    pub staff: Option<StaffId>,
}

impl Actor {
    /// The installation itself.
    pub const OPERATOR: Actor = Actor { holder: Uuid::nil(), staff: None };

    /// What the actor is granted by again, at another node.
    #[must_use]
    pub fn again(self) -> Credential {
        if self.holder.is_nil() { Credential::Operator } else { Credential::Holder(self.holder) }
    }
}

/// Why there is no scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// 401: no valid credential.
    Unauthenticated,
    /// 404: no such node, or none this actor may know of.
    NotFound,
    /// 403: the node is known, the right is missing.
    Forbidden(&'static str),
}

/// A membership at a node or above it, as the grant found it.
struct Found {
    actor: Actor,
    at: Uuid,
    role: Role,
    grants: Grants,
    reach: Reach,
}

/// Grants permission `P` over `node`, or says why not. Opens the second fence for the node's partner. A node that was written as
/// something else than it is is none.
///
/// # Errors
/// The store's; a denial is in the inner result.
pub fn grant<P: Permission>(
    view: &mut View<'_, Control>,
    who: &Credential,
    asked: Node,
    now: Timestamp,
) -> store::Result<Result<Scope<P>, Denied>> {
    let node = asked.id();
    let rows = match who {
        Credential::None => return Ok(Err(Denied::Unauthenticated)),
        Credential::Operator => return operator(view, asked),
        Credential::Secret(hash) => view.rows(by_secret(), p![hash.0, node, now])?,
        Credential::Holder(holder) => view.rows(by_holder(), p![*holder, node, now])?,
    };
    let Some(first) = rows.first() else { return Ok(Err(Denied::Unauthenticated)) };
    let Some(kind) = first.get::<Option<String>>("node_kind")?.as_deref().and_then(NodeKind::parse).filter(|k| asked.is(*k)) else {
        return Ok(Err(Denied::NotFound));
    };
    let mut known = false;
    let customer: Option<CustomerId> = first.get("customer_id")?;
    let partner: Option<PartnerId> = first.get("partner_id")?;
    for row in &rows {
        let Some(found) = read(row)? else { continue };
        if !covers(view, &found, node, partner, customer)? {
            continue;
        }
        known = true;
        if !holds::<P>(found.role, found.grants) {
            continue;
        }
        view.enter(partner.map_or(node, Into::into));
        return Ok(Ok(Scope {
            actor: found.actor,
            role: found.role,
            grants: found.grants,
            reach: found.reach,
            node,
            kind,
            partner,
            customer,
            region: first.get("region")?,
            permission: PhantomData,
        }));
    }
    Ok(Err(if known { Denied::Forbidden(P::RIGHT.0) } else { Denied::NotFound }))
}

fn by_secret() -> &'static store::Sql<Control> {
    sql!(
        Control,
        "SELECT c.holder_id, c.staff_id, m.membership_id, m.node_id AS held_at, m.role, m.may_create_customers, m.may_purchase, m.reach,
                n.kind AS node_kind, n.partner_id, n.customer_id, n.region
         FROM credential c
         LEFT JOIN staff s ON s.staff_id = c.staff_id
         LEFT JOIN org_node n ON n.node_id = $2
         LEFT JOIN org_tree t ON t.node_id = n.node_id
         LEFT JOIN membership m ON m.holder_id = c.holder_id AND m.node_id = t.ancestor_id AND m.ended_at IS NULL
         WHERE c.secret_hash = $1 AND c.ended_at IS NULL AND c.expires_at > $3 AND c.idle_until > $3
           AND (c.kind = 'scim' OR s.status = 'active')
         ORDER BY t.depth"
    )
}

// A token's holder is its credential, a person's holder is the staff row: either way the person must still be active. A
// directory's token is nobody's.
fn by_holder() -> &'static store::Sql<Control> {
    sql!(
        Control,
        "SELECT h.holder_id, h.staff_id, m.membership_id, m.node_id AS held_at, m.role, m.may_create_customers, m.may_purchase, m.reach,
                n.kind AS node_kind, n.partner_id, n.customer_id, n.region
         FROM (SELECT s.staff_id AS holder_id, s.staff_id AS staff_id FROM staff s WHERE s.staff_id = $1 AND s.status = 'active'
               UNION ALL
               SELECT c.credential_id AS holder_id, c.staff_id AS staff_id FROM credential c
               JOIN staff s2 ON s2.staff_id = c.staff_id AND s2.status = 'active'
               WHERE c.credential_id = $1 AND c.kind = 'token' AND c.ended_at IS NULL AND c.expires_at > $3
               UNION ALL
               SELECT d.credential_id AS holder_id, d.staff_id AS staff_id FROM credential d
               WHERE d.credential_id = $1 AND d.kind = 'scim' AND d.ended_at IS NULL AND d.expires_at > $3) h
         LEFT JOIN org_node n ON n.node_id = $2
         LEFT JOIN org_tree t ON t.node_id = n.node_id
         LEFT JOIN membership m ON m.holder_id = h.holder_id AND m.node_id = t.ancestor_id AND m.ended_at IS NULL
         ORDER BY t.depth"
    )
}

fn read(row: &Row) -> store::Result<Option<Found>> {
    let Some(membership) = row.get::<Option<Uuid>>("membership_id")? else { return Ok(None) };
    let Some(role) = Role::parse(&row.get::<String>("role")?) else { return Ok(None) };
    Ok(Some(Found {
        actor: Actor { holder: row.get("holder_id")?, staff: row.get("staff_id")? },
        at: row.get("held_at")?,
        role,
        grants: Grants { create_customers: row.get("may_create_customers")?, purchase: row.get("may_purchase")? },
        reach: reach(&row.get::<String>("reach")?, membership),
    }))
}

fn reach(word: &str, membership: Uuid) -> Reach {
    match word {
        "only" => Reach::Only(membership),
        "except" => Reach::Except(membership),
        _ => Reach::All,
    }
}

/// A membership in a customer covers nothing while that customer is suspended, and one limited to some customers covers a
/// customer's node only when that customer is among them.
fn covers(
    view: &mut View<'_, Control>,
    found: &Found,
    node: Uuid,
    partner: Option<PartnerId>,
    customer: Option<CustomerId>,
) -> store::Result<bool> {
    let Some(customer) = customer else { return Ok(true) };
    let Some(partner) = partner else { return Ok(false) };
    // A site lies directly in its customer.
    if (found.at == node || found.at == customer.0) && suspended(view, partner, customer)? {
        return Ok(false);
    }
    let (membership, wanted) = match found.reach {
        Reach::All => return Ok(true),
        Reach::Only(m) => (m, true),
        Reach::Except(m) => (m, false),
    };
    view.enter(partner.0);
    let assigned = view.opt(
        sql!(
            Control,
            "SELECT 1 AS yes FROM membership_target v
             LEFT JOIN group_member g ON g.partner_id = $3 AND g.group_id = v.target_id AND g.customer_id = $2
             WHERE v.membership_id = $1 AND (v.target_id = $2 OR g.customer_id IS NOT NULL)"
        ),
        &[Value::Uuid(membership), customer.into(), partner.into()],
    )?;
    Ok(assigned.is_some() == wanted)
}

fn operator<P>(view: &mut View<'_, Control>, asked: Node) -> store::Result<Result<Scope<P>, Denied>> {
    let node = asked.id();
    let row = view.opt(sql!(Control, "SELECT kind, partner_id, customer_id, region FROM org_node WHERE node_id = $1"), p![node])?;
    let Some(row) = row else { return Ok(Err(Denied::NotFound)) };
    let Some(kind) = NodeKind::parse(&row.get::<String>("kind")?).filter(|k| asked.is(*k)) else { return Ok(Err(Denied::NotFound)) };
    let partner: Option<PartnerId> = row.get("partner_id")?;
    view.enter(partner.map_or(node, Into::into));
    Ok(Ok(Scope {
        actor: Actor::OPERATOR,
        role: Role::Operator,
        grants: Grants { create_customers: true, purchase: true },
        reach: Reach::All,
        node,
        kind,
        partner,
        customer: row.get("customer_id")?,
        region: row.get("region")?,
        permission: PhantomData,
    }))
}

/// Who a credential belongs to, without asking for any right.
///
/// # Errors
/// The store's.
pub fn authenticate(view: &mut View<'_, Control>, who: &Credential, now: Timestamp) -> store::Result<Option<Actor>> {
    let Credential::Secret(hash) = who else {
        return Ok(matches!(who, Credential::Operator).then_some(Actor::OPERATOR));
    };
    let row = view.opt(
        sql!(
            Control,
            "SELECT c.holder_id, c.staff_id FROM credential c JOIN staff s ON s.staff_id = c.staff_id AND s.status = 'active'
             WHERE c.secret_hash = $1 AND c.ended_at IS NULL AND c.expires_at > $2 AND c.idle_until > $2"
        ),
        p![hash.0, now],
    )?;
    row.map(|r| Ok(Actor { holder: r.get("holder_id")?, staff: r.get("staff_id")? })).transpose()
}
