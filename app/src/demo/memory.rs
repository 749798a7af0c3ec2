//! What the demo remembers between two starts: how far its clock has come.

use std::{path::Path, time::Duration};

use store::{Control, Settled, Timestamp, Tx, Work, p, sql};

use crate::{
    app::{App, Shared},
    config::Config,
    noun::PLATFORM,
};

/// Real seconds between two notes.
const EVERY: u64 = 10;
/// A note lies this many seconds ahead, so that after a crash no instant comes twice.
const AHEAD: i64 = 11;

struct Note(Timestamp);

impl Work<Control> for Note {
    type Out = ();

    fn run(&self, tx: &mut Tx<'_, Control>) -> store::Result<Settled<()>> {
        let text = sql!(
            Control,
            "INSERT INTO installation (name, value) VALUES ('demo_now', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        );
        tx.exec(text, p![self.0.to_string()])?;
        Ok(Settled::Keep(()))
    }
}

/// Notes an instant.
///
/// # Errors
/// The store's, in words.
pub async fn note(app: &App, at: Timestamp) -> Result<(), String> {
    app.house.control().write(PLATFORM, Note(at)).await.map_err(|e| e.to_string())
}

/// Notes the present instant, a little ahead.
///
/// # Errors
/// The store's, in words.
pub async fn note_now(app: &App) -> Result<(), String> {
    note(app, app.house.now().plus_seconds(AHEAD)).await
}

/// The instant noted last; none in a database without a demo.
///
/// # Errors
/// In words.
pub async fn noted(app: &App) -> Result<Option<Timestamp>, String> {
    let found = app.house.control().read(|view| {
        let row = view.opt(sql!(Control, "SELECT value FROM installation WHERE name = 'demo_now'"), p![])?;
        row.map(|r| r.get::<String>("value")).transpose()
    });
    found.await.map_err(|e| e.to_string())?.map(|text| text.parse()).transpose()
}

/// Keeps noting until it is dropped.
pub async fn keep_noting(app: Shared) {
    loop {
        if let Err(error) = note_now(&app).await {
            tracing::warn!(error, "the demo's clock could not be noted");
        }
        tokio::time::sleep(Duration::from_secs(EVERY)).await;
    }
}

const MARK: &str = "seeding";

/// Marks the folder while the world is written.
///
/// # Errors
/// The file system's, in words.
pub fn begin(data: &Path) -> Result<(), String> {
    std::fs::write(data.join(MARK), "").map_err(|e| format!("{}: {e}", data.display()))
}

/// The world is whole.
pub fn end(data: &Path) {
    let _ = std::fs::remove_file(data.join(MARK));
}

/// Clears away a world whose writing was interrupted.
///
/// # Errors
/// A sentence: what the operator must clear by hand.
pub fn clear_half_made(config: &Config) -> Result<(), String> {
    let data = &config.data;
    if !data.join(MARK).exists() {
        return Ok(());
    }
    if config.database.is_some() {
        return Err(
            "an earlier start of the demo was interrupted while it wrote its world: give it an empty database and an empty data folder"
                .into(),
        );
    }
    for home in [config.control()].into_iter().chain(config.regions.iter().map(|r| config.region(r))) {
        let Some(file) = home.file() else { continue };
        for end in ["", "-wal", "-shm"] {
            let mut name = file.as_os_str().to_owned();
            name.push(end);
            let _ = std::fs::remove_file(name);
        }
    }
    end(data);
    Ok(())
}
