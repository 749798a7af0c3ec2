//! A file read while it arrives: pieces of the answer go one way, pages of people the other, and neither side runs ahead.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use bytes::{Buf, Bytes};
use egress::{Answer, Trouble};
use sheets::{Limits, Reader};
use tokio::sync::mpsc;

use super::{MOST, Settings, columns::Columns};
use crate::{Fault, News, PAGE};

/// Pieces of the answer that may wait for the reader.
const AHEAD: usize = 8;

pub(super) async fn read(mut answer: Answer, settings: &Settings, out: &mpsc::Sender<Vec<News>>) -> Result<(), Fault> {
    let (pieces, arriving) = mpsc::channel::<Bytes>(AHEAD);
    let (out, mapping) = (out.clone(), settings.columns.clone());
    // Dropping `pieces` ends the file, so a transport that failed has to be asked before the reader's word counts.
    let reader = tokio::task::spawn_blocking(move || rows(Arriving { pieces: arriving, now: Bytes::new() }, &mapping, &out));
    let arrived = async move {
        while let Some(piece) = answer.chunk().await? {
            if pieces.send(piece).await.is_err() {
                break;
            }
        }
        Ok::<(), Trouble>(())
    };
    let (arrived, read) = tokio::join!(arrived, reader);
    arrived?;
    read.map_err(|_| Fault::odd("the reader stopped"))?
}

/// Reads a file that was sent to us.
pub(super) async fn sent(file: Bytes, mapping: BTreeMap<String, String>, out: mpsc::Sender<Vec<News>>) -> Result<(), Fault> {
    let read = tokio::task::spawn_blocking(move || rows(file.reader(), &mapping, &out)).await;
    read.map_err(|_| Fault::odd("the reader stopped"))?
}

fn rows(input: impl Read, mapping: &BTreeMap<String, String>, out: &mpsc::Sender<Vec<News>>) -> Result<(), Fault> {
    let limits = Limits { bytes: MOST, ..Limits::default() };
    let reader = Reader::with_limits(input, limits).map_err(unreadable)?;
    let columns = Columns::find(reader.headers(), mapping)?;
    let mut page = Vec::with_capacity(PAGE);
    for row in reader {
        let row = row.map_err(unreadable)?;
        if row.is_blank() {
            continue;
        }
        page.push(News::Is(columns.person(&row)?));
        if page.len() == PAGE {
            out.blocking_send(std::mem::replace(&mut page, Vec::with_capacity(PAGE))).map_err(|_| Fault::Stopped)?;
        }
    }
    if page.is_empty() { Ok(()) } else { out.blocking_send(page).map_err(|_| Fault::Stopped) }
}

fn unreadable(fault: sheets::Fault) -> Fault {
    match fault {
        sheets::Fault::TooLarge => Fault::TooMuch("a file of more than 256 MiB".to_owned()),
        // The sentences of `sheets` end with a full stop and tell what to do.
        other => Fault::odd(other.to_string().trim_end_matches('.').to_owned()),
    }
}

/// What has arrived, as a file. Only read on a thread that may wait.
struct Arriving {
    pieces: mpsc::Receiver<Bytes>,
    now: Bytes,
}

impl Read for Arriving {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.now.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.now = piece,
                None => return Ok(0),
            }
        }
        let length = into.len().min(self.now.len());
        self.now.copy_to_slice(&mut into[..length]);
        Ok(length)
    }
}
