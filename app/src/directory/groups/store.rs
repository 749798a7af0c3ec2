//! Every SQL text of groups of members.

use access::Scope;
use store::{MemberGroupId, MemberId, Region, Result, Row, Tx, Value, View, p, sql};

use super::{Which, group::MemberGroup};
use crate::directory::store::{customer, text_of};

fn read(row: &Row) -> Result<MemberGroup> {
    let rule: Option<String> = row.get("rule")?;
    let corrupt = |e: serde_json::Error| store::Error::Corrupt(format!("a group's rule: {e}"));
    Ok(MemberGroup {
        id: row.get("group_id")?,
        name: row.get("name")?,
        description: row.get("description")?,
        rule: rule.as_deref().map(serde_json::from_str).transpose().map_err(corrupt)?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}

fn rule_of(rule: Option<&Which>) -> Value {
    rule.map(text_of).into()
}

/// The groups of a tenant by name.
pub fn list<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Vec<MemberGroup>> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT group_id, name, description, rule, created_at, version FROM member_group WHERE customer_id = $1 ORDER BY name_key, group_id"
        ),
        p![customer(scope)],
    )?;
    rows.iter().map(read).collect()
}

pub fn find<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: MemberGroupId) -> Result<Option<MemberGroup>> {
    let row = view.opt(
        sql!(
            Region,
            "SELECT group_id, name, description, rule, created_at, version FROM member_group WHERE customer_id = $1 AND group_id = $2"
        ),
        p![customer(scope), id],
    )?;
    row.as_ref().map(read).transpose()
}

/// As [`find`], held until the transaction ends: whoever else changes the group comes before, or waits.
pub fn hold<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberGroupId) -> Result<Option<MemberGroup>> {
    let text = sql!(Region, "UPDATE member_group SET version = version WHERE customer_id = $1 AND group_id = $2 RETURNING version");
    tx.held(text, p![customer(scope), id])?;
    find(tx, scope, id)
}

/// Another group's claim to a name.
pub fn name_taken<P>(view: &mut View<'_, Region>, scope: &Scope<P>, name: &str, but: Option<MemberGroupId>) -> Result<bool> {
    let row = view.opt(
        sql!(Region, "SELECT group_id FROM member_group WHERE customer_id = $1 AND name_key = $2"),
        p![customer(scope), store::fold(name)],
    )?;
    let holder: Option<MemberGroupId> = row.map(|r| r.get("group_id")).transpose()?;
    Ok(holder.is_some_and(|h| Some(h) != but))
}

pub fn insert<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, g: &MemberGroup) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO member_group (customer_id, group_id, name, name_key, description, rule, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)"
        ),
        p![customer(scope), g.id, &g.name, store::fold(&g.name), &g.description, rule_of(g.rule.as_ref()), g.created_at],
    )
    .map(drop)
}

pub fn update<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, g: &MemberGroup) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "UPDATE member_group SET name = $3, name_key = $4, description = $5, rule = $6, version = version + 1 WHERE customer_id = $1 AND group_id = $2"
        ),
        p![customer(scope), g.id, &g.name, store::fold(&g.name), &g.description, rule_of(g.rule.as_ref())],
    )
    .map(drop)
}

pub fn delete<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberGroupId) -> Result<()> {
    empty(tx, scope, id)?;
    tx.exec(sql!(Region, "DELETE FROM member_group WHERE customer_id = $1 AND group_id = $2"), p![customer(scope), id]).map(drop)
}

/// Raises a group's version: somebody was put in or taken out.
pub fn touch<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberGroupId) -> Result<()> {
    let text = sql!(Region, "UPDATE member_group SET version = version + 1 WHERE customer_id = $1 AND group_id = $2");
    tx.exec(text, p![customer(scope), id]).map(drop)
}

/// Lets go of whoever was chosen by hand.
pub fn empty<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberGroupId) -> Result<()> {
    tx.exec(sql!(Region, "DELETE FROM member_group_member WHERE customer_id = $1 AND group_id = $2"), p![customer(scope), id]).map(drop)
}

/// Puts a member into a group; false when it was in it already, or is none of the customer's.
pub fn join<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberGroupId, member: MemberId) -> Result<bool> {
    let text = sql!(
        Region,
        "INSERT INTO member_group_member (customer_id, group_id, member_id)
         SELECT m.customer_id, $2, m.member_id FROM member m WHERE m.customer_id = $1 AND m.member_id = $3
         ON CONFLICT (customer_id, group_id, member_id) DO NOTHING"
    );
    tx.exec(text, p![customer(scope), id, member]).map(|n| n == 1)
}

/// Takes a member out of a group; false when it was not in it.
pub fn part<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberGroupId, member: MemberId) -> Result<bool> {
    let text = sql!(Region, "DELETE FROM member_group_member WHERE customer_id = $1 AND group_id = $2 AND member_id = $3");
    tx.exec(text, p![customer(scope), id, member]).map(|n| n == 1)
}

/// Takes members who are being deleted out of their groups. `rows` are customers and members.
pub fn leave(tx: &mut Tx<'_, Region>, rows: &[Vec<Value>]) -> Result<()> {
    // The index of members drives: of the key SQLite may walk the whole tenant.
    let text = sql!(
        Region,
        "DELETE FROM member_group_member WHERE customer_id = $1 AND member_id = $2
         AND group_id IN (SELECT x.group_id FROM member_group_member x WHERE x.customer_id = $1 AND x.member_id = $2)"
    );
    tx.bulk(text, rows).map(drop)
}
