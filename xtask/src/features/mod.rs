//! `xtask features`: which capabilities stand, told by the tests that carry their ids.
//!
//! A row is delivered when a test `fn f2_36_…` or a browser journey titled `f2_36 …` exists. docs/features.md lists
//! the delivered rows; it is committed, so a row that loses its test makes the page stale and the check red.

mod scan;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::{Faults, read};
use scan::RowTest;

const NAMES: &str = "docs/features.names.tsv";
const PAGE: &str = "docs/features.md";

/// `(seed, number)`: the order of the rows.
type Row = (u32, u32);

/// Writes docs/features.md; tests that prove nothing are still reported.
pub fn write(root: &Path) -> Result<Faults, String> {
    let names = names(&read(&root.join(NAMES))?)?;
    let tests = scan::tests(root)?;
    std::fs::write(root.join(PAGE), page(&names, &tests)).map_err(|error| format!("{PAGE}: {error}"))?;
    Ok(judge(&names, &tests))
}

/// Reports tests that prove nothing, tests of unknown rows, and a stale page.
pub fn check(root: &Path) -> Result<Faults, String> {
    let names = names(&read(&root.join(NAMES))?)?;
    let tests = scan::tests(root)?;
    let mut faults = judge(&names, &tests);
    let committed = std::fs::read_to_string(root.join(PAGE)).unwrap_or_default();
    if committed != page(&names, &tests) {
        faults.push(format!("{PAGE} is stale: run `cargo run -p xtask -- features`"));
    }
    Ok(faults)
}

fn names(table: &str) -> Result<BTreeMap<Row, String>, String> {
    table
        .lines()
        .map(|line| {
            let (id, name) = line.split_once('\t').ok_or_else(|| format!("{NAMES}: no tab in `{line}`"))?;
            let row = id.split_once('.').and_then(|(seed, number)| Some((seed.parse().ok()?, number.parse().ok()?)));
            Ok((row.ok_or_else(|| format!("{NAMES}: `{id}` is no row id"))?, name.to_owned()))
        })
        .collect()
}

fn judge(names: &BTreeMap<Row, String>, tests: &[RowTest]) -> Faults {
    let mut faults = Faults::new();
    for test in tests {
        let place = format!("{}:{}: {}", test.file, test.line, test.name);
        if !names.contains_key(&test.row) {
            faults.push(format!("{place}: there is no row {}", id(test.row)));
        }
        if !test.knocks {
            faults.push(format!("{place}: makes no request through the door"));
        }
        if !test.asserts {
            faults.push(format!("{place}: asserts nothing"));
        }
        if test.skipped {
            faults.push(format!("{place}: is never run"));
        }
    }
    faults
}

fn id(row: Row) -> String {
    format!("{}.{:02}", row.0, row.1)
}

fn page(names: &BTreeMap<Row, String>, tests: &[RowTest]) -> String {
    // No line numbers: they would make the page stale at every edit above a test.
    let mut rows: BTreeMap<Row, Vec<String>> = BTreeMap::new();
    for test in tests {
        rows.entry(test.row).or_default().push(format!("[{}](../{})", test.name, test.file));
    }
    rows.retain(|row, _| names.contains_key(row));
    let mut page =
        String::from("# What Tenantry does\n\nWritten by `cargo run -p xtask -- features`: a row stands here because its tests do.\n\n");
    // Writing to a String cannot fail.
    let _ = writeln!(page, "{} of {} capabilities are delivered.\n", rows.len(), names.len());
    page.push_str("| id | capability | tests |\n|---|---|---|\n");
    for (row, links) in &rows {
        let _ = writeln!(page, "| {} | {} | {} |", id(*row), names[row].replace('|', "\\|"), links.join("<br>"));
    }
    page
}
