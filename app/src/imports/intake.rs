//! From a stored file to an import: examined, mapped, booked, judged, started. One path for API, console and command line.

use std::{collections::BTreeMap, marker::PhantomData, path::PathBuf};

use command::{Call, Fail};
use store::{ImportId, Timestamp};
use web::problem::Problem;

use super::{
    commands::{OnImport, RecordUpload, SetMapping, Start, Started},
    desk::{Desk, Kind},
    import::{Home, Import, ImportRefusal, ImportStatus},
    mapping::Mapping,
    queries::{ImportOf, Remembered},
    reading::{Sheet, examine},
    verdicts::{self, Preview, faulty},
};
use crate::app::App;

/// A file in our folder that belongs to no import yet.
#[derive(Debug)]
pub struct Stored {
    /// The id it will have; its file is called so.
    pub id: ImportId,
    /// Its name, as it was sent.
    pub name: String,
    /// Its size.
    pub bytes: i64,
    /// SHA-256 of its bytes.
    pub hash: [u8; 32],
    /// Removes the file unless it becomes an import's.
    pub claim: Claim,
}

/// A file that goes when nobody needs it any more: an upload that was refused, broke off or was only looked at.
#[derive(Debug)]
pub struct Claim(Option<PathBuf>);

impl Claim {
    /// A claim on a file.
    pub fn on(path: PathBuf) -> Claim {
        Claim(Some(path))
    }

    /// The file belongs to somebody now.
    pub fn settle(&mut self) {
        self.0 = None;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // One that cannot be removed is only in the way.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Where an import's file lies.
pub fn path(app: &App, id: ImportId) -> PathBuf {
    app.imports().join(format!("{id}.csv"))
}

/// Removes the file of an import that is over: it holds people's names.
pub async fn discard(app: &App, id: ImportId) {
    let _ = tokio::fs::remove_file(path(app, id)).await;
}

/// What a person asks with an upload.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who.
    pub call: Call,
    /// Where it belongs.
    pub home: Home,
    /// Which column is which field; guessed when absent.
    pub mapping: Option<BTreeMap<String, String>>,
}

/// Examines a stored file and finds out what its columns mean.
///
/// # Errors
/// What is wrong with the file or the mapping.
async fn mapped<K: Kind>(app: &App, asked: &Asked, stored: &Stored) -> Result<(Mapping, i64), Problem> {
    let file = path(app, stored.id);
    let contents = tokio::task::spawn_blocking(move || examine(&file)).await.map_err(|e| Problem::internal(e.to_string()))?;
    let contents = contents.map_err(|fault| faulty(&fault))?;
    let headers = contents.headers;
    let mapping = match &asked.mapping {
        Some(choice) => chosen::<K>(&headers, choice)?,
        None => {
            let last = app.house.ask(&asked.call, Remembered::<K>::new(asked.home, headers.clone())).await?;
            let last = last.and_then(|choice| Mapping::chosen(K::KIND, &headers, &choice).ok());
            last.unwrap_or_else(|| Mapping::guess(K::KIND, &headers))
        }
    };
    Ok((mapping, contents.rows))
}

/// A mapping somebody chose.
///
/// # Errors
/// 422 naming the field.
pub fn chosen<K: Kind>(headers: &[String], choice: &BTreeMap<String, String>) -> Result<Mapping, Problem> {
    Mapping::chosen(K::KIND, headers, choice).map_err(|(field, why)| Problem::invalid(format!("/mapping/{field}"), "invalid", why))
}

/// Books a stored file as an import. A file that is no list, or was sent before with the same key, is removed.
///
/// # Errors
/// What is wrong with the file, or the store's trouble; then nothing was changed.
pub async fn upload<K: Kind>(app: &App, asked: &Asked, mut stored: Stored) -> Result<ImportId, Problem> {
    let booked = record::<K>(app, asked, &stored).await;
    if booked.as_ref().ok() == Some(&stored.id) {
        stored.claim.settle();
    }
    booked
}

async fn record<K: Kind>(app: &App, asked: &Asked, stored: &Stored) -> Result<ImportId, Problem> {
    let (mapping, total) = mapped::<K>(app, asked, stored).await?;
    let command = RecordUpload::<K> {
        id: stored.id,
        home: asked.home,
        file_name: stored.name.clone(),
        file_hash: stored.hash,
        bytes: stored.bytes,
        total,
        mapping,
        kind: PhantomData,
    };
    Ok(app.house.execute(asked.call.clone(), command).await?.value)
}

/// Judges a stored file without booking it.
///
/// # Errors
/// What is wrong with the file.
pub async fn only_preview<K: Kind>(app: &App, asked: &Asked, stored: &Stored) -> Result<Preview, Problem> {
    let (mapping, _) = mapped::<K>(app, asked, stored).await?;
    let desk = desk(app, asked, stored.id);
    verdicts::judge::<K>(&desk, sheet(app, stored.id, mapping, app.house.now())).await
}

fn desk<'a>(app: &'a App, asked: &Asked, import: ImportId) -> Desk<'a> {
    let call = Call { key: None, ..asked.call.clone() };
    Desk { house: &app.house, call, partner: asked.home.partner, customer: asked.home.customer, import }
}

fn sheet(app: &App, id: ImportId, mapping: Mapping, now: Timestamp) -> Sheet {
    Sheet { path: path(app, id), mapping, from_line: 0, now }
}

/// The import, with the right of its kind.
///
/// # Errors
/// 401, 404, 403.
pub async fn found<K: Kind>(app: &App, asked: &Asked, id: ImportId) -> Result<Import, Problem> {
    app.house.ask(&asked.call, ImportOf::<K>::new(asked.home, id)).await?.ok_or_else(Problem::not_found)
}

/// What an uploaded import would do.
///
/// # Errors
/// 409 when it was started; what is wrong with the file.
pub async fn preview<K: Kind>(app: &App, asked: &Asked, import: &Import) -> Result<Preview, Problem> {
    if import.status != ImportStatus::Uploaded {
        return Err(Fail::Refused(ImportRefusal::WrongState { state: import.status }).into());
    }
    let sheet = sheet(app, import.id, import.mapping.clone(), import.created_at);
    let mut preview = verdicts::judge::<K>(&desk(app, asked, import.id), sheet).await?;
    preview.import_id = Some(import.id);
    Ok(preview)
}

/// Changes what the columns mean.
///
/// # Errors
/// 422 naming the field, 409 when it was started.
pub async fn remap<K: Kind>(app: &App, asked: &Asked, import: &Import, choice: &BTreeMap<String, String>) -> Result<(), Problem> {
    let mapping = chosen::<K>(&import.mapping.headers, choice)?;
    let command = OnImport::<K, _>::new(asked.home, import.id, SetMapping { mapping });
    app.house.execute(asked.call.clone(), command).await?;
    Ok(())
}

/// Judges every row and starts the work: all or nothing, unless `partial`. Started before with the same key, it answers the
/// same again.
///
/// # Errors
/// 422 with the refused rows; then nothing was changed.
pub async fn start<K: Kind>(app: &App, asked: &Asked, import: &Import, partial: bool) -> Result<(Started, Option<Preview>), Problem> {
    let command = OnImport::<K, _>::new(asked.home, import.id, Start { partial });
    if import.status != ImportStatus::Uploaded {
        return Ok((app.house.execute(asked.call.clone(), command).await?.value, None));
    }
    let preview = preview::<K>(app, asked, import).await?;
    preview.demand(partial).map_err(|mut problem| {
        problem.more.insert("import_id".into(), serde_json::to_value(import.id).unwrap_or_default());
        problem
    })?;
    Ok((app.house.execute(asked.call.clone(), command).await?.value, Some(preview)))
}
