//! Exports as an MSP would send them, packed by hand.

use std::io::{Cursor, Write as _};

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zip::{ZipWriter, write::SimpleFileOptions};

/// An archive of these files with the manifest that fits them.
pub fn packed(customer: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let said = |(name, text): &(&str, &str)| json!({ "name": name, "rows": text.lines().count(), "bytes": text.len(), "sha256": HEXLOWER.encode(&Sha256::digest(text)) });
    let said: Vec<Value> = files.iter().map(said).collect();
    let manifest =
        json!({ "format": "tenantry-export", "version": 1, "customer": customer, "made_at": "2026-11-20T09:00:00Z", "files": said });
    zipped(files, &manifest)
}

/// An archive of these files with any manifest.
pub fn zipped(files: &[(&str, &str)], manifest: &Value) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let manifest = manifest.to_string();
    for (name, text) in files.iter().copied().chain([("manifest.json", manifest.as_str())]) {
        zip.start_file(name, SimpleFileOptions::default()).expect("begins");
        zip.write_all(text.as_bytes()).expect("writes");
    }
    zip.finish().expect("ends").into_inner()
}
