//! Every SQL text of what sources said; [`changes`] has those of what their readings would change.

use std::collections::{HashMap, HashSet};

use access::Scope;
use store::{
    MemberId, Region, Result, Row, SourceId, Timestamp, Tx, Value, View, p, sql, sql_family,
    wanted::{ask, wanted},
};

use super::{
    judge::{Owner, Person, Tie, Tied},
    said::Said,
};
use crate::directory::{
    Texts, attributes,
    member::{MemberStatus, address_key},
    store::{customer, read as read_member, text_of},
};

/// A column that no index is to be chosen for. All rows of a source lie under the same first columns of an index; PostgreSQL, which has
/// not counted a source that was just read, takes that for as good as a key and reads all of it for each person.
macro_rules! no_index {
    ($column:literal, $value:literal) => {
        concat!("COALESCE(", $column, ", ", $value, ")")
    };
}

// Below the macro that it uses.
mod changes;

pub use changes::*;

macro_rules! person {
    () => {
        "w.k AS wanted, m.member_id, m.email, m.name, m.external_id, m.status, m.department, m.title, m.kind, m.site_id, m.language,
         m.attributes, m.directory_groups, m.source, m.created_at,
         m.updated_at, m.version, m.by_hand, m.user_name IS NOT NULL AS scim, f.source_id, f.state"
    };
}

fn ties_texts() -> Vec<String> {
    vec![format!(
        "{} SELECT w.k AS wanted, f.member_id, f.state, f.said FROM wanted w CROSS JOIN feed_member f
         WHERE f.customer_id = $1 AND {} = $2 AND f.key = w.k",
        wanted(2),
        no_index!("f.source_id", "$2")
    )]
}

fn own_texts() -> Vec<String> {
    vec![format!(
        "{} SELECT {} FROM wanted w CROSS JOIN feed_member f CROSS JOIN member m
         WHERE f.customer_id = $1 AND {} = $2 AND f.key = w.k AND m.customer_id = $1 AND m.member_id = f.member_id",
        wanted(2),
        person!(),
        no_index!("f.source_id", "$2")
    )]
}

fn holder_texts() -> Vec<String> {
    let text = |key: &str| {
        format!(
            "{} SELECT {} FROM wanted w CROSS JOIN member m LEFT JOIN feed_member f ON f.customer_id = m.customer_id AND f.member_id = m.member_id
             WHERE m.customer_id = $1 AND {key} = w.k",
            wanted(1),
            person!()
        )
    };
    vec![text("m.email_key"), text("m.user_name_key")]
}

fn name_texts() -> Vec<String> {
    let named = "SELECT w.k AS wanted, f.key FROM wanted w CROSS JOIN feed_member f
                 WHERE f.customer_id = $1 AND f.source_id = $2 AND f.user_name_key = w.k AND f.state = 'named'";
    vec![format!("{} {named}", wanted(2))]
}

/// What is known of keys.
pub fn ties<P>(view: &mut View<'_, Region>, scope: &Scope<P>, source: SourceId, keys: &[String]) -> Result<HashMap<String, Tie>> {
    let mut found = HashMap::new();
    ask(view, sql_family!(Region, ties_texts).first(), p![customer(scope), source], keys, |row| {
        found.insert(row.get("wanted")?, tie(row)?);
        Ok(())
    })?;
    Ok(found)
}

fn tie(row: &Row) -> Result<Tie> {
    let (state, said): (String, String) = (row.get("state")?, row.get("said")?);
    let state = match state.as_str() {
        "named" => Tied::Named(Said::parse(&said)?),
        "gone" => Tied::Gone(Said::parse(&said)?),
        _ => Tied::Removed,
    };
    Ok(Tie { member: row.get("member_id")?, state })
}

fn person(row: &Row) -> Result<Person> {
    let source: Option<SourceId> = row.get("source_id")?;
    let (scim, state): (bool, Option<String>) = (row.get("scim")?, row.get("state")?);
    // Whom its source names no more belongs to nobody: another key, or another source, may take it over.
    let owner = match source {
        _ if scim => Owner::Scim,
        Some(source) if state.as_deref() == Some("named") => Owner::Source(source),
        _ => Owner::Nobody,
    };
    Ok(Person { member: read_member(row)?, by_hand: row.get("by_hand")?, owner })
}

/// The members of keys.
pub fn own<P>(view: &mut View<'_, Region>, scope: &Scope<P>, source: SourceId, keys: &[String]) -> Result<HashMap<String, Person>> {
    let mut found = HashMap::new();
    ask(view, sql_family!(Region, own_texts).first(), p![customer(scope), source], keys, |row| {
        found.insert(row.get("wanted")?, person(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// The members that have these addresses, or are called by them at their directory.
pub fn holders<P>(view: &mut View<'_, Region>, scope: &Scope<P>, emails: &[String]) -> Result<HashMap<String, Vec<Person>>> {
    let mut found: HashMap<String, Vec<Person>> = HashMap::new();
    for text in sql_family!(Region, holder_texts) {
        ask(view, Some(text), p![customer(scope)], emails, |row| {
            let holders = found.entry(row.get("wanted")?).or_default();
            let person = person(row)?;
            if holders.iter().all(|p| p.member.id != person.member.id) {
                holders.push(person);
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// Which keys of a source have these user names.
pub fn names<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    source: SourceId,
    names: &[String],
) -> Result<HashMap<String, HashSet<String>>> {
    let mut found: HashMap<String, HashSet<String>> = HashMap::new();
    ask(view, sql_family!(Region, name_texts).first(), p![customer(scope), source], names, |row| {
        found.entry(row.get("wanted")?).or_default().insert(row.get("key")?);
        Ok(())
    })?;
    Ok(found)
}

/// Keys a source names, in order, behind one.
pub fn named_keys<P>(view: &mut View<'_, Region>, scope: &Scope<P>, source: SourceId, after: &str, limit: i64) -> Result<Vec<String>> {
    let mut keys = Vec::new();
    view.each(
        sql!(
            Region,
            "SELECT key FROM feed_member WHERE customer_id = $1 AND source_id = $2 AND key > $3 AND state = 'named' ORDER BY key LIMIT $4"
        ),
        p![customer(scope), source, after, limit],
        |row| {
            keys.push(row.get("key")?);
            Ok(())
        },
    )?;
    Ok(keys)
}

/// How many people a source names.
pub fn count_named<P>(view: &mut View<'_, Region>, scope: &Scope<P>, source: SourceId) -> Result<i64> {
    view.one(
        sql!(Region, "SELECT COUNT(*) AS n FROM feed_member WHERE customer_id = $1 AND source_id = $2 AND state = 'named'"),
        p![customer(scope), source],
    )?
    .get("n")
}

/// What a source says of a key from now on.
pub struct NewTie<'a> {
    pub key: &'a str,
    pub member: MemberId,
    pub gone: bool,
    pub said: &'a Said,
}

pub fn tie_all<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, source: SourceId, ties: &[NewTie<'_>]) -> Result<()> {
    let customer = customer(scope);
    let row = |t: &NewTie<'_>| {
        vec![
            customer.into(),
            source.into(),
            t.key.into(),
            t.member.into(),
            (if t.gone { "gone" } else { "named" }).into(),
            t.said.user_name_key().into(),
            t.said.text().into(),
        ]
    };
    let rows: Vec<Vec<Value>> = ties.iter().map(row).collect();
    tx.bulk(
        sql!(
            Region,
            "INSERT INTO feed_member (customer_id, source_id, key, member_id, state, user_name_key, said) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (customer_id, source_id, key) DO UPDATE SET member_id = excluded.member_id, state = excluded.state,
               user_name_key = excluded.user_name_key, said = excluded.said"
        ),
        &rows,
    )
    .map(drop)
}

/// Ends what another key, or another source, had said of a member: it is taken over.
pub fn untie<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, member: MemberId) -> Result<()> {
    tx.exec(sql!(Region, "DELETE FROM feed_member WHERE customer_id = $1 AND member_id = $2"), p![customer(scope), member]).map(drop)
}

/// Remembers that a person removed a member, and forgets what its source said of it.
pub fn keep_out<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, member: MemberId) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "DELETE FROM feed_change WHERE customer_id = $1 AND key IN (SELECT f.key FROM feed_member f WHERE f.customer_id = $1 AND f.member_id = $2)"
        ),
        p![customer(scope), member],
    )?;
    tx.exec(
        sql!(
            Region,
            "DELETE FROM feed_change WHERE customer_id = $1 AND (key, source_id, reading_id) IN
               (SELECT c.key, c.source_id, c.reading_id FROM member m CROSS JOIN feed_change c
                WHERE m.customer_id = $1 AND m.member_id = $2 AND c.customer_id = $1 AND c.email_key = m.email_key)"
        ),
        p![customer(scope), member],
    )?;
    tx.exec(
        sql!(
            Region,
            "UPDATE feed_member SET state = 'removed', said = '', user_name_key = '' WHERE customer_id = $1 AND member_id = $2 AND state = 'named'"
        ),
        p![customer(scope), member],
    )
    .map(drop)
}

/// Forgets what sources said of members who are being deleted. `rows` are customers and members.
pub fn forget(tx: &mut Tx<'_, Region>, rows: &[Vec<Value>]) -> Result<()> {
    tx.bulk(sql!(Region, "DELETE FROM feed_member WHERE customer_id = $1 AND member_id = $2 AND state <> 'removed'"), rows).map(drop)
}

/// Takes an attribute out of what sources said of the first members that have a value of it: declared again, its values are new ones.
pub fn unsay<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, name: &str, limit: i64) -> Result<()> {
    let customer = customer(scope);
    let found = tx.rows(
        sql!(
            Region,
            "SELECT f.source_id, f.key, f.said FROM
               (SELECT m.member_id FROM member m WHERE m.customer_id = $1 AND m.attributes LIKE $2 ESCAPE '!' ORDER BY m.member_id LIMIT $3) h
             CROSS JOIN feed_member f WHERE f.customer_id = $1 AND f.member_id = h.member_id AND f.state <> 'removed'"
        ),
        p![customer, attributes::has(name), limit],
    )?;
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(found.len());
    for row in &found {
        let (source, key): (SourceId, String) = (row.get("source_id")?, row.get("key")?);
        let mut said = Said::parse(&row.get::<String>("said")?)?;
        if said.attributes.remove(name).is_some() {
            rows.push(vec![customer.into(), source.into(), key.into(), said.text().into()]);
        }
    }
    tx.bulk(sql!(Region, "UPDATE feed_member SET said = $4 WHERE customer_id = $1 AND source_id = $2 AND key = $3"), &rows).map(drop)
}

/// Forgets all a source said, some rows at a time; says how many.
pub fn forget_source<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, source: SourceId, limit: i64) -> Result<u64> {
    tx.exec(
        sql!(
            Region,
            "DELETE FROM feed_member WHERE customer_id = $1 AND source_id = $2
             AND key IN (SELECT f.key FROM feed_member f WHERE f.customer_id = $1 AND f.source_id = $2 LIMIT $3)"
        ),
        p![customer(scope), source, limit],
    )
}

/// A new member of a source.
pub struct Made<'a> {
    pub id: MemberId,
    pub said: &'a Said,
    pub status: MemberStatus,
}

pub fn insert<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, made: &[Made<'_>], source: &str, now: Timestamp) -> Result<()> {
    let customer = customer(scope);
    let row = |m: &Made<'_>| {
        vec![
            customer.into(),
            m.id.into(),
            m.said.email.as_str().into(),
            address_key(m.id, &m.said.email).into(),
            m.said.name.as_str().into(),
            store::fold(&m.said.name).into(),
            m.said.external_id.as_deref().into(),
            m.status.word().into(),
            m.said.department.as_deref().into(),
            m.said.title.as_deref().into(),
            m.said.language.as_deref().into(),
            source.into(),
            now.into(),
            text_of(&m.said.attributes),
            text_of(&m.said.groups),
            Texts::new(m.said.department.as_deref(), m.said.title.as_deref(), &m.said.attributes, &m.said.groups).key().into(),
        ]
    };
    let rows: Vec<Vec<Value>> = made.iter().map(row).collect();
    tx.bulk(
        sql!(
            Region,
            "INSERT INTO member (customer_id, member_id, email, email_key, user_name_key, name, name_key, external_id, status, department, title,
               language, source, created_at, updated_at, version, attributes, directory_groups, texts_key)
             VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, 1, $14, $15, $16)"
        ),
        &rows,
    )
    .map(drop)
}
