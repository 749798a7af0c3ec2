//! A statement for one row, rewritten for PostgreSQL into one for as many rows as its arrays are long: one message to the server, and one
//! run of the statement, instead of one each.

/// The rewritten text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Many {
    /// Takes an array for each parameter of the original.
    pub(crate) sql: String,
    /// Parameters (from 0) of which no two rows may agree in all: the statement would touch a row twice. None: they may.
    pub(crate) key: Option<Vec<usize>>,
}

/// Rewrites `INSERT INTO t (a, b) VALUES ($1, $2) …`. `types` = the server's name of each parameter's type. None for any other text, and for
/// one that asks for other rows: it would not see those that come with it. Changes stay one by one: joined with arrays, PostgreSQL reads
/// the whole table where it has not counted it yet.
pub(crate) fn insert(text: &str, types: &[&str]) -> Option<Many> {
    let into = text.strip_prefix("INSERT INTO ")?;
    let (columns, rest) = parenthesis(into)?;
    let (values, tail) = parenthesis(rest.trim_start().strip_prefix("VALUES")?)?;
    let (columns, values) = (split(columns), split(values));
    if columns.len() != values.len() || values.iter().any(|value| value.contains("SELECT")) || tail.contains('$') || types.is_empty() {
        return None;
    }
    let key = match tail.split_once("ON CONFLICT") {
        Some((_, conflict)) if conflict.contains("DO UPDATE") => {
            let names = split(parenthesis(conflict)?.0);
            let parameter = |name: &&str| parameter(values[columns.iter().position(|column| column == name)?]);
            Some(names.iter().map(parameter).collect::<Option<Vec<usize>>>()?)
        }
        _ => None,
    };
    let head = &text[..text.len() - rest.len()];
    let sql = format!("{head} SELECT {} FROM {} {}", named(&values.join(", ")), given(types), tail.trim_start());
    Some(Many { sql: sql.trim_end().to_owned(), key })
}

/// Rewrites `SELECT …` without `ORDER` and `LIMIT`: the answers of all rows, in no order. What is asked for each cannot be made one question
/// with the others (`OFFSET 0`), so each finds its rows as it would alone.
pub(crate) fn question(text: &str, types: &[&str]) -> Many {
    Many { sql: format!("SELECT x.* FROM {} CROSS JOIN LATERAL ({} OFFSET 0) x", given(types), named(text)), key: None }
}

/// The number (from 0) of `$n`.
fn parameter(value: &str) -> Option<usize> {
    value.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1)
}

/// The rows as the arrays give them.
fn given(types: &[&str]) -> String {
    let arrays: Vec<String> = types.iter().enumerate().map(|(n, name)| format!("${}::{name}[]", n + 1)).collect();
    let names: Vec<String> = (1..=types.len()).map(|n| format!("p{n}")).collect();
    format!("UNNEST({}) AS given ({})", arrays.join(", "), names.join(", "))
}

/// What stands in the first parentheses, and what follows them.
fn parenthesis(text: &str) -> Option<(&str, &str)> {
    let open = text.find('(')?;
    let (mut depth, mut quoted) = (0, false);
    for (at, c) in text[open..].char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[open + 1..open + at], &text[open + at + 1..]));
        }
    }
    None
}

/// The parts between commas that stand in no parentheses and no quotes.
fn split(list: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth, mut quoted) = (Vec::new(), 0, 0, false);
    for (at, c) in list.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(list[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list[from..].trim());
    parts
}

/// The text with each `$n` as the column of that number.
fn named(text: &str) -> String {
    let mut quoted = false;
    text.chars().fold(String::with_capacity(text.len() * 2), |mut out, c| {
        quoted ^= c == '\'';
        if c == '$' && !quoted {
            out.push_str("given.p")
        } else {
            out.push(c)
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_columns_of_arrays() {
        let text = "INSERT INTO t (a, b, c, d) VALUES ($1, CAST($2 AS TEXT), '$1, (', $1)\n ON CONFLICT (a) DO NOTHING";
        let many = insert(text, &["uuid", "text"]).expect("an insert");
        assert_eq!(
            many.sql,
            "INSERT INTO t (a, b, c, d) SELECT given.p1, CAST(given.p2 AS TEXT), '$1, (', given.p1 \
             FROM UNNEST($1::uuid[], $2::text[]) AS given (p1, p2) ON CONFLICT (a) DO NOTHING"
        );
        assert_eq!(many.key, None);
        assert_eq!(insert("INSERT INTO t (a) VALUES ($1)", &["int8"]).expect("an insert").key, None);
    }

    #[test]
    fn what_decides_a_conflict_must_differ_where_it_is_updated() {
        let text = "INSERT INTO t (x, a, b) VALUES ($3, $1, $2) ON CONFLICT (a, x) DO UPDATE SET b = excluded.b";
        assert_eq!(insert(text, &["int8", "int8", "int8"]).expect("an insert").key, Some(vec![0, 2]));
    }

    #[test]
    fn a_question_is_asked_of_each_row() {
        let many = question("SELECT a, '$1' AS b FROM t WHERE k = $1 AND l >= $2", &["uuid", "int8"]);
        assert_eq!(
            many.sql,
            "SELECT x.* FROM UNNEST($1::uuid[], $2::int8[]) AS given (p1, p2) \
             CROSS JOIN LATERAL (SELECT a, '$1' AS b FROM t WHERE k = given.p1 AND l >= given.p2 OFFSET 0) x"
        );
    }

    #[test]
    fn anything_else_is_left_as_it_is() {
        for text in [
            "UPDATE t SET a = $1 WHERE b = $2",
            "DELETE FROM t WHERE b = $1",
            "INSERT INTO t (a) SELECT $1",
            "INSERT INTO t VALUES ($1)",
            "INSERT INTO t (a, b) VALUES ($1, (SELECT COALESCE(MAX(b), $2) FROM t))",
            "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = $2",
            "INSERT INTO t (a, b) VALUES (lower($1), $2) ON CONFLICT (a) DO UPDATE SET b = excluded.b",
        ] {
            assert_eq!(insert(text, &["int8", "int8"]), None, "{text}");
        }
    }
}
