//! Files that are made whole before they are sent (a list as it stood in one snapshot, a workbook): they lie in a temporary
//! file, not in memory, and a slow reader holds no database.

use std::{
    fs::File,
    io::{BufWriter, Seek as _, SeekFrom, Write as _},
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio::io::AsyncReadExt as _;

/// Bytes sent at once.
const PIECE: usize = 64 * 1024;

/// A file being made. It has no name: whatever happens, nothing is left of it.
#[derive(Debug)]
pub struct Spool(BufWriter<File>);

impl Spool {
    /// Begins one.
    ///
    /// # Errors
    /// The file system's, in words.
    pub fn open() -> Result<Spool, String> {
        tempfile::tempfile().map(|file| Spool(BufWriter::new(file))).map_err(|e| format!("no temporary file: {e}"))
    }

    /// Where it is written to.
    pub fn file(&mut self) -> &mut BufWriter<File> {
        &mut self.0
    }

    /// The file as the body of an answer, from its beginning.
    ///
    /// # Errors
    /// The file system's, in words.
    pub async fn body(self) -> Result<Body, String> {
        let file = tokio::task::spawn_blocking(move || rewound(self.0)).await.map_err(|e| e.to_string())?.map_err(|e| e.to_string())?;
        let pieces = stream::try_unfold(tokio::fs::File::from_std(file), |mut file| async move {
            let mut piece = Vec::with_capacity(PIECE);
            let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece).await?;
            Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
        });
        // A compressing reader polls once more after the end.
        Ok(Body::from_stream(pieces.fuse()))
    }
}

impl std::io::Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

fn rewound(mut out: BufWriter<File>) -> std::io::Result<File> {
    out.flush()?;
    let mut file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}
