//! Signed checkpoints: a file outside the database that says where every chain stood. Whoever cuts the tail of a chain,
//! or writes it anew, contradicts a line of it. Each line carries the signature of the one before, so lines cannot be
//! taken out either; copies of the file belong on another machine.

use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
};

use command::audit::{self, Head};
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier};
use serde::{Deserialize, Serialize};
use store::{Timestamp, Uuid};

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

/// What the file says, read whole and checked line by line.
#[derive(Debug, Default)]
pub(super) struct Signed {
    /// The newest head of each chain.
    pub heads: BTreeMap<(String, Uuid), Head>,
    /// When the newest line was signed.
    pub at: Option<Timestamp>,
    /// Lines read.
    pub lines: usize,
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

/// Reads and checks the file; the inner error is a finding.
///
/// # Errors
/// The file system's.
pub(super) fn read(path: &Path, seed: &[u8; 32]) -> std::io::Result<Result<Signed, String>> {
    let mut signed = Signed::default();
    if !path.exists() {
        return Ok(Ok(signed));
    }
    let key = SigningKey::from_bytes(seed).verifying_key();
    for line in BufReader::new(std::fs::File::open(path)?).lines() {
        let text = line?;
        signed.lines += 1;
        let n = signed.lines;
        let Ok(line) = serde_json::from_str::<Line>(&text) else { return Ok(Err(format!("line {n} of the checkpoints cannot be read"))) };
        let signature = HEXLOWER.decode(line.signature.as_bytes()).ok().and_then(|s| Signature::from_slice(&s).ok());
        if signature.is_none_or(|s| key.verify(&bytes(&line.said), &s).is_err()) {
            return Ok(Err(format!("line {n} of the checkpoints was changed: its signature does not fit")));
        }
        if line.said.prev_signature != signed.last {
            return Ok(Err(format!("line {n} of the checkpoints does not follow the one before: a line is missing")));
        }
        for head in line.said.heads {
            signed.heads.insert((line.said.home.clone(), head.chain), head);
        }
        signed.at = Some(line.said.at);
        signed.last = line.signature;
    }
    Ok(Ok(signed))
}

/// Appends a signed line for every home whose chains moved. Gives how many lines were written.
///
/// # Errors
/// A sentence: the store's or the file system's trouble, or that the file was tampered with.
pub async fn checkpoint(app: &App) -> Result<usize, String> {
    let mut homes = vec![(CONTROL.to_owned(), app.house.control().read(audit::heads).await.map_err(|e| e.to_string())?)];
    for (name, db) in app.house.regions() {
        homes.push((name.clone(), db.read(audit::heads).await.map_err(|e| e.to_string())?));
    }
    let (path, seed, now) = (file(app), app.keys.checkpoint(), app.house.now());
    let work = tokio::task::spawn_blocking(move || append(&path, &seed, now, homes));
    work.await.map_err(|e| e.to_string())?
}

fn append(path: &Path, seed: &[u8; 32], now: Timestamp, homes: Vec<(String, Vec<Head>)>) -> Result<usize, String> {
    let named = |e: std::io::Error| format!("{}: {e}", path.display());
    let signed = read(path, seed).map_err(named)??;
    let key = SigningKey::from_bytes(seed);
    let mut last = signed.last;
    let mut text = String::new();
    let mut lines = 0;
    for (home, heads) in homes {
        let moved = |h: &Head| signed.heads.get(&(home.clone(), h.chain)).is_none_or(|known| known != h);
        let heads: Vec<Head> = heads.into_iter().filter(|h| moved(h)).collect();
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
        let put = |seq| append(&path, &seed, Timestamp(seq), vec![(CONTROL.into(), vec![head(seq)])]);
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
        assert!(put(4).is_err(), "a file that was tampered with is not built upon");
    }
}
