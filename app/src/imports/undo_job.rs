//! The work of taking an import back, in turns, as bringing it in was.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, ImportId, OperationId, Uuid};

use super::{
    desk::{Desk, Kind, by_kind},
    import::{Home, ImportKind, ImportRefusal},
    job::{TURN, desk, holder},
    store as rows,
    undo::Undone,
};
use crate::{app::App, operations};

/// Takes an import back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UndoJob {
    home: Home,
    import: ImportId,
    kind: ImportKind,
    operation: OperationId,
    /// How far it is.
    pub at: UndoPlace,
}

/// How far an undo is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct UndoPlace {
    /// Chunks taken back before: part of each chunk's key.
    pub turn: i64,
    /// The last thing seen, where things that stay are passed by.
    pub after: Option<Uuid>,
    /// What it came to.
    pub undone: Undone,
}

impl UndoJob {
    /// The job's kind.
    pub const KIND: &'static str = "imports.undo";

    /// The work at its beginning.
    #[must_use]
    pub fn new(home: Home, import: ImportId, kind: ImportKind, operation: OperationId) -> UndoJob {
        UndoJob { home, import, kind, operation, at: UndoPlace::default() }
    }
}

impl Job<App> for UndoJob {
    const KIND: &'static str = UndoJob::KIND;
    const HEIR: Option<&'static str> = Some(UndoGaveUp::KIND);

    async fn run(mut self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let taken = {
            let desk = desk(self.home, self.import, &job, holder(&job));
            by_kind!(self.kind, K => take_turn::<K>(&desk, &mut self.at).await)
        };
        let (more, failed) = match taken {
            Ok(more) => (more, None),
            // Whoever asked for it may no longer do this: it ends here, and says so.
            Err(Retry::Dead(why)) => (false, Some(ImportRefusal::not_allowed(&why))),
            Err(later) => return Err(later),
        };
        self.at.undone.ended = !more;
        // Keyed by the job, so that a turn taken twice tells the next one once.
        job.execute_as_operator(BookUndo { job: self, more, failed }).await.map(drop)
    }
}

/// News: the work of taking an import back is a dead letter. Tried again, it goes on where it was.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UndoGaveUp(UndoJob);

impl Job<App> for UndoGaveUp {
    const KIND: &'static str = "imports.undo_gave_up";

    async fn run(mut self, job: JobCx<'_, App>) -> Result<(), Retry> {
        self.0.at.undone.ended = true;
        let failed = Some(ImportRefusal::GaveUp {});
        job.execute_as_operator(BookUndo { job: self.0, more: false, failed }).await.map(drop)
    }
}

/// Takes back some chunks; true when there is more.
async fn take_turn<K: Kind>(desk: &Desk<'_>, at: &mut UndoPlace) -> Result<bool, Retry> {
    for _ in 0..TURN {
        at.turn += 1;
        if !K::take_back(desk, at).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Books what an undo has come to so far, and ends it.
#[derive(Debug, Serialize)]
struct BookUndo {
    job: UndoJob,
    more: bool,
    failed: Option<ImportRefusal>,
}

impl Command for BookUndo {
    const NAME: &'static str = "imports.book_undo";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.job.home.node()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let UndoJob { import, operation, at: UndoPlace { undone, .. }, .. } = &self.job;
        rows::set_undone(cx.tx, cx.scope, *import, undone)?;
        cx.changed("import", import, "taken_back", (), serde_json::json!({ "removed": undone.removed, "kept": undone.kept }));
        if self.more {
            operations::progress(cx, *operation, undone.removed)?;
            cx.tell(UndoJob::KIND, &self.job);
        } else if let Some(why) = &self.failed {
            operations::fail(cx, *operation, why)?;
        } else {
            let Undone { removed, kept, rows, .. } = undone;
            let result = serde_json::json!({ "import_id": import, "removed": removed, "kept": kept, "rows": rows });
            operations::succeed(cx, *operation, &result)?;
        }
        Ok(())
    }
}
