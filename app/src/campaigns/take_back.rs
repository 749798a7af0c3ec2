//! Taking back the results that an import told: the list was wrong, so pass rates become what they would be without it.

use access::{Scope, permissions::RecordFacts};
use command::{Command, Cx, Fail, Never, Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, ImportId, PartnerId, RunId, Timestamp, View};

use super::store as rows;
use crate::hierarchy::standing;

/// Runs of one command.
const CHUNK: i64 = 500;

/// A run that an import told.
#[derive(Debug, Clone)]
pub struct Told {
    /// Whose.
    pub customer: CustomerId,
    /// The customer's name.
    pub customer_name: String,
    /// Its id.
    pub id: RunId,
    /// When it ran.
    pub at: Timestamp,
    /// The campaign's name.
    pub name: String,
    /// What identified it to its sender.
    pub external_ref: String,
}

/// Takes back up to a chunk of the runs an import told, as far as their customers are in reach.
#[derive(Debug, Serialize)]
pub struct TakeResultsBack {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which import.
    pub import: ImportId,
}

/// What was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Runs that are gone.
    pub removed: i64,
    /// Runs of the import that are left: still to go, or out of reach.
    pub left: i64,
    /// Whether there is more to take back.
    pub more: bool,
}

impl Command for TakeResultsBack {
    const NAME: &'static str = "campaigns.take_results_back";
    type Home = Control;
    type Needs = RecordFacts;
    type Done = Taken;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Taken, Fail<Never>> {
        let told = rows::told_by(cx.tx, cx.scope, self.import, CHUNK)?;
        for of_one in told.chunk_by(|a, b| a.customer == b.customer) {
            let Some(Told { customer, .. }) = of_one.first() else { continue };
            let runs: Vec<(Timestamp, RunId)> = of_one.iter().map(|run| (run.at, run.id)).collect();
            let news = standing::withdraw_runs(cx.tx, cx.scope, *customer, &runs, cx.now)?;
            standing::tell(cx, *customer, news);
            for run in of_one {
                cx.changed("campaign_run", run.id, "external_ref", &run.external_ref, ());
            }
        }
        let removed = i64::try_from(told.len()).unwrap_or(i64::MAX);
        let (left, _) = rows::count_told(cx.tx, cx.scope, self.import)?;
        Ok(Taken { removed, left, more: removed == CHUNK })
    }
}

/// What taking an import's results back would do.
#[derive(Debug)]
pub struct Weighed {
    /// Runs that would go.
    pub goes: i64,
    /// Runs out of reach.
    pub stays: i64,
    /// The first of those that would go.
    pub runs: Vec<Told>,
}

/// Asks for it.
#[derive(Debug)]
pub struct RunsOf {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which import.
    pub import: ImportId,
    /// Runs listed at most.
    pub limit: i64,
}

impl Query for RunsOf {
    type Home = Control;
    type Needs = RecordFacts;
    type Found = Weighed;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<RecordFacts>, _: Timestamp) -> store::Result<Weighed> {
        let (all, goes) = rows::count_told(view, scope, self.import)?;
        Ok(Weighed { goes, stays: all - goes, runs: rows::told_by(view, scope, self.import, self.limit)? })
    }
}
