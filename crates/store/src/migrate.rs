use sha2::{Digest, Sha256};

use crate::{
    Error, Home, Result, Timestamp, Value,
    db::{Where, apart},
    lane::Source,
    sql::Text,
    view::Conn,
};

/// One numbered, append-only step of a schema: one text for both engines, with tokens for what they spell differently.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Counts from 1 without gaps.
    pub version: i64,
    /// A word for people.
    pub name: &'static str,
    /// DDL with `$UUID $BIG $BOOL $BYTES $REAL $STRICT`, `TEXT`, and `$FENCE table column [column];` lines.
    pub text: &'static str,
}

impl Migration {
    fn checksum(&self) -> Vec<u8> {
        Sha256::digest(self.text.as_bytes()).to_vec()
    }
}

/// The newest schema version this program knows for a home.
#[must_use]
pub fn latest_version<H: Home>() -> i64 {
    H::MIGRATIONS.last().map_or(0, |m| m.version)
}

// Text is compared by its bytes, as Rust and SQLite do, whatever language a PostgreSQL database was made for: what is sorted here and
// there, and what a cursor goes on from, is one order.
const TOKENS: [(&str, &str, &str); 7] = [
    ("$UUID", "BLOB", "UUID"),
    ("$BIG", "INTEGER", "BIGINT"),
    ("$BOOL", "INTEGER", "BOOLEAN"),
    ("$BYTES", "BLOB", "BYTEA"),
    ("$REAL", "REAL", "DOUBLE PRECISION"),
    (" TEXT", " TEXT", " TEXT COLLATE \"C\""),
    ("$STRICT", " STRICT, WITHOUT ROWID", ""),
];

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migration (version $BIG PRIMARY KEY, name TEXT NOT NULL, checksum $BYTES NOT NULL, applied_at $BIG NOT NULL)";

/// The DDL of one migration for one engine.
pub(crate) fn spell<H: Home>(text: &str, postgres: bool, role: &str) -> String {
    let mut out = String::with_capacity(text.len() + 512);
    for line in text.lines() {
        let Some(fence) = line.trim().strip_prefix("$FENCE ") else {
            let mut line = line.to_owned();
            for (token, lite, pg) in TOKENS {
                line = line.replace(token, if postgres { pg } else { lite });
            }
            out.push_str(&line);
            out.push('\n');
            continue;
        };
        // Forced security holds for the owner too: without a policy of its own, a backup or copy made by an owner who is
        // no superuser would see empty tables and call them equal.
        if let (true, Some((table, column))) = (postgres, fence.trim_end_matches(';').split_once(' ')) {
            // A table with two scope columns shows a row to whoever may see either.
            let policy = column.split(' ').map(H::policy).collect::<Vec<_>>().join(" OR ");
            out.push_str(&format!(
                "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\nALTER TABLE {table} FORCE ROW LEVEL SECURITY;\n\
                 CREATE POLICY owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true);\n\
                 CREATE POLICY fence ON {table} TO \"{role}\" USING ({policy}) WITH CHECK ({policy});\n"
            ));
        }
    }
    out
}

/// Brings a home to this program's schema. Refuses a schema that is newer, or whose past steps differ.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Corrupt`] with what to do.
pub(crate) fn migrate<H: Home>(place: &Where) -> Result<()> {
    for wait in [0, 20, 50, 100, 200] {
        match once::<H>(place) {
            Err(error) if elsewhere(&error) => std::thread::sleep(std::time::Duration::from_millis(wait)),
            end => return end,
        }
    }
    once::<H>(place)
}

/// True when another process makes the same step at this moment: when it has committed, there is nothing left to do.
fn elsewhere(error: &Error) -> bool {
    match error {
        Error::Constraint(_) | Error::Busy => true,
        // Two catalogue changes at once; a schema, table or object that has just appeared.
        Error::Engine(why) => ["(XX000)", "(42P06)", "(42P07)", "(42710)"].iter().any(|code| why.ends_with(code)),
        _ => false,
    }
}

fn once<H: Home>(place: &Where) -> Result<()> {
    let role = match place {
        Where::Postgres { schema, role, .. } => {
            prepare_postgres(place, schema, role)?;
            role.clone()
        }
        Where::Sqlite(path) => {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|e| Error::Unavailable(format!("{}: {e}", folder.display())))?;
            }
            String::new()
        }
    };
    let mut conn = place.owner().connect(true)?;
    let postgres = conn.is_postgres();
    script(&mut conn, &spell::<H>(LEDGER, postgres, &role))?;
    let done = applied(&mut conn)?;
    check::<H>(&done)?;
    for step in H::MIGRATIONS.iter().skip(done.len()) {
        conn.batch("BEGIN")?;
        // The ledger's key is taken first: of two processes that start together, one waits here for the other.
        let ran = record(&mut conn, step).and_then(|()| script(&mut conn, &spell::<H>(step.text, postgres, &role)));
        match ran {
            Ok(()) => conn.batch("COMMIT")?,
            Err(e @ (Error::Constraint(_) | Error::Busy)) => {
                let _ = conn.batch("ROLLBACK");
                return Err(e);
            }
            Err(e) => {
                let _ = conn.batch("ROLLBACK");
                return Err(Error::Engine(format!("migration {} {}: {e}", step.version, step.name)));
            }
        }
    }
    if let Where::Postgres { schema, role, .. } = place {
        conn.batch(&format!(
            "GRANT USAGE ON SCHEMA \"{schema}\" TO \"{role}\";
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"{schema}\" TO \"{role}\""
        ))?;
    }
    Ok(())
}

/// The version a home is at, without changing it; 0 for an empty one.
///
/// # Errors
/// [`Error::Unavailable`].
pub(crate) fn version(source: &Source) -> Result<i64> {
    let mut conn = source.connect(true)?;
    Ok(applied(&mut conn).map_or(0, |done| i64::try_from(done.len()).unwrap_or(i64::MAX)))
}

fn prepare_postgres(place: &Where, schema: &str, role: &str) -> Result<()> {
    let mut conn = place.owner().connect(true)?;
    conn.batch(&format!(
        "DO $$ BEGIN
           IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE \"{role}\" NOLOGIN NOBYPASSRLS; END IF;
           IF NOT pg_has_role(current_user, '{role}', 'MEMBER') THEN GRANT \"{role}\" TO CURRENT_USER; END IF;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    ))?;
    conn.batch(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\""))
}

fn applied(conn: &mut Conn) -> Result<Vec<Vec<u8>>> {
    static TEXT: Text = Text::new("SELECT checksum FROM schema_migration ORDER BY version", file!(), line!());
    let mut found = Vec::new();
    conn.run(&TEXT, &[], &mut |row| {
        found.push(row.at::<Vec<u8>>(0)?);
        Ok(())
    })?;
    Ok(found)
}

fn check<H: Home>(done: &[Vec<u8>]) -> Result<()> {
    if done.len() > H::MIGRATIONS.len() {
        return Err(Error::Corrupt(format!(
            "the {} database has schema version {}, this program knows {}: start the newer program, or restore the backup made before the migration",
            H::NAME,
            done.len(),
            H::MIGRATIONS.len()
        )));
    }
    for (step, stored) in H::MIGRATIONS.iter().zip(done) {
        if step.checksum() != *stored {
            return Err(Error::Corrupt(format!("migration {} {} of {} was applied with another text", step.version, step.name, H::NAME)));
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the ledger of migrations tells when this machine applied them, also in demo and tests")]
fn record(conn: &mut Conn, step: &Migration) -> Result<()> {
    static TEXT: Text =
        Text::new("INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)", file!(), line!());
    let now: Timestamp = jiff::Timestamp::now().into();
    let row: [Value; 4] = [step.version.into(), step.name.into(), step.checksum().into(), now.into()];
    conn.run(&TEXT, &row, &mut |_| Ok(())).map(drop)
}

fn script(conn: &mut Conn, sql: &str) -> Result<()> {
    match conn {
        Conn::Lite(c) => c.script(sql),
        Conn::Pg(c) => c.batch(sql),
    }
}

impl<H: Home> crate::Db<H> {
    /// Migrates a home without serving it (`tenantry migrate`). Gives the version before and after.
    ///
    /// # Errors
    /// As [`crate::Db::open`].
    pub fn migrate(place: &Where) -> Result<(i64, i64)> {
        let before = Self::version(place)?;
        apart(|| migrate::<H>(place))?;
        Ok((before, latest_version::<H>()))
    }

    /// The schema version stored in a home; 0 when it is empty or absent.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn version(place: &Where) -> Result<i64> {
        match place {
            Where::Sqlite(path) if !path.exists() => Ok(0),
            _ => apart(|| version(&place.owner())),
        }
    }
}
