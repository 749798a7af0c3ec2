//! An archive somebody sent, judged before anything in it is believed: no file but those its manifest names, each with the bytes and
//! the hash it says, and nothing without end.

use std::{
    collections::HashSet,
    fs::File,
    io::{BufRead as _, BufReader, Read, Seek as _, SeekFrom},
    path::Path,
};

use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use store::Timestamp;
use zip::ZipArchive;

const FORMAT: &str = "tenantry-export";
const VERSION: u32 = 1;
const MANIFEST: &str = "manifest.json";
/// Files of an archive at most.
const MOST_FILES: usize = 100;
/// What an archive's end begins with.
const END: &[u8] = b"PK\x05\x06";
/// Bytes of an end without its comment.
const SHORTEST_END: usize = 22;
/// Bytes of an end with the longest comment.
const LONGEST_END: u64 = 65_557;
/// Bytes of a manifest at most.
const LONGEST_MANIFEST: u64 = 1024 * 1024;
/// Bytes of a line at most.
pub const LONGEST_LINE: usize = 1024 * 1024;
/// Bytes of all files unpacked at most: 8 GB.
const MOST_UNPACKED: u64 = 8 * 1024 * 1024 * 1024;
/// An archive this small may be packed as tightly as it likes.
const FREE: u64 = 16 * 1024 * 1024;
/// So many times its own size an archive may hold; rows of an export come to a tenth of that.
const TIGHTEST: u64 = 200;

/// Why an archive is none of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Machine word.
    pub code: &'static str,
    /// A sentence.
    pub detail: String,
}

impl Fault {
    pub fn new(code: &'static str, detail: impl Into<String>) -> Fault {
        Fault { code, detail: detail.into() }
    }
}

/// The disk's or the archive's own trouble: it is cut off, or no archive at all.
fn broken(e: impl std::fmt::Display) -> Fault {
    Fault::new("archive-broken", format!("The archive cannot be read: {e}."))
}

/// What the manifest says of a file.
#[derive(Debug, Clone, Deserialize)]
pub struct Said {
    pub name: String,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
}

/// What the manifest says.
#[derive(Debug, Clone, Deserialize)]
pub struct Manifest {
    format: String,
    version: u32,
    /// The customer's id where it was exported.
    pub customer: String,
    /// When it was exported.
    pub made_at: Timestamp,
    pub files: Vec<Said>,
}

/// An archive whose manifest was read.
pub struct Parcel {
    zip: ZipArchive<BufReader<File>>,
    pub manifest: Manifest,
}

impl Parcel {
    /// Opens an archive: its list of files and its manifest are judged, its files not yet read.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn open(path: &Path) -> Result<Parcel, Fault> {
        let mut file = File::open(path).map_err(broken)?;
        let packed = file.metadata().map_err(broken)?.len();
        few(&mut file, packed)?;
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
        let names = names(&mut zip)?;
        let manifest = manifest(&mut zip)?;
        check(&manifest, &names, packed)?;
        Ok(Parcel { zip, manifest })
    }

    /// How many rows the manifest says a file has; 0 for one that is not there.
    pub fn rows(&self, name: &str) -> u64 {
        self.manifest.files.iter().find(|f| f.name == name).map_or(0, |f| f.rows)
    }

    /// Reads a file line by line, each with its number from 1; a file that is not there has none. That it is what the manifest says
    /// is known at its end.
    ///
    /// # Errors
    /// What is wrong with the file, or what `each` found wrong.
    pub fn lines(&mut self, name: &str, mut each: impl FnMut(u64, &[u8]) -> Result<(), Fault>) -> Result<(), Fault> {
        let Some(said) = self.manifest.files.iter().find(|f| f.name == name) else { return Ok(()) };
        let packed = self.zip.by_name(name).map_err(broken)?;
        // One byte more than was said is enough to know better.
        let mut from = BufReader::new(packed.take(said.bytes.saturating_add(1)));
        let (mut hash, mut bytes, mut rows, mut line) = (Sha256::new(), 0_u64, 0_u64, Vec::new());
        loop {
            line.clear();
            let read = (&mut from).take(LONGEST_LINE as u64 + 1).read_until(b'\n', &mut line).map_err(broken)?;
            if read == 0 {
                break;
            }
            if line.len() > LONGEST_LINE {
                return Err(Fault::new("line-too-long", format!("Line {} of {name} is longer than 1 MB.", rows + 1)));
            }
            hash.update(&line);
            bytes += read as u64;
            rows += 1;
            each(rows, line.strip_suffix(b"\n").unwrap_or(&line))?;
        }
        let same = bytes == said.bytes && rows == said.rows && HEXLOWER.encode(&hash.finalize()) == said.sha256;
        if same { Ok(()) } else { Err(Fault::new("hash-mismatch", format!("{name} is not what the manifest says."))) }
    }
}

fn too_many() -> Fault {
    Fault::new("too-many-files", format!("The archive holds more than {MOST_FILES} files."))
}

/// Refuses an archive whose end says that it holds more files than an export, before its list of files is read: the list is kept in
/// memory, and as long as it likes to be.
fn few(file: &mut File, packed: u64) -> Result<(), Fault> {
    let from = packed.saturating_sub(LONGEST_END);
    file.seek(SeekFrom::Start(from)).map_err(broken)?;
    let mut end = Vec::new();
    (&mut *file).take(LONGEST_END).read_to_end(&mut end).map_err(broken)?;
    file.rewind().map_err(broken)?;
    let mut ends =
        end.windows(END.len()).enumerate().filter(|(_, at)| *at == END).filter_map(|(at, _)| end.get(at..at + SHORTEST_END)).peekable();
    if ends.peek().is_none() {
        return Err(broken("it has no end"));
    }
    // Of several any may be the one that is believed.
    if ends.all(|record| said_files(record) <= MOST_FILES) { Ok(()) } else { Err(too_many()) }
}

/// How many files an end says there are. One that says so elsewhere (ZIP64) holds more than any export.
fn said_files(end: &[u8]) -> usize {
    let u16_at = |at: usize| end.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(u16::MAX, u16::from_le_bytes);
    let elsewhere = [4, 6, 8, 10].into_iter().any(|at| u16_at(at) == u16::MAX)
        || [12, 16].into_iter().any(|at| end.get(at..at + 4) == Some(&[0xFF; 4][..]));
    if elsewhere { usize::MAX } else { usize::from(u16_at(8).max(u16_at(10))) }
}

/// The names of all files, each a plain one and there once.
fn names(zip: &mut ZipArchive<BufReader<File>>) -> Result<HashSet<String>, Fault> {
    if zip.has_duplicate_names() || zip.has_overlapping_entries().map_err(broken)? {
        return Err(Fault::new("file-twice", "The archive holds a file twice."));
    }
    if zip.len() > MOST_FILES {
        return Err(too_many());
    }
    let mut names = HashSet::new();
    for n in 0..zip.len() {
        let file = zip.by_index_raw(n).map_err(broken)?;
        let name = file.name().map_err(broken)?.into_owned();
        if !plain(&name) || !file.is_file() || file.is_symlink() || file.encrypted() {
            return Err(Fault::new("unknown-file", "The archive holds a file that is no part of an export."));
        }
        names.insert(name);
    }
    Ok(names)
}

/// A name as our exports give them: no folder, nothing hidden.
fn plain(name: &str) -> bool {
    let ending = [".jsonl", ".json"].iter().any(|e| name.strip_suffix(e).is_some_and(|front| !front.is_empty()));
    ending
        && name.len() <= 100
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
        && !name.contains("..")
}

fn manifest(zip: &mut ZipArchive<BufReader<File>>) -> Result<Manifest, Fault> {
    let wrong = |why: String| Fault::new("not-an-export", format!("The archive is no export of a customer: {why}."));
    let file = zip.by_name(MANIFEST).map_err(|_| wrong(format!("it holds no {MANIFEST}")))?;
    let mut text = Vec::new();
    file.take(LONGEST_MANIFEST + 1).read_to_end(&mut text).map_err(broken)?;
    if text.len() as u64 > LONGEST_MANIFEST {
        return Err(wrong("its manifest is longer than 1 MB".into()));
    }
    serde_json::from_slice(&text).map_err(|e| wrong(format!("its manifest cannot be read ({e})")))
}

fn check(manifest: &Manifest, names: &HashSet<String>, packed: u64) -> Result<(), Fault> {
    if manifest.format != FORMAT {
        return Err(Fault::new("not-an-export", "The archive is no export of a customer."));
    }
    if manifest.version != VERSION {
        let detail = format!("The export has version {}; this installation reads version {VERSION}.", manifest.version);
        return Err(Fault::new("another-version", detail));
    }
    let mut said = HashSet::new();
    for file in &manifest.files {
        if !said.insert(file.name.as_str()) || file.name == MANIFEST {
            return Err(Fault::new("file-twice", "The manifest names a file twice."));
        }
        if !names.contains(&file.name) {
            return Err(Fault::new("file-missing", format!("{} is in the manifest and not in the archive.", name_shown(&file.name))));
        }
    }
    if names.len() != said.len() + 1 {
        return Err(Fault::new("unknown-file", "The archive holds a file that its manifest does not name."));
    }
    let unpacked = manifest.files.iter().try_fold(0_u64, |sum, f| sum.checked_add(f.bytes)).unwrap_or(u64::MAX);
    if unpacked > MOST_UNPACKED || (unpacked > FREE && unpacked / TIGHTEST > packed) {
        return Err(Fault::new("unpacks-too-large", "The archive would unpack to more than an export of its size can hold."));
    }
    Ok(())
}

/// A name somebody sent, as far as it is shown back.
fn name_shown(name: &str) -> &str {
    if plain(name) { name } else { "A file" }
}
