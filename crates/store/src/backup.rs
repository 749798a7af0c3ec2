use std::{collections::BTreeMap, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, backup::Backup};
use serde::{Deserialize, Serialize};

use crate::{Error, Result, Timestamp, Where};

/// Count and checksum of one table: the proof that a copy holds what the original held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePrint {
    /// Rows.
    pub rows: u64,
    /// Sum of the rows' SHA-256, independent of their order.
    pub checksum: String,
}

/// What a backup folder says of itself (`manifest.json`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// When the backup was begun.
    pub taken_at: Timestamp,
    /// The program's version.
    pub program: String,
    /// Home name (`control`, `region-eu`) → what it holds.
    pub homes: BTreeMap<String, HomePrint>,
}

/// One home inside a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HomePrint {
    /// Schema version.
    pub version: i64,
    /// Table → print.
    pub tables: BTreeMap<String, TablePrint>,
}

fn failed(e: &rusqlite::Error) -> Error {
    Error::Engine(e.to_string())
}

/// Copies an SQLite home while it is being written, page by page.
///
/// # Errors
/// The engine's; the half-made file must then be thrown away.
pub fn sqlite_backup(from: &Path, to: &Path) -> Result<()> {
    let flags = OpenFlags::default().difference(OpenFlags::SQLITE_OPEN_CREATE);
    let source = Connection::open_with_flags(from, flags).map_err(|e| failed(&e))?;
    // One snapshot from first page to last: without it every write in between would start the copy from the beginning.
    source.execute_batch("BEGIN").map_err(|e| failed(&e))?;
    source.query_row("SELECT COUNT(*) FROM sqlite_master", [], |_| Ok(())).map_err(|e| failed(&e))?;
    let mut target = Connection::open(to).map_err(|e| failed(&e))?;
    let backup = Backup::new(&source, &mut target).map_err(|e| failed(&e))?;
    backup.run_to_completion(4_096, Duration::from_millis(1), None).map_err(|e| failed(&e))
}

/// Makes an SQLite home forget what was deleted from it: no page and no log holds it any more. On PostgreSQL that is left to its
/// own housekeeping. Writers wait meanwhile.
///
/// # Errors
/// The engine's; it can be tried again.
pub fn scrub(place: &Where) -> Result<()> {
    let Some(file) = place.file() else { return Ok(()) };
    let flags = OpenFlags::default().difference(OpenFlags::SQLITE_OPEN_CREATE);
    let conn = Connection::open_with_flags(file, flags).map_err(|e| failed(&e))?;
    conn.busy_timeout(Duration::from_secs(30)).map_err(|e| failed(&e))?;
    conn.execute_batch("PRAGMA secure_delete=ON; PRAGMA temp_store=FILE;").map_err(|e| failed(&e))?;
    // Deleted rows are overwritten, but a page that was split before may still hold the bytes of a row that left it.
    conn.execute_batch("VACUUM").map_err(|e| failed(&e))?;
    let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0)).map_err(|e| failed(&e))?;
    if busy == 0 { Ok(()) } else { Err(Error::Busy) }
}

/// Checks an SQLite file's integrity and foreign keys.
///
/// # Errors
/// [`Error::Corrupt`] with the first finding.
pub fn verify_sqlite(file: &Path) -> Result<()> {
    let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|e| failed(&e))?;
    let answer: String = conn.query_row("PRAGMA integrity_check", [], |r| r.get(0)).map_err(|e| failed(&e))?;
    if answer != "ok" {
        return Err(Error::Corrupt(answer));
    }
    let mut check = conn.prepare("PRAGMA foreign_key_check").map_err(|e| failed(&e))?;
    if check.exists([]).map_err(|e| failed(&e))? {
        return Err(Error::Corrupt("a foreign key points at nothing".into()));
    }
    Ok(())
}
