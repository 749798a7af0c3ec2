//! Looking for many rows by their keys in one statement instead of a round trip each.

use crate::{Home, Result, Row, Sql, Value, View};

/// Keys looked for at once.
const AT_ONCE: usize = 100;

/// The beginning of a text that is driven by keys, behind `before` parameters: a table `wanted` with a column `k`, to be joined first
/// (`FROM wanted w CROSS JOIN …`).
///
/// SQLite would rather read all of a tenant's rows and test each. PostgreSQL takes the rows of a tenant it has not counted yet for a
/// handful, fewer than there are keys, and does the same: a condition that holds of every key lets it expect one key alone.
#[must_use]
pub fn wanted(before: usize) -> String {
    let places: Vec<String> = (0..AT_ONCE).map(|n| format!("(CAST(${} AS TEXT))", n + before + 1)).collect();
    format!("WITH said (k) AS (VALUES {}), wanted (k) AS (SELECT k FROM said WHERE k = k || '')", places.join(", "))
}

/// The keys of such a question that asks by `IN` instead, behind `before` parameters: right where the key is the table's own.
#[must_use]
pub fn places(before: usize) -> String {
    (1..=AT_ONCE).map(|n| format!("${}", n + before)).collect::<Vec<_>>().join(", ")
}

/// Asks such a text for keys, some at a time.
///
/// # Errors
/// The store's.
pub fn ask<H: Home, K: Clone + Into<Value>>(
    view: &mut View<'_, H>,
    text: Option<&'static Sql<H>>,
    before: &[Value],
    keys: &[K],
    mut each: impl FnMut(&Row) -> Result<()>,
) -> Result<()> {
    let Some(text) = text else { return Ok(()) };
    for part in keys.chunks(AT_ONCE) {
        let mut values = before.to_vec();
        values.extend(part.iter().cloned().map(Into::into));
        let last = values.last().cloned().unwrap_or(Value::Null);
        values.resize(AT_ONCE + before.len(), last);
        view.each(text, &values, |row| each(&row))?;
    }
    Ok(())
}
