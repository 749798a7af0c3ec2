//! Signed checkpoints: a file outside the database that says where every chain stood. Whoever cuts the tail of a chain,
//! or writes it anew, contradicts a line of it. Each line carries the signature of the one before, so lines cannot be
//! taken out either; copies of the file belong on another machine.

use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    io::{BufRead, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::PoisonError,
};

use command::audit::{self, Head};
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};
use store::{Db, Timestamp, Uuid, View};

use crate::app::App;

/// The home's name in a line: `control`, or a region's.
pub(super) const CONTROL: &str = "control";

/// What a line says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Said {
    at: Timestamp,
    home: String,
    /// The chains that moved since the line before of this home.
    heads: Vec<Head>,
    prev_signature: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    said: Said,
    signature: String,
}

/// What the file says, as far as it was read and checked, line by line. It can be read on from there: each turn of the
/// schedule reads only what was appended since the one before.
#[derive(Debug, Default)]
pub struct Signed {
    /// The newest head of each chain.
    pub(super) heads: BTreeMap<(String, Uuid), Head>,
    /// When the newest line was signed.
    pub(super) at: Option<Timestamp>,
    /// Lines read.
    lines: usize,
    /// Bytes read.
    bytes: u64,
    last: String,
}

/// The file of an installation.
pub(super) fn file(app: &App) -> PathBuf {
    app.config.data.join("audit-checkpoints.jsonl")
}

fn bytes(said: &Said) -> Vec<u8> {
    // Plain structs of texts and numbers always serialise.
    serde_json::to_vec(said).unwrap_or_default()
}

/// Reads and checks the file whole; the inner error is a finding.
///
/// # Errors
/// The file system's.
pub(super) fn read(path: &Path, seed: &[u8; 32]) -> std::io::Result<Result<Signed, String>> {
    let mut signed = Signed::default();
    Ok(signed.read_on(path, seed)?.map(|()| signed))
}

impl Signed {
    /// Reads what was appended since the last time.
    fn read_on(&mut self, path: &Path, seed: &[u8; 32]) -> std::io::Result<Result<(), String>> {
        let mut file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && self.bytes == 0 => return Ok(Ok(())),
            Err(e) => return Err(e),
        };
        if file.metadata()?.len() < self.bytes {
            return Ok(Err("the checkpoints are shorter than they were: lines are missing".into()));
        }
        file.seek(SeekFrom::Start(self.bytes))?;
        let key = SigningKey::from_bytes(seed).verifying_key();
        let mut from = BufReader::new(file);
        let mut text = String::new();
        loop {
            text.clear();
            let bytes = from.read_line(&mut text)?;
            if bytes == 0 {
                return Ok(Ok(()));
            }
            if let Err(finding) = self.take(text.trim_end(), &key) {
                return Ok(Err(finding));
            }
            self.bytes += bytes as u64;
        }
    }

    fn take(&mut self, text: &str, key: &VerifyingKey) -> Result<(), String> {
        let n = self.lines + 1;
        let Ok(line) = serde_json::from_str::<Line>(text) else { return Err(format!("line {n} of the checkpoints cannot be read")) };
        let signature = HEXLOWER.decode(line.signature.as_bytes()).ok().and_then(|s| Signature::from_slice(&s).ok());
        if signature.is_none_or(|s| key.verify(&bytes(&line.said), &s).is_err()) {
            return Err(format!("line {n} of the checkpoints was changed: its signature does not fit"));
        }
        if line.said.prev_signature != self.last {
            return Err(format!("line {n} of the checkpoints does not follow the one before: a line is missing"));
        }
        for head in line.said.heads {
            self.heads.insert((line.said.home.clone(), head.chain), head);
        }
        (self.at, self.last, self.lines) = (Some(line.said.at), line.signature, n);
        Ok(())
    }

    fn saw(&self, home: &str, head: &Head) -> bool {
        self.heads.get(&(home.to_owned(), head.chain)).is_some_and(|known| known == head)
    }
}

/// Heads read in one snapshot.
const EACH: i64 = 1_000;

/// All heads of a home, page by page.
async fn heads<H: command::Place>(db: &Db<H>) -> store::Result<Vec<Head>> {
    let mut all: Vec<Head> = Vec::new();
    loop {
        let after = all.last().map_or(Uuid::nil(), |h| h.chain);
        let some = db.read(move |view: &mut View<'_, H>| audit::heads(view, after, EACH)).await?;
        let full = i64::try_from(some.len()).is_ok_and(|n| n == EACH);
        all.extend(some);
        if !full {
            return Ok(all);
        }
    }
}

/// Appends a signed line for every home whose chains moved. Gives how many lines were written.
///
/// # Errors
/// A sentence: the store's or the file system's trouble, or that the file was tampered with.
pub async fn checkpoint(app: &App) -> Result<usize, String> {
    let words = |e: store::Error| e.to_string();
    let mut homes = vec![(CONTROL.to_owned(), heads(app.house.control()).await.map_err(words)?)];
    for (name, db) in app.house.regions() {
        homes.push((name.clone(), heads(db).await.map_err(words)?));
    }
    let (path, seed, now, known) = (file(app), app.keys.checkpoint(), app.house.now(), app.signed.clone());
    let work = tokio::task::spawn_blocking(move || {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        append(&path, &seed, now, homes, &mut known)
    });
    work.await.map_err(|e| e.to_string())?
}

fn append(path: &Path, seed: &[u8; 32], now: Timestamp, homes: Vec<(String, Vec<Head>)>, known: &mut Signed) -> Result<usize, String> {
    let named = |e: std::io::Error| format!("{}: {e}", path.display());
    known.read_on(path, seed).map_err(named)??;
    let key = SigningKey::from_bytes(seed);
    let (mut last, mut text, mut lines) = (known.last.clone(), String::new(), 0);
    for (home, heads) in homes {
        let heads: Vec<Head> = heads.into_iter().filter(|head| !known.saw(&home, head)).collect();
        if heads.is_empty() {
            continue;
        }
        let said = Said { at: now, home, heads, prev_signature: last };
        let signature = HEXLOWER.encode(&key.sign(&bytes(&said)).to_bytes());
        last = signature.clone();
        text.push_str(&serde_json::to_string(&Line { said, signature }).map_err(|e| e.to_string())?);
        text.push('\n');
        lines += 1;
    }
    if lines > 0 {
        let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(named)?;
        file.write_all(text.as_bytes()).map_err(named)?;
        file.sync_all().map_err(named)?;
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(seq: i64) -> Head {
        Head { chain: Uuid::from_u128(7), seq, hash: format!("{seq:064}") }
    }

    #[test]
    fn lines_follow_each_other_and_a_change_shows() {
        let folder = tempfile::tempdir().expect("folder");
        let (path, seed) = (folder.path().join("c.jsonl"), [3; 32]);
        let mut known = Signed::default();
        let mut put = |seq| append(&path, &seed, Timestamp(seq), vec![(CONTROL.into(), vec![head(seq)])], &mut known);
        assert_eq!((put(1), put(2), put(2)), (Ok(1), Ok(1), Ok(0)), "nothing moved, nothing is written");
        put(3).expect("written");
        let signed = read(&path, &seed).expect("read").expect("whole");
        assert_eq!((signed.lines, signed.heads[&(CONTROL.to_owned(), Uuid::from_u128(7))].seq), (3, 3));
        let text = std::fs::read_to_string(&path).expect("read");
        let without: String = text.lines().enumerate().filter(|(n, _)| *n != 1).map(|(_, l)| format!("{l}\n")).collect();
        std::fs::write(&path, without).expect("written");
        assert!(read(&path, &seed).expect("read").is_err_and(|f| f.contains("missing")));
        std::fs::write(&path, text.replace("\"seq\":2", "\"seq\":9")).expect("written");
        assert!(read(&path, &seed).expect("read").is_err_and(|f| f.contains("changed")));
        let fresh = |seq| append(&path, &seed, Timestamp(seq), vec![(CONTROL.into(), vec![head(seq)])], &mut Signed::default());
        assert!(fresh(4).is_err(), "a file that was tampered with is not built upon");
    }

    #[test]
    fn a_turn_reads_only_what_was_appended_since_the_one_before() {
        let folder = tempfile::tempdir().expect("folder");
        let (path, seed) = (folder.path().join("c.jsonl"), [3; 32]);
        let put = |known: &mut Signed, seq| append(&path, &seed, Timestamp(seq), vec![(CONTROL.into(), vec![head(seq)])], known);
        let (mut one, mut other) = (Signed::default(), Signed::default());
        assert_eq!((put(&mut one, 1), put(&mut other, 2), put(&mut one, 3)), (Ok(1), Ok(1), Ok(1)), "another process appends too");
        one.read_on(&path, &seed).expect("read").expect("whole");
        let whole = read(&path, &seed).expect("read").expect("whole");
        assert_eq!((one.lines, one.bytes, &one.heads), (3, std::fs::metadata(&path).expect("there").len(), &whole.heads));
        // What lies before the place reached is not looked at again by the schedule; verifying reads the file whole.
        let text = std::fs::read_to_string(&path).expect("read");
        std::fs::write(&path, text.replacen("\"seq\":1", "\"seq\":9", 1)).expect("written");
        assert_eq!(put(&mut one, 4), Ok(1));
        assert!(read(&path, &seed).expect("read").is_err_and(|f| f.contains("line 1")));
        std::fs::write(&path, &text[..text.len() / 2]).expect("written");
        assert!(put(&mut one, 5).is_err_and(|f| f.contains("shorter")));
    }
}
