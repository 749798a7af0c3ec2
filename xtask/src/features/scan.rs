//! Finds the tests that carry a row's id, in Rust and in the browser journeys.

use std::path::Path;

use super::Row;
use crate::read;
use crate::source::{self, Lang, closing, line_of, mask};

/// How a test sends a request; `page.` is the browser.
const DOOR: [&str; 7] = [".get(", ".post(", ".put(", ".patch(", ".delete(", "request(", "page."];

/// A test that carries the id of a row.
pub struct RowTest {
    pub row: Row,
    pub name: String,
    /// From the repository's root.
    pub file: String,
    pub line: usize,
    /// It makes a request.
    pub knocks: bool,
    pub asserts: bool,
    /// It is marked as ignored.
    pub skipped: bool,
}

/// Every row test, in the order of rows, files and lines.
pub fn tests(root: &Path) -> Result<Vec<RowTest>, String> {
    let mut found = Vec::new();
    for (folder, endings, read_tests) in
        [("app/tests", [".rs"], rust as fn(&str, &str) -> Vec<RowTest>), ("app/src", [".rs"], rust), ("tests/browser", [".ts"], browser)]
    {
        for path in source::files(&root.join(folder), &endings)? {
            found.extend(read_tests(&source::shown(root, &path), &read(&path)?));
        }
    }
    found.sort_by(|a, b| (a.row, &a.file, a.line).cmp(&(b.row, &b.file, b.line)));
    Ok(found)
}

/// `fn f2_36_allocate_takes_more_seats() { … }`
pub fn rust(file: &str, text: &str) -> Vec<RowTest> {
    let masked = mask(text, Lang::Rust);
    let mut found = Vec::new();
    for (at, _) in masked.match_indices("fn f") {
        let name: String = masked[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let Some(row) = row(&name) else { continue };
        let body = body(&masked, at + 3 + name.len());
        found.push(RowTest {
            row,
            file: file.to_owned(),
            line: line_of(text, at),
            knocks: knocks(body),
            asserts: has_word_start(body, "assert") || has_word_start(body, "expect_"),
            skipped: attributes(&masked, at).contains("#[ignore"),
            name,
        });
    }
    found
}

/// `test("f2_36 seats are allocated", async ({ page }) => { … })`
pub fn browser(file: &str, text: &str) -> Vec<RowTest> {
    let masked = mask(text, Lang::Ts);
    let mut found = Vec::new();
    for (at, _) in masked.match_indices("test") {
        let Some(open) = masked[at..].find('(').map(|offset| at + offset) else {
            continue;
        };
        let call = masked[at + 4..open].trim();
        let Some(title) = title(text, open + 1).filter(|_| ["", ".skip", ".fixme", ".only"].contains(&call)) else {
            continue;
        };
        let Some(row) = row(title.split(' ').next().unwrap_or_default()) else {
            continue;
        };
        let body = closing(&masked, open).map_or("", |end| &masked[open..end]);
        found.push(RowTest {
            row,
            name: title.to_owned(),
            file: file.to_owned(),
            line: line_of(text, at),
            knocks: knocks(body),
            asserts: has_word_start(body, "expect"),
            skipped: call == ".skip" || call == ".fixme" || body.contains("test.skip("),
        });
    }
    found
}

/// Masked text has no titles: they are read from the text itself, at the same place.
fn title(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..)?.trim_start();
    let quote = rest.chars().next().filter(|quote| ['"', '\'', '`'].contains(quote))?;
    rest[1..].split(quote).next()
}

/// `f2_36` or `f2_36_words` names row 2.36.
fn row(name: &str) -> Option<Row> {
    let mut parts = name.strip_prefix('f')?.splitn(3, '_');
    let (seed, number) = (parts.next()?, parts.next()?);
    (number.len() == 2).then_some(())?;
    Some((seed.parse().ok()?, number.parse().ok()?))
}

/// From the end of the name to the end of the function.
fn body(masked: &str, from: usize) -> &str {
    let open = masked[from..].find('{').map(|offset| from + offset);
    open.and_then(|open| closing(masked, open).map(|end| &masked[open..end])).unwrap_or_default()
}

/// The text between the previous item and the function.
fn attributes(masked: &str, at: usize) -> &str {
    let start = masked[..at].rfind(['}', ';']).map_or(0, |end| end + 1);
    &masked[start..at]
}

/// `.get(0)` is a list, not a door.
fn knocks(body: &str) -> bool {
    DOOR.iter().any(|door| body.match_indices(door).any(|(at, _)| !body[at + door.len()..].starts_with(|next: char| next.is_ascii_digit())))
}

fn has_word_start(body: &str, word: &str) -> bool {
    body.match_indices(word).any(|(at, _)| !body[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_'))
}
