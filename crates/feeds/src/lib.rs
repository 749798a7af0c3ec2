//! Reading people from elsewhere: a CSV file behind an address, an LDAP directory, Microsoft Entra ID, Google Workspace.
//!
//! This crate knows no database. It hands on what a directory says in pages, as they arrive, so that a directory of
//! 100,000 people never lies whole in memory; what to do with them is the caller's. Nothing counts until [`fetch`] has
//! ended well: on a [`Fault`] the caller throws away what it was handed.

pub mod csv;
pub mod entra;
mod fault;
pub mod google;
mod json;
pub mod ldap;
mod person;
mod secret;
mod wait;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use egress::Client;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};

pub use fault::{Code, Fault};
pub use person::{News, Person};
pub use secret::Secret;

/// What a source is, as it is stored. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Settings {
    /// A CSV file behind an address.
    Csv(csv::Settings),
    /// An LDAP directory, Active Directory among them.
    Ldap(ldap::Settings),
    /// Microsoft Entra ID.
    Entra(entra::Settings),
    /// Google Workspace.
    Google(google::Settings),
}

/// Where a source says the next fetch may go on. Whoever changes the settings forgets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// How much of the directory was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it: who was not named is gone.
    Whole,
    /// What has changed since the cursor; who was not named is as before.
    Changes,
}

/// A fetch that ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How much was told.
    pub extent: Extent,
    /// Where to go on; none where the source has no such place.
    pub cursor: Option<Cursor>,
}

/// What a trial saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// People counted.
    pub people: u64,
    /// Whether that is all of them: a trial stops counting at [`TRIAL`].
    pub all: bool,
    /// The first five.
    pub sample: Vec<Person>,
}

/// How many people a trial counts at most.
pub const TRIAL: u64 = 5_000;
/// How many people a trial shows.
const SAMPLE: usize = 5;
/// People of one page handed on.
const PAGE: usize = 500;
/// Pages that may wait for the caller.
const WAITING: usize = 2;

/// People of one source: nobody has more, and a source that never ends has to end.
const MOST_PEOPLE: usize = 2_000_000;
/// Pages of one source, empty ones too.
const MOST_PAGES: usize = 50_000;
/// How long a source may take in all.
const LONGEST: Duration = Duration::from_secs(2 * 3600);

/// Everything a source needs to be read.
struct Reach<'a> {
    net: &'a Client,
    secret: &'a Secret,
    /// Seconds since 1970 when the reading began.
    began: i64,
    since: Instant,
    out: mpsc::Sender<Vec<News>>,
    pages: AtomicUsize,
    people: AtomicUsize,
}

impl Reach<'_> {
    /// Seconds since 1970.
    fn now(&self) -> i64 {
        self.began + i64::try_from(self.since.elapsed().as_secs()).unwrap_or(0)
    }

    /// Hands a page on and waits until the caller has room for it.
    async fn hand(&self, page: Vec<News>) -> Result<(), Fault> {
        let people = self.people.fetch_add(page.len(), Ordering::Relaxed) + page.len();
        if people > MOST_PEOPLE || self.pages.fetch_add(1, Ordering::Relaxed) > MOST_PAGES {
            return Err(Fault::TooMuch(format!("more than {MOST_PEOPLE} people")));
        }
        if page.is_empty() {
            return Ok(());
        }
        self.out.send(page).await.map_err(|_| Fault::Stopped)
    }
}

impl Settings {
    /// Looks whether they can be meant.
    ///
    /// # Errors
    /// [`Fault::BadSettings`] names the field.
    pub fn check(&self) -> Result<(), Fault> {
        match self {
            Settings::Csv(settings) => settings.check(),
            Settings::Ldap(settings) => settings.check(),
            Settings::Entra(settings) => settings.check(),
            Settings::Google(settings) => settings.check(),
        }
    }

    /// Where the secret is shown. Whoever changes this has to give the secret anew, or they could have it sent to themselves.
    #[must_use]
    pub fn shown_to(&self) -> String {
        match self {
            Settings::Csv(settings) => settings.shown_to(),
            Settings::Ldap(settings) => settings.shown_to(),
            Settings::Entra(settings) => settings.shown_to(),
            Settings::Google(settings) => settings.shown_to(),
        }
    }
}

/// Reads a source and hands its people on in pages. `now` is in seconds since 1970. A caller that drops the receiver stops it.
///
/// # Errors
/// Any [`Fault`]; then nothing that was handed on counts.
pub async fn fetch(
    net: &Client,
    settings: &Settings,
    secret: &Secret,
    since: Option<&Cursor>,
    now: i64,
    out: mpsc::Sender<Vec<News>>,
) -> Result<Ended, Fault> {
    settings.check()?;
    let (pages, people) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let reach = Reach { net, secret, began: now, since: Instant::now(), out, pages, people };
    let reading = async {
        match settings {
            Settings::Csv(settings) => csv::fetch(&reach, settings, since).await,
            Settings::Ldap(settings) => ldap::fetch(&reach, settings).await,
            Settings::Entra(settings) => entra::fetch(&reach, settings, since).await,
            Settings::Google(settings) => google::fetch(&reach, settings).await,
        }
    };
    timeout(LONGEST, reading).await.map_err(|_| Fault::BrokenOff("it took longer than two hours".to_owned()))?
}

/// Tries a source: counts its people and shows the first few.
///
/// # Errors
/// As [`fetch`].
pub async fn test(net: &Client, settings: &Settings, secret: &Secret, now: i64) -> Result<Tested, Fault> {
    let (out, mut pages) = mpsc::channel(WAITING);
    let look = async move {
        let mut tested = Tested { people: 0, all: true, sample: Vec::new() };
        while let Some(page) = pages.recv().await {
            for news in page {
                let News::Is(person) = news else { continue };
                tested.people += 1;
                if tested.sample.len() < SAMPLE {
                    tested.sample.push(person);
                }
            }
            if tested.people >= TRIAL {
                tested.all = false;
                break;
            }
        }
        tested
    };
    let (ended, tested) = tokio::join!(fetch(net, settings, secret, None, now, out), look);
    match ended {
        // The trial itself hung up.
        Err(Fault::Stopped) if !tested.all => Ok(tested),
        Err(fault) => Err(fault),
        Ok(_) => Ok(Tested { all: true, ..tested }),
    }
}
