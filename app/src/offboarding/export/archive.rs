//! The archive an export is written into: each file streamed, counted and hashed, the manifest last.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use data_encoding::HEXLOWER;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use store::{CustomerId, FromValue as _, MemberId, Row, SiteId, Timestamp, Uuid, Value};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::licensing::month::Month;

/// What the manifest says of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Written {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Its bytes, unpacked.
    pub bytes: u64,
    /// SHA-256 of those bytes, in hexadecimal.
    pub sha256: String,
}

/// An archive being written. Memory does not grow with it.
pub struct Archive {
    zip: ZipWriter<BufWriter<File>>,
    files: Vec<Written>,
    hash: Sha256,
    rows: u64,
    bytes: u64,
}

fn words(e: impl std::fmt::Display) -> String {
    e.to_string()
}

impl Archive {
    /// Begins one.
    ///
    /// # Errors
    /// The disk's, in words.
    pub fn create(path: &Path) -> Result<Archive, String> {
        let file = File::create(path).map_err(words)?;
        Ok(Archive { zip: ZipWriter::new(BufWriter::new(file)), files: Vec::new(), hash: Sha256::new(), rows: 0, bytes: 0 })
    }

    /// Begins a file in it.
    ///
    /// # Errors
    /// The disk's, in words.
    pub fn begin(&mut self, name: &str) -> Result<(), String> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
        self.zip.start_file(name, options).map_err(words)?;
        (self.hash, self.rows, self.bytes) = (Sha256::new(), 0, 0);
        Ok(())
    }

    /// Writes a row as one line of JSON.
    ///
    /// # Errors
    /// The disk's, in words.
    pub fn row(&mut self, row: &Row) -> Result<(), String> {
        self.line(&Json::Object(object(row)))
    }

    /// Writes any value as one line of JSON.
    ///
    /// # Errors
    /// The disk's, in words.
    pub fn line(&mut self, value: &impl Serialize) -> Result<(), String> {
        let mut line = serde_json::to_vec(value).map_err(words)?;
        line.push(b'\n');
        self.rows += 1;
        self.write(&line)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.zip.write_all(bytes).map_err(words)
    }

    /// Ends the file that was begun.
    pub fn end(&mut self, name: &str) {
        let sha256 = HEXLOWER.encode(&std::mem::take(&mut self.hash).finalize());
        self.files.push(Written { name: name.to_owned(), rows: self.rows, bytes: self.bytes, sha256 });
    }

    /// Writes the manifest and closes the archive, on the disk when this returns.
    ///
    /// # Errors
    /// The disk's, in words.
    pub fn close(mut self, about: &impl Serialize) -> Result<(), String> {
        #[derive(Serialize)]
        struct Manifest<'a, A> {
            #[serde(flatten)]
            about: &'a A,
            files: &'a [Written],
        }
        let files = std::mem::take(&mut self.files);
        let text = serde_json::to_vec_pretty(&Manifest { about, files: &files }).map_err(words)?;
        self.begin("manifest.json")?;
        self.write(&text)?;
        let out = self.zip.finish().map_err(words)?;
        let file = out.into_inner().map_err(words)?;
        file.sync_all().map_err(words)
    }
}

/// A row as the API would say it: ids in their text form, instants as RFC 3339.
fn object(row: &Row) -> Map<String, Json> {
    row.names().iter().zip(row.values()).map(|(name, value)| (name.clone(), plain(name, value))).collect()
}

fn plain(name: &str, value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(v) => (*v).into(),
        Value::Int(v) if is_instant(name) => instant(*v),
        Value::Int(_) if name == "month" => Month::from_value(value.clone()).map_or(Json::Null, |m| m.to_string().into()),
        // SQLite keeps truth as a number.
        Value::Int(v) if matches!(name, "ok" | "pooled" | "nested" | "lets_in") => (*v != 0).into(),
        Value::Int(v) => (*v).into(),
        Value::Real(v) => (*v).into(),
        Value::Text(v) => v.as_str().into(),
        Value::Bytes(v) => HEXLOWER.encode(v).into(),
        Value::Uuid(v) => id(name, *v).into(),
    }
}

fn is_instant(name: &str) -> bool {
    name == "at" || name == "since" || name == "until" || name.ends_with("_at")
}

/// What has no end yet has none here either.
fn instant(micros: i64) -> Json {
    if micros == Timestamp::FOREVER.0 { Json::Null } else { Timestamp(micros).to_string().into() }
}

fn id(name: &str, id: Uuid) -> String {
    match name {
        "customer_id" => CustomerId::new(id).to_string(),
        "member_id" => MemberId::new(id).to_string(),
        "site_id" => SiteId::new(id).to_string(),
        _ => id.to_string(),
    }
}
