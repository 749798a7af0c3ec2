//! Archives nobody should believe.

use std::io::Write as _;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::Timestamp;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{contents::examine, parcel::LONGEST_LINE};

const CUSTOMER: &str = "{\"name\":\"Acme\",\"max_mau\":10,\"kind\":\"paid\"}\n";

/// Files as they are packed.
struct Packed {
    files: Vec<(String, Vec<u8>)>,
    manifest: Value,
}

impl Packed {
    fn of(files: &[(&str, &str)]) -> Packed {
        let said = |(name, text): &(&str, &str)| {
            let rows = text.lines().count();
            json!({ "name": name, "rows": rows, "bytes": text.len(), "sha256": HEXLOWER.encode(&Sha256::digest(text)) })
        };
        let said: Vec<Value> = files.iter().map(said).collect();
        let manifest =
            json!({ "format": "tenantry-export", "version": 1, "customer": "cus_1", "made_at": "2026-11-22T09:00:00Z", "files": said });
        Packed { files: files.iter().map(|(n, t)| ((*n).to_owned(), t.as_bytes().to_vec())).collect(), manifest }
    }

    /// What examining it comes to: the word of what is wrong; empty for nothing.
    fn judged(&self) -> String {
        self.judged_as(|bytes| bytes)
    }

    fn judged_as(&self, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> String {
        let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let manifest = ("manifest.json".to_owned(), self.manifest.to_string().into_bytes());
        for (name, bytes) in self.files.iter().chain([&manifest]) {
            zip.start_file(name.as_str(), options).expect("begins");
            zip.write_all(bytes).expect("writes");
        }
        let bytes = change(zip.finish().expect("ends").into_inner());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.zip");
        std::fs::write(&path, bytes).expect("written");
        let judged = examine(&path, Timestamp(1_800_000_000_000_000), false);
        judged.err().map_or_else(String::new, |fault| fault.code.to_owned())
    }
}

#[test]
fn an_archive_is_whole_or_refused() {
    let mut packed = Packed::of(&[("customer.jsonl", CUSTOMER), ("members.jsonl", "")]);
    assert_eq!(packed.judged(), "");
    assert_eq!(packed.judged_as(|bytes| bytes[..bytes.len() - 30].to_vec()), "archive-broken");
    assert_eq!(packed.judged_as(|_| b"no archive".to_vec()), "archive-broken");
    packed.manifest["version"] = json!(2);
    assert_eq!(packed.judged(), "another-version");
    packed.manifest["version"] = json!(1);
    packed.manifest["format"] = json!("other");
    assert_eq!(packed.judged(), "not-an-export");
    packed.manifest["format"] = json!("tenantry-export");
    for (field, value) in [("sha256", json!("00")), ("rows", json!(2)), ("bytes", json!(1_000))] {
        let before = packed.manifest["files"][0][field].clone();
        packed.manifest["files"][0][field] = value;
        assert_eq!(packed.judged(), "hash-mismatch", "{field}");
        packed.manifest["files"][0][field] = before;
    }
    packed.files.push(("more.jsonl".into(), Vec::new()));
    assert_eq!(packed.judged(), "unknown-file");
    packed.files.pop();
    packed.files.pop();
    assert_eq!(packed.judged(), "file-missing");
}

#[test]
fn names_bombs_and_lines_without_end_are_refused() {
    for name in ["../members.jsonl", "a/b.jsonl", ".jsonl", "a..b.jsonl", "C:members.jsonl", "members.exe"] {
        assert_eq!(Packed::of(&[("customer.jsonl", CUSTOMER), (name, "")]).judged(), "unknown-file", "{name}");
    }
    let bomb = "\n".repeat(32 * 1024 * 1024);
    assert_eq!(Packed::of(&[("customer.jsonl", CUSTOMER), ("usage.jsonl", &bomb)]).judged(), "unpacks-too-large");
    let long = "x".repeat(LONGEST_LINE + 1);
    assert_eq!(Packed::of(&[("customer.jsonl", CUSTOMER), ("usage.jsonl", &long)]).judged(), "line-too-long");
    assert_eq!(Packed::of(&[("customer.jsonl", CUSTOMER), ("members.jsonl", "{}\n")]).judged(), "line-unreadable");
    assert_eq!(Packed::of(&[("customer.jsonl", &CUSTOMER.repeat(2))]).judged(), "not-an-export");
    assert_eq!(Packed::of(&[("members.jsonl", "")]).judged(), "not-an-export");
}

#[test]
fn a_file_that_is_there_twice_is_refused() {
    let packed = Packed::of(&[("customer.jsonl", CUSTOMER), ("members.jsonl", ""), ("xembers.jsonl", "")]);
    // The second name becomes the first one's, in its own header and in the list at the end.
    let rename = |bytes: Vec<u8>| {
        let mut bytes = bytes;
        while let Some(at) = bytes.windows(13).position(|w| w == b"xembers.jsonl") {
            bytes[at] = b'm';
        }
        bytes
    };
    assert_eq!(packed.judged_as(rename), "file-twice");
}
