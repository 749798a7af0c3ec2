//! One look at a source: its pages are weighed as they arrive, and what is new is staged. Of people who are as before, nothing is
//! kept but a number of 16 bytes.

use std::collections::{HashMap, HashSet};

use command::{Call, House};
use jobs::Retry;
use store::{CustomerId, SourceId, Uuid};
use tokio::sync::mpsc;

use super::{source::Counts, way::Kind};
use crate::directory::{
    attributes::{Attribute, AttributesOf, taken},
    reconcile::{KeysOf, Named, News, PAGE, StageChanges, Staged, TallyOf, WeighNews},
};

/// Keys read at once when those are looked for that are named no more.
const KEYS: i64 = 5_000;

/// The pages of a source, and how to read them.
pub struct Pages {
    /// As they arrive.
    pub pages: mpsc::Receiver<Vec<feeds::News>>,
    /// From what kind of source.
    pub kind: Kind,
}

/// Where a reading's news is weighed and staged.
pub struct Stage<'a> {
    /// The house.
    pub house: &'a House,
    /// Of which customer.
    pub customer: CustomerId,
    /// Of which source.
    pub source: SourceId,
    /// Which reading.
    pub reading: Uuid,
}

/// What a reading has come to so far.
#[derive(Debug, Default)]
pub struct Reading {
    /// Who was named: the keys, which are hashes, as numbers.
    seen: HashSet<u128>,
    /// Changes staged.
    staged: i64,
}

fn number(key: &str) -> u128 {
    u128::from_str_radix(key, 16).unwrap_or(0)
}

fn news(kind: Kind, one: &feeds::News, declared: &[Attribute]) -> News {
    match one {
        feeds::News::Gone(key) => News::gone(key),
        feeds::News::Is(person) => {
            let text = |text: &'static str| text;
            let attributes = taken(declared, &person.attributes);
            News::is(&Named {
                key: &person.key,
                external_id: if kind.has_external_ids() { &person.key } else { text("") },
                user_name: &person.user_name,
                email: person.email.as_deref().unwrap_or_default(),
                name: &person.name,
                active: person.active,
                department: person.department.as_deref().unwrap_or_default(),
                title: person.title.as_deref().unwrap_or_default(),
                language: person.language.as_deref().unwrap_or_default(),
                attributes: Some(&attributes),
                groups: &person.groups,
            })
        }
    }
}

impl Stage<'_> {
    /// Takes all pages until the source ends, however it ends.
    ///
    /// # Errors
    /// The store's; the source is then let go of.
    pub async fn take(&self, mut from: Pages) -> Result<Reading, Retry> {
        let mut reading = Reading::default();
        let (declared, _) = self.house.ask(&Call::operator(), AttributesOf { customer: self.customer }).await?;
        while let Some(page) = from.pages.recv().await {
            for part in page.chunks(PAGE) {
                let (mut last, mut order, mut again) = (HashMap::new(), Vec::new(), HashSet::new());
                for one in part {
                    let one = news(from.kind, one, &declared);
                    let key = one.key().to_owned();
                    if !reading.seen.insert(number(&key)) {
                        again.insert(key.clone());
                    }
                    if last.insert(key.clone(), one).is_none() {
                        order.push(key);
                    }
                }
                let news = order.iter().filter_map(|key| last.remove(key)).collect();
                self.weigh(&mut reading, news, again).await?;
            }
        }
        Ok(reading)
    }

    /// Finds those the source named before and names no more.
    ///
    /// # Errors
    /// The store's.
    pub async fn take_gone(&self, reading: &mut Reading) -> Result<(), Retry> {
        let mut after = String::new();
        loop {
            let question = KeysOf { customer: self.customer, source: self.source, after, limit: KEYS };
            let keys = self.house.ask(&Call::operator(), question).await?;
            let Some(last) = keys.last().cloned() else { return Ok(()) };
            let gone: Vec<News> = keys.into_iter().filter(|key| !reading.seen.contains(&number(key))).map(News::Gone).collect();
            for part in gone.chunks(PAGE) {
                self.weigh(reading, part.to_vec(), HashSet::new()).await?;
            }
            after = last;
        }
    }

    /// Counts what was found.
    ///
    /// # Errors
    /// The store's.
    pub async fn count(&self, reading: &Reading) -> Result<Counts, Retry> {
        let question = TallyOf { customer: self.customer, source: self.source, reading: self.reading };
        let tally = self.house.ask(&Call::operator(), question).await?;
        let people = i64::try_from(reading.seen.len()).unwrap_or(i64::MAX);
        Ok(Counts { people, unchanged: (people - tally.new_of).max(0), tally })
    }

    async fn weigh(&self, reading: &mut Reading, news: Vec<News>, again: HashSet<String>) -> Result<(), Retry> {
        let Stage { customer, source, .. } = *self;
        let question = WeighNews { customer, source, reading: self.reading, news, again };
        let changes: Vec<Staged> = self.house.ask(&Call::operator(), question).await?;
        if changes.is_empty() {
            return Ok(());
        }
        let from = reading.staged + 1;
        reading.staged += i64::try_from(changes.len()).unwrap_or(0);
        self.house.execute(Call::operator(), StageChanges { customer, source, reading: self.reading, from, changes }).await?;
        Ok(())
    }
}
