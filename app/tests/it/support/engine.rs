//! A fresh database on either engine.

use std::path::Path;

use tempfile::TempDir;

/// Where a world's databases live.
pub struct Engine {
    folder: TempDir,
    database: Option<(String, String)>,
}

impl Engine {
    /// A fresh one; `None` when PostgreSQL is asked for and is not there. In CI it must be.
    #[expect(clippy::disallowed_methods, reason = "the check tells the tests where PostgreSQL is")]
    pub fn fresh(engine: &str) -> Option<Engine> {
        let folder = tempfile::tempdir().expect("a folder");
        if engine == "sqlite" {
            return Some(Engine { folder, database: None });
        }
        let Ok(server) = std::env::var("TENANTRY_TEST_POSTGRES") else {
            assert!(std::env::var("CI").is_err(), "CI must test PostgreSQL");
            return None;
        };
        let name = format!("t_{}", folder.path().file_name()?.to_string_lossy().trim_start_matches('.').to_lowercase());
        // One that sorts as people do, not by bytes: nothing here may rest on how a database was made.
        run(&server, &format!("CREATE DATABASE \"{name}\" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"));
        Some(Engine { folder, database: Some((server, name)) })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database's address.
    pub fn database(&self) -> Option<String> {
        let (server, name) = self.database.as_ref()?;
        let (front, _) = server.rsplit_once('/')?;
        Some(format!("{front}/{name}"))
    }

    /// Drops the database. Its lanes may still be closing: `FORCE` ends them.
    pub fn give_up(&mut self) {
        if let Some((server, name)) = self.database.take() {
            run(&server, &format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"));
        }
    }
}

/// Runs a statement on the server itself, on a thread of its own (a test's runtime may be single-threaded).
fn run(server: &str, sql: &str) {
    let (server, sql) = (server.to_owned(), sql.to_owned());
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls).await.expect("PostgreSQL answers");
            tokio::spawn(connection);
            client.batch_execute(&sql).await.expect("the statement runs");
        });
    });
    thread.join().expect("the statement runs");
}
