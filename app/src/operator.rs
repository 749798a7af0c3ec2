//! The operator's commands: migrate, doctor, backup, restore, move.
//!
//! A backup is a folder of SQLite files, one a home, with a manifest of counts and checksums, whichever engine is served:
//! so a backup of either restores into either.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use command::{Call, Command};
use store::{
    Clock, Control, CustomerId, Db, HomePrint, Manifest, Region, Wall, Where, copy_home, prints, sql, sqlite_backup, verify_sqlite,
};

use crate::{
    app::{App, Build},
    config::{Config, place},
    hierarchy::tell_again::TellAgain,
    licensing::pools::{DecideAgain, PublishAgain},
    removal::CloseAgain,
};

const MANIFEST: &str = "manifest.json";

/// A home by its name and where it lives.
type Homes = Vec<(String, Where)>;

fn homes(config: &Config) -> Homes {
    let regions = config.regions.iter().map(|r| (format!("region-{r}"), config.region(r)));
    std::iter::once(("control".to_owned(), config.control())).chain(regions).collect()
}

fn words(e: impl std::fmt::Display) -> String {
    e.to_string()
}

/// Brings every home to this program's schema, after a backup of what is there.
///
/// # Errors
/// In words; nothing half done.
pub fn migrate(config: &Config) -> Result<String, String> {
    backup_before_migration(config)?;
    let mut lines = Vec::new();
    for (name, place) in homes(config) {
        let (before, after) =
            if name == "control" { Db::<Control>::migrate(&place) } else { Db::<Region>::migrate(&place) }.map_err(words)?;
        lines.push(format!("{name}: schema {before} -> {after}"));
    }
    Ok(lines.join("\n"))
}

/// Makes a backup when any home is older than this program. New and current homes need none.
///
/// # Errors
/// In words: without a backup there is no migration.
pub fn backup_before_migration(config: &Config) -> Result<(), String> {
    let mut stale = false;
    for (name, place) in homes(config) {
        let (version, latest) = if name == "control" {
            (Db::<Control>::version(&place).map_err(words)?, store::latest_version::<Control>())
        } else {
            (Db::<Region>::version(&place).map_err(words)?, store::latest_version::<Region>())
        };
        stale |= version > 0 && version < latest;
    }
    if stale { backup(config, None).map(drop) } else { Ok(()) }
}

/// Says what would keep the program from serving well.
///
/// # Errors
/// The findings, in words.
pub fn doctor(config: &Config) -> Result<String, String> {
    let mut lines = vec![format!("SQLite {}", store::sqlite_version())];
    let mut findings = Vec::new();
    for (name, place) in homes(config) {
        let version = if name == "control" { Db::<Control>::version(&place) } else { Db::<Region>::version(&place) };
        match version {
            Ok(0) => lines.push(format!("{name}: empty; the first start makes it")),
            Ok(version) => lines.push(format!("{name}: schema {version}")),
            Err(error) => findings.push(format!("{name}: {error}")),
        }
        if let Some(file) = place.file().filter(|f| f.exists())
            && let Err(error) = verify_sqlite(file)
        {
            findings.push(format!("{name}: {error}"));
        }
    }
    if config.smtp.is_none() {
        lines.push("mail: no SMTP server is configured; mail is written to the folder mail of the data folder".into());
    }
    if !config.secure() {
        lines.push(format!("origin: {} is not https; cookies are not marked Secure", config.origin()));
    }
    if findings.is_empty() { Ok(lines.join("\n")) } else { Err(findings.join("\n")) }
}

/// Makes a backup. On SQLite it is taken online, page by page, while the program writes.
///
/// # Errors
/// In words; the half-made folder is removed.
pub fn backup(config: &Config, to: Option<PathBuf>) -> Result<String, String> {
    let now = Wall.now();
    let name = now.to_string().chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let folder = to.unwrap_or_else(|| config.data.join("backups").join(name));
    if folder.exists() {
        return Err(format!("{} is there already: name another folder", folder.display()));
    }
    let part = folder.with_extension("part");
    std::fs::create_dir_all(&part).map_err(words)?;
    let made = write_backup(&homes(config), &part, now);
    match made.and_then(|manifest| std::fs::rename(&part, &folder).map_err(words).map(|()| manifest)) {
        Ok(manifest) => {
            let rows: u64 = manifest.homes.values().flat_map(|h| h.tables.values()).map(|t| t.rows).sum();
            Ok(format!("{} homes, {rows} rows -> {}", manifest.homes.len(), folder.display()))
        }
        Err(error) => {
            let _ = std::fs::remove_dir_all(&part);
            Err(error)
        }
    }
}

/// Makes the scheduled backup and removes the oldest beyond those to keep.
///
/// # Errors
/// In words.
pub async fn scheduled_backup(config: &Config) -> Result<(), String> {
    let config = config.clone();
    tokio::task::spawn_blocking(move || {
        let made = backup(&config, None)?;
        tracing::info!(made, "backup");
        prune(&config.data.join("backups"), config.backup.keep)
    })
    .await
    .map_err(words)?
}

/// Keeps the newest `keep` backups: their names sort by time.
fn prune(folder: &Path, keep: u32) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(words)?;
    let mut backups: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.join(MANIFEST).exists()).collect();
    backups.sort();
    let surplus = backups.len().saturating_sub(usize::try_from(keep.max(1)).unwrap_or(1));
    for old in backups.into_iter().take(surplus) {
        std::fs::remove_dir_all(&old).map_err(|e| format!("{}: {e}", old.display()))?;
    }
    Ok(())
}

fn write_backup(homes: &Homes, folder: &Path, now: store::Timestamp) -> Result<Manifest, String> {
    let mut manifest = Manifest { taken_at: now, program: env!("CARGO_PKG_VERSION").into(), homes: BTreeMap::new() };
    for (name, place) in homes {
        let file = folder.join(format!("{name}.sqlite"));
        let target = Where::Sqlite(file.clone());
        let control = name == "control";
        match place {
            Where::Sqlite(source) if source.exists() => sqlite_backup(source, &file).map_err(words)?,
            Where::Sqlite(_) => continue,
            Where::Postgres { .. } if control => drop(copy_home::<Control>(place, &target).map_err(words)?),
            Where::Postgres { .. } => drop(copy_home::<Region>(place, &target).map_err(words)?),
        }
        manifest.homes.insert(name.clone(), print_of(control, &target)?);
    }
    let text = serde_json::to_string_pretty(&manifest).map_err(words)?;
    crate::keys::write_private(&folder.join(MANIFEST), &text).map_err(words)?;
    Ok(manifest)
}

fn print_of(control: bool, place: &Where) -> Result<HomePrint, String> {
    let (version, tables) = if control {
        (Db::<Control>::version(place), prints::<Control>(place))
    } else {
        (Db::<Region>::version(place), prints::<Region>(place))
    };
    Ok(HomePrint { version: version.map_err(words)?, tables: tables.map_err(words)? })
}

fn read_manifest(folder: &Path) -> Result<Manifest, String> {
    let path = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}

/// Checks a backup: every file's integrity, every table's count and checksum.
///
/// # Errors
/// The first difference, in words.
pub fn verify(folder: &Path) -> Result<String, String> {
    let manifest = read_manifest(folder)?;
    for (name, expected) in &manifest.homes {
        let file = folder.join(format!("{name}.sqlite"));
        verify_sqlite(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let found = print_of(name == "control", &Where::Sqlite(file))?;
        for (table, print) in &expected.tables {
            if found.tables.get(table) != Some(print) {
                return Err(format!("{name}: table {table} is not what the manifest says; use another backup"));
            }
        }
    }
    Ok(format!("the backup of {} is whole", manifest.taken_at))
}

/// Restores a backup into empty homes, on the engine that is configured.
///
/// # Errors
/// In words; homes that are not empty are left as they are.
pub fn restore(config: &Config, folder: &Path) -> Result<String, String> {
    verify(folder)?;
    let manifest = read_manifest(folder)?;
    for (name, place) in homes(config) {
        let source = Where::Sqlite(folder.join(format!("{name}.sqlite")));
        if manifest.homes.contains_key(&name) {
            copy(&name, &source, &place)?;
        }
    }
    let (tenants, erased) = settle_restored(config)?;
    Ok(format!(
        "restored the backup of {}; {tenants} tenants' seats were decided anew; {erased} erasures of the log were made again",
        manifest.taken_at
    ))
}

/// The homes were copied one after the other: each tenant's seats, terms, domains and counts are made to agree again.
fn settle_restored(config: &Config) -> Result<(usize, usize), String> {
    let config = config.clone();
    let settle = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(words)?;
        runtime.block_on(async {
            let app = App::open(Build::new(config))?;
            let customers = app.house.control().read(|view| {
                let rows =
                    view.rows(sql!(Control, "SELECT node_id FROM org_node WHERE kind = 'customer' AND partner_id IS NOT NULL"), &[])?;
                rows.iter().map(|r| r.get::<CustomerId>("node_id")).collect::<store::Result<Vec<_>>>()
            });
            let customers = customers.await.map_err(words)?;
            for customer in &customers {
                settle_customer(&app, *customer).await?;
            }
            // What was erased after the backup was made is erased again.
            let erased = crate::offboarding::erasures::replay(&app).await?;
            Ok((customers.len(), erased))
        })
    });
    settle.join().map_err(|_| "settling the restored homes failed".to_owned())?
}

async fn settle_customer(app: &App, customer: CustomerId) -> Result<(), String> {
    let mut before = again(app, DecideAgain { customer }).await?;
    while let Some(earlier) = before {
        before = again(app, earlier).await?;
    }
    again(app, TellAgain { customer }).await?;
    again(app, CloseAgain { customer }).await?;
    again(app, PublishAgain { customer }).await
}

async fn again<C: Command>(app: &App, command: C) -> Result<C::Done, String> {
    app.house.execute(Call::operator(), command).await.map(|answer| answer.value).map_err(|e| format!("{}: {e:?}", C::NAME))
}

fn copy(name: &str, from: &Where, to: &Where) -> Result<u64, String> {
    let proof = if name == "control" { copy_home::<Control>(from, to) } else { copy_home::<Region>(from, to) };
    Ok(proof.map_err(|e| format!("{name}: {e}"))?.values().map(|t| t.rows).sum())
}

/// Carries a whole installation to another engine.
///
/// # Errors
/// In words; the target must be empty, and is left empty when the copy cannot be proved.
pub fn carry(from: &str, to: &str, regions: &[String]) -> Result<String, String> {
    let mut lines = Vec::new();
    for home in std::iter::once("control".to_owned()).chain(regions.iter().map(|r| format!("region_{r}"))) {
        let (source, target) = (at(from, &home)?, at(to, &home)?);
        if source.file().is_some_and(|f| !f.exists()) {
            return Err(format!("{home}: there is no such file in {from}"));
        }
        lines.push(format!("{home}: {} rows, counts and checksums equal", copy(&home, &source, &target)?));
    }
    lines.push("Copy keys.json, erasures.jsonl and the imports folder too: they lie outside the databases.".into());
    Ok(lines.join("\n"))
}

fn at(address: &str, home: &str) -> Result<Where, String> {
    match address.strip_prefix("sqlite:") {
        Some(folder) => Ok(place(Path::new(folder), None, home)),
        None if address.starts_with("postgres") => Ok(place(Path::new(""), Some(address), home)),
        None => Err(format!("{address}: say sqlite:FOLDER or postgres://…")),
    }
}
