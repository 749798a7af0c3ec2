//! Every SQL text of words about activity.

use std::collections::{BTreeSet, HashMap};

use access::Scope;
use store::{
    MemberId, Region, Result, Row, Timestamp, Tx, Value, View, p, sql, sql_family,
    wanted::{ask, wanted},
};

use super::{
    line::{Kept, Other, Stretch, WORD},
    word::Item,
};
use crate::directory::{
    member::{MemberStatus, email_key},
    store::customer,
};

/// What a word needs to know of its member.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub id: MemberId,
    pub status: MemberStatus,
    /// Since when it has this status, where that is not active.
    pub since: Timestamp,
    pub active_until: Option<Timestamp>,
}

fn person(r: &Row) -> Result<Person> {
    let status: String = r.get("status")?;
    Ok(Person {
        id: r.get("member_id")?,
        status: MemberStatus::parse(&status).ok_or_else(|| store::Error::Corrupt(format!("status: {status}")))?,
        since: r.get::<Timestamp>("stands_since")?.max(r.get("created_at")?),
        active_until: r.get("active_until")?,
    })
}

fn by_keys() -> Vec<String> {
    let columns = "w.k AS wanted, m.member_id, m.status, m.stands_since, m.created_at, m.active_until";
    let email = format!("{} SELECT {columns} FROM wanted w CROSS JOIN member m WHERE m.customer_id = $1 AND m.email_key = w.k", wanted(1));
    // First the id, from an index that holds it: asked for more than that, SQLite reads the whole customer.
    let external = format!(
        "{} SELECT {columns} FROM wanted w CROSS JOIN member x CROSS JOIN member m
         WHERE x.customer_id = $1 AND x.external_id = w.k AND m.customer_id = $1 AND m.member_id = x.member_id",
        wanted(1)
    );
    vec![email, external]
}

fn by_event_ids() -> Vec<String> {
    vec![format!(
        "{} SELECT w.k AS wanted, e.member_id, e.at, e.active FROM wanted w CROSS JOIN member_event e
         WHERE e.customer_id = $1 AND e.event_id = w.k",
        wanted(1)
    )]
}

/// The members that are meant: by id, external id or mail address, in this order, as everywhere ([`crate::directory::AccessOf`]).
pub fn people<'t, P>(view: &mut View<'_, Region>, scope: &Scope<P>, said: &BTreeSet<&'t str>) -> Result<HashMap<&'t str, Person>> {
    let before = [Value::from(customer(scope))];
    let texts = sql_family!(Region, by_keys);
    let ids: Vec<(&'t str, MemberId)> = said.iter().filter_map(|text| Some((*text, MemberId::parse(text)?))).collect();
    let rows: Vec<Vec<Value>> = ids.iter().map(|(_, id)| vec![customer(scope).into(), (*id).into()]).collect();
    let mut known: HashMap<MemberId, Person> = HashMap::new();
    let by_id = sql!(
        Region,
        "SELECT member_id, status, stands_since, created_at, active_until FROM member WHERE customer_id = $1 AND member_id = $2"
    );
    view.each_of(by_id, &rows, |row| {
        let person = person(row)?;
        known.insert(person.id, person);
        Ok(())
    })?;
    let mut found: HashMap<&'t str, Person> = ids.iter().filter_map(|(text, id)| Some((*text, *known.get(id)?))).collect();

    let externals: Vec<&str> = said.iter().copied().filter(|text| !found.contains_key(text)).collect();
    ask(view, texts.get(1), &before, &externals, |row| {
        let (text, person): (String, Person) = (row.get("wanted")?, person(row)?);
        if let Some(text) = said.get(text.as_str()) {
            // A directory may say one external id of two people: then the elder is meant.
            let held = found.entry(*text).or_insert(person);
            if person.id < held.id {
                *held = person;
            }
        }
        Ok(())
    })?;

    let rest = said.iter().copied().filter(|text| text.contains('@') && !found.contains_key(text));
    let emails: Vec<(&'t str, String)> = rest.map(|text| (text, email_key(text))).collect();
    let keys: Vec<&str> = emails.iter().map(|(_, key)| key.as_str()).collect();
    let mut known: HashMap<String, Person> = HashMap::new();
    ask(view, texts.first(), &before, &keys, |row| {
        known.insert(row.get("wanted")?, person(row)?);
        Ok(())
    })?;
    found.extend(emails.iter().filter_map(|(text, key)| Some((*text, *known.get(key)?))));
    Ok(found)
}

/// A word by its name: of whom, when, and what it says.
pub type Named = (MemberId, Timestamp, bool);

/// The words that are kept by these names.
pub fn named<P>(view: &mut View<'_, Region>, scope: &Scope<P>, names: &[Value]) -> Result<HashMap<String, Named>> {
    let mut found = HashMap::new();
    ask(view, sql_family!(Region, by_event_ids).first(), &[customer(scope).into()], names, |row| {
        found.insert(row.get("wanted")?, (row.get("member_id")?, row.get("at")?, row.get("active")?));
        Ok(())
    })?;
    Ok(found)
}

/// What is kept of a member since some time.
#[derive(Debug, Default)]
pub struct History {
    pub held: Vec<Stretch>,
    pub words: Vec<Kept>,
    pub others: Vec<Other>,
}

/// The changes of members since an instant, and the times that ended after it.
pub fn histories<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    since: Timestamp,
    ids: &[MemberId],
) -> Result<HashMap<MemberId, History>> {
    let rows: Vec<Vec<Value>> = ids.iter().map(|id| vec![customer(scope).into(), (*id).into(), since.into()]).collect();
    let mut found: HashMap<MemberId, History> = HashMap::with_capacity(ids.len());
    // By the member alone: of all that was said since a time, a member is a part of few.
    let changes = sql!(
        Region,
        "SELECT member_id, at, kind, active, counts_at, source FROM member_event
         WHERE customer_id = $1 AND member_id = $2 AND COALESCE(at, $3) >= $3"
    );
    view.each_of(changes, &rows, |row| {
        let history = found.entry(row.get("member_id")?).or_default();
        let (at, active, kind): (Timestamp, bool, String) = (row.get("at")?, row.get("active")?, row.get("kind")?);
        match kind.as_str() {
            "other" => history.others.push(Other { at, active, source: row.get("source")? }),
            _ => history.words.push((at, active, row.get("counts_at")?)),
        }
        Ok(())
    })?;
    let stretches = sql!(
        Region,
        "SELECT member_id, since, until, source, ended_by FROM member_interval WHERE customer_id = $1 AND member_id = $2 AND until >= $3"
    );
    view.each_of(stretches, &rows, |row| {
        let stretch =
            Stretch { since: row.get("since")?, until: row.get("until")?, source: row.get("source")?, ended_by: row.get("ended_by")? };
        found.entry(row.get("member_id")?).or_default().held.push(stretch);
        Ok(())
    })?;
    Ok(found)
}

/// A change to keep.
#[derive(Debug)]
pub enum Change<'a> {
    /// A word, and from when it counts.
    Word(&'a Item, Timestamp),
    /// What others decided.
    Other(&'a Other),
}

/// Keeps changes of members.
pub fn keep<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, changes: &[(MemberId, Change<'_>)]) -> Result<()> {
    let customer = customer(scope);
    let row = |(id, change): &(MemberId, Change<'_>)| {
        let mut row: Vec<Value> = vec![customer.into(), (*id).into()];
        let values: [Value; 6] = match change {
            Change::Word(item, counts_at) => {
                let kind = if item.active { "active" } else { "inactive" };
                [item.at.into(), kind.into(), item.active.into(), (*counts_at).into(), item.event_id.as_deref().into(), WORD.into()]
            }
            Change::Other(o) => [o.at.into(), "other".into(), o.active.into(), o.at.into(), Value::Null, o.source.as_str().into()],
        };
        row.extend(values);
        row
    };
    let rows: Vec<Vec<Value>> = changes.iter().map(row).collect();
    tx.bulk(
        sql!(
            Region,
            "INSERT INTO member_event (customer_id, member_id, at, kind, active, counts_at, event_id, source)
             VALUES ($1, $2, $3, $4, $5, $6, CAST($7 AS TEXT), $8)
             ON CONFLICT (customer_id, member_id, at, kind) DO UPDATE SET active = excluded.active, source = excluded.source"
        ),
        &rows,
    )
    .map(drop)
}

/// Keeps that others decided that a member is inactive from now on, where no time of it ends by that.
pub fn decided<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberId, source: &str, now: Timestamp) -> Result<()> {
    keep(tx, scope, &[(id, Change::Other(&Other { at: now, active: false, source: source.to_owned() }))])
}

/// Takes times away by member and beginning, and writes others.
pub fn redraw<P>(
    tx: &mut Tx<'_, Region>,
    scope: &Scope<P>,
    gone: &[(MemberId, Timestamp)],
    written: &[(MemberId, &Stretch)],
) -> Result<()> {
    let customer = customer(scope);
    let rows: Vec<Vec<Value>> = gone.iter().map(|(id, since)| vec![customer.into(), (*id).into(), (*since).into()]).collect();
    tx.bulk(sql!(Region, "DELETE FROM member_interval WHERE customer_id = $1 AND member_id = $2 AND since = $3"), &rows)?;
    let row = |(id, s): &(MemberId, &Stretch)| {
        vec![customer.into(), (*id).into(), s.since.into(), s.until.into(), s.source.as_str().into(), s.ended_by.as_deref().into()]
    };
    let rows: Vec<Vec<Value>> = written.iter().map(row).collect();
    tx.bulk(
        sql!(
            Region,
            "INSERT INTO member_interval (customer_id, member_id, since, until, source, ended_by) VALUES ($1, $2, $3, $4, $5, CAST($6 AS TEXT))
             ON CONFLICT (customer_id, member_id, since) DO UPDATE SET until = excluded.until, source = excluded.source, ended_by = excluded.ended_by"
        ),
        &rows,
    )
    .map(drop)
}

/// What words made of a member.
#[derive(Debug)]
pub struct Made {
    pub id: MemberId,
    pub status: MemberStatus,
    pub active_until: Option<Timestamp>,
    /// The latest word's time: activity, as rules take it.
    pub seen_at: Timestamp,
}

/// Writes members as words made them. Nobody decided by hand.
pub fn update<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, made: &[Made], now: Timestamp) -> Result<()> {
    let customer = customer(scope);
    let row = |m: &Made| vec![customer.into(), m.id.into(), m.status.word().into(), m.active_until.into(), m.seen_at.into(), now.into()];
    let rows: Vec<Vec<Value>> = made.iter().map(row).collect();
    tx.bulk(
        sql!(
            Region,
            "UPDATE member SET by_hand = CASE WHEN status = $3 THEN by_hand ELSE FALSE END, updated_at = CASE WHEN status = $3 THEN updated_at ELSE $6 END,
               version = CASE WHEN status = $3 THEN version ELSE version + 1 END,
               stands_since = CASE WHEN status = $3 THEN stands_since ELSE $6 END, status = $3, active_until = $4,
               seen_at = CASE WHEN seen_at < $5 THEN $5 ELSE seen_at END
             WHERE customer_id = $1 AND member_id = $2"
        ),
        &rows,
    )
    .map(drop)
}

/// Forgets so many changes of before an instant; gives how many those were.
pub fn prune<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, before: Timestamp, limit: i64) -> Result<i64> {
    let gone = tx.exec(
        sql!(
            Region,
            "DELETE FROM member_event WHERE customer_id = $1 AND (member_id, at, kind) IN
               (SELECT e.member_id, e.at, e.kind FROM member_event e WHERE e.customer_id = $1 AND e.at < $2 LIMIT $3)"
        ),
        p![customer(scope), before, limit],
    )?;
    Ok(i64::try_from(gone).unwrap_or(i64::MAX))
}

/// Forgets the words about members who are gone. When they were active stays.
pub fn forget(tx: &mut Tx<'_, Region>, members: &[Vec<Value>]) -> Result<()> {
    tx.bulk(sql!(Region, "DELETE FROM member_event WHERE customer_id = $1 AND member_id = $2"), members).map(drop)
}

/// A stretch of somebody's time, as evidence of a month.
pub struct Counted {
    pub member: MemberId,
    pub email: Option<String>,
    pub name: Option<String>,
    pub since: Timestamp,
    pub until: Timestamp,
    pub source: String,
    pub ended_by: Option<String>,
}

/// Times that lie in a month, of so many members behind one, by member and beginning.
pub fn counted<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    [start, end]: [Timestamp; 2],
    after: Option<MemberId>,
    limit: i64,
) -> Result<Vec<Counted>> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT i.member_id, i.since, i.until, i.source, i.ended_by, m.email, m.name
             FROM member_interval i LEFT JOIN member m ON m.customer_id = i.customer_id AND m.member_id = i.member_id
             WHERE i.customer_id = $1 AND i.since < $3 AND i.until > $2 AND i.member_id IN
               (SELECT DISTINCT x.member_id FROM member_interval x
                WHERE x.customer_id = $1 AND x.member_id > $4 AND x.since < $3 AND x.until > $2 ORDER BY x.member_id LIMIT $5)
             ORDER BY i.member_id, i.since"
        ),
        p![customer(scope), start, end, after.map_or(store::Uuid::nil(), |id| id.0), limit],
    )?;
    rows.iter().map(stretch).collect()
}

/// One member's times that lie in a month, by beginning.
pub fn counted_of<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    [start, end]: [Timestamp; 2],
    member: MemberId,
) -> Result<Vec<Counted>> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT i.member_id, i.since, i.until, i.source, i.ended_by, m.email, m.name
             FROM member_interval i LEFT JOIN member m ON m.customer_id = i.customer_id AND m.member_id = i.member_id
             WHERE i.customer_id = $1 AND i.member_id = $4 AND i.since < $3 AND i.until > $2 ORDER BY i.since"
        ),
        p![customer(scope), start, end, member],
    )?;
    rows.iter().map(stretch).collect()
}

fn stretch(r: &Row) -> Result<Counted> {
    Ok(Counted {
        member: r.get("member_id")?,
        email: r.get("email")?,
        name: r.get("name")?,
        since: r.get("since")?,
        until: r.get("until")?,
        source: r.get("source")?,
        ended_by: r.get("ended_by")?,
    })
}
