//! The questions people and runs ask of sources.

use access::{
    Scope,
    permissions::{ManageMembers, Operate},
};
use command::{Node, Query};
use store::{CustomerId, Region, Result, SourceId, SourceRunId, Timestamp, Uuid, View};

use super::{
    source::{Run, RunStatus, Source},
    store as rows,
    way::Way,
};
use crate::licensing::policy::{self, Usage};

/// Asks for the sources of a customer.
#[derive(Debug)]
pub struct SourcesOf {
    /// Whose.
    pub customer: CustomerId,
}

impl Query for SourcesOf {
    type Home = Region;
    type Needs = ManageMembers;
    type Found = Vec<Source>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, _: Timestamp) -> Result<Vec<Source>> {
        Ok(rows::all(view, scope)?.into_iter().map(|found| found.source).collect())
    }
}

/// Asks for one source, with all that is needed to try it.
#[derive(Debug)]
pub struct SourceOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which.
    pub source: SourceId,
}

/// A source, its sealed secret, and the tenant's counters.
#[derive(Debug)]
pub struct Known {
    /// The source.
    pub source: Source,
    /// How it is reached.
    pub way: Way,
    /// Its sealed secret.
    pub secret: Option<String>,
    /// None while the tenant is being prepared.
    pub usage: Option<Usage>,
}

impl Query for SourceOf {
    type Home = Region;
    type Needs = ManageMembers;
    type Found = Option<Known>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, now: Timestamp) -> Result<Option<Known>> {
        let usage = policy::usage(view, scope)?.map(|u| u.at(now));
        let found = rows::find(view, scope, self.source)?;
        Ok(found.map(|found| Known { source: found.source, way: found.way, secret: found.secret, usage }))
    }
}

/// Asks for runs of a source, newest first.
#[derive(Debug)]
pub struct RunsOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// Of which source.
    pub source: SourceId,
    /// Behind which.
    pub after: Option<(Timestamp, Uuid)>,
    /// How many.
    pub limit: i64,
}

impl Query for RunsOf {
    type Home = Region;
    type Needs = ManageMembers;
    /// None when there is no such source; else some of its runs, and how many there are.
    type Found = Option<(Vec<Run>, i64)>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, _: Timestamp) -> Result<Self::Found> {
        if rows::find(view, scope, self.source)?.is_none() {
            return Ok(None);
        }
        Ok(Some((rows::runs(view, scope, self.source, self.after, self.limit)?, rows::count_runs(view, scope, self.source)?)))
    }
}

/// Asks for one run.
#[derive(Debug)]
pub struct RunOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// Of which source.
    pub source: SourceId,
    /// Which.
    pub run: SourceRunId,
}

impl Query for RunOf {
    type Home = Region;
    type Needs = ManageMembers;
    type Found = Option<Run>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, _: Timestamp) -> Result<Option<Run>> {
        Ok(rows::find_run(view, scope, self.run)?.filter(|run| run.source_id == self.source))
    }
}

/// Asks what a run needs to work.
#[derive(Debug)]
pub struct WorkOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// Of which source.
    pub source: SourceId,
    /// Which run.
    pub run: SourceRunId,
}

/// What a run needs to work.
#[derive(Debug)]
pub struct Work {
    /// Where it stands.
    pub status: RunStatus,
    /// The reading whose changes count.
    pub reading: Uuid,
    /// How the source is reached.
    pub way: Way,
    /// Its sealed secret.
    pub secret: Option<String>,
    /// Where its news goes on.
    pub cursor: Option<String>,
}

impl Query for WorkOf {
    type Home = Region;
    type Needs = Operate;
    type Found = Option<Work>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<Operate>, _: Timestamp) -> Result<Option<Work>> {
        let (Some(run), Some(known)) = (rows::find_run(view, scope, self.run)?, rows::find(view, scope, self.source)?) else {
            return Ok(None);
        };
        Ok(Some(Work { status: run.status, reading: run.reading, way: known.way, secret: known.secret, cursor: known.cursor }))
    }
}
