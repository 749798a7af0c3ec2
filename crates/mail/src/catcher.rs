//! The demo's post box: mail stays here, is shown at `/dev/mail`, and reaches nobody.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Accepted, Failure, Message};

/// Messages kept in memory; the oldest go first.
const KEPT: usize = 500;

/// Keeps the last 500 messages, and each as an `.eml` file if it has a folder. Clones share one box.
#[derive(Debug, Clone, Default)]
pub struct Catcher {
    inner: Arc<Mutex<Inner>>,
    folder: Option<Arc<Path>>,
}

#[derive(Debug, Default)]
struct Inner {
    kept: VecDeque<Arc<Caught>>,
    count: u64,
}

/// One caught mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caught {
    /// Counts up from 1 while the process lives; for links.
    pub id: u64,
    /// The message as it was handed over.
    pub message: Message,
    /// The links in it, HTML first, each once.
    pub links: Vec<String>,
}

impl Caught {
    /// The subject line.
    pub fn subject(&self) -> &str {
        self.message.subject.as_str()
    }

    /// Who would have got it.
    pub fn to(&self) -> &str {
        self.message.to.email()
    }

    /// When it was sent, microseconds UTC.
    pub fn at(&self) -> i64 {
        self.message.at
    }

    /// The plain text.
    pub fn text(&self) -> &str {
        &self.message.text
    }

    /// The HTML twin.
    pub fn html(&self) -> Option<&str> {
        self.message.html.as_deref()
    }
}

impl Catcher {
    /// A box in memory only.
    pub fn new() -> Self {
        Self::default()
    }

    /// A box that also writes `.eml` files into a folder, made if missing.
    pub fn with_folder(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder: Some(folder.into()), ..Self::default() })
    }

    /// What is kept, newest first.
    pub fn list(&self) -> Vec<Arc<Caught>> {
        self.lock().kept.iter().rev().cloned().collect()
    }

    /// One mail by its number.
    pub fn get(&self, id: u64) -> Option<Arc<Caught>> {
        self.lock().kept.iter().find(|caught| caught.id == id).cloned()
    }

    pub(crate) async fn take(&self, message: Message) -> Result<Accepted, Failure> {
        let wire = message.wire()?;
        if let Some(folder) = &self.folder {
            tokio::fs::write(folder.join(file_name(&message)), wire)
                .await
                .map_err(|error| Failure::temporary(format!("the mail folder refused the file: {error}")))?;
        }
        let id = self.keep(message);
        Ok(Accepted { text: format!("caught as {id}") })
    }

    /// An attempt with a Message-ID that is already here replaces it, as a receiver would show it once.
    fn keep(&self, message: Message) -> u64 {
        let links = links(&message);
        let mut inner = self.lock();
        inner.kept.retain(|caught| caught.message.id != message.id);
        inner.count += 1;
        let id = inner.count;
        inner.kept.push_back(Arc::new(Caught { id, message, links }));
        if inner.kept.len() > KEPT {
            inner.kept.pop_front();
        }
        id
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sorts by time, and holds nothing but letters, digits and dashes: an id is no path.
fn file_name(message: &Message) -> String {
    let id: String = message
        .id
        .as_str()
        .trim_matches(['<', '>'])
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .take(120)
        .collect();
    format!("{:020}-{id}.eml", message.at.max(0))
}

fn links(message: &Message) -> Vec<String> {
    let html = message.html.as_deref().unwrap_or("");
    let in_html = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let in_html = in_html.map(|link| link.replace("&amp;", "&"));
    let in_text = message
        .text
        .split(|letter: char| letter.is_whitespace() || "<>\"'".contains(letter))
        .map(|word| word.trim_start_matches(['(', '[']).trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']).to_owned());
    let mut links: Vec<String> = Vec::new();
    for link in in_html.chain(in_text) {
        let web = link.starts_with("http://") || link.starts_with("https://");
        if web && !links.contains(&link) {
            links.push(link);
        }
    }
    links
}
