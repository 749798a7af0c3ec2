//! Receiving a file: streamed to our folder as it comes, never held in memory, cut off at the limit.

use std::path::PathBuf;

use axum::{
    body::{Body, BodyDataStream},
    extract::{FromRequest, Multipart, Request},
};
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};
use tokio::{fs::File, io::AsyncWriteExt};
use web::{forms::Fields, problem::Problem};

use super::intake::{Claim, Stored};
use crate::app::App;

const MB: u64 = 1024 * 1024;

/// Where files of one sort arrive, and what is taken there.
#[derive(Debug)]
pub struct Bay {
    /// The folder they lie in, each called by its id.
    pub folder: PathBuf,
    /// How their names end.
    pub ending: &'static str,
    /// The most megabytes of a file.
    pub most: u64,
    /// Their media types.
    pub media: &'static [&'static str],
    /// The machine word where another one comes, and what to do.
    pub wanted: (&'static str, &'static str),
    /// What to do with a larger file.
    pub larger: &'static str,
}

/// Where lists arrive.
fn lists(app: &App) -> Bay {
    Bay {
        folder: app.imports(),
        ending: "csv",
        most: 64,
        media: &["text/csv", "text/plain", "application/csv", "application/octet-stream", "text/tab-separated-values"],
        wanted: ("csv-required", "Send the file as text/csv, or as the field file of multipart/form-data"),
        larger: "Split it and upload the parts one after the other. Nothing was changed.",
    }
}

/// Bytes still read behind the most, so that a sender gets to read the answer.
const PATIENCE: u64 = 64 * MB;
/// The most bytes of another field of a form.
const FIELD: usize = 64 * 1024;

/// A received file and the other fields of its form.
#[derive(Debug)]
pub struct Received {
    /// The file.
    pub stored: Stored,
    /// The other fields.
    pub fields: Fields,
}

impl Bay {
    fn too_large(&self) -> Problem {
        let most = self.most;
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", format!("The file is larger than {most} MB")).detail(self.larger).field(
            "/file",
            "too-large",
            format!("at most {most} MB"),
        )
    }

    /// What a file is called that came without a name.
    fn usual(&self) -> String {
        format!("upload.{}", self.ending)
    }

    fn path(&self, id: impl std::fmt::Display) -> PathBuf {
        self.folder.join(format!("{id}.{}", self.ending))
    }
}

fn broken(why: impl std::fmt::Display) -> Problem {
    Problem::unreadable("unreadable", format!("The upload broke off ({why}); nothing was changed."))
}

/// Receives a list: the request's body as `text/csv`, or the field `file` of a form.
///
/// # Errors
/// 413, 415, 400; then no file is left behind.
pub async fn receive(app: &App, request: Request) -> Result<Received, Problem> {
    receive_at(app, &lists(app), request).await
}

/// Receives a request's file: its body in one of the bay's media types, or the field `file` of a form.
///
/// # Errors
/// 413, 415, 400; then no file is left behind.
pub async fn receive_at(app: &App, bay: &Bay, request: Request) -> Result<Received, Problem> {
    let kind = media(request.headers());
    let encoded = request.headers().contains_key(header::CONTENT_ENCODING);
    tokio::fs::create_dir_all(&bay.folder).await.map_err(|e| Problem::internal(e.to_string()))?;
    match kind.as_str() {
        _ if encoded => Err(unsupported(bay, "Send the file without Content-Encoding")),
        "multipart/form-data" => form(app, bay, request).await,
        kind if bay.media.contains(&kind) => {
            let name = request.headers().get("x-file-name").and_then(|v| v.to_str().ok()).map_or_else(|| bay.usual(), str::to_owned);
            let stored = keep(app, bay, name, request.into_body().into_data_stream()).await?;
            Ok(Received { stored, fields: Fields::default() })
        }
        _ => Err(unsupported(bay, bay.wanted.1)),
    }
}

fn media(headers: &HeaderMap) -> String {
    let text = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn unsupported(bay: &Bay, title: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, bay.wanted.0, title)
}

/// A piece at a time, wherever it comes from.
trait Pieces {
    async fn piece(&mut self) -> Option<Result<Bytes, String>>;
}

impl Pieces for BodyDataStream {
    async fn piece(&mut self) -> Option<Result<Bytes, String>> {
        self.next().await.map(|p| p.map_err(|e| e.to_string()))
    }
}

impl Pieces for axum::extract::multipart::Field<'_> {
    async fn piece(&mut self) -> Option<Result<Bytes, String>> {
        self.chunk().await.map_err(|e| e.to_string()).transpose()
    }
}

async fn keep(app: &App, bay: &Bay, name: String, mut pieces: impl Pieces) -> Result<Stored, Problem> {
    let id = app.house.new_id();
    let path = bay.path(id);
    // Made first: whatever ends this early, nothing is left behind.
    let claim = Claim::on(path.clone());
    let (bytes, hash) = write(bay, &mut pieces, File::create(path).await).await?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
    Ok(Stored { id, name, bytes: i64::try_from(bytes).unwrap_or(i64::MAX), hash, claim })
}

async fn write(bay: &Bay, pieces: &mut impl Pieces, file: std::io::Result<File>) -> Result<(u64, [u8; 32]), Problem> {
    let disk = |e: std::io::Error| Problem::internal(e.to_string());
    let most = bay.most * MB;
    let mut file = file.map_err(disk)?;
    let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
    while let Some(piece) = pieces.piece().await {
        let piece = piece.map_err(broken)?;
        bytes += piece.len() as u64;
        if bytes > most + PATIENCE {
            return Err(bay.too_large());
        }
        if bytes <= most {
            hash.update(&piece);
            file.write_all(&piece).await.map_err(disk)?;
        }
    }
    if bytes > most {
        return Err(bay.too_large());
    }
    file.sync_all().await.map_err(disk)?;
    Ok((bytes, hash.finalize().into()))
}

async fn form(app: &App, bay: &Bay, request: Request<Body>) -> Result<Received, Problem> {
    let mut form = Multipart::from_request(request, &()).await.map_err(broken)?;
    let (mut stored, mut fields): (Option<Stored>, _) = (None, Fields::default());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" && stored.is_none() {
            let file = field.file_name().map_or_else(|| bay.usual(), str::to_owned);
            stored = Some(keep(app, bay, file, field).await?);
        } else {
            fields.insert(name, short(field).await?);
        }
    }
    let stored = stored.ok_or_else(|| Problem::invalid("/file", "required", "The form has no field file."))?;
    Ok(Received { stored, fields })
}

async fn short(mut field: axum::extract::multipart::Field<'_>) -> Result<String, Problem> {
    let mut text = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(broken)? {
        text.extend_from_slice(&piece);
        if text.len() > FIELD {
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "A field of the form is too long"));
        }
    }
    String::from_utf8(text).map_err(|_| Problem::unreadable("unreadable", "A field of the form is not UTF-8."))
}
