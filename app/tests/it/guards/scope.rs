//! Every SQL text that touches a tenant's table says whose rows it means. PostgreSQL's row policies are the second fence;
//! SQLite has only this one.

use std::collections::{BTreeMap, BTreeSet};

/// Texts that rightly mean rows of several tenants: a piece of the text, and why.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// Tables without a row policy whose rows belong to a tenant all the same.
const UNFENCED: &[(&str, &str)] = &[("idempotency", "chain_id")];

const MIGRATIONS: [(&str, &str); 2] = [
    ("control", include_str!("../../../../migrations/control/0001_house.sql")),
    ("region", include_str!("../../../../migrations/region/0001_house.sql")),
];

#[test]
fn every_text_names_its_scope() {
    let mut found = Vec::new();
    let mut seen = 0;
    for (home, migration) in MIGRATIONS {
        let tables = fenced(migration);
        for text in store::registered(home) {
            seen += usize::from(!references(&words(text.sql), &tables).is_empty());
            let excused = EXCEPTIONS.iter().any(|(piece, _)| text.sql.contains(piece));
            for table in unscoped(text.sql, &tables).into_iter().filter(|_| !excused) {
                found.push(format!("{}:{}: {table} without {}: {}", text.file, text.line, tables[table.as_str()], squeezed(text.sql)));
            }
        }
    }
    assert!(seen > 100, "only {seen} texts touch a tenant's table: is the program linked?");
    assert!(found.is_empty(), "{} texts reach beyond their scope:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_exception_still_stands_for_a_text() {
    let all: Vec<_> = ["control", "region"].into_iter().flat_map(store::registered).collect();
    for (piece, reason) in EXCEPTIONS {
        assert!(all.iter().any(|t| t.sql.contains(piece)), "nothing needs this exception any more: {piece}");
        assert!(reason.len() > 20, "say why: {piece}");
    }
}

#[test]
fn sabotage_a_text_without_its_scope_is_reported() {
    let tables = fenced(MIGRATIONS[0].1);
    for (text, table) in [
        ("SELECT name FROM customer WHERE customer_id = $1", "customer"),
        ("SELECT c.partner_id FROM customer c WHERE c.customer_id = $1", "customer"),
        ("UPDATE allocation SET seats = $2, partner_id = $3 WHERE customer_id = $1", "allocation"),
        ("DELETE FROM alert WHERE opened_at < $1", "alert"),
        ("INSERT INTO site (customer_id, site_id) VALUES ($1, $2)", "site"),
        ("SELECT 1 FROM customer c JOIN standing s ON s.customer_id = c.customer_id WHERE c.partner_id = $1", "standing"),
        ("SELECT 1 FROM customer c, site s WHERE s.partner_id = $1 AND c.customer_id = s.customer_id", "customer"),
        ("SELECT 1 FROM org_node n WHERE EXISTS (SELECT 1 FROM pool WHERE allocated > n.depth)", "pool"),
        ("SELECT '= partner_id' FROM pool", "pool"),
    ] {
        assert_eq!(unscoped(text, &tables), [table], "{text}");
    }
    for text in [
        "SELECT name FROM customer WHERE partner_id = $1 AND customer_id = $2",
        "SELECT 1 FROM customer c JOIN standing s ON s.partner_id = c.partner_id WHERE c.partner_id = $1",
        "SELECT 1 FROM customer c JOIN site s USING (partner_id, customer_id) WHERE c.partner_id = $1",
        "SELECT 1 FROM customer WHERE (partner_id, customer_id) IN (SELECT $1, $2)",
        "INSERT INTO site (partner_id, customer_id) SELECT partner_id, customer_id FROM customer WHERE partner_id = $1",
        "SELECT name FROM staff WHERE staff_id = $1",
    ] {
        assert_eq!(unscoped(text, &tables), Vec::<String>::new(), "{text}");
    }
}

/// Tables with a `$FENCE` line, each with its scope column (or columns, any of which holds it).
fn fenced(migration: &'static str) -> BTreeMap<&'static str, &'static str> {
    let lines = migration.lines().filter_map(|l| l.trim().strip_prefix("$FENCE ")?.trim_end_matches(';').split_once(' '));
    lines.chain(UNFENCED.iter().copied()).collect()
}

/// The fenced tables of a text that are not held to their scope column.
fn unscoped(sql: &str, tables: &BTreeMap<&str, &str>) -> Vec<String> {
    let words = words(sql);
    let refs = references(&words, tables);
    let open = refs.iter().filter(|r| !tables[r.table.as_str()].split(' ').any(|column| r.scoped(&words, column)));
    open.map(|r| r.table.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// A table where a text reads or writes it.
pub(super) struct Reference {
    table: String,
    alias: Option<String>,
    /// The place of an INSERT's column list.
    insert: Option<usize>,
}

impl Reference {
    fn scoped(&self, words: &[String], scope: &str) -> bool {
        if let Some(at) = self.insert {
            return words[at..].iter().skip(1).take_while(|w| *w != ")").any(|w| w == scope);
        }
        let predicate = predicates(words);
        (0..words.len()).filter(|&i| words[i] == scope && predicate[i] && self.means(words, i)).any(|i| compared(words, i))
    }

    /// How a plan calls it.
    pub(super) fn name(&self) -> &str {
        self.alias.as_ref().unwrap_or(&self.table)
    }

    pub(super) fn table(&self) -> &str {
        &self.table
    }

    /// True when the column at `i` is this table's.
    pub(super) fn means(&self, words: &[String], i: usize) -> bool {
        let qualifier = (i >= 2 && words[i - 1] == ".").then(|| &words[i - 2]);
        match (&self.alias, qualifier) {
            (Some(alias), Some(q)) => alias == q,
            (None, Some(q)) => &self.table == q,
            (_, None) => self.alias.is_none() || within_using(words, i),
        }
    }
}

/// True when the column at `i` is compared with something, alone or in a row of columns.
fn compared(words: &[String], i: usize) -> bool {
    let is = |w: Option<&String>| w.is_some_and(|w| w == "=" || w == "in");
    let start = if i >= 2 && words[i - 1] == "." { i - 2 } else { i };
    if is(words.get(i + 1)) || (start > 0 && is(words.get(start - 1))) || within_using(words, i) {
        return true;
    }
    let close = words[i..].iter().position(|w| w == ")" || w == "(");
    close.is_some_and(|n| words[i + n] == ")" && is(words.get(i + n + 1)))
}

fn within_using(words: &[String], i: usize) -> bool {
    let open = words[..i].iter().rposition(|w| w == "(");
    open.is_some_and(|n| n > 0 && words[n - 1] == "using")
}

/// Which words lie after a WHERE, ON or USING: a SET and a select list hold nothing back.
fn predicates(words: &[String]) -> Vec<bool> {
    let mut stack = vec![false];
    words
        .iter()
        .map(|word| {
            match word.as_str() {
                "(" => stack.push(stack.last().copied().unwrap_or(false)),
                ")" if stack.len() > 1 => drop(stack.pop()),
                "where" | "on" | "using" | "having" => set(&mut stack, true),
                "select" | "set" | "from" | "order" | "group" | "returning" | "update" => set(&mut stack, false),
                _ => {}
            }
            stack.last().copied().unwrap_or(false)
        })
        .collect()
}

fn set(stack: &mut [bool], to: bool) {
    if let Some(last) = stack.last_mut() {
        *last = to;
    }
}

pub(super) fn references(words: &[String], tables: &BTreeMap<&str, &str>) -> Vec<Reference> {
    let word = |i: usize| words.get(i).map_or("", String::as_str);
    let mut found = Vec::new();
    for i in 1..words.len() {
        let table = word(i);
        if !tables.contains_key(table) {
            continue;
        }
        let next = if word(i + 1) == "as" { i + 2 } else { i + 1 };
        let alias = (is_name(word(next)) && !KEYWORDS.contains(&word(next))).then(|| word(next).to_owned());
        let listed = word(i - 1) == "," && (alias.is_some() || ["where", "join", "left"].contains(&word(i + 1)));
        if word(i - 1) == "into" {
            let at = words[i..].iter().position(|w| w == "(").map(|n| i + n);
            found.push(Reference { table: table.to_owned(), alias: None, insert: at });
        } else if ["from", "join", "update"].contains(&word(i - 1)) || listed {
            found.push(Reference { table: table.to_owned(), alias, insert: None });
        }
    }
    found
}

const KEYWORDS: &[&str] = &[
    "where",
    "join",
    "left",
    "inner",
    "cross",
    "on",
    "set",
    "order",
    "group",
    "limit",
    "union",
    "using",
    "from",
    "returning",
    "values",
    "for",
    "and",
    "or",
    "having",
    "then",
    "else",
    "end",
    "as",
    "except",
    "intersect",
    "window",
];

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Names, numbers and signs, lower-cased; quoted texts are dropped.
pub(super) fn words(sql: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for (i, piece) in sql.split('\'').enumerate() {
        if i % 2 == 1 {
            words.push("''".into());
            continue;
        }
        let mut inside = false;
        for c in piece.chars().flat_map(char::to_lowercase) {
            let part = c.is_alphanumeric() || c == '_' || c == '$';
            match (part, inside) {
                (true, true) => words.last_mut().expect("a word was begun").push(c),
                (true, false) => words.push(c.into()),
                (false, _) if !c.is_whitespace() => words.push(c.into()),
                (false, _) => {}
            }
            inside = part;
        }
    }
    words
}

pub(super) fn squeezed(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}
