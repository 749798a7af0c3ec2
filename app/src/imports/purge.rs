//! What nobody started goes: the file of an upload holds people's names and is kept no longer than it may be needed.

use std::{collections::HashSet, path::Path};

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, ImportId, PartnerId, Timestamp, View};

use super::{import::ImportStatus, store as rows};
use crate::app::App;

/// Days an uploaded file waits to be started.
pub const KEPT_DAYS: i64 = 7;

/// Forgets a partner's uploads that nobody started in time.
#[derive(Debug, Serialize)]
struct PurgeUploads {
    partner: PartnerId,
}

impl Command for PurgeUploads {
    const NAME: &'static str = "imports.purge_uploads";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let before = oldest(cx.now);
        for (id, status, at) in rows::unfinished(cx.tx, self.partner)? {
            if status == ImportStatus::Uploaded && at < before {
                rows::forget(cx.tx, cx.scope, id)?;
                cx.changed("import", id, "status", status, "purged");
            }
        }
        Ok(())
    }
}

fn oldest(now: Timestamp) -> Timestamp {
    now.plus_days(-KEPT_DAYS)
}

/// Forgets uploads that nobody started in time, and removes every old file that no import needs.
///
/// # Errors
/// The store's, or the disk's, in words.
pub async fn purge(app: &App) -> Result<(), String> {
    let partners = app.house.control().read(crate::hierarchy::all_partners);
    let before = oldest(app.house.now());
    let mut needed = HashSet::new();
    for partner in partners.await.map_err(|e| e.to_string())? {
        let open = unfinished(app, partner).await?;
        let stale = |(_, status, at): &(ImportId, ImportStatus, Timestamp)| *status == ImportStatus::Uploaded && *at < before;
        if open.iter().any(stale) {
            let done = app.house.execute(Call::operator(), PurgeUploads { partner }).await;
            done.map_err(|fail| format!("uploads could not be purged: {fail:?}"))?;
        }
        needed.extend(open.iter().filter(|i| !stale(i)).map(|(id, ..)| *id));
    }
    let folder = app.imports();
    let swept = tokio::task::spawn_blocking(move || sweep(&folder, before, &needed)).await;
    swept.map_err(|e| e.to_string())?.map_err(|e| format!("the folder of imports: {e}"))
}

async fn unfinished(app: &App, partner: PartnerId) -> Result<Vec<(ImportId, ImportStatus, Timestamp)>, String> {
    let read = app.house.control().read(move |view: &mut View<'_, Control>| {
        view.enter(partner.0);
        rows::unfinished(view, partner)
    });
    read.await.map_err(|e| e.to_string())
}

/// Removes old files of a folder that nobody needs. A file is as old as its name says: the id was made when it was stored.
///
/// # Errors
/// The disk's.
pub fn sweep(folder: &Path, before: Timestamp, needed: &HashSet<ImportId>) -> std::io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let id = path.file_stem().and_then(|name| name.to_str()).and_then(ImportId::parse);
        if id.is_some_and(|id| id.made_at() < before && !needed.contains(&id)) {
            match std::fs::remove_file(&path) {
                // Somebody else was faster: an import that ended just now removes its own.
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
    }
    Ok(())
}
