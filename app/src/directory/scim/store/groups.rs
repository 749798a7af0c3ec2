//! Every SQL text of directories' groups.

use access::Scope;
use store::{CustomerId, DirectoryGroupId, MemberId, Region, Result, Row, Timestamp, Tx, Uuid, Value, View, p, sql, sql_family};

use super::super::user::User;
use crate::directory::store::customer;

/// Ids asked for at once.
const AT_ONCE: usize = 100;

fn groups_of() -> Vec<String> {
    let places: Vec<String> = (0..AT_ONCE).map(|n| format!("${}", n + 2)).collect();
    vec![format!(
        "SELECT x.value_id, g.group_id, g.display_name FROM scim_group_member x
         JOIN scim_group g ON g.customer_id = x.customer_id AND g.group_id = x.group_id
         WHERE x.customer_id = $1 AND x.value_id IN ({}) ORDER BY x.value_id, g.group_id",
        places.join(", ")
    )]
}

/// Says of users which groups they are in.
pub fn add_groups<P>(view: &mut View<'_, Region>, scope: &Scope<P>, users: &mut [User]) -> Result<()> {
    let Some(text) = sql_family!(Region, groups_of).first() else { return Ok(()) };
    let any = sql!(Region, "SELECT group_id FROM scim_group WHERE customer_id = $1 LIMIT 1");
    if users.is_empty() || view.opt(any, p![customer(scope)])?.is_none() {
        return Ok(());
    }
    for part in users.chunks_mut(AT_ONCE) {
        let mut values: Vec<Value> = vec![customer(scope).into()];
        values.extend(part.iter().map(|u| Value::from(u.member.id)));
        let last = values.last().cloned().unwrap_or(Value::Null);
        values.resize(AT_ONCE + 1, last);
        view.each(text, &values, |row| {
            let id: MemberId = row.get("value_id")?;
            let group: (DirectoryGroupId, String) = (row.get("group_id")?, row.get("display_name")?);
            if let Some(user) = part.iter_mut().find(|u| u.member.id == id) {
                user.groups.push(group);
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// A group's own row.
#[derive(Debug, Clone)]
pub struct GroupRow {
    pub id: DirectoryGroupId,
    pub name: String,
    pub external_id: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

fn group(row: &Row) -> Result<GroupRow> {
    Ok(GroupRow {
        id: row.get("group_id")?,
        name: row.get("display_name")?,
        external_id: row.get("external_id")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

pub fn find_group<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: DirectoryGroupId) -> Result<Option<GroupRow>> {
    let row = view.opt(
        sql!(
            Region,
            "SELECT group_id, display_name, external_id, created_at, updated_at, version FROM scim_group WHERE customer_id = $1 AND group_id = $2"
        ),
        p![customer(scope), id],
    )?;
    row.as_ref().map(group).transpose()
}

/// Groups in the order they came, behind one, some passed over.
pub fn groups<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    after: Option<DirectoryGroupId>,
    limit: i64,
    offset: i64,
) -> Result<Vec<GroupRow>> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT group_id, display_name, external_id, created_at, updated_at, version FROM scim_group
             WHERE customer_id = $1 AND group_id > $2 ORDER BY group_id LIMIT $3 OFFSET $4"
        ),
        p![customer(scope), after.map_or(Uuid::nil(), |id| id.0), limit, offset],
    )?;
    rows.iter().map(group).collect()
}

/// Groups of a name, as it is compared.
pub fn groups_called<P>(view: &mut View<'_, Region>, scope: &Scope<P>, key: &str) -> Result<Vec<GroupRow>> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT group_id, display_name, external_id, created_at, updated_at, version FROM scim_group
             WHERE customer_id = $1 AND group_id IN
               (SELECT g.group_id FROM scim_group g WHERE g.customer_id = $1 AND g.display_key = $2) ORDER BY group_id"
        ),
        p![customer(scope), key],
    )?;
    rows.iter().map(group).collect()
}

pub fn count_groups<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<i64> {
    view.one(sql!(Region, "SELECT COUNT(*) AS n FROM scim_group WHERE customer_id = $1"), p![customer(scope)])?.get("n")
}

/// Who belongs to a group, in the order they came: ids, and whether each is a group.
pub fn members<P>(view: &mut View<'_, Region>, scope: &Scope<P>, group: DirectoryGroupId) -> Result<Vec<(Uuid, bool)>> {
    let mut found = Vec::new();
    view.each(
        sql!(Region, "SELECT value_id, nested FROM scim_group_member WHERE customer_id = $1 AND group_id = $2 ORDER BY value_id"),
        p![customer(scope), group],
        |row| {
            found.push((row.get("value_id")?, row.get("nested")?));
            Ok(())
        },
    )?;
    Ok(found)
}

/// The groups within a group.
pub fn nested<P>(view: &mut View<'_, Region>, scope: &Scope<P>, group: DirectoryGroupId) -> Result<Vec<DirectoryGroupId>> {
    let rows = view.rows(
        sql!(Region, "SELECT value_id FROM scim_group_member WHERE customer_id = $1 AND group_id = $2 AND nested ORDER BY value_id"),
        p![customer(scope), group],
    )?;
    rows.iter().map(|r| r.get("value_id")).collect()
}

/// True when the tenant has such a member.
pub fn is_member<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: MemberId) -> Result<bool> {
    let row = view.opt(sql!(Region, "SELECT member_id FROM member WHERE customer_id = $1 AND member_id = $2"), p![customer(scope), id])?;
    Ok(row.is_some())
}

/// Nobody else nests groups of the tenant until this transaction ends: two that come together could close a circle.
pub fn hold_nesting<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO tenant_domain (customer_id, version, domains) VALUES ($1, 0, '[]')
             ON CONFLICT (customer_id) DO UPDATE SET version = tenant_domain.version"
        ),
        p![customer(scope)],
    )
    .map(drop)
}

pub fn insert_group<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, row: &GroupRow) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO scim_group (customer_id, group_id, display_name, display_key, external_id, created_at, updated_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        p![
            customer(scope),
            row.id,
            &row.name,
            row.name.to_lowercase(),
            row.external_id.as_deref(),
            row.created_at,
            row.updated_at,
            row.version
        ],
    )
    .map(drop)
}

pub fn update_group<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, row: &GroupRow) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "UPDATE scim_group SET display_name = $3, display_key = $4, external_id = $5, updated_at = $6, version = version + 1
             WHERE customer_id = $1 AND group_id = $2"
        ),
        p![customer(scope), row.id, &row.name, row.name.to_lowercase(), row.external_id.as_deref(), row.updated_at],
    )
    .map(drop)
}

/// Lets members in and out of a group.
pub fn change_members<P>(
    tx: &mut Tx<'_, Region>,
    scope: &Scope<P>,
    group: DirectoryGroupId,
    gone: &[Uuid],
    come: &[(Uuid, bool)],
) -> Result<()> {
    let of: CustomerId = customer(scope);
    let rows: Vec<Vec<Value>> = gone.iter().map(|id| vec![of.into(), group.into(), (*id).into()]).collect();
    tx.bulk(sql!(Region, "DELETE FROM scim_group_member WHERE customer_id = $1 AND group_id = $2 AND value_id = $3"), &rows)?;
    let rows: Vec<Vec<Value>> = come.iter().map(|(id, nested)| vec![of.into(), group.into(), (*id).into(), (*nested).into()]).collect();
    tx.bulk(
        sql!(
            Region,
            "INSERT INTO scim_group_member (customer_id, group_id, value_id, nested) VALUES ($1, $2, $3, $4)
             ON CONFLICT (customer_id, group_id, value_id) DO NOTHING"
        ),
        &rows,
    )
    .map(drop)
}

/// Removes a group, from the groups it was in too.
pub fn delete_group<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: DirectoryGroupId) -> Result<()> {
    let of = customer(scope);
    tx.exec(sql!(Region, "DELETE FROM scim_group_member WHERE customer_id = $1 AND group_id = $2"), p![of, id])?;
    tx.exec(
        sql!(
            Region,
            "DELETE FROM scim_group_member WHERE customer_id = $1 AND value_id = $2
             AND group_id IN (SELECT x.group_id FROM scim_group_member x WHERE x.customer_id = $1 AND x.value_id = $2)"
        ),
        p![of, id],
    )?;
    tx.exec(sql!(Region, "DELETE FROM scim_group WHERE customer_id = $1 AND group_id = $2"), p![of, id]).map(drop)
}
