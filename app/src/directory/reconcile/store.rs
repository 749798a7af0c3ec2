//! Every SQL text of what sources said and of what their readings would change.

use std::collections::{HashMap, HashSet};

use access::Scope;
use store::{MemberId, Region, Result, Row, SourceId, Sql, Timestamp, Tx, Uuid, Value, View, p, sql, sql_family};

use super::{
    apply::Applied,
    judge::{Class, Owner, Person, Tie, Tied, Why},
    queries::{Change, Tally},
    said::{News, Said},
};
use crate::directory::{
    Texts,
    member::{MemberStatus, address_key},
    store::{customer, read as read_member, text_of},
};

/// Keys asked for at once: one statement instead of a round trip each.
const AT_ONCE: usize = 100;

/// The keys a text is driven by, behind `before` parameters: SQLite would else rather read all of a customer's rows.
fn wanted(before: usize) -> String {
    let places: Vec<String> = (0..AT_ONCE).map(|n| format!("(CAST(${} AS TEXT))", n + before + 1)).collect();
    format!("WITH wanted (k) AS (VALUES {})", places.join(", "))
}

/// A column that no index is to be chosen for. All rows of a source lie under the same first columns of an index; PostgreSQL, which has
/// not counted a source that was just read, takes that for as good as a key and reads all of it for each person.
macro_rules! no_index {
    ($column:literal, $value:literal) => {
        concat!("COALESCE(", $column, ", ", $value, ")")
    };
}

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

fn staged_texts() -> Vec<String> {
    let text = |key: &str| {
        format!(
            "{} SELECT w.k AS wanted, c.key FROM wanted w CROSS JOIN feed_change c
             WHERE c.customer_id = $1 AND {} = $2 AND {} = $3 AND c.{key} = w.k AND c.class NOT IN ('conflict', 'nothing')",
            wanted(3),
            no_index!("c.source_id", "$2"),
            no_index!("c.reading_id", "$3")
        )
    };
    vec![text("email_key"), text("user_name_key")]
}

/// Asks a text for keys, some at a time.
fn ask(
    view: &mut View<'_, Region>,
    text: Option<&'static Sql<Region>>,
    before: &[Value],
    keys: &[String],
    mut each: impl FnMut(&Row) -> Result<()>,
) -> Result<()> {
    let Some(text) = text else { return Ok(()) };
    for part in keys.chunks(AT_ONCE) {
        let mut values = before.to_vec();
        values.extend(part.iter().map(Value::from));
        let last = values.last().cloned().unwrap_or(Value::Null);
        values.resize(AT_ONCE + before.len(), last);
        view.each(text, &values, |row| each(&row))?;
    }
    Ok(())
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

/// Which keys of a reading are to get these addresses (`names` false) or user names (true).
pub fn staged<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    (source, reading): (SourceId, Uuid),
    wanted: &[String],
    names: bool,
) -> Result<HashMap<String, HashSet<String>>> {
    let mut found: HashMap<String, HashSet<String>> = HashMap::new();
    let text = sql_family!(Region, staged_texts).get(usize::from(names));
    ask(view, text, p![customer(scope), source, reading], wanted, |row| {
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

/// One staged change, as it is written.
pub struct New<'a> {
    pub seq: i64,
    pub key: &'a str,
    pub class: Class,
    pub why: Why,
    pub want: &'a str,
    pub said: Option<&'a Said>,
}

pub fn stage<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, (source, reading): (SourceId, Uuid), new: &[New<'_>]) -> Result<()> {
    let customer = customer(scope);
    let row = |n: &New<'_>| {
        vec![
            customer.into(),
            source.into(),
            reading.into(),
            n.seq.into(),
            n.key.into(),
            n.class.word().into(),
            n.class.place().into(),
            n.why.word().into(),
            n.want.into(),
            n.said.map(Said::email_key).unwrap_or_default().into(),
            n.said.map(Said::user_name_key).unwrap_or_default().into(),
            n.said.map(Said::text).unwrap_or_default().into(),
        ]
    };
    let rows: Vec<Vec<Value>> = new.iter().map(row).collect();
    // A source may speak of somebody twice: its last word counts.
    tx.bulk(
        sql!(
            Region,
            "INSERT INTO feed_change (customer_id, source_id, reading_id, seq, key, class, place, why, want, email_key, user_name_key, said, done)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, FALSE)
             ON CONFLICT (customer_id, source_id, reading_id, key) DO UPDATE SET seq = excluded.seq, class = excluded.class,
               place = excluded.place, why = excluded.why, want = excluded.want, email_key = excluded.email_key,
               user_name_key = excluded.user_name_key, said = excluded.said"
        ),
        &rows,
    )
    .map(drop)
}

/// Drops what was staged of a source before; says how many rows.
pub fn drop_staged<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, source: SourceId, but: Uuid, limit: i64) -> Result<u64> {
    tx.exec(
        sql!(
            Region,
            "DELETE FROM feed_change WHERE customer_id = $1 AND source_id = $2 AND (reading_id, key) IN
             (SELECT c.reading_id, c.key FROM feed_change c WHERE c.customer_id = $1 AND c.source_id = $2 AND c.reading_id <> $3 LIMIT $4)"
        ),
        p![customer(scope), source, but, limit],
    )
}

/// The next changes of a reading: who leaves before who joins.
pub fn next<P>(view: &mut View<'_, Region>, scope: &Scope<P>, (source, reading): (SourceId, Uuid), limit: i64) -> Result<Vec<News>> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT key, said FROM feed_change WHERE customer_id = $1 AND source_id = $2 AND reading_id = $3 AND done = FALSE
             ORDER BY place, seq LIMIT $4"
        ),
        p![customer(scope), source, reading, limit],
    )?;
    let one = |r: &Row| {
        let (key, said): (String, String) = (r.get("key")?, r.get("said")?);
        Ok(if said.is_empty() { News::Gone(key) } else { News::Is(key, Said::parse(&said)?) })
    };
    rows.iter().map(one).collect()
}

/// What a change came to.
pub struct Came {
    pub key: String,
    pub class: Class,
    pub why: Why,
    pub status: &'static str,
}

/// Books what became of changes.
pub fn book<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, (source, reading): (SourceId, Uuid), done: &[Came]) -> Result<()> {
    let customer = customer(scope);
    let row = |c: &Came| {
        let words: [Value; 4] = [c.key.as_str().into(), c.class.word().into(), c.why.word().into(), c.status.into()];
        [customer.into(), source.into(), reading.into()].into_iter().chain(words).collect()
    };
    let rows: Vec<Vec<Value>> = done.iter().map(row).collect();
    tx.bulk(
        sql!(
            Region,
            concat!(
                "UPDATE feed_change SET done = TRUE, class = $5, why = $6, want = $7 WHERE customer_id = $1 AND key = $4 AND ",
                no_index!("source_id", "$2"),
                " = $2 AND ",
                no_index!("reading_id", "$3"),
                " = $3"
            )
        ),
        &rows,
    )
    .map(drop)
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

/// What a reading would change, counted.
pub fn tally<P>(view: &mut View<'_, Region>, scope: &Scope<P>, (source, reading): (SourceId, Uuid)) -> Result<Tally> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT class, want, said = '' AS gone, COUNT(*) AS n FROM feed_change WHERE customer_id = $1 AND source_id = $2 AND reading_id = $3
             GROUP BY class, want, said = ''"
        ),
        p![customer(scope), source, reading],
    )?;
    let mut tally = Tally::default();
    for row in &rows {
        let (class, want, n): (String, String, i64) = (row.get("class")?, row.get("want")?, row.get("n")?);
        tally.add(Class::parse(&class), &want, row.get("gone")?, n);
    }
    Ok(tally)
}

/// A page of changes: of one class by its index, of all by a page of each. Asked for all at once, SQLite sorts the whole reading for
/// every page.
fn change_texts() -> Vec<String> {
    let text = |classes: &[&str]| {
        let page = |(n, class): (usize, &&str)| {
            format!(
                "SELECT p{n}.key, p{n}.seq FROM (SELECT k.key, k.seq FROM feed_change k WHERE k.customer_id = $1 AND k.source_id = $2
                   AND k.reading_id = $3 AND k.class = {class} AND k.seq > $4 ORDER BY k.seq LIMIT $5) p{n}"
            )
        };
        let pages: Vec<String> = classes.iter().enumerate().map(page).collect();
        format!(
            "SELECT c.seq, c.class, c.why, c.want, c.said, c.done, m.member_id, m.name, m.email FROM ({}) n CROSS JOIN feed_change c
             LEFT JOIN feed_member f ON f.customer_id = c.customer_id AND f.source_id = c.source_id AND f.key = c.key
             LEFT JOIN member m ON m.customer_id = c.customer_id AND m.member_id = f.member_id
             WHERE c.customer_id = $1 AND c.key = n.key AND c.source_id = $2 AND c.reading_id = $3 ORDER BY c.seq LIMIT $5",
            pages.join(" UNION ALL ")
        )
    };
    vec![text(&["'joins'", "'moves'", "'leaves'", "'returns'", "'conflict'"]), text(&["$6"])]
}

/// Changes of a reading, some of one class.
pub fn changes<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    (source, reading): (SourceId, Uuid),
    class: Option<Class>,
    (after, limit): (i64, i64),
) -> Result<Vec<Change>> {
    let Some(text) = sql_family!(Region, change_texts).get(usize::from(class.is_some())) else { return Ok(Vec::new()) };
    let mut asked = p![customer(scope), source, reading, after, limit].to_vec();
    asked.extend(class.map(|class| Value::from(class.word())));
    let rows = view.rows(text, &asked)?;
    rows.iter().map(change).collect()
}

fn change(row: &Row) -> Result<Change> {
    let said: String = row.get("said")?;
    let said = if said.is_empty() { None } else { Some(Said::parse(&said)?) };
    let (class, why): (String, String) = (row.get("class")?, row.get("why")?);
    let (name, email): (Option<String>, Option<String>) = (row.get("name")?, row.get("email")?);
    Ok(Change {
        seq: row.get("seq")?,
        class: Class::parse(&class).unwrap_or(Class::Nothing),
        why: Why::parse(&why).unwrap_or(Why::Said),
        comes_to: Some(row.get::<String>("want")?).filter(|w| !w.is_empty()),
        member_id: row.get("member_id")?,
        name: said.as_ref().map(|s| s.name.clone()).or_else(|| name.clone()).unwrap_or_default(),
        email: said.as_ref().map(|s| s.email.clone()).or_else(|| email.clone()).unwrap_or_default(),
        known_as: name.filter(|n| said.as_ref().is_some_and(|s| s.name != *n)),
        known_email: email.filter(|e| said.as_ref().is_some_and(|s| s.email != *e)),
        done: row.get("done")?,
    })
}

/// How many active members a reading would put out: so many seats it frees.
pub fn count_freed<P>(view: &mut View<'_, Region>, scope: &Scope<P>, (source, reading): (SourceId, Uuid)) -> Result<i64> {
    view.one(
        sql!(
            Region,
            "SELECT COUNT(*) AS n FROM feed_change c
             JOIN feed_member f ON f.customer_id = c.customer_id AND f.source_id = c.source_id AND f.key = c.key
             JOIN member m ON m.customer_id = c.customer_id AND m.member_id = f.member_id
             WHERE c.customer_id = $1 AND c.source_id = $2 AND c.reading_id = $3 AND c.class = 'leaves' AND m.status = 'active'"
        ),
        p![customer(scope), source, reading],
    )?
    .get("n")
}

/// What has been made of a reading's changes.
///
/// # Errors
/// The store's.
pub fn applied<P>(view: &mut View<'_, Region>, scope: &Scope<P>, (source, reading): (SourceId, Uuid)) -> Result<Applied> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT class, want, COUNT(*) AS n FROM feed_change WHERE customer_id = $1 AND source_id = $2 AND reading_id = $3 AND done GROUP BY class, want"
        ),
        p![customer(scope), source, reading],
    )?;
    let mut applied = Applied::default();
    for row in &rows {
        let (class, status): (String, String) = (row.get("class")?, row.get("want")?);
        applied.count(Class::parse(&class).unwrap_or(Class::Nothing), MemberStatus::parse(&status), row.get("n")?);
    }
    Ok(applied)
}
