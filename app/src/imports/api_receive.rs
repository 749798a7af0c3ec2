//! Receiving a file: streamed to our folder as it comes, never held in memory, cut off at the limit.

use std::collections::BTreeMap;

use axum::{
    body::{Body, BodyDataStream},
    extract::{FromRequest, Multipart, Request},
};
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};
use tokio::{fs::File, io::AsyncWriteExt};
use web::problem::Problem;

use super::intake::{Claim, Stored, new_id, path};
use crate::app::App;

/// The most bytes of a file.
pub const MOST: u64 = 64 * 1024 * 1024;
/// Bytes still read behind that, so that a sender gets to read the answer.
const PATIENCE: u64 = 64 * 1024 * 1024;
/// The most bytes of another field of a form.
const FIELD: usize = 64 * 1024;

/// A received file and the other fields of its form.
#[derive(Debug)]
pub struct Received {
    /// The file.
    pub stored: Stored,
    /// The other fields.
    pub fields: BTreeMap<String, String>,
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The file is larger than 64 MB")
        .detail("Split it and upload the parts one after the other. Nothing was changed.")
        .field("/file", "too-large", "at most 64 MB")
}

fn broken(why: impl std::fmt::Display) -> Problem {
    Problem::unreadable("unreadable", format!("The upload broke off ({why}); nothing was changed."))
}

/// Receives a request's file: its body as `text/csv`, or the field `file` of a form.
///
/// # Errors
/// 413, 415, 400; then no file is left behind.
pub async fn receive(app: &App, request: Request) -> Result<Received, Problem> {
    let kind = media(request.headers());
    let encoded = request.headers().contains_key(header::CONTENT_ENCODING);
    tokio::fs::create_dir_all(app.imports()).await.map_err(|e| Problem::internal(e.to_string()))?;
    match kind.as_str() {
        _ if encoded => Err(unsupported("Send the file without Content-Encoding")),
        "multipart/form-data" => form(app, request).await,
        "text/csv" | "text/plain" | "application/csv" | "application/octet-stream" | "text/tab-separated-values" => {
            let name = request.headers().get("x-file-name").and_then(|v| v.to_str().ok()).unwrap_or("upload.csv").to_owned();
            let stored = keep(app, name, request.into_body().into_data_stream()).await?;
            Ok(Received { stored, fields: BTreeMap::new() })
        }
        _ => Err(unsupported("Send the file as text/csv, or as the field file of multipart/form-data")),
    }
}

fn media(headers: &HeaderMap) -> String {
    let text = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn unsupported(title: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "csv-required", title)
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

async fn keep(app: &App, name: String, mut pieces: impl Pieces) -> Result<Stored, Problem> {
    let id = new_id(app);
    // Made first: whatever ends this early, nothing is left behind.
    let claim = Claim::on(path(app, id));
    let (bytes, hash) = write(&mut pieces, File::create(path(app, id)).await).await?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
    Ok(Stored { id, name, bytes: i64::try_from(bytes).unwrap_or(i64::MAX), hash, claim })
}

async fn write(pieces: &mut impl Pieces, file: std::io::Result<File>) -> Result<(u64, [u8; 32]), Problem> {
    let disk = |e: std::io::Error| Problem::internal(e.to_string());
    let mut file = file.map_err(disk)?;
    let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
    while let Some(piece) = pieces.piece().await {
        let piece = piece.map_err(broken)?;
        bytes += piece.len() as u64;
        if bytes > MOST + PATIENCE {
            return Err(too_large());
        }
        if bytes <= MOST {
            hash.update(&piece);
            file.write_all(&piece).await.map_err(disk)?;
        }
    }
    if bytes > MOST {
        return Err(too_large());
    }
    file.sync_all().await.map_err(disk)?;
    Ok((bytes, hash.finalize().into()))
}

async fn form(app: &App, request: Request<Body>) -> Result<Received, Problem> {
    let mut form = Multipart::from_request(request, &()).await.map_err(broken)?;
    let (mut stored, mut fields): (Option<Stored>, _) = (None, BTreeMap::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" && stored.is_none() {
            let file = field.file_name().unwrap_or("upload.csv").to_owned();
            stored = Some(keep(app, file, field).await?);
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
