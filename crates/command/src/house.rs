use std::{
    collections::{BTreeMap, HashMap},
    pin::Pin,
    sync::{Arc, OnceLock, RwLock},
};

use store::{Clock, Control, Db, Home, Id, Region, Timestamp, Uuid};

use crate::{
    Answer, Call, Command, Entropy, Fail, Place, Preview, Query, Told,
    cx::new_id,
    run::{Running, unplaced},
};

/// The regions of an installation by name.
pub type Regions = BTreeMap<String, Db<Region>>;

/// What happens right after a commit, before the caller is answered: prompt news is delivered. The worker delivers
/// whatever this leaves, so it may fail.
pub trait After: Send + Sync + 'static {
    /// Until when (the machine's time) news of this kind is kept for its teller to deliver. None: it is queued for the worker.
    fn held_until(&self, kind: &str) -> Option<Timestamp>;

    /// Delivers what can be delivered at once. `region` = none for control.
    fn told<'a>(&'a self, house: &'a House, region: Option<&'a str>, news: Vec<Told>) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
}

/// All databases of an installation, the clock and the entropy: where commands are executed and questions asked.
pub struct House {
    control: Db<Control>,
    regions: Regions,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    after: OnceLock<Arc<dyn After>>,
    hints: RwLock<HashMap<Uuid, Uuid>>,
}

impl House {
    /// Puts a house together.
    #[must_use]
    pub fn new(control: Db<Control>, regions: Regions, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> House {
        House { control, regions, clock, entropy, after: OnceLock::new(), hints: RwLock::default() }
    }

    /// Says who delivers prompt news. Only the first call counts.
    pub fn on_commit(&self, after: Arc<dyn After>) {
        let _ = self.after.set(after);
    }

    /// The present instant of the injected clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The entropy.
    #[must_use]
    pub fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.entropy
    }

    /// A new id, for what has one before its command runs.
    #[must_use]
    pub fn new_id<K>(&self) -> Id<K> {
        new_id(self.now(), &*self.entropy)
    }

    /// 256 random bits.
    #[must_use]
    pub fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// The control database, for `identity` and the worker, which act before there is a scope.
    #[must_use]
    pub fn control(&self) -> &Db<Control> {
        &self.control
    }

    /// A region's database.
    #[must_use]
    pub fn region(&self, name: &str) -> Option<&Db<Region>> {
        self.regions.get(name)
    }

    /// All regions.
    #[must_use]
    pub fn regions(&self) -> &Regions {
        &self.regions
    }

    /// Executes a command: once, whole, or not at all. If the caller goes away, it still runs to its end.
    ///
    /// # Errors
    /// [`Fail`]; then nothing was changed.
    pub async fn execute<C: Command>(&self, call: Call, command: C) -> Result<Answer<C::Done>, Fail<C::Refusal>> {
        let node = command.node().id();
        let (answer, told, region) = self.settle(call, command, false).await?;
        if let (Some(after), false) = (self.after.get(), told.is_empty()) {
            tracing::trace!(%node, news = told.len(), "delivering news");
            after.told(self, region.as_deref(), told).await;
        }
        Ok(answer)
    }

    /// What a command would do: runs it, collects its effects, rolls it back. Leaves no trace.
    ///
    /// # Errors
    /// As [`House::execute`].
    pub async fn preview<C: Command>(&self, call: Call, command: C) -> Result<Preview, Fail<C::Refusal>> {
        let as_of = self.now();
        let (answer, ..) = self.settle(call, command, true).await?;
        Ok(Preview { preview: true, as_of, effects: answer.effects })
    }

    async fn settle<C: Command>(
        &self,
        call: Call,
        command: C,
        preview: bool,
    ) -> Result<(Answer<C::Done>, Vec<Told>, Option<String>), Fail<C::Refusal>> {
        let ready = C::Home::ready::<C::Needs>(self, &call, command.node()).await?.map_err(Fail::Denied)?;
        let db = C::Home::db(self, &ready).ok_or_else(unplaced)?;
        let region = ready.scope.as_ref().and_then(|s| s.region()).map(str::to_owned);
        let (lane, clock, entropy, after) = (ready.lane, self.clock.clone(), self.entropy.clone(), self.after.get().cloned());
        let outcome = db.write(lane, Running { command, call, ready, preview, clock, entropy, after }).await?;
        let (answer, told) = outcome?;
        let region = (C::Home::NAME == Region::NAME).then_some(region).flatten();
        Ok((answer, told, region))
    }

    /// Asks a question in one snapshot.
    ///
    /// # Errors
    /// [`Fail::Denied`] or [`Fail::Store`].
    pub async fn ask<Q: Query>(&self, call: &Call, query: Q) -> Result<Q::Found, Fail<crate::Never>> {
        let node = query.node();
        let ready = Q::Home::ready::<Q::Needs>(self, call, node).await?.map_err(Fail::Denied)?;
        let db = Q::Home::db(self, &ready).ok_or_else(unplaced)?;
        let (now, call) = (self.now(), call.clone());
        let found = db
            .read(move |view| match Q::Home::admit::<Q::Needs>(view, &ready, &call, node, now)? {
                Ok(scope) => query.run(view, &scope, now).map(Ok),
                Err(denied) => Ok(Err(denied)),
            })
            .await?;
        found.map_err(Fail::Denied)
    }

    /// The partner of a node, remembered: it chooses the lane. A wrong hint costs speed, never truth.
    pub(crate) async fn partner_hint(&self, node: Uuid) -> store::Result<Uuid> {
        if let Some(found) = self.hints.read().ok().and_then(|h| h.get(&node).copied()) {
            return Ok(found);
        }
        // SQLite has one write lane: nothing to choose.
        if self.control.place().file().is_some() {
            return Ok(node);
        }
        // A node that is not there yet is not remembered: it may be a customer's tomorrow.
        let Some(partner) = self.control.read(move |view| access::tree::partner_of(view, node)).await? else { return Ok(node) };
        if let Ok(mut hints) = self.hints.write() {
            if hints.len() > 200_000 {
                hints.clear();
            }
            hints.insert(node, partner);
        }
        Ok(partner)
    }

    /// Closes every database after what is queued has run.
    pub fn close(self) {
        self.control.close();
        self.regions.into_values().for_each(Db::close);
    }
}
