//! What is asked of a customer's members is found by an index. Without statistics SQLite takes the customer's part of the primary key
//! for as good as any other index, and reads all of a tenant to find one: then the ids are to be found first
//! (`member_id IN (SELECT … )`), which an index answers alone. PostgreSQL has statistics.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::{Reference, references, squeezed, words};
use crate::support::World;

const MIGRATION: &str = include_str!("../../../../migrations/region/0001_house.sql");

/// Tables with the customer in their key whose rows do not grow with its members.
const SMALL: &[&str] = &["agent_token", "status_rule", "source"];

/// Texts that rightly walk a tenant although they name an indexed column: a piece of the text, and why.
const WALKS: &[(&str, &str)] = &[
    (
        "(CAST($2 AS TEXT) IS NULL OR status = $2)",
        "the status is one of several filters of a list that is walked in the order that was asked for, until its page is full",
    ),
    ("AND status = 'active' ORDER BY member_id DESC LIMIT", "from the newest down: where seats are lowered, most members are active"),
    ("AND status = 'active' ORDER BY member_id LIMIT", "from the eldest up: asked when a trial has ended, while most members are active"),
    (
        "AND key > $3 AND state = 'named' ORDER BY key LIMIT",
        "in the key's order, which the primary key holds; a tenant has ten sources at most",
    ),
];

/// What an index or a key begins with behind the customer, by table; and the indexes that hold only some rows.
#[derive(Default)]
struct Indexes {
    of: BTreeMap<&'static str, BTreeSet<&'static str>>,
    partial: BTreeSet<&'static str>,
}

impl Indexes {
    fn read(migration: &'static str) -> Indexes {
        let mut all = Indexes::default();
        let mut table = "";
        for line in migration.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                table = rest.split(' ').next().unwrap_or_default();
            } else if let Some(columns) = line.strip_prefix("PRIMARY KEY (") {
                all.add(table, columns);
            } else if let Some((name, rest)) = line.split_once(" INDEX ").and_then(|(_, rest)| rest.split_once(" ON ")) {
                let Some((table, columns)) = rest.split_once(" (") else { continue };
                all.add(table, columns);
                if columns.contains(" WHERE ") {
                    all.partial.insert(name);
                }
            }
        }
        all.of.retain(|table, _| !SMALL.contains(table));
        all
    }

    fn add(&mut self, table: &'static str, columns: &'static str) {
        let columns = columns.split(')').next().unwrap_or_default();
        let mut columns = columns.split(", ");
        if columns.next() == Some("customer_id")
            && let Some(second) = columns.next()
        {
            self.of.entry(table).or_default().insert(second);
        }
    }

    /// The steps of a plan that read all of a tenant, or of everybody, where an index knows the rows.
    fn walks(&self, sql: &str, plan: &[String]) -> Vec<String> {
        let words = words(sql);
        let tables = self.of.keys().map(|table| (*table, "customer_id")).collect();
        let known = references(&words, &tables);
        plan.iter().filter(|step| self.is_walk(&words, &known, step)).cloned().collect()
    }

    fn is_walk(&self, words: &[String], known: &[Reference], step: &str) -> bool {
        let mut parts = step.split(' ');
        let (how, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let Some(read) = known.iter().find(|r| r.name() == name) else { return false };
        if step.contains(" AUTOMATIC ") || how == "SCAN" {
            return true;
        }
        let whole = step.split_once('(').is_some_and(|(_, terms)| is_open(terms.split(')').next().unwrap_or_default()));
        let partial = self.partial.iter().any(|index| step.contains(&format!(" {index} ")));
        let columns = &self.of[read.table()];
        let named = |i: usize| columns.contains(words[i].as_str()) && read.means(words, i) && equals(words, i);
        whole && !partial && (0..words.len()).any(named)
    }
}

/// Whether the terms by which an index is asked name the customer and, at most, where to begin.
fn is_open(terms: &str) -> bool {
    let mut terms = terms.split(" AND ");
    terms.next() == Some("customer_id=?") && terms.all(|term| term.ends_with(">?") || term.ends_with("<?"))
}

fn equals(words: &[String], i: usize) -> bool {
    words.get(i + 1).is_some_and(|w| w == "=" || w == "in")
}

fn excused(sql: &str) -> bool {
    WALKS.iter().any(|(piece, _)| squeezed(sql).contains(piece))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_of_members_is_found_by_an_index() {
    let w = World::on("sqlite").await.expect("SQLite is always there");
    let indexes = Indexes::read(MIGRATION);
    assert!(indexes.of.len() > 8 && indexes.of["member"].len() > 8 && indexes.partial.len() > 2, "the migration is read");
    let plans = store::plans::<store::Region>(&w.app.config.region("eu")).expect("the region answers");
    assert!(plans.len() > 150, "only {} texts: is the program linked?", plans.len());
    let mut found = Vec::new();
    for (text, plan) in plans.iter().filter(|(text, _)| !excused(text.sql)) {
        for step in indexes.walks(text.sql, plan) {
            found.push(format!("{}:{}: {step}: {}", text.file, text.line, squeezed(text.sql)));
        }
    }
    assert!(found.is_empty(), "{} texts walk a whole tenant:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_walk_still_stands_for_a_text() {
    for (piece, reason) in WALKS {
        assert!(
            store::registered("region").iter().any(|t| squeezed(t.sql).contains(piece)),
            "nothing needs this exception any more: {piece}"
        );
        assert!(reason.len() > 20, "say why: {piece}");
    }
}

#[test]
fn sabotage_a_text_that_walks_a_tenant_is_reported() {
    let indexes = Indexes::read(MIGRATION);
    let walk = "SEARCH member USING PRIMARY KEY (customer_id=?)";
    for (text, step) in [
        ("SELECT name FROM member WHERE customer_id = $1 AND import_id = $2", walk),
        ("SELECT name FROM member WHERE customer_id = $1 AND (email_key = $2 OR user_name_key = $2)", walk),
        ("DELETE FROM member WHERE customer_id = $1 AND email_key IN (SELECT $2)", walk),
        (
            "SELECT name FROM member WHERE customer_id = $1 AND status = 'held' AND member_id > $2 ORDER BY member_id LIMIT $3",
            "SEARCH member USING PRIMARY KEY (customer_id=? AND member_id>?)",
        ),
        ("SELECT m.name FROM member m WHERE m.customer_id = $1 AND m.import_id = $2", "SEARCH m USING INDEX member_name (customer_id=?)"),
        (
            "SELECT 1 FROM agent a LEFT JOIN member m ON m.customer_id = $1 AND m.email_key = a.user_key WHERE a.customer_id = $1",
            "SEARCH m USING PRIMARY KEY (customer_id=?) LEFT-JOIN",
        ),
        ("SELECT name FROM member WHERE name = $1", "SCAN member"),
        ("SELECT 1 FROM member m WHERE m.customer_id = $1", "SEARCH m USING AUTOMATIC COVERING INDEX (email_key=?)"),
    ] {
        assert_eq!(indexes.walks(text, &[step.to_owned()]), [step], "{text}");
    }
    for (text, step) in [
        (
            "SELECT name FROM member WHERE customer_id = $1 AND import_id = $2",
            "SEARCH member USING INDEX member_import (customer_id=? AND import_id=?)",
        ),
        ("SELECT COUNT(*) FROM member WHERE customer_id = $1", "SEARCH member USING COVERING INDEX member_changed (customer_id=?)"),
        (
            "SELECT 1 FROM member WHERE customer_id = $1 AND status = 'waiting'",
            "SEARCH member USING COVERING INDEX member_waiting (customer_id=?)",
        ),
        ("SELECT k.name FROM (SELECT name FROM member WHERE customer_id = $1 LIMIT 5) k", "SCAN k"),
    ] {
        assert_eq!(indexes.walks(text, &[step.to_owned()]), Vec::<String>::new(), "{text}");
    }
}
