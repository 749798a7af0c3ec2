//! Where a world's databases live: a temporary folder, and on PostgreSQL a database of its own that is dropped in the end.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Folder and database.
pub struct Place {
    folder: TempDir,
    database: Option<(String, String)>,
}

impl Place {
    /// A fresh one; `server` = a PostgreSQL server's address, or none for SQLite.
    pub fn fresh(server: Option<&str>, below: Option<&PathBuf>) -> Result<Place, String> {
        let folder = below.map_or_else(tempfile::tempdir, tempfile::tempdir_in).map_err(|e| e.to_string())?;
        let Some(server) = server else { return Ok(Place { folder, database: None }) };
        let tail = folder.path().file_name().map(|n| n.to_string_lossy().trim_start_matches('.').to_lowercase());
        let name = format!("bench_{}", tail.unwrap_or_default());
        run(server, &format!("CREATE DATABASE \"{name}\""))?;
        Ok(Place { folder, database: Some((server.to_owned(), name)) })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// How long the disk below takes to make 4 KiB durable, median of 200: what one commit waits for at least.
    pub fn sync_time(&self) -> Result<Duration, String> {
        let said = |e: std::io::Error| e.to_string();
        let mut file = tempfile::tempfile_in(self.folder.path()).map_err(said)?;
        let mut times = Vec::with_capacity(200);
        for _ in 0..200 {
            file.write_all(&[0; 4096]).map_err(said)?;
            let begun = Instant::now();
            file.sync_data().map_err(said)?;
            times.push(begun.elapsed());
        }
        times.sort();
        Ok(times[times.len() / 2])
    }

    /// The database's address.
    pub fn database(&self) -> Option<String> {
        let (server, name) = self.database.as_ref()?;
        let (front, _) = server.rsplit_once('/')?;
        Some(format!("{front}/{name}"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.database {
            // Lanes may still be closing: FORCE ends them.
            let _ = run(server, &format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"));
        }
    }
}

/// Runs a statement on the server itself.
pub fn run(server: &str, sql: &str) -> Result<(), String> {
    answer(server, sql).map(drop)
}

/// Runs a statement and gives the first cell of its answer.
pub fn answer(server: &str, sql: &str) -> Result<Option<String>, String> {
    let (server, sql) = (server.to_owned(), sql.to_owned());
    // On a thread of its own, since this is also called while a runtime is being left.
    let asked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls).await.map_err(|e| e.to_string())?;
            tokio::spawn(connection);
            let messages = client.simple_query(&sql).await.map_err(|e| e.to_string())?;
            Ok(messages.iter().find_map(|m| match m {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            }))
        })
    });
    asked.join().unwrap_or_else(|_| Err("asking PostgreSQL panicked".into()))
}
