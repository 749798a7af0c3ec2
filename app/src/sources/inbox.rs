//! The watched folder: the operator names one, each customer has a folder in it by its id, and the newest CSV file there is what a
//! source of the kind `folder` says. Whoever may put files there (a share, SFTP) is not trusted: nothing is followed that leads
//! elsewhere, nothing is read that is no plain file, and a file still being written waits.

use std::{
    fs::{File, Metadata},
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use store::{Clock as _, CustomerId, Wall};

use super::{intake::MOST, source::Trouble};
use crate::config::Sources;

/// Files of a folder that are looked at.
const MOST_FILES: usize = 10_000;

/// Why nothing is read.
#[derive(Debug)]
pub enum Unread {
    /// It is still being written: once more later.
    Changing,
    /// Somebody has to do something.
    Trouble(Trouble),
}

fn trouble(code: &str, detail: impl Into<String>) -> Unread {
    Unread::Trouble(Trouble::of(code, detail))
}

fn broken(e: &std::io::Error) -> Unread {
    trouble("folder-unreadable", format!("The folder cannot be read: {e}."))
}

/// What becomes of a file that was there a moment ago.
fn moved(e: &std::io::Error) -> Unread {
    if e.kind() == ErrorKind::NotFound { Unread::Changing } else { broken(e) }
}

/// Whether a folder is watched at all.
///
/// # Errors
/// The trouble.
pub fn watched(settings: &Sources) -> Result<&Path, Trouble> {
    settings
        .folder
        .as_deref()
        .ok_or_else(|| Trouble::of("folder-not-watched", "This installation watches no folder. Its operator can name one."))
}

/// The newest CSV file of a customer, whole, once it has stopped growing. One that nobody has touched for a while has: it is read
/// at once, so that the work of others need not wait.
///
/// # Errors
/// [`Unread`].
pub async fn newest(settings: &Sources, customer: CustomerId) -> Result<Bytes, Unread> {
    let folder = watched(settings).map_err(Unread::Trouble)?.join(customer.to_string());
    let look = async || {
        let folder = folder.clone();
        let found = tokio::task::spawn_blocking(move || find(&folder, MOST_FILES)).await;
        found.map_err(|e| trouble("folder-unreadable", e.to_string()))?
    };
    let first = look().await?;
    let settle = Duration::from_secs(settings.settle_seconds.into());
    if !first.rested(settle) {
        tokio::time::sleep(settle).await;
        // Another file, another size or another time: somebody is still at it.
        if look().await? != first {
            return Err(Unread::Changing);
        }
    }
    let read = tokio::task::spawn_blocking(move || read(&first)).await;
    read.map_err(|e| trouble("folder-unreadable", e.to_string()))?
}

/// A file as it was seen.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    path: PathBuf,
    bytes: u64,
    changed: SystemTime,
}

impl Seen {
    /// Whether nobody has written to it for so long. The time is the machine's, as the file's is, wherever the program's clock stands.
    fn rested(&self, long: Duration) -> bool {
        let now = u64::try_from(Wall.now().0).unwrap_or(0);
        (SystemTime::UNIX_EPOCH + Duration::from_micros(now)).duration_since(self.changed).is_ok_and(|age| age > long)
    }
}

fn find(folder: &Path, most: usize) -> Result<Seen, Unread> {
    let place = match std::fs::symlink_metadata(folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => {
            return Err(trouble("folder-empty", "The customer has no folder there, or no CSV file in it."));
        }
        found => found.map_err(|e| broken(&e))?,
    };
    if !place.is_dir() {
        return Err(trouble("folder-unsafe", "The customer's folder is a link, or no folder."));
    }
    let mut newest: Option<Seen> = None;
    for (n, entry) in std::fs::read_dir(folder).map_err(|e| broken(&e))?.enumerate() {
        // Which of them is the newest could not be said.
        if n >= most {
            return Err(trouble("folder-too-full", format!("The customer's folder holds more than {most} files.")));
        }
        let entry = entry.map_err(|e| broken(&e))?;
        let path = entry.path();
        let is_csv = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
        if !is_csv {
            continue;
        }
        let known = match entry.metadata() {
            // Somebody took it away since the folder was read.
            Err(e) if e.kind() == ErrorKind::NotFound => continue,
            known => known.map_err(|e| broken(&e))?,
        };
        // What the entry is itself: a link is no file, wherever it leads.
        if !known.is_file() {
            continue;
        }
        let seen = Seen { path, bytes: known.len(), changed: known.modified().map_err(|e| broken(&e))? };
        if newest.as_ref().is_none_or(|n| (n.changed, &n.path) < (seen.changed, &seen.path)) {
            newest = Some(seen);
        }
    }
    newest.ok_or_else(|| trouble("folder-empty", "The customer has no folder there, or no CSV file in it."))
}

fn read(seen: &Seen) -> Result<Bytes, Unread> {
    if seen.bytes > MOST as u64 {
        return Err(trouble("too-much", "The file is larger than 32 MB."));
    }
    let file = File::open(&seen.path).map_err(|e| moved(&e))?;
    let opened = file.metadata().map_err(|e| broken(&e))?;
    // Somebody may have put a link in its place since it was looked at.
    let stands = std::fs::symlink_metadata(&seen.path).map_err(|e| moved(&e))?;
    if !stands.is_file() || !same(&opened, &stands) {
        return Err(Unread::Changing);
    }
    let mut bytes = Vec::new();
    file.take(MOST as u64 + 1).read_to_end(&mut bytes).map_err(|e| broken(&e))?;
    if bytes.len() as u64 == seen.bytes { Ok(bytes.into()) } else { Err(Unread::Changing) }
}

#[cfg(unix)]
fn same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same(a: &Metadata, b: &Metadata) -> bool {
    a.len() == b.len() && a.modified().ok() == b.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(found: Result<Bytes, Unread>) -> String {
        match found {
            Ok(bytes) => String::from_utf8(bytes.to_vec()).expect("text"),
            Err(Unread::Changing) => "changing".into(),
            Err(Unread::Trouble(trouble)) => trouble.code,
        }
    }

    #[tokio::test]
    async fn the_newest_plain_file_of_the_customer_is_read() {
        let root = tempfile::tempdir().expect("a folder");
        let customer = CustomerId::new(store::Uuid::from_u128(7));
        let settings = Sources { folder: Some(root.path().to_owned()), settle_seconds: 0 };
        let own = root.path().join(customer.to_string());
        let read = async || word(newest(&settings, customer).await);
        assert_eq!(word(newest(&Sources { folder: None, settle_seconds: 0 }, customer).await), "folder-not-watched");
        assert_eq!(read().await, "folder-empty");
        std::fs::create_dir(&own).expect("a folder");
        std::fs::write(own.join("notes.txt"), "no list").expect("written");
        std::fs::create_dir(own.join("folder.csv")).expect("a folder");
        assert_eq!(read().await, "folder-empty");
        std::fs::write(own.join("a.csv"), "old").expect("written");
        let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        File::options().write(true).open(own.join("a.csv")).and_then(|f| f.set_modified(past)).expect("aged");
        std::fs::write(own.join("b.CSV"), "new").expect("written");
        assert_eq!(read().await, "new");
        #[cfg(unix)]
        {
            let elsewhere = root.path().join("secret.csv");
            std::fs::write(&elsewhere, "secret").expect("written");
            std::os::unix::fs::symlink(&elsewhere, own.join("c.csv")).expect("a link");
            assert_eq!(read().await, "new", "a link is no file");
            let other = CustomerId::new(store::Uuid::from_u128(8));
            std::os::unix::fs::symlink(&own, root.path().join(other.to_string())).expect("a link");
            assert_eq!(word(newest(&settings, other).await), "folder-unsafe");
        }
    }

    #[test]
    fn a_folder_with_too_many_files_is_not_cut_short() {
        let root = tempfile::tempdir().expect("a folder");
        for n in 0..3 {
            std::fs::write(root.path().join(format!("{n}.csv")), "x").expect("written");
        }
        assert!(find(root.path(), 3).is_ok());
        let full = find(root.path(), 2).map(|_| Bytes::new());
        assert_eq!(word(full), "folder-too-full");
    }

    #[tokio::test]
    async fn nobody_waits_for_a_file_that_has_rested() {
        let root = tempfile::tempdir().expect("a folder");
        let customer = CustomerId::new(store::Uuid::from_u128(7));
        let settings = Sources { folder: Some(root.path().to_owned()), settle_seconds: 3_600 };
        let own = root.path().join(customer.to_string());
        std::fs::create_dir(&own).expect("a folder");
        std::fs::write(own.join("a.csv"), "whole").expect("written");
        let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        File::options().write(true).open(own.join("a.csv")).and_then(|f| f.set_modified(past)).expect("aged");
        assert_eq!(word(newest(&settings, customer).await), "whole", "or this would take an hour");
    }

    #[tokio::test]
    async fn a_file_that_still_grows_waits() {
        let root = tempfile::tempdir().expect("a folder");
        let customer = CustomerId::new(store::Uuid::from_u128(7));
        let settings = Sources { folder: Some(root.path().to_owned()), settle_seconds: 1 };
        let own = root.path().join(customer.to_string());
        std::fs::create_dir(&own).expect("a folder");
        std::fs::write(own.join("a.csv"), "half").expect("written");
        let grown = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            std::fs::write(own.join("a.csv"), "half and the rest").expect("written");
        };
        let (found, ()) = tokio::join!(newest(&settings, customer), grown);
        assert_eq!(word(found), "changing");
        assert_eq!(word(newest(&settings, customer).await), "half and the rest");
    }
}
