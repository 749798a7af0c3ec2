use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig, types::ValueRef};
use uuid::Uuid;

use crate::{Error, Result, Row, Text, Value, error::Fault};

/// The first SQLite without the WAL-reset corruption fault.
const OLDEST: i32 = 3_051_003;

pub(crate) struct LiteConn {
    conn: Connection,
    names: HashMap<usize, Arc<[String]>>,
    pub(crate) fault: Option<Fault>,
    /// The first error of the running job: PostgreSQL would have aborted its transaction there, so it ends here too.
    pub(crate) broke: Option<Error>,
}

impl LiteConn {
    /// Opens (and creates) the file. `write` = the one write lane; else the connection refuses every change.
    pub(crate) fn open(path: &Path, write: bool) -> Result<LiteConn> {
        if rusqlite::version_number() < OLDEST {
            return Err(Error::Engine(format!("SQLite {} is too old: 3.51.3 or newer is needed", rusqlite::version())));
        }
        let conn = Connection::open_with_flags(path, OpenFlags::default()).map_err(unavailable)?;
        conn.busy_timeout(Duration::from_secs(5)).map_err(unavailable)?;
        // No mmap: each of the connections would map the file again, and memory would grow with the data. A reader's cache is
        // dropped with every commit of the writer, so a large one would only be filled again.
        let cache = if write { 16 } else { 4 };
        conn.execute_batch(&format!(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;
             PRAGMA cache_size=-{}; PRAGMA mmap_size=0; PRAGMA wal_autocheckpoint=4000; PRAGMA temp_store=MEMORY;",
            cache * 1_024
        ))
        .map_err(unavailable)?;
        if !write {
            conn.execute_batch("PRAGMA query_only=ON;").map_err(unavailable)?;
        }
        // Without this a statement whose plan might be better for other values (a LIMIT, say) is compiled anew each time it runs.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(unavailable)?;
        conn.set_prepared_statement_cache_capacity(512);
        Ok(LiteConn { conn, names: HashMap::new(), fault: None, broke: None })
    }

    pub(crate) fn run(&mut self, text: &'static Text, params: &[Value], each: &mut dyn FnMut(Row) -> Result<()>) -> Result<u64> {
        let answer = self.step(text, params, each);
        answer.map_err(|e| self.told(e))
    }

    fn step(&mut self, text: &'static Text, params: &[Value], each: &mut dyn FnMut(Row) -> Result<()>) -> Result<u64, Failed> {
        let mut stmt = self.conn.prepare_cached(text.sql)?;
        for (place, n) in text.order().iter().enumerate() {
            let value = params.get(n - 1).ok_or_else(|| Failed::Ours(Error::Corrupt(format!("parameter ${n} is missing"))))?;
            bind(&mut stmt, place + 1, value)?;
        }
        let columns = stmt.column_count();
        let names = if columns == 0 {
            Arc::from([])
        } else {
            let names = || stmt.column_names().map(str::to_owned).collect();
            self.names.entry(std::ptr::from_ref(text) as usize).or_insert_with(names).clone()
        };
        let mut rows = stmt.raw_query();
        while let Some(row) = rows.next()? {
            let values = (0..columns).map(|i| row.get_ref(i).map(read)).collect::<Result<Vec<_>, _>>()?;
            each(Row { names: names.clone(), values }).map_err(Failed::Ours)?;
        }
        drop(rows);
        drop(stmt);
        Ok(self.conn.changes())
    }

    pub(crate) fn bulk(&mut self, text: &'static Text, rows: &[Vec<Value>]) -> Result<u64> {
        let mut touched = 0;
        for row in rows {
            touched += self.run(text, row, &mut |_| Ok(()))?;
        }
        Ok(touched)
    }

    pub(crate) fn each_of(&mut self, text: &'static Text, rows: &[Vec<Value>], each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        rows.iter().try_for_each(|row| self.run(text, row, each).map(drop))
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        let answer = self.conn.prepare_cached(sql).and_then(|mut s| s.raw_execute().map(drop));
        answer.map_err(|e| self.told(e.into()))
    }

    /// Lets SQLite compile a text without running it: what a guard asks.
    pub(crate) fn check(&mut self, sql: &str) -> Result<()> {
        let answer = self.conn.prepare(sql).map(drop);
        answer.map_err(|e| self.told(e.into()))
    }

    /// How SQLite would run a text, step by step: what a guard asks.
    pub(crate) fn plan(&mut self, sql: &str) -> Result<Vec<String>> {
        let answer = self.explained(sql);
        answer.map_err(|e| self.told(e.into()))
    }

    fn explained(&self, sql: &str) -> rusqlite::Result<Vec<String>> {
        let mut explained = self.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let mut rows = explained.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next()? {
            steps.push(row.get("detail")?);
        }
        Ok(steps)
    }

    /// Runs a script of several statements (migrations).
    pub(crate) fn script(&mut self, sql: &str) -> Result<()> {
        self.conn.execute_batch(sql).map_err(|e| self.told(e.into()))
    }

    fn told(&mut self, failed: Failed) -> Error {
        match failed {
            Failed::Ours(e) => e,
            Failed::Lite(e) => {
                let (fault, error) = name(&e);
                self.fault = self.fault.or(fault);
                self.broke.get_or_insert_with(|| error.clone());
                error
            }
        }
    }
}

enum Failed {
    Ours(Error),
    Lite(rusqlite::Error),
}
impl From<rusqlite::Error> for Failed {
    fn from(e: rusqlite::Error) -> Failed {
        Failed::Lite(e)
    }
}

fn unavailable(e: rusqlite::Error) -> Error {
    match name(&e) {
        // Another process is switching the file to WAL at this moment.
        (Some(Fault::Rerun), busy) => busy,
        _ => Error::Unavailable(e.to_string()),
    }
}

fn name(e: &rusqlite::Error) -> (Option<Fault>, Error) {
    use rusqlite::ErrorCode;
    match e.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => (None, Error::Constraint(e.to_string())),
        Some(ErrorCode::DiskFull) => (Some(Fault::Full), Error::Full),
        // Reopened and run again; when it happens in the commit, nobody can say whether the pages reached the disk.
        Some(ErrorCode::SystemIoFailure) => (Some(Fault::Lost), Error::Unavailable(e.to_string())),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (Some(Fault::Rerun), Error::Busy),
        _ => (None, Error::Engine(e.to_string())),
    }
}

fn bind(stmt: &mut rusqlite::CachedStatement<'_>, place: usize, value: &Value) -> rusqlite::Result<()> {
    match value {
        Value::Null => stmt.raw_bind_parameter(place, rusqlite::types::Null),
        Value::Bool(v) => stmt.raw_bind_parameter(place, i64::from(*v)),
        Value::Int(v) => stmt.raw_bind_parameter(place, v),
        Value::Real(v) => stmt.raw_bind_parameter(place, v),
        Value::Text(v) => stmt.raw_bind_parameter(place, v.as_str()),
        Value::Bytes(v) => stmt.raw_bind_parameter(place, v.as_slice()),
        Value::Uuid(v) => stmt.raw_bind_parameter(place, &v.as_bytes()[..]),
    }
}

fn read(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(v) => Value::Int(v),
        ValueRef::Real(v) => Value::Real(v),
        ValueRef::Text(v) => Value::Text(String::from_utf8_lossy(v).into_owned()),
        ValueRef::Blob(v) => match Uuid::from_slice(v) {
            Ok(id) => Value::Uuid(id),
            Err(_) => Value::Bytes(v.to_vec()),
        },
    }
}

/// The version of the SQLite inside this program.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}
