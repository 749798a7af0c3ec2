//! Every SQL text of what readings would change, and of what was made of it.

use std::collections::{HashMap, HashSet};

use access::Scope;
use store::{
    Region, Result, Row, SourceId, Tx, Uuid, Value, View, p, sql, sql_family,
    wanted::{ask, wanted},
};

use super::super::{
    apply::Applied,
    judge::{Class, Why},
    queries::{Change, Tally},
    said::{News, Said},
};
use crate::directory::{member::MemberStatus, store::customer};

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
        Ok(if said.is_empty() { News::Gone(key) } else { News::Is(key, Box::new(Said::parse(&said)?)) })
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

/// Of the members whose status a reading would change: how many are active now, and how many wait or are held. Whom the source is
/// only about to take over is found by the address. First the keys of the reading, from an index that holds them: asked for more than
/// that, SQLite reads the whole customer.
pub fn count_standing<P>(view: &mut View<'_, Region>, scope: &Scope<P>, (source, reading): (SourceId, Uuid)) -> Result<(i64, i64)> {
    let row = view.one(
        sql!(
            Region,
            "SELECT COUNT(CASE WHEN COALESCE(m.status, a.status) = 'active' THEN 1 END) AS freed,
                    COUNT(CASE WHEN COALESCE(m.status, a.status) IN ('waiting', 'held') THEN 1 END) AS awaited
             FROM feed_change x CROSS JOIN feed_change c
             LEFT JOIN feed_member f ON f.customer_id = c.customer_id AND f.source_id = c.source_id AND f.key = c.key
             LEFT JOIN member m ON m.customer_id = c.customer_id AND m.member_id = f.member_id
             LEFT JOIN member a ON a.customer_id = c.customer_id AND a.email_key = c.email_key AND c.why = 'adopted'
             WHERE x.customer_id = $1 AND x.source_id = $2 AND x.reading_id = $3 AND c.customer_id = x.customer_id AND c.key = x.key
               AND c.source_id = x.source_id AND c.reading_id = x.reading_id AND c.want <> ''"
        ),
        p![customer(scope), source, reading],
    )?;
    Ok((row.get("freed")?, row.get("awaited")?))
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
