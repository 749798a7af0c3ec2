//! Every SQL text of groups.

use access::Scope;
use store::{Control, CustomerId, GroupId, PartnerId, Result, Row, Timestamp, Tx, Uuid, View, p, sql};

use super::{
    queries::{Group, Member},
    rule::{Facts, Rule},
};

/// The customers of a group that a scope sees.
macro_rules! seen {
    ($group:literal) => {
        concat!(
            "FROM group_member m JOIN customer c ON c.partner_id = m.partner_id AND c.customer_id = m.customer_id
             WHERE m.partner_id = $1 AND m.group_id = ",
            $group,
            " AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged' AND ",
            access::visible!("c", "$2", "$3", "$4")
        )
    };
}

fn read(row: &Row) -> Result<Group> {
    let rule: Option<String> = row.get("rule")?;
    Ok(Group {
        id: row.get("group_id")?,
        name: row.get("name")?,
        description: row.get("description")?,
        rule: rule.and_then(|r| serde_json::from_str(&r).ok()),
        customers: row.get("customers")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}

pub fn list<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    q: &str,
    after: Option<&(String, Uuid)>,
    limit: i64,
) -> Result<(Vec<Group>, i64)> {
    let key = store::fold(q.trim());
    let total = view.one(
        sql!(Control, "SELECT COUNT(*) AS n FROM customer_group WHERE partner_id = $1 AND name_key LIKE '%' || CAST($2 AS TEXT) || '%'"),
        p![scope.partner(), escaped(&key)],
    )?;
    let (name, id) = after.map_or((None, Uuid::nil()), |(n, id)| (Some(n.clone()), *id));
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT k.group_id, k.name, k.description, k.rule, k.created_at, k.version, (SELECT COUNT(*) ",
                seen!("k.group_id"),
                ") AS customers FROM customer_group k
                 WHERE k.partner_id = $1 AND k.name_key LIKE '%' || CAST($5 AS TEXT) || '%'
                   AND (CAST($6 AS TEXT) IS NULL OR k.name_key > $6 OR (k.name_key = $6 AND k.group_id > $7))
                 ORDER BY k.name_key, k.group_id LIMIT $8"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), escaped(&key), name, id, limit],
    )?;
    Ok((rows.iter().map(read).collect::<Result<_>>()?, total.get("n")?))
}

/// `%` and `_` stand for themselves nowhere in a folded name that people search for.
fn escaped(key: &str) -> String {
    key.replace(['%', '_'], "")
}

pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, group: GroupId) -> Result<Option<Group>> {
    let row = view.opt(
        sql!(
            Control,
            concat!(
                "SELECT k.group_id, k.name, k.description, k.rule, k.created_at, k.version, (SELECT COUNT(*) ",
                seen!("k.group_id"),
                ") AS customers FROM customer_group k WHERE k.partner_id = $1 AND k.group_id = $5"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), group],
    )?;
    row.as_ref().map(read).transpose()
}

/// As [`find`], held until the transaction ends: whoever else changes the group comes before, or waits.
pub fn hold<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, group: GroupId) -> Result<Option<Group>> {
    let text = sql!(Control, "UPDATE customer_group SET version = version WHERE partner_id = $1 AND group_id = $2 RETURNING version");
    tx.held(text, p![scope.partner(), group])?;
    find(tx, scope, group)
}

pub fn of_customer<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<(GroupId, String)>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT k.group_id, k.name FROM group_member m JOIN customer_group k ON k.partner_id = m.partner_id AND k.group_id = m.group_id
             WHERE m.partner_id = $1 AND m.customer_id = $2 ORDER BY k.name_key"
        ),
        p![scope.partner(), customer],
    )?;
    rows.iter().map(|r| Ok((r.get("group_id")?, r.get("name")?))).collect()
}

pub fn members<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    group: GroupId,
    after: Option<&(String, Uuid)>,
    limit: i64,
) -> Result<Vec<Member>> {
    let (name, id) = after.map_or((None, Uuid::nil()), |(n, id)| (Some(n.clone()), *id));
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT c.customer_id, c.name, c.name_key, c.account_number, c.domain, c.tier, c.lifecycle ",
                seen!("$5"),
                " AND (CAST($6 AS TEXT) IS NULL OR c.name_key > $6 OR (c.name_key = $6 AND c.customer_id > $7))
                 ORDER BY c.name_key, c.customer_id LIMIT $8"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), group, name, id, limit],
    )?;
    let member = |r: &Row| {
        Ok(Member {
            id: r.get("customer_id")?,
            name: r.get("name")?,
            name_key: r.get("name_key")?,
            account_number: r.get("account_number")?,
            domain: r.get("domain")?,
            tier: r.get("tier")?,
            lifecycle: r.get("lifecycle")?,
        })
    };
    rows.iter().map(member).collect()
}

/// Customers a scope could put into a group, by name.
pub fn choices<P>(view: &mut View<'_, Control>, scope: &Scope<P>, group: GroupId, limit: i64) -> Result<Vec<(CustomerId, String)>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT c.customer_id, c.name FROM customer c WHERE c.partner_id = $1 AND c.kind <> 'internal' AND c.lifecycle <> 'removed'
                   AND c.lifecycle <> 'purged' AND ",
                access::visible!("c", "$2", "$3", "$4"),
                " AND NOT EXISTS (SELECT 1 FROM group_member m WHERE m.partner_id = c.partner_id AND m.group_id = $5 AND m.customer_id = c.customer_id)
                 ORDER BY c.name_key LIMIT $6"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), group, limit],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("name")?))).collect()
}

/// Another group's claim to a name.
pub fn name_taken<P>(view: &mut View<'_, Control>, scope: &Scope<P>, key: &str, but: Option<GroupId>) -> Result<bool> {
    let row =
        view.opt(sql!(Control, "SELECT group_id FROM customer_group WHERE partner_id = $1 AND name_key = $2"), p![scope.partner(), key])?;
    let holder: Option<GroupId> = row.map(|r| r.get("group_id")).transpose()?;
    Ok(holder.is_some_and(|h| Some(h) != but))
}

pub fn insert(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    id: GroupId,
    name: &str,
    about: &str,
    rule: Option<&Rule>,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO customer_group (partner_id, group_id, name, name_key, description, rule, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)"
        ),
        p![partner, id, name, store::fold(name), about, json(rule), now],
    )
    .map(drop)
}

pub fn update(tx: &mut Tx<'_, Control>, partner: PartnerId, group: &Group) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE customer_group SET name = $3, name_key = $4, description = $5, rule = $6, version = version + 1 WHERE partner_id = $1 AND group_id = $2"
        ),
        p![partner, group.id, &group.name, store::fold(&group.name), &group.description, json(group.rule.as_ref())],
    )
    .map(drop)
}

fn json(rule: Option<&Rule>) -> Option<String> {
    rule.and_then(|r| serde_json::to_string(r).ok())
}

pub fn delete(tx: &mut Tx<'_, Control>, partner: PartnerId, group: GroupId) -> Result<()> {
    empty(tx, partner, group)?;
    tx.exec(sql!(Control, "DELETE FROM customer_group WHERE partner_id = $1 AND group_id = $2"), p![partner, group]).map(drop)
}

/// Counts a change of members as a change of the group.
pub fn touch(tx: &mut Tx<'_, Control>, partner: PartnerId, group: GroupId) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE customer_group SET version = version + 1 WHERE partner_id = $1 AND group_id = $2"), p![partner, group])
        .map(drop)
}

pub fn empty(tx: &mut Tx<'_, Control>, partner: PartnerId, group: GroupId) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM group_member WHERE partner_id = $1 AND group_id = $2"), p![partner, group]).map(drop)
}

pub fn is_member(view: &mut View<'_, Control>, partner: PartnerId, group: GroupId, customer: CustomerId) -> Result<bool> {
    let row = view.opt(
        sql!(Control, "SELECT customer_id FROM group_member WHERE partner_id = $1 AND group_id = $2 AND customer_id = $3"),
        p![partner, group, customer],
    )?;
    Ok(row.is_some())
}

/// Adds a customer; false when it was in the group already.
pub fn join(tx: &mut Tx<'_, Control>, partner: PartnerId, group: GroupId, customer: CustomerId) -> Result<bool> {
    tx.exec(joining(), p![partner, group, customer]).map(|n| n == 1)
}

pub fn join_all(tx: &mut Tx<'_, Control>, partner: PartnerId, group: GroupId, customers: &[CustomerId]) -> Result<()> {
    let rows: Vec<Vec<store::Value>> = customers.iter().map(|c| p![partner, group, *c].to_vec()).collect();
    if rows.is_empty() { Ok(()) } else { tx.bulk(joining(), &rows).map(drop) }
}

fn joining() -> &'static store::Sql<Control> {
    sql!(
        Control,
        "INSERT INTO group_member (partner_id, group_id, customer_id) VALUES ($1, $2, $3) ON CONFLICT (partner_id, group_id, customer_id) DO NOTHING"
    )
}

/// Takes a customer out; false when it was not in the group.
pub fn leave(tx: &mut Tx<'_, Control>, partner: PartnerId, group: GroupId, customer: CustomerId) -> Result<bool> {
    tx.exec(
        sql!(Control, "DELETE FROM group_member WHERE partner_id = $1 AND group_id = $2 AND customer_id = $3"),
        p![partner, group, customer],
    )
    .map(|n| n == 1)
}

/// True when a customer can be put into a group by this actor.
pub fn reachable<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<bool> {
    let row = view.opt(
        sql!(
            Control,
            concat!(
                "SELECT c.customer_id FROM customer c WHERE c.partner_id = $1 AND c.customer_id = $5 AND c.kind <> 'internal'
                   AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged' AND ",
                access::visible!("c", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), customer],
    )?;
    Ok(row.is_some())
}

/// The groups with a rule.
pub fn rules(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<(GroupId, Rule)>> {
    let rows =
        view.rows(sql!(Control, "SELECT group_id, rule FROM customer_group WHERE partner_id = $1 AND rule IS NOT NULL"), p![partner])?;
    let mut rules = Vec::new();
    for row in rows {
        if let Ok(rule) = serde_json::from_str(&row.get::<String>("rule")?) {
            rules.push((row.get("group_id")?, rule));
        }
    }
    Ok(rules)
}

fn facts_of(row: &Row) -> Result<Facts> {
    let (kind, lifecycle): (String, String) = (row.get("kind")?, row.get("lifecycle")?);
    Ok(Facts {
        listed: kind != "internal" && lifecycle != "removed" && lifecycle != "purged",
        tier: row.get("tier")?,
        country: row.get("country")?,
        sector: row.get("sector")?,
        kind,
        language: row.get("language")?,
        name: row.get("name")?,
        reference: row.get("reference")?,
    })
}

pub fn facts(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Option<Facts>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT kind, lifecycle, tier, country, sector, language, name, reference FROM customer WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![partner, customer],
    )?;
    row.as_ref().map(facts_of).transpose()
}

pub fn all_facts(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<(CustomerId, Facts)>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT customer_id, kind, lifecycle, tier, country, sector, language, name, reference FROM customer WHERE partner_id = $1"
        ),
        p![partner],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, facts_of(r)?))).collect()
}

/// Takes a customer out of every group of a partner.
pub fn leave_all(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM group_member WHERE partner_id = $1 AND customer_id = $2"), p![partner, customer]).map(drop)
}
