//! The files of one tenant.

use std::path::Path as FilePath;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::{ObjectStore as _, ObjectStoreExt as _, PutPayload, WriteMultipart, path::Path};
use tokio::io::AsyncReadExt as _;

use crate::{Error, Region, Result};

/// A part of an upload: S3 takes none below 5 MB but the last.
const PART: usize = 8 * 1024 * 1024;

/// Parts on their way at once.
const AT_ONCE: usize = 2;

/// The files of one tenant. Each is whole or not there.
#[derive(Clone)]
pub struct Tenant {
    pub(crate) region: Region,
    pub(crate) name: String,
}

impl Tenant {
    /// Writes a small object; one of the same name is replaced.
    ///
    /// # Errors
    /// The storage's trouble.
    pub async fn put(&self, name: &str, content: Vec<u8>) -> Result<()> {
        let put = self.region.store.put(&self.path(name)?, PutPayload::from(content)).await;
        put.map(drop).map_err(|e| named(name, e))
    }

    /// Writes a file of this machine as an object, in parts: memory does not grow with it.
    ///
    /// # Errors
    /// The storage's trouble, or the file's. Then there is no object, or still the one before.
    pub async fn put_file(&self, name: &str, file: &FilePath) -> Result<()> {
        let mut file = tokio::fs::File::open(file).await.map_err(|e| Error::Trouble(format!("{}: {e}", file.display())))?;
        let first = part_of(&mut file).await?;
        if first.len() < PART {
            return self.put(name, first).await;
        }
        let upload = self.region.store.put_multipart(&self.path(name)?).await.map_err(|e| named(name, e))?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
        match send(&mut upload, first, &mut file).await {
            Ok(()) => upload.finish().await.map(drop).map_err(|e| named(name, e)),
            Err(trouble) => {
                let _ = upload.abort().await;
                Err(trouble)
            }
        }
    }

    /// Reads an object in pieces.
    ///
    /// # Errors
    /// [`Error::Missing`], or the storage's trouble: of a piece, too.
    pub async fn read(&self, name: &str) -> Result<impl Stream<Item = Result<Bytes>> + Send + 'static + use<>> {
        let found = self.region.store.get(&self.path(name)?).await.map_err(|e| named(name, e))?;
        let name = name.to_owned();
        Ok(found.into_stream().map_err(move |e| named(&name, e)))
    }

    /// Removes an object; nothing happens when there is none.
    ///
    /// # Errors
    /// The storage's trouble.
    pub async fn remove(&self, name: &str) -> Result<()> {
        match self.region.store.delete(&self.path(name)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(named(name, e)),
        }
    }

    /// The names of all objects, without the tenant's own part.
    ///
    /// # Errors
    /// The storage's trouble.
    pub async fn names(&self) -> Result<Vec<String>> {
        let root = Path::from(self.name.as_str());
        let listed = self.region.store.list(Some(&root)).map_ok(|meta| meta.location.to_string());
        let all: Vec<String> = listed.try_collect().await.map_err(|e| named(&self.name, e))?;
        Ok(all.iter().filter_map(|path| path.strip_prefix(&self.name)?.strip_prefix('/')).map(str::to_owned).collect())
    }

    /// Removes every object of the tenant, and what an upload that was killed left in the folder. Done twice it does nothing.
    ///
    /// # Errors
    /// The storage's trouble; what is gone is gone.
    pub async fn clear(&self) -> Result<()> {
        let root = Path::from(self.name.as_str());
        let all = self.region.store.list(Some(&root)).map_ok(|meta| meta.location).boxed();
        let removed = self.region.store.delete_stream(all).try_for_each(|_| async { Ok(()) }).await;
        removed.map_err(|e| named(&self.name, e))?;
        let Some(folder) = &self.region.folder else { return Ok(()) };
        match tokio::fs::remove_dir_all(folder.join(&self.name)).await {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::Trouble(e.to_string())),
            _ => Ok(()),
        }
    }

    fn path(&self, name: &str) -> Result<Path> {
        if name.is_empty() {
            return Err(Error::Name(name.to_owned()));
        }
        Path::parse(format!("{}/{name}", self.name)).map_err(|_| Error::Name(name.to_owned()))
    }
}

async fn send(upload: &mut WriteMultipart, first: Vec<u8>, file: &mut tokio::fs::File) -> Result<()> {
    let mut part = first;
    while !part.is_empty() {
        upload.wait_for_capacity(AT_ONCE).await.map_err(|e| Error::Trouble(e.to_string()))?;
        upload.put(Bytes::from(part));
        part = part_of(file).await?;
    }
    Ok(())
}

/// The next part of a file, a full one but for the last.
async fn part_of(file: &mut tokio::fs::File) -> Result<Vec<u8>> {
    let mut part = Vec::with_capacity(PART);
    file.take(PART as u64).read_to_end(&mut part).await.map_err(|e| Error::Trouble(e.to_string()))?;
    Ok(part)
}

fn named(name: &str, e: object_store::Error) -> Error {
    match e {
        object_store::Error::NotFound { .. } => Error::Missing(name.to_owned()),
        other => Error::Trouble(other.to_string()),
    }
}
