//! A file as chunks of rows, read on a thread of its own while the database works.

use std::{
    collections::HashSet,
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
};

use sheets::{Fault, Reader};
use store::Timestamp;
use tokio::sync::mpsc;

use super::{
    desk::{Kind, row_refused},
    import::RowRefused,
    mapping::{Cells, Mapping},
};
use crate::directory::{CHUNK, rules::Refused};

/// Rows that go together: one command, one transaction.
pub struct Chunk<I> {
    /// The rows that were read, each with its line.
    pub items: Vec<(u64, I)>,
    /// The rows that were refused on sight.
    pub refused: Vec<RowRefused>,
    /// The line after the last of them.
    pub next_line: u64,
}

impl<I> Chunk<I> {
    fn new() -> Chunk<I> {
        Chunk { items: Vec::new(), refused: Vec::new(), next_line: 0 }
    }

    /// Rows in it.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.items.len() + self.refused.len()
    }
}

/// What a file is read with.
pub struct Sheet {
    /// Where it lies.
    pub path: PathBuf,
    /// What its columns mean.
    pub mapping: Mapping,
    /// The first line wanted; what stands before is only remembered, so that nothing counts twice.
    pub from_line: u64,
    /// The present.
    pub now: Timestamp,
}

/// Chunks of a file, in order. A fault ends them.
pub fn chunks<K: Kind>(sheet: Sheet) -> mpsc::Receiver<Result<Chunk<K::Item>, Fault>> {
    let (tell, told) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        if let Err(fault) = read::<K>(&sheet, &tell) {
            let _ = tell.blocking_send(Err(fault));
        }
    });
    told
}

type Tell<I> = mpsc::Sender<Result<Chunk<I>, Fault>>;

fn read<K: Kind>(sheet: &Sheet, tell: &Tell<K::Item>) -> Result<(), Fault> {
    let columns = sheet.mapping.columns(K::KIND);
    let mut seen: HashSet<u64> = HashSet::new();
    let mut chunk = Chunk::new();
    for row in open(&sheet.path)? {
        let (line, read) = match row {
            Ok(row) if row.is_blank() => continue,
            Ok(row) => (row.line, item::<K>(&Cells { columns: &columns, cells: &row.cells }, sheet.now, &mut seen)),
            Err(Fault::Ragged { line, expected, found }) => (line, Err(ragged(expected, found))),
            Err(fault) => return Err(fault),
        };
        if line < sheet.from_line {
            continue;
        }
        match read {
            Ok(item) => chunk.items.push((line, item)),
            Err(no) => chunk.refused.push(row_refused(line, &no)),
        }
        chunk.next_line = line + 1;
        // A receiver that is gone wants no more.
        if chunk.rows() == CHUNK && tell.blocking_send(Ok(std::mem::replace(&mut chunk, Chunk::new()))).is_err() {
            return Ok(());
        }
    }
    if chunk.rows() > 0 {
        let _ = tell.blocking_send(Ok(chunk));
    }
    Ok(())
}

fn open(path: &PathBuf) -> Result<Reader<File>, Fault> {
    let file = File::open(path).map_err(|e| Fault::Unreadable { text: e.to_string() })?;
    Reader::new(file)
}

fn ragged(expected: usize, found: usize) -> Refused {
    Refused::new("row", "ragged", format!("The row has {found} columns, the header has {expected}. Add or remove the missing separators."))
}

fn item<K: Kind>(cells: &Cells<'_>, now: Timestamp, seen: &mut HashSet<u64>) -> Result<K::Item, Refused> {
    if let Some(field) = cells.formula() {
        return Err(Refused::new(
            field,
            "formula",
            "The value begins like a formula (=, +, - or @). Remove that sign, or put ' before it.",
        ));
    }
    let item = K::read(cells, now)?;
    let (field, key) = K::once(&item);
    if !key.is_empty() && !seen.insert(hash(&key)) {
        return Err(Refused::new(field, "duplicate-in-file", "An earlier row of this file says the same. Remove one of them."));
    }
    Ok(item)
}

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// What a whole file is made of: read once to its end before anything else is done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Its columns.
    pub headers: Vec<String>,
    /// Its rows, blank ones left out.
    pub rows: i64,
}

/// Reads a file to its end.
///
/// # Errors
/// The fault that makes it no list.
pub fn examine(path: &PathBuf) -> Result<Contents, Fault> {
    let mut reader = open(path)?;
    let headers = reader.headers().to_vec();
    let mut rows = 0;
    for row in &mut reader {
        match row {
            Ok(row) if row.is_blank() => {}
            Err(fault) if !fault.skips_one_row() => return Err(fault),
            _ => rows += 1,
        }
    }
    if rows == 0 { Err(Fault::Empty) } else { Ok(Contents { headers, rows }) }
}
