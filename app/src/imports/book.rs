//! The installation books what became of its own work: chunk by chunk, and at the end.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, ImportId, OperationId};

use super::{
    import::{GAVE_UP, Home, ImportRefusal, ImportStatus, RowRefused},
    job::RunImport,
    store as rows,
    verdicts::KEPT,
};
use crate::operations::{self, Status};

/// Books a chunk, once.
#[derive(Debug, Serialize)]
pub struct Book {
    /// The job's own words, told again when its turn is over.
    pub job: RunImport,
    /// Where the chunk began.
    pub from: i64,
    /// Where the next one begins.
    pub next: i64,
    /// Rows added.
    pub created: i64,
    /// Rows that changed something known.
    pub updated: i64,
    /// Members added that wait.
    pub waiting: i64,
    /// Known rows.
    pub duplicates: i64,
    /// Rows refused.
    pub refused: Vec<RowRefused>,
    /// Whether the work goes on in another job.
    pub again: bool,
}

impl Command for Book {
    const NAME: &'static str = "imports.book";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.job.home.node()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let Some(before) = rows::find(cx.tx, cx.scope, self.job.import)? else { return Ok(()) };
        let mut kept = before.refused_rows;
        kept.extend(self.refused.iter().take(KEPT.saturating_sub(kept.len())).cloned());
        let refused = i64::try_from(self.refused.len()).unwrap_or(i64::MAX);
        let progress = rows::Progress {
            from: self.from,
            next: self.next,
            created: self.created,
            updated: self.updated,
            waiting: self.waiting,
            duplicates: self.duplicates,
            refused,
            rows: &kept,
        };
        if !rows::book(cx.tx, cx.scope, self.job.import, &progress)? {
            return Ok(());
        }
        let before_rows = before.created + before.updated + before.duplicates + before.refused;
        let done = before_rows + self.created + self.updated + self.duplicates + refused;
        operations::progress(cx, self.job.operation, done)?;
        if self.again {
            cx.tell(RunImport::KIND, &self.job);
        }
        Ok(())
    }
}

/// How an import ended, as its operation shows it.
#[derive(Debug, Serialize)]
struct Ended {
    import_id: ImportId,
    created: i64,
    updated: i64,
    waiting: i64,
    duplicates: i64,
    refused: i64,
    rows: Vec<RowRefused>,
}

/// Ends an import.
#[derive(Debug, Serialize)]
pub struct Finish {
    /// Where it belongs.
    pub home: Home,
    /// Which import.
    pub import: ImportId,
    /// The work people watch.
    pub operation: OperationId,
    /// Why it ended before its end.
    pub failed: Option<ImportRefusal>,
}

impl Command for Finish {
    const NAME: &'static str = "imports.finish";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.home.node()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let to = if self.failed.is_some() { ImportStatus::Failed } else { ImportStatus::Done };
        if !rows::turn(cx.tx, cx.scope, self.import, ImportStatus::Running, to)? {
            return Ok(());
        }
        cx.changed("import", self.import, "status", ImportStatus::Running, to);
        if let Some(why) = &self.failed {
            operations::fail(cx, self.operation, why)?;
            return Ok(());
        }
        let Some(i) = rows::find(cx.tx, cx.scope, self.import)? else { return Ok(()) };
        let result = Ended {
            import_id: i.id,
            created: i.created,
            updated: i.updated,
            waiting: i.waiting,
            duplicates: i.duplicates,
            refused: i.refused,
            rows: i.refused_rows,
        };
        operations::succeed(cx, self.operation, &result)?;
        Ok(())
    }
}

/// Takes up work that was given up, when somebody has it tried again. An import that ended otherwise stays as it ended.
#[derive(Debug, Serialize)]
pub struct TakeUp {
    /// Where it belongs.
    pub home: Home,
    /// Which import.
    pub import: ImportId,
    /// The work people watch.
    pub operation: OperationId,
}

impl Command for TakeUp {
    const NAME: &'static str = "imports.take_up";
    type Home = Control;
    type Needs = Operate;
    /// Whether the work goes on.
    type Done = bool;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.home.node()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<bool, Fail<Never>> {
        let Some(work) = operations::find(cx.tx, cx.scope, self.operation)? else { return Ok(false) };
        let Some(import) = rows::find(cx.tx, cx.scope, self.import)? else { return Ok(false) };
        let gave_up = work.error.is_some_and(|why| why["code"] == GAVE_UP);
        let reopened = work.status == Status::Running;
        if (gave_up || reopened) && rows::turn(cx.tx, cx.scope, self.import, ImportStatus::Failed, ImportStatus::Running)? {
            operations::reopen(cx, self.operation)?;
            cx.changed("import", self.import, "status", ImportStatus::Failed, ImportStatus::Running);
            return Ok(true);
        }
        // Taken back meanwhile: nobody waits for an end that does not come.
        if reopened {
            operations::fail(cx, self.operation, &ImportRefusal::WrongState { state: import.status })?;
            cx.changed("operation", self.operation, "status", work.status, Status::Failed);
        }
        Ok(false)
    }
}
