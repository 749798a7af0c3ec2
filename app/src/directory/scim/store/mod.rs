//! Every SQL text of what directories say of members; [`groups`] has those of their groups.

mod groups;

use access::Scope;
use store::{MemberId, Region, Result, Row, Timestamp, Tx, Uuid, Value, View, p, sql};

use super::{facts::Facts, user::User};
use crate::directory::{
    Texts,
    member::{Member, MemberStatus, address_key},
    store::{customer, read as read_member, text_of},
};

pub use groups::*;

macro_rules! shown {
    ($from:expr) => {
        concat!(
            "SELECT m.member_id, m.email, m.name, m.external_id, m.status, m.department, m.title, m.kind, m.site_id, m.language, m.attributes,
               m.directory_groups, m.source, m.created_at,
               m.updated_at, m.version, m.by_hand, u.resource FROM ",
            $from
        )
    };
}

macro_rules! user {
    ($rest:expr) => {
        shown!(concat!(
            "member m LEFT JOIN scim_user u ON u.customer_id = m.customer_id AND u.member_id = m.member_id WHERE m.customer_id = $1 AND ",
            $rest
        ))
    };
}

/// A page of users: what is passed over is passed over among the members alone.
macro_rules! page {
    ($rest:expr, $order:expr) => {
        shown!(concat!(
            "(SELECT customer_id, member_id, email, name, external_id, status, department, title, kind, site_id, language, attributes, directory_groups, source, created_at, updated_at,
               version, by_hand, user_name_key FROM member WHERE customer_id = $1 AND ",
            $rest,
            ") m LEFT JOIN scim_user u ON u.customer_id = m.customer_id AND u.member_id = m.member_id ORDER BY ",
            $order
        ))
    };
}

fn read(row: &Row) -> Result<User> {
    let said: Option<String> = row.get("resource")?;
    let corrupt = |e: serde_json::Error| store::Error::Corrupt(format!("a directory's user: {e}"));
    Ok(User {
        member: read_member(row)?,
        said: said.as_deref().map(serde_json::from_str).transpose().map_err(corrupt)?,
        by_hand: row.get("by_hand")?,
        groups: Vec::new(),
    })
}

fn all(view: &mut View<'_, Region>, text: &'static store::Sql<Region>, values: &[Value]) -> Result<Vec<User>> {
    let mut found = Vec::new();
    view.each(text, values, |row| {
        found.push(read(&row)?);
        Ok(())
    })?;
    Ok(found)
}

pub fn find<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: MemberId) -> Result<Option<User>> {
    let row = view.opt(sql!(Region, user!("m.member_id = $2")), p![customer(scope), id])?;
    row.as_ref().map(read).transpose()
}

/// Users in the order they came, behind one, some passed over.
pub fn page<P>(view: &mut View<'_, Region>, scope: &Scope<P>, after: Option<MemberId>, limit: i64, offset: i64) -> Result<Vec<User>> {
    let after = after.map_or(Uuid::nil(), |id| id.0);
    all(
        view,
        sql!(Region, page!("member_id > $2 ORDER BY member_id LIMIT $3 OFFSET $4", "m.member_id")),
        p![customer(scope), after, limit, offset],
    )
}

/// Users by their names.
pub fn page_by_name<P>(view: &mut View<'_, Region>, scope: &Scope<P>, falls: bool, limit: i64, offset: i64) -> Result<Vec<User>> {
    let text = if falls {
        sql!(Region, page!("user_name_key >= '' ORDER BY user_name_key DESC LIMIT $2 OFFSET $3", "m.user_name_key DESC"))
    } else {
        sql!(Region, page!("user_name_key >= '' ORDER BY user_name_key LIMIT $2 OFFSET $3", "m.user_name_key"))
    };
    all(view, text, p![customer(scope), limit, offset])
}

/// What an index finds: a superset of what a filter means.
#[derive(Debug, Clone, PartialEq)]
pub enum Probe {
    /// The member of this id.
    Id(MemberId),
    /// Whom a directory calls so.
    UserName(String),
    /// Who has this id at the directory.
    ExternalId(String),
    /// Who has this address.
    Address(String),
    /// Who is shown by this name: as the directory's is compared, and as ours is.
    Display(String, String),
}

// Each finds the ids by an index that holds them, and then the members: asked for the members at once, SQLite walks the whole
// tenant, for the order's sake or because it takes one step for another.
pub fn probe<P>(view: &mut View<'_, Region>, scope: &Scope<P>, probe: &Probe) -> Result<Vec<User>> {
    let of = customer(scope);
    match probe {
        Probe::Id(id) => Ok(find(view, scope, *id)?.into_iter().collect()),
        Probe::UserName(key) => all(view, sql!(Region, user!("m.user_name_key = $2")), p![of, key]),
        Probe::ExternalId(id) => all(
            view,
            sql!(
                Region,
                user!(
                    "m.member_id IN (SELECT e.member_id FROM member e WHERE e.customer_id = $1 AND e.external_id = $2) ORDER BY m.member_id"
                )
            ),
            p![of, id],
        ),
        Probe::Address(key) => all(
            view,
            sql!(
                Region,
                user!(
                    "m.member_id IN (SELECT e.member_id FROM member e WHERE e.customer_id = $1 AND e.email_key = $2
                       UNION SELECT a.member_id FROM scim_address a WHERE a.customer_id = $1 AND a.value_key = $2) ORDER BY m.member_id"
                )
            ),
            p![of, key],
        ),
        Probe::Display(key, folded) => all(
            view,
            sql!(
                Region,
                user!(
                    "m.member_id IN (SELECT e.member_id FROM member e WHERE e.customer_id = $1 AND e.display_key = $2
                       UNION SELECT e.member_id FROM member e WHERE e.customer_id = $1 AND e.name_key = $3)
                     AND (m.display_key = $2 OR m.display_key IS NULL) ORDER BY m.member_id"
                )
            ),
            p![of, key, folded],
        ),
    }
}

/// Users changed between two instants, both included, and how many.
pub fn changed_between<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    (from, to): (Timestamp, Timestamp),
    (after, limit, offset): (Option<MemberId>, i64, i64),
) -> Result<(i64, Vec<User>)> {
    let count = sql!(Region, "SELECT COUNT(*) AS n FROM member WHERE customer_id = $1 AND updated_at >= $2 AND updated_at <= $3");
    let total = view.one(count, p![customer(scope), from, to])?.get("n")?;
    let text = sql!(
        Region,
        page!("updated_at >= $2 AND updated_at <= $3 AND member_id > $4 ORDER BY member_id LIMIT $5 OFFSET $6", "m.member_id")
    );
    let after = after.map_or(Uuid::nil(), |id| id.0);
    Ok((total, all(view, text, p![customer(scope), from, to, after, limit, offset])?))
}

/// Whom another directory's user or member, not `but`, is called like.
pub fn user_name_holder<P>(view: &mut View<'_, Region>, scope: &Scope<P>, key: &str, but: Option<MemberId>) -> Result<bool> {
    let row = view.opt(
        sql!(Region, "SELECT member_id FROM member WHERE customer_id = $1 AND user_name_key = $2 AND member_id <> $3"),
        p![customer(scope), key, but.map_or(Uuid::nil(), |id| id.0)],
    )?;
    Ok(row.is_some())
}

/// Who, other than `but`, has this address.
pub fn address_holder<P>(view: &mut View<'_, Region>, scope: &Scope<P>, key: &str, but: Option<MemberId>) -> Result<bool> {
    let row = view.opt(
        sql!(Region, "SELECT member_id FROM member WHERE customer_id = $1 AND email_key = $2 AND member_id <> $3"),
        p![customer(scope), key, but.map_or(Uuid::nil(), |id| id.0)],
    )?;
    Ok(row.is_some())
}

pub fn insert<P>(
    tx: &mut Tx<'_, Region>,
    scope: &Scope<P>,
    id: MemberId,
    facts: &Facts,
    status: MemberStatus,
    now: Timestamp,
) -> Result<()> {
    let name = facts.new_name();
    tx.exec(
        sql!(
            Region,
            "INSERT INTO member (customer_id, member_id, email, email_key, user_name, user_name_key, display_key, name, name_key, external_id, status,
               department, title, language, source, created_at, updated_at, seen_at, version, attributes, texts_key)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'scim', $15, $15, $15, 1, $16, $17)"
        ),
        p![
            customer(scope),
            id,
            &facts.email,
            address_key(id, &facts.email),
            &facts.user_name,
            facts.user_name.to_lowercase(),
            facts.display.as_ref().map(|d| d.to_lowercase()),
            &name,
            store::fold(&name),
            facts.external_id.as_deref(),
            status.word(),
            facts.department.as_deref(),
            facts.title.as_deref(),
            facts.language.as_deref(),
            now,
            text_of(&facts.attributes),
            Texts::new(facts.department.as_deref(), facts.title.as_deref(), &facts.attributes, &[]).key()
        ],
    )
    .map(drop)
}

/// Writes what changed of a member, and what its directory calls it.
pub fn update<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, member: &Member, facts: &Facts, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "UPDATE member SET email = $3, email_key = $4, user_name = $5, user_name_key = $6, display_key = $7, name = $8, name_key = $9,
               external_id = $10, department = $11, title = $12, language = $13, updated_at = $14, seen_at = $14, version = version + 1,
               attributes = $15, texts_key = $16
             WHERE customer_id = $1 AND member_id = $2"
        ),
        p![
            customer(scope),
            member.id,
            &member.email,
            address_key(member.id, &member.email),
            &facts.user_name,
            facts.user_name.to_lowercase(),
            facts.display.as_ref().map(|d| d.to_lowercase()),
            &member.name,
            store::fold(&member.name),
            member.external_id.as_deref(),
            member.department.as_deref(),
            member.title.as_deref(),
            member.language.as_deref(),
            now,
            text_of(&member.attributes),
            Texts::of(member).key()
        ],
    )
    .map(drop)
}

/// Keeps what the directory said, word for word.
pub fn keep<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberId, said: String) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO scim_user (customer_id, member_id, resource) VALUES ($1, $2, $3)
             ON CONFLICT (customer_id, member_id) DO UPDATE SET resource = excluded.resource"
        ),
        p![customer(scope), id, said],
    )
    .map(drop)
}

/// The addresses a user is found by; `before` = what is written already.
pub fn set_addresses<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberId, before: &[String], after: &[String]) -> Result<()> {
    let of = customer(scope);
    let rows = |these: &[String], but: &[String]| -> Vec<Vec<Value>> {
        these.iter().filter(|a| !but.contains(a)).map(|a| vec![of.into(), id.into(), a.into()]).collect()
    };
    tx.bulk(sql!(Region, "DELETE FROM scim_address WHERE customer_id = $1 AND member_id = $2 AND value_key = $3"), &rows(before, after))?;
    tx.bulk(
        sql!(
            Region,
            "INSERT INTO scim_address (customer_id, member_id, value_key) VALUES ($1, $2, $3)
             ON CONFLICT (customer_id, member_id, value_key) DO NOTHING"
        ),
        &rows(after, before),
    )
    .map(drop)
}

/// How many users a directory has spoken of.
pub fn count_said<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<i64> {
    view.one(sql!(Region, "SELECT COUNT(*) AS n FROM scim_user WHERE customer_id = $1"), p![customer(scope)])?.get("n")
}
